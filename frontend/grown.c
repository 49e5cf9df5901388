/* grown.c -- states of a Loop that only grow: what a turn adds is given turn by turn, and joined behind the loop.
 *
 *     s = Loop(s0) { SequenceInsert(s', x) }     ->     s = s0, and behind it the slices of Loop() { x }
 *     c = Loop(c0) { Concat(c', x) }             ->     c = Concat(c0, Reshape(Loop() { x }))
 *
 * Nothing in the body reads such a state but what adds to it (grows.c), so its size, another one each turn, is nobody's;
 * and how often the loop turns may be anything. What is added in front (Concat(x, c')) comes in the opposite order. A sequence
 * whose loop turns a number of times that is known, and does not end before by what the run finds, is left to unroll.c:
 * its elements may differ in all sizes. Parts of a tensor, and elements, may do that along one axis (ragged.c). */
#include <stdint.h>
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/bodies.h"
#include "ir/op/trust.h"

struct Grown {
	const GraphProto *whole; /* the body as the file has it */
	int nstates, nout;
	Value **first;  /* by state: what it is before the loop; NULL where it is a state as any other */
	Value **now;    /* by state: of a sequence, what a turn adds to; behind the body NULL where it adds nothing */
	int64_t *axis;  /* by state: along which Concat adds; of a sequence, the axes in whose sizes elements differ, as bits */
	bool *asks;     /* by state: of a sequence, the body asks how long it is */
	int nasked;     /* as many states more: these lengths */
	bool *in_front; /* by state: whether it adds there */
	bool *several;  /* by state: of a sequence, a turn adds rows of elements, not one */
	int *place;     /* by output of the node: which one it is of the node that is left */
	int *counts;    /* by state: which output says how much each turn adds, or how long elements are; -1: all alike */
	int *there;     /* by state: of a sequence, which output says which rows are elements; -1: all are */
};

/* ---- the body without them ---- */

/* What is left of Concat when the state is not there. */
static NodeProto *what_is_added(const Raw *r, const NodeProto *p, bool in_front)
{
	Arena *a = r->f->im->arena;
	NodeProto *x = arena_copy(a, p, sizeof *p);

	x->n_input = p->n_input - 1;
	x->input = arena_copy(a, p->input + !in_front, x->n_input * sizeof *p->input);
	return x;
}

static void take_tensor(struct Grown *t, const Raw *r, Scope *own, size_t node, int i)
{
	const NodeProto *p = own->node[node];

	t->first[i] = r->in[2 + i];
	t->in_front[i] = strcmp(p->input[0], own->graph->input[2 + i]->name);
	t->axis[i] = axis_written(p)->i;
	own->node[node] = what_is_added(r, p, t->in_front[i]);
	own->callee[node] = (Callee){.kind = CALL_OP, .version = own->callee[node].version};
}

/* A scope of our own, whose nodes can be others. */
static Scope *copy_of_scope(const Raw *r, const Scope *s)
{
	Arena *a = r->f->im->arena;
	Scope *own = arena_copy(a, s, sizeof *s);

	own->node = arena_copy(a, s->node, s->nnode * sizeof *s->node);
	own->callee = arena_copy(a, s->callee, s->nnode * sizeof *s->callee);
	return own;
}

/* The scope of the body without them; NULL where there are none, or a sequence would be left. `decides`: the run, what is
 * added to a sequence, or it asks how long one is. */
static Scope *scope_without(struct Grown *t, const Raw *r, const Scope *s, bool *decides)
{
	Scope *own = copy_of_scope(r, s);
	bool some = false;

	for (int i = 0; i < t->nstates; i++) {
		bool list = r->in[2 + i] && is_list(r->in[2 + i]);
		Growth how = {0};
		size_t node = list ? s->nnode : tensor_adding(r, s, i);
		if (list && !sequence_only_grows(r, s, i, &how))
			return NULL;
		if (list)
			t->first[i] = r->in[2 + i];
		if (node < s->nnode)
			take_tensor(t, r, own, node, i);
		t->asks[i] = how.asks;
		t->nasked += how.asks;
		*decides |= how.decides;
		some |= t->first[i] != NULL;
	}
	return some ? own : NULL;
}

/* Output i, of which the file says what it is with all before. */
static ValueInfoProto *output_added(const Raw *r, const GraphProto *body, int i)
{
	ValueInfoProto *p = arena_copy(r->f->im->arena, body->output[1 + i], sizeof *p);

	p->type = NULL;
	return p;
}

