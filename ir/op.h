/* op.h -- an operator: one row in ops.def, one definition in ir/op/.
 *
 * The row of an operator says everything the compiler knows about it. The functions, in the order in which a file
 * gives them:
 *   infer   checks attributes, types and shapes (fail_node with the rule that is broken) and sets the type and shape of
 *           every output that is not NULL
 *   eval    the plain reference, computing in double or int64: constant folding, golden vectors, the oracle of tests
 *   expand  rewrites the node into simpler ones (put(), value_replace()), for composites
 *   lower   one element of an output as an expression over loop indices (see expr.h)
 *   trust   where data decide sizes and the file says what they will be: rewrites the node as one that knows them, and
 *           checks at run time that the data agree (see ir/op/trust.h)
 *   routine for algorithms that are no element formula (decoding): a helper of emitted C makes all of output 0, see Routine
 *   scatter output 0 is input 0, in which elements are written over: element `at` of the updates goes to index[] of the
 *           output; indices come from data, and equal ones are met in the order of the updates
 *   chosen  output 0 is how many elements of a vector, input 0, are chosen, then their positions: whether element `at` is
 *   port    for who owns bodies: what a value that a body takes in or gives is to the node (see op/bodies.h), and
 *   turns   for who repeats his body: how often
 * Every operator has infer and eval, and one of expand, lower, routine, scatter, chosen, port; but for Concat, whose inputs are made
 * in their places, and tcc.Agree, a test in the list of calls. None prints C. */
#ifndef TCC_IR_OP_H
#define TCC_IR_OP_H
#include "ir/eval.h"
#include "ir/graph.h"

struct Expr;
struct Lower;

/* ---- attributes: a plain struct an operator, described by a table ---- */

typedef struct Ints {
	int64_t *v;
	int n; /* -1: absent */
} Ints;

typedef struct Floats {
	float *v;
	int n; /* -1: absent */
} Floats;

typedef struct Strings {
	Text *v;
	int n; /* -1: absent */
} Strings;

typedef enum AttrKind {
	A_INT,    /* int64_t field */
	A_FLOAT,  /* float field */
	A_ENUM,   /* int64_t field: index into `choices`, "NOTSET|SAME_UPPER|..."; text in the model */
	A_TYPE,   /* DType field; an integer in the model */
	A_STRING, /* Text field */
	A_INTS, A_FLOATS, A_STRINGS,
	A_TENSOR, /* Tensor * field, NULL when absent */
	A_GRAPH   /* int field: index into Node.sub, -1 when absent */
} AttrKind;

typedef struct Attr {
	const char *name;
	AttrKind kind;
	size_t offset;
	double def;          /* default of INT, FLOAT, ENUM, TYPE */
	const char *choices; /* ENUM */
	bool required;
} Attr;

/* Rows of a table; the table ends with an empty row {0}. S is the struct without the word struct. */
#define ATTR_INT(S, field, value) {#field, A_INT, offsetof(struct S, field), (double)(value), NULL, false}
#define ATTR_FLOAT(S, field, value) {#field, A_FLOAT, offsetof(struct S, field), (value), NULL, false}
#define ATTR_ENUM(S, field, value, list) {#field, A_ENUM, offsetof(struct S, field), (value), (list), false}
#define ATTR_TYPE(S, field, value) {#field, A_TYPE, offsetof(struct S, field), (value), NULL, false}
#define ATTR_LIST(S, field, kind) {#field, kind, offsetof(struct S, field), 0, NULL, false} /* INTS, FLOATS, STRINGS, STRING, TENSOR, GRAPH */
#define ATTR_REQUIRED(S, field, kind) {#field, kind, offsetof(struct S, field), 0, NULL, true}

/* A struct with every default filled in (A_INTS etc. absent); in perm. */
void *attr_new(Graph *g, const Op *op);
bool attr_equal(const Op *op, const void *a, const void *b);
bool attr_is_default(const Attr *row, const void *attr); /* one field of a struct */
uint64_t attr_hash(const Op *op, const void *a);

/* ---- the row ---- */

enum op_flags {
	POINTWISE = 1,  /* out[i] depends on in[broadcast(i)] only */
	MOVES = 2,      /* moves or repeats elements, computes nothing: inlining it costs index arithmetic only */
	REDUCES = 4,    /* an element of the output reads many of an input */
	CONTRACTS = 8,  /* sums of products of two inputs: MatMul, Conv, ... */
	RANDOM = 16,    /* never folded, never shared */
	CONTROL = 32,   /* owns subgraphs */
	CHEAP = 64,     /* pointwise and cheap enough to compute again in each consumer */
	COMMUTES = 128, /* in[0] and in[1] may be exchanged */
	ONCE = 256,     /* moves, and reads no element of its input twice */
	TABLES = 512,   /* contracts small tiles with constant tables (codegen/transform.c) */
	KEPT = 1024,    /* stays though nobody reads its output: it stops the run */
	ROWS = 4096,    /* makes a whole row of its output from one of its input, whose last axis is innermost */
	CHOOSES = 2048, /* data decide how many elements its outputs have (ir/op/chosen.h) */
	RANKED = 8192,  /* a size of an input decides how many axes output 0 has: see rank_size() */
	UNREAD = 16384, /* it asks for the sizes of its inputs, not for their elements */
	DECLARED = 32768 /* infer asks which sizes the file gives its outputs; those that are no numbers are -1 */
};

/* What the value that a body takes in, or gives, is to the node that owns it. */
typedef enum PortKind {
	PORT_SAME,  /* that very value */
	PORT_SLICE, /* a slice of it, another one each turn */
	PORT_STATE, /* it starts as that input and ends as that output; from turn to turn the body hands it on to itself */
	PORT_TURN   /* the number of the turn, from 0 */
} PortKind;

