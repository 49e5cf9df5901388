/* contract.c -- stages that are sums of products, cut into register tiles.
 *
 * Which they are products.c says; every address has to be affine in every axis: MatMul, Gemm, Conv of any rank, groups and
 * depthwise ones, all alike. tile_choice.c chooses the tile. */
#include <limits.h>
#include <string.h>
#include "codegen/contract.h"

/* ---- steps ---- */

/* x = base + sum of coefficients times known axes */
static bool is_affine(Stage *s, const Contraction *c, Expr *x, int64_t *base)
{
	Linear sum;
	if (!linear_of(x, &sum))
		return false;
	for (int i = 0; i < sum.n; i++) {
		bool known = false;
		if (sum.atom[i]->kind != X_AXIS)
			return false;
		for (int k = 0; k < s->naxes; k++)
			known |= s->axis[k] == sum.atom[i]->axes[0];
		for (int k = 0; c && k < c->sum->naxes; k++)
			known |= c->sum->axes[k] == sum.atom[i]->axes[0];
		if (!known)
			return false;
	}
	*base = sum.k;
	return true;
}

/* Along each axis of the stage x steps by a number, or by one that sizes give. */
static bool steps_evenly(const Stage *s, Expr *x)
{
	bool evenly = true;
	for (int k = 0; k < s->naxes && evenly; k++)
		evenly = step_along(s->l, x, s->axis[k]) != NULL;
	return evenly;
}

/* The test under which the load does not move along the axis, or NULL. */
Expr *single_test(const Contraction *c, const Expr *load, const Axis *axis)
{
	for (int i = 0; i < c->nsingle; i++)
		if (c->single[i].axis == axis && (!load || c->single[i].load == load))
			return c->single[i].test;
	return NULL;
}

/* The load without choices of whether it moves along an axis (repeated_index()), which are noted. */
static Expr *moved_along(Stage *s, Contraction *c, Expr *load)
{
	Linear sum, moved = {.n = 0};
	Single found[LINEAR_MAX];
	int n = 0;
	if (!linear_of(load->arg[0], &sum))
		return load;
	Expr *address = num_i(s->l, sum.k);
	for (int i = 0; i < sum.n; i++) {
		Expr *x = sum.atom[i];
		bool chosen = is_repeated_index(x) && x->arg[1]->i == 0 && x->arg[2]->kind == X_AXIS && !x->arg[2]->axes[0]->reduction;
		if (chosen)
			found[n++] = (Single){x->arg[2]->axes[0], NULL, x->arg[0]};
		address = iadd(s->l, address, imul(s->l, chosen ? x->arg[2] : x, num_i(s->l, sum.coef[i])));
	}
	if (!n || c->nsingle + n > 2 * STEP_MAX || !linear_of(address, &moved) || moved.n != sum.n)
		return load;
	Expr like = *load, *y;
	like.arg = &address;
	y = expr_intern(s->l, like);
	for (int i = 0; i < n; i++) {
		found[i].load = y;
		c->single[c->nsingle++] = found[i];
	}
	return y;
}

static void move_operands(Stage *s, Contraction *c)
{
	c->a = moved_along(s, c, c->a);
	if (c->tap == c->b && !is_packed_ahead(c->b))
		c->b = c->tap = moved_along(s, c, c->b);
}

/* Packing reads a constant in any way. */
static bool can_read_b(Stage *s, Contraction *c)
{
	return is_packed_ahead(c->b) ? is_numeric(c->b->arg[0]) : is_affine(s, c, c->b->arg[0], &c->b_base);
}

static int64_t coef_of(Expr *x, const Axis *axis)
{
	int64_t coef = 0;
	affine_in(x, axis, &coef);
	return coef;
}

/* Of a constant b that is not affine in the axis the step only says that it depends on it. */
static Step step_of_axis(const Stage *s, const Contraction *c, Axis *axis)
{
	int64_t b;
	if (!affine_in(c->b->arg[0], axis, &b) || (c->tap != c->b && depends_on(c->tap, axis)))
		b = 1;
	return (Step){axis, axis_count(axis), coef_of(c->a->arg[0], axis), b, coef_of(s->address, axis), axis->extent};
}

static int64_t size_of(int64_t x) { return x < 0 ? -x : x; }

/* Reduction axes, larger steps of a outside (with --strict as in the formula: the order in which products are added does
 * not depend on the loops); neighbours through which a steps alike become one. */
