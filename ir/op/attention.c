/* attention.c -- Attention (23-25): softmax(Q K^T scale, masked) V for every head; and tcc.SinkAttention, which has
 * sinks [heads] as input 7: softmax over the scores of a row and the sink of its head, which is left out of y.
 *
 *     Q [batch, heads, queries, size]      K, V [batch, kv heads, keys, size], behind past_key and past_value
 *     s = softcap(Q K^T * scale)           softcap(s) = c tanh(s / c)
 *     p = softmax(s + mask)                all zero where a query may look at no key
 *     y = p V
 *
 * Tensors of rank 3 have their heads side by side in the last axis. Each of the kv heads serves heads / kv heads
 * neighbouring heads of Q: their queries are put below each other, so that one product serves them all.
 *
 * Query i stands at position i + offset: behind the past keys, or, where nonpad_kv_seqlen counts the keys that are
 * there, so that the last query is at the last of them. It looks at key j where the mask says so, j <= position
 * (is_causal), j >= position - left_window_size, j <= position + right_window_size, and j < nonpad_kv_seqlen. */
#include <math.h>
#include "ir/op/composite.h"

enum { Q, K, V, MASK, PAST_K, PAST_V, NONPAD, SINKS }; /* inputs */
enum { Y, PRESENT_K, PRESENT_V, SCORES };              /* outputs */
enum { RAW, CAPPED, MASKED, SOFTMAX };                 /* which scores */

struct Attention {
	int64_t is_causal, q_num_heads, kv_num_heads, qk_matmul_output_mode, left_window_size, right_window_size;
	float scale, softcap; /* scale -1: 1 / sqrt(size) */
	DType softmax_precision;
};

static const Attr attrs[] = {
	ATTR_INT(Attention, is_causal, 0), ATTR_INT(Attention, q_num_heads, 0), ATTR_INT(Attention, kv_num_heads, 0),
	ATTR_INT(Attention, qk_matmul_output_mode, RAW), ATTR_INT(Attention, left_window_size, -1),
	ATTR_INT(Attention, right_window_size, -1), ATTR_FLOAT(Attention, scale, -1), ATTR_FLOAT(Attention, softcap, 0),
	{"softmax_precision", A_TYPE, offsetof(struct Attention, softmax_precision), DT_NONE, NULL, false}, {0}};

/* ---- infer ---- */

/* [batch, heads, length, size] of an input, whichever rank it has. */
static Shape heads_of(Graph *g, const Node *n, int slot)
{
	const struct Attention *a = n->attr;
	const Shape *x = &n->in[slot]->shape;
	int64_t heads = slot == Q ? a->q_num_heads : a->kv_num_heads;

	if (x->rank == 4)
		return *x;
	if (heads < 1)
		fail_node(g, n, "E-ATTR", "inputs of rank 3 need q_num_heads and kv_num_heads");
	return (Shape){4, {x->dim[0], dim(heads), x->dim[1], equal_part(g, n, slot, x->dim[2], dim(heads))}};
}

static void check_attrs(Graph *g, const Node *n)
{
	const struct Attention *a = n->attr;

	if (a->scale < 0 && a->scale != -1)
		fail_node(g, n, "E-ATTR", "scale is %g; it must not be negative", (double)a->scale);
	if (a->softcap < 0)
		fail_node(g, n, "E-ATTR", "softcap is %g; it must not be negative", (double)a->softcap);
	if (a->qk_matmul_output_mode < RAW || a->qk_matmul_output_mode > SOFTMAX)
		fail_node(g, n, "E-ATTR", "qk_matmul_output_mode is %lld; it must be 0..3",
			  (long long)a->qk_matmul_output_mode);
	if (a->left_window_size < -1 || a->right_window_size < -1)
		fail_node(g, n, "E-ATTR", "a window size is below -1");
	if (a->softmax_precision != DT_NONE && !is_float(a->softmax_precision))
		fail_node(g, n, "E-ATTR", "softmax_precision is %s; it must be a float type",
			  dtype_name(a->softmax_precision));
}

