/* Strips: chains of stages that go over a few rows at a time give the bits that they give over whole maps, for any
 * number of workers that come in any order, on every target of this machine, in an arena that is no larger. Where they leave
 * out keys that a mask hides, sums of fewer terms round in another way, but for all workers alike. */
#include <math.h>
#include <pthread.h>
#include <unistd.h>
#include "codegen/codegen.h"
#include "ir/text.h"
#include "runtime/tcc.h"
#include "tests/flags.h"
#include "tests/unit/unit.h"
#include "tools/cc.h"
#include "tools/headers.h"
#include "tools/jit.h"

#define FLAGS "-std=gnu11 " CLEAN " -O1" /* sanitizers or not: the maps are large */

enum { INPUTS = 8, FORMS = 3, WHOLE = 0, ALONE = 1, POOLED = 2 };

/* Of 150 rows and keys, and the number that hides. */
#define POSITIONS                                                                                                      \
	" %z i64[] = const [0] %n i64[] = const [150] %one i64[] = const [1] %key = Range(%z, %n, %one)"                   \
	" %ax i64[1] = const [1] %row = Unsqueeze(%key, %ax) %low f32[] = const [-3.4e38]"

/* Inputs whose names begin with w become constants. Maps are so large that they leave the second cache of any target. */
static const char *const models[] = {
	/* an inverted residual block, stride 2 and then 1, and what it adds to */
	"graph (%x f32[1,8,112,112], %w1 f32[96,8,1,1], %w2 f32[96,1,3,3], %w3 f32[24,96,1,1], %w4 f32[144,24,1,1],"
	" %w5 f32[144,1,5,5], %w6 f32[24,144,1,1]) -> (%y) {"
	" %a = Conv(%x, %w1) %b = Relu(%a) %c = Conv(%b, %w2) {group = 96, pads = [1, 1, 1, 1], strides = [2, 2]}"
	" %d = Relu(%c) %e = Conv(%d, %w3) %f = Conv(%e, %w4) %h = Relu(%f)"
	" %i = Conv(%h, %w5) {group = 144, pads = [2, 2, 2, 2]} %j = Conv(%i, %w6) %y = Add(%j, %e) }",
	/* rows that no number divides, zeros on some sides only, a pool that looks over the edge */
	"graph (%x f32[1,3,239,101], %w1 f32[40,3,3,3], %w2 f32[12,40,3,3], %w3 f32[8,12,1,1]) -> (%y) {"
	" %a = Conv(%x, %w1) {pads = [1, 1, 1, 1]} %b = Relu(%a) %c = Conv(%b, %w2) {pads = [0, 1, 2, 0]}"
	" %d = MaxPool(%c) {kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]} %y = Conv(%d, %w3) }",
	/* two parts of one value; a value that is needed once more after the run */
	"graph (%x f32[1,16,110,97], %w1 f32[16,16,1,1], %w2 f32[32,16,1,1], %w3 f32[32,16,3,3], %w4 f32[8,64,1,1])"
	" -> (%y, %z) { %a = Conv(%x, %w1) %b = Relu(%a) %c = Conv(%b, %w2) %d = Conv(%b, %w3) {pads = [1, 1, 1, 1]}"
	" %e = Concat(%c, %d) {axis = 1} %f = Relu(%e) %y = Conv(%f, %w4)"
	" %z = MaxPool(%y) {kernel_shape = [2, 2], strides = [2, 2]} }",
	/* heads of an attention */
	"graph (%q f32[40,120,16], %k f32[40,16,120], %v f32[40,120,16]) -> (%y) {"
	" %s = MatMul(%q, %k) %p = Softmax(%s) {axis = -1} %y = MatMul(%p, %v) }",
	/* the same of two images, masked, with heads side by side before and after: rows that tiles do not divide */
	"graph (%q f32[2,151,3,16], %k f32[2,3,16,151], %v f32[2,151,3,16], %m f32[2,1,1,151]) -> (%y) {"
	" %scale f32[] = const [0.25] %flat i64[3] = const [2, 151, 48] %a = Transpose(%q) {perm = [0, 2, 1, 3]}"
	" %b = Transpose(%v) {perm = [0, 2, 1, 3]} %s = MatMul(%a, %k) %t = Mul(%s, %scale) %u = Add(%t, %m)"
	" %p = Softmax(%u) {axis = -1} %o = MatMul(%p, %b) %r = Transpose(%o) {perm = [0, 2, 1, 3]} %y = Reshape(%r, %flat) }",
	/* heads so large that a few rows of one are in memory, and a constant that knows both head and row */
	"graph (%q f32[1,3,500,16], %k f32[1,3,16,500], %v f32[1,3,500,16], %wm f32[1,3,500,500]) -> (%y) {"
	" %s = MatMul(%q, %k) %u = Add(%s, %wm) %p = Softmax(%u) {axis = -1} %y = MatMul(%p, %v) }",
	/* one matrix, and what comes before its product */
	"graph (%q f32[701,16], %k f32[16,701], %v f32[701,16]) -> (%y) { %s = MatMul(%q, %k) %t = Tanh(%s)"
	" %p = Softmax(%t) {axis = -1} %y = MatMul(%p, %v) }",
	/* doubles: memory is counted in bytes */
	"graph (%x f64[1,1,500,480]) -> (%y) { %a = MaxPool(%x) {kernel_shape = [3, 3], pads = [1, 1, 1, 1]}"
	" %b = MaxPool(%a) {kernel_shape = [3, 3], pads = [1, 1, 1, 1]} %y = Exp(%b) }",
	/* columns have sums of their own, which no strip of rows has whole: the strips begin behind them */
	"graph (%x f32[1,420,404]) -> (%y) { %p = Softmax(%x) {axis = 1} %q = Softmax(%x) {axis = 2} %m = Mul(%p, %q)"
	" %r = Softmax(%m) {axis = 2} %y = Softmax(%r) {axis = 2} }",
	/* a row whose keys are all hidden by a number is the mean of V: nothing may be left out */
	"graph (%q f32[3,150,16], %k f32[3,16,150], %v f32[3,150,16]) -> (%y) {" POSITIONS " %see = Less(%key, %row)"
	" %s = MatMul(%q, %k) %u = Where(%see, %s, %low) %p = Softmax(%u) {axis = -1} %y = MatMul(%p, %v) }",
	/* keys that data hide beside those that a number hides: perhaps all of a row */
	"graph (%q f32[3,150,16], %k f32[3,16,150], %v f32[3,150,16], %m f32[3,1,150]) -> (%y) {" POSITIONS
	" %see = LessOrEqual(%key, %row) %s = MatMul(%q, %k) %u = Add(%s, %m) %t = Where(%see, %u, %low)"
	" %p = Softmax(%t) {axis = -1} %y = MatMul(%p, %v) }",
	/* heads of K and V that serve several heads of Q, causal */
	"graph (%q f32[1,6,400,16], %k f32[1,2,400,16], %v f32[1,2,400,16]) -> (%y) {"
	" %y = Attention(%q, %k, %v) {is_causal = 1} }",
	/* fewer queries than keys, which are behind those of the past */
	"graph (%q f32[1,4,101,16], %k f32[1,4,101,16], %v f32[1,4,101,16], %pk f32[1,4,60,16], %pv f32[1,4,60,16]) -> (%y) {"
	" %y = Attention(%q, %k, %v, _, %pk, %pv) {is_causal = 1} }",
	/* as exported: the lowest number where a table says so, and scores that are scaled and capped */
	"graph (%q f32[3,150,16], %k f32[3,16,150], %v f32[3,150,16]) -> (%y) {" POSITIONS " %see = LessOrEqual(%key, %row)"
	" %s = MatMul(%q, %k) %c f32[] = const [3] %d = Div(%s, %c) %h = Tanh(%d) %e = Mul(%h, %c) %u = Where(%see, %e, %low)"
	" %p = Softmax(%u) {axis = -1} %y = MatMul(%p, %v) }",
	/* a table that is added, beside what data add; rows look at 7 keys behind their own, and the first at none at all */
	"graph (%q f32[3,150,16], %k f32[3,16,150], %v f32[3,150,16], %m f32[3,1,150]) -> (%y) {" POSITIONS
	" %seven i64[] = const [7] %none f32[] = const [-inf] %zero f32[] = const [0] %to = Add(%row, %seven)"
	" %near = LessOrEqual(%key, %to) %later = Less(%z, %row) %see = And(%near, %later) %w = Where(%see, %zero, %none)"
	" %s = MatMul(%q, %k) %t = Add(%s, %m) %u = Add(%t, %w) %p = Softmax(%u) {axis = -1} %y = MatMul(%p, %v) }",
};

