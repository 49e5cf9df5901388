/* varying.c -- states of a Loop that have another size each turn, and that its body reads.
 *
 *     s = Loop(s0 f32[1,4]) { s' f32[n,4]: .. next f32[n + 1,4] }
 *
 *     h, k = Loop(Pad(s0) f32[most,4], 1) { h' f32[most,4], k': s' = Slice(h', Counted(k')) .. Pad(next), n + 1 }
 *     s = Slice(h, Counted(k))
 *
 * A few rows that are only added behind it are written into the held state, and its next value is a slice of that.
 *
 * Which sizes vary is seen when the body is built: as long as a turn gives others than it takes, it is built again, with
 * symbols for them. States that begin with the same size and grow alike share one. The bound is the user's (--dim of the
 * symbol), or follows from how a turn changes the size, and from how many there are. */
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/bodies.h"
#include "ir/op/composite.h"
#include "ir/op/counted.h"

enum { STAYS = -1, SURELY_STAYS = -2 };

/* A size that varies: `axis` of `state`, and others that go with it. */
typedef struct Size {
	int state, axis;
	int64_t guess; /* at most this, as it seems; -1: it grows */
	Dim now;       /* the symbol, where the body has been built with it */
} Size;

struct Varying {
	int nstates;
	int (*which)[MAX_RANK]; /* by state and axis: the size; or that it stays */
	Size *size;
	int nsizes, csizes;
	const Node **adds; /* by state: the Concat that does nothing else than add behind it, and then is its next; or NULL */
};

/* ---- sizes before a turn, and behind it ---- */

static Dim first_size(const Raw *r, int state, int axis) { return r->in[2 + state]->shape.dim[axis]; }

static Value *state_now(const Raw *r, int state) { return r->body->f.g->in[2 + state]; }

static Value *state_next(const Raw *r, int state) { return r->body->out[1 + state]; }

static Dim size_now(const Raw *r, int state, int axis) { return state_now(r, state)->shape.dim[axis]; }

static Dim size_next(const Raw *r, int state, int axis) { return state_next(r, state)->shape.dim[axis]; }

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
	return never_equal(body->syms, now, next) || (is_counted_inside(body, next) && !given_to_stay(r, state, axis));
}

static bool alike(const Raw *r, const Size *a, const Size *b)
{
	return dim_same(first_size(r, a->state, a->axis), first_size(r, b->state, b->axis)) &&
	       dim_same(size_next(r, a->state, a->axis), size_next(r, b->state, b->axis));
}

/* What does not grow in the first turn may never do so. */
static int64_t first_guess(const Raw *r, const Size *size)
{
	Syms *s = r->f->g->syms;
	int64_t first = dim_hi(s, first_size(r, size->state, size->axis));

	return first < INT32_MAX && dim_hi(s, size_next(r, size->state, size->axis)) <= first ? first : -1;
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
		t->size[t->nsizes++] = size;
	}
	t->which[size.state][size.axis] = at;
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
	for (int i = 0; i < known; i++) {
		Size *size = &t->size[i];
		if (size->guess < 0 || dim_hi(r->f->g->syms, size_next(r, size->state, size->axis)) <= size->guess)
			continue;
		size->guess = -1;
		more = true;
	}
	return more;
}

/* ---- how large they become ---- */

static int64_t most_turns(const Raw *r)
{
	const Value *v = r->in[0];

	if (v && v->data && v->data->count == 1)
		return load_i64(v->dtype, v->data->data, 0);
	return v && v->content && v->ncontent == 1 ? dim_hi(r->f->g->syms, *v->content) : INT64_MAX;
}

static Symbol *symbol_of(const Raw *r, const Size *size) { return dim_symbol_of(r->f->g->syms, size->now); }

