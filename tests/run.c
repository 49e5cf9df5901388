/* run.c -- runs the test files ops/<name>.t, passes/<name>.t and strict/<name>.t (their form: README.md).
 *
 * usage: run [-v] [-s] [-t TARGET] [-x ULP.def] FOLDER|FILE...   a folder stands for the .t files in it and in its folders ops and
 *                                                   passes; with -s: in its folder strict
 * With a target the outputs are those of the emitted C; cases that give none (refusals, passes) are left out and counted. What
 * the target refuses has failed. With -x graphs of one operator are also emitted with --strict, and how far their outputs are from the
 * evaluator's is written as rows ULP_OF(operator, ULP). Prints a line a failure, FILE:LINE: CASE: what is wrong, and ends with "N passed, N failed". */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ir/op.h"
#include "ir/scan.h"
#include "ir/text.h"
#include "codegen/target.h"
#include "passes/check.h"
#include "passes/inputs.h"
#include "tests/emitted.h"
#include "tests/usage.h"
#include "tests/normal.h"
#include "tests/suite/compare.h"
#include "tests/suite/exact.h"

static int passed, failed, left_out;
static bool verbose;
static const char *target;   /* NULL: the evaluator */
static const char *measured; /* file for what -x finds, or NULL */

enum { MEASURED_MOST = 4096 };
static Measured measures[MEASURED_MOST];
static int nmeasures;

/* One case of a file: from `at` to the NUL. Positions are told in `text`, the whole file. */
typedef struct Case {
	const char *path, *text, *at;
	int line;
	char name[100];
	char id[40], says[200]; /* of the failure that it expects, else "" */
	char why[1000];         /* it failed; "" while all is well */
	bool left_out, varying; /* varying: sizes vary in emitted code, too */
} Case;

/* ---- operators: a graph, and what it gives ---- */

static const char *value_name(Scan *p)
{
	const char *name = scan_name(p);

	return name ? name : scan_word(p);
}

/* name = tensor, ... for the inputs or outputs of g. */
static void scan_tensors(Scan *p, const Graph *g, bool outputs, Tensor **t)
{
	int n = outputs ? g->nout : g->nin;

	do {
		const char *name = value_name(p);
		int i = 0;
		while (i < n && strcmp(outputs ? g->out_name[i] : g->in[i]->name, name))
			i++;
		if (i == n || t[i])
			scan_wrong(p, "'%s' is no %s of the graph, or is there twice", name, outputs ? "output" : "input");
		scan_expect(p, "=");
		t[i] = scan_tensor(p);
	} while (scan_accept(p, ","));
	for (int i = 0; i < n; i++)
		if (!t[i] && !outputs)
			scan_wrong(p, "input '%s' is missing", g->in[i]->name);
}

/* Code of --strict beside the evaluator. What it has no code for, or what is random, is not measured. The graph is used up. */
static void measure(Graph *g, Tensor *const *in, Tensor *const *want)
{
	const Op *op = g->nnode == 1 ? g->node[0]->op : NULL;
	Ulps *u = calloc(1, sizeof *u);
	char name[100];

	if (!u || !op || (op->flags & (RANDOM | CONTROL)) || nmeasures == MEASURED_MOST)
		return;
	bool domain = op->domain && *op->domain;
	snprintf(name, sizeof name, "%s%s%s", domain ? op->domain : "", domain ? "." : "", op->name);
	Tensor **got = emitted_strictly(g, "c", 2, "gcc", "-O2", in);
	for (int i = 0; i < g->nout; i++)
		ulps_note(u, got[i], want[i]);
	measures[nmeasures++] = (Measured){"", strdup(name), u};
}

static bool write_measures(void)
{
	FILE *f = fopen(measured, "w");
	if (!f)
		return false;
	fputs("/* As ulp.def, of the cases in tests/ops with one operator: written by `run -x tools/ulp_ops.def tests`. */\n", f);
	ulps_write_ops(f, measures, nmeasures);
	fputs("#undef ULP_OF\n", f);
	return fclose(f) == 0;
}

