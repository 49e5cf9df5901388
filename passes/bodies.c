/* bodies.c -- where the values of bodies live: what they take in and give are views of values outside, or states.
 *
 * One turn of a loop sees slice t of every scanned value: the same strides without the scanned axis, and an offset that
 * moves by `turn` elements. States keep memory of their own for all turns; final states are views of them. What a
 * branch gives is made where the node's output lies.
 *
 * needs: strides of the node's inputs and outputs.  sets: places of the bodies' values. */
#include <string.h>
#include "ir/op/bodies.h"
#include "passes/place.h"

int body_level(const Graph *body)
{
	int level = -1;
	for (const Graph *g = body; g->outer; g = g->outer)
		level++;
	return level;
}

bool moves_by_turn(const Place *p)
{
	for (int k = 0; k < NEST_MAX; k++)
		if (p->turn[k].step)
			return true;
	return false;
}

bool slices_constant(const Value *v, int *level)
{
	int levels = 0;
	for (int k = 0; k < NEST_MAX; k++) {
		const Moves *moves = &v->place->turn[k];
		if (!moves->step)
			continue;
		*level = k;
		levels += moves->step > 0 && moves->count > 0 && dim_is(moves->many, 0) ? 1 : NEST_MAX;
	}
	return levels == 1 && place_root(v)->role == ROLE_CONST;
}

bool is_state(const Value *v)
{
	const Node *n = v->def;
	for (int i = 0; n && n->nsub && i < n->sub[0]->nout; i++) {
		Port p = body_out(n, 0, i);
		if (p.kind == PORT_STATE && p.slot == v->slot)
			return true;
	}
	return false;
}

const Value *place_root(const Value *v)
{
	while (v->place->parent)
		v = v->place->parent;
	return v;
}

/* v: the same memory as `outer`. */
void place_same(Value *v, Value *outer)
{
	v->place->form = FORM_VIEW;
	v->place->parent = outer;
	v->place->offset = outer->place->offset;
	memcpy(v->place->turn, outer->place->turn, sizeof v->place->turn);
	memcpy(v->place->stride, outer->place->stride, sizeof v->place->stride);
}

/* v: what one turn sees of `whole`, a view without the scanned axis. */
static void place_slice(Value *v, Value *whole, Port port, int level)
{
	Place *p = v->place;
	const Place *from = whole->place;
	int64_t step = from->stride[port.axis];
	Dim many = whole->shape.dim[port.axis];
	bool back = port.reverse && dim_known(many);
	p->form = FORM_VIEW;
	p->parent = whole;
	p->offset = from->offset + (back ? (many.k - 1) * step : 0);
	memcpy(p->turn, from->turn, sizeof p->turn);
	p->turn[level] = (Moves){back ? -step : step, port.reverse && !back ? many : dim(0), dim_known(many) ? many.k : 0};
	for (int k = 0, q = 0; k < whole->shape.rank; k++)
		if (k != port.axis)
			p->stride[q++] = from->stride[k];
}

/* States and the number of the turn have memory of their own, the others that of values outside. */
static void place_inputs(Node *n, int b, int level)
{
	Graph *body = n->sub[b];
	for (int i = 0; i < body->nin; i++) {
		Port port = body_in(n, b, i);
		Value *v = body->in[i];
		v->place = place_new(body);
		v->place->counter = port.kind == PORT_TURN;
		v->place->level = level;
		if (port.kind == PORT_SAME)
			place_same(v, n->in[port.slot]);
		else if (port.kind == PORT_SLICE)
			place_slice(v, n->in[port.slot], port, level);
	}
}

static void place_outputs(Node *n, int b, int level)
{
	Graph *body = n->sub[b];
	for (int i = 0; i < body->nout; i++) {
		Port port = body_out(n, b, i);
		Value *v = body->out[i], *whole = port_output(n, port);
		if (port.kind == PORT_STATE || !whole)
			continue;
		if (port.kind == PORT_SAME)
			place_same(v, whole);
		else
			place_slice(v, whole, port, level);
		v->place->given = true;
	}
}

static void place_final_states(Node *n, int b)
{
	for (int i = 0; i < n->sub[b]->nout; i++) {
		Port port = body_out(n, b, i);
		if (port.kind == PORT_STATE && port_output(n, port))
			place_same(n->out[port.slot], n->sub[b]->in[port.to]);
	}
}

void place_bodies(Node *n, Fusing fusing)
{
	for (int b = 0; b < n->nsub; b++) {
		Graph *body = n->sub[b];
		int level = body_level(body);
		if (level >= NEST_MAX)
			fail_unsupported(body->outer, n, "bodies nested deeper than %d", NEST_MAX);
		place_inputs(n, b, level);
		layout(body);
		place_outputs(n, b, level);
		fuse(body, fusing);
		place_final_states(n, b);
	}
}
