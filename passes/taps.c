/* taps.c -- rules that leave out taps of convolutions which meet nothing but padding. Exact.
 *
 *     x [1, 64, 10, 10]:  Conv(x, w [8, 64, 3, 3], dilations = 12, pads = 12)   ->   Conv(x, w [8, 64, 1, 1])
 *     x [1, 64, 1, 1]:    ConvTranspose(x, w [64, 8, 4, 4])                      ->   Gemm(x [1, 64], w [64, 128])
 *
 * Dilated convolutions (atrous pyramids) are written for larger maps than they get: there every window has one tap inside.
 * Decoders begin with a map of one element: every element of the result is one tap times it. */
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

/* The spatial part of the kernels, taps `live` along each of the axes 2... */
static Value *inner_taps(Graph *g, const Value *kernels, const Live *live)
{
	const Tensor *w = kernels->data;
	int64_t dims[MAX_RANK] = {w->dim[0], w->dim[1]}, at[MAX_RANK] = {0};

	for (int i = 2; i < w->rank; i++)
		dims[i] = live[i - 2].hi - live[i - 2].lo;
	Tensor *t = tensor_new(&g->ctx->perm, w->dtype, w->rank, dims);
	for (int64_t to = 0; to < t->count; to++) {
		int64_t from = 0;

		for (int i = 0; i < w->rank; i++)
			from = from * w->dim[i] + at[i] + (i < 2 ? 0 : live[i - 2].lo);
		move_element(t, to, w, from);
		for (int i = w->rank - 1; i >= 0 && ++at[i] == dims[i]; i--)
			at[i] = 0;
	}
	return value_const(g, kernels->name, t);
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
		pads[count + i] = axis[i].after.k - (axis[i].size.k - live[i].hi) * axis[i].dilation;
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
		fewer |= live[i].hi - live[i].lo < axis[i].size.k;
		none |= live[i].hi <= live[i].lo;
	}
	if (!fewer || none || !inner_pads(w->g, axis, live, count, &attr))
		return NULL;
	Value **in = arena_copy(&w->g->ctx->scratch, n->in, (size_t)n->nin * sizeof *in);
	in[1] = inner_taps(w->g, n->in[1], live);
	return rewrite_attr(w->g, n, &attr, n->nin, in);
}

/* ---- ConvTranspose of one element ---- */

static bool each_is(const Ints *list, int64_t value)
{
	for (int i = 0; i < list->n; i++)
		if (list->v[i] != value)
			return false;
	return true;
}

/* Of one group, the result as large as the kernels: nothing is cut off, nothing lies between the taps. */
static bool spreads_one_element(const Node *n)
{
	const struct Sliding *attr = ATTR_OF(n, Sliding);
	const Shape *x = &n->in[0]->shape, *w = &n->in[1]->shape, *y = &n->out[0]->shape;

	if (attr->group != 1 || attr->auto_pad != PAD_NOTSET || !each_is(&attr->pads, 0) || !each_is(&attr->dilations, 1) ||
	    !each_is(&attr->output_padding, 0) || attr->output_shape.n > 0)
		return false;
	for (int i = 2; i < x->rank; i++)
		if (!dim_is(x->dim[i], 1) || !dim_known(w->dim[i]) || !dim_same(w->dim[i], y->dim[i]))
			return false;
	return dim_known(w->dim[0]) && dim_known(w->dim[1]);
}

Value *bias_per_tap(Graph *g, const Value *per_kernel, int64_t taps)
{
	const Tensor *bias = per_kernel->data;
	Tensor *t = tensor_new(&g->ctx->perm, bias->dtype, 1, (int64_t[]){bias->count * taps});

	for (int64_t i = 0; i < t->count; i++)
		move_element(t, i, bias, i / taps);
	return value_const(g, per_kernel->name, t);
}

static Value *transposed_to_gemm(Rewrite *w, Node *n)
{
	const Shape *s = &n->in[1]->shape;
	Graph *g = w->g;
	int64_t taps = 1;

	if (!spreads_one_element(n) || (has_in(n, 2) && !is_const(n->in[2])))
		return NULL;
	for (int i = 2; i < s->rank; i++)
		taps *= s->dim[i].k;
	Shape row = shape_of(2, (Dim[]){n->in[0]->shape.dim[0], s->dim[0]});
	Shape kernels = shape_of(2, (Dim[]){s->dim[0], dim(s->dim[1].k * taps)});
	Value product = {.shape = shape_of(2, (Dim[]){row.dim[0], kernels.dim[1]})};
	if (!can_reshape_to(g, n->in[0], &row) || !can_reshape_to(g, &product, &n->out[0]->shape))
		return NULL;
	Value *x = reshape_to(g, n, n->in[0], &row), *k = reshape_to(g, n, n->in[1], &kernels);
	Value *bias = has_in(n, 2) ? bias_per_tap(g, n->in[2], taps) : NULL;
	return reshape_to(g, n, put(g, n, "Gemm", x, k, bias, END_IN), &n->out[0]->shape);
}

const Rule tap_rules[] = {
	{"ConvTranspose", "ConvTranspose(x of one element, w) -> Gemm(x, w)", transposed_to_gemm},
	{"Conv", "Conv(x, w) -> Conv(x, the taps of w that meet x)", drop_outer_taps},
	{0},
};
