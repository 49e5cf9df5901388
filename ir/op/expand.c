/* expand.c -- Expand: y[at] = x[at] with sizes of 1 repeated; Tile: y[at] = x[at mod size]. */
#include "ir/op/counted.h"

/* ---- Expand ---- */

/* The result has as many axes as x, and any number of sizes up to that may be given: which is for the run to say. */
static bool any_count(Graph *g, const Node *n)
{
	Dim count = shape_count(g, &n->in[1]->shape);
	return !dim_known(count) && output_rank(n) == n->in[0]->shape.rank;
}

/* Sizes that data give: how many, and which axes of the result they decide. Other sizes are those of x. */
static Shape decided_shape(Graph *g, const Node *n, int *count, unsigned *open)
{
	const Shape *x = &n->in[0]->shape;
	int64_t k = any_count(g, n) ? x->rank : rank_size(g, n, shape_count(g, &n->in[1]->shape), output_rank(n));
	if (k > MAX_RANK)
		fail_unsupported(g, n, "rank %lld is above the limit of %d", (long long)k, MAX_RANK);
	*count = (int)k;
	*open = 0;
	Shape y = {.rank = *count > x->rank ? *count : x->rank};
	for (int i = 1; i <= y.rank; i++) {
		Dim own = i <= x->rank ? x->dim[x->rank - i] : dim(1);
		bool decided = i <= *count && dim_is(own, 1);
		y.dim[y.rank - i] = decided ? NO_BOUND : own;
		*open |= (unsigned)decided << (y.rank - i);
	}
	return counted_shape(g, n, 0, &y, *open);
}

