/* suite.c -- the official ONNX backend tests, every directory of them.
 *
 * usage: suite [-t TARGET,...] [-j JOBS] [-f PART OF A NAME] [-u] [-l] [-c] [-s] [-x] [-o FILE] [DIRECTORY]
 * Each case runs through the evaluator and, compiled to C, through each target (-t none: the evaluator only). What is
 * not supported yet stands in unsupported.txt, which is held to in both directions: a case that is not listed must
 * pass, a listed one must end as unsupported; nothing may ever be wrong, crash or hang. -u writes the list anew; with
 * -l only listed cases run, so that it is soon known which of them have begun to pass. -o writes all failures by operator.
 * With -c the inputs become constants (--const), so that everything folds. With -s the sizes of inputs become symbols with
 * bounds (vary.h), all of them in every case. With -x the C is that of --strict, and how far it is from the evaluator is told
 * in ULP; what may be further than 32 stands in far.txt with the reason, and -u writes tools/ulp.def. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/suite/guard.h"
#include "tests/suite/list.h"
#include "tests/suite/result.h"
#include "tests/usage.h"
#include "tools/file.h"
#include "tools/headers.h"
#include "tools/jit.h"
#include "tools/program.h"

#define FLAGS "-O1 -std=c99" WARNINGS
#define LIST "tests/suite/unsupported.txt"
#define FAR_LIST "tests/suite/far.txt"
#define ULP_TABLE "tools/ulp.def"
#define OLD_LIST "tests/suite/unsupported-1.12.txt" /* of the tests that Debian packs */

enum { MAX_STAGES = 8, SECONDS = 120, CC_SECONDS = 300 /* of a processor */, CHUNK = 32 * BATCH };

typedef struct Suite {
	const char *root, *filter, *failures;
	const char *stage[MAX_STAGES]; /* 0: the evaluator, then targets */
	int nstages, jobs, every;
	bool update, listed_only, constant, symbolic, exact;
	Cases cases;
	Result *result; /* [stage][case], in shared memory */
	const char *list; /* path */
	List listed;
	const char *folder; /* for emitted C */
	const char *flags;  /* of the C compiler */
	int from, at;       /* first case of the chunk at work, and its stage */
} Suite;

static Result *result_of(const Suite *s, int stage, int i) { return &s->result[stage * s->cases.n + i]; }

/* ---- options ---- */

static const char *find_root(void)
{
	static const char *const places[] = {"../shared/onnx-backend", "/usr/share/libonnx-testdata/data"};
	const char *given = getenv("TCC_ONNX_TESTS");
	if (file_exists(places[0]))
		return places[0];
	return given ? given : places[1];
}

static const char usage[] =
	"usage: suite [-t TARGET,...] [-j JOBS] [-f PART] [-e N] [-u] [-l] [-c] [-s] [-x] [-o FILE] [DIRECTORY]\n"
	"  -t TARGET,...  compile for these; none: the evaluator only (default: all of this machine)\n"
	"  -j JOBS        at a time (default: one a processor)\n"
	"  -f PART        only cases with that in their name\n"
	"  -e N           of those every N-th\n"
	"  -l             only cases that are listed as unsupported\n"
	"  -u             write that list anew, with -x the table of ULP; not with -s or -e\n"
	"  -c             inputs are constants\n"
	"  -s             sizes of inputs vary\n"
	"  -x             emit with --strict, and tell how far the results are from the evaluator's\n"
	"  -o FILE        write all failures by operator\n"
	"  DIRECTORY      of the ONNX backend tests (default: ../shared/onnx-backend, or Debian's)\n";

static void read_targets(Suite *s, char *list)
{
	s->stage[0] = "evaluator";
	s->nstages = 1;
	if (strcmp(list, "none") == 0)
		return;
	for (char *t = strtok(list, ","); t && s->nstages < MAX_STAGES; t = strtok(NULL, ","))
		s->stage[s->nstages++] = t;
}

