/* features.c -- small operators of ai.onnx.ml on columns of numbers.
 *
 *     Binarizer (1)              y = x > threshold, as a number
 *     ArrayFeatureExtractor (1)  y[.., i] = x[.., k[i]] */
#include "ir/op/composite.h"

struct Binarizer { float threshold; };

static void infer_binarizer(Graph *g, Node *n)
{
	need_type(g, n, 0, "fi");
	same_as_input(g, n);
}

static void expand_binarizer(Graph *g, Node *n)
{
	DType t = n->in[0]->dtype;
	Value *x = is_float(t) ? n->in[0] : cast_value(g, n, n->in[0], F64);
	Value *above = put(g, n, "Greater", x, value_scalar(g, x->dtype, (double)ATTR_OF(n, Binarizer)->threshold), END_IN);

	value_replace(g, n->out[0], cast_value(g, n, above, t));
}

static void infer_extractor(Graph *g, Node *n)
{
	const Shape *x = &n->in[0]->shape;
	Shape y = {.rank = x->rank > 1 ? x->rank : 2, .dim = {dim(1)}};

	need_rank(g, n, 0, 1, MAX_RANK);
	need_type(g, n, 1, "i");
	for (int k = 0; k + 1 < x->rank; k++)
		y.dim[k] = x->dim[k];
	y.dim[y.rank - 1] = shape_count(g, &n->in[1]->shape);
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

static void expand_extractor(Graph *g, Node *n)
{
	int64_t all = -1, axis = 0;
	Value *x = n->in[0]->shape.rank > 1 ? n->in[0] : with_axes(g, n, n->in[0], 1, &axis);
	Value *k = reshaped(g, n, n->in[1], 1, &all);

	value_replace(g, n->out[0], put_attr(g, n, "Gather", &(struct Gather){x->shape.rank - 1}, x, k, END_IN));
}

static const Attr binarizer_attrs[] = {ATTR_FLOAT(Binarizer, threshold, 0), {0}};

const Op op_binarizer = {
	.name = "Binarizer", .domain = "ai.onnx.ml", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.attrs = binarizer_attrs, .attr_size = sizeof(struct Binarizer),
	.infer = infer_binarizer, .eval = eval_expansion, .expand = expand_binarizer,
};

const Op op_arrayfeatureextractor = {
	.name = "ArrayFeatureExtractor", .domain = "ai.onnx.ml", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.infer = infer_extractor, .eval = eval_expansion, .expand = expand_extractor,
};
