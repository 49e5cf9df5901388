/* fuse.c -- which values get memory: everything else lives inside the expressions of its consumers.
 *
 *     t = Conv(x); u = t + b; y = Relu(u)        t, u inline: one stage computes y
 *     v = Reshape(y)                             view: y's memory with other strides
 *
 * One forward walk. A value is
 *   a view    when its operator only moves elements and strides can say how,
 *   inline    when it is pointwise (or moves) and one consumer reads each element about once, or when it is a
 *             contraction or reduction whose single consumer is pointwise in the same shape (an epilogue); a stage
 *             holds one contraction at most,
 *   stored    otherwise.
 *
 * needs: layout.  keeps: what every value means.  sets: Place.form, offset, stride (relative to the region). */
#include <assert.h>
#include <string.h>
#include "codegen/lower.h"
#include "passes/place.h"

typedef struct Fuse {
	Graph *g;
	bool on;
	uint32_t *uses;
	Node **user;      /* by value id: its consumer, when there is just one */
	bool *is_out;     /* by value id */
	Value **core;     /* by value id: the contraction or reduction inside its expression, or NULL */
	int *weight;      /* by value id: operations inlined into its expression so far */
} Fuse;

enum { INLINE_MAX = 200 }; /* operations in one expression: keeps stages readable and compile time linear */

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

