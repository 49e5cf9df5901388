/* rows.c -- a sequence as rows of one tensor, and what rows are as a sequence.
 *
 *     { a f32[2], b f32[3] or nothing }  ->  row f32[2,3] = a and a zero, b;  sizes = [2], [3];  there = true, has b
 *
 * Elements may differ in some sizes: rows are as long as the longest may be. Those that an If gives or does not give are
 * optionals in the list; once somebody asks for a position, only those that are there are left, as many as the run has. */
#include "frontend/rewrite.h"
#include "ir/op/bodies.h"
#include "ir/op/composite.h"
#include "ir/op/counted.h"

/* ---- elements ---- */

static bool is_maybe(const Value *item) { return item && is_list(item); }

bool list_is_open(const Value *s)
{
	for (int i = 0; i < s->nitems; i++)
		if (is_maybe(s->item[i]))
			return true;
	return false;
}

/* Element i, which may be there; i = nitems: one of the tail. */
static Shape element_shape(const Raw *r, const Value *s, int i)
{
	const Value *v = i < s->nitems ? s->item[i] : s->tail;
	Shape inner;

	if (!v)
		fail_unknown_element(r->f, r->name);
	if (is_maybe(v))
		v = v->item[0];
	inner = v->shape;
	if (i < s->nitems)
		return inner;
	inner.rank--;
	for (int k = 0; k < inner.rank; k++)
		inner.dim[k] = inner.dim[k + 1];
	return inner;
}

static int elements_of(const Value *s) { return s->nitems + (s->tail != NULL); }

/* What rows of several sequences have in common. */
typedef struct Common {
	bool any; /* there are elements */
	Shape first;
	unsigned open; /* axes along which they differ, or (in a turn) whose size data decide in each, as bits */
} Common;

static void look_at(const Raw *r, const Graph *turn, const Value *s, Common *c)
{
	for (int i = 0; i < elements_of(s); i++) {
		Shape one = element_shape(r, s, i);
		c->first = c->any ? c->first : one;
		c->any = true;
		if (one.rank < 0 || one.rank != c->first.rank)
			raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC",
				 "elements of other ranks stand in one sequence, and the run decides which");
		for (int k = 0; k < one.rank; k++)
			if (!dim_same(one.dim[k], c->first.dim[k]) || (turn && is_counted_inside(turn, one.dim[k])))
				c->open |= 1u << k;
	}
	c->open |= s->tail_sizes ? s->tail_open : 0;
}

static bool is_open(unsigned open, int axis) { return open >> axis & 1; }

static int64_t most_along(const Raw *r, Graph *g, const Value *s, int axis)
{
	const Node like = {.op = op_find("", "Loop"), .name = r->name};
	int64_t most = 0;

	for (int i = 0; i < elements_of(s); i++) {
		int64_t here = most_of(g, &like, element_shape(r, s, i).dim[axis]);
		most = here > most ? here : most;
	}
	return most;
}

/* As far as s goes, where it goes further. */
static void make_room(const Raw *r, Graph *g, const Value *s, OpenSizes *o)
{
	for (int k = 0; k < MAX_RANK; k++) {
		int64_t here = is_open(o->axes, k) ? most_along(r, g, s, k) : 0;
		o->most[k] = here > o->most[k] ? here : o->most[k];
	}
}

/* How many are there of those that may be. */
static Value *number_of_open(const Raw *r, Graph *g, const Value *s)
{
	const Frame f = {.im = r->f->im, .g = g};
	Value *n = NULL;

	for (int i = 0; i < s->nitems; i++)
		if (is_maybe(s->item[i]))
			n = sum_if(g, NULL, cast_value(g, NULL, presence(&f, s->item[i]), I64), n);
	return n;
}

