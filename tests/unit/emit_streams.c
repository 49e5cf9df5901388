/* Stages that move elements and compute little: what their emitted C has loops of its own for. */
#include "codegen/codegen.h"
#include "ir/text.h"
#include "tests/unit/unit.h"

static Ctx context;

static const char *emitted_for(const char *target, bool threads, const char *text)
{
	Options o = {.level = 2, .target = target, .threads = threads, .prefix = "m", .output = "m.c"};
	const char *header;
	Syms syms = {.ctx = &context};
	Facts facts;

	if (setjmp(context.border))
		return context.message;
	Graph *g = graph_parse(&context, &syms, text);
	passes_run(g, &o);
	return emit_text(g, &o, &header, &facts);
}

static const char *emitted(bool threads, const char *text) { return emitted_for("x86-64-v3", threads, text); }

static void repetitions_are_runs(void **state)
{
	static const char tile[] = "graph (%x f32[64,256]) -> (%y) { %n i64[2] = const [16, 1] %y = Tile(%x, %n) }";
	static const char twice[] = "graph (%x f32[64,256]) -> (%y) { %n i64[2] = const [2, 1] %y = Tile(%x, %n) }";

	(void)state;
	assert_non_null(strstr(emitted(false, tile), "v_store(y + 16384*i + j, v_load(x + j))"));
	assert_non_null(strstr(emitted(false, twice), "v_store(y + 16384*i + j, v_load(x + j))"));
	assert_non_null(strstr(emitted(true, tile), "v_store(y + 16384*i + j, v_load(x + j))"));
	assert_non_null(strstr(emitted(true, twice), "x + j + 8*q + 256*(i % 64)")); /* 128 rows for workers, and not two halves */
}

/* Several vectors a turn where the C compiler would make a slow instruction of each row; a long one is left to it. */
static void short_rows_are_copied_in_groups(void **state)
{
	static const char again[] = "graph (%x f32[64,256]) -> (%y) { %n i64[2] = const [1, 16] %y = Tile(%x, %n) }";
	static const char part[] = "graph (%x f32[64,256]) -> (%y) { %b i64[1] = const [0] %e i64[1] = const [128] %a i64[1] = const [1]"
	                           " %y = Slice(%x, %b, %e, %a) }";
	static const char large[] = "graph (%x f32[64,8192]) -> (%y) { %b i64[1] = const [0] %e i64[1] = const [4096] %a i64[1] = const [1]"
	                            " %y = Slice(%x, %b, %e, %a) }";

	(void)state;
	assert_non_null(strstr(emitted(false, again), "k < 256; k += 32)\n\t\t\t\tUNROLL for (int q = 0; q < 4; q++)\n"));
	assert_non_null(strstr(emitted(false, part), "j < 128; j += 32)\n\t\t\tUNROLL for (int q = 0; q < 4; q++)\n"));
	assert_non_null(strstr(emitted_for("x86-64-v4", false, part), "\t\tUNROLL for (int q = 0; q < 8; q++)\n"));
	assert_non_null(strstr(emitted(false, large), "j < 4096; j += 8)\n\t\t\tv_store("));
}

/* Sums across memory take four lines of a row at a time, unless too many vectors of it are left. */
static void sums_read_lines(void **state)
{
	static const char even[] = "graph (%x f32[64,256]) -> (%y) { %a i64[1] = const [0] %y = ReduceSum(%x, %a) }";
	static const char rest[] = "graph (%x f32[64,96]) -> (%y) { %a i64[1] = const [0] %y = ReduceSum(%x, %a) }";

	(void)state;
	assert_non_null(strstr(emitted(false, even), " < 256; i += 64) {\n\t\tvf sum[8];"));
	assert_non_null(strstr(emitted(false, rest), " < 96; i += 32) {\n\t\tvf sum[4];"));
}

#define QUANTISED(sum) "graph (%x u8[64], %w u8[64], %f f32[64]) -> (%y) { %s f32[] = const [0.1] %z u8[] = const [100]"	\
	" %a = DequantizeLinear(%x, %s, %z) %b = DequantizeLinear(%w, %s, %z) " sum " %y = QuantizeLinear(%t, %s, %z) }"

/* Sums of bytes are integers of 32 bits, which are cut where they are packed; any float need not be. */
static void bytes_are_cut_where_they_are_packed(void **state)
{
	(void)state;
	assert_non_null(strstr(emitted(false, QUANTISED("%t = Add(%a, %b)")), "v_saturate_u8_4(y + i, quarter);"));
	assert_null(strstr(emitted(false, QUANTISED("%t = Add(%a, %f)")), "v_saturate"));
	assert_non_null(strstr(emitted(false, QUANTISED("%t = Add(%a, %f)")), "v_store_u8_4(y + i, quarter);"));
}