static void check_inputs(Graph *g, const Node *n)
{
	for (int i = Q; i <= V; i++) {
		need_rank(g, n, i, n->in[Q]->shape.rank, n->in[Q]->shape.rank);
		same_type(g, n, Q, i);
	}
	need_rank(g, n, Q, 3, 4);
	if (has_in(n, PAST_K) != has_in(n, PAST_V))
		fail_node(g, n, "E-INPUTS", "past_key and past_value come together");
	for (int i = PAST_K; i <= PAST_V; i++) {
		if (!has_in(n, i))
			continue;
		need_rank(g, n, i, 4, 4);
		same_type(g, n, Q, i);
	}
	if (has_in(n, NONPAD)) {
		need_rank(g, n, NONPAD, 1, 1);
		need_type(g, n, NONPAD, "i");
		if (has_in(n, PAST_K))
			fail_node(g, n, "E-INPUTS", "nonpad_kv_seqlen and past_key exclude each other");
	}
	if (has_in(n, MASK) && n->in[MASK]->dtype != BOOL)
		same_type(g, n, Q, MASK);
	if (has_in(n, MASK))
		need_rank(g, n, MASK, 1, 4);
}

/* [batch, kv heads, past and present keys, size] */
static Shape present_of(Graph *g, const Node *n, int slot)
{
	Shape s = heads_of(g, n, slot);
	int past = slot - K + PAST_K;

	if (!has_in(n, past))
		return s;
	const Shape *p = &n->in[past]->shape;
	for (int k = 0; k < 4; k++)
		s.dim[k] = k == 2 ? dim_add(g->syms, s.dim[k], p->dim[k]) : one_size(g, n, s.dim[k], p->dim[k]);
	return s;
}

/* Of a mask, all sizes but the last repeat where they are 1; where it has fewer keys than there are, the others are hidden. */
static void check_mask(Graph *g, const Node *n, const Shape *scores)
{
	Shape to = *scores;

	if (!has_in(n, MASK))
		return;
	to.dim[3] = n->in[MASK]->shape.dim[n->in[MASK]->shape.rank - 1];
	need_broadcast(g, n, MASK, &to);
}

static void check_sinks(Graph *g, const Node *n, Dim heads)
{
	if (!has_in(n, SINKS))
		return;
	same_type(g, n, Q, SINKS);
	need_rank(g, n, SINKS, 1, 1);
	one_size(g, n, n->in[SINKS]->shape.dim[0], heads);
}

static void infer(Graph *g, Node *n)
{
	check_attrs(g, n);
	check_inputs(g, n);
	Shape q = heads_of(g, n, Q), k = present_of(g, n, K), v = present_of(g, n, V), y = q;
	one_size(g, n, q.dim[0], k.dim[0]);
	one_size(g, n, q.dim[0], v.dim[0]);
	one_size(g, n, q.dim[3], k.dim[3]);
	one_size(g, n, k.dim[1], v.dim[1]);
	one_size(g, n, k.dim[2], v.dim[2]);
	heads_sharing(g, n, q.dim[1], k.dim[1]);
	y.dim[3] = v.dim[3];
	Shape scores = {4, {q.dim[0], q.dim[1], q.dim[2], k.dim[2]}};
	check_mask(g, n, &scores);
	check_sinks(g, n, q.dim[1]);
	Shape flat = {3, {q.dim[0], q.dim[2], dim_mul(g->syms, q.dim[1], v.dim[3])}};
	set_out(g, n, Y, n->in[Q]->dtype, n->in[Q]->shape.rank == 3 ? &flat : &y);
	set_out(g, n, PRESENT_K, n->in[Q]->dtype, &k);
	set_out(g, n, PRESENT_V, n->in[Q]->dtype, &v);
	set_out(g, n, SCORES, n->in[Q]->dtype, &scores);
}

