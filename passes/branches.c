/* branches.c -- an If whose condition is known by now: the nodes of the branch that is taken stand in its place.
 *
 * needs  nodes in topological order
 * keeps  results bit by bit
 *
 *     y = If(true | x) { then(x'): t = Neg(x'); give t } { else: ... }      ->      t = Neg(x); y is t */
#include <string.h>
#include "ir/op/bodies.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

void pass_branches(Graph *g, const Options *o);

typedef struct Writer {
	Graph *g;
	Node **node; /* the new list */
	uint32_t n, c;
	Value **is;  /* by value id: what stands for it now; NULL: itself */
} Writer;

/* Values of g and of all its bodies: so many ids there may be in the end. */
static uint32_t count_values(const Graph *g)
{
	uint32_t n = g->nvalue;

	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nsub; k++)
			n += count_values(g->node[i]->sub[k]);
	return n;
}

static Value *now(const Writer *w, Value *v) { return v && w->is[v->id] ? w->is[v->id] : v; }

static void write_node(Writer *w, Node *n);

/* The values of a branch become those of the graph around it. */
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

/* What stands in a list of the branch: its inputs are values outside. */
static void outside(const Writer *w, const Node *n, int body, Value **list, int count)
{
	const Graph *b = n->sub[body];

	for (int i = 0; i < count; i++)
		for (int k = 0; list[i] && list[i]->role == ROLE_INPUT && k < b->nin; k++)
			if (b->in[k] == list[i]) {
				list[i] = now(w, n->in[body_in(n, body, k).slot]);
				break;
			}
}

static void adopt_node(Writer *w, Node *n)
{
	n->id = ++w->g->last_node_id;
	for (int k = 0; k < n->nsub; k++)
		n->sub[k]->outer = w->g;
	write_node(w, n);
}

static void write_branch(Writer *w, Node *n, int taken)
{
	Graph *b = n->sub[taken];

	adopt_values(w, b);
	for (uint32_t i = 0; i < b->nnode; i++) {
		outside(w, n, taken, b->node[i]->in, b->node[i]->nin);
		adopt_node(w, b->node[i]);
	}
	outside(w, n, taken, b->out, b->nout);
	for (int k = 0; k < n->nout; k++)
		if (n->out[k]) {
			w->is[n->out[k]->id] = now(w, b->out[k]);
			value_inherit(w->g, w->is[n->out[k]->id], n->out[k]);
		}
}

static void write_node(Writer *w, Node *n)
{
	for (int i = 0; i < n->nin; i++)
		n->in[i] = now(w, n->in[i]);
	int taken = is_op(n, "If") ? branch_taken(n) : -1;
	if (taken >= 0) {
		write_branch(w, n, taken);
		return;
	}
	GROW(&w->g->ctx->perm, w->node, w->n, w->c);
	w->node[w->n++] = n;
}

void pass_branches(Graph *g, const Options *o)
{
	Writer w = {.g = g, .is = NEW_N(&g->ctx->scratch, Value *, count_values(g) + 1)};
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
