/* --profile: a run leaves each worker's part of every stage, once, in its order, and the trace is JSON that says so. */
#include <ctype.h>
#include <stdlib.h>
#include "codegen/codegen.h"
#include "ir/text.h"
#include "tests/flags.h"
#include "tests/unit/unit.h"
#include "tools/file.h"
#include "tools/inputs.h"
#include "tools/jit.h"
#include "tools/profile.h"

enum { WORKERS = 3, STAGES_MAX = 32 };

/* Zeros around maps, products, maps; a sum that one worker does alone. */
static const char model[] =
	"graph (%x f32[1,8,16,16], %w f32[8,8,3,3], %v f32[4]) -> (%y, %z) {"
	" %a = Conv(%x, %w) {pads = [1, 1, 1, 1]} %b = Relu(%a) %y = MaxPool(%b) {kernel_shape = [2, 2]}"
	" %axes i64[1] = const [0] %z = ReduceSum(%v, %axes) }";

/* Maps of 500 rows that a few stages go over in strips. */
static const char strips[] =
	"graph (%x f64[1,1,500,480]) -> (%y) { %a = MaxPool(%x) {kernel_shape = [3, 3], pads = [1, 1, 1, 1]}"
	" %b = MaxPool(%a) {kernel_shape = [3, 3], pads = [1, 1, 1, 1]} %y = Exp(%b) }";

typedef struct Run {
	Session *session;
	Facts facts;
	Profile *profile;
	const char *trace;
	int64_t times[WORKERS][STAGES_MAX]; /* that a worker did a stage */
	int64_t last[WORKERS];              /* when its last event ended, in nanoseconds */
} Run;

static Ctx ctx;

static void start(Run *r, const char *text, int workers)
{
	Syms *syms = NEW(&ctx.perm, Syms);
	Settings s = {.compile = {.level = 2, .target = "c", .profile = true}, .threads = workers, .cc_flags = OPTIMISED};

	*syms = (Syms){.ctx = &ctx};
	*r = (Run){0};
	Graph *g = graph_parse(&ctx, syms, text);
	Tensor **in = NEW_N(&ctx.perm, Tensor *, g->nin);
	inputs_fill(&ctx, &s, g, in);
	r->session = jit(&ctx, g, &s, &r->facts);
	session_bind(r->session, in);
	r->session->pool = workers > 1 ? tcc_pool_create(workers) : NULL;
	r->profile = profile_open(r->session, &r->facts, workers);
	assert_int_equal(session_run(r->session), TCC_OK);
	assert_int_equal(session_run(r->session), TCC_OK); /* what the first run noted is gone */
}

static void stop(Run *r)
{
	if (r->session->pool)
		tcc_pool_destroy(r->session->pool);
	session_close(r->session);
	temporary_clear();
}

/* ---- JSON as the standard has it, as far as a trace goes; *p moves on ---- */

static void expect(const char **p, const char *text)
{
	while (isspace((unsigned char)**p))
		++*p;
	if (strncmp(*p, text, strlen(text)) != 0)
		assert_string_equal(*p, text); /* shows both */
	*p += strlen(text);
}

static bool comes(const char **p, const char *text)
{
	while (isspace((unsigned char)**p))
		++*p;
	bool yes = strncmp(*p, text, strlen(text)) == 0;
	*p += yes ? strlen(text) : 0;
	return yes;
}

/* A number with three digits after the point, in thousandths. */
static int64_t thousandths(const char **p)
{
	char *end;
	expect(p, "");
	assert_true(isdigit((unsigned char)**p));
	int64_t whole = strtoll(*p, &end, 10);
	assert_true(*end == '.' && isdigit((unsigned char)end[1]));
	*p = end + 1;
	int64_t part = strtoll(*p, &end, 10);
	assert_int_equal(end - *p, 3);
	*p = end;
	return 1000 * whole + part;
}

static int stage_named(const Facts *f, const char *name, size_t n)
{
	for (int i = 0; i < f->nstages; i++)
		if (strlen(f->stage[i].name) == n && !strncmp(f->stage[i].name, name, n))
			return i;
	assert_true(0 && "an event names a stage");
	return -1;
}

static void read_event(Run *r, const char **p)
{
	char *end;
	expect(p, "{\"name\": \"");
	size_t n = strcspn(*p, "\"");
	int stage = stage_named(&r->facts, *p, n);
	*p += n;
	expect(p, "\", \"ph\": \"X\", \"pid\": 0, \"tid\": ");
	long worker = strtol(*p, &end, 10);
	assert_in_range(worker, 0, WORKERS - 1);
	*p = end;
	expect(p, ", \"ts\": ");
	int64_t begin = thousandths(p);
	expect(p, ", \"dur\": ");
	assert_true(begin >= r->last[worker]);
	r->last[worker] = begin + thousandths(p);
	r->times[worker][stage]++;
	expect(p, "}");
}

static void read_trace(Run *r)
{
	const char *path = arena_format(&ctx.perm, "%s/trace.json", temporary_folder(&ctx));
	profile_write(r->profile, path);
	const char *p = file_text(&ctx, &ctx.perm, path);
	expect(&p, "{\"displayTimeUnit\": \"ns\", \"traceEvents\": [");
	do
		read_event(r, &p);
	while (comes(&p, ","));
	expect(&p, "]}");
	expect(&p, "");
	assert_string_equal(p, "");
}

/* ---- tests ---- */

static void check(const char *text, int workers, void (*see)(const Run *r, int workers))
{
	Run r;
	ctx_open(&ctx, "unit", 0);
	ctx.verbose = -1;
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "a model ends in trouble");
	}
	start(&r, text, workers);
	read_trace(&r);
	see(&r, workers);
	stop(&r);
	ctx_close(&ctx);
}

/* One worker does each stage at a stroke; several take pieces, as many as they happen to get. */
static void see_each_once(const Run *r, int workers)
{
	double seconds[STAGES_MAX];
	profile_seconds(r->profile, seconds);
	for (int i = 0; i < r->facts.nstages; i++) {
		int64_t times = 0;
		for (int w = 0; w < workers; w++)
			times += r->times[w][i];
		assert_true(workers == 1 ? times == 1 : times >= 1);
		assert_true(seconds[i] >= 0 && seconds[i] < 1);
	}
}

/* As often as there are strips, which all workers together do once. */
static void see_strips(const Run *r, int workers)
{
	int n = 0;
	for (int i = 0; i < r->facts.nstages; i++) {
		long long rows = 0;
		int64_t times = 0;
		const char *at = strstr(r->facts.stage[i].schedule, "in strips");
		for (int w = 0; w < workers; w++)
			times += r->times[w][i];
		if (!at)
			continue;
		assert_int_equal(sscanf(strchr(at, ','), ", %lld row", &rows), 1);
		assert_int_equal(times, (500 + rows - 1) / rows);
		n++;
	}
	assert_true(n > 1);
}

static void one_worker_does_each_stage_once(void **state)
{
	(void)state;
	check(model, 1, see_each_once);
}

static void workers_do_parts(void **state)
{
	(void)state;
	check(model, WORKERS, see_each_once);
}

static void strips_are_noted_turn_by_turn(void **state)
{
	(void)state;
	check(strips, 1, see_strips);
	check(strips, WORKERS, see_strips);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_worker_does_each_stage_once),
		cmocka_unit_test(workers_do_parts),
		cmocka_unit_test(strips_are_noted_turn_by_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
