/* alu.c -- operations on expressions: those whose result is known are not built, and indices keep their ranges.
 *
 * Constants fold only where the result is exact. */
#include <assert.h>
#include <math.h>
#include "codegen/lower.h"

static bool is_comparison(Alu op) { return op == EQ || op == LT || op == LE || op == ISNAN || op == ISINF || op == ALIKE; }

static bool is_logic(Alu op) { return op == AND || op == OR || op == XOR || op == NOT; }

Expr *expr_alu(Lower *l, Alu op, int nargs, Expr **arg)
{
	DType t = is_comparison(op) || is_logic(op) ? BOOL : op == SELECT ? arg[1]->dtype : arg[0]->dtype;
	if (op == KEY || op == ORDER)
		t = op == KEY && t == F32 ? I32 : I64;
	return expr_intern(l, (Expr){.kind = X_ALU, .dtype = t, .op = op, .nargs = nargs, .arg = arg,
	                             .lo = -INDEX_MAX, .hi = INDEX_MAX});
}

/* An index, whose range is known. */
static bool is_bounded(const Expr *x) { return x->dtype == I64 && x->lo > -INDEX_MAX && x->hi < INDEX_MAX; }

static bool is_bool(const Expr *x, int64_t value) { return x->kind == X_NUM && x->dtype == BOOL && x->i == value; }

/* -|y| or -(y y) */
static bool never_positive(const Expr *x)
{
	const Expr *y = x->kind == X_ALU && x->op == NEG ? x->arg[0] : NULL;
	return y && y->kind == X_ALU && is_float(y->dtype) && (y->op == ABS || (y->op == MUL && y->arg[0] == y->arg[1]));
}

Expr *alu1(Lower *l, Alu op, Expr *a)
{
	if (op == EXP && never_positive(a))
		op = EXP_DOWN;
	if (op == NOT && a->kind == X_NUM)
		return num(l, BOOL, a->i == 0);
	if (op == ABS && a->dtype == I64 && (a->lo >= 0 || (a->hi <= 0 && a->lo > -INDEX_MAX)))
		return a->lo >= 0 ? a : isub(l, num_i(l, 0), a);
	if (op == NEG && a->kind == X_NUM && is_float(a->dtype))
		return num(l, a->dtype, -a->f);
	Expr *x = expr_alu(l, op, 1, &a);
	if (op == ABS && is_bounded(a)) {
		x->lo = 0;
		x->hi = -a->lo > a->hi ? -a->lo : a->hi;
	}
	return x;
}

static Expr *logic(Alu op, Expr *a, Expr *b)
{
	if (op == AND)
		return is_bool(a, 1) ? b : is_bool(b, 1) ? a : is_bool(a, 0) ? a : is_bool(b, 0) ? b : NULL;
	if (op == OR)
		return is_bool(a, 0) ? b : is_bool(b, 0) ? a : is_bool(a, 1) ? a : is_bool(b, 1) ? b : NULL;
	return NULL;
}

/* Not a constant so large that only data can be meant: index arithmetic would overflow. */
static bool is_index(const Expr *x)
{
	return x->dtype == I64 && (x->kind != X_NUM || (x->i > -INDEX_MAX && x->i < INDEX_MAX));
}

/* The least or the most of its integer type. */
static bool is_end(const Expr *x, bool most)
{
	int rest = 64 - dtype_info(x->dtype)->bits;
	int64_t least = is_unsigned(x->dtype) ? 0 : INT64_MIN >> rest;
	int64_t end = !most ? least : is_unsigned(x->dtype) ? (int64_t)(UINT64_MAX >> rest) : INT64_MAX >> rest;
	return x->kind == X_NUM && is_int(x->dtype) && x->i == end;
}

/* By their ranges, of which ends that far out say nothing: data may be beyond them. */
static bool never_above(const Expr *a, const Expr *b)
{
	return a->hi <= b->lo && a->hi < INDEX_MAX && b->lo > -INDEX_MAX;
}

/* Nothing is below the least of its type or above the most, nor an index beyond all of them, and C compilers say so. */
static Expr *at_the_end(Lower *l, Alu op, const Expr *a, const Expr *b)
{
	bool far = (is_bounded(a) && b->kind == X_NUM) || (a->kind == X_NUM && is_bounded(b));
	if (far && (op == LE || op == LT) && a->hi < b->lo)
		return num(l, BOOL, 1);
	if (far && (op == LE || op == LT) && a->lo > b->hi)
		return num(l, BOOL, 0);
	if (op == LE && (is_end(a, false) || is_end(b, true)))
		return num(l, BOOL, 1);
	if (op == LT && (is_end(a, true) || is_end(b, false)))
		return num(l, BOOL, 0);
	return NULL;
}

/* The number of max(x, number) comes first: then one comparison does, and of zeros of two signs x is taken, in scalars and
 * vectors alike. */
