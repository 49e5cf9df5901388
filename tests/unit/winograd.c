/* Convolutions of few taps: what the pass makes of them computes the same, in the evaluator and as emitted C; and tiles of 8
 * are taken where they are exact enough. */
#include <math.h>
#include "ir/op/nn.h"
#include "codegen/tuned.h"
#include "passes/pass.h"
#include "passes/toom.h"
#include "tests/emitted.h"
#include "tests/unit/unit.h"

typedef struct Case {
	int64_t in, out, size[3], pads[6];
	int axes, taps[3];
	int64_t dilation[3]; /* none: 1 */
	int64_t more;        /* groups but one; in and out are those of each */
} Case;

/* Sizes that are and are no multiples of a tile, one tile, lopsided padding, a kernel along one axis, one axis; tiles of 8;
 * three axes, one of which or two have a single tap; every second element and the like: phases as long as each other and not,
 * of several tiles and of one, the last of which a phase may lack; groups. */
static const Case cases[] = {
	{32, 32, {16, 16}, {1, 1, 1, 1}, 2, {3, 3}, {0}, 0}, {40, 24, {14, 13}, {1, 0, 2, 1}, 2, {3, 3}, {0}, 0},
	{32, 48, {7, 7}, {1, 1, 1, 1}, 2, {3, 3}, {0}, 0},   {33, 17, {9, 21}, {0, 0, 0, 0}, 2, {3, 3}, {0}, 0},
	{32, 32, {12, 30}, {0, 1, 0, 1}, 2, {1, 3}, {0}, 0}, {32, 32, {30, 12}, {1, 0, 1, 0}, 2, {3, 1}, {0}, 0},
	{64, 32, {50}, {2, 0}, 1, {3}, {0}, 0},		     {16, 16, {14, 14}, {2, 2, 2, 2}, 2, {5, 5}, {0}, 0},
	{64, 64, {24, 25}, {0, 1, 1, 0}, 2, {2, 4}, {0}, 0}, {128, 128, {60}, {0, 1}, 1, {2}, {0}, 0},
	{64, 64, {36, 31}, {1, 1, 1, 1}, 2, {3, 3}, {0}, 0}, {64, 32, {120}, {1, 1}, 1, {3}, {0}, 0},
	{32, 24, {3, 16, 17}, {0, 1, 1, 0, 1, 1}, 3, {1, 3, 3}, {0}, 0},
	{96, 64, {9, 5, 7}, {1, 0, 0, 1, 0, 0}, 3, {3, 1, 1}, {0}, 0},
	{32, 32, {12, 3, 14}, {1, 0, 1, 1, 0, 1}, 3, {3, 1, 3}, {0}, 0},
	{40, 24, {16, 19}, {2, 3, 2, 3}, 2, {3, 3}, {2, 3}, 0},	 {64, 64, {11, 8}, {3, 2, 3, 2}, 2, {3, 3}, {3, 2}, 0},
	{64, 48, {33, 27}, {6, 0, 6, 4}, 2, {3, 3}, {6, 2}, 0},	 {64, 32, {61}, {8, 0}, 1, {3}, {4}, 0},
	{64, 64, {64}, {8, 8}, 1, {3}, {8}, 0},
	 {48, 64, {2, 13, 12}, {0, 2, 1, 0, 2, 1}, 3, {1, 3, 3}, {1, 2, 1}, 0},
	{32, 48, {5, 14, 13}, {1, 1, 1, 1, 1, 1}, 3, {3, 3, 3}, {0}, 0},
	{48, 32, {6, 9, 12}, {0, 2, 1, 1, 0, 1}, 3, {2, 3, 4}, {1, 2, 1}, 0},
	{32, 48, {14, 15}, {1, 1, 0, 1}, 2, {3, 3}, {0}, 1},	 {48, 32, {40}, {1, 1}, 1, {3}, {0}, 2},
};

static int64_t groups_of(const Case *k) { return 1 + k->more; }

