/* ranks.c -- what reads an output of an If that has another rank in each branch goes into both branches.
 *
 *     y = If(c) { give Squeeze(x) } { give x }; s = Shape(y); n = Size(y); z = Add(n, k)
 *          ->      s, n = If(c) { t = Squeeze(x); give Shape(t), Size(t) } { give Shape(x), Size(x) }; z = Add(n, k)
 *
 * In a branch the rank is known. Nodes follow one by one as they are built, until what they give has one rank again; what
 * they read and does not depend on the If is captured, what does is computed inside as well. A node that is wrong in a
 * branch tells that no run takes that branch (doomed.c). */
#include <string.h>
#include "frontend/onnx.h"
#include "ir/op/bodies.h"

enum { MOST_COPIED = 1 << 14 }; /* nodes between an If and what follows into it */

/* An If whose branches get more nodes, as a frame sees it. */
typedef struct Opened {
	Frame *f;
	Node *n;
	Frame branch[2];
	Value **is[2]; /* by id of a value of f->g: what it is inside; NULL: not asked for yet */
	uint32_t nis;
	int copied;
	struct Opened *next;
} Opened;

/* ---- who reads such a value ---- */

static bool is_ragged(const Value *v) { return v && v->kind == KIND_TENSOR && v->shape.rank < 0 && is_op(v->def, "If"); }

/* The sizes of something that has another rank in each branch: as many as that. */
static bool tells_rank(const Value *v)
{
	const Node *n = v && v->kind == KIND_TENSOR ? v->def : NULL;
	bool ragged = false;

	if (!is_op(n, "If") || v->dtype != I64 || v->shape.rank != 1 || dim_known(v->shape.dim[0]))
		return false;
	for (int i = 0; i < n->nout; i++)
		ragged |= is_ragged(n->out[i]);
	for (int b = 0; ragged && b < 2; b++) {
		Dim count = n->sub[b]->out[v->slot]->shape.dim[0];
		ragged = dim_known(count) && count.k <= MAX_RANK;
	}
	return ragged;
}

/* The names that node k and its graphs read, one after the other; NULL behind the last. */
typedef struct Reads {
	const NodeProto *p;
	const Scope *child;
	size_t in;
	uint32_t outside;
} Reads;

static Reads reads_of(const Frame *f, size_t k)
{
	return (Reads){.p = f->scope->node[k], .child = f->scope->child[k]};
}

static const char *next_read(Reads *r)
{
	if (r->in < r->p->n_input)
		return r->p->input[r->in++];
	while (r->child && r->outside == r->child->noutside) {
		r->child = r->child->next;
		r->outside = 0;
	}
	return r->child ? r->child->names.name[r->child->outside[r->outside++]] : NULL;
}

/* Where sizes of 1 in front do not tell, the If keeps its value, see ir/op/if.c. */
static bool spreads(const Frame *f, size_t k)
{
	const NodeProto *p = f->scope->node[k];
	const Callee *call = &f->scope->callee[k];
	const Op *op = call->kind == CALL_OP ? operator_of(p->domain, p->op_type, call->version) : NULL;
	int most = 0;
	Shape s;

	for (size_t i = 0; i < p->n_input; i++) {
		const Value *v = value_of(f, p->input[i]);
		most = v && v->shape.rank > most ? v->shape.rank : most;
	}
	for (size_t i = 0; op && (op->flags & POINTWISE) && i < p->n_input; i++) {
		const Value *v = value_of(f, p->input[i]);
		if (is_ragged(v) && (!spreads_as(v, &s) || s.rank > most))
			return false;
	}
	return op && (op->flags & POINTWISE);
}

static Value *ragged_read(const Frame *f, size_t k)
{
	Reads r = reads_of(f, k);
	const char *name;

	while ((name = next_read(&r)))
		if (is_ragged(value_of(f, name)))
			return spreads(f, k) ? NULL : value_of(f, name);
	for (r = reads_of(f, k); (name = next_read(&r));)
		if (tells_rank(value_of(f, name)))
			return value_of(f, name);
	return NULL;
}

/* ---- values inside ---- */

static bool depends(const Graph *g, const Value *v, const Node *on)
{
	Arena *scratch = &g->ctx->scratch;
	ArenaMark mark = arena_mark(scratch);
	uint8_t *seen = NEW_N(scratch, uint8_t, g->last_node_id + 1);
	Node **stack = NEW_N(scratch, Node *, g->last_node_id + 1);
	uint32_t n = 0;
	bool found = v->def == on;

	if (v->def)
		stack[n++] = v->def;
	while (n && !found) {
		const Node *at = stack[--n];
		for (int i = 0; i < at->nin && !found; i++) {
			Node *from = at->in[i] ? at->in[i]->def : NULL;
			found = from == on;
			if (!from || seen[from->id])
				continue;
			seen[from->id] = 1;
			stack[n++] = from;
		}
	}
	arena_release(scratch, mark);
	return found;
}

