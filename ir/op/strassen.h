/* strassen.h -- the sizes of tcc.StrassenInput and tcc.StrassenOutput, see strassen.c. */
#ifndef TCC_IR_OP_STRASSEN_H
#define TCC_IR_OP_STRASSEN_H
#include "ir/op/nn.h"

enum { STRASSEN_BLOCKS = 4, STRASSEN_PRODUCTS = 7 };
#endif
