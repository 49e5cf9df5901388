/* tcc-tune -- choices of schedule that are faster on this machine than those of the cost model.
 *
 *     tcc-tune model.onnx --target native -o zen4.txt        then: tcc-compile model.onnx --tuned zen4.txt ...
 *
 * A search along one kind of choice after another. A trial is a variant of the whole model, compiled and timed stage by
 * stage, in turns with the best one so far, because the machine is not equally fast all the time. In the first trial of a
 * kind every stage takes the next best of its ways, in the second the one after, and each stage keeps the way with which it
 * was fastest beside the best one so far. What is kept must also make the whole model faster, or it is dropped. In the end
 * the model without and with all that was kept takes turns. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "codegen/target.h"
#include "tools/file.h"
#include "tools/inputs.h"
#include "tools/jit.h"
#include "tools/profile.h"
#include "tools/program.h"

enum { RUNS_MOST = 20000, TURNS = 6 };

static const double turn_seconds = 0.15;
static const double gain = 0.97; /* a way is better when it takes less than that of the time: smaller gains do not last */

/* Later kinds are about the stages that earlier ones leave. */
static const char *const kinds[] = {"winograd", "strassen", "strips", "tile", "order"};

/* A loaded model in a context of its own, and the least seconds of its stages and of a run. */
typedef struct Loaded {
	Ctx ctx;
	Session *session;
	Facts facts;
	Profile *profile;
	double *stage, *now; /* now: of one run */
	double total;
} Loaded;

/* A choice of the best variant so far, and the way that was fastest beside it. */
typedef struct Kept {
	const Decision *d;
	const char *chosen;
	double ratio;
} Kept;

typedef struct Tuner {
	Ctx *c;
	const Settings *s;
	const char *target;
	Tuned *best;
	Loaded *base;   /* the best */
	Loaded *other;  /* room for what is tried */
	double end;     /* when the budget is used up */
	double longest; /* seconds of a trial */
} Tuner;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- one variant of the model ---- */

/* Trouble inside ends the program as if it had come up outside. */
static _Noreturn void pass_on(Ctx *c, const Ctx *from)
{
	memcpy(c->message, from->message, sizeof c->message);
	memcpy(c->hint, from->hint, sizeof c->hint);
	c->status = from->status;
	longjmp(c->border, 1);
}

static void load(const Tuner *t, Tuned *with, bool profile, Loaded *l)
{
	Settings s = *t->s;
	memset(l, 0, sizeof *l);
	ctx_open(&l->ctx, t->c->program, t->c->memory_limit);
	l->ctx.verbose = -1;
	if (setjmp(l->ctx.border))
		pass_on(t->c, &l->ctx);
	s.compile.tuned = with;
	s.compile.profile = profile;
	s.timed = true;
	Graph *g = onnx_read(&l->ctx, s.model, &s.read);
	Tensor **in = NEW_N(&l->ctx.perm, Tensor *, g->nin);
	inputs_fill(&l->ctx, &s, g, in);
	l->session = jit(&l->ctx, g, &s, &l->facts);
	session_bind(l->session, in);
	l->session->pool = s.threads > 1 ? tcc_pool_create((int)s.threads) : NULL;
	if (profile)
		l->profile = profile_open(l->session, &l->facts, (int)s.threads);
	l->stage = NEW_N(&l->ctx.perm, double, l->facts.nstages);
	l->now = NEW_N(&l->ctx.perm, double, l->facts.nstages);
}

static void unload(Loaded *l)
{
	if (l->session->pool)
		tcc_pool_destroy(l->session->pool);
	session_close(l->session);
	temporary_clear();
	ctx_close(&l->ctx);
}

static double run(const Tuner *t, const Loaded *l)
{
	double start = now();
	int status = session_run(l->session);
	if (status != TCC_OK)
		fail(t->c, EXIT_MODEL, "E-RUN", "the run ended with: %s", status_text(status));
	return now() - start;
}

static void forget_times(Loaded *l)
{
	l->total = HUGE_VAL;
	for (int i = 0; i < l->facts.nstages; i++)
		l->stage[i] = HUGE_VAL;
}

