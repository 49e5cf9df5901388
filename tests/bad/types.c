/* types.c -- what the file says about its values, and what they are. */
#include "tests/bad/bad.h"

static void no_type(Model *m)
{
	plain(m);
	m->graph->input[0]->type = NULL;
}

static void input_type(Model *m, int type)
{
	plain(m);
	m->graph->input[0]->type->tensor_type->elem_type = type;
}

static void type_99(Model *m) { input_type(m, 99); }
static void no_element_type(Model *m) { input_type(m, 0); }
static void strings_in_relu(Model *m) { input_type(m, STRING); }

static void two_types(Model *m)
{
	plain(m);
	m->graph->input[0]->type->sequence_type = PROTO(m->arena, type_proto__sequence);
}

static void map(Model *m)
{
	plain(m);
	m->graph->input[0]->type = PROTO(m->arena, type_proto);
	m->graph->input[0]->type->map_type = PROTO(m->arena, type_proto__map);
}

static void no_shape(Model *m)
{
	plain(m);
	m->graph->input[0]->type->tensor_type->shape = NULL;
}

static void input_sizes(Model *m, const char *sizes)
{
	plain(m);
	m->graph->input[0]->type = type_proto(m->arena, FLOAT, sizes);
}

static void negative_size(Model *m) { input_sizes(m, "-2,3"); }
static void sizes_2_64(Model *m) { input_sizes(m, "4294967296,4294967296"); }
static void rank_9(Model *m) { input_sizes(m, "1,1,1,1,1,1,1,1,1"); }

static void number_and_name(Model *m)
{
	input_sizes(m, "2,n");
	m->graph->input[0]->type->tensor_type->shape->dim[1]->has_dim_value = true;
}

static void output_type(Model *m)
{
	plain(m);
	m->graph->output[0]->type = type_proto(m->arena, INT64, "2,3");
}

static void output_rank(Model *m)
{
	plain(m);
	m->graph->output[0]->type = type_proto(m->arena, FLOAT, "6");
}

static void output_size(Model *m)
{
	plain(m);
	m->graph->output[0]->type = type_proto(m->arena, FLOAT, "2,4");
}

static void value_size(Model *m)
{
	plain(m);
	add_value(m, "y", FLOAT, "3,2");
}

static void input_against_initializer(Model *m)
{
	plain(m);
	add_input(m, "k", FLOAT, "5");
	add_tensor(m, "k", FLOAT, "1", "\0\0\0\0", 4);
}

static void mixed_types(Model *m)
{
	plain(m);
	add_input(m, "i", INT64, "2,3");
	add_node(m, "Add", "y,i", "z");
}

static void no_broadcast(Model *m)
{
	plain(m);
	add_input(m, "b", FLOAT, "2,4");
	add_node(m, "Add", "y,b", "z");
}

static void too_few_inputs(Model *m)
{
	plain(m);
	add_node(m, "Add", "y", "z");
}

static void too_many_inputs(Model *m)
{
	plain(m);
	add_node(m, "Relu", "y,y", "z");
}

static void too_many_outputs(Model *m)
{
	plain(m);
	add_node(m, "Relu", "y", "a,b");
}

static void absent_input(Model *m)
{
	plain(m);
	add_node(m, "Add", ",y", "z");
}

const Bad bad_types[] = {
	{"type-none", 3, no_type, NULL},
	{"type-99", 3, type_99, NULL},
	{"type-no-element", 3, no_element_type, NULL},
	{"type-strings-in-relu", 3, strings_in_relu, NULL},
	{"type-two", 3, two_types, NULL},
	{"type-map", 4, map, NULL},
	{"type-no-shape", 4, no_shape, NULL},
	{"type-negative-size", 3, negative_size, NULL},
	{"type-sizes-2-64", 3, sizes_2_64, NULL},
	{"type-rank-9", 4, rank_9, NULL},
	{"type-number-and-name", 3, number_and_name, NULL},
	{"type-of-output", 3, output_type, NULL},
	{"type-rank-of-output", 0, output_rank, NULL},
	{"type-size-of-output", 0, output_size, NULL},
	{"type-size-of-value", 0, value_size, NULL},
	{"type-input-against-initializer", 3, input_against_initializer, NULL},
	{"type-mixed", 3, mixed_types, NULL},
	{"type-no-broadcast", 3, no_broadcast, NULL},
	{"type-too-few-inputs", 3, too_few_inputs, NULL},
	{"type-too-many-inputs", 3, too_many_inputs, NULL},
	{"type-too-many-outputs", 3, too_many_outputs, NULL},
	{"type-absent-input", 3, absent_input, NULL},
	{0},
};
