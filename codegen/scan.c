/* scan.c -- Scan: a body that runs over the slices of its inputs, as a loop in the list of calls.
 *
 *     state = initial                          copied into place once
 *     for (int t = 0; t < n; t++) {
 *             the body's stages                a slice is a view that moves by `turn` elements each time
 *             state = its new value            no copy where the new value can be made in place
 *     }
 *
 * States live in memory of their own for the whole loop; the node's final states are views of it. */
#include <assert.h>
#include <string.h>
#include "codegen/nest.h"
#include "ir/op/scan.h"

/* ---- states made in place ---- */

typedef struct Reads {
	const Value *state;
	const Expr *address; /* of the element that is written; NULL: any read counts */
	uint8_t *seen;       /* by expression id: outside of sums 1, in sums 2 */
} Reads;

/* x reads the state, other than (with an address) the very element that is written: a sum may read it too late. */
static bool reads(const Reads *r, const Expr *x, bool in_sum)
{
	uint8_t bit = in_sum ? 2 : 1;
	if (r->seen[x->id] & bit)
		return false;
	r->seen[x->id] |= bit;
	if (x->kind == X_LOAD && place_root(x->value) == r->state)
		return !r->address || in_sum || x->value != r->state || x->arg[0] != r->address;
	for (int k = 0; k < x->nargs; k++)
		if (reads(r, x->arg[k], in_sum || x->kind == X_REDUCE))
			return true;
	return false;
}

static bool stage_reads(const Stage *s, const Value *state, const Expr *address)
{
	Reads r = {state, address, NEW_N(&s->l->graph->ctx->scratch, uint8_t, s->l->nexprs + 1)};
	return s->body && reads(&r, s->body, false);
}

static bool same_strides(const Value *a, const Value *b)
{
	return shape_same(&a->shape, &b->shape) && !memcmp(a->place->stride, b->place->stride, sizeof a->place->stride) &&
	       a->place->offset == b->place->offset && !a->place->border && !b->place->border;
}

/* Stages [from, to) of the module: the one that makes `next` may write over `state`. */
static bool in_place(Module *m, int from, int to, const Value *state, const Value *next)
{
	int maker = -1;
	if (!same_strides(state, next) || next->place->form != FORM_STORED || next->place->parent)
		return false;
	for (int i = from; i < to; i++)
		maker = m->stage[i]->out == next ? i : maker;
	if (maker < 0 || m->stage[maker]->pieces > 1 || stage_reads(m->stage[maker], state, m->stage[maker]->address))
		return false;
	for (int i = maker + 1; i < to; i++)
		if (stage_reads(m->stage[i], state, NULL))
			return false;
	m->stage[maker]->in_place |= stage_reads(m->stage[maker], state, NULL);
	return true;
}

void make_scan(Module *m, Node *n)
{
	Graph *body = n->sub[0];
	int states = scan_states(n);
	for (int k = 0; k < states; k++)
		make_copy(m, n, n->in[k], body->in[k]);
	const Value *whole = n->in[states];
	int axis = scan_axis(&ATTR_OF(n, scan)->scan_input_axes, 0, whole->shape.rank);
	int64_t turns = dim_number(m->g, n, whole->shape.dim[axis]);
	if (turns == 0)
		return;
	marker_add(m, n, "loop")->turns = turns;
	int first = m->nstages;
	make_stages(m, body);
	int last = m->nstages;
	for (int k = 0; k < states; k++) {
		if (in_place(m, first, last, body->in[k], body->out[k]))
			place_same(body->out[k], body->in[k]);
		else
			make_copy(m, n, body->out[k], body->in[k]);
	}
	marker_add(m, n, "loop")->turns = -1;
}
