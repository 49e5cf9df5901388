/* order.h -- the order of a value's axes in memory (order.c). */
#ifndef TCC_PASSES_ORDER_H
#define TCC_PASSES_ORDER_H
#include "ir/op.h"

/* What a window or a few points around one give, for each channel alike. */
bool is_window(const Node *n);
/* Operators whose formula walks over space for each channel. */
bool is_spatial(const Node *n);
void order_rows(Value *v); /* as ONNX has it */
void order_channels_last(Value *v);
bool lies_in_rows(const Value *v);
/* The orders of what n makes, by what n is and by the orders of what it reads. */
void order_outputs(Graph *g, const Node *n);
#endif
