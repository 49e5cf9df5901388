/* The operators on single elements: tricky values against numbers written down here, and, for every operator and type,
 * what lower() builds against what eval() says. */
#include "tests/unit/unit.h"
#include "ir/op.h"
#include "tests/unit/interpret.h"

enum { MOST = 8, INPUTS = 3, SETTINGS = 3 };
#define NONE -12345.0 /* ends a list */
#define NINF (-(double)INFINITY)
#define INF ((double)INFINITY)
#define NOT_A ((double)NAN)

typedef struct Setting {
	const char *name;
	double value;
} Setting;

static Ctx ctx;
static Syms syms;
static Graph *graph;
static uint64_t seed;

static int setup(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", 0);
	memset(&syms, 0, sizeof syms);
	syms.ctx = &ctx;
	graph = graph_new(&ctx, &syms, "test", NULL);
	seed = 20260111;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ctx_close(&ctx);
	return 0;
}

/* ---- nodes ---- */

static void set_attr(const Op *op, void *attr, const Setting *s)
{
	for (const Attr *row = op->attrs; row && row->name; row++) {
		if (!s->name || strcmp(row->name, s->name) != 0)
			continue;
		void *field = (char *)attr + row->offset;
		if (row->kind == A_FLOAT)
			*(float *)field = (float)s->value;
		else if (row->kind == A_TYPE)
			*(DType *)field = (DType)s->value;
		else
			*(int64_t *)field = (int64_t)s->value;
		return;
	}
	assert_true(!s->name && "an attribute of the operator");
}

static Node *node_of(const char *name, const Setting *settings, int nin, Value *const *in)
{
	const Op *op = op_find("", name);
	assert_non_null(op);
	void *attr = attr_new(graph, op);
	for (int i = 0; i < SETTINGS; i++)
		set_attr(op, attr, &settings[i]);
	return node_new(graph, op, NULL, nin, in, op->min_out, attr);
}

static Tensor *evaluated(const Node *n)
{
	Eval e = {0};
	eval_open(&e, graph, &ctx.perm);
	eval_node(&e, n);
	return eval_value(&e, n->out[0]);
}

/* Element i of output 0 by its expression. */
static Number lowered(const Node *n, const Tensor *y, int64_t i)
{
	bool *is_load = NEW_N(&ctx.perm, bool, graph->nvalue + 1);
	Lower *l = lower_new(graph, &ctx.perm, is_load);
	Interpreter s = {0};
	Expr *at[MAX_RANK];
	for (int k = y->rank - 1; k >= 0; i /= y->dim[k--])
		at[k] = num_i(l, i % y->dim[k]);
	return interpret(&s, n->op->lower(l, n, 0, at));
}

/* ---- tricky values ---- */

typedef struct Case {
	const char *op;
	DType in, out;
	double x[INPUTS][MOST], y[MOST]; /* lists that NONE ends */
	Setting settings[SETTINGS];
} Case;

