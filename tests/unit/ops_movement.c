/* Operators that move elements, Resize and reductions: what they give in the cases that are easily got wrong, and that
 * their formulas say what their evaluation gives. */
#include "ir/op.h"
#include "ir/text.h"
#include "tests/unit/formula.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Elements that are all different: k/8 for floats, k for integers, alternating for bools. */
static Tensor *some_tensor(Ctx *c, const Eval *e, const Value *v, int64_t size)
{
	int64_t dims[MAX_RANK], symbols[8];
	for (int k = 0; k < 8; k++)
		symbols[k] = size;
	for (int k = 0; k < v->shape.rank; k++)
		dims[k] = dim_eval(e->g->syms, v->shape.dim[k], symbols);
	Tensor *t = tensor_new(&c->perm, v->dtype, v->shape.rank, dims);
	for (int64_t i = 0; i < t->count; i++) {
		int64_t k = i * 37 % 101 - 50;
		if (is_float(t->dtype))
			store_f64(t->dtype, t->data, i, (double)k / 8);
		else
			store_i64(t->dtype, t->data, i, t->dtype == BOOL ? k & 1 : k);
	}
	return t;
}

/* "[1, 2]" */
static const char *elements_of(Ctx *c, const Tensor *t)
{
	const char *text = "";
	for (int64_t i = 0; i < t->count; i++)
		text = arena_format(&c->perm, "%s%s%s", text, i ? ", " : "", element_text(c, t, i));
	return arena_format(&c->perm, "[%s]", text);
}

/* Parse and evaluate the graph, its symbols being `size`; compare every formula with what was evaluated; the first
 * output must have these elements, "[1, 2]", unless NULL. */
static void run(const char *text, int64_t size, const char *expected)
{
	Ctx c;
	ctx_open(&c, "test", 0);
	Syms syms = {.ctx = &c};
	if (setjmp(c.border)) {
		ctx_report(&c);
		assert_string_equal(text, "evaluates");
	}
	Graph *g = graph_parse(&c, &syms, text);
	Eval e = {.g = g, .keep_all = true};
	Tensor **in = NEW_N(&c.perm, Tensor *, g->nin);
	for (int i = 0; i < g->nin; i++)
		in[i] = some_tensor(&c, &e, g->in[i], size);
	eval_graph(&e, g, &c.results, in);
	assert_formulas(&e, 1e-5);
	if (expected)
		assert_string_equal(elements_of(&c, eval_value(&e, g->out[0])), expected);
	ctx_close(&c);
}

/* The shape of the first output, as text. */
static void has_shape(const char *text, const char *expected)
{
	Ctx c;
	ctx_open(&c, "test", 0);
	Syms syms = {.ctx = &c};
	if (setjmp(c.border)) {
		ctx_report(&c);
		assert_string_equal(text, "infers");
	}
	Graph *g = graph_parse(&c, &syms, text);
	assert_string_equal(shape_text(g, &g->out[0]->shape), expected);
	ctx_close(&c);
}

static void is_refused(const char *text, enum exit_code code, const char *id)
{
	Ctx c;
	ctx_open(&c, "test", 0);
	Syms syms = {.ctx = &c};
	if (setjmp(c.border) == 0) {
		graph_parse(&c, &syms, text);
		assert_string_equal(text, "is refused");
	}
	if (c.status != code || !strstr(c.message, id))
		ctx_report(&c);
	assert_int_equal(c.status, code);
	assert_non_null(strstr(c.message, id));
	ctx_close(&c);
}

