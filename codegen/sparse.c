/* sparse.c -- stages that are zeros but for one element of each row, which indices alone choose: filled, then stored over.
 *
 *     memset(y, 0, 1048576);                    y[i, j] = i == j ? 1 : 0
 *     for (int i = 0; i < 512; i++)
 *             y[513*i] = 1.0f;
 */
#include <math.h>
#include "codegen/nest.h"

enum { SPARSE_LEAST = 4096 }; /* bytes */

static bool is_zero(const Expr *x)
{
	bool whole = is_int(x->dtype) || x->dtype == BOOL;
	return x->kind == X_NUM && (whole ? x->i == 0 : is_float(x->dtype) && x->f == 0 && !signbit(x->f));
}

static bool reads(const Expr *x)
{
	bool found = x->kind == X_LOAD || x->kind == X_REDUCE;
	for (int k = 0; k < x->nargs && !found; k++)
		found = reads(x->arg[k]);
	return found;
}

/* The output's elements lie side by side, in the order of the axes. */
static bool is_dense(const Stage *s)
{
	int64_t n = 1, step;
	for (int k = s->naxes - 1; k >= 0; k--) {
		if (!dim_known(s->axis[k]->extent) || !affine_in(s->address, s->axis[k], &step) || step != n)
			return false;
		n *= axis_count(s->axis[k]);
	}
	return dtype_bytes(s->out->dtype, n) >= SPARSE_LEAST;
}

/* Where along the innermost axis the body is not zero; NULL: at more than one place, or data say. */
static Expr *place_of(Stage *s)
{
	const Expr *test = s->body->arg[0];
	Axis *inner = s->axis[s->naxes - 1];
	int64_t coef;
	if (test->kind != X_ALU || test->op != EQ || test->arg[0]->dtype != I64 || reads(test))
		return NULL;
	Expr *d = isub(s->l, test->arg[0], test->arg[1]);
	if (!affine_in(d, inner, &coef) || (coef != 1 && coef != -1))
		return NULL;
	Expr *rest = substitute(s->l, d, axis_expr(s->l, inner), num_i(s->l, 0));
	return coef == 1 ? isub(s->l, num_i(s->l, 0), rest) : rest;
}

static Stmt *new_stmt(Stage *s, StmtKind kind)
{
	Stmt *t = NEW(s->l->arena, Stmt);
	t->kind = kind;
	t->lanes = t->step = 1;
	return t;
}

static Stmt *zeros(Stage *s)
{
	Stmt *t = new_stmt(s, S_FILL);
	t->value = s->out;
	t->axis = s->axis[0];
	t->address = s->address;
	t->to = 1;
	for (int k = 1; k < s->naxes; k++) {
		t->address = substitute(s->l, t->address, axis_expr(s->l, s->axis[k]), num_i(s->l, 0));
		t->to *= axis_count(s->axis[k]);
	}
	return t;
}

/* The one element of a row, where it has one. */
static Stmt *element(Stage *s, Expr *at)
{
	Lower *l = s->l;
	Expr *j = axis_expr(l, s->axis[s->naxes - 1]), *n = num_i(l, axis_count(s->axis[s->naxes - 1]));
	Stmt *t = new_stmt(s, S_STORE), *test = new_stmt(s, S_IF);
	t->value = s->out;
	t->address = substitute(l, s->address, j, at);
	t->expr = substitute(l, s->body->arg[1], j, at);
	test->expr = alu2(l, AND, alu2(l, LE, num_i(l, 0), at), alu2(l, LT, at, n));
	test->body = t;
	return test->expr->kind == X_NUM ? t : test;
}

bool make_sparse(Module *m, Stage *s)
{
	if (s->strips || s->naxes < 2 || s->body->kind != X_ALU || s->body->op != SELECT || !is_zero(s->body->arg[2]) ||
	    reads(s->body->arg[1]) || !is_dense(s))
		return false;
	Expr *at = place_of(s);
	if (!at)
		return false;
	Stmt *t = element(s, at);
	for (int k = s->naxes - 2; k >= 0; k--) {
		Stmt *loop = new_stmt(s, S_FOR);
		loop->axis = s->axis[k];
		loop->to = axis_count(s->axis[k]);
		loop->body = t;
		loop->split = k == 0;
		t = loop;
	}
	s->nest = zeros(s);
	s->nest->next = t;
	s->split = s->axis[0];
	s->split_unit = 1;
	s->split_n = axis_count(s->split);
	s->schedule = arena_format(&m->g->ctx->perm, "zeros, then one element of each row");
	return true;
}
