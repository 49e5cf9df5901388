/* Depthwise convolutions as emitted C: kernels, strides, dilations and channel multipliers in one and two dimensions for
 * every target of this machine against the evaluator; what the compiler makes of the loops over a row of taps, over the
 * taps of a first layer and over the depth of a product, and of the ends of Strassen's method; and the copy of an image
 * before a first layer. */
#include <stdio.h>
#include <stdlib.h>
#include "codegen/codegen.h"
#include "ir/op/nn.h"
#include "passes/rewrite.h"
#include "tests/emitted.h"
#include "tests/suite/compare.h"
#include "tests/unit/graphs.h"
#include "tools/cc.h"
#include "tools/jit.h"

/* Sizes along both axes; of one axis when the other is 0. */
typedef struct Layer {
	int64_t channels, multiplier, height, width, kernel, stride, dilation, pad;
	bool given; /* the weights are an input of the graph */
	bool whole; /* one group: each output of all channels */
} Layer;

static const Layer layers[] = {
	{.channels = 32, .multiplier = 1, .height = 9, .width = 14, .kernel = 3, .stride = 1, .dilation = 1, .pad = 1},
	{.channels = 19, .multiplier = 1, .height = 5, .width = 31, .kernel = 3, .stride = 2, .dilation = 1, .pad = 1},
	{.channels = 40, .multiplier = 1, .height = 7, .width = 7, .kernel = 5, .stride = 1, .dilation = 1, .pad = 2},
	{.channels = 24, .multiplier = 1, .height = 13, .width = 13, .kernel = 5, .stride = 2, .dilation = 1, .pad = 2},
	{.channels = 16, .multiplier = 1, .height = 8, .width = 30, .kernel = 7, .stride = 1, .dilation = 1, .pad = 3},
	{.channels = 17, .multiplier = 1, .height = 9, .width = 23, .kernel = 7, .stride = 3, .dilation = 1, .pad = 0},
	{.channels = 33, .multiplier = 1, .height = 11, .width = 20, .kernel = 3, .stride = 1, .dilation = 2, .pad = 2},
	{.channels = 16, .multiplier = 1, .height = 12, .width = 12, .kernel = 3, .stride = 2, .dilation = 2, .pad = 0},
	{.channels = 16, .multiplier = 1, .height = 40, .width = 40, .kernel = 3, .stride = 1, .dilation = 18, .pad = 0},
	{.channels = 8, .multiplier = 2, .height = 6, .width = 9, .kernel = 3, .stride = 1, .dilation = 1, .pad = 1},
	{.channels = 5, .multiplier = 3, .height = 6, .width = 9, .kernel = 3, .stride = 2, .dilation = 1, .pad = 1},
	{.channels = 48, .multiplier = 1, .height = 5, .width = 5, .kernel = 5, .stride = 1, .dilation = 1, .pad = 0},
	{.channels = 24, .multiplier = 1, .height = 10, .width = 14, .kernel = 13, .stride = 1, .dilation = 1, .pad = 6},
	{.channels = 9, .multiplier = 2, .height = 12, .width = 13, .kernel = 11, .stride = 2, .dilation = 1, .pad = 5},
	{.channels = 16, .multiplier = 1, .height = 9, .width = 12, .kernel = 9, .stride = 1, .dilation = 2, .pad = 8},
	{.channels = 16, .multiplier = 1, .height = 14, .width = 9, .kernel = 9, .stride = 3, .dilation = 2, .pad = 11, .given = true},
	{.channels = 20, .multiplier = 1, .height = 8, .width = 11, .kernel = 7, .stride = 1, .dilation = 1, .pad = 3, .whole = true},
	{.channels = 1, .multiplier = 8, .height = 12, .width = 15, .kernel = 5, .stride = 1, .dilation = 1, .pad = 2, .whole = true},
	{.channels = 1, .multiplier = 19, .height = 9, .width = 45, .kernel = 3, .stride = 1, .dilation = 2, .pad = 1, .whole = true},
	{.channels = 3, .multiplier = 8, .height = 9, .width = 12, .kernel = 3, .stride = 2, .dilation = 1, .pad = 1, .whole = true},
	{.channels = 5, .multiplier = 1, .height = 10, .width = 9, .kernel = 5, .stride = 3, .dilation = 1, .pad = 8, .whole = true},
	{.channels = 40, .multiplier = 1, .height = 11, .width = 3, .kernel = 1, .stride = 1, .dilation = 1, .pad = 0, .whole = true},
	{.channels = 20, .multiplier = 1, .width = 29, .kernel = 4, .stride = 1, .dilation = 1, .pad = 0},
	{.channels = 20, .multiplier = 1, .width = 50, .kernel = 31, .stride = 1, .dilation = 1, .pad = 15},
	{.channels = 21, .multiplier = 1, .height = 6, .width = 17, .kernel = 3, .stride = 1, .dilation = 1, .pad = 1, .given = true},
	{.channels = 4, .multiplier = 1, .height = 24, .width = 24, .kernel = 7, .stride = 1, .dilation = 1, .pad = 3},
	{.channels = 6, .multiplier = 1, .height = 45, .width = 63, .kernel = 5, .stride = 1, .dilation = 1, .pad = 2},
	{.channels = 5, .multiplier = 2, .height = 23, .width = 46, .kernel = 7, .stride = 1, .dilation = 1, .pad = 3},
	{.channels = 3, .multiplier = 1, .height = 40, .width = 62, .kernel = 3, .stride = 1, .dilation = 7, .pad = 7},
	{.channels = 2, .multiplier = 1, .height = 37, .width = 64, .kernel = 31, .stride = 1, .dilation = 1, .pad = 15},
	{.channels = 1, .multiplier = 1, .height = 33, .width = 50, .kernel = 3, .stride = 1, .dilation = 1, .pad = 1, .whole = true},
	{.channels = 1, .multiplier = 1, .height = 19, .width = 37, .kernel = 4, .stride = 1, .dilation = 2, .pad = 3, .whole = true},
};
enum { LAYERS = sizeof layers / sizeof *layers };