Expr *find_load(Expr *x, const Value *v, Expr **guard)
{
	if (x->kind == X_LOAD)
		return x->value == v ? x : NULL;
	for (int k = 0; k < x->nargs; k++) {
		Expr *found = find_load(x->arg[k], v, guard);
		if (!found)
			continue;
		if (guard && x->kind == X_ALU && x->op == SELECT && k == 1 && found == x->arg[1] &&
		    x->arg[2]->kind == X_NUM && x->arg[2]->f == 0)
			*guard = x->arg[0];
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
	for (int k = 0; k < v->shape.rank; k++)
		sum = iadd(l, sum, imul(l, at[k], num_i(l, v->place->stride[k])));
	return sum;
}

/* ---- strides ---- */

/* Strides of a value that has memory of its own, borders included; row-major in its order. */
static void own_strides(const Value *v, Place *p)
{
	int64_t step = 1;
	for (int k = v->shape.rank - 1; k >= 0; k--) {
		int axis = v->order[k];
		p->stride[axis] = step;
		step *= v->shape.dim[axis].k + p->before[axis] + p->after[axis];
	}
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
	p->turn = p->parent->place->turn;
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
	p->turn = from->turn;
	p->region = NULL;
	p->parent = body->value; /* whose region it shares */
	memcpy(p->stride, stride, sizeof stride);
	return true;
}

/* ---- forms ---- */

static bool is_core(const Node *n) { return n->op->flags & (CONTRACTS | REDUCES); }

/* The consumer reads each element of its input about once, at the index of its own element. */
static bool reads_once(const Node *user, const Value *v)
{
	return (user->op->flags & POINTWISE) && shape_same(&v->shape, &user->out[0]->shape);
}

/* Elements of user are those of y, its input, by other names of the axes; in z they lie innermost along y's own innermost
 * axis. */
static bool renames(const Fuse *f, const Node *user, const Value *y, const Value *z)
{
	Lower *l = lower_new(f->g, &f->g->ctx->scratch, NULL);
	Expr *axes[MAX_RANK];
	int rank = y->shape.rank;
	if (!(user->op->flags & MOVES) || rank == 0 || z->shape.rank == 0 ||
	    !dim_same(shape_count(f->g, &y->shape), shape_count(f->g, &z->shape)))
		return false;
	const Expr *body = node_expr(l, user, 0, axes);
	if (!body || body->kind != X_LOAD || body->value != y)
		return false;
	for (int k = 0; k < rank; k++)
		if (body->arg[k]->kind != X_AXIS && !dim_is(y->shape.dim[k], 1))
			return false;
	return body->arg[y->order[rank - 1]] == axes[z->order[z->shape.rank - 1]];
}

/* A contraction or reduction goes on through a Transpose or Reshape to what is stored behind it. */
static bool passes_on(const Fuse *f, const Node *user, const Value *y)
{
	const Value *moved = user->out[0];
	const Node *next = moved ? f->user[moved->id] : NULL;
	if (!moved || f->is_out[moved->id])
		return false;
	if (moved->place->stored && !moved->place->parent)
		return renames(f, user, y, moved);
	return next && reads_once(next, moved) && next->op->lower && renames(f, user, y, next->out[0]);
}

static bool may_inline(const Fuse *f, const Node *n, const Value *y)
{
	const Node *user = f->user[y->id];
	if (!f->on || !n->op->lower || n->op->build || y->place->stored || f->is_out[y->id] || !user || !user->op->lower)
		return false;
	if (user->nsub || f->weight[y->id] > INLINE_MAX || is_op(user, "Concat"))
		return false;
	if (f->core[y->id])
		return reads_once(user, y) || passes_on(f, user, y);
	if (user->op->flags & POINTWISE)
		return true;
	if (user->op->flags & CONTRACTS)
		return false;
	return (user->op->flags & MOVES) || ((user->op->flags & REDUCES) && (n->op->flags & (CHEAP | MOVES)));
}

/* Of several inlined inputs that hold a contraction or reduction only the last made may stay: store the others. */
static void keep_one_core(Fuse *f, const Node *n)
{
	Value *keep = NULL;
	for (int k = 0; k < n->nin; k++) {
		Value *v = n->in[k];
		if (v && v->place->form == FORM_INLINE && f->core[v->id] && (!keep || v->id > keep->id))
			keep = v;
	}
	for (int k = 0; k < n->nin; k++) {
		Value *v = n->in[k];
		if (!v || v->place->form != FORM_INLINE || !f->core[v->id])
			continue;
		if (v != keep || is_core(n)) {
			v->place->form = FORM_STORED;
			stored_strides(v);
		} else if (n->out[0]) {
			f->core[n->out[0]->id] = f->core[v->id];
		}
	}
}

static void weigh(Fuse *f, const Node *n, Value *y)
{
	int sum = 1;
	for (int k = 0; k < n->nin; k++)
		if (n->in[k] && n->in[k]->place->form == FORM_INLINE)
			sum += f->weight[n->in[k]->id];
	f->weight[y->id] = sum;
}

static void choose_form(Fuse *f, const Node *n, Value *y)
{
	Place *p = y->place;
	weigh(f, n, y);
	if (is_core(n))
		f->core[y->id] = y;
	if (n->op->lower && (n->op->flags & MOVES) && !p->stored && !f->is_out[y->id] && find_view(f->g, y))
		return;
	if (may_inline(f, n, y)) {
		p->form = FORM_INLINE;
		return;
	}
	p->form = FORM_STORED;
	stored_strides(y);
}

static void fill_users(Fuse *f)
{
	Graph *g = f->g;
	f->uses = fill_uses(g);
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nin; k++)
			if (g->node[i]->in[k])
				f->user[g->node[i]->in[k]->id] = g->node[i];
	for (uint32_t i = 1; i <= g->nvalue; i++)
		if (f->uses[i] != 1)
			f->user[i] = NULL;
	for (int i = 0; i < g->nout; i++)
		f->is_out[g->out[i]->id] = true;
}

void fuse(Graph *g, bool fusing)
{
	Arena *a = &g->ctx->scratch;
	Fuse f = {.g = g, .on = fusing, .user = NEW_N(a, Node *, g->nvalue + 1), .is_out = NEW_N(a, bool, g->nvalue + 1),
	          .core = NEW_N(a, Value *, g->nvalue + 1), .weight = NEW_N(a, int, g->nvalue + 1)};
	fill_users(&f);
	for (uint32_t i = 0; i < g->nvalue; i++)
		if (!g->value[i]->def && g->value[i]->place->form != FORM_VIEW) {
			g->value[i]->place->form = FORM_STORED;
			own_strides(g->value[i], g->value[i]->place);
		}
	for (uint32_t i = 0; i < g->nnode; i++) {
		Node *n = g->node[i];
		keep_one_core(&f, n);
		for (int k = 0; k < n->nout; k++)
			if (n->out[k])
				choose_form(&f, n, n->out[k]);
		if (n->nsub)
			place_scan(n, fusing);
	}
}
