/* Stages that move elements and compute little: what their emitted C has loops of its own for. */
#include "codegen/codegen.h"
#include "ir/text.h"
#include "tests/unit/unit.h"

static Ctx context;

static const char *emitted(bool threads, const char *text)
{
	Options o = {.level = 2, .target = "x86-64-v3", .threads = threads, .prefix = "m", .output = "m.c"};
	const char *header;
	Syms syms = {.ctx = &context};
	Facts facts;

	if (setjmp(context.border))
		return context.message;
	Graph *g = graph_parse(&context, &syms, text);
	passes_run(g, &o);
	return emit_text(g, &o, &header, &facts);
}

/* Across rows each lane has its own, and no test that is a jump. */
static void the_best_across_rows_is_a_vector(void **state)
{
	const char *c = emitted(false, "graph (%x f32[1,21,64,64]) -> (%y) { %y = ArgMax(%x) {axis = 1} }");

	(void)state;
	assert_non_null(strstr(c, "v_select_l("));
	assert_null(strstr(c, "if (t1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_across_rows_is_a_vector),
	};

	ctx_open(&context, "unit", (size_t)256 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	ctx_close(&context);
	return failed;
}