static void infer_decided(Graph *g, Node *n)
{
	int count;
	unsigned open;
	Shape y = decided_shape(g, n, &count, &open), was = n->out[0]->shape;
	for (int k = 0; k < was.rank; k++)
		if (was.rank != y.rank || (dim_known(was.dim[k]) && dim_known(y.dim[k]) && was.dim[k].k != y.dim[k].k))
			fail_node(g, n, "E-SHAPE", "shape %s cannot become %s by %d sizes", shape_text(g, &n->in[0]->shape),
				  shape_text(g, &was), count);
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

static void infer_expand(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	int count;
	if (by_data(g, n, 1)) {
		infer_decided(g, n);
		return;
	}
	const Dim *sizes = need_content(g, n, 1, &count);
	if (count > MAX_RANK)
		fail_unsupported(g, n, "rank %d is above the limit of %d", count, MAX_RANK);
	Shape want = shape_of(count, sizes), y = broadcast_shape(g, n, &n->in[0]->shape, &want);
	set_out(g, n, 0, n->in[0]->dtype, &y);
	move_contents(g, n, 1);
}

/* A size that is known: data have to say it, or 1 where x has it. */
static Value *size_kept(Graph *g, const Node *n, Value *given, int axis)
{
	Value *size = size_of(g, n, n->in[0], axis), *one = value_scalar(g, I64, 1);
	require(g, n, binary(g, n, "Or", binary(g, n, "Equal", given, size), binary(g, n, "Equal", given, one)));
	return size;
}

/* As many sizes as axes: those that are not given are 1. */
static Value *filled_up(Graph *g, const Node *n, Value *given, int rank)
{
	Value *most = value_scalar(g, I64, rank), *all = joined(g, n, 0, copies_of(g, 1, rank), given);
	int64_t first = -rank, last = INT64_MAX;
	require(g, n, binary(g, n, "LessOrEqual", size_of(g, n, given, 0), most));
	return put(g, n, "Slice", all, value_i64(g, 1, &first), value_i64(g, 1, &last), END_IN);
}

static void trust_expand(Graph *g, Node *n)
{
	int count;
	unsigned open;
	int64_t first = 0;
	if (!by_data(g, n, 1))
		return;
	Shape y = decided_shape(g, n, &count, &open);
	Value *given = as_vector(g, n, n->in[1]), *sizes = value_i64(g, 0, NULL);
	given = any_count(g, n) ? filled_up(g, n, given, count) : given;
	for (int i = 0; i < count; i++) {
		int axis = y.rank - count + i;
		Value *size = element(g, n, given, i);
		size = open >> axis & 1 ? counted_value(g, n, size, y.dim[axis])
					: size_kept(g, n, size, axis - y.rank + n->in[0]->shape.rank);
		size = with_axes(g, n, size, 1, &first);
		sizes = i ? joined(g, n, 0, sizes, size) : size;
	}
	settle_input(n, 1, sizes);
}

static void eval_expand(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t at[MAX_RANK] = {0};
	(void)e, (void)n;
	for (int64_t i = 0; i < out[0]->count; i++, next_index(out[0]->rank, out[0]->dim, at))
		move_element(out[0], i, in[0], broadcast_index(in[0], out[0]->rank, at));
}

static Expr *lower_expand(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return in_bcast(l, n, 0, at);
}

/* ---- Tile ---- */

/* Every size of the result, where data decide how often x is repeated. */
static Shape tiled_shape(Graph *g, const Node *n)
{
	Shape y = n->in[0]->shape;
	for (int k = 0; k < y.rank; k++)
		y.dim[k] = dim_is(y.dim[k], 0) ? dim(0) : NO_BOUND;
	need_count(g, n, 1, y.rank);
	return counted_shape(g, n, 0, &y, (1u << y.rank) - 1);
}

static void infer_tile(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	Shape y = n->in[0]->shape;
	int count;
	if (by_data(g, n, 1)) {
		y = tiled_shape(g, n);
		set_out(g, n, 0, n->in[0]->dtype, &y);
		return;
	}
	const Dim *repeats = need_content(g, n, 1, &count);
	if (count != y.rank)
		fail_node(g, n, "E-SHAPE", "%d repeats are given for rank %d", count, y.rank);
	for (int k = 0; k < y.rank; k++) {
		if (dim_hi(g->syms, repeats[k]) < 0)
			fail_node(g, n, "E-VALUE", "axis %d is repeated %s times", k, dim_text(g->syms, repeats[k]));
		y.dim[k] = dim_mul(g->syms, y.dim[k], repeats[k]);
	}
	set_out(g, n, 0, n->in[0]->dtype, &y);
	move_contents(g, n, 1);
}

/* The file gives all sizes: so it does how often x is repeated. */
static void settle_repeats(Graph *g, Node *n, Value *given)
{
	const Shape *x = &n->in[0]->shape, *y = &n->out[0]->shape;
	int64_t repeats[MAX_RANK];
	for (int k = 0; k < x->rank; k++) {
		repeats[k] = x->dim[k].k ? y->dim[k].k / x->dim[k].k : 1;
		if (repeats[k] * x->dim[k].k != y->dim[k].k)
			fail_node(g, n, "E-SHAPE", "shape %s repeated never has shape %s", shape_text(g, x), shape_text(g, y));
	}
	settle_input(n, 1, value_i64(g, x->rank, repeats));
	require(g, n, binary(g, n, "Equal", binary(g, n, "Mul", given, sizes_value(g, x)), sizes_value(g, y)));
}

/* Else positions 0, 1, .. mod size are picked along each axis. */
static void trust_tile(Graph *g, Node *n)
{
	if (!by_data(g, n, 1))
		return;
	Value *given = as_vector(g, n, n->in[1]), *v = n->in[0];
	if (shape_known(&n->in[0]->shape) && shape_known(&n->out[0]->shape)) {
		settle_repeats(g, n, given);
		return;
	}
	for (int k = 0; k < n->in[0]->shape.rank; k++) {
		Value *size = size_of(g, n, n->in[0], k), *all = binary(g, n, "Mul", element(g, n, given, k), size);
		all = counted_value(g, n, all, n->out[0]->shape.dim[k]);
		v = picked(g, n, v, binary(g, n, "Mod", count_up(g, n, all), size), k);
	}
	value_replace(g, n->out[0], v);
}

static void eval_tile(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t at[MAX_RANK] = {0}, from[MAX_RANK];
	(void)e, (void)n;
	for (int64_t i = 0; i < out[0]->count; i++, next_index(out[0]->rank, out[0]->dim, at)) {
		for (int k = 0; k < in[0]->rank; k++)
			from[k] = at[k] % in[0]->dim[k];
		move_element(out[0], i, in[0], position_of(in[0], from));
	}
}

static Expr *lower_tile(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *x = &n->in[0]->shape, *y = &n->out[slot]->shape;
	Expr *index[MAX_RANK];
	for (int k = 0; k < x->rank; k++)
		index[k] = dim_same(x->dim[k], y->dim[k]) ? at[k]
			 : dim_is(x->dim[k], 0)		  ? num_i(l, 0)
							  : imod(l, at[k], extent(l, x->dim[k]));
	return in(l, n, 0, index);
}

const Op op_Expand = {
	.name = "Expand", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = MOVES,
	.infer = infer_expand, .trust = trust_expand, .eval = eval_expand, .lower = lower_expand,
};
const Op op_Tile = {
	.name = "Tile", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = MOVES,
	.infer = infer_tile, .trust = trust_tile, .eval = eval_tile, .lower = lower_tile,
};
