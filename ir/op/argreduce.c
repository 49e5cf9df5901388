/* argreduce.c -- ArgMax, ArgMin: the index of the largest or smallest element along `axis`; of equal ones the first, or
 * the last with select_last_index. A NaN is the largest and the smallest, and all are equal, as in numpy. */
#include <math.h>
#include "ir/op/nn.h"
#include "ir/op/reduce.h"

static int axis_of(Graph *g, const Node *n, int rank)
{
	return rank ? (int)fix_axis(g, n, ATTR_OF(n, ArgReduce)->axis, rank) : 0;
}

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 1, -1);
	const Shape *x = &n->in[0]->shape;
	Shape y = {.rank = 0};
	int axis = axis_of(g, n, x->rank);
	if (dim_is(x->dim[axis], 0))
		fail_node(g, n, "E-SHAPE", "axis %d has no element", axis);
	for (int k = 0; k < x->rank; k++)
		if (k != axis)
			y.dim[y.rank++] = x->dim[k];
		else if (ATTR_OF(n, ArgReduce)->keepdims)
			y.dim[y.rank++] = dim(1);
	set_out(g, n, 0, I64, &y);
}

/* The elements; integers compare as such. */
typedef struct Keys {
	const double *f64;
	const int64_t *i64;
	bool is_u64, least, last;
} Keys;

/* Whether x[a], which comes later, wins over x[b]. */
static bool wins(const Keys *x, int64_t a, int64_t b)
{
	if (x->f64 && (isnan(x->f64[a]) || isnan(x->f64[b])))
		return isnan(x->f64[a]) && (x->last || !isnan(x->f64[b]));
	int64_t lo = x->least ? a : b, hi = x->least ? b : a;
	if (x->f64)
		return x->f64[lo] < x->f64[hi] || (x->last && x->f64[lo] == x->f64[hi]);
	if (x->is_u64)
		return (uint64_t)x->i64[lo] < (uint64_t)x->i64[hi] || (x->last && x->i64[lo] == x->i64[hi]);
	return x->i64[lo] < x->i64[hi] || (x->last && x->i64[lo] == x->i64[hi]);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t *y = out_i64(e, out[0]);
	int axis = axis_of(e->g, n, in[0]->rank);
	Rows r = rows_of(in[0], axis, axis + 1);
	Keys keys = {.is_u64 = in[0]->dtype == U64, .least = n->op == &op_ArgMin,
		     .last = ATTR_OF(n, ArgReduce)->select_last_index != 0};
	if (is_float(in[0]->dtype))
		keys.f64 = in_f64(e, in[0]);
	else
		keys.i64 = in_i64(e, in[0]);
	for (int64_t i = 0; i < r.outer * r.inner; i++) {
		int64_t first = i / r.inner * r.n * r.inner + i % r.inner;
		for (int64_t k = 1; k < r.n; k++)
			if (wins(&keys, first + k * r.inner, first + y[i] * r.inner))
				y[i] = k;
	}
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const struct ArgReduce *a = n->attr;
	const Shape *x = &n->in[0]->shape;
	int axis = axis_of(lower_graph(l), n, x->rank);
	Red red = n->op == &op_ArgMin ? (a->select_last_index ? RED_ARGMIN_LAST : RED_ARGMIN)
				      : (a->select_last_index ? RED_ARGMAX_LAST : RED_ARGMAX);
	Expr *index[MAX_RANK], *along = red_axis(l, x->dim[axis]);
	(void)slot;
	for (int k = 0, from = 0; k < x->rank; k++) {
		index[k] = k == axis ? along : at[from];
		from += k != axis || a->keepdims;
	}
	return reduce(l, red, in_as(l, n, 0, index, work_type(n->in[0]->dtype)), 1, &along);
}

static const Attr attrs[] = {ATTR_INT(ArgReduce, axis, 0), ATTR_INT(ArgReduce, keepdims, 1),
			     ATTR_INT(ArgReduce, select_last_index, 0), {0}};

const Op op_ArgMax = {
	.name = "ArgMax", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = REDUCES,
	.attrs = attrs, .attr_size = sizeof(struct ArgReduce), .types = "fiu", .infer = infer, .eval = eval, .lower = lower,
};
const Op op_ArgMin = {
	.name = "ArgMin", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = REDUCES,
	.attrs = attrs, .attr_size = sizeof(struct ArgReduce), .types = "fiu", .infer = infer, .eval = eval, .lower = lower,
};
