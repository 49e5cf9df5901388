/* chosen.c -- see chosen.h: a true element goes to the place that tells how many stand before it.
 *
 *     place[i] = number of k < i with mask[k]          out[place[i]] = i where mask[i] */
#include "ir/op/chosen.h"

Value *flat(Graph *g, const Node *like, Value *v) { return reshaped(g, like, v, 1, (int64_t[]){-1}); }

/* Behind the places of those that are asked for is one for all others. */
Value *positions_chosen(Graph *g, const Node *like, Value *mask, Dim size)
{
	int64_t most = most_of(g, like, size), room = most + 1;
	Value *number_of = cast_value(g, like, mask, I64), *none = value_scalar(g, I64, (double)most);
	Value *count = counted_value(g, like, reduced(g, like, "ReduceSum", number_of, 0, false), size);

	Value *place = put_attr(g, like, "CumSum", &(struct Cumulate){.exclusive = 1}, number_of, value_scalar(g, I64, 0),
				END_IN);
	Value *fits = binary(g, like, "And", mask, binary(g, like, "Less", place, none));
	place = put(g, like, "Where", fits, place, none, END_IN);
	Value *empty = value_const(g, NULL, tensor_new(&g->ctx->perm, I64, 1, &room));
	Value *out = put(g, like, "ScatterElements", empty, place, counted(g, like, mask, 0), END_IN);
	return put(g, like, "Slice", out, number(g, 0), as_vector(g, like, count), number(g, 0), END_IN);
}
