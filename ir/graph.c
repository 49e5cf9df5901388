/* graph.c -- building graphs: values, nodes, and one value taking the place of another.
 *
 *     put(g, like, "Add", a, b, END_IN)  ->  node_new()  ->  checks of counts, infer_node  ->  the new output */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "ir/op.h"

#define MOST_ELEMENTS ((int64_t)1 << 48)
#define CONTENT_MAX 64 /* elements; larger integer constants are data, not sizes */

Graph *graph_new(Ctx *c, Syms *syms, const char *name, Graph *outer)
{
	Graph *g = NEW(&c->perm, Graph);

	g->ctx = c;
	g->syms = syms;
	g->name = arena_string(&c->perm, name ? name : "");
	g->outer = outer;
	g->kin = g;
	g->opset = outer ? outer->opset : 0;
	return g;
}

bool graph_exact(const Graph *g)
{
	while (g->outer)
		g = g->outer;
	return g->exact;
}

/* ---- values ---- */

Value *value_new(Graph *g, const char *name)
{
	Value *v = NEW(&g->ctx->perm, Value);

	GROW(&g->ctx->perm, g->value, g->nvalue, g->cvalue);
	g->value[g->nvalue++] = v;
	v->id = g->nvalue;
	v->name = name && *name ? arena_string(&g->ctx->perm, name) : "";
	v->shape.rank = -1;
	return v;
}

Value *value_input(Graph *g, const char *name, DType t, const Shape *shape)
{
	Value *v = value_new(g, name);

	v->role = ROLE_INPUT;
	v->dtype = t;
	if (shape)
		v->shape = *shape;
	GROW(&g->ctx->perm, g->in, g->nin, g->cin);
	g->in[g->nin++] = v;
	return v;
}

/* ---- what a caller sees ---- */

int arguments(const Graph *g, bool out)
{
	if (out ? g->arg_out != NULL : g->arg_in != NULL)
		return out ? g->narg_out : g->narg_in;
	return out ? g->nout : g->nin;
}

Argument argument(const Graph *g, bool out, int i)
{
	const Argument *all = out ? g->arg_out : g->arg_in;

	if (all)
		return all[i];
	const Value *v = out ? g->out[i] : g->in[i];
	return (Argument){.name = out ? g->out_name[i] : v->name, v->kind, v->dtype, i, 1};
}

bool is_optional(Kind kind) { return kind == KIND_OPTIONAL || kind == KIND_OPTIONAL_SEQUENCE; }

static bool holds_sizes(const Tensor *t)
{
	return (is_int(t->dtype) || t->dtype == BOOL) && t->rank <= 1 && t->count <= CONTENT_MAX;
}

/* A u64 above 2^63 is no size. */
static void content_from(Graph *g, Value *v, const Tensor *t)
{
	Dim content[CONTENT_MAX];

	for (int64_t i = 0; i < t->count; i++) {
		content[i] = dim(load_i64(t->dtype, t->data, i));
		if (t->dtype == U64 && content[i].k < 0)
			return;
	}
	set_content(g, v, (int)t->count, content);
}

void value_fix(Graph *g, Value *v, Tensor *t)
{
	v->role = ROLE_CONST;
	v->def = NULL;
	v->dtype = t->dtype;
	v->data = t;
	v->shape.rank = t->rank;
	for (int i = 0; i < t->rank; i++)
		v->shape.dim[i] = dim(t->dim[i]);
	if (holds_sizes(t))
		content_from(g, v, t);
}

Value *value_const(Graph *g, const char *name, Tensor *t)
{
	Value *v = value_new(g, name);

	value_fix(g, v, t);
	return v;
}

Value *value_i64(Graph *g, int n, const int64_t *v)
{
	return value_const(g, NULL, tensor_i64(&g->ctx->perm, n, v, false));
}

Value *value_scalar(Graph *g, DType t, double x)
{
	return value_const(g, NULL, tensor_scalar(&g->ctx->perm, t, x));
}

