/* Sequences whose elements differ in sizes, which data decide: crops of an image. The evaluator and emitted C give what the
 * loop means that puts them together; the caller gets each in its own size, and slices have zeros behind them. */
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "runtime/tcc.h"
#include "tests/flags.h"
#include "tests/unit/onnx.h"
#include "tools/jit.h"

#define FLAGS "-std=c99 " CLEAN

enum { HIGH = 5, WIDE = 4, MOST = 4 };

static const char *const targets[] = {"c", "native"};

/* What a turn does with its crop: */
typedef enum Turn {
	GOES_BEHIND,	  /* puts it at the end of the sequence, */
	GOES_IN_FRONT, /* or in front of the first element, */
	READS_ONE,	  /* or, with the sum of the last element added, at the end of one that has x, */
	IS_CHOSEN,  /* or at the end, where it is higher than wide; */
	ARE_ROWS,    /* at the end, and the crop is as wide as x, */
	ARE_COLUMNS, /* or as high; */
	IS_SET,	     /* puts it in the place of element number turn of as many as there are turns, which are x; */
	IS_LARGEST,  /* keeps it, where it is larger than the one before, in a model of its own: begin_largest() */
} Turn;

static Onnx__GraphProto *graph(const char *name)
{
	Onnx__GraphProto *g = PROTO(&ctx.perm, graph_proto);

	g->name = arena_string(&ctx.perm, name);
	return g;
}

static Model body_of_loop(void)
{
	Model in = inside(&m, graph("body"));

	add_input(&in, "turn", INT64, "");
	add_input(&in, "going", BOOLEAN, "");
	add_node(&in, "Identity", "going", "goes");
	add_output(&in, "goes", BOOLEAN, "");
	return in;
}

static void give_list(Model *in, const char *name) { make_sequence(in, add_output(in, name, FLOAT, NULL)); }

static Onnx__GraphProto *branch(const char *type, const char *inputs, const char *y)
{
	Model in = inside(&m, graph("branch"));

	add_node(&in, type, inputs, y);
	give_list(&in, y);
	return in.graph;
}

static void put_choice(Model *in)
{
	add_node(in, "Gather", "size,k0", "high");
	add_node(in, "Gather", "size,k1", "wide");
	add_node(in, "Greater", "high,wide", "higher");
	Onnx__NodeProto *n = add_node(in, "If", "higher", "new");
	set_graph(in, n, "then_branch", branch("SequenceInsert", "old,crop", "added"));
	set_graph(in, n, "else_branch", branch("Identity", "old", "left"));
}

/* None is a sequence of as many x as there will be turns. */
static void put_copies(void)
{
	Model in = body_of_loop();

	make_sequence(&in, add_input(&in, "fewer", FLOAT, NULL));
	add_node(&in, "SequenceInsert", "fewer,x", "copies");
	give_list(&in, "copies");
	add_node(&m, "SequenceEmpty", "", "nothing");
	set_graph(&m, add_node(&m, "Loop", "n,yes,nothing", "none"), "body", in.graph);
}

static void put_crops(Turn how)
{
	Model in = body_of_loop();

	make_sequence(&in, add_input(&in, "old", FLOAT, NULL));
	add_node(&in, "Gather", "b,turn", "size");
	if (how == ARE_ROWS || how == ARE_COLUMNS) {
		add_node(&in, "Gather", how == ARE_ROWS ? "size,first_axis" : "size,second_axis", "part");
		add_node(&in, "Slice", how == ARE_ROWS ? "x,first_axis,part,first_axis" : "x,first_axis,part,second_axis", "crop");
	} else {
		add_node(&in, "Slice", "x,from,size", "crop");
	}
	if (how == READS_ONE) {
		add_node(&in, "SequenceAt", "old,last", "before");
		set_int(&in, add_node(&in, "ReduceSum", "before", "sum"), "keepdims", 0);
		add_node(&in, "Add", "crop,sum", "more");
	}
	if (how == IS_SET)
		add_node(&in, "SequenceErase", "old,turn", "others");
	if (how == IS_CHOSEN)
		put_choice(&in);
	else if (how == IS_SET)
		add_node(&in, "SequenceInsert", "others,crop,turn", "new");
	else
		add_node(&in, "SequenceInsert", how == READS_ONE ? "old,more" : how == GOES_IN_FRONT ? "old,crop,k0" : "old,crop", "new");
	give_list(&in, "new");
	if (how == IS_SET)
		put_copies();
	else
		add_node(&m, how == READS_ONE ? "SequenceConstruct" : "SequenceEmpty", how == READS_ONE ? "x" : "", "none");
	set_graph(&m, add_node(&m, "Loop", "n,yes,none", "s"), "body", in.graph);
}

