/* Older forms of operators give what they gave then: each test builds a node of an old operator set, imports it and
 * evaluates it, and compares with numbers worked out by hand from that version's text. */
#include "tests/unit/onnx.h"

/* A node of operator set `version`: its first input is x of the given sizes, its output y. */
static Onnx__NodeProto *old(int version, const char *type, const char *inputs, const char *sizes)
{
	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = version;
	add_input(&m, "x", FLOAT, sizes);
	add_output(&m, "y", 0, NULL);
	return add_node(&m, type, inputs, "y");
}

static void floats(const char *name, const char *sizes, int n, const float *x)
{
	add_tensor(&m, name, FLOAT, sizes, x, (size_t)n * sizeof *x);
}
#define FLOATS(name, sizes, ...)                                                                                       \
	floats(name, sizes, (int)(sizeof((float[]){__VA_ARGS__}) / sizeof(float)), (const float[]){__VA_ARGS__})

/* y for x = 0, 1, 2, ... */
static Tensor *run(Graph *g)
{
	Eval e = {0};
	Tensor *x;
	int64_t size[MAX_RANK];

	for (int i = 0; i < g->in[0]->shape.rank; i++)
		size[i] = g->in[0]->shape.dim[i].k;
	x = tensor_new(&ctx.perm, F32, g->in[0]->shape.rank, size);
	for (int64_t i = 0; i < x->count; i++)
		((float *)x->data)[i] = (float)i;
	if (setjmp(ctx.border)) {
		assert_string_equal(ctx.message, "no error");
		return NULL;
	}
	eval_graph(&e, g, &ctx.perm, &x);
	return eval_value(&e, g->out[0]);
}

static void expect(const char *sizes, int n, const double *want)
{
	Tensor *y = run(import());

	for (int i = 0; i < y->rank; i++) {
		const char *size = next_item(&ctx.perm, &sizes);
		assert_non_null(size);
		assert_int_equal(y->dim[i], strtoll(size, NULL, 10));
	}
	assert_null(next_item(&ctx.perm, &sizes));
	assert_int_equal(y->count, n);
	for (int i = 0; i < n; i++)
		assert_float_equal(load_f64(y->dtype, y->data, i), want[i], 1e-5);
}
#define EXPECT(sizes, ...)                                                                                             \
	expect(sizes, (int)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)), (const double[]){__VA_ARGS__})

/* ---- broadcasting ---- */

static void broadcast_from_an_axis(void **state)
{
	Onnx__NodeProto *n = old(6, "Add", "x,b", "2,3,2");

	(void)state;
	set_int(&m, n, "broadcast", 1);
	set_int(&m, n, "axis", 1);
	FLOATS("b", "3", 10, 20, 30);
	EXPECT("2,3,2", 10, 11, 22, 23, 34, 35, 16, 17, 28, 29, 40, 41);
}

static void broadcast_of_a_suffix(void **state)
{
	Onnx__NodeProto *n = old(1, "Mul", "x,b", "2,2");

	(void)state;
	set_int(&m, n, "broadcast", 1);
	set_ints(&m, n, "consumed_inputs", "0,0");
	FLOATS("b", "2", 10, 100);
	EXPECT("2,2", 0, 100, 20, 300);
}

static void broadcast_of_a_computed_value(void **state)
{
	Onnx__NodeProto *n = old(6, "Sub", "x,b", "2,3");

	(void)state;
	set_int(&m, n, "broadcast", 1);
	set_int(&m, n, "axis", 0);
	add_input(&m, "b", FLOAT, "2");
	Graph *g = import();
	assert_int_equal(g->nnode, 2); /* Unsqueeze, Sub */
	assert_int_equal(g->node[1]->in[1]->shape.rank, 2);
	assert_true(dim_is(g->node[1]->in[1]->shape.dim[1], 1));
}

static void broadcast_that_does_not_fit(void **state)
{
	Onnx__NodeProto *n = old(6, "Add", "x,b", "2,3");

	(void)state;
	set_int(&m, n, "broadcast", 1);
	set_int(&m, n, "axis", 1);
	FLOATS("b", "3,1", 1, 2, 3);
	refuse(EXIT_MODEL, "[E-AXIS]");
}

static void slopes_of_channels(void **state)
{
	(void)state;
	old(6, "PRelu", "n,s", "1,2,2");
	m.graph->node[0]->input[0] = "n";
	PUSH(&ctx.perm, m.graph->node, m.graph->n_node, node_proto(&ctx.perm, "Neg", "x", "n"));
	FLOATS("s", "2", 2, 3);
	EXPECT("1,2,2", 0, -2, -6, -9);
}

