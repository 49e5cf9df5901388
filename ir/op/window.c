/* window.c -- windows that slide over the spatial axes of an input: Conv, ConvInteger, the pools.
 *
 *     padded input   . . x x x x x x x .      before = 2, after = 1
 *     window 0       0   1   2                size 3, dilation 2: tap k of window o reads
 *     window 1             0   1   2          o * stride + k * dilation - before
 */
#include "ir/op/nn.h"

void spatial_attr(Graph *g, const Node *n, const char *name, const Ints *list, int count, int64_t value, int64_t least,
		  int64_t *result)
{
	if (list->n > 0 && list->n != count)
		fail_node(g, n, "E-ATTR", "%s has %d values where %d are needed", name, list->n, count);
	for (int i = 0; i < count; i++) {
		result[i] = list->n > 0 ? list->v[i] : value;
		if (list->n > 0 && (result[i] < least || result[i] > INT32_MAX))
			fail_node(g, n, "E-ATTR", "%s has the value %lld; it must be between %lld and 2^31", name,
				  (long long)result[i], (long long)least);
	}
}

Dim window_reach(Syms *s, const WindowAxis *a)
{
	return dim_add(s, dim_mul(s, dim_sub(s, a->size, dim(1)), dim(a->dilation)), dim(1));
}

/* Number of windows when the padding is given: the last one may hang over in ceil mode, but must start inside the input
 * or the padding before it. */
static Dim window_count(Syms *s, const WindowAxis *a, bool ceil_mode)
{
	Dim padded = dim_add(s, a->before, dim_add(s, a->in, a->after));
	Dim room = dim_sub(s, padded, window_reach(s, a));
	Dim starts;

	if (!ceil_mode)
		return dim_add(s, dim_floordiv(s, room, dim(a->stride)), dim(1));
	starts = dim_ceildiv(s, dim_add(s, a->before, a->in), dim(a->stride));
	return dim_min(s, dim_add(s, dim_ceildiv(s, room, dim(a->stride)), dim(1)), starts);
}

/* SAME: as many windows as strides fit, and what they need of padding, the odd element after (upper) or before. */
static void same_padding(Syms *s, WindowAxis *a, bool upper)
{
	Dim span, total, half;

	a->out = dim_ceildiv(s, a->in, dim(a->stride));
	span = dim_add(s, dim_mul(s, dim_sub(s, a->out, dim(1)), dim(a->stride)), window_reach(s, a));
	total = dim_max(s, dim_sub(s, span, a->in), dim(0));
	half = dim_floordiv(s, total, dim(2));
	a->before = upper ? half : dim_sub(s, total, half);
	a->after = dim_sub(s, total, a->before);
}

static void check_fits(Graph *g, const Node *n, const WindowAxis *a, int axis)
{
	if (dim_hi(g->syms, a->out) < 1)
		fail_node(g, n, "E-SHAPE",
			  "a window of %s elements, %lld apart, does not fit into axis %d of size %s with padding %s "
			  "and %s", dim_text(g->syms, a->size), (long long)a->dilation, axis,
			  dim_text(g->syms, a->in), dim_text(g->syms, a->before), dim_text(g->syms, a->after));
}

/* How many taps windows have. kernel_shape says it in numbers, which the kernel then has to have. */
static void window_sizes(Graph *g, const Node *n, const Shape *w, int count, Dim *size)
{
	const struct Sliding *attr = ATTR_OF(n, Sliding);
	int64_t given[MAX_SPATIAL];

	if (!w && attr->kernel_shape.n <= 0)
		fail_node(g, n, "E-ATTR", "kernel_shape is missing");
	spatial_attr(g, n, "kernel_shape", &attr->kernel_shape, count, 1, 1, given);
	for (int i = 0; i < count; i++) {
		Dim have = w ? w->dim[2 + i] : dim(given[i]);

		size[i] = attr->kernel_shape.n > 0 ? dim(given[i]) : have;
		if (dim_hi(g->syms, have) < 1 || (dim_known(have) && !dim_same(have, size[i])))
			fail_node(g, n, "E-SHAPE", "the kernel has shape %s, which does not agree with kernel_shape",
				  shape_text(g, w));
		if (!dim_same(have, size[i]))
			dim_assume_equal(g->syms, have, size[i], false);
	}
}

