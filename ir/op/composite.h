/* composite.h -- what operators share that are written as graphs of simpler ones (composite.c). */
#ifndef TCC_IR_OP_COMPOSITE_H
#define TCC_IR_OP_COMPOSITE_H
#include "ir/op/movement.h"
#include "ir/op/nn.h"

/* The expansion of n, in doubles if the operator rounds: its result is rounded once, to the type that it has. */
void expand_exactly(Graph *g, Node *n);

/* The expansion of n. Operators of floats of a byte or less compute as floats of 32 bits on the way: rounded to two or four
 * digits again and again, nothing would be left. */
void expand_freely(Graph *g, Node *n);

/* An `eval` for operators whose meaning is their expansion: evaluates that, exactly. The expansion must replace every output. */
void eval_expansion(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out);

/* The same as `infer`, for those whose expansion checks what it takes and sets outputs with replace_out() alone. It runs
 * for every look at the node's types, so it is not for expansions with large constants. */
void infer_expansion(Graph *g, Node *n);

/* Use `v` wherever output `slot` was used, if anybody wanted that output. */
void replace_out(Graph *g, Node *n, int slot, Value *v);

/* ---- attributes by name ---- */

/* Attributes of operator `name` with their defaults, but for those that n has under the same name. */
void *attr_like(Graph *g, const char *name, const Node *n);
/* A number, a type, or the index of an enumeration's word. */
void attr_set(const char *name, void *attr, const char *field, double x);
/* A node with the attributes of n; b and c may be NULL. */
Value *put_like(Graph *g, const Node *n, const char *name, Value *a, Value *b, Value *c);
/* The same of one input, and one attribute given. */
Value *put_number(Graph *g, const Node *n, const char *name, const char *field, double x, Value *a);

/* ---- nodes in one call ---- */

Value *cast_value(Graph *g, const Node *like, Value *v, DType t); /* by Cast; v itself where it has that type */
Value *scaled(Graph *g, const Node *like, Value *v, double factor); /* v itself times 1 */
Value *sum_if(Graph *g, const Node *like, Value *a, Value *b); /* a where b is NULL */
/* Matrices x w, where x is quantised as DynamicQuantizeLinear does, and w is of integers; w_zero may be NULL. */
Value *dynamic_product(Graph *g, const Node *like, Value *x, Value *w, Value *w_scale, Value *w_zero);
Value *optional_in(const Node *n, int slot); /* NULL where it is absent */
bool filled_with(const Value *v, int64_t x); /* ConstantOfShape made it, of that integer, however many there are */
Ints ints(Graph *g, int n, const int64_t *v); /* a list for an attribute */
Value *transposed(Graph *g, const Node *like, Value *v, int rank, const int64_t *perm);
Value *swapped(Graph *g, const Node *like, Value *v, int a, int b); /* two axes */
Value *channels_first(Graph *g, const Node *like, Value *v); /* the last axis becomes axis 1 */
Value *channels_last(Graph *g, const Node *like, Value *v);
Value *joined(Graph *g, const Node *like, int64_t axis, Value *a, Value *b); /* Concat */
/* sizes as Reshape takes them: 0 keeps the one of that axis, -1 (once) is what is left */
Value *reshaped(Graph *g, const Node *like, Value *v, int rank, const int64_t *sizes);
/* Sizes of symbols that v, or what `like` takes, is made of: as a vector, and as they stand in attributes. */
Value *dims_as_value(Graph *g, const Node *like, Value *v, const Dim *d, int n);
Value *shape_as_value(Graph *g, const Node *like, Value *v, const Shape *s);
Text size_as_text(Graph *g, Dim d);
Dim size_from_text(Graph *g, const Node *n, const Text *t);
/* v in the shape `s`, as Reshape. */
Value *shaped_as(Graph *g, const Node *like, Value *v, const Shape *s);
Value *with_axes(Graph *g, const Node *like, Value *v, int n, const int64_t *axes); /* Unsqueeze */
/* Reduce operator `name` over one axis. */
Value *reduced(Graph *g, const Node *like, const char *name, Value *v, int64_t axis, bool keep);
/* 1 / sqrt(size `axis` of v), of type t: what products of so many terms are scaled by. */
Value *root_scale(Graph *g, const Node *like, Value *v, int axis, DType t);
/* Size `axis` of v as a scalar i64. */
Value *size_of(Graph *g, const Node *like, Value *v, int axis);
/* 0, 1, ... of size `axis` of v, i64. */
Value *counted(Graph *g, const Node *like, Value *v, int axis);
#endif