static void time_stages(const Tuner *t, Loaded *l)
{
	double start = now();
	run(t, l); /* brings it into the caches */
	do {
		l->total = fmin(l->total, run(t, l));
		profile_seconds(l->profile, l->now);
		for (int i = 0; i < l->facts.nstages; i++)
			l->stage[i] = fmin(l->stage[i], l->now[i]);
	} while (now() - start < turn_seconds);
}

static void try_variant(Tuner *t, Tuned *with)
{
	double start = now();
	load(t, with, true, t->other);
	forget_times(t->base);
	forget_times(t->other);
	for (int i = 0; i < TURNS; i++)
		time_stages(t, i % 2 ? t->base : t->other);
	t->longest = fmax(t->longest, now() - start);
}

/* The last comparison needs two more. */
static bool has_time(const Tuner *t) { return now() + 3 * t->longest + 2 * TURNS * turn_seconds < t->end; }

/* ---- the search ---- */

static bool same(const Decision *a, const Decision *b) { return !strcmp(a->what, b->what) && !strcmp(a->key, b->key); }

/* Seconds of all stages that are a part of the choice. */
static double seconds_of(const Loaded *l, const Decision *d)
{
	double sum = 0;
	for (int i = 0; i < l->facts.nstages; i++)
		for (int k = 0; k < l->facts.stage[i].nchoices; k++)
			if (same(l->facts.stage[i].choice[k], d))
				sum += l->stage[i];
	return sum;
}

static const Decision *find(const Loaded *l, const Decision *d)
{
	for (int k = 0; k < l->facts.nchoices; k++)
		if (same(l->facts.choice[k], d))
			return l->facts.choice[k];
	return NULL;
}

/* The choices of one kind, each with the way that it has. */
static int list_choices(const Tuner *t, const char *kind, Kept **list)
{
	const Facts *f = &t->base->facts;
	int n = 0;
	*list = NEW_N(&t->c->perm, Kept, f->nchoices + 1);
	for (int k = 0; k < f->nchoices; k++)
		if (!strcmp(f->choice[k]->what, kind))
			(*list)[n++] = (Kept){f->choice[k], f->choice[k]->chosen, gain};
	return n;
}

/* The nth other way for each of them; false: none has so many. */
static bool set_others(const Tuner *t, const Kept *list, int n, int nth, Tuned *with)
{
	bool any = false;
	for (int k = 0; k < n; k++) {
		const Decision *d = list[k].d;
		if (nth < d->nother)
			tuned_set(with, t->target, d->what, d->key, d->other[nth]);
		any |= nth < d->nother;
	}
	return any;
}

static void keep_faster(const Tuner *t, Kept *list, int n)
{
	for (int k = 0; k < n; k++) {
		Kept *best = &list[k];
		const Decision *tried = find(t->other, best->d);
		double ratio = tried ? seconds_of(t->other, best->d) / seconds_of(t->base, best->d) : 1;
		if (ratio < best->ratio && strcmp(tried->chosen, best->d->chosen) != 0) {
			best->chosen = arena_string(&t->c->perm, tried->chosen);
			best->ratio = ratio;
		}
	}
}

static bool set_kept(const Tuner *t, const Kept *list, int n, Tuned *with)
{
	bool any = false;
	for (int k = 0; k < n; k++) {
		const Decision *d = list[k].d;
		if (!strcmp(list[k].chosen, d->chosen))
			continue;
		tuned_set(with, t->target, d->what, d->key, list[k].chosen);
		printf("  %s %s: %s, with %s %.1f us, which is %.3f of the time\n", d->what, d->key, d->chosen, list[k].chosen,
		       1e6 * list[k].ratio * seconds_of(t->base, d), list[k].ratio);
		any = true;
	}
	return any;
}

/* What was tried takes the place of the best. */
static void adopt(Tuner *t, Tuned *with)
{
	Loaded *old = t->base;
	t->base = t->other;
	t->other = old;
	t->best = with;
}

