/* captures.h -- the inputs of bodies that stand for outer values. */
#ifndef TCC_PASSES_CAPTURES_H
#define TCC_PASSES_CAPTURES_H
#include "ir/op.h"

/* Captured constants become constants of the body; captured values that the body does not use are captured no more. */
void settle_captures(Graph *g);
#endif
