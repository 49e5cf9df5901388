/* passes_run.c -- the driver of the passes: options, contract, dumps, and that --verify-passes sees what is wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/unit/unit.h"
#include "ir/op.h"
#include "ir/text.h"
#include "passes/check.h"
#include "passes/inputs.h"

static const char *const text = "symbol n = 1..9\n"
				"graph (%x f32[n,4], %i i64[2]) -> (%y, %z) {\n"
				"	%c f32[] = const [2]\n"
				"	%d f32[] = const [4]\n"
				"	%a = Mul(%x, %c)\n"
				"	%y = Mul(%a, %d)\n"
				"	%z = Gather(%x, %i) {axis = 1}\n"
				"}\n";

typedef struct World {
	Ctx c;
	Syms s;
	Graph *g;
	Options o;
} World;

static void open_world(World *w)
{
	memset(w, 0, sizeof *w);
	ctx_open(&w->c, "test", 0);
	if (setjmp(w->c.border)) {
		print_error("%s\n", w->c.message);
		assert_true(0);
	}
	w->s.ctx = &w->c;
	w->g = graph_parse(&w->c, &w->s, text);
	w->o = (Options){.level = 2, .seed = 1};
}

static void test_levels(void **state)
{
	World w;

	(void)state;
	open_world(&w);
	w.o.level = 1;
	passes_run(w.g, &w.o);
	assert_int_equal(w.g->nnode, 3); /* merging constants rounds: -O2 */
	w.o.level = 2;
	w.o.strict = true;
	passes_run(w.g, &w.o);
	assert_int_equal(w.g->nnode, 3);
	w.o.strict = false;
	passes_run(w.g, &w.o);
	assert_int_equal(w.g->nnode, 2);
	ctx_close(&w.c);
}

static void test_no_pass(void **state)
{
	const char *chains[] = {"chains", NULL}, *unknown[] = {"dce", "polish", NULL}, *required[] = {"expand", NULL};
	World w;

	(void)state;
	open_world(&w);
	w.o.no_pass = chains;
	passes_run(w.g, &w.o);
	assert_int_equal(w.g->nnode, 3);
	w.o.no_pass = unknown;
	assert_fails(&w.c, EXIT_USAGE, "E-OPTION", passes_run(w.g, &w.o));
	w.o.no_pass = required;
	assert_fails(&w.c, EXIT_USAGE, "E-OPTION", passes_run(w.g, &w.o));
	ctx_close(&w.c);
}

/* What a pass needs is made by passes that always run, so that no --no-pass can break a contract. */
static void test_contracts(void **state)
{
	unsigned facts = 0;

	(void)state;
	for (const Pass *p = pass_table; p->name; p++) {
		assert_int_equal(p->needs & ~facts, 0);
		if (p->level == 0)
			facts |= p->makes;
		facts &= ~p->breaks;
	}
	assert_int_equal(facts, SHAPES | BASIC | OUTPUTS);
}

static void test_dump(void **state)
{
	char folder[] = "/tmp/tcc-dump-XXXXXX", path[200], line[200] = "";
	World w;

	(void)state;
	open_world(&w);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/ir", folder);
	w.o.dump = path;
	passes_run(w.g, &w.o);
	int number = 0;
	for (const Pass *p = pass_table; p->name; p++) {
		snprintf(path, sizeof path, "%s/ir/%02d-%s.ir", folder, ++number, p->name);
		FILE *f = fopen(path, "r");
		assert_non_null(f);
		assert_non_null(fgets(line, sizeof line, f));
		fclose(f);
		assert_string_equal(line, "symbol n = 1..9\n");
		assert_int_equal(unlink(path), 0);
	}
	snprintf(path, sizeof path, "%s/ir/00-import.ir", folder);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof path, "%s/ir", folder);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(folder), 0);
	w.o.dump = "/proc/nowhere/ir";
	assert_fails(&w.c, EXIT_FILE, "E-WRITE", passes_run(w.g, &w.o));
	ctx_close(&w.c);
}

/* Constants of two axes do not say what sizes they hold, though the values that they were did. */
static void test_dump_of_sizes(void **state)
{
	const char *model = "graph (%x f32[2,3], %z i64[2,1]) -> (%y) {\n"
			    "	%s = Shape(%x)\n"
			    "	%i i64[1] = const [1]\n"
			    "	%u = Unsqueeze(%s, %i)\n"
			    "	%y = Add(%z, %u)\n"
			    "}\n";
	World w;

	(void)state;
	open_world(&w);
	w.g = graph_parse(&w.c, &w.s, model);
	passes_run(w.g, &w.o);
	assert_int_equal(w.g->nnode, 1);
	assert_non_null(strstr(graph_text(w.g, &w.c.perm), "[2, 3]"));
	ctx_close(&w.c);
}

