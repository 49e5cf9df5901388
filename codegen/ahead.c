/* ahead.c -- rows of a table that no cache holds, chosen by data: the processor does not guess where the next one lies.
 *
 *     for (int i = 0; i < 128; i++) {
 *             fetch_ahead(table + 384*i_index(indices[i_min(i + 4, 127)], 30522, status), 1536);
 *             for (int j = 0; j < 384; j += 16)
 *                     v_store(y + 384*i + j, v_load(table + j + 384*i_index(indices[i], 30522, status)));
 *     }
 */
#include "codegen/build.h"

enum { AHEAD = 4, AHEAD_LEAST = 256, AHEAD_MOST = 4096 }; /* rows; bytes of one */

static double table_bytes(const Value *v)
{
	double n = dtype_info(v->dtype)->bits / 8.0;
	for (int k = 0; k < v->shape.rank; k++)
		n *= dim_known(v->shape.dim[k]) ? (double)v->shape.dim[k].k : 1;
	return n;
}

static bool is_chosen(const Expr *x)
{
	bool chosen = x->kind == X_LOAD;
	for (int k = 0; k < x->nargs && !chosen; k++)
		chosen = is_chosen(x->arg[k]);
	return chosen;
}

/* The load of x from such a table, a row of which the inner axis goes along. */
static Expr *find_chosen(const Build *b, Expr *x, const Axis *axis, const Axis *inner)
{
	if (x->kind == X_REDUCE || !depends_on(x, axis))
		return NULL;
	if (x->kind == X_LOAD) {
		bool far = table_bytes(x->value) > (double)b->m->target->l2;
		return far && is_chosen(x->arg[0]) && lane_step(x, inner) == 1 ? x : NULL;
	}
	Expr *found = NULL;
	for (int k = 0; k < x->nargs && !found; k++)
		found = find_chosen(b, x->arg[k], axis, inner);
	return found;
}

void fetch_ahead(Build *b, Expr *body, Axis *axis, Axis *inner)
{
	Lower *l = b->s->l;
	Expr *load = dim_known(axis->extent) && b->m->target->lanes > 1 && !b->s->strips ? find_chosen(b, body, axis, inner) : NULL;
	int64_t bytes = load ? (int64_t)dtype_bytes(load->dtype, axis_count(inner)) : 0;
	Safety h = safety_of(b, body);
	if (bytes < AHEAD_LEAST || axis_count(axis) <= AHEAD || !is_safe(&h, load))
		return;
	Expr *i = axis_expr(l, axis), *last = num_i(l, axis_count(axis) - 1);
	Expr *row = substitute(l, load, i, alu2(l, MIN, iadd(l, i, num_i(l, AHEAD)), last));
	Stmt *t = stmt_append(b, S_AHEAD);
	t->expr = substitute(l, row, axis_expr(l, inner), num_i(l, 0));
	t->to = bytes < AHEAD_MOST ? bytes : AHEAD_MOST;
}
