/* dft.h -- attributes of DFT and STFT; transforms of as many numbers as the run has (dft_run.c). */
#ifndef TCC_IR_OP_DFT_H
#define TCC_IR_OP_DFT_H
#include "ir/op/composite.h"

struct Dft { int64_t inverse, onesided; };

/* How many numbers go into a transform of that length, and how many come out. */
typedef struct RunDft {
	Dim length, rows, columns;
} RunDft;

RunDft run_dft(Syms *s, const struct Dft *a, Dim length);
/* x [.., rows, 1 or 2] -> [.., columns, 1 or 2], by the attributes of n. */
Value *dft_by_run(Graph *g, const Node *n, Value *x, const RunDft *d);
#endif
