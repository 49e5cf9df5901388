/* subgraph.c -- bodies of If, Loop and Scan: graphs whose names from outside become inputs.
 *
 *     If(c) { then: Add(x, k) }   with x, k from outside   -->   If(c, x, k) { then(x', k'): Add(x', k') }
 *
 * Constants from outside are constants inside, so that sizes stay known. What a body's inputs look like is said by the
 * operands that they stand for; a declared number refines that. */
#include <string.h>
#include "frontend/onnx.h"

enum { MOST_WRITTEN = 1 << 20, MOST_FOLLOWED = 1 << 17, BODY_COST = 16 };

/* What input i of a body is, as far as the node's operands tell. */
typedef struct Operand {
	Kind kind;
	DType dtype;
	Shape shape;
} Operand;

static Operand unknown(void) { return (Operand){.shape = {.rank = -1}}; }

static Operand like_input(const Raw *r, int64_t i)
{
	if (i < 0 || i >= r->nin || !r->in[i])
		return unknown();
	return (Operand){r->in[i]->kind, r->in[i]->dtype, r->in[i]->shape};
}

/* Loop(trip count, condition, carried ...): body(iteration, condition, carried ...). */
static Operand loop_operand(const Raw *r, int64_t i)
{
	if (i < 2)
		return (Operand){.dtype = i == 0 ? I64 : BOOL, .shape = {.rank = 0}};
	return like_input(r, i);
}

static int64_t int_attribute(const Raw *r, const char *name)
{
	for (int i = 0; i < r->nattr; i++)
		if (!strcmp(text_of(r->attr[i]->name), name))
			return r->attr[i]->i;
	return 0;
}

static int64_t scan_axis(const Raw *r, int64_t i)
{
	for (int k = 0; k < r->nattr; k++)
		if (!strcmp(text_of(r->attr[k]->name), "scan_input_axes") && (size_t)i < r->attr[k]->n_ints)
			return r->attr[k]->ints[i];
	return 0;
}

/* Scan(states ..., sequences ...): body(states ..., one element of each sequence ...). */
static Operand scan_operand(const Raw *r, int64_t i)
{
	int64_t sequences = int_attribute(r, "num_scan_inputs");
	Operand o = like_input(r, i);

	if (sequences < 0 || sequences > r->nin)
		raw_fail(r, EXIT_MODEL, "E-ATTR", "num_scan_inputs is %lld of %d inputs", (long long)sequences, r->nin);
	int64_t first = r->nin - sequences;
	if (i < first || o.shape.rank < 1)
		return o;
	int64_t axis = scan_axis(r, i - first);
	if (axis < -o.shape.rank || axis >= o.shape.rank)
		raw_fail(r, EXIT_MODEL, "E-AXIS", "scan axis %lld is outside the rank %d", (long long)axis,
			 o.shape.rank);
	if (axis < 0)
		axis += o.shape.rank;
	o.shape.rank--;
	for (int64_t k = axis; k < o.shape.rank; k++)
		o.shape.dim[k] = o.shape.dim[k + 1];
	return o;
}

static const struct {
	const char *type;
	Operand (*operand)(const Raw *r, int64_t i);
} owners[] = {{"Loop", loop_operand}, {"Scan", scan_operand}};
enum { NOWNERS = sizeof owners / sizeof *owners };

static Operand operand_of(const Raw *r, int64_t i)
{
	for (int k = 0; k < NOWNERS; k++)
		if (is_onnx_domain(r->domain) && !strcmp(owners[k].type, r->type))
			return owners[k].operand(r, i);
	return unknown();
}

/* ---- inputs ---- */

/* A size of a body's input that only the declaration tells: a number or a symbol of its own. */
static Dim declared_dim(const Raw *r, const ValueInfoProto *p, const TensorShapeProto *s, int axis)
{
	const Onnx__TensorShapeProto__Dimension *d = s->dim[axis];

	if (d->has_dim_value && d->dim_value >= 0)
		return dim(d->dim_value);
	const char *name = *text_of(d->dim_param) ? d->dim_param
						  : arena_format(r->f->im->arena, "%s.%d", text_of(p->name), axis);
	return dim_symbol(r->f->im->syms, name);
}

