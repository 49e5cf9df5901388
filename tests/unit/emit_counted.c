/* Sizes that are counted while the model runs: one emitted model computes what the evaluator does whatever the data
 * choose, none and all of them too, alone and with workers, with the same bits. More than the bound ends the run with
 * TCC_ERR_CAPACITY, sizes that contradict each other with TCC_ERR_SHAPE; that touches nothing outside the buffers, and
 * leaves the next run right. */
#include "codegen/codegen.h"
#include "ir/eval.h"
#include "ir/text.h"
#include "tests/flags.h"
#include "tests/unit/unit.h"
#include "tools/jit.h"

#define FLAGS "-std=gnu11 " CLEAN

enum { INPUTS = 2, RUNS = 5 };

/* Of every hundred elements of the last input so many are above 0, others 0, in one run after the other;
 * `over` of them are more than the bound. */
typedef struct Model {
	const char *text;
	int64_t run[RUNS], over;
} Model;

static const Model models[] = {
	/* elements that are not 0: where, which, and their sum */
	{"symbol k = 0..150 counted graph (%x f32[4,60]) -> (%p, %z, %s) { %p i64[2,k] = NonZero(%x) %t = Transpose(%p)"
	 " %v = GatherND(%x, %t) %z = Mul(%v, %v) %ax i64[1] = const [0] %s = ReduceSum(%v, %ax) {keepdims = 0} }", {3, 0, 20, 40, 1}, 70},
	/* rows by a condition, and a product with as many rows; sizes made of the count */
	{"symbol k = 0..40 counted graph (%x f32[64,48], %c f32[64]) -> (%y, %q) { %z f32[] = const [0] %b = Greater(%c, %z)"
	 " %r f32[k,48] = Compress(%x, %b) {axis = 0} %t = Transpose(%r) %y = MatMul(%r, %t) %q = Concat(%x, %r) {axis = 0} }",
	 {3, 0, 20, 40, 1}, 80},
	/* boxes that are kept */
	{"symbol k = 0..9 counted graph (%b f32[1,40,4], %s f32[1,2,40]) -> (%y, %kept) { %most i64[1] = const [5]"
	 " %o f32[1] = const [0.3] %l f32[1] = const [0] %y i64[k,3] = NonMaxSuppression(%b, %s, %most, %o, %l)"
	 " %two i64[] = const [2] %i = Gather(%y, %two) {axis = 1} %all i64[2] = const [40, 4] %list = Reshape(%b, %all)"
	 " %kept = Gather(%list, %i) }", {3, 0, 5, 8, 1}, 100},
	/* as many turns as there are elements, slices joined and summed */
	{"symbol k = 0..20 counted graph (%x f32[40]) -> (%y, %w, %s) { %b = Cast(%x) {to = bool} %i = Cast(%b) {to = i64}"
	 " %ax i64[1] = const [0] %m = ReduceSum(%i, %ax) {keepdims = 0} %z f32[3] = const [0.5, 0.25, 0]"
	 " %y, %w f32[k,3] = Loop(%m, _, %z) body = graph (%t i64[], %g bool[], %a f32[3]) -> (%g, %n, %q) {"
	 " %f = Cast(%t) {to = f32} %n = Add(%a, %f) %q = Neg(%n) } %s = ReduceSum(%w, %ax) {keepdims = 0} }", {3, 0, 20, 40, 1}, 70},
	/* the same, while a condition holds */
	{"symbol k = 0..20 counted graph (%x f32[40]) -> (%y, %w) { %b = Cast(%x) {to = bool} %i = Cast(%b) {to = i64}"
	 " %ax i64[1] = const [0] %m = ReduceSum(%i, %ax) {keepdims = 0} %z f32[] = const [0.5]"
	 " %y, %w f32[k] = Loop(_, _, %z, %m) body = graph (%t i64[], %g bool[], %a f32[] | %m i64[]) -> (%h, %n, %q) {"
	 " %one i64[] = const [1] %u = Add(%t, %one) %h = Less(%u, %m) %f = Cast(%t) {to = f32} %n = Add(%a, %f) %q = Neg(%n) } }",
	 {3, 0, 20, 40, 1}, 70},
	/* what detectors end with: boxes above a score, the best of them, those that do not overlap */
	{"symbol k = 0..8 counted graph (%b f32[60,4], %s f32[60]) -> (%kept, %best) { %low f32[] = const [0] %m = Greater(%s, %low)"
	 " %p i64[1,k] = NonZero(%m) %first i64[1] = const [0] %i = Squeeze(%p, %first) %bi = Gather(%b, %i) %si = Gather(%s, %i)"
	 " %n = Shape(%si) %most i64[1] = const [6] %top = Min(%n, %most) %best, %o = TopK(%si, %top) %bo = Gather(%bi, %o)"
	 " %bb = Unsqueeze(%bo, %first) %both i64[2] = const [0, 1] %ss = Unsqueeze(%best, %both) %each i64[1] = const [4]"
	 " %over f32[1] = const [0.4] %q = NonMaxSuppression(%bb, %ss, %each, %over) %two i64[] = const [2]"
	 " %j = Gather(%q, %two) {axis = 1} %kept = Gather(%bo, %j) }", {3, 0, 5, 8, 1}, 50},
	/* an image of as many rows as data say */
	{"symbol k = 0..20 counted graph (%p f32[1,2,9,7], %x f32[40]) -> (%y, %s) { %b = Cast(%x) {to = bool} %i = Cast(%b) {to = i64}"
	 " %ax i64[1] = const [0] %h = ReduceSum(%i, %ax) {keepdims = 1} %n i64[2] = const [1, 2] %w i64[1] = const [5]"
	 " %z = Concat(%n, %h, %w) {axis = 0} %y f32[1,2,k,5] = Resize(%p, _, _, %z) {mode = linear} %s = ReduceSum(%y) {keepdims = 0} }",
	 {3, 0, 20, 40, 1}, 70},
	/* an image by a scale that data say, some of one row and none; the others are constants */
	{"symbol k = 0..20 counted graph (%p f32[1,2,9,7], %x f32[40]) -> (%y, %s) { %b = Cast(%x) {to = bool} %i = Cast(%b) {to = f32}"
	 " %ax i64[1] = const [0] %h = ReduceSum(%i, %ax) {keepdims = 1} %e f32[1] = const [0.0625] %m = Mul(%h, %e)"
	 " %l f32[1] = const [0.1] %v = Add(%m, %l) %n f32[2] = const [1, 1] %w f32[1] = const [0.75] %z = Concat(%n, %v, %w) {axis = 0}"
	 " %y f32[1,2,k,5] = Resize(%p, _, %z) {mode = linear, coordinate_transformation_mode = pytorch_half_pixel}"
	 " %s = ReduceSum(%y) {keepdims = 0} }", {3, 0, 20, 40, 1}, 100},
	/* an image as large as sizes that data say leave room for, in its proportions */
	{"symbol k = 0..30 counted symbol j = 0..40 counted graph (%p f32[1,2,9,7], %x f32[40]) -> (%y, %s) { %b = Cast(%x) {to = bool}"
	 " %i = Cast(%b) {to = i64} %ax i64[1] = const [0] %h = ReduceSum(%i, %ax) {keepdims = 1} %n i64[1] = const [1] %m = Add(%h, %n)"
	 " %w i64[1] = const [5] %z = Concat(%m, %w) {axis = 0} %y f32[1,2,k,j] = Resize(%p, _, _, %z) {axes = [2, 3], mode = cubic,"
	 " keep_aspect_ratio_policy = not_smaller} %s = ReduceSum(%y) {keepdims = 0} }", {3, 0, 20, 40, 1}, 100},
	/* two counts, one of them of what the other chose */
	{"symbol k = 0..30 counted graph (%x f32[80]) -> (%y, %v) { %b = Cast(%x) {to = bool} %r = Compress(%x, %b)"
	 " %h f32[] = const [0.5] %m = Greater(%r, %h) %y f32[k] = Compress(%r, %m) %v = Neg(%r) }",
	 {3, 0, 20, 40, 1}, 100},
	/* tokens without the padding between them, what attention makes of them, and back */
	{"symbol k = 0..12 counted graph (%x f32[3,8,16], %c f32[3,8]) -> (%y, %o) { %low f32[] = const [0] %m = Greater(%c, %low)"
	 " %i = Cast(%m) {to = i32} %ax i64[1] = const [1] %n = ReduceSum(%i, %ax) {keepdims = 0}"
	 " %p f32[k,16], %o, %s = com.microsoft.RemovePadding(%x, %n) %e = Exp(%p)"
	 " %q = com.microsoft.PackedMultiHeadAttention(%p, %e, %p, _, %o, %s) {num_heads = 2}"
	 " %y = com.microsoft.RestorePadding(%q, %o) }", {3, 0, 20, 40, 1}, 100},
	/* two nodes that choose the same: each has a size of its own */
	{"symbol k = 0..20 counted graph (%x f32[40]) -> (%y, %z) { %low f32[] = const [0] %m = Greater(%x, %low)"
	 " %p i64[1,k] = NonZero(%m) %q = NonZero(%m) %y = Neg(%p) %z = Abs(%q) }",
	 {3, 0, 20, 40, 1}, 70},
};

