/* How emitted C reads: operands are called by what they are, tables of weights say where these come from, a value that is
 * used twice has a name, and lines and braces are as somebody would write them. */
#include <string.h>
#include "codegen/codegen.h"
#include "codegen/module.h"
#include "ir/text.h"
#include "tests/unit/unit.h"

static Ctx context;

static const char *emitted_with(Options o, const char *text)
{
	const char *header;
	Syms syms = {.ctx = &context};

	o.level = 2;
	o.prefix = "m";
	o.output = "m.c";
	if (setjmp(context.border))
		return context.message;
	Graph *g = graph_parse(&context, &syms, text);
	passes_run(g, &o);
	return emit_text(g, &o, &header, NULL);
}

static const char *emitted_for(const char *target, const char *text)
{
	return emitted_with((Options){.target = target}, text);
}

static const char *emitted(const char *text) { return emitted_for("c", text); }

static void operands_are_called_by_their_roles(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[4,3], %s f32[4,2], %m bool[4,2]) -> (%y, %z) {\n"
	                        "%w \"fc.weight\" f32[3,2] = const [1, 2, 3, 4, 5, 6]\n"
	                        "%b \"fc.bias\" f32[2] = const [7, 8]\n"
	                        "%p = MatMul(%x, %w) @1 \"fc\" %q = Add(%p, %b) @2 \"fc\" %y = Add(%q, %s) @3 \"skip\"\n"
	                        "%z = Where(%m, %s, %b) }");
	assert_non_null(strstr(c, " = acc[p][0] + bias[j] + residual["));
	assert_non_null(strstr(c, " = mask[2*i + j] ? x[2*i + j] : w[j];"));
	assert_non_null(strstr(c, "_bias[2] ALIGN = {\t/* of fc.bias */"));
	assert_non_null(strstr(c, ", of fc.weight */"));
}

static const char gru[] = "graph (%x f32[40,1,16], %w f32[1,48,16], %r f32[1,48,16]) -> (%y) {\n"
                          "%y = GRU(%x, %w, %r) {hidden_size = 16} @1 \"gru\" }";

static void recurrent_stages_tell_state_and_gate(void **state)
{
	(void)state;
	const char *c = emitted(gru);
	assert_non_null(strstr(c, "1.0f - gate[i]"));
	assert_non_null(strstr(c, "const float *state"));
}

/* Nodes of an expansion have the name of what was expanded: it is told once. */
static void one_name_is_told_once(void **state)
{
	(void)state;
	const char *c = emitted(gru);
	assert_non_null(strstr(c, "from MatMul, Add, Sigmoid of gru"));
	assert_null(strstr(c, "Add gru"));
	c = emitted("graph (%x f32[4]) -> (%y) { %a = Neg(%x) @1 \"a\" %y = Exp(%a) @2 \"b\" }");
	assert_non_null(strstr(c, "from Neg a, Exp b"));
}

/* By an operator that computes, if there is one, and does not only move. */
static void stages_are_called_by_operators(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[4,3], %a f32[4], %b f32[4], %n i64[4]) -> (%y, %z, %u) {\n"
	                        "%r i64[2] = const [2, 1] %y = Tile(%x, %r)\n"
	                        "%d = Div(%a, %b) %k i64[2] = const [2, 2] %z = Reshape(%d, %k)\n"
	                        "%u = ReverseSequence(%x, %n) {batch_axis = 0, time_axis = 1} }");
	assert_non_null(strstr(c, "_repeat(")); /* no stage is a tile */
	assert_non_null(strstr(c, "_div("));
	assert_non_null(strstr(c, "_map("));
	c = emitted("symbol n = 1..40\ngraph (%x f32[1,32,n,n]) -> (%y) {\n"
	            "%k i64[4] = const [16, 32, 3, 3] %w = ConstantOfShape(%k) {value = f32[1] [2]}\n"
	            "%y = Conv(%x, %w) {auto_pad = SAME_UPPER, strides = [2, 2]} }");
	assert_non_null(strstr(c, "_pad(")); /* not after the sizes that say how much of it */
}

