/* wire.h -- is it safe to unpack these protobuf bytes? */
#ifndef TCC_FRONTEND_WIRE_H
#define TCC_FRONTEND_WIRE_H
#include <protobuf-c/protobuf-c.h>
#include "ir/diag.h"

/* Walk the wire bytes of a message and fail() unless unpacking them is cheap and unambiguous. */
void wire_check(Ctx *c, const ProtobufCMessageDescriptor *d, const uint8_t *bytes, size_t n);

/* wire_check(), then the message, all of it in arena a. */
void *wire_unpack(Ctx *c, Arena *a, const ProtobufCMessageDescriptor *d, const uint8_t *bytes, size_t n);
#endif
