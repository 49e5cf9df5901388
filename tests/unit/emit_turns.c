/* States of a Loop that have another size each turn, and that its body reads: the evaluator and emitted C give what the
 * loop means, written out here. Beyond a bound a run ends with TCC_ERR_CAPACITY, and the next one is right. */
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "runtime/tcc.h"
#include "tests/flags.h"
#include "tests/unit/onnx.h"
#include "tools/jit.h"

#define FLAGS "-std=c99 " CLEAN

enum { VOCABULARY = 11, WIDTH = 6, MOST = 64 };

static const char *const targets[] = {"c", "native"};

/* ---- models ---- */

static Model body;

static void begin(void)
{
	static const int64_t number[] = {0, 1, 2, -1};
	static const char *const name[] = {"zero", "one", "two", "last"};

	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	for (int i = 0; i < 4; i++) {
		add_tensor(&m, name[i], INT64, "", &number[i], sizeof *number);
		add_tensor(&m, arena_format(&ctx.perm, "%ss", name[i]), INT64, "1", &number[i], sizeof *number);
	}
	add_tensor(&m, "yes", BOOLEAN, "", &(uint8_t){1}, 1);
	body = inside(&m, PROTO(&ctx.perm, graph_proto));
	body.graph->name = "body";
	add_input(&body, "turn", INT64, "");
	add_input(&body, "going", BOOLEAN, "");
	add_output(&body, "goes", BOOLEAN, "");
}

static void add_state(const char *now, const char *next, int type)
{
	add_input(&body, now, type, NULL);
	add_output(&body, next, type, NULL);
}

static void add_along(const char *type, const char *inputs, const char *output, int axis)
{
	set_int(&body, add_node(&body, type, inputs, output), "axis", axis);
}

static void loop(const char *inputs, const char *outputs)
{
	set_graph(&m, add_node(&m, "Loop", inputs, outputs), "body", body.graph);
}

static void goes_on(void) { add_node(&body, "Identity", "going", "goes"); }

/* ---- runs ---- */

static Tensor *floats(int64_t n)
{
	Tensor *t = tensor_new(&ctx.perm, F32, 1, &n);

	for (int64_t i = 0; i < n; i++)
		((float *)t->data)[i] = (float)(i % 5) - (float)i / 4;
	return t;
}

static Tensor *number(int64_t k) { return tensor_i64(&ctx.perm, 1, &k, true); }

static void holds(const Tensor *y, DType t, int64_t n, const void *want)
{
	assert_int_equal(y->dtype, t);
	assert_int_equal(y->count, n);
	for (int64_t i = 0; i < n; i++)
		assert_float_equal(load_f64(t, y->data, i), load_f64(t, want, i), 1e-4);
}

static Session *open_model(const ReadOptions *o, const char *target)
{
	Settings settings = {.compile = {.level = 2, .target = target}, .cc_flags = FLAGS, .threads = 1};

	return jit(&ctx, import_with(o), &settings, NULL);
}

/* The first output is a vector of n elements; n < 0: there is no room for them. */
static void gives(Session *s, Tensor **in, DType t, int64_t n, const void *want)
{
	session_bind(s, in);
	assert_int_equal(session_run(s), n < 0 ? TCC_ERR_CAPACITY : TCC_OK);
	assert_true(session_intact(s));
	if (n >= 0)
		holds(session_output(s, 0), t, n, want);
}

static void expect(const ReadOptions *o, Tensor **in, DType t, int64_t n, const void *want)
{
	Graph *g = import_with(o);
	Eval e = {.budget = -1};

	eval_graph(&e, g, &ctx.perm, in);
	holds(eval_value(&e, g->out[0]), t, n, want);
	for (int i = 0; i < 2; i++) {
		Session *s = open_model(o, targets[i]);
		gives(s, in, t, n, want);
		session_close(s);
		temporary_clear();
	}
}

/* ---- the best next token, again and again ---- */

static float embedding[VOCABULARY * WIDTH], weight[WIDTH * VOCABULARY];

static int64_t best_next(const int64_t *token, int n)
{
	float x[WIDTH] = {0}, best = -1e30f;
	int64_t found = 0;

	for (int k = 0; k < WIDTH; k++) {
		for (int i = 0; i < n; i++)
			x[k] += embedding[token[i] * WIDTH + k] / (float)n;
		x[k] += embedding[token[n - 1] * WIDTH + k];
	}
	for (int64_t v = 0; v < VOCABULARY; v++) {
		float score = 0;
		for (int k = 0; k < WIDTH; k++)
			score += x[k] * weight[k * VOCABULARY + v];
		found = score > best ? v : found;
		best = score > best ? score : best;
	}
	return found;
}

