/* labelencoder.c -- LabelEncoder (2-4) of ai.onnx.ml, of numbers: y is the value beside the key that x is, or the default.
 *
 *     y[..] = values[k] with keys[k] = x[..]     the first of them; default where there is none */
#include <string.h>
#include "ir/op/composite.h"
#include "ir/op/reduce.h"

struct LabelEncoder {
	Ints keys_int64s, values_int64s;
	Floats keys_floats, values_floats;
	Strings keys_strings, values_strings;
	Tensor *keys_tensor, *values_tensor, *default_tensor;
	int64_t default_int64;
	float default_float;
	Text default_string;
};

static Tensor *list_of(Graph *g, const Node *n, const Ints *whole, const Floats *floats, Tensor *tensor)
{
	if (tensor && tensor->dtype != STR)
		return tensor;
	if (whole->n > 0)
		return tensor_i64(&g->ctx->perm, whole->n, whole->v, false);
	if (floats->n <= 0)
		fail_unsupported(g, n, "labels other than numbers");
	Tensor *t = tensor_new(&g->ctx->perm, F32, 1, &(int64_t){floats->n});
	memcpy(t->data, floats->v, (size_t)floats->n * sizeof *floats->v);
	return t;
}

static Value *default_of(Graph *g, const Node *n, DType t)
{
	const struct LabelEncoder *a = n->attr;

	if (!a->default_tensor)
		return is_float(t) ? value_scalar(g, t, (double)a->default_float)
				   : value_const(g, NULL, tensor_i64(&g->ctx->perm, 1, &a->default_int64, true));
	if (a->default_tensor->dtype != t || a->default_tensor->count != 1)
		fail_node(g, n, "E-ATTR", "default_tensor is not one element of the values' type");
	return value_const(g, NULL, a->default_tensor);
}

static void expand(Graph *g, Node *n)
{
	const struct LabelEncoder *a = n->attr;
	Tensor *keys = list_of(g, n, &a->keys_int64s, &a->keys_floats, a->keys_tensor);
	Tensor *values = list_of(g, n, &a->values_int64s, &a->values_floats, a->values_tensor);
	int rank = n->in[0]->shape.rank;
	int64_t last = rank;

	need_rank(g, n, 0, 0, MAX_RANK - 1);
	if (n->in[0]->dtype != keys->dtype)
		fail_node(g, n, "E-TYPE", "the keys are %s, the input %s", dtype_name(keys->dtype),
			  dtype_name(n->in[0]->dtype));
	if (keys->count != values->count || keys->rank != 1 || values->rank != 1)
		fail_node(g, n, "E-ATTR", "%lld keys and %lld values", (long long)keys->count, (long long)values->count);
	Value *x = with_axes(g, n, n->in[0], 1, &last);
	Value *hit = cast_value(g, n, put(g, n, "Equal", x, value_const(g, NULL, keys), END_IN), I32);
	Value *which = put_attr(g, n, "ArgMax", &(struct ArgReduce){rank, 0, 0}, hit, END_IN);
	Value *known = cast_value(g, n, reduced(g, n, "ReduceMax", hit, rank, false), BOOL);
	Value *y = put(g, n, "Gather", value_const(g, NULL, values), which, END_IN);
	replace_out(g, n, 0, put(g, n, "Where", known, y, default_of(g, n, values->dtype), END_IN));
}

static const Attr attrs[] = {
	ATTR_LIST(LabelEncoder, keys_int64s, A_INTS), ATTR_LIST(LabelEncoder, values_int64s, A_INTS),
	ATTR_LIST(LabelEncoder, keys_floats, A_FLOATS), ATTR_LIST(LabelEncoder, values_floats, A_FLOATS),
	ATTR_LIST(LabelEncoder, keys_strings, A_STRINGS), ATTR_LIST(LabelEncoder, values_strings, A_STRINGS),
	ATTR_LIST(LabelEncoder, keys_tensor, A_TENSOR), ATTR_LIST(LabelEncoder, values_tensor, A_TENSOR),
	ATTR_LIST(LabelEncoder, default_tensor, A_TENSOR), ATTR_INT(LabelEncoder, default_int64, -1),
	ATTR_FLOAT(LabelEncoder, default_float, 0), ATTR_LIST(LabelEncoder, default_string, A_STRING), {0}};

const Op op_labelencoder = {
	.name = "LabelEncoder", .domain = "ai.onnx.ml", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.attrs = attrs, .attr_size = sizeof(struct LabelEncoder),
	.infer = infer_expansion, .eval = eval_expansion, .expand = expand,
};
