/* names.c -- names that nobody defines, that two define, that wait for themselves; versions that do not exist. */
#include "tests/bad/bad.h"

static void undefined_input(Model *m)
{
	plain(m);
	add_node(m, "Add", "y,ghost", "z");
}

static void undefined_output(Model *m)
{
	plain(m);
	add_output(m, "ghost", FLOAT, "2,3");
}

static void two_outputs(Model *m)
{
	plain(m);
	add_node(m, "Exp", "x", "y");
}

static void result_without_name(Model *m)
{
	plain(m);
	*add_node(m, "Exp", "x", "z")->output = arena_string(m->arena, "");
}

static void one_node_twice(Model *m)
{
	add_input(m, "x", FLOAT, "4");
	add_node(m, "Split", "x", "y,y");
	add_output(m, "y", FLOAT, "2");
}

static void output_is_input(Model *m)
{
	add_input(m, "x", FLOAT, "2,3");
	add_node(m, "Relu", "x", "x");
	add_output(m, "x", FLOAT, "2,3");
}

static void output_is_initializer(Model *m)
{
	plain(m);
	add_numbers(m, "y", "1,2");
}

static void initializer_twice(Model *m)
{
	plain(m);
	add_numbers(m, "k", "1");
	add_numbers(m, "k", "2");
}

static void input_twice(Model *m)
{
	plain(m);
	add_input(m, "x", FLOAT, "2,3");
}

static void nameless_input(Model *m)
{
	plain(m);
	add_input(m, "", FLOAT, "2,3");
}

static void nameless_output(Model *m)
{
	plain(m);
	add_output(m, "", FLOAT, "2,3");
}

static void nameless_initializer(Model *m)
{
	plain(m);
	add_numbers(m, "", "1");
}

static void own_output(Model *m)
{
	add_input(m, "x", FLOAT, "2,3");
	add_node(m, "Add", "x,y", "y");
	add_output(m, "y", FLOAT, "2,3");
}

static void cycle_of_two(Model *m)
{
	add_input(m, "x", FLOAT, "2,3");
	add_node(m, "Add", "x,b", "a");
	add_node(m, "Exp", "a", "b");
	add_output(m, "b", FLOAT, "2,3");
}

/* An If whose branches give y as Exp(name). */
static Onnx__NodeProto *branches(Model *m, const char *name, const char *result)
{
	Onnx__GraphProto *g = PROTO(m->arena, graph_proto);
	Model body = inside(m, g);

	add_input(m, "c", BOOLEAN, "");
	Onnx__NodeProto *n = add_node(m, "If", "c", "y");
	add_node(&body, "Exp", name, result);
	add_output(&body, result, FLOAT, "2,3");
	set_graph(m, n, "then_branch", g);
	set_graph(m, n, "else_branch", g);
	add_output(m, "y", FLOAT, "2,3");
	return n;
}

static void body_reads_nothing(Model *m) { branches(m, "ghost", "z"); }
static void body_reads_own_output(Model *m) { branches(m, "y", "z"); }

static void body_hides(Model *m)
{
	add_input(m, "x", FLOAT, "2,3");
	branches(m, "x", "x");
}

static void no_operator(Model *m)
{
	plain(m);
	add_node(m, "", "x", "z");
}

static void unknown_operator(Model *m)
{
	plain(m);
	add_node(m, "Frobnicate", "y", "z");
	add_node(m, "Transmogrify", "z", "w");
}

static void unknown_domain(Model *m)
{
	plain(m);
	of_domain(m, add_node(m, "Relu", "x", "z"), "com.acme");
}

static void imported_domain(Model *m)
{
	unknown_domain(m);
	add_opset(m, "com.acme", 1);
}

static void internal_operator(Model *m)
{
	plain(m);
	of_domain(m, add_node(m, "Copy", "x", "z"), "tcc");
	add_opset(m, "tcc", 1);
}

static void no_opset(Model *m)
{
	plain(m);
	m->proto->n_opset_import = 0;
}

static void opset_0(Model *m)
{
	plain(m);
	m->proto->opset_import[0]->version = 0;
}

static void opset_10_9(Model *m)
{
	plain(m);
	m->proto->opset_import[0]->version = 1000000000;
}

static void opset_twice(Model *m)
{
	plain(m);
	add_opset(m, "ai.onnx", 13);
}

static void ir_version_0(Model *m)
{
	plain(m);
	m->proto->ir_version = 0;
}

static void no_ir_version(Model *m)
{
	plain(m);
	m->proto->has_ir_version = false;
}

const Bad bad_names[] = {
	{"name-undefined-input", 3, undefined_input, NULL},
	{"name-undefined-output", 3, undefined_output, NULL},
	{"name-two-outputs", 3, two_outputs, NULL},
	{"name-result-without-name", 3, result_without_name, NULL},
	{"name-one-node-twice", 3, one_node_twice, NULL},
	{"name-output-is-input", 3, output_is_input, NULL},
	{"name-output-is-initializer", 3, output_is_initializer, NULL},
	{"name-initializer-twice", 3, initializer_twice, NULL},
	{"name-input-twice", 3, input_twice, NULL},
	{"name-nameless-input", 3, nameless_input, NULL},
	{"name-nameless-output", 3, nameless_output, NULL},
	{"name-nameless-initializer", 3, nameless_initializer, NULL},
	{"name-own-output", 3, own_output, NULL},
	{"name-cycle-of-two", 3, cycle_of_two, NULL},
	{"name-body-reads-nothing", 3, body_reads_nothing, NULL},
	{"name-body-reads-own-output", 3, body_reads_own_output, NULL},
	{"name-body-hides", 3, body_hides, NULL},
	{"name-no-operator", 3, no_operator, NULL},
	{"name-unknown-operator", 4, unknown_operator, NULL},
	{"name-unknown-domain", 3, unknown_domain, NULL},
	{"name-imported-domain", 4, imported_domain, NULL},
	{"name-internal-operator", 4, internal_operator, NULL},
	{"opset-none", 3, no_opset, NULL},
	{"opset-0", 3, opset_0, NULL},
	{"opset-10-9", 4, opset_10_9, NULL},
	{"opset-twice", 3, opset_twice, NULL},
	{"ir-version-0", 3, ir_version_0, NULL},
	{"ir-version-none", 3, no_ir_version, NULL},
	{0},
};
