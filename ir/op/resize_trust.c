/* resize_trust.c -- Resize whose sizes, scales or region data decide, as nodes that compute it: its shape is known or
 * counted (resize_shape.c); the coordinates of an axis are a vector that is computed in the run, and so are the weights
 * of its taps.
 *
 *     y = sum over taps t of x[clip(floor(v) + t)] * weight(t - (v - floor(v)))          axis by axis */
#include <math.h>
#include <string.h>
#include "ir/op/counted.h"
#include "ir/op/movement.h"
#include "ir/op/reduce.h"
#include "ir/op/resize.h"
#include "ir/op/trust.h"

typedef struct Job {
	Graph *g;
	Node *n;
	const struct Resize *a;
	int list[MAX_RANK], count; /* the axes that are resized */
	Value *scale;              /* f32[count] */
	double known[MAX_RANK];    /* the scales that are constants; NAN: another one */
	bool by_scale;             /* scales were given, not sizes */
	Value *roi;                /* f32[2 count], for TF_CROP */
	Value *outside;            /* for TF_CROP, by element: the coordinate lies outside; NULL: none so far */
} Job;

static Value *f32(const Job *j, double x) { return value_scalar(j->g, F32, x); }
static Value *with(const Job *j, const char *op, Value *a, Value *b) { return binary(j->g, j->n, op, a, b); }
static Value *of(const Job *j, const char *op, Value *a) { return put(j->g, j->n, op, a, END_IN); }

static Dim in_size(const Job *j, int axis) { return j->n->in[0]->shape.dim[axis]; }
static Dim out_size(const Job *j, int axis) { return j->n->out[0]->shape.dim[axis]; }

/* A size, and k more, as a scalar i64. */
static Value *size_and(const Job *j, Dim d, int64_t k)
{
	Dim more = dim_add(j->g->syms, d, dim(k));

	return reshaped(j->g, j->n, dims_as_value(j->g, j->n, j->n->in[0], &more, 1), 0, NULL);
}

static Value *real_size(const Job *j, Dim d, int64_t k) { return cast_value(j->g, j->n, size_and(j, d, k), F32); }

/* ---- scales ---- */

static Value *sizes_of_axes(const Job *j, const Shape *s)
{
	Dim size[MAX_RANK];

	for (int i = 0; i < j->count; i++)
		size[i] = s->dim[j->list[i]];
	return dims_as_value(j->g, j->n, j->n->in[0], size, j->count);
}

/* What the run finds out to be the sizes, where nobody else says it. What is made for the node from here on comes behind that. */
static void count_sizes(Job *j, Value *size)
{
	Shape y;
	unsigned open = resize_known_sizes(j->g, j->n, j->list, j->count, &y);
	Node *behind = arena_copy(&j->g->ctx->perm, j->n, sizeof *j->n);

	behind->in = NEW_N(&j->g->ctx->perm, Value *, j->n->nin + j->count);
	memcpy(behind->in, j->n->in, (size_t)j->n->nin * sizeof *behind->in);
	for (int i = 0; i < j->count; i++)
		if (open >> j->list[i] & 1)
			behind->in[behind->nin++] = counted_value(j->g, j->n, element(j->g, j->n, size, i), out_size(j, j->list[i]));
	j->n = behind;
}

/* `size` has to be that of the result. */
static void made_sizes(Job *j, Value *size)
{
	if (resize_is_counted(j->g, j->n))
		count_sizes(j, size);
	else
		require(j->g, j->n, with(j, "Equal", size, sizes_of_axes(j, &j->n->out[0]->shape)));
}

/* The size is floor(in * scale). */
static void take_scales(Job *j)
{
	Value *in = cast_value(j->g, j->n, sizes_of_axes(j, &j->n->in[0]->shape), F32);

	need_size(j->g, j->n, 2, 0, dim(j->count));
	j->by_scale = true;
	j->scale = cast_value(j->g, j->n, j->n->in[2], F32);
	Value *size = of(j, "Floor", with(j, "Mul", j->scale, in));
	made_sizes(j, cast_value(j->g, j->n, size, I64));
}

/* By axis i, then k: the size of axis k by the scale of axis i, floor(in[k] * given[i] / in[i] + 1/2). */
static Value *sizes_by_axes(const Job *j, Value *given)
{
	int64_t behind = 1;
	Value *row = sizes_of_axes(j, &j->n->in[0]->shape), *in = with_axes(j->g, j->n, row, 1, &behind);
	Value *below = with(j, "Max", in, number(j->g, 1)), *two = number(j->g, 2);
	Value *twice = with(j, "Mul", with(j, "Mul", with_axes(j->g, j->n, given, 1, &behind), two), row);

	return with(j, "Div", with(j, "Add", twice, below), with(j, "Mul", below, two));
}

