/* ort_packed.c -- com.microsoft: tokens of several sequences behind each other, without the padding between them.
 *
 *     RemovePadding             [batch, length, width] -> [tokens, width]: the first ones of each sequence, so many as it has
 *     RestorePadding            back again, 0 where there is no token
 *     PackedAttention           Attention of such tokens: each looks at those of its own sequence
 *     PackedMultiHeadAttention  the same of Q, K and V, or of all three as [tokens, heads, 3, size]
 *
 * token_offset [batch, length] lists where tokens lie among those with padding, and then where padding lies; element b
 * of cumulative_sequence_length [batch + 1] is where sequence b begins among the tokens. Attention unpacks what the
 * tokens were projected to, is MultiHeadAttention with the lengths as its mask, and packs again. */
#include <float.h>
#include "ir/op/chosen.h"

struct Packed {
	int64_t num_heads;
	float scale, mask_filter_value; /* the latter is what kernels would hide padding by; here it is hidden altogether */
	Ints qkv_hidden_sizes;
};

static Value *as_column(Graph *g, const Node *n, Value *v) { return with_axes(g, n, v, 1, &(int64_t){1}); }

/* i64[batch, length]: where each token would lie if all sequences were full */
static Value *padded_places(Graph *g, const Node *n, Value *like)
{
	Value *row = binary(g, n, "Mul", counted(g, n, like, 0), size_of(g, n, like, 1));

	return binary(g, n, "Add", as_column(g, n, row), counted(g, n, like, 1));
}

/* ---- RemovePadding ---- */

enum { PADDED, COUNTS };                   /* inputs */
enum { PACKED, OFFSETS, SUMS, MOST_TOKENS }; /* outputs */

static int64_t sum_of_counts(Graph *g, const Node *n, const Tensor *counts)
{
	const Dim length = n->in[PADDED]->shape.dim[1];
	int64_t sum = 0;

	for (int64_t i = 0; i < counts->count; i++) {
		int64_t k = load_i64(counts->dtype, counts->data, i);
		if (k < 0 || (dim_known(length) && k > length.k))
			fail_node(g, n, "E-VALUE", "sequence_token_count is %lld; it must be 0..%s", (long long)k,
				  dim_text(g->syms, length));
		sum += k;
	}
	return sum;
}

static void infer_remove(Graph *g, Node *n)
{
	need_rank(g, n, PADDED, 3, 3);
	need_rank(g, n, COUNTS, 1, 1);
	need_type(g, n, COUNTS, "i");
	const Dim *d = n->in[PADDED]->shape.dim;
	const Tensor *counts = n->in[COUNTS]->data;
	DType t = n->in[COUNTS]->dtype;
	need_size(g, n, COUNTS, 0, d[0]);
	Dim most = dim_mul(g->syms, d[0], d[1]);
	Dim tokens = counts ? dim(sum_of_counts(g, n, counts)) : counted_size(g, n, PACKED, 2, 0, most);
	set_out(g, n, PACKED, n->in[PADDED]->dtype, &(Shape){2, {tokens, d[2]}});
	if (wants(n, OFFSETS))
		set_out(g, n, OFFSETS, t, &(Shape){2, {d[0], d[1]}});
	if (wants(n, SUMS))
		set_out(g, n, SUMS, t, &(Shape){1, {dim_add(g->syms, d[0], dim(1))}});
	if (wants(n, MOST_TOKENS))
		set_out(g, n, MOST_TOKENS, t, &(Shape){1, {dim(1)}});
}

/* sums: the tokens before each sequence, and of all. A token lies behind those before it; padding behind all tokens and
 * the padding before it. */
static Value *offsets(Graph *g, const Node *n, Value *is_token, Value *sums)
{
	Value *x = n->in[PADDED], *at = padded_places(g, n, x), *batch = counted(g, n, x, 0), *one = value_scalar(g, I64, 1);
	Value *here = as_column(g, n, picked(g, n, sums, batch, 0));
	Value *behind = as_column(g, n, picked(g, n, sums, binary(g, n, "Add", batch, one), 0));
	Value *all = picked(g, n, sums, size_of(g, n, x, 0), 0);
	Value *token = binary(g, n, "Add", here, counted(g, n, x, 1));
	Value *padding = binary(g, n, "Add", binary(g, n, "Sub", at, behind), all);
	Value *place = flat(g, n, put(g, n, "Where", is_token, token, padding, END_IN));

	at = flat(g, n, at);
	Value *listed = put(g, n, "ScatterElements", at, place, at, END_IN);
	return shaped_as(g, n, listed, &(Shape){2, {x->shape.dim[0], x->shape.dim[1]}});
}

