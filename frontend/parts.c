/* parts.c -- SplitToSequence: parts of a tensor along an axis, of one length, or of a length each.
 *
 *     x f32[3,6]    split = [1, 2]    axis = 0      ->      { Slice(x, 0, 1), Slice(x, 1, 3) }
 *     x f32[n,6]    split = [1, 2]    axis = 0      ->      Split(x, [1, 2]), which asks the run for n = 3
 *
 * Lengths that the run decides, or as many parts as an axis has that varies, are those that --shape gives the elements, and
 * the run is asked for that. Without it a sequence of computed lengths may still be asked for how many they are, and parts of
 * length 1 along an axis that varies are the turns of a tensor, also where a vector of ones says that, one an element. */
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/composite.h"
#include "ir/op/trust.h"

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

/* The size of the axis must have as many parts wherever it is within its bounds. */
static void end_every(Parts *p, int64_t length)
{
	Syms *s = p->r->f->g->syms;
	int64_t least = dim_lo(s, axis_size(p)), most = dim_hi(s, axis_size(p)), at = 0;

	need_few(p, length, least);
	if (least != most && (least < 1 || (least - 1) / length != (most - 1) / length))
		raw_fail(p->r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the size of axis %d decides how many parts there are", p->axis);
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

/* How many there are is known, and no more. */
static Value *parts_unknown(const Parts *p)
{
	Dim n = p->split->shape.rank == 1 ? p->split->shape.dim[0] : dim(-1);

	if (!dim_known(n) || n.k < 0 || n.k > MOST_ELEMENTS_LISTED)
		raw_fail(p->r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the lengths of parts are computed while the model runs");
	return list_new(p->r->f, KIND_SEQUENCE, p->x->dtype, (int)n.k, NEW_N(&p->r->f->im->ctx->scratch, Value *, n.k));
}

/* A length of 1 for each element of the axis, which may vary. */
static bool ones_for_all(const Parts *p)
{
	return p->split->shape.rank == 1 && dim_same(p->split->shape.dim[0], axis_size(p)) && filled_with(p->split, 1);
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

/* Parts of length 1, as many as the run has: x with the axis in front. */
static Value *cut_turns(const Parts *p)
{
	Graph *g = p->r->f->g;
	int64_t perm[MAX_RANK], behind = p->axis + 1;
	int rank = p->x->shape.rank;
	Value *list = list_new(p->r->f, KIND_SEQUENCE, p->x->dtype, 0, NULL);

	for (int i = 0; i < rank; i++)
		perm[i] = i == 0 ? p->axis : i <= p->axis ? i - 1 : i;
	list->tail = p->axis ? transposed(g, NULL, p->x, rank, perm) : p->x;
	if (p->keep)
		list->tail = with_axes(g, NULL, list->tail, 1, &behind);
	return list;
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
	if (p.split && ones_for_all(&p)) {
		p.split = NULL;
		p.keep = true;
	}
	bool told = p.split && p.split->data && p.split->shape.rank == 1;
	bool computed = p.split && !p.split->data, varies = !dim_known(axis_size(&p));
	if (!told && (computed || varies) && given && is_list(given))
		end_as_given(&p, given);
	else if (computed)
		return parts_unknown(&p);
	else if (p.split)
		end_as_told(&p);
	else if (varies)
		return cut_turns(&p);
	else
		end_every(&p, 1);
	return cut(&p);
}
