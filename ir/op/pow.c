/* pow.c -- Pow (13, 15): x^y with the type of x; y may have any other number type.
 *
 * Integer bases with integer exponents are exact modulo the type, negative exponents give 1 / x^-y truncated (0 for
 * x = 0). An integer base with a float exponent is computed in double and truncated. */
#include <math.h>
#include "ir/op/pointwise.h"

static void pow_infer(Graph *g, Node *n)
{
	need_type(g, n, 1, "fiu");
	infer_broadcast(g, n, DT_NONE);
}

/* 1 / a^-b for b < 0, truncated */
static int64_t int_root(int64_t a, int64_t b) { return a == 1 ? 1 : a == -1 ? (b & 1 ? -1 : 1) : 0; }

static int64_t int_pow(const Node *n, int64_t a, int64_t b, bool u)
{
	int64_t p = 1;

	(void)n;
	if (b < 0 && !u)
		return int_root(a, b);
	for (uint64_t left = (uint64_t)b; left; left >>= 1, a = wrap_mul(a, a))
		if (left & 1)
			p = wrap_mul(p, a);
	return p;
}

static double float_pow(const Node *n, double x, double y)
{
	(void)n;
	return pow(x, y);
}

static void pow_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	if (is_float(in[0]->dtype) || is_float(in[1]->dtype))
		fold_f64(e, n, in, out[0], float_pow);
	else
		fold_i64(e, n, in, out[0], int_pow);
}

static Expr *pow_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType x = n->in[0]->dtype, y = n->in[1]->dtype;
	DType t = is_float(x) ? formula_type(l, n, x) : is_float(y) ? F64 : I64;

	(void)slot;
	return cast(l, x, alu2(l, POW, cast(l, t, in_bcast(l, n, 0, at)), cast(l, t, in_bcast(l, n, 1, at))));
}

const Op op_Pow = {.name = "Pow", .domain = "", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
		   .flags = POINTWISE, .ulp = 4, .types = "fiu", .infer = pow_infer, .eval = pow_eval, .lower = pow_lower};