static void search_kind(Tuner *t, const char *kind)
{
	Kept *list;
	Tuned *with;
	int n = list_choices(t, kind, &list), trials = 0;
	while (trials < OTHERS_MAX && has_time(t) && set_others(t, list, n, trials, with = tuned_copy(t->best))) {
		try_variant(t, with);
		keep_faster(t, list, n);
		unload(t->other);
		trials++;
	}
	with = tuned_copy(t->best);
	printf("%s: %d choice%s, %d trial%s\n", kind, n, n == 1 ? "" : "s", trials, trials == 1 ? "" : "s");
	if (!set_kept(t, list, n, with))
		return;
	try_variant(t, with);
	bool better = t->other->total < t->base->total;
	printf("  together %.1f us, without %.1f us%s\n", 1e6 * t->other->total, 1e6 * t->base->total, better ? "" : ": dropped");
	if (better)
		adopt(t, with);
	unload(t->other);
}

/* ---- before and after ---- */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

typedef struct Times {
	double seconds[RUNS_MOST];
	int n;
} Times;

static void take_turn(const Tuner *t, const Loaded *l, Times *times)
{
	double start = now();
	run(t, l);
	do {
		if (times->n < RUNS_MOST)
			times->seconds[times->n++] = run(t, l);
	} while (now() - start < turn_seconds);
}

/* The medians of both, which take turns. */
static void compare(const Tuner *t, Tuned *given, double *before, double *after)
{
	static Times x, y;
	load(t, given, false, t->base);
	load(t, t->best, false, t->other);
	for (int i = 0; i < TURNS; i++) {
		take_turn(t, t->base, &x);
		take_turn(t, t->other, &y);
	}
	qsort(x.seconds, (size_t)x.n, sizeof *x.seconds, by_size);
	qsort(y.seconds, (size_t)y.n, sizeof *y.seconds, by_size);
	*before = x.seconds[x.n / 2];
	*after = y.seconds[y.n / 2];
	printf("before: min %.1f us, median %.1f us; after: min %.1f us, median %.1f us (%.3f)\n", 1e6 * x.seconds[0],
	       1e6 * *before, 1e6 * y.seconds[0], 1e6 * *after, *after / *before);
	unload(t->other);
	unload(t->base);
}

/* ---- the whole ---- */

/* What the processor calls itself, in characters that a file of choices may have. */
static const char *cpu_name(Arena *a)
{
	char line[200], *name = NULL;
	FILE *f = fopen("/proc/cpuinfo", "r");
	while (f && !name && fgets(line, sizeof line, f))
		if (!strncmp(line, "model name", 10) && strchr(line, ':'))
			name = arena_string(a, strchr(line, ':') + 1 + strspn(strchr(line, ':') + 1, " "));
	if (f)
		fclose(f);
	for (char *p = name; p && *p; p++)
		if (*p < ' ' || *p > '~' || *p == '#')
			*p = 0;
	return name ? name : "";
}

static Tuner tuner_new(Ctx *c, const Settings *s, Tuned *given)
{
	Targets targets = targets_read(c, s->compile.target);
	if (targets.n > 1)
		fail(c, EXIT_USAGE, "E-USAGE", "choices are measured for one target, not for %s", s->compile.target);
	return (Tuner){.c = c, .s = s, .target = targets.target[0]->name, .best = given, .end = now() + (double)s->budget};
}

static void tune(Ctx *c, const Settings *s)
{
	static Loaded one, two;
	double before = 0, after = 0;
	Tuned *given = s->compile.tuned ? tuned_copy(s->compile.tuned) : tuned_new(c, "");
	Tuner t = tuner_new(c, s, given);
	given->cpu = cpu_name(&c->perm);
	t.base = &one;
	t.other = &two;
	load(&t, given, true, t.base);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		search_kind(&t, kinds[i]);
	unload(t.base);
	if (t.best != given)
		compare(&t, given, &before, &after);
	if (after >= before) {
		printf("nothing is faster\n");
		t.best = given;
	}
	const char *text = tuned_text(t.best, &c->perm);
	file_write(c, s->choices_file, text, strlen(text));
}

int main(int argc, char **argv)
{
	static Ctx c;
	static Settings s;
	program_open(&c, "tcc-tune");
	if (setjmp(c.border))
		return program_trouble(&c);
	if (options_read(&c, &s, TUNE, argc, argv))
		tune(&c, &s);
	return program_close(&c);
}
