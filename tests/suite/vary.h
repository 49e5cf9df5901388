/* vary.h -- a model whose inputs have sizes that vary: numbers in the file become symbols with bounds.
 *
 *     x f32[2,3], y f32[3,1]   -->   x f32["size.2","size.3"], y f32["size.3",1], size.2 = 1..4, size.3 = 2..6
 *
 * Every size above 1 is a symbol, one for each number that comes up, so that what has to be equal stays so, of half to
 * twice as much. What the file says of outputs stays: sizes that only data decide are the stored ones. Where a model
 * cannot be read so, inputs that may be axes, shapes and the like are constants with what the case has for them
 * (VARY_BUT_PARAMETERS). */
#ifndef TCC_TESTS_VARY_H
#define TCC_TESTS_VARY_H
#include "tests/suite/case.h"

/* The case's graph, read with o and sizes that vary as k->vary says. */
Graph *vary_graph(Ctx *c, const Case *k, ReadOptions o);
/* The number that became such a size, of which only the bound is left. */
int64_t vary_number(int64_t bound);
#endif
