/* fuse_vectors.c -- would vectors still find their elements side by side, if a value lived inside its consumer?
 *
 *     y = Transpose(Conv(x)):  the tile of the sum stores where y has its channels, with no copy
 *     y = Copy(Gelu(x)):       where the copy turns a short axis innermost, Gelu is computed before, in vectors */
#include "codegen/lower.h"
#include "passes/fuse.h"

bool reads_once(const Node *user, const Value *v)
{
	const Value *y = user->out[0];
	return (user->op->flags & POINTWISE) && shape_same(&v->shape, &y->shape) &&
	       (v->shape.rank == 0 || inner_axis(v) == inner_axis(y));
}

/* ---- cores that are stored where their elements are moved to ---- */

/* An axis, or some digit of one: what cuts turn into an axis. One that varies is not cut. */
static bool is_digit(const Expr *x)
{
	if (x->kind == X_AXIS)
		return true;
	if (x->kind != X_ALU || (x->op != IDIV && x->op != IMOD) || x->arg[1]->kind != X_NUM)
		return false;
	bool varies = x->arg[0]->kind == X_AXIS && !dim_known(x->arg[0]->axes[0]->extent);
	return !varies && is_digit(x->arg[0]) && (x->arg[0]->hi + 1) % x->arg[1]->i == 0;
}

enum { VECTOR = 8 };

/* How many indices of the axis move the address by `step` each, from the first on; 0: it moves otherwise. *whole: all of them. */
static int64_t steps_by(const Linear *address, const Expr *axis, int64_t step, bool *whole)
{
	int64_t n = 0;
	*whole = false;
	for (int i = 0; i < address->n && !n; i++) {
		const Expr *x = address->atom[i];
		bool low = x->kind == X_ALU && x->op == IMOD && x->arg[0] == axis;
		*whole = x == axis;
		if (address->coef[i] == step && (*whole || low))
			n = low ? x->arg[1]->i : dim_known(axis->axes[0]->extent) ? axis->axes[0]->extent.k : VECTOR;
	}
	return n;
}

/* The moved elements, in their own order, lie side by side in base too: so many at least as fill a vector, or as base has in a
 * row. */
static bool runs_along(const Linear *address, Expr *const *axes, const Value *moved, int inner, const Value *base)
{
	const Dim own = base->shape.rank ? base->shape.dim[inner_axis(base)] : dim(1);
	bool whole = false, dense = inner == moved->shape.rank - 1;
	int64_t run = axes[inner]->kind == X_AXIS ? steps_by(address, axes[inner], 1, &whole) : 0, n = run;
	bool row = run && whole && dim_known(own) && own.k <= run;
	for (int k = inner - 1; k >= 0 && n && whole && dense && run < VECTOR; k--) {
		n = axes[k]->kind == X_AXIS ? steps_by(address, axes[k], run, &whole) : 1;
		run *= n ? n : 1;
	}
	return row || run >= VECTOR;
}

/* Each index of the load is an axis: its value's own axes change places, and none is cut. */
static bool keeps_axes(const Expr *load)
{
	bool whole = true;
	for (int k = 0; k < load->nargs; k++)
		whole &= load->arg[k]->kind == X_AXIS || load->arg[k]->kind == X_NUM;
	return whole;
}

/* Some reduction in the formula goes on while x stays. */
static bool in_reduction(const Expr *x, const Axis *axis)
{
	bool found = x->kind == X_REDUCE && depends_on(x, axis);
	for (int k = 0; k < x->nargs && !found; k++)
		found = in_reduction(x->arg[k], axis);
	return found;
}

/* Elements along such an axis of a value share what the core reduces: they are a row. */
static void find_rows(const Fuse *f, const Node *core, bool *row)
{
	Expr *axes[MAX_RANK], *body = node_expr(lower_new(f->g, &f->g->ctx->scratch, NULL), core, 0, axes);
	for (int k = 0; k < core->out[0]->shape.rank; k++)
		row[k] = body && axes[k]->kind == X_AXIS && !in_reduction(body, axes[k]->axes[0]);
}

/* Each index is a sum of axes or digits of them: which row of a reduction an element belongs to can become a loop. That loop
 * lies outside of those through a row: no lower digit of an axis counts rows than the one that counts elements of a row. */
