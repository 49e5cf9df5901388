/* inserted.c -- SequenceInsert and SequenceErase: elements come and go, also where the run says at which position.
 *
 * Of elements that are known, one by one, that needs sizes by which they may take each other's places. Rows (rows.c) are
 * taken in another order. */
#include "frontend/rewrite.h"
#include "ir/op/counted.h"
#include "ir/op/trust.h"

/* ---- a position that the run decides: where an element may be put as far as sizes tell ---- */

static Value *scalar_of(const Raw *r, Value *v)
{
	v = v->shape.rank ? emit(r, "Reshape", v, value_i64(r->f->g, 0, NULL)) : v;
	return cast_value(r->f->g, NULL, v, I64);
}

static Value *where(const Raw *r, Value *condition, Value *yes, Value *no)
{
	Raw w = more(r, "Where", condition, yes);

	set_input(&w, 2, no);
	return finish(&w);
}

/* A position of n, counted from the front. */
static Value *counted_from_front(const Raw *r, Value *v, Value *n)
{
	Graph *g = r->f->g;
	Value *at = scalar_of(r, v);

	return where(r, binary(g, NULL, "Less", at, scalar_i64(r, 0)), binary(g, NULL, "Add", at, n), at);
}

/* 0 .. n - 1 */
static void require_within(const Raw *r, Value *at, Value *n)
{
	Graph *g = r->f->g;

	require(g, NULL, binary(g, NULL, "GreaterOrEqual", at, scalar_i64(r, 0)));
	require(g, NULL, binary(g, NULL, "Less", at, n));
}

/* x in front of element `to` of s gives elements of the sizes that are given; without any, all have those of x. */
static bool may_stand(const Value *s, const Value *x, int to, const Value *given)
{
	for (int i = 0; i <= s->nitems; i++) {
		const Value *v = i < to ? s->item[i] : i == to ? x : s->item[i - 1];
		if (!v || !shape_known(&v->shape) || !shape_same(&v->shape, given ? &given->item[i]->shape : &x->shape))
			return false;
	}
	return true;
}

/* The position, counted from the front, which must be one of the n that may be. */
static Value *settled_position(const Raw *r, int slot, const Value *s, const bool *may, int64_t n)
{
	Graph *g = r->f->g;
	Value *at = counted_from_front(r, input(r, slot), scalar_i64(r, s->nitems));
	Tensor *t = tensor_new(r->f->im->arena, BOOL, 1, &n);

	for (int64_t i = 0; i < n; i++)
		store_i64(BOOL, t->data, i, may[i]);
	require_within(r, at, scalar_i64(r, n));
	require(g, NULL, emit(r, "Gather", value_const(g, NULL, t), at));
	return at;
}

static int first_of(const bool *may, int n, int from)
{
	while (from < n && !may[from])
		from++;
	return from;
}

/* Element i is that of s, x, or the one of s before. */
static void fill_chosen(Raw *r, const Value *s, Value *x, Value **item)
{
	const Value *given = given_of(r, 0);
	int n = s->nitems + 1, first;
	bool *may = NEW_N(&r->f->im->ctx->scratch, bool, n);

	given = given && is_list(given) ? given : NULL;
	for (int i = 0; i < n && (!given || given->nitems == n); i++)
		may[i] = (n == 1 && !given) || may_stand(s, x, i, given);
	first = first_of(may, n, 0);
	if (first == n)
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the position is computed while the model runs, and no size tells it");
	Value *at = settled_position(r, 2, s, may, n);
	for (int i = 0; i < n; i++) {
		item[i] = first < i ? s->item[i - 1] : NULL;
		if (may[i])
			item[i] = item[i] ? where(r, emit(r, "Equal", at, scalar_i64(r, i)), x, item[i]) : x;
		if (first_of(may, n, i + 1) < n)
			item[i] = item[i] ? where(r, emit(r, "Greater", at, scalar_i64(r, i)), s->item[i], item[i]) : s->item[i];
	}
}

/* ---- elements come and go ---- */

static void fill_inserted(const Value *s, Value *x, int to, Value **item)
{
	for (int i = 0; i <= s->nitems; i++)
		item[i] = i < to ? s->item[i] : i == to ? x : s->item[i - 1];
}

