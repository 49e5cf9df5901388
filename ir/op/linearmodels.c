/* linearmodels.c -- LinearRegressor, LinearClassifier, SVMRegressor, SVMClassifier (1) of ai.onnx.ml: sums of products
 * with rows.
 *
 *     score[n, c] = x[n] . row[c] + intercept[c]                      SVM: sum over s of coefficient[s] k(x[n], vector[s]) + rho
 *     k(a, b)     = a . b,  (gamma a . b + c)^degree,  exp(-gamma |a - b|^2),  tanh(gamma a . b + c)
 *
 * A classifier's label is that of its largest score. One score for two labels is that of the second, and decides by its
 * sign; the other one's is 1 - score. SVMClassifier decides between each two classes i < j by the vectors of both, and most
 * decisions count; its scores are the decisions', as ONNX Runtime has them: of two classes -s, s. Their probabilities are
 * p, 1 - p with p = sigmoid(-a s - b), Platt's, to which ONNX Runtime comes by steps until it is 0.005 near; those of more
 * classes are coupled from those of each two (coupling.c). post_transform is of either. */
#include <string.h>
#include "ir/op/reduce.h"
#include "ir/op/scores.h"
#include "ir/op/strings.h"

enum { LINEAR, POLY, RBF, SIGMOID_KERNEL };

struct LinearModel {
	Floats coefficients, intercepts, support_vectors, rho, kernel_params;
	Floats prob_a, prob_b;
	Ints classlabels_ints, vectors_per_class;
	Strings classlabels_strings;
	int64_t targets, post_transform, multi_class, kernel_type, n_supports, one_class;
};

static Value *floats(Graph *g, const Floats *list, int rank, const int64_t *sizes)
{
	Tensor *t = tensor_new(&g->ctx->perm, F32, rank, sizes);

	memcpy(t->data, list->v, dtype_bytes(F32, t->count));
	return value_const(g, NULL, t);
}

/* x [rows, columns], as floats */
static Value *rows_of_input(Graph *g, const Node *n)
{
	need_rank(g, n, 0, 2, 2);
	return cast_value(g, n, n->in[0], F32);
}

/* x times the rows of a list: [rows of x, count] */
static Value *times_rows(Graph *g, const Node *n, Value *x, const char *name, const Floats *list, int64_t count)
{
	int64_t width = dim_number(g, n, x->shape.dim[1]);

	if (count < 1 || list->n != count * width)
		fail_node(g, n, "E-ATTR", "%s has %d values; %lld rows of %lld have %lld", name, list->n, (long long)count,
			  (long long)width, (long long)(count * width));
	Value *rows = floats(g, list, 2, (int64_t[]){count, width});
	return put(g, n, "MatMul", x, transposed(g, n, rows, 2, (int64_t[]){1, 0}), END_IN);
}

static Value *transform(Graph *g, const Node *n, Value *y)
{
	return post_transformed(g, n, y, ATTR_OF(n, LinearModel)->post_transform);
}

static Value *scores_of(Graph *g, const Node *n, int64_t count)
{
	const struct LinearModel *a = n->attr;
	Value *y = times_rows(g, n, rows_of_input(g, n), "coefficients", &a->coefficients, count);

	if (a->intercepts.n <= 0)
		return y;
	if (a->intercepts.n != count)
		fail_node(g, n, "E-ATTR", "%d intercepts for %lld scores", a->intercepts.n, (long long)count);
	return put(g, n, "Add", y, floats(g, &a->intercepts, 1, &count), END_IN);
}

static void expand_regressor(Graph *g, Node *n)
{
	replace_out(g, n, 0, transform(g, n, scores_of(g, n, ATTR_OF(n, LinearModel)->targets)));
}

/* ---- LinearClassifier ---- */

static void expand_binary(Graph *g, Node *n, Value *labels)
{
	const struct LinearModel *a = n->attr;
	int64_t axis = 1;
	Value *s = scores_of(g, n, 1);

	if (a->post_transform != NO_TRANSFORM && a->post_transform != LOGISTIC)
		fail_unsupported(g, n, "post_transform other than NONE and LOGISTIC for one score");
	Value *yes = put(g, n, "Squeeze", put(g, n, "Greater", s, value_scalar(g, F32, 0), END_IN), value_i64(g, 1, &axis),
			 END_IN);
	replace_out(g, n, 0, put(g, n, "Gather", labels, cast_value(g, n, yes, I64), END_IN));
	s = transform(g, n, s);
	replace_out(g, n, 1, joined(g, n, 1, put(g, n, "Sub", value_scalar(g, F32, 1), s, END_IN), s));
}

