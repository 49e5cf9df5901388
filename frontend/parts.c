/* parts.c -- SplitToSequence: parts of a tensor along an axis, of one length, or of a length each.
 *
 *     x f32[3,6]    split = [1, 2]    axis = 0      ->      { Slice(x, 0, 1), Slice(x, 1, 3) }
 *
 * Lengths that the run decides are those that --shape gives the elements, and a Require checks that. Without it the
 * sequence may still be asked for its length. */
#include "frontend/rewrite.h"
#include "ir/op/trust.h"

typedef struct Parts {
	Raw *r;
	Value *x, *split; /* NULL: parts of length 1 */
	int axis;
	int64_t *end; /* of part i */
	int n;
} Parts;

static int64_t axis_size(const Parts *p)
{
	Dim d = p->x->shape.dim[p->axis];

	if (!dim_known(d))
		raw_fail(p->r, EXIT_UNSUPPORTED, "E-DYNAMIC", "the size of axis %d is no number", p->axis);
	return d.k;
}

/* ---- where parts end ---- */

static void end_every(Parts *p, int64_t length)
{
	int64_t size = axis_size(p), at = 0;

	if (length < 1 || size / length >= MOST_ELEMENTS_LISTED)
		raw_fail(p->r, EXIT_LIMIT, "E-LIMIT", "makes parts of %lld elements out of %lld", (long long)length, (long long)size);
	while (at < size)
		p->end[p->n++] = at = at + length < size ? at + length : size;
}

static void add_part(Parts *p, int64_t length)
{
	int64_t at = p->n ? p->end[p->n - 1] : 0;

	if (p->n == MOST_ELEMENTS_LISTED)
		raw_fail(p->r, EXIT_LIMIT, "E-LIMIT", "makes more than %d parts", MOST_ELEMENTS_LISTED);
	if (length < 0 || length > axis_size(p) - at)
		raw_fail(p->r, EXIT_MODEL, "E-SHAPE", "part %d has %lld elements of %lld that are left", p->n, (long long)length,
			 (long long)(axis_size(p) - at));
	p->end[p->n++] = at + length;
}

static void need_all(const Parts *p)
{
	int64_t all = p->n ? p->end[p->n - 1] : 0;

	if (all != axis_size(p))
		raw_fail(p->r, EXIT_MODEL, "E-SHAPE", "parts of %lld elements are made of %lld", (long long)all,
			 (long long)axis_size(p));
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

static void require_lengths(const Parts *p)
{
	Graph *g = p->r->f->g;
	int64_t *length = NEW_N(&g->ctx->scratch, int64_t, p->n);

	for (int i = 0; i < p->n; i++)
		length[i] = p->end[i] - (i ? p->end[i - 1] : 0);
	Value *split = as_vector(g, NULL, p->split);
	if (p->split->shape.rank == 1 && !dim_is(p->split->shape.dim[0], p->n))
		raw_fail(p->r, EXIT_MODEL, "E-SHAPE", "%d parts are given, but not as many lengths", p->n);
	if (p->split->shape.rank == 1)
		require(g, NULL, binary(g, NULL, "Equal", split, value_i64(g, p->n, length)));
	else
		require(g, NULL, binary(g, NULL, p->n > 1 ? "Equal" : "GreaterOrEqual", split, number(g, p->n ? length[0] : 1)));
}

static void end_as_given(Parts *p, const Value *given)
{
	for (int i = 0; i < given->nitems; i++) {
		const Shape *s = &given->item[i]->shape;
		if (s->rank != p->x->shape.rank)
			raw_fail(p->r, EXIT_MODEL, "E-SHAPE", "element %d is given rank %d, but has %d", i, s->rank, p->x->shape.rank);
		add_part(p, s->dim[p->axis].k);
	}
	need_all(p);
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

/* ---- the parts ---- */

static Value *slice(Raw *r, Value *x, int64_t from, int64_t to, int64_t axis)
{
	Graph *g = r->f->g;
	Raw cut = more(r, "Slice", x, value_i64(g, 1, &from));

	set_input(&cut, 2, value_i64(g, 1, &to));
	set_input(&cut, 3, value_i64(g, 1, &axis));
	return finish(&cut);
}

static Value *cut(const Parts *p, bool keep)
{
	Value **item = NEW_N(&p->r->f->im->ctx->scratch, Value *, p->n);
	int64_t axis = p->axis, from = 0;

	for (int i = 0; i < p->n; from = p->end[i++]) {
		item[i] = slice(p->r, p->x, from, p->end[i], axis);
		if (!keep && !p->split)
			item[i] = emit(p->r, "Squeeze", item[i], value_i64(p->r->f->g, 1, &axis));
	}
	return list_new(p->r->f, KIND_SEQUENCE, p->x->dtype, p->n, item);
}

Value *sequence_split(Raw *r)
{
	int64_t axis = take_int(r, "axis", 0), keep = take_int(r, "keepdims", 1);
	const Value *given = given_of(r, 0);
	Parts p = {.r = r, .x = need_input(r, 0), .split = input(r, 1)};

	need_tensor(r->f, p.x, "what is split");
	axis += axis < 0 ? p.x->shape.rank : 0;
	if (axis < 0 || axis >= p.x->shape.rank)
		raw_fail(r, EXIT_MODEL, "E-AXIS", "axis %lld is outside rank %d", (long long)axis, p.x->shape.rank);
	p.axis = (int)axis;
	p.end = NEW_N(&r->f->im->ctx->scratch, int64_t, MOST_ELEMENTS_LISTED);
	if (!p.split)
		end_every(&p, 1);
	else if (p.split->data)
		end_as_told(&p);
	else if (given && is_list(given))
		end_as_given(&p, given);
	else
		return parts_unknown(&p);
	return cut(&p, keep != 0);
}
