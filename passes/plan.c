/* plan.c -- offsets for buffers by lifetime.
 *
 *     offset |      +--d--+            Each buffer goes, in some order, into a gap among those that are placed
 *            |  +--b--+               already and meet it in time. Several orders are tried, with the lowest gap
 *            |  | +---c----+          and with the tightest one; then the order is shaken: what tops the best plan
 *            +--a--+---e-----> stage  goes first. Small cases are searched exactly (plan_search.c).
 *
 * All effort is counted in comparisons, never in time, so that a plan is the same on every machine. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "ir/diag.h"
#include "passes/plan_search.h"

#define MOST_BYTES ((int64_t)1 << 62)
#define ORDERS_WORK ((int64_t)60 << 20) /* comparisons spent on the given orders, */
#define SHAKE_WORK ((int64_t)48 << 20)  /* on each attempt at shaking, */
#define SHAKES 4000                     /* at most so many times, */
#define ATTEMPTS 8                      /* in so many attempts: one may be caught where another gets through, */
#define SEARCH_WORK ((int64_t)20 << 20) /* and on the exact search */

typedef struct Planner {
	Arena *arena;
	const Item *item;
	int n;
	int64_t bound;
	int *placed;    /* items placed so far, by offset */
	bool in_time;   /* items are placed as they begin, and those that have ended are forgotten */
	Layout best, now;
} Planner;

static int64_t align_up(int64_t bytes, int64_t align) { return (bytes + align - 1) & -align; }

static int64_t add_capped(int64_t a, int64_t b) { return a > MOST_BYTES - b ? MOST_BYTES : a + b; }

/* Bytes that begin to live, or cease to where they are negative. */
typedef struct Change {
	int64_t stage, bytes;
} Change;

static int compare_changes(const void *left, const void *right)
{
	const Change *a = left, *b = right;

	if (a->stage != b->stage)
		return a->stage < b->stage ? -1 : 1;
	return a->bytes == b->bytes ? 0 : a->bytes < b->bytes ? -1 : 1;
}

int64_t plan_lower_bound(Arena *scratch, const Buffer *buffers, int n, int64_t align)
{
	Change *change = NEW_N(scratch, Change, 2 * (int64_t)n);
	__int128 live = 0, most = 0;

	for (int i = 0; i < n; i++) {
		int64_t bytes = align_up(buffers[i].bytes, align);
		change[2 * i] = (Change){buffers[i].first, bytes};
		change[2 * i + 1] = (Change){(int64_t)buffers[i].last + 1, -bytes};
	}
	qsort(change, 2 * (size_t)n, sizeof *change, compare_changes);
	for (int i = 0; i < 2 * n; i++) {
		live += change[i].bytes;
		most = live > most ? live : most;
	}
	return most > MOST_BYTES ? MOST_BYTES : (int64_t)most;
}

/* ---- one plan ---- */

/* The offset for item x among the placed ones: the lowest or the tightest gap, else on top. */
static int64_t find_gap(const Planner *p, int x, int count, bool tightest)
{
	const Item *item = &p->item[x];
	int64_t end = 0, gap = -1, slack = INT64_MAX; /* end: of what lies below */

	for (int i = 0; i < count; i++) {
		int other = p->placed[i];
		if (!items_meet(item, &p->item[other]))
			continue;
		int64_t room = p->now.offset[other] - end - item->size;
		if (room >= 0 && room < slack) {
			gap = end;
			slack = room;
			if (!tightest)
				return gap;
		}
		if (p->now.offset[other] + p->item[other].size > end)
			end = p->now.offset[other] + p->item[other].size;
	}
	return gap < 0 ? end : gap;
}

static void insert_placed(Planner *p, int x, int count)
{
	int lo = 0, hi = count;

	while (lo < hi) {
		int middle = (lo + hi) / 2;
		if (p->now.offset[p->placed[middle]] <= p->now.offset[x])
			lo = middle + 1;
		else
			hi = middle;
	}
	memmove(p->placed + lo + 1, p->placed + lo, (size_t)(count - lo) * sizeof *p->placed);
	p->placed[lo] = x;
}

/* Forget the placed items that ended before item x begins; returns how many are left. */
static int drop_ended(Planner *p, int x, int count)
{
	int left = 0;

	for (int i = 0; i < count; i++)
		if (p->item[p->placed[i]].last >= p->item[x].first)
			p->placed[left++] = p->placed[i];
	return left;
}

