/* Graphs come in as they were meant: nodes in any order, names in their scopes, functions written out, bodies with what
 * they capture, sizes by name and by choice, and what the file declares compared with what is inferred. */
#include <stdio.h>
#include <unistd.h>
#include "ir/sha256.h"
#include "tests/unit/onnx.h"

/* ---- order and names ---- */

static void nodes_in_any_order(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "2");
	add_node(&m, "Neg", "b", "c");
	add_node(&m, "Exp", "a", "b");
	add_node(&m, "Relu", "x", "a");
	add_output(&m, "c", FLOAT, "2");
	Graph *g = import();
	assert_true(is_node(g, 0, "Relu") && is_node(g, 1, "Exp") && is_node(g, 2, "Neg"));
	assert_string_equal(g->out[0]->name, "c");
	assert_ptr_equal(g->out[0]->def, g->node[2]);
}

static void right_order_stays(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "2");
	add_node(&m, "Exp", "x", "a");
	add_node(&m, "Neg", "x", "b");
	add_node(&m, "Add", "b,a", "c");
	add_output(&m, "c", FLOAT, "2");
	Graph *g = import();
	assert_true(is_node(g, 0, "Exp") && is_node(g, 1, "Neg") && is_node(g, 2, "Add"));
}

/* No recursion over a chain, and no quadratic time: 100,000 nodes, the last one first. */
static void long_chains_backwards(void **state)
{
	enum { N = 100000 };

	(void)state;
	m.graph->n_node = N;
	m.graph->node = NEW_N(&ctx.perm, Onnx__NodeProto *, N);
	for (int i = 0; i < N; i++) {
		const char *in = i ? arena_format(&ctx.perm, "v%d", i) : "x";
		m.graph->node[N - 1 - i] = node_proto(&ctx.perm, "Neg", in, arena_format(&ctx.perm, "v%d", i + 1));
	}
	add_input(&m, "x", FLOAT, "2");
	add_output(&m, "v100000", FLOAT, "2");
	assert_int_equal(import()->nnode, N);
}

static void absent_inputs_and_outputs(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "4");
	add_tensor(&m, "two", FLOAT, "", "\0\0\0\100", 4);
	add_node(&m, "Clip", "x,,two", "y");
	Onnx__NodeProto *n = add_node(&m, "MaxPool", "p", "q");
	add_input(&m, "p", FLOAT, "1,1,4");
	set_ints(&m, n, "kernel_shape", "2");
	PUSH(&ctx.perm, n->output, n->n_output, "");
	add_output(&m, "y", FLOAT, "4");
	add_output(&m, "q", FLOAT, "1,1,3");
	Graph *g = import();
	assert_null(g->node[0]->in[1]);
	assert_int_equal(g->node[0]->nin, 3);
	assert_int_equal(g->node[1]->nout, 1);
}

static void initializers_listed_as_inputs(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "1");
	add_input(&m, "k", FLOAT, "1");
	add_tensor(&m, "k", FLOAT, "1", "\0\0\0\100", 4);
	add_node(&m, "Add", "x,k", "y");
	add_output(&m, "y", FLOAT, "1");
	Graph *g = import();
	assert_int_equal(g->nin, 1);
	assert_int_equal(g->node[0]->in[1]->role, ROLE_CONST);
}

static void inputs_and_constants_as_outputs(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "1");
	add_numbers(&m, "k", "3");
	add_output(&m, "x", FLOAT, "1");
	add_output(&m, "k", INT64, "1");
	Graph *g = import();
	assert_int_equal(g->nout, 2);
	assert_ptr_equal(g->out[0], g->in[0]);
	assert_int_equal(g->out[1]->role, ROLE_CONST);
}

static void the_file_is_remembered(void **state)
{
	uint8_t want[32];
	size_t n;

	(void)state;
	add_input(&m, "x", FLOAT, "1");
	add_output(&m, "x", FLOAT, "1");
	Graph *g = import();
	uint8_t *bytes = model_bytes(&m, &n);
	sha256(bytes, n, want);
	assert_memory_equal(g->sha256, want, sizeof want);
	assert_int_equal(g->opset, 17);
	assert_string_equal(g->name, "g");
}

/* ---- small values are known ---- */

