/* models.c -- random models: emitted C against the evaluator, builds against each other.
 *
 * usage: models [-vgp] [-s SEED] [-n COUNT] [-o OPERATOR] [-m COUNT] [-k FILE]
 *
 * Models of neighbouring seeds are one batch: a child makes them, emits them twice, compiles them into one library a
 * build, runs and compares. A child that dies costs one model, and the batch starts again without it. What is wrong is
 * made smaller and printed as a case of tests/ops (the first five, or -m). -v names the pairs of operator and type that no
 * model had, -p prints every model as such a case, -g emits models and neither builds nor runs them, -k keeps what was
 * right and does not run that again (known.h). The last line is "N passed, N failed". */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/fuzz/models/known.h"
#include "tests/suite/guard.h"
#include "tests/usage.h"
#include "tools/jit.h"

enum { BATCH = 64, MOST_DOMAINS = 400, PATIENCE = 300, LARGE = 16 };

enum outcome { UNTRIED, RIGHT, REFUSED, WRONG };

typedef struct Record {
	int outcome;
	char why[400];
	Digest digest;
	bool known;
} Record;

/* What children tell. */
typedef struct Shared {
	uint64_t seed;     /* in work */
	const char *stage; /* of it */
	Record record[BATCH];
	int hit[MOST_DOMAINS][DT_COUNT];
	char refusal[MOST_DOMAINS][DT_COUNT][200];
	long nodes, most_nodes, refusals;
} Shared;

static Shared *shared;
static const Domain *only;
static bool verbose, printing, dry; /* dry: emitted, and neither built nor run */
static const char *known_file;
static long passed, failed, refused, known, smaller = 5; /* failures to make smaller still */

static const Config *config_of(uint64_t seed) { return &configs[seed / BATCH % (uint64_t)nconfigs()]; }

/* ---- in the child: one batch ---- */

typedef struct Batch {
	uint64_t first;
	int n;
	const Config *config;
	Ctx ctx[BATCH], own;
	Model model[BATCH];
	Tensor **out[BATCH];
} Batch;

static void begin(const Batch *b, int i, const char *stage)
{
	shared->seed = b->first + (uint64_t)i;
	shared->stage = stage;
}

static void settle(int i, int outcome, const char *what, const char *why)
{
	Record *r = &shared->record[i];

	r->outcome = outcome;
	snprintf(r->why, sizeof r->why, "%.60s%.330s", what, why);
}

static const char *build_name(Batch *b, const Build *k)
{
	return arena_format(&b->own.perm, "%s -O%d%s%s%s: ", k->target, k->level, k->strict ? " --strict" : "",
			    k->threads ? " --threads" : "", k->detours ? ", detours" : "");
}

static void note_refusal(const Batch *b, int i, const char *why)
{
	DType t;
	const Domain *d = first_domain(b->first + (uint64_t)i, &t);

	snprintf(shared->refusal[d - domains][t], sizeof shared->refusal[0][0], "%.199s", why);
}

static void make(Batch *b, int i)
{
	Ctx *c = &b->ctx[i];

	begin(b, i, "generating");
	ctx_open(c, "models", (size_t)1 << 30);
	if (setjmp(c->border)) {
		settle(i, WRONG, "generating: ", c->message);
		return;
	}
	generate(&b->model[i], c, b->first + (uint64_t)i, only);
	shared->refusals += b->model[i].refused;
	if (!only && b->model[i].first_why[0])
		note_refusal(b, i, b->model[i].first_why);
	judge(&b->model[i]);
	if (printing)
		model_print(&b->model[i]);
	if (b->model[i].g->nout == 0)
		settle(i, REFUSED, "no node", "");
}

static bool alive(int i) { return shared->record[i].outcome == UNTRIED; }

/* It has to be built and run. */
static bool in_work(int i) { return alive(i) && !shared->record[i].known; }

/* What stopped the emission of a model. */
static void settle_unemitted(Batch *b, int i, const char *where)
{
	Ctx *c = &b->ctx[i];
	bool clean = c->status == EXIT_UNSUPPORTED || c->status == EXIT_LIMIT;

	settle(i, clean ? REFUSED : WRONG, clean ? "" : where, c->message);
	if (clean && !only && !b->model[i].first_why[0])
		note_refusal(b, i, c->message);
}

static void emit(Batch *b, int i, const Build *k)
{
	begin(b, i, "emitting");
	if (setjmp(b->ctx[i].border))
		settle_unemitted(b, i, build_name(b, k));
	else
		model_emit(&b->model[i], k, i);
}

static void look_up(Batch *b, int i)
{
	Record *r = &shared->record[i];

	begin(b, i, "emitting");
	if (setjmp(b->ctx[i].border)) {
		settle_unemitted(b, i, "");
		return;
	}
	r->digest = digest_of(&b->model[i], b->config, i);
	r->known = known_right(&r->digest);
}

static int all_in_work(const Batch *b, int *number)
{
	int n = 0;

	for (int i = 0; i < b->n; i++)
		if (in_work(i))
			number[n++] = i;
	return n;
}

