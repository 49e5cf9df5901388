/* fuse.c -- which values get memory: everything else lives inside the expressions of its consumers.
 *
 *     t = Conv(x); u = t + b; y = Relu(u)        t, u inline: one stage computes y
 *     v = Reshape(y)                             view: y's memory with other strides
 *
 * One forward walk. A value is
 *   a view    when its operator only moves elements and strides can say how; an output, where it has all of a stored value
 *             as that lies, which is then made where the caller wants the output,
 *   inline    when it is pointwise (or moves) and one consumer reads each element about once, or when it is a
 *             contraction or reduction whose single consumer is pointwise in the same shape (an epilogue), or moves its
 *             elements such that vectors stay together: then it is stored where they go, and there is no copy; a stage
 *             holds one contraction, or a few that the same tiles make (twins.c),
 *   stored    otherwise; so is text that is made, which needs memory.
 *
 * needs: layout.  keeps: what every value means.  sets: Place.form, offset, stride (relative to the region). */
#include <assert.h>
#include <string.h>
#include "codegen/lower.h"
#include "passes/place.h"
#include "passes/twins.h"

typedef struct Fuse {
	Graph *g;
	Fusing on;
	uint32_t *uses;
	Node **user;      /* by value id: its consumer, when there is just one */
	bool *is_out;     /* by value id */
	Value **core;     /* by value id: the contraction or reduction inside its expression, or NULL */
	int *cores;       /* by value id: how many there are: it and its twins */
	bool *moved;      /* by value id: that expression also moves elements of the core */
	int *weight;      /* by value id: operations inlined into its expression so far */
	int *reads;       /* by value id: loads in its expression */
	int *planned;     /* by node id: loads that its expression will have, as far as inputs have their forms */
	bool *is_load;    /* by value id: it is none of those that exist in expressions and only move elements */
	bool *is_whole;   /* by value id: it does not exist in expressions, or a core makes it */
} Fuse;

enum { INLINE_MAX = 200, /* operations in one expression: keeps stages readable and compile time linear */
       READS_MAX = 48 }; /* loads in one: a stage has a parameter each, and its core's weights */

/* ---- formulas and addresses ---- */

Expr *node_expr(Lower *l, const Node *n, int slot, Expr **axes)
{
	const Shape *s = &n->out[slot]->shape;
	if (!n->op->lower)
		return NULL;
	for (int k = 0; k < s->rank; k++)
		axes[k] = axis_expr(l, axis_new(l, s->dim[k], false));
	return n->op->lower(l, n, slot, axes);
}

Expr *padded_load(const Expr *x, int64_t *fill)
{
	if (x->kind != X_ALU || x->op != SELECT || x->arg[2]->kind != X_NUM || x->arg[2]->f != 0)
		return NULL;
	Expr *inner = x->arg[1];
	*fill = 0;
	if (inner->kind == X_ALU && inner->op == SUB && inner->arg[1]->kind == X_NUM && inner->dtype == I32) {
		*fill = inner->arg[1]->i;
		inner = inner->arg[0];
	}
	if (inner->kind == X_CAST && inner->dtype == I32 && dtype_info(inner->arg[0]->dtype)->bits == 8)
		inner = inner->arg[0];
	if (inner->kind == X_CAST && inner->dtype == F64)
		inner = inner->arg[0];
	return inner->kind == X_LOAD && (*fill == 0 || dtype_info(inner->dtype)->bits == 8) ? inner : NULL;
}

Expr *find_load(Expr *x, const Value *v, Expr **guarded)
{
	int64_t fill;
	if (x->kind == X_LOAD)
		return x->value == v ? x : NULL;
	for (int k = 0; k < x->nargs; k++) {
		Expr *found = find_load(x->arg[k], v, guarded);
		if (!found)
			continue;
		if (guarded && k == 1 && padded_load(x, &fill) == found)
			*guarded = x;
		return found;
	}
	return NULL;
}

