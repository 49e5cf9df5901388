/* onehot.c -- OneHot: a new axis of size depth, `on` at the index and `off` elsewhere.
 *
 *     y[.., d, ..] = values[indices[..] = d]      indices below 0 count from depth; others outside give `off` only */
#include "ir/op/counted.h"

struct OneHot { int64_t axis; };

static Dim depth_of(Graph *g, const Node *n, int axis)
{
	int count;
	if (by_data(g, n, 1))
		return counted_size(g, n, 0, n->in[0]->shape.rank + 1, axis, NO_BOUND);
	return is_float(n->in[1]->dtype) ? dim((int64_t)const_f64(g, n, 1, &count)[0])
					 : need_content(g, n, 1, &count)[0];
}

static void infer(Graph *g, Node *n)
{
	need_type(g, n, 1, "fiu");
	need_rank(g, n, 0, 0, MAX_RANK - 1);
	need_rank(g, n, 2, 1, 1);
	one_size(g, n, n->in[2]->shape.dim[0], dim(2));
	if (!dim_is(shape_count(g, &n->in[1]->shape), 1))
		fail_node(g, n, "E-SHAPE", "depth has shape %s; it must be a scalar", shape_text(g, &n->in[1]->shape));
	const Shape *x = &n->in[0]->shape;
	Shape y = {.rank = x->rank + 1};
	int axis = (int)fix_axis(g, n, ATTR_OF(n, OneHot)->axis, y.rank);
	for (int k = 0; k < y.rank; k++)
		y.dim[k] = k == axis ? depth_of(g, n, axis) : x->dim[k < axis ? k : k - 1];
	if (dim_hi(g->syms, y.dim[axis]) < 1)
		fail_node(g, n, "E-VALUE", "depth is %s; it must be 1 or more", dim_text(g->syms, y.dim[axis]));
	set_out(g, n, 0, n->in[2]->dtype, &y);
}

static void trust(Graph *g, Node *n)
{
	if (!by_data(g, n, 1))
		return;
	int axis = (int)fix_axis(g, n, ATTR_OF(n, OneHot)->axis, n->out[0]->shape.rank);
	settle_input(n, 1, counted_value(g, n, n->in[1], depth_of(g, n, axis)));
}

/* y is [before, depth, behind]. */
static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const int64_t *index = in_i64(e, in[0]);
	int axis = (int)fix_axis(e->g, n, ATTR_OF(n, OneHot)->axis, out[0]->rank);
	int64_t depth = out[0]->dim[axis], behind = 1;
	for (int k = axis + 1; k < out[0]->rank; k++)
		behind *= out[0]->dim[k];
	for (int64_t i = 0; i < out[0]->count; i++) {
		int64_t k = index[i / (depth * behind) * behind + i % behind];
		move_element(out[0], i, in[2], (k < 0 ? k + depth : k) == i / behind % depth);
	}
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *y = &n->out[slot]->shape;
	int axis = (int)fix_axis(lower_graph(l), n, ATTR_OF(n, OneHot)->axis, y->rank);
	Expr *index[MAX_RANK], *zero = num_i(l, 0), *one = num_i(l, 1);
	for (int k = 0; k < y->rank - 1; k++)
		index[k] = at[k < axis ? k : k + 1];
	Expr *k = cast(l, I64, in(l, n, 0, index));
	Expr *negative = alu2(l, EQ, iadd(l, k, extent(l, y->dim[axis])), at[axis]); /* k < 0 follows */
	Expr *hit = alu2(l, OR, alu2(l, EQ, k, at[axis]), negative);
	return choose(l, hit, in(l, n, 2, &one), in(l, n, 2, &zero));
}

static const Attr attrs[] = {ATTR_INT(OneHot, axis, -1), {0}};

const Op op_OneHot = {
	.name = "OneHot", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1, .flags = CHEAP,
	.attrs = attrs, .attr_size = sizeof(struct OneHot),
	.types = "fiu", .infer = infer, .trust = trust, .eval = eval, .lower = lower,
};