/* How many tokens there are after so many turns, or behind the first that is `end`. */
static int decode(int64_t *token, int turns, int64_t end)
{
	int n = 2;

	token[0] = 1;
	token[1] = 4;
	while (n < 2 + turns && (n == 2 || token[n - 1] != end)) {
		token[n] = best_next(token, n);
		n++;
	}
	return n;
}

/* end: the token behind which it ends; -1: none. */
static void decoder(const char *trips, int64_t end)
{
	uint64_t state = 3;

	begin();
	for (int i = 0; i < VOCABULARY * WIDTH; i++) {
		embedding[i] = (float)random_in(&state, -64, 64) / 64;
		weight[i] = (float)random_in(&state, -64, 64) / 64;
	}
	add_tensor(&m, "embedding", FLOAT, "11,6", embedding, sizeof embedding);
	add_tensor(&m, "weight", FLOAT, "6,11", weight, sizeof weight);
	add_tensor(&m, "nine", INT64, "", &(int64_t){9}, sizeof(int64_t));
	add_tensor(&m, "end", INT64, "", &end, sizeof end);
	add_input(&m, "start", INT64, "2");
	if (!strcmp(trips, "trips"))
		add_input(&m, "trips", INT64, "");
	add_state("tokens", "longer", INT64);
	add_node(&body, "Gather", "embedding,tokens", "e");
	set_int(&body, add_node(&body, "ReduceMean", "e,zeros", "mean"), "keepdims", 0);
	add_node(&body, "Gather", "e,last", "newest");
	add_node(&body, "Add", "mean,newest", "sum");
	add_node(&body, "MatMul", "sum,weight", "score");
	add_along("ArgMax", "score", "next", 0);
	add_along("Concat", "tokens,next", "longer", 0);
	add_node(&body, "Squeeze", "next", "one_next");
	add_node(&body, "Equal", "one_next,end", "ends");
	add_node(&body, "Not", "ends", "goes");
	loop(arena_format(&ctx.perm, "%s,yes,start", trips), "y");
	add_output(&m, "y", INT64, NULL);
}

static Tensor *start(void)
{
	static const int64_t token[] = {1, 4};

	return tensor_i64(&ctx.perm, 2, token, false);
}

static void tokens_are_decoded(void **state)
{
	int64_t token[MOST];
	Tensor *in[] = {start()};

	(void)state;
	decoder("nine", -1);
	expect(NULL, in, I64, decode(token, 9, -1), token);
	int64_t end = token[5];
	decoder("nine", end);
	int n = decode(token, 9, end);
	assert_true(n > 2 && n < 11);
	expect(NULL, in, I64, n, token);
}

/* How often it turns is an input: the size of the state has the bound that the user gives. */
static void a_bound_may_be_given(void **state)
{
	static const DimChoice most = {"tokens.0", 1, 12};
	const ReadOptions o = {.dims = &most, .ndims = 1};
	int64_t token[MOST];

	(void)state;
	decoder("trips", -1);
	refuse(EXIT_UNSUPPORTED, "after a turn tokens.0 + 1, and nothing says how many at most");
	expect(&o, (Tensor *[]){start(), number(7)}, I64, decode(token, 7, -1), token);
	for (int i = 0; i < 2; i++) {
		Session *s = open_model(&o, targets[i]);
		for (int turns = 0; turns < 14; turns++) {
			int n = decode(token, turns, -1);
			gives(s, (Tensor *[]){start(), number(turns)}, I64, n > 12 ? -1 : n, token);
		}
		gives(s, (Tensor *[]){start(), number(10)}, I64, decode(token, 10, -1), token);
		session_close(s);
		temporary_clear();
	}
	const DimChoice less = {"tokens.0", 1, 1};
	refuse_with(&(ReadOptions){.dims = &less, .ndims = 1}, EXIT_USAGE, "at most 1, but state 0 begins with 2");
}

/* ---- sizes that fall ---- */

