/* print.c -- expressions and statements as C text.
 *
 * Indices print as sums (64*i + j - 3); values as the formats of target.c say. In a vector loop, what depends on its
 * axis prints through the v_ helpers, everything else as a scalar spread by v_set. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/print.h"
#include "codegen/sizes.h"

/* ---- text ---- */

static void put_v(Out *o, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int need = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(need >= 0);
	if (o->n + (size_t)need + 1 > o->c) {
		size_t c = 2 * o->c + (size_t)need + 256;
		char *text = arena_alloc(o->arena, c);
		if (o->n)
			memcpy(text, o->text, o->n);
		o->text = text;
		o->c = c;
	}
	vsnprintf(o->text + o->n, (size_t)need + 1, format, args);
	o->n += (size_t)need;
}

void put_text(Out *o, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	put_v(o, format, args);
	va_end(args);
}

static void indent(Printer *p)
{
	for (int i = 0; i < p->depth; i++)
		put_text(p->out, "\t");
}

void print_line(Printer *p, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	indent(p);
	put_v(p->out, format, args);
	put_text(p->out, "\n");
	va_end(args);
}

/* ---- names and numbers ---- */

const char *c_type(DType t) { return dtype_info(t)->ctype; }

const char *axis_name(Printer *p, const Axis *axis)
{
	static const char *const names[] = {"i", "j", "k", "l", "m", "n"}, *const sums[] = {"r", "s", "t", "u", "v"}; /* w is memory */
	int nth = 0;
	for (int i = 0; i < p->nshifted; i++)
		if (p->shifted[i] == axis)
			return p->shifted_text[i];
	for (int i = 0; i < p->naxes; i++) {
		if (p->axis[i] == axis)
			return nth < (axis->reduction ? 5 : 6) ? (axis->reduction ? sums : names)[nth]
			               : arena_format(p->out->arena, "%s%d", axis->reduction ? "r" : "i", nth);
		nth += p->axis[i]->reduction == axis->reduction;
	}
	assert(p->naxes < 64);
	p->axis[p->naxes++] = axis;
	return axis_name(p, axis);
}

static void print_float(Out *o, double x, bool single)
{
	char text[40];
	if (isnan(x) || isinf(x)) {
		put_text(o, isnan(x) ? "NAN" : x < 0 ? "-INFINITY" : "INFINITY");
		return;
	}
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, x);
		if (single ? strtof(text, NULL) == (float)x : strtod(text, NULL) == x)
			break;
	}
	put_text(o, "%s%s%s", text, strpbrk(text, ".e") ? "" : ".0", single ? "f" : "");
}

static void print_int(Out *o, DType t, int64_t k)
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

/* ---- indices ---- */

/* Indices have ranges; data may be anything. */
static bool is_bounded(const Expr *x) { return x->lo > -INDEX_MAX && x->hi < INDEX_MAX; }

static bool is_index(const Expr *x)
{
	return x->dtype == I64 && (x->kind == X_AXIS || x->kind == X_NUM ||
	                           (x->kind == X_ALU && (x->op == ADD || x->op == MUL) && is_bounded(x)));
}

/* A sum: coefficients before atoms, constants last. */
static void print_index(Printer *p, Expr *x, bool tight)
{
	Linear sum;
	if (!linear_of(x, &sum)) {
		put_text(p->out, "(");
		print_expr(p, x->arg[0], true);
		put_text(p->out, " %s ", x->op == ADD ? "+" : "*");
		print_expr(p, x->arg[1], true);
		put_text(p->out, ")");
		return;
	}
	bool product = sum.n == 1 && (sum.coef[0] != 1 || (sum.atom[0]->kind == X_ALU && sum.atom[0]->op == MUL));
	bool paren = tight && (sum.n > 1 || product || (sum.n == 1 && sum.k) || (sum.n == 0 && sum.k < 0));
	const char *plus = "";
	put_text(p->out, paren ? "(" : "");
	for (int i = 0; i < sum.n; i++) {
		int64_t c = sum.coef[i];
		put_text(p->out, "%s", c < 0 ? (*plus ? " - " : "-") : plus);
		if (c != 1 && c != -1) {
			print_int(p->out, I64, c < 0 ? -c : c);
			put_text(p->out, "*");
		}
		if (sum.atom[i]->kind == X_ALU && sum.atom[i]->op == MUL) { /* a product of two unknowns */
			print_expr(p, sum.atom[i]->arg[0], true);
			put_text(p->out, "*");
			print_expr(p, sum.atom[i]->arg[1], true);
		} else {
			print_expr(p, sum.atom[i], true);
		}
		plus = " + ";
	}
	if (sum.n == 0)
		print_int(p->out, I64, sum.k);
	else if (sum.k)
		put_text(p->out, " %s %lld", sum.k < 0 ? "-" : "+", (long long)(sum.k < 0 ? -sum.k : sum.k));
	put_text(p->out, paren ? ")" : "");
}

/* ---- values ---- */

static const char *value_name(Printer *p, const Value *v) { return param_of(p->s, (Value *)(uintptr_t)v)->name; }

/* "x + 4*i" */
static void print_element(Printer *p, const Value *v, Expr *address)
{
	put_text(p->out, "%s", value_name(p, v));
	if (!(address->kind == X_NUM && address->i == 0)) {
		put_text(p->out, " + ");
		print_expr(p, address, false);
	}
}