/* Sizes themselves, or the common scale that keeps the proportions. */
static void take_sizes(Job *j)
{
	Graph *g = j->g;
	Value *given = as_vector(g, j->n, j->n->in[3]), *size = given;
	Value *in = cast_value(g, j->n, sizes_of_axes(j, &j->n->in[0]->shape), F64);
	Value *sizes = resize_gives_sizes(j->n) ? sizes_of_axes(j, &j->n->out[0]->shape) : given;
	Value *ratio = with(j, "Div", cast_value(g, j->n, sizes, F64), in);

	need_size(g, j->n, 3, 0, dim(j->count));
	if (j->a->keep_aspect_ratio_policy) {
		const char *best = j->a->keep_aspect_ratio_policy == 1 ? "ReduceMin" : "ReduceMax";
		ratio = reduced(g, j->n, best, ratio, 0, true);
		ratio = put(g, j->n, "Expand", ratio, number(g, j->count), END_IN);
		size = reduced(g, j->n, best, sizes_by_axes(j, given), 0, false);
	}
	j->scale = cast_value(g, j->n, ratio, F32);
	made_sizes(j, size);
}

/* ---- coordinates, as set_line() of resize_axis.c gives them, operation by operation ---- */

static Value *indices(const Job *j, int axis, double add)
{
	Value *i = cast_value(j->g, j->n, count_up(j->g, j->n, size_and(j, out_size(j, axis), 0)), F32);

	return add != 0 ? with(j, "Add", i, f32(j, add)) : i;
}

/* One element lies in the middle of the region. */
static Value *cropped_line(const Job *j, int k)
{
	int axis = j->list[k];
	Dim out = out_size(j, axis);
	Value *last = real_size(j, in_size(j, axis), -1), *i = indices(j, axis, 0);
	Value *start = element(j->g, j->n, j->roi, k), *end = element(j->g, j->n, j->roi, j->count + k);
	Value *middle = with(j, "Mul", with(j, "Mul", with(j, "Add", start, end), f32(j, 0.5)), last);
	Value *mul = with(j, "Mul", with(j, "Sub", end, start), last);
	Value *v = with(j, "Div", with(j, "Mul", i, mul), real_size(j, dim_max(j->g->syms, out, dim(2)), -1));

	v = with(j, "Add", v, with(j, "Mul", start, last));
	if (dim_lo(j->g->syms, out) > 1)
		return v;
	return put(j->g, j->n, "Where", with(j, "Less", size_and(j, out, 0), value_scalar(j->g, I64, 2)), middle, v, END_IN);
}

static Value *aligned_line(const Job *j, int axis, Value *scale)
{
	Value *in = real_size(j, in_size(j, axis), 0), *last = real_size(j, in_size(j, axis), -1);
	Value *length = j->by_scale ? with(j, "Mul", scale, in) : real_size(j, out_size(j, axis), 0);
	Value *way = with(j, "Sub", length, f32(j, 1));

	way = put(j->g, j->n, "Where", with(j, "Greater", length, f32(j, 1)), way, f32(j, 1), END_IN);
	return with(j, "Div", with(j, "Mul", indices(j, axis, 0), last), way);
}

static Value *centred(const Job *j, int axis, Value *scale)
{
	return with(j, "Sub", with(j, "Div", indices(j, axis, 0.5), scale), f32(j, 0.5));
}

/* Coordinates v, where there are several; one alone is 0. */
static Value *several(const Job *j, int axis, Value *v)
{
	Dim out = out_size(j, axis);

	if (dim_hi(j->g->syms, out) <= 1)
		return with(j, "Mul", indices(j, axis, 0), f32(j, 0));
	if (dim_lo(j->g->syms, out) > 1)
		return v;
	return put(j->g, j->n, "Where", with(j, "Less", size_and(j, out, 0), value_scalar(j->g, I64, 2)), f32(j, 0), v, END_IN);
}

