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
		cmocka_unit_test(locals_are_no_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
