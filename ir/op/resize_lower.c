/* resize_lower.c -- Resize as an element formula.
 *
 *     nearest   x[.., (a * i + b) / c, ..]          where the coordinates allow it: i / 2 for twice the size
 *     linear    (1 - t) * x[.., e, ..] + t * x[.., e + 1, ..]          e = (a * i + b) / c,  t = (a * i + b) % c / c
 *     cubic     four such terms; antialiased: a sum over all elements under the stretched kernel */
#include "ir/op/movement.h"
#include "ir/op/resize.h"

typedef struct Walk {
	Lower *l;
	const Node *n;
	const struct Resize *a;
	Along axis[MAX_RANK];
	Expr *const *at;
	Expr *index[MAX_RANK]; /* of the input element, filled axis by axis */
	DType work;            /* in which elements are weighted */
	DType weights;         /* of f64 for elements of f64 */
} Walk;

/* In which coordinates along axis k are computed: as exactly as the elements between which they lie, where sizes are not known;
 * nearest elements are those of floats. */
static DType line_type(const Walk *w, int k)
{
	return w->a->mode == RESIZE_NEAREST || w->axis[k].by == BY_NUMBERS ? F32 : w->weights;
}

static Expr *as_float(const Walk *w, int k, Dim d) { return cast(w->l, line_type(w, k), extent(w->l, d)); }

static Expr *as_number(const Walk *w, int k, float x) { return num(w->l, line_type(w, k), (double)x); }

/* a * b / c + d */
static Expr *along_line(Lower *l, Expr *a, Expr *b, Expr *c, Expr *d)
{
	return alu2(l, ADD, alu2(l, DIV, alu2(l, MUL, a, b), c), d);
}

/* Of the sizes along axis i, for coordinates along axis k. */
static Expr *ratio(const Walk *w, int k, int i)
{
	const Along *x = &w->axis[i];
	return alu2(w->l, DIV, as_float(w, k, x->wanted), as_float(w, k, x->in));
}

/* The scale of axis k. */
static Expr *scale_of(const Walk *w, int k)
{
	const Along *x = &w->axis[k];
	Lower *l = w->l;
	if (x->scale != 0)
		return as_number(w, k, x->scale);
	Expr *scale = ratio(w, k, k);
	for (int i = 0; i < w->n->in[0]->shape.rank && x->aspect != STRETCH; i++)
		if (i != k && w->axis[i].aspect == x->aspect)
			scale = alu2(l, x->aspect == NOT_LARGER ? MIN : MAX, scale, ratio(w, k, i));
	return scale;
}

/* What set_line() says, with sizes that the run has; `single` where there is one output element. */
static Expr *coordinate_by_mode(const Walk *w, int k)
{
	const Along *x = &w->axis[k];
	Lower *l = w->l;
	Expr *i = cast(l, line_type(w, k), w->at[k]), *in = as_float(w, k, x->in), *out = as_float(w, k, x->out);
	Expr *one = as_number(w, k, 1), *half = as_number(w, k, 0.5f);
	bool whole = x->scale == 0 && x->aspect == STRETCH;
	Expr *scale = scale_of(w, k), *length = whole ? out : alu2(l, MUL, scale, in);
	Expr *last = alu2(l, SUB, in, one), *several = alu2(l, LT, one, out), *zero = as_number(w, k, 0), *line, *single = zero;
	switch (w->a->coordinate_transformation_mode) {
	case ALIGN_CORNERS:
		length = choose(l, alu2(l, LT, one, length), alu2(l, SUB, length, one), one);
		return along_line(l, i, last, length, zero);
	case HALF_PIXEL_SYMMETRIC:
		line = alu2(l, MUL, alu2(l, MUL, in, half), alu2(l, SUB, one, alu2(l, DIV, out, length)));
		return along_line(l, alu2(l, ADD, i, half), one, scale, alu2(l, SUB, line, half));
	case TF_CROP:
		line = alu2(l, MUL, as_number(w, k, x->end - x->start), last);
		line = along_line(l, i, line, alu2(l, SUB, out, one), alu2(l, MUL, as_number(w, k, x->start), last));
		single = alu2(l, MUL, as_number(w, k, 0.5f * (x->start + x->end)), last);
		break;
	default:
		line = along_line(l, alu2(l, ADD, i, half), one, scale, as_number(w, k, -0.5f));
	}
	return choose(l, several, line, single);
}

