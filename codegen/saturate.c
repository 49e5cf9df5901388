/* saturate.c -- numbers that are rounded and cut at the bounds of a byte: where they surely are integers of 32 bits before, the
 * instructions that pack them into bytes do the cutting.
 *
 *     u8(i32(round(min(max(t, -z), 255 - z))) + z)     ->     i32(round(t)) + z, saturated where it is stored
 */
#include <math.h>
#include "codegen/nest.h"

/* What a float of finite ones may be; `sure` false: anything. */
typedef struct Range {
	bool sure;
	double low, high;
} Range;

enum { BITS_MAX = 30, STEPS_MAX = 256 }; /* terms that are looked at: expressions share theirs, and here each counts */

static Range range(double low, double high)
{
	return (Range){isfinite(low) && isfinite(high) && high - low < 0x1p60, low, high};
}

static Range range_of_byte(DType t)
{
	return t == U8 ? range(0, UINT8_MAX) : t == I8 ? range(INT8_MIN, INT8_MAX) : (Range){false, 0, 0};
}

static Range product(Range a, Range b)
{
	double p = a.low * b.low, q = a.low * b.high, r = a.high * b.low, s = a.high * b.high;
	return range(fmin(fmin(p, q), fmin(r, s)), fmax(fmax(p, q), fmax(r, s)));
}

static Range number_range(const Expr *x, int *steps);

static Range alu_range(const Expr *x, int *steps)
{
	bool choice = x->op == SELECT;
	if (!choice && x->op != ADD && x->op != SUB && x->op != MUL)
		return (Range){false, 0, 0};
	Range a = number_range(x->arg[choice], steps), b = number_range(x->arg[choice + 1], steps);
	if (!a.sure || !b.sure)
		return (Range){false, 0, 0};
	switch (x->op) {
	case ADD: return range(a.low + b.low, a.high + b.high);
	case SUB: return range(a.low - b.high, a.high - b.low);
	case MUL: return product(a, b);
	default: return range(fmin(a.low, b.low), fmax(a.high, b.high));
	}
}

/* Of sums and products of bytes and numbers, as floats or integers of 32 bits that do not overflow, within rounding. */
static Range number_range(const Expr *x, int *steps)
{
	Range all = range_of_byte(x->dtype);
	if (all.sure || (x->dtype != F32 && x->dtype != I32) || --*steps < 0)
		return all;
	if (x->kind == X_NUM)
		all = x->dtype == F32 ? range(x->f, x->f) : range((double)x->i, (double)x->i);
	else if (x->kind == X_CAST)
		all = number_range(x->arg[0], steps);
	else if (x->kind == X_ALU)
		all = alu_range(x, steps);
	all.sure &= x->dtype == F32 || (all.low >= INT32_MIN && all.high <= INT32_MAX);
	return all;
}

/* What is cut at that bound. */
static const Expr *cut_at(const Expr *x, bool lowest, double bound)
{
	return is_bound(x, lowest) && x->arg[2]->f == bound ? x->arg[1] : NULL;
}

Expr *before_saturation(Lower *l, const Expr *x)
{
	if (x->kind != X_CAST || (x->dtype != U8 && x->dtype != I8))
		return NULL;
	const Expr *sum = x->arg[0];
	bool moved = sum->kind == X_ALU && sum->op == ADD && sum->dtype == I32 && sum->arg[1]->kind == X_NUM;
	const Expr *whole = moved ? sum->arg[0] : sum;
	Range byte = range_of_byte(x->dtype);
	double zero = moved ? (double)sum->arg[1]->i : 0;
	if (whole->kind != X_CAST || whole->dtype != I32 || whole->arg[0]->kind != X_ALU || whole->arg[0]->op != ROUND)
		return NULL;
	const Expr *upper = cut_at(whole->arg[0]->arg[0], false, byte.high - zero);
	const Expr *t = upper ? cut_at(upper, true, byte.low - zero) : NULL;
	int steps = STEPS_MAX;
	Range all = t ? number_range(t, &steps) : (Range){false, 0, 0};
	if (!all.sure || all.low < -ldexp(1, BITS_MAX) || all.high > ldexp(1, BITS_MAX))
		return NULL;
	Expr *rounded = cast(l, I32, alu1(l, ROUND, (Expr *)(uintptr_t)t));
	return moved ? alu2(l, ADD, rounded, sum->arg[1]) : rounded;
}