static bool cuts_cleanly(const Expr *load, const bool *row)
{
	Linear sum;
	bool clean = true;
	for (int k = 0; clean && k < load->nargs; k++) {
		clean = linear_of(load->arg[k], &sum);
		for (int i = 0; clean && i < sum.n; i++)
			clean = is_digit(sum.atom[i]) && !(row[k] && sum.atom[i]->kind == X_ALU && sum.atom[i]->op == IDIV);
	}
	return clean;
}

/* Where the output of `move` reads base, a value of the core, by base's own order. NULL: it does more than that, or cuts
 * what the core makes as a whole. */
static Expr *address_in(const Fuse *f, const Node *move, Value *base, const Node *core, Expr **axes)
{
	Lower *l = lower_new(f->g, &f->g->ctx->scratch, f->is_load);
	Expr *body = node_expr(l, move, 0, axes);
	bool row[MAX_RANK];
	if (!body || body->kind != X_LOAD || body->value != base)
		return NULL;
	if (!(core->op->flags & (CONTRACTS | TABLES)))
		find_rows(f, core, row);
	if (core->op->flags & TABLES ? !keeps_axes(body) : !(core->op->flags & CONTRACTS) && !cuts_cleanly(body, row))
		return NULL;
	own_strides(base);
	return address_of(l, base, body->arg);
}

static bool stores_moved(const Fuse *f, const Node *move, Value *v)
{
	Value *z = move->out[0], *base = v;
	if (!(move->op->flags & ONCE) || move->nout > 1 || z->shape.rank == 0)
		return false;
	while (!f->is_load[base->id])
		base = base->def->in[0];
	int inner = inner_axis(z);
	if (f->moved[base->id] || (z->place->inner >= 0 && z->place->inner != inner))
		return false;
	Expr *axes[MAX_RANK];
	Expr *address = address_in(f, move, base, f->core[v->id]->def, axes);
	Linear sum;
	if (!address || !linear_of(address, &sum))
		return false;
	for (int i = 0; i < sum.n; i++)
		if (!is_digit(sum.atom[i]) || (sum.atom[i]->kind != X_AXIS && !(f->core[v->id]->def->op->flags & CONTRACTS)))
			return false;
	return runs_along(&sum, axes, z, inner, base);
}

bool can_store_moved(const Fuse *f, const Node *move, Value *v)
{
	f->is_load[v->id] = !(v->def->op->flags & ONCE);
	bool can = stores_moved(f, move, v);
	f->is_load[v->id] = true;
	return can;
}

/* ---- copies that turn a value ---- */

/* Copied after it is made, it is fewer bytes. */
static bool is_narrowed(const Value *y)
{
	const Node *n = y->def;
	return n->nin && n->in[0] && dtype_info(y->dtype)->bits < dtype_info(n->in[0]->dtype)->bits;
}

bool turns_short(const Fuse *f, const Node *copy, const Value *y)
{
	enum { SEVERAL = 2 };
	const Value *z = copy->out[0];
	bool pays = f->weight[y->id] >= SEVERAL || is_narrowed(y);
	if (copy->op != op_find("tcc", "Copy") || y->shape.rank == 0 || !pays || inner_axis(z) == inner_axis(y))
		return false;
	return z->shape.dim[inner_axis(z)].k < VECTOR / 2 && y->shape.dim[inner_axis(y)].k >= VECTOR;
}

bool turns_points(const Fuse *f, const Node *copy, const Node *n, const Value *y)
{
	Expr *axes[MAX_RANK];
	int64_t coef;
	if (copy->op != op_find("tcc", "Copy") || y->shape.rank == 0 || inner_axis(copy->out[0]) == inner_axis(y) ||
	    (n->op->flags & (POINTWISE | ONCE)))
		return false;
	Expr *body = node_expr(lower_new(f->g, &f->g->ctx->scratch, NULL), n, y->slot, axes);
	bool even = body->kind == X_LOAD;
	for (int k = 0; even && k < body->nargs; k++)
		for (int i = 0; even && i < y->shape.rank; i++)
			even = axes[i]->kind != X_AXIS || affine_in(body->arg[k], axes[i]->axes[0], &coef);
	return !even;
}

