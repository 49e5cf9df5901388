/* dft_rows.c -- rows of numbers transformed, as products with constant matrices of sines and cosines.
 *
 *     y[k] = sum over j of x[j] w^(j k)    w = e^(-2 pi i / n); of the inverse e^(2 pi i / n), and over n
 *
 * A transform of n complex numbers is a matrix of 2n rows and columns. Long ones have factors: n = a b, with j = b j1 + j2
 * and k = k1 + a k2, makes
 *
 *     y[k1 + a k2] = sum over j2 of W(b)^(j2 k2) [ sum over j1 of w^((b j1 + j2) k1) x[b j1 + j2] ]
 *
 * b products of a matrix each for the inner sums, then transforms of b for the outer ones. Where b matrices would be large, there
 * is one, of W(a)^(j1 k1), and w^(j2 k1) comes after it, number by number. Real input and output, and the half of a spectrum that
 * the other half mirrors, are smaller matrices where one matrix is enough. Large primes have another way (dft_chirp.c). */
#include <math.h>
#include "ir/op/dft.h"

enum { ONE_MATRIX = 1 << 18, PRIME_MATRIX = 4 * ONE_MATRIX, MOST_FACTOR = 32 }; /* elements */

static int64_t size_of_matrix(const Matrix *m) { return m->parts * m->rows * m->width * m->columns * m->depth; }

static double entry(const Transform *d, const Matrix *m, int64_t part, int64_t j, int64_t p, int64_t k, int64_t q)
{
	int64_t turn = (j * m->parts + part) % m->length * k % m->length;
	double angle = 2 * M_PI * (double)turn / (double)m->length * (d->inverse ? 1 : -1);
	double weight = d->inverse ? 1 / (double)(m->length / m->parts) : 1;

	if (m->half && j && 2 * j != m->length)
		weight *= 2;
	return weight * (p == q ? cos(angle) : p == 0 ? sin(angle) : -sin(angle));
}

Value *dft_matrix(const Transform *d, const Matrix *m)
{
	int64_t in = m->rows * m->width, out = m->columns * m->depth;
	int64_t lying[3] = {m->parts, in, out}, standing[3] = {out, m->width, m->rows};
	Tensor *y = tensor_new(&d->g->ctx->perm, d->t, 3, m->by_column ? standing : lying);

	for (int64_t i = 0; i < y->count; i++) {
		int64_t row = i / out % in, column = i % out, j = row / m->width, p = row % m->width;
		if (m->by_column) {
			column = i / in;
			p = i / m->rows % m->width;
			j = i % m->rows;
		}
		store_f64(d->t, y->data, i, entry(d, m, i / (in * out), j, p, column / m->depth, column % m->depth));
	}
	return value_const(d->g, NULL, y);
}

/* x [rows, n] times one matrix. */
static Value *times(const Transform *d, Value *x, const Matrix *m)
{
	int64_t zero = 0;
	Value *w = put(d->g, d->n, "Squeeze", dft_matrix(d, m), value_i64(d->g, 1, &zero), END_IN);

	return put(d->g, d->n, "MatMul", x, w, END_IN);
}

/* ---- complex transforms of rows: [rows, 2 n] -> [rows, 2 n] ---- */

/* The largest that is not too large; n where n has none. */
static int64_t factor_of(int64_t n)
{
	for (int64_t a = MOST_FACTOR; a > 1; a--)
		if (n % a == 0 && a < n)
			return a;
	return n;
}

/* A length without factors is one where it is not too large. */
static bool is_one_matrix(const Matrix *m)
{
	bool prime = factor_of(m->length) == m->length;

	return size_of_matrix(m) <= (prime ? PRIME_MATRIX : ONE_MATRIX);
}

/* cos or sin of the angle of w^(j2 k1), for part j2 and both numbers of column k1: [parts, 1, 2 a] */
static Value *turns(const Transform *d, const Matrix *inner, double (*part_of)(double))
{
	int64_t width = 2 * inner->columns;
	Tensor *y = tensor_new(&d->g->ctx->perm, d->t, 3, (int64_t[]){inner->parts, 1, width});

	for (int64_t i = 0; i < y->count; i++) {
		double angle = 2 * M_PI * (double)(i / width * (i % width / 2)) / (double)inner->length;
		store_f64(d->t, y->data, i, part_of(d->inverse ? angle : -angle));
	}
	return value_const(d->g, NULL, y);
}

/* A matrix whose complex columns are turned by a quarter: (re, im) to (-im, re). */
static Value *quarter_turned(const Transform *d, const Value *w)
{
	const Tensor *x = w->data;
	Tensor *y = tensor_new(&d->g->ctx->perm, d->t, x->rank, x->dim);

	for (int64_t i = 0; i < y->count; i++)
		store_f64(d->t, y->data, i, i % 2 ? load_f64(d->t, x->data, i - 1) : -load_f64(d->t, x->data, i + 1));
	return value_const(d->g, NULL, y);
}

/* The inner sums of x [parts, rows, 2 a]: the same shape. (u + i v) times w = u cos + i u sin, where i u is a product too: both
 * are made in one tile. */
