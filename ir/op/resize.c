/* resize.c -- Resize: y[at] = x at the coordinates of `at` in the input, nearest or interpolated axis by axis. */
#include <math.h>
#include "ir/op/nn.h"
#include "ir/op/resize.h"
#include "ir/op/counted.h"

static void infer(Graph *g, Node *n)
{
	const struct Resize *a = n->attr;
	need_rank(g, n, 0, 1, -1);
	if (a->mode != RESIZE_NEAREST)
		need_type(g, n, 0, "fiu");
	if (has_in(n, 1))
		need_type(g, n, 1, "f");
	if (has_in(n, 2))
		need_type(g, n, 2, "f");
	if (a->mode == RESIZE_NEAREST && a->antialias)
		fail_node(g, n, "E-ATTR", "antialias is 1; it takes mode linear or cubic");
	Shape y = n->in[0]->shape;
	if (resize_is_counted(g, n) || resize_is_region(g, n)) {
		y = resize_is_region(g, n) ? resize_of_region(g, n) : resize_counted(g, n);
		set_out(g, n, 0, n->in[0]->dtype, &y);
		return;
	}
	if (resize_is_given(g, n)) {
		take_given_shape(g, n);
		resize_keeps_others(g, n);
		return;
	}
	Along axis[MAX_RANK];
	ResizeSizes given = resize_sizes(g, n);
	resize_axes(g, n, &n->in[0]->shape, &given, axis);
	for (int k = 0; k < y.rank; k++) {
		y.dim[k] = axis[k].out;
		if (a->antialias && axis[k].scale == 0)
			most_of(g, n, axis[k].in);
		if (a->antialias && axis[k].least < 1e-4f)
			fail_unsupported(g, n, "antialias with scale %g", (double)axis[k].least);
	}
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

/* ---- eval ---- */

/* tf_crop_and_resize gives a value of its own where a coordinate lies outside the input. */
static bool is_outside(const struct Resize *a, const Along *axis, int rank, const int64_t *at)
{
	for (int k = 0; k < rank && a->coordinate_transformation_mode == TF_CROP; k++) {
		double v = coordinate(a, &axis[k], at[k]);
		if (axis[k].resized && (v < 0 || v > (double)(axis[k].in.k - 1)))
			return true;
	}
	return false;
}

/* y[.., i, ..] = x[.., nearest element of i, ..] */
static void eval_nearest(Eval *e, const struct Resize *a, const Along *axis, const Tensor *x, Tensor *y)
{
	const Tensor *extra = tensor_scalar(&e->g->ctx->scratch, x->dtype, (double)a->extrapolation_value);
	int64_t at[MAX_RANK] = {0}, from[MAX_RANK];
	for (int64_t i = 0; i < y->count; i++, next_index(y->rank, y->dim, at)) {
		for (int k = 0; k < y->rank; k++)
			from[k] = axis[k].resized ? nearest_element(a, &axis[k], at[k]) : at[k];
		bool outside = is_outside(a, axis, y->rank, at);
		move_element(y, i, outside ? extra : x, outside ? 0 : position_of(x, from));
	}
}

int64_t resize_weights(const struct Resize *a, const Along *x, const Taps *t, int64_t i, double *weight)
{
	double v = coordinate(a, x, i), sum = 0;
	int64_t first = (int64_t)floor(v) + t->first;
	for (int k = 0; k < t->count; k++) {
		bool left_out = a->exclude_outside && (first + k < 0 || first + k >= x->in.k);
		weight[k] = left_out ? 0 : tap_weight(a, ((double)(first + k) - v) * (double)t->stretch);
		sum += weight[k];
	}
	for (int k = 0; k < t->count && (a->antialias || a->exclude_outside); k++)
		weight[k] /= sum != 0 ? sum : 1;
	return first;
}

/* One axis: x is [outer, in, inner], the result [outer, out, inner]. */
static double *resample(Arena *scratch, const struct Resize *a, const Along *at, const double *x, int64_t outer,
			int64_t inner)
{
	Taps taps = resize_taps(a, at);
	int64_t in = at->in.k, out = at->out.k;
	double *y = NEW_N(scratch, double, outer * out * inner), *weight = NEW_N(scratch, double, taps.count);
	for (int64_t i = 0; i < out; i++) {
		int64_t first = resize_weights(a, at, &taps, i, weight);
		for (int k = 0; k < taps.count; k++) {
			int64_t e = first + k < 0 ? 0 : first + k >= in ? in - 1 : first + k;
			for (int64_t o = 0; o < outer; o++)
				for (int64_t j = 0; j < inner; j++)
					y[(o * out + i) * inner + j] += weight[k] * x[(o * in + e) * inner + j];
		}
	}
	return y;
}

/* Integers are rounded and clipped to what their type holds. */
static double stored(DType t, double x)
{
	int bits = dtype_info(t)->bits - !is_unsigned(t);
	if (is_float(t))
		return x;
	double high = ldexp(1, bits) - 1, low = is_unsigned(t) ? 0 : -ldexp(1, bits);
	return x < low ? low : x > high ? high : nearbyint(x);
}

static void eval_interpolated(Eval *e, const struct Resize *a, const Along *axis, const Tensor *in, Tensor *out)
{
	const double *x = in_f64(e, in);
	double *y = out_f64(e, out);
	int64_t outer = 1, inner = in->count, at[MAX_RANK] = {0};
	for (int k = 0; k < in->rank; k++, outer *= out->dim[k - 1]) {
		inner /= in->dim[k];
		if (axis[k].resized)
			x = resample(&e->g->ctx->scratch, a, &axis[k], x, outer, inner);
	}
	for (int64_t i = 0; i < out->count; i++, next_index(out->rank, out->dim, at)) {
		bool outside = is_outside(a, axis, out->rank, at);
		y[i] = stored(out->dtype, outside ? (double)a->extrapolation_value : x[i]);
	}
}

void resize_axes_for(Eval *e, const Node *n, Tensor *const *in, Along *axis)
{
	Shape shape = tensor_shape(in[0]);
	ResizeSizes given = {.nroi = 0};
	if (has_in(n, 1))
		given.roi = in_f64(e, in[1]), given.nroi = (int)in[1]->count;
	if (has_in(n, 2))
		given.scales = in_f64(e, in[2]), given.nscales = (int)in[2]->count;
	if (has_in(n, 3))
		given.sizes = tensor_sizes(e, in[3]), given.nsizes = (int)in[3]->count;
	resize_axes(e->g, n, &shape, &given, axis);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct Resize *a = n->attr;
	Along axis[MAX_RANK];
	resize_axes_for(e, n, in, axis);
	if (out[0]->count == 0)
		return;
	if (a->mode == RESIZE_NEAREST)
		eval_nearest(e, a, axis, in[0], out[0]);
	else
		eval_interpolated(e, a, axis, in[0], out[0]);
}

const Attr resize_attrs[] = {
	ATTR_LIST(Resize, axes, A_INTS),
	ATTR_ENUM(Resize, mode, RESIZE_NEAREST, "nearest|linear|cubic"),
	ATTR_ENUM(Resize, nearest_mode, NEAREST_PREFER_FLOOR, "round_prefer_floor|round_prefer_ceil|floor|ceil"),
	ATTR_ENUM(Resize, coordinate_transformation_mode, HALF_PIXEL, COORDINATE_MODES),
	ATTR_ENUM(Resize, keep_aspect_ratio_policy, 0, "stretch|not_larger|not_smaller"),
	ATTR_INT(Resize, antialias, 0),
	ATTR_INT(Resize, exclude_outside, 0),
	ATTR_FLOAT(Resize, cubic_coeff_a, -0.75),
	ATTR_FLOAT(Resize, extrapolation_value, 0),
	{0},
};

const Op op_Resize = {
	.name = "Resize", .min_in = 1, .max_in = 4, .min_out = 1, .max_out = 1, .ulp = 64,
	.attrs = resize_attrs, .attr_size = sizeof(struct Resize),
	.infer = infer, .trust = resize_trust, .eval = eval, .expand = resize_expand,
	.lower = resize_lower,
};
