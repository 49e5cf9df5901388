/* Which words an emitted text uses: helpers are printed for them, and a helper that nobody calls is a warning. */
#include <string.h>
#include "codegen/module.h"
#include "tests/unit/unit.h"

static void words_stand_alone(void **state)
{
	(void)state;
	assert_true(uses_word("part(2, worker)", "part"));
	assert_true(uses_word("from = part(2)", "part"));
	assert_false(uses_word("a_part(2) + parts(3)", "part"));
	assert_false(uses_word("", "part"));
}

/* Names of a model's nodes stand there. */
static void comments_use_nothing(void **state)
{
	(void)state;
	assert_false(uses_word("/* 3: part 1 of 4 */ x = 1;", "part"));
	assert_false(uses_word("x = 1; /* part */", "part"));
	assert_true(uses_word("/* part 1 */ part(2);", "part"));
	assert_true(uses_word("part(2); /* part 1 */", "part"));
	assert_true(uses_word("/**/part(2);", "part"));
}

static void functions_are_called(void **state)
{
	(void)state;
	assert_true(calls_function("int part = part_of(x); y = part(2);", "part"));
	assert_false(calls_function("int part = part_of(x); y = part + (2);", "part"));
	assert_false(calls_function("x = 1; /* part(2) */ y = c->part(1);", "part"));
}

/* A parameter or a local that is called like a function is none, a type is used wherever it stands. */
static void helpers_are_printed_for_calls(void **state)
{
	static const Helper table[] = {
		{"least", "int least(int a, int b)\n{\n\tpair most = { a, b };\n\treturn most.a < most.b ? a : b;\n}\n"},
		{"most", "int most(int a, int b)\n{\n\treturn -least(-a, -b);\n}\n"},
		{"pair", "typedef struct pair { int a, b; } pair;\n"},
		{NULL, NULL}};
	Ctx ctx;
	(void)state;
	ctx_open(&ctx, "unit", 0);
	Out one = {.arena = &ctx.perm}, all = {.arena = &ctx.perm};
	print_helpers(table, "int most = least(1, 2);", &one);
	print_helpers(table, "int y = most(1, 2);", &all);
	assert_non_null(strstr(one.text, table[0].text));
	assert_non_null(strstr(one.text, table[2].text));
	assert_null(strstr(one.text, table[1].text));
	assert_non_null(strstr(all.text, table[1].text));
	ctx_close(&ctx);
}

static bool is_listed(const Helper *h, const char *name)
{
	while (h->name && strcmp(h->name, name))
		h++;
	return h->name;
}

/* A local called like a helper would have it printed, and hide it. */
static void locals_are_no_helpers(void **state)
{
	(void)state;
	for (int i = 0; local_word(i); i++) {
		assert_false(is_listed(common_helpers, local_word(i)));
		assert_false(is_listed(text_helpers, local_word(i)));
		assert_false(is_listed(image_helpers, local_word(i)));
		for (int k = 0; target_table[k]; k++)
			assert_false(is_listed(target_table[k]->helpers, local_word(i)));
	}
}

/* A parameter may get its name when a local has one already. */
static void locals_are_no_parameters(void **state)
{
	(void)state;
	for (int i = 0; local_word(i); i++)
		for (int k = 0; role_word(k); k++)
			assert_string_not_equal(local_word(i), role_word(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_stand_alone), cmocka_unit_test(comments_use_nothing), cmocka_unit_test(locals_are_no_helpers),
		cmocka_unit_test(functions_are_called), cmocka_unit_test(helpers_are_printed_for_calls),
		cmocka_unit_test(locals_are_no_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
