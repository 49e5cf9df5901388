/* carried.c -- sequences whose elements the turns of a Loop read, or take out: rows of a tensor, a state like others; and
 * optionals: an element, which is zeros where there is none, and whether it is there.
 *
 *     s = Loop(s0) { SequenceAt(s', -1) .. SequenceInsert(s', x) .. SequenceErase(s') }
 *
 *     r = Loop(rows of s0 f32[n,4]) { s' is the rows of r' f32[k,4] .. rows of what the turn gives f32[k + 1,4] }
 *
 * How many elements there are is then a size that is another one each turn: varying.c finds it, and held.c makes room.
 * Elements that differ in size have one more state, how much of each row is real; else that is a number which nobody reads.
 * That they do may be seen in the body only, which is built again then. What a turn only adds to needs none of that: grown.c. */
#include <string.h>
#include "frontend/rewrite.h"
#include "frontend/varying.h"
#include "ir/op/counted.h"

typedef struct CarriedList {
	int state;        /* of the Loop as the file has it */
	const char *name; /* in the body, */
	char *sizes;      /* and that of the state more: sizes of rows, or whether an optional has an element */
	Value *first;     /* before the loop */
	bool nothing;     /* no turn tells what its elements look like: it is to stay empty */
	OpenSizes open;   /* where elements differ */
	struct {
		int64_t start, step; /* how long they were before the loop, and how much the body added to that */
		int longer;          /* how often it has shown longer ones */
	} along[MAX_RANK];
} CarriedList;

/* What stands for a list, or an optional, in the Loop. */
typedef struct TwoStates {
	Value *it;   /* rows; the element */
	Value *more; /* their sizes; whether it is there; NULL: a number that nobody reads */
} TwoStates;

struct Carried {
	int nstates, nout; /* of the Loop as the file has it */
	int nlists;
	CarriedList *list;
	bool again; /* the body has shown elements of other sizes */
};

/* Which state has that name in the body as it is now: some may be gone (grown.c). */
static int state_of(const Raw *r, const char *name)
{
	int i = 0;

	while (strcmp(r->own->graph->input[2 + i]->name, name))
		i++;
	return i;
}

/* ---- the node ---- */

static void find_lists(struct Carried *t, const Raw *r, const Scope *s)
{
	for (int i = 0; i < t->nstates; i++) {
		Value *v = r->in[2 + i];
		Growth how;
		bool sequence = v && v->kind == KIND_SEQUENCE && !sequence_only_grows(r, s, i, &how);
		if (!sequence && !is_optional_tensor(v))
			continue;
		const char *name = s->graph->input[2 + i]->name;
		char *sizes = arena_format(r->f->im->arena, sequence ? "%s.sizes" : "%s.present", name);
		while (names_find(&s->names, sizes) != NO_NAME)
			sizes = arena_format(r->f->im->arena, "%s_", sizes);
		t->list[t->nlists++] = (CarriedList){.state = i, .name = name, .sizes = sizes, .first = v};
	}
}

static bool is_empty(const Value *v) { return !v->nitems && !v->tail; }

/* Lists without elements become such without rows, or stay empty: what stands for them is a number that nobody reads. */
static void fill_lists(const struct Carried *t, const Raw *r, const Scope *s)
{
	ElementSeen *seen = NEW_N(&r->f->im->ctx->scratch, ElementSeen, t->nstates);
	bool some = false;

	for (int i = 0; i < t->nlists; i++)
		some |= is_empty(t->list[i].first);
	if (some)
		elements_probe(r, s, seen);
	for (int i = 0; i < t->nlists; i++) {
		CarriedList *c = &t->list[i];
		if (!is_empty(c->first))
			continue;
		Value *room = (is_optional_tensor(c->first) ? optional_without : list_without_rows)(r, s, &seen[c->state]);
		c->nothing = !room;
		c->first = room ? room : c->first;
	}
}

/* ---- optionals: an element, and whether it is there ---- */

static TwoStates states_of_optional(const Frame *f, const CarriedList *c, const Value *v)
{
	if (!v->item[0])
		fail_unknown_element(f, c->name);
	return (TwoStates){v->item[0], presence(f, v)};
}

static TwoStates states_of_none(Graph *g, Value *room) { return (TwoStates){room, value_scalar(g, BOOL, 0)}; }

static Value *optional_of_states(const Frame *f, const CarriedList *c, Value *element, Value *has)
{
	Value *v = list_new(f, KIND_OPTIONAL, c->nothing ? c->first->dtype : element->dtype, !c->nothing, &element);

	v->has = c->nothing ? NULL : has;
	return v;
}

