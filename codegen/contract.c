/* contract.c -- recognising sums of products, and choosing their tiles.
 *
 * The pattern is  f(sum over k of a[..] * b[..])  with every address affine in every axis: MatMul, Gemm, Conv of any
 * rank, groups and depthwise ones, all alike; or that of (a[..] - b[..])^2, distances. The tile is the one that costs least (heur.c). */
#include <assert.h>
#include <string.h>
#include "codegen/contract.h"
#include "codegen/heur.h"
#include "codegen/print.h"

/* ---- recognising ---- */

/* The first SUMS_MAX reductions go to found; returns how many there are. */
static int find_reduces(Expr *x, Expr **found, int n, bool *seen)
{
	if (seen[x->id])
		return n;
	seen[x->id] = true;
	if (x->kind == X_REDUCE && n++ < SUMS_MAX)
		found[n - 1] = x;
	for (int k = 0; k < x->nargs; k++)
		n = find_reduces(x->arg[k], found, n, seen);
	return n;
}

static bool is_real_load(const Expr *x) { return x->kind == X_LOAD && (x->dtype == F32 || x->dtype == F64); }

/* Each is a float: they were widened. */
static bool holds_floats(const Tensor *t)
{
	bool all = true;
	for (int64_t i = 0; i < t->count && all; i++)
		all = ((const double *)t->data)[i] == (double)(float)((const double *)t->data)[i];
	return all;
}

/* And will be packed; doubles as the floats that they are. */
static bool is_constant(const Expr *load)
{
	const Value *v = load->value;
	return v->role == ROLE_CONST && (load->dtype != F64 || holds_floats(v->data));
}

/* Tiles widen floats where they read them. */
static Expr *without_widening(Expr *x) { return x->kind == X_CAST && x->dtype == F64 && x->arg[0]->dtype == F32 ? x->arg[0] : x; }

/* A load, also a constant's where some test holds and 0 elsewhere: packing finds the zeros. */
static Expr *load_of(Expr *x)
{
	bool some = x->kind == X_ALU && x->op == SELECT && x->arg[2]->kind == X_NUM && x->arg[2]->f == 0;
	Expr *load = without_widening(some ? x->arg[1] : x);
	return is_real_load(load) && (!some || (is_constant(load) && is_numeric(x->arg[0]))) ? load : NULL;
}

/* The load of a byte, also less a zero point: *zero. */
static Expr *byte_of(Expr *x, Expr **zero)
{
	*zero = NULL;
	if (x->kind == X_ALU && x->op == SUB) {
		*zero = x->arg[1];
		x = x->arg[0];
	}
	Expr *load = x->kind == X_CAST && x->dtype == I32 ? x->arg[0] : NULL;
	return load && load->kind == X_LOAD && (load->dtype == U8 || load->dtype == I8) ? load : NULL;
}

/* A number, or a constant's element that numbers find. */
static bool is_known(const Expr *x)
{
	if (x->kind == X_CAST)
		return is_known(x->arg[0]);
	return x->kind == X_NUM || (x->kind == X_LOAD && is_constant(x) && is_numeric(x->arg[0]));
}

static bool varies_in_sum(const Expr *x, const Expr *sum)
{
	for (int i = 0; i < sum->naxes; i++)
		if (depends_on(x, sum->axes[i]))
			return true;
	return false;
}

static bool is_number(const Expr *zero) { return !zero || zero->kind == X_NUM; }

/* Bytes of data by those of a constant, or of data. */
static bool find_bytes(Contraction *c, Expr *product)
{
	Expr *zero[2], *load[2] = {byte_of(product->arg[0], &zero[0]), byte_of(product->arg[1], &zero[1])};
	if (!load[0] || !load[1])
		return false;
	int b = is_constant(load[0]) ? 0 : 1;
	c->a = load[1 - b];
	c->a_zero = zero[1 - b];
	c->b = c->tap = load[b];
	c->b_less = product->arg[b];
	c->of = is_constant(c->b) ? FOURS : TWOS;
	c->b_zero = zero[b];
	if (c->of == TWOS)
		return !is_constant(c->a) && is_number(zero[0]) && is_number(zero[1]);
	return is_constant(c->b) && !is_constant(c->a) && (!zero[b] || is_known(zero[b])) &&
	       (!c->a_zero || !varies_in_sum(c->a_zero, c->sum));
}

