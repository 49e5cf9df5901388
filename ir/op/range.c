/* range.c -- Range: y[i] = start + i * delta, as long as that stays before limit. */
#include <math.h>
#include "ir/op/nn.h"
#include "ir/op/counted.h"

struct Range { int64_t stash_type; }; /* floats below f32 are computed in f32 */

static Dim length_of_ints(Graph *g, const Node *n)
{
	Syms *s = g->syms;
	int count;
	Dim start = need_content(g, n, 0, &count)[0], limit = need_content(g, n, 1, &count)[0];
	Dim delta = need_content(g, n, 2, &count)[0];
	if (!dim_known(delta) && dim_lo(s, delta) < 1)
		dim_number(g, n, delta); /* which way? */
	if (dim_is(delta, 0))
		fail_node(g, n, "E-VALUE", "delta is 0");
	bool up = !dim_known(delta) || delta.k > 0;
	Dim way = up ? dim_sub(s, limit, start) : dim_sub(s, start, limit);
	return dim_ceildiv(s, dim_max(s, way, dim(0)), up ? delta : dim(-delta.k));
}

static Dim length_of_floats(Graph *g, const Node *n)
{
	int count;
	double start = const_f64(g, n, 0, &count)[0], limit = const_f64(g, n, 1, &count)[0];
	double delta = const_f64(g, n, 2, &count)[0], length = ceil((limit - start) / delta);
	if (!(length < 1e15))
		fail_node(g, n, "E-VALUE", "%g .. %g by %g has no end", start, limit, delta);
	return dim(length > 0 ? (int64_t)length : 0);
}

static bool data_decide(Graph *g, const Node *n) { return by_data(g, n, 0) || by_data(g, n, 1) || by_data(g, n, 2); }

static Value *as_f64(Graph *g, const Node *n, int slot)
{
	return cast_value(g, n, reshaped(g, n, n->in[slot], 1, (int64_t[]){1}), F64);
}

/* start + (0, 1, 2, ...) * delta, and the length is max(0, ceil((limit - start) / delta)). */
static void trust(Graph *g, Node *n)
{
	if (!data_decide(g, n))
		return;
	DType t = n->in[0]->dtype;
	Value *start = as_f64(g, n, 0), *way = binary(g, n, "Sub", as_f64(g, n, 1), start);
	Value *steps = put(g, n, "Ceil", binary(g, n, "Div", way, as_f64(g, n, 2)), END_IN);
	steps = binary(g, n, "Max", steps, value_scalar(g, F64, 0));
	Value *k = count_up(g, n, counted_value(g, n, steps, n->out[0]->shape.dim[0]));
	Value *y = binary(g, n, "Mul", cast_value(g, n, k, t), reshaped(g, n, n->in[2], 1, (int64_t[]){1}));
	value_replace(g, n->out[0], binary(g, n, "Add", y, reshaped(g, n, n->in[0], 1, (int64_t[]){1})));
}

static void infer(Graph *g, Node *n)
{
	DType t = n->in[0]->dtype;
	for (int i = 0; i < 3; i++) {
		same_type(g, n, 0, i);
		need_rank(g, n, i, 0, 1);
		need_one(g, n, i);
	}
	bool open = data_decide(g, n);
	Dim length = open ? counted_size(g, n, 0, 1, 0, NO_BOUND) : is_float(t) ? length_of_floats(g, n) : length_of_ints(g, n);
	Shape y = shape_of(1, &length);
	set_out(g, n, 0, t, &y);
	if (open || !n->out[0] || is_float(t) || !dim_known(length) || length.k > MAX_RANK)
		return;
	Dim contents[MAX_RANK];
	int count;
	for (int i = 0; i < (int)length.k; i++)
		contents[i] = dim_add(g->syms, need_content(g, n, 0, &count)[0],
				      dim_mul(g->syms, dim(i), need_content(g, n, 2, &count)[0]));
	set_content(g, n->out[0], (int)length.k, contents);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	(void)n;
	if (is_float(out[0]->dtype)) {
		double *y = out_f64(e, out[0]), start = in_f64(e, in[0])[0], delta = in_f64(e, in[2])[0];
		for (int64_t i = 0; i < out[0]->count; i++)
			y[i] = start + (double)i * delta;
	} else {
		int64_t *y = out_i64(e, out[0]), start = in_i64(e, in[0])[0], delta = in_i64(e, in[2])[0];
		for (int64_t i = 0; i < out[0]->count; i++)
			y[i] = start + i * delta;
	}
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	DType t = n->out[slot]->dtype, work = work_type(t);
	Graph *g = lower_graph(l);
	int count;
	if (!is_float(t)) {
		Expr *start = extent(l, need_content(g, n, 0, &count)[0]), *delta = extent(l, need_content(g, n, 2, &count)[0]);
		return cast(l, t, iadd(l, start, imul(l, at[0], delta)));
	}
	Expr *start = num(l, work, const_f64(g, n, 0, &count)[0]);
	Expr *delta = num(l, work, const_f64(g, n, 2, &count)[0]);
	return cast(l, t, alu2(l, ADD, start, alu2(l, MUL, cast(l, work, at[0]), delta)));
}

static const Attr attrs[] = {ATTR_INT(Range, stash_type, 1), {0}};

const Op op_Range = {
	.name = "Range", .min_in = 3, .max_in = 3, .min_out = 1, .max_out = 1, .flags = CHEAP,
	.attrs = attrs, .attr_size = sizeof(struct Range),
	.types = "fi", .infer = infer, .trust = trust, .eval = eval, .lower = lower,
};
