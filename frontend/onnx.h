/* onnx.h -- inside the ONNX front end.
 *
 *     bytes --wire.c--> protobuf --scope.c--> scopes --build.c, subgraph.c, function.c--> Graph
 *
 * Each node on its way in goes through opsets.c and attrs.c; tensor.c, types.c and dims.c read what belongs to values.
 * Two walks: scope.c says who defines and who uses each name, before anything is built; build.c then appends the nodes,
 * each brought to today's form and with its shapes inferred at once. */
#ifndef TCC_FRONTEND_ONNX_H
#define TCC_FRONTEND_ONNX_H
#include "frontend/frontend.h"
#include "frontend/names.h"
#include "frontend/wire.h"
#include "ir/op.h"
#include "onnx.pb-c.h"

typedef Onnx__ModelProto ModelProto;
typedef Onnx__GraphProto GraphProto;
typedef Onnx__FunctionProto FunctionProto;
typedef Onnx__NodeProto NodeProto;
typedef Onnx__AttributeProto AttributeProto;
typedef Onnx__TensorProto TensorProto;
typedef Onnx__SparseTensorProto SparseTensorProto;
typedef Onnx__SequenceProto SequenceProto;
typedef Onnx__OptionalProto OptionalProto;
typedef Onnx__ValueInfoProto ValueInfoProto;
typedef Onnx__TypeProto TypeProto;
typedef Onnx__TensorShapeProto TensorShapeProto;
typedef Onnx__OperatorSetIdProto OperatorSetIdProto;
typedef Onnx__StringStringEntryProto EntryProto;

/* AttributeProto.type, and the field that holds it. */
enum attr_type {
	AT_NONE = 0,
	AT_FLOAT = 1,
	AT_INT = 2,
	AT_STRING = 3,
	AT_TENSOR = 4,
	AT_GRAPH = 5,
	AT_FLOATS = 6,
	AT_INTS = 7,
	AT_STRINGS = 8,
	AT_TENSORS = 9,
	AT_GRAPHS = 10,
	AT_SPARSE = 11,
	AT_SPARSES = 12,
	AT_TYPE = 13,
	AT_TYPES = 14
};

typedef struct Scope Scope;
typedef struct Function Function;
typedef struct Missing Missing;

/* --dim, --shape: the bounds of one symbolic size. */
typedef struct Choice {
	const char *name;
	int64_t lo, hi;
} Choice;

/* The operator sets that a model or a function imports. */
typedef struct Opsets {
	OperatorSetIdProto **set;
	size_t n;
	int64_t ir_version; /* files before version 3 name none and mean the first */
} Opsets;

/* One import. */
typedef struct Import {
	Ctx *ctx;
	Arena *arena; /* perm: protobuf, scopes, graph; payloads of tensors are used where they lie */
	const ModelProto *model;
	const char *directory; /* of external data, NULL: none allowed */
	const ReadOptions *options;
	Syms *syms;
	Opsets opsets;
	Names function_names; /* of domain, name and overload, see function.c */
	Function *function;   /* by index of function_names */
	Function *open;       /* the innermost that is being walked */
	Missing *missing; /* by index of missing_names */
	uint32_t nmissing, cmissing;
	Names missing_names;
	double written; /* nodes, names, attributes and links of bodies that stand in the place of their node */
	double followed; /* of what has gone into branches, see ranks.c */
	Choice *choice; /* of symbolic dimensions */
	int nchoice, cchoice;
	Names dims; /* symbolic dimensions of the model's inputs */
	const char *wrong;   /* the first result whose shape the file has wrong, as a sentence */
	int nwrong;          /* how many there are */
	int bodies;          /* how many stand around what is being built, see doomed.c */
	struct Opened *opened; /* branches into which nodes go, see ranks.c */
	struct Origin *origin; /* of each If, see doomed.c */
	struct Attempts *attempts; /* to build the graph, see there */
	bool differentiates; /* some node is a Gradient: it follows floats back to what they are made of */
} Import;

