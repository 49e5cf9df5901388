/* taps.c -- a rule that leaves out the outer taps of a convolution which read nothing but padding. Exact.
 *
 *     x [1, 64, 10, 10]
 *     Conv(x, w [8, 64, 3, 3], dilations = 12, pads = 12)   ->   Conv(x, w [8, 64, 1, 1])
 *
 * Dilated convolutions (atrous pyramids) are written for larger maps than they get: there every window has one tap inside. */
#include <string.h>
#include "ir/op/nn.h"
#include "passes/algebra.h"

/* Taps lo .. hi-1 along an axis; the others read padding in every window. */
typedef struct Live {
	int64_t lo, hi;
} Live;

static Live live_taps(const Plane *p, int axis)
{
	Live live = {p->size[axis], 0};

	for (int64_t k = 0; k < p->size[axis]; k++) {
		int64_t first, last;

		tap_range(p, axis, k, &first, &last);
		if (first < last) {
			live.lo = live.lo < k ? live.lo : k;
			live.hi = k + 1;
		}
	}
	return live;
}

/* The spatial part of the kernels w, taps `live` along each of the axes 2... */
static Value *inner_taps(Graph *g, const Tensor *w, const Live *live)
{
	int64_t dims[MAX_RANK] = {w->dim[0], w->dim[1]}, at[MAX_RANK] = {0};
	size_t bytes = dtype_bytes(w->dtype, 1);

	for (int i = 2; i < w->rank; i++)
		dims[i] = live[i - 2].hi - live[i - 2].lo;
	Tensor *t = tensor_new(&g->ctx->perm, w->dtype, w->rank, dims);
	for (int64_t to = 0; to < t->count; to++) {
		int64_t from = 0;

		for (int i = 0; i < w->rank; i++)
			from = from * w->dim[i] + at[i] + (i < 2 ? 0 : live[i - 2].lo);
		memcpy((char *)t->data + (size_t)to * bytes, (const char *)w->data + (size_t)from * bytes, bytes);
		for (int i = w->rank - 1; i >= 0 && ++at[i] == dims[i]; i--)
			at[i] = 0;
	}
	return value_const(g, NULL, t);
}

static bool sizes_known(const WindowAxis *axis, int count)
{
	for (int i = 0; i < count; i++)
		if (!dim_known(axis[i].in) || !dim_known(axis[i].out) || !dim_known(axis[i].before) || !dim_known(axis[i].after))
			return false;
	return true;
}

/* Padding around the taps that stay, so that there are as many windows as before; false when that would be negative. */
static bool inner_pads(Graph *g, const WindowAxis *axis, const Live *live, int count, struct Sliding *attr)
{
	int64_t *pads = NEW_N(&g->ctx->perm, int64_t, 2 * count);

	for (int i = 0; i < count; i++) {
		pads[i] = axis[i].before.k - live[i].lo * axis[i].dilation;
		pads[count + i] = axis[i].after.k - (axis[i].size - live[i].hi) * axis[i].dilation;
		if (pads[i] < 0 || pads[count + i] < 0)
			return false;
	}
	attr->auto_pad = PAD_NOTSET;
	attr->pads = (Ints){pads, 2 * count};
	attr->kernel_shape.n = -1;
	return true;
}

static Value *drop_outer_taps(Rewrite *w, Node *n)
{
	struct Sliding attr = *ATTR_OF(n, Sliding);
	WindowAxis axis[MAX_SPATIAL];
	Live live[MAX_SPATIAL];
	bool fewer = false, none = false;

	if (!convolves_finite(n))
		return NULL;
	int count = windows_of(w->g, n, &n->in[0]->shape, &n->in[1]->shape, axis);
	if (!sizes_known(axis, count))
		return NULL;
	Plane p = plane_of(count, axis);
	for (int i = 0; i < count; i++) {
		live[i] = live_taps(&p, MAX_SPATIAL - count + i);
		fewer |= live[i].hi - live[i].lo < axis[i].size;
		none |= live[i].hi <= live[i].lo;
	}
	if (!fewer || none || !inner_pads(w->g, axis, live, count, &attr))
		return NULL;
	Value **in = arena_copy(&w->g->ctx->scratch, n->in, (size_t)n->nin * sizeof *in);
	in[1] = inner_taps(w->g, n->in[1]->data, live);
	return rewrite_attr(w->g, n, &attr, n->nin, in);
}

const Rule tap_rules[] = {
	{"Conv", "Conv(x, w) -> Conv(x, the taps of w that meet x)", drop_outer_taps},
	{0},
};