enum { MODELS = sizeof models / sizeof *models };

static Ctx ctx;

static Graph *parse(const Model *m)
{
	Syms *syms = NEW(&ctx.perm, Syms);

	*syms = (Syms){.ctx = &ctx};
	return graph_parse(&ctx, syms, m->text);
}

static void make_inputs(const Graph *g, int64_t percent, Tensor **in)
{
	uint64_t state = 5 + (uint64_t)percent;

	for (int i = 0; i < g->nin; i++) {
		int64_t dims[MAX_RANK];
		for (int k = 0; k < g->in[i]->shape.rank; k++)
			dims[k] = g->in[i]->shape.dim[k].k;
		in[i] = tensor_new(&ctx.perm, F32, g->in[i]->shape.rank, dims);
		for (int64_t k = 0; k < in[i]->count; k++) {
			bool zero = i == g->nin - 1 && random_in(&state, 0, 99) >= percent;
			((float *)in[i]->data)[k] = zero ? 0 : (float)random_in(&state, 1, 1000) / 1000;
		}
	}
}

static void compare(const Tensor *got, const Tensor *want)
{
	assert_int_equal(got->rank, want->rank);
	for (int k = 0; k < got->rank; k++)
		assert_int_equal(got->dim[k], want->dim[k]);
	for (int64_t i = 0; i < want->count; i++) {
		double x = load_f64(want->dtype, got->data, i), y = load_f64(want->dtype, want->data, i), d = x > y ? x - y : y - x;
		assert_true(d <= (is_float(want->dtype) ? 2e-5 * (1 + (y < 0 ? -y : y)) : 0));
	}
}

