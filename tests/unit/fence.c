/* Memory against a page that nobody may touch: all of it is there, and one byte more ends the program. */
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/unit.h"
#include "tools/fence.h"

enum { SPARE = 64 };

/* The signal by which a child ends that reads there, or 0. */
static int signal_of_read(const uint8_t *at)
{
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		signal(SIGBUS, SIG_DFL);
		_exit(*(const volatile uint8_t *)at != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

/* A sanitizer answers SIGSEGV by a report and an exit. */
static bool dies(const uint8_t *at) { return signal_of_read(at) != 0; }

static void a_byte_before_or_behind_ends_the_program(void **state)
{
	static const size_t sizes[] = {0, 1, 4, 63, 64, 4095, 4096, 51200};
	(void)state;
	for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
		for (int side = FENCE_BEFORE; side <= FENCE_BEHIND; side++) {
			size_t n = sizes[k];
			Fenced f = fence_new(n, 1, SPARE, (FenceSide)side);
			uint8_t *p = f.at;
			assert_non_null(p);
			bool before = side == FENCE_BEFORE;
			assert_true(dies(before ? p - 1 : p + n));
			assert_false(dies(before ? p + n + SPARE - 1 : p - SPARE));
			assert_false(n && (dies(p) || dies(p + n - 1)));
			fence_free(f);
		}
}

static void memory_is_aligned(void **state)
{
	(void)state;
	for (int side = FENCE_BEFORE; side <= FENCE_BEHIND; side++) {
		Fenced f = fence_new(100, 64, SPARE, (FenceSide)side);
		assert_int_equal((uintptr_t)f.at % 64, 0);
		assert_true(dies(side == FENCE_BEFORE ? (uint8_t *)f.at - 1 : (uint8_t *)f.at + 128));
		fence_free(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_byte_before_or_behind_ends_the_program),
		cmocka_unit_test(memory_is_aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
