/* nest.c -- loops for a stage that no tile fits: pointwise, data movement, reductions, softmax, norms.
 *
 *     for (i) {                       every reduction stands in the outermost loop in which all that it
 *             m = max over k of x     depends on is known; expensive terms that do not depend on deeper
 *             s = sum over k of ...   loops are computed once, before them
 *             for (j) y = exp(x - m) / s
 *     }
 *
 * What is summed up to the index of the innermost loop is kept from turn to turn: t += x[i]; y[i] = t.
 *
 * The loop along which the output is contiguous runs over vectors when every address steps by 0 or 1 along it; so does a
 * reduction's, with several accumulators a lane that take turns, folded at the end. Where a long sum stands inside a
 * vector loop, a turn goes over a group of vectors. What is left over at the end of a row is one vector of which some
 * lanes count. */
#include <assert.h>
#include <string.h>
#include "codegen/nest.h"

/* A local in sight that holds the value of an expression. */
typedef struct Known {
	const Expr *expr;
	Expr *local;
	struct Known *next;
} Known;

typedef struct Build {
	Module *m;
	Stage *s;
	Stmt **tail;       /* where the next statement goes */
	uint64_t bound;    /* axes whose loops are open */
	const Axis *vector; /* the axis of the open vector loop, or NULL */
	Known *known;
	int split;         /* the axis that workers divide */
	bool undivided;    /* every worker would write all of the output: one has to do the stage */
} Build;

static uint64_t bit(const Axis *axis) { return (uint64_t)1 << (axis->id < 63 ? axis->id : 63); }

static Stmt *append(Build *b, StmtKind kind)
{
	Stmt *t = NEW(b->s->l->arena, Stmt);
	t->kind = kind;
	t->lanes = t->step = 1;
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
	if (x->kind == X_ALU && x->op == INDEX) { /* checked, so it stays an index */
		t->local->lo = x->lo;
		t->local->hi = x->hi;
	} else if (x->dtype != I64) {
		keep_range(t->local, x);
	}
	return t;
}

static Expr *let(Build *b, Expr *x) { return let_stmt(b, x)->local; }

/* ---- what has a name already ---- */

static Expr *remembered(const Build *b, const Expr *x)
{
	for (const Known *k = b->known; k; k = k->next)
		if (k->expr == x)
			return k->local;
	return NULL;
}

static Expr *remember(Build *b, const Expr *x, Expr *local)
{
	Known *k = NEW(b->s->l->arena, Known);
	*k = (Known){x, local, b->known};
	b->known = k;
	return local;
}

/* ---- shared and invariant terms ---- */

/* Index arithmetic is not, but what data decide is. */
static bool worth_a_name(const Expr *x)
{
	if (x->kind == X_CAST && x->dtype == I64)
		return worth_a_name(x->arg[0]);
	return (x->kind == X_ALU || x->kind == X_CAST) && !(x->dtype == I64 && x->op != INDEX && x->op != SELECT && !is_text_alu(x->op));
}

/* Which terms of an expression may be computed before it, whatever its conditions say: those that read and check nothing
 * but what is there, or is read and checked in any case. */
typedef struct Safety {
	bool *certain;     /* by id: computed in any case */
	signed char *safe; /* by id: 0 not known yet, 1 yes, -1 no */
	uint32_t n;
} Safety;

static void mark_certain(Safety *h, const Expr *x)
{
	if (h->certain[x->id])
		return;
	h->certain[x->id] = true;
	int last = x->kind == X_ALU && x->op == SELECT ? 1 : x->nargs; /* a branch not taken is not evaluated */
	for (int k = 0; k < last; k++)
		mark_certain(h, x->arg[k]);
}

static Safety safety_of(const Build *b, const Expr *x)
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
	return load->nargs == 1 && address->lo >= 0 && address->hi <= last;
}

