/* strips.h -- a run of stages that computes a few rows at a time, so that what they hand on stays in the cache.
 *
 *     for (int t = 0; t < 56; t += 4) {           4 rows of s10 a turn
 *             s8_conv(b3, x, ...);                of s8's output 9 rows are in memory, of s9's 4:
 *             s9_conv(b4, b3, ...);               the next strips take the place of those before
 *             s10_conv(y, b4, ...);
 *     }
 *
 * Any stage may stand in such a run that offers three things; its kind does not matter.
 *   - Its output is cut into rows along the outermost axis in memory that has more than one index, and one axis of the
 *     stage (or its upper part) walks over these rows. It is not the innermost one: tiles and vectors stay whole. (The
 *     last stage's output may lie as it likes: any axis will do that its reads agree with, or parts of one, whole vectors
 *     each: a map whose channels come to the front again at the end of a network has its rows and columns in one axis.)
 *     All rows are alike: no division goes by their number, and where they are parts of an axis no constant does.
 *   - For its row i it reads rows step * i + first .. step * i + last of every value that the run makes. Addresses tell;
 *     a value that has no such rows (a mean of all of it) ends the run.
 *   - Its function computes rows from..to-1 for any from and to: it loops over Stage.split with these bounds, wherever
 *     takes_range() says so, and what it computes for an element does not depend on them.
 * Whoever makes a chain of stages (tiles of a Winograd transform) puts the axis that all of them share outermost in memory,
 * and need do no more. Where values are many matrices (heads of an attention), a strip is a few rows of one of them
 * (matrices.c): the list of calls loops over matrices around the strips.
 *
 * Rows that two strips need are kept: they move to the front of the buffer. A worker whose strip does not follow its last
 * one computes them again, so nobody waits inside the run, and no element depends on who computes it. */
#ifndef TCC_CODEGEN_STRIPS_H
#define TCC_CODEGEN_STRIPS_H
#include <stdbool.h>
#include <stdint.h>
#include "ir/dim.h"

/* For row i: rows step * i + first .. step * i + last. A strip needs that; one that follows the worker's last strip finds
 * rows of that and begins at step * i + later. */
typedef struct Window {
	int64_t step, first, last, later;
} Window;

enum {
	STRIP_WORKERS = 8, /* that have room for strips of their own; others leave them these stages */
	OUTER_MAX = 4      /* loops around strips */
};

typedef struct Strips {
	int first, last; /* stages, by position; borders of values that exist as a whole are written before the loop */
	int64_t rows, n; /* of the last stage: in a strip, in all; of one matrix, where there are many */
	Dim size;        /* the same as n, perhaps known at run time only */
	int nouter;      /* loops over matrices around them, see matrices.c */
	Dim outer[OUTER_MAX];
	bool points;     /* rows are points of tiles: strips have whole tiles */
	Dim keys;        /* of an attention, that row i looks at: 0 .. i + ahead, see reach.c; of `all_keys`. A number: all */
	Dim all_keys;
	int64_t ahead;
} Strips;

/* A region of which only some rows exist at a time. */
typedef struct Held {
	Window need;           /* rows that the strip of row t needs */
	int64_t stride;        /* elements a row, borders included */
	int64_t n;             /* rows of the value, ... */
	int64_t before, after; /* ... and of the zeros around it */
	int64_t rows;          /* in memory at a time */
	int64_t keep;          /* of the rows that the next strip needs so many are there already */
	int64_t room;          /* elements for one worker, a multiple of the arena's alignment */
} Held;
#endif
