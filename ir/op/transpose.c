/* transpose.c -- Transpose: y[at] = x[index], where index[perm[k]] = at[k]. */
#include "ir/op/movement.h"

void transpose_perm(const Node *n, int *perm)
{
	const Ints *given = &ATTR_OF(n, Transpose)->perm;
	int rank = n->in[0]->shape.rank;
	for (int k = 0; k < rank; k++)
		perm[k] = given->n < 0 ? rank - 1 - k : (int)given->v[k];
}

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	const Shape *x = &n->in[0]->shape;
	const Ints *given = &ATTR_OF(n, Transpose)->perm;
	Shape y = *x;
	int perm[MAX_RANK];
	unsigned seen = 0;
	if (given->n >= 0 && given->n != x->rank)
		fail_node(g, n, "E-ATTR", "perm has %d axes but the input has rank %d", given->n, x->rank);
	for (int k = 0; k < given->n; k++) {
		if (given->v[k] < 0 || given->v[k] >= x->rank || seen >> given->v[k] & 1)
			fail_node(g, n, "E-ATTR", "perm must hold each of 0..%d once", x->rank - 1);
		seen |= 1u << given->v[k];
	}
	transpose_perm(n, perm);
	for (int k = 0; k < x->rank; k++)
		y.dim[k] = x->dim[perm[k]];
	set_out(g, n, 0, n->in[0]->dtype, &y);
	move_contents(g, n, 1);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t strides[MAX_RANK], step[MAX_RANK];
	int perm[MAX_RANK];
	(void)e;
	transpose_perm(n, perm);
	strides_of(in[0], strides);
	for (int k = 0; k < in[0]->rank; k++)
		step[k] = strides[perm[k]];
	move_strided(out[0], in[0], 0, step);
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Expr *index[MAX_RANK];
	int perm[MAX_RANK];
	transpose_perm(n, perm);
	for (int k = 0; k < n->out[slot]->shape.rank; k++)
		index[perm[k]] = at[k];
	return in(l, n, 0, index);
}

static const Attr attrs[] = {ATTR_LIST(Transpose, perm, A_INTS), {0}};

const Op op_Transpose = {
	.name = "Transpose", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = MOVES | ONCE,
	.attrs = attrs, .attr_size = sizeof(struct Transpose),
	.infer = infer, .eval = eval, .lower = lower,
};
