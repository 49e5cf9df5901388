/* options.c -- the table of options, and how values read. */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/target.h"
#include "codegen/tuned.h"
#include "tools/file.h"
#include "tools/inputs.h"
#include "tools/operators.h"
#include "tools/options.h"

#ifdef __x86_64__
#define DEFAULT_TARGET "x86-64-v3"
#else
#define DEFAULT_TARGET "c"
#endif

typedef struct Row {
	int programs;      /* that know it */
	const char *name;  /* "-o", "--dim" */
	const char *value; /* what --help calls its value; NULL: none */
	const char *help;
	void (*read)(Ctx *c, Settings *s, const struct Row *row, const char *value);
	size_t offset;     /* of the field in Settings */
	int64_t number;    /* what a switch stores */
} Row;

/* ---- how values read ---- */

static void *field(Settings *s, const Row *row) { return (char *)s + row->offset; }

static _Noreturn void bad_value(Ctx *c, const Row *row, const char *value, const char *right)
{
	fail(c, EXIT_USAGE, "E-USAGE", "%s %s: not of the form %s%s%s", row->name, value, row->value, *right ? ", " : "",
	     right);
}

static void text(Ctx *c, Settings *s, const Row *row, const char *value)
{
	(void)c;
	*(const char **)field(s, row) = value;
}

static void yes(Ctx *c, Settings *s, const Row *row, const char *value)
{
	(void)c, (void)value;
	*(bool *)field(s, row) = true;
}

static void level(Ctx *c, Settings *s, const Row *row, const char *value)
{
	(void)c, (void)value;
	s->compile.level = (int)row->number;
}

static void verbosity(Ctx *c, Settings *s, const Row *row, const char *value)
{
	(void)s, (void)value;
	c->verbose = (int)row->number;
}

/* A whole number from 0 on, with the factors k, M, G where `units` says so; *end: what follows it. */
static bool whole(const char *from, bool units, const char **end, int64_t *n)
{
	static const char letters[] = "kMG";
	char *stop;
	errno = 0;
	long long x = strtoll(from, &stop, 10);
	if (stop == from || errno || !isdigit((unsigned char)*from))
		return false;
	const char *unit = units && *stop ? strchr(letters, *stop) : NULL;
	int shift = unit ? 10 * (int)(unit - letters + 1) : 0;
	if (x > INT64_MAX >> shift)
		return false;
	*end = stop + (unit != NULL);
	*n = x << shift;
	return true;
}

static void count(Ctx *c, Settings *s, const Row *row, const char *value)
{
	const char *end;
	if (!whole(value, false, &end, field(s, row)) || *end)
		bad_value(c, row, value, "a whole number");
}

static void positive(Ctx *c, Settings *s, const Row *row, const char *value)
{
	count(c, s, row, value);
	if (*(int64_t *)field(s, row) < 1 || *(int64_t *)field(s, row) > 1000000)
		bad_value(c, row, value, "1 to 1000000");
}

static void bytes(Ctx *c, Settings *s, const Row *row, const char *value)
{
	const char *end;
	if (!whole(value, true, &end, field(s, row)) || *end)
		bad_value(c, row, value, "bytes, such as 4096, 64k, 512M or 2G");
}

static void budget(Ctx *c, Settings *s, const Row *row, const char *value)
{
	bytes(c, s, row, value);
	if (*(int64_t *)field(s, row) < 1)
		bad_value(c, row, value, "1 or more");
}

/* Room for one more item in a list of n; lists are short, so each time it is copied. */
static void *longer(Ctx *c, const void *items, int n, size_t size)
{
	void *more = arena_array(&c->perm, (size_t)n + 1, size);
	if (n)
		memcpy(more, items, (size_t)n * size);
	return more;
}

/* The text before '=', which must have something before and after it; *rest: what is after it. */
static const char *name_of(Ctx *c, const Row *row, const char *value, const char **rest)
{
	const char *equals = strrchr(value, '=');
	if (!equals || equals == value || !equals[1])
		bad_value(c, row, value, "");
	char *name = arena_string(&c->perm, value);
	name[equals - value] = 0;
	*rest = equals + 1;
	return name;
}

static void dim_choice(Ctx *c, Settings *s, const Row *row, const char *value)
{
	const char *rest;
	DimChoice d = {.name = name_of(c, row, value, &rest)};
	bool right = whole(rest, false, &rest, &d.lo);
	d.hi = d.lo;
	if (right && strncmp(rest, "..", 2) == 0)
		right = whole(rest + 2, false, &rest, &d.hi);
	if (!right || *rest)
		bad_value(c, row, value, "whole numbers");
	if (d.lo > d.hi)
		bad_value(c, row, value, "the smaller number first");
	DimChoice *all = longer(c, s->read.dims, s->read.ndims, sizeof d);
	all[s->read.ndims++] = d;
	s->read.dims = all;
}

