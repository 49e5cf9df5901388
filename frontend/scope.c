/* scope.c -- who defines and who reads each name, before anything is built.
 *
 *     input, initializer, node ----> name ----> node, output          FROM_OUTSIDE: read here, defined around
 *
 * One walk over a graph (or function), its nodes and the graphs in their attributes: every name is defined once and
 * read only where it is visible, nodes get an order in which each runs after what it reads (and after what its bodies
 * read), functions are found and their size is added up, operators without a row are marked. */
#include <stdio.h>
#include <string.h>
#include "frontend/onnx.h"

#define MOST_NESTED 48              /* graphs in graphs and functions in functions */
#define MOST_COST (double)(1 << 24) /* nodes, names and attributes with all functions written out */

/* ---- trouble ---- */

const char *node_name(const NodeProto *p)
{
	const char *name = text_of(p->name);

	for (size_t i = 0; !*name && i < p->n_output; i++)
		name = p->output[i];
	return name;
}

const char *node_text(Ctx *c, const Scope *s, size_t node)
{
	const NodeProto *p = s->node[node];
	const char *name = node_name(p), *quote = *name ? " '" : "", *unquote = *name ? "'" : "";

	return arena_format(&c->scratch, "node %zu%s%s%s (%s)%s%s%s", node + 1, quote, *name ? shown(c, name) : "",
			    unquote, shown(c, text_of(p->op_type)), *s->name ? " of " : "", *s->name ? s->kind : "",
			    *s->name ? arena_format(&c->scratch, " '%s'", shown(c, s->name)) : "");
}

void fail_at(Import *im, const Scope *s, size_t node, enum exit_code status, const char *id, const char *format, ...)
{
	char text[sizeof im->ctx->message];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	fail(im->ctx, status, id, "%s: %s", node_text(im->ctx, s, node), text);
}

static const char *site_text(Ctx *c, const Scope *s, Def d)
{
	static const char *const text[] = {"an input", "an initializer"};

	return d.by == BY_NODE ? node_text(c, s, d.node) : text[d.by];
}

/* ---- definitions ---- */

static _Noreturn void twice(Import *im, const char *name, const Scope *first, Def a, const Scope *second, Def b)
{
	fail(im->ctx, EXIT_MODEL, "E-NAME", "'%s' is defined twice, by %s and by %s", shown(im->ctx, name),
	     site_text(im->ctx, first, a), site_text(im->ctx, second, b));
}

/* The index of a new name. */
static uint32_t add_name(Import *im, Scope *s, const char *name, Def d)
{
	uint32_t i = names_add(&s->names, name);

	GROW(im->arena, s->def, i, s->cdef);
	s->def[i] = d;
	return i;
}

/* An initializer may have the name of an input: it is the input's value then. */
static void define(Import *im, Scope *s, const char *name, Def d)
{
	uint32_t i = names_find(&s->names, name);

	if (i == NO_NAME)
		add_name(im, s, name, d);
	else if (s->def[i].by == BY_INPUT && d.by == BY_INITIALIZER)
		s->def[i] = d;
	else
		twice(im, name, s, s->def[i], s, d);
}

/* An output of a node may not hide a name that is visible from the graphs around. */
static void check_hiding(Import *im, const Scope *s, const char *name, Def d)
{
	for (const Scope *in = s; in->outer; in = in->outer) {
		uint32_t i = names_find(&in->outer->names, name);
		Def o = i == NO_NAME ? (Def){FROM_OUTSIDE, 0} : in->outer->def[i];
		if (o.by != FROM_OUTSIDE && (o.by != BY_NODE || o.node < in->owner))
			twice(im, name, in->outer, o, s, d);
	}
}

static void define_outputs(Import *im, Scope *s)
{
	for (size_t k = 0; k < s->nnode; k++) {
		Def d = {BY_NODE, k};
		for (size_t i = 0; i < s->node[k]->n_output; i++) {
			const char *name = s->node[k]->output[i];
			if (!*name)
				continue;
			define(im, s, name, d);
			check_hiding(im, s, name, d);
		}
	}
}

static void need_name(Import *im, const char *name, const char *what)
{
	if (!*name)
		fail(im->ctx, EXIT_MODEL, "E-NAME", "%s has no name", what);
}

static void define_graph(Import *im, Scope *s)
{
	const GraphProto *g = s->graph;

	for (size_t i = 0; i < g->n_input; i++) {
		need_name(im, text_of(g->input[i]->name), "an input of a graph");
		define(im, s, g->input[i]->name, (Def){BY_INPUT, 0});
	}
	for (size_t i = 0; i < g->n_initializer; i++) {
		need_name(im, text_of(g->initializer[i]->name), "an initializer");
		define(im, s, g->initializer[i]->name, (Def){BY_INITIALIZER, 0});
	}
	for (size_t i = 0; i < g->n_sparse_initializer; i++) {
		const TensorProto *values = g->sparse_initializer[i]->values;
		need_name(im, text_of(values ? values->name : NULL), "a sparse initializer");
		define(im, s, values->name, (Def){BY_INITIALIZER, 0});
	}
}