static void put_sums(void)
{
	Model in = body_of_loop();

	add_node(&in, "SequenceAt", "s,turn", "element");
	set_int(&in, add_node(&in, "ReduceSum", "element", "total"), "keepdims", 0);
	add_output(&in, "total", FLOAT, NULL);
	add_node(&m, "SequenceLength", "s", "length");
	set_graph(&m, add_node(&m, "Loop", "length,yes", "totals"), "body", in.graph);
}

static void begin_with_image(void)
{
	static const struct {
		const char *name, *sizes;
		int64_t k[2];
	} numbers[] = {{"k0", "", {0}}, {"k1", "", {1}}, {"last", "", {-1}}, {"from", "2", {0, 0}},
		       {"first_axis", "1", {0}}, {"second_axis", "1", {1}}};

	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	add_input(&m, "x", FLOAT, "5,4");
	add_input(&m, "b", INT64, "n,2");
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		add_tensor(&m, numbers[i].name, INT64, numbers[i].sizes, numbers[i].k, *numbers[i].sizes == '2' ? 16 : 8);
	add_tensor(&m, "yes", BOOLEAN, "", &(bool){true}, 1);
	add_node(&m, "Shape", "b", "shape");
	add_node(&m, "Gather", "shape,k0", "n");
}

static void begin(Turn how)
{
	begin_with_image();
	put_crops(how);
	put_sums();
	add_node(&m, "SequenceInsert", "s,x", "with_x");
	add_node(&m, "SequenceAt", "with_x,k0", "first");
	add_output(&m, "totals", FLOAT, NULL);
	add_output(&m, "first", FLOAT, NULL);
	give_list(&m, "s");
}

/* y is the first of the largest crops of an element or more, where there is one: a state of a loop that is a crop or stays. */
static void begin_largest(void)
{
	begin_with_image();
	Model in = body_of_loop();
	add_input(&in, "best", FLOAT, NULL);
	add_node(&in, "Gather", "b,turn", "size");
	add_node(&in, "Slice", "x,from,size", "crop");
	add_node(&in, "Size", "crop", "count");
	add_node(&in, "Size", "best", "most");
	add_node(&in, "Greater", "count,most", "larger");
	Onnx__NodeProto *n = add_node(&in, "If", "larger", "next");
	Onnx__GraphProto *yes = branch("Identity", "crop", "yes_it_is"), *no = branch("Identity", "best", "no");
	yes->output[0] = value_proto(&ctx.perm, "yes_it_is", FLOAT, NULL);
	no->output[0] = value_proto(&ctx.perm, "no", FLOAT, NULL);
	set_graph(&in, n, "then_branch", yes);
	set_graph(&in, n, "else_branch", no);
	add_output(&in, "next", FLOAT, NULL);
	add_node(&m, "Slice", "x,from,from", "none");
	set_graph(&m, add_node(&m, "Loop", "n,yes,none", "y"), "body", in.graph);
	add_output(&m, "y", FLOAT, NULL);
}

/* ---- what they mean ---- */

