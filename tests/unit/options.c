/* The command line: what values become, and what is refused. */
#include "tests/unit/unit.h"
#include "codegen/target.h"
#include "tools/options.h"

static Ctx c;
static Settings s;

static int open_ctx(void **state)
{
	(void)state;
	ctx_open(&c, "tcc-compile", 0);
	return 0;
}

static int close_ctx(void **state)
{
	(void)state;
	ctx_close(&c);
	return 0;
}

/* Read the words of a command line; NULL when it is right, else what is said. */
static const char *said(enum program p, const char *line)
{
	char *argv[20] = {(char *)"tcc"}, *copy = arena_string(&c.perm, line);
	int argc = 1;
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	if (setjmp(c.border)) {
		assert_int_equal(c.status, EXIT_USAGE);
		return c.message;
	}
	assert_true(options_read(&c, &s, p, argc, argv));
	return NULL;
}

static void accepted(const char *line)
{
	const char *text = said(COMPILE, line);
	assert_string_equal(text ? text : "", "");
}

static void refused(const char *line, const char *part)
{
	const char *text = said(COMPILE, line);
	assert_non_null(text);
	if (!strstr(text, part))
		assert_string_equal(text, part); /* shows both */
}

static void the_stem_is_the_prefix(void **state)
{
	(void)state;
	accepted("m.onnx -o out/my-net.v2.c");
	assert_string_equal(s.compile.prefix, "my_net_v2");
	accepted("m.onnx -o 8.c");
	assert_string_equal(s.compile.prefix, "m8");
	accepted("m.onnx -o a.c --prefix net_1");
	assert_string_equal(s.compile.prefix, "net_1");
	accepted("m.onnx -o tcc.c");
	assert_string_equal(s.compile.prefix, "mtcc");
	refused("m.onnx -o a.c --prefix 1net", "must be a C name");
	refused("m.onnx -o a.c --prefix tcc", "the header's own");
	refused("m.onnx -o out/a\"b.c", "#include cannot name");
	refused("m.onnx -o out/a\\b.c", "#include cannot name");
	refused("m.onnx -o a.cpp", "must be named FILE.c");
	refused("m.onnx -o dir/.c", "must be named FILE.c");
	refused("m.onnx", "where should the C go");
	refused("-o a.c", "which model");
	refused("m.onnx n.onnx -o a.c", "one more is n.onnx");
}

static void sizes_are_read(void **state)
{
	(void)state;
	accepted("m.onnx -o a.c --dim batch=4 --dim seq=1..512 --shape x=1,3,224,224 --dim=h=7");
	assert_int_equal(s.read.ndims, 3);
	assert_string_equal(s.read.dims[0].name, "batch");
	assert_int_equal(s.read.dims[0].lo, 4);
	assert_int_equal(s.read.dims[0].hi, 4);
	assert_int_equal(s.read.dims[1].lo, 1);
	assert_int_equal(s.read.dims[1].hi, 512);
	assert_string_equal(s.read.dims[2].name, "h");
	assert_int_equal(s.read.shapes[0].rank, 4);
	assert_int_equal(s.read.shapes[0].dim[3], 224);
	accepted("m.onnx -o a.c --shape s=[2,3],3*[],[4] --shape t=none");
	assert_true(s.read.shapes[0].elements && s.read.shapes[0].n == 5);
	assert_int_equal(s.read.shapes[0].element[0].dim[1], 3);
	assert_int_equal(s.read.shapes[0].element[3].rank, 0);
	assert_int_equal(s.read.shapes[0].element[4].dim[0], 4);
	assert_true(s.read.shapes[1].elements && s.read.shapes[1].n == 0);
	refused("m.onnx -o a.c --shape s=[2", "commas");
	refused("m.onnx -o a.c --shape s=[2]3", "commas between elements");
	refused("m.onnx -o a.c --shape s=2,[3]", "brackets");
	refused("m.onnx -o a.c --shape s=3*2,[1]", "brackets");
	refused("m.onnx -o a.c --shape s=5000*[2]", "at most 4096");
	refused("m.onnx -o a.c --shape s=4096*[2],[2]", "at most 4096");
	refused("m.onnx -o a.c --dim batch", "NAME=N or NAME=LO..HI");
	refused("m.onnx -o a.c --dim =3", "NAME=N");
	refused("m.onnx -o a.c --dim n=-1", "whole numbers");
	refused("m.onnx -o a.c --dim n=9..3", "smaller number first");
	refused("m.onnx -o a.c --dim n=99999999999999999999", "whole numbers");
	refused("m.onnx -o a.c --shape x=1,,2", "commas");
	refused("m.onnx -o a.c --shape x=1,2,3,4,5,6,7,8,9", "at most 8");
}

