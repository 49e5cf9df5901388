/* hostile.c -- valid models whose names are meant for somebody else: the C compiler, the shell, the terminal.
 *
 * Every name of the model is the hostile text; `text` below numbers it where two may not be the same. */
#include "tests/bad/bad.h"

static void named(Model *m, const char *text)
{
	const char *x = arena_format(m->arena, "%s", text), *y = arena_format(m->arena, "%s'", text);

	m->graph->name = arena_string(m->arena, text);
	m->proto->producer_name = arena_string(m->arena, text);
	m->proto->doc_string = arena_string(m->arena, text);
	add_input(m, x, FLOAT, "2,3");
	Onnx__NodeProto *n = PROTO(m->arena, node_proto);
	n->op_type = arena_string(m->arena, "Relu");
	n->name = arena_string(m->arena, text);
	PUSH(m->arena, n->input, n->n_input, arena_string(m->arena, x));
	PUSH(m->arena, n->output, n->n_output, arena_string(m->arena, y));
	PUSH(m->arena, m->graph->node, m->graph->n_node, n);
	add_output(m, y, FLOAT, "2,3");
}

static void comment(Model *m) { named(m, "a */ #error out /* b"); }
static void newline(Model *m) { named(m, "a\n#include \"/etc/passwd\"\r\nb"); }
static void quotes(Model *m) { named(m, "a\"; system(\"id\"); '\""); }
static void backslash(Model *m) { named(m, "a\\"); }
static void trigraph(Model *m) { named(m, "a?" "?/"); }
static void format(Model *m) { named(m, "%n%s%s%s%1000000d"); }
static void keyword(Model *m) { named(m, "int"); }
static void entry_point(Model *m) { named(m, "main"); }
static void macro(Model *m) { named(m, "errno"); }
static void path(Model *m) { named(m, "../../etc/x"); }
static void shell(Model *m) { named(m, "$(id); `id`"); }
static void escape(Model *m) { named(m, "\033[2J\033]0;owned\007"); }
static void invalid_utf8(Model *m) { named(m, "\xff\xfe\x80"); }
static void right_to_left(Model *m) { named(m, "\xe2\x80\xae" "abc"); }

static void mebibyte(Model *m)
{
	char *text = arena_alloc(m->arena, (1 << 20) + 1);

	memset(text, 'a', 1 << 20);
	named(m, text);
}

static void unknown_operator(Model *m)
{
	named(m, "x");
	m->graph->node[0]->op_type = arena_string(m->arena, "a\n*/\033[31m");
}

static void dimension(Model *m)
{
	named(m, "x");
	Onnx__TensorShapeProto__Dimension *d = m->graph->output[0]->type->tensor_type->shape->dim[0];
	d->has_dim_value = false;
	d->dim_param = arena_string(m->arena, "n */ \n\"%n?" "?/\\");
}

const Bad hostile_names[] = {
	{"hostile-comment", 0, comment, NULL},
	{"hostile-newline", 0, newline, NULL},
	{"hostile-quotes", 0, quotes, NULL},
	{"hostile-backslash", 0, backslash, NULL},
	{"hostile-trigraph", 0, trigraph, NULL},
	{"hostile-format", 0, format, NULL},
	{"hostile-keyword", 0, keyword, NULL},
	{"hostile-entry-point", 0, entry_point, NULL},
	{"hostile-macro", 0, macro, NULL},
	{"hostile-path", 0, path, NULL},
	{"hostile-shell", 0, shell, NULL},
	{"hostile-escape", 0, escape, NULL},
	{"hostile-invalid-utf8", 0, invalid_utf8, NULL},
	{"hostile-right-to-left", 0, right_to_left, NULL},
	{"hostile-mebibyte", 0, mebibyte, NULL},
	{"hostile-unknown-operator", 4, unknown_operator, NULL},
	{"hostile-dimension", 0, dimension, NULL},
	{0},
};
