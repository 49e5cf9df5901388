/* rewrite.c -- apply rules until none fires.
 *
 * Nodes are visited in order, new ones at the end of the same sweep; sweeps are repeated until one changes nothing.
 * Dead nodes stay in the graph until a sweep is over, so that positions hold; their uses are not counted. */
#include <assert.h>
#include <math.h>
#include <string.h>
#include "passes/rewrite.h"

/* ---- uses ---- */

/* A node that reads a value; after replacements it may no longer do so, or be listed twice. */
typedef struct User {
	struct User *next;
	Node *node;
} User;

typedef struct Uses {
	uint32_t count; /* inputs of living nodes, and outputs of the graph */
	User *user;
} Uses;

/* Room for every value and node that exists by now. */
static void reserve(Rewrite *w)
{
	Arena *scratch = &w->g->ctx->scratch;

	if (w->g->nvalue >= w->cuses) {
		Uses *uses = NEW_N(scratch, Uses, 2 * w->g->nvalue + 64);
		if (w->cuses)
			memcpy(uses, w->uses, w->cuses * sizeof *uses);
		w->uses = uses;
		w->cuses = 2 * w->g->nvalue + 64;
	}
	if (w->g->last_node_id >= w->cdead) {
		bool *dead = NEW_N(scratch, bool, 2 * w->g->last_node_id + 64);
		if (w->cdead)
			memcpy(dead, w->dead, w->cdead * sizeof *dead);
		w->dead = dead;
		w->cdead = 2 * w->g->last_node_id + 64;
	}
}

static void add_user(Rewrite *w, const Value *v, Node *n)
{
	User *u = NEW(&w->g->ctx->scratch, User);

	*u = (User){w->uses[v->id].user, n};
	w->uses[v->id].user = u;
	w->uses[v->id].count++;
}

static void count_inputs(Rewrite *w, Node *n)
{
	for (int i = 0; i < n->nin; i++)
		if (n->in[i])
			add_user(w, n->in[i], n);
}

static void start(Rewrite *w, Graph *g)
{
	*w = (Rewrite){.g = g};
	reserve(w);
	for (uint32_t i = 0; i < g->nnode; i++)
		count_inputs(w, g->node[i]);
	for (int i = 0; i < g->nout; i++)
		w->uses[g->out[i]->id].count++;
}

static bool is_used(const Rewrite *w, const Value *v) { return v && w->uses[v->id].count > 0; }

static bool is_unused(const Rewrite *w, const Node *n)
{
	for (int i = 0; i < n->nout; i++)
		if (is_used(w, n->out[i]))
			return false;
	return true;
}

static void bury(Rewrite *w, Node *n)
{
	w->dead[n->id] = true;
	GROW(&w->g->ctx->scratch, w->grave, w->ngrave, w->cgrave);
	w->grave[w->ngrave++] = n;
}

/* n dies, and with it whatever was made for it alone. */
static void kill(Rewrite *w, Node *n)
{
	bury(w, n);
	while (w->ngrave) {
		n = w->grave[--w->ngrave];
		for (int i = 0; i < n->nin; i++) {
			const Value *v = n->in[i];
			if (v && --w->uses[v->id].count == 0 && v->def && !w->dead[v->def->id] && is_unused(w, v->def))
				bury(w, v->def);
		}
	}
}

/* Every use of `old` becomes one of `new`. */
static void redirect(Rewrite *w, Value *old, Value *new)
{
	value_inherit(w->g, new, old);
	for (const User *u = w->uses[old->id].user; u; u = u->next) {
		for (int i = 0; i < u->node->nin; i++) {
			if (u->node->in[i] != old || w->dead[u->node->id])
				continue;
			u->node->in[i] = new;
			add_user(w, new, u->node);
		}
	}
	for (int i = 0; i < w->g->nout; i++) {
		if (w->g->out[i] != old)
			continue;
		w->g->out[i] = new;
		w->uses[new->id].count++;
	}
	w->uses[old->id] = (Uses){0};
}

static void sweep_dead(Rewrite *w)
{
	Graph *g = w->g;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < g->nnode; i++)
		if (!w->dead[g->node[i]->id])
			g->node[kept++] = g->node[i];
	g->nnode = kept;
}

/* ---- rules ---- */

static bool others_unused(const Rewrite *w, const Node *n)
{
	for (int i = 1; i < n->nout; i++)
		if (is_used(w, n->out[i]))
			return false;
	return n->nout > 0 && n->out[0];
}

static void replace(Rewrite *w, Node *n, Value *new, uint32_t first_new)
{
	Graph *g = w->g;

	assert(new != n->out[0] && "a rule gives another value");
	reserve(w);
	for (uint32_t i = first_new; i < g->nnode; i++)
		count_inputs(w, g->node[i]);
	redirect(w, n->out[0], new);
	kill(w, n);
	for (uint32_t i = g->nnode; i-- > first_new;) /* what a rule made and did not need */
		if (!w->dead[g->node[i]->id] && is_unused(w, g->node[i]))
			kill(w, g->node[i]);
}