enum { MODELS = sizeof models / sizeof *models, HIDING = 4 /* the last ones leave out keys */ };

static bool hides(int number) { return number >= MODELS - HIDING; }

static Ctx ctx;
static Tensor *in[MODELS][INPUTS];
static int nin;

static Tensor *random_tensor(const Value *v, uint64_t *state)
{
	int64_t dims[MAX_RANK];

	for (int k = 0; k < v->shape.rank; k++)
		dims[k] = v->shape.dim[k].k;
	Tensor *t = tensor_new(&ctx.perm, v->dtype, v->shape.rank, dims);
	for (int64_t i = 0; i < t->count; i++)
		store_f64(v->dtype, t->data, i, (double)random_in(state, -4096, 4096) / 4096);
	return t;
}

static Graph *make_model(int number)
{
	Syms *syms = NEW(&ctx.perm, Syms);
	uint64_t state = 7;

	*syms = (Syms){.ctx = &ctx};
	Graph *g = graph_parse(&ctx, syms, models[number]);
	nin = 0;
	for (int i = 0; i < g->nin; i++) {
		Value *v = g->in[i];
		Tensor *t = random_tensor(v, &state);
		if (v->name[0] == 'w') {
			value_replace(g, v, value_const(g, v->name, t));
			continue;
		}
		in[number][nin] = t;
		g->in[nin++] = v;
	}
	g->nin = nin;
	return g;
}

