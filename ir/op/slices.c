/* slices.c -- outputs that join slices of all turns (Loop, Scan), where data decide in each turn how large a slice is.
 *
 *     y f32[n,y.1] = Loop() { .. part f32[k] }       y, sizes = Loop() { .. Pad(part) f32[most], k }      most: the bound of k
 *                                                    Require(all sizes = y.1);  y = y[:, 0 : y.1]
 *
 * All slices have one size, which is counted behind the last turn: a run whose turns differ ends with TCC_ERR_SHAPE.
 * Without turns it is the least that it can be, 0 if the file says nothing else. */
#include <string.h>
#include "ir/op/bodies.h"
#include "ir/op/composite.h"
#include "ir/op/counted.h"
#include "ir/op/scan.h"

Value *sizes_along(Graph *body, const Node *n, Value *v, Value *axes)
{
	return put(body, n, "Gather", shape_value(body, n, v), axes, END_IN);
}

Value *filled_to(Graph *body, const Node *n, Value *v, Value *axes, Value *most)
{
	Value *more = binary(body, n, "Sub", most, sizes_along(body, n, v, axes));
	Value *none = copies_of(body, 0, axes->shape.dim[0].k);

	return put(body, n, "Pad", v, joined(body, n, 0, none, more), NULL, axes, END_IN);
}

Value *given_part(Graph *g, const Node *n, Value *full, Value *sizes, const Value *was, unsigned open)
{
	for (int i = 0, at = 0; i < was->shape.rank; i++) {
		if (!(open >> i & 1))
			continue;
		Value *count = counted_value(g, n, element(g, n, sizes, at++), was->shape.dim[i]);
		full = put(g, n, "Slice", full, number(g, 0), as_vector(g, n, count), number(g, i), END_IN);
	}
	return full;
}

/* The axes of a slice that are counted in the body, as bits, and the most that these are. */
static unsigned open_axes(Graph *body, const Node *n, const Value *part, int64_t *most)
{
	unsigned open = 0;

	for (int k = 0; k < part->shape.rank; k++) {
		if (!is_counted_inside(body, part->shape.dim[k]))
			continue;
		most[__builtin_popcount(open)] = most_of(body, n, part->shape.dim[k]);
		open |= 1u << k;
	}
	return open;
}

/* The same axes of what joins slices along `axis`. */
static unsigned open_of_joined(unsigned open, int axis)
{
	unsigned before = open & ((1u << axis) - 1);

	return before | (open ^ before) << 1;
}

static Value *fresh_output(Graph *g, Node *n, int slot, DType t, Shape s)
{
	Value *v = value_new(g, NULL);

	v->def = n;
	v->slot = slot;
	v->dtype = t;
	v->shape = s;
	n->out[slot] = v;
	return v;
}

/* A list of Scan's has an element for each scanned output: one more, 0. */
static void lengthen(Graph *g, Ints *list)
{
	if (list->n < 0)
		return;
	int64_t *longer = NEW_N(&g->ctx->perm, int64_t, list->n + 1);
	for (int k = 0; k < list->n; k++)
		longer[k] = list->v[k];
	*list = (Ints){longer, list->n + 1};
}

static void lengthen_lists(Graph *g, Node *n)
{
	if (!is_op(n, "Scan"))
		return;
	struct scan *own = arena_copy(&g->ctx->perm, n->attr, sizeof *own);
	lengthen(g, &own->scan_output_axes);
	lengthen(g, &own->scan_output_directions);
	n->attr = own;
}

/* Output k of the body is filled up, and gives the sizes that it has as one output more, which is returned. */
static Value *widen(Graph *g, Node *n, int k, unsigned open, const int64_t *most)
{
	Graph *body = n->sub[0];
	Port p = body_out(n, 0, k);
	Value *part = body->out[k], *axes = axes_value(body, open), *was = n->out[p.slot];
	int count = __builtin_popcount(open), at = 0;
	unsigned joined = open_of_joined(open, p.axis);
	Shape s = was->shape;

	for (int i = 0; i < s.rank; i++)
		if (joined >> i & 1)
			s.dim[i] = dim(most[at++]);
	graph_output(body, sizes_along(body, n, part, axes), NULL);
	body->out[k] = filled_to(body, n, part, axes, value_i64(body, count, most));
	lengthen_lists(g, n);
	fresh_output(g, n, p.slot, was->dtype, s);
	return fresh_output(g, n, n->nout++, I64, shape_of(2, (Dim[]){was->shape.dim[p.axis], dim(count)}));
}

/* The least that the open sizes of v can be. */
static Value *least_sizes(Graph *g, const Value *v, unsigned open)
{
	int64_t least[MAX_RANK];
	int count = 0;

	for (int i = 0; i < v->shape.rank; i++)
		if (open >> i & 1)
			least[count++] = dim_lo(g->syms, v->shape.dim[i]);
	return value_i64(g, count, least);
}

/* One size of all turns, which is what any of them says; without turns the least that may be. */
static Value *size_of_slices(Graph *g, const Node *n, Value *sizes, Value *least)
{
	Value *size = binary(g, n, "Max", reduced(g, n, "ReduceMax", sizes, 0, false), least);

	require(g, n, binary(g, n, "Equal", sizes, size));
	return size;
}

/* Outputs that nobody asks for have a place too, for others come behind them. */
static void make_room(Graph *g, Node *n, int all)
{
	Value **out = NEW_N(&g->ctx->perm, Value *, 2 * all);

	memcpy(out, n->out, (size_t)n->nout * sizeof *out);
	n->out = out;
	n->nout = all;
}

void trust_slices(Graph *g, Node *n)
{
	int nout = n->sub[0]->nout;
	struct widened { Value *was, *sizes; unsigned open; } *w = NEW_N(&g->ctx->scratch, struct widened, nout);

	for (int k = 0; k < nout; k++) {
		int64_t most[MAX_RANK];
		Port p = body_out(n, 0, k);
		Value *y = p.kind == PORT_SLICE ? port_output(n, p) : NULL;
		unsigned open = y ? open_axes(n->sub[0], n, n->sub[0]->out[k], most) : 0;
		if (!open)
			continue;
		if (n->sub[0]->nout == nout)
			make_room(g, n, body_out(n, 0, nout - 1).slot + 1);
		w[k] = (struct widened){y, NULL, open_of_joined(open, p.axis)};
		w[k].sizes = widen(g, n, k, open, most);
	}
	if (n->sub[0]->nout == nout)
		return;
	graph_sort(n->sub[0]);
	infer_node(g, n);
	for (int k = 0; k < nout; k++) {
		if (!w[k].was)
			continue;
		Value *size = size_of_slices(g, n, w[k].sizes, least_sizes(g, w[k].was, w[k].open));
		value_replace(g, w[k].was, given_part(g, n, n->out[body_out(n, 0, k).slot], size, w[k].was, w[k].open));
	}
}
