/* states.c -- states of Loop and Scan whose sizes a turn says otherwise.
 *
 *     s f32[n,8] = Scan(s0 f32[n,8]) { s' f32[n,8]: ... next f32[4,8] }      s0 -> Reshape(s0, [4, 8])
 *
 * Inference takes both for equal, and the run is asked. Code has one memory for a state: it has one shape, with numbers
 * where a turn gives some, else that which it begins with. */
#include "ir/op/bodies.h"
#include "ir/op/composite.h"

/* The shape of a state, with the numbers of `next`. */
static Shape settled(const Shape *s, const Shape *next)
{
	Shape y = *s;

	for (int k = 0; k < y.rank && next->rank == y.rank; k++)
		if (dim_known(next->dim[k]))
			y.dim[k] = next->dim[k];
	return y;
}

/* States begin with the numbers that a turn gives; whether any begins otherwise than before. */
static bool settle_first(Graph *g, Node *n)
{
	const Graph *body = n->sub[0];
	bool changed = false;

	for (int i = 0; i < body->nout; i++) {
		Port p = body_out(n, 0, i);
		int slot = p.kind == PORT_STATE ? body_in(n, 0, p.to).slot : -1;
		if (slot < 0 || !n->in[slot])
			continue;
		Shape s = settled(&n->in[slot]->shape, &body->out[i]->shape);
		if (shape_same(&s, &n->in[slot]->shape))
			continue;
		n->in[slot] = shaped_as(g, n, n->in[slot], &s);
		changed = true;
	}
	return changed;
}

/* What a turn still says otherwise is reshaped behind it. */
static void settle_next(const Node *n)
{
	Graph *body = n->sub[0];
	const Node like = {.name = n->name, .id = n->id};
	bool changed = false;

	for (int i = 0; i < body->nout; i++) {
		Port p = body_out(n, 0, i);
		Value *first = p.kind == PORT_STATE ? body->in[p.to] : NULL;
		if (!first || first->shape.rank != body->out[i]->shape.rank || shape_same(&first->shape, &body->out[i]->shape))
			continue;
		Value *sizes = shape_as_value(body, &like, first, &first->shape);
		body->out[i] = put(body, &like, "Reshape", body->out[i], sizes, END_IN);
		changed = true;
	}
	if (changed)
		graph_sort(body);
}

void trust_states(Graph *g, Node *n)
{
	while (settle_first(g, n))
		infer_node(g, n);
	settle_next(n);
}
