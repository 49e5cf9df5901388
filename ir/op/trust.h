/* trust.h -- sizes that data decide, where the file says what they will be (Op.trust, pass `trust`).
 *
 * Axes, shapes, counts and pads are inputs of operators, and a model may compute them, or ask its caller for them. Where
 * the file gives the shape of the result nevertheless, a node is rewritten as one that knows its sizes, and a Require
 * checks in each run that the data lead there:
 *
 *     y f32[2,4] = ReduceSum(x, axes)      x f32[2,3,4], axes i64[1]
 *     y = ReduceSum(x, [1]);  Require(sum over axes of 16^axis = 16)
 *
 * A wrong result is thus impossible: a run with other axes ends with TCC_ERR_SHAPE. */
#ifndef TCC_IR_OP_TRUST_H
#define TCC_IR_OP_TRUST_H
#include "ir/op/composite.h"

void require(Graph *g, const Node *like, Value *condition); /* a bool of any shape: all of it */

/* ---- vectors of int64, by element ---- */

Value *sizes_value(Graph *g, const Shape *s);                                /* the numbers of a shape */
Value *as_vector(Graph *g, const Node *like, Value *v);                      /* any integers, as i64[count] */
Value *number(Graph *g, int64_t k);                                          /* i64[1] */
Value *binary(Graph *g, const Node *like, const char *op, Value *a, Value *b); /* put() of an operator of two inputs */
Value *element(Graph *g, const Node *like, Value *v, int k);                 /* as a scalar */
Value *stretch(Graph *g, const Node *like, Value *v, int64_t from, int64_t to); /* elements from .. to - 1 */
Value *count_to(Graph *g, int64_t n);                                        /* 0, 1, .. n - 1 */
Value *copies_of(Graph *g, int64_t k, int64_t n);                            /* k, n times */
Value *within(Graph *g, const Node *like, Value *v, Value *lo, Value *hi);   /* clipped to lo .. hi */
Value *from_front(Graph *g, const Node *like, Value *axes, int rank);        /* negative axes, counted from the end */
/* By axis of rank `rank`: v[i] where axes[i] names it, `other` where none does. axes NULL: the first ones. */
Value *by_axis(Graph *g, const Node *like, Value *axes, Value *v, int rank, int64_t other);

/* Input `slot` is what `v` says, of which nobody has to ask the data any more. */
void settle_input(Node *n, int slot, Value *v);
/* Infer, where the file gives the result: its type is that of input 0, whose sizes are known; */
void given_out(Graph *g, Node *n);
/* and so is its rank. */
void take_given_shape(Graph *g, Node *n);
/* Input `slot`, numbers that are now those of `s`; a Require that the data give the same. */
void settle_sizes(Graph *g, Node *n, int slot, const Shape *s);
/* x with index[i] instead of i along an axis. */
Value *picked(Graph *g, const Node *like, Value *x, Value *index, int axis);

/* ---- a few settings ---- */

/* What the node gives where a row of numbers is set. */
typedef Value *WithRow(Graph *g, const Node *n, const int64_t *row);
/* Output 0 with the row that the data say: `given`, i64[width], must be one of them. All are computed and one is taken.
 * E-SHAPE where there are none. */
void rows_settled(Graph *g, Node *n, Value *given, const int64_t *row, int width, int count, WithRow *make);

/* ---- sets of axes ---- */

/* Which sets of `count` of `rank` axes may be meant. */
typedef bool AxesFit(const Node *n, unsigned set);
/* The sets that fit, as bits; E-SHAPE where there are none, and a Require that the data name one of them. */
int axes_settled(Graph *g, Node *n, int slot, int rank, AxesFit *fits, unsigned *sets /* [256] */);
/* Whether the data name one of these sets. */
Value *names_one(Graph *g, const Node *like, Value *axes, int rank, const unsigned *sets, int n);
Value *axes_value(Graph *g, unsigned set);
#endif
