/* ort_attention.h -- what com.microsoft's forms of attention share (ort_attention.c; ort_groupquery.c, ort_decoder.c). */
#ifndef TCC_IR_OP_ORT_ATTENTION_H
#define TCC_IR_OP_ORT_ATTENTION_H
#include "ir/op/trust.h"

struct OrtAttention {
	int64_t num_heads, kv_num_heads, unidirectional, do_rotary, rotary_embedding_dim, rotary_interleaved;
	int64_t local_window_size, past_present_share_buffer, smooth_softmax, qk_output, kv_cache_bit_width, causal;
	int64_t k_quant_type, v_quant_type;
	float scale, mask_filter_value, softcap; /* scale 0: 1 / sqrt(size) */
	Ints qkv_hidden_sizes;
};

typedef struct Parts {
	Graph *g;
	Node *n;
	const struct OrtAttention *a;
	Value *q, *k, *v, *past_k, *past_v; /* [batch, heads, length, size] */
	Value *mask;                        /* of floats, added to the scores; NULL: none */
	Value *sinks;                       /* [heads]: one score more for each of its rows, that nothing is taken for; or NULL */
	bool causal;
	int64_t left_window; /* -1: all */
	int scores;          /* which are asked for, as Attention's qk_matmul_output_mode; -1: none */
} Parts;

enum { MASKED_SCORES = 2, PROBABILITIES };

Parts attention_parts(Graph *g, Node *n);
int64_t attention_width(Parts *p, const Value *x); /* of the last axis */
/* [batch, length, heads * size] -> [batch, heads, length, size] */
Value *attention_heads(Parts *p, Value *x, int64_t heads);
Value *attention_keys(Parts *p); /* 0, 1, .. for each key, past and new ones */
void attention_mask(Parts *p, Value *mask); /* one more that is added to the scores */
/* y [batch, length, heads * size]; outputs 1 and 2 of the node are what is present. */
Value *attention_of(Parts *p, Node **core);
/* Outputs 1 and 2: the present K and V. */
void attention_cache(Parts *p, Node *core);
/* Output 3: the scores, `none` for keys at which a query does not look. */
void attention_scores(Parts *p, const Node *core, double none);

/* ---- ort_cache.c: caches with room ---- */

/* The past, of which so many rows are taken (i64[batch, 1]), the new rows behind these, and zeros. */
Value *cache_with(Parts *p, Value *past, Value *now, Value *before);
/* What stands beside all keys along `axis`, for each row of the cache, which are p->k's: those behind the keys have what
 * the last one has. */
Value *for_cache(Parts *p, Value *v, int axis);
#endif
