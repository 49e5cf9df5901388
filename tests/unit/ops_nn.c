/* Operators of neural networks: eval by hand-made cases and by laws, and every formula against eval over random shapes
 * and attributes. */
#include "ir/op/nn.h"
#include "ir/text.h"
#include "passes/pass.h"
#include "tests/unit/formula.h"

static Ctx ctx;
static Syms syms;
static Graph *g;
static Eval e;
static Tensor *input[16];
static uint64_t seed;
static jmp_buf border; /* of the test that runs */

static void setup(void)
{
	ctx_open(&ctx, "unit", 0);
	syms = (Syms){.ctx = &ctx};
	g = graph_new(&ctx, &syms, "test", NULL);
	memcpy(&ctx.border, &border, sizeof border);
}

/* A test is a function without arguments; trouble that it does not expect is told and fails it. */
typedef void Test(void);
typedef struct Body {
	Test *test;
} Body;

static void run_body(void **state)
{
	const Body *body = *state;

	if (setjmp(border)) {
		ctx_report(&ctx);
		assert_true(0 && "a test ends in trouble");
	}
	seed = 20250101;
	setup();
	body->test();
	ctx_close(&ctx);
}

/* A fresh graph for the next random case. */
static void restart(void)
{
	ctx_close(&ctx);
	setup();
}

/* ---- building ---- */

static int64_t pick(int64_t lo, int64_t hi)
{
	return random_in(&seed, lo, hi);
}

#define INTS(...) ints_of(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__})
static Ints ints_of(size_t n, const int64_t *v)
{
	return (Ints){arena_copy(&ctx.perm, v, n * sizeof *v), (int)n};
}

static Ints random_ints(int n, int64_t lo, int64_t hi)
{
	Ints list = {NEW_N(&ctx.perm, int64_t, n), n};

	for (int i = 0; i < n; i++)
		list.v[i] = pick(lo, hi);
	return list;
}

static Value *tensor_input(Tensor *t)
{
	Shape s = tensor_shape(t);

	input[g->nin] = t;
	return value_input(g, "x", t->dtype, &s);
}

/* A graph input filled with eighths in -2..2, or small integers. */
#define INPUT(t, ...) random_input(t, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__})
static Value *random_input(DType t, size_t rank, const int64_t *dims)
{
	Tensor *x = tensor_new(&ctx.perm, t, (int)rank, dims);
	int64_t least = is_unsigned(t) ? 0 : -7;

	for (int64_t i = 0; i < x->count; i++)
		store_f64(t, x->data, i, is_float(t) ? (double)pick(-16, 16) / 8 : (double)pick(least, 7));
	return tensor_input(x);
}

#define GIVEN(t, n, ...) given_input(t, n, sizeof(n) / sizeof(int64_t), (double[]){__VA_ARGS__})
static Value *given_input(DType t, const int64_t *dims, size_t rank, const double *v)
{
	Tensor *x = tensor_new(&ctx.perm, t, (int)rank, dims);

	for (int64_t i = 0; i < x->count; i++)
		store_f64(t, x->data, i, v[i]);
	return tensor_input(x);
}

#define DIMS(...) ((const int64_t[]){__VA_ARGS__})

/* A node whose outputs all are outputs of the graph; `attr` NULL: defaults. */
#define NODE(op, attr, nout, ...)                                                                                      \
	new_node(op, attr, nout, sizeof((Value *[]){__VA_ARGS__}) / sizeof(Value *), (Value *[]){__VA_ARGS__})
static Node *new_node(const Op *op, void *attr, int nout, size_t nin, Value **in)
{
	Node *n = node_new(g, op, NULL, (int)nin, in, nout, attr);

	for (int i = 0; i < nout; i++)
		graph_output(g, n->out[i], NULL);
	return n;
}

static void run(void)
{
	e = (Eval){.keep_all = true};
	eval_graph(&e, g, &ctx.results, input);
}

static double at(const Node *n, int slot, int64_t i)
{
	const Tensor *t = eval_value(&e, n->out[slot]);

	assert_in_range(i, 0, t->count - 1);
	return load_f64(t->dtype, t->data, i);
}

static void assert_values(const Node *n, int slot, int64_t count, const double *want)
{
	assert_int_equal(eval_value(&e, n->out[slot])->count, count);
	for (int64_t i = 0; i < count; i++)
		assert_near(at(n, slot, i), want[i], 1e-6);
}
#define ASSERT_VALUES(n, slot, ...)                                                                                    \
	assert_values(n, slot, sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__})

