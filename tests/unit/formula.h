/* formula.h -- an operator's lower() against its eval(): the expression of every output element, computed the slow way,
 * must be what the evaluator says. Floats are rounded to their type, integers wrap as theirs does. */
#ifndef TCC_TESTS_FORMULA_H
#define TCC_TESTS_FORMULA_H
#include <math.h>
#include <stdlib.h>
#include "codegen/lower.h"
#include "tests/unit/unit.h"

enum { FORMULA_AXES = 64 };

typedef struct Formula {
	Eval *e;
	int64_t axis[FORMULA_AXES]; /* by axis id: where the loops are */
} Formula;

typedef struct Number {
	double f;  /* floats */
	int64_t i; /* everything else */
} Number;

static inline Number formula_value(Formula *f, const Expr *x);

/* An integer as an element of type t holds it. */
static inline int64_t wrapped(DType t, int64_t i)
{
	uint64_t bytes = 0;

	store_i64(t, &bytes, 0, i);
	return load_i64(t, &bytes, 0);
}

static inline double rounded(DType t, double x)
{
	uint64_t bytes = 0;

	store_f64(t, &bytes, 0, x);
	return load_f64(t, &bytes, 0);
}

/* x with its order as that of int64_t: of u64 it is the bits. */
static inline int64_t order_of(DType t, int64_t x)
{
	return t == U64 ? (int64_t)((uint64_t)x ^ (uint64_t)INT64_MIN) : x;
}

static inline int64_t floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static inline int64_t whole_alu(Alu op, int64_t a, int64_t b)
{
	switch (op) {
	case ADD: return (int64_t)((uint64_t)a + (uint64_t)b);
	case SUB: return (int64_t)((uint64_t)a - (uint64_t)b);
	case MUL: return (int64_t)((uint64_t)a * (uint64_t)b);
	case DIV: return b ? a / b : 0;
	case FMOD: return b ? a % b : 0;
	case MOD: return b ? a % b + ((a % b) && (a < 0) != (b < 0) ? b : 0) : 0;
	case IDIV: return floor_divide(a, b);
	case IMOD: return a - floor_divide(a, b) * b;
	case NEG: return (int64_t)(0 - (uint64_t)a);
	case ABS: return a < 0 ? (int64_t)(0 - (uint64_t)a) : a;
	case MIN: return a < b ? a : b;
	case MAX: return a > b ? a : b;
	case AND: case BITAND: return a & b;
	case OR: case BITOR: return a | b;
	case XOR: case BITXOR: return a ^ b;
	case NOT: return !a;
	case BITNOT: return ~a;
	case SIGN: return (a > 0) - (a < 0);
	case INDEX: return a < 0 ? a + b : a;
	default: assert_true(0 && "an operation on integers"); return 0;
	}
}

static inline double float_alu(Alu op, double a, double b)
{
	switch (op) {
	case ADD: return a + b;
	case SUB: return a - b;
	case MUL: return a * b;
	case DIV: return a / b;
	case FMOD: return fmod(a, b);
	case MOD: return fmod(a, b) + (fmod(a, b) != 0 && (a < 0) != (b < 0) ? b : 0);
	case NEG: return -a;
	case ABS: return fabs(a);
	case MIN: return isnan(a) || a < b ? a : b;
	case MAX: return isnan(a) || a > b ? a : b;
	case FLOOR: return floor(a);
	case CEIL: return ceil(a);
	case ROUND: return nearbyint(a);
	case TRUNC: return trunc(a);
	case SQRT: return sqrt(a);
	case EXP: return exp(a);
	case EXPM1: return expm1(a);
	case LOG: return log(a);
	case LOG1P: return log1p(a);
	case SIN: return sin(a);
	case COS: return cos(a);
	case TAN: return tan(a);
	case ASIN: return asin(a);
	case ACOS: return acos(a);
	case ATAN: return atan(a);
	case SINH: return sinh(a);
	case COSH: return cosh(a);
	case TANH: return tanh(a);
	case ASINH: return asinh(a);
	case ACOSH: return acosh(a);
	case ATANH: return atanh(a);
	case ERF: return erf(a);
	case SIGMOID: return 1 / (1 + exp(-a));
	case POW: return pow(a, b);
	case SIGN: return isnan(a) ? a : (a > 0) - (a < 0);
	default: assert_true(0 && "an operation on floats"); return 0;
	}
}