static void slices(void **state)
{
	(void)state;
#define SLICE(dtype_shape, s, e, st)                                                                                   \
	"graph (%x " dtype_shape ") -> (%y) { %s i64[1] = const [" s "] %e i64[1] = const [" e "] "                    \
	"%a i64[1] = const [-1] %t i64[1] = const [" st "] %y = Slice(%x, %s, %e, %a, %t) }"
	run(SLICE("i32[5]", "1", "4", "2"), 0, "[-13, -40]");
	run(SLICE("i32[5]", "-1", "-9223372036854775808", "-1"), 0, "[-3, -40, 24, -13, -50]");
	run(SLICE("i32[5]", "9223372036854775807", "0", "-2"), 0, "[-3, 24]");
	run(SLICE("i32[5]", "4", "-6", "-3"), 0, "[-3, -13]");
	run(SLICE("i32[5]", "3", "3", "1"), 0, "[]");
	run(SLICE("i32[5]", "0", "9223372036854775807", "9223372036854775807"), 0, "[-50]");
	run(SLICE("f32[2,n]", "1", "9223372036854775807", "1"), 4, NULL);
	run(SLICE("f32[2,n]", "-1", "-9223372036854775808", "-1"), 4, NULL);
	run(SLICE("f32[2,n]", "-2", "2147483647", "1"), 5, NULL);
	has_shape(SLICE("f32[2,n]", "0", "9223372036854775807", "1"), "[2,n]");
	is_refused(SLICE("f32[5]", "0", "1", "0"), EXIT_MODEL, "E-VALUE");
	has_shape("graph (%x f32[5], %s i64[1]) -> (%y) { %y = Slice(%x, %s, %s) }", "[y.0]");
	is_refused("graph (%x f32[5], %s i64[80]) -> (%y) { %y = Slice(%x, %s, %s) }", EXIT_MODEL, "E-SHAPE");
}

static void pads(void **state)
{
	(void)state;
#define PAD(shape, p, mode)                                                                                            \
	"graph (%x " shape ") -> (%y) { %p i64[2] = const [" p "] %y = Pad(%x, %p) {mode = " mode "} }"
	run(PAD("i32[3]", "2, 1", "constant"), 0, "[0, 0, -50, -13, 24, 0]");
	run(PAD("i32[3]", "2, 1", "edge"), 0, "[-50, -50, -50, -13, 24, 24]");
	run(PAD("i32[3]", "2, 1", "reflect"), 0, "[24, -13, -50, -13, 24, -13]");
	run(PAD("i32[3]", "4, 5", "reflect"), 0, "[-50, -13, 24, -13, -50, -13, 24, -13, -50, -13, 24, -13]");
	run(PAD("i32[3]", "4, 1", "wrap"), 0, "[24, -50, -13, 24, -50, -13, 24, -50]");
	run(PAD("i32[1]", "1, 2", "reflect"), 0, "[-50, -50, -50, -50]");
	run(PAD("i32[4]", "-1, 2", "reflect"), 0, "[-13, 24, -40, 24, -13]");
	run(PAD("i32[4]", "-1, -2", "constant"), 0, "[-13]");
	run(PAD("f32[n]", "1, 2", "reflect"), 3, NULL);
	run("graph (%x f32[2,3], %v f32[]) -> (%y) { %p i64[2] = const [1, 2] %a i64[1] = const [-1] "
	    "%y = Pad(%x, %p, %v, %a) }", 0, NULL);
	is_refused(PAD("f32[0]", "1, 0", "edge"), EXIT_MODEL, "E-SHAPE");
	is_refused(PAD("f32[2]", "-3, 0", "constant"), EXIT_MODEL, "E-SHAPE");
}

static void reshapes(void **state)
{
	(void)state;
#define RESHAPE(shape, n, to) "graph (%x " shape ") -> (%y) { %s i64[" n "] = const [" to "] %y = Reshape(%x, %s) }"
	has_shape(RESHAPE("f32[2,3,4]", "3", "0, -1, 2"), "[2,6,2]");
	has_shape(RESHAPE("f32[b,3,4]", "2", "-1, 6"), "[2*b,6]");
	has_shape(RESHAPE("f32[b,s,768]", "4", "0, 0, 12, 64"), "[b,s,12,64]");
	run(RESHAPE("f32[b,s,6]", "4", "0, 0, 3, 2"), 2, NULL);
	run(RESHAPE("f32[b,s,6]", "2", "-1, 3"), 2, NULL);
	run(RESHAPE("f32[2,3,4]", "3", "4, 3, 2"), 0, NULL);
	run(RESHAPE("f32[1,4,1]", "1", "4"), 0, NULL);
	run(RESHAPE("f32[1]", "0", ""), 0, "[-6.25]");
	is_refused(RESHAPE("f32[2,3]", "2", "4, -1"), EXIT_MODEL, "E-SHAPE");
	is_refused(RESHAPE("f32[2,3]", "2", "-1, -1"), EXIT_MODEL, "E-SHAPE");
	has_shape(RESHAPE("f32[b,3]", "2", "2, 3"), "[2,3]"); /* checked by the run */
	run("graph (%x f32[2,3,4]) -> (%y) { %y = Flatten(%x) {axis = -1} }", 0, NULL);
	run("graph (%x f32[2,3,4]) -> (%y) { %y = Flatten(%x) {axis = 3} }", 0, NULL);
	run("graph (%x f32[1,3,1]) -> (%y) { %y = Squeeze(%x) }", 0, "[-6.25, -1.625, 3]");
	has_shape("graph (%x f32[2,n]) -> (%y) { %a i64[2] = const [-1, 0] %y = Unsqueeze(%x, %a) }", "[1,2,n,1]");
	is_refused("graph (%x f32[1,3]) -> (%y) { %a i64[1] = const [1] %y = Squeeze(%x, %a) }", EXIT_MODEL, "E-SHAPE");
}