static bool is_safe(Safety *h, const Expr *x)
{
	if (x->id > h->n || h->certain[x->id])
		return x->id <= h->n;
	if (!h->safe[x->id]) {
		bool safe = (x->kind != X_LOAD || is_there(x)) && x->dtype != STR && !has_effect(x);
		int last = x->kind == X_ALU && x->op == SELECT ? 1 : x->nargs;
		for (int k = 0; k < last && safe; k++)
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
	Expr *y = rebuild(h->b->s->l, x, arg);
	if (h->count[x->id] > 1 && worth_a_name(y) && is_safe(&h->safety, x))
		y = remember(h->b, x, let(h->b, y));
	return h->done[x->id] = y;
}

/* x with every term that it uses twice computed once, before it. */
static Expr *share(Build *b, Expr *x)
{
	uint32_t n = b->s->l->nexprs;
	Arena *a = &b->m->g->ctx->scratch;
	Sharing h = {b, safety_of(b, x), NEW_N(a, uint32_t, n + 1), NEW_N(a, Expr *, n + 1), n};
	count_uses(&h, x);
	return name_shared(&h, x);
}

/* A tail counts as much as a vector: half of one has to be filled. */
static bool worth_vectors(const Module *m, const Axis *axis) { return 2 * axis_count(axis) >= m->target->lanes; }

static bool is_heavy(const Expr *x)
{
	if (x->kind == X_ALU && (x->op == DIV || x->op >= FLOOR) && x->dtype != I64)
		return true;
	for (int k = 0; k < x->nargs; k++)
		if (is_heavy(x->arg[k]))
			return true;
	return false;
}

static Expr *named(Build *b, Expr *x)
{
	Expr *local = remembered(b, x);
	return local ? local : remember(b, x, let(b, share(b, x)));
}

static Expr *settle(Build *b, Expr *x);
static Expr *hoist(Build *b, Expr *x);

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
	return m->o->strict && is_float(r->dtype) && (r->red == RED_SUM || r->red == RED_PROD);
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
	Build outer = *b;
	b->tail = &t->body;
	assign(b, best, v);
	assign(b, at, index);
	*b = outer;
}

/* A reduction while its loops are built. */
typedef struct Reduction {
	const Expr *r;
	Axis *axes[2 * MAX_RANK];
	Expr *acc, *best; /* best: the element itself, where acc is its index */
	int lanes, ways;  /* of each vector accumulator, and how many; 0: acc is no vector along the reduction */
	Expr *keep;       /* where in the output each element is stored too, or NULL */
} Reduction;

static void store(Build *b, Expr *address, Expr *x)
{
	x = share(b, x);
	Stmt *t = append(b, S_STORE);
	t->value = b->s->out;
	t->address = address;
	t->expr = x;
}

static void reduce_element(Build *b, const Reduction *d, Expr *body)
{
	Lower *l = b->s->l;
	if (d->best) {
		assign_best(b, d->r->red, d->best, d->acc, body, axis_expr(l, d->axes[0]));
		return;
	}
	if (d->keep) {
		body = let(b, share(b, body));
		store(b, d->keep, body);
	}
	Expr *sum = share(b, alu2(l, red_alu(d->r->red), d->acc, body));
	Stmt *t = append(b, S_ASSIGN);
	t->local = d->acc;
	t->expr = sum;
	t->lanes = d->ways ? d->lanes : 1;
}

/* Loops over axes[k..n), then acc = acc op body. */
static void reduce_loops(Build *b, const Reduction *d, int k, Expr *body)
{
	body = settle(b, body);
	if (k == d->r->naxes) {
		reduce_element(b, d, body);
		return;
	}
	body = hoist(b, body);
	Build outer = *b;
	Stmt *t = open_for(b, d->axes[k]);
	outer.tail = &t->next;
	if (d->ways && k == d->r->naxes - 1) {
		t->lanes = d->lanes;
		t->ways = d->ways;
		t->local = d->acc;
		b->vector = d->axes[k];
	}
	reduce_loops(b, d, k + 1, body);
	*b = outer;
}

