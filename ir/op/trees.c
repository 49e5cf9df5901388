/* trees.c -- TreeEnsembleRegressor (1-3), TreeEnsembleClassifier (1-3) of ai.onnx.ml: decision trees, their leaves summed.
 *
 *     leaf[n, t] = tree t walked from its root by comparisons of features of x[n] with thresholds      (tcc.TreeLeaf)
 *     score[n, c] = base[c] + sum over t of weight[leaf[n, t], c]
 *
 * The trees are tables, [trees, nodes of the largest], with the root first. A leaf leads to itself, so that every tree
 * is walked for as many steps as the deepest one has. */
#include <math.h>
#include <string.h>
#include "ir/op/reduce.h"
#include "ir/op/strings.h"

enum { SUM, AVERAGE, LEAST, MOST };
enum { NO_TRANSFORM, SOFTMAX, LOGISTIC, SOFTMAX_ZERO, PROBIT };
enum { LEQ, LT_, GTE, GT, EQUAL, UNEQUAL, LEAF };

static const char *const modes[] = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ",
				    "LEAF"};

struct Trees {
	int64_t aggregate_function, post_transform, n_targets;
	Ints nodes_treeids, nodes_nodeids, nodes_featureids, nodes_truenodeids, nodes_falsenodeids;
	Ints nodes_missing_value_tracks_true;
	Floats nodes_values, nodes_hitrates, base_values;
	Strings nodes_modes, classlabels_strings;
	Ints leaf_trees, leaf_nodes, leaf_targets; /* target_ or class_ treeids, nodeids, ids */
	Floats leaf_weights;
	Ints classlabels_int64s;
};

#define POST_TRANSFORMS "NONE|SOFTMAX|LOGISTIC|SOFTMAX_ZERO|PROBIT"
#define NODE_ATTRS                                                                                                     \
	ATTR_ENUM(Trees, post_transform, NO_TRANSFORM, POST_TRANSFORMS), ATTR_LIST(Trees, nodes_treeids, A_INTS),      \
		ATTR_LIST(Trees, nodes_nodeids, A_INTS), ATTR_LIST(Trees, nodes_featureids, A_INTS),                   \
		ATTR_LIST(Trees, nodes_truenodeids, A_INTS), ATTR_LIST(Trees, nodes_falsenodeids, A_INTS),             \
		ATTR_LIST(Trees, nodes_missing_value_tracks_true, A_INTS), ATTR_LIST(Trees, nodes_values, A_FLOATS),   \
		ATTR_LIST(Trees, nodes_hitrates, A_FLOATS), ATTR_LIST(Trees, base_values, A_FLOATS),                   \
		ATTR_LIST(Trees, nodes_modes, A_STRINGS)
#define LEAF_ATTRS(prefix)                                                                                             \
	{prefix "_treeids", A_INTS, offsetof(struct Trees, leaf_trees), 0, NULL, false},                               \
		{prefix "_nodeids", A_INTS, offsetof(struct Trees, leaf_nodes), 0, NULL, false},                       \
		{prefix "_ids", A_INTS, offsetof(struct Trees, leaf_targets), 0, NULL, false},                         \
		{prefix "_weights", A_FLOATS, offsetof(struct Trees, leaf_weights), 0, NULL, false}

static const Attr regressor_attrs[] = {
	NODE_ATTRS, LEAF_ATTRS("target"), ATTR_ENUM(Trees, aggregate_function, SUM, "SUM|AVERAGE|MIN|MAX"),
	ATTR_INT(Trees, n_targets, 1), {0}};
static const Attr classifier_attrs[] = {
	NODE_ATTRS, LEAF_ATTRS("class"), ATTR_LIST(Trees, classlabels_int64s, A_INTS),
	ATTR_LIST(Trees, classlabels_strings, A_STRINGS), {0}};

/* ---- tcc.TreeLeaf: inputs x, then tables of features, thresholds, children, and where NaN goes the true way ---- */

enum { X, FEATURE, THRESHOLD, YES, NO, MISSING };

struct TreeLeaf { int64_t mode, depth; };

static const Attr leaf_attrs[] = {ATTR_INT(TreeLeaf, mode, LEQ), ATTR_INT(TreeLeaf, depth, 0), {0}};

static void leaf_infer(Graph *g, Node *n)
{
	Shape y = {2, {n->in[X]->shape.dim[0], n->in[FEATURE]->shape.dim[0]}};

	set_out(g, n, 0, I64, &y);
}

