/* targets.h -- one test a target that this processor has, for programs that define check_emitted(target) before. */
#ifndef TCC_TESTS_UNIT_TARGETS_H
#define TCC_TESTS_UNIT_TARGETS_H

static void portable_c(void **state)
{
	(void)state;
	check_emitted("c");
}

#ifdef __x86_64__
static void avx2(void **state)
{
	(void)state;
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		skip();
	check_emitted("x86-64-v3");
}

static void avx512(void **state)
{
	(void)state;
	if (!__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512bw"))
		skip();
	check_emitted("x86-64-v4");
}
#endif
#endif
