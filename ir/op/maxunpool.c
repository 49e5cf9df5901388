/* maxunpool.c -- MaxUnpool (9-22): the maxima of MaxPool back to where they were, zeros elsewhere.
 *
 *     y[i[k]] = x[k]    positions in the whole pooled tensor, [n, c, (x - 1) * stride + kernel - pads ..]
 *
 * A larger output_shape has zeros behind it. */
#include "ir/op/trust.h"

enum { X, PLACES, OUTPUT_SHAPE };

static const Attr attrs[] = {ATTR_LIST(Sliding, kernel_shape, A_INTS), ATTR_LIST(Sliding, pads, A_INTS),
			     ATTR_LIST(Sliding, strides, A_INTS), {0}};

/* What MaxPool had. */
static Shape pooled_shape(Graph *g, const Node *n)
{
	Shape s = n->in[X]->shape;
	Syms *y = g->syms;
	WindowAxis axis[MAX_SPATIAL];
	int count = sliding_axes(g, n, &s, NULL, axis);

	for (int k = 0; k < count; k++) {
		const WindowAxis *a = &axis[k];
		Dim steps = dim_mul(y, dim_sub(y, a->in, dim(1)), dim(a->stride));
		s.dim[k + 2] = dim_sub(y, dim_add(y, steps, a->size), dim_add(y, a->before, a->after));
	}
	return s;
}

/* By how much the output is longer than what was pooled. */
static Dim room_behind(Graph *g, const Node *n, Dim want, Dim have, int axis)
{
	Dim room = dim_sub(g->syms, want, have);

	if (dim_hi(g->syms, room) < 0)
		fail_node(g, n, "E-SHAPE", "output_shape is smaller than what was pooled, %s < %s along axis %d",
			  dim_text(g->syms, want), dim_text(g->syms, have), axis);
	if (dim_lo(g->syms, room) < 0)
		dim_assume_at_most(g->syms, have, want);
	return room;
}

/* Zeros behind each axis, up to output_shape. */
static Value *enlarged(Graph *g, const Node *n, Value *y)
{
	int count, rank = y->shape.rank;
	const Dim *want = need_content(g, n, OUTPUT_SHAPE, &count);
	Dim pads[2 * MAX_RANK] = {{0}};

	if (count != rank)
		fail_node(g, n, "E-SHAPE", "output_shape has %d elements; %d are needed", count, rank);
	for (int k = 0; k < rank; k++)
		pads[rank + k] = room_behind(g, n, want[k], y->shape.dim[k], k);
	return put(g, n, "Pad", y, dims_as_value(g, n, y, pads, 2 * rank), END_IN);
}

/* A position for each of the maxima. */
static void need_places(Graph *g, const Node *n)
{
	need_type(g, n, PLACES, "i");
	need_rank(g, n, X, 3, 2 + MAX_SPATIAL);
	need_rank(g, n, PLACES, n->in[X]->shape.rank, n->in[X]->shape.rank);
	for (int k = 0; k < n->in[X]->shape.rank; k++)
		need_size(g, n, PLACES, k, n->in[X]->shape.dim[k]);
}

static void expand(Graph *g, Node *n)
{
	int64_t all = -1;

	need_places(g, n);
	Shape s = pooled_shape(g, n);
	Dim count = shape_count(g, &s);
	if (dim_lo(g->syms, count) < 0)
		count = dim_max(g->syms, count, dim(0));
	Value *zeros = put(g, n, "Expand", value_scalar(g, n->in[X]->dtype, 0), dims_as_value(g, n, n->in[X], &count, 1), END_IN);
	Value *y = put(g, n, "ScatterElements", zeros, reshaped(g, n, n->in[PLACES], 1, &all),
		       reshaped(g, n, n->in[X], 1, &all), END_IN);
	y = shaped_as(g, n, y, &s);
	replace_out(g, n, 0, has_in(n, OUTPUT_SHAPE) ? enlarged(g, n, y) : y);
}

/* The shape that the file gives has to have room for what was pooled. */
static void infer_given(Graph *g, Node *n)
{
	need_places(g, n);
	take_given_shape(g, n);
	Shape s = pooled_shape(g, n);
	for (int k = 0; k < s.rank; k++)
		room_behind(g, n, n->out[0]->shape.dim[k], s.dim[k], k);
}

static void infer(Graph *g, Node *n)
{
	if (is_trusted(g, n, OUTPUT_SHAPE))
		infer_given(g, n);
	else
		infer_expansion(g, n);
}

static void trust(Graph *g, Node *n)
{
	if (is_trusted(g, n, OUTPUT_SHAPE))
		settle_sizes(g, n, OUTPUT_SHAPE, &n->out[0]->shape);
}

const Op op_maxunpool = {
	.name = "MaxUnpool", .min_in = 2, .max_in = 3, .min_out = 1, .max_out = 1,
	.attrs = attrs, .attr_size = sizeof(struct Sliding),
	.types = "f", .infer = infer, .trust = trust, .eval = eval_expansion, .expand = expand,
};
