/* toom.h -- the tables of Winograd's F(m, r), and how exact results by them are. */
#ifndef TCC_PASSES_TOOM_H
#define TCC_PASSES_TOOM_H
#include "codegen/heur.h"

enum { ALPHA_MAX = WINOGRAD_ALPHA };

/* y = A [(G w) * (B d)]: m outputs of r taps w over alpha = m + r - 1 inputs d. */
typedef struct Tables {
	int m, r, alpha;
	double a[ALPHA_MAX][ALPHA_MAX], b[ALPHA_MAX][ALPHA_MAX], g[ALPHA_MAX][ALPHA_MAX];
} Tables;

void tables_fill(Tables *t, int m, int r);

/* The error to expect from tiles of alpha inputs a side, root of its mean square over that of the results. */
double winograd_error(const ConvSize *s, int alpha);
/* Tiles of 8 are exact enough where that is at most what F(4, 3) has with 160 channels; of 4 and 6 always. */
#define WINOGRAD_ERROR 1.1e-6
bool winograd_exact(const ConvSize *s, int alpha);
#endif