/* clang-format off */
static const Case cases[] = {
	/* integers wrap, truncate, and give 0 for a divisor of 0 */
	{"Add", U8, U8, {{250, 1, NONE}, {10, 2, NONE}}, {4, 3, NONE}, {{0}}},
	{"Sub", U32, U32, {{1, 5, NONE}, {2, 5, NONE}}, {4294967295.0, 0, NONE}, {{0}}},
	{"Mul", I8, I8, {{100, -128, NONE}, {3, -1, NONE}}, {44, -128, NONE}, {{0}}},
	{"Div", I32, I32, {{7, -7, 7, -2147483648.0, 5, NONE}, {2, 2, -2, -1, 0, NONE}},
	 {3, -3, -3, -2147483648.0, 0, NONE}, {{0}}},
	{"Div", U64, U64, {{0x1p63, 0x1p63, 7, NONE}, {2, 0x1p63, 0x1p63, NONE}}, {0x1p62, 1, 0, NONE}, {{0}}},
	{"Div", I64, I64, {{-0x1p63, 9, NONE}, {-1, -4, NONE}}, {-0x1p63, -2, NONE}, {{0}}},
	{"Neg", I8, I8, {{-128, 5, NONE}}, {-128, -5, NONE}, {{0}}},
	{"Abs", I16, I16, {{-32768, -5, 5, NONE}}, {-32768, 5, 5, NONE}, {{0}}},
	{"Sign", U64, U64, {{0x1p63, 0, NONE}}, {1, 0, NONE}, {{0}}},
	/* Mod has the sign of the divisor, with fmod that of the dividend */
	{"Mod", I32, I32, {{7, -7, 7, -7, 7, NONE}, {3, 3, -3, -3, 0, NONE}}, {1, 2, -2, -1, 0, NONE}, {{0}}},
	{"Mod", I32, I32, {{7, -7, 7, -7, NONE}, {3, 3, -3, -3, NONE}}, {1, -1, 1, -1, NONE}, {{"fmod", 1}}},
	{"Mod", I64, I64, {{-0x1p63, NONE}, {-1, NONE}}, {0, NONE}, {{0}}},
	{"Mod", U64, U64, {{0x1p63, NONE}, {3, NONE}}, {2, NONE}, {{0}}},
	{"Mod", F32, F32, {{-7, 7, 5, -5, NONE}, {3, -3, INF, INF, NONE}}, {2, -2, 5, INF, NONE}, {{0}}},
	{"Mod", F32, F32, {{-7.5, 7, INF, NONE}, {3, -3, 2, NONE}}, {-1.5, 1, NOT_A, NONE}, {{"fmod", 1}}},
	/* NaN wins, unsigned numbers compare as such */
	{"Max", F32, F32, {{NOT_A, 1, NINF, NONE}, {1, NOT_A, -3, NONE}, {2, 2, -4, NONE}},
	 {NOT_A, NOT_A, -3, NONE}, {{0}}},
	{"Min", F16, F16, {{NOT_A, 1, INF, NONE}, {1, NOT_A, 3, NONE}}, {NOT_A, NOT_A, 3, NONE}, {{0}}},
	{"Min", U64, U64, {{0x1p63, 5, NONE}, {1, 0x1p63, NONE}}, {1, 5, NONE}, {{0}}},
	{"Max", I64, I64, {{-0x1p63, 5, NONE}, {1, -6, NONE}}, {1, 5, NONE}, {{0}}},
	{"Less", U64, BOOL, {{0x1p63, 1, NONE}, {1, 0x1p63, NONE}}, {0, 1, NONE}, {{0}}},
	{"GreaterOrEqual", F32, BOOL, {{NOT_A, 1, 1, NONE}, {1, NOT_A, 1, NONE}}, {0, 0, 1, NONE}, {{0}}},
	{"Equal", F64, BOOL, {{NOT_A, -0.0, 3, NONE}, {NOT_A, 0, 4, NONE}}, {0, 1, 0, NONE}, {{0}}},
	/* 64-bit data is no index: nothing is concluded from its range */
	{"Equal", I64, BOOL, {{0x1p62, 5, NONE}, {0x1p62, NONE}}, {1, 0, NONE}, {{0}}},
	{"Less", I64, BOOL, {{0x1p62, 5, NONE}, {0x1p61, NONE}}, {0, 1, NONE}, {{0}}},
	{"Less", I64, BOOL, {{-0x1p63, 5, NONE}, {-0x1p61, NONE}}, {1, 0, NONE}, {{0}}},
	{"Sub", I64, I64, {{0, 1024, NONE}, {-0x1p63, NONE}}, {-0x1p63, -0x1p63 + 1024, NONE}, {{0}}},
	{"Mul", I64, I64, {{2, 4, NONE}, {0x1p62, NONE}}, {-0x1p63, 0, NONE}, {{0}}},
	{"Relu", F32, F32, {{NOT_A, NINF, 3, NONE}}, {NOT_A, 0, 3, NONE}, {{0}}},
	{"Clip", F32, F32, {{NOT_A, -9, 9, 0.5, NONE}, {-1, NONE}, {1, NONE}}, {NOT_A, -1, 1, 0.5, NONE}, {{0}}},
	{"Clip", I8, I8, {{-9, 0, 9, NONE}, {5, NONE}, {2, NONE}}, {2, 2, 2, NONE}, {{0}}},
	{"Clip", U64, U64, {{0x1p63, 1, NONE}, {2, NONE}, {0x1p62, NONE}}, {0x1p62, 2, NONE}, {{0}}},
	/* halves go to the even neighbour */
	{"Round", F32, F32, {{0.5, 1.5, 2.5, -2.5, -3.7, NONE}}, {0, 2, 2, -2, -4, NONE}, {{0}}},
	{"Add", BF16, BF16, {{256, 1, NONE}, {1, 0x1p-7, NONE}}, {256, 1 + 0x1p-7, NONE}, {{0}}},
	{"Sum", F32, F32, {{16777216, 1, NONE}, {1, 2, NONE}}, {16777216, 3, NONE}, {{0}}},
	{"Mean", F64, F64, {{1, 4, NONE}, {2, 5, NONE}, {6, 9, NONE}}, {3, 6, NONE}, {{0}}},
	{"IsInf", F32, BOOL, {{INF, NINF, NOT_A, 1, NONE}}, {1, 1, 0, 0, NONE}, {{0}}},
	{"IsInf", F16, BOOL, {{INF, NINF, NOT_A, 1, NONE}}, {0, 1, 0, 0, NONE}, {{"detect_positive", 0}}},
	{"IsInf", F8E5M2, BOOL, {{0, 1, NONE}}, {0, 0, NONE}, {{"detect_negative", 0}}},
	/* shifts beyond the width leave the sign */
	{"BitShift", U8, U8, {{255, 1, 1, NONE}, {1, 7, 8, NONE}}, {254, 128, 0, NONE}, {{"direction", 0}}},
	{"BitShift", I8, I8, {{-128, -5, 5, -5, NONE}, {1, 9, 9, -1, NONE}}, {-64, -1, 0, -1, NONE}, {{"direction", 1}}},
	{"BitShift", U64, U64, {{0x1p63, NONE}, {63, NONE}}, {1, NONE}, {{"direction", 1}}},
	{"BitwiseNot", U16, U16, {{1, NONE}}, {65534, NONE}, {{0}}},
	{"Not", BOOL, BOOL, {{0, 1, NONE}}, {1, 0, NONE}, {{0}}},
	/* powers of integers */
	{"Pow", I32, I32, {{2, 3, -1, 1, 2, 0, NONE}, {33, 3, -3, -2, -1, -1, NONE}}, {0, 27, -1, 1, 0, 0, NONE}, {{0}}},
	{"Pow", I64, I64, {{3, -2, NONE}, {39, 3, NONE}}, {4052555153018976267.0, -8, NONE}, {{0}}},
	/* small numbers keep their digits */
	{"Elu", F32, F32, {{-1e-6, 2, NINF, NOT_A, NONE}}, {-9.999995e-7, 2, -1, NOT_A, NONE}, {{0}}},
	{"Softplus", F32, F32, {{-100, 100, 0, INF, NONE}}, {3.7835059e-44, 100, 0.69314718, INF, NONE}, {{0}}},
	{"Mish", F32, F32, {{100, -20, 0, NONE}}, {100, -4.1223072e-8, 0, NONE}, {{0}}},
	{"Gelu", F32, F32, {{-1, 50, 1, NONE}}, {-0.15880801, 50, 0.84119199, NONE}, {{"approximate", 1}}},
	{"Shrink", I8, I8, {{-3, -1, 0, 1, 3, NONE}}, {-1, 0, 0, 0, 1, NONE}, {{"lambd", 1.5}, {"bias", 1.5}}},
	{"PRelu", I32, I32, {{-3, 4, NONE}, {2, 2, NONE}}, {-6, 4, NONE}, {{0}}},
	/* casts keep low bits, truncate, and ask for nonzero */
	{"Cast", I32, U8, {{300, -1, 7, NONE}}, {44, 255, 7, NONE}, {{"to", U8}}},
	{"Cast", F32, I8, {{-1.9, 1.9, 127, NONE}}, {-1, 1, 127, NONE}, {{"to", I8}}},
	{"Cast", F32, BOOL, {{0.25, -0.0, NOT_A, 2, NONE}}, {1, 0, 1, 1, NONE}, {{"to", BOOL}}},
	{"Cast", U64, F64, {{0x1p63, 3, NONE}}, {0x1p63, 3, NONE}, {{"to", F64}}},
	{"Cast", F64, U64, {{0x1p63, 3.5, NONE}}, {0x1p63, 3, NONE}, {{"to", U64}}},
	{"Cast", F32, F16, {{65504, 65520, 1 + 0x1p-11, 0x1p-25, NONE}}, {65504, INF, 1, 0, NONE}, {{"to", F16}}},
	{"Cast", F32, F8E4M3FN, {{464, 465, INF, NOT_A, -9999, NONE}}, {448, 448, 448, NOT_A, -448, NONE},
	 {{"to", F8E4M3FN}}},
	{"Cast", F32, F8E4M3FN, {{464, 465, INF, 17, NONE}}, {448, NOT_A, NOT_A, 16, NONE},
	 {{"to", F8E4M3FN}, {"saturate", 0}}},
	{"Cast", F16, F8E5M2, {{61440, 61408, NINF, 5, NONE}}, {INF, 57344, NINF, 5, NONE},
	 {{"to", F8E5M2}, {"saturate", 0}}},
	{"Cast", F64, F8E4M3FNUZ, {{248, 247, -1000, NONE}}, {NOT_A, 240, NOT_A, NONE},
	 {{"to", F8E4M3FNUZ}, {"saturate", 0}}},
	{"Cast", F32, F8E8M0, {{1, 3, 2.5, 0, INF, 1e-45, NOT_A, NONE}},
	 {1, 4, 4, 0x1p-127, 0x1p127, 0x1p-127, NOT_A, NONE}, {{"to", F8E8M0}}},
	{"Cast", F32, F8E8M0, {{3, 2.5, 0, INF, NONE}}, {4, 2, NOT_A, NOT_A, NONE},
	 {{"to", F8E8M0}, {"round_mode", 2}, {"saturate", 0}}},
	{"Cast", F32, F8E8M0, {{3, 0.75, NONE}}, {2, 0.5, NONE}, {{"to", F8E8M0}, {"round_mode", 1}}},
	{"Cast", I8, I4, {{7, 9, -8, NONE}}, {7, -7, -8, NONE}, {{"to", I4}}},
	{"BitCast", F32, I32, {{1, -0.0, NONE}}, {0x3f800000, -2147483648.0, NONE}, {{"to", I32}}},
	{"BitCast", U8, F8E5M2, {{0x7c, 0x3c, NONE}}, {INF, 1, NONE}, {{"to", F8E5M2}}},
};
/* clang-format on */

