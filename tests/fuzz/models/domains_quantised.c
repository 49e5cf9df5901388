/* domains_quantised.c -- operators on quantised tensors.
 *
 * Scales are powers of two, so that sums of products are exact and no rounding of them decides a byte. */
#include <math.h>
#include "tests/fuzz/models/domains.h"

static void take_quantum(Step *s)
{
	double scale = ldexp(1, (int)-pick(s->m, 2, 5));

	take_numbers(s, F32, 1, &scale, true);
}

static void take_zero(Step *s, DType t) { take_shaped(s, t, 0, NULL, (Range){0, 20, true, false, false}); }

static DType byte_type(Model *m) { return chance(m, 50) ? U8 : I8; }

/* A tensor, its scale and zero point. */
static void take_quantised(Step *s, DType t, int rank, const int64_t *dims)
{
	take_shaped(s, t, rank, dims, (Range){-128, 255, true, false, false});
	take_quantum(s);
	take_zero(s, t);
}

/* Numbers that are quantised by 1/64, `each` at a time: their least and greatest are 255 of those apart. */
static void take_sixtyfourths(Step *s, int rank, const int64_t *dims, int64_t each)
{
	Tensor *x = tensor_new(&s->m->c->perm, s->t, rank, dims);

	for (int64_t i = 0; is_float(s->t) && i < x->count; i++)
		store_f64(s->t, x->data, i, i % each == 0 ? -127.0 / 64 : i % each == 1 ? 2 : (double)pick(s->m, -127, 128) / 64);
	take_tensor(s, x, false);
}

static int some_dims(Step *s, int lo, int hi, int64_t *dims)
{
	int rank = (int)pick(s->m, lo, hi);

	random_dims(s->m, rank, dims, 500);
	return rank;
}

/* ---- products ---- */

static void random_product(Step *s, int64_t *a, int64_t *b)
{
	a[0] = small_size(s->m);
	a[1] = b[0] = small_size(s->m);
	b[1] = small_size(s->m);
}

bool make_qlinear_matmul(Step *s)
{
	int64_t a[2], b[2];

	random_product(s, a, b);
	take_quantised(s, s->t, 2, a);
	take_quantised(s, byte_type(s->m), 2, b);
	take_quantum(s);
	take_zero(s, s->t);
	return true;
}

bool make_qlinear_conv(Step *s)
{
	Window w = window(s);
	int64_t k[5] = {pick(s->m, 1, 9), w.x[1]};

	for (int i = 0; i < w.axes; i++)
		k[2 + i] = w.kernel[i];
	set_window(s, &w, chance(s->m, 50));
	if (s->op == &op_ort_QLinearConv && chance(s->m, 60)) {
		set_int(s, "channels_last", 1);
		channels_last_in(&w);
	}
	take_quantised(s, s->t, 2 + w.axes, w.x);
	take_quantised(s, byte_type(s->m), 2 + w.axes, k);
	take_quantum(s);
	take_zero(s, s->t);
	if (chance(s->m, 50))
		take_shaped(s, I32, 1, k, (Range){-999, 999, true, false, false});
	return true;
}

bool make_matmul_integer16(Step *s)
{
	int64_t a[2], b[2];

	random_product(s, a, b);
	take_shaped(s, s->t, 2, a, (Range){-999, 999, true, false, false});
	take_shaped(s, s->t, 2, b, (Range){-999, 999, true, false, false});
	return true;
}

/* One step: what a later one quantises has been rounded before. */
bool make_dynamic_lstm(Step *s)
{
	int64_t batch = pick(s->m, 1, 3), in = pick(s->m, 2, 9), hidden = pick(s->m, 2, 9), direction = pick(s->m, 0, 2);
	int64_t d = direction == 2 ? 2 : 1;
	bool state = chance(s->m, 50);
	DType t = byte_type(s->m);

	set_int(s, "direction", direction);
	set_int(s, "hidden_size", hidden);
	take_sixtyfourths(s, 3, (int64_t[]){1, batch, in}, batch * in);
	take_shaped(s, t, 3, (int64_t[]){d, in, 4 * hidden}, (Range){-128, 255, true, false, false});
	take_shaped(s, t, 3, (int64_t[]){d, hidden, 4 * hidden}, (Range){-128, 255, true, false, false});
	if (chance(s->m, 60))
		take_shaped(s, F32, 2, (int64_t[]){d, 8 * hidden}, around(-0.5, 0.5));
	else
		take_none(s);
	take_none(s);
	for (int i = 0; i < 3; i++)
		if (state && i < 2)
			take_sixtyfourths(s, 3, (int64_t[]){d, batch, hidden}, batch * hidden);
		else
			take_none(s);
	for (int i = 0; i < 2; i++) {
		take_shaped(s, F32, 1, &d, around(0.005, 0.02));
		take_shaped(s, t, 1, &d, (Range){0, 20, true, false, false});
	}
	s->nout = (int)pick(s->m, 1, 3);
	return true;
}

