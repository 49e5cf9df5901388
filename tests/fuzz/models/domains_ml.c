/* domains_ml.c -- operators of ai.onnx.ml and of text.
 *
 * What decides between labels or branches is asked of exact numbers only, so that no rounding chooses. */
#include <string.h>
#include "ir/op/strings.h"
#include "tests/fuzz/models/domains.h"

enum { WORDS = 4 };

static const char *const words[WORDS] = {"a", "bc", "one", "A"};

static Strings some_words(Step *s, int n)
{
	Strings list = {NEW_N(&s->m->c->perm, Text, n), n};

	for (int i = 0; i < n; i++)
		list.v[i] = (Text){words[i % WORDS], (int64_t)strlen(words[i % WORDS])};
	return list;
}

static void set_floats_of(Step *s, const char *name, int64_t n, double lo, double hi)
{
	Range r = around(lo, hi);
	Tensor *t = random_elements(s->m, F32, 1, &n, &r);

	set_floats(s, name, (int)n, t->data);
}

static void set_counting(Step *s, const char *name, int n, int64_t first)
{
	int64_t x[64];

	for (int i = 0; i < n; i++)
		x[i] = first + i;
	set_ints(s, name, n, x);
}

/* Rows of numbers that no rounding has touched. */
static int64_t exact_rows(Step *s)
{
	int64_t dims[] = {pick(s->m, 0, 5), pick(s->m, 1, 9)};

	take_shaped(s, DT_NONE, 2, dims, (Range){s->domain->lo, s->domain->hi, true, false, false});
	return dims[1];
}

/* ---- columns ---- */

bool make_extractor(Step *s)
{
	const Tensor *x = take(s, 1, 4);
	int64_t size = x->dim[x->rank - 1], n = pick(s->m, 1, 5);

	take_shaped(s, I64, 1, &n, (Range){0, (double)size - 1, true, false, false});
	return size > 0;
}

bool make_scaler(Step *s)
{
	const Tensor *x = take(s, 1, 3);
	int64_t columns = x->dim[x->rank - 1];

	set_floats_of(s, "offset", chance(s->m, 50) && columns ? columns : 1, -1, 1);
	set_floats_of(s, "scale", chance(s->m, 50) && columns ? columns : 1, 0.5, 2);
	return true;
}

bool make_imputer(Step *s)
{
	const Tensor *x = take(s, 1, 3);
	int n = chance(s->m, 50) && x->dim[x->rank - 1] ? (int)x->dim[x->rank - 1] : 1;

	if (is_int(s->t))
		set_counting(s, "imputed_value_int64s", n < 64 ? n : 1, 1);
	else
		set_floats_of(s, "imputed_value_floats", n, -1, 1);
	return n < 64;
}

bool make_categories(Step *s)
{
	take(s, 0, 4);
	if (s->t == STR)
		set_strings(s, "cats_strings", some_words(s, (int)pick(s->m, 1, 4)));
	else
		set_counting(s, "cats_int64s", (int)pick(s->m, 1, 6), -1);
	return true;
}

bool make_vectorizer(Step *s)
{
	int64_t rows = pick(s->m, 0, 5), width[3];
	int n = (int)pick(s->m, 1, 3);

	for (int i = 0; i < n; i++) {
		width[i] = pick(s->m, 1, 9);
		take_shaped(s, DT_NONE, 2, (int64_t[]){rows, width[i]}, range_of(s));
	}
	set_ints(s, "inputdimensions", n, width);
	return true;
}

/* ---- models of rows ---- */

enum { SMOOTH_TRANSFORMS = 3 }; /* none, softmax, logistic; those behind them jump */

bool make_linear_regressor(Step *s)
{
	int64_t width = exact_rows(s), targets = pick(s->m, 1, 4);

	set_int(s, "targets", targets);
	set_int(s, "post_transform", pick(s->m, 0, SMOOTH_TRANSFORMS - 1));
	set_floats_of(s, "coefficients", targets * width, -1, 1);
	if (chance(s->m, 60))
		set_floats_of(s, "intercepts", targets, -1, 1);
	return true;
}

