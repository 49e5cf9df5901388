/* grown.c -- states of a Loop that only grow: what a turn adds is given turn by turn, and joined behind the loop.
 *
 *     s = Loop(s0) { SequenceInsert(s', x) }     ->     s = s0, and behind it the slices of Loop() { x }
 *     c = Loop(c0) { Concat(c', x) }             ->     c = Concat(c0, Reshape(Loop() { x }))
 *
 * Nothing in the body reads such a state but what adds to it, so its size, another one each turn, is nobody's; and how
 * often the loop turns may be anything. What is added in front (Concat(x, c')) comes in the opposite order. A sequence
 * whose loop turns a number of times that is known, and does not end before by what the run finds, is left to unroll.c:
 * its elements may differ in all sizes. Parts of a tensor, and elements, may do that along one axis (ragged.c). */
#include <stdint.h>
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/bodies.h"
#include "ir/op/composite.h"

struct Grown {
	int nstates, nout;
	Value **first;  /* by state: what it is before the loop; NULL where it is a state as any other */
	int64_t *axis;  /* by state: along which Concat adds; of a sequence, along which elements differ in size, or -1 */
	bool *in_front; /* by state: whether it adds there */
	int *place;     /* by output of the node: which one it is of the node that is left */
	int *counts;    /* by state: which output says how much each turn adds; -1: all add the same */
};

/* ---- which ---- */

static void count_use(const Scope *s, uint32_t *uses, const char *name)
{
	uint32_t i = names_find(&s->names, name);

	if (i != NO_NAME)
		uses[i]++;
}

/* By name: how often nodes, bodies inside and outputs of a graph read it. */
static uint32_t *uses_of_names(const Raw *r, const Scope *s)
{
	uint32_t *uses = NEW_N(&r->f->im->ctx->scratch, uint32_t, s->names.n);

	for (size_t k = 0; k < s->nnode; k++) {
		for (size_t i = 0; i < s->node[k]->n_input; i++)
			count_use(s, uses, s->node[k]->input[i]);
		for (const Scope *c = s->child[k]; c; c = c->next)
			for (uint32_t i = 0; i < c->noutside; i++)
				count_use(s, uses, c->names.name[c->outside[i]]);
	}
	for (size_t i = 0; i < s->graph->n_output; i++)
		count_use(s, uses, s->graph->output[i]->name);
	return uses;
}

static bool inserts(const NodeProto *p, const char *state)
{
	return !strcmp(p->op_type, "SequenceInsert") && !strcmp(p->input[0], state) &&
	       (p->n_input == 2 || (p->n_input == 3 && !*p->input[2]));
}

/* Its axis, which has to be written there. */
static const AttributeProto *axis_of(const NodeProto *p)
{
	for (size_t i = 0; i < p->n_attribute; i++)
		if (!strcmp(text_of(p->attribute[i]->name), "axis") && !*text_of(p->attribute[i]->ref_attr_name))
			return p->attribute[i];
	return NULL;
}

static bool joins(const NodeProto *p, const char *state)
{
	return !strcmp(p->op_type, "Concat") && axis_of(p) &&
	       (!strcmp(p->input[0], state) || !strcmp(p->input[p->n_input - 1], state));
}

/* The node of the body whose only output is what becomes of state i, and which adds to it; else nnode. */
static size_t adding_node(const Raw *r, const Scope *s, int i)
{
	const char *before = s->graph->input[2 + i]->name, *after = s->graph->output[1 + i]->name;
	uint32_t at = names_find(&s->names, after);
	const Value *v = r->in[2 + i];

	if (!v || at == NO_NAME || s->def[at].by != BY_NODE || !is_true_input(s, before))
		return s->nnode;
	const NodeProto *p = s->node[s->def[at].node];
	bool adds = is_onnx_domain(p->domain) && p->n_input >= 2 && p->n_output == 1 &&
		    (is_list(v) ? v->kind == KIND_SEQUENCE && !v->tail && inserts(p, before) : joins(p, before));
	return adds ? s->def[at].node : s->nnode;
}

/* ---- who knows how often it turns ---- */

/* The walk back from a condition of the body: names that it rests on and that nobody has looked at. */
typedef struct Walk {
	const Raw *r;
	const Scope *s;
	bool *met; /* by name */
	uint32_t *next;
	int n;
} Walk;

static void meet(Walk *w, const char *name)
{
	uint32_t at = names_find(&w->s->names, name);

	if (at == NO_NAME || w->met[at])
		return;
	w->met[at] = true;
	w->next[w->n++] = at;
}

static bool is_of_run(const Value *v) { return v && !v->data && !v->content; }

