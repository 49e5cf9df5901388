/* index.c -- index arithmetic: sums in one normal form, ranges, exact division.
 *
 * Every I64 expression that is a sum is kept as  c1*a1 + c2*a2 + ... + k  with atoms in order of creation, so equal
 * indices are equal pointers, and  flatten, unflatten  pairs cancel:  (12*i + j) / 12 = i  when 0 <= j < 12. */
#include <assert.h>
#include <string.h>
#include "codegen/lower.h"

static int64_t clamp(__int128 x)
{
	return x > INDEX_MAX ? INDEX_MAX : x < -INDEX_MAX ? -INDEX_MAX : (int64_t)x;
}

/* Ends of the range of a sum: what has no end on one side (data) has none after a constant is added either. */
static int64_t sum_lo(int64_t a, int64_t b)
{
	return a <= -INDEX_MAX || b <= -INDEX_MAX ? -INDEX_MAX : clamp((__int128)a + b);
}

static int64_t sum_hi(int64_t a, int64_t b)
{
	return a >= INDEX_MAX || b >= INDEX_MAX ? INDEX_MAX : clamp((__int128)a + b);
}

static bool linear_add(Linear *sum, Expr *atom, int64_t coef)
{
	int at = 0;
	while (at < sum->n && sum->atom[at]->id < atom->id)
		at++;
	if (at < sum->n && sum->atom[at] == atom) {
		sum->coef[at] += coef;
		if (sum->coef[at] == 0) {
			sum->n--;
			memmove(sum->atom + at, sum->atom + at + 1, (size_t)(sum->n - at) * sizeof *sum->atom);
			memmove(sum->coef + at, sum->coef + at + 1, (size_t)(sum->n - at) * sizeof *sum->coef);
		}
		return true;
	}
	if (sum->n == LINEAR_MAX)
		return false;
	memmove(sum->atom + at + 1, sum->atom + at, (size_t)(sum->n - at) * sizeof *sum->atom);
	memmove(sum->coef + at + 1, sum->coef + at, (size_t)(sum->n - at) * sizeof *sum->coef);
	sum->atom[at] = atom;
	sum->coef[at] = coef;
	sum->n++;
	return true;
}

static bool collect(Linear *sum, Expr *x, int64_t scale)
{
	if (x->kind == X_NUM) {
		sum->k += scale * x->i;
		return true;
	}
	if (x->kind == X_ALU && x->op == ADD)
		return collect(sum, x->arg[0], scale) && collect(sum, x->arg[1], scale);
	if (x->kind == X_ALU && x->op == MUL && x->arg[1]->kind == X_NUM)
		return collect(sum, x->arg[0], scale * x->arg[1]->i);
	return linear_add(sum, x, scale);
}

bool linear_of(Expr *x, Linear *out)
{
	*out = (Linear){.n = 0};
	return collect(out, x, 1);
}

static Expr *raw2(Lower *l, Alu op, Expr *a, Expr *b, int64_t lo, int64_t hi)
{
	Expr *x = expr_alu(l, op, 2, (Expr *[]){a, b});
	x->lo = lo;
	x->hi = hi;
	return x;
}

static Expr *scaled(Lower *l, Expr *atom, int64_t coef)
{
	int64_t a = clamp((__int128)atom->lo * coef), b = clamp((__int128)atom->hi * coef);
	return coef == 1 ? atom : raw2(l, MUL, atom, num_i(l, coef), a < b ? a : b, a < b ? b : a);
}

static bool is_by_number(const Expr *x, Alu op) { return x->kind == X_ALU && x->op == op && x->arg[1]->kind == X_NUM; }

/* d is r / n where m is r % n: of r = q / k it is q / (k*n). */
static bool is_quotient(const Expr *d, const Expr *m)
{
	const Expr *r = m->arg[0];
	if (d->arg[0] == r)
		return d->arg[1] == m->arg[1];
	return is_by_number(r, IDIV) && r->arg[0] == d->arg[0] && r->arg[1]->i * m->arg[1]->i == d->arg[1]->i;
}

/* c*n*(r / n) + c*(r % n) = c*r: true when such a pair was found in sum and replaced. */
static bool join_div_mod(Linear *sum)
{
	for (int i = 0; i < sum->n; i++)
		for (int j = 0; j < sum->n; j++) {
			Expr *d = sum->atom[i], *m = sum->atom[j];
			if (!is_by_number(d, IDIV) || !is_by_number(m, IMOD) || !is_quotient(d, m) ||
			    sum->coef[i] != sum->coef[j] * m->arg[1]->i)
				continue;
			int64_t c = sum->coef[j];
			return linear_add(sum, d, -sum->coef[i]) && linear_add(sum, m, -c) && collect(sum, m->arg[0], c);
		}
	return false;
}