/* ---- attributes that became inputs ---- */

static void squeeze_and_unsqueeze(void **state)
{
	(void)state;
	set_ints(&m, old(11, "Squeeze", "x", "1,2,1"), "axes", "0");
	EXPECT("2,1", 0, 1);
	set_ints(&m, old(11, "Unsqueeze", "x", "2"), "axes", "0,2");
	EXPECT("1,2,1", 0, 1);
	old(11, "Squeeze", "x", "1,2,1");
	EXPECT("2", 0, 1);
}

static void reductions(void **state)
{
	(void)state;
	set_ints(&m, old(11, "ReduceSum", "x", "2,3"), "axes", "1");
	EXPECT("2,1", 3, 12);
	set_ints(&m, old(13, "ReduceMax", "x", "2,3"), "axes", "-2");
	EXPECT("1,3", 3, 4, 5);
	set_int(&m, old(1, "ReduceMean", "x", "2,3"), "keepdims", 0);
	EXPECT("", 2.5);
}

static void slices(void **state)
{
	Onnx__NodeProto *n = old(1, "Slice", "x", "2,3");

	(void)state;
	set_ints(&m, n, "starts", "1");
	set_ints(&m, n, "ends", "1000");
	set_ints(&m, n, "axes", "1");
	EXPECT("2,2", 1, 2, 4, 5);
	set_ints(&m, old(9, "Slice", "x", "2,3"), "starts", "0,0");
	refuse(EXIT_MODEL, "'ends' is missing");
}

static void pads(void **state)
{
	Onnx__NodeProto *n = old(2, "Pad", "x", "2");

	(void)state;
	set_ints(&m, n, "pads", "1,2");
	set_float(&m, n, "value", 7);
	EXPECT("5", 7, 0, 1, 7, 7);
	n = old(1, "Pad", "x", "2");
	set_ints(&m, n, "paddings", "0,1");
	set_string(&m, n, "mode", "edge");
	EXPECT("3", 0, 1, 1);
	old(10, "Pad", "x", "2");
	refuse(EXIT_MODEL, "'pads' is missing");
}

static void clips(void **state)
{
	Onnx__NodeProto *n = old(6, "Clip", "x", "4");

	(void)state;
	set_float(&m, n, "min", 1);
	set_float(&m, n, "max", 2);
	EXPECT("4", 1, 1, 2, 2);
	set_float(&m, old(10, "Clip", "x", "4"), "max", 2);
	EXPECT("4", 0, 1, 2, 2);
}

static void reshapes(void **state)
{
	(void)state;
	set_ints(&m, old(4, "Reshape", "x", "2,3"), "shape", "3,-1");
	EXPECT("3,2", 0, 1, 2, 3, 4, 5);
}

static void tiles(void **state)
{
	(void)state;
	old(1, "Tile", "x,tiles,axis", "1,2");
	FLOATS("tiles", "", 3);
	FLOATS("axis", "", 1);
	EXPECT("1,6", 0, 1, 0, 1, 0, 1);
}

static void splits(void **state)
{
	Onnx__NodeProto *n = old(11, "Split", "x", "6");

	(void)state;
	set_ints(&m, n, "split", "4,2");
	PUSH(&ctx.perm, n->output, n->n_output, "z");
	EXPECT("4", 0, 1, 2, 3);
	n = old(2, "Split", "x", "6");
	PUSH(&ctx.perm, n->output, n->n_output, "z");
	EXPECT("3", 0, 1, 2);
}

/* Lengths that the run makes: parts are slices, and together they have to be all of x. */
static void splits_by_lengths_of_the_run(void **state)
{
	(void)state;
	for (int fits = 0; fits < 2; fits++) {
		m = model_new(&ctx.perm);
		m.proto->opset_import[0]->version = 18;
		add_input(&m, "x", FLOAT, "6");
		add_output(&m, "y", 0, NULL);
		add_numbers(&m, "from", fits ? "1" : "0");
		add_numbers(&m, "to", fits ? "4" : "3");
		add_node(&m, "Slice", "x,from,to", "some");
		set_int(&m, add_node(&m, "Cast", "some", "lengths"), "to", INT64);
		add_node(&m, "Split", "x,lengths", "a,y,c");
		if (fits) {
			EXPECT("2", 1, 2);
			continue;
		}
		Graph *g = import();
		Eval e = {0};
		Tensor *x = tensor_new(&ctx.perm, F32, 1, (int64_t[]){6}); /* 0, 0, 0: nothing of six */
		assert_fails(&ctx, EXIT_MODEL, "E-SHAPE", eval_graph(&e, g, &ctx.perm, &x));
	}
}

