/* scan.c -- where the values of a Scan's body live: slices and captured values are views of values outside.
 *
 * One turn of the loop sees slice t of every scanned value: the same strides without the scanned axis, and an offset
 * that moves by `turn` elements. Final states are views of the body's states, which keep their memory for all turns.
 *
 * needs: layout of the outer graph and strides of the node's inputs.  sets: places of the body's values. */
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

/* v: the same memory as `outer`. */
void place_same(Value *v, Value *outer)
{
	v->place->form = FORM_VIEW;
	v->place->parent = outer;
	v->place->offset = outer->place->offset;
	v->place->turn = outer->place->turn;
	memcpy(v->place->stride, outer->place->stride, sizeof v->place->stride);
}

void place_scan(Graph *g, Node *n, bool fusing)
{
	Graph *body = n->sub[0];
	const struct scan *a = ATTR_OF(n, scan);
	int states = scan_states(n), scanned = (int)a->num_scan_inputs;
	(void)g;
	layout(body);
	for (int k = 0; k < scanned; k++) {
		Value *whole = n->in[states + k];
		place_slice(body->in[states + k], whole, scan_axis(&a->scan_input_axes, k, whole->shape.rank),
		            scan_reversed(&a->scan_input_directions, k));
	}
	for (int k = states + scanned; k < body->nin; k++)
		place_same(body->in[k], n->in[k]);
	fuse(body, fusing);
	for (int k = states; k < body->nout; k++)
		if (n->out[k]) {
			int axis = scan_axis(&a->scan_output_axes, k - states, n->out[k]->shape.rank);
			place_slice(body->out[k], n->out[k], axis, scan_reversed(&a->scan_output_directions, k - states));
			body->out[k]->place->form = FORM_STORED;
		}
	for (int k = 0; k < states; k++)
		if (n->out[k])
			place_same(n->out[k], body->in[k]);
}