static void numbers_in_range_are_cast_plainly(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[4,3]) -> (%y) { %s f32[] = const [1] %z i8[] = const [-128]\n"
	                        "%q = QuantizeLinear(%x, %s, %z) %y = Cast(%q) {to = f32} }");
	assert_non_null(strstr(c, " = (float)(int8_t)((int32_t)rintf("));
	assert_non_null(strstr(c, ") - 128);"));
	assert_null(strstr(c, "* 1.0f"));
	assert_null(strstr(c, "f_to_i64"));
	c = emitted("graph (%x f32[4]) -> (%y) { %y = Cast(%x) {to = i8} }");
	assert_non_null(strstr(c, "(int8_t)f_to_i64(x[i])")); /* any float */
}

/* Each node of a tree is where the one before says. */
static void indices_found_by_indices_have_names(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f64[7,2]) -> (%y) { %y = ai.onnx.ml.TreeEnsemble(%x) {tree_roots = [0],\n"
	                        "nodes_featureids = [0, 1, 1], nodes_modes = u8[3] [0, 0, 0], nodes_splits = f64[3] [0, 1, 2],\n"
	                        "nodes_truenodeids = [1, 2, 0], nodes_trueleafs = [0, 0, 1], nodes_falsenodeids = [0, 1, 2],\n"
	                        "nodes_falseleafs = [1, 1, 1], leaf_targetids = [0, 0, 0], leaf_weights = f64[3] [1, 2, 3]} }");
	assert_non_null(strstr(c, "\tint64_t at2 = w["));
	assert_null(strstr(strstr(c, "\tint64_t at2 = w["), "i_mul(w["));
}

static void zeros_are_not_added(void **state)
{
	(void)state;
	const char *c = emitted_for("x86-64-v3", "graph (%i i64[6], %s f32[13]) -> (%y) { %depth i64[] = const [13]\n"
	                                         "%values i64[2] = const [0, 1] %o = OneHot(%i, %depth, %values)\n"
	                                         "%f = Cast(%o) {to = f32} %p = Mul(%f, %s) %one i64[1] = const [1]\n"
	                                         "%y = ReduceSum(%p, %one) {keepdims = 0} }");
	assert_non_null(strstr(c, "v_lane((int)i_min(i_max(x[i], -1), 64))"));
	assert_non_null(strstr(c, "v_lane((int)i_min(i_max(i_add(-8, x[i]), -1), 64))"));
	assert_null(strstr(c, "i_add(0, "));
}

static void whole_numbers_have_no_exponent(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[4]) -> (%y) { %k f32[] = const [100] %l f32[] = const [1e9]\n"
	                        "%p = Add(%x, %k) %y = Mul(%p, %l) }");
	assert_non_null(strstr(c, "(x[i] + 100.0f) * 1e+09f"));
}

/* Where an element goes is where it comes from. */
static void updates_name_their_places(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[3,5], %i i64[2,3], %u f32[2,3]) -> (%y) {\n"
	                        "%y = ScatterElements(%x, %i, %u) {axis = 1, reduction = add} }");
	assert_non_null(strstr(c, "\tint64_t at = i_index(x[3*i + j], 5, status);\n"));
	assert_non_null(strstr(c, "\ty[5*i + at] += x2[3*i + j];\n"));
}

/* Coordinates of elements in double are as exact as these, also where sizes are those of a run. */
static void coordinates_of_doubles_are_doubles(void **state)
{
	(void)state;
	const char *c = emitted("symbol n = 1..14\ngraph (%x f64[2,3,n,n]) -> (%y) {\n"
	                        "%k i64[4] = const [2, 3, 9, 10] %y = Resize(%x, _, _, %k) {mode = cubic} }");
	assert_null(strstr(strstr(c, "STAGE void s"), "float"));
}

/* What only one branch of a choice may compute, and computes twice, has its name inside of that branch. */
static void branches_name_what_they_repeat(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[2,2,5,6], %r f32[3,4], %b i64[3]) -> (%y) {\n"
	                        "%y = RoiAlign(%x, %r, %b) {output_height = 2, output_width = 3, sampling_ratio = 2} }");
	const char *branch = strstr(c, "\tfloat chosen = 0.0f;\n");
	assert_non_null(branch);
	assert_non_null(strstr(branch, "\tif (test && test2) {\n"));
	assert_non_null(strstr(branch, "\tint64_t at2 = i_index(x2[i], 2, status);\n"));
	assert_non_null(strstr(branch, "\tsum += chosen;\n"));
	assert_null(strstr(strstr(branch, "i_index") + 1, "i_index"));
}

