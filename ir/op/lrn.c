/* lrn.c -- LRN (versions 1-13): every element divided by a power of its neighbours across channels.
 *
 *     y[n, c, ..] = x / (bias + alpha / size * sum over c - (size-1)/2 .. c + size/2 of x^2)^beta
 */
#include "ir/op/nn.h"
#include <math.h>

static const Attr lrn_attrs[] = {
	ATTR_FLOAT(Lrn, alpha, 1e-4f), ATTR_FLOAT(Lrn, beta, 0.75), ATTR_FLOAT(Lrn, bias, 1),
	ATTR_REQUIRED(Lrn, size, A_INT), {0}};

static void lrn_infer(Graph *g, Node *n)
{
	int64_t size = ATTR_OF(n, Lrn)->size;

	need_rank(g, n, 0, 2, MAX_RANK);
	if (size < 1 || size > INT32_MAX)
		fail_node(g, n, "E-ATTR", "size is %lld; it must be at least 1", (long long)size);
	same_as_input(g, n);
}

static void lrn_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct Lrn *attr = ATTR_OF(n, Lrn);
	const Rows r = rows_of(in[0], 1, 2);
	const double *x = in_f64(e, in[0]), scale = (double)attr->alpha / (double)attr->size;
	double *y = out_f64(e, out[0]);

	for (int64_t i = 0; i < in[0]->count; i++) {
		int64_t c = i / r.inner % r.n, first = c - (attr->size - 1) / 2, last = c + attr->size / 2;
		double sum = 0;

		for (int64_t k = first < 0 ? 0 : first; k <= last && k < r.n; k++)
			sum += x[i + (k - c) * r.inner] * x[i + (k - c) * r.inner];
		y[i] = x[i] / pow((double)attr->bias + scale * sum, (double)attr->beta);
	}
}

static Expr *lrn_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const struct Lrn *attr = ATTR_OF(n, Lrn);
	const Shape *s = &n->in[0]->shape;
	DType t = formula_type(l, n, n->in[0]->dtype);
	Axes axes = {.n = 0};
	Expr *index[MAX_RANK], *x, *sum;

	(void)slot;
	for (int i = 0; i < s->rank; i++)
		index[i] = at[i];
	index[1] = isub(l, iadd(l, at[1], over(l, &axes, dim(attr->size))), num_i(l, (attr->size - 1) / 2));
	x = choose(l, inside(l, index[1], num_i(l, 0), extent(l, s->dim[1])), in_as(l, n, 0, index, t), num(l, t, 0));
	sum = reduce_over(l, RED_SUM, alu2(l, MUL, x, x), &axes);
	sum = alu2(l, MUL, sum, num(l, t, (double)attr->alpha / (double)attr->size));
	sum = alu2(l, POW, alu2(l, ADD, sum, num(l, t, (double)attr->bias)), num(l, t, (double)attr->beta));
	return cast(l, n->out[0]->dtype, alu2(l, DIV, in_as(l, n, 0, at, t), sum));
}

const Op op_lrn = {
	.name = "LRN", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.flags = REDUCES, .ulp = 16, .attrs = lrn_attrs, .attr_size = sizeof(struct Lrn),
	.types = "f", .infer = lrn_infer, .eval = lrn_eval, .lower = lrn_lower,
};
