/* probed.c -- what the elements of a sequence look like that is empty before a Loop: a turn is tried out.
 *
 *     s = Loop(SequenceEmpty()) { If(first) { x } { SequenceAt(s', -1) } .. SequenceInsert(s', y) }      ->      y
 *
 * As long as nobody knows that, nothing that reads an element can be built. So nodes of the body are built where they
 * can be, in a graph that is thrown away: of an If both branches, of a Loop one turn. What is put into the sequence first
 * is an element of it. Of an optional without an element it is what the turn makes of it. */
#include <string.h>
#include "frontend/rewrite.h"
#include "ir/op/bodies.h"
#include "ir/op/counted.h"

typedef struct Probe {
	Value *const *empty; /* the sequences */
	Value **found;       /* an element of each, or NULL */
	int n;
} Probe;

static void try_nodes(Frame *f, Probe *p);

/* ---- what is not known ---- */

static int probed(const Probe *p, const Value *v)
{
	for (int i = 0; v && v->before && i < p->n; i++)
		if (v->before == p->empty[i])
			return i;
	return -1;
}

static bool is_open(const Frame *f, const Probe *p, const char *name)
{
	const Value *v = value_of(f, name);

	return *name && (!v || probed(p, v) >= 0);
}

/* Node k reads what is not there, or (`lists`) such a sequence. */
static bool reads_open(const Frame *f, const Probe *p, size_t k, bool lists)
{
	const NodeProto *n = f->scope->node[k];
	bool found = false;

	for (size_t i = 0; i < n->n_input; i++)
		found |= lists ? is_open(f, p, n->input[i]) : *n->input[i] && !value_of(f, n->input[i]);
	for (const Scope *c = f->scope->child[k]; c; c = c->next)
		for (uint32_t i = 0; i < c->noutside; i++) {
			const char *name = c->names.name[c->outside[i]];
			found |= lists ? is_open(f, p, name) : !value_of(f, name);
		}
	return found;
}

/* ---- nodes ---- */

/* Trouble is no trouble, but that memory is at an end. */
static void try_node(Frame *f, size_t k)
{
	Import *im = f->im;
	Ctx *c = im->ctx;
	const Import before = *im;
	const ArenaMark mark = arena_mark(&c->scratch);

	if (node_tried(f, k))
		return;
	if (c->status == EXIT_LIMIT)
		longjmp(c->border, 1);
	double written = im->written, followed = im->followed;
	*im = before;
	im->written = written;
	im->followed = followed;
	trouble_forget(c);
	arena_release(&c->scratch, mark);
}

static Frame frame_inside(const Frame *f, const Scope *s)
{
	Frame in = {.im = f->im, .scope = s, .path = f->path, .under = f->under, .env = f->env, .nenv = f->nenv,
		    .in_function = f->in_function, .g = f->g, .eval = f->eval};

	in.value = NEW_N(f->im->arena, Value *, s->names.n);
	for (uint32_t i = 0; i < s->noutside; i++)
		value_bind(&in, s->names.name[s->outside[i]], value_of(f, s->names.name[s->outside[i]]));
	return in;
}

/* Output i of node k is v, unless it is something already: an optional with an element tells more than one without. */
static void bind_output(Frame *f, size_t k, size_t i, Value *v)
{
	const NodeProto *n = f->scope->node[k];
	const Value *now = i < n->n_output && *n->output[i] ? value_of(f, n->output[i]) : NULL;
	bool better = v && now && is_optional_tensor(now) && !now->nitems && v->nitems;

	if (v && i < n->n_output && *n->output[i] && (!now || better))
		value_bind(f, n->output[i], v);
}

static void try_branch(Frame *f, size_t k, const Scope *s, Probe *p)
{
	Frame in = frame_inside(f, s);

	initializers_build(&in);
	try_nodes(&in, p);
	for (size_t i = 0; i < s->graph->n_output; i++)
		bind_output(f, k, i, value_of(&in, s->graph->output[i]->name));
}

static void try_turn(Frame *f, size_t k, const Scope *s, Probe *p)
{
	Frame in = frame_inside(f, s);
	const NodeProto *n = f->scope->node[k];
	const GraphProto *g = s->graph;
	const Shape scalar = {0};

	for (size_t i = 0; i < g->n_input; i++) {
		Value *v = i < 2 ? value_input(f->g, "", i ? BOOL : I64, &scalar)
				 : i < n->n_input ? value_of(f, n->input[i]) : NULL;
		value_bind(&in, g->input[i]->name, v);
	}
	initializers_build(&in);
	try_nodes(&in, p);
	for (size_t i = 0; i + 1 < g->n_output && i + 2 < g->n_input; i++)
		bind_output(f, k, i, value_of(&in, g->output[i + 1]->name));
}

static void try_bodies(Frame *f, size_t k, Probe *p)
{
	bool loop = !strcmp(f->scope->node[k]->op_type, "Loop");

	for (const Scope *s = f->scope->child[k]; s; s = s->next)
		(loop ? try_turn : try_branch)(f, k, s, p);
}