/* A float that was clamped or tested gives an index that cannot be far: sums of such are plain. */
static void bounded_floats_are_plain_indices(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[1,3,4,5], %g f32[1,2,2,2]) -> (%y) { %y = GridSample(%x, %g) {mode = cubic} }");
	assert_non_null(strstr(c, " * x2[20*i + 5*clamped + clamped2]"));
	assert_null(strstr(c, "i_add("));
	c = emitted("graph (%x f32[2,2,5,6], %r f32[3,4], %b i64[3]) -> (%y) {\n"
	            "%y = RoiAlign(%x, %r, %b) {output_height = 2, output_width = 3, sampling_ratio = 2} }");
	assert_non_null(strstr(c, "x3[30*j + 6*clamped2 + clamped4 + 60*at2]"));
	assert_null(strstr(c, "i_add("));
	c = emitted("graph (%x f32[4]) -> (%y) { %k i64[] = const [9] %i = Cast(%x) {to = i64} %y = Add(%i, %k) }");
	assert_non_null(strstr(c, "i_add(f_to_i64(x[i]), 9)")); /* any float */
}

/* What C computes in int and is in range already is cast where it is stored, and shifts by numbers are operators. */
static void parts_of_bytes_have_no_casts(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x i4[4]) -> (%y) { %y = Cast(%x) {to = f32} }");
	assert_non_null(strstr(c, "y[j + 2*i] = (float)((((x[i] >> (4*j)) & 15) ^ 8) - 8);\n"));
	c = emitted("graph (%x f32[4]) -> (%y) { %y = Cast(%x) {to = i4} }");
	assert_non_null(strstr(c, "y[i] = (uint8_t)(((uint8_t)f_to_i64(x[2*i]) & 15) | (((uint8_t)f_to_i64(x[2*i + 1]) & 15) << 4));\n"));
}

/* A tile of one point counts none. */
static void one_point_needs_no_loop(void **state)
{
	(void)state;
	const char *c = emitted_for("x86-64-v3", "graph (%x f32[1,64], %w f32[64,16]) -> (%y) { %y = MatMul(%x, %w) }");
	assert_non_null(strstr(c, "/* 16 outputs */\nINLINE void s1_tile(int i, "));
	assert_non_null(strstr(c, "\t\tvf a0 = v_set(a[r]);\n\t\tacc[0] = v_fma(a0, b0, acc[0]);\n"));
	assert_null(strstr(c, "points;"));
}

/* A name that is too long keeps its end: the beginning is that of all. */
static void long_names_keep_their_ends(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[4,3]) -> (%y) {\n"
	                        "%w \"a.very.long.path.of.modules.that.all.weights.share.fc.weight\" f32[3,2] = const [1, 2, 3, 4, 5, 6]\n"
	                        "%y = MatMul(%x, %w) }");
	assert_non_null(strstr(c, ", of ...les.that.all.weights.share.fc.weight */"));
}

/* ---- where things lie ---- */

static const char *with_weights_apart(const char *text)
{
	return emitted_with((Options){.target = "c", .weights = WEIGHTS_FILE}, text);
}

static void floats_lie_at_offsets_in_floats(void **state)
{
	(void)state;
	const char *c = with_weights_apart("graph (%x f32[4,3]) -> (%y) {\n"
	                                   "%w f32[3,2] = const [1, 2, 3, 4, 5, 6] %b f32[2] = const [7, 8]\n"
	                                   "%p = MatMul(%x, %w) %q = Add(%p, %b) %y = Softmax(%q) }");
	assert_non_null(strstr(c, "/* Weights: offsets in floats into m.weights.bin. */"));
	assert_non_null(strstr(c, "\tconst float *w = c->weights;\n"));
	assert_non_null(strstr(c, "(m + B1, c->in->x, w + S1_W, w + S1_BIAS);"));
	assert_null(strstr(c, "(const void *)(w"));
}

static void other_memory_is_of_bytes(void **state)
{
	(void)state;
	const char *c = with_weights_apart("graph (%x f32[4,3], %k i64[4]) -> (%y) {\n"
	                                   "%w f32[5,3] = const [1,2,3,4,5,6,7,8,9,1,2,3,4,5,6] %n i64[4] = const [1,2,0,1]\n"
	                                   "%o i64[] = const [0] %j = Add(%k, %n) %i = CumSum(%j, %o)\n"
	                                   "%v = Gather(%w, %i) %y = Add(%v, %x) }");
	assert_non_null(strstr(c, "static inline const float *f32_in(const unsigned char *memory, int64_t bytes)\n"));
	assert_non_null(strstr(c, "f32_in(w, S"));
	assert_non_null(strstr(c, "i64_at(m, B"));
}

