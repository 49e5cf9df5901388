/* col2im.c -- Col2Im (18): blocks of columns back to an image, added where they overlap.
 *
 *     y[n, c, p..] = sum over the taps k.. of a block of x[n, c * taps + k, w]
 *     where window w lies so that its tap k meets p:  w * stride + k * dilation - before = p, along each axis
 *
 * Where data give the block, all that make the file's shape are computed: 1 x 5 and 5 x 1. */
#include <string.h>
#include "ir/op/trust.h"

enum { X, IMAGE, BLOCK };

static const Attr attrs[] = {ATTR_LIST(Sliding, dilations, A_INTS), ATTR_LIST(Sliding, pads, A_INTS),
			     ATTR_LIST(Sliding, strides, A_INTS), {0}};

static int blocks_in(Graph *g, const Node *n, int count, const int64_t *image, const int64_t *block, WindowAxis *axis)
{
	Shape x = {.rank = count + 2}, w = {.rank = count + 2};

	for (int k = 0; k < count; k++) {
		x.dim[k + 2] = dim(image[k]);
		w.dim[k + 2] = dim(block[k]);
	}
	return windows_of(g, n, &x, &w, axis);
}

static int blocks_of(Graph *g, const Node *n, WindowAxis *axis)
{
	int count, blocks;
	const int64_t *image = const_i64(g, n, IMAGE, &count), *block = const_i64(g, n, BLOCK, &blocks);

	if (count != blocks || count < 1 || count > MAX_SPATIAL)
		fail_unsupported(g, n, "%d axes of an image and %d of a block; both must be 1 to %d", count, blocks,
				 MAX_SPATIAL);
	return blocks_in(g, n, count, image, block, axis);
}

static bool is_given(Graph *g, const Node *n) { return is_trusted(g, n, IMAGE) || is_trusted(g, n, BLOCK); }

static void infer(Graph *g, Node *n)
{
	WindowAxis axis[MAX_SPATIAL];
	int64_t taps = 1, windows = 1;

	need_rank(g, n, X, 3, 3);
	if (is_given(g, n)) {
		given_out(g, n);
		return;
	}
	int count = blocks_of(g, n, axis);
	Shape y = {count + 2, {n->in[X]->shape.dim[0]}};
	for (int k = 0; k < count; k++) {
		y.dim[k + 2] = axis[k].in;
		taps *= axis[k].size.k;
		windows *= dim_number(g, n, axis[k].out);
	}
	Dim rows = n->in[X]->shape.dim[1];
	if (dim_known(rows) && rows.k % taps)
		fail_node(g, n, "E-SHAPE", "%lld rows are not whole blocks of %lld", (long long)rows.k, (long long)taps);
	need_size(g, n, X, 2, dim(windows));
	y.dim[1] = equal_part(g, n, X, rows, dim(taps));
	set_out(g, n, 0, n->in[X]->dtype, &y);
}

/* ---- image or block that data decide ---- */

enum { MOST_BLOCKS = 64 };

typedef struct Blocks {
	Graph *g;
	const Node *n;
	int count; /* axes */
	WindowAxis axis[MAX_SPATIAL];
	int64_t block[MAX_SPATIAL]; /* so far */
	int64_t row[MOST_BLOCKS * MAX_SPATIAL];
	int found;
} Blocks;

static void note_block(Blocks *b)
{
	int count;
	bool known = !is_trusted(b->g, b->n, BLOCK);

	if (b->found == MOST_BLOCKS)
		fail_unsupported(b->g, b->n, "more than %d blocks make that shape", MOST_BLOCKS);
	if (!known || !memcmp(const_i64(b->g, b->n, BLOCK, &count), b->block, (size_t)b->count * sizeof *b->block))
		memcpy(b->row + b->count * b->found++, b->block, (size_t)b->count * sizeof *b->block);
}

/* Blocks of so many taps, from axis k on, that lie in so many windows. */
static void find_blocks(Blocks *b, int k, int64_t taps, int64_t windows)
{
	const WindowAxis *a = &b->axis[k];

	if (k == b->count) {
		if (taps == 1 && windows == 1)
			note_block(b);
		return;
	}
	for (int64_t size = 1; size <= taps; size++) {
		int64_t more = a->in.k + a->before.k + a->after.k - (size - 1) * a->dilation - 1;
		if (more < 0)
			break;
		b->block[k] = size;
		if (taps % size == 0 && windows % (more / a->stride + 1) == 0)
			find_blocks(b, k + 1, taps / size, windows / (more / a->stride + 1));
	}
}

