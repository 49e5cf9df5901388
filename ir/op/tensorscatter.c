/* tensorscatter.c -- TensorScatter (24): new rows written into a cache, for each batch from its write index on.
 *
 *     y[b, .., s, ..] = u[b, .., s - w[b], ..]  where 0 <= s - w[b] < length of u, else x[b, .., s, ..]
 *
 * circular: s - w[b] modulo the size of the cache. tcc.TensorScatter is the same, made as a copy of x that u is written over
 * (passes/caches.c). */
#include "ir/op/movement.h"

enum { CACHE, UPDATE, WHERE };
enum { LINEAR, CIRCULAR };

struct TensorScatter { int64_t axis, mode; };

static const Attr attrs[] = {ATTR_INT(TensorScatter, axis, -2),
			     ATTR_ENUM(TensorScatter, mode, LINEAR, "linear|circular"), {0}};

static int axis_of(Graph *g, const Node *n)
{
	int axis = (int)fix_axis(g, n, ATTR_OF(n, TensorScatter)->axis, n->in[CACHE]->shape.rank);

	if (axis == 0)
		fail_node(g, n, "E-AXIS", "axis 0 is that of batches");
	return axis;
}

static void infer(Graph *g, Node *n)
{
	const Shape *x = &n->in[CACHE]->shape, *u = &n->in[UPDATE]->shape;

	need_rank(g, n, CACHE, 2, -1);
	need_rank(g, n, UPDATE, x->rank, x->rank);
	same_type(g, n, CACHE, UPDATE);
	int axis = axis_of(g, n);
	for (int k = 0; k < x->rank; k++)
		if (k != axis)
			one_size(g, n, x->dim[k], u->dim[k]);
	if (dim_lo(g->syms, u->dim[axis]) > dim_hi(g->syms, x->dim[axis]))
		fail_node(g, n, "E-SHAPE", "%s new rows do not fit into a cache of %s", dim_text(g->syms, u->dim[axis]),
			  dim_text(g->syms, x->dim[axis]));
	if (!dim_at_most(g->syms, u->dim[axis], x->dim[axis]))
		dim_assume_at_most(g->syms, u->dim[axis], x->dim[axis]);
	if (has_in(n, WHERE)) {
		need_type(g, n, WHERE, "i");
		need_rank(g, n, WHERE, 1, 1);
		one_size(g, n, n->in[WHERE]->shape.dim[0], x->dim[0]);
	}
	same_as_input(g, n);
}

/* How many rows a write index may be one of: the last of a linear update must fit. */
static int64_t starts(const Node *n, int64_t cache, int64_t rows)
{
	return ATTR_OF(n, TensorScatter)->mode == LINEAR ? cache - rows + 1 : cache;
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int axis = axis_of(e->g, n);
	int64_t at[MAX_RANK] = {0}, to[MAX_RANK], size = in[CACHE]->dim[axis];
	const int64_t *where = has_in(n, WHERE) ? in_i64(e, in[WHERE]) : NULL;

	for (int64_t i = 0; i < in[CACHE]->count; i++)
		move_element(out[0], i, in[CACHE], i);
	for (int64_t i = 0; i < in[UPDATE]->count; i++, next_index(in[UPDATE]->rank, in[UPDATE]->dim, at)) {
		int64_t first = where ? checked_number(e, n, where[at[0]], starts(n, size, in[UPDATE]->dim[axis])) : 0;
		for (int d = 0; d < out[0]->rank; d++)
			to[d] = d == axis ? (first + at[d]) % size : at[d];
		move_element(out[0], position_of(out[0], to), in[UPDATE], i);
	}
}

/* The row of the cache that the first new one of a batch goes to. */
static Expr *first_row(Lower *l, const Node *n, int axis, Expr *const *at)
{
	Expr *size = extent(l, n->in[CACHE]->shape.dim[axis]), *rows = extent(l, n->in[UPDATE]->shape.dim[axis]);
	Expr *most = ATTR_OF(n, TensorScatter)->mode == LINEAR ? iadd(l, isub(l, size, rows), num_i(l, 1)) : size;

	return has_in(n, WHERE) ? checked_index(l, cast(l, I64, in(l, n, WHERE, at)), most) : num_i(l, 0);
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *x = &n->in[CACHE]->shape;
	int axis = axis_of(lower_graph(l), n);
	Expr *size = extent(l, x->dim[axis]), *rows = extent(l, n->in[UPDATE]->shape.dim[axis]), *index[MAX_RANK];
	Expr *row = isub(l, at[axis], first_row(l, n, axis, at)), *zero = num_i(l, 0);

	(void)slot;
	if (ATTR_OF(n, TensorScatter)->mode == CIRCULAR)
		row = choose(l, alu2(l, LT, row, zero), iadd(l, row, size), row);
	for (int k = 0; k < x->rank; k++)
		index[k] = k == axis ? row : at[k];
	return choose(l, inside(l, row, zero, rows), in(l, n, UPDATE, index), in(l, n, CACHE, at));
}

static Expr *scatter(Lower *l, const Node *n, Expr *const *at, Expr **index)
{
	const Shape *x = &n->in[CACHE]->shape;
	int axis = axis_of(lower_graph(l), n);
	Expr *size = extent(l, x->dim[axis]), *row = iadd(l, first_row(l, n, axis, at), at[axis]);

	if (ATTR_OF(n, TensorScatter)->mode == CIRCULAR)
		row = choose(l, alu2(l, LT, row, size), row, isub(l, row, size));
	for (int k = 0; k < x->rank; k++)
		index[k] = k == axis ? row : at[k];
	return in(l, n, UPDATE, at);
}

const Op op_TensorScatter = {
	.name = "TensorScatter", .min_in = 2, .max_in = 3, .min_out = 1, .max_out = 1,
	.attrs = attrs, .attr_size = sizeof(struct TensorScatter),
	.infer = infer, .eval = eval, .lower = lower,
};

const Op op_tcc_TensorScatter = {
	.name = "TensorScatter", .domain = "tcc", .min_in = 2, .max_in = 3, .min_out = 1, .max_out = 1,
	.attrs = attrs, .attr_size = sizeof(struct TensorScatter),
	.infer = infer, .eval = eval, .scatter = scatter, .updates = UPDATE,
};
