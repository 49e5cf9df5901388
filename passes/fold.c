/* fold.c -- constant folding: nodes whose inputs are constants are evaluated now, by the reference evaluator.
 *
 * needs  shapes, nodes in topological order, so that one sweep folds whole chains
 * keeps  results bit by bit: eval says what a node means
 *
 *     w = Transpose(c); y = MatMul(x, w)      ->      y = MatMul(x, c')
 *
 * A result larger than Options.fold_limit and than the inputs together stays a node (it costs less to make than to
 * ship), unless it is a weight: then it is needed in memory anyhow, and packed at compile time. Work is bounded too, by
 * fixed counts, so that what is folded never depends on the machine's speed. */
#include <string.h>
#include "passes/captures.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

#define DEFAULT_LIMIT ((int64_t)1 << 20) /* bytes */
#define ELEMENTS ((int64_t)1 << 30)      /* read and written by all folded nodes together */
#define PRODUCTS ((int64_t)1 << 32)      /* multiplications of all of them together, an upper bound of */
#define WEIGHT_DEPTH 4                   /* nodes between a constant and the contraction that reads it */

void pass_fold(Graph *g, const Options *o);

typedef struct Fold {
	Graph *g;
	Eval eval;
	int64_t limit, products;
	uint32_t *first; /* users of value id v: user[first[v]] .. user[first[v + 1] - 1] */
	struct User {
		Node *node;
		int slot;
	} *user;
} Fold;

/* ---- who reads a value ---- */

static void fill_users(Fold *f)
{
	Graph *g = f->g;
	uint32_t *count = NEW_N(&g->ctx->scratch, uint32_t, g->nvalue + 2), all = 0;

	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nin; k++, all++)
			if (g->node[i]->in[k])
				count[g->node[i]->in[k]->id + 1]++;
	for (uint32_t v = 0; v <= g->nvalue; v++)
		count[v + 1] += count[v];
	f->first = arena_copy(&g->ctx->scratch, count, (g->nvalue + 2) * sizeof *count);
	f->user = NEW_N(&g->ctx->scratch, struct User, all);
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nin; k++)
			if (g->node[i]->in[k])
				f->user[count[g->node[i]->in[k]->id]++] = (struct User){g->node[i], k};
}

/* Read by a contraction as anything but its first input, perhaps after a few steps that keep the number of elements. */
static bool is_weight(const Fold *f, const Value *v, int depth)
{
	for (uint32_t i = f->first[v->id]; v->id && i < f->first[v->id + 1]; i++) {
		const struct User *u = &f->user[i];
		if (u->slot > 0 && (u->node->op->flags & (CONTRACTS | REDUCES)))
			return true;
		if (depth > 0 && (u->node->op->flags & (MOVES | POINTWISE)) && u->node->out[0] &&
		    is_weight(f, u->node->out[0], depth - 1))
			return true;
	}
	return false;
}

/* ---- what is worth it ---- */

/* At least the multiplications of a contraction: outputs times the summed part of the second input. */
static int64_t products(const Node *n)
{
	int64_t outputs, least = INT64_MAX, result;

	if (!(n->op->flags & CONTRACTS) || n->nin < 2 || !is_const(n->in[1]))
		return 0;
	const Tensor *w = n->in[1]->data;
	for (int i = 0; i < w->rank; i++)
		least = w->dim[i] < least ? w->dim[i] : least;
	outputs = 1;
	for (int i = 0; i < n->out[0]->shape.rank; i++)
		if (__builtin_mul_overflow(outputs, n->out[0]->shape.dim[i].k, &outputs))
			return INT64_MAX;
	int64_t summed = w->rank == 0 || least == 0 ? w->count : w->count / least;
	return __builtin_mul_overflow(outputs, summed, &result) ? INT64_MAX : result;
}