void print_place(Printer *p, const Expr *load) { print_element(p, load->value, load->arg[0]); }

/* Where this element's text goes: "text + 256*i" */
static void print_text_place(Printer *p)
{
	Expr *at = p->s->address;
	put_text(p->out, "text");
	if (!(at->kind == X_NUM && at->i == 0)) {
		put_text(p->out, " + %lld*", (long long)text_bytes(p->m, p->s));
		print_expr(p, at, true);
	}
}

/* `%0` and so on replaced by operands, `@1` by tables, `$` by memory for text, `#` by how long that is. A format that is no
 * word or call is wrapped when tight. */
void print_format(Printer *p, const char *format, Expr **arg, bool tight, void (*operand)(Printer *, Expr *, bool))
{
	bool call = strchr(format, '(') && strncmp(format, "%0", 2);
	put_text(p->out, tight && !call ? "(" : "");
	for (const char *f = format; *f; f++)
		if (*f == '%' && f[1] >= '0' && f[1] <= '4')
			operand(p, arg[*++f - '0'], !call);
		else if (*f == '@')
			print_place(p, arg[*++f - '0']);
		else if (*f == '$')
			print_text_place(p);
		else if (*f == '#')
			put_text(p->out, "%lld", (long long)text_bytes(p->m, p->s));
		else if (*f == '%' && f[1] == '%')
			put_text(p->out, "%c", *++f);
		else
			put_text(p->out, "%c", *f);
	put_text(p->out, tight && !call ? ")" : "");
}

static const char *alu_format(Printer *p, const Expr *x)
{
	const AluText *t = alu_text(x->op);
	DType type = x->op == SELECT ? x->dtype : x->arg[0]->dtype;
	const char *format = type == F32 ? t->f32 : type == F64 ? t->f64 : type == STR ? t->text : t->integer;
	if (p->m->o->strict && is_float(type) && is_library_call(x->op))
		return arena_format(p->out->arena, "lib_%s", format);
	return format;
}

/* "i_div(..." for unsigned operands is "u_div(...". */
static const char *unsigned_format(Printer *p, const char *format)
{
	return strncmp(format, "i_", 2) ? format : arena_format(p->out->arena, "u_%s", format + 2);
}

static bool wraps(Alu op) { return op == ADD || op == SUB || op == MUL || op == NEG; }

/* In C, where it has no meaning; products of u16 are of type int there. */
static bool may_overflow(const Expr *x)
{
	return wraps(x->op) && (x->dtype == I32 || (x->dtype == I64 && !is_bounded(x)) || (x->dtype == U16 && x->op == MUL));
}

/* Computed in the unsigned type, whose results wrap. */
static void print_wrapped(Printer *p, const Expr *x)
{
	const char *type = x->dtype == I64 ? "uint64_t" : "uint32_t";

	put_text(p->out, "(%s)((%s)", c_type(x->dtype), type);
	print_expr(p, x->arg[0], true);
	if (x->op == NEG) {
		put_text(p->out, x->dtype == I64 ? " * UINT64_MAX)" : " * 0xffffffffu)");
		return;
	}
	put_text(p->out, " %s (%s)", x->op == ADD ? "+" : x->op == SUB ? "-" : "*", type);
	print_expr(p, x->arg[1], true);
	put_text(p->out, ")");
}

/* Integer results are cast to their type: C computes in int or wider. */
static void print_integer_alu(Printer *p, const Expr *x, const char *format, bool tight)
{
	bool data = x->dtype != BOOL && x->dtype != I64 && x->op != SELECT;
	bool unsign = is_unsigned(x->arg[0]->dtype);
	if (unsign)
		format = unsigned_format(p, format);
	if (may_overflow(x)) {
		print_wrapped(p, x);
		return;
	}
	if (data || (x->op == SELECT && x->dtype != BOOL && x->dtype != I64 && dtype_info(x->dtype)->bits < 32)) {
		put_text(p->out, "%s(%s)(", tight ? "(" : "", c_type(x->dtype));
		print_format(p, format, x->arg, false, print_expr);
		put_text(p->out, tight ? "))" : ")");
		return;
	}
	print_format(p, format, x->arg, tight, print_expr);
}

static void unsupported_type(Printer *p, DType t)
{
	fail_unsupported(p->m->g, p->s->node, "element type %s is not yet computed in emitted code", dtype_name(t));
}

/* x, of any float type, as float or double text. */
static void print_as_float(Printer *p, Expr *x, bool tight)
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
static void print_from_text(Printer *p, const Expr *x, bool tight)
{
	DType t = x->dtype;
	const char *format = is_int(t) ? "t_to_integer(%0)" : t == F64 ? "t_to_real(%0, 53, -1074)" : "t_to_real(%0, 24, -149)";
	put_text(p->out, "%s%s", tight ? "(" : "", t == I64 || t == F64 ? "" : arena_format(p->out->arena, "(%s)", is_int(t) ? c_type(t) : "float"));
	print_format(p, format, x->arg, false, print_expr);
	put_text(p->out, tight ? ")" : "");
}

