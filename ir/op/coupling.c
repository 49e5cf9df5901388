/* coupling.c -- probabilities of classes, of those of each two: pairwise coupling, by the steps of LIBSVM, which ONNX
 * Runtime and scikit-learn take.
 *
 *     p minimises sum over t != j of (r[j,t] p[t] - r[t,j] p[j])^2 = p' Q p,  sum of p = 1
 *     Q[t,t] = sum over j of r[j,t]^2,  Q[t,j] = -r[j,t] r[t,j]
 *
 * One p[t] after the other is moved to where its own gradient is that of all, until none is further than EPSILON / classes
 * away; a row that is there stays as it is while others move on.
 *
 *     T.-F. Wu, C.-J. Lin, R. C. Weng: Probability estimates for multi-class classification by pairwise coupling (2004),
 *     the second method, as algorithm 2 has it */
#include "ir/op/reduce.h"
#include "ir/op/scores.h"
#include "ir/op/trust.h"

#define EPSILON 0.005
#define LEAST 1e-7 /* of a probability of two */
#define MOST_TURNS 100

typedef struct Coupling {
	Graph *g; /* of a turn */
	const Node *n;
	int64_t classes;
	Value *q, *p, *qp, *pqp; /* Q, p, Q p, p' Q p; each a row for each row of scores */
} Coupling;

/* Index t along axis 1, which stays, with size 1. */
static Value *part(const Coupling *c, Value *v, int64_t t)
{
	int64_t end = t + 1, axis = 1;

	return put(c->g, c->n, "Slice", v, value_i64(c->g, 1, &t), value_i64(c->g, 1, &end), value_i64(c->g, 1, &axis), END_IN);
}

static Value *two(const Coupling *c, const char *op, Value *a, Value *b) { return binary(c->g, c->n, op, a, b); }

/* 1 at t, else 0: [classes] */
static Value *unit(const Coupling *c, int64_t t)
{
	Tensor *e = tensor_new(&c->g->ctx->perm, F32, 1, &c->classes);

	((float *)e->data)[t] = 1;
	return value_const(c->g, NULL, e);
}

/* p[t] moves, all are divided so that their sum is 1 again, and Q p and p' Q p follow. */
static void move_one(Coupling *c, int64_t t)
{
	int64_t axis = 1;
	Value *row = put(c->g, c->n, "Squeeze", part(c, c->q, t), value_i64(c->g, 1, &axis), END_IN);
	Value *own = part(c, row, t), *here = part(c, c->qp, t);
	Value *d = two(c, "Div", two(c, "Sub", c->pqp, here), own);
	Value *sum = two(c, "Add", d, value_scalar(c->g, F32, 1));
	Value *more = two(c, "Mul", d, two(c, "Add", two(c, "Mul", d, own), scaled(c->g, c->n, here, 2)));

	c->p = two(c, "Div", two(c, "Add", c->p, two(c, "Mul", d, unit(c, t))), sum);
	c->pqp = two(c, "Div", two(c, "Div", two(c, "Add", c->pqp, more), sum), sum);
	c->qp = two(c, "Div", two(c, "Add", c->qp, two(c, "Mul", d, row)), sum);
}

static Value *sums(const Coupling *c, const char *op, Value *v, int64_t axis, bool keep)
{
	return reduced(c->g, c->n, op, v, axis, keep);
}

/* t, going, p | Q -> whether some row still moves, p */
static Graph *turn(Graph *g, const Node *n, int64_t classes, const Value *q, const Value *p)
{
	const Shape one = {.rank = 0};
	int64_t axis = 1;
	Graph *b = graph_new(g->ctx, g->syms, n->name, g);
	Coupling c = {.g = b, .n = n, .classes = classes};

	value_input(b, "turn", I64, &one);
	value_input(b, "going", BOOL, &one);
	Value *before = c.p = value_input(b, "p", F32, &p->shape);
	c.q = value_input(b, "q", F32, &q->shape);
	b->ncaptured = 1;
	c.qp = sums(&c, "ReduceSum", two(&c, "Mul", c.q, with_axes(b, n, before, 1, &axis)), 2, false);
	c.pqp = sums(&c, "ReduceSum", two(&c, "Mul", before, c.qp), 1, true);
	Value *far = sums(&c, "ReduceMax", put(b, n, "Abs", two(&c, "Sub", c.qp, c.pqp), END_IN), 1, true);
	Value *moves = two(&c, "GreaterOrEqual", far, value_scalar(b, F32, EPSILON / (double)classes));
	for (int64_t t = 0; t < classes; t++)
		move_one(&c, t);
	Value *some = sums(&c, "ReduceMax", sums(&c, "ReduceMax", cast_value(b, n, moves, I32), 1, false), 0, false);
	graph_output(b, two(&c, "Greater", some, value_scalar(b, I32, 0)), NULL);
	graph_output(b, put(b, n, "Where", moves, c.p, before, END_IN), NULL);
	return b;
}

/* r [rows, classes, classes]: r[i,j] = pair, r[j,i] = 1 - pair, with one pair i < j after the other; 0 for i = j. */
static Value *square(Graph *g, const Node *n, Value *pairs, int64_t classes)
{
	int64_t decisions = classes * (classes - 1) / 2, flat = classes * classes;
	Tensor *sign = tensor_new(&g->ctx->perm, F32, 2, (int64_t[]){decisions, flat});
	Tensor *start = tensor_new(&g->ctx->perm, F32, 1, &flat);
	float *to = sign->data;

	for (int64_t i = 0; i < classes; i++)
		for (int64_t j = i + 1; j < classes; j++, to += flat) {
			to[i * classes + j] = 1;
			to[j * classes + i] = -1;
			((float *)start->data)[j * classes + i] = 1;
		}
	Value *r = binary(g, n, "Add", binary(g, n, "MatMul", pairs, value_const(g, NULL, sign)), value_const(g, NULL, start));
	return reshaped(g, n, r, 3, (int64_t[]){0, classes, classes});
}

static Value *diagonal(Graph *g, int64_t classes)
{
	Tensor *t = tensor_new(&g->ctx->perm, F32, 2, (int64_t[]){classes, classes});

	for (int64_t i = 0; i < classes; i++)
		((float *)t->data)[i * classes + i] = 1;
	return value_const(g, NULL, t);
}

Value *coupled(Graph *g, const Node *n, Value *pairs, int64_t classes)
{
	int64_t last = 2, most = classes > MOST_TURNS ? classes : MOST_TURNS;
	Value *lo = value_scalar(g, F32, LEAST), *hi = value_scalar(g, F32, 1 - LEAST);
	Value *r = square(g, n, put(g, n, "Clip", pairs, lo, hi, END_IN), classes), *s = swapped(g, n, r, 1, 2);
	Value *own = reduced(g, n, "ReduceSumSquare", s, 2, false);
	Value *q = binary(g, n, "Sub", binary(g, n, "Mul", with_axes(g, n, own, 1, &last), diagonal(g, classes)),
			  binary(g, n, "Mul", r, s));
	Value *p = binary(g, n, "Add", binary(g, n, "Mul", own, value_scalar(g, F32, 0)), value_scalar(g, F32, 1 / (double)classes));
	Graph *body = turn(g, n, classes, q, p);
	Value *in[] = {value_const(g, NULL, tensor_i64(&g->ctx->perm, 1, &most, true)), value_scalar(g, BOOL, 1), p, q};

	return node_control(g, &op_Loop, n, 4, in, 1, attr_new(g, &op_Loop), 1, &body)->out[0];
}
