/* Damaged files end in one of the contract's ways: every prefix of a model that has a bit of everything, every one of
 * its bits flipped, and every allocation failing. The sanitizers of the other preset look on. */
#include "tests/unit/onnx.h"

/* p2 = p, whose columns go through sequences: a Loop and a map, each of which is written out. */
static void through_sequences(Model *model)
{
	Arena *a = model->arena;
	Onnx__GraphProto *map = PROTO(a, graph_proto), *loop = PROTO(a, graph_proto);
	Model in_map = inside(model, map), in_loop = inside(model, loop);

	set_int(model, add_node(model, "SplitToSequence", "p", "columns"), "axis", 1);
	add_input(&in_map, "column", FLOAT, NULL);
	add_node(&in_map, "Relu", "column", "high");
	add_output(&in_map, "high", FLOAT, NULL);
	set_graph(model, add_node(model, "SequenceMap", "columns", "maps"), "body", map);
	add_numbers(model, "two", "2");
	add_node(model, "SequenceEmpty", "", "empty");
	add_input(&in_loop, "turn", INT64, "");
	add_input(&in_loop, "go", BOOLEAN, "");
	make_sequence(model, add_input(&in_loop, "old", FLOAT, NULL));
	add_node(&in_loop, "SequenceAt", "maps,turn", "one");
	add_node(&in_loop, "Optional", "one", "perhaps");
	add_node(&in_loop, "OptionalGetElement", "perhaps", "sure");
	add_node(&in_loop, "SequenceInsert", "old,sure", "new");
	add_output(&in_loop, "go", BOOLEAN, "");
	make_sequence(model, add_output(&in_loop, "new", FLOAT, NULL));
	set_graph(model, add_node(model, "Loop", "two,,empty", "copies"), "body", loop);
	set_int(model, add_node(model, "ConcatFromSequence", "copies", "p2"), "axis", 1);
}

/* A model with constants, a function, bodies, sequences, an old form and a symbolic size. */
static uint8_t *something_of_everything(Arena *a, size_t *n)
{
	const float k[2] = {1, 2};
	Model model = model_new(a);
	Onnx__GraphProto *body = PROTO(a, graph_proto);
	Model in = inside(&model, body);

	model.proto->opset_import[0]->version = 11;
	add_opset(&model, "local", 1);
	add_input(&model, "x", FLOAT, "n,2");
	add_tensor(&model, "k", FLOAT, "2", k, sizeof k);
	add_numbers(&model, "shape", "0,-1,1");
	Onnx__FunctionProto *f = add_function(&model, "F", "a", "b");
	add_step(&model, f, "Relu", "a", "b");
	of_domain(&model, add_node(&model, "F", "x", "r"), "local");
	add_input(&in, "row", FLOAT, "2");
	add_node(&in, "Add", "row,k", "sum");
	add_output(&in, "sum", FLOAT, "2");
	Onnx__NodeProto *scan = add_node(&model, "Scan", "r", "s");
	set_int(&model, scan, "num_scan_inputs", 1);
	set_graph(&model, scan, "body", body);
	set_int(&model, add_node(&model, "Softmax", "s", "p"), "axis", 1);
	through_sequences(&model);
	add_node(&model, "Reshape", "p2,shape", "q");
	set_ints(&model, add_node(&model, "Squeeze", "q", "y"), "axes", "2");
	add_output(&model, "y", FLOAT, "n,2");
	return model_bytes(&model, n);
}

static bool is_answer(enum exit_code code)
{
	return code == EXIT_DONE || code == EXIT_MODEL || code == EXIT_UNSUPPORTED || code == EXIT_LIMIT;
}

/* Import in a context of its own, with a copy of exactly n bytes. */
static enum exit_code import_copy(const uint8_t *bytes, size_t n)
{
	static Ctx c;

	ctx_open(&c, "unit", (size_t)64 << 20);
	if (setjmp(c.border) == 0)
		onnx_read_bytes(&c, arena_copy(&c.perm, bytes, n), n, NULL, NULL);
	enum exit_code code = c.status;
	assert_true(code == EXIT_DONE || strstr(c.message, "[E-"));
	ctx_close(&c);
	assert_int_equal(c.memory_used, 0);
	return code;
}

static void the_whole_is_right(void **state)
{
	size_t n;
	uint8_t *bytes = something_of_everything(&ctx.perm, &n);

	(void)state;
	assert_int_equal(import_copy(bytes, n), EXIT_DONE);
}

static void every_prefix_is_refused(void **state)
{
	size_t n;
	uint8_t *bytes = something_of_everything(&ctx.perm, &n);

	(void)state;
	for (size_t k = 0; k < n; k++) {
		enum exit_code code = import_copy(bytes, k);
		assert_true(is_answer(code));
		assert_int_not_equal(code, EXIT_DONE);
	}
}

static void every_flipped_bit_is_survived(void **state)
{
	size_t n;
	uint8_t *bytes = something_of_everything(&ctx.perm, &n);

	(void)state;
	for (size_t k = 0; k < 8 * n; k++) {
		bytes[k / 8] ^= (uint8_t)(1 << k % 8);
		assert_true(is_answer(import_copy(bytes, n)));
		bytes[k / 8] ^= (uint8_t)(1 << k % 8);
	}
}

static void pairs_of_flipped_bytes(void **state)
{
	size_t n;
	uint8_t *bytes = something_of_everything(&ctx.perm, &n);
	uint64_t seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t a = (size_t)random_in(&seed, 0, (int64_t)n - 1), b = (size_t)random_in(&seed, 0, (int64_t)n - 1);
		uint8_t old_a = bytes[a], old_b = bytes[b];
		bytes[a] = (uint8_t)next_random(&seed);
		bytes[b] = (uint8_t)next_random(&seed);
		assert_true(is_answer(import_copy(bytes, n)));
		bytes[b] = old_b;
		bytes[a] = old_a;
	}
}

static uint8_t *whole;
static size_t nwhole;

static void use(void) { onnx_read_bytes(&ctx, whole, nwhole, NULL, NULL); }

static void every_allocation_may_fail(void **state)
{
	uint8_t *bytes = something_of_everything(&ctx.perm, &nwhole);
	long n = 1;

	(void)state;
	whole = malloc(nwhole);
	memcpy(whole, bytes, nwhole);
	for (bool failed = true; failed; n++) {
		ctx_close(&ctx);
		ctx_open(&ctx, "unit", (size_t)64 << 20);
		failed = fails_at(&ctx, n, use);
	}
	assert_true(n > 100);
	free(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_whole_is_right),     TEST(every_prefix_is_refused),   TEST(every_flipped_bit_is_survived),
		TEST(pairs_of_flipped_bytes), TEST(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
