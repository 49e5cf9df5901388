/* dce.c -- dead code: nodes whose results reach no output of the graph, and optional results that nobody reads.
 *
 * needs  nodes in topological order
 * keeps  every value that an output depends on, bit by bit, and nodes that stop the run (KEPT)
 *
 *     y, mask = Dropout(x); t = Relu(x); output y      ->      y = Dropout(x); output y */
#include "passes/captures.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

void pass_dce(Graph *g, const Options *o);

static void mark_inputs(const Node *n, bool *live)
{
	for (int i = 0; i < n->nin; i++)
		if (n->in[i])
			live[n->in[i]->id] = true;
}

static bool is_live(const Node *n, const bool *live)
{
	for (int i = 0; i < n->nout; i++)
		if (n->out[i] && live[n->out[i]->id])
			return true;
	return n->op->flags & KEPT;
}

/* A node without outputs is dropped; of a live one, those beyond what its operator always gives. */
static void trim_outputs(Node *n, const bool *live)
{
	int first = is_live(n, live) ? n->op->min_out : 0;

	for (int i = first; i < n->nout; i++)
		if (n->out[i] && !live[n->out[i]->id])
			n->out[i] = NULL;
}

void pass_dce(Graph *g, const Options *o)
{
	bool *live = NEW_N(&g->ctx->scratch, bool, g->nvalue + 1);

	(void)o;
	settle_captures(g);
	for (int i = 0; i < g->nout; i++)
		live[g->out[i]->id] = true;
	for (uint32_t i = g->nnode; i-- > 0;) {
		if (is_live(g->node[i], live))
			mark_inputs(g->node[i], live);
		trim_outputs(g->node[i], live);
	}
	drop_empty_nodes(g);
}
