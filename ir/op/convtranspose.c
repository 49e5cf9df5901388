/* convtranspose.c -- ConvTranspose (versions 1-22): the adjoint of Conv, one to three spatial axes.
 *
 *     every x[n, c, i..] adds x * w[c, m, k..] to y[n, m, i * stride + k * dilation - before ..]
 *
 * so y[o] is the sum over c, k of x[n, c, (o + before - k * dilation) / stride] where that divides and lies inside.
 * Its size is (in - 1) * stride + output_padding + (size - 1) * dilation + 1 - before - after. */
#include "ir/op/nn.h"

static const Attr convtranspose_attrs[] = {
	SLIDING_ATTRS, ATTR_INT(Sliding, group, 1), ATTR_LIST(Sliding, output_padding, A_INTS),
	ATTR_LIST(Sliding, output_shape, A_INTS), {0}};

/* Split what has to be cut off to reach the wanted size; the odd element goes after for SAME_UPPER, else before. */
static void cut_to_size(Syms *s, WindowAxis *a, Dim full, bool upper)
{
	Dim total = dim_max(s, dim_sub(s, full, a->out), dim(0)), half = dim_floordiv(s, total, dim(2));

	a->before = upper ? half : dim_sub(s, total, half);
	a->after = dim_sub(s, total, a->before);
}

int transposed_axes(Graph *g, const Node *n, const Shape *x, const Shape *w, WindowAxis *axis)
{
	const struct Sliding *attr = ATTR_OF(n, Sliding);
	int64_t extra[MAX_SPATIAL], wanted[MAX_SPATIAL];
	int count = sliding_axes(g, n, x, w, axis);
	bool same = attr->auto_pad == PAD_SAME_UPPER || attr->auto_pad == PAD_SAME_LOWER;
	Syms *s = g->syms;

	spatial_attr(g, n, "output_padding", &attr->output_padding, count, 0, 0, extra);
	spatial_attr(g, n, "output_shape", &attr->output_shape, count, 0, 1, wanted);
	for (int i = 0; i < count; i++) {
		WindowAxis *a = &axis[i];
		Dim steps = dim_mul(s, dim_sub(s, a->in, dim(1)), dim(a->stride));
		Dim full = dim_add(s, dim_add(s, steps, dim(extra[i])), window_reach(s, a));

		if (attr->output_shape.n > 0)
			a->out = dim(wanted[i]);
		else if (same)
			a->out = dim_mul(s, a->in, dim(a->stride));
		else
			a->out = dim_sub(s, full, dim_add(s, a->before, a->after));
		if (attr->output_shape.n > 0 || same)
			cut_to_size(s, a, full, attr->auto_pad == PAD_SAME_UPPER);
		if (dim_hi(s, a->out) < 1)
			fail_node(g, n, "E-SHAPE", "axis %d of the output would have size %s", 2 + i,
				  dim_text(s, a->out));
	}
	return count;
}