/* What a node calls. */
typedef struct Callee {
	enum { CALL_OP, CALL_CONSTANT, CALL_FUNCTION, CALL_SEQUENCE, CALL_MAP, CALL_FLEX, CALL_GRADIENT, CALL_MISSING } kind;
	int version; /* of the operator set */
	Function *function;
} Callee;

/* What stands behind a name of a scope. */
typedef struct Def {
	enum { BY_INPUT, BY_INITIALIZER, BY_NODE, FROM_OUTSIDE } by;
	size_t node; /* BY_NODE: which makes it; FROM_OUTSIDE: the first that reads it */
} Def;

/* A graph or a function before it is built: who defines each name, and in which order its nodes may run. */
struct Scope {
	const Scope *outer; /* of the graph around this one; NULL for the model and for functions */
	size_t owner;       /* the node of `outer` that owns this graph */
	const char *kind, *name; /* for messages: "graph", "function" */
	const GraphProto *graph; /* NULL for a function */
	const Opsets *opsets;
	NodeProto **node;
	size_t nnode;
	Names names;
	Def *def; /* by index of names */
	uint32_t cdef;
	uint32_t *outside, noutside, coutside; /* the names that come from outside, in order of first use */
	uint32_t *order; /* nodes, each after those that it reads */
	Callee *callee;  /* by node */
	Scope **child;   /* by node: the scopes of its graphs, linked by `next` */
	Scope *next;
	int depth;   /* of the walk that met it first */
	int height;  /* of the graphs and functions inside */
	double cost; /* nodes, names and attributes with all functions written out */
};

struct Function {
	const FunctionProto *proto;
	Opsets opsets;
	Scope *scope;
	enum { UNSEEN, OPEN, DONE } state; /* of the walk in scope.c */
	bool collected;                    /* by missing.c */
	Function *caller;                  /* while OPEN */
};

/* A scope while it is being built into a graph. */
typedef struct Frame {
	Import *im;
	const Scope *scope;
	Graph *g;
	Value **value; /* by index of scope->names; NULL: not yet, or an absent optional input */
	Value **given; /* by index of scope->names: only the shape, where one is given in numbers (of a list: elements); or NULL */
	int8_t *rank;  /* by the same index: how many sizes the file gives, be they numbers or not; -1 where it does not say */
	bool in_function;
	AttributeProto **env; /* in a function: the attributes of the call, then the defaults */
	size_t nenv;
	const char *under; /* the branches in which nodes stand that have gone there, see ranks.c; NULL: none */
	const struct Raw *branch_of; /* an If, one of whose branches is being built, of which the run takes either; or NULL */
	int branch;                  /* 0: then_branch, 1: else_branch */
	const char *path; /* in a function: the names of the calls, "outer/inner/", else "" */
	Eval *eval;       /* of g, for settle(); opened when first needed */
} Frame;

/* A node on its way in: opsets.c rewrites it before its operator's attribute table is applied. */
typedef struct Raw {
	Frame *f;
	size_t index; /* in f->scope->node */
	const NodeProto *proto; /* f->scope->node[index], or what took its place */
	const Scope *own;       /* of a body that took the place of the one in the file, see grown.c; or NULL */
	struct Carried *carried; /* sequences that are rows, see carried.c; or NULL */
	struct Grown *grown;    /* states of a Loop that the body no longer has, see grown.c; or NULL */
	struct Varying *varying; /* sizes of states that are others each turn, see varying.c; or NULL */
	const char *name; /* with the calls that led here */
	const char *domain, *type; /* of the operator */
	int version;
	Value **in;
	int nin, cin;
	AttributeProto **attr;
	int nattr, cattr;
	int nout;
	Value **out; /* by output, NULL where nobody asks */
	bool done;   /* a rewrite has built the outputs itself */
	struct Body *body;
	int nbody, cbody;
} Raw;

/* A body that has its nodes, and not yet its outputs. */
typedef struct Body {
	Frame f;
	Value **out;
	int nout;
} Body;

