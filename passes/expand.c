/* expand.c -- composites become simpler operators, until none is left that has an expansion.
 *
 * needs  shapes (expansions look at them)
 * keeps  the meaning; a composite's single rounding may become several, but of floats of a byte or less, which are widened
 * makes  BASIC, which code generation relies on: this pass always runs
 *
 *     y = HardSwish(x)      ->      t = HardSigmoid(x); y = Mul(x, t)
 *
 * In an exact graph (--strict) a composite's rounding stays a single one: it is of doubles, and so is all that it becomes.
 *
 *     y f32 = LSTM(x f32, ..)      ->      y = Cast(LSTM(Cast(x, f64), ..), f32) */
#include <assert.h>
#include "ir/op/composite.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

#define ROUNDS_MAX 32 /* of expansions within expansions; more is a circle */

void pass_expand(Graph *g, const Options *o);

/* Composites whose results nobody uses any more were rewritten (or had no use before). */
static bool drop_expanded(Graph *g)
{
	const uint32_t *uses = fill_uses(g);
	uint32_t kept = 0, all = g->nnode;

	for (uint32_t i = 0; i < all; i++)
		if (!g->node[i]->op->expand || node_is_used(g->node[i], uses))
			g->node[kept++] = g->node[i];
	g->nnode = kept;
	return kept < all;
}

/* An expansion replaces the outputs, or leaves the node as it is where its attributes make it a simple one. What it
 * builds is at the end and waits for the next round. */
static void expand_all(Graph *g)
{
	bool exact = graph_exact(g);
	uint32_t n = g->nnode;

	for (uint32_t i = 0; i < n; i++)
		if (g->node[i]->op->expand)
			(exact ? expand_exactly : expand_freely)(g, g->node[i]);
}

void pass_expand(Graph *g, const Options *o)
{
	bool changed = true;

	(void)o;
	for (int round = 0; changed; round++) {
		assert(round < ROUNDS_MAX && "expansions lead to simpler operators");
		ArenaMark mark = arena_mark(&g->ctx->scratch);
		expand_all(g);
		changed = drop_expanded(g);
		arena_release(&g->ctx->scratch, mark);
	}
	graph_sort(g);
}
