/* ort_bits.h -- com.microsoft: tables of 2, 4 or 8 bits an element, as they lie in constants of bytes. */
#ifndef TCC_IR_OP_ORT_BITS_H
#define TCC_IR_OP_ORT_BITS_H
#include "ir/op/nn.h"

DType bits_type(Graph *g, const Node *n, int64_t bits); /* of unsigned integers; E-UNSUPPORTED where there is none */
void bits_need(Graph *g, const Node *n, int slot);      /* input `slot` is a constant of bytes */
/* Input `slot` as elements of type t, of these sizes; each row, along the last axis, begins at a byte, its low bits first. */
Value *bits_unpacked(Graph *g, const Node *n, int slot, DType t, int rank, const int64_t *size);
/* The middle of the range of t everywhere: the zero point where none is given. */
Value *bits_middle(Graph *g, DType t, int rank, const int64_t *size);
#endif
