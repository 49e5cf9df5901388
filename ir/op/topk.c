/* topk.c -- TopK (1-24): the k largest (or smallest) elements along an axis, and where they were; equal ones in order.
 *
 * It becomes integers that order as the elements do, the order of their rows, and elements gathered by it:
 *
 *     key = tcc.Key(x), i = tcc.Order(key), y = x[.., i, ..]
 *
 * NaN counts as larger than all numbers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "ir/op/counted.h"
#include "ir/op/pointwise.h"
#include "ir/op/strings.h"

#define LONGEST INT32_MAX /* emitted code keeps places in 32 bits */

static const Attr attrs[] = {ATTR_INT(TopK, axis, -1), ATTR_INT(TopK, largest, 1), ATTR_INT(TopK, sorted, 1), {0}};

static int axis_of(Graph *g, const Node *n)
{
	return (int)fix_axis(g, n, ATTR_OF(n, TopK)->axis, n->in[0]->shape.rank);
}

/* k, where data decide it. */
static Dim decided_count(Graph *g, const Node *n, int axis)
{
	const Shape *x = &n->in[0]->shape;

	return counted_size(g, n, n->out[0] ? 0 : 1, x->rank, axis, x->dim[axis]);
}

/* Only the run knows k: data decide it, or a formula of sizes of which nobody sees that it is a number of elements. */
static bool is_decided(Graph *g, const Node *n)
{
	int count;

	if (by_data(g, n, 1))
		return true;
	const Dim *k = need_content(g, n, 1, &count);
	return count == 1 && dim_lo(g->syms, *k) < 0 && dim_hi(g->syms, *k) >= 0;
}

/* There have to be as many along the axis, which only the run knows where one of the two varies. */
static void trust(Graph *g, Node *n)
{
	int axis = axis_of(g, n), count;
	Dim all = n->in[0]->shape.dim[axis];

	if (is_decided(g, n))
		settle_input(n, 1, as_vector(g, n, counted_value(g, n, n->in[1], decided_count(g, n, axis))));
	if (!dim_at_most(g->syms, need_content(g, n, 1, &count)[0], all))
		require(g, n, binary(g, n, "LessOrEqual", n->in[1], size_of(g, n, n->in[0], axis)));
}

static void infer(Graph *g, Node *n)
{
	const Shape *x = &n->in[0]->shape;
	Shape y = *x;
	int count;

	need_rank(g, n, 0, 1, MAX_RANK);
	int axis = axis_of(g, n);
	Dim all = x->dim[axis], k = is_decided(g, n) ? decided_count(g, n, axis) : need_content(g, n, 1, &count)[0];
	if (!dim_is(shape_count(g, &n->in[1]->shape), 1) || dim_lo(g->syms, k) < 0 || dim_lo(g->syms, k) > dim_hi(g->syms, all))
		fail_node(g, n, "E-VALUE", "k must be one number of at most %s", dim_text(g->syms, all));
	if (dim_known(all) && all.k > LONGEST)
		fail_unsupported(g, n, "the largest of %lld elements; up to %d are supported", (long long)all.k, LONGEST);
	if (!is_decided(g, n))
		dim_assume_at_most(g->syms, k, all);
	y.dim[axis] = k;
	set_out(g, n, 0, n->in[0]->dtype, &y);
	set_out(g, n, 1, I64, &y);
}

/* ---- eval: the best one not taken yet, k times ---- */

static bool better(const Tensor *x, const double *f, const int64_t *i, bool largest, int64_t a, int64_t b)
{
	if (!f)
		return int_less(i[largest ? b : a], i[largest ? a : b], x->dtype == U64);
	if (isnan(f[a]) || isnan(f[b]))
		return largest ? isnan(f[a]) && !isnan(f[b]) : !isnan(f[a]) && isnan(f[b]);
	return largest ? f[a] > f[b] : f[a] < f[b];
}

static void sizes_of_k(Eval *e, const Tensor *x, int axis, int64_t k, Tensor *const *out)
{
	int64_t size[MAX_RANK];

	for (int i = 0; i < x->rank; i++)
		size[i] = i == axis ? k : x->dim[i];
	for (int i = 0; i < 2; i++)
		if (out[i])
			out_sizes(e, out[i], x->rank, size);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int axis = axis_of(e->g, n);
	const double *f = is_float(in[0]->dtype) ? in_f64(e, in[0]) : NULL;
	const int64_t *i = f ? NULL : in_i64(e, in[0]);
	Rows r = rows_of(in[0], axis, axis + 1);
	int64_t k = in_i64(e, in[1])[0];
	if (k > r.n)
		fail_node(e->g, n, "E-VALUE", "k is %lld, but there are %lld elements", (long long)k, (long long)r.n);
	sizes_of_k(e, in[0], axis, k, out);
	bool *taken = NEW_N(&e->g->ctx->scratch, bool, in[0]->count);

	for (int64_t row = 0; row < r.outer * r.inner; row++)
		for (int64_t t = 0; t < k; t++) {
			int64_t first = row / r.inner * r.n * r.inner + row % r.inner, best = -1;
			int64_t to = (row / r.inner * k + t) * r.inner + row % r.inner;
			for (int64_t j = 0; j < r.n; j++) {
				int64_t at = first + j * r.inner;
				if (!taken[at] && (best < 0 || better(in[0], f, i, ATTR_OF(n, TopK)->largest, at, best)))
					best = at;
			}
			taken[best] = true;
			if (out[0])
				move_element(out[0], to, in[0], best);
			if (out[1])
				store_i64(I64, out[1]->data, to, (best - first) / r.inner);
		}
}

