/* copy.c -- a graph of its own with the same meaning, for who goes on to change it in one of several ways.
 *
 * Values and nodes are new and keep their ids and order, bodies included; constants' elements, attributes, names and
 * known contents are shared, because nothing changes them in place. */
#include <string.h>
#include "ir/graph.h"

/* The list with every value of g replaced by that of the copy. */
static Value **mapped(Graph *copy, Value *const *list, int n)
{
	Value **to = NEW_N(&copy->ctx->perm, Value *, n + 1);

	for (int i = 0; i < n; i++)
		to[i] = list[i] ? copy->value[list[i]->id - 1] : NULL;
	return to;
}

static void copy_values(Graph *copy, const Graph *g)
{
	Arena *a = &copy->ctx->perm;

	copy->value = NEW_N(a, Value *, g->nvalue + 1);
	copy->cvalue = g->nvalue + 1;
	for (uint32_t i = 0; i < g->nvalue; i++)
		copy->value[i] = arena_copy(a, g->value[i], sizeof *g->value[i]);
}

static Node *copy_node(Graph *copy, const Node *n)
{
	Arena *a = &copy->ctx->perm;
	Node *to = arena_copy(a, n, sizeof *n);

	to->in = mapped(copy, n->in, n->nin);
	to->out = mapped(copy, n->out, n->nout);
	for (int i = 0; i < n->nout; i++)
		if (to->out[i])
			to->out[i]->def = to;
	to->sub = NEW_N(a, Graph *, n->nsub + 1);
	for (int i = 0; i < n->nsub; i++) {
		to->sub[i] = graph_copy(n->sub[i]);
		to->sub[i]->outer = copy;
	}
	return to;
}

Graph *graph_copy(const Graph *g)
{
	Arena *a = &g->ctx->perm;
	Graph *copy = arena_copy(a, g, sizeof *g);

	copy_values(copy, g);
	copy->node = NEW_N(a, Node *, g->nnode + 1);
	copy->cnode = g->nnode + 1;
	for (uint32_t i = 0; i < g->nnode; i++)
		copy->node[i] = copy_node(copy, g->node[i]);
	copy->in = mapped(copy, g->in, g->nin);
	copy->out = mapped(copy, g->out, g->nout);
	copy->cin = g->nin;
	copy->cout = g->nout;
	return copy;
}
