/* Tensors come in whatever way they were written: raw, in the typed field of their type, sparse, in a file, as one of
 * the forms of Constant; and every element is the one that was meant. */
#include <stdio.h>
#include <unistd.h>
#include "tests/unit/onnx.h"

/* The value of the constant that the graph gives as its only output. */
static Tensor *constant(void)
{
	Graph *g = import();

	assert_non_null(g->out[0]->data);
	assert_int_equal(g->nnode, 0);
	return g->out[0]->data;
}

/* ---- typed fields ---- */

/* Bits of elements in int32_data: what each type makes of them. */
static const struct {
	int type, n; /* elements; entries of int32_data follow from the width */
	int32_t entry[4];
	double want[4];
} narrow[] = {
	{INT32, 3, {1, -2, 2147483647}, {1, -2, 2147483647}},
	{INT8, 3, {1, -128, 255}, {1, -128, -1}},
	{UINT8, 2, {0, 255}, {0, 255}},
	{5, 2, {-32768, 40000}, {-32768, 40000 - 65536}}, /* int16 */
	{4, 2, {65535, 1}, {65535, 1}},			  /* uint16 */
	{BOOLEAN, 3, {0, 1, 2}, {0, 1, 1}},
	{FLOAT16, 2, {0x3c00, 0xc000}, {1, -2}},
	{16, 2, {0x3f80, 0xc000}, {1, -2}}, /* bfloat16 */
	{17, 2, {0x38, 0xb8}, {1, -1}},	    /* float8e4m3fn */
	{19, 2, {0x3c, 0xbc}, {1, -1}},	    /* float8e5m2 */
	{24, 2, {127, 128}, {1, 2}},	    /* float8e8m0 */
	{21, 3, {0x21, 0x0f}, {1, 2, 15}},  /* uint4: two an entry */
	{INT4, 3, {0xf1, 0x08}, {1, -1, -8}},
	{23, 2, {0xa2}, {1, -1}},	   /* float4e2m1 */
	{25, 4, {0xe4}, {0, 1, 2, 3}},	   /* uint2: four an entry */
	{26, 4, {0xe4}, {0, 1, -2, -1}},   /* int2 */
};

static void narrow_types_in_int32_data(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof narrow / sizeof *narrow; k++) {
		DType type = (DType)narrow[k].type;
		size_t entries = dtype_bytes(type, narrow[k].n);
		int bits = dtype_info(type)->bits;
		if (bits >= 8)
			entries = (size_t)narrow[k].n;
		m = model_new(&ctx.perm);
		Onnx__TensorProto *t = add_tensor(&m, "k", narrow[k].type, "", NULL, 0);
		PUSH(&ctx.perm, t->dims, t->n_dims, narrow[k].n);
		for (size_t i = 0; i < entries; i++)
			PUSH(&ctx.perm, t->int32_data, t->n_int32_data, narrow[k].entry[i]);
		add_output(&m, "k", narrow[k].type, NULL);
		Tensor *x = constant();
		assert_int_equal(x->dtype, type);
		for (int i = 0; i < narrow[k].n; i++)
			assert_float_equal(load_f64(type, x->data, i), narrow[k].want[i], 0);
	}
}

static void half_bytes_are_cleared(void **state)
{
	(void)state;
	add_tensor(&m, "k", INT4, "3", "\x21\xf3", 2);
	add_output(&m, "k", INT4, "3");
	assert_memory_equal(constant()->data, "\x21\x03", 2);
}

static void wide_types_in_their_fields(void **state)
{
	Onnx__TensorProto *f = add_tensor(&m, "f", FLOAT, "1", NULL, 0), *d = add_tensor(&m, "d", 11, "1", NULL, 0),
			  *u = add_tensor(&m, "u", 13, "1", NULL, 0), *w = add_tensor(&m, "w", 12, "1", NULL, 0),
			  *c = add_tensor(&m, "c", 14, "1", NULL, 0);

	(void)state;
	PUSH(&ctx.perm, f->float_data, f->n_float_data, 1.5f);
	PUSH(&ctx.perm, d->double_data, d->n_double_data, 0.1);
	PUSH(&ctx.perm, u->uint64_data, u->n_uint64_data, UINT64_MAX);
	PUSH(&ctx.perm, w->uint64_data, w->n_uint64_data, UINT32_MAX);
	PUSH(&ctx.perm, c->float_data, c->n_float_data, 3.0f);
	PUSH(&ctx.perm, c->float_data, c->n_float_data, 4.0f);
	for (const char *name = "fduwc"; *name; name++)
		add_output(&m, arena_format(&ctx.perm, "%c", *name), 0, NULL);
	Graph *g = import();
	assert_float_equal(*(float *)g->out[0]->data->data, 1.5, 0);
	assert_float_equal(*(double *)g->out[1]->data->data, 0.1, 0);
	assert_int_equal(*(uint64_t *)g->out[2]->data->data, UINT64_MAX);
	assert_int_equal(*(uint32_t *)g->out[3]->data->data, UINT32_MAX);
	assert_float_equal(((float *)g->out[4]->data->data)[1], 4, 0);
}

