/* twos.c -- a product of two matrices of bytes packs each only once, and so does a convolution.
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
 *     y = ConvTwos(ChannelTwos(x, z), pairs of w)                      ConvInteger(x, w, z, o) by a constant w
 *
 * Tiles would widen each row of a once for each panel of b, and each row of b for a few rows of a; what is packed before pays where
 * either meets enough of the other. A constant b is packed by the compiler, for pairs alone: tiles have an instruction that reads
 * fours, and one for two products of bytes that are so small that none of their sums leaves 16 bits.
 *
 * needs  shapes
 * keeps  every bit */
#include <stdlib.h>
#include <string.h>
#include "ir/op/composite.h"
#include "ir/op/nn.h"
#include "ir/op/trust.h"
#include "passes/methods.h"
#include "passes/rewrite.h"

void pass_twos(Graph *g, const Options *o);

enum { ROWS_MIN = 16 };

static bool is_bytes(const Value *v) { return (v->dtype == U8 || v->dtype == I8) && v->shape.rank >= 2; }

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
	bool data = !is_const(n->in[0]) && !is_const(n->in[1]);
	if (!data || !is_bytes(n->in[0]) || !is_bytes(n->in[1]) || !is_one(w->g, n, 2) || !is_one(w->g, n, 3))
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

/* ---- in pairs, by a constant ---- */

/* A constant matrix of bytes less its zero points: one, or one a column. */
typedef struct Constant {
	int64_t K, N;
	int16_t *less;
} Constant;

static bool find_constant(Graph *g, const Node *n, Constant *c)
{
	const Value *b = n->in[1], *zero = optional_in(n, 3);

	if (!is_const(b) || !is_bytes(b) || b->shape.rank != 2 || (zero && !is_const(zero)))
		return false;
	c->K = b->data->dim[0];
	c->N = b->data->dim[1];
	bool each = zero && zero->data->count > 1;
	if (each && (zero->data->count != c->N || zero->data->dim[zero->data->rank - 1] != c->N))
		return false;
	c->less = NEW_N(&g->ctx->scratch, int16_t, (size_t)b->data->count);
	for (int64_t i = 0; i < b->data->count; i++) {
		int64_t z = zero ? load_i64(b->dtype, zero->data->data, each ? i % c->N : 0) : 0;
		c->less[i] = (int16_t)(load_i64(b->dtype, b->data->data, i) - z);
	}
	return true;
}

/* No sum of two products with bytes, of neighbours along K, leaves 16 bits. */
static bool are_small(const Constant *c)
{
	bool small = true;

	for (int64_t i = c->N; i < c->K * c->N && small; i++)
		small = (abs(c->less[i]) + abs(c->less[i - c->N])) * UINT8_MAX <= INT16_MAX;
	return small;
}

static Value *pairs_of(Graph *g, const Constant *c)
{
	Tensor *t = tensor_new(&g->ctx->perm, I32, 2, (int64_t[]){(c->K + 1) / 2, c->N});

	for (int64_t i = 0; i < t->count; i++) {
		int64_t at = i / c->N * 2 * c->N + i % c->N;
		uint32_t low = (uint16_t)c->less[at], high = at + c->N < c->K * c->N ? (uint16_t)c->less[at + c->N] : 0;
		store_i64(I32, t->data, i, (int32_t)(low | high << 16));
	}
	return value_const(g, NULL, t);
}

static Value *by_constant_pairs(Rewrite *w, Node *n)
{
	const Target *t = deciding_target(w->g, w->o);
	const Value *a = n->in[0];
	ArenaMark mark = arena_mark(&w->g->ctx->scratch);
	Constant c;

	if (t->lanes == 1 || t->dots || is_const(a) || !is_bytes(a) || !has_rows(w, a->shape.dim[a->shape.rank - 2]) || !is_one(w->g, n, 2))
		return NULL;
	if (!find_constant(w->g, n, &c) || c.K < ROWS_MIN || c.N < ROWS_MIN || are_small(&c)) {
		arena_release(&w->g->ctx->scratch, mark); /* rules are asked again */
		return NULL;
	}
	return of_packed(w->g, n, "MatMulTwos", packed(w->g, n, "Twos", 0, 0), pairs_of(w->g, &c));
}