bool is_true_input(const Scope *s, const char *name)
{
	uint32_t i = names_find(&s->names, name);

	return i != NO_NAME && s->def[i].by == BY_INPUT;
}

/* ---- uses ---- */

static uint32_t add_outside(Import *im, Scope *s, const char *name, size_t node)
{
	uint32_t i = add_name(im, s, name, (Def){FROM_OUTSIDE, node});

	GROW(im->arena, s->outside, s->noutside, s->coutside);
	return s->outside[s->noutside++] = i;
}

/* The index of a name that a node reads, which may have to come from outside. */
static uint32_t use(Import *im, Scope *s, size_t node, const char *name)
{
	uint32_t i = names_find(&s->names, name);

	if (i != NO_NAME)
		return i;
	if (!s->outer)
		fail_at(im, s, node, EXIT_MODEL, "E-NAME", "reads '%s', which no input, initializer or node defines",
			shown(im->ctx, name));
	return add_outside(im, s, name, node);
}

static void wait_for(Import *im, Scope *s, Waits *w, size_t node, const char *name)
{
	uint32_t i = use(im, s, node, name);

	if (s->def[i].by != BY_NODE)
		return;
	GROW(im->arena, w->before, w->n, w->c);
	w->before[w->n++] = (uint32_t)s->def[i].node;
}

static void scope_build(Import *im, Scope *s);

static Scope *scope_new(Import *im, Scope s)
{
	if (s.depth > MOST_NESTED)
		fail(im->ctx, EXIT_LIMIT, "E-DEPTH", "graphs and functions nest deeper than %d", MOST_NESTED);
	s.names.arena = im->arena;
	s.order = NEW_N(im->arena, uint32_t, s.nnode);
	s.callee = NEW_N(im->arena, Callee, s.nnode);
	s.child = NEW_N(im->arena, Scope *, s.nnode);
	return arena_copy(im->arena, &s, sizeof s);
}

/* A walk may meet the inner of two functions first, so what counts is the height of what is inside, not the depth. */
static void hold(Import *im, Scope *s, const Scope *inner)
{
	s->cost += inner->cost;
	if (inner->height >= s->height)
		s->height = inner->height + 1;
	if (s->height > MOST_NESTED)
		fail(im->ctx, EXIT_LIMIT, "E-DEPTH", "graphs and functions nest deeper than %d", MOST_NESTED);
}

static void enter_graph(Import *im, Scope *s, Waits *w, size_t node, const GraphProto *g)
{
	Scope *child = scope_new(im, (Scope){.outer = s, .owner = node, .kind = "graph", .name = text_of(g->name),
					     .graph = g, .opsets = s->opsets, .node = g->node, .nnode = g->n_node,
					     .depth = s->depth + 1});

	define_graph(im, child);
	scope_build(im, child);
	child->next = s->child[node];
	s->child[node] = child;
	hold(im, s, child);
	for (uint32_t i = 0; i < child->noutside; i++)
		wait_for(im, s, w, node, child->names.name[child->outside[i]]);
}

const Scope *scope_of_graph(const Scope *s, size_t node, const GraphProto *g)
{
	const Scope *child = s->child[node];

	while (child && child->graph != g)
		child = child->next;
	return child;
}

/* ---- what a node calls ---- */

static _Noreturn void recursive(Import *im, const Scope *s, size_t node, const Function *f)
{
	const char *text = shown(im->ctx, f->proto->name);

	for (const Function *at = im->open; at != f; at = at->caller)
		text = arena_format(&im->ctx->scratch, "%s -> %s", shown(im->ctx, at->proto->name), text);
	fail_at(im, s, node, EXIT_MODEL, "E-CYCLE", "function '%s' calls itself: %s -> %s",
		shown(im->ctx, f->proto->name), shown(im->ctx, f->proto->name), text);
}

static void define_function(Import *im, Scope *s, const FunctionProto *p)
{
	for (size_t i = 0; i < p->n_input; i++) {
		need_name(im, p->input[i], "an input of a function");
		define(im, s, p->input[i], (Def){BY_INPUT, 0});
	}
	scope_build(im, s);
	for (size_t i = 0; i < p->n_output; i++)
		if (names_find(&s->names, p->output[i]) == NO_NAME)
			fail(im->ctx, EXIT_MODEL, "E-NAME", "output '%s' of function '%s' is made by no node",
			     shown(im->ctx, p->output[i]), shown(im->ctx, p->name));
}

/* Functions are walked when their first call is met; what is never called is never looked at. */
static void enter_function(Import *im, Scope *s, size_t node, Function *f)
{
	const FunctionProto *p = f->proto;

	if (f->state == OPEN)
		recursive(im, s, node, f);
	if (f->state == UNSEEN) {
		f->state = OPEN;
		f->caller = im->open;
		im->open = f;
		f->scope = scope_new(im, (Scope){.kind = "function", .name = p->name, .opsets = &f->opsets,
						 .node = p->node, .nnode = p->n_node, .depth = s->depth + 1});
		define_function(im, f->scope, p);
		im->open = f->caller;
		f->state = DONE;
	}
	hold(im, s, f->scope);
}

