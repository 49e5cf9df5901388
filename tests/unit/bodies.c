/* Nodes that own graphs: printed, read back, verified and evaluated, with an If and a loop that only this test has. Its
 * table of operators takes the place of the compiler's. */
#include "tests/unit/graphs.h"

struct Branch {
	int then_branch, else_branch;
};

struct Repeat {
	int64_t times;
	int body;
};

static const Attr branch_attrs[] = {ATTR_REQUIRED(Branch, then_branch, A_GRAPH),
				    ATTR_REQUIRED(Branch, else_branch, A_GRAPH), {0}};
static const Attr repeat_attrs[] = {ATTR_INT(Repeat, times, 1), ATTR_REQUIRED(Repeat, body, A_GRAPH), {0}};

static void branch_infer(Graph *graph, Node *n)
{
	const Graph *yes = n->sub[ATTR_OF(n, Branch)->then_branch];

	set_out(graph, n, 0, yes->out[0]->dtype, &yes->out[0]->shape);
}

static void copy(Tensor *to, const Tensor *from)
{
	for (int64_t i = 0; i < from->count; i++)
		move_element(to, i, from, i);
}

/* Inputs: condition, what the first body captures, what the second one captures. */
static void branch_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct Branch *a = ATTR_OF(n, Branch);
	int which = in_i64(e, in[0])[0] ? a->then_branch : a->else_branch;
	Graph *body = n->sub[which];
	Tensor *const *captured = in + 1 + (which ? n->sub[0]->ncaptured : 0);
	Eval run;

	eval_body(&run, e, body, captured);
	if (!run.tired)
		copy(out[0], eval_value(&run, body->out[0]));
	eval_done(&run);
}

static void repeat_infer(Graph *graph, Node *n)
{
	same_as_input(graph, n);
}

/* state = body(state, captured...), `times` times. */
static void repeat_eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	const struct Repeat *a = ATTR_OF(n, Repeat);
	Graph *body = n->sub[a->body];
	Tensor **arg = NEW_N(&e->g->ctx->scratch, Tensor *, n->nin);

	memcpy(arg, in, (size_t)n->nin * sizeof *arg);
	copy(out[0], in[0]);
	arg[0] = out[0];
	for (int64_t i = 0; i < a->times && !e->tired; i++) {
		Eval run;
		eval_body(&run, e, body, arg);
		if (!run.tired)
			copy(out[0], eval_value(&run, body->out[0]));
		eval_done(&run);
	}
}

static const Op op_branch = {.name = "If", .min_in = 1, .max_in = -1, .min_out = 1, .max_out = 1, .flags = CONTROL,
			     .attrs = branch_attrs, .attr_size = sizeof(struct Branch), .infer = branch_infer,
			     .eval = branch_eval};
static const Op op_repeat = {.name = "Repeat", .domain = "test", .min_in = 1, .max_in = -1, .min_out = 1, .max_out = 1,
			     .flags = CONTROL, .attrs = repeat_attrs, .attr_size = sizeof(struct Repeat),
			     .infer = repeat_infer, .eval = repeat_eval};

const Op *const op_table[] = {&op_branch, &op_repeat, &op_Neg, &op_Add, NULL};

const Op *op_find(const char *domain, const char *name)
{
	for (const Op *const *op = op_table; *op; op++)
		if (!strcmp((*op)->name, name) && !strcmp((*op)->domain ? (*op)->domain : "", domain))
			return *op;
	return NULL;
}

const Op *op_named(const char *name)
{
	return strcmp(name, "test.Repeat") ? op_find("", name) : &op_repeat;
}

/* ---- texts ---- */

static const char branches[] =
	"symbol n = 1..9\n"
	"graph \"if\" (%cond bool[], %x f32[n]) -> (%y) {\n"
	"\t%k f32[] = const [10]\n"
	"\t%y f32[n] = If(%cond, %x, %k, %x)"
	" then_branch = graph \"yes\" (| %x f32[n], %k f32[]) -> (%sum) {\n"
	"\t\t%sum f32[n] = Add(%x, %k) @1 \"add\"\n"
	"\t} else_branch = graph \"no\" (| %x f32[n]) -> (%3) {\n"
	"\t\t%3 f32[n] = Neg(%x) @2\n"
	"\t} @1 \"if\"\n"
	"}\n";

static const char loops[] =
	"graph \"loop\" (%x f32[2], %step f32[2]) -> (%y) {\n"
	"\t%y f32[2] = test.Repeat(%x, %step) {times = 1000}"
	" body = graph \"body\" (%s f32[2] | %step f32[2]) -> (%z) {\n"
	"\t\t%t f32[2] = test.Repeat(%s, %step)"
	" body = graph \"inner\" (%s f32[2] | %step f32[2]) -> (%z) {\n"
	"\t\t\t%z f32[2] = Add(%s, %step) @1\n"
	"\t\t} @1\n"
	"\t\t%u f32[2] = Neg(%t) @2\n"
	"\t\t%z f32[2] = Neg(%u) @3\n"
	"\t} @1\n"
	"}\n";

static Tensor *pair(double a, double b)
{
	Tensor *t = tensor_new(&ctx.perm, F32, 1, (int64_t[]){2});

	store_f64(F32, t->data, 0, a);
	store_f64(F32, t->data, 1, b);
	return t;
}

