/* States of a Loop whose size changes in branches of an If, as data decide: the evaluator and emitted C give what the loop
 * means, written out here. */
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "runtime/tcc.h"
#include "tests/flags.h"
#include "tests/unit/onnx.h"
#include "tools/jit.h"

#define FLAGS "-std=c99 " CLEAN

enum { TURNS = 6, MOST = 2 * TURNS + 1 };

static const char *const targets[] = {"c", "native"};

/* ---- what a turn makes of s, with e = x[turn], in a branch ----
 *
 *     s  s       a  s, e       b  s, e, e       q  s, e without the first, where there are more than three
 *     d  s, e by an If in an If in an If in an If, or s where e < 50 */

typedef struct Program {
	char yes, no;      /* of e > 0, of other e */
	int64_t first;     /* elements before the loop: zeros */
	const char *trips; /* a constant or an input */
} Program;

static Model graph(const char *name)
{
	Onnx__GraphProto *g = PROTO(&ctx.perm, graph_proto);

	g->name = arena_string(&ctx.perm, name);
	return inside(&m, g);
}

static void if_else(Model *in, const char *condition, const char *output, Model yes, Model no)
{
	Onnx__NodeProto *n = add_node(in, "If", condition, output);

	set_graph(in, n, "then_branch", yes.graph);
	set_graph(in, n, "else_branch", no.graph);
}

static void put_queue(Model *in)
{
	Model yes = graph("full"), no = graph("room");

	set_int(in, add_node(in, "Concat", "s,e", "all"), "axis", 0);
	add_node(in, "Size", "all", "count");
	add_node(in, "Greater", "count,three", "many");
	add_node(&yes, "Slice", "all,ones,ends", "rest");
	add_output(&yes, "rest", FLOAT, NULL);
	add_node(&no, "Identity", "all", "same");
	add_output(&no, "same", FLOAT, NULL);
	if_else(in, "many", "y", yes, no);
}

static void put_deep(Model *in, int depth, const char *output)
{
	Model yes = graph("deeper"), no = graph("not");
	const char *inner = arena_format(&ctx.perm, "inner%d", depth), *kept = arena_format(&ctx.perm, "kept%d", depth);

	if (depth)
		put_deep(&yes, depth - 1, inner);
	else
		set_int(&yes, add_node(&yes, "Concat", "s,e", inner), "axis", 0);
	add_output(&yes, inner, FLOAT, NULL);
	add_node(&no, "Identity", "s", kept);
	add_output(&no, kept, FLOAT, NULL);
	if_else(in, "large", output, yes, no);
}

static Model branch(char letter)
{
	Model in = graph("branch");

	if (letter == 's')
		add_node(&in, "Identity", "s", "y");
	else if (letter == 'd')
		put_deep(&in, 3, "y");
	else if (letter == 'q')
		put_queue(&in);
	else
		set_int(&in, add_node(&in, "Concat", letter == 'a' ? "s,e" : "s,e,e", "y"), "axis", 0);
	add_output(&in, "y", FLOAT, NULL);
	return in;
}

static void begin(const Program *p)
{
	static const int64_t one = 1, three = 3, six = TURNS, end = INT64_MAX;
	static const float zeros[4];
	Model body;

	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	add_input(&m, "x", FLOAT, "6");
	if (!strcmp(p->trips, "trips"))
		add_input(&m, "trips", INT64, "");
	add_tensor(&m, "six", INT64, "", &six, sizeof six);
	add_tensor(&m, "three", INT64, "", &three, sizeof three);
	add_tensor(&m, "ones", INT64, "1", &one, sizeof one);
	add_tensor(&m, "ends", INT64, "1", &end, sizeof end);
	add_tensor(&m, "zero", FLOAT, "", zeros, sizeof *zeros);
	add_tensor(&m, "fifty", FLOAT, "", &(float){50}, sizeof(float));
	add_tensor(&m, "first", FLOAT, arena_format(&ctx.perm, "%d", (int)p->first), zeros, (size_t)p->first * sizeof *zeros);
	body = graph("body");
	add_input(&body, "turn", INT64, "");
	add_input(&body, "going", BOOLEAN, "");
	add_input(&body, "s", FLOAT, NULL);
	add_node(&body, "Identity", "going", "goes");
	add_node(&body, "Gather", "x,turn", "one");
	add_node(&body, "Reshape", "one,ones", "e");
	add_node(&body, "Greater", "one,zero", "positive");
	add_node(&body, "Greater", "one,fifty", "large");
	if_else(&body, "positive", "next", branch(p->yes), branch(p->no));
	add_output(&body, "goes", BOOLEAN, "");
	add_output(&body, "next", FLOAT, NULL);
	set_graph(&m, add_node(&m, "Loop", arena_format(&ctx.perm, "%s,,first", p->trips), "z"), "body", body.graph);
	add_output(&m, "z", FLOAT, NULL);
}