enum { CASES = (int)(sizeof cases / sizeof *cases) };

static Tensor *random_tensor(Ctx *c, uint64_t *state, int rank, const int64_t *dims)
{
	Tensor *t = tensor_new(&c->perm, F32, rank, dims);

	for (int64_t i = 0; i < t->count; i++)
		store_f64(F32, t->data, i, (double)random_in(state, -64, 64) / 64);
	return t;
}

static Ints pads_of(Ctx *c, const Case *k)
{
	return (Ints){arena_copy(&c->perm, k->pads, sizeof k->pads), 2 * k->axes};
}

/* y = Conv(x, w, b) over `batch` images; *x gets the input. */
static Graph *make_graph(Ctx *c, const Case *k, int64_t batch, Tensor **x)
{
	uint64_t state = 7;
	int64_t out = k->out * groups_of(k), w[5] = {out, k->in, k->taps[0], k->taps[1], k->taps[2]};
	int64_t in[5] = {batch, k->in * groups_of(k), k->size[0], k->size[1], k->size[2]};
	Syms *syms = NEW(&c->perm, Syms);
	syms->ctx = c;
	Graph *g = graph_new(c, syms, "test", NULL);
	struct Sliding *attr = attr_new(g, &op_conv);

	*x = random_tensor(c, &state, 2 + k->axes, in);
	Shape s = tensor_shape(*x);
	attr->group = groups_of(k);
	attr->pads = pads_of(c, k);
	if (k->dilation[0])
		attr->dilations = (Ints){arena_copy(&c->perm, k->dilation, sizeof k->dilation), k->axes};
	Value *arg[3] = {value_input(g, "x", F32, &s),
			 value_const(g, "w", random_tensor(c, &state, 2 + k->axes, w)),
			 value_const(g, "b", random_tensor(c, &state, 1, &out))};
	graph_output(g, node_new(g, &op_conv, NULL, 3, arg, 1, attr)->out[0], "y");
	return g;
}

static int count_nodes(const Graph *g, const char *name)
{
	int n = 0;

	for (uint32_t i = 0; i < g->nnode; i++)
		n += !strcmp(g->node[i]->op->name, name);
	return n;
}

static void assert_near(const Tensor *got, const Tensor *want)
{
	double largest = 0;

	assert_int_equal(got->count, want->count);
	for (int64_t i = 0; i < want->count; i++)
		largest = fmax(largest, fabs(load_f64(F32, want->data, i)));
	for (int64_t i = 0; i < want->count; i++)
		assert_true(fabs(load_f64(F32, got->data, i) - load_f64(F32, want->data, i)) <= 1e-5 * largest);
}

static void check_pass(const Case *k, int64_t batch)
{
	Ctx c;
	Tensor *x;

	ctx_open(&c, "test", (size_t)1 << 30);
	assert_int_equal(setjmp(c.border), 0);
	Graph *g = make_graph(&c, k, batch, &x);
	Options o = {.level = 2, .target = "x86-64-v3"};
	Eval before = {0}, after = {0};
	eval_graph(&before, g, &c.results, &x);
	Tensor *want = eval_value(&before, g->out[0]);
	passes_run(g, &o);
	assert_int_equal(count_nodes(g, "WinogradInput"), (int)groups_of(k));
	assert_int_equal(count_nodes(g, "WinogradOutput"), (int)groups_of(k));
	assert_int_equal(count_nodes(g, "Conv"), 0);
	eval_graph(&after, g, &c.results, &x);
	assert_near(eval_value(&after, g->out[0]), want);
	ctx_close(&c);
}

static void test_pass(void **state)
{
	(void)state;
	for (int i = 0; i < CASES; i++) {
		check_pass(&cases[i], 1);
		check_pass(&cases[i], 3);
	}
}

