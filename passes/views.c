/* views.c -- rules that spare copies: a Slice needs no memory of its own, and parts of a Concat can be made in place.
 * Exact.
 *
 *     Gather(x, 2)             ->  Reshape(Slice(x, 2:3))    in front of the axis there are sizes of 1 only, so that
 *     Gather(x, [4, 5, 6])     ->  Slice(x, 4:7)             what is taken lies together in memory
 *     Concat(x, Concat(y, z))  ->  Concat(x, y, z) */
#include "ir/op/movement.h"
#include "passes/algebra.h"

/* The indices are first, first + 1, ... and inside the axis. */
static bool is_run(const Tensor *index, int64_t size, int64_t *first)
{
	if (index->count < 1 || index->rank > 1)
		return false;
	*first = load_i64(index->dtype, index->data, 0);
	if (*first < 0)
		*first += size;
	for (int64_t i = 1; i < index->count; i++) {
		int64_t k = load_i64(index->dtype, index->data, i);
		if ((k < 0 ? k + size : k) != *first + i)
			return false;
	}
	return *first >= 0 && *first + index->count <= size;
}

static bool lies_together(const Shape *x, int axis)
{
	for (int i = 0; i < axis; i++)
		if (!dim_is(x->dim[i], 1))
			return false;
	return true;
}

static Value *gather_as_slice(Rewrite *w, Node *n)
{
	Value *x = n->in[0], *index = n->in[1];
	int axis = (int)fix_axis(w->g, n, ATTR_OF(n, Gather)->axis, x->shape.rank);
	Value cut = *x;
	int64_t first, last, on = axis;

	if (x->content || !is_const(index) || !dim_known(x->shape.dim[axis]) || !lies_together(&x->shape, axis))
		return NULL;
	if (!is_run(index->data, x->shape.dim[axis].k, &first))
		return NULL;
	last = first + index->data->count;
	cut.shape.dim[axis] = dim(last - first);
	if (!can_reshape_to(w->g, &cut, &n->out[0]->shape))
		return NULL;
	Graph *g = w->g;
	Value *slice = put(g, n, "Slice", x, value_i64(g, 1, &first), value_i64(g, 1, &last), value_i64(g, 1, &on), END_IN);
	return reshape_to(g, n, slice, &n->out[0]->shape);
}

/* ---- Concat ---- */

static int concat_axis(Graph *g, const Node *n)
{
	return (int)fix_axis(g, n, ATTR_OF(n, Concat)->axis, n->out[0]->shape.rank);
}

/* Is input i of n a Concat along the same axis that nobody else reads? */
static bool is_part(const Rewrite *w, const Node *n, int i)
{
	const Node *part = made_by(n->in[i], "Concat");

	return part && used_once(w, n->in[i]) && concat_axis(w->g, part) == concat_axis(w->g, n);
}

static Value *flat_concat(Rewrite *w, Node *n)
{
	int all = 0, parts = 0;

	for (int i = 0; i < n->nin; i++) {
		bool part = is_part(w, n, i);
		parts += part;
		all += part ? n->in[i]->def->nin : 1;
	}
	if (!parts)
		return NULL;
	Value **in = NEW_N(&w->g->ctx->scratch, Value *, all);
	for (int i = 0, k = 0; i < n->nin; i++) {
		const Node *part = is_part(w, n, i) ? n->in[i]->def : NULL;
		for (int j = 0; j < (part ? part->nin : 1); j++)
			in[k++] = part ? part->in[j] : n->in[i];
	}
	return rewrite_inputs(w->g, n, all, in);
}

const Rule view_rules[] = {
	{"Concat", "Concat(x, Concat(y, z)) -> Concat(x, y, z)", flat_concat},
	{"Gather", "Gather(x, neighbours) -> Slice(x)", gather_as_slice},
	{0},
};