/* How many there are behind so many turns, in v. */
static int after(const Program *p, const float *x, int64_t trips, float *v)
{
	int n = (int)p->first;

	memset(v, 0, (size_t)n * sizeof *v);
	for (int64_t t = 0; t < trips; t++) {
		char letter = x[t] > 0 ? p->yes : p->no;
		for (int i = letter == 's' || (letter == 'd' && x[t] <= 50) ? 2 : letter == 'b' ? 0 : 1; i < 2; i++)
			v[n++] = x[t];
		if (letter == 'q' && n > 3)
			memmove(v, v + 1, (size_t)--n * sizeof *v);
	}
	return n;
}

/* ---- runs ---- */

static void compare(const Tensor *y, int n, const float *want)
{
	assert_int_equal(y->count, n);
	for (int i = 0; i < n; i++)
		assert_float_equal(load_f64(F32, y->data, i), want[i], 0);
}

/* By the evaluator, or by s. A state of more than `most` elements ends a run. */
static void for_runs(const Program *p, Graph *g, Session *s, int most)
{
	uint32_t random = 1;

	for (int i = 0; i < 60; i++) {
		Tensor *x = tensor_new(&ctx.perm, F32, 1, (int64_t[]){TURNS});
		int64_t trips = strcmp(p->trips, "trips") ? TURNS : i % (TURNS + 1);
		Tensor *in[] = {x, tensor_i64(&ctx.perm, 1, &trips, true)};
		float want[MOST + 2];
		Eval e = {.budget = -1};
		for (int t = 0; t < TURNS; t++)
			((float *)x->data)[t] = (float)((random = random * 1664525 + 1013904223) >> 24) - 100;
		int n = after(p, x->data, trips, want);
		if (g) {
			eval_graph(&e, g, &ctx.perm, in);
			compare(eval_value(&e, g->out[0]), n, want);
			continue;
		}
		session_bind(s, in);
		assert_int_equal(session_run(s), n <= most ? TCC_OK : TCC_ERR_CAPACITY);
		assert_true(session_intact(s));
		if (n <= most)
			compare(session_output(s, 0), n, want);
	}
}

static Session *session_of(const ReadOptions *o, const char *target)
{
	Settings settings = {.compile = {.level = 2, .target = target}, .cc_flags = FLAGS, .threads = 1};

	return jit(&ctx, import_with(o), &settings, NULL);
}

static void expect_with(Program p, const ReadOptions *o, int most)
{
	begin(&p);
	if (most == MOST)
		for_runs(&p, import_with(o), NULL, most);
	for (int i = 0; i < 2; i++) {
		Session *s = session_of(o, targets[i]);
		for_runs(&p, NULL, s, most);
		session_close(s);
		temporary_clear();
	}
}

/* How many turns there are bounds it. */
static void expect(char yes, char no, int64_t first) { expect_with((Program){yes, no, first, "six"}, NULL, MOST); }

static void one_branch_adds(void **state)
{
	(void)state;
	expect('a', 's', 1);
	expect('s', 'b', 1);
	expect('d', 's', 1);
}

static void there_may_be_none_before(void **state)
{
	(void)state;
	expect('a', 's', 0);
	expect('a', 'b', 0);
}

static void a_queue_stays_short(void **state)
{
	(void)state;
	expect('q', 's', 1);
	expect('q', 'a', 0);
}

