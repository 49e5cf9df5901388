/* transform_print.c -- printing stages that map tiles: one function for a tile, loops that call it.
 *
 *     INLINE void s3_tile(int i, int j, int k, const float *x, float *y)
 *     {
 *             for p:  d = row p of the tile;  map_6x6(d, 1, t[p])
 *             for q:  map_6x6(column q of t, 6, v);  store v
 *     }
 *
 * Where an axis of the output is no multiple of a tile, the last tile stores fewer rows: their number is a literal at
 * every call. Lanes that are left over have a tile function of their own. */
#include <string.h>
#include "codegen/module.h"
#include "codegen/transform.h"

/* ---- the tile function ---- */

typedef struct Tiles {
	Printer p;
	const Transform *t;
	const char *map[TABLE_AXES]; /* names of the functions */
	const char *name;            /* of the tile function */
	const char *k;               /* the lane axis */
	int rest;                    /* lanes of the last vector that count, 0: all */
	int lanes;
	int rows[TABLE_AXES];        /* of this call, along each axis */
} Tiles;

static const char *const index_names[TABLE_AXES] = {"p", "q"}, *const count_names[TABLE_AXES] = {"rows", "columns"};

static bool has_short_phases(const TableAxis *a) { return a->phase && a->longer < axis_count(a->phase); }

static bool has_tail(const TableAxis *a) { return a->last != a->rows || has_short_phases(a); }

static const char *count_text(const Tiles *t, int i)
{
	const TableAxis *a = &t->t->axis[i];
	return has_tail(a) ? count_names[i] : arena_format(t->p.out->arena, "%d", a->rows);
}

static const char *address_text(Tiles *t, const char *name, Expr *address)
{
	Out o = {.arena = t->p.out->arena};
	Printer p = t->p;
	p.out = &o;
	put_text(&o, "%s", name);
	if (!(address->kind == X_NUM && address->i == 0)) {
		put_text(&o, " + ");
		print_expr(&p, address, false);
	}
	return o.text;
}

/* Row number `i` of a tile in its digits. */
static void shift_rows(Printer *p, const TableAxis *a, const char *i)
{
	if (!a->low) {
		shift_axis(p, a->row, i, 0);
		return;
	}
	int low = (int)axis_count(a->low);
	shift_axis(p, a->row, arena_format(p->out->arena, "(%s / %d)", i, low), 0);
	shift_axis(p, a->low, arena_format(p->out->arena, "(%s %% %d)", i, low), 0);
}

/* "v_load(a + 384*q)" */
static const char *load_text(const Tiles *t, const char *at)
{
	Arena *a = t->p.out->arena;
	return t->lanes == 1 ? subscript_text(at, a) : t->rest ? arena_format(a, "v_load_n(%s, %d)", at, t->rest)
	                                                           : arena_format(a, "v_load(%s)", at);
}

/* Whether column q is there. */
static const char *guard_text(Tiles *t, const TableAxis *a, const char *q)
{
	Out o = {.arena = t->p.out->arena};
	Printer p = t->p;
	p.out = &o;
	shift_axis(&p, a->column, q, 0);
	print_expr(&p, t->t->guard, true);
	return o.text;
}

/* d[..] of one row, or of the tile when there is one axis only. */
static void print_loads(Tiles *t, int axis, const char *from)
{
	const TableAxis *a = &t->t->axis[axis];
	const char *q = index_names[axis];
	print_line(&t->p, "UNROLL for (int %s = 0; %s < %d; %s++)", q, q, a->columns, q);
	const char *load = load_text(t, a->x ? arena_format(t->p.out->arena, "%s + %lld*%s", from, (long long)a->x, q) : from);
	if (t->t->guard)
		load = arena_format(t->p.out->arena, "%s ? %s : %s", guard_text(t, a, q), load, t->lanes > 1 ? "v_set(0.0f)" : "0");
	print_line(&t->p, "\td[%s] = %s;", q, load);
}

static void print_stores(Tiles *t, int axis)
{
	Printer *p = &t->p;
	const char *i = index_names[axis];
	print_line(p, "UNROLL for (int %s = 0; %s < %s; %s++) {", i, i, count_text(t, axis), i);
	p->depth++;
	for (int k = 0; k < t->t->naxes; k++)
		shift_rows(p, &t->t->axis[k], index_names[k]);
	p->bound[0] = t->t->sum;
	p->bound_name[0] = arena_format(p->out->arena, "v[%s]", i);
	p->nbound = 1;
	p->vector = t->lanes > 1 ? t->t->lane : NULL;
	p->lanes_n = t->rest ? arena_format(p->out->arena, "%d", t->rest) : NULL;
	print_stmts(p, store_stmts(p->m, p->s, t->t->body));
	p->vector = NULL;
	p->lanes_n = NULL;
	p->nbound = p->nshifted = 0;
	p->depth--;
	print_line(p, "}");
}

