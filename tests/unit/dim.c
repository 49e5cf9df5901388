/* Sizes against plain numbers: random formulas are built as Dims and evaluated on the side; then text, bounds and the
 * simplifications that shape inference relies on. */
#include "tests/unit/unit.h"
#include "ir/dim.h"

enum { NAMES = 4, POINTS = 24 };
static const char *const names[NAMES] = {"batch", "n", "a b\"", "image.0"};

typedef struct Made {
	Dim d;
	int64_t at[POINTS]; /* the formula's value at each point */
} Made;

static Ctx ctx;
static Syms syms;
static uint64_t seed;
static int64_t point[POINTS][NAMES];

static int setup(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", 0);
	memset(&syms, 0, sizeof syms);
	syms.ctx = &ctx;
	seed = 20240607;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ctx_close(&ctx);
	return 0;
}

static Dim read_dim(const char *text)
{
	const char *end;
	Dim d = dim_parse(&syms, text, &end);

	assert_non_null(end);
	assert_int_equal(*end, 0);
	return d;
}

#define assert_text(d, text) assert_string_equal(dim_text(&syms, (d)), (text))

/* Symbols within bounds (some unbounded, some from 0), and points within them. */
static void make_points(void)
{
	for (int i = 0; i < NAMES; i++) {
		Symbol *x = dim_symbol_of(&syms, dim_symbol(&syms, names[i]));
		x->lo = random_in(&seed, 0, 3);
		x->hi = i == 0 ? -1 : x->lo + random_in(&seed, 0, 5);
		for (int p = 0; p < POINTS; p++)
			point[p][i] = p == 0 ? x->lo : random_in(&seed, x->lo, x->hi < 0 ? 9 : x->hi);
	}
}

static int64_t floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return q * b > a ? q - 1 : q;
}

enum { ADD, SUB, MUL, FLOORDIV, CEILDIV, MOD, MIN, MAX, OPS };

static int64_t apply(int op, int64_t a, int64_t b)
{
	switch (op) {
	case ADD: return a + b;
	case SUB: return a - b;
	case MUL: return a * b;
	case FLOORDIV: return floor_div(a, b);
	case CEILDIV: return -floor_div(-a, b);
	case MOD: return a - b * floor_div(a, b);
	case MIN: return a < b ? a : b;
	default: return a > b ? a : b;
	}
}

static Dim (*const dim_ops[OPS])(Syms *, Dim, Dim) = {
	dim_add, dim_sub, dim_mul, dim_floordiv, dim_ceildiv, dim_mod, dim_min, dim_max};

static Made combine(int op, Made a, Made b)
{
	Made m;

	m.d = dim_ops[op](&syms, a.d, b.d);
	for (int p = 0; p < POINTS; p++)
		m.at[p] = apply(op, a.at[p], b.at[p]);
	return m;
}

static Made number(int64_t k)
{
	Made m = {.d = dim(k)};

	for (int p = 0; p < POINTS; p++)
		m.at[p] = k;
	return m;
}

static Made leaf(void)
{
	Made m;
	int i = (int)random_in(&seed, 0, NAMES - 1);

	if (random_in(&seed, 0, 2) == 0)
		return number(random_in(&seed, -4, 9));
	m.d = dim_symbol(&syms, names[i]);
	for (int p = 0; p < POINTS; p++)
		m.at[p] = point[p][i];
	return m;
}

static Made formula(int depth)
{
	if (depth == 0 || random_in(&seed, 0, 9) == 0)
		return leaf();
	int op = (int)random_in(&seed, 0, OPS - 1);
	Made a = formula(depth - 1), b = formula(depth - 1);
	if (op == FLOORDIV || op == CEILDIV || op == MOD)
		b = combine(MAX, b, number(random_in(&seed, 1, 6)));
	return combine(op, a, b);
}

static void formulas_agree_with_numbers(void **state)
{
	(void)state;
	for (int round = 0; round < 4000; round++) {
		if (round % 50 == 0)
			make_points();
		Made m = formula(1 + round % 4);
		int64_t lo = dim_lo(&syms, m.d), hi = dim_hi(&syms, m.d);
		for (int p = 0; p < POINTS; p++) {
			assert_int_equal(dim_eval(&syms, m.d, point[p]), m.at[p]);
			assert_true(lo <= m.at[p] && m.at[p] <= hi);
		}
		arena_free(&ctx.scratch);
	}
}

static void text_reads_back(void **state)
{
	Ctx other_ctx;
	Syms other = {.ctx = &other_ctx};

	(void)state;
	ctx_open(&other_ctx, "unit", 0);
	make_points();
	for (int round = 0; round < 1500; round++) {
		Made m = formula(1 + round % 4);
		const char *end, *text = dim_text(&syms, m.d);
		assert_true(dim_same(read_dim(text), m.d));
		for (int i = 0; round == 0 && i < NAMES; i++) /* other order of making, same bounds */
			*dim_symbol_of(&other, dim_symbol(&other, names[NAMES - 1 - i])) =
				*dim_symbol_of(&syms, dim_symbol(&syms, names[NAMES - 1 - i]));
		Dim again = dim_parse(&other, text, &end);
		assert_non_null(end);
		assert_string_equal(dim_text(&other, again), text);
	}
	ctx_close(&other_ctx);
}

