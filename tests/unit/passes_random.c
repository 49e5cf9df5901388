/* passes_random.c -- random graphs through all passes, evaluated before and after each.
 *
 * A graph grows by steps that put one node, or a pattern that passes look for, on a value there is already. Its outputs
 * are the last value and a few others. A failure tells the seed and the graph. */
#include <stdlib.h>
#include "tests/unit/unit.h"
#include "ir/op.h"
#include "ir/op/movement.h"
#include "ir/op/nn.h"
#include "ir/text.h"
#include "passes/pass.h"

enum { GRAPHS = 2000, TWICE = 50, STEPS = 14, MOST_ELEMENTS = 2000, MOST_VALUES = 64 };

typedef struct Gen {
	Ctx *c;
	Graph *g;
	uint64_t state;
	Value *value[MOST_VALUES];
	int n;
} Gen;

static int pick(Gen *r, int n) { return (int)random_in(&r->state, 0, n - 1); }
static bool chance(Gen *r, int percent) { return pick(r, 100) < percent; }

/* ---- constants ---- */

static Value *const_shape(Gen *r, int rank, const int64_t *dims)
{
	static const double special[] = {0, -0.0, 1, -1, 0.5, 2};
	Tensor *t = tensor_new(&r->c->perm, F32, rank, dims);
	int one = chance(r, 40) ? pick(r, 6) : -1;

	for (int64_t i = 0; i < t->count; i++)
		store_f64(F32, t->data, i, one >= 0 ? special[one] : (double)random_in(&r->state, -64, 64) / 32);
	return value_const(r->g, NULL, t);
}

static int64_t size_of(const Value *x, int axis) { return x->shape.dim[axis].k; }

/* A constant that broadcasts to x: one element, along one axis, or of its shape. */
static Value *const_like(Gen *r, const Value *x)
{
	int64_t dims[MAX_RANK];
	int rank = x->shape.rank, axis = rank ? pick(r, rank) : 0, form = pick(r, 3);

	for (int i = 0; i < rank; i++)
		dims[i] = form == 2 || (form == 1 && i == axis) ? size_of(x, i) : 1;
	return form == 0 ? const_shape(r, 0, NULL) : const_shape(r, rank, dims);
}

static Value *positive(Gen *r, int64_t n)
{
	Tensor *t = tensor_new(&r->c->perm, F32, 1, &n);

	for (int64_t i = 0; i < n; i++)
		store_f64(F32, t->data, i, (double)random_in(&r->state, 16, 64) / 32);
	return value_const(r->g, NULL, t);
}

static Value *scalar(Gen *r, double x) { return value_scalar(r->g, F32, x); }
static Value *put1(Gen *r, const char *op, Value *x) { return put(r->g, NULL, op, x, END_IN); }
static Value *put2(Gen *r, const char *op, Value *x, Value *y) { return put(r->g, NULL, op, x, y, END_IN); }

static Value *with_ints(Gen *r, const char *op, Value *x, int n, const int64_t *k)
{
	return put2(r, op, x, value_i64(r->g, n, k));
}

/* ---- pointwise ---- */

static Value *unary(Gen *r, Value *x)
{
	static const char *const ops[] = {"Relu", "Abs",  "Neg",  "Identity", "Dropout", "Sigmoid",
					  "Tanh", "Erf",  "Clip", "Sum",      "Softplus"};

	return put1(r, ops[pick(r, 11)], x);
}

static Value *with_const(Gen *r, Value *x)
{
	static const char *const ops[] = {"Add", "Sub", "Mul"};
	const char *op = ops[pick(r, 3)];

	return chance(r, 70) ? put2(r, op, x, const_like(r, x)) : put2(r, op, const_like(r, x), x);
}

static Value *over_const(Gen *r, Value *x) { return put2(r, "Div", x, positive(r, 1)); }

static Value *with_value(Gen *r, Value *x)
{
	static const char *const ops[] = {"Add", "Sub", "Mul"};
	Value *y = r->value[pick(r, r->n)];

	return put2(r, ops[pick(r, 3)], x, shape_same(&x->shape, &y->shape) ? y : x);
}

static Value *power(Gen *r, Value *x)
{
	static const double exponents[] = {1, 2, 3};

	return put2(r, "Pow", put1(r, "Tanh", x), scalar(r, exponents[pick(r, 3)]));
}

