/* sizes.c -- operators whose sizes come from numbers in the model: ratios, shapes, positions, repeats. */
#include "tests/bad/bad.h"

/* x [2,3] and the numbers k -> type -> y */
static Onnx__NodeProto *sized(Model *m, const char *type, const char *numbers)
{
	add_input(m, "x", FLOAT, "2,3");
	add_numbers(m, "k", numbers);
	add_output(m, "y", FLOAT, NULL);
	return add_node(m, type, "x,k", "y");
}

static void reshape_two_unknown(Model *m) { sized(m, "Reshape", "-1,-1"); }
static void reshape_product(Model *m) { sized(m, "Reshape", "4,2"); }
static void reshape_negative(Model *m) { sized(m, "Reshape", "-2,3"); }
static void reshape_lowest(Model *m) { sized(m, "Reshape", "-9223372036854775808"); }
static void reshape_wraps(Model *m) { sized(m, "Reshape", "4294967296,4294967296,6"); }
static void reshape_zero_outside(Model *m) { sized(m, "Reshape", "2,3,0"); }
static void reshape_rank_9(Model *m) { sized(m, "Reshape", "1,1,1,1,1,1,1,2,3"); }
static void expand_other_size(Model *m) { sized(m, "Expand", "5,3"); }
static void expand_negative(Model *m) { sized(m, "Expand", "-2,3"); }
static void tile_short(Model *m) { sized(m, "Tile", "2"); }
static void tile_negative(Model *m) { sized(m, "Tile", "-1,1"); }
static void tile_2_124(Model *m) { sized(m, "Tile", "4611686018427387904,4611686018427387904"); }
static void squeeze_other(Model *m) { sized(m, "Squeeze", "1"); }
static void unsqueeze_outside(Model *m) { sized(m, "Unsqueeze", "7"); }
static void unsqueeze_twice(Model *m) { sized(m, "Unsqueeze", "0,0"); }
static void gather_outside(Model *m) { set_int(m, sized(m, "Gather", "2"), "axis", 2); }
/* an index that only folding finds out */
static void gather_folded(Model *m)
{
	float nine = 9;
	add_input(m, "x", FLOAT, "2,3");
	add_tensor(m, "nine", FLOAT, "1", &nine, sizeof nine);
	set_int(m, add_node(m, "Cast", "nine", "k"), "to", INT64);
	add_node(m, "Gather", "x,k", "y");
	add_output(m, "y", FLOAT, NULL);
}

static void reduce_outside(Model *m) { set_int(m, sized(m, "ReduceSum", "2"), "keepdims", 1); }
static void pad_negative(Model *m) { sized(m, "Pad", "-3,0,-3,0"); }
static void pad_short(Model *m) { sized(m, "Pad", "1,1,1"); }
static void pad_huge(Model *m) { sized(m, "Pad", "9223372036854775807,0,9223372036854775807,0"); }
static void concat_axis(Model *m)
{
	set_int(m, sized(m, "Concat", "1"), "axis", 99);
	m->graph->node[0]->input[1] = m->graph->node[0]->input[0];
}

static void split_sum(Model *m)
{
	sized(m, "Split", "1,2");
	m->graph->node[0]->output = node_proto(m->arena, "", "", "y,z")->output;
	m->graph->node[0]->n_output = 2;
}

static void slice_step_0(Model *m)
{
	sized(m, "Slice", "0");
	add_numbers(m, "ends", "1");
	add_numbers(m, "axes", "0");
	add_numbers(m, "steps", "0");
	m->graph->node[0]->input = node_proto(m->arena, "", "x,k,ends,axes,steps", "")->input;
	m->graph->node[0]->n_input = 5;
}

static void slice_axis_twice(Model *m)
{
	sized(m, "Slice", "0,0");
	add_numbers(m, "ends", "1,1");
	add_numbers(m, "axes", "1,-1");
	m->graph->node[0]->input = node_proto(m->arena, "", "x,k,ends,axes", "")->input;
	m->graph->node[0]->n_input = 4;
}

