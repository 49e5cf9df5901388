/* shapes.c -- infer every type, shape and content again, and write down what is known by now.
 *
 * needs  nodes in topological order
 * keeps  every node that still computes something
 * makes  SHAPES: sizes with one possible value are numbers, contents without symbols are constants
 *
 *     x [batch=1,3,8,8]    Shape -> Gather(0) -> Concat(., -1) -> Reshape(x, .)
 *     after                                        constant [1,-1] -> Reshape(x, .) */
#include <string.h>
#include "ir/op/agree.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

void pass_shapes(Graph *g, const Options *o);

static Dim combine(Syms *s, DimKind kind, Dim a, Dim b)
{
	switch (kind) {
	case DIM_SUM:
		return dim_add(s, a, b);
	case DIM_PRODUCT:
		return dim_mul(s, a, b);
	case DIM_FLOORDIV:
		return dim_floordiv(s, a, b);
	case DIM_MOD:
		return dim_mod(s, a, b);
	case DIM_MIN:
		return dim_min(s, a, b);
	default:
		return dim_max(s, a, b);
	}
}

/* d with every part that has one possible value as a number. */
static Dim settled(Syms *s, Dim d)
{
	DimKind kind = dim_kind(s, d);

	if (kind == DIM_NUMBER)
		return d;
	int64_t lo = dim_lo(s, d);
	if (lo == dim_hi(s, d))
		return dim(lo);
	if (kind == DIM_SYMBOL)
		return d;
	Dim r = settled(s, dim_arg(s, d, 0));
	for (int i = 1; i < dim_nargs(s, d); i++)
		r = combine(s, kind, r, settled(s, dim_arg(s, d, i)));
	return r;
}

static void settle_value(Syms *s, Value *v)
{
	for (int i = 0; i < v->shape.rank; i++)
		v->shape.dim[i] = settled(s, v->shape.dim[i]);
	for (int i = 0; v->content && i < v->ncontent; i++)
		v->content[i] = settled(s, v->content[i]);
}

/* What the run asks for: no symbol stays in it that nothing counts any more. */
static void settle_agreement(Graph *g, Node *n)
{
	struct Agree *a = n->attr;
	DimPair p = agreed(g, n);

	a->a = size_as_text(g, settled(g->syms, p.a));
	a->b = size_as_text(g, settled(g->syms, p.b));
}

void settle_sizes_of_values(Graph *g)
{
	for (uint32_t i = 0; i < g->nvalue; i++)
		settle_value(g->syms, g->value[i]);
	for (uint32_t i = 0; i < g->nnode; i++)
		if (g->node[i]->op == &op_tcc_Agree)
			settle_agreement(g, g->node[i]);
}

/* What an earlier pass or the file knew stays known, when inference alone does not find it. */
static void keep_known(Value *v, const Shape *before)
{
	if (before->rank < 0)
		return;
	if (v->shape.rank < 0)
		v->shape = *before;
	for (int i = 0; i < v->shape.rank && v->shape.rank == before->rank; i++)
		if (!dim_known(v->shape.dim[i]) && dim_known(before->dim[i]))
			v->shape.dim[i] = before->dim[i];
}

static void infer_again(Graph *g, Node *n)
{
	Shape *before = NEW_N(&g->ctx->scratch, Shape, n->nout);

	for (int i = 0; i < n->nout; i++)
		if (n->out[i])
			before[i] = n->out[i]->shape;
	infer_node(g, n);
	for (int i = 0; i < n->nout; i++) {
		if (!n->out[i])
			continue;
		keep_known(n->out[i], &before[i]);
		settle_value(g->syms, n->out[i]);
	}
}

static bool is_known_content(const Value *v)
{
	if (!v || !v->content || v->kind != KIND_TENSOR || !shape_known(&v->shape))
		return false;
	for (int i = 0; i < v->ncontent; i++)
		if (!dim_known(v->content[i]))
			return false;
	return true;
}

static Tensor *tensor_of_content(Graph *g, const Value *v)
{
	int64_t dims[MAX_RANK];

	for (int i = 0; i < v->shape.rank; i++)
		dims[i] = v->shape.dim[i].k;
	Tensor *t = tensor_new(&g->ctx->perm, v->dtype, v->shape.rank, dims);
	for (int i = 0; i < v->ncontent; i++)
		store_i64(t->dtype, t->data, i, v->content[i].k);
	return t;
}

void pass_shapes(Graph *g, const Options *o)
{
	(void)o;
	for (int i = 0; i < g->nin; i++)
		settle_value(g->syms, g->in[i]);
	for (uint32_t i = 0; i < g->nnode; i++) {
		Node *n = g->node[i];
		infer_again(g, n);
		for (int k = 0; k < n->nout; k++)
			if (!(n->op->flags & KEPT) && is_known_content(n->out[k]))
				value_becomes_const(g, n->out[k], tensor_of_content(g, n->out[k]));
	}
	drop_empty_nodes(g);
}
