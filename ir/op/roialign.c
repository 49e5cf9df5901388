/* roialign.c -- RoiAlign (10-22): each region of x cut into output_height x output_width cells, a number for each.
 *
 *     y[r, c, i, j] = mean (or max) over sampling_ratio x sampling_ratio points of the cell of x[batch[r], c, point]
 *
 * x between its elements is linear. A point up to one element outside of x counts as its nearest place in x; beyond
 * that it counts as 0. max takes the largest of the four weighted elements around each point. */
#include <math.h>
#include "ir/op/nn.h"

enum { X, ROIS, BATCH };
enum { AVERAGE, LARGEST };
enum { HALF_PIXEL, OUTPUT_HALF_PIXEL };
enum { MOST_POINTS = 1 << 10 }; /* along an axis of a cell */

struct RoiAlign {
	int64_t mode, output_height, output_width, sampling_ratio, coordinate_transformation_mode;
	float spatial_scale;
};

static const Attr attrs[] = {
	ATTR_ENUM(RoiAlign, mode, AVERAGE, "avg|max"), ATTR_INT(RoiAlign, output_height, 1),
	ATTR_INT(RoiAlign, output_width, 1), ATTR_INT(RoiAlign, sampling_ratio, 0),
	ATTR_ENUM(RoiAlign, coordinate_transformation_mode, HALF_PIXEL, "half_pixel|output_half_pixel"),
	ATTR_FLOAT(RoiAlign, spatial_scale, 1), {0}};

static void infer(Graph *g, Node *n)
{
	const struct RoiAlign *a = n->attr;
	const Shape *x = &n->in[X]->shape, *rois = &n->in[ROIS]->shape;

	same_type(g, n, X, ROIS);
	need_type(g, n, BATCH, "i");
	need_rank(g, n, X, 4, 4);
	need_rank(g, n, ROIS, 2, 2);
	need_rank(g, n, BATCH, 1, 1);
	need_size(g, n, ROIS, 1, dim(4));
	need_size(g, n, BATCH, 0, rois->dim[0]);
	if (a->output_height < 1 || a->output_width < 1)
		fail_node(g, n, "E-ATTR", "cells of %lld x %lld", (long long)a->output_height, (long long)a->output_width);
	if (a->sampling_ratio < 1)
		fail_unsupported(g, n, "sampling_ratio %lld: a number of points that depends on the regions",
				 (long long)a->sampling_ratio);
	if (a->sampling_ratio > MOST_POINTS)
		fail_unsupported(g, n, "sampling_ratio %lld; up to %d are supported", (long long)a->sampling_ratio, MOST_POINTS);
	for (int k = 2; k < 4; k++)
		need_elements(g, n, X, k);
	set_out(g, n, 0, n->in[X]->dtype, &(Shape){4, {rois->dim[0], x->dim[1], dim(a->output_height), dim(a->output_width)}});
}

/* ---- eval ---- */

/* Along one axis, point k of cell `cell`; `low` and `high` bound the region. */
static double point_f64(const struct RoiAlign *a, double low, double high, int64_t cells, int64_t cell, int64_t k)
{
	double shift = a->coordinate_transformation_mode == HALF_PIXEL ? 0.5 : 0, scale = (double)a->spatial_scale;
	double start = low * scale - shift, size = high * scale - shift - start;

	if (a->coordinate_transformation_mode == OUTPUT_HALF_PIXEL)
		size = fmax(size, 1);
	size /= (double)cells;
	return start + (double)cell * size + ((double)k + 0.5) * size / (double)a->sampling_ratio;
}

/* The element before the point, and how far behind it the point lies; false outside. */
static bool place_f64(double p, int64_t size, int64_t *first, double *rest)
{
	if (!(p >= -1 && p <= (double)size))
		return false;
	p = fmin(fmax(p, 0), (double)(size - 1));
	*first = (int64_t)p;
	*rest = p - floor(p);
	return true;
}

static double corner(const double *x, const Tensor *t, int64_t plane, const int64_t *first, const double *rest, int which)
{
	double weight = 1;
	int64_t at = plane;

	for (int d = 0; d < 2; d++) {
		bool second = which >> (1 - d) & 1;
		int64_t size = t->dim[2 + d], k = first[d] + second < size ? first[d] + second : size - 1;
		weight *= second ? rest[d] : 1 - rest[d];
		at = at * size + k;
	}
	return weight * x[at];
}

/* The points of one cell. */
static double cell_f64(const Node *n, const double *x, const Tensor *t, int64_t plane, const double *roi, const int64_t *cell)
{
	const struct RoiAlign *a = n->attr;
	int64_t cells[2] = {a->output_height, a->output_width}, ratio = a->sampling_ratio, first[2] = {0, 0};
	double sum = 0, most = -INFINITY, rest[2] = {0, 0};

	for (int64_t k = 0; k < ratio * ratio; k++) {
		bool valid = true;
		for (int d = 0; d < 2; d++)
			valid &= place_f64(point_f64(a, roi[1 - d], roi[3 - d], cells[d], cell[d], d ? k % ratio : k / ratio),
					   t->dim[2 + d], &first[d], &rest[d]);
		for (int c = 0; c < 4; c++) {
			double v = valid ? corner(x, t, plane, first, rest, c) : 0;
			sum += v;
			most = fmax(most, v);
		}
	}
	return a->mode == LARGEST ? most : sum / (double)(ratio * ratio);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(e, in[X]), *rois = in_f64(e, in[ROIS]);
	const int64_t *batch = in_i64(e, in[BATCH]);
	double *y = out_f64(e, out[0]);
	int64_t at[MAX_RANK] = {0};

	for (int64_t i = 0; i < out[0]->count; i++, next_index(4, out[0]->dim, at)) {
		int64_t b = batch[at[0]];
		if (b < 0 || b >= in[X]->dim[0])
			fail_node(e->g, n, "E-INDEX", "batch %lld is outside 0..%lld", (long long)b,
				  (long long)in[X]->dim[0] - 1);
		y[i] = cell_f64(n, x, in[X], b * in[X]->dim[1] + at[1], rois + 4 * at[0], at + 2);
	}
}