static bool bound_of_load(Lower *l, const Expr *c, const Expr *load)
{
	for (int k = 0; k < load->nargs; k++) {
		Expr *n = extent(l, load->value->shape.dim[k]);
		if (c == alu2(l, LE, num_i(l, 0), load->arg[k]) || c == alu2(l, LT, load->arg[k], n))
			return true;
	}
	return false;
}

bool guard_is_border(Lower *l, const Expr *guard, const Expr *load)
{
	if (guard->kind == X_ALU && guard->op == AND)
		return guard_is_border(l, guard->arg[0], load) && guard_is_border(l, guard->arg[1], load);
	return bound_of_load(l, guard, load);
}

Expr *address_of(Lower *l, const Value *v, Expr *const *at)
{
	Expr *sum = num_i(l, 0);
	if (v->place->ragged)
		return flatten(l, &v->shape, at);
	for (int k = 0; k < v->shape.rank; k++)
		sum = iadd(l, sum, imul(l, at[k], num_i(l, v->place->stride[k])));
	return sum;
}

/* ---- strides ---- */

enum { LINE = 16, CROWDED = 256 }; /* elements: of a line, and a step at which few sets of a first cache take all */

/* In the value's order, borders included. Rows whose length varies lie as far apart as the longest: a run that uses only
 * their beginnings should find these in all sets of a cache. What is packed stays dense, for its bytes are written one after
 * the other. */
int64_t row_major(const Value *v, int64_t *stride)
{
	const Place *p = v->place;
	int64_t step = 1;
	bool varies = false;
	for (int k = v->shape.rank - 1; k >= 0; k--) {
		int axis = v->order[k];
		bool spread = dtype_info(v->dtype)->bits >= 8 && (axis < p->apart || (varies && !p->ragged));
		step += spread && step % CROWDED == 0 ? LINE : 0;
		stride[axis] = step;
		step *= v->shape.dim[axis].k + p->before[axis] + p->after[axis];
		varies |= !dim_known(v->shape.dim[axis]);
	}
	return step;
}

/* Strides of a value that has memory of its own. */
static void own_strides(const Value *v, Place *p)
{
	row_major(v, p->stride);
	p->offset = 0;
	for (int k = 0; k < v->shape.rank; k++)
		p->offset += p->before[k] * p->stride[k];
}

static void stored_strides(const Value *v)
{
	Place *p = v->place;
	if (p->given)
		return;
	if (!p->parent) {
		own_strides(v, p);
		return;
	}
	stored_strides(p->parent);
	memcpy(p->stride, p->parent->place->stride, sizeof p->stride);
	p->offset = p->parent->place->offset + p->parent_at * p->stride[p->parent_axis];
	memcpy(p->turn, p->parent->place->turn, sizeof p->turn);
}

/* y as a view of the one value that its formula loads: true when the address is affine in every axis. */
static bool find_view(Graph *g, Value *y)
{
	Lower *l = lower_new(g, &g->ctx->scratch, NULL);
	Expr *axes[MAX_RANK], *body = node_expr(l, y->def, y->slot, axes);
	if (!body || body->kind != X_LOAD || body->value->role == ROLE_CONST || body->dtype != y->dtype)
		return false;
	const Place *from = body->value->place;
	if (from->form == FORM_INLINE)
		return false;
	Expr *address = address_of(l, body->value, body->arg);
	Place *p = y->place;
	Linear sum;
	if (!linear_of(address, &sum))
		return false;
	int64_t stride[MAX_RANK] = {0};
	for (int i = 0; i < sum.n; i++) {
		int k = 0;
		while (k < y->shape.rank && sum.atom[i] != axes[k])
			k++;
		if (k == y->shape.rank)
			return false;
		stride[k] = sum.coef[i];
	}
	if (p->inner >= 0 && stride[p->inner] != 1 && !dim_is(y->shape.dim[p->inner], 1))
		return false;
	p->form = FORM_VIEW;
	p->offset = from->offset + sum.k;
	memcpy(p->turn, from->turn, sizeof p->turn);
	p->region = NULL;
	p->parent = body->value; /* whose region it shares */
	memcpy(p->stride, stride, sizeof stride);
	return true;
}

