/* pad.c -- Pad: elements in front of and behind each axis; negative counts drop elements instead.
 *
 *     y[.., i, ..] = x[.., skip + source(i - before), ..]
 *     constant: the value outside 0..keep-1;  edge: clipped;  reflect: 3 2 1 | 0 1 2 3 | 2 1 0;  wrap: modulo */
#include "ir/op/nn.h"
#include "ir/op/counted.h"

/* pads: first the counts in front, then those behind, for `count` axes (NULL: the first ones). */
static void paddings(Graph *g, const Node *n, const Shape *x, int count, const Dim *pads, const int64_t *axes,
		     Padding *axis)
{
	Syms *s = g->syms;
	for (int k = 0; k < x->rank; k++)
		axis[k] = (Padding){.skip = dim(0), .keep = x->dim[k], .before = dim(0), .after = dim(0)};
	for (int i = 0; i < count; i++) {
		Padding *p = &axis[fix_axis(g, n, axes ? axes[i] : i, x->rank)];
		Dim drop = dim_min(s, pads[count + i], dim(0));
		p->before = dim_max(s, pads[i], dim(0));
		p->after = dim_max(s, pads[count + i], dim(0));
		p->skip = dim_sub(s, p->before, pads[i]);
		p->keep = dim_add(s, dim_sub(s, p->keep, p->skip), drop);
	}
}

void padding_of(Graph *g, const Node *n, Padding *axis)
{
	const Shape *x = &n->in[0]->shape;
	int npads, count = x->rank;
	const Dim *pads = need_content(g, n, 1, &npads);
	const int64_t *axes = has_in(n, 3) ? const_i64(g, n, 3, &count) : NULL;
	if (npads != 2 * count)
		fail_node(g, n, "E-SHAPE", "pads has %d elements; %d axes need %d", npads, count, 2 * count);
	if (axes)
		axis_set(g, n, axes, count, x->rank);
	paddings(g, n, x, count, pads, axes, axis);
}

static bool data_decide(Graph *g, const Node *n) { return by_data(g, n, 1) || by_data(g, n, 3); }

/* The axes to which data may add, as bits. */
static unsigned axes_padded(Graph *g, const Node *n)
{
	int count = n->in[0]->shape.rank, rank = count;
	unsigned open = (1u << rank) - 1;
	if (has_in(n, 3) && by_data(g, n, 3))
		return open;
	const int64_t *axes = has_in(n, 3) ? const_i64(g, n, 3, &count) : NULL;
	Dim pads[2 * MAX_RANK];
	open = axes ? axis_set(g, n, axes, count, rank) : open;
	known_among(g, n, 1, 2 * count, pads);
	for (int i = 0; i < count; i++)
		if (dim_is(pads[i], 0) && dim_is(pads[count + i], 0))
			open &= ~(1u << (axes ? fix_axis(g, n, axes[i], rank) : i));
	return open;
}

/* The sizes, where data decide how much is added. */
static Shape decided_shape(Graph *g, const Node *n)
{
	Shape y = n->in[0]->shape;
	unsigned open = axes_padded(g, n);
	for (int k = 0; k < y.rank; k++)
		y.dim[k] = open >> k & 1 ? NO_BOUND : y.dim[k];
	return counted_shape(g, n, 0, &y, open);
}

/* An axis that repeats an element has one. */
static void need_repeated(Graph *g, const Node *n, const Padding *axis)
{
	for (int k = 0; ATTR_OF(n, Pad)->mode != PAD_CONSTANT && k < n->in[0]->shape.rank; k++) {
		const Padding *p = &axis[k];
		Dim added = dim_add(g->syms, p->before, p->after);
		if (dim_is(p->keep, 0) && !dim_is(added, 0))
			fail_node(g, n, "E-SHAPE", "axis %d has no element to repeat", k);
		if (dim_lo(g->syms, p->keep) < 1)
			dim_assume_at_most(g->syms, dim_min(g->syms, added, dim(1)), p->keep);
	}
}

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	Shape y = n->in[0]->shape;
	Padding axis[MAX_RANK];
	if (has_in(n, 2)) {
		same_type(g, n, 0, 2);
		need_one(g, n, 2);
	}
	if (data_decide(g, n)) {
		y = decided_shape(g, n);
		set_out(g, n, 0, n->in[0]->dtype, &y);
		return;
	}
	padding_of(g, n, axis);
	for (int k = 0; k < y.rank; k++) {
		const Padding *p = &axis[k];
		if (dim_hi(g->syms, p->keep) < 0)
			fail_node(g, n, "E-SHAPE", "more than the %s elements of axis %d are dropped",
				  dim_text(g->syms, y.dim[k]), k);
		y.dim[k] = dim_add(g->syms, p->keep, dim_add(g->syms, p->before, p->after));
	}
	need_repeated(g, n, axis);
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

/* ---- pads that data decide: each axis is picked by a vector of positions ---- */

static Value *at_least(Graph *g, const Node *n, Value *v, int64_t least)
{
	return binary(g, n, "Max", v, value_scalar(g, I64, (double)least));
}

