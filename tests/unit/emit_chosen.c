/* Sequences to which turns of a Loop add elements or none, as the run decides: the evaluator and emitted C give what the
 * loop means, written out here, for all ways in which few turns may decide. */
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "runtime/tcc.h"
#include "tests/flags.h"
#include "tests/unit/onnx.h"
#include "tools/jit.h"

#define FLAGS "-std=c99 " CLEAN

enum { TURNS = 5, WIDTH = 3 };

static const char *const targets[] = {"c", "native"};

/* ---- models ---- */

static Onnx__GraphProto *graph(const char *name)
{
	Onnx__GraphProto *g = PROTO(&ctx.perm, graph_proto);

	g->name = arena_string(&ctx.perm, name);
	return g;
}

static void give_list(Model *in, const char *name)
{
	make_sequence(in, add_output(in, name, FLOAT, NULL));
}

/* A branch that adds such elements, one after the other, or none, and gives `out`. */
static Onnx__GraphProto *adds(const char *out, const char *first, const char *second)
{
	Model in = inside(&m, graph(out));

	if (!first)
		add_node(&in, "Identity", "old", out);
	else if (!second)
		add_node(&in, "SequenceInsert", arena_format(&ctx.perm, "old,%s", first), out);
	if (second) {
		add_node(&in, "SequenceInsert", arena_format(&ctx.perm, "old,%s", first), "between");
		add_node(&in, "SequenceInsert", arena_format(&ctx.perm, "between,%s", second), out);
	}
	give_list(&in, out);
	return in.graph;
}

static void add_if(Model *in, const char *condition, const char *out, Onnx__GraphProto *yes, Onnx__GraphProto *no)
{
	Onnx__NodeProto *n = add_node(in, "If", condition, out);

	set_graph(in, n, "then_branch", yes);
	set_graph(in, n, "else_branch", no);
}

static void open_body(Model *body)
{
	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	add_input(&m, "x", FLOAT, "5,3");
	add_input(&m, "c", INT64, "5");
	add_input(&m, "trips", INT64, "");
	add_tensor(&m, "none", INT64, "1", &(int64_t){0}, sizeof(int64_t));
	add_tensor(&m, "last", INT64, "", &(int64_t){-1}, sizeof(int64_t));
	for (int64_t i = 0; i < 4; i++)
		add_tensor(&m, arena_format(&ctx.perm, "k%d", (int)i), INT64, "", &i, sizeof i);
	*body = inside(&m, graph("body"));
	add_input(body, "turn", INT64, "");
	add_input(body, "going", BOOLEAN, "");
	make_sequence(body, add_input(body, "old", FLOAT, NULL));
	add_node(body, "Gather", "x,turn", "whole");
	add_node(body, "Gather", "c,turn", "kind");
}

static void close_body(Model *body)
{
	add_output(body, "goes", BOOLEAN, "");
	give_list(body, "new");
	add_node(&m, "SequenceEmpty", "", "s");
	set_graph(&m, add_node(&m, "Loop", "trips,,s", "z"), "body", body->graph);
}

/* In turn i: c[i] = 1: x[i] as far as `part` says; 2: nothing; 3: -x[i], and x[i] as far as `part` says; 0: it ends. */
static void begin(bool part)
{
	Model body, no;

	open_body(&body);
	add_node(&body, "Unsqueeze", "kind,none", "kinds");
	add_node(&body, part ? "Slice" : "Identity", part ? "whole,none,kinds" : "whole", "row");
	add_node(&body, "Neg", "whole", "minus");
	add_node(&body, "Equal", "kind,k1", "one");
	add_node(&body, "Equal", "kind,k2", "nothing");
	add_node(&body, "Greater", "kind,k0", "goes");
	no = inside(&m, graph("no"));
	add_if(&no, "nothing", "third", adds("third_yes", NULL, NULL), adds("third_no", "minus", "row"));
	give_list(&no, "third");
	add_if(&body, "one", "new", adds("yes", "row", NULL), no.graph);
	close_body(&body);
}

