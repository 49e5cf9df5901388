/* functions.c -- functions that never end, or end too late. */
#include "tests/bad/bad.h"

/* x -> local.F -> y */
static Onnx__NodeProto *call(Model *m, const char *inputs)
{
	add_input(m, "x", FLOAT, "2,3");
	add_output(m, "y", FLOAT, "2,3");
	add_opset(m, "local", 1);
	return of_domain(m, add_node(m, "F", inputs, "y"), "local");
}

static void calls_itself(Model *m)
{
	call(m, "x");
	of_domain(m, add_step(m, add_function(m, "F", "a", "b"), "F", "a", "b"), "local");
}

static void calls_each_other(Model *m)
{
	call(m, "x");
	of_domain(m, add_step(m, add_function(m, "F", "a", "b"), "G", "a", "b"), "local");
	of_domain(m, add_step(m, add_function(m, "G", "a", "b"), "F", "a", "b"), "local");
}

static void calls_itself_in_a_branch(Model *m)
{
	Onnx__FunctionProto *f = add_function(m, "F", "a", "b");
	Onnx__GraphProto *g = PROTO(m->arena, graph_proto);
	Model body = inside(m, g);

	call(m, "x");
	of_domain(m, add_node(&body, "F", "a", "z"), "local");
	add_output(&body, "z", FLOAT, NULL);
	Onnx__NodeProto *n = add_step(m, f, "If", "a", "b");
	set_graph(m, n, "then_branch", g);
	set_graph(m, n, "else_branch", g);
}

/* Each of 40 functions calls the next one twice. */
static void billion_laughs(Model *m)
{
	call(m, "x");
	for (int i = 0; i < 40; i++) {
		const char *name = i ? arena_format(m->arena, "F%d", i) : "F";
		const char *next = i < 39 ? arena_format(m->arena, "F%d", i + 1) : "Relu";
		Onnx__FunctionProto *f = add_function(m, name, "a", "c");
		Onnx__NodeProto *one = add_step(m, f, next, "a", "b"), *two = add_step(m, f, next, "b", "c");
		if (i < 39) {
			of_domain(m, one, "local");
			of_domain(m, two, "local");
		}
	}
}

static void chain_of_100(Model *m)
{
	call(m, "x");
	for (int i = 0; i < 100; i++) {
		const char *name = i ? arena_format(m->arena, "F%d", i) : "F";
		const char *next = i < 99 ? arena_format(m->arena, "F%d", i + 1) : "Relu";
		Onnx__NodeProto *n = add_step(m, add_function(m, name, "a", "b"), next, "a", "b");
		if (i < 99)
			of_domain(m, n, "local");
	}
}

/* F0 is met first, then F1, which calls F0, then F2 ...: nobody walks deep, but writing out would. */
static void tower_of_1000(Model *m)
{
	call(m, "x");
	add_step(m, add_function(m, "F", "a", "b"), "Relu", "a", "b");
	for (int i = 1; i < 1000; i++) {
		const char *name = arena_format(m->arena, "F%d", i);
		const char *lower = i > 1 ? arena_format(m->arena, "F%d", i - 1) : "F";
		of_domain(m, add_step(m, add_function(m, name, "a", "b"), lower, "a", "b"), "local");
		of_domain(m, add_node(m, name, "x", arena_format(m->arena, "y%d", i)), "local");
	}
}

static void defined_twice(Model *m)
{
	call(m, "x");
	add_step(m, add_function(m, "F", "a", "b"), "Relu", "a", "b");
	add_step(m, add_function(m, "F", "a", "b"), "Exp", "a", "b");
}

static void too_many_inputs(Model *m)
{
	call(m, "x,x");
	add_step(m, add_function(m, "F", "a", "b"), "Relu", "a", "b");
}

static void unknown_attribute(Model *m)
{
	set_int(m, call(m, "x"), "axis", 1);
	add_step(m, add_function(m, "F", "a", "b"), "Relu", "a", "b");
}

static void no_output(Model *m)
{
	call(m, "x");
	add_step(m, add_function(m, "F", "a", "ghost"), "Relu", "a", "b");
}

static void reads_outside(Model *m)
{
	call(m, "x");
	add_step(m, add_function(m, "F", "a", "b"), "Relu", "x", "b");
}

static void no_opset(Model *m)
{
	call(m, "x");
	Onnx__FunctionProto *f = add_function(m, "F", "a", "b");
	add_step(m, f, "Relu", "a", "b");
	f->n_opset_import = 0;
}

static void absent_input_needed(Model *m)
{
	call(m, "x");
	add_step(m, add_function(m, "F", "a,k", "b"), "Add", "a,k", "b");
}

const Bad bad_functions[] = {
	{"function-calls-itself", 3, calls_itself, NULL},
	{"function-calls-each-other", 3, calls_each_other, NULL},
	{"function-calls-itself-in-a-branch", 3, calls_itself_in_a_branch, NULL},
	{"function-billion-laughs", 5, billion_laughs, NULL},
	{"function-chain-of-100", 5, chain_of_100, NULL},
	{"function-tower-of-1000", 5, tower_of_1000, NULL},
	{"function-defined-twice", 3, defined_twice, NULL},
	{"function-too-many-inputs", 3, too_many_inputs, NULL},
	{"function-unknown-attribute", 3, unknown_attribute, NULL},
	{"function-no-output", 3, no_output, NULL},
	{"function-reads-outside", 3, reads_outside, NULL},
	{"function-no-opset", 3, no_opset, NULL},
	{"function-absent-input-needed", 3, absent_input_needed, NULL},
	{0},
};
