/* strassen.c -- the two ends of a product of matrices by Strassen's method, which the pass of that name puts around a
 * MatMul.
 *
 *     tcc.StrassenInput   s[r, .., m, k] = sum over c of  A[r, c] * x[.., 2 m + c div 2, c mod 2 * K / 2 + k]
 *     MatMul              p[r, .., m, n] = sum over k of  s[r, .., m, k] * u[r, k, n]
 *     tcc.StrassenOutput  y[.., h, w]    = sum over r of  C[2 (h mod 2) + w div N / 2, r] * p[r, .., h div 2, w mod N / 2]
 *
 * x and y are matrices of 2 x 2 blocks: even and odd rows, left and right halves. So the blocks of x lie K / 2 elements
 * from each other. Of an odd number of rows the last has zeros for a partner. The tables A [7, 4] and C [4, 7] are inputs
 * of the nodes; which numbers they hold is the pass's affair. The last input of StrassenOutput has as many rows as y. */
#include "ir/op/strassen.h"

static void need_table(Graph *g, const Node *n, int64_t rows, int64_t columns)
{
	same_type(g, n, 0, 1);
	need_rank(g, n, 1, 2, 2);
	need_size(g, n, 1, 0, dim(rows));
	need_size(g, n, 1, 1, dim(columns));
}

static Dim half(Graph *g, Dim d) { return dim_ceildiv(g->syms, d, dim(2)); }

/* ---- StrassenInput ---- */

static void input_infer(Graph *g, Node *n)
{
	const Shape *x = &n->in[0]->shape;
	Shape s = {.rank = x->rank + 1};

	need_rank(g, n, 0, 2, MAX_RANK - 1);
	need_table(g, n, STRASSEN_PRODUCTS, STRASSEN_BLOCKS);
	if (dim_number(g, n, x->dim[x->rank - 1]) % 2)
		fail_node(g, n, "E-SHAPE", "%s has no two halves", dim_text(g->syms, x->dim[x->rank - 1]));
	s.dim[0] = dim(STRASSEN_PRODUCTS);
	for (int i = 0; i < x->rank; i++)
		s.dim[1 + i] = x->dim[i];
	s.dim[x->rank - 1] = half(g, x->dim[x->rank - 2]);
	s.dim[x->rank] = half(g, x->dim[x->rank - 1]);
	set_out(g, n, 0, n->in[0]->dtype, &s);
}

static void input_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int rank = in[0]->rank;
	int64_t rows = in[0]->dim[rank - 2], columns = in[0]->dim[rank - 1], at[MAX_RANK] = {0};
	const double *x = in_f64(e, in[0]), *table = in_f64(e, in[1]);
	double *s = out_f64(e, out[0]);

	(void)n;
	if (out[0]->count)
		do {
			int64_t matrix = 0;
			double sum = 0;

			for (int i = 0; i < rank - 2; i++)
				matrix = matrix * in[0]->dim[i] + at[1 + i];
			for (int64_t c = 0; c < STRASSEN_BLOCKS; c++) {
				int64_t row = 2 * at[rank - 1] + c / 2, column = c % 2 * (columns / 2) + at[rank];

				if (row < rows)
					sum += table[at[0] * STRASSEN_BLOCKS + c] * x[(matrix * rows + row) * columns + column];
			}
			*s++ = sum;
		} while (next_index(out[0]->rank, out[0]->dim, at));
}

/* The sum over the columns of the table's row, times x. */
static Expr *weighed(Lower *l, const Node *n, Expr *row, Expr *column, Expr *x)
{
	return reduce(l, RED_SUM, alu2(l, MUL, in(l, n, 1, (Expr *[]){row, column}), x), 1, &column);
}

