/* pads.c -- rules that give a Pad in front of a convolution or pool to that node's own padding. Exact.
 *
 *     Conv(Pad(x, 0), pads = p)         ->  Conv(x, pads = p + pad)
 *     MaxPool(Pad(x, -inf))             ->  MaxPool(x, pads), also for 0 where x is never negative
 *     AveragePool(Pad(x, 0))            ->  AveragePool(x, pads, count_include_pad = 1)
 *
 * and, but for 0 * infinity, one that makes the padding of a constant by weights that are data part of the constant:
 *
 *     Conv(c, w, pads = p)              ->  Conv(Pad(c, p), w)
 *
 * and, when everything else is done, one that keeps the padding of what varies apart, in memory:
 *
 *     Conv(x, w, pads = p)              ->  Conv(Pad(x, p), w)        also where auto_pad says how much, by the sizes of x
 *     ConvInteger(x, w, z, pads = p)    ->  ConvInteger(Pad(x, p, z), w, z)
 *
 * Not in ceil mode, where padding decides how many windows there are. Pools need every window to meet an element. */
#include <math.h>
#include <string.h>
#include "ir/op/composite.h"
#include "ir/op/movement.h"
#include "ir/op/nn.h"
#include "passes/algebra.h"

typedef struct Border {
	int count;                                     /* spatial axes */
	int64_t before[MAX_SPATIAL], after[MAX_SPATIAL]; /* what the Pad adds */
	double value;
} Border;

/* What a constant Pad adds around the spatial axes; false when it does anything else. */
static bool border_of(Rewrite *w, const Node *pad, Border *b)
{
	Padding axis[MAX_RANK];
	int rank;

	if (!pad || ATTR_OF(pad, Pad)->mode != PAD_CONSTANT)
		return false;
	b->value = 0;
	if (has_in(pad, 2) && !const_splat(pad->in[2], &b->value))
		return false;
	rank = pad->in[0]->shape.rank;
	b->count = rank - 2;
	if (b->count < 1 || b->count > MAX_SPATIAL)
		return false;
	padding_of(w->g, pad, axis);
	for (int i = 0; i < rank; i++) {
		if (!dim_is(axis[i].skip, 0) || !dim_known(axis[i].before) || !dim_known(axis[i].after) ||
		    !dim_same(axis[i].keep, pad->in[0]->shape.dim[i]))
			return false;
		if (i < 2 && (axis[i].before.k || axis[i].after.k))
			return false;
		if (i >= 2) {
			b->before[i - 2] = axis[i].before.k;
			b->after[i - 2] = axis[i].after.k;
		}
	}
	return true;
}

/* Attributes with the border added to the node's own padding as explicit pads; false when that is no number. */
static bool add_border(Rewrite *w, const Node *n, const Border *b, struct Sliding *attr)
{
	const Shape *kernel = (n->op->flags & CONTRACTS) ? &n->in[1]->shape : NULL;
	WindowAxis axis[MAX_SPATIAL];
	int64_t *pads;

	*attr = *ATTR_OF(n, Sliding);
	if (windows_of(w->g, n, &n->in[0]->shape, kernel, axis) != b->count)
		return false;
	for (int i = 0; i < b->count; i++)
		if (!dim_known(axis[i].before) || !dim_known(axis[i].after))
			return false;
	pads = NEW_N(&w->g->ctx->perm, int64_t, 2 * b->count);
	for (int i = 0; i < b->count; i++) {
		pads[i] = axis[i].before.k + b->before[i];
		pads[b->count + i] = axis[i].after.k + b->after[i];
	}
	attr->auto_pad = PAD_NOTSET;
	attr->pads = (Ints){pads, 2 * b->count};
	return true;
}

/* The node of x in place of its first input. */
static Value *put_on(Rewrite *w, const Node *n, const struct Sliding *attr, Value *x)
{
	Value **in = arena_copy(&w->g->ctx->scratch, n->in, (size_t)n->nin * sizeof *in);

	in[0] = x;
	return rewrite_attr(w->g, n, attr, n->nin, in);
}

/* The node reading what its Pad reads. */
static Value *without_pad(Rewrite *w, const Node *n, const struct Sliding *attr)
{
	return put_on(w, n, attr, n->in[0]->def->in[0]);
}

/* 0 * w would be NaN for an infinite w. */
static bool is_finite_const(const Value *v)
{
	if (!is_const(v))
		return false;
	for (int64_t i = 0; is_float(v->dtype) && i < v->data->count; i++)
		if (!isfinite(load_f64(v->dtype, v->data->data, i)))
			return false;
	return true;
}

/* -0.0 + 0 * w is 0.0, but stays -0.0 where the padding is left out. */
static bool has_negative_zero(const Value *v)
{
	for (int64_t i = 0; is_const(v) && i < v->data->count; i++) {
		double x = load_f64(v->dtype, v->data->data, i);
		if (x == 0 && signbit(x))
			return true;
	}
	return false;
}