/* Where it grows by no more than a number in each turn: what that comes to; -1: nobody knows. */
static int64_t after_all_turns(const Raw *r, const Size *size)
{
	Syms *s = r->f->g->syms;
	int64_t first = dim_hi(s, first_size(r, size->state, size->axis)), turns = most_turns(r), all;
	int64_t grows = dim_hi(s, dim_sub(s, size_next(r, size->state, size->axis), size->now));

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
static void bound_all(const struct Varying *t, const Raw *r)
{
	bool *open = NEW_N(&r->f->im->ctx->scratch, bool, t->nsizes);

	for (int i = 0; i < t->nsizes; i++)
		open[i] = symbol_of(r, &t->size[i])->hi < 0;
	while (!follow_turns(t, r, open))
		;
}

static _Noreturn void fail_unbounded(const Raw *r, const Size *size)
{
	Ctx *c = r->f->im->ctx;
	const char *name = shown(c, symbol_of(r, size)->name);

	hint(c, "--dim %s=0..100 (or another number) bounds it", name);
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

/* What a turn adds, or takes away, is more than nothing for some data. */
static bool surely_varies(const Raw *r, int state, int axis)
{
	Syms *s = r->f->g->syms;
	Dim now = size_now(r, state, axis), next = size_next(r, state, axis);

	return never_equal(s, now, next) || dim_lo(s, dim_sub(s, next, now)) >= 0;
}

/* Sizes without a bound of which inference may take one for the other, as it does elsewhere, and the run is asked. */
static bool some_may_stay(struct Varying *t, const Raw *r)
{
	bool some = false;

	for (int i = 0; i < t->nstates; i++)
		for (int k = 0; k < common_rank(r, i); k++) {
			int at = t->which[i][k];
			if (at < 0 || symbol_of(r, &t->size[at])->hi >= 0)
				continue;
			if (surely_varies(r, i, k))
				fail_unbounded(r, &t->size[at]);
			t->which[i][k] = SURELY_STAYS;
			some = true;
		}
	return some;
}

/* ---- the body ---- */

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
			size->now = counted_apart(body->g, &like, arena_format(&r->f->im->ctx->scratch, "%d", k),
						  size->guess < 0 ? INT64_MAX : size->guess);
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

static void forget_sizes(struct Varying *t)
{
	t->nsizes = 0;
	for (int i = 0; i < t->nstates; i++)
		for (int k = 0; k < MAX_RANK; k++)
			t->which[i][k] = t->which[i][k] == SURELY_STAYS ? SURELY_STAYS : STAYS;
}

static void build_with_sizes(Raw *r, const GraphProto *p, const Before *b)
{
	struct Varying *t = r->varying;

	for (;;) {
		while (learn(t, r))
			build_again(r, p, b);
		bound_all(t, r);
		if (!some_may_stay(t, r))
			return;
		forget_sizes(t);
		build_again(r, p, b);
	}
}

void body_build(Raw *r, const GraphProto *p)
{
	Import *im = r->f->im;
	bool loop = is_onnx_domain(r->domain) && !strcmp(r->type, "Loop") && r->nin > 2 && !r->nbody;
	Before b = {.wrong = im->wrong, .nwrong = im->nwrong, .nin = r->nin};

	if (loop)
		b.syms = syms_keep(im->syms);
	subgraph_build(r, p);
	if (!loop)
		return;
	r->varying = varying_new(r, b.nin - 2);
	build_with_sizes(r, p, &b);
	for (int i = 0; i < r->varying->nsizes; i++)
		check_first(r, &r->varying->size[i]);
	if (!r->varying->nsizes)
		r->varying = NULL;
}

/* ---- states in their largest size ---- */

static bool varies(const struct Varying *t, int state)
{
	for (int k = 0; k < MAX_RANK; k++)
		if (t->which[state][k] >= 0)
			return true;
	return false;
}

static int64_t most_of_axis(const Raw *r, int state, int axis)
{
	int at = r->varying->which[state][axis];

	return at < 0 ? -1 : symbol_of(r, &r->varying->size[at])->hi;
}

static int axis_of(const Node *concat)
{
	int64_t axis = ATTR_OF(concat, Concat)->axis;

	return (int)(axis < 0 ? axis + concat->out[0]->shape.rank : axis);
}

/* What is written behind the state is only counted then, so there is room for it in any case. */
static int64_t room_of_axis(const Raw *r, int state, int axis)
{
	const Node *adds = r->varying->adds[state];
	int64_t most = most_of_axis(r, state, axis);

	return most < 0 || !adds ? most : dim_hi(r->f->g->syms, adds->out[0]->shape.dim[axis]);
}

/* The Concat of the body that adds a few rows behind a state, which varies along that axis only, and gives the next one. */
static const Node *adding_node(const Raw *r, const Graph *body, int state)
{
	enum { FEW = 4 };
	const Node *n = body->out[1 + state]->def;
	const Value *now = body->in[2 + state];

	if (!is_op(n, "Concat") || n->in[0] != now || n->nin < 2 || dtype_info(now->dtype)->bits < 8)
		return NULL;
	int axis = axis_of(n);
	Dim next = n->out[0]->shape.dim[axis], more = dim_sub(body->syms, next, now->shape.dim[axis]);
	int64_t most = most_of_axis(r, state, axis), added = dim_hi(body->syms, more), all = dim_hi(body->syms, next);
	for (int k = 0; k < now->shape.rank; k++)
		if (k != axis && most_of_axis(r, state, k) >= 0)
			return NULL;
	return most >= 0 && added < INT32_MAX && added * FEW <= most && all >= most && all < INT32_MAX ? n : NULL;
}

static Value *cut_axis(Graph *g, const Node *like, Value *v, int axis, Value *count)
{
	return put(g, like, "Slice", v, number(g, 0), count, number(g, axis), END_IN);
}

/* v with zeros behind it. What is too much, for which the count ends the run, is left out. */
static Value *filled_up(const Raw *r, Graph *g, const Node *like, Value *v, int state)
{
	Dim pads[2 * MAX_RANK];
	int rank = v->shape.rank;
	Node made = *like;

	for (int k = 0; k < rank; k++) {
		int64_t most = room_of_axis(r, state, k);
		if (most >= 0 && dim_hi(g->syms, v->shape.dim[k]) > most)
			v = cut_axis(g, like, v, k, number(g, most));
		pads[k] = dim(0);
		pads[rank + k] = most < 0 ? dim(0) : dim_sub(g->syms, dim(most), v->shape.dim[k]);
	}
	made.nin = 1;
	made.in = &v;
	return put(g, like, "Pad", v, dims_as_value(g, &made, v, pads, 2 * rank), END_IN);
}

/* The state as far as it goes. */
static Value *cut_state(const Raw *r, Graph *g, const Node *like, Value *v, int state, Value *const *count)
{
	int64_t first = 0;

	for (int k = 0; k < v->shape.rank; k++) {
		int at = r->varying->which[state][k];
		if (at >= 0)
			v = cut_axis(g, like, v, k, with_axes(g, like, count[at], 1, &first));
	}
	return v;
}

/* ---- the node ---- */

static void *inserted(Arena *a, Value **v, int n, int at, Value *const *more, int nmore)
{
	Value **all = NEW_N(a, Value *, n + nmore);

	memcpy(all, v, (size_t)at * sizeof *v);
	memcpy(all + at, more, (size_t)nmore * sizeof *v);
	memcpy(all + at + nmore, v + at, (size_t)(n - at) * sizeof *v);
	return all;
}

static Value **counts_of(const Raw *r) { return NEW_N(&r->f->im->ctx->scratch, Value *, r->varying->nsizes); }

/* In the body: states are cut out of what it takes in. */
static void cut_inside(const Raw *r, Graph *body, const Node *like, Value **count)
{
	const struct Varying *t = r->varying;
	Value **given = counts_of(r);
	Shape one = shape_scalar();

	for (int i = 0; i < t->nsizes; i++) {
		const char *name = symbol_of(r, &t->size[i])->name;
		given[i] = value_input(body, name, I64, &one);
		count[i] = counted_value(body, like, given[i], t->size[i].now);
		body->nin--;
	}
	for (int i = 0; i < t->nstates; i++) {
		Value *now = body->in[2 + i];
		if (!varies(t, i))
			continue;
		Shape s = now->shape;
		for (int k = 0; k < s.rank; k++)
			s.dim[k] = t->which[i][k] < 0 ? s.dim[k] : dim(room_of_axis(r, i, k));
		Value *held = value_input(body, arena_format(&body->ctx->scratch, "%s.held", now->name), now->dtype, &s);
		body->nin--;
		value_replace(body, now, cut_state(r, body, like, held, i, count));
		body->in[2 + i] = held;
	}
	body->in = inserted(&body->ctx->perm, body->in, body->nin, 2 + t->nstates, given, t->nsizes);
	body->nin = body->cin = body->nin + t->nsizes;
}

/* Behind the states that it gives. */
static void put_counts(const Raw *r, Graph *body, Value *const *count)
{
	const struct Varying *t = r->varying;
	Arena *a = &body->ctx->scratch;
	int n = body->nout;
	Value **out = arena_copy(a, body->out, (size_t)n * sizeof *out);
	const char **name = arena_copy(a, body->out_name, (size_t)n * sizeof *name);

	body->nout = 1 + t->nstates;
	for (int i = 0; i < t->nsizes; i++)
		graph_output(body, count[i], symbol_of(r, &t->size[i])->name);
	for (int i = 1 + t->nstates; i < n; i++)
		graph_output(body, out[i], name[i]);
}

/* What is added, as one. */
static Value *added_part(Graph *g, const Node *like, const Node *adds)
{
	Value *v = adds->in[1];

	for (int i = 2; i < adds->nin; i++)
		v = joined(g, like, axis_of(adds), v, adds->in[i]);
	return v;
}

/* held with `part` from `count` on along an axis. */
static Value *written_at(Graph *g, const Node *like, Value *held, Value *part, int axis, Value *count)
{
	int64_t behind[MAX_RANK];
	int rank = part->shape.rank;
	Value *at = binary(g, like, "Add", count_up(g, like, size_of(g, like, part, axis)), count);

	for (int k = axis + 1; k < rank; k++)
		behind[k - axis - 1] = k - axis;
	if (axis + 1 < rank)
		at = with_axes(g, like, at, rank - axis - 1, behind);
	at = put(g, like, "Expand", at, shape_value(g, like, part), END_IN);
	return put_attr(g, like, "ScatterElements", &(struct Scatter){.axis = axis}, held, at, part, END_IN);
}

/* What only adds to a state writes behind it, and whoever reads the next one reads it there: nothing is copied. */
static Value *add_in_place(const Raw *r, Graph *body, const Node *like, int state, Value *const *count)
{
	const Node *adds = r->varying->adds[state];
	Value *next = adds->out[0], *part = added_part(body, like, adds);
	int axis = axis_of(adds), at = r->varying->which[state][axis];
	Value *held = written_at(body, like, body->in[2 + state], part, axis, count[at]);
	const Node made = {.op = like->op, .name = like->name, .nin = 1, .in = (Value *[]){count[at]}};

	Value *size = dims_as_value(body, &made, part, &next->shape.dim[axis], 1);
	value_replace(body, next, cut_axis(body, like, held, axis, size));
	return held;
}

/* And are filled up at its end. */
static void fill_inside(const Raw *r, Graph *body, const Node *like, Value *const *now)
{
	const struct Varying *t = r->varying;
	Value **count = counts_of(r), *held;

	for (int i = 0; i < t->nsizes; i++)
		count[i] = size_of(body, like, body->out[1 + t->size[i].state], t->size[i].axis);
	for (int i = 0; i < t->nstates; i++)
		if (t->adds[i]) {
			held = add_in_place(r, body, like, i, now);
			body->out[1 + i] = held;
		} else if (varies(t, i)) {
			body->out[1 + i] = filled_up(r, body, like, body->out[1 + i], i);
		}
	put_counts(r, body, count);
	graph_sort(body);
}

static void fill_outside(Raw *r, const Node *like)
{
	const struct Varying *t = r->varying;
	Value **count = counts_of(r);

	for (int i = 0; i < t->nsizes; i++)
		count[i] = size_of(r->f->g, like, r->in[2 + t->size[i].state], t->size[i].axis);
	for (int i = 0; i < t->nstates; i++)
		if (varies(t, i))
			r->in[2 + i] = filled_up(r, r->f->g, like, r->in[2 + i], i);
	r->in = inserted(&r->f->im->ctx->scratch, r->in, r->nin, 2 + t->nstates, count, t->nsizes);
	r->nin = r->cin = r->nin + t->nsizes;
}

/* Names and sizes that the file gives outputs are those of states as they are cut. */
static void names_of_outputs(const Raw *r, Node *like, int nout)
{
	const struct Varying *t = r->varying;
	Value **out = NEW_N(&r->f->im->ctx->scratch, Value *, nout);

	for (int i = 0; i < like->nout; i++) {
		bool state = i < t->nstates;
		out[state ? i : i + t->nsizes] = state && varies(t, i) ? NULL : like->out[i];
	}
	like->out = out;
	like->nout = nout;
}

int states_hold(Raw *r, Graph *body, Node *like, int nout)
{
	const struct Varying *t = r->varying;
	const Node plain = {.op = op_find(r->domain, r->type), .name = r->name};
	Value **count = counts_of(r);

	for (int i = 0; i < t->nstates; i++)
		t->adds[i] = varies(t, i) ? adding_node(r, body, i) : NULL;
	cut_inside(r, body, &plain, count);
	fill_inside(r, body, &plain, count);
	fill_outside(r, &plain);
	nout = (nout < t->nstates ? t->nstates : nout) + t->nsizes;
	names_of_outputs(r, like, nout);
	return nout;
}

/* ---- behind the node ---- */

static bool is_wanted(const Raw *r, int i) { return i < r->nout && i < (int)r->proto->n_output && *r->proto->output[i]; }

/* The counts of output i behind the loop, as sizes. */
static void count_output(const Raw *r, const Node *n, int i, Value **count)
{
	const struct Varying *t = r->varying;
	Graph *g = r->f->g;
	Value named = {.name = r->proto->output[i]}, *out = &named;
	const Node like = {.op = n->op, .name = n->name, .id = n->id, .nout = 1, .out = &out};

	for (int k = 0; k < n->out[i]->shape.rank; k++) {
		int at = t->which[i][k];
		if (at < 0 || count[at])
			continue;
		Dim size = counted_apart(g, &like, arena_format(&g->ctx->scratch, "%d", k), most_of_axis(r, i, k));
		count[at] = counted_value(g, &(Node){.name = n->name}, n->out[t->nstates + at], size);
	}
}

Value **states_cut(const Raw *r, Node *n)
{
	const struct Varying *t = r->varying;
	Value **out = NEW_N(&r->f->im->ctx->scratch, Value *, r->nout), **count = counts_of(r);

	for (int i = 0; i < r->nout; i++) {
		out[i] = n->out[i < t->nstates ? i : i + t->nsizes];
		if (i >= t->nstates || !varies(t, i) || !is_wanted(r, i))
			continue;
		count_output(r, n, i, count);
		out[i] = cut_state(r, r->f->g, &(Node){.name = n->name}, out[i], i, count);
	}
	for (int i = r->nout; i < t->nstates; i++)
		n->out[i] = NULL;
	for (int i = 0; i < t->nsizes; i++)
		if (!count[i])
			n->out[t->nstates + i] = NULL;
	return out;
}