/* Sizes with commas between them, up to `end`; what follows that. */
static const char *sizes(Ctx *c, const Row *row, const char *value, const char *rest, char end, Sizes *s)
{
	do {
		if (s->rank == MAX_RANK)
			bad_value(c, row, value, "at most 8 sizes");
		if (!whole(rest, false, &rest, &s->dim[s->rank++]) || (*rest != end && *rest != ','))
			bad_value(c, row, value, "sizes with commas between them");
	} while (*rest++ == ',');
	return rest;
}

/* "[3,4],5*[2,4]", "none" */
static void elements(Ctx *c, const Row *row, const char *value, const char *rest, ShapeChoice *x)
{
	Sizes *all = NEW_N(&c->perm, Sizes, MOST_ELEMENTS_LISTED);
	x->elements = true;
	x->element = all;
	for (bool more = strcmp(rest, "none") != 0; more; more = *rest++ == ',') {
		int64_t times = 1;
		Sizes s = {0};
		if (*rest != '[' && (!whole(rest, false, &rest, &times) || *rest++ != '*'))
			bad_value(c, row, value, "elements in brackets");
		if (*rest++ != '[')
			bad_value(c, row, value, "elements in brackets");
		rest = *rest == ']' ? rest + 1 : sizes(c, row, value, rest, ']', &s);
		if (*rest && *rest != ',')
			bad_value(c, row, value, "commas between elements");
		if (times > MOST_ELEMENTS_LISTED - x->n)
			bad_value(c, row, value, "at most 4096 elements");
		while (times-- > 0)
			all[x->n++] = s;
	}
}

static void shape_choice(Ctx *c, Settings *s, const Row *row, const char *value)
{
	const char *rest;
	ShapeChoice x = {.input = name_of(c, row, value, &rest)};
	if (strchr(rest, '[') || strcmp(rest, "none") == 0) {
		elements(c, row, value, rest, &x);
	} else {
		Sizes one = {0};
		sizes(c, row, value, rest, 0, &one);
		x.rank = one.rank;
		memcpy(x.dim, one.dim, sizeof x.dim);
	}
	ShapeChoice *all = longer(c, s->read.shapes, s->read.nshapes, sizeof x);
	all[s->read.nshapes++] = x;
	s->read.shapes = all;
}

static void const_choice(Ctx *c, Settings *s, const Row *row, const char *value)
{
	const char *path;
	ConstChoice x = {.input = name_of(c, row, value, &path)};
	x.tensor = tensor_read(c, path);
	ConstChoice *all = longer(c, s->read.consts, s->read.nconsts, sizeof x);
	all[s->read.nconsts++] = x;
	s->read.consts = all;
}

static void input_file(Ctx *c, Settings *s, const Row *row, const char *value)
{
	InputFile f;
	const char *equals = strchr(value, '=');
	if (equals)
		f.name = name_of(c, row, value, &f.path);
	else
		f = (InputFile){NULL, value};
	s->input = longer(c, s->input, s->ninput, sizeof f);
	s->input[s->ninput++] = f;
}

static void no_pass(Ctx *c, Settings *s, const Row *row, const char *value)
{
	int n = 0;
	const Pass *p = pass_table;
	while (p->name && strcmp(p->name, value) != 0)
		p++;
	if (!p->name)
		bad_value(c, row, value, "see --list-passes");
	while (s->compile.no_pass && s->compile.no_pass[n])
		n++;
	const char **all = longer(c, s->compile.no_pass, n, sizeof *all);
	all = longer(c, all, n + 1, sizeof *all);
	all[n] = value;
	s->compile.no_pass = all;
}

static void targets(Ctx *c, Settings *s, const Row *row, const char *value)
{
	targets_read(c, value);
	text(c, s, row, value);
}

static void weights(Ctx *c, Settings *s, const Row *row, const char *value)
{
	if (strcmp(value, "c") == 0)
		s->compile.weights = WEIGHTS_C;
	else if (strcmp(value, "incbin") == 0)
		s->compile.weights = WEIGHTS_INCBIN;
	else if (strcmp(value, "file") == 0)
		s->compile.weights = WEIGHTS_FILE;
	else
		bad_value(c, row, value, "");
}

