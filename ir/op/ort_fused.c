/* ort_fused.c -- com.microsoft: products with what follows them, as ONNX Runtime's optimiser joins them.
 *
 *     FusedConv      activation(conv(x, w) + b + z)
 *     NhwcFusedConv  the same with x, z and the result channels last; w as it is
 *     NhwcConv       Conv with x, w and the result channels last
 *     FusedGemm      activation(alpha a b + beta c)
 *     FusedMatMul, TransposeMatMul    alpha a b, where a and b may lie transposed; transBatch: their first axis in front
 *                    of the last one
 *     NhwcMaxPool    MaxPool with channels last */
#include <string.h>
#include "ir/op/composite.h"

struct OrtFused {
	struct Sliding sliding;
	struct Gemm gemm;
	Text activation;
	Floats activation_params;
	float activation_alpha, activation_beta, activation_gamma;
	int64_t transBatchA, transBatchB;
};

#define PART(part, S, field, kind) {#field, kind, offsetof(struct OrtFused, part) + offsetof(struct S, field), 0, NULL, false}
#define PART_DEF(part, S, field, kind, def) \
	{#field, kind, offsetof(struct OrtFused, part) + offsetof(struct S, field), (def), NULL, false}

/* ---- activations: their parameters in the order in which each has them; FusedGemm's gamma is the third ---- */

static const struct Fused {
	const char *name, *field[3];
} fused[] = {{"Relu", {NULL}},
	     {"Tanh", {NULL}},
	     {"Sigmoid", {NULL}},
	     {"HardSwish", {NULL}},
	     {"Gelu", {NULL}},
	     {"LeakyRelu", {"alpha"}},
	     {"Elu", {"alpha"}},
	     {"HardSigmoid", {"alpha", "beta"}},
	     {"Softplus", {NULL}},
	     {"Softsign", {NULL}},
	     {"ThresholdedRelu", {"alpha"}},
	     {"Celu", {"alpha"}},
	     {"Selu", {"alpha", NULL, "gamma"}},
	     {"ParametricSoftplus", {NULL}},
	     {"ScaledTanh", {NULL}},
	     {"Clip", {NULL}}};
enum { NFUSED = sizeof fused / sizeof *fused };

static const struct Fused *fused_activation(Graph *g, const Node *n)
{
	const Text *t = &ATTR_OF(n, OrtFused)->activation;

	for (const struct Fused *f = fused; f < fused + NFUSED; f++)
		if ((int64_t)strlen(f->name) == t->length && !memcmp(f->name, t->text, (size_t)t->length))
			return f;
	fail_unsupported(g, n, "activation '%.*s'", t->length < 40 ? (int)t->length : 40, t->text);
}

/* alpha f(beta x), of operators that ONNX had once */
static Value *scaled_twice(Graph *g, const Node *n, const char *name, Value *x, const float *params, int count)
{
	if (count < 2)
		fail_node(g, n, "E-ATTR", "%s has %d parameters; it must have alpha and beta", name, count);
	Value *y = scaled(g, n, x, (double)params[1]);

	return scaled(g, n, put(g, n, !strcmp(name, "ScaledTanh") ? "Tanh" : "Softplus", y, END_IN), (double)params[0]);
}

static Value *activated(Graph *g, const Node *n, Value *x, const float *params, int count)
{
	if (ATTR_OF(n, OrtFused)->activation.length <= 0)
		return x;
	const struct Fused *f = fused_activation(g, n);
	if (!strcmp(f->name, "Clip")) {
		if (count < 2)
			fail_node(g, n, "E-ATTR", "Clip has %d parameters", count);
		return put(g, n, "Clip", x, value_scalar(g, x->dtype, (double)params[0]),
			   value_scalar(g, x->dtype, (double)params[1]), END_IN);
	}
	if (!strcmp(f->name, "ParametricSoftplus") || !strcmp(f->name, "ScaledTanh"))
		return scaled_twice(g, n, f->name, x, params, count);
	void *attr = attr_new(g, op_named(f->name));
	for (int i = 0; i < 3 && i < count; i++)
		if (f->field[i])
			attr_set(f->name, attr, f->field[i], (double)params[i]);
	return node_new(g, op_named(f->name), n, 1, &x, 1, attr)->out[0];
}

/* ---- FusedConv, NhwcFusedConv, NhwcConv, FusedGemm ---- */

enum { ADDEND = 3 };

/* What follows a convolution; the addend has its shape. */
static void finish_conv(Graph *g, Node *n, Value *y)
{
	const struct OrtFused *a = n->attr;

	if (has_in(n, ADDEND)) {
		need_rank(g, n, ADDEND, y->shape.rank, y->shape.rank);
		for (int k = 0; k < y->shape.rank; k++)
			need_size(g, n, ADDEND, k, y->shape.dim[k]);
	}
	y = sum_if(g, n, y, optional_in(n, ADDEND));
	replace_out(g, n, 0, activated(g, n, y, a->activation_params.v, a->activation_params.n));
}

static void expand_conv(Graph *g, Node *n)
{
	finish_conv(g, n, put_like(g, n, "Conv", n->in[0], n->in[1], optional_in(n, 2)));
}

static void expand_nhwc_conv(Graph *g, Node *n)
{
	need_rank(g, n, 0, 3, 2 + MAX_SPATIAL);
	Value *y = put_like(g, n, "Conv", channels_first(g, n, n->in[0]), n->in[1], optional_in(n, 2));

	finish_conv(g, n, channels_last(g, n, y));
}

static void expand_plain_nhwc_conv(Graph *g, Node *n)
{
	Value *in[2];

	for (int i = 0; i < 2; i++) {
		need_rank(g, n, i, 3, 2 + MAX_SPATIAL);
		in[i] = channels_first(g, n, n->in[i]);
	}
	replace_out(g, n, 0, channels_last(g, n, put_like(g, n, "Conv", in[0], in[1], optional_in(n, 2))));
}

static void expand_gemm(Graph *g, Node *n)
{
	const struct OrtFused *a = n->attr;
	float params[3] = {a->activation_alpha, a->activation_beta, a->activation_gamma};
	Value *y = put_like(g, n, "Gemm", n->in[0], n->in[1], optional_in(n, 2));

	replace_out(g, n, 0, activated(g, n, y, params, 3));
}

/* ---- FusedMatMul ---- */

static Value *operand(Graph *g, const Node *n, int slot, bool batch, bool turned)
{
	Value *x = n->in[slot];
	int rank = x->shape.rank;
	int64_t perm[MAX_RANK];

	need_type(g, n, slot, "f");
	need_rank(g, n, slot, 1, MAX_RANK);
	for (int k = 0; k < rank; k++)
		perm[k] = !batch || k == rank - 1 ? k : k == rank - 2 ? 0 : k + 1;
	if (batch && rank > 2)
		x = transposed(g, n, x, rank, perm);
	return turned && rank > 1 ? swapped(g, n, x, rank - 2, rank - 1) : x;
}

static void expand_matmul(Graph *g, Node *n)
{
	const struct OrtFused *a = n->attr;
	Value *left = operand(g, n, 0, a->transBatchA, a->gemm.transA);
	Value *right = operand(g, n, 1, a->transBatchB, a->gemm.transB);

	replace_out(g, n, 0, scaled(g, n, put(g, n, "MatMul", left, right, END_IN), (double)a->gemm.alpha));
}

/* ---- NhwcMaxPool ---- */

static void expand_maxpool(Graph *g, Node *n)
{
	Value *x;

	need_rank(g, n, 0, 3, 2 + MAX_SPATIAL);
	x = put_like(g, n, "MaxPool", channels_first(g, n, n->in[0]), NULL, NULL);
	replace_out(g, n, 0, channels_last(g, n, x));
}

#define WINDOW_ATTRS                                                                                                   \
	{"auto_pad", A_ENUM, offsetof(struct OrtFused, sliding) + offsetof(struct Sliding, auto_pad), PAD_NOTSET,      \
	 AUTO_PADS, false},                                                                                            \
		PART(sliding, Sliding, kernel_shape, A_INTS), PART(sliding, Sliding, pads, A_INTS),                    \
		PART(sliding, Sliding, strides, A_INTS), PART(sliding, Sliding, dilations, A_INTS)
#define GEMM_ATTRS                                                                                                     \
	PART_DEF(gemm, Gemm, alpha, A_FLOAT, 1), PART(gemm, Gemm, transA, A_INT), PART(gemm, Gemm, transB, A_INT)

static const Attr nhwc_conv_attrs[] = {WINDOW_ATTRS, PART_DEF(sliding, Sliding, group, A_INT, 1), {0}};
static const Attr conv_attrs[] = {WINDOW_ATTRS, PART_DEF(sliding, Sliding, group, A_INT, 1),
				  ATTR_LIST(OrtFused, activation, A_STRING),
				  ATTR_LIST(OrtFused, activation_params, A_FLOATS), {0}};
static const Attr gemm_attrs[] = {GEMM_ATTRS, PART_DEF(gemm, Gemm, beta, A_FLOAT, 1),
				  ATTR_LIST(OrtFused, activation, A_STRING), ATTR_FLOAT(OrtFused, activation_alpha, 0),
				  ATTR_FLOAT(OrtFused, activation_beta, 0), ATTR_FLOAT(OrtFused, activation_gamma, 0), {0}};
static const Attr matmul_attrs[] = {GEMM_ATTRS, ATTR_INT(OrtFused, transBatchA, 0), ATTR_INT(OrtFused, transBatchB, 0), {0}};
static const Attr maxpool_attrs[] = {WINDOW_ATTRS, PART(sliding, Sliding, ceil_mode, A_INT), {0}};

#define ORT_FUSED(id, text, classes, least, most, table, how)                                                          \
	const Op op_ort_##id = {                                                                                       \
		.name = text, .domain = "com.microsoft", .min_in = least, .max_in = most, .min_out = 1, .max_out = 1,  \
		.ulp = 64, .attrs = table, .attr_size = sizeof(struct OrtFused),                                       \
		.types = classes, .infer = infer_expansion, .eval = eval_expansion, .expand = how,                     \
	}

ORT_FUSED(FusedConv, "FusedConv", "f", 2, 4, conv_attrs, expand_conv);
ORT_FUSED(NhwcFusedConv, "NhwcFusedConv", "f", 2, 4, conv_attrs, expand_nhwc_conv);
ORT_FUSED(NhwcConv, "NhwcConv", "f", 2, 3, nhwc_conv_attrs, expand_plain_nhwc_conv);
ORT_FUSED(FusedGemm, "FusedGemm", "f", 2, 3, gemm_attrs, expand_gemm);
ORT_FUSED(FusedMatMul, "FusedMatMul", "f", 2, 2, matmul_attrs, expand_matmul);
ORT_FUSED(TransposeMatMul, "TransposeMatMul", "f", 2, 2, matmul_attrs, expand_matmul);
ORT_FUSED(NhwcMaxPool, "NhwcMaxPool", "fiu", 1, 1, maxpool_attrs, expand_maxpool);
