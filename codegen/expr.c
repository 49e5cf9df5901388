/* expr.c -- building expressions: hash-consed, typed, and inlined through in(). Operations on them: alu.c.
 *
 * Equal expressions of one stage are one pointer, so sharing is seen by comparing pointers, and a printer can give a
 * shared subexpression a name. */
#include <assert.h>
#include <math.h>
#include <string.h>
#include "codegen/lower.h"

enum { TABLE_START = 256 };

static uint32_t mix(uint32_t h, uint64_t x)
{
	x = (x ^ h) * 0x9e3779b97f4a7c15u;
	return (uint32_t)(x ^ x >> 32);
}

static uint64_t bits_of(double f)
{
	uint64_t u;
	memcpy(&u, &f, sizeof u);
	return u;
}

static uint32_t hash_of(const Expr *x)
{
	uint32_t h = mix((uint32_t)x->kind * 31 + (uint32_t)x->dtype, (uint64_t)x->op * 64 + (uint64_t)x->red);
	h = mix(mix(h, (uint64_t)x->i), bits_of(x->f));
	h = mix(h, dim_known(x->dim) ? (uint64_t)x->dim.k : x->dim.e);
	h = mix(h, x->value ? x->value->id : 0);
	for (int k = 0; k < x->nargs; k++)
		h = mix(h, x->arg[k]->id);
	for (int k = 0; k < x->naxes; k++)
		h = mix(h, x->axes[k]->id);
	return h;
}

static bool equal(const Expr *a, const Expr *b)
{
	return a->kind == b->kind && a->dtype == b->dtype && a->op == b->op && a->red == b->red && a->i == b->i &&
	       bits_of(a->f) == bits_of(b->f) && dim_same(a->dim, b->dim) && a->value == b->value &&
	       a->nargs == b->nargs && a->naxes == b->naxes &&
	       (a->nargs == 0 || memcmp(a->arg, b->arg, (size_t)a->nargs * sizeof *a->arg) == 0) &&
	       (a->naxes == 0 || memcmp(a->axes, b->axes, (size_t)a->naxes * sizeof *a->axes) == 0);
}

static void table_insert(Lower *l, Expr *x)
{
	uint32_t at = x->hash & (l->ctable - 1);
	while (l->table[at])
		at = (at + 1) & (l->ctable - 1);
	l->table[at] = x;
}

static void table_grow(Lower *l)
{
	Expr **old = l->table;
	uint32_t n = l->ctable;
	l->ctable = n ? 2 * n : TABLE_START;
	l->table = NEW_N(l->arena, Expr *, l->ctable);
	for (uint32_t i = 0; i < n; i++)
		if (old[i])
			table_insert(l, old[i]);
}

static uint64_t axis_bit(const Axis *axis) { return (uint64_t)1 << (axis->id < 63 ? axis->id : 63); }

static uint64_t mask_of(const Expr *x)
{
	uint64_t mask = x->kind == X_AXIS ? axis_bit(x->axes[0]) : 0;
	for (int k = 0; k < x->nargs; k++)
		mask |= x->arg[k]->mask;
	if (x->kind == X_REDUCE)
		for (int k = 0; k < x->naxes; k++)
			if (x->axes[k]->id < 63)
				mask &= ~axis_bit(x->axes[k]);
	return mask;
}

bool depends_on(const Expr *x, const Axis *axis)
{
	if (!(x->mask & axis_bit(axis)))
		return false;
	if (axis->id < 63)
		return true;
	if (x->kind == X_AXIS)
		return x->axes[0] == axis;
	for (int k = 0; k < x->nargs; k++)
		if (depends_on(x->arg[k], axis))
			return true;
	return false;
}

bool depends_only_on(const Expr *x, const Axis *axis) { return axis->id < 63 && x->mask == axis_bit(axis); }

/* The one expression equal to `like`, made when it is new. */
Expr *expr_intern(Lower *l, Expr like)
{
	if (2 * l->nexprs >= l->ctable)
		table_grow(l);
	like.hash = hash_of(&like);
	uint32_t at = like.hash & (l->ctable - 1);
	for (; l->table[at]; at = (at + 1) & (l->ctable - 1))
		if (l->table[at]->hash == like.hash && equal(l->table[at], &like))
			return l->table[at];
	Expr *x = NEW(l->arena, Expr);
	*x = like;
	x->id = ++l->nexprs;
	x->memo = NULL;
	if (x->nargs)
		x->arg = arena_copy(l->arena, like.arg, (size_t)like.nargs * sizeof *like.arg);
	if (x->naxes)
		x->axes = arena_copy(l->arena, like.axes, (size_t)like.naxes * sizeof *like.axes);
	x->mask = mask_of(x);
	l->table[at] = x;
	return x;
}

