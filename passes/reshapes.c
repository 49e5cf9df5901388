/* reshapes.c -- rules for nodes that give the same elements in the same order another shape: Reshape, Flatten, Squeeze,
 * Unsqueeze. Exact.
 *
 *     Flatten(Unsqueeze(x))              ->  Reshape(x, constant)
 *     Reshape(Relu(Reshape(x)))          ->  Relu(x)                where the shape is that of x again
 *     Reshape(x, Concat(Shape(x)[0], 3)) ->  Reshape(x, [0, 3])     so that the arithmetic on sizes vanishes */
#include <string.h>
#include "ir/op/movement.h"
#include "passes/algebra.h"

static bool is_view(const Node *n)
{
	return is_op(n, "Reshape") || is_op(n, "Flatten") || is_op(n, "Squeeze") || is_op(n, "Unsqueeze");
}

/* ---- shapes that a constant can say: numbers, 0 where the size is that of x on the same axis, one -1 ---- */

/* -1 is what is left of x's elements beside the other sizes; where inference takes a size for equal to it, it has another name. */
static bool is_left(Graph *g, const Value *x, const Shape *to, int axis)
{
	Dim rest = dim(1);

	for (int i = 0; i < to->rank; i++)
		rest = i == axis ? rest : dim_mul(g->syms, rest, to->dim[i]);
	return !dim_is(rest, 0) && dim_same(dim_floordiv(g->syms, shape_count(g, &x->shape), rest), to->dim[axis]);
}

static bool shape_constant(Graph *g, const Value *x, const Shape *to, int64_t *constant)
{
	int open = 0;

	if (x->shape.rank < 0 || to->rank < 0)
		return false;
	for (int i = 0; i < to->rank; i++) {
		if (dim_known(to->dim[i]))
			constant[i] = to->dim[i].k;
		else if (i < x->shape.rank && dim_same(x->shape.dim[i], to->dim[i]))
			constant[i] = 0;
		else if (open++ || !is_left(g, x, to, i))
			return false;
		else
			constant[i] = -1;
		if (dim_is(to->dim[i], 0)) /* would copy a size, or make that of -1 ambiguous */
			return false;
	}
	return true;
}

bool can_reshape_to(Graph *g, const Value *x, const Shape *to)
{
	int64_t constant[MAX_RANK];

	return shape_same(&x->shape, to) || shape_constant(g, x, to, constant);
}

Value *reshape_to(Graph *g, const Node *like, Value *x, const Shape *to)
{
	int64_t constant[MAX_RANK];

	if (shape_same(&x->shape, to))
		return x;
	if (!shape_constant(g, x, to, constant))
		return NULL;
	return put(g, like, "Reshape", x, value_i64(g, to->rank, constant), END_IN);
}

/* ---- rules ---- */

static Value *merge_views(Rewrite *w, Node *n)
{
	const Node *inner = n->in[0]->def;

	if (!is_view(inner) || inner->in[0]->dtype != n->out[0]->dtype)
		return NULL;
	return reshape_to(w->g, n, inner->in[0], &n->out[0]->shape);
}

static Value *constant_shape(Rewrite *w, Node *n)
{
	return is_const(n->in[1]) ? NULL : reshape_to(w->g, n, n->in[0], &n->out[0]->shape);
}

/* Expand's shape: 1 keeps a size. */
static Value *constant_expand(Rewrite *w, Node *n)
{
	const Shape *x = &n->in[0]->shape, *y = &n->out[0]->shape;
	int64_t constant[MAX_RANK];

	if (is_const(n->in[1]))
		return NULL;
	for (int i = 0; i < y->rank; i++) {
		int from = i - (y->rank - x->rank);
		if (dim_known(y->dim[i]))
			constant[i] = y->dim[i].k;
		else if (from >= 0 && dim_same(x->dim[from], y->dim[i]))
			constant[i] = 1;
		else
			return NULL;
	}
	return put(w->g, n, "Expand", n->in[0], value_i64(w->g, y->rank, constant), END_IN);
}

/* ---- past pointwise nodes, where views then cancel ---- */

#define DEPTH 4 /* pointwise nodes between two views */

static bool is_scalar_const(const Value *v, const Shape *to)
{
	return is_const(v) && v->data->count == 1 && v->shape.rank <= to->rank;
}

/* Can v, of shape `now`, be computed in shape `to` right away, with the view that it comes from gone? */
static bool can_undo(const Rewrite *w, const Value *v, const Shape *now, const Shape *to, int depth)
{
	const Node *n = v->def;
	bool gains = false;

	if (!n || !shape_same(&v->shape, now))
		return false;
	if (is_view(n))
		return shape_same(&n->in[0]->shape, to);
	if (depth == 0 || !is_elementwise(n) || !used_once(w, v))
		return false;
	for (int i = 0; i < n->nin; i++) {
		if (!n->in[i] || is_scalar_const(n->in[i], to))
			continue;
		if (!can_undo(w, n->in[i], now, to, depth - 1))
			return false;
		gains = true;
	}
	return gains;
}

static Value *undo(Rewrite *w, Value *v, const Shape *to)
{
	Node *n = v->def;

	if (!n || is_scalar_const(v, to))
		return v;
	if (is_view(n))
		return n->in[0];
	Value **in = NEW_N(&w->g->ctx->scratch, Value *, n->nin);
	for (int i = 0; i < n->nin; i++)
		in[i] = n->in[i] ? undo(w, n->in[i], to) : NULL;
	return rewrite_inputs(w->g, n, n->nin, in);
}

static Value *cancel_past_pointwise(Rewrite *w, Node *n)
{
	Value *x = n->in[0];
	const Shape *to = &n->out[0]->shape;

	if (!x->def || is_view(x->def) || !can_undo(w, x, &x->shape, to, DEPTH))
		return NULL;
	return undo(w, x, to);
}

const Rule reshape_rules[] = {
	{"Reshape", "Reshape(view(x)) -> Reshape(x)", merge_views},
	{"Flatten", "Flatten(view(x)) -> Reshape(x)", merge_views},
	{"Squeeze", "Squeeze(view(x)) -> Reshape(x)", merge_views},
	{"Unsqueeze", "Unsqueeze(view(x)) -> Reshape(x)", merge_views},
	{"Reshape", "Reshape(x, computed) -> Reshape(x, constant)", constant_shape},
	{"Expand", "Expand(x, computed) -> Expand(x, constant)", constant_expand},
	{"Reshape", "view(pointwise(view(x))) -> pointwise(x)", cancel_past_pointwise},
	{"Flatten", "view(pointwise(view(x))) -> pointwise(x)", cancel_past_pointwise},
	{"Squeeze", "view(pointwise(view(x))) -> pointwise(x)", cancel_past_pointwise},
	{"Unsqueeze", "view(pointwise(view(x))) -> pointwise(x)", cancel_past_pointwise},
	{0},
};
