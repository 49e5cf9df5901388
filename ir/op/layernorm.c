/* layernorm.c -- LayerNormalization (version 17) and RMSNormalization (23), over axes axis .. rank-1.
 *
 *     LayerNormalization   (x - mean) * inv * scale + B    inv = 1 / sqrt(mean of (x - mean)^2 + epsilon)
 *     RMSNormalization     x * inv * scale                 inv = 1 / sqrt(mean of x^2 + epsilon)
 *
 * scale and B broadcast to x. Outputs 1 and 2 of LayerNormalization are mean and inv, with size 1 along those axes. */
#include "ir/op/nn.h"
#include <math.h>

static const Attr norm_attrs[] = {
	ATTR_INT(Norm, axis, -1), ATTR_FLOAT(Norm, epsilon, 1e-5f), ATTR_INT(Norm, stash_type, 1), {0}};

static int first_axis(Graph *g, const Node *n, int rank)
{
	return (int)fix_axis(g, n, ATTR_OF(n, Norm)->axis, rank);
}

static void need_factor(Graph *g, Node *n, int slot)
{
	need_type(g, n, slot, "f");
	need_broadcast(g, n, slot, &n->in[0]->shape);
}

static void layernorm_infer(Graph *g, Node *n)
{
	Shape s = n->in[0]->shape;
	int64_t stash = ATTR_OF(n, Norm)->stash_type;

	need_rank(g, n, 0, 1, MAX_RANK);
	if (stash != F32 && stash != BF16 && stash != F64 && stash != F16)
		fail_node(g, n, "E-ATTR", "stash_type is %lld; it must be a float type", (long long)stash);
	for (int slot = 1; slot < 3; slot++)
		if (has_in(n, slot))
			need_factor(g, n, slot);
	same_as_input(g, n);
	for (int i = first_axis(g, n, s.rank); i < s.rank; i++)
		s.dim[i] = dim(1);
	set_out(g, n, 1, (DType)stash, &s);
	set_out(g, n, 2, (DType)stash, &s);
}

static void rmsnorm_infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 1, MAX_RANK);
	first_axis(g, n, n->in[0]->shape.rank);
	need_factor(g, n, 1);
	set_out(g, n, 0, n->in[1]->dtype, &n->in[0]->shape);
}

/* ---- eval ---- */

static void scale_and_shift(Eval *e, const Node *n, Tensor *const *in, Tensor *y_tensor, double *y)
{
	const double *scale = in_f64(e, in[1]), *shift = has_in(n, 2) ? in_f64(e, in[2]) : NULL;
	int64_t at[MAX_RANK] = {0}, i = 0;

	if (!y_tensor->count)
		return;
	do {
		y[i] *= scale[broadcast_index(in[1], y_tensor->rank, at)];
		y[i] += shift ? shift[broadcast_index(in[2], y_tensor->rank, at)] : 0;
	} while (i++, next_index(y_tensor->rank, y_tensor->dim, at));
}

static void norm_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out, bool centred)
{
	const Rows r = rows_of(in[0], first_axis(e->g, n, in[0]->rank), in[0]->rank);
	const double *x = in_f64(e, in[0]), epsilon = (double)ATTR_OF(n, Norm)->epsilon;
	double *y = out_f64(e, out[0]);
	double *means = wants(n, 1) ? out_f64(e, out[1]) : NULL, *invs = wants(n, 2) ? out_f64(e, out[2]) : NULL;

	for (int64_t i = 0; i < r.outer; i++, x += r.n) {
		double m = centred ? mean_f64(r.n, x, 0, false) : 0;
		double inv = 1 / sqrt(mean_f64(r.n, x, m, true) + epsilon);

		for (int64_t k = 0; k < r.n; k++)
			y[i * r.n + k] = (x[k] - m) * inv;
		if (means)
			means[i] = m;
		if (invs)
			invs[i] = inv;
	}
	scale_and_shift(e, n, in, out[0], y);
}

static void layernorm_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	norm_eval(e, n, in, out, true);
}

static void rmsnorm_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	norm_eval(e, n, in, out, false);
}

/* ---- lower ---- */

/* Mean over the normalised axes of x, or, with a centre, of (x - centre)^2. */
static Expr *row_mean(Lower *l, const Node *n, Expr *const *at, Expr *centre, DType t)
{
	const Shape *s = &n->in[0]->shape;
	Expr *index[MAX_RANK];
	Axes axes = {.n = 0};

	fresh_index(l, s, at, first_axis(lower_graph(l), n, s->rank), s->rank, &axes, index);
	return mean_over(l, &axes, in_as(l, n, 0, index, t), centre);
}

static Expr *inverse_root(Lower *l, const Node *n, Expr *square)
{
	Expr *epsilon = num(l, square->dtype, (double)ATTR_OF(n, Norm)->epsilon);

	return alu2(l, DIV, num(l, square->dtype, 1), alu1(l, SQRT, alu2(l, ADD, square, epsilon)));
}

static Expr *layernorm_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = formula_type(l, n, n->in[0]->dtype);
	Expr *m = row_mean(l, n, at, NULL, t), *y, *inv;

	if (slot == 1)
		return cast(l, n->out[1]->dtype, m);
	inv = inverse_root(l, n, row_mean(l, n, at, m, t));
	if (slot == 2)
		return cast(l, n->out[2]->dtype, inv);
	y = alu2(l, MUL, alu2(l, SUB, in_as(l, n, 0, at, t), m), inv);
	y = alu2(l, MUL, y, cast(l, t, in_bcast(l, n, 1, at)));
	if (has_in(n, 2))
		y = alu2(l, ADD, y, cast(l, t, in_bcast(l, n, 2, at)));
	return cast(l, n->out[0]->dtype, y);
}

static Expr *rmsnorm_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = formula_type(l, n, n->in[0]->dtype);
	Expr *inv = inverse_root(l, n, row_mean(l, n, at, num(l, t, 0), t));
	Expr *y = alu2(l, MUL, in_as(l, n, 0, at, t), inv);

	(void)slot;
	return cast(l, n->out[0]->dtype, alu2(l, MUL, y, cast(l, t, in_bcast(l, n, 1, at))));
}

const Op op_layernormalization = {
	.name = "LayerNormalization", .min_in = 2, .max_in = 3, .min_out = 1, .max_out = 3,
	.flags = REDUCES, .ulp = 16, .attrs = norm_attrs, .attr_size = sizeof(struct Norm),
	.types = "f", .infer = layernorm_infer, .eval = layernorm_eval, .lower = layernorm_lower,
};

const Op op_rmsnormalization = {
	.name = "RMSNormalization", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.flags = REDUCES, .ulp = 16, .attrs = norm_attrs, .attr_size = sizeof(struct Norm),
	.types = "f", .infer = rmsnorm_infer, .eval = rmsnorm_eval, .lower = rmsnorm_lower,
};