/* Each turn leaves the first half, without the largest of all. */
static void a_state_halves(void **state)
{
	Tensor *x = floats(13), *in[] = {x};
	float want[13];

	(void)state;
	begin();
	add_input(&m, "x", FLOAT, "13");
	add_state("s", "less", FLOAT);
	goes_on();
	add_node(&body, "Shape", "s", "size");
	add_node(&body, "Div", "size,twos", "part");
	add_node(&body, "Slice", "s,zeros,part", "front");
	set_int(&body, add_node(&body, "ReduceMax", "s", "top"), "keepdims", 0);
	add_node(&body, "Sub", "front,top", "less");
	loop("two,,x", "y");
	add_output(&m, "y", FLOAT, NULL);
	memcpy(want, x->data, sizeof want);
	for (int n = 13; n > 3; n /= 2) {
		float top = want[0];
		for (int i = 0; i < n; i++)
			top = want[i] > top ? want[i] : top;
		for (int i = 0; i < n / 2; i++)
			want[i] -= top;
	}
	expect(NULL, in, F32, 3, want);
}

static float mean_of(const float *x, int n)
{
	float sum = 0;

	for (int i = 0; i < n; i++)
		sum += x[i];
	return sum / (float)n;
}

/* What is greater than the mean is left, or (`more`) comes once more. */
static void choose(bool more)
{
	begin();
	add_input(&m, "x", FLOAT, "9");
	add_state("s", "next", FLOAT);
	goes_on();
	set_int(&body, add_node(&body, "ReduceMean", "s", "mean"), "keepdims", 0);
	add_node(&body, "Greater", "s,mean", "kept");
	add_along("Compress", "s,kept", more ? "some" : "next", 0);
	if (more)
		add_along("Concat", "s,some", "next", 0);
	loop("two,,x", "y");
	add_output(&m, "y", FLOAT, NULL);
}

static int chosen(float *x, bool more)
{
	int n = 9;

	for (int turn = 0; turn < 2; turn++) {
		float mean = mean_of(x, n);
		int at = more ? n : 0, end = n;
		for (int i = 0; i < end; i++)
			if (x[i] > mean)
				x[at++] = x[i];
		n = at;
	}
	return n;
}

/* Data decide how many elements a turn leaves, at most all; or how many it adds, at most as many: two turns make four
 * times as many, and the user may say that there are fewer. */
static void data_decide_the_size(void **state)
{
	static const DimChoice most = {"s.0", 0, 20}, least = {"s.0", 0, 13};
	const ReadOptions o = {.dims = &most, .ndims = 1}, tight = {.dims = &least, .ndims = 1};
	Tensor *in[] = {floats(9)};
	float want[MOST];

	(void)state;
	choose(false);
	memcpy(want, in[0]->data, 9 * sizeof *want);
	int n = chosen(want, false);
	assert_true(n > 0 && n < 9);
	expect(NULL, in, F32, n, want);
	choose(true);
	memcpy(want, in[0]->data, 9 * sizeof *want);
	n = chosen(want, true);
	assert_true(n > 13 && n <= 20);
	expect(NULL, in, F32, n, want);
	expect(&o, in, F32, n, want);
	for (int i = 0; i < 2; i++) {
		Session *s = open_model(&tight, targets[i]);
		gives(s, in, F32, -1, NULL);
		session_close(s);
		temporary_clear();
	}
}

/* ---- several states ---- */

static const Node *loop_of(const Graph *g)
{
	uint32_t i = 0;

	while (!g->node[i]->nsub)
		i++;
	return g->node[i];
}

/* How many stages of a turn do nothing else. */
static int copies_of_a_turn(void)
{
	const Options o = {.level = 2, .target = "c", .prefix = "net"};
	Graph *g = import();
	const char *header;
	int n = 0;
	Facts f;

	passes_run(g, &o);
	emit_text(g, &o, &header, &f);
	for (int i = 0; i < f.nstages; i++)
		n += f.stage[i].turns > 1 && strstr(f.stage[i].name, "_copy");
	return n;
}

