/* The evaluator: canonical arrays and their rounding, symbols bound by inputs and by data, memory that is reused,
 * budgets, and what operators use to walk over elements. Operators that no model has are made here. */
#include <math.h>
#include "tests/unit/graphs.h"

static Eval e;

static Tensor *tensor(DType t, int rank, const int64_t *dims, const double *x)
{
	Tensor *y = tensor_new(&ctx.perm, t, rank, dims);

	for (int64_t i = 0; i < y->count; i++)
		store_f64(t, y->data, i, x[i]);
	return y;
}

#define TENSOR(type, ...)                                                                                              \
	tensor(type, 1, (int64_t[]){sizeof((double[]){__VA_ARGS__}) / sizeof(double)}, (double[]){__VA_ARGS__})

static Value *input(const char *name, DType t, Dim size)
{
	Shape s = shape_of(1, &size);

	return value_input(g, name, t, &s);
}

static Value *op1(const Op *op, Value *x)
{
	return node_new(g, op, NULL, 1, &x, 1, NULL)->out[0];
}

static Value *neg(Value *x)
{
	return put(g, NULL, "Neg", x, END_IN);
}

static double element(const Value *v, int64_t i)
{
	const Tensor *t = eval_value(&e, v);

	assert_non_null(t);
	return load_f64(t->dtype, t->data, i);
}

static void run(Tensor *const *in)
{
	e = (Eval){.keep_all = true};
	eval_graph(&e, g, &ctx.results, in);
}

/* ---- operators of the tests ---- */

static void same(Graph *graph, Node *n)
{
	same_as_input(graph, n);
}

/* y = x / 3 + 0.4, whatever the type: shows how an output is rounded. */
static void third_eval(Eval *ev, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(ev, in[0]);
	double *y = out_f64(ev, out[0]);

	(void)n;
	assert_ptr_equal(in_f64(ev, in[0]), x);
	assert_ptr_equal(out_f64(ev, out[0]), y);
	for (int64_t i = 0; i < in[0]->count; i++) {
		assert_true(y[i] == 0);
		y[i] = x[i] / 3 + 0.4;
	}
}

static const Op third = {.name = "Third", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .infer = same,
			 .eval = third_eval};

/* The positions of the elements that are not 0. */
static void found_infer(Graph *graph, Node *n)
{
	Dim count = dim_symbol(graph->syms, "found");
	Shape s = shape_of(1, &count);

	dim_symbol_of(graph->syms, count)->counted = true;
	dim_symbol_of(graph->syms, count)->hi = 4;
	set_out(graph, n, 0, I64, &s);
}

static void found_eval(Eval *ev, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const double *x = in_f64(ev, in[0]);
	int64_t count = 0, k = 0;

	(void)n;
	for (int64_t i = 0; i < in[0]->count; i++)
		count += x[i] != 0;
	out_sizes(ev, out[0], 1, &count);
	for (int64_t i = 0; i < in[0]->count; i++)
		if (x[i] != 0)
			out_i64(ev, out[0])[k++] = i;
}

static const Op found = {.name = "Found", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,
			 .infer = found_infer, .eval = found_eval};

/* ---- values ---- */

CASE(a_chain_is_computed)
{
	Value *x = input("x", F32, dim(3)), *y = neg(x), *z = put(g, NULL, "Add", y, value_scalar(g, F32, 10), END_IN);

	graph_output(g, z, NULL);
	run((Tensor *[]){TENSOR(F32, 1, 2, 3)});
	assert_true(element(z, 0) == 9 && element(z, 2) == 7);
	assert_true(element(y, 1) == -2);
}

CASE(outputs_are_rounded_to_their_type)
{
	Value *f32 = op1(&third, input("a", F32, dim(2))), *f16 = op1(&third, input("b", F16, dim(2)));
	Value *i8 = op1(&third, input("c", I8, dim(2))), *u4 = op1(&third, input("d", U4, dim(2)));
	Value *f64 = op1(&third, input("e", F64, dim(2)));

	run((Tensor *[]){TENSOR(F32, 1, 7), TENSOR(F16, 1, 7), TENSOR(I8, -7, 7), TENSOR(U4, 1, 7), TENSOR(F64, 1, 7)});
	assert_true(element(f32, 0) == (double)(float)(1.0 / 3 + 0.4));
	assert_true(element(f16, 1) == 2.732421875);
	assert_true(element(i8, 0) == -1 && element(i8, 1) == 2);
	assert_true(element(u4, 0) == 0 && element(u4, 1) == 2);
	assert_true(element(f64, 0) == 1.0 / 3 + 0.4);
}

