/* Bytes as emitted C. Those that are compared only are vectors of bytes (codegen/vector64.c), in rows of every length around
 * those of vectors, with and without a sign. Those that are multiplied by a constant are pairs of 16 bits where nothing else
 * is exact (passes/twos.c): with zero points, sums of an odd number of products, and the greatest of them. Those that floats
 * become are the nearest ones, also where a scale is divided by as two factors (codegen/factors.c). */
enum { MODELS = 4, NODES = 18, INPUTS = 64 };
#include "ir/op/composite.h"
#include "tests/unit/models.h"

static Tensor *random_bytes(Model *m, DType t, int rank, const int64_t *dims)
{
	Tensor *x = tensor_new(&m->ctx.perm, t, rank, dims);
	int64_t least = t == U8 ? 0 : -128;

	for (int64_t i = 0; i < x->count; i++)
		store_i64(t, x->data, i, chance(m, 20) ? least + 255 * pick(m, 0, 1) : pick(m, least, least + 255));
	return x;
}

static Value *given_bytes(Model *m, DType t, int rank, const int64_t *dims)
{
	return given(m, random_bytes(m, t, rank, dims));
}

static DType some_type(Model *m) { return chance(m, 50) ? U8 : I8; }

static int64_t some_length(Model *m) { return pick(m, 1, 4) * 64 + pick(m, 0, 3) * pick(m, -17, 17); }

static const char *some_extreme(Model *m) { return chance(m, 50) ? "Max" : "Min"; }

static Value *pointwise(Model *m)
{
	DType t = some_type(m);
	int64_t n = some_length(m), rows = pick(m, 1, 3);
	Value *x = given_bytes(m, t, DIMS(rows, n)), *y = given_bytes(m, t, DIMS(chance(m, 50) ? 1 : rows, chance(m, 30) ? 1 : n));

	return put(m->g, NULL, some_extreme(m), put(m->g, NULL, some_extreme(m), x, y, END_IN), given_bytes(m, t, DIMS(n)), END_IN);
}

/* Over the last axis, one before it, or the two of them; half of them with the other extreme of the same elements. */
static Value *least_or_most(Model *m)
{
	Value *x = given_bytes(m, some_type(m), DIMS(pick(m, 1, 3), pick(m, 1, 5), some_length(m)));
	int64_t first = pick(m, 1, 2), axes[] = {first, 2};
	Value *over = value_i64(m->g, first == 2 || chance(m, 50) ? 1 : 2, axes);
	bool max = chance(m, 50);
	Value *y = put(m->g, NULL, max ? "ReduceMax" : "ReduceMin", x, over, END_IN);
	if (chance(m, 50))
		return y;
	Value *other = put(m->g, NULL, max ? "ReduceMin" : "ReduceMax", x, over, END_IN), *bound = given_bytes(m, x->dtype, DIMS(1));
	return put(m->g, NULL, "Min", y, put(m->g, NULL, "Max", other, bound, END_IN), END_IN);
}

/* Windows over maps whose channels lie side by side. */
static Value *pooled(Model *m)
{
	int64_t size = pick(m, 2, 3), border = pick(m, 0, size - 1);
	Value *x = given_bytes(m, some_type(m), DIMS(1, pick(m, 4, 7), pick(m, 4, 7), some_length(m)));
	struct Sliding *a = attr_new(m->g, op_find("", "MaxPool"));

	a->kernel_shape = ints(m->g, 2, (int64_t[]){size, size});
	a->strides = ints(m->g, 2, (int64_t[]){pick(m, 1, 2), pick(m, 1, 2)});
	a->pads = ints(m->g, 4, (int64_t[]){border, 0, 0, border});
	return channels_last(m->g, NULL, put_attr(m->g, NULL, "MaxPool", a, channels_first(m->g, NULL, x), END_IN));
}

