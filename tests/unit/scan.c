/* Scan in the evaluator: states and slices, axes and directions, captured values, sizes from operands, and what is
 * refused. */
#include <stdlib.h>
#include "tests/unit/graphs.h"

/* The elements of output i when the text's graph runs on these inputs (one f32 list an input). */
static const char *run(const char *text, int output, ...)
{
	Eval e = {0};
	va_list args;

	Graph *m = graph_parse(&ctx, &syms, text);
	Tensor **in = NEW_N(&ctx.perm, Tensor *, m->nin);
	va_start(args, output);
	for (int i = 0; i < m->nin; i++) {
		int64_t size[MAX_RANK];
		for (int k = 0; k < m->in[i]->shape.rank; k++)
			size[k] = dim_known(m->in[i]->shape.dim[k]) ? m->in[i]->shape.dim[k].k : va_arg(args, int);
		in[i] = tensor_new(&ctx.perm, m->in[i]->dtype, m->in[i]->shape.rank, size);
		assert_non_null(elements_parse(in[i], &ctx.perm, va_arg(args, const char *)));
	}
	va_end(args);
	graph_verify(m, "test");
	eval_graph(&e, m, &ctx.perm, in);
	Tensor *y = eval_value(&e, m->out[output]);
	const char *result = "";
	for (int64_t i = 0; i < y->count; i++)
		result = arena_format(&ctx.perm, "%s%s%s", result, i ? " " : "", element_text(&ctx, y, i));
	return result;
}

/* sum' = sum + x, and every sum on its way */
#define SUMS(attrs, state, slice)                                                                                      \
	"%s, %y = Scan(%s0, %x) {num_scan_inputs = 1" attrs "} body = graph (%a f32" state ", %b f32" slice ")"        \
	" -> (%c, %d) { %c = Add(%a, %b) %d = Neg(%c) }"

CASE(states_are_carried_and_slices_joined)
{
	const char *text = "graph (%s0 f32[2], %x f32[3,2]) -> (%s, %y) {" SUMS("", "[2]", "[2]") "}";

	assert_string_equal(run(text, 0, "[10, 20]", "[1, 2, 3, 4, 5, 6]"), "19 32");
	assert_string_equal(run(text, 1, "[10, 20]", "[1, 2, 3, 4, 5, 6]"), "-11 -22 -14 -26 -19 -32");
}

CASE(slices_are_taken_along_their_axis)
{
	const char *text = "graph (%s0 f32[2], %x f32[2,3]) -> (%y) {"
			   SUMS(", scan_input_axes = [-1], scan_output_axes = [1]", "[2]", "[2]") "}";

	assert_string_equal(run(text, 0, "[0, 0]", "[1, 2, 3, 10, 20, 30]"), "-1 -3 -6 -10 -30 -60");
}

CASE(directions_turn_inputs_and_outputs_around)
{
	const char *in = "graph (%s0 f32[], %x f32[3]) -> (%y) {" SUMS(", scan_input_directions = [1]", "[]", "[]") "}";
	const char *out = "graph (%s0 f32[], %x f32[3]) -> (%y) {" SUMS(", scan_output_directions = [1]", "[]", "[]") "}";

	assert_string_equal(run(in, 0, "[0]", "[1, 2, 4]"), "-4 -6 -7");
	assert_string_equal(run(out, 0, "[0]", "[1, 2, 4]"), "-7 -3 -1");
}

/* Both states of a turn come from those of the turn before. */
CASE(states_change_all_at_once)
{
	const char *text = "graph (%a0 f32[], %b0 f32[], %x f32[4]) -> (%a, %b, %all) {"
			   "%a, %b, %all = Scan(%a0, %b0, %x) {num_scan_inputs = 1}"
			   " body = graph (%p f32[], %q f32[], %t f32[]) -> (%q, %r, %s) {"
			   " %r = Add(%p, %q) %s = Mul(%r, %t) } }";

	assert_string_equal(run(text, 0, "[0]", "[1]", "[1, 1, 1, 1]"), "3");
	assert_string_equal(run(text, 1, "[0]", "[1]", "[1, 1, 1, 1]"), "5");
	assert_string_equal(run(text, 2, "[0]", "[1]", "[1, 10, 1, 10]"), "1 20 3 50");
}

