/* tile.c -- printing a contraction: one function for the register tile, which loops call (tile_loops.c).
 *
 *     INLINE void s5_tile(int points, int i, int j, const float *x, const float *w, float *y)
 *     {
 *             acc = 0
 *             for k:  b0, b1 = panel row;  for each point p: acc[p] += a[p] * (b0, b1)
 *             for each point p: y = epilogue(acc[p])
 *     }
 *
 * points is a literal at every call, so the loops over p unroll and acc lives in registers (it is left out where it is 1).
 * The last panel, when it is narrower, has a tile function of its own. Where all points go over a panel before the next one,
 * each tile asks for its part of the next panel meanwhile, a line or a few every so many steps of k. Where a tile makes several
 * sums, the first vectors of a point are those of the first sum, and so on. One point with few outputs a panel has several sums
 * for each that take turns. A last vector of which at most half the lanes count may hold two sums a lane: of two points, or of
 * every second step.
 *
 * Here are the function, where it begins and its epilogue; its sum is in tile_sum.c, one step of that in tile_step.c. */
#include <string.h>
#include "codegen/tile.h"

/* ---- names, and parts of addresses ---- */

/* Of a sum. */
const char *type_of(const Tile *t)
{
	if (of_integers(t->c))
		return t->lanes == 1 ? "int32_t" : "vi";
	if (t->c->of == DOUBLES)
		return t->lanes == 1 ? "double" : "vd";
	return t->lanes == 1 ? "float" : "vf";
}

const char *name_of(Tile *t, const Expr *load) { return param_of(t->p.s, load->value)->name; }

const char *b_name(Tile *t)
{
	return t->c->packed ? param_weight(t->p.s, t->c->packed)->name : name_of(t, t->c->b);
}

/* " + 64*i" */
void put_term(Tile *t, int64_t step, const char *index)
{
	if (step == 0)
		return;
	put_text(t->p.out, step < 0 ? " - " : " + ");
	if (step != 1 && step != -1)
		put_text(t->p.out, "%lld*", (long long)(step < 0 ? -step : step));
	put_text(t->p.out, "%s", index);
}

void put_offset(Tile *t, int64_t k)
{
	if (k)
		put_text(t->p.out, " %c %lld", k < 0 ? '-' : '+', (long long)(k < 0 ? -k : k));
}

const char *step_end(Tile *t, const Step *s)
{
	return step_varies(s) ? size_text(t->p.m->unit, s->size) : text(t, "%lld", s->n);
}

/* Of vector q only the lower half counts, and is computed alone. */
bool is_half(const Tile *t, int q)
{
	bool loads = t->c->packed || t->rest == t->lanes / 2;
	bool floats = t->c->of == FLOATS && !of_bytes(t->c) && !t->c->a_lanes && t->c->sums == 1;
	bool pairs = in_pairs(t, OF_POINTS) || in_pairs(t, OF_STEPS);
	return t->p.m->target->halves && floats && partial(t, q) && t->rest && t->rest <= t->lanes / 2 && loads && !pairs;
}

/* Which sums of a vector a step adds to: those of a point, or of one way where a point has several; NULL: there is one. */
const char *sum_at(const Tile *t)
{
	return t->c->ways > 1 ? "way" : one_point(t) ? NULL : in_pairs(t, OF_POINTS) ? "p / 2" : "p";
}

/* The sum in vector q, of those the one at that index. */
const char *sum_name(Tile *t, const char *at, int q)
{
	Arena *a = t->p.out->arena;
	if (is_half(t, q))
		return at ? arena_format(a, "half[%s]", at) : "half";
	return at ? arena_format(a, "acc[%s][%d]", at, q) : arena_format(a, "acc[%d]", q);
}

/* ---- the tile function: origins, where sums begin ---- */

/* Elements of packed b for a lane of one sum. */
static int64_t depth_of(const Contraction *c) { return c->steps * c->four; }

/* What the index of an outer axis adds to the origin of an operand: i, or (d0 == 1 ? 0 : i). */
static void put_outer(Tile *t, const Expr *load, int64_t step, const Axis *axis)
{
	Expr *test = single_test(t->c, load, axis);
	const char *name = axis_name(&t->p, axis);
	put_term(t, step, test ? arena_format(t->p.out->arena, "(%s == 1 ? 0 : %s)", size_text(t->p.m->unit, test->arg[0]->dim), name) : name);
}

