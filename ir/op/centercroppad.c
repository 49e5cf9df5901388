/* centercroppad.c -- CenterCropPad (18): each axis brought to a size, from its middle: what is too long loses elements at
 * both ends, what is too short gets zeros there; the odd one of them is the last. */
#include "ir/op/trust.h"

struct CenterCropPad { Ints axes; };

/* The axes that change, and what is put in front of and behind each: negative counts drop elements, as for Pad. */
static int changes_of(Graph *g, const Node *n, int64_t *axes, int64_t *pads)
{
	const Ints *list = &ATTR_OF(n, CenterCropPad)->axes;
	const Shape *x = &n->in[0]->shape;
	int count, sizes = list->n < 0 ? x->rank : list->n;
	const int64_t *size = const_i64(g, n, 1, &count);

	if (count != sizes)
		fail_node(g, n, "E-SHAPE", "shape has %d elements for %d axes", count, sizes);
	for (int i = 0; i < count; i++) {
		axes[i] = fix_axis(g, n, list->n < 0 ? i : list->v[i], x->rank);
		if (size[i] < 0)
			fail_node(g, n, "E-VALUE", "size %lld", (long long)size[i]);
		int64_t more = size[i] - dim_number(g, n, x->dim[axes[i]]), half = (more < 0 ? -more : more) / 2;
		pads[i] = more < 0 ? -half : half;
		pads[count + i] = more - pads[i];
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

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 1, MAX_RANK);
	if (!is_trusted(g, n, 1)) {
		infer_expansion(g, n);
		return;
	}
	given_sizes(g, n);
	n->out[0]->dtype = n->in[0]->dtype;
}

static void trust(Graph *g, Node *n)
{
	if (!is_trusted(g, n, 1))
		return;
	Shape sizes = given_sizes(g, n);
	settle_sizes(g, n, 1, &sizes);
}

static void expand(Graph *g, Node *n)
{
	int64_t axes[MAX_RANK], pads[2 * MAX_RANK];

	need_rank(g, n, 0, 1, MAX_RANK);
	if (ATTR_OF(n, CenterCropPad)->axes.n > n->in[0]->shape.rank)
		fail_node(g, n, "E-ATTR", "%d axes of %d", ATTR_OF(n, CenterCropPad)->axes.n, n->in[0]->shape.rank);
	int count = changes_of(g, n, axes, pads);
	replace_out(g, n, 0, put(g, n, "Pad", n->in[0], value_i64(g, 2 * count, pads), NULL, value_i64(g, count, axes),
				 END_IN));
}

static const Attr attrs[] = {ATTR_LIST(CenterCropPad, axes, A_INTS), {0}};

const Op op_centercroppad = {
	.name = "CenterCropPad", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1,
	.attrs = attrs, .attr_size = sizeof(struct CenterCropPad),
	.infer = infer, .trust = trust, .eval = eval_expansion, .expand = expand,
};
