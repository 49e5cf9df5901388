/* Derivatives against differences: for each model, how the sum of its output changes with each element of each float
 * input, by gradient() and by (f(x + h) - f(x - h)) / 2h. Everything in double. */
#include <math.h>
#include "ir/eval.h"
#include "ir/gradient/gradient.h"
#include "ir/text.h"
#include "tests/unit/unit.h"

enum { MOST_INPUTS = 6 };

/* Elements of the inputs are random numbers in lo..hi; those of integers are 0..1. */
typedef struct Model {
	const char *text;
	double lo, hi;
} Model;

#define OF_X(op) "graph (%x f64[2,3]) -> (%y) { %z = " op "(%x) %y = Mul(%z, %x) }"
#define OF_TWO(op) "graph (%x f64[2,3], %w f64[3]) -> (%y) { %z = " op "(%x, %w) %y = Mul(%z, %x) }"
#define OF_MAP(node) "graph (%x f64[2,2,5,6]) -> (%y) { %z = " node " %e = Exp(%z) %y = Mul(%e, %z) }"
#define REDUCED(op) "graph (%x f64[2,3,4]) -> (%y) { %a i64[2] = const [0, -1] %z = " op "(%x, %a) {keepdims = 0} %y = Mul(%z, %z) }"
#define MOVED(constants, node) "graph (%x f64[2,3,4]) -> (%y) { " constants " %z = " node " %e = Exp(%z) %y = Mul(%e, %z) }"

