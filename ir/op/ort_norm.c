/* ort_norm.c -- com.microsoft: normalisations of a sum, as transformers have them, and SimplifiedLayerNormalization (1),
 * which ONNX Runtime writes into ONNX's own domain.
 *
 *     SkipLayerNormalization             LayerNormalization of s = x + skip + bias; outputs: y, mean, 1 / deviation, s
 *     SkipSimplifiedLayerNormalization   the same with RMSNormalization
 *     QEmbedLayerNormalization           EmbedLayerNormalization of quantised tables
 *     EmbedLayerNormalization            LayerNormalization of s = words[ids] + positions[0..] + segments[segment ids];
 *                                        outputs: y, how many tokens the mask lets through, s */
#include "ir/op/composite.h"

enum { X, SKIP, GAMMA };
enum { IDS, SEGMENT_IDS, WORDS, POSITIONS, SEGMENTS, EMBED_GAMMA, EMBED_BETA, MASK, POSITION_IDS };

enum { Q_SCALES = 8, Q_TABLES = 5 }; /* of QEmbedLayerNormalization */

struct OrtNorm {
	float epsilon;
	int64_t axis, stash_type, mask_index_type;
};

static bool is_quantised(const Node *n) { return n->op == &op_ort_QEmbedLayerNormalization; }

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

/* 1 / sqrt(mean x^2 + epsilon) over axes first .. rank-1, f32 */
static Value *inverse_rms(Graph *g, const Node *n, Value *x, int first)
{
	x = x->dtype == F64 ? x : cast_value(g, n, x, F32);
	Value *square = put(g, n, "Mul", x, x, END_IN);

	for (int k = x->shape.rank - 1; k >= first; k--)
		square = reduced(g, n, "ReduceMean", square, k, true);
	Value *moved = put(g, n, "Add", square, value_scalar(g, x->dtype, (double)ATTR_OF(n, OrtNorm)->epsilon), END_IN);
	return cast_value(g, n, put(g, n, "Reciprocal", put(g, n, "Sqrt", moved, END_IN), END_IN), F32);
}

/* skip has the shape of x, or all batches share one. */
static void check_skip(Graph *g, const Node *n)
{
	const Shape *x = &n->in[X]->shape, *s = &n->in[SKIP]->shape;
	int ahead = x->rank - s->rank;
	bool fits = ahead == 0 || (ahead == 1 && s->rank >= 2);

	for (int k = 0; fits && k < s->rank; k++) {
		Dim have = s->dim[k], want = x->dim[k + ahead];
		bool repeats = k + ahead == 0 && s->rank > 2 && dim_is(have, 1);
		fits = repeats || !dim_known(have) || !dim_known(want) || dim_same(have, want);
	}
	if (!fits)
		fail_node(g, n, "E-SHAPE", "skip has shape %s; it must have that of the input, %s, but for a batch of 1 or none",
			  shape_text(g, s), shape_text(g, x));
}

static Value *sum_of_three(Graph *g, const Node *n, int bias)
{
	need_rank(g, n, X, 1, MAX_RANK);
	check_skip(g, n);
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
	if (wants(n, 1)) { /* no mean was taken away */
		Shape rows = s->shape;
		rows.dim[rows.rank - 1] = dim(1);
		replace_out(g, n, 1, put(g, n, "ConstantOfShape", shape_as_value(g, n, s, &rows), END_IN));
	}
	if (wants(n, 2))
		replace_out(g, n, 2, inverse_rms(g, n, s, s->shape.rank - 1));
	replace_out(g, n, 3, s);
}

static void expand_simplified(Graph *g, Node *n)
{
	replace_out(g, n, 0, put_like(g, n, "RMSNormalization", n->in[0], n->in[1], NULL));
	if (wants(n, 1))
		replace_out(g, n, 1, inverse_rms(g, n, n->in[0],
						 (int)fix_axis(g, n, ATTR_OF(n, OrtNorm)->axis, n->in[0]->shape.rank)));
}

/* Input `slot`, WORDS .. EMBED_BETA, as floats: quantised ones have their scales from Q_SCALES on, and then zero points. */
static Value *real(Graph *g, const Node *n, int slot, Value *x)
{
	int k = slot - WORDS;

	if (!is_quantised(n))
		return x;
	need_type(g, n, slot, "iu");
	need_type(g, n, Q_SCALES + k, "f");
	return put(g, n, "DequantizeLinear", x, n->in[Q_SCALES + k], optional_in(n, Q_SCALES + Q_TABLES + k), END_IN);
}

/* Rows of a table. */
static Value *rows_at(Graph *g, const Node *n, int slot, Value *at)
{
	return real(g, n, slot, put(g, n, "Gather", n->in[slot], at, END_IN));
}

static Value *embedding_sum(Graph *g, const Node *n)
{
	bool given = !is_quantised(n) && has_in(n, POSITION_IDS);
	Value *at = given ? n->in[POSITION_IDS] : counted(g, n, n->in[IDS], 1);
	Value *s = rows_at(g, n, WORDS, n->in[IDS]);

	s = put(g, n, "Add", s, rows_at(g, n, POSITIONS, at), END_IN);
	if (!has_in(n, SEGMENT_IDS) || !has_in(n, SEGMENTS))
		return s;
	return put(g, n, "Add", s, rows_at(g, n, SEGMENTS, n->in[SEGMENT_IDS]), END_IN);
}

static void expand_embed(Graph *g, Node *n)
{
	need_rank(g, n, IDS, 2, 2);
	for (int i = WORDS; i <= EMBED_BETA; i++)
		if (i != SEGMENTS)
			need_type(g, n, i, is_quantised(n) ? "iu" : "f");
	Value *s = embedding_sum(g, n), *mask = has_in(n, MASK) ? n->in[MASK] : n->in[IDS];
	Value *gamma = real(g, n, EMBED_GAMMA, n->in[EMBED_GAMMA]), *beta = real(g, n, EMBED_BETA, n->in[EMBED_BETA]);

	give_layernorm(g, n, s, gamma, beta, 1);
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
ORT_NORM(QEmbedLayerNormalization, "com.microsoft", "QEmbedLayerNormalization", "i", 1, 18, 2, embed_attrs, expand_embed);
