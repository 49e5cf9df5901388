/* ulp.c -- how far the vector functions of emitted C are from the exact result, in units in its last place.
 *
 * usage: ulp [-a] [-c] [-t TARGET] [-f OPERATOR]
 *
 * A graph with one output a function is emitted, built and run over the bit patterns of float: the neighbours of every
 * power of two and every STEP-th pattern, or all 2^32 with -a; a second argument is an edge case or random. The exact
 * result is the function in double. NaN must give NaN, and zero the sign that the function says. Functions of doubles get
 * random ones and are compared with long double. With -c, cycles per element of an array in the first cache. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "ir/op/nn.h"
#include "passes/algebra.h"
#include "tools/jit.h"
#include "tools/program.h"

enum { BLOCK = 1 << 14, BLOCKS_64 = 64, STEP = 127, NEAR = 64, ARRAY = 2048 };

/* ---- the functions ---- */

typedef struct Row {
	const char *op, *attr; /* attr: an attribute set to 1, or NULL; or BELOW_0 */
	double (*exact)(double);
	bool odd_at_zero; /* f(-0) is -0 */
	double (*of_two)(double, double); /* in the place of exact: the second argument is one of many for each first */
	long double (*of_double)(long double); /* there is a vector function of doubles as well ... */
	long double (*of_two_doubles)(long double, long double); /* ... of one or two */
} Row;

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

/* Towards -infinity these go to 0; the formulas give 0 times infinity there. */
static double silu(double x) { return isinf(x) && x < 0 ? 0 : x / (1 + exp(-x)); }
static double gelu(double x) { return isinf(x) && x < 0 ? 0 : 0.5 * x * erfc(-x / sqrt(2)); }
static double gelu_tanh(double x)
{
	double w = 2 * sqrt(2 / acos(-1)) * x * (1 + 0.044715 * x * x);
	return isinf(x) && x < 0 ? 0 : x / (1 + exp(-w));
}

/* In the place of an attribute: the function is that of -|x|. */
static const char BELOW_0[] = "-|x|";
static double exp_below_0(double x) { return exp(-fabs(x)); }

static double elu(double x) { return x < 0 ? expm1(x) : x; }
static double softplus(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }
static double sign(double x) { return isnan(x) ? x : (x > 0) - (x < 0); }

static const Row rows[] = {
	{"Exp", NULL, exp, false, NULL, expl, NULL},
	{"Exp", BELOW_0, exp_below_0, false, NULL, NULL, NULL},
	{"Sin", NULL, sin, true, NULL, sinl, NULL},
	{"Cos", NULL, cos, false, NULL, cosl, NULL},
	{"Tan", NULL, tan, true, NULL, NULL, NULL},
	{"Asin", NULL, asin, true, NULL, NULL, NULL},
	{"Acos", NULL, acos, false, NULL, NULL, NULL},
	{"Atan", NULL, atan, true, NULL, NULL, NULL},
	{"Sinh", NULL, sinh, true, NULL, NULL, NULL},
	{"Cosh", NULL, cosh, false, NULL, NULL, NULL},
	{"Asinh", NULL, asinh, true, NULL, NULL, NULL},
	{"Acosh", NULL, acosh, false, NULL, NULL, NULL},
	{"Atanh", NULL, atanh, true, NULL, NULL, NULL},
	{"Log", NULL, log, false, NULL, logl, NULL},
	{"Sigmoid", NULL, sigmoid, false, NULL, NULL, NULL},
	{"Swish", NULL, silu, true, NULL, NULL, NULL},
	{"Tanh", NULL, tanh, true, NULL, tanhl, NULL},
	{"Erf", NULL, erf, true, NULL, NULL, NULL},
	{"Gelu", NULL, gelu, true, NULL, NULL, NULL},
	{"Gelu", "approximate", gelu_tanh, true, NULL, NULL, NULL},
	{"Elu", NULL, elu, true, NULL, NULL, NULL},
	{"Softplus", NULL, softplus, false, NULL, NULL, NULL},
	{"Sign", NULL, sign, true, NULL, NULL, NULL},
	{"Pow", NULL, NULL, false, pow, NULL, powl},
};
enum { FUNCTIONS = sizeof rows / sizeof *rows };
static const double bound = 4;

