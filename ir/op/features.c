/* features.c -- small operators of ai.onnx.ml on columns of numbers.
 *
 *     Binarizer (1)              y = x > threshold, as a number
 *     ArrayFeatureExtractor (1)  y[.., i] = x[.., k[i]]
 *     Scaler (1)                 y = (x - offset) scale, by column
 *     Normalizer (1)             rows over their largest element, the sum of absolute values, or the root of that of squares
 *     Imputer (1)                y = imputed, by column, where x is `replaced`
 *     OneHotEncoder (1)          y[.., k] = x[..] is category k
 *     FeatureVectorizer (1)      columns of all inputs side by side, as floats */
#include <math.h>
#include <string.h>
#include "ir/op/reduce.h"
#include "ir/op/strings.h"
#include "ir/op/trust.h"

struct Binarizer { float threshold; };

static void infer_binarizer(Graph *g, Node *n)
{
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

/* ---- by column ---- */

enum norm { LARGEST, L1, L2 };

struct Columns {
	Floats offset, scale, imputed_value_floats;
	Ints imputed_value_int64s, cats_int64s, inputdimensions;
	Strings cats_strings;
	float replaced_value_float;
	int64_t replaced_value_int64, norm, zeros;
};

static Value *as_floats(Graph *g, const Node *n, int slot)
{
	need_type(g, n, slot, "fi");
	need_rank(g, n, slot, 1, MAX_RANK);
	return cast_value(g, n, n->in[slot], F32);
}

/* One number for all columns, or one a column, of type t. */
static Value *by_column(Graph *g, const Node *n, const char *name, const Floats *floats, const Ints *whole, DType t)
{
	const Shape *x = &n->in[0]->shape;
	int count = is_float(t) ? floats->n : whole->n;

	if (count < 1)
		fail_node(g, n, "E-ATTR", "%s is missing", name);
	if (count > 1 && !dim_is(x->dim[x->rank - 1], count))
		fail_node(g, n, "E-ATTR", "%s has %d values for %s columns", name, count, dim_text(g->syms, x->dim[x->rank - 1]));
	Tensor *y = tensor_new(&g->ctx->perm, t, 1, &(int64_t){count});
	memcpy(y->data, is_float(t) ? (const void *)floats->v : whole->v, dtype_bytes(t, count));
	return value_const(g, NULL, y);
}

static void expand_scaler(Graph *g, Node *n)
{
	const struct Columns *a = n->attr;
	Value *x = as_floats(g, n, 0);

	x = put(g, n, "Sub", x, by_column(g, n, "offset", &a->offset, NULL, F32), END_IN);
	replace_out(g, n, 0, put(g, n, "Mul", x, by_column(g, n, "scale", &a->scale, NULL, F32), END_IN));
}

static void expand_normalizer(Graph *g, Node *n)
{
	static const char *const sums[] = {"ReduceMax", "ReduceL1", "ReduceL2"};
	Value *x = as_floats(g, n, 0), *zero = value_scalar(g, F32, 0);

	Value *size = reduced(g, n, sums[ATTR_OF(n, Columns)->norm], x, x->shape.rank - 1, true);
	Value *none = put(g, n, "Equal", size, zero, END_IN);
	size = put(g, n, "Where", none, value_scalar(g, F32, 1), size, END_IN);
	replace_out(g, n, 0, put(g, n, "Div", x, size, END_IN));
}

static void expand_imputer(Graph *g, Node *n)
{
	const struct Columns *a = n->attr;
	Value *x = n->in[0], *missing;
	bool floats = is_float(x->dtype);

	need_rank(g, n, 0, 1, MAX_RANK);
	Value *replaced = floats ? value_scalar(g, F32, (double)a->replaced_value_float)
				 : value_const(g, NULL, tensor_i64(&g->ctx->perm, 1, &a->replaced_value_int64, true));
	if (floats && isnan(a->replaced_value_float))
		missing = put(g, n, "IsNaN", x, END_IN);
	else
		missing = put(g, n, "Equal", x, cast_value(g, n, replaced, x->dtype), END_IN);
	Value *instead = by_column(g, n, "imputed_value", &a->imputed_value_floats, &a->imputed_value_int64s, floats ? F32 : I64);
	replace_out(g, n, 0, put(g, n, "Where", missing, cast_value(g, n, instead, x->dtype), x, END_IN));
}

/* Labels that floats hold exactly become floats, and x is held to these: vectors compare twice as many. */
static void labels_as_floats(Graph *g, const Node *n, Tensor **cats, Value **x)
{
	const int64_t *from = (*cats)->data, most = 1 << 24;
	Tensor *t = tensor_new(&g->ctx->perm, F32, 1, (*cats)->dim);

	for (int64_t i = 0; i < t->count; i++) {
		if (from[i] <= -most || from[i] >= most)
			return;
		store_f64(F32, t->data, i, (double)from[i]);
	}
	*cats = t;
	*x = cast_value(g, n, within(g, n, *x, number(g, -most), number(g, most)), F32);
}

/* A row of bools along `axis` without a true one ends the run. */
static void require_some(Graph *g, const Node *n, Value *hit, int axis)
{
	Value *some = reduced(g, n, "ReduceMax", hit, axis, false);

	require(g, n, put_attr(g, n, "ReduceMin", &(struct Reduce){.keepdims = 0}, some, END_IN));
}

static void expand_onehot(Graph *g, Node *n)
{
	const struct Columns *a = n->attr;
	int64_t last = n->in[0]->shape.rank;

	Tensor *cats = labels_tensor(g, &a->cats_int64s, &a->cats_strings);
	need_rank(g, n, 0, 0, MAX_RANK - 1);
	if (!cats || (n->in[0]->dtype == STR) != (cats->dtype == STR))
		fail_node(g, n, "E-ATTR", "it has no categories for elements of type %s", dtype_name(n->in[0]->dtype));
	Value *x = with_axes(g, n, cast_value(g, n, n->in[0], cats->dtype), 1, &last);
	if (cats->dtype == I64)
		labels_as_floats(g, n, &cats, &x);
	Value *hit = put(g, n, "Equal", x, value_const(g, NULL, cats), END_IN);
	if (!a->zeros)
		require_some(g, n, hit, (int)last);
	replace_out(g, n, 0, cast_value(g, n, hit, F32));
}

static void expand_vectorizer(Graph *g, Node *n)
{
	const Ints *widths = &ATTR_OF(n, Columns)->inputdimensions;
	Value **part = NEW_N(&g->ctx->scratch, Value *, n->nin);

	if (widths->n != n->nin)
		fail_node(g, n, "E-ATTR", "inputdimensions has %d elements for %d inputs", widths->n, n->nin);
	for (int i = 0; i < n->nin; i++) {
		int64_t axis = 0;
		part[i] = as_floats(g, n, i);
		need_rank(g, n, i, 1, 2);
		if (part[i]->shape.rank == 1)
			part[i] = with_axes(g, n, part[i], 1, &axis);
		need_size(g, n, i, n->in[i]->shape.rank - 1, dim(widths->v[i]));
	}
	replace_out(g, n, 0, node_new(g, op_named("Concat"), n, n->nin, part, 1,
				      arena_copy(&g->ctx->perm, &(struct Concat){1}, sizeof(struct Concat)))->out[0]);
}

static const Attr binarizer_attrs[] = {ATTR_FLOAT(Binarizer, threshold, 0), {0}};

const Op op_binarizer = {
	.name = "Binarizer", .domain = "ai.onnx.ml", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.attrs = binarizer_attrs, .attr_size = sizeof(struct Binarizer),
	.types = "fi", .infer = infer_binarizer, .eval = eval_expansion, .expand = expand_binarizer,
};

const Op op_arrayfeatureextractor = {
	.name = "ArrayFeatureExtractor", .domain = "ai.onnx.ml", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.infer = infer_extractor, .eval = eval_expansion, .expand = expand_extractor,
};

static const Attr scaler_attrs[] = {ATTR_LIST(Columns, offset, A_FLOATS), ATTR_LIST(Columns, scale, A_FLOATS), {0}};
static const Attr normalizer_attrs[] = {ATTR_ENUM(Columns, norm, LARGEST, "MAX|L1|L2"), {0}};
static const Attr imputer_attrs[] = {
	ATTR_LIST(Columns, imputed_value_floats, A_FLOATS), ATTR_LIST(Columns, imputed_value_int64s, A_INTS),
	ATTR_FLOAT(Columns, replaced_value_float, 0), ATTR_INT(Columns, replaced_value_int64, 0), {0}};
static const Attr onehot_attrs[] = {ATTR_LIST(Columns, cats_int64s, A_INTS), ATTR_LIST(Columns, cats_strings, A_STRINGS),
				    ATTR_INT(Columns, zeros, 1), {0}};
static const Attr vectorizer_attrs[] = {ATTR_REQUIRED(Columns, inputdimensions, A_INTS), {0}};

#define COLUMNS_OP(id, text, classes, most, table, how)                                                                \
	const Op op_##id = {                                                                                           \
		.name = text, .domain = "ai.onnx.ml", .min_in = 1, .max_in = most, .min_out = 1, .max_out = 1,         \
		.ulp = 16, .attrs = table, .attr_size = sizeof(struct Columns),                                        \
		.types = classes, .infer = infer_expansion, .eval = eval_expansion, .expand = how,                     \
	}

COLUMNS_OP(scaler, "Scaler", "fi", 1, scaler_attrs, expand_scaler);
COLUMNS_OP(normalizer, "Normalizer", "fi", 1, normalizer_attrs, expand_normalizer);
COLUMNS_OP(imputer, "Imputer", "fi", 1, imputer_attrs, expand_imputer);
COLUMNS_OP(onehotencoder, "OneHotEncoder", "fis", 1, onehot_attrs, expand_onehot);
COLUMNS_OP(featurevectorizer, "FeatureVectorizer", "fi", -1, vectorizer_attrs, expand_vectorizer);
