/* Sequences into which nothing is ever put: what would read an element is no trouble until a run gets there. */
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "runtime/tcc.h"
#include "tests/flags.h"
#include "tests/unit/onnx.h"
#include "tools/jit.h"

#define FLAGS "-std=c99 " CLEAN

static Onnx__GraphProto *graph(const char *name)
{
	Onnx__GraphProto *g = PROTO(&ctx.perm, graph_proto);

	g->name = arena_string(&ctx.perm, name);
	return g;
}

static Onnx__GraphProto *branch(const char *type, const char *inputs, const char *y, bool list)
{
	Model in = inside(&m, graph("branch"));

	add_node(&in, type, inputs, y);
	if (!strcmp(type, "ConcatFromSequence"))
		set_int(&in, in.graph->node[0], "axis", 0);
	Onnx__ValueInfoProto *out = add_output(&in, y, FLOAT, NULL);
	if (list)
		make_sequence(&in, out);
	return in.graph;
}

/* y is what such a node makes, where a bool is true, else `other`. */
static void put_choice(Model *in, const char *condition, const char *type, const char *inputs, const char *other,
		       const char *y, bool list)
{
	Onnx__NodeProto *n = add_node(in, "If", condition, y);

	set_graph(in, n, "then_branch", branch(type, inputs, arena_format(&ctx.perm, "%s.yes", y), list));
	set_graph(in, n, "else_branch", branch("Identity", other, arena_format(&ctx.perm, "%s.no", y), list));
}

/* s is empty, x f32[2] and k inputs. */
static void begin(void)
{
	static const int64_t zero = 0, minus = -1;

	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	add_input(&m, "x", FLOAT, "2");
	add_input(&m, "k", INT64, "");
	add_tensor(&m, "zero", INT64, "", &zero, sizeof zero);
	add_tensor(&m, "last", INT64, "", &minus, sizeof minus);
	add_tensor(&m, "yes", BOOLEAN, "", &(bool){true}, 1);
	add_node(&m, "SequenceEmpty", "", "s");
	add_node(&m, "SequenceLength", "s", "length");
	add_node(&m, "Greater", "k,zero", "some");
	add_output(&m, "y", FLOAT, NULL);
}

static Model begin_body(void)
{
	Model in = inside(&m, graph("body"));

	add_input(&in, "turn", INT64, "");
	add_input(&in, "going", BOOLEAN, "");
	make_sequence(&in, add_input(&in, "old", FLOAT, NULL));
	add_input(&in, "sum", FLOAT, NULL);
	return in;
}

static void end_body(Model *in, const char *type, const char *loop)
{
	add_output(in, "goes", BOOLEAN, "");
	make_sequence(in, add_output(in, "new", FLOAT, NULL));
	add_output(in, "more", FLOAT, NULL);
	set_graph(&m, add_node(&m, type, loop, "z,y"), "body", in->graph);
}

/* ---- runs: y is x, or they end with `status` where k is 1 ---- */

static void run(Session *s, int64_t k, int status)
{
	float x[] = {3, 4}, y[2] = {0};
	tcc_tensor in[] = {{x, F32, 1, {2}}, {&k, I64, 0, {0}}}, out[] = {{y, 0, 0, {0}}};

	assert_int_equal(s->model->run(s->workspace, in, out, NULL), status);
	assert_true(session_intact(s));
	if (status == TCC_OK)
		assert_true(y[0] == 3 && y[1] == 4);
}

static void expect(int status)
{
	static const char *const targets[] = {"c", "native"};

	for (int i = 0; i < 2; i++) {
		Settings settings = {.compile = {.level = 2, .target = targets[i]}, .cc_flags = FLAGS, .threads = 1};
		Session *s = jit(&ctx, import_with(NULL), &settings, NULL);
		run(s, 0, TCC_OK);
		run(s, 1, status);
		run(s, 0, TCC_OK);
		session_close(s);
		temporary_clear();
	}
}

static void branches_may_read_them(void **state)
{
	(void)state;
	begin();
	put_choice(&m, "some", "SequenceAt", "s,last", "x", "y", false);
	expect(TCC_ERR_SHAPE);
	begin();
	put_choice(&m, "some", "ConcatFromSequence", "s", "x", "y", false);
	expect(TCC_ERR_SHAPE);
	begin();
	add_node(&m, "SequenceConstruct", "x", "one");
	put_choice(&m, "some", "SequenceErase", "s", "one", "z", true);
	add_node(&m, "SequenceAt", "z,zero", "y");
	expect(TCC_ERR_SHAPE);
	begin();
	put_choice(&m, "some", "SequenceAt", "s,last", "x", "z", false); /* and none that the run could take */
	m.graph->node[3]->attribute[1]->g = branch("SequenceAt", "s,zero", "none", false);
	add_node(&m, "Identity", "z", "y");
	refuse(EXIT_MODEL, "takes an element of an empty sequence");
}

/* A turn takes the last element out, if there is one; or the loop ends. */
static void loops_may_carry_them(void **state)
{
	(void)state;
	begin();
	Model in = begin_body();
	add_node(&in, "Identity", "going", "goes");
	add_node(&in, "SequenceLength", "old", "n");
	add_node(&in, "Greater", "n,zero", "any");
	put_choice(&in, "any", "SequenceErase", "old", "old", "new", true);
	put_choice(&in, "any", "SequenceAt", "old,last", "sum", "more", false);
	end_body(&in, "Loop", "k,yes,s,x");
	expect(TCC_OK);

	begin();
	in = begin_body();
	add_node(&in, "SequenceAt", "old,last", "p");
	add_node(&in, "Add", "sum,p", "more");
	add_node(&in, "SequenceErase", "old", "new");
	add_node(&in, "SequenceLength", "new", "n");
	add_node(&in, "Greater", "n,zero", "goes");
	add_node(&m, "Greater", "length,zero", "any_before");
	end_body(&in, "Loop", ",any_before,s,x");
	expect(TCC_OK);
}

/* There is one position in front of which something may be put. */
static void the_first_element_has_a_position(void **state)
{
	(void)state;
	begin();
	add_node(&m, "SequenceInsert", "s,x,k", "z");
	add_node(&m, "SequenceAt", "z,zero", "y");
	expect(TCC_ERR_SHAPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(branches_may_read_them),
		TEST(loops_may_carry_them),
		TEST(the_first_element_has_a_position),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
