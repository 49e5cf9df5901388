/* nn.c -- small things that several operators of this folder need: size checks, tensors as rows, and reduction
 * axes in lower(). */
#include "ir/op/nn.h"

void need_size(Graph *g, const Node *n, int slot, int axis, Dim want)
{
	Dim have = n->in[slot]->shape.dim[axis];

	if (dim_lo(g->syms, have) > dim_hi(g->syms, want) || dim_hi(g->syms, have) < dim_lo(g->syms, want))
		fail_node(g, n, "E-SHAPE", "input %d has shape %s; its axis %d must have size %s", slot,
			  shape_text(g, &n->in[slot]->shape), axis, dim_text(g->syms, want));
	if (!dim_same(have, want))
		dim_assume_equal(g->syms, have, want, false);
}

void need_at_least(Graph *g, const Node *n, int slot, int axis, int64_t least)
{
	Dim have = n->in[slot]->shape.dim[axis];

	if (dim_hi(g->syms, have) < least)
		fail_node(g, n, "E-SHAPE", "input %d has shape %s; its axis %d must have size %lld or more", slot,
			  shape_text(g, &n->in[slot]->shape), axis, (long long)least);
	if (dim_lo(g->syms, have) < least)
		dim_assume_at_most(g->syms, dim(least), have);
}

Dim equal_part(Graph *g, const Node *n, int slot, Dim d, Dim by)
{
	if (dim_lo(g->syms, by) < 1)
		dim_number(g, n, by);
	Dim part = dim_floordiv(g->syms, d, by), whole = dim_mul(g->syms, part, by);

	if (dim_known(d) && dim_known(whole) && d.k != whole.k)
		fail_node(g, n, "E-SHAPE", "input %d has size %lld, which %lld heads do not divide", slot, (long long)d.k,
			  (long long)by.k);
	if (!dim_same(d, whole))
		dim_assume_equal(g->syms, d, whole, false);
	return part;
}

Dim heads_sharing(Graph *g, const Node *n, Dim heads, Dim shared)
{
	if (dim_same(heads, shared))
		return dim(1);
	if (dim_is(shared, 0) || (dim_known(shared) && dim_known(heads) && heads.k % shared.k))
		fail_node(g, n, "E-SHAPE", "%lld kv heads do not divide %s heads", (long long)shared.k, dim_text(g->syms, heads));
	return equal_part(g, n, 0, heads, shared);
}

void need_count(Graph *g, const Node *n, int slot, int64_t count)
{
	dim_number(g, n, n->in[slot]->shape.dim[0]);
	need_size(g, n, slot, 0, dim(count));
}

void need_elements(Graph *g, const Node *n, int slot, int axis)
{
	Dim d = n->in[slot]->shape.dim[axis];
	int64_t most = dim_hi(g->syms, d);

	if (dim_lo(g->syms, d) >= 1)
		return;
	if (most >= 1 && most < INT32_MAX) {
		hint(g->ctx, "bounds of --dim that begin at 1 or more keep it from being 0");
		fail_node_as(g, n, EXIT_UNSUPPORTED, "E-DYNAMIC", "the size '%s' of x may be 0, and must be at least 1",
			     dim_text(g->syms, d));
	}
	if (!most || dim_number(g, n, d) < 1)
		fail_node(g, n, "E-SHAPE", "x has shape %s, without any elements", shape_text(g, &n->in[slot]->shape));
}

bool wants(const Node *n, int slot)
{
	return slot < n->nout && n->out[slot];
}

Value *slice_of(Graph *g, const Node *like, Value *v, int64_t axis, int64_t from, int64_t to)
{
	return put(g, like, "Slice", v, value_i64(g, 1, &from), value_i64(g, 1, &to), value_i64(g, 1, &axis), END_IN);
}

Shape tensor_shape(const Tensor *t)
{
	Shape s = {.rank = t->rank};

	for (int i = 0; i < t->rank; i++)
		s.dim[i] = dim(t->dim[i]);
	return s;
}

Rows rows_of(const Tensor *t, int first, int last)
{
	Rows r = {1, 1, 1};

	for (int i = 0; i < t->rank; i++)
		*(i < first ? &r.outer : i < last ? &r.n : &r.inner) *= t->dim[i];
	return r;
}

Expr *size_as_real(Lower *l, Dim d, double more, DType t)
{
	if (dim_known(d))
		return num(l, t, (double)d.k + more);
	Expr *size = cast(l, t, extent(l, d));
	return more == 0 ? size : alu2(l, ADD, size, num(l, t, more));
}

Expr *in_as(Lower *l, const Node *n, int slot, Expr *const *at, DType t)
{
	return cast(l, t, in(l, n, slot, at));
}

Expr *over(Lower *l, Axes *a, Dim extent)
{
	if (dim_is(extent, 1))
		return num_i(l, 0);
	return a->axis[a->n++] = red_axis(l, extent);
}

Expr *reduce_over(Lower *l, Red red, Expr *body, const Axes *a)
{
	return a->n ? reduce(l, red, body, a->n, a->axis) : body;
}

void fresh_index(Lower *l, const Shape *s, Expr *const *at, int first, int last, Axes *axes, Expr **index)
{
	for (int i = 0; i < s->rank; i++)
		index[i] = i >= first && i < last ? over(l, axes, s->dim[i]) : at[i];
}

Expr *mean_over(Lower *l, const Axes *a, Expr *x, Expr *centre)
{
	Expr *count = num_i(l, 1);

	for (int i = 0; i < a->n; i++)
		count = imul(l, count, extent(l, a->axis[i]->axes[0]->extent));
	if (centre) {
		x = centre->kind == X_NUM && centre->f == 0 ? x : alu2(l, SUB, x, centre);
		x = alu2(l, MUL, x, x);
	}
	return alu2(l, DIV, reduce_over(l, RED_SUM, x, a), cast(l, x->dtype, count));
}

double mean_f64(int64_t n, const double *x, double centre, bool squared)
{
	double sum = 0;

	for (int64_t k = 0; k < n; k++)
		sum += squared ? (x[k] - centre) * (x[k] - centre) : x[k];
	return sum / (double)n;
}
