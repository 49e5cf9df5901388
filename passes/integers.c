/* integers.c -- products of dequantised bytes become products of bytes, which are exact, with all scales in one factor.
 *
 *     x = DequantizeLinear(u, s, z)                            t = ConvInteger(u, v, z, o)
 *     w = DequantizeLinear(v, r, o)                    ->      y = Cast(t) * (s * r) + b
 *     y = Conv(x, w, b)
 *
 *     q = QuantizeLinear(y, a, c)                      ->      q = QuantizeLinear(y * (1 / a), 1, c)
 *     y = DequantizeLinear(u, s) + DequantizeLinear(v, r)      y * (1 / a) = DequantizeLinear(u, s / a) + ...
 *
 * w is a constant with one scale, or one for each output; Gemm and MatMul become MatMulInteger. Later passes compute the
 * constants and merge factors, so that one multiplication by  s r / a  and one addition stand between the sum and its
 * rounding, as in ONNX's QLinearConv. The sum itself does not round; the factors do, so that a result on the edge between
 * two steps of the quantisation may fall to the other side: one step, that is what the pass may change. Not exact are thus
 * these, and no others:
 *
 *     DequantizeLinear, Conv / MatMul / Gemm               the product of both scales is one rounded number
 *     .., QuantizeLinear (Relu, Add, Mul between)          so is its quotient through the third, which each weight has in it
 *                                                          where products of floats are faster
 *     DequantizeLinear, (Relu, Add, Mul,) QuantizeLinear   each sum and product of bytes takes its scale through the last one
 *
 * A QuantizeLinear of anything else keeps its scale, and is exact (ir/quotient.h); through a power of two it is a product, which
 * is exact too. --strict leaves the pass out: every operator then rounds as ONNX says.
 *
 * needs: shapes; constants that are still quantised, so it runs before fold.  keeps: results to a step. */
#include <math.h>
#include "ir/op/composite.h"
#include "passes/methods.h"
#include "passes/rewrite.h"
#include "passes/toom.h"

void pass_integers(Graph *g, const Options *o);

enum { X, SCALE, ZERO };

/* One number as a scalar. */
static Value *as_scalar(Graph *g, const Node *n, Value *v) { return v->shape.rank ? reshaped(g, n, v, 0, NULL) : v; }

static bool is_one(Graph *g, const Value *v) { return dim_is(shape_count(g, &v->shape), 1); }

/* The DequantizeLinear that makes v from bytes, in floats of 32 bits; NULL: there is none. */
static Node *dequantised(const Value *v)
{
	Node *n = made_by(v, "DequantizeLinear");
	const Value *x = n ? n->in[X] : NULL;

	return n && (x->dtype == U8 || x->dtype == I8) && n->in[SCALE]->dtype == F32 && v->dtype == F32 ? n : NULL;
}

/* ... of data: by one scale that is known. */
static Node *dequantised_data(Graph *g, const Value *v)
{
	Node *n = dequantised(v);

	return n && !is_const(n->in[X]) && is_const(n->in[SCALE]) && is_one(g, n->in[SCALE]) &&
	       (!has_in(n, ZERO) || is_const(n->in[ZERO])) ? n : NULL;
}

/* ... of weights: by one scale, or one for each index of `axis`. */
static Node *dequantised_weights(Graph *g, const Value *v, int axis)
{
	Node *n = dequantised(v);

	if (!n || !is_const(n->in[X]) || !is_const(n->in[SCALE]) || (has_in(n, ZERO) && !is_const(n->in[ZERO])))
		return NULL;
	int64_t *along = attr_field(n->op, n->attr, "axis"), *block = attr_field(n->op, n->attr, "block_size");
	bool each = n->in[SCALE]->shape.rank == 1 && *block == 0 && fix_axis(g, n, *along, v->shape.rank) == axis;
	return is_one(g, n->in[SCALE]) || each ? n : NULL;
}

/* The product of both scales, for an output of `rank` axes that has those of weights along `axis`. */
static Value *both_scales(Graph *g, const Node *n, const Node *x, const Node *w, int axis, int rank)
{
	int64_t axes[MAX_RANK];
	Value *s = as_scalar(g, n, x->in[SCALE]), *r = w->in[SCALE];

	if (is_one(g, r))
		return put(g, n, "Mul", s, as_scalar(g, n, r), END_IN);
	for (int k = 0; k < rank - 1 - axis; k++)
		axes[k] = 1 + k;
	return put(g, n, "Mul", s, axis < rank - 1 ? with_axes(g, n, r, rank - 1 - axis, axes) : r, END_IN);
}

static Value *sum_as_float(Graph *g, const Node *n, Value *sum, Value *scales)
{
	return put(g, n, "Mul", cast_value(g, n, sum, F32), scales, END_IN);
}