/* One input more of branch b: behind those that it has. */
static Value *capture_inside(Opened *o, int b, Value *v)
{
	Node *n = o->n;
	Graph *body = n->sub[b];
	int at = b == 0 ? n->nin - n->sub[1]->ncaptured : n->nin;
	Value **in = NEW_N(&body->ctx->perm, Value *, n->nin + 1), *inner = value_input(body, v->name, v->dtype, &v->shape);

	memcpy(in, n->in, (size_t)at * sizeof *in);
	in[at] = v;
	memcpy(in + at + 1, n->in + at, (size_t)(n->nin - at) * sizeof *in);
	n->in = in;
	n->nin++;
	body->ncaptured++;
	if (v->content)
		set_content(body, inner, v->ncontent, v->content);
	return inner;
}

static _Noreturn void fail_opened(const Opened *o, enum exit_code status, const char *id, const char *why)
{
	fail_node_as(o->f->g, o->n, status, id, "an output has another rank in each branch, and %s", why);
}

static Value **seat(Opened *o, int b, const Value *v)
{
	uint32_t n = o->f->g->nvalue + 1;

	if (n > o->nis) {
		for (int i = 0; i < 2; i++) {
			Value **is = NEW_N(&o->f->g->ctx->perm, Value *, 2 * n);
			if (o->nis)
				memcpy(is, o->is[i], o->nis * sizeof *is);
			o->is[i] = is;
		}
		o->nis = 2 * n;
	}
	return &o->is[b][v->id];
}

static Value *value_inside(Opened *o, int b, Value *v);

/* The flag of which v is a copy. */
static const Value *flag_of(const Value *v)
{
	while (v->dtype == BOOL && (is_op(v->def, "Identity") || is_op(v->def, "Cast")) && v->def->in[0]->dtype == BOOL)
		v = v->def->in[0];
	return v;
}

/* Sizes that inference has found outside may be those of either branch; numbers are those of both. */
static Node outputs_like(const Opened *o, const Node *n)
{
	Node like = {.op = n->op, .name = n->name, .nout = n->nout, .out = NEW_N(&o->f->g->ctx->perm, Value *, n->nout)};

	for (int i = 0; i < n->nout; i++) {
		if (!n->out[i])
			continue;
		like.out[i] = arena_copy(&o->f->g->ctx->perm, n->out[i], sizeof *n->out[i]);
		if (n->out[i]->shape.rank < 0 || !shape_known(&n->out[i]->shape))
			like.out[i]->shape.rank = -1;
	}
	return like;
}

static void copy_inside(Opened *o, int b, const Node *n)
{
	Graph *body = o->n->sub[b];
	Arena *perm = &body->ctx->perm;
	Value **in = NEW_N(perm, Value *, n->nin);
	Graph **sub = NEW_N(perm, Graph *, n->nsub);
	Node like = outputs_like(o, n);

	if (o->copied++ == MOST_COPIED)
		fail_opened(o, EXIT_LIMIT, "E-LIMIT", "too much that depends on it would have to be computed in both");
	if (!strcmp(n->op->name, "Counted"))
		fail_opened(o, EXIT_UNSUPPORTED, "E-DYNAMIC", "sizes that are counted behind it would have to be so in both");
	for (int i = 0; i < n->nin; i++)
		in[i] = value_inside(o, b, n->in[i]);
	for (int i = 0; i < n->nsub; i++) {
		sub[i] = graph_copy(n->sub[i]);
		sub[i]->outer = body;
	}
	Node *copy = node_control(body, n->op, &like, n->nin, in, n->nout, n->attr, n->nsub, sub);
	settle(&o->branch[b], copy);
	for (int i = 0; i < n->nout; i++) {
		if (n->out[i])
			*seat(o, b, n->out[i]) = copy->out[i];
		else
			copy->out[i] = NULL;
	}
}

/* What v, of the graph around, is in branch b. */
static Value *value_inside(Opened *o, int b, Value *v)
{
	if (!v)
		return NULL;
	if (is_list(v))
		fail_opened(o, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "what reads it reads a sequence or optional as well");
	if (v->def == o->n)
		return o->n->sub[b]->out[v->slot];
	Value **is = seat(o, b, v);
	if (*is)
		return *is;
	if (flag_of(v) == flag_of(o->n->in[0]))
		return *is = value_scalar(o->n->sub[b], BOOL, branch_for(o->n, true) == b);
	if (v->data)
		return *is = value_const(o->n->sub[b], v->name, v->data);
	if (!v->def || (v->shape.rank >= 0 && !depends(o->f->g, v, o->n)))
		return *is = capture_inside(o, b, v);
	copy_inside(o, b, v->def);
	return *seat(o, b, v);
}

/* ---- nodes inside ---- */