static bool is_control(const Frame *f, size_t k)
{
	const NodeProto *n = f->scope->node[k];

	return is_onnx_domain(n->domain) && (!strcmp(n->op_type, "If") || !strcmp(n->op_type, "Loop"));
}

/* Elements that something of this graph has put into the sequences. */
static void see_elements(const Frame *f, Probe *p)
{
	for (uint32_t i = 0; i < f->scope->names.n; i++) {
		const Value *v = f->value[i];
		int at = probed(p, v);
		if (at < 0 || p->found[at] || !v->nitems || !v->item[0])
			continue;
		p->found[at] = is_list(v->item[0]) ? v->item[0]->item[0] : v->item[0];
	}
}

/* Such a sequence after what node k does to it: an element put into it is remembered, wherever it is. */
static void try_sequence(Frame *f, size_t k, const Value *list)
{
	const NodeProto *n = f->scope->node[k];
	Value *x = n->n_input > 1 ? value_of(f, n->input[1]) : NULL;
	bool adds = !strcmp(n->op_type, "SequenceInsert") && x && !is_list(x) && !list->nitems;

	if (!strcmp(n->op_type, "SequenceAt")) {
		bind_output(f, k, 0, list->nitems ? list->item[0] : NULL);
		return;
	}
	Value *v = list_new(f, list->kind, adds ? x->dtype : list->dtype, adds ? 1 : list->nitems, adds ? &x : list->item);
	v->before = list->before;
	bind_output(f, k, 0, v);
}

/* The sequence, if that is all that node k is about. */
static const Value *sequence_tried(const Frame *f, size_t k, const Probe *p)
{
	static const char *const types[] = {"SequenceAt", "SequenceErase", "SequenceInsert", "Identity"};
	const NodeProto *n = f->scope->node[k];
	const Value *v = n->n_input ? value_of(f, n->input[0]) : NULL;

	for (int i = 0; probed(p, v) >= 0 && i < 4; i++)
		if (is_onnx_domain(n->domain) && !strcmp(n->op_type, types[i]))
			return v;
	return NULL;
}

static void try_nodes(Frame *f, Probe *p)
{
	for (size_t i = 0; i < f->scope->nnode; i++) {
		size_t k = f->scope->order[i];
		const Value *list = sequence_tried(f, k, p);
		if (list)
			try_sequence(f, k, list);
		else if (is_control(f, k) && reads_open(f, p, k, true))
			try_bodies(f, k, p);
		else if (!reads_open(f, p, k, false))
			try_node(f, k);
	}
	see_elements(f, p);
}

/* ---- the body ---- */

/* Something like v of the graph around, in the graph that is thrown away. */
static Value *stand_in(const Frame *f, const char *name, const Value *v)
{
	if (v->data)
		return value_const(f->g, name, v->data);
	Value *x = value_input(f->g, name, v->dtype, &v->shape);
	if (v->content)
		set_content(f->g, x, v->ncontent, v->content);
	return x;
}

static Value *stand_in_for(const Frame *f, const char *name, const Value *v)
{
	ValueRow row = {0};
	int at = 0;

	if (!v || !is_list(v))
		return v ? stand_in(f, name, v) : NULL;
	put_row(f, v, &row);
	for (int i = 0; i < row.n; i++)
		row.v[i] = row.v[i] ? stand_in(f, name, row.v[i]) : NULL;
	return like_row(f, v, row.v, &at);
}

static bool is_empty(const Value *v)
{
	return v && (v->kind == KIND_SEQUENCE || is_optional_tensor(v)) && !v->nitems && !v->tail && !v->before;
}

static void bind_inputs(const Raw *r, Frame *f, Value **empty, Probe *p)
{
	const GraphProto *g = f->scope->graph;
	const Shape scalar = {0};

	for (size_t i = 0; i < g->n_input; i++) {
		Value *now = i < 2 ? NULL : r->in[i], *v = NULL;
		if (i < 2)
			v = value_input(f->g, g->input[i]->name, i ? BOOL : I64, &scalar);
		else if (!is_empty(now))
			v = stand_in_for(f, g->input[i]->name, now);
		else
			empty[p->n++] = v = list_new(f, now->kind, now->dtype, 0, NULL);
		if (is_empty(v))
			v->before = v;
		value_bind(f, g->input[i]->name, v);
	}
}

static Frame frame_of_body(const Raw *r, const Scope *s)
{
	Import *im = r->f->im;
	Frame f = {.im = im, .scope = s, .path = r->f->path, .under = r->f->under, .env = r->f->env, .nenv = r->f->nenv,
		   .in_function = r->f->in_function, .g = graph_new(im->ctx, im->syms, "", r->f->g),
		   .eval = NEW(im->arena, Eval)};

	f.value = NEW_N(im->arena, Value *, s->names.n);
	for (uint32_t i = 0; i < s->noutside; i++) {
		const char *name = s->names.name[s->outside[i]];
		value_bind(&f, name, stand_in_for(&f, name, value_of(r->f, name)));
	}
	return f;
}

/* ---- what is found ---- */

