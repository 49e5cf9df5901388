/* graphs.h -- what tests of graphs share: a fresh context and graph for each test. */
#ifndef TCC_TESTS_UNIT_GRAPHS_H
#define TCC_TESTS_UNIT_GRAPHS_H
#include "ir/op.h"
#include "ir/text.h"
#include "tests/unit/unit.h"

static Ctx ctx;
static Syms syms;
static Graph *g;

static int setup(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", (size_t)1 << 30);
	syms = (Syms){.ctx = &ctx};
	g = graph_new(&ctx, &syms, "test", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ctx_close(&ctx);
	assert_int_equal(ctx.memory_used, 0);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* A test: CASE(name) { ... }. What fails outside of assert_fails() is the test's trouble. */
#define CASE(name)                                                                                                     \
	static void name##_(void);                                                                                     \
	static void name(void **state)                                                                                 \
	{                                                                                                              \
		(void)state;                                                                                           \
		if (setjmp(ctx.border))                                                                                \
			assert_string_equal(ctx.message, "nothing that fails");                                        \
		name##_();                                                                                             \
	}                                                                                                              \
	static void name##_(void)

static inline Value *f32_input(const char *name, int rank, const Dim *dims)
{
	Shape s = shape_of(rank, dims);

	return value_input(g, name, F32, &s);
}

#define SHAPE(...) (int)(sizeof((Dim[]){__VA_ARGS__}) / sizeof(Dim)), (Dim[]){__VA_ARGS__}
#endif
