/* arithmetic.c -- numbers combined element by element, with numpy's broadcasting.
 *
 * Add Sub Mul Div Mod (14, 14, 14, 14, 13)  Min Max Sum Mean (13; any number of inputs)  Neg Abs Sign Reciprocal (13)
 * Of more than MOST_TERMS numbers each so many are one: a stage cannot read any number of values.
 * Integers wrap to their type, division truncates and gives 0 for a divisor of 0. NaN wins Min and Max.
 *     Mod, fmod 0: x - floor(x / y) * y, the sign of y;  fmod 1: x - trunc(x / y) * y, the sign of x */
#include <math.h>
#include "ir/op/composite.h"
#include "ir/op/pointwise.h"

enum { MOST_TERMS = 32 };

/* ---- sizes: how symbolic contents go through ---- */

static bool sizes_add(Syms *s, Dim a, Dim b, Dim *y)
{
	*y = dim_add(s, a, b);
	return true;
}

static bool sizes_sub(Syms *s, Dim a, Dim b, Dim *y)
{
	*y = dim_sub(s, a, b);
	return true;
}

static bool sizes_mul(Syms *s, Dim a, Dim b, Dim *y)
{
	*y = dim_mul(s, a, b);
	return true;
}

static bool sizes_min(Syms *s, Dim a, Dim b, Dim *y)
{
	*y = dim_min(s, a, b);
	return true;
}

static bool sizes_max(Syms *s, Dim a, Dim b, Dim *y)
{
	*y = dim_max(s, a, b);
	return true;
}

static bool sizes_neg(Syms *s, Dim a, Dim b, Dim *y)
{
	(void)b;
	*y = dim_sub(s, dim(0), a);
	return true;
}

static bool sizes_abs(Syms *s, Dim a, Dim b, Dim *y)
{
	(void)b;
	*y = dim_known(a) && a.k < 0 ? dim(-a.k) : a;
	return dim_known(a) || dim_lo(s, a) >= 0;
}

/* Rounding down is truncation where nothing is negative. */
static bool sizes_div(Syms *s, Dim a, Dim b, Dim *y)
{
	if (dim_known(a) && dim_known(b) && b.k) {
		*y = dim(a.k / b.k);
		return true;
	}
	if (dim_lo(s, a) < 0 || dim_lo(s, b) < 1)
		return false;
	*y = dim_floordiv(s, a, b);
	return true;
}

static bool sizes_mod(Syms *s, Dim a, Dim b, Dim *y)
{
	if (dim_lo(s, a) < 0 || dim_lo(s, b) < 1)
		return false;
	*y = dim_mod(s, a, b);
	return true;
}

/* ---- two and more numbers ---- */

static int64_t int_div(int64_t a, int64_t b, bool u)
{
	if (b == 0)
		return 0;
	if (u)
		return (int64_t)((uint64_t)a / (uint64_t)b);
	return b == -1 ? wrap_sub(0, a) : a / b;
}

/* What truncated division leaves: the sign of a. */
static int64_t int_fmod(int64_t a, int64_t b, bool u) { return b ? wrap_sub(a, wrap_mul(int_div(a, b, u), b)) : 0; }

static int64_t int_mod(int64_t a, int64_t b, bool u)
{
	int64_t r = int_fmod(a, b, u);
	return !u && r && (r < 0) != (b < 0) ? r + b : r;
}

static double float_mod(double x, double y)
{
	double r = fmod(x, y);
	return r == 0 ? copysign(r, y) : (r < 0) != (y < 0) ? r + y : r;
}

static double nan_or(double x, double y, double otherwise) { return isnan(x) ? x : isnan(y) ? y : otherwise; }

/* Terms from the first on, MOST_TERMS at a time; short floats meet as long ones, so that they are rounded once. */
static Value *combined(Graph *g, const Node *n, const Op *op, DType wide)
{
	Value *in[MOST_TERMS], *y = NULL;

	for (int k = 0; k < n->nin;) {
		int count = 0;
		if (y)
			in[count++] = y;
		for (; count < MOST_TERMS && k < n->nin; k++)
			in[count++] = cast_value(g, n, n->in[k], wide);
		y = node_new(g, op, n, count, in, 1, NULL)->out[0];
	}
	return y;
}