/* Where a and b begin for this tile. */
static void print_origins(Tile *t)
{
	Contraction *c = t->c;
	Out *o = t->p.out;
	const char *type = c_type(c->a->dtype), *b_type = c_type(c->packed ? c->packed->dtype : c->b->dtype);
	put_text(o, "\tconst %s *a = %s", type, name_of(t, c->a));
	put_offset(t, c->a_base);
	for (int i = 0; i < c->nouter; i++)
		put_outer(t, c->a, c->outer[i].a, c->outer[i].axis);
	if (c->point.axis)
		put_term(t, c->point.a, t->i);
	if (c->a_lanes)
		put_term(t, 1, t->j);
	if (strcmp(type, b_type))
		put_text(o, ";\n\tconst %s *b = %s", b_type, b_name(t));
	else
		put_text(o, ", *b = %s", b_name(t));
	put_offset(t, c->b_base);
	for (int i = 0; i < c->nouter; i++)
		put_outer(t, c->b, c->outer[i].b, c->outer[i].axis);
	put_term(t, c->packed ? depth_of(c) * c->sums : c->lane.b, t->j);
	put_text(o, ";\n");
}

/* This tile's part of the panel behind its own; tiles are counted as print_rows goes through them. */
static void print_next(Tile *t)
{
	Contraction *c = t->c;
	const Step *k = &c->k[c->nk - 1];
	int64_t part = c->fetch_lines * LINE_FLOATS * ((k->n + c->fetch_every - 1) / c->fetch_every) * (depth_of(c) / k->n);
	int64_t tiles = (usual_turns(t->p.m, &c->point) + c->points - 1) / c->points, step[STEP_MAX];
	put_text(t->p.out, "\tconst float *next = b + %lld", (long long)(depth_of(c) * t->vectors * t->lanes));
	for (int i = c->nouter - 1; i >= 0; i--) {
		step[i] = c->outer[i].b ? 0 : part * tiles;
		tiles *= c->outer[i].b ? 1 : usual_turns(t->p.m, &c->outer[i]);
	}
	for (int i = 0; i < c->nouter; i++)
		put_term(t, step[i], axis_name(&t->p, c->outer[i].axis));
	if (c->point.axis)
		put_term(t, part, c->points == 1 ? t->i : arena_format(t->p.out->arena, "(%s / %d)", t->i, c->points));
	put_text(t->p.out, ";\n");
}

static const char *zero_of(const Tile *t, int q)
{
	if (t->lanes == 1)
		return "0";
	if (t->c->of == DOUBLES)
		return "v_set_d(0.0)";
	return is_half(t, q) ? "v_set_half(0.0f)" : of_integers(t->c) ? "v_set_i(0)" : "v_set(0.0f)";
}

/* What is printed next is of vector q of the outputs. */
static void begin_vector(Tile *t, int q)
{
	Printer *p = &t->p;
	p->nshifted = p->nbound = 0;
	shift_axis(p, t->c->lane.axis, t->j, q * t->lanes);
	p->vector = t->lanes > 1 ? t->c->lane.axis : NULL;
	p->lanes_64 = t->c->of == DOUBLES;
	p->lanes_n = partial(t, q) ? rest_of(t) : NULL;
}

static void end_vectors(Tile *t)
{
	t->p.vector = NULL;
	t->p.lanes_64 = false;
	t->p.lanes_n = NULL;
	t->p.nbound = t->p.nshifted = 0;
}

static const char *start_of(Tile *t, int q)
{
	Out *o = t->p.out, start = {.arena = o->arena};
	if (!t->c->start)
		return zero_of(t, q);
	t->p.out = &start;
	begin_vector(t, q);
	(t->lanes > 1 ? print_vector : print_expr)(&t->p, t->c->start, false);
	end_vectors(t);
	t->p.out = o;
	return start.text;
}