static const char *title(const Row *r) { return r->attr == BELOW_0 ? "Exp of -|x|" : r->attr ? "Gelu, tanh" : r->op; }

/* ---- from functions to code ---- */

enum { TARGETS = 2 };

typedef struct Test {
	Ctx *c;
	const Row *row[FUNCTIONS];
	int n;
	const char *target[TARGETS];
	int ntargets;
	bool all;
	DType type; /* of arguments */
} Test;

static Value *pointwise(Graph *g, const char *op, Value *x)
{
	return node_new(g, op_named(op), NULL, 1, &x, 1, attr_new(g, op_named(op)))->out[0];
}

static Value *result_of(Graph *g, const Row *r, Value *const *x)
{
	const Op *op = op_named(r->op);
	void *attr = attr_new(g, op);
	Value *in[2] = {r->attr == BELOW_0 ? pointwise(g, "Neg", pointwise(g, "Abs", x[0])) : x[0], x[1]};

	if (r->attr && r->attr != BELOW_0)
		*(int64_t *)attr_field(op, attr, r->attr) = 1;
	return node_new(g, op, NULL, r->of_two ? 2 : 1, in, 1, attr)->out[0];
}

static Session *build(const Test *t, const char *target, const Row *const *row, int n, int64_t count)
{
	Ctx *c = t->c;
	Syms *syms = NEW(&c->perm, Syms);
	Settings s = {.compile = {.level = 2, .target = target}, .cc_flags = "-O2"};

	*syms = (Syms){.ctx = c};
	Graph *g = graph_new(c, syms, "ulp", NULL);
	Tensor shape = {.rank = 1, .dim = {count}};
	Shape x_shape = tensor_shape(&shape);
	Value *x[2] = {value_input(g, "x", t->type, &x_shape), value_input(g, "second", t->type, &x_shape)};
	for (int i = 0; i < n; i++)
		graph_output(g, result_of(g, row[i], x), "y");
	temporary_folder(c);
	temporary_clear();
	return jit(c, g, &s, NULL);
}

/* ---- one result ---- */