/* a[..] * b[..] of floats */
static bool find_floats(Contraction *c, Expr *product)
{
	if (!load_of(product->arg[0]) || !load_of(product->arg[1]))
		return false;
	int b = is_constant(load_of(product->arg[0])) && !is_constant(load_of(product->arg[1])) ? 0 : 1;
	c->a = without_widening(product->arg[1 - b]);
	c->tap = without_widening(product->arg[b]);
	c->b = load_of(c->tap);
	c->of = product->dtype == F64 ? DOUBLES : FLOATS;
	c->b_type = is_constant(c->b) ? F32 : c->b->dtype;
	return is_real_load(c->a);
}

/* (a[..] - b[..])^2 of floats */
static bool find_squares(Contraction *c, Expr *product)
{
	Expr *d = product->arg[0];
	c->squares = d == product->arg[1] && d->kind == X_ALU && d->op == SUB && find_floats(c, d);
	return c->squares;
}

/* Both know the axis, or neither does. */
static bool know_alike(const Stage *s, const Expr *sum, const Expr *x, const Expr *y)
{
	bool alike = true;
	for (int i = 0; i < s->naxes; i++)
		alike &= depends_on(x, s->axis[i]) == depends_on(y, s->axis[i]);
	for (int i = 0; i < sum->naxes; i++)
		alike &= depends_on(x, sum->axes[i]) == depends_on(y, sum->axes[i]);
	return alike;
}

/* A sum of the same a, over axes of the same sizes, by another constant. */
static bool add_twin(Stage *s, Contraction *c, Expr *sum)
{
	Expr *product = sum->arg[0];
	if (sum->red != RED_SUM || sum->naxes != c->sum->naxes || !of_reals(c) || c->squares)
		return false;
	for (int i = 0; i < sum->naxes; i++) {
		if (!dim_same(sum->axes[i]->extent, c->sum->axes[i]->extent))
			return false;
		product = substitute(s->l, product, axis_expr(s->l, sum->axes[i]), axis_expr(s->l, c->sum->axes[i]));
	}
	Contraction other = {0};
	if (product->kind != X_ALU || product->op != MUL || !find_floats(&other, product) || other.a != c->a)
		return false;
	c->twin[c->sums++ - 1] = (Twin){.sum = sum, .b = other.b, .tap = other.tap};
	return is_constant(other.b) && is_constant(c->b) && is_numeric(other.b->arg[0]) && know_alike(s, c->sum, other.tap, c->tap);
}

static bool find_core(Module *m, Stage *s, Contraction *c)
{
	Expr *sum[SUMS_MAX];
	int n = find_reduces(s->body, sum, 0, NEW_N(&m->g->ctx->scratch, bool, s->l->nexprs + 1));
	if (n < 1 || n > SUMS_MAX || sum[0]->red != RED_SUM)
		return false;
	c->sum = sum[0];
	c->sums = 1;
	Expr *product = c->sum->arg[0];
	if (product->kind != X_ALU || product->op != MUL || s->naxes == 0)
		return false;
	if (s->out->dtype != F32 && s->out->dtype != F64 && !is_lane_int(s->out->dtype))
		return false;
	if (!(product->dtype == I32 ? find_bytes : find_floats)(c, product) && !find_squares(c, product))
		return false;
	while (c->sums < n)
		if (!add_twin(s, c, sum[c->sums]))
			return false;
	return true;
}

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