/* Sizes as text, for the symbols of the graph that is thrown away are no more; one that data decide there is open. */
static void note_element(const Raw *r, Graph *g, const Value *v, ElementSeen *e)
{
	const Node like = {.op = op_find("", "Loop"), .name = r->name};

	e->dtype = v->dtype;
	e->rank = v->shape.rank;
	e->open = 0;
	for (int k = 0; k < v->shape.rank; k++) {
		Dim d = v->shape.dim[k];
		if (is_counted_inside(g, d)) {
			e->open |= 1u << k;
			d = dim(most_of(g, &like, d));
		}
		e->size[k] = arena_string(r->f->im->arena, dim_text(g->syms, d));
	}
}

/* What state i is behind the turn, an optional: its element. */
static Value *optional_found(const Frame *f, int i)
{
	const Value *v = value_of(f, f->scope->graph->output[1 + i]->name);

	return v && is_optional_tensor(v) && v->nitems ? v->item[0] : NULL;
}

void elements_probe(const Raw *r, const Scope *body, ElementSeen *seen)
{
	Import *im = r->f->im;
	const Syms syms = syms_keep(im->syms);
	const Import before = *im;
	Value **empty = NEW_N(&im->ctx->scratch, Value *, r->nin);
	Probe p = {empty, NEW_N(&im->ctx->scratch, Value *, r->nin), 0};
	Frame f = frame_of_body(r, body);

	body_count(r, body->graph);
	im->bodies++;
	bind_inputs(r, &f, empty, &p);
	initializers_build(&f);
	try_nodes(&f, &p);
	for (int i = 2, at = 0; i < r->nin; i++) {
		const Value *v = is_empty(r->in[i]) ? p.found[at++] : NULL;
		if (is_empty(r->in[i]) && is_optional_tensor(r->in[i]))
			v = optional_found(&f, i - 2);
		seen[i - 2].rank = -1;
		if (v && v->shape.rank >= 0)
			note_element(r, f.g, v, &seen[i - 2]);
	}
	double written = im->written, followed = im->followed;
	*im = before;
	im->written = written;
	im->followed = followed;
	syms_restore(im->syms, &syms);
}

/* ---- sequences of such elements that have none ---- */

/* The sizes that the texts say, if the symbols in them are of the graph around. */
static bool sizes_read(const Raw *r, const ElementSeen *e, Dim *size)
{
	for (int k = 0; k < e->rank; k++) {
		const char *end;
		size[k] = dim_parse(r->f->im->syms, e->size[k], &end);
		if (!end || *end)
			return false;
	}
	return true;
}

/* What sizes in the body may be made of. */
static Node reads_all(const Raw *r, const Scope *s)
{
	Value **in = NEW_N(&r->f->im->ctx->scratch, Value *, s->noutside + (uint32_t)r->nin);
	Node n = {.op = op_find("", "Loop"), .name = r->name, .in = in};

	for (int i = 2; i < r->nin; i++)
		if (r->in[i] && !is_list(r->in[i]))
			in[n.nin++] = r->in[i];
	for (uint32_t i = 0; i < s->noutside; i++) {
		Value *v = value_of(r->f, s->names.name[s->outside[i]]);
		if (v && !is_list(v))
			in[n.nin++] = v;
	}
	return n;
}

/* Zeros, or empty texts, of that shape. */
static Value *zeros_of(const Raw *r, const Scope *s, DType t, const Shape *shape)
{
	Graph *g = r->f->g;
	const Node like = reads_all(r, s);
	int64_t size[MAX_RANK];

	for (int k = 0; k < shape->rank; k++)
		size[k] = shape->dim[k].k;
	if (shape_known(shape))
		return value_const(g, NULL, tensor_new(r->f->im->arena, t, shape->rank, size));
	if (t == STR || !like.nin)
		return NULL;
	return put(g, NULL, "Expand", value_scalar(g, t, 0), shape_as_value(g, &like, like.in[0], shape), END_IN);
}

Value *list_without_rows(const Raw *r, const Scope *body, const ElementSeen *e)
{
	Shape shape = {.rank = e->rank + 1, .dim = {dim(0)}};
	bool seen = e->rank >= 0 && e->rank < MAX_RANK && sizes_read(r, e, shape.dim + 1);
	Value *row = seen ? zeros_of(r, body, e->dtype, &shape) : NULL;

	if (!row)
		return NULL;
	Value *v = list_new(r->f, KIND_SEQUENCE, e->dtype, 0, NULL);
	ListRows x = {.row = row, .sizes = e->open ? list_no_sizes(r->f->g, e->open) : NULL, .open = e->open};
	list_take_rows(v, x);
	return v;
}

Value *optional_without(const Raw *r, const Scope *body, const ElementSeen *e)
{
	Shape shape = {.rank = e->rank};
	bool seen = e->rank >= 0 && sizes_read(r, e, shape.dim);

	for (int k = 0; k < e->rank; k++)
		if (e->open >> k & 1)
			shape.dim[k] = dim(0);
	Value *room = seen ? zeros_of(r, body, e->dtype, &shape) : NULL;
	if (!room)
		return NULL;
	Value *v = list_new(r->f, KIND_OPTIONAL, e->dtype, 1, &room);
	v->has = value_scalar(r->f->g, BOOL, 0);
	return v;
}
