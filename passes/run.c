/* run.c -- the driver: the rows of passes.def in order, each checked from outside.
 *
 *     contract -> run -> law (graph_verify) -> dump NN-name.ir -> before = after (--verify-passes) -> scratch released
 *
 * A pass sees one graph at a time; bodies of If, Loop and Scan come before the graph that owns them. */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "ir/text.h"
#include "passes/check.h"
#include "passes/pass.h"

#define PASS(name, what, level, exactness, needs, makes, breaks) void pass_##name(Graph *g, const Options *o);
#include "passes/passes.def"
#undef PASS

const Pass pass_table[] = {
#define PASS(name, what, level, exactness, needs, makes, breaks)                                                       \
	{#name, what, level, exactness, needs, makes, breaks, pass_##name},
#include "passes/passes.def"
#undef PASS
	{0},
};

static const Pass *first_row(const char *name)
{
	for (const Pass *p = pass_table; p->name; p++)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

void passes_list(FILE *f)
{
	static const char *const level[] = {"always", "-O1", "-O2", "-O3"};

	for (const Pass *p = pass_table; p->name; p++)
		if (first_row(p->name) == p)
			fprintf(f, "%-10s %-7s %-7s %s\n", p->name, level[p->level],
				p->exactness == EXACT ? "exact" : "rounds", p->what);
}

/* --no-pass may only name what exists and what code generation can do without. */
static void check_no_pass(Ctx *c, const Options *o)
{
	for (const char **name = o->no_pass; name && *name; name++) {
		const Pass *p = first_row(*name);
		if (!p) {
			hint(c, "--list-passes shows the names");
			fail(c, EXIT_USAGE, "E-OPTION", "--no-pass: there is no pass '%s'", *name);
		}
		if (p->level == 0)
			fail(c, EXIT_USAGE, "E-OPTION", "--no-pass: pass '%s' is required and cannot be left out", *name);
	}
}

static bool is_wanted(const Pass *p, const Options *o)
{
	for (const char **name = o->no_pass; name && *name; name++)
		if (!strcmp(p->name, *name))
			return false;
	if (p->level == 0)
		return true;
	return p->level <= o->level && !(o->strict && p->exactness == ROUNDS);
}

bool pass_runs(const char *name, const Options *o) { return is_wanted(first_row(name), o); }

/* Bodies come after the graph around them: they see what it found out, and those that the pass makes are done too. */
void pass_run(const Pass *p, Graph *g, const Options *o)
{
	p->run(g, o);
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int s = 0; s < g->node[i]->nsub; s++)
			pass_run(p, g->node[i]->sub[s], o);
}

static uint32_t count_nodes(const Graph *g)
{
	uint32_t n = g->nnode;

	for (uint32_t i = 0; i < g->nnode; i++)
		for (int s = 0; s < g->node[i]->nsub; s++)
			n += count_nodes(g->node[i]->sub[s]);
	return n;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* DIR/NN-name.ir; the folder is made when it is not there. */
static void dump(Graph *g, const Options *o, int number, const char *name)
{
	Ctx *c = g->ctx;
	ArenaMark mark = arena_mark(&c->scratch);
	const char *path = arena_format(&c->scratch, "%s/%02d-%s.ir", o->dump, number, name);

	if (mkdir(o->dump, 0777) && errno != EEXIST)
		fail(c, EXIT_FILE, "E-WRITE", "cannot make folder '%s': %s", o->dump, strerror(errno));
	FILE *f = fopen(path, "w");
	if (!f)
		fail(c, EXIT_FILE, "E-WRITE", "cannot write '%s': %s", path, strerror(errno));
	graph_print(f, g);
	bool bad = ferror(f);
	if (fclose(f) || bad)
		fail(c, EXIT_FILE, "E-WRITE", "cannot write '%s': %s", path, strerror(errno));
	arena_release(&c->scratch, mark);
}

static void run_one(const Pass *p, Graph *g, const Options *o, int number)
{
	Ctx *c = g->ctx;
	ArenaMark mark = arena_mark(&c->scratch);
	uint32_t before = count_nodes(g);
	double start = seconds();

	pass_run(p, g, o);
	double took = seconds() - start;
	graph_verify(g, p->name);
	arena_release(&c->scratch, mark);
	if (o->dump)
		dump(g, o, number, p->name);
	if (c->verbose > 0)
		fprintf(stderr, "%02d %-10s %8.1f ms  %5u -> %u nodes\n", number, p->name, 1e3 * took, before,
			count_nodes(g));
}

void passes_run(Graph *g, const Options *o)
{
	unsigned facts = 0;
	int number = 0;

	check_no_pass(g->ctx, o);
	g->exact = o->strict;
	graph_verify(g, "import");
	if (o->dump)
		dump(g, o, 0, "import");
	Check *check = o->verify_passes ? check_begin(g, o->seed) : NULL;
	for (const Pass *p = pass_table; p->name; p++) {
		if (!is_wanted(p, o))
			continue;
		assert((p->needs & ~facts) == 0 && "the pass's needs are made by passes that always run");
		run_one(p, g, o, ++number);
		facts = (facts & ~p->breaks) | p->makes;
		if (check)
			check_after(check, p);
	}
}
