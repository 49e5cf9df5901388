/* index.c -- index arithmetic: sums in one normal form, with their ranges. Division is in divide.c.
 *
 * Every I64 expression that is a sum is kept as  c1*a1 + c2*a2 + ... + k  with atoms in order of creation, so equal
 * indices are equal pointers. */
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

bool linear_add(Linear *sum, Expr *atom, int64_t coef)
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

Expr *index_alu(Lower *l, Alu op, Expr *a, Expr *b, int64_t lo, int64_t hi)
{
	Expr *x = expr_alu(l, op, 2, (Expr *[]){a, b});
	x->lo = lo;
	x->hi = hi;
	return x;
}

static Expr *scaled(Lower *l, Expr *atom, int64_t coef)
{
	int64_t a = clamp((__int128)atom->lo * coef), b = clamp((__int128)atom->hi * coef);
	return coef == 1 ? atom : index_alu(l, MUL, atom, num_i(l, coef), a < b ? a : b, a < b ? b : a);
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
		x = !x ? term : index_alu(l, ADD, x, term, sum_lo(x->lo, term->lo), sum_hi(x->hi, term->hi));
	}
	if (!x)
		return num_i(l, sum->k);
	if (sum->k == 0)
		return x;
	return index_alu(l, ADD, x, num_i(l, sum->k), sum_lo(x->lo, sum->k), sum_hi(x->hi, sum->k));
}

static Expr *sum2(Lower *l, Expr *a, Expr *b, int64_t scale)
{
	Linear sum = {.n = 0};
	if (!collect(&sum, a, 1) || !collect(&sum, b, scale)) {
		Expr *term = scaled(l, b, scale);
		return index_alu(l, ADD, a, term, sum_lo(a->lo, term->lo), sum_hi(a->hi, term->hi));
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
	return index_alu(l, MUL, a, b, clamp(lo), clamp(hi));
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

bool index_at_least(Lower *l, Expr *x, int64_t least)
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

Expr *index_compare(Lower *l, Alu op, Expr *a, Expr *b)
{
	Expr *d = isub(l, b, a); /* a < b, a <= b, a == b  <=>  d > 0, d >= 0, d == 0 */
	int64_t need = op == LT;
	if (op == EQ)
		return d->lo == 0 && d->hi == 0 ? num(l, BOOL, 1) : d->lo > 0 || d->hi < 0 ? num(l, BOOL, 0) : NULL;
	return index_at_least(l, d, need) ? num(l, BOOL, 1) : d->hi < need ? num(l, BOOL, 0) : NULL;
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
	return index_alu(l, INDEX, i, n, 0, n->hi > 0 ? n->hi - 1 : 0);
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