/* ---- forms ---- */

static bool is_core(const Node *n) { return n->op->flags & (CONTRACTS | REDUCES); }

int inner_axis(const Value *v)
{
	int k = v->shape.rank - 1;
	while (k > 0 && dim_is(v->shape.dim[v->order[k]], 1))
		k--;
	return v->order[k];
}

/* The consumer reads each element of its input about once, at the index of its own element, and both have their vectors
 * along the same axis. */
static bool reads_once(const Node *user, const Value *v)
{
	const Value *y = user->out[0];
	return (user->op->flags & POINTWISE) && shape_same(&v->shape, &y->shape) &&
	       (v->shape.rank == 0 || inner_axis(v) == inner_axis(y));
}

/* ---- cores that are stored where their elements are moved to ---- */

/* An axis, or some digit of one: what cuts turn into an axis. */
static bool is_digit(const Expr *x)
{
	if (x->kind == X_AXIS)
		return true;
	if (x->kind != X_ALU || (x->op != IDIV && x->op != IMOD) || x->arg[1]->kind != X_NUM)
		return false;
	return is_digit(x->arg[0]) && (x->arg[0]->hi + 1) % x->arg[1]->i == 0;
}

/* The address runs through elements side by side along the axis, for so many at least as fill a vector. */
static bool runs_along(const Linear *address, const Expr *axis)
{
	enum { VECTOR = 8 };
	for (int i = 0; i < address->n; i++) {
		const Expr *x = address->atom[i];
		bool low = x->kind == X_ALU && x->op == IMOD && x->arg[0] == axis && x->arg[1]->i >= VECTOR;
		if (address->coef[i] == 1 && (x == axis || low))
			return true;
	}
	return false;
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
	own_strides(base, base->place);
	return address_of(l, base, body->arg);
}

/* The output of `move`, a consumer of v, can be what v's core stores: every address can be cut into affine pieces, and
 * the innermost axis runs through neighbours. */
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
	return runs_along(&sum, axes[inner]);
}

static bool can_store_moved(const Fuse *f, const Node *move, Value *v)
{
	f->is_load[v->id] = !(v->def->op->flags & ONCE);
	bool can = stores_moved(f, move, v);
	f->is_load[v->id] = true;
	return can;
}

/* The copy turns y so that an axis shorter than a vector lies innermost: what takes several operations is computed before,
 * in vectors. */
static bool turns_short(const Fuse *f, const Node *copy, const Value *y)
{
	enum { VECTOR = 8, SEVERAL = 2 };
	const Value *z = copy->out[0];
	if (copy->op != op_find("tcc", "Copy") || y->shape.rank == 0 || f->weight[y->id] < SEVERAL || inner_axis(z) == inner_axis(y))
		return false;
	return z->shape.dim[inner_axis(z)].k < VECTOR / 2 && y->shape.dim[inner_axis(y)].k >= VECTOR;
}

/* The copy turns y, whose elements come from several places, or from none at even steps: vectors of those are only there
 * where they lie. */
static bool turns_points(const Fuse *f, const Node *copy, const Node *n, const Value *y)
{
	Expr *axes[MAX_RANK];
	int64_t coef;
	if (copy->op != op_find("tcc", "Copy") || y->shape.rank == 0 || inner_axis(copy->out[0]) == inner_axis(y) ||
	    (n->op->flags & (POINTWISE | ONCE)))
		return false;
	bool *is_load = NEW_N(&f->g->ctx->scratch, bool, f->g->nvalue + 1);
	memset(is_load, true, (f->g->nvalue + 1) * sizeof *is_load);
	Expr *body = node_expr(lower_new(f->g, &f->g->ctx->scratch, is_load), n, y->slot, axes);
	bool even = body->kind == X_LOAD;
	for (int k = 0; even && k < body->nargs; k++)
		for (int i = 0; even && i < y->shape.rank; i++)
			even = axes[i]->kind != X_AXIS || affine_in(body->arg[k], axes[i]->axes[0], &coef);
	return !even;
}