typedef struct Port {
	PortKind kind;
	int slot;     /* of the node's input or output; -1: none */
	int to;       /* STATE, what the body gives: the body's input that it is in the next turn */
	int axis;     /* SLICE */
	bool reverse; /* SLICE: from the end */
} Port;

/* How often a body runs: `most` times, where nothing else is said. */
typedef struct Turns {
	Dim most;
	int trips; /* and no more often than this input of the node says; -1: nothing is said */
	int going; /* and only while this input of the body, a state, is true; -1: nothing is said */
} Turns;

/* A helper of emitted C that makes all of an output from inputs that lie in memory, by one worker:
 *     name(x, count of x, .., y, sizes of y, its strides, setting, work, bytes of it, status)
 * x: every input that is a vector; scalars say how large y is. work, bytes: memory of its own; not there where it needs
 * none. */
typedef struct Routine {
	const char *name;
	bool vectors; /* on targets that have vectors it is called v_ + name */
	int64_t setting;
	int64_t work; /* bytes, for the upper bounds of all sizes */
} Routine;

struct Op {
	const char *name;
	const char *domain; /* "" is ai.onnx */
	int min_in, max_in; /* max_in -1: any number */
	int min_out, max_out;
	unsigned flags;
	int ulp;            /* bound of eval's f32 result against the exact one that emitted code must also meet; 0: exact */
	const Attr *attrs;
	size_t attr_size;
	const char *types;  /* classes that input 0 may be of, as need_type() takes them; NULL: any, or infer says */
	void (*infer)(Graph *g, Node *n);
	void (*eval)(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out);
	void (*trust)(Graph *g, Node *n);
	void (*expand)(Graph *g, Node *n);
	struct Expr *(*lower)(struct Lower *l, const Node *n, int slot, struct Expr *const *at);
	Routine (*routine)(Graph *g, const Node *n);
	struct Expr *(*scatter)(struct Lower *l, const Node *n, struct Expr *const *at, struct Expr **index);
	int updates;        /* of scatter: which input they are */
	struct Expr *(*chosen)(struct Lower *l, const Node *n, struct Expr *const *at);
	Port (*port)(const Node *n, const Graph *body, int i, bool out); /* of what the body does not capture */
	Turns (*turns)(Graph *g, const Node *n);
};

#define OP(id) extern const Op op_##id;
#include "ir/ops.def"
#undef OP

extern const Op *const op_table[]; /* NULL at the end, in the order of ops.def */
const Op *op_find(const char *domain, const char *name); /* NULL when there is none; "ai.onnx" is "" */
const Op *op_named(const char *name);                    /* "Conv" or "domain.Name"; NULL when there is none */
bool is_op(const Node *n, const char *name);             /* n is there and of ai.onnx's operator of that name */

/* Checks the type of input 0, and everything else by `infer`; sets types and shapes of the outputs. */
void infer_node(Graph *g, Node *n);

/* ---- helpers of infer (infer.c) ---- */

void set_out(Graph *g, Node *n, int slot, DType t, const Shape *s); /* does nothing when that output is absent */
void same_as_input(Graph *g, Node *n);                       /* output 0 has type and shape of input 0 */
void same_type(Graph *g, const Node *n, int a, int b);       /* inputs a and b have one type, else E-TYPE */
void need_type(Graph *g, const Node *n, int slot, const char *classes); /* classes: letters of "fiubsc": float int uint bool string complex */
void need_rank(Graph *g, const Node *n, int slot, int lo, int hi);      /* E-RANK; hi -1: no upper bound */
void need_one(Graph *g, const Node *n, int slot);            /* one number, in whichever shape, or absent; else E-SHAPE */
bool has_in(const Node *n, int slot);                        /* the optional input is there */
int64_t fix_axis(Graph *g, const Node *n, int64_t axis, int rank); /* negative counted from the end; E-AXIS outside */
Shape broadcast_shape(Graph *g, const Node *n, const Shape *a, const Shape *b); /* numpy rules; E-SHAPE */
void need_broadcast(Graph *g, const Node *n, int slot, const Shape *to); /* input `slot` broadcasts to that shape; E-SHAPE */
/* The shape of v; or where the branches of an If leave open how many sizes of 1 stand in front, the longer one, which is as
 * good as the other beside an operand of as many axes. False: neither is known. */
bool spreads_as(const Value *v, Shape *s);
void infer_broadcast(Graph *g, Node *n, DType t);            /* output 0: all inputs broadcast, type t (DT_NONE: input 0's) */
/* The integer elements of input `slot` as sizes: constants or symbolic contents. NULL when they are not known before
 * run time; *n_out their number. need_content fails instead, with E-DYNAMIC; const_i64 and const_f64 (result in scratch)
 * insist on numbers. */
const Dim *content_of(Graph *g, const Node *n, int slot, int *n_out);
const Dim *need_content(Graph *g, const Node *n, int slot, int *n_out);
const int64_t *const_i64(Graph *g, const Node *n, int slot, int *n_out);
const double *const_f64(Graph *g, const Node *n, int slot, int *n_out);
void set_content(Graph *g, Value *v, int n, const Dim *content);
/* Input `slot` is there, and its elements are known only to the run. */
bool by_data(Graph *g, const Node *n, int slot);
/* The same of one that decides sizes of the outputs; then the shapes that the file gives the
 * outputs hold: false where it is known, E-DYNAMIC where the file does not give them all. */
bool is_trusted(Graph *g, const Node *n, int slot);
#endif