static inline int64_t compare_alu(Alu op, bool floats, Number a, Number b)
{
	switch (op) {
	case EQ: return floats ? a.f == b.f : a.i == b.i;
	case LT: return floats ? a.f < b.f : a.i < b.i;
	case LE: return floats ? a.f <= b.f : a.i <= b.i;
	case ISNAN: return floats && isnan(a.f);
	case ISINF: return floats && isinf(a.f);
	default: return whole_alu(op, a.i, b.i);
	}
}

static inline Number formula_alu(Formula *f, const Expr *x)
{
	DType t = x->arg[0]->dtype;
	bool floats = is_float(t);
	Number a, b = {0, 0}, r = {0, 0};

	a = formula_value(f, x->arg[0]);
	if (x->op == SELECT)
		return formula_value(f, x->arg[a.i ? 1 : 2]);
	if (x->nargs > 1)
		b = formula_value(f, x->arg[1]);
	if (x->dtype == BOOL)
		r.i = compare_alu(x->op, floats, (Number){a.f, order_of(t, a.i)}, (Number){b.f, order_of(t, b.i)});
	else if (floats)
		r.f = rounded(x->dtype, float_alu(x->op, a.f, b.f));
	else
		r.i = wrapped(x->dtype, whole_alu(x->op, a.i, b.i));
	return r;
}

static inline Number formula_load(Formula *f, const Expr *x)
{
	const Tensor *t = eval_value(f->e, x->value);
	int64_t position = 0;
	Number r = {0, 0};

	for (int k = 0; k < x->nargs; k++) {
		int64_t i = formula_value(f, x->arg[k]).i;

		assert_in_range(i, 0, t->dim[k] - 1); /* what a guard must see to */
		position = position * t->dim[k] + i;
	}
	if (is_float(t->dtype))
		r.f = load_f64(t->dtype, t->data, position);
	else
		r.i = load_i64(t->dtype, t->data, position);
	return r;
}

static inline Number formula_cast(Number a, DType from, DType to)
{
	Number r = {0, 0};

	if (is_float(to))
		r.f = rounded(to, is_float(from) ? a.f : (double)a.i);
	else if (to == BOOL)
		r.i = is_float(from) ? a.f != 0 : a.i != 0;
	else
		r.i = wrapped(to, is_float(from) ? (int64_t)a.f : a.i);
	return r;
}

/* Row-major over the axes of a reduction; false after the last. */
static inline bool next_of_axes(Formula *f, const Expr *x)
{
	for (int k = x->naxes - 1; k >= 0; k--) {
		const Axis *axis = x->axes[k];
		int64_t n = dim_known(axis->extent) ? axis->extent.k
						    : dim_eval(f->e->g->syms, axis->extent, f->e->symbol);

		if (++f->axis[axis->id] < n)
			return true;
		f->axis[axis->id] = 0;
	}
	return false;
}

/* What a reduction of no elements gives. */
static inline Number identity(Red red, DType t)
{
	int bits = dtype_info(t)->bits - !is_unsigned(t);
	int64_t high = bits >= 63 ? (is_unsigned(t) ? -1 : INT64_MAX) : ((int64_t)1 << bits) - 1;

	switch (red) {
	case RED_PROD: return (Number){1, 1};
	case RED_MAX: return (Number){-INFINITY, is_unsigned(t) ? 0 : -high - 1};
	case RED_MIN: return (Number){INFINITY, high};
	case RED_AND: return (Number){0, 1};
	default: return (Number){0, 0};
	}
}

static inline bool is_empty(const Formula *f, const Expr *x)
{
	for (int k = 0; k < x->naxes; k++)
		if (dim_eval(f->e->g->syms, x->axes[k]->extent, f->e->symbol) == 0)
			return true;
	return false;
}

static inline bool beats(Red red, DType t, Number new, Number best)
{
	bool floats = is_float(t);
	new.i = order_of(t, new.i);
	best.i = order_of(t, best.i);
	bool more = floats ? new.f > best.f || (isnan(new.f) && !isnan(best.f)) : new.i > best.i;
	bool less = floats ? new.f < best.f || (isnan(new.f) && !isnan(best.f)) : new.i < best.i;
	bool same = floats ? new.f == best.f : new.i == best.i;

	if (red == RED_ARGMAX || red == RED_MAX)
		return more;
	if (red == RED_ARGMIN || red == RED_MIN)
		return less;
	return same || (red == RED_ARGMAX_LAST ? more : less);
}

