/* print_vector.c -- expressions of a vector loop as C text.
 *
 * What depends on the loop's axis prints through the v_ helpers, everything else as a scalar spread by v_set. */
#include <assert.h>
#include <math.h>
#include "codegen/packed.h"
#include "codegen/print.h"
#include "ir/quotient.h"

bool is_vector(const Printer *p, const Expr *x) { return p->vector && depends_on(x, p->vector); }

/* "_i": which of the helpers that compute vectors is for lanes of this type; in lanes of 64 bits floats are doubles. */
const char *lane_kind(const Printer *p, DType t)
{
	t = t == F32 && p->lanes_64 ? F64 : t;
	if (p->lanes_8)
		return "_bytes";
	return is_lane_int(t) ? "_i" : t == F64 ? "_d" : t == I64 ? "_l" : "";
}

/* "_64": which of them is for masks. */
static const char *mask_kind(const Printer *p) { return p->lanes_64 ? "_64" : p->lanes_8 ? "_8" : ""; }

/* "_u8": which of the helpers that read and store vectors is for elements of this type. */
const char *lane_suffix(Printer *p, DType t)
{
	if (t == BOOL)
		return arena_format(p->out->arena, "_bool%s", mask_kind(p));
	if (p->lanes_8)
		return "_bytes";
	return is_lane_int(t) || t == F16 || (t == F32 && p->lanes_64) || t == F64 || t == I64 ? arena_format(p->out->arena, "_%s", dtype_name(t)) : "";
}

static void print_vector_load(Printer *p, Expr *x)
{
	int64_t step = lane_step(x, p->vector);
	bool shuffled = is_shuffled(x, step), repeated = is_repeated(x, p->vector), gathered = step != 1 && !shuffled && !repeated;
	if (x->dtype == BOOL)
		put_text(p->out, "v_bools");
	else if (repeated)
		put_text(p->out, "v_repeat_%lld", (long long)repeats_along(x->arg[0], p->vector));
	else if (shuffled)
		put_text(p->out, "v_every_%lld%s", (long long)step, lane_suffix(p, x->dtype));
	else
		put_text(p->out, gathered ? "v_gather" : "v_load%s", lane_suffix(p, x->dtype));
	put_text(p->out, p->lanes_n ? "_n(" : "(");
	print_place(p, x);
	if (gathered)
		put_text(p->out, ", %lld", (long long)step);
	if (p->lanes_n)
		put_text(p->out, ", %s", p->lanes_n);
	put_text(p->out, ")");
}

/* The bytes of four that are neighbours, and those of the next lane come next: the first one's load, else NULL. */
static Expr *neighbours(Printer *p, const Expr *x)
{
	Expr *first = x->arg[0]->kind == X_CAST ? x->arg[0]->arg[0] : NULL;
	if (!first || first->kind != X_LOAD || (first->dtype != U8 && first->dtype != I8) || lane_step(first, p->vector) != 4)
		return NULL;
	for (int q = 1; q < 4; q++) {
		const Expr *load = x->arg[q]->kind == X_CAST ? x->arg[q]->arg[0] : NULL;
		if (!load || load->kind != X_LOAD || load->value != first->value || bound_name(p, load) ||
		    load->arg[0] != iadd(p->s->l, first->arg[0], num_i(p->s->l, q)))
			return NULL;
	}
	return bound_name(p, first) ? NULL : first;
}

/* Bytes that lie in memory as they are packed: true when printed. */
static bool print_bytes(Printer *p, const Expr *x)
{
	Expr *first = x->op == PACK ? neighbours(p, x) : NULL;
	if (!first)
		return false;
	put_text(p->out, "v_raw%s(", p->lanes_n ? "_n" : "");
	print_place(p, first);
	put_text(p->out, p->lanes_n ? ", %s)" : ")", p->lanes_n);
	return true;
}

