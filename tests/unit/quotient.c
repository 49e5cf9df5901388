/* QuantizeLinear is exact: every element is saturate(round(x / scale) + zero point), in the evaluator and in emitted C of every
 * target, whether it divides or multiplies (ir/quotient.h). */
#include <float.h>
#include <math.h>
#include "ir/eval.h"
#include "ir/op.h"
#include "ir/quotient.h"
#include "ir/text.h"
#include "tests/emitted.h"
#include "tests/unit/unit.h"

enum { MOST = 255, NEAR = 3, SPECIALS = 17, ANY = 2000, N = 2 * (MOST + 1) * (2 * NEAR + 1) + 2 * SPECIALS + ANY };

/* Of all 2^23 fractions of a scale those which no product rounds as the quotient, and neighbours of some. */
static const float hard[] = {0x1.23fffep+0f, 0x1.71fffep+0f, 0x1.8ffffcp+0f, 0x1.a7fffep+0f, 0x1.b3fffcp+0f, 0x1.c3fffep+0f,
			     0x1.cdfffap+0f, 0x1.d3fffcp+0f, 0x1.e3fffep+0f, 0x1.e9fffep+0f, 0x1.ebfffap+0f, 0x1.fffffep+0f};
/* Ordinary ones, and small and large ones; then powers of two, and what has no inverse with all its digits. */
static const float scales[] = {0.02f, 0.1f, 1.f / 255, 1.f / 3, 7.84f, 0.018657904f, 0x1.23fffcp+0f, 3e-38f, 1.5e-38f, 1e25f,
			       1, 0.25f, 0x1p-30f, 0x1p100f, 0x1p-126f, 0x1p127f, 0x1.23fffep-7f, 1e-40f, 0x1p-149f, 3e38f, 1e37f};

enum { HARD = sizeof hard / sizeof *hard, SCALES = sizeof scales / sizeof *scales, PRODUCTS = 10 };

static uint64_t seed = 11;

static float random_scale(void)
{
	return ldexpf(1 + ldexpf((float)(next_random(&seed) >> 41), -23), (int)random_in(&seed, -20, 20));
}

/* The floats around k + 1/2 steps, to both sides, others that are special, and any. */
static void fill(float *x, float s)
{
	const float special[SPECIALS] = {0, 0x1p-149f, 0x1p-130f, FLT_MIN, FLT_MAX, INFINITY, NAN, s, s / 2, 1e-3f * s, 127 * s,
					 128 * s, 255 * s, 256 * s, 1e3f * s, 1e6f * s, 1};
	int n = 0;

	for (int k = 0; k <= MOST; k++) {
		float half = ((float)k + 0.5f) * s;
		for (int i = 0; i < NEAR; i++)
			half = nextafterf(half, 0);
		for (int i = -NEAR; i <= NEAR; i++, half = nextafterf(half, INFINITY), n += 2) {
			x[n] = half;
			x[n + 1] = -half;
		}
	}
	for (int i = 0; i < SPECIALS; i++, n += 2) {
		x[n] = special[i];
		x[n + 1] = -special[i];
	}
	for (; n < N; n++) {
		uint32_t bits = (uint32_t)(next_random(&seed) >> 32);
		memcpy(x + n, &bits, 4);
	}
}

/* ---- what the compiler says of a scale ---- */

static float clamped_quotient(float q) { return fminf(fmaxf(rintf(q), -MOST), MOST); }

static void check_alike(float s)
{
	Inverse r = inverse_of(s);
	float x[N];

	fill(x, s);
	assert_true((double)r.high + (double)r.low <= 1 / (double)s * (1 + 0x1p-46));
	for (int i = 0; i < N; i++) {
		float product = fmaf(x[i], r.high, x[i] * r.low);
		assert_true(isnan(x[i]) ? isnan(product) : clamped_quotient(product) == clamped_quotient(x[i] / s));
	}
}

static void products_round_as_quotients(void **state)
{
	int alike = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		float s = random_scale();
		if (rounds_alike(s, MOST)) {
			check_alike(s);
			alike++;
		}
	}
	assert_true(alike > 990);
}

/* Powers of two, and what is too small or too large, have no second factor. */
static void some_quotients_are_no_products(void **state)
{
	(void)state;
	for (int i = 0; i < HARD; i++) {
		assert_false(rounds_alike(hard[i], MOST));
		assert_false(rounds_alike(hard[i] * 0x1p-9f, MOST));
	}
	for (int i = 0; i < SCALES; i++)
		assert_int_equal(rounds_alike(scales[i], MOST), i < PRODUCTS);
	assert_false(rounds_alike(0, MOST) || rounds_alike(-0.1f, MOST) || rounds_alike(NAN, MOST) || rounds_alike(INFINITY, MOST));
}

/* ---- emitted C ---- */

static Ctx ctx;

enum { OUTPUTS = 4, EMITTED = SCALES + 2 };