static void assert_shape(const Node *n, int slot, const char *text)
{
	assert_string_equal(shape_text(g, &n->out[slot]->shape), text);
}

/* ---- products ---- */

static void matmul_of_vectors(void)
{
	Value *v = GIVEN(F32, DIMS(2), 1, 2), *m = GIVEN(F32, DIMS(2, 2), 1, 2, 3, 4);
	Node *vv = NODE(&op_matmul, NULL, 1, v, v), *vm = NODE(&op_matmul, NULL, 1, v, m);
	Node *mv = NODE(&op_matmul, NULL, 1, m, v);

	run();
	assert_shape(vv, 0, "[]");
	ASSERT_VALUES(vv, 0, 5);
	ASSERT_VALUES(vm, 0, 7, 10);
	ASSERT_VALUES(mv, 0, 5, 11);
	assert_formulas(&e, 1e-6);
}

static void matmul_of_integers_wraps(void)
{
	Value *a = GIVEN(I32, DIMS(1, 2), 2147483647.0, 1), *b = GIVEN(I32, DIMS(2, 1), 2, 3);
	Node *n = NODE(&op_matmul, NULL, 1, a, b);

	run();
	ASSERT_VALUES(n, 0, 1);
	assert_formulas(&e, 0);
}

static void matmul_formula(void)
{
	for (int i = 0; i < 40; i++, restart()) {
		int64_t m = pick(1, 3), k = pick(1, 4), n = pick(1, 3), b = pick(1, 3);
		DType t = pick(0, 1) ? F32 : I64;
		Value *rows[] = {INPUT(t, k), INPUT(t, m, k), INPUT(t, b, m, k), INPUT(t, 2, 1, m, k)};
		Value *columns[] = {INPUT(t, k), INPUT(t, k, n), INPUT(t, 1, k, n), INPUT(t, b, k, n)};

		NODE(&op_matmul, NULL, 1, rows[pick(0, 3)], columns[pick(0, 3)]);
		run();
		assert_formulas(&e, 1e-5);
	}
}

static void matmulinteger_formula(void)
{
	for (int i = 0; i < 20; i++, restart()) {
		int64_t m = pick(1, 3), k = pick(1, 4), n = pick(1, 3);
		Value *a = INPUT(U8, 2, m, k), *b = INPUT(I8, k, n), *none = NULL;
		Value *za[] = {INPUT(U8, 1), INPUT(U8, m), INPUT(U8, 2, m, 1), none};
		Value *zb[] = {INPUT(I8, 1), INPUT(I8, n), INPUT(I8, 1, n), none};

		NODE(&op_matmulinteger, NULL, 1, a, b, za[pick(0, 3)], zb[pick(0, 3)]);
		run();
		assert_formulas(&e, 0);
	}
}

static void gemm_formula(void)
{
	for (int i = 0; i < 30; i++, restart()) {
		struct Gemm *attr = attr_new(g, &op_gemm);
		int64_t m = pick(1, 4), k = pick(1, 4), n = pick(1, 4);
		DType t = pick(0, 1) ? F32 : F64;
		Value *c[] = {INPUT(t, n), INPUT(t, m, 1), INPUT(t, 1), INPUT(t, m, n)};

		attr->transA = pick(0, 1), attr->transB = pick(0, 1);
		attr->alpha = (float)pick(1, 3), attr->beta = (float)pick(0, 2) / 2;
		NODE(&op_gemm, attr, 1, attr->transA ? INPUT(t, k, m) : INPUT(t, m, k),
		     attr->transB ? INPUT(t, n, k) : INPUT(t, k, n), c[pick(0, 3)]);
		run();
		assert_formulas(&e, 1e-5);
	}
}

static Node *einsum(const char *equation, int nin, Value **in)
{
	struct Einsum *attr = attr_new(g, &op_einsum);

	attr->equation = (Text){equation, (int64_t)strlen(equation)};
	return new_node(&op_einsum, attr, 1, (size_t)nin, in);
}

