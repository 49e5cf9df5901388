/* trees.c -- TreeEnsembleRegressor (1-3), TreeEnsembleClassifier (1-3) of ai.onnx.ml: decision trees.
 *
 *     score[n, c] = base[c] + sum over trees of what the leaf gives output c that x[n] comes to
 *
 * The lists of the model become splits and votes, and these tables: see treetables.h. */
#include <string.h>
#include "ir/op/reduce.h"
#include "ir/op/scores.h"
#include "ir/op/strings.h"
#include "ir/op/treetables.h"

enum { SUM, AVERAGE, LEAST, MOST };
enum { LEAF = SPLIT_MEMBER }; /* in the list of modes */

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
	Tensor *nodes_values_as_tensor, *nodes_hitrates_as_tensor, *base_values_as_tensor, *leaf_weights_as_tensor;
	Ints classlabels_int64s;
};

#define NODE_ATTRS                                                                                                     \
	ATTR_ENUM(Trees, post_transform, NO_TRANSFORM, POST_TRANSFORMS), ATTR_LIST(Trees, nodes_treeids, A_INTS),      \
		ATTR_LIST(Trees, nodes_nodeids, A_INTS), ATTR_LIST(Trees, nodes_featureids, A_INTS),                   \
		ATTR_LIST(Trees, nodes_truenodeids, A_INTS), ATTR_LIST(Trees, nodes_falsenodeids, A_INTS),             \
		ATTR_LIST(Trees, nodes_missing_value_tracks_true, A_INTS), ATTR_LIST(Trees, nodes_values, A_FLOATS),   \
		ATTR_LIST(Trees, nodes_hitrates, A_FLOATS), ATTR_LIST(Trees, base_values, A_FLOATS),                   \
		ATTR_LIST(Trees, nodes_modes, A_STRINGS), ATTR_LIST(Trees, nodes_values_as_tensor, A_TENSOR),           \
		ATTR_LIST(Trees, nodes_hitrates_as_tensor, A_TENSOR), ATTR_LIST(Trees, base_values_as_tensor, A_TENSOR)
#define LEAF_ATTRS(prefix)                                                                                             \
	{prefix "_treeids", A_INTS, offsetof(struct Trees, leaf_trees), 0, NULL, false},                               \
		{prefix "_nodeids", A_INTS, offsetof(struct Trees, leaf_nodes), 0, NULL, false},                       \
		{prefix "_ids", A_INTS, offsetof(struct Trees, leaf_targets), 0, NULL, false},                         \
		{prefix "_weights", A_FLOATS, offsetof(struct Trees, leaf_weights), 0, NULL, false},                   \
		{prefix "_weights_as_tensor", A_TENSOR, offsetof(struct Trees, leaf_weights_as_tensor), 0, NULL, false}

static const Attr regressor_attrs[] = {
	NODE_ATTRS, LEAF_ATTRS("target"), ATTR_ENUM(Trees, aggregate_function, SUM, "SUM|AVERAGE|MIN|MAX"),
	ATTR_INT(Trees, n_targets, 1), {0}};
static const Attr classifier_attrs[] = {
	NODE_ATTRS, LEAF_ATTRS("class"), ATTR_LIST(Trees, classlabels_int64s, A_INTS),
	ATTR_LIST(Trees, classlabels_strings, A_STRINGS), {0}};

/* ---- the lists of the model as splits and votes ---- */

typedef struct Forest {
	Graph *g;
	const Node *n;
	const struct Trees *a;
	int64_t outputs;
	bool once; /* a leaf has one vote, its first */
} Forest;

/* A list of numbers, or the tensor that stands for it. */
static int count_of(const Floats *list, const Tensor *t) { return t ? (int)t->count : list->n > 0 ? list->n : 0; }

static double number_of(const Floats *list, const Tensor *t, int i)
{
	return t ? load_f64(t->dtype, t->data, i) : (double)list->v[i];
}

