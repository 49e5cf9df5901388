/* build.c -- scopes to a Graph: inputs, initializers, then node by node in the order that scope.c found.
 *
 * A node is copied into a Raw, rewritten into today's form (opsets.c) and appended with its shapes inferred; a constant
 * becomes a value, a call of a function the nodes of its body. */
#include <stdio.h>
#include <string.h>
#include "frontend/onnx.h"

void raw_fail(const Raw *r, enum exit_code status, const char *id, const char *format, ...)
{
	char text[sizeof r->f->im->ctx->message];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	fail_at(r->f->im, r->f->scope, r->index, status, id, "%s", text);
}

/* ---- values ---- */

Value *value_of(const Frame *f, const char *name)
{
	return *name ? f->value[names_find(&f->scope->names, name)] : NULL;
}

void value_bind(Frame *f, const char *name, Value *v)
{
	f->value[names_find(&f->scope->names, name)] = v;
}

static void build_input(Frame *f, const ValueInfoProto *p)
{
	Declared d = declared_of(f->im, p);
	const ConstChoice *choice = const_choice(f->im, p->name);
	int first = f->g->nin;
	Value *v;

	if (choice) {
		value_bind(f, p->name, value_const(f->g, p->name, choice->tensor));
		return;
	}
	if (d.kind == KIND_MAP) {
		value_bind(f, p->name, map_input(f, p));
		return;
	}
	if (!d.dtype)
		fail(f->im->ctx, EXIT_MODEL, "E-TYPE", "input '%s' has no type", shown(f->im->ctx, p->name));
	if (d.kind == KIND_TENSOR) {
		Shape shape = input_shape(f->im, p, d.shape);
		v = value_input(f->g, p->name, d.dtype, &shape);
	} else {
		Elements e = input_elements(f->im, p, &d);
		v = list_input(f, p->name, d.kind, d.dtype, &e);
	}
	argument_in(f, v, p->name, first);
	value_bind(f, p->name, v);
}

void initializers_build(Frame *f)
{
	const GraphProto *p = f->scope->graph;
	Import *im = f->im;

	for (size_t i = 0; i < p->n_initializer; i++) {
		const char *name = p->initializer[i]->name;
		Tensor *t = tensor_import(im->ctx, im->arena, im->directory, p->initializer[i], name);
		value_bind(f, name, value_const(f->g, name, t));
	}
	for (size_t i = 0; i < p->n_sparse_initializer; i++) {
		const char *name = p->sparse_initializer[i]->values->name;
		Tensor *t = sparse_import(im->ctx, im->arena, im->directory, p->sparse_initializer[i], name);
		value_bind(f, name, value_const(f->g, name, t));
	}
}

/* ---- nodes ---- */

static bool owns_graph(const NodeProto *p)
{
	for (size_t i = 0; i < p->n_attribute; i++)
		if (p->attribute[i]->g)
			return true;
	return false;
}

/* Absent inputs and outputs at the end are cut off, but not where captured values will follow. */
static void copy_inputs(Raw *r, const NodeProto *p)
{
	r->nin = r->cin = (int)p->n_input;
	r->in = NEW_N(&r->f->im->ctx->scratch, Value *, p->n_input);
	for (int i = 0; i < r->nin; i++)
		r->in[i] = value_of(r->f, p->input[i]);
	while (r->nin && !owns_graph(p) && !*p->input[r->nin - 1])
		r->nin--;
	r->nout = (int)p->n_output;
	while (r->nout && !*p->output[r->nout - 1])
		r->nout--;
	r->out = NEW_N(&r->f->im->ctx->scratch, Value *, r->nout);
}

/* The attribute itself, or what a reference (@name in a function's body) stands for; NULL for nothing. */
static AttributeProto *resolve(const Raw *r, AttributeProto *a)
{
	Ctx *c = r->f->im->ctx;

	if (!*text_of(a->ref_attr_name))
		return a;
	if (!r->f->in_function)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "attribute '%s' refers to '%s', but stands in no function",
			 shown(c, text_of(a->name)), shown(c, a->ref_attr_name));
	AttributeProto *found = function_attribute(r->f, a->ref_attr_name);
	if (!found)
		return NULL;
	if (found->g)
		raw_fail(r, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "attribute '%s' passes a graph into a function",
			 shown(c, text_of(a->name)));
	AttributeProto *named = arena_copy(r->f->im->arena, found, sizeof *found);
	named->name = a->name;
	named->ref_attr_name = NULL;
	return named;
}

static void copy_attributes(Raw *r, const NodeProto *p)
{
	r->cattr = (int)p->n_attribute;
	r->attr = NEW_N(&r->f->im->ctx->scratch, AttributeProto *, p->n_attribute);
	for (size_t i = 0; i < p->n_attribute; i++) {
		AttributeProto *a = resolve(r, p->attribute[i]);
		if (a)
			r->attr[r->nattr++] = a;
	}
}

