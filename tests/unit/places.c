/* Where values live: contractions and reductions that are stored where their elements are moved to, and orders of axes
 * that moves keep. */
#include "passes/place.h"
#include "tests/unit/graphs.h"

static Graph *placed(const char *text)
{
	Options o = {.level = 2, .target = "c"};
	Graph *graph = graph_parse(&ctx, &syms, text);

	passes_run(graph, &o);
	layout(graph);
	fuse(graph, FUSE_TWINS);
	return graph;
}

/* Values that nodes of that operator make, and that have memory of their own. */
static int stored(const Graph *graph, const char *op)
{
	int n = 0;

	for (uint32_t i = 0; i < graph->nnode; i++)
		if (is_op(graph->node[i], op))
			n += graph->node[i]->out[0]->place->form == FORM_STORED;
	return n;
}

CASE(heads_are_merged_by_the_product)
{
	g = placed("graph (%p f32[2,3,5,5], %v f32[2,3,5,16], %w f32[48,8]) -> (%y) {\n"
		   "%s i64[3] = const [2, 5, 48] %m = MatMul(%p, %v)\n"
		   "%t = Transpose(%m) {perm = [0, 2, 1, 3]} %r = Reshape(%t, %s) %y = MatMul(%r, %w) }");
	assert_int_equal(stored(g, "MatMul"), 1);
	assert_int_equal(stored(g, "Transpose"), 0);
	assert_int_equal(stored(g, "Reshape"), 1);
}

CASE(a_residual_behind_a_transpose_is_an_epilogue)
{
	g = placed("graph (%x f32[1,4,6,16], %w f32[16,16], %r f32[1,4,6,16]) -> (%y) {\n"
		   "%m = MatMul(%x, %w) %t = Transpose(%m) {perm = [0, 3, 1, 2]}\n"
		   "%q = Transpose(%r) {perm = [0, 3, 1, 2]} %a = Add(%t, %q)\n"
		   "%u = Transpose(%a) {perm = [0, 2, 3, 1]} %y = Relu(%u) }");
	assert_int_equal(stored(g, "MatMul") + stored(g, "Transpose") + stored(g, "Add"), 0);
}

CASE(two_convolutions_share_a_copy_of_what_they_read)
{
	int copies = 0;

	g = placed("graph (%x f32[2,8,6,6], %v f32[16,8,1,1], %w f32[16,8,1,1]) -> (%y, %z) {\n"
		   "%y = Conv(%x, %v) %c = Conv(%x, %w) %z = Relu(%c) }");
	for (uint32_t i = 0; i < g->nnode; i++)
		copies += g->node[i]->op == op_find("tcc", "Copy") && g->node[i]->in[0] == g->in[0];
	assert_int_equal(copies, 1);
}

CASE(vectors_that_would_be_torn_apart_stay_a_copy)
{
	g = placed("graph (%x f32[1,3,4,4], %w f32[16,3,1,1]) -> (%y) {\n"
		   "%c = Conv(%x, %w) %d = DepthToSpace(%c) {blocksize = 2, mode = CRD} %y = Relu(%d) }");
	assert_int_equal(stored(g, "Conv"), 1);
}

CASE(blocks_of_channels_are_stored_as_pixels)
{
	g = placed("graph (%x f32[1,3,4,4], %w f32[64,3,1,1]) -> (%y) {\n"
		   "%c = Conv(%x, %w) %d = DepthToSpace(%c) {blocksize = 2, mode = DCR} %y = Relu(%d) }");
	assert_int_equal(stored(g, "Conv"), 0);
}

CASE(elements_that_are_read_twice_are_stored_first)
{
	g = placed("graph (%x f32[8,16], %w f32[16,16]) -> (%y) {\n"
		   "%s i64[3] = const [3, 8, 16] %m = MatMul(%x, %w) %t = Expand(%m, %s) %y = Relu(%t) }");
	assert_int_equal(stored(g, "MatMul"), 1);
}

CASE(two_consumers_want_it_stored)
{
	g = placed("graph (%x f32[2,4,16], %w f32[16,16]) -> (%y, %z) {\n"
		   "%m = MatMul(%x, %w) %t = Transpose(%m) {perm = [1, 0, 2]} %y = Relu(%t) %z = Abs(%m) }");
	assert_int_equal(stored(g, "MatMul"), 1);
}

CASE(moves_keep_the_order_in_memory)
{
	g = placed("graph (%x f32[1,3,4,4], %w f32[16,3,1,1], %v f32[1,16,16]) -> (%y) {\n"
		   "%s i64[3] = const [1, 16, 16] %c = Conv(%x, %w) %r = Reshape(%c, %s)\n"
		   "%t = Transpose(%r) {perm = [0, 2, 1]} %y = Concat(%t, %v) {axis = 1} }");
	for (uint32_t i = 0; i < g->nnode; i++)
		if (is_op(g->node[i], "Reshape"))
			assert_int_equal(g->node[i]->out[0]->order[2], 1);
	assert_int_equal(stored(g, "Conv"), 0);
}