static int64_t mode_of(Forest *f, int i)
{
	const Text *t = &f->a->nodes_modes.v[i];

	for (int64_t m = SPLIT_LEQ; m <= LEAF; m++)
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

static bool is_no_float(const Tensor *t) { return t && !is_float(t->dtype); }

static void check_lists(Forest *f)
{
	const struct Trees *a = f->a;
	int n = a->nodes_treeids.n, leaves = a->leaf_trees.n, base = count_of(&a->base_values, a->base_values_as_tensor);
	bool same = a->nodes_nodeids.n == n && a->nodes_featureids.n == n && a->nodes_truenodeids.n == n &&
		    a->nodes_falsenodeids.n == n && a->nodes_modes.n == n &&
		    count_of(&a->nodes_values, a->nodes_values_as_tensor) == n &&
		    (a->nodes_missing_value_tracks_true.n <= 0 || a->nodes_missing_value_tracks_true.n == n);

	if (is_no_float(a->nodes_values_as_tensor) || is_no_float(a->leaf_weights_as_tensor) || is_no_float(a->base_values_as_tensor))
		fail_node(f->g, f->n, "E-ATTR", "an attribute `.._as_tensor` has elements that are no floats");
	if (n < 1 || !same)
		fail_node(f->g, f->n, "E-ATTR", "the lists of nodes have different lengths, or none");
	if (leaves < 1 || a->leaf_nodes.n != leaves || a->leaf_targets.n != leaves ||
	    count_of(&a->leaf_weights, a->leaf_weights_as_tensor) != leaves)
		fail_node(f->g, f->n, "E-ATTR", "the lists of leaves have different lengths, or none");
	for (int i = 0, k = 0; i < leaves; i++)
		k = find_node(f, a->leaf_trees.v[i], a->leaf_nodes.v[i], k);
	if (base && base != f->outputs && !(base == 1 && f->outputs == 2))
		fail_node(f->g, f->n, "E-ATTR", "%d base_values for %lld outputs", base, (long long)f->outputs);
}

/* A child as splits name it: the entry, or, of a leaf, the entry's complement. */
static int64_t child_of(Forest *f, int i, int64_t node)
{
	int k = find_node(f, f->a->nodes_treeids.v[i], node, i);

	return mode_of(f, k) == LEAF ? ~(int64_t)k : k;
}

static Question split_of(Forest *f, int i)
{
	const struct Trees *a = f->a;

	return (Question){.mode = (enum split_mode)mode_of(f, i), .feature = a->nodes_featureids.v[i],
		       .value = number_of(&a->nodes_values, a->nodes_values_as_tensor, i),
		       .nan_is_yes = a->nodes_missing_value_tracks_true.n > 0 && a->nodes_missing_value_tracks_true.v[i],
		       .yes = child_of(f, i, a->nodes_truenodeids.v[i]), .no = child_of(f, i, a->nodes_falsenodeids.v[i])};
}

/* A tree begins where the list goes on with another one. */
static void list_splits(Forest *f, TreeSet *s)
{
	const Ints *tree = &f->a->nodes_treeids;
	Question *split = NEW_N(&f->g->ctx->scratch, Question, tree->n);
	int64_t *root = NEW_N(&f->g->ctx->scratch, int64_t, tree->n);

	s->nsplit = s->nleaf = tree->n;
	for (int i = 0; i < tree->n; i++) {
		bool is_leaf = mode_of(f, i) == LEAF;
		if (i == 0 || tree->v[i] != tree->v[i - 1])
			root[s->nroot++] = is_leaf ? ~(int64_t)i : i;
		if (!is_leaf)
			split[i] = split_of(f, i);
	}
	s->split = split;
	s->root = root;
}

static void list_votes(Forest *f, TreeSet *s)
{
	const struct Trees *a = f->a;
	Vote *vote = NEW_N(&f->g->ctx->scratch, Vote, a->leaf_trees.n);
	bool *heard = NEW_N(&f->g->ctx->scratch, bool, a->nodes_treeids.n);

	for (int i = 0, k = 0; i < a->leaf_trees.n; i++) {
		k = find_node(f, a->leaf_trees.v[i], a->leaf_nodes.v[i], k);
		if (f->once && heard[k])
			continue;
		heard[k] = true;
		vote[s->nvote++] = (Vote){k, a->leaf_targets.v[i], number_of(&a->leaf_weights, a->leaf_weights_as_tensor, i)};
	}
	s->vote = vote;
}

static Value *base_of(Forest *f, DType t)
{
	const struct Trees *a = f->a;
	Tensor *base = tensor_new(&f->g->ctx->perm, t, 1, &(int64_t){count_of(&a->base_values, a->base_values_as_tensor)});

	for (int i = 0; i < (int)base->count; i++)
		store_f64(t, base->data, i, number_of(&a->base_values, a->base_values_as_tensor, i));
	return base->count ? value_const(f->g, NULL, base) : NULL;
}

/* [rows, outputs] */
static Value *scores_of(Forest *f, int64_t outputs)
{
	static const enum vote_sum sums[] = {VOTES_ADDED, VOTES_AVERAGED, VOTES_LEAST, VOTES_MOST};
	DType t = f->n->in[0]->dtype == F64 ? F64 : F32;
	TreeSet s = {.outputs = outputs, .sum = sums[f->a->aggregate_function], .t = t};

	list_splits(f, &s);
	list_votes(f, &s);
	Value *y = sum_if(f->g, f->n, tree_scores(f->g, f->n, &s, f->n->in[0]), base_of(f, t));
	return cast_value(f->g, f->n, y, F32);
}

static Value *transform(Forest *f, Value *y) { return post_transformed(f->g, f->n, y, f->a->post_transform); }

/* ---- TreeEnsembleRegressor ---- */

static void infer_regressor(Graph *g, Node *n)
{
	Forest f = {.g = g, .n = n, .a = n->attr, .outputs = ATTR_OF(n, Trees)->n_targets};

	need_rank(g, n, 0, 2, 2);
	if (f.outputs < 1)
		fail_node(g, n, "E-ATTR", "n_targets is %lld", (long long)f.outputs);
	check_lists(&f);
	set_out(g, n, 0, F32, &(Shape){2, {n->in[0]->shape.dim[0], dim(f.outputs)}});
}

/* Of a leaf that votes several times ONNX Runtime hears the first vote, where there is one target, and all of them where there
 * are several, or classes. Exporters of the leaves that rows come to (scikit-learn's) write each vote as often as there are
 * classes, and mean it once. The reference of ONNX adds them up here too. */
static void expand_regressor(Graph *g, Node *n)
{
	int64_t outputs = ATTR_OF(n, Trees)->n_targets;
	Forest f = {.g = g, .n = n, .a = n->attr, .outputs = outputs, .once = outputs == 1};

	value_replace(g, n->out[0], transform(&f, scores_of(&f, f.outputs)));
}

/* ---- TreeEnsembleClassifier ---- */

/* NULL: it has none. */
static Tensor *labels_of(Graph *g, const Node *n)
{
	const struct Trees *a = n->attr;

	return labels_tensor(g, &a->classlabels_int64s, &a->classlabels_strings);
}

/* Two classes, and all leaves belong to one of them: its score decides. */
static bool is_binary(const Forest *f)
{
	bool one = f->outputs == 2;

	for (int i = 1; i < f->a->leaf_targets.n && one; i++)
		one = f->a->leaf_targets.v[i] == f->a->leaf_targets.v[0];
	return one;
}

static void infer_classifier(Graph *g, Node *n)
{
	const Tensor *labels = labels_of(g, n);
	Forest f = {.g = g, .n = n, .a = n->attr, .outputs = labels ? labels->count : 0};
	const Shape *x = &n->in[0]->shape;

	need_rank(g, n, 0, 2, 2);
	if (!labels)
		fail_node(g, n, "E-ATTR", "has no labels");
	if (f.outputs == 1 && labels->dtype != I64)
		fail_unsupported(g, n, "one label that is a text");
	check_lists(&f);
	if ((f.outputs == 1 || is_binary(&f)) && f.a->post_transform == PROBIT)
		fail_unsupported(g, n, "post_transform PROBIT of one score");
	if (is_binary(&f) && count_of(&f.a->base_values, f.a->base_values_as_tensor) == 2)
		fail_unsupported(g, n, "two base_values for one score");
	set_out(g, n, 0, labels->dtype, &(Shape){1, {x->dim[0]}});
	set_out(g, n, 1, F32, &(Shape){2, {x->dim[0], dim(f.outputs)}});
}

/* The scores of both classes, where each leaf votes for the first, or for the second; *decides: the one that tells. */
static Value *binary_scores(Forest *f, bool positive, Value **decides)
{
	Graph *g = f->g;
	const Node *n = f->n;

	if (f->a->leaf_targets.v[0]) {
		struct Trees bare = *f->a; /* base_values are the first one's, which nobody votes for */
		bare.base_values.n = -1;
		bare.base_values_as_tensor = NULL;
		Forest second = *f;
		second.a = &bare;
		Value *both = scores_of(&second, 2);
		*decides = slice_of(g, n, both, 1, 1, 2);
		return transform(f, both);
	}
	Value *s = scores_of(f, 1), *other = put(g, n, "Neg", s, END_IN);
	*decides = s;
	if (f->a->post_transform == LOGISTIC) {
		other = put(g, n, "Sigmoid", other, END_IN);
		s = put(g, n, "Sigmoid", s, END_IN);
	} else if (positive) {
		other = put(g, n, "Sub", value_scalar(g, F32, 1), s, END_IN);
	}
	return joined(g, n, 1, other, s);
}

/* As ONNX Runtime has it: scores of weights that are all positive are probabilities already. */
static void expand_binary(Forest *f, Node *n, const Tensor *list)
{
	Graph *g = f->g;
	bool positive = true;
	const int64_t axis = 1;
	Value *labels[2], *s;

	for (int i = 0; i < f->a->leaf_trees.n; i++)
		positive &= number_of(&f->a->leaf_weights, f->a->leaf_weights_as_tensor, i) >= 0;
	Value *both = binary_scores(f, positive, &s), *yes = put(g, n, "Greater", s, value_scalar(g, F32, positive ? 0.5 : 0), END_IN);
	for (int k = 0; k < 2; k++) {
		Tensor *label = tensor_new(&g->ctx->perm, list->dtype, 0, NULL);
		move_element(label, 0, list, k);
		labels[k] = value_const(g, NULL, label);
	}
	Value *y = put(g, n, "Where", yes, labels[1], labels[0], END_IN);
	replace_out(g, n, 0, put(g, n, "Squeeze", y, value_i64(g, 1, &axis), END_IN));
	replace_out(g, n, 1, both);
}

/* The one label stands for nothing: a score above 0 is 1, and is given as it is. */
static void expand_single(Forest *f, Node *n)
{
	const int64_t axis = 1;
	Value *s = scores_of(f, 1), *yes = put(f->g, n, "Greater", s, value_scalar(f->g, F32, 0), END_IN);

	replace_out(f->g, n, 0, put(f->g, n, "Squeeze", cast_value(f->g, n, yes, I64), value_i64(f->g, 1, &axis), END_IN));
	replace_out(f->g, n, 1, s);
}

static void expand_classifier(Graph *g, Node *n)
{
	Tensor *labels = labels_of(g, n);
	Forest f = {.g = g, .n = n, .a = n->attr, .outputs = labels->count};

	if (f.outputs == 1) {
		expand_single(&f, n);
		return;
	}
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
	.types = "fi", .infer = infer_regressor, .eval = eval_expansion, .expand = expand_regressor,
};

const Op op_treeclassifier = {
	.name = "TreeEnsembleClassifier", .domain = "ai.onnx.ml", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 2,
	.ulp = 64, .attrs = classifier_attrs, .attr_size = sizeof(struct Trees),
	.types = "fi", .infer = infer_classifier, .eval = eval_expansion, .expand = expand_classifier,
};
