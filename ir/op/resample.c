/* resample.c -- Resize with antialiasing as one pass an axis, its weights computed when the model is compiled.
 *
 *     y[.., i, ..] = sum over t of weight[i, t] * x[.., first[i] + t, ..]      (tcc.Resample)
 *
 * Elements outside of x are met at its edges: what they weigh is added there. */
#include "ir/op/composite.h"
#include "ir/op/resize.h"

/* ---- tcc.Resample ---- */

enum { X, WEIGHT, FIRST };
enum { ABREAST = 16 }; /* elements of the innermost axis that are summed at once: weights are filled up to so many */

struct Resample { int64_t axis; };

static void infer(Graph *g, Node *n)
{
	Shape y = n->in[X]->shape;
	int64_t axis = ATTR_OF(n, Resample)->axis;

	need_rank(g, n, WEIGHT, 2, 2);
	if (fix_axis(g, n, axis, y.rank) != axis)
		fail_node(g, n, "E-AXIS", "axis is %lld; it is counted from the front", (long long)axis);
	y.dim[axis] = n->in[WEIGHT]->shape.dim[0];
	set_out(g, n, 0, n->in[X]->dtype, &y);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(e, in[X]), *weight = in_f64(e, in[WEIGHT]);
	const int64_t *first = in_i64(e, in[FIRST]), taps = in[WEIGHT]->dim[1];
	int axis = (int)ATTR_OF(n, Resample)->axis;
	Rows from = rows_of(in[X], axis, axis + 1), to = rows_of(out[0], axis, axis + 1);
	double *y = out_f64(e, out[0]);

	for (int64_t k = 0; k < out[0]->count; k++) {
		int64_t i = k / to.inner % to.n, row = k / to.inner / to.n * from.n + first[i];
		for (int64_t t = 0; t < taps; t++)
			y[k] += weight[i * taps + t] * x[(row + t) * from.inner + k % to.inner];
	}
}

/* As an index that stays inside of x, with all its taps. */
static Expr *first_of(Lower *l, const Node *n, Expr *i)
{
	Expr *first = cast(l, I64, in(l, n, FIRST, &i));

	first->lo = 0;
	first->hi = n->in[X]->shape.dim[ATTR_OF(n, Resample)->axis].k - n->in[WEIGHT]->shape.dim[1].k;
	return first;
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	int axis = (int)ATTR_OF(n, Resample)->axis, rank = n->in[X]->shape.rank;
	Expr *i = at[axis], *t = red_axis(l, n->in[WEIGHT]->shape.dim[1]), *index[MAX_RANK];

	for (int k = 0; k < rank; k++)
		index[k] = at[k];
	index[axis] = iadd(l, first_of(l, n, i), t);
	(void)slot;
	return reduce(l, RED_SUM, alu2(l, MUL, in(l, n, WEIGHT, (Expr *[]){i, t}), in(l, n, X, index)), 1, &t);
}

static const Attr attrs[] = {ATTR_INT(Resample, axis, 0), {0}};

const Op op_tcc_Resample = {
	.name = "Resample", .domain = "tcc", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct Resample), .types = "f",
	.infer = infer, .eval = eval, .lower = lower,
};

/* ---- Resize ---- */

static bool is_known(const Along *axis)
{
	return dim_known(axis->in) && dim_known(axis->out) && axis->out.k > 0 && axis->scale != 0;
}

/* Every axis that is resized has numbers, and some of them are stretched. */
static bool pays(const struct Resize *a, const Along *axis, int rank)
{
	bool stretched = false;

	for (int k = 0; k < rank; k++) {
		if (axis[k].resized && !is_known(&axis[k]))
			return false;
		stretched |= axis[k].resized && resize_taps(a, &axis[k]).stretch < 1;
	}
	return stretched;
}

/* x resized along axis k. */
static Value *resampled(Graph *g, const Node *n, const Along *axis, int k, Value *x)
{
	Taps taps = resize_taps(n->attr, axis);
	int64_t in = axis->in.k, out = axis->out.k, count = taps.count;
	if (k == x->shape.rank - 1 && count < ABREAST)
		count = ABREAST;
	count = count < in ? count : in;
	double *weight = NEW_N(&g->ctx->scratch, double, taps.count);
	Tensor *table = tensor_new(&g->ctx->perm, x->dtype, 2, (int64_t[]){out, count});
	Tensor *first = tensor_new(&g->ctx->perm, I32, 1, &out);

	for (int64_t i = 0; i < out; i++) {
		int64_t from = resize_weights(n->attr, axis, &taps, i, weight);
		int64_t low = from < 0 ? 0 : from > in - count ? in - count : from;
		store_i64(I32, first->data, i, low);
		for (int t = 0; t < taps.count; t++) {
			int64_t e = from + t < 0 ? 0 : from + t >= in ? in - 1 : from + t, cell = i * count + e - low;
			store_f64(x->dtype, table->data, cell, load_f64(x->dtype, table->data, cell) + weight[t]);
		}
	}
	return put_attr(g, n, "tcc.Resample", &(struct Resample){k}, x, value_const(g, NULL, table), value_const(g, NULL, first), END_IN);
}

void resize_expand(Graph *g, Node *n)
{
	const struct Resize *a = n->attr;
	Value *x = n->in[0];
	ResizeSizes given = resize_sizes(g, n);
	Along axis[MAX_RANK];

	if (a->coordinate_transformation_mode == TF_CROP || resize_is_given(g, n))
		return;
	resize_axes(g, n, &x->shape, &given, axis);
	if (resize_by_tables(g, n, axis) || !a->antialias || !is_float(x->dtype) || !pays(a, axis, x->shape.rank))
		return;
	x = cast_value(g, n, x, graph_exact(g) ? F64 : work_type(x->dtype));
	for (int k = 0; k < x->shape.rank; k++)
		if (axis[k].resized)
			x = resampled(g, n, &axis[k], k, x);
	value_replace(g, n->out[0], cast_value(g, n, x, n->in[0]->dtype));
}
