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
#include "passes/pass.h"

typedef enum Form {
	FORM_INLINE, /* exists inside the expressions of its consumers */
	FORM_STORED, /* has memory of its own (perhaps inside a Concat's) */
	FORM_VIEW    /* another value's memory, seen with other strides */
} Form;

typedef enum RegionKind { IN_ARENA, IN_INPUT, IN_OUTPUT, IN_WEIGHTS } RegionKind;

/* A piece of memory. Arena regions get `offset` from the planner. */
typedef struct Region {
	RegionKind kind;
	int id;           /* arena: number of the region; input, output: position in the graph's list */
	DType dtype;
	int64_t count;    /* elements, borders included */
	int first, last;  /* stages in which it is alive */
	int64_t offset;   /* bytes from the start of the arena */
	const Value *owner;
} Region;

typedef struct Place {
	Form form;
	bool forced;                  /* layout: must be stored, even if a view would do */
	int64_t before[MAX_RANK], after[MAX_RANK]; /* border of zeros along each axis, in elements */
	Value *parent;                /* stored inside this Concat output ... */
	int64_t parent_at;            /* ... from this index on */
	int parent_axis;              /* ... of this axis */
	Region *region;
	int64_t offset;               /* of element 0,..,0 from the region's start, in elements */
	int64_t stride[MAX_RANK];     /* in elements; 0 along broadcast axes */
} Place;

void layout(Graph *g, const Options *o);
void fuse(Graph *g, const Options *o);
void place(Graph *g, const Options *o);

/* The view that a MOVES node makes of its input, if strides can say it: fills out's offset and stride from in's place. */
bool view_of(Graph *g, const Node *n, const Place *from, Place *to);
#endif
