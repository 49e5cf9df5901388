/* Building graphs: contents of small constants, checks of counts, replacing, order, uses, and how trouble is told. */
#include "tests/unit/graphs.h"

static Value *constant(DType t, int rank, int64_t n)
{
	int64_t dims[2] = {n, 1};
	Tensor *x = tensor_new(&ctx.perm, t, rank, dims);

	for (int64_t i = 0; i < x->count; i++)
		store_i64(t, x->data, i, i + 1);
	return value_const(g, "k", x);
}

CASE(small_integers_carry_contents)
{
	static const struct {
		DType type;
		int rank;
		int64_t n;
		bool has;
	} row[] = {
		{I64, 1, 64, true}, {I64, 1, 65, false}, {I64, 0, 0, true}, {I32, 1, 3, true}, {U4, 1, 5, true},
		{BOOL, 1, 2, true}, {I64, 2, 3, false},	 {F32, 1, 3, false}, {I64, 1, 0, true},
	};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		Value *v = constant(row[i].type, row[i].rank, row[i].n);
		assert_true(!!v->content == row[i].has);
		if (!row[i].has)
			continue;
		assert_int_equal(v->ncontent, v->data->count);
		for (int k = 0; k < v->ncontent; k++)
			assert_true(dim_is(v->content[k], row[i].type == BOOL ? 1 : k + 1));
	}
	Value *large = constant(U64, 1, 1);
	assert_non_null(large->content);
	uint64_t most = UINT64_MAX;
	Tensor *t = tensor_new(&ctx.perm, U64, 0, NULL);
	memcpy(t->data, &most, sizeof most);
	assert_null(value_const(g, "", t)->content);
}

/* 16 bytes an element, at every inference. */
CASE(tables_carry_no_contents_to_a_cast)
{
	for (int i = 0; i < 2; i++) {
		void *to = attr_new(g, &op_Cast);
		*(DType *)((char *)to + op_Cast.attrs[0].offset) = I32;
		Value *x = constant(I64, 1, i ? (1 << 16) + 1 : 1 << 10);
		assert_true(!!node_new(g, &op_Cast, NULL, 1, &x, 1, to)->out[0]->content == !i);
	}
}

CASE(nodes_are_inferred_at_once)
{
	Value *x = f32_input("x", SHAPE(dim(2), dim(3))), *y = f32_input("y", SHAPE(dim(3)));
	Value *z = put(g, NULL, "Add", x, y, END_IN);

	assert_int_equal(z->dtype, F32);
	assert_string_equal(shape_text(g, &z->shape), "[2,3]");
	assert_int_equal(g->nnode, 1);
	assert_ptr_equal(z->def, g->node[0]);
	assert_int_equal(z->id, 3);
	assert_ptr_equal(g->value[2], z);
}

CASE(copied_attributes_arrive)
{
	Value *x = f32_input("x", SHAPE(dim(2), dim(3)));
	struct { int64_t axis; } flatten = {0};
	Value *y = put_attr(g, NULL, "Flatten", &flatten, x, END_IN);

	flatten.axis = 1;
	assert_string_equal(shape_text(g, &y->shape), "[1,6]");
}

CASE(counts_are_checked)
{
	Node like = {.name = "conv1"};
	const Op *add = op_find("ai.onnx", "Add");
	Value *x, *in[3];

	x = f32_input("x", SHAPE(dim(2)));
	in[0] = in[1] = in[2] = x;
	assert_fails(&ctx, EXIT_MODEL, "E-INPUTS", node_new(g, add, &like, 3, in, 1, NULL));
	assert_string_equal(ctx.message, "node 1 'conv1' (Add): has 3 inputs, takes 2 [E-INPUTS]");
	in[1] = NULL;
	assert_fails(&ctx, EXIT_MODEL, "E-INPUTS", node_new(g, add, NULL, 2, in, 1, NULL));
	assert_string_equal(ctx.message, "node 2 (Add): input 1 is absent, but the operator requires it [E-INPUTS]");
	in[1] = x;
	assert_fails(&ctx, EXIT_MODEL, "E-OUTPUTS", node_new(g, add, NULL, 2, in, 2, NULL));
}

/* Nodes that passes insert are told of by the model's node that they are for. */
CASE(trouble_names_nodes_of_the_model)
{
	const Op *add = op_find("", "Add"), *relu = op_find("", "Relu");
	Value *x = f32_input("x", SHAPE(dim(2)));
	Node *own = node_new(g, add, NULL, 2, (Value *[]){x, x}, 1, NULL);
	Node *inserted = node_new(g, relu, own, 1, (Value *[]){x}, 1, NULL);
	Node *more = node_new(g, relu, inserted, 1, (Value *[]){x}, 1, NULL);

	assert_fails(&ctx, EXIT_MODEL, "E-ATTR", fail_node(g, own, "E-ATTR", "is wrong"));
	assert_string_equal(ctx.message, "node 1 (Add): is wrong [E-ATTR]");
	assert_fails(&ctx, EXIT_MODEL, "E-ATTR", fail_node(g, more, "E-ATTR", "is wrong"));
	assert_string_equal(ctx.message, "node 1 (Add): is wrong [E-ATTR]");
}

