/* products.c -- rules that find activations written out as products. They round.
 *
 * Such products come in many orders, so the factors are collected first, constants apart:
 *     Mul(Mul(x, 0.5), Add(Erf(Div(x, 1.414..)), 1))   is   0.5 * x * (Erf(0.707.. * x) + 1)
 *
 *     x * Sigmoid(a x)                                      ->  Swish(x)
 *     x * HardSigmoid(x),  x * Clip(x + 3, 0, 6) / 6        ->  HardSwish(x)
 *     Clip(x + 3, 0, 6) / 6                                 ->  HardSigmoid(x)
 *     0.5 x (1 + Erf(x / sqrt 2))                           ->  Gelu(x)
 *     0.5 x (1 + Tanh(sqrt(2 / pi) (x + 0.044715 x^3)))     ->  Gelu(x), approximate = tanh */
#include <math.h>
#include "passes/algebra.h"

#define FACTORS 4
#define NODES 12
#define CUBIC 0.044715                 /* of Gelu by tanh, */
#define ROOT_2_PI 0.7978845608028654   /* sqrt(2 / pi) */
#define ROOT_HALF 0.7071067811865476   /* sqrt(1 / 2) */
#define TOLERANCE 1e-3                 /* constants are written with three digits and more */

typedef struct Factors {
	double k; /* product of the constants */
	Value *x[FACTORS];
	int n;     /* FACTORS + 1: too many */
	int nodes; /* looked at */
} Factors;

static bool near(double a, double b) { return fabs(a - b) <= TOLERANCE * fabs(b); }

/* Collect the factors of v; nodes that others use as well are factors themselves, unless v is at the top. Long chains
 * are cut off: no activation is that long. */
static void collect(const Rewrite *w, Value *v, bool top, Factors *f)
{
	const Node *n = (top || used_once(w, v)) && f->nodes++ < NODES ? v->def : NULL;
	double c;

	if (const_splat(v, &c)) {
		f->k *= c;
	} else if (is_op(n, "Mul")) {
		collect(w, n->in[0], false, f);
		collect(w, n->in[1], false, f);
	} else if (is_op(n, "Div") && const_splat(n->in[1], &c)) {
		f->k /= c;
		collect(w, n->in[0], false, f);
	} else if (f->n < FACTORS) {
		f->x[f->n++] = v;
	} else {
		f->n = FACTORS + 1;
	}
}

static Factors factors_of(const Rewrite *w, Value *v, bool top)
{
	Factors f = {.k = 1};

	if (is_float(v->dtype))
		collect(w, v, top, &f);
	return f;
}

/* v = k * x, for that x. */
static bool is_multiple(const Rewrite *w, Value *v, const Value *x, double *k)
{
	Factors f = {.k = 1};

	if (v == x) {
		*k = 1;
		return true;
	}
	f = factors_of(w, v, false);
	*k = f.k;
	return f.n == 1 && f.x[0] == x;
}

/* v = other + c. */
static bool is_sum_with(const Value *v, double *c, Value **other)
{
	const Node *n = made_by(v, "Add");

	if (!n)
		return false;
	*other = n->in[0];
	if (const_splat(n->in[1], c))
		return true;
	*other = n->in[1];
	return const_splat(n->in[0], c);
}

/* v = max(lo, min(x, hi)) in any of its spellings, with constants. */
static bool is_clamp(const Value *v, double *lo, double *hi, Value **x)
{
	const Node *n = v->def, *inner;

	if (is_op(n, "Clip") && n->nin == 3 && const_splat(n->in[2], hi)) {
		*x = n->in[0];
		return const_splat(n->in[1], lo);
	}
	if (!is_op(n, "Min") || n->nin != 2)
		return false;
	int c = is_const(n->in[0]) ? 0 : 1;
	inner = n->in[!c]->def;
	if (!const_splat(n->in[c], hi) || !inner)
		return false;
	*x = inner->in[0];
	*lo = 0;
	if (is_op(inner, "Relu") || !is_op(inner, "Max") || inner->nin != 2)
		return is_op(inner, "Relu");
	c = is_const(inner->in[0]) ? 0 : 1;
	*x = inner->in[!c];
	return const_splat(inner->in[c], lo);
}

/* ---- recognising the second factor e, when the first one is x ---- */

/* e = 1 + Erf(x / sqrt 2) */
static bool is_erf_part(const Rewrite *w, const Value *e, const Value *x)
{
	double one, k;
	Value *erf;

	return is_sum_with(e, &one, &erf) && near(one, 1) && made_by(erf, "Erf") &&
	       is_multiple(w, erf->def->in[0], x, &k) && near(k, ROOT_HALF);
}

static bool all_are(const Factors *f, const Value *x, int n)
{
	for (int i = 0; i < f->n && i < FACTORS; i++)
		if (f->x[i] != x)
			return false;
	return f->n == n;
}

/* v = 0.044715 x^3 */
static bool is_cubic(const Rewrite *w, Value *v, const Value *x)
{
	Factors f = factors_of(w, v, false);

	if (!near(f.k, CUBIC))
		return false;
	const Node *pow = f.n == 1 ? made_by(f.x[0], "Pow") : NULL;
	return all_are(&f, x, 3) || (pow && pow->in[0] == x && const_is(pow->in[1], 3));
}

/* v = x + 0.044715 x^3 */
static bool is_cubic_sum(const Rewrite *w, const Value *v, const Value *x)
{
	const Node *n = made_by(v, "Add");

	return n && ((n->in[0] == x && is_cubic(w, n->in[1], x)) || (n->in[1] == x && is_cubic(w, n->in[0], x)));
}

