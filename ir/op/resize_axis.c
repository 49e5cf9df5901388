/* resize_axis.c -- one axis of a Resize: its sizes, input coordinates, and the elements that a coordinate reads. */
#include <math.h>
#include <stdlib.h>
#include "ir/op/movement.h"
#include "ir/op/resize.h"

enum { STRETCH, NOT_LARGER, NOT_SMALLER }; /* keep_aspect_ratio_policy */

/* s = p / q for a small q, exactly as a float. */
static bool as_fraction(float s, int64_t *p, int64_t *q)
{
	for (*q = 1; *q <= 64; ++*q) {
		double product = (double)s * (double)*q;
		*p = llround(product);
		if (product < 1 << 20 && *p > 0 && (float)((double)*p / (double)*q) == s)
			return true;
	}
	return false;
}

/* ---- sizes ---- */

static Dim scaled_size(Graph *g, const Node *n, Dim in, float scale)
{
	int64_t p, q;
	if (dim_known(in))
		return dim((int64_t)(scale * (float)in.k));
	if (!as_fraction(scale, &p, &q) || (q & (q - 1)) != 0) {
		hint(g->ctx, "give the size with --dim or --shape");
		fail_unsupported(g, n, "scale %g of size %s, which is not a number", (double)scale,
				 dim_text(g->syms, in));
	}
	return dim_floordiv(g->syms, dim_mul(g->syms, in, dim(p)), dim(q));
}

/* The common scale that keeps the proportions, for all sizes at most (or at least) those given. */
static void keep_aspect(Graph *g, const Node *n, Along *axis, const int *list, int count, bool larger)
{
	double best = 0;
	for (int i = 0; i < count; i++) {
		Along *x = &axis[list[i]];
		double scale = (double)dim_number(g, n, x->out) / (double)dim_number(g, n, x->in);
		best = i == 0 || (larger ? scale > best : scale < best) ? scale : best;
	}
	for (int i = 0; i < count; i++) {
		Along *x = &axis[list[i]];
		x->scale = (float)best;
		x->out = dim((int64_t)(best * (double)x->in.k + 0.5));
	}
}

static void set_sizes(Graph *g, const Node *n, const ResizeSizes *given, Along *axis, const int *list, int count)
{
	int64_t policy = ATTR_OF(n, Resize)->keep_aspect_ratio_policy;
	if ((given->nscales > 0) == (given->nsizes > 0))
		fail_node(g, n, "E-INPUTS", "either scales or sizes must be given");
	if (given->nscales + given->nsizes != count)
		fail_node(g, n, "E-SHAPE", "%d %s are given for %d axes", given->nscales + given->nsizes,
			  given->nscales ? "scales" : "sizes", count);
	for (int i = 0; i < count; i++) {
		Along *x = &axis[list[i]];
		if (given->nscales) {
			x->scale = (float)given->scales[i];
			if (!(x->scale > 0 && x->scale < 1e6f))
				fail_node(g, n, "E-VALUE", "scale %g; it must be above 0 and below 1e6",
					  given->scales[i]);
			x->out = scaled_size(g, n, x->in, x->scale);
			continue;
		}
		x->out = given->sizes[i];
		if (dim_hi(g->syms, x->out) < 0 || (dim_is(x->in, 0) && !dim_is(x->out, 0)))
			fail_node(g, n, "E-VALUE", "size %s from size %s", dim_text(g->syms, x->out),
				  dim_text(g->syms, x->in));
		x->scale = dim_known(x->in) && dim_known(x->out) && x->in.k ? (float)x->out.k / (float)x->in.k : 0;
	}
	if (given->nsizes && policy != STRETCH)
		keep_aspect(g, n, axis, list, count, policy == NOT_SMALLER);
}

ResizeSizes resize_sizes(Graph *g, const Node *n)
{
	ResizeSizes given = {.nroi = 0};
	if (has_in(n, 1) && ATTR_OF(n, Resize)->coordinate_transformation_mode == TF_CROP)
		given.roi = const_f64(g, n, 1, &given.nroi);
	if (has_in(n, 2))
		given.scales = const_f64(g, n, 2, &given.nscales);
	if (has_in(n, 3))
		given.sizes = need_content(g, n, 3, &given.nsizes);
	return given;
}

/* ---- coordinates ---- */

static void line(Along *x, float add, float mul, float div, float off)
{
	x->add = add;
	x->mul = mul;
	x->div = div;
	x->off = off;
}

