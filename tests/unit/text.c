/* The text form: printing, parsing and printing again gives the same text, for graphs written by hand and for random
 * ones over all operators; what cannot be read is refused at its line and column. */
#include "tests/unit/graphs.h"

/* Print, parse, print: the same text, of a graph that keeps the law. */
static void assert_fixed_point(Graph *graph)
{
	Syms fresh = {.ctx = &ctx};
	const char *first = graph_text(graph, &ctx.perm);
	Graph *read = graph_parse(&ctx, &fresh, first);

	assert_string_equal(graph_text(read, &ctx.perm), first);
	graph_verify(read, "parse");
}

static Graph *assert_reads_as_written(const char *text)
{
	Graph *read = graph_parse(&ctx, &syms, text);

	graph_verify(read, "parse");
	assert_string_equal(graph_text(read, &ctx.perm), text);
	return read;
}

CASE(a_graph_reads_as_written)
{
	Graph *read = assert_reads_as_written(
		"symbol batch = 1..64\n"
		"symbol \"seq len\" = 0..\n"
		"opset 13\n"
		"graph \"a \\042net\\042\" (%x f32[batch,3], %k i64[2] <batch, 3>, %s u8[2*\"seq len\" + 1])"
		" -> (%7, %x \"again\") {\n"
		"\t%w f32[3,3] = const [1, 0, 0, 0, 1, -0, nan, inf, 0.1]\n"
		"\t%7 \"net/out\" f32[batch,3] = Gemm(%x, %w) {transB = 1} @9 \"gemm\"\n"
		"\t%h f32[batch,3] = Relu(%7) @3\n"
		"\t%r f32[batch,3], _ = Dropout(%h) @11\n"
		"\t%12 f32[batch,3] order(1,0) = Clip(%r, _, _) @12\n"
		"\t%b f32[batch,3] = tcc.Copy(%12) @13\n"
		"}\n");

	assert_int_equal(read->value[6]->id, 7);
	assert_string_equal(read->value[6]->name, "net/out");
	assert_int_equal(read->node[0]->id, 9);
	assert_int_equal(read->last_node_id, 13);
	assert_int_equal(read->opset, 13);
	assert_string_equal(read->out_name[0], "net/out");
	assert_string_equal(read->out_name[1], "again");
	assert_int_equal(dim_hi(&syms, read->in[0]->shape.dim[0]), 64);
}

CASE(elements_of_every_type_read_as_written)
{
	assert_reads_as_written(
		"graph \"\" () -> (%a, %b, %c, %d, %e, %f, %g, %h, %i, %j) {\n"
		"\t%a f16[4] = const [6.1e-05, 65504, nan:7e01, -inf]\n"
		"\t%b f64[2] = const [0.30000000000000004, -5e-324]\n"
		"\t%c str[3] = const [\"a\\012\\000b\\134\", \"\", \"\\303\\244\"]\n"
		"\t%d c64[1] = const [(1, -2.5)]\n"
		"\t%e bool[] = const [true]\n"
		"\t%f u64[2] = const [18446744073709551615, 0]\n"
		"\t%g i4[3] = const [-8, 7, 0]\n"
		"\t%h f4e2m1[14] = const [0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3]\n"
		"\t%i f8e8m0[2] = const [1e-38, 2]\n"
		"\t%j f32[20] = const [1, 2, 2, 3, 0 * 16]\n"
		"}\n");
}

CASE(numbers_are_kept_and_names_shown_where_they_can_be)
{
	Value *x = f32_input("x", SHAPE(dim(2))), *a, *b;

	a = put(g, NULL, "Neg", x, END_IN);
	put(g, NULL, "Neg", x, END_IN);
	b = put(g, NULL, "Neg", a, END_IN);
	a->name = b->name = "same";
	value_replace(g, g->node[1]->out[0], a);
	g->node[1] = g->node[--g->nnode];
	graph_output(g, b, NULL);
	assert_string_equal(graph_text(g, &ctx.perm), "graph \"test\" (%x f32[2]) -> (%4) {\n"
						      "\t%2 \"same\" f32[2] = Neg(%x) @1\n"
						      "\t%4 \"same\" f32[2] = Neg(%2) @3\n"
						      "}\n");
	assert_fixed_point(g);
}

