/* moves.c -- derivatives of what moves elements: each is added where it came from.
 *
 * What has no short way of its own moves positions instead of elements, which tells from where each came:
 *     y = Gather(x, i)      ->      from = Gather([0, 1, ..] in the shape of x, i); dx = ScatterElements(0, from, dy, add) */
#include "ir/gradient/rules.h"

enum { ADDED = 1 }; /* Scatter.reduction */

/* ---- shapes ---- */

static void reshape(const Step *s) { d_in(s, 0, in_shape_of(s->g, s->n, d_out(s, 0), x_of(s, 0))); }
static void expand(const Step *s) { d_in(s, 0, d_out(s, 0)); }

static void transpose(const Step *s)
{
	int perm[MAX_RANK], rank = x_of(s, 0)->shape.rank;
	int64_t back[MAX_RANK];

	transpose_perm(s->n, perm);
	for (int k = 0; k < rank; k++)
		back[perm[k]] = k;
	d_in(s, 0, transposed(s->g, s->n, d_out(s, 0), rank, back));
}

/* ---- parts ---- */

static Value *vector_of(const Step *s, Value *v, int axis)
{
	int64_t first = 0;

	return with_axes(s->g, s->n, size_of(s->g, s->n, v, axis), 1, &first);
}

static void concat(const Step *s)
{
	int axis = (int)fix_axis(s->g, s->n, ATTR_OF(s->n, Concat)->axis, y_of(s)->shape.rank);
	Value *from = number(s->g, 0);

	for (int i = 0; i < s->n->nin; i++) {
		Value *to = do2(s, "Add", from, vector_of(s, x_of(s, i), axis));
		if (d_wanted(s, i))
			d_in(s, i, put(s->g, s->n, "Slice", d_out(s, 0), from, to, number(s->g, axis), END_IN));
		from = to;
	}
}

static void split(const Step *s)
{
	Value *d = NULL;

	for (int i = 0; i < s->n->nout; i++) {
		Value *part = d_out(s, i);
		if (!part && !s->n->out[i])
			fail_unsupported(s->g, s->n, "there is no derivative for a part that nobody takes");
		part = part ? part : zeros(s->g, s->n, s->n->out[i]);
		d = d ? joined(s->g, s->n, ATTR_OF(s->n, Split)->axis, d, part) : part;
	}
	d_in(s, 0, d);
}

/* ---- in general ---- */

static Value *flattened(const Step *s, Value *v) { return reshaped(s->g, s->n, v, 1, (int64_t[]){-1}); }

/* The positions of the elements of v, in its shape. */
static Value *positions(const Step *s, Value *v)
{
	return in_shape_of(s->g, s->n, counted(s->g, s->n, flattened(s, v), 0), v);
}

/* The derivative of x, of which y has the elements at `from`, positions in x; where no x stands, `from` is the number of
 * elements of x, if `spare` is set. */
static Value *added_up(const Step *s, Value *x, Value *from, Value *dy, bool spare)
{
	struct Scatter add = {0, ADDED};
	Value *base = flattened(s, zeros(s->g, s->n, x)), *count = do1(s, "Size", x);
	int64_t first = 0;

	if (spare)
		base = joined(s->g, s->n, 0, base, with_axes(s->g, s->n, value_scalar(s->g, x->dtype, 0), 1, &first));
	Value *d = put_attr(s->g, s->n, "ScatterElements", &add, base, flattened(s, from), flattened(s, dy), END_IN);
	if (spare)
		d = put(s->g, s->n, "Slice", d, number(s->g, 0), with_axes(s->g, s->n, count, 1, &first), END_IN);
	return in_shape_of(s->g, s->n, d, x);
}

/* The same node, of other elements. */
static Value *moved(const Step *s, Value *x, Value *fill)
{
	Value *in[8];
	int nin = s->n->nin;

	if (nin > 8)
		fail_unsupported(s->g, s->n, "there is no derivative for so many inputs");
	for (int i = 0; i < nin; i++)
		in[i] = i == 0 ? x : i == 2 && fill ? fill : x_of(s, i);
	if (fill && nin < 3)
		in[2] = fill, nin = 3;
	return node_new(s->g, s->n->op, NULL, nin, in, 1, s->n->attr)->out[0];
}