/* In turn i: x[i] times as many elements as there are before, where c[i] > 1; until there are three. */
static void begin_counting(void)
{
	Model body, yes;

	open_body(&body);
	add_node(&body, "Greater", "kind,k1", "adds");
	yes = inside(&m, graph("yes"));
	add_node(&yes, "SequenceLength", "old", "n");
	set_int(&yes, add_node(&yes, "Cast", "n", "factor"), "to", FLOAT);
	add_node(&yes, "Mul", "whole,factor", "row");
	add_node(&yes, "SequenceInsert", "old,row", "longer");
	give_list(&yes, "longer");
	add_if(&body, "adds", "new", yes.graph, adds("same", NULL, NULL));
	add_node(&body, "SequenceLength", "new", "long");
	add_node(&body, "Less", "long,k3", "goes");
	close_body(&body);
}

/* A branch that gives what a loop makes of `old`. */
static Onnx__GraphProto *turns_in_branch(Onnx__GraphProto *again)
{
	Model in = inside(&m, graph("turning"));

	add_node(&in, "Identity", "old", "first");
	set_graph(&in, add_node(&in, "Loop", "kind,,first", "turned"), "body", again);
	give_list(&in, "turned");
	return in.graph;
}

/* In turn i, c[i] times: x[i], and nothing the second time. `some`: only where c[i] is more than 1. */
static void begin_nested(bool some)
{
	Model body, again;

	open_body(&body);
	again = inside(&m, graph("again"));
	add_input(&again, "time", INT64, "");
	add_input(&again, "on", BOOLEAN, "");
	make_sequence(&again, add_input(&again, "old", FLOAT, NULL));
	add_node(&again, "Equal", "time,k1", "second");
	add_node(&again, "Identity", "on", "still");
	add_if(&again, "second", "more", adds("same", NULL, NULL), adds("longer", "whole", NULL));
	add_output(&again, "still", BOOLEAN, "");
	give_list(&again, "more");
	add_node(&body, "Greater", "kind,k1", "adds");
	if (some) {
		add_if(&body, "adds", "new", turns_in_branch(again.graph), adds("none_added", NULL, NULL));
	} else {
		add_node(&body, "Identity", "old", "first");
		set_graph(&body, add_node(&body, "Loop", "kind,,first", "new"), "body", again.graph);
	}
	add_node(&body, "Identity", "going", "goes");
	close_body(&body);
}

/* ---- what they mean ---- */

typedef struct Elements {
	int n, size[3 * TURNS];
	float v[3 * TURNS][WIDTH];
} Elements;

static void put_element(Elements *e, const float *x, int n, float factor)
{
	for (int k = 0; k < n; k++)
		e->v[e->n][k] = factor * x[k];
	e->size[e->n++] = n;
}

typedef enum LoopKind { WHOLE, PART, COUNTING, NESTED, NESTED_SOME } LoopKind;

static Elements after_counting(const float *x, const int64_t *c, int64_t trips)
{
	Elements e = {0};

	for (int i = 0; i < trips && (!i || e.n < 3); i++)
		if (c[i] > 1)
			put_element(&e, x + i * WIDTH, WIDTH, (float)e.n);
	return e;
}

static Elements after_nested(const float *x, const int64_t *c, int64_t trips, bool some)
{
	Elements e = {0};

	for (int i = 0; i < trips; i++)
		for (int time = some && c[i] < 2 ? (int)c[i] : 0; time < c[i]; time++)
			if (time != 1)
				put_element(&e, x + i * WIDTH, WIDTH, 1);
	return e;
}

static Elements after(const float *x, const int64_t *c, int64_t trips, LoopKind kind)
{
	Elements e = {0};
	bool part = kind == PART;

	if (kind == COUNTING)
		return after_counting(x, c, trips);
	if (kind == NESTED || kind == NESTED_SOME)
		return after_nested(x, c, trips, kind == NESTED_SOME);

	for (int i = 0; i < trips; i++) {
		int n = part ? (int)c[i] : WIDTH;
		if (c[i] == 3 || c[i] == 0)
			put_element(&e, x + i * WIDTH, WIDTH, -1);
		if (c[i] != 2)
			put_element(&e, x + i * WIDTH, n, 1);
		if (!c[i])
			break;
	}
	return e;
}

static int all_of(const Elements *e, int from, float *y)
{
	int n = 0;

	for (int i = from; i < e->n; i++)
		for (int k = 0; k < e->size[i]; k++)
			y[n++] = e->v[i][k];
	return n;
}