static void sizes_are_computed_at_once(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "2,6");
	add_node(&m, "Shape", "x", "s");
	set_int(&m, add_node(&m, "Cast", "s", "f"), "to", FLOAT);
	add_tensor(&m, "half", FLOAT, "2", "\0\0\200\77\0\0\0\77", 8); /* 1, 0.5 */
	add_node(&m, "Mul", "f,half", "h");
	set_int(&m, add_node(&m, "Cast", "h", "i"), "to", INT64);
	add_numbers(&m, "rest", "-1");
	set_int(&m, add_node(&m, "Concat", "i,rest", "shape"), "axis", 0);
	add_node(&m, "Reshape", "x,shape", "y");
	add_output(&m, "y", FLOAT, "2,3,2");
	Graph *g = import();
	assert_int_equal(g->nnode, 1);
	assert_true(is_node(g, 0, "Reshape"));
}

static void unknown_sizes_stay_symbols(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "n,6");
	add_node(&m, "Shape", "x", "s");
	add_output(&m, "s", INT64, "2");
	Graph *g = import();
	assert_int_equal(g->nnode, 1);
	assert_non_null(g->out[0]->content);
}

/* ---- sizes by name and by choice ---- */

static void one_name_is_one_size(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "batch,3,?");
	add_input(&m, "w", FLOAT, "batch,?");
	add_output(&m, "x", FLOAT, "batch,3,fresh_name");
	Graph *g = import();
	assert_true(dim_same(g->in[0]->shape.dim[0], g->in[1]->shape.dim[0]));
	assert_string_equal(dim_text(g->syms, g->in[0]->shape.dim[0]), "batch");
	assert_string_equal(dim_text(g->syms, g->in[0]->shape.dim[2]), "x.2");
	assert_string_equal(dim_text(g->syms, g->in[1]->shape.dim[1]), "w.1");
}

static void sizes_are_chosen(void **state)
{
	const DimChoice dims[] = {{"batch", 4, 4}, {"x.2", 1, 100}};
	const ShapeChoice shapes[] = {{.input = "w", .rank = 2, .dim = {4, 7}}};
	const ReadOptions o = {.dims = dims, .ndims = 2, .shapes = shapes, .nshapes = 1};

	(void)state;
	add_input(&m, "x", FLOAT, "batch,3,?");
	add_input(&m, "w", FLOAT, "batch,?");
	add_output(&m, "x", FLOAT, NULL);
	Graph *g = import_with(&o);
	assert_true(dim_is(g->in[0]->shape.dim[0], 4));
	assert_true(dim_is(g->in[1]->shape.dim[1], 7));
	const Symbol *s = dim_symbol_of(g->syms, g->in[0]->shape.dim[2]);
	assert_int_equal(s->lo, 1);
	assert_int_equal(s->hi, 100);
}

static void shapes_are_given_where_there_is_none(void **state)
{
	const ShapeChoice shapes[] = {{.input = "x", .rank = 2, .dim = {4, 7}}};
	const ReadOptions o = {.shapes = shapes, .nshapes = 1};

	(void)state;
	add_input(&m, "x", FLOAT, NULL);
	add_output(&m, "x", FLOAT, NULL);
	refuse(EXIT_UNSUPPORTED, "[E-DYNAMIC]");
	assert_non_null(strstr(ctx.hint, "--shape x="));
	Graph *g = import_with(&o);
	assert_int_equal(g->in[0]->shape.rank, 2);
	assert_true(dim_is(g->in[0]->shape.dim[1], 7));
}

/* An output's rank, whatever its sizes are called, tells how many axes an index names; an Identity keeps it. */
static void ranks_are_given_by_outputs(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "3,m,2");
	add_input(&m, "i", INT64, "k,s");
	add_node(&m, "GatherND", "x,i", "y");
	add_node(&m, "Identity", "y", "z");
	Onnx__ValueInfoProto *z = add_output(&m, "z", FLOAT, "k,2");
	assert_int_equal(import()->out[0]->shape.rank, 2);
	z->type->tensor_type->shape = NULL;
	refuse(EXIT_UNSUPPORTED, "[E-DYNAMIC]");
}