static void expand_classifier(Graph *g, Node *n)
{
	const struct LinearModel *a = n->attr;
	const Shape *x = &n->in[0]->shape;
	Tensor *list = labels_tensor(g, &a->classlabels_ints, &a->classlabels_strings);
	int64_t count = list ? list->count : 0;

	if (count < 2)
		fail_unsupported(g, n, "fewer than two labels");
	need_rank(g, n, 0, 2, 2);
	if (count == 2 && dim_is(x->dim[1], a->coefficients.n)) {
		expand_binary(g, n, value_const(g, NULL, list));
		return;
	}
	Value *s = scores_of(g, n, count);
	Value *best = put_attr(g, n, "ArgMax", &(struct ArgReduce){1, 0, 0}, s, END_IN);
	replace_out(g, n, 0, put(g, n, "Gather", value_const(g, NULL, list), best, END_IN));
	replace_out(g, n, 1, transform(g, n, s));
}

/* ---- SVMRegressor ---- */

typedef struct Kernel {
	Graph *g;
	const Node *n;
	int64_t count; /* of vectors */
	double gamma, shift, degree;
} Kernel;

/* gamma a . b + c */
static Value *moved(const Kernel *k, Value *products)
{
	return put(k->g, k->n, "Add", scaled(k->g, k->n, products, k->gamma), value_scalar(k->g, F32, k->shift), END_IN);
}

static Value *distances(const Kernel *k, Value *x, const Floats *vectors)
{
	int64_t axis = 1, width = dim_number(k->g, k->n, x->shape.dim[1]);
	Value *v = floats(k->g, vectors, 2, (int64_t[]){k->count, width});
	Value *d = put(k->g, k->n, "Sub", with_axes(k->g, k->n, x, 1, &axis), v, END_IN);

	return reduced(k->g, k->n, "ReduceSumSquare", d, 2, false);
}

/* [rows, vectors] */
static Value *kernel(const Kernel *k, Value *x)
{
	const struct LinearModel *a = k->n->attr;
	Value *products = times_rows(k->g, k->n, x, "support_vectors", &a->support_vectors, k->count);

	switch (a->kernel_type) {
	case LINEAR: return products;
	case POLY: return put(k->g, k->n, "Pow", moved(k, products), value_scalar(k->g, F32, k->degree), END_IN);
	case SIGMOID_KERNEL: return put(k->g, k->n, "Tanh", moved(k, products), END_IN);
	default: products = distances(k, x, &a->support_vectors);
		return put(k->g, k->n, "Exp", scaled(k->g, k->n, products, -k->gamma), END_IN);
	}
}

static Kernel kernel_of(Graph *g, const Node *n, int64_t count, int64_t decisions)
{
	const struct LinearModel *a = n->attr;
	const float *param = a->kernel_params.v;
	Kernel k = {.g = g, .n = n, .count = count};

	if (a->rho.n != decisions || (a->kernel_type != LINEAR && a->kernel_params.n != 3))
		fail_node(g, n, "E-ATTR", "rho has %d values, kernel_params %d", a->rho.n, a->kernel_params.n);
	if (a->kernel_params.n == 3) {
		k.gamma = (double)param[0];
		k.shift = (double)param[1];
		k.degree = (double)param[2];
	}
	return k;
}

static void expand_svm(Graph *g, Node *n)
{
	const struct LinearModel *a = n->attr;
	Kernel k = kernel_of(g, n, a->n_supports, 1);
	Value *x = rows_of_input(g, n), *y;

	if (a->n_supports > 0) {
		if (a->coefficients.n != a->n_supports)
			fail_node(g, n, "E-ATTR", "%d coefficients for %lld vectors", a->coefficients.n, (long long)a->n_supports);
		x = kernel(&k, x);
	}
	y = times_rows(g, n, x, "coefficients", &a->coefficients, 1);
	y = put(g, n, "Add", y, value_scalar(g, F32, (double)a->rho.v[0]), END_IN);
	if (a->one_class)
		y = put(g, n, "Where", put(g, n, "Greater", y, value_scalar(g, F32, 0), END_IN), value_scalar(g, F32, 1),
			value_scalar(g, F32, -1), END_IN);
	replace_out(g, n, 0, a->one_class ? y : transform(g, n, y));
}

/* ---- SVMClassifier ---- */

typedef struct Classes {
	Graph *g;
	const Node *n;
	const struct LinearModel *a;
	Tensor *labels;
	int64_t count, decisions, vectors;
} Classes;

