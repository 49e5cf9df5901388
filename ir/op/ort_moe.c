/* ort_moe.c -- com.microsoft: what MoE and QMoE give their experts (ort_experts.c).
 *
 * MoE has weights of floats; QMoE those of 2, 4 or 8 bits, with a scale and a zero point for each row, or for each block
 * of it, of which floats are made when compiling. QMoE takes the softmax over the chosen experts alone, whether or not it
 * is asked to normalise, as ONNX Runtime does on processors; but not where router_weights say what an expert counts. */
#include <math.h>
#include "ir/op/ort_bits.h"
#include "ir/op/ort_experts.h"

/* ---- what is given ---- */

static void need_sizes_of(const Experts *m, int slot, int rank, const int64_t *size)
{
	need_rank(m->g, m->n, slot, rank, rank);
	for (int k = 0; k < rank; k++)
		need_size(m->g, m->n, slot, k, dim(size[k]));
}

static void check_attributes(const Experts *m, int third)
{
	const struct OrtMoe *a = m->a;

	if (a->use_sparse_mixer || a->swiglu_limit_after_activation)
		fail_unsupported(m->g, m->n, "use_sparse_mixer or swiglu_limit_after_activation");
	if (a->swiglu_fusion < APART || a->swiglu_fusion > CHUNKED)
		fail_node(m->g, m->n, "E-ATTR", "swiglu_fusion is %lld; it must be 0..2", (long long)a->swiglu_fusion);
	if (has_in(m->n, third) != (a->activation_type == BY_SWIGLU && a->swiglu_fusion == APART))
		fail_unsupported(m->g, m->n, "fc3_experts_weights belong to activation_type = \"swiglu\" with swiglu_fusion = 0");
	if (a->k < 1 || a->k > m->count)
		fail_node(m->g, m->n, "E-ATTR", "k is %lld; it must be 1..%lld", (long long)a->k, (long long)m->count);
}

/* `second`: the input that is W2, whose last axis has so many elements in a byte. */
static Experts experts_of(Graph *g, const Node *n, int second, int64_t in_byte)
{
	if (!has_in(n, second))
		fail_node(g, n, "E-INPUTS", "input %d, fc2_experts_weights, is absent", second);
	need_rank(g, n, X, 2, 3);
	need_rank(g, n, ROUTER, 2, 2);
	same_type(g, n, X, ROUTER);
	need_rank(g, n, second, 3, 3);
	const Shape *x = &n->in[X]->shape, *w = &n->in[second]->shape;
	Experts m = {.g = g, .n = n, .a = n->attr, .count = dim_number(g, n, n->in[ROUTER]->shape.dim[1]),
		     .hidden = dim_number(g, n, x->dim[x->rank - 1]), .inner = in_byte * dim_number(g, n, w->dim[2])};

	Dim tokens = x->rank == 3 ? dim_mul(g->syms, x->dim[0], x->dim[1]) : x->dim[0];
	need_size(g, n, ROUTER, 0, tokens);
	return m;
}

/* ---- MoE ---- */

static Experts given_floats(Graph *g, const Node *n)
{
	Experts m = experts_of(g, n, W2, 1);

	check_attributes(&m, W3);
	m.normalised = m.a->normalize_routing_weights;
	for (int i = W1; i < INPUTS; i++)
		if (has_in(n, i)) {
			bool bias = (i - W1) % 2;
			same_type(g, n, X, i);
			need_sizes_of(&m, i, bias ? 2 : 3, experts_sizes(&m, bias ? i - 1 : i));
			m.given[i] = n->in[i];
		}
	return m;
}

static void infer(Graph *g, Node *n)
{
	given_floats(g, n);
	set_out(g, n, 0, n->in[X]->dtype, &n->in[X]->shape);
}

static void expand(Graph *g, Node *n)
{
	Experts m = given_floats(g, n);

	experts_mix(&m, n);
}

/* ---- QMoE: of each matrix its bytes, scales and bias; zero points lie behind all of them ---- */