static void color(Ctx *c, Settings *s, const Row *row, const char *value)
{
	(void)s;
	if (strcmp(value, "auto") != 0 && strcmp(value, "always") != 0 && strcmp(value, "never") != 0)
		bad_value(c, row, value, "");
	c->color = *value == 'n' ? COLOR_NEVER : value[1] == 'l' ? COLOR_ALWAYS : COLOR_AUTO;
}

static void tuned_file(Ctx *c, Settings *s, const Row *row, const char *value)
{
	(void)row;
	size_t n;
	const char *bytes = (const char *)file_read(c, &c->perm, value, &n);
	s->compile.tuned = tuned_parse(c, value, bytes, n);
}

static void report(Ctx *c, Settings *s, const Row *row, const char *value)
{
	const char *dot = strrchr(value, '.');
	if (!dot || (strcmp(dot, ".json") != 0 && strcmp(dot, ".html") != 0))
		bad_value(c, row, value, "");
	text(c, s, row, value);
}

static void picture(Ctx *c, Settings *s, const Row *row, const char *value)
{
	const char *dot = strrchr(value, '.');
	if (!dot || (strcmp(dot, ".dot") != 0 && strcmp(dot, ".svg") != 0 && strcmp(dot, ".html") != 0))
		bad_value(c, row, value, "");
	text(c, s, row, value);
}

/* ---- the table; rows without a function to read a value answer and end the program ---- */

#define AT(f) offsetof(Settings, f)

