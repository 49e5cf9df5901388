/* roialign.c -- RoiAlign (10-22): each region of x cut into output_height x output_width cells, a number for each.
 *
 *     y[r, c, i, j] = mean (or max) over sampling_ratio x sampling_ratio points of the cell of x[batch[r], c, point]
 *
 * x between its elements is linear. A point up to one element outside of x counts as its nearest place in x; beyond
 * that it counts as 0. max takes the largest of the four weighted elements around each point.
 *
 * Where sampling_ratio is 0, a cell has a point for each element that it begins, in each region another number: these are
 * computed first, and loops go as far as the largest region asks for.
 *
 *     points i64[r,2] = Ceil(size of r / cells), most = ReduceMax(points)
 *     y = tcc.RoiPoints(x, rois, batch, points, most[0], most[1]) */
#include <math.h>
#include "ir/op/counted.h"
#include "ir/op/nn.h"

enum { X, ROIS, BATCH, POINTS, MOST };
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
	if (a->sampling_ratio < 0)
		fail_node(g, n, "E-ATTR", "sampling_ratio %lld must be 0 or more", (long long)a->sampling_ratio);
	if (a->sampling_ratio > MOST_POINTS)
		fail_unsupported(g, n, "sampling_ratio %lld; up to %d are supported", (long long)a->sampling_ratio, MOST_POINTS);
	for (int k = 2; k < 4; k++)
		need_elements(g, n, X, k);
	set_out(g, n, 0, n->in[X]->dtype, &(Shape){4, {rois->dim[0], x->dim[1], dim(a->output_height), dim(a->output_width)}});
}

/* ---- eval ---- */

/* Along one axis: where the region begins, how long each of its cells is, and how many points that has. */
typedef struct Cells {
	double start, length;
	int64_t points;
} Cells;