enum { QW1 = 2, QSCALE = 1, QBIAS = 2, EACH = 3, QZERO1 = 11, QMIXING = 14, QINPUTS };
enum { BY_INTEGERS };  /* quant_type */
enum { LEAST_BLOCK = 16 };

/* Bits of matrix i. */
static int64_t bits_of(const Node *n, int i)
{
	const struct OrtMoe *a = n->attr;

	return a->bits[i] >= 0 ? a->bits[i] : a->expert_weight_bits;
}

static void check_quantising(Graph *g, const Node *n)
{
	const struct OrtMoe *a = n->attr;
	int64_t block = a->block_size;

	if (a->quant_type != BY_INTEGERS)
		fail_unsupported(g, n, "quant_type of floats; \"int\" is supported");
	if (a->weights_prepacked > 0)
		fail_unsupported(g, n, "weights_prepacked = %lld; weights as they are, 0, are supported",
				 (long long)a->weights_prepacked);
	if (block && (block < LEAST_BLOCK || block > INT32_MAX || (block & (block - 1))))
		fail_node(g, n, "E-ATTR", "block_size is %lld; it must be %d or a higher power of 2, or 0: a row is one block",
			  (long long)block, LEAST_BLOCK);
	for (int i = QINPUTS; i < n->nin; i++)
		if (n->in[i])
			fail_unsupported(g, n, "input %d, which quantising by floats has", i);
}

/* size: of the floats. Blocks of a row. */
static int64_t check_matrix(const Experts *m, int i, const int64_t *size)
{
	Graph *g = m->g;
	const Node *n = m->n;
	int64_t bits = bits_of(n, i), block = m->a->block_size ? m->a->block_size : size[2];
	int slot = QW1 + EACH * i;

	bits_type(g, n, bits);
	bits_need(g, n, slot);
	if (size[2] * bits % 8 || size[2] % block)
		fail_node(g, n, "E-SHAPE", "rows of %lld elements for input %d are no whole bytes, or no whole blocks of %lld",
			  (long long)size[2], slot, (long long)block);
	need_sizes_of(m, slot, 3, (int64_t[]){size[0], size[1], size[2] * bits / 8});
	if (!has_in(n, slot + QSCALE))
		fail_node(g, n, "E-INPUTS", "input %d, scales, is absent", slot + QSCALE);
	need_type(g, n, slot + QSCALE, "f");
	if (!n->in[slot + QSCALE]->data)
		fail_unsupported(g, n, "input %d, scales, is not a constant", slot + QSCALE);
	need_sizes_of(m, slot + QSCALE, m->a->block_size ? 3 : 2, (int64_t[]){size[0], size[1], size[2] / block});
	if (has_in(n, slot + QBIAS)) {
		same_type(g, n, X, slot + QBIAS);
		need_sizes_of(m, slot + QBIAS, 2, size);
	}
	return size[2] / block;
}

static Experts given_bits(Graph *g, const Node *n)
{
	check_quantising(g, n);
	bits_type(g, n, bits_of(n, 1));
	Experts m = experts_of(g, n, QW1 + EACH, 8 / bits_of(n, 1));
	check_attributes(&m, QW1 + 2 * EACH);
	for (int i = 0; i < 3; i++)
		if (has_in(n, QW1 + EACH * i))
			check_matrix(&m, i, experts_sizes(&m, W1 + 2 * i));
	if (has_in(n, QMIXING)) {
		same_type(g, n, X, QMIXING);
		need_rank(g, n, QMIXING, 2, 2);
		for (int k = 0; k < 2; k++)
			need_size(g, n, QMIXING, k, n->in[ROUTER]->shape.dim[k]);
		m.mixing = n->in[QMIXING];
	}
	m.normalised = m.a->normalize_routing_weights || !m.mixing;
	return m;
}

/* Elements of matrix i of all experts, or their zero points, of these sizes. */
static Value *elements(const Experts *m, int i, int slot, int rank, const int64_t *size)
{
	DType t = bits_type(m->g, m->n, bits_of(m->n, i));

	return has_in(m->n, slot) ? bits_unpacked(m->g, m->n, slot, t, rank, size) : bits_middle(m->g, t, rank, size);
}

