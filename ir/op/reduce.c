/* reduce.c -- the Reduce operators: y = after(red over the axes of before(x)).
 *
 *     ReduceL2 = sqrt(sum of x^2)      ReduceLogSumExp = m + log(sum of exp(x - m)), m the largest x
 *
 * The axes are an input; without any, all of them, or none when noop_with_empty_axes is set. */
#include <math.h>
#include <string.h>
#include "ir/op/movement.h"
#include "ir/op/nn.h"
#include "ir/op/pointwise.h"
#include "ir/op/reduce.h"
#include "ir/op/trust.h"

typedef struct Formula {
	const Op *op;
	Red red;
	enum { AS_IT_IS, ABSOLUTE, SQUARE, EXPONENTIAL } before;
	enum { NOTHING, DIVIDE, ROOT, LOGARITHM } after;
} Formula;

static const Formula formulas[] = {
	{&op_ReduceSum, RED_SUM, AS_IT_IS, NOTHING},	    {&op_ReduceMean, RED_SUM, AS_IT_IS, DIVIDE},
	{&op_ReduceMax, RED_MAX, AS_IT_IS, NOTHING},	    {&op_ReduceMin, RED_MIN, AS_IT_IS, NOTHING},
	{&op_ReduceProd, RED_PROD, AS_IT_IS, NOTHING},	    {&op_ReduceL1, RED_SUM, ABSOLUTE, NOTHING},
	{&op_ReduceL2, RED_SUM, SQUARE, ROOT},		    {&op_ReduceSumSquare, RED_SUM, SQUARE, NOTHING},
	{&op_ReduceLogSum, RED_SUM, AS_IT_IS, LOGARITHM},   {&op_ReduceLogSumExp, RED_SUM, EXPONENTIAL, LOGARITHM},
};

static const Formula *formula_of(const Node *n)
{
	const Formula *f = formulas;
	while (f->op != n->op)
		f++;
	return f;
}

/* ---- infer ---- */

static unsigned axes_or_all(Graph *g, const Node *n, const int64_t *axes, int count, int rank)
{
	if (count == 0)
		return ATTR_OF(n, Reduce)->noop_with_empty_axes ? 0 : (1u << rank) - 1;
	return axis_set(g, n, axes, count, rank);
}

unsigned reduced_axes(Graph *g, const Node *n)
{
	int count = 0;
	const int64_t *axes = has_in(n, 1) ? const_i64(g, n, 1, &count) : NULL;
	return axes_or_all(g, n, axes, count, n->in[0]->shape.rank);
}

/* Sums and products of few sizes stay sizes: Size-like counts that models compute from Shape. */
static void reduce_contents(Graph *g, Node *n)
{
	const Formula *f = formula_of(n);
	int count;
	const Dim *contents = content_of(g, n, 0, &count);
	if (!contents || !n->out[0] || f->before != AS_IT_IS || f->after != NOTHING ||
	    !dim_is(shape_count(g, &n->out[0]->shape), 1))
		return;
	Dim sum = f->red == RED_SUM ? dim(0) : f->red == RED_PROD ? dim(1) : count ? contents[0] : dim(0);
	for (int i = 0; i < count; i++) {
		if (!is_small(sum) || !is_small(contents[i]))
			return;
		sum = f->red == RED_SUM	   ? dim_add(g->syms, sum, contents[i])
		      : f->red == RED_PROD ? dim_mul(g->syms, sum, contents[i])
		      : f->red == RED_MAX  ? dim_max(g->syms, sum, contents[i])
					   : dim_min(g->syms, sum, contents[i]);
	}
	if (count)
		set_content(g, n->out[0], 1, &sum);
}