/* ---- whether it pays ---- */

/* What goes in and comes out has so many bytes an element. */
static double map_stream(const ConvSize *s, const Target *t, int bytes)
{
	double points = (double)s->batch;

	for (int i = 0; i < s->axes; i++)
		points *= (double)s->size[i];
	return stream_cycles(t, points * (double)(s->in + s->out) * bytes);
}

/* Floats can take Winograd's method, which may leave fewer products than an instruction on bytes takes at a time. */
static bool floats_win(const Rewrite *w, Node *n)
{
	const Target *t = deciding_target(w->g, w->o);
	WindowAxis window[MAX_SPATIAL];
	ConvSize s;

	if (ATTR_OF(n, Sliding)->group != 1 || !conv_size(w->g, n, window, &s) || !winograd_fits(&s, window) ||
	    !pass_runs("winograd", w->o))
		return false;
	double bytes = bytes_cycles(&s, t) + map_stream(&s, t, 1), best = bytes;
	for (int alpha = 4; alpha <= WINOGRAD_ALPHA; alpha += 2) {
		bool can = winograd_gives(&s, alpha) && winograd_exact(&s, alpha);
		double floats = can ? winograd_cycles(&s, alpha, t) + map_stream(&s, t, 4) : best;
		best = floats < best ? floats : best;
	}
	return best < 0.95 * bytes;
}

/* ---- the products ---- */

static Value *conv(Rewrite *w, Node *n)
{
	Graph *g = w->g;
	Node *x = dequantised_data(g, n->in[0]), *v = x ? dequantised_weights(g, n->in[1], 0) : NULL;
	int rank = n->out[0]->shape.rank;

	if (!v || floats_win(w, n))
		return NULL;
	Value *sum = put_attr(g, n, "ConvInteger", n->attr, x->in[X], v->in[X], optional_in(x, ZERO), optional_in(v, ZERO), END_IN);
	Value *y = sum_as_float(g, n, sum, both_scales(g, n, x, v, 1, rank)), *b = optional_in(n, 2);
	int64_t axes[MAX_SPATIAL] = {1, 2, 3};
	return b ? put(g, n, "Add", y, with_axes(g, n, b, rank - 2, axes), END_IN) : y;
}

static Value *matmul(Rewrite *w, Node *n)
{
	Graph *g = w->g;
	Node *x = dequantised_data(g, n->in[0]), *v = x && n->in[1]->shape.rank == 2 ? dequantised_weights(g, n->in[1], 1) : NULL;
	int rank = n->out[0]->shape.rank;

	if (!v || rank < 2)
		return NULL;
	Value *sum = put(g, n, "MatMulInteger", x->in[X], v->in[X], optional_in(x, ZERO), optional_in(v, ZERO), END_IN);
	return sum_as_float(g, n, sum, both_scales(g, n, x, v, rank - 1, rank));
}

static Value *gemm(Rewrite *w, Node *n)
{
	Graph *g = w->g;
	const struct Gemm *a = n->attr;
	Node *x = dequantised_data(g, n->in[0]), *v = x ? dequantised_weights(g, n->in[1], a->transB ? 0 : 1) : NULL;

	if (!v || a->transA || a->alpha != 1 || (has_in(n, 2) && a->beta != 1))
		return NULL;
	Value *right = a->transB ? swapped(g, n, v->in[X], 0, 1) : v->in[X];
	Value *sum = put(g, n, "MatMulInteger", x->in[X], right, optional_in(x, ZERO), optional_in(v, ZERO), END_IN);
	return sum_if(g, n, sum_as_float(g, n, sum, both_scales(g, n, x, v, 1, 2)), optional_in(n, 2));
}

/* ---- quantising by multiplication ---- */

/* x is made of dequantised bytes such that a positive factor of it becomes one of their scales. */
static bool takes_factor(const Rewrite *w, const Value *x)
{
	const Node *n = used_once(w, x) ? x->def : NULL;

	if (!n || x->dtype != F32)
		return false;
	if (made_by(x, "DequantizeLinear"))
		return dequantised_data(w->g, x) != NULL;
	if (made_by(x, "Add"))
		return takes_factor(w, n->in[0]) && takes_factor(w, n->in[1]);
	return made_by(x, "Mul") && takes_factor(w, n->in[0]);
}

/* (u - z) * s * factor as u * k + c. */
static Value *rescaled(Graph *g, const Node *n, const Node *d, Value *factor)
{
	Value *k = put(g, n, "Mul", as_scalar(g, n, d->in[SCALE]), factor, END_IN);
	Value *y = sum_as_float(g, n, d->in[X], k);

	if (!has_in(d, ZERO))
		return y;
	Value *z = cast_value(g, n, as_scalar(g, n, d->in[ZERO]), F32);
	return put(g, n, "Sub", y, put(g, n, "Mul", z, k, END_IN), END_IN);
}

