/* batchnorm.c -- BatchNormalization (versions 1-15): every channel (axis 1) of x scaled and shifted.
 *
 *     y = x * s + (B - mean * s)   with s = scale / sqrt(var + epsilon)
 *
 * mean and var are inputs 3 and 4; in training mode (which expands into the other) those of the batch, and outputs 1
 * and 2 are the running ones: input * momentum + batch's * (1 - momentum). */
#include "ir/op/nn.h"
#include <assert.h>
#include <math.h>

enum { SCALE = 1, SHIFT, MEAN, VAR }; /* inputs */

static const Attr batchnorm_attrs[] = {
	ATTR_FLOAT(Norm, epsilon, 1e-5f), ATTR_FLOAT(Norm, momentum, 0.9f), ATTR_INT(Norm, training_mode, 0), {0}};

/* Axes 1 .. : a one-dimensional x has a single channel. */
static int channel_axis(int rank)
{
	return rank > 1 ? 1 : 0;
}

static void batchnorm_infer(Graph *g, Node *n)
{
	const Shape *x = &n->in[0]->shape;
	Dim channels;

	need_rank(g, n, 0, 1, MAX_RANK);
	channels = x->rank > 1 ? x->dim[1] : dim(1);
	for (int i = SCALE; i <= VAR; i++)
		need_type(g, n, i, "f");
	for (int i = SCALE; i <= VAR; i++) {
		need_rank(g, n, i, 1, 1);
		need_size(g, n, i, 0, channels);
	}
	if (!ATTR_OF(n, Norm)->training_mode && (wants(n, 1) || wants(n, 2)))
		fail_node(g, n, "E-ATTR", "running mean and variance are outputs in training mode only");
	if (ATTR_OF(n, Norm)->training_mode && n->in[0]->dtype != n->in[MEAN]->dtype)
		fail_unsupported(g, n, "training mode with input %s and mean %s", dtype_name(n->in[0]->dtype),
				 dtype_name(n->in[MEAN]->dtype));
	same_as_input(g, n);
	set_out(g, n, 1, n->in[MEAN]->dtype, &n->in[MEAN]->shape);
	set_out(g, n, 2, n->in[VAR]->dtype, &n->in[VAR]->shape);
}

static Rows channel_rows(const Tensor *x)
{
	Rows r = rows_of(x, channel_axis(x->rank), channel_axis(x->rank) + 1);

	return x->rank > 1 ? r : (Rows){r.n, 1, 1};
}

/* Mean of channel c, or of the squared distances from `centre` when that is given. */
static double channel_mean(const Rows *r, const double *x, int64_t c, const double *centre)
{
	double sum = 0;

	for (int64_t o = 0; o < r->outer; o++)
		for (int64_t i = 0; i < r->inner; i++) {
			double v = x[(o * r->n + c) * r->inner + i];

			sum += centre ? (v - *centre) * (v - *centre) : v;
		}
	return sum / (double)(r->outer * r->inner);
}

static void normalise_channel(const Rows *r, int64_t c, const double *x, double scale, double shift, double *y)
{
	for (int64_t o = 0; o < r->outer; o++)
		for (int64_t i = 0; i < r->inner; i++) {
			int64_t at = (o * r->n + c) * r->inner + i;

			y[at] = x[at] * scale + shift;
		}
}

