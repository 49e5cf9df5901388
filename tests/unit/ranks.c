/* Branches of an If that give tensors of different ranks: what reads them goes inside, in the evaluator and in C. */
#include "codegen/codegen.h"
#include "tests/flags.h"
#include "tests/unit/onnx.h"
#include "tools/jit.h"

#define FLAGS "-std=c99 " CLEAN

enum { MOST = 16 };

/* ---- models: x f32[3,1,4] = 0 .. 11, c and d bools ---- */

static Onnx__GraphProto *branch(const char *type, const char *inputs, const char *output)
{
	Onnx__GraphProto *g = PROTO(&ctx.perm, graph_proto);
	Model in = inside(&m, g);

	g->name = arena_string(&ctx.perm, output);
	add_node(&in, type, inputs, output);
	add_output(&in, output, FLOAT, NULL);
	return g;
}

/* result = If(condition) { one node } { one node } */
static void add_if(Model *in, const char *condition, const char *result, Onnx__GraphProto *yes, Onnx__GraphProto *no)
{
	Onnx__NodeProto *n = add_node(in, "If", condition, result);

	set_graph(in, n, "then_branch", yes);
	set_graph(in, n, "else_branch", no);
}

/* y is x without its axis of 1 where c is true. */
static void begin(void)
{
	ctx.verbose = -1;
	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	add_input(&m, "c", BOOLEAN, "");
	add_input(&m, "d", BOOLEAN, "");
	add_input(&m, "x", FLOAT, "3,1,4");
	add_numbers(&m, "one", "1");
	add_numbers(&m, "two", "2");
	add_numbers(&m, "front", "0");
	add_numbers(&m, "all", "-1");
	add_if(&m, "c", "y", branch("Squeeze", "x,one", "less"), branch("Identity", "x", "same"));
}

/* ---- runs ---- */

static const float numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

static int run_emitted(const char *target, bool c, bool d, tcc_tensor *y)
{
	Settings settings = {.compile = {.level = 2, .target = target}, .cc_flags = FLAGS, .threads = 1};
	Session *s = jit(&ctx, import(), &settings, NULL);
	static double room[2 * MOST];
	tcc_tensor in[] = {{&c, BOOL, 0, {0}}, {&d, BOOL, 0, {0}}, {(void *)numbers, F32, 3, {3, 1, 4}}};

	tcc_tensor out[] = {{.data = room}, {.data = room + MOST}};

	int status = s->model->run(s->workspace, in, out, NULL);
	*y = out[0];
	return status;
}

static Tensor *run_evaluator(bool c, bool d)
{
	Graph *g = import();
	Tensor *in[] = {tensor_scalar(&ctx.perm, BOOL, c), tensor_scalar(&ctx.perm, BOOL, d),
			tensor_new(&ctx.perm, F32, 3, (int64_t[]){3, 1, 4})};
	Eval e = {0};

	memcpy(in[2]->data, numbers, sizeof numbers);
	eval_graph(&e, g, &ctx.perm, in);
	return eval_value(&e, g->out[0]);
}

static void holds(DType t, const void *data, int rank, const int64_t *dim, int n, const double *want)
{
	int64_t count = 1;

	for (int i = 0; i < rank; i++)
		count *= dim[i];
	assert_int_equal(count, n);
	for (int i = 0; i < n; i++)
		assert_float_equal(load_f64(t, data, i), want[i], 1e-5);
}

/* Output 0 with these conditions has n elements, those of `want`. */
static void gives(bool c, bool d, int n, const double *want)
{
	static const char *const target[] = {"c", "native"};
	tcc_tensor y;

	if (setjmp(ctx.border)) {
		assert_string_equal(ctx.message, "no error");
		return;
	}
	Tensor *t = run_evaluator(c, d);
	holds(t->dtype, t->data, t->rank, t->dim, n, want);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(run_emitted(target[i], c, d, &y), TCC_OK);
		holds((DType)y.dtype, y.data, y.rank, y.dims, n, want);
	}
}
#define ELEMENTS(...) (int)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)), (const double[]){__VA_ARGS__}

/* ---- what reads such a value ---- */

