/* dim_ops.c -- arithmetic on sizes, each result in its normal form.
 *
 *     floordiv(5*n + 7, 2) = 2*n + 3 + floordiv(n + 1, 2)      whole parts leave the division
 *     floordiv(n, m)       = 0 when 0 <= n < m is certain, -1 when -m <= n < 0
 *     mod(5*n + 7, 2)      = mod(n + 1, 2)
 *     n + mod(6*n, 7)      = 7*ceildiv(n, 7)                  filled up to a multiple
 *     min(n, m)            = n when n <= m is certain */
#include <assert.h>
#include <string.h>
#include "ir/dim_poly.h"

/* ---- sums and products ---- */

static int64_t small(Syms *s, int64_t k, bool overflow)
{
	if (overflow || k > MOST_SIZE || k < -MOST_SIZE)
		dim_too_large(s);
	return k;
}

static Dim add_scaled(Syms *s, Dim a, Dim b, int64_t k)
{
	ArenaMark mark = arena_mark(&s->ctx->scratch);
	Dim sum = poly_sum(s, poly_add(s, poly_of(s, a), poly_of(s, b), k));

	arena_release(&s->ctx->scratch, mark);
	return sum;
}

Dim dim_add(Syms *s, Dim a, Dim b)
{
	int64_t k;

	if (dim_is(b, 0) || dim_is(a, 0))
		return dim_is(a, 0) ? b : a;
	if (!dim_known(a) || !dim_known(b))
		return add_scaled(s, a, b, 1);
	bool overflow = __builtin_add_overflow(a.k, b.k, &k);
	return dim(small(s, k, overflow));
}

Dim dim_sub(Syms *s, Dim a, Dim b)
{
	int64_t k;

	if (dim_is(b, 0))
		return a;
	if (!dim_known(a) || !dim_known(b))
		return add_scaled(s, a, b, -1);
	bool overflow = __builtin_sub_overflow(a.k, b.k, &k);
	return dim(small(s, k, overflow));
}

Dim dim_mul(Syms *s, Dim a, Dim b)
{
	int64_t k;

	if (dim_is(a, 1) || dim_is(b, 1))
		return dim_is(a, 1) ? b : a;
	if (dim_known(a) && dim_known(b)) {
		bool overflow = __builtin_mul_overflow(a.k, b.k, &k);
		return dim(small(s, k, overflow));
	}
	ArenaMark mark = arena_mark(&s->ctx->scratch);
	Dim product = poly_sum(s, poly_mul(s, poly_of(s, a), poly_of(s, b)));
	arena_release(&s->ctx->scratch, mark);
	return product;
}

/* ---- division ---- */

/* Add the number k to p. */
static Poly add_number(Syms *s, Poly p, int64_t k) { return poly_add(s, p, poly_number(s, k), 1); }

/* Greatest common divisor of b's numbers and those of a's terms with atoms. */
static int64_t common_number(Poly a, Poly b)
{
	int64_t g = 0;

	for (int i = 0; i < a.n + b.n; i++) {
		Term t = i < a.n ? a.term[i] : b.term[i - a.n];
		int64_t k = i < a.n && t.n == 0 ? 0 : t.k;
		while (k) {
			int64_t rest = g % k;
			g = k;
			k = rest;
		}
	}
	return g < 0 ? -g : g;
}

/* p with its numbers divided by g, rounding down. */
static Poly divide_numbers(Syms *s, Poly p, int64_t g)
{
	Poly out = poly_number(s, 0);

	for (int i = 0; i < p.n; i++) {
		Term t = p.term[i];
		t.k = floor_div(t.k, g);
		out = poly_add(s, out, (Poly){&t, 1, false}, 1);
	}
	return out;
}

/* Divide a and b by `atom`, when all of their terms have it and it is not negative. */
static bool cancel(Syms *s, Poly *a, Poly *b, Dim atom)
{
	Poly rest_a, rest_b, factor = poly_of(s, atom);

	if (dim_lo(s, atom) < 0)
		return false;
	Poly x = poly_divide(s, *a, factor, &rest_a), y = poly_divide(s, *b, factor, &rest_b);

	if (rest_a.n || rest_b.n)
		return false;
	*a = x;
	*b = y;
	return true;
}

