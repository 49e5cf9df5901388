/* build.c -- statements of a stage as its loops are built, and names for terms that several of them compute. */
#include <assert.h>
#include <string.h>
#include "codegen/build.h"
#include "codegen/packed.h"

Stmt *stmt_append(Build *b, StmtKind kind)
{
	Stmt *t = NEW(b->s->l->arena, Stmt);
	t->kind = kind;
	t->lanes = t->step = 1;
	*b->tail = t;
	b->tail = &t->next;
	return t;
}

/* A local that stands for x, dependent on the same axes. */
Expr *local_for(Build *b, const Expr *x)
{
	Expr *v = local_new(b->s, x->dtype);
	v->mask = x->mask;
	return v;
}

Stmt *stmt_declare(Build *b, Expr *x)
{
	Stmt *t = stmt_append(b, S_LET);
	t->expr = x;
	t->local = local_for(b, x);
	if ((x->kind == X_ALU && x->op == INDEX) || (x->kind == X_CAST && x->dtype == I64)) { /* as far as it may be */
		t->local->lo = x->lo;
		t->local->hi = x->hi;
	} else if (x->dtype != I64) {
		keep_range(t->local, x);
	}
	return t;
}

Expr *stmt_let(Build *b, Expr *x) { return stmt_declare(b, x)->local; }

/* ---- what has a name already ---- */

Expr *remembered(const Build *b, const Expr *x)
{
	for (const Known *k = b->known; k; k = k->next)
		if (k->expr == x)
			return k->local;
	return NULL;
}

Expr *remember(Build *b, const Expr *x, Expr *local)
{
	Known *k = NEW(b->s->l->arena, Known);
	*k = (Known){x, local, b->known};
	b->known = k;
	return local;
}

/* ---- shared and invariant terms ---- */

static bool has_load(const Expr *x)
{
	bool found = x->kind == X_LOAD;
	for (int k = 0; k < x->nargs && !found; k++)
		found = has_load(x->arg[k]);
	return found;
}

/* How far an element below a byte is shifted: a part of what packed_along() knows. */
static bool is_shift(const Expr *x) { return x->kind == X_CAST && x->dtype == U8 && x->arg[0]->dtype == I64 && !has_load(x); }

/* Index arithmetic is not, but what data decide is, and so is an index that lies where another one says. */
bool worth_a_name(const Expr *x)
{
	if (x->kind == X_LOAD)
		return x->dtype == I64 && has_load(x->arg[0]);
	if (is_shift(x) || is_size_test(x) || is_repeated_index(x))
		return false;
	if (x->kind == X_CAST && x->dtype == I64)
		return x->arg[0]->kind == X_LOAD || worth_a_name(x->arg[0]);
	return (x->kind == X_ALU || x->kind == X_CAST) && !(x->dtype == I64 && x->op != INDEX && x->op != SELECT && !is_text_alu(x->op));
}

/* Which terms of an expression may be computed before it, whatever its conditions say: those that read and check nothing
 * but what is there, or is read and checked in any case. */
static void mark_certain(Safety *h, const Expr *x)
{
	if (h->certain[x->id])
		return;
	h->certain[x->id] = true;
	int last = x->kind == X_ALU && x->op == SELECT ? 1 : x->nargs; /* a branch not taken is not evaluated */
	for (int k = 0; k < last; k++)
		mark_certain(h, x->arg[k]);
}

Safety safety_of(const Build *b, const Expr *x)
{
	Arena *a = &b->m->g->ctx->scratch;
	uint32_t n = b->s->l->nexprs;
	Safety h = {NEW_N(a, bool, n + 1), NEW_N(a, signed char, n + 1), n};
	mark_certain(&h, x);
	return h;
}

static bool has_effect(const Expr *x)
{
	return x->kind == X_REDUCE || (x->kind == X_ALU && (x->op == INDEX || x->op == COUNT || x->op == REQUIRE || is_text_alu(x->op)));
}

/* The load reads an element of its value, whatever the indices are. */
static bool is_there(const Expr *load)
{
	const Value *v = load->value;
	const Expr *address = load->arg[0];
	int64_t last = 0;
	for (int k = 0; k < v->shape.rank; k++) {
		if (!dim_known(v->shape.dim[k]))
			return false;
		last += (v->shape.dim[k].k - 1) * v->place->stride[k];
	}
	if (is_packed(v->dtype)) /* addresses are of bytes */
		last = last * dtype_info(v->dtype)->bits / 8;
	return load->nargs == 1 && address->lo >= 0 && address->hi <= last;
}