/* The address of x for this tile: columns are added where it is read. */
static Expr *origin_address(Tiles *t)
{
	Lower *l = t->p.s->l;
	Expr *x = t->t->load->arg[0];
	for (int i = 0; i < t->t->naxes; i++)
		x = substitute(l, x, axis_expr(l, t->t->axis[i].column), num_i(l, 0));
	return x;
}

static void print_one_axis(Tiles *t, const char *type)
{
	const TableAxis *a = &t->t->axis[0];
	print_line(&t->p, "%s d[%d], v[%d];", type, a->columns, a->rows);
	print_loads(t, 0, "a");
	print_line(&t->p, "%s(d, 1, v);", t->map[0]);
	print_stores(t, 0);
}

/* Rows first: row p of the tile is mapped along q into t[p]; then column q of t along p. */
static void print_two_axes(Tiles *t, const char *type)
{
	const TableAxis *a = &t->t->axis[0], *b = &t->t->axis[1];
	print_line(&t->p, "%s d[%d], t[%d][%d], v[%d];", type, b->columns, a->columns, b->rows, a->rows);
	print_line(&t->p, "UNROLL for (int p = 0; p < %d; p++) {", a->columns);
	t->p.depth++;
	print_loads(t, 1, arena_format(t->p.out->arena, "a + %lld*p", (long long)a->x));
	print_line(&t->p, "%s(d, 1, t[p]);", t->map[1]);
	t->p.depth--;
	print_line(&t->p, "}");
	print_line(&t->p, "UNROLL for (int q = 0; q < %s; q++) {", count_text(t, 1));
	t->p.depth++;
	print_line(&t->p, "%s(t[0] + q, %d, v);", t->map[0], b->rows);
	print_stores(t, 0);
	t->p.depth--;
	print_line(&t->p, "}");
}

static void print_parameters(Tiles *t, Out *o, bool declare)
{
	Stage *s = t->p.s;
	const char *type = declare ? s->wide ? "int64_t " : "int " : "", *comma = "";
	for (int i = 0; i < t->t->naxes; i++)
		if (has_tail(&t->t->axis[i])) {
			if (declare)
				put_text(o, "%sint %s", comma, count_names[i]);
			else
				put_text(o, "%s%d", comma, t->rows[i]);
			comma = ", ";
		}
	for (int i = 0; i < t->t->nouter; i++, comma = ", ")
		put_text(o, "%s%s%s", comma, type, axis_name(&t->p, t->t->outer[i]));
	put_text(o, "%s%s%s", comma, type, t->k);
	put_parameters(s, o, declare);
}

static void print_function(Tiles *t, Out *o)
{
	Out body = {.arena = o->arena};
	t->p.out = &body;
	t->p.depth = 1;
	const char *x = param_of(t->p.s, t->t->load->value)->name;
	print_line(&t->p, "const float *a = %s;", address_text(t, x, origin_address(t)));
	(t->t->naxes == 1 ? print_one_axis : print_two_axes)(t, t->lanes > 1 ? "vf" : "float");
	put_text(o, "INLINE void %s(", t->name);
	print_parameters(t, o, true);
	put_text(o, "%s)\n{\n%s}\n\n", sizes_used(t->p.m->unit, body.text, true), body.text);
	t->p.s->transform->sizes = sizes_used(t->p.m->unit, body.text, false);
}

static Tiles tiles_new(Module *m, Stage *s, Out *o)
{
	Tiles t = {.p = {.m = m, .s = s, .out = o, .depth = 1}, .t = s->transform, .lanes = m->target->lanes};
	for (int i = 0; i < t.t->nouter; i++)
		axis_name(&t.p, t.t->outer[i]);
	t.k = axis_name(&t.p, t.t->lane);
	for (int i = 0; i < t.t->naxes; i++)
		t.rows[i] = t.t->axis[i].rows;
	t.name = arena_format(o->arena, "s%d_tile", s->number);
	return t;
}

/* The lanes that do not fill a vector. */
static bool tail_of(Tiles *t)
{
	t->rest = (int)(axis_count(t->t->lane) % t->lanes);
	t->name = arena_format(t->p.out->arena, "s%d_tail", t->p.s->number);
	return t->rest != 0;
}