/* ((i + add) * mul / div + off), leaving out what changes nothing. An axis that keeps its size is not resized, though this formula
 * of tf_half_pixel_for_nn would move it by a half. */
static Expr *coordinate_of(const Walk *w, int k)
{
	const Along *x = &w->axis[k];
	Lower *l = w->l;
	Syms *s = lower_graph(l)->syms;
	Expr *v = cast(l, line_type(w, k), w->at[k]), *mul = as_number(w, k, x->mul), *div = as_number(w, k, x->div);
	if (x->by == BY_FORMULA)
		return coordinate_by_mode(w, k);
	if (x->by == BY_CORNERS) {
		mul = as_float(w, k, dim_sub(s, x->in, dim(1)));
		div = as_float(w, k, dim_max(s, dim_sub(s, x->out, dim(1)), dim(1)));
	} else if (x->by == BY_RATIO) {
		div = scale_of(w, k);
	}
	if (x->add != 0)
		v = alu2(l, ADD, v, as_number(w, k, x->add));
	if (x->mul != 1 || x->by == BY_CORNERS)
		v = alu2(l, MUL, v, mul);
	if (x->div != 1 || x->by != BY_NUMBERS)
		v = alu2(l, DIV, v, div);
	if (x->off != 0)
		return alu2(l, ADD, v, as_number(w, k, x->off));
	bool stays = w->a->coordinate_transformation_mode == TF_HALF_PIXEL && w->a->mode != RESIZE_NEAREST && x->by == BY_RATIO;
	return stays ? choose(l, alu2(l, EQ, extent(l, x->in), extent(l, x->out)), cast(l, line_type(w, k), w->at[k]), v) : v;
}

/* Element i, which lies in low..high (high may be unknown: INT64_MAX), clipped to the input's axis k. */
static Expr *clip(const Walk *w, int k, Expr *i, int64_t low, int64_t high)
{
	Lower *l = w->l;
	Dim in = w->axis[k].in;
	if (low < 0)
		i = alu2(l, MAX, i, num_i(l, 0));
	if (!dim_known(in) || high >= in.k)
		i = alu2(l, MIN, i, extent(l, dim_sub(lower_graph(l)->syms, in, dim(1))));
	return i;
}

/* The last element that f gives along axis k. */
static int64_t last_floor(const Walk *w, int k, const Fraction *f)
{
	Dim out = w->axis[k].out;
	return dim_known(out) ? floor_of(f, out.k - 1) : INT64_MAX / 2;
}

/* a * i + b + turns * c, where turns makes it no less than 0. */
static Expr *numerator(const Walk *w, int k, const Fraction *f, int64_t *turns)
{
	Lower *l = w->l;
	*turns = f->b < 0 ? -floor_of(f, 0) : 0;
	return iadd(l, imul(l, w->at[k], num_i(l, f->a)), num_i(l, f->b + *turns * f->c));
}

/* ---- nearest ---- */

static Expr *rounded(const Walk *w, Expr *v)
{
	Lower *l = w->l;
	Expr *half = num(l, F32, 0.5);
	switch (w->a->nearest_mode) {
	case NEAREST_PREFER_FLOOR:
		return alu1(l, CEIL, alu2(l, SUB, v, half));
	case NEAREST_PREFER_CEIL:
		return alu1(l, FLOOR, alu2(l, ADD, v, half));
	case NEAREST_FLOOR:
		return alu1(l, FLOOR, v);
	default:
		return alu1(l, CEIL, v);
	}
}

/* With out = in * p / q the largest element stays inside without clipping when a whole period ends below the next. */
static bool ends_inside(const Walk *w, int k, const Fraction *f)
{
	const Along *x = &w->axis[k];
	Syms *s = lower_graph(w->l)->syms;
	Dim in = dim_mul(s, x->in, dim(x->p)), out = dim_mul(s, x->out, dim(x->q));
	return dim_same(in, out) && f->a * x->p == f->c * x->q && f->b < f->a;
}

static Expr *nearest_index(const Walk *w, int k)
{
	Lower *l = w->l;
	Fraction f;
	int64_t turns;
	if (!nearest_fraction(w->a, &w->axis[k], &f))
		return clip(w, k, cast(l, I64, rounded(w, coordinate_of(w, k))), -1, INT64_MAX);
	Expr *up = numerator(w, k, &f, &turns), *i = isub(l, idiv(l, up, num_i(l, f.c)), num_i(l, turns));
	if (!dim_known(w->axis[k].in) && ends_inside(w, k, &f))
		return f.b < 0 ? alu2(l, MAX, i, num_i(l, 0)) : i;
	return clip(w, k, i, floor_of(&f, 0), last_floor(w, k, &f));
}

