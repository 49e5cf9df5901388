/* resize_taps.c -- Resize of sizes that the run has as one pass an axis, what it reads and weighs being computed once a row and
 * once a column, and not for every element.
 *
 *     y[.., i, ..] = sum over t of weight[t, i] * x[.., index[t, i], ..]      (tcc.Weigh; nearest: one tap, no weight)
 *     index[t, i], weight[t, i]                   for each axis that changes  (tcc.ResizeTaps)
 *
 * Where vectors of channels share both, they come to little, and the formula of resize_lower.c does it in one pass. */
#include <math.h>
#include "ir/op/composite.h"
#include "ir/op/resize.h"

/* ---- tcc.ResizeTaps: the inputs and attributes of Resize ---- */

static int tables_per_axis(const Node *n) { return ATTR_OF(n, Resize)->mode == RESIZE_NEAREST ? 1 : 2; }

static int taps_of(const Node *n, const Along *axis)
{
	return ATTR_OF(n, Resize)->mode == RESIZE_NEAREST ? 1 : resize_taps(n->attr, axis).count;
}

/* The axis of a table. */
static int axis_of(const Node *n, const Along *axis, int slot)
{
	int k = 0;

	for (int left = slot / tables_per_axis(n); !axis[k].resized || left--; k++)
		;
	return k;
}

static void axes_of(Graph *g, const Node *n, Along *axis)
{
	ResizeSizes given = resize_sizes(g, n);

	resize_axes(g, n, &n->in[0]->shape, &given, axis);
}

static void infer_taps(Graph *g, Node *n)
{
	Along axis[MAX_RANK];
	int per = tables_per_axis(n);

	axes_of(g, n, axis);
	for (int slot = 0; slot < n->nout; slot++) {
		const Along *x = &axis[axis_of(n, axis, slot)];
		Shape table = {.rank = 2, .dim = {dim(taps_of(n, x)), x->out}};
		set_out(g, n, slot, slot % per ? F32 : I32, &table);
	}
}

/* There are as many taps as the least of all scales needs; those in the middle count. */
static void eval_weights(Arena *scratch, const Node *n, const Along *axis, double *weight, const Tensor *out)
{
	Taps taps = resize_taps(n->attr, axis);
	int64_t before = (out->dim[0] - taps.count) / 2;
	double *one = NEW_N(scratch, double, taps.count);

	for (int64_t i = 0; i < out->dim[1]; i++) {
		resize_weights(n->attr, axis, &taps, i, one);
		for (int t = 0; t < taps.count; t++)
			weight[(before + t) * out->dim[1] + i] = one[t];
	}
}

/* The element that tap t of output i is. */
static int64_t eval_index(const Node *n, const Along *axis, int64_t i, int64_t t, int64_t count)
{
	const struct Resize *a = n->attr;
	int64_t last = axis->in.k - 1;

	if (a->mode == RESIZE_NEAREST)
		return nearest_element(a, axis, i);
	int64_t e = (int64_t)floor(coordinate(a, axis, i)) + t + 1 - count / 2;
	return e < 0 || last < 0 ? 0 : e > last ? last : e;
}

static void eval_table(Eval *e, const Node *n, const Along *axis, bool weighs, Tensor *out)
{
	int64_t *index = weighs ? NULL : out_i64(e, out);

	if (weighs)
		eval_weights(&e->g->ctx->scratch, n, axis, out_f64(e, out), out);
	for (int64_t i = 0; i < out->count && !weighs; i++)
		index[i] = eval_index(n, axis, i % out->dim[1], i / out->dim[1], out->dim[0]);
}

static void eval_taps(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	Along axis[MAX_RANK];

	resize_axes_for(e, n, in, axis);
	for (int slot = 0; slot < n->nout; slot++)
		if (out[slot])
			eval_table(e, n, &axis[axis_of(n, axis, slot)], slot % tables_per_axis(n), out[slot]);
}

static Expr *lower_taps(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Along axis[MAX_RANK];

	axes_of(lower_graph(l), n, axis);
	int k = axis_of(n, axis, slot);
	return slot % tables_per_axis(n) ? resize_tap_weight(l, n, k, at[1], at[0]) : resize_tap_index(l, n, k, at[1], at[0]);
}

const Op op_tcc_ResizeTaps = {
	.name = "ResizeTaps", .domain = "tcc", .min_in = 1, .max_in = 4, .min_out = 1, .max_out = 2 * MAX_RANK, .flags = UNREAD,
	.ulp = 64, .attrs = resize_attrs, .attr_size = sizeof(struct Resize),
	.infer = infer_taps, .eval = eval_taps, .lower = lower_taps,
};

/* ---- tcc.Weigh ---- */

enum { X, WHICH, WEIGHT };

struct Weigh { int64_t axis; };

static void infer_weigh(Graph *g, Node *n)
{
	Shape y = n->in[X]->shape;
	int64_t axis = ATTR_OF(n, Weigh)->axis;

	need_rank(g, n, WHICH, 2, 2);
	if (fix_axis(g, n, axis, y.rank) != axis)
		fail_node(g, n, "E-AXIS", "axis is %lld; it is counted from the front", (long long)axis);
	y.dim[axis] = n->in[WHICH]->shape.dim[1];
	set_out(g, n, 0, n->in[X]->dtype, &y);
}

