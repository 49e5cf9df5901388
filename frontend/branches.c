/* branches.c -- sequences and optionals that the two branches of an If give become alike: rows of as many tensors.
 *
 *     If(c) { give { s.., x } } { give { s.. } }    ->    If(c) { give s.., true, x } { give s.., false, zeros like x }
 *
 * An optional without an element gets room for one, and an element that only one branch gives becomes an optional. */
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/bodies.h"
#include "ir/op/trust.h"

static const char *const kind_text[] = {"a tensor", "a sequence", "an optional", "a map", "an optional sequence"};

/* ---- zeros ---- */

/* One more value from outside for branch b, behind those that it has. */
static Value *captured_by(Raw *r, int b, Value *outer)
{
	Graph *g = r->body[b].f.g;
	int at = b == 0 ? 1 + g->ncaptured : r->nin;
	Value *inner = value_input(g, outer->name, outer->dtype, &outer->shape);

	GROW(&r->f->im->ctx->scratch, r->in, r->nin, r->cin);
	memmove(r->in + at + 1, r->in + at, (size_t)(r->nin++ - at) * sizeof *r->in);
	r->in[at] = outer;
	g->ncaptured++;
	return inner;
}

/* What the other branch takes from outside, as far as it has sizes that are no numbers. */
static int capture_as_other(Raw *r, int b, Value **in)
{
	const Graph *other = r->body[1 - b].f.g;
	int first = b == 0 ? 1 + r->body[0].f.g->ncaptured : 1, n = 0;

	for (int i = 0; i < other->ncaptured; i++)
		if (!shape_known(&r->in[first + i]->shape)) {
			in[n++] = captured_by(r, b, r->in[first + i]);
			first += b == 0;
		}
	return n;
}

/* Sizes of the other branch in branch b; those that data decide there are none here. */
static Value *sizes_in(Raw *r, int b, const Shape *s)
{
	Graph *g = r->body[b].f.g;
	Value **in = NEW_N(&r->f->im->ctx->scratch, Value *, r->body[1 - b].f.g->ncaptured + 1);
	Dim d[MAX_RANK];
	bool known = true;

	for (int k = 0; k < s->rank; k++) {
		d[k] = is_counted_inside(r->body[1 - b].f.g, s->dim[k]) ? dim(0) : s->dim[k];
		known &= dim_known(d[k]);
	}
	const Node like = {.op = op_find("", "If"), .name = r->name, .in = in, .nin = known ? 0 : capture_as_other(r, b, in)};
	return dims_as_value(g, &like, like.nin ? in[0] : number(g, 0), d, s->rank);
}

/* A value of zeros in branch b that looks like v, of the other one. */
static Value *zeros(Raw *r, int b, const Value *v)
{
	const Frame *f = &r->body[b].f;

	if (is_list(v)) {
		Value *list = list_new(f, v->kind, v->dtype, v->nitems, v->item);
		for (int i = 0; i < v->nitems; i++)
			list->item[i] = zeros(r, b, v->item[i]);
		return list;
	}
	if (v->shape.rank < 0 || v->dtype == STR)
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "one branch gives an empty optional, and the other one of unknown sizes");
	if (!v->shape.rank)
		return value_scalar(f->g, v->dtype, 0);
	return put(f->g, NULL, "Expand", value_scalar(f->g, v->dtype, 0), sizes_in(r, b, &v->shape), END_IN);
}

/* ---- optionals ---- */

/* The optional v of branch b, empty, with something in the place of an element like that of `full`. */
static Value *padded(Raw *r, int b, const Value *v, const Value *full)
{
	const Frame *f = &r->body[b].f;
	Value *element = zeros(r, b, full->item[0]), *list = list_new(f, full->kind, full->dtype, 1, &element);

	list->has = presence(f, v);
	return list;
}

static void align(Raw *r, Value **v);

static void align_optionals(Raw *r, Value **v)
{
	for (int b = 0; b < 2; b++)
		if (v[b]->nitems < v[1 - b]->nitems)
			v[b] = padded(r, b, v[b], v[1 - b]);
	for (int i = 0; i < v[0]->nitems; i++) {
		Value *item[] = {v[0]->item[i], v[1]->item[i]};
		align(r, item);
		v[0]->item[i] = item[0];
		v[1]->item[i] = item[1];
	}
}

