/* rotary.c -- RotaryEmbedding (23): pairs of numbers turned by an angle that depends on the position.
 *
 *     y1 = cos x1 - sin x2      y2 = sin x1 + cos x2
 *
 * for the first rotary_embedding_dim elements of each head: pairs are neighbours (interleaved), or x2 lies half of them
 * behind x1. cos and sin are rows of caches, one for each position, or picked by position_ids. x has an axis of heads
 * in front of the sequence, or num_heads heads side by side. */
#include "ir/op/composite.h"

enum { X, COS_ROWS, SIN_ROWS, IDS };

struct Rotary {
	int64_t interleaved, num_heads, rotary_embedding_dim;
};

static const Attr attrs[] = {ATTR_INT(Rotary, interleaved, 0), ATTR_INT(Rotary, num_heads, 0),
			     ATTR_INT(Rotary, rotary_embedding_dim, 0), {0}};

static int64_t head_size(Graph *g, const Node *n)
{
	const Shape *x = &n->in[X]->shape;
	int64_t heads = ATTR_OF(n, Rotary)->num_heads, width = dim_number(g, n, x->dim[x->rank - 1]);

	if (x->rank == 4)
		return width;
	if (heads < 1 || width % heads)
		fail_node(g, n, "E-ATTR", "num_heads is %lld, which does not divide %lld", (long long)heads,
			  (long long)width);
	return width / heads;
}

/* How many elements of a head turn. */
static int64_t turning(Graph *g, const Node *n)
{
	int64_t size = head_size(g, n), r = ATTR_OF(n, Rotary)->rotary_embedding_dim;

	if (r == 0)
		r = size;
	if (r < 2 || r > size || r % 2)
		fail_node(g, n, "E-ATTR", "%lld elements of %lld turn; that must be an even number", (long long)r,
			  (long long)size);
	return r;
}

static void infer(Graph *g, Node *n)
{
	int caches = has_in(n, IDS) ? 2 : 3;

	need_rank(g, n, X, 3, 4);
	for (int i = COS_ROWS; i <= SIN_ROWS; i++) {
		same_type(g, n, X, i);
		need_rank(g, n, i, caches, caches);
		need_size(g, n, i, caches - 1, dim(turning(g, n) / 2));
	}
	if (has_in(n, IDS)) {
		need_rank(g, n, IDS, 2, 2);
		need_type(g, n, IDS, "i");
	}
	same_as_input(g, n);
}

/* A cache's rows for x, with an axis of size 1 for the heads. */
static Value *rows(Graph *g, const Node *n, int slot, int64_t heads_axis)
{
	Value *c = n->in[slot];

	if (has_in(n, IDS))
		c = put(g, n, "Gather", c, n->in[IDS], END_IN);
	return with_axes(g, n, c, 1, &heads_axis);
}

/* Elements from, from + step, ... before `to` along the last axis. */
static Value *part(Graph *g, const Node *n, Value *x, int64_t from, int64_t to, int64_t step)
{
	int64_t axis = 3;

	return put(g, n, "Slice", x, value_i64(g, 1, &from), value_i64(g, 1, &to), value_i64(g, 1, &axis),
		   value_i64(g, 1, &step), END_IN);
}

static void expand(Graph *g, Node *n)
{
	bool split = n->in[X]->shape.rank == 3, pairs = ATTR_OF(n, Rotary)->interleaved;
	int64_t size = head_size(g, n), r = turning(g, n), last = 4;
	Value *x = n->in[X], *c = rows(g, n, COS_ROWS, split ? 2 : 1), *s = rows(g, n, SIN_ROWS, split ? 2 : 1);

	if (split)
		x = reshaped(g, n, x, 4, (int64_t[]){0, 0, ATTR_OF(n, Rotary)->num_heads, size});
	Value *a = pairs ? part(g, n, x, 0, r, 2) : part(g, n, x, 0, r / 2, 1);
	Value *b = pairs ? part(g, n, x, 1, r, 2) : part(g, n, x, r / 2, r, 1);
	Value *y1 = put(g, n, "Sub", put(g, n, "Mul", c, a, END_IN), put(g, n, "Mul", s, b, END_IN), END_IN);
	Value *y2 = put(g, n, "Add", put(g, n, "Mul", s, a, END_IN), put(g, n, "Mul", c, b, END_IN), END_IN);
	if (pairs) {
		y1 = with_axes(g, n, y1, 1, &last);
		y2 = with_axes(g, n, y2, 1, &last);
	}
	Value *y = joined(g, n, pairs ? 4 : 3, y1, y2);
	if (pairs)
		y = reshaped(g, n, y, 4, (int64_t[]){0, 0, 0, r});
	if (r < size)
		y = joined(g, n, 3, y, part(g, n, x, r, size, 1));
	if (split)
		y = reshaped(g, n, y, 3, (int64_t[]){0, 0, ATTR_OF(n, Rotary)->num_heads * size});
	value_replace(g, n->out[0], y);
}

const Op op_rotaryembedding = {
	.name = "RotaryEmbedding", .min_in = 3, .max_in = 4, .min_out = 1, .max_out = 1, .ulp = 8,
	.attrs = attrs, .attr_size = sizeof(struct Rotary),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};
