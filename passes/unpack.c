/* unpack.c -- what bodies take in and give has elements of whole bytes.
 *
 * Elements of 2 and 4 bits lie several in a byte, and a slice of them may begin inside one. Loops and branches have them in a
 * type that has all their values:
 *
 *     s i4 = Loop(.., s0 i4) { (a i4) -> b }
 *     ->      s' i8 = Loop(.., Cast(s0)) { (a' i8): a = Cast(a') .. -> Cast(b) }; s = Cast(s')
 *
 * needs  shapes, no operator left that becomes a loop
 * keeps  results bit by bit; types and names of the graph's inputs and outputs
 *
 * Captured constants are the body's own by now and stay as they are. */
#include "ir/op/bodies.h"
#include "ir/op/composite.h"
#include "passes/pass.h"
#include "passes/rewrite.h"

void pass_unpack(Graph *g, const Options *o);

/* A type of whole bytes with all values of t, for elements below a byte; else DT_NONE. */
static DType whole_bytes(DType t)
{
	if (dtype_info(t)->bits >= 8)
		return DT_NONE;
	return is_float(t) ? F32 : is_unsigned(t) ? U8 : I8;
}

/* The type in which v reaches a body, or leaves it; DT_NONE: its own. */
static DType held_as(const Value *v)
{
	return v && v->kind == KIND_TENSOR ? whole_bytes(v->dtype) : DT_NONE;
}

/* v becomes one of that type, and those who use it get it back. */
static void hold(Graph *g, const Node *n, Value *v, DType type)
{
	DType was = v->dtype;
	v->dtype = type;
	Value *back = cast_value(g, n, v, was);
	v->dtype = was;
	value_replace(g, v, back);
	v->dtype = type;
	back->def->in[0] = v;
}

static void unpack_inputs(Graph *g, Node *n, int b)
{
	Graph *body = n->sub[b];
	for (int i = 0; i < body->nin; i++) {
		Port p = body_in(n, b, i);
		DType type = held_as(body->in[i]);
		if (!type)
			continue;
		n->in[p.slot] = cast_value(g, n, n->in[p.slot], type);
		hold(body, n, body->in[i], type);
	}
}

static void unpack_outputs(const Node *n, int b)
{
	Graph *body = n->sub[b];
	for (int i = 0; i < body->nout; i++) {
		DType type = held_as(body->out[i]);
		if (type)
			body->out[i] = cast_value(body, n, body->out[i], type);
	}
	graph_sort(body);
}

void pass_unpack(Graph *g, const Options *o)
{
	uint32_t nodes = g->nnode;
	(void)o;
	for (uint32_t i = 0; i < nodes; i++) {
		Node *n = g->node[i];
		for (int b = 0; b < n->nsub; b++) {
			unpack_inputs(g, n, b);
			unpack_outputs(n, b);
		}
		for (int k = 0; n->nsub && k < n->nout; k++)
			if (held_as(n->out[k]))
				hold(g, n, n->out[k], held_as(n->out[k]));
	}
	graph_sort(g);
}