CASE(absent_outputs_are_not_made)
{
	Value *x = input("x", F32, dim(2));
	Node *n = node_new(g, op_find("", "Dropout"), NULL, 1, &x, 2, NULL);

	n->out[1] = NULL;
	run((Tensor *[]){TENSOR(F32, 1, 2)});
	assert_true(element(n->out[0], 1) == 2);
}

/* ---- symbols ---- */

CASE(inputs_bind_symbols)
{
	Dim n = dim_symbol(&syms, "n");
	Value *y = neg(input("x", F32, n));

	input("twice", F32, dim_mul(&syms, n, dim(2)));
	run((Tensor *[]){TENSOR(F32, 1, 2), TENSOR(F32, 1, 2, 3, 4)});
	assert_int_equal(eval_value(&e, y)->dim[0], 2);
	assert_int_equal(e.symbol[dim_symbol_index(&syms, n)], 2);
}

CASE(contradicting_inputs_are_refused)
{
	Dim n = dim_symbol(&syms, "n");
	Tensor *two = TENSOR(F32, 1, 2), *three = TENSOR(F32, 1, 2, 3), *six = TENSOR(F32, 1, 2, 3, 4, 5, 6);

	input("twice", F32, dim_mul(&syms, n, dim(2)));
	input("x", F32, n);
	input("fixed", F32, dim(3));
	run((Tensor *[]){six, three, three});
	assert_fails(&ctx, EXIT_USAGE, "E-SHAPE", run((Tensor *[]){six, two, three}));
	assert_non_null(strstr(ctx.message, "'twice'"));
	assert_fails(&ctx, EXIT_USAGE, "E-SHAPE", run((Tensor *[]){six, three, two}));
	assert_non_null(strstr(ctx.message, "'fixed'"));
	assert_fails(&ctx, EXIT_USAGE, "E-TYPE", run((Tensor *[]){six, TENSOR(F16, 1, 2, 3), three}));
	int64_t dims[2] = {3, 1};
	assert_fails(&ctx, EXIT_USAGE, "E-SHAPE",
		     run((Tensor *[]){six, tensor(F32, 2, dims, (double[]){1, 2, 3}), three}));
	dim_symbol_of(&syms, n)->hi = 2;
	assert_fails(&ctx, EXIT_USAGE, "E-SHAPE", run((Tensor *[]){six, three, three}));
}

CASE(data_bind_symbols)
{
	Value *x = input("x", F32, dim(6)), *at = op1(&found, x), *y = neg(at);

	run((Tensor *[]){TENSOR(F32, 0, 7, 0, 0, 7, 7)});
	assert_int_equal(eval_value(&e, y)->dim[0], 3);
	assert_true(element(y, 0) == -1 && element(y, 2) == -5);
	run((Tensor *[]){TENSOR(F32, 0, 0, 0, 0, 0, 0)});
	assert_int_equal(eval_value(&e, y)->count, 0);
	assert_fails(&ctx, EXIT_MODEL, "E-SHAPE", run((Tensor *[]){TENSOR(F32, 1, 1, 1, 1, 1, 0)}));
}

/* ---- memory ---- */

/* A chain of `length` values of a MiB each: what the results arena takes. */
static size_t bytes_of_chain(int length, bool keep_all)
{
	Value *v = input("x", F32, dim(1 << 18));
	int64_t size = 1 << 18;
	Tensor *x = tensor_new(&ctx.perm, F32, 1, &size);

	for (int i = 0; i < length; i++)
		v = neg(v);
	graph_output(g, v, NULL);
	size_t before = ctx.memory_used;
	ArenaMark scratch = arena_mark(&ctx.scratch);
	e = (Eval){.keep_all = keep_all};
	eval_graph(&e, g, &ctx.results, &x);
	assert_true(arena_mark(&ctx.scratch).block == scratch.block && arena_mark(&ctx.scratch).used == scratch.used);
	return ctx.memory_used - before;
}

CASE(memory_is_used_again)
{
	assert_in_range(bytes_of_chain(50, false), 2 << 20, 3 << 20);
	assert_null(e.value[g->node[10]->out[0]->id]);
	assert_non_null(eval_value(&e, g->out[0]));
}

CASE(all_values_can_be_kept)
{
	assert_in_range(bytes_of_chain(50, true), 50 << 20, 55 << 20);
	assert_non_null(e.value[g->node[10]->out[0]->id]);
}

