/* movement.h -- what the operators that move elements share: attributes that passes read, and helpers of infer and
 * eval (movement.c). */
#ifndef TCC_IR_OP_MOVEMENT_H
#define TCC_IR_OP_MOVEMENT_H
#include "ir/expr.h"

/* ---- attributes ---- */

struct Concat { int64_t axis; };
struct Split { int64_t axis, num_outputs; }; /* num_outputs 0: by the input `split`, else one part an output */
struct Transpose { Ints perm; };             /* absent: reversed; see transpose_perm() */
struct Reshape { int64_t allowzero; };
struct Flatten { int64_t axis; };
struct Gather { int64_t axis; };             /* GatherElements too */
struct GatherND { int64_t batch_dims; };
struct Scatter { int64_t axis, reduction; }; /* ScatterElements, ScatterND; reduction 0: none */
struct TopK { int64_t axis, largest, sorted; };
struct Cumulate { int64_t exclusive, reverse, axis; }; /* CumSum, CumProd; axis: of tcc.SumRows, tcc.ProductRows */
enum { DCR, CRD };
struct Depth { int64_t blocksize, mode; };   /* DepthToSpace, SpaceToDepth */
enum pad_mode { PAD_CONSTANT, PAD_REFLECT, PAD_EDGE, PAD_WRAP };
struct Pad { int64_t mode; };

/* Output axis k of a Transpose is input axis perm[k]. */
void transpose_perm(const Node *n, int *perm);

/* Along one axis, a Pad drops `skip` elements in front and keeps `keep` of them, behind `before` and in front of
 * `after` new ones. Axes that it leaves alone have skip = before = after = 0. */
typedef struct Padding {
	Dim skip, keep, before, after;
} Padding;
void padding_of(Graph *g, const Node *n, Padding *axis);

/* Along one axis, a Slice takes elements start, start + step, ...; axes that it leaves alone have 0 and 1. */
typedef struct Cut {
	Dim start, count;
	int64_t step;
} Cut;
void cuts_of(Graph *g, const Node *n, Cut *axis);

/* ---- movement.c ---- */

/* One size for both: the known one where only one is a number. Different ones fail. */
Dim one_size(Graph *g, const Node *n, Dim a, Dim b);
/* A list of axes as a bit set; negative ones counted from the end, none twice. */
unsigned axis_set(Graph *g, const Node *n, const int64_t *axes, int count, int rank);

/* Contents of the outputs, from those of inputs 0 .. ndata-1: the node's own eval moves their positions. */
void move_contents(Graph *g, Node *n, int ndata);
bool carries_contents(Graph *g, const Value *v); /* it may: integers, few enough, of known shape; or NULL */
/* The elements of an input, as far as they are known, and how many there are. */
typedef const Dim *ElementsOf(Graph *g, const Node *n, int slot, int *count);
/* By output: its elements, which are those of the first `ndata` inputs; NULL where the others do not say which. */
Dim **moved_elements(Graph *g, const Node *n, int ndata, ElementsOf *elements);

/* The elements of a tensor as sizes. */
Dim *tensor_sizes(Eval *e, const Tensor *t);
/* y[at] = x[base + sum over k of at[k] * step[k]] */
void move_strided(Tensor *y, const Tensor *x, int64_t base, const int64_t *step);
/* The position in x of an index. */
int64_t position_of(const Tensor *x, const int64_t *at);
/* An index taken from data, in 0..size-1; negative ones count from the end. E-INDEX outside. */
int64_t checked_number(Eval *e, const Node *n, int64_t i, int64_t size);

bool dropout_may_drop(const Node *n); /* it trains, as far as that is known */

/* contents[i], where i need not be known before run time */
Expr *content_at(Lower *l, const Dim *contents, int count, Expr *i);
/* Along an axis that they do not name, indices (input 1) have at most as many places as data (input 0): certain, or asked by
 * the run; E-SHAPE where they have more. */
void reach_at_most(Graph *g, const Node *n, int axis);
#endif
