/* Rows by quantised weights as emitted C: few of them read bytes, more read floats (passes/bytes.c). Weights of 2 to 8 bits in
 * every order, with scales of all, of a column or of a block, with zero points and without. */
enum { MODELS = 3, NODES = 14, INPUTS = 64 };
#include "ir/op/composite.h"
#include "tests/unit/models.h"

static Value *random_integers(Model *m, DType t, int rank, const int64_t *dims)
{
	Tensor *x = tensor_new(&m->ctx.perm, t, rank, dims);
	int64_t half = (int64_t)1 << (dtype_info(t)->bits - 1), least = t == I8 || t == I4 ? -half : 0;

	for (int64_t i = 0; i < x->count; i++)
		store_i64(t, x->data, i, pick(m, least, least + 2 * half - 1));
	return value_const(m->g, "q", x);
}

static Value *random_scales(Model *m, int rank, const int64_t *dims)
{
	Tensor *x = tensor_new(&m->ctx.perm, F32, rank, dims);

	for (int64_t i = 0; i < x->count; i++)
		store_f64(F32, x->data, i, (double)pick(m, 1, 99) / 9999);
	return value_const(m->g, "s", x);
}

static void set(const Op *op, void *attr, const char *field, int64_t x)
{
	for (const Attr *a = op->attrs; a->name; a++)
		if (!strcmp(a->name, field))
			*(int64_t *)(void *)((char *)attr + a->offset) = x;
}

static Value *by_bits(Model *m, int64_t rows, int64_t K, int64_t N, int64_t block)
{
	const Op *op = op_find("com.microsoft", "MatMulNBits");
	void *attr = attr_new(m->g, op);
	int64_t bits = 2 << pick(m, 0, 2), blocks = K / block;
	Value *in[4] = {given(m, random_tensor(m, DIMS(rows, K))), random_integers(m, U8, DIMS(N, blocks, block * bits / 8)),
			random_scales(m, DIMS(N * blocks))};
	int64_t zeros = pick(m, 0, 2);

	if (zeros)
		in[3] = zeros == 1 ? random_integers(m, U8, DIMS(N, (blocks * bits + 7) / 8)) : random_scales(m, DIMS(N, blocks));
	set(op, attr, "K", K);
	set(op, attr, "N", N);
	set(op, attr, "bits", bits);
	set(op, attr, "block_size", block);
	return node_new(m->g, op, NULL, 3 + (zeros > 0), in, 1, attr)->out[0];
}

/* [K, N], or [N, K] where it is turned. */
static Value *dequantised(Model *m, bool turned, int64_t K, int64_t N, int64_t block)
{
	static const DType types[] = {I4, U4, I8, U8};
	DType t = types[pick(m, 0, 3)];
	int64_t way = pick(m, 0, 2), blocks = K / block, scales[2] = {turned ? N : blocks, turned ? blocks : N};
	const Op *op = op_find("", "DequantizeLinear");
	void *attr = attr_new(m->g, op);
	int rank = (int)way;

	scales[0] = rank == 1 ? N : scales[0];
	set(op, attr, "axis", way == 2 ? turned : !turned);
	set(op, attr, "block_size", way == 2 ? block : 0);
	return put_attr(m->g, NULL, "DequantizeLinear", attr, random_integers(m, t, DIMS(turned ? N : K, turned ? K : N)),
			random_scales(m, rank, scales), chance(m, 40) ? random_integers(m, t, rank, scales) : NULL, END_IN);
}

static Value *by_linear(Model *m, int64_t rows, int64_t K, int64_t N, int64_t block)
{
	bool turned = chance(m, 50);
	Value *x = given(m, random_tensor(m, DIMS(rows, K))), *w = dequantised(m, turned, K, N, block);

	if (chance(m, 50))
		return put(m->g, NULL, "MatMul", x, turned ? put(m->g, NULL, "Transpose", w, END_IN) : w, END_IN);
	struct Gemm *a = attr_new(m->g, op_find("", "Gemm"));
	a->transB = turned;
	return put_attr(m->g, NULL, "Gemm", a, x, w, chance(m, 50) ? parameter(m, DIMS(N)) : NULL, END_IN);
}

static void add_node(Model *m, int number)
{
	int64_t rows = pick(m, 1, 5), block = 16 * pick(m, 1, 3), K = block * pick(m, 1, 6), N = pick(m, 90, 210);

	graph_output(m->g, (number % 2 ? by_bits : by_linear)(m, rows, K, N, block), "y");
}

int main(void) { return models_main(); }