static int run_at(Session *s, const Model *m, int64_t percent)
{
	Tensor *in[INPUTS];

	make_inputs(parse(m), percent, in);
	session_bind(s, in);
	int status = session_run(s);
	assert_true(session_intact(s));
	return status;
}

static void run_right(Session *s, const Model *m, int64_t percent)
{
	Tensor *in[INPUTS];
	Graph *g = parse(m);
	Eval e = {.budget = -1};

	assert_int_equal(run_at(s, m, percent), TCC_OK);
	make_inputs(g, percent, in);
	eval_graph(&e, g, &ctx.perm, in);
	for (int i = 0; i < g->nout; i++)
		compare(session_output(s, i), eval_value(&e, g->out[i]));
}

static Session *open_model(const Model *m, const char *target, int threads)
{
	Settings settings = {.compile = {.level = 2, .target = target}, .cc_flags = FLAGS, .threads = threads};
	Session *s = jit(&ctx, parse(m), &settings, NULL);

	s->pool = threads > 1 ? tcc_pool_create(threads) : NULL;
	return s;
}

static void close_model(Session *s)
{
	if (s->pool)
		tcc_pool_destroy(s->pool);
	session_close(s);
}

static void run_model(const Model *m, const char *target, int threads)
{
	Session *s = open_model(m, target, threads);

	for (int i = 0; i < RUNS; i++) {
		print_message("model %td, %lld %%\n", m - models, (long long)m->run[i]);
		run_right(s, m, m->run[i]);
		assert_int_equal(run_at(s, m, m->over), TCC_ERR_CAPACITY);
	}
	close_model(s);
	temporary_clear();
}

