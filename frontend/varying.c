/* varying.c -- states of a Loop that have another size each turn, and that its body reads: which of their sizes vary.
 *
 *     s = Loop(s0 f32[1,4]) { s' f32[n,4]: .. next f32[n + 1,4] }
 *
 * That is seen when the body is built: as long as a turn gives other sizes than it takes, it is built again, with symbols for
 * them. States that begin with the same size and grow alike share one. The bound is the user's (--dim of the symbol), or
 * follows from the turns (varying_most.c). That a size never grows, or never falls, is supposed until a turn contradicts it.
 * What becomes of the states then is told in held.c. */
#include <string.h>
#include "frontend/varying.h"
#include "ir/op/bodies.h"
#include "ir/op/counted.h"

enum { STAYS = -1, SURELY_STAYS = -2 };

/* ---- sizes before a turn, and behind it ---- */

static Value *state_now(const Raw *r, int state) { return r->body->f.g->in[2 + state]; }

static Value *state_next(const Raw *r, int state) { return r->body->out[1 + state]; }

static Dim size_now(const Raw *r, int state, int axis) { return state_now(r, state)->shape.dim[axis]; }

/* Of a state whose rank stays; else 0, and whatever is wrong there is found later. */
static int common_rank(const Raw *r, int state)
{
	if (2 + state >= r->nin || 1 + state >= r->body->nout || !r->in[2 + state] || is_list(state_next(r, state)))
		return 0;
	int rank = r->in[2 + state]->shape.rank;
	return rank == state_now(r, state)->shape.rank && rank == state_next(r, state)->shape.rank ? rank : 0;
}

/* ---- which vary ---- */

static bool never_equal(Syms *s, Dim a, Dim b)
{
	Dim d = dim_sub(s, b, a);

	return dim_lo(s, d) > 0 || dim_hi(s, d) < 0;
}

/* The file says that it is what it was before the loop. */
static bool given_to_stay(const Raw *r, int state, int axis)
{
	const Shape *given = shape_given(r, state);

	return given && axis < given->rank && dim_same(given->dim[axis], first_size(r, state, axis));
}

static bool changes(const Raw *r, int state, int axis)
{
	const Graph *body = r->body->f.g;
	Dim now = size_now(r, state, axis), next = size_next(r, state, axis);

	if (dim_same(now, next))
		return false;
	if (!axis && carried_rows(r, state) >= 0) /* one more and one less is as many, unless there was none, and no turn */
		return true;
	return never_equal(body->syms, now, next) || (is_counted_inside(body, next) && !given_to_stay(r, state, axis));
}

static bool alike(const Raw *r, const Size *a, const Size *b)
{
	return dim_same(first_size(r, a->state, a->axis), first_size(r, b->state, b->axis)) &&
	       dim_same(size_next(r, a->state, a->axis), size_next(r, b->state, b->axis));
}

/* What a turn makes of it has a bound of its own, at which it may end: data decide it, or which of two it is. */
static bool may_end_there(const Raw *r, const Size *size)
{
	const Graph *body = r->body->f.g;
	Dim next = size_next(r, size->state, size->axis);

	return dim_symbol_of(body->syms, next) && is_counted_inside(body, next) && dim_hi(body->syms, next) < INT32_MAX;
}

/* What does not grow in the first turn may never do so. */
static int64_t first_guess(const Raw *r, const Size *size)
{
	Syms *s = r->f->g->syms;
	int64_t first = dim_hi(s, first_size(r, size->state, size->axis));
	int64_t next = dim_hi(s, size_next(r, size->state, size->axis));

	return first >= INT32_MAX ? -1 : next <= first ? first : may_end_there(r, size) ? next : -1;
}

/* And what does not fall in the first turn may never do so. */
static int64_t first_least(const Raw *r, const Size *size)
{
	Syms *s = r->f->g->syms;
	int64_t first = dim_lo(s, first_size(r, size->state, size->axis));

	return dim_lo(s, size_next(r, size->state, size->axis)) >= first ? first : 0;
}