/* Packing reads a constant in any way. */
static bool can_read_b(Stage *s, Contraction *c)
{
	return is_constant(c->b) ? is_numeric(c->b->arg[0]) : is_affine(s, c, c->b->arg[0], &c->b_base);
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

/* ---- choosing the tile ---- */

/* The row of taps, when tiles can go by rows. */
static void find_row(Contraction *c)
{
	const Step *k = c->nk ? &c->k[c->nk - 1] : NULL;
	if (!c->a_lanes || c->of == DOUBLES || !k || k->a <= 0 || c->point.a <= 0 || step_varies(k))
		return;
	int64_t gap = gcd(k->a, c->point.a), stride = c->point.a / gap, dilation = k->a / gap;
	if (stride < ROW_MAX && dilation * (k->n - 1) < ROW_MAX)
		c->row = (Row){gap, (int)stride, (int)dilation, (int)k->n};
}

/* What tells this sum from those that want another tile: "conv 56x56x64 sum 3x3x64 step 64". */
static const char *key_of(const Stage *s, const Contraction *c, Arena *a)
{
	Out o = {.arena = a};
	put_text(&o, "%s ", s->kind);
	for (int i = 0; i < c->nouter; i++)
		put_text(&o, "%lldx", (long long)c->outer[i].n);
	put_text(&o, "%lldx%lld sum ", (long long)c->point.n, (long long)c->lane.n);
	for (int i = 0; i < c->sum->naxes; i++)
		put_text(&o, "%s%lld", i ? "x" : "", (long long)axis_count(c->sum->axes[i]));
	put_text(&o, " step %lld%s%s%s", (long long)c->point.a, c->a_lanes ? " each" : "", is_constant(c->b) ? "" : " of data",
	         c->of == FLOATS ? "" : c->of == DOUBLES ? " of doubles" : " of bytes");
	if (c->sums > 1)
		put_text(&o, " in %d sums", c->sums);
	return o.text;
}

static const char *tile_text(const TileShape *t, Arena *a)
{
	return arena_format(a, "%dx%d%s", t->points, t->vectors, t->by_rows ? " by rows" : "");
}

/* The tile that was measured to be the best, or the one that is expected to be. */
static int take_tile(const Module *m, const TileShape *tile, int n, Decision *choice)
{
	Entry *e = measured(m, choice);
	int i = 0;
	while (e && i < n && strcmp(tile_text(&tile[i], &m->g->ctx->scratch), e->value) != 0)
		i++;
	choice->measured = e && i < n;
	if (e && i == n)
		tuned_stale(m->o->tuned, e, "it does not fit the registers");
	return choice->measured ? i : best_tile(tile, n);
}

/* The next best tiles, best first. */
static void list_others(const TileShape *tile, int n, int taken, Decision *choice, Arena *a)
{
	bool listed[TILES_MAX] = {false};
	listed[taken] = true;
	while (choice->nother < OTHERS_MAX) {
		int next = -1;
		for (int i = 0; i < n; i++)
			if (!listed[i] && (next < 0 || tile[i].cycles < tile[next].cycles))
				next = i;
		if (next < 0)
			return;
		listed[next] = true;
		double more = 100 * (tile[next].cycles / tile[taken].cycles - 1);
		if (!choice->nother && (more >= 0.1 || more <= -0.1))
			choice->why = arena_format(a, "a tile of %s would take %+.1f %%", tile_text(&tile[next], a), more);
		choice->other[choice->nother++] = tile_text(&tile[next], a);
	}
}

static void choose_tile(const Module *m, Stage *s, Contraction *c)
{
	const Target *t = m->target;
	Arena *a = &m->g->ctx->perm;
	TileShape tile[TILES_MAX];
	Decision *choice = NEW(a, Decision);
	find_row(c);
	c->key = key_of(s, c, a);
	*choice = (Decision){.what = "tile", .key = c->key, .why = ""};
	int n = tiles_of(t, c, tile), taken = take_tile(m, tile, n, choice);
	const TileShape *best = &tile[taken];
	choice->chosen = tile_text(best, a);
	list_others(tile, n, taken, choice, a);
	stage_choose(s, choice);
	c->points = best->points;
	c->vectors = best->vectors;
	c->by_rows = best->by_rows;
	c->cycles = best->cycles * (double)strip_matrices(s->strips);
	c->panel = (int64_t)c->vectors / c->sums * c->lanes;
}

/* ---- the stage ---- */

static bool divide_axes(Stage *s, Contraction *c)
{
	int last = s->naxes - 1, point = -1;
	c->lane = step_of_axis(s, c, s->axis[last]);
	if (c->lane.a && !c->lane.b) { /* a product commutes */
		Expr *t = c->a;
		if (!of_reals(c) || c->tap != c->b || is_constant(c->a) || !is_affine(s, c, c->b->arg[0], &c->b_base))
			return false;
		int64_t base = c->a_base;
		c->a = c->b;
		c->b = c->tap = t;
		c->b_type = t->dtype;
		c->a_base = c->b_base;
		c->b_base = base;
		c->lane = step_of_axis(s, c, s->axis[last]);
	}
	bool constant = is_constant(c->b);
	c->a_lanes = c->lane.a != 0;
	if (c->a_lanes && (c->sums > 1 || c->squares))
		return false;
	if (step_varies(&c->lane) && (constant || c->a_lanes))
		return false;
	if (c->lane.y != 1 || (c->a_lanes && c->lane.a != 1) || (!constant && c->lane.b != 1 && c->lane.n > 1) || !c->lane.b)
		return false;
	for (int i = 0; i < last; i++) {
		Step step = step_of_axis(s, c, s->axis[i]);
		bool rows = s->strips && !s->strips->points && s->axis[i] == s->split; /* any number of them: no tile */
		if (!step.b && !rows && (point < 0 || step.n > 1))
			point = i;
	}
	c->point = point >= 0 ? step_of_axis(s, c, s->axis[point]) : (Step){.n = 1};
	c->strip = s->strips && c->point.axis == s->split && s->strips->rows < c->point.n ? s->strips->rows : 0;
	for (int i = 0; i < last; i++)
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
	c->b_type = narrow && (!vectors || m->target->dots) ? I8 : I16;
	c->four = vectors ? 4 : 1;
	return !vectors || (c->nk && c->k[c->nk - 1].a == 1 && !step_varies(&c->k[c->nk - 1]));
}

/* The sum of a - zero by b from that of a by b, or of a + 128 where dots take no sign in a. */
static Expr *whole_sum(Module *m, Stage *s, const Contraction *c, Expr *acc)
{
	Lower *l = s->l;
	int64_t raised = c->of == FOURS && c->four == 4 && c->b_type == I8 && c->a->dtype == I8 ? 128 : 0;
	Expr *zero = c->a_zero ? c->a_zero : num(l, I32, 0);
	if (of_reals(c) || c->of == TWOS || (zero->kind == X_NUM && zero->i + raised == 0))
		return acc;
	if (zero->kind == X_NUM)
		return alu2(l, ADD, acc, sums_of_b(m, s, c, -(zero->i + raised)));
	zero = raised ? alu2(l, ADD, zero, num(l, I32, (double)raised)) : zero;
	return alu2(l, SUB, acc, alu2(l, MUL, zero, sums_of_b(m, s, c, 1)));
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
	c->epilogue = substitute(s->l, s->body, c->sum, whole_sum(m, s, c, c->acc));
	for (int i = 0; i < c->sums - 1; i++) {
		c->twin[i].acc = sum_local(s, c->twin[i].sum, lane);
		c->epilogue = substitute(s->l, c->epilogue, c->twin[i].sum, c->twin[i].acc);
	}
	if (m->target->lanes == 1)
		return true;
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
	if (m->target->lanes == 1 || !c->nouter || c->of != FLOATS || c->sums > 1)
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
	if (!make_epilogue(m, &joined, &with))
		return;
	*s = joined;
	*c = with;
}

/* Bytes of so many elements that tiles read. */
static int64_t size_of_a(const Contraction *c, int64_t n) { return (int64_t)dtype_bytes(c->a->dtype, n); }

static int64_t size_of_b(const Contraction *c, int64_t n) { return (int64_t)dtype_bytes(c->b_type, n); }

/* The order of loops over panels and points, from the bytes of b and a that all tiles load; returns why. */
static const char *find_order(const Module *m, Contraction *c, int64_t b, int64_t a)
{
	const Target *t = m->target;
	Arena *arena = &m->g->ctx->perm;
	int64_t x = size_of_a(c, shape_count(m->g, &c->a->value->shape).k);
	if (c->a_lanes) { /* a column of channels at a time when half of a stays near, and its steps spread over the first cache */
		c->panels_outside = x <= 2 * t->l2 && size_of_a(c, c->point.a) % 2048;
		c->points_outside = !c->panels_outside;
		return c->panels_outside ? "" : arena_format(arena, "%s of input are read once", bytes_text((double)x, arena));
	}
	c->panels_outside = b > t->l2 / 2 || a < b;
	c->points_outside = !c->panels_outside && b <= t->l1 / 2;
	return arena_format(arena, "panels of %s %s", bytes_text((double)b, arena),
	                    c->panels_outside ? "are read once" : c->points_outside ? "stay in the first cache"
	                                                                           : "stay in the second cache");
}

static const char *const orders[] = {"panels inside", "panels outside", "points outside"};

static const char *order_text(const Contraction *c) { return orders[c->panels_outside + 2 * c->points_outside]; }

/* The measured order before the one that is expected to be the best. */
static void choose_order(const Module *m, Stage *s, Contraction *c, int64_t b, int64_t a)
{
	Decision *choice = NEW(&m->g->ctx->perm, Decision);
	*choice = (Decision){.what = "order", .key = c->key, .why = find_order(m, c, size_of_b(c, b), size_of_a(c, a))};
	if (c->lane.n <= c->panel || a == c->depth)
		return; /* one panel, or one point: there is one order */
	Entry *e = measured(m, choice);
	for (int i = 0; e && i < 3; i++)
		if (!strcmp(orders[i], e->value)) {
			c->panels_outside = i == 1;
			c->points_outside = i == 2;
			choice->measured = true;
		}
	if (e && !choice->measured)
		tuned_stale(m->o->tuned, e, "panels inside, panels outside or points outside");
	choice->chosen = order_text(c);
	for (int i = 0; i < 3; i++)
		if (orders[i] != choice->chosen)
			choice->other[choice->nother++] = orders[i];
	stage_choose(s, choice);
}

enum { SUMS = 8 }; /* additions under way at a time: two units, four cycles */

/* One point with few outputs would wait for each sum before it adds to it again. */
static void choose_ways(const Module *m, Contraction *c)
{
	c->ways = 1;
	if (m->target->lanes == 1 || m->o->strict || c->of != FLOATS || c->points > 1 || c->by_rows || c->a_lanes || !c->packed ||
	    !c->nk || c->lane.n > c->panel)
		return;
	while (2 * c->ways * c->vectors <= SUMS && c->k[c->nk - 1].n % (2 * c->ways) == 0)
		c->ways *= 2;
}

int64_t usual_turns(const Module *m, const Step *s) { return step_varies(s) ? dim_usual(m->g->syms, s->size) : s->n; }

/* Tiles that go over one panel before the next share out the lines of the next one among them, evenly, so that it comes
 * from memory while they multiply. A power of two, for the test in the inner loop. Not where all panels come again for
 * the next row: they lie near by then. Where the number of tiles varies there may be half of the usual ones. */
static void choose_fetch(const Module *m, Contraction *c)
{
	const Target *t = m->target;
	int64_t tiles = (usual_turns(m, &c->point) + c->points - 1) / c->points, rows = 1, every = 1;
	for (int i = 0; i < c->nouter; i++)
		rows *= c->outer[i].b ? 1 : usual_turns(m, &c->outer[i]);
	tiles = step_varies(&c->point) ? (tiles + 1) / 2 : tiles;
	int64_t most = tiles * rows * LINE_FLOATS / (c->panel * c->sums);
	bool once = c->panels_outside || (!c->points_outside && rows == 1);
	if (t->lanes == 1 || c->of != FLOATS || !c->packed || !once || c->by_rows || !c->nk || c->ways > 1 || most == 0)
		return;
	while (2 * every <= most)
		every *= 2;
	c->fetch_every = every <= c->k[c->nk - 1].n ? every : 0;
}

static void split_along(Stage *s, const Step *step, int64_t unit)
{
	s->split = step->axis;
	s->split_n = (step->n + unit - 1) / unit;
	s->split_unit = unit;
}

/* The outermost axis but those that vary: a short one would leave workers with nothing. */
static const Step *fixed_outer(const Contraction *c)
{
	int i = 0;
	while (i < c->nouter && step_varies(&c->outer[i]))
		i++;
	return i < c->nouter && c->outer[i].n > 1 ? &c->outer[i] : NULL;
}

/* Of the time of two, three and four workers, the parts in which so many equal pieces keep them busy. */
static double busy(int64_t pieces)
{
	double sum = 0;
	for (int64_t w = 2; w <= 4; w++)
		sum += (double)pieces / (double)((pieces + w - 1) / w * w);
	return sum;
}

/* The outermost axis is cut, unless its few pieces leave workers idle that panels would not. */
static void choose_split(Module *m, Stage *s, Contraction *c)
{
	Arena *a = &m->g->ctx->perm;
	int64_t panels = (c->lane.n + c->panel - 1) / c->panel, tiles = (c->point.n + c->points - 1) / c->points;
	const Step *outer = fixed_outer(c);
	bool few = outer && !step_varies(&c->lane) && busy(panels) > busy(outer->n) + 0.2;
	if (!s->strips) {
		if (outer && !few)
			split_along(s, outer, 1);
		else if ((few || c->panels_outside || tiles < 2) && panels > 1)
			split_along(s, &c->lane, c->panel);
		else if (tiles > 1)
			split_along(s, &c->point, c->points);
		else if (c->nouter && c->outer[0].n > 1)
			split_along(s, &c->outer[0], 1);
	}
	s->schedule = arena_format(a, "%d point%s x %d vector%s a tile; %s%s%s", c->points, c->points > 1 ? "s" : "", c->vectors,
	                           c->vectors > 1 ? "s" : "", order_text(c),
	                           c->by_rows ? "; a row of taps at a time" : "", c->margin.axis ? "; no rows in padding" : "");
}

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

bool make_tiles(Module *m, Stage *s)
{
	Arena *arena = &m->g->ctx->perm;
	Contraction *c = NEW(arena, Contraction);
	int64_t y_base;
	if (!find_core(m, s, c) || !is_affine(s, c, c->a->arg[0], &c->a_base) || !can_read_b(s, c) ||
	    !is_affine(s, NULL, s->address, &y_base) || !divide_axes(s, c))
		return false;
	if (c->nouter + c->sum->naxes > STEP_MAX)
		return false;
	int64_t depth = 1, points = 1, macs;
	for (int i = 0; i < c->sum->naxes; i++)
		depth *= axis_count(c->sum->axes[i]);
	for (int i = 0; i < s->naxes; i++)
		points *= axis_count(s->axis[i]);
	macs = depth * points * c->sums;
	c->depth = depth;
	c->four = 1;
	c->lanes = c->of == DOUBLES && m->target->lanes > 1 ? m->target->lanes / 2 : m->target->lanes;
	order_reduction(s, c);
	if (!choose_bytes(m, s, c))
		return false;
	join_lanes(m, s, c);
	if (!c->epilogue && !make_epilogue(m, s, c))
		return false;
	if (is_constant(c->b) && !has_fixed_weights(c))
		return false;
	count_steps(c);
	choose_tile(m, s, c);
	if (is_constant(c->b))
		pack_b(m, s, c);
	if (!c->by_rows)
		merge_reduction(c);
	find_margins(m, s, c);
	if (c->margin.axis) {
		macs = (int64_t)(c->margin.part * (double)macs);
		c->cycles *= c->margin.part;
	}
	s->macs = macs * strip_matrices(s->strips);
	s->contraction = c;
	choose_order(m, s, c, depth * c->lane.n * c->sums, points / c->lane.n * depth);
	choose_ways(m, c);
	choose_fetch(m, c);
	choose_split(m, s, c);
	Stmt *t = NEW(arena, Stmt);
	t->kind = S_TILE;
	s->nest = t;
	return true;
}
