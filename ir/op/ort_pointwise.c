/* ort_pointwise.c -- com.microsoft: what ONNX Runtime's optimiser makes of activations with a bias, and small operators
 * that ONNX has in another form.
 *
 *     Gelu, FastGelu (by tanh, with a bias), BiasGelu, QuickGelu (x sigmoid(alpha x)), BiasAdd (with a residual)
 *     BiasSplitGelu    with h = x + bias:  the first half of h times gelu of the second, along the last axis
 *     CDist            distances of the rows of a and b, or their squares
 *     NGramRepeatBlock scores of tokens that would repeat ngram_size tokens of the text become -infinity
 *     ExpandDims, Trilu, Pad, Range, GatherND */
#include <math.h>
#include <string.h>
#include "ir/op/composite.h"
#include "ir/op/reduce.h"

struct OrtPointwise {
	float alpha;
	int64_t upper, mode, metric, ngram_size;
};

enum { EUCLIDEAN, SQUARED };
enum { LONGEST_NGRAM = 64, LEAST_OF_SCATTER = 4 };

static void expand_gelu(Graph *g, Node *n)
{
	replace_out(g, n, 0, put(g, n, "Gelu", sum_if(g, n, n->in[0], optional_in(n, 1)), END_IN));
}

static void expand_fastgelu(Graph *g, Node *n)
{
	replace_out(g, n, 0, put_number(g, n, "Gelu", "approximate", 1, sum_if(g, n, n->in[0], optional_in(n, 1))));
}

static void expand_quickgelu(Graph *g, Node *n) { replace_out(g, n, 0, put_like(g, n, "Swish", n->in[0], NULL, NULL)); }

static void expand_biasadd(Graph *g, Node *n)
{
	replace_out(g, n, 0, put(g, n, "Add", put(g, n, "Add", n->in[0], n->in[1], END_IN), n->in[2], END_IN));
}

static void expand_biassplitgelu(Graph *g, Node *n)
{
	need_rank(g, n, 0, 1, -1);
	Value *h = put(g, n, "Add", n->in[0], n->in[1], END_IN);
	int last = h->shape.rank - 1;
	int64_t size = dim_number(g, n, h->shape.dim[last]);

	if (size % 2)
		fail_node(g, n, "E-SHAPE", "the last axis has %lld elements, an odd number", (long long)size);
	Value *gate = put(g, n, "Gelu", slice_of(g, n, h, last, size / 2, size), END_IN);
	replace_out(g, n, 0, put(g, n, "Mul", slice_of(g, n, h, last, 0, size / 2), gate, END_IN));
}

/* Differences of each row of the first input and each of the second, along axis 1; the second one is turned, so that sums of
 * neighbouring results lie in one vector. Not where these are few: then rows are vectors. */
static Value *differences(Graph *g, Node *n)
{
	enum { FEW = 8 };
	int64_t first = 0, second = 1, last = 2;
	Dim rows = n->in[1]->shape.dim[0];

	if (dim_known(rows) && rows.k < FEW)
		return swapped(g, n, put(g, n, "Sub", with_axes(g, n, n->in[0], 1, &second), with_axes(g, n, n->in[1], 1, &first), END_IN), 1, 2);
	Value *turned = put(g, n, "tcc.Copy", swapped(g, n, n->in[1], 0, 1), END_IN);
	return put(g, n, "Sub", with_axes(g, n, n->in[0], 1, &last), turned, END_IN);
}

static void expand_cdist(Graph *g, Node *n)
{
	need_rank(g, n, 0, 2, 2);
	need_rank(g, n, 1, 2, 2);
	need_size(g, n, 1, 1, n->in[0]->shape.dim[1]);
	Value *y = reduced(g, n, "ReduceSumSquare", differences(g, n), 1, false);
	replace_out(g, n, 0, ATTR_OF(n, OrtPointwise)->metric == EUCLIDEAN ? put(g, n, "Sqrt", y, END_IN) : y);
}

static void expand_expanddims(Graph *g, Node *n)
{
	int count;
	const int64_t *axis = const_i64(g, n, 1, &count);

	if (count != 1)
		fail_node(g, n, "E-SHAPE", "axis has %d elements; it must be one number", count);
	replace_out(g, n, 0, with_axes(g, n, n->in[0], 1, axis));
}

static void expand_trilu(Graph *g, Node *n)
{
	replace_out(g, n, 0, put_like(g, n, "Trilu", n->in[0], optional_in(n, 1), NULL));
}

static void expand_pad(Graph *g, Node *n)
{
	int64_t all = -1;

	replace_out(g, n, 0, put_like(g, n, "Pad", n->in[0], reshaped(g, n, n->in[1], 1, &all), optional_in(n, 2)));
}

static void expand_range(Graph *g, Node *n)
{
	Value *delta = has_in(n, 2) ? n->in[2] : value_scalar(g, n->in[0]->dtype, 1);

	replace_out(g, n, 0, put(g, n, "Range", n->in[0], n->in[1], delta, END_IN));
}

static void expand_gathernd(Graph *g, Node *n) { replace_out(g, n, 0, put(g, n, "GatherND", n->in[0], n->in[1], END_IN)); }

