/* pointwise.h -- what the operators on single elements share.
 *
 * Such an operator is a formula. Its row gives the formula twice, on purpose, because one judges the other: as C, over
 * double or int64, which eval maps over tensors, and as an expression, which lower builds:
 *     FLOAT1(Sqrt, sqrt(x), alu1(l, SQRT, x), .flags = POINTWISE | CHEAP)
 *     NUMBER2(Add, "fiu", x + y, wrap_add(a, b), alu2(l, ADD, x, y), sizes_add, 2, .max_in = 2, .flags = ...)
 * Floats below 32 bits are widened to F32 before the formula and rounded once after it. */
#ifndef TCC_IR_OP_POINTWISE_H
#define TCC_IR_OP_POINTWISE_H
#include "ir/expr.h"

/* ---- rows ----
 * Names that a formula may use:
 *     x, y  elements: double in C, Expr * of type F32, F64 or an integer type in expressions
 *     a, b  integer elements (int64_t); u says that the type is unsigned, so that 64 bits compare as uint64_t
 *     n     the node, for its attributes
 * `classes` are those of the type, as need_type() takes them. What follows the formulas goes into the Op as it is; in rows of
 * several inputs the least number of them comes first. */

#define POINTWISE_OP(Name, classes, least_in, ...)                                                                     \
	const Op op_##Name = {.name = #Name, .domain = "", .min_in = (least_in), .min_out = 1, .max_out = 1,           \
			      .types = (classes), .infer = Name##_infer, .eval = Name##_eval, .lower = Name##_lower, __VA_ARGS__};