void print_transform_functions(Module *m, Stage *s, Out *o)
{
	const Transform *t = s->transform;
	Tiles whole = tiles_new(m, s, o), rest;
	Out nowhere = {.arena = o->arena};
	for (int i = 0; i < t->naxes; i++)
		whole.map[i] = map_name(m, t->axis[i].table->data);
	rest = whole;
	rest.p.out = &nowhere; /* every parameter exists before the first signature is printed */
	param_of(s, t->load->value);
	print_stores(&rest, 0);
	rest.p.out = o;
	if (axis_count(t->lane) >= whole.lanes)
		print_function(&whole, o);
	if (tail_of(&rest))
		print_function(&rest, o);
}

/* ---- the loops ---- */

static void print_call(Tiles *t)
{
	Out o = {.arena = t->p.out->arena};
	print_parameters(t, &o, false);
	print_line(&t->p, "%s(%s%s);", t->name, o.text, t->t->sizes);
}

static void print_lanes(Tiles *t)
{
	int64_t n = axis_count(t->t->lane), whole = n / t->lanes * t->lanes;
	Tiles tail = *t;
	if (whole) {
		open_block(&t->p, "%s", for_text(&t->p, t->k, "0", arena_format(t->p.out->arena, "%lld", (long long)whole), t->lanes));
		print_call(t);
		close_block(&t->p);
	}
	if (tail_of(&tail)) {
		tail.k = arena_format(t->p.out->arena, "%lld", (long long)whole);
		print_call(&tail);
	}
}

/* The table whose tiles this loop counts, if the last one is shorter, or whose phases where each is one tile; else -1. */
static int short_axis(const Tiles *t, const Axis *axis)
{
	for (int i = 0; i < t->t->naxes; i++) {
		const TableAxis *a = &t->t->axis[i];
		if ((a->tile ? a->tile : a->phase) == axis && has_tail(a))
			return i;
	}
	return -1;
}

static void print_loops(Tiles *t, int depth);

static void print_inside(Tiles *t, int depth)
{
	t->p.depth++;
	print_loops(t, depth + 1);
	t->p.depth--;
}

/* The same with so many rows of that table's tiles. */
static void print_rows(const Tiles *t, int depth, int axis, int rows)
{
	Tiles some = *t;
	some.rows[axis] = rows;
	print_inside(&some, depth);
}

/* The last tile, of each phase from some one on with a row less, behind `before`. */
static void print_last(Tiles *t, int depth, int axis, const char *before)
{
	const TableAxis *a = &t->t->axis[axis];
	if (has_short_phases(a))
		print_line(&t->p, "%sif (%s < %lld) {", before, axis_name(&t->p, a->phase), (long long)a->longer);
	else
		print_line(&t->p, "%s{", before);
	print_rows(t, depth, axis, a->last);
	if (has_short_phases(a) && a->last > 1) {
		print_line(&t->p, "} else {");
		print_rows(t, depth, axis, a->last - 1);
	}
	print_line(&t->p, "}");
}

/* All tiles of an axis, the last of which is shorter. */
static void print_short(Tiles *t, int depth, int axis)
{
	const char *i = axis_name(&t->p, t->t->outer[depth]);
	const TableAxis *a = &t->t->axis[axis];
	if (!a->tile) {
		print_last(t, depth, axis, "");
		return;
	}
	if (dim_known(a->size))
		print_line(&t->p, "if (%s < %lld) {", i, (long long)axis_count(t->t->outer[depth]) - 1);
	else
		print_line(&t->p, "if (2*%s + 1 < %s) {", i, size_text(t->p.m->unit, a->size));
	print_inside(t, depth);
	print_last(t, depth, axis, "} else ");
}

static void print_loops(Tiles *t, int depth)
{
	if (depth == t->t->nouter) {
		print_lanes(t);
		return;
	}
	Axis *axis = t->t->outer[depth];
	const char *i = axis_name(&t->p, axis), *type = index_type(t->p.s);
	int tail = short_axis(t, axis);
	if (takes_range(t->p.m, t->p.s) && t->p.s->split == axis)
		print_line(&t->p, "for (%s %s = from; %s < to; %s++) {", type, i, i, i);
	else
		print_line(&t->p, "for (%s %s = 0; %s < %s; %s++) {", type, i, i, size_text(t->p.m->unit, axis->extent), i);
	t->p.depth++;
	if (tail < 0)
		print_loops(t, depth + 1);
	else
		print_short(t, depth, tail);
	t->p.depth--;
	print_line(&t->p, "}");
}

void print_transform(Printer *p)
{
	Tiles t = tiles_new(p->m, p->s, p->out);
	t.p.depth = p->depth;
	print_loops(&t, 0);
}
