/* print_expr.c -- scalar expressions as C text: numbers, operations and conversions. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/print.h"
#include "codegen/sizes.h"

/* ---- numbers ---- */

const char *c_type(DType t) { return dtype_info(t)->ctype; }

static void print_float(Out *o, double x, bool single)
{
	char text[40];
	if (isnan(x) || isinf(x)) {
		put_text(o, isnan(x) ? "NAN" : x < 0 ? "-INFINITY" : "INFINITY");
		return;
	}
	bool plain = x == floor(x) && fabs(x) < 1e7; /* 100.0, not 1e+02 */
	for (int digits = plain ? 17 : 1; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, x);
		if (single ? strtof(text, NULL) == (float)x : strtod(text, NULL) == x)
			break;
	}
	put_text(o, "%s%s%s", text, strpbrk(text, ".e") ? "" : ".0", single ? "f" : "");
}

void print_int(Out *o, DType t, int64_t k)
{
	if (t == U64 && k < 0)
		put_text(o, "UINT64_C(%llu)", (unsigned long long)k);
	else if (k == INT64_MIN)
		put_text(o, "INT64_MIN");
	else if (t == U32 && k > INT32_MAX)
		put_text(o, "%lluu", (unsigned long long)k);
	else if (k > INT32_MAX || k <= INT32_MIN)
		put_text(o, "INT64_C(%lld)", (long long)k);
	else
		put_text(o, "%lld", (long long)k);
}

/* Floats that are stored as their code and computed as float: helpers "f16_to_f32", "f32_to_f16". */
static bool is_narrow(DType t) { return is_float(t) && dtype_info(t)->bits < 32; }

static void print_number(Printer *p, const Expr *x, bool tight)
{
	bool negative = is_float(x->dtype) ? signbit(x->f) && !isnan(x->f) : x->i < 0 && x->i > INT64_MIN && x->dtype != U64;
	if (x->dtype == STR) {
		put_text(p->out, "t_empty()");
		return;
	}
	if (dtype_info(x->dtype)->class == DC_COMPLEX) {
		put_text(p->out, "(%s){ ", c_type(x->dtype));
		print_float(p->out, x->f, x->dtype == C64);
		put_text(p->out, ", 0 }");
		return;
	}
	if (is_narrow(x->dtype)) {
		uint16_t bits = 0;
		store_f64(x->dtype, &bits, 0, x->f);
		put_text(p->out, "0x%0*x", dtype_info(x->dtype)->bits == 16 ? 4 : 2, bits);
		return;
	}
	put_text(p->out, negative && tight ? "(" : "");
	if (is_float(x->dtype))
		print_float(p->out, x->f, x->dtype == F32);
	else
		print_int(p->out, x->dtype, x->i);
	put_text(p->out, negative && tight ? ")" : "");
}

/* ---- operations ---- */

static DType type_of_operands(const Expr *x) { return x->op == SELECT ? x->dtype : x->arg[0]->dtype; }

const char *scalar_format(const Expr *x)
{
	const AluText *t = alu_text(x->op);
	DType type = type_of_operands(x);
	return type == F32 ? t->f32 : type == F64 ? t->f64 : type == STR ? t->text : t->integer;
}

static const char *alu_format(Printer *p, const Expr *x)
{
	const char *format = scalar_format(x);
	if (p->m->o->strict && is_float(type_of_operands(x)) && is_library_call(x->op))
		return arena_format(p->out->arena, "lib_%s", format);
	return format;
}

void unsupported_type(Printer *p, DType t)
{
	fail_unsupported(p->m->g, p->s->node, "element type %s is not yet computed in emitted code", dtype_name(t));
}

/* x, of any float type, as float or double text. */
void print_as_float(Printer *p, Expr *x, bool tight)
{
	if (!is_narrow(x->dtype)) {
		print_expr(p, x, tight);
		return;
	}
	put_text(p->out, "%s_to_f32(", dtype_name(x->dtype));
	print_expr(p, x, false);
	put_text(p->out, ")");
}

/* Numbers to text. Narrow floats but halves are written as the f32 that they are. */
static void print_to_text(Printer *p, const Expr *x)
{
	DType from = x->arg[0]->dtype;
	const char *format = from == F64 ? "t_of_real(%0, 53, -1074, $)" : from == F16 ? "t_of_real(%0, 11, -24, $)"
	                   : is_float(from) ? "t_of_real(%0, 24, -149, $)" : from == BOOL ? "t_of_bool(%0)"
	                   : is_unsigned(from) ? "t_of_natural(%0, $, #)" : "t_of_integer(%0, $, #)";
	print_format(p, format, x->arg, false, is_float(from) ? print_as_float : print_expr);
}

/* Text to numbers; narrow floats are rounded from f32. */
static void print_from_text(Printer *p, const Expr *x)
{
	DType t = x->dtype;
	const char *format = is_int(t) ? "t_to_integer(%0)" : t == F64 ? "t_to_real(%0, 53, -1074)" : "t_to_real(%0, 24, -149)";
	put_text(p->out, "%s", t == I64 || t == F64 ? "" : arena_format(p->out->arena, "(%s)", is_int(t) ? c_type(t) : "float"));
	print_format(p, format, x->arg, false, print_expr);
}

/* A float that is known to be in the range of the integer. */
static bool fits(const Expr *x, DType t) { return x->dtype == F32 && (t == I32 || t == U8 || t == I8) && is_within(x, t); }

