/* Rows put in order as a whole: where every element of a row goes, of equal ones the first first. Whatever makes that hard:
 * few kinds, one alone far away so that others differ in their last bits only, rows up and down, and one that is made for
 * parts to be parted badly. Emitted code gives the places that the evaluator does. */
#include "codegen/print.h"
#include "ir/eval.h"
#include "ir/text.h"
#include "tests/unit/unit.h"
#include "tools/jit.h"

enum { N = 3000, SHORT = 16 };

static Ctx ctx;

/* What the middle one of three parts into one and all others, turn by turn: those that are looked at are the least so far. */
static void make_worst(int64_t *y)
{
	int64_t id[N], next = 0;

	for (int64_t i = 0; i < N; i++) {
		id[i] = i;
		y[i] = N;
	}
	for (int64_t a = 0, to = 0; N - a > SHORT; a = to) {
		const int64_t n = N - a, at[] = {id[a + n / 4], id[a + n / 2], id[N - 1 - n / 4]};
		for (int k = 0; k < 3; k++)
			y[at[k]] = y[at[k]] == N ? next++ : y[at[k]];
		int64_t low = y[at[0]] < y[at[1]] ? y[at[0]] : y[at[1]], high = y[at[0]] < y[at[1]] ? y[at[1]] : y[at[0]];
		int64_t pivot = y[at[2]] < low ? low : y[at[2]] > high ? high : y[at[2]];
		for (int64_t i = a; i < N; i++) {
			int64_t x = id[i];
			id[i] = id[to];
			id[to] = x;
			to += y[x] < pivot;
		}
	}
}

typedef struct Pattern {
	const char *name;
	int64_t (*at)(int64_t i);
} Pattern;

static int64_t same(int64_t i) { return 0 * i; }
static int64_t few(int64_t i) { return i * i % 7 - 3; }
static int64_t up(int64_t i) { return i; }
static int64_t down(int64_t i) { return -i; }
static int64_t up_and_down(int64_t i) { return i < N / 2 ? i : N - i; }
static int64_t mixed(int64_t i) { return i * 7919 % 2003; }
static int64_t far_one(int64_t i) { return i == N / 3 ? INT64_MIN : mixed(i); }
static int64_t ends(int64_t i) { return i % 3 == 0 ? INT64_MIN : i % 3 == 1 ? INT64_MAX : i; }
static int64_t worst(int64_t i)
{
	static int64_t row[N];

	if (i == 0)
		make_worst(row);
	return row[i];
}

static const Pattern patterns[] = {{"same", same}, {"few", few}, {"up", up}, {"down", down}, {"up and down", up_and_down},
				   {"mixed", mixed}, {"far", far_one}, {"ends", ends}, {"worst", worst}};

enum { PATTERNS = sizeof patterns / sizeof *patterns };

static Graph *graph_of(DType type, int64_t k)
{
	Syms *syms = NEW(&ctx.perm, Syms);
	Out text = {.arena = &ctx.perm};

	*syms = (Syms){.ctx = &ctx};
	put_text(&text, "graph (%%x %s[%d]) -> (%%y, %%i) { %%k i64[1] = const [%lld] %%y, %%i = TopK(%%x, %%k) {largest = 0} }",
		 dtype_name(type), N, (long long)k);
	return graph_parse(&ctx, syms, text.text);
}

static Tensor *row_of(DType type, const Pattern *p)
{
	Tensor *t = tensor_new(&ctx.perm, type, 1, (int64_t[]){N});

	for (int64_t i = 0; i < N; i++)
		if (type == I64)
			((int64_t *)t->data)[i] = p->at(i);
		else if (type == I32)
			((int32_t *)t->data)[i] = (int32_t)p->at(i);
		else if (type == F64)
			((double *)t->data)[i] = (double)p->at(i) / 3;
		else
			((float *)t->data)[i] = (float)p->at(i) / 3;
	return t;
}

/* The first k places. */
static void check_sorted(const char *target, DType type, int64_t k)
{
	Settings settings = {.compile = {.level = 2, .target = target}, .cc_flags = "-O1", .threads = 1};
	Session *s = jit(&ctx, graph_of(type, k), &settings, NULL);

	for (int i = 0; i < PATTERNS; i++) {
		Tensor *x = row_of(type, &patterns[i]);
		Graph *g = graph_of(type, k);
		Eval e = {.budget = -1};
		print_message("%s %s of %s\n", target, dtype_name(type), patterns[i].name);
		session_bind(s, &x);
		assert_int_equal(session_run(s), TCC_OK);
		assert_true(session_intact(s));
		eval_graph(&e, g, &ctx.perm, &x);
		assert_memory_equal(session_output(s, 1)->data, eval_value(&e, g->out[1])->data, (size_t)k * sizeof(int64_t));
	}
	session_close(s);
	temporary_clear();
}

static void check_emitted(const char *target)
{
	static const DType type[] = {I64, I32, F64, F32};

	ctx_open(&ctx, "unit", 0);
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "a model ends in trouble");
	}
	for (int i = 0; i < 4; i++) {
		check_sorted(target, type[i], N);
		check_sorted(target, type[i], N / 3);
	}
	ctx_close(&ctx);
}

#include "tests/unit/targets.h"

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(portable_c),
#ifdef __x86_64__
		cmocka_unit_test(avx2), cmocka_unit_test(avx512),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
