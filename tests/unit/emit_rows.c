/* What workers may share: a stage that leaves results of its own in the output is not divided along that row. What no
 * stage is left for: a residual behind a Reshape is the epilogue of its product. And that what a mask hides from a
 * softmax costs no more than the rest. Nor is there a loop that adds nothing, nor a copy of rows that are repeated, or
 * of an output in another shape; and loops that look elements up count little. */
#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include "codegen/codegen.h"
#include "codegen/print.h"
#include "ir/text.h"
#include "tests/unit/unit.h"
#include "tools/jit.h"

static Ctx context;

/* The emitted C of a graph, for workers. */
static const char *emitted_with(Options o, const char *text, Facts *facts)
{
	const char *header;
	Syms syms = {.ctx = &context};

	if (setjmp(context.border))
		return context.message;
	Graph *g = graph_parse(&context, &syms, text);
	passes_run(g, &o);
	return emit_text(g, &o, &header, facts);
}

static const char *emitted_at(int level, const char *text, Facts *facts)
{
	Options o = {.level = level, .target = "x86-64-v3", .threads = true, .prefix = "m", .output = "m.c"};

	return emitted_with(o, text, facts);
}

static const char *emitted(const char *text, Facts *facts) { return emitted_at(2, text, facts); }

static void a_row_is_one_workers(void **state)
{
	Facts facts;
	const char *two = emitted("graph (%x f32[200,1000]) -> (%y) { %y = Softmax(%x) }", &facts);
	const char *one = emitted("graph (%x f32[1,200000]) -> (%y) { %y = Softmax(%x) }", &facts);

	(void)state;
	assert_non_null(strstr(two, "int from, int to"));
	assert_non_null(strstr(one, "v_exp"));
	assert_null(strstr(one, "int from, int to"));
}

static bool follow(const char *text, const char *const *part, int n)
{
	for (int i = 0; i < n; i++)
		if (!(text = strstr(text, part[i])))
			return false;
	return true;
}

/* Pieces of what is long, one worker for what is short: it is whoever was the last at what that needs. */
static void short_stages_are_one_workers(void **state)
{
	static const char *const list[] = {"while (take(&k, ", "s1_gemm(", "if (last(&k))", "s2_softmax(", "meet(&k);",
					   "while (take(&k, ", "/* s3_gemm */"};
	Facts facts;
	const char *c = emitted("graph (%x f32[1,512], %w f32[512,512], %v f32[512,512]) -> (%y) {\n"
	                        "%a = Gemm(%x, %w) %b = Softmax(%a) %y = Gemm(%b, %v) }", &facts);

	(void)state;
	assert_non_null(strstr(c, "void work("));
	assert_true(follow(strstr(c, "void work("), list, 7));
	c = emitted("graph (%x f32[1,512], %w f32[512,512]) -> (%y) { %a = Gemm(%x, %w) %y = Softmax(%a) }", &facts);
	assert_non_null(strstr(c, "if (last(&k))"));
	assert_non_null(strstr(c, "static inline int last("));
	assert_null(strstr(c, "meet(&k)"));
}

/* Products one after another of a size each; how many pauses a worker waits for the others. */
static int patience_of(int products)
{
	Facts facts;
	Out text = {.arena = &context.perm};

	put_text(&text, "graph (%%x f32[64,512], %%w f32[512,512]) -> (%%y) {\n%%a0 = Softmax(%%x)\n");
	for (int i = 0; i < products; i++)
		put_text(&text, "%%b%d = Gemm(%%a%d, %%w) %%a%d = Softmax(%%b%d)\n", i, i, i + 1, i);
	put_text(&text, "%%y = Gemm(%%a%d, %%w) }", products);
	const char *at = strstr(emitted(text.text, &facts), "PATIENCE = ");
	assert_non_null(at);
	return (int)strtol(at + strlen("PATIENCE = "), NULL, 10);
}

/* A worker that leaves is missing for the rest of the run: the longer that is, the longer it waits before. Pieces are as
 * long in either. */
static void a_long_run_is_worth_waiting(void **state)
{
	(void)state;
	int one = patience_of(1), many = patience_of(100);
	assert_true(one > 0);
	assert_true(many > 3 * one);
}

static void a_residual_is_an_epilogue(void **state)
{
	Facts facts;

	(void)state;
	emitted("graph (%x f32[1,8,32], %w f32[32,32], %b f32[32]) -> (%y) {\n"
	        "%flat i64[2] = const [8, 32] %full i64[3] = const [1, 8, 32]\n"
	        "%f = Reshape(%x, %flat) %p = Gemm(%f, %w, %b) %r = Reshape(%p, %full) %y = Add(%r, %x) }", &facts);
	assert_int_equal(facts.nstages, 1);
	assert_true(facts.stage[0].macs > 0);
	assert_string_not_equal(facts.stage[0].schedule, "scalar loops");
}

