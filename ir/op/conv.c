/* conv.c -- Conv (versions 1-22) and ConvInteger (10), one to three spatial axes.
 *
 *     y[n, m, o..] = b[m] + sum over c, k.. of x[n, g * C/group + c, o * stride + k * dilation - pad ..] * w[m, c, k..]
 *
 * where g = m / (M / group) is the group of output channel m, and x is 0 outside its bounds. ConvInteger subtracts the
 * zero points first (so that padding means "zero point"), w's may be one a channel m, and sums in int32. tcc.ConvTwos convolves
 * what tcc.ChannelTwos makes of bytes, by pairs of 16 bits too: each product is the sum of two. */
#include "ir/op/nn.h"

static const Attr conv_attrs[] = {SLIDING_ATTRS, ATTR_INT(Sliding, group, 1), {0}};

static void infer_conv(Graph *g, Node *n, DType t)
{
	const Shape *x = &n->in[0]->shape, *w = &n->in[1]->shape;
	int64_t group = ATTR_OF(n, Sliding)->group;
	WindowAxis axis[MAX_SPATIAL];
	Shape y;

	need_rank(g, n, 0, 3, MAX_RANK);
	need_rank(g, n, 1, x->rank, x->rank);
	if (group < 1)
		fail_node(g, n, "E-ATTR", "group is %lld; it must be at least 1", (long long)group);
	need_size(g, n, 0, 1, dim_mul(g->syms, w->dim[1], dim(group)));
	if (dim_known(w->dim[0]) && w->dim[0].k % group)
		fail_node(g, n, "E-SHAPE", "%s output channels are no multiple of group %lld",
			  dim_text(g->syms, w->dim[0]), (long long)group);
	equal_part(g, n, 1, w->dim[0], dim(group));
	y = shape_of(2, (Dim[]){x->dim[0], w->dim[0]});
	for (int i = windows_of(g, n, x, w, axis); i-- > 0;)
		y.dim[2 + i] = axis[i].out;
	y.rank = x->rank;
	set_out(g, n, 0, t, &y);
}

static void conv_infer(Graph *g, Node *n)
{
	same_type(g, n, 0, 1);
	if (has_in(n, 2)) {
		same_type(g, n, 0, 2);
		need_rank(g, n, 2, 1, 1);
	}
	infer_conv(g, n, n->in[0]->dtype);
	if (has_in(n, 2))
		need_size(g, n, 2, 0, n->in[1]->shape.dim[0]);
}

/* ---- eval: the taps of one kernel, each added to a whole plane ---- */

static void add_row(int64_t n, double w, const double *x, int64_t stride, double *restrict y)
{
	if (stride == 1)
		for (int64_t i = 0; i < n; i++)
			y[i] += w * x[i];
	else
		for (int64_t i = 0; i < n; i++)
			y[i] += w * x[i * stride];
}

/* y[o] += w * x[o * stride + k * dilation - before] for every o that reads inside. */
static void add_tap(const Plane *p, const int64_t *k, double w, const double *x, double *y)
{
	int64_t lo[MAX_SPATIAL], hi[MAX_SPATIAL], shift[MAX_SPATIAL];

	for (int i = 0; i < MAX_SPATIAL; i++) {
		tap_range(p, i, k[i], &lo[i], &hi[i]);
		shift[i] = k[i] * p->dilation[i] - p->before[i];
	}
	for (int64_t o0 = lo[0]; o0 < hi[0]; o0++)
		for (int64_t o1 = lo[1]; o1 < hi[1] && lo[2] < hi[2]; o1++) {
			int64_t i0 = o0 * p->stride[0] + shift[0], i1 = o1 * p->stride[1] + shift[1];
			int64_t i2 = lo[2] * p->stride[2] + shift[2];

			add_row(hi[2] - lo[2], w, x + (i0 * p->in[1] + i1) * p->in[2] + i2, p->stride[2],
				y + (o0 * p->out[1] + o1) * p->out[2] + lo[2]);
		}
}