static void all_models(const char *target)
{
	ctx_open(&ctx, "unit", 0);
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "a model ends in trouble");
	}
	for (int i = 0; i < MODELS; i++) {
		run_model(&models[i], target, 1);
		run_model(&models[i], target, 2);
	}
	ctx_close(&ctx);
}

static void plain_c(void **state)
{
	(void)state;
	all_models("c");
}

static void vectors(void **state)
{
	(void)state;
	all_models("native");
}

/* Of two masks the first chooses a, the second b elements; what is made of both. */
typedef struct Pair {
	const char *text;
	int64_t a, b;
	int status;
} Pair;

#define CHOSEN "graph (%x f32[64], %c f32[64]) -> (%y) { %p = NonZero(%x) %q = NonZero(%c) %f = Cast(%p) {to = f32}" \
	" %h = Cast(%q) {to = f32} "
#define SUM CHOSEN "%s = Add(%f, %h) %y = Sqrt(%s) }"
#define JOIN CHOSEN "%s = Concat(%f, %h) {axis = 0} %y = Neg(%s) }"
#define SCALE CHOSEN "%k f32[7] = const [1, 2, 3, 4, 5, 6, 7] %s = Mul(%f, %k) %y = Sub(%s, %h) }"
/* an empty row has no elements to resize, a short one none to sort */
#define RESIZE CHOSEN "%e i64[2] = const [1, 5] %r = Resize(%f, _, _, %e) {mode = linear} %y = Neg(%r) }"
#define TOPK CHOSEN "%e i64[1] = const [4] %r, %i = TopK(%f, %e) %y = Neg(%r) }"
/* rows of 8 that the data count from -8 on: -1 is what is left, other negative ones are none */
#define RESHAPE "symbol j = 0..64 counted symbol k = 0..64 counted graph (%x f32[64], %c f32[64]) -> (%y) {" \
	" %b = Cast(%x) {to = bool} %i = Cast(%b) {to = i64} %ax i64[1] = const [0] %n = ReduceSum(%i, %ax) {keepdims = 1}" \
	" %e i64[1] = const [8] %r = Sub(%n, %e) %s = Concat(%r, %e) {axis = 0} %y f32[j,k] = Reshape(%c, %s) }"
/* both are counted and meet in one turn after the other of a loop that one worker runs for all */
#define TURNS "graph (%x f32[64], %c f32[64]) -> (%y) { %trips i64[] = const [3] %y f32[64] = Loop(%trips, _, %x, %c)" \
	" body = graph (%t i64[], %g bool[], %v f32[64] | %c f32[64]) -> (%g, %n) {" \
	" %p = NonZero(%v) %q = NonZero(%c) %s = Add(%p, %q) %f = Cast(%s) {to = f32} %ax i64[2] = const [0, 1]" \
	" %m = ReduceSum(%f, %ax) {keepdims = 0} %n = Mul(%v, %m) } }"
/* only the branch that is taken asks */
#define BRANCH "symbol j = 0..64 counted symbol k = 0..64 counted graph (%x f32[64], %c f32[64]) -> (%y) { %p i64[1,j] = NonZero(%x) %q i64[1,k] = NonZero(%c)" \
	" %z f32[] = const [0] %n = ReduceMax(%x) {keepdims = 0} %b = Less(%z, %n)" \
	" %y f32[] = If(%b, %p, %p, %q) then_branch = graph \"one\" (| %p i64[1,j]) -> (%o) { %f = Cast(%p) {to = f32}" \
	" %o = ReduceSum(%f) {keepdims = 0} } else_branch = graph \"two\" (| %p i64[1,j], %q i64[1,k]) -> (%o) { %s = Concat(%p, %q)" \
	" {axis = 0} %f = Cast(%s) {to = f32} %o = ReduceSum(%f) {keepdims = 0} } }"