/* Lanes in which x can be computed along axis; 0: none. */
static int lanes_along(Build *b, DType t, Expr *x, const Axis *axis)
{
	const Module *m = b->m;
	if (is_lane(m, t) && vectorisable(m, b->s, x, axis))
		return m->target->lanes;
	return is_lane_64(t) && vectorisable_64(m, b->s, x, axis) ? m->target->lanes / 2 : 0;
}

static int reduction_lanes(Build *b, const Expr *r, const Axis *axis)
{
	const Module *m = b->m;
	if (b->vector && depends_on(r, b->vector))
		return 0; /* every lane of the open vector loop has its own */
	if (is_ordered(m, r) || !vector_reduce(r) || !worth_vectors(m, axis) || !depends_on(r->arg[0], axis))
		return 0;
	return lanes_along(b, r->dtype, r->arg[0], axis);
}

/* An accumulator waits for its last sum some cycles: several take turns where there are vectors enough. */
static int ways_of(int lanes, const Axis *axis)
{
	int64_t vectors = axis_count(axis) / lanes;
	return vectors >= 4 ? 4 : vectors >= 2 ? 2 : 1;
}

static Expr *vector_accumulators(Build *b, const Reduction *d, const Axis *axis)
{
	Stmt *t = let_stmt(b, red_start(b->s->l, d->r->red, d->r->dtype));
	t->lanes = d->lanes;
	t->ways = d->ways;
	t->local->mask = d->r->mask | bit(axis);
	return t->local;
}

static Expr *folded(Build *b, const Reduction *d)
{
	Stmt *t = append(b, S_FOLD);
	t->local = local_for(b, d->r);
	t->expr = d->acc;
	t->red = d->r->red;
	t->ways = d->ways;
	return t->local;
}

static Expr *start_local(Build *b, const Expr *r, Expr *start)
{
	Expr *acc = let(b, start);
	acc->mask = r->mask;
	return acc;
}

/* A local that holds r; each of its elements is stored at address `keep` as well, unless that is NULL. */
static Expr *emit_reduce(Build *b, Expr *r, Expr *keep)
{
	Lower *l = b->s->l;
	Reduction d = {.r = r, .keep = keep};
	sort_axes(b->m, r, d.axes);
	if (is_arg(r->red)) {
		d.best = start_local(b, r, red_start(l, r->red, r->arg[0]->dtype));
		d.acc = start_local(b, r, num_i(l, 0));
	} else if (r->naxes && (d.lanes = reduction_lanes(b, r, d.axes[r->naxes - 1])) > 0) {
		d.ways = ways_of(d.lanes, d.axes[r->naxes - 1]);
		d.acc = vector_accumulators(b, &d, d.axes[r->naxes - 1]);
	} else {
		d.acc = start_local(b, r, red_start(l, r->red, r->dtype));
	}
	reduce_loops(b, &d, 0, r->arg[0]);
	return remember(b, r, d.ways ? folded(b, &d) : d.acc);
}

/* x with every reduction whose axes are all bound replaced by a local that holds it. */
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
	for (int k = 0; k < x->nargs; k++)
		arg[k] = settled(h, x->arg[k]);
	Expr *y = rebuild(h->b->s->l, x, arg);
	if (y->kind != X_REDUCE || !ready)
		return y;
	Expr *local = remembered(h->b, y);
	return local ? local : emit_reduce(h->b, y, NULL);
}

static Expr *settle(Build *b, Expr *x)
{
	uint32_t n = b->s->l->nexprs;
	Settle h = {b, NEW_N(&b->m->g->ctx->scratch, Expr *, n + 1), n};
	return settled(&h, x);
}