static Classes classes_of(Graph *g, const Node *n)
{
	const struct LinearModel *a = n->attr;
	Classes c = {.g = g, .n = n, .a = a, .decisions = 1};

	c.labels = labels_tensor(g, &a->classlabels_ints, &a->classlabels_strings);
	c.count = c.labels ? c.labels->count : 0;
	if (c.count < 2)
		fail_unsupported(g, n, "fewer than two labels");
	if (a->vectors_per_class.n <= 0 && c.count > 2)
		return c;
	c.decisions = c.count * (c.count - 1) / 2;
	for (int i = 0; i < a->vectors_per_class.n; i++) {
		if (a->vectors_per_class.v[i] < 0 || a->vectors_per_class.v[i] > INT32_MAX)
			fail_node(g, n, "E-ATTR", "a class of %lld vectors", (long long)a->vectors_per_class.v[i]);
		c.vectors += a->vectors_per_class.v[i];
	}
	if (a->vectors_per_class.n != c.count || c.vectors < 1 || a->coefficients.n != c.vectors * (c.count - 1))
		fail_node(g, n, "E-ATTR", "%lld classes, %d vectors_per_class and %d coefficients", (long long)c.count,
			  a->vectors_per_class.n, a->coefficients.n);
	return c;
}

/* Which weight vector s, of class `own`, has in each decision: [vectors, decisions] */
static Value *decision_weights(const Classes *c)
{
	Tensor *w = tensor_new(&c->g->ctx->perm, F32, 2, (int64_t[]){c->vectors, c->decisions});
	float *to = w->data;

	for (int64_t s = 0, own = 0, end = c->a->vectors_per_class.v[0]; s < c->vectors; s++) {
		while (s >= end)
			end += c->a->vectors_per_class.v[++own];
		for (int64_t i = 0; i < c->count; i++)
			for (int64_t j = i + 1; j < c->count; j++, to++)
				if (own == i || own == j)
					*to = c->a->coefficients.v[(own == i ? j - 1 : i) * c->vectors + s];
	}
	return value_const(c->g, NULL, w);
}

/* Votes for the classes, yes [rows, decisions] being those for the first of each two: [rows, classes] */
static Value *votes(const Classes *c, Value *yes)
{
	Tensor *turn = tensor_new(&c->g->ctx->perm, F32, 2, (int64_t[]){c->decisions, c->count});
	Tensor *second = tensor_new(&c->g->ctx->perm, F32, 1, &c->count);
	float *to = turn->data;

	for (int64_t i = 0; i < c->count; i++)
		for (int64_t j = i + 1; j < c->count; j++, to += c->count) {
			to[i] = 1;
			to[j] = -1;
			((float *)second->data)[j] += 1;
		}
	Value *sum = put(c->g, c->n, "MatMul", cast_value(c->g, c->n, yes, F32), value_const(c->g, NULL, turn), END_IN);
	return put(c->g, c->n, "Add", sum, value_const(c->g, NULL, second), END_IN);
}

/* Of two classes, by the one decision: a, then b. */
static Value *two_scores(const Classes *c, Value *s)
{
	const struct LinearModel *a = c->a;
	Value *other = put(c->g, c->n, "Neg", s, END_IN);

	if (a->prob_a.n == 1 && a->prob_b.n == 1) {
		Value *bent = put(c->g, c->n, "Add", scaled(c->g, c->n, s, -(double)a->prob_a.v[0]),
				  value_scalar(c->g, F32, -(double)a->prob_b.v[0]), END_IN);
		other = put(c->g, c->n, "Sigmoid", bent, END_IN);
		s = put(c->g, c->n, "Sub", value_scalar(c->g, F32, 1), other, END_IN);
		return transform(c->g, c->n, joined(c->g, c->n, 1, other, s));
	}
	if (a->post_transform == LOGISTIC) {
		other = put(c->g, c->n, "Sigmoid", other, END_IN);
		s = put(c->g, c->n, "Sigmoid", s, END_IN);
	} else if (a->post_transform != NO_TRANSFORM) {
		fail_unsupported(c->g, c->n, "post_transform other than NONE and LOGISTIC for one score");
	}
	return joined(c->g, c->n, 1, other, s);
}