static const Model models[] = {
	{OF_X("Neg"), -1, 1}, {OF_X("Abs"), -1, 1}, {OF_X("Reciprocal"), 0.5, 2}, {OF_X("Sqrt"), 0.5, 2}, {OF_X("Exp"), -1, 1},
	{OF_X("Log"), 0.5, 2}, {OF_X("Erf"), -2, 2}, {OF_X("Sin"), -2, 2}, {OF_X("Cos"), -2, 2}, {OF_X("Tan"), -1, 1},
	{OF_X("Asin"), -0.8, 0.8}, {OF_X("Acos"), -0.8, 0.8}, {OF_X("Atan"), -2, 2}, {OF_X("Sinh"), -1, 1},
	{OF_X("Cosh"), -1, 1}, {OF_X("Tanh"), -1, 1}, {OF_X("Asinh"), -2, 2}, {OF_X("Acosh"), 1.5, 3},
	{OF_X("Atanh"), -0.8, 0.8}, {OF_X("Relu"), -1, 1}, {OF_X("LeakyRelu"), -1, 1}, {OF_X("ThresholdedRelu"), -2, 2},
	{OF_X("Shrink"), -2, 2}, {OF_X("HardSigmoid"), -4, 4}, {OF_X("HardSwish"), -5, 5}, {OF_X("Sigmoid"), -2, 2},
	{OF_X("Softplus"), -2, 2}, {OF_X("Softsign"), -2, 2}, {OF_X("Elu"), -2, 2}, {OF_X("Celu"), -2, 2},
	{OF_X("Selu"), -2, 2}, {OF_X("Swish"), -2, 2}, {OF_X("Mish"), -2, 2}, {OF_X("Gelu"), -2, 2},
	{"graph (%x f64[5]) -> (%y) { %y = Gelu(%x) {approximate = tanh} }", -2, 2},
	{"graph (%x f64[5]) -> (%y) { %y = Celu(%x) {alpha = 0.5} }", -2, 2},
	{"graph (%x f64[5]) -> (%y) { %y = Swish(%x) {alpha = 1.7} }", -2, 2},
	{OF_X("Floor"), 0.1, 0.9}, {OF_X("Sign"), 0.1, 0.9}, {OF_X("Identity"), -1, 1},
	{OF_TWO("Add"), -1, 1}, {OF_TWO("Sub"), -1, 1}, {OF_TWO("Mul"), -1, 1}, {OF_TWO("Div"), 0.5, 2}, {OF_TWO("Pow"), 0.5, 2},
	{OF_TWO("Min"), -1, 1}, {OF_TWO("Max"), -1, 1}, {OF_TWO("Sum"), -1, 1}, {OF_TWO("Mean"), -1, 1},
	{OF_TWO("PRelu"), -1, 1},
	{"graph (%x f64[2,3], %w f64[3]) -> (%y) { %y = Mod(%x, %w) {fmod = 1} }", 0.5, 2},
	{"graph (%x f64[2,3], %w f64[3]) -> (%y) { %c = Less(%x, %w) %z = Where(%c, %x, %w) %y = Mul(%z, %x) }", -1, 1},
	{"graph (%x f64[8], %w f64[], %v f64[]) -> (%y) { %m f64[] = const [1] %h = Sub(%w, %m) %i = Add(%v, %m) %z = Clip(%x, %h, %i) %y = Mul(%z, %x) }", 0.1, 0.9},
	/* sums */
	{REDUCED("ReduceSum"), -1, 1}, {REDUCED("ReduceMean"), -1, 1}, {REDUCED("ReduceMax"), -1, 1}, {REDUCED("ReduceMin"), -1, 1},
	{REDUCED("ReduceProd"), 0.5, 1.5}, {REDUCED("ReduceL1"), -1, 1}, {REDUCED("ReduceL2"), -1, 1},
	{REDUCED("ReduceSumSquare"), -1, 1}, {REDUCED("ReduceLogSum"), 0.5, 2}, {REDUCED("ReduceLogSumExp"), -1, 1},
	{"graph (%x f64[3]) -> (%y) { %z f64[1] = const [0] %one i64[1] = const [1] %a = Slice(%x, %one, %one) %b f64[4] = Concat(%x, %z) {axis = 0} %y = ReduceProd(%b) }", 0.5, 1},
	{"graph (%x f64[2,3,4]) -> (%y) { %z = tcc.Extremes(%x) %y = Mul(%z, %z) }", -1, 1},
	{OF_X("Softmax"), -1, 1}, {OF_X("LogSoftmax"), -1, 1},
	{"graph (%x f64[2,3,4]) -> (%y) { %z = Softmax(%x) {axis = 1} %y = Mul(%z, %x) }", -1, 1},
	{"graph (%x f64[2,3], %w f64[4,3,5]) -> (%y) { %z = MatMul(%x, %w) %y = Exp(%z) }", -1, 1},
	{"graph (%x f64[3], %w f64[2,3,5]) -> (%y) { %z = MatMul(%x, %w) %y = Exp(%z) }", -1, 1},
	{"graph (%x f64[2,4,3], %w f64[3]) -> (%y) { %z = MatMul(%x, %w) %y = Exp(%z) }", -1, 1},
	{"graph (%x f64[3], %w f64[3]) -> (%y) { %z = MatMul(%x, %w) %y = Exp(%z) }", -1, 1},
	{"graph (%x f64[3,2], %w f64[4,3], %v f64[4]) -> (%y) { %z = Gemm(%x, %w, %v) {transA = 1, transB = 1, alpha = 0.5, beta = 2} %y = Exp(%z) }", -1, 1},
	{"graph (%x f64[2,3,4], %w f64[2,4,5]) -> (%y) { %z = Einsum(%x, %w) {equation = \"bij,bjk->kb\"} %y = Exp(%z) }", -1, 1},
	/* normalisations and other composites */
	{"graph (%x f64[2,3,4], %w f64[4], %v f64[4]) -> (%y) { %z = LayerNormalization(%x, %w, %v) %y = Exp(%z) }", -1, 1},
	{"graph (%x f64[2,3,4], %w f64[4]) -> (%y) { %z = RMSNormalization(%x, %w) %y = Exp(%z) }", -1, 1},
	{"graph (%x f64[2,4,3], %w f64[4], %v f64[4]) -> (%y) { %z = GroupNormalization(%x, %w, %v) {num_groups = 2} %y = Exp(%z) }", -1, 1},
	{"graph (%x f64[2,4,5], %w f64[4], %v f64[4]) -> (%y) { %z = InstanceNormalization(%x, %w, %v) %y = Exp(%z) }", -1, 1},
	{"graph (%x f64[2,3,4]) -> (%y) { %z = LpNormalization(%x) {axis = 1} %y = Exp(%z) }", -1, 1},
	{"graph (%x f64[2,3,4], %w f64[3], %v f64[3], %m f64[3], %s f64[3]) -> (%y) { %z = BatchNormalization(%x, %w, %v, %m, %s) %y = Exp(%z) }", 0.5, 1},
	{"graph (%x f64[2,5], %i i64[2]) -> (%y) { %y = SoftmaxCrossEntropyLoss(%x, %i) }", -1, 1},
	{"graph (%x f64[2,2,3,4], %w f64[2,2,3,4], %v f64[2,2,3,4]) -> (%y) { %z = Attention(%x, %w, %v) %y = Exp(%z) }", -1, 1},
	/* what moves elements */
	{MOVED("%s i64[2] = const [4, -1]", "Reshape(%x, %s)"), -1, 1}, {MOVED("", "Flatten(%x)"), -1, 1},
	{MOVED("", "Transpose(%x) {perm = [2, 0, 1]}"), -1, 1},
	{MOVED("%s i64[4] = const [5, 2, 3, 4]", "Expand(%x, %s)"), -1, 1},
	{MOVED("%s i64[3] = const [2, 1, 3]", "Tile(%x, %s)"), -1, 1},
	{MOVED("%s i64[2] = const [2, 0] %e1 i64[2] = const [-9, 9] %ax i64[2] = const [1, 2] %st i64[2] = const [-1, 2]", "Slice(%x, %s, %e1, %ax, %st)"), -1, 1},
	{MOVED("%s i64[6] = const [0, 1, -1, 2, 0, 0]", "Pad(%x, %s)"), -1, 1},
	{MOVED("%s i64[6] = const [0, 1, 2, 1, 0, 1]", "Pad(%x, %s) {mode = reflect}"), -1, 1},
	{MOVED("%i i64[2,2] = const [0, 2, 2, -1]", "Gather(%x, %i) {axis = 1}"), -1, 1},
	{MOVED("%i i64[2,1,2] = const [0, 2, 2, 1]", "GatherElements(%x, %i) {axis = 2}"), -1, 1},
	{MOVED("%i i64[3,2] = const [0, 2, 1, 1, 0, 2]", "GatherND(%x, %i)"), -1, 1},
	{MOVED("", "Trilu(%x)"), -1, 1}, {MOVED("%a i64[] = const [1]", "CumSum(%x, %a) {exclusive = 1}"), -1, 1},
	{MOVED("%k i64[1] = const [2]", "TopK(%x, %k) {axis = 1}"), -1, 1},
	{"graph (%x f64[2,3], %w f64[2,4]) -> (%y) { %z = Concat(%x, %w, %x) {axis = -1} %e = Exp(%z) %y = Mul(%e, %z) }", -1, 1},
	{"graph (%x f64[2,5]) -> (%y) { %s i64[2] = const [2, 3] %a, %b = Split(%x, %s) {axis = 1} %c = Exp(%b) %d = ReduceSum(%c) %y = Mul(%a, %d) }", -1, 1},
	{"graph (%x f64[4], %w f64[2]) -> (%y) { %i i64[2] = const [3, 1] %z = ScatterElements(%x, %i, %w) %y = Exp(%z) }", -1, 1},
	{"graph (%x f64[4], %w f64[2]) -> (%y) { %i i64[2,1] = const [3, 3] %z = ScatterND(%x, %i, %w) {reduction = add} %y = Exp(%z) }", -1, 1},
	{"graph (%x f64[1,4,2,3]) -> (%y) { %z = DepthToSpace(%x) {blocksize = 2} %e = Exp(%z) %y = Mul(%e, %z) }", -1, 1},
	/* windows */
	{"graph (%x f64[2,2,5,6], %w f64[3,2,3,2], %v f64[3]) -> (%y) { %z = Conv(%x, %w, %v) {pads = [1, 0, 1, 1], strides = [2, 1]} %y = Exp(%z) }", -0.5, 0.5},
	{"graph (%x f64[2,4,7], %w f64[6,2,3]) -> (%y) { %z = Conv(%x, %w) {group = 2, strides = [3], dilations = [2], auto_pad = SAME_UPPER} %y = Exp(%z) }", -0.5, 0.5},
	{OF_MAP("MaxPool(%x) {kernel_shape = [2, 3], strides = [2, 2]}"), -1, 1},
	{OF_MAP("AveragePool(%x) {kernel_shape = [2, 3], strides = [2, 2], pads = [1, 0, 0, 1]}"), -1, 1},
	{OF_MAP("AveragePool(%x) {kernel_shape = [2, 3], pads = [1, 0, 0, 1], count_include_pad = 1}"), -1, 1},
	{OF_MAP("GlobalAveragePool(%x)"), -1, 1}, {OF_MAP("GlobalMaxPool(%x)"), -1, 1},
};

