/* Optionals that the turns of a Loop give and take away, as the run decides: the evaluator and emitted C give what the loop
 * means. What a turn makes of one is a letter, which of four data say; letters are put into a body here, and run here. */
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "runtime/tcc.h"
#include "tests/flags.h"
#include "tests/unit/onnx.h"
#include "tools/jit.h"

#define FLAGS "-std=c99 " CLEAN

enum { TURNS = 6, WIDTH = 3, WIDEST = WIDTH * (TURNS + 1), LETTERS = 4 };

static const char *const targets[] = {"c", "native"};

/* ---- what a turn makes of o, with x = all[turn], k = c[turn] ----
 *
 *     s  o       n  nothing       x  x       a  its element + x, or x       m  its element negated, or x
 *     r  as much of x as k mod 3 + 1         w  its element with x behind it, or x */

typedef struct Program {
	const char *letters; /* k mod 4 says which */
	enum { EMPTY, FULL, GIVEN } first;
} Program;

static Onnx__GraphProto *graph(void)
{
	Onnx__GraphProto *g = PROTO(&ctx.perm, graph_proto);

	g->name = arena_string(&ctx.perm, "branch");
	return g;
}

static void give(Model *in, const char *name, int type, bool optional)
{
	Onnx__ValueInfoProto *v = add_output(in, name, type, NULL);

	if (optional)
		make_optional(&m, v);
}

static void add_empty(Model *in, const char *y)
{
	add_attribute(&ctx.perm, add_node(in, "Optional", "", y), "type", 13)->tp = type_proto(&ctx.perm, FLOAT, NULL);
}

static void if_else(Model *in, const char *condition, const char *output, Model yes, Model no)
{
	Onnx__NodeProto *n = add_node(in, "If", condition, output);

	set_graph(in, n, "then_branch", yes.graph);
	set_graph(in, n, "else_branch", no.graph);
}

/* e: what letter makes of the element of o, or x where it has none. */
static void put_element(Model *in, char letter)
{
	Model yes = inside(&m, graph()), no = inside(&m, graph());

	add_node(in, "OptionalHasElement", "o", "has");
	add_node(&yes, "OptionalGetElement", "o", "element");
	if (letter == 'm')
		add_node(&yes, "Neg", "element", "new");
	else if (letter == 'a')
		add_node(&yes, "Add", "element,x", "new");
	else
		set_int(&yes, add_node(&yes, "Concat", "element,x", "new"), "axis", 0);
	give(&yes, "new", FLOAT, false);
	add_node(&no, "Identity", "x", "same");
	give(&no, "same", FLOAT, false);
	if_else(in, "has", "e", yes, no);
}

static void put_letter(Model *in, char letter, const char *y)
{
	switch (letter) {
	case 's': add_node(in, "Identity", "o", y); return;
	case 'n': add_empty(in, y); return;
	case 'x': add_node(in, "Optional", "x", y); return;
	case 'r': add_node(in, "Slice", "x,zeros,part", "e"); break;
	default: put_element(in, letter);
	}
	add_node(in, "Optional", "e", y);
}

/* y: what the letter of this turn makes of o. */
static void put_letters(Model *in, const char *letters, int k, const char *y)
{
	Model yes = inside(&m, graph()), no = inside(&m, graph());
	const char *number = arena_format(&ctx.perm, "number%d", k), *this = arena_format(&ctx.perm, "is%d", k);
	const char *other = arena_format(&ctx.perm, "other%d", k);

	if (!letters[1]) {
		put_letter(in, *letters, y);
		return;
	}
	add_tensor(in, number, INT64, "", &(int64_t){k}, sizeof(int64_t));
	add_node(in, "Equal", arena_format(&ctx.perm, "which,%s", number), this);
	put_letter(&yes, *letters, "taken");
	give(&yes, "taken", FLOAT, true);
	put_letters(&no, letters + 1, k + 1, other);
	give(&no, other, FLOAT, true);
	if_else(in, this, y, yes, no);
}

static Onnx__GraphProto *body_of(const Program *p)
{
	Model body = inside(&m, graph());

	add_input(&body, "turn", INT64, "");
	add_input(&body, "going", BOOLEAN, "");
	make_optional(&m, add_input(&body, "o", FLOAT, NULL));
	add_node(&body, "Gather", "all,turn", "x");
	add_node(&body, "Gather", "c,turn", "k");
	add_node(&body, "Mod", "k,four", "which");
	add_node(&body, "Mod", "k,three", "third");
	add_node(&body, "Add", "ones,third", "part");
	add_node(&body, "OptionalHasElement", "o", "had");
	put_letters(&body, p->letters, 0, "next");
	add_node(&body, "Identity", "going", "goes");
	add_output(&body, "goes", BOOLEAN, "");
	give(&body, "next", FLOAT, true);
	add_output(&body, "had", BOOLEAN, "");
	return body.graph;
}

