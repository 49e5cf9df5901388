/* split.c -- Split: consecutive parts of x along `axis`, as long as the input `split` says, or equally long (the last
 * one shorter where they do not fit).
 *
 *     y_k[.., i, ..] = x[.., i + length of the parts before k, ..] */
#include <string.h>
#include "ir/op/trust.h"

/* Where each part starts; start[nout] is the end. split NULL: equal parts. */
static void parts(Graph *g, const Node *n, Dim size, const Dim *split, Dim *start)
{
	Dim chunk = dim_ceildiv(g->syms, size, dim(n->nout));
	start[0] = dim(0);
	for (int k = 0; k < n->nout; k++)
		start[k + 1] = split ? dim_add(g->syms, start[k], split[k])
				     : dim_min(g->syms, size, dim_mul(g->syms, chunk, dim(k + 1)));
	one_size(g, n, start[n->nout], size);
}

/* The sizes of the parts, where the file gives them. */
static Dim *trusted_sizes(Graph *g, const Node *n)
{
	int axis = (int)fix_axis(g, n, ATTR_OF(n, Split)->axis, n->in[0]->shape.rank);
	Dim *split = NEW_N(&g->ctx->scratch, Dim, n->nout);
	need_count(g, n, 1, n->nout);
	for (int k = 0; k < n->nout; k++) {
		if (!n->out[k] || n->out[k]->shape.rank <= axis)
			fail_node(g, n, "E-SHAPE", "the size of part %d is not given", k);
		split[k] = n->out[k]->shape.dim[axis];
	}
	return split;
}

static const Dim *given_sizes(Graph *g, const Node *n)
{
	int count;
	if (!has_in(n, 1))
		return NULL;
	if (is_trusted(g, n, 1))
		return trusted_sizes(g, n);
	const Dim *split = need_content(g, n, 1, &count);
	if (count != n->nout)
		fail_node(g, n, "E-SHAPE", "%d sizes are given for %d outputs", count, n->nout);
	for (int k = 0; k < count; k++)
		if (dim_hi(g->syms, split[k]) < 0)
			fail_node(g, n, "E-SHAPE", "a part of size %s", dim_text(g->syms, split[k]));
	return split;
}

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 1, -1);
	const struct Split *a = n->attr;
	Shape y = n->in[0]->shape;
	int axis = (int)fix_axis(g, n, a->axis, y.rank);
	if (a->num_outputs && a->num_outputs != n->nout)
		fail_node(g, n, "E-ATTR", "num_outputs is %lld but there are %d outputs", (long long)a->num_outputs,
			  n->nout);
	Dim *start = NEW_N(&g->ctx->scratch, Dim, n->nout + 1);
	parts(g, n, y.dim[axis], given_sizes(g, n), start);
	for (int k = 0; k < n->nout; k++) {
		y.dim[axis] = dim_sub(g->syms, start[k + 1], start[k]);
		set_out(g, n, k, n->in[0]->dtype, &y);
	}
	move_contents(g, n, 1);
}

static void trust(Graph *g, Node *n)
{
	if (!is_trusted(g, n, 1))
		return;
	Shape parts = shape_scalar();
	parts.rank = n->nout;
	if (n->nout > MAX_RANK)
		fail_unsupported(g, n, "%d parts of sizes that data decide", n->nout);
	memcpy(parts.dim, trusted_sizes(g, n), (size_t)n->nout * sizeof *parts.dim);
	settle_sizes(g, n, 1, &parts);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int axis = (int)fix_axis(e->g, n, ATTR_OF(n, Split)->axis, in[0]->rank);
	Dim *start = NEW_N(&e->g->ctx->scratch, Dim, n->nout + 1);
	int64_t strides[MAX_RANK];
	parts(e->g, n, dim(in[0]->dim[axis]), has_in(n, 1) ? tensor_sizes(e, in[1]) : NULL, start);
	strides_of(in[0], strides);
	for (int k = 0; k < n->nout; k++)
		if (out[k])
			move_strided(out[k], in[0], start[k].k * strides[axis], strides);
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Graph *g = lower_graph(l);
	const Shape *x = &n->in[0]->shape;
	int axis = (int)fix_axis(g, n, ATTR_OF(n, Split)->axis, x->rank);
	Dim *start = NEW_N(&g->ctx->scratch, Dim, n->nout + 1);
	Expr *index[MAX_RANK];
	parts(g, n, x->dim[axis], given_sizes(g, n), start);
	for (int k = 0; k < x->rank; k++)
		index[k] = k == axis ? iadd(l, at[k], extent(l, start[slot])) : at[k];
	return in(l, n, 0, index);
}

static const Attr attrs[] = {ATTR_INT(Split, axis, 0), ATTR_INT(Split, num_outputs, 0), {0}};

const Op op_Split = {
	.name = "Split", .min_in = 1, .max_in = 2, .min_out = 1, .max_out = -1, .flags = MOVES | ONCE,
	.attrs = attrs, .attr_size = sizeof(struct Split),
	.infer = infer, .trust = trust, .eval = eval, .lower = lower,
};
