/* cc.h -- the system's C compiler ($CC, else cc) as a subroutine. */
#ifndef TCC_TOOLS_CC_H
#define TCC_TOOLS_CC_H
#include <stdbool.h>
#include <stddef.h>

/* Compile files (names in `folder`, where the compiler runs) to `out`. False: it refused, and `why` has the first error
 * or warning that it gave. */
bool cc_run(const char *folder, const char *flags, const char *const *files, int n, const char *out, char *why,
	    size_t size);
/* The same into a shared library. */
bool cc_shared(const char *folder, const char *flags, const char *const *files, int n, const char *so, char *why,
	       size_t size);
#endif