/* z = Loop(o); h = z has an element, y = that, or the first row of all; hads = whether o had one, turn by turn */
static void begin(const Program *p)
{
	static const int64_t numbers[] = {0, 1, 3, 4};
	Model yes, no;

	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	add_input(&m, "all", FLOAT, "6,3");
	add_input(&m, "c", INT64, "6");
	add_input(&m, "trips", INT64, "");
	add_tensor(&m, "zeros", INT64, "1", numbers, sizeof *numbers);
	add_tensor(&m, "ones", INT64, "1", numbers + 1, sizeof *numbers);
	add_tensor(&m, "zero", INT64, "", numbers, sizeof *numbers);
	add_tensor(&m, "three", INT64, "", numbers + 2, sizeof *numbers);
	add_tensor(&m, "four", INT64, "", numbers + 3, sizeof *numbers);
	add_node(&m, "Gather", "all,zero", "x0");
	if (p->first == GIVEN)
		make_optional(&m, add_input(&m, "first", FLOAT, "3"));
	else if (p->first == FULL)
		add_node(&m, "Optional", "x0", "first");
	else
		add_empty(&m, "first");
	set_graph(&m, add_node(&m, "Loop", "trips,,first", "z,hads"), "body", body_of(p));
	add_node(&m, "OptionalHasElement", "z", "h");
	yes = inside(&m, graph());
	no = inside(&m, graph());
	add_node(&yes, "OptionalGetElement", "z", "of_z");
	give(&yes, "of_z", FLOAT, false);
	add_node(&no, "Identity", "x0", "of_x");
	give(&no, "of_x", FLOAT, false);
	if_else(&m, "h", "y", yes, no);
	add_output(&m, "h", BOOLEAN, "");
	add_output(&m, "y", FLOAT, NULL);
	add_output(&m, "hads", BOOLEAN, NULL);
}

/* ---- what they mean ---- */

typedef struct Optional {
	bool has;
	int n;
	float v[WIDEST];
} Optional;

static void make(Optional *o, int n, const float *x)
{
	o->has = true;
	o->n = n;
	memcpy(o->v, x, (size_t)n * sizeof *x);
}

static void run_letter(Optional *o, char letter, const float *x, int64_t k)
{
	if (letter == 's')
		return;
	if (letter == 'n')
		o->has = false;
	else if (letter == 'r')
		make(o, (int)(k % 3) + 1, x);
	else if (letter == 'x' || !o->has)
		make(o, WIDTH, x);
	else if (letter == 'w') {
		memcpy(o->v + o->n, x, WIDTH * sizeof *x);
		o->n += WIDTH;
	} else
		for (int i = 0; i < o->n; i++)
			o->v[i] = letter == 'm' ? -o->v[i] : o->v[i] + x[i];
}

/* What o is behind all turns; had[t]: before each. How long it ever was: the result. */
static int after(const Program *p, Optional *o, const float *x, const int64_t *c, int64_t trips, bool *had)
{
	int longest = o->has ? o->n : 0;

	for (int t = 0; t < trips; t++) {
		int letters = (int)strlen(p->letters), which = (int)(c[t] % LETTERS);
		had[t] = o->has;
		run_letter(o, p->letters[which < letters ? which : letters - 1], x + t * WIDTH, c[t]);
		longest = o->has && o->n > longest ? o->n : longest;
	}
	return longest;
}

/* ---- runs ---- */

static void compare(const Optional *o, const float *x0, int64_t trips, const bool *had, const Tensor *const *out)
{
	int64_t n = o->has ? o->n : WIDTH;
	const float *want = o->has ? o->v : x0;

	assert_int_equal(load_i64(BOOL, out[0]->data, 0), o->has);
	assert_int_equal(out[1]->count, n);
	for (int64_t i = 0; i < n; i++)
		assert_float_equal(load_f64(F32, out[1]->data, i), want[i], 0);
	assert_int_equal(out[2]->count, trips);
	for (int64_t t = 0; t < trips; t++)
		assert_int_equal(load_i64(BOOL, out[2]->data, t), had[t]);
}

