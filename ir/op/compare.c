/* compare.c -- comparisons, giving bool (versions 7-20): Equal Less LessOrEqual Greater GreaterOrEqual IsNaN IsInf.
 *
 * A comparison with NaN is false. Equal takes bools and strings too. */
#include <math.h>
#include <string.h>
#include "ir/op/pointwise.h"

/* ---- two elements: a row's C formula is compiled for double and for int64_t ---- */

#define COMPARE(Name, classes, formula, expr, sizes, ...)                                                              \
	static bool Name##_f64(double x, double y) { return formula; }                                                 \
	static bool Name##_i64(int64_t x, int64_t y) { return formula; }                                               \
	static Expr *Name##_expr(Lower *l, const Node *n, Expr *x, Expr *y) { (void)n; return expr; }                  \
	static void Name##_infer(Graph *g, Node *n) { infer_compare(g, n, sizes); }                                    \
	static void Name##_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)                         \
	{                                                                                                              \
		(void)n;                                                                                               \
		compare(e, in, out[0], Name##_f64, Name##_i64);                                                        \
	}                                                                                                              \
	static Expr *Name##_lower(Lower *l, const Node *n, int slot, Expr *const *at)                                  \
	{                                                                                                              \
		(void)slot;                                                                                            \
		return lower_fold(l, n, at, Name##_expr);                                                              \
	}                                                                                                              \
	POINTWISE_OP(Name, classes, 2, .max_in = 2, __VA_ARGS__)

static void infer_compare(Graph *g, Node *n, SizeRule *sizes)
{
	same_type(g, n, 0, 1);
	infer_broadcast(g, n, BOOL);
	fold_content(g, n, sizes);
}

/* unsigned 64-bit numbers get the order of signed ones */
static int64_t ordered(int64_t x, bool u) { return u ? x ^ INT64_MIN : x; }

static void compare(Eval *e, Tensor *const *in, Tensor *y, bool (*f64)(double, double), bool (*i64)(int64_t, int64_t))
{
	DType t = in[0]->dtype;
	bool number = t != STR, u = is_unsigned(t);
	const double *x0 = is_float(t) ? in_f64(e, in[0]) : NULL, *x1 = is_float(t) ? in_f64(e, in[1]) : NULL;
	const int64_t *k0 = number && !x0 ? in_i64(e, in[0]) : NULL, *k1 = number && !x0 ? in_i64(e, in[1]) : NULL;
	int64_t *to = out_i64(e, y), at[MAX_RANK] = {0};

	for (int64_t i = 0; i < y->count; i++, next_index(y->rank, y->dim, at)) {
		int64_t a = element_of(in[0], y, i, at), b = element_of(in[1], y, i, at);
		to[i] = x0   ? f64(x0[a], x1[b])
			: k0 ? i64(ordered(k0[a], u), ordered(k1[b], u))
			     : same_text((const Text *)in[0]->data + a, (const Text *)in[1]->data + b);
	}
}

/* ---- sizes: a comparison is a formula that is 0 or 1 ---- */

static bool sizes_equal(Syms *s, Dim a, Dim b, Dim *y)
{
	*y = dim_equal(s, a, b);
	return true;
}

static bool sizes_less(Syms *s, Dim a, Dim b, Dim *y)
{
	*y = dim_less(s, a, b);
	return true;
}

static bool sizes_greater(Syms *s, Dim a, Dim b, Dim *y) { return sizes_less(s, b, a, y); }

static bool sizes_less_equal(Syms *s, Dim a, Dim b, Dim *y)
{
	*y = dim_sub(s, dim(1), dim_less(s, b, a));
	return true;
}

static bool sizes_greater_equal(Syms *s, Dim a, Dim b, Dim *y) { return sizes_less_equal(s, b, a, y); }

#define CHEAP_EXACT .flags = POINTWISE | CHEAP

COMPARE(Equal, "fiubs", x == y, alu2(l, EQ, x, y), sizes_equal, .flags = POINTWISE | CHEAP | COMMUTES)
COMPARE(Less, "fiu", x < y, alu2(l, LT, x, y), sizes_less, CHEAP_EXACT)
COMPARE(LessOrEqual, "fiu", x <= y, alu2(l, LE, x, y), sizes_less_equal, CHEAP_EXACT)
COMPARE(Greater, "fiu", x > y, alu2(l, LT, y, x), sizes_greater, CHEAP_EXACT)
COMPARE(GreaterOrEqual, "fiu", x >= y, alu2(l, LE, y, x), sizes_greater_equal, CHEAP_EXACT)

/* ---- one float ---- */

#define PREDICATE(Name, formula, expr, ...)                                                                            \
	static bool Name##_f64(const Node *n, double x) { (void)n; return formula; }                                   \
	static Expr *Name##_expr(Lower *l, const Node *n, Expr *x) { (void)n; return expr; }                           \
	static void Name##_infer(Graph *g, Node *n) { infer_predicate(g, n); }                                         \
	static void Name##_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)                         \
	{                                                                                                              \
		const double *x = in_f64(e, in[0]);                                                                    \
		int64_t *y = out_i64(e, out[0]);                                                                       \
		for (int64_t i = 0; i < out[0]->count; i++)                                                            \
			y[i] = Name##_f64(n, x[i]);                                                                    \
	}                                                                                                              \
	static Expr *Name##_lower(Lower *l, const Node *n, int slot, Expr *const *at)                                  \
	{                                                                                                              \
		(void)slot;                                                                                            \
		return lower_unary(l, n, at, Name##_expr);                                                             \
	}                                                                                                              \
	POINTWISE_OP(Name, "f", 1, .max_in = 1, CHEAP_EXACT, __VA_ARGS__)

static void infer_predicate(Graph *g, Node *n)
{
	set_out(g, n, 0, BOOL, &n->in[0]->shape);
}

struct IsInf {
	int64_t detect_negative, detect_positive;
};
static const Attr isinf_attrs[] = {ATTR_INT(IsInf, detect_negative, 1), ATTR_INT(IsInf, detect_positive, 1), {0}};

static bool is_inf(const struct IsInf *a, double x)
{
	return isinf(x) && (x < 0 ? a->detect_negative : a->detect_positive);
}

static Expr *is_inf_expr(Lower *l, const struct IsInf *a, Expr *x)
{
	Expr *no = num(l, BOOL, 0);
	Expr *low = a->detect_negative ? alu2(l, EQ, x, num(l, x->dtype, -(double)INFINITY)) : no;
	Expr *high = a->detect_positive ? alu2(l, EQ, x, num(l, x->dtype, (double)INFINITY)) : no;

	return a->detect_negative && a->detect_positive ? alu1(l, ISINF, x) : alu2(l, OR, low, high);
}

PREDICATE(IsNaN, isnan(x), alu1(l, ISNAN, x), .ulp = 0)
PREDICATE(IsInf, is_inf(ATTR_OF(n, IsInf), x), is_inf_expr(l, ATTR_OF(n, IsInf), x), .attrs = isinf_attrs,
	  .attr_size = sizeof(struct IsInf))
