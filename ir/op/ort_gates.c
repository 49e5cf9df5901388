/* ort_gates.c -- com.microsoft: what stands between the products of newer transformers, most of it around gates.
 *
 *     ScaledSiLU           z sigmoid(z) with z = alpha x, or the scale that is an input
 *     SwiGLU               g sigmoid(alpha g) (u + beta), g and u clamped; both may lie beside each other
 *     GatedAdd             x + y gate, one gate a row
 *     GatedRMSNorm         RMSNormalization of each so many elements as there are scales, times act(gate)
 *     BranchwiseRMSNorm    the same of each branch, without a gate
 *     LinearAttentionGate  decay = scale softplus(a + bias), and beta = sigmoid(b)
 *     BiasSoftmax, BiasDropout (with a residual), GemmFastGelu (FastGelu of x w)
 *     CausalConvWithState, LinearAttention: as in ONNX, the former also with channels last */
#include "ir/op/composite.h"

enum { AS_SILU, AS_SWISH, AS_SIGMOID }; /* the first two are one function */

struct OrtGates {
	float alpha, activation_alpha, activation_beta, limit, epsilon, scale;
	int64_t activation, round_activation, num_branches, axis, is_inner_broadcast, seed;
	/* LinearAttention, CausalConvWithState; what ONNX has not must have its default, but for channels_last */
	int64_t q_num_heads, kv_num_heads, chunk_size, update_rule, state_window;
	int64_t dilation, ndim, state_update_capacity, state_channels_last, state_length, input_channel_offset, channels_last;
	int64_t input_channels;
};

static Value *two(Graph *g, const Node *n, const char *name, Value *a, Value *b)
{
	return put(g, n, name, a, b, END_IN);
}

static int last_axis(Graph *g, const Node *n, int slot)
{
	need_rank(g, n, slot, 1, MAX_RANK - 1);
	return n->in[slot]->shape.rank - 1;
}

/* Inputs of one shape, as far as it is known. */
static void need_shape_of(Graph *g, const Node *n, int slot, int like)
{
	const Shape *s = &n->in[like]->shape;

	need_rank(g, n, slot, s->rank, s->rank);
	for (int k = 0; k < s->rank; k++)
		need_size(g, n, slot, k, s->dim[k]);
}

/* ---- activations ---- */

static void expand_scaled_silu(Graph *g, Node *n)
{
	Value *x = n->in[0], *scale = value_scalar(g, x->dtype, (double)ATTR_OF(n, OrtGates)->alpha);

	if (has_in(n, 1)) {
		need_rank(g, n, 1, 0, 0);
		scale = cast_value(g, n, n->in[1], x->dtype);
	}
	replace_out(g, n, 0, put(g, n, "Swish", two(g, n, "Mul", x, scale), END_IN));
}

static void expand_swiglu(Graph *g, Node *n)
{
	const struct OrtGates *a = n->attr;
	Value *x = n->in[0], *gate = x, *up = optional_in(n, 1);
	int last = last_axis(g, n, 0);
	DType t = x->dtype;

	if (up) {
		need_shape_of(g, n, 1, 0);
	} else {
		int64_t width = dim_number(g, n, x->shape.dim[last]);
		if (width % 2)
			fail_node(g, n, "E-SHAPE", "both halves lie in %lld elements, an odd number", (long long)width);
		gate = slice_of(g, n, x, last, 0, width / 2);
		up = slice_of(g, n, x, last, width / 2, width);
	}
	if (a->limit > 0) {
		Value *most = value_scalar(g, t, (double)a->limit), *least = value_scalar(g, t, (double)-a->limit);
		gate = two(g, n, "Min", gate, most);
		up = put(g, n, "Clip", up, least, most, END_IN);
	}
	gate = put_number(g, n, "Swish", "alpha", (double)a->activation_alpha, gate);
	replace_out(g, n, 0, two(g, n, "Mul", gate, two(g, n, "Add", up, value_scalar(g, t, (double)a->activation_beta))));
}

