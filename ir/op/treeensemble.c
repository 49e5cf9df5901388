/* treeensemble.c -- TreeEnsemble (5) of ai.onnx.ml: decision trees, each of whose leaves has a vote for one output.
 *
 * The lists of the model become splits and votes, and these tables: see treetables.h; trees.c has the older operators. */
#include <math.h>
#include <stdlib.h>
#include "ir/op/scores.h"
#include "ir/op/treetables.h"

struct Ensemble {
	int64_t aggregate_function, post_transform, n_targets;
	Ints tree_roots, nodes_featureids, nodes_truenodeids, nodes_trueleafs, nodes_falsenodeids, nodes_falseleafs;
	Ints nodes_missing_value_tracks_true, leaf_targetids;
	Tensor *nodes_splits, *nodes_modes, *nodes_hitrates, *membership_values, *leaf_weights;
};

static const Attr ensemble_attrs[] = {
	ATTR_INT(Ensemble, aggregate_function, 1), ATTR_INT(Ensemble, post_transform, NO_TRANSFORM),
	ATTR_INT(Ensemble, n_targets, 1), ATTR_REQUIRED(Ensemble, tree_roots, A_INTS),
	ATTR_REQUIRED(Ensemble, nodes_featureids, A_INTS), ATTR_REQUIRED(Ensemble, nodes_truenodeids, A_INTS),
	ATTR_REQUIRED(Ensemble, nodes_trueleafs, A_INTS), ATTR_REQUIRED(Ensemble, nodes_falsenodeids, A_INTS),
	ATTR_REQUIRED(Ensemble, nodes_falseleafs, A_INTS), ATTR_LIST(Ensemble, nodes_missing_value_tracks_true, A_INTS),
	ATTR_REQUIRED(Ensemble, leaf_targetids, A_INTS), ATTR_REQUIRED(Ensemble, nodes_splits, A_TENSOR),
	ATTR_REQUIRED(Ensemble, nodes_modes, A_TENSOR), ATTR_LIST(Ensemble, nodes_hitrates, A_TENSOR),
	ATTR_LIST(Ensemble, membership_values, A_TENSOR), ATTR_REQUIRED(Ensemble, leaf_weights, A_TENSOR), {0}};

