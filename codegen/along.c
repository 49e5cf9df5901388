/* along.c -- how an index moves along an axis: by how much a step, or in which other way. */
#include "codegen/lower.h"

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
		if (n || sum.coef[i] != 1 || a->kind != X_ALU || a->op != IDIV || a->arg[1]->kind != X_NUM || a->arg[0]->kind != X_AXIS)
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
