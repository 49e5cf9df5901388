/* concat.c -- Concat: the inputs one behind the other along `axis`.
 *
 *     y[.., i, ..] = x0[.., i, ..]           for i < n0
 *                    x1[.., i - n0, ..]      for i < n0 + n1, ...
 *
 * Inputs are made in their places in the result. Where these are not known, because one before the last varies along the
 * axis, it becomes tcc.Join: the same as a formula. */
#include "ir/op/composite.h"

static void infer(Graph *g, Node *n)
{
	for (int i = 0; i < n->nin; i++)
		need_rank(g, n, i, 1, -1);
	Shape y = n->in[0]->shape;
	int axis = (int)fix_axis(g, n, ATTR_OF(n, Concat)->axis, y.rank);
	for (int i = 1; i < n->nin; i++) {
		const Shape *x = &n->in[i]->shape;
		same_type(g, n, 0, i);
		need_rank(g, n, i, y.rank, y.rank);
		for (int k = 0; k < y.rank; k++)
			y.dim[k] = k == axis ? dim_add(g->syms, y.dim[k], x->dim[k])
					     : one_size(g, n, y.dim[k], x->dim[k]);
	}
	set_out(g, n, 0, n->in[0]->dtype, &y);
	move_contents(g, n, n->nin);
}

/* Row by row: an input's row is its sizes from the axis on. */
static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int axis = (int)fix_axis(e->g, n, ATTR_OF(n, Concat)->axis, out[0]->rank);
	int64_t rows = 1, to = 0;
	for (int k = 0; k < axis; k++)
		rows *= out[0]->dim[k];
	for (int64_t r = 0; r < rows; r++)
		for (int i = 0; i < n->nin; i++)
			for (int64_t row = in[i]->count / rows, k = 0; k < row; k++)
				move_element(out[0], to++, in[i], r * row + k);
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Graph *g = lower_graph(l);
	const Shape *y = &n->out[slot]->shape;
	int axis = (int)fix_axis(g, n, ATTR_OF(n, Concat)->axis, y->rank);
	Dim first = y->dim[axis];
	Expr *index[MAX_RANK], *element = NULL;
	for (int k = 0; k < y->rank; k++)
		index[k] = at[k];
	for (int i = n->nin - 1; i >= 0; i--) { /* the last one is the innermost else */
		Dim end = first;
		first = dim_sub(g->syms, first, n->in[i]->shape.dim[axis]);
		Expr *here = alu2(l, LT, at[axis], extent(l, end));
		index[axis] = isub(l, at[axis], extent(l, first));
		Expr *x = in(l, n, i, index);
		element = element ? choose(l, here, x, element) : x;
	}
	return element;
}

/* A part that does not begin at a number, or not at a byte, is not made in place. */
static void expand(Graph *g, Node *n)
{
	int axis = (int)fix_axis(g, n, ATTR_OF(n, Concat)->axis, n->in[0]->shape.rank);
	bool elsewhere = dtype_info(n->in[0]->dtype)->bits < 8;
	for (int i = 0; i + 1 < n->nin; i++)
		elsewhere |= !dim_known(n->in[i]->shape.dim[axis]);
	if (elsewhere)
		value_replace(g, n->out[0], node_new(g, &op_tcc_Join, n, n->nin, n->in, 1, n->attr)->out[0]);
}

static const Attr attrs[] = {ATTR_REQUIRED(Concat, axis, A_INT), {0}};

const Op op_Concat = {
	.name = "Concat", .min_in = 1, .max_in = -1, .min_out = 1, .max_out = 1, .flags = MOVES,
	.attrs = attrs, .attr_size = sizeof(struct Concat),
	.infer = infer, .eval = eval, .expand = expand, .lower = lower,
};
const Op op_tcc_Join = {
	.name = "Join", .domain = "tcc", .min_in = 1, .max_in = -1, .min_out = 1, .max_out = 1, .flags = MOVES,
	.attrs = attrs, .attr_size = sizeof(struct Concat),
	.infer = infer, .eval = eval, .lower = lower,
};
