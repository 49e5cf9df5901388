/* docs/operators.md is what the program writes; docs/README.md says how to make it anew. */
#include <stdlib.h>
#include "tests/unit/unit.h"
#include "tools/operators.h"

static char *text_of_file(FILE *f, size_t *n)
{
	char *text = NULL;

	assert_non_null(f);
	*n = 0;
	for (int c; (c = getc(f)) != EOF;) {
		text = realloc(text, *n + 2);
		assert_non_null(text);
		text[(*n)++] = (char)c;
		text[*n] = 0;
	}
	fclose(f);
	return text;
}

static void the_list_is_up_to_date(void **state)
{
	char *list = NULL;
	size_t n, written;

	(void)state;
	FILE *f = open_memstream(&list, &n);
	operators_list(f);
	fclose(f);
	char *file = text_of_file(fopen(TCC_TESTS "/../docs/operators.md", "r"), &written);
	assert_string_equal(file, list);
	free(file);
	free(list);
}

static void each_operator_stands_there_once(void **state)
{
	char *list = NULL;
	size_t n;

	(void)state;
	FILE *f = open_memstream(&list, &n);
	operators_list(f);
	fclose(f);
	assert_non_null(strstr(list, "\n| Softmax | 1 | 1 | 13 | formula |"));
	assert_non_null(strstr(list, "\n| TreeEnsemble | 1 | 1 |  |"));
	assert_non_null(strstr(list, "Upsample, today Resize"));
	assert_null(strstr(list, "| TreeLeaf "));
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_is_up_to_date),
		cmocka_unit_test(each_operator_stands_there_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