/* ---- lower ---- */

typedef struct Roi {
	Lower *l;
	const Node *n;
	const struct RoiAlign *a;
	DType t;
	Expr *batch, *channel;
	Expr *low[2], *high[2], *rest[2]; /* along both axes: elements around the point, its distance from the first */
	Expr *valid;
} Roi;

static Expr *number(Roi *r, double x) { return num(r->l, r->t, x); }
static Expr *op(Roi *r, Alu alu, Expr *a, Expr *b) { return alu2(r->l, alu, a, b); }

static Expr *bound(Roi *r, Expr *const *at, int column)
{
	Expr *index[2] = {at[0], num_i(r->l, column)};
	Expr *x = op(r, MUL, in_as(r->l, r->n, ROIS, index, r->t), number(r, (double)r->a->spatial_scale));
	return r->a->coordinate_transformation_mode == HALF_PIXEL ? op(r, SUB, x, number(r, 0.5)) : x;
}

/* Where point k of the cell lies along axis d. */
static void find_place(Roi *r, Expr *const *at, int d, Expr *k)
{
	Lower *l = r->l;
	double cells = (double)(d ? r->a->output_width : r->a->output_height);
	Dim size = r->n->in[X]->shape.dim[2 + d];
	Expr *start = bound(r, at, 1 - d), *length = op(r, SUB, bound(r, at, 3 - d), start);
	if (r->a->coordinate_transformation_mode == OUTPUT_HALF_PIXEL)
		length = op(r, MAX, length, number(r, 1));
	length = op(r, DIV, length, number(r, cells));
	Expr *inner = op(r, MUL, op(r, ADD, cast(l, r->t, k), number(r, 0.5)), length);
	inner = op(r, DIV, inner, number(r, (double)r->a->sampling_ratio));
	Expr *p = op(r, ADD, op(r, ADD, start, op(r, MUL, cast(l, r->t, at[2 + d]), length)), inner);
	Expr *valid = op(r, AND, op(r, LE, number(r, -1), p), op(r, LE, p, size_as_real(l, size, 0, r->t)));
	r->valid = r->valid ? op(r, AND, r->valid, valid) : valid;
	p = op(r, MIN, op(r, MAX, choose(l, valid, p, number(r, 0)), number(r, 0)), size_as_real(l, size, -1, r->t));
	Expr *first = alu1(l, FLOOR, p);
	r->rest[d] = op(r, SUB, p, first);
	r->low[d] = cast(l, I64, first);
	r->high[d] = cast(l, I64, op(r, MIN, op(r, ADD, first, number(r, 1)), size_as_real(l, size, -1, r->t)));
}

static Expr *corner_of(Roi *r, int which)
{
	Expr *index[4] = {r->batch, r->channel}, *weight = NULL;
	for (int d = 0; d < 2; d++) {
		bool second = which >> (1 - d) & 1;
		Expr *part = second ? r->rest[d] : op(r, SUB, number(r, 1), r->rest[d]);
		weight = weight ? op(r, MUL, weight, part) : part;
		index[2 + d] = second ? r->high[d] : r->low[d];
	}
	return op(r, MUL, weight, in_as(r->l, r->n, X, index, r->t));
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Roi r = {.l = l, .n = n, .a = n->attr, .t = formula_type(l, n, n->in[X]->dtype), .channel = at[1]};
	int64_t ratio = r.a->sampling_ratio;
	Axes axes = {.n = 0};
	Expr *points[2] = {over(l, &axes, dim(ratio)), over(l, &axes, dim(ratio))}, *value = NULL;

	r.batch = checked_index(l, cast(l, I64, in(l, n, BATCH, at)), extent(l, n->in[X]->shape.dim[0]));
	for (int d = 0; d < 2; d++)
		find_place(&r, at, d, points[d]);
	for (int c = 0; c < 4; c++)
		value = value ? op(&r, r.a->mode == LARGEST ? MAX : ADD, value, corner_of(&r, c)) : corner_of(&r, c);
	value = choose(l, r.valid, value, number(&r, 0));
	value = reduce_over(l, r.a->mode == LARGEST ? RED_MAX : RED_SUM, value, &axes);
	if (r.a->mode == AVERAGE)
		value = op(&r, DIV, value, number(&r, (double)(ratio * ratio)));
	return cast(l, n->out[slot]->dtype, value);
}

const Op op_roialign = {
	.name = "RoiAlign", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct RoiAlign), .types = "f", .infer = infer, .eval = eval, .lower = lower,
};
