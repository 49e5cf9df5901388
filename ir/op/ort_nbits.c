/* ort_nbits.c -- com.microsoft: products of floats by weights of few bits.
 *
 *     MatMulNBits    a times W^T, where W [N, K] has 2, 4 or 8 bits an element and a scale a block of each row; with g_idx,
 *                    of elements anywhere in it
 *     MatMulBnb4     the same where W has 4 bits an element, which are numbers of floats in a table, and a factor for each
 *                    block of it as it lies */
#include <string.h>
#include "ir/op/composite.h"
#include "ir/op/ort_bits.h"

struct OrtNBits {
	int64_t K, N, bits, block_size, accuracy_level, weight_prepacked;
	int64_t quant_type, training_mode, transB;
};

/* ---- integers ---- */

enum { NB_A, NB_B, NB_SCALES, NB_ZEROS, NB_GROUPS, NB_BIAS };

static int64_t blocks_of(const struct OrtNBits *a) { return (a->K + a->block_size - 1) / a->block_size; }

/* g_idx [K]: the group of each column; there may be one for each that is missing in the last block, too. */
static void check_groups(Graph *g, const Node *n)
{
	const struct OrtNBits *a = n->attr;
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
	const struct OrtNBits *a = n->attr;
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

/* At once where it is a constant, so that what dequantises by it is one of constants. */
static Value *as_matrix(Graph *g, const Node *n, Value *v, int64_t rows, int64_t columns)
{
	if (!v->data || v->data->count != rows * columns)
		return reshaped(g, n, v, 2, (int64_t[]){rows, columns});
	Tensor *t = arena_copy(&g->ctx->perm, v->data, sizeof *t);
	t->rank = 2;
	t->dim[0] = rows;
	t->dim[1] = columns;
	return value_const(g, NULL, t);
}

static void expand_nbits(Graph *g, Node *n)
{
	const struct OrtNBits *attr = n->attr;
	DType t = bits_type(g, n, attr->bits);
	int64_t rows = attr->N, blocks = blocks_of(attr);
	Weights s = {.blocks = blocks, .block = attr->block_size};

	s.w = bits_unpacked(g, n, NB_B, t, 2, (int64_t[]){rows, blocks * s.block});
	s.scale = as_matrix(g, n, n->in[NB_SCALES], rows, blocks);
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
	const struct OrtNBits *a = n->attr;
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
	y.dim[y.rank - 1] = dim(ATTR_OF(n, OrtNBits)->N);
	set_out(g, n, 0, n->in[BNB_A]->dtype, &y);
}

/* The elements of B, the high bits of each byte first, and zeros to the end of the last block: [blocks, block] */
static Value *bnb_elements(Graph *g, const Node *n, int64_t blocks)
{
	const struct OrtNBits *a = n->attr;
	const uint8_t *from = n->in[BNB_B]->data->data;
	Tensor *y = tensor_new(&g->ctx->perm, U4, 2, (int64_t[]){blocks, a->block_size});

	for (int64_t i = 0; i < a->N * a->K; i++)
		store_i64(U4, y->data, i, i % 2 ? from[i / 2] & 15 : from[i / 2] >> 4);
	return value_const(g, NULL, y);
}

static void expand_bnb(Graph *g, Node *n)
{
	const struct OrtNBits *a = n->attr;
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

/* ---- rows ---- */

static const Attr nbits_attrs[] = {
	ATTR_REQUIRED(OrtNBits, K, A_INT), ATTR_REQUIRED(OrtNBits, N, A_INT), ATTR_INT(OrtNBits, bits, 4),
	ATTR_REQUIRED(OrtNBits, block_size, A_INT), ATTR_INT(OrtNBits, accuracy_level, 0),
	ATTR_INT(OrtNBits, weight_prepacked, 0), {0}};

static const Attr bnb_attrs[] = {
	ATTR_REQUIRED(OrtNBits, K, A_INT), ATTR_REQUIRED(OrtNBits, N, A_INT),
	ATTR_REQUIRED(OrtNBits, block_size, A_INT), ATTR_REQUIRED(OrtNBits, quant_type, A_INT),
	ATTR_INT(OrtNBits, transB, 1), ATTR_INT(OrtNBits, training_mode, 0), {0}};

const Op op_ort_MatMulNBits = {
	.name = "MatMulNBits", .domain = "com.microsoft", .min_in = 3, .max_in = 6, .min_out = 1, .max_out = 1, .ulp = 64,
	.attrs = nbits_attrs, .attr_size = sizeof(struct OrtNBits), .types = "f",
	.infer = infer_nbits, .eval = eval_expansion, .expand = expand_nbits,
};

const Op op_ort_MatMulBnb4 = {
	.name = "MatMulBnb4", .domain = "com.microsoft", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1, .ulp = 64,
	.attrs = bnb_attrs, .attr_size = sizeof(struct OrtNBits), .types = "f",
	.infer = infer_bnb, .eval = eval_expansion, .expand = expand_bnb,
};
