/* unique.c -- Unique (11): the different elements (or slices along an axis), where each stood first, which one stands at
 * every place, and how often each occurs; in ascending order, or in that of their first occurrence.
 *
 *     x = 2 1 1 3 4 3      y = 1 2 3 4      indices 1 0 3 4      inverse 1 0 0 2 3 2      counts 2 1 2 1
 *
 * Rows are put in order, by their last element first, then by the one before, where equal ones stay as they are; so equal
 * rows are neighbours. Numbers are told by their keys (see topk.c), so that there is one NaN. Rows of many elements are
 * compared with each other, n^2 of them, in vectors: row i is a first one if no earlier row is equal, and
 *
 *     place[i] = number of first rows that come before it: smaller ones, or earlier ones
 *
 * How many there are is given by the file, or counted (see counted.h).
 *
 * com.microsoft has a Unique of vectors, unsorted, with no indices among its outputs. */
#include "ir/op/chosen.h"
#include "ir/op/reduce.h"

enum { NO_AXIS = INT32_MIN, LONGEST = 1 << 12, WIDEST = 64, Y = 0, INDICES, INVERSE, COUNTS };

struct Unique {
	int64_t axis; /* NO_AXIS: all elements in a row */
	int64_t sorted;
};

static int axis_of(Graph *g, const Node *n)
{
	int64_t axis = ATTR_OF(n, Unique)->axis;

	return axis == NO_AXIS ? -1 : (int)fix_axis(g, n, axis, n->in[0]->shape.rank);
}

/* Which of the node's outputs that is; n->nout where it has none such. */
static int slot_of(const Node *n, int what)
{
	if (!n->op->domain)
		return what;
	return what == Y ? 0 : what == INDICES ? n->nout : what - 1;
}

/* Someone asks for that output, or its size is known: what a model leaves out has no name. */
static bool is_asked(const Node *n, int slot)
{
	return wants(n, slot) && (*n->out[slot]->name || n->out[slot]->shape.rank >= 0);
}

/* The first output that says how many different ones there are; -1: only the inverse is asked for. */
static int counting_slot(const Node *n)
{
	static const int counting[] = {Y, COUNTS, INDICES};

	for (int i = 0; i < 3; i++)
		if (is_asked(n, slot_of(n, counting[i])))
			return slot_of(n, counting[i]);
	return wants(n, Y) && !is_asked(n, slot_of(n, INVERSE)) ? Y : -1;
}

static Dim different(Graph *g, const Node *n, int axis, Dim all)
{
	int slot = counting_slot(n);

	if (slot < 0)
		return counted_apart(g, n, "kinds", dim_hi(g->syms, all));
	if (slot == Y && axis >= 0)
		return counted_size(g, n, slot, n->in[0]->shape.rank, axis, all);
	return counted_size(g, n, slot, 1, 0, all);
}

/* Elements of a row. */
static Dim width_of(Graph *g, const Node *n, int axis)
{
	const Shape *x = &n->in[0]->shape;
	Dim width = dim(1);

	for (int k = 0; axis >= 0 && k < x->rank; k++)
		if (k != axis)
			width = dim_mul(g->syms, width, x->dim[k]);
	return width;
}

/* Rows are a few elements. */
static bool is_put_in_order(Graph *g, const Node *n, int axis)
{
	Dim width = width_of(g, n, axis);

	return dim_known(width) && width.k > 0 && width.k <= WIDEST;
}

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	int axis = axis_of(g, n);
	Shape y = n->in[0]->shape, line = {.rank = 1};
	Dim all = axis < 0 ? shape_count(g, &y) : y.dim[axis];
	if (dim_known(all) && all.k > LONGEST && !is_put_in_order(g, n, axis))
		fail_unsupported(g, n, "the different ones of %lld long rows; up to %d are supported", (long long)all.k, LONGEST);
	line.dim[0] = counting_slot(n) >= 0 ? different(g, n, axis, all) : all;
	if (axis < 0)
		y = line;
	else
		y.dim[axis] = line.dim[0];
	set_out(g, n, Y, n->in[0]->dtype, &y);
	set_out(g, n, slot_of(n, INDICES), I64, &line);
	set_out(g, n, slot_of(n, COUNTS), I64, &line);
	line.dim[0] = all;
	set_out(g, n, slot_of(n, INVERSE), I64, &line);
}

/* Where there is no row, none differs: y is x, and the other outputs are empty. */
static void give_none(Graph *g, Node *n, int axis)
{
	replace_out(g, n, Y, axis < 0 ? flat(g, n, n->in[0]) : n->in[0]);
	for (int i = INDICES; i <= COUNTS; i++)
		replace_out(g, n, slot_of(n, i), value_i64(g, 0, NULL));
}

