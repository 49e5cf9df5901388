/* ort_groupquery.c -- com.microsoft: GroupQueryAttention, causal, with fewer heads of K and V than of Q, a cache,
 * positions that turn Q and K, and sinks.
 *
 * A cache has the size of what is in it, and grows: all of the past is before the first query, and a run in which
 * seqlens_k says otherwise is refused, but for prompts that are padded behind. Or it is a buffer with room: its rows are a
 * number, and total_sequence_length is known to be no more, or the file gives what is present as many. Then seqlens_k says
 * of each batch how many are taken when the new ones stand behind the others, and rows behind both are 0 and hidden.
 * A quantised cache is unquantised whole, the new keys and values with it: they are rounded before anybody looks. */
#include <math.h>
#include "ir/op/ort_attention.h"

enum { NOT_QUANTISED, PER_TENSOR, PER_CHANNEL };
enum { UNDECIDED = -1, GROWS, HAS_ROOM }; /* past_present_share_buffer, which infer settles */
enum { Q, K, V, PAST_K, PAST_V, LENGTHS, TOTAL, COS_ROWS, SIN_ROWS, POSITIONS, BIAS, SINKS, K_SCALE, V_SCALE, INPUTS };

/* Quantised caches are bytes, with a scale for K and one for V. */
static void check_cache(Graph *g, const Node *n)
{
	const struct OrtAttention *a = n->attr;
	int64_t bits = a->kv_cache_bit_width;
	DType t = bits == 4 ? U8 : I8;

	if ((a->k_quant_type == NOT_QUANTISED) != (a->v_quant_type == NOT_QUANTISED))
		fail_node(g, n, "E-ATTR", "one of k_quant_type and v_quant_type is NONE; both or neither must be");
	if (a->k_quant_type == NOT_QUANTISED)
		return;
	if (bits != 4 && bits != 8)
		fail_node(g, n, "E-ATTR", "kv_cache_bit_width is %lld; it must be 4 or 8", (long long)bits);
	for (int i = 0; i < 2; i++) {
		if (!has_in(n, K_SCALE + i))
			fail_node(g, n, "E-INPUTS", "a quantised cache needs k_scale and v_scale");
		need_type(g, n, K_SCALE + i, "f");
		if (has_in(n, PAST_K + i) && n->in[PAST_K + i]->dtype != t)
			fail_node(g, n, "E-TYPE", "input %d has type %s; caches of %lld bits have %s", PAST_K + i,
				  dtype_name(n->in[PAST_K + i]->dtype), (long long)bits, dtype_name(t));
	}
}

static void check_group_query(Graph *g, const Node *n)
{
	const struct OrtAttention *a = n->attr;

	need_rank(g, n, Q, 3, 3);
	need_type(g, n, LENGTHS, "i");
	if (has_in(n, K) != has_in(n, V) || has_in(n, PAST_K) != has_in(n, PAST_V))
		fail_node(g, n, "E-INPUTS", "key and value come together, and so do past_key and past_value");
	for (int i = INPUTS; i < n->nin; i++)
		if (n->in[i])
			fail_unsupported(g, n, "input %d: normalised heads and lengths of queries", i);
	if (a->qk_output < 0 || a->qk_output > 2 || a->causal < 0 || a->causal > 1)
		fail_node(g, n, "E-ATTR", "qk_output is %lld and causal %lld; they must be 0..2 and 0..1", (long long)a->qk_output,
			  (long long)a->causal);
	if (!a->causal && a->local_window_size != -1)
		fail_node(g, n, "E-ATTR", "local_window_size is %lld; it must be -1 where causal is 0", (long long)a->local_window_size);
	check_cache(g, n);
	if (a->kv_num_heads < 1 || a->num_heads < 1 || a->num_heads % a->kv_num_heads)
		fail_node(g, n, "E-ATTR", "%lld heads of K and V do not divide %lld", (long long)a->kv_num_heads,
			  (long long)a->num_heads);
}

static void take_group_query(Parts *p)
{
	const struct OrtAttention *a = p->a;
	Value *q = p->n->in[Q];

	if (has_in(p->n, K)) {
		p->q = attention_heads(p, q, a->num_heads);
		p->k = attention_heads(p, p->n->in[K], a->kv_num_heads);
		p->v = attention_heads(p, p->n->in[V], a->kv_num_heads);
		return;
	}
	Value *all = attention_heads(p, q, a->num_heads + 2 * a->kv_num_heads);
	int64_t from_k = a->num_heads, from_v = from_k + a->kv_num_heads;
	p->q = slice_of(p->g, p->n, all, 1, 0, from_k);
	p->k = slice_of(p->g, p->n, all, 1, from_k, from_v);
	p->v = slice_of(p->g, p->n, all, 1, from_v, from_v + a->kv_num_heads);
}