/* The coordinates of the k-th resized axis, f32[out]. */
static Value *coordinates(const Job *j, int k)
{
	int axis = j->list[k];
	Value *scale = element(j->g, j->n, j->scale, k);

	switch (j->a->coordinate_transformation_mode) {
	case TF_CROP:
		return cropped_line(j, k);
	case ALIGN_CORNERS:
		return aligned_line(j, axis, scale);
	case ASYMMETRIC:
		return with(j, "Div", indices(j, axis, 0), scale);
	case TF_HALF_PIXEL:
		return with(j, "Div", indices(j, axis, 0.5), scale);
	case HALF_PIXEL_SYMMETRIC: {
		Value *in = real_size(j, in_size(j, axis), 0), *out = real_size(j, out_size(j, axis), 0);
		Value *part = with(j, "Div", out, with(j, "Mul", scale, in));
		Value *off = with(j, "Mul", with(j, "Div", in, f32(j, 2)), with(j, "Sub", f32(j, 1), part));
		return with(j, "Add", with(j, "Div", indices(j, axis, 0.5), scale), with(j, "Sub", off, f32(j, 0.5)));
	}
	case PYTORCH_HALF_PIXEL:
		return several(j, axis, centred(j, axis, scale));
	default:
		return centred(j, axis, scale);
	}
}

/* ---- elements and weights ---- */

static Value *clipped(const Job *j, int axis, Value *i)
{
	return within(j->g, j->n, i, value_scalar(j->g, I64, 0), size_and(j, in_size(j, axis), -1));
}

static Value *nearest(const Job *j, int axis, Value *v)
{
	switch (j->a->nearest_mode) {
	case NEAREST_PREFER_FLOOR:
		v = of(j, "Ceil", with(j, "Sub", v, f32(j, 0.5)));
		break;
	case NEAREST_PREFER_CEIL:
		v = of(j, "Floor", with(j, "Add", v, f32(j, 0.5)));
		break;
	default:
		v = of(j, j->a->nearest_mode == NEAREST_FLOOR ? "Floor" : "Ceil", v);
	}
	return clipped(j, axis, cast_value(j->g, j->n, v, I64));
}

static Value *polynomial(const Job *j, double c0, double c1, double c2, double c3, Value *d)
{
	Value *x = with(j, "Add", with(j, "Mul", d, f32(j, c3)), f32(j, c2));

	x = with(j, "Add", with(j, "Mul", x, d), f32(j, c1));
	return with(j, "Add", with(j, "Mul", x, d), f32(j, c0));
}

/* tap_weight() at distance d. */
static Value *kernel(const Job *j, Value *d)
{
	double c = (double)j->a->cubic_coeff_a;

	if (j->a->mode == RESIZE_LINEAR)
		return with(j, "Max", with(j, "Sub", f32(j, 1), d), f32(j, 0));
	Value *near = polynomial(j, 1, 0, -(c + 3), c + 2, d), *far = polynomial(j, -4 * c, 8 * c, -5 * c, c, d);
	far = put(j->g, j->n, "Where", with(j, "Less", d, f32(j, 2)), far, f32(j, 0), END_IN);
	return put(j->g, j->n, "Where", with(j, "LessOrEqual", d, f32(j, 1)), near, far, END_IN);
}

/* The first tap and, counting from it, how many there are, for the smallest scale that gives this size. */
static int first_tap(const Job *j, int axis)
{
	float radius = j->a->mode == RESIZE_LINEAR ? 1 : 2, scale = 1;
	int64_t least = dim_lo(j->g->syms, out_size(j, axis));

	if (j->a->antialias)
		scale = ((float)(least > 1 ? least : 1) - 0.5f) / (float)most_of(j->g, j->n, in_size(j, axis));
	return (int)floorf(-radius / (j->a->antialias && scale < 1 ? scale : 1)) + 1;
}

/* A vector along `axis`, to multiply elements by. */
static Value *along(const Job *j, int axis, Value *v, DType t)
{
	int rank = j->n->in[0]->shape.rank;
	int64_t behind[MAX_RANK];

	for (int k = axis + 1; k < rank; k++)
		behind[k - axis - 1] = k - axis;
	v = t ? cast_value(j->g, j->n, v, t) : v;
	return axis + 1 < rank ? with_axes(j->g, j->n, v, rank - axis - 1, behind) : v;
}

static Value *add(const Job *j, Value *sum, Value *x) { return sum ? with(j, "Add", sum, x) : x; }

