/* SplitToSequence where the run decides how many parts there are, or how long they are: the evaluator and emitted C give
 * what the operator means, for every size within the bounds. */
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "runtime/tcc.h"
#include "tests/flags.h"
#include "tests/unit/onnx.h"
#include "tools/jit.h"

#define FLAGS "-std=c99 " CLEAN

enum { MOST = 9, WIDTH = 2, MOST_PARTS = 9 };

static const char *const targets[] = {"c", "native"};

/* What says how long parts are: */
typedef enum Lengths {
	EVERY_TWO,   /* two, a constant */
	EVERY_K,     /* k, an input */
	THIRDS,      /* three as torch.tensor_split makes them of a size: the longer ones first */
	LISTED,      /* a vector of m lengths, an input */
} Lengths;

static const char *text(const char *a, const char *b) { return arena_format(&ctx.perm, "%s,%s", a, b); }

static void put_thirds(int axis)
{
	Onnx__NodeProto *shape = add_node(&m, "Shape", "x", "shape");

	set_int(&m, shape, "start", axis);
	set_int(&m, shape, "end", axis + 1);
	add_node(&m, "Div", "shape,k3", "short");
	add_node(&m, "Mod", "shape,k3", "many");
	add_node(&m, "Add", "short,k1", "long");
	add_node(&m, "Tile", "long,many", "first");
	add_node(&m, "Sub", "k3,many", "others");
	add_node(&m, "Tile", "short,others", "rest");
	set_int(&m, add_node(&m, "Concat", "first,rest", "thirds"), "axis", 0);
}

static void put_names(void)
{
	static const struct {
		const char *name, *sizes;
		int64_t k;
	} numbers[] = {{"k1", "1", 1}, {"k2", "", 2}, {"k3", "1", 3}, {"minus", "", -1}};

	add_tensor(&m, "yes", BOOLEAN, "", &(bool){true}, 1);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		add_tensor(&m, numbers[i].name, INT64, numbers[i].sizes, &numbers[i].k, sizeof numbers->k);
}

/* The sums of the parts, one a turn of a loop. */
static Onnx__GraphProto *sums(void)
{
	Onnx__GraphProto *g = PROTO(&ctx.perm, graph_proto);
	Model body = inside(&m, g);

	g->name = arena_string(&ctx.perm, "body");
	add_input(&body, "turn", INT64, "");
	add_input(&body, "going", BOOLEAN, "");
	add_node(&body, "Identity", "going", "goes");
	add_node(&body, "SequenceAt", "s,turn", "part");
	set_int(&body, add_node(&body, "ReduceSum", "part", "sum"), "keepdims", 0);
	add_output(&body, "goes", BOOLEAN, "");
	add_output(&body, "sum", FLOAT, NULL);
	return g;
}

static void begin(Lengths how, bool across)
{
	static const char *const inputs[] = {"k2", "k", "thirds", "lengths"};

	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	add_input(&m, "x", FLOAT, across ? "2,n" : "n,2");
	if (how == EVERY_K)
		add_input(&m, "k", INT64, "");
	if (how == LISTED)
		add_input(&m, "lengths", INT64, "m");
	put_names();
	if (how == THIRDS)
		put_thirds(across);
	set_int(&m, add_node(&m, "SplitToSequence", text("x", inputs[how]), "s"), "axis", across);
	add_node(&m, "SequenceLength", "s", "length");
	add_node(&m, "SequenceAt", "s,minus", "last");
	add_node(&m, "SequenceInsert", "s,last", "more");
	set_int(&m, add_node(&m, "ConcatFromSequence", "more", "all"), "axis", across);
	set_graph(&m, add_node(&m, "Loop", "length,yes", "sums"), "body", sums());
	add_output(&m, "length", INT64, "");
	add_output(&m, "last", FLOAT, NULL);
	add_output(&m, "all", FLOAT, NULL);
	add_output(&m, "sums", FLOAT, NULL);
}

/* ---- what they mean ---- */

typedef struct Cut {
	int n, parts, length[MOST_PARTS];
	int64_t k;
} Cut;

static void cut_every(Cut *c, int length)
{
	for (int at = 0; at < c->n; at += length)
		c->length[c->parts++] = at + length < c->n ? length : c->n - at;
}

/* Of n elements, the i-th way. */
static Cut cut(Lengths how, int n, int i)
{
	Cut c = {.n = n, .k = i % 4 + 1};

	if (how == EVERY_TWO)
		cut_every(&c, 2);
	else if (how == EVERY_K)
		cut_every(&c, (int)c.k);
	else if (how == THIRDS)
		for (; c.parts < 3; c.parts++)
			c.length[c.parts] = n / 3 + (c.parts < n % 3);
	else
		for (int left = n, turn = i; left || (turn == i && i % 2); turn++, c.parts++) {
			int most = left < 4 ? left : 4;
			c.length[c.parts] = c.parts + 1 == MOST_PARTS ? left : turn * 7 % (most + 1);
			left -= c.length[c.parts];
		}
	return c;
}