/* ---- sequences ---- */

/* Element i of one branch as an optional, empty where there is none. */
static Value *maybe(const Frame *f, const Value *s, int i, DType t)
{
	if (i < s->nitems && !s->item[i])
		fail_unknown_element(f, "");
	if (i < s->nitems && is_list(s->item[i]))
		return s->item[i];
	return list_new(f, KIND_OPTIONAL, t, i < s->nitems, s->item + i);
}

static bool is_open_at(Value *const *v, int i)
{
	for (int b = 0; b < 2; b++)
		if (i >= v[b]->nitems || (v[b]->item[i] && is_list(v[b]->item[i])))
			return true;
	return false;
}

static void align_elements(Raw *r, Value **v)
{
	int most = v[0]->nitems > v[1]->nitems ? v[0]->nitems : v[1]->nitems;
	DType t = v[0]->nitems ? v[0]->dtype : v[1]->dtype;
	Value *list[2];

	for (int b = 0; b < 2; b++) {
		list[b] = list_new(&r->body[b].f, KIND_SEQUENCE, t, v[b]->nitems, v[b]->item);
		list[b]->item = NEW_N(r->f->im->arena, Value *, most + 1);
		memcpy(list[b]->item, v[b]->item, (size_t)v[b]->nitems * sizeof *v[b]->item);
		list[b]->nitems = most;
		list[b]->before = v[b]->before;
		list[b]->length = v[b]->length;
	}
	for (int i = 0; i < most; i++) {
		if (!is_open_at(v, i))
			continue;
		Value *item[] = {maybe(&r->body[0].f, v[0], i, t), maybe(&r->body[1].f, v[1], i, t)};
		align_optionals(r, item);
		list[0]->item[i] = item[0];
		list[1]->item[i] = item[1];
	}
	v[0] = list[0];
	v[1] = list[1];
}

/* No rows, of elements like those of the other branch. */
static ListRows no_rows(Raw *r, int b, ListRows other)
{
	Value like = *other.row;

	like.shape.dim[0] = dim(0);
	Value *sizes = other.sizes ? list_no_sizes(r->body[b].f.g, other.open) : NULL;
	return (ListRows){.row = zeros(r, b, &like), .sizes = sizes, .open = other.open};
}

/* Where one of them has as many elements as the run decides, both become rows. */
static void align_rows(Raw *r, Value **v)
{
	Graph *g[] = {r->body[0].f.g, r->body[1].f.g};
	Value *const was[] = {v[0], v[1]};
	ListRows x[2];

	list_rows_alike(r, g, was, 2, false, x);
	for (int b = 0; b < 2; b++)
		if (x[b].row)
			x[b] = list_rows_there(r, g[b], x[b], arena_format(r->f->im->arena, "%s.%d", r->name, b));
	for (int b = 0; b < 2; b++) {
		v[b] = list_new(&r->body[b].f, KIND_SEQUENCE, x[0].row ? x[0].row->dtype : x[1].row->dtype, 0, NULL);
		list_take_rows(v[b], x[b].row ? x[b] : no_rows(r, b, x[1 - b]));
		v[b]->before = was[b]->before;
		v[b]->length = was[b]->length;
	}
}

static void align_sequences(Raw *r, Value **v)
{
	if (v[0]->before != v[1]->before)
		raw_fail(r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the branches go on with different sequences of the loop around");
	if (v[0]->tail || v[1]->tail)
		align_rows(r, v);
	else
		align_elements(r, v);
}

static void align(Raw *r, Value **v)
{
	if (!is_list(v[0]) && !is_list(v[1]))
		return;
	if (v[0]->kind != v[1]->kind)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "the branches give %s and %s", kind_text[v[0]->kind], kind_text[v[1]->kind]);
	if (is_optional(v[0]->kind))
		align_optionals(r, v);
	else
		align_sequences(r, v);
}

void branches_align(Raw *r, int k)
{
	Value *v[] = {r->body[0].out[k], r->body[1].out[k]};

	align(r, v);
	r->body[0].out[k] = v[0];
	r->body[1].out[k] = v[1];
}
