/* Stages that do the same call one function, which names them; what differs in a number has its own. What is said of a function
 * as a whole. */
#include "codegen/codegen.h"
#include "ir/text.h"
#include "tests/unit/unit.h"

static Ctx context;

static const char *emitted(const char *text)
{
	const char *header;
	Syms syms = {.ctx = &context};
	Options o = {.level = 2, .target = "c", .prefix = "m", .output = "m.c"};

	if (setjmp(context.border))
		return context.message;
	Graph *g = graph_parse(&context, &syms, text);
	passes_run(g, &o);
	return emit_text(g, &o, &header, NULL);
}

static int count(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part))) {
		n++;
		text++;
	}
	return n;
}

static void layers_that_repeat_share(void **state)
{
	const char *c = emitted("graph (%x f32[8,32], %v f32[32,32], %w f32[32,32], %u f32[32,16]) -> (%z) {\n"
	                        "%a = MatMul(%x, %v) %b = Tanh(%a) %d = MatMul(%b, %w) %e = Tanh(%d) %z = MatMul(%e, %u) }");

	(void)state;
	assert_int_equal(count(c, "STAGE void s"), 2);
	assert_non_null(strstr(c, "/* 1, 2: f32[8,32]    from MatMul, Tanh; the others alike"));
	assert_non_null(strstr(c, "/* 3: f32[8,16]    from MatMul"));
	assert_int_equal(count(c, "\ts1_matmul("), 2);
	assert_non_null(strstr(c, ");\t/* s2_matmul */\n"));
	assert_non_null(strstr(c, "\ts3_matmul("));
}

static void another_number_is_another_function(void **state)
{
	const char *c = emitted("graph (%x f32[8,32], %v f32[32,32], %w f32[32,32]) -> (%z) {\n"
	                        "%a = MatMul(%x, %v) %b = LeakyRelu(%a) {alpha=0.1}\n"
	                        "%d = MatMul(%b, %w) %z = LeakyRelu(%d) {alpha=0.2} }");

	(void)state;
	assert_int_equal(count(c, "STAGE void s"), 2);
	assert_null(strstr(c, "the others alike"));
}

/* Scalar loops of so many turns that vectors leave a rest are asked for, as compilers make none of them by themselves. */
static void compilers_are_asked_for_vectors(void **state)
{
	static const struct {
		const char *size;
		bool asked;
	} loops[] = {{"4096", false}, {"4097", true}, {"n", true}, {"7", false}};

	(void)state;
	for (int i = 0; i < 4; i++) {
		char text[200];
		snprintf(text, sizeof text, "symbol n = 1..100 graph (%%x u8[%s]) -> (%%y) { %%y = BitwiseNot(%%x) }", loops[i].size);
		assert_int_equal(count(emitted(text), "STAGE LOOPS void s1_bitwisenot("), loops[i].asked);
		assert_int_equal(count(emitted(text), "#define LOOPS __attribute__"), loops[i].asked);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layers_that_repeat_share),
		cmocka_unit_test(another_number_is_another_function),
		cmocka_unit_test(compilers_are_asked_for_vectors),
	};

	ctx_open(&context, "unit", (size_t)256 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	ctx_close(&context);
	return failed;
}
