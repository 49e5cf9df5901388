/* scatter.c -- elements of a tensor replaced where indices say, or combined with what was there.
 *
 *     ScatterElements (11-18):  y[.., k[at], ..] = u[at]              at runs over the updates u; k has their shape
 *     ScatterND (11-18):        y[k[q.., 0], k[q.., 1], .., r..] = u[q.., r..]
 *
 * reduction: y = y + u, y * u, max(y, u), min(y, u) instead. Equal indices are met in the order of the updates.
 * tcc.ScatterElements4 and tcc.ScatterND4 are the same of f32 that holds elements of f4e2m1: each result is rounded to one. */
#include <math.h>
#include "ir/op/composite.h"
#include "ir/op/movement.h"
#include "ir/op/pointwise.h"

enum reduction { NONE, SUM, PRODUCT, MOST, LEAST };

enum { DATA, INDICES, UPDATES };

static void check_inputs(Graph *g, const Node *n)
{
	need_rank(g, n, DATA, 1, -1);
	same_type(g, n, DATA, UPDATES);
	if (n->in[INDICES]->dtype != I32 && n->in[INDICES]->dtype != I64)
		fail_node(g, n, "E-TYPE", "the indices have type %s; they must be i32 or i64",
			  dtype_name(n->in[INDICES]->dtype));
	if (ATTR_OF(n, Scatter)->reduction != NONE)
		need_type(g, n, DATA, "fiu");
}

/* ---- one element ---- */

static double combined_f64(int64_t how, double y, double u)
{
	switch (how) {
	case SUM:
		return y + u;
	case PRODUCT:
		return y * u;
	case MOST:
		return y > u || isnan(y) ? y : u;
	case LEAST:
		return y < u || isnan(y) ? y : u;
	default:
		return u;
	}
}

static int64_t combined_i64(int64_t how, int64_t y, int64_t u, bool is_u64)
{
	switch (how) {
	case SUM:
		return wrap_add(y, u);
	case PRODUCT:
		return wrap_mul(y, u);
	case MOST:
		return int_less(y, u, is_u64) ? u : y;
	default:
		return int_less(y, u, is_u64) ? y : u;
	}
}

static bool rounds_to_four(const Node *n) { return n->op == &op_tcc_ScatterElements4 || n->op == &op_tcc_ScatterND4; }

static double rounded_to_four(double x)
{
	uint8_t code = 0;
	store_f64(F4E2M1, &code, 0, x);
	return load_f64(F4E2M1, &code, 0);
}

/* Sums round once for each update, as those of emitted code do. */
static void put_update(const Node *n, Tensor *y, int64_t to, const Tensor *u, int64_t from)
{
	int64_t how = ATTR_OF(n, Scatter)->reduction;

	if (how == NONE)
		move_element(y, to, u, from);
	else if (is_float(y->dtype)) {
		double sum = combined_f64(how, load_f64(y->dtype, y->data, to), load_f64(u->dtype, u->data, from));
		store_f64(y->dtype, y->data, to, rounds_to_four(n) ? rounded_to_four(sum) : sum);
	} else
		store_i64(y->dtype, y->data, to, combined_i64(how, load_i64(y->dtype, y->data, to),
							      load_i64(u->dtype, u->data, from), y->dtype == U64));
}

static Expr *update(Lower *l, const Node *n, Expr *const *at, Expr *const *index)
{
	static const Alu alu[] = {[SUM] = ADD, [PRODUCT] = MUL, [MOST] = MAX, [LEAST] = MIN};
	int64_t how = ATTR_OF(n, Scatter)->reduction;
	Expr *u = in(l, n, UPDATES, at);

	if (how == NONE)
		return u;
	DType t = work_type(u->dtype);
	Expr *y = cast(l, t, value_at(l, n->out[0], index));
	Expr *sum = alu2(l, alu[how], y, cast(l, t, u));
	return cast(l, u->dtype, rounds_to_four(n) ? cast(l, F4E2M1, sum) : sum);
}

static void copy_data(const Tensor *x, Tensor *y)
{
	for (int64_t i = 0; i < x->count; i++)
		move_element(y, i, x, i);
}

/* ---- ScatterElements ---- */

static int axis_of(Graph *g, const Node *n)
{
	return (int)fix_axis(g, n, ATTR_OF(n, Scatter)->axis, n->in[DATA]->shape.rank);
}

static void infer_elements(Graph *g, Node *n)
{
	const Shape *x = &n->in[DATA]->shape, *k = &n->in[INDICES]->shape, *u = &n->in[UPDATES]->shape;

	check_inputs(g, n);
	int axis = axis_of(g, n);
	need_rank(g, n, INDICES, x->rank, x->rank);
	need_rank(g, n, UPDATES, x->rank, x->rank);
	for (int i = 0; i < x->rank; i++) {
		one_size(g, n, k->dim[i], u->dim[i]);
		if (i != axis)
			reach_at_most(g, n, i);
	}
	same_as_input(g, n);
}

static void eval_elements(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const int64_t *k = in_i64(e, in[INDICES]);
	int axis = axis_of(e->g, n);
	int64_t at[MAX_RANK] = {0}, to[MAX_RANK];

	copy_data(in[DATA], out[0]);
	for (int64_t i = 0; i < in[UPDATES]->count; i++, next_index(in[UPDATES]->rank, in[UPDATES]->dim, at)) {
		for (int d = 0; d < out[0]->rank; d++)
			to[d] = d == axis ? checked_number(e, n, k[i], out[0]->dim[d]) : at[d];
		put_update(n, out[0], position_of(out[0], to), in[UPDATES], i);
	}
}

