/* chosen.h -- elements that data choose; how many is a counted size (see counted.h). */
#ifndef TCC_IR_OP_CHOSEN_H
#define TCC_IR_OP_CHOSEN_H
#include "ir/op/counted.h"

/* The positions of the true ones in a bool vector, of which there are `size`. */
Value *positions_chosen(Graph *g, const Node *like, Value *mask, Dim size);
Value *flat(Graph *g, const Node *like, Value *v); /* all elements as a vector */
#endif
