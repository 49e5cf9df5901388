/* transpose.c -- stages that read along one axis and write along another, in blocks that are turned in registers.
 *
 *     for (i ..; i += 16)
 *             for (j ..; j += 16) {
 *                     vf c[16];                                   c[p] is column p of a block of x, whose
 *                     v_columns(c, x + 576*j + i, 576);           rows lie 576 apart
 *                     for (p < 16) v_store(y + 197*(i + p) + j, c[p]);
 *             }
 *
 * One load may lie across, everything else has to be a vector along the output's rows. Elements of 8, 16 and 64 bits of which
 * nothing is computed are turned as they are:
 *
 *                     v_turn_8(y + 512*i + j, 512, x + 512*j + i, 512);
 *
 * What fills no block is computed element by element, or, where it is more than a few rows of floats, by a last block that
 * begins earlier, at least(i, 40) of 56, and makes some of them again.
 *
 * A load below a choice, as of a map with zeros around it, is made for a whole block before anything is chosen. The blocks of
 * which some elements lie outside of the value's memory are computed element by element as well:
 *
 *                     if (0 <= 20*i + j + 400*k - 21 && 20*i + j + 400*k + 5994 < 12800) {
 *                             vf c[16]; ..
 *                     } else { .. } */
#include "codegen/build.h"

typedef struct Across {
	Stage *s;
	Axis *row, *column; /* column steps by 1 in y, row in the load */
	Expr *load, *block; /* block: the local that stands for a column of the load's block, in body */
	Expr *body, *step;   /* step: from row to row of the load's block */
	Expr *inside;        /* all of the block's elements exist; NULL: they always do */
	int lanes;          /* rows and columns of a block */
} Across;

/* The only load of x that lies across the axis; NULL when there are none or several. */
static bool find_across(Expr *x, const Axis *axis, Expr **found)
{
	int64_t coef;
	if (x->kind == X_REDUCE)
		return false;
	if (x->kind == X_LOAD && depends_on(x, axis) && (!affine_in(x->arg[0], axis, &coef) || coef != 1)) {
		bool same = !*found || *found == x;
		*found = x;
		return same;
	}
	for (int k = 0; k < x->nargs; k++)
		if (!find_across(x->arg[k], axis, found))
			return false;
	return true;
}

/* The axis along which the load is contiguous; `evenly`: and y steps by a number. */
static Axis *row_of(const Stage *s, const Expr *load, int lanes, bool evenly)
{
	int64_t coef, step;
	for (int k = 0; k < s->naxes - 1; k++)
		if (affine_in(load->arg[0], s->axis[k], &coef) && coef == 1 && axis_count(s->axis[k]) >= lanes &&
		    (!evenly || affine_in(s->address, s->axis[k], &step)))
			return s->axis[k];
	return NULL;
}

static uint64_t bit(const Axis *axis) { return (uint64_t)1 << (axis->id < 63 ? axis->id : 63); }

static bool is_number(const Module *m, DType t) { return is_lane(m, t) && t != BOOL; }

/* Rows of a block of elements that only change their places; 0: they are floats or of that size, or texts. */
static int rows_as_they_are(const Module *m, const Stage *s)
{
	int bits = dtype_info(s->out->dtype)->bits;
	bool moved = s->body->kind == X_LOAD && s->out->dtype != STR;
	return !moved ? 0 : bits == 8 ? 16 : bits == 16 ? 8 : bits == 64 ? m->target->lanes / 2 : 0;
}

/* From the value's element 0,..,0 to the first and behind the last that may be read: its memory, or what it is of a caller's. */
static void room_of(Lower *l, const Value *v, Expr **first, Expr **end)
{
	const Place *p = v->place;
	const Region *r = p->region;
	Expr *low[MAX_RANK], *high[MAX_RANK];
	if (r && r->kind == IN_ARENA && !moves_by_turn(p)) {
		*first = num_i(l, -p->offset);
		*end = num_i(l, r->count - p->offset);
		return;
	}
	for (int k = 0; k < v->shape.rank; k++) {
		bool forward = p->ragged || p->stride[k] >= 0;
		Expr *last = isub(l, extent(l, v->shape.dim[k]), num_i(l, 1));
		low[k] = forward ? num_i(l, 0) : last;
		high[k] = forward ? last : num_i(l, 0);
	}
	*first = address_of(l, v, low);
	*end = iadd(l, address_of(l, v, high), num_i(l, 1));
}