static void einsum_formula(void)
{
	Value *a = INPUT(F32, 2, 3, 4), *b = INPUT(F32, 2, 4, 3), *square = INPUT(F32, 2, 3, 3), *one = INPUT(I32, 3);
	Node *product = einsum("bij, bjk -> bik", 2, (Value *[]){a, b}), *same = NODE(&op_matmul, NULL, 1, a, b);
	Node *diagonal = einsum("...ii->...i", 1, &square);

	assert_shape(diagonal, 0, "[2,3]");
	assert_shape(einsum("bij,cjb", 2, (Value *[]){a, INPUT(F32, 5, 4, 2)}), 0, "[5,3]");
	assert_shape(einsum("a...,...->...a", 2, (Value *[]){a, INPUT(F32, 5, 1, 4)}), 0, "[5,3,4,2]");
	einsum("i,i,i->", 3, (Value *[]){one, one, one});
	einsum("...ij->ji...", 1, &a);
	run();
	for (int64_t i = 0; i < 2 * 3 * 3; i++)
		assert_near(at(product, 0, i), at(same, 0, i), 0);
	assert_near(at(diagonal, 0, 4), load_f64(F32, input[2]->data, 9 + 4), 0);
	assert_formulas(&e, 1e-5);
}

static void einsum_equations_are_checked(void)
{
	Value *a = INPUT(F32, 2, 3), *b = INPUT(F32, 4, 2);

	assert_fails(&ctx, EXIT_MODEL, "E-SHAPE", einsum("ij,jk->ik", 2, (Value *[]){a, b}));
	assert_fails(&ctx, EXIT_MODEL, "E-ATTR", einsum("ij->ik", 1, &a));
	assert_fails(&ctx, EXIT_MODEL, "E-ATTR", einsum("ij,jk->ik", 1, &a));
	assert_fails(&ctx, EXIT_MODEL, "E-ATTR", einsum("ijk->i", 1, &a));
	assert_fails(&ctx, EXIT_MODEL, "E-ATTR", einsum("i1->i", 1, &a));
}

/* ---- windows ---- */

/* Random windows over n axes; the input needs at least 7 elements along each. */
static struct Sliding *random_windows(const Op *op, int n)
{
	struct Sliding *attr = attr_new(g, op);

	attr->auto_pad = pick(0, 5) < 3 ? PAD_NOTSET : pick(0, 3);
	attr->kernel_shape = random_ints(n, 1, 3);
	attr->strides = random_ints(n, 1, 3);
	attr->dilations = random_ints(n, 1, 2);
	if (attr->auto_pad == PAD_NOTSET)
		attr->pads = random_ints(2 * n, 0, 1);
	return attr;
}

static Value *random_image(DType t, int n, int64_t channels)
{
	int64_t dims[5] = {pick(1, 2), channels};

	for (int i = 0; i < n; i++)
		dims[2 + i] = pick(7, 9);
	return random_input(t, (size_t)n + 2, dims);
}

static Value *random_kernel(DType t, int n, int64_t first, int64_t second, const Ints *size)
{
	int64_t dims[5] = {first, second};

	for (int i = 0; i < n; i++)
		dims[2 + i] = size->v[i];
	return random_input(t, (size_t)n + 2, dims);
}

static void conv_formula(void)
{
	for (int i = 0; i < 40; i++, restart()) {
		int n = i % 10 ? (int)pick(1, 2) : 3;
		struct Sliding *attr = random_windows(&op_conv, n);
		int64_t group = attr->group = pick(1, 3), cg = pick(1, 2), mg = pick(1, 2);
		DType t = pick(0, 3) ? F32 : F16;
		Value *x = random_image(t, n, group * cg);
		Value *w = random_kernel(t, n, group * mg, cg, &attr->kernel_shape);

		NODE(&op_conv, attr, 1, x, w, INPUT(t, group * mg));
		run();
		assert_formulas(&e, t == F16 ? 1e-3 : 1e-5);
	}
}

static void convinteger_formula(void)
{
	for (int i = 0; i < 10; i++, restart()) {
		struct Sliding *attr = random_windows(&op_convinteger, 2);
		Value *x = random_image(U8, 2, 2), *w = random_kernel(I8, 2, 3, 2, &attr->kernel_shape);
		Value *zero[] = {INPUT(I8, 1), INPUT(I8, 3), NULL};

		NODE(&op_convinteger, attr, 1, x, w, INPUT(U8, 1), zero[pick(0, 2)]);
		run();
		assert_formulas(&e, 0);
	}
}

static void convtranspose_formula(void)
{
	for (int i = 0; i < 30; i++, restart()) {
		int n = (int)pick(1, 2);
		struct Sliding *attr = random_windows(&op_convtranspose, n);
		int64_t group = attr->group = pick(1, 3), cg = pick(1, 2), mg = pick(1, 2);
		Value *x = random_image(F32, n, group * cg);

		if (pick(0, 1))
			attr->output_padding = random_ints(n, 0, 1);
		if (!pick(0, 3))
			attr->output_shape = random_ints(n, 5, 12);
		NODE(&op_convtranspose, attr, 1, x, random_kernel(F32, n, group * cg, mg, &attr->kernel_shape),
		     INPUT(F32, group * mg));
		run();
		assert_formulas(&e, 1e-5);
	}
}