bool make_qgemm(Step *s)
{
	int64_t a[2], b[2], flip_a[2], flip_b[2], bias;
	bool turn_a = chance(s->m, 40), turn_b = chance(s->m, 40);

	random_product(s, a, b);
	for (int i = 0; i < 2; i++) {
		flip_a[i] = a[1 - i];
		flip_b[i] = b[1 - i];
	}
	bias = b[1];
	set_int(s, "transA", turn_a);
	set_int(s, "transB", turn_b);
	take_quantised(s, s->t, 2, turn_a ? flip_a : a);
	take_quantised(s, byte_type(s->m), 2, turn_b ? flip_b : b);
	if (chance(s->m, 60))
		take_shaped(s, I32, 1, &bias, (Range){-999, 999, true, false, false});
	else
		take_none(s);
	if (chance(s->m, 60)) {
		take_quantum(s);
		take_zero(s, s->t);
	}
	return true;
}

bool make_integer_to_float(Step *s)
{
	int64_t a[2], b[2], bias;
	DType t = byte_type(s->m);

	random_product(s, a, b);
	bias = b[1];
	take_shaped(s, s->t, 2, a, (Range){-128, 255, true, false, false});
	take_shaped(s, t, 2, b, (Range){-128, 255, true, false, false});
	take_quantum(s);
	take_quantum(s);
	take_zero(s, s->t);
	take_zero(s, t);
	if (chance(s->m, 60))
		take_shaped(s, F32, 1, &bias, around(-1, 1));
	return true;
}

/* Elements whose scale is 1/64: see dynamic_quantize() in domains.c. */
bool make_dynamic_matmul(Step *s)
{
	int64_t a[2] = {pick(s->m, 1, 5), pick(s->m, 2, 17)}, b[2] = {a[1], pick(s->m, 1, 17)};
	DType t = byte_type(s->m);

	take_sixtyfourths(s, 2, a, a[0] * a[1]);
	take_shaped(s, t, 2, b, (Range){-128, 255, true, false, false});
	take_quantum(s);
	if (chance(s->m, 50))
		take_zero(s, t);
	return true;
}

bool make_qattention(Step *s)
{
	int64_t heads = pick(s->m, 1, 3), size = pick(s->m, 1, 5), width = 3 * heads * size;
	int64_t x[] = {pick(s->m, 1, 2), pick(s->m, 1, 5), pick(s->m, 1, 9)}, w[] = {x[2], width};
	DType t = byte_type(s->m);
	double scale = 1.0 / 64;

	set_int(s, "num_heads", heads);
	take_shaped(s, s->t, 3, x, (Range){-99, 99, true, false, false});
	take_shaped(s, t, 2, w, (Range){-99, 99, true, false, false});
	take_shaped(s, F32, 1, &width, around(-1, 1));
	take_numbers(s, F32, 1, &scale, true);
	take_numbers(s, F32, 1, &scale, true);
	take_none(s);
	take_zero(s, s->t);
	take_zero(s, t);
	return true;
}

/* ---- pointwise, pools ---- */

bool make_qlinear_two(Step *s)
{
	int64_t dims[MAX_RANK];
	int rank = some_dims(s, 0, 4, dims), skip = (int)pick(s->m, 0, rank);

	take_quantised(s, s->t, rank, dims);
	take_quantised(s, s->t, rank - skip, dims + skip);
	take_quantum(s);
	take_zero(s, s->t);
	return true;
}

bool make_qlinear_one(Step *s)
{
	int64_t dims[MAX_RANK];
	double alpha = 0.5, fine = 1.0 / 256;
	int rank = some_dims(s, 1, 4, dims);

	if (s->op == &op_ort_QLinearLeakyRelu)
		set_float(s, "alpha", alpha);
	if (s->op == &op_ort_QLinearSoftmax)
		set_int(s, "opset", 13);
	take_quantised(s, s->t, rank, dims);
	take_numbers(s, F32, 1, &fine, true);
	take_zero(s, s->t);
	return true;
}

