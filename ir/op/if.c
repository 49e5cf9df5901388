/* if.c -- If (versions 1-25): one of two bodies, which take in nothing but what they capture.
 *
 *     y.. = condition ? then_branch() : else_branch()
 *
 * Both give values of the same types; where their shapes differ, the outputs have sizes that the run finds out. */
#include "ir/op/bodies.h"

struct branches {
	int then_branch, else_branch; /* indices into Node.sub */
};

static Port port(const Node *n, const Graph *body, int i, bool out)
{
	(void)n, (void)body, (void)out;
	return (Port){.kind = PORT_SAME, .slot = i};
}

int branch_for(const Node *n, bool condition)
{
	return condition ? ATTR_OF(n, branches)->then_branch : ATTR_OF(n, branches)->else_branch;
}

int branch_taken(const Node *n)
{
	const Value *c = n->in[0];

	if (c->data)
		return branch_for(n, load_i64(c->dtype, c->data->data, 0));
	return c->ncontent == 1 && dim_known(c->content[0]) ? branch_for(n, c->content[0].k) : -1;
}

/* ---- infer ---- */

static void check_counts(Graph *g, const Node *n)
{
	need_bodies(g, n, 2);
	for (int b = 0; b < 2; b++) {
		const Graph *body = n->sub[b];
		if (body->nin != body->ncaptured)
			fail_node(g, n, "E-INPUTS", "a branch takes %d inputs; it must take none", body->nin - body->ncaptured);
		if (body->nout < n->nout || body->nout != n->sub[0]->nout)
			fail_node(g, n, "E-OUTPUTS", "has %d outputs, but its branches give %d and %d", n->nout, n->sub[0]->nout,
				  n->sub[1]->nout);
	}
}

/* A size that both have, or one that the run finds out. */
static Dim common_size(Graph *g, const Node *n, Dim a, Dim b, const Value *was, int axis)
{
	if (dim_same(a, b))
		return a;
	if (was->shape.rank > axis && !dim_known(was->shape.dim[axis]))
		return was->shape.dim[axis];
	Dim d = dim_symbol(g->syms, arena_format(&g->ctx->perm, "either%u.%u", n->id, g->syms->nsymbol));
	dim_symbol_of(g->syms, d)->counted = true;
	return d;
}

static void infer_output(Graph *g, Node *n, int k)
{
	const Value *a = n->sub[0]->out[k], *b = n->sub[1]->out[k];
	Shape s = {.rank = a->shape.rank == b->shape.rank ? a->shape.rank : -1};

	if (a->dtype != b->dtype)
		fail_node(g, n, "E-TYPE", "output %d is %s in one branch and %s in the other", k, dtype_name(a->dtype),
			  dtype_name(b->dtype));
	for (int i = 0; i < s.rank; i++)
		s.dim[i] = common_size(g, n, a->shape.dim[i], b->shape.dim[i], n->out[k], i);
	set_out(g, n, k, a->dtype, &s);
}

static void infer(Graph *g, Node *n)
{
	need_rank(g, n, 0, 0, 0);
	check_counts(g, n);
	infer_inside(g, n);
	int taken = branch_taken(n);
	for (int k = 0; k < n->nout; k++) {
		if (!n->out[k])
			continue;
		if (taken < 0)
			infer_output(g, n, k);
		else
			set_out(g, n, k, n->sub[taken]->out[k]->dtype, &n->sub[taken]->out[k]->shape);
	}
}

/* ---- eval ---- */

static void copy(Eval *e, Tensor *to, const Tensor *from)
{
	out_sizes(e, to, from->rank, from->dim);
	for (int64_t i = 0; i < from->count; i++)
		move_element(to, i, from, i);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	int taken = branch_for(n, load_i64(BOOL, in[0]->data, 0));
	Graph *body = n->sub[taken];
	Tensor **arg = NEW_N(&e->g->ctx->scratch, Tensor *, body->nin);
	Eval run;

	for (int k = 0; k < body->nin; k++)
		arg[k] = in[body_in(n, taken, k).slot];
	eval_body(&run, e, body, arg);
	for (int k = 0; k < n->nout && !run.tired; k++)
		if (out[k])
			copy(e, out[k], eval_value(&run, body->out[k]));
	eval_done(&run);
}

static const Attr attrs[] = {
	ATTR_REQUIRED(branches, then_branch, A_GRAPH), ATTR_REQUIRED(branches, else_branch, A_GRAPH), {0}};

const Op op_If = {
	.name = "If", .min_in = 1, .max_in = -1, .min_out = 0, .max_out = -1, .flags = CONTROL,
	.attrs = attrs, .attr_size = sizeof(struct branches), .types = "b", .infer = infer, .eval = eval, .port = port,
};