/* The condition or a state: what it begins with, and what a turn makes of it. The number of the turn is known. */
static bool input_is_of_run(Walk *w, const char *name)
{
	const GraphProto *g = w->s->graph;
	size_t i = 1;

	while (i < g->n_input && strcmp(g->input[i]->name, name))
		i++;
	if (i < g->n_input)
		meet(w, g->output[i - 1]->name);
	return i < g->n_input && is_of_run(w->r->in[i]);
}

/* Sizes are taken for known, whatever they are of. */
static void meet_inputs(Walk *w, size_t node)
{
	const NodeProto *p = w->s->node[node];
	bool sizes = is_onnx_domain(p->domain) && (!strcmp(p->op_type, "Shape") || !strcmp(p->op_type, "Size"));

	for (size_t i = 0; !sizes && i < p->n_input; i++)
		meet(w, p->input[i]);
	for (const Scope *c = w->s->child[node]; c; c = c->next)
		for (uint32_t i = 0; i < c->noutside; i++)
			meet(w, c->names.name[c->outside[i]]);
}

bool may_end_early(const Raw *r, const GraphProto *body)
{
	Arena *a = &r->f->im->ctx->scratch;
	const Scope *s = scope_of_graph(r->f->scope, r->index, body);
	Walk w = {r, s, NEW_N(a, bool, s->names.n), NEW_N(a, uint32_t, s->names.n), 0};
	bool found = is_of_run(r->in[1]);

	meet(&w, body->output[0]->name);
	while (!found && w.n) {
		uint32_t at = w.next[--w.n];
		const char *name = s->names.name[at];
		if (s->def[at].by == BY_NODE)
			meet_inputs(&w, s->def[at].node);
		else if (s->def[at].by != BY_INITIALIZER)
			found = s->def[at].by == BY_INPUT ? input_is_of_run(&w, name) : is_of_run(value_of(r->f, name));
	}
	return found;
}

/* Its sequences, if any, are better written out for each turn: how many there are is known. */
static bool is_for_unroll(const Raw *r, const GraphProto *body)
{
	const Value *trips = input(r, 0);
	bool lists = false;

	for (int i = 2; i < r->nin; i++)
		lists |= r->in[i] && is_list(r->in[i]);
	for (int i = 0; lists && i < r->nout && i < r->nin - 2; i++) {
		const Value *given = given_of(r, i);
		if (given && is_list(given))
			return true;
	}
	return lists && trips && trips->data && trips->data->count == 1 &&
	       load_i64(trips->dtype, trips->data->data, 0) <= MOST_ELEMENTS_LISTED && !may_end_early(r, body);
}

/* ---- the body without them ---- */

/* What is left of Concat and SequenceInsert when the state is not there. */
static NodeProto *what_is_added(const Raw *r, const NodeProto *p, bool in_front)
{
	Arena *a = r->f->im->arena;
	NodeProto *x = arena_copy(a, p, sizeof *p);
	bool insert = !strcmp(p->op_type, "SequenceInsert");

	x->n_input = insert ? 1 : p->n_input - 1;
	x->input = arena_copy(a, p->input + !in_front, x->n_input * sizeof *p->input);
	if (insert) {
		x->op_type = "Identity";
		x->n_attribute = 0;
	}
	return x;
}