CASE(bodies_read_as_written)
{
	const char *texts[] = {branches, loops};

	for (int i = 0; i < 2; i++) {
		Syms fresh = {.ctx = &ctx};
		Graph *read = graph_parse(&ctx, &fresh, texts[i]);
		graph_verify(read, "parse");
		assert_string_equal(graph_text(read, &ctx.perm), texts[i]);
		assert_ptr_equal(read->node[0]->sub[0]->outer, read);
	}
}

/* Everything that a pass may change in g is another object in the copy. */
static void spoil(Graph *graph)
{
	for (uint32_t i = 0; i < graph->nvalue; i++) {
		graph->value[i]->dtype = F16;
		graph->value[i]->shape.dim[0] = dim(77);
	}
	for (uint32_t i = 0; i < graph->nnode; i++) {
		graph->node[i]->in[0] = graph->node[i]->out[0];
		for (int k = 0; k < graph->node[i]->nsub; k++)
			spoil(graph->node[i]->sub[k]);
	}
	graph->in[0] = graph->out[0];
	graph_output(graph, graph->out[0], "more");
}

CASE(a_copy_stands_alone)
{
	const char *texts[] = {branches, loops};

	for (int i = 0; i < 2; i++) {
		Syms fresh = {.ctx = &ctx};
		Graph *read = graph_parse(&ctx, &fresh, texts[i]), *copied = graph_copy(read);
		graph_verify(copied, "copy");
		assert_ptr_equal(copied->node[0]->sub[0]->outer, copied);
		assert_ptr_equal(copied->node[0]->out[0]->def, copied->node[0]);
		assert_string_equal(graph_text(copied, &ctx.perm), texts[i]);
		spoil(copied);
		graph_verify(read, "spoiled copy");
		assert_string_equal(graph_text(read, &ctx.perm), texts[i]);
	}
}

CASE(nesting_is_bounded)
{
	char *text = arena_alloc(&ctx.perm, 10000), *at = text;

	for (int i = 0; i < 100; i++)
		at += sprintf(at, "graph (%%s f32[2]) -> (%%t) { %%t = test.Repeat(%%s) body = ");
	assert_fails(&ctx, EXIT_MODEL, "E-PARSE", graph_parse(&ctx, &syms, text));
	assert_non_null(strstr(ctx.message, "nested deeper than"));
}

CASE(branches_are_taken)
{
	Graph *read = graph_parse(&ctx, &syms, branches);

	for (int yes = 0; yes < 2; yes++) {
		Eval e = {.seed = 1};
		eval_graph(&e, read, &ctx.results, (Tensor *[]){tensor_scalar(&ctx.perm, BOOL, yes), pair(1, 2)});
		const float *y = eval_value(&e, read->out[0])->data;
		assert_true(y[0] == (yes ? 11 : -1) && y[1] == (yes ? 12 : -2));
	}
}

CASE(loops_run_in_bounded_memory)
{
	Graph *read = graph_parse(&ctx, &syms, loops);
	Eval e = {.seed = 1};

	size_t before = ctx.memory_used;
	eval_graph(&e, read, &ctx.results, (Tensor *[]){pair(1, 2), pair(0.5, -1)});
	const float *y = eval_value(&e, read->out[0])->data;
	assert_true(y[0] == 501 && y[1] == -998);
	assert_true(ctx.memory_used - before < 1 << 20);
}

CASE(budgets_reach_into_bodies)
{
	Graph *read = graph_parse(&ctx, &syms, loops);
	Eval e = {.budget = 5000};

	eval_graph(&e, read, &ctx.results, (Tensor *[]){pair(1, 2), pair(0.5, -1)});
	assert_true(e.tired);
	assert_null(eval_value(&e, read->out[0]));
}

static Node *read_branches(void)
{
	g = graph_parse(&ctx, &syms, branches);
	return g->node[0];
}

CASE(bodies_keep_the_law)
{
	Node *n = read_branches();

	n->sub[0]->outer = n->sub[1];
	assert_fails(&ctx, EXIT_BUG, "E-VERIFY", graph_verify(g, "bad"));
	assert_non_null(strstr(ctx.message, "body 0 does not belong to this graph"));
	n = read_branches();
	n->sub[1]->in[0]->dtype = F16;
	assert_fails(&ctx, EXIT_BUG, "E-VERIFY", graph_verify(g, "bad"));
	assert_non_null(strstr(ctx.message, "body 1 captures %1 as another type"));
	n = read_branches();
	n->nin = 2;
	assert_fails(&ctx, EXIT_BUG, "E-VERIFY", graph_verify(g, "bad"));
	assert_non_null(strstr(ctx.message, "has 2 inputs, but its bodies capture 3"));
	n = read_branches();
	n->sub[0]->node[0]->out[0]->shape.dim[0] = dim(-1);
	assert_fails(&ctx, EXIT_BUG, "E-VERIFY", graph_verify(g, "bad"));
	assert_non_null(strstr(ctx.message, "node 1 'add' (Add)"));
}

CASE(captured_values_are_used)
{
	Node *n = read_branches();

	assert_int_equal(fill_uses(g)[n->in[1]->id], 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bodies_read_as_written),
		TEST(a_copy_stands_alone),
		TEST(nesting_is_bounded),
		TEST(branches_are_taken),
		TEST(loops_run_in_bounded_memory),
		TEST(budgets_reach_into_bodies),
		TEST(bodies_keep_the_law),
		TEST(captured_values_are_used),
	};

	return cmocka_run_group_tests_name("bodies", tests, NULL, NULL);
}