static void order_reduction(const Stage *s, Contraction *c)
{
	for (int i = 0; i < c->sum->naxes; i++) {
		Step step = step_of_axis(s, c, c->sum->axes[i]);
		int at = c->nk++;
		if (step.n == 1) {
			c->nk--;
			continue;
		}
		bool ordered = s->module->o->strict && of_reals(c);
		for (; at > 0 && !ordered && size_of(c->k[at - 1].a) < size_of(step.a); at--)
			c->k[at] = c->k[at - 1];
		c->k[at] = step;
	}
}

/* How many vectors the taps of one point are apart, where the next point reads some of them too; else INT_MAX. */
static int shared_row(const Step *point, const Step *taps)
{
	Row row;
	bool found = taps->n > 1 && taps_row(point, taps, &row) && row.stride <= row.dilation * (row.taps - 1);
	return found ? row.dilation * (row.taps - 1) : INT_MAX;
}

/* Taps that points share go last. */
static void put_taps_last(Contraction *c)
{
	int at = 0;
	for (int i = 1; i < c->nk; i++)
		if (shared_row(&c->point, &c->k[i]) < shared_row(&c->point, &c->k[at]))
			at = i;
	Step taps = c->k[at];
	memmove(&c->k[at], &c->k[at + 1], (size_t)(c->nk - 1 - at) * sizeof taps);
	c->k[c->nk - 1] = taps;
}

static void merge_reduction(Contraction *c)
{
	for (int i = 0; i + 1 < c->nk;) {
		Step *p = &c->k[i], *q = &c->k[i + 1];
		bool a = p->a == q->n * q->a && !step_varies(p) && !step_varies(q), b = c->packed || p->b == q->n * q->b;
		if (!a || !b) {
			i++;
			continue;
		}
		q->n *= p->n;
		c->nk--;
		memmove(p, q, (size_t)(c->nk - i) * sizeof *p);
	}
}

/* ---- the stage ---- */

/* A product commutes: lanes run along b. False: the factors have to stay as they are. */
static bool commute(Stage *s, Contraction *c)
{
	Expr *b = c->a;
	int64_t base = c->a_base;
	if (!of_reals(c) || c->tap != c->b || is_packed_ahead(c->a) || !is_affine(s, c, c->b->arg[0], &c->b_base))
		return false;
	c->a = c->b;
	c->b = c->tap = b;
	c->b_type = b->dtype;
	c->a_base = c->b_base;
	c->b_base = base;
	return true;
}

/* Which of the other axes counts points: of those along which b stays the innermost with several, else the first; -1: none. */
static int find_point(Stage *s, Contraction *c)
{
	int point = -1;
	for (int i = 0; i < s->naxes - 1; i++) {
		Step step = step_of_axis(s, c, s->axis[i]);
		bool rows = s->strips && !s->strips->points && s->axis[i] == s->split; /* any number of them: no tile */
		bool moves = !single_test(c, NULL, step.axis);
		if (!step.b && !rows && moves && (point < 0 || step.n > 1))
			point = i;
	}
	return point;
}

/* a moves from each point to the next, along any axis: none share its vectors as they are. */
static bool moves_everywhere(Stage *s, Contraction *c)
{
	bool moves = true;
	for (int i = 0; i < s->naxes - 1; i++) {
		Step step = step_of_axis(s, c, s->axis[i]);
		moves &= step.n == 1 || step.a;
	}
	return moves;
}

/* b is one number for all lanes, and a moves along all other axes; but as it does so by the same steps from tap to tap, points share
 * rows of vectors (tile_sum.c). */
static bool shares_rows(const Module *m, Stage *s, Contraction *c)
{
	bool floats = c->of == FLOATS && c->a->dtype == F32 && c->b->dtype == F32, plain = !c->squares && c->sums == 1 && !c->nsingle;
	bool rows = c->lane.a == 1 && c->lane.y == 1 && !step_varies(&c->lane), found = false;
	int at = find_point(s, c);
	if (m->o->strict || !floats || !plain || !rows || at < 0 || c->tap != c->b || !moves_everywhere(s, c) ||
	    !is_affine(s, c, c->b->arg[0], &c->b_base))
		return false;
	Step point = step_of_axis(s, c, s->axis[at]);
	for (int k = 0; k < c->sum->naxes && !found; k++) {
		Step taps = step_of_axis(s, c, c->sum->axes[k]);
		found = shared_row(&point, &taps) < INT_MAX;
	}
	return found;
}

