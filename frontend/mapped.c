/* mapped.c -- SequenceMap over a sequence of as many elements as the run decides: a Loop that puts a sequence together.
 *
 *     t = SequenceMap(s, k) { x, k' give y }
 *
 *     t = Loop(SequenceLength(s), {}) { i, t': x = SequenceAt(s, i); k' = k .. SequenceInsert(t', y) } */
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/trust.h"

/* A body in the making: that of the SequenceMap, and more behind its nodes and names. */
typedef struct Mapped {
	const Raw *r;
	Arena *a;
	Scope *s;
	GraphProto *g;
	size_t nodes, names; /* for how many there is room */
} Mapped;

/* All inputs are there, and the run decides how long some sequence is. */
static bool is_of_run(const Raw *r)
{
	bool some = false;

	for (int i = 0; i < r->nin; i++) {
		if (!r->in[i])
			return false;
		some |= r->in[i]->kind == KIND_SEQUENCE && (r->in[i]->tail || list_is_open(r->in[i]));
	}
	return some && r->in[0]->kind == KIND_SEQUENCE;
}

/* ---- room ---- */

static void copy_names(Mapped *m)
{
	Names *t = &m->s->names;

	t->arena = m->a;
	t->name = arena_copy(m->a, t->name, t->n * sizeof *t->name);
	t->slot = arena_copy(m->a, t->slot, t->nslot * sizeof *t->slot);
	t->cname = t->n;
}

static void *longer(Mapped *m, const void *from, size_t n, size_t room, size_t size)
{
	void *to = arena_array(m->a, room, size);

	if (n)
		memcpy(to, from, n * size);
	return to;
}

static Mapped open_mapped(const Raw *r, const Scope *s)
{
	Mapped m = {.r = r, .a = r->f->im->arena};
	size_t more = (size_t)(r->nin + r->nout), n = s->nnode;

	m.s = arena_copy(m.a, s, sizeof *s);
	m.g = arena_copy(m.a, s->graph, sizeof *s->graph);
	m.s->graph = m.g;
	m.nodes = n + more;
	m.names = s->names.n + 3 * more + 2;
	copy_names(&m);
	m.s->node = longer(&m, s->node, n, m.nodes, sizeof *s->node);
	m.s->callee = longer(&m, s->callee, n, m.nodes, sizeof *s->callee);
	m.s->child = longer(&m, s->child, n, m.nodes, sizeof *s->child);
	m.s->order = longer(&m, NULL, 0, m.nodes, sizeof *s->order);
	m.s->def = longer(&m, s->def, s->names.n, m.names, sizeof *s->def);
	m.s->outside = longer(&m, s->outside, s->noutside, m.names, sizeof *s->outside);
	return m;
}

/* ---- names and nodes ---- */

static char *name_of_ours(Mapped *m, const char *what, int i)
{
	char *name = arena_format(m->a, "%s.%s.%d", m->r->name, what, i);

	while (names_find(&m->s->names, name) != NO_NAME)
		name = arena_format(m->a, "%s_", name);
	return name;
}

static char *define(Mapped *m, char *name, Def def)
{
	m->s->def[names_add(&m->s->names, name)] = def;
	return name;
}

static void from_outside(Mapped *m, const char *name)
{
	uint32_t at = names_find(&m->s->names, name);

	if (at != NO_NAME)
		return;
	at = names_add(&m->s->names, name);
	m->s->def[at] = (Def){.by = FROM_OUTSIDE};
	m->s->outside[m->s->noutside++] = at;
}

static void add_node(Mapped *m, const char *type, char *a, char *b, char *y)
{
	NodeProto *p = arena_alloc(m->a, sizeof *p);
	size_t k = m->s->nnode++;

	onnx__node_proto__init(p);
	p->op_type = arena_string(m->a, type);
	p->name = arena_string(m->a, m->r->name);
	p->domain = p->overload = arena_string(m->a, "");
	p->input = NEW_N(m->a, char *, 2);
	p->input[p->n_input++] = a;
	if (b)
		p->input[p->n_input++] = b;
	p->output = NEW_N(m->a, char *, 1);
	p->output[p->n_output++] = y;
	m->s->node[k] = p;
	m->s->callee[k] = (Callee){.kind = b ? CALL_SEQUENCE : CALL_OP, .version = m->r->version};
	define(m, y, (Def){.by = BY_NODE, .node = k});
}

