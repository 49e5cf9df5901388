/* scores.c -- post_transform of ai.onnx.ml, as ONNX Runtime has it.
 *
 *     SOFTMAX_ZERO  softmax over the scores of a row that are not 0; those that are stay so
 *     PROBIT        sqrt(2) erf^-1(2 y - 1), with Winitzki's approximation of the inverse (2008):
 *                   l = ln(1 - x^2), u = 2 / (pi a) + l / 2:   sign(x) sqrt(sqrt(u^2 - l / a) - u),   a = 0.147 */
#include <math.h>
#include "ir/op/reduce.h"
#include "ir/op/scores.h"

#define ALMOST_ZERO 1e-7
#define WINITZKI 0.147

static Value *with(Graph *g, const Node *n, const char *op, Value *a, Value *b) { return put(g, n, op, a, b, END_IN); }
static Value *of(Graph *g, const Node *n, const char *op, Value *a) { return put(g, n, op, a, END_IN); }

static Value *softmax_zero(Graph *g, const Node *n, Value *y)
{
	Value *zero = value_scalar(g, y->dtype, 0);
	Value *counts = with(g, n, "Greater", of(g, n, "Abs", y), value_scalar(g, y->dtype, ALMOST_ZERO));
	Value *most = reduced(g, n, "ReduceMax", y, 1, true);
	Value *e = of(g, n, "Exp", with(g, n, "Sub", y, most));
	Value *sum = reduced(g, n, "ReduceSum", put(g, n, "Where", counts, e, zero, END_IN), 1, true);
	Value *small = with(g, n, "Mul", y, of(g, n, "Exp", of(g, n, "Neg", most)));
	Value *part = with(g, n, "Div", put(g, n, "Where", counts, e, small, END_IN), sum);

	return put(g, n, "Where", with(g, n, "Equal", sum, zero), zero, part, END_IN);
}

static Value *probit(Graph *g, const Node *n, Value *y)
{
	DType t = y->dtype;
	Value *one = value_scalar(g, t, 1), *x = with(g, n, "Sub", scaled(g, n, y, 2), one);
	Value *l = of(g, n, "Log", with(g, n, "Mul", with(g, n, "Sub", one, x), with(g, n, "Add", one, x)));
	Value *u = with(g, n, "Add", scaled(g, n, l, 0.5), value_scalar(g, t, 2 / (M_PI * WINITZKI)));
	Value *square = with(g, n, "Sub", with(g, n, "Mul", u, u), scaled(g, n, l, 1 / WINITZKI));
	Value *size = of(g, n, "Sqrt", with(g, n, "Sub", of(g, n, "Sqrt", square), u));

	return scaled(g, n, with(g, n, "Mul", of(g, n, "Sign", x), size), sqrt(2));
}

Value *post_transformed(Graph *g, const Node *n, Value *y, int64_t how)
{
	switch (how) {
	case SOFTMAX: return of(g, n, "Softmax", y);
	case LOGISTIC: return of(g, n, "Sigmoid", y);
	case SOFTMAX_ZERO: return softmax_zero(g, n, y);
	case PROBIT: return probit(g, n, y);
	default: return y;
	}
}
