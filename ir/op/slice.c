/* slice.c -- Slice: y[.., i, ..] = x[.., start + i * step, ..] along some axes.
 *
 * Starts and ends count from the end when negative and are clipped to 0..size, or to -1..size-1 where the step goes
 * backward; ceil((end - start) / step) elements are left. */
#include "ir/op/nn.h"
#include "ir/op/counted.h"

/* b, or where that is negative, size + b. */
static Dim counted_from_front(Syms *s, Dim b, Dim size)
{
	return dim_add(s, b, dim_mul(s, size, dim_less(s, b, dim(0))));
}

/* A start or end, clipped to lo..hi. */
static Dim bound(Syms *s, Dim b, Dim size, Dim lo, Dim hi)
{
	int64_t most = dim_hi(s, size);
	if (!dim_known(size) && most >= INT32_MAX)
		most = INT32_MAX - 1; /* exporters say "to the end" with INT32_MAX or more */
	if (dim_known(b) && b.k < -most)
		return lo;
	if (dim_known(b) && b.k >= most)
		return hi;
	return dim_max(s, lo, dim_min(s, counted_from_front(s, b, size), hi));
}

static Cut cut(Graph *g, const Node *n, Dim size, Dim start, Dim end, int64_t step)
{
	Syms *s = g->syms;
	Cut c = {.step = step == INT64_MIN ? -INT64_MAX : step};
	if (step == 0)
		fail_node(g, n, "E-VALUE", "a step is 0");
	if (step > 0) {
		c.start = bound(s, start, size, dim(0), size);
		end = bound(s, end, size, dim(0), size);
		c.count = dim_ceildiv(s, dim_max(s, dim_sub(s, end, c.start), dim(0)), dim(step));
	} else {
		Dim last = dim_sub(s, size, dim(1));
		c.start = bound(s, start, size, dim(-1), last);
		end = bound(s, end, size, dim(-1), last);
		c.count = dim_ceildiv(s, dim_max(s, dim_sub(s, c.start, end), dim(0)), dim(-c.step));
	}
	return c;
}

typedef struct Given {
	int count;
	const Dim *starts, *ends;
	const int64_t *axes, *steps; /* NULL: the first ones; all 1 */
} Given;

static void cuts(Graph *g, const Node *n, const Shape *x, const Given *given, Cut *axis)
{
	for (int k = 0; k < x->rank; k++)
		axis[k] = (Cut){.start = dim(0), .count = x->dim[k], .step = 1};
	for (int i = 0; i < given->count; i++) {
		int k = (int)fix_axis(g, n, given->axes ? given->axes[i] : i, x->rank);
		axis[k] = cut(g, n, x->dim[k], given->starts[i], given->ends[i], given->steps ? given->steps[i] : 1);
	}
}

void cuts_of(Graph *g, const Node *n, Cut *axis)
{
	int nstarts, nends, naxes, nsteps;
	Given given = {.starts = need_content(g, n, 1, &nstarts), .ends = need_content(g, n, 2, &nends)};
	naxes = nsteps = given.count = nstarts;
	if (has_in(n, 3))
		given.axes = const_i64(g, n, 3, &naxes);
	if (has_in(n, 4))
		given.steps = const_i64(g, n, 4, &nsteps);
	if (nends != nstarts || naxes != nstarts || nsteps != nstarts)
		fail_node(g, n, "E-SHAPE", "%d starts, %d ends, %d axes and %d steps are given", nstarts, nends, naxes,
			  nsteps);
	if (given.axes)
		axis_set(g, n, given.axes, naxes, n->in[0]->shape.rank);
	cuts(g, n, &n->in[0]->shape, &given, axis);
}

static bool data_decide(Graph *g, const Node *n)
{
	return by_data(g, n, 1) || by_data(g, n, 2) || by_data(g, n, 3) || by_data(g, n, 4);
}

/* How many axes are cut: as many as some of the inputs say. Where data decide how many all of them have, and none has more
 * than one, it is one. The run has to agree. */
static int64_t cut_count(Graph *g, const Node *n)
{
	Dim starts = shape_count(g, &n->in[1]->shape), count = starts;
	for (int i = 2; i < n->nin && !dim_known(count); i++)
		if (has_in(n, i))
			count = shape_count(g, &n->in[i]->shape);
	if (!dim_known(count))
		count = dim_hi(g->syms, starts) == 1 ? dim(1) : starts;
	for (int i = 1; i < n->nin && dim_known(count); i++)
		if (has_in(n, i) && !dim_known(shape_count(g, &n->in[i]->shape)))
			dim_assume_equal(g->syms, shape_count(g, &n->in[i]->shape), count, false);
	return dim_number(g, n, count);
}

/* The axes that are cut, as bits; all of them where data decide that too. */
static unsigned axes_cut(Graph *g, const Node *n)
{
	int count = (int)cut_count(g, n), rank = n->in[0]->shape.rank;
	if (by_data(g, n, 3))
		return (1u << rank) - 1;
	if (count < 0 || count > rank)
		fail_node(g, n, "E-SHAPE", "%d starts are given for rank %d", count, rank);
	return has_in(n, 3) ? axis_set(g, n, const_i64(g, n, 3, &count), count, rank) : (1u << count) - 1;
}

/* x[a : a + k] has k elements at most. */
static Dim most_between(Graph *g, const Node *n, Dim size)
{
	const Node *end = n->in[2]->def;
	if (!end || !is_op(end, "Add") || (has_in(n, 4) && by_data(g, n, 4)))
		return size;
	const Value *k = end->in[end->in[0] == n->in[1]];
	if (end->in[k == end->in[0]] != n->in[1] || !k->data || k->data->count != 1)
		return size;
	int64_t width = load_i64(k->dtype, k->data->data, 0);
	return width < 0 ? size : dim_min(g->syms, size, dim(width));
}

