/* expand.c -- Expand: y[at] = x[at] with sizes of 1 repeated; Tile: y[at] = x[at mod size]. */
#include "ir/op/trust.h"

/* ---- Expand ---- */

/* The last sizes of the result, as many as data give. */
static Shape given_sizes(Graph *g, const Node *n)
{
	const Shape *y = &n->out[0]->shape;
	int64_t count = dim_number(g, n, shape_count(g, &n->in[1]->shape));
	if (count > y->rank)
		fail_node(g, n, "E-SHAPE", "%lld sizes cannot lead to shape %s", (long long)count, shape_text(g, y));
	return shape_of((int)count, y->dim + y->rank - count);
}

static void infer_expand(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	int count;
	if (is_trusted(g, n, 1)) {
		Shape y = n->out[0]->shape, given = given_sizes(g, n), both = broadcast_shape(g, n, &n->in[0]->shape, &given);
		if (!shape_same(&both, &y))
			fail_node(g, n, "E-SHAPE", "shape %s cannot become %s by %d sizes", shape_text(g, &n->in[0]->shape),
				  shape_text(g, &y), given.rank);
		n->out[0]->dtype = n->in[0]->dtype;
		return;
	}
	const Dim *sizes = need_content(g, n, 1, &count);
	if (count > MAX_RANK)
		fail_unsupported(g, n, "rank %d is above the limit of %d", count, MAX_RANK);
	Shape want = shape_of(count, sizes), y = broadcast_shape(g, n, &n->in[0]->shape, &want);
	set_out(g, n, 0, n->in[0]->dtype, &y);
	move_contents(g, n, 1);
}

/* A size is that of the result, or 1 where x has that of the result. */
static void trust_expand(Graph *g, Node *n)
{
	if (!is_trusted(g, n, 1))
		return;
	const Shape *x = &n->in[0]->shape;
	Shape most = given_sizes(g, n), least = most;
	for (int i = 1; i <= x->rank && i <= most.rank; i++)
		if (dim_same(x->dim[x->rank - i], most.dim[most.rank - i]))
			least.dim[most.rank - i] = dim(1);
	Value *given = as_vector(g, n, n->in[1]);
	settle_input(n, 1, sizes_value(g, &most));
	require(g, n, binary(g, n, "Or", binary(g, n, "Equal", given, n->in[1]),
			     binary(g, n, "Equal", given, sizes_value(g, &least))));
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

static void infer_tile(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	Shape y = n->in[0]->shape;
	int count;
	if (is_trusted(g, n, 1)) {
		take_given_shape(g, n);
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

static void trust_tile(Graph *g, Node *n)
{
	if (!is_trusted(g, n, 1))
		return;
	const Shape *x = &n->in[0]->shape, *y = &n->out[0]->shape;
	int64_t repeats[MAX_RANK];
	for (int k = 0; k < x->rank; k++) {
		repeats[k] = x->dim[k].k ? y->dim[k].k / x->dim[k].k : 1;
		if (repeats[k] * x->dim[k].k != y->dim[k].k)
			fail_node(g, n, "E-SHAPE", "shape %s repeated never has shape %s", shape_text(g, x), shape_text(g, y));
	}
	Value *given = as_vector(g, n, n->in[1]);
	settle_input(n, 1, value_i64(g, x->rank, repeats));
	require(g, n, binary(g, n, "Equal", binary(g, n, "Mul", given, sizes_value(g, x)), sizes_value(g, y)));
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