/* ---- runs ---- */

static const DimChoice most[] = {{"z.turns.0", 0, TURNS}, {"new.turns.0", 0, 3}};
static const DimChoice others[] = {{"z.turns.0", 0, TURNS}, {"turned.turns.0", 0, 3}};
static const ReadOptions bounded = {.dims = most, .ndims = 1}, nested = {.dims = most, .ndims = 2},
			 chosen = {.dims = others, .ndims = 2};

static void holds(const Tensor *y, int n, const float *want)
{
	assert_int_equal(y->count, n);
	for (int i = 0; i < n; i++)
		assert_float_equal(load_f64(y->dtype, y->data, i), want[i], 0);
}

/* What y is, given the elements; -1: no run of that kind. */
typedef int Meaning(const Elements *e, float *y);

static void for_all_choices(LoopKind kind, Meaning *meaning, void (*run)(void *, Tensor **, int, const float *), void *to)
{
	int64_t c[TURNS] = {0};
	Tensor *x = tensor_new(&ctx.perm, F32, 2, (int64_t[]){TURNS, WIDTH});
	float y[3 * TURNS * WIDTH];

	for (int i = 0; i < TURNS * WIDTH; i++)
		((float *)x->data)[i] = (float)i + 1;
	for (int64_t trips = 0; trips <= TURNS; trips++)
		for (int choice = 0; choice < 1 << 2 * trips; choice += trips < 4 ? 1 : 37) {
			for (int i = 0; i < TURNS; i++)
				c[i] = choice >> 2 * i & 3;
			Elements e = after((float *)x->data, c, trips, kind);
			int n = meaning(&e, y);
			if (n >= 0)
				run(to, (Tensor *[]){x, tensor_i64(&ctx.perm, TURNS, c, false), tensor_i64(&ctx.perm, 1, &trips, true)}, n, y);
		}
}

static void evaluate(void *g, Tensor **in, int n, const float *want)
{
	Eval e = {.budget = -1};

	eval_graph(&e, g, &ctx.perm, in);
	holds(eval_value(&e, ((Graph *)g)->out[0]), n, want);
}

static void execute(void *s, Tensor **in, int n, const float *want)
{
	session_bind(s, in);
	assert_int_equal(session_run(s), TCC_OK);
	assert_true(session_intact(s));
	holds(session_output(s, 0), n, want);
}

static void expect(LoopKind kind, Meaning *meaning)
{
	const ReadOptions *o = kind == NESTED_SOME ? &chosen : kind == NESTED ? &nested : &bounded;

	add_output(&m, "y", 0, NULL);
	for_all_choices(kind, meaning, evaluate, import_with(o));
	for (int i = 0; i < 2; i++) {
		Settings settings = {.compile = {.level = 2, .target = targets[i]}, .cc_flags = FLAGS, .threads = 1};
		Session *s = jit(&ctx, import_with(o), &settings, NULL);
		for_all_choices(kind, meaning, execute, s);
		session_close(s);
		temporary_clear();
	}
}

static int number_of(const Elements *e, float *y)
{
	y[0] = (float)e->n;
	return 1;
}

static int joined_up(const Elements *e, float *y) { return all_of(e, 0, y); }

static int last_of(const Elements *e, float *y) { return e->n ? all_of(e, e->n - 1, y) : -1; }

static int but_first(const Elements *e, float *y) { return e->n ? all_of(e, 1, y) : -1; }

/* x[0] at the end, and in front of what is last then. */
static int inserted(const Elements *e, float *y)
{
	int n = all_of(e, 0, y);

	for (int i = 0; i < 2 * WIDTH; i++)
		y[n++] = (float)(i % WIDTH + 1);
	return n;
}

static void elements_are_counted(void **state)
{
	(void)state;
	for (LoopKind part = WHOLE; part <= PART; part++) {
		begin(part);
		add_node(&m, "SequenceLength", "z", "y");
		expect(part, number_of);
	}
}

static void elements_are_joined(void **state)
{
	(void)state;
	for (LoopKind part = WHOLE; part <= PART; part++) {
		begin(part);
		set_int(&m, add_node(&m, "ConcatFromSequence", "z", "y"), "axis", 0);
		expect(part, joined_up);
	}
}