static Shape reduced_shape(const Node *n, unsigned axes)
{
	const Shape *x = &n->in[0]->shape;
	Shape y = {.rank = 0};
	for (int k = 0; k < x->rank; k++)
		if (!(axes >> k & 1))
			y.dim[y.rank++] = x->dim[k];
		else if (ATTR_OF(n, Reduce)->keepdims)
			y.dim[y.rank++] = dim(1);
	return y;
}

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	Shape y = is_trusted(g, n, 1) ? n->out[0]->shape : reduced_shape(n, reduced_axes(g, n));
	set_out(g, n, 0, n->in[0]->dtype, &y);
	reduce_contents(g, n);
}

/* ---- axes that data name ---- */

static bool fits(const Node *n, unsigned axes)
{
	Shape y = reduced_shape(n, axes);
	return shape_same(&y, &n->out[0]->shape);
}

/* Axes of one element make no difference. */
static unsigned wide_axes(const Shape *x, unsigned axes)
{
	for (int k = 0; k < x->rank; k++)
		axes &= ~((unsigned)dim_is(x->dim[k], 1) << k);
	return axes;
}

/* Sets of equal meaning come to the front; their number. */
static int gather_equal(const Shape *x, unsigned *sets, int n)
{
	int equal = 1;
	for (int i = 1; i < n; i++)
		if (wide_axes(x, sets[i]) == wide_axes(x, sets[0])) {
			unsigned set = sets[i];
			sets[i] = sets[equal];
			sets[equal++] = set;
		}
	return equal;
}

/* Mostly one set of axes leads to the shape that the file gives; of [2,3,3] to [2,3], the data choose. */
static void trust(Graph *g, Node *n)
{
	unsigned all[1 << MAX_RANK], *sets = all;
	const Shape *x = &n->in[0]->shape;
	if (!is_trusted(g, n, 1))
		return;
	int left = axes_settled(g, n, 1, x->rank, fits, sets);
	Value *y = NULL;
	while (left) {
		int equal = gather_equal(x, sets, left);
		Value *one = put_attr(g, n, n->op->name, n->attr, n->in[0], axes_value(g, sets[0]), END_IN);
		y = y ? put(g, n, "Where", names_one(g, n, n->in[1], x->rank, sets, equal), one, y, END_IN) : one;
		sets += equal;
		left -= equal;
	}
	value_replace(g, n->out[0], y);
}

/* ---- eval ---- */

/* Where the elements of x go: axes that are kept step through y, the others stay. */
typedef struct Target {
	int64_t step[MAX_RANK];
	int64_t count; /* elements of x in one of y */
} Target;

static Target target_of(const Tensor *x, unsigned axes)
{
	Target t = {.count = 1};
	int64_t step = 1;
	for (int k = x->rank - 1; k >= 0; k--) {
		bool kept = !(axes >> k & 1);
		t.step[k] = kept ? step : 0;
		*(kept ? &step : &t.count) *= x->dim[k];
	}
	return t;
}

static int64_t target(const Target *t, int rank, const int64_t *at)
{
	int64_t pos = 0;
	for (int k = 0; k < rank; k++)
		pos += at[k] * t->step[k];
	return pos;
}

static double add_f64(Red red, double sum, double x)
{
	switch (red) {
	case RED_SUM:
		return sum + x;
	case RED_PROD:
		return sum * x;
	case RED_MAX:
		return x > sum || isnan(x) ? x : sum; /* a NaN stays: nothing compares above it */
	default:
		return x < sum || isnan(x) ? x : sum;
	}
}

static double before_f64(const Formula *f, double x, double largest)
{
	switch (f->before) {
	case ABSOLUTE:
		return fabs(x);
	case SQUARE:
		return x * x;
	case EXPONENTIAL:
		return exp(x - largest);
	default:
		return x;
	}
}

/* y = red over the axes of f(x); `largest` (by element of y) is subtracted from exponents. */
static void reduce_f64(const Formula *f, const Tensor *in, const double *x, const Target *t, int64_t ny,
		       const double *largest, double *y)
{
	int64_t at[MAX_RANK] = {0};
	for (int64_t i = 0; i < ny; i++)
		y[i] = f->red == RED_PROD ? 1 : f->red == RED_MAX ? -INFINITY : f->red == RED_MIN ? INFINITY : 0;
	for (int64_t i = 0; i < in->count; i++, next_index(in->rank, in->dim, at)) {
		int64_t to = target(t, in->rank, at);
		y[to] = add_f64(f->red, y[to], before_f64(f, x[i], largest ? largest[to] : 0));
	}
}

