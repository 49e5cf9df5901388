/* Sequences and optionals at the ABI: what a caller hands in wrongly is refused with its status, and what is right gives
 * sequences that lie in the workspace. */
#include <dlfcn.h>
#include "codegen/codegen.h"
#include "tests/flags.h"
#include "tests/unit/onnx.h"
#include "tools/jit.h"

#define FLAGS "-std=c99 " CLEAN

static Session *session_of(const ReadOptions *o, const char *target)
{
	Settings settings = {.compile = {.level = 2, .target = target}, .cc_flags = FLAGS, .threads = 1};

	return jit(&ctx, import_with(o), &settings, NULL);
}

static tcc_tensor vector(float *data, int64_t n) { return (tcc_tensor){data, F32, 1, {n}}; }

static Model *new_model(void)
{
	m = model_new(&ctx.perm);
	m.proto->opset_import[0]->version = 18;
	return &m;
}

/* ---- y = SequenceMap(s, x) { Add }, with s of two elements ---- */

static void begin_map(ReadOptions *o)
{
	static const Sizes sizes[] = {{1, {3}}, {1, {1}}};
	static const ShapeChoice choice[] = {{.input = "s", .elements = true, .n = 2, .element = sizes}};
	Onnx__GraphProto *body = PROTO(&ctx.perm, graph_proto);
	Model in = inside(new_model(), body);

	body->name = "body";
	add_node(&in, "Add", "a,b", "c");
	add_input(&in, "a", FLOAT, NULL);
	add_input(&in, "b", FLOAT, NULL);
	add_output(&in, "c", FLOAT, NULL);
	make_sequence(&m, add_input(&m, "s", FLOAT, NULL));
	add_input(&m, "x", FLOAT, "");
	make_sequence(&m, add_output(&m, "y", FLOAT, NULL));
	set_graph(&m, add_node(&m, "SequenceMap", "s,x", "y"), "body", body);
	*o = (ReadOptions){.shapes = choice, .nshapes = 1};
}

static void refuse_lists(const Session *s, tcc_tensor *in, tcc_tensor *out)
{
	tcc_tensor *list = in[0].data, right = in[0], first = list[0];
	const tcc_model *model = s->model;

	in[0].dims[0] = 1;
	assert_int_equal(model->run(s->workspace, in, out, NULL), TCC_ERR_SHAPE);
	in[0].dims[0] = 3;
	assert_int_equal(model->run(s->workspace, in, out, NULL), TCC_ERR_SHAPE);
	in[0] = right;
	in[0].data = NULL;
	assert_int_equal(model->run(s->workspace, in, out, NULL), TCC_ERR_ARG);
	in[0] = right;
	list[0].dims[0] = 2;
	assert_int_equal(model->run(s->workspace, in, out, NULL), TCC_ERR_SHAPE);
	list[0] = first;
	list[0].rank = 0;
	assert_int_equal(model->run(s->workspace, in, out, NULL), TCC_ERR_ARG);
	list[0] = first;
	list[0].dtype = F64;
	assert_int_equal(model->run(s->workspace, in, out, NULL), TCC_ERR_ARG);
	list[0] = first;
	list[0].data = NULL;
	assert_int_equal(model->run(s->workspace, in, out, NULL), TCC_ERR_ARG);
	list[0] = first;
	assert_int_equal(model->run(NULL, in, out, NULL), TCC_ERR_ARG);
}

static void run_map(const char *target)
{
	float a[] = {1, 2, 3}, b[] = {4}, x[] = {10};
	ReadOptions o;

	begin_map(&o);
	Session *s = session_of(&o, target);
	const tcc_info *in_info = &s->model->inputs[0], *out_info = &s->model->outputs[0];
	tcc_tensor list[] = {vector(a, 3), vector(b, 1)};
	tcc_tensor in[] = {{list, F32, 1, {2}}, {x, F32, 0, {0}}}, out[1] = {{0}};
	assert_true(in_info->kind == TCC_SEQUENCE && in_info->dtype == F32 && in_info->rank == 1 && in_info->dims[0] == 2);
	assert_true(out_info->kind == TCC_SEQUENCE && out_info->dims[0] == 2);
	refuse_lists(s, in, out);
	assert_int_equal(s->model->run(s->workspace, in, out, NULL), TCC_OK);
	const tcc_tensor *y = out[0].data;
	const char *from = s->workspace, *at = y[1].data;
	assert_true(out[0].dtype == F32 && out[0].rank == 1 && out[0].dims[0] == 2);
	assert_true(y[0].dtype == F32 && y[0].rank == 1 && y[0].dims[0] == 3 && y[1].dims[0] == 1);
	assert_true(((const float *)y[0].data)[2] == 13 && ((const float *)y[1].data)[0] == 14);
	assert_true(at >= from && at + sizeof(float) <= from + s->model->workspace_bytes);
	assert_true(session_intact(s));
	session_close(s);
	temporary_clear();
}

