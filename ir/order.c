/* order.c -- facts derived from a graph: a topological order of its nodes, and how often each value is used. */
#include <string.h>
#include "ir/op.h"

/* Depth-first from every node in the present order, each node after those that make its inputs: what is sorted already
 * stays as it is. The walk keeps its own stack, because a model may be a chain of a million nodes. */
typedef struct Step {
	Node *node;
	int slot; /* next input to look at */
} Step;

enum visit { NEW_NODE, ON_PATH, DONE };

static Node *producer(const Node *n, int slot)
{
	return n->in[slot] ? n->in[slot]->def : NULL;
}

/* Push the first producer of the newest step's inputs that is not done; false when all are. */
static bool descend(Graph *g, Step *stack, uint32_t *depth, uint8_t *visit)
{
	Step *top = &stack[*depth - 1];

	while (top->slot < top->node->nin) {
		Node *p = producer(top->node, top->slot++);
		if (!p || visit[p->id] == DONE)
			continue;
		if (visit[p->id] == ON_PATH)
			fail_node(g, p, "E-CYCLE", "depends on its own output");
		visit[p->id] = ON_PATH;
		stack[(*depth)++] = (Step){p, 0};
		return true;
	}
	return false;
}

void graph_sort(Graph *g)
{
	Arena *scratch = &g->ctx->scratch;
	ArenaMark mark = arena_mark(scratch);
	uint8_t *visit = NEW_N(scratch, uint8_t, g->last_node_id + 1);
	Step *stack = NEW_N(scratch, Step, g->nnode + 1);
	Node **sorted = NEW_N(scratch, Node *, g->nnode);
	uint32_t n = 0, depth;

	for (uint32_t i = 0; i < g->nnode; i++) {
		if (visit[g->node[i]->id] == DONE)
			continue;
		visit[g->node[i]->id] = ON_PATH;
		stack[0] = (Step){g->node[i], 0};
		for (depth = 1; depth;) {
			if (descend(g, stack, &depth, visit))
				continue;
			sorted[n] = stack[--depth].node;
			visit[sorted[n++]->id] = DONE;
		}
	}
	if (n)
		memcpy(g->node, sorted, n * sizeof *sorted);
	arena_release(scratch, mark);
}

uint32_t *fill_uses(Graph *g)
{
	uint32_t *uses = NEW_N(&g->ctx->scratch, uint32_t, g->nvalue + 1);

	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nin; k++)
			if (g->node[i]->in[k])
				uses[g->node[i]->in[k]->id]++;
	for (int i = 0; i < g->nout; i++)
		uses[g->out[i]->id]++;
	return uses;
}

bool node_is_used(const Node *n, const uint32_t *uses)
{
	for (int i = 0; i < n->nout; i++)
		if (n->out[i] && uses[n->out[i]->id])
			return true;
	return false;
}