/* x resampled along the k-th resized axis at the coordinates v. */
static Value *resampled(const Job *j, Value *x, int k, Value *v)
{
	int axis = j->list[k], first = first_tap(j, axis), count = 2 - 2 * first;
	Value *floor_v = of(j, "Floor", v), *part = with(j, "Sub", v, floor_v), *sum = NULL, *norm = NULL;
	Value *stretch = with(j, "Min", element(j->g, j->n, j->scale, k), f32(j, 1));
	Value *base = cast_value(j->g, j->n, floor_v, I64);

	for (int t = first; t < first + count; t++) {
		Value *at = with(j, "Add", base, value_scalar(j->g, I64, t)), *i = clipped(j, axis, at);
		Value *d = of(j, "Abs", with(j, "Sub", f32(j, t), part));
		Value *weight = kernel(j, j->a->antialias ? with(j, "Mul", d, stretch) : d);
		if (j->a->exclude_outside)
			weight = with(j, "Mul", weight, cast_value(j->g, j->n, with(j, "Equal", at, i), F32));
		norm = add(j, norm, weight);
		sum = add(j, sum, with(j, "Mul", picked(j->g, j->n, x, i, axis), along(j, axis, weight, x->dtype)));
	}
	if (j->a->antialias || j->a->exclude_outside)
		sum = with(j, "Div", sum, along(j, axis, norm, x->dtype));
	return sum;
}

/* ---- all axes ---- */

static void note_outside(Job *j, int k, Value *v)
{
	Value *last = real_size(j, in_size(j, j->list[k]), -1);
	Value *out = along(j, j->list[k], with(j, "Or", with(j, "Less", v, f32(j, 0)), with(j, "Greater", v, last)), DT_NONE);

	j->outside = j->outside ? with(j, "Or", j->outside, out) : out;
}

static Value *all_axes(Job *j)
{
	DType t = j->n->out[0]->dtype, work = j->a->mode == RESIZE_NEAREST ? t : is_float(t) ? work_type(t) : F64;
	Value *y = cast_value(j->g, j->n, j->n->in[0], work);

	for (int k = 0; k < j->count; k++) {
		if (j->known[k] == 1 && j->a->coordinate_transformation_mode != TF_CROP)
			continue;
		Value *v = coordinates(j, k);
		if (j->a->coordinate_transformation_mode == TF_CROP)
			note_outside(j, k, v);
		y = j->a->mode == RESIZE_NEAREST ? picked(j->g, j->n, y, nearest(j, j->list[k], v), j->list[k])
						 : resampled(j, y, k, v);
	}
	return y;
}

/* Integers are rounded, and clipped to what their type holds. */
static Value *stored(const Job *j, Value *y)
{
	DType t = j->n->out[0]->dtype;
	int bits = dtype_info(t)->bits - !is_unsigned(t);

	if (!is_float(t) && y->dtype == F64)
		y = within(j->g, j->n, of(j, "Round", y), value_scalar(j->g, F64, is_unsigned(t) ? 0 : -ldexp(1, bits)),
			   value_scalar(j->g, F64, ldexp(1, bits) - 1));
	y = cast_value(j->g, j->n, y, t);
	if (j->outside)
		y = put(j->g, j->n, "Where", j->outside, value_scalar(j->g, t, (double)j->a->extrapolation_value), y, END_IN);
	return y;
}

static void count_resized(Graph *g, Node *n)
{
	int list[MAX_RANK], count = resized_axes(g, n, list);
	Shape y, sizes = {.rank = count};
	unsigned axes = resize_known_sizes(g, n, list, count, &y), open = 0;

	for (int i = 0; i < count; i++) {
		sizes.dim[i] = n->out[0]->shape.dim[list[i]];
		open |= (axes >> list[i] & 1) << i;
	}
	settle_input(n, 3, counted_among(g, n, 3, &sizes, open));
}

void resize_trust(Graph *g, Node *n)
{
	Job j = {.g = g, .n = n, .a = n->attr};

	if (resize_is_counted(g, n) && resize_gives_sizes(n))
		count_resized(g, n);
	if (!resize_is_counted(g, n) && !resize_is_region(g, n) && !resize_is_given(g, n))
		return;
	j.count = resized_axes(g, n, j.list);
	if (resize_has(n, 2) == resize_has(n, 3))
		fail_node(g, n, "E-INPUTS", "either scales or sizes must be given");
	resize_known_scales(g, n, j.count, j.known);
	if (resize_has(n, 2))
		take_scales(&j);
	else
		take_sizes(&j);
	if (j.a->coordinate_transformation_mode == TF_CROP) {
		need_count(g, n, 1, 2 * j.count);
		j.roi = cast_value(g, n, n->in[1], F32);
	}
	value_replace(g, n->out[0], stored(&j, all_axes(&j)));
}