static bool has_room(const Parts *p) { return p->past_k && p->a->past_present_share_buffer == HAS_ROOM; }

/* i64[batch, 1], or [1, 1]: how many rows of the cache are before the first query. A prompt may be longer than it says,
 * padded behind. */
static Value *rows_before(Parts *p)
{
	Graph *g = p->g;
	int64_t behind = 1, both[] = {0, 1};

	if (!p->past_k)
		return reshaped(g, p->n, value_scalar(g, I64, 0), 2, (int64_t[]){1, 1});
	if (!has_room(p))
		return with_axes(g, p->n, size_of(g, p->n, p->past_k, 2), 2, both);
	Value *all = binary(g, p->n, "Add", cast_value(g, p->n, p->n->in[LENGTHS], I64), value_scalar(g, I64, 1));
	Value *before = binary(g, p->n, "Sub", all, size_of(g, p->n, p->q, 2));
	return with_axes(g, p->n, binary(g, p->n, "Max", before, value_scalar(g, I64, 0)), 1, &behind);
}

/* [batch or 1, queries]: behind what is past */
static Value *places(Parts *p)
{
	Value *at = counted(p->g, p->n, p->q, 2);

	return p->past_k ? binary(p->g, p->n, "Add", rows_before(p), at) : with_axes(p->g, p->n, at, 1, &(int64_t){0});
}

static void turn(Parts *p)
{
	Graph *g = p->g;
	Value **part[2] = {&p->q, &p->k};
	Value *at = has_in(p->n, POSITIONS) ? cast_value(g, p->n, p->n->in[POSITIONS], I64) : places(p);

	for (int i = 0; i < 2; i++) {
		Value *in[4] = {*part[i], p->n->in[COS_ROWS], p->n->in[SIN_ROWS], at};
		void *attr = attr_new(g, &op_rotaryembedding);
		need_rank(g, p->n, COS_ROWS, 2, 2);
		attr_set("RotaryEmbedding", attr, "interleaved", (double)p->a->rotary_interleaved);
		attr_set("RotaryEmbedding", attr, "rotary_embedding_dim", 2 * (double)attention_width(p, in[1]));
		*part[i] = node_new(g, &op_rotaryembedding, p->n, 4, in, 1, attr)->out[0];
	}
}

/* Every batch is as long as all keys: seqlens_k is their number less 1. A prompt, before which nothing is past, may be
 * shorter, padded behind: what it computes there nobody looks at. Other lengths, as of a cache with room, end the run. */
static void require_full_caches(Parts *p)
{
	Graph *g = p->g;
	Value *length = cast_value(g, p->n, p->n->in[LENGTHS], I64), *one = value_scalar(g, I64, 1);
	Value *keys = binary(g, p->n, "Sub", size_of(g, p->n, p->k, 2), one), *past, *full;

	if (!p->past_k) {
		require(g, p->n, binary(g, p->n, "LessOrEqual", length, keys));
		return;
	}
	past = size_of(g, p->n, p->past_k, 2);
	full = binary(g, p->n, "Equal", length, binary(g, p->n, "Add", keys, past));
	Value *prompt = binary(g, p->n, "LessOrEqual", binary(g, p->n, "Add", length, past), keys);
	prompt = binary(g, p->n, "And", prompt, binary(g, p->n, "Equal", past, value_scalar(g, I64, 0)));
	require(g, p->n, binary(g, p->n, "Or", full, prompt));
}

/* ---- a cache with room ---- */

/* All rows have room, or the run ends. */
static void require_room(Parts *p)
{
	Graph *g = p->g;
	Value *end = binary(g, p->n, "Add", rows_before(p), size_of(g, p->n, p->k, 2));

	one_size(g, p->n, p->n->in[LENGTHS]->shape.dim[0], p->q->shape.dim[0]);
	if (wants(p->n, 3))
		fail_unsupported(g, p->n, "output_qk of a cache with room");
	require(g, p->n, binary(g, p->n, "LessOrEqual", end, size_of(g, p->n, p->past_k, 2)));
}

/* Hide the rows at which a query does not look: [batch, 1, queries, rows]. */
static void hide_rows(Parts *p)
{
	Graph *g = p->g;
	DType t = p->q->dtype;
	Value *row = counted(g, p->n, p->k, 2), *at = with_axes(g, p->n, places(p), 2, (int64_t[]){1, 3}), *let;

	if (p->causal) {
		let = binary(g, p->n, "LessOrEqual", row, at);
	} else {
		Value *all = binary(g, p->n, "Add", rows_before(p), size_of(g, p->n, p->q, 2));
		let = binary(g, p->n, "Less", row, with_axes(g, p->n, all, 2, (int64_t[]){1, 2}));
	}
	if (p->left_window >= 0) {
		Value *low = binary(g, p->n, "Sub", at, value_scalar(g, I64, (double)p->left_window));
		let = binary(g, p->n, "And", let, binary(g, p->n, "LessOrEqual", low, row));
	}
	Value *mask = put(g, p->n, "Where", let, value_scalar(g, t, 0), value_scalar(g, t, -INFINITY), END_IN);
	attention_mask(p, mask);
	p->causal = false;
	p->left_window = -1;
}

