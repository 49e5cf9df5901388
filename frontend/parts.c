/* parts.c -- SplitToSequence: parts of a tensor along an axis, of one length, or of a length each.
 *
 *     x f32[3,6]    split = [1, 2]    axis = 0      ->      { Slice(x, 0, 1), Slice(x, 1, 3) }
 *     x f32[n,6]    split = [1, 2]    axis = 0      ->      Split(x, [1, 2]), which asks the run for n = 3
 *     x f32[n,6]    split = k i64[2]  axis = 0      ->      { Slice(x, 0, k[0]), Slice(x, k[0], k[0] + k[1]) }
 *     x f32[n,6]    split = 2         axis = 0      ->      rows f32[(n + 1) / 2,2,6], the last of which may be shorter
 *
 * Lengths that the run decides, or as many parts as an axis has that varies, are those that --shape gives the elements, and
 * the run is asked for that. Without it parts of which the run decides how many there are become rows of one tensor (rows.c):
 * parts of length 1 are the turns of a tensor, also where a vector of ones says that, one an element. */
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/composite.h"
#include "ir/op/counted.h"

typedef struct Parts {
	Raw *r;
	Value *x, *split; /* NULL: parts of length 1 */
	int axis;
	int64_t *end; /* of part i */
	int n;
	bool keep, listed; /* parts keep the axis; all of it is in them */
} Parts;

static Dim axis_size(const Parts *p) { return p->x->shape.dim[p->axis]; }

/* ---- where parts end ---- */

static void need_few(const Parts *p, int64_t length, int64_t size)
{
	if (length < 1 || size / length >= MOST_ELEMENTS_LISTED)
		raw_fail(p->r, EXIT_LIMIT, "E-LIMIT", "makes parts of %lld elements out of %lld", (long long)length, (long long)size);
}

/* The axis has as many parts of that length wherever its size is within its bounds. */
static bool always_as_many(const Parts *p, int64_t length)
{
	Syms *s = p->r->f->g->syms;
	int64_t least = dim_lo(s, axis_size(p)), most = dim_hi(s, axis_size(p));

	return least == most || (length > 0 && least > 0 && (least - 1) / length == (most - 1) / length);
}

static void end_every(Parts *p, int64_t length)
{
	Syms *s = p->r->f->g->syms;
	int64_t least = dim_lo(s, axis_size(p)), most = dim_hi(s, axis_size(p)), at = 0;

	need_few(p, length, least);
	while (at < least)
		p->end[p->n++] = at = at + length < least ? at + length : most;
}

static void add_part(Parts *p, int64_t length)
{
	int64_t at = p->n ? p->end[p->n - 1] : 0, size = dim_known(axis_size(p)) ? axis_size(p).k : INT64_MAX;

	if (p->n == MOST_ELEMENTS_LISTED)
		raw_fail(p->r, EXIT_LIMIT, "E-LIMIT", "makes more than %d parts", MOST_ELEMENTS_LISTED);
	if (length < 0 || length > size - at)
		raw_fail(p->r, EXIT_MODEL, "E-SHAPE", "part %d has %lld elements of %lld that are left", p->n, (long long)length,
			 (long long)(size - at));
	p->end[p->n++] = at + length;
}

/* Where the size of the axis varies, a Split asks the run. */
static void need_all(Parts *p)
{
	int64_t all = p->n ? p->end[p->n - 1] : 0;

	p->listed = true;
	if (dim_known(axis_size(p)) && axis_size(p).k != all)
		raw_fail(p->r, EXIT_MODEL, "E-SHAPE", "parts of %lld elements are made of %lld", (long long)all,
			 (long long)axis_size(p).k);
}

static void end_as_told(Parts *p)
{
	const Tensor *t = p->split->data;

	if (p->split->shape.rank != 1) {
		end_every(p, load_i64(t->dtype, t->data, 0));
		return;
	}
	for (int64_t i = 0; i < t->count; i++)
		add_part(p, load_i64(t->dtype, t->data, i));
	need_all(p);
}

