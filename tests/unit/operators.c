/* docs/operators.md is what the program writes (docs/README.md says how to make it anew), and what it says of types holds. */
#include <stdio.h>
#include <stdlib.h>
#include "tests/unit/graphs.h"
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
	char *list = NULL, row[100];
	size_t n;

	(void)state;
	FILE *f = open_memstream(&list, &n);
	operators_list(f);
	fclose(f);
	assert_non_null(strstr(list, "\n| Softmax | 1 | 1 | float | 13 | formula |"));
	assert_non_null(strstr(list, "\n| TreeEnsemble | 1 | 1 | float |  |"));
	assert_non_null(strstr(list, "Upsample, today Resize"));
	for (const Op *const *op = op_table; *op; op++) {
		snprintf(row, sizeof row, "\n| %s | ", (*op)->name);
		bool ours = (*op)->domain && !strcmp((*op)->domain, "tcc");
		assert_true(ours || strstr(list, row));
	}
	assert_null(strstr(list, "| TreeLeaf "));
	free(list);
}

/* A node all of whose inputs are of a class that the row does not name. */
static void give(const Op *op, DType t)
{
	enum { MOST = 16 };
	Value *in[MOST];
	Shape s = shape_of(SHAPE(dim(2), dim(3), dim(4)));

	assert_in_range(op->min_in, 1, MOST);
	for (int i = 0; i < op->min_in; i++)
		in[i] = value_input(g, "x", t, &s);
	node_new(g, op, NULL, op->min_in, in, op->min_out, NULL);
}

CASE(rows_refuse_what_they_do_not_name)
{
	static const struct {
		char letter;
		DType type;
	} each[] = {{'f', F32}, {'i', I64}, {'u', U8}, {'b', BOOL}, {'s', STR}, {'c', C64}};
	int refused = 0;

	for (const Op *const *op = op_table; *op; op++)
		for (size_t i = 0; (*op)->types && (*op)->min_in && i < sizeof each / sizeof *each; i++) {
			if (strchr((*op)->types, each[i].letter))
				continue;
			assert_fails(&ctx, EXIT_MODEL, "E-TYPE", give(*op, each[i].type));
			refused++;
		}
	assert_true(refused > 600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_is_up_to_date),
		cmocka_unit_test(each_operator_stands_there_once),
		TEST(rows_refuse_what_they_do_not_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