/* ---- tcc.Key: integers in the order of the elements ---- */

/* Elements of up to 32 bits have keys of 32. */
static DType key_type(DType t)
{
	return t == U32 || dtype_info(t)->bits > 32 ? I64 : I32;
}

static void key_infer(Graph *g, Node *n) { set_out(g, n, 0, key_type(n->in[0]->dtype), &n->in[0]->shape); }

static int64_t key_of_float(double x, DType key)
{
	float single = (float)x + 0.0f;
	int64_t bits, most = key == I32 ? INT32_MAX : INT64_MAX;
	int32_t half;

	x += 0.0;
	memcpy(&bits, &x, sizeof bits);
	memcpy(&half, &single, sizeof half);
	bits = key == I32 ? half : bits;
	return isnan(x) ? most : bits < 0 ? bits ^ most : bits;
}

static void key_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *f = is_float(in[0]->dtype) ? in_f64(e, in[0]) : NULL;
	const int64_t *i = f ? NULL : in_i64(e, in[0]);

	for (int64_t k = 0; k < in[0]->count; k++) {
		int64_t key = f ? key_of_float(f[k], out[0]->dtype) : in[0]->dtype == U64 ? i[k] ^ INT64_MIN : i[k];
		store_i64(out[0]->dtype, out[0]->data, k, ATTR_OF(n, TopK)->largest ? ~key : key);
	}
}

static Expr *key_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = n->in[0]->dtype;
	Expr *x = in_as(l, n, 0, at, work_type(t)), *key;

	(void)slot;
	if (is_float(t))
		key = alu1(l, KEY, x);
	else if (t == U64)
		key = alu2(l, BITXOR, bitcast(l, I64, x), num_i(l, INT64_MIN));
	else
		key = cast(l, key_type(t), x);
	return ATTR_OF(n, TopK)->largest ? alu1(l, BITNOT, key) : key;
}

const Op op_tcc_Key = {
	.name = "Key", .domain = "tcc", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = POINTWISE,
	.attrs = attrs, .attr_size = sizeof(struct TopK), .infer = key_infer, .eval = key_eval, .lower = key_lower,
};

/* ---- tcc.Order: where the least integers of a row stand, or the first texts, as many as input 1 says ---- */

static void order_infer(Graph *g, Node *n)
{
	Shape y = n->in[0]->shape;
	int count;

	need_rank(g, n, 0, 1, MAX_RANK);
	const Dim *k = need_content(g, n, 1, &count);
	if (count != 1)
		fail_node(g, n, "E-SHAPE", "how many to find is one number, not %d", count);
	y.dim[y.rank - 1] = k[0];
	set_out(g, n, 0, I64, &y);
}

typedef struct Place {
	int64_t key, at;
	const Text *text; /* NULL: it is a number */
} Place;

static int by_key(const void *a, const void *b)
{
	const Place *p = a, *q = b;
	int order = p->text ? compare_texts(p->text, q->text) : 0;

	return order ? order : p->key != q->key ? (p->key < q->key ? -1 : 1) : p->at < q->at ? -1 : p->at > q->at;
}

static void order_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	Rows r = rows_of(in[0], in[0]->rank - 1, in[0]->rank);
	const Text *text = in[0]->dtype == STR ? in[0]->data : NULL;
	const int64_t *x = text ? NULL : in_i64(e, in[0]);
	int64_t *y = out_i64(e, out[0]), k = out[0]->dim[out[0]->rank - 1];
	Place *row = NEW_N(&e->g->ctx->scratch, Place, r.n + 1);

	(void)n;
	for (int64_t i = 0; i < r.outer; i++) {
		for (int64_t j = 0; j < r.n; j++)
			row[j] = text ? (Place){0, j, &text[i * r.n + j]} : (Place){x[i * r.n + j], j, NULL};
		qsort(row, (size_t)r.n, sizeof *row, by_key);
		for (int64_t j = 0; j < k; j++)
			y[i * k + j] = row[j].at;
	}
}

static Expr *order_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *x = &n->in[0]->shape;
	Expr *each[MAX_RANK], *r = red_axis(l, x->dim[x->rank - 1]);

	(void)slot;
	memcpy(each, at, (size_t)x->rank * sizeof *at);
	each[x->rank - 1] = r;
	return order_of(l, in(l, n, 0, each), extent(l, n->out[0]->shape.dim[x->rank - 1]), r);
}

const Op op_tcc_Order = {
	.name = "Order", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = ROWS,
	.types = "is", .infer = order_infer, .eval = order_eval, .lower = order_lower,
};

/* ---- expand ---- */

static void expand(Graph *g, Node *n)
{
	int axis = axis_of(g, n), last = n->in[0]->shape.rank - 1;
	Value *key = swapped(g, n, put_attr(g, n, "tcc.Key", n->attr, n->in[0], END_IN), axis, last);
	Value *order = swapped(g, n, put(g, n, "tcc.Order", key, n->in[1], END_IN), axis, last);

	if (wants(n, 0))
		replace_out(g, n, 0, put_attr(g, n, "GatherElements", &(struct Gather){axis}, n->in[0], order, END_IN));
	if (wants(n, 1))
		replace_out(g, n, 1, order);
}

const Op op_topk = {
	.name = "TopK", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 2,
	.attrs = attrs, .attr_size = sizeof(struct TopK), .types = "fiu",
	.infer = infer, .trust = trust, .eval = eval, .expand = expand,
};