static TwoStates states_of_rows(ListRows x) { return (TwoStates){x.row, x.sizes}; }

/* ---- before the loop ---- */

/* What the list is before the loop, in the sizes that rows have now. */
static void set_rows(Raw *r, const CarriedList *c)
{
	Graph *g = r->f->g;
	TwoStates x = {value_scalar(g, I64, 0), NULL};

	if (!c->nothing)
		x = is_optional_tensor(c->first) ? states_of_optional(r->f, c, c->first)
						 : states_of_rows(list_rows_like(r, g, c->first, &c->open));
	r->in[2 + state_of(r, c->name)] = x.it;
	r->in[2 + state_of(r, c->sizes)] = x.more ? x.more : value_scalar(g, I64, 0);
}

/* The sizes that rows of a sequence have. */
static void open_list(Raw *r, CarriedList *c)
{
	list_settle(r, c->first);
	c->open = list_open_sizes(r, r->f->g, c->first, false);
	for (int k = 0; k < MAX_RANK; k++)
		c->along[k].start = c->open.most[k];
}

static void set_all_rows(Raw *r, struct Carried *t)
{
	Value **in = NEW_N(&r->f->im->ctx->scratch, Value *, r->nin + t->nlists);

	memcpy(in, r->in, (size_t)r->nin * sizeof *in);
	r->in = in;
	r->nin = r->cin = r->nin + t->nlists;
	for (int i = 0; i < t->nlists; i++) {
		if (!is_optional_tensor(t->list[i].first))
			open_list(r, &t->list[i]);
		set_rows(r, &t->list[i]);
	}
}

/* ---- its body ---- */

/* A value of the body of which the file says nothing any more. */
static ValueInfoProto *untyped(const Raw *r, const ValueInfoProto *like, char *name)
{
	ValueInfoProto *p = arena_copy(r->f->im->arena, like, sizeof *p);

	p->name = name;
	p->type = NULL;
	return p;
}

/* Names of states more. */
static void add_names(const struct Carried *t, const Raw *r, Scope *s)
{
	Names *names = &s->names;
	uint32_t n = names->n + (uint32_t)t->nlists;

	names->arena = r->f->im->arena;
	names->name = arena_copy(names->arena, names->name, names->n * sizeof *names->name);
	names->slot = arena_copy(names->arena, names->slot, names->nslot * sizeof *names->slot);
	names->cname = names->n;
	Def *def = NEW_N(names->arena, Def, n);
	memcpy(def, s->def, names->n * sizeof *def);
	s->def = def;
	s->cdef = n;
	for (int i = 0; i < t->nlists; i++)
		def[names_add(names, t->list[i].sizes)] = (Def){.by = BY_INPUT};
}

/* Inputs and outputs: states more behind those that there are. */
static GraphProto *body_with(const struct Carried *t, const Raw *r, const GraphProto *body)
{
	Arena *a = r->f->im->arena;
	GraphProto *g = arena_copy(a, body, sizeof *body);
	size_t n = (size_t)t->nlists, at = 1 + (size_t)t->nstates;

	g->n_input = body->n_input + n;
	g->n_output = body->n_output + n;
	g->input = NEW_N(a, ValueInfoProto *, g->n_input);
	g->output = NEW_N(a, ValueInfoProto *, g->n_output);
	memcpy(g->input, body->input, body->n_input * sizeof *g->input);
	memcpy(g->output, body->output, at * sizeof *g->output);
	memcpy(g->output + at + n, body->output + at, (body->n_output - at) * sizeof *g->output);
	for (size_t i = 0; i < n; i++) {
		const CarriedList *c = &t->list[i];
		size_t in = 2 + (size_t)c->state, out = in - 1;
		g->input[in] = untyped(r, body->input[in], body->input[in]->name);
		g->input[body->n_input + i] = untyped(r, body->input[in], c->sizes);
		g->output[out] = untyped(r, body->output[out], body->output[out]->name);
		g->output[at + i] = body->output[0]; /* its place: see carried_end() */
	}
	return g;
}

static bool is_wanted(const NodeProto *p, int i) { return i < (int)p->n_output && *p->output[i]; }

