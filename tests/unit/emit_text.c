/* Text that emitted C makes: room for so many bytes each, TCC_ERR_CAPACITY where that is too little, and then a run that is
 * right again; nothing outside the buffers is touched. */
#include <string.h>
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "ir/text.h"
#include "tests/unit/unit.h"
#include "tools/jit.h"

#define FLAGS "-O1 -std=gnu11 -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror"

enum { ROOM = 8, TEXTS = 3 };

typedef struct Model {
	const char *text;
	const char *right[TEXTS], *longer[TEXTS]; /* what goes into x; made of `longer` is more than ROOM bytes */
} Model;

static const Model models[] = {
	{"graph (%x str[3]) -> (%y) { %y = StringConcat(%x, %x) }", {"abcd", "", "x"}, {"", "abcde", ""}},
	{"graph (%x str[3]) -> (%y) { %y = StringNormalizer(%x) {case_change_action = UPPER} }",
	 {"abcdefgh", "ALREADY UPPER CASE: NOTHING IS MADE", "\311\220 \311\220 "}, {"", "", "ABCDEFGHi"}},
	{"graph (%x str[3]) -> (%y) { %y = StringNormalizer(%x) {case_change_action = LOWER} }", /* of two bytes, then of three */
	 {"\310\272\310\272xx", "", "abc"}, {"", "\310\272\310\272xxx", ""}},
	{"graph (%x str[3]) -> (%y) { %k str[] = const [\"12345\"] %m str[3] = StringConcat(%x, %k) %y = StringConcat(%k, %m) }",
	 {"", "", ""}, {"", "", "abcd"}},
};

enum { MODELS = sizeof models / sizeof *models };

static Ctx ctx;

static Graph *parse(const Model *m)
{
	Syms *syms = NEW(&ctx.perm, Syms);

	*syms = (Syms){.ctx = &ctx};
	return graph_parse(&ctx, syms, m->text);
}

static Tensor *texts(const char *const *list)
{
	Tensor *t = tensor_new(&ctx.perm, STR, 1, &(int64_t){TEXTS});

	for (int i = 0; i < TEXTS; i++)
		((Text *)t->data)[i] = (Text){list[i], (int64_t)strlen(list[i])};
	return t;
}

static int run_with(Session *s, const char *const *list)
{
	session_bind(s, (Tensor *[]){texts(list)});
	int status = session_run(s);
	assert_true(session_intact(s));
	return status;
}

static void run_right(Session *s, const Model *m)
{
	Graph *g = parse(m);
	Eval e = {.budget = -1};

	assert_int_equal(run_with(s, m->right), TCC_OK);
	eval_graph(&e, g, &ctx.perm, (Tensor *[]){texts(m->right)});
	assert_true(tensor_equal(session_output(s, 0), eval_value(&e, g->out[0])));
}

/* The last model makes texts of 10 bytes of empty ones. */
static int64_t room_of(const Model *m) { return m == &models[MODELS - 1] ? ROOM + 2 : ROOM; }

static void run_model(const Model *m, const char *target, int workers)
{
	Settings settings = {.compile = {.level = 2, .target = target, .text_bytes = room_of(m)}, .cc_flags = FLAGS, .threads = workers};
	Session *s = jit(&ctx, parse(m), &settings, NULL);

	run_right(s, m);
	assert_int_equal(run_with(s, m->longer), TCC_ERR_CAPACITY);
	run_right(s, m);
	session_close(s);
	temporary_clear();
}

static void what_is_too_long_ends_the_run(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", 0);
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "a model ends in trouble");
	}
	for (int i = 0; i < MODELS; i++) {
		run_model(&models[i], "c", 1);
		run_model(&models[i], "native", 2);
	}
	ctx_close(&ctx);
}

static void text_made_in_a_loop_is_refused(void **state)
{
	static const Model loop = {.text = "graph (%x str[3], %m i64[]) -> (%y) { %y = Loop(%m, _, %x) body = graph (%t i64[], %g bool[],"
					   " %a str[3]) -> (%g, %b) { %b = StringConcat(%a, %a) } }"};
	Settings settings = {.compile = {.level = 2, .target = "c"}, .cc_flags = FLAGS, .threads = 1};

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-UNSUPPORTED", jit(&ctx, parse(&loop), &settings, NULL));
	ctx_close(&ctx);
}

/* Constants longer than literals may be, and bytes of any kind, whatever happens to weights. */
static void constants_are_in_the_text(void **state)
{
	enum { LONG = 5000 };
	Settings settings = {.compile = {.level = 2, .target = "c", .weights = WEIGHTS_FILE}, .cc_flags = FLAGS, .threads = 1};
	char bytes[LONG];

	(void)state;
	ctx_open(&ctx, "unit", 0);
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "a model ends in trouble");
	}
	for (int i = 0; i < LONG; i++)
		bytes[i] = (char)i;
	Syms syms = {.ctx = &ctx};
	Graph *g = graph_new(&ctx, &syms, "test", NULL);
	Tensor *k = texts((const char *[]){"?\077/ \"\\", "", "\303\251"}), *in = tensor_new(&ctx.perm, I64, 1, &(int64_t){TEXTS});
	((Text *)k->data)[1] = (Text){bytes, LONG};
	for (int i = 0; i < TEXTS; i++)
		((int64_t *)in->data)[i] = i;
	Value *at = value_input(g, "at", I64, &(Shape){1, {dim(TEXTS)}});
	graph_output(g, put(g, NULL, "Gather", value_const(g, "k", k), at, END_IN), "y");
	Session *s = jit(&ctx, g, &settings, NULL);
	session_bind(s, &in);
	assert_int_equal(session_run(s), TCC_OK);
	assert_true(tensor_equal(session_output(s, 0), k));
	session_close(s);
	temporary_clear();
	ctx_close(&ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_too_long_ends_the_run),
					   cmocka_unit_test(text_made_in_a_loop_is_refused),
					   cmocka_unit_test(constants_are_in_the_text)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
