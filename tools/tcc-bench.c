/* tcc-bench -- how fast a compiled model runs here.
 *
 *     tcc-bench model.onnx --threads 2
 *
 * Compiles, runs until a second has passed (or --rounds), and prints the spread of the single runs: the minimum is what
 * the code can do, the median what to expect, p95 and p99 how much the machine disturbs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "codegen/target.h"
#include "tools/inputs.h"
#include "tools/jit.h"
#include "tools/peaks.h"
#include "tools/profile.h"
#include "tools/program.h"

enum { WARM_UP = 3, MOST_ROUNDS = 1000000 };

typedef struct Times {
	double *seconds; /* sorted */
	int64_t n, capacity;
} Times;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- stages ---- */

static struct {
	Profile *profile; /* NULL while nobody asks */
	double *now;      /* seconds of each stage in this run */
	double *least;    /* in any run: other programs only ever add */
	int n;
} stages;

static void stages_open(Arena *a, int n)
{
	stages.n = n;
	stages.now = NEW_N(a, double, n);
	stages.least = NEW_N(a, double, n);
	for (int i = 0; i < n; i++)
		stages.least[i] = HUGE_VAL;
}

static void stages_run_done(void)
{
	if (!stages.profile)
		return;
	profile_seconds(stages.profile, stages.now);
	for (int i = 0; i < stages.n; i++)
		stages.least[i] = stages.now[i] < stages.least[i] ? stages.now[i] : stages.least[i];
}

enum { WIDEST = 16 };

/* Of the vectors that a target may use; compilers make any of portable C. */
static int lanes_of(Ctx *c, const char *target)
{
	int lanes = targets_read(c, target).target[0]->lanes;
	return lanes > 1 ? lanes : WIDEST;
}

static void print_peaks(const Peaks *p, int lanes)
{
	printf("\nthis machine, vectors of up to %d: %.1f GFLOP/s; reads, GB/s:", lanes, 1e-9 * p->flops);
	for (int i = 0; i < PEAK_SIZES; i++)
		printf("%s %.0f of %lld KiB", i ? "," : "", 1e-9 * p->bytes[i], (long long)p->size[i] >> 10);
	printf("\n");
}

#define CLOCK_STEP 1e-9 /* a stage that is done between two readings of the clock takes at most that */

/* expected: by the cost model, at the machine's peak; roof: the part of the time that the work would take at its peaks. */
static void print_stages(const Facts *f, const Peaks *p, int lanes)
{
	double total = 0;
	for (int i = 0; i < f->nstages; i++)
		total += stages.least[i];
	print_peaks(p, lanes);
	printf("\n%-18s %10s %10s %6s %8s %7s %5s  %s   (fastest of all runs)\n", "stage", "us", "expected", "share", "GFLOP/s",
	       "GB/s", "roof", "schedule");
	for (int i = 0; i < f->nstages; i++) {
		const StageFacts *s = &f->stage[i];
		double t = stages.least[i], turn = (t > CLOCK_STEP ? t : CLOCK_STEP) / (double)s->turns;
		double roof = roof_seconds(p, 2.0 * (double)s->macs, (double)s->bytes), expected = s->expected / p->flops;
		printf("%-18s %10.2f %10.2f %5.1f%% %8.2f %7.2f %4.0f%%  %s\n", s->name, 1e6 * t,
		       1e6 * expected * (double)s->turns, 100 * t / total, 2e-9 * (double)s->macs / turn,
		       1e-9 * (double)s->bytes / turn, 100 * roof / turn, s->schedule);
		if (*s->why)
			printf("%66s  why: %s\n", "", s->why);
	}
}

/* ---- the whole ---- */

