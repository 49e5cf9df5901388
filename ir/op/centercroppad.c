/* centercroppad.c -- CenterCropPad (18): each axis brought to a size, from its middle: what is too long loses elements at
 * both ends, what is too short gets zeros there; the odd one of them is the last. */
#include "ir/op/counted.h"

struct CenterCropPad { Ints axes; };

/* The axes that change and their sizes. */
static int changes_of(Graph *g, const Node *n, int64_t *axes, const Dim **size)
{
	const Ints *list = &ATTR_OF(n, CenterCropPad)->axes;
	const Shape *x = &n->in[0]->shape;
	int count, sizes = list->n < 0 ? x->rank : list->n;

	*size = need_content(g, n, 1, &count);
	if (count != sizes)
		fail_node(g, n, "E-SHAPE", "shape has %d elements for %d axes", count, sizes);
	for (int i = 0; i < count; i++) {
		axes[i] = fix_axis(g, n, list->n < 0 ? i : list->v[i], x->rank);
		if (dim_lo(g->syms, (*size)[i]) < 0)
			fail_node(g, n, "E-VALUE", "size %s", dim_text(g->syms, (*size)[i]));
	}
	if (list->n >= 0)
		axis_set(g, n, list->v, count, x->rank);
	return count;
}

/* The sizes of the axes that change, where the file gives the result; others stay as they are. */
static Shape given_sizes(Graph *g, const Node *n)
{
	const Ints *list = &ATTR_OF(n, CenterCropPad)->axes;
	const Shape *x = &n->in[0]->shape, *y = &n->out[0]->shape;
	Shape sizes = *y, kept = *x;
	if (y->rank != x->rank)
		fail_node(g, n, "E-RANK", "shape %s cannot become %s", shape_text(g, x), shape_text(g, y));
	if (list->n < 0)
		return sizes;
	sizes.rank = list->n;
	for (int i = 0; i < list->n; i++) {
		int axis = (int)fix_axis(g, n, list->v[i], x->rank);
		sizes.dim[i] = kept.dim[axis] = y->dim[axis];
	}
	if (!shape_same(&kept, y))
		fail_node(g, n, "E-SHAPE", "shape %s cannot become %s", shape_text(g, x), shape_text(g, y));
	return sizes;
}

/* ---- sizes that data decide ---- */

static bool is_counted(Graph *g, const Node *n)
{
	return by_data(g, n, 1) && n->out[0] && !shape_known(&n->out[0]->shape);
}

/* Those of the axes that change, and which of them are counted, as bits. */
static unsigned counted_sizes(Graph *g, const Node *n, Shape *sizes, Shape *y)
{
	const Ints *list = &ATTR_OF(n, CenterCropPad)->axes;
	int rank = n->in[0]->shape.rank;

	sizes->rank = list->n < 0 ? rank : list->n;
	*y = n->in[0]->shape;
	if (list->n >= 0)
		axis_set(g, n, list->v, list->n, rank);
	if (!dim_is(shape_count(g, &n->in[1]->shape), sizes->rank))
		fail_node(g, n, "E-SHAPE", "shape has %s elements for %d axes", dim_text(g->syms, shape_count(g, &n->in[1]->shape)),
			  sizes->rank);
	unsigned open = known_among(g, n, 1, sizes->rank, sizes->dim);
	for (int i = 0; i < sizes->rank; i++) {
		int axis = (int)fix_axis(g, n, list->n < 0 ? i : list->v[i], rank);
		if (open >> i & 1)
			sizes->dim[i] = counted_size(g, n, 0, rank, axis, NO_BOUND);
		y->dim[axis] = sizes->dim[i];
	}
	return open;
}

static void infer(Graph *g, Node *n)
{
	Shape sizes, y;

	need_rank(g, n, 0, 1, MAX_RANK);
	if (is_counted(g, n)) {
		counted_sizes(g, n, &sizes, &y);
		set_out(g, n, 0, n->in[0]->dtype, &y);
		return;
	}
	if (!is_trusted(g, n, 1)) {
		infer_expansion(g, n);
		return;
	}
	given_sizes(g, n);
	n->out[0]->dtype = n->in[0]->dtype;
}

static void trust(Graph *g, Node *n)
{
	Shape sizes, y;

	if (is_counted(g, n)) {
		unsigned open = counted_sizes(g, n, &sizes, &y);
		settle_input(n, 1, counted_among(g, n, 1, &sizes, open));
		return;
	}
	if (!is_trusted(g, n, 1))
		return;
	sizes = given_sizes(g, n);
	settle_sizes(g, n, 1, &sizes);
}

/* Half of how much more a is than b, at most none. */
static Dim half_beyond(Syms *s, Dim a, Dim b)
{
	return dim_floordiv(s, dim_sub(s, dim_max(s, a, b), b), dim(2));
}

/* Padded to the larger of both sizes, then cut out of the middle. */
static void expand(Graph *g, Node *n)
{
	Syms *s = g->syms;
	int64_t axes[MAX_RANK];
	const Dim *size;

	need_rank(g, n, 0, 1, MAX_RANK);
	if (ATTR_OF(n, CenterCropPad)->axes.n > n->in[0]->shape.rank)
		fail_node(g, n, "E-ATTR", "%d axes of %d", ATTR_OF(n, CenterCropPad)->axes.n, n->in[0]->shape.rank);
	int count = changes_of(g, n, axes, &size);
	Dim pads[2 * MAX_RANK], from[MAX_RANK], to[MAX_RANK];
	for (int i = 0; i < count; i++) {
		Dim have = n->in[0]->shape.dim[axes[i]];
		pads[i] = half_beyond(s, size[i], have);
		pads[count + i] = dim_sub(s, dim_sub(s, dim_max(s, size[i], have), have), pads[i]);
		from[i] = half_beyond(s, have, size[i]);
		to[i] = dim_add(s, from[i], size[i]);
	}
	Value *x = n->in[0], *which = value_i64(g, count, axes);
	x = put(g, n, "Pad", x, dims_as_value(g, n, x, pads, 2 * count), NULL, which, END_IN);
	x = put(g, n, "Slice", x, dims_as_value(g, n, x, from, count), dims_as_value(g, n, x, to, count), which, END_IN);
	replace_out(g, n, 0, x);
}

static const Attr attrs[] = {ATTR_LIST(CenterCropPad, axes, A_INTS), {0}};

const Op op_centercroppad = {
	.name = "CenterCropPad", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.attrs = attrs, .attr_size = sizeof(struct CenterCropPad),
	.infer = infer, .trust = trust, .eval = eval_expansion, .expand = expand,
};