static bool goes_yes(int64_t mode, double x, double threshold)
{
	switch (mode) {
	case LEQ: return x <= threshold;
	case LT_: return x < threshold;
	case GTE: return x >= threshold;
	case GT: return x > threshold;
	case EQUAL: return x == threshold;
	default: return x != threshold;
	}
}

static void leaf_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct TreeLeaf *a = n->attr;
	const double *x = in_f64(e, in[X]), *threshold = in_f64(e, in[THRESHOLD]);
	const int64_t *feature = in_i64(e, in[FEATURE]), *yes = in_i64(e, in[YES]), *no = in_i64(e, in[NO]);
	const int64_t *missing = has_in(n, MISSING) ? in_i64(e, in[MISSING]) : NULL;
	int64_t *y = out_i64(e, out[0]), trees = in[FEATURE]->dim[0], nodes = in[FEATURE]->dim[1];

	for (int64_t i = 0; i < out[0]->count; i++) {
		int64_t k = i % trees * nodes, root = k;
		for (int64_t d = 0; d < a->depth; d++) {
			double v = x[i / trees * in[X]->dim[1] + feature[k]];
			bool way = goes_yes(a->mode, v, threshold[k]) || (missing && isnan(v) && missing[k]);
			k = root + (way ? yes : no)[k];
		}
		y[i] = k;
	}
}

static Expr *compared(Lower *l, int64_t mode, Expr *x, Expr *threshold)
{
	switch (mode) {
	case LEQ: return alu2(l, LE, x, threshold);
	case LT_: return alu2(l, LT, x, threshold);
	case GTE: return alu2(l, LE, threshold, x);
	case GT: return alu2(l, LT, threshold, x);
	case EQUAL: return alu2(l, EQ, x, threshold);
	default: return alu1(l, NOT, alu2(l, EQ, x, threshold));
	}
}

static Expr *leaf_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const struct TreeLeaf *a = n->attr;
	Expr *k[2] = {at[1], num_i(l, 0)}, *index[2] = {at[0], NULL};

	(void)slot;
	for (int64_t d = 0; d < a->depth; d++) {
		index[1] = cast(l, I64, in(l, n, FEATURE, k));
		Expr *x = in(l, n, X, index), *way = compared(l, a->mode, x, in(l, n, THRESHOLD, k));
		if (has_in(n, MISSING))
			way = alu2(l, OR, way, alu2(l, AND, alu1(l, ISNAN, x), in(l, n, MISSING, k)));
		k[1] = cast(l, I64, choose(l, way, in(l, n, YES, k), in(l, n, NO, k)));
	}
	return iadd(l, imul(l, at[1], extent(l, n->in[FEATURE]->shape.dim[1])), k[1]);
}

const Op op_tcc_TreeLeaf = {
	.name = "TreeLeaf", .domain = "tcc", .min_in = 5, .max_in = 6, .min_out = 1, .max_out = 1, .flags = REDUCES,
	.attrs = leaf_attrs, .attr_size = sizeof(struct TreeLeaf),
	.infer = leaf_infer, .eval = leaf_eval, .lower = leaf_lower,
};

/* ---- the lists of the model as tables ---- */

typedef struct Forest {
	Graph *g;
	const Node *n;
	const struct Trees *a;
	int64_t trees, nodes, outputs;
	int64_t *tree, *place; /* of each entry of the lists: which tree, which row of its tables */
	int64_t mode, depth;
	bool missing;
} Forest;

static int64_t mode_of(Forest *f, int i)
{
	const Text *t = &f->a->nodes_modes.v[i];

	for (int64_t m = LEQ; m <= LEAF; m++)
		if ((int64_t)strlen(modes[m]) == t->length && !memcmp(modes[m], t->text, (size_t)t->length))
			return m;
	fail_unsupported(f->g, f->n, "nodes_modes has '%.*s'", t->length < 40 ? (int)t->length : 40, t->text);
}

/* The entry of that node of that tree. Models list a tree's nodes in order, from `near` on in most cases. */
static int find_node(Forest *f, int64_t tree, int64_t node, int near)
{
	const struct Trees *a = f->a;
	int n = a->nodes_treeids.n;

	for (int i = 0; i < n; i++) {
		int k = (near + i) % n;
		if (a->nodes_treeids.v[k] == tree && a->nodes_nodeids.v[k] == node)
			return k;
	}
	fail_node(f->g, f->n, "E-ATTR", "tree %lld has no node %lld", (long long)tree, (long long)node);
}