/* Boxes of a head, [points x boxes, 4 or 2], lie as its convolution makes them: no copy, though their rows are short. But the
 * rows of a transform, which end as real and imaginary parts far apart, are stored as they come. */
static void short_rows_that_run_on_are_views(void **state)
{
	Facts facts;

	(void)state;
	emitted("graph (%x f32[1,10,10,16]) -> (%y) { %w f32[6,16,1,1] = const [0.5 * 96] %n i64[3] = const [1, 300, 2]\n"
	        "%t = Transpose(%x) {perm = [0, 3, 1, 2]} %c = Conv(%t, %w) %h = Transpose(%c) {perm = [0, 2, 3, 1]}\n"
	        "%y = Reshape(%h, %n) }", &facts);
	assert_int_equal(facts.nstages, 1);
	emitted("graph (%x f32[1,4096,2]) -> (%y) { %y = DFT(%x) }", &facts);
	assert_true(facts.nstages > 1);
	assert_true(facts.stage[facts.nstages - 1].macs == 0);
}

/* Rows that come under two indices and run on are one row, which blocks can turn. */
static void joined_rows_are_turned(void **state)
{
	Facts facts;

	(void)state;
	emitted("graph (%x f32[9,784,32]) -> (%y) { %n i64[2] = const [288, 784]\n"
	        "%t = Transpose(%x) {perm = [2, 0, 1]} %y = Reshape(%t, %n) }", &facts);
	assert_int_equal(facts.nstages, 1);
	assert_string_equal(facts.stage[0].schedule, "blocks of 8 x 8, turned in registers");
}

#ifdef __x86_64__
/* A product whose result is subnormal, or too small for that, takes some hundred cycles: exp() makes none of what lies as
 * far below the others as masks put it. */
static void nothing_hidden_is_subnormal(void **state)
{
	static const float hidden[] = {-1000, -10000, -3.4e38f, -1.0f / 0.0f};
	Syms syms = {.ctx = &context};
	Settings settings = {.compile = {.level = 2, .target = "x86-64-v3"}, .cc_flags = "-O2", .threads = 1};
	Tensor *x = tensor_new(&context.perm, F32, 2, (int64_t[]){4, 64});

	(void)state;
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		skip();
	for (int i = 0; i < 4 * 64; i++)
		((float *)x->data)[i] = i % 64 < 16 ? (float)(i % 7) : hidden[i / 64];
	assert_int_equal(setjmp(context.border), 0);
	Session *s = jit(&context, graph_parse(&context, &syms, "graph (%x f32[4,64]) -> (%y) { %y = Softmax(%x) }"), &settings, NULL);
	session_bind(s, &x);
	feclearexcept(FE_ALL_EXCEPT);
	assert_int_equal(session_run(s), TCC_OK);
	assert_false(fetestexcept(FE_UNDERFLOW));
	for (int i = 0; i < 4 * 64; i++)
		assert_true((load_f64(F32, session_output(s, 0)->data, i) == 0) == (i % 64 >= 16));
	session_close(s);
	temporary_clear();
}

/* Scores that lie so far apart that e to their power is subnormal: what they weigh does not change, and who reads the shares
 * themselves still gets them. */
static void nothing_that_weighs_is_subnormal(void **state)
{
	Syms syms = {.ctx = &context};
	Settings settings = {.compile = {.level = 2, .target = "x86-64-v3"}, .cc_flags = "-O2", .threads = 1};
	Tensor *in[2] = {tensor_new(&context.perm, F32, 2, (int64_t[]){4, 64}), tensor_new(&context.perm, F32, 2, (int64_t[]){64, 16})};
	Facts facts;

	(void)state;
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		skip();
	for (int i = 0; i < 4 * 64; i++)
		((float *)in[0]->data)[i] = -1.75f * (float)(i % 64);
	for (int i = 0; i < 64 * 16; i++)
		((float *)in[1]->data)[i] = (float)(i / 16 + i % 16);
	assert_int_equal(setjmp(context.border), 0);
	Session *s = jit(&context, graph_parse(&context, &syms, "graph (%x f32[4,64], %v f32[64,16]) -> (%y) {\n"
			 "%p = Softmax(%x) %y = MatMul(%p, %v) }"), &settings, NULL);
	session_bind(s, in);
	feclearexcept(FE_ALL_EXCEPT);
	assert_int_equal(session_run(s), TCC_OK);
	assert_false(fetestexcept(FE_UNDERFLOW));
	for (int i = 0; i < 4 * 16; i++) /* sum of k e^(-7k/4), over that of e^(-7k/4) */
		assert_true(fabs(load_f64(F32, session_output(s, 0)->data, i) - i % 16 - 1 / (exp(1.75) - 1)) < 1e-5);
	session_close(s);
	temporary_clear();
	const char *c = emitted("graph (%x f32[4,64], %v f32[64,16]) -> (%y, %p) { %p = Softmax(%x) %y = MatMul(%p, %v) }", &facts);
	assert_null(strstr(c, "v_exp_share"));
	assert_non_null(strstr(c, "v_exp_down"));
}
#endif