static inline Number formula_reduce(Formula *f, const Expr *x)
{
	bool first = true;
	Number sum = {0, 0}, best_at = {0, 0};

	for (int k = 0; k < x->naxes; k++)
		f->axis[x->axes[k]->id] = 0;
	if (is_empty(f, x))
		return identity(x->red, x->dtype);
	do {
		Number v = formula_value(f, x->arg[0]);

		if (first)
			sum = v;
		else if (x->red == RED_SUM)
			sum = (Number){sum.f + v.f, wrapped(x->dtype, whole_alu(ADD, sum.i, v.i))};
		else if (x->red == RED_PROD)
			sum = (Number){sum.f * v.f, wrapped(x->dtype, whole_alu(MUL, sum.i, v.i))};
		else if (x->red == RED_AND || x->red == RED_OR)
			sum.i = x->red == RED_AND ? sum.i && v.i : sum.i || v.i;
		else if (beats(x->red, x->arg[0]->dtype, v, sum)) {
			sum = v;
			best_at.i = f->axis[x->axes[0]->id];
		}
		first = false;
	} while (next_of_axes(f, x));
	return x->red >= RED_ARGMAX && x->red <= RED_ARGMIN_LAST ? best_at : sum;
}

static inline Number formula_value(Formula *f, const Expr *x)
{
	switch (x->kind) {
	case X_NUM: return (Number){x->f, x->i};
	case X_AXIS: return (Number){0, f->axis[x->axes[0]->id]};
	case X_DIM: return (Number){0, dim_eval(f->e->g->syms, x->dim, f->e->symbol)};
	case X_LOAD: return formula_load(f, x);
	case X_ALU: return formula_alu(f, x);
	case X_CAST: return formula_cast(formula_value(f, x->arg[0]), x->arg[0]->dtype, x->dtype);
	case X_REDUCE: return formula_reduce(f, x);
	case X_LOCAL: break; /* of statements */
	}
	return (Number){0, 0};
}

static inline void assert_near(double got, double want, double tolerance)
{
	if (fabs(got - want) <= tolerance * (1 + fabs(want)) || (isnan(got) && isnan(want)) || got == want)
		return;
	print_error("%.9g where %.9g is expected\n", got, want);
	assert_true(0 && "the two are near");
}

/* All values that the formula may load are computed (keep_all); every element within `tolerance`, relative to 1 + |x|. */
static inline void assert_formula(Eval *e, const Node *n, int slot, double tolerance)
{
	Arena *a = &e->g->ctx->scratch;
	ArenaMark mark = arena_mark(a);
	bool *is_load = NEW_N(a, bool, e->g->nvalue + 1);
	const Tensor *y = eval_value(e, n->out[slot]);
	Lower *l = lower_new(e->g, a, is_load);
	Expr *axes[MAX_RANK], *x;
	int64_t at[MAX_RANK] = {0}, i = 0;
	Formula f = {.e = e};

	memset(is_load, true, e->g->nvalue + 1);
	for (int k = 0; k < y->rank; k++)
		axes[k] = axis_expr(l, axis_new(l, n->out[slot]->shape.dim[k], false));
	x = n->op->lower(l, n, slot, axes);
	assert_true(l->naxes < FORMULA_AXES);
	assert_int_equal(x->dtype, y->dtype);
	for (; i < y->count; i++, next_index(y->rank, y->dim, at)) {
		for (int k = 0; k < y->rank; k++)
			if (axes[k]->kind == X_AXIS)
				f.axis[axes[k]->axes[0]->id] = at[k];
		Number v = formula_value(&f, x);

		if (is_float(y->dtype))
			assert_near(v.f, load_f64(y->dtype, y->data, i), tolerance);
		else
			assert_int_equal(v.i, load_i64(y->dtype, y->data, i));
	}
	arena_release(a, mark);
}

/* Every node of a graph that is evaluated, and every output that has a formula. */
static inline void assert_formulas(Eval *e, double tolerance)
{
	for (uint32_t i = 0; i < e->g->nnode; i++)
		for (int slot = 0; slot < e->g->node[i]->nout; slot++)
			if (e->g->node[i]->out[slot] && e->g->node[i]->op->lower)
				assert_formula(e, e->g->node[i], slot, tolerance);
}
#endif
