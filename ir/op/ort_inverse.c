/* ort_inverse.c -- Inverse of com.microsoft: matrices in the last two axes, by Gauss and Jordan.
 *
 *     [a | 1] -> [1 | a^-1]
 *
 * One that is singular gives infinities or NaN. */
#include "ir/op/elimination.h"
#include "ir/op/trust.h"

static void infer(Graph *g, Node *n)
{
	square_rows(g, n);
	same_as_input(g, n);
}

/* One unit matrix for each matrix of a. */
static Value *unit_matrices(Graph *g, const Node *n, Value *a)
{
	const int64_t last = 1;
	Value *i = with_axes(g, n, counted(g, n, a, 1), 1, &last), *is = binary(g, n, "Equal", i, counted(g, n, a, 1));

	return put(g, n, "Expand", cast_value(g, n, is, a->dtype), put(g, n, "Shape", a, END_IN), END_IN);
}

/* The columns from `rows` on. */
static Value *right_half(Graph *g, const Node *n, Value *a, Dim rows)
{
	const int64_t last = 2;
	Dim end = dim_mul(g->syms, rows, dim(2));

	return put(g, n, "Slice", a, dims_as_value(g, n, a, &rows, 1), dims_as_value(g, n, a, &end, 1), value_i64(g, 1, &last), END_IN);
}

static void expand(Graph *g, Node *n)
{
	Shape s = n->in[0]->shape;
	Value *a = square_matrices(g, n);

	a = solved(g, n, joined(g, n, 2, a, unit_matrices(g, n, a)));
	a = shaped_as(g, n, right_half(g, n, a, square_rows(g, n)), &s);
	value_replace(g, n->out[0], cast_value(g, n, a, n->in[0]->dtype));
}

const Op op_ort_Inverse = {
	.name = "Inverse", .domain = "com.microsoft", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.ulp = 256, .types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};
