/* Sequences and optionals whose elements are known: operators on them leave the graph. */
#include "ir/eval.h"
#include "tests/unit/onnx.h"

/* A model of opset 13 with x f32[2,3] = 0 .. 5 and the scalars zero .. three, minus; its output is y. */
static void begin(void)
{
	static const char *const name[] = {"zero", "one", "two", "three", "minus"};
	static const int64_t number[] = {0, 1, 2, 3, -1};

	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	add_input(&m, "x", FLOAT, "2,3");
	add_output(&m, "y", 0, NULL);
	for (int i = 0; i < 5; i++)
		add_tensor(&m, name[i], INT64, "", &number[i], sizeof number[i]);
}

static void holds(const Tensor *y, int rank, const int64_t *dims, const double *want)
{
	assert_int_equal(y->rank, rank);
	for (int i = 0; i < rank; i++)
		assert_int_equal(y->dim[i], dims[i]);
	for (int64_t i = 0; i < y->count; i++)
		assert_float_equal(load_f64(y->dtype, y->data, i), want[i], 0);
}

static void expect_with(const ReadOptions *o, int rank, const int64_t *dims, const double *want)
{
	Graph *g = import_with(o);
	Eval e = {0};
	Tensor *x = tensor_new(&ctx.perm, F32, 2, (int64_t[]){2, 3});

	for (int64_t i = 0; i < 6; i++)
		((float *)x->data)[i] = (float)i;
	if (setjmp(ctx.border)) {
		assert_string_equal(ctx.message, "no error");
		return;
	}
	eval_graph(&e, g, &ctx.perm, &x);
	holds(eval_value(&e, g->out[0]), rank, dims, want);
}

static void expect(int rank, const int64_t *dims, const double *want) { expect_with(NULL, rank, dims, want); }
#define DIMS(...) (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]){__VA_ARGS__}
#define ELEMENTS(...) (const double[]){__VA_ARGS__}

static void rows_are_split_and_joined(void **state)
{
	(void)state;
	begin();
	set_int(&m, add_node(&m, "SplitToSequence", "x", "s"), "axis", 0);
	add_node(&m, "SequenceAt", "s,minus", "y");
	expect(DIMS(1, 3), ELEMENTS(3, 4, 5));

	begin();
	Onnx__NodeProto *n = add_node(&m, "SplitToSequence", "x", "s");
	set_int(&m, n, "axis", -1);
	set_int(&m, n, "keepdims", 0);
	n = add_node(&m, "ConcatFromSequence", "s", "y");
	set_int(&m, n, "axis", 0);
	set_int(&m, n, "new_axis", 1);
	expect(DIMS(3, 2), ELEMENTS(0, 3, 1, 4, 2, 5));
}

static void parts_have_a_length(void **state)
{
	(void)state;
	begin();
	set_int(&m, add_node(&m, "SplitToSequence", "x,two", "s"), "axis", 1);
	add_node(&m, "SequenceAt", "s,one", "y");
	expect(DIMS(2, 1), ELEMENTS(2, 5));

	begin();
	set_int(&m, add_node(&m, "SplitToSequence", "x,two", "s"), "axis", 1);
	add_node(&m, "SequenceLength", "s", "y");
	expect(0, NULL, ELEMENTS(2));
}

/* The same model with x f32[2,n], which comes with 3. */
static void begin_varying(void)
{
	begin();
	m.graph->n_input = 0;
	add_input(&m, "x", FLOAT, "2,n");
}

static void an_axis_that_varies_is_split(void **state)
{
	static const int64_t lengths[] = {1, 2};
	static const DimChoice three_or_four = {"n", 3, 4}, none_to_four = {"n", 0, 4};
	const ReadOptions o = {.dims = &three_or_four, .ndims = 1};

	(void)state;
	begin_varying();
	set_int(&m, add_node(&m, "SplitToSequence", "x", "s"), "axis", 1);
	add_node(&m, "SequenceAt", "s,minus", "y");
	expect(DIMS(2, 1), ELEMENTS(2, 5));

	begin_varying();
	Onnx__NodeProto *n = add_node(&m, "SplitToSequence", "x", "s");
	set_int(&m, n, "axis", 1);
	set_int(&m, n, "keepdims", 0);
	n = add_node(&m, "ConcatFromSequence", "s", "y");
	set_int(&m, n, "axis", 0);
	set_int(&m, n, "new_axis", 1);
	expect(DIMS(3, 2), ELEMENTS(0, 3, 1, 4, 2, 5));

	begin_varying(); /* as torch.jit writes unbind */
	add_tensor(&m, "unit", INT64, "", &(int64_t){1}, sizeof(int64_t));
	n = add_node(&m, "SplitToSequence", "x,unit", "s");
	set_int(&m, n, "axis", 1);
	set_int(&m, n, "keepdims", 0);
	add_node(&m, "SequenceAt", "s,minus", "y");
	expect(DIMS(2), ELEMENTS(2, 5));

	begin_varying();
	add_tensor(&m, "l", INT64, "2", lengths, sizeof lengths);
	set_int(&m, add_node(&m, "SplitToSequence", "x,l", "s"), "axis", 1);
	add_node(&m, "SequenceAt", "s,one", "y");
	expect(DIMS(2, 2), ELEMENTS(1, 2, 4, 5));

	begin_varying();
	set_int(&m, add_node(&m, "SplitToSequence", "x,two", "s"), "axis", 1);
	add_node(&m, "SequenceAt", "s,one", "y");
	expect_with(&o, DIMS(2, 1), ELEMENTS(2, 5));
	expect_with(&(ReadOptions){.dims = &none_to_four, .ndims = 1}, DIMS(2, 1), ELEMENTS(2, 5));
	refuse(EXIT_UNSUPPORTED, "needs the size 'n' as a number");
}

