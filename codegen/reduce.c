/* reduce.c -- loops of reductions: each in the outermost loop in which all that it depends on is known.
 *
 * Along memory a reduction goes over vectors, with several accumulators a lane that take turns, folded at the end. Two of
 * the same elements, the least and the greatest, share their loops. */
#include <assert.h>
#include <string.h>
#include "codegen/build.h"

/* ---- reductions ---- */

Alu red_alu(Red red)
{
	static const Alu alu[] = {[RED_SUM] = ADD, [RED_PROD] = MUL, [RED_MAX] = MAX, [RED_MAX_NUMBER] = GREATER, [RED_MIN] = MIN, [RED_AND] = AND,
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
bool is_ordered(const Module *m, const Expr *r)
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

/* Whether v, which comes later, replaces the best: of equal ones the last where the last is sought. */
static Expr *is_better(Lower *l, Red red, Expr *best, Expr *v)
{
	Alu op = red == RED_ARGMAX || red == RED_ARGMIN ? LT : LE;
	bool max = red == RED_ARGMAX || red == RED_ARGMAX_LAST;
	return max ? alu2(l, op, best, v) : alu2(l, op, v, best);
}

/* The same for a NaN, which is better than any number: of all NaN the first or the last. */
static Expr *is_better_nan(Lower *l, Red red, Expr *best, Expr *v)
{
	bool first = red == RED_ARGMAX || red == RED_ARGMIN;
	Expr *nan = alu1(l, ISNAN, v);
	return first ? alu2(l, AND, nan, alu1(l, NOT, alu1(l, ISNAN, best))) : nan;
}

/* In each lane: best = better ? v : best; at = better ? index : at. */
static void choose_best(Build *b, Expr *better, Expr *best, Expr *at, Expr *v, Expr *index)
{
	Lower *l = b->s->l;
	Expr *mask = stmt_let(b, better);
	stmt_assign(b, best, choose(l, mask, v, best));
	stmt_assign(b, at, choose(l, mask, index, at));
}

/* The same for lanes that are NaN, where there are. */
static void choose_nan(Build *b, Red red, Expr *best, Expr *at, Expr *v, Expr *index)
{
	Stmt *t = stmt_append(b, S_NAN);
	t->local = v;
	Build outer = *b;
	b->tail = &t->body;
	choose_best(b, is_better_nan(b->s->l, red, best, v), best, at, v, index);
	*b = outer;
}

/* if (test) { best = v; at = index; } */
static void take_best(Build *b, Expr *test, Expr *best, Expr *at, Expr *v, Expr *index)
{
	Stmt *t = stmt_append(b, S_IF);
	t->expr = test;
	Build outer = *b;
	b->tail = &t->body;
	stmt_assign(b, best, v);
	stmt_assign(b, at, index);
	*b = outer;
}

/* The best so far and where it is, after x. In vectors a NaN, which is rare, has an `if` of its own: they wait no longer. */
static void assign_best(Build *b, Red red, Expr *best, Expr *at, Expr *x, Expr *index)
{
	Lower *l = b->s->l;
	Expr *v = x->kind == X_LOCAL ? x : stmt_let(b, x), *better = is_better(l, red, best, v);
	bool vector = b->vector && depends_on(v, b->vector);
	if (!vector && is_float(v->dtype))
		better = alu2(l, OR, better, is_better_nan(l, red, best, v));
	if (vector && is_float(v->dtype))
		choose_nan(b, red, best, at, v, index);
	(vector ? choose_best : take_best)(b, better, best, at, v, index);
}

/* The local for the index that r gives has its range. */
static Expr *index_local(Expr *local, const Expr *r)
{
	local->lo = r->lo;
	local->hi = r->hi;
	return local;
}

/* The best of a row of floats that lie side by side is found by a helper, in vectors. */
static bool is_found_in_row(const Build *b, const Expr *r)
{
	const Expr *x = r->arg[0];
	bool row = is_arg(r->red) && x->kind == X_LOAD && x->dtype == F32 && r->naxes == 1 && lane_step(x, r->axes[0]) == 1;
	return row && b->m->target->lanes > 1 && axis_count(r->axes[0]) >= b->m->target->lanes && !(b->vector && depends_on(x, b->vector));
}

static Expr *found_in_row(Build *b, const Expr *r)
{
	Stmt *t = stmt_append(b, S_FIND);
	t->local = index_local(local_for(b, r), r);
	t->expr = r->arg[0];
	t->axis = r->axes[0];
	t->red = r->red;
	return t->local;
}

/* A reduction while its loops are built. */
typedef struct Reduction {
	const Expr *r;
	Axis *axes[2 * MAX_RANK];
	Expr *acc, *best; /* best: the element itself, where acc is its index */
	int lanes, ways;  /* of each vector accumulator, and how many; 0: acc is no vector along the reduction */
	Expr *keep;       /* where in the output each element is stored too, or NULL */
	Expr *twin;       /* another reduction of the same elements, or NULL, ... */
	Expr *twin_acc;   /* ... and its accumulator */
} Reduction;

/* acc = acc op x; of an extreme, x comes first: the test for NaN is of it, and the next turn does not wait for that. */
static void add_element(Build *b, const Reduction *d, Red red, Expr *acc, Expr *x)
{
	bool extreme = red >= RED_MAX && red <= RED_MIN;
	Expr *sum = share_terms(b, alu2(b->s->l, red_alu(red), extreme ? x : acc, extreme ? acc : x));
	Stmt *t = stmt_append(b, S_ASSIGN);
	t->local = acc;
	t->expr = sum;
	t->lanes = d->ways ? d->lanes : 1;
}

static void reduce_element(Build *b, const Reduction *d, Expr *body)
{
	Lower *l = b->s->l;
	if (d->best) {
		assign_best(b, d->r->red, d->best, d->acc, body, axis_expr(l, d->axes[0]));
		return;
	}
	if (d->keep) {
		body = stmt_let(b, share_terms(b, body));
		stmt_store(b, d->keep, body);
	}
	add_element(b, d, d->r->red, d->acc, body);
	if (d->twin)
		add_element(b, d, d->twin->red, d->twin_acc, body);
}

/* Loops over axes[k..n), then acc = acc op body. */
static void reduce_loops(Build *b, const Reduction *d, int k, Expr *body)
{
	body = settle_reductions(b, body);
	if (k == d->r->naxes) {
		reduce_element(b, d, body);
		return;
	}
	body = hoist(b, body);
	Build outer = *b;
	Stmt *t = stmt_for(b, d->axes[k]);
	outer.tail = &t->next;
	if (d->ways && k == d->r->naxes - 1) {
		t->lanes = d->lanes;
		t->ways = d->ways;
		t->local = d->acc;
		t->other = d->twin_acc;
		b->vector = d->axes[k];
	}
	reduce_loops(b, d, k + 1, body);
	*b = outer;
}

/* Lanes in which x can be computed along axis; 0: none. */
int lanes_along(Build *b, DType t, Expr *x, const Axis *axis)
{
	const Module *m = b->m;
	if (is_lane(m, t) && vectorisable(m, b->s, x, axis))
		return m->target->lanes;
	bool wide = is_lane_64(t) || (t == F32 && m->o->strict);
	return wide && vectorisable_64(m, b->s, x, axis) ? m->target->lanes / 2 : 0;
}

int byte_lanes_along(Build *b, Expr *x, const Axis *axis)
{
	int lanes = 4 * b->m->target->lanes;
	return axis_count(axis) >= lanes && vectorisable_8(b->m, b->s, x, axis) ? lanes : 0;
}

int reduction_lanes(Build *b, const Expr *r, const Axis *axis)
{
	const Module *m = b->m;
	if (b->vector && depends_on(r, b->vector))
		return 0; /* every lane of the open vector loop has its own */
	if (is_ordered(m, r) || !vector_reduce(r) || !worth_vectors(m, axis) || !depends_on(r->arg[0], axis))
		return 0;
	int lanes = byte_lanes_along(b, r->arg[0], axis);
	lanes = lanes ? lanes : lanes_along(b, r->dtype, r->arg[0], axis);
	return r->dtype == F32 && lanes < m->target->lanes ? 0 : lanes;
}

/* An accumulator waits for its last sum some cycles: several take turns where there are vectors enough. */
static int ways_of(int lanes, const Axis *axis)
{
	int64_t vectors = axis_count(axis) / lanes;
	return vectors >= 4 ? 4 : vectors >= 2 ? 2 : 1;
}

static Expr *vector_accumulators(Build *b, const Reduction *d, const Expr *r, const Axis *axis)
{
	Stmt *t = stmt_declare(b, red_start(b->s->l, r->red, r->dtype));
	t->starts = r;
	t->lanes = d->lanes;
	t->ways = d->ways;
	t->local->mask = r->mask | axis_bit(axis);
	return t->local;
}

static Expr *folded(Build *b, const Reduction *d, const Expr *r, Expr *acc)
{
	Stmt *t = stmt_append(b, S_FOLD);
	t->local = local_for(b, r);
	t->expr = acc;
	t->red = r->red;
	t->lanes = d->lanes;
	t->ways = d->ways;
	return t->local;
}

Expr *start_local(Build *b, const Expr *r, Expr *start)
{
	Stmt *t = stmt_declare(b, start);
	t->starts = r;
	t->local->mask = r->mask;
	return t->local;
}

/* The same for the best element so far, where r gives its index. */
static Expr *start_best(Build *b, const Expr *r)
{
	Expr *best = stmt_let(b, red_start(b->s->l, r->red, r->arg[0]->dtype));
	best->mask = r->mask;
	return best;
}

/* Every element leaves the accumulator as it is: positions along a size of 1, say. */
static bool adds_nothing(const Build *b, const Reduction *d)
{
	return !d->best && !d->keep && !d->twin && alu2(b->s->l, red_alu(d->r->red), d->acc, d->r->arg[0]) == d->acc;
}

/* The sums of all lanes, or the accumulators themselves, are known from here on. */
static Expr *finish(Build *b, const Reduction *d, Expr *r)
{
	if (d->twin)
		remember(b, d->twin, d->ways ? folded(b, d, d->twin, d->twin_acc) : d->twin_acc);
	return remember(b, r, d->ways ? folded(b, d, r, d->acc) : d->acc);
}

Expr *emit_reduce(Build *b, Expr *r, Expr *keep, Expr *twin)
{
	Lower *l = b->s->l;
	Reduction d = {.r = r, .keep = keep, .twin = twin};
	if (is_found_in_row(b, r))
		return remember(b, r, found_in_row(b, r));
	sort_axes(b->m, r, d.axes);
	if (is_arg(r->red)) {
		d.best = start_best(b, r);
		d.acc = index_local(start_local(b, r, num_i(l, 0)), r);
	} else if (r->naxes && (d.lanes = reduction_lanes(b, r, d.axes[r->naxes - 1])) > 0) {
		d.ways = ways_of(d.lanes, d.axes[r->naxes - 1]);
		d.acc = vector_accumulators(b, &d, r, d.axes[r->naxes - 1]);
		d.twin_acc = twin ? vector_accumulators(b, &d, twin, d.axes[r->naxes - 1]) : NULL;
	} else {
		d.acc = start_local(b, r, red_start(l, r->red, r->dtype));
		d.twin_acc = twin ? start_local(b, twin, red_start(l, twin->red, twin->dtype)) : NULL;
	}
	if (!adds_nothing(b, &d))
		reduce_loops(b, &d, 0, r->arg[0]);
	return finish(b, &d, r);
}

/* x with every reduction whose axes are all bound replaced by a local that holds it. */
typedef struct Settle {
	Build *b;
	Expr *whole; /* x */
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

/* The reductions of x outside any other. */
int outer_reductions(Expr *x, Expr **found, int n, int most)
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

/* The least to the greatest of the same elements, or the other way round, where the expression has both. */
static Expr *twin_of(const Settle *h, const Expr *r)
{
	Expr *found[8];
	int n = outer_reductions(h->whole, found, 0, 8);
	for (int i = 0; i < n && n < 8; i++)
		if (found[i]->red == (r->red == RED_MAX ? RED_MIN : RED_MAX) && found[i]->arg[0] == r->arg[0] && found[i]->mask == r->mask)
			return found[i];
	return NULL;
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
	return local ? local : emit_reduce(h->b, y, NULL, is_extreme(y) ? twin_of(h, y) : NULL);
}

Expr *settle_reductions(Build *b, Expr *x)
{
	uint32_t n = b->s->l->nexprs;
	Settle h = {b, x, NEW_N(&b->m->g->ctx->scratch, Expr *, n + 1), n};
	return settled(&h, x);
}
