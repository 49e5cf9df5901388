/* reshape.c -- Reshape, Flatten, Squeeze, Unsqueeze: another shape over the same elements in the same order.
 *
 *     y[at] = x[unflatten(flatten(at))]
 *
 * Sizes are matched in segments whose products agree, so that most indices pass straight through:
 *     [b, s, 768] -> [b, s, 12, 64]   is   b | b,  s | s,  768 | 12, 64 */
#include "ir/op/counted.h"

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	if (in[0]->count != out[0]->count)
		fail_node(e->g, n, "E-SHAPE", "%lld elements cannot become %lld", (long long)in[0]->count, (long long)out[0]->count);
	for (int64_t i = 0; i < out[0]->count; i++)
		move_element(out[0], i, in[0], i);
}

/* ---- lower ---- */

static Shape part(const Shape *s, int from, int to) { return shape_of(to - from, s->dim + from); }

/* The shortest parts of x and y from i and j on with equal products; all of the rest where there are none. */
static void segment_end(Graph *g, const Shape *x, int i, const Shape *y, int j, int *iend, int *jend)
{
	int longest = x->rank - i + y->rank - j;
	for (int total = 1; total < longest; total++)
		for (int a = 0; a <= total; a++) {
			*iend = i + a;
			*jend = j + total - a;
			if (*iend > x->rank || *jend > y->rank)
				continue;
			Shape xs = part(x, i, *iend), ys = part(y, j, *jend);
			if (dim_same(shape_count(g, &xs), shape_count(g, &ys)))
				return;
		}
	*iend = x->rank;
	*jend = y->rank;
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *x = &n->in[0]->shape, *y = &n->out[slot]->shape;
	Expr *index[MAX_RANK];
	for (int i = 0, j = 0, iend, jend; i < x->rank || j < y->rank; i = iend, j = jend) {
		segment_end(lower_graph(l), x, i, y, j, &iend, &jend);
		Shape xs = part(x, i, iend), ys = part(y, j, jend);
		if (xs.rank == 1 && ys.rank == 1)
			index[i] = at[j];
		else
			unflatten(l, &xs, flatten(l, &ys, at + j), index + i);
	}
	return in(l, n, 0, index);
}

/* ---- infer ---- */

static void set_shape(Graph *g, Node *n, const Shape *s)
{
	int count;
	const Dim *contents = content_of(g, n, 0, &count);
	set_out(g, n, 0, n->in[0]->dtype, s);
	if (contents && n->out[0])
		set_content(g, n->out[0], count, contents);
}

/* The size that -1 stands for: sizes that occur on both sides cancel first. */
static Dim remaining(Graph *g, const Node *n, const Shape *x, const Shape *y, int unknown)
{
	bool used[MAX_RANK] = {false};
	Dim rest = dim(1), total = dim(1);
	for (int j = 0; j < y->rank; j++) {
		int i = 0;
		while (i < x->rank && (used[i] || dim_known(x->dim[i]) || !dim_same(x->dim[i], y->dim[j])))
			i++;
		if (j != unknown && i < x->rank)
			used[i] = true;
		else if (j != unknown)
			rest = dim_mul(g->syms, rest, y->dim[j]);
	}
	for (int i = 0; i < x->rank; i++)
		if (!used[i])
			total = dim_mul(g->syms, total, x->dim[i]);
	if (dim_is(rest, 0) || (dim_known(rest) && dim_known(total) && total.k % rest.k != 0))
		fail_node(g, n, "E-SHAPE", "%s elements cannot fill a size of -1 beside sizes with product %s",
			  dim_text(g->syms, total), dim_text(g->syms, rest));
	return dim_floordiv(g->syms, total, rest);
}

/* Where only the run can tell, it is asked whether the elements are as many. */
static void check_count(Graph *g, const Node *n, const Shape *x, const Shape *y)
{
	Dim have = shape_count(g, x), want = shape_count(g, y);
	if (dim_same(have, want))
		return;
	if (dim_known(have) && dim_known(want))
		fail_node(g, n, "E-SHAPE", "shape %s has %s elements but shape %s has %s", shape_text(g, x),
			  dim_text(g->syms, have), shape_text(g, y), dim_text(g->syms, want));
	dim_assume_equal(g->syms, have, want, false);
}