static double after_f64(const Formula *f, double y, double count)
{
	switch (f->after) {
	case DIVIDE:
		return y / count;
	case ROOT:
		return sqrt(y);
	case LOGARITHM:
		return log(y);
	default:
		return y;
	}
}

static void eval_f64(Eval *e, const Formula *f, const Tensor *in, const Target *t, Tensor *out)
{
	double *y = out_f64(e, out), *largest = NULL;
	const double *x = in_f64(e, in);
	if (f->before == EXPONENTIAL) {
		largest = NEW_N(&e->g->ctx->scratch, double, out->count);
		reduce_f64(&(Formula){.red = RED_MAX}, in, x, t, out->count, NULL, largest);
		for (int64_t i = 0; i < out->count; i++)
			largest[i] = isinf(largest[i]) ? 0 : largest[i];
	}
	reduce_f64(f, in, x, t, out->count, largest, y);
	for (int64_t i = 0; i < out->count; i++)
		y[i] = after_f64(f, y[i], (double)t->count) + (largest ? largest[i] : 0);
}

/* Sums and products wrap, as those of the type do. */
static int64_t add_i64(Red red, bool is_u64, int64_t sum, int64_t x)
{
	bool above = is_u64 ? (uint64_t)x > (uint64_t)sum : x > sum;
	switch (red) {
	case RED_SUM:
		return (int64_t)((uint64_t)sum + (uint64_t)x);
	case RED_PROD:
		return (int64_t)((uint64_t)sum * (uint64_t)x);
	case RED_MAX:
		return above ? x : sum;
	default:
		return above ? sum : x;
	}
}

/* The element that changes nothing: 0, 1, or the type's last one. */
static int64_t identity_i64(Red red, DType t)
{
	int bits = t == BOOL ? 1 : dtype_info(t)->bits;
	bool is_signed = t != BOOL && !is_unsigned(t);
	int64_t high = bits == 64 ? (is_signed ? INT64_MAX : -1) : ((int64_t)1 << (bits - is_signed)) - 1;
	if (red == RED_SUM || red == RED_PROD)
		return red == RED_PROD;
	return red == RED_MIN ? high : is_signed ? -high - 1 : 0;
}

static int64_t before_i64(const Formula *f, DType t, int64_t x)
{
	uint64_t v = (uint64_t)x;
	if (f->before == SQUARE)
		v *= v;
	else if (f->before == ABSOLUTE && x < 0 && !is_unsigned(t))
		v = 0 - v;
	return (int64_t)v;
}

static void eval_i64(Eval *e, const Formula *f, const Tensor *in, const Target *t, Tensor *out)
{
	const int64_t *x = in_i64(e, in);
	int64_t *y = out_i64(e, out), at[MAX_RANK] = {0};
	for (int64_t i = 0; i < out->count; i++)
		y[i] = identity_i64(f->red, in->dtype);
	for (int64_t i = 0; i < in->count; i++, next_index(in->rank, in->dim, at)) {
		int64_t *to = &y[target(t, in->rank, at)];
		*to = add_i64(f->red, in->dtype == U64, *to, before_i64(f, in->dtype, x[i]));
	}
	for (int64_t i = 0; i < out->count && f->after == DIVIDE; i++)
		y[i] = t->count ? y[i] / t->count : 0;
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Formula *f = formula_of(n);
	const int64_t *axes = has_in(n, 1) ? in_i64(e, in[1]) : NULL;
	Target t = target_of(in[0], axes_or_all(e->g, n, axes, axes ? (int)in[1]->count : 0, in[0]->rank));
	if (is_float(in[0]->dtype) || f->after == ROOT || f->after == LOGARITHM)
		eval_f64(e, f, in[0], &t, out[0]);
	else
		eval_i64(e, f, in[0], &t, out[0]);
}

