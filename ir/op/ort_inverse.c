/* ort_inverse.c -- Inverse of com.microsoft: matrices in the last two axes, by Gauss and Jordan.
 *
 *     [a | 1] -> [1 | a^-1]     column by column: the row with the largest element of those left comes up, is divided by
 *                               it, and is taken from all others as often as they have it
 *
 * Each column is a few nodes, so only small matrices are taken. One that is singular gives infinities or NaN. */
#include "ir/op/nn.h"
#include "ir/op/reduce.h"
#include "ir/op/trust.h"

enum { LARGEST = 32 };

typedef struct Matrices {
	Graph *g;
	const Node *n;
	int64_t rows;
} Matrices;

static void infer(Graph *g, Node *n)
{
	need_square(g, n, LARGEST);
	same_as_input(g, n);
}

static Value *with(const Matrices *m, const char *op, Value *a, Value *b) { return binary(m->g, m->n, op, a, b); }

static Value *where(const Matrices *m, Value *is, Value *a, Value *b)
{
	return put(m->g, m->n, "Where", is, a, b, END_IN);
}

/* 0, 1, .. rows - 1 as a column */
static Value *row_numbers(const Matrices *m)
{
	int64_t last = 1;

	return with_axes(m->g, m->n, count_to(m->g, m->rows), 1, &last);
}

/* a [count, rows, 2 rows] with the row that has the largest element in column k, of those from k on, at place k. */
static Value *with_pivot(const Matrices *m, Value *a, int64_t k)
{
	Value *i = row_numbers(m), *at = value_i64(m->g, 1, &k);
	Value *column = put(m->g, m->n, "Abs", slice_of(m->g, m->n, a, 2, k, k + 1), END_IN);
	Value *left = where(m, with(m, "Less", i, at), value_scalar(m->g, a->dtype, -1), column);
	Value *best = put_attr(m->g, m->n, "ArgMax", &(struct ArgReduce){1, 1, 0}, left, END_IN);
	Value *from = where(m, with(m, "Equal", i, at), best, where(m, with(m, "Equal", i, best), at, i));
	Value *wide = put(m->g, m->n, "Expand", from, value_i64(m->g, 3, (int64_t[]){1, 1, 2 * m->rows}), END_IN);

	return put_attr(m->g, m->n, "GatherElements", &(struct Gather){1}, a, wide, END_IN);
}

static Value *step(const Matrices *m, Value *a, int64_t k)
{
	Value *own = with(m, "Equal", row_numbers(m), value_i64(m->g, 1, &k));

	a = with_pivot(m, a, k);
	Value *row = slice_of(m->g, m->n, a, 1, k, k + 1), *times = slice_of(m->g, m->n, a, 2, k, k + 1);
	row = with(m, "Div", row, slice_of(m->g, m->n, row, 2, k, k + 1));
	return where(m, own, row, with(m, "Sub", a, with(m, "Mul", times, row)));
}

static Value *unit_matrix(const Matrices *m, DType t)
{
	return cast_value(m->g, m->n, with(m, "Equal", row_numbers(m), count_to(m->g, m->rows)), t);
}

static void expand(Graph *g, Node *n)
{
	Shape s = n->in[0]->shape;
	Matrices m = {g, n, dim_number(g, n, s.dim[s.rank - 1])};
	Value *a = cast_value(g, n, n->in[0], work_type(n->in[0]->dtype));

	a = reshaped(g, n, a, 3, (int64_t[]){-1, m.rows, m.rows});
	Value *count = put(g, n, "Shape", a, END_IN);
	a = joined(g, n, 2, a, put(g, n, "Expand", unit_matrix(&m, a->dtype), count, END_IN));
	for (int64_t k = 0; k < m.rows; k++)
		a = step(&m, a, k);
	a = shaped_as(g, n, slice_of(g, n, a, 2, m.rows, 2 * m.rows), &s);
	value_replace(g, n->out[0], cast_value(g, n, a, n->in[0]->dtype));
}

const Op op_ort_Inverse = {
	.name = "Inverse", .domain = "com.microsoft", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.ulp = 256, .types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};
