/* ort_wordconv.c -- com.microsoft: WordConvEmbedding, words from their letters.
 *
 *     y[word, m] = max over i of tanh(bias[m] + sum over j < window, k of w[m, 0, j, k] * table[letter i + j, k])
 *
 * Letters of 0 are padding. As many windows count as fit into so many letters as are not; at least the first one does,
 * whatever padding is in it. A word whose first letter is padding has none: it gives zeros, which ONNX Runtime's kernel
 * leaves to chance. tanh never falls, so it is taken of the largest sum. */
#include <float.h>
#include "ir/op/composite.h"

enum { WORDS, W, BIAS, TABLE };

struct WordConv {
	int64_t embedding_size, conv_window_size, char_embedding_size; /* -1: as the weights say */
};

static void need_stated(Graph *g, const Node *n, const char *name, int64_t stated, int slot, int axis)
{
	Dim have = n->in[slot]->shape.dim[axis];

	if (stated != -1 && !dim_is(have, stated) && dim_known(have))
		fail_node(g, n, "E-SHAPE", "%s is %lld, but axis %d of input %d has size %s", name, (long long)stated, axis, slot,
			  dim_text(g->syms, have));
}

static void check(Graph *g, const Node *n)
{
	const struct WordConv *a = n->attr;
	static const int rank[] = {[WORDS] = 2, [W] = 4, [BIAS] = 1, [TABLE] = 2};

	for (int i = WORDS; i <= TABLE; i++) {
		need_rank(g, n, i, rank[i], rank[i]);
		need_type(g, n, i, i == WORDS ? "i" : "f");
	}
	need_size(g, n, W, 1, dim(1));
	need_size(g, n, BIAS, 0, n->in[W]->shape.dim[0]);
	need_size(g, n, TABLE, 1, n->in[W]->shape.dim[3]);
	need_stated(g, n, "embedding_size", a->embedding_size, W, 0);
	need_stated(g, n, "conv_window_size", a->conv_window_size, W, 2);
	need_stated(g, n, "char_embedding_size", a->char_embedding_size, TABLE, 1);
	need_at_least(g, n, WORDS, 1, dim_number(g, n, n->in[W]->shape.dim[2]));
}

/* [words, filters, windows]: each window's sum */
static Value *sums(Graph *g, const Node *n)
{
	Value *letters = channels_first(g, n, put(g, n, "Gather", n->in[TABLE], n->in[WORDS], END_IN));
	Value *w = put(g, n, "Squeeze", n->in[W], value_i64(g, 1, &(int64_t){1}), END_IN);

	return put(g, n, "Conv", letters, swapped(g, n, w, 1, 2), n->in[BIAS], END_IN);
}

/* i64[words, 1]: how many letters each word has */
static Value *lengths(Graph *g, const Node *n)
{
	DType t = n->in[WORDS]->dtype;
	Value *is_letter = put(g, n, "Greater", n->in[WORDS], value_scalar(g, t, 0), END_IN);
	Value *count = reduced(g, n, "ReduceSum", cast_value(g, n, is_letter, I64), 1, true);

	return put(g, n, "Mul", count, cast_value(g, n, slice_of(g, n, is_letter, 1, 0, 1), I64), END_IN);
}

static void expand(Graph *g, Node *n)
{
	check(g, n);
	Value *x = sums(g, n), *length = lengths(g, n), *zero = value_scalar(g, I64, 0);
	Value *last = put(g, n, "Sub", length, size_of(g, n, n->in[W], 2), END_IN);
	Value *counts = put(g, n, "LessOrEqual", counted(g, n, x, 2), put(g, n, "Max", last, zero, END_IN), END_IN);
	Value *least = value_scalar(g, x->dtype, (double)-FLT_MAX);
	x = put(g, n, "Where", with_axes(g, n, counts, 1, &(int64_t){1}), x, least, END_IN);
	x = put(g, n, "Tanh", reduced(g, n, "ReduceMax", x, 2, false), END_IN);
	Value *is_word = put(g, n, "Greater", length, zero, END_IN);
	replace_out(g, n, 0, put(g, n, "Where", is_word, x, value_scalar(g, x->dtype, 0), END_IN));
}

static const Attr attrs[] = {ATTR_INT(WordConv, embedding_size, -1), ATTR_INT(WordConv, conv_window_size, -1),
			     ATTR_INT(WordConv, char_embedding_size, -1), {0}};

const Op op_ort_WordConvEmbedding = {
	.name = "WordConvEmbedding", .domain = "com.microsoft", .min_in = 4, .max_in = 4, .min_out = 1, .max_out = 1,
	.ulp = 64, .attrs = attrs, .attr_size = sizeof(struct WordConv),
	.types = "i", .infer = infer_expansion, .eval = eval_expansion, .expand = expand,
};
