/* peaks.h -- what this machine can do with a target's vectors, measured on the spot: the roofline that stages are held against. */
#ifndef TCC_TOOLS_PEAKS_H
#define TCC_TOOLS_PEAKS_H
#include <stdint.h>
#include "ir/arena.h"
#include "runtime/tcc.h"

enum { PEAK_SIZES = 7 };

typedef struct Peaks {
	double flops;               /* float32 multiply-adds, counted as two, a second */
	int64_t size[PEAK_SIZES];   /* bytes a worker goes through again and again, rising: first cache to main memory ... */
	double bytes[PEAK_SIZES];   /* ... and how many it then reads a second, all workers together */
} Peaks;

/* In vectors of at most so many lanes. Takes about a quarter of a second. pool NULL: one worker. */
Peaks peaks_measure(Arena *a, tcc_pool *pool, int lanes);
/* Seconds that work of so many operations on so many bytes needs at least, when it reads them all once more each run. */
double roof_seconds(const Peaks *p, double flops, double bytes);
#endif
