/* transform.c -- recognising and printing stages that map tiles by constant tables, see transform.h.
 *
 *     INLINE void map_6x6(const vf *x, int step, vf *y)          y = B x, with shared sums computed once
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

/* ---- recognising ---- */

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
	Axis *tile, *row;
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
	*c = (Cut){axis_new(l, dim_ceildiv(l->graph->syms, h->extent, dim(m)), false), axis_new(l, dim(m), false), last, h->extent};
	Expr *at = iadd(l, imul(l, axis_expr(l, c->tile), num_i(l, m)), axis_expr(l, c->row));
	d->body = substitute(l, d->body, axis_expr(l, h), at);
	d->address = substitute(l, d->address, axis_expr(l, h), at);
	memmove(d->axis + i + 2, d->axis + i + 1, (size_t)(d->naxes - i - 1) * sizeof *d->axis);
	d->axis[i] = c->tile;
	d->axis[i + 1] = c->row;
	d->naxes++;
}

static void cut_axes(Stage *s, Draft *d)
{
	for (int i = 0; i < d->naxes && d->naxes < LOOP_MAX; i++) {
		Expr *r = find_remainder(s->body, d->axis[i]);
		if (r && (dim_known(d->axis[i]->extent) || r->arg[1]->i == 2) && axis_count(d->axis[i]) >= r->arg[1]->i)
			cut_axis(s->l, d, i++, r->arg[1]->i);
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
	if (axis_count(a->row) * low != table->dim[0] || !reads_tile(table))
		return NULL;
	a->table = factor->value;
	a->last = a->rows = (int)table->dim[0];
	a->columns = (int)table->dim[1];
	a->column = sum->axes[0];
	for (int i = 0; i < d->ncuts; i++)
		if (d->cut[i].row == a->row) {
			a->tile = d->cut[i].tile;
			a->last = (int)(d->cut[i].last * low);
			a->size = d->cut[i].size;
		}
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

/* Tables alone can stop before the end of a tile. */
static bool whole_tiles(const Transform *t, const Draft *d)
{
	bool whole = true;
	for (int i = 0; i < d->ncuts; i++)
		whole &= d->cut[i].last == axis_count(d->cut[i].row) || is_row(t, d->cut[i].row);
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

/* ---- the map of one table, as a function ---- */

/* A sum of terms, each a number times a name. */
typedef struct Sum {
	double factor[TABLE_MOST];
	const char *name[TABLE_MOST];
	int n;
} Sum;

static void sum_add(Sum *s, double factor, const char *name)
{
	s->factor[s->n] = factor;
	s->name[s->n++] = name;
}

static const char *number(Arena *a, double x) { return arena_format(a, "%.9g%sf", x, x == (double)(long)x ? ".0" : ""); }

/* Begin with a term that needs no product, and add the others one by one. */
static const char *sum_text(Arena *a, const Sum *s, int lanes)
{
	int first = 0;
	for (int i = s->n - 1; i >= 0; i--)
		if (s->factor[i] == 1 || (s->factor[i] == -1 && s->factor[first] != 1))
			first = i;
	double f = s->factor[first];
	const char *set = lanes > 1 ? arena_format(a, "v_set(%s)", number(a, f)) : number(a, f);
	const char *text = f == 1 ? s->name[first] : f == -1 ? arena_format(a, "-%s", s->name[first])
	                                           : arena_format(a, "%s * %s", set, s->name[first]);
	for (int i = 0; i < s->n; i++) {
		f = s->factor[i];
		if (i == first)
			continue;
		if (f == 1 || f == -1)
			text = arena_format(a, "%s %c %s", text, f > 0 ? '+' : '-', s->name[i]);
		else if (lanes > 1)
			text = arena_format(a, "v_fma(v_set(%s), %s, %s)", number(a, f), s->name[i], text);
		else
			text = arena_format(a, "%s %c %s * %s", text, f > 0 ? '+' : '-', number(a, f < 0 ? -f : f), s->name[i]);
	}
	return text;
}

/* The even or odd columns of a row, divided by one of their factors. */
typedef struct Half {
	double scale, factor[TABLE_MOST];
	int n;            /* factors that are not 0 */
	const char *name; /* of the local that holds it, or NULL: written where it is used */
} Half;

/* Divided by its first factor of size 1, so that a product is saved; without one by the first. */
static Half half_of(const float *row, int columns, int parity)
{
	Half h = {.scale = 0};
	for (int k = parity; k < columns; k += 2) {
		h.n += row[k] != 0;
		if ((row[k] == 1 || row[k] == -1) && h.scale != 1 && h.scale != -1)
			h.scale = (double)row[k];
		else if (h.scale == 0)
			h.scale = (double)row[k];
	}
	for (int k = parity; k < columns; k += 2)
		h.factor[k] = row[k] != 0 ? (double)row[k] / h.scale : 0;
	return h;
}

static const char *column_name(Arena *a, int k) { return k ? arena_format(a, "x[%d*step]", k) : "x[0]"; }

static void add_columns(Arena *a, Sum *s, const Half *h, double scale)
{
	for (int k = 0; k < TABLE_MOST; k++)
		if (h->factor[k] != 0)
			sum_add(s, scale * h->factor[k], column_name(a, k));
}

static const char *vector_type(int lanes) { return lanes > 1 ? "vf" : "float"; }

/* Rows that belong to points z and -z differ in the sign of their odd half: halves that two rows share get a name. */
static void name_halves(Arena *a, Half *half, int n, int lanes, Out *o)
{
	int names = 0;
	for (int i = 0; i < n; i++)
		for (int k = i + 1; k < n && !half[i].name; k++) {
			if (half[i].n < 2 || memcmp(half[i].factor, half[k].factor, sizeof half[i].factor) != 0)
				continue;
			Sum s = {.n = 0};
			half[i].name = arena_format(a, "%c", 'a' + names++);
			add_columns(a, &s, &half[i], 1);
			put_text(o, "\t%s %s = %s;\n", vector_type(lanes), half[i].name, sum_text(a, &s, lanes));
			for (int j = k; j < n; j++)
				if (!memcmp(half[i].factor, half[j].factor, sizeof half[i].factor))
					half[j].name = half[i].name;
		}
}

/* The rows of a table as sums of its columns and of shared halves. */
static void sums_of_halves(Arena *a, const float *t, int rows, int columns, int lanes, Sum *sum, Out *o)
{
	Half half[2 * TABLE_MOST];
	for (int i = 0; i < 2 * rows; i++)
		half[i] = half_of(t + i / 2 * columns, columns, i % 2);
	name_halves(a, half, 2 * rows, lanes, o);
	for (int i = 0; i < 2 * rows; i++)
		if (half[i].name)
			sum_add(&sum[i / 2], half[i].scale, half[i].name);
		else
			add_columns(a, &sum[i / 2], &half[i], half[i].scale);
}

/* Columns k and k + 1 have the same size in every row: those of points z and -z, of which only the sum and the
 * difference count. */
static bool is_pair(const float *t, int rows, int columns, int k)
{
	int same = 0, opposite = 0;
	for (int i = 0; k + 1 < columns && i < rows; i++) {
		float x = t[i * columns + k], y = t[i * columns + k + 1];
		if (x != y && x != -y)
			return false;
		same += x == y && x != 0;
		opposite += x != y;
	}
	return same > 1 && opposite > 1;
}

static void sums_of_pairs(Arena *a, const float *t, int rows, int columns, int lanes, Sum *sum, Out *o)
{
	for (int k = 0, names = 0; k < columns; k++) {
		bool pair = is_pair(t, rows, columns, k);
		const char *x = column_name(a, k), *next = column_name(a, k + 1), *plus = x, *minus = x;
		if (pair) {
			plus = arena_format(a, "%c", 'a' + names++);
			minus = arena_format(a, "%c", 'a' + names++);
			put_text(o, "\t%s %s = %s + %s, %s = %s - %s;\n", vector_type(lanes), plus, x, next, minus, x, next);
		}
		for (int i = 0; i < rows; i++) {
			const float *f = t + i * columns + k;
			if (f[0] != 0)
				sum_add(&sum[i], (double)f[0], pair && f[0] != f[1] ? minus : plus);
		}
		k += pair;
	}
}

static void print_map(Out *o, const char *name, const Tensor *table, int lanes)
{
	Arena *a = o->arena;
	int rows = (int)table->dim[0], columns = (int)table->dim[1];
	const float *t = table->data;
	const char *type = vector_type(lanes);
	bool pairs = false;
	Sum sum[TABLE_MOST] = {{.n = 0}};
	for (int k = 0; k < columns; k++)
		pairs |= is_pair(t, rows, columns, k);
	put_text(o, "/* y = A x:");
	for (int i = 0; i < rows; i++)
		for (int k = 0; k < columns; k++)
			put_text(o, "%s%g", k ? " " : i ? "; " : "  A = ", (double)t[i * columns + k] + 0.0);
	put_text(o, " */\nINLINE void %s(const %s *x, int step, %s *y)\n{\n", name, type, type);
	(pairs ? sums_of_pairs : sums_of_halves)(a, t, rows, columns, lanes, sum, o);
	for (int i = 0; i < rows; i++)
		put_text(o, "\ty[%d] = %s;\n", i, sum[i].n ? sum_text(a, &sum[i], lanes) : lanes > 1 ? "v_set(0.0f)" : "0");
	put_text(o, "}\n\n");
}

/* The function that maps by that table, printed when it is new. */
static const char *map_name(Module *m, const Tensor *table)
{
	Arena *a = &m->g->ctx->perm;
	int same = 0;
	for (int i = 0; i < m->ntables; i++) {
		if (tensor_equal(m->table[i].data, table))
			return m->table[i].name;
		same += m->table[i].data->dim[0] == table->dim[0] && m->table[i].data->dim[1] == table->dim[1];
	}
	const char *name = arena_format(a, "map_%dx%d", (int)table->dim[0], (int)table->dim[1]);
	if (same)
		name = arena_format(a, "%s_%d", name, same + 1);
	GROW(a, m->table, m->ntables, m->ctables);
	m->table[m->ntables++] = (Table){table, name};
	print_map(m->maps, name, table, m->target->lanes);
	return name;
}

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

static bool has_tail(const TableAxis *a) { return a->last != a->rows; }

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

static void shift(Printer *p, const Axis *axis, const char *to)
{
	p->shifted[p->nshifted] = axis;
	p->shifted_text[p->nshifted++] = to;
}

/* Row number `i` of a tile in its digits. */
static void shift_rows(Printer *p, const TableAxis *a, const char *i)
{
	if (!a->low) {
		shift(p, a->row, i);
		return;
	}
	int low = (int)axis_count(a->low);
	shift(p, a->row, arena_format(p->out->arena, "(%s / %d)", i, low));
	shift(p, a->low, arena_format(p->out->arena, "(%s %% %d)", i, low));
}

/* "v_load(a + 384*q)" */
static const char *load_text(const Tiles *t, const char *at)
{
	Arena *a = t->p.out->arena;
	return t->lanes == 1 ? arena_format(a, "*(%s)", at) : t->rest ? arena_format(a, "v_load_n(%s, %d)", at, t->rest)
	                                                           : arena_format(a, "v_load(%s)", at);
}

/* Whether column q is there. */
static const char *guard_text(Tiles *t, const TableAxis *a, const char *q)
{
	Out o = {.arena = t->p.out->arena};
	Printer p = t->p;
	p.out = &o;
	shift(&p, a->column, q);
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
	print_line(p, "UNROLL for (int %s = 0; %s < %s; %s++)", i, i, count_text(t, axis), i);
	p->depth++;
	for (int k = 0; k < t->t->naxes; k++)
		shift_rows(p, &t->t->axis[k], index_names[k]);
	p->bound[0] = t->t->sum;
	p->bound_name[0] = arena_format(p->out->arena, "v[%s]", i);
	p->nbound = 1;
	p->vector = t->lanes > 1 ? t->t->lane : NULL;
	p->lanes_n = t->rest ? arena_format(p->out->arena, "%d", t->rest) : NULL;
	print_stmts(p, &(Stmt){.kind = S_STORE, .value = p->s->out, .address = p->s->address, .expr = t->t->body});
	p->vector = NULL;
	p->lanes_n = NULL;
	p->nbound = p->nshifted = 0;
	p->depth--;
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
		print_line(&t->p, "for (int %s = 0; %s < %lld; %s += %d)", t->k, t->k, (long long)whole, t->k, t->lanes);
		t->p.depth++;
		print_call(t);
		t->p.depth--;
	}
	if (tail_of(&tail)) {
		tail.k = arena_format(t->p.out->arena, "%lld", (long long)whole);
		print_call(&tail);
	}
}

/* The table whose tiles this loop counts, if the last one is shorter; else -1. */
static int short_axis(const Tiles *t, const Axis *axis)
{
	for (int i = 0; i < t->t->naxes; i++)
		if (t->t->axis[i].tile == axis && has_tail(&t->t->axis[i]))
			return i;
	return -1;
}

static void print_loops(Tiles *t, int depth);

static void print_inside(Tiles *t, int depth)
{
	t->p.depth++;
	print_loops(t, depth + 1);
	t->p.depth--;
}

/* All tiles of an axis, the last of which is shorter. */
static void print_short(Tiles *t, int depth, int axis)
{
	const char *i = axis_name(&t->p, t->t->outer[depth]);
	Tiles last = *t;
	last.rows[axis] = t->t->axis[axis].last;
	const TableAxis *a = &t->t->axis[axis];
	if (dim_known(a->size))
		print_line(&t->p, "if (%s < %lld) {", i, (long long)axis_count(t->t->outer[depth]) - 1);
	else
		print_line(&t->p, "if (2*%s + 1 < %s) {", i, size_text(t->p.m->unit, a->size));
	print_inside(t, depth);
	print_line(&t->p, "} else {");
	print_inside(&last, depth);
	print_line(&t->p, "}");
}

static void print_loops(Tiles *t, int depth)
{
	if (depth == t->t->nouter) {
		print_lanes(t);
		return;
	}
	Axis *axis = t->t->outer[depth];
	const char *i = axis_name(&t->p, axis);
	int tail = short_axis(t, axis);
	if (takes_range(t->p.m, t->p.s) && t->p.s->split == axis)
		print_line(&t->p, "for (int %s = from; %s < to; %s++) {", i, i, i);
	else
		print_line(&t->p, "for (int %s = 0; %s < %s; %s++) {", i, i, size_text(t->p.m->unit, axis->extent), i);
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
