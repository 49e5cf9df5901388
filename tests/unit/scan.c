/* Scan's evaluation keeps to a budget: every turn counts what its body reads and writes; sizes that turns count stay inside.
 * (What it computes: ops/scan.t.) */
#include <stdlib.h>
#include "ir/op/bodies.h"
#include "tests/unit/graphs.h"

enum { TURNS = 100 };

static Graph *sums(void)
{
	const char *text = "graph (%s0 f32[], %x f32[100]) -> (%s) {"
			   "%s = Scan(%s0, %x) {num_scan_inputs = 1} body = graph (%a f32[], %b f32[]) -> (%c) {"
			   " %c = Add(%a, %b) } }";

	return graph_parse(&ctx, &syms, text);
}

CASE(a_budget_that_ends_in_a_turn)
{
	const int64_t size = TURNS;
	Tensor *in[] = {tensor_new(&ctx.perm, F32, 0, NULL), tensor_new(&ctx.perm, F32, 1, &size)};
	Graph *m = sums();
	Eval e = {.budget = 300};

	eval_graph(&e, m, &ctx.perm, in);
	assert_true(e.tired);
	assert_null(eval_value(&e, m->out[0]));
}

/* A turn reads two scalars and writes one: 6. */
CASE(every_turn_costs)
{
	const int64_t size = TURNS;
	Tensor *in[] = {tensor_new(&ctx.perm, F32, 0, NULL), tensor_new(&ctx.perm, F32, 1, &size)};
	Graph *m = sums();
	Eval e = {.budget = 2000};

	eval_graph(&e, m, &ctx.perm, in);
	assert_false(e.tired);
	assert_in_range(e.budget, 2000 - TURNS * 6 - 2 * TURNS, 2000 - TURNS * 6);
}

/* What the body of a graph counts, that of its copy does too: outside it has another name there as well. */
CASE(a_copy_counts_its_own)
{
	Graph *copied = graph_copy(graph_parse(&ctx, &syms, "graph (%x f32[3]) -> (%y) { %y = Scan(%x) {num_scan_inputs = 1}"
		" body = graph (%b f32[]) -> (%u) { %u = Unique(%b) @1 \"u\" } @1 \"y\" }"));
	const Graph *body = copied->node[0]->sub[0];

	assert_true(is_counted_inside(body, body->out[0]->shape.dim[0]));
	assert_false(is_counted_inside(body, copied->out[0]->shape.dim[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(a_budget_that_ends_in_a_turn), TEST(every_turn_costs), TEST(a_copy_counts_its_own)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