int sliding_axes(Graph *g, const Node *n, const Shape *x, const Shape *w, WindowAxis *axis)
{
	const struct Sliding *attr = ATTR_OF(n, Sliding);
	Dim size[MAX_SPATIAL];
	int64_t stride[MAX_SPATIAL], dilation[MAX_SPATIAL], pads[2 * MAX_SPATIAL];
	bool given = attr->auto_pad == PAD_NOTSET;
	int count = x->rank - 2;

	if (count > MAX_SPATIAL)
		fail_unsupported(g, n, "%d spatial axes; at most %d are supported", count, MAX_SPATIAL);
	window_sizes(g, n, w, count, size);
	spatial_attr(g, n, "strides", &attr->strides, count, 1, 1, stride);
	spatial_attr(g, n, "dilations", &attr->dilations, count, 1, 1, dilation);
	spatial_attr(g, n, "pads", &attr->pads, 2 * count, 0, 0, pads);
	for (int i = 0; i < count; i++)
		axis[i] = (WindowAxis){.in = x->dim[2 + i],
				       .before = dim(given ? pads[i] : 0),
				       .after = dim(given ? pads[count + i] : 0),
				       .size = size[i],
				       .stride = stride[i],
				       .dilation = dilation[i]};
	return count;
}

int windows_of(Graph *g, const Node *n, const Shape *x, const Shape *w, WindowAxis *axis)
{
	const struct Sliding *attr = ATTR_OF(n, Sliding);
	int count = sliding_axes(g, n, x, w, axis);

	for (int i = 0; i < count; i++) {
		if (attr->auto_pad == PAD_SAME_UPPER || attr->auto_pad == PAD_SAME_LOWER)
			same_padding(g->syms, &axis[i], attr->auto_pad == PAD_SAME_UPPER);
		else
			axis[i].out = window_count(g->syms, &axis[i], attr->ceil_mode != 0);
		check_fits(g, n, &axis[i], 2 + i);
	}
	return count;
}

Expr *tap_index(Lower *l, const WindowAxis *a, Expr *window, Expr *tap)
{
	Expr *start = imul(l, window, num_i(l, a->stride));
	Expr *reach = imul(l, tap, num_i(l, a->dilation));

	return isub(l, iadd(l, start, reach), extent(l, a->before));
}

Plane plane_of(int naxes, const WindowAxis *axis)
{
	Plane p;

	for (int i = 0; i < MAX_SPATIAL; i++) {
		int from = i - (MAX_SPATIAL - naxes);
		const WindowAxis one = {dim(1), dim(1), dim(0), dim(0), dim(1), 1, 1};
		const WindowAxis *a = from < 0 ? &one : &axis[from];

		p.in[i] = a->in.k;
		p.out[i] = a->out.k;
		p.before[i] = a->before.k;
		p.after[i] = a->after.k;
		p.size[i] = a->size.k;
		p.stride[i] = a->stride;
		p.dilation[i] = a->dilation;
	}
	return p;
}

int64_t count3(const int64_t *size)
{
	return size[0] * size[1] * size[2];
}

void tap_range(const Plane *p, int axis, int64_t k, int64_t *lo, int64_t *hi)
{
	int64_t stride = p->stride[axis];
	int64_t shift = p->before[axis] - k * p->dilation[axis]; /* window o reads o * stride - shift */
	int64_t end = p->in[axis] + shift;

	*lo = shift > 0 ? (shift + stride - 1) / stride : 0;
	*hi = end > 0 ? (end + stride - 1) / stride : 0;
	if (*hi > p->out[axis])
		*hi = p->out[axis];
}
