/* chosen.h -- elements that data choose: the file gives how many there will be (see trust.h), and a run in which there are
 * more or fewer ends with TCC_ERR_SHAPE. */
#ifndef TCC_IR_OP_CHOSEN_H
#define TCC_IR_OP_CHOSEN_H
#include "ir/op/trust.h"

/* The file gives the shape of output `slot`, of that rank; E-DYNAMIC where it gives none. */
const Shape *given_shape(Graph *g, const Node *n, int slot, int rank);
/* The positions of the `count` true ones in a bool vector, i64[count]; a Require that there are so many. */
Value *positions_chosen(Graph *g, const Node *like, Value *mask, int64_t count);
Value *flat(Graph *g, const Node *like, Value *v); /* all elements as a vector */
#endif