static void elements_come_and_go(void **state)
{
	(void)state;
	begin();
	add_node(&m, "Neg", "x", "n");
	add_node(&m, "Abs", "x", "a");
	add_node(&m, "SequenceConstruct", "x,a", "s");
	add_node(&m, "SequenceInsert", "s,n,minus", "t"); /* x, n, a */
	add_node(&m, "SequenceErase", "t,zero", "u");
	add_node(&m, "SequenceAt", "u,zero", "y");
	expect(DIMS(2, 3), ELEMENTS(0, -1, -2, -3, -4, -5));

	begin();
	add_node(&m, "SequenceEmpty", "", "s");
	add_node(&m, "SequenceInsert", "s,x", "t");
	add_node(&m, "SequenceLength", "t", "y");
	expect(0, NULL, ELEMENTS(1));
}

static void optionals_hold_one(void **state)
{
	(void)state;
	begin();
	add_node(&m, "Optional", "x", "o");
	add_node(&m, "OptionalGetElement", "o", "y");
	expect(DIMS(2, 3), ELEMENTS(0, 1, 2, 3, 4, 5));

	begin();
	add_node(&m, "OptionalHasElement", "", "y");
	expect(0, NULL, ELEMENTS(0));

	begin();
	add_node(&m, "OptionalHasElement", "x", "y");
	expect(0, NULL, ELEMENTS(1));
}

/* ---- sequences and optionals that the model takes or gives ---- */

static const Sizes two_and_three[] = {{1, {2}}, {1, {3}}}, threes[] = {{1, {3}}, {1, {3}}, {1, {3}}};

/* --shape s=[2],[3] or =[3],[3],[3], and the same of output y. */
static ReadOptions elements_of(const Sizes *s, int n, const Sizes *y, int ny)
{
	ShapeChoice *all = NEW_N(&ctx.perm, ShapeChoice, 2);

	all[0] = (ShapeChoice){.input = "s", .elements = true, .n = n, .element = s};
	all[1] = (ShapeChoice){.input = "y", .elements = true, .n = ny, .element = y};
	return (ReadOptions){.shapes = all, .nshapes = y ? 2 : 1};
}

/* A model of a sequence s and a tensor x f32[3] that gives y, a sequence. */
static void begin_lists(void)
{
	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	make_sequence(&m, add_input(&m, "s", FLOAT, NULL));
	add_input(&m, "x", FLOAT, "3");
	make_sequence(&m, add_output(&m, "y", FLOAT, NULL));
}

/* What comes out, where element k of tensor i that goes in is 10 i + k, and whole numbers and bools are `whole`. */
static Graph *give(const ReadOptions *o, double whole, Eval *e)
{
	Graph *g = import_with(o);
	Tensor **in = NEW_N(&ctx.perm, Tensor *, g->nin);

	for (int i = 0; i < g->nin; i++) {
		int64_t dims[MAX_RANK];
		for (int k = 0; k < g->in[i]->shape.rank; k++)
			dims[k] = g->in[i]->shape.dim[k].k;
		in[i] = tensor_new(&ctx.perm, g->in[i]->dtype, g->in[i]->shape.rank, dims);
		for (int64_t k = 0; k < in[i]->count; k++)
			store_f64(in[i]->dtype, in[i]->data, k, in[i]->dtype == F32 ? (double)(10 * i + k) : whole);
	}
	*e = (Eval){0};
	eval_graph(e, g, &ctx.perm, in);
	return g;
}

