/* softmax.c -- Softmax, LogSoftmax, Hardmax (versions 1-13) along one axis.
 *
 *     Softmax     exp(x - max) / sum exp(x - max)
 *     LogSoftmax  x - max - log sum exp(x - max)
 *     Hardmax     1 at the first largest element, else 0
 *
 * tcc.Softmax is one whose elements only weigh the terms of sums (passes/underflow.c): those below 2^-100 may be 0.
 */
#include "ir/op/nn.h"
#include <math.h>

static const Attr softmax_attrs[] = {ATTR_INT(Norm, axis, -1), {0}};

static void softmax_infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 1, MAX_RANK);
	fix_axis(g, n, ATTR_OF(n, Norm)->axis, n->in[0]->shape.rank);
	same_as_input(g, n);
}

/* ---- eval: row after row, a row being n elements at distance `step` ---- */

typedef void Row(int64_t n, int64_t step, const double *x, double *y);

static void each_row(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out, Row *row)
{
	int axis = (int)fix_axis(e->g, n, ATTR_OF(n, Norm)->axis, in[0]->rank);
	Rows r = rows_of(in[0], axis, axis + 1);
	const double *x = in_f64(e, in[0]);
	double *y = out_f64(e, out[0]);

	for (int64_t i = 0; r.n && i < r.outer * r.inner; i++) {
		int64_t start = i / r.inner * r.n * r.inner + i % r.inner;

		row(r.n, r.inner, x + start, y + start);
	}
}

/* Position of the first largest element; NaN is larger than all. */
static int64_t largest(int64_t n, int64_t step, const double *x)
{
	int64_t best = 0;

	for (int64_t k = 1; k < n; k++)
		if (!isnan(x[best * step]) && (x[k * step] > x[best * step] || isnan(x[k * step])))
			best = k;
	return best;
}

static double exp_sum(int64_t n, int64_t step, const double *x, double max)
{
	double sum = 0;

	for (int64_t k = 0; k < n; k++)
		sum += exp(x[k * step] - max);
	return sum;
}

static void softmax_row(int64_t n, int64_t step, const double *x, double *y)
{
	double max = x[largest(n, step, x) * step], sum = exp_sum(n, step, x, max);

	for (int64_t k = 0; k < n; k++)
		y[k * step] = exp(x[k * step] - max) / sum;
}

static void logsoftmax_row(int64_t n, int64_t step, const double *x, double *y)
{
	double max = x[largest(n, step, x) * step], log_sum = log(exp_sum(n, step, x, max));

	for (int64_t k = 0; k < n; k++)
		y[k * step] = x[k * step] - max - log_sum;
}

static void hardmax_row(int64_t n, int64_t step, const double *x, double *y)
{
	int64_t best = largest(n, step, x);

	for (int64_t k = 0; k < n; k++)
		y[k * step] = k == best;
}

static void softmax_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	each_row(e, n, in, out, softmax_row);
}

static void logsoftmax_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	each_row(e, n, in, out, logsoftmax_row);
}

static void hardmax_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	each_row(e, n, in, out, hardmax_row);
}

/* ---- lower ---- */

static int axis_of(Lower *l, const Node *n)
{
	return (int)fix_axis(lower_graph(l), n, ATTR_OF(n, Norm)->axis, n->in[0]->shape.rank);
}

/* An element of the row through at[], at a fresh index. */
static Expr *row_element(Lower *l, const Node *n, Expr *const *at, Axes *axes)
{
	int axis = axis_of(l, n);
	Expr *index[MAX_RANK];

	fresh_index(l, &n->in[0]->shape, at, axis, axis + 1, axes, index);
	return in_as(l, n, 0, index, formula_type(l, n, n->in[0]->dtype));
}

/* x - max of the element at at[], and the sum over its row of exp(x - max), by that operation. A NaN need not be the maximum:
 * it makes the sum NaN. */
static Expr *shifted(Lower *l, const Node *n, Expr *const *at, Alu exponential, Expr **sum)
{
	Axes along_max = {.n = 0}, along_sum = {.n = 0};
	Expr *max = reduce_over(l, RED_MAX_NUMBER, row_element(l, n, at, &along_max), &along_max);
	Expr *term = alu1(l, exponential, alu2(l, SUB, row_element(l, n, at, &along_sum), max));

	*sum = reduce_over(l, RED_SUM, term, &along_sum);
	return alu2(l, SUB, in_as(l, n, 0, at, formula_type(l, n, n->in[0]->dtype)), max);
}

static Expr *softmax_by(Lower *l, const Node *n, Expr *const *at, Alu exponential)
{
	Expr *sum, *x = shifted(l, n, at, exponential, &sum);

	return cast(l, n->out[0]->dtype, alu2(l, MUL, alu1(l, exponential, x), alu2(l, DIV, num(l, sum->dtype, 1), sum)));
}

static Expr *softmax_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return softmax_by(l, n, at, EXP_DOWN);
}

static Expr *weights_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return softmax_by(l, n, at, EXP_SHARE);
}

static Expr *logsoftmax_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *sum, *x = shifted(l, n, at, EXP_SHARE, &sum);

	(void)slot;
	return cast(l, n->out[0]->dtype, alu2(l, SUB, x, alu1(l, LOG, sum)));
}

static Expr *hardmax_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = n->out[0]->dtype;
	Axes axes = {.n = 0};
	Expr *x = row_element(l, n, at, &axes);

	(void)slot;
	if (!axes.n)
		return num(l, t, 1);
	Expr *best = reduce(l, RED_ARGMAX, x, axes.n, axes.axis);
	return choose(l, alu2(l, EQ, at[axis_of(l, n)], best), num(l, t, 1), num(l, t, 0));
}

const Op op_softmax = {
	.name = "Softmax", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.flags = REDUCES, .ulp = 8, .attrs = softmax_attrs, .attr_size = sizeof(struct Norm),
	.types = "f", .infer = softmax_infer, .eval = softmax_eval, .lower = softmax_lower,
};

const Op op_tcc_Softmax = {
	.name = "Softmax", .domain = "tcc", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.flags = REDUCES, .ulp = 8, .attrs = softmax_attrs, .attr_size = sizeof(struct Norm),
	.types = "f", .infer = softmax_infer, .eval = softmax_eval, .lower = weights_lower,
};

const Op op_logsoftmax = {
	.name = "LogSoftmax", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.flags = REDUCES, .ulp = 8, .attrs = softmax_attrs, .attr_size = sizeof(struct Norm),
	.types = "f", .infer = softmax_infer, .eval = logsoftmax_eval, .lower = logsoftmax_lower,
};

const Op op_hardmax = {
	.name = "Hardmax", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.flags = REDUCES, .attrs = softmax_attrs, .attr_size = sizeof(struct Norm),
	.types = "f", .infer = softmax_infer, .eval = hardmax_eval, .lower = hardmax_lower,
};