/* ---- expand ---- */

typedef struct Parts {
	Graph *g;
	Node *n;
	const struct Attention *a;
	Value *q, *k, *v;  /* with heads; k and v with what is past */
	Shape scores;
	Value *allowed;    /* bool, broadcasts to the scores; NULL: all */
	bool may_be_empty; /* a query may be allowed no key at all */
} Parts;

/* Heads as an axis of their own, in front of the sequence. */
static Value *split_heads(Parts *p, int slot)
{
	Value *x = p->n->in[slot];
	if (x->shape.rank == 4)
		return x;
	Shape s = heads_of(p->g, p->n, slot);
	x = shaped_as(p->g, p->n, x, &(Shape){4, {s.dim[0], s.dim[2], s.dim[1], s.dim[3]}});
	return transposed(p->g, p->n, x, 4, (int64_t[]){0, 2, 1, 3});
}

static Value *with_past(Parts *p, int slot, Value *x)
{
	int past = slot - K + PAST_K;
	return has_in(p->n, past) ? joined(p->g, p->n, 2, p->n->in[past], x) : x;
}

static void allow(Parts *p, Value *rule)
{
	p->allowed = p->allowed ? put(p->g, p->n, "And", p->allowed, rule, END_IN) : rule;
}

/* Position of each query among the keys: [queries, 1], or [batch, 1, queries, 1] where batches differ. */
static Value *positions(Parts *p)
{
	Graph *g = p->g;
	Value *at = with_axes(g, p->n, counted(g, p->n, p->q, 2), 1, (int64_t[]){1}), *offset;

	if (has_in(p->n, PAST_K)) {
		offset = size_of(g, p->n, p->n->in[PAST_K], 2);
	} else if (has_in(p->n, NONPAD)) {
		Value *there = with_axes(g, p->n, cast_value(g, p->n, p->n->in[NONPAD], I64), 3, (int64_t[]){1, 2, 3});
		offset = put(g, p->n, "Sub", there, size_of(g, p->n, p->q, 2), END_IN);
		p->may_be_empty = true;
	} else {
		return at;
	}
	return put(g, p->n, "Add", at, offset, END_IN);
}

/* What the positions of queries and keys allow. */
static void allow_positions(Parts *p)
{
	const struct Attention *a = p->a;
	Graph *g = p->g;
	Value *key = counted(g, p->n, p->k, 2);

	if (has_in(p->n, NONPAD)) {
		Value *there = with_axes(g, p->n, cast_value(g, p->n, p->n->in[NONPAD], I64), 3, (int64_t[]){1, 2, 3});
		allow(p, put(g, p->n, "Less", key, there, END_IN));
		p->may_be_empty = true;
	}
	if (!a->is_causal && a->left_window_size < 0 && a->right_window_size < 0)
		return;
	Value *at = positions(p);
	if (a->is_causal)
		allow(p, put(g, p->n, "LessOrEqual", key, at, END_IN));
	if (a->left_window_size >= 0) {
		Value *low = put(g, p->n, "Sub", at, value_scalar(g, I64, (double)a->left_window_size), END_IN);
		allow(p, put(g, p->n, "LessOrEqual", low, key, END_IN));
		p->may_be_empty = true;
	}
	if (a->right_window_size >= 0) {
		Value *high = put(g, p->n, "Add", at, value_scalar(g, I64, (double)a->right_window_size), END_IN);
		allow(p, put(g, p->n, "LessOrEqual", key, high, END_IN));
		p->may_be_empty = true;
	}
}

