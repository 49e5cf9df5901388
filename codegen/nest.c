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
 * The loop along which the output is contiguous runs over vectors when every address steps by 0 to 4 along it; so does a
 * reduction's, with several accumulators a lane that take turns, folded at the end. Where a long sum or search stands inside a
 * vector loop, or bytes are stored, or short rows are copied several times, a turn goes over a group of vectors. What is left
 * over at the end of a row is one vector of which some lanes count. */
#include <assert.h>
#include <string.h>
#include "codegen/build.h"

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
	int bytes = can ? byte_lanes_along(b, body, axis) : 0;
	return bytes ? bytes : can ? lanes_along(b, s->out->dtype, body, axis) : 0;
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

/* Where 0 <= d begins, or ceases, to hold whatever the other indices in it are, if lanes cannot compare d: it steps by more
 * than one. */
static bool surely_inside(Expr *d, const Axis *axis, int64_t *at)
{
	Linear sum;
	int64_t least, c = 0;
	if (!linear_of(d, &sum))
		return false;
	least = sum.k;
	for (int i = 0; i < sum.n; i++) {
		Expr *x = sum.atom[i];
		if (x->kind == X_AXIS && x->axes[0] == axis)
			c = sum.coef[i];
		else if (depends_on(x, axis) || x->lo <= -INDEX_MAX || x->hi >= INDEX_MAX)
			return false;
		else
			least += sum.coef[i] * (sum.coef[i] > 0 ? x->lo : x->hi);
	}
	if (c > 1)
		*at = least >= 0 ? 0 : (-least + c - 1) / c;
	else if (c < -1)
		*at = least < 0 ? 0 : least / -c + 1;
	return (c > 1 || c < -1) && *at > 0 && *at < axis_count(axis);
}

