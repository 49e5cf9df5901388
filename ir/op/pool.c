/* pool.c -- MaxPool, AveragePool, LpPool (versions 1-22): each output takes the window's elements inside the input.
 *
 *     MaxPool       largest; second output: its position in the whole input (storage_order 1: axes of planes reversed)
 *     AveragePool   sum / count, where count_include_pad also counts the padding (not what hangs over in ceil mode)
 *     LpPool        (sum |x|^p)^(1/p)
 */
#include "ir/op/nn.h"
#include <math.h>

static const Attr maxpool_attrs[] = {
	SLIDING_ATTRS, ATTR_INT(Sliding, ceil_mode, 0), ATTR_INT(Sliding, storage_order, 0), {0}};
static const Attr averagepool_attrs[] = {
	SLIDING_ATTRS, ATTR_INT(Sliding, ceil_mode, 0), ATTR_INT(Sliding, count_include_pad, 0), {0}};
static const Attr lppool_attrs[] = {SLIDING_ATTRS, ATTR_INT(Sliding, ceil_mode, 0), ATTR_INT(Sliding, p, 2), {0}};

static Shape pooled_shape(Graph *g, const Node *n)
{
	WindowAxis axis[MAX_SPATIAL];
	Shape y = n->in[0]->shape;

	need_rank(g, n, 0, 3, MAX_RANK);
	for (int i = windows_of(g, n, &n->in[0]->shape, NULL, axis); i-- > 0;)
		y.dim[2 + i] = axis[i].out;
	return y;
}

static void maxpool_infer(Graph *g, Node *n)
{
	Shape y = pooled_shape(g, n);

	set_out(g, n, 0, n->in[0]->dtype, &y);
	set_out(g, n, 1, I64, &y);
}

static void averagepool_infer(Graph *g, Node *n)
{
	Shape y = pooled_shape(g, n);

	set_out(g, n, 0, n->in[0]->dtype, &y);
}

static void lppool_infer(Graph *g, Node *n)
{
	need_norm_p(g, n, ATTR_OF(n, Sliding)->p);
	averagepool_infer(g, n);
}

/* ---- eval ---- */

/* The taps first .. last-1 of a window that starts at `start` read elements in lo .. hi-1. */
typedef struct Taps {
	int64_t first, last;
} Taps;

static Taps taps_between(const Plane *p, int axis, int64_t o, int64_t lo, int64_t hi)
{
	int64_t start = o * p->stride[axis] - p->before[axis], d = p->dilation[axis];
	Taps t = {start < lo ? (lo - start + d - 1) / d : 0, hi > start ? (hi - start + d - 1) / d : 0};

	if (t.last > p->size[axis])
		t.last = p->size[axis];
	if (t.last < t.first)
		t.last = t.first;
	return t;
}

typedef struct Pooled {
	double most, sum; /* sum of x or |x|^p */
	int64_t position; /* of `most` in the plane */
	int64_t count, padded_count;
} Pooled;

/* One window; p > 0 sums |x|^p. */
static Pooled pool_window(const Plane *g, const double *x, const int64_t *o, int64_t p)
{
	Pooled r = {.most = -INFINITY, .position = -1, .count = 1, .padded_count = 1};
	Taps t[MAX_SPATIAL];
	int64_t k[MAX_SPATIAL], at[MAX_SPATIAL];

	for (int i = 0; i < MAX_SPATIAL; i++) {
		Taps padded = taps_between(g, i, o[i], -g->before[i], g->in[i] + g->after[i]);

		t[i] = taps_between(g, i, o[i], 0, g->in[i]);
		r.count *= t[i].last - t[i].first;
		r.padded_count *= padded.last - padded.first;
		k[i] = t[i].first;
	}
	for (int64_t n = 0; n < r.count; n++) {
		for (int i = 0; i < MAX_SPATIAL; i++)
			at[i] = o[i] * g->stride[i] - g->before[i] + k[i] * g->dilation[i];
		int64_t position = (at[0] * g->in[1] + at[1]) * g->in[2] + at[2];
		double v = x[position];

		if (r.position < 0 || v > r.most || (v != v && r.most == r.most)) {
			r.most = v;
			r.position = position;
		}
		r.sum += p ? norm_term_f64(v, p) : v;
		for (int i = MAX_SPATIAL - 1; i >= 0 && ++k[i] == t[i].last; i--)
			k[i] = t[i].first;
	}
	return r;
}

static Plane pool_plane(Eval *e, const Node *n, const Tensor *x)
{
	const Shape s = tensor_shape(x);
	WindowAxis axis[MAX_SPATIAL];

	return plane_of(windows_of(e->g, n, &s, NULL, axis), axis);
}

