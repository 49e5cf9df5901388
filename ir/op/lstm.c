/* lstm.c -- LSTM, GRU, RNN (versions 1-22), in one or two directions; DynamicQuantizeLSTM of com.microsoft.
 *
 *     X [T,N,I] --MatMul W'--> [T,N,G*H] --+ biases--> tcc.Recurrence --> y [T,N,H], last states
 *
 * A direction expands into that: the projection of the whole sequence is one product, and only R h stays in the loop.
 * Inputs: X, W [D,G*H,I], R [D,G*H,H], B [D,2*G*H] (of W x, then of R h), lengths [N], h0 [D,N,H], and for LSTM
 * c0 [D,N,H] and peepholes P [D,3*H]. With layout 1 the batch comes first: X [N,T,I], Y [N,T,D,H], states [N,D,H].
 * DynamicQuantizeLSTM has integers W [D,I,4*H] and R [D,H,4*H], and behind P their scales and zero points, [D] or [D,4*H]:
 * X is quantised at once, and h in each turn. */
#include "ir/op/composite.h"
#include <math.h>
#include <string.h>

enum { IN_X, IN_W, IN_R, IN_B, IN_LENS, IN_H0, IN_C0, IN_P, IN_W_SCALE, IN_W_ZERO, IN_R_SCALE, IN_R_ZERO };
enum { FORWARD, REVERSE, BIDIRECTIONAL };

#define RECURRENT_ATTRS                                                                                                \
	ATTR_LIST(Recurrent, activations, A_STRINGS), ATTR_LIST(Recurrent, activation_alpha, A_FLOATS),                \
		ATTR_LIST(Recurrent, activation_beta, A_FLOATS), ATTR_FLOAT(Recurrent, clip, 0),                       \
		ATTR_ENUM(Recurrent, direction, FORWARD, "forward|reverse|bidirectional"),                             \
		ATTR_INT(Recurrent, hidden_size, 0), ATTR_INT(Recurrent, layout, 0)

static const Attr rnn_attrs[] = {RECURRENT_ATTRS, {0}};
static const Attr gru_attrs[] = {RECURRENT_ATTRS, ATTR_INT(Recurrent, linear_before_reset, 0), {0}};
static const Attr lstm_attrs[] = {RECURRENT_ATTRS, ATTR_INT(Recurrent, input_forget, 0), {0}};

static bool is_quantised(const Node *n) { return n->op == &op_ort_DynamicQuantizeLSTM; }

static int64_t cell_of(const Node *n)
{
	return n->op == &op_lstm || is_quantised(n) ? CELL_LSTM : n->op == &op_gru ? CELL_GRU : CELL_RNN;
}

static int directions(const Node *n)
{
	return ATTR_OF(n, Recurrent)->direction == BIDIRECTIONAL ? 2 : 1;
}

/* Activations of direction d: those of the model, which lists them direction after direction, or the cell's own. */
static void choose_activations(Graph *g, const Node *n, int d, struct Recurrence *r)
{
	static const char *const usual[] = {"Sigmoid", "Tanh", "Tanh"};
	const struct Recurrent *attr = ATTR_OF(n, Recurrent);
	int each = r->cell == CELL_LSTM ? 3 : r->cell == CELL_GRU ? 2 : 1, used_alpha = 0, used_beta = 0, row[3] = {0};
	float alpha[3] = {0}, beta[3] = {0};

	if (attr->activations.n >= 0 && attr->activations.n < each * directions(n))
		fail_node(g, n, "E-ATTR", "activations has %d names where %d are needed", attr->activations.n,
			  each * directions(n));
	for (int i = 0; i < each * (d + 1); i++) {
		const char *own = r->cell == CELL_RNN ? "Tanh" : usual[i % each];
		const Text name = attr->activations.n < 0 ? (Text){own, (int64_t)strlen(own)} : attr->activations.v[i];
		int k = i % each;

		row[k] = activation_row(&name, &attr->activation_alpha, &attr->activation_beta, &used_alpha, &used_beta,
					&alpha[k], &beta[k]);
		if (row[k] < 0)
			fail_node(g, n, "E-ATTR", "'%.*s' is no activation of a recurrent cell (" ACTIVATIONS ")",
				  (int)(name.length < 40 ? name.length : 40), name.text);
	}
	r->f = row[0], r->g = row[1], r->h = row[2];
	r->alpha_f = alpha[0], r->alpha_g = alpha[1], r->alpha_h = alpha[2];
	r->beta_f = beta[0], r->beta_g = beta[1], r->beta_h = beta[2];
}

static struct Recurrence recurrence_of(Graph *g, const Node *n, int d)
{
	const struct Recurrent *attr = ATTR_OF(n, Recurrent);
	struct Recurrence r = {.cell = cell_of(n), .reverse = attr->direction == REVERSE || d == 1, .clip = attr->clip,
			       .input_forget = attr->input_forget, .linear_before_reset = attr->linear_before_reset};