static void refine_shape(const Raw *r, const ValueInfoProto *p, const TensorShapeProto *s, Shape *shape)
{
	bool fresh = shape->rank < 0;

	if (!s)
		return;
	if (s->n_dim > MAX_RANK)
		raw_fail(r, EXIT_UNSUPPORTED, "E-RANK", "input '%s' of the body has rank %zu, at most %d is supported",
			 shown(r->f->im->ctx, text_of(p->name)), s->n_dim, MAX_RANK);
	if (fresh)
		shape->rank = (int)s->n_dim;
	for (int i = 0; i < shape->rank && (size_t)i < s->n_dim; i++)
		if (fresh || (!dim_known(shape->dim[i]) && s->dim[i]->has_dim_value))
			shape->dim[i] = declared_dim(r, p, s, i);
}

static void need_true_input(const Raw *r, const Scope *s, const char *name)
{
	if (!is_true_input(s, name))
		raw_fail(r, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "input '%s' of the body has an initializer as well",
			 shown(r->f->im->ctx, name));
}

static void body_input(Frame *f, const Raw *r, const ValueInfoProto *p, int64_t i)
{
	Declared d = declared_of(f->im, p);
	Operand o = operand_of(r, i);

	need_true_input(r, f->scope, p->name);
	if (!o.dtype) {
		o.kind = d.kind;
		o.dtype = d.dtype;
	}
	if (!o.dtype)
		raw_fail(r, EXIT_MODEL, "E-TYPE", "input '%s' of the body has no type", shown(f->im->ctx, p->name));
	if (o.kind != KIND_TENSOR)
		raw_fail(r, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "input '%s' of the body is a sequence or optional",
			 shown(f->im->ctx, p->name));
	refine_shape(r, p, d.shape, &o.shape);
	sizes_of_turns(f, r, i, &o.shape);
	Value *v = value_input(f->g, p->name, o.dtype, &o.shape);
	value_bind(f, p->name, v);
}

/* ---- captures ---- */

const Scope *scope_of_body(const Raw *r, const GraphProto *p)
{
	return r->own && r->own->graph == p ? r->own : scope_of_graph(r->f->scope, r->index, p);
}

static void add_input(Raw *r, Value *v)
{
	GROW(&r->f->im->ctx->scratch, r->in, r->nin, r->cin);
	r->in[r->nin++] = v;
}

Value *captured(Frame *f, Raw *r, const char *name, Value *outer)
{
	if (outer->data)
		return value_const(f->g, name, outer->data);
	Value *inner = value_input(f->g, name, outer->dtype, &outer->shape);
	if (outer->content)
		set_content(f->g, inner, outer->ncontent, outer->content);
	f->g->ncaptured++;
	add_input(r, outer);
	return inner;
}

static void capture(Frame *f, Raw *r, const char *name)
{
	Value *outer = value_of(r->f, name);
	ValueRow row = {0};
	int at = 0;

	if (!outer)
		return;
	if (!is_list(outer)) {
		value_bind(f, name, captured(f, r, name, outer));
		return;
	}
	put_row(r->f, outer, &row);
	for (int i = 0; i < row.n; i++)
		row.v[i] = row.v[i] ? captured(f, r, name, row.v[i]) : NULL;
	value_bind(f, name, like_row(f, outer, row.v, &at));
}

static void add_body(Raw *r, Frame *f)
{
	int n = (int)f->scope->graph->n_output;

	GROW(&r->f->im->ctx->scratch, r->body, r->nbody, r->cbody);
	r->body[r->nbody] = (Body){*f, NEW_N(&r->f->im->ctx->scratch, Value *, n), n};
	for (int i = 0; i < n; i++)
		r->body[r->nbody].out[i] = output_of(f, (size_t)i);
	r->nbody++;
}

