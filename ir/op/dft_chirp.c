/* dft_chirp.c -- transforms of a length without small factors, by Bluestein's method (L. Bluestein, A linear filtering approach
 * to the computation of the discrete Fourier transform, 1968): since 2 j k = j^2 + k^2 - (k - j)^2,
 *
 *     y[k] = c[k] sum over j of (x[j] c[j]) / c[k - j]        c[j] = w^(j^2 / 2), of absolute value 1
 *
 * is a convolution with 1 / c, which a longer transform, of a power of two, makes a product. That of 1 / c is a constant. */
#include <complex.h>
#include <math.h>
#include "ir/op/dft.h"
#include "ir/op/nn.h"

typedef double complex Complex;

/* c[j]; j^2 is taken modulo 2n, so that the angle is exact for large j too. */
static Complex chirp(const Transform *d, int64_t n, int64_t j)
{
	double angle = M_PI * (double)(j * j % (2 * n)) / (double)n;

	return cexp((d->inverse ? I : -I) * angle);
}

/* In place: n, a power of two, numbers at x, x + step, ..; `spare` has room for n. */
static void transform(Complex *x, int64_t n, int64_t step, Complex *spare)
{
	if (n == 1)
		return;
	transform(x, n / 2, 2 * step, spare);
	transform(x + step, n / 2, 2 * step, spare);
	for (int64_t k = 0; k < n / 2; k++) {
		Complex even = x[2 * k * step], odd = x[(2 * k + 1) * step] * cexp(-2 * M_PI * I * (double)k / (double)n);
		spare[k] = even + odd;
		spare[k + n / 2] = even - odd;
	}
	for (int64_t k = 0; k < n; k++)
		x[k * step] = spare[k];
}

/* The transform of m numbers 1 / c[0], 1 / c[1], .. 1 / c[n-1], 0, .. 0, 1 / c[n-1], .. 1 / c[1]. */
static Complex *filter(const Transform *d, int64_t n, int64_t m)
{
	Complex *b = NEW_N(&d->g->ctx->scratch, Complex, m), *spare = NEW_N(&d->g->ctx->scratch, Complex, m);

	for (int64_t j = 0; j < n; j++)
		b[j] = b[(m - j) % m] = conj(chirp(d, n, j));
	transform(b, m, 1, spare);
	return b;
}

/* x [rows, n, 2] times f[k] for each of n: x (re, re) + (x.im, x.re) (-im, im) */
static Value *times_each(const Transform *d, Value *x, const Complex *f, int64_t n)
{
	Graph *g = d->g;
	int64_t shape[2] = {n, 2}, swap[2] = {1, 0};
	Tensor *same = tensor_new(&g->ctx->perm, d->t, 2, shape), *crossed = tensor_new(&g->ctx->perm, d->t, 2, shape);

	for (int64_t k = 0; k < 2 * n; k++) {
		store_f64(d->t, same->data, k, creal(f[k / 2]));
		store_f64(d->t, crossed->data, k, k % 2 ? cimag(f[k / 2]) : -cimag(f[k / 2]));
	}
	Value *other = put_attr(g, d->n, "Gather", &(struct Gather){2}, x, value_i64(g, 2, swap), END_IN);
	return put(g, d->n, "Add", put(g, d->n, "Mul", x, value_const(g, NULL, same), END_IN),
		   put(g, d->n, "Mul", other, value_const(g, NULL, crossed), END_IN), END_IN);
}

/* c[k], over n in the end of an inverse. */
static Value *times_chirp(const Transform *d, Value *x, int64_t n, bool last)
{
	Complex *c = NEW_N(&d->g->ctx->scratch, Complex, n);

	for (int64_t j = 0; j < n; j++)
		c[j] = chirp(d, n, j) / (last && d->inverse ? (double)n : 1);
	return times_each(d, x, c, n);
}

Value *dft_by_chirp(const Transform *d, Value *x, int64_t n)
{
	Graph *g = d->g;
	Transform there = *d, back = *d;
	int64_t m = 1;

	there.inverse = false;
	back.inverse = true;
	while (m < 2 * n - 1)
		m *= 2;
	x = times_chirp(d, reshaped(g, d->n, x, 3, (int64_t[]){-1, n, 2}), n, false);
	x = put(g, d->n, "Pad", x, value_i64(g, 6, (int64_t[]){0, 0, 0, 0, m - n, 0}), END_IN);
	x = dft_complex_rows(&there, reshaped(g, d->n, x, 2, (int64_t[]){-1, 2 * m}), m);
	x = times_each(d, reshaped(g, d->n, x, 3, (int64_t[]){-1, m, 2}), filter(d, n, m), m);
	x = dft_complex_rows(&back, reshaped(g, d->n, x, 2, (int64_t[]){-1, 2 * m}), m);
	x = slice_of(g, d->n, reshaped(g, d->n, x, 3, (int64_t[]){-1, m, 2}), 1, 0, n);
	return reshaped(g, d->n, times_chirp(d, x, n, true), 2, (int64_t[]){-1, 2 * n});
}