static void has(Eval *e, const Graph *g, int i, int n, double first)
{
	const Tensor *y = eval_value(e, g->out[i]);

	assert_int_equal(y->count, n);
	assert_float_equal(load_f64(y->dtype, y->data, 0), first, 0);
}

static void a_caller_sees_sequences(void **state)
{
	Eval e;

	(void)state;
	begin_lists();
	add_node(&m, "SequenceInsert", "s,x", "y");
	ReadOptions o = elements_of(two_and_three, 2, NULL, 0);
	Graph *g = give(&o, 0, &e);
	assert_int_equal(g->nin, 3);
	assert_int_equal(g->nout, 3);
	assert_int_equal(arguments(g, false), 2);
	Argument s = argument(g, false, 0), y = argument(g, true, 0);
	assert_true(s.kind == KIND_SEQUENCE && s.first == 0 && s.n == 2 && s.dtype == F32);
	assert_true(y.kind == KIND_SEQUENCE && y.first == 0 && y.n == 3 && !strcmp(y.name, "y"));
	assert_string_equal(g->in[1]->name, "s[1]");
	has(&e, g, 1, 3, 10);
	has(&e, g, 2, 3, 20);
}

/* An element goes where the run says, as far as sizes allow. */
static void the_run_may_choose_a_position(void **state)
{
	Eval e;

	(void)state;
	begin_lists();
	add_input(&m, "k", INT64, "");
	add_node(&m, "SequenceInsert", "s,x,k", "y");
	ReadOptions o = elements_of(threes, 2, NULL, 0);
	for (int k = -2; k <= 2; k++) {
		Graph *g = give(&o, k, &e);
		int at = k < 0 ? k + 2 : k;
		for (int i = 0; i < 3; i++)
			has(&e, g, i, 3, i == at ? 20 : i < at ? 10 * i : 10 * (i - 1));
	}
	begin_lists();
	add_input(&m, "k", INT64, "");
	add_node(&m, "SequenceAt", "s,k", "t");
	add_node(&m, "SequenceConstruct", "t", "y");
	Graph *g = give(&o, -1, &e);
	has(&e, g, 0, 3, 10);
	o = elements_of(two_and_three, 2, NULL, 0);
	refuse_with(&o, EXIT_UNSUPPORTED, "the elements differ in size");
	m.graph->n_node = 0;
	add_node(&m, "SequenceErase", "s,k", "y");
	refuse_with(&o, EXIT_UNSUPPORTED, "the elements differ in size");
	o = elements_of(threes, 3, NULL, 0);
	for (int k = -3; k < 3; k++) {
		g = give(&o, k, &e);
		for (int i = 0; i < 2; i++)
			has(&e, g, i, 3, i < (k + 3) % 3 ? 10 * i : 10 * (i + 1));
	}
}

/* A body of `inputs`, of one node. */
static Onnx__GraphProto *body_of(const char *type, const char *inputs, const char *outputs)
{
	Onnx__GraphProto *body = PROTO(&ctx.perm, graph_proto);
	Model in = inside(&m, body);

	body->name = "body";
	add_node(&in, type, inputs, outputs);
	return body;
}

static void a_body_is_written_for_each_element(void **state)
{
	Onnx__GraphProto *body = body_of("Concat", "a,b,x", "c");
	Model in = inside(&m, body);
	Eval e;

	(void)state;
	begin_lists();
	add_input(&in, "a", FLOAT, NULL);
	add_input(&in, "b", FLOAT, NULL);
	set_int(&in, body->node[0], "axis", 0);
	add_output(&in, "c", FLOAT, NULL);
	set_graph(&m, add_node(&m, "SequenceMap", "s,x", "y"), "body", body);
	ReadOptions o = elements_of(two_and_three, 2, NULL, 0);
	Graph *g = give(&o, 0, &e);
	assert_int_equal(g->nout, 2);
	has(&e, g, 0, 8, 0);
	has(&e, g, 1, 9, 10);
}

/* Loop(turns, going, s) { s = SequenceInsert(s, x) } */
static void loop(void)
{
	Onnx__GraphProto *body = body_of("Identity", "going", "goes");
	Model in = inside(&m, body);

	begin_lists();
	add_input(&m, "turns", INT64, "");
	add_input(&m, "may", BOOLEAN, "");
	add_input(&in, "turn", INT64, "");
	add_input(&in, "going", BOOLEAN, "");
	make_sequence(&m, add_input(&in, "old", FLOAT, NULL));
	add_node(&in, "SequenceInsert", "old,x", "new");
	add_output(&in, "goes", BOOLEAN, "");
	make_sequence(&m, add_output(&in, "new", FLOAT, NULL));
	set_graph(&m, add_node(&m, "Loop", "turns,may,s", "y"), "body", body);
}

