/* trust.c -- nodes whose sizes data decide get the sizes that the file gives, and a check that the data agree.
 *
 * needs  shapes
 * keeps  every result where the data agree; where they do not, the run stops
 *
 *     y f32[2,3] = Reshape(x, s)      ->      y = Reshape(x, [2,3]); Require(all s = [2,3], or -1, or 0 for a copy)
 *
 * After this pass no operator meets sizes, axes or counts that are unknown until the run. */
#include "passes/pass.h"
#include "passes/rewrite.h"
#include "ir/op.h"

void pass_trust(Graph *g, const Options *o);

void pass_trust(Graph *g, const Options *o)
{
	uint32_t n = g->nnode;

	(void)o;
	for (uint32_t i = 0; i < n; i++)
		if (g->node[i]->op->trust)
			g->node[i]->op->trust(g, g->node[i]);
	drop_empty_nodes(g);
	graph_sort(g);
}
