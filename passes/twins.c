/* twins.c -- products that one tile makes at once: gate and up of silu(x G) * (x U), the halves of a gated linear unit.
 *
 * A tile's elements of x meet vectors of G and of U, which lie side by side in packed weights (codegen/contract.h). Its
 * lanes run along outputs that the constants alone know. The ends of Winograd's and Strassen's methods are no twins: the
 * products of both would leave the second cache before they are mapped (64 rows of 768 by 2 x 2048 took 0.5 % longer, 128
 * rows 1.3 %). */
#include <string.h>
#include "ir/op/nn.h"
#include "passes/place.h"
#include "passes/rewrite.h"
#include "passes/twins.h"

enum { CHAIN_MAX = 16, /* operations between a product and its twin */
       STEP_INPUTS = 4 /* of an operation behind a product */ };

int lane_axis(const Node *n)
{
	if (is_op(n, "Conv"))
		return ATTR_OF(n, Sliding)->group == 1 ? 1 : -1;
	return is_op(n, "MatMul") || is_op(n, "Gemm") ? n->out[0]->shape.rank - 1 : -1;
}

static bool same_kind(const Value *a, const Value *b) { return a->dtype == b->dtype && shape_same(&a->shape, &b->shape); }

bool are_twins(const Node *a, const Node *b)
{
	int lane = lane_axis(a);

	return lane >= 0 && a->op == b->op && attr_equal(a->op, a->attr, b->attr) && a->in[0] == b->in[0] &&
	       !is_const(a->in[0]) && is_const(a->in[1]) && is_const(b->in[1]) && same_kind(a->in[1], b->in[1]) &&
	       a->out[0]->dtype == F32 && same_kind(a->out[0], b->out[0]) && inner_axis(a->out[0]) == lane &&
	       !memcmp(a->out[0]->order, b->out[0]->order, (size_t)a->out[0]->shape.rank * sizeof *a->out[0]->order);
}

/* ---- readers ---- */

Readers readers_of(Graph *g)
{
	Arena *a = &g->ctx->scratch;
	Readers r = {fill_uses(g), NEW_N(a, Node *, g->nvalue + 1), NEW_N(a, bool, g->nvalue + 1)};

	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nin; k++)
			if (g->node[i]->in[k])
				r.user[g->node[i]->in[k]->id] = g->node[i];
	for (int i = 0; i < g->nout; i++)
		r.is_out[g->out[i]->id] = true;
	return r;
}

bool is_along(const Value *c, const Value *v, int axis)
{
	if (!is_const(c) || dtype_info(c->dtype)->bits < 8 || c->shape.rank > v->shape.rank)
		return false;
	int k = axis - (v->shape.rank - c->shape.rank);
	return c->data->count == 1 || (k >= 0 && c->data->count == c->data->dim[k] && dim_is(v->shape.dim[axis], c->data->count));
}

Node *step_behind(const Readers *r, const Value *v, int axis)
{
	Node *s = r->uses[v->id] == 1 ? r->user[v->id] : NULL;

	if (!s || s->nin > STEP_INPUTS || (s->op->flags & (RANDOM | KEPT)) || !is_elementwise(s) ||
	    !shape_same(&s->out[0]->shape, &v->shape))
		return NULL;
	for (int k = 0; k < s->nin; k++)
		if (s->in[k] && s->in[k] != v && !is_along(s->in[k], v, axis))
			return NULL;
	return s;
}

/* The pointwise operation that alone reads v, and gives as many elements. */
static Node *next_in_chain(const Readers *r, const Value *v)
{
	Node *n = r->uses[v->id] == 1 ? r->user[v->id] : NULL;

	return n && n->out[0] && (n->op->flags & POINTWISE) && shape_same(&v->shape, &n->out[0]->shape) ? n : NULL;
}

bool they_meet(const Readers *r, const Value *a, const Value *b)
{
	const Node *chain[CHAIN_MAX], *n;
	int length = 0;

	for (; length < CHAIN_MAX && (n = next_in_chain(r, a)); a = n->out[0])
		chain[length++] = n;
	for (int i = 0; i < CHAIN_MAX && (n = next_in_chain(r, b)); i++, b = n->out[0])
		for (int k = 0; k < length; k++)
			if (chain[k] == n)
				return true;
	return false;
}