static void joins(void **state)
{
	(void)state;
	run("graph (%a f32[2,n], %b f32[2,3], %c f32[2,0]) -> (%y) { %y = Concat(%a, %b, %c, %a) {axis = -1} }", 2,
	    NULL);
	run("graph (%x i32[5]) -> (%b, %a, %c) { %a, %b, %c = Split(%x) {num_outputs = 3} }", 0, "[24, -40]");
	run("graph (%x i32[5]) -> (%b, %a) { %s i64[2] = const [5, 0] %a, %b = Split(%x, %s) }", 0, "[]");
	run("graph (%x f32[n,4]) -> (%a, %b) { %a, %b = Split(%x) {axis = 1} }", 3, NULL);
	is_refused("graph (%x i32[5]) -> (%a, %b) { %s i64[2] = const [1, 3] %a, %b = Split(%x, %s) }", EXIT_MODEL,
		   "E-SHAPE");
	is_refused("graph (%a f32[2,3], %b f32[3,3]) -> (%y) { %y = Concat(%a, %b) {axis = 1} }", EXIT_MODEL,
		   "E-SHAPE");
}

static void gathers(void **state)
{
	(void)state;
	run("graph (%x i32[3,2]) -> (%y) { %k i64[2] = const [-1, 0] %y = Gather(%x, %k) {axis = 1} }", 0,
	    "[-13, -50, -40, 24, 34, -3]");
	run("graph (%x i32[4]) -> (%y) { %k i64[3] = const [-1, 1, -3] %y = Gather(%x, %k) }", 0, "[-40, -13, -13]");
	run("graph (%x i32[4]) -> (%y) { %k i64[3] = const [3, 2, 1] %y = Gather(%x, %k) }", 0, "[-40, 24, -13]");
	is_refused("graph (%x f32[3]) -> (%y) { %k i64[1] = const [3] %y = Gather(%x, %k) }", EXIT_MODEL, "E-INDEX");
	run("graph (%x f32[3,2]) -> (%y) { %k i32[] = const [1] %y = Gather(%x, %k) }", 0, "[3, -5]");
	run("graph (%x i32[2,2]) -> (%y) { %k i64[1,2] = const [1, -2] %y = GatherElements(%x, %k) }", 0, "[24, -13]");
	run("graph (%x f32[2,2,2]) -> (%y) { %k i64[2,1] = const [1, 0] %y = GatherND(%x, %k) {batch_dims = 1} }", 0,
	    NULL);
	run("graph (%x f32[2,2,2]) -> (%y) { %k i64[1,2,2] = const [0, -1, 1, 0] %y = GatherND(%x, %k) }", 0, NULL);
	is_refused("graph (%x f32[3,2]) -> (%y) { %k f32[1] = const [1] %y = Gather(%x, %k) }", EXIT_MODEL, "E-TYPE");
}