static bool has_made(const Expr *x)
{
	bool found = makes_text(x);
	for (int k = 0; k < x->nargs && !found; k++)
		found = has_made(x->arg[k]);
	return found;
}

/* Every element would be made in memory of its own. */
static bool is_made(const Fuse *f, const Node *n, const Value *y)
{
	Expr *axes[MAX_RANK];
	return y->dtype == STR && has_made(node_expr(lower_new(f->g, &f->g->ctx->scratch, f->is_load), n, y->slot, axes));
}

/* ---- what vectors find ---- */

enum { NEAR = 4 }; /* elements so far apart still come in vectors */

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

/* All that n reads beside a core, along that axis of its result. */
static bool reads_evenly(const Fuse *f, const Node *n, int inner, int64_t apart)
{
	Arena *a = &f->g->ctx->scratch;
	Lower *l = lower_new(f->g, a, f->is_whole);
	Expr *axes[MAX_RANK], *body = node_expr(l, n, 0, axes);
	if (!body || axes[inner]->kind != X_AXIS)
		return true;
	return walks_evenly(l, body, axes[inner]->axes[0], apart, NEW_N(a, bool, l->nexprs + 1));
}

static bool may_inline(const Fuse *f, const Node *n, Value *y)
{
	const Node *user = f->user[y->id];
	if (!f->on || !n->op->lower || y->place->stored || f->is_out[y->id] || !user || !user->op->lower)
		return false;
	if ((n->op->flags & (KEPT | ROWS)) || user->nsub || is_op(user, "Concat") || is_made(f, n, y))
		return false;
	if (f->weight[y->id] > INLINE_MAX || (f->reads[y->id] > 1 && f->planned[user->id] + f->reads[y->id] - 1 > READS_MAX))
		return false;
	if (f->core[y->id])
		return reads_once(user, y) || can_store_moved(f, user, y);
	if (turns_short(f, user, y) || turns_points(f, user, n, y))
		return false;
	if (user->op->flags & POINTWISE)
		return true;
	if (user->op->flags & CONTRACTS)
		return false;
	if (user->op->flags & MOVES)
		return true;
	bool few = (user->op->flags & REDUCES) && (n->op->flags & (CHEAP | MOVES));
	return few && (y->shape.rank == 0 || reads_evenly(f, n, inner_axis(y), INT64_MAX)); /* windows read again and again */
}

static bool holds_core(const Fuse *f, const Value *v) { return v && v->place->form == FORM_INLINE && f->core[v->id]; }

/* The tiles that make the cores of y, with so many twins so far, make those of x too. */
static bool made_together(const Fuse *f, const Value *x, const Value *y, int cores)
{
	return f->on == FUSE_TWINS && !f->moved[x->id] && !f->moved[y->id] && cores + f->cores[x->id] <= SUMS_MAX &&
	       are_twins(f->core[x->id]->def, f->core[y->id]->def);
}

static void store_inlined(Fuse *f, const Node *n, Value *v)
{
	v->place->form = FORM_STORED;
	f->is_load[v->id] = f->is_whole[v->id] = true;
	f->planned[n->id] -= f->reads[v->id] - 1;
	stored_strides(v);
}

/* Beside a contraction elements that are moved get memory of their own where vectors of them are not there. False: operands
 * lie in another order than it makes. */