static float emitted_scale(int i) { return i < SCALES ? scales[i] : i == SCALES ? hard[0] : 0.0123456f; }

static const char *quantised(int i)
{
	return arena_format(&ctx.perm, " %%s%d f32[] = const [%.9g] %%a%d = QuantizeLinear(%%x%d, %%s%d, %%p)"
		" %%b%d = QuantizeLinear(%%x%d, %%s%d, %%q) %%c%d = QuantizeLinear(%%x%d, %%s%d, %%r)"
		" %%e%d = QuantizeLinear(%%x%d, %%s%d, %%t) %%d%d = DequantizeLinear(%%e%d, %%s%d, %%t)",
		i, (double)emitted_scale(i), i, i, i, i, i, i, i, i, i, i, i, i, i, i, i);
}

static Graph *quantiser(void)
{
	const char *in = "", *out = "", *nodes = "";
	Syms *syms = NEW(&ctx.perm, Syms);

	for (int i = 0; i < EMITTED; i++) {
		in = arena_format(&ctx.perm, "%s%s%%x%d f32[%d]", in, i ? ", " : "", i, N);
		out = arena_format(&ctx.perm, "%s%s%%a%d, %%b%d, %%c%d, %%d%d", out, i ? ", " : "", i, i, i, i);
		nodes = arena_format(&ctx.perm, "%s%s", nodes, quantised(i));
	}
	*syms = (Syms){.ctx = &ctx};
	return graph_parse(&ctx, syms, arena_format(&ctx.perm, "graph (%s) -> (%s) { %%p u8[] = const [0] %%q u8[] = const [113]"
		" %%r i8[] = const [-128] %%t i8[] = const [5]%s }", in, out, nodes));
}

static void compare(Graph *g, Tensor *const *x, Tensor *const *got)
{
	Eval e = {.budget = -1};

	eval_graph(&e, g, &ctx.perm, x);
	for (int i = 0; i < g->nout; i++) {
		const Tensor *want = eval_value(&e, g->out[i]);
		if (memcmp(got[i]->data, want->data, want->dtype == F32 ? N * sizeof(float) : N)) {
			print_error("output %d of scale %.9g\n", i % OUTPUTS, (double)emitted_scale(i / OUTPUTS));
			assert_true(0 && "an element is another one");
		}
	}
}

static void check_alone(const char *target)
{
	Tensor *x[EMITTED];

	ctx_open(&ctx, "test", (size_t)1 << 30);
	if (setjmp(ctx.border))
		assert_string_equal(ctx.message, "");
	for (int i = 0; i < EMITTED; i++) {
		x[i] = tensor_new(&ctx.perm, F32, 1, &(int64_t){N});
		fill((float *)x[i]->data, emitted_scale(i));
	}
	compare(quantiser(), x, emitted_outputs(quantiser(), target, x));
	ctx_close(&ctx);
}

/* The same with a scale for each row, all ordinary ones or with some that no product will do for. */
static void check_rows(const char *target, int n)
{
	int64_t dims[] = {n, N};
	const char *list = "", *zeros = "";

	ctx_open(&ctx, "test", (size_t)1 << 30);
	if (setjmp(ctx.border))
		assert_string_equal(ctx.message, "");
	Tensor *x = tensor_new(&ctx.perm, F32, 2, dims);
	for (int i = 0; i < n; i++) {
		fill((float *)x->data + (ptrdiff_t)N * i, emitted_scale(i));
		list = arena_format(&ctx.perm, "%s%s%.9g", list, i ? ", " : "", (double)emitted_scale(i));
		zeros = arena_format(&ctx.perm, "%s%s%d", zeros, i ? ", " : "", i * 25 - 128);
	}
	const char *text = arena_format(&ctx.perm, "graph (%%x f32[%d,%d]) -> (%%y) { %%s f32[%d] = const [%s] %%z i8[%d] = const [%s]"
		" %%y = QuantizeLinear(%%x, %%s, %%z) {axis = 0} }", n, N, n, list, n, zeros);
	Eval e = {.budget = -1};
	Graph *g[2];
	for (int i = 0; i < 2; i++) {
		Syms *syms = NEW(&ctx.perm, Syms);
		syms->ctx = &ctx;
		g[i] = graph_parse(&ctx, syms, text);
	}
	eval_graph(&e, g[0], &ctx.perm, &x);
	Tensor **got = emitted_outputs(g[1], target, &x);
	assert_true(tensor_equal(got[0], eval_value(&e, g[0]->out[0])));
	ctx_close(&ctx);
}

static void check_emitted(const char *target)
{
	check_alone(target);
	check_rows(target, PRODUCTS);
	check_rows(target, PRODUCTS + 1);
}

#include "tests/unit/targets.h"

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_round_as_quotients),
		cmocka_unit_test(some_quotients_are_no_products),
		cmocka_unit_test(portable_c),
#ifdef __x86_64__
		cmocka_unit_test(avx2),
		cmocka_unit_test(avx512),
#endif
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
