/* identities.c -- rules for nodes that change nothing: x + -0.0, x * 1, Cast to the same type, Slice of everything.
 *
 * Exact, so signs of zero count: x + 0.0 turns -0.0 into 0.0 and stays (chains.c takes it), x - 0.0 does not. */
#include <math.h>
#include <string.h>
#include "ir/op/composite.h"
#include "passes/algebra.h"

/* Input `slot` of n, when the result has its type and shape anyway. */
static Value *pass_on(const Node *n, int slot)
{
	Value *x = n->in[slot], *y = n->out[0];

	if (!x || x->shape.rank < 0 || x->dtype != y->dtype || x->kind != y->kind || !shape_same(&x->shape, &y->shape))
		return NULL;
	return x;
}

static Value *first_input(Rewrite *w, Node *n)
{
	(void)w;
	return pass_on(n, 0);
}

static Value *only_input(Rewrite *w, Node *n)
{
	(void)w;
	return n->nin == 1 ? pass_on(n, 0) : NULL;
}

static Value *identity(Rewrite *w, Node *n)
{
	(void)w;
	return n->in[0]->kind == n->out[0]->kind && n->in[0]->dtype == n->out[0]->dtype ? n->in[0] : NULL;
}

/* ---- arithmetic with the neutral element ---- */

static const struct Neutral {
	const char *op;
	double ints, floats; /* what changes nothing, bit by bit */
	bool commutes;
} neutral[] = {
	{"Add", 0, -0.0, true},  {"Sub", 0, 0.0, false}, {"Mul", 1, 1, true}, {"Div", 1, 1, false},
	{"Pow", 1, 1, false},    {"And", 1, 1, true},    {"Or", 0, 0, true},  {"Xor", 0, 0, true},
	{"BitwiseOr", 0, 0, true}, {"BitwiseXor", 0, 0, true},
};

static bool is_neutral(const Value *c, const struct Neutral *r)
{
	double x, want = c && is_float(c->dtype) ? r->floats : r->ints;

	return const_splat(c, &x) && x == want && signbit(x) == signbit(want);
}

static Value *neutral_element(Rewrite *w, Node *n)
{
	(void)w;
	for (size_t i = 0; i < sizeof neutral / sizeof *neutral; i++) {
		if (!is_op(n, neutral[i].op) || n->nin != 2)
			continue;
		if (is_neutral(n->in[1], &neutral[i]))
			return pass_on(n, 0);
		return neutral[i].commutes && is_neutral(n->in[0], &neutral[i]) ? pass_on(n, 1) : NULL;
	}
	return NULL;
}

static Value *decided_where(Rewrite *w, Node *n)
{
	double cond;

	(void)w;
	return const_splat(n->in[0], &cond) ? pass_on(n, cond != 0 ? 1 : 2) : NULL;
}

/* ---- the same function twice ---- */

static Value *twice_is_once(Rewrite *w, Node *n)
{
	(void)w;
	return made_by(n->in[0], n->op->name) ? n->in[0] : NULL;
}

static Value *twice_is_none(Rewrite *w, Node *n)
{
	const Node *inner = made_by(n->in[0], n->op->name);

	(void)w;
	return inner ? inner->in[0] : NULL;
}

/* ---- Cast ---- */

static int mantissa(DType t)
{
	return t == F64 ? 53 : t == F32 ? 24 : t == F16 ? 11 : t == BF16 ? 8 : 0;
}

/* Every value of type a is a value of type b. */
static bool holds_all(DType b, DType a)
{
	int bits = dtype_info(a)->bits, room = dtype_info(b)->bits;

	if (a == BOOL)
		return is_int(b) || is_float(b);
	if (is_float(a))
		return mantissa(a) && mantissa(b) >= mantissa(a) && (b == F64 || b == F32 || a == b);
	if (!is_int(a))
		return false;
	if (is_float(b))
		return bits <= mantissa(b) && b != F16;
	return is_int(b) && (is_unsigned(a) == is_unsigned(b) ? room >= bits : is_unsigned(a) && room > bits);
}

/* Cast(Cast(x)) is Cast(x) when the first one loses nothing. */
static Value *merge_casts(Rewrite *w, Node *n)
{
	const Node *inner = made_by(n->in[0], "Cast");

	if (!inner || !holds_all(inner->out[0]->dtype, inner->in[0]->dtype))
		return NULL;
	return inner->in[0]->dtype == n->out[0]->dtype ? inner->in[0] : rewrite_inputs(w->g, n, 1, inner->in);
}

/* The type is known; what it was taken from need not be computed. */
static Value *castlike_as_cast(Rewrite *w, Node *n)
{
	void *attr = attr_like(w->g, "Cast", n);

	attr_set("Cast", attr, "to", n->out[0]->dtype);
	return put_attr(w->g, n, "Cast", attr, n->in[0], END_IN);
}

