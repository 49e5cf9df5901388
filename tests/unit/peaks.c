/* The roofline of tcc-bench: what bounds a piece of work, and that this machine's peaks are measured at all. */
#include "tests/unit/unit.h"
#include "tools/peaks.h"

static const Peaks machine = {100, {10, 20, 30, 40, 50, 60, 80}, {50, 40, 30, 20, 15, 12, 10}};

static void test_roof(void **state)
{
	(void)state;
	assert_true(roof_seconds(&machine, 200, 0) == 2);    /* products alone */
	assert_true(roof_seconds(&machine, 0, 10) == 0.2);   /* bytes that fit into the first cache */
	assert_true(roof_seconds(&machine, 0, 11) == 0.275); /* and some that just do not */
	assert_true(roof_seconds(&machine, 0, 1000) == 100); /* more than any size measured */
	assert_true(roof_seconds(&machine, 50, 10) == 0.5);  /* whichever takes longer */
}

static void test_measured(void **state)
{
	Ctx c;

	(void)state;
	ctx_open(&c, "test", (size_t)1 << 30);
	assert_int_equal(setjmp(c.border), 0);
	Peaks p = peaks_measure(&c.scratch, NULL, 16), scalar = peaks_measure(&c.scratch, NULL, 1);
	assert_true(p.flops > 1e7);
	for (int i = 0; i < PEAK_SIZES; i++) {
		assert_true(p.bytes[i] > 1e7);
		assert_true(i == 0 || p.size[i] > p.size[i - 1]);
	}
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		assert_true(2 * scalar.flops < p.flops); /* the peak of narrower vectors is lower */
#endif
	assert_true(scalar.flops > 1e7);
	ctx_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_roof), cmocka_unit_test(test_measured)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