/* K and V become the cache's rows, which are what is present. */
static void take_cache(Parts *p)
{
	Value **now[2] = {&p->k, &p->v}, **past[2] = {&p->past_k, &p->past_v}, *whole[2];

	for (int i = 0; i < 2; i++)
		whole[i] = cache_with(p, *past[i], *now[i], rows_before(p));
	for (int i = 0; i < 2; i++) {
		*now[i] = whole[i];
		replace_out(p->g, p->n, 1 + i, whole[i]);
	}
}

/* A smooth softmax has sinks of 0. */
static void take_sinks(Parts *p)
{
	if (has_in(p->n, SINKS))
		p->sinks = p->n->in[SINKS];
	else if (p->a->smooth_softmax > 0)
		p->sinks = value_const(p->g, NULL, tensor_new(&p->g->ctx->perm, p->q->dtype, 1, &p->a->num_heads));
}

/* ---- quantised caches: K or V, whose scale is input K_SCALE + i ---- */

/* One number, or one for each head of K and V and element of it: [1, heads, 1, size] */
static Value *cache_scale(Parts *p, int i)
{
	Value *scale = cast_value(p->g, p->n, p->n->in[K_SCALE + i], F32);
	int64_t all = -1;

	if ((i ? p->a->v_quant_type : p->a->k_quant_type) == PER_CHANNEL)
		return reshaped(p->g, p->n, scale, 4, (int64_t[]){1, p->a->kv_num_heads, 1, attention_width(p, i ? p->v : p->k)});
	return reshaped(p->g, p->n, scale, 1, &all);
}

/* x of floats as bytes: of 4 bits two in one, the first in the low ones, with 8 added */
static Value *as_cached(Parts *p, Value *x, Value *scale)
{
	Graph *g = p->g;
	bool four = p->a->kv_cache_bit_width == 4;
	double most = four ? 7 : 127;

	x = put(g, p->n, "Round", put(g, p->n, "Div", cast_value(g, p->n, x, F32), scale, END_IN), END_IN);
	x = put(g, p->n, "Clip", x, value_scalar(g, F32, -most - 1), value_scalar(g, F32, most), END_IN);
	if (!four)
		return cast_value(g, p->n, x, I8);
	x = cast_value(g, p->n, put(g, p->n, "Add", x, value_scalar(g, F32, 8), END_IN), U8);
	x = reshaped(g, p->n, x, 5, (int64_t[]){0, 0, 0, -1, 2});
	Value *low = slice_of(g, p->n, x, 4, 0, 1), *high = slice_of(g, p->n, x, 4, 1, 2);
	x = put(g, p->n, "Add", low, put(g, p->n, "Mul", high, value_scalar(g, U8, 16), END_IN), END_IN);
	return put(g, p->n, "Squeeze", x, value_i64(g, 1, (int64_t[]){4}), END_IN);
}

static Value *from_cached(Parts *p, Value *x, Value *scale, DType t)
{
	Graph *g = p->g;

	if (p->a->kv_cache_bit_width == 4) {
		int64_t axis = 4;
		Value *low = with_axes(g, p->n, put(g, p->n, "BitwiseAnd", x, value_scalar(g, U8, 15), END_IN), 1, &axis);
		Value *high = with_axes(g, p->n, put(g, p->n, "Div", x, value_scalar(g, U8, 16), END_IN), 1, &axis);
		x = reshaped(g, p->n, joined(g, p->n, axis, low, high), 4, (int64_t[]){0, 0, 0, 2 * attention_width(p, x)});
		x = put(g, p->n, "Sub", cast_value(g, p->n, x, F32), value_scalar(g, F32, 8), END_IN);
	}
	return cast_value(g, p->n, put(g, p->n, "Mul", cast_value(g, p->n, x, F32), scale, END_IN), t);
}

/* K, V and what is past become what is left of them in the cache, which is given as outputs 1 and 2. */
static void round_as_cached(Parts *p)
{
	Value **now[2] = {&p->k, &p->v}, **past[2] = {&p->past_k, &p->past_v};
	DType t = p->q->dtype;

	for (int i = 0; i < 2; i++) {
		Value *scale = cache_scale(p, i), *bytes = as_cached(p, *now[i], scale);
		*now[i] = from_cached(p, bytes, scale, t);
		replace_out(p->g, p->n, 1 + i, *past[i] ? joined(p->g, p->n, 2, *past[i], bytes) : bytes);
		*past[i] = *past[i] ? from_cached(p, *past[i], scale, t) : NULL;
	}
}