static void zeros_are_filled(void **state)
{
	static const char eye[] = "graph (%x f32[512,512]) -> (%y) { %y = EyeLike(%x) }";
	static const char wide[] = "graph (%x f32[64,64]) -> (%y) { %y = EyeLike(%x) {k = 3} }";

	(void)state;
	assert_non_null(strstr(emitted(false, eye), "memset(y, 0, 1048576);\n\tfor (int i = 0; i < 512; i++)\n\t\ty[513*i] = 1.0f;\n"));
	assert_non_null(strstr(emitted(true, eye), "memset(y + 512*from, 0, (size_t)2048 * (size_t)(to - from));\n"));
	assert_non_null(strstr(emitted(false, wide), "if (i + 3 < 64)\n\t\t\ty[65*i + 3] = 1.0f;\n"));
}

/* Not where the second cache holds the table, nor where a row is read only if a condition holds. */
static void chosen_rows_are_fetched_ahead(void **state)
{
	static const char large[] = "graph (%x f32[3000,128], %i i64[60]) -> (%y) { %y = Gather(%x, %i) }";
	static const char small[] = "graph (%x f32[300,128], %i i64[60]) -> (%y) { %y = Gather(%x, %i) }";
	static const char masked[] = "graph (%x f32[3000,128], %i i64[60], %m bool[60,1]) -> (%y) {\n"
	                             "%r = Gather(%x, %i) %k f32[] = const [1] %y = Where(%m, %r, %k) }";

	(void)state;
	assert_non_null(strstr(emitted(false, large), "\t\tfetch_ahead(table + 128*i_index(indices[i_min(i + 4, 59)], 3000, status), 512);\n"));
	assert_null(strstr(emitted(false, small), "fetch_ahead("));
	assert_null(strstr(emitted(false, masked), "fetch_ahead("));
}

/* Across rows each lane has its own, and no test that is a jump. */
static void the_best_across_rows_is_a_vector(void **state)
{
	const char *c = emitted(false, "graph (%x f32[1,21,64,64]) -> (%y) { %y = ArgMax(%x) {axis = 1} }");

	(void)state;
	assert_non_null(strstr(c, "v_select_l("));
	assert_null(strstr(c, "if (t1"));
}

/* Vectors search rows that lie in memory, so what is computed for that is stored; not where each lane has a row of its own. */
static void rows_to_search_are_stored(void **state)
{
	static const char row[] = "graph (%x f32[64,64], %m bool[64,64]) -> (%y) {\n"
	                          "%l f32[] = const [-1] %a = Where(%m, %x, %l) %y = ArgMax(%a) {axis = 1} }";
	static const char across[] = "graph (%x f32[64,64], %m bool[64,64]) -> (%y) {\n"
	                             "%l f32[] = const [-1] %a = Where(%m, %x, %l) %y = ArgMax(%a) {axis = 0} }";

	(void)state;
	assert_non_null(strstr(emitted(false, row), "v_argmax(x + 64*i, 64)"));
	assert_null(strstr(emitted(false, across), "v_argmax("));
	assert_null(strstr(emitted(false, across), "s2_"));
}

/* The C compiler makes vectors of loops of integers where it may use the target's; of floats it might join two operations. */
static void plain_loops_are_the_targets(void **state)
{
	static const char shift[] = "graph (%x u32[4096], %n u32[4096]) -> (%y) { %y = BitShift(%x, %n) {direction = LEFT} }";
	static const char one[] = "graph (%x u32[1], %n u32[1]) -> (%y) { %y = BitShift(%x, %n) {direction = LEFT} }";
	static const char floats[] = "graph (%x u32[4096], %a f64[4096]) -> (%y) {\n"
	                             "%f = Cast(%x) {to = f64} %p = Mul(%f, %a) %y = Add(%p, %a) }";

	(void)state;
	assert_non_null(strstr(emitted(false, shift), "#pragma GCC target"));
	assert_null(strstr(emitted(false, one), "#pragma GCC target"));
	assert_null(strstr(emitted(false, floats), "#pragma GCC target"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repetitions_are_runs), cmocka_unit_test(short_rows_are_copied_in_groups),
		cmocka_unit_test(sums_read_lines),
		cmocka_unit_test(bytes_are_cut_where_they_are_packed), cmocka_unit_test(zeros_are_filled),
		cmocka_unit_test(chosen_rows_are_fetched_ahead), cmocka_unit_test(the_best_across_rows_is_a_vector),
		cmocka_unit_test(rows_to_search_are_stored),
		cmocka_unit_test(plain_loops_are_the_targets),
	};

	ctx_open(&context, "unit", (size_t)256 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	ctx_close(&context);
	return failed;
}