static bool try_rule(Rewrite *w, Node *n, const Rule *r)
{
	uint32_t first_new = w->g->nnode;
	Value *new = !*r->op || is_op(n, r->op) ? r->apply(w, n) : NULL;

	if (new)
		replace(w, n, new, first_new);
	else
		assert(w->g->nnode == first_new && "a rule that does not apply builds nothing");
	return new != NULL;
}

static bool try_tables(Rewrite *w, Node *n, const Rule *const *tables)
{
	for (; *tables; tables++)
		for (const Rule *r = *tables; r->apply; r++)
			if (try_rule(w, n, r))
				return true;
	return false;
}

static bool sweep(Rewrite *w, const Rule *const *tables)
{
	bool changed = false;

	for (uint32_t i = 0; i < w->g->nnode; i++) {
		Node *n = w->g->node[i];
		if (!w->dead[n->id] && others_unused(w, n) && is_used(w, n->out[0]))
			changed |= try_tables(w, n, tables);
	}
	return changed;
}

void rewrite(Graph *g, const Options *o, const Rule *const *tables)
{
	ArenaMark mark = arena_mark(&g->ctx->scratch);
	uint32_t sweeps = 0, most = g->nnode + 100;
	Rewrite w;

	for (bool changed = true; changed; arena_release(&g->ctx->scratch, mark)) {
		assert(sweeps < most && "no rules undo each other");
		sweeps++;
		start(&w, g);
		w.o = o;
		changed = sweep(&w, tables);
		if (changed) {
			sweep_dead(&w);
			graph_sort(g);
		}
	}
}

/* ---- asking ---- */

Node *made_by(const Value *v, const char *name)
{
	return v && is_op(v->def, name) ? v->def : NULL;
}

bool used_once(const Rewrite *w, const Value *v)
{
	return w->uses[v->id].count == 1;
}

bool is_const(const Value *v)
{
	return v && v->role == ROLE_CONST && v->data;
}

bool const_splat(const Value *v, double *x)
{
	DClass class = v ? dtype_info(v->dtype)->class : DC_NONE;

	if (!is_const(v) || !v->data->count || class == DC_STRING || class == DC_COMPLEX)
		return false;
	*x = load_f64(v->dtype, v->data->data, 0);
	for (int64_t i = 1; i < v->data->count; i++) {
		double y = load_f64(v->dtype, v->data->data, i);
		if (y != *x || signbit(y) != signbit(*x))
			return false;
	}
	return true;
}

bool const_is(const Value *v, double x)
{
	double y;

	return const_splat(v, &y) && y == x;
}

bool const_near(const Value *v, double x)
{
	double y;

	return const_splat(v, &y) && fabs(y - x) <= 1e-6 * fabs(x);
}

/* Operators with an axis (QuantizeLinear) have parameters along it, unless those are scalars. */
bool is_elementwise(const Node *n)
{
	if (!n || !(n->op->flags & POINTWISE) || n->nout != 1 || is_op(n, "BatchNormalization") || n->op == &op_tcc_Lookup)
		return false;
	if (!attr_field(n->op, n->attr, "axis"))
		return true;
	for (int i = 1; i < n->nin; i++)
		if (n->in[i] && n->in[i]->shape.rank != 0)
			return false;
	return true;
}

/* ---- building ---- */

Value *rewrite_attr(Graph *g, const Node *n, const void *attr, int nin, Value *const *in)
{
	void *own = attr ? arena_copy(&g->ctx->perm, attr, n->op->attr_size) : NULL;

	return node_new(g, n->op, n, nin, in, 1, own)->out[0];
}

Value *rewrite_inputs(Graph *g, const Node *n, int nin, Value *const *in)
{
	return rewrite_attr(g, n, n->attr, nin, in);
}

void *attr_field(const Op *op, void *attr, const char *name)
{
	for (const Attr *row = op->attrs; row && row->name; row++)
		if (!strcmp(row->name, name))
			return (char *)attr + row->offset;
	return NULL;
}

/* What a run would have counted is known. */
static void settle_counted(Graph *g, const Value *v, const Tensor *t)
{
	for (int i = 0; i < v->shape.rank; i++)
		dim_counted_is(g->syms, v->shape.dim[i], t->dim[i]);
	for (int i = 0; i < v->ncontent && i < t->count && v->content; i++)
		dim_counted_is(g->syms, v->content[i], load_i64(t->dtype, t->data, i));
}

void value_becomes_const(Graph *g, Value *v, Tensor *t)
{
	assert(v->def && v->dtype == t->dtype && "a constant takes the place of a computed value");
	settle_counted(g, v, t);
	v->def->out[v->slot] = NULL;
	v->slot = 0;
	v->content = NULL;
	v->ncontent = 0;
	value_fix(g, v, t);
}

void drop_empty_nodes(Graph *g)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < g->nnode; i++) {
		bool empty = true;
		for (int k = 0; k < g->node[i]->nout; k++)
			empty = empty && !g->node[i]->out[k];
		if (!empty)
			g->node[kept++] = g->node[i];
	}
	g->nnode = kept;
}