static void repeats(void **state)
{
	(void)state;
	run("graph (%x f32[2,3]) -> (%y) { %r i64[2] = const [2, 3] %y = Tile(%x, %r) }", 0, NULL);
	run("graph (%x f32[n,1]) -> (%y) { %s i64[3] = const [2, 1, 3] %y = Expand(%x, %s) }", 2, NULL);
	run("graph (%x f32[2,3,4]) -> (%y) { %y = Transpose(%x) {perm = [2, 0, 1]} }", 0, NULL);
	run("graph (%x f32[2,3]) -> (%y) { %y = Transpose(%x) }", 0, "[-6.25, -5, -1.625, -0.375, 3, 4.25]");
	run("graph (%x i32[3,4]) -> (%y) { %k i64[] = const [-1] %y = Trilu(%x, %k) {upper = 0} }", 0,
	    "[0, 0, 0, 0, -3, 0, 0, 0, 44, -20, 0, 0]");
	run("graph (%x i32[2,3]) -> (%y) { %y = EyeLike(%x) {k = 1} }", 0, "[0, 1, 0, 0, 0, 1]");
	run("graph (%x f32[1,8,2,3]) -> (%y) { %y = DepthToSpace(%x) {blocksize = 2, mode = CRD} }", 0, NULL);
	run("graph (%x f32[2,8,2,3]) -> (%y) { %y = DepthToSpace(%x) {blocksize = 2} }", 0, NULL);
	run("graph (%x f32[2,2,4,6]) -> (%y) { %y = SpaceToDepth(%x) {blocksize = 2} }", 0, NULL);
	run("graph (%x i32[2,3]) -> (%y) { %n i64[2] = const [2, 3] %y = ReverseSequence(%x, %n) {batch_axis = 0, "
	    "time_axis = 1} }", 0, "[-13, -50, 24, 34, -3, -40]");
	run("graph () -> (%y) { %k i32[3] = const [1, -1, 3] %d i64[] = const [3] %v i32[2] = const [5, 7] "
	    "%y = OneHot(%k, %d, %v) {axis = 0} }", 0, "[5, 5, 5, 7, 5, 5, 5, 7, 5]");
	run("graph () -> (%y) { %a f32[] = const [1] %b f32[] = const [2] %d f32[] = const [0.3] "
	    "%y = Range(%a, %b, %d) }", 0, NULL);
	run("graph () -> (%y) { %a i32[] = const [7] %b i32[] = const [0] %d i32[] = const [-3] "
	    "%y = Range(%a, %b, %d) }", 0, "[7, 4, 1]");
}

/* Shapes that models compute from shapes are known sizes: no node is left to run for them. */
static void contents(void **state)
{
	(void)state;
	has_shape("graph (%x f32[b,3,s,64]) -> (%y) { %s = Shape(%x) %i i64[1] = const [2] %t = Gather(%s, %i) "
		  "%m i64[1] = const [-1] %c = Concat(%t, %m) {axis = 0} %y = Reshape(%x, %c) }", "[s,192*b]");
	has_shape("graph (%x f32[b,c,h,w]) -> (%y) { %s = Shape(%x) {start = 2} %n = Size(%x) "
		  "%z i64[1] = const [0] %o i64[1] = const [1] "
		  "%h = Slice(%s, %z, %o) %p = ReduceProd(%s) "
		  "{keepdims = 0} %a = Unsqueeze(%p, %z) %k = Concat(%h, %a) {axis = 0} %y = ConstantOfShape(%k) }",
		  "[h,h*w]");
	has_shape("graph (%x f32[b,4]) -> (%y) { %n i64[1] = const [4] %f = ConstantOfShape(%n) {value = i64[1] [2]} "
		  "%s i64[2] = const [2, 2] %r = Reshape(%f, %s) %t = Transpose(%r) %m i64[1] = const [-1] "
		  "%p = Reshape(%t, %m) %y = Pad(%x, %p) }", "[b + 4,8]");
	has_shape("graph (%x f32[b,4]) -> (%y) { %s = Shape(%x) %a, %d = Split(%s) %z i64[] = const [0] "
		  "%q = Squeeze(%a) %o i64[] = const [2] %y = Range(%z, %q, %o) }", "[floordiv(b + 1, 2)]");
	has_shape("symbol t = 1..9 graph (%x f32[b,t]) -> (%y) { %s = Shape(%x) %a, %d = Split(%s) %z i64[] = const [0] "
		  "%n = Size(%x) %q = Squeeze(%d) %y = Range(%z, %n, %q) }", "[b]");
	is_refused("graph (%x f32[b,t]) -> (%y) { %s = Shape(%x) %a, %d = Split(%s) %z i64[] = const [0] "
		   "%n = Size(%x) %q = Squeeze(%d) %y = Range(%z, %n, %q) }", EXIT_UNSUPPORTED, "E-DYNAMIC");
	run("graph (%x f32[b,4]) -> (%y) { %y = Shape(%x) {start = -1, end = 7} }", 3, "[4]");
	run("graph (%x f32[b,4]) -> (%y) { %y = Size(%x) }", 3, "[12]");
}