bool convolves_finite(const Node *n)
{
	return is_finite_const(n->in[1]) && (!has_in(n, 2) || (is_const(n->in[2]) && !has_negative_zero(n->in[2])));
}

static Value *pad_into_conv(Rewrite *w, Node *n)
{
	struct Sliding attr;
	Border b;

	if (!border_of(w, made_by(n->in[0], "Pad"), &b) || b.value != 0 || !convolves_finite(n))
		return NULL;
	return add_border(w, n, &b, &attr) ? without_pad(w, n, &attr) : NULL;
}

/* ---- padding that is part of the input ---- */

/* x with pads before and after each axis, of `value`; NULL: of zeros. */
static Value *padded(Graph *g, const Node *n, Value *x, const int64_t *pads, Value *value)
{
	Value *counts = value_i64(g, 2 * x->shape.rank, pads);

	return value ? put(g, n, "Pad", x, counts, value, END_IN) : put(g, n, "Pad", x, counts, END_IN);
}

/* Conv(Pad(x)) of which the Pad has what n has of padding along the spatial axes `set`; NULL where that is none. */
static Value *pad_apart(Rewrite *w, Node *n, unsigned set, Value *value)
{
	struct Sliding attr;
	const Border none = {.count = n->in[0]->shape.rank - 2};
	int64_t pads[2 * MAX_RANK] = {0};
	bool any = false;

	if (!add_border(w, n, &none, &attr))
		return NULL;
	for (int i = 0; i < none.count; i++) {
		int64_t *before = &attr.pads.v[i], *after = &attr.pads.v[none.count + i];
		if (!(set >> i & 1))
			continue;
		any |= *before || *after;
		pads[2 + i] = *before;
		pads[none.count + 4 + i] = *after;
		*before = *after = 0;
	}
	if (!any)
		return NULL;
	return put_on(w, n, &attr, padded(w->g, n, n->in[0], pads, value));
}

/* Sums over what lies around a constant would ask of each of its elements whether it is there. */
static Value *pad_constant(Rewrite *w, Node *n)
{
	bool constant = is_const(n->in[0]) && !is_const(n->in[1]) && n->in[0]->dtype == F32;

	return constant ? pad_apart(w, n, ~0u, NULL) : NULL;
}

/* Sizes say how much padding there is. */
static bool pads_by_size(const Node *n)
{
	const int64_t how = ATTR_OF(n, Sliding)->auto_pad;

	return how == PAD_SAME_UPPER || how == PAD_SAME_LOWER;
}

/* The spatial axes of n's input that vary, as bits. */
static unsigned varying_axes(const Node *n)
{
	const Shape *x = &n->in[0]->shape;
	unsigned set = 0;

	for (int k = 2; k < x->rank; k++)
		set |= dim_known(x->dim[k]) ? 0 : 1u << (k - 2);
	return set;
}

/* ---- the same where how much it is follows from the size: auto_pad of strides ---- */

/* What a Pad of axis a adds so that its windows lie inside: `before`, and as many elements as the windows cover. */
static bool cover_windows(Syms *s, const WindowAxis *a, Dim *before, Dim *after)
{
	if (!dim_known(a->size) || (a->size.k - 1) * a->dilation + 1 < a->stride)
		return false;
	Dim last = dim_mul(s, dim_sub(s, a->out, dim(1)), dim(a->stride));
	Dim covered = dim_add(s, last, dim((a->size.k - 1) * a->dilation + 1));
	*before = a->before;
	*after = dim_sub(s, dim_sub(s, covered, a->in), a->before);
	return dim_lo(s, *before) >= 0 && dim_lo(s, *after) >= 0;
}

/* Conv(Pad(x)) where the axes in `set` are padded by what their sizes say, with `value`. */
static Value *pad_by_size(Rewrite *w, Node *n, unsigned set, Value *value)
{
	Graph *g = w->g;
	struct Sliding attr = *ATTR_OF(n, Sliding);
	WindowAxis axis[MAX_SPATIAL];
	int count = windows_of(g, n, &n->in[0]->shape, &n->in[1]->shape, axis), padded = 0;
	int64_t axes[MAX_SPATIAL], *pads = NEW_N(&g->ctx->perm, int64_t, 2 * count);
	Dim by[2 * MAX_SPATIAL], after[MAX_SPATIAL];

	for (int i = 0; i < count; i++)
		if (set >> i & 1) {
			if (!cover_windows(g->syms, &axis[i], &by[padded], &after[padded]))
				return NULL;
			axes[padded++] = 2 + i;
		} else {
			pads[i] = axis[i].before.k;
			pads[count + i] = axis[i].after.k;
		}
	memcpy(by + padded, after, (size_t)padded * sizeof *by);
	attr.auto_pad = PAD_NOTSET;
	attr.pads = (Ints){pads, 2 * count};
	Value *x = n->in[0], *counts = dims_as_value(g, n, x, by, 2 * padded);
	return put_on(w, n, &attr, put(g, n, "Pad", x, counts, value, value_i64(g, padded, axes), END_IN));
}