/* The innermost axis as lanes of vectors. False: what lies along it does not make vectors. */
static bool find_lanes(Module *m, Stage *s, Contraction *c)
{
	Axis *inner = s->axis[s->naxes - 1];
	c->lane = step_of_axis(s, c, inner);
	if (c->lane.a && !c->lane.b) {
		c->a_lanes = c->b_number = shares_rows(m, s, c);
		if (c->b_number)
			return true;
		if (!commute(s, c))
			return false;
		c->lane = step_of_axis(s, c, inner);
	}
	if (single_test(c, NULL, c->lane.axis))
		return false;
	bool constant = is_packed_ahead(c->b);
	c->a_lanes = c->lane.a != 0;
	if (c->a_lanes && (c->sums > 1 || c->squares || of_bytes(c)))
		return false;
	if (step_varies(&c->lane) && (constant || c->a_lanes))
		return false;
	return c->lane.y == 1 && (!c->a_lanes || c->lane.a == 1) && (constant || c->lane.b == 1 || c->lane.n <= 1) && c->lane.b;
}

/* The axes of the output are lanes, points, and loops outside of the tile. */
static bool divide_axes(Module *m, Stage *s, Contraction *c)
{
	if (!find_lanes(m, s, c))
		return false;
	int point = find_point(s, c);
	c->point = point >= 0 ? step_of_axis(s, c, s->axis[point]) : (Step){.n = 1};
	c->strip = s->strips && c->point.axis == s->split && s->strips->rows < c->point.n ? s->strips->rows : 0;
	for (int i = 0; i < s->naxes - 1; i++)
		if (i != point)
			c->outer[c->nouter++] = step_of_axis(s, c, s->axis[i]);
	return true;
}

/* ---- bytes ---- */

enum { FLOAT_EXACT = 1 << 24 }; /* floats hold integers up to here */

static int64_t greater_of(int64_t a, int64_t b) { return a > b ? a : b; }

/* How tiles multiply them: the innermost k walks through neighbours of a, or sums are small enough for floats. */
static bool choose_bytes(const Module *m, const Stage *s, Contraction *c)
{
	int64_t least, most;
	if (of_reals(c))
		return true;
	if (in_parts(c))
		return !c->a_lanes;
	if (c->of == TWOS) {
		c->four = 2;
		c->b_type = I16;
		return m->target->lanes > 1 && !c->a_lanes && c->nk && c->k[c->nk - 1].n > 1 && !step_varies(&c->k[c->nk - 1]);
	}
	range_of_b(m, s, c, &least, &most);
	if (c->a_lanes) {
		c->of = BYTES;
		c->b_type = F32;
		return c->depth * 255 * greater_of(-least, most) <= FLOAT_EXACT;
	}
	bool vectors = m->target->lanes > 1, narrow = least >= -128 && most <= 127;
	c->b_type = narrow && (!vectors || m->target->dots || twos_fit(m, s, c)) ? I8 : I16;
	c->four = vectors ? 4 : 1;
	return !vectors || (c->nk && c->k[c->nk - 1].a == 1 && !step_varies(&c->k[c->nk - 1]));
}

/* The sum of a - zero by b less that of a by b, or of a + 128 where dots take no sign in a; NULL: nothing. It is 0 or a
 * number for each lane, and no sum of only some of the products that begins with it is greater than one of all can be. */
static Expr *zero_part(Module *m, Stage *s, const Contraction *c)
{
	Lower *l = s->l;
	int64_t raised = c->of == FOURS && c->four == 4 && c->b_type == I8 && c->a->dtype == I8 ? 128 : 0;
	Expr *zero = c->a_zero ? c->a_zero : num(l, I32, 0), *part;
	if (of_reals(c) || c->of == TWOS || in_parts(c) || (zero->kind == X_NUM && zero->i + raised == 0))
		return NULL;
	if (zero->kind == X_NUM) {
		part = sums_of_b(m, s, c, -(zero->i + raised));
	} else {
		zero = raised ? alu2(l, ADD, zero, num(l, I32, (double)raised)) : zero;
		part = alu2(l, MUL, zero, sums_of_b(m, s, c, -1));
	}
	return c->of == BYTES ? cast(l, F32, part) : part;
}

static Expr *sum_local(Stage *s, const Expr *sum, const Axis *lane)
{
	Expr *acc = local_new(s, sum->dtype);
	acc->mask = sum->mask | (uint64_t)1 << (lane->id < 63 ? lane->id : 63);
	return acc;
}

