/* reduce.h -- attributes of reductions, which passes read. */
#ifndef TCC_IR_OP_REDUCE_H
#define TCC_IR_OP_REDUCE_H
#include "ir/op.h"

struct Reduce { int64_t keepdims, noop_with_empty_axes; };
struct ArgReduce { int64_t axis, keepdims, select_last_index; };

/* The axes of input 0 over which a Reduce operator goes, as a bit set. */
unsigned reduced_axes(Graph *g, const Node *n);
#endif
