/* flexattention.c -- FlexAttention (ai.onnx.preview 1): attention whose scores and probabilities pass through graphs that
 * the node owns, written out where it stands.
 *
 *     s = score_mod(Q K^T scale)      Q [batch, heads, queries, size]      K, V [batch, kv heads, keys, size]
 *     p = prob_mod(softmax(s))        both in the type softmax_precision, f32 where nothing is said, f64 for f64
 *     y = p V
 *
 * The graphs see all scores at once, [batch, heads, queries, keys], so their nodes join those around them and fuse with
 * them. Neighbouring heads that share a kv head are put below each other for the products. */
#include <math.h>
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/composite.h"

enum { Q, K, V, INPUTS };

typedef struct Flex {
	Raw *r;
	Graph *g;
	Node like;
	DType wide; /* of the products */
	DType soft; /* of scores and probabilities */
	Shape scores, out;
	Dim shared; /* heads that share a kv head */
} Flex;

bool is_flex_attention(const char *domain, const char *type)
{
	return !strcmp(text_of(domain), "ai.onnx.preview") && !strcmp(type, "FlexAttention");
}

/* ---- what it takes ---- */

static const Shape *shape_in(const Raw *r, int slot) { return &r->in[slot]->shape; }

static void check_inputs(const Raw *r)
{
	if (r->nin != INPUTS)
		raw_fail(r, EXIT_MODEL, "E-INPUTS", "has %d inputs; it takes Q, K and V", r->nin);
	for (int i = Q; i <= V; i++) {
		need_tensor(r->f, need_input(r, i), "an input of a node (FlexAttention)");
		if (!is_float(r->in[i]->dtype) || r->in[i]->dtype != r->in[Q]->dtype)
			raw_fail(r, EXIT_MODEL, "E-TYPE", "input %d is %s; all must be of one float type", i,
				 dtype_name(r->in[i]->dtype));
		if (shape_in(r, i)->rank != 4)
			raw_fail(r, EXIT_MODEL, "E-RANK", "input %d has shape %s; it must have rank 4", i,
				 shape_text(r->f->g, shape_in(r, i)));
	}
}

/* One size of two inputs: the run asks where it is not known. */
static void check_size(const Raw *r, int a, int b, int axis)
{
	Dim x = shape_in(r, a)->dim[axis], y = shape_in(r, b)->dim[axis];

	if (dim_known(x) && dim_known(y) && x.k != y.k)
		raw_fail(r, EXIT_MODEL, "E-SHAPE", "inputs %d and %d have sizes %lld and %lld along axis %d", a, b,
			 (long long)x.k, (long long)y.k, axis);
	if (!dim_same(x, y))
		dim_assume_equal(r->f->g->syms, x, y, false);
}

static void check_sizes(const Raw *r)
{
	check_size(r, Q, K, 0);
	check_size(r, Q, V, 0);
	check_size(r, Q, K, 3);
	check_size(r, K, V, 1);
	check_size(r, K, V, 2);
}

static void take_types(Flex *x)
{
	DType t = x->r->in[Q]->dtype;
	int64_t given = take_int(x->r, "softmax_precision", 0);

	x->soft = given ? dtype_of(x->g->ctx, given, "softmax_precision") : t == F64 ? F64 : F32;
	if (!is_float(x->soft))
		raw_fail(x->r, EXIT_MODEL, "E-ATTR", "softmax_precision is %s; it must be a float type", dtype_name(x->soft));
	x->wide = dtype_info(x->soft)->bits > dtype_info(t)->bits ? x->soft : t;
}

/* ---- nodes ---- */

static Value *input_wide(const Flex *x, int slot) { return cast_value(x->g, &x->like, x->r->in[slot], x->wide); }

/* The heads of each kv head below each other: [batch, kv heads, shared * queries, ..]. */
static Value *grouped(const Flex *x, Value *v)
{
	Shape s = v->shape;

	if (dim_is(x->shared, 1))
		return v;
	s.dim[1] = shape_in(x->r, K)->dim[1];
	s.dim[2] = dim_mul(x->g->syms, x->shared, s.dim[2]);
	return shaped_as(x->g, &x->like, v, &s);
}

static Value *attended(const Flex *x, Value *a, Value *b, const Shape *s)
{
	Value *y = put(x->g, &x->like, "MatMul", grouped(x, a), b, END_IN);

	return dim_is(x->shared, 1) ? y : shaped_as(x->g, &x->like, y, s);
}

/* v through the graph of an attribute, if there is one. */
static Value *through(const Flex *x, const char *name, Value *v)
{
	const AttributeProto *a = take(x->r, name, AT_GRAPH);

	if (!a)
		return v;
	Value *y = body_write_out(x->r, a->g, v);
	if (y->dtype != v->dtype || !shape_same(&y->shape, &v->shape))
		raw_fail(x->r, EXIT_MODEL, "E-SHAPE", "%s makes %s%s of %s%s", name, dtype_name(y->dtype),
			 shape_text(x->g, &y->shape), dtype_name(v->dtype), shape_text(x->g, &v->shape));
	return y;
}

Value *flex_attention(Raw *r)
{
	check_inputs(r);
	check_sizes(r);
	const Shape *q = shape_in(r, Q), *k = shape_in(r, K), *v = shape_in(r, V);
	Flex x = {.r = r, .g = r->f->g, .like = {.name = r->name, .op = op_find("", "Attention")}};
	x.scores = (Shape){4, {q->dim[0], q->dim[1], q->dim[2], k->dim[2]}};
	x.out = (Shape){4, {q->dim[0], q->dim[1], q->dim[2], v->dim[3]}};
	x.shared = heads_sharing(x.g, &x.like, q->dim[1], k->dim[1]);
	take_types(&x);
	float given = take_float(r, "scale", NAN);

	Value *s = attended(&x, input_wide(&x, Q), swapped(x.g, &x.like, input_wide(&x, K), 2, 3), &x.scores);
	Value *scale = isnan(given) ? root_scale(x.g, &x.like, r->in[Q], 3, s->dtype) : value_scalar(x.g, s->dtype, (double)given);
	s = cast_value(x.g, &x.like, put(x.g, &x.like, "Mul", s, scale, END_IN), x.soft);
	Value *p = put(x.g, &x.like, "Softmax", through(&x, "score_mod", s), END_IN);
	p = cast_value(x.g, &x.like, through(&x, "prob_mod", p), x.wide);
	Value *y = attended(&x, p, input_wide(&x, V), &x.out);
	if (r->nattr)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "unknown attribute '%s'", shown(x.g->ctx, text_of(r->attr[0]->name)));
	return cast_value(x.g, &x.like, y, r->in[Q]->dtype);
}