/* Inputs and outputs of the body: the states that are left, slices as before, and behind them what is added. */
static GraphProto *body_without(const struct Grown *t, const Raw *r, const GraphProto *body)
{
	Arena *a = r->f->im->arena;
	GraphProto *g = arena_copy(a, body, sizeof *body);
	size_t nout = 1;

	g->input = arena_copy(a, body->input, body->n_input * sizeof *g->input);
	g->output = NEW_N(a, ValueInfoProto *, body->n_output + (size_t)t->nasked);
	g->output[0] = body->output[0];
	g->n_input = 2;
	for (int i = 0; i < t->nstates; i++)
		if (!t->first[i]) {
			g->input[g->n_input++] = body->input[2 + i];
			g->output[nout++] = body->output[1 + i];
		}
	for (int i = 0; i < t->nasked; i++)
		g->output[nout++] = body->output[0]; /* its place: see sequences_end() */
	for (size_t i = (size_t)t->nstates + 1; i < body->n_output; i++)
		g->output[nout++] = body->output[i];
	for (int i = 0; i < t->nstates; i++)
		if (t->first[i])
			g->output[nout++] = output_added(r, body, i);
	g->n_output = nout;
	return g;
}

/* ---- the node without them ---- */

/* Outputs that are slices of turns have a name of their own: what the file says of its name is said of all that is joined. */
static char *output_name(const struct Grown *t, const Raw *r, const NodeProto *p, int i)
{
	bool wanted = i < (int)p->n_output && *p->output[i];

	if (!wanted || i >= t->nstates || !t->first[i])
		return wanted ? p->output[i] : "";
	return arena_format(r->f->im->arena, "%s.turns", p->output[i]);
}

/* Outputs from .. to of those that grow, or of the others, are the next ones. */
static void place_outputs(struct Grown *t, const Raw *r, NodeProto *own, int from, int to, bool grown)
{
	for (int i = from; i < to; i++)
		if ((i < t->nstates && t->first[i]) == grown) {
			own->output[own->n_output] = output_name(t, r, r->proto, i);
			t->place[i] = (int)own->n_output++;
		}
}

/* In the order of body_without(). */
static void rename_outputs(struct Grown *t, Raw *r, const GraphProto *body)
{
	Arena *a = r->f->im->arena;
	NodeProto *own = arena_copy(a, r->proto, sizeof *own);
	int all = (int)body->n_output - 1, more = 2 * t->nstates;

	t->place = NEW_N(&r->f->im->ctx->scratch, int, all);
	own->output = NEW_N(a, char *, all + t->nasked + more);
	own->n_output = 0;
	place_outputs(t, r, own, 0, t->nstates, false);
	for (int i = 0; i < t->nasked; i++)
		own->output[own->n_output++] = "";
	place_outputs(t, r, own, t->nstates, all, false);
	place_outputs(t, r, own, 0, t->nstates, true);
	for (int i = 0; i < more; i++)
		own->output[all + t->nasked + i] = arena_format(a, "%s.sizes", r->name);
	r->proto = own;
	r->nout = all + t->nasked;
	r->out = NEW_N(&r->f->im->ctx->scratch, Value *, r->nout + more);
}

void replace_body(Raw *r, GraphProto *body)
{
	for (int i = 0; i < r->nattr; i++)
		if (!strcmp(text_of(r->attr[i]->name), "body")) {
			r->attr[i] = arena_copy(r->f->im->arena, r->attr[i], sizeof *r->attr[i]);
			r->attr[i]->g = body;
		}
}

static void drop_inputs(const struct Grown *t, Raw *r)
{
	r->nin = 2;
	for (int i = 0; i < t->nstates; i++)
		if (!t->first[i])
			r->in[r->nin++] = r->in[2 + i];
	for (int i = 0; i < t->nstates; i++)
		if (t->asks[i])
			r->in[r->nin++] = list_length(r, r->f->g, t->first[i]);
}

static struct Grown *grown_new(const Raw *r)
{
	Arena *a = &r->f->im->ctx->scratch;
	int n = r->nin - 2;
	struct Grown *t = NEW(a, struct Grown);

	*t = (struct Grown){NULL, n, r->nout, NEW_N(a, Value *, n), NEW_N(a, Value *, n), NEW_N(a, int64_t, n),
			    NEW_N(a, bool, n), 0, NEW_N(a, bool, n),
			    NEW_N(a, bool, n), NULL, NEW_N(a, int, n), NEW_N(a, int, n)};
	return t;
}

const GraphProto *loop_body(const Raw *r)
{
	bool loop = is_onnx_domain(r->domain) && !strcmp(r->type, "Loop") && r->nin > 2;
	const GraphProto *body = loop ? graph_attribute(r, "body") : NULL;
	bool whole = body && body->n_input == (size_t)r->nin && body->n_output + 1 >= body->n_input &&
		     body->n_output > (size_t)r->nout;

	return whole ? body : NULL;
}

static bool carries_sequences(const Raw *r)
{
	for (int i = 2; i < r->nin; i++)
		if (r->in[i] && is_list(r->in[i]))
			return true;
	return false;
}

