/* ort_quantized.c -- com.microsoft: operators on quantised tensors.
 *
 *     QLinear*               quantise(operator(dequantise(x), ..)): Add, Mul, LeakyRelu, Sigmoid, Softmax, Where, Concat,
 *                            AveragePool, GlobalAveragePool
 *     MatMulIntegerToFloat   (a - a_zero) (b - b_zero) a_scale b_scale + bias
 *     DynamicQuantizeMatMul  the same with a quantised first
 *     QGemm                  (alpha (a - a_zero) (b - b_zero) a_scale b_scale + c) / y_scale, quantised to the type of y_zero
 *     QLinearConv            ONNX's, or channels last
 *     QuantizeLinear, DequantizeLinear    ONNX's
 *     MatMulInteger16        products of integers of 16 bits
 *
 * Those whose weights have few bits: ort_nbits.c, ort_blocks.c. */
#include "ir/op/composite.h"
#include "ir/op/nn.h"

struct OrtQuantized {
	float alpha;
	int64_t axis, opset, channels_last, transA, transB;
};

/* ---- one scale and zero point a tensor; the input at `slot`, they behind it ---- */

static Value *real(Graph *g, const Node *n, int slot)
{
	need_type(g, n, slot, "iu");
	need_type(g, n, slot + 1, "f");
	return put(g, n, "DequantizeLinear", n->in[slot], n->in[slot + 1], optional_in(n, slot + 2), END_IN);
}

/* x with the scale at `slot` and the zero point behind it, of the type of input `like` where there is none. */
static Value *quantised(Graph *g, const Node *n, Value *x, int slot, DType like)
{
	need_type(g, n, slot, "f");
	Value *zero = has_in(n, slot + 1) ? n->in[slot + 1] : value_scalar(g, like, 0);
	return put(g, n, "QuantizeLinear", x, n->in[slot], zero, END_IN);
}

static void give_binary(Graph *g, Node *n, const char *name)
{
	Value *y = put(g, n, name, real(g, n, 0), real(g, n, 3), END_IN);

	replace_out(g, n, 0, quantised(g, n, y, 6, n->in[0]->dtype));
}

static void expand_add(Graph *g, Node *n) { give_binary(g, n, "Add"); }
static void expand_mul(Graph *g, Node *n) { give_binary(g, n, "Mul"); }

static void give_unary(Graph *g, Node *n, const char *name)
{
	Value *x = real(g, n, 0), *y = put_like(g, n, name, x, NULL, NULL);

	replace_out(g, n, 0, quantised(g, n, y, 3, n->in[0]->dtype));
}

static void expand_leakyrelu(Graph *g, Node *n) { give_unary(g, n, "LeakyRelu"); }
static void expand_sigmoid(Graph *g, Node *n) { give_unary(g, n, "Sigmoid"); }

/* Before operator set 13 all axes from `axis` on are one row. */
static void expand_softmax(Graph *g, Node *n)
{
	const struct OrtQuantized *a = n->attr;
	Value *x = real(g, n, 0), *y = x;
	int axis = (int)fix_axis(g, n, a->axis, x->shape.rank);
	Shape rows = {axis + 1, {dim(0)}};

	if (a->opset >= 13 || axis == x->shape.rank - 1) {
		give_unary(g, n, "Softmax");
		return;
	}
	for (int k = 0; k <= axis; k++)
		rows.dim[k] = x->shape.dim[k];
	for (int k = axis + 1; k < x->shape.rank; k++)
		rows.dim[axis] = dim_mul(g->syms, rows.dim[axis], x->shape.dim[k]);
	y = put(g, n, "Softmax", shaped_as(g, n, x, &rows), END_IN);
	replace_out(g, n, 0, quantised(g, n, shaped_as(g, n, y, &x->shape), 3, n->in[0]->dtype));
}

static void expand_where(Graph *g, Node *n)
{
	Value *y = put(g, n, "Where", n->in[0], real(g, n, 1), real(g, n, 4), END_IN);

	replace_out(g, n, 0, quantised(g, n, y, 7, n->in[1]->dtype));
}

static void expand_concat(Graph *g, Node *n)
{
	Value **part = NEW_N(&g->ctx->scratch, Value *, n->nin);
	int count = 0;

	if (n->nin < 5 || (n->nin - 2) % 3)
		fail_node(g, n, "E-INPUTS", "has %d inputs; each tensor has a scale and a zero point", n->nin);
	for (int slot = 2; slot < n->nin; slot += 3)
		part[count++] = real(g, n, slot);
	Value *y = node_new(g, op_named("Concat"), n, count, part, 1, attr_like(g, "Concat", n))->out[0];
	replace_out(g, n, 0, quantised(g, n, y, 0, n->in[2]->dtype));
}