/* Keys and values of an attention grow alike: they have one size, and it is counted once. Slices come out beside them. */
static void states_share_a_size(void **state)
{
	float k[MOST], v[MOST], want[5];
	Tensor *in[] = {floats(2)};

	(void)state;
	begin();
	add_input(&m, "x", FLOAT, "2");
	add_tensor(&m, "five", INT64, "", &(int64_t){5}, sizeof(int64_t));
	add_state("k", "k2", FLOAT);
	add_state("v", "v2", FLOAT);
	goes_on();
	add_node(&body, "Mul", "k,v", "kv");
	add_node(&body, "ReduceMean", "kv", "one_more");
	add_along("Concat", "k,one_more", "k2", 0);
	add_node(&body, "Neg", "one_more", "less");
	add_along("Concat", "less,v", "v2", 0);
	add_node(&body, "Squeeze", "one_more", "part");
	add_output(&body, "part", FLOAT, NULL);
	loop("five,,x,x", "kk,vv,y");
	add_output(&m, "y", FLOAT, NULL);
	add_output(&m, "vv", FLOAT, NULL);
	memcpy(k, in[0]->data, 2 * sizeof *k);
	memcpy(v, in[0]->data, 2 * sizeof *v);
	for (int n = 2; n < 7; n++) {
		float sum = 0;
		for (int i = 0; i < n; i++)
			sum += k[i] * v[i];
		want[n - 2] = k[n] = sum / (float)n;
		memmove(v + 1, v, (size_t)n * sizeof *v);
		v[0] = -k[n];
	}
	expect(NULL, in, F32, 5, want);
	const Node *n = loop_of(import());
	const Graph *turn = n->sub[0];
	assert_int_equal(n->nin - turn->ncaptured, 2 + 2 + 1);
	assert_string_equal(turn->out[1]->def->op->name, "ScatterElements"); /* behind what is there: nothing is copied */
	assert_string_equal(turn->out[2]->def->op->name, "Pad");
	assert_int_equal(copies_of_a_turn(), 1); /* of v, whose elements change their places */
}

/* Sizes that begin alike and grow otherwise, one by what the other is; of text; and beside one that only grows (grown.c). */
static void states_have_their_own_sizes(void **state)
{
	static const int64_t x[] = {3, 7};
	int64_t a[MOST], na = 2, nb = 2;
	Tensor *in[] = {tensor_i64(&ctx.perm, 2, x, false)};

	(void)state;
	begin();
	add_input(&m, "x", INT64, "2");
	add_tensor(&m, "three", INT64, "", &(int64_t){3}, sizeof(int64_t));
	add_state("a", "a2", INT64);
	add_state("b", "b2", STRING);
	add_state("c", "c2", INT64);
	goes_on();
	set_int(&body, add_node(&body, "Cast", "b", "number"), "to", INT64);
	add_node(&body, "Add", "number,turn", "later");
	add_along("Concat", "a,later", "a2", 0);
	add_along("Concat", "b,text", "b2", 0);
	add_along("Concat", "c,a", "c2", 0);
	set_int(&m, add_node(&m, "Cast", "x", "text"), "to", STRING);
	loop("three,,x,text,x", "y,,z");
	add_output(&m, "y", INT64, NULL);
	add_output(&m, "z", INT64, NULL);
	memcpy(a, x, sizeof x);
	for (int64_t turn = 0; turn < 3; turn++, nb += 2)
		for (int64_t i = 0; i < nb; i++)
			a[na++] = x[i % 2] + turn;
	expect(NULL, in, I64, na, a);
}

/* Turns are followed one by one up to a thousand, and counted from there on. */
static void many_turns_have_a_bound(void **state)
{
	(void)state;
	for (int64_t turns = 999; turns < 1003; turns++) {
		decoder("many", -1);
		add_tensor(&m, "many", INT64, "", &turns, sizeof turns);
		const Value *held = loop_of(import())->sub[0]->in[2];
		assert_int_equal(held->shape.dim[0].k, 2 + turns + 1);
	}
}

/* ---- what tracers write down, and what a size begins with ---- */

/* A turn adds the sum of the last three behind [1,1,3], or (`mean`) the mean of all. A tracer declares the sizes of the
 * first turn. */
static void sums(bool mean, const char *declared)
{
	static const float ones[] = {1, 1, 1};

	begin();
	add_input(&m, "x", FLOAT, "1,1,3");
	add_input(&m, "trips", INT64, "");
	add_tensor(&m, "ones3", FLOAT, "1,1,3", ones, sizeof ones);
	add_tensor(&m, "third_last", INT64, "1", &(int64_t){-3}, sizeof(int64_t));
	add_tensor(&m, "end", INT64, "1", &(int64_t){INT64_MAX}, sizeof(int64_t));
	add_input(&body, "s", FLOAT, declared);
	add_output(&body, "s2", FLOAT, NULL);
	goes_on();
	add_node(&body, "Slice", "s,third_last,end,twos", "three");
	if (mean)
		add_node(&body, "ReduceMean", "s,twos", "more");
	else
		add_node(&body, "Conv", "three,ones3", "more");
	add_along("Concat", "s,more", "s2", 2);
	loop("trips,yes,x", "y");
	add_output(&m, "y", FLOAT, NULL);
}

