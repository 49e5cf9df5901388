/* dim_sums.c -- sums of sizes have as few remainders by numbers as they can.
 *
 *     n + mod(6*n, 7)      = 7*ceildiv(n, 7)       what is filled up to whole windows, which are as many windows again
 *     n - mod(n, 7)        = 7*floordiv(n, 7)      what is cut to whole ones
 *
 * and back where the remainder is taken away, or added, again. Whatever else is in the sum does not matter, so that its
 * form does not depend on the order in which it is put together. */
#include "ir/dim_poly.h"

static bool same_atoms(const Term *a, const Term *b)
{
	bool same = a->n == b->n;
	for (int i = 0; i < a->n && same; i++)
		same = dim_same(a->atom[i], b->atom[i]);
	return same;
}

static int64_t count_of(Poly p, const Term *like)
{
	for (int i = 0; i < p.n; i++)
		if (same_atoms(&p.term[i], like))
			return p.term[i].k;
	return 0;
}

/* What the term multiplies its atom i by, but for its number. */
static Poly cofactor(Syms *s, const Term *t, int i)
{
	Poly p = poly_number(s, 1);
	for (int k = 0; k < t->n; k++)
		p = k == i ? p : poly_mul(s, p, poly_of(s, t->atom[k]));
	return p;
}

static bool same_poly(Poly a, Poly b) { return a.n == 1 && b.n == 1 && a.term[0].k == b.term[0].k && same_atoms(a.term, b.term); }

/* p + k * a * c */
static Poly add_product(Syms *s, Poly p, Poly a, Poly c, int64_t k) { return poly_add(s, p, poly_mul(s, a, c), k); }

/* Up to multiples of m, -x where `up`, else x, of which p has `sign` times c of each term. False: it has not. */
static bool find_counterpart(Syms *s, Poly p, Poly c, Poly x, int64_t m, bool up, int64_t sign, Poly *part)
{
	*part = poly_number(s, 0);
	for (int i = 0; i < x.n; i++) {
		Term t = x.term[i];
		t.k = up ? -t.k : t.k;
		t.k -= floor_div(t.k, m) * m;
		Poly one = {&t, 1, false}, like = t.k ? poly_mul(s, one, c) : one;
		if (t.n && (!t.k || sign * count_of(p, like.term) < t.k))
			return false;
		*part = t.k ? poly_add(s, *part, one, 1) : *part;
	}
	return part->n;
}

/* c times r + mod(-r, m) = m*ceildiv(r, m), or c times x - mod(x, m) = m*floordiv(x, m), or less either of them. */
static bool make_multiple(Syms *s, Poly *p, Poly c, Dim mod, int64_t sign, bool up)
{
	Dim m = dim_arg(s, mod, 1);
	int64_t k = up ? sign : -sign;
	Poly part;

	if (!find_counterpart(s, *p, c, poly_of(s, dim_arg(s, mod, 0)), m.k, up, k, &part))
		return false;
	Dim n = poly_dim(s, part), whole = up ? dim_ceildiv(s, n, m) : dim_floordiv(s, n, m);
	Poly sum = add_product(s, add_product(s, *p, part, c, -k), poly_of(s, mod), c, -sign);
	*p = add_product(s, sum, poly_of(s, whole), c, k * m.k);
	return true;
}

/* c times m*floordiv(y, m) + mod(y, m) = y, or c times m*ceildiv(r, m) - mod(-r, m) = r, or less either of them. */
static bool make_whole(Syms *s, Poly *p, Poly c, Dim mod, int64_t sign, const Term *t, int i)
{
	Dim x = dim_arg(s, mod, 0), m = dim_arg(s, mod, 1), y = dim_arg(s, t->atom[i], 0);
	int64_t k = t->k > 0 ? 1 : -1;
	bool floor = k == sign;

	if (t->k * k < m.k || !dim_same(dim_arg(s, t->atom[i], 1), m) || !same_poly(cofactor(s, t, i), c))
		return false;
	Dim apart = floor ? dim_sub(s, y, x) : dim_add(s, dim_add(s, y, x), dim(1));
	if (!dim_is(dim_mod(s, apart, m), 0))
		return false;
	Dim whole = floor ? y : dim_sub(s, y, dim(m.k - 1));
	Poly sum = add_product(s, add_product(s, *p, poly_of(s, t->atom[i]), c, -k * m.k), poly_of(s, mod), c, -sign);
	*p = add_product(s, sum, poly_of(s, whole), c, k);
	return true;
}

static bool make_any_whole(Syms *s, Poly *p, Poly c, Dim mod, int64_t sign)
{
	for (int i = 0; i < p->n; i++)
		for (int k = 0; k < p->term[i].n; k++)
			if (dim_is_kind(s, p->term[i].atom[k], DIM_FLOORDIV) && make_whole(s, p, c, mod, sign, &p->term[i], k))
				return true;
	return false;
}

/* One remainder less. */
static bool simplify(Syms *s, Poly *p)
{
	for (int i = 0; i < p->n; i++)
		for (int k = 0; k < p->term[i].n; k++) {
			const Term *t = &p->term[i];
			if (!dim_is_kind(s, t->atom[k], DIM_MOD) || !dim_known(dim_arg(s, t->atom[k], 1)))
				continue;
			int64_t sign = t->k > 0 ? 1 : -1;
			Dim mod = t->atom[k];
			Poly c = cofactor(s, t, k);
			if (make_multiple(s, p, c, mod, sign, true) || make_multiple(s, p, c, mod, sign, false) ||
			    make_any_whole(s, p, c, mod, sign))
				return true;
		}
	return false;
}

Dim poly_sum(Syms *s, Poly p)
{
	while (!p.over && simplify(s, &p))
		;
	return poly_dim(s, p);
}
