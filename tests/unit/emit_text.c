/* Text that emitted C makes: room for so many bytes each, TCC_ERR_CAPACITY where that is too little, and then a run that is
 * right again; nothing outside the buffers is touched. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "ir/text.h"
#include "passes/inputs.h"
#include "tests/flags.h"
#include "tests/unit/unit.h"
#include "tools/jit.h"

#define FLAGS "-std=gnu11 " CLEAN

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
	{"graph (%x str[3]) -> (%y) { %m i64[] = const [2] %y = Loop(%m, _, %x) body = graph (%t i64[], %g bool[], %a str[3])"
	 " -> (%g, %b) { %b = StringConcat(%a, %a) } }", /* each turn's in room of its own */
	 {"ab", "", "x"}, {"", "abc", ""}},
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

static void open_compiler(void)
{
	ctx_open(&ctx, "unit", 0);
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "a model ends in trouble");
	}
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
	open_compiler();
	for (int i = 0; i < MODELS; i++) {
		run_model(&models[i], "c", 1);
		run_model(&models[i], "native", 2);
	}
	ctx_close(&ctx);
}

static void text_made_in_an_open_loop_is_refused(void **state)
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
	open_compiler();
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

/* ---- numbers of any bits, and decimals of any length, against the C library's ---- */

enum { NUMBERS = 3000 };

static Graph *number_graph(void)
{
	static const Model m = {.text = "graph (%d f64[3000], %f f32[3000], %h f16[3000], %t str[3000]) -> (%a, %b, %c, %x, %y, %p, %q)"
					" { %a = Cast(%d) {to = str} %b = Cast(%f) {to = str} %c = Cast(%h) {to = str}"
					" %x = Cast(%a) {to = f64} %y = Cast(%b) {to = f32} %p = Cast(%t) {to = f64} %q = Cast(%t) {to = f32} }"};

	return parse(&m);
}

/* Up to 40 digits; now and then what lies in the middle of two numbers, or just beside it. */
static Text random_decimal(uint64_t *state)
{
	char text[1200];
	int n = 0;
	uint64_t how = random_next(state);

	if (how % 4 == 0) {
		uint64_t bits = random_next(state) >> 1;
		double x;
		memcpy(&x, &bits, sizeof x);
		long double middle = x - x == 0 ? ((long double)x + nextafter(x, INFINITY)) / 2 : 0;
		n = snprintf(text, sizeof text, "%.*Le", how % 8 ? 800 : 30, middle);
	} else {
		for (int k = (int)(how >> 8 & 31); k >= 0; k--)
			n += sprintf(text + n, "%s%d", k == (int)(how >> 16 & 31) ? "." : "", (int)(random_next(state) % 10));
		n += sprintf(text + n, "e%d", (int)(random_next(state) % 700) - 350);
	}
	return (Text){arena_copy(&ctx.perm, text, (size_t)n), n};
}

static void numbers_are_those_of_the_library(void **state)
{
	static const DType types[] = {F64, F32, F16, STR};
	Settings settings = {.compile = {.level = 2, .target = "native"}, .cc_flags = FLAGS, .threads = 2};
	uint64_t seed = 7;
	Tensor *in[4];

	(void)state;
	open_compiler();
	for (int i = 0; i < 4; i++)
		in[i] = tensor_new(&ctx.perm, types[i], 1, &(int64_t){NUMBERS});
	for (int k = 0; k < NUMBERS; k++) {
		uint64_t bits = random_next(&seed);
		((uint64_t *)in[0]->data)[k] = k % 8 ? bits : bits & 0xfff0000000000000u; /* powers of two too */
		((uint32_t *)in[1]->data)[k] = (uint32_t)(k % 8 ? bits >> 32 : bits >> 32 & 0xff800000u);
		((uint16_t *)in[2]->data)[k] = (uint16_t)(bits >> 48);
		((Text *)in[3]->data)[k] = random_decimal(&seed);
	}
	Graph *g = number_graph();
	Eval e = {.budget = -1};
	Session *s = jit(&ctx, number_graph(), &settings, NULL);
	eval_graph(&e, g, &ctx.perm, in);
	session_bind(s, in);
	assert_int_equal(session_run(s), TCC_OK);
	for (int i = 0; i < g->nout; i++) {
		const Tensor *got = session_output(s, i), *want = eval_value(&e, g->out[i]), *back = i == 3 || i == 4 ? in[i - 3] : want;
		for (int k = 0; k < NUMBERS; k++)
			if (got->dtype == STR) {
				assert_true(same_text((const Text *)got->data + k, (const Text *)want->data + k));
			} else {
				double x = load_f64(got->dtype, got->data, k), y = load_f64(want->dtype, want->data, k);
				assert_true((x == y && x == load_f64(got->dtype, back->data, k)) || (isnan(x) && isnan(y)));
			}
	}
	session_close(s);
	temporary_clear();
	ctx_close(&ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_too_long_ends_the_run),
					   cmocka_unit_test(text_made_in_an_open_loop_is_refused),
					   cmocka_unit_test(constants_are_in_the_text),
					   cmocka_unit_test(numbers_are_those_of_the_library)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
