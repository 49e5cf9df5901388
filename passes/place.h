/* place.h -- where values live, and how: decided by layout (order, borders), fuse (form) and place (addresses).
 *
 *   layout   the order of a value's axes in memory (channels last around convolutions), its border of zeros, copies
 *            where two needs contradict each other
 *   fuse     which values are stored, which are views of others, which exist only inside an expression
 *   place    region, offset and strides of every stored value and view
 *
 * All three are facts about values, not new kinds of nodes: an operator's formula is the same in any layout. */
#ifndef TCC_PASSES_PLACE_H
#define TCC_PASSES_PLACE_H
#include "ir/op.h"
#include "passes/pass.h"

typedef enum Form {
	FORM_INLINE, /* exists inside the expressions of its consumers */
	FORM_STORED, /* has memory of its own (perhaps inside a Concat's) */
	FORM_VIEW    /* another value's memory, seen with other strides */
} Form;

typedef enum RegionKind { IN_ARENA, IN_INPUT, IN_OUTPUT, IN_WEIGHTS, IN_COUNTER, IN_CALL } RegionKind;

enum { NEST_MAX = 8 }; /* bodies in bodies */

/* A piece of memory. Arena regions get `offset` from the planner. */
typedef struct Region {
	RegionKind kind;
	int id;           /* arena: number of the region; input, output: position in the graph's list; counter: level; call: a
	                   * counted size (ir/op/counted.h), its value */
	DType dtype;
	int64_t count;    /* elements, borders included */
	int first, last;  /* stages in which it is alive */
	int64_t offset;   /* bytes from the start of the arena */
	int64_t bytes;    /* that it takes there */
	struct Held *held; /* only some rows of it exist at a time (codegen/strips.h); NULL: all */
	const Value *owner;
} Region;

/* What turn t of a loop adds to the offset of a slice, in elements: step * t; or, from the last of `many` slices, a size that
 * varies, to the first: step * (many - 1 - t). */
typedef struct Moves {
	int64_t step;
	Dim many;      /* 0: forward */
	int64_t count; /* of slices; 0: it varies */
} Moves;

typedef struct Place {
	Form form;
	bool given;       /* strides and offset are decided: it is part of a value outside */
	bool stored;      /* layout's wish: memory of its own, even if a view or an expression would do */
	int inner;        /* layout's wish: this axis must have stride 1; -1: any */
	bool ragged;      /* an input or output with an inner size that varies: dense, so its strides vary too */
	bool border;      /* has zeros around it, ... */
	int64_t fill;     /* ... or this number, which stands for zero among quantised ones */
	int64_t before[MAX_RANK], after[MAX_RANK]; /* how many, along each axis, in elements */
	int apart;        /* layout's wish: elements along so many first axes, which are read and written together, lie in
	                   * different sets of a cache */
	bool zeroed;      /* a stage writes those zeros (code generation) */
	Value *parent;    /* stored inside this Concat output, ... */
	int parent_axis;  /* ... along this axis, ... */
	int64_t parent_at; /* ... from this index on */
	bool state;       /* what a turn of a loop hands to the next (code generation) */
	bool counter;     /* it is the number of the turn, and lives in the variable of the loop */
	int level;        /* counter: of that loop's body, see body_level() */
	Moves turn[NEST_MAX]; /* inside loops: how a slice moves, by level */
	Region *region;
	int64_t offset;           /* of element 0,..,0 from the region's start, in elements */
	int64_t stride[MAX_RANK]; /* in elements; 0 along broadcast axes */
} Place;

/* Choose orders, borders and copies; gives every value a Place. */
void layout(Graph *g);
/* A convolution to few channels whose windows move by one: its lanes are neighbouring columns of the result, not channels. */
bool fills_lanes_by_columns(Graph *g, const Node *n);
/* What goes into one stage. */
typedef enum Fusing {
	FUSE_NOTHING, /* -O0: only what must be */
	FUSE_ONE,     /* one contraction */
	FUSE_TWINS    /* also several that the same tiles make (twins.h): where there are vectors, for scalar code calls functions
	               * while sums wait */
} Fusing;

/* Choose forms, and the strides of every stored value and view. */
void fuse(Graph *g, Fusing fusing);

/* Places in the bodies of a node; called by fuse when the node's inputs and outputs have theirs. */
void place_bodies(Node *n, Fusing fusing);

/* ---- shared ---- */

Place *place_new(Graph *g);
const Value *place_root(const Value *v);              /* the value whose memory it is */
void place_same(Value *v, Value *outer);              /* v is the same memory as outer */
bool is_state(const Value *v);                        /* its node carries it from turn to turn */
int body_level(const Graph *body);                    /* 0 for bodies of the model's own nodes, and so on */
bool moves_by_turn(const Place *p);                   /* it is a slice, or part of one */
/* What the turns of one loop see of a constant, from the first to the last, in *level; every element has a number. */
bool slices_constant(const Value *v, int *level);

/* ---- strides.c ---- */

int inner_axis(const Value *v);                       /* the innermost one with more than one index, by v's order */
int64_t row_major(const Value *v, int64_t *stride);   /* strides of memory of its own; returns how many elements that has */
void own_strides(const Value *v);                     /* its place gets these, */
void stored_strides(const Value *v);                  /* or those of the part of its parent that it is */
/* y becomes a view of the one value that its formula loads. False: the address is not affine in every axis; y stays. */
bool find_view(Graph *g, Value *y);
/* Address of element `at` of v from its element 0,..,0, by the strides of its place. */
struct Expr *address_of(struct Lower *l, const Value *v, struct Expr *const *at);

/* ---- formulas.c ---- */

/* Output `slot` of n at fresh axes (one an output dimension, in axes[]), every input a load. */
struct Expr *node_expr(struct Lower *l, const Node *n, int slot, struct Expr **axes);
/* The load of v inside x, or NULL; *guarded gets the choose(guard, .., 0) around it, see padded_load(). */
struct Expr *find_load(struct Expr *x, const Value *v, struct Expr **guarded);
/* The load in choose(guard, load, 0), also one that is widened, or of a byte less its zero point; *fill gets what an element
 * outside has to be for the test to make no difference. NULL: x is nothing like that. */
struct Expr *padded_load(const struct Expr *x, int64_t *fill);
/* guard says no more than "every index of load lies inside its value" */
bool guard_is_border(struct Lower *l, const struct Expr *guard, const struct Expr *load);
#endif
