/* tensor.c -- the table of element types, tensors, and their elements as numbers.
 *
 * Elements below a byte are packed, low bits first: element i of a 4-bit type is bits 4 * (i % 2) .. of byte i / 2. */
#include <assert.h>
#include <stddef.h>
#include <string.h>
#include "ir/convert.h"
#include "ir/diag.h"
#include "ir/tensor.h"

#define MOST_BYTES ((int64_t)1 << 62)

const DTypeInfo *dtype_info(DType t)
{
	static const DTypeInfo table[DT_COUNT] = {
		[DT_NONE] = {"none", "void", 0, DC_NONE},
#define DTYPE(id, number, name, bits, class, ctype) [id] = {name, ctype, bits, DC_##class},
#include "ir/dtypes.def"
#undef DTYPE
	};

	assert(t < DT_COUNT && "an element type");
	return &table[t];
}

size_t dtype_bytes(DType t, int64_t count)
{
	int64_t bits = dtype_info(t)->bits, whole, bytes;

	assert(count >= 0 && "a number of elements");
	if (__builtin_mul_overflow(count / 8, bits, &whole))
		return (size_t)MOST_BYTES;
	bytes = whole + (count % 8 * bits + 7) / 8;
	return (size_t)(bytes < whole || bytes > MOST_BYTES ? MOST_BYTES : bytes);
}

Tensor *tensor_new(Arena *a, DType t, int rank, const int64_t *dims)
{
	Tensor *x = NEW(a, Tensor);
	int64_t product = 1; /* of the sizes, zeroes left out: [0, 2^40, 2^40] is refused too */
	bool empty = false;

	assert(rank >= 0 && rank <= MAX_RANK);
	x->dtype = t;
	x->rank = rank;
	for (int i = 0; i < rank; i++) {
		assert(dims[i] >= 0 && "a size");
		x->dim[i] = dims[i];
		empty |= dims[i] == 0;
		if (__builtin_mul_overflow(product, dims[i] ? dims[i] : 1, &product) ||
		    dtype_bytes(t, product) == (size_t)MOST_BYTES)
			fail(a->ctx, EXIT_LIMIT, "E-SIZE",
			     "a tensor of type %s whose first %d sizes multiply to more than 2^62 bytes",
			     dtype_name(t), i + 1);
	}
	x->count = empty ? 0 : product;
	x->data = arena_alloc(a, dtype_bytes(t, x->count));
	return x;
}

Tensor *tensor_copy(Arena *a, const Tensor *t)
{
	Tensor *y = tensor_new(a, t->dtype, t->rank, t->dim);
	Text *text = y->data;

	memcpy(y->data, t->data, dtype_bytes(t->dtype, t->count));
	for (int64_t i = 0; t->dtype == STR && i < t->count; i++)
		if (text[i].length)
			text[i].text = arena_copy(a, text[i].text, (size_t)text[i].length);
	return y;
}

/* ---- packed elements ---- */

static unsigned get_packed(int bits, const void *data, int64_t i)
{
	unsigned byte = ((const uint8_t *)data)[i * bits / 8];

	return byte >> (i * bits % 8) & ((1u << bits) - 1);
}

static void put_packed(int bits, void *data, int64_t i, uint64_t x)
{
	uint8_t *byte = (uint8_t *)data + i * bits / 8;
	unsigned shift = (unsigned)(i * bits % 8), mask = ((1u << bits) - 1) << shift;

	*byte = (uint8_t)((*byte & ~mask) | ((unsigned)x << shift & mask));
}

static int64_t sign_extend(unsigned x, int bits)
{
	return (int64_t)((uint64_t)x << (64 - bits)) >> (64 - bits);
}

/* ---- integers ---- */

static bool int_load(DType t, const void *data, int64_t i, int64_t *x)
{
	switch (t) {
	case U8: *x = ((const uint8_t *)data)[i]; return true;
	case I8: *x = ((const int8_t *)data)[i]; return true;
	case U16: *x = ((const uint16_t *)data)[i]; return true;
	case I16: *x = ((const int16_t *)data)[i]; return true;
	case U32: *x = ((const uint32_t *)data)[i]; return true;
	case I32: *x = ((const int32_t *)data)[i]; return true;
	case U64:
	case I64: *x = ((const int64_t *)data)[i]; return true;
	case BOOL: *x = ((const uint8_t *)data)[i] != 0; return true;
	case U4: *x = get_packed(4, data, i); return true;
	case I4: *x = sign_extend(get_packed(4, data, i), 4); return true;
	case U2: *x = get_packed(2, data, i); return true;
	case I2: *x = sign_extend(get_packed(2, data, i), 2); return true;
	default: return false;
	}
}

static bool int_store(DType t, void *data, int64_t i, uint64_t x)
{
	switch (t) {
	case U8:
	case I8: ((uint8_t *)data)[i] = (uint8_t)x; return true;
	case U16:
	case I16: ((uint16_t *)data)[i] = (uint16_t)x; return true;
	case U32:
	case I32: ((uint32_t *)data)[i] = (uint32_t)x; return true;
	case U64:
	case I64: ((uint64_t *)data)[i] = x; return true;
	case BOOL: ((uint8_t *)data)[i] = x != 0; return true;
	case U4:
	case I4: put_packed(4, data, i, x); return true;
	case U2:
	case I2: put_packed(2, data, i, x); return true;
	default: return false;
	}
}

