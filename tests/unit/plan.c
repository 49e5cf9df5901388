/* Plans of random buffers hold by the independent checker and lie between the lower bound and what exhaustion finds;
 * known cases reach their least size; and the checker itself finds every broken plan. */
#include <time.h>
#include "tests/unit/unit.h"
#include "passes/plan.h"

enum { MOST = 1200 };

static Ctx ctx;
static Buffer buffer[MOST];
static uint64_t seed;

static int setup(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", 0);
	seed = 7;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ctx_close(&ctx);
	return 0;
}

static int64_t checked_plan(int n, int64_t align)
{
	int64_t total = plan(&ctx.scratch, buffer, n, align), bound = plan_lower_bound(&ctx.scratch, buffer, n, align);

	assert_null(plan_check(&ctx.scratch, buffer, n, align, total));
	assert_true(total >= bound);
	return total;
}

static void make_random(int n, int stages, int64_t bytes, int longest)
{
	for (int i = 0; i < n; i++) {
		int first = (int)random_in(&seed, 0, stages - 1), last = first + (int)random_in(&seed, 0, longest);
		buffer[i] = (Buffer){random_in(&seed, 0, bytes), first, last < stages ? last : stages - 1, -1};
	}
}

static void random_plans_hold(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		int n = (int)random_in(&seed, 0, round % 10 == 0 ? 150 : 24);
		make_random(n, 1 + n / 2, round % 3 ? 5000 : 7, 1 + round % 9);
		checked_plan(n, (int64_t)1 << (round % 8));
		arena_free(&ctx.scratch);
	}
}

/* ---- the least total by brute force: let every order of buffers fall into its lowest gaps ---- */

static bool meet(const Buffer *a, const Buffer *b) { return a->first <= b->last && b->first <= a->last; }

/* The lowest place for buffer x over the first `count` of order: try the ground and the end of each other one. */
static int64_t lowest(const int *order, int count, int x)
{
	int64_t best = INT64_MAX;

	for (int i = -1; i < count; i++) {
		int64_t at = i < 0 ? 0 : buffer[order[i]].offset + buffer[order[i]].bytes;
		bool fits = true;
		for (int j = 0; j < count; j++) {
			const Buffer *b = &buffer[order[j]];
			fits &= !meet(b, &buffer[x]) || at + buffer[x].bytes <= b->offset || b->offset + b->bytes <= at;
		}
		if (fits && at < best)
			best = at;
	}
	return best;
}

static int64_t brute_force(int *order, int count, int n, int64_t total)
{
	int64_t best = INT64_MAX;

	if (count == n)
		return total;
	for (int i = count; i < n; i++) {
		int x = order[i];
		order[i] = order[count];
		order[count] = x;
		buffer[x].offset = lowest(order, count, x);
		int64_t end = buffer[x].offset + buffer[x].bytes;
		int64_t found = brute_force(order, count + 1, n, end > total ? end : total);
		best = found < best ? found : best;
		order[count] = order[i];
		order[i] = x;
	}
	return best;
}

static void small_plans_are_least(void **state)
{
	(void)state;
	for (int round = 0; round < 150; round++) {
		int order[7] = {0, 1, 2, 3, 4, 5, 6};
		make_random(7, 6, 9, 3);
		int64_t total = checked_plan(7, 1);
		assert_int_equal(total, brute_force(order, 0, 7, 0));
	}
}

/* A densely connected network: every layer adds 32 channels to a map that is joined anew, and works in four buffers of its
 * own meanwhile. One attempt at shaking gets stuck at 1.21 times the lower bound. */
static int make_dense(void)
{
	static const int layers[] = {6, 12, 24, 16};
	int n = 0, at = 1, channels = 64;

	for (int b = 0; b < 4; b++) {
		int64_t side = 56 >> b, map = side * side * 4, tiles = (side + 3) / 4 * ((side + 3) / 4) * 36 * 4;

		for (int i = 0; i < layers[b]; i++, at += 7, channels += 32) {
			buffer[n++] = (Buffer){channels * map, at, at + 8, 0};
			buffer[n++] = (Buffer){channels * map, at + 2, at + 4, 0};
			buffer[n++] = (Buffer){128 * map, at + 3, at + 5, 0};
			buffer[n++] = (Buffer){128 * tiles, at + 5, at + 6, 0};
			buffer[n++] = (Buffer){32 * tiles, at + 6, at + 7, 0};
			buffer[n++] = (Buffer){32 * map, at + 7, at + 8, 0};
		}
		buffer[n++] = (Buffer){channels * map, at, at + 2, 0};
		buffer[n++] = (Buffer){channels * map, at + 2, at + 3, 0};
		channels /= 2;
		buffer[n++] = (Buffer){channels * map, at + 3, at + 4, 0};
		at += 3;
	}
	return n;
}

static void dense_networks_come_close(void **state)
{
	(void)state;
	int n = make_dense();
	assert_true((double)checked_plan(n, 64) <= 1.05 * (double)plan_lower_bound(&ctx.scratch, buffer, n, 64));
}

static void known_plans_are_found(void **state)
{
	static const struct {
		int n;
		Buffer buffer[8];
		int64_t total;
	} cases[] = {
		{0, {{0}}, 0},
		{1, {{100, 3, 3, 0}}, 128},
		{3, {{100, 0, 1, 0}, {100, 1, 2, 0}, {100, 2, 3, 0}}, 256}, /* a chain */
		{4, {{64, 0, 3, 0}, {64, 0, 1, 0}, {64, 1, 2, 0}, {64, 2, 3, 0}}, 192}, /* with a residual */
		{3, {{0, 0, 9, 0}, {64, 0, 1, 0}, {0, 1, 1, 0}}, 64},
		/* largest first fails here: the long one must lie at the side */
		{5, {{128, 0, 0, 0}, {64, 0, 4, 0}, {192, 2, 2, 0}, {128, 4, 4, 0}, {64, 1, 1, 0}}, 256},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		memcpy(buffer, cases[i].buffer, sizeof cases[i].buffer);
		assert_int_equal(checked_plan(cases[i].n, 64), cases[i].total);
	}
}