static void shape_and_size(void **state)
{
	(void)state;
	begin();
	add_node(&m, "Shape", "y", "s");
	add_output(&m, "s", INT64, NULL);
	gives(true, false, ELEMENTS(3, 4));
	gives(false, false, ELEMENTS(3, 1, 4));

	begin();
	add_node(&m, "Size", "y", "s");
	add_output(&m, "s", INT64, "");
	gives(true, false, ELEMENTS(12));
	assert_non_null(import()->out[0]->data); /* both say the same */
}

static void whatever_has_one_axis_for_each_rank(void **state)
{
	(void)state;
	begin();
	add_node(&m, "TopK", "y,one", "v,i");
	set_int(&m, add_node(&m, "ReduceSum", "v", "z"), "keepdims", 0);
	add_output(&m, "z", FLOAT, "");
	gives(true, false, ELEMENTS(3 + 7 + 11));
	gives(false, false, ELEMENTS(3 + 7 + 11));

	begin(); /* along axis 1 there are four, or one */
	set_int(&m, add_node(&m, "ReduceMax", "y,one", "v"), "keepdims", 0);
	add_node(&m, "Reshape", "v,all", "z");
	add_output(&m, "z", FLOAT, NULL);
	gives(true, false, ELEMENTS(3, 7, 11));
	gives(false, false, ELEMENTS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
}

/* A vector of sizes tells a rank, also where it has been outside. */
static void back_to_its_own_sizes(void **state)
{
	(void)state;
	begin();
	add_node(&m, "Shape", "y", "s");
	add_node(&m, "Reshape", "y,all", "flat");
	add_node(&m, "Neg", "flat", "less");
	add_node(&m, "Reshape", "less,s", "back");
	set_int(&m, add_node(&m, "ReduceMin", "back,one", "v"), "keepdims", 0);
	add_node(&m, "Reshape", "v,all", "z");
	add_output(&m, "z", FLOAT, NULL);
	gives(true, false, ELEMENTS(-3, -7, -11));
	gives(false, false, ELEMENTS(-0., -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11));
}

/* An operand that depends on the same If, and one that does not and comes later. */
static void operands_from_outside(void **state)
{
	(void)state;
	begin();
	add_node(&m, "Reshape", "y,all", "flat");
	add_node(&m, "ReduceMax", "flat", "most");
	add_node(&m, "Exp", "x", "late");
	add_node(&m, "ReduceMin", "late", "unit"); /* 1 */
	add_node(&m, "Reshape", "most,all", "m");
	add_node(&m, "Reshape", "unit,all", "u");
	add_node(&m, "Mul", "y,m", "a");
	add_node(&m, "Add", "a,u", "b");
	set_int(&m, add_node(&m, "ReduceMax", "b", "z"), "keepdims", 0);
	add_output(&m, "z", FLOAT, "");
	gives(true, false, ELEMENTS(122));
	gives(false, false, ELEMENTS(122));
}

/* ---- several Ifs ---- */

static void one_behind_the_other(void **state)
{
	(void)state;
	begin();
	add_if(&m, "d", "w", branch("Unsqueeze", "y,front", "more"), branch("Identity", "y", "kept"));
	add_node(&m, "Shape", "w", "s");
	add_output(&m, "s", INT64, NULL);
	gives(true, true, ELEMENTS(1, 3, 4));
	gives(true, false, ELEMENTS(3, 4));
	gives(false, true, ELEMENTS(1, 3, 1, 4));
	gives(false, false, ELEMENTS(3, 1, 4));
}

static void two_meet(void **state)
{
	(void)state;
	begin();
	add_if(&m, "d", "w", branch("Identity", "x", "kept"), branch("Squeeze", "x,one", "flat"));
	add_node(&m, "Shape", "y", "s");
	add_node(&m, "Shape", "w", "t");
	set_int(&m, add_node(&m, "Concat", "s,t", "z"), "axis", 0);
	add_output(&m, "z", INT64, NULL);
	gives(true, true, ELEMENTS(3, 4, 3, 1, 4));
	gives(false, false, ELEMENTS(3, 1, 4, 3, 4));
}

static void one_in_the_other(void **state)
{
	(void)state;
	begin();
	Onnx__GraphProto *outer = PROTO(&ctx.perm, graph_proto);
	Model in = inside(&m, outer);
	outer->name = arena_string(&ctx.perm, "outer");
	add_if(&in, "d", "inner", branch("Unsqueeze", "x,front", "more"), branch("Identity", "x", "kept"));
	add_output(&in, "inner", FLOAT, NULL);
	add_if(&m, "c", "w", outer, branch("Squeeze", "x,one", "flat"));
	add_node(&m, "Shape", "w", "s");
	add_output(&m, "s", INT64, NULL);
	gives(true, true, ELEMENTS(1, 3, 1, 4));
	gives(true, false, ELEMENTS(3, 1, 4));
	gives(false, false, ELEMENTS(3, 4));
}

static void another_reads_it_inside(void **state)
{
	(void)state;
	begin();
	add_if(&m, "d", "z", branch("ReduceSum", "y", "sum"), branch("ReduceMax", "y", "most"));
	add_node(&m, "Reshape", "z,all", "flat");
	add_output(&m, "flat", FLOAT, NULL);
	gives(true, true, ELEMENTS(66));
	gives(false, false, ELEMENTS(11));
}

/* As a whole, with what it reads beside that. */
static void a_function_reads_it(void **state)
{
	(void)state;
	begin();
	Onnx__FunctionProto *f = add_function(&m, "spread", "a,k", "r");
	f->opset_import[0]->version = 18;
	add_step(&m, f, "Neg", "a", "b");
	add_step(&m, f, "TopK", "b,k", "v,i");
	set_int(&m, add_step(&m, f, "ReduceMax", "v", "r"), "keepdims", 0);
	add_opset(&m, "local", 1);
	of_domain(&m, add_node(&m, "spread", "y,two", "z"), "local");
	add_output(&m, "z", FLOAT, "");
	gives(true, false, ELEMENTS(-0.));
	gives(false, false, ELEMENTS(-0.));
}

/* ---- branches that cannot be ---- */

static int status_with(bool c)
{
	tcc_tensor y;

	if (setjmp(ctx.border)) {
		assert_string_equal(ctx.message, "no error");
		return TCC_OK;
	}
	return run_emitted("c", c, false, &y);
}

/* Two axes change places: with three, no run gets here. */
static void a_branch_that_is_wrong_stops_the_run(void **state)
{
	(void)state;
	begin();
	set_ints(&m, add_node(&m, "Transpose", "y", "t"), "perm", "1,0");
	add_node(&m, "Reshape", "t,all", "z");
	add_output(&m, "z", FLOAT, "12");
	gives(true, false, ELEMENTS(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11));
	assert_int_equal(status_with(true), TCC_OK);
	assert_int_equal(status_with(false), TCC_ERR_SHAPE);
	for (uint32_t i = 0; i < import()->nnode; i++)
		assert_false(is_node(import(), i, "If"));
}

/* Each begins everything again, with the sizes that were there at first. */
static void several_branches_are_wrong(void **state)
{
	(void)state;
	begin();
	add_node(&m, "NonZero", "x", "found");
	for (int i = 0; i < 4; i++) {
		const char *next = arena_format(&ctx.perm, "y%d", i), *t = arena_format(&ctx.perm, "t%d", i);
		add_if(&m, "c", next, branch("Squeeze", "x,one", arena_format(&ctx.perm, "a%d", i)),
		       branch("Identity", "x", arena_format(&ctx.perm, "b%d", i)));
		set_ints(&m, add_node(&m, "Transpose", next, t), "perm", "1,0");
		add_node(&m, "NonZero", t, arena_format(&ctx.perm, "n%d", i));
	}
	add_node(&m, "Size", "found", "s");
	add_output(&m, "s", INT64, "");
	gives(true, false, ELEMENTS(33));
	assert_int_equal(status_with(false), TCC_ERR_SHAPE);
}

static void both_are_wrong(void **state)
{
	(void)state;
	begin();
	set_ints(&m, add_node(&m, "Transpose", "y", "t"), "perm", "3,2,1,0");
	add_node(&m, "Shape", "t", "s");
	add_output(&m, "s", INT64, NULL);
	refuse(EXIT_MODEL, "(Transpose)");
}

/* In a body that may not run, what is wrong is no reason to leave out a branch. */
static void wrong_only_inside(void **state)
{
	(void)state;
	begin();
	Onnx__GraphProto *yes = branch("Transpose", "y", "t");
	set_ints(&m, yes->node[0], "perm", "1,0");
	add_if(&m, "d", "z", yes, branch("Identity", "y", "kept"));
	add_node(&m, "Size", "z", "s");
	add_output(&m, "s", INT64, "");
	refuse(EXIT_MODEL, "(Transpose)");
}

/* ---- refusals ---- */

static void as_an_output(void **state)
{
	(void)state;
	begin();
	add_output(&m, "y", FLOAT, NULL);
	refuse(EXIT_UNSUPPORTED, "output 'y' of the model has rank 2 in one branch and 3 in the other");
}

/* Each doubles what is behind it. */
static void too_many_ways(void **state)
{
	const char *last = "y";

	(void)state;
	begin();
	add_numbers(&m, "three", "3,1,4");
	for (int i = 0; i < 40; i++) {
		const char *next = arena_format(&ctx.perm, "y%d", i), *c = arena_format(&ctx.perm, "c%d", i);
		Onnx__GraphProto *flat = branch("Flatten", last, arena_format(&ctx.perm, "a%d", i));
		add_input(&m, c, BOOLEAN, "");
		add_if(&m, c, next, flat, branch("Reshape", arena_format(&ctx.perm, "%s,three", last), arena_format(&ctx.perm, "b%d", i)));
		last = next;
	}
	add_node(&m, "Shape", last, "s");
	add_output(&m, "s", INT64, NULL);
	refuse(EXIT_LIMIT, "the model is too large");
}

/* In a branch its condition is known. */
static void the_same_condition_again(void **state)
{
	(void)state;
	begin();
	add_if(&m, "c", "w", branch("Identity", "y", "kept"), branch("Squeeze", "y,one", "flat"));
	add_node(&m, "Shape", "w", "s");
	add_output(&m, "s", INT64, "2");
	gives(true, false, ELEMENTS(3, 4));
	gives(false, false, ELEMENTS(3, 4));
	assert_non_null(import()->out[0]->data);
}

/* One output is a matrix, and the other one a number. */
static Onnx__GraphProto *one_of_two(const char *name, const char *matrix, const char *number, bool first)
{
	Onnx__GraphProto *g = branch("Squeeze", "x,one", matrix);
	Model in = inside(&m, g);

	g->name = arena_string(&ctx.perm, name);
	set_int(&in, add_node(&in, "ReduceSum", "x", number), "keepdims", 0);
	add_output(&in, number, FLOAT, NULL);
	if (!first) {
		Onnx__ValueInfoProto *last = g->output[1];
		g->output[1] = g->output[0];
		g->output[0] = last;
	}
	return g;
}

/* As torch.jit writes `continue`: what does not count is a number, and a copy of the condition says which one counts. */
static void a_copy_of_the_condition(void **state)
{
	(void)state;
	begin();
	add_if(&m, "d", "p,q", one_of_two("yes", "m1", "n1", true), one_of_two("no", "m2", "n2", false));
	set_int(&m, add_node(&m, "Cast", "d", "copy"), "to", BOOLEAN);
	add_node(&m, "Identity", "copy", "again");
	add_if(&m, "again", "w", branch("Identity", "p", "is_p"), branch("Neg", "q", "is_q"));
	add_node(&m, "Shape", "w", "s");
	add_output(&m, "w", FLOAT, "3,4");
	add_output(&m, "s", INT64, "2");
	gives(true, true, ELEMENTS(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
	gives(true, false, ELEMENTS(0, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shape_and_size), TEST(whatever_has_one_axis_for_each_rank), TEST(back_to_its_own_sizes),
		TEST(operands_from_outside), TEST(one_behind_the_other), TEST(two_meet), TEST(one_in_the_other),
		TEST(another_reads_it_inside), TEST(a_function_reads_it), TEST(the_same_condition_again),
		TEST(a_branch_that_is_wrong_stops_the_run), TEST(several_branches_are_wrong), TEST(both_are_wrong),
		TEST(wrong_only_inside), TEST(as_an_output), TEST(too_many_ways), TEST(a_copy_of_the_condition)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