void graph_output(Graph *g, Value *v, const char *name)
{
	int capacity = g->cout, labels = g->cout;

	GROW(&g->ctx->perm, g->out_name, g->nout, capacity);
	GROW(&g->ctx->perm, g->out_labels, g->nout, labels);
	GROW(&g->ctx->perm, g->out, g->nout, g->cout);
	g->out_name[g->nout] = name ? arena_string(&g->ctx->perm, name) : v->name;
	g->out_labels[g->nout] = v->labels;
	g->out[g->nout++] = v;
}

/* ---- nodes ---- */

static const char *range_text(Ctx *c, int lo, int hi)
{
	if (hi < 0)
		return arena_format(&c->scratch, "at least %d", lo);
	return lo == hi ? arena_format(&c->scratch, "%d", lo) : arena_format(&c->scratch, "%d to %d", lo, hi);
}

static void check_counts(Graph *g, const Node *n)
{
	const Op *op = n->op;

	if (n->nin < op->min_in || (op->max_in >= 0 && n->nin > op->max_in))
		fail_node(g, n, "E-INPUTS", "has %d inputs, takes %s", n->nin,
			  range_text(g->ctx, op->min_in, op->max_in));
	for (int i = 0; i < op->min_in; i++)
		if (!n->in[i])
			fail_node(g, n, "E-INPUTS", "input %d is absent, but the operator requires it", i);
	if (n->nout < op->min_out || (op->max_out >= 0 && n->nout > op->max_out))
		fail_node(g, n, "E-OUTPUTS", "has %d outputs, gives %s", n->nout,
			  range_text(g->ctx, op->min_out, op->max_out));
}

/* No value has more than 2^48 elements, so that nobody later has to ask whether a number of bytes fits in 64 bits. */
static void check_sizes(Graph *g, const Node *n)
{
	for (int i = 0; i < n->nout; i++) {
		const Shape *s = &n->out[i]->shape;
		int64_t count = 1;
		for (int k = 0; k < s->rank; k++) {
			int64_t size = dim_known(s->dim[k]) && s->dim[k].k ? s->dim[k].k : 1;
			if (__builtin_mul_overflow(count, size, &count) || count > MOST_ELEMENTS)
				fail_node_as(g, n, EXIT_LIMIT, "E-SIZE", "output %d has shape %s, more than 2^48 elements", i,
					     shape_text(g, s));
		}
	}
}

static void fresh_outputs(Graph *g, Node *n, const Node *like, int nout)
{
	n->nout = nout;
	n->out = NEW_N(&g->ctx->perm, Value *, nout);
	for (int i = 0; i < nout; i++) {
		n->out[i] = value_new(g, NULL);
		n->out[i]->def = n;
		n->out[i]->slot = i;
		if (like && like->op == n->op && i < like->nout && like->out[i]) {
			n->out[i]->name = like->out[i]->name ? like->out[i]->name : "";
			n->out[i]->shape = like->out[i]->shape;
		}
	}
}

static MadeFor made_for(const Node *n) { return n->made_for.op ? n->made_for : (MadeFor){n->id, n->op}; }

NodeLabel label_of(const Node *n)
{
	const MadeFor at = made_for(n);

	return (NodeLabel){at.id, at.op->name, n->name};
}

Node *node_control(Graph *g, const Op *op, const Node *like, int nin, Value *const *in, int nout, void *attr, int nsub,
		   Graph *const *sub)
{
	Node *n = NEW(&g->ctx->perm, Node);

	n->id = ++g->last_node_id;
	n->op = op;
	n->made_for = like && like->id ? made_for(like) : (MadeFor){0};
	n->name = like ? like->name : "";
	n->nin = nin;
	n->in = arena_copy(&g->ctx->perm, in, (size_t)nin * sizeof *in);
	n->nsub = nsub;
	n->sub = arena_copy(&g->ctx->perm, sub, (size_t)nsub * sizeof *sub);
	n->attr = attr ? attr : attr_new(g, op);
	fresh_outputs(g, n, like, nout);
	check_counts(g, n);
	infer_node(g, n);
	check_sizes(g, n);
	GROW(&g->ctx->perm, g->node, g->nnode, g->cnode);
	g->node[g->nnode++] = n;
	return n;
}