Expr *linear_expr(Lower *l, const Linear *given)
{
	Linear joined = *given, *sum = &joined;
	while (join_div_mod(sum))
		;
	Expr *x = NULL;
	for (int i = 0; i < sum->n; i++) {
		Expr *term = scaled(l, sum->atom[i], sum->coef[i]);
		x = !x ? term : raw2(l, ADD, x, term, sum_lo(x->lo, term->lo), sum_hi(x->hi, term->hi));
	}
	if (!x)
		return num_i(l, sum->k);
	if (sum->k == 0)
		return x;
	return raw2(l, ADD, x, num_i(l, sum->k), sum_lo(x->lo, sum->k), sum_hi(x->hi, sum->k));
}

static Expr *sum2(Lower *l, Expr *a, Expr *b, int64_t scale)
{
	Linear sum = {.n = 0};
	if (!collect(&sum, a, 1) || !collect(&sum, b, scale)) {
		Expr *term = scaled(l, b, scale);
		return raw2(l, ADD, a, term, sum_lo(a->lo, term->lo), sum_hi(a->hi, term->hi));
	}
	return linear_expr(l, &sum);
}

Expr *iadd(Lower *l, Expr *a, Expr *b) { return sum2(l, a, b, 1); }

Expr *isub(Lower *l, Expr *a, Expr *b) { return sum2(l, a, b, -1); }

Expr *imul(Lower *l, Expr *a, Expr *b)
{
	Linear sum;
	if (a->kind == X_NUM) {
		Expr *t = a;
		a = b;
		b = t;
	}
	if (b->kind == X_NUM && linear_of(a, &sum)) {
		sum.k *= b->i;
		sum.n = b->i ? sum.n : 0;
		for (int i = 0; i < sum.n; i++)
			sum.coef[i] *= b->i;
		return linear_expr(l, &sum);
	}
	__int128 p[4] = {(__int128)a->lo * b->lo, (__int128)a->lo * b->hi, (__int128)a->hi * b->lo, (__int128)a->hi * b->hi};
	__int128 lo = p[0], hi = p[0];
	for (int i = 1; i < 4; i++) {
		lo = p[i] < lo ? p[i] : lo;
		hi = p[i] > hi ? p[i] : hi;
	}
	if (a->id > b->id) { /* one order for both spellings */
		Expr *t = a;
		a = b;
		b = t;
	}
	return raw2(l, MUL, a, b, clamp(lo), clamp(hi));
}

/* ---- sizes that vary ---- */

/* A lower bound of c * x as a size: an axis is at most its extent - 1, whatever that is; false: take x's range. */
static bool least_size(Syms *s, const Expr *x, int64_t c, Dim *sum)
{
	Dim size;
	if (x->kind == X_DIM)
		size = x->dim;
	else if (x->kind == X_AXIS && c < 0 && !dim_known(x->axes[0]->extent))
		size = dim_sub(s, x->axes[0]->extent, dim(1));
	else
		return false;
	*sum = dim_add(s, *sum, dim_mul(s, dim(c), size));
	return true;
}

/* x >= least for all sizes: more than ranges tell, because i < n holds for an axis i of extent n. */
static bool is_at_least(Lower *l, Expr *x, int64_t least)
{
	Linear sum;
	Dim size = dim(0);
	bool varies = false;
	if (x->lo >= least)
		return true;
	if (!linear_of(x, &sum))
		return false;
	int64_t lo = sum.k;
	for (int i = 0; i < sum.n; i++) {
		const Expr *atom = sum.atom[i];
		int64_t c = sum.coef[i];
		if (least_size(l->graph->syms, atom, c, &size))
			varies = true;
		else
			lo = sum_lo(lo, clamp((__int128)c * (c < 0 ? atom->hi : atom->lo)));
	}
	return varies && lo > -INDEX_MAX && dim_lo(l->graph->syms, dim_add(l->graph->syms, size, dim(lo))) >= least;
}

static bool is_inside(Lower *l, Expr *x, Expr *n) { return is_at_least(l, x, 0) && is_at_least(l, isub(l, n, x), 1); }

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
	return isub(l, raw2(l, IDIV, a, n, lo, a->hi > 0 ? a->hi : 0), k);
}

static Expr *modulo_size(Lower *l, Expr *a, Expr *n)
{
	Expr *whole, *rest = a, *k;
	if (n->kind == X_DIM && split_by_size(l, a, n, &whole, &rest) && is_inside(l, rest, n))
		return rest;
	lift(l, &rest, n, &k);
	return raw2(l, IMOD, rest, n, 0, n->hi > 0 ? n->hi - 1 : 0);
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
	return raw2(l, IDIV, a, b, floor_div(a->lo, b->i), floor_div(a->hi, b->i));
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
	return raw2(l, IMOD, r, b, 0, b->i - 1);
}

