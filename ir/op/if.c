/* if.c -- If (versions 1-25): one of two bodies, which take in nothing but what they capture.
 *
 *     y.. = condition ? then_branch() : else_branch()
 *
 * Both give values of the same types; where their sizes differ, those of the outputs are counted: each branch fills its
 * values up to the most that the other may give, and says how much of them it is. */
#include "ir/op/bodies.h"
#include "ir/op/counted.h"

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
static Dim common_size(Graph *g, const Node *n, int k, int rank, int axis)
{
	Dim a = n->sub[0]->out[k]->shape.dim[axis], b = n->sub[1]->out[k]->shape.dim[axis];

	if (dim_same(a, b))
		return a;
	return counted_size(g, n, k, rank, axis, dim_max(g->syms, dim_most(g->syms, a), dim_most(g->syms, b)));
}

static void infer_output(Graph *g, Node *n, int k)
{
	const Value *a = n->sub[0]->out[k], *b = n->sub[1]->out[k];
	Shape s = {.rank = a->shape.rank == b->shape.rank ? a->shape.rank : -1};

	if (a->dtype != b->dtype)
		fail_node(g, n, "E-TYPE", "output %d is %s in one branch and %s in the other", k, dtype_name(a->dtype),
			  dtype_name(b->dtype));
	for (int i = 0; i < s.rank; i++)
		s.dim[i] = common_size(g, n, k, s.rank, i);
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

/* ---- trust ---- */

/* Whoever reads v broadcasts it to that many axes or more. */
static bool is_spread(const Graph *g, const Value *v, int rank)
{
	for (int i = 0; i < g->nout; i++)
		if (g->out[i] == v)
			return false;
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nin; k++)
			if (g->node[i]->in[k] == v && (!(g->node[i]->op->flags & POINTWISE) || g->node[i]->out[0]->shape.rank < rank))
				return false;
	return true;
}

/* Branches that give output k with fewer axes put sizes of 1 in front, where nobody can tell. */
static void align_ranks(Graph *g, const Node *n, int k)
{
	Shape s;

	if (!n->out[k] || n->out[k]->shape.rank >= 0 || !spreads_as(n->out[k], &s) || !is_spread(g, n->out[k], s.rank))
		return;
	for (int b = 0; b < 2; b++) {
		Graph *body = n->sub[b];
		int64_t front[MAX_RANK], missing = s.rank - body->out[k]->shape.rank;
		for (int64_t i = 0; i < missing; i++)
			front[i] = i;
		if (missing)
			body->out[k] = with_axes(body, n, body->out[k], (int)missing, front);
	}
}

/* The axes along which the branches give output k different sizes, as bits, and the most that these are. */
static unsigned open_axes(Graph *g, const Node *n, int k, int64_t *most)
{
	const Shape *a = &n->sub[0]->out[k]->shape, *b = &n->sub[1]->out[k]->shape;
	unsigned open = 0;

	for (int i = 0; n->out[k] && a->rank == b->rank && i < a->rank; i++) {
		if (dim_same(a->dim[i], b->dim[i]))
			continue;
		open |= 1u << i;
		most[i] = dim_hi(g->syms, dim_max(g->syms, a->dim[i], b->dim[i]));
		if (most[i] >= INT32_MAX)
			return 0;
	}
	return open;
}

static Value *fresh_output(Graph *g, Node *n, int slot)
{
	Value *v = value_new(g, NULL);

	v->def = n;
	v->slot = slot;
	return v;
}

/* Both branches fill output k up, and give the sizes that it has as one output more. */
static void widen(Graph *g, Node *n, int k, unsigned open, const int64_t *most)
{
	int64_t size[MAX_RANK];
	int count = 0;

	for (int i = 0; i < MAX_RANK; i++)
		if (open >> i & 1)
			size[count++] = most[i];
	for (int b = 0; b < 2; b++) {
		Graph *body = n->sub[b];
		Value *v = body->out[k], *axes = axes_value(body, open);
		graph_output(body, sizes_along(body, n, v, axes), NULL);
		body->out[k] = filled_to(body, n, v, axes, value_i64(body, count, size));
	}
	n->out[k] = fresh_output(g, n, k);
	n->out[n->nout] = fresh_output(g, n, n->nout);
	n->nout++;
}

static void trust(Graph *g, Node *n)
{
	int nout = n->nout;
	unsigned *open = NEW_N(&g->ctx->scratch, unsigned, nout);
	Value **was = NEW_N(&g->ctx->scratch, Value *, nout), **out = NEW_N(&g->ctx->perm, Value *, 2 * nout);

	for (int k = 0; k < nout; k++)
		was[k] = out[k] = n->out[k];
	n->out = out;
	n->sub[0]->nout = n->sub[1]->nout = nout; /* what nobody asks for */
	for (int k = 0; k < nout; k++) {
		int64_t most[MAX_RANK];
		align_ranks(g, n, k);
		open[k] = open_axes(g, n, k, most);
		if (open[k])
			widen(g, n, k, open[k], most);
	}
	infer(g, n);
	for (int k = 0, at = nout; k < nout; k++)
		if (open[k])
			value_replace(g, was[k], given_part(g, n, out[k], out[at++], was[k], open[k]));
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
	.attrs = attrs, .attr_size = sizeof(struct branches), .types = "b", .infer = infer, .trust = trust, .eval = eval,
	.port = port,
};
