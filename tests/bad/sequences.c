/* sequences.c -- sequences and optionals that nobody can compile, and loops over them that never end. */
#include "tests/bad/bad.h"

/* The sequence x -> `type` -> y */
static Onnx__NodeProto *over_sequence(Model *m, const char *type)
{
	Onnx__NodeProto *n = add_node(m, type, "x", "y");

	make_sequence(m, add_input(m, "x", FLOAT, "2,3"));
	make_sequence(m, add_output(m, "y", FLOAT, "2,3"));
	return n;
}

static void of_sequences(Model *m)
{
	over_sequence(m, "Identity");
	make_sequence(m, m->graph->input[0]);
}

static void optional_of_optional(Model *m)
{
	over_sequence(m, "Identity");
	make_optional(m, m->graph->input[0]);
	make_optional(m, m->graph->input[0]);
}

static void of_unknown_length(Model *m) { over_sequence(m, "Identity"); }

static void of_no_type(Model *m)
{
	over_sequence(m, "Identity");
	m->graph->input[0]->type->sequence_type->elem_type = NULL;
}

/* x f32[2,3] -> s = SequenceConstruct(x) -> y = `type`(s), with a body of these inputs that gives one output */
static Onnx__GraphProto *over_body(Model *m, const char *type, const char *inputs)
{
	Onnx__GraphProto *body = PROTO(m->arena, graph_proto);

	body->name = "body";
	m->proto->opset_import[0]->version = 18;
	add_input(m, "x", FLOAT, "2,3");
	add_node(m, "SequenceConstruct", "x", "s");
	set_graph(m, add_node(m, type, inputs, "y"), "body", body);
	make_sequence(m, add_output(m, "y", FLOAT, NULL));
	return body;
}

static void map_without_body(Model *m)
{
	over_body(m, "SequenceMap", "s");
	m->graph->node[1]->n_attribute = 0;
}

static void map_of_too_few(Model *m) { over_body(m, "SequenceMap", "s"); }

static void map_of_a_tensor(Model *m)
{
	Onnx__GraphProto *body = over_body(m, "SequenceMap", "x");
	Model in = inside(m, body);

	add_input(&in, "a", FLOAT, NULL);
	add_output(&in, "a", FLOAT, NULL);
}

/* A body of a Loop that carries the sequence `name` and hands it on. */
static Model carries(const Model *m, Onnx__GraphProto *body, const char *turn, const char *going, const char *name)
{
	Model in = inside(m, body);

	add_input(&in, turn, INT64, "");
	add_input(&in, going, BOOLEAN, "");
	make_sequence(m, add_input(&in, name, FLOAT, NULL));
	add_output(&in, going, BOOLEAN, "");
	return in;
}

static void endless_loop(Model *m)
{
	Onnx__GraphProto *body = over_body(m, "Loop", ",,s");
	Model in = carries(m, body, "i", "go", "a");

	make_sequence(m, add_output(&in, "a", FLOAT, NULL));
}

/* 4096 turns of 4096 turns of 4096 turns */
static void turns_of_turns(Model *m)
{
	static const char *const name[][3] = {{"i1", "go1", "a1"}, {"i2", "go2", "a2"}, {"i3", "go3", "a3"}};
	Onnx__GraphProto *body = over_body(m, "Loop", "many,,s");

	add_tensor(m, "many", INT64, "", &(int64_t){4096}, 8);
	for (int k = 0; k < 3; k++) {
		Model in = carries(m, body, name[k][0], name[k][1], name[k][2]);
		const char *result = k < 2 ? arena_format(m->arena, "y%d", k) : name[k][2];
		make_sequence(m, add_output(&in, result, FLOAT, NULL));
		if (k == 2)
			return;
		body = PROTO(m->arena, graph_proto);
		body->name = "body";
		set_graph(&in, add_node(&in, "Loop", arena_format(m->arena, "many,,%s", name[k][2]), result), "body", body);
	}
}

static void of_too_many(Model *m)
{
	add_input(m, "x", FLOAT, "100000");
	add_node(m, "SplitToSequence", "x", "y");
	make_sequence(m, add_output(m, "y", FLOAT, NULL));
}

static void in_arithmetic(Model *m)
{
	over_body(m, "SequenceMap", "s");
	m->graph->n_node = 1;
	add_node(m, "Neg", "s", "y");
}

const Bad bad_sequences[] = {
	{"sequence-of-sequences", 4, of_sequences, NULL},
	{"sequence-optional-of-optional", 4, optional_of_optional, NULL},
	{"sequence-of-unknown-length", 4, of_unknown_length, NULL},
	{"sequence-of-no-type", 3, of_no_type, NULL},
	{"sequence-map-without-body", 3, map_without_body, NULL},
	{"sequence-map-of-too-few", 3, map_of_too_few, NULL},
	{"sequence-map-of-a-tensor", 3, map_of_a_tensor, NULL},
	{"sequence-endless-loop", 3, endless_loop, NULL},
	{"sequence-turns-of-turns", 5, turns_of_turns, NULL},
	{"sequence-of-too-many", 5, of_too_many, NULL},
	{"sequence-in-arithmetic", 4, in_arithmetic, NULL},
	{0},
};