/* The right operand of a product has its columns side by side, whatever the order it is made from. */
CASE(a_promised_inner_axis_is_given)
{
	g = placed("graph (%q f32[2,3,5,8], %x f32[2,5,24]) -> (%y) {\n"
		   "%s i64[4] = const [2, 5, 3, 8] %k = Relu(%x) %r = Reshape(%k, %s)\n"
		   "%t = Transpose(%r) {perm = [0, 2, 3, 1]} %y = MatMul(%q, %t) }");
	for (uint32_t i = 0; i < g->nnode; i++)
		if (is_op(g->node[i], "Transpose"))
			assert_int_equal(g->node[i]->out[0]->place->stride[3], 1);
}

/* Of a tile every product has an element: 1024 elements further each, they would meet in the same sets of the cache. */
CASE(products_of_a_tile_lie_apart)
{
	g = placed("graph (%x f32[1,16,32,32], %b f32[6,6], %w f32[6,6,1,1,16,16]) -> (%y) {\n"
		   "%v = tcc.WinogradInput(%x, %b, %b) {tile = [4, 4], tiles = [8, 8], before = [1, 1]}\n"
		   "%y = MatMul(%v, %w) }");
	for (uint32_t i = 0; i < g->nnode; i++) {
		const Place *p = g->node[i]->out[0]->place;
		if (g->node[i]->op != op_find("tcc", "WinogradInput"))
			continue;
		assert_int_equal(p->stride[1], 8 * 8 * 16 + 16);
		assert_int_equal(p->stride[0], 6 * p->stride[1]);
		return;
	}
	assert_true(false);
}

/* Rows across which a Reshape cuts: their sums would be computed for each element anew. */
CASE(rows_that_no_loop_goes_along_are_stored)
{
	g = placed("graph (%x f32[2,8,48], %s f32[8], %b f32[8]) -> (%y) {\n"
		   "%n i64[5] = const [2, 6, 4, 4, 4] %t = InstanceNormalization(%x, %s, %b)\n"
		   "%r = Reshape(%t, %n) %y = Relu(%r) }");
	assert_int_equal(stored(g, "InstanceNormalization"), 1);
}

/* x + z for all pairs lies in rows, though x comes with its heads innermost. */
CASE(what_is_repeated_does_not_lead)
{
	g = placed("graph (%x f32[5,4,1], %z f32[4,1,6]) -> (%y) {\n"
		   "%t = Transpose(%x) {perm = [1, 0, 2]} %a = Add(%t, %z) %y = Softmax(%a) }");
	for (uint32_t i = 0; i < g->nnode; i++)
		if (is_op(g->node[i], "Add"))
			assert_int_equal(g->node[i]->out[0]->order[2], 2);
}

/* The step from neighbour to neighbour in the row that is added to each of so many of a head. */
static int64_t step_of_row(const char *rows)
{
	g = placed(arena_format(&ctx.perm, "graph (%%x f32[64,4], %%z f32[4,%s,64]) -> (%%y) {\n"
	                        "%%axes i64[1] = const [1] %%r = Relu(%%x) %%t = Transpose(%%r) {perm = [1, 0]}\n"
	                        "%%u = Unsqueeze(%%t, %%axes) %%y = Add(%%z, %%u) }", rows));
	for (uint32_t i = 0; i < g->nnode; i++)
		if (is_op(g->node[i], "Add"))
			return g->node[i]->in[1]->place->form == FORM_INLINE ? 0 : g->node[i]->in[1]->place->stride[2];
	return -1;
}

CASE(what_is_repeated_is_turned_once)
{
	assert_int_equal(step_of_row("3"), 0);
	assert_int_equal(step_of_row("4"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(heads_are_merged_by_the_product), TEST(a_residual_behind_a_transpose_is_an_epilogue),
		TEST(vectors_that_would_be_torn_apart_stay_a_copy), TEST(blocks_of_channels_are_stored_as_pixels),
		TEST(elements_that_are_read_twice_are_stored_first), TEST(two_convolutions_share_a_copy_of_what_they_read),
		TEST(two_consumers_want_it_stored), TEST(moves_keep_the_order_in_memory),
		TEST(a_promised_inner_axis_is_given), TEST(products_of_a_tile_lie_apart),
		TEST(rows_that_no_loop_goes_along_are_stored), TEST(what_is_repeated_does_not_lead),
		TEST(what_is_repeated_is_turned_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
