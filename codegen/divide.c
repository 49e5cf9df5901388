/* divide.c -- indices divided: exactly where their ranges tell how, by what a sum shares with the divisor or keeps below it.
 *
 *     (12*i + j) / 12 = i,  (12*i + j) % 12 = j              for 0 <= j < 12
 *     (6*i + 2*j + k) / 12 = (3*i + j) / 6                   for 0 <= k < 2
 *     (d0*i + j) / d0 = i                                    for an axis j as long as the size d0
 *
 * So what is flattened and taken apart again is what it was. */
#include <assert.h>
#include "codegen/lower.h"

static bool is_inside(Lower *l, Expr *x, Expr *n) { return index_at_least(l, x, 0) && index_at_least(l, isub(l, n, x), 1); }

/* x = n * whole + rest, by the terms that have n as a factor. */
static bool split_by_size(Lower *l, Expr *x, Expr *n, Expr **whole, Expr **rest)
{
	Linear sum, more = {.n = 0};
	*whole = num_i(l, 0);
	if (!linear_of(x, &sum))
		return false;
	more.k = sum.k;
	for (int i = 0; i < sum.n; i++) {
		Expr *atom = sum.atom[i], *factor = NULL;
		if (atom == n)
			factor = num_i(l, 1);
		else if (atom->kind == X_ALU && atom->op == MUL && (atom->arg[0] == n || atom->arg[1] == n))
			factor = atom->arg[atom->arg[0] == n];
		if (factor)
			*whole = iadd(l, *whole, imul(l, factor, num_i(l, sum.coef[i])));
		else if (!linear_add(&more, atom, sum.coef[i]))
			return false;
	}
	*rest = linear_expr(l, &more);
	return true;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

int64_t gcd(int64_t a, int64_t b) { return b ? gcd(b, a % b) : a < 0 ? -a : a; }

/* Split x = c * whole + rest with every coefficient of rest in 0..c-1. */
static bool split_by(Expr *x, int64_t c, Linear *whole, Linear *rest)
{
	Linear sum;
	*whole = *rest = (Linear){.n = 0};
	if (!linear_of(x, &sum))
		return false;
	whole->k = floor_div(sum.k, c);
	rest->k = sum.k - c * whole->k;
	for (int i = 0; i < sum.n; i++) {
		int64_t q = floor_div(sum.coef[i], c), r = sum.coef[i] - c * q;
		if (q && !linear_add(whole, sum.atom[i], q))
			return false;
		if (r && !linear_add(rest, sum.atom[i], r))
			return false;
	}
	return true;
}

/* x = g * whole + rest with rest in 0..g-1: then x div (g*c) = whole div c and x mod (g*c) = g * (whole mod c) + rest. */
static bool split_whole(Lower *l, Expr *x, int64_t g, Expr **whole, Expr **rest)
{
	Linear w, r;
	if (g < 2 || !split_by(x, g, &w, &r))
		return false;
	*rest = linear_expr(l, &r);
	*whole = linear_expr(l, &w);
	return w.n && (*rest)->lo >= 0 && (*rest)->hi < g;
}

/* Such a g > 1 that divides c: what all coefficients share with it, or one of them; 1: there is none. */
static int64_t common_factor(Lower *l, Expr *a, int64_t c, Expr **whole, Expr **rest)
{
	Linear sum;
	int64_t all = c;
	if (!linear_of(a, &sum) || sum.n == 0)
		return 1;
	for (int i = 0; i < sum.n; i++)
		all = gcd(all, sum.coef[i]);
	if (split_whole(l, a, all, whole, rest))
		return all;
	for (int i = 0; i < sum.n; i++)
		if (split_whole(l, a, gcd(c, sum.coef[i]), whole, rest))
			return gcd(c, sum.coef[i]);
	return 1;
}

/* The same where other terms stay below g: (g*x + y) div (g*c) = x div c and (g*x + y) mod (g*c) = g * (x mod c) + y for y in
 * 0..g-1. Returns g, 1 if there is no such thing, *whole = x and *rest = y. */
static int64_t factor_above(Lower *l, Expr *a, int64_t c, Expr **whole, Expr **rest)
{
	Linear sum;
	if (!linear_of(a, &sum))
		return 1;
	for (int i = 0; i < sum.n; i++) {
		int64_t g = gcd(c, sum.coef[i]);
		Linear above = {.k = floor_div(sum.k, g)}, below = {.k = sum.k - g * above.k};
		for (int k = 0; k < sum.n; k++)
			linear_add(sum.coef[k] % g ? &below : &above, sum.atom[k], sum.coef[k] % g ? sum.coef[k] : sum.coef[k] / g);
		*rest = linear_expr(l, &below);
		if (g == 1 || below.n == 0 || (*rest)->lo < 0 || (*rest)->hi >= g)
			continue;
		*whole = linear_expr(l, &above);
		return g;
	}
	return 1;
}

/* How often n is in the sum x; *rest has what is left without it. */
static int64_t times_in(Lower *l, Expr *x, Expr *n, Expr **rest)
{
	Linear sum;
	*rest = x;
	if (!linear_of(x, &sum))
		return 0;
	for (int i = 0; i < sum.n; i++) {
		int64_t c = sum.coef[i];
		if (sum.atom[i] != n || !linear_add(&sum, n, -c))
			continue;
		*rest = linear_expr(l, &sum);
		return c;
	}
	return 0;
}

/* *a += n * *k, which is not below 0, since C divides toward 0; false where bounds are too far away for that. What is
 * divided by n is computed only where n is at least 1. Bounds of n may say less than that, so what was lifted once is known
 * by its terms, not by its bounds: it is not lifted again when it is made again of its parts. */
static bool lift(Lower *l, Expr **a, Expr *n, Expr **k)
{
	Expr *rest;
	int64_t least = n->lo > 0 ? n->lo : 1, most = n->hi > 0 ? n->hi : 1, had = times_in(l, *a, n, &rest), need;
	*k = num_i(l, 0);
	if ((*a)->lo >= 0)
		return true;
	if (had <= 0) {
		had = 0;
		rest = *a;
	}
	if (rest->lo < -INDEX_MAX / most)
		return false;
	need = -floor_div(rest->lo, least) - had;
	*k = num_i(l, need > 0 ? need : 0);
	*a = iadd(l, *a, imul(l, n, *k));
	return true;
}

static Expr *divided_by_size(Lower *l, Expr *a, Expr *n)
{
	Expr *whole, *rest, *k;
	if (n->kind == X_DIM && split_by_size(l, a, n, &whole, &rest) && is_inside(l, rest, n))
		return whole;
	int64_t lo = lift(l, &a, n, &k) ? 0 : a->lo;
	return isub(l, index_alu(l, IDIV, a, n, lo, a->hi > 0 ? a->hi : 0), k);
}

static Expr *modulo_size(Lower *l, Expr *a, Expr *n)
{
	Expr *whole, *rest = a, *k;
	if (n->kind == X_DIM && split_by_size(l, a, n, &whole, &rest) && is_inside(l, rest, n))
		return rest;
	lift(l, &rest, n, &k);
	return index_alu(l, IMOD, rest, n, 0, n->hi > 0 ? n->hi - 1 : 0);
}

Expr *idiv(Lower *l, Expr *a, Expr *b)
{
	Linear whole, rest;
	if (b->kind != X_NUM)
		return divided_by_size(l, a, b);
	assert(b->i >= 0);
	if (b->i <= 1)
		return b->i ? a : b; /* into a size of 0: nobody reads there */
	Expr *x, *k;
	int64_t common = common_factor(l, a, b->i, &x, &k);
	if (common > 1)
		return idiv(l, x, num_i(l, b->i / common));
	if (a->kind == X_ALU && a->op == IDIV && a->arg[1]->kind == X_NUM && a->arg[1]->i < INDEX_MAX / b->i)
		return idiv(l, a->arg[0], num_i(l, a->arg[1]->i * b->i));
	if (split_by(a, b->i, &whole, &rest) && (whole.n || whole.k || rest.n == 0)) {
		Expr *r = linear_expr(l, &rest);
		if (r->lo >= 0 && r->hi < b->i)
			return linear_expr(l, &whole);
		return iadd(l, linear_expr(l, &whole), idiv(l, r, b));
	}
	if (a->lo >= 0 && a->hi < b->i)
		return num_i(l, 0);
	Expr *y;
	int64_t g = factor_above(l, a, b->i, &x, &y);
	if (g > 1)
		return idiv(l, x, num_i(l, b->i / g));
	return index_alu(l, IDIV, a, b, floor_div(a->lo, b->i), floor_div(a->hi, b->i));
}

Expr *imod(Lower *l, Expr *a, Expr *b)
{
	Linear whole, rest;
	if (b->kind != X_NUM)
		return modulo_size(l, a, b);
	assert(b->i >= 0);
	if (b->i <= 1)
		return num_i(l, 0);
	Expr *x, *k;
	int64_t common = common_factor(l, a, b->i, &x, &k);
	if (common > 1)
		return iadd(l, imul(l, imod(l, x, num_i(l, b->i / common)), num_i(l, common)), k);
	Expr *r = split_by(a, b->i, &whole, &rest) ? linear_expr(l, &rest) : a;
	if (r->lo >= 0 && r->hi < b->i)
		return r;
	if (r->kind == X_ALU && r->op == IMOD && r->arg[1]->kind == X_NUM && r->arg[1]->i % b->i == 0)
		return imod(l, r->arg[0], b);
	Expr *y;
	int64_t g = factor_above(l, r, b->i, &x, &y);
	if (g > 1)
		return iadd(l, imul(l, imod(l, x, num_i(l, b->i / g)), num_i(l, g)), y);
	return index_alu(l, IMOD, r, b, 0, b->i - 1);
}