/* Place all items in that order into p->now; false as soon as the total exceeds `limit`. */
static bool place(Planner *p, const int *order, bool tightest, int64_t limit)
{
	int count = 0;

	p->now.total = 0;
	for (int i = 0; i < p->n; i++) {
		int x = order[i];
		count = p->in_time ? drop_ended(p, x, count) : count;
		int64_t offset = find_gap(p, x, count, tightest), end = offset + p->item[x].size;
		if (end > limit)
			return false;
		if (end > p->now.total)
			p->now.total = end;
		p->now.offset[x] = offset;
		insert_placed(p, x, count++);
	}
	return true;
}

/* Make p->now the best plan. */
static void keep(Planner *p)
{
	p->best.total = p->now.total;
	memcpy(p->best.offset, p->now.offset, (size_t)p->n * sizeof *p->now.offset);
}

/* ---- orders: the item with the largest key first ---- */

static double length(const Planner *p, int x) { return (double)p->item[x].last - p->item[x].first + 1; }

static double by_size(const Planner *p, int x) { return (double)p->item[x].size; }
static double by_length(const Planner *p, int x) { return length(p, x); }
static double by_area(const Planner *p, int x) { return length(p, x) * (double)p->item[x].size; }
static double by_begin(const Planner *p, int x) { return -(double)p->item[x].first; }
static double by_end(const Planner *p, int x) { return (double)p->item[x].last; }

/* Bytes that meet the item. */
static double by_breadth(const Planner *p, int x)
{
	double bytes = 0;

	for (int i = 0; i < p->n; i++)
		if (items_meet(&p->item[i], &p->item[x]))
			bytes += (double)p->item[i].size;
	return bytes;
}

/* Bytes alive together with the item's first stage. */
static double by_pressure(const Planner *p, int x)
{
	double bytes = 0;

	for (int i = 0; i < p->n; i++)
		if (p->item[i].first <= p->item[x].first && p->item[x].first <= p->item[i].last)
			bytes += (double)p->item[i].size;
	return bytes;
}

static double (*const keys[])(const Planner *p, int x) = {
	by_size, by_area, by_breadth, by_pressure, by_length, by_begin, by_end};
#define KEYS (int)(sizeof keys / sizeof *keys)

typedef struct Ranked {
	double key, size;
	int x;
} Ranked;

static int compare_ranked(const void *left, const void *right)
{
	const Ranked *a = left, *b = right;

	if (a->key != b->key)
		return a->key > b->key ? -1 : 1;
	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	return a->x - b->x;
}

static void sort_by(const Planner *p, double (*key)(const Planner *p, int x), int *order)
{
	Ranked *ranked = NEW_N(p->arena, Ranked, p->n);

	for (int i = 0; i < p->n; i++)
		ranked[i] = (Ranked){key(p, i), (double)p->item[i].size, i};
	qsort(ranked, (size_t)p->n, sizeof *ranked, compare_ranked);
	for (int i = 0; i < p->n; i++)
		order[i] = ranked[i].x;
}

/* Try an order with both ways to fit; `best_order` and *best_fit are those of the best plan. */
static void try_order(Planner *p, const int *order, int *best_order, bool *best_fit)
{
	for (int tightest = 0; tightest < 2; tightest++) {
		if (p->best.total == p->bound || !place(p, order, tightest, p->best.total - 1))
			continue;
		keep(p);
		memcpy(best_order, order, (size_t)p->n * sizeof *order);
		*best_fit = tightest;
	}
}

/* So many items that each cannot be compared with each go in the order of time alone. */
static void try_orders(Planner *p, int *best_order, bool *best_fit)
{
	int64_t work = 0, pairs = (int64_t)p->n * p->n;
	int *order = NEW_N(p->arena, int, p->n);

	p->in_time = pairs > ORDERS_WORK;
	if (p->in_time) {
		sort_by(p, by_begin, order);
		try_order(p, order, best_order, best_fit);
		return;
	}
	for (int k = 0; k < KEYS && work < ORDERS_WORK; k++, work += 2 * pairs) {
		sort_by(p, keys[k], order);
		try_order(p, order, best_order, best_fit);
	}
}

/* ---- shaking ---- */

/* Move item order[from] to place `to` before it. */
static void advance(int *order, int from, int to)
{
	int x = order[from];

	memmove(order + to + 1, order + to, (size_t)(from - to) * sizeof *order);
	order[to] = x;
}

