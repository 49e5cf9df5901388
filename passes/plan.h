/* plan.h -- where every temporary lives: one arena, offsets by lifetime.
 *
 * A buffer is alive in stages first..last, inclusive. Two buffers whose lives meet may not overlap. The planner knows
 * nothing of graphs; plan_check() is a second, independent proof that a plan is right. */
#ifndef TCC_PASSES_PLAN_H
#define TCC_PASSES_PLAN_H
#include "ir/arena.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct Buffer {
	int64_t bytes;
	int first, last;  /* stages */
	int64_t offset;   /* result */
} Buffer;

/* Give each buffer an offset that is a multiple of `align` (a power of two); returns the arena's size in bytes,
 * a multiple of align. Best of several greedy orders, then bounded exact search for small n. Deterministic. */
int64_t plan(Arena *scratch, Buffer *buffers, int n, int64_t align);

/* max over stages of the sum of live (aligned) bytes: no plan can be smaller. */
int64_t plan_lower_bound(Arena *scratch, const Buffer *buffers, int n, int64_t align);

/* NULL when the plan holds, else what is wrong ("buffers 3 and 7 overlap in stage 5"), in scratch. */
const char *plan_check(Arena *scratch, const Buffer *buffers, int n, int64_t align, int64_t total);
#endif
