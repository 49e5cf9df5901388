/* topk.c -- TopK (1-24): the k largest (or smallest) elements along an axis, and where they were; equal ones in order.
 *
 * It becomes a count and a scatter: element i goes to the place that tells how many elements come before it,
 *
 *     place[i] = number of j with x[j] > x[i], or x[j] = x[i] and j < i
 *
 * which takes n^2 comparisons, in vectors. NaN counts as larger than all numbers. */
#include <math.h>
#include "ir/op/counted.h"
#include "ir/op/pointwise.h"

enum { LONGEST = 1 << 14 }; /* beyond that, n^2 is too slow */


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

/* There have to be as many along the axis, which only the run knows where one of the two varies. */
static void trust(Graph *g, Node *n)
{
	int axis = axis_of(g, n), count;
	Dim all = n->in[0]->shape.dim[axis];

	if (by_data(g, n, 1))
		settle_input(n, 1, as_vector(g, n, counted_value(g, n, n->in[1], decided_count(g, n, axis))));
	if (!dim_at_most(g->syms, need_content(g, n, 1, &count)[0], all))
		require(g, n, binary(g, n, "LessOrEqual", n->in[1], size_of(g, n, n->in[0], axis)));
}

static void infer(Graph *g, Node *n)
{
	const Shape *x = &n->in[0]->shape;
	Shape y = *x;
	int count;

	need_type(g, n, 0, "fiu");
	need_rank(g, n, 0, 1, MAX_RANK - 1);
	int axis = axis_of(g, n);
	Dim all = x->dim[axis], k = by_data(g, n, 1) ? decided_count(g, n, axis) : need_content(g, n, 1, &count)[0];
	if (!dim_is(shape_count(g, &n->in[1]->shape), 1) || dim_lo(g->syms, k) < 0 || dim_lo(g->syms, k) > dim_hi(g->syms, all))
		fail_node(g, n, "E-VALUE", "k must be one number of at most %s", dim_text(g->syms, all));
	if (dim_known(all) && all.k > LONGEST)
		fail_unsupported(g, n, "the largest of %lld elements; up to %d are supported", (long long)all.k, LONGEST);
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

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int axis = axis_of(e->g, n);
	const double *f = is_float(in[0]->dtype) ? in_f64(e, in[0]) : NULL;
	const int64_t *i = f ? NULL : in_i64(e, in[0]);
	Rows r = rows_of(in[0], axis, axis + 1);
	int64_t k = in_i64(e, in[1])[0];
	if (k > r.n)
		fail_node(e->g, n, "E-VALUE", "k is %lld, but there are %lld elements", (long long)k, (long long)r.n);
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

/* ---- tcc.Rank: how many elements along the axis come before each ---- */

static void rank_infer(Graph *g, Node *n) { set_out(g, n, 0, I64, &n->in[0]->shape); }

static void rank_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int axis = axis_of(e->g, n);
	const double *f = is_float(in[0]->dtype) ? in_f64(e, in[0]) : NULL;
	const int64_t *i = f ? NULL : in_i64(e, in[0]);
	Rows r = rows_of(in[0], axis, axis + 1);
	int64_t *y = out_i64(e, out[0]), largest = ATTR_OF(n, TopK)->largest;

	for (int64_t at = 0; at < in[0]->count; at++) {
		int64_t own = at / r.inner % r.n;
		for (int64_t k = 0; k < r.n; k++) {
			int64_t other = at + (k - own) * r.inner;
			y[at] += better(in[0], f, i, largest, other, at) ||
				 (k < own && !better(in[0], f, i, largest, at, other));
		}
	}
}

/* a stands before b, leaving aside where they are; *same: neither before the other. */
static Expr *stands_before(Lower *l, Expr *a, Expr *b, bool largest, Expr **same)
{
	Expr *more = largest ? alu2(l, LT, b, a) : alu2(l, LT, a, b);

	*same = alu2(l, EQ, a, b);
	if (!is_float(a->dtype))
		return more;
	Expr *nan_a = alu1(l, ISNAN, a), *nan_b = alu1(l, ISNAN, b);
	Expr *nan_more = largest ? alu2(l, AND, nan_a, alu1(l, NOT, nan_b)) : alu2(l, AND, nan_b, alu1(l, NOT, nan_a));
	*same = alu2(l, OR, *same, alu2(l, AND, nan_a, nan_b));
	return alu2(l, OR, more, nan_more);
}

static Expr *rank_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *x = &n->in[0]->shape;
	int axis = axis_of(lower_graph(l), n);
	DType t = work_type(n->in[0]->dtype);
	Expr *other[MAX_RANK], *j = red_axis(l, x->dim[axis]), *same;

	(void)slot;
	for (int k = 0; k < x->rank; k++)
		other[k] = k == axis ? j : at[k];
	Expr *before = stands_before(l, in_as(l, n, 0, other, t), in_as(l, n, 0, at, t), ATTR_OF(n, TopK)->largest, &same);
	before = alu2(l, OR, before, alu2(l, AND, same, alu2(l, LT, j, at[axis])));
	return cast(l, I64, reduce(l, RED_SUM, choose(l, before, num(l, F32, 1), num(l, F32, 0)), 1, &j));
}

const Op op_tcc_Rank = {
	.name = "Rank", .domain = "tcc", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = REDUCES,
	.attrs = attrs, .attr_size = sizeof(struct TopK), .infer = rank_infer, .eval = rank_eval, .lower = rank_lower,
};

/* ---- expand ---- */

/* Each element's place along the axis. */
static Value *places(Graph *g, const Node *n, int axis)
{
	int64_t ones[MAX_RANK];

	for (int d = 0; d < n->in[0]->shape.rank; d++)
		ones[d] = d == axis ? -1 : 1;
	Value *line = reshaped(g, n, counted(g, n, n->in[0], axis), n->in[0]->shape.rank, ones);
	return put(g, n, "Expand", line, shape_value(g, n, n->in[0]), END_IN);
}

/* The first k of what v's elements are when each is at its place. */
static Value *placed(Graph *g, const Node *n, Value *v, Value *place, int axis)
{
	int64_t sizes[MAX_RANK];

	for (int d = 0; d < v->shape.rank; d++)
		sizes[d] = most_of(g, n, v->shape.dim[d]);
	Value *none = value_const(g, NULL, tensor_new(&g->ctx->perm, v->dtype, v->shape.rank, sizes));
	Value *all = put_attr(g, n, "ScatterElements", &(struct Scatter){axis, 0}, none, place, v, END_IN);
	for (int d = 0; d < v->shape.rank; d++) {
		Value *end = d == axis ? n->in[1] : size_of(g, n, v, d);
		if (d == axis || !dim_known(v->shape.dim[d]))
			all = put(g, n, "Slice", all, number(g, 0), as_vector(g, n, end), number(g, d), END_IN);
	}
	return all;
}

static void expand(Graph *g, Node *n)
{
	int axis = axis_of(g, n);
	Value *place = put_attr(g, n, "tcc.Rank", n->attr, n->in[0], END_IN);

	if (wants(n, 0))
		replace_out(g, n, 0, placed(g, n, n->in[0], place, axis));
	if (wants(n, 1))
		replace_out(g, n, 1, placed(g, n, places(g, n, axis), place, axis));
}

const Op op_topk = {
	.name = "TopK", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 2,
	.attrs = attrs, .attr_size = sizeof(struct TopK), .infer = infer, .trust = trust, .eval = eval, .expand = expand,
};
