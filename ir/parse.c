/* parse.c -- the text form (docs/ir.md) back to a graph, by recursive descent.
 *
 *     file  = {"symbol" dim "=" lo ".." [hi] ["counted"]} ["opset" number] graph
 *     graph = "graph" [string] "(" values ["|" values] ")" "->" "(" {ref [string]} ")" "{" {line} "}"
 *     line  = values "=" ("const" elements | op "(" refs ")" [attributes] {name "=" graph} ["@" number [string]])
 *     value = ref [string] [type]              type = [kind] dtype "[" dims "]" ["order(" axes ")"] ["<" dims ">"]
 *
 * Types of what nodes make may be left out: inference finds them; one that is there must agree and then holds. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "ir/op.h"
#include "ir/scan.h"
#include "ir/text.h"

enum { NESTING = 32, ID_MAX = 1 << 20, ITEMS_MAX = 1 << 16 };

/* ---- names of values ---- */

/* What %x means in one graph, by open addressing. */
typedef struct Name {
	const char *key; /* without the % */
	Value *value;
} Name;

typedef struct Scope {
	Graph *g;
	Name *name;
	uint32_t nname, cname; /* cname: a power of two */
	uint32_t highest_node;
} Scope;

static Name *slot_of(Name *table, uint32_t capacity, const char *key)
{
	uint64_t i = hash_bytes(HASH_START, key, strlen(key));

	while (table[i & (capacity - 1)].key && strcmp(table[i & (capacity - 1)].key, key))
		i++;
	return &table[i & (capacity - 1)];
}

static void grow_names(Scan *p, Scope *s)
{
	uint32_t capacity = s->cname ? 2 * s->cname : 64;
	Name *table = NEW_N(&p->c->scratch, Name, capacity);

	for (uint32_t i = 0; i < s->cname; i++)
		if (s->name[i].key)
			*slot_of(table, capacity, s->name[i].key) = s->name[i];
	s->name = table;
	s->cname = capacity;
}

static void define(Scan *p, Scope *s, const char *key, Value *v)
{
	if (2 * s->nname >= s->cname)
		grow_names(p, s);
	Name *slot = slot_of(s->name, s->cname, key);
	if (slot->key)
		scan_wrong(p, "%%%s is defined twice", key);
	*slot = (Name){key, v};
	s->nname++;
}

/* The text after %. */
static const char *ref_key(Scan *p)
{
	scan_expect(p, "%");
	const char *key = scan_word(p);
	if (!*key)
		scan_wrong(p, "expected a name or number after %%");
	if (isdigit((unsigned char)*key) && (strtoull(key, NULL, 10) - 1 >= ID_MAX || strspn(key, "0123456789") != strlen(key)))
		scan_wrong(p, "%%%s is neither a name nor a number of 1..%d", key, ID_MAX);
	return key;
}

/* A defined value, or NULL for _ */
static Value *ref(Scan *p, const Scope *s)
{
	if (scan_accept(p, "_"))
		return NULL;
	const char *key = ref_key(p);
	Value *v = s->cname ? slot_of(s->name, s->cname, key)->value : NULL;
	if (!v)
		scan_wrong(p, "%%%s is not defined before this line", key);
	return v;
}

/* The next number after `after` that is free; takes it. */
static uint32_t take_number(bool *taken, uint32_t after)
{
	while (taken[++after])
		;
	taken[after] = true;
	return after;
}

/* Values that go by a number have it as their id; the others fill the gaps in order. Constants come first, so that they
 * keep their order, which is that of printing. */
static void choose_numbers(Scan *p, const Graph *g, uint32_t *id, uint32_t highest)
{
	bool *taken = NEW_N(&p->c->scratch, bool, highest + g->nvalue + 2);
	uint32_t last = 0;

	for (uint32_t i = 0; i < g->nvalue; i++)
		taken[id[i]] = true;
	for (uint32_t i = 0; i < g->nvalue; i++)
		if (g->value[i]->role == ROLE_CONST)
			last = id[i] = id[i] ? id[i] : take_number(taken, last);
	last = 0;
	for (uint32_t i = 0; i < g->nvalue; i++)
		if (!id[i])
			last = id[i] = take_number(taken, last);
}