static Value *with_block(Graph *g, const Node *n, const int64_t *row)
{
	int count = n->out[0]->shape.rank - 2;

	return put_attr(g, n, "Col2Im", n->attr, n->in[X], n->in[IMAGE], value_i64(g, count, row), END_IN);
}

static void trust(Graph *g, Node *n)
{
	const Shape *x = &n->in[X]->shape, *y = &n->out[0]->shape;
	Blocks b = {.g = g, .n = n, .count = y->rank - 2};
	Shape image = {.rank = b.count}, ones = {.rank = y->rank};

	if (!is_given(g, n))
		return;
	need_size(g, n, IMAGE, 0, dim(b.count));
	need_size(g, n, BLOCK, 0, dim(b.count));
	for (int k = 0; k < b.count; k++) {
		image.dim[k] = y->dim[k + 2];
		ones.dim[k + 2] = dim(1);
	}
	settle_sizes(g, n, IMAGE, &image);
	sliding_axes(g, n, y, &ones, b.axis);
	if (dim_same(x->dim[0], y->dim[0]) && y->dim[1].k > 0 && x->dim[1].k % y->dim[1].k == 0)
		find_blocks(&b, 0, x->dim[1].k / y->dim[1].k, x->dim[2].k);
	rows_settled(g, n, as_vector(g, n, n->in[BLOCK]), b.row, b.count, b.found, with_block);
}

/* ---- eval ---- */

/* Element i of x goes to the element of y that is returned; -1: into the padding. */
static int64_t place_of(const Plane *p, int64_t taps, int64_t windows, int64_t i)
{
	int64_t w = i % windows, k = i / windows % taps, y = 0, scale = 1;

	for (int a = MAX_SPATIAL - 1; a >= 0; a--) {
		int64_t at = w % p->out[a] * p->stride[a] + k % p->size[a] * p->dilation[a] - p->before[a];
		if (at < 0 || at >= p->in[a])
			return -1;
		y += at * scale;
		scale *= p->in[a];
		w /= p->out[a];
		k /= p->size[a];
	}
	return i / (windows * taps) * scale + y;
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	WindowAxis axis[MAX_SPATIAL];
	int count = (int)in[IMAGE]->count;
	Plane p = plane_of(blocks_in(e->g, n, count, in_i64(e, in[IMAGE]), in_i64(e, in[BLOCK]), axis), axis);
	const double *x = in_f64(e, in[X]);
	double *y = out_f64(e, out[0]);

	for (int64_t i = 0; i < in[X]->count; i++) {
		int64_t to = place_of(&p, count3(p.size), count3(p.out), i);
		if (to >= 0)
			y[to] += x[i];
	}
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	WindowAxis axis[MAX_SPATIAL];
	int count = blocks_of(lower_graph(l), n, axis);
	DType t = formula_type(l, n, n->in[X]->dtype);
	Axes axes = {.n = 0};
	Expr *row = at[1], *window = num_i(l, 0), *meets = num(l, BOOL, 1);

	for (int k = 0; k < count; k++) {
		Expr *tap = over(l, &axes, axis[k].size), *stride = num_i(l, axis[k].stride);
		Expr *from = isub(l, iadd(l, at[k + 2], extent(l, axis[k].before)), imul(l, tap, num_i(l, axis[k].dilation)));
		Expr *w = idiv(l, from, stride);
		meets = alu2(l, AND, meets, alu2(l, EQ, imod(l, from, stride), num_i(l, 0)));
		meets = alu2(l, AND, meets, inside(l, w, num_i(l, 0), extent(l, axis[k].out)));
		row = iadd(l, imul(l, row, extent(l, axis[k].size)), tap);
		window = iadd(l, imul(l, window, extent(l, axis[k].out)), w);
	}
	Expr *x = choose(l, meets, in_as(l, n, X, (Expr *[]){at[0], row, window}, t), num(l, t, 0));
	return cast(l, n->out[slot]->dtype, reduce_over(l, RED_SUM, x, &axes));
}

const Op op_col2im = {
	.name = "Col2Im", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1, .flags = REDUCES, .ulp = 16,
	.attrs = attrs, .attr_size = sizeof(struct Sliding),
	.types = "fiu", .infer = infer, .trust = trust, .eval = eval, .lower = lower,
};
