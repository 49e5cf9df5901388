/* dim_poly.c -- sorted polynomials over atoms: sum, product, division with rest. */
#include <assert.h>
#include <string.h>
#include "ir/dim_poly.h"

static bool too_big(int64_t k) { return k > MOST_SIZE || k < -MOST_SIZE; }

static Arena *scratch(Syms *s) { return &s->ctx->scratch; }

static Poly poly_room(Syms *s, int n) { return (Poly){NEW_N(scratch(s), Term, n), 0, false}; }

static void append(Poly *p, Term t)
{
	p->over |= too_big(t.k);
	if (t.k)
		p->term[p->n++] = t;
}

static Term term_of(const Syms *s, const Dim *d)
{
	if (dim_known(*d))
		return (Term){d->k, 0, NULL};
	const DimExpr *x = &s->expr[d->e];
	if (x->kind != DIM_PRODUCT)
		return (Term){1, 1, d};
	if (dim_known(x->arg[0]))
		return (Term){x->arg[0].k, x->nargs - 1, x->arg + 1};
	return (Term){1, x->nargs, x->arg};
}

Poly poly_of(Syms *s, Dim d)
{
	if (dim_is_kind(s, d, DIM_SUM)) {
		const DimExpr *x = &s->expr[d.e];
		Poly p = poly_room(s, x->nargs);
		for (int i = 0; i < x->nargs; i++)
			append(&p, term_of(s, &x->arg[i]));
		return p;
	}
	Poly p = poly_room(s, 1);
	append(&p, term_of(s, arena_copy(scratch(s), &d, sizeof d)));
	return p;
}

Poly poly_number(Syms *s, int64_t k) { return poly_of(s, dim(k)); }

static int term_compare(const Syms *s, Term a, Term b)
{
	if (a.n != b.n)
		return a.n > b.n ? -1 : 1;
	for (int i = 0; i < a.n; i++) {
		int order = dim_compare(s, a.atom[i], b.atom[i]);
		if (order)
			return order;
	}
	return 0;
}

static void scale(Poly *p, Term *t, int64_t k)
{
	if (__builtin_mul_overflow(t->k, k, &t->k))
		p->over = true;
}

Poly poly_add(Syms *s, Poly a, Poly b, int64_t k)
{
	Poly sum = poly_room(s, a.n + b.n);
	int i = 0, j = 0;

	sum.over = a.over || b.over;
	while (i < a.n || j < b.n) {
		int order = i == a.n ? 1 : j == b.n ? -1 : term_compare(s, a.term[i], b.term[j]);
		Term t = order <= 0 ? a.term[i++] : b.term[j];
		if (order > 0) {
			scale(&sum, &t, k);
			j++;
		} else if (order == 0) {
			Term u = b.term[j++];
			scale(&sum, &u, k);
			sum.over |= __builtin_add_overflow(t.k, u.k, &t.k);
		}
		append(&sum, t);
	}
	sum.over |= sum.n > MOST_PARTS + 1;
	return sum;
}

/* The product of two terms: their atoms merged. */
static Term term_mul(Syms *s, Poly *owner, Term a, Term b)
{
	Dim *atom = NEW_N(scratch(s), Dim, a.n + b.n);
	int i = 0, j = 0;

	while (i < a.n || j < b.n) {
		bool left = j == b.n || (i < a.n && dim_compare(s, a.atom[i], b.atom[j]) <= 0);
		atom[i + j] = left ? a.atom[i] : b.atom[j];
		i += left;
		j += !left;
	}
	Term t = {a.k, a.n + b.n, atom};
	scale(owner, &t, b.k);
	owner->over |= t.n > MOST_PARTS;
	return t;
}

static Poly term_mul_poly(Syms *s, Term t, Poly b)
{
	Poly p = poly_room(s, b.n);

	for (int i = 0; i < b.n && !p.over; i++)
		append(&p, term_mul(s, &p, t, b.term[i]));
	p.over |= b.over;
	return p;
}

Poly poly_mul(Syms *s, Poly a, Poly b)
{
	Poly p = poly_room(s, 0);

	p.over = a.over || b.over;
	for (int i = 0; i < a.n && !p.over; i++)
		p = poly_add(s, p, term_mul_poly(s, a.term[i], b), 1);
	return p;
}

/* *t = a / b when b's atoms are among a's and the quotient of the numbers, towards zero, is not 0. */
static bool term_divide(Syms *s, Term a, Term b, Term *t)
{
	Dim *atom = NEW_N(scratch(s), Dim, a.n);
	int n = 0, j = 0;

	for (int i = 0; i < a.n; i++) {
		if (j < b.n && dim_same(a.atom[i], b.atom[j]))
			j++;
		else
			atom[n++] = a.atom[i];
	}
	*t = (Term){a.k / b.k, n, atom};
	return j == b.n && t->k;
}

Poly poly_divide(Syms *s, Poly a, Poly b, Poly *rest)
{
	Poly quotient = poly_room(s, 0);
	Term t;

	assert(b.n && "division by a positive size");
	*rest = poly_room(s, 0);
	quotient.over = a.over || b.over;
	while (a.n && !quotient.over) {
		Poly one = {a.term, 1, false};
		if (term_divide(s, a.term[0], b.term[0], &t)) {
			one.term = &t;
			quotient = poly_add(s, quotient, one, 1);
			a = poly_add(s, a, term_mul_poly(s, t, b), -1);
		} else {
			*rest = poly_add(s, *rest, one, 1);
			a.term++;
			a.n--;
		}
		quotient.over |= a.over;
	}
	return quotient;
}

int64_t poly_constant(Poly p)
{
	return p.n && p.term[p.n - 1].n == 0 ? p.term[p.n - 1].k : 0;
}

static Dim term_dim(Syms *s, Term t)
{
	if (t.n == 0)
		return dim(t.k);
	if (t.n == 1 && t.k == 1)
		return t.atom[0];
	Dim *arg = NEW_N(scratch(s), Dim, t.n + 1);
	arg[0] = dim(t.k);
	memcpy(arg + 1, t.atom, (size_t)t.n * sizeof *arg);
	return t.k == 1 ? dim_intern(s, DIM_PRODUCT, t.n, arg + 1) : dim_intern(s, DIM_PRODUCT, t.n + 1, arg);
}

bool poly_is_size(const Syms *s, Poly p)
{
	uint64_t parts = 0;

	for (int i = 0; i < p.n; i++)
		for (int k = 0; k < p.term[i].n; k++)
			parts += s->expr[p.term[i].atom[k].e].parts;
	return !p.over && parts <= MOST_PARTS;
}

Dim poly_dim(Syms *s, Poly p)
{
	if (p.over)
		dim_too_large(s);
	if (p.n <= 1)
		return p.n ? term_dim(s, p.term[0]) : dim(0);
	Dim *arg = NEW_N(scratch(s), Dim, p.n);
	for (int i = 0; i < p.n; i++)
		arg[i] = term_dim(s, p.term[i]);
	return dim_intern(s, DIM_SUM, p.n, arg);
}
