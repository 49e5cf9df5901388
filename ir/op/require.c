/* require.c -- tcc.Require: its input has to be true, else the run stops. See trust.h. */
#include "ir/op/trust.h"

static void infer(Graph *g, Node *n)
{
	if (!dim_is(shape_count(g, &n->in[0]->shape), 1))
		fail_node(g, n, "E-SHAPE", "what is required has shape %s", shape_text(g, &n->in[0]->shape));
	same_as_input(g, n);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	if (!in_i64(e, in[0])[0])
		fail_node(e->g, n, "E-SHAPE", "the data lead to other sizes than those that the file gives, or to what the model rules out");
	out_i64(e, out[0])[0] = 1;
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return alu1(l, REQUIRE, in(l, n, 0, at));
}

const Op op_tcc_Require = {
	.name = "Require", .domain = "tcc", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = KEPT,
	.types = "b", .infer = infer, .eval = eval, .lower = lower,
};
