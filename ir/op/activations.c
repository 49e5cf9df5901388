/* activations.c -- the activation functions of today's ONNX (versions 1-24), each with its formula in its row.
 *
 * The C formulas are those of the specification, in double. The expressions are the same functions, written so that
 * f32 keeps its digits: e^x - 1 as EXPM1, log(1 + e^x) without overflow, those that cancel as operations of their own. */
#include <math.h>
#include "ir/op/pointwise.h"

/* Of all of them: each table lists those that its operator takes. */
struct Activation {
	float alpha, beta, gamma, lambd, bias;
	int64_t approximate;
};
#define P(name) ((double)ATTR_OF(n, Activation)->name)
#define ALPHA(value) ATTR_FLOAT(Activation, alpha, value)
#define ATTRS(table) .attrs = (table), .attr_size = sizeof(struct Activation)

/* expressions; K is a constant of the type of x */
#define K(value) num(l, x->dtype, value)
#define PLUS(a, b) alu2(l, ADD, a, b)
#define TIMES(a, b) alu2(l, MUL, a, b)
#define OVER(a, b) alu2(l, DIV, a, b)
#define IF_LESS(a, b, yes, no) choose(l, alu2(l, LT, a, b), yes, no)

/* ---- piecewise linear ---- */

static const Attr leakyrelu_attrs[] = {ALPHA(0.01), {0}};
static const Attr thresholdedrelu_attrs[] = {ALPHA(1), {0}};
static const Attr hardsigmoid_attrs[] = {ALPHA(0.2), ATTR_FLOAT(Activation, beta, 0.5), {0}};
static const Attr shrink_attrs[] = {
	ATTR_FLOAT(Activation, bias, 0), ATTR_FLOAT(Activation, lambd, 0.5), {0}};

/* x between 0 and 1; NaN stays */
static double clamp01(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }
static Expr *clamp01_expr(Lower *l, Expr *x) { return alu2(l, MAX, alu2(l, MIN, x, K(1)), K(0)); }

static Expr *shrink_expr(Lower *l, const Node *n, Expr *x)
{
	if (!is_float(x->dtype))
		x = cast(l, F64, x);
	Expr *high = IF_LESS(K(P(lambd)), x, PLUS(x, K(-P(bias))), K(0));
	return IF_LESS(x, K(-P(lambd)), PLUS(x, K(P(bias))), high);
}

NUMBER1(Relu, "fi", x < 0 ? 0 : x, a < 0 ? 0 : a, alu2(l, MAX, x, K(0)), NULL, .flags = POINTWISE | CHEAP)
FLOAT1(LeakyRelu, x < 0 ? P(alpha) * x : x, IF_LESS(x, K(0), TIMES(K(P(alpha)), x), x),
       .flags = POINTWISE | CHEAP, ATTRS(leakyrelu_attrs))
FLOAT1(ThresholdedRelu, x > P(alpha) ? x : 0, IF_LESS(K(P(alpha)), x, x, K(0)),
       .flags = POINTWISE | CHEAP, ATTRS(thresholdedrelu_attrs))
FLOAT1(HardSigmoid, clamp01(P(alpha) * x + P(beta)), clamp01_expr(l, PLUS(TIMES(K(P(alpha)), x), K(P(beta)))),
       .flags = POINTWISE | CHEAP, .ulp = 2, ATTRS(hardsigmoid_attrs))
FLOAT1(HardSwish, x * clamp01(x / 6 + 0.5), TIMES(x, clamp01_expr(l, PLUS(TIMES(x, K(1.0 / 6)), K(0.5)))),
       .flags = POINTWISE | CHEAP, .ulp = 4)
REAL1(Shrink, "fiu", x < -P(lambd) ? x + P(bias) : x > P(lambd) ? x - P(bias) : 0, shrink_expr(l, n, x),
      .flags = POINTWISE | CHEAP, ATTRS(shrink_attrs))

/* ---- PRelu: x < 0 ? slope x : x, where the slope is an input that broadcasts to x ---- */

static void prelu_infer(Graph *g, Node *n)
{
	same_type(g, n, 0, 1);
	need_broadcast(g, n, 1, &n->in[0]->shape);
	same_as_input(g, n);
}

static double prelu_f64(const Node *n, double x, double slope)
{
	(void)n;
	return x < 0 ? slope * x : x;
}

static int64_t prelu_i64(const Node *n, int64_t x, int64_t slope, bool u)
{
	(void)n;
	return u || x >= 0 ? x : wrap_mul(slope, x);
}

static void prelu_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	if (is_float(in[0]->dtype))
		fold_f64(e, n, in, out[0], prelu_f64);
	else
		fold_i64(e, n, in, out[0], prelu_i64);
}