/* The mask, behind its end filled with what allows nothing. */
static Value *whole_mask(Parts *p)
{
	Graph *g = p->g;
	Value *mask = p->n->in[MASK];
	int last = mask->shape.rank - 1;
	Dim keys = p->scores.dim[3], given = mask->shape.dim[last];

	if (dim_same(given, keys) || dim_is(given, 1))
		return mask;
	Shape pads = {.rank = 2 * (last + 1)};
	Dim behind = pads.dim[2 * last + 1] = dim_sub(g->syms, keys, given);
	if (dim_hi(g->syms, behind) < 0)
		fail_node(g, p->n, "E-SHAPE", "the mask has shape %s, but there are %s keys",
			  shape_text(g, &mask->shape), dim_text(g->syms, keys));
	Value *none = value_scalar(g, mask->dtype, mask->dtype == BOOL ? 0 : -INFINITY);
	return put(g, p->n, "Pad", mask, shape_as_value(g, p->n, mask, &pads), none, END_IN);
}

static Dim sharing(const Parts *p) { return heads_sharing(p->g, p->n, p->q->shape.dim[1], p->k->shape.dim[1]); }

/* Queries of the heads that share a kv head below each other: [batch, kv heads, heads / kv heads * queries, ..]. */
static Value *grouped(Parts *p, Value *x)
{
	Shape s = x->shape;
	Dim each = sharing(p);
	if (dim_is(each, 1))
		return x;
	s.dim[1] = p->k->shape.dim[1];
	s.dim[2] = dim_mul(p->g->syms, each, x->shape.dim[2]);
	return shaped_as(p->g, p->n, x, &s);
}

static Value *ungrouped(Parts *p, Value *x, const Shape *s)
{
	return dim_is(sharing(p), 1) ? x : shaped_as(p->g, p->n, x, s);
}

static Value *scaled_product(Parts *p)
{
	Value *turned = transposed(p->g, p->n, p->k, 4, (int64_t[]){0, 1, 3, 2});
	Value *s = put(p->g, p->n, "MatMul", grouped(p, p->q), turned, END_IN);
	s = ungrouped(p, s, &p->scores);
	Value *scale = p->a->scale < 0 ? root_scale(p->g, p->n, p->q, 3, s->dtype) : value_scalar(p->g, s->dtype, (double)p->a->scale);
	return put(p->g, p->n, "Mul", s, scale, END_IN);
}

static Value *capped(Parts *p, Value *s)
{
	if (p->a->softcap == 0)
		return s;
	Value *cap = value_scalar(p->g, s->dtype, (double)p->a->softcap);
	Value *t = put(p->g, p->n, "Tanh", put(p->g, p->n, "Div", s, cap, END_IN), END_IN);
	return put(p->g, p->n, "Mul", t, cap, END_IN);
}

/* The scores with the mask, where what is not allowed is `none`. */
static Value *masked(Parts *p, Value *s, Value *mask, double none)
{
	if (mask && mask->dtype != BOOL)
		s = put(p->g, p->n, "Add", s, mask, END_IN);
	if (p->allowed)
		s = put(p->g, p->n, "Where", p->allowed, s, value_scalar(p->g, s->dtype, none), END_IN);
	return s;
}

/* The softmax of a row and one number more, without that: it leaves no row empty. */
static Value *softmax_and_sink(Parts *p, Value *s)
{
	Graph *g = p->g;
	Value *sink = with_axes(g, p->n, cast_value(g, p->n, p->n->in[SINKS], s->dtype), 2, (int64_t[]){1, 2});
	Value *top = put(g, p->n, "Max", reduced(g, p->n, "ReduceMax", s, 3, true), sink, END_IN);
	Value *e = put(g, p->n, "Exp", put(g, p->n, "Sub", s, top, END_IN), END_IN);
	Value *rest = put(g, p->n, "Exp", put(g, p->n, "Sub", sink, top, END_IN), END_IN);
	Value *sum = put(g, p->n, "Add", reduced(g, p->n, "ReduceSum", e, 3, true), rest, END_IN);

	return put(g, p->n, "Div", e, sum, END_IN);
}

/* Softmax of the masked scores. A query without a key has a row of zeros: where rules forbid keys, their scores are the
 * lowest number, which softmax can take, and the rules choose once more behind it; where a mask of floats adds -infinity,
 * the row's largest tells. */