	choose_activations(g, n, d, &r);
	return r;
}

/* ---- infer ---- */

/* hidden_size says it, where it is there. */
static int64_t hidden_size(Graph *g, const Node *n)
{
	int64_t given = ATTR_OF(n, Recurrent)->hidden_size;
	Dim have = n->in[IN_R]->shape.dim[is_quantised(n) ? 1 : 2];

	if (given > 0 && !dim_known(have))
		return given;
	if (given && given != dim_number(g, n, have))
		fail_node(g, n, "E-ATTR", "hidden_size is %lld, but R has shape %s", (long long)given,
			  shape_text(g, &n->in[IN_R]->shape));
	return dim_number(g, n, have);
}

static Shape state_shape(const Node *n, Dim hidden)
{
	bool first = ATTR_OF(n, Recurrent)->layout == 1;
	Dim b = n->in[IN_X]->shape.dim[!first], d = dim(directions(n));

	return first ? shape_of(3, (Dim[]){b, d, hidden}) : shape_of(3, (Dim[]){d, b, hidden});
}

/* Weights of one input with `from` elements: integers have them in rows. */
static Shape weights_shape(const Node *n, Dim d, Dim gates, Dim from)
{
	return is_quantised(n) ? shape_of(3, (Dim[]){d, from, gates}) : shape_of(3, (Dim[]){d, gates, from});
}

/* The shape that an input has to have. */
static Shape wanted_shape(Graph *g, const Node *n, int slot)
{
	int64_t hidden = hidden_size(g, n), gates = cell_gates(cell_of(n));
	Dim d = dim(directions(n)), gh = dim(gates * hidden);

	switch (slot) {
	case IN_W: return weights_shape(n, d, gh, n->in[IN_X]->shape.dim[2]);
	case IN_R: return weights_shape(n, d, gh, dim(hidden));
	case IN_B: return shape_of(2, (Dim[]){d, dim(2 * gates * hidden)});
	case IN_LENS: return shape_of(1, (Dim[]){n->in[IN_X]->shape.dim[ATTR_OF(n, Recurrent)->layout != 1]});
	case IN_P: return shape_of(2, (Dim[]){d, dim(3 * hidden)});
	case IN_H0:
	case IN_C0: return state_shape(n, dim(hidden));
	default: return n->in[slot]->shape; /* of scales: see need_scales() */
	}
}

static void need_shape(Graph *g, Node *n, int slot)
{
	if (!has_in(n, slot))
		return;
	Shape want = wanted_shape(g, n, slot);
	if (is_quantised(n) && (slot == IN_W || slot == IN_R))
		need_type(g, n, slot, "iu");
	else if (slot != IN_LENS)
		same_type(g, n, 0, slot);
	need_rank(g, n, slot, want.rank, want.rank);
	for (int i = 0; i < want.rank; i++)
		need_size(g, n, slot, i, want.dim[i]);
}

/* One for each direction, or for each of its gates. */
static void need_scales(Graph *g, Node *n, int slot, Dim d, Dim gates)
{
	if (!has_in(n, slot)) {
		if (is_quantised(n) && (slot == IN_W_SCALE || slot == IN_R_SCALE))
			fail_node(g, n, "E-INPUTS", "input %d, a scale, is absent", slot);
		return;
	}
	need_rank(g, n, slot, 1, 2);
	need_size(g, n, slot, 0, d);
	if (n->in[slot]->shape.rank == 2)
		need_size(g, n, slot, 1, gates);
}

static void infer(Graph *g, Node *n)
{
	const struct Recurrent *attr = ATTR_OF(n, Recurrent);
	const Shape *x = &n->in[IN_X]->shape;
	bool first = attr->layout == 1;

	need_rank(g, n, IN_X, 3, 3);
	need_rank(g, n, IN_R, 3, 3);
	Dim h = dim(hidden_size(g, n)), d = dim(directions(n)), t = x->dim[first], b = x->dim[!first];
	if (attr->layout != 0 && attr->layout != 1)
		fail_node(g, n, "E-ATTR", "layout is %lld; it must be 0 or 1", (long long)attr->layout);
	for (int i = 0; i < directions(n); i++)
		recurrence_of(g, n, i);
	for (int slot = IN_W; slot <= IN_P; slot++)
		need_shape(g, n, slot);
	for (int slot = IN_W_SCALE; slot <= IN_R_ZERO; slot++)
		need_scales(g, n, slot, d, dim(cell_gates(cell_of(n)) * h.k));
	Shape state = state_shape(n, h);
	Shape y = first ? shape_of(4, (Dim[]){b, t, d, h}) : shape_of(4, (Dim[]){t, d, b, h});
	set_out(g, n, 0, n->in[IN_X]->dtype, &y);
	set_out(g, n, 1, n->in[IN_X]->dtype, &state);
	set_out(g, n, 2, n->in[IN_X]->dtype, &state);
}

