/* program.h -- how every program begins and ends. */
#ifndef TCC_TOOLS_PROGRAM_H
#define TCC_TOOLS_PROGRAM_H
#include "ir/diag.h"

/* Open the context; an assert that does not hold ends the program with EXIT_BUG, and whatever ends it removes files that are
 * not complete. */
void program_open(Ctx *c, const char *name);
/* After fail(): report, free, and give the exit code. */
int program_trouble(Ctx *c);
/* At the end: free, make sure that stdout got all of its text, and give the exit code. */
int program_close(Ctx *c);
#endif
