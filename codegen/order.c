/* order.c -- stages that order rows: element j of a row of y says where the j-th least element of a row of x stands.
 *
 *     for (i ..)
 *             i32_order(y + 100*i, 100, x + 1000*i, 1000);
 *
 * The helper keeps the least ones in a heap, which is the row of y itself, then sorts; with vectors it may count them first
 * (target/order.h). */
#include "codegen/nest.h"

static Stmt *new_stmt(Stage *s, StmtKind kind)
{
	Stmt *t = NEW(s->l->arena, Stmt);
	t->kind = kind;
	t->lanes = t->step = 1;
	return t;
}

/* The row of x is the same for all of y's. */
static bool is_row(const Stage *s, const Axis *axis) { return !depends_on(s->body->arg[0], axis); }

static Stmt *order_stmt(Stage *s)
{
	Stmt *t = new_stmt(s, S_ORDER);
	t->value = s->out;
	t->address = s->address;
	t->expr = s->body;
	for (int k = 0; k < s->naxes; k++)
		if (is_row(s, s->axis[k]))
			t->address = substitute(s->l, t->address, axis_expr(s->l, s->axis[k]), num_i(s->l, 0));
	return t;
}

bool make_order(Module *m, Stage *s)
{
	if (!s->orders)
		return false;
	s->nest = order_stmt(s);
	for (int k = s->naxes - 1; k >= 0; k--) {
		if (is_row(s, s->axis[k]))
			continue;
		Stmt *t = new_stmt(s, S_FOR);
		t->axis = s->axis[k];
		t->to = axis_count(s->axis[k]);
		t->body = s->nest;
		s->nest = t;
	}
	if (s->nest->kind == S_FOR) {
		s->nest->split = true;
		s->split = s->nest->axis;
		s->split_unit = 1;
		s->split_n = axis_count(s->split);
	}
	s->schedule = m->target->lanes > 1 ? "the least counted in vectors, or in a heap" : "a heap of the least so far";
	return true;
}
