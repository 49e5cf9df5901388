/* stage.c -- from fused nodes to stages: one output, its axes in memory order, its body with flat addresses.
 *
 *     y[n,c,h,w] = max(conv(...) + b[c], 0)    axes h, w, c (n has one index only), outermost first
 *
 * Loads become flat here: the strides of every value are known, so x[n,c,h-1,w-1] turns into one address, and the test
 * "is h-1 inside x" vanishes where x has a border of zeros. Then neighbouring axes are merged (merge.c). */
#include <assert.h>
#include <string.h>
#include "codegen/nest.h"
#include "codegen/packed.h"
#include "ir/op/agree.h"
#include "passes/rewrite.h"

/* ---- flat bodies ---- */

typedef struct Flat {
	Stage *s;
	Expr **done; /* by id of the original expression */
	uint32_t ndone;
} Flat;

static Expr *flat(Flat *f, Expr *x);

static bool is_checked(const Expr *index)
{
	bool found = index->kind == X_ALU && index->op == INDEX;
	for (int k = 0; k < index->nargs && !found; k++)
		found = is_checked(index->arg[k]);
	return found;
}

/* Its value has no elements, so that nobody gets here, unless to be told that the index is out of range. */
static bool is_never_read(const Flat *f, const Expr *load)
{
	bool never = dim_is(shape_count(lower_graph(f->s->l), &load->value->shape), 0);
	for (int k = 0; k < load->nargs && never; k++)
		never = !is_checked(load->arg[k]);
	return never;
}

/* The axis along which v's elements are neighbours, if the run says whether that index moves at all (repeated_index()). */
static int row_that_may_repeat(const Value *v, Expr *const *at)
{
	const Place *p = v->place;
	for (int k = 0; k < v->shape.rank; k++)
		if (is_repeated_index(at[k]) && (p->ragged ? k == v->shape.rank - 1 : p->stride[k] == 1))
			return k;
	return -1;
}

/* One element for all, or a row of them: d0 == 1 ? x[0] : x[i]. Either is a vector, which x[d0 == 1 ? 0 : i] is not. */
static Expr *load_at(Lower *l, const Expr *x, Expr **at)
{
	int row = is_packed(x->dtype) ? -1 : row_that_may_repeat(x->value, at);
	if (row >= 0) {
		const Expr *index = at[row];
		at[row] = index->arg[1];
		Expr *one = load_at(l, x, at);
		at[row] = index->arg[2];
		return choose(l, index->arg[0], one, load_at(l, x, at));
	}
	Expr *address = address_of(l, x->value, at), like = *x;
	if (is_packed(x->dtype))
		return packed_load(l, x, address);
	like.nargs = 1;
	like.arg = &address;
	return expr_intern(l, like);
}

static Expr *flat_load(Flat *f, Expr *x)
{
	Expr *at[MAX_RANK];
	if (is_never_read(f, x))
		return flat(f, num(f->s->l, x->dtype, 0));
	for (int k = 0; k < x->nargs; k++)
		at[k] = flat(f, x->arg[k]);
	return load_at(f->s->l, x, at);
}

/* Every index of the load stays within its value or what lies around it: numbers `fill`. */
static bool within_border(const Expr *load, int64_t fill)
{
	const Place *p = load->value->place;
	if (!p->border || p->fill != fill)
		return false;
	for (int k = 0; k < load->nargs; k++)
		if (load->arg[k]->lo < -p->before[k] ||
		    load->arg[k]->hi >= load->value->shape.dim[k].k + p->after[k])
			return false;
	return true;
}

static Expr *flat_new(Flat *f, Expr *x)
{
	Expr *arg[MAX_RANK], *load;
	int64_t fill;
	if (x->kind == X_LOAD)
		return flat_load(f, x);
	if ((load = padded_load(x, &fill)) && within_border(load, fill) && guard_is_border(f->s->l, x->arg[0], load))
		return flat(f, x->arg[1]);
	if (x->nargs == 0 && !is_packed(x->dtype))
		return x;
	for (int k = 0; k < x->nargs; k++)
		arg[k] = flat(f, x->arg[k]);
	if (is_packed(x->dtype))
		return packed_rebuild(f->s->l, x, arg);
	return rebuild(f->s->l, x, arg);
}

static Expr *flat(Flat *f, Expr *x)
{
	if (x->id > f->ndone)
		return flat_new(f, x);
	if (!f->done[x->id])
		f->done[x->id] = flat_new(f, x);
	return f->done[x->id];
}