CASE(results_that_are_used_late_stay)
{
	Value *x = input("x", F32, dim(2)), *a = neg(x), *b = a;

	for (int i = 0; i < 7; i++)
		b = neg(b);
	Value *c = put(g, NULL, "Add", a, b, END_IN), *d = put(g, NULL, "Mul", b, b, END_IN);
	graph_output(g, c, NULL);
	graph_output(g, d, NULL);
	graph_output(g, x, "x again");
	e = (Eval){.seed = 1};
	eval_graph(&e, g, &ctx.results, (Tensor *[]){TENSOR(F32, 3, 4)});
	assert_true(element(c, 0) == 0 && element(c, 1) == 0);
	assert_true(element(d, 0) == 9 && element(d, 1) == 16);
	assert_true(element(x, 1) == 4);
}

/* ---- single nodes and budgets ---- */

CASE(single_nodes_are_evaluated)
{
	Value *k = value_scalar(g, F32, 3), *y, *z;

	e = (Eval){.seed = 1};
	eval_open(&e, g, &ctx.results);
	y = neg(k);
	for (int i = 0; i < 100; i++)
		value_scalar(g, F32, i);
	z = neg(y);
	eval_node(&e, g->node[0]);
	eval_node(&e, g->node[1]);
	assert_true(element(y, 0) == -3 && element(z, 0) == 3 && element(k, 0) == 3);
}

CASE(a_budget_ends_the_work)
{
	Value *y = neg(input("x", F32, dim(100))), *z = neg(y);
	int64_t size = 100;
	Tensor *x = tensor_new(&ctx.perm, F32, 1, &size);

	e = (Eval){.budget = 300, .keep_all = true};
	eval_graph(&e, g, &ctx.results, &x);
	assert_true(e.tired);
	assert_non_null(eval_value(&e, y));
	assert_null(eval_value(&e, z));
	e = (Eval){.budget = 500, .keep_all = true};
	eval_graph(&e, g, &ctx.results, &x);
	assert_false(e.tired);
	assert_non_null(eval_value(&e, z));
}

/* ---- elements ---- */

CASE(elements_of_every_width_move)
{
	static const DType types[] = {U2, I4, F4E2M1, I8, F16, F32, F64, C128};

	for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
		int64_t n = 9;
		Tensor *x = tensor_new(&ctx.perm, types[k], 1, &n), *y = tensor_new(&ctx.perm, types[k], 1, &n);
		Tensor *z = tensor_new(&ctx.perm, types[k], 1, &n);
		for (size_t i = 0; i < dtype_bytes(types[k], n); i++)
			((uint8_t *)x->data)[i] = (uint8_t)(i * 37 + 11);
		for (int64_t i = 0; i < n; i++)
			move_element(y, n - 1 - i, x, i);
		for (int64_t i = 0; i < n; i++)
			move_element(z, i, y, n - 1 - i);
		for (int64_t i = 0; i < n; i++)
			if (types[k] != C128)
				assert_true(memcmp(&(double){load_f64(types[k], x->data, i)},
						   &(double){load_f64(types[k], z->data, i)}, 8) == 0);
		if (dtype_info(types[k])->bits >= 8)
			assert_memory_equal(x->data, z->data, dtype_bytes(types[k], n));
	}
}

CASE(indices_walk_in_order)
{
	int64_t dims[3] = {2, 1, 3}, at[3] = {0, 0, 0}, stride[3], last[2] = {1, 3};
	Tensor *x = tensor_new(&ctx.perm, F32, 3, dims), *row = tensor_new(&ctx.perm, F32, 2, last);
	Tensor *one = tensor_new(&ctx.perm, F32, 0, NULL);
	int64_t n = 0;

	strides_of(x, stride);
	assert_true(stride[0] == 3 && stride[1] == 3 && stride[2] == 1);
	do {
		assert_int_equal(broadcast_index(x, 3, at), n);
		assert_int_equal(broadcast_index(row, 3, at), n % 3);
		assert_int_equal(broadcast_index(one, 3, at), 0);
		n++;
	} while (next_index(3, dims, at));
	assert_int_equal(n, 6);
	assert_true(at[0] == 0 && at[1] == 0 && at[2] == 0);
	assert_false(next_index(0, dims, at));
	assert_int_equal(broadcast_index(x, 3, (int64_t[]){1, 5, 2}), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_chain_is_computed),
		TEST(outputs_are_rounded_to_their_type),
		TEST(absent_outputs_are_not_made),
		TEST(inputs_bind_symbols),
		TEST(contradicting_inputs_are_refused),
		TEST(data_bind_symbols),
		TEST(memory_is_used_again),
		TEST(all_values_can_be_kept),
		TEST(results_that_are_used_late_stay),
		TEST(single_nodes_are_evaluated),
		TEST(a_budget_ends_the_work),
		TEST(elements_of_every_width_move),
		TEST(indices_walk_in_order),
	};

	return cmocka_run_group_tests_name("eval", tests, NULL, NULL);
}
