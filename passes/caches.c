/* caches.c -- a cache that is an output is copied as a whole, and its new rows are written over that.
 *
 *     y = TensorScatter(x, u, w)   ->   y = tcc.TensorScatter(x, u, w)      y an output
 *
 * As one formula each vector asks whether it is of a new row, which takes longer than the few rows that are written twice.
 * A state of a loop stays where it is, and only they are written. What is no output stays a formula, since whoever reads it
 * may compute it in passing.
 *
 * needs  composites written out, outputs with nodes of their own
 * keeps  results bit by bit */
#include "ir/op.h"
#include "passes/pass.h"

void pass_caches(Graph *g, const Options *o);

void pass_caches(Graph *g, const Options *o)
{
	const Op *formula = op_find("", "TensorScatter"), *rows = op_find("tcc", "TensorScatter");

	(void)o;
	for (int i = 0; i < g->nout; i++) {
		Node *n = g->out[i]->def;
		if (n && n->op == formula && dtype_info(n->out[0]->dtype)->bits >= 8)
			n->op = rows;
	}
}
