/* emitted.h -- a graph's outputs as its emitted C computes them. */
#ifndef TCC_TESTS_EMITTED_H
#define TCC_TESTS_EMITTED_H
#include "ir/graph.h"

/* Emit C for the target, build it with all warnings, and run it; the symbols are fixed to what the inputs say, or vary within
 * their bounds. What cannot be emitted ends in fail() with EXIT_UNSUPPORTED. The graph is used up. */
Tensor **emitted_outputs(Graph *g, const char *target, Tensor *const *in);
Tensor **emitted_varying(Graph *g, const char *target, Tensor *const *in);
/* The same with --strict, by passes up to that level and that compiler with those flags ("gcc", "-O2 -march=native"). */
Tensor **emitted_strictly(Graph *g, const char *target, int level, const char *compiler, const char *flags,
			  Tensor *const *in);
/* How far an element x of that type may be off: the result times (1 + |x|). */
double emitted_bound(DType t);
#endif