CASE(named_and_numbered_constants_keep_their_order)
{
	assert_reads_as_written("graph \"\" (%x f32[]) -> (%1) {\n"
				"\t%3 \"a/b\" f32[] = const [1]\n"
				"\t%w f32[] = const [2]\n"
				"\t%7 f32[] = const [3]\n"
				"\t%v f32[] = const [4]\n"
				"\t%a f32[] = Add(%x, %v) @1\n"
				"\t%b f32[] = Add(%w, %7) @2\n"
				"\t%c f32[] = Add(%3, %a) @3\n"
				"\t%1 f32[] = Add(%b, %c) @4\n"
				"}\n");
}

CASE(hand_written_text_may_be_short)
{
	Graph *read = graph_parse(&ctx, &syms,
				  "# a comment\n"
				  "graph (%x f32[2, 3]) -> (%z) { # another\n"
				  "  %k f32[] = const [2] %y = Mul(%x, %k)\n"
				  "  %z = Relu(%y)\n"
				  "}");

	graph_verify(read, "parse");
	assert_string_equal(shape_text(read, &read->out[0]->shape), "[2,3]");
	assert_fixed_point(read);
}

CASE(large_constants_are_abbreviated)
{
	char text[1000] = {0};
	FILE *f = fmemopen(text, sizeof text - 1, "w");
	int64_t size = 65;
	Value *v = value_const(g, "w", tensor_new(&ctx.perm, F32, 1, &size));

	for (int i = 0; i < 65; i++)
		((float *)v->data->data)[i] = (float)i / 7;
	graph_output(g, v, NULL);
	graph_print(f, g);
	fclose(f);
	assert_non_null(strstr(text, "%w f32[65] = const hash:"));
	assert_non_null(strstr(text, " (260 bytes)"));
	assert_fails(&ctx, EXIT_MODEL, "E-PARSE", graph_parse(&ctx, &syms, text));
	assert_fixed_point(g);
}

/* ---- random graphs ---- */

static Value *random_constant(uint64_t *seed)
{
	static const DType types[] = {F32, F32, I64, I64, F16, I8, U8, BOOL, F64, BF16};
	int64_t dims[3];
	int rank = (int)random_in(seed, 0, 3);

	for (int i = 0; i < rank; i++)
		dims[i] = random_in(seed, 1, 5);
	Tensor *t = tensor_new(&ctx.perm, types[random_in(seed, 0, 9)], rank, dims);
	for (int64_t i = 0; i < t->count; i++)
		store_f64(t->dtype, t->data, i, (double)random_in(seed, -30, 30) / (is_float(t->dtype) ? 7 : 10));
	return value_const(g, NULL, t);
}

static Value *random_input(uint64_t *seed)
{
	Dim dims[4];
	int rank = (int)random_in(seed, 0, 4);

	for (int i = 0; i < rank; i++)
		dims[i] = random_in(seed, 0, 3) ? dim(random_in(seed, 1, 4)) :
			  dim_symbol(&syms, random_in(seed, 0, 1) ? "n" : "odd name");
	return f32_input("in", rank, dims);
}

/* Whole numbers and words; what does not fit is refused by inference. */
static void random_attrs(const Op *op, char *attr, uint64_t *seed)
{
	for (const Attr *row = op->attrs; row && row->name; row++) {
		if (random_in(seed, 0, 1))
			continue;
		if (row->kind == A_INT)
			*(int64_t *)(attr + row->offset) = random_in(seed, -2, 3);
		if (row->kind == A_FLOAT)
			*(float *)(attr + row->offset) = (float)random_in(seed, -9, 9) / 3;
		if (row->kind == A_TYPE)
			*(DType *)(attr + row->offset) = (DType)random_in(seed, 0, DT_COUNT - 1);
		if (row->kind == A_INTS && random_in(seed, 0, 1)) {
			Ints *list = (Ints *)(attr + row->offset);
			*list = (Ints){NEW_N(&ctx.perm, int64_t, 4), (int)random_in(seed, 1, 4)};
			for (int i = 0; i < list->n; i++)
				list->v[i] = random_in(seed, 0, 3);
		}
	}
}