static void print_cast(Printer *p, const Expr *x, bool tight)
{
	Expr *from = x->arg[0];
	DType t = x->dtype;
	if (t == STR) {
		print_to_text(p, x);
	} else if (from->dtype == STR && is_narrow(t)) {
		put_text(p->out, "f32_to_%s(", dtype_name(t));
		print_from_text(p, x, false);
		put_text(p->out, ")");
	} else if (from->dtype == STR) {
		print_from_text(p, x, tight);
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
	} else if (is_float(from->dtype) && is_int(t)) {
		put_text(p->out, "%s(%s)%s(", tight ? "(" : "", c_type(t), t == U64 ? "f_to_u64" : "f_to_i64");
		print_as_float(p, from, false);
		put_text(p->out, tight ? "))" : ")");
	} else if (is_int(t) || t == F32 || t == F64) {
		put_text(p->out, "%s(%s)", tight ? "(" : "", c_type(t));
		print_as_float(p, from, true);
		put_text(p->out, tight ? ")" : "");
	} else {
		unsupported_type(p, t);
	}
}

/* Of the helpers that read or make the bits of what is no integer. */
static const char *bits_name(DType t) { return t == F32 ? "f" : t == F64 ? "d" : t == C64 ? "c64" : NULL; }

/* The same bits: through memory between floats and integers, else the types differ in their sign at most. */
static void print_bits(Printer *p, const Expr *x, bool tight)
{
	DType from = x->arg[0]->dtype, to = x->dtype;
	const char *reads = bits_name(from), *makes = bits_name(to);
	put_text(p->out, tight ? "(" : "");
	if (makes)
		put_text(p->out, "%s_of_bits(", makes);
	put_text(p->out, "(%s)", !makes ? c_type(to) : to == F32 ? "uint32_t" : "uint64_t");
	if (reads)
		put_text(p->out, "%s_bits(", reads);
	print_expr(p, x->arg[0], !reads);
	put_text(p->out, "%s%s", reads ? ")" : "", makes ? ")" : "");
	put_text(p->out, tight ? ")" : "");
}

static const char *bound_name(const Printer *p, const Expr *x)
{
	for (int i = 0; i < p->nbound; i++)
		if (p->bound[i] == x)
			return p->bound_name[i];
	return NULL;
}

void print_expr(Printer *p, Expr *x, bool tight)
{
	const char *name = bound_name(p, x), *format;
	if (name) {
		put_text(p->out, "%s", name);
		return;
	}
	switch (x->kind) {
	case X_NUM:
		print_number(p, x, tight);
		break;
	case X_AXIS:
		put_text(p->out, "%s", axis_name(p, x->axes[0]));
		break;
	case X_LOCAL:
		put_text(p->out, "t%lld", (long long)x->i);
		break;
	case X_LOAD:
		if (dtype_info(x->dtype)->bits < 8)
			unsupported_type(p, x->dtype);
		put_text(p->out, "%s[", value_name(p, x->value));
		print_expr(p, x->arg[0], false);
		put_text(p->out, "]");
		break;
	case X_CAST:
		print_cast(p, x, tight);
		break;
	case X_ALU:
		if (is_index(x)) {
			print_index(p, x, tight);
			break;
		}
		if (x->op == BITS) {
			print_bits(p, x, tight);
			break;
		}
		format = alu_format(p, x);
		if (!format)
			fail_unsupported(p->m->g, p->s->node, "no code for this operation on %s", dtype_name(x->arg[0]->dtype));
		if (!is_text_alu(x->op) && (is_int(x->arg[x->nargs - 1]->dtype) || x->dtype == BOOL))
			print_integer_alu(p, x, format, tight);
		else
			print_format(p, format, x->arg, tight, print_expr);
		break;
	case X_DIM:
		put_text(p->out, "%s", size_text(p->m->unit, x->dim));
		break;
	case X_REDUCE:
		assert(x->kind == X_NUM && "settled before printing");
	}
}

/* ---- vectors ---- */

static bool is_vector(const Printer *p, const Expr *x) { return p->vector && depends_on(x, p->vector); }

/* "_i": which of the helpers that compute vectors is for lanes of this type. */
static const char *lane_kind(DType t) { return is_lane_int(t) ? "_i" : t == F64 ? "_d" : t == I64 ? "_l" : ""; }

/* "_64": which of them is for masks. */
static const char *mask_kind(const Printer *p) { return p->lanes_64 ? "_64" : p->lanes_8 ? "_8" : ""; }

/* "_u8": which of the helpers that read and store vectors is for elements of this type. */
static const char *lane_suffix(Printer *p, DType t)
{
	if (t == BOOL)
		return arena_format(p->out->arena, "_bool%s", mask_kind(p));
	return is_lane_int(t) || t == F16 || t == F64 || t == I64 ? arena_format(p->out->arena, "_%s", dtype_name(t)) : "";
}

static void print_vector_load(Printer *p, Expr *x)
{
	int64_t step = lane_step(x, p->vector);
	if (x->dtype == BOOL)
		put_text(p->out, "v_bools");
	else
		put_text(p->out, step != 1 ? "v_gather" : "v_load%s", lane_suffix(p, x->dtype));
	put_text(p->out, p->lanes_n ? "_n(" : "(");
	print_place(p, x);
	if (step != 1)
		put_text(p->out, ", %lld", (long long)step);
	if (p->lanes_n)
		put_text(p->out, ", %s", p->lanes_n);
	put_text(p->out, ")");
}

