/* Masks that are made of integers are stored once, so that the product of Q and K is in tiles: in an expression behind it,
 * what compares them would leave it to scalar loops. */
#include <string.h>
#include "codegen/codegen.h"
#include "ir/text.h"
#include "tests/unit/unit.h"

static Ctx context;

static void scores_are_in_tiles(const char *text, const char *made_of)
{
	Options o = {.target = "x86-64-v3", .level = 2, .prefix = "m", .output = "m.c"};
	Syms syms = {.ctx = &context};
	const char *header;

	if (setjmp(context.border)) {
		assert_string_equal(context.message, "");
		return;
	}
	Graph *g = graph_parse(&context, &syms, text);
	passes_run(g, &o);
	const char *stage = strstr(emit_text(g, &o, &header, NULL), made_of);
	assert_non_null(stage);
	stage = strstr(stage, "schedule: ");
	assert_non_null(stage);
	const char *tile = strstr(stage, " a tile; ");
	assert_true(tile && tile < strchr(stage, '\n'));
}

static void masks_of_keys(void **state)
{
	(void)state;
	scores_are_in_tiles("graph (%x f32[1,64,64], %w f32[64,192], %m i32[1,64]) -> (%y) {"
	                    " %y = com.microsoft.Attention(%x, %w, _, %m) {num_heads = 2} }", "from MatMul, Mul, Add");
	scores_are_in_tiles("graph (%x f32[2,64,64], %w f32[64,192], %m i32[2]) -> (%y) {"
	                    " %y = com.microsoft.Attention(%x, %w, _, %m) {num_heads = 2} }", "from MatMul, Mul, Add");
}

static void rows_of_caches(void **state)
{
	(void)state;
	scores_are_in_tiles("graph (%q f32[1,4,256], %k f32[1,2,64,32], %l i32[1], %t i32[]) -> (%y, %k2, %v2) {"
	                    " %y, %k2 f32[1,2,64,32], %v2 f32[1,2,64,32] = com.microsoft.GroupQueryAttention(%q, _, _, %k, %k, %l, %t)"
	                    " {num_heads = 4, kv_num_heads = 2} }", "from MatMul, Reshape, Mul, Add");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(masks_of_keys), cmocka_unit_test(rows_of_caches)};

	ctx_open(&context, "unit", (size_t)256 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	ctx_close(&context);
	return failed;
}
