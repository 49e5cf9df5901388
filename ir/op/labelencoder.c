/* labelencoder.c -- LabelEncoder (1-4) and CategoryMapper (1) of ai.onnx.ml: y is the value beside the key that x is, or
 * the default.
 *
 *     y[..] = values[k] with keys[k] = x[..]     the first of them; default where there is none
 *
 * Keys that are integers or text are looked up, see strings.h; floats are all compared, and a NaN is like any other. A
 * CategoryMapper is a LabelEncoder from its numbers to its texts, or from these to those, by the type of its input; so is
 * a LabelEncoder of version 1, whose texts are numbered. */
#include <math.h>
#include <string.h>
#include "ir/op/reduce.h"
#include "ir/op/strings.h"

struct LabelEncoder {
	Ints keys_int64s, values_int64s, cats_int64s;
	Floats keys_floats, values_floats;
	Strings keys_strings, values_strings, cats_strings, classes_strings;
	Tensor *keys_tensor, *values_tensor, *default_tensor;
	int64_t default_int64;
	float default_float;
	Text default_string;
};

/* What is looked up, where it is found, and what there is instead. */
typedef struct Encoding {
	Tensor *keys, *values, *other;
} Encoding;

static Tensor *list_of(Graph *g, const Node *n, const Ints *whole, const Strings *texts, const Floats *floats, Tensor *tensor)
{
	Tensor *t = tensor ? tensor : labels_tensor(g, whole, texts);

	if (t)
		return t;
	if (floats->n <= 0)
		fail_node(g, n, "E-ATTR", "it has no keys or no values");
	t = tensor_new(&g->ctx->perm, F32, 1, &(int64_t){floats->n});
	memcpy(t->data, floats->v, (size_t)floats->n * sizeof *floats->v);
	return t;
}

static Tensor *default_of(Graph *g, const Node *n, DType t)
{
	const struct LabelEncoder *a = n->attr;
	Text text = a->default_string.text ? a->default_string : (Text){"_Unused", 7};

	if (!a->default_tensor && t == STR)
		return texts_tensor(g, 1, &text);
	if (!a->default_tensor && is_float(t))
		return tensor_scalar(&g->ctx->perm, t, (double)a->default_float);
	if (!a->default_tensor && t == I64)
		return tensor_i64(&g->ctx->perm, 1, &a->default_int64, true);
	if (!a->default_tensor && is_int(t))
		return tensor_scalar(&g->ctx->perm, t, (double)a->default_int64);
	if (!a->default_tensor)
		fail_node(g, n, "E-TYPE", "the values are %s, which default_tensor has to tell one of", dtype_name(t));
	if (a->default_tensor->dtype != t || a->default_tensor->count != 1)
		fail_node(g, n, "E-ATTR", "default_tensor is not one element of the values' type");
	return a->default_tensor;
}

static void check_encoding(Graph *g, const Node *n, const Encoding *e)
{
	if (n->in[0]->dtype != e->keys->dtype)
		fail_node(g, n, "E-TYPE", "the keys are %s, the input %s", dtype_name(e->keys->dtype),
			  dtype_name(n->in[0]->dtype));
	if (e->keys->count != e->values->count || e->keys->rank != 1 || e->values->rank != 1)
		fail_node(g, n, "E-ATTR", "%lld keys and %lld values", (long long)e->keys->count, (long long)e->values->count);
}

/* Between numbers and texts, by the type of the input */
static Encoding mapping_between(Graph *g, const Node *n, Tensor *whole, Tensor *texts)
{
	bool from_text = n->in[0]->dtype == STR;
	Encoding e = {from_text ? texts : whole, from_text ? whole : texts, default_of(g, n, from_text ? I64 : STR)};

	check_encoding(g, n, &e);
	return e;
}

/* Version 1: a text and its place among them */
static Encoding places_of(Graph *g, const Node *n, const Strings *texts)
{
	int64_t count = texts->n;
	Tensor *place = tensor_new(&g->ctx->perm, I64, 1, &count);

	for (int64_t i = 0; i < count; i++)
		((int64_t *)place->data)[i] = i;
	return mapping_between(g, n, place, texts_tensor(g, texts->n, texts->v));
}

static Encoding encoding_of(Graph *g, const Node *n)
{
	const struct LabelEncoder *a = n->attr;

	if (a->classes_strings.n > 0)
		return places_of(g, n, &a->classes_strings);
	Encoding e = {list_of(g, n, &a->keys_int64s, &a->keys_strings, &a->keys_floats, a->keys_tensor),
		      list_of(g, n, &a->values_int64s, &a->values_strings, &a->values_floats, a->values_tensor), NULL};

	e.other = default_of(g, n, e.values->dtype);
	check_encoding(g, n, &e);
	return e;
}