/* ---- linear, cubic ---- */

/* c[0] + c[1] d + c[2] d^2 + c[3] d^3 */
static Expr *polynomial(Lower *l, const double *c, Expr *d)
{
	Expr *x = num(l, d->dtype, c[3]);
	for (int i = 2; i >= 0; i--) {
		x = alu2(l, MUL, x, d);
		x = c[i] != 0 ? alu2(l, ADD, x, num(l, d->dtype, c[i])) : x;
	}
	return x;
}

/* The cubic kernel at distances 0..1 and 1..2. */
static Expr *near_kernel(const Walk *w, Expr *d)
{
	double c = (double)w->a->cubic_coeff_a;
	return polynomial(w->l, (double[]){1, 0, -(c + 3), c + 2}, d);
}

static Expr *far_kernel(const Walk *w, Expr *d)
{
	double c = (double)w->a->cubic_coeff_a;
	return polynomial(w->l, (double[]){-4 * c, 8 * c, -5 * c, c}, d);
}

/* Coordinate v of the output's index along axis k: element = floor(v), in low..high, and part = v - element. */
typedef struct Spot {
	Expr *element, *part;
	int64_t low, high;
} Spot;

static Spot spot_of(const Walk *w, int k)
{
	Lower *l = w->l;
	Fraction f;
	int64_t turns;
	if (!coordinate_fraction(w->a, &w->axis[k], &f)) {
		Expr *v = coordinate_of(w, k), *floor_v = alu1(l, FLOOR, v);
		Expr *part = alu2(l, SUB, cast(l, w->weights, v), cast(l, w->weights, floor_v));
		return (Spot){cast(l, I64, floor_v), part, INT32_MIN, INT64_MAX / 2};
	}
	Expr *up = numerator(w, k, &f, &turns), *c = num_i(l, f.c), *rest = imod(l, up, c);
	Expr *part = rest->kind == X_NUM ? num(l, w->weights, (double)rest->i / (double)f.c)
					 : alu2(l, DIV, cast(l, w->weights, rest), num(l, w->weights, (double)f.c));
	return (Spot){isub(l, idiv(l, up, c), num_i(l, turns)), part, floor_of(&f, 0), last_floor(w, k, &f)};
}

/* The weight of element floor(v) + tap. */
static Expr *weight_of_tap(const Walk *w, Expr *part, int tap)
{
	Lower *l = w->l;
	Expr *t = num(l, w->weights, tap), *d = tap == 0 ? part : tap < 0 ? alu2(l, SUB, part, t) : alu2(l, SUB, t, part);
	if (w->a->mode == RESIZE_LINEAR)
		return tap == 0 ? alu2(l, SUB, num(l, w->weights, 1), part) : part;
	return tap == 0 || tap == 1 ? near_kernel(w, d) : far_kernel(w, d);
}

/* The same for a stretched kernel and a tap that is an index. */
static Expr *weight_of_index(const Walk *w, Expr *part, Expr *tap, Expr *stretch)
{
	Lower *l = w->l;
	Expr *one = num(l, w->weights, 1), *zero = num(l, w->weights, 0);
	Expr *d = alu1(l, ABS, alu2(l, SUB, part, cast(l, w->weights, tap)));
	d = alu2(l, MUL, d, cast(l, w->weights, stretch));
	if (w->a->mode == RESIZE_LINEAR)
		return alu2(l, MAX, alu2(l, SUB, one, d), zero);
	Expr *far = choose(l, alu2(l, LT, d, num(l, w->weights, 2)), far_kernel(w, d), zero);
	return choose(l, alu2(l, LE, d, one), near_kernel(w, d), far);
}

/* Makes element + tap, a tap of first..last, the index along axis k; its weight, or 0 where elements outside are left
 * out. */
static Expr *set_index(Walk *w, int k, const Spot *spot, Expr *tap, int first, int last, Expr *weight)
{
	Lower *l = w->l;
	Expr *i = iadd(l, spot->element, tap);
	w->index[k] = clip(w, k, i, spot->low + first, spot->high + last);
	if (!w->a->exclude_outside || (w->a->mode == RESIZE_LINEAR && !w->a->antialias))
		return weight;
	return choose(l, inside(l, i, num_i(l, 0), extent(l, w->axis[k].in)), weight, num(l, w->weights, 0));
}

