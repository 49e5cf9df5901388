/* zoo.c -- real models with golden inputs and outputs, through the C for each target.
 *
 * usage: zoo [-t TARGET,...] [-j JOBS] [-f PART OF A NAME] [-u] [DIRECTORY]
 * Prints a line a model, data set and target: how it ended, the arena next to the planner's lower bound, the weights.
 * The C is built with -O2 and without a warning; two workers must give the bits of one. What is not supported yet
 * stands in zoo_unsupported.txt, which is held to in both directions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/suite/guard.h"
#include "tests/suite/list.h"
#include "tests/suite/result.h"
#include "tests/usage.h"
#include "tools/jit.h"
#include "tools/program.h"

#define LIST "tests/suite/zoo_unsupported.txt"
#define MOST_ARENA 1.05 /* times the lower bound */

enum { MAX_TARGETS = 8, SECONDS = 600 };

typedef struct Zoo {
	const char *root, *filter, *folder;
	const char *target[MAX_TARGETS];
	int ntargets, jobs;
	bool update;
	Cases cases;
	List listed;
	Result *result; /* [case][target] */
} Zoo;

static const char usage[] =
	"usage: zoo [-t TARGET,...] [-j JOBS] [-f PART] [-u] [DIRECTORY]\n"
	"  -t TARGET,...  compile for these (default: all of this machine)\n"
	"  -j JOBS        at a time (default: one a processor)\n"
	"  -f PART        only models with that in their name\n"
	"  -u             write the list of those that are not supported anew\n"
	"  DIRECTORY      of the models (default: ../shared/zoo)\n";

static void read_options(Zoo *z, int argc, char **argv)
{
	int o;
	char *targets = targets_here();
	z->jobs = (int)sysconf(_SC_NPROCESSORS_ONLN);
	while ((o = getopt(argc, argv, "ht:j:f:u")) != -1) {
		switch (o) {
		case 't': targets = optarg; break;
		case 'j': z->jobs = atoi(optarg); break;
		case 'f': z->filter = optarg; break;
		case 'u': z->update = true; break;
		default: tell_usage(usage, o);
		}
	}
	for (char *t = strtok(targets, ","); t && z->ntargets < MAX_TARGETS; t = strtok(NULL, ","))
		z->target[z->ntargets++] = t;
	z->root = optind < argc ? argv[optind] : "../shared/zoo";
	if (z->jobs < 1)
		tell_usage(usage, '?');
}

static void remove_files(const char *folder, int unit)
{
	static const char *const name[][2] = {{"m", ".c"}, {"m", ".h"}, {"m", ".weights.bin"}, {"m", ".so"}};
	char path[600];
	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		snprintf(path, sizeof path, "%s/%s%d%s", folder, name[i][0], unit, name[i][1]);
		unlink(path);
	}
}

static void work(int unit, void *arg)
{
	Zoo *z = arg;
	const Case *k = &z->cases.item[unit / z->ntargets];
	Result *r = &z->result[unit];
	emit_case(k, z->target[unit % z->ntargets], true, z->folder, unit, r);
	if (r->emitted)
		build_batch(z->folder, "-O2 -std=c11" WARNINGS, unit, 1, r);
	if (r->emitted)
		run_case(k, z->folder, unit, unit, 2, r);
	remove_files(z->folder, unit);
}

static void died(int unit, int sig, const char *said, void *arg)
{
	Zoo *z = arg;
	result_death(&z->result[unit], sig, said);
	remove_files(z->folder, unit);
}

/* What should be otherwise, or NULL. */
static const char *complaint(const Zoo *z, int unit)
{
	const Result *r = &z->result[unit];
	const Facts *f = &z->result[unit].facts;
	bool listed = list_find(&z->listed, z->cases.item[unit / z->ntargets].name) != NULL;
	if (r->outcome != PASS)
		return listed && r->outcome == UNSUPPORTED ? NULL : r->why;
	if (listed)
		return "passes, remove it from " LIST;
	if ((double)f->arena_bytes > MOST_ARENA * (double)f->arena_bound)
		return "the arena is too large";
	return NULL;
}

static void write_list(Ctx *c, const Zoo *z)
{
	FILE *f = fopen(LIST, "w");
	if (!f)
		fail(c, EXIT_FILE, "E-FILE", "cannot write '%s'", LIST);
	fputs("# Models of the zoo that end with exit code 4 (unsupported). Written by `zoo -u`.\n", f);
	for (int unit = 0; unit < z->cases.n * z->ntargets; unit += z->ntargets)
		if (z->result[unit].outcome == UNSUPPORTED)
			fprintf(f, "%s  %s\n", z->cases.item[unit / z->ntargets].name, z->result[unit].why);
	fclose(f);
}

static void report(const Zoo *z, int *passed, int *failed)
{
	printf("%-40s %-10s %-12s %12s %12s %12s\n", "model", "target", "", "arena", "lower bound", "weights");
	for (int unit = 0; unit < z->cases.n * z->ntargets; unit++) {
		const Facts *f = &z->result[unit].facts;
		const char *trouble = complaint(z, unit);
		printf("%-40s %-10s %-12s", z->cases.item[unit / z->ntargets].name, z->target[unit % z->ntargets],
		       outcome_name[z->result[unit].outcome]);
		if (z->result[unit].emitted)
			printf(" %12lld %12lld %12lld", (long long)f->arena_bytes, (long long)f->arena_bound,
			       (long long)f->weights_bytes);
		printf("%s%s\n", trouble ? "  " : "", trouble ? trouble : "");
		*failed += trouble != NULL;
		*passed += !trouble && z->result[unit].outcome == PASS;
	}
}

static int run(Ctx *c, Zoo *z)
{
	int passed = 0, failed = 0;
	z->cases = zoo_cases(c, z->root, z->filter);
	z->listed = list_read(c, LIST);
	z->folder = temporary_folder(c);
	int units = z->cases.n * z->ntargets;
	z->result = guard_shared((size_t)units * sizeof *z->result);
	guard_all(units, z->jobs, SECONDS, work, died, z);
	if (z->update) {
		write_list(c, z);
		z->listed = list_read(c, LIST);
	}
	report(z, &passed, &failed);
	printf("zoo: %d passed, %d failed\n", passed, failed);
	return failed != 0;
}

int main(int argc, char **argv)
{
	Zoo z = {0};
	Ctx c;
	program_open(&c, "zoo");
	if (setjmp(c.border))
		return program_trouble(&c);
	read_options(&z, argc, argv);
	int status = run(&c, &z);
	program_close(&c);
	return status;
}
