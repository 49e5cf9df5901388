/* flags.h -- how tests build emitted C.
 *
 * Without a warning, and optimised. Where sanitizers look at the compiler, what it emits is the same C that the release build
 * has built that way: it is built as fast as possible there, and so runs without optimisation, too. */
#ifndef TCC_TESTS_FLAGS_H
#define TCC_TESTS_FLAGS_H
#ifdef __SANITIZE_ADDRESS__
#define OPTIMISED "-O0"
#define CLEAN OPTIMISED " -w"
#else
#define OPTIMISED "-O1"
#define CLEAN OPTIMISED " -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror"
#endif
#endif
