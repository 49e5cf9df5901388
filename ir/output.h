/* output.h -- the files that a program writes: all of them appear, complete, or none, and what was there stays.
 *
 *     FILE *f = output_begin(c, "net.c");     fputs(..., f);     output_end(c);     output_commit(c);
 *
 * Until the commit they have no name, where the file system knows files without one (O_TMPFILE), so that nothing is left of a
 * program that is killed; elsewhere they lie beside their place as PATH.tmpPID. What ends in fail(), or by a signal that asks
 * to end, removes them. */
#ifndef TCC_IR_OUTPUT_H
#define TCC_IR_OUTPUT_H
#include <stdio.h>
#include "ir/diag.h"

/* A file more, and the stream to write it to; the next call is output_end(), which says whether all of it was written. Trouble,
 * also a path for the second time, is one line with EXIT_FILE or EXIT_USAGE. */
FILE *output_begin(Ctx *c, const char *path);
void output_end(Ctx *c);
void output_add(Ctx *c, const char *path, const void *bytes, size_t n);

/* Put all in place. Signals wait until that is done. */
void output_commit(Ctx *c);
/* Forget what is not in place; ctx_close() does. */
void output_discard(void);
/* From now on SIGHUP, SIGINT and SIGTERM remove what is not in place before they end the program. */
void output_guard(void);
/* The same, and they call `tidy`, which does only what a signal handler may; one function a program. */
void output_guard_with(void (*tidy)(void));
/* In a handler: no more than that. */
void output_unlink(void);
#endif