/* ---- eval ---- */

static const double *part_of(Eval *e, const Node *n, Tensor *const *in, int slot, int64_t start)
{
	return has_in(n, slot) ? in_f64(e, in[slot]) + start : NULL;
}

/* W x plus its bias for every step and example of direction d, as [T,N,G*H]. */
static double *project(Eval *e, const Node *n, Tensor *const *in, int d, int64_t steps, int64_t batch, int64_t width)
{
	bool first = ATTR_OF(n, Recurrent)->layout == 1;
	int64_t size = in[IN_X]->dim[2];
	const double *x = in_f64(e, in[IN_X]), *w = in_f64(e, in[IN_W]) + d * width * size;
	const double *b = part_of(e, n, in, IN_B, d * 2 * width);
	const Product one = {.m = 1, .n = width, .k = size, .ak = 1, .bk = 1, .bn = size};
	double *y = NEW_N(&e->g->ctx->scratch, double, steps * batch * width);

	for (int64_t i = 0; i < steps * batch; i++) {
		int64_t from = first ? i % batch * steps + i / batch : i;

		for (int64_t k = 0; b && k < width; k++)
			y[i * width + k] = b[k];
		product(&one, x + from * size, w, y + i * width);
	}
	return y;
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	bool first = ATTR_OF(n, Recurrent)->layout == 1;
	int64_t steps = in[IN_X]->dim[first], batch = in[IN_X]->dim[!first], hidden = in[IN_R]->dim[2];
	int64_t width = cell_gates(cell_of(n)) * hidden, nd = directions(n);

	double *y[3] = {NULL, NULL, NULL};

	for (int slot = 0; slot < 3; slot++)
		y[slot] = wants(n, slot) ? out_f64(e, out[slot]) : NULL;
	for (int d = 0; d < nd; d++) {
		int64_t state = first ? d * hidden : d * batch * hidden;
		Sequence s = {.attr = recurrence_of(e->g, n, d), .steps = steps, .batch = batch, .hidden = hidden,
			      .gates = project(e, n, in, d, steps, batch, width),
			      .r = in_f64(e, in[IN_R]) + d * width * hidden,
			      .rb = part_of(e, n, in, IN_B, (2 * d + 1) * width),
			      .peep = part_of(e, n, in, IN_P, d * 3 * hidden),
			      .lens = sequence_lens(e, n, in, IN_LENS, steps),
			      .h0 = part_of(e, n, in, IN_H0, state), .c0 = part_of(e, n, in, IN_C0, state),
			      .y = y[0] ? y[0] + state : NULL, .yh = y[1] ? y[1] + state : NULL,
			      .yc = y[2] ? y[2] + state : NULL,
			      .y_t = nd * (first ? 1 : batch) * hidden, .y_n = (first ? steps * nd : 1) * hidden,
			      .state_n = (first ? nd : 1) * hidden};

		run_sequence(&e->g->ctx->scratch, &s);
	}
}

/* ---- expand ---- */

/* Index d of the direction's axis of an input, without that axis; NULL stays NULL. */
static Value *direction(Graph *g, const Node *n, int slot, int64_t axis, int d)
{
	if (!has_in(n, slot))
		return NULL;
	Shape want = wanted_shape(g, n, slot);
	Value *v = shape_same(&want, &n->in[slot]->shape) ? n->in[slot] : shaped_as(g, n, n->in[slot], &want);

	if (directions(n) > 1)
		v = slice_of(g, n, v, axis, d, d + 1);
	return put(g, n, "Squeeze", v, value_i64(g, 1, &axis), END_IN);
}

static Value *swap_first_axes(Graph *g, const Node *n, Value *v)
{
	static int64_t perm[] = {1, 0, 2};
	const struct Transpose attr = {{perm, 3}};

	return put_attr(g, n, "Transpose", &attr, v, END_IN);
}

/* Of direction d: x W'. */
static Value *product_with_w(Graph *g, const Node *n, Value *x, int d)
{
	Value *w = direction(g, n, IN_W, 0, d);

	if (!is_quantised(n))
		return put(g, n, "MatMul", x, put(g, n, "Transpose", w, END_IN), END_IN);
	return dynamic_product(g, n, x, w, direction(g, n, IN_W_SCALE, 0, d), direction(g, n, IN_W_ZERO, 0, d));
}

