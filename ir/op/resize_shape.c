/* resize_shape.c -- the shape of a Resize whose sizes, scales or region data decide: what the file says of it, what follows
 * from constants among the data, and which sizes are left for the run to count. */
#include <math.h>
#include "ir/op/counted.h"
#include "ir/op/movement.h"
#include "ir/op/resize.h"
#include "ir/op/trust.h"

bool resize_has(const Node *n, int slot)
{
	return has_in(n, slot) && !(n->in[slot]->shape.rank == 1 && dim_is(n->in[slot]->shape.dim[0], 0));
}

static bool is_crop(const Node *n) { return ATTR_OF(n, Resize)->coordinate_transformation_mode == TF_CROP; }

bool resize_is_given(Graph *g, const Node *n)
{
	return is_trusted(g, n, 2) || is_trusted(g, n, 3) || (is_crop(n) && !resize_is_region(g, n) && is_trusted(g, n, 1));
}

bool resize_is_region(Graph *g, const Node *n)
{
	return is_crop(n) && has_in(n, 1) && by_data(g, n, 1) && resize_has(n, 3) && !by_data(g, n, 3);
}

/* ---- sizes that are counted ---- */

static bool is_given(const Node *n) { return n->out[0]->shape.rank >= 0 && shape_known(&n->out[0]->shape); }

bool resize_is_counted(Graph *g, const Node *n)
{
	bool scales = resize_has(n, 2) && by_data(g, n, 2), sizes = resize_has(n, 3) && by_data(g, n, 3);

	return (scales || sizes) && !is_given(n);
}

bool resize_gives_sizes(const Node *n)
{
	return resize_has(n, 3) && ATTR_OF(n, Resize)->keep_aspect_ratio_policy == STRETCH;
}

int resized_axes(Graph *g, const Node *n, int *list)
{
	const Ints *axes = &ATTR_OF(n, Resize)->axes;
	int rank = n->in[0]->shape.rank, count = axes->n < 0 ? rank : axes->n;

	if (axes->n >= 0)
		axis_set(g, n, axes->v, count, rank);
	for (int i = 0; i < count; i++)
		list[i] = axes->n < 0 ? i : (int)fix_axis(g, n, axes->v[i], rank);
	return count;
}

void resize_keeps_others(Graph *g, const Node *n)
{
	const Shape *x = &n->in[0]->shape, *y = &n->out[0]->shape;
	int list[MAX_RANK], count = resized_axes(g, n, list);
	unsigned resized = 0;

	for (int i = 0; i < count; i++)
		resized |= 1u << list[i];
	for (int k = 0; k < x->rank; k++)
		if (!(resized >> k & 1))
			one_size(g, n, x->dim[k], y->dim[k]);
}

/* Scales from `at` on are those of v, constants among what was joined; returns behind them, -1: nobody knows how many. */
static int known_scales(const Value *v, int at, int count, double *scale)
{
	Dim n = v->shape.rank == 1 ? v->shape.dim[0] : dim(v->shape.rank == 0 ? 1 : INT32_MAX);

	if (at < 0 || !dim_known(n) || n.k > count - at)
		return -1;
	for (int i = 0; v->data && i < n.k; i++)
		scale[at + i] = load_f64(v->dtype, v->data->data, i);
	for (int i = 0, from = at; !v->data && v->def && is_op(v->def, "Concat") && i < v->def->nin; i++)
		from = known_scales(v->def->in[i], from, count, scale);
	return at + (int)n.k;
}

void resize_known_scales(Graph *g, const Node *n, int count, double *scale)
{
	for (int i = 0; i < count; i++)
		scale[i] = NAN;
	if (!resize_has(n, 2))
		return;
	need_size(g, n, 2, 0, dim(count));
	known_scales(n->in[2], 0, count, scale);
}

/* The sizes that scales give; only the run knows those of sizes that keep the proportions. */
static unsigned scaled_known(Graph *g, const Node *n, const int *list, int count, Shape *y)
{
	double scale[MAX_RANK];
	unsigned open = 0;

	resize_known_scales(g, n, count, scale);
	*y = n->in[0]->shape;
	for (int i = 0; i < count; i++) {
		Dim *d = &y->dim[list[i]];
		if (scale[i] == 1 || dim_is(*d, 0))
			continue;
		if (scale[i] > 0 && scale[i] < 1e6 && dim_known(*d)) {
			*d = dim((int64_t)((float)scale[i] * (float)d->k));
			continue;
		}
		*d = NO_BOUND;
		open |= 1u << list[i];
	}
	return open;
}

unsigned resize_known_sizes(Graph *g, const Node *n, const int *list, int count, Shape *y)
{
	Dim size[MAX_RANK];

	if (resize_has(n, 2) == resize_has(n, 3))
		fail_node(g, n, "E-INPUTS", "either scales or sizes must be given");
	if (!resize_gives_sizes(n))
		return scaled_known(g, n, list, count, y);
	unsigned open = known_among(g, n, 3, count, size), axes = 0;

	need_size(g, n, 3, 0, dim(count));
	*y = n->in[0]->shape;
	for (int i = 0; i < count; i++) {
		if (open >> i & 1 && dim_is(y->dim[list[i]], 0))
			fail_node(g, n, "E-VALUE", "axis %d has no elements to resize", list[i]);
		y->dim[list[i]] = size[i];
		axes |= (open >> i & 1) << list[i];
	}
	return axes;
}

Shape resize_counted(Graph *g, const Node *n)
{
	int list[MAX_RANK], count = resized_axes(g, n, list);
	Shape y;
	unsigned open = resize_known_sizes(g, n, list, count, &y);

	return counted_shape(g, n, 0, &y, open);
}

Shape resize_of_region(Graph *g, const Node *n)
{
	int list[MAX_RANK], count = resized_axes(g, n, list), sizes;
	const Dim *size = need_content(g, n, 3, &sizes);
	Shape y = n->in[0]->shape;

	need_size(g, n, 3, 0, dim(count));
	for (int i = 0; i < count; i++)
		y.dim[list[i]] = size[i];
	return y;
}