static void take_state(struct Grown *t, const Raw *r, Scope *own, size_t node, int i)
{
	const NodeProto *p = own->node[node];

	t->first[i] = r->in[2 + i];
	t->in_front[i] = !is_list(t->first[i]) && strcmp(p->input[0], own->graph->input[2 + i]->name);
	t->axis[i] = is_list(t->first[i]) ? 0 : axis_of(p)->i;
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

static bool read_once(const Scope *s, const uint32_t *uses, const char *name)
{
	return uses[names_find(&s->names, name)] == 1;
}

/* The scope of the body without them; NULL where there are none, or a sequence would be left. */
static Scope *scope_without(struct Grown *t, const Raw *r, const Scope *s)
{
	const uint32_t *uses = NULL;
	Scope *own = NULL;

	for (int i = 0; i < t->nstates; i++) {
		size_t node = adding_node(r, s, i);
		uses = uses || node == s->nnode ? uses : uses_of_names(r, s);
		if (node < s->nnode && read_once(s, uses, s->graph->input[2 + i]->name) &&
		    read_once(s, uses, s->graph->output[1 + i]->name)) {
			own = own ? own : copy_of_scope(r, s);
			take_state(t, r, own, node, i);
		} else if (r->in[2 + i] && is_list(r->in[2 + i])) {
			return NULL;
		}
	}
	return own;
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
	g->output = arena_copy(a, body->output, body->n_output * sizeof *g->output);
	g->n_input = 2;
	for (int i = 0; i < t->nstates; i++)
		if (!t->first[i]) {
			g->input[g->n_input++] = body->input[2 + i];
			g->output[nout++] = body->output[1 + i];
		}
	for (size_t i = (size_t)t->nstates + 1; i < body->n_output; i++)
		g->output[nout++] = body->output[i];
	for (int i = 0; i < t->nstates; i++)
		if (t->first[i])
			g->output[nout++] = output_added(r, body, i);
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

static void rename_outputs(struct Grown *t, Raw *r, const GraphProto *body)
{
	Arena *a = r->f->im->arena;
	const NodeProto *p = r->proto;
	NodeProto *own = arena_copy(a, p, sizeof *p);
	int all = (int)body->n_output - 1, at = 0;

	t->place = NEW_N(&r->f->im->ctx->scratch, int, all);
	own->n_output = (size_t)all;
	own->output = NEW_N(a, char *, all + t->nstates);
	for (int i = 0; i < t->nstates; i++)
		own->output[all + i] = arena_format(a, "%s.sizes", r->name);
	for (int grown = 0; grown < 2; grown++)
		for (int i = 0; i < all; i++)
			if ((i < t->nstates && t->first[i]) == grown) {
				own->output[at] = output_name(t, r, p, i);
				t->place[i] = at++;
			}
	r->proto = own;
	r->nout = all;
	r->out = NEW_N(&r->f->im->ctx->scratch, Value *, all + t->nstates);
}

static void replace_body(Raw *r, GraphProto *body)
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
}

static struct Grown *grown_new(const Raw *r)
{
	Arena *a = &r->f->im->ctx->scratch;
	int n = r->nin - 2;
	struct Grown *t = NEW(a, struct Grown);

	*t = (struct Grown){n, r->nout, NEW_N(a, Value *, n), NEW_N(a, int64_t, n), NEW_N(a, bool, n), NULL, NEW_N(a, int, n)};
	return t;
}

/* The body of a Loop with states, all of whose inputs and outputs are there. */
static const GraphProto *body_of(const Raw *r)
{
	bool loop = is_onnx_domain(r->domain) && !strcmp(r->type, "Loop") && r->nin > 2;
	const GraphProto *body = loop ? graph_attribute(r, "body") : NULL;
	bool whole = body && body->n_input == (size_t)r->nin && body->n_output + 1 >= body->n_input &&
		     body->n_output > (size_t)r->nout;

	return whole ? body : NULL;
}

struct Grown *loop_grow(Raw *r)
{
	const GraphProto *body = body_of(r);

	if (!body || is_for_unroll(r, body))
		return NULL;
	struct Grown *t = grown_new(r);
	Scope *own = scope_without(t, r, scope_of_graph(r->f->scope, r->index, body));
	if (!own)
		return NULL;
	GraphProto *left = body_without(t, r, body);
	own->graph = left;
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

/* The only axis of an element whose size data decide in each turn; -1: none, or several. */
static int open_axis(const Graph *body, const Value *element)
{
	int found = -1, n = 0;

	for (int k = 0; k < element->shape.rank; k++)
		if (is_counted_inside(body, element->shape.dim[k])) {
			found = k;
			n++;
		}
	return n == 1 ? found : -1;
}

void loop_parts(Raw *r, struct Grown *t)
{
	for (int i = 0; i < t->nstates; i++) {
		t->counts[i] = -1;
		if (!t->first[i])
			continue;
		Value **part = &r->body->out[1 + t->place[i]], *count;
		if (is_list(t->first[i]))
			t->axis[i] = open_axis(r->body->f.g, *part);
		if (is_list(t->first[i]) && t->axis[i] < 0)
			continue;
		*part = part_of_turn(r, &r->body->f, *part, t->first[i], t->axis[i], &count);
		t->counts[i] = count ? add_output(r, count) : -1;
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

static Value *with_turns(const Raw *r, const struct Grown *t, int i, Value *turns)
{
	Value *first = t->first[i];

	if (is_list(first)) {
		if (first->nitems && first->dtype != turns->dtype)
			raw_fail(r, EXIT_MODEL, "E-TYPE", "puts %s into a sequence of %s", dtype_name(turns->dtype),
				 dtype_name(first->dtype));
		Value *list = list_new(r->f, KIND_SEQUENCE, turns->dtype, first->nitems, first->item);
		list->tail = turns;
		list->tail_sizes = t->counts[i] < 0 ? NULL : r->out[t->counts[i]];
		list->tail_axis = (int)t->axis[i];
		return list;
	}
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
