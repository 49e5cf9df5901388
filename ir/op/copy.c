/* Copy(x) = x, into memory of its own: inserted by the layout pass where a value is needed in a second order, and kept
 * by every later pass (unlike Identity, which vanishes). */
#include "ir/expr.h"

static void infer(Graph *g, Node *n)
{
	same_as_input(g, n);
}

static void eval(Eval *e, const Node *n, Tensor *const *in_, Tensor *const *out)
{
	(void)e;
	(void)n;
	for (int64_t i = 0; i < in_[0]->count; i++)
		move_element(out[0], i, in_[0], i);
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return in(l, n, 0, at);
}

const Op op_tcc_Copy = {.name = "Copy", .domain = "tcc", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
                        .flags = MOVES | ONCE, .infer = infer, .eval = eval, .lower = lower};
