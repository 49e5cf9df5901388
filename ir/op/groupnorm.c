/* groupnorm.c -- GroupNormalization (version 21) and InstanceNormalization (1-22).
 *
 *     y = (x - mean) / sqrt(var + epsilon) * scale[c] + bias[c]
 *
 * with mean and variance over space and a group of neighbouring channels; InstanceNormalization's groups are single
 * channels. */
#include <math.h>
#include "ir/op/composite.h"

static const Attr group_attrs[] = {
	ATTR_REQUIRED(Norm, num_groups, A_INT), ATTR_FLOAT(Norm, epsilon, 1e-5f), ATTR_INT(Norm, stash_type, 1), {0}};
static const Attr instance_attrs[] = {ATTR_FLOAT(Norm, epsilon, 1e-5f), {0}};

static bool is_instance(const Node *n)
{
	return n->op == &op_instancenormalization;
}

static void groupnorm_infer(Graph *g, Node *n)
{
	int64_t groups = ATTR_OF(n, Norm)->num_groups;
	const Shape *x = &n->in[0]->shape;

	need_rank(g, n, 0, 2, MAX_RANK);
	for (int i = 1; i < 3; i++) {
		same_type(g, n, 0, i);
		need_rank(g, n, i, 1, 1);
		need_size(g, n, i, 0, x->dim[1]);
	}
	if (!is_instance(n) && (groups < 1 || (dim_known(x->dim[1]) && x->dim[1].k % groups)))
		fail_node(g, n, "E-ATTR", "num_groups is %lld, which does not divide %s channels", (long long)groups,
			  dim_text(g->syms, x->dim[1]));
	if (!is_instance(n))
		equal_part(g, n, 0, x->dim[1], dim(groups));
	same_as_input(g, n);
}

static void normalise(int64_t n, const double *x, double epsilon, double *y)
{
	double mean = mean_f64(n, x, 0, false), var = mean_f64(n, x, mean, true);

	for (int64_t k = 0; k < n; k++)
		y[k] = (x[k] - mean) / sqrt(var + epsilon);
}

static void groupnorm_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Rows r = rows_of(in[0], 1, 2);
	const double *x = in_f64(e, in[0]), *scale = in_f64(e, in[1]), *shift = in_f64(e, in[2]);
	int64_t groups = r.outer * (is_instance(n) ? r.n : ATTR_OF(n, Norm)->num_groups);
	int64_t each = groups ? in[0]->count / groups : 0;
	double *y = out_f64(e, out[0]);

	for (int64_t i = 0; i < groups; i++)
		normalise(each, x + i * each, (double)ATTR_OF(n, Norm)->epsilon, y + i * each);
	for (int64_t i = 0; i < out[0]->count; i++)
		y[i] = y[i] * scale[i / r.inner % r.n] + shift[i / r.inner % r.n];
}

/* The channels of at[]'s group: `first`, and how many. */
static Expr *group_start(Lower *l, const Node *n, Expr *c, Dim *channels)
{
	*channels = dim(1);
	if (is_instance(n))
		return c;
	*channels = equal_part(lower_graph(l), n, 0, n->in[0]->shape.dim[1], dim(ATTR_OF(n, Norm)->num_groups));
	Expr *each = extent(l, *channels);
	return imul(l, idiv(l, c, each), each);
}

/* Mean over at[]'s group of x, or, with a centre, of (x - centre)^2. */
static Expr *group_mean(Lower *l, const Node *n, Expr *const *at, Expr *centre, DType t)
{
	Shape s = n->in[0]->shape;
	Expr *index[MAX_RANK], *first;
	Axes axes = {.n = 0};

	first = group_start(l, n, at[1], &s.dim[1]);
	fresh_index(l, &s, at, 1, s.rank, &axes, index);
	index[1] = iadd(l, first, index[1]);
	return mean_over(l, &axes, in_as(l, n, 0, index, t), centre);
}

static Expr *groupnorm_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = formula_type(l, n, n->in[0]->dtype);
	Expr *mean = group_mean(l, n, at, NULL, t), *var = group_mean(l, n, at, mean, t), *inv, *y;

	(void)slot;
	var = alu2(l, ADD, var, num(l, t, (double)ATTR_OF(n, Norm)->epsilon));
	inv = alu2(l, DIV, num(l, t, 1), alu1(l, SQRT, var));
	y = alu2(l, MUL, alu2(l, SUB, in_as(l, n, 0, at, t), mean), inv);
	y = alu2(l, MUL, y, in_as(l, n, 1, &at[1], t));
	return cast(l, n->out[0]->dtype, alu2(l, ADD, y, in_as(l, n, 2, &at[1], t)));
}