/* Sizes know no nodes. */
CASE(limits_name_the_node_that_meets_them)
{
	const Node like = {.name = "wide"};
	Tensor *repeats = tensor_new(&ctx.perm, I64, 1, (int64_t[]){1});
	Value *x = f32_input("x", SHAPE(dim(6)));

	store_i64(I64, repeats->data, 0, INT64_C(1) << 62);
	assert_fails(&ctx, EXIT_LIMIT, "E-SIZE", put(g, &like, "Tile", x, value_const(g, "", repeats), END_IN));
	assert_memory_equal(ctx.message, "node 1 'wide' (Tile): a size is beyond 2^62", 43);
	assert_fails(&ctx, EXIT_LIMIT, "E-SIZE", dim_mul(g->syms, dim(INT64_C(1) << 62), dim(2)));
	assert_memory_equal(ctx.message, "a size is beyond 2^62", 21);
}

CASE(hostile_names_are_escaped)
{
	Node like = {.name = "a\n*/\"\x80"};

	assert_fails(&ctx, EXIT_MODEL, "E-INPUTS", node_new(g, op_find("", "Add"), &like, 0, NULL, 1, NULL));
	assert_string_equal(ctx.message, "node 1 'a\\012*/\"\\200' (Add): has 0 inputs, takes 2 [E-INPUTS]");
}

CASE(operators_are_found)
{
	assert_string_equal(op_find("", "Add")->name, "Add");
	assert_ptr_equal(op_find("ai.onnx", "Add"), op_find("", "Add"));
	assert_ptr_equal(op_named("tcc.Copy"), op_find("tcc", "Copy"));
	assert_null(op_find("tcc", "Add"));
	assert_null(op_find("", "Adding"));
	assert_null(op_named("tcc.Add"));
}

/* ---- replacing ---- */

CASE(every_use_is_replaced)
{
	Value *x = f32_input("x", SHAPE(dim(2)));
	Value *a = put(g, NULL, "Neg", x, END_IN), *b = put(g, NULL, "Add", a, a, END_IN);
	Value *c = put(g, NULL, "Abs", x, END_IN);

	a->name = "a";
	graph_output(g, a, "out");
	graph_output(g, b, NULL);
	value_replace(g, a, c);
	assert_ptr_equal(b->def->in[0], c);
	assert_ptr_equal(b->def->in[1], c);
	assert_ptr_equal(g->out[0], c);
	assert_string_equal(g->out_name[0], "out");
	assert_string_equal(c->name, "a");
	assert_int_equal(fill_uses(g)[a->id], 0);
	assert_int_equal(fill_uses(g)[c->id], 3);
}

CASE(a_replacement_learns_sizes)
{
	Value *x = f32_input("x", SHAPE(dim(4))), *y = f32_input("y", SHAPE(dim_symbol(&syms, "n")));
	Value *a = put(g, NULL, "Neg", x, END_IN), *b = put(g, NULL, "Neg", y, END_IN);

	value_replace(g, a, b);
	assert_true(dim_is(b->shape.dim[0], 4));
	assert_false(dim_known(y->shape.dim[0]));
}

/* ---- order ---- */

/* A node of two inputs, whose second one may be set later. */
static Node *add_node(Value *a, Value *b)
{
	return node_new(g, op_find("", "Add"), NULL, 2, (Value *[]){a, b}, 1, NULL);
}

static void assert_sorted(void)
{
	bool *made = NEW_N(&ctx.perm, bool, g->last_node_id + 1);

	for (uint32_t i = 0; i < g->nnode; i++) {
		for (int k = 0; k < g->node[i]->nin; k++)
			assert_true(!g->node[i]->in[k]->def || made[g->node[i]->in[k]->def->id]);
		made[g->node[i]->id] = true;
	}
}

CASE(shuffled_nodes_are_sorted)
{
	uint64_t seed = 7;

	Value *v[200] = {f32_input("x", SHAPE(dim(2)))};
	for (int i = 1; i < 200; i++)
		v[i] = add_node(v[random_in(&seed, 0, i - 1)], v[random_in(&seed, 0, i - 1)])->out[0];
	for (int round = 0; round < 20; round++) {
		for (uint32_t i = g->nnode - 1; i > 0; i--) {
			uint32_t k = (uint32_t)random_in(&seed, 0, i);
			Node *n = g->node[i];
			g->node[i] = g->node[k];
			g->node[k] = n;
		}
		graph_sort(g);
		assert_int_equal(g->nnode, 199);
		assert_sorted();
	}
}