static void print_start(Tile *t)
{
	bool half = is_half(t, t->vectors - 1), ways = t->c->ways > 1;
	int points = in_pairs(t, OF_POINTS) ? (t->c->points + 1) / 2 : t->c->points;
	const char *sums = sum_at(t) ? text(t, "[%lld]", points * t->c->ways) : "";
	if (t->vectors > half)
		print_line(&t->p, "%s acc%s[%d];", type_of(t), sums, t->vectors - half);
	if (half)
		print_line(&t->p, "vh half%s;", sums);
	if (ways)
		open_block(&t->p, "UNROLL for (int way = 0; way < %d; way++)", t->c->ways);
	else
		open_sums(t);
	for (int q = 0; q < t->vectors; q++)
		print_line(&t->p, "%s = %s;", sum_name(t, sum_at(t), q), start_of(t, q));
	if (ways)
		close_block(&t->p);
	else
		close_points(t);
}

/* ---- the epilogue ---- */

/* Compilers read what the epilogues of all points have in common (a bias) before the loop over tiles, into registers
 * that they then lack in its middle. */
static void print_fresh(Tile *t, const Expr *x)
{
	bool constant = x->kind == X_LOAD && x->dtype == F32 && x->value->role == ROLE_CONST;
	bool common = constant && !(t->c->point.axis && depends_on(x, t->c->point.axis));
	const char *name = common ? name_of(t, x) : NULL;
	if (common && !strstr(t->p.out->text, arena_format(t->p.out->arena, "\t%s = v_fresh", name)))
		print_line(&t->p, "%s = v_fresh(%s);", name, name);
	for (int k = 0; k < x->nargs; k++)
		print_fresh(t, x->arg[k]);
}

/* Registers that sums, a row of b and one element of a leave. */
static int spare_registers(const Tile *t)
{
	return t->p.m->target->registers - t->c->points * t->vectors - t->vectors - 1;
}

static void bind(Printer *p, const Expr *x, const char *name)
{
	p->bound[p->nbound] = x;
	p->bound_name[p->nbound++] = name;
}

/* Names of all sums in vector q of a point. */
static void bind_sums(Tile *t, int q)
{
	Contraction *c = t->c;
	const char *at = c->ways > 1 ? "0" : sum_at(t), *first = sum_name(t, at, q);
	if (is_half(t, q))
		first = arena_format(t->p.out->arena, "v_widen(%s)", first);
	if (in_pairs(t, OF_POINTS))
		first = arena_format(t->p.out->arena, "v_every_other(%s, p %% 2)", first);
	if (in_pairs(t, OF_STEPS))
		first = arena_format(t->p.out->arena, "v_pair_sums(%s)", first);
	if (c->of == BYTES) {
		bind(&t->p, c->as_float, first);
		first = arena_format(t->p.out->arena, "%s(%s)", t->lanes > 1 ? "v_int" : "(int32_t)", first);
	}
	bind(&t->p, c->acc, first);
	for (int i = 1; i < c->sums; i++)
		bind(&t->p, c->twin[i - 1].acc, sum_name(t, at, i * width_of(t) + q));
}

static void print_epilogue(Tile *t)
{
	Printer *p = &t->p;
	Contraction *c = t->c;
	int vectors = width_of(t);
	if (t->lanes > 1 && c->points > 1 && spare_registers(t) <= t->vectors + 1)
		print_fresh(t, c->epilogue);
	open_points(t);
	for (int q = 0; q < vectors; q++) {
		begin_vector(t, q);
		if (c->point.axis && !one_point(t))
			shift_axis(p, c->point.axis, arena_format(p->out->arena, "(%s + p)", t->i), 0);
		bind_sums(t, q);
		print_stmts(p, store_stmts(p->m, p->s, c->epilogue));
	}
	end_vectors(t);
	close_points(t);
}

/* ---- the function: its parameters are axes of the loops around it, then the stage's own ---- */

void put_parameters(const Stage *s, Out *o, bool declare)
{
	for (int k = 0; k < s->nparams; k++) {
		const Param *q = &s->param[k];
		DType d = q->weight ? q->weight->dtype : q->value->dtype;
		if (declare)
			put_text(o, ", %s%s *%s%s", q->written ? "" : "const ", c_type(d), s->in_place ? "" : "restrict ", q->name);
		else
			put_text(o, ", %s", q->name);
	}
	if (s->checks)
		put_text(o, declare ? ", int *status" : ", status");
}