/* The run decides how often it turns: the user says how many elements there are at most. */
static void a_bound_is_asked_for(void **state)
{
	static const DimChoice all[] = {{"s.0", 0, MOST}}, few[] = {{"s.0", 0, 4}};
	const Program p = {'a', 's', 1, "trips"};

	(void)state;
	begin(&p);
	refuse(EXIT_UNSUPPORTED, "state 0 has s.0 elements along axis 0, after a turn next.0, and nothing says how many at most");
	expect_with(p, &(ReadOptions){.dims = all, .ndims = 1}, MOST);
	expect_with(p, &(ReadOptions){.dims = few, .ndims = 1}, 4);
}

/* doubled: the greatest of x, doubled until it is above 100, by a condition that is a vector in one branch of an If. */
static void put_doubling(void)
{
	Model body = graph("body2"), yes = graph("yes"), no = graph("no");

	add_tensor(&m, "hundred", FLOAT, "", &(float){100}, sizeof(float));
	add_node(&m, "ReduceMax", "x", "top");
	add_input(&body, "turn2", INT64, "");
	add_input(&body, "going2", BOOLEAN, "");
	add_input(&body, "a", FLOAT, NULL);
	add_node(&body, "Add", "a,a", "b");
	set_int(&body, add_node(&body, "ReduceMax", "b", "scalar"), "keepdims", 0);
	add_node(&body, "Less", "scalar,hundred", "below");
	add_node(&yes, "Reshape", "below,ones", "vector");
	add_output(&yes, "vector", BOOLEAN, NULL);
	add_node(&no, "Identity", "below", "same2");
	add_output(&no, "same2", BOOLEAN, NULL);
	if_else(&body, "below", "goes2", yes, no);
	add_output(&body, "goes2", BOOLEAN, NULL);
	add_output(&body, "b", FLOAT, NULL);
	set_graph(&m, add_node(&m, "Loop", "six,,top", "doubled"), "body", body.graph);
	add_output(&m, "doubled", FLOAT, NULL);
}

static void a_condition_may_have_a_rank(void **state)
{
	static const float x[TURNS] = {3, 10, -7, 0, 1, 2};
	Tensor *in[] = {tensor_new(&ctx.perm, F32, 1, (int64_t[]){TURNS})};
	Eval e = {.budget = -1};

	(void)state;
	memcpy(in[0]->data, x, sizeof x);
	begin(&(Program){'a', 's', 1, "six"});
	put_doubling();
	Graph *g = import();
	eval_graph(&e, g, &ctx.perm, in);
	compare(eval_value(&e, g->out[1]), 1, (float[]){160});
	for (int i = 0; i < 2; i++) {
		Session *s = session_of(NULL, targets[i]);
		session_bind(s, in);
		assert_int_equal(session_run(s), TCC_OK);
		compare(session_output(s, 1), 1, (float[]){160});
		session_close(s);
		temporary_clear();
	}
}

/* A body that gives such an input for its condition. */
static void refuse_condition(int type, const char *sizes, enum exit_code code, const char *text)
{
	Model body;

	m = model_new(&ctx.perm);
	add_input(&m, "c", type, sizes);
	add_tensor(&m, "yes", BOOLEAN, "", &(uint8_t){1}, 1);
	add_input(&m, "trips", INT64, "");
	body = graph("body");
	add_input(&body, "turn", INT64, "");
	add_input(&body, "going", BOOLEAN, "");
	add_node(&body, "Identity", "c", "goes");
	add_output(&body, "goes", type, NULL);
	add_node(&body, "Identity", "turn", "slice");
	add_output(&body, "slice", INT64, NULL);
	set_graph(&m, add_node(&m, "Loop", "trips,yes", "slices"), "body", body.graph);
	add_output(&m, "slices", INT64, NULL);
	refuse(code, text);
}

static void other_conditions_are_refused(void **state)
{
	(void)state;
	refuse_condition(FLOAT, "", EXIT_MODEL, "the body's condition is f32[]; it must be one bool");
	refuse_condition(BOOLEAN, "2,2", EXIT_MODEL, "the body's condition is bool[2,2]; it must be one bool");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_branch_adds),	    TEST(there_may_be_none_before),    TEST(a_queue_stays_short),
		TEST(a_bound_is_asked_for), TEST(a_condition_may_have_a_rank), TEST(other_conditions_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