static ValueInfoProto *untyped(Mapped *m, char *name)
{
	ValueInfoProto *p = arena_alloc(m->a, sizeof *p);

	onnx__value_info_proto__init(p);
	p->name = name;
	return p;
}

/* ---- the body ---- */

/* What it takes: an element, or the tensor that all turns take. */
static void take_inputs(Mapped *m, char *turn)
{
	const Raw *r = m->r;

	for (int i = 0; i < r->nin; i++) {
		char *from = r->proto->input[i], *name = m->s->graph->input[i]->name;
		from_outside(m, from);
		if (r->in[i]->kind == KIND_SEQUENCE)
			add_node(m, "SequenceAt", from, turn, name);
		else
			add_node(m, "Identity", from, NULL, name);
	}
}

static void put_order(Mapped *m, const Scope *s)
{
	size_t n = 0;

	for (size_t k = s->nnode; k < s->nnode + (size_t)m->r->nin; k++)
		m->s->order[n++] = (uint32_t)k;
	for (size_t k = 0; k < s->nnode; k++)
		m->s->order[n++] = s->order[k];
	while (n < m->s->nnode) {
		m->s->order[n] = (uint32_t)n;
		n++;
	}
}

static void fill_body(Mapped *m, const Scope *s)
{
	const GraphProto *was = s->graph;
	int nout = m->r->nout;
	char *turn = name_of_ours(m, "turn", 0), *going = name_of_ours(m, "going", 0);

	take_inputs(m, turn);
	m->g->n_input = (size_t)nout + 2;
	m->g->n_output = (size_t)nout + 1;
	m->g->input = NEW_N(m->a, ValueInfoProto *, nout + 2);
	m->g->output = NEW_N(m->a, ValueInfoProto *, nout + 1);
	m->g->input[0] = untyped(m, define(m, turn, (Def){.by = BY_INPUT}));
	m->g->input[1] = m->g->output[0] = untyped(m, define(m, going, (Def){.by = BY_INPUT}));
	for (int i = 0; i < nout; i++) {
		char *before = define(m, name_of_ours(m, "before", i), (Def){.by = BY_INPUT});
		char *behind = name_of_ours(m, "behind", i);
		m->g->input[2 + i] = untyped(m, before);
		m->g->output[1 + i] = untyped(m, behind);
		add_node(m, "SequenceInsert", before, was->output[i]->name, behind);
	}
	put_order(m, s);
}

/* ---- the node ---- */

/* The shortest sequence is as long as all others. */
static Value *common_length(const Raw *r)
{
	Graph *g = r->f->g;
	Value *n = list_length(r, g, r->in[0]);

	for (int i = 1; i < r->nin; i++)
		if (r->in[i]->kind == KIND_SEQUENCE)
			require(g, NULL, binary(g, NULL, "Equal", n, list_length(r, g, r->in[i])));
	return n;
}

bool map_loops(Raw *r)
{
	const GraphProto *body = strcmp(r->type, "SequenceMap") ? NULL : graph_attribute(r, "body");

	if (!body || !is_of_run(r) || body->n_input != (size_t)r->nin || body->n_output < (size_t)r->nout)
		return false;
	const Scope *s = scope_of_graph(r->f->scope, r->index, body);
	Mapped m = open_mapped(r, s);
	fill_body(&m, s);
	Value **in = NEW_N(&r->f->im->ctx->scratch, Value *, r->nout + 2);
	in[0] = common_length(r);
	for (int i = 0; i < r->nout; i++)
		in[2 + i] = list_new(r->f, KIND_SEQUENCE, declared_of(r->f->im, body->output[i]).dtype, 0, NULL);
	r->in = in;
	r->nin = r->cin = r->nout + 2;
	r->type = "Loop";
	r->own = m.s;
	replace_body(r, m.g);
	return true;
}
