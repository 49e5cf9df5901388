/* ort_decoder.c -- com.microsoft: DecoderMaskedMultiHeadAttention, MultiHeadAttention of one new token.
 *
 * Keys and values that have heads already are those of an encoder, and nothing is past. Otherwise the past grows, or
 * has room (past_present_share_buffer), of which past_sequence_length rows are taken. With several beams (beam_width),
 * cache_indirection [batch, beams, rows] says from which beam of its batch each row of the past comes. */
#include <math.h>
#include "ir/op/ort_attention.h"

enum { Q, K, V, MASK, SCORE_BIAS, PAST_K, PAST_V, PAST_LENGTH, BEAMS, BEAM_OF_ROW, QKV_BIAS };
enum { SCORES = 3 }; /* output */

/* Q, K and V [batch, 1, width], with their shares of the bias. */
static void take_token(Parts *p, Value **part)
{
	Graph *g = p->g;
	bool apart = has_in(p->n, K);
	int64_t from = 0, width = attention_width(p, p->n->in[Q]);

	for (int i = Q; i <= V; i++) {
		int64_t size = apart ? attention_width(p, p->n->in[i]) : width / 3;
		part[i] = apart ? p->n->in[i] : slice_of(g, p->n, p->n->in[Q], 2, i * size, (i + 1) * size);
		if (has_in(p->n, QKV_BIAS))
			part[i] = binary(g, p->n, "Add", part[i], slice_of(g, p->n, p->n->in[QKV_BIAS], 0, from, from + size));
		from += size;
	}
	if (!apart && width % 3)
		fail_node(g, p->n, "E-SHAPE", "Q, K and V lie in a width of %lld, which is no multiple of 3", (long long)width);
}

/* ---- without room: MultiHeadAttention ---- */

static void as_multihead(Parts *p, Value *const *part)
{
	enum { MHA_BIAS = 3, MHA_INPUTS = 8 };
	static const char name[] = "com.microsoft.MultiHeadAttention";
	const Node *n = p->n;
	Value *in[MHA_INPUTS] = {part[Q], part[K], part[V], NULL, optional_in(n, MASK), optional_in(n, SCORE_BIAS),
				 optional_in(n, PAST_K), optional_in(n, PAST_V)};
	Node *core = node_new(p->g, op_named(name), n, MHA_INPUTS, in, SCORES + 1, attr_like(p->g, name, n));

	for (int i = 0; i <= SCORES; i++) {
		replace_out(p->g, p->n, i, core->out[i]);
		if (!wants(n, i))
			core->out[i] = NULL;
	}
}

/* ---- with room ---- */

/* i64[batch * beams, rows]: from which of all each row of the past comes; rows that are new are its own. */
static Value *source_of_rows(Parts *p, Value *before)
{
	Graph *g = p->g;
	const Node *n = p->n;
	Value *own = counted(g, n, p->q, 0), *zero = value_scalar(g, I64, 0), *one = value_scalar(g, I64, 1);
	Value *beams = put(g, n, "Squeeze", cast_value(g, n, n->in[BEAMS], I64), END_IN);
	Value *first = binary(g, n, "Mul", binary(g, n, "Div", own, beams), beams);
	Value *beam = cast_value(g, n, n->in[BEAM_OF_ROW], I64);

	beam = shaped_as(g, n, beam, &(Shape){2, {p->q->shape.dim[0], p->k->shape.dim[2]}});
	own = with_axes(g, n, own, 1, &(int64_t){1});
	Value *last = binary(g, n, "Sub", size_of(g, n, p->q, 0), one);
	Value *from = within(g, n, binary(g, n, "Add", with_axes(g, n, first, 1, &(int64_t){1}), beam), zero, last);
	Value *is_past = binary(g, n, "Less", counted(g, n, p->k, 2), before);
	return put(g, n, "Where", is_past, from, own, END_IN);
}

static Value *of_beams(Parts *p, Value *x, Value *source)
{
	Graph *g = p->g;

	source = with_axes(g, p->n, source, 2, (int64_t[]){1, 3});
	source = put(g, p->n, "Expand", source, shape_as_value(g, p->n, x, &x->shape), END_IN);
	return put(g, p->n, "GatherElements", x, source, END_IN);
}

static void check_room(Parts *p)
{
	Graph *g = p->g;
	const Node *n = p->n;

	if (!has_in(n, PAST_K) || !has_in(n, PAST_V) || !has_in(n, PAST_LENGTH))
		fail_node(g, n, "E-INPUTS", "a cache with room needs past_key, past_value and past_sequence_length");
	need_size(g, n, Q, 1, dim(1));
	need_type(g, n, PAST_LENGTH, "i");
	need_count(g, n, PAST_LENGTH, 1);
	for (int i = PAST_K; i <= PAST_V; i++)
		need_rank(g, n, i, 4, 4);
	if (has_in(n, BEAM_OF_ROW) && !has_in(n, BEAMS))
		fail_node(g, n, "E-INPUTS", "cache_indirection needs beam_width");
	if (wants(n, SCORES))
		fail_unsupported(g, n, "output_qk of a cache with room");
}