/* The sizes of the elements of a sequence or optional. */
typedef struct Elements {
	int n;
	Shape *shape;
} Elements;

enum {
	NEWEST_OPSET = 28, /* of ai.onnx */
	MAX_OPSETS = 64,
	MOST_ATTRIBUTES = 256, /* of a node */
	MOST_PATH = 160        /* bytes of calls before a node's name */
};

static inline const char *text_of(const char *s) { return s ? s : ""; }

/* ---- model.c: the parts that stand around the graph ---- */

const uint8_t *model_read(Ctx *c, Arena *a, const char *path, size_t *n);
ModelProto *model_unpack(Ctx *c, Arena *a, const uint8_t *bytes, size_t n);
bool is_onnx_domain(const char *domain); /* "" or "ai.onnx" */
void opsets_check(Import *im, const Opsets *o, const char *of);
int opset_version(const Opsets *o, const char *domain); /* 0 when it is not imported and has to be */

/* ---- scope.c ---- */

Scope *scope_of_model(Import *im);
bool is_true_input(const Scope *s, const char *name); /* an input without an initializer, which would be its value */
const char *node_name(const NodeProto *p); /* a node without a name goes by its first output */
const Scope *scope_of_graph(const Scope *s, size_t node, const GraphProto *g);
/* "node 12 'conv1' (Conv): ..." */
_Noreturn void fail_at(Import *im, const Scope *s, size_t node, enum exit_code status, const char *id,
		       const char *format, ...) __attribute__((format(printf, 6, 7)));

const char *node_text(Ctx *c, const Scope *s, size_t node); /* "node 12 'conv1' (Conv)", in scratch */

/* ---- order.c ---- */

/* Which nodes a node has to wait for: before[first[k]] .. before[first[k + 1]]. */
typedef struct Waits {
	uint32_t *first;
	uint32_t *before, n, c;
} Waits;

void order_nodes(Import *im, Scope *s, const Waits *w); /* fills s->order; E-CYCLE */

/* ---- function.c ---- */

void functions_collect(Import *im);
Function *function_find(Import *im, const NodeProto *p);
void function_inline(Raw *r, Function *f);
AttributeProto *function_attribute(const Frame *f, const char *name); /* @name: of the call, or the default, or NULL */

/* ---- missing.c: operators without a row ---- */

/* Note those of a scope, of what it calls and of the graphs inside, but not of branches: only one of them will run. */
void missing_collect(Import *im, const Scope *s);
void missing_report(Import *im);
bool is_branching(const Scope *s, size_t node); /* an If */

/* ---- types.c: what a file says about a value ---- */

typedef struct Declared {
	Kind kind;                     /* KIND_MAP: a map, or a sequence of maps */
	DType dtype;                   /* DT_NONE: nothing is said. Of a map: of its values */
	const TensorShapeProto *shape; /* NULL: nothing is said */
} Declared;

DType dtype_of(Ctx *c, int64_t number, const char *who);
Declared declared_of(Import *im, const ValueInfoProto *p);
Declared declared_type(Import *im, const TypeProto *t, const char *who);
void note_given(Frame *f); /* Frame.given, Frame.rank */
bool declared_numbers(const Frame *f, const char *name, Shape *s); /* of a value, if the file gives its rank; -1: no number */
/* Types have to agree, the shape too where it is a promise; else a wrong one is noted, and one line tells of all of them. */
void declared_check(Import *im, const ValueInfoProto *p, const Value *v, const char *what, bool promise);
void declared_report(Import *im);

/* ---- dims.c: symbolic sizes of the model's inputs, and the user's choices ---- */

void dims_choose(Import *im, const Scope *s);
void dims_check(Import *im); /* when the graph is built: every name that --dim gives was met */
const ConstChoice *const_choice(const Import *im, const char *input); /* NULL: the input is one */
Shape input_shape(Import *im, const ValueInfoProto *p, const TensorShapeProto *shape);
Dim map_size(Import *im, const ValueInfoProto *p); /* of an input that is a map: how many keys it has */
Elements input_elements(Import *im, const ValueInfoProto *p, const Declared *d); /* of an input that is no tensor */
/* A tensor, and neither the file nor --dim gives any of the sizes that it lacks. */
bool has_open_sizes(Import *im, const ValueInfoProto *p);
const ShapeChoice *elements_choice(const Import *im, const char *name); /* --shape of a sequence; NULL: none */

