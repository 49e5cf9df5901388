/* nest.c -- loops for a stage that no tile fits: pointwise, data movement, reductions, softmax, norms.
 *
 *     for (i) {                       every reduction stands in the outermost loop in which all that it
 *             m = max over k of x     depends on is known; expensive terms that do not depend on deeper
 *             s = sum over k of ...   loops are computed once, before them
 *             for (j) y = exp(x - m) / s
 *     }
 *
 * The innermost loop runs over vectors when every address steps by 0 or 1 along it; so does a reduction's, with one
 * accumulator a lane, folded at the end. */
#include <assert.h>
#include <string.h>
#include "codegen/nest.h"

typedef struct Build {
	Module *m;
	Stage *s;
	Stmt **tail;       /* where the next statement goes */
	uint64_t bound;    /* axes whose loops are open */
	const Axis *vector; /* the axis of the open vector loop, or NULL */
} Build;

static uint64_t bit(const Axis *axis) { return (uint64_t)1 << (axis->id < 63 ? axis->id : 63); }

static Stmt *append(Build *b, StmtKind kind)
{
	Stmt *t = NEW(b->s->l->arena, Stmt);
	t->kind = kind;
	t->lanes = 1;
	*b->tail = t;
	b->tail = &t->next;
	return t;
}

/* A local that stands for x, dependent on the same axes. */
static Expr *local_for(Build *b, const Expr *x)
{
	Expr *v = local_new(b->s, x->dtype);
	v->mask = x->mask;
	return v;
}

static Stmt *let_stmt(Build *b, Expr *x)
{
	Stmt *t = append(b, S_LET);
	t->expr = x;
	t->local = local_for(b, x);
	return t;
}

static Expr *let(Build *b, Expr *x) { return let_stmt(b, x)->local; }

/* ---- what can be a vector ---- */

static bool vector_args(const Module *m, Stage *s, Expr *x, const Axis *axis)
{
	for (int k = 0; k < x->nargs; k++)
		if (!vectorisable(m, s, x->arg[k], axis))
			return false;
	return true;
}

static bool exact_in_vectors(Alu op)
{
	return op <= NOT || op == SELECT || (op >= FLOOR && op <= SQRT);
}

static bool compares_indices(const Expr *x)
{
	return x->kind == X_ALU && x->dtype == BOOL && x->arg[0]->dtype == I64;
}

/* A comparison of indices is a mask of lanes where their difference steps by 1 or -1. */
static bool vector_compare(Stage *s, const Expr *x, const Axis *axis)
{
	int64_t coef;
	return !s->wide && affine_in(isub(s->l, x->arg[1], x->arg[0]), axis, &coef) && (coef == 1 || coef == -1);
}

static bool has(const Expr *x, bool (*is)(const Expr *))
{
	bool found = is(x);
	for (int k = 0; k < x->nargs && !found; k++)
		found = has(x->arg[k], is);
	return found;
}

static bool is_load(const Expr *x) { return x->kind == X_LOAD; }

/* A vector computes both sides. Loads that a comparison of indices guards are masked, so they have to be bare. */
static bool safe_select(const Expr *x, const Axis *axis)
{
	if (!depends_on(x->arg[0], axis) || !has(x->arg[0], compares_indices))
		return true;
	return (x->arg[1]->kind == X_LOAD || !has(x->arg[1], is_load)) && !has(x->arg[2], is_load);
}

static bool vector_load(const Expr *x, const Axis *axis)
{
	int64_t coef;
	return (x->dtype == F32 || x->dtype == BOOL) && affine_in(x->arg[0], axis, &coef) && coef == 1;
}

static bool vector_alu(const Module *m, Stage *s, Expr *x, const Axis *axis)
{
	if (!alu_text(x->op)->vector || (m->o->strict && !exact_in_vectors(x->op)))
		return false;
	if (compares_indices(x))
		return vector_compare(s, x, axis);
	if (x->op == SELECT && !safe_select(x, axis))
		return false;
	return (x->dtype == F32 || x->dtype == BOOL) && vector_args(m, s, x, axis);
}