static Value *inner_sums(const Transform *d, Value *x, const Matrix *inner)
{
	Graph *g = d->g;
	Matrix one = *inner;

	if (size_of_matrix(inner) <= ONE_MATRIX)
		return put(g, d->n, "MatMul", x, dft_matrix(d, inner), END_IN);
	one.length = inner->columns;
	one.parts = 1;
	Value *w = dft_matrix(d, &one), *u = put(g, d->n, "MatMul", x, w, END_IN);
	Value *v = put(g, d->n, "MatMul", x, quarter_turned(d, w), END_IN);
	u = put(g, d->n, "Mul", u, turns(d, inner, cos), END_IN);
	v = put(g, d->n, "Mul", v, turns(d, inner, sin), END_IN);
	return put(g, d->n, "Add", u, v, END_IN);
}

Value *dft_complex_rows(const Transform *d, Value *x, int64_t n)
{
	Graph *g = d->g;
	int64_t a = factor_of(n), b = n / a;
	Matrix inner = {.length = n, .parts = b, .rows = a, .width = 2, .columns = a, .depth = 2};
	Matrix whole = {.length = n, .parts = 1, .rows = n, .width = 2, .columns = n, .depth = 2};

	if (b == 1 && !is_one_matrix(&whole))
		return dft_by_chirp(d, x, n);
	if (b == 1 || size_of_matrix(&whole) <= ONE_MATRIX / 4)
		return times(d, x, &whole);
	x = reshaped(g, d->n, x, 4, (int64_t[]){-1, a, b, 2});
	x = transposed(g, d->n, x, 4, (int64_t[]){2, 0, 1, 3});
	x = reshaped(g, d->n, x, 3, (int64_t[]){b, -1, 2 * a});
	x = inner_sums(d, x, &inner);
	x = reshaped(g, d->n, x, 4, (int64_t[]){b, -1, a, 2});
	x = transposed(g, d->n, x, 4, (int64_t[]){1, 2, 0, 3});
	x = dft_complex_rows(d, reshaped(g, d->n, x, 2, (int64_t[]){-1, 2 * b}), b);
	x = reshaped(g, d->n, x, 4, (int64_t[]){-1, a, b, 2});
	x = transposed(g, d->n, x, 4, (int64_t[]){0, 2, 1, 3});
	return reshaped(g, d->n, x, 2, (int64_t[]){-1, 2 * n});
}

/* ---- any transform of rows ---- */

/* Real numbers as complex ones. */
static Value *with_zeros(const Transform *d, Value *x, int64_t n)
{
	x = reshaped(d->g, d->n, x, 3, (int64_t[]){-1, n, 1});
	return put(d->g, d->n, "Pad", x, value_i64(d->g, 6, (int64_t[]){0, 0, 0, 0, 0, 1}), END_IN);
}

/* Half of a spectrum with its mirror image behind it. */
static Value *mirrored(const Transform *d, Value *x, int64_t n, int64_t half)
{
	Graph *g = d->g;
	Tensor *signs = tensor_new(&g->ctx->perm, d->t, 1, &(int64_t){2});
	int64_t from = n - half, to = 0, axis = 1, step = -1;

	store_f64(d->t, signs->data, 0, 1);
	store_f64(d->t, signs->data, 1, -1);
	x = reshaped(g, d->n, x, 3, (int64_t[]){-1, half, 2});
	Value *tail = put(g, d->n, "Slice", x, value_i64(g, 1, &from), value_i64(g, 1, &to), value_i64(g, 1, &axis),
			  value_i64(g, 1, &step), END_IN);
	return joined(g, d->n, 1, x, put(g, d->n, "Mul", tail, value_const(g, NULL, signs), END_IN));
}

/* Of real numbers only the front half of the spectrum needs a product. */
static Value *real_rows(const Transform *d, Value *x, const Matrix *m, const Matrix *front)
{
	x = times(d, x, front);
	if (front->columns == m->columns)
		return x;
	x = mirrored(d, x, m->length, front->columns);
	return reshaped(d->g, d->n, x, 2, (int64_t[]){-1, m->columns * m->depth});
}

/* x [rows, m.rows * m.width] -> [rows, m.columns * m.depth] */
Value *dft_rows(const Transform *d, Value *x, const Matrix *m)
{
	Graph *g = d->g;
	int64_t n = m->length;
	Matrix front = *m;

	if (size_of_matrix(m) <= ONE_MATRIX)
		return times(d, x, m);
	front.columns = n / 2 + 1;
	if (m->width == 1 && is_one_matrix(&front))
		return real_rows(d, x, m, &front);
	if (is_one_matrix(m))
		return times(d, x, m);
	if (m->half)
		x = mirrored(d, x, n, m->rows);
	else if (m->width == 1)
		x = with_zeros(d, x, n);
	x = dft_complex_rows(d, reshaped(g, d->n, x, 2, (int64_t[]){-1, 2 * n}), n);
	if (m->columns == n && m->depth == 2)
		return x;
	x = reshaped(g, d->n, x, 3, (int64_t[]){-1, n, 2});
	x = m->depth == 1 ? slice_of(g, d->n, x, 2, 0, 1) : slice_of(g, d->n, x, 1, 0, m->columns);
	return reshaped(g, d->n, x, 2, (int64_t[]){-1, m->columns * m->depth});
}
