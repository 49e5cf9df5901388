/* print_integer.c -- operations on integers as C text: C computes in int or wider, has no meaning for some, and no operator for
 * others, so results are cast and helpers called where that is needed. */
#include <string.h>
#include "codegen/print.h"

/* "i_div(..." for unsigned operands is "u_div(...". */
static const char *unsigned_format(Printer *p, const char *format)
{
	return strncmp(format, "i_", 2) ? format : arena_format(p->out->arena, "u_%s", format + 2);
}

static bool wraps(Alu op) { return op == ADD || op == SUB || op == MUL || op == NEG; }

bool may_overflow(const Expr *x)
{
	return wraps(x->op) && ((x->dtype == I32 && !is_within(x, I32)) || (x->dtype == I64 && !is_bounded(x)) ||
	                        (x->dtype == U16 && x->op == MUL));
}

/* ---- shifts ---- */

static Expr *count_of_shift(const Expr *x)
{
	Expr *by = x->arg[1];
	return by->kind == X_CAST && is_index(by->arg[0]) ? by->arg[0] : by;
}

/* By a count that is known to be in range, of what C knows to be of that type: an operator does it. */
static bool is_plain_shift(const Expr *x)
{
	if (x->op != SHR && (x->op != SHL || !is_unsigned(x->dtype)))
		return false;
	int bits = dtype_info(x->dtype)->bits;
	const Expr *by = count_of_shift(x), *what = x->arg[0];
	int64_t low = by->kind == X_NUM ? by->i : by->lo, high = by->kind == X_NUM ? by->i : by->hi;
	bool known = by->kind == X_NUM || by->dtype == I64;
	bool is_int = what->kind == X_NUM || (what->kind == X_ALU && what->op == SELECT);
	return known && low >= 0 && high < bits && (bits < 32 || !is_int);
}

/* ---- division ---- */

/* Whatever data hold: no element of an unsigned type is, and no position that tcc.Positions has found. */
static bool never_negative(const Expr *x)
{
	const Value *v = x->kind == X_LOAD ? x->value : NULL;
	while (v && v->def && is_op(v->def, "Slice"))
		v = v->def->in[0];
	return is_unsigned(x->dtype) || (x->dtype == I64 && x->lo >= 0) || (v && v->def && v->def->op == &op_tcc_Positions);
}

/* By a number that C has an answer for, whatever it divides: an operator does it. */
static bool is_plain_division(const Expr *x)
{
	const Expr *by = x->nargs == 2 ? x->arg[1] : NULL;
	if (!by || by->kind != X_NUM || is_unsigned(x->dtype) != is_unsigned(x->arg[0]->dtype))
		return false;
	if (x->op == MOD)
		return never_negative(x->arg[0]) && by->i > 0;
	return (x->op == DIV || x->op == FMOD) && by->i != 0 && (by->i != -1 || is_unsigned(x->dtype));
}

/* ---- below int, where C computes in int ---- */

typedef struct Range {
	int64_t low, high;
} Range;

static bool is_below_int(DType t) { return is_int(t) && dtype_info(t)->bits < 32; }

static Range range_of_type(DType t)
{
	int64_t all = (int64_t)1 << dtype_info(t)->bits;
	return is_unsigned(t) ? (Range){0, all - 1} : (Range){-all / 2, all / 2 - 1};
}

static bool is_inside(Range a, Range b) { return a.low >= b.low && a.high <= b.high; }

static Range range_of(const Expr *x);

/* What the last operation of an integer below int gives in int, as far as it matters where elements are taken out of bytes or
 * put into them. */
static Range range_in_int(const Expr *x)
{
	Range all = range_of_type(x->dtype), a;
	int64_t k = 0, ones = 1;
	if (x->kind == X_NUM)
		return (Range){x->i, x->i};
	if (x->kind == X_CAST && is_below_int(x->arg[0]->dtype))
		return range_of(x->arg[0]);
	if (x->kind == X_ALU && x->op == SELECT) {
		Range b = range_of(x->arg[2]);
		a = range_of(x->arg[1]);
		return (Range){a.low < b.low ? a.low : b.low, a.high > b.high ? a.high : b.high};
	}
	if (x->kind != X_ALU || x->nargs != 2 || x->arg[1]->kind != X_NUM || (k = x->arg[1]->i) < 0)
		return all;
	a = range_of(x->arg[0]);
	while (ones <= (a.high | k))
		ones *= 2;
	if (x->op == BITAND)
		return (Range){0, k};
	if (x->op == BITXOR && a.low >= 0)
		return (Range){0, ones - 1};
	if (x->op == SHL && is_plain_shift(x) && a.low >= 0)
		return (Range){a.low << k, a.high << k};
	return x->op == SUB ? (Range){a.low - k, a.high - k} : all;
}