/* ---- facts about a stage ---- */

int64_t axis_count(const Axis *axis) { return axis->extent.k; }

Expr *local_new(Stage *s, DType t)
{
	return expr_intern(s->l, (Expr){.kind = X_LOCAL, .dtype = t, .i = ++s->locals, .lo = -INDEX_MAX, .hi = INDEX_MAX});
}

/* A value inside an expression has one reader, so only a node of several outputs can be met twice. */
static bool is_fused(const Stage *s, const Node *n)
{
	for (int i = 0; i < s->nfused && n->nout > 1; i++)
		if (s->fused[i] == n)
			return true;
	return false;
}

static void collect_fused(Stage *s, Arena *a, Node *n)
{
	if (is_fused(s, n))
		return;
	for (int k = 0; k < n->nin; k++)
		if (n->in[k] && n->in[k]->def && n->in[k]->place->form == FORM_INLINE)
			collect_fused(s, a, n->in[k]->def);
	GROW(a, s->fused, s->nfused, s->cfused);
	s->fused[s->nfused++] = n;
}

static void find_facts(Stage *s, const Expr *x, bool *seen)
{
	if (seen[x->id])
		return;
	seen[x->id] = true;
	bool index = x->kind == X_ALU && x->dtype == I64 && (x->op == ADD || x->op == MUL || x->op == IDIV || x->op == IMOD);
	bool bounded = x->hi < INDEX_MAX && x->lo > -INDEX_MAX;
	s->wide |= (index || x->kind == X_AXIS) && bounded && (x->hi > NARROW_MOST || x->lo < -NARROW_MOST);
	s->makes_text |= makes_text(x);
	s->checks |= x->kind == X_ALU && (x->op == INDEX || x->op == REQUIRE || x->op == COUNT || makes_text(x));
	for (int k = 0; k < x->nargs; k++)
		find_facts(s, x->arg[k], seen);
}

static void find_all_facts(Stage *s)
{
	Arena *scratch = &s->l->graph->ctx->scratch;
	find_facts(s, s->body, NEW_N(scratch, bool, s->l->nexprs + 1));
	find_facts(s, s->address, NEW_N(scratch, bool, s->l->nexprs + 1));
}

Stage *stage_add(Module *m, Node *n)
{
	Arena *a = &m->g->ctx->perm;
	Stage *s = NEW(a, Stage);
	GROW(a, m->stage, m->nstages, m->cstages);
	m->stage[m->nstages++] = s;
	s->number = m->nstages;
	s->times = m->times;
	s->node = n;
	return s;
}

/* Before the first part of a value with a border is written, its zeros are. */
void make_border(Module *m, Node *n, Value *y)
{
	while (y->place->parent && y->place->form == FORM_STORED)
		y = y->place->parent;
	if (!y->place->border || y->place->zeroed)
		return;
	y->place->zeroed = true;
	Stage *s = stage_add(m, n);
	s->kind = "border";
	s->out = y;
	s->l = lower_new(m->g, &m->g->ctx->perm, NULL);
}

/* The elements of output `slot` that the walk names. */
static Stage *make_piece(Module *m, Graph *g, Node *n, int slot, const bool *is_load, const Walk *walk)
{
	Arena *a = &m->g->ctx->perm;
	Value *y = n->out[slot];
	Stage *s = stage_add(m, n);
	s->out = y;
	Expr *at[MAX_RANK];
	s->l = lower_new(g, a, is_load);
	s->naxes = walk->nloops;
	walk_index(s->l, y, walk, s->axis, at);
	Expr *body = n->op->lower(s->l, n, slot, at);
	Flat f = {s, NEW_N(a, Expr *, s->l->nexprs + 1), s->l->nexprs};
	s->body = flat(&f, body);
	s->orders = body->kind == X_ALU && body->op == ORDER;
	s->address = address_of(s->l, y, at);
	merge_axes(s);
	collect_fused(s, a, n);
	find_all_facts(s);
	s->kind = stage_kind(s);
	for (int i = 0; i < s->nfused; i++)
		stage_choose(s, s->fused[i]->choice);
	return s;
}

/* Element at[] of a stage's output, flat. */
typedef struct Element {
	Stage *s;
	Node *n;
	int slot;
} Element;

