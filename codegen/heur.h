/* heur.h -- what a schedule is expected to cost: the one model by which schedules are chosen and explained.
 *
 * Cycles are those of a processor that does two multiply-adds of whole vectors in each; one with narrower units takes
 * in proportion more of its own, and the choice is the same. */
#ifndef TCC_CODEGEN_HEUR_H
#define TCC_CODEGEN_HEUR_H
#include "codegen/target.h"

typedef struct Contraction Contraction;

/* The size of a register tile, and the cycles that the stage takes with it. */
typedef struct TileShape {
	int points, vectors;
	bool by_rows;
	double cycles;
} TileShape;

enum { TILES_MAX = 512, WINOGRAD_AXES_MAX = 3 };

/* All tiles that the registers have room for; returns their number. */
int tiles_of(const Target *t, const Contraction *c, TileShape *tile);
/* The one of them to take: the first that no other is faster than by more than the model can tell. */
int best_tile(const TileShape *tile, int n);

/* Such tiles leave a panel of one vector in pairs (contract.h). */
bool leaves_pairs(const Contraction *c, const TileShape *tile);

/* A convolution of one group. */
typedef struct ConvSize {
	int axes;
	int64_t batch, in, out;           /* images, channels */
	int64_t size[WINOGRAD_AXES_MAX];  /* of the output */
	int64_t taps[WINOGRAD_AXES_MAX];
	int64_t dilation[WINOGRAD_AXES_MAX]; /* 0 counts as 1 */
} ConvSize;

double direct_cycles(const ConvSize *s, const Target *t);
/* From tiles of alpha inputs along each axis of several taps (winograd_taps), which give winograd_tile() outputs. */
double winograd_cycles(const ConvSize *s, int alpha, const Target *t);
int winograd_tile(int64_t taps, int alpha);
/* The taps of an axis meet every d-th element: it is d axes of outputs, the longest of which has so many, ... */
static inline int64_t winograd_phases(const ConvSize *s, int i) { return s->dilation[i] ? s->dilation[i] : 1; }
/* Of three axes of several taps the first is summed up: it is not mapped, and each of its taps has a product of its own. */
bool winograd_sums(const ConvSize *s, int i);
/* Those that are mapped. */
static inline int64_t winograd_taps(const ConvSize *s, int i) { return winograd_sums(s, i) ? 1 : s->taps[i]; }
int64_t winograd_longest(const ConvSize *s, int i);
/* ... and tiles on all of them. */
int64_t winograd_tiles(const ConvSize *s, int i, int alpha);
/* Tiles of 4, 6, .. inputs; false: such tiles give one output, or none, or more than an axis has. */
enum { WINOGRAD_ALPHA = 8 };
bool winograd_gives(const ConvSize *s, int alpha);
/* Directly, in sums of bytes. */
double bytes_cycles(const ConvSize *s, const Target *t);

/* A matrix of m x k by a constant one of k x n; the same by Strassen's method, its maps included. */
double product_cycles(int64_t m, int64_t k, int64_t n, const Target *t);
double strassen_cycles(int64_t m, int64_t k, int64_t n, const Target *t);

/* A wide product of `parts` times n columns whose parts meet in a pass of their own; the same as so many twins, which meet
 * in the registers of their tiles. */
double parted_cycles(int64_t m, int64_t k, int64_t n, int parts, const Target *t);
double twins_cycles(int64_t m, int64_t k, int64_t n, int parts, const Target *t);

/* "1.9 Mcycles", "1.2 MB" */
const char *cycles_text(double cycles, Arena *a);
const char *bytes_text(double bytes, Arena *a);
/* To map a tile of vectors, from so many to so many, by constant tables along its axes. */
double map_cycles(double from, double to);
/* To go through so many bytes once, which lie in the cache that has room for them. */
double stream_cycles(const Target *t, double bytes);
/* What no schedule of so many multiply-adds of floats can go below. */
double peak_cycles(const Target *t, double macs);
#endif