/* MOST: there is no such list */
static int length(const double *list)
{
	int n = 0;
	while (n < MOST && list[n] != NONE)
		n++;
	return n;
}

/* 64-bit numbers are written as doubles above; -2^63 and 2^63 are exact in them. */
static Tensor *list_of(DType t, const double *list)
{
	int64_t n = length(list);
	Tensor *x = tensor_new(&ctx.perm, t, n == 1 ? 0 : 1, &n);
	for (int i = 0; i < n; i++)
		store_f64(t, x->data, i, list[i]);
	return x;
}

static bool close_to(double got, double want, int ulp, DType t)
{
	double step = t == F64 ? 0x1p-52 : t == F32 ? 0x1p-23 : 0;
	if (isnan(want) || isnan(got) || isinf(want))
		return isnan(want) ? isnan(got) : got == want;
	return fabs(got - want) <= ulp * step * fabs(want) + (fabs(want) < 0x1p-126 ? 0x1p-149 : 0);
}

static double as_double(DType t, Number a)
{
	return is_float(t) ? a.f : t == U64 ? (double)(uint64_t)a.i : (double)a.i;
}

static void run_case(const Case *k)
{
	Value *in[INPUTS];
	int nin = 0;
	for (; nin < INPUTS && length(k->x[nin]) < MOST; nin++)
		in[nin] = value_const(graph, NULL, list_of(k->in, k->x[nin]));
	const Node *n = node_of(k->op, k->settings, nin, in);
	const Tensor *y = evaluated(n);
	assert_int_equal(y->dtype, k->out);
	assert_int_equal(y->count, length(k->y));
	for (int64_t i = 0; i < y->count; i++) {
		double got = load_f64(y->dtype, y->data, i), again = as_double(y->dtype, lowered(n, y, i));
		if (!close_to(got, k->y[i], 4, y->dtype) || !close_to(again, k->y[i], n->op->ulp + 1, y->dtype))
			fail(&ctx, EXIT_BUG, "E-TEST", "%s of %s, element %d: %.9g, and %.9g by its expression, not %.9g",
			     k->op, dtype_name(k->in), (int)i, got, again, k->y[i]);
	}
}