static bool find_cut(Lower *l, Expr *x, const Axis *axis, int64_t *at)
{
	if (!depends_on(x, axis))
		return false;
	for (int k = 0; k < x->nargs; k++)
		if (find_cut(l, x->arg[k], axis, at))
			return true;
	if (x->kind == X_ALU && (x->op == LE || x->op == LT) && x->arg[0]->dtype == I64)
		return surely_inside(isub(l, isub(l, x->arg[1], x->arg[0]), num_i(l, x->op == LT)), axis, at);
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

/* The loop around vectors may have cut its axis, and so have another body than the stage: as many sums are in both. */
Expr *running_term(const Stage *s, Expr *r, const Axis *lanes)
{
	Running w;
	Expr *found[2];
	Axis *inner = s->naxes ? s->axis[s->naxes - 1] : NULL;
	return inner && inner != lanes && outer_reductions(s->body, found, 0, 2) == 1 && is_running(s->l, r, inner, &w) ? w.term : NULL;
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
	outer.tail = &stmt_for(b, s->axis[k])->next;
	Expr *x = stmt_let(b, share_terms(b, substitute(l, w.term, axis_expr(l, w.r->axes[0]), at)));
	s->address = substitute(l, address, i, at);
	body = substitute(l, substitute(l, body, w.r, acc), i, at);
	if (w.before)
		stmt_store(b, s->address, body);
	stmt_assign(b, acc, alu2(l, red_alu(w.r->red), acc, x));
	if (!w.before)
		stmt_store(b, s->address, body);
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

/* True when the loop was made twice: by two factors where the run finds that they divide alike, and by division. */
static bool loop_by_factors(Build *b, int k, Expr *body)
{
	Lower *l = b->s->l;
	Expr *divisor = divisor_of_data(body, b->s->axis[k]);
	if (!divisor)
		return false;
	Expr *alike = named(b, alu1(l, ALIKE, divisor));
	Stmt *t = stmt_append(b, S_IF);
	t->expr = alike;
	for (int way = 0; way < 2; way++) {
		Build outer = *b;
		b->tail = way ? &t->otherwise : &t->body;
		loops(b, k, with_division(l, body, divisor, way ? DIV : OVER));
		*b = outer;
	}
	return true;
}

/* ---- several vectors of sums, or of bytes, at a time ---- */

enum { GROUP = 4, GROUP_LINES = 8, GROUP_LETS = 4, GROUP_BYTES_LETS = 2, GROUP_DEPTH = 32, COPY_BYTES = 8192 };

/* How many locals the statements declare that run each time; more than may be where there is one that cannot be printed for a
 * group. */
static int count_lets(const Stmt *t)
{
	int n = 0;
	for (; t && n <= GROUP_LETS; t = t->next)
		if (t->kind == S_FOR && t->lanes == 1)
			n += count_lets(t->body);
		else
			n += t->kind == S_LET ? 1 : t->kind == S_ASSIGN || t->kind == S_STORE || t->kind == S_NAN ? 0 : GROUP_LETS + 1;
	return n;
}

/* A local becomes one of two. */
static bool chooses(const Stmt *t)
{
	while (t && !(t->kind == S_ASSIGN && t->expr->kind == X_ALU && t->expr->op == SELECT))
		t = t->next;
	return t != NULL;
}

/* A long sum across memory waits for each of its additions, and reads one vector of a row before it goes to the next; a search,
 * be it short, waits for a comparison and a choice. */
static bool has_slow_chain(const Stmt *t)
{
	bool found = false;
	for (; t && !found; t = t->next)
		found = t->kind == S_FOR && (axis_count(t->axis) >= GROUP_DEPTH || chooses(t->body) || has_slow_chain(t->body));
	return found;
}

/* Few locals, and at the end bytes that a group can store at once. */
static bool stores_quarters(const Module *m, const Stmt *loop)
{
	const Stmt *t = loop->body;
	while (t && t->next)
		t = t->next;
	bool bytes = m->target->quarters && loop->lanes == m->target->lanes && t && t->kind == S_STORE && is_lane_byte(t->value->dtype);
	return bytes && count_lets(loop->body) <= GROUP_BYTES_LETS;
}

/* Short rows that are copied: of one vector a turn gcc would make an instruction that takes longer to begin than such a row; for
 * long ones it calls memcpy. */
static bool copies_short_rows(const Stmt *loop)
{
	const Stmt *t = loop->body;
	bool copies = t && !t->next && t->kind == S_STORE && t->expr->kind == X_LOAD && lane_step(t->expr, loop->axis) == 1;
	return copies && dim_known(loop->axis->extent) && dtype_bytes(t->expr->dtype, axis_count(loop->axis)) <= COPY_BYTES;
}

/* Eight vectors a turn: one sum across memory that reads four lines of a row before it goes to the next (fewer come slower from
 * the second cache), and copies in the widest vectors. A rest of many vectors would go one at a time. */
static bool gains_from_eight(const Module *m, const Stmt *loop)
{
	int64_t vectors = axis_count(loop->axis) / loop->lanes;
	if (vectors < GROUP_LINES || vectors % GROUP_LINES >= GROUP)
		return false;
	bool sums = m->target->lanes == 8 && has_slow_chain(loop->body) && count_lets(loop->body) == 1;
	return sums || (m->target->lanes == 16 && copies_short_rows(loop));
}

static int group_of(const Module *m, const Stmt *loop)
{
	bool can = loop->lanes > 1 && axis_count(loop->axis) >= (int64_t)GROUP * loop->lanes;
	bool gains = can && (has_slow_chain(loop->body) || stores_quarters(m, loop) || copies_short_rows(loop));
	return !gains || count_lets(loop->body) > GROUP_LETS ? 1 : gains_from_eight(m, loop) ? GROUP_LINES : GROUP;
}

static void loops(Build *b, int k, Expr *body)
{
	Stage *s = b->s;
	if (k == s->naxes - 1)
		body = keep_row(b, body);
	body = settle_reductions(b, body);
	if (k == s->naxes) {
		stmt_store(b, s->address, body);
		return;
	}
	body = hoist(b, body);
	if (s->over)
		hoist(b, s->address); /* it will find the names */
	if (running_loop(b, k, body) || loop_parts(b, k, body))
		return;
	int lanes = loop_lanes(b, body, s->axis[k]);
	if (lanes == b->m->target->lanes && loop_by_factors(b, k, body))
		return;
	Build outer = *b;
	Stmt *t = stmt_for(b, s->axis[k]);
	outer.tail = &t->next;
	if (k == s->naxes - 2)
		fetch_ahead(b, body, s->axis[k], s->axis[k + 1]);
	if (lanes) {
		t->lanes = lanes;
		b->vector = s->axis[k];
	}
	t->split = s->strips ? s->axis[k] == s->split : k == b->split && !b->undivided;
	loops(b, k + 1, body);
	t->group = group_of(b->m, t);
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
			if (((mask & axis_bit(s->axis[k])) == 0) == pass)
				order[n++] = s->axis[k];
	memcpy(s->axis, order, sizeof *order * (size_t)n);
}

/* Workers divide the outermost loop; where its length varies, and may be less than their number, the first inside it
 * that does not vary, that need not be cut, and in which no reduction is computed that a loop outside would share; of the
 * first `loops`. */
static int find_split(const Stage *s, int loops)
{
	Expr *found[8];
	int k = 0, n = outer_reductions(s->body, found, 0, 8);
	int64_t at;
	while (k < loops && (!dim_known(s->axis[k]->extent) || axis_count(s->axis[k]) == 1))
		k++;
	bool each = k < loops && n < 8 && !find_cut(s->l, s->body, s->axis[k], &at);
	for (int i = 0; i < n && each; i++)
		each = found[i]->mask & axis_bit(s->axis[k]);
	return each && !dim_known(s->axis[0]->extent) ? k : 0;
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
		n += t->kind == S_FOR ? (!vector || t->lanes > 1) + count_loops(t->body, vector) : t->kind == S_IF ? count_loops(t->body, vector) : 0;
	return n;
}

/* Of the first vector loop. */
static int first_lanes(const Stmt *t)
{
	int lanes = 1;
	for (; t && lanes == 1; t = t->next)
		lanes = t->kind != S_FOR && t->kind != S_IF ? 1 : t->lanes > 1 ? t->lanes : first_lanes(t->body);
	return lanes;
}

/* One that has no other inside. Compilers know how to make vectors of few of them, of so many turns that there is no rest, without
 * being asked. */
static bool has_long_loop(const Stmt *t)
{
	enum { LONG = 32, WHOLE = 64 };
	bool is_long = false;
	for (; t && !is_long; t = t->next)
		if (t->kind == S_FOR && count_loops(t->body, false))
			is_long = has_long_loop(t->body);
		else if (t->kind == S_FOR)
			is_long = dim_known(t->axis->extent) ? t->to - t->from >= LONG && (t->to - t->from) % WHOLE : axis_count(t->axis) >= LONG;
	return is_long;
}

bool wants_vectors(const Stage *s) { return !count_loops(s->nest, true) && has_long_loop(s->nest); }

static bool finds_in_rows(const Stmt *t)
{
	bool found = false;
	for (; t && !found; t = t->next)
		found = t->kind == S_FIND || (t->kind == S_FOR && finds_in_rows(t->body));
	return found;
}

static const char *schedule_of(Module *m, const Stage *s, bool rows)
{
	int vectors = count_loops(s->nest, true), lanes = first_lanes(s->nest);
	if (!s->naxes)
		return "one element";
	if (!vectors)
		return finds_in_rows(s->nest) ? "rows searched in vectors" : "scalar loops";
	if (rows && vectors > 1)
		return arena_format(&m->g->ctx->perm, "%d passes over a row in vectors of %d", vectors, lanes);
	return arena_format(&m->g->ctx->perm, "vectors of %d along the inner loop", lanes);
}

void make_nest(Module *m, Stage *s)
{
	Expr *found[1];
	Build b = {.m = m, .s = s, .tail = &s->nest, .undivided = s->over};
	join_repeats(m, s);
	split_axes(m, s);
	merge_reductions(m, s);
	s->body = unify(m, s, s->body);
	s->apart = is_heavy(s->body);
	order_axes(s);
	bool running = run_innermost(s);
	b.undivided |= running && s->naxes == 1;
	b.split = find_split(s, s->naxes - running);
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