static Expr *element(const Walk *w) { return cast(w->l, w->work, in(w->l, w->n, 0, w->index)); }

static Expr *times(Walk *w, Expr *weight, Expr *x) { return alu2(w->l, MUL, cast(w->l, w->work, weight), x); }

static Expr *plus(Walk *w, Expr *sum, Expr *x) { return sum ? alu2(w->l, ADD, sum, x) : x; }

/* The weighted elements over axes k and behind, the index of those before being set. */
static Expr *interpolate(Walk *w, int k)
{
	Lower *l = w->l;
	if (k == w->n->in[0]->shape.rank)
		return element(w);
	w->index[k] = w->at[k];
	if (!w->axis[k].resized)
		return interpolate(w, k + 1);
	Taps taps = resize_taps(w->a, &w->axis[k]);
	Spot spot = spot_of(w, k);
	Expr *sum = NULL, *norm = NULL;
	if (spot.part->kind == X_NUM && spot.part->f == 0) { /* every coordinate is an element's */
		set_index(w, k, &spot, num_i(l, 0), 0, 0, NULL);
		return interpolate(w, k + 1);
	}
	for (int t = taps.first; t < taps.first + taps.count; t++) {
		Expr *weight = set_index(w, k, &spot, num_i(l, t), t, t, weight_of_tap(w, spot.part, t));
		norm = plus(w, norm, weight);
		sum = plus(w, sum, times(w, weight, interpolate(w, k + 1)));
	}
	if (w->a->exclude_outside && w->a->mode == RESIZE_CUBIC)
		sum = alu2(l, DIV, sum, cast(l, w->work, norm));
	return sum;
}

/* How much of its width the kernel keeps: the scale, if that is below 1. */
static Expr *stretch_of(const Walk *w, int k, const Taps *taps)
{
	Lower *l = w->l;
	return w->axis[k].scale != 0 ? as_number(w, k, taps->stretch) : alu2(l, MIN, scale_of(w, k), as_number(w, k, 1));
}

/* One sum over the taps of all axes, divided by the sums of the weights. */
static Expr *antialiased(Walk *w)
{
	Lower *l = w->l;
	Expr *tap[MAX_RANK], *weight = NULL, *norm = NULL;
	int ntaps = 0;
	for (int k = 0; k < w->n->in[0]->shape.rank; k++) {
		w->index[k] = w->at[k];
		if (!w->axis[k].resized)
			continue;
		Taps taps = resize_taps(w->a, &w->axis[k]);
		Spot spot = spot_of(w, k);
		Expr *t = tap[ntaps++] = red_axis(l, dim(taps.count)), *at = iadd(l, t, num_i(l, taps.first));
		Expr *one = set_index(w, k, &spot, at, taps.first, taps.first + taps.count - 1,
				      weight_of_index(w, spot.part, at, stretch_of(w, k, &taps)));
		Expr *all = reduce(l, RED_SUM, one, 1, &t);
		weight = weight ? alu2(l, MUL, weight, one) : one;
		norm = norm ? alu2(l, MUL, norm, all) : all;
	}
	if (!ntaps)
		return element(w);
	Expr *sum = reduce(l, RED_SUM, times(w, weight, element(w)), ntaps, tap);
	return alu2(l, DIV, sum, cast(l, w->work, norm));
}

/* ---- results ---- */

/* Integers are rounded, and clipped to what their type holds. A mean of small ones does not leave it, nor do 64-bit ones. */
static Expr *stored(const Walk *w, DType t, Expr *x)
{
	Lower *l = w->l;
	int bits = dtype_info(t)->bits - !is_unsigned(t);
	bool mean = w->a->mode == RESIZE_LINEAR && bits <= 16;
	if (is_float(t))
		return cast(l, t, x);
	x = alu1(l, ROUND, x);
	if (bits < 63 && !mean)
		x = alu2(l, MIN, alu2(l, MAX, x, num(l, F64, is_unsigned(t) ? 0 : -(double)((int64_t)1 << bits))),
			 num(l, F64, (double)(((int64_t)1 << bits) - 1)));
	return cast(l, t, x);
}