static void expand_gated_add(Graph *g, Node *n)
{
	enum { X, Y, GATE, WEIGHT };
	int last = last_axis(g, n, X);

	if (has_in(n, WEIGHT))
		fail_unsupported(g, n, "input 3: a gate that is projected first");
	need_shape_of(g, n, Y, X);
	need_rank(g, n, GATE, last + 1, last + 1);
	for (int k = 0; k <= last; k++)
		need_size(g, n, GATE, k, k == last ? dim(1) : n->in[X]->shape.dim[k]);
	replace_out(g, n, 0, two(g, n, "Add", n->in[X], two(g, n, "Mul", n->in[Y], n->in[GATE])));
}

static void expand_linear_gate(Graph *g, Node *n)
{
	enum { A, BIAS, SCALE, B };
	DType t = n->in[A]->dtype;
	int last = last_axis(g, n, A);

	for (int i = BIAS; i <= SCALE; i++) {
		need_rank(g, n, i, 1, 1);
		need_size(g, n, i, 0, n->in[A]->shape.dim[last]);
	}
	if (wants(n, 1) && !has_in(n, B))
		fail_node(g, n, "E-INPUTS", "output 1, beta, needs input %d, b", B);
	Value *sum = two(g, n, "Add", cast_value(g, n, n->in[A], n->in[BIAS]->dtype), n->in[BIAS]);
	Value *decay = two(g, n, "Mul", put(g, n, "Softplus", sum, END_IN), n->in[SCALE]);
	replace_out(g, n, 0, cast_value(g, n, decay, t));
	if (wants(n, 1))
		replace_out(g, n, 1, put(g, n, "Sigmoid", n->in[B], END_IN));
}

/* ---- norms of parts of the last axis ---- */

/* The last axis of x in parts of `size` elements, each of which is normalised. */
static Value *normalised(Graph *g, const Node *n, Value *x, int64_t size, Value *scale)
{
	int rank = x->shape.rank;
	int64_t width = dim_number(g, n, x->shape.dim[rank - 1]);
	Shape parts = x->shape;

	if (size < 1 || width % size)
		fail_node(g, n, "E-SHAPE", "%lld elements are no whole number of parts of %lld", (long long)width, (long long)size);
	parts.rank = rank + 1;
	parts.dim[rank - 1] = dim(width / size);
	parts.dim[rank] = dim(size);
	Value *y = put_like(g, n, "RMSNormalization", shaped_as(g, n, x, &parts), scale, NULL);
	return shaped_as(g, n, y, &x->shape);
}

static Value *ones(Graph *g, DType t, int64_t n)
{
	Tensor *one = tensor_new(&g->ctx->perm, t, 1, &n);

	for (int64_t i = 0; i < n; i++)
		store_f64(t, one->data, i, 1);
	return value_const(g, NULL, one);
}

static void expand_gated_norm(Graph *g, Node *n)
{
	enum { X, SCALE, GATE };

	last_axis(g, n, X);
	need_rank(g, n, SCALE, 1, 1);
	need_shape_of(g, n, GATE, X);
	Value *y = normalised(g, n, n->in[X], dim_number(g, n, n->in[SCALE]->shape.dim[0]), n->in[SCALE]);
	Value *gate = put(g, n, ATTR_OF(n, OrtGates)->activation == AS_SIGMOID ? "Sigmoid" : "Swish", n->in[GATE], END_IN);
	replace_out(g, n, 0, two(g, n, "Mul", y, gate));
}

/* scale may be one for all branches, or have one for each, with or without an axis of its own. */
static void expand_branches(Graph *g, Node *n)
{
	enum { X, SCALE };
	int64_t branches = ATTR_OF(n, OrtGates)->num_branches, flat = -1;
	int last = last_axis(g, n, X);
	const Shape *x = &n->in[X]->shape;
	int64_t width = dim_number(g, n, x->dim[last]);
	bool apart = branches == 0;

	if (apart)
		need_rank(g, n, X, 2, MAX_RANK - 1);
	if (branches < 0 || (!apart && width % branches))
		fail_node(g, n, "E-ATTR", "num_branches is %lld; it must be 0 or divide %lld", (long long)branches, (long long)width);
	int64_t size = apart ? width : width / branches;
	Value *y = normalised(g, n, n->in[X], size, ones(g, n->in[X]->dtype, size));
	if (has_in(n, SCALE)) {
		Value *scale = reshaped(g, n, cast_value(g, n, n->in[SCALE], y->dtype), 1, &flat);
		int64_t count = dim_number(g, n, scale->shape.dim[0]), all = apart ? dim_number(g, n, x->dim[last - 1]) : branches;
		if (count != size && count != all * size)
			fail_node(g, n, "E-SHAPE", "there are %lld scales for %lld branches of %lld", (long long)count, (long long)all,
				  (long long)size);
		Shape parts = {2, {dim(count / size), dim(size)}}, whole = *x;
		if (!apart) {
			whole.rank++;
			whole.dim[last] = dim(branches);
			whole.dim[last + 1] = dim(size);
		}
		y = two(g, n, "Mul", shaped_as(g, n, y, &whole), shaped_as(g, n, scale, &parts));
	}
	replace_out(g, n, 0, shaped_as(g, n, y, x));
}