static Opened *opened(Frame *f, Node *n)
{
	Import *im = f->im;

	for (Opened *o = im->opened; o; o = o->next)
		if (o->n == n && o->f->value == f->value)
			return o;
	Opened *o = NEW(im->arena, Opened);
	o->f = arena_copy(im->arena, f, sizeof *f);
	o->n = n;
	o->next = im->opened;
	im->opened = o;
	for (int b = 0; b < 2; b++) {
		o->branch[b] = *f;
		o->branch[b].g = n->sub[b];
		o->branch[b].value = NEW_N(im->arena, Value *, f->scope->names.n);
		o->branch[b].given = NULL;
		o->branch[b].rank = NULL;
		o->branch[b].eval = NEW(im->arena, Eval);
		o->branch[b].under = branch_name(im, text_of(f->under), n, b);
	}
	return o;
}

static void build_inside(Opened *o, int b, size_t k)
{
	Frame *branch = &o->branch[b];
	Reads r = reads_of(o->f, k);

	for (const char *name; (name = next_read(&r));)
		if (*name && !value_of(branch, name))
			value_bind(branch, name, value_inside(o, b, value_of(o->f, name)));
	node_build_in_branch(branch, k, o->n, b);
}

/* ---- what comes out ---- */

static bool same_constant(const Value *a, const Value *b)
{
	const Tensor *s = a->data, *t = b->data;

	if (!s || !t || s->dtype != t->dtype || s->rank != t->rank || !is_int(s->dtype))
		return false;
	for (int i = 0; i < s->rank; i++)
		if (s->dim[i] != t->dim[i])
			return false;
	for (int64_t i = 0; i < s->count; i++)
		if (load_i64(s->dtype, s->data, i) != load_i64(t->dtype, t->data, i))
			return false;
	return true;
}

static Value *output_more(Node *n, Graph *g, const char *name)
{
	int slot = n->sub[0]->nout - 1;
	Value **out = NEW_N(&g->ctx->perm, Value *, slot + 1);

	memcpy(out, n->out, (size_t)n->nout * sizeof *out);
	n->out = out;
	n->nout = slot + 1;
	out[slot] = value_new(g, name);
	out[slot]->def = n;
	out[slot]->slot = slot;
	return out[slot];
}

/* What the branches make of one output of the node that has gone into them. */
static Value *given_by_both(Opened *o, const char *name)
{
	Value *a = value_of(&o->branch[0], name), *b = value_of(&o->branch[1], name);

	if (is_list(a) || is_list(b))
		fail_opened(o, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "what reads it makes a sequence or optional");
	if (same_constant(a, b))
		return value_const(o->f->g, name, a->data);
	graph_output(o->n->sub[0], a, name);
	graph_output(o->n->sub[1], b, name);
	return output_more(o->n, o->f->g, name);
}

bool node_follows(Frame *f, size_t k)
{
	Value *v = ragged_read(f, k);
	const NodeProto *p = f->scope->node[k];

	if (!v)
		return false;
	Opened *o = opened(f, v->def);
	copy_count(f, k);
	for (int b = 0; b < 2; b++)
		build_inside(o, b, k);
	for (size_t i = 0; i < p->n_output; i++)
		if (*p->output[i])
			value_bind(f, p->output[i], given_by_both(o, p->output[i]));
	infer_node(f->g, o->n);
	graph_sort(f->g);
	return true;
}

/* ---- when all is built ---- */

static void remove_output(Node *n, int at)
{
	for (int b = 0; b < n->nsub; b++) {
		Graph *body = n->sub[b];
		body->nout--;
		for (int i = at; i < body->nout; i++) {
			body->out[i] = body->out[i + 1];
			body->out_name[i] = body->out_name[i + 1];
			body->out_labels[i] = body->out_labels[i + 1];
		}
	}
	n->nout--;
	for (int i = at; i < n->nout; i++) {
		n->out[i] = n->out[i + 1];
		if (n->out[i])
			n->out[i]->slot = i;
	}
}

/* What nobody reads any more is no output, first of the Ifs around. */
static void drop_unread(Graph *g)
{
	const uint32_t *uses = fill_uses(g);

	for (uint32_t i = 0; i < g->nnode; i++) {
		Node *n = g->node[i];
		for (int k = n->nout; k-- > 0;)
			if (is_ragged(n->out[k]) && !uses[n->out[k]->id])
				remove_output(n, k);
		for (int b = 0; b < n->nsub; b++)
			drop_unread(n->sub[b]);
	}
}

void ranks_close(const Frame *f)
{
	const GraphProto *p = f->scope->graph;

	for (size_t i = 0; i < p->n_output; i++) {
		const Value *v = value_of(f, text_of(p->output[i]->name));
		if (is_ragged(v))
			fail_node_as(f->g, v->def, EXIT_UNSUPPORTED, "E-RANK",
				     "output '%s' of the model has rank %d in one branch and %d in the other", shown(f->im->ctx, p->output[i]->name),
				     v->def->sub[0]->out[v->slot]->shape.rank, v->def->sub[1]->out[v->slot]->shape.rank);
	}
	if (f->im->opened)
		drop_unread(f->g);
}