static void test_tricky_values(void **state)
{
	(void)state;
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "every case runs");
	}
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		run_case(&cases[i]);
}

/* ---- every operator and type: lower() against eval() ---- */

static Tensor *random_tensor(DType t, int rank)
{
	static const double special[] = {0, -0.0, 1, -1, 0.5, 2.5, INF, NINF, NOT_A, 1e30, -1e-30};
	static const int64_t extreme[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT32_MIN, 255, 128};
	const int64_t dims[] = {2, 3};
	Tensor *x = tensor_new(&ctx.perm, t, rank, dims + 2 - rank);
	for (int64_t i = 0; i < x->count; i++) {
		bool plain = random_in(&seed, 0, 3) > 0;
		if (is_float(t))
			store_f64(t, x->data, i, plain ? (double)random_in(&seed, -60000, 60000) / 10000
						       : special[random_in(&seed, 0, 10)]);
		else
			store_i64(t, x->data, i, plain ? random_in(&seed, -20, 20) : extreme[random_in(&seed, 0, 7)]);
	}
	return x;
}

/* Within its bound, measured at 1 where the result is smaller; narrow types may round to a neighbour. */
static bool agree(const Op *op, DType t, double a, double b)
{
	static const double step[DT_COUNT] = {[F64] = 0x1p-52, [F32] = 0x1p-23,    [F16] = 0x1p-10, [BF16] = 0x1p-7,
					      [F8E4M3FN] = 0.125, [F8E4M3FNUZ] = 0.125, [F8E5M2] = 0.25,
					      [F8E5M2FNUZ] = 0.25, [F4E2M1] = 0.5};
	if (isnan(a) || isnan(b) || isinf(a) || isinf(b))
		return a == b || (isnan(a) && isnan(b));
	return fabs(a - b) <= (op->ulp ? op->ulp + 1 : 0) * step[t] * fmax(fabs(a), 1);
}

