/* phases.c -- a rule for transposed convolutions to few channels: as convolutions, whose channels are the phases.
 *
 *     y = ConvTranspose(x [1, 56, 120, 160], w [56, 1, 9, 9], strides = 3)
 *     t = Conv(x, w' [9, 56, 3, 3])        y[3 q + r] = t[r][q], the sum over t of x[q - t] w[r + 3 t]
 *     y = the elements of t in turn, without those that the padding cuts off
 *
 * Vectors lie along channels: one channel fills a lane of each, and its 3 x 3 phases fill nine. Taps that a phase lacks are
 * zeros. */
#include <string.h>
#include "ir/op/movement.h"
#include "ir/op/nn.h"
#include "passes/algebra.h"

enum { FEW = 8 }; /* lanes: so many neighbours fill a vector already */

/* Along one axis, elements q first .. first + n - 1 of every phase. */
typedef struct Phases {
	int64_t stride, size, taps, first, n, before, out;
} Phases;

static int phases_of(Graph *g, const Node *n, Phases *p)
{
	WindowAxis axis[MAX_SPATIAL];
	int count = sliding_axes(g, n, &n->in[0]->shape, &n->in[1]->shape, axis);

	for (int i = 0; i < count; i++) {
		const WindowAxis *a = &axis[i];
		const Dim out = n->out[0]->shape.dim[2 + i];
		if (!dim_known(a->in) || !dim_known(a->before) || !dim_known(out) || a->dilation != 1)
			return 0;
		int64_t first = a->before.k / a->stride, last = (a->before.k + out.k - 1) / a->stride;
		p[i] = (Phases){.stride = a->stride, .size = a->size.k, .taps = (a->size.k + a->stride - 1) / a->stride,
		                .first = first, .n = last + 1 - first, .before = a->before.k, .out = out.k};
		if (p[i].taps - 1 < first || last + 1 < a->in.k)
			return 0;
	}
	return count;
}

static bool has_few_channels(const Node *n)
{
	const struct Sliding *attr = ATTR_OF(n, Sliding);
	const Shape *w = &n->in[1]->shape;

	return is_const(n->in[1]) && (!has_in(n, 2) || is_const(n->in[2])) && attr->group == 1 && attr->auto_pad == PAD_NOTSET &&
	       attr->output_shape.n <= 0 && attr->strides.n > 0 && w->dim[1].k * attr->strides.v[attr->strides.n - 1] < FEW &&
	       dim_known(n->in[0]->shape.dim[0]);
}

/* Element [channel, phases, input channel, taps] is w[input channel, channel, phase + stride * (tap from the last one)]. */
static Value *weights_by_phase(Graph *g, const Tensor *w, const Phases *p, int count)
{
	int64_t dims[MAX_RANK] = {w->dim[1], w->dim[0]}, at[2 * MAX_SPATIAL] = {0}, phases = 1;
	size_t bytes = dtype_bytes(w->dtype, 1);

	for (int i = 0; i < count; i++) {
		phases *= p[i].stride;
		dims[2 + i] = p[i].taps;
	}
	dims[0] *= phases;
	Tensor *t = tensor_new(&g->ctx->perm, w->dtype, w->rank, dims);
	memset(t->data, 0, dtype_bytes(t->dtype, t->count));
	for (int64_t to = 0; to < t->count; to++) {
		int64_t rest = to, from, inside = 1;
		for (int i = count - 1; i >= 0; rest /= p[i--].taps)
			at[i] = rest % p[i].taps;
		from = rest % w->dim[0];
		rest /= w->dim[0];
		for (int i = count - 1; i >= 0; rest /= p[i--].stride)
			at[i] = rest % p[i].stride + p[i].stride * (p[i].taps - 1 - at[i]);
		from = from * w->dim[1] + rest;
		for (int i = 0; i < count; i++) {
			inside &= at[i] < p[i].size;
			from = from * p[i].size + at[i];
		}
		if (inside)
			memcpy((char *)t->data + (size_t)to * bytes, (const char *)w->data + (size_t)from * bytes, bytes);
	}
	return value_const(g, NULL, t);
}

static Value *convolved(Graph *g, Node *n, const Phases *p, int count)
{
	struct Sliding *attr = attr_new(g, op_find("", "Conv"));
	int64_t *pads = NEW_N(&g->ctx->perm, int64_t, 2 * count), phases = 1;

	for (int i = 0; i < count; i++) {
		pads[i] = p[i].taps - 1 - p[i].first;
		pads[count + i] = p[i].first + p[i].n - n->in[0]->shape.dim[2 + i].k;
		phases *= p[i].stride;
	}
	attr->pads = (Ints){pads, 2 * count};
	Value *w = weights_by_phase(g, n->in[1]->data, p, count);
	Value *bias = has_in(n, 2) ? bias_per_tap(g, n->in[2], phases) : NULL;
	return put_attr(g, n, "Conv", attr, n->in[0], w, bias, END_IN);
}

/* [n, c r.., q..] to [n, c, q r..] */
static Value *in_turn(Graph *g, const Node *n, Value *t, const Phases *p, int count)
{
	Dim batch = n->out[0]->shape.dim[0], channels = n->out[0]->shape.dim[1];
	Shape apart = shape_of(2, (Dim[]){batch, channels}), whole = apart;
	struct Transpose *a = attr_new(g, op_find("", "Transpose"));
	int64_t *perm = NEW_N(&g->ctx->perm, int64_t, 2 + 2 * count);

	apart.rank = 2 + 2 * count;
	whole.rank = 2 + count;
	perm[1] = 1;
	for (int i = 0; i < count; i++) {
		apart.dim[2 + i] = dim(p[i].stride);
		apart.dim[2 + count + i] = dim(p[i].n);
		whole.dim[2 + i] = dim(p[i].n * p[i].stride);
		perm[2 + 2 * i] = 2 + count + i;
		perm[3 + 2 * i] = 2 + i;
	}
	a->perm = (Ints){perm, 2 + 2 * count};
	Value *y = reshape_to(g, n, put_attr(g, n, "Transpose", a, reshape_to(g, n, t, &apart), END_IN), &whole);
	for (int i = 0; i < count; i++) {
		int64_t from = p[i].before - p[i].first * p[i].stride;
		if (from || p[i].out < p[i].n * p[i].stride)
			y = slice_of(g, n, y, 2 + i, from, from + p[i].out);
	}
	return y;
}

static Value *phases_as_channels(Rewrite *w, Node *n)
{
	Phases p[MAX_SPATIAL];
	int count = has_few_channels(n) ? phases_of(w->g, n, p) : 0;

	return count ? in_turn(w->g, n, convolved(w->g, n, p, count), p, count) : NULL;
}

const Rule phase_rules[] = {
	{"ConvTranspose", "ConvTranspose to few channels -> Conv to a channel for each phase", phases_as_channels},
	{0},
};