static Tensor **outputs(Graph *g, Tensor *const *in, const Case *k)
{
	Tensor **out = NEW_N(&g->ctx->perm, Tensor *, g->nout);
	Eval e = {.seed = 1};

	if (target)
		return k->varying ? emitted_varying(g, target, in) : emitted_outputs(g, target, in);
	eval_graph(&e, g, &g->ctx->results, in);
	for (int i = 0; i < g->nout; i++)
		out[i] = eval_value(&e, g->out[i]);
	if (measured)
		measure(g, in, out);
	return out;
}

static void compare(const Graph *g, Tensor *const *got, Tensor *const *want, double bound, Case *k)
{
	char why[300];

	for (int i = 0; i < g->nout && !k->why[0]; i++) {
		double least = target ? emitted_bound(g->out[i]->dtype) : 0, most = bound > least ? bound : least;
		if (want[i] && !tensor_matches(got[i], want[i], most, most, why, sizeof why))
			snprintf(k->why, sizeof k->why, "output '%s': %s", g->out_name[i], why);
	}
}

static int line_of(const Scan *p)
{
	int line = 1;

	for (const char *at = p->text; at < p->at; at++)
		line += *at == '\n';
	return line;
}

/* inputs "gives" outputs */
static void check_run(Scan *p, Graph *g, Case *k)
{
	Tensor **in = NEW_N(&p->c->perm, Tensor *, g->nin), **want = NEW_N(&p->c->perm, Tensor *, g->nout);

	k->line = line_of(p);
	if (!scan_accept(p, "gives")) {
		scan_tensors(p, g, false, in);
		scan_expect(p, "gives");
	}
	scan_tensors(p, g, true, want);
	double bound = scan_accept(p, "within") ? (double)scan_float(p) : 0;
	compare(g, outputs(g, in, k), want, bound, k);
}

/* A graph and its runs; each run reads the graph anew, since emitting uses it up. */
static void check_runs(Scan *p, Case *k)
{
	const Scan start = *p;
	Graph *g = scan_model(p);

	graph_verify(g, "parse");
	if (!scan_peek(p) && !k->id[0])
		scan_wrong(p, "expected 'run'");
	while (scan_peek(p) && !k->why[0]) {
		scan_expect(p, "run");
		check_run(p, g, k);
		Scan again = start;
		again.s = NEW(&p->c->perm, Syms);
		again.s->ctx = p->c;
		g = scan_model(&again);
	}
}

/* ---- passes: a graph, and what it becomes ---- */

static const Pass *scan_pass(Scan *p)
{
	const char *name = scan_word(p);

	for (const Pass *row = pass_table; row->name; row++)
		if (!strcmp(row->name, name))
			return row;
	scan_wrong(p, "there is no pass '%s'", name);
}

/* The first line in which two texts differ. */
static void compare_texts(const char *got, const char *want, Case *k)
{
	size_t n = 0, m = 0;
	const char *all = got;

	while ((n = strcspn(got, "\n")) == (m = strcspn(want, "\n")) && !memcmp(got, want, n) && got[n]) {
		got += n + 1;
		want += m + 1;
	}
	if (strcmp(got, want))
		snprintf(k->why, sizeof k->why, "becomes '%.*s', not '%.*s'", (int)n, got, (int)m, want);
	if (k->why[0] && verbose)
		printf("%s", all);
}

/* The pass alone, then the whole table, each with the graph evaluated before and after. */
static void check_pass(Scan *p, Case *k)
{
	const Pass *pass = scan_pass(p);
	Options o = {.level = 2, .seed = 3, .verify_passes = true};
	const char *start = p->at;
	Graph *g = scan_model(p), *want;
	Check *check = check_begin(g, o.seed);

	pass_run(pass, g, &o);
	graph_verify(g, pass->name);
	check_after(check, pass);
	scan_expect(p, "->");
	Scan again = *p;
	again.at = start;
	want = scan_accept(p, "same") ? scan_model(&again) : scan_model(p);
	if (scan_peek(p))
		scan_wrong(p, "expected the end of the case");
	normalise(g);
	normalise(want);
	compare_texts(graph_text(g, &p->c->perm), graph_text(want, &p->c->perm), k);
	again.at = start;
	passes_run(scan_model(&again), &o);
}

/* ---- strict: a graph whose emitted C has the same bits everywhere ---- */

static const struct { int level; const char *compiler, *flags; } builds[] = {
	{2, "gcc", "-O0"}, {1, "gcc", "-O1 -std=c99"}, {2, "gcc", "-O2"}, {3, "gcc", "-O3 -march=native"},
	{1, "clang", "-O0"}, {1, "clang", "-O2 -std=c99"}, {2, "clang", "-O3 -march=native"}};