static void inputs_before_their_time(void **state)
{
	(void)state;
	set_ints(&m, old(11, "Squeeze", "x,a", "1,2"), "axes", "0");
	add_numbers(&m, "a", "0");
	refuse(EXIT_MODEL, "[E-INPUTS]");
}

/* ---- other meanings ---- */

/* e^i over the sum of e^0 .. e^5 */
static void softmax_of_rows(void **state)
{
	const double sum = 1 + 2.718281828 + 7.389056099 + 20.08553692 + 54.59815003 + 148.4131591;

	(void)state;
	set_int(&m, old(11, "Softmax", "x", "1,2,3"), "axis", 1);
	EXPECT("1,2,3", 1 / sum, 2.718281828 / sum, 7.389056099 / sum, 20.08553692 / sum, 54.59815003 / sum,
	       148.4131591 / sum);
	set_int(&m, old(12, "Hardmax", "x", "2,3"), "axis", -2);
	EXPECT("2,3", 0, 0, 0, 0, 0, 1);
	old(1, "Softmax", "x", "2,2"); /* axis 1 is the last one */
	EXPECT("2,2", 0.268941421, 0.731058579, 0.268941421, 0.731058579);
	set_int(&m, old(9, "Softmax", "x", "2,2"), "axis", 3);
	refuse(EXIT_MODEL, "[E-AXIS]");
}

static void softmax_of_today(void **state)
{
	(void)state;
	set_int(&m, old(13, "Softmax", "x", "1,2,2"), "axis", 1);
	EXPECT("1,2,2", 0.119202922, 0.119202922, 0.880797078, 0.880797078);
}

static void normalisation_of_features(void **state)
{
	Onnx__NodeProto *n = old(7, "BatchNormalization", "x,s,b,mean,var", "2,1,2");

	(void)state;
	set_int(&m, n, "spatial", 0);
	set_float(&m, n, "epsilon", 0);
	FLOATS("s", "1,2", 2, 3);
	FLOATS("b", "1,2", 100, 200);
	FLOATS("mean", "1,2", 1, 1);
	FLOATS("var", "1,2", 4, 9);
	EXPECT("2,1,2", 99, 200, 101, 202);
}

static void normalisation_of_channels(void **state)
{
	Onnx__NodeProto *n = old(6, "BatchNormalization", "x,s,b,mean,var", "1,2,2");

	(void)state;
	set_int(&m, n, "is_test", 1);
	set_int(&m, n, "spatial", 1);
	set_float(&m, n, "epsilon", 0);
	FLOATS("s", "2", 2, 3);
	FLOATS("b", "2", 100, 200);
	FLOATS("mean", "2", 1, 1);
	FLOATS("var", "2", 4, 9);
	EXPECT("1,2,2", 99, 100, 201, 202);
}

static void training_is_refused(void **state)
{
	Onnx__NodeProto *n = old(9, "BatchNormalization", "x,s,b,mean,var", "1,2");

	(void)state;
	FLOATS("s", "2", 1, 1);
	FLOATS("b", "2", 0, 0);
	FLOATS("mean", "2", 0, 0);
	FLOATS("var", "2", 1, 1);
	PUSH(&ctx.perm, n->output, n->n_output, "mean_out");
	PUSH(&ctx.perm, n->output, n->n_output, "var_out");
	refuse(EXIT_UNSUPPORTED, "[E-UNSUPPORTED]");
}

static void groups_of_channels(void **state)
{
	Onnx__NodeProto *n = old(18, "GroupNormalization", "x,s,b", "1,4,1");

	(void)state;
	set_int(&m, n, "num_groups", 2);
	set_float(&m, n, "epsilon", 0);
	FLOATS("s", "2", 1, 10);
	FLOATS("b", "2", 0, 5);
	EXPECT("1,4,1", -1, 1, -5, 15);
}