static void eval_weigh(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int axis = (int)ATTR_OF(n, Weigh)->axis;
	Rows from = rows_of(in[X], axis, axis + 1), to = rows_of(out[0], axis, axis + 1);
	const int64_t *index = in_i64(e, in[WHICH]), taps = in[WHICH]->dim[0];
	bool weighs = has_in(n, WEIGHT);
	const double *weight = weighs ? in_f64(e, in[WEIGHT]) : NULL, *x = weighs ? in_f64(e, in[X]) : NULL;
	double *y = weighs ? out_f64(e, out[0]) : NULL;

	for (int64_t k = 0; k < out[0]->count; k++) {
		int64_t i = k / to.inner % to.n, row = k / to.inner / to.n * from.n;
		if (!weighs)
			move_element(out[0], k, in[X], (row + index[i]) * from.inner + k % to.inner);
		for (int64_t t = i; weighs && t < taps * to.n; t += to.n)
			y[k] += weight[t] * x[(row + index[t]) * from.inner + k % to.inner];
	}
}

/* Element index[t, i] of x along the axis: one of x, whatever the sizes are. */
static Expr *element_at(Lower *l, const Node *n, Expr *const *at, Expr *t)
{
	int axis = (int)ATTR_OF(n, Weigh)->axis;
	Expr *index[MAX_RANK], *i = cast(l, I64, in(l, n, WHICH, (Expr *[]){t, at[axis]}));

	i->lo = 0;
	i->hi = dim_hi(lower_graph(l)->syms, n->in[X]->shape.dim[axis]) - 1;
	for (int k = 0; k < n->in[X]->shape.rank; k++)
		index[k] = k == axis ? i : at[k];
	return in(l, n, X, index);
}

static Expr *weighed(Lower *l, const Node *n, Expr *const *at, Expr *t)
{
	Expr *i = at[ATTR_OF(n, Weigh)->axis];

	return alu2(l, MUL, in(l, n, WEIGHT, (Expr *[]){t, i}), element_at(l, n, at, t));
}

static Expr *lower_weigh(Lower *l, const Node *n, int slot, Expr *const *at)
{
	enum { FEW = 4 }; /* taps that are written out */
	Dim taps = n->in[WHICH]->shape.dim[0];

	(void)slot;
	if (!has_in(n, WEIGHT))
		return element_at(l, n, at, num_i(l, 0));
	if (taps.k > FEW) {
		Expr *t = red_axis(l, taps);
		return reduce(l, RED_SUM, weighed(l, n, at, t), 1, &t);
	}
	Expr *sum = weighed(l, n, at, num_i(l, 0));
	for (int64_t t = 1; t < taps.k; t++)
		sum = alu2(l, ADD, sum, weighed(l, n, at, num_i(l, t)));
	return sum;
}

static const Attr attrs[] = {ATTR_INT(Weigh, axis, 0), {0}};

const Op op_tcc_Weigh = {
	.name = "Weigh", .domain = "tcc", .min_in = 2, .max_in = 3, .min_out = 1, .max_out = 1, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct Weigh),
	.infer = infer_weigh, .eval = eval_weigh, .lower = lower_weigh,
};

/* ---- Resize ---- */

/* So many elements that lie together share an index and a weight as fill a vector. */
static bool has_many_channels(Graph *g, const Shape *x, const Along *axis)
{
	enum { VECTOR = 16 };

	for (int k = 1; k < x->rank; k++)
		if (!axis[k].resized && dim_hi(g->syms, x->dim[k]) >= VECTOR)
			return true;
	return false;
}

/* Coordinates along some axis are computed from sizes that the run has. */
static bool is_open(const struct Resize *a, const Along *axis)
{
	Fraction f;
	bool known = dim_known(axis->in) && dim_known(axis->out) && axis->scale != 0;

	return axis->resized && !known && !(a->mode == RESIZE_NEAREST && nearest_fraction(a, axis, &f));
}

static bool tables_pay(Graph *g, const Node *n, const Along *axis)
{
	const struct Resize *a = n->attr;
	const Shape *x = &n->in[0]->shape;
	bool open = false;

	if (graph_exact(g) || x->rank < 2 || (a->mode != RESIZE_NEAREST && n->in[0]->dtype != F32))
		return false;
	for (int k = 0; k < x->rank; k++) {
		open |= is_open(a, &axis[k]);
		if (dim_hi(g->syms, axis[k].in) >= INT32_MAX || dim_hi(g->syms, axis[k].out) >= INT32_MAX)
			return false; /* a bound is missing: Resize is who asks for it */
	}
	return open && (a->antialias || !has_many_channels(g, x, axis));
}

bool resize_by_tables(Graph *g, Node *n, const Along *axis)
{
	int rank = n->in[0]->shape.rank, per = tables_per_axis(n), count = 0;

	if (!tables_pay(g, n, axis))
		return false;
	for (int k = 0; k < rank; k++)
		count += axis[k].resized;
	struct Resize *a = attr_new(g, n->op);
	*a = *ATTR_OF(n, Resize);
	Node *tables = node_new(g, &op_tcc_ResizeTaps, n, n->nin, n->in, per * count, a);
	Value *y = n->in[0];
	for (int k = 0, slot = 0; k < rank; k++) {
		if (!axis[k].resized)
			continue;
		y = put_attr(g, n, "tcc.Weigh", &(struct Weigh){k}, y, tables->out[slot], per > 1 ? tables->out[slot + 1] : NULL, END_IN);
		slot += per;
	}
	value_replace(g, n->out[0], y);
	return true;
}
