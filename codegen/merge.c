/* merge.c -- neighbouring axes made one where every address steps through both alike.
 *
 *     y[56*i + j] = f(x[56*i + j]), i < 64, j < 56        y[i] = f(x[i]), i < 3584
 *     sum over r < 14, s < 14 of x[196*i + 14*r + s]      sum over r < 196 of x[196*i + r]
 */
#include <string.h>
#include "codegen/nest.h"

/* x with axes p (outer) and q replaced by one axis r over both: NULL when some address does not allow it. */
static Expr *merged(Lower *l, Expr *x, Axis *p, Axis *q, Axis *r)
{
	if (!dim_known(q->extent))
		return NULL; /* memory is laid out for the most that it can be */
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