typedef struct Crop {
	int high, wide;
	float added; /* to each of x */
} Crop;

typedef struct Crops {
	int n;
	Crop crop[MOST + 1];
} Crops;

static float value(const Crop *c, int row, int column) { return (float)(10 * row + column) + c->added; }

static float total(const Crop *c)
{
	float sum = 0;

	for (int i = 0; i < c->high; i++)
		for (int k = 0; k < c->wide; k++)
			sum += value(c, i, k);
	return sum;
}

static void put_crop(Crops *all, Turn how, Crop c)
{
	if (how == IS_CHOSEN && c.high <= c.wide)
		return;
	c.high = how == ARE_COLUMNS ? HIGH : c.high;
	c.wide = how == ARE_ROWS ? WIDE : c.wide;
	if (how == READS_ONE)
		c.added = total(&all->crop[all->n - 1]);
	if (how == GOES_IN_FRONT)
		memmove(all->crop + 1, all->crop, (size_t)all->n * sizeof c);
	all->crop[how == GOES_IN_FRONT ? 0 : all->n] = c;
	all->n++;
}

static Crops crops_of(Turn how, int n, const int64_t *b)
{
	Crops all = {.n = how == READS_ONE, .crop = {{HIGH, WIDE, 0}}};

	for (int i = 0; i < n; i++)
		put_crop(&all, how, (Crop){(int)b[2 * i], (int)b[2 * i + 1], 0});
	return all;
}

static void holds(const Crop *c, const Tensor *y)
{
	assert_true(y->rank == 2 && y->dim[0] == c->high && y->dim[1] == c->wide);
	for (int i = 0; i < c->high; i++)
		for (int k = 0; k < c->wide; k++)
			assert_float_equal(((float *)y->data)[i * c->wide + k], value(c, i, k), 0);
}

/* Slices of one size, and how much of each is an element. */
static void compare_slices(const Crops *all, Turn how, const Tensor *rows, const Tensor *sizes)
{
	const int64_t *size = sizes->data;

	assert_true(rows->dim[0] == all->n && rows->dim[1] == HIGH && rows->dim[2] == WIDE && sizes->dim[0] == all->n);
	for (int i = 0; i < all->n; i++) {
		const Crop *c = &all->crop[i];
		if (how != ARE_COLUMNS)
			assert_int_equal(*size++, c->high);
		if (how != ARE_ROWS)
			assert_int_equal(*size++, c->wide);
		for (int k = 0; k < HIGH * WIDE; k++) {
			bool inside = k / WIDE < c->high && k % WIDE < c->wide;
			assert_float_equal(((float *)rows->data)[i * HIGH * WIDE + k], (inside ? value(c, k / WIDE, k % WIDE) : 0), 0);
		}
	}
}

/* The same as tensors of the caller. */
static void compare_list(const Crops *all, Turn how, const tcc_info *info, const tcc_tensor *s)
{
	const tcc_tensor *item = s->data;
	unsigned differ = how == ARE_ROWS ? 1 : how == ARE_COLUMNS ? 2 : 3;

	assert_true(info->rank == 1 && info->dynamic == (differ << 1 | 1) && info->dims[1] == HIGH && info->dims[2] == WIDE);
	assert_true(s->rank == 1 && s->dims[0] == all->n && s->dims[0] <= info->dims[0]);
	for (int i = 0; i < all->n; i++) {
		Tensor y = {.rank = item[i].rank, .dim = {item[i].dims[0], item[i].dims[1]}, .data = item[i].data};
		assert_int_equal(item[i].dtype, F32);
		holds(&all->crop[i], &y);
	}
}

static void compare(const Crops *all, const Tensor *totals, const Tensor *first)
{
	static const Crop x = {HIGH, WIDE, 0};

	assert_int_equal(totals->dim[0], all->n);
	for (int i = 0; i < all->n; i++)
		assert_float_equal(((float *)totals->data)[i], total(&all->crop[i]), 0);
	holds(all->n ? &all->crop[0] : &x, first);
}

