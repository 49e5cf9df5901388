/* shrink.c -- the smallest model that still goes wrong.
 *
 * Outputs go first, then nodes, from the front: what a node made becomes an input that holds what it made. Each attempt
 * makes the model from its seed again, in a child, so that crashes are attempts like others. */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/fuzz/models/model.h"
#include "tests/suite/guard.h"
#include "tools/jit.h"

enum { CLEAN = 0, BAD = 1, PATIENCE = 60 };

typedef struct Attempt {
	uint64_t seed;
	const Domain *only;
	const Config *config;
	bool keep[MOST_ITEMS], cut[MOST_NODES * 4];
	int nout, nnode;
	char *why; /* shared memory, WHY bytes */
} Attempt;

enum { WHY = 400 };

static Model *made(const Attempt *a, Ctx *c)
{
	Model *m = NEW(&c->perm, Model);

	generate(m, c, a->seed, a->only);
	Model *less = remake(m, a->keep, a->cut, 0);
	judge(less);
	return less;
}

static int attempt_build(const Attempt *a, Model *m, int k, Tensor ***first)
{
	const Build *b = &a->config->build[k];
	Ctx *c = m->c;
	const char *so = arena_format(&c->perm, "%s/s%d-%d.so", temporary_folder(c), (int)getpid(), k);
	int number = 1000;
	char inner[200];

	a->why[0] = 0;
	model_emit(m, b, number);
	if (!models_compile(c, b, false, 1, &number, so, a->why, WHY))
		return BAD;
	Tensor **y = model_run(m, b, so, number, a->why, WHY);
	unlink(so);
	for (int o = 0; y && o < m->g->nout && !a->why[0]; o++) {
		output_right(m, o, y[o], a->why, WHY);
		if (k && a->config->same_bits && !a->why[0] && !bits_same(y[o], (*first)[o], inner, sizeof inner))
			snprintf(a->why, WHY, "output %d differs between the builds: %s", o, inner);
	}
	*first = y;
	return a->why[0] ? BAD : CLEAN;
}

static int attempt_here(const Attempt *a)
{
	Ctx c;
	Tensor **first = NULL;
	int result = CLEAN;
	volatile bool there = false;

	ctx_open(&c, "models", (size_t)1 << 30);
	if (setjmp(c.border)) {
		snprintf(a->why, WHY, "%.390s", c.message);
		return !there || c.status == EXIT_UNSUPPORTED || c.status == EXIT_LIMIT ? CLEAN : BAD;
	}
	Model *m = made(a, &c);
	there = true;
	for (int k = 0; k < 2 && a->config->build[k].target && result == CLEAN; k++)
		result = attempt_build(a, m, k, &first);
	return result;
}

static bool goes_wrong(const Attempt *a)
{
	int status = 0;

	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		setrlimit(RLIMIT_CPU, &(struct rlimit){PATIENCE, PATIENCE});
		if (!freopen("/dev/null", "w", stderr))
			_exit(CLEAN);
		_exit(attempt_here(a));
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status != 0;
}

/* ---- making it smaller ---- */

static void measure(Attempt *a)
{
	Ctx c;
	Model *m;

	ctx_open(&c, "models", (size_t)1 << 30);
	if (setjmp(c.border) == 0) {
		m = NEW(&c.perm, Model);
		generate(m, &c, a->seed, a->only);
		a->nout = m->g->nout;
		a->nnode = (int)m->g->nnode;
	}
	ctx_close(&c);
}

static void fewer_outputs(Attempt *a)
{
	for (int i = 0; i < a->nout; i++) {
		bool was[MOST_ITEMS];
		memcpy(was, a->keep, sizeof was);
		memset(a->keep, 0, sizeof a->keep);
		a->keep[i] = true;
		if (goes_wrong(a))
			return;
		memcpy(a->keep, was, sizeof was);
	}
}

static void fewer_nodes(Attempt *a)
{
	for (int step = a->nnode / 2 > 1 ? a->nnode / 2 : 1; step; step /= 2)
		for (int i = 0; i < a->nnode; i += step) {
			bool was[MOST_NODES * 4];
			memcpy(was, a->cut, sizeof was);
			for (int k = i; k < i + step && k < a->nnode; k++)
				a->cut[k] = true;
			if (!memcmp(was, a->cut, sizeof was) || goes_wrong(a))
				continue;
			memcpy(a->cut, was, sizeof was);
		}
}

/* ---- printing it ---- */

static void print_case(const Attempt *a)
{
	Ctx c;

	ctx_open(&c, "models", (size_t)1 << 30);
	if (setjmp(c.border) == 0) {
		Model *m = NEW(&c.perm, Model);
		generate(m, &c, a->seed, a->only);
		m = remake(m, a->keep, a->cut, 0);
		model_print(m);
	} else {
		printf("cannot be printed: %s\n", c.message);
	}
	ctx_close(&c);
}

void shrink(uint64_t seed, const Domain *only, const Config *config, const char *why, bool smaller)
{
	static char *said;
	Attempt a = {.seed = seed, .only = only, .config = config};

	printf("\nseed %llu (%s): %s\n", (unsigned long long)seed, config->name, why);
	printf("models -s %llu -n 1%s%s\n", (unsigned long long)seed, only ? " -o " : "", only ? only->op : "");
	fflush(stdout);
	if (!smaller)
		return;
	said = said ? said : guard_shared(WHY);
	a.why = said;
	memset(a.keep, 1, sizeof a.keep);
	measure(&a);
	if (!a.nout || !goes_wrong(&a)) {
		printf("alone it is right\n");
		return;
	}
	fewer_outputs(&a);
	fewer_nodes(&a);
	if (goes_wrong(&a))
		printf("smallest: %s\n", a.why);
	print_case(&a);
	fflush(stdout);
}
