/* merge.c -- neighbouring axes made one where every address steps through both alike.
 *
 *     y[56*i + j] = f(x[56*i + j]), i < 64, j < 56        y[i] = f(x[i]), i < 3584
 *     sum over r < 14, s < 14 of x[196*i + 14*r + s]      sum over r < 196 of x[196*i + r]
 */
#include <string.h>
#include "codegen/nest.h"
#include "codegen/packed.h"

/* x with axes p (outer) and q replaced by one axis r over both: NULL when some address does not allow it. */
static Expr *merged(Lower *l, Expr *x, Axis *p, Axis *q, Axis *r)
{
	if (!dim_known(q->extent))
		return NULL; /* memory is laid out for the most that it can be */
	if (!dim_known(p->extent) && p->extent.k <= 1)
		return NULL; /* i / n would be 0, and what is read of one row be read where there is none */
	Expr *n = num_i(l, q->extent.k), *at = axis_expr(l, r);
	Expr *y = substitute(l, x, axis_expr(l, p), idiv(l, at, n));
	y = substitute(l, y, axis_expr(l, q), imod(l, at, n));
	return divides(y, r) ? NULL : y;
}

static Axis *axis_over(Lower *l, const Axis *p, const Axis *q, bool reduction)
{
	return axis_new(l, dim_mul(l->graph->syms, p->extent, q->extent), reduction);
}

void merge_axes(Stage *s)
{
	for (int k = 0; k + 1 < s->naxes;) {
		Axis *p = s->axis[k], *q = s->axis[k + 1], *r = axis_over(s->l, p, q, false);
		Expr *address = merged(s->l, s->address, p, q, r);
		Expr *body = address ? merged(s->l, s->body, p, q, r) : NULL;
		if (!body) {
			k++;
			continue;
		}
		s->address = address;
		s->body = body;
		s->axis[k] = r;
		s->naxes--;
		memmove(s->axis + k + 1, s->axis + k + 2, (size_t)(s->naxes - k - 1) * sizeof *s->axis);
		k = k ? k - 1 : 0;
	}
}

/* ---- the other way: an axis of which the body takes digits is one axis a digit ----
 *
 *     y[i] = x[.. + (6*i + 2) / 7]     for (p < 7) for (q ..) y[7*q + p] = x[.. + 6*q + (6*p + 2) / 7]
 */

/* The least n of an  axis % n  or  axis / n  in x, where rows of n are long enough; 0: there is none. */
static int64_t find_digit(const Expr *x, const Axis *axis, int64_t least)
{
	if (!depends_on(x, axis))
		return 0;
	bool digit = x->kind == X_ALU && (x->op == IMOD || x->op == IDIV) && x->arg[0]->kind == X_AXIS && x->arg[1]->kind == X_NUM;
	if (digit && x->arg[1]->i >= least && axis_count(axis) % x->arg[1]->i == 0)
		return x->arg[1]->i;
	int64_t n = 0;
	for (int k = 0; k < x->nargs; k++) {
		int64_t other = find_digit(x->arg[k], axis, least);
		n = !n || (other && other < n) ? other : n;
	}
	return n;
}

enum { PERIOD_MAX = 16, PERIODS_LEAST = 8 };

/* n of a  (a*axis + b) % n  or  (a*axis + b) / n  in x, which is the same in every period of n but for a multiple. */
static int64_t find_period(Expr *x, const Axis *axis)
{
	int64_t n = 0, step;
	if (!depends_on(x, axis))
		return 0;
	bool digit = x->kind == X_ALU && (x->op == IMOD || x->op == IDIV) && x->arg[1]->kind == X_NUM && affine_in(x->arg[0], axis, &step);
	if (digit && x->arg[1]->i <= PERIOD_MAX && axis_count(axis) % x->arg[1]->i == 0 && axis_count(axis) >= PERIODS_LEAST * x->arg[1]->i)
		return x->arg[1]->i;
	for (int k = 0; k < x->nargs && !n; k++)
		n = find_period(x->arg[k], axis);
	return n;
}

/* divides(), but for elements below a byte side by side. */
static bool divides_bytes(Lower *l, const Expr *x, const Axis *axis)
{
	if (!depends_on(x, axis) || packed_along(l, x, axis))
		return false;
	bool found = x->kind == X_ALU && (x->op == IDIV || x->op == IMOD);
	for (int k = 0; k < x->nargs && !found; k++)
		found = divides_bytes(l, x->arg[k], axis);
	return found;
}

/* The same where sizes vary: n divides how many the axis has. */
static bool find_size(const Stage *s, const Expr *x, const Axis *axis, Dim *n)
{
	Syms *syms = s->l->graph->syms;
	if (!depends_on(x, axis))
		return false;
	bool digit = x->kind == X_ALU && (x->op == IMOD || x->op == IDIV) && x->arg[0]->kind == X_AXIS && x->arg[1]->kind == X_DIM;
	if (digit && dim_lo(syms, x->arg[1]->dim) > 0) {
		*n = x->arg[1]->dim;
		return dim_same(dim_mul(syms, dim_floordiv(syms, axis->extent, *n), *n), axis->extent);
	}
	for (int k = 0; k < x->nargs; k++)
		if (find_size(s, x->arg[k], axis, n))
			return true;
	return false;
}

