/* Products of one value that meet again: they are made by the same tiles, also where the model has one product whose parts
 * meet, and compute what the evaluator does. */
#include <math.h>
#include "codegen/codegen.h"
#include "ir/op.h"
#include "ir/text.h"
#include "tests/emitted.h"
#include "tests/unit/unit.h"

typedef struct Case {
	int stages;       /* of x86-64-v4 */
	const char *tile; /* of one of them */
	const char *text; /* inputs whose names begin with w become constants */
} Case;

#define SILU " %s = Sigmoid(%g) %t = Mul(%g, %s) %y = Mul(%t, %u) }"
#define GLU " %s = Sigmoid(%v) %y = Mul(%u, %s) }"

static const Case cases[] = {
	{1, "4 points x 6 vectors", /* lanes are left over */
	 "graph (%x f32[8,24], %wg f32[24,45], %wu f32[24,45]) -> (%y) { %g = MatMul(%x, %wg) %u = MatMul(%x, %wu)" SILU},
	{1, "1 point x 6 vectors",
	 "graph (%x f32[1,24], %wg f32[24,45], %wu f32[24,45]) -> (%y) { %g = MatMul(%x, %wg) %u = MatMul(%x, %wu)" SILU},
	{1, "1 point x 2 vectors", /* sums take turns */
	 "graph (%x f32[1,64], %wg f32[64,9], %wu f32[64,9]) -> (%y) { %g = MatMul(%x, %wg) %u = MatMul(%x, %wu)" SILU},
	{1, "6 points x 4 vectors",
	 "graph (%x f32[2,3,32], %w f32[32,64], %wb f32[64]) -> (%y) { %h = MatMul(%x, %w) %b = Add(%wb, %h)"
	 " %u, %v = Split(%b) {axis = -1}" GLU},
	{1, "6 points x 4 vectors", /* a step with a constant for each column, and one with a number; the second half first */
	 "graph (%x f32[6,32], %w f32[32,64], %wb f32[1,64]) -> (%y) { %h = MatMul(%x, %w) %b = Mul(%h, %wb) %a = Tanh(%b)"
	 " %zero i64[1] = const [0] %half i64[1] = const [32] %end i64[1] = const [64] %axis i64[1] = const [1]"
	 " %u = Slice(%a, %half, %end, %axis) %v = Slice(%a, %zero, %half, %axis)" GLU},
	{1, "7 points x 3 vectors", /* three sums */
	 "graph (%x f32[7,32], %w f32[48,32], %wb f32[48]) -> (%y) { %h = Gemm(%x, %w, %wb) {transB = 1, alpha = 0.5}"
	 " %a, %u, %v = Split(%h) {axis = 1, num_outputs = 3} %s = Tanh(%v) %p = Mul(%u, %s) %y = Add(%p, %a) }"},
	{3, "14 points x 2 vectors", /* between channels innermost and outermost there is a copy */
	 "graph (%x f32[2,8,14], %w f32[64,8,1], %wb f32[64]) -> (%y) { %h = Conv(%x, %w, %wb)"
	 " %u, %v = Split(%h) {axis = 1}" GLU},
};

/* Parts that something else reads, of different sizes, that do not meet; a product that is an output. */
static const char *const others[] = {
	"graph (%x f32[6,32], %w f32[32,64]) -> (%y, %z) { %h = MatMul(%x, %w) %u, %v = Split(%h) {axis = -1} %z = Exp(%v)" GLU,
	"graph (%x f32[6,32], %w f32[32,64]) -> (%y, %z) { %n i64[2] = const [16, 48] %h = MatMul(%x, %w)"
	" %u, %v = Split(%h, %n) {axis = -1} %y = Exp(%u) %z = Tanh(%v) }",
	"graph (%x f32[6,32], %w f32[32,64]) -> (%y, %z) { %h = MatMul(%x, %w) %u, %v = Split(%h) {axis = -1}"
	" %y = Exp(%u) %z = Tanh(%v) }",
	"graph (%x f32[6,32], %w f32[32,64]) -> (%y, %h) { %h = MatMul(%x, %w) %u, %v = Split(%h) {axis = -1}" GLU,
	"graph (%x f32[6,32], %w f32[32,64]) -> (%y) { %h = MatMul(%x, %w) %u, %v = Split(%h) {axis = 0}" GLU,
};