static Expr *hoisted(Build *b, Safety *h, Expr *x)
{
	Expr *arg[MAX_RANK];
	if (x->nargs == 0 || x->kind == X_REDUCE)
		return x;
	if ((x->mask & ~b->bound) == 0)
		return worth_a_name(x) && is_heavy(x) && !makes_text(x) && is_safe(h, x) ? named(b, x) : x;
	for (int k = 0; k < x->nargs; k++)
		arg[k] = hoisted(b, h, x->arg[k]);
	return rebuild(b->s->l, x, arg);
}

/* Heavy terms of x that are bound here and would be computed again in every deeper loop. */
static Expr *hoist(Build *b, Expr *x)
{
	Safety h = safety_of(b, x);
	return hoisted(b, &h, x);
}

/* ---- equal reductions ---- */

typedef struct Unify {
	Lower *l;
	Expr **done, **seen; /* by id; reductions so far */
	uint32_t n;
	int nseen;
} Unify;

/* r over the axes of `like`, when they run as far. */
static bool same_reduction(Lower *l, Expr *r, const Expr *like)
{
	if (r->red != like->red || r->naxes != like->naxes || r->dtype != like->dtype)
		return false;
	Expr *body = r->arg[0];
	for (int k = 0; k < r->naxes; k++) {
		if (!dim_same(r->axes[k]->extent, like->axes[k]->extent))
			return false;
		body = substitute(l, body, axis_expr(l, r->axes[k]), axis_expr(l, like->axes[k]));
	}
	return body == like->arg[0];
}

static Expr *unified(Unify *u, Expr *x)
{
	Expr *arg[MAX_RANK];
	if (x->nargs == 0)
		return x;
	if (u->done[x->id])
		return u->done[x->id];
	for (int k = 0; k < x->nargs; k++)
		arg[k] = unified(u, x->arg[k]);
	Expr *y = rebuild(u->l, x, arg);
	for (int i = 0; y->kind == X_REDUCE && i < u->nseen; i++)
		if (same_reduction(u->l, y, u->seen[i]))
			return u->done[x->id] = u->seen[i];
	if (y->kind == X_REDUCE)
		u->seen[u->nseen++] = y;
	return u->done[x->id] = y;
}

/* x with reductions that differ in nothing but their axes made one. */
static Expr *unify(Module *m, Stage *s, Expr *x)
{
	Arena *a = &m->g->ctx->scratch;
	uint32_t n = s->l->nexprs;
	Unify u = {s->l, NEW_N(a, Expr *, n + 1), NEW_N(a, Expr *, n + 1), n, 0};
	return unified(&u, x);
}

/* ---- rows: an element that its reduction has computed is not computed again ---- */

/* The reductions of x outside any other. */
static int outer_reductions(Expr *x, Expr **found, int n, int most)
{
	if (x->kind == X_REDUCE) {
		for (int i = 0; i < n; i++)
			if (found[i] == x)
				return n;
		if (n < most)
			found[n++] = x;
		return n;
	}
	for (int k = 0; k < x->nargs; k++)
		n = outer_reductions(x->arg[k], found, n, most);
	return n;
}

static bool contains(const Expr *x, const Expr *part)
{
	bool found = x == part;
	for (int k = 0; k < x->nargs && !found; k++)
		found = contains(x->arg[k], part);
	return found;
}

/* The reduction of x that is computed last: all the others are in it. */
static Expr *last_reduction(Expr *x)
{
	Expr *found[8], *last = NULL;
	int n = outer_reductions(x, found, 0, 8);
	for (int i = 0; i < n && n < 8; i++) {
		int inside = 0;
		for (int k = 0; k < n; k++)
			inside += contains(found[i], found[k]);
		last = inside == n ? found[i] : last;
	}
	return last;
}

static bool loads_along(const Expr *x, const Axis *axis, const Expr *but)
{
	bool found = x->kind == X_LOAD && x != but && depends_on(x, axis);
	for (int k = 0; k < x->nargs && !found; k++)
		found = loads_along(x->arg[k], axis, but);
	return found;
}

