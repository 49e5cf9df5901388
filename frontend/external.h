/* external.h -- elements of a tensor that stand in another file. */
#ifndef TCC_FRONTEND_EXTERNAL_H
#define TCC_FRONTEND_EXTERNAL_H
#include "frontend/onnx.h"

/* The `bytes` bytes that the tensor's external_data entries point to, in arena a. */
void *external_read(Ctx *c, Arena *a, const char *directory, const TensorProto *p, const char *who, size_t bytes);
#endif