bool searches_row(const Fuse *f, const Node *user, const Value *y)
{
	Expr *axes[MAX_RANK];
	if (!(user->op->flags & REDUCES) || !user->op->lower || y->dtype != F32 || y->shape.rank == 0)
		return false;
	const Dim along = y->shape.dim[inner_axis(y)];
	Expr *body = node_expr(lower_new(f->g, &f->g->ctx->scratch, NULL), user, 0, axes);
	bool search = body->kind == X_REDUCE && is_arg(body->red) && body->arg[0]->kind == X_LOAD && body->arg[0]->value == y;
	const Expr *at = search ? body->arg[0]->arg[inner_axis(y)] : NULL;
	return search && at->kind == X_AXIS && at->axes[0] == body->axes[0] && (!dim_known(along) || along.k >= VECTOR);
}

/* ---- what lies beside a core ---- */

/* What x loads lies side by side along the axis, or elements up to so many apart, or is one element for all. Constants can
 * be laid out so. */
static bool walks_evenly(Lower *l, Expr *x, const Axis *axis, int64_t apart, bool *seen)
{
	int64_t coef;
	if (seen[x->id])
		return true;
	seen[x->id] = true;
	if (x->kind == X_LOAD && x->value->place->form != FORM_INLINE && x->value->role != ROLE_CONST)
		return affine_in(address_of(l, x->value, x->arg), axis, &coef) && coef >= 0 && coef <= apart;
	bool even = true;
	for (int k = 0; k < x->nargs && even; k++)
		even = walks_evenly(l, x->arg[k], axis, apart, seen);
	return even;
}

bool reads_evenly(const Fuse *f, const Node *n, int inner, int64_t apart)
{
	Arena *a = &f->g->ctx->scratch;
	Lower *l = lower_new(f->g, a, f->is_whole);
	Expr *axes[MAX_RANK], *body = node_expr(l, n, 0, axes);
	if (!body || axes[inner]->kind != X_AXIS)
		return true;
	return walks_evenly(l, body, axes[inner]->axes[0], apart, NEW_N(a, bool, l->nexprs + 1));
}

static bool is_wide(DType t) { return dtype_info(t)->bits > 32; }

/* An index by itself, not one that says what is loaded. */
static bool has_index(const Expr *x)
{
	bool found = x->kind == X_AXIS;
	for (int k = 0; k < x->nargs && x->kind != X_LOAD && !found; k++)
		found = has_index(x->arg[k]);
	return found;
}

/* Vectors compare floats; and numbers of 64 bits with an index, along the axis of one or the other (one-hot rows). */
static bool compares_in_lanes(const Expr *x)
{
	DType t = x->arg[0]->dtype;
	return t == F32 || t == BOOL || (t == I64 && has_index(x));
}

static bool is_in_lanes(const Expr *x, const Axis *axis);

static bool all_in_lanes(const Expr *x, const Axis *axis)
{
	bool all = true;
	for (int k = 0; k < x->nargs && all; k++)
		all = is_in_lanes(x->arg[k], axis);
	return all;
}

static bool is_in_lanes(const Expr *x, const Axis *axis)
{
	if (!depends_on(x, axis))
		return true;
	if (x->kind == X_LOAD)
		return !is_wide(x->dtype);
	if (x->kind == X_CAST && is_wide(x->arg[0]->dtype))
		return false;
	if (x->kind == X_ALU && x->dtype == BOOL)
		return compares_in_lanes(x) && (x->arg[0]->dtype == I64 || all_in_lanes(x, axis));
	return all_in_lanes(x, axis);
}

bool comes_in_lanes(const Fuse *f, const Value *v, const Value *y, int inner)
{
	int axis = inner - (y->shape.rank - v->shape.rank);
	if (axis < 0)
		return true;
	Expr *axes[MAX_RANK], *body = node_expr(lower_new(f->g, &f->g->ctx->scratch, f->is_whole), v->def, v->slot, axes);
	return !body || axes[axis]->kind != X_AXIS || is_in_lanes(body, axes[axis]->axes[0]);
}