/* A kernel of one tap that reads the plane as it lies sees one long row. */
static void flatten_pointwise(Plane *p)
{
	for (int i = 0; i < MAX_SPATIAL; i++)
		if (p->size[i] != 1 || p->stride[i] != 1 || p->before[i] || p->in[i] != p->out[i])
			return;
	for (int i = 0; i < 2; i++) {
		p->in[2] *= p->in[i];
		p->in[i] = p->out[i] = 1;
	}
	p->out[2] = p->in[2];
}

static void convolve(Eval *e, const Node *n, Tensor *const *in, const double *x, const double *w, double *y)
{
	const Shape sx = tensor_shape(in[0]), sw = tensor_shape(in[1]);
	WindowAxis axis[MAX_SPATIAL];
	Plane p = plane_of(windows_of(e->g, n, &sx, &sw, axis), axis);
	int64_t batch = in[0]->dim[0], nc = in[0]->dim[1], nm = in[1]->dim[0], cg = in[1]->dim[1];
	int64_t mg = nm / ATTR_OF(n, Sliding)->group, k[MAX_SPATIAL];

	flatten_pointwise(&p);
	for (int64_t i = 0; i < batch * nm; i++, y += count3(p.out)) {
		const double *from = x + (i / nm * nc + i % nm / mg * cg) * count3(p.in);
		const double *tap = w + i % nm * cg * count3(p.size);

		for (int64_t c = 0; c < cg; c++, from += count3(p.in))
			for (k[0] = 0; k[0] < p.size[0]; k[0]++)
				for (k[1] = 0; k[1] < p.size[1]; k[1]++)
					for (k[2] = 0; k[2] < p.size[2]; k[2]++)
						add_tap(&p, k, *tap++, from, y);
	}
}

static void conv_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	double *y = out_f64(e, out[0]);
	const double *b = has_in(n, 2) ? in_f64(e, in[2]) : NULL;
	Rows r = rows_of(out[0], 1, 2);

	for (int64_t i = 0; b && i < out[0]->count; i++)
		y[i] = b[i / r.inner % r.n];
	convolve(e, n, in, in_f64(e, in[0]), in_f64(e, in[1]), y);
}

/* ---- lower ---- */

typedef Expr *Element(Lower *l, const Node *n, int slot, Expr *const *at, DType t);

static Expr *conv_sum(Lower *l, const Node *n, Expr *const *at, DType t, Element *element, Alu product)
{
	const Shape *x = &n->in[0]->shape, *w = &n->in[1]->shape;
	int64_t group = ATTR_OF(n, Sliding)->group;
	WindowAxis axis[MAX_SPATIAL];
	Axes axes = {.n = 0};
	Expr *ix[MAX_RANK] = {at[0]}, *iw[MAX_RANK] = {at[1]}, *guard = num(l, BOOL, 1), *first = num_i(l, 0);
	Syms *s = lower_graph(l)->syms;
	int naxes = windows_of(lower_graph(l), n, x, w, axis);

	if (group > 1)
		first = imul(l, idiv(l, at[1], extent(l, dim_floordiv(s, w->dim[0], dim(group)))), extent(l, w->dim[1]));
	iw[1] = over(l, &axes, w->dim[1]);
	ix[1] = iadd(l, first, iw[1]);
	for (int i = 0; i < naxes; i++) {
		iw[2 + i] = over(l, &axes, w->dim[2 + i]);
		ix[2 + i] = tap_index(l, &axis[i], at[2 + i], iw[2 + i]);
		guard = alu2(l, AND, guard, inside(l, ix[2 + i], num_i(l, 0), extent(l, axis[i].in)));
	}
	Expr *read = choose(l, guard, element(l, n, 0, ix, t), num(l, t, 0));
	return reduce_over(l, RED_SUM, alu2(l, product, read, element(l, n, 1, iw, t)), &axes);
}

static Expr *conv_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = formula_type(l, n, n->in[0]->dtype);
	Expr *y = conv_sum(l, n, at, t, in_as, MUL);

	(void)slot;
	if (has_in(n, 2))
		y = alu2(l, ADD, y, in_as(l, n, 2, &at[1], t));
	return cast(l, n->out[0]->dtype, y);
}