static void check_lists(Forest *f)
{
	const struct Trees *a = f->a;
	int n = a->nodes_treeids.n, leaves = a->leaf_trees.n;
	bool same = a->nodes_nodeids.n == n && a->nodes_featureids.n == n && a->nodes_truenodeids.n == n &&
		    a->nodes_falsenodeids.n == n && a->nodes_values.n == n && a->nodes_modes.n == n &&
		    (a->nodes_missing_value_tracks_true.n <= 0 || a->nodes_missing_value_tracks_true.n == n);

	if (n < 1 || !same)
		fail_node(f->g, f->n, "E-ATTR", "the lists of nodes have different lengths, or none");
	if (leaves < 1 || a->leaf_nodes.n != leaves || a->leaf_targets.n != leaves || a->leaf_weights.n != leaves)
		fail_node(f->g, f->n, "E-ATTR", "the lists of leaves have different lengths, or none");
	for (int i = 0, k = 0; i < leaves; i++)
		k = find_node(f, a->leaf_trees.v[i], a->leaf_nodes.v[i], k);
	if (a->base_values.n > 0 && a->base_values.n != f->outputs && !(a->base_values.n == 1 && f->outputs == 2))
		fail_node(f->g, f->n, "E-ATTR", "%d base_values for %lld outputs", a->base_values.n, (long long)f->outputs);
	if (a->aggregate_function > AVERAGE)
		fail_unsupported(f->g, f->n, "aggregate_function other than SUM and AVERAGE");
	if (a->post_transform > LOGISTIC)
		fail_unsupported(f->g, f->n, "post_transform other than NONE, SOFTMAX and LOGISTIC");
}

/* Trees in the order of the list, nodes of each in its order. */
static void number_nodes(Forest *f)
{
	const Ints *ids = &f->a->nodes_treeids;
	int64_t count = 0;

	f->tree = NEW_N(&f->g->ctx->scratch, int64_t, ids->n);
	f->place = NEW_N(&f->g->ctx->scratch, int64_t, ids->n);
	for (int i = 0; i < ids->n; i++) {
		bool begins = i == 0 || ids->v[i] != ids->v[i - 1];
		f->trees += begins;
		count = begins ? 1 : count + 1;
		f->tree[i] = f->trees - 1;
		f->place[i] = count - 1;
		f->nodes = count > f->nodes ? count : f->nodes;
	}
}

/* A child comes behind its node in every list that trainers write; others are refused, and with them all circles. */
static int child_of(Forest *f, int i, int64_t node)
{
	int k = find_node(f, f->a->nodes_treeids.v[i], node, i);

	if (f->tree[k] != f->tree[i] || f->place[k] <= f->place[i])
		fail_unsupported(f->g, f->n, "tree %lld lists node %lld before the one that leads to it",
				 (long long)f->a->nodes_treeids.v[i], (long long)node);
	return k;
}

static Tensor *table(Forest *f, DType t)
{
	return tensor_new(&f->g->ctx->perm, t, 2, (int64_t[]){f->trees, f->nodes});
}

typedef struct Tables {
	Tensor *feature, *threshold, *yes, *no, *missing;
} Tables;

static void fill_branch(Forest *f, const Tables *t, int i, int64_t width, int64_t *depth)
{
	const struct Trees *a = f->a;
	int64_t at = f->tree[i] * f->nodes + f->place[i], mode = mode_of(f, i);
	int yes = child_of(f, i, a->nodes_truenodeids.v[i]), no = child_of(f, i, a->nodes_falsenodeids.v[i]);

	if (f->mode != LEAF && mode != f->mode)
		fail_unsupported(f->g, f->n, "several kinds of comparison in nodes_modes");
	if (a->nodes_featureids.v[i] < 0 || a->nodes_featureids.v[i] >= width)
		fail_node(f->g, f->n, "E-ATTR", "feature %lld of %lld", (long long)a->nodes_featureids.v[i], (long long)width);
	f->mode = mode;
	store_i64(I32, t->feature->data, at, a->nodes_featureids.v[i]);
	store_f64(t->threshold->dtype, t->threshold->data, at, (double)a->nodes_values.v[i]);
	store_i64(I32, t->yes->data, at, f->place[yes]);
	store_i64(I32, t->no->data, at, f->place[no]);
	bool tracks = a->nodes_missing_value_tracks_true.n > 0 && a->nodes_missing_value_tracks_true.v[i];
	store_i64(BOOL, t->missing->data, at, tracks);
	f->missing |= tracks;
	depth[yes] = depth[no] = depth[i] + 1;
	f->depth = depth[i] + 1 > f->depth ? depth[i] + 1 : f->depth;
}

