/* cumulate.c -- CumSum, CumProd: sums (products) of the elements so far along an axis, which is an input.
 *
 *     y[.., i, ..] = sum over j <= i of x[.., j, ..]      exclusive: j < i;  reverse: j >= i
 *
 * Along the last axis a row is made at once, which keeps the sum so far (tcc.SumRows, tcc.ProductRows, whose axis is an attribute).
 * Along one of the others vectors of sums do the same where it is long and their steps are short: over long rows, a Scan keeps
 * the sums so far, and along a short axis that formula is what is computed. Where the run says along which axis and one of them
 * is long, there is a sum along each, of which one is taken. */
#include <string.h>
#include "ir/op/composite.h"
#include "ir/op/scan.h"

enum { SHORT = 32, STEP_MAX = 1 << 10 }; /* elements along the axis; bytes from one to the next */

static bool is_product(const Node *n) { return n->op == &op_CumProd || n->op == &op_tcc_ProductRows; }

static void infer_rows(Graph *g, Node *n)
{
	need_rank(g, n, 0, 1, -1);
	same_as_input(g, n);
}

static void infer(Graph *g, Node *n)
{
	int count;
	infer_rows(g, n);
	need_type(g, n, 1, "i");
	need_one(g, n, 1);
	const Dim *axis = content_of(g, n, 1, &count);
	if (axis && dim_known(axis[0]))
		fix_axis(g, n, axis[0].k, n->in[0]->shape.rank);
}

/* ---- eval ---- */

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct Cumulate *a = n->attr;
	bool floats = is_float(in[0]->dtype), product = is_product(n);
	int axis = n->nin == 1 ? (int)a->axis : (int)fix_axis(e->g, n, in_i64(e, in[1])[0], in[0]->rank);
	Rows r = rows_of(in[0], axis, axis + 1);
	const double *xf = floats ? in_f64(e, in[0]) : NULL;
	const int64_t *xi = floats ? NULL : in_i64(e, in[0]);
	double *yf = floats ? out_f64(e, out[0]) : NULL;
	int64_t *yi = floats ? NULL : out_i64(e, out[0]);
	for (int64_t row = 0; row < r.outer * r.inner; row++) {
		double f = product;
		uint64_t k = product;
		for (int64_t j = 0; j < r.n; j++) {
			int64_t along = a->reverse ? r.n - 1 - j : j;
			int64_t i = (row / r.inner * r.n + along) * r.inner + row % r.inner;
			double before_f = f;
			uint64_t before_k = k;
			if (floats) {
				f = product ? f * xf[i] : f + xf[i];
				yf[i] = a->exclusive ? before_f : f;
			} else {
				k = product ? k * (uint64_t)xi[i] : k + (uint64_t)xi[i];
				yi[i] = (int64_t)(a->exclusive ? before_k : k);
			}
		}
	}
}

/* ---- expand ---- */

/* 0 or 1 in the shape of x without that axis, of type t. */
static Value *start_of(Graph *g, const Node *n, const Shape *slice, DType t)
{
	int64_t sizes[MAX_RANK];
	for (int k = 0; k < slice->rank; k++)
		sizes[k] = slice->dim[k].k;
	Tensor *start = tensor_new(&g->ctx->perm, t, slice->rank, sizes);
	for (int64_t i = 0; is_product(n) && i < start->count; i++)
		store_i64(t, start->data, i, 1);
	return value_const(g, NULL, start);
}

/* sum, x -> sum + x, and the new sum or the one before it as the slice of y */
static Graph *turn_of(Graph *g, const Node *n, const Shape *slice, DType t)
{
	Graph *body = graph_new(g->ctx, g->syms, n->name, g);
	Value *sum = value_input(body, "sum", t, slice), *x = value_input(body, "x", t, slice);
	Value *next = put(body, n, is_product(n) ? "Mul" : "Add", sum, x, END_IN);
	graph_output(body, next, NULL);
	graph_output(body, ATTR_OF(n, Cumulate)->exclusive ? put(body, n, "Identity", sum, END_IN) : next, NULL);
	return body;
}

/* A list of one attribute, in perm. */
static Ints one_int(Graph *g, int64_t x) { return (Ints){arena_copy(&g->ctx->perm, &x, sizeof x), 1}; }

static Value *by_rows(Graph *g, const Node *n, int axis)
{
	struct Cumulate a = *ATTR_OF(n, Cumulate);
	a.axis = axis;
	return put_attr(g, n, is_product(n) ? "tcc.ProductRows" : "tcc.SumRows", &a, n->in[0], END_IN);
}

static Value *by_turns(Graph *g, const Node *n, int axis)
{
	Value *x = n->in[0];
	Shape slice = x->shape;
	memmove(slice.dim + axis, slice.dim + axis + 1, (size_t)(--slice.rank - axis) * sizeof *slice.dim);
	DType t = work_type(x->dtype);
	x = cast_value(g, n, x, t);
	struct scan *attr = attr_new(g, &op_Scan);
	int64_t reverse = ATTR_OF(n, Cumulate)->reverse;
	*attr = (struct scan){0, 1, one_int(g, axis), one_int(g, reverse), one_int(g, axis), one_int(g, reverse)};
	Graph *body = turn_of(g, n, &slice, t);
	Value *in[2] = {start_of(g, n, &slice, t), x};
	Value *y = node_control(g, &op_Scan, n, 2, in, 2, attr, 1, &body)->out[1];
	return cast_value(g, n, y, n->in[0]->dtype);
}