static float value(int row, int column) { return (float)(10 * row + column); }

/* Rows `from` .. `to` of x lie at y, from row `at` of `rows` on. */
static void holds(const Tensor *y, bool across, int rows, int at, int from, int to)
{
	for (int i = from; i < to; i++)
		for (int k = 0; k < WIDTH; k++) {
			int place = across ? k * rows + at + i - from : (at + i - from) * WIDTH + k;
			assert_float_equal(((float *)y->data)[place], value(i, k), 0);
		}
}

static void compare(const Cut *c, bool across, Tensor *const *y)
{
	int last = c->length[c->parts - 1], all = c->n + last;

	assert_int_equal(load_i64(I64, y[0]->data, 0), c->parts);
	assert_int_equal(y[1]->dim[across], last);
	holds(y[1], across, last, 0, c->n - last, c->n);
	assert_int_equal(y[2]->dim[across], all);
	holds(y[2], across, all, 0, 0, c->n);
	holds(y[2], across, all, c->n, c->n - last, c->n);
	assert_int_equal(y[3]->dim[0], c->parts);
	for (int i = 0, at = 0; i < c->parts; i++) {
		float sum = 0;
		for (int to = at + c->length[i]; at < to; at++)
			sum += value(at, 0) + value(at, 1);
		assert_float_equal(((float *)y[3]->data)[i], sum, 0);
	}
}

/* ---- runs ---- */

static Tensor *make_x(int n, bool across)
{
	Tensor *x = tensor_new(&ctx.perm, F32, 2, across ? (int64_t[]){WIDTH, n} : (int64_t[]){n, WIDTH});

	for (int i = 0; i < n; i++)
		for (int k = 0; k < WIDTH; k++)
			((float *)x->data)[across ? k * n + i : i * WIDTH + k] = value(i, k);
	return x;
}

static void run_cut(Graph *g, Session *s, Lengths how, bool across, const Cut *c)
{
	int64_t length[MOST_PARTS];
	Tensor *in[2] = {make_x(c->n, across), NULL}, *y[4];
	Eval e = {.budget = -1};

	for (int i = 0; i < c->parts; i++)
		length[i] = c->length[i];
	if (how == EVERY_K || how == LISTED)
		in[1] = how == LISTED ? tensor_i64(&ctx.perm, c->parts, length, false) : tensor_i64(&ctx.perm, 1, &c->k, true);
	if (g)
		eval_graph(&e, g, &ctx.perm, in);
	if (s) {
		session_bind(s, in);
		assert_int_equal(session_run(s), c->parts ? TCC_OK : TCC_ERR_INDEX);
		assert_true(session_intact(s));
	}
	for (int i = 0; i < 4; i++)
		y[i] = g ? eval_value(&e, g->out[i]) : session_output(s, i);
	if (c->parts)
		compare(c, across, y);
}

static void run_all(Graph *g, Session *s, Lengths how, bool across)
{
	for (int n = MOST; n >= !s; n--)
		for (int i = 0; i < 6; i++) {
			Cut c = cut(how, n, i);
			if (s || c.parts)
				run_cut(g, s, how, across, &c);
		}
}

static void expect(Lengths how, bool across)
{
	static const DimChoice bounds[] = {{"n", 0, MOST}, {"m", 0, MOST_PARTS}};
	const ReadOptions o = {.dims = bounds, .ndims = how == LISTED ? 2 : 1};

	begin(how, across);
	run_all(import_with(&o), NULL, how, across);
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		Settings settings = {.compile = {.level = 2, .target = targets[i]}, .cc_flags = FLAGS, .threads = 1};
		Session *s = jit(&ctx, import_with(&o), &settings, NULL);
		run_all(NULL, s, how, across);
		session_close(s);
		temporary_clear();
	}
}

static void parts_of_one_length(void **state)
{
	(void)state;
	expect(EVERY_TWO, false);
	expect(EVERY_TWO, true);
	expect(EVERY_K, false);
}

/* Room is laid out for parts of that length, and for as many as there may be of it. */
static void room_for_parts_of_one_length(void **state)
{
	static const DimChoice bound = {"n", 0, MOST};

	(void)state;
	begin(EVERY_TWO, false);
	Graph *g = import_with(&(ReadOptions){.dims = &bound, .ndims = 1});
	assert_int_equal(dim_hi(g->syms, g->out[1]->shape.dim[0]), 2);
	assert_int_equal(dim_hi(g->syms, g->out[3]->shape.dim[0]), (MOST + 1) / 2);
}

static void parts_of_computed_lengths(void **state)
{
	(void)state;
	expect(THIRDS, false);
	expect(THIRDS, true);
	expect(LISTED, false);
	expect(LISTED, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(parts_of_one_length), TEST(room_for_parts_of_one_length),
					   TEST(parts_of_computed_lengths)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