const Op op_conv = {
	.name = "Conv", .min_in = 2, .max_in = 3, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES, .ulp = 16, .attrs = conv_attrs, .attr_size = sizeof(struct Sliding),
	.types = "f", .infer = conv_infer, .eval = conv_eval, .lower = conv_lower,
};

/* ---- ConvInteger ---- */

/* That of input `slot`: a scalar, or a list of one or `channels`. */
static void need_zero_point(Graph *g, const Node *n, int slot, Dim channels)
{
	if (!has_in(n, 2 + slot))
		return;
	same_type(g, n, slot, 2 + slot);
	need_rank(g, n, 2 + slot, 0, 1);
	if (n->in[2 + slot]->shape.rank == 1 && !dim_is(n->in[2 + slot]->shape.dim[0], 1))
		need_size(g, n, 2 + slot, 0, channels);
}

static void convinteger_infer(Graph *g, Node *n)
{
	need_type(g, n, 1, "iu");
	need_zero_point(g, n, 0, dim(1));
	need_zero_point(g, n, 1, n->in[1]->shape.rank > 0 ? n->in[1]->shape.dim[0] : dim(1));
	infer_conv(g, n, I32);
}

/* The elements of an input less its zero point, which is a scalar or one for each index of axis 0. */
static double *shifted(Eval *e, const Node *n, Tensor *const *in, int slot)
{
	const double *x = in_f64(e, in[slot]);
	double *y = NEW_N(&e->g->ctx->scratch, double, in[slot]->count);
	const double *zero = has_in(n, 2 + slot) ? in_f64(e, in[2 + slot]) : NULL;
	int64_t each = zero && in[2 + slot]->count > 1 ? in[slot]->count / in[slot]->dim[0] : in[slot]->count;

	for (int64_t i = 0; i < in[slot]->count; i++)
		y[i] = x[i] - (zero ? zero[i / each] : 0);
	return y;
}

static void convinteger_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	convolve(e, n, in, shifted(e, n, in, 0), shifted(e, n, in, 1), out_f64(e, out[0]));
}

static Expr *shifted_element(Lower *l, const Node *n, int slot, Expr *const *at, DType t)
{
	Expr *x = in_as(l, n, slot, at, t), *first = num_i(l, 0);

	if (!has_in(n, 2 + slot))
		return x;
	const Shape *zero = &n->in[2 + slot]->shape;
	Expr *const *index = zero->rank && !dim_is(zero->dim[0], 1) ? at : &first;
	return alu2(l, SUB, x, in_as(l, n, 2 + slot, index, t));
}

static Expr *convinteger_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return conv_sum(l, n, at, I32, shifted_element, MUL);
}

const Op op_convinteger = {
	.name = "ConvInteger", .min_in = 2, .max_in = 4, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES, .attrs = conv_attrs, .attr_size = sizeof(struct Sliding),
	.types = "iu", .infer = convinteger_infer, .eval = convinteger_eval, .lower = convinteger_lower,
};

/* ---- ConvTwos ---- */

static void convtwos_infer(Graph *g, Node *n) { infer_conv(g, n, I32); }

static double *half_of(Eval *e, const Tensor *t, int half)
{
	const int64_t *x = in_i64(e, t);
	double *y = NEW_N(&e->g->ctx->scratch, double, t->count);

	for (int64_t i = 0; i < t->count; i++)
		y[i] = (int16_t)(x[i] >> 16 * half);
	return y;
}

static void convtwos_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	double *y = out_f64(e, out[0]);

	for (int half = 0; half < 2; half++)
		convolve(e, n, in, half_of(e, in[0], half), half_of(e, in[1], half), y);
}

static Expr *convtwos_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return conv_sum(l, n, at, I32, in_as, TWOFOLD);
}

const Op op_tcc_ConvTwos = {
	.name = "ConvTwos", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES, .attrs = conv_attrs, .attr_size = sizeof(struct Sliding),
	.infer = convtwos_infer, .eval = convtwos_eval, .lower = convtwos_lower,
};