static void reductions(void **state)
{
	static const char *const ops[] = {"Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSumExp"};
	static const char *const types[] = {"f32", "f16", "i32", "u8"};
	char text[200];
	(void)state;
	for (size_t i = 0; i < COUNT(ops) * COUNT(types); i++) {
		snprintf(text, sizeof text, "graph (%%x %s[2,3,2]) -> (%%y) { %%a i64[2] = const [-1, 0] "
			 "%%y = Reduce%s(%%x, %%a) {keepdims = 0} }", types[i % COUNT(types)], ops[i / COUNT(types)]);
		run(text, 0, NULL);
	}
	run("graph (%x i32[2,2]) -> (%y) { %a i64[1] = const [1] %y = ReduceMean(%x, %a) }", 0, "[-31, -8]");
	run("graph (%x bool[2,2]) -> (%y) { %a i64[1] = const [1] %y = ReduceMin(%x, %a) }", 0, "[false, false]");
	run("graph (%x f32[2,0]) -> (%y) { %a i64[1] = const [1] %y = ReduceMax(%x, %a) }", 0, "[-inf, -inf]");
	run("graph (%x f32[2,0]) -> (%y) { %a i64[1] = const [1] %y = ReduceLogSumExp(%x, %a) }", 0, "[-inf, -inf]");
	run("graph (%x u8[0]) -> (%y) { %y = ReduceMin(%x) }", 0, "[255]");
	run("graph () -> (%y) { %x f32[2] = const [1000, 1000] %y = ReduceLogSumExp(%x) }", 0, "[1000.6932]");
	run("graph () -> (%y) { %x f32[2] = const [-3, 2] %y = ReduceSumSquare(%x) {noop_with_empty_axes = 1} }", 0,
	    "[9, 4]");
	has_shape("graph (%x f32[b,3,4]) -> (%y) { %y = ReduceSum(%x) {keepdims = 0} }", "[]");
	run("graph () -> (%y) { %x i32[4] = const [2, 5, 5, 2] %y = ArgMax(%x) {keepdims = 0} }", 0, "[1]");
	run("graph () -> (%y) { %x u64[4] = const [2, 18446744073709551615, 5, 2] %y = ArgMax(%x) }", 0, "[1]");
	run("graph () -> (%y) { %x f32[4] = const [2, 5, 5, 2] %y = ArgMin(%x) {select_last_index = 1} }", 0, "[3]");
	run("graph (%x i32[2,3]) -> (%y) { %a i64[] = const [-1] %y = CumSum(%x, %a) {exclusive = 1, reverse = 1} }", 0,
	    "[11, 24, 0, 31, 34, 0]");
	run("graph (%x f32[2,3], %a i32[]) -> (%y) { %z = Sub(%a, %a) %y = CumSum(%x, %z) }", 0, NULL);
	run("graph () -> (%y) { %x i32[3] = const [2, 3, 4] %a i64[] = const [0] %y = CumProd(%x, %a) }", 0,
	    "[2, 6, 24]");
	is_refused("graph (%x f32[2,3], %a i64[1]) -> (%y) { %y = ReduceSum(%x, %a) }", EXIT_UNSUPPORTED, "E-DYNAMIC");
}