Lower *lower_new(Graph *g, Arena *a, const bool *is_load)
{
	Lower *l = NEW(a, Lower);
	l->graph = g;
	l->arena = a;
	l->is_load = is_load;
	l->exact = graph_exact(g);
	return l;
}

DType formula_type(const Lower *l, const Node *n, DType t) { return l->exact && n->op->ulp && is_float(t) ? F64 : work_type(t); }

Graph *lower_graph(Lower *l) { return l->graph; }

/* ---- leaves ---- */

Axis *axis_new(Lower *l, Dim extent, bool reduction)
{
	Axis *axis = NEW(l->arena, Axis);
	*axis = (Axis){.id = ++l->naxes, .extent = dim_bounded(l->graph->syms, extent), .reduction = reduction};
	return axis;
}

Expr *axis_expr(Lower *l, Axis *axis)
{
	int64_t hi = dim_hi(l->graph->syms, axis->extent);
	if (dim_is(axis->extent, 1))
		return num_i(l, 0);
	return expr_intern(l, (Expr){.kind = X_AXIS, .dtype = I64, .naxes = 1, .axes = &axis, .lo = 0,
	                             .hi = hi < INDEX_MAX ? hi - 1 : INDEX_MAX});
}

Expr *red_axis(Lower *l, Dim n)
{
	Axis *axis = axis_new(l, n, true);
	int64_t hi = dim_hi(l->graph->syms, n);
	return expr_intern(l, (Expr){.kind = X_AXIS, .dtype = I64, .naxes = 1, .axes = &axis, .lo = 0,
	                             .hi = hi < INDEX_MAX ? hi - 1 : INDEX_MAX});
}

Expr *num_i(Lower *l, int64_t k)
{
	return expr_intern(l, (Expr){.kind = X_NUM, .dtype = I64, .i = k, .f = (double)k, .lo = k, .hi = k});
}

Expr *num(Lower *l, DType t, double x)
{
	uint64_t bytes[2] = {0, 0};
	if (t == I64)
		return num_i(l, (int64_t)x);
	if (t == STR)
		return expr_intern(l, (Expr){.kind = X_NUM, .dtype = STR});
	store_f64(t, bytes, 0, x); /* what the type can hold */
	return expr_intern(l, (Expr){.kind = X_NUM, .dtype = t, .i = is_float(t) ? 0 : load_i64(t, bytes, 0),
	                             .f = load_f64(t, bytes, 0)});
}

Expr *extent(Lower *l, Dim d)
{
	if (dim_known(d))
		return num_i(l, d.k);
	int64_t hi = dim_hi(l->graph->syms, d);
	return expr_intern(l, (Expr){.kind = X_DIM, .dtype = I64, .dim = dim_bounded(l->graph->syms, d), .lo = dim_lo(l->graph->syms, d),
	                             .hi = hi < INDEX_MAX ? hi : INDEX_MAX});
}

/* ---- reductions ---- */

/* What a reduction starts from, and what one of no elements gives. */
static double red_identity(Red red)
{
	switch (red) {
	case RED_SUM:
	case RED_OR:
		return 0;
	case RED_PROD:
	case RED_AND:
		return 1;
	case RED_MAX:
	case RED_MAX_NUMBER:
	case RED_ARGMAX:
	case RED_ARGMAX_LAST:
		return -1.0 / 0.0;
	default:
		return 1.0 / 0.0;
	}
}

/* The least or greatest value of a type, or infinity. */
Expr *red_start(Lower *l, Red red, DType t)
{
	double x = red_identity(red);
	if (is_float(t) || (x == 0 || x == 1))
		return num(l, t, x);
	int bits = dtype_info(t)->bits;
	bool lowest = x < 0;
	int64_t top = is_unsigned(t) ? (bits == 64 ? -1 : ((int64_t)1 << bits) - 1) : (int64_t)(UINT64_MAX >> 1 >> (64 - bits));
	int64_t value = lowest ? (is_unsigned(t) ? 0 : -top - 1) : top;
	if (t == BOOL)
		value = !lowest;
	return expr_intern(l, (Expr){.kind = X_NUM, .dtype = t, .i = value, .f = (double)value, .lo = value, .hi = value});
}

bool is_arg(Red red) { return red >= RED_ARGMAX && red <= RED_ARGMIN_LAST; }

