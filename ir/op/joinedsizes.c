/* joinedsizes.c -- sizes of which data decide some: they were joined to others, which are known. See counted.h. */
#include "ir/op/counted.h"

static bool is_one_of(const Node *n, const char *const *names)
{
	while (*names && !is_op(n, *names))
		names++;
	return *names;
}

static const Dim *elements_in(Graph *g, const Node *n, int slot, int *count)
{
	*count = (int)shape_count(g, &n->in[slot]->shape).k;
	return known_elements(g, n->in[slot]);
}

const Dim *known_elements(Graph *g, const Value *v)
{
	static const char *const keep[] = {"Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", NULL};
	static const char *const move[] = {"Concat", "Slice", "Transpose", "Gather", "Expand", "Tile", NULL};
	const Node *n = v->def;

	if (v->content || !carries_contents(g, v))
		return v->content;
	if (is_one_of(n, keep) && is_int(n->in[0]->dtype)) {
		const Dim *same = known_elements(g, n->in[0]);
		if (same)
			return same;
	}
	Dim **to = is_one_of(n, move) ? moved_elements(g, n, is_op(n, "Concat") ? n->nin : 1, elements_in) : NULL;
	if (to)
		return to[v->slot];
	int64_t count = shape_count(g, &v->shape).k;
	Dim *none = NEW_N(&g->ctx->scratch, Dim, count);
	for (int64_t i = 0; i < count; i++)
		none[i] = NO_BOUND;
	return none;
}

unsigned known_among(Graph *g, const Node *n, int slot, int count, Dim *size)
{
	unsigned open = 0;

	const Shape *s = &n->in[slot]->shape;
	bool all = s->rank >= 0 && dim_is(shape_count(g, s), count);
	const Dim *known = all ? known_elements(g, n->in[slot]) : NULL;

	for (int i = 0; i < count; i++) {
		size[i] = known ? known[i] : NO_BOUND;
		open |= (unsigned)dim_same(size[i], NO_BOUND) << i;
	}
	return open;
}

Value *counted_among(Graph *g, const Node *n, int slot, const Shape *s, unsigned open)
{
	Value *given = as_vector(g, n, n->in[slot]), *all = NULL;

	for (int i = 0; i < s->rank; i++) {
		Value *one = open >> i & 1 ? as_vector(g, n, counted_value(g, n, element(g, n, given, i), s->dim[i]))
					   : dims_as_value(g, n, n->in[0], &s->dim[i], 1);
		all = all ? joined(g, n, 0, all, one) : one;
	}
	return all;
}