Expr *index_compare(Lower *l, Alu op, Expr *a, Expr *b)
{
	Expr *d = isub(l, b, a); /* a < b, a <= b, a == b  <=>  d > 0, d >= 0, d == 0 */
	int64_t need = op == LT;
	if (op == EQ)
		return d->lo == 0 && d->hi == 0 ? num(l, BOOL, 1) : d->lo > 0 || d->hi < 0 ? num(l, BOOL, 0) : NULL;
	return is_at_least(l, d, need) ? num(l, BOOL, 1) : d->hi < need ? num(l, BOOL, 0) : NULL;
}

Expr *inside(Lower *l, Expr *i, Expr *lo, Expr *hi)
{
	return alu2(l, AND, alu2(l, LE, lo, i), alu2(l, LT, i, hi));
}

Expr *checked_index(Lower *l, Expr *i, Expr *n)
{
	if (i->dtype != I64)
		i = cast(l, I64, i);
	if (i->lo >= 0 && n->kind == X_NUM && i->hi < n->i)
		return i;
	if (i->kind == X_NUM && n->kind == X_NUM && i->i < 0 && i->i >= -n->i)
		return num_i(l, i->i + n->i);
	return raw2(l, INDEX, i, n, 0, n->hi > 0 ? n->hi - 1 : 0);
}

Expr *flatten(Lower *l, const Shape *s, Expr *const *at)
{
	Expr *pos = num_i(l, 0);
	for (int k = 0; k < s->rank; k++)
		pos = iadd(l, imul(l, pos, extent(l, s->dim[k])), at[k]);
	return pos;
}

void unflatten(Lower *l, const Shape *s, Expr *pos, Expr **at)
{
	for (int k = s->rank - 1; k >= 0; k--) {
		Expr *n = extent(l, s->dim[k]);
		at[k] = k ? imod(l, pos, n) : pos;
		if (dim_is(s->dim[k], 1))
			at[k] = num_i(l, 0);
		pos = k ? idiv(l, pos, n) : pos;
	}
}

bool affine_in(Expr *x, const Axis *axis, int64_t *coef)
{
	Linear sum;
	*coef = 0;
	if (!linear_of(x, &sum))
		return !depends_on(x, axis);
	for (int i = 0; i < sum.n; i++)
		if (sum.atom[i]->kind == X_AXIS && sum.atom[i]->axes[0] == axis)
			*coef = sum.coef[i];
		else if (depends_on(sum.atom[i], axis))
			return false;
	return true;
}

/* Of an atom. */
static Expr *atom_step(Lower *l, Expr *x, const Axis *axis)
{
	if (x->kind == X_AXIS)
		return num_i(l, x->axes[0] == axis);
	if (x->kind != X_ALU || x->op != MUL || (depends_on(x->arg[0], axis) && depends_on(x->arg[1], axis)))
		return NULL;
	int moving = depends_on(x->arg[1], axis);
	Expr *step = step_along(l, x->arg[moving], axis);
	return step ? imul(l, step, x->arg[!moving]) : NULL;
}

Expr *step_along(Lower *l, Expr *x, const Axis *axis)
{
	Linear sum;
	Expr *all = num_i(l, 0);
	if (!linear_of(x, &sum))
		return depends_on(x, axis) ? NULL : all;
	for (int i = 0; i < sum.n; i++) {
		if (!depends_on(sum.atom[i], axis))
			continue;
		Expr *step = atom_step(l, sum.atom[i], axis);
		if (!step)
			return NULL;
		all = iadd(l, all, imul(l, step, num_i(l, sum.coef[i])));
	}
	return all;
}

int64_t repeats_along(Expr *x, const Axis *axis)
{
	Linear sum;
	int64_t n = 0;
	if (!linear_of(x, &sum) || !dim_known(axis->extent))
		return 0;
	for (int i = 0; i < sum.n; i++) {
		const Expr *a = sum.atom[i];
		if (!depends_on(a, axis))
			continue;
		if (n || sum.coef[i] != 1 || !is_by_number(a, IDIV) || a->arg[0]->kind != X_AXIS)
			return 0;
		n = axis->extent.k % a->arg[1]->i ? 0 : a->arg[1]->i;
	}
	return n;
}

bool divides(const Expr *x, const Axis *axis)
{
	if (!depends_on(x, axis))
		return false;
	if (x->kind == X_ALU && (x->op == IDIV || x->op == IMOD))
		return true;
	for (int k = 0; k < x->nargs; k++)
		if (divides(x->arg[k], axis))
			return true;
	return false;
}
