/* plan_search.c -- the least plan of few buffers, by branch and bound.
 *
 * In a least plan every buffer can be let down until it rests on another one or on the ground. Taken by rising offset,
 * each then lies right on top of the placed ones that it meets, so it is enough to try all orders of stacking, where
 *     low[x] = the end of the highest placed buffer that meets x
 * is the offset of x when x is next. A branch ends when
 *   - some stage's stack, with all that must still come on top of it, is not lower than the best plan, or
 *   - a buffer left for later would fit below the one just placed: another order covers that. */
#include <string.h>
#include "passes/plan_search.h"

#define MOST_ITEMS 256 /* depth of the recursion */

typedef struct Search {
	const Item *item;
	int n, stages;
	int *stage;       /* the stages where items begin: all peaks are there */
	int64_t *low;     /* by depth and item */
	int64_t *top;     /* by depth and stage: height of the stack */
	int64_t *left;    /* by stage: bytes not yet placed */
	bool *placed;
	int64_t *offset;
	int64_t bound, work;
	Layout *best;
} Search;

static bool alive(const Item *x, int stage) { return x->first <= stage && stage <= x->last; }

static void find_stages(Search *s)
{
	for (int i = 0; i < s->n; i++) {
		bool seen = false;
		for (int t = 0; t < s->stages; t++)
			seen |= s->stage[t] == s->item[i].first;
		if (!seen)
			s->stage[s->stages++] = s->item[i].first;
	}
	for (int t = 0; t < s->stages; t++)
		for (int i = 0; i < s->n; i++)
			s->left[t] += alive(&s->item[i], s->stage[t]) ? s->item[i].size : 0;
}

/* Put x on its stack (sign 1) or take it off again (-1), as far as `left` and `placed` go. */
static void mark_placed(Search *s, int x, int sign)
{
	s->placed[x] = sign > 0;
	for (int t = 0; t < s->stages; t++)
		if (alive(&s->item[x], s->stage[t]))
			s->left[t] -= sign * s->item[x].size;
}

/* The state of depth + 1 after x was placed at depth; false when the branch is not worth following. */
static bool stack(Search *s, int depth, int x)
{
	const int64_t *low = s->low + (size_t)depth * (size_t)s->n, *top = s->top + (size_t)depth * (size_t)s->stages;
	int64_t *next_low = s->low + (size_t)(depth + 1) * (size_t)s->n;
	int64_t *next_top = s->top + (size_t)(depth + 1) * (size_t)s->stages;
	int64_t offset = low[x], end = offset + s->item[x].size;

	s->work -= s->n + s->stages;
	for (int t = 0; t < s->stages; t++) {
		next_top[t] = alive(&s->item[x], s->stage[t]) ? end : top[t];
		int64_t floor = next_top[t] > offset ? next_top[t] : offset; /* the rest comes no lower than x */
		if (s->left[t] && floor + s->left[t] >= s->best->total)
			return false;
	}
	for (int i = 0; i < s->n; i++) {
		if (s->placed[i])
			continue;
		if (low[i] + s->item[i].size <= offset)
			return false;
		next_low[i] = items_meet(&s->item[i], &s->item[x]) && end > low[i] ? end : low[i];
	}
	return true;
}

/* The items that may come after item `last` (-1: none), by rising offset; returns their number. Those at one offset do
 * not meet, so they need to come in one order only. */
static int candidates(const Search *s, const int64_t *low, int last, int *list)
{
	int64_t from = last < 0 ? 0 : s->offset[last];
	int count = 0;

	for (int x = 0; x < s->n; x++) {
		if (s->placed[x] || low[x] < from || (low[x] == from && x < last))
			continue;
		int at = count++;
		for (; at > 0 && low[list[at - 1]] > low[x]; at--)
			list[at] = list[at - 1];
		list[at] = x;
	}
	return count;
}

static bool is_done(const Search *s) { return s->work <= 0 || s->best->total == s->bound; }

static void record(Search *s)
{
	int64_t total = 0;

	for (int i = 0; i < s->n; i++)
		if (s->offset[i] + s->item[i].size > total)
			total = s->offset[i] + s->item[i].size;
	if (total >= s->best->total)
		return;
	s->best->total = total;
	memcpy(s->best->offset, s->offset, (size_t)s->n * sizeof *s->offset);
}

/* Place what is left after item `last`. */
static void descend(Search *s, int depth, int last)
{
	const int64_t *low = s->low + (size_t)depth * (size_t)s->n;
	int list[MOST_ITEMS];

	if (depth == s->n) {
		record(s);
		return;
	}
	int count = candidates(s, low, last, list);
	for (int i = 0; i < count && !is_done(s); i++) {
		int x = list[i];
		s->offset[x] = low[x];
		mark_placed(s, x, 1);
		if (low[x] + s->item[x].size < s->best->total && stack(s, depth, x))
			descend(s, depth + 1, x);
		mark_placed(s, x, -1);
	}
}

void plan_search(Arena *scratch, const Item *item, int n, int64_t bound, int64_t work, Layout *best)
{
	Search s = {.item = item, .n = n, .bound = bound, .work = work, .best = best};

	if (n > MOST_ITEMS || best->total == bound)
		return;
	s.stage = NEW_N(scratch, int, n);
	s.left = NEW_N(scratch, int64_t, n);
	find_stages(&s);
	s.low = NEW_N(scratch, int64_t, (n + 1) * n);
	s.top = NEW_N(scratch, int64_t, (n + 1) * s.stages);
	s.placed = NEW_N(scratch, bool, n);
	s.offset = NEW_N(scratch, int64_t, n);
	descend(&s, 0, -1);
}
