/* keep.c -- an element that its reduction has computed is not computed again.
 *
 * Softmax's exp(x - max) is summed and then divided: the sum's loop leaves it in the output, from where the last loop
 * takes it. Nothing else may be read along the row then, for the output may lie where it lay. */
#include "codegen/build.h"

static bool contains(const Expr *x, const Expr *part)
{
	bool found = x == part;
	for (int k = 0; k < x->nargs && !found; k++)
		found = contains(x->arg[k], part);
	return found;
}

/* The reduction of x that is computed last: all the others are in it. */
static Expr *last_reduction(Expr *x)
{
	Expr *found[8], *last = NULL;
	int n = outer_reductions(x, found, 0, 8);
	for (int i = 0; i < n && n < 8; i++) {
		int inside = 0;
		for (int k = 0; k < n; k++)
			inside += contains(found[i], found[k]);
		last = inside == n ? found[i] : last;
	}
	return last;
}

static bool loads_along(const Expr *x, const Axis *axis, const Expr *but)
{
	bool found = x->kind == X_LOAD && x != but && depends_on(x, axis);
	for (int k = 0; k < x->nargs && !found; k++)
		found = loads_along(x->arg[k], axis, but);
	return found;
}

/* The loop of r can leave its elements in the output: vectors of them only where the row lies there side by side. */
static bool can_keep(Build *b, const Expr *r, const Axis *axis)
{
	int64_t step;
	return reduction_lanes(b, r, r->axes[0]) == 0 || (affine_in(b->s->address, axis, &step) && step == 1);
}

Expr *keep_row(Build *b, Expr *body)
{
	Stage *s = b->s;
	Lower *l = s->l;
	Axis *axis = s->axis[s->naxes - 1];
	Expr *r = last_reduction(body);
	if (!r || r->naxes != 1 || r->red > RED_MIN || (r->mask & ~b->bound) || !is_heavy(r->arg[0]) ||
	    r->dtype != s->out->dtype || !dim_same(r->axes[0]->extent, axis->extent) || !can_keep(b, r, axis))
		return body;
	Expr *from = axis_expr(l, r->axes[0]), *to = axis_expr(l, axis), *address = s->address;
	Expr like = {.kind = X_LOAD, .dtype = r->dtype, .value = s->out, .nargs = 1, .arg = &address, .lo = -INDEX_MAX, .hi = INDEX_MAX};
	Expr *load = expr_intern(l, like);
	Expr *rest = substitute(l, body, substitute(l, r->arg[0], from, to), load);
	if (rest == body || loads_along(rest, axis, load))
		return body;
	b->undivided = s->naxes == 1;
	Expr *settled_r = settle_reductions(b, r->arg[0]);
	Expr *acc = emit_reduce(b, rebuild(l, r, &settled_r), substitute(l, address, to, from), NULL);
	return substitute(l, rest, r, acc);
}
