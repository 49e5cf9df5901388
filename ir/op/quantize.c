/* quantize.c -- QuantizeLinear, DequantizeLinear (10-25).
 *
 *     y = saturate(round(x / scale) + zero_point)    round: halves to even; to f8 and f4: cast(x / scale + zero_point)
 *     y = (x - zero_point) * scale
 * A scale (and zero point) holds for the whole tensor, for each index along `axis`, or for a block of block_size
 * elements along it. The quotient is rounded to the type `precision`, by default that of the scale; the product is
 * computed in f32 and rounded to the type of the result. */
#include <float.h>
#include <math.h>
#include "ir/op/pointwise.h"
#include "ir/quotient.h"

struct Quantize {
	int64_t axis, block_size, saturate;
	DType output_dtype, precision;
};

static const Attr quantize_attrs[] = {
	ATTR_INT(Quantize, axis, 1), ATTR_INT(Quantize, block_size, 0), ATTR_INT(Quantize, saturate, 1),
	ATTR_TYPE(Quantize, output_dtype, DT_NONE), ATTR_TYPE(Quantize, precision, DT_NONE), {0}};
static const Attr dequantize_attrs[] = {ATTR_INT(Quantize, axis, 1), ATTR_INT(Quantize, block_size, 0),
					ATTR_TYPE(Quantize, output_dtype, DT_NONE), {0}};

/* ---- which scale belongs to an element ---- */

/* The axis along which scales differ; a list of values for a list of scales needs no `axis`. */
static int scale_axis(Graph *g, const Node *n)
{
	int rank = n->in[0]->shape.rank;
	return rank <= 1 ? 0 : (int)fix_axis(g, n, ATTR_OF(n, Quantize)->axis, rank);
}

/* How many elements along the axis share a scale. */
static int64_t scale_block(const Node *n)
{
	int64_t block = ATTR_OF(n, Quantize)->block_size;
	return block > 0 ? block : 1;
}

static bool is_blocked(const Node *n) { return ATTR_OF(n, Quantize)->block_size > 0; }

static void check_scale_size(Graph *g, const Node *n, int slot, int k, Dim want)
{
	Dim have = n->in[slot]->shape.dim[k];

	if (dim_known(have) && dim_known(want) && have.k != want.k)
		fail_node(g, n, "E-SHAPE", "%s has shape %s; axis %d must have size %lld for x %s",
			  slot == 1 ? "scale" : "zero point", shape_text(g, &n->in[slot]->shape), k, (long long)want.k,
			  shape_text(g, &n->in[0]->shape));
}

static void check_scale(Graph *g, const Node *n, int slot)
{
	const Shape *x = &n->in[0]->shape, *s = &n->in[slot]->shape;
	int axis = scale_axis(g, n), want = is_blocked(n) || !x->rank ? x->rank : 1;

	if (dim_is(shape_count(g, s), 1))
		return;
	if (s->rank != want)
		fail_node(g, n, "E-SHAPE", "%s has shape %s; it must be a scalar or have rank %d",
			  slot == 1 ? "scale" : "zero point", shape_text(g, s), want);
	for (int k = 0; k < s->rank; k++) {
		int of = is_blocked(n) ? k : axis;
		check_scale_size(g, n, slot, k, of == axis ? dim_ceildiv(g->syms, x->dim[of], dim(scale_block(n)))
							   : x->dim[of]);
	}
}

/* Position in t, a scale or zero point, for element `at` of x. */
static int64_t scale_index(const Node *n, const Tensor *t, int axis, const int64_t *at)
{
	int64_t index = 0;

	if (t->count == 1)
		return 0;
	for (int k = 0; k < t->rank; k++) {
		int of = is_blocked(n) ? k : axis;
		index = index * t->dim[k] + (of == axis ? at[of] / scale_block(n) : at[of]);
	}
	return index;
}