static void turns_end_where_elements_are_given(void **state)
{
	ReadOptions o = elements_of(threes, 1, threes, 3);
	Eval e;

	(void)state;
	loop();
	Graph *g = import_with(&(ReadOptions){.shapes = o.shapes, .nshapes = 1});
	assert_true(arguments(g, true) == 1 && argument(g, true, 0).rows && argument(g, true, 0).n == 1);
	m.graph->input[3]->type = type_proto(&ctx.perm, BOOLEAN, "");
	g = import_with(&o);
	assert_int_equal(g->nout, 3);
	assert_string_equal(g->node[0]->op->name, "Require");
	o = elements_of(threes, 3, threes, 1);
	refuse_with(&o, EXIT_LIMIT, "4096 are supported");
	loop();
	add_tensor(&m, "two", INT64, "", &(int64_t){2}, 8);
	m.graph->node[0]->input[0] = arena_string(&ctx.perm, "two");
	m.graph->node[0]->input[1] = arena_string(&ctx.perm, "");
	o = elements_of(threes, 1, NULL, 0);
	g = give(&o, 0, &e);
	assert_int_equal(g->nout, 3);
	has(&e, g, 2, 3, 10);
}

/* z = Loop(turns) { adds x in some way to a state that was 2 x } */
static void grow(const char *first, const char *adds, const char *what, int kind)
{
	Onnx__GraphProto *body = body_of("Identity", "going", "goes");
	Model in = inside(&m, body);

	begin();
	add_input(&m, "turns", INT64, "");
	add_node(&m, "Add", "x,x", "twice");
	add_node(&m, first, "twice", "s");
	add_input(&in, "turn", INT64, "");
	add_input(&in, "going", BOOLEAN, "");
	Onnx__ValueInfoProto *old = add_input(&in, "old", FLOAT, NULL);
	add_node(&in, "Cast", "turn", "number");
	set_int(&in, body->node[1], "to", FLOAT);
	add_node(&in, "Mul", "x,number", "more");
	set_int(&in, add_node(&in, adds, what, "new"), "axis", 0);
	add_output(&in, "goes", BOOLEAN, "");
	Onnx__ValueInfoProto *new = add_output(&in, "new", FLOAT, NULL);
	if (kind) {
		make_sequence(&m, old);
		make_sequence(&m, new);
		body->node[3]->n_attribute = 0;
	}
	set_graph(&m, add_node(&m, "Loop", "turns,,s", "z"), "body", body);
}

static void expect_after(int64_t turns, int rank, const int64_t *dims, const double *want)
{
	Graph *g = import();
	Tensor *in[] = {tensor_new(&ctx.perm, F32, 2, (int64_t[]){2, 3}), tensor_i64(&ctx.perm, 1, &turns, true)};
	Eval e = {0};

	for (int64_t i = 0; i < 6; i++)
		((float *)in[0]->data)[i] = (float)i;
	eval_graph(&e, g, &ctx.perm, in);
	holds(eval_value(&e, g->out[0]), rank, dims, want);
}

/* How often it turns is an input: a sequence that only grows is the first elements and slices of what all turns give. */
static void sequences_grow(void **state)
{
	(void)state;
	grow("SequenceConstruct", "SequenceInsert", "old,more", 1);
	set_int(&m, add_node(&m, "ConcatFromSequence", "z", "y"), "axis", -1);
	expect_after(2, DIMS(2, 9), ELEMENTS(0, 2, 4, 0, 0, 0, 0, 1, 2, 6, 8, 10, 0, 0, 0, 3, 4, 5));
	expect_after(0, DIMS(2, 3), ELEMENTS(0, 2, 4, 6, 8, 10));

	grow("SequenceConstruct", "SequenceInsert", "old,more", 1);
	Onnx__NodeProto *n = add_node(&m, "ConcatFromSequence", "z", "y");
	set_int(&m, n, "axis", 2);
	set_int(&m, n, "new_axis", 1);
	expect_after(1, DIMS(2, 3, 2), ELEMENTS(0, 0, 2, 0, 4, 0, 6, 0, 8, 0, 10, 0));

	grow("SequenceConstruct", "SequenceInsert", "old,more", 1);
	add_node(&m, "SequenceAt", "z,minus", "y");
	expect_after(3, DIMS(2, 3), ELEMENTS(0, 2, 4, 6, 8, 10));

	grow("SequenceConstruct", "SequenceInsert", "old,more", 1);
	add_node(&m, "SequenceLength", "z", "y");
	expect_after(3, 0, NULL, ELEMENTS(4));

	grow("SequenceConstruct", "SequenceInsert", "old,more", 1);
	add_node(&m, "SequenceErase", "z", "e");
	add_node(&m, "SequenceLength", "e", "y");
	expect_after(3, 0, NULL, ELEMENTS(3));
	expect_after(0, 0, NULL, ELEMENTS(0));
}

