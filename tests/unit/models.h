/* models.h -- random models as emitted C: for every target of this machine against the evaluator, which runs the nodes
 * as they are. What is emitted for workers must give one worker's bits with several.
 *
 * A program gives MODELS, NODES (a model) and INPUTS (of a model, at most), includes this, and defines add_node(). */
#ifndef TCC_TESTS_UNIT_MODELS_H
#define TCC_TESTS_UNIT_MODELS_H
#include <math.h>
#include <stdio.h>
#include <unistd.h>
#include "codegen/codegen.h"
#include "ir/op/nn.h"
#include "runtime/tcc.h"
#include "tests/flags.h"
#include "tests/unit/unit.h"
#include "tools/cc.h"
#include "tools/headers.h"
#include "tools/jit.h"

#define FLAGS "-std=gnu11 " CLEAN

/* Some nodes side by side, each with inputs and outputs of its own. */
typedef struct Model {
	Ctx ctx;
	Syms syms;
	Graph *g;
	Tensor *in[INPUTS], **want;
	uint64_t state;
} Model;

static Model models[MODELS];

/* One more node, or a few, with inputs and outputs of their own; `number` counts them over all models. */
static void add_node(Model *m, int number);

static int64_t pick(Model *m, int64_t lo, int64_t hi) { return random_in(&m->state, lo, hi); }
static bool chance(Model *m, int percent) { return pick(m, 1, 100) <= percent; }

#define DIMS(...) (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]){__VA_ARGS__}

/* ---- values ---- */

/* 64ths in -1/2 .. 1/2, so that states do not grow. */
static Tensor *random_tensor(Model *m, int rank, const int64_t *dims)
{
	Tensor *t = tensor_new(&m->ctx.perm, F32, rank, dims);

	for (int64_t i = 0; i < t->count; i++)
		store_f64(F32, t->data, i, (double)pick(m, -32, 32) / 64);
	return t;
}

static Value *given(Model *m, Tensor *t)
{
	Shape s = tensor_shape(t);

	m->in[m->g->nin] = t;
	return value_input(m->g, "x", t->dtype, &s);
}

/* A parameter: mostly a constant, now and then one that only the run knows. */
static inline Value *parameter(Model *m, int rank, const int64_t *dims)
{
	Tensor *t = random_tensor(m, rank, dims);

	return chance(m, 80) ? value_const(m->g, "w", t) : given(m, t);
}

/* ---- models ---- */

static void make_model(Model *m, int number)
{
	Eval e = {0};

	m->state = 77 + (uint64_t)number;
	m->syms = (Syms){.ctx = &m->ctx};
	m->g = graph_new(&m->ctx, &m->syms, "test", NULL);
	for (int i = 0; i < NODES; i++)
		add_node(m, number * NODES + i);
	eval_graph(&e, m->g, &m->ctx.results, m->in);
	m->want = NEW_N(&m->ctx.perm, Tensor *, m->g->nout);
	for (int i = 0; i < m->g->nout; i++)
		m->want[i] = eval_value(&e, m->g->out[i]);
}

/* ---- emitting, building, running ---- */

static const char *emit(Model *m, int number, const char *target, bool threads)
{
	Options o = {.level = 2, .target = target, .threads = threads};
	const char *name = arena_format(&m->ctx.perm, "m%d.c", number);

	o.prefix = arena_format(&m->ctx.perm, "m%d", number);
	o.output = arena_format(&m->ctx.perm, "%s/%s", temporary_folder(&m->ctx), name);
	passes_run(m->g, &o);
	emit_model(m->g, &o, NULL);
	return name;
}

static void assert_run(Model *m, Session *s)
{
	assert_int_equal(session_run(s), TCC_OK);
	assert_true(session_intact(s));
	for (int i = 0; i < m->g->nout; i++) {
		const Tensor *got = session_output(s, i), *want = m->want[i];
		assert_int_equal(got->count, want->count);
		for (int64_t k = 0; k < got->count; k++) {
			double x = load_f64(got->dtype, got->data, k), y = load_f64(want->dtype, want->data, k);
			double most = is_float(want->dtype) ? 2e-5 * (1 + fabs(y)) : 0;
			if (!(fabs(x - y) <= most))
				print_error("output %d, element %lld: %g, not %g\n", i, (long long)k, x, y);
			assert_true(fabs(x - y) <= most);
		}
	}
}

static uint64_t output_bits(const Model *m, Session *s)
{
	uint64_t hash = HASH_START;

	for (int i = 0; i < m->g->nout; i++) {
		const Tensor *t = session_output(s, i);
		hash = hash_bytes(hash, t->data, dtype_bytes(t->dtype, t->count));
	}
	return hash;
}

static void run_model(Model *m, int number, const char *so, bool threads)
{
	const char *prefix = arena_format(&m->ctx.perm, "m%d", number);
	const char *weights = arena_format(&m->ctx.perm, "%s/%s.weights.bin", temporary_folder(&m->ctx), prefix);
	Session *s = session_open(&m->ctx, so, prefix, weights, true);

	session_bind(s, m->in);
	assert_run(m, s);
	if (threads) {
		static const int workers[] = {2, 3, 7, 16};
		uint64_t one = output_bits(m, s);
		for (int i = 0; i < 4; i++) {
			s->pool = tcc_pool_create(workers[i]);
			assert_non_null(s->pool);
			assert_run(m, s);
			assert_true(output_bits(m, s) == one);
			tcc_pool_destroy(s->pool);
		}
	}
	session_close(s);
}

static void all_models(const char *target, bool threads)
{
	const char *file[MODELS], *so, *flags;
	char why[300] = "";
	static jmp_buf border;

	if (setjmp(border)) {
		for (int i = 0; i < MODELS; i++)
			if (models[i].ctx.message[0])
				print_error("model %d: %s\n", i, models[i].ctx.message);
		assert_true(0 && "a model ends in trouble");
	}
	for (int i = 0; i < MODELS; i++) {
		models[i] = (Model){0};
		ctx_open(&models[i].ctx, "unit", (size_t)1 << 30);
		memcpy(&models[i].ctx.border, &border, sizeof border);
		make_model(&models[i], i);
		file[i] = emit(&models[i], i, target, threads);
	}
	so = arena_format(&models[0].ctx.perm, "%s/all.so", temporary_folder(&models[0].ctx));
	flags = arena_format(&models[0].ctx.perm, "%s%s", FLAGS, headers_once(&models[0].ctx, FLAGS));
	if (!cc_shared(temporary_folder(&models[0].ctx), flags, file, MODELS, so, why, sizeof why))
		print_error("%s\n", why);
	assert_string_equal(why, "");
	for (int i = 0; i < MODELS; i++)
		run_model(&models[i], i, so, threads);
	for (int i = 0; i < MODELS; i++)
		ctx_close(&models[i].ctx);
	temporary_clear();
}

static void portable_c(void **state)
{
	(void)state;
	all_models("c", false);
}

#ifdef __x86_64__
static void avx2(void **state)
{
	(void)state;
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		skip();
	all_models("x86-64-v3", true);
}

static void avx512(void **state)
{
	(void)state;
	if (!__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512bw"))
		skip();
	all_models("x86-64-v4", true);
}
#endif

static int models_main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(portable_c),
#ifdef __x86_64__
		cmocka_unit_test(avx2),
		cmocka_unit_test(avx512),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