/* The input of a pool, channels first. */
static Value *pool_input(Graph *g, Node *n, bool last)
{
	need_rank(g, n, 0, 3, 2 + MAX_SPATIAL);
	Value *x = real(g, n, 0);
	return last ? channels_first(g, n, x) : x;
}

static void give_pool(Graph *g, Node *n, Value *y, bool last)
{
	replace_out(g, n, 0, quantised(g, n, last ? channels_last(g, n, y) : y, 3, n->in[0]->dtype));
}

static void expand_globalpool(Graph *g, Node *n)
{
	bool last = ATTR_OF(n, OrtQuantized)->channels_last;

	give_pool(g, n, put(g, n, "GlobalAveragePool", pool_input(g, n, last), END_IN), last);
}

struct OrtPool {
	struct Sliding sliding;
	int64_t channels_last;
};

/* The averages of x, where padding counts, also what the last windows have beyond it: ONNX Runtime counts that here, ONNX
 * does not. y is as ONNX has it. */
static Value *with_all_counted(Graph *g, const Node *n, Value *x, Value *y)
{
	const struct Sliding *s = &ATTR_OF(n, OrtPool)->sliding;
	struct Sliding *wide = attr_new(g, y->def->op);
	int axes = x->shape.rank - 2;
	int64_t *pads = NEW_N(&g->ctx->perm, int64_t, 2 * axes);

	*wide = *s;
	for (int k = 0; k < axes; k++) {
		int64_t stride = s->strides.n > 0 ? s->strides.v[k] : 1, before = s->pads.n > 0 ? s->pads.v[k] : 0;
		int64_t after = s->pads.n > 0 ? s->pads.v[axes + k] : 0, in = dim_number(g, n, x->shape.dim[2 + k]);
		int64_t end = (dim_number(g, n, y->shape.dim[2 + k]) - 1) * stride + s->kernel_shape.v[k];
		pads[k] = before;
		pads[axes + k] = end > before + in + after ? end - before - in : after;
	}
	wide->pads = (Ints){pads, 2 * axes};
	wide->ceil_mode = 0;
	return put_attr(g, n, "AveragePool", wide, x, END_IN);
}

/* As ONNX Runtime has it: every window meets an element, so that there is an average. */
static void need_small_pads(Graph *g, const Node *n, const struct Sliding *s)
{
	for (int i = 0; s->pads.n == 2 * s->kernel_shape.n && i < s->pads.n; i++) {
		int axis = i % s->kernel_shape.n;
		if (s->pads.v[i] >= s->kernel_shape.v[axis])
			fail_node(g, n, "E-ATTR", "pads[%d] is %lld; it must be less than kernel_shape[%d], which is %lld", i,
			          (long long)s->pads.v[i], axis, (long long)s->kernel_shape.v[axis]);
	}
}

static void expand_averagepool(Graph *g, Node *n)
{
	const struct Sliding *s = &ATTR_OF(n, OrtPool)->sliding;
	bool last = ATTR_OF(n, OrtPool)->channels_last;

	need_small_pads(g, n, s);
	Value *x = pool_input(g, n, last), *y = put_like(g, n, "AveragePool", x, NULL, NULL);
	if (s->ceil_mode && s->count_include_pad && s->auto_pad == PAD_NOTSET)
		y = with_all_counted(g, n, x, y);
	give_pool(g, n, y, last);
}

/* ---- products ---- */

/* The sum of products times both scales, + bias */
static Value *product_as_float(Graph *g, const Node *n, Value *sum, Value *a_scale, Value *b_scale, Value *bias)
{
	Value *factor = put(g, n, "Mul", a_scale, b_scale, END_IN);

	return sum_if(g, n, put(g, n, "Mul", cast_value(g, n, sum, a_scale->dtype), factor, END_IN), bias);
}

static void expand_matmul_to_float(Graph *g, Node *n)
{
	Value *sum = put(g, n, "MatMulInteger", n->in[0], n->in[1], optional_in(n, 4), optional_in(n, 5), END_IN);

	need_type(g, n, 2, "f");
	need_type(g, n, 3, "f");
	replace_out(g, n, 0, product_as_float(g, n, sum, n->in[2], n->in[3], optional_in(n, 6)));
}