bool sequences_given(const Raw *r)
{
	for (int i = 0; i < r->nout && i < r->nin - 2; i++) {
		const Value *given = given_of(r, i);
		if (given && is_list(given))
			return true;
	}
	return false;
}

/* Its sequences, if any, are better written out for each turn: how many there are is known. `decides`: the run, what is
 * added. */
static bool is_for_unroll(const Raw *r, const GraphProto *body, bool decides)
{
	const Value *trips = input(r, 0);

	if (r->carried || !carries_sequences(r))
		return false;
	return sequences_given(r) ||
	       (!decides && trips && trips->data && trips->data->count == 1 &&
		load_i64(trips->dtype, trips->data->data, 0) <= MOST_ELEMENTS_LISTED && !may_end_early(r, body));
}

struct Grown *loop_grow(Raw *r)
{
	const GraphProto *body = loop_body(r);
	bool decides = false;

	if (!body)
		return NULL;
	struct Grown *t = grown_new(r);
	Scope *own = scope_without(t, r, scope_of_body(r, body), &decides);
	if (!own || is_for_unroll(r, body, decides))
		return NULL;
	GraphProto *left = body_without(t, r, body);
	own->graph = left;
	t->whole = body;
	r->own = own;
	replace_body(r, left);
	drop_inputs(t, r);
	rename_outputs(t, r, body);
	return t;
}

/* ---- what a turn adds, where data decide its size ---- */

/* One output more of the node and of its body, a name for which there is (rename_outputs). */
static int add_output(Raw *r, Value *v)
{
	Body *b = r->body;
	NodeProto *p = arena_copy(r->f->im->arena, r->proto, sizeof *p);
	Value **out = NEW_N(&r->f->im->ctx->scratch, Value *, b->nout + 1);

	memcpy(out, b->out, (size_t)b->nout * sizeof *out);
	out[b->nout++] = v;
	b->out = out;
	p->n_output++;
	r->proto = p;
	return r->nout++;
}

void sequences_begin(Frame *body, const Raw *r)
{
	const struct Grown *t = r->grown;

	for (int i = 0; t && i < t->nstates; i++) {
		if (!t->first[i] || !is_list(t->first[i]))
			continue;
		t->now[i] = list_new(body, KIND_SEQUENCE, t->first[i]->dtype, 0, NULL);
		t->now[i]->before = t->now[i];
		if (t->asks[i])
			t->now[i]->length = value_input(body->g, "length", I64, &(Shape){0});
		value_bind(body, t->whole->input[2 + i]->name, t->now[i]);
	}
}

void sequences_end(const Raw *r)
{
	const struct Grown *t = r->grown;
	Body *b = r->body + r->nbody - 1;
	int at = 1;

	for (int i = 0; t && i < t->nstates; i++)
		at += !t->first[i];
	for (int i = 0; t && i < t->nstates; i++)
		if (t->asks[i])
			b->out[at++] = list_length(r, b->f.g, b->out[1 + t->place[i]]);
}

/* What a turn adds to a sequence: an element, or rows of them. Nothing at all is a number that nobody reads. */
static Value *elements_of_turn(Raw *r, struct Grown *t, int i, const Value *list)
{
	Graph *g = r->body->f.g;

	if (!is_list(list) || list->before != t->now[i])
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "sequences change their places from turn to turn");
	ListRows x = list_rows_filled(r, g, list_rows_of(r, g, list, true));
	t->axis[i] = x.open;
	t->several[i] = list->nitems != 1 || list->tail || x.there;
	if (!x.row)
		t->now[i] = NULL;
	if (x.sizes)
		t->counts[i] = add_output(r, x.sizes);
	if (x.there)
		t->there[i] = add_output(r, x.there);
	if (!x.row)
		return value_scalar(g, I64, 0);
	return t->several[i] ? x.row : put(g, NULL, "Squeeze", x.row, number(g, 0), END_IN);
}

void loop_parts(Raw *r, struct Grown *t)
{
	for (int i = 0; i < t->nstates; i++) {
		t->counts[i] = t->there[i] = -1;
		if (!t->first[i])
			continue;
		int at = 1 + t->place[i];
		Value *part = r->body->out[at], *count = NULL;
		if (is_list(t->first[i]))
			part = elements_of_turn(r, t, i, part);
		else
			part = part_of_turn(r, &r->body->f, part, t->first[i], t->axis[i], &count);
		if (count)
			t->counts[i] = add_output(r, count);
		r->body->out[at] = part;
	}
}

/* ---- behind the loop ---- */

Value *turns_moved(const Raw *r, Value *turns, int64_t axis)
{
	int64_t perm[MAX_RANK];
	int rank = turns->shape.rank;

	if (axis < -rank || axis >= rank)
		raw_fail(r, EXIT_MODEL, "E-AXIS", "axis %lld is outside the rank %d", (long long)axis, rank);
	axis += axis < 0 ? rank : 0;
	for (int i = 0; i < rank; i++)
		perm[i] = i < axis ? i + 1 : i == axis ? 0 : i;
	return axis ? transposed(r->f->g, NULL, turns, rank, perm) : turns;
}

