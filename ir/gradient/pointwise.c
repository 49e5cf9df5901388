/* pointwise.c -- derivatives of functions of single elements: a row each, the slope as a formula. */
#include <math.h>
#include "ir/gradient/rules.h"

/* ---- one input: dx = dy * slope ---- */

typedef Value *Slope(const Step *s);

static void along(const Step *s, Slope *slope) { d_in(s, 0, do2(s, "Mul", d_out(s, 0), slope(s))); }

/* Names that a formula may use. */
#define X x_of(s, 0)
#define Y y_of(s)
#define K(number) real(s, number)
#define P(name) attr_number(s->n, #name)
#define ADD(a, b) do2(s, "Add", a, b)
#define SUB(a, b) do2(s, "Sub", a, b)
#define MUL(a, b) do2(s, "Mul", a, b)
#define DIV(a, b) do2(s, "Div", a, b)
#define NEG(a) do1(s, "Neg", a)
#define SQUARE(a) MUL(a, a)
#define LESS(a, b) do2(s, "Less", a, b)

#define SLOPE(Op, formula)                                                                                             \
	static Value *Op##_slope(const Step *s) { return formula; }                                                    \
	static void Op##_rule(const Step *s) { along(s, Op##_slope); }

SLOPE(Neg, K(-1))
SLOPE(Abs, do1(s, "Sign", X))
SLOPE(Reciprocal, NEG(SQUARE(Y)))
SLOPE(Sqrt, DIV(K(0.5), Y))
SLOPE(Exp, Y)
SLOPE(Log, do1(s, "Reciprocal", X))
SLOPE(Erf, MUL(K(2 / sqrt(M_PI)), do1(s, "Exp", NEG(SQUARE(X)))))
SLOPE(Sin, do1(s, "Cos", X))
SLOPE(Cos, NEG(do1(s, "Sin", X)))
SLOPE(Tan, ADD(K(1), SQUARE(Y)))
SLOPE(Asin, do1(s, "Reciprocal", do1(s, "Sqrt", SUB(K(1), SQUARE(X)))))
SLOPE(Acos, NEG(do1(s, "Reciprocal", do1(s, "Sqrt", SUB(K(1), SQUARE(X))))))
SLOPE(Atan, do1(s, "Reciprocal", ADD(K(1), SQUARE(X))))
SLOPE(Sinh, do1(s, "Cosh", X))
SLOPE(Cosh, do1(s, "Sinh", X))
SLOPE(Tanh, SUB(K(1), SQUARE(Y)))
SLOPE(Asinh, do1(s, "Reciprocal", do1(s, "Sqrt", ADD(SQUARE(X), K(1)))))
SLOPE(Acosh, do1(s, "Reciprocal", do1(s, "Sqrt", SUB(SQUARE(X), K(1)))))
SLOPE(Atanh, do1(s, "Reciprocal", SUB(K(1), SQUARE(X))))
SLOPE(Relu, where(s, LESS(K(0), X), K(1), K(0)))
SLOPE(LeakyRelu, where(s, LESS(X, K(0)), K(P(alpha)), K(1)))
SLOPE(ThresholdedRelu, where(s, LESS(K(P(alpha)), X), K(1), K(0)))
SLOPE(Shrink, where(s, LESS(K(P(lambd)), do1(s, "Abs", X)), K(1), K(0)))
SLOPE(HardSigmoid, where(s, do2(s, "And", LESS(K(0), Y), LESS(Y, K(1))), K(P(alpha)), K(0)))
SLOPE(HardSwish, where(s, LESS(X, K(-3)), K(0), where(s, LESS(K(3), X), K(1), ADD(DIV(X, K(3)), K(0.5)))))
SLOPE(Sigmoid, MUL(Y, SUB(K(1), Y)))
SLOPE(Softplus, do1(s, "Sigmoid", X))
SLOPE(Softsign, do1(s, "Reciprocal", SQUARE(ADD(K(1), do1(s, "Abs", X)))))
SLOPE(Elu, where(s, LESS(X, K(0)), ADD(Y, K(P(alpha))), K(1)))
SLOPE(Celu, where(s, LESS(X, K(0)), do1(s, "Exp", DIV(X, K(P(alpha)))), K(1)))
SLOPE(Selu, where(s, LESS(X, K(0)), ADD(Y, K(P(alpha) * P(gamma))), K(P(gamma))))

/* t = sigmoid(alpha x), y = x t */
static Value *Swish_slope(const Step *s)
{
	Value *t = do1(s, "Sigmoid", MUL(K(P(alpha)), X));
	return ADD(t, MUL(MUL(K(P(alpha)), Y), SUB(K(1), t)));
}
static void Swish_rule(const Step *s) { along(s, Swish_slope); }

/* t = tanh(softplus(x)), y = x t */
static Value *Mish_slope(const Step *s)
{
	Value *t = do1(s, "Tanh", do1(s, "Softplus", X));
	return ADD(t, MUL(MUL(X, do1(s, "Sigmoid", X)), SUB(K(1), SQUARE(t))));
}
static void Mish_rule(const Step *s) { along(s, Mish_slope); }

/* t = tanh(u), u = c (x + k x^3), y = x (1 + t) / 2 */
static Value *gelu_by_tanh(const Step *s)
{
	const double c = sqrt(2 / M_PI), k = 0.044715;
	Value *xx = SQUARE(X), *t = do1(s, "Tanh", MUL(MUL(K(c), X), ADD(K(1), MUL(K(k), xx))));
	Value *du = MUL(K(c), ADD(K(1), MUL(K(3 * k), xx)));
	return MUL(K(0.5), ADD(ADD(K(1), t), MUL(MUL(X, du), SUB(K(1), SQUARE(t)))));
}

