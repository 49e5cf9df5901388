/* Arena memory is zeroed, aligned and disjoint, also after releases; the budget holds; and a user of arenas that meets
 * a failing allocation anywhere ends at the border with nothing leaked. */
#include <sys/resource.h>
#include "tests/unit/unit.h"

static Ctx ctx;

static int setup(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", (size_t)64 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ctx_close(&ctx);
	assert_int_equal(ctx.memory_used, 0);
	return 0;
}

static void assert_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(p[i], 0);
}

typedef struct Piece {
	unsigned char *p;
	size_t size;
	unsigned char fill;
} Piece;

/* Sizes around the boundaries that matter: 0, 16, 64, a block. */
static size_t some_size(uint64_t *seed)
{
	static const size_t near[] = {0, 1, 15, 16, 17, 63, 64, 65, 200, 65535, 65536, 65537};

	if (random_in(seed, 0, 3) == 0)
		return near[random_in(seed, 0, 11)];
	return (size_t)random_in(seed, 0, random_in(seed, 0, 20) ? 300 : 100000);
}

static void check_and_drop(Piece *piece, int from, int *count)
{
	for (int i = from; i < *count; i++)
		for (size_t j = 0; j < piece[i].size; j++)
			assert_int_equal(piece[i].p[j], piece[i].fill);
	*count = from;
}

static void pieces_are_zeroed_and_disjoint(void **state)
{
	static Piece piece[400];
	Arena *a = &ctx.scratch;
	uint64_t seed = 3;

	(void)state;
	for (int round = 0; round < 60; round++) {
		ArenaMark mark = arena_mark(a);
		size_t used = ctx.memory_used;
		int count = 0, marked = (int)random_in(&seed, 0, 199);
		for (int i = 0; i < 400; i++) {
			size_t size = some_size(&seed);
			unsigned char *p = arena_alloc(a, size);
			assert_int_equal((uintptr_t)p % (size >= 64 ? 64 : 16), 0);
			assert_zero(p, size);
			piece[count] = (Piece){p, size, (unsigned char)(i + 1)};
			memset(p, piece[count++].fill, size);
			if (i == marked)
				mark = arena_mark(a);
		}
		check_and_drop(piece, 0, &count);
		arena_release(a, mark);
		if (round % 3 == 0)
			arena_free(a);
		assert_true(ctx.memory_used <= used + ((size_t)20 << 20));
	}
	arena_free(a);
	assert_int_equal(ctx.memory_used, 0);
}

static void marks_nest(void **state)
{
	Arena *a = &ctx.scratch;

	(void)state;
	ArenaMark empty = arena_mark(a);
	char *kept = arena_string(a, "kept");
	ArenaMark mark = arena_mark(a);
	void *first = arena_alloc(a, 100);
	memset(first, 1, 100);
	ArenaMark inner = arena_mark(a);
	arena_alloc(a, 1 << 20);
	arena_release(a, inner);
	arena_release(a, mark);
	void *second = arena_alloc(a, 100);
	assert_ptr_equal(first, second);
	assert_zero(second, 100);
	assert_string_equal(kept, "kept");
	arena_release(a, empty);
	assert_int_equal(ctx.memory_used, 0);
}