static Raw raw_of(Frame *f, size_t k)
{
	const NodeProto *p = f->scope->node[k];
	Raw r = {.f = f, .index = k, .proto = p, .name = node_name(p), .type = p->op_type,
		 .domain = is_onnx_domain(p->domain) ? "" : p->domain, .version = f->scope->callee[k].version};

	if (*f->path)
		r.name = arena_format(f->im->arena, "%s%.*s", f->path, MOST_PATH, *r.name ? r.name : r.type);
	copy_inputs(&r, p);
	copy_attributes(&r, p);
	return r;
}

/* What is given of output i, or NULL. */
Value *given_of(const Raw *r, int i)
{
	const NodeProto *p = r->proto;

	if (!r->f->given || i >= (int)p->n_output || !*p->output[i])
		return NULL;
	uint32_t k = names_find(&r->f->scope->names, p->output[i]);
	return k == NO_NAME ? NULL : r->f->given[k];
}

const Shape *shape_given(const Raw *r, int i)
{
	const Value *v = given_of(r, i);

	return v && !is_list(v) ? &v->shape : NULL;
}

int rank_given(const Raw *r, int i)
{
	const NodeProto *p = r->proto;

	if (!r->f->rank || i >= (int)p->n_output || !*p->output[i])
		return -1;
	uint32_t k = names_find(&r->f->scope->names, p->output[i]);
	return k == NO_NAME ? -1 : r->f->rank[k];
}

/* What output i is called in the file, and its shape where the file gives one; NULL: nobody wants it. */
static Value *output_in_file(const Raw *r, const Op *op, int i)
{
	const NodeProto *p = r->proto;
	const Shape *given = shape_given(r, i);

	if (i >= (int)p->n_output || !*p->output[i])
		return NULL;
	Value *v = NEW(&r->f->im->ctx->scratch, Value);
	v->name = p->output[i];
	v->shape = given ? *given : (Shape){.rank = -1};
	if (op->flags & DECLARED)
		declared_numbers(r->f, v->name, &v->shape);
	return v;
}

/* The shapes that the file gives the outputs. */
static void given_shapes(const Raw *r, const Op *op, Node *like)
{
	like->op = op;
	like->nout = r->nout;
	like->out = NEW_N(&r->f->im->ctx->scratch, Value *, r->nout);
	for (int i = 0; i < r->nout; i++)
		like->out[i] = output_in_file(r, op, i);
}

/* A node that chooses the same elements, so that their number is one size: x[mask] of several x. */
static Node *same_choice(const Raw *r, const Op *op, const void *attr)
{
	enum { MOST_BACK = 10000 };
	const Graph *g = r->f->g;
	uint32_t last = g->nnode > MOST_BACK ? g->nnode - MOST_BACK : 0;

	if (!(op->flags & CHOOSES) || r->nout != 1 || shape_given(r, 0))
		return NULL;
	for (uint32_t i = g->nnode; i > last; i--) {
		Node *n = g->node[i - 1];
		if (n->op == op && n->nin == r->nin && n->nout == 1 && n->out[0] &&
		    !memcmp(n->in, r->in, (size_t)r->nin * sizeof *n->in) && attr_equal(op, n->attr, attr))
			return n;
	}
	return NULL;
}

/* A node of an operator that has a row; its outputs go where somebody asks for them. */
Node *raw_build(Raw *r)
{
	const Op *op = op_find(r->domain, r->type);
	Node like = {.name = r->name};

	for (int i = 0; i < r->nin; i++)
		need_tensor(r->f, r->in[i], arena_format(&r->f->im->ctx->scratch, "an input of a node (%s)", r->type));
	if (!op)
		raw_fail(r, EXIT_UNSUPPORTED, "E-OPERATOR", "stands for operator %s, which is not supported", r->type);
	void *attr = attrs_import(r, op);
	Node *same = same_choice(r, op, attr);
	if (same) {
		r->out[0] = same->out[0];
		return same;
	}
	if (op->trust || (op->flags & (CHOOSES | RANKED | DECLARED)))
		given_shapes(r, op, &like);
	if ((op->flags & RANKED) && like.out[0])
		like.out[0]->shape.rank = rank_given(r, 0);
	if (r->grown)
		loop_parts(r, r->grown);
	Graph **sub = NEW_N(&r->f->im->ctx->scratch, Graph *, r->nbody);
	int nout = r->nbody ? bodies_close(r, sub) : r->nout, at = 0;
	if (r->varying)
		nout = states_hold(r, *sub, &like, nout);
	Node *n = node_control(r->f->g, op, &like, r->nin, r->in, nout, attr, r->nbody, sub);
	if (is_op(n, "If"))
		branch_origin(r, n);
	settle(r->f, n);
	Value **out = r->varying ? states_cut(r, n) : n->out;
	for (int i = 0; i < r->nout; i++)
		r->out[i] = like_row(r->f, r->nbody && i < r->body->nout ? r->body->out[i] : NULL, out, &at);
	return n;
}

