/* reversesequence.c -- ReverseSequence: of sequence b, the first lens[b] elements backward, the others as they are.
 *
 *     y[.., t, .., b, ..] = x[.., t < lens[b] ? lens[b] - 1 - t : t, .., b, ..] */
#include "ir/op/movement.h"

struct ReverseSequence { int64_t batch_axis, time_axis; };

static void infer(Graph *g, Node *n)
{
	const struct ReverseSequence *a = n->attr;
	need_rank(g, n, 0, 2, -1);
	need_rank(g, n, 1, 1, 1);
	need_type(g, n, 1, "i");
	if (!((a->batch_axis == 0 && a->time_axis == 1) || (a->batch_axis == 1 && a->time_axis == 0)))
		fail_node(g, n, "E-ATTR", "batch_axis is %lld and time_axis %lld; they must be 0 and 1 or 1 and 0",
			  (long long)a->batch_axis, (long long)a->time_axis);
	one_size(g, n, n->in[0]->shape.dim[a->batch_axis], n->in[1]->shape.dim[0]);
	same_as_input(g, n);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct ReverseSequence *a = n->attr;
	const int64_t *lens = in_i64(e, in[1]);
	int64_t at[MAX_RANK] = {0}, from[MAX_RANK];
	for (int64_t i = 0; i < in[0]->count; i++, next_index(in[0]->rank, in[0]->dim, at)) {
		int64_t len = lens[at[a->batch_axis]], t = at[a->time_axis];
		if (len < 0 || len > in[0]->dim[a->time_axis])
			fail_node(e->g, n, "E-INDEX", "a sequence has length %lld of %lld", (long long)len,
				  (long long)in[0]->dim[a->time_axis]);
		for (int k = 0; k < in[0]->rank; k++)
			from[k] = k == a->time_axis && t < len ? len - 1 - t : at[k];
		move_element(out[0], i, in[0], position_of(in[0], from));
	}
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const struct ReverseSequence *a = n->attr;
	const Shape *x = &n->in[0]->shape;
	Expr *len = cast(l, I64, in(l, n, 1, at + a->batch_axis)), *t = at[a->time_axis], *index[MAX_RANK];
	Expr *back = checked_index(l, isub(l, isub(l, len, num_i(l, 1)), t), extent(l, x->dim[a->time_axis]));
	(void)slot;
	for (int k = 0; k < x->rank; k++)
		index[k] = k == a->time_axis ? choose(l, alu2(l, LT, t, len), back, t) : at[k];
	return in(l, n, 0, index);
}

static const Attr attrs[] = {ATTR_INT(ReverseSequence, batch_axis, 1), ATTR_INT(ReverseSequence, time_axis, 0), {0}};

const Op op_ReverseSequence = {
	.name = "ReverseSequence", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = MOVES,
	.attrs = attrs, .attr_size = sizeof(struct ReverseSequence),
	.infer = infer, .eval = eval, .lower = lower,
};