/* How one axis is padded: scalars. */
typedef struct Pads {
	Value *before, *after; /* dropped where negative */
	Value *size, *count;   /* of x, of the result */
} Pads;

/* The position of x for each one of the result. */
static Value *repeated_positions(Graph *g, const Node *n, const Pads *p)
{
	int64_t mode = ATTR_OF(n, Pad)->mode;
	Value *zero = value_scalar(g, I64, 0), *one = value_scalar(g, I64, 1);
	Value *skip = at_least(g, n, put(g, n, "Neg", p->before, END_IN), 0);
	Value *drop = at_least(g, n, put(g, n, "Neg", p->after, END_IN), 0);
	Value *keep = binary(g, n, "Sub", binary(g, n, "Sub", p->size, skip), drop), *last = binary(g, n, "Sub", keep, one);
	Value *i = binary(g, n, "Sub", count_up(g, n, p->count), at_least(g, n, p->before, 0));
	if (mode == PAD_EDGE)
		i = within(g, n, i, zero, last);
	else if (mode == PAD_WRAP)
		i = binary(g, n, "Mod", i, keep);
	else {
		Value *period = at_least(g, n, binary(g, n, "Add", last, last), 1);
		i = binary(g, n, "Mod", i, period);
		i = binary(g, n, "Min", i, binary(g, n, "Sub", period, i));
	}
	return binary(g, n, "Add", i, skip);
}

/* Along one axis: x picked, and `kept` false where it has no element. */
static Value *shifted(Graph *g, const Node *n, Value *x, int axis, const Pads *p, Value **kept)
{
	int64_t behind[MAX_RANK];
	int rank = n->in[0]->shape.rank;
	Value *i = binary(g, n, "Sub", count_up(g, n, p->count), p->before), *zero = value_scalar(g, I64, 0);
	Value *last = binary(g, n, "Sub", p->size, value_scalar(g, I64, 1));
	Value *is_in = binary(g, n, "And", binary(g, n, "GreaterOrEqual", i, zero), binary(g, n, "LessOrEqual", i, last));
	for (int k = axis + 1; k < rank; k++)
		behind[k - axis - 1] = k - axis;
	if (axis + 1 < rank)
		is_in = with_axes(g, n, is_in, rank - axis - 1, behind);
	*kept = *kept ? binary(g, n, "And", *kept, is_in) : is_in;
	return picked(g, n, x, within(g, n, i, zero, last), axis);
}

/* Axes that keep their size take no part. */
static Value *padded(Graph *g, Node *n, const Pads *axis)
{
	Value *y = n->in[0], *fill = has_in(n, 2) ? n->in[2] : value_scalar(g, y->dtype, 0), *kept = NULL;
	for (int k = 0; k < n->in[0]->shape.rank; k++)
		if (!axis[k].count)
			continue;
		else if (ATTR_OF(n, Pad)->mode == PAD_CONSTANT)
			y = shifted(g, n, y, k, &axis[k], &kept);
		else
			y = picked(g, n, y, repeated_positions(g, n, &axis[k]), k);
	return kept ? put(g, n, "Where", kept, y, fill, END_IN) : y;
}

/* Of a value without elements there is nothing to pick. */
static Value *filled(Graph *g, Node *n, const Pads *axis)
{
	int64_t first = 0;
	Value *fill = has_in(n, 2) ? n->in[2] : value_scalar(g, n->in[0]->dtype, 0), *sizes = NULL;
	for (int k = 0; k < n->in[0]->shape.rank; k++) {
		Value *size = with_axes(g, n, axis[k].count ? axis[k].count : axis[k].size, 1, &first);
		sizes = sizes ? joined(g, n, 0, sizes, size) : size;
	}
	return put(g, n, "Expand", fill, sizes, END_IN);
}

static void trust(Graph *g, Node *n)
{
	if (!data_decide(g, n))
		return;
	const Shape *x = &n->in[0]->shape, y = decided_shape(g, n);
	unsigned open = axes_padded(g, n);
	Value *pads = as_vector(g, n, n->in[1]), *axes = has_in(n, 3) ? as_vector(g, n, n->in[3]) : NULL;
	int64_t count = axes ? dim_number(g, n, axes->shape.dim[0]) : x->rank;
	Pads axis[MAX_RANK] = {{0}};
	need_count(g, n, 1, 2 * count);
	Value *before = by_axis(g, n, axes, stretch(g, n, pads, 0, count), x->rank, 0);
	Value *after = by_axis(g, n, axes, stretch(g, n, pads, count, 2 * count), x->rank, 0);
	for (int k = 0; k < x->rank; k++) {
		axis[k] = (Pads){element(g, n, before, k), element(g, n, after, k), size_of(g, n, n->in[0], k), NULL};
		if (!(open >> k & 1) || (dim_same(y.dim[k], x->dim[k]) && !dim_known(y.dim[k])))
			continue;
		Value *size = binary(g, n, "Add", binary(g, n, "Add", axis[k].before, axis[k].after), axis[k].size);
		axis[k].count = counted_value(g, n, size, y.dim[k]);
	}
	bool empty = dim_is(shape_count(g, x), 0);
	value_replace(g, n->out[0], empty ? filled(g, n, axis) : padded(g, n, axis));
}

