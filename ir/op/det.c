/* det.c -- Det (11-22): the determinant of every matrix in the last two axes, by its first row:
 *
 *     det a = sum over column c of (-1)^c a[0, c] det(a without row 0 and column c) */
#include "ir/op/nn.h"

enum { LARGEST = 4 };

static void infer(Graph *g, Node *n)
{
	need_square(g, n, LARGEST);
	Shape y = n->in[0]->shape;
	y.rank -= 2;
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

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

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(e, in[0]);
	double *y = out_f64(e, out[0]);
	int size = (int)in[0]->dim[in[0]->rank - 1];

	(void)n;
	for (int64_t i = 0; i < out[0]->count; i++)
		y[i] = minor_f64(x + i * size * size, size, 0, (1u << size) - 1);
}

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
	.types = "f", .infer = infer, .eval = eval, .lower = lower,
};