/* The fill of a shape that only the numbers tell. */
static void filled(Model *m, const char *numbers)
{
	add_numbers(m, "k", numbers);
	add_node(m, "ConstantOfShape", "k", "y");
	add_output(m, "y", FLOAT, NULL);
}

static void fill_negative(Model *m) { filled(m, "-1"); }
static void fill_2_80(Model *m) { filled(m, "1099511627776,1099511627776"); }

static void matmul_inner(Model *m)
{
	add_input(m, "a", FLOAT, "2,3");
	add_input(m, "b", FLOAT, "4,5");
	add_node(m, "MatMul", "a,b", "y");
	add_output(m, "y", FLOAT, NULL);
}

static void gemm_rank(Model *m)
{
	add_input(m, "a", FLOAT, "2,3,4");
	add_input(m, "b", FLOAT, "4,5");
	add_node(m, "Gemm", "a,b", "y");
	add_output(m, "y", FLOAT, NULL);
}

static void pool_kernel_0(Model *m)
{
	add_input(m, "x", FLOAT, "1,1,4,4");
	set_ints(m, add_node(m, "MaxPool", "x", "y"), "kernel_shape", "0,2");
	add_output(m, "y", FLOAT, NULL);
}

/* 60 doublings of a vector: sizes add up to 2^60, and beyond. */
static void doublings(Model *m)
{
	add_input(m, "v0", FLOAT, "1024");
	for (int i = 0; i < 60; i++) {
		const char *in = arena_format(m->arena, "v%d,v%d", i, i);
		set_int(m, add_node(m, "Concat", in, arena_format(m->arena, "v%d", i + 1)), "axis", 0);
	}
	add_output(m, "v60", FLOAT, NULL);
}

const Bad bad_sizes[] = {
	{"reshape-two-unknown", 3, reshape_two_unknown, NULL},
	{"reshape-product", 3, reshape_product, NULL},
	{"reshape-negative", 3, reshape_negative, NULL},
	{"reshape-lowest", 3, reshape_lowest, NULL},
	{"reshape-wraps", 5, reshape_wraps, NULL},
	{"reshape-zero-outside", 3, reshape_zero_outside, NULL},
	{"reshape-rank-9", 4, reshape_rank_9, NULL},
	{"expand-other-size", 3, expand_other_size, NULL},
	{"expand-negative", 3, expand_negative, NULL},
	{"tile-short", 3, tile_short, NULL},
	{"tile-negative", 3, tile_negative, NULL},
	{"tile-2-124", 5, tile_2_124, NULL},
	{"squeeze-other", 3, squeeze_other, NULL},
	{"unsqueeze-outside", 3, unsqueeze_outside, NULL},
	{"unsqueeze-twice", 3, unsqueeze_twice, NULL},
	{"gather-outside", 3, gather_outside, NULL},
	{"gather-folded", 3, gather_folded, NULL},
	{"reduce-outside", 3, reduce_outside, NULL},
	{"pad-negative", 3, pad_negative, NULL},
	{"pad-short", 3, pad_short, NULL},
	{"pad-huge", 5, pad_huge, NULL},
	{"concat-axis", 3, concat_axis, NULL},
	{"split-sum", 3, split_sum, NULL},
	{"slice-step-0", 3, slice_step_0, NULL},
	{"slice-axis-twice", 3, slice_axis_twice, NULL},
	{"fill-negative", 3, fill_negative, NULL},
	{"fill-2-80", 5, fill_2_80, NULL},
	{"matmul-inner", 3, matmul_inner, NULL},
	{"gemm-rank", 3, gemm_rank, NULL},
	{"pool-kernel-0", 3, pool_kernel_0, NULL},
	{"concat-doublings", 5, doublings, NULL},
	{0},
};
