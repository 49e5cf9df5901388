/* elimination.c -- see elimination.h. Turn k of the loop takes column k. Rows stay where they are: `free` tells which have
 * not been a pivot's yet, and their order is made up for behind.
 *
 *     p = the free row with the largest |a[p, k]|                             it is free no more
 *
 * determinants:   a -= a[.., k] / pivot * row p                               d *= pivot, or -pivot where an odd number of
 *                                                                             free rows lies above row p
 * solved (Jordan): row p /= pivot;  row i -= a[i, k] * row p, for all others  row k of the result is row p of turn k
 *
 * A Scan over the numbers of the columns, whose states are the matrices, which rows are free, and the determinants so far. */
#include "ir/op/elimination.h"
#include "ir/op/reduce.h"
#include "ir/op/scan.h"
#include "ir/op/trust.h"

/* One turn in the making, inside of the body. All matrices at once: their number comes first. */
typedef struct Turn {
	Graph *g;
	const Node *n;
	Value *a, *free;     /* [count, n, m]; [count, n, 1] */
	Value *k, *i;        /* [1]: the column; [n, 1]: the rows' numbers */
	Value *column;       /* a[.., k], [count, n, 1] */
	Value *p;            /* [count, 1, 1] */
	Value *row, *pivot;  /* row p, [count, 1, m]; its element in column k */
} Turn;

static Value *with(const Turn *t, const char *op, Value *a, Value *b) { return binary(t->g, t->n, op, a, b); }

static Value *where(const Turn *t, Value *is, Value *a, Value *b) { return put(t->g, t->n, "Where", is, a, b, END_IN); }

static Value *constant(const Turn *t, double x) { return value_scalar(t->g, t->a->dtype, x); }

/* v[.., k], the last axis stays. */
static Value *at_k(const Turn *t, Value *v) { return put_attr(t->g, t->n, "Gather", &(struct Gather){2}, v, t->k, END_IN); }

static Value *row_p(const Turn *t)
{
	return put_attr(t->g, t->n, "GatherND", &(struct GatherND){1}, t->a, t->p, END_IN);
}

static void find_pivot(Turn *t)
{
	t->column = at_k(t, t->a);
	Value *size = where(t, t->free, put(t->g, t->n, "Abs", t->column, END_IN), constant(t, -1));

	t->p = put_attr(t->g, t->n, "ArgMax", &(struct ArgReduce){1, 1, 0}, size, END_IN);
	t->row = row_p(t);
	t->pivot = at_k(t, t->row);
}

/* But for row p. */
static Value *still_free(const Turn *t)
{
	return with(t, "And", t->free, put(t->g, t->n, "Not", with(t, "Equal", t->i, t->p), END_IN));
}

/* An outer product, [count, n, 1] x [count, 1, m]: its factors are there before any row changes, so that a can change in place. */
static Value *less(const Turn *t, Value *times, Value *row) { return with(t, "Sub", t->a, with(t, "MatMul", times, row)); }

/* Rows that are not free become zeros. In a column of zeros there is nothing to take away. */
static Value *taken_below(const Turn *t)
{
	Value *times = with(t, "Div", t->column, t->pivot);

	return less(t, where(t, with(t, "Equal", t->pivot, constant(t, 0)), constant(t, 0), times), t->row);
}

static Value *taken_everywhere(const Turn *t)
{
	Value *row = with(t, "Div", t->row, t->pivot);

	return where(t, with(t, "Equal", t->i, t->p), row, less(t, t->column, row));
}

static Value *next_determinant(const Turn *t, Value *d)
{
	Value *is_above = with(t, "And", t->free, with(t, "Less", t->i, t->p));
	Value *signs = where(t, is_above, constant(t, -1), constant(t, 1));

	return with(t, "Mul", d, with(t, "Mul", t->pivot, reduced(t->g, t->n, "ReduceProd", signs, 1, true)));
}

/* ---- the loop ---- */

/* A turn with its first two states, the matrices and their free rows. */
static Turn open_turn(Graph *g, const Node *like, Value *a)
{
	Turn t = {.g = graph_new(g->ctx, g->syms, like->name, g), .n = like};
	Shape rows = {3, {a->shape.dim[0], a->shape.dim[1], dim(1)}};

	t.a = value_input(t.g, "a", a->dtype, &a->shape);
	t.free = value_input(t.g, "free", BOOL, &rows);
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
	return node_control(g, &op_Scan, like, states + 2, state, t->g->nout, attr, 1, &t->g);
}

/* x for each matrix, and each of so many rows. */
static Value *for_rows(Graph *g, const Node *like, Value *a, Dim rows, Value *x)
{
	Shape s = {3, {a->shape.dim[0], rows, dim(1)}};

	return put(g, like, "Expand", x, shape_as_value(g, like, a, &s), END_IN);
}

Value *determinants(Graph *g, const Node *like, Value *a)
{
	Value *all = for_rows(g, like, a, a->shape.dim[1], value_scalar(g, BOOL, 1));
	Value *first = for_rows(g, like, a, dim(1), value_scalar(g, a->dtype, 1));
	Value *state[] = {a, all, first, NULL, NULL};
	Turn t = open_turn(g, like, a);
	Value *d = value_input(t.g, "d", a->dtype, &first->shape);

	take_column(&t);
	graph_output(t.g, taken_below(&t), NULL);
	graph_output(t.g, still_free(&t), NULL);
	graph_output(t.g, next_determinant(&t, d), NULL);
	return close_turn(g, like, &t, 3, state)->out[2];
}

Value *solved(Graph *g, const Node *like, Value *a)
{
	const int64_t by_matrix[] = {1, 0, 2, 3};
	Value *state[] = {a, for_rows(g, like, a, a->shape.dim[1], value_scalar(g, BOOL, 1)), NULL, NULL};
	Turn t = open_turn(g, like, a);

	take_column(&t);
	graph_output(t.g, taken_everywhere(&t), NULL);
	graph_output(t.g, still_free(&t), NULL);
	graph_output(t.g, t.p, NULL);
	Node *loop = close_turn(g, like, &t, 2, state);
	Value *p = transposed(g, like, loop->out[2], 4, by_matrix);
	p = shaped_as(g, like, p, &t.free->shape);
	return put_attr(g, like, "GatherND", &(struct GatherND){1}, loop->out[0], p, END_IN);
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
