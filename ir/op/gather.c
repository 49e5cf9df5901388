/* gather.c -- elements picked by an index tensor k; negative indices count from the end.
 *
 *     Gather:          y[p.., q.., r..] = x[p.., k[q..], r..]                 p: axes before `axis`, r: those behind
 *     GatherElements:  y[.., i, ..]     = x[.., k[.., i, ..], ..]             k has the shape of y
 *     GatherND:        y[b.., q.., r..] = x[b.., k[b.., q.., 0], k[b.., q.., 1], .., r..]    b: batch_dims axes */
#include "ir/op/movement.h"

static void need_indices(Graph *g, const Node *n)
{
	need_rank(g, n, 0, 1, -1);
	need_rank(g, n, 1, 0, -1);
	if (n->in[1]->dtype != I32 && n->in[1]->dtype != I64)
		fail_node(g, n, "E-TYPE", "the indices have type %s; they must be i32 or i64",
			  dtype_name(n->in[1]->dtype));
}

/* Constant indices into an axis of a known size, NULL for others. */
static const Tensor *constant_indices(const Node *n, Dim size)
{
	return dim_known(size) ? n->in[1]->data : NULL;
}

static void check_constants(Graph *g, const Node *n, Dim size)
{
	const Tensor *k = constant_indices(n, size);
	for (int64_t i = 0; k && i < k->count; i++) {
		int64_t index = load_i64(k->dtype, k->data, i);
		if (index < -size.k || index >= size.k)
			fail_node(g, n, "E-INDEX", "index %lld is outside 0..%lld", (long long)index,
				  (long long)size.k - 1);
	}
}

static int64_t from_front(const Tensor *k, int64_t i, int64_t size)
{
	int64_t index = load_i64(k->dtype, k->data, i);
	return index < 0 ? index + size : index;
}

/* k is first, first + step, ... */
static bool steps_evenly(const Tensor *k, int64_t size, int64_t *first, int64_t *step)
{
	if (k->rank != 1 || k->count < 2)
		return false;
	*first = from_front(k, 0, size);
	*step = from_front(k, 1, size) - *first;
	for (int64_t i = 2; i < k->count; i++)
		if (from_front(k, i, size) != *first + i * *step)
			return false;
	return true;
}

/* The index at `at`. Constants are inside (infer saw to it), and those that step evenly need no table. */
static Expr *picked(Lower *l, const Node *n, Expr *const *at, Dim size)
{
	const Tensor *k = constant_indices(n, size);
	int64_t first, step, i = 0;
	if (k && steps_evenly(k, size.k, &first, &step))
		return iadd(l, num_i(l, first), imul(l, at[0], num_i(l, step)));
	while (k && i < k->count && load_i64(k->dtype, k->data, i) >= 0)
		i++;
	if (k && i == k->count)
		return cast(l, I64, in(l, n, 1, at));
	return checked_index(l, in(l, n, 1, at), extent(l, size));
}

/* ---- Gather ---- */

static void infer_gather(Graph *g, Node *n)
{
	need_indices(g, n);
	const Shape *x = &n->in[0]->shape, *k = &n->in[1]->shape;
	int axis = (int)fix_axis(g, n, ATTR_OF(n, Gather)->axis, x->rank);
	check_constants(g, n, x->dim[axis]);
	Shape y = {.rank = x->rank - 1 + k->rank};
	if (y.rank > MAX_RANK)
		fail_unsupported(g, n, "rank %d is above the limit of %d", y.rank, MAX_RANK);
	for (int i = 0; i < y.rank; i++)
		y.dim[i] = i < axis		? x->dim[i]
			 : i < axis + k->rank	? k->dim[i - axis]
						: x->dim[i - k->rank + 1];
	set_out(g, n, 0, n->in[0]->dtype, &y);
	move_contents(g, n, 1);
}