/* ---- tensor.c, sparse.c, constant.c ---- */

Tensor *tensor_import(Ctx *c, Arena *a, const char *directory, const TensorProto *t, const char *who);
Tensor *sparse_import(Ctx *c, Arena *a, const char *directory, const SparseTensorProto *s, const char *who);
Value *constant_build(Raw *r);

/* ---- lists.c: sequences and optionals are lists of values while a file is read ---- */

typedef struct ValueRow {
	Value **v;
	int n, c;
} ValueRow;

bool is_list(const Value *v);
Value *list_new(const Frame *f, Kind kind, DType t, int n, Value *const *item);
void need_tensor(const Frame *f, const Value *v, const char *what); /* v is no list; E-UNSUPPORTED */
bool is_optional_tensor(const Value *v); /* an optional of a tensor; of NULL false */
Value *presence(const Frame *f, const Value *v); /* whether an optional has an element */
bool is_known(const Value *v, bool k); /* a constant of one element, which is k */
/* The tensors that a list is at a border, one after the other (NULL: one whose sizes nobody knows), and back: a value
 * like v of tensors row[*at] and so on. */
void put_row(const Frame *f, const Value *v, ValueRow *row);
Value *like_row(const Frame *f, const Value *v, Value *const *row, int *at);
_Noreturn void fail_unknown_element(const Frame *f, const char *name);
void branches_align(Raw *r, int k); /* branches.c: lists that both branches give as output k become alike */

/* What the model takes in and gives, as its caller sees it (Graph.arg_in, arg_out). */
void arguments_open(const Frame *f);
Value *list_input(const Frame *f, const char *name, Kind kind, DType t, const Elements *e);
void argument_in(const Frame *f, const Value *v, const char *name, int first); /* inputs from `first` on are v */
void argument_out(const Frame *f, Value *v, const char *name); /* the next outputs are v */
void arguments_close(const Frame *f);

/* ---- rows.c: a sequence as rows of one tensor ---- */

typedef struct ListRows {
	Value *row;   /* [n, ..]; NULL: there are none */
	Value *sizes; /* i64[n, k]: how much of each is real, along k axes of it; NULL: all */
	Value *there; /* bool[n]: which are elements; NULL: all */
	unsigned open; /* which axes, as bits; 0: all have the same sizes */
} ListRows;

typedef struct OpenSizes {
	unsigned axes;          /* in whose sizes elements differ, as bits, */
	int64_t most[MAX_RANK]; /* and up to where, by axis */
} OpenSizes;

/* In graph g. `turn`: that of a Loop's body, where sizes may be other ones each turn. */
ListRows list_rows_of(const Raw *r, Graph *g, const Value *s, bool turn);
/* ListRows of n sequences, each in its graph, with the same open axes and sizes but for how many there are. */
void list_rows_alike(const Raw *r, Graph *const *g, Value *const *s, int n, bool turn, ListRows *x);
/* Where elements of s differ, or (`turn`: as above) data decide their size. */
OpenSizes list_open_sizes(const Raw *r, Graph *g, const Value *s, bool turn);
ListRows list_rows_like(const Raw *r, Graph *g, const Value *s, const OpenSizes *open); /* with these */
ListRows list_rows_behind(const Raw *r, const Value *s, Value *x); /* those of s that are there, and x */
ListRows list_rows_joined(Graph *g, ListRows a, ListRows b);		  /* which are alike */
/* Without those that are none; name.there names how many are left. */
ListRows list_rows_there(const Raw *r, Graph *g, ListRows x, const char *name);
ListRows list_rows_at(Graph *g, ListRows x, Value *at);		 /* those at some positions */
Value *list_sizes_along(Graph *g, Value *sizes, unsigned open, int axis); /* of ListRows.sizes one axis, i64[n] */
Value *list_no_sizes(Graph *g, unsigned open); /* ListRows.sizes of no rows */
Value *list_longest(Graph *g, Value *along); /* of these: a scalar, 0 where there are none */
Value *list_length(const Raw *r, Graph *g, const Value *s); /* a scalar */
ListRows list_rows_filled(const Raw *r, Graph *turn, ListRows x);	 /* as many in each turn, the last of which are none */
void list_take_rows(Value *s, ListRows x);			 /* s has these elements, and no others */
bool list_is_open(const Value *s);			 /* the run decides of some elements whether they are there */
void list_settle(const Raw *r, Value *s);		 /* such a list becomes one of those that are */