Expr *reduce(Lower *l, Red red, Expr *body, int naxes, Expr *const *axes)
{
	Axis *list[2 * MAX_RANK];
	assert(naxes <= 2 * MAX_RANK);
	for (int k = 0; k < naxes; k++) {
		assert(axes[k]->kind == X_AXIS && axes[k]->axes[0]->reduction);
		list[k] = axes[k]->axes[0];
		if (dim_is(list[k]->extent, 0))
			return red_start(l, red, body->dtype);
	}
	DType t = is_arg(red) ? I64 : body->dtype, work = work_type(body->dtype);
	if (work != body->dtype) /* narrow floats are compared and summed as f32 */
		return cast(l, t, reduce(l, red, cast(l, work, body), naxes, axes));
	bool index = is_arg(red);
	return expr_intern(l, (Expr){.kind = X_REDUCE, .dtype = t, .red = red, .nargs = 1, .arg = &body, .naxes = naxes,
	                             .axes = list, .lo = index ? 0 : -INDEX_MAX, .hi = index ? axes[0]->hi : INDEX_MAX});
}

/* ---- elements of values ---- */

static Expr *constant_element(Lower *l, const Tensor *t, int64_t i)
{
	if (is_float(t->dtype))
		return num(l, t->dtype, load_f64(t->dtype, t->data, i));
	int64_t k = load_i64(t->dtype, t->data, i);
	if (t->dtype == I64)
		return num_i(l, k);
	return expr_intern(l, (Expr){.kind = X_NUM, .dtype = t->dtype, .i = k, .f = (double)k});
}

Expr *expr_load(Lower *l, Value *v, Expr *const *at)
{
	return expr_intern(l, (Expr){.kind = X_LOAD, .dtype = v->dtype, .value = v, .nargs = v->shape.rank,
	                             .arg = (Expr **)at, .lo = -INDEX_MAX, .hi = INDEX_MAX});
}

/* Of a constant the element that the index names: there is but one, or the index is made of numbers; else -1. */
static int64_t known_element(const Value *v, Expr *const *at)
{
	int64_t i = 0;
	if (v->data->count == 1)
		return 0;
	for (int k = 0; k < v->data->rank; k++) {
		if (at[k]->kind != X_NUM || at[k]->i < 0 || at[k]->i >= v->data->dim[k])
			return -1;
		i = i * v->data->dim[k] + at[k]->i;
	}
	return i;
}

/* The element, or 0 where an index from data found none to read in its place: along an axis that the run leaves empty. */
static Expr *element_or_zero(Lower *l, Value *v, Expr *const *at)
{
	Expr *x = expr_load(l, v, at);
	for (int k = 0; k < v->shape.rank; k++) {
		Dim size = v->shape.dim[k];
		bool checked = at[k]->kind == X_ALU && at[k]->op == INDEX;
		if (checked && !dim_known(size) && dim_lo(l->graph->syms, size) == 0)
			x = choose(l, alu2(l, LT, at[k], extent(l, size)), x, num(l, v->dtype, 0));
	}
	return x;
}

Expr *value_at(Lower *l, Value *v, Expr *const *at)
{
	bool numeric = dtype_info(v->dtype)->class != DC_STRING && dtype_info(v->dtype)->class != DC_COMPLEX;
	int64_t known = v->data && numeric ? known_element(v, at) : -1;
	if (known >= 0)
		return constant_element(l, v->data, known);
	if (!l->is_load || l->is_load[v->id] || !v->def)
		return element_or_zero(l, v, at);
	assert(v->def->op->lower);
	Expr *key = expr_load(l, v, at); /* read twice at one index, an inlined value is one expression */
	if (!key->memo)
		key->memo = v->def->op->lower(l, v->def, v->slot, at);
	return key->memo;
}

Expr *in(Lower *l, const Node *n, int slot, Expr *const *at) { return value_at(l, n->in[slot], at); }

Expr *table_in(Lower *l, const Node *n, int slot)
{
	Expr *first[MAX_RANK];
	for (int k = 0; k < n->in[slot]->shape.rank; k++)
		first[k] = num_i(l, 0);
	return expr_load(l, n->in[slot], first);
}

Expr *repeated_index(Lower *l, Dim d, Dim result, Expr *at)
{
	Syms *s = l->graph->syms;
	if (dim_is(d, 1) || dim_apart(s, d, result))
		return num_i(l, 0);
	if (!dim_repeats(s, d, result))
		return at;
	return choose(l, alu2(l, EQ, extent(l, d), num_i(l, 1)), num_i(l, 0), at);
}

bool is_size_test(const Expr *x)
{
	return x->kind == X_ALU && x->op == EQ && x->arg[0]->kind == X_DIM && x->arg[1]->kind == X_NUM;
}

bool is_repeated_index(const Expr *x)
{
	return x->kind == X_ALU && x->op == SELECT && is_size_test(x->arg[0]) && x->arg[1]->kind == X_NUM;
}

Expr *in_bcast(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *s = &n->in[slot]->shape;
	int skip = n->out[0]->shape.rank - s->rank;
	Expr *index[MAX_RANK];
	for (int k = 0; k < s->rank; k++)
		index[k] = repeated_index(l, s->dim[k], n->out[0]->shape.dim[skip + k], at[skip + k]);
	return value_at(l, n->in[slot], index);
}