/* Lanes of 4 bits: true when printed. */
static bool print_packed(Printer *p, const Expr *x)
{
	Expr *load = packed_along(p->s->l, x, p->vector);
	if (!load)
		return false;
	put_text(p->out, "v_load_%s%s(", x->dtype == I8 ? "i4" : "u4", p->lanes_n ? "_n" : "");
	print_place(p, load);
	put_text(p->out, p->lanes_n ? ", %s)" : ")", p->lanes_n);
	return true;
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

static bool has_kind(const Expr *x, ExprKind kind)
{
	bool found = x->kind == kind;
	for (int k = 0; k < x->nargs && !found; k++)
		found = has_kind(x->arg[k], kind);
	return found;
}

enum { ALL_LANES = 64 }; /* of any vector */

/* As an int where it has 64 bits: a local holds the index of a greatest element; what data say may be any number, and beyond
 * all lanes it is as good as next to them. */
static Expr *lanes_by_data(Lower *l, Expr *d)
{
	return alu2(l, MIN, alu2(l, MAX, d, num_i(l, -1)), num_i(l, ALL_LANES));
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
	bool data = has_kind(d, X_LOAD), narrow = data || has_kind(d, X_LOCAL);
	d = data ? lanes_by_data(l, d) : d;
	put_text(p->out, narrow ? "(int)" : "");
	print_expr(p, d, narrow);
	put_text(p->out, x->op != EQ && step > 0 ? "))" : ")");
}

/* gcc takes the product of two __m256 for another type than __m256. */
static const char *select_cast(const Printer *p, const Expr *x)
{
	if (x->kind != X_ALU || x->op == SELECT || x->dtype == BOOL || p->lanes_8)
		return "";
	if (p->lanes_64)
		return is_float(x->dtype) ? "(vd)" : "(vl)";
	return is_lane_int(x->dtype) ? "(vi)" : "(vf)";
}

void print_scalar_select(Printer *p, Expr *x, bool tight)
{
	put_text(p->out, tight ? "(" : "");
	print_expr(p, x->arg[0], true);
	for (int k = 1; k <= 2; k++) {
		put_text(p->out, k == 1 ? " ? %s" : " : %s", select_cast(p, x->arg[k]));
		print_vector(p, x->arg[k], true);
	}
	put_text(p->out, tight ? ")" : "");
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

/* By one number for all lanes that the model's data hold: loops compute its factors once. */
static void print_over_each(Printer *p, const Expr *x)
{
	put_text(p->out, "v_over_each(");
	print_vector(p, x->arg[0], false);
	put_text(p->out, ", ");
	print_expr(p, x->arg[1], false);
	put_text(p->out, ")");
}

/* As two factors: see ir/quotient.h. Where lanes have numbers of their own, the two would take longer than a division. */
static bool print_over(Printer *p, const Expr *x, bool tight)
{
	if (x->op != OVER)
		return false;
	if (is_vector(p, x->arg[1])) {
		print_format(p, alu_text(DIV)->vector, x->arg, tight, print_vector);
		return true;
	}
	if (x->arg[1]->kind != X_NUM) {
		print_over_each(p, x);
		return true;
	}
	Inverse r = inverse_of((float)x->arg[1]->f);
	put_text(p->out, "v_over(");
	print_vector(p, x->arg[0], false);
	put_text(p->out, ", ");
	print_expr(p, num(p->s->l, F32, r.high), false);
	put_text(p->out, ", ");
	print_expr(p, num(p->s->l, F32, r.low), false);
	put_text(p->out, ")");
	return true;
}

static void print_vector_alu(Printer *p, Expr *x, bool tight)
{
	if (print_bound(p, x) || print_over(p, x, tight) || print_bytes(p, x))
		return;
	if (x->op == SELECT && !is_vector(p, x->arg[0]))
		print_scalar_select(p, x, tight);
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
		put_text(p->out, x->dtype == BOOL ? "v_when%s(" : "v_set%s(", x->dtype == BOOL ? mask_kind(p) : lane_kind(p, x->dtype));
		print_as_float(p, x, false);
		put_text(p->out, ")");
	} else if (x->kind == X_LOCAL) {
		put_text(p->out, "%s", local_name(p, x));
	} else if (p->lanes_64) {
		print_vector_64(p, x, tight);
	} else if (p->lanes_8) {
		print_vector_8(p, x, tight);
	} else if (print_packed(p, x)) {
		return;
	} else if (x->kind == X_CAST) {
		print_vector_cast(p, x, tight);
	} else if (x->kind == X_LOAD) {
		print_vector_load(p, x);
	} else {
		assert(x->kind == X_ALU);
		print_vector_alu(p, x, tight);
	}
}
