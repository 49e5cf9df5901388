/* ort_experts.h -- mixtures of experts, however their weights are given (ort_moe.c). */
#ifndef TCC_IR_OP_ORT_EXPERTS_H
#define TCC_IR_OP_ORT_EXPERTS_H
#include "ir/op/composite.h"

enum { BY_RELU, BY_GELU, BY_SILU, BY_SWIGLU, AS_IS }; /* activation_type */
enum { APART, INTERLEAVED, CHUNKED };                  /* swiglu_fusion: where the factors of SwiGLU are */
enum { X, ROUTER, W1, B1, W2, B2, W3, B3, INPUTS };    /* of MoE */

struct OrtMoe {
	int64_t k, activation_type, normalize_routing_weights, use_sparse_mixer, swiglu_fusion, swiglu_limit_after_activation;
	float activation_alpha, activation_beta, swiglu_limit;
	/* of QMoE */
	int64_t quant_type, block_size, expert_weight_bits, bits[3], weights_prepacked, accuracy_level;
};

/* Some experts beside each other, whose weights are one matrix. */
typedef struct Experts {
	Graph *g;
	const Node *n;
	const struct OrtMoe *a;
	int64_t count, hidden, inner; /* experts, width of x, width between the products */
	Value *x;                     /* [tokens, hidden] */
	Value *gate;                  /* [tokens, count] */
	bool normalised;              /* gates of a token add up to 1 */
	Value *mixing;                /* what counts for chosen experts in place of their probabilities; NULL: these */
	Value *given[INPUTS];         /* what is given: W1, W3 [count, width, hidden], W2 [count, hidden, inner], biases */
	Value *w[INPUTS];             /* W1, W3 [count * width, hidden], W2 [count * inner, hidden], biases [count * width]; B2 [count, hidden] */
} Experts;

/* Matrices W1, W2 or W3 of all experts: how many, rows, columns. In scratch. */
const int64_t *experts_sizes(const Experts *m, int weights);
/* Replaces output 0 of n, from all that m has but for x, gate and w. */
void experts_mix(Experts *m, Node *n);
#endif
