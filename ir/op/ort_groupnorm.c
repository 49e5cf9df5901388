/* ort_groupnorm.c -- com.microsoft: GroupNorm and SkipGroupNorm, as diffusion models have them.
 *
 *     y = act(GroupNormalization(s)), s = x, or x + skip + bias, which is output 1; skip may be one number a channel
 *
 * Channels are the last axis, or axis 1. gamma and beta may have another type than x. */
#include "ir/op/composite.h"

enum { X, GAMMA, BETA, SKIP, BIAS };

struct OrtGroupNorm {
	int64_t channels_last, activation, groups; /* activation 1: x sigmoid(x) */
	float epsilon;
};

static Value *grouped(Graph *g, const Node *n, Value *s)
{
	const struct OrtGroupNorm *a = n->attr;
	Value *in[3] = {a->channels_last ? channels_first(g, n, s) : s};
	void *attr = attr_like(g, "GroupNormalization", n);

	attr_set("GroupNormalization", attr, "num_groups", (double)a->groups);
	for (int i = GAMMA; i <= BETA; i++)
		in[i] = cast_value(g, n, n->in[i], s->dtype);
	Value *y = node_new(g, op_named("GroupNormalization"), n, 3, in, 1, attr)->out[0];
	y = a->channels_last ? channels_last(g, n, y) : y;
	return a->activation ? put(g, n, "Swish", y, END_IN) : y;
}

static void check(Graph *g, const Node *n)
{
	const struct OrtGroupNorm *a = n->attr;

	need_rank(g, n, X, 4, 4);
	for (int i = GAMMA; i <= BETA; i++)
		need_type(g, n, i, "f");
	if (a->activation < 0 || a->activation > 1)
		fail_node(g, n, "E-ATTR", "activation is %lld; it must be 0, for none, or 1, for SiLU", (long long)a->activation);
	if (a->channels_last < 0 || a->channels_last > 1)
		fail_node(g, n, "E-ATTR", "channels_last is %lld; it must be 0 or 1", (long long)a->channels_last);
}

static void expand_groupnorm(Graph *g, Node *n)
{
	check(g, n);
	replace_out(g, n, 0, grouped(g, n, n->in[X]));
}

/* [batch, channels], and [channels], stand beside the channels, wherever these are. */
static Value *beside_channels(Graph *g, const Node *n, int slot)
{
	bool last = ATTR_OF(n, OrtGroupNorm)->channels_last;
	Value *v = n->in[slot];

	if (v->shape.rank == 4 || (v->shape.rank == 1 && last))
		return v;
	return last ? with_axes(g, n, v, 2, (int64_t[]){1, 2})
		    : with_axes(g, n, v, 2, v->shape.rank == 1 ? (int64_t[]){1, 2} : (int64_t[]){2, 3});
}

static void need_channels(Graph *g, const Node *n, int slot, int axis)
{
	need_size(g, n, slot, axis, n->in[X]->shape.dim[ATTR_OF(n, OrtGroupNorm)->channels_last ? 3 : 1]);
}

/* skip has the shape of x, or 1 instead of its height and width, or is [batch, channels]. */
static void check_skip(Graph *g, const Node *n)
{
	const Shape *s = &n->in[SKIP]->shape, *x = &n->in[X]->shape;
	int first = ATTR_OF(n, OrtGroupNorm)->channels_last ? 1 : 2;

	need_rank(g, n, SKIP, 2, 4);
	if (s->rank == 3)
		fail_node(g, n, "E-RANK", "skip has rank 3; it must be 2 or 4");
	need_size(g, n, SKIP, 0, x->dim[0]);
	if (s->rank == 2) {
		need_channels(g, n, SKIP, 1);
		return;
	}
	for (int k = 1; k < 4; k++)
		if (k != first && k != first + 1)
			need_size(g, n, SKIP, k, x->dim[k]);
	if (!dim_is(s->dim[first], 1) || !dim_is(s->dim[first + 1], 1))
		for (int k = first; k < first + 2; k++)
			need_size(g, n, SKIP, k, x->dim[k]);
}

static void expand_skip(Graph *g, Node *n)
{
	check(g, n);
	check_skip(g, n);
	Value *s = put(g, n, "Add", n->in[X], beside_channels(g, n, SKIP), END_IN);
	if (has_in(n, BIAS)) {
		need_rank(g, n, BIAS, 1, 1);
		need_channels(g, n, BIAS, 0);
		s = put(g, n, "Add", s, beside_channels(g, n, BIAS), END_IN);
	}
	replace_out(g, n, 0, grouped(g, n, s));
	replace_out(g, n, 1, s);
}

static const Attr attrs[] = {
	ATTR_REQUIRED(OrtGroupNorm, groups, A_INT), ATTR_REQUIRED(OrtGroupNorm, activation, A_INT),
	ATTR_INT(OrtGroupNorm, channels_last, 1), ATTR_FLOAT(OrtGroupNorm, epsilon, 1e-5f), {0}};

#define ORT_GROUPNORM(id, least, most, outs, how)                                                                      \
	const Op op_ort_##id = {                                                                                       \
		.name = #id, .domain = "com.microsoft", .min_in = least, .max_in = most, .min_out = 1,                 \
		.max_out = outs, .ulp = 64, .attrs = attrs, .attr_size = sizeof(struct OrtGroupNorm),                  \
		.types = "f", .infer = infer_expansion, .eval = eval_expansion, .expand = how,                         \
	}

ORT_GROUPNORM(GroupNorm, 3, 3, 1, expand_groupnorm);
ORT_GROUPNORM(SkipGroupNorm, 4, 5, 2, expand_skip);
