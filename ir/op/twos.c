/* twos.c -- tcc.Twos(x, zero): bytes less a zero point as 16 bits, two neighbours along an axis in each i32; inserted by the pass
 * `twos`.
 *
 *     y[.., i, ..] = (x[.., 2 i, ..] - zero) mod 2^16 + (x[.., 2 i + 1, ..] - zero) 2^16      behind an odd end: 0
 *
 * axis: -1 or -2, the last one or that before it; zero: one number. */
#include "ir/op/nn.h"

struct Twos {
	int64_t axis;
};

static const Attr twos_attrs[] = {ATTR_INT(Twos, axis, -1), {0}};

enum { TOP = 1 << 16 };

static int axis_of(const Node *n) { return n->in[0]->shape.rank + (int)ATTR_OF(n, Twos)->axis; }

static void infer(Graph *g, Node *n)
{
	Shape y = n->in[0]->shape;
	int axis = axis_of(n);

	need_rank(g, n, 0, 2, MAX_RANK);
	y.dim[axis] = dim_ceildiv(g->syms, y.dim[axis], dim(2));
	set_out(g, n, 0, I32, &y);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const Tensor *t = in[0];
	const int64_t *x = in_i64(e, t), zero = has_in(n, 1) ? *in_i64(e, in[1]) : 0;
	int axis = axis_of(n);
	int64_t *y = out_i64(e, out[0]), size = t->dim[axis], half = (size + 1) / 2;
	int64_t inner = axis == t->rank - 1 ? 1 : t->dim[axis + 1];

	for (int64_t i = 0; i < out[0]->count; i++) {
		const int64_t *from = x + i / (half * inner) * size * inner + i % inner;
		int64_t k = i / inner % half * 2, low = from[k * inner] - zero;
		int64_t high = k + 1 < size ? from[(k + 1) * inner] - zero : 0;
		y[i] = (low & (TOP - 1)) + high * TOP;
	}
}

static Expr *element(Lower *l, const Node *n, Expr *const *index)
{
	Expr *first[MAX_RANK], *x = cast(l, I32, in(l, n, 0, index));

	for (int i = 0; i < MAX_RANK; i++)
		first[i] = num_i(l, 0);
	return has_in(n, 1) ? alu2(l, SUB, x, cast(l, I32, in(l, n, 1, first))) : x;
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *index[MAX_RANK], *low, *high, *size = extent(l, n->in[0]->shape.dim[axis_of(n)]);
	int axis = axis_of(n);

	(void)slot;
	for (int i = 0; i < n->in[0]->shape.rank; i++)
		index[i] = at[i];
	index[axis] = imul(l, at[axis], num_i(l, 2));
	low = element(l, n, index);
	index[axis] = iadd(l, index[axis], num_i(l, 1));
	high = choose(l, alu2(l, LT, index[axis], size), element(l, n, index), num(l, I32, 0));
	return alu2(l, ADD, alu2(l, BITAND, low, num(l, I32, TOP - 1)), alu2(l, MUL, high, num(l, I32, TOP)));
}

const Op op_tcc_Twos = {
	.name = "Twos", .domain = "tcc", .min_in = 1, .max_in = 2, .min_out = 1, .max_out = 1, .flags = CHEAP, .attrs = twos_attrs,
	.attr_size = sizeof(struct Twos), .infer = infer, .eval = eval, .lower = lower,
};