/* Its trips are a number, and the run may end it before: after that turn whose number is `turns`. */
static void sequences_grow_to_an_early_end(void **state)
{
	(void)state;
	grow("SequenceConstruct", "SequenceInsert", "old,more", 1);
	Onnx__NodeProto *turning = m.graph->node[m.graph->n_node - 1];
	Model in = inside(&m, turning->attribute[0]->g);
	add_tensor(&m, "five", INT64, "", &(int64_t){5}, 8);
	turning->input[0] = arena_string(&ctx.perm, "five");
	add_node(&in, "Less", "turn,turns", "goes_on");
	in.graph->output[0]->name = arena_string(&ctx.perm, "goes_on");
	add_node(&m, "SequenceLength", "z", "y");
	expect_after(2, 0, NULL, ELEMENTS(4));
	expect_after(0, 0, NULL, ELEMENTS(2));
	expect_after(9, 0, NULL, ELEMENTS(6));
}

/* Loop(most, s) { s = SequenceInsert(s, last of s + x) }, until there are three; `some`: or s, as an input says. */
static void grow_to_length(const char *most, bool some)
{
	Onnx__GraphProto *body = body_of("SequenceAt", "old,minus", "last"), *no = body_of("Identity", "old", "same"), *yes;
	Model in = inside(&m, body), kept = inside(&m, no), added;

	begin();
	add_input(&m, "adds", BOOLEAN, "");
	add_tensor(&m, "max", INT64, "", &(int64_t){INT64_MAX}, 8);
	add_node(&in, "Add", "last,x", "next");
	add_input(&in, "turn", INT64, "");
	add_input(&in, "going", BOOLEAN, "");
	make_sequence(&in, add_input(&in, "old", FLOAT, NULL));
	yes = body_of("SequenceInsert", "old,next", "more");
	added = inside(&m, yes);
	make_sequence(&added, add_output(&added, "more", FLOAT, NULL));
	make_sequence(&kept, add_output(&kept, "same", FLOAT, NULL));
	Onnx__NodeProto *n = some ? add_node(&in, "If", "adds", "new") : add_node(&in, "SequenceInsert", "old,next", "new");
	if (some) {
		set_graph(&in, n, "then_branch", yes);
		set_graph(&in, n, "else_branch", no);
	}
	add_node(&in, "SequenceLength", "new", "n");
	add_node(&in, "Less", "n,three", "goes");
	add_output(&in, "goes", BOOLEAN, "");
	make_sequence(&in, add_output(&in, "new", FLOAT, NULL));
	add_node(&m, "SequenceConstruct", "x", "s");
	set_graph(&m, add_node(&m, "Loop", arena_format(&ctx.perm, "%s,,s", most), "z"), "body", body);
	add_node(&m, "SequenceLength", "z", "y");
}

/* What only lengths end that the run has no part in is written out; else it stays a loop, whose bound is asked for. */
static void lengths_end_turns(void **state)
{
	static const DimChoice bound = {"old.0", 0, 5};

	(void)state;
	grow_to_length("max", false);
	Graph *g = import();
	assert_non_null(g->out[0]->data);
	assert_int_equal(load_i64(I64, g->out[0]->data->data, 0), 3);
	grow_to_length("max", true);
	refuse(EXIT_UNSUPPORTED, "nothing says how many at most");
	grow_to_length("max", true);
	g = import_with(&(ReadOptions){.dims = &bound, .ndims = 1});
	assert_null(g->out[0]->data);
	grow_to_length("two", true);
	g = import_with(&(ReadOptions){.dims = &bound, .ndims = 1});
	assert_null(g->out[0]->data);
}

/* Elements of which the run finds out how large each is: columns of x times the turn whose number stands before it. */
static void grow_by_columns(void)
{
	static const int64_t which[] = {0, 1, 1};

	grow("SequenceConstruct", "SequenceInsert", "old,some", 1);
	Model in = inside(&m, m.graph->node[m.graph->n_node - 1]->attribute[0]->g);
	m.graph->node[1]->op_type = arena_string(&ctx.perm, "SequenceEmpty");
	m.graph->node[1]->n_input = 0;
	add_tensor(&in, "which", INT64, "3", which, sizeof which);
	add_node(&in, "Less", "which,turn", "keep");
	set_int(&in, add_node(&in, "Compress", "more,keep", "some"), "axis", 1);
}