static void arithmetic_has_laws(void **state)
{
	(void)state;
	make_points();
	for (int round = 0; round < 1000; round++) {
		Dim a = formula(2).d, b = formula(2).d, c = formula(2).d;
		Dim left = dim_mul(&syms, dim_add(&syms, a, b), c);
		Dim right = dim_add(&syms, dim_mul(&syms, c, a), dim_mul(&syms, b, c));
		assert_true(dim_same(left, right));
		assert_true(dim_is(dim_sub(&syms, left, right), 0));
		Dim divisor = dim_max(&syms, b, dim(1));
		Dim product = dim_mul(&syms, a, divisor);
		assert_true(dim_same(dim_floordiv(&syms, product, divisor), a));
		assert_true(dim_is(dim_mod(&syms, product, divisor), 0));
		a = leaf().d, b = leaf().d, c = leaf().d;
		assert_true(dim_same(dim_min(&syms, a, dim_min(&syms, b, c)), dim_min(&syms, dim_min(&syms, c, a), b)));
		assert_true(dim_same(dim_max(&syms, a, dim_max(&syms, b, a)), dim_max(&syms, b, a)));
	}
}

static void shapes_simplify(void **state)
{
	static const char *const cases[][2] = {
		{"2*batch + 1", "2*batch + 1"},
		{"1 + batch*2 - 3*batch", "-batch + 1"},
		{"(n + 1)*(m + 2)", "m*n + m + 2*n + 2"},
		{"floordiv(5*n + 7, 2)", "2*n + floordiv(n + 1, 2) + 3"},
		{"ceildiv(n, 2)", "floordiv(n + 1, 2)"},
		{"floordiv(n - 3, 2) + 1", "floordiv(n + 1, 2) - 1"},
		{"floordiv(floordiv(n, 2), 3)", "floordiv(n, 6)"},
		{"floordiv(n*m*64, m*64)", "n"},
		{"floordiv(n*m + n + m + 1, n + 1)", "m + 1"},
		{"floordiv(6*n, 4)", "n + floordiv(n, 2)"},
		{"floordiv(n, m*n)", "floordiv(1, m)"},
		{"mod(4*n + 6, 4)", "2"},
		{"mod(6*n + 5, 4)", "2*mod(n, 2) + mod(1, 1) + 1"},
		{"mod(mod(n, 6), 3)", "mod(n, 3)"},
		{"mod(n, 1)", "0"},
		{"mod(2*mod(n, 6) + m, 3)", "mod(m + 2*n, 3)"},
		{"n + mod(7 - mod(n, 7), 7)", "7*floordiv(n + 6, 7)"},
		{"n + m - mod(n, 7)", "m + 7*floordiv(n, 7)"},
		{"n + mod(6*n, 7) + m - mod(6*n, 7)", "m + n"},
		{"7*floordiv(n, 7) + mod(n, 7)", "n"},
		{"-m*n - m*mod(6*n, 7)", "-7*m*floordiv(n + 6, 7)"},
		{"floordiv(49*m*floordiv(n + mod(6*n, 7), 7), 7*n + 7*mod(6*n, 7))", "m"},
		{"min(n, n + 1)", "n"},
		{"max(n, n + m)", "m + n"},
		{"max(0, n)", "n"},
		{"min(n, 9223372036854775807)", "n"},
		{"max(0, n - min(n, 3))", "n - min(n, 3)"},
		{"min(3, min(n, m))", "min(m, min(n, 3))"},
		{"floordiv(small, 8)", "0"},
		{"floordiv(-1, small + 1)", "-1"},
		{"mod(small, 8)", "small"},
		{"mod(7 - small, 8)", "-small + 7"},
		{"min(small, 7)", "small"},
		{"\"a b\" - \"min\"", "\"a b\" - \"min\""},
	};

	(void)state;
	Symbol *x = dim_symbol_of(&syms, dim_symbol(&syms, "small"));
	x->lo = 2;
	x->hi = 7;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		Dim d = read_dim(cases[i][0]);
		assert_text(d, dim_text(&syms, read_dim(cases[i][1])));
		assert_true(dim_same(d, read_dim(cases[i][1])));
	}
	assert_text(read_dim("floordiv(5*n + 7, 2)"), "2*n + floordiv(n + 1, 2) + 3");
	assert_text(read_dim("min(3, min(n, m))"), "min(m, min(n, 3))");
}