/* The loop of r can leave its elements in the output: vectors of them only where the row lies there side by side. */
static bool can_keep(Build *b, const Expr *r, const Axis *axis)
{
	int64_t step;
	return reduction_lanes(b, r, r->axes[0]) == 0 || (affine_in(b->s->address, axis, &step) && step == 1);
}

/* Softmax's exp(x - max) is summed and then divided: the sum's loop leaves it in the output, from where the last loop
 * takes it. Nothing else may be read along the row then, for the output may lie where it lay. */
static Expr *keep_row(Build *b, Expr *body)
{
	Stage *s = b->s;
	Lower *l = s->l;
	Axis *axis = s->axis[s->naxes - 1];
	Expr *r = last_reduction(body);
	if (!r || r->naxes != 1 || r->red > RED_MIN || (r->mask & ~b->bound) || !is_heavy(r->arg[0]) ||
	    r->dtype != s->out->dtype || !dim_same(r->axes[0]->extent, axis->extent) || !can_keep(b, r, axis))
		return body;
	Expr *from = axis_expr(l, r->axes[0]), *to = axis_expr(l, axis), *address = s->address;
	Expr like = {.kind = X_LOAD, .dtype = r->dtype, .value = s->out, .nargs = 1, .arg = &address, .lo = -INDEX_MAX, .hi = INDEX_MAX};
	Expr *load = expr_intern(l, like);
	Expr *rest = substitute(l, body, substitute(l, r->arg[0], from, to), load);
	if (rest == body || loads_along(rest, axis, load))
		return body;
	b->undivided = s->naxes == 1;
	Expr *settled_r = settle(b, r->arg[0]);
	Expr *acc = emit_reduce(b, rebuild(l, r, &settled_r), substitute(l, address, to, from));
	return substitute(l, rest, r, acc);
}

/* ---- the stage's own loops ---- */

/* x has a load that steps by 1 along this axis. */
static bool reads_along(Expr *x, const Axis *axis)
{
	bool found = x->kind == X_LOAD && lane_step(x, axis) == 1;
	for (int k = 0; k < x->nargs && !found; k++)
		found = reads_along(x->arg[k], axis);
	return found;
}

/* A reduction in x goes along memory, and this axis across it: vectors belong to the reduction. */
static bool reduces_along(const Module *m, Expr *x, const Axis *axis)
{
	bool found = false;
	if (x->kind == X_REDUCE && x->red <= RED_MIN && !is_ordered(m, x) && depends_on(x, axis) && !reads_along(x, axis))
		for (int k = 0; k < x->naxes && !found; k++)
			found = axis_count(x->axes[k]) >= m->target->lanes && reads_along(x->arg[0], x->axes[k]);
	for (int k = 0; k < x->nargs && !found; k++)
		found = reduces_along(m, x->arg[k], axis);
	return found;
}

/* Lanes of vectors along this axis; 0: the loop is a scalar one. */
static int loop_lanes(Build *b, Expr *body, const Axis *axis)
{
	int64_t coef;
	Stage *s = b->s;
	bool can = !b->vector && worth_vectors(b->m, axis) && affine_in(s->address, axis, &coef) && coef == 1 && !reduces_along(b->m, body, axis);
	int most = 4 * b->m->target->lanes;
	if (can && axis_count(axis) >= most && vectorisable_8(b->m, s, body, axis))
		return most;
	return can ? lanes_along(b, s->out->dtype, body, axis) : 0;
}

/* ---- loops in parts: where an index stops being a max, a min or an absolute value ---- */

/* Where c * axis + k changes its sign, if that is inside of the axis. */
static bool sign_change(Expr *d, const Axis *axis, int64_t *at)
{
	Linear sum;
	if (!linear_of(d, &sum) || sum.n != 1 || sum.atom[0]->kind != X_AXIS || sum.atom[0]->axes[0] != axis)
		return false;
	int64_t c = sum.coef[0], k = c > 0 ? -sum.k : sum.k;
	c = c < 0 ? -c : c;
	*at = (k + c - 1) / c;
	return k > 0 && *at < axis_count(axis);
}