void print_parameters(Tile *t, Out *o, bool declare)
{
	Contraction *c = t->c;
	Stage *s = t->p.s;
	const char *type = declare ? s->wide ? "int64_t " : "int " : "";
	if (!one_point(t))
		put_text(o, "%s, ", declare ? "int points" : text(t, "%lld", t->points));
	for (int i = 0; i < c->nouter; i++)
		put_text(o, "%s%s, ", type, axis_name(&t->p, c->outer[i].axis));
	if (c->point.axis)
		put_text(o, "%s%s, ", type, t->i);
	put_text(o, "%s%s", type, t->j);
	if (t->rest_text)
		put_text(o, declare ? ", int %s" : ", %s", t->rest_text);
	put_parameters(s, o, declare);
}

static const char *lanes_text(const Tile *t)
{
	return in_pairs(t, OF_POINTS) ? "; lanes 2j, 2j + 1: of two points"
	       : in_pairs(t, OF_STEPS) ? "; lanes 2j, 2j + 1: of two steps, added at the end" : "";
}

static void print_function(Tile *t, Out *o)
{
	Out body = {.arena = o->arena};
	t->p.out = &body;
	t->p.depth = 1;
	print_origins(t);
	if (t->c->fetch_every)
		print_next(t);
	print_start(t);
	print_sum(t);
	print_epilogue(t);
	put_text(o, "/* %s%d outputs%s%s */\nINLINE void %s(", one_point(t) ? "" : "points x ", width_of(t) * t->lanes,
	         t->rest ? arena_format(o->arena, ", the last %lld of a vector", (long long)t->rest) : "", lanes_text(t), t->name);
	print_parameters(t, o, true);
	put_text(o, "%s)\n{\n%s}\n\n", sizes_used(t->p.m->unit, body.text, true), body.text);
	t->c->sizes = sizes_used(t->p.m->unit, body.text, false);
}

Tile tile_new(Module *m, Stage *s, Out *o)
{
	Contraction *c = s->contraction;
	Tile t = {.p = {.m = m, .s = s, .out = o, .depth = 1}, .c = c, .lanes = c->lanes, .vectors = c->vectors};
	for (int i = 0; i < c->nouter; i++)
		axis_name(&t.p, c->outer[i].axis);
	t.i = c->point.axis ? axis_name(&t.p, c->point.axis) : "0";
	t.j = axis_name(&t.p, c->lane.axis);
	for (int i = 0; i < c->nk; i++)
		axis_name(&t.p, c->k[i].axis);
	t.name = arena_format(o->arena, "s%d_tile", s->number);
	return t;
}

/* The last panel: fewer vectors, or lanes that do not count. Where the size is not known, one vector at a time. */
bool tail_of(Tile *t)
{
	Contraction *c = t->c;
	int64_t left = c->lane.n % c->panel;
	if (step_varies(&c->lane)) {
		t->vectors = 1;
		t->rest_text = t->lanes > 1 ? "rest" : NULL;
		t->name = arena_format(t->p.out->arena, "s%d_tail", t->p.s->number);
		return true;
	}
	if (left == 0)
		return false;
	t->vectors = (int)((left + t->lanes - 1) / t->lanes) * c->sums;
	t->rest = left % t->lanes;
	t->name = arena_format(t->p.out->arena, "s%d_tail", t->p.s->number);
	return true;
}

void print_tile_functions(Module *m, Stage *s, Out *o)
{
	Contraction *c = s->contraction;
	Tile t = tile_new(m, s, o), tail = t;
	Printer probe = t.p; /* every parameter exists before the first signature is printed */
	Out nowhere = {.arena = o->arena};
	param_of(s, c->a->value);
	b_name(&t);
	probe.out = &nowhere;
	probe.vector = m->target->lanes > 1 ? c->lane.axis : NULL;
	probe.lanes_64 = c->of == DOUBLES;
	bind(&probe, c->acc, "acc");
	for (int i = 0; i < c->sums - 1; i++)
		bind(&probe, c->twin[i].acc, "acc");
	if (c->start)
		(probe.vector ? print_vector : print_expr)(&probe, c->start, false);
	print_stmts(&probe, &(Stmt){.kind = S_STORE, .value = s->out, .address = s->address, .expr = c->epilogue});
	if (c->lane.n >= c->panel)
		print_function(&t, o);
	tail.p.out = o;
	if (tail_of(&tail))
		print_function(&tail, o);
}