/* ---- what the store of a tile uses twice ---- */

static const char *const swish =
	"graph (%x f32[6,4], %w f32[4,5]) -> (%y) {\n"
	"%b f32[5] = const [1, 2, 3, 4, 5] %p = MatMul(%x, %w) %q = Add(%p, %b) %y = HardSwish(%q) }";

static void a_value_that_is_used_twice_has_a_name(void **state)
{
	const char *c = emitted(swish), *v = emitted_for("x86-64-v3", swish);

	(void)state;

	assert_non_null(strstr(c, " = acc[p][0] + bias[j];\n\t\ty["));
	assert_non_null(strstr(v, " = acc[p][0] + v_load_n(bias + j, 5);\n\t\tv_store_n(y"));
}

/* Locals are called by what makes them; the next one of a kind in sight has a number. */
static void locals_say_what_they_are(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[7,9]) -> (%y) { %y = Softmax(%x) }");
	assert_non_null(strstr(c, "float max = -INFINITY;\n"));
	assert_non_null(strstr(c, "float e = expf(x[9*i + s] - max);\n\t\t\ty[9*i + s] = e;\n\t\t\tsum += e;\n"));
	assert_non_null(strstr(c, "float inverse = 1.0f / sum;\n"));
	c = emitted_for("x86-64-v3", "graph (%x f32[7,72]) -> (%y) { %y = Softmax(%x) }");
	assert_non_null(strstr(c, "float max = v_most(v_greater(v_greater(maxima[0], maxima[1]), v_greater(maxima[2], maxima[3])));\n"));
	assert_non_null(strstr(emitted_for("c", swish), "float biased = acc[p][0] + bias[j];\n"));
	c = emitted("graph (%x f32[4,6], %w f32[6]) -> (%y) { %y = LayerNormalization(%x, %w) }");
	assert_non_null(strstr(c, "float average = sum / 6.0f;\n"));
	assert_non_null(strstr(c, "sum2 += difference * difference;\n"));
	assert_non_null(strstr(c, "float inverse_root = 1.0f / sqrtf(sum2 / 6.0f + 1e-05f);\n"));
}

/* Only where what follows is one operand: (a - b) + c is not a - (b + c). */
static void what_is_added_to_is_told_once(void **state)
{
	(void)state;
	const char *c = styled(&context.scratch, "\tsum = sum + a * b;\n\tsum = sum + (a ? b : c);\n\tp[q] = p[q] * (a + b);\n"
	                                         "\tx = x - f(a - b, c);\n\tx = x - a + b;\n\tx = x * a / b;\n\tx = x2 + a;\n");
	assert_string_equal(c, "\tsum += a * b;\n\tsum += a ? b : c;\n\tp[q] *= a + b;\n\tx -= f(a - b, c);\n"
	                       "\tx = x - a + b;\n\tx = x * a / b;\n\tx = x2 + a;\n");
}

/* What may be anything is divided by a helper, unless C has an answer for each; borders that reflect are sums of indices. */
static void known_divisors_need_no_helper(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x i64[8], %s i32[8], %u u32[8]) -> (%y, %z, %q, %v, %w) {\n"
	                        "%three i64[] = const [3] %less i64[] = const [-1] %two u32[] = const [2] %n i32[] = const [7]\n"
	                        "%y = Div(%x, %three) %z = Mod(%x, %three) %q = Div(%x, %less) %v = Mod(%u, %two)\n"
	                        "%w = Div(%s, %n) }");
	assert_non_null(strstr(c, " = x[i] / 3;\n"));
	assert_non_null(strstr(c, " = i_mod(x[i], 3);\n"));
	assert_non_null(strstr(c, " = i_div(x[i], -1);\n"));
	assert_non_null(strstr(c, " = x[i] % 2;\n"));
	assert_non_null(strstr(c, " = x[i] / 7;\n"));
	c = emitted("graph (%x f32[6]) -> (%y) { %p i64[2] = const [3, 3] %y = Pad(%x, %p) {mode = reflect} }");
	assert_non_null(strstr(c, "i_abs("));
	assert_null(strstr(c, "i_add("));
}