/* Outputs in the order of body_with(). What the file says of a sequence is not said of its rows. */
static void rename_outputs(const struct Carried *t, Raw *r)
{
	Arena *a = r->f->im->arena;
	const NodeProto *p = r->proto;
	NodeProto *own = arena_copy(a, p, sizeof *own);
	int slices = t->nout > t->nstates ? t->nout - t->nstates : 0, n = t->nstates + t->nlists;

	own->n_output = (size_t)(n + slices);
	own->output = NEW_N(a, char *, n + slices);
	for (int i = 0; i < t->nstates; i++)
		own->output[i] = is_wanted(p, i) ? p->output[i] : "";
	for (int i = 0; i < slices; i++)
		own->output[n + i] = p->output[t->nstates + i];
	for (int i = 0; i < t->nlists; i++) {
		int at = t->list[i].state;
		bool wanted = is_wanted(p, at);
		own->output[at] = wanted ? arena_format(a, "%s.rows", p->output[at]) : "";
		own->output[t->nstates + i] = wanted ? arena_format(a, "%s.sizes", p->output[at]) : "";
	}
	r->proto = own;
	r->nout = n + slices;
	r->out = NEW_N(&r->f->im->ctx->scratch, Value *, r->nout);
}

struct Carried *loop_carry(Raw *r)
{
	const GraphProto *body = loop_body(r);
	Arena *a = &r->f->im->ctx->scratch;

	if (!body || sequences_given(r) || ends_where_known(r, body))
		return NULL;
	const Scope *s = scope_of_body(r, body);
	struct Carried *t = NEW(a, struct Carried);
	*t = (struct Carried){.nstates = r->nin - 2, .nout = r->nout, .list = NEW_N(a, CarriedList, r->nin)};
	find_lists(t, r, s);
	if (!t->nlists)
		return NULL;
	fill_lists(t, r, s);
	Scope *own = arena_copy(r->f->im->arena, s, sizeof *s);
	add_names(t, r, own);
	GraphProto *with = body_with(t, r, body);
	own->graph = with;
	r->own = own;
	replace_body(r, with);
	set_all_rows(r, t);
	rename_outputs(t, r);
	return t;
}

/* ---- in the body ---- */

static Value *list_of_rows(const Frame *f, const CarriedList *c, Value *rows, Value *sizes)
{
	Value *v = list_new(f, KIND_SEQUENCE, c->nothing ? c->first->dtype : rows->dtype, 0, NULL);

	if (is_optional_tensor(c->first))
		return optional_of_states(f, c, rows, sizes);
	if (c->nothing)
		return v;
	list_take_rows(v, (ListRows){.row = rows, .sizes = c->open.axes ? sizes : NULL, .open = c->open.axes});
	return v;
}

void carried_begin(Frame *body, const Raw *r)
{
	const struct Carried *t = r->carried;

	for (int i = 0; t && i < t->nlists; i++) {
		const CarriedList *c = &t->list[i];
		value_bind(body, c->name, list_of_rows(body, c, value_of(body, c->name), value_of(body, c->sizes)));
	}
}

/* None, like those that the turn began with. */
static TwoStates no_rows(Graph *g, const CarriedList *c, Value *rows, Value *sizes)
{
	TwoStates x = {put(g, NULL, "Slice", rows, number(g, 0), number(g, 0), END_IN), NULL};

	if (c->open.axes)
		x.more = put(g, NULL, "Slice", sizes, number(g, 0), number(g, 0), END_IN);
	return x;
}

/* What has become longer each time that the body was built becomes so in each turn: the user says up to where, or their
 * number does. */
static int64_t longest(const Raw *r, Graph *g, const CarriedList *c, int axis, int64_t most)
{
	Value named = {.name = c->name}, *out = &named;
	const Node like = {.op = op_find("", "Loop"), .nout = 1, .out = &out};
	Dim d = counted_apart(g, &like, arena_format(&g->ctx->scratch, "%d", axis + 1), INT64_MAX);
	const Symbol *s = dim_symbol_of(g->syms, d);
	int64_t step = c->along[axis].step, now = c->open.most[axis];
	int64_t turns = most_turns(r), all = turns < INT32_MAX ? c->along[axis].start + step * turns : INT32_MAX;

	if (s->hi >= 0)
		return s->hi;
	if (all < INT32_MAX && most <= (now > all ? now : all) + step)
		return all;
	hint(g->ctx, "--dim %s=0..100 (or another number) bounds it", shown(g->ctx, s->name));
	raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC",
		 "elements of state %d become longer each turn along axis %d, and nothing says how long at most", c->state, axis);
}

/* Elements that become longer along an axis along which they have differed before. */
static int64_t see_longer(const Raw *r, Graph *g, CarriedList *c, int axis, int64_t most)
{
	enum { OFTEN = 4 };
	int64_t now = c->open.most[axis];

	if (most > now && c->along[axis].longer < OFTEN) {
		c->along[axis].longer++;
		c->along[axis].step = most - now;
	}
	if (c->along[axis].longer == OFTEN)
		return longest(r, g, c, axis, most);
	return most > now ? most : now;
}