/* Zero points are absent, one, or one a column of the constant. */
static Value *multiplied(Model *m)
{
	DType s = some_type(m), t = some_type(m);
	int64_t K = pick(m, 16, 70), N = pick(m, 16, 60), zeros = pick(m, 0, 2);
	Value *b = value_const(m->g, "b", random_bytes(m, t, DIMS(K, N))), *a = given_bytes(m, s, DIMS(pick(m, 1, 2), pick(m, 14, 30), K));
	Value *z = chance(m, 30) ? NULL : chance(m, 50) ? given_bytes(m, s, 0, NULL) : value_const(m->g, "z", random_bytes(m, s, 0, NULL));
	Value *o = zeros ? value_const(m->g, "o", random_bytes(m, t, zeros == 1 ? 0 : 1, &N)) : NULL;
	Value *in[4] = {a, b, z, o};

	return node_new(m->g, op_find("", "MatMulInteger"), NULL, 4, in, 1, NULL)->out[0];
}

/* The same for kernels: zero points one an output channel; maps whose channels lie side by side or not; channels in groups. */
static Value *convolved(Model *m)
{
	DType s = some_type(m), t = some_type(m);
	int64_t group = chance(m, 15) ? 2 : 1, C = pick(m, 14, 40), M = group * pick(m, 8, 24), zeros = pick(m, 0, 2);
	bool last = chance(m, 50);
	Value *x = last ? channels_first(m->g, NULL, given_bytes(m, s, DIMS(pick(m, 1, 2), pick(m, 4, 9), pick(m, 4, 9), group * C)))
	                : given_bytes(m, s, DIMS(pick(m, 1, 2), group * C, pick(m, 4, 9), pick(m, 4, 9)));
	Value *w = value_const(m->g, "w", random_bytes(m, t, DIMS(M, C, pick(m, 1, 3), pick(m, 1, 3))));
	Value *z = chance(m, 30) ? NULL : chance(m, 50) ? given_bytes(m, s, 0, NULL) : value_const(m->g, "z", random_bytes(m, s, 0, NULL));
	Value *o = zeros ? value_const(m->g, "o", random_bytes(m, t, zeros == 1 ? 0 : 1, &M)) : NULL;
	struct Sliding *a = attr_new(m->g, op_find("", "ConvInteger"));

	a->pads = ints(m->g, 4, (int64_t[]){pick(m, 0, 2), pick(m, 0, 2), pick(m, 0, 1), pick(m, 0, 1)});
	a->strides = ints(m->g, 2, (int64_t[]){pick(m, 1, 2), pick(m, 1, 2)});
	a->group = group;
	Value *y = node_new(m->g, op_find("", "ConvInteger"), NULL, 4, (Value *[]){x, w, z, o}, 1, a)->out[0];
	return last ? channels_last(m->g, NULL, y) : y;
}

/* Floats around each half of a scale that only the run knows, some of them powers of two, which need no factors. */
static Value *quantised(Model *m)
{
	int64_t n = pick(m, 8192, 12000);
	Tensor *x = tensor_new(&m->ctx.perm, F32, 1, &n), *s = tensor_new(&m->ctx.perm, F32, 0, NULL);
	float scale = chance(m, 20) ? 0.125f : ldexpf((float)pick(m, 1 << 23, (1 << 24) - 1), (int)pick(m, -100, 60));

	store_f64(F32, s->data, 0, scale);
	for (int64_t i = 0; i < n; i++) {
		float half = ((float)pick(m, -258, 258) + 0.5f) * scale, to = chance(m, 50) ? INFINITY : -INFINITY;
		for (int64_t steps = pick(m, 0, 3); steps > 0; steps--)
			half = nextafterf(half, to);
		store_f64(F32, x->data, i, chance(m, 1) ? copysignf(INFINITY, half) : half);
	}
	Value *in[3] = {given(m, x), given(m, s), chance(m, 70) ? given_bytes(m, some_type(m), 0, NULL) : NULL};
	return node_new(m->g, op_find("", "QuantizeLinear"), NULL, 3, in, 1, NULL)->out[0];
}

static void add_node(Model *m, int number)
{
	Value *(*const kind[])(Model *) = {pointwise, least_or_most, pooled, multiplied, convolved, quantised};

	graph_output(m->g, kind[number % 6](m), "y");
}

int main(void) { return models_main(); }