static const Row table[] = {
	{COMPILE, "-o", "FILE.c", "where the C goes (FILE.h beside it); its stem is the prefix", text, AT(compile.output), 0},
	{COMPILE, "--prefix", "NAME", "C prefix of every exported name", text, AT(compile.prefix), 0},
	{ALL, "--target", "T[,T...]", "c, x86-64-v3, x86-64-v4, x86-64-v4-vnni, native; several: picked at run time", targets,
	 AT(compile.target), 0},
	{COMPILE, "--threads", NULL, "emit stages that can use a pool of workers", yes, AT(compile.threads), 0},
	{EVERY, "--dim", "NAME=N or NAME=LO..HI", "fix or bound a symbolic dimension", dim_choice, 0, 0},
	{EVERY, "--shape", "INPUT=1,3,224,224", "the sizes of an input; of a sequence: its elements, [3,4],5*[2,4], or none",
	 shape_choice, 0, 0},
	{EVERY, "--const", "INPUT=FILE", "the input is this tensor (.npy, .pb) in every run", const_choice, 0, 0},
	{COMPILE, "--weights", "c, incbin or file", "in the C text, by the assembler, or given to init", weights, 0, 0},
	{ALL, "-O0", NULL, "only the passes that code generation relies on", level, 0, 0},
	{ALL, "-O1", NULL, "cheap passes", level, 0, 1},
	{ALL, "-O2", NULL, "all passes that pay (default)", level, 0, 2},
	{ALL, "-O3", NULL, "more code for more speed", level, 0, 3},
	{ALL, "--no-pass", "NAME", "leave a pass out", no_pass, 0, 0},
	{COMPILE, "--list-operators", NULL, "the operators, as docs/operators.md has them, and end", NULL, 0, 0},
	{COMPILE, "--list-passes", NULL, "the passes in their order, and end", NULL, 0, 0},
	{ALL, "--strict", NULL, "bits that do not depend on target, compiler or optimisation", yes, AT(compile.strict), 0},
	{ALL, "--tuned", "FILE", "choices of schedule that tcc-tune has measured", tuned_file, 0, 0},
	{ALL, "--no-strips", NULL, "run every stage over whole maps, never a few rows of several", yes, AT(compile.no_strips), 0},
	{COMPILE | INSPECT, "--graph", "FILE.{dot,svg,html}", "draw the graph (after the passes)", picture, AT(compile.graph_file), 0},
	{COMPILE, "--graph-before", "FILE.{dot,svg,html}", "draw the graph as imported", picture,
	 AT(compile.graph_before), 0},
	{COMPILE, "--report", "FILE.{json,html}", "operators, stages, schedules and memory", report, AT(report), 0},
	{COMPILE, "--summary", NULL, "operators, stages and memory as a table on stdout", yes, AT(summary), 0},
	{COMPILE, "--emit-test", "DIR", "a test program with golden inputs and outputs, from test_data_set_N or the evaluator", text,
	 AT(test_dir), 0},
	{COMPILE, "--emit-main", NULL, "a program that runs the model on .npy or raw files", yes, AT(emit_main), 0},
	{COMPILE, "--check", NULL, "can it be compiled? exit 0, or 4 with every operator that is missing", yes, AT(check), 0},
	{ALL, "--verify-passes", NULL, "evaluate before and after each pass; name the first that changes the result", yes,
	 AT(compile.verify_passes), 0},
	{ALL, "--dump", "DIR", "the IR after every pass, 03-fold.ir", text, AT(compile.dump), 0},
	{RUN, "-i", "[NAME=]FILE", "an input: .npy, .npz, .pb or raw; without a name: in the model's order", input_file, 0, 0},
	{RUN, "-o", "DIR", "write outputs there as .npy; the folder is made", text, AT(output_dir), 0},
	{RUN, "--eval", NULL, "use the built-in evaluator instead of compiled C", yes, AT(eval), 0},
	{RUN | BENCH | TUNE, "--threads", "N", "workers, the caller included", positive, AT(threads), 0},
	{TUNE, "-o", "FILE", "where the choices go that are faster than those of the cost model", text, AT(choices_file), 0},
	{TUNE, "--budget", "SECONDS", "begin no trial that would end later (default 120)", positive, AT(budget), 0},
	{BENCH, "--rounds", "N", "runs to measure", positive, AT(rounds), 0},
	{BENCH, "--per-stage", NULL, "time of every stage, expected and measured, GFLOP/s, GB/s, and why it is as it is", yes,
	 AT(per_stage), 0},
	{COMPILE, "--profile", NULL, "emit code that can note when stages begin and end, and write a Chrome trace", yes,
	 AT(compile.profile), 0},
	{BENCH, "--profile", "FILE.json", "write a Chrome trace of the last run", text, AT(profile_file), 0},
	{BENCH, "--json", NULL, "the result as JSON", yes, AT(json), 0},
	{RUN | BENCH | TUNE, "--cc", "FLAGS", "flags for the C compiler (default -O2)", text, AT(cc_flags), 0},
	{ALL, "--seed", "N", "of random inputs and of random operators", count, AT(compile.seed), 0},
	{EVERY, "--limit-memory", "BYTES[kMG]", "what the compiler itself may use (default 8G)", budget, AT(limit_memory), 0},
	{COMPILE, "--max-ram", "BYTES[kMG]", "fail, exit 5, when a run needs more memory", budget, AT(compile.max_ram), 0},
	{COMPILE, "--max-flash", "BYTES[kMG]", "fail, exit 5, when there are more bytes of weights", budget, AT(compile.max_flash), 0},
	{COMPILE, "--max-stack", "BYTES[kMG]", "fail, exit 5, when a run needs more stack (of code that was optimised)", budget,
	 AT(compile.max_stack), 0},
	{ALL, "--text-bytes", "BYTES[kMG]", "longest text that the model may make in a run (default 256)", bytes,
	 AT(compile.text_bytes), 0},
	{ALL, "--limit-fold", "BYTES[kMG]", "largest constant that folding makes of smaller ones (default 1M)", bytes,
	 AT(compile.fold_limit), 0},
	{EVERY, "-v", NULL, "say what is done", verbosity, 0, 1},
	{EVERY, "-q", NULL, "say nothing but errors", verbosity, 0, -1},
	{EVERY, "--color", "auto, always or never", "of errors; auto (default): on a terminal, unless $NO_COLOR is set", color, 0, 0},
	{EVERY, "--version", NULL, "print the version, and end", NULL, 0, 0},
	{EVERY, "--help", NULL, "print this, and end", NULL, 0, 0},
};

#define NROWS (sizeof table / sizeof *table)

/* ---- answers ---- */

static void print_help(Ctx *c, enum program p)
{
	printf("usage: %s MODEL.onnx%s [options]\n%s\n\n", c->program, p == COMPILE ? " -o FILE.c" : p == TUNE ? " -o FILE" : "",
	       p == COMPILE ? "An ONNX model to one C file and its header."
	       : p == RUN   ? "Compile a model, run it once, print the largest entries of its outputs."
	       : p == TUNE  ? "Measure choices of schedule on this machine, write those that are faster for --tuned FILE."
	       : p == BENCH ? "Compile a model, run it until a second has passed, print how long a run takes."
	                    : "What is in a model file: inputs, outputs, operators, sizes.");
	for (const Row *r = table; r < table + NROWS; r++) {
		if (!(r->programs & (int)p))
			continue;
		int n = printf("  %s%s%s", r->name, r->value ? " " : "", r->value ? r->value : "");
		printf("%*s%s\n", n < 32 ? 32 - n : 1, "", r->help);
	}
	puts("\nexit codes: 0 done, 1 our own bug, 2 wrong usage, 3 invalid model, 4 unsupported, 5 a limit is exceeded,\n"
	     "            6 a file cannot be read or written, 7 out of memory");
}

