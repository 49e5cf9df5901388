/* elimination.c -- see elimination.h. Turn k of the loop takes column k:
 *
 *     p = the row with the largest |a[p, k]| of those from k on               rows k and p change places
 *
 * determinants:   row i -= a[i, k] / pivot * row k, for all i below k         d *= pivot, or -pivot where p is not k
 * solved (Jordan): row k /= pivot;  row i -= a[i, k] * row k, for all others
 *
 * A Scan over the numbers of the columns, whose states are the matrices and the determinants so far. */
#include "ir/op/elimination.h"
#include "ir/op/reduce.h"
#include "ir/op/scan.h"
#include "ir/op/trust.h"

/* One turn in the making, inside of the body. All matrices at once: their number comes first. */
typedef struct Turn {
	Graph *g;
	const Node *n;
	Value *a, *k, *i;   /* [count, n, m]; [1]: the column; [n, 1]: the rows' numbers */
	Value *p;           /* [count, 1, 1] */
	Value *row, *pivot; /* row p, [count, 1, m]; its element in column k */
	Value *rest;        /* a, in which row p is what row k was */
} Turn;

static Value *with(const Turn *t, const char *op, Value *a, Value *b) { return binary(t->g, t->n, op, a, b); }

static Value *where(const Turn *t, Value *is, Value *a, Value *b) { return put(t->g, t->n, "Where", is, a, b, END_IN); }

/* v[.., k, ..] along an axis, which stays. */
static Value *at_k(const Turn *t, Value *v, int axis)
{
	return put_attr(t->g, t->n, "Gather", &(struct Gather){axis}, v, t->k, END_IN);
}

static Value *row_p(const Turn *t)
{
	return put_attr(t->g, t->n, "GatherND", &(struct GatherND){1}, t->a, t->p, END_IN);
}

static void find_pivot(Turn *t)
{
	Value *size = put(t->g, t->n, "Abs", at_k(t, t->a, 2), END_IN);
	Value *left = where(t, with(t, "Less", t->i, t->k), value_scalar(t->g, t->a->dtype, -1), size);

	t->p = put_attr(t->g, t->n, "ArgMax", &(struct ArgReduce){1, 1, 0}, left, END_IN);
	t->row = row_p(t);
	t->pivot = at_k(t, t->row, 2);
	t->rest = where(t, with(t, "Equal", t->i, t->p), at_k(t, t->a, 1), t->a);
}

/* The rows above and row k are read no more, whatever becomes of them. In a column of zeros there is nothing to take away. */
static Value *taken_below(const Turn *t)
{
	Value *zero = value_scalar(t->g, t->a->dtype, 0), *times = with(t, "Div", at_k(t, t->rest, 2), t->pivot);

	times = where(t, with(t, "Equal", t->pivot, zero), zero, times);
	return with(t, "Sub", t->rest, with(t, "Mul", times, t->row));
}

static Value *taken_everywhere(const Turn *t)
{
	Value *row = with(t, "Div", t->row, t->pivot), *others = with(t, "Mul", at_k(t, t->rest, 2), row);

	return where(t, with(t, "Equal", t->i, t->k), row, with(t, "Sub", t->rest, others));
}

static Value *next_determinant(const Turn *t, Value *d)
{
	Value *same = with(t, "Equal", t->p, t->k), *pivot = t->pivot;

	return with(t, "Mul", d, where(t, same, pivot, put(t->g, t->n, "Neg", pivot, END_IN)));
}

/* ---- the loop ---- */

/* A turn whose first state is the matrices. */
static Turn open_turn(Graph *g, const Node *like, Value *a)
{
	Turn t = {.g = graph_new(g->ctx, g->syms, like->name, g), .n = like};

	t.a = value_input(t.g, "a", a->dtype, &a->shape);
	return t;
}

/* What comes behind the states: the column, and the rows' numbers, which are the same in all turns. */
static void take_column(Turn *t)
{
	t->k = value_input(t->g, "k", I64, &(Shape){1, {dim(1)}});
	t->i = value_input(t->g, "i", I64, &(Shape){2, {t->a->shape.dim[1], dim(1)}});
	t->g->ncaptured = 1;
	find_pivot(t);
}

/* state[] goes in, what the body gives comes out; behind the states there are two places more. */
static Node *close_turn(Graph *g, const Node *like, Turn *t, int states, Value **state)
{
	struct scan *attr = attr_new(g, &op_Scan);
	const int64_t last = 1;
	Value *numbers = with_axes(g, like, counted(g, like, state[0], 1), 1, &last);

	attr->body = 0;
	attr->num_scan_inputs = 1;
	state[states] = state[states + 1] = numbers;
	return node_control(g, &op_Scan, like, states + 2, state, states, attr, 1, &t->g);
}

Value *determinants(Graph *g, const Node *like, Value *a)
{
	Shape one = {3, {a->shape.dim[0], dim(1), dim(1)}};
	Value *first = put(g, like, "Expand", value_scalar(g, a->dtype, 1), shape_as_value(g, like, a, &one), END_IN);
	Value *state[] = {a, first, NULL, NULL};
	Turn t = open_turn(g, like, a);
	Value *d = value_input(t.g, "d", a->dtype, &one);

	take_column(&t);
	graph_output(t.g, taken_below(&t), NULL);
	graph_output(t.g, next_determinant(&t, d), NULL);
	return close_turn(g, like, &t, 2, state)->out[1];
}

Value *solved(Graph *g, const Node *like, Value *a)
{
	Value *state[] = {a, NULL, NULL};
	Turn t = open_turn(g, like, a);

	take_column(&t);
	graph_output(t.g, taken_everywhere(&t), NULL);
	return close_turn(g, like, &t, 1, state)->out[0];
}

/* ---- what goes in ---- */

Dim square_rows(Graph *g, const Node *n)
{
	need_rank(g, n, 0, 2, MAX_RANK);
	const Shape *x = &n->in[0]->shape;
	Dim rows = x->dim[x->rank - 2], columns = x->dim[x->rank - 1];

	if (dim_apart(g->syms, rows, columns))
		fail_node(g, n, "E-SHAPE", "matrices of shape %s are not square", shape_text(g, x));
	return one_size(g, n, rows, columns);
}

Value *square_matrices(Graph *g, const Node *n)
{
	const Shape *x = &n->in[0]->shape;
	Shape lead = shape_of(x->rank - 2, x->dim);
	Dim rows = square_rows(g, n);
	Shape all = {3, {shape_count(g, &lead), rows, rows}};

	return shaped_as(g, n, cast_value(g, n, n->in[0], work_type(n->in[0]->dtype)), &all);
}