static Value *gelu(Gen *r, Value *x)
{
	Value *e = put2(r, "Add", put1(r, "Erf", put2(r, "Div", x, scalar(r, 1.41421356))), scalar(r, 1));

	if (chance(r, 50))
		return put2(r, "Mul", put2(r, "Mul", x, e), scalar(r, 0.5));
	return put2(r, "Mul", put2(r, "Mul", scalar(r, 0.5), x), e);
}

static Value *swish(Gen *r, Value *x) { return put2(r, "Mul", x, put1(r, "Sigmoid", x)); }

static Value *hardswish(Gen *r, Value *x)
{
	Value *c = put(r->g, NULL, "Clip", put2(r, "Add", x, scalar(r, 3)), scalar(r, 0), scalar(r, 6), END_IN);

	return put2(r, "Div", chance(r, 70) ? put2(r, "Mul", x, c) : c, scalar(r, 6));
}

static Value *norm(Gen *r, Value *x)
{
	int64_t last = -1;
	Value *d, *v;

	if (x->shape.rank < 1)
		return NULL;
	d = chance(r, 70) ? put2(r, "Sub", x, with_ints(r, "ReduceMean", x, 1, &last)) : x;
	v = with_ints(r, "ReduceMean", put2(r, "Mul", d, d), 1, &last);
	d = put2(r, "Div", d, put1(r, "Sqrt", put2(r, "Add", v, scalar(r, 0.5))));
	return chance(r, 50) ? d : put2(r, "Add", put2(r, "Mul", d, const_like(r, d)), const_like(r, d));
}

/* ---- movement ---- */

static Value *transpose(Gen *r, Value *x)
{
	int rank = x->shape.rank;
	struct Transpose attr = {{NEW_N(&r->c->perm, int64_t, rank), rank}};

	for (int i = 0; i < rank; i++) {
		int j = pick(r, i + 1);
		attr.perm.v[i] = attr.perm.v[j];
		attr.perm.v[j] = i;
	}
	return put_attr(r->g, NULL, "Transpose", &attr, x, END_IN);
}

/* Two neighbouring axes become one, one of them becomes two, or all of them one. */
static Value *reshape(Gen *r, Value *x)
{
	int64_t to[MAX_RANK], minus[] = {-1};
	int rank = x->shape.rank, axis = rank ? pick(r, rank) : 0, n = 0;

	if (rank == 0 || rank > 5 || chance(r, 20))
		return with_ints(r, "Reshape", x, 1, minus);
	for (int i = 0; i < rank; i++) {
		int64_t k = size_of(x, i);
		if (i == axis && k % 2 == 0 && k > 2) {
			to[n++] = 2;
			to[n++] = k / 2;
		} else if (i == axis && i + 1 < rank) {
			to[n++] = k * size_of(x, ++i);
		} else {
			to[n++] = k;
		}
	}
	return with_ints(r, "Reshape", x, n, to);
}

static Value *unsqueeze(Gen *r, Value *x)
{
	int64_t axis = pick(r, x->shape.rank + 1);

	if (x->shape.rank > 4)
		return NULL;
	return with_ints(r, "Unsqueeze", x, 1, &axis);
}

static Value *squeeze(Gen *r, Value *x) { return put1(r, "Squeeze", x); }
static Value *as_matrix(Gen *r, Value *x) { return x->shape.rank ? put1(r, "Flatten", x) : NULL; }

static Value *concat(Gen *r, Value *x)
{
	struct Concat attr = {0};
	Value *y = r->value[pick(r, r->n)];

	if (x->shape.rank == 0)
		return NULL;
	attr.axis = pick(r, x->shape.rank);
	return put_attr(r->g, NULL, "Concat", &attr, x, shape_same(&x->shape, &y->shape) ? y : x, END_IN);
}

static Value *slice(Gen *r, Value *x)
{
	int64_t axis, size, from, to, step;

	if (x->shape.rank == 0)
		return NULL;
	axis = pick(r, x->shape.rank);
	size = size_of(x, (int)axis);
	from = chance(r, 50) ? 0 : pick(r, (int)size);
	to = chance(r, 50) ? INT64_MAX : size;
	step = chance(r, 20) ? -1 : 1;
	if (step < 0) {
		from = size - 1;
		to = INT64_MIN + 1;
	}
	Graph *g = r->g;
	return put(g, NULL, "Slice", x, value_i64(g, 1, &from), value_i64(g, 1, &to), value_i64(g, 1, &axis),
		   value_i64(g, 1, &step), END_IN);
}