static Encoding mapping_of(Graph *g, const Node *n)
{
	const struct LabelEncoder *a = n->attr;

	if (a->cats_int64s.n <= 0 || a->cats_strings.n <= 0)
		fail_node(g, n, "E-ATTR", "it has no categories");
	return mapping_between(g, n, tensor_i64(&g->ctx->perm, a->cats_int64s.n, a->cats_int64s.v, false),
			       texts_tensor(g, a->cats_strings.n, a->cats_strings.v));
}

static void infer_type(Graph *g, Node *n, DType t)
{
	need_rank(g, n, 0, 0, MAX_RANK - 1);
	set_out(g, n, 0, t, &n->in[0]->shape);
}

static void infer_encoder(Graph *g, Node *n) { infer_type(g, n, encoding_of(g, n).values->dtype); }
static void infer_mapper(Graph *g, Node *n) { infer_type(g, n, mapping_of(g, n).values->dtype); }

static bool has_nan(const Tensor *t)
{
	for (int64_t i = 0; is_float(t->dtype) && i < t->count; i++)
		if (isnan(load_f64(t->dtype, t->data, i)))
			return true;
	return false;
}

/* bool: which of the keys x is */
static Value *is_key(Graph *g, const Node *n, Value *x, Tensor *keys)
{
	Value *key = value_const(g, NULL, keys), *same = put(g, n, "Equal", x, key, END_IN);

	if (!has_nan(keys))
		return same;
	Value *none = put(g, n, "And", put(g, n, "IsNaN", x, END_IN), put(g, n, "IsNaN", key, END_IN), END_IN);
	return put(g, n, "Or", same, none, END_IN);
}

static Value *by_comparison(Graph *g, const Node *n, const Encoding *e)
{
	int rank = n->in[0]->shape.rank;
	int64_t last = rank, one = 1;
	Value *x = with_axes(g, n, n->in[0], 1, &last);
	Value *hit = cast_value(g, n, is_key(g, n, x, e->keys), I32);
	Value *which = put_attr(g, n, "ArgMax", &(struct ArgReduce){rank, 0, 0}, hit, END_IN);
	Value *known = cast_value(g, n, reduced(g, n, "ReduceMax", hit, rank, false), BOOL);
	Value *y = put(g, n, "Gather", value_const(g, NULL, e->values), which, END_IN);
	Value *other = reshaped(g, n, value_const(g, NULL, e->other), rank ? 1 : 0, &one);
	return put(g, n, "Where", known, y, other, END_IN);
}

static Value *encoded(Graph *g, const Node *n, const Encoding *e)
{
	if (e->keys->dtype == STR)
		return value_of_key(g, n, n->in[0], e->keys, e->values, e->other);
	if (is_float(e->keys->dtype) || e->keys->count == 0)
		return by_comparison(g, n, e);
	return value_of_number(g, n, n->in[0], e->keys, e->values, e->other);
}

static void expand_encoding(Graph *g, Node *n, Encoding e) { value_replace(g, n->out[0], encoded(g, n, &e)); }

static void expand_encoder(Graph *g, Node *n) { expand_encoding(g, n, encoding_of(g, n)); }
static void expand_mapper(Graph *g, Node *n) { expand_encoding(g, n, mapping_of(g, n)); }

#define DEFAULTS                                                                                                       \
	ATTR_INT(LabelEncoder, default_int64, -1), ATTR_FLOAT(LabelEncoder, default_float, 0),                         \
		ATTR_LIST(LabelEncoder, default_string, A_STRING), {0}

static const Attr encoder_attrs[] = {
	ATTR_LIST(LabelEncoder, keys_int64s, A_INTS), ATTR_LIST(LabelEncoder, values_int64s, A_INTS),
	ATTR_LIST(LabelEncoder, keys_floats, A_FLOATS), ATTR_LIST(LabelEncoder, values_floats, A_FLOATS),
	ATTR_LIST(LabelEncoder, keys_strings, A_STRINGS), ATTR_LIST(LabelEncoder, values_strings, A_STRINGS),
	ATTR_LIST(LabelEncoder, keys_tensor, A_TENSOR), ATTR_LIST(LabelEncoder, values_tensor, A_TENSOR),
	ATTR_LIST(LabelEncoder, default_tensor, A_TENSOR), ATTR_LIST(LabelEncoder, classes_strings, A_STRINGS), DEFAULTS};
static const Attr mapper_attrs[] = {ATTR_LIST(LabelEncoder, cats_int64s, A_INTS),
				    ATTR_LIST(LabelEncoder, cats_strings, A_STRINGS), DEFAULTS};

const Op op_labelencoder = {
	.name = "LabelEncoder", .domain = "ai.onnx.ml", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.attrs = encoder_attrs, .attr_size = sizeof(struct LabelEncoder),
	.types = "fis", .infer = infer_encoder, .eval = eval_expansion, .expand = expand_encoder,
};

const Op op_categorymapper = {
	.name = "CategoryMapper", .domain = "ai.onnx.ml", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.attrs = mapper_attrs, .attr_size = sizeof(struct LabelEncoder),
	.types = "is", .infer = infer_mapper, .eval = eval_expansion, .expand = expand_mapper,
};