static uint64_t seed;
static Tensor *input[2 * LAYERS];

static Tensor *random_tensor(int rank, const int64_t *dims)
{
	Tensor *t = tensor_new(&ctx.perm, F32, rank, dims);

	for (int64_t i = 0; i < t->count; i++)
		store_f64(F32, t->data, i, (double)random_in(&seed, -32, 32) / 32);
	return t;
}

static Value *given(Tensor *t)
{
	Shape s = tensor_shape(t);

	input[g->nin] = t;
	return value_input(g, "x", t->dtype, &s);
}

static Ints twice(int64_t x, int n)
{
	int64_t *v = NEW_N(&ctx.perm, int64_t, n);

	for (int i = 0; i < n; i++)
		v[i] = x;
	return (Ints){v, n};
}

static void add_layer(const Layer *l)
{
	const Op *conv = op_find("", "Conv");
	struct Sliding *a = attr_new(g, conv);
	int rank = l->height ? 2 : 1;
	int64_t x[4] = {1, l->channels, rank == 2 ? l->height : l->width, l->width};
	int64_t w[4] = {l->channels * l->multiplier, l->whole ? l->channels : 1, l->kernel, l->kernel};
	Tensor *weights = random_tensor(rank + 2, w);
	Value *args[3] = {given(random_tensor(rank + 2, x)), l->given ? given(weights) : value_const(g, "w", weights),
			  value_const(g, "b", random_tensor(1, w))};

	a->group = l->whole ? 1 : l->channels;
	a->strides = twice(l->stride, rank);
	a->dilations = twice(l->dilation, rank);
	a->pads = twice(l->pad, 2 * rank);
	graph_output(g, node_new(g, conv, NULL, 3, args, 1, a)->out[0], "y");
}

static void compare(Tensor *const *got, Tensor *const *want)
{
	char why[300];

	for (int i = 0; i < g->nout; i++)
		if (!tensor_matches(got[i], want[i], 1e-5, 1e-5, why, sizeof why)) {
			print_error("layer %d: %s\n", i, why);
			assert_true(0 && "the layer computes something else");
		}
}

