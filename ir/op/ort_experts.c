/* ort_experts.c -- mixtures of experts.
 *
 *     p = softmax(router), of which the k largest of each token count: gate [tokens, experts]
 *     y = sum over experts of gate (act(x W1^T + b1) W2^T + b2)
 *
 * One expert after the other takes the tokens that chose it, and adds what it makes of them:
 *
 *     for each expert:  rows = the tokens with gate > 0;  y[rows] += gate[rows] (act(x[rows] W1^T + b1) W2^T + b2)
 *
 * Where every token has every expert, or weights are no constants, which a turn would have to pack anew, all experts work
 * on all tokens, side by side in one product, and their gates choose. What an expert that was not chosen makes of a token
 * counts for nothing, even where it is no number. */
#include <math.h>
#include "ir/op/ort_experts.h"
#include "ir/op/scan.h"
#include "ir/op/trust.h"

static bool is_fused(const struct OrtMoe *a) { return a->activation_type == BY_SWIGLU && a->swiglu_fusion != APART; }

/* ---- the router ---- */

/* The k largest probabilities of each token where they were, 0 elsewhere. */
static Value *gates(const Experts *m, Value *router)
{
	Graph *g = m->g;
	const Node *n = m->n;
	Value *p = put(g, n, "Softmax", router, END_IN), *in[2] = {p, value_i64(g, 1, &m->a->k)};
	Node *top = node_new(g, op_named("TopK"), n, 2, in, 2, attr_new(g, op_named("TopK")));
	Value *chosen = top->out[0];

	if (m->mixing)
		chosen = put_attr(g, n, "GatherElements", &(struct Gather){.axis = 1}, m->mixing, top->out[1], END_IN);
	if (m->normalised)
		chosen = put(g, n, "Div", chosen, reduced(g, n, "ReduceSum", chosen, 1, true), END_IN);
	Value *here = put(g, n, "Equal", with_axes(g, n, top->out[1], 1, (int64_t[]){2}), counted(g, n, p, 1), END_IN);
	chosen = with_axes(g, n, chosen, 1, (int64_t[]){2});
	chosen = put(g, n, "Where", here, chosen, value_scalar(g, p->dtype, 0), END_IN);
	return reduced(g, n, "ReduceSum", chosen, 1, false);
}

/* ---- the formula ---- */

/* x W^T + b: [tokens, count * width] */
static Value *projected(const Experts *m, int weights, int bias)
{
	Value *w = transposed(m->g, m->n, m->w[weights], 2, (int64_t[]){1, 0});

	return sum_if(m->g, m->n, put(m->g, m->n, "MatMul", m->x, w, END_IN), m->w[bias]);
}

/* G sigmoid(alpha G) (L + beta), both of them clamped */
static Value *swiglu(const Experts *m, Value *gate, Value *linear)
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
static Value *half(const Experts *m, Value *h, int64_t i)
{
	bool chunks = m->a->swiglu_fusion == CHUNKED;
	int axis = chunks ? 2 : 3;

	h = reshaped(m->g, m->n, h, 4, (int64_t[]){0, m->count, chunks ? 2 : m->inner, chunks ? m->inner : 2});
	h = slice_of(m->g, m->n, h, axis, i, i + 1);
	return reshaped(m->g, m->n, h, 3, (int64_t[]){0, m->count, m->inner});
}

/* act(x W1^T + b1): [tokens, count, inner] */
static Value *activations(const Experts *m)
{
	Graph *g = m->g;
	int64_t kind = m->a->activation_type, shape[] = {0, m->count, m->inner};
	Value *h = projected(m, W1, B1);

	if (is_fused(m->a))
		return swiglu(m, half(m, h, 0), half(m, h, 1));
	h = reshaped(g, m->n, h, 3, shape);
	switch (kind) {
	case BY_RELU: return put(g, m->n, "Relu", h, END_IN);
	case BY_GELU: return put_number(g, m->n, "Gelu", "approximate", 1, h);
	case BY_SILU: return put(g, m->n, "Swish", h, END_IN);
	case BY_SWIGLU: return swiglu(m, h, reshaped(g, m->n, projected(m, W3, B3), 3, shape));
	default: return h;
	}
}

/* Sum over the experts of gate (act(x W1^T + b1) W2^T + b2): [tokens, hidden]. Of several, not each token chose each. */
static Value *mixture(const Experts *m)
{
	Graph *g = m->g;
	const Node *n = m->n;
	Value *gate = with_axes(g, n, m->gate, 1, (int64_t[]){2}), *h = put(g, n, "Mul", activations(m), gate, END_IN);

	if (m->count > 1) {
		Value *zero = value_scalar(g, h->dtype, 0);
		h = put(g, n, "Where", put(g, n, "Greater", gate, zero, END_IN), h, zero, END_IN);
	}
	h = reshaped(g, n, h, 2, (int64_t[]){0, m->count * m->inner});
	Value *y = put(g, n, "MatMul", h, m->w[W2], END_IN);
	if (!m->w[B2])
		return y;
	return put(g, n, "Add", y, put(g, n, m->count > 1 ? "MatMul" : "Mul", m->gate, m->w[B2], END_IN), END_IN);
}

/* Rows of an expert's weights, turned over where they are W2, or of its bias. */
static int64_t width_of(const Experts *m, int slot)
{
	return (slot == W1 || slot == B1) && is_fused(m->a) ? 2 * m->inner : m->inner;
}

