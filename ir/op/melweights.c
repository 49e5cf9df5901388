/* melweights.c -- MelWeightMatrix (17): a matrix from the bins of a spectrum to bands of the mel scale.
 *
 *     mel(f) = 2595 log10(1 + f / 700)
 *     band b is a triangle over the spectrum's bins e[b], e[b + 1], e[b + 2], edges at equal steps of mel */
#include <math.h>
#include "ir/op/counted.h"

enum { BANDS, LENGTH, RATE, LOWEST, HIGHEST };

struct MelWeights { DType output_datatype; };

/* One number, where it is known. */
static bool is_known(const Node *n, int slot) { return n->in[slot]->data != NULL; }

static double number_in(Graph *g, const Node *n, int slot)
{
	int count;
	const double *x = const_f64(g, n, slot, &count);

	if (count != 1 || !(*x >= 0) || *x > INT32_MAX)
		fail_node(g, n, "E-VALUE", "input %d must be one number that is not negative", slot);
	return *x;
}

static bool has_known_edges(const Node *n) { return is_known(n, RATE) && is_known(n, LOWEST) && is_known(n, HIGHEST); }

static void check_edges(Graph *g, const Node *n)
{
	double rate = number_in(g, n, RATE), low = number_in(g, n, LOWEST), high = number_in(g, n, HIGHEST);

	if (rate < 1 || high > rate || low > high)
		fail_node(g, n, "E-VALUE", "edges %g .. %g at a sample rate of %g", low, high, rate);
}

static bool is_given(Graph *g, const Node *n) { return is_trusted(g, n, BANDS) || is_trusted(g, n, LENGTH); }

/* Data decide how many bins or bands there are, and the file says no more. */
static bool is_counted(Graph *g, const Node *n)
{
	return (by_data(g, n, BANDS) || by_data(g, n, LENGTH)) && n->out[0] && !shape_known(&n->out[0]->shape);
}

static Dim counted_or(Graph *g, const Node *n, int slot, int axis)
{
	int64_t k;

	if (by_data(g, n, slot))
		return counted_size(g, n, 0, 2, axis, NO_BOUND);
	k = (int64_t)number_in(g, n, slot);
	return dim(slot == LENGTH ? k / 2 + 1 : k);
}

static Shape mel_shape(Graph *g, const Node *n)
{
	if (is_counted(g, n))
		return (Shape){2, {counted_or(g, n, LENGTH, 0), counted_or(g, n, BANDS, 1)}};
	if (!is_given(g, n))
		return (Shape){2, {dim((int64_t)number_in(g, n, LENGTH) / 2 + 1), dim((int64_t)number_in(g, n, BANDS))}};
	if (n->out[0]->shape.rank != 2)
		fail_node(g, n, "E-RANK", "the result has shape %s", shape_text(g, &n->out[0]->shape));
	return n->out[0]->shape;
}

static void infer(Graph *g, Node *n)
{
	DType t = ATTR_OF(n, MelWeights)->output_datatype;

	if (!is_float(t) && !is_int(t))
		fail_node(g, n, "E-ATTR", "output_datatype is %s; it must be a type of numbers", dtype_name(t));
	for (int i = BANDS; i <= HIGHEST; i++) {
		need_type(g, n, i, i <= RATE ? "iu" : "f");
		if (!dim_is(shape_count(g, &n->in[i]->shape), 1))
			fail_node(g, n, "E-SHAPE", "input %d must be one number", i);
	}
	if (has_known_edges(n))
		check_edges(g, n);
	Shape y = mel_shape(g, n);
	set_out(g, n, 0, t, &y);
}

/* ---- the weights as nodes, which fold where all inputs are known ---- */

typedef struct Mel {
	Graph *g;
	const Node *n;
} Mel;

static Value *f64(const Mel *m, double x) { return value_scalar(m->g, F64, x); }
static Value *with(const Mel *m, const char *op, Value *a, Value *b) { return binary(m->g, m->n, op, a, b); }

static Value *where(const Mel *m, Value *is, Value *a, Value *b) { return put(m->g, m->n, "Where", is, a, b, END_IN); }

static Value *input_f64(const Mel *m, int slot)
{
	return element(m->g, m->n, reshaped(m->g, m->n, cast_value(m->g, m->n, m->n->in[slot], F64), 1, (int64_t[]){-1}), 0);
}

static Value *mel_of(const Mel *m, Value *hertz)
{
	Value *x = with(m, "Add", with(m, "Div", hertz, f64(m, 700)), f64(m, 1));

	return with(m, "Mul", put(m->g, m->n, "Log", x, END_IN), f64(m, 2595 / log(10)));
}

/* 0, 1, .. of as many as the node has along an axis, and `more`: f64. */
static Value *count_along(const Mel *m, int axis, int64_t more)
{
	Dim size = dim_add(m->g->syms, m->n->out[0]->shape.dim[axis], dim(more));
	Value *k = element(m->g, m->n, dims_as_value(m->g, m->n, m->n->in[BANDS], &size, 1), 0);

	return cast_value(m->g, m->n, dim_known(size) ? count_to(m->g, size.k) : count_up(m->g, m->n, k), F64);
}