bool make_qlinear_where(Step *s)
{
	int64_t dims[MAX_RANK];
	int rank = some_dims(s, 0, 4, dims);

	take_shaped(s, BOOL, rank, dims, (Range){0, 1, true, false, false});
	take_quantised(s, s->t, rank, dims);
	take_quantised(s, s->t, 0, NULL);
	take_quantum(s);
	take_zero(s, s->t);
	return true;
}

bool make_qlinear_concat(Step *s)
{
	int64_t dims[MAX_RANK];
	int rank = some_dims(s, 1, 4, dims), axis = (int)pick(s->m, 0, rank - 1);

	set_int(s, "axis", axis);
	take_quantum(s);
	take_zero(s, s->t);
	for (int64_t i = pick(s->m, 1, 3); i > 0; i--) {
		take_quantised(s, s->t, rank, dims);
		dims[axis] = pick(s->m, 0, 5);
	}
	return true;
}

/* Means of a power of two of elements. */
bool make_qlinear_pool(Step *s)
{
	int64_t dims[] = {pick(s->m, 1, 2), pick(s->m, 1, 5), 2 << pick(s->m, 0, 2), 2 << pick(s->m, 0, 2)};

	if (s->op == &op_ort_QLinearAveragePool) {
		set_ints(s, "kernel_shape", 2, (const int64_t[]){2, 2});
		set_ints(s, "strides", 2, (const int64_t[]){pick(s->m, 1, 2), pick(s->m, 1, 2)});
	}
	take_quantised(s, s->t, 4, dims);
	take_quantum(s);
	take_zero(s, s->t);
	return true;
}

/* ---- tables of few bits ---- */

static void take_constant(Step *s, DType t, int rank, const int64_t *dims, Range r)
{
	take_tensor(s, random_elements(s->m, t, rank, dims, &r), true);
}

/* The group of each column: those of the last first, or any. */
static void take_groups(Step *s, int64_t columns, int64_t block)
{
	double group[40];
	bool any = chance(s->m, 50);

	for (int64_t k = 0; k < columns; k++)
		group[k] = (double)((any ? pick(s->m, 0, columns - 1) : columns - 1 - k) / block);
	take_numbers(s, I32, (int)columns, group, false);
}

bool make_nbits(Step *s)
{
	int64_t bits = 2 << pick(s->m, 0, 2), k = pick(s->m, 1, 40), n = pick(s->m, 1, 17), block = 16, blocks = (k + block - 1) / block;
	int64_t a[] = {pick(s->m, 1, 4), k}, w[] = {n, blocks, block * bits / 8}, scales = n * blocks;
	int64_t zeros[] = {n, (blocks * bits + 7) / 8}, real[] = {n, blocks}, way = pick(s->m, 0, 2);

	set_int(s, "K", k);
	set_int(s, "N", n);
	set_int(s, "bits", bits);
	set_int(s, "block_size", block);
	take_shaped(s, DT_NONE, 2, a, range_of(s));
	take_constant(s, U8, 3, w, (Range){0, 255, true, false, true});
	take_shaped(s, s->t, 1, &scales, around(0.01, 0.1));
	if (way == 0)
		take_constant(s, U8, 2, zeros, (Range){0, 255, true, false, true});
	else if (way == 1)
		take_shaped(s, s->t, 2, real, range_of(s));
	else
		take_none(s);
	if (chance(s->m, 50))
		take_groups(s, k, block);
	else
		take_none(s);
	if (chance(s->m, 30))
		take_shaped(s, s->t, 1, &n, range_of(s));
	return true;
}

