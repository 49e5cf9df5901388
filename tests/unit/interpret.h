/* interpret.h -- the value of an expression, computed step by step as emitted C would: floats in their own type,
 * integers wrapped to theirs. Tests hold what lower() builds against what eval() says. */
#ifndef TCC_TESTS_INTERPRET_H
#define TCC_TESTS_INTERPRET_H
#include <math.h>
#include "ir/convert.h"
#include "ir/expr.h"

/* An element: floats (exact) in f, integers and bools in i, wrapped to their type; of u64 the bits. */
typedef struct Number {
	double f;
	int64_t i;
} Number;

typedef struct Interpreter {
	Tensor *const *value;   /* of the values that are loads, by value id */
	int64_t at[64];         /* where the loops are, by axis id */
	Syms *syms;             /* of sizes that are known at run time only ... */
	const int64_t *symbol;  /* ... and the values of their symbols */
} Interpreter;

static Number interpret(Interpreter *s, const Expr *x);

static Number number_of(DType t, const void *data, int64_t i)
{
	return is_float(t) ? (Number){.f = load_f64(t, data, i)} : (Number){.i = load_i64(t, data, i)};
}

/* Rounded or wrapped to type t. */
static Number fit(DType t, Number a)
{
	uint64_t bits = 0;
	if (is_float(t))
		store_f64(t, &bits, 0, a.f);
	else
		store_i64(t, &bits, 0, a.i);
	return number_of(t, &bits, 0);
}

/* How a u64 looks where order matters. */
static bool less(DType t, Number a, Number b)
{
	return is_float(t) ? a.f < b.f : is_unsigned(t) ? (uint64_t)a.i < (uint64_t)b.i : a.i < b.i;
}

static Number convert(DType to, DType from, Number a)
{
	uint64_t bits = 0;
	if (is_float(from))
		store_f64(to, &bits, 0, a.f);
	else if (from == U64 && is_float(to))
		store_f64(to, &bits, 0, (double)(uint64_t)a.i);
	else
		store_i64(to, &bits, 0, a.i);
	return number_of(to, &bits, 0);
}

static Number same_bits(DType to, DType from, Number a)
{
	uint64_t bits = 0;
	if (is_float(from))
		store_f64(from, &bits, 0, a.f);
	else
		store_i64(from, &bits, 0, a.i);
	return number_of(to, &bits, 0);
}

static double python_mod(double a, double b)
{
	double r = fmod(a, b);
	return r != 0 && (r < 0) != (b < 0) ? r + b : copysign(r, r == 0 ? b : r);
}

static double float_alu(Alu op, double a, double b)
{
	switch (op) {
	case ADD: return a + b;
	case SUB: return a - b;
	case MUL: return a * b;
	case DIV: return a / b;
	case MOD: return python_mod(a, b);
	case FMOD: return fmod(a, b);
	case NEG: return -a;
	case ABS: return fabs(a);
	case MIN: return isnan(a) || isnan(b) ? a + b : a < b ? a : b;
	case MAX: return isnan(a) || isnan(b) ? a + b : a > b ? a : b;
	case GREATER: return a > b ? a : b;
	case FLOOR: return floor(a);
	case CEIL: return ceil(a);
	case ROUND: return nearbyint(a);
	case TRUNC: return trunc(a);
	case SQRT: return sqrt(a);
	case EXP:
	case EXP_DOWN:
	case EXP_SHARE: return exp(a);
	case EXPM1: return expm1(a);
	case LOG: return log(a);
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
	case SILU: return a / (1 + exp(-a));
	case GELU: return 0.5 * a * erfc(-a / sqrt(2));
	case GELU_TANH: return a / (1 + exp(-2 * sqrt(2 / acos(-1)) * (a + 0.044715 * a * a * a)));
	case LOG1P: return log1p(a);
	case POW: return pow(a, b);
	case SIGN: return isnan(a) ? a : (a > 0) - (a < 0);
	default: assert_true(0 && "an operation on floats"); return 0;
	}
}

static uint64_t int_power(int64_t a, int64_t b)
{
	uint64_t p = 1;
	if (b < 0)
		return a == 1 ? 1 : a == -1 ? (uint64_t)(b & 1 ? -1 : 1) : 0;
	for (uint64_t x = (uint64_t)a; b; b >>= 1, x *= x)
		p *= b & 1 ? x : 1;
	return p;
}