/* x is [before, size, behind], y is [before, picks, behind]. */
static void eval_gather(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Tensor *x = in[0];
	const int64_t *k = in_i64(e, in[1]);
	int axis = (int)fix_axis(e->g, n, ATTR_OF(n, Gather)->axis, x->rank);
	int64_t before = 1, behind = 1, picks = in[1]->count, size = x->dim[axis], to = 0;
	for (int i = 0; i < x->rank; i++)
		*(i < axis ? &before : &behind) *= i == axis ? 1 : x->dim[i];
	for (int64_t b = 0; b < before; b++)
		for (int64_t p = 0; p < picks; p++) {
			int64_t from = (b * size + checked_number(e, n, k[p], size)) * behind;
			for (int64_t r = 0; r < behind; r++)
				move_element(out[0], to++, x, from + r);
		}
}

static Expr *lower_gather(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *x = &n->in[0]->shape;
	int axis = (int)fix_axis(lower_graph(l), n, ATTR_OF(n, Gather)->axis, x->rank), picks = n->in[1]->shape.rank;
	Expr *index[MAX_RANK];
	(void)slot;
	for (int i = 0; i < x->rank; i++)
		index[i] = i < axis	? at[i]
			 : i == axis	? picked(l, n, at + axis, x->dim[axis])
					: at[i + picks - 1];
	return in(l, n, 0, index);
}

/* ---- GatherElements ---- */

void reach_at_most(Graph *g, const Node *n, int axis)
{
	const Shape *x = &n->in[0]->shape, *k = &n->in[1]->shape;
	Dim beyond = dim_sub(g->syms, k->dim[axis], x->dim[axis]);

	if (dim_hi(g->syms, beyond) <= 0)
		return;
	if (dim_lo(g->syms, beyond) > 0)
		fail_node(g, n, "E-SHAPE", "indices of shape %s reach beyond data of shape %s", shape_text(g, k),
			  shape_text(g, x));
	if (!dim_counted_at_most(g->syms, k->dim[axis], x->dim[axis]))
		dim_assume_at_most(g->syms, k->dim[axis], x->dim[axis]);
}

static void infer_elements(Graph *g, Node *n)
{
	need_indices(g, n);
	const Shape *x = &n->in[0]->shape, *k = &n->in[1]->shape;
	int axis = (int)fix_axis(g, n, ATTR_OF(n, Gather)->axis, x->rank);
	need_rank(g, n, 1, x->rank, x->rank);
	check_constants(g, n, x->dim[axis]);
	for (int i = 0; i < x->rank; i++)
		if (i != axis)
			reach_at_most(g, n, i);
	set_out(g, n, 0, n->in[0]->dtype, k);
	move_contents(g, n, 1);
}

static void eval_elements(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const int64_t *k = in_i64(e, in[1]);
	int axis = (int)fix_axis(e->g, n, ATTR_OF(n, Gather)->axis, in[0]->rank);
	int64_t at[MAX_RANK] = {0}, from[MAX_RANK];
	for (int64_t i = 0; i < out[0]->count; i++, next_index(out[0]->rank, out[0]->dim, at)) {
		for (int d = 0; d < in[0]->rank; d++)
			from[d] = d == axis ? checked_number(e, n, k[i], in[0]->dim[d]) : at[d];
		move_element(out[0], i, in[0], position_of(in[0], from));
	}
}

static Expr *lower_elements(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *x = &n->in[0]->shape;
	int axis = (int)fix_axis(lower_graph(l), n, ATTR_OF(n, Gather)->axis, x->rank);
	Expr *index[MAX_RANK];
	(void)slot;
	for (int i = 0; i < x->rank; i++)
		index[i] = i == axis ? picked(l, n, at, x->dim[i]) : at[i];
	return in(l, n, 0, index);
}

/* ---- GatherND ---- */