static void all_layers(const char *target)
{
	Eval e = {0};

	seed = 5;
	for (int i = 0; i < LAYERS; i++)
		add_layer(&layers[i]);
	Tensor **want = NEW_N(&ctx.perm, Tensor *, g->nout);
	eval_graph(&e, g, &ctx.results, input);
	for (int i = 0; i < g->nout; i++)
		want[i] = eval_value(&e, g->out[i]);
	compare(emitted_outputs(g, target, input), want);
}

CASE(portable_c) { all_layers("c"); }

/* Three planes become pixels without a loop around three stores, for gcc makes vectors of straight code only. */
CASE(planes)
{
	const Op *conv = op_find("", "Conv");
	int64_t x[4] = {1, 3, 8, 8}, w[4] = {4, 3, 1, 1};

	seed = 5;
	Value *args[2] = {given(random_tensor(4, x)), value_const(g, "w", random_tensor(4, w))};
	graph_output(g, node_new(g, conv, NULL, 2, args, 1, attr_new(g, conv))->out[0], "y");
	Options o = {.level = 2, .target = "c", .output = "m.c", .prefix = "m"};
	const char *header;
	passes_run(g, &o);
	assert_non_null(strstr(emit_text(g, &o, &header, NULL), "UNROLL for (int j = 0; j < 3; j++)\n\t\t\ty["));
}