/* Where a size varies, no border in memory can be made ahead, and sums would ask of each element whether it is there. */
static Value *pad_varying(Rewrite *w, Node *n)
{
	unsigned set = varying_axes(n);

	if (!set || !convolves_finite(n))
		return NULL;
	Value *y = pad_apart(w, n, set, NULL);
	return y || !pads_by_size(n) ? y : pad_by_size(w, n, set, value_scalar(w->g, n->in[0]->dtype, 0));
}

/* Padding of bytes is what counts as zero among them. */
static Value *pad_varying_integers(Rewrite *w, Node *n)
{
	unsigned set = varying_axes(n);
	Value *zero = has_in(n, 2) ? n->in[2] : NULL, *y = set ? pad_apart(w, n, set, zero) : NULL;

	if (y || !set || !pads_by_size(n))
		return y;
	return pad_by_size(w, n, set, zero ? zero : value_scalar(w->g, n->in[0]->dtype, 0));
}

/* ---- pools ---- */

static bool has_pads(const Node *n)
{
	const struct Sliding *attr = ATTR_OF(n, Sliding);

	if (pads_by_size(n))
		return true;
	for (int i = 0; i < attr->pads.n; i++)
		if (attr->pads.v[i])
			return true;
	return false;
}

/* No window lies in the padding alone. */
static bool windows_meet_input(const struct Sliding *attr, int count)
{
	for (int i = 0; i < attr->dilations.n; i++)
		if (attr->dilations.v[i] != 1)
			return false;
	for (int i = 0; i < count; i++)
		if (attr->pads.v[i] >= attr->kernel_shape.v[i] || attr->pads.v[count + i] >= attr->kernel_shape.v[i])
			return false;
	return true;
}

/* 0 or more, as far as the node that makes it says. */
static bool is_never_negative(const Value *v)
{
	double lo;

	if (made_by(v, "Clip"))
		return has_in(v->def, 1) && const_splat(v->def->in[1], &lo) && lo >= 0;
	return made_by(v, "Relu") || made_by(v, "Sigmoid");
}

static Value *pad_into_maxpool(Rewrite *w, Node *n, const Border *b)
{
	struct Sliding attr;

	if (ATTR_OF(n, Sliding)->ceil_mode || !add_border(w, n, b, &attr) || !windows_meet_input(&attr, b->count))
		return NULL;
	return without_pad(w, n, &attr);
}

/* The padding that a pool gives itself is left out of the maximum, as if it were -inf. */
static Value *lowest_into_maxpool(Rewrite *w, Node *n)
{
	Border b;

	return border_of(w, made_by(n->in[0], "Pad"), &b) && b.value == -INFINITY ? pad_into_maxpool(w, n, &b) : NULL;
}

/* A window of -0.0 only would have had the maximum 0.0, so this one counts as rounding. */
static Value *zero_into_maxpool(Rewrite *w, Node *n)
{
	const Node *pad = made_by(n->in[0], "Pad");
	Border b;

	if (!border_of(w, pad, &b) || b.value != 0 || !is_never_negative(pad->in[0]))
		return NULL;
	return pad_into_maxpool(w, n, &b);
}

static Value *pad_into_averagepool(Rewrite *w, Node *n)
{
	struct Sliding attr;
	Border b;

	if (!border_of(w, made_by(n->in[0], "Pad"), &b) || b.value != 0 || ATTR_OF(n, Sliding)->ceil_mode)
		return NULL;
	if (has_pads(n) && !ATTR_OF(n, Sliding)->count_include_pad)
		return NULL;
	if (!add_border(w, n, &b, &attr) || !windows_meet_input(&attr, b.count))
		return NULL;
	attr.count_include_pad = 1;
	return without_pad(w, n, &attr);
}

const Rule pad_rules[] = {
	{"Conv", "Conv(Pad(x)) -> Conv(x)", pad_into_conv},
	{"MaxPool", "MaxPool(Pad(x, -inf)) -> MaxPool(x)", lowest_into_maxpool},
	{"AveragePool", "AveragePool(Pad(x)) -> AveragePool(x)", pad_into_averagepool},
	{0},
};

const Rule zero_pad_rules[] = {
	{"MaxPool", "MaxPool(Pad(x, 0)) -> MaxPool(x) where x >= 0", zero_into_maxpool},
	{"Conv", "Conv(c) -> Conv(Pad(c))", pad_constant},
	{0},
};

const Rule margin_rules[] = {
	{"Conv", "Conv(x) -> Conv(Pad(x)) where sizes of x vary", pad_varying},
	{"ConvInteger", "ConvInteger(x) -> ConvInteger(Pad(x)) where sizes of x vary", pad_varying_integers},
	{0},
};