static Expr *input_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *x = &n->in[0]->shape;
	Expr *c = red_axis(l, dim(STRASSEN_BLOCKS)), *two = num_i(l, 2), *ix[MAX_RANK];
	Expr *columns = num_i(l, x->dim[x->rank - 1].k / 2);

	(void)slot;
	for (int i = 0; i < x->rank - 2; i++)
		ix[i] = at[1 + i];
	ix[x->rank - 2] = iadd(l, imul(l, at[x->rank - 1], two), idiv(l, c, two));
	ix[x->rank - 1] = iadd(l, imul(l, imod(l, c, two), columns), at[x->rank]);
	Expr *there = inside(l, ix[x->rank - 2], num_i(l, 0), extent(l, x->dim[x->rank - 2]));
	return weighed(l, n, at[0], c, choose(l, there, in(l, n, 0, ix), num(l, n->in[0]->dtype, 0)));
}

const Op op_tcc_StrassenInput = {
	.name = "StrassenInput", .domain = "tcc", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES | TABLES, .ulp = 4, .types = "f",
	.infer = input_infer, .eval = input_eval, .lower = input_lower};

/* ---- StrassenOutput ---- */

static void output_infer(Graph *g, Node *n)
{
	const Shape *p = &n->in[0]->shape, *x = &n->in[2]->shape;
	Shape y = *x;

	need_rank(g, n, 0, 3, MAX_RANK);
	need_rank(g, n, 2, p->rank - 1, p->rank - 1);
	need_size(g, n, 0, 0, dim(STRASSEN_PRODUCTS));
	need_table(g, n, STRASSEN_BLOCKS, STRASSEN_PRODUCTS);
	for (int i = 0; i < x->rank - 2; i++)
		need_size(g, n, 0, 1 + i, x->dim[i]);
	need_size(g, n, 0, x->rank - 1, half(g, x->dim[x->rank - 2]));
	y.dim[y.rank - 1] = dim_mul(g->syms, p->dim[p->rank - 1], dim(2));
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

static void output_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int rank = out[0]->rank;
	int64_t rows = in[0]->dim[rank - 1], columns = in[0]->dim[rank], at[MAX_RANK] = {0};
	const double *p = in_f64(e, in[0]), *table = in_f64(e, in[1]);
	double *y = out_f64(e, out[0]);

	(void)n;
	if (out[0]->count)
		do {
			const int64_t h = at[rank - 2], w = at[rank - 1];
			int64_t matrix = 0;
			double sum = 0;

			for (int i = 0; i < rank - 2; i++)
				matrix = matrix * out[0]->dim[i] + at[i];
			for (int64_t r = 0; r < STRASSEN_PRODUCTS; r++) {
				double factor = table[(h % 2 * 2 + w / columns) * STRASSEN_PRODUCTS + r];
				int64_t step = in[0]->count / STRASSEN_PRODUCTS;

				if (factor != 0)
					sum += factor * p[r * step + (matrix * rows + h / 2) * columns + w % columns];
			}
			*y++ = sum;
		} while (next_index(rank, out[0]->dim, at));
}

static Expr *output_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *p = &n->in[0]->shape;
	int rank = p->rank - 1;
	Expr *r = red_axis(l, dim(STRASSEN_PRODUCTS)), *two = num_i(l, 2), *ip[MAX_RANK] = {r};
	Expr *h = at[rank - 2], *w = at[rank - 1], *columns = extent(l, p->dim[rank]);

	(void)slot;
	for (int i = 0; i < rank - 2; i++)
		ip[1 + i] = at[i];
	ip[rank - 1] = idiv(l, h, two);
	ip[rank] = imod(l, w, columns);
	Expr *block = iadd(l, imul(l, imod(l, h, two), two), idiv(l, w, columns));
	return weighed(l, n, block, r, in(l, n, 0, ip));
}

const Op op_tcc_StrassenOutput = {
	.name = "StrassenOutput", .domain = "tcc", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES | TABLES, .ulp = 16, .types = "f", .infer = output_infer, .eval = output_eval,
	.lower = output_lower};
