/* expr.h -- the value of one element, as an expression over loop indices.
 *
 * An operator's lower() says what element `at` of its output is:
 *     Add:       alu(l, ADD, in_bcast(l, n, 0, at), in_bcast(l, n, 1, at))
 *     Transpose: in(l, n, 0, permuted at)
 *     MatMul:    reduce(l, RED_SUM, alu(l, MUL, in(l, n, 0, {m, k}), in(l, n, 1, {k, n})), 1, &k)
 * Reading an input through in() gives either a load, or, where fusion decided to inline its producer, the producer's
 * own expression at that index: that is all there is to fusion. Expressions are hash-consed per stage: equal ones are
 * one pointer. Indices have type I64 and are simplified when built (constants, sums, products, division by constants
 * with known ranges). */
#ifndef TCC_IR_EXPR_H
#define TCC_IR_EXPR_H
#include "ir/op.h"

/* Operations: rows of alu.def; the target rows in codegen/ give the C text of each.
 * The semantics are those of the ONNX operators of that name. Comparisons and logic give BOOL. */
typedef enum Alu {
#define ALU(id, n) id,
#include "ir/alu.def"
#undef ALU
	ALU_COUNT
} Alu;

typedef enum ExprKind {
	X_NUM,   /* constant of type dtype: .i for integers and bool, .f for floats; of text: "" */
	X_AXIS,  /* loop index: .axis */
	X_DIM,   /* a size that is known at run time only: .dim */
	X_LOAD,  /* element of .value at arg[0..rank) */
	X_ALU,   /* .op of arg[] */
	X_CAST,  /* arg[0] converted to dtype as ONNX Cast does */
	X_LOCAL, /* a local variable of the emitted function: .i numbers it (see nest.h) */
	X_REDUCE /* .red over .axes (body arg[0]); RED_ARGMAX/MIN give the I64 index along the one axis */
} ExprKind;

/* RED_MAX_NUMBER: of floats, and NaN are left out; where there is nothing else, -infinity. */
typedef enum Red { RED_SUM, RED_PROD, RED_MAX, RED_MAX_NUMBER, RED_MIN, RED_ARGMAX, RED_ARGMIN, RED_ARGMAX_LAST, RED_ARGMIN_LAST, RED_AND, RED_OR } Red;

typedef struct Axis {
	uint32_t id;
	Dim extent;     /* the index runs over 0 .. extent-1 */
	bool reduction; /* made by red_axis() */
} Axis;

typedef struct Expr Expr;
struct Expr {
	ExprKind kind;
	DType dtype;
	Alu op;
	Red red;
	uint32_t id, hash; /* id: order of creation, 1.. */
	int nargs, naxes;
	Expr **arg;
	Axis **axes;       /* X_REDUCE; X_AXIS has it at axes[0] */
	Value *value;      /* X_LOAD */
	Dim dim;           /* X_DIM */
	int64_t i;
	double f;
	int64_t lo, hi;    /* range of an I64 index expression */
	uint64_t mask;     /* axes it depends on, bit min(id, 63) */
	Expr *memo;        /* of a load of an inlined value: its producer's expression */
};

/* The type in which formulas of elements of type t are computed: narrow floats in F32. */
static inline DType work_type(DType t) { return is_float(t) && dtype_info(t)->bits < 32 ? F32 : t; }

typedef struct Lower Lower; /* the expressions of one stage: arena, hash table, and which values are loads */

/* ---- for operators ---- */

/* The type in which the formula of node n is computed where its elements have type t: that of work_type(), but F64 where the
 * graph is exact and the operator rounds more than its result. Sums and products of floats are exact in it, or nearly. */