static bool is_rectified(const Rewrite *w, const Value *x) { return made_by(x, "Relu") && used_once(w, x); }

static const Value *before_rectifier(const Rewrite *w, const Value *x) { return is_rectified(w, x) ? x->def->in[0] : x; }

/* x * factor. A rectifier does not mind a positive factor: that goes to the sum before it, where it meets others. */
static Value *times(Rewrite *w, const Node *n, Value *x, Value *factor)
{
	Graph *g = w->g;

	if (is_rectified(w, x))
		return put(g, n, "Relu", times(w, n, x->def->in[0], factor), END_IN);
	if (!takes_factor(w, x))
		return put(g, n, "Mul", x, factor, END_IN);
	Node *d = x->def;
	if (made_by(x, "Add"))
		return put(g, n, "Add", times(w, n, d->in[0], factor), times(w, n, d->in[1], factor), END_IN);
	if (made_by(x, "Mul"))
		return put(g, n, "Mul", times(w, n, d->in[0], factor), d->in[1], END_IN);
	return rescaled(g, n, d, factor);
}

/* x is a sum of products of bytes times its scales, perhaps plus a bias: a factor of it is merged with them, or with weights
 * that were bytes where the products are of floats. */
static bool is_scaled_sum(const Rewrite *w, const Value *x)
{
	if (!used_once(w, x) || !x->def)
		return false;
	const Node *n = x->def, *sum = made_by(x, "Cast") ? n->in[0]->def : NULL;
	if (sum)
		return is_op(sum, "ConvInteger") || is_op(sum, "MatMulInteger");
	if (made_by(x, "Conv") || made_by(x, "MatMul") || made_by(x, "Gemm"))
		return dequantised(n->in[1]) && is_const(n->in[1]->def->in[X]);
	return (made_by(x, "Add") || made_by(x, "Mul")) && (is_scaled_sum(w, n->in[0]) || is_scaled_sum(w, n->in[1]));
}

static bool meets_factors(const Rewrite *w, const Value *x) { return takes_factor(w, x) || is_scaled_sum(w, x); }

/* A product with 1 / s is exact. */
static bool is_power_of_two(double s)
{
	int exponent;
	return frexp(s, &exponent) == 0.5;
}

static Value *quantise(Rewrite *w, Node *n)
{
	Graph *g = w->g;
	Value *scale = n->in[SCALE], *one = NULL;
	double s;

	if (n->in[X]->dtype != F32 || is_const(n->in[X]) || !is_int(n->out[0]->dtype) || scale->dtype != F32 ||
	    !const_splat(scale, &s) || !is_one(g, scale) || !(s > 0x1p-100 && s < 0x1p100) || s == 1 ||
	    !(is_power_of_two(s) || meets_factors(w, before_rectifier(w, n->in[X]))))
		return NULL;
	one = value_scalar(g, F32, 1);
	Value *x = times(w, n, n->in[X], value_scalar(g, F32, 1 / s));
	return rewrite_inputs(g, n, n->nin, (Value *[]){x, one, optional_in(n, ZERO)});
}

/* What the rectifier cuts off, quantising cuts off as well where zero is the lowest number. */
static Value *rectified(Rewrite *w, Node *n)
{
	const Value *zero = n->in[ZERO];
	DType t = n->out[0]->dtype;
	double z;

	if (!made_by(n->in[X], "Relu") || !has_in(n, ZERO) || !const_splat(zero, &z))
		return NULL;
	if (!(t == U8 || t == U16 ? z == 0 : (t == I8 && z == -128) || (t == I16 && z == -32768)))
		return NULL;
	return rewrite_inputs(w->g, n, n->nin, (Value *[]){n->in[X]->def->in[0], n->in[SCALE], n->in[ZERO]});
}

static const Rule rules[] = {
	{"Conv", "Conv(DequantizeLinear(u), DequantizeLinear(v)) -> ConvInteger(u, v) * s", conv},
	{"MatMul", "MatMul(DequantizeLinear(u), DequantizeLinear(v)) -> MatMulInteger(u, v) * s", matmul},
	{"Gemm", "Gemm(DequantizeLinear(u), DequantizeLinear(v), b) -> MatMulInteger(u, v) * s + b", gemm},
	{"QuantizeLinear", "QuantizeLinear(Relu(x), s, lowest) -> QuantizeLinear(x, s, lowest)", rectified},
	{"QuantizeLinear", "QuantizeLinear(u * r, s) -> QuantizeLinear(u * (r / s), 1)", quantise},
	{0},
};

void pass_integers(Graph *g, const Options *o)
{
	static const Rule *const tables[] = {rules, NULL};

	rewrite(g, o, tables);
}