Value *list_length(const Raw *r, Graph *g, const Value *s)
{
	int surely = 0;

	if (s->before && !s->length)
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "asks how many elements a sequence has to which a loop around only adds");
	for (int i = 0; i < s->nitems; i++)
		surely += !is_maybe(s->item[i]);
	Value *n = sum_if(g, NULL, value_scalar(g, I64, surely), number_of_open(r, g, s));
	n = s->tail ? binary(g, NULL, "Add", n, size_of(g, NULL, s->tail, 0)) : n;
	return s->length ? binary(g, NULL, "Add", n, s->length) : n;
}

/* ---- rows ---- */

static Value *one_row(Graph *g, Value *v)
{
	int64_t front = 0;

	return with_axes(g, NULL, v, 1, &front);
}

static Value *all_behind(Graph *g, int n, Value **v)
{
	const Op *concat = op_find("", "Concat");
	struct Concat *a = attr_new(g, concat);

	return n == 1 ? v[0] : node_new(g, concat, NULL, n, v, 1, a)->out[0];
}

/* As often as there are rows. */
static Value *for_all(Graph *g, Value *one, Value *row)
{
	return put(g, NULL, "Expand", one, as_vector(g, NULL, size_of(g, NULL, row, 0)), END_IN);
}

/* v, where that may be longer than rows are along an axis, as far as `size`: a run in which that is more ends. */
static Value *at_most(const Raw *r, Graph *g, Value *v, int axis, Value *size, int64_t most)
{
	Value named = {.name = r->name}, *out = &named;
	const Node like = {.op = op_find("", "Loop"), .name = r->name, .nout = 1, .out = &out};
	Dim d = counted_apart(g, &like, arena_format(&g->ctx->scratch, "%d", axis), most);
	Value *n = counted_value(g, &like, size, d);

	return put(g, &like, "Slice", v, number(g, 0), as_vector(g, &like, n), number(g, axis), END_IN);
}

static bool is_longer(Graph *g, const Value *v, int axis, int64_t most)
{
	return dim_hi(g->syms, v->shape.dim[axis]) > most;
}

Value *list_longest(Graph *g, Value *along)
{
	return binary(g, NULL, "Max", reduced(g, NULL, "ReduceMax", along, 0, false), value_scalar(g, I64, 0));
}

Value *list_sizes_along(Graph *g, Value *sizes, unsigned open, int axis)
{
	int at = 0;

	for (int k = 0; k < axis; k++)
		at += is_open(open, k);
	return put(g, NULL, "Squeeze", slice_of(g, NULL, sizes, 1, at, at + 1), number(g, 1), END_IN);
}

Value *list_no_sizes(Graph *g, unsigned open)
{
	int64_t size[2] = {0, 0};

	for (int k = 0; k < MAX_RANK; k++)
		size[1] += is_open(open, k);
	return value_const(g, NULL, tensor_new(&g->ctx->perm, I64, 2, size));
}

/* An element in the sizes of a row, as one; its own sizes, i64[1,k]. */
static Value *row_of_item(const Raw *r, Graph *g, Value *v, const OpenSizes *o, Value **sizes)
{
	Value *all = NULL;

	for (int k = 0; k < v->shape.rank; k++) {
		if (!is_open(o->axes, k))
			continue;
		if (is_longer(g, v, k, o->most[k]))
			v = at_most(r, g, v, k, size_of(g, NULL, v, k), o->most[k]);
		Value *size = as_vector(g, NULL, size_of(g, NULL, v, k));
		all = all ? joined(g, NULL, 0, all, size) : size;
	}
	*sizes = all ? one_row(g, all) : NULL;
	for (int k = 0; k < v->shape.rank; k++)
		if (is_open(o->axes, k))
			v = filled_up_to(r, g, v, k, o->most[k]);
	return one_row(g, v);
}