static uint64_t shifted(Alu op, DType t, uint64_t a, uint64_t b)
{
	uint64_t bits = (uint64_t)dtype_info(t)->bits;
	if (op == SHL)
		return b < bits ? a << b : 0;
	if (is_unsigned(t))
		return b < bits ? a >> b : 0;
	return (uint64_t)((int64_t)a >> (b < bits ? b : 63));
}

/* Division and remainder, truncated; 0 for a divisor of 0. */
static uint64_t quotient(DType t, uint64_t a, uint64_t b)
{
	if (b == 0)
		return 0;
	return is_unsigned(t) ? a / b : b == UINT64_MAX ? -a : (uint64_t)((int64_t)a / (int64_t)b);
}

static uint64_t int_alu(Alu op, DType t, uint64_t a, uint64_t b)
{
	uint64_t rest = b ? a - quotient(t, a, b) * b : 0;
	bool apart = !is_unsigned(t) && rest && ((int64_t)rest < 0) != ((int64_t)b < 0);
	bool before = less(t, (Number){.i = (int64_t)a}, (Number){.i = (int64_t)b});
	int64_t sign = is_unsigned(t) ? a != 0 : ((int64_t)a > 0) - ((int64_t)a < 0);

	switch (op) {
	case ADD: return a + b;
	case SUB: return a - b;
	case MUL: return a * b;
	case DIV: return quotient(t, a, b);
	case MOD: return apart ? rest + b : rest;
	case FMOD: return rest;
	case NEG: return -a;
	case ABS: return sign < 0 ? -a : a;
	case MIN: return before ? a : b;
	case MAX: return before ? b : a;
	case AND:
	case BITAND: return a & b;
	case OR:
	case BITOR: return a | b;
	case XOR:
	case BITXOR: return a ^ b;
	case NOT: return !a;
	case BITNOT: return ~a;
	case SHL:
	case SHR: return shifted(op, t, a, b);
	case POW: return int_power((int64_t)a, (int64_t)b);
	case SIGN: return (uint64_t)sign;
	case INDEX: return sign < 0 ? a + b : a;
	case IDIV: return (uint64_t)floor((double)(int64_t)a / (double)(int64_t)b);
	case IMOD: return apart ? rest + b : rest;
	default: assert_true(0 && "an operation on integers"); return 0;
	}
}

/* Comparisons and tests; false when op is none. */
static bool predicate(Alu op, DType t, Number a, Number b, bool *yes)
{
	bool equal = is_float(t) ? a.f == b.f : a.i == b.i;
	switch (op) {
	case EQ: *yes = equal; return true;
	case LT: *yes = less(t, a, b); return true;
	case LE: *yes = equal || less(t, a, b); return true;
	case ISNAN: *yes = isnan(a.f); return true;
	case ISINF: *yes = isinf(a.f); return true;
	default: return false;
	}
}

static Number alu(Interpreter *s, const Expr *x)
{
	DType t = x->arg[0]->dtype;
	bool yes;
	Number a = interpret(s, x->arg[0]);
	if (x->op == SELECT)
		return interpret(s, x->arg[a.i ? 1 : 2]);
	Number b = x->nargs > 1 ? interpret(s, x->arg[1]) : a;
	if (x->op == BITS)
		return same_bits(x->dtype, t, a);
	if (predicate(x->op, t, a, b, &yes))
		return (Number){.i = yes};
	if (is_float(t))
		return fit(t, (Number){.f = float_alu(x->op, a.f, b.f)});
	return fit(t, (Number){.i = (int64_t)int_alu(x->op, t, (uint64_t)a.i, (uint64_t)b.i)});
}

static Number load(Interpreter *s, const Expr *x)
{
	const Tensor *t = x->value->data ? x->value->data : s->value[x->value->id];
	int64_t index = 0;
	for (int k = 0; k < x->nargs; k++) {
		int64_t at = interpret(s, x->arg[k]).i;
		assert_true(at >= 0 && at < t->dim[k]); /* what guards must see to */
		index = index * t->dim[k] + at;
	}
	return number_of(t->dtype, t->data, index);
}