/* The last element behind one that there is in any case. */
static int last_or_first(const Elements *e, float *y)
{
	for (int k = 0; k < WIDTH; k++)
		y[k] = (float)k + 1;
	return e->n ? last_of(e, y) : WIDTH;
}

static void elements_have_positions(void **state)
{
	(void)state;
	for (LoopKind part = WHOLE; part <= PART; part++) {
		begin(part);
		add_node(&m, "SequenceAt", "z,last", "y");
		expect(part, last_of);
		begin(part);
		add_node(&m, "SequenceErase", "z,k0", "e");
		set_int(&m, add_node(&m, "ConcatFromSequence", "e", "y"), "axis", 0);
		expect(part, but_first);
		begin(part);
		add_node(&m, "Gather", "x,k0", "more");
		add_node(&m, "SequenceInsert", "z,more", "e");
		add_node(&m, "SequenceInsert", "e,more,last", "f");
		set_int(&m, add_node(&m, "ConcatFromSequence", "f", "y"), "axis", 0);
		expect(part, inserted);
		begin(part);
		*m.graph->node[0] = *node_proto(&ctx.perm, "SequenceConstruct", "first", "s"); /* not SequenceEmpty */
		add_node(&m, "Gather", "x,k0", "first");
		add_node(&m, "SequenceAt", "z,last", "y");
		expect(part, last_or_first);
	}
}

static int negated(const Elements *e, float *y)
{
	int n = all_of(e, 0, y);

	for (int i = 0; i < n; i++)
		y[i] = -y[i];
	return n;
}

/* y = -z, and the same as -z - z + z. */
static void elements_are_mapped(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++) {
		begin(kind % 2);
		Model body = inside(&m, graph("map"));
		add_input(&body, "e", FLOAT, NULL);
		add_node(&body, "Neg", "e", kind > 1 ? "minus" : "made");
		if (kind > 1) {
			add_input(&body, "f", FLOAT, NULL);
			add_node(&body, "Sub", "minus,f", "rest");
			add_node(&body, "Add", "rest,f", "made");
		}
		add_output(&body, "made", FLOAT, NULL);
		set_graph(&m, add_node(&m, "SequenceMap", kind > 1 ? "z,z" : "z", "mapped"), "body", body.graph);
		set_int(&m, add_node(&m, "ConcatFromSequence", "mapped", "y"), "axis", 0);
		expect(kind % 2 ? PART : WHOLE, negated);
	}
}

static void a_body_asks_how_many_there_are(void **state)
{
	(void)state;
	begin_counting();
	set_int(&m, add_node(&m, "ConcatFromSequence", "z", "y"), "axis", 0);
	expect(COUNTING, joined_up);
}

static void loops_inside_add_as_well(void **state)
{
	(void)state;
	begin_nested(false);
	set_int(&m, add_node(&m, "ConcatFromSequence", "z", "y"), "axis", 0);
	expect(NESTED, joined_up);
	begin_nested(false);
	add_node(&m, "SequenceLength", "z", "y");
	expect(NESTED, number_of);
	begin_nested(true);
	set_int(&m, add_node(&m, "ConcatFromSequence", "z", "y"), "axis", 0);
	expect(NESTED_SOME, joined_up);
}

static void nothing_bounds_the_turns(void **state)
{
	(void)state;
	begin(false);
	set_int(&m, add_node(&m, "ConcatFromSequence", "z", "y"), "axis", 0);
	add_output(&m, "y", 0, NULL);
	Graph *g = import();
	if (!setjmp(ctx.border)) {
		passes_run(g, &(Options){.level = 2, .target = "c", .prefix = "net"});
		assert_string_equal("no bound", "asked for");
	}
	assert_int_equal(ctx.status, EXIT_UNSUPPORTED);
	assert_non_null(strstr(ctx.message, "the size '2*z.turns.0' has no bound"));
	assert_non_null(strstr(ctx.hint, "--dim z.turns.0="));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(elements_are_counted), TEST(elements_are_joined), TEST(elements_have_positions),
		TEST(elements_are_mapped),
		TEST(a_body_asks_how_many_there_are), TEST(loops_inside_add_as_well), TEST(nothing_bounds_the_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