static void u32_that_does_not_fit(void **state)
{
	Onnx__TensorProto *w = add_tensor(&m, "w", 12, "1", NULL, 0);

	(void)state;
	PUSH(&ctx.perm, w->uint64_data, w->n_uint64_data, (uint64_t)1 << 32);
	refuse(EXIT_MODEL, "4294967296, does not fit in u32");
}

static void strings_may_hold_anything(void **state)
{
	Onnx__TensorProto *t = add_tensor(&m, "s", STRING, "2", NULL, 0);
	ProtobufCBinaryData a = {3, (uint8_t *)"a\0b"}, none = {0, NULL};

	(void)state;
	PUSH(&ctx.perm, t->string_data, t->n_string_data, a);
	PUSH(&ctx.perm, t->string_data, t->n_string_data, none);
	add_output(&m, "s", STRING, "2");
	const Text *text = constant()->data;
	assert_int_equal(text[0].length, 3);
	assert_memory_equal(text[0].text, "a\0b", 3);
	assert_int_equal(text[1].length, 0);
}

static void empty_tensors(void **state)
{
	(void)state;
	add_tensor(&m, "k", FLOAT, "2,0", NULL, 0);
	add_output(&m, "k", FLOAT, "2,0");
	Tensor *t = constant();
	assert_int_equal(t->count, 0);
	assert_non_null(t->data);
}

static void raw_data_is_aligned(void **state)
{
	static const double x[3] = {1, 2, 3};

	(void)state;
	add_tensor(&m, "a_name_of_odd_length_", 11, "3", x, sizeof x);
	add_output(&m, "a_name_of_odd_length_", 11, "3");
	Tensor *t = constant();
	assert_int_equal((uintptr_t)t->data % sizeof(double), 0);
	assert_memory_equal(t->data, x, sizeof x);
}

/* ---- sparse ---- */

static Onnx__SparseTensorProto *sparse(const char *index_sizes, int n, const int64_t *index)
{
	static const float value[] = {5, 6};
	Onnx__SparseTensorProto *s = PROTO(&ctx.perm, sparse_tensor_proto);

	s->values = tensor_proto(&ctx.perm, "k", FLOAT, "2", value, sizeof value);
	s->indices = tensor_proto(&ctx.perm, "", INT64, index_sizes, index, (size_t)n * sizeof *index);
	PUSH(&ctx.perm, s->dims, s->n_dims, 2);
	PUSH(&ctx.perm, s->dims, s->n_dims, 3);
	return s;
}

static void sparse_becomes_dense(void **state)
{
	static const float want[6] = {0, 5, 0, 0, 0, 6};

	(void)state;
	Onnx__SparseTensorProto *s = sparse("2", 2, (const int64_t[]){1, 5});
	PUSH(&ctx.perm, m.graph->sparse_initializer, m.graph->n_sparse_initializer, s);
	add_output(&m, "k", FLOAT, "2,3");
	assert_memory_equal(constant()->data, want, sizeof want);
	m = model_new(&ctx.perm);
	Onnx__NodeProto *n = add_node(&m, "Constant", "", "y");
	add_attribute(&ctx.perm, n, "sparse_value", 11)->sparse_tensor =
		sparse("2,2", 4, (const int64_t[]){0, 1, 1, 2});
	add_output(&m, "y", FLOAT, "2,3");
	assert_memory_equal(constant()->data, want, sizeof want);
}

/* ---- Constant ---- */

static Onnx__AttributeProto *form(const char *name, int type)
{
	m = model_new(&ctx.perm);
	Onnx__NodeProto *n = add_node(&m, "Constant", "", "y");
	add_output(&m, "y", 0, NULL);
	return add_attribute(&ctx.perm, n, name, type);
}

