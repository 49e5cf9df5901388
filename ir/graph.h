/* graph.h -- the model: values and the nodes that make them.
 *
 *     Graph --owns--> Node (in topological order) --in/out--> Value --(constant)--> Tensor
 *
 * Nodes and values live in the perm arena and never move, so pointers to them are stable; ids number them for dumps
 * and side tables. Uses and other derived facts are recomputed by fill_*() calls, not maintained. Only the front end
 * and the expansions build nodes, always through node_new(), which also runs shape inference. */
#ifndef TCC_IR_GRAPH_H
#define TCC_IR_GRAPH_H
#include <stdarg.h>
#include "ir/dim.h"
#include "ir/tensor.h"

typedef struct Op Op;
typedef struct Graph Graph;
typedef struct Node Node;

/* rank -1: not known. */
typedef struct Shape {
	int rank;
	Dim dim[MAX_RANK];
} Shape;

typedef enum Role { ROLE_TEMP, ROLE_INPUT, ROLE_CONST } Role;

typedef enum Kind { KIND_TENSOR, KIND_SEQUENCE, KIND_OPTIONAL, KIND_MAP, KIND_OPTIONAL_SEQUENCE } Kind; /* as tcc_kind */

typedef struct Value {
	uint32_t id;
	const char *name; /* of the model, for messages and comments only; never an identifier */
	Role role;
	Kind kind;
	DType dtype;  /* of the tensor, or of the elements of a sequence */
	Shape shape;
	Tensor *data; /* the constant's elements, else NULL */
	Node *def;    /* the node that makes it, NULL for inputs and constants */
	int slot;     /* which output of def */
	Dim *content; /* small integer tensors: their elements as sizes (row-major), when known, else NULL */
	int ncontent;
	struct Value **item; /* of a sequence or optional, while a file is read: its elements (frontend/lists.c); else NULL */
	int nitems;
	struct Value *tail; /* of a sequence: behind these, the slices of a tensor along its axis 0; or NULL */
	struct Value *tail_sizes; /* i64[slices, k]: how much of each is its element, along k axes of it; NULL: all */
	unsigned tail_open; /* which axes, as bits */
	struct Value *before; /* of a sequence in a Loop's body: the state that its elements follow (frontend/grown.c); or NULL */
	struct Value *length; /* how many there are of these, where somebody asks; or NULL */
	const Tensor *labels; /* of its columns, while a file is read: what ZipMap made (frontend/maps.c); else NULL */
	struct Value *has;   /* of an optional: whether it has one, a bool; NULL: nitems says it */
	int order[MAX_RANK]; /* axes from outermost to innermost in memory; filled by the layout pass */
	struct Place *place; /* where it lives; filled by the planner */
} Value;

/* The model's node that another one was made for. */
typedef struct MadeFor {
	uint32_t id;
	const Op *op; /* NULL: for none, it is one of the model */
} MadeFor;

struct Node {
	uint32_t id;
	const Op *op;
	MadeFor made_for; /* messages name that one */
	const char *name; /* of the model's node it comes from (expansions keep it), "" when it has none */
	Value **in;       /* an absent optional input is NULL; what the bodies capture comes last, body after body */
	Value **out;      /* an output that nobody asked for is NULL */
	int nin, nout;
	void *attr; /* struct of the operator, see op.h */
	Graph **sub; /* bodies of If, Loop, Scan, SequenceMap */
	int nsub;
	const struct Decision *choice; /* of a pass, to which the node owes that it is here, see codegen/tuned.h; or NULL */
};

/* An input or output of the model, as the program that calls it sees it: tensors number `first` and so on of in[] or
 * out[]. A sequence is its elements; an optional a bool, whether it has an element, and that. */
typedef struct Argument {
	const char *name;
	Kind kind;
	DType dtype; /* of the elements */
	int first, n;
	bool open; /* of onnx_arguments(): a tensor that lacks sizes, of which --dim gives none */
	bool rows; /* an output: a sequence of as many elements as the run decides, the slices of one tensor along axis 0 */
	unsigned differ; /* of rows: axes of an element, as bits, in whose sizes they differ; a second tensor, i64[slices, axes],
	                  * tells how much of each slice is its element, which zeros are behind */
} Argument;

struct Graph {
	Ctx *ctx;
	Syms *syms;      /* shared with subgraphs */
	const char *name;
	Graph *outer;    /* NULL for the model itself */
	const Graph *kin; /* the first of all that are copies of each other: what holds by one holds by all */
	Value **value;   /* by id - 1 */
	uint32_t nvalue, cvalue;
	Node **node;     /* topological order */
	uint32_t nnode, cnode;
	uint32_t last_node_id;
	Value **in, **out; /* a subgraph's captured outer values are its last `ncaptured` inputs */
	const char **out_name; /* of the model; a pass may put a value of another name into out[] */
	const Tensor **out_labels; /* of the model: of the columns of out[], NULL where they have none (Value.labels) */
	int nin, nout, cin, cout, ncaptured;
	Argument *arg_in, *arg_out; /* NULL: each tensor is one */
	int narg_in, narg_out;
	int opset;       /* of ai.onnx in the file, for messages */
	bool exact;      /* of the model: operators round once, see formula_type() in expr.h */
	uint8_t sha256[32]; /* of the model file */
};

#define ATTR_OF(n, S) ((struct S *)(n)->attr)

/* ---- building (graph.c) ---- */