static bool find_cut(Lower *l, Expr *x, const Axis *axis, int64_t *at)
{
	if (!depends_on(x, axis))
		return false;
	for (int k = 0; k < x->nargs; k++)
		if (find_cut(l, x->arg[k], axis, at))
			return true;
	if (x->kind != X_ALU || x->dtype != I64 || (x->op != MAX && x->op != MIN && x->op != ABS))
		return false;
	return sign_change(x->op == ABS ? x->arg[0] : isub(l, x->arg[0], x->arg[1]), axis, at);
}

/* Elements from .. to - 1 of the innermost axis are all of it: what it was before is in *axis and *address. */
static Expr *narrow_axis(Stage *s, Expr *body, int64_t from, int64_t to, Axis **axis, Expr **address)
{
	Axis **inner = &s->axis[s->naxes - 1];
	*axis = *inner;
	*address = s->address;
	*inner = axis_new(s->l, dim(to - from), false);
	Expr *old = axis_expr(s->l, *axis), *new = num_i(s->l, from);
	if (to - from > 1)
		new = iadd(s->l, new, axis_expr(s->l, *inner));
	s->address = substitute(s->l, s->address, old, new);
	return substitute(s->l, body, old, new);
}

static void widen_axis(Stage *s, Axis *axis, Expr *address)
{
	s->axis[s->naxes - 1] = axis;
	s->address = address;
}

/* The longest part of the axis is computed in vectors. */
static bool gains_vectors(Build *b, Expr *body)
{
	Stage *s = b->s;
	Axis *axis, *inner = s->axis[s->naxes - 1];
	Expr *address;
	int64_t at, n = axis_count(inner);
	if (!find_cut(s->l, body, inner, &at))
		return loop_lanes(b, body, inner) > 0;
	Expr *part = narrow_axis(s, body, 2 * at < n ? at : 0, 2 * at < n ? n : at, &axis, &address);
	bool gains = gains_vectors(b, part);
	widen_axis(s, axis, address);
	return gains;
}

static void loops(Build *b, int k, Expr *body);

/* ---- sums so far: y[i] = sum over j <= i of x[j] is the one of i - 1 and one term more ---- */

typedef struct Running {
	Expr *r, *term;        /* term: of r's own axis */
	bool before, backward; /* j < i; j >= i */
} Running;

/* r goes over the indices up to that of the axis, or from it on. */
static bool is_running(Lower *l, Expr *r, Axis *axis, Running *w)
{
	if (r->naxes != 1 || r->red > RED_MIN || !dim_same(r->axes[0]->extent, axis->extent))
		return false;
	Expr *term = r->arg[0], *i = axis_expr(l, axis), *j = axis_expr(l, r->axes[0]);
	if (term->kind != X_ALU || term->op != SELECT || term->arg[2] != red_start(l, r->red, r->dtype) || depends_on(term->arg[1], axis))
		return false;
	for (int way = 0; way < 4; way++) {
		bool before = way & 1, backward = way & 2;
		*w = (Running){r, term->arg[1], before, backward};
		if (term->arg[0] == alu2(l, before ? LT : LE, backward ? i : j, backward ? j : i))
			return true;
	}
	return false;
}

/* The one sum so far in x along this axis. */
static bool find_running(Lower *l, Expr *x, Axis *axis, Running *w)
{
	Expr *found[2];
	return outer_reductions(x, found, 0, 2) == 1 && is_running(l, found[0], axis, w);
}

/* An axis along which sums so far are computed has to be the innermost. */
static bool run_innermost(Stage *s)
{
	Running w;
	for (int k = 0; k < s->naxes; k++) {
		Axis *axis = s->axis[k];
		if (!find_running(s->l, s->body, axis, &w))
			continue;
		memmove(s->axis + k, s->axis + k + 1, (size_t)(s->naxes - 1 - k) * sizeof *s->axis);
		s->axis[s->naxes - 1] = axis;
		return true;
	}
	return false;
}