/* Whether a block's elements exist. False: nobody can tell, or of no block they all do. */
static bool find_inside(Across *a, const Expr *body)
{
	Lower *l = a->s->l;
	Expr *first, *end, *at = a->load->arg[0], *rest = imul(l, a->step, num_i(l, a->lanes - 1)), *zero = num_i(l, 0);
	bool falls = a->step->hi <= 0;
	const Region *r = a->load->value->place->region;
	const Build b = {.m = a->s->module, .s = a->s};
	if (safety_of(&b, body).certain[a->load->id])
		return true;
	if ((a->step->lo < 0 && !falls) || (r && r->held))
		return false;
	room_of(l, a->load->value, &first, &end);
	Expr *low = iadd(l, at, falls ? rest : zero), *high = iadd(l, iadd(l, at, falls ? zero : rest), num_i(l, a->lanes - 1));
	a->inside = alu2(l, AND, alu2(l, LE, first, low), alu2(l, LT, high, end));
	return a->inside->kind != X_NUM || a->inside->i;
}

static bool recognise(const Module *m, Stage *s, Across *a)
{
	int64_t coef;
	int rows = rows_as_they_are(m, s);
	*a = (Across){.s = s, .lanes = rows ? rows : m->target->lanes};
	if (m->target->lanes == 1 || s->naxes < 2 || (!rows && !is_number(m, s->out->dtype)))
		return false;
	a->column = s->axis[s->naxes - 1];
	if (!affine_in(s->address, a->column, &coef) || coef != 1 || axis_count(a->column) < a->lanes ||
	    !find_across(s->body, a->column, &a->load) || !a->load || (!rows && !is_number(m, a->load->dtype)) ||
	    !(a->step = step_along(s->l, a->load->arg[0], a->column)) || (rows && a->step->kind != X_NUM))
		return false;
	a->row = row_of(s, a->load, a->lanes, rows > 0);
	if (!a->row || rows)
		return a->row;
	a->block = local_new(s, a->load->dtype);
	a->block->mask = bit(a->column) | bit(a->row);
	a->body = substitute(s->l, s->body, a->load, a->block);
	return find_inside(a, s->body) && vectorisable(m, s, a->body, a->column);
}

/* ---- statements ---- */

static Stmt *new_stmt(Stage *s, StmtKind kind)
{
	Stmt *t = NEW(s->l->arena, Stmt);
	t->kind = kind;
	t->lanes = t->step = 1;
	return t;
}

static Stmt *loop(Stage *s, Axis *axis, int64_t from, int64_t to, Stmt *body)
{
	Stmt *t = new_stmt(s, S_FOR);
	t->axis = axis;
	t->from = from;
	t->to = to;
	t->body = body;
	t->split = axis == s->split;
	return t;
}

static Stmt *store(Stage *s, Expr *x)
{
	Stmt *t = new_stmt(s, S_STORE);
	t->value = s->out;
	t->address = s->address;
	t->expr = x;
	return t;
}

static Stmt *turned_blocks(const Across *a, int64_t rows, int64_t columns)
{
	Stage *s = a->s;
	Stmt *t = new_stmt(s, S_TURN);
	t->value = s->out;
	t->address = s->address;
	t->expr = a->load;
	t->step = a->lanes;
	t->from = a->step->i;
	affine_in(s->address, a->row, &t->to);
	Stmt *inner = loop(s, a->column, 0, columns, t), *outer = loop(s, a->row, 0, rows, inner);
	inner->step = outer->step = a->lanes;
	return outer;
}

static bool varies(const Axis *axis) { return !dim_known(axis->extent); }