/* The model whose file the complaint about a unit names; -1: none that is in work. */
static int blamed(const Batch *b, const char *why)
{
	int i = -1;

	why += !strncmp(why, "./", 2) ? 2 : 0;
	return sscanf(why, "m%d.c:", &i) == 1 && i >= 0 && i < b->n && in_work(i) ? i : -1;
}

/* False: it goes, alone. */
static bool refused_alone(Batch *b, const Build *k, int i, const char *so)
{
	char why[300];
	bool wrong = !models_compile(&b->own, k, false, 1, &i, so, why, sizeof why);

	if (wrong)
		settle(i, WRONG, build_name(b, k), why);
	return wrong;
}

/* Those that the compiler refuses leave; the others are in `so`. */
static void compile(Batch *b, const Build *k, const char *so)
{
	int number[BATCH], n;
	char why[300];

	shared->stage = "compiling";
	while ((n = all_in_work(b, number)) > 0) {
		if (models_compile(&b->own, k, true, n, number, so, why, sizeof why))
			return;
		int i = blamed(b, why);
		if (i < 0 || !refused_alone(b, k, i, so))
			break;
	}
	for (int i = 0; i < b->n; i++)
		if (in_work(i))
			refused_alone(b, k, i, so);
	n = all_in_work(b, number);
	if (n && !models_compile(&b->own, k, false, n, number, so, why, sizeof why))
		fail(&b->own, EXIT_BUG, "E-CC", "%s", why);
}

static void run(Batch *b, int i, const Build *k, const char *so)
{
	Model *m = &b->model[i];
	char why[300] = "", inner[200];
	bool second = k == &b->config->build[1];

	begin(b, i, "running");
	if (setjmp(m->c->border)) {
		settle(i, WRONG, build_name(b, k), m->c->message);
		return;
	}
	Tensor **y = model_run(m, k, so, i, why, sizeof why);
	for (int o = 0; y && o < m->g->nout && !why[0]; o++) {
		output_right(m, o, y[o], why, sizeof why);
		if (!why[0] && second && b->config->same_bits && !bits_same(y[o], b->out[i][o], inner, sizeof inner))
			snprintf(why, sizeof why, "output %d differs from %s: %s", o, b->config->build[0].target, inner);
	}
	b->out[i] = y;
	if (why[0])
		settle(i, WRONG, build_name(b, k), why);
}

static void cover(const Batch *b, int i)
{
	const Model *m = &b->model[i];

	settle(i, RIGHT, "", "");
	shared->nodes += m->g->nnode;
	shared->most_nodes = shared->most_nodes > m->g->nnode ? shared->most_nodes : m->g->nnode;
	for (uint32_t k = 0; k < m->g->nnode; k++)
		shared->hit[m->trait[k].row][m->trait[k].t]++;
}

static void batch_work(Batch *b)
{
	if (setjmp(b->own.border)) {
		fprintf(stderr, "models: %s\n", b->own.message);
		_exit(9);
	}
	for (int i = 0; i < b->n; i++)
		if (alive(i))
			make(b, i);
	for (int i = 0; i < b->n && known_file; i++)
		if (alive(i))
			look_up(b, i);
	for (int k = 0; k < 2 && b->config->build[k].target; k++) {
		const Build *build = &b->config->build[k];
		const char *so = arena_format(&b->own.perm, "%s/%c-%d.so", temporary_folder(&b->own), 'a' + k, (int)getpid());
		for (int i = 0; i < b->n; i++)
			if (in_work(i))
				emit(b, i, build);
		if (dry)
			continue;
		compile(b, build, so);
		for (int i = 0; i < b->n; i++)
			if (in_work(i))
				run(b, i, build, so);
		unlink(so);
	}
	for (int i = 0; i < b->n; i++)
		if (alive(i))
			cover(b, i);
}

/* ---- in the parent ---- */

static int child(uint64_t first, int n, const Config *config)
{
	int status;

	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		Batch *b = calloc(1, sizeof *b);
		signal(SIGABRT, SIG_DFL);
		setrlimit(RLIMIT_CPU, &(struct rlimit){PATIENCE, PATIENCE}); /* however busy the machine is */
		b->first = first;
		b->n = n;
		b->config = config;
		ctx_open(&b->own, "models", 0);
		batch_work(b);
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid ? status : -1;
}

static void keep_known(int n)
{
	Digest fresh[BATCH];
	int nfresh = 0;

	for (int i = 0; i < n; i++) {
		const Record *r = &shared->record[i];
		known += r->outcome == RIGHT && r->known;
		if (r->outcome == RIGHT && !r->known)
			fresh[nfresh++] = r->digest;
	}
	if (known_file && !dry)
		known_add(nfresh, fresh);
}