bool vectorisable(const Module *m, Stage *s, Expr *x, const Axis *axis)
{
	if (m->target->lanes == 1)
		return false;
	if (!depends_on(x, axis))
		return x->dtype == F32 || x->dtype == BOOL;
	switch (x->kind) {
	case X_LOAD:
		return vector_load(x, axis);
	case X_ALU:
		return vector_alu(m, s, x, axis);
	case X_CAST:
		return x->dtype == F32 && x->arg[0]->dtype == BOOL && vectorisable(m, s, x->arg[0], axis);
	case X_LOCAL:
		return x->dtype == F32;
	case X_REDUCE:
		return x->red <= RED_MIN && vectorisable(m, s, x->arg[0], axis);
	default:
		return false;
	}
}

/* ---- shared and invariant terms ---- */

static bool worth_a_name(const Expr *x)
{
	return (x->kind == X_ALU || x->kind == X_CAST) && !(x->dtype == I64 && x->op != INDEX && x->op != SELECT);
}

typedef struct Sharing {
	Build *b;
	uint32_t *count; /* unconditional uses, by id */
	Expr **done;
	uint32_t n;
} Sharing;

static void count_uses(Sharing *h, const Expr *x)
{
	if (x->id > h->n || h->count[x->id]++)
		return;
	int last = x->kind == X_ALU && x->op == SELECT ? 1 : x->nargs; /* a branch not taken is not evaluated */
	for (int k = 0; k < last; k++)
		count_uses(h, x->arg[k]);
}

static Expr *name_shared(Sharing *h, Expr *x)
{
	Expr *arg[MAX_RANK];
	if (x->id > h->n || x->nargs == 0 || x->kind == X_REDUCE)
		return x;
	if (h->done[x->id])
		return h->done[x->id];
	for (int k = 0; k < x->nargs; k++)
		arg[k] = name_shared(h, x->arg[k]);
	Expr *y = rebuild(h->b->s->l, x, arg);
	if (h->count[x->id] > 1 && worth_a_name(y))
		y = let(h->b, y);
	return h->done[x->id] = y;
}

/* x with every term that it uses twice computed once, before it. */
static Expr *share(Build *b, Expr *x)
{
	uint32_t n = b->s->l->nexprs;
	Arena *a = &b->m->g->ctx->scratch;
	Sharing h = {b, NEW_N(a, uint32_t, n + 1), NEW_N(a, Expr *, n + 1), n};
	count_uses(&h, x);
	return name_shared(&h, x);
}

static bool is_heavy(const Expr *x)
{
	if (x->kind == X_ALU && (x->op == DIV || x->op >= FLOOR) && x->dtype != I64)
		return true;
	for (int k = 0; k < x->nargs; k++)
		if (is_heavy(x->arg[k]))
			return true;
	return false;
}

static Expr *settle(Build *b, Expr *x);

/* ---- reductions ---- */

static Alu red_alu(Red red)
{
	static const Alu alu[] = {[RED_SUM] = ADD, [RED_PROD] = MUL, [RED_MAX] = MAX, [RED_MIN] = MIN, [RED_AND] = AND,
	                          [RED_OR] = OR};
	return alu[red];
}

/* The largest step of any address in x along axis: outer loops go over larger steps. */
static int64_t step_of(Expr *x, const Axis *axis)
{
	int64_t coef, best = 0;
	if (!depends_on(x, axis))
		return 0;
	if (x->kind == X_LOAD && affine_in(x->arg[0], axis, &coef))
		return coef < 0 ? -coef : coef;
	for (int k = 0; k < x->nargs; k++) {
		coef = step_of(x->arg[k], axis);
		best = coef > best ? coef : best;
	}
	return best;
}

/* The bits of the result depend on the order in which this reduction takes its elements. */
static bool is_ordered(const Module *m, const Expr *r)
{
	return m->o->strict && (r->red == RED_SUM || r->red == RED_PROD);
}

static void sort_axes(const Module *m, const Expr *r, Axis **axes)
{
	memcpy(axes, r->axes, (size_t)r->naxes * sizeof *axes);
	for (int i = 1; i < r->naxes && !is_ordered(m, r); i++)
		for (int k = i; k > 0 && step_of(r->arg[0], axes[k]) > step_of(r->arg[0], axes[k - 1]); k--) {
			Axis *t = axes[k];
			axes[k] = axes[k - 1];
			axes[k - 1] = t;
		}
}