/* Where sizes are numbers. */
static void set_line(const struct Resize *a, Along *x, bool by_scale, double roi_start, double roi_end)
{
	float in = (float)x->in.k, out = (float)x->out.k, length = by_scale ? x->scale * in : out;
	float start = (float)roi_start, end = (float)roi_end;
	switch (a->coordinate_transformation_mode) {
	case HALF_PIXEL:
		line(x, 0.5f, 1, x->scale, -0.5f);
		break;
	case HALF_PIXEL_SYMMETRIC:
		line(x, 0.5f, 1, x->scale, in / 2 * (1 - out / (x->scale * in)) - 0.5f);
		break;
	case PYTORCH_HALF_PIXEL:
		if (x->out.k > 1)
			line(x, 0.5f, 1, x->scale, -0.5f);
		else
			line(x, 0, 0, 1, 0);
		break;
	case ALIGN_CORNERS:
		line(x, 0, in - 1, length > 1 ? length - 1 : 1, 0);
		break;
	case ASYMMETRIC:
		line(x, 0, 1, x->scale, 0);
		break;
	case TF_HALF_PIXEL:
		line(x, 0.5f, 1, x->scale, 0);
		break;
	default:
		if (x->out.k > 1)
			line(x, 0, (end - start) * (in - 1), out - 1, start * (in - 1));
		else
			line(x, 0, 0, 1, 0.5f * (start + end) * (in - 1));
	}
}

/* Where a size is known at run time only. */
static void set_symbolic_line(Graph *g, const Node *n, Along *x, bool by_scale)
{
	int64_t mode = ATTR_OF(n, Resize)->coordinate_transformation_mode;
	bool whole = !by_scale || dim_same(x->out, dim_mul(g->syms, x->in, dim((int64_t)x->scale)));
	x->by = mode == ALIGN_CORNERS ? BY_CORNERS : by_scale ? BY_NUMBERS : BY_RATIO;
	if (mode == TF_CROP || (mode == PYTORCH_HALF_PIXEL && dim_lo(g->syms, x->out) < 2) ||
	    ((mode == ALIGN_CORNERS || mode == HALF_PIXEL_SYMMETRIC) && !whole)) {
		hint(g->ctx, "give the size with --dim or --shape");
		fail_unsupported(g, n, "size %s must be a number for this coordinate_transformation_mode",
				 dim_text(g->syms, x->out));
	}
	bool centred = mode == HALF_PIXEL || mode == HALF_PIXEL_SYMMETRIC || mode == PYTORCH_HALF_PIXEL;
	line(x, centred || mode == TF_HALF_PIXEL ? 0.5f : 0, 1, x->scale, centred ? -0.5f : 0);
}

void resize_axes(Graph *g, const Node *n, const Shape *x, const ResizeSizes *given, Along *axis)
{
	const struct Resize *a = n->attr;
	int list[MAX_RANK], count = a->axes.n < 0 ? x->rank : a->axes.n;
	if (a->axes.n >= 0)
		axis_set(g, n, a->axes.v, count, x->rank);
	for (int k = 0; k < x->rank; k++)
		axis[k] = (Along){.in = x->dim[k], .out = x->dim[k], .scale = 1};
	for (int i = 0; i < count; i++)
		list[i] = a->axes.n < 0 ? i : (int)fix_axis(g, n, a->axes.v[i], x->rank);
	bool crop = a->coordinate_transformation_mode == TF_CROP;
	if (crop && given->nroi != 2 * count)
		fail_node(g, n, "E-SHAPE", "roi has %d elements; %d axes need %d", given->nroi, count, 2 * count);
	set_sizes(g, n, given, axis, list, count);
	for (int i = 0; i < count; i++) {
		Along *at = &axis[list[i]];
		double start = crop ? given->roi[i] : 0, end = crop ? given->roi[count + i] : 1;
		at->resized = !dim_same(at->in, at->out) || (at->scale != 1 && at->scale != 0) || start != 0 ||
			      end != 1;
		if (dim_known(at->in) && dim_known(at->out))
			set_line(a, at, given->nscales > 0, start, end);
		else
			set_symbolic_line(g, n, at, given->nscales > 0);
	}
}

float coordinate(const Along *x, int64_t i)
{
	return ((float)i + x->add) * x->mul / x->div + x->off;
}

/* ---- nearest ---- */

static float round_coordinate(const struct Resize *a, float v)
{
	switch (a->nearest_mode) {
	case NEAREST_PREFER_FLOOR:
		return ceilf(v - 0.5f);
	case NEAREST_PREFER_CEIL:
		return floorf(v + 0.5f);
	case NEAREST_FLOOR:
		return floorf(v);
	default:
		return ceilf(v);
	}
}

