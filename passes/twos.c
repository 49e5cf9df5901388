/* twos.c -- a product of two matrices of bytes, neither of them constant, packs each only once.
 *
 *     y = MatMulInteger(a, b, z, o)
 *
 * By an instruction that adds four products of bytes without a sign by bytes with one, if the target has it:
 *
 *     s = MatMulFours(Fours(a) {axis = -1}, Fours(b) {axis = -2})      a is raised by 128 where it has a sign,
 *     y = s - z sum(b) - o (sum(a) - z k)                              b by -128 where it has none, z and o as they are
 *
 * By pairs of 16 bits (ir/op/twos.c), as nobody knows how great their sums are:
 *
 *     y = MatMulTwos(Twos(a, z) {axis = -1}, Twos(b, o) {axis = -2})
 *
 * Tiles would widen each row of a once for each panel of b, and each row of b for a few rows of a; what is packed before pays where
 * either meets enough of the other.
 *
 * needs  shapes
 * keeps  every bit */
#include "ir/op/composite.h"
#include "ir/op/trust.h"
#include "passes/methods.h"
#include "passes/rewrite.h"

void pass_twos(Graph *g, const Options *o);

enum { ROWS_MIN = 16 };

static bool is_bytes(const Value *v) { return (v->dtype == U8 || v->dtype == I8) && !is_const(v) && v->shape.rank >= 2; }

static bool is_one(Graph *g, const Node *n, int slot) { return !has_in(n, slot) || dim_is(shape_count(g, &n->in[slot]->shape), 1); }

static bool has_rows(const Rewrite *w, Dim d) { return dim_hi(w->g->syms, d) >= ROWS_MIN; }

static Value *packed(Graph *g, const Node *n, const char *name, int slot, int64_t raised)
{
	const Op *op = op_find("tcc", name);
	Value *in[2] = {n->in[slot], op->max_in > 1 ? optional_in(n, 2 + slot) : NULL};
	void *attr = attr_new(g, op);

	*(int64_t *)attr_field(op, attr, "axis") = slot == 0 ? -1 : -2;
	*(int64_t *)attr_field(op, attr, "raised") = raised;
	return node_new(g, op, n, in[1] ? 2 : 1, in, 1, attr)->out[0];
}

static bool pays(const Rewrite *w, const Node *n)
{
	if (!is_bytes(n->in[0]) || !is_bytes(n->in[1]) || !is_one(w->g, n, 2) || !is_one(w->g, n, 3))
		return false;
	const Shape *a = &n->in[0]->shape, *b = &n->in[1]->shape;
	return has_rows(w, a->dim[a->rank - 2]) && has_rows(w, b->dim[b->rank - 1]);
}

static Value *of_packed(Graph *g, const Node *n, const char *name, Value *a, Value *b)
{
	return node_new(g, op_find("tcc", name), n, 2, (Value *[]){a, b}, 1, NULL)->out[0];
}

/* ---- in fours ---- */

/* What is added to the bytes of that operand. */
static int64_t raised_by(const Node *n, int slot)
{
	return slot == 0 ? (n->in[0]->dtype == I8 ? 128 : 0) : n->in[1]->dtype == U8 ? -128 : 0;
}

/* The zero point of the raised bytes as i32; NULL: 0. */
static Value *zero_of(Graph *g, const Node *n, int slot)
{
	const Value *z = optional_in(n, 2 + slot);
	int64_t raised = raised_by(n, slot);

	if (z && !is_const(z))
		return binary(g, n, "Add", cast_value(g, n, n->in[2 + slot], I32), value_scalar(g, I32, (double)raised));
	int64_t zero = (z ? load_i64(z->dtype, z->data->data, 0) : 0) + raised;
	return zero ? value_scalar(g, I32, (double)zero) : NULL;
}

/* How many products a sum has, times a number. */
static Value *depth(Graph *g, const Node *n, int64_t times)
{
	int last = n->in[0]->shape.rank - 1;
	Dim k = n->in[0]->shape.dim[last];

	if (dim_known(k))
		return value_scalar(g, I32, (double)(k.k * times));
	return binary(g, n, "Mul", cast_value(g, n, size_of(g, n, n->in[0], last), I32), value_scalar(g, I32, (double)times));
}

/* Of the raised bytes along k. */
static Value *sums(Graph *g, const Node *n, int slot)
{
	int rank = n->in[slot]->shape.rank, axis = rank - 1 - slot;
	Value *sum = reduced(g, n, "ReduceSum", cast_value(g, n, n->in[slot], I32), axis, true);
	int64_t raised = raised_by(n, slot);

	return raised ? binary(g, n, "Add", sum, depth(g, n, raised)) : sum;
}

static Value *by_fours(Rewrite *w, Node *n)
{
	Graph *g = w->g;

	if (!deciding_target(g, w->o)->dots || !pays(w, n))
		return NULL;
	Value *y = of_packed(g, n, "MatMulFours", packed(g, n, "Fours", 0, raised_by(n, 0)), packed(g, n, "Fours", 1, raised_by(n, 1)));
	Value *z = zero_of(g, n, 0), *o = zero_of(g, n, 1);
	if (z)
		y = binary(g, n, "Sub", y, binary(g, n, "Mul", z, sums(g, n, 1)));
	if (!o)
		return y;
	Value *a = sums(g, n, 0);
	a = z ? binary(g, n, "Sub", a, binary(g, n, "Mul", z, depth(g, n, 1))) : a;
	return binary(g, n, "Sub", y, binary(g, n, "Mul", o, a));
}

/* ---- in pairs ---- */

static Value *by_pairs(Rewrite *w, Node *n)
{
	if (deciding_target(w->g, w->o)->lanes == 1 || !pays(w, n))
		return NULL;
	return of_packed(w->g, n, "MatMulTwos", packed(w->g, n, "Twos", 0, 0), packed(w->g, n, "Twos", 1, 0));
}

static const Rule rules[] = {
	{"MatMulInteger", "MatMulInteger(a, b, z, o) -> MatMulFours(Fours(a), Fours(b)) - z sum(b) - o sum(a) + k z o", by_fours},
	{"MatMulInteger", "MatMulInteger(a, b, z, o) -> MatMulTwos(Twos(a, z), Twos(b, o))", by_pairs},
	{0},
};

void pass_twos(Graph *g, const Options *o)
{
	static const Rule *const tables[] = {rules, NULL};

	rewrite(g, o, tables);
}