static Value *gather(Gen *r, Value *x)
{
	struct Gather attr = {0};
	int64_t k[2];

	if (x->shape.rank == 0)
		return NULL;
	attr.axis = pick(r, x->shape.rank);
	k[0] = pick(r, (int)size_of(x, (int)attr.axis));
	k[1] = k[0] - size_of(x, (int)attr.axis);
	Value *index = chance(r, 50) ? value_scalar(r->g, I64, (double)k[0]) : value_i64(r->g, 2, k);
	return put_attr(r->g, NULL, "Gather", &attr, x, index, END_IN);
}

static Value *pad(Gen *r, Value *x)
{
	int64_t k[2 * MAX_RANK] = {0};
	int rank = x->shape.rank;

	for (int i = 2; i < rank; i++) {
		k[i] = pick(r, 3);
		k[rank + i] = pick(r, 3);
	}
	return with_ints(r, "Pad", x, 2 * rank, k);
}

static Value *expand(Gen *r, Value *x)
{
	int64_t k[MAX_RANK];

	for (int i = 0; i < x->shape.rank; i++)
		k[i] = size_of(x, i) == 1 && chance(r, 50) ? 3 : 1;
	return with_ints(r, chance(r, 50) ? "Expand" : "Tile", x, x->shape.rank, k);
}

/* ---- networks ---- */

static bool is_image(const Value *x) { return x->shape.rank == 3 || x->shape.rank == 4; }

static struct Sliding sliding(Gen *r, const Value *x, int64_t kernel)
{
	int naxes = x->shape.rank - 2;
	struct Sliding a = {.kernel_shape = {NULL, -1}, .pads = {NULL, -1}, .strides = {NULL, -1}, .dilations = {NULL, -1},
			    .output_padding = {NULL, -1}, .output_shape = {NULL, -1}, .group = 1, .p = 2};

	a.kernel_shape = (Ints){NEW_N(&r->c->perm, int64_t, naxes), naxes};
	for (int i = 0; i < naxes; i++)
		a.kernel_shape.v[i] = kernel;
	if (chance(r, 20))
		a.auto_pad = chance(r, 50) ? PAD_SAME_UPPER : PAD_VALID;
	return a;
}

/* Every spatial axis has room for a window. */
static bool has_room(const Value *x, int64_t kernel)
{
	for (int i = 2; i < x->shape.rank; i++)
		if (size_of(x, i) < kernel)
			return false;
	return true;
}

static Value *conv(Gen *r, Value *x)
{
	int64_t kernel = 1 + pick(r, 3), dims[4] = {0, 0, kernel, kernel}, out = 2 * (1 + pick(r, 2));
	bool back = chance(r, 30);

	if (!is_image(x) || !has_room(x, kernel))
		return NULL;
	int64_t channels = size_of(x, 1);
	struct Sliding a = sliding(r, x, kernel);
	a.group = channels % 2 == 0 && chance(r, 50) ? 2 : 1;
	if (back)
		a.auto_pad = PAD_NOTSET;
	dims[0] = back ? channels : out;
	dims[1] = back ? out / a.group : channels / a.group;
	Value *w = const_shape(r, x->shape.rank, dims), *b = chance(r, 50) ? const_shape(r, 1, &out) : NULL;
	return put_attr(r->g, NULL, back ? "ConvTranspose" : "Conv", &a, x, w, b, END_IN);
}

static Value *pool(Gen *r, Value *x)
{
	int64_t kernel = 1 + pick(r, 2);

	if (!is_image(x) || !has_room(x, kernel))
		return NULL;
	struct Sliding a = sliding(r, x, kernel);
	return put_attr(r->g, NULL, chance(r, 50) ? "MaxPool" : "AveragePool", &a, x, END_IN);
}

static Value *padded(Gen *r, Value *x)
{
	Value *y = pad(r, chance(r, 50) ? put1(r, "Relu", x) : x), *z = chance(r, 50) ? conv(r, y) : pool(r, y);

	return z ? z : y;
}

static Value *batchnorm(Gen *r, Value *x)
{
	if (x->shape.rank < 2)
		return NULL;
	int64_t n = size_of(x, 1);
	return put(r->g, NULL, "BatchNormalization", x, const_shape(r, 1, &n), const_shape(r, 1, &n), const_shape(r, 1, &n),
		   positive(r, n), END_IN);
}

