/* choose.c -- stages that say of how many elements of a vector something is true, then of which: one after the other, each
 * position is stored where the next one goes, and stays there if it counts.
 *
 *     int64_t count = 0;
 *     for (int i = 0; i < 100; i++) {
 *             y[count + 1] = i;
 *             count += x[i] > 0.0f;
 *     }
 *     y[0] = count;
 */
#include "codegen/build.h"

/* Element `at` of the output is x. */
static void store(Build *b, Expr *at, Expr *x)
{
	Stmt *t = stmt_append(b, S_STORE);
	t->value = b->s->out;
	t->address = address_of(b->s->l, b->s->out, &at);
	t->expr = x;
}

bool make_choice(Module *m, Stage *s)
{
	Lower *l = s->l;
	Build b = {.m = m, .s = s, .tail = &s->nest};
	if (!s->chooses)
		return false;
	Expr *count = stmt_let(&b, num_i(l, 0));
	count->lo = 0;
	count->hi = dim_hi(m->g->syms, s->axis[0]->extent);
	Stmt *loop = stmt_append(&b, S_FOR);
	loop->axis = s->axis[0];
	loop->to = axis_count(s->axis[0]);
	b.tail = &loop->body;
	store(&b, iadd(l, count, num_i(l, 1)), axis_expr(l, s->axis[0]));
	Stmt *add = stmt_append(&b, S_ASSIGN);
	add->local = count;
	add->expr = iadd(l, count, cast(l, I64, s->body));
	b.tail = &loop->next;
	store(&b, num_i(l, 0), count);
	s->schedule = "one after the other, those that count are kept";
	return true;
}
