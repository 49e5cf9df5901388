/* causalconv.c -- CausalConvWithState (27): a depthwise convolution along a sequence that looks back only.
 *
 *     y[b, c, i] = act(bias[c] + sum over j of w[c, 0, j] * p[b, c, i + j])     p: the past state, then x
 *
 * The past state holds the k - 1 elements before x, zeros where it is absent; the present one the last of p. */
#include "ir/op/composite.h"

enum { X, W, BIAS, PAST };
enum { Y, PRESENT };
enum { NO_ACTIVATION, AS_SILU, AS_SWISH }; /* two names of one function */

struct CausalConv { int64_t activation; };

static const Attr attrs[] = {ATTR_ENUM(CausalConv, activation, NO_ACTIVATION, "none|silu|swish"), {0}};

static void infer(Graph *g, Node *n)
{
	const Shape *x = &n->in[X]->shape, *w = &n->in[W]->shape;

	same_type(g, n, X, W);
	need_rank(g, n, X, 3, 3);
	need_rank(g, n, W, 3, 3);
	need_size(g, n, W, 0, x->dim[1]);
	need_size(g, n, W, 1, dim(1));
	Shape state = {3, {x->dim[0], x->dim[1], dim_sub(g->syms, w->dim[2], dim(1))}};
	if (has_in(n, BIAS)) {
		same_type(g, n, X, BIAS);
		need_rank(g, n, BIAS, 1, 1);
		need_size(g, n, BIAS, 0, x->dim[1]);
	}
	if (has_in(n, PAST)) {
		same_type(g, n, X, PAST);
		need_rank(g, n, PAST, 3, 3);
		for (int k = 0; k < 3; k++)
			need_size(g, n, PAST, k, state.dim[k]);
	}
	set_out(g, n, Y, n->in[X]->dtype, x);
	set_out(g, n, PRESENT, n->in[X]->dtype, &state);
}

/* A vector of sizes that belong to what the node takes. */
static Value *sizes(Graph *g, const Node *n, int count, const Dim *d) { return dims_as_value(g, n, n->in[X], d, count); }

static int64_t number_or(Dim d, int64_t other) { return dim_known(d) ? d.k : other; }

/* The past state, or zeros, and x. */
static Value *whole_of(Graph *g, const Node *n, Dim back)
{
	Value *zero = value_scalar(g, n->in[X]->dtype, 0);
	Dim pads[6] = {dim(0), dim(0), back, dim(0), dim(0), dim(0)};

	return has_in(n, PAST) ? joined(g, n, 2, n->in[PAST], n->in[X])
			       : put(g, n, "Pad", n->in[X], sizes(g, n, 6, pads), zero, END_IN);
}

/* Of so many channels. Zeros in front are padding of the convolution, if it is known how many. */
static Value *convolved(Graph *g, const Node *n, Value *whole, int64_t channels)
{
	Dim taps = n->in[W]->shape.dim[2];
	bool pads = !has_in(n, PAST) && dim_known(taps);
	int64_t sides[2] = {pads ? taps.k - 1 : 0, 0};
	struct Sliding *attr = attr_new(g, &op_conv);

	attr->group = channels;
	attr->pads = ints(g, 2, sides);
	return put_attr(g, n, "Conv", attr, pads ? n->in[X] : whole, n->in[W], optional_in(n, BIAS), END_IN);
}

/* Of channels whose number varies: sums over the elements i + j of whole, [b, c, i, j]. */
static Value *summed(Graph *g, const Node *n, Value *whole)
{
	const struct Gather along = {2};
	int64_t behind = 1, axes[2] = {0, 2};
	Value *at = put(g, n, "Add", with_axes(g, n, counted(g, n, n->in[X], 2), 1, &behind), counted(g, n, n->in[W], 2), END_IN);
	Value *taps = put_attr(g, n, "Gather", &along, whole, at, END_IN);
	Value *w = transposed(g, n, n->in[W], 3, (int64_t[]){1, 0, 2});
	Value *y = put(g, n, "Mul", taps, with_axes(g, n, w, 1, &axes[1]), END_IN);

	y = reduced(g, n, "ReduceSum", y, 3, false);
	return has_in(n, BIAS) ? put(g, n, "Add", y, with_axes(g, n, n->in[BIAS], 2, axes), END_IN) : y;
}

static void expand(Graph *g, Node *n)
{
	const Shape *x = &n->in[X]->shape;
	Dim back = dim_sub(g->syms, n->in[W]->shape.dim[2], dim(1)), end = dim_add(g->syms, x->dim[2], back);
	int64_t channels = number_or(x->dim[1], number_or(n->in[W]->shape.dim[0], 0)), axis = 2;
	Value *whole = whole_of(g, n, back);
	Value *y = channels ? convolved(g, n, whole, channels) : summed(g, n, whole);

	if (ATTR_OF(n, CausalConv)->activation != NO_ACTIVATION)
		y = put(g, n, "Swish", y, END_IN);
	replace_out(g, n, Y, y);
	if (wants(n, PRESENT))
		replace_out(g, n, PRESENT, put(g, n, "Slice", whole, sizes(g, n, 1, &x->dim[2]), sizes(g, n, 1, &end),
					       value_i64(g, 1, &axis), END_IN));
}

const Op op_causalconv = {
	.name = "CausalConvWithState", .min_in = 2, .max_in = 4, .min_out = 1, .max_out = 2, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct CausalConv),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};
