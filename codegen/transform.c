/* transform.c -- recognising stages that map tiles by constant tables, see transform.h. */
#include <math.h>
#include <string.h>
#include "codegen/module.h"
#include "codegen/transform.h"

/* h mod m of a stage axis h, somewhere in x. */
static Expr *find_remainder(Expr *x, const Axis *axis)
{
	if (!depends_on(x, axis))
		return NULL;
	if (x->kind == X_ALU && x->op == IMOD && x->arg[0]->kind == X_AXIS && x->arg[1]->kind == X_NUM)
		return x;
	for (int k = 0; k < x->nargs; k++) {
		Expr *found = find_remainder(x->arg[k], axis);
		if (found)
			return found;
	}
	return NULL;
}

/* An axis in two: m * tile + row. */
typedef struct Cut {
	Axis *axis, *tile, *row;
	int64_t last; /* rows of the last tile that count */
	Dim size;     /* of the axis that was cut */
} Cut;

/* What a stage becomes when axes are cut into tiles; nothing is changed before all is known to fit. */
typedef struct Draft {
	Expr *body, *address;
	Axis *axis[LOOP_MAX];
	int naxes;
	Cut cut[LOOP_MAX];
	int ncuts;
} Draft;

/* Cut axis number i at multiples of m; where it varies, m is 2. */
static void cut_axis(Lower *l, Draft *d, int i, int64_t m)
{
	Axis *h = d->axis[i];
	int64_t n = axis_count(h), last = !dim_known(h->extent) ? 1 : n % m ? n % m : m;
	Cut *c = &d->cut[d->ncuts++];
	*c = (Cut){h, axis_new(l, dim_ceildiv(l->graph->syms, h->extent, dim(m)), false), axis_new(l, dim(m), false), last, h->extent};
	Expr *at = iadd(l, imul(l, axis_expr(l, c->tile), num_i(l, m)), axis_expr(l, c->row));
	d->body = substitute(l, d->body, axis_expr(l, h), at);
	d->address = substitute(l, d->address, axis_expr(l, h), at);
	memmove(d->axis + i + 2, d->axis + i + 1, (size_t)(d->naxes - i - 1) * sizeof *d->axis);
	d->axis[i] = c->tile;
	d->axis[i + 1] = c->row;
	d->naxes++;
}

/* What a tile of an axis would be is divided again: the rows are phases, and go outside of their tiles. */
static bool has_phases(const Draft *d, int i)
{
	return find_remainder(d->body, d->axis[i]) != NULL;
}

static void cut_axes(Stage *s, Draft *d)
{
	for (int i = 0; i < d->naxes && d->naxes < LOOP_MAX; i++) {
		Expr *r = find_remainder(d->body, d->axis[i]);
		if (!r || !(dim_known(d->axis[i]->extent) || r->arg[1]->i == 2) || axis_count(d->axis[i]) < r->arg[1]->i)
			continue;
		cut_axis(s->l, d, i, r->arg[1]->i);
		if (has_phases(d, i)) {
			Axis *phase = d->axis[i + 1];
			d->axis[i + 1] = d->axis[i];
			d->axis[i] = phase;
		} else {
			i++;
		}
	}
}

static Expr *find_sum(Expr *x)
{
	if (x->kind == X_REDUCE)
		return x;
	for (int k = 0; k < x->nargs; k++) {
		Expr *found = find_sum(x->arg[k]);
		if (found)
			return found;
	}
	return NULL;
}

/* x = columns * row + column, the address of an element of a small constant table; finds the row's axis, or the two
 * that are its digits. */