static const Pair pairs[] = {
	{SUM, 5, 5, TCC_OK},           {SUM, 1, 7, TCC_OK},          {SUM, 7, 1, TCC_OK},         {SUM, 0, 1, TCC_OK},
	{SUM, 0, 0, TCC_OK},           {SUM, 5, 6, TCC_ERR_SHAPE},   {SUM, 6, 5, TCC_ERR_SHAPE},  {SUM, 0, 5, TCC_ERR_SHAPE},
	{SUM, 5, 5, TCC_OK},           {JOIN, 9, 9, TCC_OK},         {JOIN, 1, 9, TCC_ERR_SHAPE}, {JOIN, 64, 3, TCC_ERR_SHAPE},
	{JOIN, 9, 9, TCC_OK},          {SCALE, 7, 7, TCC_OK},        {SCALE, 1, 7, TCC_OK},       {SCALE, 1, 1, TCC_OK},
	{SCALE, 64, 7, TCC_ERR_SHAPE}, {SCALE, 7, 9, TCC_ERR_SHAPE}, {TURNS, 64, 64, TCC_OK},     {TURNS, 1, 64, TCC_OK},
	{TURNS, 63, 2, TCC_ERR_SHAPE}, {TURNS, 64, 64, TCC_OK},      {BRANCH, 5, 7, TCC_OK},      {BRANCH, 0, 7, TCC_ERR_SHAPE},
	{BRANCH, 1, 7, TCC_OK},        {RESIZE, 0, 0, TCC_ERR_SHAPE}, {RESIZE, 1, 0, TCC_OK},     {RESIZE, 64, 0, TCC_OK},
	{TOPK, 0, 0, TCC_ERR_SHAPE},   {TOPK, 3, 0, TCC_ERR_SHAPE},   {TOPK, 4, 0, TCC_OK},       {TOPK, 64, 0, TCC_OK},
	{RESHAPE, 16, 5, TCC_OK},      {RESHAPE, 7, 5, TCC_OK},       {RESHAPE, 0, 5, TCC_ERR_SHAPE},
};

enum { PAIRS = sizeof pairs / sizeof *pairs };

/* The first elements are chosen. */
static void choose_first(int64_t count, Tensor **t)
{
	int64_t dims[] = {64};

	*t = tensor_new(&ctx.perm, F32, 1, dims);
	for (int64_t i = 0; i < count; i++)
		((float *)(*t)->data)[i] = 1;
}

static void run_pair(Session *s, const Pair *p)
{
	Tensor *in[INPUTS];
	Model m = {.text = p->text};
	Graph *g = parse(&m);
	Eval e = {.budget = -1};

	choose_first(p->a, &in[0]);
	choose_first(p->b, &in[1]);
	session_bind(s, in);
	assert_int_equal(session_run(s), p->status);
	assert_true(session_intact(s));
	if (p->status)
		return;
	eval_graph(&e, g, &ctx.perm, in);
	compare(session_output(s, 0), eval_value(&e, g->out[0]));
}

static void run_pairs(const char *target, int threads)
{
	Session *s = NULL;

	for (int i = 0; i < PAIRS; i++) {
		if (i == 0 || strcmp(pairs[i].text, pairs[i - 1].text) != 0) {
			if (s)
				close_model(s);
			s = open_model(&(Model){.text = pairs[i].text}, target, threads);
		}
		print_message("pair %d, %lld and %lld\n", i, (long long)pairs[i].a, (long long)pairs[i].b);
		run_pair(s, &pairs[i]);
	}
	close_model(s);
	temporary_clear();
}

static void counted_sizes_have_to_agree(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", 0);
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "a model ends in trouble");
	}
	run_pairs("c", 1);
	run_pairs("native", 1);
	run_pairs("native", 2);
	ctx_close(&ctx);
}