static bool keeps_vectors(Fuse *f, const Node *n, const Value *core)
{
	Value *y = n->out[0];
	if (!(n->op->flags & POINTWISE) || !(f->core[core->id]->def->op->flags & CONTRACTS) || !y || y->shape.rank == 0)
		return true;
	int inner = inner_axis(y);
	if (reads_evenly(f, n, inner, NEAR))
		return true;
	for (int k = 0; k < n->nin; k++) {
		Value *v = n->in[k];
		if (v && v->place->form == FORM_INLINE && !f->core[v->id] && shape_same(&v->shape, &y->shape) &&
		    !reads_evenly(f, v->def, inner, NEAR))
			store_inlined(f, n, v);
	}
	return reads_evenly(f, n, inner, NEAR);
}

static Value *last_core(const Fuse *f, const Node *n)
{
	Value *last = NULL;
	for (int k = 0; k < n->nin; k++)
		if (holds_core(f, n->in[k]) && (!last || n->in[k]->id > last->id))
			last = n->in[k];
	return last;
}

/* Of several inlined inputs that hold a contraction or reduction the last made may stay, and its twins: store the others. */
static void keep_cores(Fuse *f, const Node *n)
{
	Value *keep = last_core(f, n);
	while (keep && !keeps_vectors(f, n, keep)) {
		store_inlined(f, n, keep);
		keep = last_core(f, n);
	}
	int cores = keep ? f->cores[keep->id] : 0;
	for (int k = 0; k < n->nin; k++) {
		Value *v = n->in[k];
		if (!holds_core(f, v) || (v == keep && !is_core(n)))
			continue;
		if (is_core(n) || !made_together(f, v, keep, cores))
			store_inlined(f, n, v);
		else
			cores += f->cores[v->id];
	}
	if (!keep || is_core(n) || !n->out[0])
		return;
	f->core[n->out[0]->id] = f->core[keep->id];
	f->cores[n->out[0]->id] = cores;
	f->moved[n->out[0]->id] = f->moved[keep->id] || (n->op->flags & ONCE);
}

static void weigh(Fuse *f, const Node *n, Value *y)
{
	int sum = 1;
	for (int k = 0; k < n->nin; k++)
		if (n->in[k] && n->in[k]->place->form == FORM_INLINE)
			sum += f->weight[n->in[k]->id];
	f->weight[y->id] = sum;
	f->reads[y->id] = f->planned[n->id];
}

static void make_inline(Fuse *f, const Node *n, Value *y)
{
	y->place->form = FORM_INLINE;
	f->is_load[y->id] = !(n->op->flags & ONCE);
	f->is_whole[y->id] = is_core(n);
	f->planned[f->user[y->id]->id] += f->reads[y->id] - 1;
}

/* What only moves elements has promised any inner axis: as a view if that is one, else it is stored so. */
static void grant_inner(Value *y)
{
	int k = 0, inner = y->place->inner;
	if (inner < 0 || inner_axis(y) == inner || dim_is(y->shape.dim[inner], 1) || y->place->parent)
		return;
	while (y->order[k] != inner)
		k++;
	memmove(y->order + k, y->order + k + 1, (size_t)(y->shape.rank - 1 - k) * sizeof *y->order);
	y->order[y->shape.rank - 1] = inner;
}

/* ---- outputs that are stored values in another shape ---- */

static bool is_dense(const Fuse *f, const Value *v, const int64_t *stride, int64_t *count)
{
	int64_t own[MAX_RANK];
	*count = row_major(v, own);
	bool dense = dim_is(shape_count(f->g, &v->shape), *count);
	for (int k = 0; k < v->shape.rank && dense; k++)
		dense = stride[k] == own[k] || dim_is(v->shape.dim[k], 1);
	return dense;
}

/* Of v, whose elements an output has as they lie: it is stored there. */
static bool can_be_output(const Fuse *f, const Value *v, int64_t count)
{
	const Place *p = v->place;
	int64_t own;
	return v->def && !v->def->nsub && v->role == ROLE_TEMP && p->form == FORM_STORED && !p->parent && !p->given && !p->border &&
	       !f->is_out[v->id] && is_dense(f, v, p->stride, &own) && own == count;
}