/* Rows of a cache: those of the past and the new ones, or, where an output says so, or the total, those of the past. */
static void caches_have_room_where_the_file_says_so(void **state)
{
	(void)state;
	add_input(&m, "q", FLOAT, "b,s,64");
	add_input(&m, "k", FLOAT, "b,1,6,16");
	add_input(&m, "v", FLOAT, "b,1,6,16");
	add_input(&m, "l", INT32, "b");
	add_input(&m, "mask", INT64, "b,t");
	add_node(&m, "Shape", "mask", "shape");
	set_ints(&m, add_node(&m, "Constant", "", "one"), "value_ints", "1");
	add_node(&m, "Gather", "shape,one", "wide");
	set_int(&m, add_node(&m, "Cast", "wide", "total"), "to", INT32);
	Onnx__NodeProto *n = add_node(&m, "GroupQueryAttention", "q,,,k,v,l,total", "y,k2,v2");
	of_domain(&m, n, "com.microsoft");
	set_int(&m, n, "num_heads", 2);
	set_int(&m, n, "kv_num_heads", 1);
	add_output(&m, "y", FLOAT, "b,s,32");
	Onnx__ValueInfoProto *k = add_output(&m, "k2", FLOAT, "b,1,t,16");
	assert_false(dim_known(import()->out[1]->shape.dim[2]));
	const DimChoice dims[] = {{"t", 6, 6}};
	const ReadOptions o = {.dims = dims, .ndims = 1};
	assert_true(dim_is(import_with(&o)->out[1]->shape.dim[2], 6));
	k->type->tensor_type->shape->dim[2]->has_dim_value = true;
	k->type->tensor_type->shape->dim[2]->dim_value = 6;
	assert_true(dim_is(import()->out[1]->shape.dim[2], 6));
}

static void refuse_dim(const char *name, int64_t lo, int64_t hi, const char *text)
{
	const DimChoice dims[] = {{"n", 3, 3}, {name, lo, hi}};
	const ReadOptions o = {.dims = dims, .ndims = 2};

	refuse_with(&o, EXIT_USAGE, text);
}

static void refuse_shape(const char *input, int rank, int64_t a, int64_t b, const char *text)
{
	const ShapeChoice shapes[] = {{.input = input, .rank = rank, .dim = {a, b}}};
	const ReadOptions o = {.shapes = shapes, .nshapes = 1};

	refuse_with(&o, EXIT_USAGE, text);
}

static void nonzero_model(const char *size)
{
	add_input(&m, "x", FLOAT, "2,3");
	add_node(&m, "NonZero", "x", "p");
	add_output(&m, "p", INT64, size);
}

static void counted_sizes_are_bounded(void **state)
{
	const DimChoice dims[] = {{"p.1", 0, 4}}, other[] = {{"q.1", 0, 4}}, wrong[] = {{"p.1", 7, 8}};
	const ReadOptions o = {.dims = dims, .ndims = 1}, none = {.dims = other, .ndims = 1}, w = {.dims = wrong, .ndims = 1};

	(void)state;
	nonzero_model("2,n");
	const Graph *g = import();
	const Symbol *s = dim_symbol_of(g->syms, g->out[0]->shape.dim[1]);
	assert_string_equal(s->name, "p.1");
	assert_true(s->counted);
	assert_int_equal(s->hi, 6);
	g = import_with(&o);
	assert_int_equal(dim_hi(g->syms, g->out[0]->shape.dim[1]), 4);
	refuse_with(&none, EXIT_USAGE, "'q.1', which is no size of the model");
	assert_string_equal(ctx.hint, "symbolic sizes: p.1");
	refuse_with(&w, EXIT_USAGE, "'p.1' is at least 7, but cannot be more than 6");
}

/* x padded in front and behind to `shape`, where that is more, and cut out of the middle where it is less. */
static void crop_or_pad(const char *size)
{
	add_input(&m, "x", FLOAT, "4");
	add_input(&m, "shape", INT64, "1");
	add_numbers(&m, "two", "2");
	add_node(&m, "Shape", "x", "own");
	add_node(&m, "Max", "own,shape", "more");
	add_node(&m, "Sub", "more,own", "pad");
	add_node(&m, "Div", "pad,two", "front");
	add_node(&m, "Sub", "pad,front", "behind");
	set_int(&m, add_node(&m, "Concat", "front,behind", "pads"), "axis", 0);
	add_node(&m, "Pad", "x,pads", "padded");
	add_node(&m, "Shape", "padded", "large");
	add_node(&m, "Sub", "large,shape", "over");
	add_node(&m, "Div", "over,two", "from");
	add_node(&m, "Add", "from,shape", "to");
	add_node(&m, "Slice", "padded,from,to", "y");
	add_output(&m, "y", FLOAT, size);
}

static void elements_that_become_sizes_are_symbols(void **state)
{
	const DimChoice dims[] = {{"shape[0]", 1, 9}};
	const ReadOptions o = {.dims = dims, .ndims = 1};

	(void)state;
	crop_or_pad("?");
	const Graph *g = import_with(&o);
	assert_string_equal(dim_text(g->syms, g->out[0]->shape.dim[0]), "\"shape[0]\"");
	const Symbol *s = dim_symbol_of(g->syms, g->out[0]->shape.dim[0]);
	assert_true(s->counted);
	assert_int_equal(s->hi, 9);
}