static void convtranspose_infer(Graph *g, Node *n)
{
	const Shape *x = &n->in[0]->shape, *w = &n->in[1]->shape;
	int64_t group = ATTR_OF(n, Sliding)->group;
	WindowAxis axis[MAX_SPATIAL];
	Shape y;

	same_type(g, n, 0, 1);
	need_rank(g, n, 0, 3, MAX_RANK);
	need_rank(g, n, 1, x->rank, x->rank);
	need_size(g, n, 0, 1, w->dim[0]);
	if (group < 1 || (dim_known(w->dim[0]) && w->dim[0].k % group))
		fail_node(g, n, "E-ATTR", "group is %lld, which does not divide %s input channels", (long long)group,
			  dim_text(g->syms, w->dim[0]));
	equal_part(g, n, 1, w->dim[0], dim(group));
	y = shape_of(2, (Dim[]){x->dim[0], dim_mul(g->syms, w->dim[1], dim(group))});
	if (has_in(n, 2)) {
		same_type(g, n, 0, 2);
		need_rank(g, n, 2, 1, 1);
		need_size(g, n, 2, 0, y.dim[1]);
	}
	for (int i = transposed_axes(g, n, x, w, axis); i-- > 0;)
		y.dim[2 + i] = axis[i].out;
	y.rank = x->rank;
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

/* ---- eval: one tap of a kernel spreads a whole plane of x over y ---- */

static void spread_tap(const Plane *p, const int64_t *k, double w, const double *x, double *y)
{
	int64_t lo[MAX_SPATIAL], hi[MAX_SPATIAL], shift[MAX_SPATIAL];

	for (int i = 0; i < MAX_SPATIAL; i++) {
		tap_range(p, i, k[i], &lo[i], &hi[i]);
		shift[i] = k[i] * p->dilation[i] - p->before[i];
	}
	for (int64_t i0 = lo[0]; i0 < hi[0]; i0++)
		for (int64_t i1 = lo[1]; i1 < hi[1] && lo[2] < hi[2]; i1++) {
			int64_t o0 = i0 * p->stride[0] + shift[0], o1 = i1 * p->stride[1] + shift[1];
			const double *from = x + (i0 * p->out[1] + i1) * p->out[2];
			double *to = y + (o0 * p->in[1] + o1) * p->in[2] + shift[2];

			for (int64_t i2 = lo[2]; i2 < hi[2]; i2++)
				to[i2 * p->stride[2]] += w * from[i2];
		}
}

/* To the windows of the adjoint Conv, y is the input and x has the windows. */
static Plane adjoint_plane(Graph *g, const Node *n, const Tensor *x, const Tensor *w)
{
	const Shape sx = tensor_shape(x), sw = tensor_shape(w);
	WindowAxis axis[MAX_SPATIAL];
	int count = transposed_axes(g, n, &sx, &sw, axis);

	for (int i = 0; i < count; i++) {
		Dim out = axis[i].out;

		axis[i].out = axis[i].in;
		axis[i].in = out;
	}
	return plane_of(count, axis);
}

static void convtranspose_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	Plane p = adjoint_plane(e->g, n, in[0], in[1]);
	const double *x = in_f64(e, in[0]), *w = in_f64(e, in[1]), *b = has_in(n, 2) ? in_f64(e, in[2]) : NULL;
	double *y = out_f64(e, out[0]);
	int64_t nc = in[0]->dim[1], nm = out[0]->dim[1], group = ATTR_OF(n, Sliding)->group, k[MAX_SPATIAL];
	int64_t cg = nc / group, mg = nm / group, area = count3(p.in), taps = count3(p.size);

	for (int64_t i = 0; i < out[0]->count; i++)
		y[i] = b ? b[i / area % nm] : 0;
	for (int64_t i = 0; i < in[0]->dim[0] * nc * mg; i++) { /* n, c, m in the group */
		int64_t c = i / mg % nc, m = c / cg * mg + i % mg;
		const double *from = x + i / mg * count3(p.out), *tap = w + (c * mg + i % mg) * taps;
		double *to = y + (i / mg / nc * nm + m) * area;

		for (k[0] = 0; k[0] < p.size[0]; k[0]++)
			for (k[1] = 0; k[1] < p.size[1]; k[1]++)
				for (k[2] = 0; k[2] < p.size[2]; k[2]++)
					spread_tap(&p, k, *tap++, from, to);
	}
}

/* ---- lower ---- */

/* The taps of one axis that meet output o: tap k of the kernel reads element `at` of x, if there `some` holds. */
typedef struct Taps {
	Expr *k, *at, *some;
} Taps;

static int64_t common_divisor(int64_t a, int64_t b) { return b ? common_divisor(b, a % b) : a; }

/* The first tap that meets elements `phase` after a multiple of the stride, if there is one below `each`. */
static int64_t first_tap(const WindowAxis *a, int64_t phase, int64_t each)
{
	int64_t k = 0;
	while (k < each && k < a->size.k && (k * a->dilation - phase) % a->stride)
		k++;
	return k < each ? k : a->size.k;
}

/* o = stride * i + r with one r: taps first + each * t meet it, and read element i + shift - back * t. */
static Taps phase_taps(Lower *l, const WindowAxis *a, Expr *i, int64_t r, Axes *axes)
{
	int64_t each = a->stride / common_divisor(a->stride, a->dilation), back = each * a->dilation / a->stride;
	int64_t from = r + dim_number(lower_graph(l), NULL, a->before), first = first_tap(a, from % a->stride, each);
	int64_t shift = (from - first * a->dilation) / a->stride;
	Expr *t = over(l, axes, dim((a->size.k - first + each - 1) / each));
	return (Taps){iadd(l, num_i(l, first), imul(l, t, num_i(l, each))),
		      isub(l, iadd(l, i, num_i(l, shift)), imul(l, t, num_i(l, back))), num(l, BOOL, 1)};
}