/* ---- eval ---- */

/* The element of 0..size-1 that stands at i, which may lie outside; -1 for the constant. */
static int64_t source(int64_t mode, int64_t i, int64_t size)
{
	int64_t period = size > 1 ? 2 * (size - 1) : 1;
	if (i >= 0 && i < size)
		return i;
	switch (mode) {
	case PAD_EDGE:
		return i < 0 ? 0 : size - 1;
	case PAD_WRAP:
		return (i % size + size) % size;
	case PAD_REFLECT:
		i = (i % period + period) % period;
		return i < size ? i : period - i;
	default:
		return -1;
	}
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t at[MAX_RANK] = {0}, from[MAX_RANK], mode = ATTR_OF(n, Pad)->mode;
	const Tensor *x = in[0], *fill = has_in(n, 2) ? in[2] : tensor_new(&e->g->ctx->scratch, x->dtype, 0, NULL);
	Shape shape = tensor_shape(x);
	Padding axis[MAX_RANK];
	paddings(e->g, n, &shape, (int)in[1]->count / 2, tensor_sizes(e, in[1]),
		 has_in(n, 3) ? in_i64(e, in[3]) : NULL, axis);
	need_repeated(e->g, n, axis);
	for (int64_t i = 0; i < out[0]->count; i++, next_index(x->rank, out[0]->dim, at)) {
		bool inside = true;
		for (int k = 0; k < x->rank; k++) {
			int64_t j = source(mode, at[k] - axis[k].before.k, axis[k].keep.k);
			inside &= j >= 0;
			from[k] = j + axis[k].skip.k;
		}
		if (inside)
			move_element(out[0], i, x, position_of(x, from));
		else
			move_element(out[0], i, fill, 0);
	}
}

/* ---- lower ---- */

/* Reflected about both ends; without a division where one reflection is enough. */
static Expr *reflect(Lower *l, Expr *i, const Padding *p)
{
	Syms *s = lower_graph(l)->syms;
	int64_t turn = dim_lo(s, p->keep) - 1;
	Expr *last = extent(l, dim_sub(s, p->keep, dim(1)));
	if (dim_hi(s, p->before) <= turn && dim_hi(s, p->after) <= turn) {
		Expr *up = dim_is(p->before, 0) ? i : alu1(l, ABS, i);
		return dim_is(p->after, 0) ? up : isub(l, last, alu1(l, ABS, isub(l, last, up)));
	}
	Dim period = dim_max(s, dim_mul(s, dim(2), dim_sub(s, p->keep, dim(1))), dim(1));
	Expr *m = imod(l, i, extent(l, period));
	return alu2(l, MIN, m, isub(l, extent(l, period), m));
}

static Expr *source_index(Lower *l, int64_t mode, Expr *i, const Padding *p)
{
	Expr *last = extent(l, dim_sub(lower_graph(l)->syms, p->keep, dim(1)));
	if (dim_is(p->before, 0) && dim_is(p->after, 0))
		return i;
	switch (mode) {
	case PAD_EDGE:
		i = dim_is(p->before, 0) ? i : alu2(l, MAX, i, num_i(l, 0));
		return dim_is(p->after, 0) ? i : alu2(l, MIN, i, last);
	case PAD_WRAP:
		return imod(l, i, extent(l, p->keep));
	case PAD_REFLECT:
		return reflect(l, i, p);
	default:
		return i;
	}
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	int64_t mode = ATTR_OF(n, Pad)->mode;
	DType t = n->out[slot]->dtype;
	Padding axis[MAX_RANK];
	Expr *index[MAX_RANK], *kept = num(l, BOOL, 1), *zero = num_i(l, 0);
	padding_of(lower_graph(l), n, axis);
	for (int k = 0; k < n->out[slot]->shape.rank; k++) {
		Expr *i = isub(l, at[k], extent(l, axis[k].before));
		if (mode == PAD_CONSTANT)
			kept = alu2(l, AND, kept, inside(l, i, zero, extent(l, axis[k].keep)));
		index[k] = iadd(l, source_index(l, mode, i, &axis[k]), extent(l, axis[k].skip));
	}
	Expr *fill = has_in(n, 2) ? in(l, n, 2, (Expr *[]){zero}) : num(l, t, 0);
	return choose(l, kept, in(l, n, 0, index), fill);
}

static const Attr attrs[] = {ATTR_ENUM(Pad, mode, PAD_CONSTANT, "constant|reflect|edge|wrap"), {0}};

const Op op_Pad = {
	.name = "Pad", .min_in = 2, .max_in = 4, .min_out = 1, .max_out = 1, .flags = MOVES,
	.attrs = attrs, .attr_size = sizeof(struct Pad),
	.infer = infer, .trust = trust, .eval = eval, .lower = lower,
};
