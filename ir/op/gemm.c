/* gemm.c -- Gemm (versions 1-13): y = alpha * a' b' + beta * c, where a' is a or its transpose and c broadcasts. */
#include "ir/op/nn.h"
#include <math.h>

static const Attr gemm_attrs[] = {
	ATTR_FLOAT(Gemm, alpha, 1), ATTR_FLOAT(Gemm, beta, 1), ATTR_INT(Gemm, transA, 0), ATTR_INT(Gemm, transB, 0),
	{0}};

static bool is_whole(float x)
{
	return x == truncf(x) && fabsf(x) < 0x1p24f;
}

static void gemm_infer(Graph *g, Node *n)
{
	const struct Gemm *attr = ATTR_OF(n, Gemm);
	const Shape *a = &n->in[0]->shape, *b = &n->in[1]->shape;
	Shape y;

	same_type(g, n, 0, 1);
	need_rank(g, n, 0, 2, 2);
	need_rank(g, n, 1, 2, 2);
	need_size(g, n, 1, attr->transB ? 1 : 0, a->dim[attr->transA ? 0 : 1]);
	y = shape_of(2, (Dim[]){a->dim[attr->transA ? 1 : 0], b->dim[attr->transB ? 0 : 1]});
	if (!is_float(n->in[0]->dtype) && !(is_whole(attr->alpha) && is_whole(attr->beta)))
		fail_unsupported(g, n, "integers with alpha %g and beta %g", (double)attr->alpha, (double)attr->beta);
	if (has_in(n, 2)) {
		same_type(g, n, 0, 2);
		need_rank(g, n, 2, 0, 2);
		need_broadcast(g, n, 2, &y);
	}
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

static Product gemm_product(const struct Gemm *attr, const Tensor *a, const Tensor *b)
{
	int ta = attr->transA != 0, tb = attr->transB != 0;

	return (Product){.m = a->dim[ta], .k = a->dim[!ta], .n = b->dim[!tb],
			 .am = ta ? 1 : a->dim[1], .ak = ta ? a->dim[1] : 1,
			 .bk = tb ? 1 : b->dim[1], .bn = tb ? b->dim[1] : 1};
}

static void gemm_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct Gemm *attr = ATTR_OF(n, Gemm);
	Product p = gemm_product(attr, in[0], in[1]);
	bool biased = has_in(n, 2);
	int64_t at[2] = {0, 0};

	if (!out[0]->count)
		return;
	if (is_float(in[0]->dtype)) {
		double *y = out_f64(e, out[0]);
		const double *c = biased ? in_f64(e, in[2]) : NULL;

		product(&p, in_f64(e, in[0]), in_f64(e, in[1]), y);
		do {
			y[0] *= (double)attr->alpha;
			y[0] += biased ? (double)attr->beta * c[broadcast_index(in[2], 2, at)] : 0;
		} while (y++, next_index(2, out[0]->dim, at));
	} else {
		int64_t *y = out_i64(e, out[0]), alpha = (int64_t)attr->alpha, beta = (int64_t)attr->beta;
		const int64_t *c = biased ? in_i64(e, in[2]) : NULL;

		product_i64(&p, in_i64(e, in[0]), in_i64(e, in[1]), y);
		do {
			uint64_t bias = biased ? (uint64_t)c[broadcast_index(in[2], 2, at)] : 0;

			y[0] = (int64_t)((uint64_t)alpha * (uint64_t)y[0] + (uint64_t)beta * bias);
		} while (y++, next_index(2, out[0]->dim, at));
	}
}

static Expr *scaled(Lower *l, Expr *x, float factor)
{
	return factor == 1 ? x : alu2(l, MUL, num(l, x->dtype, (double)factor), x);
}

static Expr *gemm_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const struct Gemm *attr = ATTR_OF(n, Gemm);
	DType t = formula_type(l, n, n->in[0]->dtype);
	Axes axes = {.n = 0};
	Expr *k = over(l, &axes, n->in[0]->shape.dim[attr->transA ? 0 : 1]);
	Expr *ia[2] = {at[0], k}, *ia_t[2] = {k, at[0]}, *ib[2] = {k, at[1]}, *ib_t[2] = {at[1], k};
	Expr *a = in_as(l, n, 0, attr->transA ? ia_t : ia, t), *b = in_as(l, n, 1, attr->transB ? ib_t : ib, t);
	Expr *y = scaled(l, reduce_over(l, RED_SUM, alu2(l, MUL, a, b), &axes), attr->alpha);

	(void)slot;
	if (has_in(n, 2) && attr->beta != 0)
		y = alu2(l, ADD, y, scaled(l, cast(l, t, in_bcast(l, n, 2, at)), attr->beta));
	return cast(l, n->out[0]->dtype, y);
}

const Op op_gemm = {
	.name = "Gemm", .min_in = 2, .max_in = 3, .min_out = 1, .max_out = 1,
	.flags = CONTRACTS | REDUCES, .ulp = 16, .attrs = gemm_attrs, .attr_size = sizeof(struct Gemm),
	.types = "fiu", .infer = gemm_infer, .eval = gemm_eval, .lower = gemm_lower,
};
