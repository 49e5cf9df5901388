/* bodies.c -- what inference does for all nodes that own bodies. */
#include <string.h>
#include "ir/op/bodies.h"
#include "ir/op/counted.h"
#include "ir/op/movement.h"

/* ---- ports ---- */

/* The node's input that is the first one which that body captures. */
static int first_captured(const Node *n, int body)
{
	int at = n->nin;

	for (int k = body; k < n->nsub; k++)
		at -= n->sub[k]->ncaptured;
	return at;
}

Port body_in(const Node *n, int body, int i)
{
	const Graph *b = n->sub[body];
	int own = b->nin - b->ncaptured;

	if (i >= own)
		return (Port){.kind = PORT_SAME, .slot = first_captured(n, body) + i - own};
	return n->op->port(n, b, i, false);
}

Port body_out(const Node *n, int body, int i) { return n->op->port(n, n->sub[body], i, true); }

Value *port_input(const Node *n, Port p) { return p.slot >= 0 && p.slot < n->nin ? n->in[p.slot] : NULL; }

Value *port_output(const Node *n, Port p) { return p.slot >= 0 && p.slot < n->nout ? n->out[p.slot] : NULL; }

bool repeats(const Node *n) { return n->op->turns; }

bool turns_exactly(Turns t) { return t.trips < 0 && t.going < 0; }

/* ---- infer: what a body sees ---- */

void need_bodies(Graph *g, const Node *n, int count)
{
	if (n->nsub != count)
		fail_node(g, n, "E-ATTR", "has %d bodies; it must have %d", n->nsub, count);
}

static Shape without_axis(Shape s, int axis)
{
	s.rank--;
	memmove(s.dim + axis, s.dim + axis + 1, (size_t)(s.rank - axis) * sizeof *s.dim);
	return s;
}

static Shape with_axis(Shape s, int axis, Dim size)
{
	memmove(s.dim + axis + 1, s.dim + axis, (size_t)(s.rank - axis) * sizeof *s.dim);
	s.dim[axis] = size;
	s.rank++;
	return s;
}

/* v, which a body takes in for input k, stands for a value of that type and shape; true when it now knows more. */
static bool tell(Graph *g, const Node *n, int k, Value *v, DType t, const Shape *s)
{
	bool more = v->shape.rank < 0 && s->rank >= 0;

	if (v->dtype != t)
		fail_node(g, n, "E-TYPE", "input %d is %s, but its body takes %s", k, dtype_name(t), dtype_name(v->dtype));
	if (more)
		v->shape = *s;
	if (s->rank >= 0 && v->shape.rank != s->rank)
		fail_node(g, n, "E-RANK", "the body sees input %d with shape %s, but takes rank %d", k, shape_text(g, s),
			  v->shape.rank);
	for (int i = 0; i < s->rank; i++) {
		Dim *own = &v->shape.dim[i];
		if (dim_known(*own) && dim_known(s->dim[i]) && own->k != s->dim[i].k)
			fail_node(g, n, "E-SHAPE", "the body sees input %d with shape %s, but takes %s", k,
				  shape_text(g, s), shape_text(g, &v->shape));
		if (dim_known(*own) || dim_same(*own, s->dim[i]))
			continue;
		*own = s->dim[i];
		more = true;
	}
	return more;
}

static bool tell_input(Graph *g, const Node *n, int body, int i)
{
	Port p = body_in(n, body, i);
	const Value *outer = port_input(n, p);
	Shape s = outer ? outer->shape : shape_scalar();
	DType t = outer ? outer->dtype : p.kind == PORT_TURN ? I64 : BOOL;

	if (p.kind == PORT_SLICE)
		s = without_axis(s, p.axis);
	return tell(g, n, p.slot < 0 ? i : p.slot, n->sub[body]->in[i], t, &s);
}

void infer_inside(Graph *g, Node *n)
{
	for (int b = 0; b < n->nsub; b++) {
		Graph *body = n->sub[b];
		bool more = false;
		for (int i = 0; i < body->nin; i++)
			more |= tell_input(g, n, b, i);
		for (uint32_t i = 0; more && i < body->nnode; i++)
			infer_node(body, body->node[i]);
	}
}

/* ---- infer: what comes out of turns ---- */

