/* trust.c -- see trust.h: the vectors and conditions that operators build when sizes hang on data. */
#include "ir/op/reduce.h"
#include "ir/op/trust.h"

void require(Graph *g, const Node *like, Value *condition)
{
	if (condition->shape.rank)
		condition = put_attr(g, like, "ReduceMin", &(struct Reduce){.keepdims = 0}, condition, END_IN);
	put(g, like, "tcc.Require", condition, END_IN);
}

/* ---- vectors ---- */

Value *sizes_value(Graph *g, const Shape *s)
{
	int64_t k[MAX_RANK];

	for (int i = 0; i < s->rank; i++)
		k[i] = s->dim[i].k;
	return value_i64(g, s->rank, k);
}

Value *as_vector(Graph *g, const Node *like, Value *v)
{
	v = cast_value(g, like, v, I64);
	return v->shape.rank == 1 ? v : reshaped(g, like, v, 1, (int64_t[]){-1});
}

Value *number(Graph *g, int64_t k) { return value_i64(g, 1, &k); }

Value *binary(Graph *g, const Node *like, const char *op, Value *a, Value *b)
{
	return put(g, like, op, a, b, END_IN);
}

Value *element(Graph *g, const Node *like, Value *v, int k)
{
	return put(g, like, "Gather", v, value_scalar(g, I64, k), END_IN);
}

Value *copies_of(Graph *g, int64_t k, int64_t n)
{
	int64_t *all = NEW_N(&g->ctx->scratch, int64_t, n);

	for (int64_t i = 0; i < n; i++)
		all[i] = k;
	return value_i64(g, (int)n, all);
}

Value *stretch(Graph *g, const Node *like, Value *v, int64_t from, int64_t to)
{
	return put(g, like, "Slice", v, number(g, from), number(g, to), number(g, 0), END_IN);
}

Value *within(Graph *g, const Node *like, Value *v, Value *lo, Value *hi)
{
	return binary(g, like, "Min", binary(g, like, "Max", v, lo), hi);
}

Value *from_front(Graph *g, const Node *like, Value *axes, int rank)
{
	Value *below = binary(g, like, "Less", axes, number(g, 0));

	return put(g, like, "Where", below, binary(g, like, "Add", axes, number(g, rank)), axes, END_IN);
}

Value *count_to(Graph *g, int64_t n)
{
	int64_t *k = NEW_N(&g->ctx->scratch, int64_t, n);

	for (int64_t i = 0; i < n; i++)
		k[i] = i;
	return value_i64(g, (int)n, k);
}

/* named[i, k]: axes[i] = k.   other + sum over i of named[i, k] * (v[i] - other) */
Value *by_axis(Graph *g, const Node *like, Value *axes, Value *v, int rank, int64_t other)
{
	int64_t last = 1;

	if (!axes)
		axes = count_to(g, v->shape.dim[0].k);
	axes = with_axes(g, like, from_front(g, like, axes, rank), 1, &last);
	Value *named = cast_value(g, like, binary(g, like, "Equal", axes, count_to(g, rank)), I64);
	Value *more = with_axes(g, like, binary(g, like, "Sub", v, number(g, other)), 1, &last);
	Value *sum = reduced(g, like, "ReduceSum", binary(g, like, "Mul", named, more), 0, false);
	return binary(g, like, "Add", sum, number(g, other));
}

void settle_input(Node *n, int slot, Value *v)
{
	n->in[slot] = v;
}

static void given_if(Graph *g, Node *n, bool possible)
{
	const Shape *x = &n->in[0]->shape;

	if (!possible || !shape_known(x))
		fail_node(g, n, "E-SHAPE", "shape %s cannot become %s", shape_text(g, x),
			  shape_text(g, &n->out[0]->shape));
	n->out[0]->dtype = n->in[0]->dtype;
}

void given_out(Graph *g, Node *n) { given_if(g, n, true); }

void take_given_shape(Graph *g, Node *n) { given_if(g, n, n->out[0]->shape.rank == n->in[0]->shape.rank); }

void settle_sizes(Graph *g, Node *n, int slot, const Shape *s)
{
	Value *given = as_vector(g, n, n->in[slot]);

	need_count(g, n, slot, s->rank);
	settle_input(n, slot, sizes_value(g, s));
	require(g, n, binary(g, n, "Equal", given, n->in[slot]));
}