static Shape counted_cuts(Graph *g, const Node *n)
{
	Shape most = n->in[0]->shape;
	unsigned axes = axes_cut(g, n);
	for (int k = 0; k < most.rank; k++)
		if (axes == 1u << k)
			most.dim[k] = most_between(g, n, most.dim[k]);
	return counted_shape(g, n, 0, &most, axes);
}

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 1, -1);
	Shape y = n->in[0]->shape;
	Cut axis[MAX_RANK];
	if (data_decide(g, n)) {
		y = counted_cuts(g, n);
		set_out(g, n, 0, n->in[0]->dtype, &y);
		return;
	}
	cuts_of(g, n, axis);
	for (int k = 0; k < y.rank; k++)
		y.dim[k] = axis[k].count;
	set_out(g, n, 0, n->in[0]->dtype, &y);
	move_contents(g, n, 1);
}

/* ---- cuts that data decide: each axis is picked by a vector of positions ---- */

/* A start or end as bound() makes it: 0 .. size, or -1 .. size - 1 going backward. */
static Value *clipped(Graph *g, const Node *n, Value *b, Value *size, Value *back)
{
	Value *below = binary(g, n, "Less", b, number(g, 0));
	b = put(g, n, "Where", below, binary(g, n, "Add", b, size), b, END_IN);
	return within(g, n, b, put(g, n, "Neg", back, END_IN), binary(g, n, "Sub", size, back));
}

/* way > 0 ? (way - 1) / |step| + 1 : 0, where way is how far the end lies ahead */
static Value *counts(Graph *g, const Node *n, Value *start, Value *end, Value *step)
{
	Value *zero = number(g, 0), *one = number(g, 1);
	Value *way = binary(g, n, "Mul", binary(g, n, "Sub", end, start), put(g, n, "Sign", step, END_IN));
	Value *whole = binary(g, n, "Div", binary(g, n, "Sub", way, one), put(g, n, "Abs", step, END_IN));
	return put(g, n, "Where", binary(g, n, "Greater", way, zero), binary(g, n, "Add", whole, one), zero, END_IN);
}

static Value *so_many(Graph *g, const Node *n, int slot, int64_t count)
{
	return as_vector(g, n, reshaped(g, n, n->in[slot], 1, &count));
}

static void trust(Graph *g, Node *n)
{
	if (!data_decide(g, n))
		return;
	const Shape *x = &n->in[0]->shape, *y = &n->out[0]->shape;
	unsigned cut_axes = axes_cut(g, n);
	int64_t cuts = cut_count(g, n);
	Value *start = so_many(g, n, 1, cuts), *end = so_many(g, n, 2, cuts), *all = shape_value(g, n, n->in[0]);
	Value *axes = has_in(n, 3) ? so_many(g, n, 3, cuts) : count_to(g, cuts);
	Value *step = has_in(n, 4) ? so_many(g, n, 4, cuts) : copies_of(g, 1, cuts);
	Value *size = picked(g, n, all, axes, 0), *back = cast_value(g, n, binary(g, n, "Less", step, number(g, 0)), I64);
	start = clipped(g, n, start, size, back);
	Value *count = counts(g, n, start, clipped(g, n, end, size, back), step);
	Value *less = by_axis(g, n, axes, binary(g, n, "Sub", count, size), x->rank, 0);
	Value *left = binary(g, n, "Add", all, less);
	require(g, n, put(g, n, "Not", binary(g, n, "Equal", step, number(g, 0)), END_IN));
	Value *first = by_axis(g, n, axes, start, x->rank, 0), *stride = by_axis(g, n, axes, step, x->rank, 1), *v = n->in[0];
	for (int k = 0; k < x->rank; k++) {
		if (!(cut_axes >> k & 1))
			continue;
		count = counted_value(g, n, element(g, n, left, k), y->dim[k]);
		Value *way = binary(g, n, "Mul", count_up(g, n, count), element(g, n, stride, k));
		v = picked(g, n, v, binary(g, n, "Add", element(g, n, first, k), way), k);
	}
	value_replace(g, n->out[0], v);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	Shape x = tensor_shape(in[0]);
	Given given = {(int)in[1]->count, tensor_sizes(e, in[1]), tensor_sizes(e, in[2]),
		       has_in(n, 3) ? in_i64(e, in[3]) : NULL, has_in(n, 4) ? in_i64(e, in[4]) : NULL};
	Cut axis[MAX_RANK];
	int64_t strides[MAX_RANK], step[MAX_RANK], base = 0;
	cuts(e->g, n, &x, &given, axis);
	strides_of(in[0], strides);
	for (int k = 0; k < x.rank; k++) {
		base += axis[k].start.k * strides[k];
		step[k] = out[0]->dim[k] > 1 ? axis[k].step * strides[k] : 0; /* a step may be any number where it is not taken */
	}
	move_strided(out[0], in[0], base, step);
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Cut axis[MAX_RANK];
	Expr *index[MAX_RANK];
	cuts_of(lower_graph(l), n, axis);
	for (int k = 0; k < n->out[slot]->shape.rank; k++)
		index[k] = iadd(l, extent(l, axis[k].start), imul(l, at[k], num_i(l, axis[k].step)));
	return in(l, n, 0, index);
}

const Op op_Slice = {
	.name = "Slice", .min_in = 3, .max_in = 5, .min_out = 1, .max_out = 1, .flags = MOVES | ONCE,
	.infer = infer, .trust = trust, .eval = eval, .lower = lower,
};