static ListRows rows_of_items(const Raw *r, Graph *g, const Value *s, const OpenSizes *o)
{
	Arena *a = &r->f->im->ctx->scratch;
	Value **row = NEW_N(a, Value *, s->nitems), **size = NEW_N(a, Value *, s->nitems), **has = NEW_N(a, Value *, s->nitems);
	const Frame f = {.im = r->f->im, .g = g};
	ListRows x = {.open = o->axes};

	for (int i = 0; i < s->nitems; i++) {
		Value *item = s->item[i];
		has[i] = one_row(g, is_maybe(item) ? presence(&f, item) : value_scalar(g, BOOL, 1));
		row[i] = row_of_item(r, g, is_maybe(item) ? item->item[0] : item, o, &size[i]);
	}
	x.row = all_behind(g, s->nitems, row);
	x.sizes = o->axes ? all_behind(g, s->nitems, size) : NULL;
	x.there = list_is_open(s) ? all_behind(g, s->nitems, has) : NULL;
	return x;
}

/* An If counts rows and their sizes each for itself: there are as many of these. */
static Value *sizes_of_rows(Graph *g, const Value *s)
{
	if (dim_same(s->tail->shape.dim[0], s->tail_sizes->shape.dim[0]))
		return s->tail_sizes;
	return put(g, NULL, "Gather", s->tail_sizes, counted(g, NULL, s->tail, 0), END_IN);
}

/* How much of each row is its element along an axis of it. */
static Value *tail_along(Graph *g, const Value *s, int axis)
{
	if (is_open(s->tail_open, axis))
		return list_sizes_along(g, sizes_of_rows(g, s), s->tail_open, axis);
	return for_all(g, size_of(g, NULL, s->tail, axis + 1), s->tail);
}

/* Of a tail that is open along other axes. */
static Value *tail_sizes_like(Graph *g, const Value *s, const OpenSizes *o)
{
	Value *sizes = NULL;
	int64_t behind = 1;

	for (int k = 0; k + 1 < s->tail->shape.rank; k++) {
		if (!is_open(o->axes, k))
			continue;
		Value *along = with_axes(g, NULL, tail_along(g, s, k), 1, &behind);
		sizes = sizes ? joined(g, NULL, 1, sizes, along) : along;
	}
	return sizes;
}

static ListRows rows_of_tail(const Raw *r, Graph *g, const Value *s, const OpenSizes *o)
{
	ListRows x = {.row = s->tail, .open = o->axes};

	if (o->axes)
		x.sizes = s->tail_open == o->axes ? sizes_of_rows(g, s) : tail_sizes_like(g, s, o);
	for (int k = 0; k + 1 < s->tail->shape.rank; k++) {
		if (!is_open(o->axes, k))
			continue;
		if (is_longer(g, x.row, k + 1, o->most[k]))
			x.row = at_most(r, g, x.row, k + 1, list_longest(g, tail_along(g, s, k)), o->most[k]);
		x.row = filled_up_to(r, g, x.row, k + 1, o->most[k]);
	}
	return x;
}

static Value *which_are(Graph *g, ListRows x) { return x.there ? x.there : for_all(g, value_scalar(g, BOOL, 1), x.row); }

ListRows list_rows_joined(Graph *g, ListRows a, ListRows b)
{
	ListRows x = {.row = joined(g, NULL, 0, a.row, b.row), .open = a.open};

	if (a.sizes)
		x.sizes = joined(g, NULL, 0, a.sizes, b.sizes);
	if (a.there || b.there)
		x.there = joined(g, NULL, 0, which_are(g, a), which_are(g, b));
	return x;
}

ListRows list_rows_like(const Raw *r, Graph *g, const Value *s, const OpenSizes *open)
{
	if (!s->nitems)
		return s->tail ? rows_of_tail(r, g, s, open) : (ListRows){.open = open->axes};
	ListRows items = rows_of_items(r, g, s, open);
	return s->tail ? list_rows_joined(g, items, rows_of_tail(r, g, s, open)) : items;
}

