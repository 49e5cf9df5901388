/* branches.c -- bodies that surely run, and once: their nodes stand in the place of the node that owns them.
 *
 * needs  nodes in topological order
 * keeps  results bit by bit
 *
 *     y = If(true | x) { then(x'): t = Neg(x'); give t } { else: ... }      ->      t = Neg(x); y is t
 *     s, z = Scan(s0, x: one slice) { (s', x'): n = Add(s', x'); give n, n }
 *          ->      x' = Squeeze(x); n = Add(s0, x'); s is n; z = Unsqueeze(n) */
#include <string.h>
#include "ir/op/bodies.h"
#include "ir/op/composite.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

void pass_branches(Graph *g, const Options *o);

typedef struct Writer {
	Graph *g;
	Node **node; /* the new list */
	uint32_t n, c;
	Value **is;  /* by value id: what stands for it now; NULL: itself */
	uint32_t nis, cis;
} Writer;

static Value *now(const Writer *w, Value *v)
{
	bool replaced = v && v->id < w->nis && w->is[v->id];
	return replaced ? w->is[v->id] : v;
}

static void stands_for(Writer *w, Value *v, const Value *old)
{
	while (w->nis <= old->id) {
		GROW(&w->g->ctx->scratch, w->is, w->nis, w->cis);
		w->is[w->nis++] = NULL;
	}
	w->is[old->id] = v;
}

static void append(Writer *w, Node *n)
{
	GROW(&w->g->ctx->perm, w->node, w->n, w->c);
	w->node[w->n++] = n;
}

/* v, which put() has just made at the end of the old list, in the new one. */
static Value *written(Writer *w, Value *v)
{
	append(w, w->g->node[--w->g->nnode]);
	return v;
}

/* The body that runs once and certainly; -1: none does. */
static int body_in_place(Graph *g, const Node *n)
{
	if (is_op(n, "If"))
		return branch_taken(n);
	if (!repeats(n))
		return -1;
	Turns t = n->op->turns(g, n);
	return turns_exactly(t) && dim_is(t.most, 1) ? 0 : -1;
}

/* ---- values of the body ---- */

/* They become values of the graph around it, but for its inputs. */
static void adopt_values(Writer *w, Graph *from)
{
	Graph *g = w->g;

	for (uint32_t i = 0; i < from->nvalue; i++) {
		Value *v = from->value[i];
		if (v->role == ROLE_INPUT)
			continue;
		GROW(&g->ctx->perm, g->value, g->nvalue, g->cvalue);
		g->value[g->nvalue++] = v;
		v->id = g->nvalue;
	}
}

/* What an input of the body is outside. */
static Value *operand(Writer *w, const Node *n, Port p)
{
	const int64_t axis = p.axis;
	Value *v = port_input(n, p);

	if (p.kind == PORT_TURN)
		return value_scalar(w->g, I64, 0);
	if (p.kind == PORT_SLICE)
		return written(w, put(w->g, n, "Squeeze", v, value_i64(w->g, 1, &axis), END_IN));
	return v ? v : value_scalar(w->g, BOOL, 1); /* the condition of a Loop that says none */
}

static Value **operands(Writer *w, const Node *n, int body)
{
	int count = n->sub[body]->nin;
	Value **v = NEW_N(&w->g->ctx->scratch, Value *, count);

	for (int k = 0; k < count; k++)
		v[k] = operand(w, n, body_in(n, body, k));
	return v;
}

/* Inputs of the body, where they stand in that list, become what they are outside. */
static void outside(const Graph *body, Value *const *operand, Value **list, int count)
{
	for (int i = 0; i < count; i++)
		for (int k = 0; list[i] && list[i]->role == ROLE_INPUT && k < body->nin; k++)
			if (body->in[k] == list[i]) {
				list[i] = operand[k];
				break;
			}
}

/* ---- nodes ---- */

static void write_node(Writer *w, Node *n);

static void adopt_node(Writer *w, Node *n)
{
	n->id = ++w->g->last_node_id;
	for (int k = 0; k < n->nsub; k++)
		n->sub[k]->outer = w->g;
	write_node(w, n);
}

static void give_outputs(Writer *w, const Node *n, int body)
{
	const Graph *b = n->sub[body];

	for (int k = 0; k < b->nout; k++) {
		Port p = body_out(n, body, k);
		const int64_t axis = p.axis;
		const Value *y = port_output(n, p);
		Value *v = now(w, b->out[k]);
		if (!y)
			continue;
		if (p.kind == PORT_SLICE)
			v = written(w, with_axes(w->g, n, v, 1, &axis));
		stands_for(w, v, y);
		value_inherit(w->g, v, y);
	}
}

static void write_body(Writer *w, Node *n, int body)
{
	Graph *b = n->sub[body];
	Value **operand = operands(w, n, body);

	adopt_values(w, b);
	for (uint32_t i = 0; i < b->nnode; i++) {
		outside(b, operand, b->node[i]->in, b->node[i]->nin);
		adopt_node(w, b->node[i]);
	}
	outside(b, operand, b->out, b->nout);
	give_outputs(w, n, body);
}

static void write_node(Writer *w, Node *n)
{
	for (int i = 0; i < n->nin; i++)
		n->in[i] = now(w, n->in[i]);
	int body = body_in_place(w->g, n);
	if (body >= 0)
		write_body(w, n, body);
	else
		append(w, n);
}

void pass_branches(Graph *g, const Options *o)
{
	Writer w = {.g = g};
	uint32_t n = g->nnode;

	(void)o;
	for (uint32_t i = 0; i < n; i++)
		write_node(&w, g->node[i]);
	g->node = w.node;
	g->nnode = w.n;
	g->cnode = w.c;
	for (int i = 0; i < g->nout; i++)
		g->out[i] = now(&w, g->out[i]);
}
