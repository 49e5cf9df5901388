/* suite.c -- the official ONNX backend tests, every directory of them.
 *
 * usage: suite [-j JOBS] [-f PART OF A NAME] [-u] [-o FILE] [DIRECTORY]
 * Each case runs through the evaluator and, compiled to C, through each target. What is not supported yet stands in
 * unsupported.txt, which is held to in both directions: a case that is not listed must pass, a listed one must end as
 * unsupported; nothing may ever be wrong, crash or hang. -u writes the list anew, -o the failures by operator. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/suite/guard.h"
#include "tests/suite/result.h"
#include "tools/file.h"

#ifndef SUITE_LIST
#define SUITE_LIST "tests/suite/unsupported.txt"
#endif

typedef struct Suite {
	const char *root, *filter, *failures;
	int jobs;
	bool update;
	Cases cases;
	Result *evaluated; /* by case, in shared memory */
	char **listed;     /* names that stand in the list, sorted; NULL at the end */
	int nlisted;
} Suite;

static const char *find_root(void)
{
	static const char *const places[] = {"../shared/onnx-backend", "/usr/share/libonnx-testdata/data"};
	const char *given = getenv("TCC_ONNX_TESTS");
	if (file_exists(places[0]))
		return places[0];
	return given ? given : places[1];
}

static void usage(void)
{
	fputs("usage: suite [-j JOBS] [-f PART] [-u] [-o FILE] [DIRECTORY]\n", stderr);
	exit(2);
}

static void read_options(Suite *s, int argc, char **argv)
{
	int o;
	s->jobs = (int)sysconf(_SC_NPROCESSORS_ONLN);
	while ((o = getopt(argc, argv, "j:f:uo:")) != -1) {
		switch (o) {
		case 'j': s->jobs = atoi(optarg); break;
		case 'f': s->filter = optarg; break;
		case 'u': s->update = true; break;
		case 'o': s->failures = optarg; break;
		default: usage();
		}
	}
	s->root = optind < argc ? argv[optind] : find_root();
	if (s->jobs < 1)
		usage();
}

/* ---- running ---- */

static void evaluate(int i, void *arg)
{
	Suite *s = arg;
	evaluate_case(&s->cases.item[i], &s->evaluated[i]);
}

static void evaluator_died(int i, int sig, const char *said, void *arg)
{
	Suite *s = arg;
	s->evaluated[i].outcome = sig == SIGALRM ? HANG : CRASH;
	snprintf(s->evaluated[i].why, sizeof s->evaluated[i].why, "signal %d: %s", sig, said);
}

/* ---- judging ---- */

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Lines "name  reason"; # begins a comment. */
static void read_list(Ctx *c, Suite *s)
{
	size_t n;
	int capacity = 0;
	if (!file_exists(SUITE_LIST))
		return;
	char *text = (char *)file_read(c, &c->perm, SUITE_LIST, &n);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (*line == '#')
			continue;
		line[strcspn(line, " \t")] = 0;
		GROW(&c->perm, s->listed, s->nlisted, capacity);
		s->listed[s->nlisted++] = line;
	}
	if (s->nlisted)
		qsort(s->listed, (size_t)s->nlisted, sizeof *s->listed, by_text);
}

static bool is_listed(const Suite *s, const char *name)
{
	return s->nlisted && bsearch(&name, s->listed, (size_t)s->nlisted, sizeof *s->listed, by_text);
}

/* NULL when the case ended as it should. */
static const char *complaint(const Suite *s, int i)
{
	const Result *r = &s->evaluated[i];
	bool listed = is_listed(s, s->cases.item[i].name);
	if (r->outcome == PASS)
		return listed ? "passes: remove it from " SUITE_LIST : NULL;
	if (r->outcome == UNSUPPORTED && listed)
		return NULL;
	return outcome_name[r->outcome];
}

static int report(const Suite *s)
{
	int count[NOUTCOMES] = {0}, failed = 0;
	for (int i = 0; i < s->cases.n; i++) {
		const Result *r = &s->evaluated[i];
		const char *trouble = complaint(s, i);
		count[r->outcome]++;
		if (!trouble)
			continue;
		failed++;
		printf("%s: %s: %s\n", s->cases.item[i].name, trouble, r->why);
	}
	for (int o = PASS; o < NOUTCOMES; o++)
		if (count[o])
			printf("%5d %s\n", count[o], outcome_name[o]);
	return failed;
}

static void write_list(const Suite *s)
{
	FILE *f = fopen(SUITE_LIST, "w");
	if (!f) {
		perror(SUITE_LIST);
		exit(6);
	}
	fputs("# Cases of the ONNX backend tests that end with exit code 4 (unsupported). Written by `suite -u`.\n", f);
	for (int i = 0; i < s->cases.n; i++)
		if (s->evaluated[i].outcome == UNSUPPORTED)
			fprintf(f, "%s  %s\n", s->cases.item[i].name, s->evaluated[i].why);
	fclose(f);
}

/* ---- failures by operator ---- */

static const Suite *sorting;

static int by_op(const void *a, const void *b)
{
	int i = *(const int *)a, j = *(const int *)b;
	int order = strcmp(sorting->evaluated[i].op, sorting->evaluated[j].op);
	return order ? order : i - j;
}

static void write_failures(Ctx *c, const Suite *s)
{
	int *order = NEW_N(&c->perm, int, s->cases.n), n = 0;
	FILE *f = fopen(s->failures, "w");
	if (!f) {
		perror(s->failures);
		exit(6);
	}
	for (int i = 0; i < s->cases.n; i++)
		if (s->evaluated[i].outcome != PASS)
			order[n++] = i;
	sorting = s;
	qsort(order, (size_t)n, sizeof *order, by_op);
	for (int i = 0; i < n; i++) {
		const Result *r = &s->evaluated[order[i]];
		fprintf(f, "%-24s %-12s %s: %s\n", r->op, outcome_name[r->outcome], s->cases.item[order[i]].name, r->why);
	}
	fclose(f);
}

int main(int argc, char **argv)
{
	Suite s = {0};
	Ctx c;
	ctx_open(&c, "suite", 0);
	if (setjmp(c.border)) {
		ctx_report(&c);
		return (int)c.status;
	}
	read_options(&s, argc, argv);
	s.cases = suite_cases(&c, s.root, s.filter);
	read_list(&c, &s);
	s.evaluated = guard_shared((size_t)s.cases.n * sizeof *s.evaluated);
	printf("%d cases of %s\n", s.cases.n, s.root);
	guard_all(s.cases.n, s.jobs, 120, evaluate, evaluator_died, &s);
	if (s.update)
		write_list(&s);
	if (s.failures)
		write_failures(&c, &s);
	int failed = report(&s);
	printf("suite: %d passed, %d failed\n", s.cases.n - failed, failed);
	ctx_close(&c);
	return failed != 0;
}
