/* ort_attention.c -- com.microsoft: forms of attention, all of them as ONNX's Attention with heads as an axis.
 *
 *     Attention            Q, K, V = x W + b side by side
 *     QAttention           the same of quantised x and W
 *     MultiHeadAttention   Q, K, V, or Q K V or K V packed as [batch, length, heads, 3 or 2, size], or K, V with heads
 *
 * A mask of numbers adds mask_filter_value where it is 0; a list of lengths lets the first keys of each batch through, or,
 * where it is twice as long, those up to the first half's and from the second half's.
 * What is past lies as [batch, heads, length, size], and for Attention K and V behind each other. */
#include <float.h>
#include <math.h>
#include "ir/op/ort_attention.h"

/* ---- heads ---- */

int64_t attention_width(Parts *p, const Value *x)
{
	if (x->shape.rank < 1)
		fail_node(p->g, p->n, "E-RANK", "a scalar has no heads");
	return dim_number(p->g, p->n, x->shape.dim[x->shape.rank - 1]);
}

Value *attention_heads(Parts *p, Value *x, int64_t heads)
{
	int64_t width = attention_width(p, x);

	if (heads < 1 || width % heads)
		fail_node(p->g, p->n, "E-ATTR", "%lld heads do not divide %lld", (long long)heads, (long long)width);
	x = reshaped(p->g, p->n, x, 4, (int64_t[]){0, 0, heads, width / heads});
	return transposed(p->g, p->n, x, 4, (int64_t[]){0, 2, 1, 3});
}

static Value *merged_heads(Parts *p, Value *y)
{
	int64_t width = dim_number(p->g, p->n, y->shape.dim[1]) * attention_width(p, y);

	y = transposed(p->g, p->n, y, 4, (int64_t[]){0, 2, 1, 3});
	return reshaped(p->g, p->n, y, 3, (int64_t[]){0, 0, width});
}

/* ---- masks ---- */

void attention_mask(Parts *p, Value *mask)
{
	p->mask = p->mask ? put(p->g, p->n, "Add", p->mask, mask, END_IN) : mask;
}

/* 0 where it is let through, else the filter's value; with axes so that it broadcasts to [batch, heads, queries, keys]. */
static void add_filter(Parts *p, Value *let, int naxes, const int64_t *axes)
{
	Graph *g = p->g;
	DType t = p->q->dtype;
	double filter = t == F16 ? fmax((double)p->a->mask_filter_value, -65504) : (double)p->a->mask_filter_value;
	Value *mask = put(g, p->n, "Where", let, value_scalar(g, t, 0), value_scalar(g, t, filter), END_IN);

	attention_mask(p, with_axes(g, p->n, mask, naxes, axes));
}

/* Keys of the whole: past and new ones. */
static Dim keys_of(const Parts *p)
{
	Dim now = p->k->shape.dim[2];
	return p->past_k ? dim_add(p->g->syms, p->past_k->shape.dim[2], now) : now;
}

/* [keys] */
Value *attention_keys(Parts *p)
{
	Graph *g = p->g;
	Value *total = size_of(g, p->n, p->k, 2);

	if (p->past_k)
		total = put(g, p->n, "Add", total, size_of(g, p->n, p->past_k, 2), END_IN);
	return put(g, p->n, "Range", value_scalar(g, I64, 0), total, value_scalar(g, I64, 1), END_IN);
}

/* Part i of numbers [batch], [2 * batch], ...: [batch, 1] */
static Value *numbers_of_batch(Parts *p, Value *numbers, int64_t i)
{
	int64_t axis = 1, batch;

	if (!dim_same(numbers->shape.dim[0], p->q->shape.dim[0])) {
		batch = dim_number(p->g, p->n, p->q->shape.dim[0]);
		numbers = slice_of(p->g, p->n, numbers, 0, i * batch, (i + 1) * batch);
	}
	return with_axes(p->g, p->n, cast_value(p->g, p->n, numbers, I64), 1, &axis);
}

/* lengths [batch], ends and beginnings [2 * batch], or, of MultiHeadAttention, lengths and sums of lengths [3 * batch + 2], of
 * which the former are enough: bool [batch, keys] */