static void renumber(Scan *p, const Scope *s)
{
	Graph *g = s->g;
	uint32_t *id = NEW_N(&p->c->scratch, uint32_t, g->nvalue), n = 0, old = g->nvalue;
	Value **was = g->value;

	for (uint32_t i = 0; i < s->cname; i++)
		if (s->name[i].key && isdigit((unsigned char)*s->name[i].key)) {
			uint32_t k = (uint32_t)strtoul(s->name[i].key, NULL, 10);
			id[s->name[i].value->id - 1] = k;
			n = k > n ? k : n;
		}
	choose_numbers(p, g, id, n);
	for (uint32_t i = 0; i < old; i++)
		n = id[i] > n ? id[i] : n;
	g->value = NEW_N(&p->c->perm, Value *, n);
	g->nvalue = g->cvalue = n;
	for (uint32_t i = 0; i < old; i++)
		g->value[id[i] - 1] = was[i];
	for (uint32_t i = 0; i < n; i++) {
		if (!g->value[i]) { /* of no use, as in the graph that was printed */
			g->value[i] = NEW(&p->c->perm, Value);
			*g->value[i] = (Value){.name = "", .shape.rank = -1};
		}
		g->value[i]->id = i + 1;
	}
}

/* A value as it is declared: %key "name" type. The type is kept as the fields of a Value. */
typedef struct Decl {
	const char *key; /* NULL: _ */
	const char *name;
	bool typed;
	Value type;
} Decl;

static void order(Scan *p, Value *v)
{
	scan_expect(p, "(");
	for (int i = 0; i < v->shape.rank; i++) {
		if (i)
			scan_expect(p, ",");
		v->order[i] = (int)scan_number(p);
		if (v->order[i] < 0 || v->order[i] >= v->shape.rank)
			scan_wrong(p, "%d is no axis of this value", v->order[i]);
	}
	scan_expect(p, ")");
}

static void content(Scan *p, Value *v)
{
	Dim *item = NULL;
	int n = 0, capacity = 0;

	while (!scan_accept(p, ">")) {
		if (n)
			scan_expect(p, ",");
		if (n == ITEMS_MAX)
			scan_wrong(p, "too many sizes");
		GROW(&p->c->perm, item, n, capacity);
		item[n++] = scan_size(p);
	}
	v->content = item ? item : arena_alloc(&p->c->perm, 0);
	v->ncontent = n;
}

static Decl declaration(Scan *p)
{
	Decl d = {0};

	if (scan_accept(p, "_"))
		return d;
	d.key = ref_key(p);
	d.name = scan_name(p);
	if (!d.name && !isdigit((unsigned char)*d.key))
		d.name = d.key;
	d.typed = isalpha((unsigned char)scan_peek(p));
	if (!d.typed)
		return d;
	for (int k = KIND_SEQUENCE; k <= KIND_OPTIONAL_SEQUENCE; k++)
		if (scan_accept(p, kind_names[k]))
			d.type.kind = (Kind)k;
	d.type.dtype = scan_dtype(p);
	d.type.shape = scan_shape(p);
	if (scan_accept(p, "order"))
		order(p, &d.type);
	if (scan_accept(p, "<"))
		content(p, &d.type);
	return d;
}

static void declare(Scan *p, Scope *s, const Decl *d, Value *v)
{
	if (d->name)
		v->name = arena_string(&p->c->perm, d->name);
	define(p, s, d->key, v);
	memcpy(v->order, d->type.order, sizeof v->order);
	if (d->type.content)
		set_content(s->g, v, d->type.ncontent, d->type.content);
}

/* ---- nodes and graphs ---- */