static int64_t bytes_of(const Value *v)
{
	int64_t count = 1;

	for (int i = 0; i < v->shape.rank; i++)
		if (__builtin_mul_overflow(count, v->shape.dim[i].k, &count))
			return INT64_MAX;
	return (int64_t)dtype_bytes(v->dtype, count);
}

static bool fits(const Fold *f, const Node *n)
{
	int64_t limit = f->limit, inputs = 0;

	for (int i = 0; i < n->nin; i++)
		inputs += n->in[i] ? bytes_of(n->in[i]) : 0;
	if (inputs > limit)
		limit = inputs;
	for (int i = 0; i < n->nout; i++)
		if (n->out[i] && shape_known(&n->out[i]->shape) && bytes_of(n->out[i]) > limit &&
		    !is_weight(f, n->out[i], WEIGHT_DEPTH))
			return false;
	return true;
}

static bool is_foldable(const Node *n)
{
	if ((n->op->flags & (RANDOM | CONTROL)) || !n->op->eval)
		return false;
	for (int i = 0; i < n->nin; i++)
		if (n->in[i] && !is_const(n->in[i]))
			return false;
	for (int i = 0; i < n->nout; i++)
		if (n->out[i] && (n->out[i]->kind != KIND_TENSOR || n->out[i]->shape.rank < 0))
			return false;
	return true;
}

/* Inference has more to say where an input is known: what is wrong then, such as an index outside, is wrong with the model,
 * and refused here. */
static void check_readers(const Fold *f, const Value *v)
{
	for (uint32_t i = f->first[v->id]; i < f->first[v->id + 1]; i++) {
		const Node *n = f->user[i].node;
		Value *was = NEW_N(&f->g->ctx->scratch, Value, n->nout);
		for (int k = 0; k < n->nout; k++)
			if (n->out[k])
				was[k] = *n->out[k];
		infer_node(f->g, f->user[i].node);
		for (int k = 0; k < n->nout; k++)
			if (n->out[k])
				*n->out[k] = was[k];
	}
}

/* The largest constant that the node reads: what it makes of that keeps the name, by which the model's author knows it. */
static const char *name_for(const Node *n)
{
	const Value *most = NULL;

	for (int i = 0; i < n->nin; i++)
		if (n->in[i] && n->in[i]->data && (!most || n->in[i]->data->count > most->data->count))
			most = n->in[i];
	return most && *most->name ? most->name : NULL;
}

/* Where sizes that vary met those of constants, an output may have the name of one that its inputs know. */
static void settle_outputs(Graph *g, Node *n)
{
	for (int i = 0; i < n->nout; i++)
		if (n->out[i] && !shape_known(&n->out[i]->shape)) {
			infer_node(g, n);
			return;
		}
}

static void fold_node(Fold *f, Node *n)
{
	settle_outputs(f->g, n);
	f->products -= products(n);
	eval_node(&f->eval, n);
	const char *name = name_for(n);
	for (int i = 0; i < n->nout && !f->eval.tired; i++) {
		Value *v = n->out[i]; /* which the node forgets */
		if (!v)
			continue;
		value_becomes_const(f->g, v, eval_value(&f->eval, v));
		v->name = name ? name : v->name;
		check_readers(f, v);
	}
}

void pass_fold(Graph *g, const Options *o)
{
	Fold f = {.g = g, .limit = o->fold_limit ? o->fold_limit : DEFAULT_LIMIT, .products = PRODUCTS};

	fill_users(&f);
	f.eval.budget = ELEMENTS;
	f.eval.seed = o->seed;
	eval_open(&f.eval, g, &g->ctx->perm); /* results are the constants, without a copy */
	for (uint32_t i = 0; i < g->nnode && !f.eval.tired; i++) {
		Node *n = g->node[i];
		if (is_foldable(n) && products(n) <= f.products && fits(&f, n))
			fold_node(&f, n);
	}
	drop_empty_nodes(g);
	settle_sizes_of_values(g);
	settle_captures(g);
}
