/* twos.c -- bytes that are neighbours along an axis in each i32: two of them less a zero point as 16 bits, or four; inserted by
 * the pass `twos`.
 *
 *     tcc.Twos(x, zero):  y[.., i, ..] = (x[.., 2 i, ..] - zero) mod 2^16 + (x[.., 2 i + 1, ..] - zero) 2^16
 *     tcc.Fours(x):       y[.., i, ..] = sum over q < 4 of ((x[.., 4 i + q, ..] + raised) mod 2^8) 2^8q
 *
 * Behind the end there are zeros. axis: -1 or -2, the last one or that before it; zero: one number; raised: 0, or 128, which
 * makes bytes with a sign of those without one and the other way round.
 * tcc.ChannelTwos is tcc.Twos of axis 1, for convolutions. */
#include "ir/op/nn.h"

struct Twos {
	int64_t axis, raised;
};

static const Attr attrs[] = {ATTR_INT(Twos, axis, -1), ATTR_INT(Twos, raised, 0), {0}};

static int axis_of(const Node *n)
{
	return n->op == &op_tcc_ChannelTwos ? 1 : n->in[0]->shape.rank + (int)ATTR_OF(n, Twos)->axis;
}

static int parts_of(const Node *n);

static void infer(Graph *g, Node *n)
{
	Shape y = n->in[0]->shape;
	int axis = axis_of(n);

	need_rank(g, n, 0, 2, MAX_RANK);
	y.dim[axis] = dim_ceildiv(g->syms, y.dim[axis], dim(parts_of(n)));
	set_out(g, n, 0, I32, &y);
}

/* ---- eval ---- */

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Tensor *t = in[0];
	const int64_t *x = in_i64(e, t), more = ATTR_OF(n, Twos)->raised - (has_in(n, 1) ? *in_i64(e, in[1]) : 0);
	int axis = axis_of(n), parts = parts_of(n), bits = 32 / parts;
	int64_t *y = out_i64(e, out[0]), size = t->dim[axis], count = (size + parts - 1) / parts;
	int64_t inner = 1, all = ((int64_t)1 << bits) - 1;

	for (int k = axis + 1; k < t->rank; k++)
		inner *= t->dim[k];
	for (int64_t i = 0; i < out[0]->count; i++) {
		const int64_t *from = x + i / (count * inner) * size * inner + i % inner;
		int64_t k = i / inner % count * parts;
		uint32_t bytes = 0;
		for (int q = 0; q < parts && k + q < size; q++)
			bytes |= (uint32_t)((from[(k + q) * inner] + more) & all) << q * bits;
		y[i] = (int32_t)bytes;
	}
}

/* ---- lower ---- */

/* Part q of element `at`. */
static Expr *part(Lower *l, const Node *n, Expr *const *at, int q)
{
	Expr *index[MAX_RANK], *first[MAX_RANK], *size = extent(l, n->in[0]->shape.dim[axis_of(n)]), *behind, *x;
	int axis = axis_of(n);

	for (int i = 0; i < n->in[0]->shape.rank; i++)
		index[i] = at[i];
	for (int i = 0; i < MAX_RANK; i++)
		first[i] = num_i(l, 0);
	index[axis] = iadd(l, imul(l, at[axis], num_i(l, parts_of(n))), num_i(l, q));
	x = cast(l, I32, in(l, n, 0, index));
	x = has_in(n, 1) ? alu2(l, SUB, x, cast(l, I32, in(l, n, 1, first))) : x;
	behind = num(l, I32, (double)ATTR_OF(n, Twos)->raised);
	return q ? choose(l, alu2(l, LT, index[axis], size), x, behind) : x;
}

static Expr *twos_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *low = alu2(l, BITAND, part(l, n, at, 0), num(l, I32, 0xffff));

	(void)slot;
	return alu2(l, ADD, low, alu2(l, MUL, part(l, n, at, 1), num(l, I32, 1 << 16)));
}

/* To be raised by 128 is to have the other top bit. */
static Expr *fours_lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *byte[4], *y;

	(void)slot;
	for (int q = 0; q < 4; q++)
		byte[q] = part(l, n, at, q);
	y = four_bytes(l, byte);
	return ATTR_OF(n, Twos)->raised ? alu2(l, BITXOR, y, num(l, I32, (int32_t)0x80808080)) : y;
}

const Op op_tcc_Twos = {
	.name = "Twos", .domain = "tcc", .min_in = 1, .max_in = 2, .min_out = 1, .max_out = 1, .flags = CHEAP, .attrs = attrs,
	.attr_size = sizeof(struct Twos), .infer = infer, .eval = eval, .lower = twos_lower,
};
const Op op_tcc_ChannelTwos = {
	.name = "ChannelTwos", .domain = "tcc", .min_in = 1, .max_in = 2, .min_out = 1, .max_out = 1, .flags = CHEAP, .attrs = attrs,
	.attr_size = sizeof(struct Twos), .infer = infer, .eval = eval, .lower = twos_lower,
};
const Op op_tcc_Fours = {
	.name = "Fours", .domain = "tcc", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = CHEAP, .attrs = attrs,
	.attr_size = sizeof(struct Twos), .infer = infer, .eval = eval, .lower = fours_lower,
};

static int parts_of(const Node *n) { return n->op == &op_tcc_Fours ? 4 : 2; }