/* The last rows are a block with some of those before: no other worker makes these, and what it reads is still there. */
static bool overlaps(const Across *a)
{
	const Stage *s = a->s;
	int64_t n = axis_count(a->row), rest = n % a->lanes;
	bool again = !s->in_place && !s->over && s->split != a->row && n < INT32_MAX / 2;
	return a->block && again && !varies(a->row) && 4 * rest >= a->lanes;
}

static Stmt *blocks(const Across *a, int64_t rows, int64_t columns)
{
	Stage *s = a->s;
	Stmt *t = new_stmt(s, S_BLOCK);
	t->axis = a->row;
	t->to = overlaps(a) ? axis_count(a->row) - a->lanes : 0;
	t->local = a->block;
	t->expr = a->load;
	t->address = a->step;
	t->lanes = a->lanes;
	t->body = store(s, a->body);
	if (a->inside && a->inside->kind != X_NUM) {
		t->other = a->inside;
		t->otherwise = store(s, s->body);
	}
	Stmt *inner = loop(s, a->column, 0, columns, t);
	inner->lanes = a->lanes;
	Stmt *outer = loop(s, a->row, 0, rows, inner);
	outer->step = a->lanes;
	return outer;
}

/* The loop over the part of the axis that fills blocks. */
static Stmt *whole_of(const Across *a, Axis *axis, Stmt *body)
{
	int64_t n = axis_count(axis);
	Stmt *t = loop(a->s, axis, 0, varies(axis) ? n : n / a->lanes * a->lanes, body);
	t->whole = varies(axis) ? a->lanes : 0;
	return t;
}

/* Over the part that fills none; NULL: there is none. */
static Stmt *rest_of(const Across *a, Axis *axis, Stmt *body)
{
	int64_t n = axis_count(axis), whole = n / a->lanes * a->lanes;
	Stmt *t = varies(axis) || whole < n ? loop(a->s, axis, varies(axis) ? 0 : whole, n, body) : NULL;
	if (t)
		t->rest = varies(axis) ? a->lanes : 0;
	return t;
}

/* The columns behind the blocks, then the rows below them. */
static void add_rests(const Across *a, Stmt *t)
{
	Stage *s = a->s;
	Stmt *behind = rest_of(a, a->column, store(s, s->body));
	if (behind)
		t = t->next = loop(s, a->row, 0, axis_count(a->row), behind);
	t->next = overlaps(a) ? NULL : rest_of(a, a->row, whole_of(a, a->column, store(s, s->body)));
}

/* Workers divide an axis whose length does not vary, if there is one: it leaves none of them without a part. */
static void choose_split(const Across *a)
{
	Stage *s = a->s;
	s->split = s->axis[0] == a->row && s->naxes > 2 ? s->axis[1] : s->axis[0];
	if (!dim_known(s->split->extent))
		s->split = a->row;
	s->split_unit = s->split == a->row ? a->lanes : 1;
	s->split_n = (axis_count(s->split) + s->split_unit - 1) / s->split_unit;
}

bool make_transpose(Module *m, Stage *s)
{
	Across a;
	if (s->body->kind == X_LOAD)
		join_repeats(m, s); /* rows that repeat under other indices may be one that runs on */
	if (!recognise(m, s, &a) || (s->strips && (s->split == a.row || s->split == a.column)))
		return false;
	int64_t columns = axis_count(a.column) / a.lanes * a.lanes;
	if (!s->strips)
		choose_split(&a);
	int64_t rows = overlaps(&a) ? axis_count(a.row) : axis_count(a.row) / a.lanes * a.lanes;
	s->nest = a.block ? blocks(&a, rows, columns) : turned_blocks(&a, rows, columns);
	add_rests(&a, s->nest);
	for (int k = s->naxes - 2; k >= 0; k--)
		if (s->axis[k] != a.row)
			s->nest = loop(s, s->axis[k], 0, axis_count(s->axis[k]), s->nest);
	s->schedule = arena_format(&m->g->ctx->perm, "blocks of %d x %d, turned in registers", a.lanes, a.lanes);
	return true;
}