static void answer(Ctx *c, enum program p, const Row *row)
{
	if (strcmp(row->name, "--help") == 0)
		print_help(c, p);
	else if (strcmp(row->name, "--version") == 0)
		printf("%s %s\n", c->program, TCC_VERSION);
	else if (strcmp(row->name, "--list-operators") == 0)
		operators_list(stdout);
	else
		passes_list(stdout);
}

/* ---- reading ---- */

/* The row of an argument: "--dim", "--dim=...". *value: what follows '=', or NULL. */
static const Row *find(enum program p, const char *argument, const char **value)
{
	size_t n = strcspn(argument, "=");
	bool attached = argument[n] && strncmp(argument, "--", 2) == 0;
	for (const Row *r = table; r < table + NROWS; r++) {
		if (!(r->programs & (int)p) || strncmp(r->name, argument, attached ? n : strlen(argument) + 1) != 0)
			continue;
		if (attached && r->name[n])
			continue;
		*value = attached ? argument + n + 1 : NULL;
		return r;
	}
	return NULL;
}

static _Noreturn void usage(Ctx *c, const char *what, const char *argument)
{
	hint(c, "%s --help", c->program);
	fail(c, EXIT_USAGE, "E-USAGE", "%s%s", what, argument);
}

static bool identifier(const char *s)
{
	if (!isalpha((unsigned char)*s) && *s != '_')
		return false;
	while (isalnum((unsigned char)*s) || *s == '_')
		s++;
	return !*s;
}

/* tcc_model is a type of the header. */
static bool is_taken(const char *prefix) { return strcmp(prefix, "tcc") == 0; }

static const char *stem_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* "out/my-net.c" -> "my_net", "2.c" -> "m2", "tcc.c" -> "mtcc" */
static const char *prefix_of(Ctx *c, const char *path)
{
	const char *stem = stem_of(path);
	bool longer = isdigit((unsigned char)*stem) || strcmp(stem, "tcc.c") == 0;
	char *name = arena_format(&c->perm, "%s%s", longer ? "m" : "", stem);
	name[strlen(name) - 2] = 0;
	for (char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p))
			*p = '_';
	return name;
}

static void check_output(Ctx *c, Settings *s)
{
	size_t n = s->compile.output ? strlen(s->compile.output) : 0;
	if (n && (n < 3 || strcmp(s->compile.output + n - 2, ".c") != 0 || s->compile.output[n - 3] == '/'))
		usage(c, "the output must be named FILE.c, not ", s->compile.output);
	if (n && strpbrk(stem_of(s->compile.output), "\"\\\n"))
		usage(c, "#include cannot name a file with \", \\ or a line break in its name, such as ", s->compile.output);
	if (!s->compile.prefix)
		s->compile.prefix = n ? prefix_of(c, s->compile.output) : "model";
	if (!identifier(s->compile.prefix))
		usage(c, "a prefix must be a C name (letters, digits, _), not ", s->compile.prefix);
	if (is_taken(s->compile.prefix))
		usage(c, "names of this prefix are the header's own: ", s->compile.prefix);
	if (!n && (s->test_dir || s->emit_main))
		usage(c, "a program for the emitted C needs -o FILE.c", "");
	if (!n && !s->check && !s->summary && !s->report && !s->compile.graph_file && !s->compile.graph_before)
		usage(c, "where should the C go? give -o FILE.c", "");
}

bool options_read(Ctx *c, Settings *s, enum program p, int argc, char **argv)
{
	const char *value;
	*s = (Settings){.compile = {.level = 2, .target = DEFAULT_TARGET},
			.threads = 1, .cc_flags = "-O2", .budget = 120};
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-' || !argv[i][1]) {
			if (s->model)
				usage(c, "one model at a time, and one more is ", argv[i]);
			s->model = argv[i];
			continue;
		}
		const Row *row = find(p, argv[i], &value);
		if (!row)
			usage(c, "unknown option ", argv[i]);
		if (!row->read) {
			answer(c, p, row);
			return false;
		}
		if (row->value && !value && !(value = argv[++i]))
			usage(c, "a value is missing after ", row->name);
		if (!row->value && value)
			usage(c, "no value belongs to ", row->name);
		row->read(c, s, row, value);
	}
	if (!s->model)
		usage(c, "which model? give a file", "");
	if (p == COMPILE)
		check_output(c, s);
	if (p == TUNE && !s->choices_file)
		usage(c, "where should the choices go? give -o FILE", "");
	c->model = s->model;
	if (s->limit_memory)
		c->memory_limit = (size_t)s->limit_memory;
	return true;
}
