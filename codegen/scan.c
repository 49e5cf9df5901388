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

static const Value *root_of(const Value *v)
{
	while (v->place->form == FORM_VIEW && v->place->parent)
		v = v->place->parent;
	return v;
}

static bool loads(const Expr *x, const Value *v)
{
	if (x->kind == X_LOAD && root_of(x->value) == v)
		return true;
	for (int k = 0; k < x->nargs; k++)
		if (loads(x->arg[k], v))
			return true;
	return false;
}

/* Every load of v in x is at `address`: reading it and then writing there is no conflict. */
static bool loads_only_at(const Expr *x, const Value *v, const Expr *address)
{
	if (x->kind == X_LOAD && root_of(x->value) == v)
		return x->value == v && x->arg[0] == address;
	if (x->kind == X_REDUCE && loads(x, v))
		return false;
	for (int k = 0; k < x->nargs; k++)
		if (!loads_only_at(x->arg[k], v, address))
			return false;
	return true;
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
	if (maker < 0 || m->stage[maker]->body == NULL || !loads_only_at(m->stage[maker]->body, state, m->stage[maker]->address))
		return false;
	for (int i = maker + 1; i < to; i++)
		if (m->stage[i]->body && loads(m->stage[i]->body, state))
			return false;
	m->stage[maker]->in_place |= loads(m->stage[maker]->body, state);
	return true;
}

void make_scan(Module *m, Node *n)
{
	Graph *body = n->sub[0];
	int states = scan_states(n);
	for (int k = 0; k < states; k++)
		make_copy(m, n, n->in[k], body->in[k]);
	Value *whole = n->in[states];
	int axis = scan_axis(&ATTR_OF(n, scan)->scan_input_axes, 0, whole->shape.rank);
	Stage *open = marker_add(m, n, "loop");
	open->turns = whole->shape.dim[axis].k;
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
