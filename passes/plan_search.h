/* plan_search.h -- inside of the planner: what its two searches share. */
#ifndef TCC_PASSES_PLAN_SEARCH_H
#define TCC_PASSES_PLAN_SEARCH_H
#include "passes/plan.h"

/* A buffer to place: not empty, its size a multiple of the alignment. */
typedef struct Item {
	int64_t size;
	int first, last;
} Item;

typedef struct Layout {
	int64_t *offset; /* by item */
	int64_t total;
} Layout;

static inline bool items_meet(const Item *a, const Item *b)
{
	return a->first <= b->last && b->first <= a->last;
}

/* Branch and bound from best->total downwards until it is `bound`, proven least, or `work` steps are spent. */
void plan_search(Arena *scratch, const Item *item, int n, int64_t bound, int64_t work, Layout *best);
#endif