static void check_emitted(const char *target)
{
	for (int i = 0; i < CASES; i++) {
		Ctx c;
		Tensor *x;

		ctx_open(&c, "test", (size_t)1 << 30);
		assert_int_equal(setjmp(c.border), 0);
		Graph *g = make_graph(&c, &cases[i], 1 + i % 2, &x);
		Eval e = {0};
		eval_graph(&e, g, &c.results, &x);
		Tensor *want = eval_value(&e, g->out[0]), **got = emitted_outputs(g, target, &x);
		assert_int_equal(count_nodes(g, "Conv"), 0);
		assert_near(got[0], want);
		ctx_close(&c);
	}
}

#include "tests/unit/targets.h"

/* ---- tiles of 8 ---- */

/* Inputs of a tile along the last axis, 0 for the direct sum, and what the product in the middle says about it. */
static int64_t tile_of(const Case *k, const char *target, Tuned *tuned, const char **why)
{
	Ctx c;
	Tensor *x;
	static char text[400];
	int64_t alpha = 0;

	ctx_open(&c, "test", (size_t)1 << 30);
	assert_int_equal(setjmp(c.border), 0);
	Graph *g = make_graph(&c, k, 1, &x);
	Options o = {.level = 2, .target = target, .tuned = tuned};
	passes_run(g, &o);
	for (uint32_t i = 0; i < g->nnode; i++) {
		const Node *n = g->node[i];
		if (!strcmp(n->op->name, "WinogradInput"))
			alpha = n->in[n->nin - 1]->shape.dim[0].k;
		if (!strcmp(n->op->name, "MatMul"))
			snprintf(text, sizeof text, "%s", n->choice->why);
	}
	ctx_close(&c);
	*why = text;
	return alpha;
}

/* They are taken where they are faster, but for many channels; there, the reason is given. */
static void test_large_tiles(void **state)
{
	const struct { Case k; int64_t alpha; } rows[] = {
		{{8, 64, {48, 48}, {1, 1, 1, 1}, 2, {3, 3}, {0}, 0}, 8},  {{128, 128, {480}, {1, 1}, 1, {3}, {0}, 0}, 8},
		{{64, 64, {48, 48}, {1, 1, 1, 1}, 2, {3, 3}, {0}, 0}, 6}, {{256, 64, {48, 48}, {1, 1, 1, 1}, 2, {3, 3}, {0}, 0}, 6},
		{{8, 32, {6, 24, 24}, {0, 1, 1, 0, 1, 1}, 3, {1, 3, 3}, {0}, 0}, 8},
	};
	const char *why;

	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_int_equal(tile_of(&rows[i].k, "x86-64-v4", NULL, &why), rows[i].alpha);
		assert_int_equal(strstr(why, ", but with errors of ") != NULL, rows[i].alpha == 6);
	}
}

/* What is measured does not go before what is exact. */
static void test_measured(void **state)
{
	static const Case few = {8, 64, {13, 13}, {1, 1, 1, 1}, 2, {3, 3}, {0}, 0},
	                  many = {128, 64, {48, 48}, {1, 1, 1, 1}, 2, {3, 3}, {0}, 0};
	const struct { const Case *k; const char *key; int64_t alpha; } rows[] = {
		{&few, "1x64x13x13 by 8x3x3", 8}, {&many, "1x64x48x48 by 128x3x3", 6}};

	(void)state;
	for (int i = 0; i < 2; i++) {
		Ctx c;
		const char *why;

		ctx_open(&c, "test", (size_t)1 << 30);
		assert_int_equal(setjmp(c.border), 0);
		Tuned *t = tuned_new(&c, "");
		t->file = "f.txt";
		tuned_set(t, "c", "winograd", rows[i].key, "8");
		assert_int_equal(tile_of(rows[i].k, "c", NULL, &why), 6);
		assert_int_equal(tile_of(rows[i].k, "c", t, &why), rows[i].alpha);
		assert_true(t->entry[0].told == (rows[i].alpha == 6));
		ctx_close(&c);
	}
}

static double random_float(uint64_t *state) { return (double)random_in(state, -1000000, 1000000) / 1000000; }