static Expr *scale_at(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *s = &n->in[slot]->shape;
	int axis = scale_axis(lower_graph(l), n);
	Expr *index[MAX_RANK];

	for (int k = 0; k < s->rank; k++) {
		int of = is_blocked(n) ? k : axis;
		index[k] = dim_is(s->dim[k], 1) ? num_i(l, 0)
			   : of == axis         ? idiv(l, at[of], num_i(l, scale_block(n)))
						: at[of];
	}
	return in(l, n, slot, index);
}

/* ---- QuantizeLinear ---- */

static bool is_quantized(DType t)
{
	int bits = dtype_info(t)->bits;
	return is_int(t) ? bits <= 16 : is_float(t) && bits <= 8 && t != F8E8M0;
}

static DType quantized_type(Graph *g, const Node *n)
{
	DType asked = ATTR_OF(n, Quantize)->output_dtype, zero = has_in(n, 2) ? n->in[2]->dtype : DT_NONE;

	if (asked && zero && asked != zero)
		fail_node(g, n, "E-TYPE", "output_dtype is %s and the zero point %s; both must be the same",
			  dtype_name(asked), dtype_name(zero));
	DType t = zero ? zero : asked ? asked : U8;
	if (!is_quantized(t))
		fail_node(g, n, "E-TYPE", "the result would be %s; it must be an integer up to 16 bits or a float of 8 "
			  "or 4", dtype_name(t));
	return t;
}

/* Of the quotient. Scales that are no floats of their own (int32, f8e8m0) leave the choice to x. */
static DType quotient_type(const Node *n)
{
	DType asked = ATTR_OF(n, Quantize)->precision, x = n->in[0]->dtype, scale = n->in[1]->dtype;

	if (asked)
		return asked;
	return is_float(scale) && scale != F8E8M0 ? scale : is_float(x) ? x : F64;
}

static void quantize_infer(Graph *g, Node *n)
{
	need_type(g, n, 1, "fi");
	DType to = quantized_type(g, n), p = quotient_type(n);
	if (!is_float(p))
		fail_node(g, n, "E-ATTR", "precision is %s; it must be a float", dtype_name(p));
	for (int slot = 1; slot <= 2; slot++)
		if (has_in(n, slot))
			check_scale(g, n, slot);
	set_out(g, n, 0, to, &n->in[0]->shape);
}

static double int_lowest(DType t) { return is_unsigned(t) ? 0 : -ldexp(1, dtype_info(t)->bits - 1); }
static double int_highest(DType t) { return ldexp(1, dtype_info(t)->bits - !is_unsigned(t)) - 1; }

/* Clamped to what the integer type holds; NaN becomes the lowest. */
static double saturated(DType t, double x)
{
	x = x > int_lowest(t) ? x : int_lowest(t);
	return x < int_highest(t) ? x : int_highest(t);
}

static Expr *saturated_expr(Lower *l, DType t, Expr *x)
{
	Expr *lowest = num(l, x->dtype, int_lowest(t)), *highest = num(l, x->dtype, int_highest(t));

	x = choose(l, alu2(l, LT, lowest, x), x, lowest);
	return cast(l, t, choose(l, alu2(l, LT, x, highest), x, highest));
}

/* All scales that a load may find are known, few enough to try, and a quotient by them may be exact only once it is rounded to
 * what a byte less its zero point may be. */
static bool scales_round_alike(const Expr *scale)
{
	enum { MOST = 255, FEW = 1024 };
	const Tensor *t = scale->kind == X_LOAD && scale->value ? scale->value->data : NULL;

	if (scale->kind == X_NUM)
		return rounds_alike((float)scale->f, MOST);
	if (!t || t->dtype != F32 || t->count > FEW)
		return false;
	for (int64_t i = 0; i < t->count; i++)
		if (!rounds_alike(((const float *)t->data)[i], MOST))
			return false;
	return true;
}

