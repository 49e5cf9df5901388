/* elimination.h -- Gauss' elimination with partial pivoting, column by column in a loop (elimination.c), for operators whose
 * matrices are of any size, also of one that varies. */
#ifndef TCC_IR_OP_ELIMINATION_H
#define TCC_IR_OP_ELIMINATION_H
#include "ir/op/composite.h"

/* Input 0 holds square matrices of floats in its last two axes: how many rows these have. E-SHAPE. */
Dim square_rows(Graph *g, const Node *n);
/* Input 0 as [count, rows, rows] in the type that formulas compute with. */
Value *square_matrices(Graph *g, const Node *n);
/* a [count, n, n] -> [count]: determinants. */
Value *determinants(Graph *g, const Node *like, Value *a);
/* a [count, n, m], m >= n -> [count, n, m]: by operations on its rows the first n columns become those of the unit matrix. */
Value *solved(Graph *g, const Node *like, Value *a);
#endif
