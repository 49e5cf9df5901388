/* recurrence.c -- tcc.Recurrence: one direction of LSTM, GRU or RNN over an input that is projected already.
 *
 *     RNN   h' = f(x + R h)
 *     GRU   z = f(xz + Rz h), r = f(xr + Rr h), u = g(xh + Rh (r * h)), h' = (1 - z) * u + z * h
 *           linear_before_reset: u = g(xh + r * (Rh h + rb))
 *     LSTM  i = f(xi + Ri h + Pi c), f = f(xf + Rf h + Pf c) or 1 - i, c' = f * c + i * g(xc + Rc h)
 *           o = f(xo + Ro h + Po c'), h' = o * h(c')
 *
 * Inputs: gates [T,N,G*H], R [G*H,H], then optionally: rb [G*H] added to R h, lengths [N], h0 [N,H], c0 [N,H], P [3*H].
 * Outputs: y [T,N,H], the last h [N,H], the last c [N,H]. Behind an example's length y is 0 and the states stay;
 * reversed sequences run from that length down. */
#include "ir/op/composite.h"
#include <math.h>
#include <string.h>
#include <strings.h>

/* ---- activations: rows in the order of ACTIVATIONS ---- */

static double relu(double x, double a, double b) { (void)a, (void)b; return x > 0 ? x : 0; }
static double tanh_(double x, double a, double b) { (void)a, (void)b; return tanh(x); }
static double sigmoid(double x, double a, double b) { (void)a, (void)b; return 1 / (1 + exp(-x)); }
static double affine(double x, double a, double b) { return a * x + b; }
static double leaky_relu(double x, double a, double b) { (void)b; return x >= 0 ? x : a * x; }
static double thresholded_relu(double x, double a, double b) { (void)b; return x > a ? x : 0; }
static double scaled_tanh(double x, double a, double b) { return a * tanh(b * x); }
static double hard_sigmoid(double x, double a, double b) { return fmin(fmax(a * x + b, 0), 1); }
static double elu(double x, double a, double b) { (void)b; return x >= 0 ? x : a * expm1(x); }
static double softsign(double x, double a, double b) { (void)a, (void)b; return x / (1 + fabs(x)); }
static double softplus(double x, double a, double b) { (void)a, (void)b; return fmax(x, 0) + log1p(exp(-fabs(x))); }

static const struct {
	const char *name;
	double (*f)(double x, double alpha, double beta);
	bool has_alpha, has_beta;
	float alpha, beta; /* defaults */
} activations[] = {
	{"Relu", relu, false, false, 0, 0},
	{"Tanh", tanh_, false, false, 0, 0},
	{"Sigmoid", sigmoid, false, false, 0, 0},
	{"Affine", affine, true, true, 1, 0},
	{"LeakyRelu", leaky_relu, true, false, 0.01f, 0},
	{"ThresholdedRelu", thresholded_relu, true, false, 1, 0},
	{"ScaledTanh", scaled_tanh, true, true, 1, 1},
	{"HardSigmoid", hard_sigmoid, true, true, 0.2f, 0.5f},
	{"Elu", elu, true, false, 1, 0},
	{"Softsign", softsign, false, false, 0, 0},
	{"Softplus", softplus, false, false, 0, 0},
};
enum { NACTIVATIONS = sizeof activations / sizeof *activations };

static float next_of(const Floats *list, int *used, bool takes, float otherwise)
{
	return takes && *used < list->n ? list->v[(*used)++] : otherwise;
}

int activation_row(const Text *name, const Floats *alphas, const Floats *betas, int *used_alpha, int *used_beta,
		   float *alpha, float *beta)
{
	for (int i = 0; i < NACTIVATIONS; i++) {
		const char *own = activations[i].name;

		if ((size_t)name->length != strlen(own) || strncasecmp(name->text, own, strlen(own)))
			continue;
		*alpha = next_of(alphas, used_alpha, activations[i].has_alpha, activations[i].alpha);
		*beta = next_of(betas, used_beta, activations[i].has_beta, activations[i].beta);
		return i;
	}
	return -1;
}

const char *activation_name(int64_t row)
{
	return activations[row].name;
}

static double clipped(const struct Recurrence *a, double x)
{
	double clip = (double)a->clip;

	return clip > 0 ? fmin(fmax(x, -clip), clip) : x;
}

static double act_f(const struct Recurrence *a, double x)
{
	return activations[a->f].f(clipped(a, x), (double)a->alpha_f, (double)a->beta_f);
}

static double act_g(const struct Recurrence *a, double x)
{
	return activations[a->g].f(clipped(a, x), (double)a->alpha_g, (double)a->beta_g);
}