/* Of more classes, their probabilities. */
static Value *class_scores(const Classes *c, Value *s)
{
	const Floats *a = &c->a->prob_a, *b = &c->a->prob_b;

	if (a->n != c->decisions || b->n != c->decisions)
		fail_node(c->g, c->n, "E-ATTR", "%d values of prob_a and %d of prob_b for %lld decisions", a->n, b->n,
			  (long long)c->decisions);
	Value *slope = floats(c->g, a, 1, &c->decisions), *shift = floats(c->g, b, 1, &c->decisions);
	Value *bent = put(c->g, c->n, "Add", put(c->g, c->n, "Mul", s, slope, END_IN), shift, END_IN);
	return coupled(c->g, c->n, put(c->g, c->n, "Sigmoid", put(c->g, c->n, "Neg", bent, END_IN), END_IN), c->count);
}

static void expand_svm_classifier(Graph *g, Node *n)
{
	Classes c = classes_of(g, n);
	Kernel k = kernel_of(g, n, c.vectors, c.decisions);
	Value *x = rows_of_input(g, n), *sum = NULL, *rho = floats(g, &c.a->rho, 1, &c.decisions);

	if (c.vectors)
		x = put(g, n, "MatMul", kernel(&k, x), decision_weights(&c), END_IN);
	else
		x = times_rows(g, n, x, "coefficients", &c.a->coefficients, c.count);
	Value *s = put(g, n, "Add", x, rho, END_IN);
	sum = c.vectors ? votes(&c, put(g, n, "Greater", s, value_scalar(g, F32, 0), END_IN)) : s;
	Value *best = put_attr(g, n, "ArgMax", &(struct ArgReduce){1, 0, 0}, sum, END_IN);
	replace_out(g, n, 0, put(g, n, "Gather", value_const(g, NULL, c.labels), best, END_IN));
	if (c.count > 2)
		s = transform(g, n, c.a->prob_a.n > 0 ? class_scores(&c, s) : s);
	replace_out(g, n, 1, c.count == 2 ? two_scores(&c, s) : s);
}

#define POST ATTR_ENUM(LinearModel, post_transform, NO_TRANSFORM, POST_TRANSFORMS)

static const Attr regressor_attrs[] = {ATTR_LIST(LinearModel, coefficients, A_FLOATS),
				       ATTR_LIST(LinearModel, intercepts, A_FLOATS), ATTR_INT(LinearModel, targets, 1), POST, {0}};
static const Attr classifier_attrs[] = {
	ATTR_LIST(LinearModel, coefficients, A_FLOATS), ATTR_LIST(LinearModel, intercepts, A_FLOATS),
	ATTR_LIST(LinearModel, classlabels_ints, A_INTS), ATTR_LIST(LinearModel, classlabels_strings, A_STRINGS),
	ATTR_INT(LinearModel, multi_class, 0), POST, {0}};
#define SVM_ATTRS                                                                                                      \
	ATTR_LIST(LinearModel, coefficients, A_FLOATS), ATTR_LIST(LinearModel, support_vectors, A_FLOATS),             \
		ATTR_LIST(LinearModel, rho, A_FLOATS), ATTR_LIST(LinearModel, kernel_params, A_FLOATS),                \
		ATTR_ENUM(LinearModel, kernel_type, LINEAR, "LINEAR|POLY|RBF|SIGMOID"), POST
static const Attr svm_attrs[] = {SVM_ATTRS, ATTR_INT(LinearModel, n_supports, 0), ATTR_INT(LinearModel, one_class, 0), {0}};
static const Attr svm_classifier_attrs[] = {
	SVM_ATTRS, ATTR_LIST(LinearModel, prob_a, A_FLOATS), ATTR_LIST(LinearModel, prob_b, A_FLOATS),
	ATTR_LIST(LinearModel, vectors_per_class, A_INTS), ATTR_LIST(LinearModel, classlabels_ints, A_INTS),
	ATTR_LIST(LinearModel, classlabels_strings, A_STRINGS), {0}};

#define LINEAR_OP(id, text, outs, table, how)                                                                          \
	const Op op_##id = {                                                                                           \
		.name = text, .domain = "ai.onnx.ml", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = outs,         \
		.ulp = 256, .attrs = table, .attr_size = sizeof(struct LinearModel),                                   \
		.types = "fi", .infer = infer_expansion, .eval = eval_expansion, .expand = how,                        \
	}

LINEAR_OP(linearregressor, "LinearRegressor", 1, regressor_attrs, expand_regressor);
LINEAR_OP(linearclassifier, "LinearClassifier", 2, classifier_attrs, expand_classifier);
LINEAR_OP(svmregressor, "SVMRegressor", 1, svm_attrs, expand_svm);
LINEAR_OP(svmclassifier, "SVMClassifier", 2, svm_classifier_attrs, expand_svm_classifier);