static void the_best_is_taken_in_one_place(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[4,9]) -> (%y, %z) {\n"
	                        "%y = ArgMax(%x) {axis = 1} %z = ArgMin(%x) {axis = 1, select_last_index = 1} }");
	assert_non_null(strstr(c, "if (best < value || (isnan(value) && !isnan(best))) {\n"));
	assert_non_null(strstr(c, "if (value <= best || isnan(value)) {\n"));
}

/* A block stays where another statement around it has one of its names, and beside another one. */
static void blocks_keep_names_apart(void **state)
{
	(void)state;
	const char *c = styled(&context.scratch, "void f(void)\n{\n\tfor (int i = 0; i < 4; i += 2) {\n\t\tint b = i;\n\t\tg(b);\n\t}\n"
	                                         "\t{\n\t\tint b = 4;\n\t\tg(b);\n\t}\n}\n");
	assert_non_null(strstr(c, "\t}\n\tint b = 4;\n\tg(b);\n}\n"));
	c = styled(&context.scratch, "void f(void)\n{\n\tint b = 1;\n\t{\n\t\tint a = 0, b = 4;\n\t\tg(b);\n\t}\n}\n");
	assert_non_null(strstr(c, "\t{\n\t\tint a = 0, b = 4;\n"));
	c = styled(&context.scratch, "void f(void)\n{\n\t{\n\t\tint b = 4;\n\t\tg(b);\n\t}\n\t{\n\t\tint b = 5;\n\t\tg(b);\n\t}\n}\n");
	assert_non_null(strstr(c, "\t{\n\t\tint b = 4;\n"));
	assert_non_null(strstr(c, "\t{\n\t\tint b = 5;\n"));
}

static void one_turn_needs_no_loop(void **state)
{
	(void)state;
	assert_non_null(strstr(emitted_for("x86-64-v4", "graph (%x f32[128]) -> (%y) { %y = Identity(%x) }"),
	                       "{\n\tUNROLL for (int q = 0; q < 8; q++)\n\t\tv_store(y + 16*q, v_load(x + 16*q));\n}\n"));
}

/* Where each head is one strip, a turn is a head. */
static void one_strip_begins_nowhere(void **state)
{
	(void)state;
	const char *text = "graph (%q f32[12,128,32], %k f32[12,32,128], %v f32[12,128,32]) -> (%y) {\n"
	                   "%s = MatMul(%q, %k) %p = Softmax(%s) %y = MatMul(%p, %v) }";
	const char *c = emitted_for("x86-64-v3", text);
	assert_non_null(strstr(c, "rows of a matrix */\n\tfor (int i = 0; i < 12; i++) {\n"));
	assert_null(strstr(c, "128*t"));
	assert_null(strstr(c, "const int t = 0"));
	c = emitted_with((Options){.target = "x86-64-v3", .threads = true}, text);
	assert_non_null(strstr(c, "\t\tfor (int i = k.from; i < k.to; i++) {\n"));
}

static void wrapping_sums_are_calls(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x i32[8], %s i64[8], %t i64[8]) -> (%y, %z) {\n"
	                        "%p = Mul(%x, %x) %y = Sub(%p, %x) %q = Mul(%s, %t) %z = Sub(%q, %t) }");
	assert_non_null(strstr(c, "= i32_sub(i32_mul(x[i], x[i]), x[i]);"));
	assert_non_null(strstr(c, "= i_add(i_mul(x[i], -1), i_mul(x2[i], x[i]));"));
}

/* A remark that finds no room behind a call stands above it. */
static void remarks_have_room(void **state)
{
	static const char call[] = "\ts1_a_stage_with_a_long_name(memory_of_a_long_name + 1, memory_of_another_name + 2, 3, 4, 5, 6, 7, 8);";
	const char *line = arena_format(&context.scratch, "%s\t/* s2_stage */\n", call);

	(void)state;
	assert_string_equal(styled(&context.scratch, line), arena_format(&context.scratch, "\t/* s2_stage */\n%s\n", call));
	assert_string_equal(styled(&context.scratch, "\tf(1);\t/* s2_stage */\n"), "\tf(1);\t/* s2_stage */\n");
}

