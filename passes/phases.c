/* phases.c -- rules for transposed convolutions to few channels, or over sizes that vary: as convolutions, whose channels are
 * the phases.
 *
 *     y = ConvTranspose(x [1, 56, 120, 160], w [56, 1, 9, 9], strides = 3)
 *     t = Conv(x, w' [9, 56, 3, 3])        y[3 q + r] = t[r][q], the sum over t of x[q - t] w[r + 3 t]
 *     y = the elements of t in turn, without those that the padding cuts off
 *
 * Vectors lie along channels: one channel fills a lane of each, and its 3 x 3 phases fill nine. An axis that varies is not cut
 * into phases by code generation (codegen/cut.c). Taps that a phase lacks are zeros. So is what lies between those of a dilated
 * window, but where there is one phase, which is a dilated convolution. */
#include <string.h>
#include "ir/op/composite.h"
#include "passes/algebra.h"

enum { FEW = 8 }; /* lanes: so many neighbours fill a vector already */

/* Along one axis, elements q first .. first + n - 1 of every phase; of all phases in turn, cut[0] in front and cut[1] behind are
 * no part of the output. The convolution has so much padding. */
typedef struct Phases {
	int64_t stride, dilation, taps, apart, first, pads[2], cut[2]; /* apart: the convolution's dilation */
	Dim n;
} Phases;

/* False where padding is negative, or not known. */
static bool phases_along(Syms *s, const WindowAxis *a, Dim out, Phases *p)
{
	if (!dim_known(a->before) || dim_lo(s, out) < 1)
		return false;
	int64_t size = (a->size.k - 1) * a->dilation + 1;
	int64_t apart = a->stride == 1 ? a->dilation : 1, taps = apart == 1 ? (size + a->stride - 1) / a->stride : a->size.k;
	int64_t first = a->before.k / a->stride, reach = (taps - 1) * apart;
	Dim to = dim_add(s, out, a->before), end = dim_ceildiv(s, to, dim(a->stride)), behind = dim_sub(s, end, a->in);
	Dim rest = dim_sub(s, dim_mul(s, end, dim(a->stride)), to);

	if (reach < first || !dim_known(behind) || behind.k < 0 || !dim_known(rest))
		return false;
	*p = (Phases){.stride = a->stride, .dilation = a->dilation / apart, .taps = taps, .apart = apart, .first = first,
	              .pads = {reach - first, behind.k}, .cut = {a->before.k - first * a->stride, rest.k},
	              .n = dim_sub(s, end, dim(first))};
	return true;
}

static int phases_of(Graph *g, const Node *n, Phases *p)
{
	WindowAxis axis[MAX_SPATIAL];
	int count = transposed_axes(g, n, &n->in[0]->shape, &n->in[1]->shape, axis);

	for (int i = 0; i < count; i++)
		if (!phases_along(g->syms, &axis[i], n->out[0]->shape.dim[2 + i], &p[i]))
			return 0;
	return count;
}

static bool knows_weights(const Node *n) { return is_const(n->in[1]) && (!has_in(n, 2) || is_const(n->in[2])); }

static bool has_few_channels(const Node *n)
{
	const struct Sliding *attr = ATTR_OF(n, Sliding);

	for (int i = 0; i < attr->dilations.n; i++)
		if (attr->dilations.v[i] != 1)
			return false;
	return attr->group == 1 && attr->strides.n > 0 && n->in[1]->shape.dim[1].k * attr->strides.v[attr->strides.n - 1] < FEW;
}

static bool map_varies(const Node *n)
{
	const Shape *x = &n->in[0]->shape;

	for (int k = 2; k < x->rank; k++)
		if (!dim_known(x->dim[k]))
			return true;
	return false;
}

/* Element [channel, phases, input channel, taps] is w[input channel, channel, phase + stride * (tap from the last one)], where
 * channels of the input are counted within the group of the channel. */