/* The sizes, where data decide them; one that stands alone can be no more than there are elements. */
static Shape decided_shape(Graph *g, const Node *n)
{
	int64_t rank = rank_size(g, n, shape_count(g, &n->in[1]->shape), output_rank(n));
	if (rank > MAX_RANK)
		fail_unsupported(g, n, "rank %lld is above the limit of %d", (long long)rank, MAX_RANK);
	Shape y = {.rank = (int)rank};
	for (int k = 0; k < y.rank; k++)
		y.dim[k] = y.rank == 1 ? shape_count(g, &n->in[0]->shape) : NO_BOUND;
	return counted_shape(g, n, 0, &y, (1u << y.rank) - 1);
}

static void infer_reshape(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	const Shape *x = &n->in[0]->shape;
	int count, unknown = -1;
	if (by_data(g, n, 1)) {
		Shape y = decided_shape(g, n);
		if (shape_known(&y))
			check_count(g, n, x, &y);
		set_out(g, n, 0, n->in[0]->dtype, &y);
		return;
	}
	const Dim *want = need_content(g, n, 1, &count);
	if (count > MAX_RANK)
		fail_unsupported(g, n, "rank %d is above the limit of %d", count, MAX_RANK);
	Shape y = shape_of(count, want);
	for (int k = 0; k < count; k++) {
		if (dim_is(want[k], -1)) {
			if (unknown >= 0)
				fail_node(g, n, "E-SHAPE", "the new shape has more than one size of -1");
			unknown = k;
		} else if (dim_is(want[k], 0) && !ATTR_OF(n, Reshape)->allowzero) {
			if (k >= x->rank)
				fail_node(g, n, "E-SHAPE", "size %d is 0 (copied) but the input has rank %d", k,
					  x->rank);
			y.dim[k] = x->dim[k];
		} else if (dim_hi(g->syms, want[k]) < 0) {
			fail_node(g, n, "E-SHAPE", "size %d is %s; it must be -1 or more", k,
				  dim_text(g->syms, want[k]));
		}
	}
	if (unknown >= 0)
		y.dim[unknown] = remaining(g, n, x, &y, unknown);
	else
		check_count(g, n, x, &y);
	set_shape(g, n, &y);
}

/* The sizes that `given` means: 0 is the size of x there, -1 what is left of all elements. */
static Value *meant_sizes(Graph *g, Node *n, Value *given, int rank)
{
	const Shape *x = &n->in[0]->shape;
	Value *zero = number(g, 0), *one = number(g, 1), *all = as_vector(g, n, put(g, n, "Size", n->in[0], END_IN));
	int kept = x->rank < rank ? x->rank : rank;
	if (kept && !ATTR_OF(n, Reshape)->allowzero) {
		Value *own = stretch(g, n, shape_value(g, n, n->in[0]), 0, kept);
		own = kept < rank ? joined(g, n, 0, own, copies_of(g, 0, rank - kept)) : own;
		given = put(g, n, "Where", binary(g, n, "Equal", given, zero), own, given, END_IN);
	}
	Value *left = binary(g, n, "Equal", given, number(g, -1));
	Value *others = reduced(g, n, "ReduceProd", put(g, n, "Where", left, one, given, END_IN), 0, true);
	return put(g, n, "Where", left, binary(g, n, "Div", all, others), given, END_IN);
}

/* Element at[] of the result is element  sum of at[k] * (product of the sizes behind k)  of all. */
static Value *by_position(Graph *g, Node *n, Value *const *size, int rank)
{
	Value *at = NULL, *step = value_scalar(g, I64, 1);
	for (int k = rank; k-- > 0;) {
		int64_t behind[MAX_RANK];
		for (int i = k + 1; i < rank; i++)
			behind[i - k - 1] = i - k;
		Value *i = binary(g, n, "Mul", count_up(g, n, size[k]), step);
		i = k + 1 < rank ? with_axes(g, n, i, rank - k - 1, behind) : i;
		at = at ? binary(g, n, "Add", at, i) : i;
		step = binary(g, n, "Mul", step, size[k]);
	}
	Value *all = reshaped(g, n, n->in[0], 1, (int64_t[]){-1});
	return at ? picked(g, n, all, at, 0) : reshaped(g, n, all, 0, NULL);
}