int64_t nearest_element(const struct Resize *a, const Along *x, int64_t i)
{
	float at = round_coordinate(a, coordinate(x, i)), last = (float)(x->in.k - 1);
	return (int64_t)(at < 0 ? 0 : at > last ? last : at);
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static int64_t gcd(int64_t a, int64_t b) { return b ? gcd(b, a % b) : a; }

static Steps reduced(int64_t a, int64_t b, int64_t c)
{
	int64_t common = gcd(a, c);
	return (Steps){a / common, floor_div(b, common), c / common, false, false};
}

/* The coordinate as (a * i + b) / c for scale = p / q, then its rounding as a division that rounds down. */
static bool steps_of(const struct Resize *a, int64_t p, int64_t q, Steps *s)
{
	switch (a->coordinate_transformation_mode) {
	case HALF_PIXEL:
	case HALF_PIXEL_SYMMETRIC:
	case PYTORCH_HALF_PIXEL:
		*s = (Steps){2 * q, q - p, 2 * p, false, false};
		break;
	case TF_HALF_PIXEL:
		*s = (Steps){2 * q, q, 2 * p, false, false};
		break;
	case ASYMMETRIC:
		*s = (Steps){q, 0, p, false, false};
		break;
	default:
		return false;
	}
	if (a->nearest_mode == NEAREST_CEIL)
		s->b += s->c - 1;
	bool half = a->nearest_mode == NEAREST_PREFER_FLOOR || a->nearest_mode == NEAREST_PREFER_CEIL;
	if (half)
		*s = reduced(2 * s->a, 2 * s->b + s->c - (a->nearest_mode == NEAREST_PREFER_FLOOR), 2 * s->c);
	else
		*s = reduced(s->a, s->b, s->c);
	return true;
}

/* Whether the formula gives what the coordinates give, for every i; of a size that is no number, for the first ones. */
static bool steps_hold(const struct Resize *a, const Along *x, Steps *s)
{
	int64_t first = floor_div(s->b, s->c), count = dim_known(x->out) ? x->out.k : 1 << 12;
	if (!dim_known(x->in) || !dim_known(x->out)) {
		s->clip_low = first < 0;
		s->clip_high = true;
		for (int64_t i = 0; i < count; i++)
			if (floor_div(s->a * i + s->b, s->c) != (int64_t)round_coordinate(a, coordinate(x, i)))
				return false;
		return true;
	}
	s->clip_low = first < 0;
	s->clip_high = floor_div(s->a * (count - 1) + s->b, s->c) >= x->in.k;
	for (int64_t i = 0; i < count; i++) {
		int64_t at = floor_div(s->a * i + s->b, s->c);
		at = at < 0 ? 0 : at >= x->in.k ? x->in.k - 1 : at;
		if (at != nearest_element(a, x, i))
			return false;
	}
	return true;
}

bool nearest_steps(const struct Resize *a, const Along *x, Steps *s)
{
	int64_t p, q;
	if (x->by != BY_NUMBERS)
		return false;
	if (as_fraction(x->scale, &p, &q) && steps_of(a, p, q, s) && steps_hold(a, x, s))
		return true;
	if (!dim_known(x->in) || !dim_known(x->out) || x->out.k < 1)
		return false;
	if (a->coordinate_transformation_mode == ALIGN_CORNERS && a->nearest_mode == NEAREST_FLOOR && x->out.k > 1) {
		*s = (Steps){x->in.k - 1, 0, x->out.k - 1, false, false};
		return steps_hold(a, x, s);
	}
	return steps_of(a, x->out.k, x->in.k, s) && steps_hold(a, x, s);
}

/* ---- linear, cubic ---- */

Taps resize_taps(const struct Resize *a, const Along *x)
{
	float radius = a->mode == RESIZE_LINEAR ? 1 : 2, stretch = a->antialias && x->scale < 1 ? x->scale : 1;
	int first = (int)floorf(-radius / stretch) + 1;
	return (Taps){first, 2 - 2 * first, stretch};
}

double tap_weight(const struct Resize *a, double distance)
{
	double d = fabs(distance), c = (double)a->cubic_coeff_a;
	if (a->mode == RESIZE_LINEAR)
		return d < 1 ? 1 - d : 0;
	if (d <= 1)
		return ((c + 2) * d - (c + 3)) * d * d + 1;
	return d < 2 ? ((c * d - 5 * c) * d + 8 * c) * d - 4 * c : 0;
}
