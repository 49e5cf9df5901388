/* Files of every format that ImageDecoder takes (tests/images): the evaluator and emitted C make the pixels of them that
 * tests/images/pixels tells, and what is damaged ends both in trouble or with the same pixels, in a picture of the size that
 * the file says; whatever the bytes are, nothing is written outside of the buffers. More than the bound ends the run with
 * TCC_ERR_CAPACITY. */
#include <stdio.h>
#include "ir/eval.h"
#include "ir/text.h"
#include "tests/flags.h"
#include "tests/unit/unit.h"
#include "tools/jit.h"

#define FLAGS "-std=gnu11 " CLEAN

enum { FILE_MOST = 1 << 14, FILES = 100, FLIPS = 60, CUTS = 20 };

static const char text[] = "symbol n = 0..16384 symbol h = 0..64 counted symbol w = 0..64 counted\n"
			   "graph (%x u8[n]) -> (%y) { %y u8[h,w,3] = ImageDecoder(%x) }";

/* A line of the list: a file, the sizes of its picture, and the hash of its pixels, red, green and blue. */
typedef struct Row {
	char name[64];
	int64_t h, w;
	uint64_t hash;
} Row;

static Ctx ctx;
static Row rows[FILES];
static int nrows;

static Graph *parse(void)
{
	Syms *syms = NEW(&ctx.perm, Syms);

	*syms = (Syms){.ctx = &ctx};
	return graph_parse(&ctx, syms, text);
}

static void read_rows(void)
{
	FILE *f = fopen(TCC_TESTS "/images/pixels", "r");
	long long h, w;
	unsigned long long hash;

	assert_non_null(f);
	for (nrows = 0; nrows < FILES && fscanf(f, "%63s %lld %lld %llx", rows[nrows].name, &h, &w, &hash) == 4; nrows++) {
		rows[nrows].h = h;
		rows[nrows].w = w;
		rows[nrows].hash = hash;
	}
	fclose(f);
	assert_true(nrows > 0 && nrows < FILES);
}

static Tensor *bytes_of(const void *bytes, int64_t n)
{
	Tensor *t = tensor_new(&ctx.perm, U8, 1, &n);

	memcpy(t->data, bytes, (size_t)n);
	return t;
}

static Tensor *read_file(const Row *row)
{
	char path[512];
	uint8_t bytes[FILE_MOST];

	snprintf(path, sizeof path, "%s/images/%s", TCC_TESTS, row->name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	size_t n = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	assert_true(n > 0 && n < sizeof bytes);
	return bytes_of(bytes, (int64_t)n);
}

/* What the evaluator makes of a file; NULL: trouble. */
static Tensor *evaluated(Tensor *file)
{
	Graph *g = parse();
	Eval e = {.budget = -1};
	jmp_buf border;

	memcpy(border, ctx.border, sizeof border);
	if (setjmp(ctx.border)) {
		memcpy(ctx.border, border, sizeof border);
		assert_true(strstr(ctx.message, "[E-IMAGE]") || strstr(ctx.message, "it may be 0..64"));
		return NULL;
	}
	eval_graph(&e, g, &ctx.results, &file);
	memcpy(ctx.border, border, sizeof border);
	return eval_value(&e, g->out[0]);
}

static void need_pixels(const Row *row, const Tensor *y)
{
	print_message("%s\n", row->name);
	assert_non_null(y);
	assert_int_equal(y->dim[0], row->h);
	assert_int_equal(y->dim[1], row->w);
	assert_true(hash_bytes(HASH_START, y->data, (size_t)y->count) == row->hash);
}

static int run_file(Session *s, Tensor *file)
{
	session_bind(s, &file);
	int status = session_run(s);
	assert_true(session_intact(s));
	return status;
}

/* Both ways end in trouble, or with the same pixels. */
static void compare_ways(Session *s, Tensor *file)
{
	ArenaMark results = arena_mark(&ctx.results);
	int status = run_file(s, file);
	Tensor *want = evaluated(file);

	assert_true((status == TCC_OK) == (want != NULL));
	if (status == TCC_OK) {
		Tensor *got = session_output(s, 0);
		assert_int_equal(got->count, want->count);
		assert_memory_equal(got->data, want->data, (size_t)got->count);
	} else {
		assert_true(status == TCC_ERR_SHAPE || status == TCC_ERR_CAPACITY);
	}
	arena_release(&ctx.results, results);
}

static void damage(Session *s, Tensor *file)
{
	uint64_t state = 11;
	uint8_t bytes[FILE_MOST];

	for (int i = 0; i < CUTS; i++)
		compare_ways(s, bytes_of(file->data, file->count * i / CUTS));
	for (int i = 0; i < FLIPS; i++) {
		memcpy(bytes, file->data, (size_t)file->count);
		for (int k = 0; k < 1 + i % 3; k++)
			bytes[random_in(&state, 0, i % 2 && file->count > 160 ? 160 : file->count - 1)] ^=
				(uint8_t)(1 << random_in(&state, 0, 7));
		compare_ways(s, bytes_of(bytes, file->count));
	}
}

static Session *open_model(const char *target)
{
	Settings settings = {.compile = {.level = 2, .target = target}, .cc_flags = FLAGS, .threads = 1};

	ctx_open(&ctx, "unit", 0);
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "the model ends in trouble");
	}
	return jit(&ctx, parse(), &settings, NULL);
}

static void close_model(Session *s)
{
	session_close(s);
	temporary_clear();
	ctx_close(&ctx);
}

static void files(void **state)
{
	Session *s = open_model("native");

	(void)state;
	read_rows();
	for (int i = 0; i < nrows; i++) {
		Tensor *file = read_file(&rows[i]);
		need_pixels(&rows[i], evaluated(file));
		assert_int_equal(run_file(s, file), TCC_OK);
		need_pixels(&rows[i], session_output(s, 0));
	}
	close_model(s);
}

static void damaged_files(void **state)
{
	Session *s = open_model("c");

	(void)state;
	read_rows();
	for (int i = 0; i < nrows; i++) {
		print_message("%s, damaged\n", rows[i].name);
		damage(s, read_file(&rows[i]));
	}
	close_model(s);
}

static void more_than_the_bound(void **state)
{
	static const char large[] = "P5 1 65 255\n01234567890123456789012345678901234567890123456789012345678901234";
	Session *s = open_model("c");

	(void)state;
	assert_int_equal(run_file(s, bytes_of(large, sizeof large - 1)), TCC_ERR_CAPACITY);
	assert_int_equal(run_file(s, bytes_of("P5 1 1 255\n0", 12)), TCC_OK);
	close_model(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(files), cmocka_unit_test(damaged_files),
					   cmocka_unit_test(more_than_the_bound)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
