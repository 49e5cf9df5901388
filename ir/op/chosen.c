/* chosen.c -- see chosen.h: a true element goes to the place that tells how many stand before it.
 *
 *     place[i] = number of k < i with mask[k]          out[place[i]] = i where mask[i] */
#include "ir/op/chosen.h"

const Shape *given_shape(Graph *g, const Node *n, int slot, int rank)
{
	const Shape *s = &n->out[slot]->shape;

	if (s->rank < 0 || !shape_known(s)) {
		hint(g->ctx, "give the shape of output %d in the file", slot);
		fail_node_as(g, n, EXIT_UNSUPPORTED, "E-DYNAMIC", "data decide the size of its outputs");
	}
	if (s->rank != rank)
		fail_node(g, n, "E-RANK", "output %d is given with shape %s; it must have rank %d", slot, shape_text(g, s),
			  rank);
	return s;
}

Value *flat(Graph *g, const Node *like, Value *v)
{
	return reshaped(g, like, v, 1, (int64_t[]){dim_number(g, like, shape_count(g, &v->shape))});
}

Value *positions_chosen(Graph *g, const Node *like, Value *mask, int64_t count)
{
	int64_t all = dim_number(g, like, mask->shape.dim[0]), room = count + 1;
	Value *number_of = cast_value(g, like, mask, I64), *none = value_scalar(g, I64, (double)count);

	require(g, like, binary(g, like, "Equal", reduced(g, like, "ReduceSum", number_of, 0, false), none));
	Value *place = put_attr(g, like, "CumSum", &(struct Cumulate){.exclusive = 1}, number_of, value_scalar(g, I64, 0),
				END_IN);
	Value *fits = binary(g, like, "And", mask, binary(g, like, "Less", place, none));
	place = put(g, like, "Where", fits, place, none, END_IN);
	Value *empty = value_const(g, NULL, tensor_new(&g->ctx->perm, I64, 1, &room));
	Value *out = put(g, like, "ScatterElements", empty, place, count_to(g, all), END_IN);
	return stretch(g, like, out, 0, count);
}
