/* trilu.c -- Trilu: the part of each matrix on and above diagonal k (upper), or on and below it; zeros elsewhere.
 *
 *     y[.., i, j] = x[.., i, j]  where j - i >= k  (upper),  j - i <= k  (lower) */
#include "ir/op/movement.h"

struct Trilu { int64_t upper; };

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 2, -1);
	if (has_in(n, 1)) {
		need_type(g, n, 1, "i");
		need_one(g, n, 1);
	}
	same_as_input(g, n);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t k = has_in(n, 1) ? in_i64(e, in[1])[0] : 0;
	int64_t columns = in[0]->dim[in[0]->rank - 1], rows = in[0]->dim[in[0]->rank - 2];
	for (int64_t p = 0; p < in[0]->count; p++) { /* storage is zero already */
		int64_t diagonal = p % columns - p / columns % rows;
		if (ATTR_OF(n, Trilu)->upper ? diagonal >= k : diagonal <= k)
			move_element(out[0], p, in[0], p);
	}
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	int rank = n->out[slot]->shape.rank;
	Expr *zero = num_i(l, 0), *k = has_in(n, 1) ? in(l, n, 1, &zero) : zero;
	Expr *diagonal = isub(l, at[rank - 1], at[rank - 2]);
	Expr *kept = ATTR_OF(n, Trilu)->upper ? alu2(l, LE, k, diagonal) : alu2(l, LE, diagonal, k);
	return choose(l, kept, in(l, n, 0, at), num(l, n->out[slot]->dtype, 0));
}

static const Attr attrs[] = {ATTR_INT(Trilu, upper, 1), {0}};

const Op op_Trilu = {
	.name = "Trilu", .min_in = 1, .max_in = 2, .min_out = 1, .max_out = 1, .flags = MOVES,
	.attrs = attrs, .attr_size = sizeof(struct Trilu),
	.infer = infer, .eval = eval, .lower = lower,
};
