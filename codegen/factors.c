/* factors.c -- divisions by a number of data, of what is rounded to an integer next: two products, where the run finds that they
 * round alike (ir/quotient.h).
 *
 *     for (i ..) v_round(x[i] / s)      alike = f_rounds_alike(s);
 *                                       if (alike) for (i ..) v_round(v_over_each(x[i], s))
 *                                       else for (i ..) v_round(x[i] / s)
 *
 * To ask takes as long as some thousand divisions, so it is asked before a loop that is longer than that. */
#include "codegen/build.h"

enum { LONG = 8192 };

static bool divides_by_data(const Expr *x) { return x->kind == X_ALU && x->op == OVER_DATA && x->dtype == F32; }

static Expr *divisor_in(Expr *x, const Axis *axis)
{
	Expr *found = NULL;
	if (x->kind == X_REDUCE || !depends_on(x, axis))
		return NULL;
	if (divides_by_data(x) && !depends_on(x->arg[1], axis))
		return x->arg[1];
	for (int k = 0; k < x->nargs && !found; k++)
		found = divisor_in(x->arg[k], axis);
	return found;
}

Expr *divisor_of_data(Expr *x, const Axis *axis) { return axis_count(axis) < LONG ? NULL : divisor_in(x, axis); }

Expr *with_division(Lower *l, Expr *x, const Expr *divisor, Alu op)
{
	Expr *arg[MAX_RANK];
	if (x->nargs == 0)
		return x;
	for (int k = 0; k < x->nargs; k++)
		arg[k] = with_division(l, x->arg[k], divisor, op);
	return divides_by_data(x) && x->arg[1] == divisor ? alu2(l, op, arg[0], arg[1]) : rebuild(l, x, arg);
}
