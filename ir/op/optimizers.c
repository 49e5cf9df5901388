/* optimizers.c -- Momentum, Adagrad, Adam (ai.onnx.preview.training, 1): one step of training for each tensor.
 *
 *     inputs   rate R, step T, then all tensors X, all gradients G, all states V (and H)
 *     outputs  all new tensors, all new states
 *
 *     g = norm_coefficient * x + gradient
 *     Momentum  v' = alpha v + (T > 0 ? beta : 1) g       x' = x - R v', nesterov: x - R (g + alpha v')
 *     Adagrad   h' = h + g^2                              x' = x - R / (1 + T decay_factor) * g / (sqrt(h') + epsilon)
 *     Adam      v' = alpha v + (1 - alpha) g              h' = beta h + (1 - beta) g^2
 *               x' = (1 - norm_coefficient_post) (x - r v' / (sqrt(h') + epsilon))
 *               r = T > 0 ? R sqrt(1 - beta^T) / (1 - alpha^T) : R */
#include "ir/op/composite.h"

struct Optimizer {
	float alpha, beta, epsilon, norm_coefficient, norm_coefficient_post, decay_factor;
	int64_t mode;
};

enum { STANDARD, NESTEROV };

static const Attr momentum_attrs[] = {ATTR_REQUIRED(Optimizer, alpha, A_FLOAT), ATTR_REQUIRED(Optimizer, beta, A_FLOAT),
				      ATTR_REQUIRED(Optimizer, norm_coefficient, A_FLOAT),
				      {"mode", A_ENUM, offsetof(struct Optimizer, mode), STANDARD, "standard|nesterov", true},
				      {0}};
static const Attr adagrad_attrs[] = {ATTR_FLOAT(Optimizer, decay_factor, 0), ATTR_FLOAT(Optimizer, epsilon, 1e-6f),
				     ATTR_FLOAT(Optimizer, norm_coefficient, 0), {0}};
static const Attr adam_attrs[] = {ATTR_FLOAT(Optimizer, alpha, 0.9f), ATTR_FLOAT(Optimizer, beta, 0.999f),
				  ATTR_FLOAT(Optimizer, epsilon, 1e-6f), ATTR_FLOAT(Optimizer, norm_coefficient, 0),
				  ATTR_FLOAT(Optimizer, norm_coefficient_post, 0), {0}};

/* ---- infer: `states` tensors belong to each X ---- */

static void infer_step(Graph *g, Node *n, int states)
{
	int each = 2 + states, count = (n->nin - 2) / each;

	if ((n->nin - 2) % each || n->nout != count * (1 + states))
		fail_node(g, n, "E-INPUTS", "%d inputs and %d outputs; each tensor has a gradient and %d states",
			  n->nin, n->nout, states);
	need_type(g, n, 1, "i");
	for (int i = 0; i < n->nin; i++)
		if (!n->in[i])
			fail_node(g, n, "E-INPUTS", "input %d is absent, but the operator requires it", i);
	for (int i = 0; i < 2; i++)
		need_rank(g, n, i, 0, 0);
	for (int i = 0; i < n->nin - 2; i++) {
		const Shape *x = &n->in[2 + i % count]->shape, *s = &n->in[2 + i]->shape;
		need_rank(g, n, 2 + i, x->rank, x->rank);
		same_type(g, n, 0, 2 + i);
		for (int k = 0; k < x->rank; k++)
			one_size(g, n, x->dim[k], s->dim[k]);
	}
	for (int i = 0; i < n->nout; i++)
		set_out(g, n, i, n->in[2]->dtype, &n->in[2 + i % count]->shape);
}

/* ---- arithmetic ---- */

typedef struct Step {
	Graph *g;
	Node *n;
	const struct Optimizer *a;
	DType t;
	Value *rate;
	int count;
} Step;

static Value *op2(Step *s, const char *name, Value *a, Value *b) { return put(s->g, s->n, name, a, b, END_IN); }
static Value *number(Step *s, double x) { return value_scalar(s->g, s->t, x); }
static Value *times(Step *s, Value *x, double k) { return op2(s, "Mul", x, number(s, k)); }
static Value *root(Step *s, Value *x) { return put(s->g, s->n, "Sqrt", x, END_IN); }

/* The i-th tensor (which 0), its gradient (1) or state (2, 3). */
static Value *given(const Step *s, int which, int i) { return s->n->in[2 + which * s->count + i]; }
static void give(Step *s, int which, int i, Value *v) { replace_out(s->g, s->n, which * s->count + i, v); }

