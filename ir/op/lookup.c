/* lookup.c -- tcc.Lookup(x, table): bytes by a table of 256 of them, one for each byte; inserted by the pass `lookups`.
 *
 *     y[i] = table[x[i]], where x counts by its bits: those of i8 below 0 come last */
#include "ir/op/nn.h"

enum { BYTES = 256 };

static void infer(Graph *g, Node *n)
{
	const DType x = n->in[0]->dtype, t = n->in[1]->dtype;

	if ((x != U8 && x != I8) || (t != U8 && t != I8))
		fail_node(g, n, "E-TYPE", "has types %s and %s; they must be u8 or i8", dtype_name(x), dtype_name(t));
	need_rank(g, n, 1, 1, 1);
	need_size(g, n, 1, 0, dim(BYTES));
	set_out(g, n, 0, t, &n->in[0]->shape);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const unsigned char *x = in[0]->data;

	(void)e;
	(void)n;
	for (int64_t i = 0; i < in[0]->count; i++)
		move_element(out[0], i, in[1], x[i]);
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *byte = cast(l, I64, cast(l, U8, in(l, n, 0, at)));

	(void)slot;
	return in(l, n, 1, &byte);
}

const Op op_tcc_Lookup = {
	.name = "Lookup", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = POINTWISE,
	.infer = infer, .eval = eval, .lower = lower,
};