/* The position along a size of 1: a local set to itself is what clang warns of. */
static void a_sum_of_zeros_has_no_loop(void **state)
{
	Facts facts;
	const char *c = emitted_at(0, "graph (%x i64[4,1]) -> (%y) {\n"
				      "%k i64[] = const [1] %y = CumSum(%x, %k) {exclusive = 1} }", &facts);

	(void)state;
	assert_non_null(strstr(c, "SumRows"));
	assert_null(strstr(c, "sum = sum"));
	assert_non_null(strstr(c, "sum = "));
}

static void look_ups_are_unrolled(void **state)
{
	Facts facts;
	const char *few = emitted("graph (%x f32[64,64], %k i64[12]) -> (%y) { %y = Gather(%x, %k) {axis = 1} }", &facts);
	const char *many = emitted("graph (%x f32[64,64], %k i64[48]) -> (%y) { %y = Gather(%x, %k) {axis = 1} }", &facts);

	(void)state;
	assert_non_null(strstr(few, "UNROLL for (int j = 0; j < 12; j++)\n"));
	assert_non_null(strstr(many, "#define UNROLL_4 "));
	assert_non_null(strstr(many, "UNROLL_4 for (int j = 0; j < 48; j++)\n"));
}

/* Neither a copy to channels that lie innermost and one back, nor loops of elements. */
static void repeated_rows_are_vectors(void **state)
{
	Facts facts;
	const char *c = emitted_at(2, "graph (%x f32[1,16,8,16]) -> (%y) { %s f32[4] = const [1, 1, 2, 2] %y = Resize(%x, _, %s) "
				      "{mode = nearest, nearest_mode = floor, coordinate_transformation_mode = asymmetric} }", &facts);

	(void)state;
	assert_int_equal(facts.nstages, 1);
	assert_non_null(strstr(c, "v_store("));
	assert_non_null(strstr(c, ", v_repeat_2("));
}

/* A result in another shape is stored as that: there is nothing to copy. */
static void a_view_is_the_output(void **state)
{
	Facts facts;
	const char *c = emitted_at(2, "graph (%x f32[4,64], %i i64[8,2], %u f32[8]) -> (%y) {\n"
				      "%z = ScatterND(%x, %i, %u) %n i64[2] = const [16, 16] %y = Reshape(%z, %n) }", &facts);

	(void)state;
	assert_int_equal(facts.nstages, 2);
	assert_null(strstr(c, "c->arena"));
}

/* Every element is one double that is rounded: vectors of floats are stored, not of doubles. */
static void what_is_spread_is_rounded_before(void **state)
{
	Options o = {.level = 2, .target = "x86-64-v3", .strict = true, .prefix = "m", .output = "m.c"};
	Facts facts;
	const char *c = emitted_with(o, "graph (%v f32[]) -> (%y) {\n%x f32[0,8] = const [] %p i64[4] = const [4, 3, 0, 2]\n"
	                                "%y = com.microsoft.Pad(%x, %p, %v) }", &facts);

	(void)state;
	assert_non_null(strstr(c, "v_store(y"));
	assert_null(strstr(c, "v_set_d("));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(look_ups_are_unrolled),
		cmocka_unit_test(a_row_is_one_workers), cmocka_unit_test(a_sum_of_zeros_has_no_loop),
		cmocka_unit_test(short_stages_are_one_workers),
		cmocka_unit_test(a_long_run_is_worth_waiting),
		cmocka_unit_test(repeated_rows_are_vectors), cmocka_unit_test(a_view_is_the_output),
		cmocka_unit_test(a_residual_is_an_epilogue), cmocka_unit_test(joined_rows_are_turned), cmocka_unit_test(short_rows_that_run_on_are_views),
		cmocka_unit_test(what_is_spread_is_rounded_before),
#ifdef __x86_64__
		cmocka_unit_test(nothing_hidden_is_subnormal), cmocka_unit_test(nothing_that_weighs_is_subnormal),
#endif
	};

	ctx_open(&context, "unit", (size_t)256 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	ctx_close(&context);
	return failed;
}