/* Its shape is that of the body's input, as far as one turn does not tell more. */
static void infer_state(Graph *g, Node *n, const Value *next, Port p, enum exit_code change)
{
	const Value *first = n->sub[0]->in[p.to];
	const char *what = p.slot < 0 ? "the condition" : arena_format(&g->ctx->scratch, "state %d", p.slot);
	Shape s = first->shape;

	if (next->dtype != first->dtype)
		fail_node(g, n, "E-TYPE", "%s is %s, but the body makes it %s", what, dtype_name(first->dtype),
			  dtype_name(next->dtype));
	if (next->shape.rank >= 0 && s.rank >= 0 && next->shape.rank != s.rank)
		fail_node_as(g, n, change, "E-RANK", "%s has shape %s, but after a turn %s; it must stay the same", what,
			     shape_text(g, &s), shape_text(g, &next->shape));
	for (int k = 0; k < s.rank && k < next->shape.rank; k++) {
		Dim d = next->shape.dim[k];
		if (dim_known(d) && dim_known(s.dim[k]) && d.k != s.dim[k].k)
			fail_node_as(g, n, change, "E-SHAPE", "%s has shape %s, but after a turn %s; it must stay the same", what,
				     shape_text(g, &s), shape_text(g, &next->shape));
		if (!dim_same(d, s.dim[k]))
			dim_assume_equal(g->syms, d, s.dim[k], false);
		s.dim[k] = dim_known(d) ? d : s.dim[k];
	}
	if (p.slot >= 0)
		set_out(g, n, p.slot, first->dtype, &s);
}

/* The first output that joins slices of known rank; NULL: none. */
static const Value *first_joined(const Node *n, Port *port)
{
	for (int i = 0; i < n->sub[0]->nout; i++) {
		*port = body_out(n, 0, i);
		if (port->kind == PORT_SLICE && port_output(n, *port) && n->sub[0]->out[i]->shape.rank >= 0)
			return n->sub[0]->out[i];
	}
	return NULL;
}

/* The number of turns as a size, one for all outputs; counted where it is not known. */
static Dim size_of_turns(Graph *g, const Node *n, Turns turns)
{
	Port p;
	const Value *part = first_joined(n, &p);

	if (turns_exactly(turns))
		return turns.most;
	return counted_size(g, n, p.slot, part->shape.rank + 1, (int)fix_axis(g, n, p.axis, part->shape.rank + 1), turns.most);
}

bool turns_counted(Graph *g, const Node *n, Dim *size)
{
	Turns turns = n->op->turns(g, n);
	Port p;

	if (turns_exactly(turns) || !first_joined(n, &p))
		return false;
	*size = port_output(n, p)->shape.dim[p.axis];
	return true;
}

bool is_counted_inside(const Graph *body, Dim d)
{
	Syms *syms = body->syms;
	const Symbol *s = dim_symbol_of(syms, d);
	const Graph *g = s && s->counted ? s->owner : NULL;

	while (g && g->kin != body->kin)
		g = g->outer;
	for (int i = 0; !g && i < dim_nargs(syms, d); i++)
		if (is_counted_inside(body, dim_arg(syms, d, i)))
			return true;
	return g;
}

/* Slices of all turns have one size. What data decide in each of them is counted behind the last (slices.c). */
static void count_outside(Graph *g, const Node *n, Port p, int axis, Shape *s)
{
	for (int k = 0; k < s->rank; k++)
		if (is_counted_inside(n->sub[0], s->dim[k]))
			s->dim[k] = counted_size(g, n, p.slot, s->rank + 1, k + (k >= axis), s->dim[k]);
}

static void infer_slices(Graph *g, Node *n, const Value *part, Port p, Turns turns)
{
	Shape s = part->shape;

	if (!port_output(n, p))
		return;
	if (s.rank == MAX_RANK)
		fail_unsupported(g, n, "output %d would have rank %d, at most %d is supported", p.slot, s.rank + 1, MAX_RANK);
	if (s.rank >= 0) {
		int axis = (int)fix_axis(g, n, p.axis, s.rank + 1);
		count_outside(g, n, p, axis, &s);
		s = with_axis(s, axis, size_of_turns(g, n, turns));
	}
	set_out(g, n, p.slot, part->dtype, &s);
}

void infer_turns(Graph *g, Node *n, enum exit_code change)
{
	Turns turns = n->op->turns(g, n);

	for (int i = 0; i < n->sub[0]->nout; i++) {
		Port p = body_out(n, 0, i);
		if (p.kind == PORT_STATE)
			infer_state(g, n, n->sub[0]->out[i], p, change);
		else
			infer_slices(g, n, n->sub[0]->out[i], p, turns);
	}
}
