/* Many of everything: operators of more inputs than a stage has parameters, chains of more constants, and graphs of many
 * nodes, for which a compile takes work and memory that grow as they do. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "ir/op.h"
#include "ir/text.h"
#include "passes/inputs.h"
#include "tests/flags.h"
#include "tests/unit/unit.h"
#include "tools/jit.h"

enum { TERMS = 150, CONSTANTS = 100, FEW = 2500, TIMES = 8 };

static Ctx ctx;

static int fresh(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", (size_t)1 << 30);
	return 0;
}

static int done(void **state)
{
	(void)state;
	ctx_close(&ctx);
	return 0;
}

static Graph *new_graph(void)
{
	Syms *syms = NEW(&ctx.perm, Syms);

	syms->ctx = &ctx;
	return graph_new(&ctx, syms, "many", NULL);
}

static Value *new_input(Graph *g, int64_t rows, int64_t columns)
{
	const Shape s = {2, {dim(rows), dim(columns)}};

	return value_input(g, arena_format(&ctx.perm, "x%d", g->nin), F32, &s);
}

/* ---- many inputs ---- */

/* Emitted C gives what the evaluator gives, but for rounding. */
static void expect_same(Graph *g, const char *target)
{
	Settings settings = {.compile = {.level = 2, .target = target}, .cc_flags = OPTIMISED, .threads = 1};
	Eval e = {0};

	if (setjmp(ctx.border)) {
		assert_string_equal(ctx.message, "no error");
		return;
	}
	Tensor **in = random_inputs(g, &ctx.perm, 1);
	eval_graph(&e, g, &ctx.perm, in);
	const Tensor *want = eval_value(&e, g->out[0]);
	Session *s = jit(&ctx, graph_copy(g), &settings, NULL);
	session_bind(s, in);
	assert_int_equal(session_run(s), TCC_OK);
	for (int64_t i = 0; i < want->count; i++)
		assert_float_equal(((const float *)s->out[0].data)[i], load_f64(F32, want->data, i), 1e-4);
	session_close(s);
	temporary_clear();
}

static void any_number_of_terms(void **state)
{
	static const char *const op[] = {"Sum", "Max", "Min", "Mean"};

	(void)state;
	for (int k = 0; k < 4; k++) {
		Graph *g = new_graph();
		Value *in[TERMS];
		for (int i = 0; i < TERMS; i++)
			in[i] = new_input(g, i % 2 ? 3 : 1, i % 3 ? 5 : 1);
		graph_output(g, node_new(g, op_find("", op[k]), NULL, TERMS, in, 1, NULL)->out[0], "y");
		expect_same(g, "c");
		expect_same(g, "native");
	}
}

static Value *constant(Graph *g, int64_t rows, int64_t columns, double first)
{
	Tensor *t = tensor_new(&ctx.perm, F32, 2, (int64_t[]){rows, columns});

	for (int64_t i = 0; i < t->count; i++)
		((float *)t->data)[i] = (float)(first + (double)(i % 7) / 8);
	return value_const(g, NULL, t);
}

static void any_number_of_constants(void **state)
{
	Graph *g = new_graph();
	Value *y = new_input(g, 3, 5);

	(void)state;
	for (int i = 0; i < CONSTANTS; i++)
		y = put(g, NULL, i % 2 ? "Add" : "Max", y, constant(g, 1, 5, i % 11 - 5), END_IN);
	graph_output(g, y, "y");
	expect_same(g, "c");
	expect_same(g, "native");
}

/* ---- many nodes ---- */

typedef Value *step(Graph *g, Value *x, int i);

static Value *times_matrix(Graph *g, Value *x, int i)
{
	return put(g, NULL, "MatMul", x, constant(g, 8, 8, i % 5 - 2), END_IN);
}

static Value *soft(Graph *g, Value *x, int i) { return put(g, NULL, i % 2 ? "Softmax" : "Transpose", x, END_IN); }

static Value *shifted(Graph *g, Value *x, int i) { return put(g, NULL, i % 2 ? "Max" : "Add", x, constant(g, 8, 8, i), END_IN); }

typedef struct Cost {
	double seconds, bytes; /* of the processor; of memory, at most */
} Cost;

static Cost compile(step *next, int nodes)
{
	const Options o = {.level = 2, .target = "x86-64-v3", .prefix = "m"};
	const char *header;
	clock_t start = clock();

	ctx_close(&ctx);
	ctx_open(&ctx, "unit", (size_t)4 << 30);
	if (setjmp(ctx.border)) {
		assert_string_equal(ctx.message, "no error");
		return (Cost){0, 0};
	}
	Graph *g = new_graph();
	Value *y = new_input(g, 8, 8);
	for (int i = 0; i < nodes; i++)
		y = next(g, y, i);
	graph_output(g, y, "y");
	passes_run(g, &o);
	emit_text(g, &o, &header, NULL);
	return (Cost){(double)(clock() - start) / CLOCKS_PER_SEC, (double)ctx.memory_used};
}

/* Of eight times as many nodes, eight times as much; 64 times would be the square, and a busy machine doubles times. */
static void cost_grows_with_nodes(void **state)
{
	static step *const steps[] = {times_matrix, soft, shifted};

	(void)state;
	for (int k = 0; k < 3; k++) {
		Cost few = compile(steps[k], FEW), many = compile(steps[k], TIMES * FEW);
		assert_true(many.bytes < 1.3 * TIMES * few.bytes);
		assert_true(many.seconds < 4 * TIMES * few.seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_number_of_terms, fresh, done),
		cmocka_unit_test_setup_teardown(any_number_of_constants, fresh, done),
		cmocka_unit_test_setup_teardown(cost_grows_with_nodes, fresh, done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