/* bool[1, rows] hides what is behind the new token; a mask of keys hides more. */
static void hide(Parts *p, Value *before)
{
	Graph *g = p->g;
	DType t = p->q->dtype;
	Value *let = binary(g, p->n, "LessOrEqual", counted(g, p->n, p->k, 2), before), *none = value_scalar(g, t, 0);
	Value *mask = put(g, p->n, "Where", let, none, value_scalar(g, t, -INFINITY), END_IN);

	if (has_in(p->n, MASK)) {
		need_type(g, p->n, MASK, "i");
		need_rank(g, p->n, MASK, 2, 2);
		Value *m = for_cache(p, p->n->in[MASK], 1);
		let = binary(g, p->n, "Greater", m, value_scalar(g, m->dtype, 0));
		Value *filter = value_scalar(g, t, (double)p->a->mask_filter_value);
		mask = binary(g, p->n, "Add", mask, put(g, p->n, "Where", let, none, filter, END_IN));
	}
	attention_mask(p, with_axes(g, p->n, mask, 2, (int64_t[]){1, 2}));
	if (has_in(p->n, SCORE_BIAS))
		attention_mask(p, for_cache(p, p->n->in[SCORE_BIAS], 3));
}

static void with_room(Parts *p, Value *const *part)
{
	Graph *g = p->g;
	int64_t one[] = {1, 1};
	Value **now[] = {&p->k, &p->v}, *whole[2], *before, *source = NULL;
	Node *core;

	check_room(p);
	p->q = attention_heads(p, part[Q], p->a->num_heads);
	before = reshaped(g, p->n, cast_value(g, p->n, p->n->in[PAST_LENGTH], I64), 2, one);
	Value *zeros = binary(g, p->n, "Mul", counted(g, p->n, p->q, 0), value_scalar(g, I64, 0));
	Value *each = binary(g, p->n, "Add", before, with_axes(g, p->n, zeros, 1, &one[0])); /* of each batch the same */
	require(g, p->n, binary(g, p->n, "Less", before, size_of(g, p->n, p->n->in[PAST_K], 2)));
	for (int i = 0; i < 2; i++) {
		whole[i] = cache_with(p, p->n->in[PAST_K + i], attention_heads(p, part[K + i], p->a->num_heads), each);
		replace_out(g, p->n, 1 + i, whole[i]);
		*now[i] = whole[i];
	}
	if (has_in(p->n, BEAM_OF_ROW))
		source = source_of_rows(p, before);
	for (int i = 0; source && i < 2; i++)
		*now[i] = of_beams(p, whole[i], source);
	hide(p, before);
	replace_out(g, p->n, 0, attention_of(p, &core));
	core->out[1] = core->out[2] = NULL;
}

static void expand_decoder(Graph *g, Node *n)
{
	Parts p = attention_parts(g, n);
	Value *part[3];

	need_rank(g, n, Q, 3, 3);
	if (has_in(n, K) != has_in(n, V))
		fail_node(g, n, "E-INPUTS", "key and value come together");
	if (has_in(n, K) && n->in[K]->shape.rank == 4) {
		part[Q] = n->in[Q];
		if (has_in(n, QKV_BIAS))
			part[Q] = binary(g, n, "Add", part[Q], slice_of(g, n, n->in[QKV_BIAS], 0, 0, attention_width(&p, part[Q])));
		part[K] = n->in[K];
		part[V] = n->in[V];
		as_multihead(&p, part);
		return;
	}
	take_token(&p, part);
	if (p.a->past_present_share_buffer)
		with_room(&p, part);
	else if (has_in(n, BEAM_OF_ROW))
		fail_unsupported(g, n, "cache_indirection of a cache that grows");
	else
		as_multihead(&p, part);
}

static const Attr attrs[] = {
	ATTR_REQUIRED(OrtAttention, num_heads, A_INT), ATTR_FLOAT(OrtAttention, scale, 0),
	ATTR_FLOAT(OrtAttention, mask_filter_value, -10000), ATTR_INT(OrtAttention, past_present_share_buffer, 0),
	{"output_qk", A_INT, offsetof(struct OrtAttention, qk_output), 0, NULL, false}, {0}};

const Op op_ort_DecoderMaskedMultiHeadAttention = {
	.name = "DecoderMaskedMultiHeadAttention", .domain = "com.microsoft", .min_in = 1, .max_in = 11, .min_out = 1,
	.max_out = 4, .ulp = 256, .attrs = attrs, .attr_size = sizeof(struct OrtAttention),
	.types = "f", .infer = infer_expansion, .eval = eval_expansion, .expand = expand_decoder,
};