/* True when the output y became a view. */
static bool view_as_output(Fuse *f, Value *y)
{
	const Place before = *y->place;
	int64_t count;
	bool can = !f->g->outer && f->on && before.stored && !before.ragged && find_view(f->g, y);
	if (can && y->place->offset == 0 && is_dense(f, y, y->place->stride, &count) && can_be_output(f, y->place->parent, count)) {
		f->is_out[y->place->parent->id] = true;
		return true;
	}
	*y->place = before;
	return false;
}

static void choose_form(Fuse *f, const Node *n, Value *y)
{
	Place *p = y->place;
	if (n->op == &op_tcc_Agree) {
		p->form = FORM_INLINE; /* nobody reads it */
		return;
	}
	weigh(f, n, y);
	if (is_core(n)) {
		f->core[y->id] = y;
		f->cores[y->id] = 1;
	}
	bool whole = dtype_info(y->dtype)->bits >= 8; /* a view begins at a byte */
	if (n->op->lower && (n->op->flags & MOVES) && whole && !p->stored && !f->is_out[y->id] && find_view(f->g, y))
		return;
	if (n->op->lower && (n->op->flags & MOVES) && whole && f->is_out[y->id] && view_as_output(f, y))
		return;
	if (may_inline(f, n, y)) {
		make_inline(f, n, y);
		return;
	}
	p->form = FORM_STORED;
	if (n->op->flags & MOVES)
		grant_inner(y);
	stored_strides(y);
}

static bool is_number(const Value *v) { return v->data && v->data->count == 1; }

static void fill_users(Fuse *f)
{
	Graph *g = f->g;
	f->uses = fill_uses(g);
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nin; k++)
			if (g->node[i]->op == &op_tcc_Agree) {
				f->uses[g->node[i]->in[k]->id]--; /* it reads nothing */
			} else if (g->node[i]->in[k]) {
				f->user[g->node[i]->in[k]->id] = g->node[i];
				f->planned[g->node[i]->id] += !is_number(g->node[i]->in[k]);
			}
	for (uint32_t i = 1; i <= g->nvalue; i++)
		if (f->uses[i] != 1)
			f->user[i] = NULL;
	for (int i = 0; i < g->nout; i++)
		f->is_out[g->out[i]->id] = true;
}

void fuse(Graph *g, Fusing fusing)
{
	Arena *a = &g->ctx->scratch;
	Fuse f = {.g = g, .on = fusing, .user = NEW_N(a, Node *, g->nvalue + 1), .is_out = NEW_N(a, bool, g->nvalue + 1),
	          .core = NEW_N(a, Value *, g->nvalue + 1), .weight = NEW_N(a, int, g->nvalue + 1),
	          .cores = NEW_N(a, int, g->nvalue + 1), .moved = NEW_N(a, bool, g->nvalue + 1), .reads = NEW_N(a, int, g->nvalue + 1),
	          .planned = NEW_N(a, int, g->last_node_id + 1), .is_load = NEW_N(a, bool, g->nvalue + 1),
	          .is_whole = NEW_N(a, bool, g->nvalue + 1)};
	memset(f.is_load, true, g->nvalue + 1);
	memset(f.is_whole, true, g->nvalue + 1);
	fill_users(&f);
	for (uint32_t i = 0; i < g->nvalue; i++)
		if (!g->value[i]->def && g->value[i]->place->form != FORM_VIEW) {
			g->value[i]->place->form = FORM_STORED;
			own_strides(g->value[i], g->value[i]->place);
		}
	for (uint32_t i = 0; i < g->nnode; i++) {
		Node *n = g->node[i];
		keep_cores(&f, n);
		for (int k = 0; k < n->nout; k++)
			if (n->out[k])
				choose_form(&f, n, n->out[k]);
		if (n->nsub)
			place_bodies(n, fusing);
	}
}
