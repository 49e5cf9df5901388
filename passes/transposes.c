/* transposes.c -- rules that merge Transposes, make views of those that only move axes of size 1, and pull them through
 * pointwise nodes and Concat where they then cancel. Exact.
 *
 *     Transpose q                                           Relu
 *        |                                                    |
 *       Relu  -- Add -- constant c             ->            Add -- constant Transpose p(c)
 *                 |                                           |
 *              Transpose p      with p and q cancelling       x */
#include <string.h>
#include "ir/op/movement.h"
#include "passes/algebra.h"

#define DEPTH 8 /* nodes that a Transpose is pulled through */

static bool is_identity(const int *perm, int rank)
{
	for (int i = 0; i < rank; i++)
		if (perm[i] != i)
			return false;
	return true;
}

static Value *put_transpose(Graph *g, const Node *like, Value *x, const int *perm)
{
	struct Transpose attr = {{NEW_N(&g->ctx->perm, int64_t, x->shape.rank), x->shape.rank}};

	for (int i = 0; i < x->shape.rank; i++)
		attr.perm.v[i] = perm[i];
	return put_attr(g, like, "Transpose", &attr, x, END_IN);
}

/* both[]: a Transpose by `inner`, then one by `outer`. */
static void compose(const int *inner, const int *outer, int rank, int *both)
{
	for (int i = 0; i < rank; i++)
		both[i] = inner[outer[i]];
}

/* x as it is after a Transpose by perm, without a node where perm changes nothing. */
static Value *transposed(Graph *g, const Node *like, Value *x, const int *perm)
{
	return is_identity(perm, x->shape.rank) ? x : put_transpose(g, like, x, perm);
}

static Value *transposed_twice(Graph *g, const Node *inner, const int *outer)
{
	int perm[MAX_RANK], both[MAX_RANK];

	transpose_perm(inner, perm);
	compose(perm, outer, inner->in[0]->shape.rank, both);
	return transposed(g, inner, inner->in[0], both);
}

static Value *merge_transposes(Rewrite *w, Node *n)
{
	const Node *inner = made_by(n->in[0], "Transpose");
	int perm[MAX_RANK];

	if (!inner)
		return NULL;
	transpose_perm(n, perm);
	return transposed_twice(w->g, inner, perm);
}

/* When the axes of more than one element keep their order, so do the elements. */
static Value *transpose_as_view(Rewrite *w, Node *n)
{
	const Value *x = n->in[0];
	int perm[MAX_RANK], last = -1;

	transpose_perm(n, perm);
	for (int i = 0; i < x->shape.rank; i++) {
		if (dim_is(x->shape.dim[perm[i]], 1))
			continue;
		if (perm[i] < last)
			return NULL;
		last = perm[i];
	}
	return reshape_to(w->g, n, n->in[0], &n->out[0]->shape);
}

/* ---- pulling an outer Transpose up to inner ones ---- */

static bool is_concat(const Node *n) { return is_op(n, "Concat"); }

static bool lets_through(const Rewrite *w, const Value *v)
{
	const Node *n = v->def;

	return n && used_once(w, v) && (is_elementwise(n) || is_concat(n));
}

static bool is_one_element(const Value *v)
{
	return v->shape.rank == 0 || (is_const(v) && v->data->count == 1);
}

/* A Transpose of v by perm costs nothing: it meets another one, a constant, or one element. *cancelled counts the
 * Transposes that vanish. */
static bool can_pull(const Rewrite *w, const Value *v, const int *perm, int rank, int depth, int *cancelled)
{
	int inner[MAX_RANK], both[MAX_RANK];

	if (is_one_element(v))
		return true;
	if (is_const(v))
		return v->shape.rank <= rank && v->data->count > 0;
	if (v->shape.rank != rank)
		return false;
	if (made_by(v, "Transpose")) {
		transpose_perm(v->def, inner);
		compose(inner, perm, rank, both);
		*cancelled += is_identity(both, rank);
		return used_once(w, v) || is_identity(both, rank);
	}
	if (depth == 0 || !lets_through(w, v))
		return false;
	for (int i = 0; i < v->def->nin; i++)
		if (v->def->in[i] && !can_pull(w, v->def->in[i], perm, rank, depth - 1, cancelled))
			return false;
	return true;
}

/* A constant of lower rank is broadcast: give it the axes of size 1 that it implies, so that they can move too. */
static Value *pull_constant(Graph *g, const Node *like, Value *v, const int *perm, int rank)
{
	Shape full = {.rank = rank};

	for (int i = 0, from = v->shape.rank - rank; i < rank; i++, from++)
		full.dim[i] = from < 0 ? dim(1) : v->shape.dim[from];
	return put_transpose(g, like, reshape_to(g, like, v, &full), perm);
}

static Value *pull(Rewrite *w, const Node *like, Value *v, const int *perm, int rank);

static Value *pull_concat(Rewrite *w, Node *n, Value **in, const int *perm, int rank)
{
	struct Concat attr = *ATTR_OF(n, Concat);
	int from = (int)fix_axis(w->g, n, attr.axis, rank);

	for (attr.axis = 0; perm[attr.axis] != from;)
		attr.axis++;
	return rewrite_attr(w->g, n, &attr, n->nin, in);
}

static Value *pull(Rewrite *w, const Node *like, Value *v, const int *perm, int rank)
{
	Node *n = v->def;

	if (is_one_element(v))
		return v;
	if (is_const(v))
		return pull_constant(w->g, like, v, perm, rank);
	if (is_op(n, "Transpose"))
		return transposed_twice(w->g, n, perm);
	Value **in = NEW_N(&w->g->ctx->scratch, Value *, n->nin);
	for (int i = 0; i < n->nin; i++)
		in[i] = n->in[i] ? pull(w, n, n->in[i], perm, rank) : NULL;
	return is_concat(n) ? pull_concat(w, n, in, perm, rank) : rewrite_inputs(w->g, n, n->nin, in);
}

static Value *pull_up(Rewrite *w, Node *n)
{
	Value *x = n->in[0];
	int perm[MAX_RANK], cancelled = 0;

	transpose_perm(n, perm);
	if (!lets_through(w, x) || !can_pull(w, x, perm, x->shape.rank, DEPTH, &cancelled) || !cancelled)
		return NULL;
	return pull(w, n, x, perm, x->shape.rank);
}

const Rule transpose_rules[] = {
	{"Transpose", "Transpose(Transpose(x)) -> Transpose(x)", merge_transposes},
	{"Transpose", "Transpose(x) of axes of size 1 -> Reshape(x)", transpose_as_view},
	{"Transpose", "Transpose(pointwise(Transpose(x), c)) -> pointwise(x, c')", pull_up},
	{0},
};