static void batchnorm_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct Norm *attr = ATTR_OF(n, Norm);
	const Rows r = channel_rows(in[0]);
	const double *x = in_f64(e, in[0]), *scale = in_f64(e, in[SCALE]), *shift = in_f64(e, in[SHIFT]);
	const double *in_mean = in_f64(e, in[MEAN]), *in_var = in_f64(e, in[VAR]);
	double *y = out_f64(e, out[0]), momentum = (double)attr->momentum;
	double *run_mean = wants(n, 1) ? out_f64(e, out[1]) : NULL, *run_var = wants(n, 2) ? out_f64(e, out[2]) : NULL;

	for (int64_t c = 0; c < r.n; c++) {
		double mean = in_mean[c], var = in_var[c], s;

		if (attr->training_mode) {
			mean = channel_mean(&r, x, c, NULL);
			var = channel_mean(&r, x, c, &mean);
		}
		if (run_mean)
			run_mean[c] = in_mean[c] * momentum + mean * (1 - momentum);
		if (run_var)
			run_var[c] = in_var[c] * momentum + var * (1 - momentum);
		s = scale[c] / sqrt(var + (double)attr->epsilon);
		normalise_channel(&r, c, x, s, shift[c] - mean * s, y);
	}
}

/* ---- training mode: the batch's mean and variance first, then as for inference ---- */

static Value *constant(Graph *g, const Node *n, double x)
{
	return value_scalar(g, n->in[MEAN]->dtype, x);
}

static Value *running(Graph *g, const Node *n, Value *old, Value *batch)
{
	double momentum = (double)ATTR_OF(n, Norm)->momentum;
	Value *kept = put(g, n, "Mul", old, constant(g, n, momentum), END_IN);

	return put(g, n, "Add", kept, put(g, n, "Mul", batch, constant(g, n, 1 - momentum), END_IN), END_IN);
}

static void batchnorm_expand(Graph *g, Node *n)
{
	struct Norm attr = *ATTR_OF(n, Norm);
	int64_t axes[MAX_RANK], naxes = 0;
	Value *x = n->in[0], *list, *mean, *centred, *var, *y;

	if (!attr.training_mode)
		return;
	for (int i = 0; i < x->shape.rank; i++)
		if (i != channel_axis(x->shape.rank))
			axes[naxes++] = i;
	list = value_i64(g, (int)naxes, axes);
	mean = put(g, n, "ReduceMean", x, list, END_IN);
	centred = put(g, n, "Sub", x, mean, END_IN);
	var = put(g, n, "ReduceMean", put(g, n, "Mul", centred, centred, END_IN), list, END_IN);
	mean = put(g, n, "Squeeze", mean, list, END_IN);
	var = put(g, n, "Squeeze", var, list, END_IN);
	attr.training_mode = 0;
	y = put_attr(g, n, "BatchNormalization", &attr, x, n->in[SCALE], n->in[SHIFT], mean, var, END_IN);
	value_replace(g, n->out[0], y);
	if (wants(n, 1))
		value_replace(g, n->out[1], running(g, n, n->in[MEAN], mean));
	if (wants(n, 2))
		value_replace(g, n->out[2], running(g, n, n->in[VAR], var));
}

static Expr *batchnorm_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = formula_type(l, n, n->in[0]->dtype);
	Expr *c = n->in[0]->shape.rank > 1 ? at[1] : num_i(l, 0);
	Expr *var = alu2(l, ADD, in_as(l, n, VAR, &c, t), num(l, t, (double)ATTR_OF(n, Norm)->epsilon));
	Expr *scale = alu2(l, DIV, in_as(l, n, SCALE, &c, t), alu1(l, SQRT, var));
	Expr *shift = alu2(l, SUB, in_as(l, n, SHIFT, &c, t), alu2(l, MUL, in_as(l, n, MEAN, &c, t), scale));

	assert(slot == 0 && !ATTR_OF(n, Norm)->training_mode && "training is expanded before");
	return cast(l, n->out[0]->dtype, alu2(l, ADD, alu2(l, MUL, in_as(l, n, 0, at, t), scale), shift));
}

const Op op_batchnormalization = {
	.name = "BatchNormalization", .min_in = 5, .max_in = 5, .min_out = 1, .max_out = 3,
	.flags = POINTWISE | CHEAP, .ulp = 8, .attrs = batchnorm_attrs, .attr_size = sizeof(struct Norm),
	.types = "f", .infer = batchnorm_infer, .eval = batchnorm_eval, .expand = batchnorm_expand, .lower = batchnorm_lower,
};
