/* underflow.c -- shares of a softmax that only weigh the terms of sums are 0 where they would be subnormal.
 *
 *     p = Softmax(s)                      p = tcc.Softmax(s)
 *     y = MatMul(p, v)             ->     y = MatMul(p, v)
 *
 * Processors compute with subnormal numbers a hundred times as slowly as with others, so scores that lie far apart would make
 * an attention several times as slow. One share of each row is at least one over their number: others below 2^-100 change no
 * sum of products with them, unless that is itself as small. Who reads shares one by one (their logarithm) gets all of them.
 *
 * needs  composites written out
 * keeps  results up to rounding: sums of products, to 2^-100 of the largest factor */
#include "passes/rewrite.h"
#include "passes/twins.h"

void pass_underflow(Graph *g, const Options *o);

/* v is only moved, or chosen, on its way to be a factor in sums of products. */
static bool only_weighs(const Readers *r, const Value *v)
{
	const Node *n = r->uses[v->id] == 1 && !r->is_out[v->id] ? r->user[v->id] : NULL;
	if (!n)
		return false;
	if (n->op->flags & CONTRACTS)
		return n->in[0] == v || n->in[1] == v;
	bool moves = (n->op->flags & MOVES) || n->op == op_find("", "Where");
	return moves && n->nout == 1 && only_weighs(r, n->out[0]);
}

void pass_underflow(Graph *g, const Options *o)
{
	const Op *softmax = op_find("", "Softmax"), *weights = op_find("tcc", "Softmax");
	Readers r = readers_of(g);

	(void)o;
	for (uint32_t i = 0; i < g->nnode; i++) {
		Node *n = g->node[i];
		if (n->op == softmax && n->out[0]->dtype == F32 && only_weighs(&r, n->out[0]))
			n->op = weights;
	}
}
