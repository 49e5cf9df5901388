/* Sizes that data decide, where the file gives them: data that lead elsewhere end the run with TCC_ERR_SHAPE, and
 * nothing outside the buffers is touched; the next run, with data that agree, is right again. */
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "ir/text.h"
#include "tests/flags.h"
#include "tests/suite/compare.h"
#include "tests/unit/unit.h"
#include "tools/jit.h"

#define FLAGS "-std=gnu11 " CLEAN

enum { MOST = 4, BAD = 3 };

/* One input x of 6 floats, and one of up to four integers, which decide. */
typedef struct Model {
	const char *text;
	int64_t good[MOST], bad[BAD][MOST];
} Model;

static const Model models[] = {
	{"graph (%x f32[2,3], %d i64[1]) -> (%y) { %y f32[2,1] = ReduceSum(%x, %d) }", {1}, {{0}, {2}, {-3}}},
	{"graph (%x f32[6], %d i64[2]) -> (%y) { %y f32[3,2] = Reshape(%x, %d) }", {3, -1}, {{2, 3}, {-1, -1}, {0, 2}}},
	{"graph (%x f32[2,3], %d i64[4]) -> (%y) { %y f32[3,3] = Pad(%x, %d) }", {1, 0, 0, 0},
	 {{0, 0, 0, 0}, {1, 1, 0, 0}, {INT64_MAX, 0, 0, 0}}},
	{"graph (%x f32[6], %d i64[2]) -> (%y) { %s, %e = Split(%d) {num_outputs = 2} %y f32[3] = Slice(%x, %s, %e) }", {1, 4}, {{1, 5}, {4, 1}, {INT64_MIN, INT64_MAX}}},
	{"graph (%x f32[6], %d i64[2]) -> (%y, %z) { %y f32[2], %z f32[4] = Split(%x, %d) }", {2, 4}, {{4, 2}, {2, 3}, {-2, 8}}},
	{"graph (%x f32[1,6], %d i64[1]) -> (%y) { %l i64[] = const [2] %y f32[1,2,2,2] = STFT(%x, %d, _, %l) }", {3},
	 {{2}, {0}, {INT64_MAX}}},
	{"graph (%x f32[2,3,1], %d i64[1]) -> (%y) { %y f32[2,3,2] = DFT(%x, _, %d) {onesided = 1} }", {0}, {{1}, {2}, {-9}}},
	{"graph (%x f32[1,2,3], %d i64[2]) -> (%y) { %i i64[2] = const [1, 4] %y f32[1,1,1,4] = Col2Im(%x, %i, %d) }", {1, 2},
	 {{2, 1}, {1, 3}, {0, 0}}},
};

enum { MODELS = sizeof models / sizeof *models };

static Ctx ctx;

static Graph *parse(const Model *m)
{
	Syms *syms = NEW(&ctx.perm, Syms);

	*syms = (Syms){.ctx = &ctx};
	return graph_parse(&ctx, syms, m->text);
}

static int run_with(Session *s, const Graph *g, const int64_t *data, Tensor **in)
{
	for (int i = 0; i < 2; i++) {
		int64_t dims[MAX_RANK];
		for (int k = 0; k < g->in[i]->shape.rank; k++)
			dims[k] = g->in[i]->shape.dim[k].k;
		in[i] = tensor_new(&ctx.perm, g->in[i]->dtype, g->in[i]->shape.rank, dims);
	}
	for (int64_t k = 0; k < in[0]->count; k++)
		((float *)in[0]->data)[k] = (float)(k + 1);
	for (int64_t k = 0; k < in[1]->count; k++)
		((int64_t *)in[1]->data)[k] = data[k];
	session_bind(s, in);
	return session_run(s);
}

static void run_right(Session *s, const Model *m)
{
	Tensor *in[2];
	Graph *g = parse(m);
	Eval e = {.budget = -1};

	assert_int_equal(run_with(s, g, m->good, in), TCC_OK);
	eval_graph(&e, g, &ctx.perm, in);
	for (int i = 0; i < g->nout; i++) {
		const Tensor *want = eval_value(&e, g->out[i]);
		char why[300];
		assert_true(tensor_matches(session_output(s, i), want, 1e-6, 1e-6, why, sizeof why)); /* sums of floats */
	}
}

static void run_model(const Model *m, const char *target)
{
	Settings settings = {.compile = {.level = 2, .target = target}, .cc_flags = FLAGS, .threads = 1};
	Session *s = jit(&ctx, parse(m), &settings, NULL);
	Tensor *in[2];

	for (int i = 0; i < BAD; i++) {
		int status = run_with(s, parse(m), m->bad[i], in);
		print_message("model %td, data %d: status %d\n", m - models, i, status);
		assert_true(status == TCC_ERR_SHAPE || status == TCC_ERR_INDEX);
		assert_true(session_intact(s));
		run_right(s, m);
	}
	session_close(s);
	temporary_clear();
}

static void other_sizes_end_the_run(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", 0);
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "a model ends in trouble");
	}
	for (int i = 0; i < MODELS; i++) {
		run_model(&models[i], "c");
		run_model(&models[i], "native");
	}
	ctx_close(&ctx);
}

static void a_shape_that_no_axes_give_is_refused(void **state)
{
	static const Model none = {.text = "graph (%x f32[2,3], %d i64[1]) -> (%y) { %y f32[2,2] = ReduceSum(%x, %d) }"};
	Settings settings = {.compile = {.level = 2, .target = "c"}, .cc_flags = FLAGS, .threads = 1};

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_fails(&ctx, EXIT_MODEL, "E-SHAPE", jit(&ctx, parse(&none), &settings, NULL));
	ctx_close(&ctx);
}

static void how_many_pads_there_are_is_no_matter_for_the_run(void **state)
{
	static const Model some = {.text = "symbol n = 2..6 graph (%x f32[2,3], %d i64[n]) -> (%y) { %y f32[3,3] = Pad(%x, %d) }"};
	Settings settings = {.compile = {.level = 2, .target = "c"}, .cc_flags = FLAGS, .threads = 1};

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", jit(&ctx, parse(&some), &settings, NULL));
	ctx_close(&ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(other_sizes_end_the_run),
					   cmocka_unit_test(a_shape_that_no_axes_give_is_refused),
					   cmocka_unit_test(how_many_pads_there_are_is_no_matter_for_the_run)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
