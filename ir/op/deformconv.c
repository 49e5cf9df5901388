/* deformconv.c -- DeformConv (19-22): a convolution whose taps read x where offsets and the window say.
 *
 *     y[n, m, o..] = bias[m] + sum over channel c of m's group and tap k of
 *                    w[m, c, k] * mask[n, d, k, o..] * x[n, c, o * stride - pad + k * dilation + offset[n, d, k, .., o..]]
 *
 * d is c's offset group; x between its elements is linear, and zero outside. It becomes a Sample at every tap and a
 * product of matrices. */
#include "ir/op/counted.h"

enum { X, W, OFFSET, BIAS, MASK };

struct DeformConv {
	struct Sliding sliding; /* first: windows_of() reads it */
	int64_t offset_group;
};

static const Attr attrs[] = {
	SLIDING_ATTRS, ATTR_INT(Sliding, group, 1), ATTR_INT(DeformConv, offset_group, 1), {0}};

typedef struct Sizes {
	WindowAxis axis[MAX_SPATIAL];
	Dim n, out, h, w, taps;
	Dim each, of_group, out_of_group; /* channels of an offset group, of a group, and those that come of it */
	int64_t groups, offsets;
} Sizes;

static Dim part(Graph *g, const Node *n, Dim channels, int64_t groups)
{
	if (groups < 1 || (dim_known(channels) && channels.k % groups))
		fail_node(g, n, "E-ATTR", "group or offset_group is %lld, which does not divide %s channels", (long long)groups,
			  dim_text(g->syms, channels));
	return equal_part(g, n, X, channels, dim(groups));
}

static Sizes sizes_of(Graph *g, const Node *n)
{
	const Shape *x = &n->in[X]->shape, *w = &n->in[W]->shape;
	Sizes s = {.groups = ATTR_OF(n, Sliding)->group, .offsets = ATTR_OF(n, DeformConv)->offset_group};

	windows_of(g, n, x, w, s.axis);
	s.n = x->dim[0];
	s.out = w->dim[0];
	s.h = s.axis[0].out;
	s.w = s.axis[1].out;
	s.taps = dim_mul(g->syms, s.axis[0].size, s.axis[1].size);
	s.each = part(g, n, x->dim[1], s.offsets);
	s.of_group = part(g, n, x->dim[1], s.groups);
	s.out_of_group = part(g, n, s.out, s.groups);
	return s;
}

static void infer(Graph *g, Node *n)
{
	for (int i = X; i <= MASK; i++)
		if (has_in(n, i))
			same_type(g, n, X, i);
	if (n->in[X]->shape.rank != 4)
		fail_unsupported(g, n, "input of rank %d; pictures are supported", n->in[X]->shape.rank);
	for (int i = X; i <= OFFSET; i++)
		need_rank(g, n, i, 4, 4);
	Sizes s = sizes_of(g, n);
	need_size(g, n, W, 1, s.of_group);
	Shape y = {4, {s.n, s.out, s.h, s.w}};
	for (int i = OFFSET; i <= MASK; i++) {
		if (i == BIAS || !has_in(n, i))
			continue;
		need_rank(g, n, i, 4, 4);
		need_size(g, n, i, 0, s.n);
		need_size(g, n, i, 1, dim_mul(g->syms, s.taps, dim(s.offsets * (i == OFFSET ? 2 : 1))));
		need_size(g, n, i, 2, s.h);
		need_size(g, n, i, 3, s.w);
	}
	if (has_in(n, BIAS)) {
		need_rank(g, n, BIAS, 1, 1);
		need_size(g, n, BIAS, 0, s.out);
	}
	set_out(g, n, 0, n->in[X]->dtype, &y);
}

/* A size as a scalar. */
static Value *number_of(Graph *g, const Node *n, Dim d)
{
	return reshaped(g, n, dims_as_value(g, n, n->in[X], &d, 1), 0, NULL);
}

static Value *times(Graph *g, const Node *n, Value *i, int64_t k)
{
	return k == 1 ? i : binary(g, n, "Mul", i, value_scalar(g, I64, (double)k));
}

