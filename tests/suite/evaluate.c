/* evaluate.c -- one case through the importer and the reference evaluator. */
#include <stdio.h>
#include "ir/eval.h"
#include "ir/op.h"
#include "tests/suite/result.h"
#include "tests/suite/vary.h"

static void compare_outputs(Ctx *c, const Case *k, const Graph *g, Eval *e, Result *r)
{
	r->outcome = PASS;
	for (int i = 0; i < arguments(g, true); i++) {
		char why[300];
		Argument a = argument(g, true, i);
		Tensor **got = NEW_N(&c->perm, Tensor *, a.n);
		Data want;
		if (!case_output(c, k, i, a.kind, &want))
			continue;
		for (int n = 0; n < a.n; n++)
			got[n] = eval_value(e, g->out[a.first + n]);
		if (!argument_matches(r, k, a.kind, got, a.n, &want, why, sizeof why)) {
			r->outcome = WRONG;
			snprintf(r->why, sizeof r->why, "output %d: %s", i, why);
			return;
		}
	}
}

static void put_input(Ctx *c, const Case *k, const Graph *g, int i, Tensor **in)
{
	Argument a = argument(g, false, i);
	const Value *v = a.n ? g->in[a.first + a.n - 1] : NULL;
	int64_t dims[MAX_RANK];
	for (int d = 0; v && d < v->shape.rank; d++)
		dims[d] = dim_known(v->shape.dim[d]) ? v->shape.dim[d].k
						     : vary_number(dim_hi(g->syms, v->shape.dim[d]));
	case_put(c, k, case_number(c, k, i, a.name), a.kind, a.n - is_optional(a.kind), a.dtype, v ? v->shape.rank : 0, dims, in + a.first);
}

void evaluate_case(const Case *k, Result *r)
{
	Ctx c;
	ctx_open(&c, "suite", 0);
	if (setjmp(c.border)) {
		result_trouble(r, &c);
	} else {
		Graph *g = case_graph(&c, k, false);
		result_op(r, k->constant ? case_as_it_is(&c, k) : g);
		Tensor **in = NEW_N(&c.perm, Tensor *, g->nin);
		for (int i = 0; i < arguments(g, false); i++)
			put_input(&c, k, g, i, in);
		Eval e = {.budget = -1};
		eval_graph(&e, g, &c.perm, in);
		compare_outputs(&c, k, g, &e, r);
	}
	ctx_close(&c);
}
