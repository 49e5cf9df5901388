/* twos.c -- a product of two matrices of bytes, neither of them constant, widens each only once.
 *
 *     y = MatMulInteger(a, b, z, o)      ->      y = MatMulTwos(Twos(a, z) {axis = -1}, Twos(b, o) {axis = -2})
 *
 * Bytes whose sums nobody knows are multiplied as pairs of 16 bits (ir/op/twos.c). Tiles would widen each row of a once
 * for each panel of b, and each row of b for a few rows of a; the two operands as pairs are twice as many bytes, and pay where
 * either meets enough of the other.
 *
 * needs  shapes
 * keeps  every bit */
#include "ir/op/composite.h"
#include "passes/methods.h"
#include "passes/rewrite.h"

void pass_twos(Graph *g, const Options *o);

enum { ROWS_MIN = 16 };

static bool is_bytes(const Value *v) { return (v->dtype == U8 || v->dtype == I8) && !is_const(v) && v->shape.rank >= 2; }

static bool is_one(Graph *g, const Node *n, int slot) { return !has_in(n, slot) || dim_is(shape_count(g, &n->in[slot]->shape), 1); }

static bool has_rows(const Rewrite *w, Dim d) { return dim_hi(w->g->syms, d) >= ROWS_MIN; }

static Value *twos(Graph *g, const Node *n, int slot, int64_t axis)
{
	Value *in[2] = {n->in[slot], optional_in(n, 2 + slot)};
	const Op *op = op_find("tcc", "Twos");
	void *attr = attr_new(g, op);

	*(int64_t *)attr_field(op, attr, "axis") = axis;
	return node_new(g, op, n, in[1] ? 2 : 1, in, 1, attr)->out[0];
}

static Value *by_pairs(Rewrite *w, Node *n)
{
	Graph *g = w->g;
	const Target *t = deciding_target(g, w->o);

	if (t->lanes == 1 || !is_bytes(n->in[0]) || !is_bytes(n->in[1]) || !is_one(g, n, 2) || !is_one(g, n, 3))
		return NULL;
	const Shape *a = &n->in[0]->shape, *b = &n->in[1]->shape;
	if (!has_rows(w, a->dim[a->rank - 2]) || !has_rows(w, b->dim[b->rank - 1]) || !dim_known(a->dim[a->rank - 1]))
		return NULL;
	Value *pair[2] = {twos(g, n, 0, -1), twos(g, n, 1, -2)};
	return node_new(g, op_find("tcc", "MatMulTwos"), n, 2, pair, 1, NULL)->out[0];
}

static const Rule rules[] = {
	{"MatMulInteger", "MatMulInteger(a, b, z, o) -> MatMulTwos(Twos(a, z), Twos(b, o))", by_pairs},
	{0},
};

void pass_twos(Graph *g, const Options *o)
{
	static const Rule *const tables[] = {rules, NULL};

	rewrite(g, o, tables);
}
