/* Work in children: what loops, dies or writes an error costs its own item and no other; what waits has time. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/suite/guard.h"
#include "tests/unit/unit.h"

enum { ITEMS = 8, LOOPS = 1, ABORTS = 3, WAITS = 5, STARTS = 6, SECONDS = 1 };

typedef struct Item {
	int runs, deaths, sig;
	char said[40];
} Item;

static Item *item; /* in shared memory */

static void loop(void)
{
	for (volatile int i = 0;; i = !i)
		;
}

static void work(int i, void *arg)
{
	(void)arg;
	item[i].runs++;
	fprintf(stderr, "first\nitem %d\n", i);
	if (i == LOOPS)
		loop();
	if (i == ABORTS)
		abort();
	if (i == WAITS)
		usleep((SECONDS + 2) * 1000000);
	if (i == STARTS) /* a program of its own inherits the limit */
		item[i].sig = system("while :; do :; done");
}

static void died(int i, int sig, const char *said, void *arg)
{
	(void)arg;
	item[i].deaths++;
	item[i].sig = sig;
	snprintf(item[i].said, sizeof item[i].said, "%s", said);
}

static void each_item_ends_for_itself(void **state)
{
	(void)state;
	item = guard_shared(ITEMS * sizeof *item);
	guard_all(ITEMS, 4, SECONDS, work, died, NULL);
	for (int i = 0; i < ITEMS; i++) {
		assert_int_equal(item[i].runs, 1);
		assert_int_equal(item[i].deaths, i == LOOPS || i == ABORTS);
	}
	assert_int_equal(item[LOOPS].sig, SIGXCPU);
	assert_int_equal(item[ABORTS].sig, SIGABRT);
	assert_string_equal(item[ABORTS].said, "item 3");
	assert_int_equal(item[STARTS].sig & 127, SIGXCPU);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_item_ends_for_itself)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