/* The bins in which the edges of the bands lie: f64[bands + 2]. */
static Value *edge_bins(const Mel *m)
{
	Value *low = mel_of(m, input_f64(m, LOWEST)), *high = mel_of(m, input_f64(m, HIGHEST));
	Value *step = with(m, "Div", with(m, "Sub", high, low), with(m, "Add", input_f64(m, BANDS), f64(m, 2)));
	Value *k = count_along(m, 1, 2);
	Value *mel = with(m, "Div", with(m, "Add", with(m, "Mul", k, step), low), f64(m, 2595));
	Value *hertz = with(m, "Mul", with(m, "Sub", with(m, "Pow", f64(m, 10), mel), f64(m, 1)), f64(m, 700));
	Value *length = with(m, "Add", input_f64(m, LENGTH), f64(m, 1));

	return put(m->g, m->n, "Floor", with(m, "Div", with(m, "Mul", hertz, length), input_f64(m, RATE)), END_IN);
}

/* a <= b */
static Value *up_to(const Mel *m, Value *a, Value *b) { return with(m, "LessOrEqual", a, b); }

/* `bands` of the edges from k on. */
static Value *edges_from(const Mel *m, Value *e, int64_t k)
{
	Dim to = dim_add(m->g->syms, m->n->out[0]->shape.dim[1], dim(k));

	return put(m->g, m->n, "Slice", e, number(m->g, k), dims_as_value(m->g, m->n, e, &to, 1), END_IN);
}

static Value *weights(const Mel *m)
{
	int64_t last = 1;
	Value *e = edge_bins(m), *zero = f64(m, 0), *edge[3];
	Value *bin = with_axes(m->g, m->n, count_along(m, 0, 0), 1, &last);

	for (int k = 0; k < 3; k++)
		edge[k] = edges_from(m, e, k);
	Value *up = with(m, "Sub", edge[1], edge[0]), *down = with(m, "Sub", edge[2], edge[1]);
	Value *rising = with(m, "And", up_to(m, edge[0], bin), up_to(m, bin, edge[1]));
	rising = with(m, "And", rising, with(m, "Less", zero, up));
	Value *y = where(m, rising, with(m, "Div", with(m, "Sub", bin, edge[0]), up), zero);
	Value *falling = with(m, "And", up_to(m, edge[1], bin), with(m, "Less", bin, edge[2]));
	y = where(m, falling, with(m, "Div", with(m, "Sub", edge[2], bin), down), y);
	Value *flat = with(m, "And", with(m, "Equal", up, zero), up_to(m, down, zero));
	y = where(m, with(m, "And", flat, with(m, "Equal", bin, edge[1])), f64(m, 1), y);
	return cast_value(m->g, m->n, y, ATTR_OF(m->n, MelWeights)->output_datatype);
}

static void require_edges(const Mel *m)
{
	Value *rate = input_f64(m, RATE), *low = input_f64(m, LOWEST), *high = input_f64(m, HIGHEST);

	require(m->g, m->n, up_to(m, f64(m, 1), rate));
	require(m->g, m->n, with(m, "And", up_to(m, low, high), up_to(m, high, rate)));
	require(m->g, m->n, up_to(m, f64(m, 0), low));
}

static void expand(Graph *g, Node *n)
{
	Mel m = {g, n};

	if (!has_known_edges(n))
		require_edges(&m);
	replace_out(g, n, 0, weights(&m));
}

/* Where data decide them. */
static void count_sizes(Graph *g, Node *n)
{
	Value *half = binary(g, n, "Div", as_vector(g, n, n->in[LENGTH]), number(g, 2));

	if (by_data(g, n, LENGTH))
		counted_value(g, n, binary(g, n, "Add", half, number(g, 1)), n->out[0]->shape.dim[0]);
	if (by_data(g, n, BANDS))
		counted_value(g, n, n->in[BANDS], n->out[0]->shape.dim[1]);
}

static void trust(Graph *g, Node *n)
{
	const Shape *y = &n->out[0]->shape;

	if (is_counted(g, n)) {
		count_sizes(g, n);
		expand(g, n);
		return;
	}
	if (!is_given(g, n))
		return;
	Value *half = binary(g, n, "Div", as_vector(g, n, n->in[LENGTH]), number(g, 2));
	require(g, n, binary(g, n, "Equal", half, number(g, y->dim[0].k - 1)));
	require(g, n, binary(g, n, "Equal", as_vector(g, n, n->in[BANDS]), number(g, y->dim[1].k)));
	expand(g, n);
}

static const Attr attrs[] = {ATTR_TYPE(MelWeights, output_datatype, F32), {0}};

const Op op_melweightmatrix = {
	.name = "MelWeightMatrix", .min_in = 5, .max_in = 5, .min_out = 1, .max_out = 1,
	.attrs = attrs, .attr_size = sizeof(struct MelWeights),
	.types = "iu", .infer = infer, .trust = trust, .eval = eval_expansion, .expand = expand,
};
