/* Values of more than 2^31 elements, which no test can run: the C of every target is clean, and no index of theirs is
 * counted in int. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "codegen/codegen.h"
#include "ir/text.h"
#include "tests/unit/unit.h"
#include "tools/cc.h"
#include "tools/jit.h"

#define FLAGS "-O0 -c -std=gnu11 -pedantic -Wall -Wextra -Wshadow -Werror -Wno-unused-function"

typedef struct Model {
	const char *text, *part; /* a graph, and what its C must contain */
} Model;

static const Model models[] = {
	{"graph (%a f32[70000,70000], %b f32[70000,70000]) -> (%y) { %y = MatMul(%a, %b) }",
	 "for (int64_t r = 0; r < 70000; r++)"},
	{"graph (%x f32[1,1,3000000000], %w f32[1,1,4]) -> (%y) { %y = Conv(%x, %w) {pads = [1, 2]} }",
	 "for (int64_t i = 0; i < 3000000000; i += "},
	{"graph (%x f32[1500000000,1,5,5], %w f32[1,1,3,3]) -> (%y) { %y = Conv(%x, %w) {pads = [1, 1, 1, 1]} }",
	 "for (int64_t i = 0; i < 1500000000; i++) {\n\t\tmemset("},
	/* offsets in the arena */
	{"graph (%x f32[3000000000,2]) -> (%y) { %k i64[] = const [1] %a = Softmax(%x) {axis = 0} %y = CumSum(%a, %k) }",
	 "static const int64_t B1 = 0;"},
};

static void all_models(const char *target, bool threads)
{
	Ctx ctx;
	for (const Model *m = models; m < models + sizeof models / sizeof *models; m++) {
		ctx_open(&ctx, "test", 0);
		if (setjmp(ctx.border))
			ctx_report(&ctx), abort();
		Syms syms = {.ctx = &ctx};
		const char *folder = temporary_folder(&ctx), *file = "m.c", *header;
		Options o = {.level = 2, .target = target, .threads = threads, .prefix = "m"};
		char why[300] = "";
		o.output = arena_format(&ctx.perm, "%s/m.c", folder);
		Graph *g = graph_parse(&ctx, &syms, m->text);
		passes_run(g, &o);
		assert_non_null(strstr(emit_text(g, &o, &header, NULL), m->part));
		emit_model(g, &o, NULL);
		if (!cc_run(folder, FLAGS, &file, 1, arena_format(&ctx.perm, "%s/m.o", folder), why, sizeof why))
			print_error("%s\n%s\n", m->text, why);
		assert_string_equal(why, "");
		ctx_close(&ctx);
	}
}

static void portable_c(void **state)
{
	(void)state;
	all_models("c", false);
	all_models("c", true);
}

static void vectors(void **state)
{
	(void)state;
	all_models("x86-64-v3", true);
	all_models("x86-64-v4", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(portable_c), cmocka_unit_test(vectors)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