static void read_options(Suite *s, int argc, char **argv)
{
	int o;
	char *targets = targets_here();
	s->jobs = (int)sysconf(_SC_NPROCESSORS_ONLN);
	s->every = 1;
	while ((o = getopt(argc, argv, "ht:j:f:e:ulcsxo:")) != -1) {
		switch (o) {
		case 't': targets = optarg; break;
		case 'j': s->jobs = atoi(optarg); break;
		case 'f': s->filter = optarg; break;
		case 'e': s->every = atoi(optarg); break;
		case 'u': s->update = true; break;
		case 'l': s->listed_only = true; break;
		case 'c': s->constant = true; break;
		case 's': s->symbolic = true; break;
		case 'x': s->exact = true; break;
		case 'o': s->failures = optarg; break;
		default: tell_usage(usage, o);
		}
	}
	read_targets(s, targets);
	s->root = optind < argc ? argv[optind] : find_root();
	if (s->jobs < 1 || s->every < 1 || (s->update && (s->symbolic || s->every > 1)))
		tell_usage(usage, '?');
}

/* ---- running: the evaluator over all cases, then each target over chunks of them ---- */

static bool stopped(const Result *r) { return r->outcome == UNSUPPORTED || r->outcome == REFUSED; }

/* Where a case gets no further with all sizes varying, what may be axes, shapes and the like is constant. */
static void step(const Suite *s, int i, Result *r, void (*run)(const Suite *s, const Case *k, int i, Result *r))
{
	Case k = s->cases.item[i];

	run(s, &k, i, r);
	if (k.vary != VARY_ALL || !stopped(r))
		return;
	k.vary = VARY_BUT_PARAMETERS;
	*r = (Result){0};
	run(s, &k, i, r);
}

static void evaluate_step(const Suite *s, const Case *k, int i, Result *r)
{
	(void)s, (void)i;
	evaluate_case(k, r);
}

static void evaluate(int i, void *arg)
{
	Suite *s = arg;
	step(s, i, result_of(s, 0, i), evaluate_step);
}

static void evaluator_died(int i, int sig, const char *said, void *arg) { result_death(result_of(arg, 0, i), sig, said); }

static void emit_step(const Suite *s, const Case *k, int i, Result *r)
{
	emit_case(k, s->stage[s->at], false, s->folder, i, r);
}

static void emit(int i, void *arg)
{
	Suite *s = arg;
	step(s, s->from + i, result_of(s, s->at, s->from + i), emit_step);
}

static void run_unit(int i, void *arg)
{
	Suite *s = arg;
	int unit = s->from + i, first = s->from + i / BATCH * BATCH;
	Result *r = result_of(s, s->at, unit);
	if (r->emitted)
		run_case(&s->cases.item[unit], s->folder, first, unit, 1, r);
}

static void unit_died(int i, int sig, const char *said, void *arg)
{
	Suite *s = arg;
	result_death(result_of(s, s->at, s->from + i), sig, said);
}

static int batch_of(const Suite *s, int i, int *first)
{
	*first = s->from + i * BATCH;
	return s->cases.n - *first < BATCH ? s->cases.n - *first : BATCH;
}

static void build(int i, void *arg)
{
	Suite *s = arg;
	int first, n = batch_of(s, i, &first);
	build_batch(s->folder, s->flags, first, n, result_of(s, s->at, first));
}

static void builder_died(int i, int sig, const char *said, void *arg)
{
	Suite *s = arg;
	int first, n = batch_of(s, i, &first);
	for (int k = 0; k < n; k++)
		result_death(result_of(s, s->at, first + k), sig, said);
}