static void sequences_are_checked_and_returned(void **state)
{
	(void)state;
	run_map("c");
	run_map("native");
}

/* ---- y = { x, 2x, 4x .. }: after n turns n + 1 of them ---- */

static void begin_powers(void)
{
	Onnx__GraphProto *body = PROTO(&ctx.perm, graph_proto);
	Model in = inside(new_model(), body);

	body->name = "body";
	add_tensor(&m, "last", INT64, "", &(int64_t){-1}, sizeof(int64_t));
	add_input(&in, "turn", INT64, "");
	add_input(&in, "going", BOOLEAN, "");
	make_sequence(&in, add_input(&in, "old", FLOAT, NULL));
	add_node(&in, "SequenceAt", "old,last", "p");
	add_node(&in, "Add", "p,p", "q");
	add_node(&in, "SequenceInsert", "old,q", "new");
	add_node(&in, "Identity", "going", "goes");
	add_output(&in, "goes", BOOLEAN, "");
	make_sequence(&in, add_output(&in, "new", FLOAT, NULL));
	add_input(&m, "x", FLOAT, "k");
	add_input(&m, "n", INT64, "");
	add_node(&m, "SequenceConstruct", "x", "s");
	set_graph(&m, add_node(&m, "Loop", "n,,s", "y"), "body", body);
	make_sequence(&m, add_output(&m, "y", FLOAT, NULL));
	add_node(&m, "SequenceLength", "y", "length");
	add_output(&m, "length", INT64, "");
}

static void run_powers(const Session *s, int64_t n, int64_t k)
{
	float x[] = {1, 2, 3};
	int64_t length = 0;
	tcc_tensor in[] = {vector(x, k), {&n, I64, 0, {0}}}, out[] = {{0}, {&length, I64, 0, {0}}};

	assert_int_equal(s->model->run(s->workspace, in, out, NULL), n < 5 ? TCC_OK : TCC_ERR_CAPACITY);
	assert_true(session_intact(s));
	if (n >= 5)
		return;
	const tcc_tensor *y = out[0].data;
	assert_int_equal(length, n + 1);
	assert_true(out[0].rank == 1 && out[0].dtype == F32 && out[0].dims[0] == n + 1);
	for (int i = 0; i <= n; i++) {
		assert_true(y[i].dtype == F32 && y[i].rank == 1 && y[i].dims[0] == k);
		for (int at = 0; at < k; at++)
			assert_float_equal(((const float *)y[i].data)[at], x[at] * (float)(1 << i), 0);
	}
}

static void the_run_decides_how_many_elements(void **state)
{
	static const DimChoice bounds[] = {{"k", 1, 3}, {"old.0", 0, 5}};
	static const char *const targets[] = {"c", "native"};

	(void)state;
	begin_powers();
	for (int i = 0; i < 2; i++) {
		Session *s = session_of(&(ReadOptions){.dims = bounds, .ndims = 2}, targets[i]);
		const tcc_info *info = &s->model->outputs[0];
		assert_true(info->kind == TCC_SEQUENCE && info->rank == 1 && info->dims[0] == 5 && info->dynamic == 1);
		for (int64_t n = 6; n >= 0; n--)
			for (int64_t k = 1; k <= 3; k++)
				run_powers(s, n, k);
		session_close(s);
		temporary_clear();
	}
}

/* ---- the typed interface ---- */

struct typed_in {
	const uint8_t *present;
	const float *o;
};

struct typed_out {
	uint8_t *h, *p_present;
	float *p;
};

typedef int typed_run(void *workspace, const struct typed_in *in, struct typed_out *out, tcc_pool *pool);

static void begin_optional(bool ask_only);

static void typed_calls_have_a_pointer_a_tensor(void **state)
{
	float a[] = {1, 2, 3}, p[3];
	uint8_t present = 1, h = 0, p_present = 0;
	struct typed_in in = {&present, a};
	struct typed_out out = {&h, &p_present, p};
	typed_run *run;

	(void)state;
	begin_optional(true);
	Session *s = session_of(NULL, "c");
	*(void **)&run = dlsym(s->library, arena_format(&ctx.perm, "%s_run", s->model->name));
	assert_int_equal(run(s->workspace, &in, &out, NULL), TCC_OK);
	assert_true(h && p_present && p[1] == 2);
	in.o = NULL;
	assert_int_equal(run(s->workspace, &in, &out, NULL), TCC_ERR_ARG);
	present = 0;
	assert_int_equal(run(s->workspace, &in, &out, NULL), TCC_OK);
	assert_true(!h && !p_present);
	in.present = NULL;
	assert_int_equal(run(s->workspace, &in, &out, NULL), TCC_ERR_ARG);
	session_close(s);
	temporary_clear();
}