/* What is assigned to stays in one piece, and a choice is broken at its signs. */
static void lines_break_at_their_joints(void **state)
{
	(void)state;
	assert_string_equal(styled(&context.scratch, "\ty[640*i + 64*(j + p) + k + 544*m + 17] = (((float)((int8_t)i32_add((int32_t)f_to_i64(rintf((clamped < 255.0f) ? "
	                                             "clamped : 255.0f)), -128))) * 0.0061725313f);\n"),
	                    "\ty[640*i + 64*(j + p) + k + 544*m + 17] =\n\t        (((float)((int8_t)i32_add((int32_t)f_to_i64(rintf((clamped < 255.0f) ? clamped : "
	                    "255.0f)), -128))) *\n\t         0.0061725313f);\n");
	assert_string_equal(styled(&context.scratch, "\tmax = f_max((0 <= i) ? x[the_first_summand + second_summand + third_summand + "
	                                             "fourth_summand - 723200] : -INFINITY, max_of_name);\n"),
	                    "\tmax = f_max((0 <= i) ? x[the_first_summand + second_summand + third_summand + fourth_summand - 723200] :\n"
	                    "\t            -INFINITY, max_of_name);\n");
}

/* ---- tables ---- */

/* What is too small for the cost model has no number of cycles. */
/* Layers whose weights are slices of one constant find them packed, one turn's behind the other's. */
static void turns_have_packed_weights(void **state)
{
	(void)state;
	const char *c = emitted_for("x86-64-v3", "graph (%x f32[5,2]) -> (%y) {\n"
	                            "%w f32[2,2,2] = const [1, 2, 3, 4, 5, 6, 7, 8]\n"
	                            "%y = Scan(%x, %w) {num_scan_inputs = 1} body = graph (%s f32[5,2], %v f32[2,2]) -> (%t) {\n"
	                            "%u = Transpose(%v) {perm = [1, 0]} %t = MatMul(%s, %u) } }");
	assert_non_null(strstr(c, "_w[32] ALIGN = {\t/* panels of 8, of w */"));
	assert_non_null(strstr(c, "_w + 16*t"));
}

static void what_is_chosen_is_kept(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[9]) -> (%y) { %z f32[] = const [0.5] %m = Greater(%x, %z) %y = NonZero(%m) }");
	assert_non_null(strstr(c, "\t\ty[count + 1] = i;\n\t\tcount += 0.5f < x[i];\n"));
	assert_non_null(strstr(c, "\ty[0] = count;\n"));
}

/* Sizes that a run counts are told behind the others, which may need the same symbols. */
static void symbols_are_told_once(void **state)
{
	(void)state;
	const char *c = emitted("symbol n = 1..40\n"
	                        "graph (%x f32[n], %m bool[n]) -> (%y, %z) { %y = Neg(%x) %c = Compress(%x, %m) {axis = 0}\n"
	                        "%z = Concat(%c, %x) {axis = 0} }");
	const char *first = strstr(c, "const int64_t d0 = x.");
	assert_non_null(first);
	assert_null(strstr(first + 1, "const int64_t d0 = x."));
	assert_non_null(strstr(first, "out[1].dims[0] = d1 + d0;"));
}

/* The width of experts that one matrix leaves open is the other's. */
static void widths_are_taken_where_they_are_known(void **state)
{
	(void)state;
	const char *c = emitted("symbol k = 3..11\n"
	                        "graph (%x f32[2,4], %r f32[2,2], %w1 f32[2,k,4], %b1 f32[2,k], %w2 f32[2,4,5]) -> (%y) {\n"
	                        "%y = com.microsoft.MoE(%x, %r, %w1, %b1, %w2) }");
	assert_non_null(strstr(c, "w1  f32[2,d0,4]"));
}

static void small_stages_expect_nothing(void **state)
{
	(void)state;
	const char *c = emitted("graph (%x f32[10]) -> (%y) { %y = Softmax(%x) }");
	assert_non_null(strstr(c, "schedule: scalar loops; 80 B */"));
	c = emitted("graph (%x f32[9000]) -> (%y) { %y = Exp(%x) }");
	assert_non_null(strstr(c, "; expects at least "));
	c = emitted("graph (%x f32[64,64], %w f32[64,64]) -> (%y) { %y = MatMul(%x, %w) }");
	assert_non_null(strstr(c, "; expects 1"));
	assert_non_null(strstr(c, " % of peak), "));
}