static Value *gradient(Step *s, int i)
{
	Value *g = given(s, 1, i);
	return s->a->norm_coefficient == 0 ? g : op2(s, "Add", times(s, given(s, 0, i), (double)s->a->norm_coefficient), g);
}

static Value *step_number(Step *s) { return cast_value(s->g, s->n, s->n->in[1], s->t); }

/* first at step 0, later afterwards */
static Value *by_step(Step *s, Value *first, Value *later)
{
	Value *begun = put(s->g, s->n, "Greater", s->n->in[1], value_scalar(s->g, s->n->in[1]->dtype, 0), END_IN);
	return put(s->g, s->n, "Where", begun, later, first, END_IN);
}

static Step step_of(Graph *g, Node *n, int states)
{
	return (Step){g, n, n->attr, n->in[0]->dtype, n->in[0], (n->nin - 2) / (2 + states)};
}

/* x - rate * way */
static Value *moved(Step *s, int i, Value *way) { return op2(s, "Sub", given(s, 0, i), op2(s, "Mul", s->rate, way)); }

/* ---- the three ---- */

static void expand_momentum(Graph *g, Node *n)
{
	Step s = step_of(g, n, 1);
	double alpha = (double)s.a->alpha;
	Value *beta = by_step(&s, number(&s, 1), number(&s, (double)s.a->beta));

	for (int i = 0; i < s.count; i++) {
		Value *d = gradient(&s, i);
		Value *v = op2(&s, "Add", times(&s, given(&s, 2, i), alpha), op2(&s, "Mul", beta, d));
		Value *way = s.a->mode == NESTEROV ? op2(&s, "Add", d, times(&s, v, alpha)) : v;
		give(&s, 0, i, moved(&s, i, way));
		give(&s, 1, i, v);
	}
}

static void expand_adagrad(Graph *g, Node *n)
{
	Step s = step_of(g, n, 1);
	Value *decay = op2(&s, "Add", number(&s, 1), times(&s, step_number(&s), (double)s.a->decay_factor));

	s.rate = op2(&s, "Div", s.rate, decay);
	for (int i = 0; i < s.count; i++) {
		Value *d = gradient(&s, i), *h = op2(&s, "Add", given(&s, 2, i), op2(&s, "Mul", d, d));
		Value *scale = op2(&s, "Add", root(&s, h), number(&s, (double)s.a->epsilon));
		give(&s, 0, i, moved(&s, i, op2(&s, "Div", d, scale)));
		give(&s, 1, i, h);
	}
}

/* 1 - base^T */
static Value *bias(Step *s, double base)
{
	return op2(s, "Sub", number(s, 1), op2(s, "Pow", number(s, base), step_number(s)));
}

static void expand_adam(Graph *g, Node *n)
{
	Step s = step_of(g, n, 2);
	double alpha = (double)s.a->alpha, beta = (double)s.a->beta, post = (double)s.a->norm_coefficient_post;
	Value *corrected = op2(&s, "Div", root(&s, bias(&s, beta)), bias(&s, alpha));

	s.rate = by_step(&s, s.rate, op2(&s, "Mul", s.rate, corrected));
	for (int i = 0; i < s.count; i++) {
		Value *d = gradient(&s, i);
		Value *v = op2(&s, "Add", times(&s, given(&s, 2, i), alpha), times(&s, d, 1 - alpha));
		Value *h = op2(&s, "Add", times(&s, given(&s, 3, i), beta), times(&s, op2(&s, "Mul", d, d), 1 - beta));
		Value *scale = op2(&s, "Add", root(&s, h), number(&s, (double)s.a->epsilon));
		Value *x = moved(&s, i, op2(&s, "Div", v, scale));
		give(&s, 0, i, post == 0 ? x : times(&s, x, 1 - post));
		give(&s, 1, i, v);
		give(&s, 2, i, h);
	}
}

static void infer_one(Graph *g, Node *n) { infer_step(g, n, 1); }
static void infer_two(Graph *g, Node *n) { infer_step(g, n, 2); }

#define TRAINING(id, text, least, states)                                                                              \
	const Op op_##id = {                                                                                           \
		.name = text, .domain = "ai.onnx.preview.training", .min_in = least, .max_in = -1, .min_out = 1,       \
		.max_out = -1, .ulp = 64, .attrs = id##_attrs, .attr_size = sizeof(struct Optimizer),                  \
		.types = "f", .infer = infer_##states, .eval = eval_expansion, .expand = expand_##id,                  \
	}

TRAINING(momentum, "Momentum", 5, one);
TRAINING(adagrad, "Adagrad", 5, one);
TRAINING(adam, "Adam", 6, two);
