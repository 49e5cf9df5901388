/* rounded.c -- sizes on their way through floats: what exporters write for ceil(n / 2), or for the turns of range(n).
 *
 *     Cast(Ceil(Div(Cast(n), 2)))     is the size ceildiv(n, 2)
 *
 * Up to 2^24 a float holds every whole number, and a quotient n / k of such, rounded once, stays on its side of the whole
 * numbers next to it, which are 1 / k away or more. */
#include <math.h>
#include "ir/op/pointwise.h"

#define EXACT_TO ((int64_t)1 << 24)
enum { MOST_STEPS = 8 };

/* n / by, rounded once unless `by` is 1. */
typedef struct Quotient {
	Dim n;
	int64_t by;
} Quotient;

static bool quotient_of(Graph *g, const Value *v, int i, int steps, Quotient *q);

static bool is_exact(Syms *s, Dim d) { return dim_lo(s, d) >= -EXACT_TO && dim_hi(s, d) <= EXACT_TO; }

/* The constant's element for i: it has one, or one for each. */
static bool factor_of(const Value *v, int i, double *x)
{
	if (!v->data || v->data->count < 1 || (v->data->count > 1 && i >= v->data->count))
		return false;
	*x = load_f64(v->dtype, v->data->data, v->data->count > 1 ? i : 0);
	return fabs(*x) <= EXACT_TO;
}

static bool is_whole(double x) { return x >= 1 && x == floor(x); }

/* Times a whole number, or through one. A product with a reciprocal is exact if that is, so a power of two. */
static bool scale_quotient(Graph *g, Quotient *q, double x, bool divides)
{
	int exponent;

	if (q->by != 1)
		return false;
	if (!divides && x > 0 && x < 1 && frexp(x, &exponent) == 0.5) {
		divides = true;
		x = 1 / x;
	}
	if (!is_whole(x))
		return false;
	if (divides)
		q->by = (int64_t)x;
	else
		q->n = dim_mul(g->syms, q->n, dim((int64_t)x));
	return q->by <= EXACT_TO && is_exact(g->syms, q->n);
}

static bool quotient_of_node(Graph *g, const Node *n, int i, int steps, Quotient *q)
{
	double x;

	if (is_op(n, "Cast") && is_int(n->in[0]->dtype) && n->in[0]->content) {
		if (i >= n->in[0]->ncontent)
			return false;
		*q = (Quotient){n->in[0]->content[i], 1};
		return is_exact(g->syms, q->n);
	}
	if (is_op(n, "Div") || is_op(n, "Mul"))
		return factor_of(n->in[1], i, &x) && quotient_of(g, n->in[0], i, steps, q) &&
		       scale_quotient(g, q, x, is_op(n, "Div"));
	if ((!is_op(n, "Ceil") && !is_op(n, "Floor")) || !quotient_of(g, n->in[0], i, steps, q))
		return false;
	q->n = is_op(n, "Ceil") ? dim_ceildiv(g->syms, q->n, dim(q->by)) : dim_floordiv(g->syms, q->n, dim(q->by));
	q->by = 1;
	return true;
}

static bool quotient_of(Graph *g, const Value *v, int i, int steps, Quotient *q)
{
	if ((v->dtype != F32 && v->dtype != F64) || !v->def || steps == 0)
		return false;
	return quotient_of_node(g, v->def, i, steps - 1, q);
}

bool size_of_float(Graph *g, const Value *v, int i, Dim *d)
{
	Quotient q;

	if (!quotient_of(g, v, i, MOST_STEPS, &q) || (q.by > 1 && dim_lo(g->syms, q.n) < 0))
		return false;
	*d = dim_floordiv(g->syms, q.n, dim(q.by));
	return true;
}
