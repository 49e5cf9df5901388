/* vector.c -- which expressions can be computed for the lanes of a vector at once, along one axis of a stage.
 *
 *     load x[.. + i]        a vector, when i steps by 1        bools become masks
 *     load x[.. + 3*i]      every third element of three vectors
 *     load x[.. + i / 2]    each element of half a vector twice
 *     i <= j                the lanes below a number            cond ? x[i - 1] : 0    a masked load
 *
 * An integer of up to 32 bits has a lane of 32: bytes are widened where they are read and cut where they are stored, and so
 * are halves, and so are integers of 4 bits; bools are masks. */
#include <math.h>
#include "codegen/nest.h"
#include "codegen/packed.h"

bool is_lane_int(DType t) { return t == I32 || t == U8 || t == I8; }

bool is_lane_byte(DType t) { return t == BOOL || t == U8 || t == I8; }

/* Halves, whose bits strict code promises, are left to scalars there: instructions keep other NaNs. */
bool is_lane(const Module *m, DType t)
{
	return t == F32 || t == BOOL || is_lane_int(t) || (t == F16 && !m->o->strict);
}

static bool vector_args(const Module *m, Stage *s, Expr *x, const Axis *axis)
{
	for (int k = 0; k < x->nargs; k++)
		if (!vectorisable(m, s, x->arg[k], axis))
			return false;
	return true;
}

static bool is_bits(Alu op) { return op == BITAND || op == BITOR || op == BITXOR || op == BITNOT || op == PACK; }

bool exact_in_vectors(Alu op)
{
	return op <= NOT || op == SELECT || is_bits(op) || op == KEY || (op >= FLOOR && op <= SQRT);
}

static bool compares_indices(const Expr *x)
{
	return x->kind == X_ALU && x->dtype == BOOL && x->arg[0]->dtype == I64;
}

/* A comparison of indices is a mask of lanes where their difference steps by 1 or -1. */
static bool vector_compare(Stage *s, const Expr *x, const Axis *axis)
{
	int64_t coef;
	return !s->wide && affine_in(isub(s->l, x->arg[1], x->arg[0]), axis, &coef) && (coef == 1 || coef == -1);
}

static bool has(const Expr *x, bool (*is)(const Expr *))
{
	bool found = is(x);
	for (int k = 0; k < x->nargs && !found; k++)
		found = has(x->arg[k], is);
	return found;
}

static bool is_load(const Expr *x) { return x->kind == X_LOAD; }

enum { STEP_MAX = 1 << 20 }; /* sixteen of them, in bytes, are offsets of 32 bits */

int64_t lane_step(const Expr *x, const Axis *axis)
{
	int64_t coef;
	bool steady = affine_in(x->arg[0], axis, &coef) && coef > -STEP_MAX && coef < STEP_MAX;
	return steady ? coef : 0;
}

/* A vector computes both sides. Loads that a comparison of indices guards are masked, so they have to be bare. */
static bool safe_select(const Expr *x, const Axis *axis)
{
	if (!depends_on(x->arg[0], axis) || !has(x->arg[0], compares_indices))
		return true;
	bool bare = x->arg[1]->kind == X_LOAD && lane_step(x->arg[1], axis) == 1;
	return (bare || !has(x->arg[1], is_load)) && !has(x->arg[2], is_load);
}

/* Of a few vectors, or bytes, shuffles take every second to fourth. */
bool is_shuffled(const Expr *load, int64_t step)
{
	return step > 1 && step <= SHUFFLED_MAX && (load->dtype == F32 || is_lane_int(load->dtype));
}

/* Half of a vector, or a quarter, has the elements of a whole one. */
bool is_repeated(const Expr *load, const Axis *axis)
{
	int64_t times = load->dtype == F32 ? repeats_along(load->arg[0], axis) : 0;
	return times == 2 || times == 4;
}

/* Rows of strips may begin anywhere. */
static bool begins_evenly(const Stage *s, const Axis *axis) { return !s->strips || s->split != axis; }

static bool vector_load(const Module *m, const Stage *s, const Expr *x, const Axis *axis)
{
	int64_t step = lane_step(x, axis);
	return is_lane(m, x->dtype) && (step == 1 || is_shuffled(x, step) || (is_repeated(x, axis) && begins_evenly(s, axis)) || (step && s->apart && x->dtype == F32));
}

bool is_bound(const Expr *x, bool lowest)
{
	if (x->kind != X_ALU || x->op != SELECT || x->dtype != F32 || x->arg[2]->kind != X_NUM)
		return false;
	const Expr *test = x->arg[0];
	return test->kind == X_ALU && test->op == LT && test->arg[!lowest] == x->arg[2] && test->arg[lowest] == x->arg[1];
}

/* A number, and no NaN, that is not below *low. */
static bool lowest_of(const Expr *x, double *low)
{
	bool known = x->kind == X_LOCAL && x->lo > -INDEX_MAX;
	if (known)
		*low = (double)x->lo;
	else if (is_bound(x, true))
		*low = floor(x->arg[2]->f);
	return known || is_bound(x, true);
}