/* o = stride * i + r with a range of r: one window over x that is wide enough for all; some have no tap at its ends. */
static Taps window_taps(Lower *l, const WindowAxis *a, Expr *i, Expr *r, Axes *axes)
{
	int64_t before = dim_number(lower_graph(l), NULL, a->before);
	int64_t last = (r->hi + before) / a->stride, shift = before - a->stride * last;
	int64_t reach = a->size.k - 1 - (r->lo + shift);
	Expr *t = over(l, axes, dim(reach < 0 ? 0 : reach / a->stride + 1));
	Expr *k = iadd(l, iadd(l, r, num_i(l, shift)), imul(l, t, num_i(l, a->stride)));
	return (Taps){k, isub(l, iadd(l, i, num_i(l, last)), t), inside(l, k, num_i(l, 0), extent(l, a->size))};
}

/* All taps, each with the test whether it meets o. */
static Taps tested_taps(Lower *l, const WindowAxis *a, Expr *o, Axes *axes)
{
	Expr *stride = num_i(l, a->stride), *k = over(l, axes, a->size);
	Expr *at = isub(l, iadd(l, o, extent(l, a->before)), imul(l, k, num_i(l, a->dilation)));
	return (Taps){k, idiv(l, at, stride), alu2(l, EQ, imod(l, at, stride), num_i(l, 0))};
}

static Taps taps_of(Lower *l, const WindowAxis *a, Expr *o, Axes *axes)
{
	Expr *stride = num_i(l, a->stride), *i = idiv(l, o, stride), *r = imod(l, o, stride);
	if (!dim_known(a->before) || !dim_known(a->size))
		return tested_taps(l, a, o, axes);
	if (r->kind == X_NUM)
		return phase_taps(l, a, i, r->i, axes);
	return a->dilation == 1 ? window_taps(l, a, i, r, axes) : tested_taps(l, a, o, axes);
}

static Expr *convtranspose_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *x = &n->in[0]->shape, *w = &n->in[1]->shape;
	DType t = formula_type(l, n, n->in[0]->dtype);
	int64_t group = ATTR_OF(n, Sliding)->group;
	Dim cg = dim_floordiv(lower_graph(l)->syms, w->dim[0], dim(group));
	WindowAxis axis[MAX_SPATIAL];
	Axes axes = {.n = 0};
	Expr *mg = extent(l, w->dim[1]), *c = over(l, &axes, cg), *some = num(l, BOOL, 1), *inner = some;
	Expr *ix[MAX_RANK] = {at[0], c}, *iw[MAX_RANK] = {c, at[1]};
	int count = transposed_axes(lower_graph(l), n, x, w, axis);

	(void)slot;
	if (group > 1) {
		ix[1] = iw[0] = iadd(l, imul(l, idiv(l, at[1], mg), extent(l, cg)), c);
		iw[1] = imod(l, at[1], mg);
	}
	for (int i = 0; i < count; i++) {
		Taps taps = taps_of(l, &axis[i], at[2 + i], &axes);

		iw[2 + i] = taps.k;
		ix[2 + i] = taps.at;
		some = alu2(l, AND, some, taps.some);
		inner = alu2(l, AND, inner, inside(l, taps.at, num_i(l, 0), extent(l, axis[i].in)));
	}
	Expr *read = choose(l, inner, in_as(l, n, 0, ix, t), num(l, t, 0));
	Expr *tap = choose(l, some, in_as(l, n, 1, iw, t), num(l, t, 0));
	Expr *y = reduce_over(l, RED_SUM, alu2(l, MUL, read, tap), &axes);
	if (has_in(n, 2))
		y = alu2(l, ADD, y, in_as(l, n, 2, &at[1], t));
	return cast(l, n->out[0]->dtype, y);
}

const Op op_convtranspose = {
	.name = "ConvTranspose", .min_in = 2, .max_in = 3, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES, .ulp = 16, .attrs = convtranspose_attrs, .attr_size = sizeof(struct Sliding),
	.types = "f", .infer = convtranspose_infer, .eval = convtranspose_eval, .lower = convtranspose_lower,
};