/* True when the innermost loop keeps a sum so far. */
static bool running_loop(Build *b, int k, Expr *body)
{
	Stage *s = b->s;
	Lower *l = s->l;
	Running w;
	if (k != s->naxes - 1 || !find_running(l, body, s->axis[k], &w))
		return false;
	Build outer = *b;
	Expr *i = axis_expr(l, s->axis[k]), *last = isub(l, extent(l, s->axis[k]->extent), num_i(l, 1)), *at = w.backward ? isub(l, last, i) : i;
	Expr *acc = start_local(b, w.r, red_start(l, w.r->red, w.r->dtype)), *address = s->address;
	outer.tail = &open_for(b, s->axis[k])->next;
	Expr *x = let(b, share(b, substitute(l, w.term, axis_expr(l, w.r->axes[0]), at)));
	s->address = substitute(l, address, i, at);
	body = substitute(l, substitute(l, body, w.r, acc), i, at);
	if (w.before)
		store(b, s->address, body);
	assign(b, acc, alu2(l, red_alu(w.r->red), acc, x));
	if (!w.before)
		store(b, s->address, body);
	s->address = address;
	*b = outer;
	return true;
}

/* True when the innermost loop was made in parts. */
static bool loop_parts(Build *b, int k, Expr *body)
{
	Stage *s = b->s;
	Axis *axis = s->axis[k];
	int64_t at, n = axis_count(axis);
	if (k != s->naxes - 1 || k == b->split || s->strips || b->vector || !dim_known(axis->extent) ||
	    !find_cut(s->l, body, axis, &at) || !gains_vectors(b, body))
		return false;
	for (int part = 0; part < 2; part++) {
		Expr *address;
		int64_t from = part ? at : 0, to = part ? n : at;
		Expr *some = narrow_axis(s, body, from, to, &axis, &address);
		loops(b, to - from > 1 ? k : k + 1, some);
		widen_axis(s, axis, address);
	}
	return true;
}

/* ---- several vectors of sums at a time ---- */

enum { GROUP = 4, GROUP_LETS = 4, GROUP_DEPTH = 32 };

/* How many locals the statements declare; more than may be where there is one that cannot be printed for a group. */
static int count_lets(const Stmt *t)
{
	int n = 0;
	for (; t && n <= GROUP_LETS; t = t->next)
		if (t->kind == S_FOR && t->lanes == 1)
			n += count_lets(t->body);
		else
			n += t->kind == S_LET ? 1 : t->kind == S_ASSIGN || t->kind == S_STORE ? 0 : GROUP_LETS + 1;
	return n;
}

/* A long sum across memory waits for each of its additions, and reads one vector of a row before it goes to the next. */
static bool has_long_sum(const Stmt *t)
{
	bool found = false;
	for (; t && !found; t = t->next)
		found = t->kind == S_FOR && (axis_count(t->axis) >= GROUP_DEPTH || has_long_sum(t->body));
	return found;
}

static int group_of(const Stmt *loop)
{
	bool can = loop->lanes > 1 && axis_count(loop->axis) >= (int64_t)GROUP * loop->lanes && has_long_sum(loop->body);
	return can && count_lets(loop->body) <= GROUP_LETS ? GROUP : 1;
}

static void loops(Build *b, int k, Expr *body)
{
	Stage *s = b->s;
	if (k == s->naxes - 1)
		body = keep_row(b, body);
	body = settle(b, body);
	if (k == s->naxes) {
		store(b, s->address, body);
		return;
	}
	body = hoist(b, body);
	if (running_loop(b, k, body) || loop_parts(b, k, body))
		return;
	Build outer = *b;
	Stmt *t = open_for(b, s->axis[k]);
	outer.tail = &t->next;
	int lanes = loop_lanes(b, body, s->axis[k]);
	if (lanes) {
		t->lanes = lanes;
		b->vector = s->axis[k];
	}
	t->split = s->strips ? s->axis[k] == s->split : k == b->split && !b->undivided;
	loops(b, k + 1, body);
	t->group = group_of(t);
	*b = outer;
}

