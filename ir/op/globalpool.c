/* globalpool.c -- GlobalAveragePool, GlobalMaxPool, GlobalLpPool (versions 1-22): one value for each of x's planes. */
#include "ir/op/nn.h"
#include <math.h>

static const Attr globallppool_attrs[] = {ATTR_INT(Norm, p, 2), {0}};

static void globalpool_infer(Graph *g, Node *n)
{
	Shape y = n->in[0]->shape;

	need_rank(g, n, 0, 2, MAX_RANK);
	for (int i = 2; i < y.rank; i++)
		y.dim[i] = dim(1);
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

static void globallppool_infer(Graph *g, Node *n)
{
	need_norm_p(g, n, ATTR_OF(n, Norm)->p);
	globalpool_infer(g, n);
}

static void globalaveragepool_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	Rows r = rows_of(in[0], 2, in[0]->rank);
	const double *x = in_f64(e, in[0]);
	double *y = out_f64(e, out[0]);

	(void)n;
	for (int64_t i = 0; i < r.outer; i++)
		y[i] = mean_f64(r.n, x + i * r.n, 0, false);
}

static void globalmaxpool_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	Rows r = rows_of(in[0], 2, in[0]->rank);
	const double *x = in_f64(e, in[0]);
	double *y = out_f64(e, out[0]);

	(void)n;
	for (int64_t i = 0; i < r.outer; i++) {
		y[i] = -INFINITY;
		for (int64_t k = 0; k < r.n; k++)
			y[i] = x[i * r.n + k] > y[i] || isnan(x[i * r.n + k]) ? x[i * r.n + k] : y[i];
	}
}

static void globallppool_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	Rows r = rows_of(in[0], 2, in[0]->rank);
	const double *x = in_f64(e, in[0]);
	double *y = out_f64(e, out[0]);
	int64_t p = ATTR_OF(n, Norm)->p;

	for (int64_t i = 0; i < r.outer; i++) {
		double sum = 0;

		for (int64_t k = 0; k < r.n; k++)
			sum += norm_term_f64(x[i * r.n + k], p);
		y[i] = norm_root_f64(sum, p);
	}
}

/* The element of a plane at fresh indices. */
static Expr *plane_element(Lower *l, const Node *n, Expr *const *at, Axes *axes)
{
	const Shape *s = &n->in[0]->shape;
	Expr *index[MAX_RANK];

	fresh_index(l, s, at, 2, s->rank, axes, index);
	return in_as(l, n, 0, index, formula_type(l, n, n->in[0]->dtype));
}

static Expr *globalaveragepool_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Axes axes = {.n = 0};
	Expr *x = plane_element(l, n, at, &axes);

	(void)slot;
	return cast(l, n->out[0]->dtype, mean_over(l, &axes, x, NULL));
}

static Expr *globalmaxpool_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Axes axes = {.n = 0};

	(void)slot;
	return cast(l, n->out[0]->dtype, reduce_over(l, RED_MAX, plane_element(l, n, at, &axes), &axes));
}

static Expr *globallppool_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	int64_t p = ATTR_OF(n, Norm)->p;
	Axes axes = {.n = 0};
	Expr *sum = reduce_over(l, RED_SUM, norm_term(l, plane_element(l, n, at, &axes), p), &axes);

	(void)slot;
	return cast(l, n->out[0]->dtype, norm_root(l, sum, p));
}

const Op op_globalaveragepool = {
	.name = "GlobalAveragePool", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = 4,
	.types = "f", .infer = globalpool_infer, .eval = globalaveragepool_eval, .lower = globalaveragepool_lower,
};

const Op op_globalmaxpool = {
	.name = "GlobalMaxPool", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = REDUCES,
	.types = "f", .infer = globalpool_infer, .eval = globalmaxpool_eval, .lower = globalmaxpool_lower,
};

const Op op_globallppool = {
	.name = "GlobalLpPool", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = 8,
	.attrs = globallppool_attrs, .attr_size = sizeof(struct Norm),
	.types = "f", .infer = globallppool_infer, .eval = globallppool_eval, .lower = globallppool_lower,
};