Value *dynamic_product(Graph *g, const Node *like, Value *x, Value *w, Value *w_scale, Value *w_zero)
{
	Node *a = node_new(g, op_named("DynamicQuantizeLinear"), like, 1, &x, 3, NULL);
	Value *sum = put(g, like, "MatMulInteger", a->out[0], w, a->out[2], w_zero, END_IN);

	return product_as_float(g, like, sum, a->out[1], w_scale, NULL);
}

static void expand_dynamic_matmul(Graph *g, Node *n)
{
	Value *y = dynamic_product(g, n, n->in[0], n->in[1], n->in[2], optional_in(n, 3));

	replace_out(g, n, 0, sum_if(g, n, y, optional_in(n, 4)));
}

enum { A, A_SCALE, A_ZERO, B, B_SCALE, B_ZERO, C, Y_SCALE, Y_ZERO };

/* c [N] or [1 or M, N] counts in units of the product. */
static void expand_gemm(Graph *g, Node *n)
{
	const struct OrtQuantized *a = n->attr;

	need_rank(g, n, A, 2, 2);
	need_rank(g, n, B, 2, 2);
	Value *left = a->transA ? swapped(g, n, n->in[A], 0, 1) : n->in[A];
	Value *right = a->transB ? swapped(g, n, n->in[B], 0, 1) : n->in[B];
	Value *sum = put(g, n, "MatMulInteger", left, right, n->in[A_ZERO], n->in[B_ZERO], END_IN);
	sum = sum_if(g, n, sum, optional_in(n, C));
	Value *a_scale = scaled(g, n, n->in[A_SCALE], (double)a->alpha);
	Value *y = product_as_float(g, n, sum, a_scale, n->in[B_SCALE], NULL);
	if (has_in(n, Y_SCALE) && has_in(n, Y_ZERO))
		y = quantised(g, n, y, Y_SCALE, n->in[A]->dtype);
	else if (has_in(n, Y_SCALE))
		y = put(g, n, "Div", y, n->in[Y_SCALE], END_IN);
	replace_out(g, n, 0, y);
}

/* ---- as in ONNX ---- */

static void expand_conv(Graph *g, Node *n)
{
	bool last = ATTR_OF(n, OrtPool)->channels_last;
	Value *in[9], *y;

	need_rank(g, n, 0, 3, 2 + MAX_SPATIAL);
	for (int i = 0; i < 9; i++)
		in[i] = optional_in(n, i);
	if (last)
		in[0] = channels_first(g, n, in[0]);
	y = node_new(g, op_named("QLinearConv"), n, n->nin, in, 1, attr_like(g, "QLinearConv", n))->out[0];
	replace_out(g, n, 0, last ? channels_last(g, n, y) : y);
}

static void expand_quantize(Graph *g, Node *n)
{
	Value *zero = has_in(n, 2) ? n->in[2] : NULL;
	replace_out(g, n, 0, put_like(g, n, "QuantizeLinear", n->in[0], n->in[1], zero));
}

static void expand_dequantize(Graph *g, Node *n)
{
	Value *zero = has_in(n, 2) ? n->in[2] : NULL;
	replace_out(g, n, 0, put_like(g, n, "DequantizeLinear", n->in[0], n->in[1], zero));
}

static void expand_matmul16(Graph *g, Node *n)
{
	for (int i = 0; i < 2; i++)
		if (n->in[i]->dtype != I16)
			fail_node(g, n, "E-TYPE", "input %d has type %s; it must be i16", i, dtype_name(n->in[i]->dtype));
	Value *a = cast_value(g, n, n->in[0], I32), *b = cast_value(g, n, n->in[1], I32);
	replace_out(g, n, 0, put(g, n, "MatMul", a, b, END_IN));
}

/* ---- rows ---- */

static const Attr no_attrs[] = {{0}};
static const Attr leakyrelu_attrs[] = {ATTR_FLOAT(OrtQuantized, alpha, 0.01f), {0}};
static const Attr softmax_attrs[] = {ATTR_INT(OrtQuantized, axis, -1), ATTR_REQUIRED(OrtQuantized, opset, A_INT), {0}};
static const Attr concat_attrs[] = {ATTR_REQUIRED(OrtQuantized, axis, A_INT), {0}};
static const Attr globalpool_attrs[] = {ATTR_INT(OrtQuantized, channels_last, 0), {0}};
static const Attr averagepool_attrs[] = {
	{"auto_pad", A_ENUM, offsetof(struct OrtPool, sliding) + offsetof(struct Sliding, auto_pad), PAD_NOTSET, AUTO_PADS, false},
#define PART(name, kind) {#name, kind, offsetof(struct OrtPool, sliding) + offsetof(struct Sliding, name), 0, NULL, false}
	PART(kernel_shape, A_INTS), PART(pads, A_INTS), PART(strides, A_INTS), PART(ceil_mode, A_INT),
	PART(count_include_pad, A_INT), ATTR_INT(OrtPool, channels_last, 0), {0}};