/* ---- lower ---- */

/* Narrow integers are added up in 64 bits, so that nothing overflows on the way; logarithms and roots are floats. */
static DType sum_type(const Lower *l, const Node *n, const Formula *f, DType t)
{
	if (f->red == RED_MAX || f->red == RED_MIN || is_float(t))
		return formula_type(l, n, t);
	return f->after == ROOT || f->after == LOGARITHM ? F64 : is_unsigned(t) ? U64 : I64;
}

/* Input 0 at `at`, a fresh index along each reduced axis. */
static Expr *fresh_element(Lower *l, const Node *n, DType t, Expr *const *at, Axes *over_axes)
{
	unsigned reduced = reduced_axes(lower_graph(l), n);
	Expr *index[MAX_RANK];
	for (int k = 0, from = 0; k < n->in[0]->shape.rank; k++) {
		bool gone = reduced >> k & 1;
		index[k] = gone ? over(l, over_axes, n->in[0]->shape.dim[k]) : at[from];
		from += !gone || ATTR_OF(n, Reduce)->keepdims;
	}
	return in_as(l, n, 0, index, t);
}

static Expr *largest_of(Lower *l, const Node *n, DType t, Expr *const *at)
{
	Axes axes = {.n = 0};
	Expr *x = fresh_element(l, n, t, at, &axes), *m = reduce_over(l, RED_MAX, x, &axes);
	return choose(l, alu1(l, ISINF, m), num(l, t, 0), m);
}

static Expr *before_of(Lower *l, const Formula *f, Expr *x, Expr *largest)
{
	switch (f->before) {
	case ABSOLUTE:
		return is_unsigned(x->dtype) ? x : alu1(l, ABS, x);
	case SQUARE:
		return alu2(l, MUL, x, x);
	case EXPONENTIAL:
		return alu1(l, EXP, alu2(l, SUB, x, largest));
	default:
		return x;
	}
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Formula *f = formula_of(n);
	DType out = n->out[slot]->dtype, t = sum_type(l, n, f, out);
	Axes axes = {.n = 0};
	Red red = out != BOOL ? f->red : f->red == RED_MAX ? RED_OR : RED_AND;
	Expr *largest = f->before == EXPONENTIAL ? largest_of(l, n, t, at) : NULL;
	Expr *x = before_of(l, f, fresh_element(l, n, t, at, &axes), largest);
	Expr *y = f->after == DIVIDE ? mean_over(l, &axes, x, NULL) : reduce_over(l, red, x, &axes);
	if (f->after == ROOT)
		y = alu1(l, SQRT, y);
	else if (f->after == LOGARITHM)
		y = alu1(l, LOG, y);
	return cast(l, out, largest ? alu2(l, ADD, y, largest) : y);
}

static const Attr attrs[] = {ATTR_INT(Reduce, keepdims, 1), ATTR_INT(Reduce, noop_with_empty_axes, 0), {0}};

#define REDUCE(id, classes, bound)                                                                                     \
	const Op op_##id = {                                                                                           \
		.name = #id, .min_in = 1, .max_in = 2, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = bound,     \
		.attrs = attrs, .attr_size = sizeof(struct Reduce), .types = classes, .infer = infer, .trust = trust,  \
		.eval = eval, .lower = lower,                                                                          \
	}

REDUCE(ReduceSum, "fiu", 64);
REDUCE(ReduceMean, "fiu", 64);
REDUCE(ReduceMax, "fiub", 0);
REDUCE(ReduceMin, "fiub", 0);
REDUCE(ReduceProd, "fiu", 64);
REDUCE(ReduceL1, "fiu", 64);
REDUCE(ReduceL2, "fiu", 64);
REDUCE(ReduceSumSquare, "fiu", 64);
REDUCE(ReduceLogSum, "fiu", 64);
REDUCE(ReduceLogSumExp, "fiu", 64);