static void upsampling(void **state)
{
	Onnx__NodeProto *n = old(1, "Upsample", "x", "1,1,1,2");

	(void)state;
	set_float(&m, n, "height_scale", 2);
	set_float(&m, n, "width_scale", 1.5f);
	EXPECT("1,1,2,3", 0, 0, 1, 0, 0, 1);
	n = old(7, "Upsample", "x", "1,2");
	add_attribute(&ctx.perm, n, "scales", 6);
	PUSH(&ctx.perm, n->attribute[0]->floats, n->attribute[0]->n_floats, 1.0f);
	PUSH(&ctx.perm, n->attribute[0]->floats, n->attribute[0]->n_floats, 2.0f);
	set_string(&m, n, "mode", "linear");
	EXPECT("1,4", 0, 0.5, 1, 1);
	old(9, "Upsample", "x,s", "1,2");
	FLOATS("s", "2", 1, 2);
	EXPECT("1,4", 0, 0, 1, 1);
}

/* Scales that the run brings; only the file's shape says that they make nothing smaller. */
static void upsampling_by_inputs(void **state)
{
	(void)state;
	for (int grows = 0; grows < 2; grows++) {
		m = model_new(&ctx.perm);
		m.proto->opset_import[0]->version = 9;
		add_input(&m, "x", FLOAT, "1,2");
		add_input(&m, "s", FLOAT, "2");
		add_output(&m, "y", FLOAT, grows ? "1,5" : "1,1");
		add_node(&m, "Upsample", "x,s", "y");
		if (grows)
			assert_true(is_node(import(), 0, "Resize"));
		else
			refuse(EXIT_UNSUPPORTED, "[E-DYNAMIC]");
	}
}

static void resizing(void **state)
{
	(void)state;
	old(10, "Resize", "x,s", "1,4");
	FLOATS("s", "2", 1, 0.6f);
	EXPECT("1,2", 0, 2); /* pixel 1 comes from 1.67, the one after it */
	old(10, "Resize", "x,s", "4,2");
	FLOATS("s", "2", 0.5f, 2);
	EXPECT("2,4", 0, 0, 1, 1, 4, 4, 5, 5); /* each axis in its own way */
	set_string(&m, old(11, "Resize", "x,roi,s,sizes", "1,2"), "coordinate_transformation_mode", "asymmetric");
	add_tensor(&m, "roi", FLOAT, "0", NULL, 0);
	add_tensor(&m, "s", FLOAT, "0", NULL, 0);
	add_numbers(&m, "sizes", "1,4");
	EXPECT("1,4", 0, 0, 1, 1);
}

static void casts_by_name(void **state)
{
	(void)state;
	set_string(&m, old(1, "Cast", "x", "3"), "to", "BOOL");
	EXPECT("3", 0, 1, 1);
	set_string(&m, old(1, "Cast", "x", "3"), "to", "WORD");
	refuse(EXIT_MODEL, "no element type");
}

static void masks_of_the_data_type(void **state)
{
	Onnx__NodeProto *n = old(7, "Dropout", "x", "2");

	(void)state;
	set_float(&m, n, "ratio", 0.3f);
	PUSH(&ctx.perm, n->output, n->n_output, "mask");
	add_output(&m, "mask", FLOAT, "2");
	EXPECT("2", 0, 1);
}

static void defaults_that_moved(void **state)
{
	(void)state;
	old(1, "Concat", "x,x", "1,2");
	EXPECT("1,4", 0, 1, 0, 1);
	old(1, "Selu", "x", "2");
	EXPECT("2", 0, 1.0507);
}

static void gemm_and_recurrences_drop_flags(void **state)
{
	Onnx__NodeProto *n = old(6, "Gemm", "x,b,c", "1,2");

	(void)state;
	set_int(&m, n, "broadcast", 1);
	FLOATS("b", "2,1", 3, 4);
	FLOATS("c", "1", 100);
	EXPECT("1,1", 104);
	n = old(1, "RNN", "x,w,r", "1,1,1");
	set_int(&m, n, "output_sequence", 1);
	set_int(&m, n, "hidden_size", 1);
	FLOATS("w", "1,1,1", 1);
	FLOATS("r", "1,1,1", 1);
	EXPECT("1,1,1,1", 0);
}

/* state = 2 state + row, for each of a batch */
static Onnx__NodeProto *old_scan(const char *inputs)
{
	Onnx__NodeProto *n = old(8, "Scan", inputs, "2,3,1");
	Onnx__GraphProto *body = PROTO(&ctx.perm, graph_proto);
	Model in = inside(&m, body);

	body->name = "body";
	add_input(&in, "state", FLOAT, NULL);
	add_input(&in, "row", FLOAT, NULL);
	add_node(&in, "Add", "state,state", "twice");
	add_node(&in, "Add", "twice,row", "next");
	add_output(&in, "next", FLOAT, NULL);
	set_graph(&m, n, "body", body);
	set_int(&m, n, "num_scan_inputs", 1);
	FLOATS("s", "2,1", 0, 1);
	return n;
}

