/* Sequences whose elements the turns of a Loop read and take out, as the run decides: the evaluator and emitted C give
 * what the loop means. A turn is a program of letters, which is put into a body here, and run here. */
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "runtime/tcc.h"
#include "tests/flags.h"
#include "tests/unit/onnx.h"
#include "tools/jit.h"

#define FLAGS "-std=c99 " CLEAN

enum { TURNS = 6, WIDTH = 3, MOST = 2 * TURNS + 1, WIDEST = WIDTH * (TURNS + 1) };

static const char *const targets[] = {"c", "native"};

/* ---- a turn: s is the sequence, p an element of it, n how many there are, k = c[turn], x = x[turn] ----
 *
 *     l  p = s[-1]       t  p = s[turn]       f  p = s[0]        d  p = s[k mod n]       j  p = s[k]
 *     o  p = s[-1], or x where there is none
 *     a  s gets p + x    m  s gets -p         x  s gets x        r  s gets (sum of p + x), as much of it as k mod 3 + 1
 *     w  s gets p and x, one behind the other
 *     e  s[-1] goes      q  s[0] goes         g  s[k mod n] goes */

static int nnames;

static const char *fresh_name(void) { return arena_format(&ctx.perm, "v%d", nnames++); }

static const char *put_node(Model *in, const char *type, const char *inputs)
{
	const char *y = fresh_name();

	add_node(in, type, inputs, y);
	return y;
}

static const char *text(const char *a, const char *b) { return arena_format(&ctx.perm, "%s,%s", a, b); }

static Onnx__GraphProto *graph(const char *name)
{
	Onnx__GraphProto *g = PROTO(&ctx.perm, graph_proto);

	g->name = arena_string(&ctx.perm, name);
	return g;
}

static const char *position(Model *in, char c, const char *s)
{
	switch (c) {
	case 'l': case 'e': return "last";
	case 't': return "turn";
	case 'f': case 'q': return "k0";
	case 'j': return "k";
	}
	return put_node(in, "Mod", text("k", put_node(in, "SequenceLength", s)));
}

static const char *new_element(Model *in, char c, const char *p)
{
	if (c == 'x')
		return "x";
	if (c == 'm')
		return put_node(in, "Neg", p);
	if (c == 'a')
		return put_node(in, "Add", text(p, "x"));
	if (c == 'w') {
		const char *y = fresh_name();
		set_int(in, add_node(in, "Concat", text(p, "x"), y), "axis", 0);
		return y;
	}
	const char *sum = put_node(in, "Add", text(put_node(in, "ReduceSum", p), "x"));
	return put_node(in, "Slice", arena_format(&ctx.perm, "%s,zeros,part", sum));
}

/* The last element, or x. */
static const char *last_or_x(Model *in, const char *s)
{
	Model yes = inside(&m, graph("yes")), no = inside(&m, graph("no"));
	const char *y = fresh_name(), *none = put_node(in, "Equal", text(put_node(in, "SequenceLength", s), "k0"));
	Onnx__NodeProto *n = add_node(in, "If", none, y);

	add_output(&yes, put_node(&yes, "Identity", "x"), FLOAT, NULL);
	add_output(&no, put_node(&no, "SequenceAt", text(s, "last")), FLOAT, NULL);
	set_graph(in, n, "then_branch", yes.graph);
	set_graph(in, n, "else_branch", no.graph);
	return y;
}

/* What the sequence then is. */
static const char *put_turn(Model *in, const char *program, const char *s)
{
	const char *p = NULL;

	for (; *program; program++)
		if (strchr("ltfdj", *program))
			p = put_node(in, "SequenceAt", text(s, position(in, *program, s)));
		else if (*program == 'o')
			p = last_or_x(in, s);
		else if (strchr("eqg", *program))
			s = put_node(in, "SequenceErase", text(s, position(in, *program, s)));
		else
			s = put_node(in, "SequenceInsert", text(s, new_element(in, *program, p)));
	return s;
}

typedef struct Elements {
	int n, size[MOST + 1];
	float v[MOST + 1][WIDEST];
} Elements;

static int place_of(char c, int n, int turn, int64_t k)
{
	switch (c) {
	case 'l': case 'e': return n - 1;
	case 't': return turn;
	case 'f': case 'q': return 0;
	case 'j': return (int)k;
	}
	return (int)k % n;
}