static double inner_product(const Tensor *a, const Tensor *b)
{
	double sum = 0;

	assert_int_equal(a->count, b->count);
	for (int64_t i = 0; i < a->count; i++)
		sum += load_f64(a->dtype, a->data, i) * load_f64(b->dtype, b->data, i);
	return sum;
}

/* <Conv(x), y> = <x, ConvTranspose(y)> with the same kernel, when the windows cover x exactly. */
static void convtranspose_is_the_adjoint_of_conv(void)
{
	for (int i = 0; i < 10; i++, restart()) {
		struct Sliding *attr = attr_new(g, &op_conv), *back = attr_new(g, &op_convtranspose);
		int64_t stride = pick(1, 3), out = pick(2, 4), dilation = pick(1, 2), pad = pick(0, 1);

		attr->group = back->group = pick(1, 2);
		attr->strides = back->strides = INTS(stride, 1);
		attr->dilations = back->dilations = INTS(dilation, 1);
		attr->pads = back->pads = INTS(pad, 0, 0, 1);
		Value *x = INPUT(F64, 1, 2 * attr->group, (out - 1) * stride + 2 * dilation + 1 - pad, 5);
		Value *w = INPUT(F64, 3 * attr->group, 2, 3, 2), *y = INPUT(F64, 1, 3 * attr->group, out, 5);
		Node *forward = NODE(&op_conv, attr, 1, x, w), *backward = NODE(&op_convtranspose, back, 1, y, w);

		run();
		assert_near(inner_product(eval_value(&e, forward->out[0]), input[2]),
			    inner_product(input[0], eval_value(&e, backward->out[0])), 1e-12);
	}
}

static void sizes_stay_symbolic(void)
{
	const Shape s = {4, {dim_symbol(&syms, "batch"), dim(3), dim_symbol(&syms, "h"), dim(224)}};
	struct Sliding *attr = attr_new(g, &op_conv), *same = attr_new(g, &op_maxpool);
	Value *x = value_input(g, "x", F32, &s), *w = INPUT(F32, 8, 3, 3, 3);

	dim_symbol_of(&syms, s.dim[2])->lo = 8;
	attr->strides = INTS(2, 2);
	attr->pads = INTS(1, 1, 1, 1);
	assert_shape(NODE(&op_conv, attr, 1, x, w), 0, "[batch,8,floordiv(h + 1, 2),112]");
	same->auto_pad = PAD_SAME_UPPER;
	same->kernel_shape = INTS(3, 3);
	assert_shape(NODE(&op_maxpool, same, 1, x), 0, "[batch,3,h,224]");
}

static void windows_must_fit(void)
{
	struct Sliding *attr = attr_new(g, &op_conv);
	Value *x = INPUT(F32, 1, 4, 5, 5), *w = INPUT(F32, 2, 4, 7, 1), *narrow = INPUT(F32, 2, 3, 1, 1);

	assert_fails(&ctx, EXIT_MODEL, "E-SHAPE", NODE(&op_conv, attr, 1, x, w));
	assert_fails(&ctx, EXIT_MODEL, "E-SHAPE", NODE(&op_conv, attr, 1, x, narrow));
	attr->strides = INTS(1, 0);
	assert_fails(&ctx, EXIT_MODEL, "E-ATTR", NODE(&op_conv, attr, 1, x, INPUT(F32, 2, 4, 1, 1)));
	attr->strides = INTS(1);
	assert_fails(&ctx, EXIT_MODEL, "E-ATTR", NODE(&op_conv, attr, 1, x, INPUT(F32, 2, 4, 1, 1)));
}

/* ---- pools ---- */

static const Op *const pools[] = {&op_maxpool, &op_averagepool, &op_lppool};