static bool is_product(const Expr *x) { return x->kind == X_ALU && x->op == MUL && x->dtype == F32; }

/* a*b + c, c + a*b as one operation: true when printed. */
static bool print_fma(Printer *p, Expr *x)
{
	if (p->m->o->strict || (x->op != ADD && x->op != SUB))
		return false;
	int k = is_product(x->arg[0]) && !bound_name(p, x->arg[0]) ? 0 : x->op == ADD && is_product(x->arg[1]) && !bound_name(p, x->arg[1]) ? 1 : -1;
	if (k < 0)
		return false;
	put_text(p->out, "v_fma(");
	print_vector(p, x->arg[k]->arg[0], false);
	put_text(p->out, ", ");
	print_vector(p, x->arg[k]->arg[1], false);
	put_text(p->out, x->op == SUB ? ", -" : ", ");
	print_vector(p, x->arg[1 - k], x->op == SUB);
	put_text(p->out, ")");
	return true;
}

/* Comparisons with a number need no test for NaN in it. */
static bool print_clamp(Printer *p, Expr *x)
{
	if ((x->op != MAX && x->op != MIN) || (x->arg[0]->kind != X_NUM && x->arg[1]->kind != X_NUM))
		return false;
	int k = x->arg[0]->kind == X_NUM;
	if (isnan(x->arg[1 - k]->f))
		return false;
	put_text(p->out, x->op == MAX ? "v_at_least(" : "v_at_most(");
	print_vector(p, x->arg[k], false);
	put_text(p->out, ", ");
	print_expr(p, x->arg[1 - k], false);
	put_text(p->out, ")");
	return true;
}

/* A local in x holds an index of 64 bits: that of a greatest element. */
static bool has_local(const Expr *x)
{
	bool found = x->kind == X_LOCAL;
	for (int k = 0; k < x->nargs && !found; k++)
		found = has_local(x->arg[k]);
	return found;
}

/* a < b, a <= b, a == b of indices as the lanes below a number, or the one lane: their difference steps by 1 or -1. */
static void print_lanes(Printer *p, Expr *x)
{
	Lower *l = p->s->l;
	int64_t step;
	Expr *d = isub(l, x->arg[1], x->arg[0]);
	affine_in(d, p->vector, &step);
	if (step > 0)
		d = isub(l, num_i(l, x->op == LT), d);
	else if (x->op == LE)
		d = iadd(l, d, num_i(l, 1));
	put_text(p->out, x->op == EQ ? "v_lane(" : step > 0 ? "v_not(v_below(" : "v_below(");
	bool narrow = has_local(d);
	put_text(p->out, narrow ? "(int)" : "");
	print_expr(p, d, narrow);
	put_text(p->out, x->op != EQ && step > 0 ? "))" : ")");
}

static void print_scalar_select(Printer *p, Expr *x)
{
	put_text(p->out, "(");
	print_expr(p, x->arg[0], true);
	/* gcc takes the product of two __m256 for another type than __m256 */
	const char *type = is_lane_int(x->dtype) ? "(vi)" : "(vf)";
	put_text(p->out, " ? %s", x->arg[1]->kind == X_ALU ? type : "");
	print_vector(p, x->arg[1], true);
	put_text(p->out, " : %s", x->arg[2]->kind == X_ALU ? type : "");
	print_vector(p, x->arg[2], true);
	put_text(p->out, ")");
}

/* Elements of memory side by side, which no name holds yet. */
static bool is_row_load(const Printer *p, const Expr *x)
{
	return x->kind == X_LOAD && is_vector(p, x) && lane_step(x, p->vector) == 1 && !bound_name(p, x);
}

/* The condition may stand for "inside x": what it rules out is not read. */
static void print_masked_load(Printer *p, Expr *x)
{
	put_text(p->out, "v_load_if(");
	print_place(p, x->arg[1]);
	put_text(p->out, p->lanes_n ? ", v_and(v_below(%s), " : ", ", p->lanes_n);
	print_vector(p, x->arg[0], false);
	put_text(p->out, p->lanes_n ? "), " : ", ");
	print_vector(p, x->arg[2], false);
	put_text(p->out, ")");
}

/* What is at least, or at most, a number, or else that number: NaN is not. */
static bool print_bound(Printer *p, Expr *x)
{
	bool lowest = is_bound(x, true);
	if (!lowest && !is_bound(x, false))
		return false;
	put_text(p->out, lowest ? "v_above(" : "v_under(");
	print_vector(p, x->arg[1], false);
	put_text(p->out, ", ");
	print_expr(p, x->arg[2], false);
	put_text(p->out, ")");
	return true;
}