void subgraph_build(Raw *r, const GraphProto *p)
{
	Import *im = r->f->im;
	const Scope *s = scope_of_body(r, p);
	Frame f = {.im = im, .scope = s, .path = r->f->path, .under = r->f->under, .env = r->f->env, .nenv = r->f->nenv,
		   .in_function = r->f->in_function, .g = graph_new(im->ctx, im->syms, p->name, r->f->g),
		   .eval = NEW(im->arena, Eval)};
	const GraphProto *yes = graph_attribute(r, "then_branch");

	if (yes)
		f.branch_of = r;
	f.branch = p != yes;
	im->bodies++;
	f.value = NEW_N(im->arena, Value *, s->names.n);
	for (size_t i = 0; i < p->n_input; i++)
		body_input(&f, r, p->input[i], (int64_t)i);
	sequences_begin(&f, r);
	carried_begin(&f, r);
	for (uint32_t i = 0; i < s->noutside; i++)
		capture(&f, r, s->names.name[s->outside[i]]);
	initializers_build(&f);
	note_given(&f);
	nodes_build(&f);
	check_all_declared(&f);
	add_body(r, &f);
	sequences_end(r);
	carried_end(r);
	im->bodies--;
}

/* ---- outputs ---- */

/* A condition may be given as one element of rank 1, in one branch of an If as well. */
static Value *scalar_condition(Graph *g, Value *v)
{
	if (v->shape.rank == 1)
		return put(g, NULL, "Squeeze", v, END_IN);
	if (v->shape.rank >= 0 || !v->def || !is_op(v->def, "If"))
		return v;
	for (int b = 0; b < v->def->nsub; b++) {
		Graph *branch = v->def->sub[b];
		branch->out[v->slot] = scalar_condition(branch, branch->out[v->slot]);
	}
	v->shape.rank = 0;
	return v;
}

/* Output i of a body, which is a row of tensors. */
static int close_output(const Body *b, int i)
{
	const GraphProto *p = b->f.scope->graph;
	const char *name = (size_t)i < p->n_output ? p->output[i]->name : b->out[i]->name;
	ValueRow row = {0};

	if (!is_list(b->out[i])) {
		graph_output(b->f.g, b->out[i], name);
		return 1;
	}
	put_row(&b->f, b->out[i], &row);
	for (int k = 0; k < row.n; k++) {
		if (!row.v[k])
			fail_unknown_element(&b->f, name);
		graph_output(b->f.g, row.v[k], name);
	}
	return row.n;
}

static int close_body(const Raw *r, const Body *b)
{
	int n = b->nout < r->nout ? r->nout - b->nout : 0;

	for (int i = 0; i < b->nout; i++) {
		int width = close_output(b, i);
		n += i < r->nout ? width : 0;
	}
	return n;
}

int bodies_close(Raw *r, Graph **sub)
{
	bool either = !strcmp(r->type, "If") && r->nbody == 2, loop = !strcmp(r->type, "Loop");
	int n = r->nout;

	for (int k = 0; either && k < r->body[0].nout && k < r->body[1].nout; k++)
		branches_align(r, k);
	for (int b = 0; b < r->nbody; b++) {
		for (int k = 0; k < r->body[b].nout && !either; k++)
			need_tensor(r->f, r->body[b].out[k], "an output of a body");
		n = close_body(r, &r->body[b]);
		sub[b] = r->body[b].f.g;
		if (loop && sub[b]->nout)
			sub[b]->out[0] = scalar_condition(sub[b], sub[b]->out[0]);
	}
	return either ? n : r->nout;
}

/* ---- bodies in the place of their node ---- */

const GraphProto *graph_attribute(const Raw *r, const char *name)
{
	for (int i = 0; i < r->nattr; i++)
		if (!strcmp(text_of(r->attr[i]->name), name))
			return r->attr[i]->g;
	return NULL;
}

static void count_written(const Frame *f, size_t k, double cost, double *written, double most, const char *where)
{
	*written += cost + BODY_COST;
	if (*written > most)
		fail_at(f->im, f->scope, k, EXIT_LIMIT, "E-LIMIT", "%s the model is too large", where);
}

