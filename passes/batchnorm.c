/* batchnorm.c -- factors and shifts per channel become part of the weights and bias next to them.
 *
 * needs  shapes
 * keeps  results up to rounding: new weights are computed in double and rounded once
 *
 *     BatchNormalization(Conv(x, W, b))  ->  Conv(x, W * s, b * s + t)     s = scale / sqrt(var + epsilon)
 *     Conv(x, W) * s + t                 ->  Conv(x, W * s, t)             t = B - mean * s
 *     Conv(x * s + t, W)                 ->  Conv(x, W * s, sum of W t)    the shift only where nothing is padded
 *     BatchNormalization(x)              ->  x * s + t                     where no product is in front of it
 *     (MatMul(x, W) + t) * s             ->  MatMul(x, W * s) + t * s
 *     Transpose(Conv(x, W)) * s          ->  Transpose(Conv(x, W) * s)
 *
 * s and t are constants. ConvTranspose, Gemm and MatMul (which has no bias) are treated like Conv. */
#include <math.h>
#include "ir/op/movement.h"
#include "ir/op/nn.h"
#include "passes/consts.h"
#include "passes/pass.h"

#define SHARED_BYTES ((size_t)64 << 10) /* weights with other users are copied up to this size */

void pass_batchnorm(Graph *g, const Options *o);

/* ---- y = x * s + t along one axis ---- */

typedef struct Affine {
	Value *x;
	int64_t n;
	double *s, *t; /* NULL: 1, 0 */
} Affine;

