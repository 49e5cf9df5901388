/* dim_bounds.c -- what values a size can take: bounds by intervals, and its value for given symbols.
 *
 * Intervals alone lose what terms have in common: n - min(n, 3) would reach down to -3. So a sum is bounded a second
 * time with a minimum, maximum or division taken apart, and the narrower of the two counts:
 *     x - min(a, b) = max(x - a, x - b)        4 * (x + floordiv(a, 4)) = 4*x + a - (0..3) */
#include <assert.h>
#include "ir/dim_poly.h"

#define NEVER INT64_MIN /* minus infinity as a lower, and */
#define EVER INT64_MAX  /* infinity as an upper bound */
#define DEPTH 2         /* how often sums are taken apart, */
#define APART 4         /* and at how many of their terms; */
#define SHORT 24        /* sums inside of a formula of so many parts as often */

typedef struct Range {
	int64_t lo, hi;
} Range;

static bool endless(int64_t x) { return x == NEVER || x == EVER; }

/* Saturating arithmetic with the two infinities. */
static int64_t plus(int64_t a, int64_t b)
{
	int64_t sum;

	if (endless(a) || endless(b))
		return endless(a) ? a : b;
	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? NEVER : EVER;
	return sum;
}

static int64_t times(int64_t a, int64_t b)
{
	int64_t product;

	if (a == 0 || b == 0)
		return 0;
	if (endless(a) || endless(b) || __builtin_mul_overflow(a, b, &product))
		return (a < 0) == (b < 0) ? EVER : NEVER;
	return product;
}