/* ---- optionals ---- */

/* y = OptionalGetElement(o), h = OptionalHasElement(o), p = o */
static void begin_optional(bool ask_only)
{
	new_model();
	make_optional(&m, add_input(&m, "o", FLOAT, "3"));
	add_node(&m, "OptionalHasElement", "o", "h");
	add_output(&m, "h", BOOLEAN, "");
	add_node(&m, "Identity", "o", "p");
	make_optional(&m, add_output(&m, "p", FLOAT, "3"));
	if (ask_only)
		return;
	add_node(&m, "OptionalGetElement", "o", "y");
	add_output(&m, "y", FLOAT, "3");
}

static void an_optional_may_be_absent(void **state)
{
	float a[] = {1, 2, 3}, p[3];
	bool h = false;

	(void)state;
	begin_optional(true);
	Session *s = session_of(NULL, "c");
	tcc_tensor in[] = {vector(a, 3)}, out[] = {{&h, 0, 0, {0}}, vector(p, 3)};
	assert_true(s->model->inputs[0].kind == TCC_OPTIONAL && s->model->inputs[0].bytes == sizeof a);
	assert_int_equal(s->model->run(s->workspace, in, out, NULL), TCC_OK);
	assert_true(h && out[1].data == p && p[2] == 3);
	in[0].dims[0] = 2;
	assert_int_equal(s->model->run(s->workspace, in, out, NULL), TCC_ERR_SHAPE);
	in[0].data = NULL;
	assert_int_equal(s->model->run(s->workspace, in, out, NULL), TCC_OK);
	assert_true(!h && !out[1].data);
	assert_int_equal(s->model->run(s->workspace, in, out, NULL), TCC_ERR_ARG); /* room is the caller's to give */
	session_close(s);
	temporary_clear();
}

static void what_is_absent_cannot_be_read(void **state)
{
	float a[] = {1, 2, 3}, p[3], y[3];
	bool h;

	(void)state;
	begin_optional(false);
	Session *s = session_of(NULL, "native");
	tcc_tensor in[] = {vector(a, 3)}, out[] = {{&h, 0, 0, {0}}, vector(p, 3), vector(y, 3)};
	assert_int_equal(s->model->run(s->workspace, in, out, NULL), TCC_OK);
	assert_true(y[1] == 2);
	in[0].data = NULL;
	assert_int_equal(s->model->run(s->workspace, in, out, NULL), TCC_ERR_SHAPE);
	session_close(s);
	temporary_clear();
}

/* y = o + x where o is there, else -x; h says whether p is. Sizes are o[k], p[k] and x[n]: k is n where o is added. */
static void begin_open_optional(void)
{
	Onnx__GraphProto *yes = PROTO(&ctx.perm, graph_proto), *no = PROTO(&ctx.perm, graph_proto);

	new_model();
	make_optional(&m, add_input(&m, "o", FLOAT, "k"));
	make_optional(&m, add_input(&m, "p", FLOAT, "k"));
	add_input(&m, "x", FLOAT, "n");
	add_node(&m, "OptionalHasElement", "o", "there");
	add_node(&m, "OptionalHasElement", "p", "h");
	Model a = inside(&m, yes), b = inside(&m, no);
	yes->name = no->name = "branch";
	add_node(&a, "OptionalGetElement", "o", "e");
	add_node(&a, "Add", "e,x", "sum");
	add_output(&a, "sum", FLOAT, NULL);
	add_node(&b, "Neg", "x", "minus");
	add_output(&b, "minus", FLOAT, NULL);
	Onnx__NodeProto *n = add_node(&m, "If", "there", "y");
	set_graph(&m, n, "then_branch", yes);
	set_graph(&m, n, "else_branch", no);
	add_output(&m, "y", FLOAT, NULL);
	add_output(&m, "h", BOOLEAN, "");
}

static void run_open_optional(const Session *s, tcc_tensor *in, int status, float first)
{
	float y[4] = {0};
	bool h = false;
	tcc_tensor out[] = {vector(y, 4), {&h, 0, 0, {0}}};

	assert_int_equal(s->model->run(s->workspace, in, out, NULL), status);
	if (status != TCC_OK)
		return;
	assert_int_equal(out[0].dims[0], in[2].dims[0]);
	assert_float_equal(y[0], first, 0);
	assert_true(h == (in[1].data != NULL));
}

