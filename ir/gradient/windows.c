/* windows.c -- derivatives of convolutions and pools.
 *
 *     y = Conv(x, w)      dx = ConvTranspose(dy, w)      dw = Conv(x', dy'), where batch and channels change places, and
 *                                                        strides and dilations too */
#include "ir/gradient/rules.h"

/* What slides, all lists given. */
typedef struct Window {
	int naxes;
	int64_t group, pads[2 * MAX_SPATIAL], strides[MAX_SPATIAL], dilations[MAX_SPATIAL], rest[MAX_SPATIAL];
} Window;

/* Behind the last tap of the last window `rest` elements of x stand. */
static Window window_of(const Step *s)
{
	const Shape *x = &x_of(s, 0)->shape;
	WindowAxis axis[MAX_SPATIAL];
	Window w = {.naxes = windows_of(s->g, s->n, x, &x_of(s, 1)->shape, axis), .group = ATTR_OF(s->n, Sliding)->group};

	for (int k = 0; k < w.naxes; k++) {
		const WindowAxis *a = &axis[k];
		int64_t in = dim_number(s->g, s->n, a->in), out = dim_number(s->g, s->n, a->out);
		w.pads[k] = dim_number(s->g, s->n, a->before);
		w.pads[w.naxes + k] = dim_number(s->g, s->n, a->after);
		w.strides[k] = a->stride;
		w.dilations[k] = a->dilation;
		w.rest[k] = in + w.pads[k] + w.pads[w.naxes + k] - (out - 1) * a->stride - (dim_number(s->g, s->n, a->size) - 1) * a->dilation - 1;
	}
	return w;
}

static struct Sliding *sliding(const Step *s, const char *op, const Window *w, bool turned)
{
	struct Sliding *a = attr_new(s->g, op_named(op));

	a->group = w->group;
	a->pads = ints(s->g, 2 * w->naxes, w->pads);
	a->strides = ints(s->g, w->naxes, turned ? w->dilations : w->strides);
	a->dilations = ints(s->g, w->naxes, turned ? w->strides : w->dilations);
	return a;
}

static Value *conv_dx(const Step *s, const Window *w)
{
	struct Sliding *a = sliding(s, "ConvTranspose", w, false);
	Value *in[2] = {d_out(s, 0), x_of(s, 1)};

	a->output_padding = ints(s->g, w->naxes, w->rest);
	return node_new(s->g, op_named("ConvTranspose"), s->n, 2, in, 1, a)->out[0];
}

/* [batch, groups * channels, ..] as [channels, groups * batch, ..]: one example a channel, one channel an example. */
static Value *channels_as_batch(const Step *s, Value *v, int64_t groups)
{
	Shape x = v->shape, y = x;
	Syms *syms = s->g->syms;
	int64_t perm[MAX_RANK] = {2, 1, 0};

	x.rank++;
	x.dim[1] = dim(groups);
	x.dim[2] = dim_floordiv(syms, y.dim[1], dim(groups));
	for (int k = 3; k < x.rank; k++) {
		x.dim[k] = y.dim[k - 1];
		perm[k] = k;
	}
	y.dim[1] = dim_mul(syms, dim(groups), y.dim[0]);
	y.dim[0] = x.dim[2];
	return shaped_as(s->g, s->n, transposed(s->g, s->n, shaped_as(s->g, s->n, v, &x), x.rank, perm), &y);
}

static Value *conv_dw(const Step *s, const Window *w)
{
	Value *in[2] = {channels_as_batch(s, x_of(s, 0), w->group), swapped(s->g, s->n, d_out(s, 0), 0, 1)};
	Value *dw = node_new(s->g, op_named("Conv"), s->n, 2, in, 1, sliding(s, "Conv", w, true))->out[0];

	for (int k = 0; k < w->naxes; k++)
		if (w->rest[k])
			dw = slice_of(s->g, s->n, dw, k + 2, 0, dim_number(s->g, s->n, x_of(s, 1)->shape.dim[k + 2]));
	return swapped(s->g, s->n, dw, 0, 1);
}

/* Summed over all but the channels. */
static Value *channel_sums(const Step *s)
{
	int64_t axes[MAX_RANK] = {0};
	int rank = d_out(s, 0)->shape.rank;

	for (int k = 2; k < rank; k++)
		axes[k - 1] = k;
	return put_attr(s->g, s->n, "ReduceSum", &(struct Reduce){0, 0}, d_out(s, 0), value_i64(s->g, rank - 1, axes), END_IN);
}

