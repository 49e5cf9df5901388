/* build.c -- models as C, many in one shared library, and their runs. */
#include <stdlib.h>
#include <string.h>
#include "codegen/codegen.h"
#include "tests/fuzz/models/model.h"
#include "tests/one_unit.h"
#include "tools/cc.h"
#include "tools/headers.h"
#include "tools/jit.h"

#define WARN " -Wall -Wextra -Wconversion -Wshadow -Werror"
#define C99 "-std=c99 -pedantic" WARN
#define GNU "-std=gnu11 -pedantic" WARN
#define MACROS "-std=gnu11 -Wall -Wextra -Wshadow -Werror" /* without optimisation gcc's intrinsics are macros, which convert */
#define TRAPS " -fsanitize=undefined -fsanitize-undefined-trap-on-error"

/* Optimisation by the C compiler costs most of the time, so few builds have it. */
const Config configs[] = {
	{"scalar", {{"c", 2, false, false, false, "-O0 " C99}}, false},
	{"vectors", {{"native", 2, false, true, false, "-O0 " MACROS}}, false},
	{"traps", {{"c", 3, false, false, true, "-O0" TRAPS " -std=c99"}}, false},
	{"detours", {{"x86-64-v3", 3, false, false, true, "-O0 " MACROS}}, false},
	{"strict", {{"c", 1, true, false, false, "-O0 " C99}, {"native", 3, true, false, false, "-O1 " GNU}}, true},
	{"no-passes", {{"x86-64-v3", 0, false, true, false, "-O0 " MACROS}}, false},
	{"narrow", {{"x86-64-v3", 2, false, false, false, "-O1 " GNU}}, false},
	{"levels", {{"c", 0, false, false, false, "-O0 " C99}, {"c", 3, false, true, false, "-O2 " C99}}, false},
};

int nconfigs(void) { return sizeof configs / sizeof *configs; }

void model_emit(Model *m, const Build *b, int number)
{
	const char *place = temporary_folder(m->c);
	Options o = {.level = b->level, .strict = b->strict, .threads = b->threads, .target = b->target, .seed = 3,
		     .weights = WEIGHTS_C};
	const Model *from = b->detours ? remake(m, NULL, NULL, m->seed * 2 + 1) : m;
	Graph *g = graph_copy(from->g);

	o.prefix = arena_format(&m->c->perm, "m%d", number);
	o.output = arena_format(&m->c->perm, "%s/m%d.c", place, number);
	passes_run(g, &o);
	emit_model(g, &o, NULL);
}

/* ---- compiling ---- */

static bool compile_unit(Ctx *c, const Build *b, int n, const char *const *prefix, const char *so, char *why, size_t size)
{
	const char *place = temporary_folder(c), *unit = "unit.c";

	return unit_write(c, place, unit, n, prefix) && cc_shared(place, b->flags, &unit, 1, so, why, size);
}

bool models_compile(Ctx *c, const Build *b, bool unit, int n, const int *numbers, const char *so, char *why, size_t size)
{
	const char **file = NEW_N(&c->perm, const char *, n), **prefix = NEW_N(&c->perm, const char *, n);

	for (int i = 0; i < n; i++) {
		prefix[i] = arena_format(&c->perm, "m%d", numbers[i]);
		file[i] = arena_format(&c->perm, "%s.c", prefix[i]);
	}
	return unit ? compile_unit(c, b, n, prefix, so, why, size)
		    : cc_shared(temporary_folder(c), arena_format(&c->perm, "%s%s", b->flags, headers_once(c, b->flags)), file, n,
				so, why, size);
}

/* ---- running ---- */

/* Copies, texts too: constant ones lie in the library, which is closed before they are looked at. */
static Tensor **outputs_of(Model *m, Session *s)
{
	Tensor **y = NEW_N(&m->c->perm, Tensor *, m->g->nout + 1);

	for (int i = 0; i < m->g->nout; i++)
		y[i] = tensor_copy(&m->c->perm, session_output(s, i));
	return y;
}

static Tensor **run_once(Model *m, Session *s, char *why, size_t size)
{
	int status = session_run(s);

	if (status != TCC_OK)
		snprintf(why, size, "the run ended with: %s", status_text(status));
	else if (!session_intact(s))
		snprintf(why, size, "the run wrote outside its buffers");
	else
		return outputs_of(m, s);
	return NULL;
}

/* Two workers give one worker's bits. */
static bool run_shared(Model *m, Session *s, Tensor **one, char *why, size_t size)
{
	char inner[200];

	s->pool = tcc_pool_create(2);
	Tensor **two = s->pool ? run_once(m, s, why, size) : one;
	tcc_pool_destroy(s->pool);
	for (int i = 0; two && i < m->g->nout; i++)
		if (!bits_same(one[i], two[i], inner, sizeof inner)) {
			snprintf(why, size, "output %d of one worker and of two: %s", i, inner);
			return false;
		}
	return two != NULL;
}

Tensor **model_run(Model *m, const Build *b, const char *so, int number, char *why, size_t size)
{
	Session *s = session_open(m->c, so, arena_format(&m->c->perm, "m%d", number), NULL, true);

	session_bind(s, m->in);
	Tensor **y = run_once(m, s, why, size);
	if (y && b->threads && !run_shared(m, s, y, why, size))
		y = NULL;
	session_close(s);
	return y;
}
