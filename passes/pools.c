/* pools.c -- rules for large windows: one axis after the other.
 *
 *     MaxPool(x, 13 x 13)   ->   MaxPool(MaxPool(x, 1 x 13), 13 x 1)      26 comparisons an element instead of 169
 *
 * Rows first: equal elements, zeros of both signs, and NaN meet in the order in which one window would meet them, so this is
 * exact. A mean of means of rows is the mean, up to rounding: as many elements of each row that counts are inside. */
#include "ir/op/nn.h"
#include "passes/algebra.h"

/* A pass over an axis reads and writes all of a map, which takes about as long as so many taps. */
enum { PASS_TAPS = 2 };

/* All taps at once are more than those of one axis after the other: before the first axis has been gone along with its
 * stride, there are more windows along the second. */
static bool pays(const WindowAxis *axis, int count)
{
	int64_t taps = 1, apart = 1, windows = 1;

	for (int i = 0; i < count; i++) {
		taps *= axis[i].size.k;
		if (axis[i].size.k > 1)
			apart += windows * (axis[i].size.k + PASS_TAPS);
		windows *= axis[i].stride;
	}
	return taps > apart;
}

/* `list` along one axis, `rest` along the others; for pads both ends. An absent list stays so. */
static Ints along(Graph *g, const Ints *list, int count, int axis, int64_t rest)
{
	if (list->n <= 0)
		return *list;
	int64_t *v = NEW_N(&g->ctx->perm, int64_t, list->n);

	for (int i = 0; i < list->n; i++)
		v[i] = i % count == axis ? list->v[i] : rest;
	return (Ints){v, list->n};
}

static Value *pool_along(Graph *g, const Node *n, Value *x, int count, int axis)
{
	struct Sliding attr = *ATTR_OF(n, Sliding);

	attr.kernel_shape = along(g, &attr.kernel_shape, count, axis, 1);
	attr.strides = along(g, &attr.strides, count, axis, 1);
	attr.dilations = along(g, &attr.dilations, count, axis, 1);
	attr.pads = along(g, &attr.pads, count, axis, 0);
	return rewrite_attr(g, n, &attr, 1, &x);
}

static Value *one_axis_a_pass(Rewrite *w, Node *n)
{
	WindowAxis axis[MAX_SPATIAL];
	int count = windows_of(w->g, n, &n->in[0]->shape, NULL, axis);
	Value *x = n->in[0];

	if (!pays(axis, count))
		return NULL;
	for (int i = count - 1; i >= 0; i--)
		if (axis[i].size.k > 1 || axis[i].stride > 1)
			x = pool_along(w->g, n, x, count, i);
	return x;
}

const Rule pool_rules[] = {
	{"MaxPool", "MaxPool(x, a x b) -> MaxPool(MaxPool(x, 1 x b), a x 1)", one_axis_a_pass},
	{0},
};

const Rule mean_pool_rules[] = {
	{"AveragePool", "AveragePool(x, a x b) -> AveragePool(AveragePool(x, 1 x b), a x 1)", one_axis_a_pass},
	{0},
};
