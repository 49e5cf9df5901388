/* guard.h -- work that may crash or hang, done in children: one bad item is one bad result, not the end of the run. */
#ifndef TCC_TESTS_GUARD_H
#define TCC_TESTS_GUARD_H
#include <stddef.h>

/* Call work(i, arg) for every i in 0..n-1, in `jobs` children that take the items in order. An item that dies is told to
 * died(i, signal, last line that it wrote to stderr, arg) in the parent; so is one that takes more than `seconds` of a
 * processor (SIGXCPU) or waits much longer (SIGALRM). Programs that work() starts have as many seconds each. What work() finds
 * out it writes to memory from guard_shared(). */
void guard_all(int n, int jobs, unsigned seconds, void (*work)(int i, void *arg),
	       void (*died)(int i, int sig, const char *said, void *arg), void *arg);

/* Zeroed memory that children and parent share; lives as long as the program. */
void *guard_shared(size_t bytes);
#endif
