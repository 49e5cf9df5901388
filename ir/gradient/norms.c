/* norms.c -- normalisations, written out for their derivatives: means, squares, roots. */
#include "ir/gradient/rules.h"

#define DO(op, a, b) put(g, n, op, a, b, END_IN)

static Value *constant(Graph *g, const Node *n, double x) { return value_scalar(g, n->in[0]->dtype, x); }

/* A reduction over axes first .. rank-1, which stay with size 1. */
static Value *over_rest(Graph *g, const Node *n, const char *op, Value *v, int first)
{
	int64_t axes[MAX_RANK];
	int count = 0;

	for (int k = first; k < v->shape.rank; k++)
		axes[count++] = k;
	return put_attr(g, n, op, &(struct Reduce){1, 0}, v, value_i64(g, count, axes), END_IN);
}

/* 1 / sqrt(mean of x^2 + epsilon) */
static Value *inverse_root(Graph *g, const Node *n, Value *x, int first)
{
	Value *square = over_rest(g, n, "ReduceMean", DO("Mul", x, x), first);
	Value *sum = DO("Add", square, constant(g, n, attr_number(n, "epsilon")));

	return put(g, n, "Reciprocal", put(g, n, "Sqrt", sum, END_IN), END_IN);
}

static Value *centred(Graph *g, const Node *n, Value *x, int first)
{
	return DO("Sub", x, over_rest(g, n, "ReduceMean", x, first));
}

static int first_axis(Graph *g, const Node *n)
{
	return (int)fix_axis(g, n, ATTR_OF(n, Norm)->axis, n->in[0]->shape.rank);
}

static void write_rmsnorm(Graph *g, Node *n)
{
	Value *x = n->in[0], *y = DO("Mul", x, inverse_root(g, n, x, first_axis(g, n)));

	value_replace(g, n->out[0], DO("Mul", y, n->in[1]));
}

static void write_layernorm(Graph *g, Node *n)
{
	int first = first_axis(g, n);
	Value *x = centred(g, n, n->in[0], first), *scale = inverse_root(g, n, x, first);
	Value *y = DO("Mul", DO("Mul", x, scale), n->in[1]);

	replace_out(g, n, 0, has_in(n, 2) ? DO("Add", y, n->in[2]) : y);
	if (wants(n, 1))
		replace_out(g, n, 1, over_rest(g, n, "ReduceMean", n->in[0], first));
	replace_out(g, n, 2, scale);
}

/* A value a channel, for [batch, channels, ..]. */
static Value *by_channel(Graph *g, const Node *n, Value *v)
{
	int64_t axes[MAX_RANK];
	int count = n->in[0]->shape.rank - 2;

	for (int k = 0; k < count; k++)
		axes[k] = k + 1;
	return count > 0 ? with_axes(g, n, v, count, axes) : v;
}

static void write_batchnorm(Graph *g, Node *n)
{
	if (ATTR_OF(n, Norm)->training_mode) {
		n->op->expand(g, n);
		return;
	}
	Value *var = DO("Add", n->in[4], value_scalar(g, n->in[4]->dtype, attr_number(n, "epsilon")));
	Value *x = DO("Sub", n->in[0], by_channel(g, n, n->in[3]));
	Value *scale = DO("Div", n->in[1], put(g, n, "Sqrt", var, END_IN));

	value_replace(g, n->out[0], DO("Add", DO("Mul", x, by_channel(g, n, scale)), by_channel(g, n, n->in[2])));
}

/* Groups of channels are the rows of [batch, groups, ..]. */
static void write_groupnorm(Graph *g, Node *n)
{
	bool single = is_op(n, "InstanceNormalization");
	Value *x = n->in[0], *rows = single ? x : reshaped(g, n, x, 3, (int64_t[]){0, ATTR_OF(n, Norm)->num_groups, -1});

	rows = centred(g, n, rows, 2);
	rows = DO("Mul", rows, inverse_root(g, n, rows, 2));
	rows = single ? rows : in_shape_of(g, n, rows, x);
	rows = DO("Add", DO("Mul", rows, by_channel(g, n, n->in[1])), by_channel(g, n, n->in[2]));
	value_replace(g, n->out[0], rows);
}

/* x / norm of x; 0 where that is 0. */
static void write_lpnorm(Graph *g, Node *n)
{
	const struct Norm *attr = n->attr;
	Value *x = n->in[0], *norm = reduced(g, n, attr->p == 1 ? "ReduceL1" : "ReduceL2", x, attr->axis, true);
	Value *zero = DO("Equal", norm, constant(g, n, 0));
	Value *y = DO("Div", x, put(g, n, "Where", zero, constant(g, n, 1), norm, END_IN));

	value_replace(g, n->out[0], y);
}

const Rule gradient_norms[] = {
	{"LayerNormalization", NULL, write_layernorm}, {"RMSNormalization", NULL, write_rmsnorm},
	{"BatchNormalization", NULL, write_batchnorm}, {"GroupNormalization", NULL, write_groupnorm}, {"InstanceNormalization", NULL, write_groupnorm},
	{"LpNormalization", NULL, write_lpnorm}, {NULL, NULL, NULL}};