bool make_linear_classifier(Step *s)
{
	int64_t width = exact_rows(s), classes = pick(s->m, 2, 4), scores = classes == 2 && chance(s->m, 50) ? 1 : classes;

	set_int(s, "post_transform", scores == 1 ? 2 * pick(s->m, 0, 1) : pick(s->m, 0, SMOOTH_TRANSFORMS - 1));
	set_floats_of(s, "coefficients", scores * width, -1, 1);
	set_floats_of(s, "intercepts", scores, -1, 1);
	if (chance(s->m, 30))
		set_strings(s, "classlabels_strings", some_words(s, (int)classes));
	else
		set_counting(s, "classlabels_ints", (int)classes, 3);
	s->nout = 2;
	return true;
}

static void random_kernel(Step *s)
{
	static const float params[] = {0.25f, 0.5f, 2};

	set_int(s, "kernel_type", pick(s->m, 0, 3));
	set_floats(s, "kernel_params", 3, params);
}

bool make_svm_regressor(Step *s)
{
	int64_t width = exact_rows(s), vectors = pick(s->m, 1, 5);

	random_kernel(s);
	set_int(s, "n_supports", vectors);
	set_floats_of(s, "support_vectors", vectors * width, -1, 1);
	set_floats_of(s, "coefficients", vectors, -1, 1);
	set_floats_of(s, "rho", 1, -1, 1);
	return true;
}

bool make_svm_classifier(Step *s)
{
	int64_t width = exact_rows(s), classes = pick(s->m, 2, 4), count[4], vectors = 0;

	for (int i = 0; i < classes; i++)
		vectors += count[i] = pick(s->m, 1, 3);
	random_kernel(s);
	set_ints(s, "vectors_per_class", (int)classes, count);
	set_floats_of(s, "support_vectors", vectors * width, -1, 1);
	set_floats_of(s, "coefficients", (classes - 1) * vectors, -1, 1);
	set_floats_of(s, "rho", classes * (classes - 1) / 2, -1, 1);
	set_counting(s, "classlabels_ints", (int)classes, 0);
	s->nout = 2;
	return true;
}

/* ---- trees: all of one depth, node i has the children 2 i + 1 and 2 i + 2 ---- */

enum { MOST_TREE_NODES = 64 };

typedef struct Wood {
	int trees, inner, leaves; /* of each tree */
	int64_t width, outputs;
} Wood;

static Wood random_wood(Step *s)
{
	int depth = (int)pick(s->m, 1, 3);
	Wood w = {.trees = (int)pick(s->m, 1, 4), .inner = (1 << depth) - 1, .leaves = 1 << depth};

	w.width = exact_rows(s);
	w.outputs = pick(s->m, 1, 4);
	return w;
}

static Text mode_text(Model *m, bool leaf)
{
	static const char *const modes[] = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT"};
	const char *word = leaf ? "LEAF" : modes[chance(m, 70) ? 0 : pick(m, 0, 3)];

	return (Text){word, (int64_t)strlen(word)};
}

static void set_nodes(Step *s, const Wood *w)
{
	int each = w->inner + w->leaves, n = w->trees * each;
	int64_t tree[MOST_TREE_NODES], node[MOST_TREE_NODES], feature[MOST_TREE_NODES], yes[MOST_TREE_NODES], no[MOST_TREE_NODES];
	Strings mode = {NEW_N(&s->m->c->perm, Text, n), n};

	for (int i = 0; i < n; i++) {
		bool leaf = i % each >= w->inner;
		tree[i] = i / each;
		node[i] = i % each;
		feature[i] = leaf ? 0 : pick(s->m, 0, w->width - 1);
		yes[i] = leaf ? 0 : 2 * node[i] + 1;
		no[i] = leaf ? 0 : 2 * node[i] + 2;
		mode.v[i] = mode_text(s->m, leaf);
	}
	set_ints(s, "nodes_treeids", n, tree);
	set_ints(s, "nodes_nodeids", n, node);
	set_ints(s, "nodes_featureids", n, feature);
	set_ints(s, "nodes_truenodeids", n, yes);
	set_ints(s, "nodes_falsenodeids", n, no);
	set_strings(s, "nodes_modes", mode);
	set_floats_of(s, "nodes_values", n, -3, 3);
}