static void print_cast(Printer *p, const Expr *x, bool tight)
{
	Expr *from = x->arg[0];
	DType t = x->dtype;
	if (t == STR) {
		print_to_text(p, x);
	} else if (from->dtype == STR && is_narrow(t)) {
		put_text(p->out, "f32_to_%s(", dtype_name(t));
		print_from_text(p, x);
		put_text(p->out, ")");
	} else if (from->dtype == STR) {
		print_from_text(p, x);
	} else if (is_narrow(t)) {
		put_text(p->out, "f32_to_%s(", dtype_name(t));
		if (from->dtype != F32 && !is_narrow(from->dtype))
			put_text(p->out, "(float)");
		print_as_float(p, from, true);
		put_text(p->out, ")");
	} else if (t == BOOL) {
		put_text(p->out, tight ? "(" : "");
		print_as_float(p, from, true);
		put_text(p->out, tight ? " != 0)" : " != 0");
	} else if (is_float(from->dtype) && is_int(t) && !fits(from, t)) {
		if (t != I64 && t != U64)
			put_text(p->out, "(%s)", c_type(t));
		put_text(p->out, t == U64 ? "f_to_u64(" : "f_to_i64(");
		print_as_float(p, from, false);
		put_text(p->out, ")");
	} else if (tight && keeps_value(x)) {
		print_expr(p, from, true);
	} else if (is_int(t) || t == F32 || t == F64) {
		if (!is_narrow(from->dtype) || t != F32) /* whose text is a float already */
			put_text(p->out, "(%s)", c_type(t));
		print_as_float(p, from, true);
	} else {
		unsupported_type(p, t);
	}
}

/* Of the helpers that read or make the bits of what is no integer. */
static const char *bits_name(DType t) { return t == F32 ? "f" : t == F64 ? "d" : t == C64 ? "c64" : NULL; }

/* The same bits: through memory between floats and integers, else the types differ in their sign at most. */
static void print_bits(Printer *p, const Expr *x)
{
	DType from = x->arg[0]->dtype, to = x->dtype;
	const char *reads = bits_name(from), *makes = bits_name(to);
	if (makes)
		put_text(p->out, "%s_of_bits(", makes);
	put_text(p->out, "(%s)", !makes ? c_type(to) : to == F32 ? "uint32_t" : "uint64_t");
	if (reads)
		put_text(p->out, "%s_bits(", reads);
	print_expr(p, x->arg[0], !reads);
	put_text(p->out, "%s%s", reads ? ")" : "", makes ? ")" : "");
}

const char *bound_name(const Printer *p, const Expr *x)
{
	for (int i = 0; i < p->nbound; i++)
		if (p->bound[i] == x)
			return p->bound_name[i];
	return NULL;
}

static bool is_negative(const Expr *x)
{
	return x->kind == X_NUM && (x->dtype == F32 || x->dtype == F64 ? x->f < 0 : x->dtype == I32 && x->i < 0 && x->i > INT32_MIN);
}

/* x + (-2) is x - 2, x - (-2) is x + 2. */
static bool print_other_sign(Printer *p, const Expr *x, bool tight)
{
	if ((x->op != ADD && x->op != SUB) || !is_negative(x->arg[1]) || may_overflow(x))
		return false;
	Expr number = *x->arg[1], *arg[2] = {x->arg[0], &number};
	number.f = -number.f;
	number.i = -number.i;
	print_format(p, x->op == ADD ? "%0 - %1" : "%0 + %1", arg, tight, print_expr);
	return true;
}

static void print_alu(Printer *p, Expr *x, bool tight)
{
	if (is_index(x)) {
		print_index(p, x, tight);
		return;
	}
	if (x->op == BITS) {
		print_bits(p, x);
		return;
	}
	if (print_other_sign(p, x, tight))
		return;
	const char *format = alu_format(p, x);
	if (!format)
		fail_unsupported(p->m->g, p->s->node, "no code for this operation on %s", dtype_name(x->arg[0]->dtype));
	if (!is_text_alu(x->op) && (is_int(x->arg[x->nargs - 1]->dtype) || x->dtype == BOOL))
		print_integer_alu(p, x, format, tight);
	else
		print_format(p, format, x->arg, tight, print_expr);
}

static void print_load(Printer *p, const Expr *x)
{
	if (dtype_info(x->dtype)->bits < 8)
		unsupported_type(p, x->dtype);
	put_text(p->out, "%s[", value_name(p, x->value));
	print_expr(p, x->arg[0], false);
	put_text(p->out, "]");
}

void print_expr(Printer *p, Expr *x, bool tight)
{
	const char *name = bound_name(p, x);
	if (name) {
		put_text(p->out, "%s", name);
		return;
	}
	switch (x->kind) {
	case X_NUM:
		print_number(p, x, tight);
		break;
	case X_AXIS:
		print_index(p, x, tight);
		break;
	case X_LOCAL:
		put_text(p->out, "%s", local_name(p, x));
		break;
	case X_LOAD:
		print_load(p, x);
		break;
	case X_CAST:
		print_cast(p, x, tight);
		break;
	case X_ALU:
		print_alu(p, x, tight);
		break;
	case X_DIM:
		put_text(p->out, "%s", size_text(p->m->unit, x->dim));
		break;
	case X_REDUCE:
		assert(x->kind == X_NUM && "settled before printing");
	}
}