static void add_element(Elements *e, char c, int from, const float *p, const float *x, int64_t k)
{
	float sum = 0, *to = e->v[e->n];
	int n = c == 'r' ? (int)(k % 3) + 1 : c == 'w' ? from + WIDTH : WIDTH;

	for (int i = 0; c == 'r' && i < from; i++)
		sum += p[i];
	for (int i = 0; i < n; i++)
		switch (c) {
		case 'w': to[i] = i < from ? p[i] : x[i - from]; break;
		case 'x': to[i] = x[i]; break;
		case 'm': to[i] = -p[i]; break;
		case 'a': to[i] = p[i] + x[i]; break;
		default: to[i] = sum + x[i];
		}
	e->size[e->n++] = n;
}

static void take_element(Elements *e, int at)
{
	for (int i = at; i + 1 < e->n; i++) {
		e->size[i] = e->size[i + 1];
		memcpy(e->v[i], e->v[i + 1], sizeof *e->v);
	}
	e->n--;
}

/* False: there is no such element. */
static bool run_turn(Elements *e, const char *program, int turn, const float *x, int64_t k)
{
	float p[WIDEST] = {0};
	int size = 0;

	for (; *program; program++) {
		bool at = strchr("ltfdjeqg", *program);
		int i = at ? place_of(*program, e->n, turn, k) : 0;
		if (at && (i < 0 || i >= e->n))
			return false;
		if (at && strchr("eqg", *program)) {
			take_element(e, i);
		} else if (*program == 'o' && !e->n) {
			size = WIDTH;
			memcpy(p, x, WIDTH * sizeof *p);
		} else if (at || *program == 'o') {
			i = at ? i : e->n - 1;
			size = e->size[i];
			memcpy(p, e->v[i], sizeof p);
		} else {
			add_element(e, *program, size, p, x, k);
		}
	}
	return true;
}

/* ---- models ---- */

/* `no` is run where k is even and there are two elements or more; NULL: never. */
typedef struct Program {
	const char *yes, *no;
	bool empty; /* before the loop; else there is one element */
	bool stays; /* there are as many behind each turn */
} Program;

static void give_list(Model *in, const char *name) { make_sequence(in, add_output(in, name, FLOAT, NULL)); }

static Onnx__GraphProto *branch(const char *program)
{
	Model in = inside(&m, graph("branch"));

	give_list(&in, put_turn(&in, program, *program ? "old" : put_node(&in, "Identity", "old")));
	return in.graph;
}

static const char *put_branches(Model *body, const Program *p)
{
	const char *odd = put_node(body, "Equal", text(put_node(body, "Mod", "k,k2"), "k1"));
	const char *few = put_node(body, "Less", text(put_node(body, "SequenceLength", "old"), "k2"));
	const char *y = fresh_name();
	Onnx__NodeProto *n = add_node(body, "If", put_node(body, "Or", text(odd, few)), y);

	set_graph(body, n, "then_branch", branch(p->yes));
	set_graph(body, n, "else_branch", branch(p->no));
	return y;
}