static Stmt *open_for(Build *b, Axis *axis)
{
	Stmt *t = append(b, S_FOR);
	t->axis = axis;
	t->to = axis_count(axis);
	b->bound |= bit(axis);
	b->tail = &t->body;
	return t;
}

static void assign(Build *b, Expr *local, Expr *x)
{
	x = share(b, x);
	Stmt *t = append(b, S_ASSIGN);
	t->local = local;
	t->expr = x;
}

static bool is_arg(Red red) { return red >= RED_ARGMAX && red <= RED_ARGMIN_LAST; }

/* if (body beats best) { best = body; at = axis; } */
static void assign_best(Build *b, Red red, Expr *best, Expr *at, Expr *x, Expr *index)
{
	Lower *l = b->s->l;
	Expr *v = x->kind == X_LOCAL ? x : let(b, x);
	Alu op = red == RED_ARGMAX || red == RED_ARGMIN ? LT : LE;
	bool max = red == RED_ARGMAX || red == RED_ARGMAX_LAST;
	Stmt *t = append(b, S_IF);
	t->expr = max ? alu2(l, op, best, v) : alu2(l, op, v, best);
	Stmt **outer = b->tail;
	b->tail = &t->body;
	assign(b, best, v);
	assign(b, at, index);
	b->tail = outer;
}

/* Loops over axes[k..n), then acc = acc op body; vacc is the vector accumulator of the last loop, or NULL. */
static void reduce_loops(Build *b, const Expr *r, Axis **axes, int k, Expr *body, Expr *acc, Expr *vacc, Expr *best)
{
	Lower *l = b->s->l;
	Build outer = *b;
	body = settle(b, body);
	outer.tail = b->tail;
	if (k == r->naxes) {
		if (best)
			assign_best(b, r->red, best, acc, body, axis_expr(l, r->axes[0]));
		else
			assign(b, acc, alu2(l, red_alu(r->red), acc, body));
		return;
	}
	Stmt *t = open_for(b, axes[k]);
	outer.tail = &t->next;
	if (vacc && k == r->naxes - 1) {
		t->lanes = b->m->target->lanes;
		b->vector = axes[k];
		reduce_loops(b, r, axes, k + 1, body, vacc, NULL, NULL);
		b->vector = outer.vector;
		b->tail = &t->rest;
	}
	reduce_loops(b, r, axes, k + 1, body, acc, vacc, best);
	*b = outer;
}

static bool vector_reduction(Build *b, const Expr *r, const Axis *axis)
{
	const Module *m = b->m;
	if (b->vector && depends_on(r, b->vector))
		return false; /* every lane of the open vector loop has its own */
	if (is_ordered(m, r))
		return false;
	return r->red <= RED_MIN && r->dtype == F32 && axis_count(axis) >= m->target->lanes &&
	       vectorisable(m, b->s, r->arg[0], axis) && depends_on(r->arg[0], axis);
}

static Expr *emit_reduce(Build *b, Expr *r)
{
	Lower *l = b->s->l;
	Axis *axes[2 * MAX_RANK];
	Expr *best = NULL, *vacc = NULL;
	sort_axes(b->m, r, axes);
	if (is_arg(r->red)) {
		best = let(b, red_start(l, r->red, r->arg[0]->dtype));
		best->mask = r->mask;
	}
	Expr *acc = let(b, is_arg(r->red) ? num_i(l, 0) : red_start(l, r->red, r->dtype));
	acc->mask = r->mask;
	if (r->naxes && vector_reduction(b, r, axes[r->naxes - 1])) {
		Stmt *t = let_stmt(b, red_start(l, r->red, r->dtype));
		t->lanes = b->m->target->lanes;
		vacc = t->local;
		vacc->mask = r->mask | bit(axes[r->naxes - 1]);
	}
	reduce_loops(b, r, axes, 0, r->arg[0], acc, vacc, best);
	if (vacc) {
		Stmt *t = append(b, S_FOLD);
		t->local = acc;
		t->expr = vacc;
		t->red = r->red;
	}
	return acc;
}