/* ---- lengths that the run decides ---- */

static int64_t *lengths(const Parts *p)
{
	int64_t *length = NEW_N(&p->r->f->im->ctx->scratch, int64_t, p->n);

	for (int i = 0; i < p->n; i++)
		length[i] = p->end[i] - (i ? p->end[i - 1] : 0);
	return length;
}

/* All of one length but the last, which may be shorter. */
static bool is_even(const Parts *p, const int64_t *length)
{
	for (int i = 1; i < p->n; i++)
		if (length[i] > length[0] || (i + 1 < p->n && length[i] < length[0]))
			return false;
	return true;
}

static void require_lengths(const Parts *p)
{
	Graph *g = p->r->f->g;
	int64_t *length = lengths(p);
	Value *split = as_vector(g, NULL, p->split);
	if (p->split->shape.rank == 1 && !dim_is(p->split->shape.dim[0], p->n))
		raw_fail(p->r, EXIT_MODEL, "E-SHAPE", "%d parts are given, but not as many lengths", p->n);
	if (p->split->shape.rank != 1 && !is_even(p, length))
		raw_fail(p->r, EXIT_MODEL, "E-SHAPE", "the parts are given with lengths that differ, and all have one");
	if (p->split->shape.rank == 1)
		require(g, NULL, binary(g, NULL, "Equal", split, value_i64(g, p->n, length)));
	else
		require(g, NULL, binary(g, NULL, p->n > 1 ? "Equal" : "GreaterOrEqual", split, number(g, p->n ? length[0] : 1)));
}

static bool drops_axis(const Parts *p) { return !p->keep && !p->split; }

static void end_as_given(Parts *p, const Value *given)
{
	int rank = p->x->shape.rank - drops_axis(p);

	for (int i = 0; i < given->nitems; i++) {
		const Shape *s = &given->item[i]->shape;
		if (s->rank != rank)
			raw_fail(p->r, EXIT_MODEL, "E-SHAPE", "element %d is given rank %d, but has %d", i, s->rank, rank);
		add_part(p, p->split ? s->dim[p->axis].k : 1);
	}
	need_all(p);
	if (p->split)
		require_lengths(p);
}

/* A length of 1 for each element of the axis, which may vary. */
static bool ones_for_all(const Parts *p)
{
	return p->split->shape.rank == 1 && dim_same(p->split->shape.dim[0], axis_size(p)) && filled_with(p->split, 1);
}

/* One number, 1, with keepdims = 0. ONNX has keepdims for no lengths only; but PyTorch writes Tensor.unbind so, and ONNX
 * Runtime reads it so. */
static bool is_unbound(const Parts *p)
{
	return !p->keep && p->split->shape.rank == 0 && p->split->data && load_i64(p->split->dtype, p->split->data->data, 0) == 1;
}

/* ---- the parts ---- */

static Value *slice(Raw *r, Value *x, int64_t from, int64_t to, int64_t axis)
{
	Graph *g = r->f->g;
	Raw cut = more(r, "Slice", x, value_i64(g, 1, &from));

	set_input(&cut, 2, value_i64(g, 1, &to));
	set_input(&cut, 3, value_i64(g, 1, &axis));
	return finish(&cut);
}

/* All of them at once, of an axis that varies. */
static void cut_listed(const Parts *p, Value **item)
{
	Graph *g = p->r->f->g;
	int64_t *length = lengths(p);
	Value *in[] = {p->x, value_i64(g, p->n, length)};
	struct Split *a = attr_new(g, op_find("", "Split"));

	a->axis = p->axis;
	const Node *n = node_new(g, op_find("", "Split"), NULL, 2, in, p->n, a);
	memcpy(item, n->out, (size_t)p->n * sizeof *item);
}

