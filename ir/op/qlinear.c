/* qlinear.c -- QLinearMatMul (10-21), QLinearConv (10): products of quantised tensors, quantised again.
 *
 *     y = saturate(round((a_scale * b_scale / y_scale) * sum of (a - a_zero) (b - b_zero) + bias) + y_zero)
 *
 * The sum is exact in 32 bits; what it is multiplied with is one number, or one a row of a or column of b. */
#include "ir/op/composite.h"

enum { A, A_SCALE, A_ZERO, B, B_SCALE, B_ZERO, Y_SCALE, Y_ZERO, BIAS };

/* Type and shape of the integer product `op` of a and b. */
static void infer_as(Graph *g, Node *n, const Op *op)
{
	Value y = {.kind = KIND_TENSOR}, *out = &y;
	Value *in[4] = {n->in[A], n->in[B], n->in[A_ZERO], n->in[B_ZERO]};
	Node product = *n;

	product.op = op;
	product.in = in;
	product.nin = 4;
	product.out = &out;
	product.nout = 1;
	infer_node(g, &product);
	set_out(g, n, 0, n->in[Y_ZERO]->dtype, &y.shape);
}

static void check_scales(Graph *g, const Node *n)
{
	need_type(g, n, A_SCALE, "f");
	need_type(g, n, B_SCALE, "f");
	need_type(g, n, Y_SCALE, "f");
	for (int i = Y_SCALE; i <= Y_ZERO; i++)
		if (!dim_is(shape_count(g, &n->in[i]->shape), 1))
			fail_unsupported(g, n, "y_scale or y_zero_point of shape %s; one number is supported",
					 shape_text(g, &n->in[i]->shape));
	const DType t = n->in[Y_ZERO]->dtype;
	if (is_int(t) && t != U8 && t != I8)
		fail_node(g, n, "E-TYPE", "y_zero_point is %s; it must be u8 or i8", dtype_name(t));
	if (!is_int(t))
		fail_unsupported(g, n, "y_zero_point of type %s; u8 and i8 are supported", dtype_name(t));
}

static Value *as_f32(Graph *g, const Node *n, int slot) { return cast_value(g, n, n->in[slot], F32); }

static Value *as_scalar(Graph *g, const Node *n, Value *v) { return reshaped(g, n, v, 0, NULL); }

/* The sum times the scales over y's, rounded, moved and cut. */
static Value *quantised(Graph *g, const Node *n, Value *sum, Value *a_scale, Value *b_scale)
{
	Value *both = put(g, n, "Mul", a_scale, b_scale, END_IN);
	Value *factor = put(g, n, "Div", both, as_scalar(g, n, as_f32(g, n, Y_SCALE)), END_IN);
	Value *x = put(g, n, "Mul", cast_value(g, n, sum, F32), factor, END_IN);

	return put(g, n, "QuantizeLinear", x, value_scalar(g, F32, 1), as_scalar(g, n, n->in[Y_ZERO]), END_IN);
}

/* ---- QLinearMatMul ---- */

static void infer_matmul(Graph *g, Node *n)
{
	check_scales(g, n);
	infer_as(g, n, &op_matmulinteger);
}

/* A list of one number a row lies along the rows. */
static Value *of_rows(Graph *g, const Node *n, Value *v)
{
	int64_t axis = 1;

	return v->shape.rank == 1 && !dim_is(v->shape.dim[0], 1) ? with_axes(g, n, v, 1, &axis) : v;
}

static void expand_matmul(Graph *g, Node *n)
{
	Value *sum = put(g, n, "MatMulInteger", n->in[A], n->in[B], n->in[A_ZERO], n->in[B_ZERO], END_IN);
	Value *a_scale = of_rows(g, n, as_f32(g, n, A_SCALE)), *b_scale = as_f32(g, n, B_SCALE);

	if (dim_is(shape_count(g, &a_scale->shape), 1))
		a_scale = as_scalar(g, n, a_scale);
	if (dim_is(shape_count(g, &b_scale->shape), 1))
		b_scale = as_scalar(g, n, b_scale);
	value_replace(g, n->out[0], quantised(g, n, sum, a_scale, b_scale));
}

const Op op_qlinearmatmul = {
	.name = "QLinearMatMul", .min_in = 8, .max_in = 8, .min_out = 1, .max_out = 1,
	.types = "iu", .infer = infer_matmul, .eval = eval_expansion, .expand = expand_matmul,
};

/* ---- QLinearConv ---- */

/* One number, or one a channel of the output. */
static void need_a_channel(Graph *g, const Node *n, int slot)
{
	if (n->in[slot]->shape.rank == 1 && n->in[B]->shape.rank > 0 && !dim_is(n->in[slot]->shape.dim[0], 1))
		need_size(g, n, slot, 0, n->in[B]->shape.dim[0]);
	else
		need_one(g, n, slot);
}

static void infer_conv(Graph *g, Node *n)
{
	check_scales(g, n);
	need_one(g, n, A_SCALE);
	need_a_channel(g, n, B_SCALE);
	if (has_in(n, BIAS)) {
		need_rank(g, n, BIAS, 1, 1);
		if (n->in[BIAS]->dtype != I32)
			fail_node(g, n, "E-TYPE", "the bias is %s; it must be i32", dtype_name(n->in[BIAS]->dtype));
	}
	infer_as(g, n, &op_convinteger);
}

/* One number a channel lies along axis 1. */
static Value *of_channels(Graph *g, const Node *n, Value *v)
{
	int64_t axes[MAX_SPATIAL] = {1, 2, 3};

	if (dim_is(shape_count(g, &v->shape), 1))
		return as_scalar(g, n, v);
	return with_axes(g, n, v, n->in[A]->shape.rank - 2, axes);
}

static void expand_conv(Graph *g, Node *n)
{
	Value *sum = put_attr(g, n, "ConvInteger", n->attr, n->in[A], n->in[B], n->in[A_ZERO], n->in[B_ZERO], END_IN);

	if (has_in(n, BIAS))
		sum = put(g, n, "Add", sum, of_channels(g, n, n->in[BIAS]), END_IN);
	Value *x_scale = as_scalar(g, n, as_f32(g, n, A_SCALE)), *w_scale = of_channels(g, n, as_f32(g, n, B_SCALE));
	value_replace(g, n->out[0], quantised(g, n, sum, x_scale, w_scale));
}

static const Attr conv_attrs[] = {SLIDING_ATTRS, ATTR_INT(Sliding, group, 1), {0}};

const Op op_qlinearconv = {
	.name = "QLinearConv", .min_in = 8, .max_in = 9, .min_out = 1, .max_out = 1,
	.attrs = conv_attrs, .attr_size = sizeof(struct Sliding),
	.types = "iu", .infer = infer_conv, .eval = eval_expansion, .expand = expand_conv,
};
