/* check.h -- --verify-passes: the same inputs through the graph before and after every pass. */
#ifndef TCC_PASSES_CHECK_H
#define TCC_PASSES_CHECK_H
#include "passes/pass.h"

typedef struct Check Check;

/* Evaluate g on seeded inputs and remember its outputs. */
Check *check_begin(Graph *g, uint64_t seed);

/* Evaluate again, unless p left the graph as it was. A changed result ends the compile: our own bug, naming p. */
void check_after(Check *k, const Pass *p);
#endif