static Value *matmul(Gen *r, Value *x)
{
	int64_t dims[2];

	if (x->shape.rank < 1)
		return NULL;
	dims[0] = size_of(x, x->shape.rank - 1);
	dims[1] = 1 + pick(r, 4);
	return put2(r, "MatMul", x, const_shape(r, 2, dims));
}

static Value *mean(Gen *r, Value *x)
{
	int64_t axes[2] = {2, 3};

	return x->shape.rank == 4 ? with_ints(r, "ReduceMean", x, 2, axes) : NULL;
}

/* ---- growing ---- */

typedef Value *(*Step)(Gen *r, Value *x);
static const Step steps[] = {unary,   unary,	with_const, with_const, with_const, over_const, with_value, power,  gelu,
			     swish,   hardswish, norm,	     transpose,	 transpose,  transpose,	 reshape,    reshape, unsqueeze,
			     squeeze, as_matrix,	concat,	    slice,	gather,	    pad,	expand,	    conv,   conv,
			     pool,    padded,	batchnorm,  batchnorm,	matmul,	    mean};

static bool is_small(Graph *g, const Value *x) { return shape_count(g, &x->shape).k <= MOST_ELEMENTS; }

static void keep(Gen *r, Value *v)
{
	if (v && r->n < MOST_VALUES && is_small(r->g, v) && shape_count(r->g, &v->shape).k > 0)
		r->value[r->n++] = v;
}

/* Steps go on from the latest value more often than from an earlier one, so that chains arise. */
static Value *next_value(Gen *r) { return r->value[chance(r, 60) ? r->n - 1 : pick(r, r->n)]; }

static void grow(Gen *r)
{
	Dim image[] = {dim(1), dim(4), dim(5), dim(6)}, row[] = {dim(2), dim(6)};
	Shape a = shape_of(4, image), b = shape_of(2, row);

	keep(r, value_input(r->g, "a", F32, &a));
	keep(r, value_input(r->g, "b", F32, &b));
	for (int i = 0; i < STEPS; i++)
		keep(r, steps[pick(r, (int)(sizeof steps / sizeof *steps))](r, next_value(r)));
	graph_output(r->g, r->value[r->n - 1], "y");
	for (int i = pick(r, 3); i > 0; i--)
		graph_output(r->g, r->value[pick(r, r->n)], "z");
}

static bool passes_seed(uint64_t seed)
{
	Ctx c;
	Syms s = {.ctx = &c};
	Gen r = {.c = &c, .state = 0x9e3779b97f4a7c15u * (seed + 1)};
	Options o = {.level = 2, .verify_passes = true, .seed = seed};
	volatile bool good = false;

	ctx_open(&c, "test", 0);
	if (setjmp(c.border)) {
		print_error("seed %u: %s\n", (unsigned)seed, c.message);
	} else {
		r.g = graph_new(&c, &s, "random", NULL);
		grow(&r);
		if (getenv("SEED"))
			graph_print(stdout, r.g);
		passes_run(r.g, &o);
		good = true;
	}
	ctx_close(&c);
	return good;
}

/* ---- the same graph gives the same text ---- */

static char *text_of_seed(uint64_t seed)
{
	Ctx c;
	Syms s = {.ctx = &c};
	Gen r = {.c = &c, .state = 0x9e3779b97f4a7c15u * (seed + 1)};
	Options o = {.level = 2};
	char *volatile text = NULL;

	ctx_open(&c, "test", 0);
	if (setjmp(c.border) == 0) {
		r.g = graph_new(&c, &s, "random", NULL);
		grow(&r);
		passes_run(r.g, &o);
		text = strdup(graph_text(r.g, &c.perm));
	}
	ctx_close(&c);
	return text;
}

static void test_determinism(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < TWICE; seed++) {
		char *a = text_of_seed(seed), *b = text_of_seed(seed);
		assert_non_null(a);
		assert_string_equal(a, b);
		free(a);
		free(b);
	}
}

/* SEED=n in the environment runs and prints that graph alone. */
static void test_random_graphs(void **state)
{
	const char *only = getenv("SEED");
	uint64_t first = only ? strtoull(only, NULL, 10) : 0, last = only ? first + 1 : GRAPHS;
	int failed = 0;

	(void)state;
	for (uint64_t seed = first; seed < last; seed++)
		failed += !passes_seed(seed);
	assert_int_equal(failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_graphs), cmocka_unit_test(test_determinism)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