static int bodies(Scan *p, Graph *g, const Op *op, char *attr, Graph ***sub)
{
	int n = 0, capacity = 0;

	*sub = NULL;
	while (isalpha((unsigned char)scan_peek(p))) {
		const Attr *row = scan_attr_name(p, op, true);
		GROW(&p->c->perm, *sub, n, capacity);
		*(int *)(attr + row->offset) = n;
		(*sub)[n++] = scan_graph(p, g);
	}
	return n;
}

/* The id and name of a node for messages: @12 "conv1". */
static void node_label(Scan *p, Scope *s, Node *like)
{
	uint32_t id = s->highest_node + 1;

	if (scan_accept(p, "@")) {
		int64_t k = scan_number(p);
		if (k < 1 || k > ID_MAX)
			scan_wrong(p, "node numbers are 1..%d", ID_MAX);
		id = (uint32_t)k;
		like->name = scan_name(p);
	}
	if (!like->name)
		like->name = "";
	for (uint32_t i = 0; id <= s->highest_node && i < s->g->nnode; i++)
		if (s->g->node[i]->id == id)
			scan_wrong(p, "node @%u is there twice", id);
	if (id > s->highest_node)
		s->highest_node = id;
	s->g->last_node_id = id - 1;
}

/* A declared type must be one that inference finds possible. */
static void check_type(Scan *p, const Scope *s, const Decl *d, const Value *v)
{
	const Shape *a = &d->type.shape, *b = &v->shape;
	bool fits = d->type.dtype == v->dtype && d->type.kind == v->kind && (a->rank == b->rank || b->rank < 0);

	for (int i = 0; fits && i < a->rank && i < b->rank; i++)
		fits = !dim_known(a->dim[i]) || !dim_known(b->dim[i]) || a->dim[i].k == b->dim[i].k;
	if (!fits)
		scan_wrong(p, "%%%s is declared as %s%s, but node %u makes %s%s", d->key, dtype_name(d->type.dtype),
		      shape_text(s->g, a), v->def->id, dtype_name(v->dtype), shape_text(s->g, b));
}

static void node_outputs(Scan *p, Scope *s, Node *n, const Decl *out)
{
	for (int i = 0; i < n->nout; i++) {
		if (!out[i].key) {
			n->out[i] = NULL;
			continue;
		}
		if (out[i].typed) {
			check_type(p, s, &out[i], n->out[i]);
			n->out[i]->shape = out[i].type.shape;
		}
		declare(p, s, &out[i], n->out[i]);
	}
}

/* What inference may trust (is_trusted()), and the names of what it counts. */
static void given_shapes(Scan *p, const Op *op, Node *like, const Decl *out, int nout)
{
	like->op = op;
	like->nout = nout;
	like->out = NEW_N(&p->c->scratch, Value *, nout);
	for (int i = 0; i < nout; i++) {
		if (!out[i].key)
			continue;
		like->out[i] = arena_copy(&p->c->scratch, &out[i].type, sizeof out[i].type);
		like->out[i]->name = out[i].name;
		if (!out[i].typed)
			like->out[i]->shape.rank = -1;
	}
}

static void node(Scan *p, Scope *s, const Decl *out, int nout)
{
	Node like = {0};
	Graph **sub;
	Value **in = NULL;
	int nin = 0, cin = 0;
	const char *text = scan_word(p);
	const Op *op = op_named(text);

	if (!op)
		scan_wrong(p, "there is no operator '%s'", text);
	scan_expect(p, "(");
	while (!scan_accept(p, ")")) {
		if (nin)
			scan_expect(p, ",");
		GROW(&p->c->scratch, in, nin, cin);
		in[nin++] = ref(p, s);
	}
	char *attr = attr_new(s->g, op);
	scan_attrs(p, op, attr);
	int nsub = bodies(p, s->g, op, attr, &sub);
	node_label(p, s, &like);
	given_shapes(p, op, &like, out, nout);
	node_outputs(p, s, node_control(s->g, op, &like, nin, in, nout, attr, nsub, sub), out);
}