/* How many axes of x one index names: the last size of the indices. */
static int named_axes(Graph *g, const Node *n)
{
	const Shape *x = &n->in[0]->shape, *k = &n->in[1]->shape;
	int64_t batch = ATTR_OF(n, GatherND)->batch_dims, named;
	need_rank(g, n, 1, 1, -1);
	if (batch < 0 || batch >= k->rank || batch >= x->rank)
		fail_node(g, n, "E-ATTR", "batch_dims is %lld; it must be below both ranks, %d and %d",
			  (long long)batch, x->rank, k->rank);
	int64_t axes = output_rank(n), all = k->rank - 1 + x->rank - batch;
	named = rank_size(g, n, k->dim[k->rank - 1], axes < 0 ? -1 : all - axes);
	if (named < 1 || named > x->rank - batch)
		fail_node(g, n, "E-SHAPE", "an index has %lld numbers; it must have 1..%d", (long long)named,
			  (int)(x->rank - batch));
	return (int)named;
}

static void infer_nd(Graph *g, Node *n)
{
	need_indices(g, n);
	const Shape *x = &n->in[0]->shape, *k = &n->in[1]->shape;
	int batch = (int)ATTR_OF(n, GatherND)->batch_dims, named = named_axes(g, n);
	Shape y = {.rank = 0};
	if (k->rank - 1 + x->rank - batch - named > MAX_RANK)
		fail_unsupported(g, n, "rank %d is above the limit of %d", k->rank - 1 + x->rank - batch - named,
				 MAX_RANK);
	for (int i = 0; i < k->rank - 1; i++)
		y.dim[y.rank++] = i < batch ? one_size(g, n, x->dim[i], k->dim[i]) : k->dim[i];
	for (int i = batch + named; i < x->rank; i++)
		y.dim[y.rank++] = x->dim[i];
	set_out(g, n, 0, n->in[0]->dtype, &y);
	move_contents(g, n, 1);
}

static void eval_nd(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const int64_t *k = in_i64(e, in[1]);
	int batch = (int)ATTR_OF(n, GatherND)->batch_dims, picks = in[1]->rank - 1, named = (int)in[1]->dim[picks];
	int64_t at[MAX_RANK] = {0}, from[MAX_RANK];
	for (int64_t i = 0; i < out[0]->count; i++, next_index(out[0]->rank, out[0]->dim, at)) {
		int64_t pick = 0;
		for (int d = 0; d < picks; d++)
			pick = pick * in[1]->dim[d] + at[d];
		for (int d = 0; d < in[0]->rank; d++)
			from[d] = d < batch	    ? at[d]
				: d < batch + named ? checked_number(e, n, k[pick * named + d - batch], in[0]->dim[d])
						    : at[picks + d - batch - named];
		move_element(out[0], i, in[0], position_of(in[0], from));
	}
}

static Expr *lower_nd(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *x = &n->in[0]->shape;
	int batch = (int)ATTR_OF(n, GatherND)->batch_dims, named = named_axes(lower_graph(l), n);
	int picks = n->in[1]->shape.rank - 1;
	Expr *index[MAX_RANK], *pick[MAX_RANK];
	(void)slot;
	for (int i = 0; i < picks; i++)
		pick[i] = at[i];
	for (int i = 0; i < x->rank; i++) {
		pick[picks] = num_i(l, i - batch);
		index[i] = i < batch	     ? at[i]
			 : i < batch + named ? checked_index(l, in(l, n, 1, pick), extent(l, x->dim[i]))
					     : at[picks + i - batch - named];
	}
	return in(l, n, 0, index);
}

static const Attr gather_attrs[] = {ATTR_INT(Gather, axis, 0), {0}};
static const Attr nd_attrs[] = {ATTR_INT(GatherND, batch_dims, 0), {0}};

const Op op_Gather = {
	.name = "Gather", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = MOVES,
	.attrs = gather_attrs, .attr_size = sizeof(struct Gather),
	.infer = infer_gather, .eval = eval_gather, .lower = lower_gather,
};
const Op op_GatherElements = {
	.name = "GatherElements", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = MOVES,
	.attrs = gather_attrs, .attr_size = sizeof(struct Gather),
	.infer = infer_elements, .eval = eval_elements, .lower = lower_elements,
};
const Op op_GatherND = {
	.name = "GatherND", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = MOVES | RANKED,
	.attrs = nd_attrs, .attr_size = sizeof(struct GatherND),
	.infer = infer_nd, .eval = eval_nd, .lower = lower_nd,
};
