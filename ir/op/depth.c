/* depth.c -- blocks of b x b pixels against channels, in NCHW.
 *
 *     DepthToSpace:  y[n, c, h, w] = x[n, channel, h / b, w / b]
 *     SpaceToDepth:  the way back:  y[n, channel, h / b, w / b] = x[n, c, h, w]
 *     channel = (h % b * b + w % b) * C + c  (DCR, C channels in pixels),  or  (c * b + h % b) * b + w % b  (CRD) */
#include "ir/op/movement.h"

static int64_t block_of(Graph *g, const Node *n)
{
	int64_t b = ATTR_OF(n, Depth)->blocksize;
	if (b < 1 || b > 1 << 15)
		fail_node(g, n, "E-ATTR", "blocksize is %lld; it must be 1..32768", (long long)b);
	need_rank(g, n, 0, 4, 4);
	return b;
}

/* size / by, which must leave no rest */
static Dim share(Graph *g, const Node *n, Dim size, int64_t by)
{
	Dim rest = dim_mod(g->syms, size, dim(by));
	if (dim_lo(g->syms, rest) > 0)
		fail_node(g, n, "E-SHAPE", "size %s is no multiple of %lld", dim_text(g->syms, size), (long long)by);
	return dim_floordiv(g->syms, size, dim(by));
}

static void infer_to_space(Graph *g, Node *n)
{
	int64_t b = block_of(g, n);
	const Dim *x = n->in[0]->shape.dim;
	Dim sizes[4] = {x[0], share(g, n, x[1], b * b), dim_mul(g->syms, x[2], dim(b)), dim_mul(g->syms, x[3], dim(b))};
	Shape y = shape_of(4, sizes);
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

static void infer_to_depth(Graph *g, Node *n)
{
	int64_t b = block_of(g, n);
	const Dim *x = n->in[0]->shape.dim;
	Dim sizes[4] = {x[0], dim_mul(g->syms, x[1], dim(b * b)), share(g, n, x[2], b), share(g, n, x[3], b)};
	Shape y = shape_of(4, sizes);
	set_out(g, n, 0, n->in[0]->dtype, &y);
}

/* ---- eval: over the pixels of the tensor in space, whose index is `at` ---- */

static int64_t position_in_depth(const Node *n, const Tensor *space, const Tensor *depth, const int64_t *at)
{
	const struct Depth *a = n->attr;
	int64_t b = a->blocksize, h = at[2] % b, w = at[3] % b;
	int64_t channel = a->mode == DCR ? (h * b + w) * space->dim[1] + at[1] : (at[1] * b + h) * b + w;
	return position_of(depth, (int64_t[]){at[0], channel, at[2] / b, at[3] / b});
}

static void eval_to_space(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t at[4] = {0};
	(void)e;
	for (int64_t i = 0; i < out[0]->count; i++, next_index(4, out[0]->dim, at))
		move_element(out[0], i, in[0], position_in_depth(n, out[0], in[0], at));
}

static void eval_to_depth(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int64_t at[4] = {0};
	(void)e;
	for (int64_t i = 0; i < in[0]->count; i++, next_index(4, in[0]->dim, at))
		move_element(out[0], position_in_depth(n, in[0], out[0], at), in[0], i);
}

/* ---- lower ---- */

static Expr *lower_to_space(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const struct Depth *a = n->attr;
	Expr *b = num_i(l, a->blocksize), *h = imod(l, at[2], b), *w = imod(l, at[3], b), *channel;
	if (a->mode == DCR)
		channel = iadd(l, imul(l, iadd(l, imul(l, h, b), w), extent(l, n->out[slot]->shape.dim[1])), at[1]);
	else
		channel = iadd(l, imul(l, iadd(l, imul(l, at[1], b), h), b), w);
	return in(l, n, 0, (Expr *[]){at[0], channel, idiv(l, at[2], b), idiv(l, at[3], b)});
}

static Expr *lower_to_depth(Lower *l, const Node *n, int slot, Expr *const *at)
{
	const struct Depth *a = n->attr;
	Expr *b = num_i(l, a->blocksize), *bb = num_i(l, a->blocksize * a->blocksize);
	Expr *pixels = extent(l, n->in[0]->shape.dim[1]), *inner, *c;
	(void)slot;
	if (a->mode == DCR) {
		c = imod(l, at[1], pixels);
		inner = idiv(l, at[1], pixels);
	} else {
		c = idiv(l, at[1], bb);
		inner = imod(l, at[1], bb);
	}
	return in(l, n, 0, (Expr *[]){at[0], c, iadd(l, imul(l, at[2], b), idiv(l, inner, b)),
				      iadd(l, imul(l, at[3], b), imod(l, inner, b))});
}

static const Attr attrs[] = {ATTR_REQUIRED(Depth, blocksize, A_INT), ATTR_ENUM(Depth, mode, DCR, "DCR|CRD"), {0}};

const Op op_DepthToSpace = {
	.name = "DepthToSpace", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = MOVES | ONCE,
	.attrs = attrs, .attr_size = sizeof(struct Depth),
	.infer = infer_to_space, .eval = eval_to_space, .lower = lower_to_space,
};
const Op op_SpaceToDepth = {
	.name = "SpaceToDepth", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = MOVES | ONCE,
	.attrs = attrs, .attr_size = sizeof(struct Depth),
	.infer = infer_to_depth, .eval = eval_to_depth, .lower = lower_to_depth,
};