enum { BUILDS = sizeof builds / sizeof *builds };

/* The first element whose bytes differ; a NaN is a NaN, whatever its bytes. */
static void compare_bits(const Graph *g, Tensor *const *got, Tensor *const *want, Case *k)
{
	for (int i = 0; i < g->nout; i++)
		for (int64_t at = 0; at < want[i]->count && !k->why[0]; at++) {
			DType t = want[i]->dtype;
			size_t n = dtype_bytes(t, 1);
			double x = is_float(t) ? load_f64(t, got[i]->data, at) : 0, y = is_float(t) ? load_f64(t, want[i]->data, at) : 0;
			if (memcmp((char *)got[i]->data + n * (size_t)at, (char *)want[i]->data + n * (size_t)at, n) && (x == x || y == y))
				snprintf(k->why, sizeof k->why, "output '%s', element %lld: %.9g, elsewhere %.9g", g->out_name[i], (long long)at,
					 x, y);
		}
}

/* The graph once more, with symbols of its own. */
static Graph *scan_again(const Scan *start)
{
	Scan again = *start;

	again.s = NEW(&start->c->perm, Syms);
	again.s->ctx = start->c;
	return scan_model(&again);
}

/* Each output is one operator's, rounded once: no further from the evaluator than the sums of doubles that round otherwise. */
static void compare_exactly(Graph *g, Tensor *const *in, Tensor *const *got, Case *k)
{
	Eval e = {.seed = 1};

	eval_graph(&e, g, &g->ctx->results, in);
	for (int i = 0; i < g->nout && !k->why[0]; i++) {
		Ulps u = {0};
		ulps_note(&u, got[i], eval_value(&e, g->out[i]));
		if (u.worst > 1)
			snprintf(k->why, sizeof k->why, "output '%s': %lld ULP from the evaluator", g->out_name[i], (long long)u.worst);
	}
}

/* Every target that this machine has, several builds of each. -O0 is another matter: it leaves constants to be computed at
 * run time. */
static void check_strict(Scan *p, Case *k)
{
	bool exact = scan_accept(p, "exact");
	const Scan start = *p;
	Tensor **want = NULL;
	Targets here = targets_read(p->c, "native");
	bool runs = false;

	for (int t = 0; target_table[t] && !runs; t++) {
		runs = target_table[t] == here.target[0];
		for (int b = 0; b < BUILDS && !k->why[0]; b++) {
			Graph *g = scan_again(&start);
			Tensor **in = random_inputs(g, &p->c->perm, 5);
			Tensor **got = emitted_strictly(g, target_table[t]->name, builds[b].level, builds[b].compiler, builds[b].flags, in);
			if (!want && exact)
				compare_exactly(scan_again(&start), in, got, k);
			want = want ? want : got;
			compare_bits(g, got, want, k);
			if (k->why[0])
				snprintf(k->why + strlen(k->why), sizeof k->why - strlen(k->why), " (%s, -O%d, then %s %s)",
					 target_table[t]->name, builds[b].level, builds[b].compiler, builds[b].flags);
		}
	}
}

/* ---- cases ---- */

/* fails E-SHAPE "part of the message" */
static void scan_failure(Scan *p, Case *k)
{
	const char *at = (scan_peek(p), p->at), *says;
	size_t n = strcspn(at, " \t\n");

	snprintf(k->id, sizeof k->id, "[%.*s]", (int)n, at);
	p->at += n;
	says = scan_name(p);
	snprintf(k->says, sizeof k->says, "%s", says ? says : "");
}

static bool is_left_out(Scan *p)
{
	Scan ahead = *p;

	return target && (scan_accept(&ahead, "fails") || scan_accept(&ahead, "pass"));
}

static void run_scan(Scan *p, Case *k)
{
	if (scan_accept(p, "fails"))
		scan_failure(p, k);
	k->varying = scan_accept(p, "varying");
	if (scan_accept(p, "strict"))
		check_strict(p, k);
	else if (scan_accept(p, "pass"))
		check_pass(p, k);
	else
		check_runs(p, k);
	if (k->id[0] && !k->why[0])
		snprintf(k->why, sizeof k->why, "does not fail with %s", k->id);
}