static void expand_remove(Graph *g, Node *n)
{
	Value *x = n->in[PADDED], *zero = value_scalar(g, I64, 0), *length = size_of(g, n, x, 1);
	DType t = n->in[COUNTS]->dtype;
	Value *counts = within(g, n, cast_value(g, n, n->in[COUNTS], I64), zero, length);
	Value *is_token = binary(g, n, "Less", counted(g, n, x, 1), as_column(g, n, counts));
	Value *sums = joined(g, n, 0, number(g, 0), put_attr(g, n, "CumSum", &(struct Cumulate){0}, counts, zero, END_IN));
	Value *tokens = positions_chosen(g, n, flat(g, n, is_token), n->out[PACKED]->shape.dim[0]);
	Value *rows = shaped_as(g, n, x, &(Shape){2, {dim_mul(g->syms, x->shape.dim[0], x->shape.dim[1]), x->shape.dim[2]}});

	replace_out(g, n, PACKED, picked(g, n, rows, tokens, 0));
	if (wants(n, OFFSETS))
		replace_out(g, n, OFFSETS, cast_value(g, n, offsets(g, n, is_token, sums), t));
	replace_out(g, n, SUMS, cast_value(g, n, sums, t));
	if (wants(n, MOST_TOKENS))
		replace_out(g, n, MOST_TOKENS, cast_value(g, n, reduced(g, n, "ReduceMax", counts, 0, true), t));
}

/* ---- RestorePadding ---- */

/* i64[tokens]: where the rows of x lie among those with padding */
static Value *token_places(Graph *g, const Node *n, Value *x, Value *offset)
{
	return picked(g, n, flat(g, n, cast_value(g, n, offset, I64)), counted(g, n, x, 0), 0);
}

static void expand_restore(Graph *g, Node *n)
{
	Value *x = n->in[0], *offset = n->in[1];

	need_rank(g, n, 0, 2, 2);
	need_rank(g, n, 1, 2, 2);
	need_type(g, n, 1, "i");
	Dim width = x->shape.dim[1], batch = offset->shape.dim[0], length = offset->shape.dim[1];
	Shape rows = {2, {dim_mul(g->syms, batch, length), width}};
	Value *nothing = put(g, n, "Expand", value_scalar(g, x->dtype, 0), shape_as_value(g, n, x, &rows), END_IN);
	Value *y = put(g, n, "ScatterND", nothing, as_column(g, n, token_places(g, n, x, offset)), x, END_IN);
	replace_out(g, n, 0, shaped_as(g, n, y, &(Shape){3, {batch, length, width}}));
}

/* ---- attention ---- */

typedef struct Sequences {
	Graph *g;
	Node *n;
	Value *offset, *begin; /* token_offset, where each sequence begins: i64[batch] */
	Value *count;          /* their tokens: i64[batch] */
	Value *from, *is_token; /* [batch, length]: which token is here, and if there is one */
} Sequences;

static Sequences sequences_of(Graph *g, Node *n, int slot)
{
	Value *offset = n->in[slot], *sums = n->in[slot + 1], *one = value_scalar(g, I64, 1), *zero = value_scalar(g, I64, 0);
	Sequences s = {.g = g, .n = n, .offset = offset};

	for (int i = slot; i < slot + 2; i++)
		need_type(g, n, i, "i");
	need_rank(g, n, slot, 2, 2);
	need_rank(g, n, slot + 1, 1, 1);
	need_size(g, n, slot + 1, 0, dim_add(g->syms, offset->shape.dim[0], dim(1)));
	Value *batch = counted(g, n, offset, 0), *at = counted(g, n, offset, 1);
	sums = cast_value(g, n, sums, I64);
	s.begin = picked(g, n, sums, batch, 0);
	s.count = binary(g, n, "Sub", picked(g, n, sums, binary(g, n, "Add", batch, one), 0), s.begin);
	Value *last = binary(g, n, "Sub", size_of(g, n, n->in[0], 0), one);
	s.from = within(g, n, binary(g, n, "Add", as_column(g, n, s.begin), at), zero, last);
	s.is_token = binary(g, n, "Less", at, as_column(g, n, s.count));
	return s;
}

