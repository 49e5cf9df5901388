/* vector64.c -- vectors whose lanes have not 32 bits: half as many, of doubles and integers of 64, or bools or bytes of 8.
 *
 *     load x[.. + i]        a vector, when i steps by 1; floats and integers of 32 bits are widened where they are read
 *     a < b                 a mask, which is stored as bools
 *     a + b of floats       with --strict, where sums of doubles meet floats: a lane is a double that holds a float, and is
 *                           rounded to one again after each operation, which gives the bits of the operation on floats
 *
 *     table[x[.. + i]]      bytes looked up in a table of 256 of them
 *     max of x[.. + i]      bytes that are compared only
 *
 * What has an instruction for such lanes, or a helper in its place, is a row of wide_text(). Where everything is a bool, what
 * is read and stored are bytes, and so are the lanes; the same where everything is a byte that becomes no other number. */
#include "codegen/print.h"

bool is_lane_64(DType t) { return t == F64 || t == I64 || t == BOOL; }

static bool is_row(const Expr *x, const Axis *axis) { return x->kind == X_LOAD && lane_step(x, axis) == 1; }

static bool is_lane_here(const Module *m, DType t) { return is_lane_64(t) || (t == F32 && m->o->strict); }

static bool casts_in_64(const Module *m, const Expr *x, const Axis *axis)
{
	const Expr *from = x->arg[0];
	if (m->o->strict && (from->dtype == F32 || from->dtype == F64) && (x->dtype == F64 || x->dtype == F32))
		return true;
	if (from->dtype == F32 || from->dtype == I32)
		return is_row(from, axis) && (x->dtype == F64 || x->dtype == I64);
	return (from->dtype == F64 || from->dtype == I64) && is_lane_64(x->dtype);
}

/* How lanes that hold floats are computed. */
static const char *text_of(const Expr *x)
{
	DType t = x->arg[x->nargs - 1]->dtype;
	return wide_text(x->op, t == F32 ? F64 : t);
}

/* A vector computes both sides of a choice, and reads what both read, but where all lanes choose alike; tests of indices have
 * no vectors here. */
static bool computes_in_64(const Module *m, const Expr *x)
{
	return (!m->o->strict || exact_in_vectors(x->op)) && text_of(x) != NULL;
}

/* Of floats or numbers of 64 bits across rows: each lane keeps the best, which lanes can compare, and where it was. */
static bool finds_index(const Expr *x)
{
	DType t = x->arg[0]->dtype;
	return is_arg(x->red) && (t == F32 || t == F64 || t == I64);
}

bool vectorisable_64(const Module *m, Stage *s, Expr *x, const Axis *axis)
{
	if (m->target->lanes < 8 || !(is_lane_here(m, x->dtype) || is_row(x, axis)))
		return false;
	if (!depends_on(x, axis))
		return true;
	if (x->kind == X_LOAD)
		return is_row(x, axis);
	if (x->kind == X_LOCAL)
		return x->dtype != BOOL;
	Expr *term = x->kind == X_REDUCE ? running_term(s, x, axis) : NULL;
	if (term)
		return vector_reduce(x) && vectorisable_64(m, s, term, axis);
	if (x->kind == X_REDUCE && finds_index(x))
		return is_row(x->arg[0], axis) && !m->o->strict;
	if (x->kind == X_CAST ? !casts_in_64(m, x, axis) : x->kind == X_REDUCE ? !vector_reduce(x) : x->kind != X_ALU || !computes_in_64(m, x))
		return false;
	for (int k = 0; k < x->nargs; k++)
		if (!vectorisable_64(m, s, x->arg[k], axis))
			return false;
	return true;
}

static bool is_logic_of_bools(const Expr *x)
{
	return x->kind == X_ALU && (x->op == AND || x->op == OR || x->op == XOR || x->op == NOT) && x->arg[0]->dtype == BOOL;
}

static bool is_byte(const Expr *x) { return x->dtype == U8 || x->dtype == I8; }

/* The bytes in a row whose places in a table of 256 bytes x reads; NULL: it does something else. */
static Expr *looked_up(const Expr *x, const Axis *axis)
{
	if (x->kind != X_LOAD || !is_byte(x) || x->value->shape.rank != 1 || !dim_is(x->value->shape.dim[0], 256))
		return NULL;
	const Expr *at = x->arg[0];
	if (at->kind != X_CAST || at->dtype != I64 || at->arg[0]->dtype != U8)
		return NULL;
	Expr *byte = at->arg[0]->kind == X_CAST ? at->arg[0]->arg[0] : at->arg[0];
	return is_byte(byte) && is_row(byte, axis) ? byte : NULL;
}

