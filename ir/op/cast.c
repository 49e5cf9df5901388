/* cast.c -- elements of another type: Cast (6-25), CastLike (15-25), BitCast (26).
 *
 * Float to integer truncates and keeps the low bits, integer to integer keeps the low bits, anything to bool asks for
 * != 0, to a float rounds once to nearest even. Numbers become text, and text numbers, as numbertext.c says. Two
 * attributes say more about narrow floats: without `saturate`, f8 becomes infinity or NaN where it overflows; `round_mode`
 * is for f8e8m0, which has powers of two only:
 *     up 2^ceil(log2 |x|)    down 2^floor(log2 |x|)    nearest: the nearer one, ties up */
#include <string.h>
#include "ir/convert.h"
#include "ir/op/pointwise.h"
#include "ir/op/strings.h"

struct Cast {
	int64_t saturate, round_mode;
	DType to; /* Cast and BitCast; CastLike takes the type of its second input */
};
#define ROUND_MODES "up|down|nearest" /* as enum e8m0_round */

static const Attr cast_attrs[] = {ATTR_REQUIRED(Cast, to, A_TYPE), ATTR_INT(Cast, saturate, 1),
				  ATTR_ENUM(Cast, round_mode, E8M0_UP, ROUND_MODES), {0}};
static const Attr castlike_attrs[] = {ATTR_INT(Cast, saturate, 1), ATTR_ENUM(Cast, round_mode, E8M0_UP, ROUND_MODES),
				      {0}};
static const Attr bitcast_attrs[] = {ATTR_REQUIRED(Cast, to, A_TYPE), {0}};

/* ---- Cast, CastLike ---- */

/* Tables are no sizes. */
static void cast_content(Graph *g, Node *n, DType to)
{
	enum { MOST = 1 << 16 };
	const Tensor *given = n->in[0]->data;
	int count;

	if (!is_int(to) || (given && given->count > MOST))
		return;
	const Dim *x = content_of(g, n, 0, &count);
	if (!x)
		return;
	for (int i = 0; i < count; i++)
		if (!content_fits(g->syms, to, x[i]))
			return;
	set_content(g, n->out[0], count, x);
}

/* A few floats that are made of sizes, truncated. */
static void rounded_content(Graph *g, Node *n, DType to)
{
	enum { MOST_SIZES = 8 };
	const Shape *s = &n->in[0]->shape;
	Dim size[MOST_SIZES];
	int count = s->rank == 1 && dim_known(s->dim[0]) && s->dim[0].k <= MOST_SIZES ? (int)s->dim[0].k : s->rank == 0;

	if (!is_int(to) || !is_float(n->in[0]->dtype) || !count)
		return;
	for (int i = 0; i < count; i++)
		if (!size_of_float(g, n->in[0], i, &size[i]) || !content_fits(g->syms, to, size[i]))
			return;
	set_content(g, n->out[0], count, size);
}

static void infer_cast(Graph *g, Node *n, DType to)
{
	DType from = n->in[0]->dtype;

	if (from == STR && to == BOOL)
		fail_unsupported(g, n, "casts from %s to %s", dtype_name(from), dtype_name(to));
	set_out(g, n, 0, to, &n->in[0]->shape);
	cast_content(g, n, to);
	rounded_content(g, n, to);
}

static void cast_infer(Graph *g, Node *n)
{
	DType to = ATTR_OF(n, Cast)->to;

	if (to == DT_NONE || to == C64 || to == C128)
		fail_node(g, n, "E-ATTR", "to is %s; it must be a type of numbers, bools or strings", dtype_name(to));
	infer_cast(g, n, to);
}

static void castlike_infer(Graph *g, Node *n) { infer_cast(g, n, n->in[1]->dtype); }

void cast_store(Tensor *y, int64_t i, double x, bool saturate, int64_t round)
{
	DType to = y->dtype;

	if (to == F8E8M0)
		((uint8_t *)y->data)[i] = (uint8_t)e8m0_encode(x, (enum e8m0_round)round, saturate);
	else if (!saturate && is_float(to) && dtype_info(to)->bits == 8)
		((uint8_t *)y->data)[i] = (uint8_t)narrow_encode(to, x, false);
	else
		store_f64(to, y->data, i, x);
}

/* Integers go to integers by their bits, to floats with one rounding (above 2^63 to f32 first). */
static void cast_int(const struct Cast *a, int64_t k, DType from, Tensor *y, int64_t i)
{
	bool huge = from == U64 && k < 0, by_rule = !a->saturate || y->dtype == F8E8M0;

	if (!is_float(y->dtype) || (!huge && !by_rule)) {
		store_i64(y->dtype, y->data, i, k);
		return;
	}
	double x = !huge ? (double)k : y->dtype == F64 ? (double)(uint64_t)k : (double)(float)(uint64_t)k;
	cast_store(y, i, x, a->saturate, a->round_mode);
}

/* Text is read as f64 for it; for all others as f32. */
static bool is_wide(DType t) { return t == F64 || t == F8E8M0; }