CASE(captured_values_are_the_same_in_all_turns)
{
	const char *text = "graph (%x f32[3], %k f32[2]) -> (%y) {"
			   "%y = Scan(%x, %k) {num_scan_inputs = 1}"
			   " body = graph (%a f32[] | %c f32[2]) -> (%d) { %d = Mul(%a, %c) } }";

	assert_string_equal(run(text, 0, "[1, 2, 3]", "[10, -1]"), "10 -1 20 -2 30 -3");
}

CASE(sizes_come_from_operands)
{
	const char *text = "graph (%s0 f32[2], %x f32[n,2]) -> (%s, %y) {" SUMS("", "[2]", "[m]") "}";
	Graph *m = graph_parse(&ctx, &syms, text);

	assert_string_equal(shape_text(m, &m->out[0]->shape), "[2]");
	assert_string_equal(shape_text(m, &m->out[1]->shape), "[n,2]");
	assert_string_equal(shape_text(m, &m->node[0]->sub[0]->out[1]->shape), "[2]");
	assert_string_equal(run(text, 0, "[1, 1]", 2, "[1, 2, 3, 4]"), "5 7");
	assert_string_equal(run(text, 0, "[1, 1]", 0, "[]"), "1 1");
	assert_string_equal(run(text, 1, "[1, 1]", 0, "[]"), "");
}

CASE(a_scan_may_hold_a_scan)
{
	const char *text = "graph (%s0 f32[], %x f32[2,3]) -> (%s) {"
			   "%s = Scan(%s0, %x) {num_scan_inputs = 1} body = graph (%a f32[], %r f32[3]) -> (%b) {"
			   " %b = Scan(%a, %r) {num_scan_inputs = 1} body = graph (%c f32[], %e f32[]) -> (%d) {"
			   " %f = Add(%c, %c) %d = Add(%f, %e) } } }";

	assert_string_equal(run(text, 0, "[0]", "[1, 0, 1, 1, 0, 1]"), "45");
}

CASE(the_budget_counts_every_turn)
{
	const char *text = "graph (%s0 f32[], %x f32[100]) -> (%s) {"
			   "%s = Scan(%s0, %x) {num_scan_inputs = 1} body = graph (%a f32[], %b f32[]) -> (%c) {"
			   " %c = Add(%a, %b) } }";
	Graph *m = graph_parse(&ctx, &syms, text);
	const int64_t size = 100;
	Tensor *in[] = {tensor_new(&ctx.perm, F32, 0, NULL), tensor_new(&ctx.perm, F32, 1, &size)};
	Eval short_of = {.budget = 300}, enough = {.budget = 2000};

	eval_graph(&short_of, m, &ctx.perm, in);
	assert_true(short_of.tired);
	assert_null(eval_value(&short_of, m->out[0]));
	eval_graph(&enough, m, &ctx.perm, in);
	assert_false(enough.tired);
	assert_in_range(enough.budget, 2000 - 100 * 6 - 400, 2000 - 100 * 6);
}