/* A plan without waste, cut into buffers that forget their offsets: its total is the bound, and should be found. */
static int cut(int n, int first, int last, int64_t begin, int64_t end)
{
	if (last - first < 2 || end - begin < 2 || random_in(&seed, 0, 5) == 0) {
		buffer[n] = (Buffer){(end - begin) * 64, first, last, begin * 64};
		return n + 1;
	}
	if (random_in(&seed, 0, 1)) {
		int middle = (int)random_in(&seed, first, last - 1);
		return cut(cut(n, first, middle, begin, end), middle + 1, last, begin, end);
	}
	int64_t middle = random_in(&seed, begin + 1, end - 1);
	return cut(cut(n, first, last, begin, middle), first, last, middle, end);
}

static void puzzles_come_close(void **state)
{
	double worst = 1, sum = 0;

	(void)state;
	for (int round = 0; round < 40; round++) {
		int n = cut(0, 0, 12, 0, 64);
		assert_null(plan_check(&ctx.scratch, buffer, n, 64, 64 * 64));
		assert_int_equal(plan_lower_bound(&ctx.scratch, buffer, n, 64), 64 * 64);
		double ratio = (double)checked_plan(n, 64) / (64 * 64);
		sum += ratio;
		worst = ratio > worst ? ratio : worst;
		arena_free(&ctx.scratch);
	}
	print_message("puzzles: mean %.3f, worst %.3f of the bound\n", sum / 40, worst);
	assert_true(sum / 40 < 1.03 && worst < 1.25);
}

/* A network with long and short lives; a plan of it must be near the bound, and quick. */
static void large_plans_are_quick(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++)
		buffer[i] = (Buffer){random_in(&seed, 1, 1 << 20), i, i + (i % 7 ? 1 + i % 3 : 40), 0};
	clock_t begin = clock();
	int64_t total = checked_plan(1000, 64);
	double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
	double ratio = (double)total / (double)plan_lower_bound(&ctx.scratch, buffer, 1000, 64);
	print_message("1000 buffers: %.3f of the bound, %.0f ms\n", ratio, 1000 * seconds);
	assert_true(ratio < 1.05);
}

static void plans_repeat(void **state)
{
	static Buffer first[100];

	(void)state;
	make_random(100, 40, 3000, 8);
	checked_plan(100, 16);
	memcpy(first, buffer, sizeof first);
	checked_plan(100, 16);
	assert_memory_equal(first, buffer, sizeof first);
}

static void broken_plans_are_found(void **state)
{
	int moved = 0;

	(void)state;
	make_random(40, 20, 500, 5);
	for (int i = 0; i < 40; i++)
		buffer[i].bytes++;
	int64_t total = checked_plan(40, 8);
	assert_non_null(plan_check(&ctx.scratch, buffer, 40, 8, total - 8));
	for (int i = 0; i < 40; i++) {
		int64_t right = buffer[i].offset;
		buffer[i].offset = right + 4;
		assert_non_null(plan_check(&ctx.scratch, buffer, 40, 8, total));
		buffer[i].offset = -8;
		assert_non_null(plan_check(&ctx.scratch, buffer, 40, 8, total));
		for (int j = 0; j < 40; j++) {
			if (j == i || !meet(&buffer[i], &buffer[j]))
				continue;
			buffer[i].offset = buffer[j].offset;
			assert_non_null(plan_check(&ctx.scratch, buffer, 40, 8, total + 512));
			moved++;
		}
		buffer[i].offset = right;
	}
	assert_true(moved > 40);
	buffer[0] = (Buffer){8, 0, 5, 0};
	buffer[1] = (Buffer){8, 5, 9, 0};
	assert_string_equal(plan_check(&ctx.scratch, buffer, 2, 8, 8), "buffers 0 and 1 overlap in stage 5");
}

static void hopeless_sizes_fail(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++)
		buffer[i] = (Buffer){(int64_t)1 << 61, 0, 1, 0};
	assert_fails(&ctx, EXIT_LIMIT, "E-SIZE", plan(&ctx.scratch, buffer, 8, 64));
}

static void use_plan(void)
{
	make_random(30, 20, 5000, 6);
	checked_plan(30, 64);
}

static void each_allocation_fails_in_turn(void **state)
{
	long n = 1;

	for (; fails_at(&ctx, n, use_plan); n++) {
		teardown(state);
		assert_int_equal(ctx.memory_used, 0);
		setup(state);
	}
	assert_true(n > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_plans_hold, setup, teardown),
		cmocka_unit_test_setup_teardown(small_plans_are_least, setup, teardown),
		cmocka_unit_test_setup_teardown(known_plans_are_found, setup, teardown),
		cmocka_unit_test_setup_teardown(puzzles_come_close, setup, teardown),
		cmocka_unit_test_setup_teardown(dense_networks_come_close, setup, teardown),
		cmocka_unit_test_setup_teardown(large_plans_are_quick, setup, teardown),
		cmocka_unit_test_setup_teardown(plans_repeat, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_plans_are_found, setup, teardown),
		cmocka_unit_test_setup_teardown(hopeless_sizes_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(each_allocation_fails_in_turn, setup, teardown),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