static Value *within_lengths(Parts *p, Value *lengths, bool has_sums)
{
	Dim given = lengths->shape.dim[0], batch = p->q->shape.dim[0];
	bool twice = dim_same(given, dim_mul(p->g->syms, dim(2), batch));
	bool sums = has_sums && dim_same(given, dim_add(p->g->syms, dim_mul(p->g->syms, dim(3), batch), dim(2)));

	if (!sums && (has_sums || !twice))
		one_size(p->g, p->n, given, batch);
	Value *let = put(p->g, p->n, "Less", attention_keys(p), numbers_of_batch(p, lengths, 0), END_IN);
	if (!twice || has_sums)
		return let;
	Value *begun = put(p->g, p->n, "GreaterOrEqual", attention_keys(p), numbers_of_batch(p, lengths, 1), END_IN);
	return put(p->g, p->n, "And", let, begun, END_IN);
}

/* Of a mask [batch, 1, most, most] for all that may ever be asked: the rows of these queries, the columns of all keys */
static Value *mask_of_queries(Parts *p, Value *m)
{
	Graph *g = p->g;
	Value *zero = value_i64(g, 1, &(int64_t){0}), *axes = value_i64(g, 2, (int64_t[]){2, 3}), *keys, *past;
	int64_t all = -1;

	keys = reshaped(g, p->n, size_of(g, p->n, p->k, 2), 1, &all);
	past = p->past_k ? reshaped(g, p->n, size_of(g, p->n, p->past_k, 2), 1, &all) : zero;
	keys = put(g, p->n, "Add", past, keys, END_IN);
	m = put(g, p->n, "Slice", m, joined(g, p->n, 0, past, zero), joined(g, p->n, 0, keys, keys), axes, END_IN);
	one_size(g, p->n, m->shape.dim[2], p->q->shape.dim[2]);
	return m;
}

static void take_mask(Parts *p, int slot, bool has_sums)
{
	Graph *g = p->g;

	if (!has_in(p->n, slot))
		return;
	Value *m = p->n->in[slot];
	need_type(g, p->n, slot, "i");
	need_rank(g, p->n, slot, 1, has_sums ? 3 : 4);
	if (m->shape.rank == 1) {
		add_filter(p, within_lengths(p, m, has_sums), 2, (int64_t[]){1, 2});
		return;
	}
	if (m->shape.rank == 4)
		m = mask_of_queries(p, m);
	one_size(g, p->n, m->shape.dim[m->shape.rank - 1], keys_of(p));
	Value *let = put(g, p->n, "Greater", m, value_scalar(g, m->dtype, 0), END_IN);
	add_filter(p, let, 4 - m->shape.rank, (int64_t[]){1, 2});
}

/* ---- the product of them ---- */

Value *attention_of(Parts *p, Node **core)
{
	Graph *g = p->g;
	Value *in[8] = {p->q, p->k, p->v, p->mask, p->past_k, p->past_v, NULL, p->sinks};
	void *attr = attr_new(g, &op_attention);

	attr_set("Attention", attr, "is_causal", p->causal);
	attr_set("Attention", attr, "left_window_size", (double)p->left_window);
	attr_set("Attention", attr, "softcap", (double)p->a->softcap);
	if (p->a->scale > 0)
		attr_set("Attention", attr, "scale", (double)p->a->scale);
	if (p->scores >= 0)
		attr_set("Attention", attr, "qk_matmul_output_mode", p->scores);
	*core = node_new(g, p->sinks ? &op_tcc_SinkAttention : &op_attention, p->n, p->sinks ? 8 : 6, in, 4, attr);
	if (p->scores < 0)
		(*core)->out[3] = NULL;
	return merged_heads(p, (*core)->out[0]);
}

/* bool [queries, keys]: what causal and left_window allow; NULL: all */
static Value *allowed(Parts *p)
{
	Graph *g = p->g;
	int64_t axis = 1;
	Value *at = counted(g, p->n, p->q, 2), *low, *let;

	if (!p->causal)
		return NULL;
	if (p->past_k)
		at = put(g, p->n, "Add", at, size_of(g, p->n, p->past_k, 2), END_IN);
	at = with_axes(g, p->n, at, 1, &axis);
	let = put(g, p->n, "LessOrEqual", attention_keys(p), at, END_IN);
	if (p->left_window < 0)
		return let;
	low = put(g, p->n, "Sub", at, value_scalar(g, I64, (double)p->left_window), END_IN);
	return put(g, p->n, "And", let, put(g, p->n, "LessOrEqual", low, attention_keys(p), END_IN), END_IN);
}

void attention_scores(Parts *p, const Node *core, double none)
{
	Value *scores = core->out[3], *let = p->scores == MASKED_SCORES ? allowed(p) : NULL;

	if (p->scores < 0)
		return;
	if (let)
		scores = put(p->g, p->n, "Where", let, scores, value_scalar(p->g, scores->dtype, none), END_IN);
	replace_out(p->g, p->n, 3, scores);
}