static void pool_formula(void)
{
	for (int i = 0; i < 60; i++, restart()) {
		int n = i % 10 ? (int)pick(1, 2) : 3;
		const Op *op = pools[i % 3];
		struct Sliding *attr = random_windows(op, n);
		bool max = op == &op_maxpool;

		attr->ceil_mode = pick(0, 1);
		attr->p = pick(1, 3);
		attr->count_include_pad = pick(0, 1);
		attr->storage_order = pick(0, 1);
		for (int k = 0; k < n; k++) /* no window of padding only */
			attr->kernel_shape.v[k] = pick(2, 3);
		NODE(op, attr, max ? 2 : 1, random_image(max && pick(0, 1) ? I8 : F32, n, 2));
		run();
		assert_formulas(&e, 1e-5);
	}
}

/* x = 1 2 3 4 5, windows of 3, 2 apart, one element of padding on both sides; the last one hangs over in ceil mode. */
static Node *pool_of_five(const Op *op, int64_t ceil_mode, int64_t count_include_pad)
{
	struct Sliding *attr = attr_new(g, op);

	attr->kernel_shape = INTS(3);
	attr->strides = INTS(3);
	attr->pads = INTS(1, 1);
	attr->ceil_mode = ceil_mode;
	attr->count_include_pad = count_include_pad;
	return NODE(op, attr, 1, GIVEN(F32, DIMS(1, 1, 5), 1, 2, 3, 4, 5));
}

static void averagepool_counts(void)
{
	Node *inside = pool_of_five(&op_averagepool, 0, 0), *padded = pool_of_five(&op_averagepool, 0, 1);
	Node *over = pool_of_five(&op_averagepool, 1, 1), *most = pool_of_five(&op_maxpool, 1, 0);

	run();
	ASSERT_VALUES(inside, 0, 1.5, 4);
	ASSERT_VALUES(padded, 0, 1, 4);
	ASSERT_VALUES(over, 0, 1, 4); /* a third window would start in the padding */
	ASSERT_VALUES(most, 0, 2, 5);
}

static void averagepool_leaves_out_what_hangs_over(void)
{
	struct Sliding *attr = attr_new(g, &op_averagepool);
	Node *n;

	attr->kernel_shape = INTS(3);
	attr->strides = INTS(2);
	attr->pads = INTS(0, 1);
	attr->ceil_mode = attr->count_include_pad = 1;
	n = NODE(&op_averagepool, attr, 1, GIVEN(F32, DIMS(1, 1, 5), 1, 2, 3, 4, 6));
	run();
	ASSERT_VALUES(n, 0, 2, 13.0 / 3, 3); /* 6 and one 0; the third tap lies behind the padding */
	assert_formulas(&e, 1e-6);
}

static void maxpool_tells_positions(void)
{
	struct Sliding *attr = attr_new(g, &op_maxpool), *columns = attr_new(g, &op_maxpool);
	Value *x = GIVEN(F32, DIMS(1, 2, 2, 3), 0, 7, 7, 1, 2, 3, NAN, 5, 6, 9, 9, 9);
	Node *n, *swapped;

	attr->kernel_shape = columns->kernel_shape = INTS(2, 2);
	columns->storage_order = 1;
	n = NODE(&op_maxpool, attr, 2, x);
	swapped = NODE(&op_maxpool, columns, 2, x);
	run();
	ASSERT_VALUES(n, 0, 7, 7, NAN, 9);
	ASSERT_VALUES(n, 1, 1, 1, 6, 10);
	ASSERT_VALUES(swapped, 1, 2, 2, 6, 9);
	assert_formulas(&e, 0);
}

static void globalpool_formula(void)
{
	for (int i = 0; i < 9; i++, restart()) {
		const Op *op[] = {&op_globalaveragepool, &op_globalmaxpool, &op_globallppool};

		NODE(op[i % 3], NULL, 1, random_image(F32, 1 + i / 3, 3));
		run();
		assert_formulas(&e, 1e-5);
	}
}

/* ---- normalisations ---- */

static void norm_formula(void)
{
	for (int i = 0; i < 20; i++, restart()) {
		int64_t c = 2 * pick(1, 3), h = pick(1, 3), w = pick(1, 4), axis = pick(-3, 2);
		struct Norm *group = attr_new(g, &op_groupnormalization), *layer = attr_new(g, &op_layernormalization);
		struct Norm *rms = attr_new(g, &op_rmsnormalization), *mvn = attr_new(g, &op_meanvariancenormalization);
		DType t = pick(0, 3) ? F32 : F16;
		Value *x = INPUT(t, 2, c, h, w), *y = INPUT(t, c, h, w);
		Value *scale[] = {INPUT(t, w), INPUT(t, h, w), INPUT(t, c, h, w)};
		Value *s = scale[pick(0, 2)];

		group->num_groups = pick(1, 2);
		layer->axis = rms->axis = axis;
		mvn->axes = INTS(0, -1);
		NODE(&op_groupnormalization, group, 1, x, INPUT(t, c), INPUT(t, c));
		NODE(&op_instancenormalization, NULL, 1, x, INPUT(t, c), INPUT(t, c));
		NODE(&op_layernormalization, layer, 3, y, s, s);
		NODE(&op_rmsnormalization, rms, 1, y, s);
		NODE(&op_meanvariancenormalization, pick(0, 1) ? NULL : mvn, 1, x);
		run();
		assert_formulas(&e, t == F16 ? 3e-3 : 1e-4);
	}
}