/* ---- runs ---- */

static void run(Graph *g, Session *s, Turn how, Tensor **in, const Crops *all)
{
	Eval e = {.budget = -1};

	if (g) {
		eval_graph(&e, g, &ctx.perm, in);
		compare(all, eval_value(&e, g->out[0]), eval_value(&e, g->out[1]));
		compare_slices(all, how, eval_value(&e, g->out[2]), eval_value(&e, g->out[3]));
	}
	if (!s)
		return;
	session_bind(s, in);
	assert_int_equal(session_run(s), TCC_OK);
	assert_true(session_intact(s));
	compare(all, session_output(s, 0), session_output(s, 1));
	compare_list(all, how, &s->model->outputs[2], &s->out[2]);
	compare_slices(all, how, session_output(s, 2), session_output(s, 3));
}

static void run_largest(Graph *g, Session *s, Tensor **in, const Crops *all)
{
	Crop best = {0, 0, 0};
	Eval e = {.budget = -1};

	for (int i = 0; i < all->n; i++)
		if (all->crop[i].high * all->crop[i].wide > best.high * best.wide)
			best = all->crop[i];
	if (g) {
		eval_graph(&e, g, &ctx.perm, in);
		holds(&best, eval_value(&e, g->out[0]));
		return;
	}
	session_bind(s, in);
	assert_int_equal(session_run(s), TCC_OK);
	assert_true(session_intact(s));
	holds(&best, session_output(s, 0));
}

static void run_all(Graph *g, Session *s, Turn how)
{
	Tensor *in[] = {tensor_new(&ctx.perm, F32, 2, (int64_t[]){HIGH, WIDE}), NULL};
	uint32_t random = 1;

	for (int i = 0; i < HIGH * WIDE; i++)
		((float *)in[0]->data)[i] = value(&(Crop){0}, i / WIDE, i % WIDE);
	for (int i = 0; i < 30; i++) {
		int n = MOST - i % (MOST + 1);
		in[1] = tensor_new(&ctx.perm, I64, 2, (int64_t[]){n, 2});
		int64_t *b = in[1]->data;
		for (int k = 0; k < 2 * n; k++)
			b[k] = ((random = random * 1664525 + 1013904223) >> 24) % (uint32_t)((k % 2 ? WIDE : HIGH) + 1);
		Crops all = crops_of(how, n, b);
		if (how == IS_LARGEST)
			run_largest(g, s, in, &all);
		else
			run(g, s, how, in, &all);
	}
}

static void expect(Turn how)
{
	static const DimChoice bounds[] = {{"n", 0, MOST}, {"old.0", 0, MOST + 1}};
	const ReadOptions o = {.dims = bounds, .ndims = how == GOES_IN_FRONT || how == READS_ONE ? 2 : 1};

	if (how == IS_LARGEST)
		begin_largest();
	else
		begin(how);
	run_all(import_with(&o), NULL, how);
	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		Settings settings = {.compile = {.level = 2, .target = targets[i]}, .cc_flags = FLAGS, .threads = 1};
		Session *s = jit(&ctx, import_with(&o), &settings, NULL);
		run_all(NULL, s, how);
		session_close(s);
		temporary_clear();
	}
}

static void crops_are_added(void **state)
{
	(void)state;
	expect(GOES_BEHIND);
	expect(IS_CHOSEN);
	expect(ARE_ROWS);
	expect(ARE_COLUMNS);
}

static void crops_are_read_and_moved(void **state)
{
	(void)state;
	expect(READS_ONE);
	expect(GOES_IN_FRONT);
	expect(IS_SET);
}

static void a_state_is_the_largest_crop(void **state)
{
	(void)state;
	expect(IS_LARGEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(crops_are_added), TEST(crops_are_read_and_moved),
					   TEST(a_state_is_the_largest_crop)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