static double act_h(const struct Recurrence *a, double x)
{
	return activations[a->h].f(x, (double)a->alpha_h, (double)a->beta_h);
}

/* ---- one step of one example ---- */

int cell_gates(int64_t cell)
{
	return cell == CELL_LSTM ? 4 : cell == CELL_GRU ? 3 : 1;
}

/* Rows of R h + rb for gates first .. last-1. */
static void recur(const Sequence *s, const double *h, int64_t first, int64_t last, double *sum)
{
	for (int64_t i = first * s->hidden; i < last * s->hidden; i++) {
		sum[i] = s->rb ? s->rb[i] : 0;
		for (int64_t k = 0; k < s->hidden; k++)
			sum[i] += s->r[i * s->hidden + k] * h[k];
	}
}

static void step_rnn(const Sequence *s, const double *x, double *sum, double *h)
{
	recur(s, h, 0, 1, sum);
	for (int64_t k = 0; k < s->hidden; k++)
		h[k] = act_f(&s->attr, x[k] + sum[k]);
}

/* The hidden gate is last; before it, sum[z] and sum[r] become the gates themselves. */
static void step_gru(const Sequence *s, const double *x, double *sum, double *h)
{
	const struct Recurrence *a = &s->attr;
	int64_t n = s->hidden;
	double *z = sum, *r = sum + n, *u = sum + 2 * n, *reset = sum + 3 * n;

	recur(s, h, 0, a->linear_before_reset ? 3 : 2, sum);
	for (int64_t k = 0; k < 2 * n; k++)
		sum[k] = act_f(a, x[k] + sum[k]);
	for (int64_t k = 0; k < n; k++)
		reset[k] = r[k] * h[k];
	if (!a->linear_before_reset)
		recur(s, reset, 2, 3, sum);
	for (int64_t k = 0; k < n; k++) {
		double new = act_g(a, x[2 * n + k] + (a->linear_before_reset ? r[k] * u[k] : u[k]));

		h[k] = (1 - z[k]) * new + z[k] * h[k];
	}
}

static void step_lstm(const Sequence *s, const double *x, double *sum, double *h, double *c)
{
	const struct Recurrence *a = &s->attr;
	const double *p = s->peep;
	int64_t n = s->hidden;

	recur(s, h, 0, 4, sum);
	for (int64_t k = 0; k < n; k++) {
		double i = act_f(a, x[k] + sum[k] + (p ? p[k] * c[k] : 0));
		double f = x[2 * n + k] + sum[2 * n + k] + (p ? p[2 * n + k] * c[k] : 0);

		f = a->input_forget ? 1 - i : act_f(a, f);
		c[k] = f * c[k] + i * act_g(a, x[3 * n + k] + sum[3 * n + k]);
		h[k] = act_f(a, x[n + k] + sum[n + k] + (p ? p[n + k] * c[k] : 0)) * act_h(a, c[k]);
	}
}

static void step(const Sequence *s, const double *x, double *sum, double *h, double *c)
{
	if (s->attr.cell == CELL_LSTM)
		step_lstm(s, x, sum, h, c);
	else if (s->attr.cell == CELL_GRU)
		step_gru(s, x, sum, h);
	else
		step_rnn(s, x, sum, h);
}

/* ---- whole sequences ---- */

static void put_state(double *to, const double *from, int64_t n)
{
	if (to)
		memcpy(to, from, (size_t)n * sizeof *to);
}

static double *initial(Arena *scratch, const Sequence *s, const double *from, int64_t example)
{
	double *state = NEW_N(scratch, double, s->hidden);

	if (from)
		put_state(state, from + example * s->state_n, s->hidden);
	return state;
}

static void run_example(Arena *scratch, const Sequence *s, int64_t example)
{
	double *h = initial(scratch, s, s->h0, example), *c = initial(scratch, s, s->c0, example);
	double *sum = NEW_N(scratch, double, 4 * s->hidden);
	int64_t length = s->lens ? s->lens[example] : s->steps, width = cell_gates(s->attr.cell) * s->hidden;

	for (int64_t i = 0; i < length; i++) {
		int64_t t = s->attr.reverse ? length - 1 - i : i;

		step(s, s->gates + (t * s->batch + example) * width, sum, h, c);
		put_state(s->y ? s->y + t * s->y_t + example * s->y_n : NULL, h, s->hidden);
	}
	for (int64_t t = length; s->y && t < s->steps; t++)
		memset(s->y + t * s->y_t + example * s->y_n, 0, (size_t)s->hidden * sizeof *s->y);
	put_state(s->yh ? s->yh + example * s->state_n : NULL, h, s->hidden);
	put_state(s->yc ? s->yc + example * s->state_n : NULL, c, s->hidden);
}

