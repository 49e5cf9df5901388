/* mvn.c -- MeanVarianceNormalization (versions 9-13): y = (x - mean) / (sqrt(var) + 1e-9), over the axes given (all but
 * the channels, 0 2 3, when absent). */
#include "ir/op/nn.h"
#include <math.h>

static const Attr mvn_attrs[] = {ATTR_LIST(Norm, axes, A_INTS), {0}};
static const double tiny = 1e-9;

/* Bit i is set when axis i is normalised over. */
static unsigned normalised_axes(Graph *g, const Node *n, int rank)
{
	static int64_t usual[] = {0, 2, 3};
	const Ints *given = &ATTR_OF(n, Norm)->axes;
	const Ints axes = given->n < 0 ? (Ints){usual, 3} : *given;
	unsigned set = 0;

	for (int i = 0; i < axes.n; i++)
		set |= 1u << fix_axis(g, n, axes.v[i], rank);
	return set;
}

static void mvn_infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 1, MAX_RANK);
	normalised_axes(g, n, n->in[0]->shape.rank);
	same_as_input(g, n);
}

/* The cells are the means: one for each index of the other axes. Gives the cell of every element, and how many. */
static int64_t *cells_of(Eval *e, const Tensor *x, unsigned set, int64_t *cells)
{
	Tensor kept = *x;
	int64_t *of = NEW_N(&e->g->ctx->scratch, int64_t, x->count), at[MAX_RANK] = {0}, i = 0;

	*cells = 1;
	for (int k = 0; k < x->rank; k++) {
		kept.dim[k] = set >> k & 1 ? 1 : x->dim[k];
		*cells *= kept.dim[k];
	}
	do
		of[i] = broadcast_index(&kept, x->rank, at);
	while (i++, next_index(x->rank, x->dim, at));
	return of;
}

static void mvn_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(e, in[0]);
	double *y = out_f64(e, out[0]), *mean, *var, each;
	int64_t cells, *of;

	if (!in[0]->count)
		return;
	of = cells_of(e, in[0], normalised_axes(e->g, n, in[0]->rank), &cells);
	mean = NEW_N(&e->g->ctx->scratch, double, cells);
	var = NEW_N(&e->g->ctx->scratch, double, cells);
	each = (double)(in[0]->count / cells);
	for (int64_t i = 0; i < in[0]->count; i++)
		mean[of[i]] += x[i] / each;
	for (int64_t i = 0; i < in[0]->count; i++)
		var[of[i]] += (x[i] - mean[of[i]]) * (x[i] - mean[of[i]]) / each;
	for (int64_t i = 0; i < in[0]->count; i++)
		y[i] = (x[i] - mean[of[i]]) / (sqrt(var[of[i]]) + tiny);
}

/* Mean over at[]'s cell of x, or, with a centre, of (x - centre)^2. */
static Expr *cell_mean(Lower *l, const Node *n, Expr *const *at, Expr *centre, DType t)
{
	const Shape *s = &n->in[0]->shape;
	unsigned set = normalised_axes(lower_graph(l), n, s->rank);
	Expr *index[MAX_RANK];
	Axes axes = {.n = 0};

	for (int i = 0; i < s->rank; i++)
		index[i] = set >> i & 1 ? over(l, &axes, s->dim[i]) : at[i];
	return mean_over(l, &axes, in_as(l, n, 0, index, t), centre);
}

static Expr *mvn_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = formula_type(l, n, n->in[0]->dtype);
	Expr *mean = cell_mean(l, n, at, NULL, t);
	Expr *deviation = alu1(l, SQRT, cell_mean(l, n, at, mean, t));
	Expr *centred = alu2(l, SUB, in_as(l, n, 0, at, t), mean);

	(void)slot;
	return cast(l, n->out[0]->dtype, alu2(l, DIV, centred, alu2(l, ADD, deviation, num(l, t, tiny))));
}

const Op op_meanvariancenormalization = {
	.name = "MeanVarianceNormalization", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.flags = REDUCES, .ulp = 16, .attrs = mvn_attrs, .attr_size = sizeof(struct Norm),
	.types = "f", .infer = mvn_infer, .eval = mvn_eval, .lower = mvn_lower,
};
