/* linearattention.c -- LinearAttention (27): a state of [key size, value size] a head that every step writes and reads.
 *
 *     S = exp(decay[t]) S                          rules gated, gated_delta; decay a head, or a row of S
 *     v = beta[t] (v[t] - k[t]^T S)                rules delta, gated_delta; else v[t]
 *     S = S + k[t] v^T
 *     y[t] = scale * q[t]^T S
 *
 * Heads lie side by side in the last axis; each kv head serves q_num_heads / kv_num_heads neighbouring heads of q. It
 * becomes a Scan over the steps, in f32, or in f64 where q is. */
#include <math.h>
#include "ir/op/counted.h"
#include "ir/op/scan.h"

enum { Q, K, V, PAST, DECAY, BETA };
enum { LINEAR, GATED, DELTA, GATED_DELTA };

struct LinearAttention {
	int64_t q_num_heads, kv_num_heads, chunk_size, update_rule;
	float scale; /* 0: 1 / sqrt(key size) */
};

static const Attr attrs[] = {
	ATTR_REQUIRED(LinearAttention, q_num_heads, A_INT), ATTR_REQUIRED(LinearAttention, kv_num_heads, A_INT),
	ATTR_INT(LinearAttention, chunk_size, 64), ATTR_FLOAT(LinearAttention, scale, 0),
	ATTR_ENUM(LinearAttention, update_rule, GATED_DELTA, "linear|gated|delta|gated_delta"), {0}};

static bool gates(const Node *n) { return ATTR_OF(n, LinearAttention)->update_rule & GATED; }
static bool corrects(const Node *n) { return ATTR_OF(n, LinearAttention)->update_rule & DELTA; }

/* The width of each of so many heads in an input. */
static Dim head_width(Graph *g, const Node *n, int slot, int64_t heads)
{
	return equal_part(g, n, slot, n->in[slot]->shape.dim[2], dim(heads));
}

/* A decay or beta has one element a head, or `all`, and where its width varies the run is asked which: how many there are for
 * each of `one`. */
static Dim each_of(Graph *g, const Node *n, int slot, Dim one, Dim all)
{
	Syms *s = g->syms;
	Dim width = n->in[slot]->shape.dim[2];

	if (dim_same(width, one))
		return dim(1);
	if (dim_known(width) || dim_same(width, all) || dim_lo(s, width) > dim_hi(s, one)) {
		need_size(g, n, slot, 2, all);
		return dim_floordiv(s, all, one);
	}
	Dim each = equal_part(g, n, slot, width, one);
	dim_assume_equal(s, dim_mul(s, dim_sub(s, width, one), dim_sub(s, all, width)), dim(0), false);
	return each;
}

static void check_optional(Graph *g, const Node *n, int slot, bool wanted, const char *name)
{
	if (has_in(n, slot) != wanted)
		fail_node(g, n, "E-INPUTS", "this update_rule %s %s", wanted ? "needs" : "takes no", name);
	if (!wanted)
		return;
	need_type(g, n, slot, "f");
	need_rank(g, n, slot, 3, 3);
	for (int k = 0; k < 2; k++)
		need_size(g, n, slot, k, n->in[Q]->shape.dim[k]);
}

static void infer(Graph *g, Node *n)
{
	const struct LinearAttention *a = n->attr;
	int64_t heads = a->q_num_heads, shared = a->kv_num_heads;

	if (heads < 1 || shared < 1 || heads % shared)
		fail_node(g, n, "E-ATTR", "%lld kv heads do not divide %lld heads", (long long)shared, (long long)heads);
	for (int i = Q; i <= V; i++) {
		same_type(g, n, Q, i);
		need_rank(g, n, i, 3, 3);
		for (int k = 0; k < 2; k++)
			need_size(g, n, i, k, n->in[Q]->shape.dim[k]);
	}
	Dim keys = head_width(g, n, Q, heads), values = head_width(g, n, V, shared), all = dim_mul(g->syms, keys, dim(shared));
	need_size(g, n, K, 2, all);
	check_optional(g, n, DECAY, gates(n), "decay");
	check_optional(g, n, BETA, corrects(n), "beta");
	if (gates(n))
		each_of(g, n, DECAY, dim(shared), all);
	if (corrects(n))
		each_of(g, n, BETA, dim(1), dim(shared));
	const Shape *q = &n->in[Q]->shape;
	Shape state = {4, {q->dim[0], dim(shared), keys, values}};
	if (has_in(n, PAST)) {
		need_type(g, n, PAST, "f");
		need_rank(g, n, PAST, 4, 4);
		for (int k = 0; k < 4; k++)
			need_size(g, n, PAST, k, state.dim[k]);
	}
	set_out(g, n, 0, n->in[Q]->dtype, &(Shape){3, {q->dim[0], q->dim[1], dim_mul(g->syms, dim(heads), values)}});
	set_out(g, n, 1, n->in[has_in(n, PAST) ? PAST : Q]->dtype, &state);
}

/* ---- expand ---- */

/* In f32, and in f64 where q is of f64. */
static DType work_of(const Node *n) { return n->in[Q]->dtype == F64 ? F64 : F32; }

/* An input as [batch, steps, a, b, c], of the type that is computed in. */
static Value *steps_of(Graph *g, const Node *n, int slot, Dim a, Dim b, Dim c)
{
	Value *x = cast_value(g, n, n->in[slot], work_of(n));

	return shaped_as(g, n, x, &(Shape){5, {x->shape.dim[0], x->shape.dim[1], a, b, c}});
}