/* Of bytes, rows with blocks along them. */
bool make_gather_blocks(Step *s)
{
	bool bytes = s->t == U8;
	int64_t bits = bytes ? 2 << pick(s->m, 0, 2) : 4, block = 16, blocks = pick(s->m, 1, 3);
	int64_t gathered = bytes ? 0 : pick(s->m, 0, 1), quantised = bytes ? 1 : pick(s->m, 0, 1);
	int64_t table[2], scales[2], at[] = {pick(s->m, 1, 3), pick(s->m, 1, 4)};

	table[quantised] = (blocks - 1) * block + (bytes ? block : pick(s->m, 1, block));
	scales[quantised] = blocks;
	table[!quantised] = scales[!quantised] = pick(s->m, 1, 9);
	double last = (double)table[gathered] - 1;
	if (bytes)
		table[1] = table[1] * bits / 8;
	set_int(s, "bits", bits);
	set_int(s, "block_size", block);
	set_int(s, "gather_axis", gathered);
	set_int(s, "quantize_axis", quantised);
	take_constant(s, s->t, 2, table, (Range){-8, 255, true, false, true});
	take_shaped(s, index_dtype(s->m), 2, at, (Range){-last - 1, last, true, false, false});
	take_shaped(s, F32, 2, scales, around(0.05, 0.5));
	return true;
}

bool make_bnb(Step *s)
{
	int64_t k = pick(s->m, 1, 40), n = pick(s->m, 1, 17), block = 16, bytes = (n * k + 1) / 2, blocks = (n * k + block - 1) / block;

	set_int(s, "K", k);
	set_int(s, "N", n);
	set_int(s, "block_size", block);
	set_int(s, "quant_type", pick(s->m, 0, 1));
	take_shaped(s, DT_NONE, 2, (int64_t[]){pick(s->m, 1, 4), k}, range_of(s));
	take_constant(s, U8, 1, &bytes, (Range){0, 255, true, false, true});
	take_shaped(s, s->t, 1, &blocks, around(0.1, 1));
	return true;
}

/* ---- experts, embeddings ---- */

/* Bytes of a matrix of each expert, and a scale of each of its rows. */
static void take_experts(Step *s, int64_t experts, int64_t rows, int64_t columns, int64_t bits)
{
	take_constant(s, U8, 3, (int64_t[]){experts, rows, columns * bits / 8}, (Range){0, 255, true, false, true});
	take_constant(s, F32, 2, (int64_t[]){experts, rows}, around(0.01, 0.1));
	if (chance(s->m, 50))
		take_shaped(s, s->t, 2, (int64_t[]){experts, rows}, range_of(s));
	else
		take_none(s);
}

/* Scores are whole numbers, different ones of each token: see make_moe(). */
bool make_quantised_moe(Step *s)
{
	int64_t experts = pick(s->m, 1, 4), hidden = 2 * pick(s->m, 1, 4), inner = 2 * pick(s->m, 1, 4), bits = 4 << pick(s->m, 0, 1);
	int64_t tokens = pick(s->m, 1, 4), scores[] = {tokens, experts};
	Tensor *router = tensor_new(&s->m->g->ctx->perm, s->t, 2, scores);

	for (int64_t i = 0; is_float(s->t) && i < router->count; i++)
		store_f64(s->t, router->data, i, (double)((i + i / experts) % experts));
	set_int(s, "k", pick(s->m, 1, experts));
	set_int(s, "activation_type", pick(s->m, 0, 2));
	set_int(s, "expert_weight_bits", bits);
	take_shaped(s, DT_NONE, 2, (int64_t[]){tokens, hidden}, range_of(s));
	take_tensor(s, router, chance(s->m, 50));
	take_experts(s, experts, inner, hidden, bits);
	take_experts(s, experts, hidden, inner, bits);
	return true;
}

bool make_quantised_embedding(Step *s)
{
	int64_t ids[] = {pick(s->m, 1, 2), pick(s->m, 1, 6)}, width = pick(s->m, 1, 17), rows[] = {pick(s->m, 1, 9), ids[1], 2};
	bool masked = chance(s->m, 50);

	take_shaped(s, s->t, 2, ids, (Range){0, (double)rows[0] - 1, true, false, true});
	take_shaped(s, s->t, 2, ids, (Range){0, 1, true, false, true});
	for (int i = 0; i < 3; i++)
		take_shaped(s, U8, 2, (int64_t[]){rows[i], width}, (Range){0, 255, true, false, false});
	for (int i = 0; i < 2; i++)
		take_shaped(s, U8, 1, &width, (Range){0, 255, true, false, false});
	if (masked)
		take_shaped(s, s->t, 2, ids, (Range){0, 1, true, false, true});
	else
		take_none(s);
	for (int i = 0; i < 5; i++)
		take_quantum(s);
	for (int i = 0; i < 5; i++)
		take_zero(s, U8);
	s->nout = (int)pick(s->m, 1, 2);
	return true;
}