/* The product of the whole sequence with W, and all biases that do not depend on h; *rb gets the one that does. */
static Value *projection(Graph *g, const Node *n, Value *x, int d, Value **rb)
{
	int64_t width = cell_gates(cell_of(n)) * hidden_size(g, n);
	Value *y = product_with_w(g, n, x, d), *b = direction(g, n, IN_B, 0, d), *wb;

	*rb = NULL;
	if (!b)
		return y;
	wb = slice_of(g, n, b, 0, 0, width);
	*rb = slice_of(g, n, b, 0, width, 2 * width);
	if (!ATTR_OF(n, Recurrent)->linear_before_reset) {
		wb = put(g, n, "Add", wb, *rb, END_IN);
		*rb = NULL;
	}
	return put(g, n, "Add", y, wb, END_IN);
}

static Node *put_recurrence(Graph *g, const Node *n, Value *x, int d)
{
	int64_t states = ATTR_OF(n, Recurrent)->layout == 1 ? 1 : 0;
	struct Recurrence *attr = NEW(&g->ctx->perm, struct Recurrence);
	Value *in[REC_INPUTS];
	Node *r;

	*attr = recurrence_of(g, n, d);
	in[REC_GATES] = projection(g, n, x, d, &in[REC_RB]);
	in[REC_R] = direction(g, n, IN_R, 0, d);
	if (is_quantised(n))
		in[REC_R] = put(g, n, "Transpose", in[REC_R], END_IN);
	in[REC_LENS] = has_in(n, IN_LENS) ? n->in[IN_LENS] : NULL;
	in[REC_H0] = direction(g, n, IN_H0, states, d);
	in[REC_C0] = direction(g, n, IN_C0, states, d);
	in[REC_PEEP] = direction(g, n, IN_P, 0, d);
	in[REC_R_SCALE] = is_quantised(n) ? direction(g, n, IN_R_SCALE, 0, d) : NULL;
	in[REC_R_ZERO] = is_quantised(n) ? direction(g, n, IN_R_ZERO, 0, d) : NULL;
	r = node_new(g, &op_tcc_Recurrence, n, REC_INPUTS, in, attr->cell == CELL_LSTM ? 3 : 2, attr);
	for (int i = 0; i < r->nout; i++)
		if (!wants(n, i))
			r->out[i] = NULL;
	return r;
}

/* Output `slot` from those of the directions: they become index 0 and 1 of a new axis. */
static Value *side_by_side(Graph *g, const Node *n, Node *const *r, int slot)
{
	bool first = ATTR_OF(n, Recurrent)->layout == 1;
	const struct Concat attr = {slot ? first : first ? 2 : 1};
	Value *part[2];

	for (int d = 0; d < directions(n); d++) {
		part[d] = r[d]->out[slot];
		if (slot == 0 && first)
			part[d] = swap_first_axes(g, n, part[d]);
		part[d] = put(g, n, "Unsqueeze", part[d], value_i64(g, 1, &attr.axis), END_IN);
	}
	return directions(n) == 1 ? part[0] : put_attr(g, n, "Concat", &attr, part[0], part[1], END_IN);
}

static void expand(Graph *g, Node *n)
{
	Value *x = n->in[IN_X];
	Node *r[2];

	if (ATTR_OF(n, Recurrent)->layout == 1)
		x = swap_first_axes(g, n, x);
	for (int d = 0; d < directions(n); d++)
		r[d] = put_recurrence(g, n, x, d);
	for (int slot = 0; slot < r[0]->nout; slot++)
		if (wants(n, slot))
			value_replace(g, n->out[slot], side_by_side(g, n, r, slot));
}

const Op op_lstm = {
	.name = "LSTM", .min_in = 3, .max_in = 8, .min_out = 0, .max_out = 3,
	.ulp = 64, .attrs = lstm_attrs, .attr_size = sizeof(struct Recurrent),
	.types = "f", .infer = infer, .eval = eval, .expand = expand,
};

const Op op_ort_DynamicQuantizeLSTM = {
	.name = "DynamicQuantizeLSTM", .domain = "com.microsoft", .min_in = 3, .max_in = 12, .min_out = 0, .max_out = 3,
	.ulp = 64, .attrs = lstm_attrs, .attr_size = sizeof(struct Recurrent),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};

const Op op_gru = {
	.name = "GRU", .min_in = 3, .max_in = 6, .min_out = 0, .max_out = 2,
	.ulp = 64, .attrs = gru_attrs, .attr_size = sizeof(struct Recurrent),
	.types = "f", .infer = infer, .eval = eval, .expand = expand,
};

const Op op_rnn = {
	.name = "RNN", .min_in = 3, .max_in = 6, .min_out = 0, .max_out = 2,
	.ulp = 64, .attrs = rnn_attrs, .attr_size = sizeof(struct Recurrent),
	.types = "f", .infer = infer, .eval = eval, .expand = expand,
};