/* [tokens, width] -> [batch, length, width], 0 where there is no token: what another sequence has there adds nothing. */
static Value *unpacked(const Sequences *s, Value *x)
{
	Value *token = with_axes(s->g, s->n, s->is_token, 1, &(int64_t){2});

	x = picked(s->g, s->n, x, s->from, 0);
	return put(s->g, s->n, "Where", token, x, value_scalar(s->g, x->dtype, 0), END_IN);
}

/* [batch, length, width] -> [tokens, width] */
static Value *packed(const Sequences *s, Value *y)
{
	const Dim *d = y->shape.dim;

	y = shaped_as(s->g, s->n, y, &(Shape){2, {dim_mul(s->g->syms, d[0], d[1]), d[2]}});
	return picked(s->g, s->n, y, token_places(s->g, s->n, s->n->in[0], s->offset), 0);
}

/* Q, K and V [tokens, width]; the bias of scores is [batch, heads, length, length], or 1 of either of the first two. */
static void attend(const Sequences *s, Value *const *qkv, int score_bias)
{
	enum { Q, K, V, LENGTHS = 4, SCORE_BIAS };
	static const char name[] = "com.microsoft.MultiHeadAttention";
	Graph *g = s->g;
	const struct Packed *a = s->n->attr;
	Value *in[SCORE_BIAS + 1] = {[LENGTHS] = cast_value(g, s->n, s->count, I32)};
	void *attr = attr_new(g, op_named(name));

	for (int i = Q; i <= V; i++)
		in[i] = unpacked(s, qkv[i]);
	if (has_in(s->n, score_bias)) {
		in[SCORE_BIAS] = s->n->in[score_bias];
		need_rank(g, s->n, score_bias, 4, 4);
		for (int i = 2; i < 4; i++)
			need_size(g, s->n, score_bias, i, s->offset->shape.dim[1]);
	}
	attr_set(name, attr, "num_heads", (double)a->num_heads);
	attr_set(name, attr, "scale", (double)a->scale);
	attr_set(name, attr, "mask_filter_value", (double)-FLT_MAX);
	Node *core = node_new(g, op_named(name), s->n, SCORE_BIAS + 1, in, 1, attr);
	replace_out(g, s->n, 0, packed(s, core->out[0]));
}

static int64_t heads_of(Graph *g, const Node *n)
{
	int64_t heads = ATTR_OF(n, Packed)->num_heads;

	if (heads < 1)
		fail_node(g, n, "E-ATTR", "num_heads is %lld; it must be at least 1", (long long)heads);
	return heads;
}

/* How wide Q, K and V are, which lie side by side in `width`. */
static void widths(Graph *g, const Node *n, int64_t width, int64_t *size)
{
	const Ints *given = &ATTR_OF(n, Packed)->qkv_hidden_sizes;
	int64_t heads = heads_of(g, n), sum = 0;

	if (given->n > 0 && given->n != 3)
		fail_node(g, n, "E-ATTR", "qkv_hidden_sizes has %d values; it must have 3", given->n);
	for (int i = 0; i < 3; i++) {
		size[i] = given->n > 0 ? given->v[i] : width / 3;
		if (size[i] < 1 || size[i] > width || size[i] % heads)
			fail_node(g, n, "E-ATTR", "%lld heads do not divide a width of %lld", (long long)heads, (long long)size[i]);
		sum += size[i];
	}
	if (size[0] != size[1] || sum != width)
		fail_node(g, n, "E-SHAPE", "Q, K and V of width %lld, %lld and %lld do not make up %lld", (long long)size[0],
			  (long long)size[1], (long long)size[2], (long long)width);
}

static void expand_attention(Graph *g, Node *n)
{
	enum { X, W, B, OFFSET, BIAS = 5 };

	need_rank(g, n, X, 2, 2);
	need_rank(g, n, W, 2, 2);
	need_size(g, n, B, 0, n->in[W]->shape.dim[1]);
	Sequences s = sequences_of(g, n, OFFSET);
	int64_t width = dim_number(g, n, n->in[W]->shape.dim[1]), size[3], from = 0;
	widths(g, n, width, size);
	Value *x = put(g, n, "Add", put(g, n, "MatMul", n->in[X], n->in[W], END_IN), n->in[B], END_IN), *part[3];
	for (int i = 0; i < 3; from += size[i++])
		part[i] = slice_of(g, n, x, 1, from, from + size[i]);
	attend(&s, part, BIAS);
}

