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
 *     MatMulBnb4             a times W^T, where W [N, K] has 4 bits an element, which are numbers of floats in a table, and a
 *                            factor for each block of it as it lies
 *     MatMulNBits            a times W^T, where W [N, K] has 2, 4 or 8 bits an element and a scale a block of each row;
 *                            with g_idx, of elements anywhere in it
 *     GatherBlockQuantized   parts of such a table; zeros where there are none */
#include <string.h>
#include "ir/op/composite.h"
#include "ir/op/ort_bits.h"

struct OrtQuantized {
	float alpha;
	int64_t axis, opset, channels_last, transA, transB;
	int64_t K, N, bits, block_size, gather_axis, quantize_axis, accuracy_level, weight_prepacked;
	int64_t quant_type, training_mode;
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

/* ---- tables of few bits ---- */

enum { NB_A, NB_B, NB_SCALES, NB_ZEROS, NB_GROUPS, NB_BIAS };

static int64_t blocks_of(const struct OrtQuantized *a) { return (a->K + a->block_size - 1) / a->block_size; }

/* g_idx [K]: the group of each column; there may be one for each that is missing in the last block, too. */
static void check_groups(Graph *g, const Node *n)
{
	const struct OrtQuantized *a = n->attr;
	const Tensor *group = n->in[NB_GROUPS]->data;
	int64_t blocks = blocks_of(a);

	need_rank(g, n, NB_GROUPS, 1, 1);
	need_type(g, n, NB_GROUPS, "i");
	if (!group)
		fail_unsupported(g, n, "g_idx is not a constant");
	if (group->count != a->K && group->count != blocks * a->block_size)
		fail_node(g, n, "E-SHAPE", "g_idx has %lld elements; K is %lld", (long long)group->count, (long long)a->K);
	for (int64_t k = 0; k < a->K; k++) {
		int64_t at = load_i64(group->dtype, group->data, k);
		if (at < 0 || at >= blocks)
			fail_node(g, n, "E-VALUE", "g_idx[%lld] is %lld; there are groups 0..%lld", (long long)k,
				  (long long)at, (long long)blocks - 1);
	}
}

static void infer_nbits(Graph *g, Node *n)
{
	const struct OrtQuantized *a = n->attr;
	Shape y = n->in[NB_A]->shape;

	need_rank(g, n, NB_A, 1, MAX_RANK);
	need_size(g, n, NB_A, y.rank - 1, dim(a->K));
	bits_type(g, n, a->bits);
	bits_need(g, n, NB_B);
	if (a->N < 1 || a->K < 1 || a->K > INT32_MAX || a->block_size < 16 || a->block_size > INT32_MAX)
		fail_node(g, n, "E-ATTR", "N %lld, K %lld, block_size %lld", (long long)a->N, (long long)a->K,
			  (long long)a->block_size);
	if (a->weight_prepacked)
		fail_unsupported(g, n, "weight_prepacked = %lld; the order of 0 is supported", (long long)a->weight_prepacked);
	if (has_in(n, NB_ZEROS) && is_float(n->in[NB_ZEROS]->dtype))
		same_type(g, n, NB_SCALES, NB_ZEROS);
	if (has_in(n, NB_GROUPS))
		check_groups(g, n);
	y.dim[y.rank - 1] = dim(a->N);
	set_out(g, n, 0, n->in[NB_A]->dtype, &y);
}

/* W as it is packed: rows [N, blocks * block], scales and zero points [N, blocks]. */
typedef struct Weights {
	Value *w, *scale, *zero;
	int64_t blocks, block;
} Weights;

/* Each column as a block of its own, with the scale and zero point of its group. */
static void take_groups(Graph *g, const Node *n, Weights *s, int64_t columns)
{
	Value *group = slice_of(g, n, n->in[NB_GROUPS], 0, 0, columns);
	struct Gather along = {.axis = 1};

	s->w = slice_of(g, n, s->w, 1, 0, columns);
	s->scale = put_attr(g, n, "Gather", &along, s->scale, group, END_IN);
	s->zero = put_attr(g, n, "Gather", &along, s->zero, group, END_IN);
	s->blocks = columns;
	s->block = 1;
}

/* [N, blocks * block]: (w - zero) scale */
static Value *unquantised(Graph *g, const Node *n, const Weights *s, int64_t rows)
{
	void *attr = attr_new(g, op_named("DequantizeLinear"));
	int64_t axis = 2;

	if (is_float(s->zero->dtype)) {
		Value *w = reshaped(g, n, s->w, 3, (int64_t[]){rows, s->blocks, s->block});
		w = put(g, n, "Sub", cast_value(g, n, w, s->zero->dtype), with_axes(g, n, s->zero, 1, &axis), END_IN);
		w = put(g, n, "Mul", w, with_axes(g, n, s->scale, 1, &axis), END_IN);
		return reshaped(g, n, w, 2, (int64_t[]){rows, s->blocks * s->block});
	}
	attr_set("DequantizeLinear", attr, "axis", 1);
	attr_set("DequantizeLinear", attr, "block_size", (double)s->block);
	return put_attr(g, n, "DequantizeLinear", attr, s->w, s->scale, s->zero, END_IN);
}

static void expand_nbits(Graph *g, Node *n)
{
	const struct OrtQuantized *attr = n->attr;
	DType t = bits_type(g, n, attr->bits);
	int64_t rows = attr->N, blocks = blocks_of(attr);
	Weights s = {.blocks = blocks, .block = attr->block_size};

	s.w = bits_unpacked(g, n, NB_B, t, 2, (int64_t[]){rows, blocks * s.block});
	s.scale = reshaped(g, n, n->in[NB_SCALES], 2, (int64_t[]){rows, blocks});
	if (!has_in(n, NB_ZEROS))
		s.zero = bits_middle(g, t, 2, (int64_t[]){rows, blocks});
	else if (is_float(n->in[NB_ZEROS]->dtype))
		s.zero = reshaped(g, n, n->in[NB_ZEROS], 2, (int64_t[]){rows, blocks});
	else
		s.zero = bits_unpacked(g, n, NB_ZEROS, t, 2, (int64_t[]){rows, blocks});
	if (has_in(n, NB_GROUPS))
		take_groups(g, n, &s, attr->K);
	Value *w = unquantised(g, n, &s, rows);
	if (s.blocks * s.block != attr->K)
		w = slice_of(g, n, w, 1, 0, attr->K);
	Value *y = put(g, n, "MatMul", n->in[NB_A], transposed(g, n, w, 2, (int64_t[]){1, 0}), END_IN);
	replace_out(g, n, 0, sum_if(g, n, y, optional_in(n, NB_BIAS)));
}

/* ---- floats of 4 bits by table ---- */

enum { BNB_A, BNB_B, BNB_FACTORS };
enum { FP4, NF4 };

static const float bnb_table[2][16] = {
	[FP4] = {0, 5.208333333e-03f, 0.66666667f, 1, 0.33333333f, 0.5f, 0.16666667f, 0.25f, -0.0f, -5.208333333e-03f,
		 -0.66666667f, -1, -0.33333333f, -0.5f, -0.16666667f, -0.25f},
	[NF4] = {-1, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f, -0.28444138169288635f,
		 -0.18477343022823334f, -0.09105003625154495f, 0, 0.07958029955625534f, 0.16093020141124725f,
		 0.24611230194568634f, 0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1}};

static void check_bnb(Graph *g, const Node *n)
{
	const struct OrtQuantized *a = n->attr;
	int64_t block = a->block_size;

	need_rank(g, n, BNB_A, 1, MAX_RANK);
	need_size(g, n, BNB_A, n->in[BNB_A]->shape.rank - 1, dim(a->K));
	need_type(g, n, BNB_FACTORS, "f");
	bits_need(g, n, BNB_B);
	if (a->N < 1 || a->K < 1 || a->K > INT32_MAX || a->N > INT32_MAX || block < 16 || block > INT32_MAX || (block & (block - 1)))
		fail_node(g, n, "E-ATTR", "N %lld, K %lld, block_size %lld; a block has 16 elements or a higher power of 2",
			  (long long)a->N, (long long)a->K, (long long)block);
	if (a->quant_type != FP4 && a->quant_type != NF4)
		fail_node(g, n, "E-ATTR", "quant_type is %lld; it must be 0 or 1", (long long)a->quant_type);
	if (!a->transB)
		fail_unsupported(g, n, "transB = 0");
	if (n->in[BNB_B]->data->count != (a->N * a->K + 1) / 2)
		fail_node(g, n, "E-SHAPE", "B has %lld bytes; %lld x %lld elements have %lld", (long long)n->in[BNB_B]->data->count,
			  (long long)a->N, (long long)a->K, (long long)((a->N * a->K + 1) / 2));
}

static void infer_bnb(Graph *g, Node *n)
{
	Shape y = n->in[BNB_A]->shape;

	check_bnb(g, n);
	y.dim[y.rank - 1] = dim(ATTR_OF(n, OrtQuantized)->N);
	set_out(g, n, 0, n->in[BNB_A]->dtype, &y);
}

/* The elements of B, the high bits of each byte first, and zeros to the end of the last block: [blocks, block] */
static Value *bnb_elements(Graph *g, const Node *n, int64_t blocks)
{
	const struct OrtQuantized *a = n->attr;
	const uint8_t *from = n->in[BNB_B]->data->data;
	Tensor *y = tensor_new(&g->ctx->perm, U4, 2, (int64_t[]){blocks, a->block_size});

	for (int64_t i = 0; i < a->N * a->K; i++)
		store_i64(U4, y->data, i, i % 2 ? from[i / 2] & 15 : from[i / 2] >> 4);
	return value_const(g, NULL, y);
}

static void expand_bnb(Graph *g, Node *n)
{
	const struct OrtQuantized *a = n->attr;
	int64_t count = a->N * a->K, blocks = (count + a->block_size - 1) / a->block_size, all = -1;
	Tensor *table = tensor_new(&g->ctx->perm, F32, 1, (int64_t[]){16});

	memcpy(table->data, bnb_table[a->quant_type], sizeof *bnb_table);
	Value *at = cast_value(g, n, bnb_elements(g, n, blocks), I32);
	Value *w = put(g, n, "Gather", value_const(g, NULL, table), at, END_IN);
	Value *factor = reshaped(g, n, cast_value(g, n, n->in[BNB_FACTORS], F32), 2, (int64_t[]){blocks, 1});
	w = reshaped(g, n, put(g, n, "Mul", w, factor, END_IN), 1, &all);
	if (blocks * a->block_size != count)
		w = slice_of(g, n, w, 0, 0, count);
	w = transposed(g, n, reshaped(g, n, w, 2, (int64_t[]){a->N, a->K}), 2, (int64_t[]){1, 0});
	replace_out(g, n, 0, put(g, n, "MatMul", n->in[BNB_A], cast_value(g, n, w, n->in[BNB_A]->dtype), END_IN));
}

enum { DATA, INDICES, SCALES, ZEROS };

/* Bytes hold elements of `bits` side by side along the last axis; other types are what they are. */
static DType table_type(Graph *g, const Node *n)
{
	DType t = n->in[DATA]->dtype;
	return t == U8 ? bits_type(g, n, ATTR_OF(n, OrtQuantized)->bits) : t;
}

static Shape table_shape(Graph *g, const Node *n)
{
	Shape s = n->in[DATA]->shape;
	int last = s.rank - 1;

	if (n->in[DATA]->dtype == U8)
		s.dim[last] = dim(dim_number(g, n, s.dim[last]) * 8 / dtype_info(table_type(g, n))->bits);
	return s;
}

static bool is_of_floats(const Node *n) { return is_float(n->in[DATA]->dtype); }

/* 0: all of the axis is one block. */
static int64_t table_block(Graph *g, const Node *n, int quantised)
{
	int64_t block = ATTR_OF(n, OrtQuantized)->block_size, size;

	if (block > 0)
		return block;
	size = dim_number(g, n, n->in[DATA]->shape.dim[quantised]);
	return size > 0 ? size : 1;
}

/* Scales have the axes of the table, one for each block along `quantised`. */
static Shape scales_shape(Graph *g, const Node *n, int quantised)
{
	Shape s = table_shape(g, n);

	s.dim[quantised] = dim_ceildiv(g->syms, s.dim[quantised], dim(table_block(g, n, quantised)));
	return s;
}

static void check_table(Graph *g, const Node *n, int gathered, int quantised)
{
	const struct OrtQuantized *a = n->attr;
	int last = n->in[DATA]->shape.rank - 1;

	if ((a->block_size < 16 || a->block_size > INT32_MAX) && !(a->block_size == 0 && is_of_floats(n)))
		fail_node(g, n, "E-ATTR", "block_size is %lld; it must be 16 or more, or 0 for a table of floats",
			  (long long)a->block_size);
	if (is_of_floats(n) && has_in(n, ZEROS))
		fail_node(g, n, "E-INPUTS", "a table of floats has no zero points");
	if (n->in[DATA]->dtype == U8 && (gathered != 0 || quantised != last))
		fail_node(g, n, "E-ATTR", "gather_axis is %d and quantize_axis %d; for bytes they must be 0 and %d, the last",
			  gathered, quantised, last);
	if (n->in[DATA]->dtype == U8 && a->bits < 8)
		bits_need(g, n, DATA);
	need_type(g, n, SCALES, "f");
	need_rank(g, n, SCALES, last + 1, last + 1);
	Shape s = scales_shape(g, n, quantised);
	for (int k = 0; k <= last; k++)
		if (!is_of_floats(n) || k == quantised || !dim_is(n->in[SCALES]->shape.dim[k], 1))
			need_size(g, n, SCALES, k, s.dim[k]);
	if (has_in(n, ZEROS))
		same_type(g, n, DATA, ZEROS);
}

static void infer_gather(Graph *g, Node *n)
{
	need_rank(g, n, DATA, 1, MAX_RANK);
	need_type(g, n, INDICES, "i");
	Shape s = table_shape(g, n), y = n->in[INDICES]->shape;
	int gathered = (int)fix_axis(g, n, ATTR_OF(n, OrtQuantized)->gather_axis, s.rank), more = y.rank;

	check_table(g, n, gathered, (int)fix_axis(g, n, ATTR_OF(n, OrtQuantized)->quantize_axis, s.rank));
	need_rank(g, n, INDICES, 0, MAX_RANK + 1 - s.rank);
	y.rank += s.rank - 1;
	for (int k = 0; k < more; k++)
		y.dim[gathered + k] = n->in[INDICES]->shape.dim[k];
	for (int k = 0; k < s.rank; k++)
		if (k != gathered)
			y.dim[k < gathered ? k : k + more - 1] = s.dim[k];
	set_out(g, n, 0, n->in[SCALES]->dtype, &y);
}

/* Input `slot` in elements, of shape s; the middle of their range where there is none. */
static Value *elements_of(Graph *g, const Node *n, int slot, const Shape *s)
{
	DType t = table_type(g, n);
	int64_t size[MAX_RANK];

	if (n->in[DATA]->dtype != U8 || (t == U8 && has_in(n, slot)))
		return optional_in(n, slot);
	for (int k = 0; k < s->rank; k++)
		size[k] = dim_number(g, n, s->dim[k]);
	return has_in(n, slot) ? bits_unpacked(g, n, slot, t, s->rank, size) : bits_middle(g, t, s->rank, size);
}

/* The indices along an axis of x from 0 on; *there: which of them there are, the others are 0. */
static Value *indices_from_zero(Graph *g, const Node *n, Value *x, int axis, Value **there)
{
	Value *at = cast_value(g, n, n->in[INDICES], I64), *size = size_of(g, n, x, axis), *zero = value_scalar(g, I64, 0);

	at = put(g, n, "Where", put(g, n, "Less", at, zero, END_IN), put(g, n, "Add", at, size, END_IN), at, END_IN);
	*there = put(g, n, "And", put(g, n, "GreaterOrEqual", at, zero, END_IN), put(g, n, "Less", at, size, END_IN), END_IN);
	return put(g, n, "Where", *there, at, zero, END_IN);
}

/* y where there is an index, else 0; the axes of the indices begin at `gathered`. */
static Value *where_there(Graph *g, const Node *n, Value *y, Value *there, int gathered)
{
	int64_t axes[MAX_RANK], behind = y->shape.rank - gathered - there->shape.rank;

	for (int k = 0; k < behind; k++)
		axes[k] = there->shape.rank + k;
	there = behind > 0 ? with_axes(g, n, there, (int)behind, axes) : there;
	return put(g, n, "Where", there, y, value_scalar(g, y->dtype, 0), END_IN);
}

/* x times its scales, of which one stands for each block along axis k. */
static Value *times_scales(Graph *g, const Node *n, Value *x, Value *scale, int k, int64_t block)
{
	struct Gather along = {.axis = k};
	Value *at = put(g, n, "Div", counted(g, n, x, k), value_scalar(g, I64, (double)block), END_IN);

	if (block > 1)
		scale = put_attr(g, n, "Gather", &along, scale, at, END_IN);
	return put(g, n, "Mul", cast_value(g, n, x, scale->dtype), scale, END_IN);
}

/* Parts of the table and of what is beside it, and then numbers of these parts alone. */
static void expand_gather(Graph *g, Node *n)
{
	const struct OrtQuantized *a = n->attr;
	Shape s = table_shape(g, n);
	int gathered = (int)fix_axis(g, n, a->gather_axis, s.rank), quantised = (int)fix_axis(g, n, a->quantize_axis, s.rank);
	Shape of_scales = scales_shape(g, n, quantised);
	bool same = gathered == quantised;
	struct Gather along = {.axis = gathered};
	Value *x = elements_of(g, n, DATA, &s), *zero = elements_of(g, n, ZEROS, &of_scales);
	Value *there, *index = indices_from_zero(g, n, x, gathered, &there), *at = index;
	int64_t block = table_block(g, n, quantised);
	Value *scales = n->in[SCALES];
	if (is_of_floats(n))
		scales = put(g, n, "Expand", scales, shape_as_value(g, n, x, &of_scales), END_IN);
	if (same)
		at = put(g, n, "Div", index, value_scalar(g, I64, (double)block), END_IN);
	void *attr = attr_new(g, op_named("DequantizeLinear"));

	x = put_attr(g, n, "Gather", &along, x, index, END_IN);
	if (zero)
		zero = put_attr(g, n, "Gather", &along, zero, at, END_IN);
	Value *scale = put_attr(g, n, "Gather", &along, scales, at, END_IN);
	int moved = quantised > gathered ? n->in[INDICES]->shape.rank - 1 : 0;
	int axis = same ? 0 : quantised + moved;
	block = same ? 1 : block;
	attr_set("DequantizeLinear", attr, "axis", axis);
	attr_set("DequantizeLinear", attr, "block_size", (double)block);
	Value *y = is_of_floats(n) ? times_scales(g, n, x, scale, axis, block)
				   : put_attr(g, n, "DequantizeLinear", attr, x, scale, zero, END_IN);
	replace_out(g, n, 0, where_there(g, n, y, there, gathered));
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
static const Attr nbits_attrs[] = {
	ATTR_REQUIRED(OrtQuantized, K, A_INT), ATTR_REQUIRED(OrtQuantized, N, A_INT), ATTR_INT(OrtQuantized, bits, 4),
	ATTR_REQUIRED(OrtQuantized, block_size, A_INT), ATTR_INT(OrtQuantized, accuracy_level, 0),
	ATTR_INT(OrtQuantized, weight_prepacked, 0), {0}};
static const Attr gather_attrs[] = {ATTR_INT(OrtQuantized, bits, 4), ATTR_INT(OrtQuantized, block_size, 128),
				    ATTR_INT(OrtQuantized, gather_axis, 0), ATTR_INT(OrtQuantized, quantize_axis, 1), {0}};

static const Attr bnb_attrs[] = {
	ATTR_REQUIRED(OrtQuantized, K, A_INT), ATTR_REQUIRED(OrtQuantized, N, A_INT),
	ATTR_REQUIRED(OrtQuantized, block_size, A_INT), ATTR_REQUIRED(OrtQuantized, quant_type, A_INT),
	ATTR_INT(OrtQuantized, transB, 1), ATTR_INT(OrtQuantized, training_mode, 0), {0}};
static const Attr conv_attrs[] = {
	{"auto_pad", A_ENUM, offsetof(struct OrtPool, sliding) + offsetof(struct Sliding, auto_pad), PAD_NOTSET, AUTO_PADS, false},
	PART(kernel_shape, A_INTS), PART(pads, A_INTS), PART(strides, A_INTS), PART(dilations, A_INTS),
	{"group", A_INT, offsetof(struct OrtPool, sliding) + offsetof(struct Sliding, group), 1, NULL, false},
	ATTR_INT(OrtPool, channels_last, 0), {0}};
static const Attr linear_attrs[] = {ATTR_INT(OrtQuantized, axis, 1), {0}};

#define ORT_QUANTIZED_AS(id, text, classes, least, most, table, S, shapes, how)                                        \
	const Op op_ort_##id = {                                                                                       \
		.name = text, .domain = "com.microsoft", .min_in = least, .max_in = most, .min_out = 1, .max_out = 1,  \
		.ulp = 64, .attrs = table, .attr_size = sizeof(struct S),                                              \
		.types = classes, .infer = shapes, .eval = eval_expansion, .expand = how,                              \
	}
#define ORT_QUANTIZED(id, text, classes, least, most, table, how)                                                      \
	ORT_QUANTIZED_AS(id, text, classes, least, most, table, OrtQuantized, infer_expansion, how)

ORT_QUANTIZED(QLinearAdd, "QLinearAdd", "iu", 2, 8, no_attrs, expand_add);
ORT_QUANTIZED(QLinearMul, "QLinearMul", "iu", 2, 8, no_attrs, expand_mul);
ORT_QUANTIZED(QLinearLeakyRelu, "QLinearLeakyRelu", "iu", 2, 5, leakyrelu_attrs, expand_leakyrelu);
ORT_QUANTIZED(QLinearSigmoid, "QLinearSigmoid", "iu", 2, 5, no_attrs, expand_sigmoid);
ORT_QUANTIZED(QLinearSoftmax, "QLinearSoftmax", "iu", 2, 5, softmax_attrs, expand_softmax);
ORT_QUANTIZED(QLinearWhere, "QLinearWhere", "b", 9, 9, no_attrs, expand_where);
ORT_QUANTIZED(QLinearConcat, "QLinearConcat", "f", 5, -1, concat_attrs, expand_concat);
ORT_QUANTIZED(QLinearGlobalAveragePool, "QLinearGlobalAveragePool", "iu", 5, 5, globalpool_attrs, expand_globalpool);
ORT_QUANTIZED_AS(QLinearAveragePool, "QLinearAveragePool", "iu", 2, 5, averagepool_attrs, OrtPool, infer_expansion,
		 expand_averagepool);
ORT_QUANTIZED(MatMulIntegerToFloat, "MatMulIntegerToFloat", "iu", 4, 7, no_attrs, expand_matmul_to_float);
ORT_QUANTIZED(DynamicQuantizeMatMul, "DynamicQuantizeMatMul", "f", 3, 5, no_attrs, expand_dynamic_matmul);
ORT_QUANTIZED(QGemm, "QGemm", "iu", 6, 9, gemm_attrs, expand_gemm);
ORT_QUANTIZED_AS(MatMulNBits, "MatMulNBits", "f", 3, 6, nbits_attrs, OrtQuantized, infer_nbits, expand_nbits);
ORT_QUANTIZED_AS(GatherBlockQuantized, "GatherBlockQuantized", "iuf", 3, 4, gather_attrs, OrtQuantized, infer_gather,
		 expand_gather);
ORT_QUANTIZED_AS(MatMulBnb4, "MatMulBnb4", "f", 3, 3, bnb_attrs, OrtQuantized, infer_bnb, expand_bnb);
ORT_QUANTIZED(MatMulInteger16, "MatMulInteger16", "i", 2, 2, no_attrs, expand_matmul16);
ORT_QUANTIZED_AS(QLinearConv, "QLinearConv", "iu", 8, 9, conv_attrs, OrtPool, infer_expansion, expand_conv);
ORT_QUANTIZED(QuantizeLinear, "QuantizeLinear", "f", 2, 3, linear_attrs, expand_quantize);
ORT_QUANTIZED(DequantizeLinear, "DequantizeLinear", "iu", 2, 3, linear_attrs, expand_dequantize);
