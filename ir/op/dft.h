/* dft.h -- attributes of DFT and STFT; rows transformed (dft_rows.c, dft_chirp.c); transforms of as many numbers as the run
 * has (dft_run.c). */
#ifndef TCC_IR_OP_DFT_H
#define TCC_IR_OP_DFT_H
#include "ir/op/composite.h"

struct Dft { int64_t inverse, onesided; };

typedef struct Transform {
	Graph *g;
	const Node *n;
	DType t;
	bool inverse;
} Transform;

/* One product: `parts` matrices of rows x width numbers in, columns x depth numbers out (1: real, 2: complex). */
typedef struct Matrix {
	int64_t length, parts, rows, width, columns, depth;
	bool half;      /* rows stand for their mirror images too */
	bool by_column; /* lies as [columns, depth, width, rows] */
} Matrix;

Value *dft_matrix(const Transform *d, const Matrix *m);
/* x [rows, m.rows * m.width] -> [rows, m.columns * m.depth] */
Value *dft_rows(const Transform *d, Value *x, const Matrix *m);
/* Complex numbers, [rows, 2 n] -> [rows, 2 n]; by chirps: of any n, in time n log n. */
Value *dft_complex_rows(const Transform *d, Value *x, int64_t n);
Value *dft_by_chirp(const Transform *d, Value *x, int64_t n);

/* How many numbers go into a transform of that length, and how many come out. */
typedef struct RunDft {
	Dim length, rows, columns;
} RunDft;

RunDft run_dft(Syms *s, const struct Dft *a, Dim length);
/* x [.., rows, 1 or 2] -> [.., columns, 1 or 2], by the attributes of n. */
Value *dft_by_run(Graph *g, const Node *n, Value *x, const RunDft *d);
#endif