/* One tile of F(m, r) over `channels`, in floats, against doubles: the sum of squared errors, and of squares. */
static void add_errors(const Tables *t, int channels, uint64_t *state, double *error, double *square)
{
	float sum[ALPHA_MAX] = {0};
	double want[ALPHA_MAX] = {0};

	for (int c = 0; c < channels; c++) {
		double d[ALPHA_MAX], w[ALPHA_MAX];

		for (int i = 0; i < t->alpha; i++)
			d[i] = random_float(state);
		for (int i = 0; i < t->r; i++)
			w[i] = random_float(state);
		for (int i = 0; i < t->alpha; i++) {
			double v = 0, u = 0;

			for (int k = 0; k < t->alpha; k++)
				v += t->b[i][k] * d[k];
			for (int k = 0; k < t->r; k++)
				u += t->g[i][k] * w[k];
			sum[i] = fmaf((float)v, (float)u, sum[i]);
		}
		for (int j = 0; j < t->m; j++)
			for (int k = 0; k < t->r; k++)
				want[j] += d[j + k] * w[k];
	}
	for (int j = 0; j < t->m; j++) {
		double y = 0;

		for (int i = 0; i < t->alpha; i++)
			y += t->a[j][i] * (double)sum[i];
		*error += (y - want[j]) * (y - want[j]);
		*square += want[j] * want[j];
	}
}

/* The error that is expected is the one that is found, up to a third of it. */
static void test_errors(void **state)
{
	const struct { int alpha, taps, channels; } rows[] = {{4, 3, 256}, {6, 3, 64},  {6, 3, 512}, {6, 5, 256},
							       {8, 2, 256}, {8, 3, 64}, {8, 3, 512}, {8, 5, 256}};
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < 8; i++) {
		ConvSize s = {.axes = 1, .batch = 1, .in = rows[i].channels, .out = 1, .size = {1}, .taps = {rows[i].taps}};
		double error = 0, square = 0;
		Tables t;

		tables_fill(&t, winograd_tile(rows[i].taps, rows[i].alpha), rows[i].taps);
		for (int k = 0; k < 500; k++)
			add_errors(&t, rows[i].channels, &seed, &error, &square);
		double found = sqrt(error / square), expected = winograd_error(&s, rows[i].alpha);
		assert_true(found > expected * 2 / 3 && found < expected * 4 / 3);
	}
}

/* Few channels do not pay for the maps; taps that are summed up follow one another; --strict and -O1 keep every convolution. */
static void test_kept(void **state)
{
	static const Case small = {3, 8, {16, 16}, {1, 1, 1, 1}, 2, {3, 3}, {0}, 0},
	                  apart = {32, 32, {8, 14, 14}, {2, 1, 1, 2, 1, 1}, 3, {3, 3, 3}, {2, 1, 1}, 0};
	const struct { const Case *k; Options o; } kept[] = {
		{&small, {.level = 2, .target = "x86-64-v3"}},
		{&apart, {.level = 2, .target = "x86-64-v3"}},
		{&cases[0], {.level = 1, .target = "x86-64-v3"}},
		{&cases[0], {.level = 2, .target = "x86-64-v3", .strict = true}},
	};

	(void)state;
	for (int i = 0; i < 4; i++) {
		Ctx c;
		Tensor *x;

		ctx_open(&c, "test", (size_t)1 << 30);
		assert_int_equal(setjmp(c.border), 0);
		Graph *g = make_graph(&c, kept[i].k, 1, &x);
		passes_run(g, &kept[i].o);
		assert_int_equal(count_nodes(g, "Conv"), 1);
		ctx_close(&c);
	}
}