static void print_vector_alu(Printer *p, Expr *x, bool tight)
{
	if (print_bound(p, x))
		return;
	if (x->op == SELECT && !is_vector(p, x->arg[0]))
		print_scalar_select(p, x);
	else if (x->op == SELECT && x->dtype == F32 && is_row_load(p, x->arg[1]))
		print_masked_load(p, x);
	else if (x->dtype == BOOL && x->arg[0]->dtype == I64)
		print_lanes(p, x);
	else if (is_lane_int(x->dtype) && (x->op == MAX || x->op == MIN || x->op == DIV))
		print_format(p, x->op == MAX ? "v_max_i(%0, %1)" : x->op == MIN ? "v_min_i(%0, %1)" : "v_div_i(%0, %1)", x->arg, tight, print_vector);
	else if (!print_fma(p, x) && !print_clamp(p, x))
		print_format(p, alu_text(x->op)->vector, x->arg, tight, print_vector);
}

/* Bytes and halves are widened already where they are read. */
static void print_to_lane(Printer *p, const Expr *x, bool tight)
{
	DType from = x->arg[0]->dtype;
	if ((is_lane_int(from) && is_lane_int(x->dtype)) || from == F16) {
		print_vector(p, x->arg[0], tight);
		return;
	}
	bool within = from == F32 && is_lane_int(x->dtype) && is_within(x->arg[0], I32);
	bool rounded = within && x->arg[0]->kind == X_ALU && x->arg[0]->op == ROUND && !bound_name(p, x->arg[0]);
	const char *open = from != F32 ? "v_float(" : within ? "v_int(" : "v_integer(", *close = ")";
	if (rounded) {
		open = "v_nearest(";
	} else if (from == BOOL) {
		open = "v_select(";
		close = ", v_set(1.0f), v_set(0.0f))";
	} else if (x->dtype == BOOL) {
		open = "v_not(v_eq(";
		close = ", v_set(0.0f)))";
	} else if (x->dtype == F16) {
		open = "v_half(";
	}
	put_text(p->out, "%s", open);
	print_vector(p, rounded ? x->arg[0]->arg[0] : x->arg[0], false);
	put_text(p->out, "%s", close);
}

/* A lane whose number is no byte keeps the last eight bits. */
static void print_vector_cast(Printer *p, const Expr *x, bool tight)
{
	DType from = x->arg[0]->dtype;
	bool cut = (from == F32 || from == I32) && (x->dtype == U8 || x->dtype == I8) && !is_within(x->arg[0], x->dtype);
	if (cut)
		put_text(p->out, "v_cut%s(", lane_suffix(p, x->dtype));
	print_to_lane(p, x, tight && !cut);
	put_text(p->out, cut ? ")" : "");
}

void print_vector(Printer *p, Expr *x, bool tight)
{
	const char *name = bound_name(p, x);
	if (name) {
		put_text(p->out, "%s", name);
	} else if (!is_vector(p, x)) {
		put_text(p->out, x->dtype == BOOL ? "v_when%s(" : "v_set%s(", x->dtype == BOOL ? mask_kind(p) : lane_kind(x->dtype));
		print_as_float(p, x, false);
		put_text(p->out, ")");
	} else if (x->kind == X_LOCAL) {
		put_text(p->out, "t%lld", (long long)x->i);
	} else if (p->lanes_64) {
		print_vector_64(p, x, tight);
	} else if (p->lanes_8) {
		print_vector_8(p, x, tight);
	} else if (x->kind == X_CAST) {
		print_vector_cast(p, x, tight);
	} else if (x->kind == X_LOAD) {
		print_vector_load(p, x);
	} else {
		assert(x->kind == X_ALU);
		print_vector_alu(p, x, tight);
	}
}

/* ---- statements ---- */

static const char *index_type(const Printer *p) { return p->s->wide ? "int64_t" : "int"; }

/* Statements that print as several lines and need braces around them. */
static bool is_block(const Stmt *t)
{
	return t->kind == S_FOR || t->kind == S_BLOCK || t->kind == S_TILE || t->kind == S_TRANSFORM;
}

static bool one_line(const Stmt *t) { return t && !t->next && !is_block(t); }

static void print_body(Printer *p, const Stmt *body)
{
	p->depth++;
	print_stmts(p, body);
	p->depth--;
}

static void close_brace(Printer *p, const Stmt *body)
{
	if (!one_line(body) && !(body && !body->next && body->kind == S_FOR && body->lanes == 1))
		print_line(p, "}");
}

static const char *open_brace(const Stmt *body)
{
	return one_line(body) || (body && !body->next && body->kind == S_FOR && body->lanes == 1) ? "" : " {";
}

static void print_split_for(Printer *p, const Stmt *t, const char *i)
{
	put_text(p->out, "for (%s %s = ", index_type(p), i);
	put_text(p->out, t->from ? "from > %lld ? from : %lld; " : "from; ", (long long)t->from, (long long)t->from);
	if (t->step > 1)
		put_text(p->out, "%s + %d <= to; %s += %d)", i, t->step, i, t->step);
	else
		put_text(p->out, "%s < to; %s++)", i, i);
}

/* The loop runs as far as a size says that is known at run time only. */
static bool varies(const Stmt *t) { return !dim_known(t->axis->extent); }

static const char *end_text(Printer *p, const Stmt *t)
{
	return varies(t) ? size_text(p->m->unit, t->axis->extent) : arena_format(p->out->arena, "%lld", (long long)t->to);
}

static bool handles_text(const Expr *x)
{
	bool found = makes_text(x) || (x->kind == X_ALU && is_text_alu(x->op));
	for (int k = 0; k < x->nargs && !found; k++)
		found = handles_text(x->arg[k]);
	return found;
}

