/* winograd.h -- attributes of tcc.WinogradInput and tcc.WinogradOutput, see winograd.c. */
#ifndef TCC_IR_OP_WINOGRAD_H
#define TCC_IR_OP_WINOGRAD_H
#include "ir/op/nn.h"

enum { WINOGRAD_AXES = 3 };

struct Winograd {
	Ints tile, tiles; /* input: outputs m a tile, number of tiles, along each spatial axis */
	Ints before;      /* input: padding */
	Ints dilation;    /* from one input of a tile to the next, and from one output to the next; none: 1 along each axis */
	Ints size;        /* output: elements of y */
};
#endif