static void members_have_their_names(void **state)
{
	(void)state;
	const char *c = with_weights_apart("graph (%x f32[4,3]) -> (%y) { %w f32[3,2] = const [1, 2, 3, 4, 5, 6] %y = MatMul(%x, %w) }");
	assert_non_null(strstr(c, "{ .name = \"x\", .kind = TCC_TENSOR, .dtype = 1 /* f32 */, .rank = 2, .dims = { 4, 3 }, .bytes = 48 },\n"));
	assert_non_null(strstr(c, "struct call c = { .in = in, .out = out, .arena = workspace, .weights = s->weights };\n"));
	assert_non_null(strstr(c, "\t.workspace_bytes = M_WORKSPACE_BYTES,\n"));
}

/* Of one input and one output nobody loops over them. */
static void one_argument_needs_no_loop(void **state)
{
	(void)state;
	const char *c = with_weights_apart("graph (%x f32[4,3]) -> (%y) { %y = Neg(%x) }");
	assert_non_null(strstr(c, "\tint status = check(&in[0], &inputs[0]);\n\tif (status != TCC_OK)\n\t\treturn status;\n"));
	assert_non_null(strstr(c, "\tdescribe(&out[0], &outputs[0]);\n"));
	c = with_weights_apart("graph (%x f32[4,3], %z f32[4,3]) -> (%y, %u) { %y = Add(%x, %z) %u = Mul(%x, %z) }");
	assert_non_null(strstr(c, "\tfor (int i = 0; i < 2; i++) {\n\t\tint status = check(&in[i], &inputs[i]);\n"));
	assert_non_null(strstr(c, "\tfor (int i = 0; i < 2; i++)\n\t\tdescribe(&out[i], &outputs[i]);\n"));
}

static void arguments_are_checked_in_their_order(void **state)
{
	(void)state;
	const char *c = with_weights_apart("symbol n = 1..4 graph (%x f32[n,3]) -> (%y) { %y = Neg(%x) }");
	assert_non_null(strstr(c, "\tif (!in || !out)\n"));
	assert_null(strstr(c, "\n *    bounds"));
	assert_null(strstr(c, "||\n\t    (uintptr_t)workspace"));
}

/* A remark on a helper stands above it, and a type that a function returns a pointer to has one space behind it. */
static void helpers_begin_with_their_remarks(void **state)
{
	(void)state;
	const char *c = emitted_for("x86-64-v3", "graph (%x f32[40,64], %w f32[64,72]) -> (%y) {\n"
	                                         "%p = MatMul(%x, %w) %y = Sigmoid(%p) }");
	assert_non_null(strstr(c, "\n/* e^x / (1 + e^x), both times 2^30 */\nINLINE vf v_sigmoid(vf x)\n{\n\tx = "));
	assert_non_null(strstr(c, "\ntypedef __m256 vf;\n\nINLINE "));
	assert_null(strstr(c, " * v_"));
}

/* ---- lines and braces ---- */

static int width_of(const char *line)
{
	int column = 0;

	for (; *line && *line != '\n'; line++)
		column = *line == '\t' ? (column / 8 + 1) * 8 : column + 1;
	return column;
}

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');
	return end ? end + 1 : line + strlen(line);
}

static bool is_brace(const char *line) { return !strncmp(line + strspn(line, "\t"), "}\n", 2); }

/* From the helpers on. */
static void assert_style(const char *target, const char *text)
{
	const char *line = strstr(emitted_for(target, text), "\n#define STAGE");

	assert_non_null(line);
	for (line++; *line; line = next_line(line)) {
		const char *word = line + strspn(line, "\t"), *next = next_line(line), *end = next - 3;
		if (*line != '#' && width_of(line) > 120)
			print_error("%.*s\n", (int)(next - line), line);
		assert_true(*line == '#' || width_of(line) <= 120);
		assert_null(strstr(arena_format(&context.scratch, "%.*s", (int)(next - line), line), "+= 1;"));
		assert_false(is_brace(line) && !strncmp(next + strspn(next, "\t"), "else", 4));
		word += !strncmp(word, "UNROLL", 6) ? strcspn(word, " ") + 1 : 0;
		if (!strncmp(word, "for (", 5) && end > word && !strncmp(end, " {\n", 3))
			assert_false(is_brace(next_line(next)));
	}
}

