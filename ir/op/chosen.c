/* chosen.c -- see chosen.h. */
#include "ir/op/chosen.h"

Value *flat(Graph *g, const Node *like, Value *v) { return reshaped(g, like, v, 1, (int64_t[]){-1}); }

Value *positions_chosen(Graph *g, const Node *like, Value *mask, Dim size)
{
	Value *found = put(g, like, "tcc.Positions", mask, END_IN), *one = value_scalar(g, I64, 1);
	Value *count = counted_value(g, like, element(g, like, found, 0), size);

	return put(g, like, "Slice", found, number(g, 1), as_vector(g, like, binary(g, like, "Add", count, one)), number(g, 0), END_IN);
}