bool is_safe(Safety *h, const Expr *x)
{
	if (x->id > h->n || h->certain[x->id])
		return x->id <= h->n;
	if (!h->safe[x->id]) {
		bool safe = (x->kind != X_LOAD || is_there(x)) && x->dtype != STR && !has_effect(x);
		for (int k = 0; k < x->nargs && safe; k++)
			safe = is_safe(h, x->arg[k]);
		h->safe[x->id] = safe ? 1 : -1;
	}
	return h->safe[x->id] > 0;
}

typedef struct Sharing {
	Build *b;
	Safety safety;
	uint32_t *count; /* uses, by id; no more than two are counted */
	Expr **done;
	uint32_t n;
} Sharing;

static void count_uses(Sharing *h, const Expr *x)
{
	if (x->id > h->n || h->count[x->id] == 2)
		return;
	if (h->count[x->id]++ && worth_a_name(x))
		return; /* a term without a name stands there twice, and so does what is in it */
	for (int k = 0; k < x->nargs; k++)
		count_uses(h, x->arg[k]);
}

/* x has a term that stands there twice and would have a name, but may only be computed where x is. */
static bool repeats_unsafely(Sharing *h, const Expr *x, bool *seen)
{
	if (x->id > h->n || seen[x->id])
		return false;
	seen[x->id] = true;
	bool found = h->count[x->id] > 1 && worth_a_name(x) && !is_safe(&h->safety, x);
	for (int k = 0; k < x->nargs && !found; k++)
		found = repeats_unsafely(h, x->arg[k], seen);
	return found;
}

/* float chosen = other; if (test) { ... chosen = x; }: the terms of x have their names inside. */
static Expr *choose_by_if(Build *b, const Expr *choice, Expr *test, Expr *x, Expr *other)
{
	Stmt *start = stmt_append(b, S_LET);
	start->expr = other;
	start->local = local_for(b, choice);
	start->starts = choice;
	if (choice->dtype != I64)
		keep_range(start->local, choice);
	Stmt *t = stmt_append(b, S_IF);
	t->expr = test;
	Build outer = *b;
	b->tail = &t->body;
	stmt_assign(b, start->local, x);
	*b = outer;
	return start->local;
}

/* A choice inside of another one's branch waits until that one is an if; and what is there if not, is there in any case. */
static bool needs_if(Sharing *h, const Expr *x)
{
	if (h->b->vector || x->kind != X_ALU || x->op != SELECT || x->dtype == STR || !h->safety.certain[x->id] ||
	    !is_safe(&h->safety, x->arg[2]))
		return false;
	return repeats_unsafely(h, x->arg[1], NEW_N(&h->b->m->g->ctx->scratch, bool, h->n + 1));
}

static Expr *name_shared(Sharing *h, Expr *x)
{
	Expr *arg[MAX_RANK];
	if (x->id > h->n || x->nargs == 0 || x->kind == X_REDUCE)
		return x;
	if (!h->done[x->id])
		h->done[x->id] = remembered(h->b, x);
	if (h->done[x->id])
		return h->done[x->id];
	for (int k = 0; k < x->nargs; k++)
		arg[k] = name_shared(h, x->arg[k]);
	if (needs_if(h, x))
		return h->done[x->id] = remember(h->b, x, choose_by_if(h->b, x, arg[0], arg[1], arg[2]));
	Expr *y = rebuild(h->b->s->l, x, arg);
	if (h->count[x->id] > 1 && worth_a_name(y) && is_safe(&h->safety, x))
		y = remember(h->b, x, stmt_let(h->b, y));
	return h->done[x->id] = y;
}

static Sharing sharing_of(Build *b, const Expr *x)
{
	uint32_t n = b->s->l->nexprs;
	Arena *a = &b->m->g->ctx->scratch;
	Sharing h = {b, safety_of(b, x), NEW_N(a, uint32_t, n + 1), NEW_N(a, Expr *, n + 1), n};
	count_uses(&h, x);
	return h;
}

/* x with every term that it uses twice computed once, before it. */
Expr *share_terms(Build *b, Expr *x)
{
	Sharing h = sharing_of(b, x);
	return name_shared(&h, x);
}

