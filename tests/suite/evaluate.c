/* evaluate.c -- one case through the importer and the reference evaluator. */
#include <stdio.h>
#include "ir/eval.h"
#include "ir/op.h"
#include "tests/suite/result.h"

static void need_tensors(Ctx *c, Value *const *v, int n)
{
	for (int i = 0; i < n; i++)
		if (v[i]->kind != KIND_TENSOR)
			fail(c, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "'%s' is no tensor", v[i]->name);
}

static void compare_outputs(Ctx *c, const Case *k, const Graph *g, const Eval *e, Result *r)
{
	r->outcome = PASS;
	for (int i = 0; i < g->nout; i++) {
		char why[300];
		Tensor *want = case_output(c, k, i);
		if (want && !output_matches(r, k, eval_value(e, g->out[i]), want, why, sizeof why)) {
			r->outcome = WRONG;
			snprintf(r->why, sizeof r->why, "output %d: %s", i, why);
			return;
		}
	}
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
		need_tensors(&c, g->in, g->nin);
		need_tensors(&c, g->out, g->nout);
		Tensor **in = NEW_N(&c.perm, Tensor *, g->nin);
		for (int i = 0; i < g->nin; i++) {
			int64_t dims[MAX_RANK];
			for (int d = 0; d < g->in[i]->shape.rank; d++)
				dims[d] = dim_known(g->in[i]->shape.dim[d]) ? g->in[i]->shape.dim[d].k : 1;
			in[i] = case_input(&c, k, i, g->in[i]->shape.rank, dims);
			if (!in[i])
				fail(&c, EXIT_FILE, "E-FILE", "no data for input %d '%s'", i, g->in[i]->name);
		}
		Eval e = {.budget = -1};
		eval_graph(&e, g, &c.perm, in);
		compare_outputs(&c, k, g, &e, r);
	}
	ctx_close(&c);
}