static void sequences_grow_by_elements_of_any_size(void **state)
{
	(void)state;
	grow_by_columns();
	set_int(&m, add_node(&m, "ConcatFromSequence", "z", "y"), "axis", -1);
	expect_after(3, DIMS(2, 4), ELEMENTS(0, 0, 2, 4, 3, 6, 8, 10));
	expect_after(1, DIMS(2, 0), ELEMENTS(0));

	grow_by_columns();
	add_node(&m, "SequenceAt", "z,minus", "y");
	expect_after(2, DIMS(2, 1), ELEMENTS(0, 3));
	expect_after(3, DIMS(2, 3), ELEMENTS(0, 2, 4, 6, 8, 10));

	grow_by_columns(); /* along another axis they have to be of one size */
	set_int(&m, add_node(&m, "ConcatFromSequence", "z", "y"), "axis", 0);
	expect_after(1, DIMS(2, 0), ELEMENTS(0));
}

/* A loop that turns as often as the run says may read a sequence at the number of the turn. */
static void a_loop_reads_a_sequence(void **state)
{
	Onnx__GraphProto *body = body_of("Identity", "going", "goes");
	Model in = inside(&m, body);

	(void)state;
	begin();
	add_input(&m, "turns", INT64, "");
	set_int(&m, add_node(&m, "SplitToSequence", "x", "s"), "keepdims", 0);
	add_input(&in, "turn", INT64, "");
	add_input(&in, "going", BOOLEAN, "");
	add_node(&in, "SequenceAt", "s,turn", "row");
	add_output(&in, "goes", BOOLEAN, "");
	add_output(&in, "row", FLOAT, NULL);
	add_tensor(&m, "yes", BOOLEAN, "", &(bool){true}, 1);
	set_graph(&m, add_node(&m, "Loop", "turns,yes", "y"), "body", body);
	expect_after(2, DIMS(2, 3), ELEMENTS(0, 1, 2, 3, 4, 5));
	expect_after(1, DIMS(1, 3), ELEMENTS(0, 1, 2));
}

/* A vector of ones, one a row, says that parts are rows, however many there are. */
static void ones_split_an_axis_that_varies(void **state)
{
	static const int64_t one = 1;

	(void)state;
	begin();
	m.graph->n_input = 0;
	add_input(&m, "x", FLOAT, "n,3");
	set_int(&m, add_node(&m, "Shape", "x", "rows"), "end", 1);
	set_tensor(&m, add_node(&m, "ConstantOfShape", "rows", "ones"), "value",
		   tensor_proto(&ctx.perm, "", INT64, "1", &one, sizeof one));
	set_int(&m, add_node(&m, "SplitToSequence", "x,ones", "s"), "keepdims", 0); /* which is for no lengths */
	add_node(&m, "SequenceAt", "s,minus", "y");
	expect(DIMS(1, 3), ELEMENTS(3, 4, 5));
	m.graph->n_output = 0;
	add_node(&m, "SequenceLength", "s", "count");
	add_output(&m, "count", INT64, "");
	expect(0, NULL, ELEMENTS(2));
}

/* The same of a state that Concat makes longer, at its end or in front. */
static void states_grow(void **state)
{
	(void)state;
	grow("Identity", "Concat", "old,more", 0);
	add_node(&m, "Identity", "z", "y");
	expect_after(2, DIMS(6, 3), ELEMENTS(0, 2, 4, 6, 8, 10, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5));

	grow("Identity", "Concat", "more,old", 0);
	add_node(&m, "Identity", "z", "y");
	expect_after(2, DIMS(6, 3), ELEMENTS(0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0, 2, 4, 6, 8, 10));

	grow("Identity", "Concat", "old,more", 0);
	add_node(&m, "Identity", "z", "y");
	Onnx__GraphProto *body = m.graph->node[m.graph->n_node - 2]->attribute[0]->g;
	body->node[2]->input[1] = arena_string(&ctx.perm, "old"); /* which is read otherwise */
	refuse(EXIT_UNSUPPORTED, "nothing says how many at most");
}

/* Of x times the number of the turn rows are kept that stand before it: none, one, both. */
static void grow_by_some(const char *what, int64_t axis)
{
	static const int64_t which[] = {0, 1, 1};
	int64_t n = axis ? 3 : 2;

	grow("Identity", "Concat", what, 0);
	add_node(&m, "Identity", "z", "y");
	Model in = inside(&m, m.graph->node[m.graph->n_node - 2]->attribute[0]->g);
	add_tensor(&in, "which", INT64, axis ? "3" : "2", which, (size_t)n * sizeof *which);
	add_node(&in, "Less", "which,turn", "keep");
	set_int(&in, add_node(&in, "Compress", "more,keep", "some"), "axis", axis);
}

