/* ort_cache.c -- caches with room, for ort_groupquery.c and ort_decoder.c: past and present are buffers of so many rows
 * as there will ever be. What is in rows that nobody has written counts for nothing, even where it is no number. */
#include "ir/op/ort_attention.h"

Value *cache_with(Parts *p, Value *past, Value *now, Value *before)
{
	Graph *g = p->g;
	Value *end = binary(g, p->n, "Add", before, size_of(g, p->n, now, 2));
	Value *taken = binary(g, p->n, "Less", counted(g, p->n, past, 2), end);
	Value *first = put(g, p->n, "Squeeze", before, value_i64(g, 1, &(int64_t){1}), END_IN);
	Value *whole = put(g, p->n, "TensorScatter", past, now, first, END_IN);

	taken = with_axes(g, p->n, taken, 2, (int64_t[]){1, 3});
	return put(g, p->n, "Where", taken, whole, value_scalar(g, past->dtype, 0), END_IN);
}

Value *for_cache(Parts *p, Value *v, int axis)
{
	Graph *g = p->g;

	if (axis >= v->shape.rank || dim_same(v->shape.dim[axis], p->k->shape.dim[2]) || dim_is(v->shape.dim[axis], 1))
		return v;
	Value *last = binary(g, p->n, "Sub", size_of(g, p->n, v, axis), value_scalar(g, I64, 1));
	return picked(g, p->n, v, binary(g, p->n, "Min", counted(g, p->n, p->k, 2), last), axis);
}