/* y = QuantizeLinear(Conv(DequantizeLinear(u), DequantizeLinear(v))), 32 channels on 16 x 16; *u gets the input. */
static Graph *make_quantised(Ctx *c, Tensor **u)
{
	uint64_t state = 11;
	int64_t in[4] = {1, 32, 16, 16}, taps[4] = {32, 32, 3, 3}, pads[4] = {1, 1, 1, 1};
	Syms *syms = NEW(&c->perm, Syms);
	syms->ctx = c;
	Graph *g = graph_new(c, syms, "test", NULL);
	struct Sliding *attr = attr_new(g, &op_conv);
	Tensor *v = tensor_new(&c->perm, I8, 4, taps);

	*u = tensor_new(&c->perm, I8, 4, in);
	for (int64_t i = 0; i < (*u)->count; i++)
		store_f64(I8, (*u)->data, i, (double)random_in(&state, -128, 127));
	for (int64_t i = 0; i < v->count; i++)
		store_f64(I8, v->data, i, (double)random_in(&state, -127, 127));
	Shape s = tensor_shape(*u);
	attr->pads = (Ints){arena_copy(&c->perm, pads, sizeof pads), 4};
	Value *scale = value_scalar(g, F32, 0.03125), *zero = value_scalar(g, I8, -3), *none = value_scalar(g, I8, 0);
	Value *x = put(g, NULL, "DequantizeLinear", value_input(g, "u", I8, &s), scale, zero, END_IN);
	Value *w = put(g, NULL, "DequantizeLinear", value_const(g, "v", v), scale, none, END_IN);
	Value *y = put_attr(g, NULL, "Conv", attr, x, w, END_IN);
	graph_output(g, put(g, NULL, "QuantizeLinear", y, value_scalar(g, F32, 1), zero, END_IN), "y");
	return g;
}

/* Bytes are multiplied as floats where that takes Winograd's method and the target has no dots. */
static void check_quantised(const char *target, int integers)
{
	Ctx c;
	Tensor *u;

	ctx_open(&c, "test", (size_t)1 << 30);
	assert_int_equal(setjmp(c.border), 0);
	Graph *g = make_quantised(&c, &u);
	Options o = {.level = 2, .target = target};
	Eval before = {0}, after = {0};
	eval_graph(&before, g, &c.results, &u);
	Tensor *want = eval_value(&before, g->out[0]);
	passes_run(g, &o);
	assert_int_equal(count_nodes(g, "ConvInteger"), integers);
	assert_int_equal(count_nodes(g, "WinogradInput"), !integers);
	eval_graph(&after, g, &c.results, &u);
	Tensor *got = eval_value(&after, g->out[0]);
	for (int64_t i = 0; i < want->count; i++) /* to a step */
		assert_true(fabs(load_f64(I8, got->data, i) - load_f64(I8, want->data, i)) <= 1);
	ctx_close(&c);
}

static void test_quantised(void **state)
{
	(void)state;
	check_quantised("x86-64-v3", 0);
	check_quantised("x86-64-v4-vnni", 1);
}

#ifdef __x86_64__
/* The map that leaves Winograd's method stores bytes. */
static void avx2_quantised(void **state)
{
	Ctx c;
	Tensor *u;

	(void)state;
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		skip();
	ctx_open(&c, "test", (size_t)1 << 30);
	assert_int_equal(setjmp(c.border), 0);
	Graph *g = make_quantised(&c, &u);
	Eval e = {0};
	eval_graph(&e, g, &c.results, &u);
	Tensor *want = eval_value(&e, g->out[0]), **got = emitted_outputs(g, "x86-64-v3", &u);
	for (int64_t i = 0; i < want->count; i++)
		assert_true(fabs(load_f64(I8, got[0]->data, i) - load_f64(I8, want->data, i)) <= 1);
	ctx_close(&c);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pass), cmocka_unit_test(test_quantised), cmocka_unit_test(test_kept),
		cmocka_unit_test(test_large_tiles), cmocka_unit_test(test_measured), cmocka_unit_test(test_errors),
		cmocka_unit_test(portable_c),
#ifdef __x86_64__
		cmocka_unit_test(avx2), cmocka_unit_test(avx512), cmocka_unit_test(avx2_quantised),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
