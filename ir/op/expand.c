/* expand.c -- Expand: y[at] = x[at] with sizes of 1 repeated; Tile: y[at] = x[at mod size]. */
#include "ir/op/movement.h"

/* ---- Expand ---- */

static void infer_expand(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	int count;
	const Dim *sizes = need_content(g, n, 1, &count);
	if (count > MAX_RANK)
		fail_unsupported(g, n, "rank %d is above the limit of %d", count, MAX_RANK);
	Shape want = shape_of(count, sizes), y = broadcast_shape(g, n, &n->in[0]->shape, &want);
	set_out(g, n, 0, n->in[0]->dtype, &y);
	move_contents(g, n, 1);
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
	.infer = infer_expand, .eval = eval_expand, .lower = lower_expand,
};
const Op op_Tile = {
	.name = "Tile", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = MOVES,
	.infer = infer_tile, .eval = eval_tile, .lower = lower_tile,
};
