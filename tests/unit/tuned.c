/* Files of measured choices: what is read, what is refused, what they change, and that results stay. */
#include "codegen/codegen.h"
#include "ir/text.h"
#include "tests/flags.h"
#include "tests/unit/unit.h"
#include "tools/inputs.h"
#include "tools/jit.h"

/* A convolution that Winograd's method does, and a chain that goes over strips of rows. */
static const char conv[] =
	"graph (%x f32[1,32,24,24], %w f32[32,32,3,3]) -> (%y) { %y = Conv(%x, %w) {pads = [1, 1, 1, 1]} }";
static const char chain[] =
	"graph (%x f32[1,16,200,100], %w f32[32,16,1,1], %v f32[32,1,3,3]) -> (%y) { %a = Conv(%x, %w) %b = Relu(%a)"
	" %c = Conv(%b, %v) {group = 32, pads = [1, 1, 1, 1]} %y = MaxPool(%c) {kernel_shape = [2, 2], strides = [2, 2]} }";

static Ctx ctx;

static int open_ctx(void **state)
{
	(void)state;
	ctx_open(&ctx, "unit", 0);
	ctx.verbose = -1;
	return 0;
}

static int close_ctx(void **state)
{
	(void)state;
	ctx_close(&ctx);
	temporary_clear();
	return 0;
}

static Tuned *read_text(const char *text) { return tuned_parse(&ctx, "f.txt", text, strlen(text)); }

/* ---- the file ---- */

static void a_file_is_written_as_it_is_read(void **state)
{
	(void)state;
	static const char text[] = "tcc-tuned 1\ncpu Some CPU\n\ntarget c\norder a b = panels inside\ntile a b = 1x2\n"
				   "\ntarget x86-64-v3\ntile a b = 3x4\n";
	Tuned *t = read_text(text);
	assert_int_equal(t->n, 3);
	assert_string_equal(tuned_text(t, &ctx.perm), text);
	assert_string_equal(tuned_find(t, "x86-64-v3", "tile", "a b")->value, "3x4");
	assert_null(tuned_find(t, "x86-64-v3", "order", "a b"));
	assert_null(tuned_find(NULL, "c", "tile", "a b"));
	tuned_set(t, "c", "tile", "a b", NULL);
	tuned_set(t, "x86-64-v3", "tile", "a b", "5x6");
	tuned_set(t, "c", "strips", "z", "off");
	assert_string_equal(tuned_text(t, &ctx.perm), "tcc-tuned 1\ncpu Some CPU\n\ntarget c\norder a b = panels inside\n"
			    "strips z = off\n\ntarget x86-64-v3\ntile a b = 5x6\n");
}

static void comments_and_blank_lines_are_nothing(void **state)
{
	(void)state;
	Tuned *t = read_text("# first\n\ntcc-tuned 1 # v\n# more\ntarget c\n  \ntile a = 1x1  # 2x2"); /* no end of line */
	assert_int_equal(t->n, 1);
	assert_int_equal(t->entry[0].line, 7);
	assert_string_equal(t->entry[0].value, "1x1");
}

static void refused(const char *text, size_t n, const char *part)
{
	if (setjmp(ctx.border)) {
		assert_int_equal(ctx.status, EXIT_FILE);
		assert_non_null(strstr(ctx.message, "[E-TUNED]"));
		assert_non_null(strstr(ctx.message, part));
		return;
	}
	tuned_parse(&ctx, "f.txt", text, n);
	assert_string_equal(text, "refused");
}

