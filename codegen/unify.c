/* unify.c -- reductions that differ in nothing but their axes are one; the least and the greatest of the same elements go over
 * the same axes. */
#include "codegen/build.h"

typedef struct Unify {
	Lower *l;
	Expr **done, **seen; /* by id; reductions so far */
	uint32_t n;
	int nseen;
} Unify;

/* r reduces what `like` does, over axes that run as far. */
static bool same_elements(Lower *l, Expr *r, const Expr *like)
{
	if (r->naxes != like->naxes || r->dtype != like->dtype)
		return false;
	Expr *body = r->arg[0];
	for (int k = 0; k < r->naxes; k++) {
		if (!dim_same(r->axes[k]->extent, like->axes[k]->extent))
			return false;
		body = substitute(l, body, axis_expr(l, r->axes[k]), axis_expr(l, like->axes[k]));
	}
	return body == like->arg[0];
}

static Expr *over_axes_of(Lower *l, Red red, const Expr *like)
{
	Expr *axes[2 * MAX_RANK];
	for (int k = 0; k < like->naxes; k++)
		axes[k] = axis_expr(l, like->axes[k]);
	return reduce(l, red, like->arg[0], like->naxes, axes);
}

static Expr *unified(Unify *u, Expr *x)
{
	Expr *arg[MAX_RANK];
	if (x->nargs == 0)
		return x;
	if (u->done[x->id])
		return u->done[x->id];
	for (int k = 0; k < x->nargs; k++)
		arg[k] = unified(u, x->arg[k]);
	Expr *y = rebuild(u->l, x, arg);
	for (int i = 0; y->kind == X_REDUCE && i < u->nseen; i++) {
		if (y->red == u->seen[i]->red && same_elements(u->l, y, u->seen[i]))
			return u->done[x->id] = u->seen[i];
		if (is_extreme(y) && is_extreme(u->seen[i]) && same_elements(u->l, y, u->seen[i]))
			y = over_axes_of(u->l, y->red, u->seen[i]);
	}
	if (y->kind == X_REDUCE)
		u->seen[u->nseen++] = y;
	return u->done[x->id] = y;
}

Expr *unify(Module *m, Stage *s, Expr *x)
{
	Arena *a = &m->g->ctx->scratch;
	uint32_t n = s->l->nexprs;
	Unify u = {s->l, NEW_N(a, Expr *, n + 1), NEW_N(a, Expr *, n + 1), n, 0};
	return unified(&u, x);
}