void body_count(const Raw *r, const GraphProto *p)
{
	const Scope *s = scope_of_body(r, p);

	count_written(r->f, r->index, s->cost + s->names.n, &r->f->im->written, MOST_WRITTEN,
		      "with its bodies written out for each turn and element");
}

void copy_count(const Frame *f, size_t k)
{
	const Callee *call = &f->scope->callee[k];
	double cost = call->kind == CALL_FUNCTION ? call->function->scope->cost : 1;

	for (const Scope *s = f->scope->child[k]; s; s = s->next)
		cost += s->cost + s->names.n;
	count_written(f, k, cost, &f->im->followed, MOST_FOLLOWED,
		      "computed in both branches of each If that gives values of different ranks,");
}

/* Names from outside are what they are there. */
void body_write(Raw *r, const GraphProto *p, Value *const *in, Value **out)
{
	Import *im = r->f->im;
	const Scope *s = scope_of_body(r, p);
	Frame f = {.im = im, .scope = s, .path = r->f->path, .under = r->f->under, .env = r->f->env, .nenv = r->f->nenv,
		   .in_function = r->f->in_function, .g = r->f->g, .eval = r->f->eval,
		   .branch_of = r->f->branch_of, .branch = r->f->branch};

	body_count(r, p);
	f.value = NEW_N(im->arena, Value *, s->names.n);
	for (uint32_t i = 0; i < s->noutside; i++)
		value_bind(&f, s->names.name[s->outside[i]], value_of(r->f, s->names.name[s->outside[i]]));
	for (size_t i = 0; i < p->n_input; i++) {
		need_true_input(r, s, p->input[i]->name);
		value_bind(&f, p->input[i]->name, in[i]);
	}
	initializers_build(&f);
	nodes_build(&f);
	for (size_t i = 0; i < p->n_output; i++)
		out[i] = output_of(&f, i);
}

Value *body_write_out(Raw *r, const GraphProto *p, Value *v)
{
	Value *out;

	if (p->n_input != 1 || p->n_output != 1)
		raw_fail(r, EXIT_MODEL, "E-OUTPUTS", "has a body of %zu inputs and %zu outputs; it must have one of each",
			 p->n_input, p->n_output);
	declared_check(r->f->im, p->input[0], v, "input", false);
	body_write(r, p, &v, &out);
	return out;
}

/* ---- branches ---- */

static void need_operators(const Raw *r, const GraphProto *p)
{
	if (p)
		missing_collect(r->f->im, scope_of_body(r, p));
}

static void write_branch(Raw *r, const GraphProto *p)
{
	Value **out = NEW_N(&r->f->im->ctx->scratch, Value *, p->n_output);

	if (p->n_input || p->n_output < (size_t)r->nout)
		raw_fail(r, EXIT_MODEL, "E-OUTPUTS", "has %d outputs; the branch that is taken has %zu inputs and %zu outputs",
			 r->nout, p->n_input, p->n_output);
	body_write(r, p, NULL, out);
	for (int i = 0; i < r->nout; i++)
		r->out[i] = out[i];
}

bool branch_build(Raw *r)
{
	const GraphProto *yes = graph_attribute(r, "then_branch"), *no = graph_attribute(r, "else_branch");
	const Value *c = r->nin == 1 ? r->in[0] : NULL;
	bool known = yes && no && c && c->data && c->dtype == BOOL && c->data->count == 1;
	int doomed = yes && no && c && !known ? branch_doomed(r) : -1;
	const GraphProto *taken = (known && load_i64(BOOL, c->data->data, 0)) || doomed == 1 ? yes : no;

	need_operators(r, taken);
	if (!known && doomed < 0)
		need_operators(r, yes);
	missing_report(r->f->im);
	if (doomed >= 0)
		branch_forbid(r, doomed);
	if (known || doomed >= 0)
		write_branch(r, taken);
	return known || doomed >= 0;
}
