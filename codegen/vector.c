/* vector.c -- which expressions can be computed for the lanes of a vector at once, along one axis of a stage.
 *
 *     load x[.. + i]        a vector, when i steps by 1        bools become masks
 *     i <= j                the lanes below a number            cond ? x[i - 1] : 0    a masked load
 */
#include "codegen/nest.h"

static bool vector_args(const Module *m, Stage *s, Expr *x, const Axis *axis)
{
	for (int k = 0; k < x->nargs; k++)
		if (!vectorisable(m, s, x->arg[k], axis))
			return false;
	return true;
}

static bool exact_in_vectors(Alu op)
{
	return op <= NOT || op == SELECT || (op >= FLOOR && op <= SQRT);
}

static bool compares_indices(const Expr *x)
{
	return x->kind == X_ALU && x->dtype == BOOL && x->arg[0]->dtype == I64;
}

/* A comparison of indices is a mask of lanes where their difference steps by 1 or -1. */
static bool vector_compare(Stage *s, const Expr *x, const Axis *axis)
{
	int64_t coef;
	return !s->wide && affine_in(isub(s->l, x->arg[1], x->arg[0]), axis, &coef) && (coef == 1 || coef == -1);
}

static bool has(const Expr *x, bool (*is)(const Expr *))
{
	bool found = is(x);
	for (int k = 0; k < x->nargs && !found; k++)
		found = has(x->arg[k], is);
	return found;
}

static bool is_load(const Expr *x) { return x->kind == X_LOAD; }

/* A vector computes both sides. Loads that a comparison of indices guards are masked, so they have to be bare. */
static bool safe_select(const Expr *x, const Axis *axis)
{
	if (!depends_on(x->arg[0], axis) || !has(x->arg[0], compares_indices))
		return true;
	return (x->arg[1]->kind == X_LOAD || !has(x->arg[1], is_load)) && !has(x->arg[2], is_load);
}

static bool vector_load(const Expr *x, const Axis *axis)
{
	int64_t coef;
	return (x->dtype == F32 || x->dtype == BOOL) && affine_in(x->arg[0], axis, &coef) && coef == 1;
}

static bool vector_alu(const Module *m, Stage *s, Expr *x, const Axis *axis)
{
	if (!alu_text(x->op)->vector || (m->o->strict && !exact_in_vectors(x->op)))
		return false;
	if (compares_indices(x))
		return vector_compare(s, x, axis);
	if (x->op == SELECT && !safe_select(x, axis))
		return false;
	return (x->dtype == F32 || x->dtype == BOOL) && vector_args(m, s, x, axis);
}

bool vectorisable(const Module *m, Stage *s, Expr *x, const Axis *axis)
{
	if (m->target->lanes == 1)
		return false;
	if (!depends_on(x, axis))
		return x->dtype == F32 || x->dtype == BOOL;
	switch (x->kind) {
	case X_LOAD:
		return vector_load(x, axis);
	case X_ALU:
		return vector_alu(m, s, x, axis);
	case X_CAST:
		return x->dtype == F32 && x->arg[0]->dtype == BOOL && vectorisable(m, s, x->arg[0], axis);
	case X_LOCAL:
		return x->dtype == F32;
	case X_REDUCE:
		return x->red <= RED_MIN && vectorisable(m, s, x->arg[0], axis);
	default:
		return false;
	}
}