static void count_sizes(Graph *g, Node *n)
{
	const Shape *y = &n->out[0]->shape;
	Value *meant = meant_sizes(g, n, as_vector(g, n, n->in[1]), y->rank), *size[MAX_RANK];
	Value *all = put(g, n, "Size", n->in[0], END_IN);
	require(g, n, binary(g, n, "Equal", reduced(g, n, "ReduceProd", meant, 0, false), all));
	for (int k = 0; k < y->rank; k++)
		size[k] = counted_value(g, n, element(g, n, meant, k), y->dim[k]);
	value_replace(g, n->out[0], by_position(g, n, size, y->rank));
}

/* They are those of the result, of which 0 is one as it stands. */
static void settle_sizes_of_result(Graph *g, Node *n)
{
	struct Reshape *own = arena_copy(&g->ctx->perm, n->attr, sizeof *own);

	own->allowzero |= dim_is(shape_count(g, &n->out[0]->shape), 0);
	n->attr = own;
	settle_input(n, 1, sizes_value(g, &n->out[0]->shape));
}

/* Each size is that of the result, -1 (one of them), or 0 where x has the same. */
static void trust_reshape(Graph *g, Node *n)
{
	if (!by_data(g, n, 1))
		return;
	if (!shape_known(&n->in[0]->shape) || !shape_known(&n->out[0]->shape)) {
		count_sizes(g, n);
		return;
	}
	const Shape *x = &n->in[0]->shape, *y = &n->out[0]->shape;
	Shape told = *y, copied = *y;
	for (int k = 0; k < y->rank && !ATTR_OF(n, Reshape)->allowzero; k++) {
		bool same = k < x->rank && dim_same(x->dim[k], y->dim[k]);
		if (same)
			copied.dim[k] = dim(0);
		else if (dim_is(y->dim[k], 0)) /* which 0 does not mean */
			told.dim[k] = copied.dim[k] = dim(-1);
	}
	Value *given = as_vector(g, n, n->in[1]), *rest = binary(g, n, "Equal", given, number(g, -1));
	settle_sizes_of_result(g, n);
	Value *size = binary(g, n, "Or", binary(g, n, "Equal", given, sizes_value(g, &told)),
			     binary(g, n, "Equal", given, sizes_value(g, &copied)));
	require(g, n, binary(g, n, "Or", size, rest));
	Value *rests = reduced(g, n, "ReduceSum", cast_value(g, n, rest, I64), 0, false);
	require(g, n, binary(g, n, "Less", rests, value_scalar(g, I64, 2)));
}

static void infer_flatten(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	const Shape *x = &n->in[0]->shape;
	int64_t axis = ATTR_OF(n, Flatten)->axis;
	int at = axis == x->rank ? x->rank : (int)fix_axis(g, n, axis, x->rank);
	Shape outer = part(x, 0, at), inner = part(x, at, x->rank);
	Dim sizes[2] = {shape_count(g, &outer), shape_count(g, &inner)};
	Shape y = shape_of(2, sizes);
	set_shape(g, n, &y);
}

/* Axes to drop: those given, else every one of size 1. */
static unsigned squeezed(Graph *g, const Node *n, const Shape *x)
{
	unsigned set = 0;
	int count;
	if (has_in(n, 1)) {
		const int64_t *axes = const_i64(g, n, 1, &count);
		return axis_set(g, n, axes, count, x->rank);
	}
	for (int k = 0; k < x->rank; k++)
		set |= (unsigned)dim_is(x->dim[k], 1) << k;
	return set;
}

/* The larger shape without these axes, all of size 1, is the smaller one. */
static bool is_without(const Shape *larger, const Shape *smaller, unsigned axes)
{
	int k = 0;
	for (int i = 0; i < larger->rank; i++)
		if (axes >> i & 1 ? !dim_is(larger->dim[i], 1) : k == smaller->rank || !dim_same(larger->dim[i], smaller->dim[k++]))
			return false;
	return k == smaller->rank;
}

static bool squeeze_fits(const Node *n, unsigned axes) { return is_without(&n->in[0]->shape, &n->out[0]->shape, axes); }
static bool unsqueeze_fits(const Node *n, unsigned axes) { return is_without(&n->out[0]->shape, &n->in[0]->shape, axes); }