/* ---- groups of several channels: statistics of each channel first, because that is what vectors can hold ---- */

enum { SCALE = 1, SHIFT };

typedef struct Groups {
	Graph *g;
	const Node *n;
	Shape grouped, each; /* [n, groups, channels of one], [n, channels, 1..] */
	Value *space;        /* the axes behind the channels */
	double count;        /* elements of a channel */
} Groups;

static Groups groups_of(Graph *g, const Node *n)
{
	const Shape *x = &n->in[0]->shape;
	int64_t axes[MAX_RANK], groups = ATTR_OF(n, Norm)->num_groups, each = x->dim[1].k / groups;
	Groups p = {g, n, {3, {x->dim[0], dim(groups), dim(each)}}, {x->rank, {x->dim[0], x->dim[1]}}, NULL, 1};

	for (int i = 2; i < x->rank; i++) {
		axes[i - 2] = i;
		p.each.dim[i] = dim(1);
		p.count *= (double)x->dim[i].k;
	}
	p.space = value_i64(g, x->rank - 2, axes);
	return p;
}

/* Of means over the channels' space [n, channels, 1..], those over the groups' [n, groups, 1]. */
static Value *mean_of_groups(const Groups *p, Value *means)
{
	return reduced(p->g, p->n, "ReduceMean", shaped_as(p->g, p->n, means, &p->grouped), 2, true);
}

/* A number a group [n, groups, 1] for each of its channels [n, channels, 1..]. */
static Value *for_channels(const Groups *p, Value *v)
{
	v = put(p->g, p->n, "Expand", v, value_i64(p->g, 3, (int64_t[]){1, 1, p->grouped.dim[2].k}), END_IN);
	return shaped_as(p->g, p->n, v, &p->each);
}

/* v, computed once and not for every element that it is repeated for. */
static Value *kept(const Groups *p, Value *v) { return put(p->g, p->n, "tcc.Copy", v, END_IN); }

/* A parameter of the channels, [channels], with ones behind it. */
static Value *parameter(const Groups *p, int slot)
{
	Shape s = p->each;

	s.dim[0] = dim(1);
	return shaped_as(p->g, p->n, p->n->in[slot], &s);
}

/* Other types round once, at the end; one channel a group is a row of its own. */
static bool by_channels(const Node *n)
{
	const Shape *x = &n->in[0]->shape;
	bool known = n->in[0]->dtype == F32 && x->rank > 2;

	for (int i = 1; i < x->rank; i++)
		known &= dim_known(x->dim[i]) && x->dim[i].k > 0;
	return known && ATTR_OF(n, Norm)->num_groups < x->dim[1].k;
}

/* y = (x - mean) a + bias, a = scale / sqrt(var + epsilon) */
static void groupnorm_expand(Graph *g, Node *n)
{
	if (!by_channels(n))
		return;
	Groups p = groups_of(g, n);
	Value *x = n->in[0], *epsilon = value_scalar(g, x->dtype, (double)ATTR_OF(n, Norm)->epsilon);
	Value *mean = kept(&p, for_channels(&p, mean_of_groups(&p, put(g, n, "ReduceMean", x, p.space, END_IN))));
	Value *apart = put(g, n, "Sub", mean, x, END_IN); /* not x - mean: with two uses that would be stored */
	Value *squares = put(g, n, "ReduceSumSquare", apart, p.space, END_IN);
	Value *var = scaled(g, n, mean_of_groups(&p, squares), 1 / p.count);
	Value *root = put(g, n, "Sqrt", put(g, n, "Add", var, epsilon, END_IN), END_IN);
	Value *a = for_channels(&p, put(g, n, "Reciprocal", root, END_IN));

	a = kept(&p, put(g, n, "Mul", a, parameter(&p, SCALE), END_IN));
	replace_out(g, n, 0, put(g, n, "Add", put(g, n, "Mul", put(g, n, "Sub", x, mean, END_IN), a, END_IN), parameter(&p, SHIFT), END_IN));
}

const Op op_groupnormalization = {
	.name = "GroupNormalization", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1,
	.flags = REDUCES, .ulp = 16, .attrs = group_attrs, .attr_size = sizeof(struct Norm),
	.types = "f", .infer = groupnorm_infer, .eval = groupnorm_eval, .expand = groupnorm_expand, .lower = groupnorm_lower,
};

const Op op_instancenormalization = {
	.name = "InstanceNormalization", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1,
	.flags = REDUCES, .ulp = 16, .attrs = instance_attrs, .attr_size = sizeof(struct Norm),
	.types = "f", .infer = groupnorm_infer, .eval = groupnorm_eval, .lower = groupnorm_lower,
};
