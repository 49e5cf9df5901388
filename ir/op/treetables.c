/* treetables.c -- decision trees as tables: walked from their roots all at once, their leaves summed.
 *
 *     leaf[n, t] = tree t walked from its root: x[n, feature] <= threshold ? yes : no      (tcc.TreeLeaf)
 *     score[n, c] = sum over t of weight[leaf[n, t], c]                                    or their mean, least, most
 *
 * The nodes are [trees, nodes of the largest], with the root first. A leaf leads to itself, so that every tree is walked
 * for as many steps as the deepest one has. One comparison does for all kinds of questions: with the number in front of t,
 *
 *     x < t       x <= before(t)
 *     x > t       not x <= t
 *     x in {a, b} before(a) < x <= a, or before(b) < x <= b: found by halving
 *
 * and a mark tells where NaN, which compares false, has to go the yes way. */
#include <math.h>
#include <string.h>
#include "ir/op/reduce.h"
#include "ir/op/treetables.h"

/* ---- tcc.TreeLeaf: inputs x, the table of nodes, and one where NaN goes the yes way; the rows that were reached so far, or
 * none: the roots. A node is four integers as wide as x: its feature, the bits of its threshold, and its children, the no way
 * and the yes way. So one line of a cache has all of it, and the answer is an index: a choice between two loads would be a
 * branch, which no processor foresees. It takes `depth` steps, each of which is an expression over that of the one before, so
 * deep trees are walked by several. ---- */

enum { X, NODES, MISSING, REACHED };
enum { FEATURE, THRESHOLD, CHILD, NODE = 4 };
enum { MOST_STEPS = 8 };

struct TreeLeaf {
	int64_t depth;
	int64_t features; /* of a row of x, at least: 1 more than the last that is asked for */
};

static const Attr leaf_attrs[] = {ATTR_INT(TreeLeaf, depth, 0), ATTR_INT(TreeLeaf, features, 0), {0}};

static void leaf_infer(Graph *g, Node *n)
{
	need_rank(g, n, X, 2, 2);
	need_rank(g, n, NODES, 3, 3);
	need_at_least(g, n, X, 1, ATTR_OF(n, TreeLeaf)->features);
	Shape y = {2, {n->in[X]->shape.dim[0], n->in[NODES]->shape.dim[0]}};

	set_out(g, n, 0, I64, &y);
}

static double of_bits(DType t, int64_t bits)
{
	int32_t low = (int32_t)bits;
	float single;
	double x;

	memcpy(&single, &low, sizeof single);
	memcpy(&x, &bits, sizeof x);
	return t == F32 ? (double)single : x;
}

static int64_t bits_of(DType t, double x)
{
	float single = (float)x;
	int32_t low;
	int64_t bits;

	memcpy(&low, &single, sizeof low);
	memcpy(&bits, &x, sizeof bits);
	return t == F32 ? low : bits;
}

static void leaf_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(e, in[X]);
	const int64_t *table = in_i64(e, in[NODES]), *missing = has_in(n, MISSING) ? in_i64(e, in[MISSING]) : NULL;
	int64_t *y = out_i64(e, out[0]), trees = in[NODES]->dim[0], nodes = in[NODES]->dim[1];

	for (int64_t i = 0; i < out[0]->count; i++) {
		int64_t root = i % trees * nodes, k = has_in(n, REACHED) ? in_i64(e, in[REACHED])[i] : root;
		for (int64_t d = 0; d < ATTR_OF(n, TreeLeaf)->depth; d++) {
			const int64_t *node = table + NODE * k;
			double v = x[i / trees * in[X]->dim[1] + node[FEATURE]];
			bool way = v <= of_bits(in[X]->dtype, node[THRESHOLD]) || (missing && isnan(v) && missing[k]);
			k = root + node[CHILD + way];
		}
		y[i] = k;
	}
}

static Expr *leaf_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *k[3] = {at[1], num_i(l, 0), NULL}, *index[2] = {at[0], NULL};
	Expr *root = imul(l, at[1], extent(l, n->in[NODES]->shape.dim[1]));
	(void)slot;
	if (has_in(n, REACHED))
		k[1] = isub(l, in(l, n, REACHED, at), root);
	for (int64_t d = 0; d < ATTR_OF(n, TreeLeaf)->depth; d++) {
		k[2] = num_i(l, FEATURE);
		index[1] = cast(l, I64, in(l, n, NODES, k));
		k[2] = num_i(l, THRESHOLD);
		Expr *x = in(l, n, X, index), *way = alu2(l, LE, x, bitcast(l, x->dtype, in(l, n, NODES, k)));
		if (has_in(n, MISSING))
			way = alu2(l, OR, way, alu2(l, AND, alu1(l, ISNAN, x), in(l, n, MISSING, k)));
		k[2] = iadd(l, cast(l, I64, way), num_i(l, CHILD));
		k[1] = cast(l, I64, in(l, n, NODES, k));
	}
	return iadd(l, root, k[1]);
}

