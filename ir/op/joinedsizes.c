/* joinedsizes.c -- sizes of which data decide some: a Concat joins them to others, which are known. See counted.h. */
#include "ir/op/counted.h"

static bool is_by(const Value *v, const char *op) { return v->def && v->def->op == op_named(op); }

/* Elements of v from `at` on; returns how many there are. */
static int look_up(Graph *g, const Value *v, Dim *size, int at, int count)
{
	int64_t n = v->shape.rank >= 0 && shape_known(&v->shape) ? shape_count(g, &v->shape).k : count;

	while (is_by(v, "Identity") || (is_by(v, "Cast") && is_int(v->def->in[0]->dtype)))
		v = v->def->in[0];
	for (int i = 0; i < n && at + i < count && v->content; i++)
		size[at + i] = v->content[i];
	if (!v->content && is_by(v, "Concat"))
		for (int i = 0, to = at; i < v->def->nin && to < count; i++)
			to += look_up(g, v->def->in[i], size, to, count);
	return n < count ? (int)n : count;
}

unsigned known_among(Graph *g, const Node *n, int slot, int count, Dim *size)
{
	unsigned open = 0;

	for (int i = 0; i < count; i++)
		size[i] = NO_BOUND;
	look_up(g, n->in[slot], size, 0, count);
	for (int i = 0; i < count; i++)
		open |= (unsigned)dim_same(size[i], NO_BOUND) << i;
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