static float float_of(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

/* The unit in the last place of a float near y: 2^(e - 23), at least 2^-149. */
static double unit_of(double y)
{
	uint64_t bits;

	memcpy(&bits, &y, sizeof bits);
	uint64_t e = bits >> 52 & 2047, least = 1023 - 126;
	bits = (e < least ? least - 23 : e - 23) << 52;
	memcpy(&y, &bits, sizeof y);
	return y;
}

/* Infinity counts as 2^128, the float after the largest one. */
static double clipped(double y) { return y > 0x1p128 ? 0x1p128 : y < -0x1p128 ? -0x1p128 : y; }

/* How far got is from what f(x) should be. */
static double distance(const Row *r, float x, double want, float got)
{
	if (isnan(want) || isnan(got))
		return isnan(want) && isnan(got) ? 0 : INFINITY;
	if (x == 0 && (r->odd_at_zero || (r->of_two && want == 0)) && !signbit(got) != !signbit(r->of_two ? want : (double)x))
		return INFINITY;
	return fabs(clipped((double)got) - clipped(want)) / unit_of(clipped(want));
}

/* ---- all of them ---- */

typedef struct Worst {
	double ulp;
	float x, y;
} Worst;

/* The k-th block of bit patterns; false: there are no more. */
static bool fill(const Test *t, uint64_t k, float *x)
{
	uint64_t edges = (512 * NEAR) / BLOCK;

	for (uint64_t i = 0; i < BLOCK; i++) {
		uint64_t n = k * BLOCK + i;
		if (t->all)
			x[i] = float_of((uint32_t)n);
		else if (k < edges)
			x[i] = float_of((uint32_t)((n / NEAR << 23) + n % NEAR - NEAR / 2));
		else
			x[i] = float_of((uint32_t)((n - edges * BLOCK) * STEP));
	}
	return t->all ? k < ((uint64_t)1 << 32) / BLOCK : k < edges + ((uint64_t)1 << 32) / STEP / BLOCK;
}

/* Second arguments: numbers that formulas treat apart, then any, most of them of a size that leaves the result finite. */
static void fill_second(uint64_t k, float *y)
{
	static const float edge[] = {0, 1, 2, 3, 0.5f, 0.25f, 1 / 3.0f, 2.4f, 0x1p23f, 0x1.fffffep23f, 0x1p24f, 0x1p-30f, 0x1p-126f,
				     0x1p-149f, 0x1p127f, INFINITY, NAN, 5, 101, 0.99999994f};
	enum { EDGES = sizeof edge / sizeof *edge };
	uint64_t random = k * 0x9e3779b97f4a7c15 + 1;

	for (int i = 0; i < BLOCK; i++) {
		random = random * 6364136223846793005 + 1442695040888963407;
		uint32_t bits = (uint32_t)(random >> 32);
		float near = (float)((int32_t)bits >> (bits & 15)) * 0x1p-24f;
		float y0 = edge[(random >> 40) % EDGES];
		y[i] = bits % 8 == 0 ? (bits & 8 ? -y0 : y0) : bits % 8 == 1 ? float_of((uint32_t)(random >> 20)) : near;
	}
}

static void judge(const Row *r, const float *x, const double *want, const float *y, Worst *worst)
{
	for (int i = 0; i < BLOCK; i++) {
		double d = distance(r, x[i], want[i], y[i]);
		if (d > worst->ulp)
			*worst = (Worst){d, x[i], y[i]};
	}
}

/* One block through all functions of all targets. */
static void judge_block(const Test *t, Session *const *s, Tensor *const *x, Worst (*worst)[FUNCTIONS])
{
	static double want[BLOCK];
	const float *in = x[0]->data, *second = x[1]->data;

	for (int k = 0; k < t->ntargets; k++) {
		session_bind(s[k], x);
		if (session_run(s[k]) != TCC_OK)
			fail(t->c, EXIT_MODEL, "E-RUN", "the run failed");
	}
	for (int r = 0; r < t->n; r++) {
		for (int i = 0; i < BLOCK; i++)
			want[i] = t->row[r]->of_two ? t->row[r]->of_two((double)in[i], (double)second[i]) : t->row[r]->exact((double)in[i]);
		for (int k = 0; k < t->ntargets; k++)
			judge(t->row[r], in, want, session_output(s[k], r)->data, &worst[k][r]);
	}
}

static int report(const Test *t, const Worst (*worst)[FUNCTIONS])
{
	int bad = 0;

	for (int r = 0; r < t->n; r++)
		for (int k = 0; k < t->ntargets; k++) {
			const Worst *w = &worst[k][r];
			printf("%-11s %-10s %6.3f ulp at %a, which gives %a%s\n", title(t->row[r]), t->target[k], w->ulp,
			       (double)w->x, (double)w->y, w->ulp <= bound ? "" : "  FAILED");
			bad += !(w->ulp <= bound);
		}
	return bad;
}

static int accuracy(const Test *t)
{
	static Worst worst[TARGETS][FUNCTIONS];
	Session *s[TARGETS];
	Tensor *x[2];

	for (int i = 0; i < 2; i++)
		x[i] = tensor_new(&t->c->perm, F32, 1, &(int64_t){BLOCK});
	for (int k = 0; k < t->ntargets; k++)
		s[k] = build(t, t->target[k], t->row, t->n, BLOCK);
	for (uint64_t k = 0; fill(t, k, x[0]->data); k++) {
		ArenaMark mark = arena_mark(&t->c->perm);
		fill_second(k, x[1]->data);
		judge_block(t, s, x, worst);
		arena_release(&t->c->perm, mark);
	}
	for (int k = 0; k < t->ntargets; k++)
		session_close(s[k]);
	return report(t, worst);
}

/* ---- doubles ---- */

/* Half of them any, half of a size at which functions have something to say. */
static void fill_64(uint64_t k, double *x)
{
	uint64_t random = k * 0x9e3779b97f4a7c15 + 1;

	for (int i = 0; i < BLOCK; i++) {
		random = random * 6364136223846793005 + 1442695040888963407;
		uint64_t bits = random ^ random >> 29;
		if (i % 2)
			bits = (bits & 0x800fffffffffffff) | (1023 - 40 + (bits >> 52) % 70) << 52;
		memcpy(&x[i], &bits, sizeof bits);
	}
	x[0] = 0;
	x[1] = -0.0;
}

/* Second arguments: numbers that formulas treat apart, then any, most of them so that powers of x are finite. */
static void fill_second_64(uint64_t k, const double *x, double *y)
{
	static const double edge[] = {0, 1, 2, 3, 0.5, 0.25, 1 / 3.0, 2.4, 0x1p52, 0x1.fffffffffffffp52, 0x1p53, 0x1p-60, 0x1p-1022, 0x1p-1074,
				      0x1p1023, INFINITY, NAN, 5, 101, 0x1.fffffffffffffp-1};
	enum { EDGES = sizeof edge / sizeof *edge };
	uint64_t random = k * 0x9e3779b97f4a7c15 + 7;

	for (int i = 0; i < BLOCK; i++) {
		random = random * 6364136223846793005 + 1442695040888963407;
		uint64_t bits = random >> 20;
		double part = (double)(int64_t)random * 0x1p-63, most = 1080 / (fabs(log2(fabs(x[i]))) + 0x1p-40);
		y[i] = bits % 8 == 0 ? copysign(edge[bits / 8 % EDGES], part) : bits % 8 == 1 ? rint(part * 40) : part * fmin(most, 0x1p60);
	}
}

static long double exact_64(const Row *r, double x, double second)
{
	return r->of_double ? r->of_double((long double)x) : r->of_two_doubles((long double)x, (long double)second);
}

static bool has_doubles(const Row *r) { return r->of_double || r->of_two_doubles; }

static double distance_64(const Row *r, double x, double second, double got)
{
	long double want = exact_64(r, x, second);
	int e;

	if (isnan(want) || isnan(got))
		return isnan(want) && isnan(got) ? 0 : INFINITY;
	if (x == 0 && (r->odd_at_zero || r->of_two) && !signbit(got) != !signbit(r->of_two ? want : (long double)x))
		return INFINITY;
	if (isinf((double)want) || isinf(got))
		return (double)want == got || fabsl(want) > 0x1.fffffffffffff0p1023L ? 0 : INFINITY;
	frexpl(want, &e);
	return (double)(fabsl((long double)got - want) / ldexpl(1, e < -1021 ? -1074 : e - 53));
}

/* The worst error of the function that the session runs, and where it is. */
static double worst_64(const Test *t, const Row *r, Session *s, double *at)
{
	Tensor *x[2];
	double worst = 0;

	for (int i = 0; i < 2; i++)
		x[i] = tensor_new(&t->c->perm, F64, 1, &(int64_t){BLOCK});
	for (uint64_t k = 0; k < BLOCKS_64; k++) {
		const double *from = x[0]->data, *second = x[1]->data;
		fill_64(k, x[0]->data);
		fill_second_64(k, from, x[1]->data);
		session_bind(s, x);
		if (session_run(s) != TCC_OK)
			fail(t->c, EXIT_MODEL, "E-RUN", "the run failed");
		const double *y = session_output(s, 0)->data;
		for (int i = 0; i < BLOCK; i++) {
			double d = distance_64(r, from[i], second[i], y[i]);
			*at = d > worst ? from[i] : *at;
			worst = d > worst ? d : worst;
		}
	}
	return worst;
}

/* How many of the functions of doubles fail. */
static int accuracy_64(const Test *t)
{
	Test doubles = {.c = t->c, .type = F64};
	int bad = 0;

	for (int r = 0; r < t->n; r++)
		for (int k = 0; k < t->ntargets && has_doubles(t->row[r]); k++) {
			double at = 0;
			Session *s = build(&doubles, t->target[k], &t->row[r], 1, BLOCK);
			double worst = worst_64(t, t->row[r], s, &at);
			session_close(s);
			printf("%-11s %-10s %6.3f ulp of doubles at %a%s\n", title(t->row[r]), t->target[k], worst, at,
			       worst <= bound ? "" : "  FAILED");
			bad += !(worst <= bound);
		}
	return bad;
}

/* ---- cycles ---- */

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds of one cycle: a multiplication of integers waits three for the one before it. */
static double cycle(void)
{
	double best = INFINITY;

	for (int round = 0; round < 20; round++) {
		uint64_t x = 3;
		double start = seconds();
		for (int i = 0; i < 100000; i++) {
			x *= 0x2545f4914f6cdd1du;
			__asm__ volatile("" : "+r"(x));
		}
		best = fmin(best, seconds() - start);
	}
	return best / 300000;
}

static double time_of(Session *s)
{
	double best = INFINITY;

	for (int round = 0; round < 50; round++) {
		double start = seconds();
		for (int i = 0; i < 100; i++)
			session_run(s);
		best = fmin(best, seconds() - start);
	}
	return best / 100;
}

static void speed(const Test *t)
{
	Tensor *x[2];

	for (int k = 0; k < 2; k++) {
		x[k] = tensor_new(&t->c->perm, F32, 1, &(int64_t){ARRAY});
		for (int i = 0; i < ARRAY; i++)
			((float *)x[k]->data)[i] = (float)(i * 37 % ARRAY) * (16.0f / ARRAY) - 7.9f;
	}
	for (int r = 0; r < t->n; r++)
		for (int k = 0; k < t->ntargets; k++) {
			Session *s = build(t, t->target[k], &t->row[r], 1, ARRAY);
			session_bind(s, x);
			printf("%-11s %-10s %6.2f cycles an element\n", title(t->row[r]), t->target[k],
			       time_of(s) / ARRAY / cycle());
			session_close(s);
		}
}

/* ---- the program ---- */

static bool runs_here(const char *target)
{
#ifdef __x86_64__
	if (!strcmp(target, "x86-64-v3"))
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
	return __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
#else
	(void)target;
	return false;
#endif
}

typedef struct Asked {
	const char *target, *filter;
	bool all, cycles;
} Asked;

static bool read_arguments(Asked *a, int argc, char **argv)
{
	a->filter = "";
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-a"))
			a->all = true;
		else if (!strcmp(argv[i], "-c"))
			a->cycles = true;
		else if (i + 1 < argc && !strcmp(argv[i], "-t"))
			a->target = argv[++i];
		else if (i + 1 < argc && !strcmp(argv[i], "-f"))
			a->filter = argv[++i];
		else
			return false;
	}
	return true;
}

