/* counted.h -- sizes that data decide: what the file gives, else symbols that a node counts while the model runs.
 *
 *     y i64[2,y.1] = NonZero(x)                           x f32[2,3]; y.1 is 0..6, or less where --dim says so
 *
 *     n i64[] <y.1> = tcc.Counted(sum) {size = "y.1"}     what is left of it after `trust` and `expand`: n is y.1, and
 *     y = Slice(positions, [0], n)                        a run in which it is above its bound ends with TCC_ERR_CAPACITY
 *
 * A symbol has the name of the value and the axis where it comes up first. An operator asks counted_size() in its infer,
 * and hands the number that the run finds out to counted_value(), in its trust or expand. */
#ifndef TCC_IR_OP_COUNTED_H
#define TCC_IR_OP_COUNTED_H
#include "ir/op/trust.h"

#define NO_BOUND dim(INT64_MAX)

/* Size `axis` of output `slot`, of that rank: the one that it has already (from the file, or an earlier inference), else a
 * new symbol of at most `most`, where the output is a value of the model: what an expansion makes has no name of its own
 * from one inference to the next (E-DYNAMIC). */
Dim counted_size(Graph *g, const Node *n, int slot, int rank, int axis, Dim most);
/* The same for several axes, the bits of `open`; the others have the sizes of `most`. */
Shape counted_shape(Graph *g, const Node *n, int slot, const Shape *most, unsigned open);

/* A new symbol of at most `most` that is no size of an output: how far the node's loops go. "y.what" */
Dim counted_apart(Graph *g, const Node *n, const char *what, int64_t most);

/* From now on `count`, one integer, is that size. A scalar i64; where the size is a number, a Require that `count` is it. */
Value *counted_value(Graph *g, const Node *like, Value *count, Dim size);
/* The same for element k of `count` and size k of s, as a vector. */
Value *counted_values(Graph *g, const Node *like, Value *count, const Shape *s);
/* The elements of v, NO_BOUND where data decide them: what is known was joined to them, and moved. NULL: v is too large, or
 * nobody knows its shape. */
const Dim *known_elements(Graph *g, const Value *v);
/* The elements of input `slot`, `count` sizes that data decide, as far as known_elements() knows them. The bits
 * of the others, which are NO_BOUND. */
unsigned known_among(Graph *g, const Node *n, int slot, int count, Dim *size);
/* Input `slot`, sizes of which data decide those whose bits are `open`, as a vector: these are counted, and s has all. */
Value *counted_among(Graph *g, const Node *n, int slot, const Shape *s, unsigned open);
/* The most that a size can be; E-DYNAMIC where it has no bound. */
int64_t most_of(Graph *g, const Node *n, Dim d);
/* The sizes of v as a vector: a constant where they are known. */
Value *shape_value(Graph *g, const Node *like, Value *v);
/* 0, 1, .. up to a size that is a number, or the value n. */
Value *count_up(Graph *g, const Node *like, Value *n);
#endif