static const char *prefix_of(int number, int form) { return arena_format(&ctx.perm, "m%d_%d", number, form); }

static const char *emit(int number, int form, const char *target, Facts *facts)
{
	static const char *left_out[] = {"winograd", NULL}; /* convolutions shall stay what they are here */
	Options o = {.level = 2, .target = target, .threads = form == POOLED, .no_strips = form == WHOLE,
		     .no_pass = left_out, .prefix = prefix_of(number, form)};
	const char *name = arena_format(&ctx.perm, "%s.c", o.prefix);
	Graph *g = make_model(number);

	o.output = arena_format(&ctx.perm, "%s/%s", temporary_folder(&ctx), name);
	passes_run(g, &o);
	emit_model(g, &o, facts);
	return name;
}

static int stages_that(const Facts *f, const char *say)
{
	int n = 0;

	for (int i = 0; i < f->nstages; i++)
		n += strstr(f->stage[i].schedule, say) != NULL;
	return n;
}

static uint64_t output_bits(Session *s)
{
	uint64_t hash = HASH_START;

	assert_int_equal(session_run(s), TCC_OK);
	assert_true(session_intact(s));
	for (int i = 0; i < s->model->n_outputs; i++) {
		const Tensor *t = session_output(s, i);
		hash = hash_bytes(hash, t->data, dtype_bytes(t->dtype, t->count));
	}
	return hash;
}

static Session *open_form(int number, int form, const char *so)
{
	const char *prefix = prefix_of(number, form);
	Session *s = session_open(&ctx, so, prefix, arena_format(&ctx.perm, "%s/%s.weights.bin", temporary_folder(&ctx), prefix), true);

	session_bind(s, in[number]);
	return s;
}

/* ---- pools whose workers come late ---- */

typedef struct Late {
	void (*task)(void *arg, int worker, int workers);
	void *arg;
	int worker, workers;
} Late;

/* One after another on this thread: the first finds no help, the others find nothing to do. */
static void in_order(tcc_pool *pool, void (*task)(void *arg, int worker, int workers), void *arg)
{
	for (int i = 0; i < pool->threads; i++)
		task(arg, i, pool->threads);
}

/* Those without room for strips come first, and leave. */
static void in_reverse(tcc_pool *pool, void (*task)(void *arg, int worker, int workers), void *arg)
{
	for (int i = pool->threads - 1; i >= 0; i--)
		task(arg, i, pool->threads);
}

