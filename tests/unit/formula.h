/* formula.h -- an operator's lower() against its eval(): the expression of every output element, interpreted, must be
 * what the evaluator says. */
#ifndef TCC_TESTS_FORMULA_H
#define TCC_TESTS_FORMULA_H
#include "codegen/lower.h"
#include "tests/unit/unit.h"
#include "tests/unit/interpret.h"

static void assert_near(double got, double want, double tolerance)
{
	if (fabs(got - want) <= tolerance * (1 + fabs(want)) || (isnan(got) && isnan(want)) || got == want)
		return;
	print_error("%.9g where %.9g is expected\n", got, want);
	assert_true(0 && "the two are near");
}

/* Output `slot` of n; everything that its formula loads is in e (keep_all). Floats may differ by tolerance * (1 + |x|),
 * integers by nothing. */
static void assert_formula(Eval *e, const Node *n, int slot, double tolerance)
{
	Arena *a = &e->g->ctx->scratch;
	ArenaMark mark = arena_mark(a);
	bool *is_load = NEW_N(a, bool, e->g->nvalue + 1);
	const Tensor *y = eval_value(e, n->out[slot]);
	Lower *l = lower_new(e->g, a, is_load);
	Interpreter s = {.value = e->value, .syms = e->g->syms, .symbol = e->symbol};
	int64_t at[MAX_RANK] = {0};
	Expr *axes[MAX_RANK], *x;

	memset(is_load, true, e->g->nvalue + 1);
	for (int k = 0; k < y->rank; k++)
		axes[k] = axis_expr(l, axis_new(l, n->out[slot]->shape.dim[k], false));
	x = n->op->lower(l, n, slot, axes);
	assert_true(l->naxes < sizeof s.at / sizeof *s.at);
	assert_int_equal(x->dtype, y->dtype);
	for (int64_t i = 0; i < y->count; i++, next_index(y->rank, y->dim, at)) {
		for (int k = 0; k < y->rank; k++)
			if (axes[k]->kind == X_AXIS)
				s.at[axes[k]->axes[0]->id] = at[k];
		Number v = interpret(&s, x);

		if (is_float(y->dtype))
			assert_near(v.f, load_f64(y->dtype, y->data, i), tolerance);
		else
			assert_int_equal(v.i, load_i64(y->dtype, y->data, i));
	}
	arena_release(a, mark);
}

/* Every node that has a formula, of a graph that is evaluated. */
static inline void assert_formulas(Eval *e, double tolerance)
{
	for (uint32_t i = 0; i < e->g->nnode; i++)
		for (int slot = 0; slot < e->g->node[i]->nout; slot++)
			if (e->g->node[i]->out[slot] && e->g->node[i]->op->lower)
				assert_formula(e, e->g->node[i], slot, tolerance);
}
#endif