const Op op_tcc_TreeLeaf = {
	.name = "TreeLeaf", .domain = "tcc", .min_in = 2, .max_in = 4, .min_out = 1, .max_out = 1, .flags = REDUCES,
	.attrs = leaf_attrs, .attr_size = sizeof(struct TreeLeaf),
	.infer = leaf_infer, .eval = leaf_eval, .lower = leaf_lower,
};

/* ---- splits as rows of the tables ---- */

typedef struct Row {
	int64_t tree, place, feature, yes, no, missing; /* missing: NaN goes the yes way */
	int64_t leaf; /* -1: it asks */
	double threshold;
} Row;

/* What is still to be put into the tables: a child, or, inside of one that asks for a set, its intervals from .. to. */
typedef struct Todo {
	int64_t child, from, to;
	bool inside;
	int64_t end;           /* inside: the depth at which all intervals are told */
	int64_t parent, depth; /* the row that leads here, -1: none */
	bool is_yes;
	int64_t *place; /* where to note the row; NULL: nowhere */
} Todo;

typedef struct Walk {
	Graph *g;
	const Node *n;
	const TreeSet *s;
	DType t; /* of x */
	int64_t width, features; /* at most; 1 more than the last that is asked for */
	bool *seen;   /* by question */
	int64_t *way; /* by question, no and yes: the place of the row that it leads to; 0: not there yet */
	Row *row;
	int64_t nrow, crow, tree, first; /* first: row of the tree's root */
	int64_t nodes, depth;            /* of the largest, of the deepest */
	Todo *todo;
	int64_t ntodo, ctodo;
	bool missing;
} Walk;

/* The largest number below v; NaN, which nothing is below or equal to, where there is none. */
static double before(const Walk *w, double v)
{
	if (v == -INFINITY)
		return NAN;
	return w->t == F32 ? (double)nextafterf((float)v, -INFINITY) : nextafter(v, -INFINITY);
}

static void push(Walk *w, Todo t)
{
	GROW(&w->g->ctx->scratch, w->todo, w->ntodo, w->ctodo);
	w->todo[w->ntodo++] = t;
}

static void link_row(Walk *w, const Todo *t, int64_t place)
{
	if (t->parent >= 0)
		*(t->is_yes ? &w->row[t->parent].yes : &w->row[t->parent].no) = place;
	if (t->place)
		*t->place = place;
}

/* A row for `t`, which its parent leads to. */
static Row *add_row(Walk *w, const Todo *t, int64_t leaf)
{
	GROW(&w->g->ctx->scratch, w->row, w->nrow, w->crow);
	Row *r = &w->row[w->nrow];
	int64_t place = w->nrow++ - w->first;

	*r = (Row){.tree = w->tree, .place = place, .yes = place, .no = place, .leaf = leaf};
	link_row(w, t, place);
	w->nodes = place >= w->nodes ? place + 1 : w->nodes;
	w->depth = t->depth > w->depth ? t->depth : w->depth;
	return r;
}

/* A row that asks, and its children to come: the yes way first. */
static void add_question(Walk *w, const Todo *t, int64_t feature, double threshold, bool missing, Todo yes, Todo no)
{
	Row *r = add_row(w, t, -1);

	r->feature = feature;
	r->threshold = threshold;
	r->missing = missing;
	w->missing |= missing;
	yes.parent = no.parent = w->nrow - 1;
	yes.depth = no.depth = t->depth + 1;
	yes.is_yes = true;
	no.is_yes = false;
	push(w, no);
	push(w, yes);
}

static void add_comparison(Walk *w, const Todo *t, const Question *s)
{
	bool above = (s->mode == SPLIT_GT || s->mode == SPLIT_GTE) && !isnan(s->value);
	bool open = s->mode == SPLIT_LT || s->mode == SPLIT_GTE;
	Todo yes = {.child = s->yes}, no = {.child = s->no};
	double threshold = open ? before(w, s->value) : s->value;

	if (above)
		add_question(w, t, s->feature, threshold, !s->nan_is_yes, no, yes);
	else
		add_question(w, t, s->feature, threshold, s->nan_is_yes, yes, no);
}