Graph *graph_new(Ctx *c, Syms *syms, const char *name, Graph *outer); /* names are copied; NULL is "" */
bool graph_exact(const Graph *g);                          /* the model that it is part of is */
Value *value_new(Graph *g, const char *name);           /* a temporary of unknown type */
Value *value_input(Graph *g, const char *name, DType t, const Shape *shape); /* the next of g->in; shape NULL: unknown */
Value *value_const(Graph *g, const char *name, Tensor *t); /* a constant; shape and content come from the tensor */
void value_fix(Graph *g, Value *v, Tensor *t);           /* v becomes a constant; the caller drops the node that made it */
Value *value_i64(Graph *g, int n, const int64_t *v);     /* a 1-D int64 constant */
Value *value_scalar(Graph *g, DType t, double x);        /* a rank-0 constant */
void graph_output(Graph *g, Value *v, const char *name); /* the next of g->out; name NULL: that of v */

/* How many inputs or outputs a caller sees, and number i of them. */
int arguments(const Graph *g, bool out);
Argument argument(const Graph *g, bool out, int i);
bool is_optional(Kind kind); /* of a tensor or of a sequence */

/* Append a node at the end of g with nout fresh outputs (whoever wants less sets them to NULL afterwards), infer its
 * shapes, and return it. `attr` (in perm, kept) may be NULL: defaults. `like` gives the name for messages, or NULL; a
 * node of the same operator also the names of outputs, and their shapes, for inference to trust where only the run knows
 * better. */
Node *node_new(Graph *g, const Op *op, const Node *like, int nin, Value *const *in, int nout, void *attr);
/* The same for a node that owns bodies. */
Node *node_control(Graph *g, const Op *op, const Node *like, int nin, Value *const *in, int nout, void *attr, int nsub,
		   Graph *const *sub);

/* For expansions, which append nodes while `like` is being replaced: the first output of a new node of op `name`
 * ("Add", or "domain.Name"). The list of inputs ends in END_IN; an absent input is NULL. put_attr takes the operator's
 * attribute struct and copies it (lists in it must live in perm). */
#define END_IN ((Value *)-1)
Value *put(Graph *g, const Node *like, const char *name, ...);
Value *put_attr(Graph *g, const Node *like, const char *name, const void *attr, ...);

/* From now on every use of `old` (also as a graph output) is a use of `new`; dtype and shape must agree. */
void value_replace(Graph *g, Value *old, Value *new);
/* For who replaces the uses himself: `new` learns the name, sizes and contents that only `old` knows. */
void value_inherit(Graph *g, Value *new, const Value *old);

/* ---- copy.c ---- */

/* The same graph with values, nodes and bodies of its own; what nobody changes in place (constants, attributes, names)
 * is shared. Before layout: places are not copied. */
Graph *graph_copy(const Graph *g);

/* ---- order.c ---- */

/* Order g->node topologically, keeping the order where it is one; a cycle fails with E-CYCLE naming a node on it. */
void graph_sort(Graph *g);

/* Number of uses by nodes (bodies included: what they capture is an input) and graph outputs of each value, by id; in
 * scratch. */
uint32_t *fill_uses(Graph *g);
/* Some output of n has uses. */
bool node_is_used(const Node *n, const uint32_t *uses);

/* ---- shapes (shape.c) ---- */

Shape shape_of(int rank, const Dim *dims);
Shape shape_scalar(void);
bool shape_known(const Shape *s);  /* rank and every size are numbers */
bool shape_same(const Shape *a, const Shape *b);
Dim shape_count(Graph *g, const Shape *s);     /* product of the sizes */
/* How many points all axes but `without` have, for choices that suit one size only (dim_usual()). More than 2^24 are no
 * other case, so that costs of products over them stay numbers, also where a size has no bound. */
int64_t points_usual(Graph *g, const Shape *s, int without);
const char *shape_text(Graph *g, const Shape *s); /* "[1,3,batch]", in scratch */
/* The number, or E-DYNAMIC (exit 4) naming the symbol and the option that fixes it. */
int64_t dim_number(Graph *g, const Node *n, Dim d);
/* Marks, by dim_symbol_index(), the symbols of d that have no bound; whether there are any. */
bool dim_open(Syms *s, Dim d, bool *open);
/* E-DYNAMIC for d, a size of n which needs a bound; the hint gives the options for all symbols that are marked: of those of
 * inputs first, as what is counted may have its bound from them. */
_Noreturn void fail_open(Graph *g, const Node *n, Dim d, const bool *open);
#define HINT_OVER "; a run that finds more ends with TCC_ERR_CAPACITY" /* ends hints that ask for a bound of what data decide */
/* Size d of an input says how many axes something has, and so is a number: its own, or where it varies the one that follows
 * from ranks that are known (`implied`; below 0: from none), which each run is held to. E-DYNAMIC, E-SHAPE. */
int64_t rank_size(Graph *g, const Node *n, Dim d, int64_t implied);
int64_t output_rank(const Node *n); /* of output 0, where the file gives it or inference has it; else -1 */

/* ---- trouble with a node: "node 12 'conv1' (Conv): ..."; n NULL: with the graph ---- */

NodeLabel label_of(const Node *n); /* the node that messages about n name: of the model, where it was made for one */
_Noreturn void fail_node(Graph *g, const Node *n, const char *id, const char *format, ...)
	__attribute__((format(printf, 4, 5))); /* invalid model, exit 3 */
_Noreturn void fail_unsupported(Graph *g, const Node *n, const char *format, ...)
	__attribute__((format(printf, 3, 4))); /* exit 4, [E-UNSUPPORTED] */
_Noreturn void fail_node_as(Graph *g, const Node *n, enum exit_code status, const char *id, const char *format, ...)
	__attribute__((format(printf, 5, 6))); /* any exit code */
#endif