static void run_case(Case *k)
{
	Ctx c;
	Syms s = {.ctx = &c};
	Scan p = {&c, &s, k->text, k->at, 0};

	ctx_open(&c, "run", (size_t)1 << 30);
	k->left_out = is_left_out(&p);
	if (setjmp(c.border)) {
		if (measured && c.status == EXIT_UNSUPPORTED)
			k->left_out = true;
		else if (!k->id[0] || !strstr(c.message, k->id) || !strstr(c.message, k->says))
			snprintf(k->why, sizeof k->why, "%s", c.message);
	} else if (!k->left_out) {
		run_scan(&p, k);
	}
	ctx_close(&c);
	if (k->left_out && verbose)
		printf("%s:%d: %s: left out\n", k->path, k->line, k->name);
	left_out += k->left_out;
	if (k->left_out)
		return;
	if (k->why[0])
		printf("%s:%d: %s: %s\n", k->path, k->line, k->name, k->why);
	*(k->why[0] ? &failed : &passed) += 1;
}

/* ---- files: cases start at lines "== name"; what comes before the first is comment ---- */

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	size_t n = 0;
	ssize_t got = f ? getdelim(&text, &n, '\0', f) : -1;

	if (f)
		fclose(f);
	if (got < 0) {
		fprintf(stderr, "run: cannot read %s\n", path);
		exit(1);
	}
	return text;
}

/* The first line from `at` on (the start of a line) that starts a case. */
static char *next_case(char *at)
{
	while (at && strncmp(at, "== ", 3)) {
		at = strchr(at, '\n');
		at += at != NULL;
	}
	return at;
}

static void run_file(const char *path)
{
	char *text = read_file(path), *first = next_case(text), *end;

	for (char *at = first; at; at = end) {
		Case k = {.path = path, .text = text, .line = 1};
		for (const char *p = text; p < at; p++)
			k.line += *p == '\n';
		char *name = at + strspn(at, "= ");
		snprintf(k.name, sizeof k.name, "%.*s", (int)strcspn(name, "\n"), name);
		k.at = name + strcspn(name, "\n");
		end = next_case(name);
		if (end)
			*end = 0;
		run_case(&k);
		if (end)
			*end = '=';
	}
	if (!first) {
		printf("%s:1: has no case\n", path);
		failed++;
	}
	free(text);
}

static int is_test(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 2 && !strcmp(d->d_name + n - 2, ".t");
}

static void run_path(const char *path)
{
	struct dirent **entry;
	struct stat s;
	char inner[4096 + 260];

	if (stat(path, &s) == 0 && S_ISREG(s.st_mode)) {
		run_file(path);
		return;
	}
	int n = scandir(path, &entry, is_test, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(inner, sizeof inner, "%s/%s", path, entry[i]->d_name);
		run_file(inner);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
}

static const char usage[] =
	"usage: run [-v] [-s] [-t TARGET] [-x ULP.def] FOLDER|FILE...\n"
	"  -t TARGET   compile for it, instead of the evaluator\n"
	"  -s          the files in FOLDER/strict, else those in FOLDER, FOLDER/ops and FOLDER/passes\n"
	"  -x ULP.def  write how far graphs of one operator, emitted with --strict, are from the evaluator\n"
	"  -v          name cases that are left out; print all of a graph that is not as it should be\n";

int main(int argc, char **argv)
{
	static const char *const folders[] = {"", "/ops", "/passes", NULL}, *const strict[] = {"", "/strict", NULL};
	const char *const *inside = folders;
	char path[4096];

	for (int option; (option = getopt(argc, argv, "hsvt:x:")) != -1;) {
		if (option == '?' || option == 'h')
			tell_usage(usage, option);
		verbose |= option == 'v';
		inside = option == 's' ? strict : inside;
		target = option == 't' ? optarg : target;
		measured = option == 'x' ? optarg : measured;
	}
	for (int i = optind; i < argc; i++)
		for (int k = 0; inside[k]; k++) {
			snprintf(path, sizeof path, "%s%s", argv[i], inside[k]);
			run_path(path);
		}
	if (measured && !write_measures())
		failed++;
	if (left_out)
		printf("%d left out, as they give no outputs (-v names them); ", left_out);
	printf("%d passed, %d failed\n", passed, failed);
	return failed || !passed;
}
