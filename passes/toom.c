/* toom.c -- the tables of F(m, r), after Toom and Cook, and their errors.
 *
 * F(m, r) makes m outputs of a correlation with r taps from alpha = m + r - 1 products instead of m r: both sides are
 * polynomials, given by their values at alpha - 1 points and at infinity (Toom-Cook, transposed: S. Winograd, Arithmetic
 * Complexity of Computations, 1980; A. Lavin and S. Gray, Fast Algorithms for Convolutional Neural Networks, 2015):
 *     y = A [(G w) * (B d)]
 *     A[j, i] = p_i^j                             last column: 1 for the highest power only
 *     G[i, j] = p_i^j / product of p_i - p_k      last row: the highest coefficient
 *     B[i]    = coefficients of the product over k != i of (z - p_k), last row: over all k
 * Points in pairs z, -z let rows share their sums. All are exact in binary. With five, 5/8 and 3/2 lose half of what the
 * usual 1 and 2 do; with seven nothing tried is better than 1/2, 1 and 2.
 *
 * Nearly all of the error comes from adding up channels. Of random inputs and weights, both of variance 1, product i of a
 * tile has the variance |B[i]|^2 |G[i]|^2. A sum of C of them, one after the other, gathers roundings of rho^2 C^2 / 2
 * times that, rho being the relative error of one; A[j, i]^2 of it reaches output j, whose own variance is r C. Along
 * several axes these factors multiply:
 *     error = rho sqrt(C / 2 * product over axes of gain)
 *     gain  = mean over j of the sum over i of A[j, i]^2 |B[i]|^2 |G[i]|^2 / r
 * (4.8 for F(4, 3), 20.6 for F(6, 3); docs/mathematics.md has what was measured). */
#include <math.h>
#include "passes/toom.h"

static const double roots3[] = {0, 1, -1}, roots5[] = {0, 0.625, -0.625, 1.5, -1.5}, roots7[] = {0, 0.5, -0.5, 1, -1, 2, -2};

/* Coefficients, lowest first, of the product of (z - p) over n points but number `skip`. */
static void polynomial(const double *roots, int n, int skip, double *c)
{
	int degree = 0;

	c[0] = 1;
	for (int k = 0; k < n; k++) {
		if (k == skip)
			continue;
		c[++degree] = 0;
		for (int i = degree; i > 0; i--)
			c[i] = c[i - 1] - roots[k] * c[i];
		c[0] *= -roots[k];
	}
}

void tables_fill(Tables *t, int m, int r)
{
	int last = m + r - 2; /* the row of infinity */
	const double *roots = last <= 3 ? roots3 : last <= 5 ? roots5 : roots7;

	*t = (Tables){.m = m, .r = r, .alpha = m + r - 1};
	for (int i = 0; i < last; i++) {
		double f = 1, power = 1;

		for (int k = 0; k < last; k++)
			f *= k == i ? 1 : roots[i] - roots[k];
		for (int j = 0; j < t->alpha; j++, power *= roots[i]) {
			if (j < m)
				t->a[j][i] = power;
			if (j < r)
				t->g[i][j] = power / f;
		}
		polynomial(roots, last, i, t->b[i]);
	}
	t->a[m - 1][last] = t->g[last][r - 1] = 1;
	polynomial(roots, last, -1, t->b[last]);
}

/* ---- errors ---- */

static double squares(const double *x, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sum;
}

static double gain(const Tables *t)
{
	double sum = 0;

	for (int i = 0; i < t->alpha; i++) {
		double column = 0;

		for (int j = 0; j < t->m; j++)
			column += t->a[j][i] * t->a[j][i];
		sum += column * squares(t->b[i], t->alpha) * squares(t->g[i], t->r);
	}
	return sum / (t->m * t->r);
}

/* Of one rounding to float: at most 2^-24 of a power of two, evenly spread, of values spread like logarithms. */
static const double rho = 2.5e-8;

double winograd_error(const ConvSize *s, int alpha)
{
	double variance = (double)s->in / 2 * (winograd_sums(s, 0) ? (double)s->taps[0] : 1);
	Tables t;

	for (int i = 0; i < s->axes; i++)
		if (winograd_taps(s, i) > 1) {
			tables_fill(&t, winograd_tile(s->taps[i], alpha), (int)s->taps[i]);
			variance *= gain(&t);
		}
	return rho * sqrt(variance);
}

bool winograd_exact(const ConvSize *s, int alpha)
{
	return alpha < 8 || winograd_error(s, alpha) <= WINOGRAD_ERROR;
}