/* The bounds of a number, by its form: between two numbers, perhaps rounded, as an integer, plus a number. */
static bool range_of(const Expr *x, double *low, double *high)
{
	if (x->kind == X_LOCAL) {
		*high = (double)x->hi;
		return x->hi < INDEX_MAX && lowest_of(x, low);
	}
	if (is_bound(x, false) && lowest_of(x->arg[1], low)) {
		*high = ceil(x->arg[2]->f);
		return true;
	}
	if ((x->kind == X_ALU && x->op == ROUND) || (x->kind == X_CAST && x->dtype == I32))
		return range_of(x->arg[0], low, high);
	if (x->kind != X_ALU || x->op != ADD || x->dtype != I32 || x->arg[1]->kind != X_NUM || !range_of(x->arg[0], low, high))
		return false;
	*low += (double)x->arg[1]->i;
	*high += (double)x->arg[1]->i;
	return true;
}

void keep_range(Expr *local, const Expr *x)
{
	double low, high;
	if (range_of(x, &low, &high) && low > -INDEX_MAX && high < INDEX_MAX) {
		local->lo = (int64_t)low;
		local->hi = (int64_t)high;
	} else if (lowest_of(x, &low) && low > -INDEX_MAX && low < INDEX_MAX) {
		local->lo = (int64_t)low;
	}
}

bool is_within(const Expr *x, DType t)
{
	double low, high, lowest = t == I32 ? -0x1p30 : is_unsigned(t) ? 0 : -128;
	return range_of(x, &low, &high) && low >= lowest && high <= (t == I32 ? 0x1p30 : lowest + 255);
}

static bool vector_cast(const Module *m, Stage *s, Expr *x, const Axis *axis)
{
	DType from = x->arg[0]->dtype, to = x->dtype;
	bool widens = is_lane_int(from) && (to == F32 || to == I32);
	bool cuts = (from == F32 || from == I32) && is_lane_int(to);
	bool halves = !m->o->strict && ((from == F16 && to == F32) || (from == F32 && to == F16));
	bool masks = (from == BOOL && to == F32) || (from == F32 && to == BOOL);
	return (masks || widens || cuts || halves) && vectorisable(m, s, x->arg[0], axis);
}

/* Bytes only as far as results are bytes again. */
static bool vector_integers(const Expr *x)
{
	if (x->op == MAX || x->op == MIN)
		return true;
	return x->dtype == I32 && (is_bits(x->op) || x->op == ADD || x->op == SUB || x->op == MUL || x->op == DIV);
}

static bool vector_alu(const Module *m, Stage *s, Expr *x, const Axis *axis)
{
	if (!alu_text(x->op)->vector || (m->o->strict && !exact_in_vectors(x->op)))
		return false;
	if (compares_indices(x))
		return vector_compare(s, x, axis);
	if (x->op == SELECT && !depends_on(x->arg[0], axis))
		return is_lane(m, x->dtype) && vector_args(m, s, x, axis);
	if (is_bound(x, true) || is_bound(x, false))
		return vectorisable(m, s, x->arg[1], axis);
	bool masks = x->arg[x->nargs - 1]->dtype == BOOL;
	if (masks && (x->op == SELECT || x->op == EQ || x->op == LT || x->op == LE))
		return false;
	if (x->op == SELECT && !safe_select(x, axis))
		return false;
	bool integers = is_lane_int(x->dtype) && vector_integers(x);
	for (int k = 0; k < x->nargs && !integers; k++)
		if (x->arg[k]->dtype != F32 && x->arg[k]->dtype != BOOL)
			return false;
	return (integers || x->op == KEY || x->dtype == F32 || x->dtype == BOOL) && vector_args(m, s, x, axis);
}

bool vector_reduce(const Expr *x)
{
	bool bytes = is_lane_int(x->dtype) && (x->dtype == I32 || x->red == RED_MAX || x->red == RED_MIN);
	return x->red <= RED_MIN && (x->dtype == F32 || x->dtype == F64 || x->dtype == I64 || bytes);
}

bool vectorisable(const Module *m, Stage *s, Expr *x, const Axis *axis)
{
	if (m->target->lanes == 1)
		return false;
	if (!depends_on(x, axis))
		return is_lane(m, x->dtype);
	if (packed_along(s->l, x, axis))
		return true;
	switch (x->kind) {
	case X_LOAD:
		return vector_load(m, s, x, axis);
	case X_ALU:
		return vector_alu(m, s, x, axis);
	case X_CAST:
		return vector_cast(m, s, x, axis);
	case X_LOCAL:
		return is_lane(m, x->dtype) && x->dtype != BOOL;
	case X_REDUCE:
		return is_lane(m, x->dtype) && vector_reduce(x) && vectorisable(m, s, x->arg[0], axis);
	default:
		return false;
	}
}