CASE(sorted_nodes_stay)
{
	Value *x = f32_input("x", SHAPE(dim(2)));
	Node *n[4] = {add_node(x, x), add_node(x, x), add_node(x, x), NULL};

	n[3] = add_node(n[1]->out[0], n[0]->out[0]);
	graph_sort(g);
	for (int i = 0; i < 4; i++)
		assert_ptr_equal(g->node[i], n[i]);
}

CASE(long_chains_are_sorted)
{
	enum { LENGTH = 300000 };

	Value *v = f32_input("x", SHAPE(dim(2)));
	for (int i = 0; i < LENGTH; i++)
		v = put(g, NULL, "Neg", v, END_IN);
	for (uint32_t i = 0; i < LENGTH / 2; i++) {
		Node *n = g->node[i];
		g->node[i] = g->node[LENGTH - 1 - i];
		g->node[LENGTH - 1 - i] = n;
	}
	graph_sort(g);
	assert_sorted();
}

CASE(cycles_are_found)
{
	Value *x = f32_input("x", SHAPE(dim(2)));
	Node *a = add_node(x, x), *b = add_node(a->out[0], x), *c = add_node(b->out[0], x);

	a->in[1] = c->out[0];
	assert_fails(&ctx, EXIT_MODEL, "E-CYCLE", graph_sort(g));
	assert_non_null(strstr(ctx.message, "node 1 (Add)"));
	a->in[1] = a->out[0];
	assert_fails(&ctx, EXIT_MODEL, "E-CYCLE", graph_sort(g));
}

/* ---- helpers of infer ---- */

CASE(sizes_broadcast)
{
	Dim n = dim_symbol(&syms, "n"), m = dim_symbol(&syms, "m");
	Dim larger = dim_mul(&syms, dim_max(&syms, n, m), dim_min(&syms, dim(1), dim_min(&syms, n, m)));
	const struct {
		Dim a, b;
		const char *result;
	} row[] = {
		{dim(3), dim(1), "[3]"}, {dim(1), dim(0), "[0]"}, {n, dim(1), "[n]"},	    {n, n, "[n]"},
		{n, dim(7), "[7]"},	 {dim(7), n, "[7]"},	  {dim(0), n, "[0]"},
		{n, m, "[min(m, min(n, 1))*max(m, n)]"}, {larger, n, "[min(m, min(n, 1))*max(m, n)]"},
	};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		Shape a = shape_of(1, &row[i].a), b = shape_of(1, &row[i].b), c = broadcast_shape(g, NULL, &a, &b);
		assert_string_equal(shape_text(g, &c), row[i].result);
	}
	Shape a = shape_of(SHAPE(dim(2), dim(1), n)), b = shape_of(SHAPE(dim(5), dim(1)));
	a = broadcast_shape(g, NULL, &a, &b);
	assert_string_equal(shape_text(g, &a), "[2,5,n]");
	/* the larger one of several is one formula, however often they meet */
	Shape single[3] = {shape_of(1, &n), shape_of(1, &m), shape_of(SHAPE(dim_symbol(&syms, "k")))};
	a = single[0];
	for (int i = 1; i < 300; i++)
		a = broadcast_shape(g, NULL, &a, &single[i % 3]);
	assert_string_equal(shape_text(g, &a), "[min(k, min(m, min(n, 1)))*max(k, max(m, n))]");
	Shape three = shape_of(SHAPE(dim(3))), two = shape_of(SHAPE(dim(2)));
	assert_fails(&ctx, EXIT_MODEL, "E-SHAPE", broadcast_shape(g, NULL, &three, &two));
}

CASE(rules_are_told)
{
	Value *x = f32_input("x", SHAPE(dim(2), dim(3)));
	Node n = {.id = 12, .name = "conv1", .op = op_find("", "Add"), .in = &x, .nin = 1};

	assert_fails(&ctx, EXIT_MODEL, "E-TYPE", need_type(g, &n, 0, "iu"));
	assert_string_equal(ctx.message, "node 12 'conv1' (Add): input 0 ('x') is f32; it must be signed integer or "
					 "unsigned integer [E-TYPE]");
	assert_fails(&ctx, EXIT_MODEL, "E-RANK", need_rank(g, &n, 0, 3, 4));
	assert_string_equal(ctx.message,
			    "node 12 'conv1' (Add): input 0 ('x') has rank 2, shape [2,3]; it must have rank 3 to 4 "
			    "[E-RANK]");
	need_rank(g, &n, 0, 1, 2);
	need_rank(g, &n, 0, 2, -1);
	assert_fails(&ctx, EXIT_MODEL, "E-RANK", need_rank(g, &n, 0, 3, -1));
	assert_int_equal(fix_axis(g, &n, -2, 2), 0);
	assert_fails(&ctx, EXIT_MODEL, "E-AXIS", fix_axis(g, &n, 2, 2));
	assert_fails(&ctx, EXIT_MODEL, "E-AXIS", fix_axis(g, &n, -3, 2));
}