static Callee callee_of(Import *im, Scope *s, size_t node)
{
	const NodeProto *p = s->node[node];
	const char *type = text_of(p->op_type);
	Callee call = {CALL_OP, opset_version(s->opsets, p->domain), function_find(im, p)};

	if (!*type)
		fail_at(im, s, node, EXIT_MODEL, "E-OPERATOR", "names no operator");
	if (call.function) {
		call.kind = CALL_FUNCTION;
		enter_function(im, s, node, call.function);
		return call;
	}
	if (!call.version)
		fail_at(im, s, node, EXIT_MODEL, "E-OPSET", "belongs to '%s', which opset_import does not name",
			is_onnx_domain(p->domain) ? "ai.onnx" : shown(im->ctx, p->domain));
	if (is_onnx_domain(p->domain) && !strcmp(type, "Constant"))
		call.kind = CALL_CONSTANT;
	else if (is_sequence_operator(p->domain, type))
		call.kind = CALL_SEQUENCE;
	else if (is_map_operator(p->domain, type))
		call.kind = CALL_MAP;
	else if (is_flex_attention(p->domain, type))
		call.kind = CALL_FLEX;
	else if (is_gradient(p->domain, type))
		call.kind = CALL_GRADIENT;
	else if (!operator_of(p->domain, type, call.version))
		call.kind = CALL_MISSING;
	im->differentiates |= call.kind == CALL_GRADIENT;
	return call;
}

/* The tensors that a Gradient names are there before it. */
static void wait_for_named(Import *im, Scope *s, Waits *w, size_t k)
{
	const NodeProto *p = s->node[k];

	for (size_t i = 0; i < p->n_attribute; i++) {
		const AttributeProto *a = p->attribute[i];
		if (!names_tensors(a))
			continue;
		for (size_t n = 0; n < a->n_strings; n++)
			wait_for(im, s, w, k, arena_format(im->arena, "%.*s", (int)a->strings[n].len, (char *)a->strings[n].data));
		if (a->has_s)
			wait_for(im, s, w, k, arena_format(im->arena, "%.*s", (int)a->s.len, (char *)a->s.data));
	}
}

static void enter_node(Import *im, Scope *s, Waits *w, size_t k)
{
	const NodeProto *p = s->node[k];

	if (p->n_attribute > MOST_ATTRIBUTES)
		fail_at(im, s, k, EXIT_LIMIT, "E-ATTR", "has %zu attributes, at most %d are supported", p->n_attribute,
			MOST_ATTRIBUTES);
	s->cost += (double)(1 + p->n_input + p->n_output + p->n_attribute);
	for (size_t i = 0; i < p->n_input; i++)
		if (*p->input[i])
			wait_for(im, s, w, k, p->input[i]);
	s->callee[k] = callee_of(im, s, k);
	if (s->callee[k].kind == CALL_GRADIENT)
		wait_for_named(im, s, w, k);
	for (size_t i = 0; i < p->n_attribute; i++)
		if (p->attribute[i]->g)
			enter_graph(im, s, w, k, p->attribute[i]->g);
}

/* ---- scopes ---- */

static void use_outputs(Import *im, Scope *s)
{
	for (size_t i = 0; i < s->graph->n_output; i++) {
		const char *name = text_of(s->graph->output[i]->name);
		need_name(im, name, "an output of a graph");
		if (names_find(&s->names, name) != NO_NAME)
			continue;
		if (!s->outer)
			fail(im->ctx, EXIT_MODEL, "E-NAME", "output '%s' of the graph is made by no node",
			     shown(im->ctx, name));
		add_outside(im, s, name, 0);
	}
}

/* The nodes of a scope whose inputs are defined. */
static void scope_build(Import *im, Scope *s)
{
	Waits w = {.first = NEW_N(im->arena, uint32_t, s->nnode + 1)};

	define_outputs(im, s);
	for (size_t k = 0; k < s->nnode; k++) {
		w.first[k] = w.n;
		enter_node(im, s, &w, k);
	}
	w.first[s->nnode] = w.n;
	if (s->graph)
		use_outputs(im, s);
	order_nodes(im, s, &w);
}

Scope *scope_of_model(Import *im)
{
	GraphProto *g = im->model->graph;
	Scope *s = scope_new(im, (Scope){.kind = "graph", .name = "", .graph = g, .opsets = &im->opsets,
					 .node = g->node, .nnode = g->n_node});

	define_graph(im, s);
	scope_build(im, s);
	if (s->cost > MOST_COST)
		fail(im->ctx, EXIT_LIMIT, "E-LIMIT",
		     "with all functions written out the model has %.3g nodes, names and attributes; %.3g are "
		     "supported",
		     s->cost, MOST_COST);
	return s;
}