static bool within(Syms *s, Dim lo, Dim d, Dim end)
{
	return dim_at_most(s, lo, d) && dim_at_most(s, d, dim_sub(s, end, dim(1)));
}

/* floordiv(a, b) where no whole part can leave the division any more. */
static Dim floordiv_rest(Syms *s, Poly a, Poly b)
{
	int64_t g = common_number(a, b);
	Dim pair[2];

	if (!a.n)
		return dim(0);
	a = divide_numbers(s, a, g);
	b = divide_numbers(s, b, g);
	for (int i = 0; i < b.term[0].n;)
		i += !cancel(s, &a, &b, b.term[0].atom[i]);
	pair[0] = poly_dim(s, a);
	pair[1] = poly_dim(s, b);
	if (within(s, dim(0), pair[0], pair[1]))
		return dim(0);
	if (within(s, dim_sub(s, dim(0), pair[1]), pair[0], dim(0)))
		return dim(-1);
	if (dim_is(pair[1], 1))
		return pair[0];
	if (dim_is_kind(s, pair[0], DIM_FLOORDIV))
		return dim_floordiv(s, dim_arg(s, pair[0], 0), dim_mul(s, dim_arg(s, pair[0], 1), pair[1]));
	return dim_intern(s, DIM_FLOORDIV, 2, pair);
}

/* a = quotient * b + *rest, where against a number b the rest's own number is in 0..b-1. */
static Poly divide(Syms *s, Dim a, Dim b, Poly *rest)
{
	Poly quotient = poly_divide(s, poly_of(s, a), poly_of(s, b), rest);

	if (quotient.over || rest->over)
		dim_too_large(s);
	if (dim_known(b) && poly_constant(*rest) < 0) {
		*rest = add_number(s, *rest, b.k);
		quotient = add_number(s, quotient, -1);
	}
	return quotient;
}

Dim dim_floordiv(Syms *s, Dim a, Dim b)
{
	assert(!dim_known(b) || b.k > 0);
	if (dim_known(a) && dim_known(b))
		return dim(floor_div(a.k, b.k));
	ArenaMark mark = arena_mark(&s->ctx->scratch);
	Poly rest, quotient = divide(s, a, b, &rest);
	Dim last = floordiv_rest(s, rest, poly_of(s, b));
	Dim result = poly_dim(s, poly_add(s, quotient, poly_of(s, last), 1));
	arena_release(&s->ctx->scratch, mark);
	return result;
}

Dim dim_ceildiv(Syms *s, Dim a, Dim b)
{
	assert(!dim_known(b) || b.k > 0);
	if (dim_known(a) && dim_known(b))
		return dim(floor_div(a.k, b.k) + (a.k % b.k != 0));
	return dim_floordiv(s, dim_add(s, a, dim_sub(s, b, dim(1))), b);
}

/* ---- remainder ---- */

/* p with every number in 0..b-1: the same remainder. */
static Poly reduce_numbers(Syms *s, Poly p, int64_t b)
{
	Poly out = poly_number(s, 0);

	for (int i = 0; i < p.n; i++) {
		Term t = p.term[i];
		t.k -= floor_div(t.k, b) * b;
		out = poly_add(s, out, (Poly){&t, 1, false}, 1);
	}
	return out;
}

/* mod(g*a + c, g*b) = g * mod(a, b) + c for 0 <= c < g */
static Dim mod_rest(Syms *s, Poly a, Poly b)
{
	int64_t g = common_number(a, b), k = poly_constant(a), c = k - floor_div(k, g) * g;
	Dim pair[2] = {poly_dim(s, divide_numbers(s, a, g)), poly_dim(s, divide_numbers(s, b, g))};
	Dim result;

	if (dim_is(pair[1], 1))
		result = dim(0);
	else if (within(s, dim(0), pair[0], pair[1]))
		result = pair[0];
	else
		result = dim_intern(s, DIM_MOD, 2, pair);
	return dim_add(s, dim_mul(s, result, dim(g)), dim(c));
}

/* A remainder by a multiple of b. */
static bool is_mod_of(Syms *s, Dim a, Dim b)
{
	Poly rest;

	if (!dim_is_kind(s, a, DIM_MOD))
		return false;
	divide(s, dim_arg(s, a, 1), b, &rest);
	return !rest.n;
}