CASE(open_sizes_name_their_option)
{
	Dim batch = dim_symbol(&syms, "batch"), found = dim_symbol(&syms, "found.0");

	dim_symbol_of(&syms, found)->counted = true;
	assert_int_equal(dim_number(g, NULL, dim(5)), 5);
	Dim d = dim_add(&syms, dim_mul(&syms, batch, dim(2)), dim(1));
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", dim_number(g, NULL, d));
	assert_non_null(strstr(ctx.hint, "--dim batch=1"));
	ctx.hint[0] = 0;
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", dim_number(g, NULL, found));
	assert_null(strstr(ctx.message, "--dim"));

	Dim beside = dim_symbol(&syms, "beside"), product = dim_mul(&syms, found, beside);
	dim_symbol_of(&syms, beside)->counted = true;
	dim_symbol_of(&syms, found)->hi = 9; /* what has a bound is not asked for one again */
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", dim_number(g, NULL, product));
	assert_string_equal(ctx.hint, "--dim beside=0..100 (or another number) bounds it; a run that finds more ends with TCC_ERR_CAPACITY");
}

/* Exporters write long ones; what is cut could not be given back. */
CASE(hints_have_whole_names)
{
	const char *name = "decoder/time_distributed_with_a_long_name/loop_body/strided_slice_with_another_one/output_0.1";
	Dim found = dim_symbol(&syms, name);

	dim_symbol_of(&syms, found)->counted = true;
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", dim_number(g, NULL, found));
	assert_non_null(strstr(ctx.hint, name));
	assert_non_null(strstr(ctx.hint, "=0..100 (or another number) bounds it"));
}

/* And where there are more than a hint has room for, it says how many. */
CASE(hints_tell_what_they_leave_out)
{
	bool *open = NEW_N(&ctx.scratch, bool, 100);
	Dim first = dim(0);

	for (int i = 0; i < 100; i++) {
		Dim d = dim_symbol(&syms, arena_format(&ctx.perm, "decoder/a_name_of_some_length/output_%d", i));
		dim_symbol_of(&syms, d)->counted = true;
		assert_true(dim_open(&syms, d, open));
		first = i ? first : d;
	}
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", fail_open(g, NULL, first, open));
	assert_non_null(strstr(ctx.hint, "--dim decoder/a_name_of_some_length/output_70=0..100 --dim"));
	assert_non_null(strstr(ctx.hint, "=0..100 (or other numbers) bound them, and 28 more"));
}

CASE(contents_become_numbers)
{
	int64_t k[2] = {4, -1};
	Shape two = shape_of(SHAPE(dim(2)));
	Value *in[4] = {value_i64(g, 2, k), constant(I32, 1, 100), value_input(g, "late", I64, &two),
			value_input(g, "part", I64, &two)};
	Node n = {.id = 1, .name = "", .op = op_find("", "Reshape"), .in = in, .nin = 4};
	int count;

	set_content(g, in[3], 2, (Dim[]){dim(3), dim_symbol(&syms, "n")});
	assert_memory_equal(const_i64(g, &n, 0, &count), k, sizeof k);
	assert_int_equal(count, 2);
	assert_int_equal(const_i64(g, &n, 1, &count)[99], 100);
	assert_int_equal(count, 100);
	assert_null(content_of(g, &n, 2, &count));
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", const_i64(g, &n, 2, &count));
	assert_non_null(strstr(ctx.message, "('late')"));
	assert_true(dim_is(content_of(g, &n, 3, &count)[0], 3));
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", const_i64(g, &n, 3, &count));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(small_integers_carry_contents),
		TEST(tables_carry_no_contents_to_a_cast),
		TEST(nodes_are_inferred_at_once),
		TEST(copied_attributes_arrive),
		TEST(counts_are_checked),
		TEST(trouble_names_nodes_of_the_model),
		TEST(limits_name_the_node_that_meets_them),
		TEST(hostile_names_are_escaped),
		TEST(operators_are_found),
		TEST(every_use_is_replaced),
		TEST(a_replacement_learns_sizes),
		TEST(shuffled_nodes_are_sorted),
		TEST(sorted_nodes_stay),
		TEST(long_chains_are_sorted),
		TEST(cycles_are_found),
		TEST(sizes_broadcast),
		TEST(rules_are_told),
		TEST(open_sizes_name_their_option),
		TEST(hints_have_whole_names),
		TEST(hints_tell_what_they_leave_out),
		TEST(contents_become_numbers),
	};

	return cmocka_run_group_tests_name("graph", tests, NULL, NULL);
}