/* ---- any type ---- */

double load_f64(DType t, const void *data, int64_t i)
{
	int64_t x;

	switch (t) {
	case F32: return (double)((const float *)data)[i];
	case F64: return ((const double *)data)[i];
	case C64: return (double)((const float *)data)[2 * i];
	case C128: return ((const double *)data)[2 * i];
	case F16:
	case BF16: return narrow_decode(t, ((const uint16_t *)data)[i]);
	case F4E2M1: return narrow_decode(t, get_packed(4, data, i));
	case U64: return (double)((const uint64_t *)data)[i];
	default: break;
	}
	if (int_load(t, data, i, &x))
		return (double)x;
	assert(is_float(t) && "an element that is a number");
	return narrow_decode(t, ((const uint8_t *)data)[i]);
}

int64_t load_i64(DType t, const void *data, int64_t i)
{
	int64_t x;

	return int_load(t, data, i, &x) ? x : double_to_i64(load_f64(t, data, i));
}

/* Store the code of a narrow float. */
static void put_code(DType t, void *data, int64_t i, unsigned code)
{
	assert(is_float(t) && "an element that is a number");
	if (t == F16 || t == BF16)
		((uint16_t *)data)[i] = (uint16_t)code;
	else if (t == F4E2M1)
		put_packed(4, data, i, code);
	else
		((uint8_t *)data)[i] = (uint8_t)code;
}

void store_f64(DType t, void *data, int64_t i, double x)
{
	switch (t) {
	case F32: ((float *)data)[i] = (float)x; return;
	case F64: ((double *)data)[i] = x; return;
	case C64:
		((float *)data)[2 * i] = (float)x;
		((float *)data)[2 * i + 1] = 0;
		return;
	case C128:
		((double *)data)[2 * i] = x;
		((double *)data)[2 * i + 1] = 0;
		return;
	case BOOL: ((uint8_t *)data)[i] = x != 0; return;
	case U64: ((uint64_t *)data)[i] = double_to_u64(x); return;
	default: break;
	}
	if (!int_store(t, data, i, (uint64_t)double_to_i64(x)))
		put_code(t, data, i, narrow_encode(t, x, true));
}

void store_i64(DType t, void *data, int64_t i, int64_t x)
{
	if (int_store(t, data, i, (uint64_t)x))
		return;
	switch (t) {
	case F32: ((float *)data)[i] = (float)x; return;
	case F64:
	case C64:
	case C128: store_f64(t, data, i, (double)x); return;
	default: put_code(t, data, i, narrow_encode_i64(t, x, true)); return;
	}
}

/* ---- small constants ---- */

Tensor *tensor_i64(Arena *a, int n, const int64_t *values, bool scalar)
{
	int64_t size = n;
	Tensor *x = tensor_new(a, I64, scalar ? 0 : 1, &size);

	assert(!scalar || n == 1);
	if (n)
		memcpy(x->data, values, (size_t)n * sizeof *values);
	return x;
}

Tensor *tensor_scalar(Arena *a, DType t, double x)
{
	Tensor *scalar = tensor_new(a, t, 0, NULL);

	if (t != STR)
		store_f64(t, scalar->data, 0, x);
	return scalar;
}

/* ---- equality and hash ---- */

bool same_text(const Text *a, const Text *b)
{
	return a->length == b->length && (a->length == 0 || memcmp(a->text, b->text, (size_t)a->length) == 0);
}

static bool same_elements(const Tensor *a, const Tensor *b)
{
	const Text *x = a->data, *y = b->data;

	if (a->dtype != STR)
		return !memcmp(a->data, b->data, dtype_bytes(a->dtype, a->count));
	for (int64_t i = 0; i < a->count; i++)
		if (!same_text(&x[i], &y[i]))
			return false;
	return true;
}

bool tensor_equal(const Tensor *a, const Tensor *b)
{
	if (a == b || !a || !b)
		return a == b;
	if (a->dtype != b->dtype || a->rank != b->rank)
		return false;
	for (int i = 0; i < a->rank; i++)
		if (a->dim[i] != b->dim[i])
			return false;
	return same_elements(a, b);
}

uint64_t hash_bytes(uint64_t h, const void *data, size_t n)
{
	const uint8_t *byte = data;

	for (size_t i = 0; i < n; i++)
		h = (h ^ byte[i]) * 0x100000001b3u;
	return h;
}

uint64_t tensor_hash(const Tensor *t)
{
	int32_t head[2] = {(int32_t)t->dtype, t->rank};
	uint64_t h = hash_bytes(hash_bytes(HASH_START, head, sizeof head), t->dim, (size_t)t->rank * sizeof *t->dim);
	const Text *text = t->data;

	if (t->dtype != STR)
		return hash_bytes(h, t->data, dtype_bytes(t->dtype, t->count));
	for (int64_t i = 0; i < t->count; i++)
		h = hash_bytes(hash_bytes(h, &text[i].length, sizeof text[i].length), text[i].text,
			       (size_t)text[i].length);
	return h;
}