static void constant(Scan *p, Scope *s, const Decl *d, int nout)
{
	if (nout != 1 || !d->key || !d->typed)
		scan_wrong(p, "a constant has one value and a type");
	declare(p, s, d, value_const(s->g, d->name, scan_elements(p, d->type.dtype, &d->type.shape)));
}

static void line(Scan *p, Scope *s)
{
	Decl *out = NULL;
	int n = 0, capacity = 0;

	do {
		GROW(&p->c->scratch, out, n, capacity);
		out[n++] = declaration(p);
	} while (scan_accept(p, ","));
	scan_expect(p, "=");
	if (scan_accept(p, "const"))
		constant(p, s, out, n);
	else
		node(p, s, out, n);
}

static void inputs(Scan *p, Scope *s)
{
	int own = -1; /* inputs before the captured ones */

	scan_expect(p, "(");
	while (!scan_accept(p, ")")) {
		if (own < 0 && scan_accept(p, "|"))
			own = s->g->nin;
		else if (s->g->nin)
			scan_expect(p, ",");
		Decl d = declaration(p);
		if (!d.key || !d.typed)
			scan_wrong(p, "an input has a name and a type");
		Value *v = value_input(s->g, d.name, d.type.dtype, &d.type.shape);
		v->kind = d.type.kind;
		declare(p, s, &d, v);
	}
	s->g->ncaptured = own < 0 ? 0 : s->g->nin - own;
}

/* Outputs are named before they are defined, so the list is read twice: skipped at first, then after the body. */
static const char *skip_outputs(Scan *p)
{
	scan_expect(p, "->");
	scan_expect(p, "(");
	const char *start = p->at;
	for (bool first = true; !scan_accept(p, ")"); first = false) {
		if (!first)
			scan_expect(p, ",");
		ref_key(p);
		scan_name(p);
	}
	return start;
}

static void outputs(Scan *p, const Scope *s, const char *start)
{
	const char *end = p->at;

	for (p->at = start; !scan_accept(p, ")"); scan_accept(p, ",")) {
		Value *v = ref(p, s);
		graph_output(s->g, v, scan_name(p));
	}
	p->at = end;
}

Graph *scan_graph(Scan *p, Graph *outer)
{
	Scope s = {0};

	if (++p->nesting > NESTING)
		scan_wrong(p, "graphs nested deeper than %d", NESTING);
	scan_expect(p, "graph");
	s.g = graph_new(p->c, p->s, scan_name(p), outer);
	inputs(p, &s);
	const char *start = skip_outputs(p);
	scan_expect(p, "{");
	while (!scan_accept(p, "}"))
		line(p, &s);
	outputs(p, &s, start);
	s.g->last_node_id = s.highest_node;
	renumber(p, &s);
	p->nesting--;
	return s.g;
}

static void symbol(Scan *p)
{
	Dim d = scan_size(p);
	Symbol *s = dim_symbol_of(p->s, d);

	if (!s)
		scan_wrong(p, "expected the name of a symbol");
	scan_expect(p, "=");
	s->lo = scan_number(p);
	scan_expect(p, "..");
	s->hi = isdigit((unsigned char)scan_peek(p)) ? scan_number(p) : -1;
	s->counted = scan_accept(p, "counted");
}

Graph *scan_model(Scan *p)
{
	int opset = 0;

	while (scan_accept(p, "symbol"))
		symbol(p);
	if (scan_accept(p, "opset"))
		opset = (int)scan_number(p);
	Graph *g = scan_graph(p, NULL);
	g->opset = opset;
	return g;
}

Graph *graph_parse(Ctx *c, Syms *s, const char *text)
{
	Scan p = {c, s, text, text, 0};
	Graph *g = scan_model(&p);

	if (scan_peek(&p))
		scan_wrong(&p, "expected the end of the text");
	return g;
}