/* ---- convolutions, in pairs of channels, by a constant ---- */

/* A constant kernel less its zero points, one or one an output channel, as a matrix: channels by what is left of it. */
static bool find_kernel(Graph *g, const Node *n, Constant *c)
{
	const Value *w = n->in[1], *zero = optional_in(n, 3);

	if (!is_const(w) || !is_bytes(w) || (zero && !is_const(zero)))
		return false;
	int64_t taps = 1, channels = w->data->dim[1];
	for (int k = 2; k < w->data->rank; k++)
		taps *= w->data->dim[k];
	*c = (Constant){channels, w->data->dim[0] * taps, NEW_N(&g->ctx->scratch, int16_t, (size_t)w->data->count)};
	for (int64_t i = 0; i < w->data->count; i++) {
		int64_t m = i / (channels * taps), at = i / taps % channels * c->N + m * taps + i % taps;
		int64_t z = zero ? load_i64(w->dtype, zero->data->data, zero->data->count > 1 ? m : 0) : 0;
		c->less[at] = (int16_t)(load_i64(w->dtype, w->data->data, i) - z);
	}
	return true;
}

/* The pairs of that matrix as a kernel again. */
static Value *kernel_of(Graph *g, const Node *n, const Constant *c)
{
	const Tensor *pairs = pairs_of(g, c)->data, *w = n->in[1]->data;
	int64_t dim[MAX_RANK], taps = c->N / w->dim[0], half = pairs->dim[0];

	memcpy(dim, w->dim, sizeof dim);
	dim[1] = half;
	Tensor *t = tensor_new(&g->ctx->perm, I32, w->rank, dim);
	for (int64_t i = 0; i < t->count; i++)
		store_i64(I32, t->data, i, load_i64(I32, pairs->data, i / taps % half * c->N + i / (half * taps) * taps + i % taps));
	return value_const(g, NULL, t);
}

/* As many places of the output as it has rows. */
static bool has_places(const Rewrite *w, const Node *n)
{
	int64_t places = 1;

	for (int k = 2; k < n->out[0]->shape.rank && places < ROWS_MIN; k++)
		places *= dim_hi(w->g->syms, n->out[0]->shape.dim[k]);
	return places >= ROWS_MIN;
}

static Value *channels_in_pairs(Rewrite *w, Node *n)
{
	const Target *t = deciding_target(w->g, w->o);
	ArenaMark mark = arena_mark(&w->g->ctx->scratch);
	Graph *g = w->g;
	Constant c;

	if (t->lanes == 1 || t->dots || is_const(n->in[0]) || !is_bytes(n->in[0]) || ATTR_OF(n, Sliding)->group != 1 || !is_one(g, n, 2))
		return NULL;
	if (!has_places(w, n) || !find_kernel(g, n, &c) || c.K < ROWS_MIN || n->in[1]->data->dim[0] < ROWS_MIN || are_small(&c)) {
		arena_release(&g->ctx->scratch, mark);
		return NULL;
	}
	Value *in[2] = {n->in[0], optional_in(n, 2)};
	Value *x = node_new(g, op_find("tcc", "ChannelTwos"), n, in[1] ? 2 : 1, in, 1, attr_new(g, op_find("tcc", "ChannelTwos")))->out[0];
	return node_new(g, op_find("tcc", "ConvTwos"), n, 2, (Value *[]){x, kernel_of(g, n, &c)}, 1, n->attr)->out[0];
}

static const Rule rules[] = {
	{"MatMulInteger", "MatMulInteger(a, b, z, o) -> MatMulFours(Fours(a), Fours(b)) - z sum(b) - o sum(a) + k z o", by_fours},
	{"MatMulInteger", "MatMulInteger(a, b, z, o) -> MatMulTwos(Twos(a, z), Twos(b, o))", by_pairs},
	{"MatMulInteger", "MatMulInteger(a, b, z, o) -> MatMulTwos(Twos(a, z), the same of b)", by_constant_pairs},
	{"ConvInteger", "ConvInteger(x, w, z, o) -> ConvTwos(ChannelTwos(x, z), the same of w)", channels_in_pairs},
	{0},
};

void pass_twos(Graph *g, const Options *o)
{
	static const Rule *const tables[] = {rules, NULL};

	rewrite(g, o, tables);
}