static void workers_give_the_same_bits(void **state)
{
	const Model *m = &models[1];

	(void)state;
	ctx_open(&ctx, "unit", 0);
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "a model ends in trouble");
	}
	Session *one = open_model(m, "native", 1), *two = open_model(m, "native", 2);
	for (int i = 0; i < RUNS; i++) {
		assert_int_equal(run_at(one, m, m->run[i]), TCC_OK);
		assert_int_equal(run_at(two, m, m->run[i]), TCC_OK);
		for (int k = 0; k < 2; k++) {
			Tensor *a = session_output(one, k), *b = session_output(two, k);
			assert_int_equal(a->count, b->count);
			assert_memory_equal(a->data, b->data, (size_t)a->count * sizeof(float));
		}
	}
	close_model(one);
	close_model(two);
	temporary_clear();
	ctx_close(&ctx);
}

static void a_size_without_a_bound_is_refused(void **state)
{
	static const Model endless = {.text = "symbol k = 0.. counted graph (%c i64[]) -> (%y) { %n i64[] <k> ="
					      " tcc.Counted(%c) {size = \"k\"} %z i64[] = const [0] %o i64[] = const [1]"
					      " %y i64[k] = Range(%z, %n, %o) }"};
	Settings settings = {.compile = {.level = 2, .target = "c"}, .cc_flags = FLAGS, .threads = 1};

	(void)state;
	ctx_open(&ctx, "unit", 0);
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", jit(&ctx, parse(&endless), &settings, NULL));
	assert_non_null(strstr(ctx.hint, "--dim k=0..100"));
	ctx_close(&ctx);
}

/* Emits what `before` declares and Ranges of n, k and m elements, of which k has a bound. */
static void refuse_open(const char *before)
{
	Settings settings = {.compile = {.level = 2, .target = "c"}, .cc_flags = FLAGS, .threads = 1};

	ctx_open(&ctx, "unit", 0);
	Model model = {.text = arena_format(&ctx.perm, "%s%s", before,
		"symbol n = 0.. counted symbol k = 0..9 counted symbol m = 0.. counted\n"
		"graph (%x f32[batch,time], %c i64[]) -> (%u, %v, %y, %w) {\n"
		"%z i64[] = const [0] %o i64[] = const [1] %w = Neg(%x)\n"
		"%a i64[] <n> = tcc.Counted(%c) {size = \"n\"} %b i64[] <k> = tcc.Counted(%c) {size = \"k\"}\n"
		"%d i64[] <m> = tcc.Counted(%c) {size = \"m\"}\n"
		"%u i64[n] = Range(%z, %a, %o) %v i64[k] = Range(%z, %b, %o) %y i64[m] = Range(%z, %d, %o) }")};
	assert_fails(&ctx, EXIT_UNSUPPORTED, "E-DYNAMIC", jit(&ctx, parse(&model), &settings, NULL));
}

/* Those of inputs first: a bound of what is counted may come from theirs. */
static void all_bounds_that_are_missing_are_asked_for(void **state)
{
	(void)state;
	refuse_open("symbol batch = 1..4 symbol time = 2..8 ");
	assert_string_equal(ctx.hint, "--dim n=0..100 --dim m=0..100 (or other numbers) bound them; a run that finds more ends with"
			   " TCC_ERR_CAPACITY");
	ctx_close(&ctx);
	refuse_open("symbol batch = 0.. symbol time = 0.. ");
	assert_string_equal(ctx.hint, "--dim batch=1 --dim time=1 (or other numbers, or bounds as 1..8) fix them");
	ctx_close(&ctx);
	refuse_open("symbol batch = 1..4 symbol time = 0.. ");
	assert_string_equal(ctx.hint, "--dim time=1 (or another number) fixes it, --dim time=1..8 bounds it");
	ctx_close(&ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(plain_c), cmocka_unit_test(vectors),
					   cmocka_unit_test(workers_give_the_same_bits),
					   cmocka_unit_test(counted_sizes_have_to_agree),
					   cmocka_unit_test(a_size_without_a_bound_is_refused),
					   cmocka_unit_test(all_bounds_that_are_missing_are_asked_for)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