/* False when the operator does not take the type. */
static bool compare_type(const Op *op, DType t, const Setting *settings)
{
	int nin = op->max_in < 0 ? 3 : op->min_in;
	Value *in[INPUTS];
	const Node *volatile n = NULL;

	for (int k = 0; k < nin; k++)
		in[k] = value_const(graph, NULL, random_tensor(k == 0 && nin == 3 && op->max_in == 3 ? BOOL : t, 2 - k % 2));
	if (setjmp(ctx.border)) {
		assert_null(n);
		return false;
	}
	n = node_of(op->name, settings, nin, in);
	const Tensor *y = evaluated(n);
	for (int64_t i = 0; i < y->count; i++) {
		double want = load_f64(y->dtype, y->data, i), got = as_double(y->dtype, lowered(n, y, i));
		if (!agree(op, y->dtype, want, got)) {
			print_error("%s of %s, %s %g: eval %.9g, lower %.9g\n", op->name, dtype_name(t),
				    settings->name ? settings->name : "", settings->value, want, got);
			assert_true(0 && "lower and eval agree");
		}
	}
	return true;
}

static int compare_op(const Op *op)
{
	int done = 0, casts = strstr(op->name, "Cast") && op->min_in == 1;
	for (int t = 1; t < DT_COUNT; t++) {
		Setting s[SETTINGS] = {{casts ? "to" : NULL, t}};
		if (t == STR || t == C64 || t == C128 || (t == U64 && strcmp(op->name, "Pow") == 0))
			continue;
		for (int to = 1; to < (casts ? (int)DT_COUNT : 2); to++, s[0].value = to)
			if (to != C64 && to != C128 && to != STR)
				done += compare_type(op, (DType)t, s);
	}
	return done;
}

static void test_lower_agrees_with_eval(void **state)
{
	int done = 0;
	(void)state;
	for (int i = 0; op_table[i]; i++) {
		const Op *op = op_table[i];
		if ((op->flags & POINTWISE) && op->lower && op->min_in <= INPUTS && *op->domain == 0)
			done += compare_op(op);
	}
	assert_true(done > 900);
}

/* ---- sizes ---- */