static int64_t quotient(int64_t a, int64_t b)
{
	if (endless(b))
		return a < 0 ? -1 : 0;
	return endless(a) ? a : a / b - (a % b < 0);
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

static Range add(Range a, Range b) { return (Range){plus(a.lo, b.lo), plus(a.hi, b.hi)}; }
static Range lesser(Range a, Range b) { return (Range){least(a.lo, b.lo), least(a.hi, b.hi)}; }
static Range greater(Range a, Range b) { return (Range){most(a.lo, b.lo), most(a.hi, b.hi)}; }
static Range both(Range a, Range b) { return (Range){most(a.lo, b.lo), least(a.hi, b.hi)}; }

static Range multiply(Range a, Range b)
{
	int64_t w = times(a.lo, b.lo), x = times(a.lo, b.hi), y = times(a.hi, b.lo), z = times(a.hi, b.hi);

	return (Range){least(least(w, x), least(y, z)), most(most(w, x), most(y, z))};
}

/* a / b for b >= 1: the quotient is nearest to zero for the largest b. */
static Range divide(Range a, Range b)
{
	b.lo = most(b.lo, 1);
	b.hi = most(b.hi, 1);
	return (Range){quotient(a.lo, a.lo < 0 ? b.lo : b.hi), quotient(a.hi, a.hi < 0 ? b.hi : b.lo)};
}

static Range remainder_of(Range a, Range b)
{
	Range r = {0, endless(b.hi) ? EVER : most(b.hi, 1) - 1};

	return a.lo >= 0 ? both(r, (Range){0, a.hi}) : r;
}

static Range bounds(Syms *s, Dim d, int depth);

static Range symbol_bounds(Syms *s, const Symbol *x, int depth)
{
	if (x->hi < 0 && !dim_known(x->most) && depth > 0)
		return (Range){x->lo, bounds(s, x->most, depth - 1).hi};
	return (Range){x->lo, x->hi < 0 ? EVER : x->hi};
}

static Range plain_bounds(Syms *s, Dim d, int depth)
{
	DimKind kind = dim_kind(s, d);

	if (kind == DIM_NUMBER)
		return (Range){d.k, d.k};
	if (kind == DIM_SYMBOL)
		return symbol_bounds(s, dim_symbol_of(s, d), depth);
	int inside = s->expr[d.e].parts <= SHORT ? depth : depth - 1;
	Range r = bounds(s, dim_arg(s, d, 0), inside);
	for (int i = 1; i < dim_nargs(s, d); i++) {
		Range x = bounds(s, dim_arg(s, d, i), inside);
		switch (kind) {
		case DIM_SUM: r = add(r, x); break;
		case DIM_PRODUCT: r = multiply(r, x); break;
		case DIM_FLOORDIV: r = divide(r, x); break;
		case DIM_MOD: r = remainder_of(r, x); break;
		case DIM_MIN: r = lesser(r, x); break;
		default: r = greater(r, x); break;
		}
	}
	return r;
}

/* Bounds of p; of anything when its numbers or its formula grew too large. */
static Range poly_bounds(Syms *s, Poly p, int depth)
{
	return poly_is_size(s, p) ? bounds(s, poly_dim(s, p), depth) : (Range){NEVER, EVER};
}

/* Bounds of rest + k * min(a, b), or max. */
static Range apart_extreme(Syms *s, Poly rest, int64_t k, Dim atom, int depth)
{
	Range a = poly_bounds(s, poly_add(s, rest, poly_of(s, dim_arg(s, atom, 0)), k), depth);
	Range b = poly_bounds(s, poly_add(s, rest, poly_of(s, dim_arg(s, atom, 1)), k), depth);

	return dim_is_kind(s, atom, DIM_MIN) == (k > 0) ? lesser(a, b) : greater(a, b);
}

/* Bounds of rest + k * floordiv(a, b) for a number b, from those of b * rest + k * (a - mod(a, b)). */
static Range apart_division(Syms *s, Poly rest, int64_t k, Dim atom, int depth)
{
	int64_t b = dim_arg(s, atom, 1).k;
	Poly whole = poly_add(s, poly_number(s, 0), rest, b);
	Range r = poly_bounds(s, poly_add(s, whole, poly_of(s, dim_arg(s, atom, 0)), k), depth);
	Range lost = multiply((Range){-k, -k}, (Range){0, b - 1});

	r = add(r, lost);
	return (Range){endless(r.lo) ? r.lo : quotient(plus(r.lo, b - 1), b), quotient(r.hi, b)};
}

/* Bounds of p with its term i taken apart. */
static Range apart(Syms *s, Poly p, int i, int depth)
{
	Term t = p.term[i];
	DimKind kind = t.n == 1 ? dim_kind(s, t.atom[0]) : DIM_NUMBER;

	if (kind != DIM_MIN && kind != DIM_MAX && kind != DIM_FLOORDIV)
		return (Range){NEVER, EVER};
	Poly rest = poly_add(s, p, (Poly){&t, 1, false}, -1);
	if (kind != DIM_FLOORDIV)
		return apart_extreme(s, rest, t.k, t.atom[0], depth);
	if (dim_known(dim_arg(s, t.atom[0], 1)))
		return apart_division(s, rest, t.k, t.atom[0], depth);
	return (Range){NEVER, EVER};
}

static Range bounds(Syms *s, Dim d, int depth)
{
	Range r = plain_bounds(s, d, depth);

	if (depth <= 0 || !dim_is_kind(s, d, DIM_SUM))
		return r;
	Poly p = poly_of(s, d);
	for (int i = 0; i < p.n && i < APART; i++)
		r = both(r, apart(s, p, i, depth - 1));
	return r;
}

static Range bounds_of(Syms *s, Dim d)
{
	ArenaMark mark = arena_mark(&s->ctx->scratch);
	Range r = bounds(s, d, DEPTH);

	arena_release(&s->ctx->scratch, mark);
	return r;
}

int64_t dim_lo(Syms *s, Dim d) { return bounds_of(s, d).lo; }
int64_t dim_hi(Syms *s, Dim d) { return bounds_of(s, d).hi; }

int64_t dim_usual(Syms *s, Dim d)
{
	Range b = bounds_of(s, d);

	return b.lo < b.hi / 4 ? b.hi / 4 : b.lo;
}

Dim dim_most(Syms *s, Dim d)
{
	const Symbol *x = dim_symbol_of(s, d);

	return x && x->hi < 0 && !dim_known(x->most) ? x->most : d;
}

void dim_settle(Syms *s)
{
	for (uint32_t i = 0; i < s->nsymbol; i++) {
		int64_t hi = s->symbol[i].hi < 0 && !dim_known(s->symbol[i].most) ? dim_hi(s, s->symbol[i].most) : INT32_MAX;
		if (hi < INT32_MAX)
			s->symbol[i].hi = hi;
	}
}

Dim dim_bounded(Syms *s, Dim d)
{
	if (!dim_known(d))
		d.k = dim_hi(s, d);
	return d;
}

bool dim_counted_at_most(Syms *s, Dim d, Dim most)
{
	Symbol *x = dim_symbol_of(s, d);

	if (!x || !x->counted || !dim_known(most) || most.k < x->lo)
		return false;
	if (x->hi < 0 || x->hi > most.k)
		x->hi = most.k;
	return true;
}

void dim_counted_is(Syms *s, Dim d, int64_t size)
{
	Symbol *x = dim_symbol_of(s, d);

	if (x && x->counted && size >= x->lo && (x->hi < 0 || size <= x->hi))
		x->lo = x->hi = size;
}

bool dim_apart(Syms *s, Dim a, Dim b)
{
	Range x = bounds_of(s, a), y = bounds_of(s, b);

	return x.hi < y.lo || y.hi < x.lo;
}

bool dim_at_most(Syms *s, Dim a, Dim b)
{
	if (dim_known(a) && dim_known(b))
		return a.k <= b.k;
	if (dim_hi(s, a) <= dim_lo(s, b))
		return true;
	ArenaMark mark = arena_mark(&s->ctx->scratch);
	Poly difference = poly_add(s, poly_of(s, b), poly_of(s, a), -1);
	bool holds = poly_bounds(s, difference, DEPTH).lo >= 0;
	arena_release(&s->ctx->scratch, mark);
	return holds;
}

/* ---- value ---- */

static int64_t combine(Syms *s, DimKind kind, int64_t a, int64_t b)
{
	bool over = false;
	int64_t r = 0;

	if ((kind == DIM_FLOORDIV || kind == DIM_MOD) && b <= 0)
		fail_here(s->ctx, EXIT_MODEL, "E-SIZE", "a size is divided by a size of %lld", (long long)b);
	switch (kind) {
	case DIM_SUM: over = __builtin_add_overflow(a, b, &r); break;
	case DIM_PRODUCT: over = __builtin_mul_overflow(a, b, &r); break;
	case DIM_FLOORDIV: r = a / b - (a % b < 0); break;
	case DIM_MOD: r = a % b + (a % b < 0 ? b : 0); break;
	case DIM_MIN: r = least(a, b); break;
	default: r = most(a, b); break;
	}
	if (over)
		dim_too_large(s);
	return r;
}

int64_t dim_eval(Syms *s, Dim d, const int64_t *values)
{
	DimKind kind = dim_kind(s, d);

	if (kind == DIM_NUMBER)
		return d.k;
	if (kind == DIM_SYMBOL)
		return values[dim_symbol_index(s, d)];
	int64_t r = dim_eval(s, dim_arg(s, d, 0), values);
	for (int i = 1; i < dim_nargs(s, d); i++)
		r = combine(s, kind, r, dim_eval(s, dim_arg(s, d, i), values));
	return r;
}

/* ---- sizes that repeat ---- */

enum { LOOKED_AT = 512 }; /* so many values of a symbol: what is 1 is made of small ones */

/* d is made of no other symbol than *only, which is set where it was -1, and divides by numbers alone. */
static bool is_of_symbol(Syms *s, Dim d, int *only)
{
	DimKind kind = dim_kind(s, d);
	bool of = (kind != DIM_FLOORDIV && kind != DIM_MOD) || dim_known(dim_arg(s, d, 1));

	if (kind == DIM_SYMBOL) {
		*only = *only < 0 ? dim_symbol_index(s, d) : *only;
		return *only == dim_symbol_index(s, d);
	}
	for (int i = 0; of && i < dim_nargs(s, d); i++)
		of = is_of_symbol(s, dim_arg(s, d, i), only);
	return of;
}

/* One of the first values of the symbol makes d 1, and `beside` more. */
static bool repeats_somewhere(Syms *s, Dim d, Dim beside, int symbol)
{
	ArenaMark mark = arena_mark(&s->ctx->scratch);
	int64_t *values = NEW_N(&s->ctx->scratch, int64_t, s->nsymbol), *x = &values[symbol];
	int64_t last = least(s->symbol[symbol].hi, s->symbol[symbol].lo + LOOKED_AT);
	bool found = false;

	for (*x = s->symbol[symbol].lo; *x <= last && !found; ++*x)
		found = dim_eval(s, d, values) == 1 && dim_eval(s, beside, values) > 1;
	arena_release(&s->ctx->scratch, mark);
	return found;
}

bool dim_repeats(Syms *s, Dim d, Dim beside)
{
	int symbol = -1;

	if (dim_known(d) || dim_same(d, beside) || dim_lo(s, d) > 1 || dim_hi(s, d) < 1 || dim_is(beside, 1))
		return false;
	bool bounded = dim_hi(s, d) != EVER && dim_hi(s, beside) != EVER;
	bool alike = bounded && is_of_symbol(s, d, &symbol) && is_of_symbol(s, beside, &symbol);
	return !alike || repeats_somewhere(s, d, beside, symbol);
}

/* 0 for what is below 1, else 1. */
static Dim above_zero(Syms *s, Dim d) { return dim_min(s, dim_max(s, d, dim(0)), dim(1)); }

Dim dim_less(Syms *s, Dim a, Dim b) { return above_zero(s, dim_sub(s, b, a)); }

Dim dim_equal(Syms *s, Dim a, Dim b)
{
	return dim_sub(s, dim(1), above_zero(s, dim_sub(s, dim_max(s, a, b), dim_min(s, a, b))));
}
