/* outputs.c -- every output of the graph gets a node of its own, so that it can be written where the caller wants it.
 *
 * needs  shapes
 * keeps  results bit by bit
 * makes  OUTPUTS: no output is an input, a constant, a counted size, or the same value as another output
 *
 *     y1 = y2 = Relu(x); y3 = x      ->      y1 = Relu(x); y2 = Identity(y1); y3 = Identity(x) */
#include "passes/pass.h"
#include "passes/rewrite.h"

void pass_outputs(Graph *g, const Options *o);

static bool has_own_node(const Graph *g, int output)
{
	for (int i = 0; i < output; i++)
		if (g->out[i] == g->out[output])
			return false;
	return g->out[output]->role == ROLE_TEMP && g->out[output]->def->op != &op_tcc_Counted;
}

void pass_outputs(Graph *g, const Options *o)
{
	(void)o;
	for (int i = 0; i < g->nout; i++)
		if (!has_own_node(g, i) && g->out[i]->kind == KIND_TENSOR)
			g->out[i] = put(g, NULL, "Identity", g->out[i], END_IN);
}