/* The elements as rows [all, width]. */
static Value *rows_of_input(Graph *g, Node *n, int axis)
{
	const Shape *x = &n->in[0]->shape;
	int64_t perm[MAX_RANK] = {axis};
	Dim width = width_of(g, n, axis);

	if (axis < 0)
		return shaped_as(g, n, n->in[0], &(Shape){2, {shape_count(g, x), width}});
	for (int k = 0, to = 1; k < x->rank; k++)
		if (k != axis)
			perm[to++] = k;
	return shaped_as(g, n, transposed(g, n, n->in[0], x->rank, perm), &(Shape){2, {x->dim[axis], width}});
}

/* The outputs but for Y, whose elements are those at `indices`. */
typedef struct Kinds {
	Value *indices, *inverse, *counts;
} Kinds;

static Value *any_along(Graph *g, const Node *n, Value *v, int64_t axis) { return reduced(g, n, "ReduceMax", v, axis, false); }

/* ---- rows, put in order ---- */

/* Their keys in order, [all, width], and in `from` where they come from. */
static Value *keys_in_order(Graph *g, Node *n, int axis, Dim all, Value **from)
{
	Value *x = rows_of_input(g, n, axis), *size = dims_as_value(g, n, n->in[0], &all, 1);
	x = x->dtype == BOOL ? cast_value(g, n, x, U8) : x;
	Value *key = x->dtype == STR ? x : put_attr(g, n, "tcc.Key", &(struct TopK){.axis = -1}, x, END_IN);

	*from = NULL;
	for (int64_t k = key->shape.dim[1].k - 1; k >= 0; k--) {
		Value *column = picked(g, n, key, value_scalar(g, I64, (double)k), 1);
		Value *order = put(g, n, "tcc.Order", *from ? picked(g, n, column, *from, 0) : column, size, END_IN);
		*from = *from ? picked(g, n, *from, order, 0) : order;
	}
	return picked(g, n, key, *from, 0);
}

/* Unlike the keys before it. */
static Value *begins(Graph *g, const Node *n, Value *key)
{
	Value *i = counted(g, n, key, 0), *one = value_scalar(g, I64, 1), *zero = value_scalar(g, I64, 0);
	Value *before = picked(g, n, key, binary(g, n, "Max", binary(g, n, "Sub", i, one), zero), 0);
	Value *other = put(g, n, "Not", binary(g, n, "Equal", key, before), END_IN);

	return binary(g, n, "Or", binary(g, n, "Equal", i, zero), any_along(g, n, other, 1));
}

/* v with to[i] = what[i]; each place comes up once. */
static Value *placed(Graph *g, const Node *n, Value *v, Value *to, Value *what)
{
	return put(g, n, "ScatterElements", v, to, what, END_IN);
}

/* From where a kind begins to where the next one does, or to the end. */
static Value *lengths(Graph *g, const Node *n, Value *begin, Value *all)
{
	Value *next = binary(g, n, "Add", counted(g, n, begin, 0), value_scalar(g, I64, 1)), *number = size_of(g, n, begin, 0);
	Value *last = binary(g, n, "Sub", number, value_scalar(g, I64, 1));
	Value *end = picked(g, n, begin, binary(g, n, "Min", next, last), 0);

	end = put(g, n, "Where", binary(g, n, "Less", next, number), end, all, END_IN);
	return binary(g, n, "Sub", end, begin);
}

/* Kinds in the order in which they come up first. */
static Kinds as_they_stand(Graph *g, const Node *n, const Kinds *k)
{
	Value *order = put(g, n, "tcc.Order", k->indices, put(g, n, "Shape", k->indices, END_IN), END_IN);
	Value *place = placed(g, n, order, order, counted(g, n, order, 0));

	return (Kinds){picked(g, n, k->indices, order, 0), picked(g, n, place, k->inverse, 0), picked(g, n, k->counts, order, 0)};
}

static Kinds kinds_in_order(Graph *g, Node *n, int axis, Dim all)
{
	Value *from, *key = keys_in_order(g, n, axis, all, &from), *first = begins(g, n, key), *one = value_scalar(g, I64, 1);
	Value *begin = positions_chosen(g, n, first, different(g, n, axis, all));
	Value *sum = put_attr(g, n, "CumSum", &(struct Cumulate){0}, cast_value(g, n, first, I64), value_scalar(g, I64, 0), END_IN);
	Kinds k = {picked(g, n, from, begin, 0), placed(g, n, from, from, binary(g, n, "Sub", sum, one)),
		   lengths(g, n, begin, size_of(g, n, key, 0))};

	return ATTR_OF(n, Unique)->sorted ? k : as_they_stand(g, n, &k);
}

/* ---- rows, compared with each other ---- */

typedef struct Compared {
	Value *same, *less; /* bool[all, all]: row i equals row j, row i comes before row j */
} Compared;

