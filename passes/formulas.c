/* formulas.c -- the formula of a node's output, and what it loads of one input.
 *
 *     Conv:  sum over c, i, j of  (inside ? x[c, y + i, x + j] : 0) * w[m, c, i, j]
 *                                  guard    load of x
 *
 * A test that says no more than that an index lies inside of a value is one that a border around it makes needless. */
#include "codegen/lower.h"
#include "passes/place.h"

Expr *node_expr(Lower *l, const Node *n, int slot, Expr **axes)
{
	const Shape *s = &n->out[slot]->shape;
	if (!n->op->lower)
		return NULL;
	for (int k = 0; k < s->rank; k++)
		axes[k] = axis_expr(l, axis_new(l, s->dim[k], false));
	return n->op->lower(l, n, slot, axes);
}

Expr *padded_load(const Expr *x, int64_t *fill)
{
	if (x->kind != X_ALU || x->op != SELECT || x->arg[2]->kind != X_NUM || x->arg[2]->f != 0)
		return NULL;
	Expr *inner = x->arg[1];
	*fill = 0;
	if (inner->kind == X_ALU && inner->op == SUB && inner->arg[1]->kind == X_NUM && inner->dtype == I32) {
		*fill = inner->arg[1]->i;
		inner = inner->arg[0];
	}
	if (inner->kind == X_CAST && inner->dtype == I32 && dtype_info(inner->arg[0]->dtype)->bits == 8)
		inner = inner->arg[0];
	if (inner->kind == X_CAST && inner->dtype == F64)
		inner = inner->arg[0];
	return inner->kind == X_LOAD && (*fill == 0 || dtype_info(inner->dtype)->bits == 8) ? inner : NULL;
}

Expr *find_load(Expr *x, const Value *v, Expr **guarded)
{
	int64_t fill;
	if (x->kind == X_LOAD)
		return x->value == v ? x : NULL;
	for (int k = 0; k < x->nargs; k++) {
		Expr *found = find_load(x->arg[k], v, guarded);
		if (!found)
			continue;
		if (guarded && k == 1 && padded_load(x, &fill) == found)
			*guarded = x;
		return found;
	}
	return NULL;
}

/* Of a dimension of a known size: where another one ends is for the run to say, so no border can lie there, and a test that is
 * left is one that bounds of its size do not decide. */
static bool bound_of_load(Lower *l, const Expr *c, const Expr *load)
{
	for (int k = 0; k < load->nargs; k++) {
		if (!dim_known(load->value->shape.dim[k]))
			continue;
		Expr *n = extent(l, load->value->shape.dim[k]);
		if (c == alu2(l, LE, num_i(l, 0), load->arg[k]) || c == alu2(l, LT, load->arg[k], n))
			return true;
	}
	return false;
}

bool guard_is_border(Lower *l, const Expr *guard, const Expr *load)
{
	if (guard->kind == X_ALU && guard->op == AND)
		return guard_is_border(l, guard->arg[0], load) && guard_is_border(l, guard->arg[1], load);
	return bound_of_load(l, guard, load);
}