enum { MODELS = sizeof models / sizeof *models };

static Ctx ctx;
static uint64_t seed = 20261128;

static double random_real(double lo, double hi) { return lo + (hi - lo) * (double)random_in(&seed, 0, 1 << 20) / (1 << 20); }

static void make_inputs(const Graph *g, const Model *m, Tensor **in)
{
	for (int i = 0; i < g->nin; i++) {
		int64_t dims[MAX_RANK];
		for (int k = 0; k < g->in[i]->shape.rank; k++)
			dims[k] = g->in[i]->shape.dim[k].k;
		in[i] = tensor_new(&ctx.perm, g->in[i]->dtype, g->in[i]->shape.rank, dims);
		for (int64_t k = 0; k < in[i]->count; k++)
			if (is_float(in[i]->dtype))
				store_f64(in[i]->dtype, in[i]->data, k, random_real(m->lo, m->hi));
			else
				store_i64(in[i]->dtype, in[i]->data, k, random_in(&seed, 0, 1));
	}
}

static double sum_of(const Tensor *t)
{
	double sum = 0;

	for (int64_t k = 0; k < t->count; k++)
		sum += load_f64(t->dtype, t->data, k);
	return sum;
}

static double sum_at(Graph *g, Tensor *const *in)
{
	Eval e = {.budget = -1};

	eval_graph(&e, g, &ctx.results, in);
	return sum_of(eval_value(&e, g->out[0]));
}