/* The first element that differs decides. */
static Compared compared(Graph *g, Node *n, Value *rows)
{
	int64_t first = 0, second = 1;
	Value *a = with_axes(g, n, rows, 1, &second), *b = with_axes(g, n, rows, 1, &first);
	Value *same = binary(g, n, "Equal", a, b), *other = cast_value(g, n, put(g, n, "Not", same, END_IN), I64);
	Value *before = put_attr(g, n, "CumSum", &(struct Cumulate){.exclusive = 1}, other, value_scalar(g, I64, 2), END_IN);
	Value *decides = binary(g, n, "Equal", before, value_scalar(g, I64, 0));
	Value *number = rows->dtype == BOOL ? cast_value(g, n, rows, I64) : rows;
	Value *less = binary(g, n, rows->dtype == STR ? "tcc.LessText" : "Less", with_axes(g, n, number, 1, &second),
			     with_axes(g, n, number, 1, &first));
	return (Compared){reduced(g, n, "ReduceMin", same, 2, false),
			  any_along(g, n, binary(g, n, "And", decides, less), 2)};
}

/* A row vector and a column vector, to be compared with each other. */
static Value *as_row(Graph *g, const Node *n, Value *v) { return with_axes(g, n, v, 1, &(int64_t){0}); }
static Value *as_column(Graph *g, const Node *n, Value *v) { return with_axes(g, n, v, 1, &(int64_t){1}); }

/* bool[all, all]: i < j */
static Value *earlier(Graph *g, const Node *n, Value *rows)
{
	Value *i = counted(g, n, rows, 0);

	return binary(g, n, "Less", as_column(g, n, i), as_row(g, n, i));
}

static Value *sum_of(Graph *g, const Node *n, Value *v, int64_t axis)
{
	return reduced(g, n, "ReduceSum", cast_value(g, n, v, I64), axis, false);
}

/* i64[so many as `found`, all]: where `place` is the row's number. */
static Value *at_place(Graph *g, const Node *n, Value *place, Value *found)
{
	return cast_value(g, n, binary(g, n, "Equal", as_row(g, n, place), as_column(g, n, counted(g, n, found, 0))), I64);
}

static Kinds kinds_of_rows(Graph *g, Node *n, int axis, Dim all)
{
	Value *rows = rows_of_input(g, n, axis);
	Value *sooner = earlier(g, n, rows);
	Compared c = compared(g, n, rows);
	Value *again = any_along(g, n, binary(g, n, "And", c.same, sooner), 0), *is_first = put(g, n, "Not", again, END_IN);
	Value *found = positions_chosen(g, n, is_first, different(g, n, axis, all)); /* the first ones as they stand */
	Value *firsts = as_column(g, n, is_first), *before = ATTR_OF(n, Unique)->sorted ? c.less : sooner;
	Value *place = sum_of(g, n, binary(g, n, "And", before, firsts), 0);
	Value *order = put_attr(g, n, "ArgMax", &(struct ArgReduce){.axis = 1}, at_place(g, n, picked(g, n, place, found, 0), found),
				END_IN);
	Value *kind = cast_value(g, n, binary(g, n, "And", c.same, firsts), I64); /* [i, j]: j's kind stands first at i */
	Value *inverse = sum_of(g, n, binary(g, n, "Mul", kind, as_column(g, n, place)), 0);

	return (Kinds){picked(g, n, found, order, 0), inverse, sum_of(g, n, at_place(g, n, inverse, found), 1)};
}

static void expand(Graph *g, Node *n)
{
	int axis = axis_of(g, n);
	const Shape *x = &n->in[0]->shape;
	Dim all = axis < 0 ? shape_count(g, x) : x->dim[axis];

	if (dim_is(all, 0)) {
		give_none(g, n, axis);
		return;
	}
	Kinds k = is_put_in_order(g, n, axis) ? kinds_in_order(g, n, axis, all) : kinds_of_rows(g, n, axis, all);
	replace_out(g, n, Y, picked(g, n, axis < 0 ? flat(g, n, n->in[0]) : n->in[0], k.indices, axis < 0 ? 0 : axis));
	replace_out(g, n, slot_of(n, INDICES), k.indices);
	replace_out(g, n, slot_of(n, INVERSE), k.inverse);
	replace_out(g, n, slot_of(n, COUNTS), k.counts);
}

static const Attr attrs[] = {ATTR_INT(Unique, axis, NO_AXIS), ATTR_INT(Unique, sorted, 1), {0}};

const Op op_Unique = {
	.name = "Unique", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 4, .flags = CHOOSES,
	.attrs = attrs, .attr_size = sizeof(struct Unique),
	.types = "fiubs", .infer = infer, .eval = eval_expansion, .expand = expand,
};

static void ort_infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 1, 1);
	infer(g, n);
}

static const Attr ort_attrs[] = {{0}}; /* axis and sorted are 0 */

const Op op_ort_Unique = {
	.name = "Unique", .domain = "com.microsoft", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 3, .flags = CHOOSES,
	.attrs = ort_attrs, .attr_size = sizeof(struct Unique),
	.types = "fiubs", .infer = ort_infer, .eval = eval_expansion, .expand = expand,
};
