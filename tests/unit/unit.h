/* unit.h -- what every unit test includes: cmocka, a context, and random numbers that are the same on every run. */
#ifndef TCC_TESTS_UNIT_H
#define TCC_TESTS_UNIT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#undef fail /* the one of diag.h is meant */
#include "ir/diag.h"

/* xorshift64*: the next random number of a stream whose state is not 0. */
static inline uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1du;
}

/* A random number in lo..hi. */
static inline int64_t random_in(uint64_t *state, int64_t lo, int64_t hi)
{
	return lo + (int64_t)(next_random(state) >> 11) % (hi - lo + 1);
}

/* `statement` must end in fail() with that exit code and id, in context c. */
#define assert_fails(c, code, id, statement)                                                                           \
	do {                                                                                                           \
		if (setjmp((c)->border) == 0) {                                                                        \
			statement;                                                                                     \
			assert_string_equal(#statement, "fails");                                                     \
		}                                                                                                      \
		assert_int_equal((c)->status, (code));                                                                 \
		assert_non_null(strstr((c)->message, "[" id "]"));                                                     \
	} while (0)

/* Whether use() ends for want of memory when its n-th allocation fails. */
static inline bool fails_at(Ctx *c, long n, void (*use)(void))
{
	c->fail_after = n;
	if (setjmp(c->border)) {
		assert_int_equal(c->status, EXIT_MEMORY);
		return true;
	}
	use();
	c->fail_after = 0;
	return false;
}

#endif
