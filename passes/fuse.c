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
 *   stored    otherwise; so is text that is made, which needs memory, and what vectors of floats do not compute (a mask by
 *             numbers of 64 bits) where it would keep sums or many elements out of them.
 *
 * needs: layout.  keeps: what every value means.  sets: Place.form, offset, stride (relative to the region). */
#include <string.h>
#include "codegen/lower.h"
#include "passes/fuse.h"
#include "passes/twins.h"

enum { INLINE_MAX = 200, /* operations in one expression: keeps stages readable and compile time linear */
       READS_MAX = 48 }; /* loads in one: a stage has a parameter each, and its core's weights */

static bool is_core(const Node *n) { return n->op->flags & (CONTRACTS | REDUCES); }

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

enum { NEAR = 4 }; /* elements so far apart still come in vectors */

static bool may_inline(const Fuse *f, const Node *n, Value *y)
{
	const Node *user = f->user[y->id];
	if (n->op == &op_tcc_Lookup || (user && user->op == &op_tcc_Lookup))
		return false; /* vectors of bytes go from memory to memory */
	if (!f->on || !n->op->lower || y->place->stored || f->is_out[y->id] || !user || (!user->op->lower && !user->op->chosen))
		return false;
	if ((n->op->flags & (KEPT | ROWS)) || user->nsub || is_op(user, "Concat") || is_made(f, n, y))
		return false;
	if (f->weight[y->id] > INLINE_MAX || (f->reads[y->id] > 1 && f->planned[user->id] + f->reads[y->id] - 1 > READS_MAX))
		return false;
	if (f->core[y->id])
		return reads_once(user, y) || can_store_moved(f, user, y);
	if (user->op->chosen)
		return n->op->flags & (CHEAP | MOVES);
	if (turns_short(f, user, y) || turns_points(f, user, n, y))
		return false;
	if (user->op->flags & POINTWISE)
		return true;
	if (user->op->flags & CONTRACTS)
		return false;
	if (user->op->flags & MOVES)
		return true;
	if (!(n->op->flags & MOVES) && searches_row(f, user, y))
		return false;
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

/* Of v, which no vector computes along that axis of y, as little as possible gets memory: what is repeated along y, or what
 * floats or comparisons are made of. */
static void store_narrow(Fuse *f, const Node *n, Value *v, const Value *y, int inner)
{
	const Node *d = v->def;
	for (int k = 0; k < d->nin && shape_same(&v->shape, &y->shape) && (d->op->flags & POINTWISE); k++) {
		Value *x = d->in[k];
		if (x && x->place->form == FORM_INLINE && !f->core[x->id] && !comes_in_lanes(f, x, v, inner))
			store_narrow(f, d, x, v, inner);
	}
	if (!comes_in_lanes(f, v, y, inner))
		store_inlined(f, n, v);
}

/* A mask by numbers of 64 bits would keep the products that it is added to out of tiles, and a reduction or whatever it is
 * repeated along out of vectors of floats. */
static void store_wide(Fuse *f, const Node *n)
{
	const Value *y = n->out[0], *core = last_core(f, n);
	bool reduces = n->op->flags & REDUCES, contracts = core && (f->core[core->id]->def->op->flags & CONTRACTS);
	if (!f->on || !y || !(n->op->flags & (POINTWISE | REDUCES)) || (contracts ? f->core[core->id]->dtype : y->dtype) != F32)
		return;
	for (int k = 0; k < n->nin; k++) {
		Value *v = n->in[k];
		if (!v || v->place->form != FORM_INLINE || f->core[v->id])
			continue;
		const Value *whole = reduces ? v : y;
		int inner = whole->shape.rank ? inner_axis(whole) : 0;
		bool many = reduces || contracts || !shape_same(&v->shape, &y->shape);
		if (whole->shape.rank && many && !comes_in_lanes(f, v, whole, inner))
			store_narrow(f, n, v, whole, inner);
	}
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
			own_strides(g->value[i]);
		}
	for (uint32_t i = 0; i < g->nnode; i++) {
		Node *n = g->node[i];
		store_wide(&f, n);
		keep_cores(&f, n);
		for (int k = 0; k < n->nout; k++)
			if (n->out[k])
				choose_form(&f, n, n->out[k]);
		if (n->nsub)
			place_bodies(n, fusing);
	}
}
