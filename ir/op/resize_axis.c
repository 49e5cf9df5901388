/* resize_axis.c -- one axis of a Resize: its sizes, input coordinates, and the elements that a coordinate reads. */
#include <math.h>
#include <stdlib.h>
#include "ir/op/movement.h"
#include "ir/op/resize.h"

enum { MOST_SIZES = 1 << 16 }; /* that are tried */

static int64_t gcd(int64_t a, int64_t b) { return b ? gcd(b, a % b) : a; }

/* Scale s = p / q for a small q, exactly as a float. */
static void set_fraction(Along *x, float s)
{
	x->scale = s;
	for (int64_t q = 1; q <= 64; q++) {
		double p = nearbyint((double)s * (double)q);
		if (p > 0 && p < 1 << 20 && (float)(p / (double)q) == s) {
			x->p = (int64_t)p;
			x->q = q;
			return;
		}
	}
}

static void set_ratio(Along *x)
{
	if (!dim_known(x->in) || !dim_known(x->out) || x->in.k == 0 || x->out.k == 0) {
		x->scale = 0;
		return;
	}
	int64_t common = gcd(x->out.k, x->in.k);
	x->scale = (float)x->out.k / (float)x->in.k;
	x->p = x->out.k / common;
	x->q = x->in.k / common;
}

/* ---- sizes ---- */

static int64_t scaled(const Along *x, int64_t in) { return (int64_t)(x->scale * (float)in); }

/* Is in * p / q, rounded down, what the float product is, for every size that there may be? It can round up to a whole
 * number, and stay below one. */
static bool is_fraction(Graph *g, const Along *x)
{
	int64_t in = dim_lo(g->syms, x->in), most = dim_hi(g->syms, x->in);
	if (!x->p || (x->q & (x->q - 1)) == 0)
		return x->p != 0;
	if (most - in > MOST_SIZES)
		return false;
	while (in <= most && scaled(x, in) == in * x->p / x->q)
		in++;
	return in > most;
}

static Dim scaled_size(Graph *g, const Node *n, const Along *x)
{
	if (dim_known(x->in))
		return dim(scaled(x, x->in.k));
	if (!is_fraction(g, x)) {
		hint(g->ctx, "give the size with --dim or --shape");
		fail_unsupported(g, n, "scale %g of size %s, which is not a number", (double)x->scale,
				 dim_text(g->syms, x->in));
	}
	return dim_floordiv(g->syms, dim_mul(g->syms, x->in, dim(x->p)), dim(x->q));
}

/* The size of x by the scale of `by`, rounded half up: floor(in * wanted / by.in + 1/2). */
static Dim size_by(Syms *s, const Along *x, const Along *by)
{
	Dim below = dim_max(s, by->in, dim(1)), twice = dim_mul(s, dim(2), dim_mul(s, by->wanted, x->in));
	return dim_floordiv(s, dim_add(s, twice, below), dim_mul(s, dim(2), below));
}

static bool is_number(const Along *x) { return dim_known(x->in) && dim_known(x->wanted); }

/* The common scale that keeps the proportions, for all sizes at most (or at least) those given. */
static void keep_aspect(Graph *g, Along *axis, const int *list, int count, bool larger)
{
	Dim (*best_of)(Syms *, Dim, Dim) = larger ? dim_max : dim_min;
	double best = 0;
	bool known = true;
	for (int i = 0; i < count; i++) {
		Along *x = &axis[list[i]];
		double scale = (double)x->wanted.k / (double)x->in.k;
		known &= is_number(x);
		best = i == 0 || (larger ? scale > best : scale < best) ? scale : best;
		for (int k = 0; k < count; k++) {
			Dim size = size_by(g->syms, x, &axis[list[k]]);
			x->out = k ? best_of(g->syms, x->out, size) : size;
		}
	}
	for (int i = 0; i < count; i++) {
		Along *x = &axis[list[i]];
		x->aspect = larger ? NOT_SMALLER : NOT_LARGER;
		x->scale = 0;
		x->p = 0;
		if (known)
			set_fraction(x, (float)best);
	}
}

