/* Sequences and optionals whose elements are known: operators on them leave the graph. */
#include "ir/eval.h"
#include "tests/unit/onnx.h"

/* A model of opset 13 with x f32[2,3] = 0 .. 5 and the scalars zero .. three, minus; its output is y. */
static void begin(void)
{
	static const char *const name[] = {"zero", "one", "two", "three", "minus"};
	static const int64_t number[] = {0, 1, 2, 3, -1};

	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	add_input(&m, "x", FLOAT, "2,3");
	add_output(&m, "y", 0, NULL);
	for (int i = 0; i < 5; i++)
		add_tensor(&m, name[i], INT64, "", &number[i], sizeof number[i]);
}

static void expect(int rank, const int64_t *dims, const double *want)
{
	Graph *g = import();
	Eval e = {0};
	Tensor *x = tensor_new(&ctx.perm, F32, 2, (int64_t[]){2, 3});

	for (int64_t i = 0; i < 6; i++)
		((float *)x->data)[i] = (float)i;
	if (setjmp(ctx.border)) {
		assert_string_equal(ctx.message, "no error");
		return;
	}
	eval_graph(&e, g, &ctx.perm, &x);
	const Tensor *y = eval_value(&e, g->out[0]);
	assert_int_equal(y->rank, rank);
	for (int i = 0; i < rank; i++)
		assert_int_equal(y->dim[i], dims[i]);
	for (int64_t i = 0; i < y->count; i++)
		assert_float_equal(load_f64(y->dtype, y->data, i), want[i], 0);
}
#define DIMS(...) (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]){__VA_ARGS__}
#define ELEMENTS(...) (const double[]){__VA_ARGS__}

static void rows_are_split_and_joined(void **state)
{
	(void)state;
	begin();
	set_int(&m, add_node(&m, "SplitToSequence", "x", "s"), "axis", 0);
	add_node(&m, "SequenceAt", "s,minus", "y");
	expect(DIMS(1, 3), ELEMENTS(3, 4, 5));

	begin();
	Onnx__NodeProto *n = add_node(&m, "SplitToSequence", "x", "s");
	set_int(&m, n, "axis", -1);
	set_int(&m, n, "keepdims", 0);
	n = add_node(&m, "ConcatFromSequence", "s", "y");
	set_int(&m, n, "axis", 0);
	set_int(&m, n, "new_axis", 1);
	expect(DIMS(3, 2), ELEMENTS(0, 3, 1, 4, 2, 5));
}

static void parts_have_a_length(void **state)
{
	(void)state;
	begin();
	set_int(&m, add_node(&m, "SplitToSequence", "x,two", "s"), "axis", 1);
	add_node(&m, "SequenceAt", "s,one", "y");
	expect(DIMS(2, 1), ELEMENTS(2, 5));

	begin();
	set_int(&m, add_node(&m, "SplitToSequence", "x,two", "s"), "axis", 1);
	add_node(&m, "SequenceLength", "s", "y");
	expect(0, NULL, ELEMENTS(2));
}

static void elements_come_and_go(void **state)
{
	(void)state;
	begin();
	add_node(&m, "Neg", "x", "n");
	add_node(&m, "Abs", "x", "a");
	add_node(&m, "SequenceConstruct", "x,a", "s");
	add_node(&m, "SequenceInsert", "s,n,minus", "t"); /* x, n, a */
	add_node(&m, "SequenceErase", "t,zero", "u");
	add_node(&m, "SequenceAt", "u,zero", "y");
	expect(DIMS(2, 3), ELEMENTS(0, -1, -2, -3, -4, -5));

	begin();
	add_node(&m, "SequenceEmpty", "", "s");
	add_node(&m, "SequenceInsert", "s,x", "t");
	add_node(&m, "SequenceLength", "t", "y");
	expect(0, NULL, ELEMENTS(1));
}

static void optionals_hold_one(void **state)
{
	(void)state;
	begin();
	add_node(&m, "Optional", "x", "o");
	add_node(&m, "OptionalGetElement", "o", "y");
	expect(DIMS(2, 3), ELEMENTS(0, 1, 2, 3, 4, 5));

	begin();
	add_node(&m, "OptionalHasElement", "", "y");
	expect(0, NULL, ELEMENTS(0));

	begin();
	add_node(&m, "OptionalHasElement", "x", "y");
	expect(0, NULL, ELEMENTS(1));
}

static void wrong_ones_are_refused(void **state)
{
	(void)state;
	begin();
	add_node(&m, "SequenceConstruct", "x", "s");
	add_node(&m, "SequenceAt", "s,one", "y");
	refuse(EXIT_MODEL, "position 1 in a sequence of 1");

	begin();
	add_node(&m, "SequenceAt", "x,zero", "y");
	refuse(EXIT_MODEL, "no sequence");

	begin();
	add_node(&m, "SequenceConstruct", "x", "s");
	add_node(&m, "SequenceInsert", "s,one", "t");
	add_node(&m, "SequenceAt", "t,zero", "y");
	refuse(EXIT_MODEL, "puts i64 into a sequence of f32");

	begin();
	add_node(&m, "SequenceConstruct", "x", "y");
	refuse(EXIT_UNSUPPORTED, "an output of a graph");

	begin();
	add_node(&m, "SequenceConstruct", "x", "s");
	add_node(&m, "Neg", "s", "y");
	refuse(EXIT_UNSUPPORTED, "(Neg)");

	begin();
	add_input(&m, "big", FLOAT, "100000");
	add_node(&m, "SplitToSequence", "big", "s");
	add_node(&m, "SequenceLength", "s", "y");
	refuse(EXIT_LIMIT, "makes parts of 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_are_split_and_joined), TEST(parts_have_a_length),   TEST(elements_come_and_go),
		TEST(optionals_hold_one),	 TEST(wrong_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