static void switches_and_numbers_are_read(void **state)
{
	(void)state;
	accepted("m.onnx -o a.c -O0 -O3 --threads --strict --weights file --limit-memory 512M --limit-fold 64k --max-ram 1M --max-flash 2k -v");
	assert_int_equal(s.compile.level, 3);
	assert_true(s.compile.threads && s.compile.strict);
	assert_int_equal(s.compile.weights, WEIGHTS_FILE);
	assert_int_equal(c.memory_limit, 512 << 20);
	assert_int_equal(s.compile.fold_limit, 64 << 10);
	assert_int_equal(s.compile.max_ram, 1 << 20);
	assert_int_equal(s.compile.max_flash, 2 << 10);
	assert_int_equal(c.verbose, 1);
	refused("m.onnx -o a.c --max-ram 0", "1 or more");
	refused("m.onnx -o a.c --limit-memory 0", "1 or more");
	refused("m.onnx -o a.c -O4", "unknown option -O4");
	refused("m.onnx -o a.c --weights disk", "c, incbin or file");
	refused("m.onnx -o a.c --limit-memory 1T", "bytes, such as");
	refused("m.onnx -o a.c --threads=2", "no value belongs to --threads");
	refused("m.onnx -o a.c --dim", "a value is missing after --dim");
	refused("m.onnx -o a.c --frobnicate", "unknown option --frobnicate");
	refused("m.onnx -o a.c --graph x.png", "FILE.{dot,svg,html}");
	refused("m.onnx -o a.c --report x.txt", "FILE.{json,html}");
	refused("m.onnx -o a.c --rounds 3", "unknown option --rounds");
}

static void targets_are_listed_best_first(void **state)
{
	(void)state;
	accepted("m.onnx -o a.c --target c,x86-64-v4,x86-64-v3");
	assert_string_equal(s.compile.target, "c,x86-64-v4,x86-64-v3");
	Targets t = targets_read(&c, s.compile.target);
	assert_int_equal(t.n, 3);
	assert_string_equal(t.names, s.compile.target);
	assert_string_equal(t.target[0]->name, "x86-64-v4");
	assert_string_equal(t.target[1]->name, "x86-64-v3");
	assert_string_equal(t.target[2]->name, "c");
	Targets here = targets_read(&c, "native");
	assert_string_equal(here.names, here.target[0]->name);
	refused("m.onnx -o a.c --target x86", "unknown target 'x86': there are c, ");
	refused("m.onnx -o a.c --target c,,x86-64-v3", "unknown target ''");
	refused("m.onnx -o a.c --target c,x86-64-v3,c", "target c is given twice");
	refused(arena_format(&c.perm, "m.onnx -o a.c --target %s,native", here.names), "native is that on this machine");
}

static void passes_are_left_out_by_name(void **state)
{
	(void)state;
	accepted("m.onnx -o a.c --no-pass cse --no-pass dce");
	assert_string_equal(s.compile.no_pass[0], "cse");
	assert_string_equal(s.compile.no_pass[1], "dce");
	assert_null(s.compile.no_pass[2]);
	refused("m.onnx -o a.c --no-pass nothing", "--list-passes");
}

static void programs_know_their_own_options(void **state)
{
	(void)state;
	assert_null(said(BENCH, "m.onnx --threads 4 --rounds 10 --per-stage"));
	assert_int_equal(s.threads, 4);
	assert_int_equal(s.rounds, 10);
	assert_non_null(said(BENCH, "m.onnx --threads 0"));
	assert_null(said(TUNE, "m.onnx -o zen4.txt --budget 30 --threads 2 --target c"));
	assert_string_equal(s.choices_file, "zen4.txt");
	assert_int_equal(s.budget, 30);
	assert_non_null(strstr(said(TUNE, "m.onnx"), "where should the choices go"));
	assert_non_null(said(TUNE, "m.onnx -o zen4.txt --budget 0"));
	assert_null(said(RUN, "m.onnx -i x=a.npy -i b.pb --eval"));
	assert_int_equal(s.ninput, 2);
	assert_string_equal(s.input[0].name, "x");
	assert_null(s.input[1].name);
	assert_non_null(said(RUN, "m.onnx --per-stage"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_ctx, close_ctx)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_stem_is_the_prefix),	      TEST(sizes_are_read),
		TEST(switches_and_numbers_are_read),  TEST(passes_are_left_out_by_name),
		TEST(targets_are_listed_best_first),
		TEST(programs_know_their_own_options),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