/* A few turns around one statement: as straight code gcc makes vectors of it even at -O2. Not so of text, whose helpers have
 * loops. */
static const char *unroll(const Stmt *t)
{
	bool few = !varies(t) && t->to - t->from <= 8 && one_line(t->body);
	return few && !(t->body->expr && handles_text(t->body->expr)) ? "UNROLL " : "";
}

static void print_scalar_for(Printer *p, const Stmt *t)
{
	const char *i = axis_name(p, t->axis);
	indent(p);
	if (t->split && takes_range(p->m, p->s))
		print_split_for(p, t, i);
	else
		put_text(p->out, "%sfor (%s %s = %lld; %s < %s; %s", unroll(t), index_type(p), i, (long long)t->from, i,
		         end_text(p, t), i);
	if (!(t->split && takes_range(p->m, p->s)))
		put_text(p->out, t->step > 1 ? " += %d)" : "++)", t->step);
	put_text(p->out, "%s\n", open_brace(t->body));
	print_body(p, t->body);
	close_brace(p, t->body);
}

/* The body with the axis and an accumulator called by other texts. */
static void print_renamed(Printer *p, const Stmt *t, const char *index, const char *way)
{
	int nshifted = p->nshifted, nbound = p->nbound;
	p->shifted[p->nshifted] = t->axis;
	p->shifted_text[p->nshifted] = index;
	p->nshifted += index != NULL;
	if (t->ways > 1) {
		p->bound[p->nbound] = t->local;
		p->bound_name[p->nbound++] = arena_format(p->out->arena, "t%lld[%s]", (long long)t->local->i, way);
	}
	print_body(p, t->body);
	p->nshifted = nshifted;
	p->nbound = nbound;
}

/* The body for several vectors from index i on, each for an accumulator of its own. */
static void print_each_way(Printer *p, const Stmt *t, const char *i)
{
	p->depth++;
	print_line(p, "UNROLL for (int q = 0; q < %d; q++)%s", t->ways, open_brace(t->body));
	print_renamed(p, t, arena_format(p->out->arena, "(%s + %d*q)", i, t->lanes), "q");
	close_brace(p, t->body);
	p->depth--;
}

/* Several vectors a turn. */
static int64_t print_ways(Printer *p, const Stmt *t)
{
	const char *i = axis_name(p, t->axis);
	int64_t step = (int64_t)t->lanes * t->ways, whole = t->from + (t->to - t->from) / step * step;
	print_line(p, "for (%s %s = %lld; %s < %lld; %s += %lld)", index_type(p), i, (long long)t->from, i, (long long)whole, i,
	           (long long)step);
	print_each_way(p, t, i);
	return whole;
}

static int64_t print_groups(Printer *p, const Stmt *t);
static void print_group(Printer *p, const Stmt *t, const char *i);

/* The lanes that are left over: a vector of which `lanes` count. */
static void print_tail(Printer *p, const Stmt *t, const char *index, const char *lanes, const char *open)
{
	const char *outer = p->lanes_n;
	bool brace = *open || !one_line(t->body);
	p->lanes_n = lanes;
	if (brace)
		print_line(p, "%s{", open);
	p->depth -= !brace;
	print_renamed(p, t, index, "0");
	p->depth += !brace;
	if (brace)
		print_line(p, "}");
	p->lanes_n = outer;
}

/* Vectors from an index to an end that are known at run time, for several accumulators first where there are; `even`:
 * nothing is left over. */
static void print_open_vectors(Printer *p, const Stmt *t, const char *from, const char *to, bool even)
{
	const char *i = axis_name(p, t->axis);
	print_line(p, "%s %s = %s;", index_type(p), i, from);
	if (t->ways > 1) {
		int step = t->lanes * t->ways;
		print_line(p, "for (; %s + %d <= %s; %s += %d)", i, step, to, i, step);
		print_each_way(p, t, i);
	}
	if (t->group > 1) {
		int step = t->lanes * t->group;
		print_line(p, "for (; %s + %d <= %s; %s += %d) {", i, step, to, i, step);
		print_group(p, t, i);
		print_line(p, "}");
	}
	print_line(p, "for (; %s + %d <= %s; %s += %d)%s", i, t->lanes, to, i, t->lanes, open_brace(t->body));
	print_renamed(p, t, NULL, "0");
	close_brace(p, t->body);
	if (!even)
		print_tail(p, t, NULL, arena_format(p->out->arena, p->s->wide ? "(int)(%s - %s)" : "%s - %s", to, i),
		           arena_format(p->out->arena, "if (%s < %s) ", i, to));
}

static void print_whole_vectors(Printer *p, const Stmt *t)
{
	const char *i = axis_name(p, t->axis);
	int64_t from = t->ways > 1 ? print_ways(p, t) : t->group > 1 ? print_groups(p, t) : t->from, whole = t->from + (t->to - t->from) / t->lanes * t->lanes;
	if (from < whole) {
		print_line(p, "for (%s %s = %lld; %s < %lld; %s += %d)%s", index_type(p), i, (long long)from, i, (long long)whole, i,
		           t->lanes, open_brace(t->body));
		print_renamed(p, t, NULL, "0");
		close_brace(p, t->body);
	}
	if (whole < t->to)
		print_tail(p, t, arena_format(p->out->arena, "%lld", (long long)whole),
		           arena_format(p->out->arena, "%lld", (long long)(t->to - whole)), "");
}

