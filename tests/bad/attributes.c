/* attributes.c -- attributes of the wrong name, type or number. */
#include "tests/bad/bad.h"

/* x [2,3] -> type -> y */
static Onnx__NodeProto *one(Model *m, const char *type)
{
	add_input(m, "x", FLOAT, "2,3");
	add_output(m, "y", FLOAT, NULL);
	return add_node(m, type, "x", "y");
}

static void unknown(Model *m) { set_int(m, one(m, "Softmax"), "axes", 1); }

static void twice(Model *m)
{
	Onnx__NodeProto *n = one(m, "Softmax");

	set_int(m, n, "axis", 1);
	set_int(m, n, "axis", 0);
}

static void of_another_type(Model *m) { set_string(m, one(m, "Softmax"), "axis", "1"); }

static void typed_otherwise(Model *m)
{
	Onnx__NodeProto *n = one(m, "Softmax");

	set_float(m, n, "axis", 1);
	n->attribute[0]->type = 2;
}

static void of_type_77(Model *m)
{
	Onnx__NodeProto *n = one(m, "Softmax");

	set_int(m, n, "axis", 1);
	n->attribute[0]->type = 77;
}

static void no_tensor(Model *m)
{
	add_numbers(m, "k", "1");
	add_attribute(m->arena, add_node(m, "ConstantOfShape", "k", "y"), "value", 4);
	add_output(m, "y", FLOAT, NULL);
}

static void empty(Model *m) { add_attribute(m->arena, one(m, "Softmax"), "axis", 0); }
static void missing(Model *m) { one(m, "Concat"); }
static void no_such_choice(Model *m) { set_string(m, one(m, "Gelu"), "approximate", "roughly"); }
static void axis_99(Model *m) { set_int(m, one(m, "Softmax"), "axis", 99); }
static void axis_lowest(Model *m) { set_int(m, one(m, "Softmax"), "axis", INT64_MIN); }
static void cast_to_77(Model *m) { set_int(m, one(m, "Cast"), "to", 77); }
static void cast_to_0(Model *m) { set_int(m, one(m, "Cast"), "to", 0); }
static void permutation_repeats(Model *m) { set_ints(m, one(m, "Transpose"), "perm", "1,1"); }
static void permutation_outside(Model *m) { set_ints(m, one(m, "Transpose"), "perm", "0,2"); }
static void permutation_short(Model *m) { set_ints(m, one(m, "Transpose"), "perm", "0"); }

static void pad_of_strings(Model *m)
{
	add_input(m, "x", STRING, "2");
	add_output(m, "y", STRING, NULL);
	Onnx__NodeProto *n = add_node(m, "Pad", "x", "y");
	m->proto->opset_import[0]->version = 10;
	set_ints(m, n, "pads", "1,1");
	set_float(m, n, "value", 0);
}

static void scan_of_fewer_than_none(Model *m)
{
	Onnx__GraphProto *body = PROTO(m->arena, graph_proto);
	Onnx__NodeProto *n = one(m, "Scan");

	PUSH(m->arena, body->input, body->n_input, value_proto(m->arena, "row", FLOAT, NULL));
	PUSH(m->arena, body->output, body->n_output, value_proto(m->arena, "row", FLOAT, NULL));
	set_graph(m, n, "body", body);
	set_int(m, n, "num_scan_inputs", INT64_MIN);
}

static void reference(Model *m)
{
	Onnx__NodeProto *n = one(m, "Softmax");

	add_attribute(m->arena, n, "axis", 2)->ref_attr_name = "a";
}

static void graph_for_relu(Model *m) { set_graph(m, one(m, "Relu"), "body", PROTO(m->arena, graph_proto)); }

static void many(Model *m)
{
	Onnx__NodeProto *n = one(m, "Softmax");

	for (int i = 0; i < 300; i++)
		set_int(m, n, "axis", 1);
}

static void constant_without_value(Model *m)
{
	add_node(m, "Constant", "", "y");
	add_output(m, "y", FLOAT, NULL);
}

static void constant_of_two(Model *m)
{
	constant_without_value(m);
	set_int(m, m->graph->node[0], "value_int", 1);
	set_float(m, m->graph->node[0], "value_float", 1);
}