static bool is_data(const Expr *scale) { return scale->kind != X_NUM && !(scale->kind == X_LOAD && scale->value->data); }

/* x / scale, exact once it is rounded to what a byte less its zero point may be. */
static Expr *quotient(Lower *l, Expr *x, Expr *scale)
{
	bool number = scale->kind == X_NUM && x->dtype == F32 && scale->f > 0;
	int exponent;

	if (number && frexp(scale->f, &exponent) == 0.5 && exponent > FLT_MIN_EXP && exponent < FLT_MAX_EXP)
		return alu2(l, MUL, x, num(l, F32, 1 / scale->f));
	if (x->dtype != F32)
		return alu2(l, DIV, x, scale);
	return alu2(l, scales_round_alike(scale) ? OVER : is_data(scale) ? OVER_DATA : DIV, x, scale);
}

/* Clamped to the type's numbers of a sum round(x) + zero, a known number: bounds come first, so that what is rounded goes to an
 * integer at once. */
static Expr *rounded_expr(Lower *l, DType t, Expr *x, int64_t zero)
{
	Expr *low = num(l, x->dtype, int_lowest(t) - (double)zero), *high = num(l, x->dtype, int_highest(t) - (double)zero);

	x = choose(l, alu2(l, LT, low, x), x, low);
	x = cast(l, I32, alu1(l, ROUND, choose(l, alu2(l, LT, x, high), x, high)));
	return cast(l, t, zero ? alu2(l, ADD, x, num(l, I32, (double)zero)) : x);
}

static const Expr *below(const Expr *x, ExprKind kind, int op, int k)
{
	return x && x->kind == kind && (kind != X_ALU || (int)x->op == op) ? x->arg[k] : NULL;
}

/* x, a byte that rounded_expr() makes by adding `zero`, less that: an integer of 32 bits. NULL: x is something else. */
static Expr *before_zero(Lower *l, Expr *x, int64_t zero)
{
	const Expr *sum = below(x, X_CAST, 0, 0), *whole = zero ? below(sum, X_ALU, ADD, 0) : sum;
	const Expr *clamped = below(below(whole, X_CAST, 0, 0), X_ALU, ROUND, 0);
	const Expr *q = below(below(clamped, X_ALU, SELECT, 1), X_ALU, SELECT, 1);

	if (!q || (x->dtype != U8 && x->dtype != I8) || rounded_expr(l, x->dtype, (Expr *)(uintptr_t)q, zero) != x)
		return NULL;
	return (Expr *)(uintptr_t)whole;
}

static void quantize_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(e, in[0]), *scale = in_f64(e, in[1]), *zero = has_in(n, 2) ? in_f64(e, in[2]) : NULL;
	int axis = scale_axis(e->g, n);
	DType p = quotient_type(n), to = out[0]->dtype;
	int64_t at[MAX_RANK] = {0};

	for (int64_t i = 0; i < in[0]->count; i++, next_index(in[0]->rank, in[0]->dim, at)) {
		double s = rounded(p, scale[scale_index(n, in[1], axis, at)]);
		double q = rounded(p, rounded(p, x[i]) / s), z = zero ? zero[scale_index(n, in[2], axis, at)] : 0;
		if (is_int(to))
			store_f64(to, out[0]->data, i, saturated(to, nearbyint(q) + z));
		else
			cast_store(out[0], i, q + z, ATTR_OF(n, Quantize)->saturate, 0);
	}
}