static void resizes(void **state)
{
	static const char *const coordinates[] = {"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric",
						  "half_pixel_symmetric", "tf_half_pixel_for_nn"};
	static const char *const modes[] = {
		"nearest_mode = floor", "nearest_mode = ceil", "nearest_mode = round_prefer_ceil", "mode = nearest",
		"mode = linear", "mode = cubic", "mode = cubic, exclude_outside = 1, cubic_coeff_a = -0.5",
		"mode = linear, antialias = 1", "mode = cubic, antialias = 1"};
	static const char *const scales[] = {"2", "3", "0.5", "0.6", "1.7", "2.5"};
	static const int64_t sizes[] = {1, 4, 7};
	char text[400];
	(void)state;
	for (size_t i = 0; i < COUNT(coordinates) * COUNT(modes) * COUNT(scales); i++) {
		snprintf(text, sizeof text,
			 "graph (%%x f32[5,4]) -> (%%y) { %%s f32[2] = const [1.25, %s] "
			 "%%y = Resize(%%x, _, %%s) {coordinate_transformation_mode = %s, %s} }",
			 scales[i % COUNT(scales)], coordinates[i / COUNT(scales) % COUNT(coordinates)],
			 modes[i / COUNT(scales) / COUNT(coordinates)]);
		run(text, 0, NULL);
	}
	for (size_t i = 0; i < 5 * 7 * COUNT(sizes); i++) { /* a size that is no number: not the last of both lists */
		snprintf(text, sizeof text,
			 "symbol n = 2..9 graph (%%x f32[n,2]) -> (%%y) { %%c = Shape(%%x) "
			 "%%m i64[2] = const [2, %lld] %%s = Mul(%%c, %%m) "
			 "%%y = Resize(%%x, _, _, %%s) {coordinate_transformation_mode = %s, %s} }",
			 (long long)sizes[i % COUNT(sizes)], coordinates[i / COUNT(sizes) % 5],
			 modes[i / COUNT(sizes) / 5]);
		run(text, 5, NULL);
	}
	run("graph () -> (%y) { %x i32[3] = const [1, 2, 3] %s f32[1] = const [2] %y = Resize(%x, _, %s) }", 0,
	    "[1, 1, 2, 2, 3, 3]");
	run("graph () -> (%y) { %x u8[2] = const [0, 255] %s i64[1] = const [4] %y = Resize(%x, _, _, %s) "
	    "{mode = cubic} }", 0, "[0, 58, 197, 255]");
	run("graph () -> (%y) { %x f32[3] = const [1, 2, 4] %r f32[2] = const [0, 1.5] %s i64[1] = const [4] "
	    "%y = Resize(%x, %r, _, %s) {coordinate_transformation_mode = tf_crop_and_resize, mode = linear, "
	    "extrapolation_value = 9} }", 0, "[1, 2, 4, 9]");
	has_shape("graph (%x f32[1,3,h,w]) -> (%y) { %s f32[2] = const [2, 0.5] "
		  "%y = Resize(%x, _, %s) {axes = [2, 3]} }", "[1,3,2*h,floordiv(w, 2)]");
	has_shape("graph (%x f32[2,4]) -> (%y) { %s i64[2] = const [7, 8] %y = Resize(%x, _, _, %s) "
		  "{keep_aspect_ratio_policy = not_larger} }", "[4,8]");
	is_refused("graph (%x f32[4]) -> (%y) { %y = Resize(%x) }", EXIT_MODEL, "E-INPUTS");
	has_shape("graph (%x f32[4], %s f32[1]) -> (%y) { %y = Resize(%x, _, %s) }", "[y.0]");
}

/* What node 0 expands to gives the same elements. */
static void expands_alike(const char *text)
{
	Ctx c;
	ctx_open(&c, "test", 0);
	if (setjmp(c.border)) {
		ctx_report(&c);
		assert_string_equal(text, "expands");
	}
	Syms syms = {.ctx = &c};
	Graph *g = graph_parse(&c, &syms, text);
	Eval whole = {.g = g}, parts = {.g = g};
	Tensor *x = some_tensor(&c, &whole, g->in[0], 0);
	eval_graph(&whole, g, &c.results, &x);
	Tensor *want = eval_value(&whole, g->out[0]);
	Node *n = g->node[0];
	n->op->expand(g, n);
	graph_sort(g);
	assert_ptr_not_equal(g->out[0]->def, n);
	eval_graph(&parts, g, &c.results, &x);
	assert_string_equal(elements_of(&c, eval_value(&parts, g->out[0])), elements_of(&c, want));
	ctx_close(&c);
}

/* A sum along a long axis becomes a Scan. */
static void expansions(void **state)
{
	(void)state;
#define CUMULATE(op, how) "graph (%x f16[2,40]) -> (%y) { %a i64[] = const [-1] %y = " op "(%x, %a) {" how "} }"
	expands_alike(CUMULATE("CumSum", "exclusive = 0"));
	expands_alike(CUMULATE("CumSum", "exclusive = 1"));
	expands_alike(CUMULATE("CumSum", "reverse = 1"));
	expands_alike(CUMULATE("CumProd", "exclusive = 1, reverse = 1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices),   cmocka_unit_test(pads),	  cmocka_unit_test(reshapes),
		cmocka_unit_test(joins),    cmocka_unit_test(gathers),	  cmocka_unit_test(repeats),
		cmocka_unit_test(contents), cmocka_unit_test(reductions), cmocka_unit_test(resizes),
		cmocka_unit_test(expansions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
