/* Masks that are made of integers are stored once, so that the product of Q and K is in tiles, and a reduction or what they are
 * repeated along in vectors: in an expression of theirs, what compares integers would leave them to scalar loops. */
#include <string.h>
#include "codegen/codegen.h"
#include "ir/text.h"
#include "tests/unit/unit.h"

static Ctx context;

/* The schedule of the stage that is made of that has these words in it. */
static void is_scheduled(const char *text, const char *made_of, const char *words)
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
	const char *found = strstr(stage, words);
	assert_true(found && found < strchr(stage, '\n'));
}

static void scores_are_in_tiles(const char *text, const char *made_of) { is_scheduled(text, made_of, " a tile; "); }

#define SCORES "%q f32[1,4,64,32], %k f32[1,4,32,64]"
#define NUMBERS " %z i64[] = const [0] %low f32[] = const [-1e9] "

static void masks_of_numbers(void **state)
{
	(void)state;
	scores_are_in_tiles("graph (" SCORES ", %m i64[1,1,1,64]) -> (%y) {" NUMBERS "%s = MatMul(%q, %k) %e = Greater(%m, %z)"
	                    " %y = Where(%e, %s, %low) }", "from MatMul, Where");
	scores_are_in_tiles("graph (" SCORES ", %m i64[1,1,64,64]) -> (%y) {" NUMBERS "%one f32[] = const [1] %f f32[1,1,64,64] ="
	                    " Cast(%m) {to = f32} %s = MatMul(%q, %k) %g = Sub(%one, %f) %w = Mul(%g, %low) %y = Add(%s, %w) }",
	                    "from MatMul, Add");
	scores_are_in_tiles("graph (" SCORES ", %m i64[1,4,64,64]) -> (%y) {" NUMBERS "%s = MatMul(%q, %k) %e = Equal(%m, %z)"
	                    " %y = Where(%e, %low, %s) }", "from MatMul, Where");
}

static void what_is_reduced(void **state)
{
	(void)state;
	is_scheduled("graph (%s f32[8,64], %m i64[1,64]) -> (%y) {" NUMBERS "%e = Greater(%m, %z) %t = Where(%e, %s, %low)"
	             " %y = Softmax(%t) {axis = -1} }", "from Where, Softmax", "in vectors of 8");
	is_scheduled("graph (%s f32[8,64], %m i64[8,64]) -> (%y) {" NUMBERS "%e = Equal(%m, %z) %t = Where(%e, %low, %s)"
	             " %y = Softmax(%t) {axis = -1} }", "from Where, Softmax", "in vectors of 8");
}

static void what_is_repeated(void **state)
{
	(void)state;
	is_scheduled("graph (%s f32[8,64], %m i64[1,64]) -> (%y) {" NUMBERS "%f f32[] = const [0] %e = Equal(%m, %z)"
	             " %w = Where(%e, %low, %f) %y = Add(%s, %w) }", "from Add", "vectors of 8");
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
	const struct CMUnitTest tests[] = {cmocka_unit_test(masks_of_keys), cmocka_unit_test(masks_of_numbers),
	                                   cmocka_unit_test(what_is_reduced), cmocka_unit_test(what_is_repeated),
	                                   cmocka_unit_test(rows_of_caches)};

	ctx_open(&context, "unit", (size_t)256 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	ctx_close(&context);
	return failed;
}