static bool find_row(const Expr *load, const Axis *column, int64_t columns, TableAxis *a)
{
	Linear sum;
	Axis *digit[2] = {NULL, NULL};
	int64_t high = 0;
	if (!linear_of(load->arg[0], &sum) || sum.k)
		return false;
	for (int i = 0; i < sum.n; i++) {
		Axis *axis = sum.atom[i]->kind == X_AXIS ? sum.atom[i]->axes[0] : NULL;
		if (!axis || (axis == column && sum.coef[i] != 1))
			return false;
		if (axis == column)
			continue;
		bool low = sum.coef[i] == columns;
		if (digit[low])
			return false;
		digit[low] = axis;
		high = low ? high : sum.coef[i];
	}
	if (!digit[1] || (digit[0] && high != columns * axis_count(digit[1])))
		return false;
	a->row = digit[digit[0] == NULL];
	a->low = digit[0] ? digit[1] : NULL;
	return true;
}

/* It reads more of its tile than the first element: a map that does not would have parameters without a use. */
static bool reads_tile(const Tensor *table)
{
	for (int64_t i = 0; i < table->count; i++)
		if (i % table->dim[1] && ((const float *)table->data)[i] != 0)
			return true;
	return false;
}

/* Numbers of a usual size: their quotients and products, which a map is written with, are floats. */
static bool can_be_factored(const Tensor *table)
{
	for (int64_t i = 0; i < table->count; i++) {
		float x = fabsf(((const float *)table->data)[i]);
		if (!(x == 0 || (x > 0x1p-31f && x < 0x1p31f)))
			return false;
	}
	return true;
}

/* The cut whose tiles, or rows, this axis counts, or NULL. */
static const Cut *cut_with(const Draft *d, const Axis *axis, bool tiles)
{
	for (int i = 0; i < d->ncuts; i++)
		if ((tiles ? d->cut[i].tile : d->cut[i].row) == axis)
			return &d->cut[i];
	return NULL;
}

/* The axis that counts the tiles of a, and how the last one ends; what was cut into tiles, or is one, may have been cut into
 * phases before. */
static void take_tile(TableAxis *a, const Draft *d, int64_t low)
{
	const Cut *tiles = cut_with(d, a->row, false), *phases = cut_with(d, tiles ? tiles->axis : a->row, true);
	if (tiles) {
		a->tile = tiles->tile;
		a->last = (int)(tiles->last * low);
		a->size = tiles->size;
	}
	if (phases) {
		a->phase = phases->row;
		a->longer = phases->last;
	}
}

/* One sum of the chain: over one axis, of table[row, column] * inner. */
static Expr *take_table(Transform *t, const Draft *d, const Expr *sum)
{
	const Expr *product = sum->arg[0];
	if (sum->red != RED_SUM || sum->naxes != 1 || product->kind != X_ALU || product->op != MUL || t->naxes == TABLE_AXES)
		return NULL;
	const Expr *factor = product->arg[0];
	if (factor->kind != X_LOAD || factor->dtype != F32 || !factor->value->data || factor->value->shape.rank != 2)
		return NULL;
	const Tensor *table = factor->value->data;
	TableAxis *a = &t->axis[t->naxes++];
	if (!find_row(factor, sum->axes[0], table->dim[1], a) || table->dim[0] > TABLE_MOST || table->dim[1] > TABLE_MOST)
		return NULL;
	int64_t low = a->low ? axis_count(a->low) : 1;
	if (axis_count(a->row) * low != table->dim[0] || !reads_tile(table) || !can_be_factored(table))
		return NULL;
	a->table = factor->value;
	a->last = a->rows = (int)table->dim[0];
	a->columns = (int)table->dim[1];
	a->column = sum->axes[0];
	take_tile(a, d, low);
	return product->arg[1];
}

static bool take_tables(Transform *t, const Draft *d, Expr *sum)
{
	Expr *x = sum;
	while (x && x->kind == X_REDUCE)
		x = take_table(t, d, x);
	if (x && x->kind == X_ALU && x->op == SELECT && x->arg[2]->kind == X_NUM && x->arg[2]->f == 0) {
		t->guard = x->arg[0];
		x = x->arg[1];
	}
	if (!x || x->kind != X_LOAD || x->dtype != F32)
		return false;
	for (int i = 0; i < t->naxes; i++) {
		const TableAxis *a = &t->axis[i];
		if (!affine_in(x->arg[0], a->column, &t->axis[i].x) || depends_on(x, a->row) || (a->low && depends_on(x, a->low)))
			return false; /* each row would map other elements */
	}
	t->load = x;
	return t->naxes > 0;
}