static void expand_terms(Graph *g, Node *n)
{
	DType t = n->in[0]->dtype, wide = is_float(t) && dtype_info(t)->bits < 32 ? F32 : t;
	bool mean = n->op == op_find("", "Mean");

	if (n->nin <= MOST_TERMS)
		return;
	Value *y = combined(g, n, mean ? op_find("", "Sum") : n->op, wide);
	if (mean)
		y = put(g, n, "Div", y, value_scalar(g, wide, n->nin), END_IN);
	value_replace(g, n->out[0], cast_value(g, n, y, t));
}

struct Mod {
	int64_t fmod;
};
static const Attr mod_attrs[] = {ATTR_INT(Mod, fmod, 0), {0}};
#define IS_FMOD (ATTR_OF(n, Mod)->fmod != 0)

NUMBER2(Add, "fiu", x + y, wrap_add(a, b), alu2(l, ADD, x, y), sizes_add,
	2, .max_in = 2, .flags = POINTWISE | CHEAP | COMMUTES)
NUMBER2(Sub, "fiu", x - y, wrap_sub(a, b), alu2(l, SUB, x, y), sizes_sub,
	2, .max_in = 2, .flags = POINTWISE | CHEAP)
NUMBER2(Mul, "fiu", x * y, wrap_mul(a, b), alu2(l, MUL, x, y), sizes_mul,
	2, .max_in = 2, .flags = POINTWISE | CHEAP | COMMUTES)
NUMBER2(Div, "fiu", x / y, int_div(a, b, u), alu2(l, DIV, x, y), sizes_div,
	2, .max_in = 2, .flags = POINTWISE | CHEAP)
NUMBER2(Mod, "fiu", IS_FMOD ? fmod(x, y) : float_mod(x, y), IS_FMOD ? int_fmod(a, b, u) : int_mod(a, b, u),
	alu2(l, IS_FMOD ? FMOD : MOD, x, y), sizes_mod,
	2, .max_in = 2, .flags = POINTWISE, .attrs = mod_attrs, .attr_size = sizeof(struct Mod))
NUMBER2(Min, "fiu", nan_or(x, y, x < y ? x : y), int_less(a, b, u) ? a : b, alu2(l, MIN, x, y), sizes_min,
	1, .max_in = -1, .expand = expand_terms, .flags = POINTWISE | CHEAP | COMMUTES)
NUMBER2(Max, "fiu", nan_or(x, y, x > y ? x : y), int_less(a, b, u) ? b : a, alu2(l, MAX, x, y), sizes_max,
	1, .max_in = -1, .expand = expand_terms, .flags = POINTWISE | CHEAP | COMMUTES)
NUMBER2(Sum, "f", x + y, wrap_add(a, b), alu2(l, ADD, x, y), NULL,
	1, .max_in = -1, .expand = expand_terms, .flags = POINTWISE | CHEAP | COMMUTES, .ulp = 2)

/* ---- Mean: the sum, divided by the number of inputs ---- */

static void Mean_infer(Graph *g, Node *n) { infer_fold(g, n); }

static void Mean_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	double *y = fold_f64(e, n, in, out[0], Sum_f64);

	for (int64_t i = 0; i < out[0]->count; i++)
		y[i] /= n->nin;
}

static Expr *Mean_expr(Lower *l, const Node *n, Expr *const *at)
{
	Expr *sum = in_work(l, n, 0, at);

	for (int k = 1; k < n->nin; k++)
		sum = alu2(l, ADD, sum, in_work(l, n, k, at));
	return alu2(l, DIV, sum, num(l, sum->dtype, n->nin));
}

static Expr *Mean_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return cast(l, n->out[0]->dtype, Mean_expr(l, n, at));
}

POINTWISE_OP(Mean, "f", 1, .max_in = -1, .expand = expand_terms, .flags = POINTWISE | CHEAP | COMMUTES, .ulp = 2)

/* ---- one number ---- */

NUMBER1(Neg, "fi", -x, wrap_sub(0, a), alu1(l, NEG, x), sizes_neg,
	.flags = POINTWISE | CHEAP)
NUMBER1(Abs, "fiu", fabs(x), u || a >= 0 ? a : wrap_sub(0, a), alu1(l, ABS, x), sizes_abs,
	.flags = POINTWISE | CHEAP)
NUMBER1(Sign, "fiu", isnan(x) ? x : (x > 0) - (x < 0), u ? a != 0 : (a > 0) - (a < 0), alu1(l, SIGN, x), NULL,
	.flags = POINTWISE | CHEAP)
FLOAT1(Reciprocal, 1 / x, alu2(l, DIV, num(l, x->dtype, 1), x), .flags = POINTWISE | CHEAP)