/* x = value asks for a set of one. */
static bool asks_for_one(const Question *s) { return s->mode == SPLIT_EQ || s->mode == SPLIT_NEQ; }

static int64_t set_size(const Question *s) { return asks_for_one(s) ? 1 : s->mode == SPLIT_MEMBER ? s->nset : 0; }

static double set_element(const Question *s, int64_t i) { return asks_for_one(s) ? s->value : s->set[i]; }

/* Intervals from .. to, of which the odd ones are members: interval 2i + 1 ends at element i, and begins before it. A NaN
 * ends in the last interval; where it is to go the way of members, in that of the first half. */
static void add_intervals(Walk *w, const Todo *t, const Question *s)
{
	bool whole = t->from == 0 && t->to == 2 * set_size(s);
	int64_t mid = (t->from + t->to) / 2 | whole;
	Todo low = {.child = t->child, .from = t->from, .to = mid, .inside = true, .end = t->end};
	Todo high = {.child = t->child, .from = mid + 1, .to = t->to, .inside = true, .end = t->end};
	double element = set_element(s, mid / 2), end = mid % 2 ? element : before(w, element);

	add_question(w, t, s->feature, end, whole && s->nan_is_yes && s->mode != SPLIT_NEQ, low, high);
}

/* Of one interval: where it leads. Several lead to the same rows. */
static void add_way(Walk *w, Todo t)
{
	const Question *s = &w->s->split[t.child];
	bool yes = (t.from % 2 == 1) != (s->mode == SPLIT_NEQ);

	t.place = &w->way[2 * t.child + yes];
	t.child = yes ? s->yes : s->no;
	t.depth = t.end;
	t.inside = false;
	if (*t.place)
		link_row(w, &t, *t.place);
	else
		push(w, t);
}

/* Halving tells so many intervals in so many steps, and one more. */
static int64_t steps_to_tell(int64_t intervals)
{
	int64_t steps = 1;

	for (; intervals > 1; intervals = (intervals + 1) / 2)
		steps++;
	return steps;
}

static void enter(Walk *w, Todo *t)
{
	if (t->child >= w->s->nsplit || w->seen[t->child])
		fail_node(w->g, w->n, "E-ATTR", "node %lld is %s", (long long)t->child,
			  t->child < w->s->nsplit ? "reached in two ways" : "not there");
	w->seen[t->child] = true;
	int64_t feature = w->s->split[t->child].feature;
	if (feature < 0 || feature >= w->width)
		fail_node(w->g, w->n, "E-ATTR", "feature %lld of %lld", (long long)feature, (long long)w->width);
	w->features = feature >= w->features ? feature + 1 : w->features;
	t->from = 0;
	t->to = 2 * set_size(&w->s->split[t->child]);
	t->end = t->depth + steps_to_tell(t->to + 1);
	t->inside = true;
}

static void add(Walk *w, Todo t)
{
	if (t.child < 0 && ~t.child >= w->s->nleaf)
		fail_node(w->g, w->n, "E-ATTR", "leaf %lld is not there", (long long)~t.child);
	if (t.child < 0) {
		add_row(w, &t, ~t.child);
		return;
	}
	bool fresh = !t.inside;
	if (fresh)
		enter(w, &t);
	if (fresh && t.to == 0)
		add_comparison(w, &t, &w->s->split[t.child]);
	else if (t.from < t.to)
		add_intervals(w, &t, &w->s->split[t.child]);
	else
		add_way(w, t);
}

static void walk(Walk *w)
{
	for (; w->tree < w->s->nroot; w->tree++) {
		w->first = w->nrow;
		push(w, (Todo){.child = w->s->root[w->tree], .parent = -1});
		while (w->ntodo)
			add(w, w->todo[--w->ntodo]);
	}
}

/* ---- the tables ---- */

static Value *nodes(const Walk *w)
{
	DType t = w->t == F32 ? I32 : I64;
	Tensor *y = tensor_new(&w->g->ctx->perm, t, 3, (int64_t[]){w->s->nroot, w->nodes, NODE});

	for (int64_t i = 0; i < w->nrow; i++) {
		const Row *r = &w->row[i];
		int64_t node[NODE] = {r->feature, bits_of(w->t, r->threshold), r->no, r->yes};
		for (int k = 0; k < NODE; k++)
			store_i64(t, y->data, (r->tree * w->nodes + r->place) * NODE + k, node[k]);
	}
	return value_const(w->g, NULL, y);
}