static void sizes_of_a_grid_are_symbols(void **state)
{
	const DimChoice dims[] = {{"size[2]", 1, 9}, {"size[3]", 1, 7}};
	const ReadOptions o = {.dims = dims, .ndims = 2};

	(void)state;
	add_input(&m, "theta", FLOAT, "1,2,3");
	add_input(&m, "size", INT64, "4");
	add_node(&m, "AffineGrid", "theta,size", "y");
	add_output(&m, "y", FLOAT, "1,h,w,2");
	const Graph *g = import_with(&o);
	assert_int_equal(dim_hi(g->syms, g->out[0]->shape.dim[1]), 9);
	assert_int_equal(dim_hi(g->syms, g->out[0]->shape.dim[2]), 7);
}

/* One number, no vector; of half a spectrum it is more than the size of the result. */
static void length_of_a_transform_is_a_symbol(void **state)
{
	const DimChoice dims[] = {{"length[0]", 1, 9}};
	const ReadOptions o = {.dims = dims, .ndims = 1};

	(void)state;
	add_input(&m, "x", FLOAT, "1,6,1");
	add_input(&m, "length", INT64, "");
	set_int(&m, add_node(&m, "DFT", "x,length", "y"), "onesided", 1);
	add_output(&m, "y", FLOAT, "1,m,2");
	const Graph *g = import_with(&o);
	assert_int_equal(dim_hi(g->syms, g->out[0]->shape.dim[1]), 5);
}

static void elements_are_what_the_file_says_of_the_result(void **state)
{
	(void)state;
	crop_or_pad("7");
	const Graph *g = import();
	assert_int_equal(dim_hi(g->syms, g->out[0]->shape.dim[0]), 7);
	assert_int_equal(dim_lo(g->syms, g->out[0]->shape.dim[0]), 7);
}

/* Nothing is computed of the input: it may hold what is no size. */
static void elements_that_are_used_as_they_are_stay_data(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "4");
	add_input(&m, "pads", INT64, "2");
	add_node(&m, "Pad", "x,pads", "y");
	add_output(&m, "y", FLOAT, "?");
	const Graph *g = import();
	assert_string_equal(dim_text(g->syms, g->out[0]->shape.dim[0]), "y.0");
	assert_int_equal(g->nnode, 1);
}

/* a[a > 0], b[a > 0]: one size, so that what is chosen can be added. */
static void equal_choices_have_one_size(void **state)
{
	(void)state;
	add_input(&m, "a", FLOAT, "6");
	add_input(&m, "b", FLOAT, "6");
	add_node(&m, "NonZero", "a", "p");
	add_node(&m, "NonZero", "a", "q");
	add_node(&m, "NonZero", "b", "r");
	for (const char *name = "pqr"; *name; name++)
		add_output(&m, arena_format(&ctx.perm, "%c", *name), INT64, "1,?");
	Graph *g = import();
	assert_true(dim_same(g->out[0]->shape.dim[1], g->out[1]->shape.dim[1]));
	assert_false(dim_same(g->out[0]->shape.dim[1], g->out[2]->shape.dim[1]));
	assert_int_equal(g->nnode, 2);
}

static void counted_sizes_are_those_of_the_file(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "2,3");
	add_node(&m, "NonZero", "x", "p");
	add_node(&m, "Neg", "p", "y");
	add_node(&m, "Abs", "y", "z");
	add_node(&m, "Add", "z,p", "sum");
	add_output(&m, "sum", INT64, "2,5");
	Graph *g = import();
	assert_int_equal(dim_lo(g->syms, g->node[0]->out[0]->shape.dim[1]), 5);
	assert_int_equal(dim_hi(g->syms, g->node[0]->out[0]->shape.dim[1]), 5);
}

static void choices_that_make_no_sense(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "n,3");
	add_input(&m, "k", INT64, "1");
	add_numbers(&m, "k", "1");
	add_output(&m, "x", FLOAT, "n,3");
	refuse_dim("bacth", 1, 1, "'bacth', which is no size of the model");
	assert_string_equal(ctx.hint, "symbolic sizes: n");
	refuse_dim("n", 4, 4, "as 3..3 and as 4..4");
	refuse_dim("n", 4, 3, "no range of sizes");
	refuse_shape("y", 2, 1, 3, "'y', which is no input");
	assert_string_equal(ctx.hint, "inputs: x");
	refuse_shape("k", 1, 1, 0, "'k', which is no input");
	refuse_shape("x", 1, 1, 0, "1 sizes, it has 2");
	refuse_shape("x", 2, 1, 4, "the file fixes it at 3");
}

/* ---- declarations ---- */

