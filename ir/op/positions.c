/* positions.c -- tcc.Positions(x): which elements of a vector of bools are true.
 *
 *     y i64[most + 1] = how many are true, their positions from the first to the last, then 0        most: that x can have */
#include "ir/op/chosen.h"

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 1, 1);
	set_out(g, n, 0, I64, &(Shape){1, {dim(most_of(g, n, n->in[0]->shape.dim[0]) + 1)}});
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t size = n->out[0]->shape.dim[0].k;

	out_sizes(e, out[0], 1, &size);
	int64_t *y = out_i64(e, out[0]);
	for (int64_t i = 0; i < in[0]->count; i++)
		if (load_i64(BOOL, in[0]->data, i))
			y[++y[0]] = i;
}

static Expr *chosen(Lower *l, const Node *n, Expr *const *at) { return in(l, n, 0, at); }

const Op op_tcc_Positions = {
	.name = "Positions", .domain = "tcc", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.types = "b", .infer = infer, .eval = eval, .chosen = chosen,
};