static void begin(const Program *p)
{
	static const struct {
		const char *name, *sizes;
		int64_t k;
	} numbers[] = {{"k0", "", 0}, {"k1", "", 1}, {"k2", "", 2}, {"k3", "", 3}, {"last", "", -1},
		       {"zeros", "1", 0}, {"ones", "1", 1}};
	Model body;

	nnames = 0;
	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	add_input(&m, "all", FLOAT, "6,3");
	add_input(&m, "c", INT64, "6");
	add_input(&m, "trips", INT64, "");
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		add_tensor(&m, numbers[i].name, INT64, numbers[i].sizes, &numbers[i].k, sizeof numbers->k);
	add_node(&m, "Gather", "all,k0", "x0");
	if (p->empty)
		add_node(&m, "SequenceEmpty", "", "s");
	else
		add_node(&m, "SequenceConstruct", "x0", "s");
	body = inside(&m, graph("body"));
	add_input(&body, "turn", INT64, "");
	add_input(&body, "going", BOOLEAN, "");
	make_sequence(&body, add_input(&body, "old", FLOAT, NULL));
	add_input(&body, "old.sizes", FLOAT, NULL); /* a name that we would give */
	add_node(&body, "Gather", "all,turn", "x");
	add_node(&body, "Gather", "c,turn", "k");
	add_node(&body, "Add", arena_format(&ctx.perm, "ones,%s", put_node(&body, "Mod", "k,k3")), "part");
	add_node(&body, "Identity", "going", "goes");
	add_output(&body, "goes", BOOLEAN, "");
	give_list(&body, p->no ? put_branches(&body, p) : put_turn(&body, p->yes, "old"));
	add_node(&body, "Add", "old.sizes,x", "sums");
	add_output(&body, "sums", FLOAT, NULL);
	set_graph(&m, add_node(&m, "Loop", "trips,,s,x0", "z,all_sums"), "body", body.graph);
	add_node(&m, "SequenceLength", "z", "n");
	add_node(&m, "SequenceInsert", "z,x0", "w");
	set_int(&m, add_node(&m, "ConcatFromSequence", "w", "y"), "axis", 0);
	add_output(&m, "n", INT64, "");
	add_output(&m, "y", FLOAT, NULL);
	add_output(&m, "all_sums", FLOAT, NULL);
}

/* ---- what they mean, and runs ---- */

/* False: some turn asks for an element that is not there. */
static bool after(const Program *p, const float *x, const int64_t *c, int64_t trips, Elements *e)
{
	e->n = !p->empty;
	e->size[0] = WIDTH;
	memcpy(e->v[0], x, WIDTH * sizeof *x);
	for (int t = 0; t < trips; t++) {
		bool yes = !p->no || c[t] % 2 == 1 || e->n < 2;
		if (!run_turn(e, yes ? p->yes : p->no, t, x + t * WIDTH, c[t]))
			return false;
	}
	return true;
}

static void compare(const Elements *e, const float *x0, const Tensor *n, const Tensor *y)
{
	int64_t at = 0;

	assert_int_equal(load_i64(n->dtype, n->data, 0), e->n);
	for (int i = 0; i < e->n; i++)
		for (int k = 0; k < e->size[i]; k++)
			assert_float_equal(load_f64(y->dtype, y->data, at++), e->v[i][k], 0);
	for (int k = 0; k < WIDTH; k++)
		assert_float_equal(load_f64(y->dtype, y->data, at++), x0[k], 0);
	assert_int_equal(y->count, at);
}

static void evaluate(Graph *g, Tensor **in, const Elements *e)
{
	Eval run = {.budget = -1};

	eval_graph(&run, g, &ctx.perm, in);
	compare(e, in[0]->data, eval_value(&run, g->out[0]), eval_value(&run, g->out[1]));
}

/* e: NULL: it ends with that status. */
static void execute(Session *s, Tensor **in, const Elements *e, int status)
{
	session_bind(s, in);
	assert_int_equal(session_run(s), e ? TCC_OK : status);
	assert_true(session_intact(s));
	if (e)
		compare(e, in[0]->data, session_output(s, 0), session_output(s, 1));
}

static void for_runs(const Program *p, Graph *g, Session *s)
{
	Tensor *x = tensor_new(&ctx.perm, F32, 2, (int64_t[]){TURNS, WIDTH});
	uint32_t random = 1;

	for (int i = 0; i < TURNS * WIDTH; i++)
		((float *)x->data)[i] = (float)(i * 7 % 11) - 3;
	for (int i = 0; i < 60; i++) {
		int64_t c[TURNS], trips = i % (TURNS + 1);
		Elements e;
		for (int t = 0; t < TURNS; t++)
			c[t] = (random = random * 1664525 + 1013904223) >> 28;
		Tensor *in[] = {x, tensor_i64(&ctx.perm, TURNS, c, false), tensor_i64(&ctx.perm, 1, &trips, true)};
		bool right = after(p, x->data, c, trips, &e);
		if (g && right)
			evaluate(g, in, &e);
		if (s)
			execute(s, in, right ? &e : NULL, TCC_ERR_INDEX);
	}
}

static Session *open_with(const ReadOptions *o, const char *target)
{
	Settings settings = {.compile = {.level = 2, .target = target}, .cc_flags = FLAGS, .threads = 1};

	return jit(&ctx, import_with(o), &settings, NULL);
}