static void check_ensemble(Graph *g, const Node *n)
{
	const struct Ensemble *a = n->attr;
	int count = a->nodes_featureids.n, nan = a->nodes_missing_value_tracks_true.n;
	if (!a->nodes_splits || !a->nodes_modes || !a->leaf_weights)
		fail_node(g, n, "E-ATTR", "requires nodes_splits, nodes_modes and leaf_weights");
	bool same = a->nodes_truenodeids.n == count && a->nodes_falsenodeids.n == count && a->nodes_trueleafs.n == count &&
		    a->nodes_falseleafs.n == count && a->nodes_splits->count == count && a->nodes_modes->count == count &&
		    (nan <= 0 || nan == count);

	if (count < 1 || a->tree_roots.n < 1 || !same)
		fail_node(g, n, "E-ATTR", "the lists of nodes have different lengths, or none");
	if (a->leaf_targetids.n < 1 || a->leaf_weights->count != a->leaf_targetids.n)
		fail_node(g, n, "E-ATTR", "%lld leaf_weights for %d leaf_targetids", (long long)a->leaf_weights->count,
			  a->leaf_targetids.n);
	if (a->nodes_splits->dtype != n->in[0]->dtype || a->leaf_weights->dtype != n->in[0]->dtype)
		fail_node(g, n, "E-TYPE", "splits are %s, weights %s, the input %s", dtype_name(a->nodes_splits->dtype),
			  dtype_name(a->leaf_weights->dtype), dtype_name(n->in[0]->dtype));
	if (!is_int(a->nodes_modes->dtype))
		fail_node(g, n, "E-TYPE", "nodes_modes are %s; they must be u8", dtype_name(a->nodes_modes->dtype));
	if (a->membership_values && a->membership_values->dtype != n->in[0]->dtype)
		fail_node(g, n, "E-TYPE", "membership_values are %s, the input is %s",
			  dtype_name(a->membership_values->dtype), dtype_name(n->in[0]->dtype));
	if (a->aggregate_function < 0 || a->aggregate_function > VOTES_MOST || a->post_transform < 0 || a->post_transform > PROBIT)
		fail_node(g, n, "E-ATTR", "aggregate_function %lld, post_transform %lld", (long long)a->aggregate_function,
			  (long long)a->post_transform);
	for (int i = 0; i < a->tree_roots.n; i++)
		if (a->tree_roots.v[i] < 0)
			fail_node(g, n, "E-ATTR", "a root is %lld", (long long)a->tree_roots.v[i]);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The next set of membership_values, which NaN ends. */
static void take_set(Graph *g, const Node *n, Question *s, int64_t *at)
{
	const Tensor *t = ATTR_OF(n, Ensemble)->membership_values;
	double *set = t ? NEW_N(&g->ctx->scratch, double, t->count) : NULL, x;

	if (!t || *at >= t->count)
		fail_node(g, n, "E-ATTR", "membership_values has fewer sets than there are nodes that ask for one");
	while (*at < t->count && !isnan(x = load_f64(t->dtype, t->data, (*at)++)))
		set[s->nset++] = x;
	qsort(set, (size_t)s->nset, sizeof *set, ascending);
	s->set = set;
	s->value = NAN;
}

static int64_t checked_child(Graph *g, const Node *n, int64_t child, int64_t is_leaf)
{
	if (child < 0)
		fail_node(g, n, "E-ATTR", "a child is %lld", (long long)child);
	return is_leaf ? ~child : child;
}

static const Question *ensemble_splits(Graph *g, const Node *n)
{
	const struct Ensemble *a = n->attr;
	Question *split = NEW_N(&g->ctx->scratch, Question, a->nodes_featureids.n);
	int64_t at = 0;

	for (int i = 0; i < a->nodes_featureids.n; i++) {
		int64_t mode = load_i64(a->nodes_modes->dtype, a->nodes_modes->data, i);
		if (mode < SPLIT_LEQ || mode > SPLIT_MEMBER)
			fail_node(g, n, "E-ATTR", "nodes_modes has %lld", (long long)mode);
		split[i] = (Question){
			.mode = (enum split_mode)mode, .feature = a->nodes_featureids.v[i],
			.value = load_f64(a->nodes_splits->dtype, a->nodes_splits->data, i),
			.nan_is_yes = a->nodes_missing_value_tracks_true.n > 0 && a->nodes_missing_value_tracks_true.v[i],
			.yes = checked_child(g, n, a->nodes_truenodeids.v[i], a->nodes_trueleafs.v[i]),
			.no = checked_child(g, n, a->nodes_falsenodeids.v[i], a->nodes_falseleafs.v[i])};
		if (mode == SPLIT_MEMBER)
			take_set(g, n, &split[i], &at);
	}
	return split;
}

static void infer_ensemble(Graph *g, Node *n)
{
	int64_t outputs = ATTR_OF(n, Ensemble)->n_targets;

	need_rank(g, n, 0, 2, 2);
	check_ensemble(g, n);
	if (outputs < 1)
		fail_node(g, n, "E-ATTR", "n_targets is %lld", (long long)outputs);
	set_out(g, n, 0, n->in[0]->dtype, &(Shape){2, {n->in[0]->shape.dim[0], dim(outputs)}});
}

static void expand_ensemble(Graph *g, Node *n)
{
	static const enum vote_sum sums[] = {VOTES_AVERAGED, VOTES_ADDED, VOTES_LEAST, VOTES_MOST};
	const struct Ensemble *a = n->attr;
	Vote *vote = NEW_N(&g->ctx->scratch, Vote, a->leaf_targetids.n);
	TreeSet s = {.split = ensemble_splits(g, n), .root = a->tree_roots.v, .vote = vote, .nsplit = a->nodes_featureids.n,
		     .nleaf = a->leaf_targetids.n, .nroot = a->tree_roots.n, .nvote = a->leaf_targetids.n,
		     .outputs = a->n_targets, .sum = sums[a->aggregate_function], .t = n->in[0]->dtype == F64 ? F64 : F32};

	for (int i = 0; i < a->leaf_targetids.n; i++)
		vote[i] = (Vote){i, a->leaf_targetids.v[i], load_f64(a->leaf_weights->dtype, a->leaf_weights->data, i)};
	Value *y = post_transformed(g, n, tree_scores(g, n, &s, n->in[0]), a->post_transform);
	value_replace(g, n->out[0], cast_value(g, n, y, n->in[0]->dtype));
}

const Op op_treeensemble = {
	.name = "TreeEnsemble", .domain = "ai.onnx.ml", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
	.ulp = 64, .attrs = ensemble_attrs, .attr_size = sizeof(struct Ensemble),
	.types = "f", .infer = infer_ensemble, .eval = eval_expansion, .expand = expand_ensemble,
};
