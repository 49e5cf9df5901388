/* normal.c -- order, numbers and names of a graph that depend on nothing but what it computes. */
#include <string.h>
#include "tests/normal.h"

typedef struct Normal {
	Graph *g;
	Node **node;
	uint32_t nnode;
	Value **value;
	uint32_t nvalue;
	bool *seen_node, *seen_value; /* by old id */
} Normal;

static void take_value(Normal *n, Value *v)
{
	if (!v || n->seen_value[v->id])
		return;
	n->seen_value[v->id] = true;
	n->value[n->nvalue++] = v;
}

/* The node after those that it needs. */
static void take_node(Normal *n, Node *node)
{
	if (n->seen_node[node->id])
		return;
	n->seen_node[node->id] = true;
	for (int i = 0; i < node->nin; i++) {
		if (node->in[i] && node->in[i]->def)
			take_node(n, node->in[i]->def);
		take_value(n, node->in[i]);
	}
	for (int i = 0; i < node->nout; i++)
		take_value(n, node->out[i]);
	for (int i = 0; i < node->nsub; i++)
		normalise(node->sub[i]);
	n->node[n->nnode++] = node;
}

static void take_all(Normal *n)
{
	Graph *g = n->g;

	for (int i = 0; i < g->nin; i++)
		take_value(n, g->in[i]);
	for (int i = 0; i < g->nout; i++) {
		if (g->out[i]->def)
			take_node(n, g->out[i]->def);
		take_value(n, g->out[i]);
	}
	for (uint32_t i = 0; i < g->nnode; i++)
		take_node(n, g->node[i]);
}

void normalise(Graph *g)
{
	Arena *a = &g->ctx->perm;
	Normal n = {g, NEW_N(a, Node *, g->nnode), 0, NEW_N(a, Value *, g->nvalue), 0,
		    NEW_N(a, bool, g->last_node_id + 1), NEW_N(a, bool, g->nvalue + 1)};

	take_all(&n);
	for (uint32_t i = 0; i < n.nnode; i++) {
		n.node[i]->id = i + 1;
		n.node[i]->name = "";
	}
	for (uint32_t i = 0; i < n.nvalue; i++) {
		n.value[i]->id = i + 1;
		if (n.value[i]->role == ROLE_INPUT)
			continue;
		n.value[i]->name = "";
		n.value[i]->content = NULL;
		n.value[i]->ncontent = 0;
	}
	g->name = "";
	g->node = n.node;
	g->nnode = g->cnode = g->last_node_id = n.nnode;
	g->value = n.value;
	g->nvalue = g->cvalue = n.nvalue;
}