/* A node of a random operator, when inference accepts it. */
static bool random_node(uint64_t *seed, int nops)
{
	const Op *op = op_table[random_in(seed, 0, nops - 1)];
	int most = op->max_in < 0 ? op->min_in + 2 : op->max_in, nin = (int)random_in(seed, op->min_in, most);
	Value **in = NEW_N(&ctx.perm, Value *, nin);
	uint32_t nvalue = g->nvalue;

	for (int i = 0; i < nin; i++)
		in[i] = i >= op->min_in && !random_in(seed, 0, 3) ? NULL : g->value[random_in(seed, 0, nvalue - 1)];
	char *attr = attr_new(g, op);
	random_attrs(op, attr, seed);
	if (setjmp(ctx.border)) {
		g->nvalue = nvalue; /* forget the outputs */
		return false;
	}
	node_new(g, op, NULL, nin, in, op->min_out, attr);
	return true;
}

static int random_graph(uint64_t *seed, int nops)
{
	int made = 0;

	g = graph_new(&ctx, &syms, "random", NULL);
	for (int i = 0; i < 4; i++)
		random_input(seed);
	for (int i = 0; i < 8; i++)
		random_constant(seed);
	for (int i = 0; i < 150; i++)
		made += random_node(seed, nops);
	for (int i = 0; i < 3; i++)
		graph_output(g, g->value[random_in(seed, 0, g->nvalue - 1)], i ? "other" : NULL);
	return made;
}

static void assert_random_fixed_point(void)
{
	if (setjmp(ctx.border)) {
		print_error("%s", graph_text(g, &ctx.perm));
		assert_string_equal(ctx.message, "nothing that fails");
	}
	assert_fixed_point(g);
}

CASE(random_graphs_are_fixed_points)
{
	uint64_t seed = 11;
	int nops = 0, made = 0;

	while (op_table[nops])
		nops++;
	for (int round = 0; round < 60; round++) {
		made += random_graph(&seed, nops);
		assert_random_fixed_point();
	}
	assert_true(made > 1000);
}

/* ---- what is refused ---- */