/* A rule lets a long chain die: in linear time, and without a recursion as deep as the chain. */
static void test_long_chain(void **state)
{
	World w;
	Dim four = dim(4);
	Shape shape = shape_of(1, &four);

	(void)state;
	open_world(&w);
	Graph *g = graph_new(&w.c, &w.s, "chain", NULL);
	Value *x = value_input(g, "x", F32, &shape), *v = x;
	for (int i = 0; i < 100000; i++)
		v = put(g, NULL, i % 2 ? "Identity" : "Exp", v, END_IN);
	v = put(g, NULL, "Where", value_scalar(g, BOOL, 1), x, v, END_IN);
	graph_output(g, put(g, NULL, "Neg", v, END_IN), "y");
	w.o.level = 1;
	passes_run(g, &w.o);
	assert_int_equal(g->nnode, 1);
	ctx_close(&w.c);
}

/* ---- a pass that is wrong is named ---- */

static Node *node_with(const World *w, const char *op)
{
	for (uint32_t i = 0; i < w->g->nnode; i++)
		if (is_op(w->g->node[i], op))
			return w->g->node[i];
	return NULL;
}

static void test_wrong_pass(void **state)
{
	static const Pass exact = {"wrong", "", 1, EXACT, 0, 0, 0, NULL}, rounds = {"wrong", "", 1, ROUNDS, 0, 0, 0, NULL};
	World w;

	(void)state;
	open_world(&w);
	Check *k = check_begin(w.g, 1);
	check_after(k, &exact);
	Node *mul = node_with(&w, "Mul");
	mul->in[1] = value_scalar(w.g, F32, 2.00001);
	check_after(k, &rounds);
	mul->in[1] = value_scalar(w.g, F32, 2);
	assert_fails(&w.c, EXIT_BUG, "E-PASS", check_after(k, &exact));
	assert_non_null(strstr(w.c.message, "pass 'wrong' changes the result: output 'y'"));
	mul->in[1] = value_scalar(w.g, F32, 2.1);
	assert_fails(&w.c, EXIT_BUG, "E-PASS", check_after(k, &rounds));
	ctx_close(&w.c);
}

/* What folding brings to light is wrong with the model: nobody's bug. */
static void test_folded_index(void **state)
{
	World w;

	(void)state;
	open_world(&w);
	w.g = graph_parse(&w.c, &w.s, "graph (%x f32[3]) -> (%y) { %c f32[4] = const [0, 0, 0, 9]"
				      " %k = ArgMax(%c) {keepdims = 0} %y = Gather(%x, %k) }");
	assert_fails(&w.c, EXIT_MODEL, "E-INDEX", passes_run(w.g, &w.o));
	assert_non_null(strstr(w.c.message, "(Gather): index 3 is outside 0..2"));
	ctx_close(&w.c);
}

/* ---- inputs ---- */

static void test_inputs(void **state)
{
	World w;

	(void)state;
	open_world(&w);
	Tensor **a = random_inputs(w.g, &w.c.perm, 7), **b = random_inputs(w.g, &w.c.perm, 7);
	Tensor **other = random_inputs(w.g, &w.c.perm, 8);
	assert_in_range(a[0]->dim[0], 1, 9);
	assert_int_equal(a[0]->dim[1], 4);
	assert_true(tensor_equal(a[0], b[0]) && tensor_equal(a[1], b[1]));
	assert_false(tensor_equal(a[0], other[0]));
	for (int64_t i = 0; i < a[0]->count; i++)
		assert_true(load_f64(F32, a[0]->data, i) >= -1 && load_f64(F32, a[0]->data, i) < 1);
	for (int64_t i = 0; i < a[1]->count; i++)
		assert_in_range(load_i64(I64, a[1]->data, i), 0, 1);
	ctx_close(&w.c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),	cmocka_unit_test(test_no_pass),	   cmocka_unit_test(test_contracts),
		cmocka_unit_test(test_dump),	cmocka_unit_test(test_wrong_pass), cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_long_chain), cmocka_unit_test(test_folded_index),
		cmocka_unit_test(test_dump_of_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