Value *picked(Graph *g, const Node *like, Value *x, Value *index, int axis)
{
	return put_attr(g, like, "Gather", &(struct Gather){axis}, x, index, END_IN);
}

/* ---- a few settings ---- */

void rows_settled(Graph *g, Node *n, Value *given, const int64_t *row, int width, int count, WithRow *make)
{
	const struct Reduce whole = {.keepdims = 0};

	if (!count)
		fail_node(g, n, "E-SHAPE", "nothing that the data can say makes shape %s of %s",
			  shape_text(g, &n->out[0]->shape), shape_text(g, &n->in[0]->shape));
	Tensor *t = tensor_i64(&g->ctx->perm, count * width, row, false);
	Value *all = reshaped(g, n, value_const(g, NULL, t), 2, (int64_t[]){count, width});
	Value *is = put_attr(g, n, "ReduceMin", &whole, binary(g, n, "Equal", given, all), number(g, 1), END_IN), *y = NULL;
	for (int i = 0; i < count; i++) {
		Value *one = make(g, n, row + i * width);
		y = y ? put(g, n, "Where", element(g, n, is, i), one, y, END_IN) : one;
	}
	require(g, n, put_attr(g, n, "ReduceMax", &whole, is, END_IN));
	value_replace(g, n->out[0], y);
}

/* ---- sets of axes: one hexadecimal digit an axis, which counts how often the axis is named ---- */

static int64_t digits(unsigned set)
{
	int64_t sum = 0;

	for (int k = 0; k < MAX_RANK; k++)
		sum += (int64_t)(set >> k & 1) << 4 * k;
	return sum;
}

/* The digits that the data name. An axis up to `rank` beyond either end is none, one further out stops the run. */
static Value *digits_named(Graph *g, const Node *like, Value *axes, int rank)
{
	int64_t table[3 * MAX_RANK];

	for (int i = 0; i < 3 * rank; i++)
		table[i] = i < 2 * rank ? (int64_t)1 << 4 * (i % rank) : (int64_t)1 << 4 * MAX_RANK;
	Value *index = binary(g, like, "Add", as_vector(g, like, axes), number(g, rank));
	Value *digit = put(g, like, "Gather", value_i64(g, 3 * rank, table), index, END_IN);
	return reduced(g, like, "ReduceSum", digit, 0, true);
}

Value *names_one(Graph *g, const Node *like, Value *axes, int rank, const unsigned *sets, int n)
{
	int64_t want[1 << MAX_RANK];

	for (int i = 0; i < n; i++)
		want[i] = digits(sets[i]);
	Value *equal = binary(g, like, "Equal", digits_named(g, like, axes, rank), value_i64(g, n, want));
	return put_attr(g, like, "ReduceMax", &(struct Reduce){.keepdims = 0}, equal, END_IN);
}

Value *axes_value(Graph *g, unsigned set)
{
	int64_t axes[MAX_RANK];
	int n = 0;

	for (int k = 0; k < MAX_RANK; k++)
		if (set >> k & 1)
			axes[n++] = k;
	return value_i64(g, n, axes);
}

/* How many axes every set that fits has; -1 where they have not the same number. */
static int axes_that_fit(const Node *n, int rank, AxesFit *fits)
{
	int count = -1;

	for (unsigned set = 0; set < 1u << rank; set++)
		if (fits(n, set) && count >= 0 && __builtin_popcount(set) != count)
			return -1;
		else if (fits(n, set))
			count = __builtin_popcount(set);
	return count;
}

int axes_settled(Graph *g, Node *n, int slot, int rank, AxesFit *fits, unsigned *sets)
{
	int64_t count = rank_size(g, n, shape_count(g, &n->in[slot]->shape), axes_that_fit(n, rank, fits));
	int found = 0;

	for (unsigned set = 0; set < 1u << rank; set++)
		if (__builtin_popcount(set) == count && fits(n, set))
			sets[found++] = set;
	if (!found)
		fail_node(g, n, "E-SHAPE", "no %lld axes make shape %s of %s", (long long)count,
			  shape_text(g, &n->out[0]->shape), shape_text(g, &n->in[0]->shape));
	require(g, n, names_one(g, n, n->in[slot], rank, sets, found));
	return found;
}