/* A sequence that has rows behind its elements, and x: of all one sequence of rows, x at its end. */
static Value *added_behind(const Raw *r, const Value *s, Value *x)
{
	Value *list = list_new(r->f, KIND_SEQUENCE, x->dtype, 0, NULL);

	list->before = s->before;
	list->length = s->length;
	list_take_rows(list, list_rows_behind(r, s, x));
	return list;
}

/* The same in front of the element at a position, which the run may find out. */
static Value *added_at(const Raw *r, const Value *s, Value *x)
{
	Graph *g = r->f->g;
	Value *list = added_behind(r, s, x), *n = size_of(g, NULL, list->tail, 0);
	Value *last = binary(g, NULL, "Sub", n, scalar_i64(r, 1));
	Value *to = counted_from_front(r, input(r, 2), last), *i = counted(g, NULL, list->tail, 0);
	Value *from = where(r, binary(g, NULL, "Greater", i, to), binary(g, NULL, "Sub", i, scalar_i64(r, 1)), i);

	require_within(r, to, n);
	from = where(r, binary(g, NULL, "Equal", i, to), last, from);
	list_take_rows(list, list_rows_at(g, list_rows_of(r, g, list, false), from));
	return list;
}

static Value *list_after(const Raw *r, const Value *s, int n, Value *const *item, DType t)
{
	Value *v = sequence_of(r, t, n, item);

	v->before = s->before;
	v->length = s->length;
	return v;
}

/* In front of the element at that position, or at the end. */
Value *sequence_insert(Raw *r)
{
	const Value *s = input(r, 2) ? need_positions(r, 0) : need_sequence(r, 0);
	Value *x = need_item(r, 1), **item = NEW_N(&r->f->im->ctx->scratch, Value *, s->nitems + 1);

	if ((s->nitems || s->tail) && s->dtype != x->dtype)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "puts %s into a sequence of %s", dtype_name(x->dtype), dtype_name(s->dtype));
	if (s->tail)
		return input(r, 2) ? added_at(r, s, x) : added_behind(r, s, x);
	if (is_computed(r, 2))
		fill_chosen(r, s, x, item);
	else
		fill_inserted(s, x, position_in(r, 2, s->nitems, s->nitems, s->nitems), item);
	return list_after(r, s, s->nitems + 1, item, x->dtype);
}

static void fill_erased(const Value *s, int from, Value **item)
{
	for (int i = 0, to = 0; i < s->nitems; i++)
		if (i != from)
			item[to++] = s->item[i];
}

/* Where all elements look alike, the run may choose which of them goes. */
static void fill_left(Raw *r, const Value *s, Value **item)
{
	bool *may = NEW_N(&r->f->im->ctx->scratch, bool, s->nitems);

	need_alike(r, s);
	for (int i = 0; i < s->nitems; i++)
		may[i] = true;
	Value *at = settled_position(r, 1, s, may, s->nitems);
	for (int i = 0; i + 1 < s->nitems; i++)
		item[i] = where(r, emit(r, "Greater", at, scalar_i64(r, i)), s->item[i], s->item[i + 1]);
}

/* Of rows all but one. */
static Value *rows_without(const Raw *r, const Value *s)
{
	Graph *g = r->f->g;
	ListRows x = list_rows_of(r, g, s, false);
	Value *n = size_of(g, NULL, x.row, 0), *last = binary(g, NULL, "Sub", n, scalar_i64(r, 1));
	Value *from = input(r, 1) ? counted_from_front(r, input(r, 1), n) : last, *i = count_up(g, NULL, last);
	Value *list = list_new(r->f, KIND_SEQUENCE, s->dtype, 0, NULL), *one = scalar_i64(r, 1);

	require_within(r, from, n);
	list_take_rows(list, list_rows_at(g, x, where(r, binary(g, NULL, "Less", i, from), i, binary(g, NULL, "Add", i, one))));
	return list;
}

Value *sequence_erase(Raw *r)
{
	const Value *s = need_positions(r, 0);
	Value **item = NEW_N(&r->f->im->ctx->scratch, Value *, s->nitems);

	if (s->tail)
		return rows_without(r, s);
	if (!s->nitems)
		fail_of_empty(r);
	if (is_computed(r, 1))
		fill_left(r, s, item);
	else
		fill_erased(s, position_in(r, 1, s->nitems, s->nitems - 1, s->nitems - 1), item);
	return sequence_of(r, s->dtype, s->nitems - 1, item);
}