/* Elements that differ as the ones before did not, or become longer. */
static void see_elements(const Raw *r, Graph *g, CarriedList *c, const OpenSizes *seen)
{
	for (int k = 0; k < MAX_RANK; k++) {
		if (!(seen->axes >> k & 1))
			continue;
		bool known = c->open.axes >> k & 1;
		int64_t most = known ? see_longer(r, g, c, k, seen->most[k]) : seen->most[k];
		r->carried->again |= !known || most != c->open.most[k];
		c->open.axes |= 1u << k;
		c->open.most[k] = most;
	}
}

/* A state that had to stay empty: what stands for it stays, too. */
static TwoStates nothing_behind_turn(const Raw *r, const CarriedList *c, Graph *g, const Value *list)
{
	if (!is_empty(list))
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "state %d is %s that is empty before the loop, and %s", c->state,
			 is_optional_tensor(list) ? "an optional" : "a sequence", "no turn tells what its elements look like");
	return (TwoStates){g->in[2 + state_of(r, c->name)], NULL};
}

/* A state of the file as two, in the body. */
static TwoStates states_behind_turn(const Raw *r, CarriedList *c, const Body *b)
{
	Graph *g = b->f.g;
	int at = state_of(r, c->name);
	Value *list = b->out[1 + at];
	const char *name = b->f.scope->graph->output[1 + at]->name;

	if (list->kind != c->first->kind)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "state %d is %s before a turn, and none behind it", c->state,
			 is_optional_tensor(c->first) ? "an optional" : "a sequence");
	if (c->nothing)
		return nothing_behind_turn(r, c, g, list);
	if (is_optional_tensor(list))
		return is_empty(list) ? states_of_none(g, g->in[2 + at]) : states_of_optional(&b->f, c, list);
	if (is_empty(list))
		return no_rows(g, c, g->in[2 + at], g->in[2 + state_of(r, c->sizes)]);
	OpenSizes open = list_open_sizes(r, g, list, true);
	see_elements(r, g, c, &open);
	return states_of_rows(list_rows_there(r, g, list_rows_like(r, g, list, &c->open), name));
}

void carried_end(const Raw *r)
{
	struct Carried *t = r->carried;
	Body *b = r->body + r->nbody - 1;

	for (int i = 0; t && i < t->nlists; i++) {
		CarriedList *c = &t->list[i];
		int more = 1 + state_of(r, c->sizes);
		TwoStates x = states_behind_turn(r, c, b);
		b->out[1 + state_of(r, c->name)] = x.it;
		b->out[more] = x.more ? x.more : b->f.g->in[1 + more];
	}
}

bool carried_again(Raw *r)
{
	struct Carried *t = r->carried;

	if (!t || !t->again)
		return false;
	t->again = false;
	return true;
}

void carried_rows_anew(Raw *r)
{
	for (int i = 0; i < r->carried->nlists; i++)
		set_rows(r, &r->carried->list[i]);
}

int carried_rows(const Raw *r, int state)
{
	const struct Carried *t = r->carried;
	const char *name = t ? r->own->graph->input[2 + state]->name : NULL;

	for (int i = 0; t && i < t->nlists; i++) {
		const CarriedList *c = &t->list[i];
		bool rows = !c->nothing && !is_optional_tensor(c->first);
		if (rows && (!strcmp(name, c->name) || (c->open.axes && !strcmp(name, c->sizes))))
			return state_of(r, c->name);
	}
	return -1;
}

bool carried_is_room(const Raw *r, int state)
{
	const struct Carried *t = r->carried;

	for (int i = 0; t && i < t->nlists; i++) {
		const CarriedList *c = &t->list[i];
		if (is_optional_tensor(c->first) && state_of(r, c->name) == state)
			return is_known(presence(r->f, c->first), false);
	}
	return false;
}

/* ---- behind the loop ---- */

void carried_lists(Raw *r, const struct Carried *t)
{
	Value **out = NEW_N(&r->f->im->ctx->scratch, Value *, t->nstates + t->nout);

	for (int i = 0; i < t->nout; i++)
		out[i] = r->out[i < t->nstates ? i : i + t->nlists];
	for (int i = 0; i < t->nlists; i++) {
		const CarriedList *c = &t->list[i];
		out[c->state] = list_of_rows(r->f, c, r->out[c->state], r->out[t->nstates + i]);
	}
	r->out = out;
	r->nout = t->nout;
}