static void groups_of_one_channel_are_instances(void)
{
	struct Norm *attr = attr_new(g, &op_groupnormalization);
	Value *x = INPUT(F32, 2, 3, 4, 5), *s = INPUT(F32, 3), *b = INPUT(F32, 3);
	Node *group, *instance;

	attr->num_groups = 3;
	group = NODE(&op_groupnormalization, attr, 1, x, s, b);
	instance = NODE(&op_instancenormalization, NULL, 1, x, s, b);
	run();
	for (int64_t i = 0; i < 2 * 3 * 4 * 5; i++)
		assert_near(at(group, 0, i), at(instance, 0, i), 0);
}

static void batchnorm_formula(void)
{
	Value *x = INPUT(F32, 2, 3, 4), *scale = INPUT(F32, 3), *shift = INPUT(F32, 3), *mean = INPUT(F32, 3);

	NODE(&op_batchnormalization, NULL, 1, x, scale, shift, mean, GIVEN(F32, DIMS(3), 1, 2, 0.5));
	run();
	assert_formulas(&e, 1e-5);
}

static void batchnorm_in_training(void)
{
	struct Norm *attr = attr_new(g, &op_batchnormalization);
	Value *x = GIVEN(F32, DIMS(2, 1, 2), 1, 3, 5, 7), *one = GIVEN(F32, DIMS(1), 1), *zero = GIVEN(F32, DIMS(1), 0);
	Node *n;

	attr->training_mode = 1;
	attr->momentum = 0.5f;
	attr->epsilon = 0;
	n = NODE(&op_batchnormalization, attr, 3, x, one, zero, zero, one);
	run();
	ASSERT_VALUES(n, 0, -3 / sqrt(5), -1 / sqrt(5), 1 / sqrt(5), 3 / sqrt(5));
	ASSERT_VALUES(n, 1, 2);
	ASSERT_VALUES(n, 2, 3);
}

static void row_formula(void)
{
	static const Op *const ops[] = {&op_softmax, &op_logsoftmax, &op_hardmax, &op_lpnormalization};

	for (int i = 0; i < 24; i++, restart()) {
		struct Norm *attr = attr_new(g, ops[i % 4]);

		attr->axis = pick(-3, 2);
		attr->p = pick(1, 2);
		NODE(ops[i % 4], attr, 1, INPUT(F32, pick(1, 3), pick(1, 5), pick(1, 4)));
		run();
		assert_formulas(&e, 1e-5);
	}
}

static void softmax_of_extremes(void)
{
	Value *x = GIVEN(F32, DIMS(2, 3), 1000, 1000, -INFINITY, -1e30, -1e30, -1e30);
	Node *soft = NODE(&op_softmax, NULL, 1, x), *logs = NODE(&op_logsoftmax, NULL, 1, x);
	Node *hard = NODE(&op_hardmax, NULL, 1, x);

	run();
	ASSERT_VALUES(soft, 0, 0.5, 0.5, 0, 1.0 / 3, 1.0 / 3, 1.0 / 3);
	ASSERT_VALUES(logs, 0, -log(2), -log(2), -INFINITY, -log(3), -log(3), -log(3));
	ASSERT_VALUES(hard, 0, 1, 0, 0, 1, 0, 0);
}

static void zero_rows_have_no_norm(void)
{
	Node *n = NODE(&op_lpnormalization, NULL, 1, GIVEN(F32, DIMS(2, 2), 0, 0, 3, 4));

	run();
	ASSERT_VALUES(n, 0, 0, 0, 0.6, 0.8);
	assert_formulas(&e, 1e-6);
}

static void lrn_formula(void)
{
	for (int i = 0; i < 10; i++, restart()) {
		struct Lrn *attr = attr_new(g, &op_lrn);

		attr->size = pick(1, 5);
		attr->alpha = 1;
		NODE(&op_lrn, attr, 1, INPUT(F32, 2, pick(1, 6), 3));
		run();
		assert_formulas(&e, 1e-5);
	}
}