/* ---- reductions ---- */

static int64_t extent_now(const Interpreter *s, Dim d)
{
	return dim_known(d) ? d.k : dim_eval(s->syms, d, s->symbol);
}

static bool has_elements(const Interpreter *s, const Expr *x)
{
	for (int k = 0; k < x->naxes; k++)
		if (extent_now(s, x->axes[k]->extent) <= 0)
			return false;
	return true;
}

/* The axes of a reduction in row-major order; false after the last. */
static bool next_of_axes(Interpreter *s, const Expr *x)
{
	for (int k = x->naxes - 1; k >= 0; k--) {
		if (++s->at[x->axes[k]->id] < extent_now(s, x->axes[k]->extent))
			return true;
		s->at[x->axes[k]->id] = 0;
	}
	return false;
}

/* NaN is the best of all. */
static bool beats(Red red, DType t, Number new, Number best)
{
	bool nan_now = is_float(t) && isnan(new.f), nan_before = is_float(t) && isnan(best.f);
	bool max = red == RED_MAX || red == RED_ARGMAX || red == RED_ARGMAX_LAST;
	if (nan_now || nan_before)
		return nan_now && !nan_before;
	if (red == RED_ARGMAX_LAST || red == RED_ARGMIN_LAST)
		return max ? !less(t, new, best) : !less(t, best, new);
	return max ? less(t, best, new) : less(t, new, best);
}

static Number folded(Red red, DType t, Number sum, Number x)
{
	static const Alu op[] = {[RED_SUM] = ADD, [RED_PROD] = MUL, [RED_AND] = AND, [RED_OR] = OR};
	if (is_float(t))
		return fit(t, (Number){.f = float_alu(op[red], sum.f, x.f)});
	return fit(t, (Number){.i = (int64_t)int_alu(op[red], t, (uint64_t)sum.i, (uint64_t)x.i)});
}

/* What a reduction over nothing gives: the least or greatest value of the type for the largest and smallest. */
static Number identity_of(Red red, DType t)
{
	int bits = dtype_info(t)->bits;
	uint64_t top = UINT64_MAX >> (64 - bits), largest = is_unsigned(t) ? top : top >> 1;
	double one = red == RED_PROD, all = red == RED_MIN ? INFINITY : -INFINITY;

	if (red != RED_MAX && red != RED_MIN)
		return (Number){.f = one, .i = red == RED_PROD || red == RED_AND};
	return (Number){.f = all, .i = (int64_t)(red == RED_MIN ? largest : is_unsigned(t) ? 0 : ~largest)};
}

static Number reduced(Interpreter *s, const Expr *x)
{
	DType t = x->arg[0]->dtype;
	bool picks = x->red >= RED_MAX && x->red <= RED_ARGMIN_LAST, first = true;
	bool tells = x->red >= RED_ARGMAX && x->red <= RED_ARGMIN_LAST;
	Number best = identity_of(x->red, t), at = {0};

	for (int k = 0; k < x->naxes; k++)
		s->at[x->axes[k]->id] = 0;
	if (!has_elements(s, x))
		return best;
	do {
		Number y = interpret(s, x->arg[0]);
		if (!picks)
			best = folded(x->red, t, best, y);
		else if (first || beats(x->red, t, y, best)) {
			best = y;
			at.i = s->at[x->axes[0]->id];
		}
		first = false;
	} while (next_of_axes(s, x));
	return tells ? at : best;
}

static Number interpret(Interpreter *s, const Expr *x)
{
	switch (x->kind) {
	case X_NUM: return is_float(x->dtype) ? (Number){.f = x->f} : (Number){.i = x->i};
	case X_AXIS: return (Number){.i = s->at[x->axes[0]->id]};
	case X_DIM: return (Number){.i = extent_now(s, x->dim)};
	case X_LOAD: return load(s, x);
	case X_ALU: return alu(s, x);
	case X_CAST: return convert(x->dtype, x->arg[0]->dtype, interpret(s, x->arg[0]));
	case X_REDUCE: return reduced(s, x);
	default: assert_true(0 && "a kind of expression that operators use"); return (Number){0};
	}
}
#endif