static void declarations_may_know_less(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "n,3");
	add_node(&m, "Relu", "x", "a");
	add_node(&m, "Exp", "a", "y");
	add_value(&m, "a", FLOAT, "?,whatever");
	add_value(&m, "never_made", INT64, "5");
	add_output(&m, "y", 0, "7,3"); /* n may turn out to be 7 */
	assert_int_equal(import()->nnode, 2);
}

/* ---- functions ---- */

/* A call of local.F on x. */
static Onnx__NodeProto *call(const char *inputs)
{
	add_input(&m, "x", FLOAT, "2");
	add_opset(&m, "local", 1);
	add_output(&m, "y", FLOAT, NULL);
	return of_domain(&m, add_node(&m, "F", inputs, "y"), "local");
}

static void refer(Onnx__NodeProto *n, const char *name, int type, const char *of_call)
{
	add_attribute(&ctx.perm, n, name, type)->ref_attr_name = arena_string(&ctx.perm, of_call);
}

static void functions_are_written_out(void **state)
{
	Onnx__FunctionProto *f = add_function(&m, "F", "a,k", "c"), *inner = add_function(&m, "G", "p", "q");

	(void)state;
	of_domain(&m, add_step(&m, f, "G", "a", "b"), "local")->name = "first";
	add_step(&m, f, "Neg", "b", "c");
	add_step(&m, inner, "Exp", "p", "t");
	add_step(&m, inner, "Relu", "t", "q");
	call("x")->name = "outer";
	Graph *g = import();
	assert_int_equal(g->nnode, 3);
	assert_true(is_node(g, 0, "Exp") && is_node(g, 1, "Relu") && is_node(g, 2, "Neg"));
	assert_string_equal(g->node[0]->name, "outer/first/t");
	assert_string_equal(g->out[0]->name, "c");
	assert_string_equal(g->out_name[0], "y");
}

static float alpha_of(const Graph *g)
{
	for (const Attr *row = g->node[0]->op->attrs; row->name; row++)
		if (!strcmp(row->name, "alpha"))
			return *(const float *)((const char *)g->node[0]->attr + row->offset);
	return -1;
}

static void references_take_the_call_then_the_default_then_nothing(void **state)
{
	Onnx__FunctionProto *f = add_function(&m, "F", "a", "b");
	Onnx__NodeProto *n = call("x"), *holder = node_proto(&ctx.perm, "", "", "");

	(void)state;
	refer(add_step(&m, f, "Elu", "a", "b"), "alpha", 1, "slope");
	PUSH(&ctx.perm, f->attribute, f->n_attribute, "slope");
	assert_float_equal(alpha_of(import()), 1, 0); /* that of Elu */
	set_float(&m, holder, "slope", 3);
	f->attribute_proto = holder->attribute;
	f->n_attribute_proto = 1;
	assert_float_equal(alpha_of(import()), 3, 0);
	set_float(&m, n, "slope", 5);
	assert_float_equal(alpha_of(import()), 5, 0);
}

static void absent_inputs_of_functions(void **state)
{
	Onnx__FunctionProto *f = add_function(&m, "F", "a,lo,hi", "b");

	(void)state;
	add_step(&m, f, "Clip", "a,lo,hi", "b");
	call("x,,k");
	add_tensor(&m, "k", FLOAT, "", "\0\0\0\100", 4);
	Graph *g = import();
	assert_null(g->node[0]->in[1]);
	assert_non_null(g->node[0]->in[2]);
}

static void overloads_and_operator_sets(void **state)
{
	Onnx__FunctionProto *one = add_function(&m, "F", "a", "b"), *two = add_function(&m, "F", "a", "b");
	Onnx__NodeProto *n = call("x");

	(void)state;
	two->overload = "second";
	add_step(&m, one, "Relu", "a", "b");
	set_int(&m, add_step(&m, two, "Squeeze", "t", "b"), "axes", 0);
	two->node[0] = node_proto(&ctx.perm, "Unsqueeze", "a", "b");
	two->n_node = 1;
	set_ints(&m, two->node[0], "axes", "0"); /* an attribute before version 13 only */
	two->opset_import[0]->version = 11;
	assert_true(is_node(import(), 0, "Relu"));
	n->overload = "second";
	assert_true(is_node(import(), 0, "Unsqueeze"));
}

/* ---- bodies ---- */