static void malformed_files_are_refused(void **state)
{
	(void)state;
	static const char *const bad[][2] = {
		{"", "line 1: the file must begin with 'tcc-tuned 1'"},
		{"# nothing\n", "must begin"},
		{"target c\ntcc-tuned 1\n", "line 1: the file must begin"},
		{"tcc-tuned one\n", "must begin"},
		{"tcc-tuned 1 2\n", "must begin"},
		{"tcc-tuned 2\n", "reads version 1"},
		{"tcc-tuned 1\ntile a = 1x1\n", "line 2: a line 'target NAME' must come before"},
		{"tcc-tuned 1\ntarget c\ntile\n", "line 3: not of the form WHAT KEY = VALUE"},
		{"tcc-tuned 1\ntarget c\ntile a 1x1\n", "not of the form"},
		{"tcc-tuned 1\ntarget c\ntile = 1x1\n", "not of the form"},
		{"tcc-tuned 1\ntarget c\ntile a =\n", "not of the form"},
		{"tcc-tuned 1\ntarget c\ntile a = 1 = 2\n", "not of the form"},
		{"tcc-tuned 1\ntarget c\ntile a = 1x1\ntile a = 1x1\n", "line 4: given twice"},
		{"tcc-tuned 1\r\n", "printable"},
		{"tcc-tuned 1\ncpu \xc3\xa9\n", "line 2: a line is at most 400 printable"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused(bad[i][0], strlen(bad[i][0]), bad[i][1]);
	refused("tcc-tuned 1\ncpu a\0b\n", 20, "printable");
	char *wide = arena_alloc(&ctx.perm, 500), *many = arena_alloc(&ctx.perm, 400000), *to = many;
	memset(wide, '#', 500);
	refused(wide, 500, "at most 400");
	to += sprintf(to, "tcc-tuned 1\ntarget c\n");
	for (int i = 0; i <= 10000; i++)
		to += sprintf(to, "tile k%d = 1x1\n", i);
	refused(many, (size_t)(to - many), "more than 10000 entries");
}

/* ---- what it changes ---- */

/* Emit and run; the choice of that kind of the first stage that is part of one, or NULL. */
static const Decision *run(const char *text, Tuned *tuned, const char *what, Facts *facts, uint64_t *bits)
{
	Syms *syms = NEW(&ctx.perm, Syms);
	Settings s = {.compile = {.level = 2, .target = "c", .tuned = tuned}, .threads = 1, .cc_flags = OPTIMISED};

	*syms = (Syms){.ctx = &ctx};
	Graph *g = graph_parse(&ctx, syms, text);
	Tensor **in = NEW_N(&ctx.perm, Tensor *, g->nin);
	inputs_fill(&ctx, &s, g, in);
	int n = 0;
	for (int i = 0; i < g->nin; i++) /* all but the first are weights */
		if (i)
			value_replace(g, g->in[i], value_const(g, "w", in[i]));
		else
			n++;
	g->nin = n;
	Session *session = jit(&ctx, g, &s, facts);
	session_bind(session, in);
	assert_int_equal(session_run(session), TCC_OK);
	const Tensor *y = session_output(session, 0);
	*bits = hash_bytes(HASH_START, y->data, dtype_bytes(y->dtype, y->count));
	session_close(session);
	temporary_clear();
	for (int i = 0; i < facts->nstages; i++)
		for (int k = 0; k < facts->stage[i].nchoices; k++)
			if (!strcmp(facts->stage[i].choice[k]->what, what))
				return facts->stage[i].choice[k];
	return NULL;
}

/* The comment of some stage says so. */
static bool says_measured(const Facts *f, const char *what)
{
	const char *words = arena_format(&ctx.perm, "%s as measured", what);
	int n = 0;

	for (int i = 0; i < f->nstages; i++)
		n += strstr(f->stage[i].why, words) != NULL;
	return n > 0;
}

/* Each of the other values is taken, and where sums keep their order the bits are the same. */
static void check_choice(const char *text, const char *what, bool same)
{
	Facts facts;
	uint64_t bits, want;
	const Decision *d = run(text, NULL, what, &facts, &want);

	assert_non_null(d);
	assert_true(d->nother > 0);
	for (int i = 0; i < d->nother; i++) {
		Tuned *t = tuned_new(&ctx, "");
		tuned_set(t, "c", what, d->key, d->other[i]);
		const Decision *got = run(text, t, what, &facts, &bits);
		assert_non_null(got);
		assert_string_equal(got->key, d->key);
		assert_string_equal(got->chosen, d->other[i]);
		assert_true(got->measured && !d->measured);
		assert_true(says_measured(&facts, what));
		assert_false(t->entry[0].told);
		assert_true(!same || bits == want);
	}
}

static void measured_choices_are_taken(void **state)
{
	(void)state;
	if (setjmp(ctx.border)) {
		print_error("%s\n", ctx.message);
		assert_true(0 && "a model ends in trouble");
	}
	check_choice(conv, "winograd", false);
	check_choice(conv, "tile", true);
	check_choice(conv, "order", true);
	check_choice(chain, "strips", true);
	check_choice(chain, "tile", true);
}

static void other_targets_and_other_stages_do_not_count(void **state)
{
	(void)state;
	Facts facts;
	uint64_t bits, want;
	const Decision *d = run(conv, NULL, "winograd", &facts, &want);
	Tuned *t = tuned_new(&ctx, "");
	tuned_set(t, "x86-64-v3", "winograd", d->key, d->other[0]);
	tuned_set(t, "c", "winograd", "1x1x1x1 by 1x1x1", d->other[0]);
	tuned_set(t, "c", "colour", d->key, "blue");
	assert_string_equal(run(conv, t, "winograd", &facts, &bits)->chosen, d->chosen);
	assert_true(bits == want);
}

static void what_cannot_be_had_is_said_and_left(void **state)
{
	(void)state;
	static const char *const what[] = {"winograd", "tile", "order", "strips"};
	static const char *const value[] = {"5", "99x9", "inside out", "1000 rows"};
	Facts facts;
	uint64_t bits, want;

	for (int i = 0; i < 4; i++) {
		const char *text = i < 3 ? conv : chain;
		const Decision *d = run(text, NULL, what[i], &facts, &want);
		Tuned *t = tuned_new(&ctx, "");
		t->file = "f.txt";
		tuned_set(t, "c", what[i], d->key, value[i]);
		assert_string_equal(run(text, t, what[i], &facts, &bits)->chosen, d->chosen);
		assert_true(t->entry[0].told);
		assert_true(bits == want);
	}
}

/* ---- what is said of it ---- */

static void schedules_say_what_they_expect_and_why(void **state)
{
	(void)state;
	Facts facts;
	const char *header;
	Syms *syms = NEW(&ctx.perm, Syms);
	Options o = {.level = 2, .target = "x86-64-v3", .prefix = "m"};

	*syms = (Syms){.ctx = &ctx};
	Graph *g = graph_parse(&ctx, syms, conv);
	Value *w = g->in[1];
	Tensor *zeros = tensor_new(&ctx.perm, F32, 4, (int64_t[]){32, 32, 3, 3});
	value_replace(g, w, value_const(g, "w", zeros));
	g->nin = 1;
	passes_run(g, &o);
	const char *text = emit_text(g, &o, &header, &facts);
	assert_non_null(strstr(text, " of peak), "));
	assert_non_null(strstr(text, "\n *    why: Winograd from 6 a side: "));
	for (int i = 0; i < facts.nstages; i++) {
		const StageFacts *s = &facts.stage[i];
		assert_true(s->expected >= 2.0 * (double)s->macs); /* nothing is faster than the peak */
		assert_true(s->expected < 4.0 * (double)s->macs + 64.0 * (double)s->bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_written_as_it_is_read, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(comments_and_blank_lines_are_nothing, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(malformed_files_are_refused, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(measured_choices_are_taken, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(other_targets_and_other_stages_do_not_count, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(what_cannot_be_had_is_said_and_left, open_ctx, close_ctx),
		cmocka_unit_test_setup_teardown(schedules_say_what_they_expect_and_why, open_ctx, close_ctx),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