/* ids[.., at + by], where there is one: [batch, so many] */
static Value *tokens_at(Graph *g, const Node *n, Value *at, int64_t by, Value *last)
{
	struct Gather along = {.axis = 1};

	at = put(g, n, "Add", at, value_scalar(g, I64, (double)by), END_IN);
	at = put(g, n, "Max", put(g, n, "Min", at, last, END_IN), value_scalar(g, I64, 0), END_IN);
	return put_attr(g, n, "Gather", &along, n->in[0], at, END_IN);
}

/* Where the tokens from i on are those at the end, the one behind them would make another such run. */
static void expand_ngram(Graph *g, Node *n)
{
	int64_t size = ATTR_OF(n, OrtPointwise)->ngram_size, all = -1;
	struct Scatter least = {.axis = 1, .reduction = LEAST_OF_SCATTER};

	need_type(g, n, 0, "i");
	need_type(g, n, 1, "f");
	need_rank(g, n, 0, 2, 2);
	need_rank(g, n, 1, 2, 2);
	if (size < 1 || size > LONGEST_NGRAM)
		fail_node(g, n, "E-ATTR", "ngram_size is %lld; it must be 1..%d", (long long)size, LONGEST_NGRAM);
	Value *last = put(g, n, "Sub", size_of(g, n, n->in[0], 1), value_scalar(g, I64, 1), END_IN);
	Value *i = counted(g, n, n->in[0], 1), *end = reshaped(g, n, last, 1, &all);
	Value *same = put(g, n, "LessOrEqual", put(g, n, "Add", i, value_scalar(g, I64, (double)size - 1), END_IN), last, END_IN);
	for (int64_t k = 0; k < size - 1; k++)
		same = put(g, n, "And", same, put(g, n, "Equal", tokens_at(g, n, i, k, last),
						  tokens_at(g, n, end, k + 2 - size, last), END_IN), END_IN);
	DType t = n->in[1]->dtype;
	Value *token = tokens_at(g, n, i, size - 1, last);
	Value *score = put(g, n, "Where", same, value_scalar(g, t, -INFINITY), value_scalar(g, t, INFINITY), END_IN);
	score = put(g, n, "Expand", score, shape_as_value(g, n, n->in[0], &n->in[0]->shape), END_IN);
	replace_out(g, n, 0, put_attr(g, n, "ScatterElements", &least, n->in[1], token, score, END_IN));
}

static const Attr no_attrs[] = {{0}};
static const Attr ngram_attrs[] = {ATTR_REQUIRED(OrtPointwise, ngram_size, A_INT), {0}};
static const Attr quickgelu_attrs[] = {ATTR_FLOAT(OrtPointwise, alpha, 1.702f), {0}};
static const Attr cdist_attrs[] = {ATTR_ENUM(OrtPointwise, metric, SQUARED, "euclidean|sqeuclidean"), {0}};
static const Attr trilu_attrs[] = {ATTR_INT(OrtPointwise, upper, 1), {0}};
static const Attr pad_attrs[] = {ATTR_ENUM(OrtPointwise, mode, PAD_CONSTANT, "constant|reflect|edge|wrap"), {0}};

#define ORT_POINTWISE(id, text, classes, least, most, table, how)                                                      \
	const Op op_ort_##id = {                                                                                       \
		.name = text, .domain = "com.microsoft", .min_in = least, .max_in = most, .min_out = 1, .max_out = 1,  \
		.ulp = 64, .attrs = table, .attr_size = sizeof(struct OrtPointwise),                                   \
		.types = classes, .infer = infer_expansion, .eval = eval_expansion, .expand = how,                     \
	}

ORT_POINTWISE(Gelu, "Gelu", "f", 1, 1, no_attrs, expand_gelu);
ORT_POINTWISE(FastGelu, "FastGelu", "f", 1, 2, no_attrs, expand_fastgelu);
ORT_POINTWISE(BiasGelu, "BiasGelu", "f", 2, 2, no_attrs, expand_gelu);
ORT_POINTWISE(QuickGelu, "QuickGelu", "f", 1, 1, quickgelu_attrs, expand_quickgelu);
ORT_POINTWISE(BiasAdd, "BiasAdd", "f", 3, 3, no_attrs, expand_biasadd);
ORT_POINTWISE(BiasSplitGelu, "BiasSplitGelu", "f", 2, 2, no_attrs, expand_biassplitgelu);
ORT_POINTWISE(CDist, "CDist", "f", 2, 2, cdist_attrs, expand_cdist);
ORT_POINTWISE(ExpandDims, "ExpandDims", NULL, 2, 2, no_attrs, expand_expanddims);
ORT_POINTWISE(Trilu, "Trilu", NULL, 1, 2, trilu_attrs, expand_trilu);
ORT_POINTWISE(Pad, "Pad", NULL, 2, 3, pad_attrs, expand_pad);
ORT_POINTWISE(Range, "Range", "fi", 2, 3, no_attrs, expand_range);
ORT_POINTWISE(GatherND, "GatherND", NULL, 2, 2, no_attrs, expand_gathernd);
ORT_POINTWISE(NGramRepeatBlock, "NGramRepeatBlock", "i", 2, 2, ngram_attrs, expand_ngram);