void attention_cache(Parts *p, Node *core)
{
	for (int i = 1; i < 3; i++) {
		replace_out(p->g, p->n, i, core->out[i]);
		if (!wants(p->n, i))
			core->out[i] = NULL;
	}
}

Parts attention_parts(Graph *g, Node *n) { return (Parts){.g = g, .n = n, .a = n->attr, .left_window = -1, .scores = -1}; }

/* ---- Attention, QAttention: x W + b is given ---- */

static void take_past(Parts *p, int slot)
{
	Graph *g = p->g;
	int64_t zero = 0;

	if (!has_in(p->n, slot))
		return;
	need_rank(g, p->n, slot, 5, 5);
	need_size(g, p->n, slot, 0, dim(2));
	for (int64_t i = 0; i < 2; i++) {
		Value *half = slice_of(g, p->n, p->n->in[slot], 0, i, i + 1);
		*(i ? &p->past_v : &p->past_k) = put(g, p->n, "Squeeze", half, value_i64(g, 1, &zero), END_IN);
	}
}

static void attend_projected(Graph *g, Node *n, Value *x, int mask, int past, int bias)
{
	Parts p = attention_parts(g, n);
	const struct OrtAttention *a = p.a;
	int64_t size[3], from = 0, width = attention_width(&p, x), zero = 0;
	Value **part[3] = {&p.q, &p.k, &p.v};
	Node *core;

	if (a->do_rotary || a->past_present_share_buffer)
		fail_unsupported(g, n, "do_rotary or past_present_share_buffer");
	if (a->qkv_hidden_sizes.n > 0 && a->qkv_hidden_sizes.n != 3)
		fail_node(g, n, "E-ATTR", "qkv_hidden_sizes has %d values", a->qkv_hidden_sizes.n);
	for (int i = 0; i < 3; i++, from += size[i - 1]) {
		size[i] = a->qkv_hidden_sizes.n > 0 ? a->qkv_hidden_sizes.v[i] : width / 3;
		if (size[i] < 1 || from + size[i] > width)
			fail_node(g, n, "E-SHAPE", "Q, K and V do not fit into a width of %lld", (long long)width);
		*part[i] = attention_heads(&p, slice_of(g, n, x, 2, from, from + size[i]), a->num_heads);
	}
	p.causal = a->unidirectional;
	take_past(&p, past);
	take_mask(&p, mask, false);
	if (bias >= 0 && has_in(n, bias))
		attention_mask(&p, n->in[bias]);
	replace_out(g, n, 0, attention_of(&p, &core));
	if (wants(n, 1))
		replace_out(g, n, 1, joined(g, n, 0, with_axes(g, n, core->out[1], 1, &zero),
					    with_axes(g, n, core->out[2], 1, &zero)));
	else
		core->out[1] = core->out[2] = NULL;
}

enum { INPUT, WEIGHTS, BIAS, MASK_INDEX, PAST, ATTENTION_BIAS };

static void expand_attention(Graph *g, Node *n)
{
	need_rank(g, n, INPUT, 3, 3);
	need_rank(g, n, WEIGHTS, 2, 2);
	Value *x = sum_if(g, n, put(g, n, "MatMul", n->in[INPUT], n->in[WEIGHTS], END_IN), optional_in(n, BIAS));
	attend_projected(g, n, x, MASK_INDEX, PAST, ATTENTION_BIAS);
}

enum { Q_INPUT, Q_WEIGHTS, Q_BIAS, X_SCALE, W_SCALE, Q_MASK, X_ZERO, W_ZERO, Q_PAST };

static void expand_qattention(Graph *g, Node *n)
{
	need_rank(g, n, Q_INPUT, 3, 3);
	need_rank(g, n, Q_WEIGHTS, 2, 2);
	Value *x = put(g, n, "com.microsoft.MatMulIntegerToFloat", n->in[Q_INPUT], n->in[Q_WEIGHTS], n->in[X_SCALE],
		       n->in[W_SCALE], optional_in(n, X_ZERO), optional_in(n, W_ZERO), n->in[Q_BIAS], END_IN);
	attend_projected(g, n, x, Q_MASK, Q_PAST, -1);
}

/* ---- MultiHeadAttention ---- */

enum { Q, K, V, QKV_BIAS, PADDING, SCORE_BIAS, PAST_K, PAST_V, PAST_LENGTH };