static void run_chunk(Suite *s, int stage, int from)
{
	int n = s->cases.n - from < CHUNK ? s->cases.n - from : CHUNK;
	s->at = stage;
	s->from = from;
	guard_all(n, s->jobs, SECONDS, emit, unit_died, s);
	guard_all((n + BATCH - 1) / BATCH, s->jobs, CC_SECONDS, build, builder_died, s);
	guard_all(n, s->jobs, SECONDS, run_unit, unit_died, s);
	temporary_clear();
}

static void run_all(Ctx *c, Suite *s)
{
	s->result = guard_shared((size_t)s->nstages * (size_t)s->cases.n * sizeof *s->result);
	guard_all(s->cases.n, s->jobs, SECONDS, evaluate, evaluator_died, s);
	s->folder = temporary_folder(c);
	s->flags = s->nstages > 1 ? arena_format(&c->perm, FLAGS "%s", headers_once(c, FLAGS)) : FLAGS;
	for (int stage = 1; stage < s->nstages; stage++)
		for (int from = 0; from < s->cases.n; from += CHUNK)
			run_chunk(s, stage, from);
}

/* ---- judging ---- */

/* The stage at which a case ended worst. */
static int worst_stage(const Suite *s, int i)
{
	int worst = 0;
	for (int stage = 1; stage < s->nstages; stage++)
		if (result_of(s, stage, i)->outcome > result_of(s, worst, i)->outcome)
			worst = stage;
	return worst;
}

static bool as_listed(const Listed *l, Outcome outcome)
{
	if (!l)
		return outcome == PASS;
	return l->data ? outcome == WRONG || outcome == REFUSED : outcome == UNSUPPORTED;
}

/* Prints what should be otherwise; the number of cases of which that is said. */
static int report(const Suite *s)
{
	int failed = 0;
	for (int i = 0; i < s->cases.n; i++) {
		int stage = worst_stage(s, i);
		const Result *r = result_of(s, stage, i);
		if (as_listed(list_find(&s->listed, s->cases.item[i].name), r->outcome))
			continue;
		if (r->outcome == PASS && (s->nstages == 1 || s->constant))
			continue; /* the evaluator alone may know more than the code generator, and constants settle much */
		failed++;
		if (r->outcome == PASS)
			printf("%s: passes, remove it from %s\n", s->cases.item[i].name, s->list);
		else
			printf("%s: %s: %s: %s\n", s->cases.item[i].name, s->stage[stage], outcome_name[r->outcome],
			       r->why);
	}
	return failed;
}

/* One line a stage; the number of cases that pass all of them. */
static int summary(const Suite *s)
{
	int passed = 0;
	for (int stage = 0; stage < s->nstages; stage++) {
		int count[NOUTCOMES] = {0};
		for (int i = 0; i < s->cases.n; i++)
			count[result_of(s, stage, i)->outcome]++;
		printf("%-12s", s->stage[stage]);
		for (int o = PASS; o < NOUTCOMES; o++)
			printf(" %5d %s", count[o], outcome_name[o]);
		puts("");
	}
	for (int i = 0; i < s->cases.n; i++)
		passed += result_of(s, worst_stage(s, i), i)->outcome == PASS;
	return passed;
}

/* ---- lists ---- */

static FILE *create(Ctx *c, const char *path)
{
	FILE *f = fopen(path, "w");
	if (!f)
		fail(c, EXIT_FILE, "E-FILE", "cannot write '%s'", path);
	return f;
}

static void write_list(Ctx *c, const Suite *s)
{
	FILE *f = create(c, s->list);
	fputs("# Cases of the ONNX backend tests that end with exit code 4 (unsupported). Written by `suite -u`.\n", f);
	for (int i = 0; i < s->cases.n; i++) {
		const Result *r = result_of(s, worst_stage(s, i), i);
		const Listed *l = list_find(&s->listed, s->cases.item[i].name);
		if (r->outcome == UNSUPPORTED || (l && l->data && as_listed(l, r->outcome)))
			fprintf(f, "%s  %s\n", s->cases.item[i].name, r->outcome == UNSUPPORTED ? r->why : l->reason);
	}
	fclose(f);
}