/* Along one axis of space, where each tap lies in its window, */
static Value *taps_along(Graph *g, const Node *n, const Sizes *s, int axis)
{
	Value *i = count_up(g, n, number_of(g, n, s->taps));

	i = binary(g, n, axis ? "Mod" : "Div", i, number_of(g, n, s->axis[1].size));
	return with_axes(g, n, times(g, n, i, s->axis[axis].dilation), 4, (int64_t[]){0, 2, 3, 4});
}

/* and where each window begins. */
static Value *windows_along(Graph *g, const Node *n, const Sizes *s, int axis)
{
	const WindowAxis *a = &s->axis[axis];
	Value *i = times(g, n, count_up(g, n, number_of(g, n, a->out)), a->stride);

	i = binary(g, n, "Sub", i, number_of(g, n, a->before));
	return with_axes(g, n, i, 4, (int64_t[]){0, 1, 2, axis ? 3 : 4});
}

/* These coordinates of that axis, and 0 for the other one. */
static Value *of_axis(Graph *g, const Node *n, Value *i, int axis)
{
	DType t = n->in[OFFSET]->dtype;
	Tensor *one = tensor_new(&g->ctx->perm, t, 3, (int64_t[]){2, 1, 1});

	store_f64(t, one->data, axis, 1);
	return binary(g, n, "Mul", cast_value(g, n, i, t), value_const(g, NULL, one));
}

static Value *in_shape(Graph *g, const Node *n, Value *v, int rank, const Dim *size)
{
	Shape s = shape_of(rank, size);
	return shaped_as(g, n, v, &s);
}

/* Positions [n * offset groups, taps * h, w, 2], those of the last axis first. */
static Value *positions(Graph *g, const Node *n, const Sizes *s)
{
	int64_t first = 1, beyond = INT64_MIN, axis = 4, step = -1;
	Dim fields = dim_mul(g->syms, s->n, dim(s->offsets));
	Value *p = in_shape(g, n, n->in[OFFSET], 5, (Dim[]){fields, s->taps, dim(2), s->h, s->w});

	for (int k = 0; k < 2; k++) {
		p = binary(g, n, "Add", p, of_axis(g, n, taps_along(g, n, s, k), k));
		p = binary(g, n, "Add", p, of_axis(g, n, windows_along(g, n, s, k), k));
	}
	p = transposed(g, n, p, 5, (int64_t[]){0, 1, 3, 4, 2});
	p = put(g, n, "Slice", p, value_i64(g, 1, &first), value_i64(g, 1, &beyond), value_i64(g, 1, &axis),
		value_i64(g, 1, &step), END_IN);
	return in_shape(g, n, p, 4, (Dim[]){fields, dim_mul(g->syms, s->taps, s->h), s->w, dim(2)});
}

static void expand(Graph *g, Node *n)
{
	Sizes s = sizes_of(g, n);
	Syms *syms = g->syms;
	Dim fields = dim_mul(syms, s.n, dim(s.offsets)), rows = dim_mul(syms, s.of_group, s.taps);
	const Dim *image = n->in[X]->shape.dim + 2;
	Value *x = in_shape(g, n, n->in[X], 4, (Dim[]){fields, s.each, image[0], image[1]});
	Value *v = put(g, n, "tcc.Sample", x, positions(g, n, &s), END_IN);

	if (has_in(n, MASK)) {
		Dim at[4] = {fields, dim(1), dim_mul(syms, s.taps, s.h), s.w};
		v = put(g, n, "Mul", v, in_shape(g, n, n->in[MASK], 4, at), END_IN);
	}
	v = in_shape(g, n, v, 4, (Dim[]){s.n, dim(s.groups), rows, dim_mul(syms, s.h, s.w)});
	Value *w = in_shape(g, n, n->in[W], 3, (Dim[]){dim(s.groups), s.out_of_group, rows});
	Value *y = put(g, n, "MatMul", w, v, END_IN);
	y = in_shape(g, n, y, 4, (Dim[]){s.n, s.out, s.h, s.w});
	if (has_in(n, BIAS))
		y = put(g, n, "Add", y, with_axes(g, n, n->in[BIAS], 2, (int64_t[]){1, 2}), END_IN);
	value_replace(g, n->out[0], y);
}

const Op op_deformconv = {
	.name = "DeformConv", .min_in = 3, .max_in = 5, .min_out = 1, .max_out = 1, .ulp = 256,
	.attrs = attrs, .attr_size = sizeof(struct DeformConv),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};