static void forms_of_constant(void **state)
{
	static const float third = 3;
	Onnx__AttributeProto *a;
	Tensor *t;

	(void)state;
	a = form("value", 4);
	a->t = tensor_proto(&ctx.perm, "", FLOAT, "1", &third, sizeof third);
	assert_float_equal(*(float *)constant()->data, 3, 0);
	a = form("value_int", 2);
	a->has_i = true;
	a->i = INT64_MIN;
	t = constant();
	assert_int_equal(t->rank, 0);
	assert_int_equal(*(int64_t *)t->data, INT64_MIN);
	a = form("value_ints", 7);
	PUSH(&ctx.perm, a->ints, a->n_ints, 7);
	PUSH(&ctx.perm, a->ints, a->n_ints, 8);
	t = constant();
	assert_int_equal(t->dim[0], 2);
	assert_int_equal(((int64_t *)t->data)[1], 8);
	a = form("value_float", 1);
	a->has_f = true;
	a->f = 0.5f;
	assert_float_equal(*(float *)constant()->data, 0.5, 0);
	a = form("value_floats", 6);
	PUSH(&ctx.perm, a->floats, a->n_floats, 2.5f);
	t = constant();
	assert_int_equal(t->rank, 1);
	assert_float_equal(*(float *)t->data, 2.5, 0);
	a = form("value_string", 3);
	a->has_s = true;
	a->s = (ProtobufCBinaryData){2, (uint8_t *)"hi"};
	t = constant();
	assert_int_equal(t->rank, 0);
	assert_memory_equal(((Text *)t->data)->text, "hi", 2);
	a = form("value_strings", 8);
	PUSH(&ctx.perm, a->strings, a->n_strings, ((ProtobufCBinaryData){2, (uint8_t *)"ho"}));
	t = constant();
	assert_int_equal(t->dim[0], 1);
	assert_memory_equal(((Text *)t->data)->text, "ho", 2);
	form("value_ints", 7); /* an empty list */
	assert_int_equal(constant()->count, 0);
}

/* ---- files ---- */

static void external_data(void **state)
{
	char folder[] = "/tmp/unit-XXXXXX";
	const float want[3] = {1, 2, 3};
	size_t n;

	(void)state;
	assert_non_null(mkdtemp(folder));
	const char *path = arena_format(&ctx.perm, "%s/weights.bin", folder);
	FILE *f = fopen(path, "wb");
	fwrite("skip", 1, 4, f);
	fwrite(want, sizeof *want, 3, f);
	fclose(f);
	Onnx__TensorProto *t = add_tensor(&m, "k", FLOAT, "3", NULL, 0);
	add_external(&ctx.perm, t, "location", "weights.bin");
	add_external(&ctx.perm, t, "offset", "4");
	add_external(&ctx.perm, t, "length", "12");
	add_external(&ctx.perm, t, "checksum", "of old");
	add_output(&m, "k", FLOAT, "3");
	uint8_t *bytes = model_bytes(&m, &n);
	if (setjmp(ctx.border))
		assert_string_equal(ctx.message, "no error");
	Graph *g = onnx_read_bytes(&ctx, bytes, n, folder, NULL);
	assert_memory_equal(g->out[0]->data->data, want, sizeof want);
	unlink(path);
	rmdir(folder);
	refuse(EXIT_MODEL, "is not allowed here"); /* without a directory */
}

static void tensors_of_their_own(void **state)
{
	const float x[2] = {1, 2};
	Onnx__TensorProto *t = tensor_proto(&ctx.perm, "x", FLOAT, "2", x, sizeof x);
	const char *name;
	uint8_t bytes[64];

	(void)state;
	size_t n = onnx__tensor_proto__pack(t, bytes);
	if (setjmp(ctx.border))
		assert_string_equal(ctx.message, "no error");
	Tensor *got = onnx_read_tensor(&ctx, &ctx.scratch, bytes, n, &name);
	assert_string_equal(name, "x");
	assert_int_equal(got->count, 2);
	assert_memory_equal(got->data, x, sizeof x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(narrow_types_in_int32_data), TEST(half_bytes_are_cleared),	TEST(wide_types_in_their_fields),
		TEST(u32_that_does_not_fit),	  TEST(strings_may_hold_anything), TEST(empty_tensors),
		TEST(raw_data_is_aligned),	  TEST(sparse_becomes_dense),	TEST(forms_of_constant),
		TEST(external_data),		  TEST(tensors_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