static Value *leaves_of(Forest *f, Value *x)
{
	Graph *g = f->g;
	const int n = f->a->nodes_treeids.n;
	Tables t = {table(f, I32), table(f, x->dtype), table(f, I32), table(f, I32), table(f, BOOL)};
	int64_t *depth = NEW_N(&g->ctx->scratch, int64_t, n), width = dim_number(g, f->n, x->shape.dim[1]);

	f->mode = LEAF;
	for (int i = 0; i < n; i++) {
		int64_t at = f->tree[i] * f->nodes + f->place[i];
		if (mode_of(f, i) != LEAF) {
			fill_branch(f, &t, i, width, depth);
			continue;
		}
		store_i64(I32, t.yes->data, at, f->place[i]);
		store_i64(I32, t.no->data, at, f->place[i]);
	}
	struct TreeLeaf attr = {f->mode, f->depth};
	return put_attr(g, f->n, "tcc.TreeLeaf", &attr, x, value_const(g, NULL, t.feature),
			value_const(g, NULL, t.threshold), value_const(g, NULL, t.yes), value_const(g, NULL, t.no),
			f->missing ? value_const(g, NULL, t.missing) : NULL, END_IN);
}

/* What each node adds to each output. */
static Value *weights_of(Forest *f, int64_t outputs)
{
	const struct Trees *a = f->a;
	Tensor *w = tensor_new(&f->g->ctx->perm, F32, 2, (int64_t[]){f->trees * f->nodes, outputs});

	for (int i = 0, k = 0; i < a->leaf_trees.n; i++) {
		int64_t target = outputs == 1 ? 0 : a->leaf_targets.v[i];
		k = find_node(f, a->leaf_trees.v[i], a->leaf_nodes.v[i], k);
		if (target < 0 || target >= outputs)
			fail_node(f->g, f->n, "E-ATTR", "a leaf of output %lld of %lld", (long long)target, (long long)outputs);
		((float *)w->data)[(f->tree[k] * f->nodes + f->place[k]) * outputs + target] += a->leaf_weights.v[i];
	}
	return value_const(f->g, NULL, w);
}

/* [rows, outputs] */
static Value *scores_of(Forest *f, int64_t outputs)
{
	Graph *g = f->g;
	const struct Trees *a = f->a;
	Value *x = f->n->in[0];

	if (!is_float(x->dtype))
		x = cast_value(g, f->n, x, F32);
	number_nodes(f);
	Value *picked = put(g, f->n, "Gather", weights_of(f, outputs), leaves_of(f, x), END_IN);
	Value *y = reduced(g, f->n, a->aggregate_function == AVERAGE ? "ReduceMean" : "ReduceSum", picked, 1, false);
	if (a->base_values.n <= 0)
		return y;
	Tensor *base = tensor_new(&g->ctx->perm, F32, 1, &(int64_t){a->base_values.n});
	memcpy(base->data, a->base_values.v, (size_t)base->count * sizeof(float));
	return put(g, f->n, "Add", y, value_const(g, NULL, base), END_IN);
}

static Value *transform(Forest *f, Value *y)
{
	int64_t how = f->a->post_transform;

	return how == NO_TRANSFORM ? y : put(f->g, f->n, how == SOFTMAX ? "Softmax" : "Sigmoid", y, END_IN);
}

static void check_input(Graph *g, const Node *n)
{
	need_type(g, n, 0, "fi");
	need_rank(g, n, 0, 2, 2);
	dim_number(g, n, n->in[0]->shape.dim[1]);
}

/* ---- TreeEnsembleRegressor ---- */

static void infer_regressor(Graph *g, Node *n)
{
	Forest f = {.g = g, .n = n, .a = n->attr, .outputs = ATTR_OF(n, Trees)->n_targets};

	check_input(g, n);
	if (f.outputs < 1)
		fail_node(g, n, "E-ATTR", "n_targets is %lld", (long long)f.outputs);
	check_lists(&f);
	set_out(g, n, 0, F32, &(Shape){2, {n->in[0]->shape.dim[0], dim(f.outputs)}});
}