DType formula_type(const Lower *l, const Node *n, DType t);
Expr *num_i(Lower *l, int64_t k);                 /* index constant (I64) */
Expr *num(Lower *l, DType t, double x);           /* constant of any type */
Expr *extent(Lower *l, Dim d);                    /* a size as an index expression */
Expr *red_axis(Lower *l, Dim extent);             /* a fresh reduction index */
Expr *in(Lower *l, const Node *n, int slot, Expr *const *at);       /* element of an input */
Expr *table_in(Lower *l, const Node *n, int slot);                  /* a constant as a whole: its first element, read from memory */
Expr *in_bcast(Lower *l, const Node *n, int slot, Expr *const *at); /* `at` indexes output 0; sizes of 1 repeat */
/* The index along an axis of size d for index `at` of a result of that size: 0 where d is 1, which the run may have to say. */
Expr *repeated_index(Lower *l, Dim d, Dim result, Expr *at);
Expr *alu1(Lower *l, Alu op, Expr *a);
Expr *alu2(Lower *l, Alu op, Expr *a, Expr *b);   /* operands have one type (shifts, POW: that of a) */
Expr *choose(Lower *l, Expr *cond, Expr *yes, Expr *no); /* only the chosen side may be read: guards loads */
Expr *cast(Lower *l, DType t, Expr *x);
Expr *bitcast(Lower *l, DType t, Expr *x); /* the bits of x read as an element of type t, which is as wide */
/* The lowest bytes of four I32 in one, the first of them lowest. */
Expr *four_bytes(Lower *l, Expr *const byte[4]);
/* Where the least elements of a row stand, `count` of them, of equal ones the first first: a whole row of an output, whose
 * lower() gives nothing else. `element` is a load of the row's element `at`, an axis made by red_axis(). */
Expr *order_of(Lower *l, Expr *element, Expr *count, Expr *at);
/* An operation of text, whose result has type t. A table among its operands is given as a load of its first element. */
Expr *text_alu(Lower *l, Alu op, DType t, int nargs, Expr *const *args);
static inline bool is_text_alu(Alu op) { return op >= TEXT_FIND; }
/* x is text that is nowhere yet: it needs memory of its own. */
static inline bool makes_text(const Expr *x)
{
	return x->dtype == STR && ((x->kind == X_CAST && x->arg[0]->dtype != BOOL) ||
				   (x->kind == X_ALU && (x->op == TEXT_CONCAT || x->op == TEXT_LETTERS)));
}
bool is_arg(Red red); /* it gives where the element is */
Expr *reduce(Lower *l, Red red, Expr *body, int naxes, Expr *const *axes);

/* Index arithmetic (all I64). iddiv and imod round toward minus infinity; the divisor is positive. */
Expr *iadd(Lower *l, Expr *a, Expr *b);
Expr *isub(Lower *l, Expr *a, Expr *b);
Expr *imul(Lower *l, Expr *a, Expr *b);
Expr *idiv(Lower *l, Expr *a, Expr *b);
Expr *imod(Lower *l, Expr *a, Expr *b);
Expr *inside(Lower *l, Expr *i, Expr *lo, Expr *hi); /* BOOL: lo <= i < hi, simplified by ranges */
/* An index taken from data: negative ones count from the end, others outside 0..extent-1 stop the run with
 * TCC_ERR_INDEX (and read element 0, so that nothing outside is touched). */
Expr *checked_index(Lower *l, Expr *i, Expr *extent);
/* Row-major position <-> index of a shape. */
Expr *flatten(Lower *l, const Shape *s, Expr *const *at);
void unflatten(Lower *l, const Shape *s, Expr *pos, Expr **at);

Graph *lower_graph(Lower *l); /* for fail_unsupported() and dim_number() */

/* ---- for codegen ---- */

Lower *lower_new(Graph *g, Arena *a, const bool *is_load /* by value id: in() loads it; NULL: all */);
Expr *axis_expr(Lower *l, Axis *axis);
Axis *axis_new(Lower *l, Dim extent, bool reduction);
/* The element of v at `at`: a load, a constant, or its producer's expression. */
Expr *value_at(Lower *l, Value *v, Expr *const *at);
bool is_size_test(const Expr *x); /* d0 == 1 */
bool is_repeated_index(const Expr *x); /* one made by repeated_index(), of which the run says whether it moves */
/* x with expression `from` replaced by `to`. */
Expr *substitute(Lower *l, Expr *x, const Expr *from, Expr *to);
/* The same operation over new arguments. */
Expr *rebuild(Lower *l, const Expr *x, Expr *const *arg);
#endif