/* Scan over the rows of x with a body that adds what is outside: out = row + k + c. */
static Onnx__GraphProto *scan(void)
{
	Onnx__GraphProto *body = PROTO(&ctx.perm, graph_proto);
	Model in = inside(&m, body);

	body->name = "body";
	add_input(&m, "x", FLOAT, "5,2");
	add_input(&m, "k", FLOAT, "2");
	add_tensor(&m, "c", FLOAT, "", "\0\0\0\100", 4);
	add_input(&in, "row", FLOAT, NULL);
	add_node(&in, "Add", "t,c", "sum");
	add_node(&in, "Add", "row,k", "t");
	add_output(&in, "sum", FLOAT, "2");
	Onnx__NodeProto *n = add_node(&m, "Scan", "x", "y");
	set_int(&m, n, "num_scan_inputs", 1);
	set_graph(&m, n, "body", body);
	add_output(&m, "y", FLOAT, "5,2");
	return body;
}

static void bodies_capture_what_they_read(void **state)
{
	(void)state;
	scan();
	Graph *g = import();
	assert_int_equal(g->nnode, 1);
	const Node *n = g->node[0];
	const Graph *sub = n->sub[0];
	assert_int_equal(n->nsub, 1);
	assert_int_equal(n->nin, 2); /* x, and k from outside */
	assert_string_equal(n->in[1]->name, "k");
	assert_int_equal(sub->ncaptured, 1); /* the constant came along as a constant */
	assert_int_equal(sub->nin, 2);
	assert_ptr_equal(sub->outer, g);
	assert_int_equal(sub->in[0]->shape.rank, 1); /* a row of x */
	assert_int_equal(sub->nnode, 2);
	assert_string_equal(sub->out[0]->name, "sum");
}

static void bodies_wait_for_what_they_capture(void **state)
{
	(void)state;
	scan();
	add_node(&m, "Exp", "k0", "k"); /* after the Scan that captures k */
	m.graph->input[1]->name = "k0";
	Graph *g = import();
	assert_true(is_node(g, 0, "Exp") && is_node(g, 1, "Scan"));
}


/* What the import says on stderr. */
static const char *told(Graph **g)
{
	static char text[500];
	int kept = dup(STDERR_FILENO);
	FILE *f = tmpfile();

	fflush(stderr);
	dup2(fileno(f), STDERR_FILENO);
	*g = import();
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(f);
	text[fread(text, 1, sizeof text - 1, f)] = 0;
	fclose(f);
	return text;
}

static void results_may_be_declared_wrongly(void **state)
{
	Graph *g;

	(void)state;
	add_input(&m, "x", FLOAT, "n,3");
	add_node(&m, "Transpose", "x", "t");
	add_node(&m, "Neg", "t", "y");
	add_output(&m, "y", FLOAT, "6");
	PUSH(&ctx.perm, m.graph->value_info, m.graph->n_value_info, value_proto(&ctx.perm, "t", FLOAT, "2,5"));
	assert_string_equal(told(&g), "unit: warning: value 't' is declared with shape [2,5], but has [3,n], which holds; so with 1 more\n");
	assert_true(g->out[0]->shape.rank == 2 && dim_is(g->out[0]->shape.dim[0], 3));
	assert_string_equal(told(&g), ""); /* once a program, however often it reads its model */
	add_output(&m, "t", INT64, "3,n");
	refuse(EXIT_MODEL, "'t' is declared as i64, but is f32");
}

static void bodies_agree_with_their_operands(void **state)
{
	Graph *g;
	Onnx__GraphProto *body = scan();

	(void)state;
	body->input[0]->type = type_proto(&ctx.perm, FLOAT, "3,1");
	assert_string_equal(told(&g), "unit: warning: input 'row' is declared with shape [3,1], but has [2], which holds\n");
	body->input[0]->type = type_proto(&ctx.perm, INT64, "2");
	refuse(EXIT_MODEL, "'row' is declared as i64, but is f32");
}

/* Loop(three) { y = Slice(x, turn, turn + 1) }, where only y + c, which is an output, says that this is one element. */
static void bodies_are_trusted(void **state)
{
	Onnx__GraphProto *body = PROTO(&ctx.perm, graph_proto);
	Model in = inside(&m, body);
	Eval e = {0};
	Tensor *x = tensor_new(&ctx.perm, F32, 1, (int64_t[]){3});

	(void)state;
	body->name = "body";
	add_input(&m, "x", FLOAT, "3");
	add_tensor(&m, "c", FLOAT, "1", "\0\0\0\100", 4);
	add_tensor(&m, "three", INT64, "", &(int64_t){3}, 8);
	add_tensor(&m, "yes", BOOLEAN, "", "\1", 1);
	add_numbers(&m, "one", "1");
	add_numbers(&m, "zero", "0");
	add_input(&in, "turn", INT64, "");
	add_input(&in, "go", BOOLEAN, "");
	add_node(&in, "Unsqueeze", "turn,zero", "from");
	add_node(&in, "Add", "from,one", "to");
	add_node(&in, "Slice", "x,from,to", "cut");
	add_node(&in, "Add", "cut,c", "sum");
	add_output(&in, "go", BOOLEAN, "");
	add_output(&in, "sum", FLOAT, "1");
	set_graph(&m, add_node(&m, "Loop", "three,yes", "y"), "body", body);
	add_output(&m, "y", FLOAT, "3,1");
	for (int i = 0; i < 3; i++)
		((float *)x->data)[i] = (float)i;
	Graph *g = import();
	eval_graph(&e, g, &ctx.perm, &x);
	assert_true(shape_known(&g->node[0]->sub[0]->out[1]->shape));
	assert_float_equal(((float *)eval_value(&e, g->out[0])->data)[2], 4, 0);
}