static void move(const Step *s)
{
	d_in(s, 0, added_up(s, x_of(s, 0), moved(s, positions(s, x_of(s, 0)), NULL), d_out(s, 0), false));
}

/* What is filled in comes from behind the last element. */
static void pad(const Step *s)
{
	Value *x = x_of(s, 0), *fill = do1(s, "Size", x), *dy = d_out(s, 0);
	Value *from = moved(s, positions(s, x), ATTR_OF(s->n, Pad)->mode == PAD_CONSTANT ? fill : NULL);

	if (d_wanted(s, 0))
		d_in(s, 0, added_up(s, x, from, dy, true));
	if (d_wanted(s, 2))
		d_in(s, 2, if_true(s, do2(s, "Equal", from, fill), dy));
}

/* Zeros stand in the places of others. */
static void trilu(const Step *s) { d_in(s, 0, moved(s, d_out(s, 0), NULL)); }

/* From the other end. */
static void cumsum(const Step *s)
{
	const struct Cumulate *a = s->n->attr;
	struct Cumulate back = {a->exclusive, !a->reverse, a->axis};

	d_in(s, 0, put_attr(s->g, s->n, "CumSum", &back, d_out(s, 0), x_of(s, 1), END_IN));
}

static void topk(const Step *s)
{
	int64_t axis = fix_axis(s->g, s->n, ATTR_OF(s->n, TopK)->axis, x_of(s, 0)->shape.rank);
	Value *x = x_of(s, 0), *from = s->n->out[1];

	if (!from)
		from = node_new(s->g, s->n->op, s->n, s->n->nin, s->n->in, 2, s->n->attr)->out[1];
	d_in(s, 0, put_attr(s->g, s->n, "ScatterElements", &(struct Scatter){axis, ADDED}, zeros(s->g, s->n, x), from,
			    d_out(s, 0), END_IN));
}

/* ---- updates: of equal indices the last one counts, and all get its derivative ---- */

static Value *gathered(const Step *s, Value *v)
{
	if (is_op(s->n, "ScatterND"))
		return do2(s, "GatherND", v, x_of(s, 1));
	return put_attr(s->g, s->n, "GatherElements", &(struct Gather){ATTR_OF(s->n, Scatter)->axis}, v, x_of(s, 1), END_IN);
}

static void scatter(const Step *s)
{
	const struct Scatter *a = s->n->attr;
	Value *dy = d_out(s, 0);

	if (a->reduction > ADDED)
		fail_unsupported(s->g, s->n, "there is no rule for the derivative of this reduction");
	if (d_wanted(s, 2))
		d_in(s, 2, gathered(s, dy));
	if (a->reduction == ADDED)
		d_in(s, 0, dy);
	else if (d_wanted(s, 0))
		d_in(s, 0, put_attr(s->g, s->n, s->n->op->name, a, dy, x_of(s, 1), zeros(s->g, s->n, x_of(s, 2)), END_IN));
}

const Rule gradient_moves[] = {
	{"Reshape", reshape, NULL}, {"Flatten", reshape, NULL}, {"Squeeze", reshape, NULL}, {"Unsqueeze", reshape, NULL},
	{"Expand", expand, NULL}, {"Transpose", transpose, NULL}, {"Concat", concat, NULL}, {"Split", split, NULL},
	{"Slice", move, NULL}, {"Tile", move, NULL}, {"Gather", move, NULL}, {"GatherElements", move, NULL},
	{"GatherND", move, NULL}, {"DepthToSpace", move, NULL}, {"SpaceToDepth", move, NULL},
	{"ReverseSequence", move, NULL}, {"Pad", pad, NULL}, {"Trilu", trilu, NULL}, {"CumSum", cumsum, NULL},
	{"TopK", topk, NULL}, {"ScatterElements", scatter, NULL}, {"ScatterND", scatter, NULL}, {NULL, NULL, NULL}};