/* ---- movement of everything to where it is ---- */

static Value *whole_slice(Rewrite *w, Node *n)
{
	Cut cut[MAX_RANK];

	if (!pass_on(n, 0))
		return NULL;
	cuts_of(w->g, n, cut);
	for (int i = 0; i < n->in[0]->shape.rank; i++)
		if (cut[i].step != 1 && !dim_is(n->in[0]->shape.dim[i], 1))
			return NULL;
	return n->in[0];
}

/* Negative pads that drop as many elements as others add would move things, so sizes alone do not say it. */
static Value *no_pad(Rewrite *w, Node *n)
{
	Padding axis[MAX_RANK];

	padding_of(w->g, n, axis);
	for (int i = 0; i < n->in[0]->shape.rank; i++)
		if (!dim_is(axis[i].skip, 0) || !dim_is(axis[i].before, 0) || !dim_is(axis[i].after, 0))
			return NULL;
	return pass_on(n, 0);
}

static bool is_empty_along(const Value *v, int axis)
{
	return dim_is(v->shape.dim[axis], 0);
}

/* Concat of one thing, or with parts that have no elements. */
static Value *shorter_concat(Rewrite *w, Node *n)
{
	int axis = (int)fix_axis(w->g, n, ATTR_OF(n, Concat)->axis, n->out[0]->shape.rank), kept = 0;
	Value **in = NEW_N(&w->g->ctx->scratch, Value *, n->nin);

	for (int i = 0; i < n->nin; i++)
		if (!is_empty_along(n->in[i], axis))
			in[kept++] = n->in[i];
	if (kept == 1 && shape_same(&in[0]->shape, &n->out[0]->shape))
		return in[0];
	return kept > 0 && kept < n->nin ? rewrite_inputs(w->g, n, kept, in) : NULL;
}

static Value *split_in_one(Rewrite *w, Node *n)
{
	(void)w;
	return n->nout == 1 ? pass_on(n, 0) : NULL;
}

static Value *transpose_to_itself(Rewrite *w, Node *n)
{
	int perm[MAX_RANK];

	(void)w;
	transpose_perm(n, perm);
	for (int i = 0; i < n->out[0]->shape.rank; i++)
		if (perm[i] != i)
			return NULL;
	return n->in[0];
}

static Value *dropped_nothing(Rewrite *w, Node *n)
{
	return dropout_may_drop(n) ? NULL : first_input(w, n);
}

const Rule identity_rules[] = {
	{"Identity", "Identity(x) -> x", identity},
	{"Dropout", "Dropout(x) -> x at inference", dropped_nothing},
	{"CastLike", "CastLike(x, y) -> Cast(x) to the type of y", castlike_as_cast},
	{"Cast", "Cast(x) to the type of x -> x", first_input},
	{"Cast", "Cast(Cast(x)) -> Cast(x) when the inner one is lossless", merge_casts},
	{"", "x + -0.0, x - 0.0, x * 1, x / 1, x ^ 1, x and true, x or false -> x", neutral_element},
	{"Where", "Where(constant, x, y) -> x or y", decided_where},
	{"Relu", "Relu(Relu(x)) -> Relu(x)", twice_is_once},
	{"Abs", "Abs(Abs(x)) -> Abs(x)", twice_is_once},
	{"Floor", "Floor(Floor(x)) -> Floor(x)", twice_is_once},
	{"Ceil", "Ceil(Ceil(x)) -> Ceil(x)", twice_is_once},
	{"Round", "Round(Round(x)) -> Round(x)", twice_is_once},
	{"Neg", "Neg(Neg(x)) -> x", twice_is_none},
	{"Not", "Not(Not(x)) -> x", twice_is_none},
	{"Sum", "Sum(x) -> x", only_input},
	{"Mean", "Mean(x) -> x", only_input},
	{"Max", "Max(x) -> x", only_input},
	{"Min", "Min(x) -> x", only_input},
	{"Clip", "Clip(x) without bounds -> x", only_input},
	{"Reshape", "Reshape(x) to the shape of x -> x", first_input},
	{"Flatten", "Flatten(x) of a matrix -> x", first_input},
	{"Squeeze", "Squeeze(x) of nothing -> x", first_input},
	{"Unsqueeze", "Unsqueeze(x) of nothing -> x", first_input},
	{"Expand", "Expand(x) to the shape of x -> x", first_input},
	{"Tile", "Tile(x) once -> x", first_input},
	{"Transpose", "Transpose(x) that keeps the order -> x", transpose_to_itself},
	{"Slice", "Slice(x) of everything -> x", whole_slice},
	{"Pad", "Pad(x) by nothing -> x", no_pad},
	{"Concat", "Concat(x) -> x; Concat(x, empty, y) -> Concat(x, y)", shorter_concat},
	{"Split", "Split(x) in one -> x", split_in_one},
	{0},
};