static void set_leaves(Step *s, const Wood *w, const char *const *names)
{
	int n = w->trees * w->leaves;
	int64_t tree[MOST_TREE_NODES], node[MOST_TREE_NODES], target[MOST_TREE_NODES];

	for (int i = 0; i < n; i++) {
		tree[i] = i / w->leaves;
		node[i] = w->inner + i % w->leaves;
		target[i] = pick(s->m, 0, w->outputs - 1);
	}
	set_ints(s, names[0], n, tree);
	set_ints(s, names[1], n, node);
	set_ints(s, names[2], n, target);
	set_floats_of(s, names[3], n, 0.1, 1);
}

bool make_trees(Step *s)
{
	static const char *const target[] = {"target_treeids", "target_nodeids", "target_ids", "target_weights"};
	static const char *const class[] = {"class_treeids", "class_nodeids", "class_ids", "class_weights"};
	bool chooses = s->op == &op_treeclassifier;
	Wood w = random_wood(s);

	w.outputs += chooses;
	set_nodes(s, &w);
	set_leaves(s, &w, chooses ? class : target);
	if (chooses)
		set_counting(s, "classlabels_int64s", (int)w.outputs, 0);
	else
		set_int(s, "n_targets", w.outputs);
	s->nout = 1 + chooses;
	return true;
}

static Tensor *numbers(Step *s, DType t, int64_t n, double lo, double hi)
{
	Range r = around(lo, hi);

	return random_elements(s->m, t, 1, &n, &r);
}

bool make_ensemble(Step *s)
{
	Wood w = random_wood(s);
	int n = w.trees * w.inner;
	int64_t root[4], feature[MOST_TREE_NODES], child[2][MOST_TREE_NODES], leaf[MOST_TREE_NODES], target[MOST_TREE_NODES];

	for (int i = 0; i < n; i++) {
		int tree = i / w.inner, at = i % w.inner;
		feature[i] = pick(s->m, 0, w.width - 1);
		leaf[i] = 2 * at + 1 >= w.inner;
		for (int k = 0; k < 2; k++)
			child[k][i] = leaf[i] ? tree * w.leaves + 2 * at + 1 + k - w.inner : tree * w.inner + 2 * at + 1 + k;
	}
	for (int i = 0; i < w.trees; i++)
		root[i] = i * w.inner;
	for (int i = 0; i < w.trees * w.leaves; i++)
		target[i] = pick(s->m, 0, w.outputs - 1);
	set_int(s, "n_targets", w.outputs);
	set_ints(s, "tree_roots", w.trees, root);
	set_ints(s, "nodes_featureids", n, feature);
	set_ints(s, "nodes_truenodeids", n, child[0]);
	set_ints(s, "nodes_falsenodeids", n, child[1]);
	set_ints(s, "nodes_trueleafs", n, leaf);
	set_ints(s, "nodes_falseleafs", n, leaf);
	set_ints(s, "leaf_targetids", w.trees * w.leaves, target);
	set_tensor(s, "nodes_splits", numbers(s, s->t, n, -3, 3));
	set_tensor(s, "nodes_modes", numbers(s, U8, n, 0, 3));
	set_tensor(s, "leaf_weights", numbers(s, s->t, w.trees * w.leaves, 0.1, 1));
	return true;
}

/* ---- tables of text and numbers ---- */