static void run_once(Ctx *c, Session *s)
{
	int status = session_run(s);
	if (status != TCC_OK)
		fail(c, EXIT_MODEL, "E-RUN", "the run ended with: %s", status_text(status));
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static Times measure(Ctx *c, Session *session, const Facts *f, int64_t rounds)
{
	Times t = {0};
	for (int i = 0; i < WARM_UP; i++)
		run_once(c, session);
	stages_open(&c->perm, f->nstages);
	double start = now(), last = start;
	while (rounds ? t.n < rounds : t.n < 10 || (last - start < 1 && t.n < MOST_ROUNDS)) {
		GROW(&c->perm, t.seconds, t.n, t.capacity);
		double before = now();
		run_once(c, session);
		last = now();
		stages_run_done();
		t.seconds[t.n++] = last - before;
	}
	qsort(t.seconds, (size_t)t.n, sizeof *t.seconds, by_size);
	return t;
}

static double percentile(const Times *t, int p)
{
	return t->seconds[(t->n - 1) * p / 100];
}

/* Bytes that a run reads or writes at least once: weights, inputs and outputs. */
static double bytes_moved(const Session *s, const Facts *f)
{
	double n = (double)f->weights_bytes;
	for (int i = 0; i < s->model->n_inputs; i++)
		n += (double)s->model->inputs[i].bytes;
	for (int i = 0; i < s->model->n_outputs; i++)
		n += (double)s->model->outputs[i].bytes;
	return n;
}

typedef struct Report {
	const char *target;
	long long threads, runs;
	double min, median, p95, p99; /* microseconds */
	double gflops, gbytes;        /* a second, at the median */
} Report;

static Report report_of(const Settings *s, const Session *session, const Facts *f, const Times *t)
{
	double median = percentile(t, 50);
	return (Report){session->model->target, s->threads, t->n, 1e6 * t->seconds[0], 1e6 * median,
			1e6 * percentile(t, 95), 1e6 * percentile(t, 99), 2e-9 * (double)f->macs / median,
			1e-9 * bytes_moved(session, f) / median};
}

static void print_text(const Report *r)
{
	printf("%s, %lld thread%s, %lld runs\n", r->target, r->threads, r->threads > 1 ? "s" : "", r->runs);
	printf("min %.1f us, median %.1f us, p95 %.1f us, p99 %.1f us\n", r->min, r->median, r->p95, r->p99);
	printf("%.2f GFLOP/s, %.2f GB/s of weights, inputs and outputs\n", r->gflops, r->gbytes);
}

static void print_json(const Report *r, const Facts *f)
{
	printf("{\"target\": \"%s\", \"threads\": %lld, \"runs\": %lld, \"min_us\": %.3f, \"median_us\": %.3f, ", r->target,
	       r->threads, r->runs, r->min, r->median);
	printf("\"p95_us\": %.3f, \"p99_us\": %.3f, \"gflops\": %.3f, \"gbytes_per_s\": %.3f, ", r->p95, r->p99, r->gflops,
	       r->gbytes);
	printf("\"macs\": %lld, \"arena_bytes\": %lld, \"arena_bound\": %lld, \"weights_bytes\": %lld}\n",
	       (long long)f->macs, (long long)f->arena_bytes, (long long)f->arena_bound, (long long)f->weights_bytes);
}

static void bench(Ctx *c, Settings *s)
{
	Facts facts;
	if (s->per_stage && strchr(s->compile.target, ','))
		fail(c, EXIT_USAGE, "E-USAGE", "--per-stage: stages belong to one target, not to %s", s->compile.target);
	Graph *g = onnx_read(c, s->model, &s->read);
	Tensor **in = NEW_N(&c->perm, Tensor *, g->nin);
	int verbose = c->verbose;
	c->verbose = verbose ? verbose : -1; /* random inputs are no news here */
	inputs_fill(c, s, g, in);
	c->verbose = verbose;
	s->compile.profile = s->per_stage || s->profile_file;
	s->timed = true;
	Session *session = jit(c, g, s, &facts);
	session_bind(session, in);
	if (s->compile.profile)
		stages.profile = profile_open(session, &facts, (int)s->threads);
	session->pool = s->threads > 1 ? tcc_pool_create((int)s->threads) : NULL;
	Times t = measure(c, session, &facts, s->rounds);
	Report r = report_of(s, session, &facts, &t);
	if (s->json)
		print_json(&r, &facts);
	else
		print_text(&r);
	if (s->profile_file)
		profile_write(stages.profile, s->profile_file);
	if (s->per_stage && !s->json) {
		int lanes = lanes_of(c, s->compile.target);
		Peaks p = peaks_measure(&c->scratch, session->pool, lanes);
		print_stages(&facts, &p, lanes);
	}
	if (session->pool)
		tcc_pool_destroy(session->pool);
}

int main(int argc, char **argv)
{
	Ctx c;
	Settings s;
	program_open(&c, "tcc-bench");
	if (setjmp(c.border))
		return program_trouble(&c);
	if (options_read(&c, &s, BENCH, argc, argv))
		bench(&c, &s);
	return program_close(&c);
}
