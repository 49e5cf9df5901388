/* grows.c -- which states of a Loop only grow, and whether the run decides how far its turns go (grown.c).
 *
 * Of a tensor: one Concat of the body reads it, and nothing else. Of a sequence: what reads it adds elements at its end, in
 * branches of an If or turns of a Loop inside as well. */
#include <string.h>
#include "frontend/rewrite.h"

/* ---- tensors ---- */

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

const AttributeProto *axis_written(const NodeProto *p)
{
	for (size_t i = 0; i < p->n_attribute; i++)
		if (!strcmp(text_of(p->attribute[i]->name), "axis") && !*text_of(p->attribute[i]->ref_attr_name))
			return p->attribute[i];
	return NULL;
}

static bool joins(const NodeProto *p, const char *state)
{
	return !strcmp(p->op_type, "Concat") && axis_written(p) &&
	       (!strcmp(p->input[0], state) || !strcmp(p->input[p->n_input - 1], state));
}

/* The node of the body whose only output is what becomes of state i, a tensor, and which adds to it; else nnode. */
static size_t adding_node(const Raw *r, const Scope *s, int i)
{
	const char *before = s->graph->input[2 + i]->name, *after = s->graph->output[1 + i]->name;
	uint32_t at = names_find(&s->names, after);
	const Value *v = r->in[2 + i];

	if (!v || is_list(v) || at == NO_NAME || s->def[at].by != BY_NODE || !is_true_input(s, before))
		return s->nnode;
	const NodeProto *p = s->node[s->def[at].node];
	bool adds = is_onnx_domain(p->domain) && p->n_input >= 2 && p->n_output == 1 && joins(p, before);
	return adds ? s->def[at].node : s->nnode;
}

static bool read_once(const Scope *s, const uint32_t *uses, const char *name)
{
	return uses[names_find(&s->names, name)] == 1;
}

size_t tensor_adding(const Raw *r, const Scope *s, int i)
{
	size_t node = adding_node(r, s, i);
	ArenaMark mark = arena_mark(&r->f->im->ctx->scratch);
	const uint32_t *uses = node == s->nnode ? NULL : uses_of_names(r, s);
	bool only = uses && read_once(s, uses, s->graph->input[2 + i]->name) &&
		    read_once(s, uses, s->graph->output[1 + i]->name);

	arena_release(&r->f->im->ctx->scratch, mark);
	return only ? node : s->nnode;
}

/* ---- what the run finds out ---- */

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
	bool sizes = is_onnx_domain(p->domain) && (!strcmp(p->op_type, "Shape") || !strcmp(p->op_type, "Size") ||
						 !strcmp(p->op_type, "SequenceLength"));

	for (size_t i = 0; !sizes && i < p->n_input; i++)
		meet(w, p->input[i]);
	for (const Scope *c = w->s->child[node]; c; c = c->next)
		for (uint32_t i = 0; i < c->noutside; i++)
			meet(w, c->names.name[c->outside[i]]);
}

/* A value of the body, or of the graph around, is found out by the run. */
static bool rests_on_run(const Raw *r, const Scope *s, const char *name)
{
	Arena *a = &r->f->im->ctx->scratch;
	Walk w = {r, s, NEW_N(a, bool, s->names.n), NEW_N(a, uint32_t, s->names.n), 0};
	bool found = false;

	meet(&w, name);
	while (!found && w.n) {
		uint32_t at = w.next[--w.n];
		const char *met = s->names.name[at];
		if (s->def[at].by == BY_NODE)
			meet_inputs(&w, s->def[at].node);
		else if (s->def[at].by != BY_INITIALIZER)
			found = s->def[at].by == BY_INPUT ? input_is_of_run(&w, met) : is_of_run(value_of(r->f, met));
	}
	return found;
}

bool may_end_early(const Raw *r, const GraphProto *body)
{
	return is_of_run(r->in[1]) || rests_on_run(r, scope_of_body(r, body), body->output[0]->name);
}

/* ---- sequences ---- */

