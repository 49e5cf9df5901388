/* tensors.c -- initializers whose type, sizes and payload do not agree. */
#include "tests/bad/bad.h"

static const uint8_t bytes[64];

/* A constant k of some type, sizes and raw bytes next to the plain model. */
static Onnx__TensorProto *k(Model *m, int type, const char *sizes, size_t n)
{
	plain(m);
	return add_tensor(m, "k", type, sizes, n ? bytes : NULL, n);
}

static void type_0(Model *m) { k(m, 0, "1", 4); }
static void type_99(Model *m) { k(m, 99, "1", 4); }
static void type_minus_1(Model *m) { k(m, -1, "1", 4); }
static void rank_1025(Model *m)
{
	Onnx__TensorProto *t = k(m, FLOAT, "", 4);

	for (int i = 0; i < 1025; i++)
		PUSH(m->arena, t->dims, t->n_dims, 1);
}
static void negative_size(Model *m) { k(m, FLOAT, "-1", 4); }
static void lowest_size(Model *m) { k(m, FLOAT, "-9223372036854775808", 4); }
static void sizes_2_64(Model *m) { k(m, FLOAT, "4294967296,4294967296", 4); }
static void sizes_wrap(Model *m) { k(m, FLOAT, "2147483648,2147483648,4", 4); }
static void zero_of_2_124(Model *m) { k(m, FLOAT, "0,4611686018427387904,4611686018427387904", 0); }
static void one_byte_short(Model *m) { k(m, FLOAT, "4", 15); }
static void one_byte_long(Model *m) { k(m, FLOAT, "4", 17); }
static void odd_nibbles(Model *m) { k(m, INT4, "5", 5); }
static void no_payload(Model *m) { k(m, FLOAT, "4", 0); }
static void huge_without_payload(Model *m) { k(m, FLOAT, "1000000,1000000", 0); }

static void two_payloads(Model *m)
{
	Onnx__TensorProto *t = k(m, FLOAT, "1", 4);

	PUSH(m->arena, t->float_data, t->n_float_data, 1.0f);
}

static void wrong_field(Model *m)
{
	Onnx__TensorProto *t = k(m, INT64, "1", 0);

	PUSH(m->arena, t->float_data, t->n_float_data, 1.0f);
}

static void byte_of_300(Model *m)
{
	Onnx__TensorProto *t = k(m, UINT8, "1", 0);

	PUSH(m->arena, t->int32_data, t->n_int32_data, 300);
}

static void raw_strings(Model *m) { k(m, STRING, "1", 4); }

static void segment(Model *m)
{
	k(m, FLOAT, "1", 4)->segment = PROTO(m->arena, tensor_proto__segment);
}

/* sparse: [4] with values at 1 and 2 */
static Onnx__SparseTensorProto *sparse(Model *m, const char *sizes, int64_t first, int64_t second)
{
	Onnx__SparseTensorProto *s = PROTO(m->arena, sparse_tensor_proto);
	int64_t at[2] = {first, second};

	plain(m);
	s->values = tensor_proto(m->arena, "k", FLOAT, "2", bytes, 8);
	s->indices = tensor_proto(m->arena, "", INT64, "2", at, sizeof at);
	s->dims = tensor_proto(m->arena, "", INT64, sizes, NULL, 0)->dims;
	s->n_dims = 1;
	PUSH(m->arena, m->graph->sparse_initializer, m->graph->n_sparse_initializer, s);
	return s;
}

static void sparse_outside(Model *m) { sparse(m, "4", 1, 4); }
static void sparse_negative(Model *m) { sparse(m, "4", -1, 2); }
static void sparse_unsorted(Model *m) { sparse(m, "4", 2, 1); }
static void sparse_repeated(Model *m) { sparse(m, "4", 1, 1); }
static void sparse_negative_size(Model *m) { sparse(m, "-4", 1, 2); }
static void sparse_no_values(Model *m) { sparse(m, "4", 1, 2)->values = NULL; }
static void sparse_no_indices(Model *m) { sparse(m, "4", 1, 2)->indices = NULL; }
static void sparse_huge(Model *m) { sparse(m, "1000000000000", 1, 2); }

const Bad bad_tensors[] = {
	{"tensor-type-0", 3, type_0, NULL},
	{"tensor-type-99", 3, type_99, NULL},
	{"tensor-type-minus-1", 3, type_minus_1, NULL},
	{"tensor-rank-1025", 4, rank_1025, NULL},
	{"tensor-negative-size", 3, negative_size, NULL},
	{"tensor-lowest-size", 3, lowest_size, NULL},
	{"tensor-sizes-2-64", 3, sizes_2_64, NULL},
	{"tensor-sizes-wrap", 3, sizes_wrap, NULL},
	{"tensor-zero-of-2-124", 3, zero_of_2_124, NULL},
	{"tensor-one-byte-short", 3, one_byte_short, NULL},
	{"tensor-one-byte-long", 3, one_byte_long, NULL},
	{"tensor-odd-nibbles", 3, odd_nibbles, NULL},
	{"tensor-no-payload", 3, no_payload, NULL},
	{"tensor-huge-without-payload", 3, huge_without_payload, NULL},
	{"tensor-two-payloads", 3, two_payloads, NULL},
	{"tensor-wrong-field", 3, wrong_field, NULL},
	{"tensor-byte-of-300", 3, byte_of_300, NULL},
	{"tensor-raw-strings", 3, raw_strings, NULL},
	{"tensor-segment", 4, segment, NULL},
	{"sparse-outside", 3, sparse_outside, NULL},
	{"sparse-negative", 3, sparse_negative, NULL},
	{"sparse-unsorted", 3, sparse_unsorted, NULL},
	{"sparse-repeated", 3, sparse_repeated, NULL},
	{"sparse-negative-size", 3, sparse_negative_size, NULL},
	{"sparse-no-values", 3, sparse_no_values, NULL},
	{"sparse-no-indices", 3, sparse_no_indices, NULL},
	{"sparse-huge", 5, sparse_huge, NULL},
	{0},
};