/* ---- recurrent networks ---- */

static const Op *const cells[] = {&op_rnn, &op_gru, &op_lstm};

static Strings random_activations(int n)
{
	static const char *const names[] = {"Relu", "tanh", "Sigmoid", "Affine", "LeakyRelu", "ThresholdedRelu",
					    "ScaledTanh", "HardSigmoid", "Elu", "Softsign", "Softplus"};
	Strings list = {NEW_N(&ctx.perm, Text, n), n};

	for (int i = 0; i < n; i++) {
		const char *name = names[pick(0, 10)];

		list.v[i] = (Text){name, (int64_t)strlen(name)};
	}
	return list;
}

static Floats random_floats(int n)
{
	Floats list = {NEW_N(&ctx.perm, float, n), n};

	for (int i = 0; i < n; i++)
		list.v[i] = (float)pick(1, 8) / 8;
	return list;
}

/* LSTM, GRU or RNN (kind 2, 1, 0) with random attributes and about half of its optional inputs. */
static Node *random_recurrent(int kind, int64_t layout, int64_t direction)
{
	struct Recurrent *attr = attr_new(g, cells[kind]);
	int64_t d = direction == 2 ? 2 : 1, t = pick(1, 4), n = pick(1, 3), x = pick(1, 3), h = pick(1, 3);
	int64_t gh = cell_gates(kind) * h, p = layout ? n : d, q = layout ? d : n;
	Value *lens = INPUT(I32, n);
	Value *in[8] = {layout ? INPUT(F32, n, t, x) : INPUT(F32, t, n, x), INPUT(F32, d, gh, x), INPUT(F32, d, gh, h),
			INPUT(F32, d, 2 * gh), lens, INPUT(F32, p, q, h), INPUT(F32, p, q, h), INPUT(F32, d, 3 * h)};

	for (int64_t i = 0; i < n; i++)
		store_i64(I32, input[0]->data, i, pick(0, t));
	attr->direction = direction;
	attr->layout = layout;
	attr->clip = pick(0, 1) ? 1.5f : 0;
	attr->input_forget = pick(0, 1);
	attr->linear_before_reset = kind == CELL_GRU && pick(0, 1);
	if (pick(0, 1)) {
		attr->activations = random_activations((int)d * (kind + 1));
		attr->activation_alpha = random_floats(3);
		attr->activation_beta = random_floats(1);
	}
	for (int i = 3; i < 8; i++)
		if (pick(0, 1))
			in[i] = NULL;
	return new_node(cells[kind], attr, kind == CELL_LSTM ? 3 : 2, kind == CELL_LSTM ? 8 : 6, in);
}

static void assert_outputs(Tensor *const *want)
{
	for (int i = 0; i < g->nout; i++) {
		const Tensor *y = eval_value(&e, g->out[i]);

		assert_int_equal(y->count, want[i]->count);
		for (int64_t k = 0; k < y->count; k++)
			assert_near(load_f64(y->dtype, y->data, k), load_f64(F32, want[i]->data, k), 2e-5);
	}
}

/* The graph computes the same before and after n is replaced by what it expands into, and by what that expands into. */
static void assert_expansion(Node *n)
{
	const Pass *expand = pass_table;
	Tensor *before[4];

	run();
	for (int i = 0; i < g->nout; i++)
		before[i] = eval_value(&e, g->out[i]);
	n->op->expand(g, n);
	graph_sort(g);
	for (int i = 0; i < g->nout; i++)
		assert_true(g->out[i]->def != n);
	run();
	assert_outputs(before);
	while (strcmp(expand->name, "expand"))
		expand++;
	expand->run(g, NULL);
	graph_verify(g, "expand");
	run();
	assert_outputs(before);
}

static void recurrent_expansion(void)
{
	for (int i = 0; i < 216; i++, restart())
		assert_expansion(random_recurrent(i % 3, i / 3 % 2, i / 6 % 3));
}