static Cells cells_f64(const struct RoiAlign *a, double low, double high, int64_t cells)
{
	double shift = a->coordinate_transformation_mode == HALF_PIXEL ? 0.5 : 0, scale = (double)a->spatial_scale;
	double start = low * scale - shift, size = high * scale - shift - start;

	if (a->coordinate_transformation_mode == OUTPUT_HALF_PIXEL)
		size = fmax(size, 1);
	size /= (double)cells;
	return (Cells){start, size, a->sampling_ratio ? a->sampling_ratio : size > 0 ? (int64_t)ceil(size) : 0};
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
static double cell_f64(const struct RoiAlign *a, const double *x, const Tensor *t, int64_t plane, const Cells *axis, const int64_t *cell)
{
	int64_t first[2] = {0, 0}, all = axis[0].points * axis[1].points;
	double sum = 0, most = all ? -INFINITY : 0, rest[2] = {0, 0};

	for (int64_t k = 0; k < all; k++) {
		const int64_t point[2] = {k / axis[1].points, k % axis[1].points};
		bool valid = true;
		for (int d = 0; d < 2; d++) {
			double p = axis[d].start + (double)cell[d] * axis[d].length;
			p += ((double)point[d] + 0.5) * axis[d].length / (double)axis[d].points;
			valid &= place_f64(p, t->dim[2 + d], &first[d], &rest[d]);
		}
		for (int c = 0; c < 4; c++) {
			double v = valid ? corner(x, t, plane, first, rest, c) : 0;
			sum += v;
			most = fmax(most, v);
		}
	}
	return a->mode == LARGEST ? most : sum / (double)(all ? all : 1);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct RoiAlign *a = n->attr;
	const double *x = in_f64(e, in[X]), *rois = in_f64(e, in[ROIS]);
	const int64_t *batch = in_i64(e, in[BATCH]), *points = n->nin > POINTS ? in_i64(e, in[POINTS]) : NULL;
	double *y = out_f64(e, out[0]);
	int64_t at[MAX_RANK] = {0};

	for (int64_t i = 0; i < out[0]->count; i++, next_index(4, out[0]->dim, at)) {
		const double *roi = rois + 4 * at[0];
		Cells axis[2] = {cells_f64(a, roi[1], roi[3], a->output_height), cells_f64(a, roi[0], roi[2], a->output_width)};
		int64_t b = batch[at[0]];
		if (b < 0 || b >= in[X]->dim[0])
			fail_node(e->g, n, "E-INDEX", "batch %lld is outside 0..%lld", (long long)b,
				  (long long)in[X]->dim[0] - 1);
		for (int d = 0; points && d < 2; d++)
			axis[d].points = points[2 * at[0] + 1 - d];
		y[i] = cell_f64(a, x, in[X], b * in[X]->dim[1] + at[1], axis, at + 2);
	}
}

/* ---- as many points as a region has elements ---- */

/* A row [x, y] for each region: its sizes. */
static Value *region_sizes(Graph *g, const Node *n)
{
	const struct RoiAlign *a = n->attr;
	DType t = n->in[ROIS]->dtype == F64 ? F64 : F32;
	Value *rois = scaled(g, n, cast_value(g, n, n->in[ROIS], t), (double)a->spatial_scale);
	Value *low = put(g, n, "Slice", rois, number(g, 0), number(g, 2), number(g, 1), END_IN);
	Value *high = put(g, n, "Slice", rois, number(g, 2), number(g, 4), number(g, 1), END_IN);

	if (a->coordinate_transformation_mode == OUTPUT_HALF_PIXEL)
		return binary(g, n, "Max", binary(g, n, "Sub", high, low), value_scalar(g, t, 1));
	low = binary(g, n, "Sub", low, value_scalar(g, t, 0.5));
	return binary(g, n, "Sub", binary(g, n, "Sub", high, value_scalar(g, t, 0.5)), low);
}

/* ceil(size / cells) = ceil(ceil(size) / cells), in integers: quotients that are whole do not round up. */
static Value *points_asked(Graph *g, const Node *n)
{
	const struct RoiAlign *a = n->attr;
	const int64_t cells[2] = {a->output_width, a->output_height}, less[2] = {cells[0] - 1, cells[1] - 1};
	Value *size = cast_value(g, n, put(g, n, "Ceil", region_sizes(g, n), END_IN), I64);

	size = binary(g, n, "Max", size, value_scalar(g, I64, 0));
	return binary(g, n, "Div", binary(g, n, "Add", size, value_i64(g, 2, less)), value_i64(g, 2, cells));
}

/* A symbol for what the largest region asks for along each axis. */
static Value *most_points(Graph *g, const Node *n, Value *points, int column)
{
	const int64_t none[2] = {0, 0}, row[2] = {1, 2};
	Value *all = joined(g, n, 0, reshaped(g, n, value_i64(g, 2, none), 2, row), points);
	Value *most = element(g, n, reduced(g, n, "ReduceMax", all, 0, false), column);

	return counted_value(g, n, most, counted_apart(g, n, column ? "points_high" : "points_wide", MOST_POINTS));
}

static void expand(Graph *g, Node *n)
{
	if (ATTR_OF(n, RoiAlign)->sampling_ratio > 0)
		return;
	Value *points = points_asked(g, n);
	replace_out(g, n, 0, put_attr(g, n, "tcc.RoiPoints", n->attr, n->in[X], n->in[ROIS], n->in[BATCH], points,
				      most_points(g, n, points, 1), most_points(g, n, points, 0), END_IN));
}

/* ---- lower ---- */

typedef struct Roi {
	Lower *l;
	const Node *n;
	const struct RoiAlign *a;
	DType t;
	Expr *batch, *channel;
	Expr *low[2], *high[2], *rest[2]; /* along both axes: elements around the point, its distance from the first */
	Expr *points[2];                  /* and how many of them a cell has */
	Expr *valid;
} Roi;

static Expr *real(Roi *r, double x) { return num(r->l, r->t, x); }
static Expr *op(Roi *r, Alu alu, Expr *a, Expr *b) { return alu2(r->l, alu, a, b); }

static Expr *bound(Roi *r, Expr *const *at, int column)
{
	Expr *index[2] = {at[0], num_i(r->l, column)};
	Expr *x = op(r, MUL, in_as(r->l, r->n, ROIS, index, r->t), real(r, (double)r->a->spatial_scale));
	return r->a->coordinate_transformation_mode == HALF_PIXEL ? op(r, SUB, x, real(r, 0.5)) : x;
}

/* Where point k of the cell lies along axis d. */
static void find_place(Roi *r, Expr *const *at, int d, Expr *k)
{
	Lower *l = r->l;
	double cells = (double)(d ? r->a->output_width : r->a->output_height);
	Dim size = r->n->in[X]->shape.dim[2 + d];
	Expr *start = bound(r, at, 1 - d), *length = op(r, SUB, bound(r, at, 3 - d), start);
	if (r->a->coordinate_transformation_mode == OUTPUT_HALF_PIXEL)
		length = op(r, MAX, length, real(r, 1));
	length = op(r, DIV, length, real(r, cells));
	Expr *inner = op(r, MUL, op(r, ADD, cast(l, r->t, k), real(r, 0.5)), length);
	inner = op(r, DIV, inner, cast(l, r->t, r->points[d]));
	Expr *p = op(r, ADD, op(r, ADD, start, op(r, MUL, cast(l, r->t, at[2 + d]), length)), inner);
	Expr *valid = op(r, AND, op(r, LE, real(r, -1), p), op(r, LE, p, size_as_real(l, size, 0, r->t)));
	r->valid = r->valid ? op(r, AND, r->valid, valid) : valid;
	p = op(r, MIN, op(r, MAX, choose(l, valid, p, real(r, 0)), real(r, 0)), size_as_real(l, size, -1, r->t));
	Expr *first = alu1(l, FLOOR, p);
	r->rest[d] = op(r, SUB, p, first);
	r->low[d] = cast(l, I64, first);
	r->high[d] = cast(l, I64, op(r, MIN, op(r, ADD, first, real(r, 1)), size_as_real(l, size, -1, r->t)));
}

static Expr *corner_of(Roi *r, int which)
{
	Expr *index[4] = {r->batch, r->channel}, *weight = NULL;
	for (int d = 0; d < 2; d++) {
		bool second = which >> (1 - d) & 1;
		Expr *part = second ? r->rest[d] : op(r, SUB, real(r, 1), r->rest[d]);
		weight = weight ? op(r, MUL, weight, part) : part;
		index[2 + d] = second ? r->high[d] : r->low[d];
	}
	return op(r, MUL, weight, in_as(r->l, r->n, X, index, r->t));
}

/* A loop over the points of an axis, and whether the region has so many. */
static Expr *loop_points(Roi *r, Axes *axes, Expr *const *at, int d, Expr **has)
{
	int count;
	if (r->n->nin <= POINTS) {
		r->points[d] = num_i(r->l, r->a->sampling_ratio);
		return over(r->l, axes, dim(r->a->sampling_ratio));
	}
	r->points[d] = in(r->l, r->n, POINTS, (Expr *[]){at[0], num_i(r->l, 1 - d)});
	Expr *k = over(r->l, axes, need_content(lower_graph(r->l), r->n, MOST + d, &count)[0]);
	Expr *less = op(r, LT, k, r->points[d]);
	*has = *has ? op(r, AND, *has, less) : less;
	return k;
}

/* Of a cell without points: 0. */
static Expr *of_points(Roi *r, Expr *value)
{
	Expr *all = op(r, MUL, r->points[0], r->points[1]), *one = num_i(r->l, 1);
	if (r->a->mode == AVERAGE)
		return op(r, DIV, value, cast(r->l, r->t, op(r, MAX, all, one)));
	return choose(r->l, op(r, LT, all, one), real(r, 0), value);
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Roi r = {.l = l, .n = n, .a = n->attr, .t = formula_type(l, n, n->in[X]->dtype), .channel = at[1]};
	bool largest = r.a->mode == LARGEST;
	Axes axes = {.n = 0};
	Expr *value = NULL, *has = NULL, *k[2] = {loop_points(&r, &axes, at, 0, &has), NULL};

	k[1] = loop_points(&r, &axes, at, 1, &has);
	r.batch = checked_index(l, cast(l, I64, in(l, n, BATCH, at)), extent(l, n->in[X]->shape.dim[0]));
	for (int d = 0; d < 2; d++)
		find_place(&r, at, d, k[d]);
	for (int c = 0; c < 4; c++)
		value = value ? op(&r, largest ? MAX : ADD, value, corner_of(&r, c)) : corner_of(&r, c);
	value = choose(l, r.valid, value, real(&r, 0));
	if (has)
		value = choose(l, has, value, real(&r, largest ? -INFINITY : 0));
	value = of_points(&r, reduce_over(l, largest ? RED_MAX : RED_SUM, value, &axes));
	return cast(l, n->out[slot]->dtype, value);
}

const Op op_roialign = {
	.name = "RoiAlign", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct RoiAlign), .types = "f", .infer = infer, .eval = eval, .expand = expand,
	.lower = lower,
};

const Op op_tcc_RoiPoints = {
	.name = "RoiPoints", .domain = "tcc", .min_in = 6, .max_in = 6, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct RoiAlign), .types = "f", .infer = infer, .eval = eval, .lower = lower,
};
