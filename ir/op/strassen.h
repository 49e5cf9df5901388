/* strassen.h -- the attribute of tcc.StrassenOutput, see strassen.c. */
#ifndef TCC_IR_OP_STRASSEN_H
#define TCC_IR_OP_STRASSEN_H
#include "ir/op/nn.h"

enum { STRASSEN_BLOCKS = 4, STRASSEN_PRODUCTS = 7 };

struct Strassen {
	int64_t rows; /* output: of y */
};
#endif