/* The innermost axis as n*high + low, one of which is the innermost then; not where the body still divides that. */
static void split_at(Stage *s, Dim n, bool low_inside)
{
	Syms *syms = s->l->graph->syms;
	Axis *axis = s->axis[s->naxes - 1], *low = axis_new(s->l, n, false);
	Axis *high = axis_new(s->l, dim_bounded(syms, dim_floordiv(syms, axis->extent, n)), false);
	Expr *at = iadd(s->l, imul(s->l, axis_expr(s->l, high), extent(s->l, n)), axis_expr(s->l, low));
	Expr *body = substitute(s->l, s->body, axis_expr(s->l, axis), at);
	if (divides_bytes(s->l, body, low_inside ? low : high))
		return;
	s->body = body;
	s->address = substitute(s->l, s->address, axis_expr(s->l, axis), at);
	s->axis[s->naxes - 1] = low_inside ? high : low;
	s->axis[s->naxes++] = low_inside ? low : high;
}

/* Not what vectors read as it is. */
void split_axes(Module *m, Stage *s)
{
	Axis *axis = s->naxes ? s->axis[s->naxes - 1] : NULL;
	if (!axis || s->naxes == LOOP_MAX || s->strips || vectorisable(m, s, s->body, axis))
		return;
	Dim size;
	if (!dim_known(axis->extent)) {
		if (find_size(s, s->body, axis, &size))
			split_at(s, size, true);
		return;
	}
	int64_t n = find_digit(s->body, axis, m->target->lanes), period = n ? 0 : find_period(s->body, axis);
	if (n || period)
		split_at(s, dim(n ? n : period), n);
}

/* ---- rows that repeat: those of one repetition are one run ----
 *
 *     y[256*i + j] = x[256*(i % 64) + j], i < 1024, j < 256        y[16384*i + j] = x[j], i < 16, j < 16384
 */

enum { REPEATS_LEAST = 8 }; /* that leave every worker a part */

void join_repeats(const Module *m, Stage *s)
{
	int k = s->naxes - 2;
	int64_t n = k >= 0 && !s->strips && dim_known(s->axis[k]->extent) ? find_digit(s->body, s->axis[k], 2) : 0;
	if (!n || (m->o->threads && axis_count(s->axis[k]) < n * REPEATS_LEAST))
		return;
	Lower *l = s->l;
	Axis *axis = s->axis[k], *high = axis_new(l, dim(axis_count(axis) / n), false), *low = axis_new(l, dim(n), false);
	Axis *run = axis_over(l, low, s->axis[k + 1], false);
	Expr *at = iadd(l, imul(l, axis_expr(l, high), num_i(l, n)), axis_expr(l, low));
	Expr *address = merged(l, substitute(l, s->address, axis_expr(l, axis), at), low, s->axis[k + 1], run);
	Expr *body = address ? merged(l, substitute(l, s->body, axis_expr(l, axis), at), low, s->axis[k + 1], run) : NULL;
	if (!body)
		return;
	s->address = address;
	s->body = body;
	s->axis[k] = high;
	s->axis[k + 1] = run;
}

/* Its elements keep their order. */
static Expr *merged_reduction(Lower *l, const Expr *x, Expr *body)
{
	Expr *axes[2 * MAX_RANK];
	int n = 0;
	for (int k = 0; k < x->naxes; k++) {
		Axis *p = n ? axes[n - 1]->axes[0] : NULL, *q = x->axes[k], *r = p ? axis_over(l, p, q, true) : NULL;
		Expr *whole = r ? merged(l, body, p, q, r) : NULL;
		n -= whole != NULL;
		body = whole ? whole : body;
		axes[n++] = axis_expr(l, whole ? r : q);
	}
	return reduce(l, x->red, body, n, axes);
}

typedef struct Merge {
	Lower *l;
	Expr **done; /* by id */
	uint32_t n;
} Merge;

static Expr *with_merged(Merge *g, Expr *x)
{
	Expr *arg[MAX_RANK];
	if (x->nargs == 0)
		return x;
	if (x->id <= g->n && g->done[x->id])
		return g->done[x->id];
	for (int k = 0; k < x->nargs; k++)
		arg[k] = with_merged(g, x->arg[k]);
	Expr *y = x->kind == X_REDUCE && x->naxes > 1 ? merged_reduction(g->l, x, arg[0]) : rebuild(g->l, x, arg);
	if (x->id <= g->n)
		g->done[x->id] = y;
	return y;
}

void merge_reductions(Module *m, Stage *s)
{
	uint32_t n = s->l->nexprs;
	Merge g = {s->l, NEW_N(&m->g->ctx->scratch, Expr *, n + 1), n};
	s->body = with_merged(&g, s->body);
}
