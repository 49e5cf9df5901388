/* ort_moe.c -- com.microsoft: MoE, mixtures of experts.
 *
 *     p = softmax(router), of which the k largest of each token count: gate [tokens, experts]
 *     y = sum over experts of gate (act(x W1^T + b1) W2^T + b2)
 *
 * All experts work on all tokens, side by side in one product, and their gates choose: no size depends on data. What an
 * expert that was not chosen makes of a token counts for nothing, even where it is no number. */
#include <math.h>
#include "ir/op/composite.h"

enum { BY_RELU, BY_GELU, BY_SILU, BY_SWIGLU, AS_IS }; /* activation_type */
enum { APART, INTERLEAVED, CHUNKED };                  /* swiglu_fusion: where the factors of SwiGLU are */
enum { X, ROUTER, W1, B1, W2, B2, W3, B3 };            /* inputs */

struct OrtMoe {
	int64_t k, activation_type, normalize_routing_weights, use_sparse_mixer, swiglu_fusion, swiglu_limit_after_activation;
	float activation_alpha, activation_beta, swiglu_limit;
};

typedef struct Experts {
	Graph *g;
	Node *n;
	const struct OrtMoe *a;
	int64_t count, hidden, inner; /* experts, width of x, width between the products */
	Value *x;                     /* [tokens, hidden] */
	Value *gate;                  /* [tokens, experts] */
} Experts;

/* ---- the router ---- */

/* The k largest probabilities of each token where they were, 0 elsewhere. */
static Value *gates(Experts *m, Value *router)
{
	Graph *g = m->g;
	Node *n = m->n;
	Value *p = put(g, n, "Softmax", router, END_IN), *in[2] = {p, value_i64(g, 1, &m->a->k)};
	Node *top = node_new(g, op_named("TopK"), n, 2, in, 2, attr_new(g, op_named("TopK")));
	Value *chosen = top->out[0];

	if (m->a->normalize_routing_weights)
		chosen = put(g, n, "Div", chosen, reduced(g, n, "ReduceSum", chosen, 1, true), END_IN);
	Value *here = put(g, n, "Equal", with_axes(g, n, top->out[1], 1, (int64_t[]){2}), counted(g, n, p, 1), END_IN);
	chosen = with_axes(g, n, chosen, 1, (int64_t[]){2});
	chosen = put(g, n, "Where", here, chosen, value_scalar(g, p->dtype, 0), END_IN);
	return reduced(g, n, "ReduceSum", chosen, 1, false);
}

/* ---- experts side by side ---- */

/* x W^T + b of all experts, W [experts, width, hidden]: [tokens, experts * width] */
static Value *projected(Experts *m, int weights, int bias, int64_t width)
{
	Graph *g = m->g;
	int64_t all = m->count * width;

	need_rank(g, m->n, weights, 3, 3);
	need_size(g, m->n, weights, 0, dim(m->count));
	need_size(g, m->n, weights, 1, dim(width));
	need_size(g, m->n, weights, 2, dim(m->hidden));
	Value *w = reshaped(g, m->n, m->n->in[weights], 2, (int64_t[]){all, m->hidden});
	Value *y = put(g, m->n, "MatMul", m->x, transposed(g, m->n, w, 2, (int64_t[]){1, 0}), END_IN);
	return has_in(m->n, bias) ? sum_if(g, m->n, y, reshaped(g, m->n, m->n->in[bias], 1, &all)) : y;
}

/* G sigmoid(alpha G) (L + beta), both of them clamped */
static Value *swiglu(Experts *m, Value *gate, Value *linear)
{
	Graph *g = m->g;
	double limit = (double)m->a->swiglu_limit;
	DType t = gate->dtype;

	if (isfinite(limit)) {
		gate = put(g, m->n, "Min", gate, value_scalar(g, t, limit), END_IN);
		linear = put(g, m->n, "Clip", linear, value_scalar(g, t, -limit), value_scalar(g, t, limit), END_IN);
	}
	linear = put(g, m->n, "Add", linear, value_scalar(g, t, (double)m->a->activation_beta), END_IN);
	gate = put_number(g, m->n, "Swish", "alpha", (double)m->a->activation_alpha, gate);
	return put(g, m->n, "Mul", gate, linear, END_IN);
}

/* Half i of the width of each expert. */
static Value *half(Experts *m, Value *h, int64_t i)
{
	bool chunks = m->a->swiglu_fusion == CHUNKED;
	int axis = chunks ? 2 : 3;

	h = reshaped(m->g, m->n, h, 4, (int64_t[]){0, m->count, chunks ? 2 : m->inner, chunks ? m->inner : 2});
	h = slice_of(m->g, m->n, h, axis, i, i + 1);
	return reshaped(m->g, m->n, h, 3, (int64_t[]){0, m->count, m->inner});
}