static Expr *scatter_elements(Lower *l, const Node *n, Expr *const *at, Expr **index)
{
	const Shape *y = &n->out[0]->shape;
	int axis = axis_of(lower_graph(l), n);

	for (int d = 0; d < y->rank; d++)
		index[d] = d == axis ? checked_index(l, cast(l, I64, in(l, n, INDICES, at)), extent(l, y->dim[d])) : at[d];
	return update(l, n, at, index);
}

/* ---- ScatterND ---- */

/* How many axes one index names. */
static int named_axes(Graph *g, const Node *n)
{
	const Shape *x = &n->in[DATA]->shape, *k = &n->in[INDICES]->shape;

	need_rank(g, n, INDICES, 1, -1);
	int64_t named = rank_size(g, n, k->dim[k->rank - 1], k->rank - 1 + x->rank - n->in[UPDATES]->shape.rank);
	if (named < 1 || named > x->rank)
		fail_node(g, n, "E-SHAPE", "an index has %lld numbers; it must have 1..%d", (long long)named, x->rank);
	return (int)named;
}

static void infer_nd(Graph *g, Node *n)
{
	const Shape *x = &n->in[DATA]->shape, *k = &n->in[INDICES]->shape, *u = &n->in[UPDATES]->shape;

	check_inputs(g, n);
	int named = named_axes(g, n), rank = k->rank - 1 + x->rank - named;
	need_rank(g, n, UPDATES, rank, rank);
	for (int i = 0; i < rank; i++)
		one_size(g, n, u->dim[i], i < k->rank - 1 ? k->dim[i] : x->dim[i - (k->rank - 1) + named]);
	same_as_input(g, n);
}

static void eval_nd(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const int64_t *k = in_i64(e, in[INDICES]);
	int picks = in[INDICES]->rank - 1, named = (int)in[INDICES]->dim[picks];
	int64_t at[MAX_RANK] = {0}, to[MAX_RANK];

	copy_data(in[DATA], out[0]);
	for (int64_t i = 0; i < in[UPDATES]->count; i++, next_index(in[UPDATES]->rank, in[UPDATES]->dim, at)) {
		int64_t pick = 0;
		for (int d = 0; d < picks; d++)
			pick = pick * in[INDICES]->dim[d] + at[d];
		for (int d = 0; d < out[0]->rank; d++)
			to[d] = d < named ? checked_number(e, n, k[pick * named + d], out[0]->dim[d]) : at[picks + d - named];
		put_update(n, out[0], position_of(out[0], to), in[UPDATES], i);
	}
}

static Expr *scatter_nd(Lower *l, const Node *n, Expr *const *at, Expr **index)
{
	const Shape *y = &n->out[0]->shape;
	int named = named_axes(lower_graph(l), n), picks = n->in[INDICES]->shape.rank - 1;
	Expr *pick[MAX_RANK];

	for (int d = 0; d < picks; d++)
		pick[d] = at[d];
	for (int d = 0; d < y->rank; d++) {
		pick[picks] = num_i(l, d);
		index[d] = d < named ? checked_index(l, cast(l, I64, in(l, n, INDICES, pick)), extent(l, y->dim[d]))
				     : at[picks + d - named];
	}
	return update(l, n, at, index);
}

#define REDUCTION ATTR_ENUM(Scatter, reduction, NONE, "none|add|mul|max|min")
static const Attr elements_attrs[] = {ATTR_INT(Scatter, axis, 0), REDUCTION, {0}};
static const Attr nd_attrs[] = {REDUCTION, {0}};

/* Elements below a byte have no place of their own to be written to: they are written as bytes, sums and products of floats as
 * f32, which hold what lies between two roundings. */
static void expand(Graph *g, Node *n)
{
	DType t = n->in[DATA]->dtype, wide = is_float(t) ? F8E4M3FN : is_unsigned(t) ? U8 : I8;
	int64_t how = ATTR_OF(n, Scatter)->reduction;
	const Op *op = n->op;
	if (dtype_info(t)->bits >= 8)
		return;
	if (is_float(t) && (how == SUM || how == PRODUCT)) {
		wide = F32;
		op = op == &op_ScatterElements ? &op_tcc_ScatterElements4 : &op_tcc_ScatterND4;
	}
	Value *in[] = {cast_value(g, n, n->in[DATA], wide), n->in[INDICES], cast_value(g, n, n->in[UPDATES], wide)};
	Value *y = node_new(g, op, n, 3, in, 1, n->attr)->out[0];
	value_replace(g, n->out[0], cast_value(g, n, y, t));
}

const Op op_ScatterElements = {
	.name = "ScatterElements", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1,
	.attrs = elements_attrs, .attr_size = sizeof(struct Scatter),
	.infer = infer_elements, .eval = eval_elements, .expand = expand, .scatter = scatter_elements, .updates = UPDATES,
};

const Op op_ScatterND = {
	.name = "ScatterND", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1,
	.attrs = nd_attrs, .attr_size = sizeof(struct Scatter),
	.infer = infer_nd, .eval = eval_nd, .expand = expand, .scatter = scatter_nd, .updates = UPDATES,
};

const Op op_tcc_ScatterElements4 = {
	.name = "ScatterElements4", .domain = "tcc", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1,
	.attrs = elements_attrs, .attr_size = sizeof(struct Scatter),
	.infer = infer_elements, .eval = eval_elements, .scatter = scatter_elements, .updates = UPDATES,
};

const Op op_tcc_ScatterND4 = {
	.name = "ScatterND4", .domain = "tcc", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1,
	.attrs = nd_attrs, .attr_size = sizeof(struct Scatter),
	.infer = infer_nd, .eval = eval_nd, .scatter = scatter_nd, .updates = UPDATES,
};