/* The greater or the lesser of two bytes, or of many. */
static bool is_extreme_byte(const Expr *x)
{
	if (!is_byte(x))
		return false;
	return x->kind == X_ALU ? x->op == MAX || x->op == MIN : x->kind == X_REDUCE && (x->red == RED_MAX || x->red == RED_MIN);
}

bool vectorisable_8(const Module *m, Stage *s, Expr *x, const Axis *axis)
{
	if (m->target->lanes < 8 || looked_up(x, axis))
		return m->target->lanes >= 8;
	bool chosen = x->kind == X_ALU && x->op == SELECT && !depends_on(x->arg[0], axis);
	if (x->dtype != BOOL && !is_byte(x))
		return false;
	if (!depends_on(x, axis) || is_row(x, axis) || (x->kind == X_LOCAL && is_byte(x)))
		return true;
	bool all = chosen || is_logic_of_bools(x) || is_extreme_byte(x);
	for (int k = chosen; k < x->nargs && all; k++)
		all = vectorisable_8(m, s, x->arg[k], axis);
	return all;
}

/* ---- text ---- */

static void print_load(Printer *p, const Expr *x)
{
	const char *kind = x->dtype != BOOL ? "" : p->lanes_8 ? "_8" : "_64", *verb = x->dtype == F32 || x->dtype == I32 ? "wide" : "load";
	put_text(p->out, "v_%s_%s%s%s(", verb, is_byte(x) ? "bytes" : dtype_name(x->dtype), kind, p->lanes_n ? "_n" : "");
	print_place(p, x);
	put_text(p->out, p->lanes_n ? ", %s)" : ")", p->lanes_n);
}

/* What has 32 bits is widened already where it is read. */
static void print_cast_64(Printer *p, const Expr *x, bool tight)
{
	const Expr *from = x->arg[0];
	bool real = from->dtype == F32 || from->dtype == F64;
	const char *close = ")";
	if (x->dtype == F32) {
		put_text(p->out, "v_round_f32(");
	} else if (x->dtype == BOOL) {
		put_text(p->out, real ? "v_not_64(v_eq_d(" : "v_not_64(v_eq_l(");
		close = real ? ", v_set_d(0.0)))" : ", v_set_l(0)))";
	} else if (real == (x->dtype == F64)) {
		close = "";
	} else {
		put_text(p->out, real ? "v_long(" : "v_real(");
	}
	print_vector(p, x->arg[0], tight && !*close);
	put_text(p->out, "%s", close);
}

/* As the operation on floats rounds: a sum, product, quotient or root that is rounded to a double before is the same. */
static bool rounds(const Expr *x)
{
	return x->dtype == F32 && (x->op == ADD || x->op == SUB || x->op == MUL || x->op == DIV || x->op == OVER || x->op == OVER_DATA || x->op == SQRT);
}

void print_vector_64(Printer *p, Expr *x, bool tight)
{
	if (x->kind == X_LOAD) {
		print_load(p, x);
	} else if (x->kind == X_CAST) {
		print_cast_64(p, x, tight);
	} else if (x->op == SELECT && !is_vector(p, x->arg[0])) {
		print_scalar_select(p, x, tight);
	} else {
		put_text(p->out, rounds(x) ? "v_round_f32(" : "");
		print_format(p, text_of(x), x->arg, tight && !rounds(x), print_vector);
		put_text(p->out, rounds(x) ? ")" : "");
	}
}

static void print_lookup(Printer *p, const Expr *x, const Expr *bytes)
{
	put_text(p->out, "v_lookup(%s, v_load_bytes%s(", value_name(p, x->value), p->lanes_n ? "_n" : "");
	print_place(p, bytes);
	put_text(p->out, p->lanes_n ? ", %s))" : "))", p->lanes_n);
}

void print_vector_8(Printer *p, Expr *x, bool tight)
{
	static const char *const format[] = {[AND] = "v_and_8(%0, %1)", [OR] = "v_or_8(%0, %1)", [XOR] = "v_xor_8(%0, %1)", [NOT] = "v_not_8(%0)"};
	static const char *const of_bytes[][2] = {[MAX] = {"v_max_u8(%0, %1)", "v_max_i8(%0, %1)"}, [MIN] = {"v_min_u8(%0, %1)", "v_min_i8(%0, %1)"}};
	Expr *bytes = looked_up(x, p->vector);
	if (bytes)
		print_lookup(p, x, bytes);
	else if (x->kind == X_LOAD)
		print_load(p, x);
	else if (x->op == SELECT)
		print_scalar_select(p, x, tight);
	else
		print_format(p, is_byte(x) ? of_bytes[x->op][x->dtype == I8] : format[x->op], x->arg, tight, print_vector);
}