/* The window of output element i: its plane's elements and its index. */
static const double *window_at(const Plane *p, const double *x, int64_t i, int64_t *o)
{
	int64_t plane = i / count3(p->out);

	for (int a = MAX_SPATIAL - 1; a >= 0; i /= p->out[a--])
		o[a] = i % p->out[a];
	return x + plane * count3(p->in);
}

/* The row-major position of an element of a plane, or its position when the axes are stored the other way round. */
static int64_t stored_position(const Plane *p, int64_t position, int64_t storage_order)
{
	int64_t at[MAX_SPATIAL], reversed = 0;

	if (!storage_order)
		return position;
	for (int i = MAX_SPATIAL - 1; i >= 0; position /= p->in[i--])
		at[i] = position % p->in[i];
	for (int i = MAX_SPATIAL - 1; i >= 0; i--)
		reversed = reversed * p->in[i] + at[i];
	return reversed;
}

static void maxpool_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Plane p = pool_plane(e, n, in[0]);
	const double *x = in_f64(e, in[0]);
	double *y = out_f64(e, out[0]);
	int64_t *index = wants(n, 1) ? out_i64(e, out[1]) : NULL, o[MAX_SPATIAL];

	for (int64_t i = 0; i < out[0]->count; i++) {
		const double *plane = window_at(&p, x, i, o);
		Pooled r = pool_window(&p, plane, o, 0);

		y[i] = r.most;
		if (index)
			index[i] = plane - x + stored_position(&p, r.position, ATTR_OF(n, Sliding)->storage_order);
	}
}

static void averagepool_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Plane p = pool_plane(e, n, in[0]);
	const double *x = in_f64(e, in[0]);
	double *y = out_f64(e, out[0]);
	int64_t o[MAX_SPATIAL];

	for (int64_t i = 0; i < out[0]->count; i++) {
		const double *plane = window_at(&p, x, i, o);
		Pooled r = pool_window(&p, plane, o, 0);

		y[i] = r.sum / (double)(ATTR_OF(n, Sliding)->count_include_pad ? r.padded_count : r.count);
	}
}

static void lppool_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Plane p = pool_plane(e, n, in[0]);
	const double *x = in_f64(e, in[0]);
	double *y = out_f64(e, out[0]);
	int64_t o[MAX_SPATIAL], exponent = ATTR_OF(n, Sliding)->p;

	for (int64_t i = 0; i < out[0]->count; i++) {
		const double *plane = window_at(&p, x, i, o);

		y[i] = norm_root_f64(pool_window(&p, plane, o, exponent).sum, exponent);
	}
}

/* ---- lower ---- */

/* Index of the element that taps k[] of window at[] read, and whether it lies inside the input. */
static Expr *window_index(Lower *l, int count, const WindowAxis *axis, Expr *const *at, Expr *const *k, Expr **index)
{
	Expr *guard = num(l, BOOL, 1);

	index[0] = at[0];
	index[1] = at[1];
	for (int i = 0; i < count; i++) {
		index[2 + i] = tap_index(l, &axis[i], at[2 + i], k[i]);
		guard = alu2(l, AND, guard, inside(l, index[2 + i], num_i(l, 0), extent(l, axis[i].in)));
	}
	return guard;
}

/* f8e8m0 has no sign: there it is the least power of two. */
static Expr *lowest(Lower *l, DType t)
{
	int bits = dtype_info(t)->bits;

	return num(l, t, t == F8E8M0 || is_unsigned(t) ? 0 : is_float(t) ? -(double)INFINITY : -ldexp(1, bits - 1));
}

/* The first tap stands for its window where all elements are the lowest number. If it lies before the input, the first one
 * inside is meant: less than a dilation behind 0. */
static Expr *first_inside(Lower *l, const WindowAxis *a, Expr *index)
{
	return index->lo >= 0 ? index : alu2(l, MAX, index, imod(l, index, num_i(l, a->dilation)));
}

/* Position of the largest element: the first tap of the whole window, counted in row-major order, that reads it. */
static Expr *largest_position(Lower *l, const Node *n, int count, const WindowAxis *axis, Expr *const *at)
{
	const Shape *s = &n->in[0]->shape;
	Shape window = {.rank = count}, stored = *s;
	Expr *k[MAX_SPATIAL], *index[MAX_RANK], *guard, *best, *position[MAX_RANK] = {at[0], at[1]};
	Axes axes = {.n = 0};

	for (int i = 0; i < count; i++)
		window.dim[i] = axis[i].size;
	unflatten(l, &window, over(l, &axes, shape_count(lower_graph(l), &window)), k);
	guard = window_index(l, count, axis, at, k, index);
	best = axes.n ? reduce(l, RED_ARGMAX, choose(l, guard, in(l, n, 0, index), lowest(l, n->in[0]->dtype)), axes.n,
			       axes.axis)
		      : num_i(l, 0);
	unflatten(l, &window, best, k);
	window_index(l, count, axis, at, k, index);
	for (int i = 0; i < count; i++) {
		int from = ATTR_OF(n, Sliding)->storage_order ? count - 1 - i : i;

		stored.dim[2 + i] = s->dim[2 + from];
		position[2 + i] = first_inside(l, &axis[from], index[2 + from]);
	}
	return flatten(l, &stored, position);
}