static void print_vector_for(Printer *p, const Stmt *t)
{
	const Axis *outer = p->vector;
	axis_name(p, t->axis);
	p->vector = t->axis;
	p->lanes_64 = t->lanes < p->m->target->lanes;
	p->lanes_8 = t->lanes > p->m->target->lanes;
	if (t->split && takes_range(p->m, p->s))
		print_open_vectors(p, t, "from", "to", !varies(t) && (t->to - t->from) % t->lanes == 0);
	else if (varies(t))
		print_open_vectors(p, t, "0", end_text(p, t), false);
	else
		print_whole_vectors(p, t);
	p->vector = outer;
	p->lanes_64 = p->lanes_8 = false;
}

static const char *local_name(Printer *p, const Expr *local)
{
	const char *name = bound_name(p, local);
	return name ? name : arena_format(p->out->arena, "t%lld", (long long)local->i);
}

static const char *vector_type(const Printer *p, DType t)
{
	if (t == BOOL)
		return p->lanes_64 ? "vm_64" : p->lanes_8 ? "vm_8" : "vm";
	return is_lane_int(t) ? "vi" : t == F64 ? "vd" : t == I64 ? "vl" : "vf";
}

static void print_let(Printer *p, const Stmt *t)
{
	bool vector = t->lanes > 1 || is_vector(p, t->local);
	const char *type = vector ? vector_type(p, t->local->dtype) : t->local->dtype == BOOL ? "int" : c_type(t->local->dtype);
	indent(p);
	put_text(p->out, t->ways > 1 ? "%s t%lld[%d] = {" : "%s t%lld = ", type, (long long)t->local->i, t->ways);
	for (int way = 0; way < t->ways || way == 0; way++) {
		put_text(p->out, way ? ", " : "");
		if (vector)
			print_vector(p, t->expr, false);
		else
			print_expr(p, t->expr, false);
	}
	put_text(p->out, t->ways > 1 ? "};\n" : ";\n");
}

static void print_assign(Printer *p, const Stmt *t)
{
	const char *name = local_name(p, t->local);
	bool some = t->lanes > 1 && p->lanes_n;
	indent(p);
	put_text(p->out, some ? "%s = v_first%s(" : "%s = ", name, lane_kind(t->local->dtype));
	if (is_vector(p, t->local))
		print_vector(p, t->expr, false);
	else
		print_expr(p, t->expr, false);
	if (some)
		put_text(p->out, ", %s, %s)", name, p->lanes_n);
	put_text(p->out, ";\n");
}

/* The accumulators from..from+n-1 as one vector. */
static void put_folded(Printer *p, const Stmt *t, int from, int n, bool tight)
{
	bool call = t->red == RED_MAX || t->red == RED_MIN, paren = call || tight;
	const char *kind = lane_kind(t->local->dtype);
	if (n == 1) {
		put_text(p->out, t->ways > 1 ? "t%lld[%d]" : "t%lld", (long long)t->expr->i, from);
		return;
	}
	if (call)
		put_text(p->out, t->red == RED_MAX ? "v_max%s" : "v_min%s", kind);
	put_text(p->out, paren ? "(" : "");
	put_folded(p, t, from, n / 2, true);
	put_text(p->out, call ? ", " : t->red == RED_SUM ? " + " : " * ");
	put_folded(p, t, from + n / 2, n - n / 2, true);
	put_text(p->out, paren ? ")" : "");
}

static void print_fold(Printer *p, const Stmt *t)
{
	static const char *const all[] = {[RED_SUM] = "v_sum", [RED_PROD] = "v_prod", [RED_MAX] = "v_most", [RED_MIN] = "v_least"};
	DType type = t->local->dtype;
	bool byte = type == U8 || type == I8;
	indent(p);
	put_text(p->out, "%s t%lld = %s", c_type(type), (long long)t->local->i, byte ? arena_format(p->out->arena, "(%s)", c_type(type)) : "");
	put_text(p->out, "%s%s(", all[t->red], lane_kind(type));
	put_folded(p, t, 0, t->ways, false);
	put_text(p->out, ");\n");
}

static void print_store(Printer *p, const Stmt *t)
{
	const char *y = value_name(p, t->value);
	bool vector = is_vector(p, t->address), zero = t->address->kind == X_NUM && t->address->i == 0;
	indent(p);
	if (vector) {
		Expr *x = t->expr->kind == X_CAST && t->expr->dtype == F16 ? t->expr->arg[0] : t->expr; /* storing rounds */
		put_text(p->out, "v_store%s%s(%s%s", lane_suffix(p, t->value->dtype), p->lanes_n ? "_n" : "", y, zero ? "" : " + ");
		if (!zero)
			print_expr(p, t->address, false);
		put_text(p->out, ", ");
		print_vector(p, x, false);
		put_text(p->out, p->lanes_n ? ", %s);\n" : ");\n", p->lanes_n);
		return;
	}
	put_text(p->out, "%s[", y);
	print_expr(p, t->address, false);
	put_text(p->out, "] = ");
	if (t->expr->dtype == BOOL && t->expr->kind != X_LOAD && t->expr->kind != X_NUM) {
		put_text(p->out, "(uint8_t)");
		print_expr(p, t->expr, true);
	} else {
		print_expr(p, t->expr, false);
	}
	put_text(p->out, ";\n");
}