static void expand_regressor(Graph *g, Node *n)
{
	Forest f = {.g = g, .n = n, .a = n->attr, .outputs = ATTR_OF(n, Trees)->n_targets};

	value_replace(g, n->out[0], transform(&f, scores_of(&f, f.outputs)));
}

/* ---- TreeEnsembleClassifier ---- */

/* NULL: it has none. */
static Tensor *labels_of(Graph *g, const Node *n)
{
	const struct Trees *a = n->attr;

	return labels_tensor(g, &a->classlabels_int64s, &a->classlabels_strings);
}

static void infer_classifier(Graph *g, Node *n)
{
	const Tensor *labels = labels_of(g, n);
	Forest f = {.g = g, .n = n, .a = n->attr, .outputs = labels ? labels->count : 0};
	const Shape *x = &n->in[0]->shape;

	check_input(g, n);
	if (f.outputs < 2)
		fail_unsupported(g, n, "fewer than two labels");
	check_lists(&f);
	set_out(g, n, 0, labels->dtype, &(Shape){1, {x->dim[0]}});
	set_out(g, n, 1, F32, &(Shape){2, {x->dim[0], dim(f.outputs)}});
}

/* Two classes, and all leaves belong to one of them: its score decides. */
static bool is_binary(const Forest *f)
{
	bool one = f->outputs == 2;

	for (int i = 1; i < f->a->leaf_targets.n && one; i++)
		one = f->a->leaf_targets.v[i] == f->a->leaf_targets.v[0];
	return one;
}

/* As ONNX Runtime has it: scores of weights that are all positive are probabilities already. */
static void expand_binary(Forest *f, Node *n, const Tensor *list)
{
	Graph *g = f->g;
	bool positive = true;

	for (int i = 0; i < f->a->leaf_weights.n; i++)
		positive &= f->a->leaf_weights.v[i] >= 0;
	Value *s = scores_of(f, 1), *other = put(g, n, "Neg", s, END_IN), *one = value_scalar(g, F32, 1);
	Value *yes = put(g, n, "Greater", s, value_scalar(g, F32, positive ? 0.5 : 0), END_IN);
	if (positive) {
		other = put(g, n, "Sub", one, s, END_IN);
	} else if (f->a->post_transform == LOGISTIC) {
		other = put(g, n, "Sigmoid", other, END_IN);
		s = put(g, n, "Sigmoid", s, END_IN);
	} else if (f->a->post_transform == SOFTMAX) {
		fail_unsupported(g, n, "softmax of one score");
	}
	const int64_t axis = 1;
	Value *labels[2];
	for (int k = 0; k < 2; k++) {
		Tensor *label = tensor_new(&g->ctx->perm, list->dtype, 0, NULL);
		move_element(label, 0, list, k);
		labels[k] = value_const(g, NULL, label);
	}
	Value *y = put(g, n, "Where", yes, labels[1], labels[0], END_IN);
	replace_out(g, n, 0, put(g, n, "Squeeze", y, value_i64(g, 1, &axis), END_IN));
	replace_out(g, n, 1, joined(g, n, 1, other, s));
}

static void expand_classifier(Graph *g, Node *n)
{
	Tensor *labels = labels_of(g, n);
	Forest f = {.g = g, .n = n, .a = n->attr, .outputs = labels->count};

	if (is_binary(&f)) {
		expand_binary(&f, n, labels);
		return;
	}
	Value *s = scores_of(&f, f.outputs);
	Value *best = put_attr(g, n, "ArgMax", &(struct ArgReduce){1, 0, 0}, s, END_IN);
	replace_out(g, n, 0, put(g, n, "Gather", value_const(g, NULL, labels), best, END_IN));
	replace_out(g, n, 1, transform(&f, s));
}

const Op op_treeregressor = {
	.name = "TreeEnsembleRegressor", .domain = "ai.onnx.ml", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.ulp = 64, .attrs = regressor_attrs, .attr_size = sizeof(struct Trees),
	.infer = infer_regressor, .eval = eval_expansion, .expand = expand_regressor,
};

const Op op_treeclassifier = {
	.name = "TreeEnsembleClassifier", .domain = "ai.onnx.ml", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 2,
	.ulp = 64, .attrs = classifier_attrs, .attr_size = sizeof(struct Trees),
	.infer = infer_classifier, .eval = eval_expansion, .expand = expand_classifier,
};
