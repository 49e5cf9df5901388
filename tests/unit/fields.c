/* The typed structs call inputs, outputs and sizes as the model does, as far as C and C++ can say it. */
#include <string.h>
#include "codegen/codegen.h"
#include "ir/text.h"
#include "tests/unit/unit.h"

static Ctx context;

/* The header of a model, or what is wrong with it. */
static const char *header_of(const char *text)
{
	const char *header;
	Syms syms = {.ctx = &context};
	Options o = {.level = 2, .target = "c", .prefix = "m", .output = "m.c"};
	dim_choose(&syms, "batch", 1, 4);
	dim_choose(&syms, "tokens", 1, 9);

	if (setjmp(context.border))
		return context.message;
	Graph *g = graph_parse(&context, &syms, text);
	passes_run(g, &o);
	emit_text(g, &o, &header, NULL);
	return header;
}

/* The member of an input that the model calls so. */
static void called(const char *name, const char *member)
{
	const char *text = arena_format(&context.perm, "graph (%%x \"%s\" f32[2]) -> (%%y) { %%y = Neg(%%x) }", name);
	const char *header = header_of(text), *line = arena_format(&context.perm, "\tconst float *%s;\t", member);
	if (!strstr(header, line))
		assert_string_equal(header, line);
}

static void names_are_those_of_the_model(void **state)
{
	(void)state;
	called("pixel_values", "pixel_values");
	called("X", "X");
	called("input.1", "input_1");
	called("/head/logits:0", "head_logits_0");
	called("__hidden--state__", "hidden_state");
	called("caf\303\251", "caf");
}

static void a_name_that_says_nothing_is_a_number(void **state)
{
	(void)state;
	called("493", "x0");
	called("///", "x0");
	called("a.very.long.path.of.modules.that.ends.in.something.that.nobody.types", "x0");
}

static void words_of_the_language_are_avoided(void **state)
{
	(void)state;
	called("default", "default_");
	called("class", "class_");
	called("linux", "linux_");
	called("NULL", "null");
	called("INT32_MAX", "int32_max");
	called("I", "i");
	called("int", "int_");
	called("DEFAULT", "default_");
	static const char *const cpp20[] = {"char8_t", "char16_t", "char32_t", "co_await", "co_return", "co_yield", "concept",
	                                    "consteval", "constinit", "requires"};
	for (size_t i = 0; i < sizeof cpp20 / sizeof *cpp20; i++)
		called(cpp20[i], arena_format(&context.perm, "%s_", cpp20[i]));
	called("typeof_unqual", "typeof_unqual_");
}

static void alike_ones_are_told_apart(void **state)
{
	(void)state;
	const char *header = header_of("graph (%a \"in.1\" f32[2], %b \"in:1\" f32[2], %c \"in_1_2\" f32[2]) -> (%y) {\n"
	                               "%s = Add(%a, %b) %y = Add(%s, %c) }");
	assert_non_null(strstr(header, "\tconst float *in_1;\t/* f32[2]  in.1 */\n\tconst float *in_1_2;\t/* f32[2]  in:1 */\n"
	                               "\tconst float *in_1_2_2;\t/* f32[2]  in_1_2 */\n"));
}

static void sizes_are_members(void **state)
{
	(void)state;
	const char *header = header_of("graph (%x \"tokens\" f32[batch,tokens]) -> (%y) { %y = Neg(%x) }");
	assert_non_null(strstr(header, "\tconst float *tokens;\t/* f32[batch,tokens_2] */\n\tint64_t batch;\t/* 1 to 4 */\n"
	                               "\tint64_t tokens_2;\t/* tokens, 1 to 9 */\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_the_model), cmocka_unit_test(a_name_that_says_nothing_is_a_number),
		cmocka_unit_test(words_of_the_language_are_avoided), cmocka_unit_test(alike_ones_are_told_apart),
		cmocka_unit_test(sizes_are_members),
	};

	ctx_open(&context, "unit", (size_t)256 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	ctx_close(&context);
	return failed;
}
