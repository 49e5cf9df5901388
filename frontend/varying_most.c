/* varying_most.c -- how large the sizes become that a Loop's turns change: the turns are followed, with bounds instead of
 * sizes, until all are done or none changes anything; what grows by no more than a number each turn, as many times. */
#include "frontend/varying.h"

int64_t most_turns(const Raw *r)
{
	const Value *v = r->in[0];

	if (v && v->data && v->data->count == 1)
		return load_i64(v->dtype, v->data->data, 0);
	return v && v->content && v->ncontent == 1 ? dim_hi(r->f->g->syms, *v->content) : INT64_MAX;
}

/* Where it grows by no more than a number in each turn: what that comes to; -1: nobody knows. */
static int64_t after_all_turns(const Raw *r, const Size *size)
{
	Syms *s = r->f->g->syms;
	int64_t first = dim_hi(s, first_size(r, size->state, size->axis)), turns = most_turns(r), all;
	int64_t grows = dim_hi(s, dim_sub(s, dim_most(s, size_next(r, size->state, size->axis)), size->now));

	if (first >= INT32_MAX || grows >= INT32_MAX || turns >= INT32_MAX || grows < 0 || turns < 0)
		return -1;
	all = first + grows * turns;
	return all < INT32_MAX ? all : -1;
}

/* What the sizes are behind one turn more, by the bounds that symbols have now; whether any comes further. */
static bool turn_more(const struct Varying *t, const Raw *r, const bool *open, int64_t *next)
{
	bool more = false;

	for (int i = 0; i < t->nsizes; i++) {
		int64_t most = dim_hi(r->f->g->syms, size_next(r, t->size[i].state, t->size[i].axis)), now = symbol_of(r, &t->size[i])->hi;
		next[i] = !open[i] || most <= now ? now : most < INT32_MAX ? most : -1;
		more |= next[i] != now;
	}
	return more;
}

/* Sizes start as they are before the loop. Of which that is not known is not open. */
static void begin_turns(const struct Varying *t, const Raw *r, bool *open)
{
	for (int i = 0; i < t->nsizes; i++) {
		int64_t first = dim_hi(r->f->g->syms, first_size(r, t->size[i].state, t->size[i].axis));
		open[i] = open[i] && first < INT32_MAX;
		if (open[i])
			symbol_of(r, &t->size[i])->hi = first;
	}
}

/* Turn by turn to where all turns are done, or none changes anything. False: there are sizes of which no end is seen,
 * and they are open no longer. */
static bool follow_turns(const struct Varying *t, const Raw *r, bool *open)
{
	enum { MOST_FOLLOWED = 1000 };
	int64_t *next = NEW_N(&r->f->im->ctx->scratch, int64_t, t->nsizes), turns = most_turns(r), n = 0;

	begin_turns(t, r, open);
	for (; n < turns && turn_more(t, r, open, next) && n < MOST_FOLLOWED; n++)
		for (int i = 0; i < t->nsizes; i++)
			if (open[i]) {
				symbol_of(r, &t->size[i])->hi = next[i];
				open[i] = next[i] >= 0;
			}
	if (n < MOST_FOLLOWED || n == turns)
		return true;
	for (int i = 0; i < t->nsizes; i++)
		if (open[i] && symbol_of(r, &t->size[i])->hi != next[i]) {
			open[i] = false;
			symbol_of(r, &t->size[i])->hi = -1;
			symbol_of(r, &t->size[i])->hi = after_all_turns(r, &t->size[i]);
		}
	return false;
}

/* Sizes to which neither the user nor a guess gave a bound. */
void bound_sizes(const struct Varying *t, const Raw *r)
{
	bool *open = NEW_N(&r->f->im->ctx->scratch, bool, t->nsizes);

	for (int i = 0; i < t->nsizes; i++)
		open[i] = symbol_of(r, &t->size[i])->hi < 0;
	while (!follow_turns(t, r, open))
		;
}