static void constant_of_unknown_form(Model *m)
{
	constant_without_value(m);
	set_int(m, m->graph->node[0], "value_bool", 1);
}

/* ---- Conv: x [1,4,8,8], w [4,4,3,3] ---- */

static Onnx__NodeProto *conv(Model *m, const char *x, const char *w)
{
	add_input(m, "x", FLOAT, x);
	add_input(m, "w", FLOAT, w);
	add_output(m, "y", FLOAT, NULL);
	return add_node(m, "Conv", "x,w", "y");
}

static Onnx__NodeProto *square(Model *m) { return conv(m, "1,4,8,8", "4,4,3,3"); }
static void group_0(Model *m) { set_int(m, square(m), "group", 0); }
static void group_3(Model *m) { set_int(m, square(m), "group", 3); }
static void stride_0(Model *m) { set_ints(m, square(m), "strides", "0,1"); }
static void one_stride(Model *m) { set_ints(m, square(m), "strides", "1"); }
static void dilation_negative(Model *m) { set_ints(m, square(m), "dilations", "-1,1"); }
static void pad_lowest(Model *m) { set_ints(m, square(m), "pads", "-9223372036854775808,0,0,0"); }
static void pad_huge(Model *m) { set_ints(m, square(m), "pads", "9223372036854775807,0,9223372036854775807,0"); }
static void kernel_of_another_size(Model *m) { set_ints(m, square(m), "kernel_shape", "2147483648,3"); }
static void auto_pad_unknown(Model *m) { set_string(m, square(m), "auto_pad", "SOMEHOW"); }
static void channels(Model *m) { conv(m, "1,3,8,8", "4,4,3,3"); }
static void kernel_too_large(Model *m) { conv(m, "1,4,2,2", "4,4,3,3"); }
static void rank_1(Model *m) { conv(m, "4", "4"); }

const Bad bad_attributes[] = {
	{"attr-unknown", 3, unknown, NULL},
	{"attr-twice", 3, twice, NULL},
	{"attr-of-another-type", 3, of_another_type, NULL},
	{"attr-typed-otherwise", 3, typed_otherwise, NULL},
	{"attr-of-type-77", 3, of_type_77, NULL},
	{"attr-no-tensor", 3, no_tensor, NULL},
	{"attr-empty", 3, empty, NULL},
	{"attr-missing", 3, missing, NULL},
	{"attr-no-such-choice", 3, no_such_choice, NULL},
	{"attr-axis-99", 3, axis_99, NULL},
	{"attr-axis-lowest", 3, axis_lowest, NULL},
	{"attr-cast-to-77", 3, cast_to_77, NULL},
	{"attr-cast-to-0", 3, cast_to_0, NULL},
	{"attr-permutation-repeats", 3, permutation_repeats, NULL},
	{"attr-permutation-outside", 3, permutation_outside, NULL},
	{"attr-permutation-short", 3, permutation_short, NULL},
	{"attr-pad-of-strings", 3, pad_of_strings, NULL},
	{"attr-scan-of-fewer-than-none", 3, scan_of_fewer_than_none, NULL},
	{"attr-reference", 3, reference, NULL},
	{"attr-graph-for-relu", 3, graph_for_relu, NULL},
	{"attr-many", 5, many, NULL},
	{"constant-without-value", 3, constant_without_value, NULL},
	{"constant-of-two", 3, constant_of_two, NULL},
	{"constant-of-unknown-form", 3, constant_of_unknown_form, NULL},
	{"conv-group-0", 3, group_0, NULL},
	{"conv-group-3", 3, group_3, NULL},
	{"conv-stride-0", 3, stride_0, NULL},
	{"conv-one-stride", 3, one_stride, NULL},
	{"conv-dilation-negative", 3, dilation_negative, NULL},
	{"conv-pad-lowest", 3, pad_lowest, NULL},
	{"conv-pad-huge", 3, pad_huge, NULL},
	{"conv-kernel-of-another-size", 3, kernel_of_another_size, NULL},
	{"conv-auto-pad-unknown", 3, auto_pad_unknown, NULL},
	{"conv-channels", 3, channels, NULL},
	{"conv-kernel-too-large", 3, kernel_too_large, NULL},
	{"conv-rank-1", 3, rank_1, NULL},
	{0},
};