/* Where a coordinate lies outside the input, tf_crop_and_resize gives a value of its own. */
static Expr *cropped(const Walk *w, DType t, Expr *x)
{
	Lower *l = w->l;
	Expr *kept = num(l, BOOL, 1);
	for (int k = 0; k < w->n->in[0]->shape.rank; k++) {
		if (!w->axis[k].resized)
			continue;
		Expr *v = coordinate_of(w, k), *last = as_float(w, k, dim_sub(lower_graph(l)->syms, w->axis[k].in, dim(1)));
		kept = alu2(l, AND, kept, alu2(l, LE, num(l, F32, 0), v));
		kept = alu2(l, AND, kept, alu2(l, LE, v, last));
	}
	return choose(l, kept, x, num(l, t, (double)w->a->extrapolation_value));
}

static Walk walk_of(Lower *l, const Node *n, Expr *const *at)
{
	DType t = n->in[0]->dtype, work = is_float(t) ? formula_type(l, n, t) : F64;
	Walk w = {.l = l, .n = n, .a = n->attr, .at = at, .work = work, .weights = is_float(t) && work == F64 ? F64 : F32};
	ResizeSizes given = resize_sizes(lower_graph(l), n);
	resize_axes(lower_graph(l), n, &n->in[0]->shape, &given, w.axis);
	return w;
}

Expr *resize_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = n->out[slot]->dtype;
	Walk w = walk_of(l, n, at);
	Expr *x;
	if (w.a->mode == RESIZE_NEAREST) {
		for (int k = 0; k < n->in[0]->shape.rank; k++)
			w.index[k] = w.axis[k].resized ? nearest_index(&w, k) : at[k];
		x = in(l, n, 0, w.index);
	} else {
		x = stored(&w, t, w.a->antialias ? antialiased(&w) : interpolate(&w, 0));
	}
	return w.a->coordinate_transformation_mode == TF_CROP ? cropped(&w, t, x) : x;
}

/* ---- tables of one axis ---- */

/* There is an element for each tap even where the run has none at all, and what is made of it is nothing. */
static Expr *no_less_than_0(const Walk *w, int k, Expr *i)
{
	bool empty = dim_lo(lower_graph(w->l)->syms, w->axis[k].in) < 1;
	return cast(w->l, I32, empty ? alu2(w->l, MAX, i, num_i(w->l, 0)) : i);
}

Expr *resize_tap_index(Lower *l, const Node *n, int k, Expr *i, Expr *t)
{
	Expr *at[MAX_RANK];
	at[k] = i;
	Walk w = walk_of(l, n, at);
	if (w.a->mode == RESIZE_NEAREST)
		return no_less_than_0(&w, k, nearest_index(&w, k));
	Taps taps = resize_taps(w.a, &w.axis[k]);
	Spot spot = spot_of(&w, k);
	set_index(&w, k, &spot, iadd(l, t, num_i(l, taps.first)), taps.first, taps.first + taps.count - 1, num(l, w.weights, 1));
	return no_less_than_0(&w, k, w.index[k]);
}

/* The weight of tap t, counted from the first one. */
static Expr *table_weight(Walk *w, int k, const Taps *taps, const Spot *spot, Expr *t)
{
	Lower *l = w->l;
	Expr *one = num(l, w->weights, 1), *tap = iadd(l, t, num_i(l, taps->first));
	if (w->a->mode == RESIZE_LINEAR && !w->a->antialias)
		return choose(l, alu2(l, EQ, t, num_i(l, 0)), alu2(l, SUB, one, spot->part), spot->part);
	Expr *weight = weight_of_index(w, spot->part, tap, w->a->antialias ? stretch_of(w, k, taps) : one);
	return set_index(w, k, spot, tap, taps->first, taps->first + taps->count - 1, weight);
}

Expr *resize_tap_weight(Lower *l, const Node *n, int k, Expr *i, Expr *t)
{
	Expr *at[MAX_RANK];
	at[k] = i;
	Walk w = walk_of(l, n, at);
	Taps taps = resize_taps(w.a, &w.axis[k]);
	Spot spot = spot_of(&w, k);
	Expr *weight = table_weight(&w, k, &taps, &spot, t);
	if (!w.a->antialias && !w.a->exclude_outside)
		return weight;
	Expr *other = red_axis(l, dim(taps.count));
	return alu2(l, DIV, weight, reduce(l, RED_SUM, table_weight(&w, k, &taps, &spot, other), 1, &other));
}