/* x with every reduction whose axes are all bound replaced by a local that holds it, and so every heavy term that
 * deeper loops would compute again. */
typedef struct Settle {
	Build *b;
	Expr **done;
	uint32_t n;
} Settle;

static Expr *settle_new(Settle *h, Expr *x);

static Expr *settled(Settle *h, Expr *x)
{
	if (x->id > h->n)
		return settle_new(h, x);
	if (!h->done[x->id])
		h->done[x->id] = settle_new(h, x);
	return h->done[x->id];
}

static Expr *settle_new(Settle *h, Expr *x)
{
	Expr *arg[MAX_RANK];
	bool ready = (x->mask & ~h->b->bound) == 0;
	if (x->nargs == 0)
		return x;
	if (x->kind == X_REDUCE && ready)
		return emit_reduce(h->b, x);
	for (int k = 0; k < x->nargs; k++)
		arg[k] = settled(h, x->arg[k]);
	return rebuild(h->b->s->l, x, arg);
}

static Expr *settle(Build *b, Expr *x)
{
	uint32_t n = b->s->l->nexprs;
	Settle h = {b, NEW_N(&b->m->g->ctx->scratch, Expr *, n + 1), n};
	return settled(&h, x);
}

/* Heavy terms of x that are bound here and would be computed again in every deeper loop. */
static Expr *hoist(Build *b, Expr *x)
{
	Expr *arg[MAX_RANK];
	if (x->nargs == 0 || x->kind == X_REDUCE || x->kind == X_LOAD || (x->kind == X_ALU && x->op == SELECT))
		return x;
	if ((x->mask & ~b->bound) == 0)
		return x->kind == X_ALU && x->dtype != I64 && is_heavy(x) ? let(b, share(b, x)) : x;
	for (int k = 0; k < x->nargs; k++)
		arg[k] = hoist(b, x->arg[k]);
	return rebuild(b->s->l, x, arg);
}

/* ---- the stage's own loops ---- */

static bool vector_loop(const Build *b, Expr *body, const Axis *axis)
{
	int64_t coef;
	Stage *s = b->s;
	return s->out->dtype == F32 && axis_count(axis) >= b->m->target->lanes && vectorisable(b->m, s, body, axis) &&
	       affine_in(s->address, axis, &coef) && coef == 1;
}

static void store(Build *b, Expr *body)
{
	body = share(b, body);
	Stmt *t = append(b, S_STORE);
	t->value = b->s->out;
	t->address = b->s->address;
	t->expr = body;
}

static void loops(Build *b, int k, Expr *body)
{
	Stage *s = b->s;
	body = settle(b, body);
	if (k == s->naxes) {
		store(b, body);
		return;
	}
	body = hoist(b, body);
	Build outer = *b;
	Stmt *t = open_for(b, s->axis[k]);
	outer.tail = &t->next;
	if (k == s->naxes - 1 && vector_loop(b, body, s->axis[k])) {
		t->lanes = b->m->target->lanes;
		b->vector = s->axis[k];
	}
	t->split = k == 0;
	loops(b, k + 1, body);
	*b = outer;
}

void make_nest(Module *m, Stage *s)
{
	Build b = {.m = m, .s = s, .tail = &s->nest};
	loops(&b, 0, s->body);
	const Stmt *inner = s->nest;
	while (inner && inner->body && inner->kind == S_FOR && inner->body->kind == S_FOR)
		inner = inner->body;
	bool vector = inner && inner->kind == S_FOR && inner->lanes > 1;
	s->schedule = !s->naxes ? "one element" : vector ? arena_format(&m->g->ctx->perm, "vectors of %d along the inner loop", inner->lanes) : "scalar loops";
	if (s->naxes) {
		int lanes = s->naxes == 1 ? m->target->lanes : 1;
		s->split = s->axis[0];
		s->split_unit = lanes;
		s->split_n = (axis_count(s->axis[0]) + lanes - 1) / lanes;
	}
}