enum { CASES = sizeof cases / sizeof *cases, OTHERS = sizeof others / sizeof *others };

static Tensor *random_tensor(Ctx *c, const Value *v, uint64_t *seed)
{
	int64_t dim[MAX_RANK];

	for (int k = 0; k < v->shape.rank; k++)
		dim[k] = v->shape.dim[k].k;
	Tensor *t = tensor_new(&c->perm, v->dtype, v->shape.rank, dim);
	for (int64_t i = 0; i < t->count; i++)
		((float *)t->data)[i] = (float)random_in(seed, -64, 64) / 64;
	return t;
}

/* The graph, and its inputs in `in`. */
static Graph *graph_of(Ctx *c, const char *text, Tensor **in)
{
	Syms *syms = NEW(&c->perm, Syms);
	uint64_t seed = 7;
	int n = 0;

	syms->ctx = c;
	Graph *g = graph_parse(c, syms, text);
	for (int i = 0; i < g->nin; i++) {
		Value *v = g->in[i];
		Tensor *t = random_tensor(c, v, &seed);
		if (v->name[0] == 'w') {
			value_replace(g, v, value_const(g, v->name, t));
			continue;
		}
		in[n] = t;
		g->in[n++] = v;
	}
	g->nin = n;
	return g;
}

static void assert_near(const Tensor *got, const Tensor *want)
{
	assert_int_equal(got->count, want->count);
	for (int64_t i = 0; i < want->count; i++) {
		double x = load_f64(F32, got->data, i), y = load_f64(F32, want->data, i);
		assert_true(fabs(x - y) <= 1e-5 * (1 + fabs(y)));
	}
}

/* All sums in one stage. */
static void test_tiles(void **state)
{
	(void)state;
	for (int i = 0; i < CASES; i++) {
		Ctx c;
		Tensor *x[4];
		Facts f;
		const char *header;
		Options o = {.level = 2, .target = "x86-64-v4", .prefix = "m", .output = "m.c"};

		ctx_open(&c, "test", (size_t)1 << 30);
		assert_int_equal(setjmp(c.border), 0);
		Graph *g = graph_of(&c, cases[i].text, x);
		passes_run(g, &o);
		emit_text(g, &o, &header, &f);
		bool found = false;
		for (int k = 0; k < f.nstages; k++)
			found |= !strncmp(f.stage[k].schedule, cases[i].tile, strlen(cases[i].tile));
		assert_int_equal(f.nstages, cases[i].stages);
		assert_true(found);
		ctx_close(&c);
	}
}

static int count_cores(const Graph *g)
{
	int n = 0;

	for (uint32_t i = 0; i < g->nnode; i++)
		n += is_op(g->node[i], "MatMul");
	return n;
}

static void check_kept(const char *text, const char *target)
{
	Ctx c;
	Tensor *x[4];
	Options o = {.level = 2, .target = target};

	ctx_open(&c, "test", (size_t)1 << 30);
	assert_int_equal(setjmp(c.border), 0);
	Graph *g = graph_of(&c, text, x);
	passes_run(g, &o);
	assert_int_equal(count_cores(g), 1);
	ctx_close(&c);
}

/* One product stays one; also where sums would wait while scalar code computes sigmoids. */
static void test_kept(void **state)
{
	(void)state;
	for (int i = 0; i < OTHERS; i++)
		check_kept(others[i], "x86-64-v4");
	check_kept(cases[3].text, "c");
}

static void check_emitted(const char *target)
{
	for (int i = 0; i < CASES; i++) {
		Ctx c;
		Tensor *x[4];
		Eval e = {0};

		ctx_open(&c, "test", (size_t)1 << 30);
		assert_int_equal(setjmp(c.border), 0);
		Graph *g = graph_of(&c, cases[i].text, x);
		eval_graph(&e, g, &c.results, x);
		Tensor *want = eval_value(&e, g->out[0]), **got = emitted_outputs(g, target, x);
		assert_near(got[0], want);
		ctx_close(&c);
	}
}

#include "tests/unit/targets.h"

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tiles), cmocka_unit_test(test_kept), cmocka_unit_test(portable_c),
#ifdef __x86_64__
		cmocka_unit_test(avx2), cmocka_unit_test(avx512),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