/* ---- sums with a bias, and what follows ---- */

/* Softmax over all axes from `axis` on. */
static void expand_bias_softmax(Graph *g, Node *n)
{
	Value *x = two(g, n, "Add", n->in[0], n->in[1]);
	int64_t axis = fix_axis(g, n, ATTR_OF(n, OrtGates)->axis, n->in[0]->shape.rank);
	Value *rows = put_number(g, n, "Flatten", "axis", (double)axis, x);

	replace_out(g, n, 0, shaped_as(g, n, put_number(g, n, "Softmax", "axis", 1, rows), &n->in[0]->shape));
}

static void expand_bias_dropout(Graph *g, Node *n)
{
	enum { X, BIAS, RESIDUAL, RATIO, TRAINING };
	const Op *op = op_named("Dropout");
	Value *in[3] = {two(g, n, "Add", n->in[X], n->in[BIAS]), optional_in(n, RATIO), optional_in(n, TRAINING)};
	Node *drop = node_new(g, op, n, 3, in, 2, attr_like(g, "Dropout", n));

	replace_out(g, n, 0, sum_if(g, n, drop->out[0], optional_in(n, RESIDUAL)));
	replace_out(g, n, 1, drop->out[1]);
	if (!wants(n, 1))
		drop->out[1] = NULL;
}

static void expand_gemm_gelu(Graph *g, Node *n)
{
	Value *x = sum_if(g, n, two(g, n, "MatMul", n->in[0], n->in[1]), optional_in(n, 2));

	replace_out(g, n, 0, put_number(g, n, "Gelu", "approximate", 1, x));
}

/* ---- operators that ONNX took over ---- */

/* The node as ONNX's operator of that name, of which it has two outputs. */
static Node *as_in_onnx(Graph *g, const Node *n, const char *name, Value **in)
{
	Node *y = node_new(g, op_named(name), n, n->nin, in, 2, attr_like(g, name, n));

	if (!wants(n, 1))
		y->out[1] = NULL;
	return y;
}

static void expand_causal_conv(Graph *g, Node *n)
{
	enum { X, W, BIAS, PAST, INPUTS };
	const struct OrtGates *a = n->attr;
	Value *in[INPUTS] = {0};

	if (a->dilation != 1 || a->ndim != 1 || a->state_window || a->state_update_capacity || a->state_length ||
	    a->state_channels_last != -1 || a->input_channel_offset || a->input_channels || wants(n, 2))
		fail_unsupported(g, n, "a dilation, several axes, windows or lengths of the state, or a part of the channels");
	for (int i = X; i < n->nin; i++)
		in[i] = n->in[i];
	if (a->channels_last)
		for (int i = X; i <= PAST; i += PAST - X) {
			if (!has_in(n, i))
				continue;
			need_rank(g, n, i, 3, 3);
			in[i] = channels_first(g, n, in[i]);
		}
	Node *y = as_in_onnx(g, n, "CausalConvWithState", in);
	for (int i = 0; i < 2; i++)
		if (wants(n, i))
			replace_out(g, n, i, a->channels_last ? channels_last(g, n, y->out[i]) : y->out[i]);
}

static void expand_linear_attention(Graph *g, Node *n)
{
	const struct OrtGates *a = n->attr;

	if (a->state_window)
		fail_unsupported(g, n, "state_window");
	if (a->kv_num_heads > a->q_num_heads)
		fail_unsupported(g, n, "more kv_num_heads than q_num_heads");
	Node *y = as_in_onnx(g, n, "LinearAttention", n->in);
	replace_out(g, n, 0, y->out[0]);
	if (wants(n, 1))
		replace_out(g, n, 1, y->out[1]);
}

