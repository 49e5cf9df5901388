/* packed.h -- elements below a byte in expressions over bytes. */
#ifndef TCC_CODEGEN_PACKED_H
#define TCC_CODEGEN_PACKED_H
#include "ir/expr.h"
#include "passes/place.h"

static inline bool is_packed(DType t) { return dtype_info(t)->bits < 8; }

/* The element of a packed value at an address, from a load of its byte. */
Expr *packed_load(Lower *l, const Expr *load, Expr *address);
/* rebuild() of an expression of a packed type, whose arguments are computed in bytes already. */
Expr *packed_rebuild(Lower *l, const Expr *x, Expr *const *arg);
/* Byte `byte` of v, which holds the elements that at_element(data, index) gives. */
Expr *packed_byte(Lower *l, const Value *v, Expr *byte, Expr *(*at_element)(void *, Expr *const *), void *data);
Dim packed_bytes(Graph *g, const Value *v);
/* x is the integer of 4 bits that packed_load() makes, and one step of the axis is one element, from the low half of a byte on:
 * the load of that byte; NULL: x is nothing like that. */
Expr *packed_along(Lower *l, const Expr *x, const struct Axis *axis);
#endif