static double difference(Graph *g, Tensor *const *in, int i, int64_t k)
{
	const double h = 1e-5, x = load_f64(F64, in[i]->data, k);

	store_f64(F64, in[i]->data, k, x + h);
	double up = sum_at(g, in);
	store_f64(F64, in[i]->data, k, x - h);
	double down = sum_at(g, in);
	store_f64(F64, in[i]->data, k, x);
	return (up - down) / (2 * h);
}

static void add_derivatives(Graph *g)
{
	Value *x[MOST_INPUTS], *dx[MOST_INPUTS];
	Formula f = {.y = g->out[0], .x = x, .at = x};

	while (f.n < g->nin && is_float(g->in[f.n]->dtype)) {
		x[f.n] = g->in[f.n];
		f.n++;
	}
	gradient(g, NULL, &f, f.n, dx);
	for (int i = 0; i < f.n; i++)
		graph_output(g, dx[i], NULL);
}

/* The sum of g's only output. */
static void check_graph(Graph *g, const Model *m)
{
	Graph *plain = graph_copy(g);
	Tensor *in[MOST_INPUTS];
	Eval e = {.budget = -1};

	make_inputs(g, m, in);
	add_derivatives(g);
	eval_graph(&e, g, &ctx.perm, in);
	for (int i = 0; i + 1 < g->nout; i++) {
		const Tensor *d = eval_value(&e, g->out[i + 1]);
		assert_int_equal(d->count, in[i]->count);
		for (int64_t k = 0; k < d->count; k++) {
			double got = load_f64(d->dtype, d->data, k), want = difference(plain, in, i, k);
			if (!(fabs(got - want) <= 1e-6 * (1 + fabs(want))))
				print_error("%s: input %d, element %d: %g, by differences %g\n", m->text, i, (int)k, got, want);
			assert_true(fabs(got - want) <= 1e-6 * (1 + fabs(want)));
		}
	}
}