static int summed(float *x, int turns, bool mean)
{
	int n = 3;

	for (; n < 3 + turns; n++)
		x[n] = mean ? mean_of(x, n) : x[n - 3] + x[n - 2] + x[n - 1];
	return n;
}

static void expect_sums(bool mean, const char *declared)
{
	static const DimChoice most = {"s.2", 0, 8};
	const ReadOptions o = {.dims = &most, .ndims = 1};
	static const int64_t sizes[] = {1, 1, 3};
	Tensor *x = tensor_new(&ctx.perm, F32, 3, sizes);
	float want[MOST] = {.5f, -2, 3};

	memcpy(x->data, want, 3 * sizeof *want);
	sums(mean, declared);
	refuse(EXIT_UNSUPPORTED, "after a turn s.2 + 1, and nothing says how many at most");
	expect(&o, (Tensor *[]){x, number(5)}, F32, summed(want, 5, mean), want);
	for (int i = 0; i < 2; i++) {
		Session *s = open_model(&o, targets[i]);
		for (int turns = 6; turns >= 0; turns--)
			gives(s, (Tensor *[]){x, number(turns)}, F32, turns > 5 ? -1 : 3 + turns, want);
		session_close(s);
		temporary_clear();
	}
}

/* The declared number is not the size of every turn, nor a bound of it. */
static void declared_sizes_are_given_up(void **state)
{
	(void)state;
	expect_sums(true, "1,1,3");
	expect_sums(false, "1,1,3");
}

/* What only grows is never less than at first: there is room for what looks at the last three. */
static void a_size_keeps_its_least(void **state)
{
	(void)state;
	expect_sums(false, NULL);
	expect_sums(false, "1,1,n");
}

/* 2, 6, 1, 8 elements: what did not fall in the first turn does in the second. */
static void a_size_falls_later(void **state)
{
	float want[] = {0, 1, 2, 3, 4, 5, 6, 7, 8}, half = .5f;

	(void)state;
	for (int64_t turns = 1; turns < 4; turns++) {
		int n = turns == 1 ? 6 : turns == 2 ? 1 : 8;
		begin();
		add_input(&m, "x", FLOAT, "2");
		add_tensor(&m, "w", FLOAT, "9", want, sizeof want);
		add_tensor(&m, "half", FLOAT, "1", &half, sizeof half);
		add_tensor(&m, "turns", INT64, "", &turns, sizeof turns);
		add_tensor(&m, "end", INT64, "1", &(int64_t){9}, sizeof(int64_t));
		add_state("s", "s2", FLOAT);
		goes_on();
		add_node(&body, "Shape", "s", "size");
		add_node(&body, "Mul", "size,twos", "from");
		add_node(&body, "Slice", "w,from,end", "part");
		add_along("Concat", "part,half", "s2", 0);
		loop("turns,yes,x", "y");
		add_output(&m, "y", FLOAT, NULL);
		float part[9];
		memcpy(part, want + 10 - n, (size_t)(n - 1) * sizeof *part);
		part[n - 1] = half;
		expect(NULL, (Tensor *[]){floats(2)}, F32, n, part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tokens_are_decoded, fresh, done),
		cmocka_unit_test_setup_teardown(a_bound_may_be_given, fresh, done),
		cmocka_unit_test_setup_teardown(a_state_halves, fresh, done),
		cmocka_unit_test_setup_teardown(data_decide_the_size, fresh, done),
		cmocka_unit_test_setup_teardown(states_share_a_size, fresh, done),
		cmocka_unit_test_setup_teardown(states_have_their_own_sizes, fresh, done),
		cmocka_unit_test_setup_teardown(many_turns_have_a_bound, fresh, done),
		cmocka_unit_test_setup_teardown(declared_sizes_are_given_up, fresh, done),
		cmocka_unit_test_setup_teardown(a_size_keeps_its_least, fresh, done),
		cmocka_unit_test_setup_teardown(a_size_falls_later, fresh, done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
