/* Maps: what ZipMap makes stays a tensor whose columns have labels in the header; a map that the model takes is its keys
 * and their values. */
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "tests/unit/onnx.h"
#include "tools/jit.h"

enum { KEYS = 3 };

static Onnx__NodeProto *add_map_node(const char *type, const char *in, const char *out)
{
	m = model_new(&ctx.perm);
	add_opset(&m, "ai.onnx.ml", 3);
	return of_domain(&m, add_node(&m, type, in, out), "ai.onnx.ml");
}

/* ---- ZipMap ---- */

static Onnx__NodeProto *begin_zip(const char *sizes)
{
	Onnx__NodeProto *zip = add_map_node("ZipMap", "x", "z");
	Onnx__ValueInfoProto *y;

	add_input(&m, "x", FLOAT, sizes);
	add_node(&m, "Identity", "z", "y");
	y = add_output(&m, "y", FLOAT, NULL);
	make_map(&m, y, STRING);
	make_sequence(&m, y);
	return zip;
}

static bool has_sizes(const Value *v, int64_t rows, int64_t columns)
{
	return v->shape.rank == 2 && dim_is(v->shape.dim[0], rows) && dim_is(v->shape.dim[1], columns);
}

static const char *header_of(Graph *g)
{
	const Options o = {.target = "c", .prefix = "m"};
	const char *header;

	passes_run(g, &o);
	emit_text(g, &o, &header, NULL);
	return header;
}

static void columns_have_labels(void **state)
{
	(void)state;
	set_strings(&m, begin_zip("2,3"), "classlabels_strings", "ab,c\"d,e\\");
	Graph *g = import();
	assert_true(g->out[0]->kind == KIND_TENSOR && has_sizes(g->out[0], 2, 3));
	assert_true(g->out_labels[0]->count == 3);
	const char *header = header_of(g);
	assert_non_null(strstr(header, "static const char *const m_y_labels[3] = {\n\t\"ab\", \"c\\042d\", \"e\\134\"\n};"));
}

static void labels_may_be_numbers(void **state)
{
	(void)state;
	set_ints(&m, begin_zip("3"), "classlabels_int64s", "7,-9223372036854775808,0");
	Graph *g = import();
	assert_true(has_sizes(g->out[0], 1, 3));
	const char *header = header_of(g);
	assert_non_null(strstr(header, "static const int64_t m_y_labels[3] = {\n\t7, INT64_MIN, 0\n};"));
}

static void other_outputs_have_none(void **state)
{
	(void)state;
	set_ints(&m, begin_zip("2,3"), "classlabels_int64s", "1,2,3");
	add_node(&m, "Neg", "x", "n");
	add_output(&m, "n", FLOAT, "2,3");
	add_output(&m, "x", FLOAT, "2,3");
	Graph *g = import();
	assert_true(!g->out_labels[1] && !g->out_labels[2]);
	const char *header = header_of(g);
	assert_null(strstr(header, "m_n_labels"));
}

static void wrong_labels_are_refused(void **state)
{
	(void)state;
	begin_zip("2,3");
	refuse(EXIT_MODEL, "has neither classlabels_int64s nor classlabels_strings");
	set_ints(&m, begin_zip("2,3"), "classlabels_int64s", "1,2");
	refuse(EXIT_MODEL, "2 labels for values [2,3]");
	set_ints(&m, begin_zip("2,3,3"), "classlabels_int64s", "1,2,3");
	refuse(EXIT_MODEL, "rank 3; 1 or 2 would be right");
	Onnx__NodeProto *zip = begin_zip("2,3");
	set_ints(&m, zip, "classlabels_int64s", "1,2,3");
	set_int(&m, zip, "other", 1);
	refuse(EXIT_MODEL, "unknown attribute 'other'");
	zip = begin_zip("2,3");
	set_ints(&m, zip, "classlabels_int64s", "1,2,3");
	m.graph->output[0]->type = type_proto(&ctx.perm, FLOAT, "2,3");
	refuse(EXIT_MODEL, "is declared as a tensor, but is a map");
}

/* ---- maps as inputs ---- */

static Onnx__NodeProto *begin_map(const char *type, int key, int value)
{
	Onnx__NodeProto *n = add_map_node(type, "d", "y");

	make_map(&m, add_input(&m, "d", value, NULL), key);
	add_output(&m, "y", 0, NULL);
	return n;
}

/* What the model of keys and values, the inputs of three keys, gives; the shape is [1, n]. */
static void expect(const Tensor *keys, const float *values, int64_t n, const double *want)
{
	static const DimChoice three[] = {{"d", KEYS, KEYS}};
	Graph *g = import_with(&(ReadOptions){.dims = three, .ndims = 1});
	Tensor *v = tensor_new(&ctx.perm, F32, 1, (int64_t[]){KEYS}), *in[] = {(Tensor *)keys, v};
	Eval e = {0};

	memcpy(v->data, values, KEYS * sizeof *values);
	assert_string_equal(g->in[0]->name, "d.keys");
	assert_string_equal(g->in[1]->name, "d.values");
	eval_graph(&e, g, &ctx.perm, in);
	const Tensor *y = eval_value(&e, g->out[0]);
	assert_true(y->rank == 2 && y->dim[0] == 1 && y->dim[1] == n);
	for (int64_t i = 0; i < n; i++)
		assert_float_equal(load_f64(y->dtype, y->data, i), want[i], 0);
}

