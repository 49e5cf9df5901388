/* deformconv.c -- DeformConv (19-22): a convolution whose taps read x where offsets and the window say.
 *
 *     y[n, m, o..] = bias[m] + sum over channel c of m's group and tap k of
 *                    w[m, c, k] * mask[n, d, k, o..] * x[n, c, o * stride - pad + k * dilation + offset[n, d, k, .., o..]]
 *
 * d is c's offset group; x between its elements is linear, and zero outside. It becomes a Sample at every tap and a
 * product of matrices. */
#include "ir/op/composite.h"

enum { X, W, OFFSET, BIAS, MASK };

struct DeformConv {
	struct Sliding sliding; /* first: windows_of() reads it */
	int64_t offset_group;
};

static const Attr attrs[] = {
	SLIDING_ATTRS, ATTR_INT(Sliding, group, 1), ATTR_INT(DeformConv, offset_group, 1), {0}};

typedef struct Sizes {
	WindowAxis axis[MAX_SPATIAL];
	int64_t n, channels, out, h, w, taps, groups, offsets;
} Sizes;

static Sizes sizes_of(Graph *g, const Node *n)
{
	const Shape *x = &n->in[X]->shape, *w = &n->in[W]->shape;
	Sizes s = {.groups = ATTR_OF(n, Sliding)->group, .offsets = ATTR_OF(n, DeformConv)->offset_group};

	windows_of(g, n, x, w, s.axis);
	s.n = dim_number(g, n, x->dim[0]);
	s.channels = dim_number(g, n, x->dim[1]);
	s.out = dim_number(g, n, w->dim[0]);
	s.h = dim_number(g, n, s.axis[0].out);
	s.w = dim_number(g, n, s.axis[1].out);
	s.taps = dim_number(g, n, s.axis[0].size) * dim_number(g, n, s.axis[1].size);
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
	if (s.groups < 1 || s.channels % s.groups || s.out % s.groups || s.offsets < 1 || s.channels % s.offsets)
		fail_node(g, n, "E-ATTR", "group %lld or offset_group %lld does not divide the channels",
			  (long long)s.groups, (long long)s.offsets);
	need_size(g, n, W, 1, dim(s.channels / s.groups));
	Shape y = {4, {dim(s.n), dim(s.out), dim(s.h), dim(s.w)}};
	for (int i = OFFSET; i <= MASK; i++) {
		if (i == BIAS || !has_in(n, i))
			continue;
		need_rank(g, n, i, 4, 4);
		need_size(g, n, i, 0, dim(s.n));
		need_size(g, n, i, 1, dim(s.offsets * s.taps * (i == OFFSET ? 2 : 1)));
		need_size(g, n, i, 2, dim(s.h));
		need_size(g, n, i, 3, dim(s.w));
	}
	if (has_in(n, BIAS)) {
		need_rank(g, n, BIAS, 1, 1);
		need_size(g, n, BIAS, 0, dim(s.out));
	}
	set_out(g, n, 0, n->in[X]->dtype, &y);
}

/* Along one axis of space, where each tap lies in its window (which 0) and each window begins (1): a tensor that has
 * the coordinate of that axis and 0 for the other one. */
static Value *steps(Graph *g, const Node *n, const Sizes *s, int axis, int which)
{
	const WindowAxis *a = &s->axis[axis];
	int64_t out = axis ? s->w : s->h, size[5] = {1, which ? 1 : s->taps, 2, 1, 1};

	if (which)
		size[3 + axis] = out;
	Tensor *t = tensor_new(&g->ctx->perm, n->in[OFFSET]->dtype, 5, size);
	for (int64_t i = 0; i < (which ? out : s->taps); i++) {
		int64_t tap = axis ? i % s->axis[1].size.k : i / s->axis[1].size.k;
		double at = which ? (double)(i * a->stride - dim_number(g, n, a->before)) : (double)(tap * a->dilation);
		store_f64(t->dtype, t->data, which ? axis * out + i : i * 2 + axis, at);
	}
	return value_const(g, NULL, t);
}

/* Positions [n * offset groups, taps * h, w, 2], those of the last axis first. */
static Value *positions(Graph *g, const Node *n, const Sizes *s)
{
	int64_t first = 1, beyond = INT64_MIN, axis = 4, step = -1;
	Value *p = reshaped(g, n, n->in[OFFSET], 5, (int64_t[]){s->n * s->offsets, s->taps, 2, s->h, s->w});

	for (int k = 0; k < 4; k++)
		p = put(g, n, "Add", p, steps(g, n, s, k / 2, k % 2), END_IN);
	p = transposed(g, n, p, 5, (int64_t[]){0, 1, 3, 4, 2});
	p = put(g, n, "Slice", p, value_i64(g, 1, &first), value_i64(g, 1, &beyond), value_i64(g, 1, &axis),
		value_i64(g, 1, &step), END_IN);
	return reshaped(g, n, p, 4, (int64_t[]){s->n * s->offsets, s->taps * s->h, s->w, 2});
}

static void expand(Graph *g, Node *n)
{
	Sizes s = sizes_of(g, n);
	int64_t each = s.channels / s.offsets, rows = s.channels / s.groups * s.taps;
	const Dim *image = n->in[X]->shape.dim + 2;
	Value *x = reshaped(g, n, n->in[X], 4, (int64_t[]){s.n * s.offsets, each, dim_number(g, n, image[0]),
							   dim_number(g, n, image[1])});
	Value *v = put(g, n, "tcc.Sample", x, positions(g, n, &s), END_IN);

	if (has_in(n, MASK)) {
		int64_t at[4] = {s.n * s.offsets, 1, s.taps * s.h, s.w};
		v = put(g, n, "Mul", v, reshaped(g, n, n->in[MASK], 4, at), END_IN);
	}
	v = reshaped(g, n, v, 4, (int64_t[]){s.n, s.groups, rows, s.h * s.w});
	Value *w = reshaped(g, n, n->in[W], 3, (int64_t[]){s.groups, s.out / s.groups, rows});
	Value *y = put(g, n, "MatMul", w, v, END_IN);
	y = reshaped(g, n, y, 4, (int64_t[]){s.n, s.out, s.h, s.w});
	if (has_in(n, BIAS))
		y = put(g, n, "Add", y, with_axes(g, n, n->in[BIAS], 2, (int64_t[]){1, 2}), END_IN);
	value_replace(g, n->out[0], y);
}

const Op op_deformconv = {
	.name = "DeformConv", .min_in = 3, .max_in = 5, .min_out = 1, .max_out = 1, .ulp = 256,
	.attrs = attrs, .attr_size = sizeof(struct DeformConv),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};