/* act(x W1^T + b1): [tokens, experts, inner] */
static Value *activations(Experts *m)
{
	Graph *g = m->g;
	int64_t kind = m->a->activation_type, shape[] = {0, m->count, m->inner};
	bool fused = kind == BY_SWIGLU && m->a->swiglu_fusion != APART;
	Value *h = projected(m, W1, B1, fused ? 2 * m->inner : m->inner);

	if (fused)
		return swiglu(m, half(m, h, 0), half(m, h, 1));
	h = reshaped(g, m->n, h, 3, shape);
	switch (kind) {
	case BY_RELU: return put(g, m->n, "Relu", h, END_IN);
	case BY_GELU: return put_number(g, m->n, "Gelu", "approximate", 1, h);
	case BY_SILU: return put(g, m->n, "Swish", h, END_IN);
	case BY_SWIGLU: return swiglu(m, h, reshaped(g, m->n, projected(m, W3, B3, m->inner), 3, shape));
	default: return h;
	}
}

static void check_experts(const Experts *m)
{
	const struct OrtMoe *a = m->a;
	bool third = a->activation_type == BY_SWIGLU && a->swiglu_fusion == APART;

	if (a->use_sparse_mixer || a->swiglu_limit_after_activation)
		fail_unsupported(m->g, m->n, "use_sparse_mixer or swiglu_limit_after_activation");
	if (a->swiglu_fusion < APART || a->swiglu_fusion > CHUNKED)
		fail_node(m->g, m->n, "E-ATTR", "swiglu_fusion is %lld; it must be 0..2", (long long)a->swiglu_fusion);
	if (has_in(m->n, W3) != third)
		fail_unsupported(m->g, m->n, "fc3_experts_weights belong to activation_type = \"swiglu\" with swiglu_fusion = 0");
}

static Experts experts_of(Graph *g, Node *n)
{
	if (!has_in(n, W2))
		fail_node(g, n, "E-INPUTS", "input %d, fc2_experts_weights, is absent", W2);
	need_rank(g, n, X, 2, 3);
	need_rank(g, n, ROUTER, 2, 2);
	need_rank(g, n, W2, 3, 3);
	const Shape *x = &n->in[X]->shape, *w = &n->in[W2]->shape;
	Experts m = {.g = g, .n = n, .a = n->attr, .count = dim_number(g, n, n->in[ROUTER]->shape.dim[1]),
		     .hidden = dim_number(g, n, x->dim[x->rank - 1]), .inner = dim_number(g, n, w->dim[2])};

	check_experts(&m);
	need_size(g, n, W2, 0, dim(m.count));
	need_size(g, n, W2, 1, dim(m.hidden));
	m.x = reshaped(g, n, n->in[X], 2, (int64_t[]){-1, m.hidden});
	m.gate = gates(&m, n->in[ROUTER]);
	return m;
}

static void expand_moe(Graph *g, Node *n)
{
	Experts m = experts_of(g, n);
	Value *gate = with_axes(g, n, m.gate, 1, (int64_t[]){2}), *zero = value_scalar(g, m.x->dtype, 0), *y;
	Value *chosen = put(g, n, "Greater", gate, zero, END_IN), *h = put(g, n, "Mul", activations(&m), gate, END_IN);

	h = reshaped(g, n, put(g, n, "Where", chosen, h, zero, END_IN), 2, (int64_t[]){0, m.count * m.inner});
	Value *w = transposed(g, n, n->in[W2], 3, (int64_t[]){0, 2, 1});
	y = put(g, n, "MatMul", h, reshaped(g, n, w, 2, (int64_t[]){m.count * m.inner, m.hidden}), END_IN);
	if (has_in(n, B2))
		y = put(g, n, "Add", y, put(g, n, "MatMul", m.gate, n->in[B2], END_IN), END_IN);
	replace_out(g, n, 0, shaped_as(g, n, y, &n->in[X]->shape));
}

static const Attr attrs[] = {
	ATTR_INT(OrtMoe, k, 1), ATTR_ENUM(OrtMoe, activation_type, BY_RELU, "relu|gelu|silu|swiglu|identity"),
	ATTR_INT(OrtMoe, normalize_routing_weights, 0), ATTR_INT(OrtMoe, use_sparse_mixer, 0),
	ATTR_INT(OrtMoe, swiglu_fusion, APART), ATTR_INT(OrtMoe, swiglu_limit_after_activation, 0),
	ATTR_FLOAT(OrtMoe, activation_alpha, 1), ATTR_FLOAT(OrtMoe, activation_beta, 0),
	ATTR_FLOAT(OrtMoe, swiglu_limit, INFINITY), {0}};

const Op op_ort_MoE = {
	.name = "MoE", .domain = "com.microsoft", .min_in = 3, .max_in = 8, .min_out = 1, .max_out = 1, .ulp = 256,
	.attrs = attrs, .attr_size = sizeof(struct OrtMoe),
	.types = "f", .infer = infer_expansion, .eval = eval_expansion, .expand = expand_moe,
};