static void conv(const Step *s)
{
	Window w = window_of(s);

	if (d_wanted(s, 0))
		d_in(s, 0, conv_dx(s, &w));
	if (d_wanted(s, 1))
		d_in(s, 1, conv_dw(s, &w));
	if (d_wanted(s, 2))
		d_in(s, 2, channel_sums(s));
}

/* ---- pools ---- */

/* Indices are positions in all of x. */
static void maxpool(const Step *s)
{
	struct Sliding *a = arena_copy(&s->g->ctx->perm, s->n->attr, sizeof *a);
	int64_t all = -1;
	Value *x = x_of(s, 0);

	a->storage_order = 0;
	Value *from = node_new(s->g, s->n->op, s->n, 1, &x, 2, a)->out[1];
	Value *d = put_attr(s->g, s->n, "ScatterElements", &(struct Scatter){0, 1},
			    reshaped(s->g, s->n, zeros(s->g, s->n, x), 1, &all), reshaped(s->g, s->n, from, 1, &all),
			    reshaped(s->g, s->n, d_out(s, 0), 1, &all), END_IN);
	d_in(s, 0, in_shape_of(s->g, s->n, d, x));
}

/* Sums of a window, by a convolution with ones of every channel; v is x or ones. */
static Value *window_sums(Graph *g, Node *n, Value *v, int naxes, const WindowAxis *axis)
{
	struct Sliding *a = attr_new(g, op_named("Conv"));
	int64_t pads[2 * MAX_SPATIAL], strides[MAX_SPATIAL], dilations[MAX_SPATIAL], sizes[MAX_RANK] = {1, 1};

	for (int k = 0; k < naxes; k++) {
		int64_t in = dim_number(g, n, axis[k].in), out = dim_number(g, n, axis[k].out);
		sizes[k + 2] = axis[k].size.k;
		strides[k] = axis[k].stride;
		dilations[k] = axis[k].dilation;
		pads[k] = dim_number(g, n, axis[k].before);
		int64_t after = (out - 1) * axis[k].stride + (axis[k].size.k - 1) * axis[k].dilation + 1 - in - pads[k];
		pads[naxes + k] = after > 0 ? after : 0;
	}
	a->group = sizes[0] = dim_number(g, n, v->shape.dim[1]);
	a->pads = ints(g, 2 * naxes, pads);
	a->strides = ints(g, naxes, strides);
	a->dilations = ints(g, naxes, dilations);
	Value *ones = put(g, n, "Expand", value_scalar(g, v->dtype, 1), value_i64(g, naxes + 2, sizes), END_IN);
	return node_new(g, op_named("Conv"), n, 2, (Value *[]){v, ones}, 1, a)->out[0];
}

static void write_averagepool(Graph *g, Node *n)
{
	WindowAxis axis[MAX_SPATIAL];
	Value *x = n->in[0], *ones = spread(g, n, value_scalar(g, x->dtype, 1), x);
	int naxes = windows_of(g, n, &x->shape, NULL, axis);

	if (ATTR_OF(n, Sliding)->count_include_pad && ATTR_OF(n, Sliding)->ceil_mode)
		fail_unsupported(g, n, "there is no rule for its derivative with ceil_mode and count_include_pad");
	Value *sums = window_sums(g, n, x, naxes, axis), *count = NULL;
	if (ATTR_OF(n, Sliding)->count_include_pad) {
		int64_t taps = 1;
		for (int k = 0; k < naxes; k++)
			taps *= axis[k].size.k;
		count = value_scalar(g, x->dtype, (double)taps);
	}
	count = count ? count : window_sums(g, n, ones, naxes, axis);
	value_replace(g, n->out[0], put(g, n, "Div", sums, count, END_IN));
}

/* ---- over whole maps ---- */

static void write_global(Graph *g, Node *n)
{
	int64_t axes[MAX_RANK];
	int count = n->in[0]->shape.rank - 2;
	const char *op = is_op(n, "GlobalMaxPool") ? "ReduceMax" : "ReduceMean";

	for (int k = 0; k < count; k++)
		axes[k] = k + 2;
	value_replace(g, n->out[0],
		      put_attr(g, n, op, &(struct Reduce){1, 0}, n->in[0], value_i64(g, count, axes), END_IN));
}

const Rule gradient_windows[] = {
	{"Conv", conv, NULL}, {"MaxPool", maxpool, NULL}, {"AveragePool", NULL, write_averagepool},
	{"GlobalAveragePool", NULL, write_global}, {"GlobalMaxPool", NULL, write_global}, {NULL, NULL, NULL}};