/* By the evaluator, and s: NULL, or emitted C. A run in which it is longer than `most` ends. */
static void run_both(const Program *p, Graph *g, Session *s, Tensor **in, int64_t trips, int most)
{
	const float *x = in[0]->data, *given = p->first == GIVEN ? in[4]->data : x;
	Optional o = {.has = p->first == GIVEN ? *(const bool *)in[3]->data : p->first == FULL, .n = WIDTH};
	bool had[TURNS], fits;
	Eval run = {.budget = -1};

	memcpy(o.v, given, WIDTH * sizeof *given);
	fits = after(p, &o, x, in[1]->data, trips, had) <= most;
	if (g && fits) {
		eval_graph(&run, g, &ctx.perm, in);
		compare(&o, x, trips, had,
			(const Tensor *[]){eval_value(&run, g->out[0]), eval_value(&run, g->out[1]), eval_value(&run, g->out[2])});
	}
	if (!s)
		return;
	session_bind(s, in);
	assert_int_equal(session_run(s), fits ? TCC_OK : TCC_ERR_CAPACITY);
	assert_true(session_intact(s));
	if (fits)
		compare(&o, x, trips, had,
			(const Tensor *[]){session_output(s, 0), session_output(s, 1), session_output(s, 2)});
}

static Tensor *floats(int rank, const int64_t *size, int from)
{
	Tensor *t = tensor_new(&ctx.perm, F32, rank, size);

	for (int64_t i = 0; i < t->count; i++)
		((float *)t->data)[i] = (float)((i + from) * 7 % 11) - 3;
	return t;
}

static void for_runs(const Program *p, Graph *g, Session *s, int most)
{
	Tensor *x = floats(2, (int64_t[]){TURNS, WIDTH}, 0), *first = floats(1, (int64_t[]){WIDTH}, 5);
	uint32_t random = 1;

	for (int i = 0; i < 60; i++) {
		int64_t c[TURNS], trips = i % (TURNS + 1);
		Tensor *has = tensor_new(&ctx.perm, BOOL, 0, NULL);
		*(bool *)has->data = i / (TURNS + 1) % 2;
		for (int t = 0; t < TURNS; t++)
			c[t] = (random = random * 1664525 + 1013904223) >> 28;
		Tensor *in[] = {x, tensor_i64(&ctx.perm, TURNS, c, false), tensor_i64(&ctx.perm, 1, &trips, true), has, first};
		run_both(p, g, s, in, trips, most ? most : WIDEST);
	}
}

/* most: of its element's size, which is one of those that vary; 0: it is none. */
static void expect_with(Program p, int most)
{
	const DimChoice dims[] = {{"hads.0", 0, TURNS}, {"o.0", 0, most}};
	const ReadOptions *o = &(ReadOptions){.dims = dims, .ndims = most ? 2 : 1};

	begin(&p);
	for_runs(&p, import_with(o), NULL, most ? most : WIDEST);
	for (int i = 0; i < 2; i++) {
		Settings settings = {.compile = {.level = 2, .target = targets[i]}, .cc_flags = FLAGS, .threads = 1};
		Session *s = jit(&ctx, import_with(o), &settings, NULL);
		for_runs(&p, NULL, s, most ? most : WIDEST);
		session_close(s);
		temporary_clear();
	}
}

static void expect(const char *letters)
{
	expect_with((Program){letters, EMPTY}, 0);
	expect_with((Program){letters, FULL}, 0);
}

static void turns_give_them(void **state)
{
	(void)state;
	expect("x");
	expect("sx");
	expect("sax");
}

static void turns_take_them_away(void **state)
{
	(void)state;
	expect("xn");
	expect("nams");
	expect("sn"); /* nothing ever gives one, where there is none before */
}

static void the_caller_gives_the_first(void **state)
{
	(void)state;
	expect_with((Program){"sanm", GIVEN}, 0);
}

static void elements_have_other_sizes(void **state)
{
	(void)state;
	expect("rs");
	expect("nrmx");
}

/* As far as the caller says; more than that ends a run. */
static void elements_become_longer(void **state)
{
	(void)state;
	expect_with((Program){"swn", EMPTY}, WIDEST);
	expect_with((Program){"swn", EMPTY}, 7);
	begin(&(Program){"swn", EMPTY});
	refuse(EXIT_UNSUPPORTED, "state 0 has o.0 elements along axis 0, after a turn");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(turns_give_them),		 TEST(turns_take_them_away),   TEST(the_caller_gives_the_first),
		TEST(elements_have_other_sizes), TEST(elements_become_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