static Expr *prelu_expr(Lower *l, const Node *n, Expr *x, Expr *slope)
{
	(void)n;
	return is_unsigned(x->dtype) ? x : IF_LESS(x, K(0), TIMES(slope, x), x);
}

static Expr *prelu_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return lower_fold(l, n, at, prelu_expr);
}

const Op op_PRelu = {.name = "PRelu", .domain = "", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
		     .flags = POINTWISE | CHEAP, .types = "fiu", .infer = prelu_infer, .eval = prelu_eval, .lower = prelu_lower};

/* ---- exponential ---- */

static const Attr elu_attrs[] = {ALPHA(1), {0}}; /* Elu, Celu, Swish */
static const Attr selu_attrs[] = {ALPHA(1.67326319217681884765625),
				  ATTR_FLOAT(Activation, gamma, 1.05070102214813232421875), {0}};
enum approximate { EXACT_ERF, BY_TANH };
static const Attr gelu_attrs[] = {ATTR_ENUM(Activation, approximate, EXACT_ERF, "none|tanh"), {0}};
#define IS_TANH (ATTR_OF(n, Activation)->approximate == BY_TANH)

#define SMOOTH .flags = POINTWISE, .ulp = 4

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) */
static double softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }
static Expr *softplus_expr(Lower *l, Expr *x)
{
	Expr *small = alu1(l, EXP, alu1(l, NEG, alu1(l, ABS, x)));
	return PLUS(alu2(l, MAX, x, K(0)), alu1(l, LOG1P, small));
}

/* x tanh(log(1 + e^x)) = x t / (t + 2) with t = e^x (e^x + 2); above 20 the quotient is 1 even in double */
static Expr *mish_expr(Lower *l, Expr *x)
{
	Expr *power = alu1(l, EXP, alu2(l, MIN, x, K(20)));
	Expr *t = TIMES(power, PLUS(power, K(2)));
	return TIMES(x, OVER(t, PLUS(t, K(2))));
}

/* Exact: x Phi(x) = x (1 + erf(x / sqrt 2)) / 2.  tanh: x (1 + tanh u) / 2, u = sqrt(2 / pi) (x + 0.044715 x^3) */
static double gelu(double x, bool by_tanh)
{
	double u = sqrt(2 / acos(-1)) * (x + 0.044715 * x * x * x);
	return 0.5 * x * (by_tanh ? 1 + tanh(u) : erfc(-x / sqrt(2)));
}

/* x sigmoid(alpha x) */
static Expr *swish_expr(Lower *l, Expr *x, double alpha)
{
	return alpha == 1 ? alu1(l, SILU, x) : TIMES(x, alu1(l, SIGMOID, TIMES(K(alpha), x)));
}

static Expr *expm1_of(Lower *l, Expr *x) { return alu1(l, EXPM1, x); }

FLOAT1(Sigmoid, 1 / (1 + exp(-x)), alu1(l, SIGMOID, x), SMOOTH)
FLOAT1(Swish, x / (1 + exp(-P(alpha) * x)), swish_expr(l, x, P(alpha)), SMOOTH,
       ATTRS(elu_attrs))
FLOAT1(Elu, x < 0 ? P(alpha) * expm1(x) : x, IF_LESS(x, K(0), TIMES(K(P(alpha)), expm1_of(l, x)), x), SMOOTH,
       ATTRS(elu_attrs))
FLOAT1(Celu, x < 0 ? P(alpha) * expm1(x / P(alpha)) : x,
       IF_LESS(x, K(0), TIMES(K(P(alpha)), expm1_of(l, OVER(x, K(P(alpha))))), x), SMOOTH, ATTRS(elu_attrs))
FLOAT1(Selu, P(gamma) * (x > 0 ? x : P(alpha) * expm1(x)),
       TIMES(K(P(gamma)), IF_LESS(K(0), x, x, TIMES(K(P(alpha)), expm1_of(l, x)))), SMOOTH, ATTRS(selu_attrs))
FLOAT1(Softplus, softplus(x), softplus_expr(l, x), SMOOTH)
FLOAT1(Softsign, x / (1 + fabs(x)), OVER(x, PLUS(alu1(l, ABS, x), K(1))), .flags = POINTWISE | CHEAP, .ulp = 2)
FLOAT1(Mish, x * tanh(softplus(x)), mish_expr(l, x), SMOOTH)
FLOAT1(Gelu, gelu(x, IS_TANH), alu1(l, IS_TANH ? GELU_TANH : GELU, x), SMOOTH, ATTRS(gelu_attrs))