/* Who reads a sequence: names that are it, with what has been added. */
typedef struct Follow {
	const Raw *r;
	Growth how;
} Follow;

static bool follow(Follow *w, const Scope *s, bool *is);

static bool is_it(const Scope *s, const bool *is, const char *name)
{
	uint32_t i = *name ? names_find(&s->names, name) : NO_NAME;

	return i != NO_NAME && is[i];
}

static bool reads_it(const Scope *s, const bool *is, size_t k)
{
	const NodeProto *p = s->node[k];
	bool found = false;

	for (size_t i = 0; i < p->n_input; i++)
		found |= is_it(s, is, p->input[i]);
	for (const Scope *c = s->child[k]; c; c = c->next)
		for (uint32_t i = 0; i < c->noutside; i++)
			found |= is_it(s, is, c->names.name[c->outside[i]]);
	return found;
}

/* The names of a graph inside that are it, which is captured. */
static bool *inside(const Follow *w, const Scope *s, const bool *is, const Scope *c)
{
	bool *own = NEW_N(&w->r->f->im->ctx->scratch, bool, c->names.n);

	for (uint32_t i = 0; i < c->noutside; i++)
		own[c->outside[i]] = is_it(s, is, c->names.name[c->outside[i]]);
	return own;
}

static void mark_output(const Scope *s, bool *is, const NodeProto *p, size_t i)
{
	if (i < p->n_output && *p->output[i])
		is[names_find(&s->names, p->output[i])] = true;
}

/* An If gives it in both branches, or in neither. */
static bool follow_branches(Follow *w, const Scope *s, bool *is, size_t k)
{
	const NodeProto *p = s->node[k];
	const Scope *c = s->child[k];
	bool *own[2];

	if (!c || !c->next || c->next->next || !c->graph || !c->next->graph)
		return false;
	for (int b = 0; b < 2; b++, c = c->next) {
		own[b] = inside(w, s, is, c);
		if (!follow(w, c, own[b]))
			return false;
	}
	const Scope *x = s->child[k], *y = x->next;
	for (size_t i = 0; i < p->n_output && i < x->graph->n_output && i < y->graph->n_output; i++) {
		bool a = is_it(x, own[0], x->graph->output[i]->name), b = is_it(y, own[1], y->graph->output[i]->name);
		if (a != b)
			return false;
		if (a)
			mark_output(s, is, p, i);
	}
	return true;
}

/* A Loop has it as a state, and only adds to it as well. */
static bool follow_turns(Follow *w, const Scope *s, bool *is, size_t k)
{
	const NodeProto *p = s->node[k];
	const Scope *c = s->child[k];

	if (!c || c->next || !c->graph || c->graph->n_input != p->n_input || c->graph->n_output + 1 < p->n_input)
		return false;
	bool *own = inside(w, s, is, c);
	for (uint32_t i = 0; i < c->noutside; i++)
		if (own[c->outside[i]])
			return false;
	for (size_t i = 2; i < p->n_input; i++)
		if (is_it(s, is, p->input[i]))
			own[names_find(&c->names, c->graph->input[i]->name)] = true;
	if (!follow(w, c, own))
		return false;
	for (size_t i = 0; i + 1 < c->graph->n_output; i++) {
		bool before = i + 2 < p->n_input && is_it(s, is, p->input[i + 2]);
		if (is_it(c, own, c->graph->output[i + 1]->name) != before)
			return false;
		if (before)
			mark_output(s, is, p, i);
	}
	return true;
}

/* Node k reads it, and only adds to it. */
static bool follow_node(Follow *w, const Scope *s, bool *is, size_t k)
{
	const NodeProto *p = s->node[k];
	bool own = is_onnx_domain(p->domain) && s->callee[k].kind != CALL_FUNCTION;

	if (own && !strcmp(p->op_type, "If")) {
		w->how.decides |= s->graph == graph_attribute(w->r, "body") && rests_on_run(w->r, s, p->input[0]);
		return follow_branches(w, s, is, k);
	}
	if (own && !strcmp(p->op_type, "Loop"))
		return follow_turns(w, s, is, k);
	if (own && !strcmp(p->op_type, "SequenceLength"))
		return w->how.asks = true;
	bool inserts = own && !strcmp(p->op_type, "SequenceInsert") &&
		       (p->n_input == 2 || (p->n_input == 3 && !*p->input[2])) && !is_it(s, is, p->input[1]);
	if (!inserts && !(own && !strcmp(p->op_type, "Identity") && p->n_input == 1))
		return false;
	mark_output(s, is, p, 0);
	return true;
}