/* Rows behind the axis are short: far apart, vectors meet in the same sets of the cache. Numbers without sign have no vectors. */
static bool steps_short(const Value *x, int axis)
{
	int64_t step = 1;
	for (int k = axis + 1; k < x->shape.rank; k++)
		step *= x->shape.dim[k].k;
	return !is_unsigned(x->dtype) && dtype_bytes(x->dtype, step) <= STEP_MAX;
}

static bool has_long_axis(const Shape *x)
{
	for (int k = 0; k < x->rank; k++)
		if (!dim_known(x->dim[k]) || x->dim[k].k > SHORT)
			return true;
	return false;
}

/* The sum along an axis that the run chooses; a wrong one ends it. */
static Value *by_choice(Graph *g, const Node *n)
{
	int64_t numbers[MAX_RANK], rank = n->in[0]->shape.rank;
	const char *name = is_product(n) ? "CumProd" : "CumSum";
	Value *y = put_attr(g, n, name, n->attr, n->in[0], value_scalar(g, I64, (double)rank - 1), END_IN);

	for (int k = 0; k < rank; k++)
		numbers[k] = k;
	Value *axis = put(g, n, "Gather", value_i64(g, (int)rank, numbers), reshaped(g, n, n->in[1], 0, NULL), END_IN);
	for (int k = 0; k < rank - 1; k++) {
		Value *along = put_attr(g, n, name, n->attr, n->in[0], value_scalar(g, I64, k), END_IN);
		y = put(g, n, "Where", put(g, n, "Equal", axis, value_scalar(g, I64, k), END_IN), along, y, END_IN);
	}
	return y;
}

static void expand(Graph *g, Node *n)
{
	int count;
	const Shape *shape = &n->in[0]->shape;
	const Dim *known = content_of(g, n, 1, &count);
	if (!known || !dim_known(known[0])) {
		if (shape->rank > 1 && has_long_axis(shape))
			value_replace(g, n->out[0], by_choice(g, n));
		return;
	}
	int axis = (int)fix_axis(g, n, known[0].k, shape->rank);
	if (axis == shape->rank - 1)
		value_replace(g, n->out[0], by_rows(g, n, axis));
	else if (shape_known(shape) && shape->dim[axis].k > SHORT)
		value_replace(g, n->out[0], steps_short(n->in[0], axis) ? by_rows(g, n, axis) : by_turns(g, n, axis));
}

/* ---- lower ---- */

static Expr *along(Lower *l, const Node *n, int axis, Expr *const *at)
{
	const struct Cumulate *a = n->attr;
	const Shape *x = &n->in[0]->shape;
	DType t = n->in[0]->dtype, sum = is_float(t) ? formula_type(l, n, t) : t == I32 ? I32 : is_unsigned(t) ? U64 : I64;
	bool product = is_product(n);
	Expr *index[MAX_RANK], *j = red_axis(l, x->dim[axis]), *i = at[axis];
	for (int k = 0; k < x->rank; k++)
		index[k] = k == axis ? j : at[k];
	Expr *counts = alu2(l, a->exclusive ? LT : LE, a->reverse ? i : j, a->reverse ? j : i);
	Expr *term = choose(l, counts, in_as(l, n, 0, index, sum), num(l, sum, product));
	return cast(l, t, reduce(l, product ? RED_PROD : RED_SUM, term, 1, &j));
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	int rank = n->in[0]->shape.rank, count;
	const Dim *known = content_of(lower_graph(l), n, 1, &count);
	(void)slot;
	if (known && dim_known(known[0]))
		return along(l, n, (int)fix_axis(lower_graph(l), n, known[0].k, rank), at);
	Expr *zero = num_i(l, 0), *axis = checked_index(l, in(l, n, 1, &zero), num_i(l, rank));
	Expr *y = along(l, n, rank - 1, at);
	for (int k = rank - 2; k >= 0; k--)
		y = choose(l, alu2(l, EQ, axis, num_i(l, k)), along(l, n, k, at), y);
	return y;
}

static Expr *lower_rows(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return along(l, n, (int)ATTR_OF(n, Cumulate)->axis, at);
}

static const Attr attrs[] = {ATTR_INT(Cumulate, exclusive, 0), ATTR_INT(Cumulate, reverse, 0), {0}};
static const Attr row_attrs[] = {ATTR_INT(Cumulate, exclusive, 0), ATTR_INT(Cumulate, reverse, 0), ATTR_INT(Cumulate, axis, 0), {0}};

const Op op_CumSum = {
	.name = "CumSum", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct Cumulate), .types = "fiu", .infer = infer, .eval = eval, .expand = expand,
	.lower = lower,
};
const Op op_CumProd = {
	.name = "CumProd", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct Cumulate), .types = "fiu", .infer = infer, .eval = eval, .expand = expand,
	.lower = lower,
};
const Op op_tcc_SumRows = {
	.name = "SumRows", .domain = "tcc", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = REDUCES | ROWS, .ulp = 64,
	.attrs = row_attrs, .attr_size = sizeof(struct Cumulate), .types = "fiu", .infer = infer_rows, .eval = eval, .lower = lower_rows,
};
const Op op_tcc_ProductRows = {
	.name = "ProductRows", .domain = "tcc", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = REDUCES | ROWS, .ulp = 64,
	.attrs = row_attrs, .attr_size = sizeof(struct Cumulate), .types = "fiu", .infer = infer_rows, .eval = eval, .lower = lower_rows,
};