/* The stage's body with a local in place of each sum. */
static bool make_epilogue(Module *m, Stage *s, Contraction *c)
{
	const Axis *lane = c->lane.axis;
	c->acc = sum_local(s, c->sum, lane);
	c->as_float = cast(s->l, F32, c->acc);
	c->start = zero_part(m, s, c);
	c->epilogue = substitute(s->l, s->body, c->sum, c->acc);
	for (int i = 0; i < c->sums - 1; i++) {
		c->twin[i].acc = sum_local(s, c->twin[i].sum, lane);
		c->epilogue = substitute(s->l, c->epilogue, c->twin[i].sum, c->twin[i].acc);
	}
	if (m->target->lanes == 1)
		return true;
	if (c->start && !vectorisable(m, s, c->start, lane))
		return false;
	return c->of == DOUBLES ? vectorisable_64(m, s, c->epilogue, lane) : vectorisable(m, s, c->epilogue, lane);
}

Value *flat_const(Module *m, Tensor *t)
{
	Value *v = value_const(m->g, NULL, t);
	v->place = place_new(m->g);
	v->place->form = FORM_STORED;
	v->place->stride[0] = 1;
	return v;
}

/* ---- one axis of lanes out of two ---- */

/* A constant's load that walks along the lanes in some other way than element by element. */
static Expr *find_repeated(Expr *x, const Axis *lane)
{
	int64_t coef;
	if (x->kind == X_LOAD && is_constant(x) && depends_only_on(x, lane) && is_numeric(x->arg[0]) &&
	    !(affine_in(x->arg[0], lane, &coef) && coef == 1))
		return x;
	Expr *found = NULL;
	for (int k = 0; k < x->nargs && !found && x->kind != X_REDUCE; k++)
		found = find_repeated(x->arg[k], lane);
	return found;
}

/* That load from a constant of its own in which the elements lie as the lanes need them. */
static Expr *laid_out(Module *m, Stage *s, Expr *load, Axis *lane)
{
	int64_t n = axis_count(lane);
	Tensor *t = tensor_new(&m->g->ctx->perm, load->dtype, 1, &n);
	int64_t *at = NEW_N(&m->g->ctx->scratch, int64_t, s->l->naxes + 1);
	for (at[lane->id] = 0; at[lane->id] < n; at[lane->id]++)
		move_element(t, at[lane->id], load->value->data, index_at(load->arg[0], at));
	return expr_load(s->l, flat_const(m, t), (Expr *[]){axis_expr(s->l, lane)});
}

/* Two neighbouring axes along which y lies in one piece, and that a does not know, are one axis of lanes: the channels
 * of the phases of a transposed convolution. Constants follow. */
static void join_lanes(Module *m, Stage *s, Contraction *c)
{
	Stage joined = *s;
	Contraction with = *c;
	Lower *l = s->l;
	if (m->target->lanes == 1 || !c->nouter || c->of != FLOATS || of_bytes(c) || c->sums > 1)
		return;
	const Step *p = &c->outer[c->nouter - 1], *q = &c->lane;
	if (p->axis != s->axis[s->naxes - 2] || !is_constant(c->b) || step_varies(p) || p->a || q->a || !p->b || p->y != q->n)
		return;
	Axis *r = axis_new(l, dim(p->n * q->n), false);
	Expr *from[2] = {axis_expr(l, p->axis), axis_expr(l, q->axis)}, *n = num_i(l, q->n), *at = axis_expr(l, r);
	Expr *to[2] = {idiv(l, at, n), imod(l, at, n)};
	for (int i = 0; i < 2; i++) {
		joined.body = substitute(l, joined.body, from[i], to[i]);
		joined.address = substitute(l, joined.address, from[i], to[i]);
		with.sum = substitute(l, with.sum, from[i], to[i]);
		with.tap = substitute(l, with.tap, from[i], to[i]);
	}
	for (Expr *load; (load = find_repeated(joined.body, r));)
		joined.body = substitute(l, joined.body, load, laid_out(m, s, load, r));
	with.b = load_of(with.tap);
	with.nouter--;
	with.lane = (Step){r, p->n * q->n, 0, 1, 1, r->extent};
	joined.axis[--joined.naxes - 1] = r;
	if (!make_epilogue(m, &joined, &with)) {
		s->locals = joined.locals; /* what was made of them stays: no other sum is to have their numbers */
		return;
	}
	*s = joined;
	*c = with;
}

/* ---- all of it ---- */

/* Weights are packed for sizes that are known. */
static bool has_fixed_weights(const Contraction *c)
{
	bool fixed = true;
	for (int i = 0; i < c->nk; i++)
		fixed &= !step_varies(&c->k[i]) || !c->k[i].b;
	for (int i = 0; i < c->nouter; i++)
		fixed &= !step_varies(&c->outer[i]) || !c->outer[i].b;
	return fixed;
}