static void copies_agree(void **state)
{
	int numbers[] = {1, 2, 3}, *items = NULL;
	unsigned count = 0, room = 0;

	(void)state;
	assert_memory_equal(arena_copy(&ctx.perm, numbers, sizeof numbers), numbers, sizeof numbers);
	assert_non_null(arena_copy(&ctx.perm, NULL, 0));
	assert_string_equal(arena_format(&ctx.perm, "%s-%d-%0100d", "node", 12, 7) + 105, "007");
	for (int i = 0; i < 1000; i++) {
		GROW(&ctx.perm, items, count, room);
		items[count++] = i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
}

static void the_budget_holds(void **state)
{
	(void)state;
	assert_fails(&ctx, EXIT_LIMIT, "E-LIMIT", arena_alloc(&ctx.perm, (size_t)65 << 20));
	assert_non_null(strstr(ctx.hint, "--limit-memory"));
	assert_fails(&ctx, EXIT_LIMIT, "E-LIMIT", arena_alloc(&ctx.perm, SIZE_MAX));
	assert_fails(&ctx, EXIT_LIMIT, "E-LIMIT", arena_alloc(&ctx.perm, SIZE_MAX - 100));
	assert_fails(&ctx, EXIT_LIMIT, "E-LIMIT", arena_array(&ctx.perm, SIZE_MAX / 2, 3));
	arena_alloc(&ctx.perm, (size_t)40 << 20);
	assert_fails(&ctx, EXIT_LIMIT, "E-LIMIT", arena_alloc(&ctx.scratch, (size_t)30 << 20));
	arena_alloc(&ctx.scratch, (size_t)20 << 20);
	assert_fails(&ctx, EXIT_LIMIT, "E-LIMIT", for (;;) arena_alloc(&ctx.perm, 1000));
	assert_true(ctx.memory_used <= ctx.memory_limit);
	ctx.memory_limit = 1000; /* as an option read later may say */
	assert_fails(&ctx, EXIT_LIMIT, "E-LIMIT", arena_alloc(&ctx.perm, (size_t)1 << 20));
}

/* Zero pages are not touched before somebody writes to them. */
static void large_arrays_are_lazy(void **state)
{
	struct rusage before, after;
	Ctx big;

	(void)state;
	ctx_open(&big, "unit", 0);
	getrusage(RUSAGE_SELF, &before);
	char *p = arena_alloc(&big.perm, (size_t)256 << 20);
	p[12345] = 1;
	getrusage(RUSAGE_SELF, &after);
	assert_true(after.ru_maxrss - before.ru_maxrss < 100 << 10); /* KiB; sanitizers keep an eighth beside it */
	ctx_close(&big);
}

/* A little program: some of its data in each arena, released in between. */
static void use_arenas(void)
{
	for (int i = 0; i < 20; i++) {
		ArenaMark mark = arena_mark(&ctx.scratch);
		arena_format(&ctx.perm, "value %d", i);
		NEW_N(&ctx.scratch, int, 1000 * i);
		shown(&ctx, "name");
		arena_release(&ctx.scratch, mark);
	}
}

static void each_allocation_fails_in_turn(void **state)
{
	long n = 1;

	for (; fails_at(&ctx, n, use_arenas); n++) {
		teardown(state);
		setup(state);
	}
	assert_int_equal(n, 61);
}

/* A message of n letters is there in full, or clipped with its id kept. */
static void clip(char *text, size_t n)
{
	memset(text, 'x', n);
	text[n] = 0;
	assert_fails(&ctx, EXIT_MODEL, "E-X", fail(&ctx, EXIT_MODEL, "E-X", "%s", text));
	if (!strstr(ctx.message, "x... [E-X]"))
		assert_int_equal(strlen(ctx.message), strlen(text) + 6);
}

static void messages_are_one_line(void **state)
{
	static char long_name[1 << 20];

	(void)state;
	assert_fails(&ctx, EXIT_MODEL, "E-X", fail(&ctx, EXIT_MODEL, "E-X", "a %s b", "\n\x80\"*/"));
	assert_string_equal(ctx.message, "a \\012\\200\"*/ b [E-X]");
	memset(long_name, '\n', sizeof long_name - 1);
	assert_string_equal(shown(&ctx, "conv\t1"), "conv\\0111");
	assert_int_equal(strlen(shown(&ctx, long_name)), 4 * 60 + 3);
	assert_fails(&ctx, EXIT_MODEL, "E-LONG", fail(&ctx, EXIT_MODEL, "E-LONG", "%s", long_name));
	assert_true(strlen(ctx.message) < sizeof ctx.message);
	assert_string_equal(ctx.message + strlen(ctx.message) - 16, "\\012... [E-LONG]");
	hint(&ctx, "%s", long_name);
	assert_true(strlen(ctx.hint) < sizeof ctx.hint);
	assert_string_equal(ctx.hint + strlen(ctx.hint) - 7, "\\012...");
	for (size_t n = 560; n < 610; n++) /* around the place where clipping begins */
		clip(long_name, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pieces_are_zeroed_and_disjoint, setup, teardown),
		cmocka_unit_test_setup_teardown(marks_nest, setup, teardown),
		cmocka_unit_test_setup_teardown(copies_agree, setup, teardown),
		cmocka_unit_test_setup_teardown(the_budget_holds, setup, teardown),
		cmocka_unit_test_setup_teardown(large_arrays_are_lazy, setup, teardown),
		cmocka_unit_test_setup_teardown(each_allocation_fails_in_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(messages_are_one_line, setup, teardown),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