/* Data decide how much a turn adds; its other sizes are those of the state. */
static void states_grow_by_some(void **state)
{
	(void)state;
	grow_by_some("old,some", 0);
	expect_after(3, DIMS(5, 3), ELEMENTS(0, 2, 4, 6, 8, 10, 0, 1, 2, 0, 2, 4, 6, 8, 10));
	expect_after(1, DIMS(2, 3), ELEMENTS(0, 2, 4, 6, 8, 10));
	expect_after(0, DIMS(2, 3), ELEMENTS(0, 2, 4, 6, 8, 10));
	grow_by_some("some,old", 0);
	expect_after(3, DIMS(5, 3), ELEMENTS(0, 2, 4, 6, 8, 10, 0, 1, 2, 0, 2, 4, 6, 8, 10));

	grow_by_some("old,all", 1);
	Model in = inside(&m, m.graph->node[m.graph->n_node - 2]->attribute[0]->g);
	add_node(&in, "Equal", "which,which", "every");
	add_node(&in, "Not", "none", "every_one");
	add_node(&in, "And", "keep,every", "none");
	set_int(&in, add_node(&in, "Compress", "more,every_one", "all"), "axis", 1);
	expect_after(1, DIMS(4, 3), ELEMENTS(0, 2, 4, 6, 8, 10, 0, 0, 0, 0, 0, 0));
}

static void lengths_of_parts_may_be_given(void **state)
{
	static const Sizes parts[] = {{1, {1}}, {1, {2}}}, others[] = {{1, {1}}, {1, {1}}};
	ReadOptions o = elements_of(two_and_three, 2, parts, 2);

	(void)state;
	begin_lists();
	add_input(&m, "l", INT64, "2");
	add_node(&m, "SplitToSequence", "x,l", "y");
	assert_int_equal(import_with(&o)->nout, 2);
	o = elements_of(two_and_three, 2, others, 2);
	refuse_with(&o, EXIT_MODEL, "parts of 2 elements are made of 3");
	o.nshapes = 1;
	const Graph *g = import_with(&o); /* else the run finds them */
	assert_true(g->nout == 2 && dim_hi(g->syms, g->out[1]->shape.dim[0]) == 3);
	m.graph->node[0]->output[0] = arena_string(&ctx.perm, "p");
	add_node(&m, "SequenceLength", "p", "n"); /* that much is known */
	m.graph->output[0] = value_proto(&ctx.perm, "n", INT64, "");
	assert_non_null(import_with(&o)->out[0]->data);
}

static void how_many_parts_there_are_may_be_given(void **state)
{
	static const Sizes parts[] = {{1, {2}}, {1, {1}}}, uneven[] = {{1, {1}}, {1, {2}}};
	static const int64_t two = 2;
	ReadOptions o = elements_of(two_and_three, 2, parts, 2);

	(void)state;
	begin_lists();
	m.graph->n_input = 1;
	add_input(&m, "x", FLOAT, "n");
	add_tensor(&m, "two", INT64, "", &two, sizeof two);
	add_node(&m, "SplitToSequence", "x,two", "y");
	const Graph *g = import_with(&o);
	assert_int_equal(g->nout, 2);
	assert_true(dim_is(g->out[0]->shape.dim[0], 2) && dim_is(g->out[1]->shape.dim[0], 1));
	o = elements_of(two_and_three, 2, uneven, 2);
	refuse_with(&o, EXIT_MODEL, "lengths that differ");
}

/* y = a present optional o, or else x */
static void choice(const char *then_type, const char *then_inputs)
{
	Onnx__GraphProto *yes = body_of(then_type, then_inputs, "yes"), *no = body_of("Neg", "x", "no");
	Model a = inside(&m, yes), b = inside(&m, no);

	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	make_optional(&m, add_input(&m, "o", FLOAT, "3"));
	add_input(&m, "x", FLOAT, "3");
	add_output(&a, "yes", FLOAT, NULL);
	add_output(&b, "no", FLOAT, NULL);
	add_node(&m, "OptionalHasElement", "o", "there");
	Onnx__NodeProto *n = add_node(&m, "If", "there", "y");
	set_graph(&m, n, "then_branch", yes);
	set_graph(&m, n, "else_branch", no);
	add_output(&m, "y", FLOAT, NULL);
}

static void the_run_knows_whether_an_optional_is_there(void **state)
{
	Eval e;

	(void)state;
	choice("OptionalGetElement", "o");
	Graph *g = give(NULL, 1, &e);
	Argument o = argument(g, false, 0);
	assert_true(o.kind == KIND_OPTIONAL && o.n == 2 && g->in[0]->dtype == BOOL);
	has(&e, g, 0, 3, 10);
	g = give(NULL, 0, &e);
	has(&e, g, 0, 3, -20);
}