Node *node_new(Graph *g, const Op *op, const Node *like, int nin, Value *const *in, int nout, void *attr)
{
	return node_control(g, op, like, nin, in, nout, attr, 0, NULL);
}

/* The first output of a new node; `args` are its inputs up to END_IN. */
static Value *put_list(Graph *g, const Node *like, const char *name, const void *attr, va_list args)
{
	const Op *op = op_named(name);
	Value **in = NULL, *v;
	int nin = 0, cin = 0;

	assert(op && "an expansion names operators that exist");
	while ((v = va_arg(args, Value *)) != END_IN) {
		GROW(&g->ctx->scratch, in, nin, cin);
		in[nin++] = v;
	}
	void *own = attr ? arena_copy(&g->ctx->perm, attr, op->attr_size) : NULL;
	return node_new(g, op, like, nin, in, 1, own)->out[0];
}

Value *put(Graph *g, const Node *like, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	Value *v = put_list(g, like, name, NULL, args);
	va_end(args);
	return v;
}

Value *put_attr(Graph *g, const Node *like, const char *name, const void *attr, ...)
{
	va_list args;

	va_start(args, attr);
	Value *v = put_list(g, like, name, attr, args);
	va_end(args);
	return v;
}

/* ---- replacing ---- */

/* A size that only `old` knows as a number holds for `new` as well. */
static void merge_shape(Value *new, const Value *old)
{
	if (new->shape.rank < 0)
		new->shape = old->shape;
	if (old->shape.rank < 0)
		return;
	assert(new->shape.rank == old->shape.rank && "a replacement has the same rank");
	for (int i = 0; i < old->shape.rank; i++) {
		Dim a = new->shape.dim[i], b = old->shape.dim[i];
		assert((!dim_known(a) || !dim_known(b) || a.k == b.k) && "a replacement has the same sizes");
		if (new->role == ROLE_TEMP && !dim_known(a) && dim_known(b))
			new->shape.dim[i] = b;
	}
}

void value_inherit(Graph *g, Value *new, const Value *old)
{
	assert(new->dtype == old->dtype && new->kind == old->kind && "a replacement has the same type");
	merge_shape(new, old);
	if (!*new->name)
		new->name = old->name;
	if (!new->content && old->content)
		set_content(g, new, old->ncontent, old->content);
}

void value_replace(Graph *g, Value *old, Value *new)
{
	value_inherit(g, new, old);
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nin; k++)
			if (g->node[i]->in[k] == old)
				g->node[i]->in[k] = new;
	for (int i = 0; i < g->nout; i++)
		if (g->out[i] == old)
			g->out[i] = new;
}

/* ---- trouble ---- */

static _Noreturn void fail_list(Graph *g, const Node *n, enum exit_code status, const char *id, const char *format,
				va_list args)
{
	char text[sizeof g->ctx->message];

	vsnprintf(text, sizeof text, format, args);
	if (!n)
		fail(g->ctx, status, id, "%s", text);
	fail(g->ctx, status, id, "%s: %s", label_text(g->ctx, label_of(n)), text);
}

void fail_node_as(Graph *g, const Node *n, enum exit_code status, const char *id, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail_list(g, n, status, id, format, args);
}

void fail_node(Graph *g, const Node *n, const char *id, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail_list(g, n, EXIT_MODEL, id, format, args);
}

void fail_unsupported(Graph *g, const Node *n, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail_list(g, n, EXIT_UNSUPPORTED, "E-UNSUPPORTED", format, args);
}