/* Until every model of the batch has its outcome. */
static void batch(uint64_t first, int n)
{
	const Config *config = config_of(first);

	memset(shared->record, 0, sizeof shared->record);
	for (int tries = 0; tries <= n; tries++) {
		int status = child(first, n, config);
		if (status == 0)
			break;
		int i = (int)(shared->seed - first);
		for (int k = 0; k < n; k++)
			if (shared->record[k].outcome == RIGHT)
				shared->record[k].outcome = UNTRIED;
		shared->record[i].outcome = WRONG;
		snprintf(shared->record[i].why, sizeof shared->record[i].why, "%s: the process ended with %s %d", shared->stage,
			 WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	}
	keep_known(n);
	for (int i = 0; i < n; i++) {
		const Record r = shared->record[i];
		passed += r.outcome == RIGHT;
		refused += r.outcome == REFUSED;
		failed += r.outcome == WRONG || r.outcome == UNTRIED;
		if (r.outcome == REFUSED && verbose)
			printf("seed %llu: refused: %s\n", (unsigned long long)(first + (uint64_t)i), r.why);
		if (r.outcome == WRONG || r.outcome == UNTRIED)
			shrink(first + (uint64_t)i, only, config, r.why, smaller-- > 0);
	}
}

static void report_pair(int d, DType t, int *counts)
{
	const char *why = shared->refusal[d][t];
	int kind = shared->hit[d][t] ? 0 : type_refused(why) ? 1 : *why ? 2 : 3;

	counts[kind]++;
	if (kind >= 2 && verbose)
		printf("not hit: %s of %s: %s\n", domains[d].op, dtype_name(t), *why ? why : "no model");
}

static bool has_domain(const Op *op)
{
	for (int i = 0; i < ndomains(); i++)
		if (op_named(domains[i].op) == op)
			return true;
	return false;
}

static void report(void)
{
	int counts[4] = {0}, without = 0, nops = 0;

	for (int d = 0; d < ndomains(); d++)
		for (int t = 1; t < DT_COUNT; t++)
			report_pair(d, (DType)t, counts);
	for (; op_table[nops]; nops++) {
		const Op *op = op_table[nops];
		const char *domain = op->domain ? op->domain : "";
		if (!has_domain(op) && strcmp(domain, "tcc")) {
			without++;
			if (verbose)
				printf("no domain: %s%s%s\n", domain, *domain ? "." : "", op->name);
		}
	}
	if (known_file)
		printf("%ld of those that passed came out as they had before, and were not run\n", known);
	printf("%ld nodes, at most %ld in a model; %ld refused while generating, %ld models refused\n", shared->nodes,
	       shared->most_nodes, shared->refusals, refused);
	printf("pairs of operator and type: %d hit, %d that the rows do not allow, %d refused otherwise, %d without a model; "
	       "%d operators have no domain\n", counts[0], counts[1], counts[2], counts[3], without);
}

static const Domain *domain_named(const char *name)
{
	for (int i = 0; i < ndomains(); i++)
		if (!strcmp(domains[i].op, name))
			return &domains[i];
	fprintf(stderr, "models: there is no domain for operator '%s'\n", name);
	exit(EXIT_USAGE);
}

static const char usage[] =
	"usage: models [-v] [-g] [-p] [-s SEED] [-n COUNT] [-o OPERATOR] [-m COUNT] [-k FILE]\n"
	"  -s SEED      of the first model (default 0)\n"
	"  -n COUNT     how many models (default 512)\n"
	"  -o OPERATOR  one of them in each model\n"
	"  -m COUNT     make so many of those that are wrong smaller (default 5)\n"
	"  -k FILE      keep what was right in it, and do not run again what comes out the same\n"
	"  -p           print every model as a case of tests/ops\n"
	"  -g           emit only: neither build nor run\n"
	"  -v           name the pairs of operator and type that no model had\n";

int main(int argc, char **argv)
{
	uint64_t seed = 0, count = 512;
	Ctx c;

	for (int option; (option = getopt(argc, argv, "hvgps:n:o:m:k:")) != -1;) {
		if (option == '?' || option == 'h')
			tell_usage(usage, option);
		verbose |= option == 'v';
		dry |= option == 'g';
		printing |= option == 'p';
		seed = option == 's' ? strtoull(optarg, NULL, 10) : seed;
		count = option == 'n' ? strtoull(optarg, NULL, 10) : count;
		smaller = option == 'm' ? strtol(optarg, NULL, 10) : smaller;
		known_file = option == 'k' ? optarg : known_file;
		only = option == 'o' ? domain_named(optarg) : only;
	}
	ctx_open(&c, "models", 0);
	temporary_folder(&c);
	if (known_file)
		known_open(&c, known_file);
	shared = guard_shared(sizeof *shared);
	for (uint64_t at = seed, n; at < seed + count; at += n) {
		n = BATCH - at % BATCH < seed + count - at ? BATCH - at % BATCH : seed + count - at;
		batch(at, (int)n);
	}
	report();
	ctx_close(&c);
	bool small = !only && passed >= BATCH && shared->most_nodes < LARGE;
	if (small)
		printf("none of them has %d nodes: the generator lost its room\n", LARGE);
	printf("%ld passed, %ld failed\n", passed, failed);
	return failed || !passed || small;
}