static Expr *quantize_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType p = quotient_type(n), w = work_type(p), to = n->out[0]->dtype;
	Expr *x = cast(l, w, cast(l, p, in(l, n, 0, at))), *scale = cast(l, w, cast(l, p, scale_at(l, n, 1, at)));
	Expr *zero = has_in(n, 2) ? scale_at(l, n, 2, at) : num(l, to, 0);
	bool byte = to == U8 || to == I8, offset = byte && zero->kind == X_NUM;
	Expr *q = cast(l, w, cast(l, p, byte && p == F32 ? quotient(l, x, scale) : alu2(l, DIV, x, scale)));

	(void)slot;
	if (offset)
		return rounded_expr(l, to, q, zero->i);
	if (is_int(to))
		q = alu1(l, ROUND, q);
	if (has_in(n, 2))
		q = alu2(l, ADD, q, cast(l, w, zero));
	return is_int(to) ? saturated_expr(l, to, q) : cast_by(l, to, q, ATTR_OF(n, Quantize)->saturate, 0);
}

const Op op_QuantizeLinear = {.name = "QuantizeLinear", .domain = "", .min_in = 2, .max_in = 3, .min_out = 1,
			      .max_out = 1, .flags = POINTWISE | CHEAP, .attrs = quantize_attrs,
			      .attr_size = sizeof(struct Quantize), .types = "fi", .infer = quantize_infer, .eval = quantize_eval,
			      .lower = quantize_lower};

/* ---- DequantizeLinear ---- */

static void dequantize_infer(Graph *g, Node *n)
{
	DType scale = n->in[1]->dtype, asked = ATTR_OF(n, Quantize)->output_dtype;

	if (!is_quantized(n->in[0]->dtype) && n->in[0]->dtype != I32)
		fail_node(g, n, "E-TYPE", "x is %s; it must be an integer up to 16 bits, i32, or a float of 8 or 4 bits",
			  dtype_name(n->in[0]->dtype));
	need_type(g, n, 1, "f");
	if (has_in(n, 2))
		same_type(g, n, 0, 2);
	for (int slot = 1; slot <= 2; slot++)
		if (has_in(n, slot))
			check_scale(g, n, slot);
	set_out(g, n, 0, asked ? asked : scale == F8E8M0 ? F32 : scale, &n->in[0]->shape);
}

/* The type of the product: doubles where the scale is one. */
static DType product_type(const Node *n) { return n->in[1]->dtype == F64 ? F64 : F32; }

static void dequantize_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(e, in[0]), *scale = in_f64(e, in[1]), *zero = has_in(n, 2) ? in_f64(e, in[2]) : NULL;
	int axis = scale_axis(e->g, n);
	DType t = product_type(n);
	double *y = out_f64(e, out[0]);
	int64_t at[MAX_RANK] = {0};

	for (int64_t i = 0; i < in[0]->count; i++, next_index(in[0]->rank, in[0]->dim, at)) {
		double s = scale[scale_index(n, in[1], axis, at)], z = zero ? zero[scale_index(n, in[2], axis, at)] : 0;
		y[i] = rounded(t, rounded(t, x[i] - z) * s);
	}
}

/* Up to 16 bits the difference is exact in f32. */
static Expr *dequantize_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType product = product_type(n), t = n->in[0]->dtype == I32 ? I32 : product;
	Expr *x = in(l, n, 0, at), *zero = has_in(n, 2) ? scale_at(l, n, 2, at) : num(l, x->dtype, 0), *whole;

	(void)slot;
	if (t != I32 && zero->kind == X_NUM && is_int(zero->dtype) && (whole = before_zero(l, x, zero->i)))
		x = whole;
	else if (has_in(n, 2))
		x = alu2(l, SUB, cast(l, t, x), cast(l, t, zero));
	x = cast(l, t, x);
	x = alu2(l, MUL, cast(l, product, x), cast(l, product, scale_at(l, n, 1, at)));
	return cast(l, n->out[0]->dtype, x);
}

const Op op_DequantizeLinear = {.name = "DequantizeLinear", .domain = "", .min_in = 2, .max_in = 3, .min_out = 1,
				.max_out = 1, .flags = POINTWISE | CHEAP, .attrs = dequantize_attrs,
				.attr_size = sizeof(struct Quantize), .types = "fiu", .infer = dequantize_infer,
				.eval = dequantize_eval, .lower = dequantize_lower};