static const Attr gemm_attrs[] = {ATTR_FLOAT(OrtQuantized, alpha, 1), ATTR_INT(OrtQuantized, transA, 0),
				  ATTR_INT(OrtQuantized, transB, 0), {0}};
static const Attr conv_attrs[] = {
	{"auto_pad", A_ENUM, offsetof(struct OrtPool, sliding) + offsetof(struct Sliding, auto_pad), PAD_NOTSET, AUTO_PADS, false},
	PART(kernel_shape, A_INTS), PART(pads, A_INTS), PART(strides, A_INTS), PART(dilations, A_INTS),
	{"group", A_INT, offsetof(struct OrtPool, sliding) + offsetof(struct Sliding, group), 1, NULL, false},
	ATTR_INT(OrtPool, channels_last, 0), {0}};
static const Attr linear_attrs[] = {ATTR_INT(OrtQuantized, axis, 1), {0}};

/* bound: of the ulp, 0 where the operator that it becomes rounds once by itself. */
#define ORT_QUANTIZED_AS(id, text, classes, least, most, bound, table, S, how)                                         \
	const Op op_ort_##id = {                                                                                       \
		.name = text, .domain = "com.microsoft", .min_in = least, .max_in = most, .min_out = 1, .max_out = 1,  \
		.ulp = bound, .attrs = table, .attr_size = sizeof(struct S),                                           \
		.types = classes, .infer = infer_expansion, .eval = eval_expansion, .expand = how,                              \
	}
#define ORT_QUANTIZED(id, text, classes, least, most, table, how)                                                      \
	ORT_QUANTIZED_AS(id, text, classes, least, most, 64, table, OrtQuantized, how)
#define ORT_LINEAR(id, classes, how)                                                                                   \
	ORT_QUANTIZED_AS(id, #id, classes, 2, 3, 0, linear_attrs, OrtQuantized, how)

ORT_QUANTIZED(QLinearAdd, "QLinearAdd", "iu", 2, 8, no_attrs, expand_add);
ORT_QUANTIZED(QLinearMul, "QLinearMul", "iu", 2, 8, no_attrs, expand_mul);
ORT_QUANTIZED(QLinearLeakyRelu, "QLinearLeakyRelu", "iu", 2, 5, leakyrelu_attrs, expand_leakyrelu);
ORT_QUANTIZED(QLinearSigmoid, "QLinearSigmoid", "iu", 2, 5, no_attrs, expand_sigmoid);
ORT_QUANTIZED(QLinearSoftmax, "QLinearSoftmax", "iu", 2, 5, softmax_attrs, expand_softmax);
ORT_QUANTIZED(QLinearWhere, "QLinearWhere", "b", 9, 9, no_attrs, expand_where);
ORT_QUANTIZED(QLinearConcat, "QLinearConcat", "f", 5, -1, concat_attrs, expand_concat);
ORT_QUANTIZED(QLinearGlobalAveragePool, "QLinearGlobalAveragePool", "iu", 5, 5, globalpool_attrs, expand_globalpool);
ORT_QUANTIZED_AS(QLinearAveragePool, "QLinearAveragePool", "iu", 2, 5, 64, averagepool_attrs, OrtPool, expand_averagepool);
ORT_QUANTIZED(MatMulIntegerToFloat, "MatMulIntegerToFloat", "iu", 4, 7, no_attrs, expand_matmul_to_float);
ORT_QUANTIZED(DynamicQuantizeMatMul, "DynamicQuantizeMatMul", "f", 3, 5, no_attrs, expand_dynamic_matmul);
ORT_QUANTIZED(QGemm, "QGemm", "iu", 6, 9, gemm_attrs, expand_gemm);
ORT_QUANTIZED(MatMulInteger16, "MatMulInteger16", "i", 2, 2, no_attrs, expand_matmul16);
ORT_QUANTIZED_AS(QLinearConv, "QLinearConv", "iu", 8, 9, 64, conv_attrs, OrtPool, expand_conv);
ORT_LINEAR(QuantizeLinear, "f", expand_quantize);
ORT_LINEAR(DequantizeLinear, "iu", expand_dequantize);