/* Part i of [tokens, heads, 3, size]: [tokens, heads * size] */
static Value *part_of(Graph *g, const Node *n, int64_t i)
{
	const Dim *d = n->in[0]->shape.dim;
	Value *x = slice_of(g, n, n->in[0], 2, i, i + 1);

	return reshaped(g, n, x, 2, (int64_t[]){0, dim_number(g, n, d[1]) * dim_number(g, n, d[3])});
}

static void take_parts(Graph *g, const Node *n, Value **part)
{
	bool all = n->in[0]->shape.rank == 4;

	if (has_in(n, 1) == all || has_in(n, 2) == all)
		fail_node(g, n, "E-INPUTS", "key and value belong to a query of rank 2 [tokens, width], and there must be none with "
			  "one of rank 4 [tokens, heads, 3, size]");
	for (int i = 0; i < 3; i++) {
		need_rank(g, n, i * !all, all ? 4 : 2, all ? 4 : 2);
		if (all)
			need_size(g, n, 0, 2, dim(3));
		else
			need_size(g, n, i, 0, n->in[0]->shape.dim[0]);
		part[i] = all ? part_of(g, n, i) : n->in[i];
	}
}

static void expand_multihead(Graph *g, Node *n)
{
	enum { BIAS = 3, OFFSET, SCORE_BIAS = 6 };
	int64_t from = 0, width;
	Value *part[3];

	heads_of(g, n);
	if (!has_in(n, OFFSET) || !has_in(n, OFFSET + 1))
		fail_node(g, n, "E-INPUTS", "input %d or %d, token_offset or cumulative_sequence_length, is absent",
			  OFFSET, OFFSET + 1);
	need_rank(g, n, 0, 2, 4);
	take_parts(g, n, part);
	Sequences s = sequences_of(g, n, OFFSET);
	for (int i = 0; i < 3 && has_in(n, BIAS); i++, from += width) {
		width = dim_number(g, n, part[i]->shape.dim[1]);
		part[i] = binary(g, n, "Add", part[i], slice_of(g, n, n->in[BIAS], 0, from, from + width));
	}
	if (has_in(n, BIAS))
		need_count(g, n, BIAS, from);
	attend(&s, part, SCORE_BIAS);
}

/* ---- rows ---- */

static const Attr attention_attrs[] = {
	ATTR_REQUIRED(Packed, num_heads, A_INT), ATTR_FLOAT(Packed, scale, 0),
	ATTR_LIST(Packed, qkv_hidden_sizes, A_INTS), {0}};
static const Attr multihead_attrs[] = {
	ATTR_REQUIRED(Packed, num_heads, A_INT), ATTR_FLOAT(Packed, scale, 0),
	ATTR_FLOAT(Packed, mask_filter_value, -10000), {0}};

const Op op_ort_RemovePadding = {
	.name = "RemovePadding", .domain = "com.microsoft", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 4,
	.flags = CHOOSES, .types = "f", .infer = infer_remove, .eval = eval_expansion, .expand = expand_remove,
};
const Op op_ort_RestorePadding = {
	.name = "RestorePadding", .domain = "com.microsoft", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.types = "f", .infer = infer_expansion, .eval = eval_expansion, .expand = expand_restore,
};
const Op op_ort_PackedAttention = {
	.name = "PackedAttention", .domain = "com.microsoft", .min_in = 5, .max_in = 6, .min_out = 1, .max_out = 1, .ulp = 256,
	.attrs = attention_attrs, .attr_size = sizeof(struct Packed),
	.types = "f", .infer = infer_expansion, .eval = eval_expansion, .expand = expand_attention,
};
const Op op_ort_PackedMultiHeadAttention = {
	.name = "PackedMultiHeadAttention", .domain = "com.microsoft", .min_in = 1, .max_in = 7, .min_out = 1, .max_out = 1,
	.ulp = 256, .attrs = multihead_attrs, .attr_size = sizeof(struct Packed),
	.types = "f", .infer = infer_expansion, .eval = eval_expansion, .expand = expand_multihead,
};
