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
static void pooled_sizes(Graph *g, const Node *n, int64_t *size)
{
	const Shape *x = &n->in[X]->shape;
	WindowAxis axis[MAX_SPATIAL];
	int count = sliding_axes(g, n, x, NULL, axis);

	for (int k = 0; k < 2; k++)
		size[k] = dim_number(g, n, x->dim[k]);
	for (int k = 0; k < count; k++) {
		int64_t reach = (dim_number(g, n, axis[k].in) - 1) * axis[k].stride + axis[k].size.k;
		size[k + 2] = reach - dim_number(g, n, axis[k].before) - dim_number(g, n, axis[k].after);
	}
}

/* Zeros behind each axis, up to output_shape. */
static Value *enlarged(Graph *g, const Node *n, Value *y, const int64_t *have)
{
	int count, rank = y->shape.rank;
	const int64_t *want = const_i64(g, n, OUTPUT_SHAPE, &count);
	int64_t pads[2 * MAX_RANK] = {0};

	if (count != rank)
		fail_node(g, n, "E-SHAPE", "output_shape has %d elements; %d are needed", count, rank);
	for (int k = 0; k < rank; k++) {
		pads[rank + k] = want[k] - have[k];
		if (want[k] < have[k])
			fail_node(g, n, "E-SHAPE", "output_shape is smaller than what was pooled, %lld < %lld along axis %d",
				  (long long)want[k], (long long)have[k], k);
	}
	return put(g, n, "Pad", y, value_i64(g, 2 * rank, pads), END_IN);
}

static void expand(Graph *g, Node *n)
{
	int64_t size[MAX_RANK], count = 1, all = -1;

	need_type(g, n, PLACES, "i");
	need_rank(g, n, X, 3, 2 + MAX_SPATIAL);
	need_rank(g, n, PLACES, n->in[X]->shape.rank, n->in[X]->shape.rank);
	for (int k = 0; k < n->in[X]->shape.rank; k++)
		need_size(g, n, PLACES, k, n->in[X]->shape.dim[k]);
	pooled_sizes(g, n, size);
	for (int k = 0; k < n->in[X]->shape.rank; k++)
		count *= size[k] < 0 ? 0 : size[k];
	Value *zeros = put(g, n, "Expand", value_scalar(g, n->in[X]->dtype, 0), value_i64(g, 1, &count), END_IN);
	Value *y = put(g, n, "ScatterElements", zeros, reshaped(g, n, n->in[PLACES], 1, &all),
		       reshaped(g, n, n->in[X], 1, &all), END_IN);
	y = reshaped(g, n, y, n->in[X]->shape.rank, size);
	replace_out(g, n, 0, has_in(n, OUTPUT_SHAPE) ? enlarged(g, n, y, size) : y);
}

static void infer(Graph *g, Node *n)
{
	if (is_trusted(g, n, OUTPUT_SHAPE))
		take_given_shape(g, n);
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