static Value *weights_by_phase(Graph *g, const Tensor *w, int64_t group, const Phases *p, int count)
{
	int64_t dims[MAX_RANK] = {w->dim[1] * group, w->dim[0] / group}, at[2 * MAX_SPATIAL] = {0}, phases = 1;

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
		from = rest % dims[1];
		rest /= dims[1];
		for (int i = count - 1; i >= 0; rest /= p[i--].stride)
			at[i] = rest % p[i].stride + p[i].stride * (p[i].taps - 1 - at[i]);
		from = (rest / w->dim[1] * dims[1] + from) * w->dim[1] + rest % w->dim[1];
		for (int i = 0; i < count; i++) {
			inside &= at[i] % p[i].dilation == 0 && at[i] / p[i].dilation < w->dim[2 + i];
			from = from * w->dim[2 + i] + at[i] / p[i].dilation;
		}
		if (inside)
			move_element(t, to, w, from);
	}
	return value_const(g, NULL, t);
}

static Value *convolved(Graph *g, Node *n, const Phases *p, int count)
{
	struct Sliding *attr = attr_new(g, op_find("", "Conv"));
	int64_t *pads = NEW_N(&g->ctx->perm, int64_t, 2 * count), apart[MAX_SPATIAL], phases = 1;
	bool dilated = false;

	for (int i = 0; i < count; i++) {
		apart[i] = p[i].apart;
		dilated |= apart[i] > 1;
		pads[i] = p[i].pads[0];
		pads[count + i] = p[i].pads[1];
		phases *= p[i].stride;
	}
	attr->pads = (Ints){pads, 2 * count};
	if (dilated)
		attr->dilations = ints(g, count, apart);
	attr->group = ATTR_OF(n, Sliding)->group;
	Value *w = weights_by_phase(g, n->in[1]->data, attr->group, p, count);
	Value *bias = has_in(n, 2) ? bias_per_tap(g, n->in[2], phases) : NULL;
	return put_attr(g, n, "Conv", attr, n->in[0], w, bias, END_IN);
}

/* Where the output ends, counted from behind where the size varies. */
static int64_t end_of(const Phases *p)
{
	if (dim_known(p->n))
		return p->n.k * p->stride - p->cut[1];
	return p->cut[1] ? -p->cut[1] : INT64_MAX;
}

/* [n, c r.., q..] to [n, c, q r..] */
static Value *in_turn(Graph *g, const Node *n, Value *t, const Phases *p, int count)
{
	Dim batch = n->out[0]->shape.dim[0], channels = n->out[0]->shape.dim[1];
	Shape apart = shape_of(2, (Dim[]){batch, channels}), whole = apart;
	int64_t perm[2 + 2 * MAX_SPATIAL] = {0, 1};

	apart.rank = 2 + 2 * count;
	whole.rank = 2 + count;
	for (int i = 0; i < count; i++) {
		apart.dim[2 + i] = dim(p[i].stride);
		apart.dim[2 + count + i] = p[i].n;
		whole.dim[2 + i] = dim_mul(g->syms, p[i].n, dim(p[i].stride));
		perm[2 + 2 * i] = 2 + count + i;
		perm[3 + 2 * i] = 2 + i;
	}
	Value *y = shaped_as(g, n, transposed(g, n, shaped_as(g, n, t, &apart), 2 + 2 * count, perm), &whole);
	for (int i = 0; i < count; i++)
		if (p[i].cut[0] || p[i].cut[1])
			y = slice_of(g, n, y, 2 + i, p[i].cut[0], end_of(&p[i]));
	return y;
}

static Value *phases_as_channels(Rewrite *w, Node *n)
{
	Phases p[MAX_SPATIAL];
	int count = phases_of(w->g, n, p);

	return count ? in_turn(w->g, n, convolved(w->g, n, p, count), p, count) : NULL;
}

static Value *few_channels(Rewrite *w, Node *n)
{
	bool fixed = dim_known(n->in[0]->shape.dim[0]) && !map_varies(n);

	return fixed && knows_weights(n) && has_few_channels(n) ? phases_as_channels(w, n) : NULL;
}

static Value *varying_map(Rewrite *w, Node *n) { return map_varies(n) && knows_weights(n) ? phases_as_channels(w, n) : NULL; }

const Rule phase_rules[] = {
	{"ConvTranspose", "ConvTranspose to few channels -> Conv to a channel for each phase", few_channels},
	{0},
};

const Rule varying_phase_rules[] = {
	{"ConvTranspose", "ConvTranspose where sizes vary -> Conv to a channel for each phase", varying_map},
	{0},
};