static bool number_goes_first(Alu op, const Expr *a, const Expr *b)
{
	return (op == MAX || op == MIN) && is_float(b->dtype) && b->kind == X_NUM && a->kind != X_NUM;
}

Expr *alu2(Lower *l, Alu op, Expr *a, Expr *b)
{
	Expr *args[2] = {a, b}, *known = NULL;
	if (number_goes_first(op, a, b))
		return alu2(l, op, b, a);
	if (is_index(a) && is_index(b)) {
		if (op == ADD)
			return iadd(l, a, b);
		if (op == SUB)
			return isub(l, a, b);
		if (op == MUL)
			return imul(l, a, b);
		if ((op == LT || op == LE || op == EQ) && (known = index_compare(l, op, a, b)))
			return known;
	}
	if ((op == MUL || op == DIV) && is_float(a->dtype) && b->kind == X_NUM && b->f == 1)
		return a;
	if ((known = logic(op, a, b)) || (known = at_the_end(l, op, a, b)))
		return known;
	if (a->dtype == I64 && (op == MAX || op == MIN) && (never_above(b, a) || never_above(a, b)))
		return (op == MAX) == never_above(b, a) ? a : b;
	if (a == b && !is_float(a->dtype) && (op == LT || op == LE || op == EQ))
		return num(l, BOOL, op != LT);
	Expr *x = expr_alu(l, op, 2, args);
	if ((op == MAX || op == MIN) && is_bounded(a) && is_bounded(b)) {
		x->lo = (op == MAX) == (a->lo > b->lo) ? a->lo : b->lo;
		x->hi = (op == MAX) == (a->hi > b->hi) ? a->hi : b->hi;
	}
	return x;
}

Expr *choose(Lower *l, Expr *cond, Expr *yes, Expr *no)
{
	if (cond->kind == X_NUM)
		return cond->i ? yes : no;
	if (yes == no)
		return yes;
	Expr *x = expr_alu(l, SELECT, 3, (Expr *[]){cond, yes, no});
	if (yes->dtype == I64) {
		x->lo = yes->lo < no->lo ? yes->lo : no->lo;
		x->hi = yes->hi > no->hi ? yes->hi : no->hi;
	}
	return x;
}

typedef struct Range {
	double low, high;
} Range;

static Range range_common(Range a, Range b) { return (Range){fmax(a.low, b.low), fmin(a.high, b.high)}; }

/* What x is between where the test holds. */
static Range tested_range(const Expr *test, const Expr *x)
{
	Range r = {-INFINITY, INFINITY};
	if (test->kind != X_ALU)
		return r;
	if (test->op == AND)
		return range_common(tested_range(test->arg[0], x), tested_range(test->arg[1], x));
	if ((test->op == LE || test->op == LT) && test->arg[1] == x && test->arg[0]->kind == X_NUM)
		r.low = test->arg[0]->f;
	if ((test->op == LE || test->op == LT) && test->arg[0] == x && test->arg[1]->kind == X_NUM)
		r.high = test->arg[1]->f;
	return r;
}

/* Between which numbers a float lies, if it is one, by its form: clamped, tested, rounded, plus a number; looked at so deep. */
static Range float_range(const Expr *x, int depth)
{
	const Range any = {-INFINITY, INFINITY};
	Range r[3] = {any, any, any};
	if (x->kind == X_NUM)
		return (Range){x->f, x->f};
	if (x->kind != X_ALU || depth == 0 || (x->op != MIN && x->op != MAX && x->op != FLOOR && x->op != ADD && x->op != SELECT))
		return any;
	for (int k = x->op == SELECT; k < x->nargs; k++)
		r[k] = float_range(x->arg[k], depth - 1);
	switch (x->op) {
	case MIN:
		return (Range){fmin(r[0].low, r[1].low), fmin(r[0].high, r[1].high)};
	case MAX:
		return (Range){fmax(r[0].low, r[1].low), fmax(r[0].high, r[1].high)};
	case FLOOR:
		return (Range){floor(r[0].low), floor(r[0].high)};
	case ADD:
		return (Range){r[0].low + r[1].low, r[0].high + r[1].high};
	default:
		r[1] = range_common(r[1], tested_range(x->arg[0], x->arg[1]));
		return (Range){fmin(r[1].low, r[2].low), fmax(r[1].high, r[2].high)};
	}
}

/* What a bool or a float gives as an index: what is no number gives 0. */
static void index_range(const Expr *x, int64_t *lo, int64_t *hi)
{
	enum { DEPTH = 6 };
	Range r = x->dtype == F32 || x->dtype == F64 ? float_range(x, DEPTH) : x->dtype == BOOL ? (Range){0, 1} : (Range){-INFINITY, INFINITY};
	bool known = r.low > -0x1p30 && r.high < 0x1p30;
	*lo = known ? (int64_t)fmin(r.low, 0) : -INDEX_MAX;
	*hi = known ? (int64_t)fmax(r.high, 0) : INDEX_MAX;
}