static Value *cut(const Parts *p)
{
	Value **item = NEW_N(&p->r->f->im->ctx->scratch, Value *, p->n);
	int64_t axis = p->axis, from = 0;
	bool varies = p->listed && p->n && !dim_known(axis_size(p));

	if (varies)
		cut_listed(p, item);
	for (int i = 0; i < p->n; from = p->end[i++]) {
		if (!varies)
			item[i] = slice(p->r, p->x, from, p->end[i], axis);
		if (drops_axis(p))
			item[i] = emit(p->r, "Squeeze", item[i], value_i64(p->r->f->g, 1, &axis));
	}
	return list_new(p->r->f, KIND_SEQUENCE, p->x->dtype, p->n, item);
}

/* ---- as many as the run has ---- */

/* Axis `axis` in front of all others. */
static Value *in_front(Graph *g, Value *x, int axis)
{
	int64_t perm[MAX_RANK];
	int rank = x->shape.rank;

	for (int i = 0; i < rank; i++)
		perm[i] = i == 0 ? axis : i <= axis ? i - 1 : i;
	return axis ? transposed(g, NULL, x, rank, perm) : x;
}

/* Parts of length 1: x with the axis in front. */
static Value *cut_turns(const Parts *p)
{
	Graph *g = p->r->f->g;
	int64_t behind = p->axis + 1;
	Value *list = list_new(p->r->f, KIND_SEQUENCE, p->x->dtype, 0, NULL);

	list->tail = in_front(g, p->x, p->axis);
	if (p->keep)
		list->tail = with_axes(g, NULL, list->tail, 1, &behind);
	return list;
}

/* x with a zero more along the axis, where that may have no elements: so there is something at every position. */
static Value *never_empty(const Parts *p)
{
	Graph *g = p->r->f->g;
	int rank = p->x->shape.rank;
	int64_t pads[2 * MAX_RANK] = {0};

	pads[rank + p->axis] = 1;
	return dim_lo(g->syms, axis_size(p)) > 0 ? p->x : put(g, NULL, "Pad", p->x, value_i64(g, 2 * rank, pads), END_IN);
}

/* Parts that begin at `start` and have `length` elements, `most` at most; both i64[n]. */
static Value *cut_rows(const Parts *p, Value *start, Value *length, int64_t most)
{
	Graph *g = p->r->f->g;
	int64_t second = 1;
	Value *sizes = with_axes(g, NULL, length, 1, &second);
	Value *x = never_empty(p), *last = binary(g, NULL, "Sub", size_of(g, NULL, x, p->axis), value_scalar(g, I64, 1));
	Value *at = binary(g, NULL, "Add", with_axes(g, NULL, start, 1, &second), count_to(g, most));
	Value *row = picked(g, NULL, x, binary(g, NULL, "Min", at, last), p->axis);
	Value *list = list_new(p->r->f, KIND_SEQUENCE, p->x->dtype, 0, NULL);

	list_take_rows(list, (ListRows){.row = in_front(g, row, p->axis), .sizes = sizes, .open = 1u << p->axis});
	return list;
}

static Node like_part(const Parts *p, Value *named, Value **out)
{
	*named = (Value){.name = p->r->proto->output[0]};
	*out = named;
	return (Node){.op = op_find("", "SplitToSequence"), .name = p->r->name, .nout = 1, .out = out};
}

static int64_t most_in_axis(const Parts *p)
{
	const Node like = {.op = op_find("", "Split"), .name = p->r->name};

	return most_of(p->r->f->g, &like, axis_size(p));
}

/* The one length, a scalar; a constant where the file gives it. */
static Value *length_of_all(const Parts *p)
{
	Graph *g = p->r->f->g;
	const Tensor *t = p->split->data;

	return t && t->count == 1 ? value_scalar(g, I64, (double)load_i64(t->dtype, t->data, 0))
				  : reshaped(g, NULL, cast_value(g, NULL, p->split, I64), 0, NULL);
}