/* A local or a store for each vector of the group; the local is an array from here on. */
static void print_each(Printer *p, const Stmt *t)
{
	Stmt each = *t;
	if (t->kind == S_LET) {
		print_line(p, "%s t%lld[%d];", vector_type(p, t->local->dtype), (long long)t->local->i, p->group);
		p->bound[p->nbound] = t->local;
		p->bound_name[p->nbound++] = arena_format(p->out->arena, "t%lld[q]", (long long)t->local->i);
		each.kind = S_ASSIGN;
	}
	print_line(p, "UNROLL for (int q = 0; q < %d; q++)", p->group);
	p->depth++;
	if (each.kind == S_ASSIGN)
		print_assign(p, &each);
	else
		print_store(p, &each);
	p->depth--;
}

static bool is_each(const Printer *p, const Stmt *t)
{
	return p->group && (t->kind == S_STORE ? is_vector(p, t->address) : (t->kind == S_LET || t->kind == S_ASSIGN) && is_vector(p, t->local));
}

/* The body for a group of vectors from index i on. */
static void print_group(Printer *p, const Stmt *t, const char *i)
{
	int nbound = p->nbound;
	p->group = t->group;
	p->shifted[p->nshifted] = t->axis;
	p->shifted_text[p->nshifted++] = arena_format(p->out->arena, "(%s + %d*q)", i, t->lanes);
	print_body(p, t->body);
	p->nshifted--;
	p->nbound = nbound;
	p->group = 0;
}

/* Groups of vectors as far as they go; returns where they end. */
static int64_t print_groups(Printer *p, const Stmt *t)
{
	const char *i = axis_name(p, t->axis);
	int64_t step = (int64_t)t->lanes * t->group, whole = t->from + (t->to - t->from) / step * step;
	print_line(p, "for (%s %s = %lld; %s < %lld; %s += %lld) {", index_type(p), i, (long long)t->from, i, (long long)whole, i, (long long)step);
	print_group(p, t, i);
	print_line(p, "}");
	return whole;
}

/* "i32_order(y + 100*i, 100, x + 1000*i, 1000);" */
static void print_order(Printer *p, const Stmt *t)
{
	Expr *load = t->expr->arg[0], *start = substitute(p->s->l, load, t->expr->arg[2], num_i(p->s->l, 0));
	indent(p);
	put_text(p->out, "%s_order(", dtype_name(load->dtype));
	print_element(p, t->value, t->address);
	put_text(p->out, ", ");
	print_expr(p, t->expr->arg[1], false);
	put_text(p->out, ", ");
	print_element(p, load->value, start->arg[0]);
	put_text(p->out, ", %s);\n", size_text(p->m->unit, t->expr->arg[2]->axes[0]->extent));
}

/* A block of the load with rows along the open vector loop, and what becomes of each of its columns. */
static void print_block(Printer *p, const Stmt *t)
{
	const char *i = axis_name(p, t->axis);
	int64_t step;
	affine_in(t->expr->arg[0], p->vector, &step);
	print_line(p, "%s c[%d];", is_lane_int(t->expr->dtype) ? "vi" : "vf", t->lanes);
	indent(p);
	put_text(p->out, "v_columns%s(c, ", lane_suffix(p, t->expr->dtype));
	print_place(p, t->expr);
	put_text(p->out, ", %lld);\n", (long long)step);
	print_line(p, "UNROLL for (int p = 0; p < %d; p++)", t->lanes);
	p->shifted[p->nshifted] = t->axis;
	p->shifted_text[p->nshifted++] = arena_format(p->out->arena, "(%s + p)", i);
	p->bound[p->nbound] = t->local;
	p->bound_name[p->nbound++] = "c[p]";
	print_body(p, t->body);
	p->nshifted--;
	p->nbound--;
}

void print_stmts(Printer *p, const Stmt *t)
{
	for (; t; t = t->next) {
		if (is_each(p, t)) {
			print_each(p, t);
			continue;
		}
		switch (t->kind) {
		case S_FOR:
			if (t->lanes > 1)
				print_vector_for(p, t);
			else
				print_scalar_for(p, t);
			break;
		case S_LET:
			print_let(p, t);
			break;
		case S_ASSIGN:
			print_assign(p, t);
			break;
		case S_FOLD:
			print_fold(p, t);
			break;
		case S_STORE:
			print_store(p, t);
			break;
		case S_IF:
			indent(p);
			put_text(p->out, "if (");
			print_expr(p, t->expr, false);
			put_text(p->out, ") {\n");
			print_body(p, t->body);
			print_line(p, "}");
			break;
		case S_ORDER:
			print_order(p, t);
			break;
		case S_BLOCK:
			print_block(p, t);
			break;
		case S_TILE:
			print_tiles(p);
			break;
		case S_TRANSFORM:
			print_transform(p);
			break;
		}
	}
}