CASE(errors_have_a_place)
{
	static const struct {
		const char *text, *message;
	} row[] = {
		{"", "line 1, column 1: expected 'graph'"},
		{"graph \"x", "line 1, column 7: expected a string"},
		{"graph () -> () {\n\t%y = Foo()\n}", "line 2, column 10: there is no operator 'Foo'"},
		{"graph () -> () {\n\t%y = Neg(%x)\n}", "line 2, column 13: %x is not defined before this line"},
		{"graph (%x f32[2]) -> (%y) {\n}", "%y is not defined"},
		{"graph (%x f32[2], %x f32[2]) -> () {}", "%x is defined twice"},
		{"graph (%x f33[2]) -> () {}", "'f33' is no element type"},
		{"graph (%x f32[2,]) -> () {}", "expected a size"},
		{"graph (%x f32[-2]) -> () {}", "-2 is no size"},
		{"graph (%x f32[1,1,1,1,1,1,1,1,1]) -> () {}", "more than 8 sizes"},
		{"graph (%x) -> () {}", "an input has a name and a type"},
		{"graph (%0 f32[1]) -> () {}", "%0 is neither a name nor a number"},
		{"graph (%1x f32[1]) -> () {}", "%1x is neither a name nor a number"},
		{"graph (%9999999999 f32[1]) -> () {}", "neither a name nor a number"},
		{"graph () -> () {\n\t%c f32[2] = const [1]\n}", "expected [...] with 2 elements of type f32"},
		{"graph () -> () {\n\t%c f32[2] = const [1, 2, 3]\n}", "expected [...] with 2 elements"},
		{"graph () -> () {\n\t%c f32[2] = const [1 * 3]\n}", "expected [...] with 2 elements"},
		{"graph () -> () {\n\t%c i8[1] = const [300]\n}", "expected [...] with 1 elements of type i8"},
		{"graph () -> () {\n\t%c i64[1] = const [9223372036854775808]\n}", "elements of type i64"},
		{"graph () -> () {\n\t%c bool[1] = const [2]\n}", "elements of type bool"},
		{"graph () -> () {\n\t%c str[1] = const [\"\\9\"]\n}", "elements of type str"},
		{"graph () -> () {\n\t%c f32[n] = const [1]\n}", "the sizes of a constant are numbers"},
		{"graph () -> () {\n\t%c = const [1]\n}", "a constant has one value and a type"},
		{"graph (%x f32[2]) -> () {\n\t%y f32[3] = Neg(%x)\n}", "%y is declared as f32[3], but node 1 makes f32[2]"},
		{"graph (%x f32[2]) -> () {\n\t%y f16[2] = Neg(%x)\n}", "%y is declared as f16[2]"},
		{"graph (%x f32[2]) -> () {\n\t%y = Neg(%x) {a = 1}\n}", "Neg has no attribute 'a'"},
		{"graph (%x f32[2]) -> () {\n\t%y = Cast(%x)\n}", "Cast requires the attribute 'to'"},
		{"graph (%x f32[2]) -> () {\n\t%y = Neg(%x) @1\n\t%z = Neg(%x) @1\n}", "node @1 is there twice"},
		{"graph (%x f32[2]) -> () {\n\t%y = Neg(%x) @0\n}", "node numbers are"},
		{"graph (%x f32[2]) -> () {\n\t%y = Neg(%x) a = graph () -> () {}\n}", "Neg has no body 'a'"},
		{"graph () -> () {} x", "expected the end of the text"},
		{"symbol 3 = 1..2\ngraph () -> () {}", "expected the name of a symbol"},
	};

	for (volatile size_t i = 0; i < sizeof row / sizeof *row; i++) {
		assert_fails(&ctx, EXIT_MODEL, "E-PARSE", graph_parse(&ctx, &syms, row[i].text));
		if (!strstr(ctx.message, row[i].message))
			print_error("%s\n  does not say: %s\n", ctx.message, row[i].message);
		assert_non_null(strstr(ctx.message, row[i].message));
	}
}

/* Every text that ends too early, and every one with a byte exchanged, is read or refused, but never worse. */
CASE(damaged_text_is_refused)
{
	static const char whole[] = "symbol n = 1..4\ngraph \"t\" (%x f32[n,3], %k i64[2] <n, 3>) -> (%3) {\n"
				    "\t%w f32[3] = const [1, 0 * 2]\n\t%c c64[1] = const [(1, 2)]\n"
				    "\t%3 \"\\012\" f32[n,3] = Add(%x, %w) @4 \"add\"\n\t%r = Cast(%3) {to = f16}\n}\n";
	static const char bytes[] = "%\"[]{}()<>,=*0-z\n";
	char text[sizeof whole];
	volatile int read = 0, refused = 0;

	for (volatile size_t i = 0; i < sizeof whole - 1; i++)
		for (volatile size_t k = 0; k < sizeof bytes; k++) {
			Syms fresh = {.ctx = &ctx};
			ArenaMark perm = arena_mark(&ctx.perm), scratch = arena_mark(&ctx.scratch);
			memcpy(text, whole, sizeof whole);
			text[i] = bytes[k]; /* the last one ends the text */
			if (setjmp(ctx.border)) {
				assert_true(ctx.status == EXIT_MODEL || ctx.status == EXIT_LIMIT);
				refused++;
			} else {
				graph_parse(&ctx, &fresh, text);
				read++;
			}
			arena_release(&ctx.perm, perm);
			arena_release(&ctx.scratch, scratch);
		}
	assert_true(read > 100 && refused > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_graph_reads_as_written),
		TEST(elements_of_every_type_read_as_written),
		TEST(numbers_are_kept_and_names_shown_where_they_can_be),
		TEST(named_and_numbered_constants_keep_their_order),
		TEST(hand_written_text_may_be_short),
		TEST(large_constants_are_abbreviated),
		TEST(random_graphs_are_fixed_points),
		TEST(errors_have_a_place),
		TEST(damaged_text_is_refused),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
