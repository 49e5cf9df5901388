/* How emitted C reads: operands are called by what they are, and tables of weights say where these come from. */
#include <string.h>
#include "codegen/codegen.h"
#include "ir/text.h"
#include "tests/unit/unit.h"

static Ctx context;

static const char *emitted_for(const char *target, const char *text)
{
	const char *header;
	Syms syms = {.ctx = &context};
	Options o = {.level = 2, .target = target, .prefix = "m", .output = "m.c"};

	if (setjmp(context.border))
		return context.message;
	Graph *g = graph_parse(&context, &syms, text);
	passes_run(g, &o);
	return emit_text(g, &o, &header, NULL);
}

static const char *emitted(const char *text) { return emitted_for("c", text); }

static void operands_are_called_by_their_roles(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[4,3], %s f32[4,2], %m bool[4,2]) -> (%y, %z) {\n"
	                        "%w \"fc.weight\" f32[3,2] = const [1, 2, 3, 4, 5, 6]\n"
	                        "%b \"fc.bias\" f32[2] = const [7, 8]\n"
	                        "%p = MatMul(%x, %w) @1 \"fc\" %q = Add(%p, %b) @2 \"fc\" %y = Add(%q, %s) @3 \"skip\"\n"
	                        "%z = Where(%m, %s, %b) }");
	assert_non_null(strstr(c, "const float *restrict w, const float *restrict bias, const float *restrict residual)"));
	assert_non_null(strstr(c, "const uint8_t *restrict mask, const float *restrict x, const float *restrict w)"));
	assert_non_null(strstr(c, "_bias[2] ALIGN = {\t/* of fc.bias */"));
	assert_non_null(strstr(c, ", of fc.weight */"));
}

/* A name that is too long keeps its end: the beginning is that of all. */
static void long_names_keep_their_ends(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[4,3]) -> (%y) {\n"
	                        "%w \"a.very.long.path.of.modules.that.all.weights.share.fc.weight\" f32[3,2] = const [1, 2, 3, 4, 5, 6]\n"
	                        "%y = MatMul(%x, %w) }");
	assert_non_null(strstr(c, ", of ...les.that.all.weights.share.fc.weight */"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(operands_are_called_by_their_roles),
	                                   cmocka_unit_test(long_names_keep_their_ends)};

	ctx_open(&context, "unit", (size_t)256 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	ctx_close(&context);
	return failed;
}