/* Where NaN goes the yes way. */
static Value *missing(const Walk *w)
{
	Tensor *y = tensor_new(&w->g->ctx->perm, BOOL, 2, (int64_t[]){w->s->nroot, w->nodes});

	for (int64_t i = 0; i < w->nrow; i++)
		store_i64(BOOL, y->data, w->row[i].tree * w->nodes + w->row[i].place, w->row[i].missing);
	return value_const(w->g, NULL, y);
}

static Value *leaves(const Walk *w, Value *x)
{
	Value *table = nodes(w), *reached = NULL, *unknown = w->missing ? missing(w) : NULL;

	for (int64_t left = w->depth; left > 0 || !reached; left -= MOST_STEPS) {
		struct TreeLeaf attr = {left < MOST_STEPS ? left : MOST_STEPS, w->features};
		reached = put_attr(w->g, w->n, "tcc.TreeLeaf", &attr, x, table, unknown, reached, END_IN);
	}
	return reached;
}

/* ---- votes ---- */

/* What an output has that nobody votes for. */
static double no_vote(const TreeSet *s)
{
	return s->sum == VOTES_LEAST ? INFINITY : s->sum == VOTES_MOST ? -INFINITY : 0;
}

static double both_votes(const TreeSet *s, double a, double b)
{
	switch (s->sum) {
	case VOTES_LEAST: return fmin(a, b);
	case VOTES_MOST: return fmax(a, b);
	default: return s->t == F32 ? (double)((float)a + (float)b) : a + b;
	}
}

/* What each leaf gives each output. One that votes for an output several times is heard each time: ONNX aggregates the "leaf
 * values within a target". */
static double *weights_of_leaves(const Walk *w)
{
	const TreeSet *s = w->s;
	double *y = NEW_N(&w->g->ctx->scratch, double, s->nleaf * s->outputs);

	for (int64_t i = 0; i < s->nleaf * s->outputs; i++)
		y[i] = no_vote(s);
	for (int64_t i = 0; i < s->nvote; i++) {
		const Vote *v = &s->vote[i];
		int64_t output = s->outputs == 1 ? 0 : v->output;
		if (output < 0 || output >= s->outputs)
			fail_node(w->g, w->n, "E-ATTR", "a leaf of output %lld of %lld", (long long)output,
				  (long long)s->outputs);
		double *at = &y[v->leaf * s->outputs + output];
		*at = both_votes(s, *at, v->weight);
	}
	return y;
}

/* What each row gives each output: [trees * nodes, outputs] */
static Value *weights(const Walk *w)
{
	const double *leaf = weights_of_leaves(w);
	int64_t outputs = w->s->outputs;
	Tensor *y = tensor_new(&w->g->ctx->perm, w->s->t, 2, (int64_t[]){w->s->nroot * w->nodes, outputs});

	for (int64_t i = 0; i < w->nrow; i++) {
		const Row *r = &w->row[i];
		for (int64_t k = 0; k < outputs && r->leaf >= 0; k++)
			store_f64(y->dtype, y->data, (r->tree * w->nodes + r->place) * outputs + k, leaf[r->leaf * outputs + k]);
	}
	return value_const(w->g, NULL, y);
}

static Value *summed(const Walk *w, Value *votes)
{
	static const char *const name[] = {"ReduceSum", "ReduceMean", "ReduceMin", "ReduceMax"};
	Value *y = reduced(w->g, w->n, name[w->s->sum], votes, 1, false);

	if (no_vote(w->s) == 0)
		return y;
	Value *none = put(w->g, w->n, "Equal", y, value_scalar(w->g, y->dtype, no_vote(w->s)), END_IN);
	return put(w->g, w->n, "Where", none, value_scalar(w->g, y->dtype, 0), y, END_IN);
}

Value *tree_scores(Graph *g, const Node *n, const TreeSet *s, Value *x)
{
	Walk w = {.g = g, .n = n, .s = s, .t = x->dtype == F64 ? F64 : F32, .width = dim_hi(g->syms, x->shape.dim[1]),
		  .seen = NEW_N(&g->ctx->scratch, bool, s->nsplit), .way = NEW_N(&g->ctx->scratch, int64_t, 2 * s->nsplit)};

	walk(&w);
	return summed(&w, put(g, n, "Gather", weights(&w), leaves(&w, cast_value(g, n, x, w.t)), END_IN));
}
