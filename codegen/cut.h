/* cut.h -- how a stage walks over the elements of its output, and where that is cut so that addresses become affine. */
#ifndef TCC_CODEGEN_CUT_H
#define TCC_CODEGEN_CUT_H
#include "codegen/lower.h"

enum { LOOP_MAX = 12, PIECE_MAX = 64 };

/* One loop along a dimension of a value: n indices, `step` apart. A size that varies is not cut: it is the whole of
 * `extent`, n its upper bound. */
typedef struct Loop {
	int dim;
	int64_t n, step;
	Dim extent;
} Loop;

/* Elements  start + sum of step * index  of a value, loops outermost first; those of one index only are left out. */
typedef struct Walk {
	int64_t start[MAX_RANK];
	Loop loop[LOOP_MAX];
	int nloops;
} Walk;

Walk walk_whole(const Value *v);
/* Indices of the walk's elements, with a fresh axis a loop (in axis[]). */
void walk_index(Lower *l, const Value *v, const Walk *w, Axis **axis, Expr **at);
/* The pieces in which n's output `slot` is computed, in scratch; their number. lanes: of the target's vectors. */
int walk_pieces(Graph *g, Node *n, int slot, const bool *is_load, int lanes, Walk **pieces);
#endif
