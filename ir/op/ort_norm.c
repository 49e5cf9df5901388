/* ort_norm.c -- com.microsoft: normalisations of a sum, as transformers have them, and SimplifiedLayerNormalization (1),
 * which ONNX Runtime writes into ONNX's own domain.
 *
 *     SkipLayerNormalization             LayerNormalization of s = x + skip + bias; outputs: y, mean, 1 / deviation, s
 *     SkipSimplifiedLayerNormalization   the same with RMSNormalization
 *     EmbedLayerNormalization            LayerNormalization of s = words[ids] + positions[0..] + segments[segment ids];
 *                                        outputs: y, how many tokens the mask lets through, s */
#include "ir/op/composite.h"

enum { X, SKIP, GAMMA };
enum { IDS, SEGMENT_IDS, WORDS, POSITIONS, SEGMENTS, EMBED_GAMMA, EMBED_BETA, MASK, POSITION_IDS };

struct OrtNorm {
	float epsilon;
	int64_t axis, stash_type, mask_index_type;
};

/* y, mean and 1 / deviation become outputs 0 .. outputs-1. */
static void give_layernorm(Graph *g, Node *n, Value *x, Value *gamma, Value *beta, int outputs)
{
	Value *in[3] = {x, gamma, beta};
	Node *norm = node_new(g, &op_layernormalization, n, 3, in, 3, attr_like(g, "LayerNormalization", n));

	for (int i = 0; i < 3; i++) {
		if (i < outputs)
			replace_out(g, n, i, norm->out[i]);
		if (i && (i >= outputs || !wants(n, i)))
			norm->out[i] = NULL;
	}
}

/* 1 / sqrt(mean x^2 + epsilon) along the last axis */
static Value *inverse_rms(Graph *g, const Node *n, Value *x)
{
	Value *square = reduced(g, n, "ReduceMean", put(g, n, "Mul", x, x, END_IN), x->shape.rank - 1, true);
	Value *moved = put(g, n, "Add", square, value_scalar(g, x->dtype, (double)ATTR_OF(n, OrtNorm)->epsilon), END_IN);

	return put(g, n, "Reciprocal", put(g, n, "Sqrt", moved, END_IN), END_IN);
}

static Value *sum_of_three(Graph *g, const Node *n, int bias)
{
	need_rank(g, n, X, 1, MAX_RANK);
	Value *s = put(g, n, "Add", n->in[X], n->in[SKIP], END_IN);
	return sum_if(g, n, s, optional_in(n, bias));
}

static void expand_skip(Graph *g, Node *n)
{
	Value *s = sum_of_three(g, n, 4);

	give_layernorm(g, n, s, n->in[GAMMA], optional_in(n, 3), 3);
	replace_out(g, n, 3, s);
}

static void expand_skip_simplified(Graph *g, Node *n)
{
	Value *s = sum_of_three(g, n, 3);

	replace_out(g, n, 0, put_like(g, n, "RMSNormalization", s, n->in[GAMMA], NULL));
	if (wants(n, 1))
		replace_out(g, n, 1, reduced(g, n, "ReduceMean", s, s->shape.rank - 1, true));
	if (wants(n, 2))
		replace_out(g, n, 2, inverse_rms(g, n, s));
	replace_out(g, n, 3, s);
}

static void expand_simplified(Graph *g, Node *n)
{
	replace_out(g, n, 0, put_like(g, n, "RMSNormalization", n->in[0], n->in[1], NULL));
	if (!wants(n, 1))
		return;
	if (fix_axis(g, n, ATTR_OF(n, OrtNorm)->axis, n->in[0]->shape.rank) != n->in[0]->shape.rank - 1)
		fail_unsupported(g, n, "inv_std_var over several axes");
	replace_out(g, n, 1, inverse_rms(g, n, n->in[0]));
}

static Value *embedding_sum(Graph *g, const Node *n)
{
	Value *at = has_in(n, POSITION_IDS) ? n->in[POSITION_IDS] : counted(g, n, n->in[IDS], 1);
	Value *s = put(g, n, "Gather", n->in[WORDS], n->in[IDS], END_IN);

	s = put(g, n, "Add", s, put(g, n, "Gather", n->in[POSITIONS], at, END_IN), END_IN);
	if (!has_in(n, SEGMENT_IDS) || !has_in(n, SEGMENTS))
		return s;
	return put(g, n, "Add", s, put(g, n, "Gather", n->in[SEGMENTS], n->in[SEGMENT_IDS], END_IN), END_IN);
}

static void expand_embed(Graph *g, Node *n)
{
	need_rank(g, n, IDS, 2, 2);
	for (int i = WORDS; i <= EMBED_BETA; i++)
		if (i != SEGMENTS)
			need_type(g, n, i, "f");
	Value *s = embedding_sum(g, n), *mask = has_in(n, MASK) ? n->in[MASK] : n->in[IDS];

	give_layernorm(g, n, s, n->in[EMBED_GAMMA], n->in[EMBED_BETA], 1);
	if (!has_in(n, MASK))
		mask = put(g, n, "Mul", mask, value_scalar(g, mask->dtype, 0), END_IN);
	if (wants(n, 1))
		replace_out(g, n, 1, cast_value(g, n, reduced(g, n, "ReduceSum", mask, 1, false), I32));
	replace_out(g, n, 2, s);
}

static const Attr norm_attrs[] = {ATTR_FLOAT(OrtNorm, epsilon, 1e-12f), {0}};
static const Attr simplified_attrs[] = {ATTR_FLOAT(OrtNorm, epsilon, 1e-5f), ATTR_INT(OrtNorm, axis, -1),
					ATTR_INT(OrtNorm, stash_type, 1), {0}};
static const Attr embed_attrs[] = {ATTR_FLOAT(OrtNorm, epsilon, 1e-12f), ATTR_INT(OrtNorm, mask_index_type, 0), {0}};

#define ORT_NORM(id, where, text, classes, least, most, outs, table, how)                                              \
	const Op op_ort_##id = {                                                                                       \
		.name = text, .domain = where, .min_in = least, .max_in = most, .min_out = 1, .max_out = outs,         \
		.ulp = 64, .attrs = table, .attr_size = sizeof(struct OrtNorm),                                        \
		.types = classes, .infer = infer_expansion, .eval = eval_expansion, .expand = how,                     \
	}

ORT_NORM(SkipLayerNormalization, "com.microsoft", "SkipLayerNormalization", "f", 3, 5, 4, norm_attrs, expand_skip);
ORT_NORM(SkipSimplifiedLayerNormalization, "com.microsoft", "SkipSimplifiedLayerNormalization", "f", 3, 4, 4, norm_attrs,
	 expand_skip_simplified);
ORT_NORM(SimplifiedLayerNormalization, "", "SimplifiedLayerNormalization", "f", 2, 2, 2, simplified_attrs, expand_simplified);
ORT_NORM(EmbedLayerNormalization, "com.microsoft", "EmbedLayerNormalization", "i", 1, 9, 3, embed_attrs, expand_embed);