/* Both branches give an optional, one of them an empty one. */
static void an_empty_optional_takes_room(void **state)
{
	Eval e;

	(void)state;
	choice("Optional", "x");
	m.graph->node[1]->attribute[1]->g->node[0] = node_proto(&ctx.perm, "Optional", "", "no");
	make_optional(&m, m.graph->output[0]);
	make_optional(&m, m.graph->node[1]->attribute[0]->g->output[0]);
	make_optional(&m, m.graph->node[1]->attribute[1]->g->output[0]);
	for (int there = 0; there < 2; there++) {
		Graph *g = give(NULL, there, &e);
		assert_int_equal(argument(g, true, 0).n, 2);
		has(&e, g, 0, 1, there);
		has(&e, g, 1, 3, there ? 20 : 0);
	}
}

static void wrong_lists_are_refused(void **state)
{
	ReadOptions none = elements_of(threes, 0, NULL, 0), two = elements_of(two_and_three, 2, NULL, 0);
	static const ShapeChoice sizes[] = {{.input = "s", .rank = 1, .dim = {3}}}, of_x[] = {{.input = "x", .elements = true}};

	(void)state;
	begin_lists();
	add_node(&m, "SequenceInsert", "s,x", "y");
	refuse(EXIT_UNSUPPORTED, "nobody says how many elements the sequence 's' has");
	refuse_with(&(ReadOptions){.shapes = sizes, .nshapes = 1}, EXIT_USAGE, "it is a sequence");
	refuse_with(&(ReadOptions){.shapes = of_x, .nshapes = 1}, EXIT_USAGE, "it is no sequence");
	assert_int_equal(import_with(&none)->nout, 1);
	m.graph->input[0]->type->sequence_type->elem_type = type_proto(&ctx.perm, FLOAT, "2");
	refuse_with(&two, EXIT_USAGE, "element 1 of 's' other sizes");
	make_sequence(&m, m.graph->input[0]);
	refuse_with(&two, EXIT_UNSUPPORTED, "nested sequence");
	begin_lists();
	m.graph->output[0] = value_proto(&ctx.perm, "y", FLOAT, NULL);
	add_node(&m, "ConcatFromSequence", "s", "y");
	refuse_with(&none, EXIT_MODEL, "an empty sequence");
}

static void wrong_ones_are_refused(void **state)
{
	(void)state;
	begin();
	add_node(&m, "SequenceConstruct", "x", "s");
	add_node(&m, "SequenceAt", "s,one", "y");
	refuse(EXIT_MODEL, "position 1 in a sequence of 1");

	begin();
	add_node(&m, "SequenceAt", "x,zero", "y");
	refuse(EXIT_MODEL, "no sequence");

	begin();
	add_node(&m, "SequenceConstruct", "x", "s");
	add_node(&m, "SequenceInsert", "s,one", "t");
	add_node(&m, "SequenceAt", "t,zero", "y");
	refuse(EXIT_MODEL, "puts i64 into a sequence of f32");

	begin();
	add_node(&m, "SequenceConstruct", "x", "s");
	add_node(&m, "Neg", "s", "y");
	refuse(EXIT_UNSUPPORTED, "(Neg)");

	begin();
	add_input(&m, "big", FLOAT, "100000");
	add_node(&m, "SplitToSequence", "big", "s");
	add_node(&m, "SequenceLength", "s", "y");
	refuse(EXIT_LIMIT, "makes parts of 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_are_split_and_joined), TEST(parts_have_a_length),   TEST(an_axis_that_varies_is_split), TEST(elements_come_and_go),
		TEST(optionals_hold_one),	 TEST(wrong_ones_are_refused),
		TEST(a_caller_sees_sequences),	 TEST(the_run_may_choose_a_position),
		TEST(a_body_is_written_for_each_element),
		TEST(turns_end_where_elements_are_given), TEST(lengths_end_turns),
		TEST(sequences_grow),		 TEST(sequences_grow_to_an_early_end),
		TEST(sequences_grow_by_elements_of_any_size),
		TEST(a_loop_reads_a_sequence),
		TEST(ones_split_an_axis_that_varies),
		TEST(states_grow),
		TEST(states_grow_by_some),
		TEST(lengths_of_parts_may_be_given), TEST(how_many_parts_there_are_may_be_given),
		TEST(the_run_knows_whether_an_optional_is_there),
		TEST(an_empty_optional_takes_room),
		TEST(wrong_lists_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