void list_rows_alike(const Raw *r, Graph *const *g, Value *const *s, int n, bool turn, ListRows *x)
{
	Common c = {0};
	OpenSizes open = {0};

	for (int i = 0; i < n; i++)
		look_at(r, turn ? g[i] : NULL, s[i], &c);
	open.axes = c.open;
	for (int i = 0; i < n; i++)
		make_room(r, g[i], s[i], &open);
	for (int i = 0; i < n; i++)
		x[i] = list_rows_like(r, g[i], s[i], &open);
}

OpenSizes list_open_sizes(const Raw *r, Graph *g, const Value *s, bool turn)
{
	Common c = {0};
	OpenSizes open = {0};

	look_at(r, turn ? g : NULL, s, &c);
	open.axes = c.open;
	make_room(r, g, s, &open);
	return open;
}

ListRows list_rows_of(const Raw *r, Graph *g, const Value *s, bool turn)
{
	Value *list = arena_copy(r->f->im->arena, s, sizeof *s);
	ListRows x;

	list_rows_alike(r, &g, &list, 1, turn, &x);
	return x;
}

ListRows list_rows_behind(const Raw *r, const Value *s, Value *x)
{
	Graph *g[] = {r->f->g, r->f->g};
	Value *pair[] = {arena_copy(r->f->im->arena, s, sizeof *s), list_new(r->f, KIND_SEQUENCE, x->dtype, 1, &x)};
	ListRows row[2];

	list_settle(r, pair[0]);
	list_rows_alike(r, g, pair, 2, false, row);
	return row[0].row ? list_rows_joined(g[0], row[0], row[1]) : row[1];
}

ListRows list_rows_filled(const Raw *r, Graph *turn, ListRows x)
{
	const Node like = {.op = op_find("", "Loop"), .name = r->name};

	if (!x.row || !is_counted_inside(turn, x.row->shape.dim[0]))
		return x;
	int64_t most = most_of(turn, &like, x.row->shape.dim[0]);
	Value *n = size_of(turn, NULL, x.row, 0);
	x.there = x.there ? filled_up_to(r, turn, x.there, 0, most) : binary(turn, NULL, "Less", count_to(turn, most), n);
	x.sizes = x.sizes ? filled_up_to(r, turn, x.sizes, 0, most) : NULL;
	x.row = filled_up_to(r, turn, x.row, 0, most);
	return x;
}

/* ---- and back ---- */

/* The positions at which it is true; name.there names their number. */
static Value *positions_of(const Raw *r, Graph *g, Value *there, const char *name)
{
	const Op *compress = op_find("", "Compress");
	Value named = {.name = arena_format(r->f->im->arena, "%s.there", name), .shape = {.rank = -1}}, *out = &named;
	const Node like = {.op = compress, .name = r->name, .nout = 1, .out = &out};

	Value *in[] = {counted(g, NULL, there, 0), there};

	return node_new(g, compress, &like, 2, in, 1, NULL)->out[0];
}

ListRows list_rows_there(const Raw *r, Graph *g, ListRows x, const char *name)
{
	return x.there ? list_rows_at(g, x, positions_of(r, g, x.there, name)) : x;
}

ListRows list_rows_at(Graph *g, ListRows x, Value *at)
{
	x.row = put(g, NULL, "Gather", x.row, at, END_IN);
	x.sizes = x.sizes ? put(g, NULL, "Gather", x.sizes, at, END_IN) : NULL;
	x.there = NULL;
	return x;
}

void list_take_rows(Value *s, ListRows x)
{
	s->nitems = 0;
	s->tail = x.row;
	s->tail_sizes = x.sizes;
	s->tail_open = x.open;
}

void list_settle(const Raw *r, Value *s)
{
	const char *name = r->proto->n_output && *r->proto->output[0] ? r->proto->output[0] : r->name;

	if (list_is_open(s))
		list_take_rows(s, list_rows_there(r, r->f->g, list_rows_of(r, r->f->g, s, false), name));
	if (s->tail_sizes)
		s->tail_sizes = sizes_of_rows(r->f->g, s);
}