static void names_of_a_body_are_its_own(void **state)
{
	Onnx__GraphProto *body = scan();

	(void)state;
	add_node(&m, "Relu", "y", "sum"); /* after the Scan: not visible in its body */
	import();
	m.graph->node[1] = m.graph->node[0];
	m.graph->node[0] = node_proto(&ctx.perm, "Relu", "x", "sum");
	refuse(EXIT_MODEL, "'sum' is defined twice, by node 1 'sum' (Relu) and by node 1 'sum' (Add) of graph 'body'");
	body->node[0]->output[0] = "other";
	assert_int_equal(import()->out[0]->shape.rank, 3); /* the body gives an outer value, of another shape than declared */
}

/* ---- operators that are missing ---- */

static void all_missing_operators_are_named(void **state)
{
	char text[500] = "";
	FILE *f = fmemopen(text, sizeof text, "w");
	const ReadOptions o = {.missing = f};

	(void)state;
	add_input(&m, "x", FLOAT, "1");
	for (int i = 0; i < 5; i++)
		add_node(&m, "Frobnicate", "x", arena_format(&ctx.perm, "a%d", i))->name =
			arena_format(&ctx.perm, "f%d", i);
	add_node(&m, "Wibble", "a1", "y");
	add_output(&m, "y", FLOAT, "1");
	refuse_with(&o, EXIT_UNSUPPORTED,
		    "2 operators are not supported: Frobnicate (5 nodes: 'f0', 'f1', 'f2', ...), "
		    "Wibble (1 node: 'y') [E-OPERATOR]");
	fclose(f);
	assert_string_equal(text, "Frobnicate (5 nodes): 'f0', 'f1', 'f2', 'f3', 'f4'\nWibble (1 node): 'y'\n");
}

/* What ONNX Runtime saves after its last level of optimization fits the processor it ran on. */
static void models_laid_out_for_a_processor(void **state)
{
	(void)state;
	add_input(&m, "x", FLOAT, "1,8,4,4");
	add_opset(&m, "com.microsoft.nchwc", 1);
	add_node(&m, "ReorderInput", "x", "y")->domain = arena_string(&ctx.perm, "com.microsoft.nchwc");
	add_output(&m, "y", FLOAT, "1,8,4,4");
	refuse(EXIT_UNSUPPORTED, "1 operator is not supported: com.microsoft.nchwc.ReorderInput (1 node: 'y') [E-OPERATOR]");
	assert_non_null(strstr(ctx.hint, "ORT_ENABLE_EXTENDED"));
}

static Onnx__GraphProto *branch_of(const char *type)
{
	Onnx__GraphProto *g = PROTO(&ctx.perm, graph_proto);
	Model in = inside(&m, g);

	add_node(&in, type, "x", "z");
	add_output(&in, "z", FLOAT, "2");
	return g;
}

static Onnx__NodeProto *if_of(const char *condition, bool value)
{
	add_input(&m, "x", FLOAT, "2");
	if (strcmp(condition, "data"))
		add_tensor(&m, condition, BOOLEAN, "", &value, 1);
	else
		add_input(&m, condition, BOOLEAN, "");
	Onnx__NodeProto *n = add_node(&m, "If", condition, "y");
	set_graph(&m, n, "then_branch", branch_of("Frobnicate"));
	set_graph(&m, n, "else_branch", branch_of("Neg"));
	add_output(&m, "y", FLOAT, "2");
	return n;
}

/* An operator that nobody has keeps no model out whose condition is known not to need it. */
static void branches_that_are_not_taken(void **state)
{
	(void)state;
	if_of("known", false);
	Graph *g = import();
	assert_int_equal(g->nnode, 1);
	assert_string_equal(g->node[0]->op->name, "Neg");

	m = model_new(&ctx.perm);
	if_of("known", true);
	refuse(EXIT_UNSUPPORTED, "1 operator is not supported: Frobnicate");

	m = model_new(&ctx.perm);
	if_of("data", true);
	refuse(EXIT_UNSUPPORTED, "1 operator is not supported: Frobnicate");
}