/* There is nothing to take from an axis that the run leaves empty: its result is empty too. */
static void assume_elements(Graph *g, const Along *x)
{
	if (dim_lo(g->syms, x->out) > 0)
		dim_assume_at_most(g->syms, dim(1), x->in);
	else
		dim_assume_at_most(g->syms, x->out, dim_mul(g->syms, x->out, x->in));
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
			set_fraction(x, (float)given->scales[i]);
			if (!(x->scale > 0 && x->scale < 1e6f))
				fail_node(g, n, "E-VALUE", "scale %g; it must be above 0 and below 1e6",
					  given->scales[i]);
			x->out = scaled_size(g, n, x);
			continue;
		}
		x->out = x->wanted = given->sizes[i];
		if (dim_hi(g->syms, x->out) < 0 || (dim_is(x->in, 0) && !dim_is(x->out, 0)))
			fail_node(g, n, "E-VALUE", "size %s from size %s", dim_text(g->syms, x->out),
				  dim_text(g->syms, x->in));
		if (dim_lo(g->syms, x->in) < 1)
			assume_elements(g, x);
		set_ratio(x);
	}
	if (given->nsizes && policy != STRETCH)
		keep_aspect(g, axis, list, count, policy == NOT_SMALLER);
}

/* The least scale that the bounds of sizes leave; an empty result has none. */
static float least_ratio(Graph *g, const Along *x)
{
	int64_t least = dim_lo(g->syms, x->wanted), most = dim_hi(g->syms, x->in);
	return (float)(least > 1 ? least : 1) / (float)(most > 1 ? most : 1);
}

static void set_least(Graph *g, Along *axis, const int *list, int count)
{
	for (int i = 0; i < count; i++) {
		Along *x = &axis[list[i]];
		x->least = x->scale != 0 ? x->scale : least_ratio(g, x);
		for (int k = 0; k < count && x->scale == 0 && x->aspect != STRETCH; k++) {
			float other = least_ratio(g, &axis[list[k]]);
			if (x->aspect == NOT_LARGER ? other < x->least : other > x->least)
				x->least = other;
		}
	}
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
	bool whole = by_scale ? dim_same(x->out, dim_mul(g->syms, x->in, dim((int64_t)x->scale)))
			      : x->aspect == STRETCH || mode == ALIGN_CORNERS;
	x->by = mode == ALIGN_CORNERS ? BY_CORNERS : by_scale ? BY_NUMBERS : BY_RATIO;
	if (mode == TF_CROP || (mode == PYTORCH_HALF_PIXEL && dim_lo(g->syms, x->out) < 2) ||
	    ((mode == ALIGN_CORNERS || mode == HALF_PIXEL_SYMMETRIC) && !whole))
		x->by = BY_FORMULA;
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
		axis[k] = (Along){.in = x->dim[k], .out = x->dim[k], .scale = 1, .least = 1, .p = 1, .q = 1};
	for (int i = 0; i < count; i++)
		list[i] = a->axes.n < 0 ? i : (int)fix_axis(g, n, a->axes.v[i], x->rank);
	bool crop = a->coordinate_transformation_mode == TF_CROP;
	if (crop && given->nroi != 2 * count)
		fail_node(g, n, "E-SHAPE", "roi has %d elements; %d axes need %d", given->nroi, count, 2 * count);
	set_sizes(g, n, given, axis, list, count);
	set_least(g, axis, list, count);
	for (int i = 0; i < count; i++) {
		Along *at = &axis[list[i]];
		double start = crop ? given->roi[i] : 0, end = crop ? given->roi[count + i] : 1;
		bool open = at->scale == 0 && at->aspect != STRETCH;
		at->resized = !dim_same(at->in, at->out) || (at->scale != 1 && at->scale != 0) || open || start != 0 ||
			      end != 1;
		at->start = (float)start;
		at->end = (float)end;
		if (dim_known(at->in) && dim_known(at->out) && !open)
			set_line(a, at, given->nscales > 0, start, end);
		else
			set_symbolic_line(g, n, at, given->nscales > 0);
	}
}