Value *turns_joined(const Raw *r, Value *turns, int64_t axis)
{
	Syms *syms = r->f->g->syms;
	int rank = turns->shape.rank - 1;
	Shape s = {.rank = rank};

	if (axis < -rank || axis >= rank)
		raw_fail(r, EXIT_MODEL, "E-AXIS", "axis %lld is outside the rank %d", (long long)axis, rank);
	axis += axis < 0 ? rank : 0;
	for (int i = 0; i < rank; i++)
		s.dim[i] = turns->shape.dim[i + 1];
	s.dim[axis] = dim_mul(syms, s.dim[axis], turns->shape.dim[0]);
	return shaped_as(r->f->g, NULL, turns_moved(r, turns, axis), &s);
}

static Value *latest_first(const Raw *r, Value *turns)
{
	Graph *g = r->f->g;
	int64_t zero = 0, last = -1, before_all = INT64_MIN, back = -1;

	return put(g, NULL, "Slice", turns, value_i64(g, 1, &last), value_i64(g, 1, &before_all), value_i64(g, 1, &zero),
		   value_i64(g, 1, &back), END_IN);
}

/* What all turns add, one behind the other. */
static Value *all_added(const Raw *r, const struct Grown *t, int i, Value *turns)
{
	Value *counts = t->counts[i] < 0 ? NULL : r->out[t->counts[i]];

	if (t->in_front[i])
		turns = latest_first(r, turns);
	Value *all = turns_joined(r, turns, t->axis[i]);
	if (!counts)
		return all;
	int64_t axis = t->axis[i] < 0 ? t->axis[i] + all->shape.rank : t->axis[i], most = turns->shape.dim[axis + 1].k;
	if (t->in_front[i])
		counts = latest_first(r, counts);
	return parts_as_counted(r, all, axis, most, counts, r->f->scope->node[r->index]->output[i]);
}

static Value *in_a_row(const Raw *r, int output)
{
	return output < 0 ? NULL : turns_joined(r, r->out[output], 0);
}

/* What was in the sequence, and behind it what all turns add. */
static Value *sequence_with_turns(const Raw *r, const struct Grown *t, int i, Value *turns)
{
	Graph *g[] = {r->f->g, r->f->g};
	Value *list = arena_copy(r->f->im->arena, t->first[i], sizeof *list);
	Value *pair[] = {list, list_new(r->f, KIND_SEQUENCE, turns->dtype, 0, NULL)};
	ListRows x = {.sizes = in_a_row(r, t->counts[i]), .there = in_a_row(r, t->there[i]), .open = (unsigned)t->axis[i]}, row[2];

	if (!t->now[i])
		return list;
	if ((list->nitems || list->tail) && list->dtype != turns->dtype)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "puts %s into a sequence of %s", dtype_name(turns->dtype), dtype_name(list->dtype));
	x.row = t->several[i] ? turns_joined(r, turns, 0) : turns;
	x = list_rows_there(r, g[0], x, r->f->scope->node[r->index]->output[i]);
	list_take_rows(pair[1], x);
	list->item = arena_copy(r->f->im->arena, list->item, (size_t)(list->nitems + 1) * sizeof *list->item);
	list->dtype = turns->dtype;
	if (!list->tail) {
		list->tail = x.row;
		list->tail_sizes = x.sizes;
		list->tail_open = x.open;
		return list;
	}
	list_settle(r, list);
	list_rows_alike(r, g, pair, 2, false, row);
	list_take_rows(list, list_rows_joined(g[0], row[0], row[1]));
	return list;
}

static Value *with_turns(const Raw *r, const struct Grown *t, int i, Value *turns)
{
	Value *first = t->first[i];

	if (is_list(first))
		return sequence_with_turns(r, t, i, turns);
	Value *part = all_added(r, t, i, turns);
	int64_t axis = t->axis[i] < 0 ? t->axis[i] + part->shape.rank : t->axis[i];
	return t->in_front[i] ? joined(r->f->g, NULL, axis, part, first) : joined(r->f->g, NULL, axis, first, part);
}

void loop_join(Raw *r, const struct Grown *t)
{
	Value **out = NEW_N(&r->f->im->ctx->scratch, Value *, t->nout);

	for (int i = 0; i < t->nout; i++) {
		Value *v = r->out[t->place[i]];
		bool grown = i < t->nstates && t->first[i];
		if (grown && !*v->name)
			v->name = r->proto->output[t->place[i]];
		out[i] = grown ? with_turns(r, t, i, v) : v;
	}
	r->out = out;
	r->nout = t->nout;
}