static bool is_row(const Transform *t, const Axis *axis)
{
	for (int i = 0; i < t->naxes; i++)
		if (t->axis[i].row == axis || t->axis[i].low == axis)
			return true;
	return false;
}

static bool is_phase(const Transform *t, const Axis *axis)
{
	for (int i = 0; i < t->naxes; i++)
		if (t->axis[i].phase == axis)
			return true;
	return false;
}

/* Tables alone can stop before the end of a tile. */
static bool whole_tiles(const Transform *t, const Draft *d)
{
	bool whole = true;
	for (int i = 0; i < d->ncuts; i++)
		whole &= d->cut[i].last == axis_count(d->cut[i].row) || is_row(t, d->cut[i].row) || is_phase(t, d->cut[i].row);
	return whole;
}

/* The other axes: the innermost runs along the lanes, with step 1 in x and y. */
static bool take_loops(Transform *t, const Draft *d)
{
	int64_t x, y;
	for (int i = 0; i < d->naxes; i++)
		if (!is_row(t, d->axis[i]))
			t->outer[t->nouter++] = d->axis[i];
	if (t->nouter == 0)
		return false;
	t->lane = t->outer[--t->nouter];
	if (t->guard && (t->naxes > 1 || depends_on(t->guard, t->lane)))
		return false; /* one test a vector of a column */
	return dim_known(t->lane->extent) && affine_in(t->load->arg[0], t->lane, &x) && affine_in(d->address, t->lane, &y) && x == 1 && y == 1;
}

static void choose_split(Module *m, Stage *s, const Transform *t)
{
	const TableAxis *a = &t->axis[0], *b = &t->axis[t->naxes - 1];
	for (int i = 0; i < t->nouter && !s->strips; i++) /* the outermost one that does not vary, if there is one */
		if (axis_count(t->outer[i]) > 1 && (!s->split || !dim_known(s->split->extent)))
			s->split = t->outer[i];
	s->split_n = s->split ? axis_count(s->split) : 0;
	s->split_unit = 1;
	s->schedule = t->naxes == 1
		? arena_format(&m->g->ctx->perm, "tiles of %d from %d", a->rows, a->columns)
		: arena_format(&m->g->ctx->perm, "tiles of %d x %d from %d x %d", a->rows, b->rows, a->columns, b->columns);
}

bool make_transform(Module *m, Stage *s)
{
	Arena *arena = &m->g->ctx->perm;
	Transform *t = NEW(arena, Transform);
	Draft d = {.body = s->body, .address = s->address, .naxes = s->naxes};
	memcpy(d.axis, s->axis, sizeof d.axis);
	bool lanes = s->out->dtype == F32 || is_lane_int(s->out->dtype);
	if (!lanes || !find_sum(s->body) || find_sum(s->body)->arg[0]->kind != X_ALU)
		return false;
	cut_axes(s, &d);
	Expr *sum = find_sum(d.body);
	if (!take_tables(t, &d, sum) || !whole_tiles(t, &d) || !take_loops(t, &d))
		return false;
	t->sum = local_new(s, F32);
	t->sum->mask = sum->mask | (uint64_t)1 << (t->lane->id < 63 ? t->lane->id : 63);
	t->body = substitute(s->l, d.body, sum, t->sum);
	if (find_sum(t->body) || (m->target->lanes > 1 && !vectorisable(m, s, t->body, t->lane)))
		return false;
	s->body = d.body;
	s->address = d.address;
	s->transform = t;
	choose_split(m, s, t);
	s->nest = NEW(arena, Stmt);
	s->nest->kind = S_TRANSFORM;
	return true;
}