/* ---- sequences.c: operators on them; unroll.c: bodies that are written out, once a turn or an element ---- */

bool is_sequence_operator(const char *domain, const char *type);
const char *sequence_operator(int i); /* NULL: there are no more */
void sequence_build(Raw *r);
Value *sequence_split(Raw *r); /* parts.c */
Value *sequence_insert(Raw *r); /* inserted.c */
Value *sequence_erase(Raw *r);
const Value *need_sequence(const Raw *r, int slot);  /* input `slot`, */
const Value *need_positions(const Raw *r, int slot); /* the same, once it is settled which elements are there, */
Value *need_item(const Raw *r, int slot);	     /* or a tensor */
Value *sequence_of(const Raw *r, DType t, int n, Value *const *item);
_Noreturn void fail_of_empty(const Raw *r);    /* it asks an empty sequence for an element */
void need_alike(const Raw *r, const Value *s); /* the run may choose among its elements */
bool is_computed(const Raw *r, int slot);      /* the position in a sequence is computed while the model runs */
/* A position of 0 .. last, in a sequence of n; negative ones count from the end. Where none is given, `otherwise`. */
int position_in(const Raw *r, int slot, int n, int last, int otherwise);
bool list_build(Raw *r); /* true: an operator that takes tensors as well has taken a list */
bool loop_unroll(Raw *r); /* true: it carries or reads lists, and its turns stand in its place */
void map_unroll(Raw *r);
bool map_loops(Raw *r); /* mapped.c: a SequenceMap over as many elements as the run decides has become a Loop */

/* ---- grown.c: states of a Loop that only grow ---- */

/* A Loop that has some becomes one without; NULL: it has none. When that is built, loop_join() makes its outputs. */
struct Grown *loop_grow(Raw *r);
void sequences_begin(Frame *body, const Raw *r); /* in its body, sequences that grow are what nobody has added to */
void sequences_end(const Raw *r);		  /* it has its nodes: how long they are is a state as well */
/* How often a Loop turns is known, and not too often to write its turns out, if that is what its sequences need. */
bool ends_where_known(const Raw *r, const GraphProto *body);
bool may_end_early(const Raw *r, const GraphProto *body); /* a Loop, by what the run finds before its trips are done */
const AttributeProto *axis_written(const NodeProto *p); /* its axis; NULL where that is not written there */
/* The node of the body that adds to state i, a tensor, which nothing else reads; else as many as there are. */
size_t tensor_adding(const Raw *r, const Scope *body, int i);
/* How a sequence grows: whether the run decides what is added, and whether the body asks how long it is. */
typedef struct Growth {
	bool decides, asks;
} Growth;

/* State i, a sequence, is read by what adds to it at its end, or asks how long it is, only. */
bool sequence_only_grows(const Raw *r, const Scope *body, int i, Growth *how);
void loop_parts(Raw *r, struct Grown *t); /* its body has its nodes: parts get one size in all turns (ragged.c) */
void loop_join(Raw *r, const struct Grown *t);
/* What a turn adds to a state that is `first` before the loop, in one size for all turns (ragged.c). How many elements
 * along `axis` are real: count, a scalar; NULL: all. */