static Expr *flat_element(void *data, Expr *const *at)
{
	const Element *e = data;
	Flat f = {e->s, NULL, 0};
	return flat(&f, e->n->op->lower(e->s->l, e->n, e->slot, at));
}

/* A value of elements below a byte: byte after byte. */
static void make_bytes(Module *m, Graph *g, Node *n, int slot, const bool *is_load)
{
	Arena *a = &m->g->ctx->perm;
	Stage *s = stage_add(m, n);
	Element e = {s, n, slot};
	s->out = n->out[slot];
	s->l = lower_new(g, a, is_load);
	s->naxes = 1;
	s->axis[0] = axis_new(s->l, packed_bytes(m->g, s->out), false);
	s->address = axis_expr(s->l, s->axis[0]);
	s->body = packed_byte(s->l, s->out, s->address, flat_element, &e);
	collect_fused(s, a, n);
	find_all_facts(s);
	s->kind = stage_kind(s);
}

/* Its core is a sum of products whose axes may be cut; tables need theirs whole. */
static bool contracts(const Node *n)
{
	bool found = (n->op->flags & CONTRACTS) && !(n->op->flags & TABLES);
	for (int k = 0; k < n->nin && !found; k++)
		found = n->in[k] && n->in[k]->def && n->in[k]->place->form == FORM_INLINE && contracts(n->in[k]->def);
	return found;
}

static void make_stage(Module *m, Graph *g, Node *n, int slot, const bool *is_load)
{
	Value *y = n->out[slot];
	if (dim_is(shape_count(m->g, &y->shape), 0))
		return; /* nothing to compute */
	if (is_packed(y->dtype)) {
		make_bytes(m, g, n, slot, is_load);
		return;
	}
	make_border(m, n, y);
	ArenaMark mark = arena_mark(&g->ctx->scratch);
	Walk whole = walk_whole(y), *piece = &whole;
	int pieces = contracts(n) ? walk_pieces(g, n, slot, is_load, m->o->strict ? 1 : m->target->lanes, &piece) : 1;
	for (int i = 0; i < pieces; i++) {
		Stage *s = make_piece(m, g, n, slot, is_load, &piece[i]);
		s->piece = i + 1;
		s->pieces = pieces;
	}
	arena_release(&g->ctx->scratch, mark);
}

Stage *mark_add(Module *m, Node *n, Mark mark, const Control *c)
{
	Stage *s = stage_add(m, n);
	s->kind = "control";
	s->mark = mark;
	s->control = *c;
	s->l = lower_new(m->g, &m->g->ctx->perm, NULL);
	return s;
}

typedef struct Source {
	Stage *s;
	Value *v;
} Source;

static Expr *source_element(void *data, Expr *const *at)
{
	const Source *c = data;
	Flat f = {c->s, NULL, 0};
	return flat(&f, value_at(c->s->l, c->v, at));
}

static void copy_bytes(Module *m, Stage *s, Value *from, Value *to)
{
	Source c = {s, from};
	s->out = to;
	s->l = lower_new(m->g, &m->g->ctx->perm, NULL);
	s->naxes = 1;
	s->axis[0] = axis_new(s->l, packed_bytes(m->g, to), false);
	s->address = axis_expr(s->l, s->axis[0]);
	s->body = packed_byte(s->l, to, s->address, source_element, &c);
	find_all_facts(s);
	s->fused = arena_copy(&m->g->ctx->perm, &s->node, sizeof s->node);
	s->nfused = 1;
	s->kind = "copy";
}

void make_copy(Module *m, Node *n, Value *from, Value *to)
{
	Arena *a = &m->g->ctx->perm;
	if (dim_is(shape_count(m->g, &to->shape), 0))
		return;
	Stage *s = stage_add(m, n);
	if (is_packed(to->dtype)) {
		copy_bytes(m, s, from, to);
		return;
	}
	Expr *at[MAX_RANK];
	s->out = to;
	s->l = lower_new(m->g, a, NULL);
	for (int k = 0; k < to->shape.rank; k++) {
		at[k] = num_i(s->l, 0);
		if (dim_is(to->shape.dim[k], 1))
			continue;
		s->axis[s->naxes] = axis_new(s->l, to->shape.dim[k], false);
		at[k] = axis_expr(s->l, s->axis[s->naxes++]);
	}
	double k;
	bool fill = is_float(from->dtype) && const_splat(from, &k);
	Flat f = {s, NULL, 0};
	s->body = fill ? num(s->l, to->dtype, k) : flat(&f, value_at(s->l, from, at));
	s->address = address_of(s->l, to, at);
	merge_axes(s);
	find_all_facts(s);
	s->fused = arena_copy(a, &n, sizeof n);
	s->nfused = 1;
	s->kind = fill ? "fill" : "copy";
}

