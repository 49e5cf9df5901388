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

static Dim head_size(Graph *g, const Node *n)
{
	const Shape *x = &n->in[X]->shape;
	int64_t heads = ATTR_OF(n, Rotary)->num_heads;
	Dim width = x->dim[x->rank - 1];

	if (x->rank == 4)
		return width;
	if (heads < 1)
		fail_node(g, n, "E-ATTR", "num_heads is %lld; inputs of rank 3 need it", (long long)heads);
	return equal_part(g, n, X, width, dim(heads));
}

/* Half of the elements of a head that turn. */
static Dim turning_half(Graph *g, const Node *n)
{
	Dim size = head_size(g, n), r = ATTR_OF(n, Rotary)->rotary_embedding_dim ? dim(ATTR_OF(n, Rotary)->rotary_embedding_dim) : size;

	if (dim_hi(g->syms, r) < 2 || dim_lo(g->syms, r) > dim_hi(g->syms, size) || (dim_known(r) && r.k % 2))
		fail_node(g, n, "E-ATTR", "%s elements of %s turn; that must be an even number", dim_text(g->syms, r),
			  dim_text(g->syms, size));
	return equal_part(g, n, X, r, dim(2));
}

static void infer(Graph *g, Node *n)
{
	int caches = has_in(n, IDS) ? 2 : 3;

	need_rank(g, n, X, 3, 4);
	for (int i = COS_ROWS; i <= SIN_ROWS; i++) {
		same_type(g, n, X, i);
		need_rank(g, n, i, caches, caches);
		need_size(g, n, i, caches - 1, turning_half(g, n));
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
static Value *part(Graph *g, const Node *n, Value *x, Dim from, Dim to, int64_t step)
{
	int64_t axis = 3;
	Value *start = shape_as_value(g, n, x, &(Shape){1, {from}}), *end = shape_as_value(g, n, x, &(Shape){1, {to}});

	return put(g, n, "Slice", x, start, end, value_i64(g, 1, &axis), value_i64(g, 1, &step), END_IN);
}

static void expand(Graph *g, Node *n)
{
	bool split = n->in[X]->shape.rank == 3, pairs = ATTR_OF(n, Rotary)->interleaved;
	Dim size = head_size(g, n), half = turning_half(g, n), r = dim_mul(g->syms, half, dim(2)), none = dim(0);
	Value *x = n->in[X], *c = rows(g, n, COS_ROWS, split ? 2 : 1), *s = rows(g, n, SIN_ROWS, split ? 2 : 1);
	int64_t last = 4;

	if (split)
		x = shaped_as(g, n, x, &(Shape){4, {x->shape.dim[0], x->shape.dim[1], dim(ATTR_OF(n, Rotary)->num_heads), size}});
	Value *a = pairs ? part(g, n, x, none, r, 2) : part(g, n, x, none, half, 1);
	Value *b = pairs ? part(g, n, x, dim(1), r, 2) : part(g, n, x, half, r, 1);
	Value *y1 = put(g, n, "Sub", put(g, n, "Mul", c, a, END_IN), put(g, n, "Mul", s, b, END_IN), END_IN);
	Value *y2 = put(g, n, "Add", put(g, n, "Mul", s, a, END_IN), put(g, n, "Mul", c, b, END_IN), END_IN);
	Shape whole = x->shape;
	whole.dim[3] = r;
	if (pairs) {
		y1 = with_axes(g, n, y1, 1, &last);
		y2 = with_axes(g, n, y2, 1, &last);
	}
	Value *y = joined(g, n, pairs ? 4 : 3, y1, y2);
	if (pairs)
		y = shaped_as(g, n, y, &whole);
	if (ATTR_OF(n, Rotary)->rotary_embedding_dim && !dim_same(r, size))
		y = joined(g, n, 3, y, part(g, n, x, r, size, 1));
	value_replace(g, n->out[0], shaped_as(g, n, y, &n->in[X]->shape));
}

const Op op_rotaryembedding = {
	.name = "RotaryEmbedding", .min_in = 3, .max_in = 4, .min_out = 1, .max_out = 1, .ulp = 8,
	.attrs = attrs, .attr_size = sizeof(struct Rotary),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};