Value *part_of_turn(Raw *r, Frame *body, Value *part, Value *first, int64_t axis, Value **count);
/* v with zeros behind it along an axis, up to `most`. */
Value *filled_up_to(const Raw *r, Graph *g, Value *part, int64_t axis, int64_t most);
/* Parts of `most` elements each, one behind the other, without those that are not real; `name` is that of their size. */
Value *parts_as_counted(const Raw *r, Value *joined, int64_t axis, int64_t most, Value *counts, char *name);
Value *turns_moved(const Raw *r, Value *turns, int64_t axis);  /* axis 0 as axis `axis` */
Value *turns_joined(const Raw *r, Value *turns, int64_t axis); /* slices along axis 0, as Concat along `axis` joins them */

/* A Loop with states, all of whose inputs and outputs are there: its body; else NULL. */
const GraphProto *loop_body(const Raw *r);
void replace_body(Raw *r, GraphProto *body);
bool sequences_given(const Raw *r); /* the elements of some that it gives (--shape): it turns until they are like that */

/* ---- carried.c: sequences whose elements the turns of a Loop read, or take out, and optionals ---- */

/* A Loop that has some becomes one of rows; NULL: it has none. When it is built, carried_lists() makes its outputs. */
struct Carried *loop_carry(Raw *r);
void carried_begin(Frame *body, const Raw *r); /* in its body, rows are sequences again, */
void carried_end(const Raw *r);		       /* and what becomes of them is rows */
bool carried_again(Raw *r);     /* the turn has shown elements of other sizes, */
void carried_rows_anew(Raw *r); /* which rows before the loop then have, for another build */
/* The state that is rows of which `state` has one for each, be it the same or their sizes; -1: it is no such state. */
int carried_rows(const Raw *r, int state);
bool carried_is_room(const Raw *r, int state); /* for the element of an optional that surely has none before the loop */
void carried_lists(Raw *r, const struct Carried *t);

/* ---- probed.c: what a turn puts into a sequence that is empty before the loop ---- */

typedef struct ElementSeen {
	DType dtype;
	int rank; /* -1: nothing is seen */
	const char *size[MAX_RANK]; /* as dim_text() writes it; */
	unsigned open; /* of these, as bits, only the most that they can be */
} ElementSeen;

void elements_probe(const Raw *r, const Scope *body, ElementSeen *seen); /* by state; of those that are empty */
/* A sequence without rows, of such elements once it has some; NULL: nothing is seen, or sizes that only the body knows. */
Value *list_without_rows(const Raw *r, const Scope *body, const ElementSeen *e);
Value *optional_without(const Raw *r, const Scope *body, const ElementSeen *e); /* without an element, but with room for one */

/* ---- varying.c: states of a Loop that have another size each turn ---- */

void body_build(Raw *r, const GraphProto *p); /* subgraph_build(), again where states need sizes of their own */
void sizes_of_turns(Frame *body, const Raw *r, int64_t i, Shape *s); /* input i of the body: those that vary are symbols */

/* ---- held.c: which are held in their largest size, with counts beside them ---- */

/* Before the node is made. How many outputs it has then. */
int states_hold(Raw *r, Graph *body, Node *like, int nout);
Value **states_cut(const Raw *r, Node *n); /* behind it: the outputs as the file has them, cut as counted */

/* ---- maps.c: what makes and takes maps ---- */

bool is_map_operator(const char *domain, const char *type);
Value *map_build(Raw *r); /* its one output */
Value *map_input(const Frame *f, const ValueInfoProto *p); /* two inputs: its keys, and their values */

/* ---- flexattention.c: written out with its bodies ---- */

bool is_flex_attention(const char *domain, const char *type);
Value *flex_attention(Raw *r); /* its one output */

/* ---- gradient.c: derivatives of what stands around the node ---- */

bool is_gradient(const char *domain, const char *type);
bool names_tensors(const AttributeProto *a); /* of a Gradient: which it waits for */
void gradient_build(Raw *r);

/* ---- attrs.c ---- */