/* h' = tanh(x + h) reversed over 1 2 3, of which the second example has the first two. */
static void rnn_runs_backwards_from_its_length(void)
{
	struct Recurrent *attr = attr_new(g, &op_rnn);
	Value *x = GIVEN(F64, DIMS(3, 2, 1), 1, 1, 2, 2, 3, 3), *one = GIVEN(F64, DIMS(1, 1, 1), 1);
	Node *n;
	double a = tanh(3), b = tanh(2 + a), c = tanh(2);

	attr->direction = 1;
	n = NODE(&op_rnn, attr, 2, x, one, one, NULL, GIVEN(I32, DIMS(2), 3, 2));
	run();
	ASSERT_VALUES(n, 0, tanh(1 + b), tanh(1 + c), b, c, a, 0);
	ASSERT_VALUES(n, 1, tanh(1 + b), tanh(1 + c));
}

/* One step by hand: every gate sees its own weight, peephole and bias. */
static void lstm_step(void)
{
	Value *x = GIVEN(F64, DIMS(1, 1, 1), 1), *w = GIVEN(F64, DIMS(1, 4, 1), 0.1, 0.2, 0.3, 0.4);
	Value *r = GIVEN(F64, DIMS(1, 4, 1), 0.5, 0.6, 0.7, 0.8), *h0 = GIVEN(F64, DIMS(1, 1, 1), 2);
	Value *c0 = GIVEN(F64, DIMS(1, 1, 1), 3), *p = GIVEN(F64, DIMS(1, 3), 0.01, 0.02, 0.03);
	Node *n = NODE(&op_lstm, NULL, 3, x, w, r, NULL, NULL, h0, c0, p);
	double i = 1 / (1 + exp(-(0.1 + 0.5 * 2 + 0.01 * 3))), f = 1 / (1 + exp(-(0.3 + 0.7 * 2 + 0.03 * 3)));
	double c = f * 3 + i * tanh(0.4 + 0.8 * 2), o = 1 / (1 + exp(-(0.2 + 0.6 * 2 + 0.02 * c)));

	run();
	ASSERT_VALUES(n, 1, o * tanh(c));
	ASSERT_VALUES(n, 2, c);
}

static void recurrent_inputs_are_checked(void)
{
	struct Recurrent *attr = attr_new(g, &op_lstm), *bad = attr_new(g, &op_rnn);
	Value *x = INPUT(F32, 2, 1, 3), *w = INPUT(F32, 1, 8, 3), *r = INPUT(F32, 1, 8, 2);
	Text name = {"Swish", 5};

	assert_fails(&ctx, EXIT_MODEL, "E-SHAPE", NODE(&op_gru, NULL, 1, x, w, r));
	assert_fails(&ctx, EXIT_MODEL, "E-SHAPE", NODE(&op_lstm, NULL, 1, x, w, r, INPUT(F32, 1, 8)));
	attr->hidden_size = 3;
	assert_fails(&ctx, EXIT_MODEL, "E-ATTR", NODE(&op_lstm, attr, 1, x, w, r));
	bad->activations = (Strings){&name, 1};
	assert_fails(&ctx, EXIT_MODEL, "E-ATTR", NODE(&op_rnn, bad, 1, x, INPUT(F32, 1, 2, 3), INPUT(F32, 1, 2, 2)));
}

static void batchnorm_training_expansion(void)
{
	struct Norm *attr = attr_new(g, &op_batchnormalization);

	attr->training_mode = 1;
	assert_expansion(NODE(&op_batchnormalization, attr, 3, INPUT(F32, 2, 3, 4), INPUT(F32, 3), INPUT(F32, 3),
			      INPUT(F32, 3), INPUT(F32, 3)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) {#f, run_body, NULL, NULL, &(Body){f}}
		TEST(matmul_of_vectors), TEST(matmul_of_integers_wraps), TEST(matmul_formula),
		TEST(matmulinteger_formula), TEST(gemm_formula), TEST(einsum_formula),
		TEST(einsum_equations_are_checked), TEST(conv_formula), TEST(convinteger_formula),
		TEST(convtranspose_formula), TEST(convtranspose_is_the_adjoint_of_conv),
		TEST(sizes_stay_symbolic), TEST(windows_must_fit), TEST(pool_formula), TEST(averagepool_counts),
		TEST(averagepool_leaves_out_what_hangs_over), TEST(maxpool_tells_positions),
		TEST(globalpool_formula), TEST(norm_formula), TEST(groups_of_one_channel_are_instances),
		TEST(batchnorm_formula), TEST(batchnorm_in_training), TEST(batchnorm_training_expansion),
		TEST(row_formula), TEST(softmax_of_extremes), TEST(zero_rows_have_no_norm), TEST(lrn_formula),
		TEST(recurrent_expansion), TEST(rnn_runs_backwards_from_its_length), TEST(lstm_step),
		TEST(recurrent_inputs_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