static void expand_group_query(Graph *g, Node *n)
{
	Parts p = attention_parts(g, n);
	Node *core;

	check_group_query(g, n);
	take_group_query(&p);
	p.past_k = optional_in(n, PAST_K);
	p.past_v = optional_in(n, PAST_V);
	bool room = has_room(&p), bytes = p.a->k_quant_type != NOT_QUANTISED;
	if (room)
		require_room(&p);
	else
		require_full_caches(&p);
	if (p.a->do_rotary)
		turn(&p);
	p.causal = p.a->causal;
	p.left_window = p.a->local_window_size > 0 ? p.a->local_window_size - 1 : -1;
	if (bytes && room)
		fail_unsupported(g, n, "a quantised cache with room");
	if (bytes)
		round_as_cached(&p);
	if (room) {
		take_cache(&p);
		hide_rows(&p);
		p.past_k = p.past_v = NULL;
	}
	if (has_in(n, BIAS))
		attention_mask(&p, room ? for_cache(&p, n->in[BIAS], 3) : n->in[BIAS]);
	take_sinks(&p);
	if (wants(n, 3))
		p.scores = p.a->qk_output == 1 ? MASKED_SCORES : PROBABILITIES;
	replace_out(g, n, 0, attention_of(&p, &core));
	if (bytes || room)
		core->out[1] = core->out[2] = NULL;
	else
		attention_cache(&p, core);
	attention_scores(&p, core, 0);
}

/* All keys that there may be fit into the past. */
static bool fits_past(Graph *g, const Node *n, Dim rows)
{
	int count;
	const Dim *total = has_in(n, TOTAL) ? content_of(g, n, TOTAL, &count) : NULL;

	return total && count == 1 && dim_hi(g->syms, *total) <= rows.k;
}

static bool is_declared_as(const Node *n, Dim rows)
{
	for (int i = 1; i < 3; i++)
		if (wants(n, i) && n->out[i]->shape.rank == 4 && dim_same(n->out[i]->shape.dim[2], rows))
			return true;
	return false;
}

/* A past with a number of rows is a buffer with room where total_sequence_length says so, or the shape of what is
 * present. What is decided once holds when the run knows more. */
static void infer_group_query(Graph *g, Node *n)
{
	struct OrtAttention *a = n->attr;
	const Shape *past = has_in(n, PAST_K) ? &n->in[PAST_K]->shape : NULL;

	if (a->past_present_share_buffer == UNDECIDED) {
		bool known = past && past->rank == 4 && dim_known(past->dim[2]) && past->dim[2].k > 0;
		bool room = known && (fits_past(g, n, past->dim[2]) || is_declared_as(n, past->dim[2]));
		a->past_present_share_buffer = room ? HAS_ROOM : GROWS;
	}
	infer_expansion(g, n);
}

/* ---- its row ---- */

#define QUANT_TYPES "NONE|PER_TENSOR|PER_CHANNEL"
static const Attr group_query_attrs[] = {
	ATTR_REQUIRED(OrtAttention, num_heads, A_INT), ATTR_REQUIRED(OrtAttention, kv_num_heads, A_INT),
	ATTR_FLOAT(OrtAttention, scale, 0), ATTR_FLOAT(OrtAttention, softcap, 0),
	ATTR_INT(OrtAttention, local_window_size, -1), ATTR_INT(OrtAttention, do_rotary, 0),
	ATTR_INT(OrtAttention, rotary_interleaved, 0), ATTR_INT(OrtAttention, smooth_softmax, -1),
	ATTR_INT(OrtAttention, qk_output, 0), ATTR_INT(OrtAttention, kv_cache_bit_width, 0),
	ATTR_INT(OrtAttention, past_present_share_buffer, UNDECIDED), ATTR_INT(OrtAttention, causal, 1),
	ATTR_ENUM(OrtAttention, k_quant_type, NOT_QUANTISED, QUANT_TYPES),
	ATTR_ENUM(OrtAttention, v_quant_type, NOT_QUANTISED, QUANT_TYPES), {0}};

const Op op_ort_GroupQueryAttention = {
	.name = "GroupQueryAttention", .domain = "com.microsoft", .min_in = 1, .max_in = 17, .min_out = 1, .max_out = 4,
	.flags = DECLARED, .ulp = 256, .attrs = group_query_attrs, .attr_size = sizeof(struct OrtAttention),
	.types = "f", .infer = infer_group_query, .eval = eval_expansion, .expand = expand_group_query,
};