void run_sequence(Arena *scratch, const Sequence *s)
{
	for (int64_t example = 0; example < s->batch; example++) {
		ArenaMark mark = arena_mark(scratch);

		run_example(scratch, s, example);
		arena_release(scratch, mark);
	}
}

const int64_t *sequence_lens(Eval *e, const Node *n, Tensor *const *in, int slot, int64_t steps)
{
	const int64_t *lens;

	if (!has_in(n, slot))
		return NULL;
	lens = in_i64(e, in[slot]);
	for (int64_t i = 0; i < in[slot]->count; i++)
		if (lens[i] < 0 || lens[i] > steps)
			fail_node(e->g, n, "E-INDEX", "example %lld has length %lld; the sequence has %lld steps",
				  (long long)i, (long long)lens[i], (long long)steps);
	return lens;
}

/* ---- the operator ---- */

static const Attr recurrence_attrs[] = {
	ATTR_ENUM(Recurrence, cell, CELL_RNN, CELLS), ATTR_INT(Recurrence, reverse, 0),
	ATTR_ENUM(Recurrence, f, 1, ACTIVATIONS), ATTR_ENUM(Recurrence, g, 1, ACTIVATIONS),
	ATTR_ENUM(Recurrence, h, 1, ACTIVATIONS),
	ATTR_FLOAT(Recurrence, alpha_f, 0), ATTR_FLOAT(Recurrence, alpha_g, 0), ATTR_FLOAT(Recurrence, alpha_h, 0),
	ATTR_FLOAT(Recurrence, beta_f, 0), ATTR_FLOAT(Recurrence, beta_g, 0), ATTR_FLOAT(Recurrence, beta_h, 0),
	ATTR_FLOAT(Recurrence, clip, 0), ATTR_INT(Recurrence, input_forget, 0),
	ATTR_INT(Recurrence, linear_before_reset, 0), {0}};

static void infer(Graph *g, Node *n)
{
	const Shape *x = &n->in[REC_GATES]->shape, *r = &n->in[REC_R]->shape;
	Shape y, state;

	need_rank(g, n, REC_GATES, 3, 3);
	need_rank(g, n, REC_R, 2, 2);
	need_size(g, n, REC_GATES, 2, r->dim[0]);
	need_size(g, n, REC_R, 0, dim_mul(g->syms, r->dim[1], dim(cell_gates(ATTR_OF(n, Recurrence)->cell))));
	y = shape_of(3, (Dim[]){x->dim[0], x->dim[1], r->dim[1]});
	state = shape_of(2, (Dim[]){x->dim[1], r->dim[1]});
	set_out(g, n, 0, n->in[0]->dtype, &y);
	set_out(g, n, 1, n->in[0]->dtype, &state);
	set_out(g, n, 2, n->in[0]->dtype, &state);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	if (has_in(n, REC_R_SCALE)) {
		eval_expansion(e, n, in, out);
		return;
	}
	Sequence s = {.attr = *ATTR_OF(n, Recurrence), .steps = in[REC_GATES]->dim[0], .batch = in[REC_GATES]->dim[1],
		      .hidden = in[REC_R]->dim[1], .gates = in_f64(e, in[REC_GATES]), .r = in_f64(e, in[REC_R]),
		      .rb = has_in(n, REC_RB) ? in_f64(e, in[REC_RB]) : NULL,
		      .h0 = has_in(n, REC_H0) ? in_f64(e, in[REC_H0]) : NULL,
		      .c0 = has_in(n, REC_C0) ? in_f64(e, in[REC_C0]) : NULL,
		      .peep = has_in(n, REC_PEEP) ? in_f64(e, in[REC_PEEP]) : NULL,
		      .y = wants(n, 0) ? out_f64(e, out[0]) : NULL,
		      .yh = wants(n, 1) ? out_f64(e, out[1]) : NULL,
		      .yc = wants(n, 2) ? out_f64(e, out[2]) : NULL};

	s.lens = sequence_lens(e, n, in, REC_LENS, s.steps);
	s.y_n = s.state_n = s.hidden;
	s.y_t = s.batch * s.hidden;
	run_sequence(&e->g->ctx->scratch, &s);
}

const Op op_tcc_Recurrence = {
	.name = "Recurrence", .domain = "tcc", .min_in = 2, .max_in = REC_INPUTS, .min_out = 1, .max_out = 3,
	.flags = REDUCES, .ulp = 64, .attrs = recurrence_attrs, .attr_size = sizeof(struct Recurrence),
	.types = "f", .infer = infer, .eval = eval, .expand = expand_recurrence,
};
