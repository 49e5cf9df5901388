/* inputs.h -- seeded inputs for a graph: what --verify-passes, tcc-run and the tests feed it. */
#ifndef TCC_PASSES_INPUTS_H
#define TCC_PASSES_INPUTS_H
#include "ir/graph.h"

/* One tensor an input of g, in `a`; equal seeds give equal bits on every machine. Symbols take small values inside
 * their bounds. Floats are uniform in [-1, 1), small integer types in their whole range; wider integers, which often
 * index or count, are 0 or 1 (a single one: 1). */
Tensor **random_inputs(Graph *g, Arena *a, uint64_t seed);

/* The same for one tensor. */
void random_fill(Arena *a, Tensor *t, uint64_t *state);

/* The generator behind it (splitmix64). */
uint64_t random_next(uint64_t *state);
double random_unit(uint64_t *state); /* in [0, 1) */
#endif
