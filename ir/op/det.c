/* det.c -- Det (11-22): the determinant of every matrix in the last two axes. Small ones by their first row:
 *
 *     det a = sum over column c of (-1)^c a[0, c] det(a without row 0 and column c)
 *
 * larger ones, and those of a size that varies, by elimination. That of no rows is 1. */
#include <math.h>
#include "ir/op/elimination.h"

enum { MOST_BY_ROWS = 4 };

static void infer(Graph *g, Node *n)
{
	square_rows(g, n);
	Shape y = n->in[0]->shape;
	y.rank -= 2;
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

static bool is_small(Dim rows) { return dim_known(rows) && rows.k >= 1 && rows.k <= MOST_BY_ROWS; }

/* ---- eval ---- */

/* Of the rows from `row` on and the columns in the set. */
static double minor_f64(const double *a, int size, int row, unsigned columns)
{
	double sum = 0, sign = 1;

	if (row == size)
		return 1;
	for (int c = 0; c < size; c++) {
		if (!(columns >> c & 1))
			continue;
		sum += sign * a[row * size + c] * minor_f64(a, size, row + 1, columns & ~(1u << c));
		sign = -sign;
	}
	return sum;
}

/* The row with the largest element in column k, of those from k on, comes to place k: 1, or -1 where it was elsewhere. */
static double pivot_up(double *a, int64_t size, int64_t k)
{
	int64_t best = k;

	for (int64_t i = k + 1; i < size; i++)
		if (fabs(a[i * size + k]) > fabs(a[best * size + k]))
			best = i;
	for (int64_t j = 0; j < size; j++) {
		double x = a[k * size + j];
		a[k * size + j] = a[best * size + j];
		a[best * size + j] = x;
	}
	return best == k ? 1 : -1;
}

/* Writes over a. */
static double eliminated_f64(double *a, int64_t size)
{
	double d = 1;

	for (int64_t k = 0; k < size; k++) {
		double sign = pivot_up(a, size, k), pivot = a[k * size + k];
		d *= sign * pivot;
		for (int64_t i = k + 1; i < size && pivot != 0; i++) {
			double times = a[i * size + k] / pivot;
			for (int64_t j = k; j < size; j++)
				a[i * size + j] -= times * a[k * size + j];
		}
	}
	return d;
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(e, in[0]);
	double *y = out_f64(e, out[0]);
	int64_t size = in[0]->dim[in[0]->rank - 1];
	bool small = size <= MOST_BY_ROWS;

	(void)n;
	for (int64_t i = 0; i < out[0]->count; i++, x += size * size)
		y[i] = small ? minor_f64(x, (int)size, 0, (1u << size) - 1)
			     : eliminated_f64(arena_copy(&e->g->ctx->scratch, x, (size_t)(size * size) * sizeof *x), size);
}

/* ---- large ones ---- */

static void expand(Graph *g, Node *n)
{
	Shape y = n->out[0]->shape;

	if (is_small(square_rows(g, n)))
		return;
	if (dim_is(square_rows(g, n), 0)) {
		Value *one = value_scalar(g, n->in[0]->dtype, 1);
		value_replace(g, n->out[0], put(g, n, "Expand", one, dims_as_value(g, n, n->in[0], y.dim, y.rank), END_IN));
		return;
	}
	Value *d = shaped_as(g, n, determinants(g, n, square_matrices(g, n)), &y);
	value_replace(g, n->out[0], cast_value(g, n, d, n->in[0]->dtype));
}

/* ---- small ones ---- */

static Expr *minor_of(Lower *l, const Node *n, Expr **index, int row, unsigned columns)
{
	int rank = n->in[0]->shape.rank, size = (int)dim_number(lower_graph(l), n, n->in[0]->shape.dim[rank - 1]);
	Expr *sum = NULL;

	for (int c = 0, k = 0; c < size; c++) {
		if (!(columns >> c & 1))
			continue;
		index[rank - 2] = num_i(l, row);
		index[rank - 1] = num_i(l, c);
		Expr *term = in_as(l, n, 0, index, formula_type(l, n, n->in[0]->dtype));
		if (row + 1 < size)
			term = alu2(l, MUL, term, minor_of(l, n, index, row + 1, columns & ~(1u << c)));
		sum = !sum ? term : alu2(l, k & 1 ? SUB : ADD, sum, term);
		k++;
	}
	return sum;
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *index[MAX_RANK];
	int rank = n->in[0]->shape.rank;

	for (int k = 0; k < rank - 2; k++)
		index[k] = at[k];
	unsigned all = (1u << dim_number(lower_graph(l), n, n->in[0]->shape.dim[rank - 1])) - 1;
	return cast(l, n->out[slot]->dtype, minor_of(l, n, index, 0, all));
}

const Op op_det = {
	.name = "Det", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = 256,
	.types = "f", .infer = infer, .eval = eval, .expand = expand, .lower = lower,
};