static void drop_unasked(const Raw *r, Node *n)
{
	for (int i = 0; i < r->nout; i++)
		for (int k = 0; k < n->nout && !*r->proto->output[i]; k++)
			if (n->out[k] == r->out[i])
				n->out[k] = NULL;
}

static void build_operator(Raw *r)
{
	r->carried = loop_carry(r);
	r->grown = loop_grow(r);
	if (!r->grown && !r->carried && ((is_branching(r->f->scope, r->index) && branch_build(r)) || list_build(r)))
		return;
	adopt(r);
	if (is_onnx_domain(r->domain))
		modernise(r);
	if (!r->done)
		drop_unasked(r, raw_build(r));
	if (r->grown)
		loop_join(r, r->grown);
	if (r->carried)
		carried_lists(r, r->carried);
}

const char *written_out(int i)
{
	static const char *const others[] = {"Constant", "ai.onnx.ml.CastMap", "ai.onnx.ml.DictVectorizer", "ai.onnx.ml.ZipMap",
					     "ai.onnx.preview.FlexAttention", "ai.onnx.preview.training.Gradient"};
	enum { OTHERS = sizeof others / sizeof *others };

	return i < OTHERS ? others[i] : sequence_operator(i - OTHERS);
}

static void bind_outputs(Frame *f, const Raw *r, const NodeProto *p)
{
	for (int i = 0; i < r->nout; i++) {
		if (!*p->output[i])
			continue;
		if (!r->out[i])
			raw_fail(r, EXIT_MODEL, "E-OUTPUTS", "gives no output '%s'", shown(f->im->ctx, p->output[i]));
		if (!*r->out[i]->name)
			r->out[i]->name = p->output[i];
		value_bind(f, p->output[i], r->out[i]);
	}
}

void node_build(Frame *f, size_t k)
{
	Arena *scratch = &f->im->ctx->scratch;
	ArenaMark mark = arena_mark(scratch);
	Callee call = f->scope->callee[k];

	if (node_follows(f, k)) {
		arena_release(scratch, mark);
		return;
	}
	Raw r = raw_of(f, k);

	switch (call.kind) {
	case CALL_CONSTANT: r.out[0] = constant_build(&r); break;
	case CALL_SEQUENCE: (map_loops(&r) ? build_operator : sequence_build)(&r); break;
	case CALL_MAP: r.out[0] = map_build(&r); break;
	case CALL_FLEX: r.out[0] = flex_attention(&r); break;
	case CALL_GRADIENT: gradient_build(&r); break;
	case CALL_FUNCTION: function_inline(&r, call.function); break;
	case CALL_MISSING:
	case CALL_OP: build_operator(&r); break;
	}
	bind_outputs(f, &r, f->scope->node[k]);
	arena_release(scratch, mark);
}

void nodes_build(Frame *f)
{
	for (size_t i = 0; i < f->scope->nnode; i++)
		node_build(f, f->scope->order[i]);
}

/* ---- graphs ---- */

static void check_declared(Frame *f, ValueInfoProto **p, size_t n, const char *what)
{
	bool promise = !f->scope->outer && p == f->scope->graph->input; /* bodies have outer scopes */

	for (size_t i = 0; i < n; i++) {
		uint32_t k = names_find(&f->scope->names, text_of(p[i]->name));
		if (k != NO_NAME && f->value[k])
			declared_check(f->im, p[i], f->value[k], what, promise);
	}
}

Value *output_of(Frame *f, size_t i)
{
	const char *name = f->scope->graph->output[i]->name;
	Value *v = value_of(f, name);

	if (!v)
		fail(f->im->ctx, EXIT_MODEL, "E-NAME", "output '%s' of a graph is an absent input of the function around it",
		     shown(f->im->ctx, name));
	return v;
}

void check_all_declared(Frame *f)
{
	const GraphProto *p = f->scope->graph;

	check_declared(f, p->input, p->n_input, "input");
	check_declared(f, p->value_info, p->n_value_info, "value");
	check_declared(f, p->output, p->n_output, "output");
}

static void outputs_build(Frame *f)
{
	const GraphProto *p = f->scope->graph;

	for (size_t i = 0; i < p->n_output; i++)
		argument_out(f, output_of(f, i), p->output[i]->name);
}

Graph *graph_from_scope(Import *im, const Scope *s)
{
	const GraphProto *p = s->graph;
	Frame f = {.im = im, .scope = s, .path = "", .g = graph_new(im->ctx, im->syms, p->name, NULL),
		   .eval = NEW(im->arena, Eval)};

	f.value = NEW_N(im->arena, Value *, s->names.n);
	f.g->opset = opset_version(&im->opsets, "");
	arguments_open(&f);
	for (size_t i = 0; i < p->n_input; i++)
		if (is_true_input(s, p->input[i]->name))
			build_input(&f, p->input[i]);
	initializers_build(&f);
	note_given(&f);
	elements_open(&f);
	nodes_build(&f);
	check_all_declared(&f);
	declared_report(im);
	ranks_close(&f);
	outputs_build(&f);
	arguments_close(&f);
	return f.g;
}
