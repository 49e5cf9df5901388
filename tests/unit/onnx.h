/* onnx.h -- a model under construction and a context, for the tests of the ONNX front end. */
#ifndef TCC_TESTS_UNIT_ONNX_H
#define TCC_TESTS_UNIT_ONNX_H
#include "frontend/frontend.h"
#include "ir/op.h"
#include "tests/model.h"
#include "tests/unit/unit.h"

static Ctx ctx;
static Model m;

/* Before each test: a fresh context and an empty model. */
static inline int fresh(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", (size_t)256 << 20);
	m = model_new(&ctx.perm);
	return 0;
}

static inline int done(void **state)
{
	(void)state;
	ctx_close(&ctx);
	assert_int_equal(ctx.memory_used, 0);
	return 0;
}

/* The model as a graph; it has to be accepted. */
static inline Graph *import_with(const ReadOptions *o)
{
	size_t n;
	uint8_t *bytes = model_bytes(&m, &n);

	if (setjmp(ctx.border)) {
		assert_string_equal(ctx.message, "no error");
		return NULL;
	}
	return onnx_read_bytes(&ctx, bytes, n, NULL, o);
}

static inline Graph *import(void) { return import_with(NULL); }

/* The import has to end with that exit code, and with that text in its message. */
static inline void refuse_with(const ReadOptions *o, enum exit_code code, const char *text)
{
	size_t n;
	uint8_t *bytes = model_bytes(&m, &n);

	if (setjmp(ctx.border) == 0) {
		onnx_read_bytes(&ctx, bytes, n, NULL, o);
		assert_string_equal("it was imported", text);
	}
	if (!strstr(ctx.message, text))
		assert_string_equal(ctx.message, text);
	assert_int_equal(ctx.status, code);
}

static inline void refuse(enum exit_code code, const char *text) { refuse_with(NULL, code, text); }

/* Whether node i of the graph is of that operator. */
static inline bool is_node(const Graph *g, uint32_t i, const char *type)
{
	return i < g->nnode && !strcmp(g->node[i]->op->name, type);
}

/* Each test is run between fresh() and done(). */
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)
#endif