static void lines_and_braces_are_in_style(void **state)
{
	static const char regions[] = "graph (%x f32[2,2,5,6], %r f32[3,4], %b i64[3]) -> (%y) {\n"
		"%y = RoiAlign(%x, %r, %b) {mode = max, output_height = 2, output_width = 3, sampling_ratio = 2} }";
	static const char *const model[] = {
		"graph (%x f32[40,64], %w f32[64,72], %s f32[40,72], %m bool[40,72]) -> (%y, %z, %a) {\n"
		"%p = MatMul(%x, %w) %q = Add(%p, %s) %r = Where(%m, %q, %s) %y = HardSwish(%r) %z = Softmax(%y)\n"
		"%t = Mul(%s, %s) %u = Add(%t, %z) %v = Sub(%u, %s) %e = Mul(%v, %y) %f = Sigmoid(%e) %a = Add(%f, %v) }",
		"symbol n = 1..70\ngraph (%x f32[n,9], %w f32[9,n]) -> (%y) { %p = MatMul(%x, %w) %y = Softmax(%p) }",
		"graph (%x f32[64,64], %k i64[48]) -> (%y) { %y = Gather(%x, %k) {axis = 1} }",
		"graph (%x f32[3,4,5,6]) -> (%y) { %y = ReduceMax(%x) {keepdims = 0} }",
		regions,
	};

	(void)state;
	for (size_t i = 0; i < sizeof model / sizeof *model; i++) {
		assert_style("c", model[i]);
		assert_style("x86-64-v3", model[i]);
		assert_style("x86-64-v4", model[i]);
	}
	assert_style("c", swish);
	assert_style("x86-64-v4", swish);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(operands_are_called_by_their_roles),
	                                   cmocka_unit_test(recurrent_stages_tell_state_and_gate),
	                                   cmocka_unit_test(one_name_is_told_once),
	                                   cmocka_unit_test(stages_are_called_by_operators),
	                                   cmocka_unit_test(numbers_in_range_are_cast_plainly),
	                                   cmocka_unit_test(long_names_keep_their_ends),
	                                   cmocka_unit_test(indices_found_by_indices_have_names),
	                                   cmocka_unit_test(branches_name_what_they_repeat),
	                                   cmocka_unit_test(coordinates_of_doubles_are_doubles),
	                                   cmocka_unit_test(bounded_floats_are_plain_indices),
	                                   cmocka_unit_test(updates_name_their_places),
	                                   cmocka_unit_test(zeros_are_not_added),
	                                   cmocka_unit_test(whole_numbers_have_no_exponent),
	                                   cmocka_unit_test(one_point_needs_no_loop),
	                                   cmocka_unit_test(floats_lie_at_offsets_in_floats),
	                                   cmocka_unit_test(other_memory_is_of_bytes),
	                                   cmocka_unit_test(a_value_that_is_used_twice_has_a_name),
	                                   cmocka_unit_test(what_is_added_to_is_told_once),
	                                   cmocka_unit_test(known_divisors_need_no_helper),
	                                   cmocka_unit_test(the_best_is_taken_in_one_place),
	                                   cmocka_unit_test(blocks_keep_names_apart),
	                                   cmocka_unit_test(one_turn_needs_no_loop),
	                                   cmocka_unit_test(one_strip_begins_nowhere),
	                                   cmocka_unit_test(wrapping_sums_are_calls),
	                                   cmocka_unit_test(remarks_have_room),
	                                   cmocka_unit_test(locals_say_what_they_are),
	                                   cmocka_unit_test(turns_have_packed_weights),
	                                   cmocka_unit_test(what_is_chosen_is_kept),
	                                   cmocka_unit_test(symbols_are_told_once),
	                                   cmocka_unit_test(widths_are_taken_where_they_are_known),
	                                   cmocka_unit_test(small_stages_expect_nothing),
	                                   cmocka_unit_test(lines_break_at_their_joints),
	                                   cmocka_unit_test(members_have_their_names),
	                                   cmocka_unit_test(one_argument_needs_no_loop),
	                                   cmocka_unit_test(arguments_are_checked_in_their_order),
	                                   cmocka_unit_test(helpers_begin_with_their_remarks),
	                                   cmocka_unit_test(parts_of_bytes_have_no_casts),
	                                   cmocka_unit_test(lines_and_braces_are_in_style)};

	ctx_open(&context, "unit", (size_t)256 << 20);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	ctx_close(&context);
	return failed;
}