/* What is absent has no sizes; those that others have are asked of them alone. */
static void an_optional_has_sizes_while_it_is_there(void **state)
{
	static const DimChoice bounds[] = {{"k", 1, 4}, {"n", 1, 4}};
	const ReadOptions o = {.dims = bounds, .ndims = 2};
	static const char *const targets[] = {"c", "native"};
	float a[] = {1, 2, 3, 4}, x[] = {10, 20, 30, 40};

	(void)state;
	begin_open_optional();
	for (int i = 0; i < 2; i++) {
		Session *s = session_of(&o, targets[i]);
		for (int n = 1; n <= 4; n++) {
			tcc_tensor none = vector(NULL, 9), all = vector(a, n), more = vector(a, n % 4 + 1), to = vector(x, n);
			run_open_optional(s, (tcc_tensor[]){all, none, to}, TCC_OK, 11);
			run_open_optional(s, (tcc_tensor[]){all, all, to}, TCC_OK, 11);
			run_open_optional(s, (tcc_tensor[]){none, all, to}, TCC_OK, -10);
			run_open_optional(s, (tcc_tensor[]){none, none, to}, TCC_OK, -10);
			if (n > 1 && n < 4)
				run_open_optional(s, (tcc_tensor[]){more, none, to}, TCC_ERR_SHAPE, 0);
			run_open_optional(s, (tcc_tensor[]){all, more, to}, TCC_ERR_SHAPE, 0);
		}
		session_close(s);
		temporary_clear();
	}
}

/* An optional sequence: absent, empty, or with an element. */
static void absent_and_empty_are_different(void **state)
{
	static const Sizes one[] = {{1, {3}}};
	ShapeChoice choice = {.input = "o", .elements = true, .n = 1, .element = one};
	float a[] = {1, 2, 3};

	(void)state;
	for (; choice.n >= 0; choice.n--) {
		Onnx__ValueInfoProto *v = add_input(new_model(), "o", FLOAT, NULL), *y = add_output(&m, "y", FLOAT, NULL);
		make_sequence(&m, v);
		make_optional(&m, v);
		make_sequence(&m, y);
		make_optional(&m, y);
		add_node(&m, "Identity", "o", "y");
		Session *s = session_of(&(ReadOptions){.shapes = &choice, .nshapes = 1}, "c");
		tcc_tensor list[] = {vector(a, 3)}, in[] = {{list, F32, 1, {choice.n}}}, out[1] = {{0}};
		assert_int_equal(s->model->inputs[0].kind, TCC_OPTIONAL_SEQUENCE);
		assert_int_equal(s->model->run(s->workspace, in, out, NULL), TCC_OK);
		assert_true(out[0].data && out[0].dims[0] == choice.n);
		if (choice.n)
			assert_true(((float *)((tcc_tensor *)out[0].data)->data)[2] == 3);
		in[0].data = NULL;
		assert_int_equal(s->model->run(s->workspace, in, out, NULL), TCC_OK);
		assert_null(out[0].data);
		session_close(s);
		temporary_clear();
	}
}

/* y = SequenceLength(s), whose s never has an element: no pointer is handed in. */
static void an_empty_sequence_takes_no_pointer(void **state)
{
	ShapeChoice choice = {.input = "s", .elements = true, .n = 0};
	int64_t length = -1;

	(void)state;
	new_model();
	make_sequence(&m, add_input(&m, "s", FLOAT, NULL));
	add_node(&m, "SequenceLength", "s", "y");
	add_output(&m, "y", INT64, "");
	Session *s = session_of(&(ReadOptions){.shapes = &choice, .nshapes = 1}, "c");
	tcc_tensor in[] = {{NULL, F32, 1, {0}}}, out[] = {{&length, I64, 0, {0}}};
	assert_int_equal(s->model->run(s->workspace, in, out, NULL), TCC_OK);
	assert_int_equal(length, 0);
	session_close(s);
	temporary_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sequences_are_checked_and_returned),
		TEST(the_run_decides_how_many_elements),
		TEST(typed_calls_have_a_pointer_a_tensor),
		TEST(an_optional_may_be_absent),
		TEST(what_is_absent_cannot_be_read),
		TEST(an_optional_has_sizes_while_it_is_there),
		TEST(absent_and_empty_are_different),
		TEST(an_empty_sequence_takes_no_pointer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