static Value *probabilities(Parts *p, Value *s, Value *mask)
{
	Graph *g = p->g;
	bool floats = mask && mask->dtype != BOOL;
	DType t = p->a->softmax_precision == DT_NONE ? s->dtype : p->a->softmax_precision;
	double lowest = s->dtype == F16 ? -65504 : -3.3e38;

	if (has_in(p->n, SINKS)) {
		s = cast_value(g, p->n, masked(p, s, mask, -INFINITY), t);
		return cast_value(g, p->n, softmax_and_sink(p, s), p->n->in[Q]->dtype);
	}
	s = cast_value(g, p->n, masked(p, s, mask, p->may_be_empty && !floats ? lowest : -INFINITY), t);
	Value *y = put(g, p->n, "Softmax", s, END_IN), *zero = value_scalar(g, t, 0);
	if (floats) {
		Value *largest = reduced(g, p->n, "ReduceMax", s, 3, true);
		Value *empty = put(g, p->n, "Equal", largest, value_scalar(g, t, -INFINITY), END_IN);
		y = put(g, p->n, "Where", empty, zero, y, END_IN);
	} else if (p->allowed && p->may_be_empty) {
		y = put(g, p->n, "Where", p->allowed, y, zero, END_IN);
	}
	return cast_value(g, p->n, y, p->n->in[Q]->dtype);
}

static Value *merged_heads(Parts *p, Value *y)
{
	if (p->n->in[Q]->shape.rank == 4)
		return y;
	y = transposed(p->g, p->n, y, 4, (int64_t[]){0, 2, 1, 3});
	Dim width = dim_mul(p->g->syms, y->shape.dim[2], y->shape.dim[3]);
	return shaped_as(p->g, p->n, y, &(Shape){3, {y->shape.dim[0], y->shape.dim[1], width}});
}

static void expand(Graph *g, Node *n)
{
	Parts p = {.g = g, .n = n, .a = n->attr};

	p.q = split_heads(&p, Q);
	p.k = with_past(&p, K, split_heads(&p, K));
	p.v = with_past(&p, V, split_heads(&p, V));
	p.scores = (Shape){4, {p.q->shape.dim[0], p.q->shape.dim[1], p.q->shape.dim[2], p.k->shape.dim[2]}};
	Value *mask = has_in(n, MASK) ? whole_mask(&p) : NULL;
	if (mask && mask->dtype == BOOL) {
		allow(&p, mask);
		p.may_be_empty = true;
	}
	allow_positions(&p);
	Value *raw = scaled_product(&p), *cap = capped(&p, raw), *soft = probabilities(&p, cap, mask);
	Shape out = p.q->shape;
	out.dim[3] = p.v->shape.dim[3];
	Value *y = ungrouped(&p, put(g, n, "MatMul", grouped(&p, soft), p.v, END_IN), &out);
	int64_t mode = p.a->qk_matmul_output_mode;
	if (wants(n, SCORES))
		replace_out(g, n, SCORES, mode == RAW ? raw : mode == CAPPED ? cap : mode == SOFTMAX ? soft
										     : masked(&p, cap, mask, -INFINITY));
	replace_out(g, n, PRESENT_K, p.k);
	replace_out(g, n, PRESENT_V, p.v);
	replace_out(g, n, Y, merged_heads(&p, y));
}

#define ATTENTION(id, in_domain, text, most)                                                                          \
	const Op op_##id = {                                                                                           \
		.name = text, .domain = in_domain, .min_in = 3, .max_in = most, .min_out = 1, .max_out = 4, .ulp = 64, \
		.attrs = attrs, .attr_size = sizeof(struct Attention),                                                 \
		.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,                                \
	}

ATTENTION(attention, "", "Attention", 7);
ATTENTION(tcc_SinkAttention, "tcc", "SinkAttention", 8);
