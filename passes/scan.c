/* scan.c -- where the values of a Scan's body live: slices and captured values are views of values outside.
 *
 * One turn of the loop sees slice t of every scanned value: the same strides without the scanned axis, and an offset
 * that moves by `turn` elements. Final states are views of the body's states, which keep their memory for all turns.
 *
 * needs: strides of the node's inputs and outputs.  sets: places of the body's values. */
#include <string.h>
#include "ir/op/scan.h"
#include "passes/place.h"

/* v: what one turn sees of `whole`, a view without the scanned axis. */
static void place_slice(Value *v, Value *whole, int axis, bool reverse)
{
	Place *p = v->place;
	const Place *from = whole->place;
	int64_t n = whole->shape.dim[axis].k, step = from->stride[axis];
	p->form = FORM_VIEW;
	p->parent = whole;
	p->offset = from->offset + (reverse ? (n - 1) * step : 0);
	p->turn = reverse ? -step : step;
	for (int k = 0, q = 0; k < whole->shape.rank; k++)
		if (k != axis)
			p->stride[q++] = from->stride[k];
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
	v->place->turn = outer->place->turn;
	memcpy(v->place->stride, outer->place->stride, sizeof v->place->stride);
}

/* What the body takes in: states have memory of their own, slices and captured values that of others. */
static void place_inputs(Node *n)
{
	Graph *body = n->sub[0];
	const struct scan *a = ATTR_OF(n, scan);
	int states = scan_states(n);
	for (int k = 0; k < body->nin; k++) {
		Value *v = body->in[k], *whole = n->in[k];
		v->place = place_new(body);
		if (k >= body->nin - body->ncaptured)
			place_same(v, whole);
		else if (k >= states)
			place_slice(v, whole, scan_axis(&a->scan_input_axes, k - states, whole->shape.rank),
			            scan_reversed(&a->scan_input_directions, k - states));
	}
}

/* Slices that it makes lie in the whole. */
static void place_outputs(Node *n)
{
	Graph *body = n->sub[0];
	const struct scan *a = ATTR_OF(n, scan);
	int states = scan_states(n);
	for (int k = states; k < n->nout; k++) {
		Value *v = body->out[k], *whole = n->out[k];
		if (!whole)
			continue;
		place_slice(v, whole, scan_axis(&a->scan_output_axes, k - states, whole->shape.rank),
		            scan_reversed(&a->scan_output_directions, k - states));
		v->place->given = true;
	}
}

void place_scan(Node *n, bool fusing)
{
	place_inputs(n);
	layout(n->sub[0]);
	place_outputs(n);
	fuse(n->sub[0], fusing);
	for (int k = 0; k < scan_states(n); k++)
		if (n->out[k])
			place_same(n->out[k], n->sub[0]->in[k]);
}
