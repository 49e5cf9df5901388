/* dynamicquantize.c -- DynamicQuantizeLinear (11): f32 to u8 over the range of the data, widened to include 0.
 *
 *     lo = min(0, min x)   hi = max(0, max x)   scale = (hi - lo) / 255, or 1 where that is 0
 *     zero_point = saturate(round(-lo / scale))   y = saturate(round(x / scale) + zero_point) */
#include <math.h>
#include "ir/op/nn.h"
#include "ir/op/pointwise.h"

static void infer(Graph *g, Node *n)
{
	Shape scalar = shape_scalar();

	if (n->in[0]->dtype != F32)
		fail_node(g, n, "E-TYPE", "x is %s; it must be f32", dtype_name(n->in[0]->dtype));
	set_out(g, n, 0, U8, &n->in[0]->shape);
	set_out(g, n, 1, F32, &scalar);
	set_out(g, n, 2, U8, &scalar);
}

static double to_u8(double x) { return fmin(fmax(nearbyint(x), 0), 255); }

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(e, in[0]);
	double lo = 0, hi = 0;

	(void)n;
	for (int64_t i = 0; i < in[0]->count; i++) {
		lo = fmin(lo, x[i]);
		hi = fmax(hi, x[i]);
	}
	double range = rounded(F32, hi - lo), scale = range > 0 ? rounded(F32, range / 255) : 1;
	double zero = to_u8(rounded(F32, -lo / scale));
	if (out[0])
		for (int64_t i = 0; i < in[0]->count; i++)
			store_f64(U8, out[0]->data, i, to_u8(nearbyint(rounded(F32, x[i] / scale)) + zero));
	if (out[1])
		store_f64(F32, out[1]->data, 0, scale);
	if (out[2])
		store_f64(U8, out[2]->data, 0, zero);
}

/* ---- tcc.Extremes: the least and the greatest of all elements, which one loop over them finds ---- */

static void extremes_infer(Graph *g, Node *n)
{
	Shape two = {.rank = 1, .dim = {dim(2)}};

	need_type(g, n, 0, "f");
	set_out(g, n, 0, n->in[0]->dtype, &two);
}

static void extremes_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(e, in[0]);
	double lo = INFINITY, hi = -INFINITY;

	(void)n;
	for (int64_t i = 0; i < in[0]->count; i++) { /* a NaN stays: nothing compares below or above it */
		lo = x[i] < lo || isnan(x[i]) ? x[i] : lo;
		hi = x[i] > hi || isnan(x[i]) ? x[i] : hi;
	}
	store_f64(in[0]->dtype, out[0]->data, 0, lo);
	store_f64(in[0]->dtype, out[0]->data, 1, hi);
}

static Expr *extremes_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *s = &n->in[0]->shape;
	Expr *index[MAX_RANK];
	Axes all = {.n = 0};

	(void)slot;
	for (int k = 0; k < s->rank; k++)
		index[k] = over(l, &all, s->dim[k]);
	Expr *x = in_as(l, n, 0, index, work_type(n->in[0]->dtype));
	Expr *first = alu2(l, EQ, at[0], num_i(l, 0));
	return choose(l, first, reduce_over(l, RED_MIN, x, &all), reduce_over(l, RED_MAX, x, &all));
}

const Op op_tcc_Extremes = {
	.name = "Extremes", .domain = "tcc", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = REDUCES,
	.infer = extremes_infer, .eval = extremes_eval, .lower = extremes_lower,
};

/* ---- DynamicQuantizeLinear ---- */

static Value *bound(Graph *g, const Node *n, Value *extremes, int64_t which, const char *with)
{
	Value *one = put(g, n, "Gather", extremes, value_scalar(g, I64, (double)which), END_IN);
	return put(g, n, with, one, value_scalar(g, F32, 0), END_IN);
}

static void expand(Graph *g, Node *n)
{
	Value *extremes = put(g, n, "tcc.Extremes", n->in[0], END_IN);
	Value *lo = bound(g, n, extremes, 0, "Min"), *hi = bound(g, n, extremes, 1, "Max");
	Value *range = put(g, n, "Sub", hi, lo, END_IN), *none = put(g, n, "Equal", hi, lo, END_IN);
	Value *step = put(g, n, "Div", range, value_scalar(g, F32, 255), END_IN);
	Value *scale = put(g, n, "Where", none, value_scalar(g, F32, 1), step, END_IN);
	Value *zero = put(g, n, "QuantizeLinear", put(g, n, "Neg", lo, END_IN), scale, END_IN);
	Value *made[] = {put(g, n, "QuantizeLinear", n->in[0], scale, zero, END_IN), scale, zero};

	for (int i = 0; i < n->nout; i++)
		if (n->out[i])
			value_replace(g, n->out[i], made[i]);
}

const Op op_DynamicQuantizeLinear = {.name = "DynamicQuantizeLinear", .domain = "", .min_in = 1, .max_in = 1,
				     .min_out = 3, .max_out = 3, .types = "f", .infer = infer, .eval = eval, .expand = expand};