static const DimChoice most[] = {{"old.0", 0, MOST}};
static const ReadOptions bounded = {.dims = most, .ndims = 1};

static void expect_with(Program p, const ReadOptions *o)
{
	begin(&p);
	for_runs(&p, import_with(o), NULL);
	for (int i = 0; i < 2; i++) {
		Session *s = open_with(o, targets[i]);
		for_runs(&p, NULL, s);
		session_close(s);
		temporary_clear();
	}
}

static void expect(Program p) { expect_with(p, p.stays ? NULL : &bounded); }

/* c[i] = 1. Runs of as many turns and more end, for there is no room, and the next one is right. */
static void run_of_ones(const Program *p, Session *s, int64_t turns)
{
	Tensor *x = tensor_new(&ctx.perm, F32, 2, (int64_t[]){TURNS, WIDTH});
	int64_t c[TURNS];

	for (int i = 0; i < TURNS; i++)
		c[i] = 1;
	for (int64_t trips = TURNS; trips >= 0; trips--) {
		Tensor *in[] = {x, tensor_i64(&ctx.perm, TURNS, c, false), tensor_i64(&ctx.perm, 1, &trips, true)};
		Elements e;
		after(p, x->data, c, trips, &e);
		execute(s, in, trips < turns ? &e : NULL, TCC_ERR_CAPACITY);
	}
}

static void ends_beyond(Program p, const ReadOptions *o, int64_t turns)
{
	begin(&p);
	for (int i = 0; i < 2; i++) {
		Session *s = open_with(o, targets[i]);
		run_of_ones(&p, s, turns);
		session_close(s);
		temporary_clear();
	}
}

static void elements_are_read(void **state)
{
	(void)state;
	expect((Program){.yes = "la"});
	expect((Program){.yes = "ta"});
	expect((Program){.yes = "dafm"});
}

static void elements_come_and_go(void **state)
{
	(void)state;
	expect((Program){.yes = "leam"});
	expect((Program){.yes = "fqma"});
	expect((Program){.yes = "damg"});
}

static void branches_choose(void **state)
{
	(void)state;
	expect((Program){.yes = "la", .no = "e"});
	expect((Program){.yes = "dmla", .no = "g"});
	expect((Program){.yes = "lea", .no = "", .stays = true});
}

static void elements_differ_in_size(void **state)
{
	(void)state;
	expect((Program){.yes = "lr"});
	expect((Program){.yes = "drger", .stays = true});
	expect((Program){.yes = "lr", .no = "q"});
}

/* As far as the caller says; more than that ends a run. */
static void elements_become_longer(void **state)
{
	static const DimChoice bounds[] = {{"old.0", 0, MOST}, {"old.1", 0, WIDEST}};
	static const DimChoice few[] = {{"old.0", 0, MOST}, {"old.1", 0, 7}};
	const Program p = {.yes = "lw", .no = "e"};

	(void)state;
	expect_with(p, &(ReadOptions){.dims = bounds, .ndims = 2});
	ends_beyond(p, &(ReadOptions){.dims = few, .ndims = 2}, 2);
	begin(&p);
	refuse_with(&bounded, EXIT_UNSUPPORTED, "elements of state 0 become longer each turn along axis 0");
}

static void they_may_be_empty_before(void **state)
{
	(void)state;
	expect((Program){.yes = "oa", .empty = true});
	expect((Program){.yes = "or", .empty = true});
	expect((Program){.yes = "xoa", .no = "e", .empty = true});
	expect((Program){.yes = "ox", .no = "qe", .empty = true});
	expect((Program){.yes = "lax", .empty = true}); /* ends whenever there is a turn */
}

static void positions_are_checked(void **state)
{
	(void)state;
	expect((Program){.yes = "ja"});
}

static void more_than_there_is_room_for(void **state)
{
	static const DimChoice few[] = {{"old.0", 0, 4}};

	(void)state;
	ends_beyond((Program){.yes = "la"}, &(ReadOptions){.dims = few, .ndims = 1}, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(elements_are_read),       TEST(elements_come_and_go),     TEST(branches_choose),
		TEST(elements_differ_in_size), TEST(elements_become_longer),   TEST(they_may_be_empty_before),
		TEST(positions_are_checked),   TEST(more_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