static void bounds_are_narrow(void **state)
{
	static const struct {
		const char *text;
		int64_t lo, hi;
	} cases[] = {
		{"n", 1, 640},
		{"2*n + 1", 3, 1281},
		{"floordiv(n - 1, 2) + 1", 1, 320},
		{"n - min(n, 3)", 0, 637},
		{"n - floordiv(n, 2)", 1, 320},
		{"n - 2*floordiv(n, 2)", 0, 1},
		{"mod(n, 32)", 0, 31},
		{"free", 0, INT64_MAX},
		{"free*n", 0, INT64_MAX},
		{"min(free, 5)", 0, 5},
		{"floordiv(1000, n)", 1, 1000},
		{"-free", INT64_MIN, 0},
		{"1 - min(max(m, n) - min(m, n), 1)", 0, 1},
		{"min(max(m, n) - min(m, n), 1 - min(mod(n, 3), 1))", 0, 1},
	};

	(void)state;
	Symbol *x = dim_symbol_of(&syms, dim_symbol(&syms, "n"));
	x->lo = 1;
	x->hi = 640;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		Dim d = read_dim(cases[i].text);
		assert_int_equal(dim_lo(&syms, d), cases[i].lo);
		assert_int_equal(dim_hi(&syms, d), cases[i].hi);
	}
	assert_true(dim_at_most(&syms, read_dim("floordiv(n, 2)"), read_dim("n")));
	assert_false(dim_at_most(&syms, read_dim("n"), read_dim("floordiv(n, 2)")));
}

static void bad_text_is_refused(void **state)
{
	static const char *const cases[] = {
		"", "+", "n +", "2 *", "(n", "floordiv(n)", "floordiv(n, 0)", "\"n", "mod(n, -2)", "min(n 3)",
		"99999999999999999999", "*n", "--n",
	};
	const char *end;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		dim_parse(&syms, cases[i], &end);
		assert_null(end);
	}
	assert_true(dim_same(dim_parse(&syms, "n + 1, m", &end), read_dim("n + 1")));
	assert_string_equal(end, ", m");
	char deep[5000];
	memset(deep, '(', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	dim_parse(&syms, deep, &end);
	assert_null(end);
}

/* A formula that doubles in size each round. */
static void grow_for_ever(Dim grown)
{
	for (int i = 0; i < 64; i++) {
		Dim x = dim_add(&syms, grown, dim(i)), y = dim_mul(&syms, grown, dim(2));
		grown = dim_mod(&syms, dim_mul(&syms, x, y), dim(97 + i));
	}
}

static void limits_fail_cleanly(void **state)
{
	const Dim n = dim_symbol(&syms, "n");
	int64_t values[] = {INT64_C(1) << 40};

	(void)state;
	assert_fails(&ctx, EXIT_LIMIT, "E-SIZE", dim_mul(&syms, dim(INT64_C(1) << 40), dim(INT64_C(1) << 40)));
	assert_fails(&ctx, EXIT_LIMIT, "E-SIZE", dim_add(&syms, dim(INT64_MAX), n));
	assert_fails(&ctx, EXIT_LIMIT, "E-SIZE", dim_eval(&syms, dim_mul(&syms, n, n), values));
	values[0] = 0;
	assert_fails(&ctx, EXIT_MODEL, "E-SIZE", dim_eval(&syms, dim_floordiv(&syms, dim(1), n), values));
	assert_fails(&ctx, EXIT_LIMIT, "E-SIZE", grow_for_ever(n));
}

/* The sum of 600 symbols that no other sum has. */
static Dim long_sum(char first)
{
	Dim sum = dim(0);

	for (int i = 0; i < 600; i++)
		sum = dim_add(&syms, sum, dim_symbol(&syms, arena_format(&ctx.perm, "%c%d", first, i)));
	return sum;
}

/* The difference of two formulas can be one that is too long: whether it has a sign is not known then. */
static void questions_have_no_limit(void **state)
{
	const Dim a = long_sum('a'), b = long_sum('b');

	(void)state;
	assert_false(dim_at_most(&syms, a, b));
	assert_true(dim_at_most(&syms, a, dim_add(&syms, a, dim(1))));
	assert_fails(&ctx, EXIT_LIMIT, "E-SIZE", dim_add(&syms, a, b));
}

static void use_dims(void)
{
	Dim d = read_dim("floordiv(3*n*m + min(n, m) + mod(batch, 7), 2)");

	dim_hi(&syms, d);
	dim_text(&syms, dim_max(&syms, d, dim_mul(&syms, d, d)));
}

static void each_allocation_fails_in_turn(void **state)
{
	long n = 1;

	for (; fails_at(&ctx, n, use_dims); n++) {
		teardown(state);
		assert_int_equal(ctx.memory_used, 0);
		setup(state);
	}
	assert_true(n > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(formulas_agree_with_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(text_reads_back, setup, teardown),
		cmocka_unit_test_setup_teardown(arithmetic_has_laws, setup, teardown),
		cmocka_unit_test_setup_teardown(shapes_simplify, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds_are_narrow, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_text_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(limits_fail_cleanly, setup, teardown),
		cmocka_unit_test_setup_teardown(questions_have_no_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(each_allocation_fails_in_turn, setup, teardown),
	};

	return cmocka_run_group_tests_name("dim", tests, NULL, NULL);
}