/* Number it among the sizes from `known` on, which this build of the body has shown. */
static void add_size(struct Varying *t, const Raw *r, int known, Size size)
{
	int at = known;

	while (at < t->nsizes && !alike(r, &t->size[at], &size))
		at++;
	if (at == t->nsizes) {
		GROW(&r->f->im->ctx->scratch, t->size, t->nsizes, t->csizes);
		size.guess = first_guess(r, &size);
		size.least = first_least(r, &size);
		size.surely = never_equal(r->f->g->syms, size_now(r, size.state, size.axis), size_next(r, size.state, size.axis)) ||
			      (!size.axis && carried_rows(r, size.state) >= 0) || carried_is_room(r, size.state);
		t->size[t->nsizes++] = size;
	}
	t->which[size.state][size.axis] = at;
}

/* Whether a turn contradicts what has been supposed of the size. */
static bool give_up_guesses(const Raw *r, Size *size)
{
	enum { OFTEN = 2 };
	Syms *s = r->f->g->syms;
	Dim next = size_next(r, size->state, size->axis);
	bool grows = size->guess >= 0 && dim_hi(s, next) > size->guess, falls = dim_lo(s, next) < size->least;

	if (grows)
		size->guess = size->raised++ < OFTEN && may_end_there(r, size) ? dim_hi(s, next) : -1;
	if (falls)
		size->least = 0;
	return grows || falls;
}

/* Whether the body has shown sizes that it has not been built with. */
static bool learn(struct Varying *t, const Raw *r)
{
	int known = t->nsizes;
	bool more = false;

	for (int i = 0; i < t->nstates; i++)
		for (int k = 0; k < common_rank(r, i); k++) {
			Size here = {.state = i, .axis = k};
			int at = t->which[i][k];
			if (at >= 0 ? alike(r, &t->size[at], &here) : at == SURELY_STAYS || !changes(r, i, k))
				continue;
			add_size(t, r, known, here);
			more = true;
		}
	for (int i = 0; i < known; i++)
		more |= give_up_guesses(r, &t->size[i]);
	return more;
}

/* ---- what has no bound ---- */

static _Noreturn void fail_unbounded(const Raw *r, const Size *size)
{
	Ctx *c = r->f->im->ctx;
	const char *name = shown(c, symbol_of(r, size)->name);

	hint(c, "--dim %s=0..100 (or another number) bounds it" HINT_OVER, name);
	raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC",
		 "state %d has %s elements along axis %d, after a turn %s, and nothing says how many at most", size->state,
		 name, size->axis, dim_text(r->f->g->syms, size_next(r, size->state, size->axis)));
}

static void check_first(const Raw *r, const Size *size)
{
	const Symbol *s = symbol_of(r, size);
	int64_t least = dim_lo(r->f->g->syms, first_size(r, size->state, size->axis));

	if (least > s->hi)
		raw_fail(r, EXIT_USAGE, "E-DIM", "size '%s' is at most %lld, but state %d begins with %lld",
			 shown(r->f->im->ctx, s->name), (long long)s->hi, size->state, (long long)least);
}

/* What a turn adds, or takes away, is more than nothing for some data, or in one branch of an If. */
static bool surely_varies(const Raw *r, int state, int axis)
{
	Syms *s = r->f->g->syms;
	Dim now = size_now(r, state, axis), next = size_next(r, state, axis);

	return never_equal(s, now, next) || dim_lo(s, dim_sub(s, next, now)) >= 0 || never_equal(s, now, dim_most(s, next));
}

/* Sizes without a bound that a turn may leave as they are: inference takes one for the other, as it does elsewhere, and the
 * run is asked. */
static bool some_may_stay(struct Varying *t, const Raw *r)
{
	bool some = false;

	for (int i = 0; i < t->nstates; i++)
		for (int k = 0; k < common_rank(r, i); k++) {
			int at = t->which[i][k];
			if (at < 0 || symbol_of(r, &t->size[at])->hi >= 0)
				continue;
			if (t->size[at].surely || surely_varies(r, i, k))
				fail_unbounded(r, &t->size[at]);
			t->which[i][k] = SURELY_STAYS;
			some = true;
		}
	return some;
}

/* ---- the body ---- */

static void begin_size(Graph *body, const Node *like, int axis, Size *size)
{
	const char *what = arena_format(&body->ctx->scratch, "%d", axis);

	size->now = counted_apart(body, like, what, size->guess < 0 ? INT64_MAX : size->guess);
	Symbol *s = dim_symbol_of(body->syms, size->now);
	s->varies = true;
	if (s->lo < size->least && (s->hi < 0 || s->hi >= size->least))
		s->lo = size->least;
}

