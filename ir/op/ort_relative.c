/* ort_relative.c -- com.microsoft: biases of scores by how far tokens are from each other.
 *
 *     RelativePositionBias       y[0, h, i, j] = table[bucket(j - i), h], as T5 has it: near distances have a bucket
 *                                each, farther ones share them by the logarithm, up to max_distance
 *     GatedRelativePositionBias  y = bias * (u (r eco_a - 1) + 2), u and r gates of each query: sigmoid of the sum over
 *                                a half of (query + query_bias) W + b each
 *
 * The table is written with its heads one behind the other, whatever its shape says. */
#include <math.h>
#include "ir/op/trust.h"

struct Relative {
	int64_t num_heads, max_distance, is_bidirectional;
};

/* ---- RelativePositionBias ---- */

enum { TABLE, QUERIES, KEYS };
enum { MOST_DISTANCE = 1 << 20 };

/* Of `count` buckets half are for single distances. Floats, as whoever trained the table had. */
static int64_t bucket_of(int64_t distance, int64_t count, int64_t most)
{
	int64_t exact = count / 2;

	if (distance < exact)
		return distance;
	float part = logf((float)distance / (float)exact) / logf((float)most / (float)exact) * (float)(count - exact);
	return part < (float)(count - 1 - exact) ? exact + (int64_t)part : count - 1;
}

/* i64[most + 1]: the bucket of each distance; all that are farther have the last one. */
static Value *buckets(Graph *g, const Node *n, int64_t count)
{
	int64_t most = ATTR_OF(n, Relative)->max_distance, size = most + 1;

	if (count < 2 || most <= count / 2 || most > MOST_DISTANCE)
		fail_node(g, n, "E-ATTR", "max_distance is %lld; it must be %lld..%d for so many buckets", (long long)most,
			  (long long)count / 2 + 1, MOST_DISTANCE);
	Tensor *t = tensor_new(&g->ctx->perm, I64, 1, &size);
	for (int64_t i = 0; i < size; i++)
		((int64_t *)t->data)[i] = bucket_of(i, count, most);
	return value_const(g, NULL, t);
}

static Value *line_of(Graph *g, const Node *n, int slot)
{
	Value *length = cast_value(g, n, n->in[slot], I64);

	need_type(g, n, slot, "i");
	if (length->shape.rank)
		length = reshaped(g, n, length, 0, NULL);
	return put(g, n, "Range", value_scalar(g, I64, 0), length, value_scalar(g, I64, 1), END_IN);
}

/* i64[queries, keys] */
static Value *bucket_of_pairs(Graph *g, const Node *n, int64_t count)
{
	bool both = ATTR_OF(n, Relative)->is_bidirectional;
	Value *i = line_of(g, n, QUERIES), *j = line_of(g, n, KEYS), *zero = value_scalar(g, I64, 0);
	Value *most = value_scalar(g, I64, (double)ATTR_OF(n, Relative)->max_distance);

	one_size(g, n, i->shape.dim[0], j->shape.dim[0]);
	Value *ahead = binary(g, n, "Sub", j, with_axes(g, n, i, 1, &(int64_t){1}));
	Value *behind = put(g, n, "Neg", ahead, END_IN), *distance = binary(g, n, "Max", behind, both ? ahead : zero);
	Value *bucket = picked(g, n, buckets(g, n, both ? count / 2 : count), binary(g, n, "Min", distance, most), 0);
	if (!both)
		return bucket;
	Value *is_ahead = cast_value(g, n, binary(g, n, "Greater", ahead, zero), I64);
	return binary(g, n, "Add", bucket, binary(g, n, "Mul", is_ahead, value_scalar(g, I64, (double)(count / 2))));
}

static void expand_relative(Graph *g, Node *n)
{
	need_rank(g, n, TABLE, 2, 2);
	const Dim *d = n->in[TABLE]->shape.dim;
	int64_t count = dim_number(g, n, d[0]), heads = dim_number(g, n, d[1]);
	Value *table = reshaped(g, n, n->in[TABLE], 2, (int64_t[]){heads, count});
	Value *y = picked(g, n, table, bucket_of_pairs(g, n, count), 1);

	replace_out(g, n, 0, with_axes(g, n, y, 1, &(int64_t){0}));
}

/* ---- GatedRelativePositionBias ---- */

enum { QUERY, QUERY_BIAS, BIAS, W, B, ECO, OFFSET };

/* [batch, heads, length, size] of queries that may be packed without padding */
static Value *queries(Graph *g, const Node *n, int64_t heads)
{
	Value *q = n->in[QUERY];

	need_rank(g, n, QUERY, has_in(n, OFFSET) ? 2 : 3, has_in(n, OFFSET) ? 2 : 3);
	int64_t width = dim_number(g, n, q->shape.dim[q->shape.rank - 1]);
	if (heads < 1 || width % heads)
		fail_node(g, n, "E-ATTR", "%lld heads do not divide %lld", (long long)heads, (long long)width);
	q = put(g, n, "Add", q, n->in[QUERY_BIAS], END_IN);
	if (has_in(n, OFFSET))
		q = put(g, n, "com.microsoft.RestorePadding", q, n->in[OFFSET], END_IN);
	q = reshaped(g, n, q, 4, (int64_t[]){0, 0, heads, width / heads});
	return transposed(g, n, q, 4, (int64_t[]){0, 2, 1, 3});
}

static void expand_gated(Graph *g, Node *n)
{
	need_rank(g, n, W, 2, 2);
	need_rank(g, n, BIAS, 4, 4);
	int64_t width = dim_number(g, n, n->in[W]->shape.dim[1]);
	if (width < 2 || width % 2)
		fail_node(g, n, "E-SHAPE", "two gates lie in a width of %lld, an odd number", (long long)width);
	Value *x = put(g, n, "MatMul", queries(g, n, ATTR_OF(n, Relative)->num_heads), n->in[W], END_IN);
	x = binary(g, n, "Add", x, n->in[B]);
	x = reshaped(g, n, x, 5, (int64_t[]){0, 0, 0, 2, width / 2});
	x = put(g, n, "Sigmoid", reduced(g, n, "ReduceSum", x, 4, false), END_IN);
	Value *u = slice_of(g, n, x, 3, 0, 1), *r = slice_of(g, n, x, 3, 1, 2);
	Value *gate = binary(g, n, "Sub", binary(g, n, "Mul", r, n->in[ECO]), value_scalar(g, x->dtype, 1));
	gate = binary(g, n, "Add", binary(g, n, "Mul", u, gate), value_scalar(g, x->dtype, 2));
	replace_out(g, n, 0, binary(g, n, "Mul", gate, n->in[BIAS]));
}

static const Attr relative_attrs[] = {
	ATTR_REQUIRED(Relative, max_distance, A_INT), ATTR_INT(Relative, is_bidirectional, 0), {0}};
static const Attr gated_attrs[] = {ATTR_REQUIRED(Relative, num_heads, A_INT), {0}};

#define ORT_RELATIVE(id, least, most, table, how)                                                                      \
	const Op op_ort_##id = {                                                                                       \
		.name = #id, .domain = "com.microsoft", .min_in = least, .max_in = most, .min_out = 1, .max_out = 1,   \
		.ulp = 64, .attrs = table, .attr_size = sizeof(struct Relative),                                       \
		.types = "f", .infer = infer_expansion, .eval = eval_expansion, .expand = how,                         \
	}

ORT_RELATIVE(RelativePositionBias, 3, 3, relative_attrs, expand_relative);
ORT_RELATIVE(GatedRelativePositionBias, 6, 7, gated_attrs, expand_gated);
