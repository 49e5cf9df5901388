/* jit.h -- a graph as a running program: C in a folder of its own, cc, dlopen. */
#ifndef TCC_TOOLS_JIT_H
#define TCC_TOOLS_JIT_H
#include "codegen/codegen.h"
#include "tools/options.h"
#include "tools/session.h"

/* A folder for files that are gone when the program ends, also by a signal that asks it to. */
const char *temporary_folder(Ctx *c);
/* Remove the files in it, but for hidden ones. */
void temporary_clear(void);

/* Run the passes over g, emit it, build and load it. facts may be NULL. */
Session *jit(Ctx *c, Graph *g, const Settings *s, Facts *facts);
#endif