/* ---- rows ---- */

#define EPSILON ATTR_FLOAT(OrtGates, epsilon, 1e-5f)
static const Attr no_attrs[] = {{0}};
static const Attr silu_attrs[] = {ATTR_FLOAT(OrtGates, alpha, 1), {0}};
static const Attr swiglu_attrs[] = {ATTR_FLOAT(OrtGates, activation_alpha, 1), ATTR_FLOAT(OrtGates, activation_beta, 0),
				    ATTR_FLOAT(OrtGates, limit, 0), ATTR_INT(OrtGates, round_activation, 0), {0}};
static const Attr gated_norm_attrs[] = {EPSILON, ATTR_ENUM(OrtGates, activation, AS_SILU, "silu|swish|sigmoid"), {0}};
static const Attr branch_attrs[] = {EPSILON, ATTR_INT(OrtGates, num_branches, 0), {0}};
static const Attr softmax_attrs[] = {ATTR_INT(OrtGates, axis, 1), ATTR_INT(OrtGates, is_inner_broadcast, 0), {0}};
static const Attr dropout_attrs[] = {ATTR_INT(OrtGates, seed, 0), {0}};
static const Attr causal_conv_attrs[] = {
	ATTR_ENUM(OrtGates, activation, 0, "none|silu|swish"), ATTR_INT(OrtGates, dilation, 1), ATTR_INT(OrtGates, ndim, 1),
	ATTR_INT(OrtGates, state_update_capacity, 0), ATTR_INT(OrtGates, state_channels_last, -1),
	ATTR_INT(OrtGates, state_window, 0), ATTR_INT(OrtGates, state_length, 0), ATTR_INT(OrtGates, input_channel_offset, 0),
	ATTR_INT(OrtGates, channels_last, 0), ATTR_INT(OrtGates, input_channels, 0), {0}};
static const Attr linear_attrs[] = {
	ATTR_REQUIRED(OrtGates, q_num_heads, A_INT), ATTR_REQUIRED(OrtGates, kv_num_heads, A_INT),
	ATTR_INT(OrtGates, chunk_size, 64), ATTR_FLOAT(OrtGates, scale, 0), ATTR_INT(OrtGates, state_window, 0),
	ATTR_ENUM(OrtGates, update_rule, 3, "linear|gated|delta|gated_delta"), {0}};

#define ORT_GATES(id, least, most, outs, bound, table, how)                                                            \
	const Op op_ort_##id = {                                                                                       \
		.name = #id, .domain = "com.microsoft", .min_in = least, .max_in = most, .min_out = 1,                 \
		.max_out = outs, .ulp = bound, .attrs = table, .attr_size = sizeof(struct OrtGates),                   \
		.types = "f", .infer = infer_expansion, .eval = eval_expansion, .expand = how,                         \
	}

ORT_GATES(ScaledSiLU, 1, 2, 1, 64, silu_attrs, expand_scaled_silu);
ORT_GATES(SwiGLU, 1, 2, 1, 64, swiglu_attrs, expand_swiglu);
ORT_GATES(GatedAdd, 3, 4, 1, 64, no_attrs, expand_gated_add);
ORT_GATES(GatedRMSNorm, 3, 3, 1, 64, gated_norm_attrs, expand_gated_norm);
ORT_GATES(BranchwiseRMSNorm, 1, 2, 1, 64, branch_attrs, expand_branches);
ORT_GATES(LinearAttentionGate, 3, 4, 2, 64, no_attrs, expand_linear_gate);
ORT_GATES(BiasSoftmax, 2, 2, 1, 64, softmax_attrs, expand_bias_softmax);
ORT_GATES(BiasDropout, 2, 5, 2, 64, dropout_attrs, expand_bias_dropout);
ORT_GATES(GemmFastGelu, 2, 3, 1, 64, no_attrs, expand_gemm_gelu);
ORT_GATES(CausalConvWithState, 2, 4, 3, 64, causal_conv_attrs, expand_causal_conv);
ORT_GATES(LinearAttention, 3, 6, 2, 256, linear_attrs, expand_linear_attention);