/* One number in, the same type out; integers go through double and are truncated. */
#define REAL1(Name, classes, formula, expr, ...)                                                                       \
	static double Name##_f64(const Node *n, double x) { (void)n; return formula; }                                 \
	static Expr *Name##_expr(Lower *l, const Node *n, Expr *x) { (void)n; return expr; }                           \
	static void Name##_infer(Graph *g, Node *n) { same_as_input(g, n); }                                           \
	static void Name##_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)                         \
	{                                                                                                              \
		map_f64(e, n, in[0], out[0], Name##_f64);                                                              \
	}                                                                                                              \
	static Expr *Name##_lower(Lower *l, const Node *n, int slot, Expr *const *at)                                  \
	{                                                                                                              \
		(void)slot;                                                                                            \
		return lower_unary(l, n, at, Name##_expr);                                                             \
	}                                                                                                              \
	POINTWISE_OP(Name, classes, 1, .max_in = 1, __VA_ARGS__)

#define FLOAT1(Name, ...) REAL1(Name, "f", __VA_ARGS__)

/* One number in, the same type out; int_formula over a is for integers and bools; sizes is the formula's SizeRule. */
#define NUMBER1(Name, classes, formula, int_formula, expr, sizes, ...)                                                 \
	static double Name##_f64(const Node *n, double x) { (void)n, (void)x; return formula; }                        \
	static int64_t Name##_i64(const Node *n, int64_t a, bool u) { (void)n, (void)u; return int_formula; }          \
	static Expr *Name##_expr(Lower *l, const Node *n, Expr *x) { (void)n; return expr; }                           \
	static void Name##_infer(Graph *g, Node *n)                                                                    \
	{                                                                                                              \
		same_as_input(g, n);                                                                                   \
		fold_content(g, n, sizes);                                                                             \
	}                                                                                                              \
	static void Name##_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)                         \
	{                                                                                                              \
		if (is_float(in[0]->dtype))                                                                            \
			map_f64(e, n, in[0], out[0], Name##_f64);                                                      \
		else                                                                                                   \
			map_i64(e, n, in[0], out[0], Name##_i64);                                                      \
	}                                                                                                              \
	static Expr *Name##_lower(Lower *l, const Node *n, int slot, Expr *const *at)                                  \
	{                                                                                                              \
		(void)slot;                                                                                            \
		return lower_unary(l, n, at, Name##_expr);                                                             \
	}                                                                                                              \
	POINTWISE_OP(Name, classes, 1, .max_in = 1, __VA_ARGS__)

/* Numbers in, broadcast and folded from the left: f(f(in0, in1), in2) ...; the same type out. `sizes` may be
 * NULL. */
#define NUMBER2(Name, classes, formula, int_formula, expr, sizes, ...)                                                 \
	static double Name##_f64(const Node *n, double x, double y) { (void)n, (void)x, (void)y; return formula; }     \
	static int64_t Name##_i64(const Node *n, int64_t a, int64_t b, bool u)                                         \
	{                                                                                                              \
		(void)n, (void)u;                                                                                      \
		return int_formula;                                                                                    \
	}                                                                                                              \
	static Expr *Name##_expr(Lower *l, const Node *n, Expr *x, Expr *y) { (void)n; return expr; }                  \
	static void Name##_infer(Graph *g, Node *n)                                                                    \
	{                                                                                                              \
		infer_fold(g, n);                                                                                      \
		fold_content(g, n, sizes);                                                                             \
	}                                                                                                              \
	static void Name##_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)                         \
	{                                                                                                              \
		if (is_float(in[0]->dtype))                                                                            \
			fold_f64(e, n, in, out[0], Name##_f64);                                                        \
		else                                                                                                   \
			fold_i64(e, n, in, out[0], Name##_i64);                                                        \
	}                                                                                                              \
	static Expr *Name##_lower(Lower *l, const Node *n, int slot, Expr *const *at)                                  \
	{                                                                                                              \
		(void)slot;                                                                                            \
		return lower_fold(l, n, at, Name##_expr);                                                              \
	}                                                                                                              \
	POINTWISE_OP(Name, classes, __VA_ARGS__)

/* The same where `classes` has no floats. */
#define INT1(Name, classes, ...) NUMBER1(Name, classes, 0, __VA_ARGS__)
#define INT2(Name, classes, ...) NUMBER2(Name, classes, 0, __VA_ARGS__)

/* ---- infer ---- */

void infer_fold(Graph *g, Node *n);

/* The formula on sizes: what a and b make; false when that cannot be said before run time. With one input, b is a. */
typedef bool SizeRule(Syms *s, Dim a, Dim b, Dim *y);
/* Contents of output 0 from those of all inputs, folded by the rule; broadcast along one axis. Does nothing when they
 * are not known, do not fit the type, or rule is NULL. */
bool is_small(Dim d); /* no number so large that only data can be meant */
void fold_content(Graph *g, Node *n, SizeRule *rule);
/* Are the contents of all inputs known, and output 0 a scalar or a list of *count elements to which they broadcast? */
bool contents_known(Graph *g, const Node *n, int *count);
/* Element i of v, a float, is made of sizes (rounded.c): what it is as an integer. */
bool size_of_float(Graph *g, const Value *v, int i, Dim *d);
/* Then: the size that meets element i. */
Dim content_element(Graph *g, const Node *n, int slot, int i);
/* May an element of integer type t have this size as its value? */
bool content_fits(Syms *s, DType t, Dim d);

/* ---- eval ---- */

void map_f64(Eval *e, const Node *n, const Tensor *x, Tensor *y, double (*f)(const Node *, double));
void map_i64(Eval *e, const Node *n, const Tensor *x, Tensor *y, int64_t (*f)(const Node *, int64_t, bool));
/* Both return the canonical array of the output. */
double *fold_f64(Eval *e, const Node *n, Tensor *const *in, Tensor *y, double (*f)(const Node *, double, double));
int64_t *fold_i64(Eval *e, const Node *n, Tensor *const *in, Tensor *y,
		  int64_t (*f)(const Node *, int64_t, int64_t, bool));
/* The element of x that meets element i, at index at[], of the broadcast result y. */
int64_t element_of(const Tensor *x, const Tensor *y, int64_t i, const int64_t *at);
/* x rounded to what a float of type t can hold. */
double rounded(DType t, double x);

/* Element i of y becomes x as ONNX Cast does it with these attributes; round is an e8m0_round. */
void cast_store(Tensor *y, int64_t i, double x, bool saturate, int64_t round);

/* Integers that wrap at 64 bits as two's complement does. */
static inline int64_t wrap_add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
static inline int64_t wrap_sub(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }
static inline int64_t wrap_mul(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
/* a < b, as uint64_t when u */
static inline bool int_less(int64_t a, int64_t b, bool u) { return u ? (uint64_t)a < (uint64_t)b : a < b; }

/* ---- lower ---- */

Expr *lower_unary(Lower *l, const Node *n, Expr *const *at, Expr *(*f)(Lower *, const Node *, Expr *));
Expr *lower_fold(Lower *l, const Node *n, Expr *const *at, Expr *(*f)(Lower *, const Node *, Expr *, Expr *));
/* in_bcast() in the type in which formulas are computed. */
Expr *in_work(Lower *l, const Node *n, int slot, Expr *const *at);
/* cast() with the attributes of ONNX Cast. */
Expr *cast_by(Lower *l, DType to, Expr *x, bool saturate, int64_t round);
#endif