/* Matrix i as floats, which a turn's product takes as they are packed. */
static Value *matrix(const Experts *m, int i)
{
	const int64_t *size = experts_sizes(m, W1 + 2 * i), blocks = check_matrix(m, i, size), block = size[2] / blocks;
	int slot = QW1 + EACH * i, rank = m->a->block_size ? 3 : 2;
	const Tensor *scale = m->n->in[slot + QSCALE]->data, *q = elements(m, i, slot, 3, size)->data;
	const Tensor *zero = elements(m, i, QZERO1 + i, rank, (int64_t[]){size[0], size[1], blocks})->data;
	DType t = m->n->in[X]->dtype;
	Tensor *y = tensor_new(&m->g->ctx->perm, t, 3, size);

	for (int64_t k = 0; k < y->count; k++) {
		int64_t from_zero = load_i64(q->dtype, q->data, k) - load_i64(zero->dtype, zero->data, k / block);
		store_f64(t, y->data, k, (double)from_zero * load_f64(scale->dtype, scale->data, k / block));
	}
	return value_const(m->g, NULL, y);
}

static void infer_bits(Graph *g, Node *n)
{
	given_bits(g, n);
	set_out(g, n, 0, n->in[X]->dtype, &n->in[X]->shape);
}

static void expand_bits(Graph *g, Node *n)
{
	Experts m = given_bits(g, n);

	for (int i = 0; i < 3; i++)
		if (has_in(n, QW1 + EACH * i)) {
			m.given[W1 + 2 * i] = matrix(&m, i);
			m.given[B1 + 2 * i] = optional_in(n, QW1 + EACH * i + QBIAS);
		}
	experts_mix(&m, n);
}

#define BITS_OF(i) {"fc" #i "_expert_weight_bits", A_INT, offsetof(struct OrtMoe, bits[i - 1]), -1, NULL, false}
#define MOE_ATTRS                                                                                                      \
	ATTR_INT(OrtMoe, k, 1), ATTR_ENUM(OrtMoe, activation_type, BY_RELU, "relu|gelu|silu|swiglu|identity"),         \
		ATTR_INT(OrtMoe, normalize_routing_weights, 0), ATTR_INT(OrtMoe, use_sparse_mixer, 0),                 \
		ATTR_INT(OrtMoe, swiglu_fusion, APART), ATTR_INT(OrtMoe, swiglu_limit_after_activation, 0),            \
		ATTR_FLOAT(OrtMoe, activation_alpha, 1), ATTR_FLOAT(OrtMoe, activation_beta, 0),                       \
		ATTR_FLOAT(OrtMoe, swiglu_limit, INFINITY)

static const Attr attrs[] = {MOE_ATTRS, {0}};
static const Attr bits_attrs[] = {
	MOE_ATTRS, ATTR_ENUM(OrtMoe, quant_type, BY_INTEGERS, "int|fp4|nvfp4|fp8|wfp4afp8"), ATTR_INT(OrtMoe, block_size, 0),
	ATTR_INT(OrtMoe, expert_weight_bits, 4), BITS_OF(1), BITS_OF(2), BITS_OF(3), ATTR_INT(OrtMoe, weights_prepacked, -1),
	ATTR_INT(OrtMoe, accuracy_level, 0), {0}};

const Op op_ort_MoE = {
	.name = "MoE", .domain = "com.microsoft", .min_in = 3, .max_in = 8, .min_out = 1, .max_out = 1, .ulp = 256,
	.attrs = attrs, .attr_size = sizeof(struct OrtMoe),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};

const Op op_ort_QMoE = {
	.name = "QMoE", .domain = "com.microsoft", .min_in = 3, .max_in = 21, .min_out = 1, .max_out = 1, .ulp = 256,
	.attrs = bits_attrs, .attr_size = sizeof(struct OrtMoe),
	.types = "f", .infer = infer_bits, .eval = eval_expansion, .expand = expand_bits,
};