enum attr_type attr_type_of(const Raw *r, const AttributeProto *a);
void need_attr_type(const Raw *r, const AttributeProto *a, enum attr_type want);
void *attrs_import(Raw *r, const Op *op);

/* ---- build.c, subgraph.c ---- */

_Noreturn void raw_fail(const Raw *r, enum exit_code status, const char *id, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
Graph *graph_build(Import *im, const Scope *s); /* doomed.c */
Graph *graph_from_scope(Import *im, const Scope *s);
void node_build(Frame *f, size_t k);
Value *body_write_out(Raw *r, const GraphProto *p, Value *v); /* what a body of one input and one output makes of v */
void subgraph_build(Raw *r, const GraphProto *p); /* a body; what it captures is added to the node's inputs */
Value *captured(Frame *body, Raw *r, const char *name, Value *outer); /* one more; the same constant where it is one */
int bodies_close(Raw *r, Graph **sub); /* the bodies get their outputs; how many the node then has */
/* The nodes of a body in the place of the node that owns it; out[i] is what it gives. */
void copy_count(const Frame *f, size_t k); /* one more copy of node k */
void body_write(Raw *r, const GraphProto *p, Value *const *in, Value **out);
void body_count(const Raw *r, const GraphProto *p); /* one more copy of a body; E-LIMIT where there are too many */
const GraphProto *graph_attribute(const Raw *r, const char *name);
const Scope *scope_of_body(const Raw *r, const GraphProto *p);
bool branch_build(Raw *r); /* true: the condition of this If is known, and the branch stands in its place */
void initializers_build(Frame *f);
void nodes_build(Frame *f);
Value *output_of(Frame *f, size_t i);   /* what output i of its graph is */
void check_all_declared(Frame *f); /* what the file says about the values of its graph */
void elements_open(Frame *f); /* inputs whose integers the model makes sizes of: see elements.c */
void settle(Frame *f, Node *n); /* the node just built: away with it when its outputs are known, see settle.c */
Node *raw_build(Raw *r); /* a node in today's form, by its operator's attribute table */
const Shape *shape_given(const Raw *r, int i); /* of output i, by the file; NULL: none that inference may trust */
int rank_given(const Raw *r, int i); /* of output i, or -1: see Frame.rank */
Value *given_of(const Raw *r, int i); /* what is given of output i: only its shape, see Frame.given; or NULL */
Value *value_of(const Frame *f, const char *name); /* NULL for "" and for an absent optional input of a function */
void value_bind(Frame *f, const char *name, Value *v);

/* ---- ranks.c: an If of which outputs have another rank in each branch ---- */

bool node_follows(Frame *f, size_t k); /* true: node k reads such an output, and is built in both branches */
void ranks_close(const Frame *f);      /* the model's graph has its nodes; E-RANK where it gives such an output */

/* ---- doomed.c: branches that no run may take ---- */

void branch_origin(const Raw *r, const Node *n); /* n is the If that r became */
const char *branch_name(Import *im, const char *under, const Node *n, int b); /* body b of n, which stands in `under` */
int branch_doomed(const Raw *r); /* 0: then_branch, 1: else_branch, -1: none */
void branch_forbid(const Raw *r, int branch);
/* What stands in such a branch is wrong whenever it is run, `why`: everything is built once more without the branch. Returns
 * where it stands in none. */
void branch_give_up(const Frame *f, const char *why);
/* node_build(); false: it ended in trouble, which ctx tells. */
bool node_tried(Frame *f, size_t k);
/* node_build() in branch b of n; where the model is wrong with that, everything is built once more without the branch. */
void node_build_in_branch(Frame *f, size_t k, const Node *n, int b);

void trouble_forget(Ctx *c); /* fail() has not been called */

/* ---- opsets.c ---- */

void modernise(Raw *r);
/* An operator of com.microsoft that ONNX has as well becomes ONNX's, so that data may decide its sizes, which they cannot
 * inside of what an operator is expanded to. */
void adopt(Raw *r);
const Op *operator_of(const char *domain, const char *type, int version); /* that stands for it today, or NULL */
#endif