/* How many functions failed. */
static int run(Ctx *c, const Asked *a)
{
	static const char *const targets[TARGETS] = {"x86-64-v3", "x86-64-v4"};
	Test t = {.c = c, .all = a->all, .type = F32};
	int bad = 0, tests = 0;

	for (int k = 0; k < TARGETS; k++)
		if ((!a->target || !strcmp(a->target, targets[k])) && runs_here(targets[k]))
			t.target[t.ntargets++] = targets[k];
	for (int r = 0; r < FUNCTIONS; r++)
		if (strstr(title(&rows[r]), a->filter))
			t.row[t.n++] = &rows[r];
	if (a->cycles) {
		speed(&t);
	} else {
		for (int r = 0; r < t.n; r++)
			tests += has_doubles(t.row[r]) ? 2 * t.ntargets : t.ntargets;
		bad = accuracy(&t) + accuracy_64(&t);
		printf("%d passed, %d failed\n", tests - bad, bad);
	}
	return bad;
}

int main(int argc, char **argv)
{
	static Asked asked;
	static Ctx c;

	if (!read_arguments(&asked, argc, argv)) {
		fprintf(stderr, "usage: ulp [-a] [-c] [-t TARGET] [-f OPERATOR]\n");
		return EXIT_USAGE;
	}
	program_open(&c, "ulp");
	if (setjmp(c.border))
		return program_trouble(&c);
	int bad = run(&c, &asked), status = program_close(&c);
	return bad ? 1 : status;
}