/* Where only the run knows whether an axis has one element or as many as `size`: as many, the last one repeated. */
static Value *stretched(Graph *g, const Node *n, Value *x, int axis, Dim size)
{
	Dim have = x->shape.dim[axis];

	if (dim_known(have) || dim_same(have, size))
		return x;
	Dim last = dim_sub(g->syms, have, dim(1));
	Value *of = n->in[Q], *count = reshaped(g, n, dims_as_value(g, n, of, &size, 1), 0, NULL);
	Value *i = put(g, n, "Min", count_up(g, n, count), dims_as_value(g, n, of, &last, 1), END_IN);
	return picked(g, n, x, i, axis);
}

/* What one step takes of a value: everything but axis 1. */
static Value *step_input(Graph *body, const char *name, const Value *v)
{
	const Dim *d = v->shape.dim;

	return value_input(body, name, v->dtype, &(Shape){4, {d[0], d[2], d[3], d[4]}});
}

typedef struct Steps {
	Value *in[6]; /* the state, q, k, v, decay and beta where the rule has them */
	int count;
} Steps;

static Graph *step_graph(Graph *g, const Node *n, const Steps *s)
{
	Graph *body = graph_new(g->ctx, g->syms, n->name, g);
	Value *state = value_input(body, "state", s->in[0]->dtype, &s->in[0]->shape), *q = step_input(body, "q", s->in[1]);
	Value *k = step_input(body, "k", s->in[2]), *v = step_input(body, "v", s->in[3]);
	int next = 4;

	if (gates(n))
		state = put(body, n, "Mul", state,
			    put(body, n, "Exp", step_input(body, "decay", s->in[next++]), END_IN), END_IN);
	if (corrects(n)) {
		Value *known = put(body, n, "MatMul", k, state, END_IN), *beta = step_input(body, "beta", s->in[next]);
		v = put(body, n, "Mul", beta, put(body, n, "Sub", v, known, END_IN), END_IN);
	}
	Value *column = transposed(body, n, k, 4, (int64_t[]){0, 1, 3, 2});
	state = put(body, n, "Add", state, put(body, n, "Mul", column, v, END_IN), END_IN);
	graph_output(body, state, NULL);
	graph_output(body, put(body, n, "MatMul", q, state, END_IN), NULL);
	return body;
}

static Value *first_state(Graph *g, const Node *n, const Shape *s)
{
	if (has_in(n, PAST))
		return shaped_as(g, n, cast_value(g, n, n->in[PAST], work_of(n)), s);
	return put(g, n, "Expand", value_scalar(g, work_of(n), 0), shape_as_value(g, n, n->in[Q], s), END_IN);
}

static Ints repeated(Graph *g, int n, int64_t x)
{
	Ints list = {NEW_N(&g->ctx->perm, int64_t, n), n};

	for (int i = 0; i < n; i++)
		list.v[i] = x;
	return list;
}

static void expand(Graph *g, Node *n)
{
	const struct LinearAttention *a = n->attr;
	int64_t heads = a->q_num_heads, shared = a->kv_num_heads;
	Dim keys = head_width(g, n, Q, heads), values = head_width(g, n, V, shared), one = dim(1);
	Dim kv = dim(shared), all = dim_mul(g->syms, keys, kv), width = dim_mul(g->syms, values, dim(heads));
	Shape state = {4, {n->in[Q]->shape.dim[0], dim(shared), keys, values}};
	Steps s = {{first_state(g, n, &state), steps_of(g, n, Q, kv, dim(heads / shared), keys),
		    steps_of(g, n, K, kv, one, keys), steps_of(g, n, V, kv, one, values)}, 4};

	if (gates(n))
		s.in[s.count++] = stretched(g, n, steps_of(g, n, DECAY, kv, each_of(g, n, DECAY, kv, all), one), 3, keys);
	if (corrects(n))
		s.in[s.count++] = stretched(g, n, steps_of(g, n, BETA, each_of(g, n, BETA, one, kv), one, one), 2, kv);
	Graph *body = step_graph(g, n, &s);
	struct scan *attr = attr_new(g, &op_Scan);
	*attr = (struct scan){0, s.count - 1, repeated(g, s.count - 1, 1), repeated(g, s.count - 1, 0),
			      repeated(g, 1, 1), repeated(g, 1, 0)};
	Node *loop = node_control(g, &op_Scan, n, s.count, s.in, 2, attr, 1, &body);
	Value *scale = a->scale == 0 ? root_scale(g, n, s.in[1], 4, work_of(n)) : value_scalar(g, work_of(n), (double)a->scale);
	Value *y = put(g, n, "Mul", loop->out[1], scale, END_IN);
	y = shaped_as(g, n, y, &(Shape){3, {y->shape.dim[0], y->shape.dim[1], width}});
	replace_out(g, n, 0, cast_value(g, n, y, n->in[Q]->dtype));
	if (wants(n, 1))
		replace_out(g, n, 1, cast_value(g, n, loop->out[0], n->out[1]->dtype));
}

const Op op_linearattention = {
	.name = "LinearAttention", .min_in = 3, .max_in = 6, .min_out = 1, .max_out = 2, .ulp = 256,
	.attrs = attrs, .attr_size = sizeof(struct LinearAttention),
	.types = "f", .infer = infer, .eval = eval_expansion, .expand = expand,
};
