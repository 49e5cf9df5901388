/* lpnorm.c -- LpNormalization (versions 1-22): x / (sum over the axis of |x|^p)^(1/p), p 1 or 2; rows of zeros stay.
 * Also the terms and roots of p-norms, for LpPool and GlobalLpPool, which take any p > 0. */
#include "ir/op/nn.h"
#include <math.h>

Expr *norm_term(Lower *l, Expr *x, int64_t p)
{
	if (p == 2)
		return alu2(l, MUL, x, x);
	x = alu1(l, ABS, x);
	return p == 1 ? x : alu2(l, POW, x, num(l, x->dtype, (double)p));
}

Expr *norm_root(Lower *l, Expr *sum, int64_t p)
{
	if (p == 2)
		return alu1(l, SQRT, sum);
	return p == 1 ? sum : alu2(l, POW, sum, num(l, sum->dtype, 1 / (double)p));
}

double norm_term_f64(double x, int64_t p)
{
	return p == 2 ? x * x : pow(fabs(x), (double)p);
}

double norm_root_f64(double sum, int64_t p)
{
	return p == 2 ? sqrt(sum) : pow(sum, 1 / (double)p);
}

void need_norm_p(Graph *g, const Node *n, int64_t p)
{
	if (p < 1 || p > INT32_MAX)
		fail_node(g, n, "E-ATTR", "p is %lld; it must be at least 1", (long long)p);
}

static const Attr lpnormalization_attrs[] = {ATTR_INT(Norm, axis, -1), ATTR_INT(Norm, p, 2), {0}};

static void lpnormalization_infer(Graph *g, Node *n)
{
	const struct Norm *attr = ATTR_OF(n, Norm);

	need_rank(g, n, 0, 1, MAX_RANK);
	fix_axis(g, n, attr->axis, n->in[0]->shape.rank);
	if (attr->p != 1 && attr->p != 2)
		fail_node(g, n, "E-ATTR", "p is %lld; it must be 1 or 2", (long long)attr->p);
	same_as_input(g, n);
}

static void lpnormalization_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct Norm *attr = ATTR_OF(n, Norm);
	int axis = (int)fix_axis(e->g, n, attr->axis, in[0]->rank);
	Rows r = rows_of(in[0], axis, axis + 1);
	const double *x = in_f64(e, in[0]);
	double *y = out_f64(e, out[0]);

	for (int64_t i = 0; i < r.outer * r.inner; i++) {
		int64_t start = i / r.inner * r.n * r.inner + i % r.inner;
		double sum = 0, norm;

		for (int64_t k = 0; k < r.n; k++)
			sum += norm_term_f64(x[start + k * r.inner], attr->p);
		norm = norm_root_f64(sum, attr->p);
		for (int64_t k = 0; k < r.n; k++)
			y[start + k * r.inner] = norm == 0 ? 0 : x[start + k * r.inner] / norm;
	}
}

static Expr *lpnormalization_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const struct Norm *attr = ATTR_OF(n, Norm);
	const Shape *s = &n->in[0]->shape;
	int axis = (int)fix_axis(lower_graph(l), n, attr->axis, s->rank);
	DType t = formula_type(l, n, n->in[0]->dtype);
	Expr *index[MAX_RANK], *norm, *zero = num(l, t, 0);
	Axes axes = {.n = 0};

	(void)slot;
	fresh_index(l, s, at, axis, axis + 1, &axes, index);
	norm = norm_root(l, reduce_over(l, RED_SUM, norm_term(l, in_as(l, n, 0, index, t), attr->p), &axes), attr->p);
	return cast(l, n->out[0]->dtype,
		    choose(l, alu2(l, EQ, norm, zero), zero, alu2(l, DIV, in_as(l, n, 0, at, t), norm)));
}

const Op op_lpnormalization = {
	.name = "LpNormalization", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.flags = REDUCES, .ulp = 8, .attrs = lpnormalization_attrs, .attr_size = sizeof(struct Norm),
	.types = "f", .infer = lpnormalization_infer, .eval = lpnormalization_eval, .lower = lpnormalization_lower,
};
