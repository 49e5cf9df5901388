/* Which words an emitted text uses: helpers are printed for them, and a helper that nobody calls is a warning. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(words_stand_alone), cmocka_unit_test(comments_use_nothing)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
