/* fuse.h -- what fusion knows of the values that it has passed (fuse.c), and what it asks of vectors (fuse_vectors.c). */
#ifndef TCC_PASSES_FUSE_H
#define TCC_PASSES_FUSE_H
#include "passes/place.h"

typedef struct Fuse {
	Graph *g;
	Fusing on;
	uint32_t *uses;
	Node **user;      /* by value id: its consumer, when there is just one */
	bool *is_out;     /* by value id */
	Value **core;     /* by value id: the contraction or reduction inside its expression, or NULL */
	int *cores;       /* by value id: how many there are: it and its twins */
	bool *moved;      /* by value id: that expression also moves elements of the core */
	int *weight;      /* by value id: operations inlined into its expression so far */
	int *reads;       /* by value id: loads in its expression */
	int *planned;     /* by node id: loads that its expression will have, as far as inputs have their forms */
	bool *is_load;    /* by value id: it is none of those that exist in expressions and only move elements */
	bool *is_whole;   /* by value id: it does not exist in expressions, or a core makes it */
} Fuse;

/* The consumer reads each element of its input about once, at the index of its own element, and both have their vectors
 * along the same axis. */
bool reads_once(const Node *user, const Value *v);
/* The output of `move`, a consumer of v, can be what v's core stores: every address can be cut into affine pieces, and
 * the innermost axis runs through neighbours. */
bool can_store_moved(const Fuse *f, const Node *move, Value *v);
/* The copy turns y so that an axis shorter than a vector lies innermost: what takes several operations is computed before,
 * in vectors. */
bool turns_short(const Fuse *f, const Node *copy, const Value *y);
/* The copy turns y, an output of n, whose elements come from several places, or from none at even steps: vectors of those
 * are only there where they lie. */
bool turns_points(const Fuse *f, const Node *copy, const Node *n, const Value *y);
/* The consumer looks for the best element of rows of y that lie side by side: vectors do that in memory, one element after the
 * other where they live inside its expression. */
bool searches_row(const Fuse *f, const Node *user, const Value *y);
/* All that n reads beside a core lies side by side along that axis of its result, or up to so many elements apart, or is one
 * element for all. Constants can be laid out so. */
bool reads_evenly(const Fuse *f, const Node *n, int inner, int64_t apart);
/* Vectors of floats can compute v, which lives inside an expression and is read along that axis of y. */
bool comes_in_lanes(const Fuse *f, const Value *v, const Value *y, int inner);
#endif