void sizes_of_turns(Frame *body, const Raw *r, int64_t i, Shape *s)
{
	struct Varying *t = r->varying;
	Value named = {.name = text_of(body->scope->graph->input[i]->name)}, *out = &named;
	const Node like = {.op = op_find(r->domain, r->type), .nout = 1, .out = &out};

	if (!t || i < 2 || i - 2 >= t->nstates)
		return;
	for (int k = 0; k < s->rank; k++) {
		int at = t->which[i - 2][k];
		if (at < 0)
			continue;
		Size *size = &t->size[at];
		if (size->state == i - 2 && size->axis == k)
			begin_size(body->g, &like, k, size);
		s->dim[k] = size->now;
	}
}

typedef struct Before {
	Syms syms;
	const char *wrong;
	int nwrong, nin;
} Before;

static void build_again(Raw *r, const GraphProto *p, const Before *b)
{
	Import *im = r->f->im;

	syms_restore(im->syms, &b->syms);
	im->wrong = b->wrong;
	im->nwrong = b->nwrong;
	r->nin = b->nin;
	r->nbody = 0;
	body_count(r, p);
	subgraph_build(r, p);
}

static struct Varying *varying_new(const Raw *r, int nstates)
{
	Arena *a = &r->f->im->ctx->scratch;
	struct Varying *t = NEW(a, struct Varying);

	t->nstates = nstates;
	t->adds = NEW_N(a, const Node *, nstates);
	t->which = arena_array(a, (size_t)nstates, sizeof *t->which);
	for (int i = 0; i < nstates; i++)
		for (int k = 0; k < MAX_RANK; k++)
			t->which[i][k] = STAYS;
	return t;
}

/* What begins without elements gets some, and is read as if it had: it varies, and nobody has to see that first. */
static void begin_empty(struct Varying *t, const Raw *r)
{
	for (int i = 0; i < t->nstates; i++) {
		int of = carried_rows(r, i);
		if (of < 0 || !dim_is(first_size(r, of, 0), 0))
			continue;
		if (of == i) {
			GROW(&r->f->im->ctx->scratch, t->size, t->nsizes, t->csizes);
			t->size[t->nsizes++] = (Size){.state = i, .guess = -1, .surely = true};
		}
		t->which[i][0] = t->which[of][0] < 0 ? t->nsizes - 1 : t->which[of][0];
	}
}

static void forget_sizes(struct Varying *t, const Raw *r)
{
	t->nsizes = 0;
	for (int i = 0; i < t->nstates; i++)
		for (int k = 0; k < MAX_RANK; k++)
			t->which[i][k] = t->which[i][k] == SURELY_STAYS ? SURELY_STAYS : STAYS;
	begin_empty(t, r);
}

/* Rows of other sizes than those that the body has been built with: what is known of their sizes is forgotten. They are made
 * before the loop, so their sizes are made of what was known there, and stay known. */
static bool carried_anew(struct Varying *t, Raw *r, Before *b)
{
	Import *im = r->f->im;

	if (!carried_again(r))
		return false;
	syms_restore(im->syms, &b->syms);
	carried_rows_anew(r);
	b->syms = syms_keep(im->syms);
	forget_sizes(t, r);
	return true;
}

static void build_with_sizes(Raw *r, const GraphProto *p, Before *b)
{
	struct Varying *t = r->varying;

	for (;;) {
		while (carried_anew(t, r, b) || learn(t, r))
			build_again(r, p, b);
		bound_sizes(t, r);
		if (!some_may_stay(t, r))
			return;
		forget_sizes(t, r);
		build_again(r, p, b);
	}
}

void body_build(Raw *r, const GraphProto *p)
{
	Import *im = r->f->im;
	bool loop = is_onnx_domain(r->domain) && !strcmp(r->type, "Loop") && r->nin > 2 && !r->nbody;
	Before b = {.wrong = im->wrong, .nwrong = im->nwrong, .nin = r->nin};

	if (loop) {
		b.syms = syms_keep(im->syms);
		r->varying = varying_new(r, b.nin - 2);
		begin_empty(r->varying, r);
	}
	subgraph_build(r, p);
	if (!loop)
		return;
	build_with_sizes(r, p, &b);
	dim_settle(im->syms);
	for (int i = 0; i < r->varying->nsizes; i++)
		check_first(r, &r->varying->size[i]);
	if (!r->varying->nsizes)
		r->varying = NULL;
}
