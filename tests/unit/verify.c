/* The verifier has nothing against a good graph and catches each way of breaking the law. */
#include "tests/unit/graphs.h"

/* x -> Neg -> Add(., k) -> y, with a constant, two nodes and one output. */
static void good_graph(void)
{
	Value *x = f32_input("x", SHAPE(dim(2), dim_symbol(&syms, "n")));
	Value *k = value_scalar(g, F32, 3), *y = put(g, NULL, "Add", put(g, NULL, "Neg", x, END_IN), k, END_IN);

	graph_output(g, y, "y");
}

static void swap_nodes(void)
{
	Node *n = g->node[0];

	g->node[0] = g->node[1];
	g->node[1] = n;
}

static void no_operator(void) { g->node[1]->op = NULL; }
static void same_number(void) { g->node[1]->id = 1; }
static void number_unheard_of(void) { g->node[1]->id = 3; }
static void input_missing(void) { g->node[1]->in[1] = NULL; }
static void too_few_inputs(void) { g->node[1]->nin = 1; }
static void no_outputs(void) { g->node[0]->nout = 0; }
static void node_gone(void) { g->node[0] = g->node[--g->nnode]; }
static void made_elsewhere(void) { g->node[1]->out[0]->def = g->node[0]; }
static void wrong_slot(void) { g->node[1]->out[0]->slot = 1; }
static void made_twice(void) { g->node[1]->out[0] = g->node[0]->out[0]; }
static void wrong_role(void) { g->node[0]->out[0]->role = ROLE_INPUT; }
static void output_with_data(void) { g->node[0]->out[0]->data = tensor_scalar(&ctx.perm, F32, 1); }
static void other_type(void) { g->node[0]->out[0]->dtype = F16; }
static void other_size(void) { g->node[1]->out[0]->shape.dim[0] = dim(3); }
static void other_rank(void) { g->node[1]->out[0]->shape.rank = 1; }
static void negative_size(void) { g->in[0]->shape.dim[0] = dim(-2); }
static void no_type(void) { g->in[0]->dtype = DT_NONE; }
static void const_without_data(void) { g->node[1]->in[1]->data = NULL; }
static void const_of_other_type(void) { g->node[1]->in[1]->dtype = F64; }
static void const_of_other_shape(void) { g->node[1]->in[1]->shape = shape_of(1, (Dim[]){dim(1)}); }
static void const_made_by_node(void) { g->node[1]->in[1]->def = g->node[0]; }
static void content_of_other_size(void) { set_content(g, g->node[1]->in[1], 2, (Dim[]){dim(1), dim(2)}); }
static void output_gone(void) { g->out[0] = NULL; }
static void output_unnamed(void) { g->out_name[0] = NULL; }
static void unlisted_value(void) { g->value[0] = g->value[1]; }
static void dangling_output(void) { g->out[0] = value_new(g, "nowhere"), g->out[0]->dtype = F32; }

static void size_from_nowhere(void)
{
	Dim k = dim_symbol(&syms, "k");

	dim_symbol_of(&syms, k)->counted = true;
	g->node[1]->out[0]->shape.dim[1] = k;
}

static void refused_by_inference(void)
{
	Value *in = g->node[1]->in[1];

	in->data = tensor_scalar(&ctx.perm, BOOL, 1);
	in->dtype = BOOL;
}

CASE(good_graphs_pass)
{
	good_graph();
	graph_verify(g, "nothing");
	put(g, NULL, "Neg", g->in[0], END_IN); /* its output is not used */
	value_new(g, "of no use");
	value_i64(g, 2, (int64_t[]){1, 2});
	graph_verify(g, "nothing");
}

CASE(every_breach_is_caught)
{
	static const struct {
		void (*damage)(void);
		const char *message;
	} row[] = {
		{swap_nodes, "node 2 (Add): after pass 'bad': value %3 '' is used before it is defined"},
		{no_operator, "node 2 has no operator"},
		{same_number, "its number is taken"},
		{number_unheard_of, "its number is taken or none of this graph"},
		{input_missing, "lacks input 1"},
		{too_few_inputs, "has 1 inputs"},
		{no_outputs, "node 1 (Neg): after pass 'bad': has 0 outputs"},
		{node_gone, "used before it is defined"},
		{made_elsewhere, "does not say that it is made here"},
		{wrong_slot, "does not say that it is made here"},
		{made_twice, "node 2 (Add): after pass 'bad': value %3 does not say that it is made here"},
		{wrong_role, "does not say that it is made here"},
		{output_with_data, "has data, but is no constant"},
		{other_type, "output 0 is f16[2,n], but inference gives f32[2,n]"},
		{other_size, "output 0 is f32[3,n], but inference gives f32[2,n]"},
		{other_rank, "inference gives f32[2,n]"},
		{negative_size, "after pass 'bad': value %1 has shape [-2,n]"},
		{no_type, "value %1 has no type"},
		{const_without_data, "constant %2 has no data of type f32[]"},
		{const_of_other_type, "constant %2 has no data of type f64[]"},
		{const_of_other_shape, "constant %2 has no data of type f32[1]"},
		{const_made_by_node, "constant %2 is also made by node 1"},
		{content_of_other_size, "value %2 has 2 known elements, but shape []"},
		{output_gone, "output 0 is missing"},
		{output_unnamed, "has no name"},
		{unlisted_value, "value %1 'x' is not of this graph"},
		{dangling_output, "value %5 'nowhere' is used before it is defined"},
		{size_from_nowhere, "node 2 (Add): after pass 'bad': value %4 has shape [2,k] with a size that no node has counted"},
		{refused_by_inference, "inference refuses it: node 2 (Add): "},
	};

	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		g = graph_new(&ctx, &syms, "bad", NULL);
		good_graph();
		row[i].damage();
		assert_fails(&ctx, EXIT_BUG, "E-VERIFY", graph_verify(g, "bad"));
		if (!strstr(ctx.message, row[i].message))
			print_error("%s\n  does not say: %s\n", ctx.message, row[i].message);
		assert_non_null(strstr(ctx.message, row[i].message));
	}
}

/* Sizes that a pass knows better than inference are no breach. */
CASE(better_knowledge_is_kept)
{
	good_graph();
	g->node[1]->out[0]->shape.dim[1] = dim(7);
	graph_verify(g, "shapes");
	assert_true(dim_is(g->node[1]->out[0]->shape.dim[1], 7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(good_graphs_pass),
		TEST(every_breach_is_caught),
		TEST(better_knowledge_is_kept),
	};

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