/* The divisor of a remainder may go when the outer one divides it: mod(2*mod(x, 6) + y, 3) = mod(2*x + y, 3). */
static Poly strip_mod(Syms *s, Dim a, Dim b)
{
	Poly p = poly_of(s, a), out = poly_number(s, 0);

	for (int i = 0; i < p.n; i++) {
		const Term *t = &p.term[i];
		if (t->n == 1 && is_mod_of(s, t->atom[0], b))
			out = poly_add(s, out, strip_mod(s, dim_arg(s, t->atom[0], 0), b), t->k);
		else
			out = poly_add(s, out, (Poly){&p.term[i], 1, false}, 1);
	}
	return out;
}

Dim dim_mod(Syms *s, Dim a, Dim b)
{
	assert(!dim_known(b) || b.k > 0);
	if (dim_known(a) && dim_known(b))
		return dim(a.k - floor_div(a.k, b.k) * b.k);
	ArenaMark mark = arena_mark(&s->ctx->scratch);
	Poly rest;
	divide(s, poly_dim(s, strip_mod(s, a, b)), b, &rest);
	Dim result = poly_dim(s, rest);
	if (rest.n && !within(s, dim(0), result, b))
		result = mod_rest(s, dim_known(b) ? reduce_numbers(s, rest, b.k) : rest, poly_of(s, b));
	arena_release(&s->ctx->scratch, mark);
	return result;
}

/* ---- minimum and maximum ---- */

typedef struct Leaves {
	DimKind kind;
	Dim *leaf;
	int n, room;
} Leaves;

/* Leaf x makes leaf y needless; of two that are always equal, the first in order stays. */
static bool decides(Syms *s, DimKind kind, Dim x, Dim y)
{
	bool over = kind == DIM_MIN ? dim_at_most(s, x, y) : dim_at_most(s, y, x);
	bool under = kind == DIM_MIN ? dim_at_most(s, y, x) : dim_at_most(s, x, y);

	return over && (!under || dim_compare(s, x, y) <= 0);
}

/* Keep d, unless a leaf already decides; drop the leaves that d decides. */
static void add_leaf(Syms *s, Leaves *l, Dim d)
{
	int kept = 0;

	for (int i = 0; i < l->n; i++)
		if (decides(s, l->kind, l->leaf[i], d))
			return;
	for (int i = 0; i < l->n; i++)
		if (!decides(s, l->kind, d, l->leaf[i]))
			l->leaf[kept++] = l->leaf[i];
	l->n = kept;
	GROW(&s->ctx->scratch, l->leaf, l->n, l->room);
	int at = l->n++;
	for (; at > 0 && dim_compare(s, l->leaf[at - 1], d) > 0; at--)
		l->leaf[at] = l->leaf[at - 1];
	l->leaf[at] = d;
}

static void add_leaves(Syms *s, Leaves *l, Dim d)
{
	for (; dim_is_kind(s, d, l->kind); d = dim_arg(s, d, 1))
		add_leaf(s, l, dim_arg(s, d, 0));
	add_leaf(s, l, d);
}

/* Minima and maxima of more than two are nested to the right, their leaves sorted: min(a, min(b, c)). */
static Dim extreme(Syms *s, DimKind kind, Dim a, Dim b)
{
	ArenaMark mark = arena_mark(&s->ctx->scratch);
	Leaves l = {kind, NULL, 0, 0};

	add_leaves(s, &l, a);
	add_leaves(s, &l, b);
	Dim result = l.leaf[l.n - 1];
	for (int i = l.n - 2; i >= 0; i--)
		result = dim_intern(s, kind, 2, (Dim[2]){l.leaf[i], result});
	arena_release(&s->ctx->scratch, mark);
	return result;
}

Dim dim_min(Syms *s, Dim a, Dim b)
{
	if (dim_known(a) && dim_known(b))
		return a.k < b.k ? a : b;
	return extreme(s, DIM_MIN, a, b);
}

Dim dim_max(Syms *s, Dim a, Dim b)
{
	if (dim_known(a) && dim_known(b))
		return a.k > b.k ? a : b;
	return extreme(s, DIM_MAX, a, b);
}