/* The one element that op makes of sizes a, b and c (NULL: it takes less), in text; "?" when it is not known. */
static const char *size_of(const char *name, DType t, const char *a, const char *b, const char *c)
{
	const char *text[INPUTS] = {a, b, c};
	const Setting s[SETTINGS] = {{strcmp(name, "Cast") == 0 ? "to" : NULL, I32}};
	Shape one = shape_of(1, (Dim[]){dim(1)});
	Value *in[INPUTS];
	int nin = 0;

	for (; nin < INPUTS && text[nin]; nin++) {
		const char *end;
		Dim d = dim_parse(&syms, text[nin], &end);
		in[nin] = value_input(graph, NULL, nin == 0 && c ? BOOL : t, &one);
		set_content(graph, in[nin], 1, &d);
	}
	const Value *y = node_of(name, s, nin, in)->out[0];
	return y->content ? dim_text(&syms, y->content[0]) : "?";
}

static void test_sizes(void **state)
{
	(void)state;
	Symbol *n = dim_symbol_of(&syms, dim_symbol(&syms, "n"));
	n->lo = 1;
	n->hi = 100;
	assert_string_equal(size_of("Add", I64, "n", "3", NULL), "n + 3");
	assert_string_equal(size_of("Sub", I64, "3", "n", NULL), "-n + 3");
	assert_string_equal(size_of("Sub", U8, "3", "n", NULL), "?");
	assert_string_equal(size_of("Mul", I32, "n", "2", NULL), "2*n");
	assert_string_equal(size_of("Mul", I8, "100", "2", NULL), "?");
	assert_string_equal(size_of("Div", I64, "-7", "2", NULL), "-3");
	assert_string_equal(size_of("Div", I64, "2*n", "2", NULL), "n");
	assert_string_equal(size_of("Div", I64, "0 - n", "2", NULL), "?");
	assert_string_equal(size_of("Min", I64, "n", "200", NULL), "n");
	assert_string_equal(size_of("Max", I64, "n", "200", NULL), "200");
	assert_string_equal(size_of("Abs", I64, "-5", NULL, NULL), "5");
	assert_string_equal(size_of("Cast", I64, "n", NULL, NULL), "n");
	assert_string_equal(size_of("Equal", I64, "n", "-1", NULL), "0");
	assert_string_equal(size_of("Equal", I64, "n", "n", NULL), "1");
	assert_string_equal(size_of("Equal", I64, "n", "50", NULL), "-min(-min(n, 50) + max(n, 50), 1) + 1");
	assert_string_equal(size_of("Less", I64, "n", "50", NULL), "min(max(-n + 50, 0), 1)");
	assert_string_equal(size_of("Less", I64, "n", "101", NULL), "1");
	assert_string_equal(size_of("GreaterOrEqual", I64, "n", "1", NULL), "1");
	assert_string_equal(size_of("Where", I64, "0", "1", "n"), "n");
	assert_string_equal(size_of("Not", BOOL, "1", NULL, NULL), "0");
	assert_string_equal(size_of("Identity", I64, "n", NULL, NULL), "n");
}

/* ---- DynamicQuantizeLinear: what it expands to says what its eval says ---- */

static void test_dynamic_quantization(void **state)
{
	static const double lists[][6] = {
		{0, 2, -3, -2.5, 1.34, 0.5}, {-1, -2.1, -1.3, -2.5, -3.34, -4}, {1, 2.1, 1.3, 2.5, 3.34, 4}, {0}};
	(void)state;
	for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
		Tensor *x = tensor_new(&ctx.perm, F32, 2, (const int64_t[]){2, 3});
		for (int i = 0; i < 6; i++)
			store_f64(F32, x->data, i, lists[k][i]);
		Graph *g = graph_new(&ctx, &syms, "dynamic", NULL);
		Shape shape = shape_of(2, (Dim[]){dim(2), dim(3)});
		Value *in = value_input(g, "x", F32, &shape);
		Node *n = node_new(g, op_find("", "DynamicQuantizeLinear"), NULL, 1, &in, 3, NULL);
		for (int i = 0; i < 3; i++)
			graph_output(g, n->out[i], NULL);
		Eval whole = {0}, parts = {0};
		eval_graph(&whole, g, &ctx.perm, &x);
		n->op->expand(g, n);
		assert_ptr_not_equal(g->out[0], n->out[0]);
		eval_graph(&parts, g, &ctx.perm, &x);
		for (int i = 0; i < 3; i++) {
			const Tensor *a = whole.value[n->out[i]->id], *b = eval_value(&parts, g->out[i]);
			assert_int_equal(a->count, b->count);
			assert_memory_equal(a->data, b->data, dtype_bytes(a->dtype, a->count));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tricky_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lower_agrees_with_eval, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dynamic_quantization, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
