/* Sizes of inputs from files: they settle what nothing bounds, stay within the bounds of what varies, and agree. */
#include <string.h>
#include "tests/unit/graphs.h"
#include "tools/inputs.h"

static const char text[] = "symbol n = 2..3\nsymbol m = 0..\ngraph (%x f32[n,4], %w f32[m,n], %v f32[m]) -> (%y) {\n\t%y = Neg(%x)\n}\n";

static Tensor *sized(int rank, int64_t a, int64_t b) { return tensor_new(&ctx.perm, F32, rank, (int64_t[]){a, b}); }

CASE(what_nothing_bounds_is_chosen)
{
	Settings s = {0};
	Graph *read = graph_parse(&ctx, &syms, text);
	Tensor *bounded[3] = {sized(2, 2, 4)}, *mixed[3] = {NULL, sized(2, 7, 2)}, *open[3] = {NULL, NULL, sized(1, 7, 0)};
	assert_false(inputs_choose_sizes(&ctx, &s, read, bounded));
	assert_true(inputs_choose_sizes(&ctx, &s, read, mixed));
	assert_int_equal(s.read.nshapes, 0);
	assert_int_equal(s.read.ndims, 1);
	assert_string_equal(s.read.dims[0].name, "m");
	assert_int_equal(s.read.dims[0].lo, 7);
	assert_int_equal(s.read.dims[0].hi, 7);
	assert_true(inputs_choose_sizes(&ctx, &s, read, open));
	assert_int_equal(s.read.nshapes, 1);
	assert_string_equal(s.read.shapes[0].input, "v");
	assert_int_equal(s.read.shapes[0].dim[0], 7);
}

CASE(files_have_sizes_that_inputs_may_have)
{
	Graph *read = graph_parse(&ctx, &syms, text);
	Tensor *right[3] = {sized(2, 3, 4), sized(2, 9, 3), sized(1, 9, 0)}, *none[3] = {0};
	inputs_check(&ctx, read, right);
	inputs_check(&ctx, read, none);
	const struct { Tensor *x, *w; const char *says; } wrong[] = {
		{sized(2, 1, 4), NULL, "input 'x' has size 2 to 3 on axis 0, its file 1"},
		{sized(2, 4, 4), NULL, "input 'x' has size 2 to 3 on axis 0, its file 4"},
		{sized(2, 2, 5), NULL, "input 'x' has size 4 on axis 1, its file 5"},
		{sized(1, 3, 0), NULL, "input 'x' is [n,4] in the model, the file has [3]"},
		{sized(2, 2, 4), sized(2, 7, 3), "size n is 2 in the file of input 'x' and 3 in that of 'w'"},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		Tensor *in[3] = {wrong[i].x, wrong[i].w};
		jmp_buf border;
		memcpy(&border, &ctx.border, sizeof border);
		assert_fails(&ctx, EXIT_USAGE, "E-SHAPE", inputs_check(&ctx, read, in));
		memcpy(&ctx.border, &border, sizeof border);
		assert_non_null(strstr(ctx.message, wrong[i].says));
	}
}

/* n as in the file of x, m as large as random sizes are. */
CASE(random_inputs_have_sizes_of_files)
{
	Settings s = {0};
	Graph *read = graph_parse(&ctx, &syms, "symbol n = 1..9\ngraph (%w f32[4,n], %x f32[n,4]) -> (%y) {\n\t%y = MatMul(%x, %w)\n}\n");
	Tensor *in[2] = {NULL, sized(2, 2, 4)}, *none[2] = {0};
	ctx.verbose = -1;
	inputs_fill(&ctx, &s, read, in);
	assert_int_equal(in[0]->dim[1], 2);
	inputs_fill(&ctx, &s, read, none);
	assert_int_equal(none[0]->dim[1], 9);
	assert_int_equal(none[1]->dim[0], 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_nothing_bounds_is_chosen), TEST(files_have_sizes_that_inputs_may_have),
		TEST(random_inputs_have_sizes_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