/* v = 1 + 0.044715 x^2 */
static bool is_square_sum(const Rewrite *w, const Value *v, const Value *x)
{
	double one;
	Value *square;

	if (!is_sum_with(v, &one, &square) || !near(one, 1))
		return false;
	Factors f = factors_of(w, square, false);
	return near(f.k, CUBIC) && all_are(&f, x, 2);
}

/* e = 1 + Tanh(sqrt(2 / pi) (x + 0.044715 x^3)) */
static bool is_tanh_part(const Rewrite *w, const Value *e, const Value *x)
{
	double one;
	Value *tanh_of;

	if (!is_sum_with(e, &one, &tanh_of) || !near(one, 1) || !made_by(tanh_of, "Tanh"))
		return false;
	Factors f = factors_of(w, tanh_of->def->in[0], false);
	if (!near(f.k, ROOT_2_PI))
		return false;
	if (f.n == 1)
		return is_cubic_sum(w, f.x[0], x);
	return f.n == 2 && ((f.x[0] == x && is_square_sum(w, f.x[1], x)) || (f.x[1] == x && is_square_sum(w, f.x[0], x)));
}

/* k * x * Clip(x + 3, 0, 6) with k = 1 / 6, or k = 1 and Clip(x / 6 + 0.5, 0, 1) */
static bool is_hardswish_part(const Rewrite *w, double k, const Value *e, const Value *x)
{
	double lo, hi, shift, slope;
	Value *inner, *scaled;

	if (!is_clamp(e, &lo, &hi, &inner) || lo != 0 || !is_sum_with(inner, &shift, &scaled))
		return false;
	return is_multiple(w, scaled, x, &slope) && near(k * hi, 1) && near(k * shift, 0.5) && near(k * slope, 1.0 / 6);
}

static bool is_hardsigmoid_of(const Value *e, const Value *x)
{
	Node *n = made_by(e, "HardSigmoid");

	return n && n->in[0] == x && near((double)*(float *)attr_field(n->op, n->attr, "alpha"), 1.0 / 6) &&
	       near((double)*(float *)attr_field(n->op, n->attr, "beta"), 0.5);
}

/* ---- building ---- */

static Value *activation(Graph *g, const Node *like, Value *x, const char *name)
{
	return put(g, like, name, x, END_IN);
}

static Value *activation_with(Graph *g, const Node *like, Value *x, const char *name, const char *field, double value)
{
	const Op *op = op_named(name);
	void *attr = attr_new(g, op);

	*(float *)attr_field(op, attr, field) = (float)value;
	return put_attr(g, like, name, attr, x, END_IN);
}

static Value *gelu_by_tanh(Graph *g, const Node *like, Value *x)
{
	const Op *op = op_named("Gelu");
	void *attr = attr_new(g, op);

	*(int64_t *)attr_field(op, attr, "approximate") = 1;
	return put_attr(g, like, "Gelu", attr, x, END_IN);
}

/* k * x * e as an activation of x. */
static Value *activation_of(Rewrite *w, const Node *n, double k, Value *x, Value *e)
{
	double slope;

	if (!shape_same(&x->shape, &n->out[0]->shape))
		return NULL;
	if (near(k, 0.5) && is_erf_part(w, e, x))
		return activation(w->g, n, x, "Gelu");
	if (near(k, 0.5) && is_tanh_part(w, e, x))
		return gelu_by_tanh(w->g, n, x);
	if (is_hardswish_part(w, k, e, x) || (near(k, 1) && is_hardsigmoid_of(e, x)))
		return activation(w->g, n, x, "HardSwish");
	if (k == 1 && made_by(e, "Sigmoid") && is_multiple(w, e->def->in[0], x, &slope))
		return activation_with(w->g, n, x, "Swish", "alpha", slope);
	return NULL;
}

static Value *find_activation(Rewrite *w, Node *n)
{
	Factors f = factors_of(w, n->out[0], true);
	Value *y = NULL;

	if (f.n == 2)
		y = activation_of(w, n, f.k, f.x[0], f.x[1]);
	return y || f.n != 2 ? y : activation_of(w, n, f.k, f.x[1], f.x[0]);
}

/* k * Clip(a x + b, 0, 1 / k) -> HardSigmoid(x, alpha = k a, beta = k b) */
static Value *find_hardsigmoid(Rewrite *w, Node *n)
{
	Factors f = factors_of(w, n->out[0], true);
	double lo, hi, shift;
	Value *inner, *scaled;

	if (f.n != 1 || !shape_same(&f.x[0]->shape, &n->out[0]->shape) || !is_clamp(f.x[0], &lo, &hi, &inner))
		return NULL;
	if (lo != 0 || !near(f.k * hi, 1) || !is_sum_with(inner, &shift, &scaled) || !used_once(w, f.x[0]))
		return NULL;
	Factors a = factors_of(w, scaled, false);
	if (a.n != 1 || !shape_same(&a.x[0]->shape, &n->out[0]->shape))
		return NULL;
	const Op *op = op_named("HardSigmoid");
	void *attr = attr_new(w->g, op);
	*(float *)attr_field(op, attr, "alpha") = (float)(f.k * a.k);
	*(float *)attr_field(op, attr, "beta") = (float)(f.k * shift);
	return put_attr(w->g, n, "HardSigmoid", attr, a.x[0], END_IN);
}

const Rule product_rules[] = {
	{"Mul", "x * Sigmoid(x), 0.5 x (1 + Erf(..)), ... -> Swish, HardSwish, Gelu", find_activation},
	{"Div", "x * Clip(x + 3, 0, 6) / 6 -> HardSwish", find_activation},
	{"Mul", "Clip(x + 3, 0, 6) * 0.166.. -> HardSigmoid", find_hardsigmoid},
	{"Div", "Clip(x + 3, 0, 6) / 6 -> HardSigmoid", find_hardsigmoid},
	{0},
};
