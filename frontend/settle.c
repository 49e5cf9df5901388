/* settle.c -- small values that are known already become constants as soon as their node is built.
 *
 * Inference needs sizes as numbers: Reshape wants its shape, Slice its ends, and exporters compute those from Shape
 * with Cast, Div, Concat and the like, some of it in floats. So a node with small constant inputs is evaluated at once,
 * and a value whose elements inference has found out (see Value.content) is one. The fold pass does the same to large
 * ones, and to floats of models that differentiate: a Gradient asks what they are made of. */
#include "frontend/onnx.h"

#define SMALL 256 /* elements */

static bool small(const Value *v)
{
	int64_t count = 1;

	if (v->kind != KIND_TENSOR || v->dtype == STR || !shape_known(&v->shape))
		return false;
	for (int i = 0; i < v->shape.rank; i++) {
		int64_t k = v->shape.dim[i].k;
		if (k > SMALL || (count *= k ? k : 1) > SMALL)
			return false;
	}
	return true;
}

static bool all_known(const Frame *f, const Node *n)
{
	if (f->im->differentiates && n->nout && is_float(n->out[0]->dtype))
		return false;
	for (int i = 0; i < n->nin; i++)
		if (n->in[i] && (!n->in[i]->data || !small(n->in[i])))
			return false;
	for (int i = 0; i < n->nout; i++)
		if (!small(n->out[i]))
			return false;
	return n->op->eval && !(n->op->flags & (RANDOM | CONTROL)) && !n->nsub;
}

static bool content_known(const Value *v)
{
	if (!v->content || !small(v) || !(is_int(v->dtype) || v->dtype == BOOL))
		return false;
	for (int i = 0; i < v->ncontent; i++)
		if (!dim_known(v->content[i]))
			return false;
	return true;
}

static Tensor *tensor_of_content(Arena *a, const Value *v)
{
	int64_t size[MAX_RANK];

	for (int i = 0; i < v->shape.rank; i++)
		size[i] = v->shape.dim[i].k;
	Tensor *t = tensor_new(a, v->dtype, v->shape.rank, size);
	for (int i = 0; i < v->ncontent; i++)
		store_i64(t->dtype, t->data, i, v->content[i].k);
	return t;
}

static void evaluate(Frame *f, Node *n)
{
	if (!f->eval->g)
		eval_open(f->eval, f->g, f->im->arena);
	eval_node(f->eval, n);
	for (int i = 0; i < n->nout; i++)
		value_fix(f->g, n->out[i], f->eval->value[n->out[i]->id]);
}

void settle(Frame *f, Node *n)
{
	bool known = n->nout > 0;

	for (int i = 0; i < n->nout; i++)
		known = known && content_known(n->out[i]);
	if (!known && !all_known(f, n))
		return;
	if (!known)
		evaluate(f, n);
	for (int i = 0; known && i < n->nout; i++)
		value_fix(f->g, n->out[i], tensor_of_content(f->im->arena, n->out[i]));
	f->g->nnode--;
}
