/* Products by Strassen's method: what the pass makes of them computes the same, in the evaluator and as emitted C, and is
 * printed in tiles and vectors. */
#include <math.h>
#include "codegen/codegen.h"
#include "ir/op.h"
#include "ir/text.h"
#include "tests/emitted.h"
#include "tests/unit/unit.h"

typedef struct Case {
	int products, inputs; /* that become seven of half the size; sums of blocks of x that they share */
	const char *text;     /* inputs whose names begin with w become constants */
} Case;

static const Case cases[] = {
	{1, 1, "graph (%x f32[1,128,384], %w f32[384,384]) -> (%y) { %y = MatMul(%x, %w) }"},
	{1, 1, "graph (%x f32[1,131,384], %w f32[384,512], %wb f32[512]) -> (%y) {\n" /* the last row has no partner */
	       "%p = MatMul(%x, %w) %q = Add(%p, %wb) %y = Gelu(%q) }"},
	{1, 1, "graph (%x f32[130,384], %w f32[192,384], %wb f32[192], %r f32[130,192]) -> (%y) {\n"
	       "%p = Gemm(%x, %w, %wb) {transB = 1} %y = Add(%p, %r) }"},
	{1, 1, "graph (%x f32[3,67,384], %w f32[1,384,392]) -> (%y) { %y = MatMul(%x, %w) }"}, /* lanes are left over */
	{1, 1, "graph (%x f32[48,384], %w f32[384,384]) -> (%y) { %y = MatMul(%x, %w) }"}, /* just rows enough for the weights */
	{2, 2, "graph (%x f32[2,96,384], %w1 f32[384,320], %w2 f32[320,384]) -> (%y) {\n"
	       "%p = MatMul(%x, %w1) %q = Relu(%p) %r = MatMul(%q, %w2) %y = Add(%r, %x) }"},
	{3, 1, "graph (%x f32[1,128,384], %w1 f32[384,192], %w2 f32[384,192], %w3 f32[384,192], %wb f32[192]) -> (%y) {\n"
	       "%heads i64[4] = const [1, 128, 3, 64] %all i64[3] = const [1, 128, 192]\n"
	       "%a = MatMul(%x, %w1) %a1 = Add(%a, %wb) %a2 = Reshape(%a1, %heads) %q = Transpose(%a2) {perm = [0, 2, 1, 3]}\n"
	       "%b = MatMul(%x, %w2) %b2 = Reshape(%b, %heads) %k = Transpose(%b2) {perm = [0, 2, 3, 1]}\n"
	       "%c = MatMul(%x, %w3) %c2 = Reshape(%c, %heads) %v = Transpose(%c2) {perm = [0, 2, 1, 3]}\n"
	       "%scale f32[] = const [0.01] %s = MatMul(%q, %k) %d = Mul(%s, %scale) %t = Softmax(%d) %o = MatMul(%t, %v) %o2 = Transpose(%o) {perm = [0, 2, 1, 3]}\n"
	       "%y = Reshape(%o2, %all) }"},
};