#ifdef __x86_64__
static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
static bool has_avx512(void) { return __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"); }

CASE(avx2)
{
	if (!has_avx2())
		skip();
	all_layers("x86-64-v3");
}

CASE(avx512)
{
	if (!has_avx512())
		skip();
	all_layers("x86-64-v4");
}

/* 8 outputs fill half a vector of 16. */
static void check_pairs(int64_t channels, int64_t multiplier, const char *pairs)
{
	const char *header;
	Layer l = {.channels = channels, .multiplier = multiplier, .height = 20, .width = 20, .kernel = 3, .stride = 2,
		   .dilation = 1, .pad = 1, .whole = true};
	Options o = {.level = 2, .target = "x86-64-v4", .output = "m.c", .prefix = "m"};

	seed = 5;
	l.stride = channels == 1 ? 1 : 2;
	add_layer(&l);
	passes_run(g, &o);
	assert_non_null(strstr(emit_text(g, &o, &header, NULL), pairs));
}

CASE(pairs_of_points) { check_pairs(1, 8, "the last in pairs of points"); }
CASE(pairs_of_steps) { check_pairs(4, 2, "the last in pairs of steps"); }

/* Outputs that have the same weights are the same, wherever in a vector they are made, or in how many vectors: networks whose
 * classes all have one weight depend on it. */
static void check_equal_outputs(const char *target)
{
	enum { POINTS = 28, DEPTH = 256, OUT = 24 };
	Tensor *w = random_tensor(2, (int64_t[]){DEPTH, OUT});

	for (int64_t i = 0; i < w->count; i++)
		((float *)w->data)[i] = ((float *)w->data)[i / OUT * OUT];
	Value *args[2] = {given(random_tensor(2, (int64_t[]){POINTS, DEPTH})), value_const(g, "w", w)};
	((float *)input[0]->data)[0] = 0x1p20f;
	graph_output(g, node_new(g, op_find("", "MatMul"), NULL, 2, args, 1, attr_new(g, op_find("", "MatMul")))->out[0], "y");
	const float *y = emitted_outputs(g, target, input)[0]->data;
	for (int64_t i = 0; i < POINTS * OUT; i++)
		assert_memory_equal(&y[i], &y[i / OUT * OUT], sizeof *y);
}

CASE(avx2_equal)
{
	if (!has_avx2())
		skip();
	check_equal_outputs("x86-64-v3");
}

CASE(avx512_equal)
{
	if (!has_avx512())
		skip();
	check_equal_outputs("x86-64-v4");
}

/* ---- the loop over a row of taps, as assembly ---- */

enum { ASSEMBLY = 1 << 24 }; /* bytes, weights among them */

static char *assembly(const char *target)
{
	Options o = {.level = 2, .target = target, .prefix = "m"};
	const char *folder = temporary_folder(&ctx), *out = arena_format(&ctx.perm, "%s/m.s", folder), *file = "m.c";
	char why[300] = "", *text = NEW_N(&ctx.perm, char, ASSEMBLY);

	o.output = arena_format(&ctx.perm, "%s/m.c", folder);
	passes_run(g, &o);
	emit_model(g, &o, NULL);
	if (!cc_run(folder, "-O2 -S", &file, 1, out, why, sizeof why))
		print_error("%s\n", why);
	FILE *f = fopen(out, "r");
	assert_non_null(f);
	assert_in_range(fread(text, 1, ASSEMBLY - 1, f), 1, ASSEMBLY - 2);
	fclose(f);
	temporary_clear();
	return text;
}

/* Multiply-adds, loads of vectors and uses of the stack between two labels. */
typedef struct Counts {
	int products, loads, stack;
} Counts;

static Counts count(char *block)
{
	Counts n = {0};

	for (char *line = strtok(block, "\n"); line; line = strtok(NULL, "\n")) {
		line[strcspn(line, "#")] = 0; /* clang's comments */
		const char *memory = strchr(line, '('), *vector = strstr(line, "mm");
		n.products += strstr(line, "vfmadd") || strstr(line, "vpdpbusd") || strstr(line, "vpmaddwd");
		n.loads += vector && memory && memory < vector;
		n.stack += vector && (strstr(line, "(%rsp") || strstr(line, "(%rbp"));
	}
	return n;
}

/* 3x3: the loop over rows, or over columns where those are the lanes, loads a vector for at least one and a half products,
 * and keeps sums, weights and the vectors at hand in registers, but for so many uses of memory. */
static void check_loop(const char *target, int64_t columns, int stack)
{
	Layer l = {.channels = 64, .multiplier = 1, .height = 30, .width = columns, .kernel = 3, .stride = 1, .dilation = 1, .pad = 1};
	int loops = 0;

	seed = 5;
	add_layer(&l);
	char *text = assembly(target);
	assert_non_null(strstr(text, "_copy")); /* even a small stage stays a function: none takes the registers of another */
	for (char *at = text, *next; at; at = next) {
		next = strstr(at, "\n.L");
		if (next)
			*next++ = 0;
		Counts n = count(at);
		if (n.products < 9)
			continue;
		loops++;
		assert_in_range(3 * n.loads, 1, 2 * n.products);
		assert_in_range(n.stack, 0, stack);
	}
	assert_in_range(loops, 1, 2);
}

CASE(avx2_loop) { check_loop("x86-64-v3", 18, 0); }
CASE(avx512_loop) { check_loop("x86-64-v4", 18, 0); }
CASE(avx2_columns) { check_loop("x86-64-v3", 32, 2); } /* gcc puts one sum of ten aside */
CASE(avx512_columns) { check_loop("x86-64-v4", 32, 0); }

/* Columns that fill vectors are not turned; --strict, which adds in the order of the formula, would not share them. */
static const char *seven_by_seven(int64_t size, bool strict)
{
	Layer l = {.channels = 96, .multiplier = 1, .height = size, .width = size, .kernel = 7, .stride = 1, .dilation = 1, .pad = 3};
	Options o = {.level = 2, .target = "x86-64-v4", .output = "m.c", .prefix = "m", .strict = strict};
	const char *header;

	seed = 5;
	add_layer(&l);
	g->exact = strict;
	passes_run(g, &o);
	return emit_text(g, &o, &header, NULL);
}

CASE(rows_stay)
{
	const char *text = seven_by_seven(56, false);
	assert_null(strstr(text, "turned in registers"));
	assert_non_null(strstr(text, "b0[s] = v_set(b[r + 7*s]);"));
	assert_non_null(strstr(text, "in strips with s1 to s3")); /* of channels, of which each has weights of its own */
}

CASE(strict_rows_turn) { assert_non_null(strstr(seven_by_seven(56, true), "turned in registers")); }

/* Points go down a column and share what its taps read, also where a row is shorter than a tile's. */
CASE(narrow_rows) { assert_non_null(strstr(seven_by_seven(24, false), "b0[s] = v_set(b[r + 7*s]);")); }

/* ---- the loop over the taps of a first layer, as assembly ---- */

/* Each loop over taps of an image of few channels makes one product a point and vector, from registers and the image. */
static void check_taps(const char *target, int64_t channels, int64_t kernel, int64_t outputs)
{
	const Op *conv = op_find("", "Conv");
	struct Sliding *a = attr_new(g, conv);
	int loops = 0;

	Value *args[3] = {given(random_tensor(4, (int64_t[]){1, channels, 32, 32})),
			  value_const(g, "w", random_tensor(4, (int64_t[]){outputs, channels, kernel, kernel})),
			  value_const(g, "b", random_tensor(1, &outputs))};
	a->pads = twice(kernel / 2, 4);
	graph_output(g, node_new(g, conv, NULL, 3, args, 1, a)->out[0], "y");
	for (char *at = assembly(target), *next; at; at = next) {
		next = strstr(at, "\n.L");
		if (next)
			*next++ = 0;
		Counts n = count(at);
		if (n.products < 6)
			continue;
		loops++;
		assert_int_equal(n.stack, 0);
	}
	assert_in_range(loops, 1, 2);
}

CASE(avx2_gray) { check_taps("x86-64-v3", 1, 5, 8); }
CASE(avx512_gray) { check_taps("x86-64-v4", 1, 5, 8); }
CASE(avx2_colour) { check_taps("x86-64-v3", 3, 5, 16); }
CASE(avx512_colour) { check_taps("x86-64-v4", 3, 5, 32); }

/* ---- the maps of Winograd's method from tiles of 8, as assembly ---- */

/* Vectors that are stored on the stack: half mapped tiles, 8 x 8, are more than there are registers. Besides them only so
 * many are, for want of registers. */
static void check_maps(const char *target, int spilled)
{
	const Op *conv = op_find("", "Conv");
	struct Sliding *a = attr_new(g, conv);
	Value *args[2] = {given(random_tensor(4, (int64_t[]){1, 8, 48, 48})),
			  value_const(g, "w", random_tensor(4, (int64_t[]){64, 8, 3, 3}))};
	int products = 0, stored = 0;

	a->pads = twice(1, 4);
	graph_output(g, node_new(g, conv, NULL, 2, args, 1, a)->out[0], "y");
	char *text = assembly(target), *from = strstr(text, "_wino_in:");
	assert_non_null(from);
	*strstr(from, ".size") = 0;
	for (char *line = strtok(from, "\n"); line; line = strtok(NULL, "\n")) {
		const char *memory = strchr(line, '('), *vector = strstr(line, "mm");
		products += strstr(line, "vfmadd") || strstr(line, "vfnmadd");
		stored += strstr(line, "vmov") && memory && vector && vector < memory && strstr(line, "(%rsp");
	}
	assert_int_equal(products, 16 * 18); /* of so many maps of eight, each */
	assert_in_range(stored, 1, 64 + spilled);
}

CASE(avx2_maps) { check_maps("x86-64-v3", 58); } /* 16 where channels are a loop; of one vector gcc keeps more addresses */
CASE(avx512_maps) { check_maps("x86-64-v4", 0); }

/* ---- the loop over the depth of a product, as assembly ---- */

static void add_product(int64_t matrices, int64_t points, int64_t depth, int64_t outputs)
{
	Value *args[2] = {given(random_tensor(3, (int64_t[]){matrices, points, depth})),
			  value_const(g, "w", random_tensor(3, (int64_t[]){matrices, depth, outputs}))};

	seed = 5;
	graph_output(g, node_new(g, op_find("", "MatMul"), NULL, 2, args, 1, attr_new(g, op_find("", "MatMul")))->out[0], "y");
}

/* The inner loop makes so many products, loads at most so many vectors or floats, and keeps all sums in registers. */
static void check_loops(const char *target, int64_t points, int64_t depth, int64_t outputs, int products, int loads, int of_loops)
{
	int loops = 0;

	add_product(1, points, depth, outputs);
	for (char *at = assembly(target), *next; at; at = next) {
		next = strstr(at, "\n.L");
		if (next)
			*next++ = 0;
		Counts n = count(at);
		if (n.products < 6)
			continue;
		loops++;
		assert_int_equal(n.products, products);
		assert_in_range(n.loads, 1, loads);
		assert_int_equal(n.stack, 0);
	}
	assert_int_equal(loops, of_loops);
}

static void check_product(const char *target, int64_t points, int64_t outputs, int products, int loads)
{
	check_loops(target, points, 256, outputs, products, loads, 1);
}

CASE(avx2_product) { check_product("x86-64-v3", 24, 192, 6 * 2, 6 + 2); }
CASE(avx512_product) { check_product("x86-64-v4", 36, 192, 9 * 3, 9 + 3); }

/* One point: eight sums under way, of each vector of outputs some. What follows the loop loads a mask. */
CASE(avx2_one_point) { check_product("x86-64-v3", 1, 10, 4 * 2, 4 + 8 + 1); }
CASE(avx512_one_point) { check_product("x86-64-v4", 1, 10, 8, 8 + 8); }

/* Bytes in fours: with VNNI a product of a vector is one instruction. */
static Tensor *some_bytes(DType t, int64_t rows, int64_t columns)
{
	Tensor *x = tensor_new(&ctx.perm, t, 2, (int64_t[]){rows, columns});

	for (int64_t i = 0; i < x->count; i++)
		((uint8_t *)x->data)[i] = (uint8_t)(i * 37 + i / 7);
	return x;
}

CASE(vnni_product)
{
	Value *args[2] = {given(some_bytes(U8, 36, 256)), value_const(g, "w", some_bytes(I8, 256, 192))};
	int loops = 0;

	graph_output(g, node_new(g, op_find("", "MatMulInteger"), NULL, 2, args, 1, NULL)->out[0], "y");
	for (char *at = assembly("x86-64-v4-vnni"), *next; at; at = next) {
		next = strstr(at, "\n.L");
		if (next)
			*next++ = 0;
		Counts n = count(at);
		if (n.products < 6)
			continue;
		loops++;
		assert_in_range(n.products, 24, 30);
		assert_int_equal(n.stack, 0);
	}
	assert_int_equal(loops, 1);
}

/* What the zero point of a takes off each sum is there before the first product: nothing is added in the epilogue. */
CASE(sums_begin_with_zero_points)
{
	Options o = {.level = 2, .target = "x86-64-v3", .output = "m.c", .prefix = "m"};
	Tensor *zero = tensor_new(&ctx.perm, U8, 0, NULL);
	*(uint8_t *)zero->data = 7;
	Value *args[3] = {given(some_bytes(U8, 12, 256)), value_const(g, "w", some_bytes(I8, 256, 192)), value_const(g, "z", zero)};
	const char *header;

	graph_output(g, node_new(g, op_find("", "MatMulInteger"), NULL, 3, args, 1, NULL)->out[0], "y");
	passes_run(g, &o);
	const char *text = emit_text(g, &o, &header, NULL);
	assert_non_null(strstr(text, "acc[p][0] = v_load_i32("));
	assert_non_null(strstr(text, ", acc[p][0]);\n"));
}

/* Two products are added in 16 bits where each two neighbours of b are at most 128 together, and nowhere else: elsewhere many
 * rows are widened once, and few as tiles read them. */
static const char *product_of_bytes(int64_t rows, int64_t size, int64_t wide)
{
	Options o = {.level = 2, .target = "x86-64-v3", .output = "m.c", .prefix = "m"};
	Tensor *w = some_bytes(I8, 256, 192);
	const char *header;

	for (int64_t i = 0; i < w->count; i++)
		((int8_t *)w->data)[i] = (int8_t)(i == wide * 192 + 7 ? -(size + 1) : i % 2 ? size : -size);
	Value *args[2] = {given(some_bytes(U8, rows, 256)), value_const(g, "w", w)};
	graph_output(g, node_new(g, op_find("", "MatMulInteger"), NULL, 2, args, 1, NULL)->out[0], "y");
	passes_run(g, &o);
	return emit_text(g, &o, &header, NULL);
}

CASE(small_bytes_are_added_in_twos) { assert_non_null(strstr(product_of_bytes(36, 64, -1), "acc[p][0] = v_add_small_fours(")); }
CASE(larger_ones_are_not) { assert_non_null(strstr(product_of_bytes(36, 64, 200), "acc[p][0] = v_add_twos(")); }
CASE(nor_those_of_few_rows) { assert_non_null(strstr(product_of_bytes(15, 64, 200), "acc[p][0] = v_add_pairs(")); }

/* Two matrices of bytes are widened once each where they have rows enough, and as tiles read them where they have not. */
static const char *product_of_data_for(const char *target, int64_t rows)
{
	Options o = {.level = 2, .target = target, .output = "m.c", .prefix = "m"};
	Value *args[2] = {given(some_bytes(U8, rows, 31)), given(some_bytes(I8, 31, 40))};
	const char *header;

	graph_output(g, node_new(g, op_find("", "MatMulInteger"), NULL, 2, args, 1, NULL)->out[0], "y");
	passes_run(g, &o);
	return emit_text(g, &o, &header, NULL);
}

static const char *product_of_data(int64_t rows) { return product_of_data_for("x86-64-v3", rows); }

CASE(many_rows_are_widened_once) { assert_non_null(strstr(product_of_data(16), "vi b0 = v_load_i32(b + ")); }
CASE(few_rows_are_widened_in_tiles) { assert_non_null(strstr(product_of_data(15), "vi b0 = v_rows_i8(b + ")); }

/* Four at a time where an instruction adds their products; the same fours in sections for lesser processors. */
CASE(bytes_go_in_fours)
{
	const char *text = product_of_data_for("x86-64-v4-vnni,x86-64-v3,c", 16);

	assert_non_null(strstr(text, "_add_fours(acc[p][0], a0, b0)"));
	assert_non_null(strstr(text, "_add_any_fours(acc[p][0], a0, b0)"));
	assert_non_null(strstr(text, "i_fourfold("));
}

/* Strassen's method: the maps before and behind its products keep the seven sums of a tile in registers. */
static void check_blocks(const char *target)
{
	add_product(1, 128, 384, 384);
	char *text = assembly(target);
	assert_non_null(strstr(text, "_blocks_in"));
	assert_non_null(strstr(text, "_blocks_out"));
	assert_int_equal(count(text).stack, 0);
}

CASE(avx2_blocks) { check_blocks("x86-64-v3"); }
CASE(avx512_blocks) { check_blocks("x86-64-v4"); }

/* A vector makes two steps of 8 outputs at once; behind the loop their places are loaded. */
CASE(avx512_pairs) { check_loops("x86-64-v4", 28, 256, 8, 28, 28 + 1 + 1, 1); }

/* The last 8 of 24 take half a vector: they add up as the others do. */
CASE(avx512_half)
{
	Options o = {.level = 2, .target = "x86-64-v4", .output = "m.c", .prefix = "m"};
	const char *header;

	check_loops("x86-64-v4", 28, 256, 24, 14 * 2, 14 + 2, 1);
	assert_non_null(strstr(emit_text(g, &o, &header, NULL), "half[p] = v_fma_half(v_low(a0), b1, half[p]);"));
}

/* Few rows by many quantised weights read bytes, and add up what belongs to one scale; more rows share floats, few weights lie
 * near, and code without vectors would make floats one by one. */
static const char *by_zero(const char *target, int64_t rows, int64_t depth, Value *zero, int64_t axis)
{
	Options o = {.level = 2, .target = target, .output = "m.c", .prefix = "m"};
	const char *header;

	const Op *op = op_find("", "DequantizeLinear");
	void *attr = attr_new(g, op);

	seed = 5;
	*(int64_t *)attr_field(op, attr, "axis") = axis;
	Value *w = put_attr(g, NULL, "DequantizeLinear", attr, value_const(g, "q", some_bytes(U8, depth, 96)),
			    value_scalar(g, F32, 0.5), zero, END_IN);
	graph_output(g, put(g, NULL, "MatMul", given(random_tensor(2, (int64_t[]){rows, depth})), w, END_IN), "y");
	passes_run(g, &o);
	return emit_text(g, &o, &header, NULL);
}

static const char *by_quantised(const char *target, int64_t rows, int64_t depth, double zero)
{
	return by_zero(target, rows, depth, value_scalar(g, U8, zero), 1);
}

CASE(few_rows_read_bytes) { assert_non_null(strstr(by_quantised("x86-64-v4", 2, 256, 128), "vf b0 = v_float(v_load_i8(b));")); }
CASE(more_read_floats) { assert_null(strstr(by_quantised("x86-64-v4", 5, 256, 128), "v_load_i8")); }
CASE(few_bytes_are_floats) { assert_null(strstr(by_quantised("x86-64-v4", 2, 64, 128), "v_load_i8")); }
CASE(scalars_are_floats) { assert_null(strstr(by_quantised("c", 2, 256, 128), "int8_t")); }
CASE(wide_differences_are_floats) { assert_null(strstr(by_quantised("x86-64-v4", 2, 256, 100), "v_load_i8")); }

/* One scale, but a zero point for each index of the sum, not for each column. */
CASE(zeros_along_the_sum_are_floats)
{
	Tensor *zeros = tensor_new(&ctx.perm, U8, 1, (int64_t[]){256});
	memset(zeros->data, 128, 256);
	Value *z = value_const(g, "z", zeros);
	assert_null(strstr(by_zero("x86-64-v4", 2, 256, z, 0), "v_load_i8"));
}

/* Weights of many panels that points go over one after the other come ahead of their turn; a vector times a matrix has
 * no tile to do it, and weights that stay near need none. */
static const char *emitted;

static bool fetches_on(const char *target, int64_t matrices, int64_t points, int64_t depth, int64_t outputs)
{
	Options o = {.level = 2, .target = target, .output = "m.c", .prefix = "m"};
	const char *header;

	add_product(matrices, points, depth, outputs);
	passes_run(g, &o);
	emitted = emit_text(g, &o, &header, NULL);
	return strstr(emitted, "v_prefetch(next)");
}

static bool fetches(int64_t matrices, int64_t points, int64_t depth, int64_t outputs)
{
	return fetches_on("x86-64-v3", matrices, points, depth, outputs);
}

CASE(fetch_many_points) { assert_true(fetches(1, 50, 512, 512)); }
CASE(fetch_many_matrices) { assert_true(fetches(36, 48, 128, 128)); }
CASE(fetch_one_tile) { assert_false(fetches(1, 6, 512, 512)); }
CASE(fetch_one_point) { assert_false(fetches(1, 1, 512, 512)); }
/* Two tiles share three lines a step: each asks for two of them at a time. */
CASE(fetch_few_tiles)
{
	assert_true(fetches_on("x86-64-v4", 36, 16, 256, 256));
	assert_non_null(strstr(emitted, "v_prefetch(next + 16);\n\t\tnext += 32;"));
}

CASE(fetch_no_depth) { assert_false(fetches(1, 50, 1, 512)); }
CASE(fetch_near) { assert_false(fetches(1, 5000, 64, 64)); }
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(portable_c), TEST(planes),
#ifdef __x86_64__
		TEST(avx2), TEST(avx512), TEST(pairs_of_points), TEST(pairs_of_steps), TEST(avx2_equal), TEST(avx512_equal),
		TEST(avx2_loop), TEST(avx512_loop),
		TEST(avx2_columns), TEST(avx512_columns), TEST(rows_stay), TEST(strict_rows_turn), TEST(narrow_rows), TEST(avx2_gray),
		TEST(avx512_gray), TEST(avx2_colour), TEST(avx512_colour),
		TEST(avx2_product), TEST(avx512_product), TEST(vnni_product), TEST(sums_begin_with_zero_points), TEST(avx512_pairs), TEST(avx512_half),
		TEST(bytes_go_in_fours), TEST(small_bytes_are_added_in_twos), TEST(larger_ones_are_not), TEST(nor_those_of_few_rows),
		TEST(many_rows_are_widened_once), TEST(few_rows_are_widened_in_tiles),
		TEST(avx2_one_point), TEST(avx512_one_point), TEST(avx2_maps), TEST(avx512_maps), TEST(avx2_blocks), TEST(avx512_blocks),
		TEST(few_rows_read_bytes), TEST(more_read_floats), TEST(few_bytes_are_floats),
		TEST(scalars_are_floats), TEST(wide_differences_are_floats), TEST(zeros_along_the_sum_are_floats),
		TEST(fetch_many_points), TEST(fetch_many_matrices), TEST(fetch_one_tile), TEST(fetch_few_tiles),
		TEST(fetch_one_point), TEST(fetch_no_depth), TEST(fetch_near),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