static void *come_late(void *arg)
{
	const Late *l = arg;

	usleep((unsigned)(l->worker * 7919 % 3001));
	l->task(l->arg, l->worker, l->workers);
	return NULL;
}

static void staggered(tcc_pool *pool, void (*task)(void *arg, int worker, int workers), void *arg)
{
	Late late[16];
	pthread_t thread[16];

	for (int i = 1; i < pool->threads; i++) {
		late[i] = (Late){task, arg, i, pool->threads};
		assert_int_equal(pthread_create(&thread[i], NULL, come_late, &late[i]), 0);
	}
	task(arg, 0, pool->threads);
	for (int i = 1; i < pool->threads; i++)
		pthread_join(thread[i], NULL);
}

static tcc_pool odd_pools[] = {{2, in_order}, {16, in_order}, {2, in_reverse}, {16, in_reverse}, {3, staggered}, {16, staggered}};

static bool nearly(double x, double y) { return fabs(x - y) <= 1e-6 * (1 + fabs(y)) || (isnan(x) && isnan(y)); }

/* In strips and as a whole. */
static void compare_outputs(Session *s, Session *whole)
{
	for (int i = 0; i < s->model->n_outputs; i++) {
		const Tensor *x = session_output(s, i), *y = session_output(whole, i);
		for (int64_t k = 0; k < x->count; k++)
			assert_true(nearly(load_f64(x->dtype, x->data, k), load_f64(y->dtype, y->data, k)));
	}
}

static void compare_forms(int number, const char *so)
{
	static const int workers[] = {1, 2, 3, 7, 8, 16};
	Session *all = open_form(number, WHOLE, so), *s = open_form(number, ALONE, so);
	uint64_t bits = output_bits(all), whole = output_bits(s);

	assert_true(hides(number) || bits == whole);
	compare_outputs(s, all);
	session_close(all);
	session_close(s);
	s = open_form(number, POOLED, so);
	assert_true(output_bits(s) == whole);
	for (int i = 0; i < 6; i++) {
		s->pool = tcc_pool_create(workers[i]);
		assert_non_null(s->pool);
		assert_true(output_bits(s) == whole);
		tcc_pool_destroy(s->pool);
	}
	for (unsigned i = 0; i < sizeof odd_pools / sizeof *odd_pools; i++) {
		s->pool = &odd_pools[i];
		assert_true(output_bits(s) == whole);
	}
	session_close(s);
}

static void check_emitted(const char *target)
{
	const char *file[MODELS * FORMS], *so, *flags;
	char why[300] = "";
	Facts facts[FORMS];

	ctx_open(&ctx, "unit", (size_t)2 << 30);
	if (setjmp(ctx.border))
		assert_string_equal(ctx.message, "no trouble");
	for (int i = 0; i < MODELS; i++) {
		for (int form = 0; form < FORMS; form++)
			file[i * FORMS + form] = emit(i, form, target, &facts[form]);
		assert_int_equal(stages_that(&facts[WHOLE], "in strips"), 0);
		for (int form = ALONE; form <= POOLED; form++) {
			assert_true(stages_that(&facts[form], "in strips") >= 2);
			assert_int_equal(stages_that(&facts[form], "the keys that these look at"), hides(i) ? 3 : 0);
		}
		assert_true(facts[ALONE].arena_bytes < facts[WHOLE].arena_bytes);
		assert_true(facts[POOLED].arena_bytes <= facts[WHOLE].arena_bytes);
	}
	so = arena_format(&ctx.perm, "%s/all.so", temporary_folder(&ctx));
	flags = arena_format(&ctx.perm, "%s%s", FLAGS, headers_once(&ctx, FLAGS));
	if (!cc_shared(temporary_folder(&ctx), flags, file, MODELS * FORMS, so, why, sizeof why))
		print_error("%s\n", why);
	assert_string_equal(why, "");
	for (int i = 0; i < MODELS; i++)
		compare_forms(i, so);
	temporary_clear();
	ctx_close(&ctx);
}

#include "tests/unit/targets.h"

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(portable_c),
#ifdef __x86_64__
		cmocka_unit_test(avx2),
		cmocka_unit_test(avx512),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