/* The one element along axes that are dropped; the run sees to it that there is one. */
static void take_ones(Graph *g, Node *n)
{
	Shape x = n->in[0]->shape;
	unsigned drop = squeezed(g, n, &x), open = 0, left = 0;
	for (int k = x.rank - 1; k >= 0; k--) {
		if (!(drop >> k & 1) || dim_is(x.dim[k], 1))
			continue;
		require(g, n, binary(g, n, "Equal", size_of(g, n, n->in[0], k), value_scalar(g, I64, 1)));
		settle_input(n, 0, picked(g, n, n->in[0], value_scalar(g, I64, 0), k));
		open |= 1u << k;
	}
	for (int k = 0; k < x.rank; k++)
		if ((drop & ~open) >> k & 1)
			left |= 1u << (k - __builtin_popcount(open & ((1u << k) - 1)));
	if (open)
		settle_input(n, 1, axes_value(g, left));
}

static void trust_squeeze(Graph *g, Node *n)
{
	unsigned sets[1 << MAX_RANK];
	bool more = n->op == &op_Unsqueeze;
	if (!is_trusted(g, n, 1)) {
		if (!more)
			take_ones(g, n);
		return;
	}
	axes_settled(g, n, 1, (more ? n->out[0] : n->in[0])->shape.rank, more ? unsqueeze_fits : squeeze_fits, sets);
	settle_input(n, 1, axes_value(g, sets[0]));
}

/* The file has given the shape of the result. */
static bool squeeze_is_trusted(Graph *g, Node *n)
{
	Shape y = n->out[0]->shape;
	if (!is_trusted(g, n, 1))
		return false;
	check_count(g, n, &n->in[0]->shape, &y);
	set_shape(g, n, &y);
	return true;
}

static void infer_squeeze(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	if (squeeze_is_trusted(g, n))
		return;
	const Shape *x = &n->in[0]->shape;
	unsigned drop = squeezed(g, n, x);
	Shape y = {.rank = 0};
	for (int k = 0; k < x->rank; k++)
		if (!(drop >> k & 1))
			y.dim[y.rank++] = x->dim[k];
		else if (dim_lo(g->syms, x->dim[k]) > 1 || dim_hi(g->syms, x->dim[k]) < 1)
			one_size(g, n, x->dim[k], dim(1));
	set_shape(g, n, &y);
}

static void infer_unsqueeze(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	if (squeeze_is_trusted(g, n))
		return;
	const Shape *x = &n->in[0]->shape;
	int count;
	const int64_t *axes = const_i64(g, n, 1, &count);
	if (x->rank + count > MAX_RANK)
		fail_unsupported(g, n, "rank %d is above the limit of %d", x->rank + count, MAX_RANK);
	Shape y = {.rank = x->rank + count};
	unsigned fresh = axis_set(g, n, axes, count, y.rank);
	for (int k = 0, from = 0; k < y.rank; k++)
		y.dim[k] = fresh >> k & 1 ? dim(1) : x->dim[from++];
	set_shape(g, n, &y);
}

static const Attr reshape_attrs[] = {ATTR_INT(Reshape, allowzero, 0), {0}};
static const Attr flatten_attrs[] = {ATTR_INT(Flatten, axis, 1), {0}};

const Op op_Reshape = {
	.name = "Reshape", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = MOVES | ONCE,
	.attrs = reshape_attrs, .attr_size = sizeof(struct Reshape),
	.infer = infer_reshape, .trust = trust_reshape, .eval = eval, .lower = lower,
};
const Op op_Flatten = {
	.name = "Flatten", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = MOVES | ONCE,
	.attrs = flatten_attrs, .attr_size = sizeof(struct Flatten),
	.infer = infer_flatten, .eval = eval, .lower = lower,
};
const Op op_Squeeze = {
	.name = "Squeeze", .min_in = 1, .max_in = 2, .min_out = 1, .max_out = 1, .flags = MOVES | ONCE,
	.infer = infer_squeeze, .trust = trust_squeeze, .eval = eval, .lower = lower,
};
const Op op_Unsqueeze = {
	.name = "Unsqueeze", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .flags = MOVES | ONCE,
	.infer = infer_unsqueeze, .trust = trust_squeeze, .eval = eval, .lower = lower,
};
