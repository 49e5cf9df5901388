/* usage.h -- how the test programs tell what their options are. */
#ifndef TCC_TESTS_USAGE_H
#define TCC_TESTS_USAGE_H
#include <stdio.h>
#include <stdlib.h>
#include "ir/diag.h"

/* Asked for by -h: on stdout, and all is well; for any other option that getopt() gave: on stderr, and EXIT_USAGE. */
static inline _Noreturn void tell_usage(const char *text, int option)
{
	fputs(text, option == 'h' ? stdout : stderr);
	exit(option == 'h' ? EXIT_DONE : EXIT_USAGE);
}
#endif