/* Small, of few rows, with odd sizes, of data. */
static const char *const others[] = {
	"graph (%x f32[1,128,16], %w f32[16,16]) -> (%y) { %y = MatMul(%x, %w) }",
	"graph (%x f32[1,384], %w f32[384,384]) -> (%y) { %y = MatMul(%x, %w) }",
	"graph (%x f32[40,384], %w f32[384,384]) -> (%y) { %y = MatMul(%x, %w) }",
	"graph (%x f32[128,383], %w f32[383,384]) -> (%y) { %y = MatMul(%x, %w) }",
	"graph (%x f32[128,384], %w f32[384,383]) -> (%y) { %y = MatMul(%x, %w) }",
	"graph (%x f32[2,128,384], %w f32[2,384,384]) -> (%y) { %y = MatMul(%x, %w) }",
	"graph (%x f32[128,384], %v f32[384,384]) -> (%y) { %y = MatMul(%x, %v) }",
	"graph (%x f32[384,128], %w f32[384,384]) -> (%y) { %y = Gemm(%x, %w) {transA = 1} }",
	"graph (%x f32[128,384], %w f32[384,384]) -> (%y) { %y = Gemm(%x, %w) {alpha = 0.5} }",
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

static int count_nodes(const Graph *g, const char *name)
{
	int n = 0;

	for (uint32_t i = 0; i < g->nnode; i++)
		n += !strcmp(g->node[i]->op->name, name);
	return n;
}

static void assert_near(const Tensor *got, const Tensor *want)
{
	double largest = 0;

	assert_int_equal(got->count, want->count);
	for (int64_t i = 0; i < want->count; i++)
		largest = fmax(largest, fabs(load_f64(F32, want->data, i)));
	for (int64_t i = 0; i < want->count; i++)
		assert_true(fabs(load_f64(F32, got->data, i) - load_f64(F32, want->data, i)) <= 1e-5 * largest);
}

/* Products of one x share its sums, where the pass siblings has not made them one. */
static void test_pass(void **state)
{
	const char *none[] = {"siblings", NULL};

	(void)state;
	for (int i = 0; i < CASES; i++) {
		Ctx c;
		Tensor *x[4];
		Eval before = {0}, after = {0};
		Options o = {.level = 2, .target = "x86-64-v3", .no_pass = none};

		ctx_open(&c, "test", (size_t)1 << 30);
		assert_int_equal(setjmp(c.border), 0);
		Graph *g = graph_of(&c, cases[i].text, x);
		eval_graph(&before, g, &c.results, x);
		Tensor *want = eval_value(&before, g->out[0]);
		passes_run(g, &o);
		assert_int_equal(count_nodes(g, "StrassenOutput"), cases[i].products);
		assert_int_equal(count_nodes(g, "StrassenInput"), cases[i].inputs);
		eval_graph(&after, g, &c.results, x);
		assert_near(eval_value(&after, g->out[0]), want);
		ctx_close(&c);
	}
}

static void check_kept(const char *text, Options o)
{
	Ctx c;
	Tensor *x[4];

	ctx_open(&c, "test", (size_t)1 << 30);
	assert_int_equal(setjmp(c.border), 0);
	Graph *g = graph_of(&c, text, x);
	passes_run(g, &o);
	assert_int_equal(count_nodes(g, "StrassenInput"), 0);
	ctx_close(&c);
}

static void test_kept(void **state)
{
	(void)state;
	for (int i = 0; i < OTHERS; i++)
		check_kept(others[i], (Options){.level = 2, .target = "x86-64-v3"});
	check_kept(cases[0].text, (Options){.level = 1, .target = "x86-64-v3"});
	check_kept(cases[0].text, (Options){.level = 2, .target = "x86-64-v3", .strict = true});
}

/* Every end is printed as tiles, whatever is fused with it. */
static void test_tiles(void **state)
{
	(void)state;
	for (int i = 0; i < CASES; i++) {
		Ctx c;
		Tensor *x[4];
		Facts f;
		const char *header;
		Options o = {.level = 2, .target = "x86-64-v3", .prefix = "m", .output = "m.c"};

		ctx_open(&c, "test", (size_t)1 << 30);
		assert_int_equal(setjmp(c.border), 0);
		Graph *g = graph_of(&c, cases[i].text, x);
		passes_run(g, &o);
		emit_text(g, &o, &header, &f);
		for (int k = 0; k < f.nstages; k++) {
			if (strstr(f.stage[k].name, "blocks_in"))
				assert_string_equal(f.stage[k].schedule, "tiles of 7 from 4");
			if (strstr(f.stage[k].name, "blocks_out"))
				assert_string_equal(f.stage[k].schedule, "tiles of 4 from 7");
		}
		ctx_close(&c);
	}
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
		cmocka_unit_test(test_pass), cmocka_unit_test(test_kept), cmocka_unit_test(test_tiles), cmocka_unit_test(portable_c),
#ifdef __x86_64__
		cmocka_unit_test(avx2), cmocka_unit_test(avx512),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