/* ---- all experts side by side ---- */

static Value *side_by_side(Experts *m)
{
	Graph *g = m->g;
	const Node *n = m->n;

	for (int i = W1; i < INPUTS; i++) {
		Value *w = m->given[i];
		if (w && i == W2)
			w = transposed(g, n, w, 3, (int64_t[]){0, 2, 1});
		if (w && i != B2)
			w = reshaped(g, n, w, w->shape.rank - 1, (int64_t[]){m->count * width_of(m, i), i == W2 ? m->hidden : -1});
		m->w[i] = w;
	}
	return mixture(m);
}

/* ---- one after the other ---- */

/* y with what the rows of it that are counted get on top. */
static Value *added_to_rows(Graph *g, const Node *n, Value *y, Value *rows, Value *more)
{
	void *attr = attr_new(g, op_named("ScatterND"));
	Value *in[] = {y, with_axes(g, n, rows, 1, (int64_t[]){1}), more};

	attr_set("ScatterND", attr, "reduction", 1);
	return node_new(g, op_named("ScatterND"), n, 3, in, 1, attr)->out[0];
}

/* Which tokens have a gate above 0: a vector of so many as a run counts. */
static Value *tokens_of(Graph *g, const Node *n, Value *gate)
{
	const Op *op = op_named("NonZero");
	Value *tokens = &(Value){.name = "tokens", .shape.rank = -1};
	Node like = {.op = op, .name = n->name, .nout = 1, .out = &tokens};
	Node *some = node_new(g, op, &like, 1, &gate, 1, NULL);

	return put(g, n, "Squeeze", some->out[0], value_i64(g, 1, &(int64_t){0}), END_IN);
}

/* That of v which one expert has. */
static Value *slice_in(Graph *g, Value *v)
{
	Shape s = {.rank = v->shape.rank - 1};

	for (int k = 0; k < s.rank; k++)
		s.dim[k] = v->shape.dim[k + 1];
	return value_input(g, v->name, v->dtype, &s);
}

/* y, an expert's gate [tokens] and weights | x -> y with what the expert makes of its tokens added */
static Graph *turn(const Experts *all, Value *const *in, int nin)
{
	Graph *g = graph_new(all->g->ctx, all->g->syms, all->n->name, all->g);
	const Node *n = all->n;
	Experts m = *all;
	Value *y = value_input(g, "y", in[0]->dtype, &in[0]->shape);
	Value *gate = value_input(g, "gate", in[1]->dtype, &(Shape){1, {in[1]->shape.dim[1]}});

	for (int i = W1; i < INPUTS; i++)
		m.w[i] = all->given[i] ? slice_in(g, all->given[i]) : NULL;
	Value *x = value_input(g, "x", in[nin - 1]->dtype, &in[nin - 1]->shape);
	Value *rows = tokens_of(g, n, gate);
	g->ncaptured = 1;
	m.g = g;
	m.count = 1;
	m.x = picked(g, n, x, rows, 0);
	m.gate = with_axes(g, n, picked(g, n, gate, rows, 0), 1, (int64_t[]){1});
	m.w[W2] = transposed(g, n, m.w[W2], 2, (int64_t[]){1, 0});
	graph_output(g, added_to_rows(g, n, y, rows, mixture(&m)), "y");
	return g;
}

static Ints zeros(Graph *g, int n) { return (Ints){NEW_N(&g->ctx->perm, int64_t, n), n}; }

static Value *one_by_one(Experts *m)
{
	Graph *g = m->g;
	const Node *n = m->n;
	Value *zero = value_scalar(g, m->x->dtype, 0), *in[INPUTS + 2];
	int nin = 0;

	in[nin++] = put(g, n, "Expand", zero, shape_as_value(g, n, m->x, &m->x->shape), END_IN);
	in[nin++] = transposed(g, n, m->gate, 2, (int64_t[]){1, 0});
	for (int i = W1; i < INPUTS; i++)
		if (m->given[i])
			in[nin++] = m->given[i];
	in[nin++] = m->x;
	Graph *body = turn(m, in, nin);
	struct scan *attr = attr_new(g, &op_Scan);
	*attr = (struct scan){0, nin - 2, zeros(g, nin - 2), zeros(g, nin - 2), zeros(g, 0), zeros(g, 0)};
	return node_control(g, &op_Scan, n, nin, in, 1, attr, 1, &body)->out[0];
}

static bool has_constant_weights(const Experts *m)
{
	bool constant = true;

	for (int i = W1; i < INPUTS; i++)
		constant &= !m->given[i] || m->given[i]->role == ROLE_CONST;
	return constant;
}

/* ---- the whole ---- */

const int64_t *experts_sizes(const Experts *m, int weights)
{
	int64_t *size = NEW_N(&m->g->ctx->scratch, int64_t, 3);

	size[0] = m->count;
	size[1] = weights == W2 ? m->hidden : width_of(m, weights);
	size[2] = weights == W2 ? m->inner : m->hidden;
	return size;
}

void experts_mix(Experts *m, Node *n)
{
	bool all = m->a->k >= m->count || !has_constant_weights(m);

	m->x = reshaped(m->g, n, n->in[X], 2, (int64_t[]){-1, m->hidden});
	m->gate = gates(m, n->in[ROUTER]);
	replace_out(m->g, n, 0, shaped_as(m->g, n, all ? side_by_side(m) : one_by_one(m), &n->in[X]->shape));
}
