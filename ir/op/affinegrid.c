/* affinegrid.c -- AffineGrid (20): where each element of an image comes from when an affine map turns it.
 *
 *     grid[n, p.., :] = theta[n] (x, y, z, 1)   of p, with x along the last axis of the image
 *     coordinates run from -1 to 1: over the outer elements (align_corners), or over their outer edges */
#include "ir/op/counted.h"

enum { THETA, SIZE };

struct AffineGrid { int64_t align_corners; };

static void infer(Graph *g, Node *n)
{
	const Shape *theta = &n->in[THETA]->shape;
	int count;
	if (is_trusted(g, n, SIZE)) {
		need_size(g, n, SIZE, 0, dim(n->out[0]->shape.rank));
		n->out[0]->dtype = n->in[THETA]->dtype;
		return;
	}
	const Dim *size = need_content(g, n, SIZE, &count);
	int spatial = count - 2;

	if (spatial != 2 && spatial != 3)
		fail_node(g, n, "E-SHAPE", "size has %d elements; it must have 4 or 5", count);
	need_rank(g, n, THETA, 3, 3);
	need_size(g, n, THETA, 1, dim(spatial));
	need_size(g, n, THETA, 2, dim(spatial + 1));
	Shape y = {count, {one_size(g, n, theta->dim[0], size[0])}};
	for (int k = 0; k < spatial; k++) {
		y.dim[k + 1] = size[k + 2];
		if (dim_hi(g->syms, size[k + 2]) < 1)
			fail_node(g, n, "E-VALUE", "an image of size 0");
	}
	y.dim[spatial + 1] = dim(spatial);
	set_out(g, n, 0, n->in[THETA]->dtype, &y);
}

/* size is [pictures, channels, sizes..], and the number of channels makes no difference. */
static void trust(Graph *g, Node *n)
{
	if (!is_trusted(g, n, SIZE))
		return;
	const Shape *y = &n->out[0]->shape;
	int64_t spatial = y->rank - 2, axis = 0;
	Value *given = as_vector(g, n, n->in[SIZE]);
	given = joined(g, n, axis, stretch(g, n, given, 0, 1), stretch(g, n, given, 2, spatial + 2));
	Shape sizes = *y;
	sizes.rank--;
	require(g, n, binary(g, n, "Equal", given, sizes_value(g, &sizes)));
	for (int k = y->rank - 1; k > 1; k--)
		sizes.dim[k] = sizes.dim[k - 1];
	sizes.dim[1] = dim(1);
	sizes.rank = y->rank;
	settle_input(n, SIZE, sizes_value(g, &sizes));
}

static double coordinate(int64_t i, int64_t size, bool aligned)
{
	if (aligned)
		return size > 1 ? 2.0 * (double)i / (double)(size - 1) - 1 : -1;
	return (2.0 * (double)i + 1) / (double)size - 1;
}

/* Rows x, y, z, 1: [spatial + 1, elements of the image] */
static Value *corners(Graph *g, const Node *n, const Shape *y, DType t)
{
	int spatial = y->rank - 2;
	int64_t size[MAX_RANK], at[MAX_RANK] = {0}, count = 1;

	for (int k = 0; k < spatial; k++)
		count *= size[k] = dim_number(g, n, y->dim[k + 1]);
	Tensor *c = tensor_new(&g->ctx->perm, t, 2, (int64_t[]){spatial + 1, count});
	for (int64_t i = 0; i < count; i++, next_index(spatial, size, at)) {
		for (int k = 0; k < spatial; k++) {
			int axis = spatial - 1 - k;
			store_f64(t, c->data, k * count + i,
				  coordinate(at[axis], size[axis], ATTR_OF(n, AffineGrid)->align_corners));
		}
		store_f64(t, c->data, spatial * count + i, 1);
	}
	return value_const(g, NULL, c);
}

/* ---- the same of sizes that vary ---- */

static Value *with(Graph *g, const Node *n, const char *op, Value *a, double b)
{
	return binary(g, n, op, a, value_scalar(g, a->dtype, b));
}

/* Of the indices 0, 1, .. below `size`, in doubles. */
static Value *coordinates(Graph *g, const Node *n, Value *size)
{
	Value *twice = with(g, n, "Mul", cast_value(g, n, count_up(g, n, size), F64), 2), *all = cast_value(g, n, size, F64);

	if (ATTR_OF(n, AffineGrid)->align_corners)
		return with(g, n, "Sub", binary(g, n, "Div", twice, with(g, n, "Max", with(g, n, "Sub", all, 1), 1)), 1);
	return with(g, n, "Sub", binary(g, n, "Div", with(g, n, "Add", twice, 1), all), 1);
}

/* v, that stands along some axes of the image or none, for all of its elements: [1, elements] */
static Value *row_of(Graph *g, const Node *n, Value *v, Value *sizes)
{
	return reshaped(g, n, put(g, n, "Expand", v, sizes, END_IN), 2, (int64_t[]){1, -1});
}

static Value *varying_corners(Graph *g, const Node *n, int spatial, DType t)
{
	Value *sizes = stretch(g, n, as_vector(g, n, n->in[SIZE]), 2, spatial + 2), *rows = NULL;

	for (int axis = spatial - 1; axis >= 0; axis--) {
		int64_t shape[MAX_RANK];
		for (int k = 0; k < spatial; k++)
			shape[k] = k == axis ? -1 : 1;
		Value *x = cast_value(g, n, coordinates(g, n, element(g, n, sizes, axis)), t);
		x = row_of(g, n, reshaped(g, n, x, spatial, shape), sizes);
		rows = rows ? joined(g, n, 0, rows, x) : x;
	}
	return joined(g, n, 0, rows, row_of(g, n, value_scalar(g, t, 1), sizes));
}

static void expand(Graph *g, Node *n)
{
	const Shape *y = &n->out[0]->shape;
	Shape image = shape_of(y->rank - 2, y->dim + 1);
	Value *theta = n->in[THETA];
	Value *rows = shape_known(&image) ? corners(g, n, y, theta->dtype) : varying_corners(g, n, image.rank, theta->dtype);
	Value *p = put(g, n, "MatMul", theta, rows, END_IN);

	p = transposed(g, n, p, 3, (int64_t[]){0, 2, 1});
	replace_out(g, n, 0, shaped_as(g, n, p, y));
}

static const Attr attrs[] = {ATTR_INT(AffineGrid, align_corners, 0), {0}};

const Op op_affinegrid = {
	.name = "AffineGrid", .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct AffineGrid),
	.types = "f", .infer = infer, .trust = trust, .eval = eval_expansion, .expand = expand,
};
