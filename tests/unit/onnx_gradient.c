/* Gradient: which part of a model it means, where it takes it, and what is refused. */
#include "ir/eval.h"
#include "tests/unit/onnx.h"

static void gradient_node(const char *in, const char *out, const char *xs, const char *zs, const char *y)
{
	Onnx__NodeProto *n = of_domain(&m, add_node(&m, "Gradient", in, out), "ai.onnx.preview.training");

	set_strings(&m, n, "xs", xs);
	if (zs)
		set_strings(&m, n, "zs", zs);
	set_string(&m, n, "y", y);
}

/* h = x w, y = h h; inputs x, w and v are scalars. */
static void begin(void)
{
	m = model_new(&ctx.perm);
	add_opset(&m, "ai.onnx.preview.training", 1);
	add_input(&m, "x", FLOAT, "");
	add_input(&m, "w", FLOAT, "");
	add_input(&m, "v", FLOAT, "");
	add_node(&m, "Mul", "x,w", "h");
	add_node(&m, "Mul", "h,h", "y");
}

/* At x = 3, w = 5, v = 7. */
static void expect(const char *name, double want)
{
	Tensor *in[3];
	Eval e = {.budget = -1};

	add_output(&m, name, FLOAT, "");
	Graph *g = import();
	for (int i = 0; i < 3; i++)
		in[i] = tensor_scalar(&ctx.perm, F32, 3 + 2 * i);
	if (setjmp(ctx.border))
		assert_string_equal(ctx.message, "no error");
	eval_graph(&e, g, &ctx.perm, in);
	assert_float_equal(load_f64(F32, eval_value(&e, g->out[0])->data, 0), want, 0);
}

static void of_inputs(void **state)
{
	(void)state;
	begin();
	gradient_node("x,w", "dx,dw", "x,w", NULL, "y");
	expect("dx", 2 * 3 * 5 * 5);
	begin();
	gradient_node("x,w", ",dw", "x,w", NULL, "y");
	expect("dw", 2 * 5 * 3 * 3);
	begin();
	gradient_node("v", "dv", "v", NULL, "y");
	expect("dv", 0);
}

static void of_values_between(void **state)
{
	(void)state;
	begin();
	gradient_node("h", "dh", "h", NULL, "y");
	expect("dh", 2 * 15);
	begin();
	gradient_node("y", "dy", "y", NULL, "y");
	expect("dy", 1);
}

/* k = 2 stays what h2 is made of, though both are known. */
static void of_constants(void **state)
{
	(void)state;
	begin();
	add_tensor(&m, "k", FLOAT, "", &(float){2}, sizeof(float));
	add_node(&m, "Mul", "k,k", "k2");
	gradient_node("k", "dk", "k", NULL, "k2");
	expect("dk", 4);
}

/* v stands for what is named. */
static void at_another_place(void **state)
{
	(void)state;
	begin();
	gradient_node("v", "dh", "h", NULL, "y");
	expect("dh", 2 * 7);
	begin();
	gradient_node("x,v", "dx", "x", "w", "y");
	expect("dx", 2 * 3 * 7 * 7);
}

static void of_a_gradient(void **state)
{
	(void)state;
	begin();
	gradient_node("x", "dx", "x", NULL, "y");
	gradient_node("x,w", "dxx,dxw", "x,w", NULL, "dx");
	expect("dxw", 4 * 3 * 5);
}

static void it_waits_for_what_it_names(void **state)
{
	(void)state;
	m = model_new(&ctx.perm);
	add_opset(&m, "ai.onnx.preview.training", 1);
	for (int i = 0; i < 3; i++)
		add_input(&m, i == 0 ? "x" : i == 1 ? "w" : "v", FLOAT, "");
	gradient_node("v", "dh", "h", NULL, "y");
	add_node(&m, "Mul", "h,h", "y");
	add_node(&m, "Mul", "x,w", "h");
	expect("dh", 14);
}

static void what_is_wrong_is_refused(void **state)
{
	(void)state;
	begin();
	gradient_node("x", "dx", "x", NULL, "none");
	refuse(EXIT_MODEL, "reads 'none', which no input, initializer or node defines");
	begin();
	gradient_node("x", "dx", "x,w", NULL, "y");
	refuse(EXIT_MODEL, "has 1 inputs for more names");
	begin();
	gradient_node("x,w,v", "dx", "x,w", NULL, "y");
	refuse(EXIT_MODEL, "has 3 inputs for 2 names");
	begin();
	gradient_node("x", "dx,dw", "x", NULL, "y");
	refuse(EXIT_MODEL, "has 2 outputs for 1 tensors in xs");
	begin();
	add_node(&m, "Shape", "y", "s");
	gradient_node("x", "dx", "x", NULL, "s");
	refuse(EXIT_MODEL, "what is differentiated is a float");
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(of_inputs), TEST(of_values_between), TEST(of_constants),
					   TEST(at_another_place), TEST(of_a_gradient),
					   TEST(it_waits_for_what_it_names), TEST(what_is_wrong_is_refused)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