/* Fresh indices over the taps, and the guarded element that they read. */
static Expr *window_element(Lower *l, const Node *n, int count, const WindowAxis *axis, Expr *const *at, DType t,
			    Expr *outside, Axes *axes)
{
	Expr *k[MAX_SPATIAL], *index[MAX_RANK], *guard;

	for (int i = 0; i < count; i++)
		k[i] = over(l, axes, axis[i].size);
	guard = window_index(l, count, axis, at, k, index);
	return choose(l, guard, in_as(l, n, 0, index, t), outside);
}

static Expr *maxpool_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = n->in[0]->dtype;
	WindowAxis axis[MAX_SPATIAL];
	Axes axes = {.n = 0};
	int count = windows_of(lower_graph(l), n, &n->in[0]->shape, NULL, axis);

	if (slot == 1)
		return largest_position(l, n, count, axis, at);
	return reduce_over(l, RED_MAX, window_element(l, n, count, axis, at, t, lowest(l, t), &axes), &axes);
}

/* How many taps of window o read elements below `end`, the first ones below 0 left out when `skip`. */
static Expr *tap_count(Lower *l, const WindowAxis *a, Expr *o, Dim end, bool skip)
{
	Syms *s = lower_graph(l)->syms;
	Dim steps = dim_mul(s, dim_sub(s, a->out, dim(1)), dim(a->stride));
	Dim last = dim_sub(s, dim_add(s, steps, window_reach(s, a)), dim_add(s, a->before, dim(1)));
	Expr *start = tap_index(l, a, o, num_i(l, 0)), *first = num_i(l, 0), *stop = extent(l, a->size);
	Expr *d = num_i(l, a->dilation), *round = num_i(l, a->dilation - 1);

	if (skip && !dim_is(a->before, 0))
		first = alu2(l, MAX, first, idiv(l, isub(l, round, start), d));
	if (dim_hi(s, dim_sub(s, last, end)) >= 0)
		stop = alu2(l, MIN, stop, idiv(l, iadd(l, isub(l, extent(l, end), start), round), d));
	return isub(l, stop, first);
}

static Expr *averagepool_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = formula_type(l, n, n->in[0]->dtype);
	bool padded = ATTR_OF(n, Sliding)->count_include_pad != 0;
	WindowAxis axis[MAX_SPATIAL];
	Axes axes = {.n = 0};
	int count = windows_of(lower_graph(l), n, &n->in[0]->shape, NULL, axis);
	Expr *sum = reduce_over(l, RED_SUM, window_element(l, n, count, axis, at, t, num(l, t, 0), &axes), &axes);
	Expr *taps = num_i(l, 1);

	(void)slot;
	for (int i = 0; i < count; i++) {
		Dim end = padded ? dim_add(lower_graph(l)->syms, axis[i].in, axis[i].after) : axis[i].in;

		taps = imul(l, taps, tap_count(l, &axis[i], at[2 + i], end, !padded));
	}
	return cast(l, n->out[0]->dtype, alu2(l, DIV, sum, cast(l, t, taps)));
}

static Expr *lppool_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = formula_type(l, n, n->in[0]->dtype);
	int64_t p = ATTR_OF(n, Sliding)->p;
	WindowAxis axis[MAX_SPATIAL];
	Axes axes = {.n = 0};
	int count = windows_of(lower_graph(l), n, &n->in[0]->shape, NULL, axis);
	Expr *x = window_element(l, n, count, axis, at, t, num(l, t, 0), &axes);

	(void)slot;
	return cast(l, n->out[0]->dtype, norm_root(l, reduce_over(l, RED_SUM, norm_term(l, x, p), &axes), p));
}

const Op op_maxpool = {
	.name = "MaxPool", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 2,
	.flags = REDUCES, .attrs = maxpool_attrs, .attr_size = sizeof(struct Sliding),
	.types = "fiu", .infer = maxpool_infer, .eval = maxpool_eval, .lower = maxpool_lower,
};

const Op op_averagepool = {
	.name = "AveragePool", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.flags = REDUCES, .ulp = 4, .attrs = averagepool_attrs, .attr_size = sizeof(struct Sliding),
	.types = "f", .infer = averagepool_infer, .eval = averagepool_eval, .lower = averagepool_lower,
};

const Op op_lppool = {
	.name = "LpPool", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.flags = REDUCES, .ulp = 8, .attrs = lppool_attrs, .attr_size = sizeof(struct Sliding),
	.types = "f", .infer = lppool_infer, .eval = lppool_eval, .lower = lppool_lower,
};
