/* shape.c -- Shape: the sizes start..end-1 of x; Size: how many elements x has. Both as symbolic contents, so that
 * whatever is computed from them is known when its own sizes are needed. */
#include "ir/op/movement.h"

struct ShapePart { int64_t start, end; };

static int clip_axis(int64_t axis, int rank)
{
	axis += axis < 0 ? rank : 0;
	return axis < 0 ? 0 : axis > rank ? rank : (int)axis;
}

/* The first axis, and how many. */
static int shape_part(const Node *n, int rank, int *count)
{
	const struct ShapePart *a = n->attr;
	int start = clip_axis(a->start, rank), end = clip_axis(a->end, rank);
	*count = end > start ? end - start : 0;
	return start;
}

static void infer_shape(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	const Shape *x = &n->in[0]->shape;
	int count, start = shape_part(n, x->rank, &count);
	Shape y = shape_of(1, (Dim[]){dim(count)});
	set_out(g, n, 0, I64, &y);
	if (n->out[0])
		set_content(g, n->out[0], count, x->dim + start);
}

static void eval_shape(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int count, start = shape_part(n, in[0]->rank, &count);
	int64_t *y = out_i64(e, out[0]);
	for (int k = 0; k < count; k++)
		y[k] = in[0]->dim[start + k];
}

static Expr *lower_shape(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const Shape *x = &n->in[0]->shape;
	int count, start = shape_part(n, x->rank, &count);
	(void)slot;
	return content_at(l, x->dim + start, count, at[0]);
}

static void infer_size(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, -1);
	Dim count = shape_count(g, &n->in[0]->shape);
	Shape y = shape_scalar();
	set_out(g, n, 0, I64, &y);
	if (n->out[0])
		set_content(g, n->out[0], 1, &count);
}

static void eval_size(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	(void)n;
	out_i64(e, out[0])[0] = in[0]->count;
}

static Expr *lower_size(Lower *l, const Node *n, int slot, Expr *const *at)
{
	(void)slot, (void)at;
	return extent(l, shape_count(lower_graph(l), &n->in[0]->shape));
}

static const Attr shape_attrs[] = {ATTR_INT(ShapePart, start, 0), ATTR_INT(ShapePart, end, 1 << 30), {0}};

const Op op_Shape = {
	.name = "Shape", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = UNREAD,
	.attrs = shape_attrs, .attr_size = sizeof(struct ShapePart),
	.infer = infer_shape, .eval = eval_shape, .lower = lower_shape,
};
const Op op_Size = {
	.name = "Size", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = UNREAD,
	.infer = infer_size, .eval = eval_size, .lower = lower_size,
};