CASE(what_is_no_scan_is_refused)
{
	static const struct {
		const char *id, *text;
	} wrong[] = {
		{"E-ATTR", "graph (%x f32[3]) -> () { %y = Scan(%x) {num_scan_inputs = 2}"
			   " body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }"},
		{"E-ATTR", "graph (%x f32[3]) -> () { %y = Scan(%x) {num_scan_inputs = 0}"
			   " body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }"},
		{"E-ATTR", "graph (%x f32[3]) -> () { %y = Scan(%x) {num_scan_inputs = 1} }"},
		{"E-ATTR", "graph (%x f32[3]) -> () { %y = Scan(%x) {num_scan_inputs = 1, scan_input_axes = [0,0]}"
			   " body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }"},
		{"E-ATTR", "graph (%x f32[3]) -> () { %y = Scan(%x) {num_scan_inputs = 1, scan_output_directions = [2]}"
			   " body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }"},
		{"E-INPUTS", "graph (%x f32[3]) -> () { %y = Scan(%x, %x) {num_scan_inputs = 1}"
			     " body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }"},
		{"E-INPUTS", "graph (%x f32[3]) -> () { %y = Scan(%x, _) {num_scan_inputs = 1}"
			     " body = graph (%a f32[], %c f32[]) -> (%b) { %b = Neg(%a) } }"},
		{"E-OUTPUTS", "graph (%x f32[3]) -> () { %y = Scan(%x, %x) {num_scan_inputs = 1}"
			      " body = graph (%a f32[3], %b f32[]) -> () { } }"},
		{"E-OUTPUTS", "graph (%x f32[3]) -> () { %y, %z = Scan(%x) {num_scan_inputs = 1}"
			      " body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }"},
		{"E-AXIS", "graph (%x f32[3]) -> () { %y = Scan(%x) {num_scan_inputs = 1, scan_input_axes = [1]}"
			   " body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }"},
		{"E-RANK", "graph (%x f32[]) -> () { %y = Scan(%x) {num_scan_inputs = 1}"
			   " body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }"},
		{"E-RANK", "graph (%x f32[3,2]) -> () { %y = Scan(%x) {num_scan_inputs = 1}"
			   " body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }"},
		{"E-SHAPE", "graph (%x f32[3,2]) -> () { %y = Scan(%x) {num_scan_inputs = 1}"
			    " body = graph (%a f32[3]) -> (%b) { %b = Neg(%a) } }"},
		{"E-SHAPE", "graph (%x f32[3,2], %z f32[4]) -> () { %y = Scan(%x, %z) {num_scan_inputs = 2}"
			    " body = graph (%a f32[2], %c f32[]) -> (%b) { %b = Neg(%a) } }"},
		{"E-TYPE", "graph (%x i32[3]) -> () { %y = Scan(%x) {num_scan_inputs = 1}"
			   " body = graph (%a f32[]) -> (%b) { %b = Neg(%a) } }"},
		{"E-TYPE", "graph (%x f32[3]) -> () { %y = Scan(%x, %x) {num_scan_inputs = 1}"
			   " body = graph (%a f32[3], %c f32[]) -> (%b) { %b = Less(%a, %c) } }"},
		{"E-RANK", "graph (%x f32[3]) -> () { %y = Scan(%x, %x) {num_scan_inputs = 1}"
			   " body = graph (%a f32[3], %c f32[]) -> (%c) { } }"},
		{"E-SHAPE", "graph (%x f32[3,2]) -> () { %y = Scan(%x, %x) {num_scan_inputs = 1}"
			    " body = graph (%a f32[3,2], %c f32[2]) -> (%b) { %b = Concat(%a, %a) {axis = 0} } }"},
	};

	for (volatile size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (setjmp(ctx.border) == 0) {
			graph_parse(&ctx, &syms, wrong[i].text);
			print_error("%s\n", wrong[i].text);
			assert_string_equal("accepted", "refused");
		}
		assert_int_equal(ctx.status, EXIT_MODEL);
		assert_non_null(strstr(ctx.message, arena_format(&ctx.perm, "[%s]", wrong[i].id)));
	}
}

/* Whether a state keeps a size that only the run tells is seen in the run. */
CASE(states_that_grow_are_refused)
{
	const char *text = "graph (%x f32[n]) -> (%y) { %y = Scan(%x, %x) {num_scan_inputs = 1}"
			   " body = graph (%a f32[m], %c f32[]) -> (%b) { %b = Concat(%a, %a) {axis = 0} } }";

	assert_fails(&ctx, EXIT_MODEL, "E-SHAPE", run(text, 0, 2, "[1, 2]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(states_are_carried_and_slices_joined),
		TEST(slices_are_taken_along_their_axis),
		TEST(directions_turn_inputs_and_outputs_around),
		TEST(states_change_all_at_once),
		TEST(captured_values_are_the_same_in_all_turns),
		TEST(sizes_come_from_operands),
		TEST(a_scan_may_hold_a_scan),
		TEST(the_budget_counts_every_turn),
		TEST(what_is_no_scan_is_refused),
		TEST(states_that_grow_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