/* Steps of k, when the axes are merged that packed weights allow to merge: each row of fours has a last one of its own. */
static void count_steps(Contraction *c)
{
	Contraction merged = *c;
	merged.packed = (const Weight *)c; /* any: they will be packed */
	if (c->four > 1)
		merge_reduction(&merged);
	c->run = merged.nk ? merged.k[merged.nk - 1].n : 1;
	c->steps = c->depth / c->run * ((c->run + c->four - 1) / c->four);
}

enum { PAIRS_PAY = 8 }; /* steps that take as long as it does to take pairs apart */

/* In which pairs a last panel of at most half a vector would be. Pairs of steps add up in another order: either all outputs do,
 * or none, so that those with equal weights stay equal. */
static void find_pairing(const Module *m, const Stage *s, Contraction *c)
{
	Contraction packed = *c;
	int64_t rest = c->lane.n % c->lanes;
	if (!m->target->halves || c->of != FLOATS || of_bytes(c) || !is_packed_ahead(c->b) || c->a_lanes || c->squares || c->sums > 1 ||
	    !rest || rest > c->lanes / 2)
		return;
	packed.packed = (const Weight *)c; /* any: it will be */
	merge_reduction(&packed);
	find_margins(m, s, &packed);
	const Step *k = packed.nk ? &packed.k[packed.nk - 1] : NULL;
	bool alone = c->lane.n <= c->lanes / 2, margins = packed.margin.axis && packed.nk == 1;
	bool steps = alone && k && k->a == 1 && !step_varies(k) && !m->o->strict && !margins;
	c->pair_run = k ? k->n : 1;
	if (c->point.a == 1 && c->depth >= PAIRS_PAY)
		c->pairing = OF_POINTS;
	else if (steps && c->depth - pair_steps(c) >= PAIRS_PAY)
		c->pairing = OF_STEPS;
}

/* The stage as a sum of products whose addresses are affine, its axes divided. False: it is nothing like that. */
static bool find_contraction(Module *m, Stage *s, Contraction *c)
{
	if (!find_products(m, s, c))
		return false;
	move_operands(s, c);
	if (!is_affine(s, c, c->a->arg[0], &c->a_base) || !can_read_b(s, c) || !steps_evenly(s, s->address))
		return false;
	return divide_axes(m, s, c) && c->nouter + c->sum->naxes <= STEP_MAX;
}

/* How bytes, lanes and what follows the sum go into a tile. False: there is no code for that. */
static bool fit_tile(Module *m, Stage *s, Contraction *c)
{
	c->four = 1;
	c->lanes = c->of == DOUBLES && m->target->lanes > 1 ? m->target->lanes / 2 : m->target->lanes;
	order_reduction(s, c);
	if (c->b_number)
		put_taps_last(c);
	if (!choose_bytes(m, s, c))
		return false;
	join_lanes(m, s, c);
	return (c->epilogue || make_epilogue(m, s, c)) && (!is_packed_ahead(c->b) || has_fixed_weights(c));
}

static int64_t count_of(Axis *const *axis, int n)
{
	int64_t count = 1;
	for (int i = 0; i < n; i++)
		count *= axis_count(axis[i]);
	return count;
}

/* What is multiplied, but zeros around a value that no step reads. */
static int64_t multiplied(Contraction *c, int64_t macs)
{
	if (!c->margin.axis)
		return macs;
	c->cycles *= c->margin.part;
	return (int64_t)(c->margin.part * (double)macs);
}

bool make_tiles(Module *m, Stage *s)
{
	Arena *arena = &m->g->ctx->perm;
	Contraction *c = NEW(arena, Contraction);
	if (!find_contraction(m, s, c))
		return false;
	int64_t depth = count_of(c->sum->axes, c->sum->naxes), points = count_of(s->axis, s->naxes);
	c->depth = depth;
	if (!fit_tile(m, s, c))
		return false;
	count_steps(c);
	find_pairing(m, s, c);
	choose_tile(m, s, c);
	if (is_packed_ahead(c->b) && !c->b_number)
		pack_b(m, s, c);
	if (!c->by_rows)
		merge_reduction(c);
	find_margins(m, s, c);
	s->macs = multiplied(c, depth * points * c->sums * (c->of == QUARTERS ? 4 : c->of == HALVES ? 2 : 1)) * strip_matrices(s->strips);
	s->contraction = c;
	choose_loops(m, s, c, depth * c->lane.n * c->sums, points / c->lane.n * depth);
	s->nest = NEW(arena, Stmt);
	s->nest->kind = S_TILE;
	return true;
}
