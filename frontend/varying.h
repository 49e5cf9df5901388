/* varying.h -- states of a Loop that have another size each turn: what is known of these sizes. varying.c finds them,
 * varying_most.c bounds them, and held.c makes room for the states. */
#ifndef TCC_FRONTEND_VARYING_H
#define TCC_FRONTEND_VARYING_H
#include "frontend/onnx.h"

/* A size that varies: `axis` of `state`, and others that go with it. */
typedef struct Size {
	int state, axis;
	int64_t guess; /* at most this, as it seems; -1: it grows */
	int raised;    /* how often a turn has shown a larger one that has a bound */
	int64_t least; /* at least this, as it seems: what it begins with; 0: it falls */
	bool surely;   /* what it begins with is no longer so behind the first turn, whatever the data */
	Dim now;       /* the symbol, where the body has been built with it */
} Size;

struct Varying {
	int nstates;
	int (*which)[MAX_RANK]; /* by state and axis: the size; below 0: it stays */
	Size *size;
	int nsizes, csizes;
	/* held.c, by state: the Concat that does nothing else than add behind it, and then is its next one; or NULL */
	const Node **adds;
};

static inline Symbol *symbol_of(const Raw *r, const Size *size) { return dim_symbol_of(r->f->g->syms, size->now); }

/* Before the loop, and behind a turn. */
static inline Dim first_size(const Raw *r, int state, int axis) { return r->in[2 + state]->shape.dim[axis]; }
static inline Dim size_next(const Raw *r, int state, int axis) { return r->body->out[1 + state]->shape.dim[axis]; }

/* varying_most.c: a bound for each symbol that has none, from what a turn does to the size and how many turns there are;
 * those of which no end is seen stay without. */
int64_t most_turns(const Raw *r); /* INT64_MAX: nobody knows */
void bound_sizes(const struct Varying *t, const Raw *r);
#endif
