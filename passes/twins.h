/* twins.h -- products that one tile makes at once, and what follows products element by element. */
#ifndef TCC_PASSES_TWINS_H
#define TCC_PASSES_TWINS_H
#include "ir/op.h"

enum { SUMS_MAX = 3 }; /* of them in a tile */

/* Two products of one value by constants, with outputs of the same shape and layout: what takes an element of each finds
 * both in the registers of a tile. */
bool are_twins(const Node *a, const Node *b);

/* The axis of its output that the constant factor alone knows: columns of MatMul and Gemm, channels of Conv; -1: none. */
int lane_axis(const Node *n);

/* Who reads the values of a graph, by value id. */
typedef struct Readers {
	const uint32_t *uses;
	Node **user;  /* some node that reads it */
	bool *is_out; /* of the graph */
} Readers;

Readers readers_of(Graph *g);

/* The one node that reads v, where it makes something of each element that constants say: numbers, or others along that
 * axis alone. NULL: there is none. */
Node *step_behind(const Readers *r, const Value *v, int axis);
/* c is a constant like that. */
bool is_along(const Value *c, const Value *v, int axis);

/* Nobody but one chain of pointwise operations reads a and b, which takes both: the element of its result needs one of
 * each. */
bool they_meet(const Readers *r, const Value *a, const Value *b);
#endif