static void scans_of_batches(void **state)
{
	(void)state;
	old_scan(",s,x");
	EXPECT("2,1", 4, 33); /* ((2 0 + 0) 2 + 1) 2 + 2, ((2 1 + 3) 2 + 4) 2 + 5 */
	set_ints(&m, old_scan(",s,x"), "directions", "1");
	EXPECT("2,1", 10, 39);
	old_scan("s,s,x");
	refuse(EXIT_UNSUPPORTED, "a length for each sequence");
	old_scan(",t,x");
	FLOATS("t", "3,1", 0, 0, 0);
	refuse(EXIT_MODEL, "takes batches of 3 and 2");
}

static void first_files_of_all(void **state)
{
	Onnx__NodeProto *n = old(1, "Reshape", "x", "4");

	(void)state;
	m.proto->ir_version = 1; /* no operator sets, no types of attributes */
	m.proto->n_opset_import = 0;
	set_ints(&m, n, "shape", "2,2");
	n->attribute[0]->has_type = false;
	EXPECT("2,2", 0, 1, 2, 3);
}

/* tf2onnx does not name com.microsoft in opset_import for what stands in a body. */
static void ranges_of_other_times(void **state)
{
	(void)state;
	add_input(&m, "x", INT64, "");
	add_input(&m, "n", INT64, "");
	of_domain(&m, add_node(&m, "Range", "x,n", "y"), "com.microsoft");
	add_output(&m, "y", INT64, "k");
	Graph *g = import();
	assert_true(is_node(g, 0, "Range"));
	assert_int_equal(g->node[0]->nin, 3);
	of_domain(&m, m.graph->node[0], "elsewhere");
	refuse(EXIT_MODEL, "belongs to 'elsewhere', which opset_import does not name");
}

/* The condition of an If is one element, or as many as data decide, which has to be one. */
static void conditions_are_one_element(void **state)
{
	Onnx__GraphProto *branch[2];
	static const char *const name[] = {"then_branch", "else_branch"}, *const op[] = {"Neg", "Abs"};

	(void)state;
	add_input(&m, "x", FLOAT, "2");
	add_input(&m, "mask", BOOLEAN, "5");
	add_input(&m, "c", BOOLEAN, "5");
	add_node(&m, "Compress", "c,mask", "some");
	Onnx__NodeProto *n = add_node(&m, "If", "some", "y");
	for (int i = 0; i < 2; i++) {
		branch[i] = PROTO(&ctx.perm, graph_proto);
		branch[i]->name = arena_string(&ctx.perm, name[i]);
		Model in = inside(&m, branch[i]);
		add_node(&in, op[i], "x", "z");
		add_output(&in, "z", FLOAT, "2");
		set_graph(&m, n, name[i], branch[i]);
	}
	add_output(&m, "y", FLOAT, "2");
	Graph *g = import();
	assert_true(is_node(g, 1, "Reshape") && is_node(g, 2, "If"));
	assert_int_equal(g->node[2]->in[0]->shape.rank, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(broadcast_from_an_axis),
		TEST(broadcast_of_a_suffix),
		TEST(broadcast_of_a_computed_value),
		TEST(broadcast_that_does_not_fit),
		TEST(slopes_of_channels),
		TEST(squeeze_and_unsqueeze),
		TEST(reductions),
		TEST(slices),
		TEST(pads),
		TEST(clips),
		TEST(reshapes),
		TEST(tiles),
		TEST(splits),
		TEST(splits_by_lengths_of_the_run),
		TEST(inputs_before_their_time),
		TEST(softmax_of_rows),
		TEST(softmax_of_today),
		TEST(normalisation_of_features),
		TEST(normalisation_of_channels),
		TEST(training_is_refused),
		TEST(groups_of_channels),
		TEST(upsampling),
		TEST(upsampling_by_inputs),
		TEST(resizing),
		TEST(casts_by_name),
		TEST(masks_of_the_data_type),
		TEST(defaults_that_moved),
		TEST(gemm_and_recurrences_drop_flags),
		TEST(scans_of_batches),
		TEST(first_files_of_all),
		TEST(ranges_of_other_times),
		TEST(conditions_are_one_element),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