static void check_model(const Model *m)
{
	Syms syms = {.ctx = &ctx};

	check_graph(graph_parse(&ctx, &syms, m->text), m);
}

/* The derivative with respect to the first input has derivatives too. */
static void check_second(const Model *m)
{
	Syms syms = {.ctx = &ctx};
	Graph *g = graph_parse(&ctx, &syms, m->text);

	add_derivatives(g);
	g->out[0] = g->out[1];
	g->nout = 1;
	check_graph(g, m);
}

static void check_all(const Model *all, int n, void (*check)(const Model *m))
{
	for (int i = 0; i < n; i++) {
		ctx_open(&ctx, "unit", 0);
		if (setjmp(ctx.border)) {
			print_error("%s: %s\n", all[i].text, ctx.message);
			assert_true(0 && "a model ends in trouble");
		}
		check(&all[i]);
		ctx_close(&ctx);
	}
}

static void derivatives_are_what_differences_say(void **state)
{
	(void)state;
	check_all(models, MODELS, check_model);
}

static void so_are_second_ones(void **state)
{
	static const Model smooth[] = {
		{OF_X("Tanh"), -1, 1}, {OF_X("Gelu"), -1, 1}, {OF_X("Softmax"), -1, 1}, {OF_TWO("Div"), 0.5, 2},
		{REDUCED("ReduceMean"), -1, 1}, {REDUCED("ReduceLogSumExp"), -1, 1},
		{MOVED("%i i64[2,2] = const [0, 2, 2, -1]", "Gather(%x, %i) {axis = 1}"), -1, 1},
		{"graph (%x f64[2,3], %w f64[3,2]) -> (%y) { %z = MatMul(%x, %w) %y = Exp(%z) }", -1, 1},
		{"graph (%x f64[2,3,4], %w f64[4], %v f64[4]) -> (%y) { %z = LayerNormalization(%x, %w, %v) %y = Exp(%z) }", -1, 1},
	};

	(void)state;
	check_all(smooth, sizeof smooth / sizeof *smooth, check_second);
}

/* d(2 c^2)/dx, where c is x in another type. */
static void derivatives_cross_types(void **state)
{
	Syms syms = {.ctx = &ctx};
	Eval e = {.budget = -1};

	(void)state;
	ctx_open(&ctx, "unit", 0);
	Graph *g = graph_parse(&ctx, &syms, "graph (%x f64[1]) -> (%y) { %c = Cast(%x) {to = f32} %q = Mul(%c, %c) %y = Add(%q, %q) }");
	Tensor *x = tensor_new(&ctx.perm, F64, 1, (int64_t[]){1});
	store_f64(F64, x->data, 0, 0.75);
	add_derivatives(g);
	eval_graph(&e, g, &ctx.perm, &x);
	assert_int_equal(g->out[1]->dtype, F64);
	assert_float_equal(load_f64(F64, eval_value(&e, g->out[1])->data, 0), 3, 0);
	ctx_close(&ctx);
}

static void what_has_no_rule_is_named(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", 0);
	Syms syms = {.ctx = &ctx};
	Graph *g = graph_parse(&ctx, &syms, "graph (%x f64[2,2]) -> (%y) { %y = Det(%x) @3 \"d\" }");
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-UNSUPPORTED", add_derivatives(g));
	assert_non_null(strstr(ctx.message, "(Det)"));
	ctx_close(&ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(derivatives_are_what_differences_say),
					   cmocka_unit_test(so_are_second_ones), cmocka_unit_test(derivatives_cross_types),
					   cmocka_unit_test(what_has_no_rule_is_named)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