/* Input 0 is copied, then the updates are stored one after the other where their indices say. */
static void make_scatter(Module *m, Graph *g, Node *n, const bool *is_load)
{
	Arena *a = &m->g->ctx->perm;
	Value *y = n->out[0], *updates = n->in[n->op->updates];
	if (is_packed(y->dtype))
		fail_unsupported(m->g, n, "sums and products of %s, one by one", dtype_name(y->dtype));
	make_border(m, n, y);
	make_copy(m, n, n->in[0], y);
	if (dim_is(shape_count(g, &updates->shape), 0))
		return;
	Stage *s = stage_add(m, n);
	Expr *at[MAX_RANK], *index[MAX_RANK];
	Walk walk = walk_whole(updates);
	s->out = y;
	s->over = true;
	s->l = lower_new(g, a, is_load);
	s->naxes = walk.nloops;
	walk_index(s->l, updates, &walk, s->axis, at);
	Expr *body = n->op->scatter(s->l, n, at, index);
	Flat f = {s, NEW_N(a, Expr *, s->l->nexprs + 1), s->l->nexprs};
	s->body = flat(&f, body);
	for (int k = 0; k < y->shape.rank; k++)
		index[k] = flat(&f, index[k]);
	s->address = address_of(s->l, y, index);
	merge_axes(s);
	find_all_facts(s);
	s->fused = arena_copy(a, &n, sizeof n);
	s->nfused = 1;
	s->kind = "scatter";
}

/* The output says of how many elements of a vector the body is true, and of which. */
static void make_chosen(Module *m, Graph *g, Node *n, const bool *is_load)
{
	Arena *a = &m->g->ctx->perm;
	Stage *s = stage_add(m, n);
	s->out = n->out[0];
	s->l = lower_new(g, a, is_load);
	s->naxes = 1;
	s->axis[0] = axis_new(s->l, n->in[0]->shape.dim[0], false);
	Expr *at = axis_expr(s->l, s->axis[0]), *behind = iadd(s->l, at, num_i(s->l, 1)), *body = n->op->chosen(s->l, n, &at);
	Flat f = {s, NEW_N(a, Expr *, s->l->nexprs + 1), s->l->nexprs};
	s->body = flat(&f, body);
	s->address = address_of(s->l, s->out, &behind);
	s->chooses = true;
	collect_fused(s, a, n);
	find_all_facts(s);
	s->kind = "choose";
}

/* Sizes that have to be equal are compared in the list of calls. */
static void make_agreement(Module *m, Node *n)
{
	DimPair p = agreed(m->g, n);
	Stage *s = mark_add(m, n, MARK_AGREE, &(Control){.kind = MARK_AGREE, .size = p.a, .other = p.b, .repeats = p.repeats});
	s->checks = true;
}

void make_stages(Module *m, Graph *g)
{
	bool *is_load = NEW_N(&g->ctx->perm, bool, g->nvalue + 1);
	for (uint32_t i = 0; i < g->nvalue; i++)
		is_load[g->value[i]->id] = g->value[i]->place->form != FORM_INLINE;
	for (uint32_t i = 0; i < g->nnode; i++) {
		Node *n = g->node[i];
		if (is_op(n, "Concat"))
			continue; /* its parts are made in place */
		if (n->op == &op_tcc_Agree) {
			make_agreement(m, n);
			continue;
		}
		if (n->nsub) {
			make_bodies(m, n);
			continue;
		}
		if (n->op->scatter) {
			make_scatter(m, g, n, is_load);
			continue;
		}
		if (n->op->chosen) {
			make_chosen(m, g, n, is_load);
			continue;
		}
		if (n->op->routine) {
			make_routine(m, n);
			continue;
		}
		for (int slot = 0; slot < n->nout; slot++)
			if (n->out[slot] && n->out[slot]->place->form == FORM_STORED)
				make_stage(m, g, n, slot, is_load);
		if (n->op == &op_tcc_Counted)
			mark_add(m, n, MARK_SIZE, &(Control){.kind = MARK_SIZE, .size = n->out[0]->content[0]});
	}
}