/* ---- bodies that run once ---- */

/* Attention whose scores have s from outside added: queries of 2 batches and 4 heads, `kv` heads of keys. */
static Onnx__GraphProto *flex_attention(const char *kv)
{
	Onnx__GraphProto *body = PROTO(&ctx.perm, graph_proto);
	Model in = inside(&m, body);

	add_opset(&m, "ai.onnx.preview", 1);
	add_input(&m, "q", FLOAT, "2,4,n,8");
	add_input(&m, "k", FLOAT, kv);
	add_input(&m, "v", FLOAT, kv);
	add_input(&m, "s", FLOAT, "1");
	add_input(&in, "scores", FLOAT, "B,H,L,S");
	add_node(&in, "Add", "scores,s", "t");
	add_output(&in, "t", FLOAT, "B,H,L,S");
	Onnx__NodeProto *n = add_node(&m, "FlexAttention", "q,k,v", "y");
	n->domain = arena_string(&ctx.perm, "ai.onnx.preview");
	set_graph(&m, n, "score_mod", body);
	add_output(&m, "y", FLOAT, "2,4,n,8");
	return body;
}

static uint32_t count_of(const Graph *g, const char *type)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < g->nnode; i++)
		count += is_node(g, i, type);
	return count;
}

static void attention_is_written_out_with_its_bodies(void **state)
{
	(void)state;
	flex_attention("2,2,6,8");
	Graph *g = import();
	assert_int_equal(count_of(g, "Add"), 1);
	assert_int_equal(count_of(g, "Softmax"), 1);
	assert_int_equal(count_of(g, "MatMul"), 2);
	assert_string_equal(dim_text(g->syms, g->out[0]->shape.dim[2]), "n");
}

static void attention_that_does_not_fit_is_refused(void **state)
{
	(void)state;
	flex_attention("2,3,6,8");
	refuse(EXIT_MODEL, "3 kv heads do not divide 4 heads [E-SHAPE]");
	m = model_new(&ctx.perm);
	Onnx__GraphProto *body = flex_attention("2,2,6,8");
	body->node[0]->op_type = arena_string(&ctx.perm, "Less");
	body->output[0]->type = NULL;
	refuse(EXIT_MODEL, "score_mod makes bool");
	m = model_new(&ctx.perm);
	flex_attention("2,2,6,8")->node[0]->op_type = arena_string(&ctx.perm, "Frobnicate");
	refuse(EXIT_UNSUPPORTED, "Frobnicate (1 node: 't')");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nodes_in_any_order),
		TEST(right_order_stays),
		TEST(long_chains_backwards),
		TEST(absent_inputs_and_outputs),
		TEST(initializers_listed_as_inputs),
		TEST(inputs_and_constants_as_outputs),
		TEST(the_file_is_remembered),
		TEST(sizes_are_computed_at_once),
		TEST(unknown_sizes_stay_symbols),
		TEST(one_name_is_one_size),
		TEST(sizes_are_chosen),
		TEST(shapes_are_given_where_there_is_none),
		TEST(ranks_are_given_by_outputs),
		TEST(caches_have_room_where_the_file_says_so),
		TEST(counted_sizes_are_bounded),
		TEST(elements_that_become_sizes_are_symbols),
		TEST(sizes_of_a_grid_are_symbols),
		TEST(length_of_a_transform_is_a_symbol),
		TEST(elements_are_what_the_file_says_of_the_result),
		TEST(elements_that_are_used_as_they_are_stay_data),
		TEST(equal_choices_have_one_size),
		TEST(counted_sizes_are_those_of_the_file),
		TEST(choices_that_make_no_sense),
		TEST(declarations_may_know_less),
		TEST(functions_are_written_out),
		TEST(references_take_the_call_then_the_default_then_nothing),
		TEST(absent_inputs_of_functions),
		TEST(overloads_and_operator_sets),
		TEST(results_may_be_declared_wrongly),
		TEST(bodies_capture_what_they_read),
		TEST(bodies_wait_for_what_they_capture),
		TEST(bodies_agree_with_their_operands),
		TEST(bodies_are_trusted),
		TEST(names_of_a_body_are_its_own),
		TEST(all_missing_operators_are_named),
		TEST(models_laid_out_for_a_processor),
		TEST(branches_that_are_not_taken),
		TEST(attention_is_written_out_with_its_bodies),
		TEST(attention_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