static const Suite *sorting;

static int by_op(const void *a, const void *b)
{
	int i = *(const int *)a, j = *(const int *)b;
	int order = strcmp(result_of(sorting, 0, i)->op, result_of(sorting, 0, j)->op);
	return order ? order : i - j;
}

static void write_failures(Ctx *c, const Suite *s)
{
	int *order = NEW_N(&c->perm, int, s->cases.n), n = 0;
	FILE *f = create(c, s->failures);
	for (int i = 0; i < s->cases.n; i++)
		if (result_of(s, worst_stage(s, i), i)->outcome != PASS)
			order[n++] = i;
	sorting = s;
	qsort(order, (size_t)n, sizeof *order, by_op);
	for (int i = 0; i < n; i++) {
		int stage = worst_stage(s, order[i]);
		const Result *r = result_of(s, stage, order[i]);
		fprintf(f, "%-24s %-12s %-12s %s: %s\n", r->op, s->stage[stage], outcome_name[r->outcome],
			s->cases.item[order[i]].name, r->why);
	}
	fclose(f);
}

/* What was measured on a target. */
static Measured *measured(Ctx *c, const Suite *s, int stage)
{
	Measured *m = NEW_N(&c->perm, Measured, s->cases.n);
	for (int i = 0; i < s->cases.n; i++)
		m[i] = (Measured){s->cases.item[i].name, result_of(s, 0, i)->op, &result_of(s, stage, i)->ulps};
	return m;
}

/* Results of the first target are written: all have the same bits. */
static int judge_exactness(Ctx *c, const Suite *s)
{
	const List far = list_read(c, FAR_LIST);
	int failed = 0;
	for (int stage = 1; stage < s->nstages; stage++)
		failed += ulps_judge(s->stage[stage], measured(c, s, stage), s->cases.n, &far);
	if (s->update && s->nstages > 1) {
		FILE *f = create(c, ULP_TABLE);
		ulps_write(f, measured(c, s, 1), s->cases.n);
		fclose(f);
	}
	return failed;
}

static void keep_every(Suite *s)
{
	int kept = 0;
	for (int i = 0; i < s->cases.n; i += s->every)
		s->cases.item[kept++] = s->cases.item[i];
	s->cases.n = kept;
}

static void keep_listed(Suite *s)
{
	int kept = 0;
	for (int i = 0; i < s->cases.n; i++)
		if (list_find(&s->listed, s->cases.item[i].name))
			s->cases.item[kept++] = s->cases.item[i];
	s->cases.n = kept;
}

static int run(Ctx *c, Suite *s)
{
	s->cases = suite_cases(c, s->root, s->filter);
	keep_every(s);
	s->list = strstr(s->root, "libonnx-testdata") ? OLD_LIST : LIST;
	s->listed = list_read(c, s->list);
	if (s->listed_only)
		keep_listed(s);
	for (int i = 0; i < s->cases.n; i++) {
		s->cases.item[i].constant = s->constant;
		s->cases.item[i].vary = s->symbolic ? VARY_ALL : VARY_NONE;
		s->cases.item[i].exact = s->exact;
	}
	printf("%d cases of %s\n", s->cases.n, s->root);
	run_all(c, s);
	if (s->update && !s->exact) {
		write_list(c, s);
		s->listed = list_read(c, s->list);
	}
	if (s->failures)
		write_failures(c, s);
	int far = s->exact ? judge_exactness(c, s) : 0, failed = report(s) + far, passed = summary(s);
	printf("suite: %d passed, %d failed\n", passed, failed);
	return failed != 0;
}

int main(int argc, char **argv)
{
	Suite s = {0};
	Ctx c;
	program_open(&c, "suite");
	if (setjmp(c.border))
		return program_trouble(&c);
	read_options(&s, argc, argv);
	int status = run(&c, &s);
	program_close(&c);
	return status;
}
