/* loss.c -- NegativeLogLikelihoodLoss (12-22), and SoftmaxCrossEntropyLoss (12-13), the same over log-softmax.
 *
 *     loss[n, ..] = -w[t] * x[n, t, ..]  with t = target[n, ..], and 0 where t is ignore_index
 *     mean: the sum of all losses over the sum of their weights w[t] */
#include "ir/op/composite.h"
#include "ir/op/reduce.h"

enum reduction { NONE, SUM, MEAN };

struct Loss {
	int64_t reduction, ignore_index; /* INT64_MIN: none */
};

static const Attr attrs[] = {ATTR_ENUM(Loss, reduction, MEAN, "none|sum|mean"),
			     ATTR_INT(Loss, ignore_index, INT64_MIN), {0}};

static void infer(Graph *g, Node *n)
{
	const Shape *x = &n->in[0]->shape, *t = &n->in[1]->shape;
	Shape one = shape_scalar();

	need_type(g, n, 1, "i");
	need_rank(g, n, 0, 2, MAX_RANK);
	need_rank(g, n, 1, x->rank - 1, x->rank - 1);
	for (int k = 0; k < t->rank; k++)
		one_size(g, n, t->dim[k], x->dim[k ? k + 1 : 0]);
	if (has_in(n, 2)) {
		same_type(g, n, 0, 2);
		need_rank(g, n, 2, 1, 1);
		need_size(g, n, 2, 0, x->dim[1]);
	}
	set_out(g, n, 0, n->in[0]->dtype, ATTR_OF(n, Loss)->reduction == NONE ? t : &one);
	set_out(g, n, 1, n->in[0]->dtype, x);
}

static Value *sum_of(Graph *g, const Node *n, Value *x)
{
	return put_attr(g, n, "ReduceSum", &(struct Reduce){0, 0}, x, END_IN);
}

/* The weight of each target; NULL: all are 1. */
static Value *weights(Graph *g, const Node *n, Value *target, Value *ignored, DType t)
{
	Value *zero = value_scalar(g, t, 0);

	if (has_in(n, 2)) {
		Value *w = put(g, n, "Gather", n->in[2], target, END_IN);
		return ignored ? put(g, n, "Where", ignored, zero, w, END_IN) : w;
	}
	return ignored ? put(g, n, "Where", ignored, zero, value_scalar(g, t, 1), END_IN) : NULL;
}

/* The loss of log-probabilities. */
static Value *loss_of(Graph *g, const Node *n, Value *logs)
{
	const struct Loss *a = n->attr;
	Value *target = cast_value(g, n, n->in[1], I64), *ignored = NULL, *zero = value_scalar(g, logs->dtype, 0);
	int64_t axis = 1;

	if (a->ignore_index != INT64_MIN) {
		Value *index = value_const(g, NULL, tensor_i64(&g->ctx->perm, 1, &a->ignore_index, true));
		ignored = put(g, n, "Equal", target, index, END_IN);
		target = put(g, n, "Where", ignored, value_scalar(g, I64, 0), target, END_IN);
	}
	Value *picked = put_attr(g, n, "GatherElements", &(struct Gather){1}, logs,
				 with_axes(g, n, target, 1, &axis), END_IN);
	Value *loss = put(g, n, "Neg", put(g, n, "Squeeze", picked, value_i64(g, 1, &axis), END_IN), END_IN);
	Value *w = weights(g, n, target, ignored, logs->dtype);
	if (w)
		loss = put(g, n, "Mul", loss, w, END_IN);
	if (ignored)
		loss = put(g, n, "Where", ignored, zero, loss, END_IN);
	if (a->reduction == NONE)
		return loss;
	if (a->reduction == SUM)
		return sum_of(g, n, loss);
	if (w)
		return put(g, n, "Div", sum_of(g, n, loss), sum_of(g, n, w), END_IN);
	return put_attr(g, n, "ReduceMean", &(struct Reduce){0, 0}, loss, END_IN);
}

static void expand_nll(Graph *g, Node *n)
{
	value_replace(g, n->out[0], loss_of(g, n, n->in[0]));
}

static void expand_softmax(Graph *g, Node *n)
{
	Value *logs = put_attr(g, n, "LogSoftmax", &(struct Norm){.axis = 1}, n->in[0], END_IN);

	replace_out(g, n, 0, loss_of(g, n, logs));
	replace_out(g, n, 1, logs);
}

const Op op_nllloss = {
	.name = "NegativeLogLikelihoodLoss", .min_in = 2, .max_in = 3, .min_out = 1, .max_out = 1, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct Loss),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand_nll,
};

const Op op_softmaxloss = {
	.name = "SoftmaxCrossEntropyLoss", .min_in = 2, .max_in = 3, .min_out = 1, .max_out = 2, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct Loss),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand_softmax,
};