/* A tail counts as much as a vector: half of one has to be filled. */
bool worth_vectors(const Module *m, const Axis *axis) { return 2 * axis_count(axis) >= m->target->lanes; }

bool is_heavy(const Expr *x)
{
	if (x->kind == X_ALU && (x->op == DIV || x->op == OVER_DATA || x->op >= FLOOR) && x->dtype != I64)
		return true;
	for (int k = 0; k < x->nargs; k++)
		if (is_heavy(x->arg[k]))
			return true;
	return false;
}

Expr *named(Build *b, Expr *x)
{
	Expr *local = remembered(b, x);
	return local ? local : remember(b, x, stmt_let(b, share_terms(b, x)));
}

/* ---- terms that deeper loops would compute again ---- */

/* Every loop of the stage takes a turn: what it checks once is checked in any case. */
static bool surely_turns(const Stage *s)
{
	bool turns = true;
	for (int k = 0; k < s->naxes && turns; k++)
		turns = dim_known(s->axis[k]->extent) && s->axis[k]->extent.k > 0;
	return turns;
}

/* Or an index of data that is checked, which no compiler takes out of a loop. */
static bool worth_hoisting(const Build *b, const Expr *x)
{
	bool checked = x->kind == X_ALU && x->op == INDEX;
	return worth_a_name(x) && !makes_text(x) && (is_heavy(x) || (checked && surely_turns(b->s)));
}

typedef struct Hoist {
	Sharing shared;
	Expr **done; /* by id */
} Hoist;

/* What several hoisted terms share has a name before them. */
static Expr *named_with(Sharing *h, Expr *x)
{
	Expr *y = name_shared(h, x), *local = remembered(h->b, x);
	return local ? local : remember(h->b, x, stmt_let(h->b, y));
}

static Expr *hoisted(Hoist *h, Expr *x)
{
	Build *b = h->shared.b;
	Expr *arg[MAX_RANK];
	if (x->nargs == 0 || x->kind == X_REDUCE || x->id > h->shared.n)
		return x;
	if (h->done[x->id])
		return h->done[x->id];
	if ((x->mask & ~b->bound) == 0 && worth_hoisting(b, x) && is_safe(&h->shared.safety, x))
		return h->done[x->id] = named_with(&h->shared, x);
	for (int k = 0; k < x->nargs; k++)
		arg[k] = hoisted(h, x->arg[k]);
	return h->done[x->id] = rebuild(b->s->l, x, arg);
}

Expr *hoist(Build *b, Expr *x)
{
	Hoist h = {.shared = sharing_of(b, x)};
	h.done = NEW_N(&b->m->g->ctx->scratch, Expr *, h.shared.n + 1);
	return hoisted(&h, x);
}

Stmt *stmt_for(Build *b, Axis *axis)
{
	Stmt *t = stmt_append(b, S_FOR);
	t->axis = axis;
	t->to = axis_count(axis);
	b->bound |= axis_bit(axis);
	b->tail = &t->body;
	return t;
}

void stmt_assign(Build *b, Expr *local, Expr *x)
{
	x = share_terms(b, x);
	Stmt *t = stmt_append(b, S_ASSIGN);
	t->local = local;
	t->expr = x;
}

/* In a vector loop, where a target stores bytes of several vectors at once: that instruction saturates. */
static Expr *unsaturated(const Build *b, const Expr *address, const Expr *x)
{
	bool vector = b->vector && b->m->target->quarters && depends_on(address, b->vector) && depends_on(x, b->vector);
	return vector ? before_saturation(b->s->l, x) : NULL;
}

void stmt_store(Build *b, Expr *address, Expr *x)
{
	Expr *uncut = unsaturated(b, address, x);
	x = uncut ? uncut : x;
	Sharing h = sharing_of(b, x);
	mark_certain(&h.safety, address);
	count_uses(&h, address);
	address = name_shared(&h, address); /* where an element goes may be where it comes from */
	x = name_shared(&h, x);
	Stmt *t = stmt_append(b, S_STORE);
	t->saturates = uncut != NULL;
	t->value = b->s->out;
	t->address = address;
	t->expr = x;
}

Stmt *store_stmts(Module *m, Stage *s, Expr *x)
{
	Stmt *first = NULL;
	Build b = {.m = m, .s = s, .tail = &first};
	stmt_store(&b, s->address, x);
	return first;
}
