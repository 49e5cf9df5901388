/* algebra.h -- the tables of rules; each is at the end of the file it is named after. */
#ifndef TCC_PASSES_ALGEBRA_H
#define TCC_PASSES_ALGEBRA_H
#include "passes/rewrite.h"

/* Exact: not one bit of a result changes. */
extern const Rule identity_rules[], transpose_rules[], reshape_rules[], pad_rules[], tap_rules[],
	pool_rules[], view_rules[], margin_rules[];

/* Rounding: they compute the same in other steps. */
extern const Rule chain_rules[], power_rules[], zero_pad_rules[], mean_pool_rules[], phase_rules[], varying_phase_rules[];
extern const Rule product_rules[], norm_rules[], mean_rules[];

/* reshapes.c: a Reshape of x to this shape, with a constant for its second input; NULL where a constant cannot say it,
 * x itself where it has that shape. */
Value *reshape_to(Graph *g, const Node *like, Value *x, const Shape *to);
bool can_reshape_to(Graph *g, const Value *x, const Shape *to);

/* taps.c: a bias per kernel as one per element of kernels with so many. */
Value *bias_per_tap(Graph *g, const Value *bias, int64_t taps);

/* pads.c: weights and bias of a Conv are constants with which padded zeros, or none, give the same sums. */
bool convolves_finite(const Node *n);
#endif