static void set_column(Step *s, const char *const *names, DType t, int n)
{
	if (t == STR)
		set_strings(s, names[0], some_words(s, n));
	else if (t == I64)
		set_counting(s, names[1], n, -1);
	else
		set_floats(s, names[2], n, (const float[]){0, 1, 2, -1});
}

bool make_encoder(Step *s)
{
	static const char *const keys[] = {"keys_strings", "keys_int64s", "keys_floats"};
	static const char *const values[] = {"values_strings", "values_int64s", "values_floats"};
	static const DType types[] = {STR, I64, F32};
	int n = (int)pick(s->m, 1, 4);

	take(s, 0, 4);
	set_column(s, keys, s->t, n);
	set_column(s, values, types[pick(s->m, 0, 2)], n);
	return true;
}

bool make_mapper(Step *s)
{
	int n = (int)pick(s->m, 1, 4);

	take(s, 0, 4);
	set_strings(s, "cats_strings", some_words(s, n));
	set_counting(s, "cats_int64s", n, -1);
	return true;
}

/* Two grams of one element and two of two. */
bool make_grams(Step *s)
{
	static const int64_t pool[] = {0, 1, 1, 0, 0, 0}, begins[] = {0, 2}, column[] = {0, 2, 1, 3};
	static const int in_words[] = {0, 1, 1, 0, 0, 0};

	take(s, 1, 2);
	if (s->t == STR) {
		Strings list = some_words(s, 6);
		for (int i = 0; i < 6; i++)
			list.v[i] = (Text){words[in_words[i]], (int64_t)strlen(words[in_words[i]])};
		set_strings(s, "pool_strings", list);
	} else {
		set_ints(s, "pool_int64s", 6, pool);
	}
	set_int(s, "min_gram_length", 1);
	set_int(s, "max_gram_length", 2);
	set_int(s, "max_skip_count", pick(s->m, 0, 2));
	set_int(s, "mode", pick(s->m, 0, 2));
	set_ints(s, "ngram_counts", 2, begins);
	set_ints(s, "ngram_indexes", 4, column);
	set_floats(s, "weights", 4, (const float[]){0.5f, 1, 2, 0.25f});
	return true;
}

/* ---- text ---- */

bool make_text_sum(Step *s)
{
	take_broadcast(s, take(s, 0, 4), DT_NONE);
	return true;
}

bool make_text_parts(Step *s)
{
	take(s, 0, 3);
	if (chance(s->m, 70))
		set_text(s, "delimiter", chance(s->m, 50) ? " " : "n");
	if (chance(s->m, 40))
		set_int(s, "maxsplit", pick(s->m, 0, 2));
	s->nout = 2;
	return true;
}

bool make_text_case(Step *s)
{
	take(s, 1, 1);
	set_int(s, "case_change_action", pick(s->m, 0, 2));
	if (chance(s->m, 50))
		set_strings(s, "stopwords", some_words(s, (int)pick(s->m, 1, 2)));
	return true;
}

bool make_text_match(Step *s)
{
	static const char *const patterns[] = {"[a-z]+", "(one|two) ?2?", "a|bc", ".*", "[^A]{2,}", "\\w+"};

	take(s, 0, 4);
	set_text(s, "pattern", patterns[pick(s->m, 0, 5)]);
	return true;
}

bool make_text_tokens(Step *s)
{
	static const char *const patterns[] = {"[a-z]", "one|n|A", "[^o]+", "b?c", " +|n"};
	const char *pattern = patterns[pick(s->m, 0, 4)];
	Strings separators = {NEW_N(&s->m->c->perm, Text, 1), 1};

	take(s, 1, 2);
	set_text(s, "pad_value", "#");
	set_int(s, "mark", pick(s->m, 0, 1));
	set_int(s, "mincharnum", pick(s->m, 1, 2));
	separators.v[0] = (Text){pattern, (int64_t)strlen(pattern)};
	if (chance(s->m, 50))
		set_text(s, "tokenexp", pattern);
	else
		set_strings(s, "separators", separators);
	return true;
}