/* The first item from order[from] on, and around, that reaches the top of the best plan. */
static int find_top(const Planner *p, const int *order, int from)
{
	int at = from;

	while (p->best.offset[order[at]] + p->item[order[at]].size < p->best.total)
		at = (at + 1) % p->n;
	return at;
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Move a topmost item, or now and then any, to a random earlier place; go on from there unless the plan got worse. */
static void shake(Planner *p, int *order, bool tightest, uint32_t random)
{
	int64_t rounds = SHAKE_WORK / ((int64_t)p->n * p->n);
	int *trial = NEW_N(p->arena, int, p->n);
	size_t bytes = (size_t)p->n * sizeof *order;

	if (rounds > SHAKES)
		rounds = SHAKES;
	for (; rounds > 0 && p->best.total > p->bound; rounds--) {
		memcpy(trial, order, bytes);
		int any = (int)(next_random(&random) % (uint32_t)p->n);
		int from = rounds % 4 ? find_top(p, order, any) : any;
		advance(trial, from, (int)(next_random(&random) % (uint32_t)(from + 1)));
		if (!place(p, trial, tightest, p->best.total))
			continue;
		memcpy(order, trial, bytes);
		keep(p);
	}
}

/* Several attempts, each from the best plan of the given orders; the best result is kept. */
static void shake_well(Planner *p, const int *order, bool tightest)
{
	Planner attempt = *p;
	size_t bytes = (size_t)p->n * sizeof *p->best.offset;
	int64_t *start = NEW_N(p->arena, int64_t, p->n), total = p->best.total;
	int *mine = NEW_N(p->arena, int, p->n);

	memcpy(start, p->best.offset, bytes);
	attempt.best.offset = NEW_N(p->arena, int64_t, p->n);
	for (uint32_t k = 1; k <= ATTEMPTS && p->best.total > p->bound; k++) {
		attempt.best.total = total;
		memcpy(attempt.best.offset, start, bytes);
		memcpy(mine, order, (size_t)p->n * sizeof *mine);
		shake(&attempt, mine, tightest, k);
		if (attempt.best.total >= p->best.total)
			continue;
		p->best.total = attempt.best.total;
		memcpy(p->best.offset, attempt.best.offset, bytes);
	}
}

/* ---- the whole ---- */

static int collect(const Buffer *buffers, int n, int64_t align, Item *item, int *owner)
{
	int count = 0;

	for (int i = 0; i < n; i++) {
		assert(buffers[i].bytes >= 0 && buffers[i].bytes <= MOST_BYTES && buffers[i].first <= buffers[i].last);
		if (!buffers[i].bytes)
			continue;
		owner[count] = i;
		item[count++] = (Item){align_up(buffers[i].bytes, align), buffers[i].first, buffers[i].last};
	}
	return count;
}

/* The sum of all sizes; offsets never exceed it. */
static int64_t sum_of(Arena *scratch, const Item *item, int n)
{
	int64_t sum = 0;

	for (int i = 0; i < n; i++)
		sum = add_capped(sum, item[i].size);
	if (sum == MOST_BYTES)
		fail(scratch->ctx, EXIT_LIMIT, "E-SIZE", "the temporaries of the model have more than 2^62 bytes");
	return sum;
}

int64_t plan(Arena *scratch, Buffer *buffers, int n, int64_t align)
{
	Item *item = NEW_N(scratch, Item, n);
	int *owner = NEW_N(scratch, int, n), *order = NEW_N(scratch, int, n);
	bool tightest = false;
	Planner p = {.arena = scratch, .item = item, .placed = NEW_N(scratch, int, n)};

	assert(align > 0 && (align & (align - 1)) == 0);
	p.n = collect(buffers, n, align, item, owner);
	p.bound = plan_lower_bound(scratch, buffers, n, align);
	p.best = (Layout){NEW_N(scratch, int64_t, n), sum_of(scratch, item, p.n) + 1};
	p.now.offset = NEW_N(scratch, int64_t, n);
	for (int i = 0; i < n; i++)
		buffers[i].offset = 0;
	if (!p.n)
		return 0;
	try_orders(&p, order, &tightest);
	shake_well(&p, order, tightest);
	plan_search(scratch, item, p.n, p.bound, SEARCH_WORK, &p.best);
	for (int i = 0; i < p.n; i++)
		buffers[owner[i]].offset = p.best.offset[i];
	return p.best.total;
}
