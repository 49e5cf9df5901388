/* agree.h -- sizes that inference took for equal (dim_assume_equal()), of which data decide one: the run asks.
 *
 *     z = Add(x, y)                          x f32[n], y f32[m]
 *
 *     tcc.Agree(x, y) {a = "n", b = "m"}     a run in which they differ ends with TCC_ERR_SHAPE
 *     z = Add(x, y) */
#ifndef TCC_IR_OP_AGREE_H
#define TCC_IR_OP_AGREE_H
#include "ir/op/composite.h"

struct Agree {
	Text a, b; /* sizes, as dim_text() writes them */
	int64_t repeats; /* or one of them is 1 */
};

DimPair agreed(Graph *g, const Node *n);
/* A new node, at the end of g, that asks for what `like` takes for equal. */
Node *agree_new(Graph *g, const Node *like, const DimPair *p);
#endif