/* Part i of [batch, length, heads, parts, size], as [batch, heads, length, size]. */
static Value *unpacked(Parts *p, Value *x, int64_t i)
{
	int64_t axis = 3;

	x = put(p->g, p->n, "Squeeze", slice_of(p->g, p->n, x, 3, i, i + 1), value_i64(p->g, 1, &axis), END_IN);
	return transposed(p->g, p->n, x, 4, (int64_t[]){0, 2, 1, 3});
}

/* Heads of an input of rank 3 with its share of the bias, which begins at `from`; of rank 4 as it is. */
static Value *heads_of_input(Parts *p, int slot, int64_t from)
{
	Value *x = p->n->in[slot];

	if (x->shape.rank == 4)
		return x;
	if (has_in(p->n, QKV_BIAS))
		x = put(p->g, p->n, "Add", x, slice_of(p->g, p->n, p->n->in[QKV_BIAS], 0, from, from + attention_width(p, x)), END_IN);
	return attention_heads(p, x, p->a->num_heads);
}

static void take_packed(Parts *p)
{
	bool all = !has_in(p->n, K);
	Value *x = p->n->in[all ? Q : K];

	need_rank(p->g, p->n, all ? Q : K, 5, 5);
	if (has_in(p->n, QKV_BIAS))
		fail_unsupported(p->g, p->n, "a bias of packed inputs");
	p->q = all ? unpacked(p, x, 0) : attention_heads(p, p->n->in[Q], p->a->num_heads);
	p->k = unpacked(p, x, all);
	p->v = unpacked(p, x, all + 1);
}

static void expand_multihead(Graph *g, Node *n)
{
	Parts p = attention_parts(g, n);
	Node *core;

	if (has_in(n, PAST_LENGTH) || has_in(n, PAST_LENGTH + 1))
		fail_unsupported(g, n, "caches that share a buffer");
	if (!has_in(n, K) || n->in[K]->shape.rank == 5) {
		take_packed(&p);
	} else {
		for (int i = Q; i <= V; i++)
			need_rank(g, n, i, 3, i == Q ? 3 : 4);
		int64_t width = attention_width(&p, n->in[Q]);
		p.q = heads_of_input(&p, Q, 0);
		p.k = heads_of_input(&p, K, width);
		p.v = heads_of_input(&p, V, 2 * width);
	}
	p.past_k = optional_in(n, PAST_K);
	p.past_v = optional_in(n, PAST_V);
	p.causal = p.a->unidirectional;
	take_mask(&p, PADDING, true);
	if (has_in(n, SCORE_BIAS))
		attention_mask(&p, n->in[SCORE_BIAS]);
	p.scores = wants(n, 3) ? MASKED_SCORES : -1;
	replace_out(g, n, 0, attention_of(&p, &core));
	attention_cache(&p, core);
	attention_scores(&p, core, p.q->dtype == F16 ? -65504 : (double)-FLT_MAX);
}

/* ---- rows ---- */

#define COMMON_ATTRS                                                                                                   \
	ATTR_REQUIRED(OrtAttention, num_heads, A_INT), ATTR_FLOAT(OrtAttention, scale, 0),                             \
		ATTR_FLOAT(OrtAttention, mask_filter_value, -10000), ATTR_INT(OrtAttention, unidirectional, 0)

static const Attr attention_attrs[] = {
	COMMON_ATTRS, ATTR_INT(OrtAttention, do_rotary, 0), ATTR_INT(OrtAttention, rotary_embedding_dim, 0),
	ATTR_INT(OrtAttention, past_present_share_buffer, 0), ATTR_LIST(OrtAttention, qkv_hidden_sizes, A_INTS), {0}};
static const Attr multihead_attrs[] = {COMMON_ATTRS, {0}};

#define ORT_ATTENTION(id, text, classes, least, most, outs, table, S, how)                                             \
	const Op op_ort_##id = {                                                                                       \
		.name = text, .domain = "com.microsoft", .min_in = least, .max_in = most, .min_out = 1,                \
		.max_out = outs, .ulp = 256, .attrs = table, .attr_size = sizeof(struct S),                            \
		.types = classes, .infer = infer_expansion, .eval = eval_expansion, .expand = how,                     \
	}

ORT_ATTENTION(Attention, "Attention", "f", 2, 6, 2, attention_attrs, OrtAttention, expand_attention);
ORT_ATTENTION(QAttention, "QAttention", "iu", 5, 9, 2, attention_attrs, OrtAttention, expand_qattention);
ORT_ATTENTION(MultiHeadAttention, "MultiHeadAttention", "f", 1, 10, 4, multihead_attrs, OrtAttention, expand_multihead);