static Range range_of(const Expr *x)
{
	Range all = range_of_type(x->dtype), r = range_in_int(x);
	return is_inside(r, all) ? r : all;
}

bool keeps_value(const Expr *cast)
{
	DType t = cast->dtype, from = cast->arg[0]->dtype;
	return is_below_int(t) && is_below_int(from) && is_inside(range_of(cast->arg[0]), range_of_type(t));
}

/* ---- operations ---- */

static bool is_bitwise(Alu op) { return op == BITAND || op == BITOR || op == BITXOR; }

/* In C the operands are of that type already, and so is what comes out. */
static bool keeps_type(const Expr *x)
{
	if (is_plain_shift(x) || is_plain_division(x))
		return dtype_info(x->dtype)->bits >= 32;
	return (x->dtype == I32 || x->dtype == U32) && (wraps(x->op) || is_bitwise(x->op));
}

static bool is_narrowed(const Expr *x)
{
	return x->arg[1]->kind == X_NUM && (x->op == SUB ? x->arg[1]->i >= 0 : is_plain_shift(x) && range_of(x->arg[0]).low >= 0);
}

/* Below int: what C computes, in int, is what it is in its type. */
static bool needs_no_cast(const Expr *x)
{
	if (!is_below_int(x->dtype))
		return false;
	if (x->op == SUB || x->op == SHL) /* by a number, and the result is in range */
		return is_narrowed(x) && is_inside(range_in_int(x), range_of_type(x->dtype));
	return is_bitwise(x->op) || x->op == SELECT || (x->op == SHR && is_plain_shift(x));
}

/* By helpers that compute in the unsigned type, whose results wrap: "i_add(a, b)", "i32_mul(a, b)". */
static void print_wrapped(Printer *p, const Expr *x, bool tight)
{
	for (int k = 0; x->op == ADD && k < 2; k++)
		if (is_nothing(p, x->arg[k])) {
			print_expr(p, x->arg[1 - k], tight);
			return;
		}
	const char *op = x->op == ADD ? "add" : x->op == SUB ? "sub" : x->op == MUL ? "mul" : "neg";
	put_text(p->out, "%s_%s(", x->dtype == I64 ? "i" : dtype_name(x->dtype), op);
	for (int k = 0; k < x->nargs; k++) {
		put_text(p->out, k ? ", " : "");
		print_expr(p, x->arg[k], false);
	}
	put_text(p->out, ")");
}

/* By an operator, or a helper: "a >> 4", "u_shr(a, n)", "a / 3", "i_div(a, n)". */
static void print_operation(Printer *p, const Expr *x, const char *format, bool tight)
{
	Expr *shifted[2] = {x->arg[0], x->nargs > 1 ? x->arg[1] : NULL};
	if (x->op == BITNOT && x->arg[0]->kind == X_CAST && x->arg[0]->arg[0]->dtype == BOOL) { /* which is not ~(a > b) to compilers, but a slip */
		print_format(p, "-1 - %0", x->arg, tight, print_expr);
		return;
	}
	if (is_plain_division(x)) {
		print_format(p, x->op == DIV ? "%0 / %1" : "%0 %% %1", x->arg, tight, print_expr);
		return;
	}
	if (!is_plain_shift(x)) {
		print_format(p, is_unsigned(x->arg[0]->dtype) ? unsigned_format(p, format) : format, x->arg, tight, print_expr);
		return;
	}
	shifted[1] = count_of_shift(x);
	print_format(p, x->op == SHL ? "%0 << %1" : "%0 >> %1", shifted, tight, print_expr);
}

/* Results are cast to their type: C computes in int or wider. */
void print_integer_alu(Printer *p, const Expr *x, const char *format, bool tight)
{
	bool data = x->dtype != BOOL && x->dtype != I64, chosen = x->op == SELECT;
	if (may_overflow(x)) {
		print_wrapped(p, x, tight);
		return;
	}
	bool cast = data && (chosen ? is_below_int(x->dtype) : !keeps_type(x));
	if (cast && !(tight && needs_no_cast(x))) {
		put_text(p->out, "(%s)", c_type(x->dtype));
		tight = true;
	}
	print_operation(p, x, format, tight);
}