static const Tensor *text_keys(void)
{
	Tensor *t = tensor_new(&ctx.perm, STR, 1, (int64_t[]){KEYS});

	memcpy(t->data, (Text[]){{"b", 1}, {"other", 5}, {"a", 1}}, KEYS * sizeof(Text));
	return t;
}

static void a_vocabulary_orders_values(void **state)
{
	(void)state;
	set_strings(&m, begin_map("DictVectorizer", STRING, FLOAT), "string_vocabulary", "a,c,b");
	expect(text_keys(), (float[]){2, 3, 0.5F}, 3, (double[]){0.5, 0, 2});
	set_ints(&m, begin_map("DictVectorizer", INT64, FLOAT), "int64_vocabulary", "4,-1");
	expect(tensor_i64(&ctx.perm, KEYS, (int64_t[]){-1, 3, 4}, false), (float[]){2, 3, 0.5F}, 2, (double[]){0.5, 2});
}

static void values_are_cast(void **state)
{
	const Tensor *keys = tensor_i64(&ctx.perm, KEYS, (int64_t[]){0, 2, 3}, false);

	(void)state;
	set_string(&m, begin_map("CastMap", INT64, FLOAT), "cast_to", "TO_INT64");
	expect(keys, (float[]){2, 3.75F, -4}, 3, (double[]){2, 3, -4});
	Onnx__NodeProto *n = begin_map("CastMap", INT64, FLOAT);
	set_string(&m, n, "map_form", "SPARSE");
	set_int(&m, n, "max_map", 4);
	expect(keys, (float[]){2, 3.75F, -4}, 4, (double[]){2, 0, 3.75, -4});
}

/* Keys and values are plain inputs of the emitted model, and how many there are is a size of the call. */
static void emitted_code_takes_pairs(void **state)
{
	static const DimChoice bound[] = {{"d", 0, 9}};
	Settings settings = {.compile = {.level = 2, .target = "native"}, .cc_flags = "-O1 -Wall -Wextra -Werror", .threads = 1};
	float values[] = {2, 3, 0.5F}, y[3] = {0};

	(void)state;
	set_strings(&m, begin_map("DictVectorizer", STRING, FLOAT), "string_vocabulary", "a,c,b");
	Session *s = jit(&ctx, import_with(&(ReadOptions){.dims = bound, .ndims = 1}), &settings, NULL);
	tcc_tensor in[] = {{text_keys()->data, STR, 1, {KEYS}}, {values, F32, 1, {KEYS}}}, out[] = {{y, 0, 0, {0}}};
	assert_true(s->model->n_inputs == 2 && s->model->inputs[0].kind == TCC_TENSOR && s->model->inputs[0].dims[0] == 9);
	assert_int_equal(s->model->run(s->workspace, in, out, NULL), TCC_OK);
	assert_true(y[0] == 0.5F && y[1] == 0 && y[2] == 2);
	in[1].dims[0] = 2;
	assert_int_equal(s->model->run(s->workspace, in, out, NULL), TCC_ERR_SHAPE);
	session_close(s);
	temporary_clear();
}

static void wrong_maps_are_refused(void **state)
{
	static const DimChoice three[] = {{"d", KEYS, KEYS}};
	const ReadOptions o = {.dims = three, .ndims = 1};

	(void)state;
	set_ints(&m, begin_map("DictVectorizer", STRING, FLOAT), "int64_vocabulary", "1");
	refuse_with(&o, EXIT_MODEL, "the map has keys of str, the operator those of i64");
	set_strings(&m, begin_map("DictVectorizer", STRING, STRING), "string_vocabulary", "a");
	refuse_with(&o, EXIT_UNSUPPORTED, "values of str have no zero");
	set_string(&m, begin_map("CastMap", INT64, FLOAT), "cast_to", "TO_NOTHING");
	refuse_with(&o, EXIT_MODEL, "cast_to or map_form is unknown");
	begin_map("CastMap", FLOAT, FLOAT);
	refuse_with(&o, EXIT_UNSUPPORTED, "input 'd' is no map from int64 or strings");
	set_strings(&m, begin_map("DictVectorizer", STRING, FLOAT), "string_vocabulary", "a");
	m.graph->input[0]->type = type_proto(&ctx.perm, FLOAT, "3");
	refuse(EXIT_MODEL, "the input is no map");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(columns_have_labels),
		TEST(labels_may_be_numbers),
		TEST(other_outputs_have_none),
		TEST(wrong_labels_are_refused),
		TEST(a_vocabulary_orders_values),
		TEST(values_are_cast),
		TEST(emitted_code_takes_pairs),
		TEST(wrong_maps_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