static void cast_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct Cast *a = ATTR_OF(n, Cast);
	const Tensor *x = in[0];
	const Text *text = x->data;
	Arena *scratch = &e->g->ctx->scratch;
	Tensor *y = out[0];

	for (int64_t i = 0; i < x->count; i++) {
		if (x->dtype == y->dtype)
			move_element(y, i, x, i);
		else if (y->dtype == STR)
			((Text *)y->data)[i] = number_text(e->arena, x, i);
		else if (x->dtype == STR && is_float(y->dtype))
			cast_store(y, i, text_real(scratch, text[i], !is_wide(y->dtype)), a->saturate, a->round_mode);
		else if (x->dtype == STR)
			store_i64(y->dtype, y->data, i, text_integer(scratch, text[i]));
		else if (is_float(x->dtype))
			cast_store(y, i, load_f64(x->dtype, x->data, i), a->saturate, a->round_mode);
		else
			cast_int(a, load_i64(x->dtype, x->data, i), x->dtype, y, i);
	}
}

/* The exponent of |x| in double, after adding what rounds it up, is the code: 1023 there is 127 here. */
static Expr *e8m0_expr(Lower *l, Expr *x, bool saturate, int64_t round)
{
	Expr *wide = cast(l, F64, x), *bits = bitcast(l, U64, alu1(l, ABS, wide));
	double up = round == E8M0_UP ? 0x1p52 - 1 : round == E8M0_NEAREST ? 0x1p51 : 0;
	Expr *exponent = alu2(l, SHR, alu2(l, ADD, bits, num(l, U64, up)), num(l, U64, 52));
	Expr *code = alu2(l, SUB, cast(l, I32, exponent), num(l, I32, 1023 - 127));

	code = choose(l, alu2(l, LT, num(l, I32, 254), code), num(l, I32, saturate ? 254 : 255), code);
	code = choose(l, alu2(l, LT, code, num(l, I32, 0)), num(l, I32, saturate ? 0 : 255), code);
	code = choose(l, alu1(l, ISNAN, wide), num(l, I32, 255), code);
	return bitcast(l, F8E8M0, cast(l, U8, code));
}

/* f8 overflows above half a step over its largest value: at the tie itself where rounding to even goes up. */
static const struct Overflow {
	DType type;
	double tie;
	bool tie_too;
	int code, negative; /* of infinity, or else of NaN */
} overflows[] = {
	{F8E4M3FN, 464, false, 0x7f, 0xff},
	{F8E4M3FNUZ, 248, true, 0x80, 0x80},
	{F8E5M2, 61440, true, 0x7c, 0xfc},
	{F8E5M2FNUZ, 61440, true, 0x80, 0x80},
};

static Expr *overflowing_cast(Lower *l, const struct Overflow *f8, Expr *x)
{
	Expr *tie = num(l, x->dtype, f8->tie), *over = alu2(l, f8->tie_too ? LE : LT, tie, alu1(l, ABS, x));
	Expr *below = alu2(l, LT, x, num(l, x->dtype, 0));
	Expr *code = choose(l, below, num(l, U8, f8->negative), num(l, U8, f8->code));

	return choose(l, over, bitcast(l, f8->type, code), cast(l, f8->type, x));
}

Expr *cast_by(Lower *l, DType to, Expr *x, bool saturate, int64_t round)
{
	if (to == x->dtype)
		return x;
	if (to == F8E8M0)
		return e8m0_expr(l, x, saturate, round);
	for (size_t i = 0; i < sizeof overflows / sizeof *overflows && !saturate; i++)
		if (overflows[i].type == to)
			return overflowing_cast(l, &overflows[i], cast(l, x->dtype == F64 ? F64 : F32, x));
	return cast(l, to, x);
}

static Expr *cast_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const struct Cast *a = ATTR_OF(n, Cast);

	(void)slot;
	return cast_by(l, n->out[0]->dtype, in(l, n, 0, at), a->saturate, a->round_mode);
}

const Op op_Cast = {.name = "Cast", .domain = "", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
		    .flags = POINTWISE | CHEAP, .attrs = cast_attrs, .attr_size = sizeof(struct Cast),
		    .types = "fiubs", .infer = cast_infer, .eval = cast_eval, .lower = cast_lower};

const Op op_CastLike = {.name = "CastLike", .domain = "", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
			.flags = POINTWISE | CHEAP, .attrs = castlike_attrs, .attr_size = sizeof(struct Cast),
			.types = "fiubs", .infer = castlike_infer, .eval = cast_eval, .lower = cast_lower};

/* ---- BitCast: the same bits, read as a type of the same width ---- */

static void bitcast_infer(Graph *g, Node *n)
{
	DType from = n->in[0]->dtype, to = ATTR_OF(n, Cast)->to;

	if (to == STR || dtype_info(from)->bits != dtype_info(to)->bits)
		fail_node(g, n, "E-TYPE", "bits of %s (%d) are read as %s (%d); both must have one width",
			  dtype_name(from), dtype_info(from)->bits, dtype_name(to), dtype_info(to)->bits);
	set_out(g, n, 0, to, &n->in[0]->shape);
}

static void bitcast_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	(void)e, (void)n;
	memcpy(out[0]->data, in[0]->data, dtype_bytes(in[0]->dtype, in[0]->count));
}

static Expr *bitcast_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot;
	return bitcast(l, n->out[0]->dtype, in(l, n, 0, at));
}

const Op op_BitCast = {.name = "BitCast", .domain = "", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
		       .flags = POINTWISE | CHEAP, .attrs = bitcast_attrs, .attr_size = sizeof(struct Cast),
		       .types = "fiubc", .infer = bitcast_infer, .eval = bitcast_eval, .lower = bitcast_lower};
