/* plan_check.c -- proof that a plan is right, without a line of the planner: in each stage, the buffers alive there
 * are walked by offset; each must begin where or after the one before it ends. They are taken as they begin: where
 * no life begins, nobody meets for the first time. */
#include <stdlib.h>
#include "passes/plan.h"

/* An alive buffer, with a copy of what its order depends on. */
typedef struct Slot {
	int64_t begin, end;
	int index;
} Slot;

static int compare_slots(const void *left, const void *right)
{
	const Slot *a = left, *b = right;

	if (a->begin != b->begin)
		return a->begin < b->begin ? -1 : 1;
	return a->index - b->index;
}

static const char *check_one(Arena *scratch, const Buffer *b, int index, int64_t align, int64_t total)
{
	if (b->bytes < 0 || b->first > b->last)
		return arena_format(scratch, "buffer %d has %lld bytes and lives in stages %d to %d", index,
				    (long long)b->bytes, b->first, b->last);
	if (b->offset < 0 || b->offset % align)
		return arena_format(scratch, "buffer %d is at %lld, not a multiple of %lld", index,
				    (long long)b->offset, (long long)align);
	if (b->bytes > total - b->offset)
		return arena_format(scratch, "buffer %d ends beyond the arena's %lld bytes", index, (long long)total);
	return NULL;
}

/* Buffer x begins: those alive in that stage are left in live[], by offset; returns how many. */
static int begin(const Buffer *buffers, int x, Slot *live, int count)
{
	int left = 0;

	for (int i = 0; i < count; i++)
		if (buffers[live[i].index].last >= buffers[x].first)
			live[left++] = live[i];
	if (buffers[x].bytes)
		live[left++] = (Slot){buffers[x].offset, buffers[x].offset + buffers[x].bytes, x};
	for (int i = left - 1; i > 0 && compare_slots(&live[i], &live[i - 1]) < 0; i--) {
		Slot other = live[i];
		live[i] = live[i - 1];
		live[i - 1] = other;
	}
	return left;
}

static const char *check_stage(Arena *scratch, const Slot *live, int count, int stage)
{
	for (int i = 1; i < count; i++)
		if (live[i].begin < live[i - 1].end)
			return arena_format(scratch, "buffers %d and %d overlap in stage %d", live[i - 1].index,
					    live[i].index, stage);
	return NULL;
}

const char *plan_check(Arena *scratch, const Buffer *buffers, int n, int64_t align, int64_t total)
{
	Slot *live = NEW_N(scratch, Slot, n), *order = NEW_N(scratch, Slot, n);
	const char *wrong = NULL;
	int count = 0;

	if (total < 0 || total % align)
		return arena_format(scratch, "the arena's %lld bytes are not a multiple of %lld", (long long)total,
				    (long long)align);
	for (int i = 0; i < n && !wrong; i++)
		wrong = check_one(scratch, &buffers[i], i, align, total);
	for (int i = 0; i < n; i++)
		order[i] = (Slot){buffers[i].first, 0, i};
	qsort(order, (size_t)n, sizeof *order, compare_slots);
	for (int i = 0; i < n && !wrong; i++) {
		count = begin(buffers, order[i].index, live, count);
		wrong = check_stage(scratch, live, count, buffers[order[i].index].first);
	}
	return wrong;
}
