/* ort_crop.c -- com.microsoft: CropAndResize, parts of images in one size.
 *
 *     y[r, c, i, j] = x[image r, c, at i, at j]     i goes from y1 (height - 1) to y2 (height - 1) of box r in even
 *                                                   steps, as many as the crop is high; where that is 1, between them
 *
 * Between four elements, or the nearest one; extrapolation_value outside of the image. */
#include "ir/op/trust.h"

enum { X, BOXES, IMAGES, SIZE };
enum { BILINEAR, NEAREST };

struct Crop {
	float extrapolation_value;
	int64_t mode;
};

/* Where the crop's rows (axis 2) or columns (axis 3) lie. */
typedef struct Line {
	Value *at;     /* f[boxes, size] */
	Value *inside; /* bool, the same */
	Value *last;   /* the last element's index */
} Line;

static Value *two(Graph *g, const Node *n, const char *name, Value *a, Value *b)
{
	return put(g, n, name, a, b, END_IN);
}

/* f[boxes, 1]: side k of each box, in elements */
static Value *side(Graph *g, const Node *n, int k, Value *most)
{
	return two(g, n, "Mul", slice_of(g, n, n->in[BOXES], 1, k, k + 1), most);
}

static Line line_of(Graph *g, const Node *n, int axis, int64_t size)
{
	DType t = n->in[X]->dtype;
	Value *last = two(g, n, "Sub", size_of(g, n, n->in[X], axis), value_scalar(g, I64, 1));
	Value *most = cast_value(g, n, last, t);
	Value *a = side(g, n, axis - 2, most), *b = side(g, n, axis, most), *at;

	if (size == 1) {
		at = two(g, n, "Mul", two(g, n, "Add", a, b), value_scalar(g, t, 0.5));
	} else {
		Value *i = count_to(g, size), *end = value_scalar(g, I64, (double)(size - 1));
		Value *step = two(g, n, "Div", two(g, n, "Sub", b, a), value_scalar(g, t, (double)(size - 1)));
		at = two(g, n, "Add", a, two(g, n, "Mul", cast_value(g, n, i, t), step));
		at = put(g, n, "Where", two(g, n, "Equal", i, end), b, at, END_IN);
	}
	Value *low = two(g, n, "GreaterOrEqual", at, value_scalar(g, t, 0)), *high = two(g, n, "LessOrEqual", at, most);
	return (Line){at, two(g, n, "And", low, high), last};
}

/* The index of an element, in 0 .. last whatever `at` is. */
static Value *index_of(Graph *g, const Node *n, const Line *l, Value *at)
{
	Value *inside = put(g, n, "Where", l->inside, at, value_scalar(g, at->dtype, 0), END_IN);

	return within(g, n, cast_value(g, n, inside, I64), value_scalar(g, I64, 0), l->last);
}

/* [boxes, height, width, channels] of the images with channels last, at these rows and columns */
static Value *elements(Graph *g, const Node *n, Value *x, Value *rows, Value *columns)
{
	Value *part[3] = {with_axes(g, n, cast_value(g, n, n->in[IMAGES], I64), 2, (int64_t[]){1, 2}),
			  with_axes(g, n, rows, 1, (int64_t[]){2}), with_axes(g, n, columns, 1, (int64_t[]){1})};
	Shape s = {3, {rows->shape.dim[0], rows->shape.dim[1], columns->shape.dim[1]}};
	Value *whole = shape_as_value(g, n, rows, &s), *index = NULL;

	for (int i = 0; i < 3; i++) {
		Value *p = with_axes(g, n, two(g, n, "Expand", part[i], whole), 1, (int64_t[]){3});
		index = index ? joined(g, n, 3, index, p) : p;
	}
	return two(g, n, "GatherND", x, index);
}

/* a + (b - a) by */
static Value *between(Graph *g, const Node *n, Value *a, Value *b, Value *by)
{
	return two(g, n, "Add", a, two(g, n, "Mul", two(g, n, "Sub", b, a), by));
}

static Value *nearest(Graph *g, const Node *n, Value *x, const Line *line)
{
	Value *at[2], *half = value_scalar(g, x->dtype, 0.5);

	for (int i = 0; i < 2; i++)
		at[i] = index_of(g, n, &line[i], put(g, n, "Floor", two(g, n, "Add", line[i].at, half), END_IN));
	return elements(g, n, x, at[0], at[1]);
}

static Value *bilinear(Graph *g, const Node *n, Value *x, const Line *line)
{
	Value *near[2], *far[2], *by[2];

	for (int i = 0; i < 2; i++) {
		Value *low = put(g, n, "Floor", line[i].at, END_IN);
		near[i] = index_of(g, n, &line[i], low);
		far[i] = index_of(g, n, &line[i], put(g, n, "Ceil", line[i].at, END_IN));
		by[i] = with_axes(g, n, two(g, n, "Sub", line[i].at, low), 2, i ? (int64_t[]){1, 3} : (int64_t[]){2, 3});
	}
	Value *top = between(g, n, elements(g, n, x, near[0], near[1]), elements(g, n, x, near[0], far[1]), by[1]);
	Value *bottom = between(g, n, elements(g, n, x, far[0], near[1]), elements(g, n, x, far[0], far[1]), by[1]);
	return between(g, n, top, bottom, by[0]);
}

static void check(Graph *g, const Node *n)
{
	need_rank(g, n, X, 4, 4);
	need_rank(g, n, BOXES, 2, 2);
	need_rank(g, n, IMAGES, 1, 1);
	same_type(g, n, X, BOXES);
	need_type(g, n, IMAGES, "i");
	need_size(g, n, BOXES, 1, dim(4));
	need_size(g, n, IMAGES, 0, n->in[BOXES]->shape.dim[0]);
}

static void expand(Graph *g, Node *n)
{
	const struct Crop *a = n->attr;
	int count;

	check(g, n);
	const int64_t *size = const_i64(g, n, SIZE, &count);
	if (count != 2 || size[0] < 1 || size[1] < 1 || size[0] > INT32_MAX || size[1] > INT32_MAX)
		fail_node(g, n, "E-VALUE", "crop_size is no height and width of at least 1");
	Line line[2] = {line_of(g, n, 2, size[0]), line_of(g, n, 3, size[1])};
	Value *x = channels_last(g, n, n->in[X]);
	Value *y = a->mode == NEAREST ? nearest(g, n, x, line) : bilinear(g, n, x, line);
	Value *inside = two(g, n, "And", with_axes(g, n, line[0].inside, 2, (int64_t[]){2, 3}),
			    with_axes(g, n, line[1].inside, 2, (int64_t[]){1, 3}));
	y = put(g, n, "Where", inside, y, value_scalar(g, y->dtype, (double)a->extrapolation_value), END_IN);
	replace_out(g, n, 0, channels_first(g, n, y));
}

static const Attr attrs[] = {
	ATTR_FLOAT(Crop, extrapolation_value, 0), ATTR_ENUM(Crop, mode, BILINEAR, "bilinear|nearest"), {0}};

const Op op_ort_CropAndResize = {
	.name = "CropAndResize", .domain = "com.microsoft", .min_in = 4, .max_in = 4, .min_out = 1, .max_out = 1, .ulp = 64,
	.attrs = attrs, .attr_size = sizeof(struct Crop),
	.types = "f", .infer = infer_expansion, .eval = eval_expansion, .expand = expand,
};