Expr *cast(Lower *l, DType t, Expr *x)
{
	int64_t lo = -INDEX_MAX, hi = INDEX_MAX;
	bool number = x->kind == X_NUM && x->dtype != STR && t != STR;
	if (x->dtype == t)
		return x;
	if (number && is_float(x->dtype) && is_float(t))
		return num(l, t, x->f);
	if (number && !is_float(x->dtype) && x->i > (x->dtype == U64 ? -1 : -(1 << 24)) && x->i < 1 << 24)
		return num(l, t, (double)x->i);
	if (x->kind == X_ALU && x->op == SELECT && x->arg[1]->kind == X_NUM && x->arg[2]->kind == X_NUM) {
		Expr *yes = cast(l, t, x->arg[1]), *no = cast(l, t, x->arg[2]);
		if (yes->kind == X_NUM && no->kind == X_NUM)
			return choose(l, x->arg[0], yes, no);
	}
	if (t == I64)
		index_range(x, &lo, &hi);
	return expr_intern(l, (Expr){.kind = X_CAST, .dtype = t, .nargs = 1, .arg = &x, .lo = lo, .hi = hi});
}

/* The same of another spelling of what was cast, such as a local that holds it: the range stays. */
static Expr *recast(Lower *l, const Expr *was, Expr *x)
{
	Expr *y = cast(l, was->dtype, x);
	if (y->kind == X_CAST && is_bounded(was)) {
		y->lo = was->lo;
		y->hi = was->hi;
	}
	return y;
}

Expr *bitcast(Lower *l, DType t, Expr *x)
{
	assert(dtype_bytes(x->dtype, 1) == dtype_bytes(t, 1));
	if (x->dtype == t)
		return x;
	return expr_intern(l, (Expr){.kind = X_ALU, .dtype = t, .op = BITS, .nargs = 1, .arg = &x, .lo = -INDEX_MAX,
	                             .hi = INDEX_MAX});
}

Expr *order_of(Lower *l, Expr *element, Expr *count, Expr *at)
{
	return expr_alu(l, ORDER, 3, (Expr *[]){element, count, at});
}

Expr *text_alu(Lower *l, Alu op, DType t, int nargs, Expr *const *args)
{
	return expr_intern(l, (Expr){.kind = X_ALU, .dtype = t, .op = op, .nargs = nargs, .arg = (Expr **)args,
	                             .lo = -INDEX_MAX, .hi = INDEX_MAX});
}

Expr *four_bytes(Lower *l, Expr *const byte[4])
{
	return expr_intern(l, (Expr){.kind = X_ALU, .dtype = I32, .op = PACK, .nargs = 4, .arg = (Expr **)byte,
	                             .lo = -INDEX_MAX, .hi = INDEX_MAX});
}

/* ---- rewriting ---- */

Expr *rebuild(Lower *l, const Expr *x, Expr *const *arg)
{
	Expr like = *x;
	switch (x->kind) {
	case X_ALU:
		if (x->op == SELECT)
			return choose(l, arg[0], arg[1], arg[2]);
		if (x->op == IDIV || x->op == IMOD)
			return x->op == IDIV ? idiv(l, arg[0], arg[1]) : imod(l, arg[0], arg[1]);
		if (x->op == INDEX)
			return checked_index(l, arg[0], arg[1]);
		if (x->op == BITS)
			return bitcast(l, x->dtype, arg[0]);
		if (x->op == ORDER)
			return order_of(l, arg[0], arg[1], arg[2]);
		if (is_text_alu(x->op))
			return text_alu(l, x->op, x->dtype, x->nargs, arg);
		if (x->op == PACK)
			return four_bytes(l, arg);
		return x->nargs == 1 ? alu1(l, x->op, arg[0]) : alu2(l, x->op, arg[0], arg[1]);
	case X_CAST:
		return recast(l, x, arg[0]);
	default:
		like.arg = (Expr **)arg;
		return expr_intern(l, like);
	}
}

typedef struct Rewrite {
	Lower *l;
	const Expr *from;
	Expr *to, **done; /* by id */
	uint32_t ndone;
} Rewrite;

static Expr *rewrite(Rewrite *r, Expr *x)
{
	Expr *arg[MAX_RANK];
	bool changed = false;
	if (x == r->from)
		return r->to;
	if (x->id <= r->ndone && r->done[x->id])
		return r->done[x->id];
	for (int k = 0; k < x->nargs; k++) {
		arg[k] = rewrite(r, x->arg[k]);
		changed |= arg[k] != x->arg[k];
	}
	Expr *y = changed ? rebuild(r->l, x, arg) : x;
	if (x->id <= r->ndone)
		r->done[x->id] = y;
	return y;
}

Expr *substitute(Lower *l, Expr *x, const Expr *from, Expr *to)
{
	Rewrite r = {l, from, to, NEW_N(l->arena, Expr *, l->nexprs + 1), l->nexprs};
	return rewrite(&r, x);
}