/* All of one length, which may be computed, but the last. */
static Value *cut_every(const Parts *p)
{
	Graph *g = p->r->f->g;
	Value named, *out, *one = value_scalar(g, I64, 1), *size = size_of(g, NULL, p->x, p->axis);
	Node like = like_part(p, &named, &out);
	Value *each = length_of_all(p);
	int64_t most = most_in_axis(p), length = each->data ? load_i64(I64, each->data->data, 0) : 1;

	if (length < 1)
		raw_fail(p->r, EXIT_MODEL, "E-SHAPE", "makes parts of %lld elements", (long long)length);
	if (!each->data) {
		require(g, NULL, binary(g, NULL, "GreaterOrEqual", each, one));
		each = binary(g, NULL, "Max", each, one);
	}
	Value *n = binary(g, NULL, "Div", binary(g, NULL, "Add", size, binary(g, NULL, "Sub", each, one)), each);
	n = counted_value(g, &like, n, counted_apart(g, &like, "parts", (most + length - 1) / length));
	Value *start = binary(g, NULL, "Mul", count_up(g, NULL, n), each);
	Value *rest = binary(g, NULL, "Max", binary(g, NULL, "Sub", size, start), value_scalar(g, I64, 0));
	return cut_rows(p, start, binary(g, NULL, "Min", rest, each), each->data && length < most ? length : most);
}

/* A length each, which is computed: as many as there are lengths. */
static Value *cut_by_lengths(const Parts *p)
{
	Graph *g = p->r->f->g;
	Dim n = p->split->shape.dim[0];
	Value *length = cast_value(g, NULL, p->split, I64), *start;

	if (dim_known(n) && n.k > 0 && n.k <= MOST_ELEMENTS_LISTED) {
		Value **item = NEW_N(&p->r->f->im->ctx->scratch, Value *, n.k);
		parts_by_lengths(p->r, p->x, length, p->axis, item, (int)n.k);
		return list_new(p->r->f, KIND_SEQUENCE, p->x->dtype, (int)n.k, item);
	}
	start = lengths_start(g, length, size_of(g, NULL, p->x, p->axis));
	return cut_rows(p, start, length, most_in_axis(p));
}

static bool is_vector(const Value *v) { return v->shape.rank == 1; }

/* Whether the run decides how many parts there are, or how long they are. */
static bool is_open(const Parts *p)
{
	if (!p->split)
		return !dim_known(axis_size(p));
	if (!p->split->data)
		return true;
	return !is_vector(p->split) && !always_as_many(p, load_i64(p->split->dtype, p->split->data->data, 0));
}

static Value *cut_open(const Parts *p)
{
	return !p->split ? cut_turns(p) : is_vector(p->split) ? cut_by_lengths(p) : cut_every(p);
}

Value *sequence_split(Raw *r)
{
	int64_t axis = take_int(r, "axis", 0), keep = take_int(r, "keepdims", 1);
	const Value *given = given_of(r, 0);
	Parts p = {.r = r, .x = need_input(r, 0), .split = input(r, 1), .keep = keep != 0};

	need_tensor(r->f, p.x, "what is split");
	axis += axis < 0 ? p.x->shape.rank : 0;
	if (axis < 0 || axis >= p.x->shape.rank)
		raw_fail(r, EXIT_MODEL, "E-AXIS", "axis %lld is outside rank %d", (long long)axis, p.x->shape.rank);
	p.axis = (int)axis;
	p.end = NEW_N(&r->f->im->ctx->scratch, int64_t, MOST_ELEMENTS_LISTED);
	if (p.split && is_unbound(&p)) {
		p.split = NULL;
	} else if (p.split && ones_for_all(&p)) {
		p.split = NULL;
		p.keep = true;
	}
	bool told = p.split && p.split->data && is_vector(p.split);
	bool computed = p.split && !p.split->data, varies = !dim_known(axis_size(&p));
	if (!told && (computed || varies) && given && is_list(given))
		end_as_given(&p, given);
	else if (is_open(&p))
		return cut_open(&p);
	else if (p.split)
		end_as_told(&p);
	else
		end_every(&p, 1);
	return cut(&p);
}