static Value *Gelu_slope(const Step *s)
{
	if (P(approximate) != 0)
		return gelu_by_tanh(s);
	Value *share = MUL(K(0.5), ADD(K(1), do1(s, "Erf", MUL(K(sqrt(0.5)), X))));
	return ADD(share, MUL(MUL(K(1 / sqrt(2 * M_PI)), X), do1(s, "Exp", MUL(K(-0.5), SQUARE(X)))));
}
static void Gelu_rule(const Step *s) { along(s, Gelu_slope); }

/* ---- several inputs ---- */

#define DY d_out(s, 0)

static void Add_rule(const Step *s)
{
	for (int i = 0; i < s->n->nin; i++)
		d_in(s, i, DY);
}

static void Mean_rule(const Step *s)
{
	for (int i = 0; i < s->n->nin; i++)
		d_in(s, i, DIV(DY, K(s->n->nin)));
}

static void Sub_rule(const Step *s)
{
	d_in(s, 0, DY);
	if (d_wanted(s, 1))
		d_in(s, 1, NEG(DY));
}

static void Mul_rule(const Step *s)
{
	for (int i = 0; i < 2; i++)
		if (d_wanted(s, i))
			d_in(s, i, MUL(DY, x_of(s, 1 - i)));
}

static void Div_rule(const Step *s)
{
	Value *d = DIV(DY, x_of(s, 1));
	d_in(s, 0, d);
	if (d_wanted(s, 1))
		d_in(s, 1, NEG(MUL(d, Y)));
}

/* x^b: b x^(b-1), and y log x, which is 0 in the limit x = 0. */
static void Pow_rule(const Step *s)
{
	Value *b = cast_value(s->g, s->n, x_of(s, 1), X->dtype);
	if (d_wanted(s, 0))
		d_in(s, 0, MUL(DY, MUL(b, do2(s, "Pow", X, SUB(b, K(1))))));
	if (d_wanted(s, 1))
		d_in(s, 1, MUL(DY, if_true(s, LESS(K(0), X), MUL(Y, do1(s, "Log", X)))));
}

/* Only of floats, as C's fmod: y = a - b q with a whole number q. */
static void Mod_rule(const Step *s)
{
	d_in(s, 0, DY);
	if (d_wanted(s, 1))
		d_in(s, 1, MUL(DY, DIV(SUB(Y, X), x_of(s, 1))));
}

/* Those of the greatest (least) share alike. */
static void Max_rule(const Step *s)
{
	Value *is[64], *count = NULL;
	int n = s->n->nin;
	if (n > 64)
		fail_unsupported(s->g, s->n, "there is no derivative for more than 64 inputs");
	for (int i = 0; i < n; i++) {
		is[i] = cast_value(s->g, s->n, do2(s, "Equal", x_of(s, i), Y), Y->dtype);
		count = sum_if(s->g, s->n, is[i], count);
	}
	for (int i = 0; i < n; i++)
		d_in(s, i, MUL(DY, DIV(is[i], count)));
}

static void PRelu_rule(const Step *s)
{
	Value *below = LESS(X, K(0));
	if (d_wanted(s, 0))
		d_in(s, 0, where(s, below, MUL(DY, x_of(s, 1)), DY));
	if (d_wanted(s, 1))
		d_in(s, 1, if_true(s, below, MUL(DY, X)));
}

static void Where_rule(const Step *s)
{
	if (d_wanted(s, 1))
		d_in(s, 1, if_true(s, x_of(s, 0), DY));
	if (d_wanted(s, 2))
		d_in(s, 2, where(s, x_of(s, 0), value_scalar(s->g, Y->dtype, 0), DY));
}

static void Clip_rule(const Step *s)
{
	d_in(s, 0, if_true(s, do2(s, "Equal", X, Y), DY));
	if (d_wanted(s, 1))
		d_in(s, 1, if_true(s, LESS(X, x_of(s, 1)), DY));
	if (d_wanted(s, 2))
		d_in(s, 2, if_true(s, LESS(x_of(s, 2), X), DY));
}

static void Identity_rule(const Step *s) { d_in(s, 0, DY); }
static void Cast_rule(const Step *s) { d_in(s, 0, cast_value(s->g, s->n, DY, X->dtype)); }

/* ---- the rows ---- */

#define ROW(Op) {#Op, Op##_rule, NULL}
#define STEPS(Op) {#Op, NULL, NULL}

const Rule gradient_pointwise[] = {
	ROW(Neg), ROW(Abs), ROW(Reciprocal), ROW(Sqrt), ROW(Exp), ROW(Log), ROW(Erf), ROW(Sin), ROW(Cos), ROW(Tan),
	ROW(Asin), ROW(Acos), ROW(Atan), ROW(Sinh), ROW(Cosh), ROW(Tanh), ROW(Asinh), ROW(Acosh), ROW(Atanh),
	ROW(Relu), ROW(LeakyRelu), ROW(ThresholdedRelu), ROW(Shrink), ROW(HardSigmoid), ROW(HardSwish), ROW(Sigmoid),
	ROW(Softplus), ROW(Softsign), ROW(Elu), ROW(Celu), ROW(Selu), ROW(Swish), ROW(Mish), ROW(Gelu),
	ROW(Add), {"Sum", Add_rule, NULL}, ROW(Mean), ROW(Sub), ROW(Mul), ROW(Div), ROW(Pow), ROW(Mod), ROW(Max),
	{"Min", Max_rule, NULL}, ROW(PRelu), ROW(Where), ROW(Clip), ROW(Identity), ROW(Cast), {"CastLike", Cast_rule, NULL},
	STEPS(Sign), STEPS(Floor), STEPS(Ceil), STEPS(Round), STEPS(Hardmax), {NULL, NULL, NULL}};