static bool all_finite(const double *x, int64_t n)
{
	for (int64_t i = 0; x && i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

static bool batchnorm_of(Graph *g, const Node *n, int axis, Affine *a)
{
	double *p[5];

	if (axis != 1 || n->in[0]->shape.rank < 2 || ATTR_OF(n, Norm)->training_mode)
		return false;
	for (int i = 1; i < 5; i++)
		if (!(p[i] = along_axis(g, n->in[i], 1, 0, a->n)))
			return false;
	a->x = n->in[0];
	a->s = NEW_N(&g->ctx->scratch, double, a->n);
	a->t = NEW_N(&g->ctx->scratch, double, a->n);
	for (int64_t i = 0; i < a->n; i++) {
		a->s[i] = p[1][i] / sqrt(p[4][i] + (double)ATTR_OF(n, Norm)->epsilon);
		a->t[i] = p[2][i] - p[3][i] * a->s[i];
	}
	return true;
}

static void negate(double *x, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		x[i] = -x[i];
}

static void invert(double *x, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		x[i] = 1 / x[i];
}

/* x + c, x - c, x * c, x / c. */
static bool arithmetic_of(Graph *g, const Node *n, int axis, Affine *a)
{
	bool sum = is_op(n, "Add") || is_op(n, "Sub"), back = is_op(n, "Sub") || is_op(n, "Div");

	if (!sum && !is_op(n, "Mul") && !is_op(n, "Div"))
		return false;
	int at = is_const(n->in[0]) && !back ? 0 : 1;
	double *c = along_axis(g, n->in[at], n->out[0]->shape.rank, axis, a->n);
	if (!c || !shape_same(&n->in[1 - at]->shape, &n->out[0]->shape))
		return false;
	a->x = n->in[1 - at];
	if (sum && back)
		negate(c, a->n);
	if (!sum && back)
		invert(c, a->n);
	*(sum ? &a->t : &a->s) = c;
	return true;
}

/* n as an affine function of its input along an axis with `channels` elements. */
static bool affine_of(Graph *g, const Node *n, int axis, int64_t channels, Affine *a)
{
	*a = (Affine){.n = channels};
	if (!is_float(n->out[0]->dtype) || n->out[0]->shape.rank <= axis || !dim_is(n->out[0]->shape.dim[axis], channels))
		return false;
	if (!(is_op(n, "BatchNormalization") ? batchnorm_of : arithmetic_of)(g, n, axis, a))
		return false;
	return all_finite(a->s, a->n) && all_finite(a->t, a->n);
}

/* ---- products with constant weights ---- */

/* Weights in[1], seen as [outer, channels, inner, ...]: element i belongs to output channel channel(i). */
typedef struct Weights {
	const Node *n;
	const Tensor *w;
	int axis;         /* of the channels in the output */
	int64_t channels;
	bool biased;      /* in[2] may be a bias */
} Weights;

static bool weights_of(const Node *n, Weights *p)
{
	if (!n || !n->out[0] || n->nin < 2 || !is_const(n->in[1]) || !is_float(n->in[1]->dtype))
		return false;
	const Tensor *w = n->in[1]->data;
	*p = (Weights){n, w, 1, 0, true};
	if (w->rank < 2 || w->count == 0)
		return false;
	if (is_op(n, "Conv"))
		p->channels = w->dim[0];
	else if (is_op(n, "ConvTranspose"))
		p->channels = w->dim[1] * ATTR_OF(n, Sliding)->group;
	else if (is_op(n, "Gemm"))
		p->channels = w->dim[ATTR_OF(n, Gemm)->transB ? 0 : 1];
	else if (is_op(n, "MatMul"))
		*p = (Weights){n, w, n->out[0]->shape.rank - 1, w->dim[w->rank - 1], false};
	return p->channels > 0 && p->axis >= 0;
}

static int64_t channel_of(const Weights *p, int64_t i)
{
	const Tensor *w = p->w;

	if (is_op(p->n, "ConvTranspose")) {
		int64_t groups = ATTR_OF(p->n, Sliding)->group, inner = w->count / (w->dim[0] * w->dim[1]);
		int64_t from = i / (inner * w->dim[1]), group = from / (w->dim[0] / groups);
		return group * w->dim[1] + i / inner % w->dim[1];
	}
	if (is_op(p->n, "Conv") || (is_op(p->n, "Gemm") && ATTR_OF(p->n, Gemm)->transB))
		return i / (w->count / p->channels);
	return i % p->channels;
}

static bool may_change(const Rewrite *w, const Value *weights)
{
	return used_once(w, weights) || dtype_bytes(weights->dtype, weights->data->count) <= SHARED_BYTES;
}

/* Weights times s, by their channels: index(p, i) says which of s. */
static Value *scaled(Graph *g, const Weights *p, const double *s, int64_t (*index)(const Weights *p, int64_t i))
{
	Tensor *y = tensor_new(&g->ctx->perm, p->w->dtype, p->w->rank, p->w->dim);

	for (int64_t i = 0; i < y->count; i++)
		store_f64(y->dtype, y->data, i, load_f64(y->dtype, p->w->data, i) * s[index(p, i)]);
	return value_const(g, p->n->in[1]->name, y);
}

/* The present bias in double (zeros when there is none); NULL when it is no constant along the channels. */
static double *bias_of(Graph *g, const Weights *p)
{
	double *b, beta = is_op(p->n, "Gemm") ? (double)ATTR_OF(p->n, Gemm)->beta : 1;

	if (!has_in(p->n, 2))
		return NEW_N(&g->ctx->scratch, double, p->channels);
	if (is_op(p->n, "Gemm"))
		b = along_axis(g, p->n->in[2], 2, 1, p->channels);
	else
		b = along_axis(g, p->n->in[2], 1, 0, p->channels);
	for (int64_t i = 0; b && i < p->channels; i++)
		b[i] *= beta;
	return b;
}

/* The product again with other weights and a bias of doubles (NULL: the present one). */
static Value *with_weights(Graph *g, const Weights *p, Value *x, Value *weights, const double *bias)
{
	Value *in[3] = {x, weights, has_in(p->n, 2) ? p->n->in[2] : NULL};

	if (bias)
		in[2] = const_from(g, p->w->dtype, 1, &p->channels, bias);
	if (!is_op(p->n, "Gemm"))
		return rewrite_inputs(g, p->n, in[2] ? 3 : 2, in);
	struct Gemm attr = *ATTR_OF(p->n, Gemm);
	attr.beta = bias ? 1 : attr.beta;
	return rewrite_attr(g, p->n, &attr, in[2] ? 3 : 2, in);
}

/* ---- behind a product ---- */

static Value *affine_after(Rewrite *w, Node *n)
{
	Value *product = is_const(n->in[0]) ? n->in[1] : n->in[0];
	Weights p;
	Affine a;

	if (!weights_of(product->def, &p) || !used_once(w, product) || !affine_of(w->g, n, p.axis, p.channels, &a))
		return NULL;
	if (a.x != product || (a.s && !may_change(w, p.n->in[1])) || (!p.biased && a.t))
		return NULL;
	double *b = p.biased ? bias_of(w->g, &p) : NULL;
	if (p.biased && !b)
		return NULL;
	for (int64_t i = 0; b && i < a.n; i++)
		b[i] = (a.s ? a.s[i] : 1) * b[i] + (a.t ? a.t[i] : 0);
	if (!has_in(p.n, 2) && !a.t)
		b = NULL;
	Value *weights = a.s ? scaled(w->g, &p, a.s, channel_of) : p.n->in[1];
	return with_weights(w->g, &p, p.n->in[0], weights, b);
}

/* A factor behind the sum that serves a MatMul as its bias: (p + t) * s = p * s + t * s. */
static Value *factor_on_sum(Rewrite *w, Node *n)
{
	const Node *sum = n->in[is_const(n->in[0]) ? 1 : 0]->def;
	Weights p;
	Affine outer, inner;

	if (!is_op(sum, "Add") || !used_once(w, sum->out[0]))
		return NULL;
	Value *product = sum->in[is_const(sum->in[0]) ? 1 : 0];
	if (!weights_of(product->def, &p) || p.biased || !used_once(w, product) || !may_change(w, p.n->in[1]))
		return NULL;
	if (!affine_of(w->g, n, p.axis, p.channels, &outer) || !affine_of(w->g, sum, p.axis, p.channels, &inner))
		return NULL;
	if (outer.x != sum->out[0] || inner.x != product)
		return NULL;
	for (int64_t i = 0; i < p.channels; i++)
		inner.t[i] *= outer.s[i];
	Value *y = with_weights(w->g, &p, p.n->in[0], scaled(w->g, &p, outer.s, channel_of), NULL);
	return put(w->g, n, "Add", y, const_from(w->g, y->dtype, 1, &p.channels, inner.t), END_IN);
}

/* The product that makes v, right away or followed by the sum that serves it as its bias. */
static bool product_of(const Value *v, Weights *p)
{
	const Node *n = v->def;

	if (is_op(n, "Add") && (is_const(n->in[0]) || is_const(n->in[1])))
		n = n->in[is_const(n->in[0]) ? 1 : 0]->def;
	return weights_of(n, p);
}

static Value *along(Graph *g, DType t, int rank, int axis, int64_t n, const double *x)
{
	int64_t dims[MAX_RANK];

	for (int i = 0; i < rank; i++)
		dims[i] = i == axis ? n : 1;
	return const_from(g, t, rank, dims, x);
}

/* Behind a Transpose of a product: in front of it, where the other rules see it. */
static Value *before_transpose(Rewrite *w, Node *n)
{
	const Node *move = made_by(n->in[is_const(n->in[0]) ? 1 : 0], "Transpose");
	int perm[MAX_RANK], axis = 0;
	Weights p;
	Affine a;

	if (!move || !used_once(w, move->out[0]) || !used_once(w, move->in[0]) || !product_of(move->in[0], &p))
		return NULL;
	transpose_perm(move, perm);
	while (perm[axis] != p.axis)
		axis++;
	if (!affine_of(w->g, n, axis, p.channels, &a) || a.x != move->out[0])
		return NULL;
	Value *c = along(w->g, n->out[0]->dtype, n->out[0]->shape.rank, p.axis, a.n, a.s ? a.s : a.t);
	Value *y = put(w->g, n, a.s ? "Mul" : "Add", move->in[0], c, END_IN);
	return rewrite_inputs(w->g, move, 1, &y);
}

/* ---- in front of a convolution ---- */

/* The input channel that element i of a Conv's weights multiplies. */
static int64_t input_channel_of(const Weights *p, int64_t i)
{
	int64_t taps = p->w->count / (p->w->dim[0] * p->w->dim[1]), from = i / taps % p->w->dim[1];
	int64_t group = channel_of(p, i) / (p->channels / ATTR_OF(p->n, Sliding)->group);

	return group * p->w->dim[1] + from;
}

static bool pads_nothing(const Node *n)
{
	const struct Sliding *attr = ATTR_OF(n, Sliding);

	if (attr->auto_pad == PAD_SAME_UPPER || attr->auto_pad == PAD_SAME_LOWER)
		return false;
	for (int i = 0; i < attr->pads.n; i++)
		if (attr->pads.v[i])
			return false;
	return true;
}

static Value *affine_before(Rewrite *w, Node *n)
{
	const Node *m = n->in[0]->def;
	Weights p;
	Affine a;
	double *b = NULL;

	if (!m || !weights_of(n, &p) || !used_once(w, n->in[0]) || !may_change(w, n->in[1]))
		return NULL;
	if (!affine_of(w->g, m, 1, p.w->dim[1] * ATTR_OF(n, Sliding)->group, &a) || (a.t && !pads_nothing(n)))
		return NULL;
	if (a.t && !(b = bias_of(w->g, &p)))
		return NULL;
	for (int64_t i = 0; b && i < p.w->count; i++)
		b[channel_of(&p, i)] += load_f64(p.w->dtype, p.w->data, i) * a.t[input_channel_of(&p, i)];
	Value *weights = a.s ? scaled(w->g, &p, a.s, input_channel_of) : n->in[1];
	return with_weights(w->g, &p, a.x, weights, b);
}

/* ---- alone ---- */

static Value *batchnorm_alone(Rewrite *w, Node *n)
{
	const Shape *x = &n->in[0]->shape;
	Graph *g = w->g;
	DType t = n->out[0]->dtype;
	Affine a;

	if (x->rank < 2 || !is_const(n->in[1]) || !affine_of(g, n, 1, n->in[1]->data->count, &a))
		return NULL;
	Value *y = put(g, n, "Mul", a.x, along(g, t, x->rank, 1, a.n, a.s), END_IN);
	return put(g, n, "Add", y, along(g, t, x->rank, 1, a.n, a.t), END_IN);
}

static const Rule rules[] = {
	{"BatchNormalization", "BatchNormalization(Conv(x, W, b)) -> Conv(x, W', b')", affine_after},
	{"Mul", "Conv(x, W, b) * s -> Conv(x, W', b')", affine_after},
	{"Div", "Conv(x, W, b) / s -> Conv(x, W', b')", affine_after},
	{"Mul", "(MatMul(x, W) + t) * s -> MatMul(x, W') + t'", factor_on_sum},
	{"Add", "Conv(x, W, b) + t -> Conv(x, W, b')", affine_after},
	{"Sub", "Conv(x, W, b) - t -> Conv(x, W, b')", affine_after},
	{"Mul", "Transpose(MatMul(x, W)) * s -> Transpose(MatMul(x, W) * s)", before_transpose},
	{"Add", "Transpose(Conv(x, W)) + t -> Transpose(Conv(x, W) + t)", before_transpose},
	{"BatchNormalization", "BatchNormalization(x) -> x * s + t", batchnorm_alone},
	{"Conv", "Conv(x * s + t, W, b) -> Conv(x, W', b')", affine_before},
	{0},
};

void pass_batchnorm(Graph *g, const Options *o)
{
	static const Rule *const tables[] = {rules, NULL};

	rewrite(g, o, tables);
}