/* Axes on which reductions depend come first, so that each is computed once and not in every turn of another loop. */
static void order_axes(Stage *s)
{
	Expr *found[8];
	Axis *order[LOOP_MAX];
	uint64_t mask = 0;
	int n = 0, nfound = outer_reductions(s->body, found, 0, 8);
	for (int i = 0; i < nfound; i++)
		mask |= found[i]->mask;
	if (!mask)
		return;
	for (int pass = 0; pass < 2; pass++)
		for (int k = 0; k < s->naxes; k++)
			if (((mask & bit(s->axis[k])) == 0) == pass)
				order[n++] = s->axis[k];
	memcpy(s->axis, order, sizeof *order * (size_t)n);
}

/* Workers divide the outermost loop; where its length varies, and may be less than their number, the first inside it
 * that does not vary and in which no reduction is computed that a loop outside would share. */
static int find_split(const Stage *s)
{
	Expr *found[8];
	int k = 0, n = outer_reductions(s->body, found, 0, 8);
	while (k < s->naxes && (!dim_known(s->axis[k]->extent) || axis_count(s->axis[k]) == 1))
		k++;
	bool each = k < s->naxes && n < 8;
	for (int i = 0; i < n && each; i++)
		each = found[i]->mask & bit(s->axis[k]);
	return each && s->naxes && !dim_known(s->axis[0]->extent) ? k : 0;
}

/* Of the loop that workers divide; 0: it is not here. */
static int split_lanes(const Stmt *t)
{
	int lanes = 0;
	for (; t && !lanes; t = t->next)
		lanes = t->split ? t->lanes : split_lanes(t->body);
	return lanes;
}

static int count_loops(const Stmt *t, bool vector)
{
	int n = 0;
	for (; t; t = t->next)
		n += t->kind == S_FOR ? (!vector || t->lanes > 1) + count_loops(t->body, vector) : 0;
	return n;
}

/* Of the first vector loop. */
static int first_lanes(const Stmt *t)
{
	int lanes = 1;
	for (; t && lanes == 1; t = t->next)
		lanes = t->kind != S_FOR ? 1 : t->lanes > 1 ? t->lanes : first_lanes(t->body);
	return lanes;
}

static const char *schedule_of(Module *m, const Stage *s, bool rows)
{
	int vectors = count_loops(s->nest, true), lanes = first_lanes(s->nest);
	if (!s->naxes)
		return "one element";
	if (!vectors)
		return "scalar loops";
	if (rows && vectors > 1)
		return arena_format(&m->g->ctx->perm, "%d passes over a row in vectors of %d", vectors, lanes);
	return arena_format(&m->g->ctx->perm, "vectors of %d along the inner loop", lanes);
}

void make_nest(Module *m, Stage *s)
{
	Expr *found[1];
	Build b = {.m = m, .s = s, .tail = &s->nest, .undivided = s->over};
	split_axes(m, s);
	merge_reductions(m, s);
	s->body = unify(m, s, s->body);
	s->apart = is_heavy(s->body);
	order_axes(s);
	b.undivided |= run_innermost(s) && s->naxes == 1;
	b.split = find_split(s);
	loops(&b, 0, s->body);
	s->schedule = schedule_of(m, s, outer_reductions(s->body, found, 0, 1) > 0);
	if (s->naxes && !s->strips && !b.undivided) {
		int lanes = split_lanes(s->nest);
		if (s->naxes == 1 && lanes < m->target->lanes)
			lanes = m->target->lanes;
		s->split = s->axis[b.split];
		s->split_unit = lanes;
		s->split_n = (axis_count(s->split) + lanes - 1) / lanes;
	}
}
