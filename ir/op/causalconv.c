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
	Shape state = {3, {x->dim[0], x->dim[1], dim(dim_number(g, n, w->dim[2]) - 1)}};
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
	dim_number(g, n, x->dim[1]);
	set_out(g, n, Y, n->in[X]->dtype, x);
	set_out(g, n, PRESENT, n->in[X]->dtype, &state);
}

static void expand(Graph *g, Node *n)
{
	const Shape *x = &n->in[X]->shape;
	int64_t back = dim_number(g, n, n->in[W]->shape.dim[2]) - 1, pads[6] = {0, 0, back}, sides[2] = {has_in(n, PAST) ? 0 : back, 0};
	Value *zero = value_scalar(g, n->in[X]->dtype, 0);
	Value *whole = has_in(n, PAST) ? joined(g, n, 2, n->in[PAST], n->in[X])
				       : put(g, n, "Pad", n->in[X], value_i64(g, 6, pads), zero, END_IN);
	struct Sliding *attr = attr_new(g, &op_conv);

	attr->group = dim_number(g, n, x->dim[1]);
	attr->pads = (Ints){arena_copy(&g->ctx->perm, sides, sizeof sides), 2};
	Value *y = put_attr(g, n, "Conv", attr, has_in(n, PAST) ? whole : n->in[X], n->in[W],
			    has_in(n, BIAS) ? n->in[BIAS] : NULL, END_IN);
	if (ATTR_OF(n, CausalConv)->activation != NO_ACTIVATION)
		y = put(g, n, "Swish", y, END_IN);
	replace_out(g, n, Y, y);
	if (wants(n, PRESENT)) {
		int64_t length = dim_number(g, n, x->dim[2]);
		replace_out(g, n, PRESENT, slice_of(g, n, whole, 2, length, length + back));
	}
}

const Op op_causalconv = {
	.name = "CausalConvWithState", .min_in = 2, .max_in = 4, .min_out = 1, .max_out = 2, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct CausalConv),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};