static float float_coordinate(const Along *x, int64_t i)
{
	return ((float)i + x->add) * x->mul / x->div + x->off;
}

static Fraction reduced(int64_t a, int64_t b, int64_t c)
{
	int64_t common = gcd(gcd(a, b < 0 ? -b : b), c);
	return (Fraction){a / common, b / common, c / common};
}

bool coordinate_fraction(const struct Resize *a, const Along *x, Fraction *f)
{
	int64_t p = x->p, q = x->q, mode = a->coordinate_transformation_mode;
	bool known = dim_known(x->in) && dim_known(x->out);
	if (!p || x->by != BY_NUMBERS || mode == TF_CROP)
		return false;
	if (mode == ASYMMETRIC)
		*f = reduced(q, 0, p);
	else if (mode == TF_HALF_PIXEL)
		*f = reduced(2 * q, q, 2 * p);
	else if (mode == ALIGN_CORNERS)
		*f = p * x->in.k > q ? reduced((x->in.k - 1) * q, 0, p * x->in.k - q) : (Fraction){0, 0, 1};
	else if (mode == PYTORCH_HALF_PIXEL && dim_is(x->out, 1))
		*f = (Fraction){0, 0, 1};
	else
		*f = reduced(2 * q, q - p + (mode == HALF_PIXEL_SYMMETRIC && known ? x->in.k * p - x->out.k * q : 0),
			     2 * p);
	return true;
}

int64_t floor_of(const Fraction *f, int64_t i)
{
	int64_t up = f->a * i + f->b;
	return up / f->c - (up % f->c < 0);
}

double coordinate(const struct Resize *a, const Along *x, int64_t i)
{
	Fraction f;
	if (!coordinate_fraction(a, x, &f))
		return (double)float_coordinate(x, i);
	return (double)(f.a * i + f.b) / (double)f.c;
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
	float at = round_coordinate(a, float_coordinate(x, i)), last = (float)(x->in.k - 1);
	return (int64_t)(at < 0 ? 0 : at > last ? last : at);
}

/* Rounding as a division that rounds down: ceil(u/c) = (u + c - 1) div c, ceil(u/c - 1/2) = (2 u + c - 1) div 2 c. */
static Fraction rounding(const struct Resize *a, Fraction f)
{
	switch (a->nearest_mode) {
	case NEAREST_PREFER_FLOOR:
		f = (Fraction){2 * f.a, 2 * f.b + f.c - 1, 2 * f.c};
		break;
	case NEAREST_PREFER_CEIL:
		f = (Fraction){2 * f.a, 2 * f.b + f.c, 2 * f.c};
		break;
	case NEAREST_CEIL:
		f.b += f.c - 1;
		break;
	default:
		break;
	}
	int64_t common = gcd(f.a, f.c); /* (a i + b) div c = (a/n i + b div n) div c/n */
	return (Fraction){f.a / common, floor_of(&(Fraction){0, f.b, common}, 0), f.c / common};
}

/* It must give the elements that coordinates in float give; where a size is no number, for the first ones. */
bool nearest_fraction(const struct Resize *a, const Along *x, Fraction *f)
{
	bool known = dim_known(x->in) && dim_known(x->out);
	int64_t count = dim_known(x->out) ? x->out.k : 1 << 12;
	if (!coordinate_fraction(a, x, f))
		return false;
	*f = rounding(a, *f);
	for (int64_t i = 0; i < count; i++) {
		int64_t at = floor_of(f, i);
		if (!known && at != (int64_t)round_coordinate(a, float_coordinate(x, i)))
			return false;
		if (known && (at < 0 ? 0 : at >= x->in.k ? x->in.k - 1 : at) != nearest_element(a, x, i))
			return false;
	}
	return true;
}

/* ---- linear, cubic ---- */

Taps resize_taps(const struct Resize *a, const Along *x)
{
	float radius = a->mode == RESIZE_LINEAR ? 1 : 2, stretch = a->antialias && x->least < 1 ? x->least : 1;
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