static bool follow(Follow *w, const Scope *s, bool *is)
{
	for (size_t i = 0; i < s->nnode; i++)
		if (reads_it(s, is, s->order[i]) && !follow_node(w, s, is, s->order[i]))
			return false;
	return true;
}

bool sequence_only_grows(const Raw *r, const Scope *s, int i, Growth *how)
{
	Follow w = {.r = r};
	const char *name = s->graph->input[2 + i]->name;
	bool *is = NEW_N(&r->f->im->ctx->scratch, bool, s->names.n), grows;

	if (r->in[2 + i]->kind != KIND_SEQUENCE || !is_true_input(s, name))
		return false;
	is[names_find(&s->names, name)] = true;
	grows = follow(&w, s, is);
	for (size_t k = 0; k < s->graph->n_output; k++)
		grows &= is_it(s, is, s->graph->output[k]->name) == (k == (size_t)i + 1);
	*how = w.how;
	return grows;
}

/* ---- how far turns are to be written out ---- */

static bool is_type(const Scope *s, size_t k, const char *type)
{
	return is_onnx_domain(s->node[k]->domain) && !strcmp(s->node[k]->op_type, type);
}

/* An If or a Loop of the body changes sequences as the run decides: so it does how many elements they have. */
static bool lengths_rest_on_run(const Raw *r, const Scope *s)
{
	bool *is = NEW_N(&r->f->im->ctx->scratch, bool, s->names.n);

	for (int i = 2; i < r->nin; i++)
		is[names_find(&s->names, s->graph->input[i]->name)] = r->in[i] && is_list(r->in[i]);
	for (size_t i = 0; i < s->nnode; i++) {
		size_t k = s->order[i];
		bool control = is_type(s, k, "If") || is_type(s, k, "Loop");
		if (!reads_it(s, is, k))
			continue;
		if (control && *s->node[k]->input[0] && rests_on_run(r, s, s->node[k]->input[0]))
			return true;
		if (control || is_type(s, k, "SequenceInsert") || is_type(s, k, "SequenceErase") || is_type(s, k, "Identity"))
			for (size_t o = 0; o < s->node[k]->n_output; o++)
				mark_output(s, is, s->node[k], o);
	}
	return false;
}

/* The condition is made of something, not handed on. */
static bool computes_condition(const Scope *s)
{
	uint32_t at = names_find(&s->names, s->graph->output[0]->name);

	while (at != NO_NAME && s->def[at].by == BY_NODE) {
		size_t k = s->def[at].node;
		if (is_type(s, k, "Constant"))
			return false;
		if (!is_type(s, k, "Identity") && !is_type(s, k, "Cast"))
			return true;
		at = names_find(&s->names, s->node[k]->input[0]);
	}
	return false;
}

/* It does not turn at all. */
static bool ends_at_once(const Raw *r)
{
	const Value *going = input(r, 1);

	return going && going->data && going->data->count == 1 && !load_i64(going->dtype, going->data->data, 0);
}

bool ends_where_known(const Raw *r, const GraphProto *body)
{
	const Scope *s = scope_of_body(r, body);
	const Value *trips = input(r, 0);
	bool known = trips && trips->data && trips->data->count == 1 && !may_end_early(r, body);

	if (ends_at_once(r))
		return true;
	if (!known || !computes_condition(s))
		return known && load_i64(trips->dtype, trips->data->data, 0) <= MOST_ELEMENTS_LISTED;
	return !lengths_rest_on_run(r, s);
}
