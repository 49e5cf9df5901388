/* one_unit.h -- many emitted files as one unit for the C compiler. */
#ifndef TCC_TESTS_ONE_UNIT_H
#define TCC_TESTS_ONE_UNIT_H
#include "ir/diag.h"

/* A C file in the folder that holds the files PREFIX.c, which lie there. */
bool unit_write(Ctx *c, const char *folder, const char *name, int n, const char *const *prefixes);
#endif
