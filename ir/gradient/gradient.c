/* gradient.c -- derivatives in reverse: y is copied into a graph of its own, down to primitives; then each node, from the
 * last to the first, adds to the derivatives of what it takes; what leads to those asked for goes back. */
#include <assert.h>
#include <string.h>
#include "ir/gradient/gradient.h"
#include "ir/gradient/rules.h"

enum { MOST_ROUNDS = 32 }; /* of expansions within expansions; more is a circle */

typedef struct Reverse {
	Graph *g, *to;       /* y's own graph, and the one that asks */
	const Node *like;
	Value **is;          /* by id in `to`: what stands for it in g; NULL: nothing yet */
	Value **outer;       /* by input of g */
	int nouter, couter;
	Value **d;           /* by id in g; NULL: 0 */
	bool *varies;        /* by id in g: a float that depends on what is asked for */
	uint32_t nd, cd, nvaries;
} Reverse;

/* ---- rules ---- */

/* "Relu", "tcc.Extremes" */
static bool is_named(const Op *op, const char *name)
{
	const char *dot = strrchr(name, '.'), *domain = op->domain ? op->domain : "";
	size_t n = dot ? (size_t)(dot - name) : 0;
	return strlen(domain) == n && !strncmp(domain, name, n) && !strcmp(op->name, dot ? dot + 1 : name);
}

static const Rule *rule_of(const Op *op)
{
	static const Rule *const tables[] = {gradient_pointwise, gradient_moves, gradient_sums, gradient_norms,
					     gradient_windows};

	for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
		for (const Rule *r = tables[t]; r->op; r++)
			if (is_named(op, r->op))
				return r;
	return NULL;
}

/* ---- y in a graph of its own ---- */

/* Which values y is made of, as far as x[] (marked in `end`). By id. */
static bool *needed_for(Graph *g, const Formula *f, const bool *end)
{
	bool *needed = NEW_N(&g->ctx->perm, bool, g->nvalue + 1);

	needed[f->y->id] = true;
	for (uint32_t k = g->nnode; k-- > 0;) {
		const Node *n = g->node[k];
		bool any = false;
		for (int i = 0; i < n->nout; i++)
			any |= n->out[i] && needed[n->out[i]->id] && !end[n->out[i]->id];
		for (int i = 0; i < n->nin && any; i++)
			if (n->in[i])
				needed[n->in[i]->id] = true;
	}
	return needed;
}

static Value *input_from(Reverse *r, Value *v)
{
	Value *in = value_input(r->g, v->name, v->dtype, &v->shape);

	if (v->content)
		set_content(r->g, in, v->ncontent, v->content);
	GROW(&r->g->ctx->perm, r->outer, r->nouter, r->couter);
	r->outer[r->nouter++] = v;
	return in;
}

/* A value that does not depend on x[], in y's graph. */
static Value *from_outside(Reverse *r, Value *v)
{
	return v->data ? value_const(r->g, v->name, v->data) : input_from(r, v);
}

static Value *copied(Reverse *r, Value *v)
{
	if (v && !r->is[v->id])
		r->is[v->id] = from_outside(r, v);
	return v ? r->is[v->id] : NULL;
}

static bool any_input(const Node *n, const bool *of)
{
	for (int i = 0; i < n->nin; i++)
		if (n->in[i] && of[n->in[i]->id])
			return true;
	return false;
}

/* An output that is needed and not there yet. */
static bool is_missing(const Reverse *r, const Node *n, const bool *needed)
{
	for (int i = 0; i < n->nout; i++)
		if (n->out[i] && needed[n->out[i]->id] && !r->is[n->out[i]->id])
			return true;
	return false;
}

static void copy_node(Reverse *r, Node *n)
{
	Value **in = NEW_N(&r->g->ctx->perm, Value *, n->nin);

	if (n->nsub)
		fail_unsupported(r->to, n, "there is no rule for its derivative");
	for (int i = 0; i < n->nin; i++)
		in[i] = copied(r, n->in[i]);
	Node *copy = node_new(r->g, n->op, n, n->nin, in, n->nout, n->attr);
	for (int i = 0; i < n->nout; i++)
		if (n->out[i])
			r->is[n->out[i]->id] = copy->out[i];
		else
			copy->out[i] = NULL;
}

static void copy_function(Reverse *r, const Formula *f)
{
	bool *on_x = NEW_N(&r->to->ctx->perm, bool, r->to->nvalue + 1);

	for (int i = 0; i < f->n; i++) {
		r->is[f->x[i]->id] = input_from(r, f->at[i]);
		on_x[f->x[i]->id] = true;
	}
	const bool *needed = needed_for(r->to, f, on_x);
	for (uint32_t k = 0; k < r->to->nnode; k++) {
		Node *n = r->to->node[k];
		if (!is_missing(r, n, needed) || !any_input(n, on_x))
			continue;
		copy_node(r, n);
		for (int i = 0; i < n->nout; i++)
			if (n->out[i])
				on_x[n->out[i]->id] = true;
	}
	graph_output(r->g, copied(r, f->y), NULL);
}

/* ---- down to primitives ---- */

static bool write_out(Graph *g, Node *n)
{
	const Rule *rule = rule_of(n->op);

	if (rule ? !rule->write : !n->op->expand)
		return false;
	if (rule)
		rule->write(g, n);
	else
		n->op->expand(g, n);
	return true;
}

static void drop_unused(Graph *g)
{
	for (uint32_t before = 0; before != g->nnode;) {
		const uint32_t *uses = fill_uses(g);
		uint32_t kept = 0;
		before = g->nnode;
		for (uint32_t i = 0; i < before; i++)
			if (node_is_used(g->node[i], uses))
				g->node[kept++] = g->node[i];
		g->nnode = kept;
	}
}

static void to_primitives(Graph *g)
{
	bool changed = true;

	for (int round = 0; changed && round < MOST_ROUNDS; round++) {
		uint32_t nodes = g->nnode;
		changed = false;
		for (uint32_t i = 0; i < nodes; i++)
			changed |= write_out(g, g->node[i]);
		drop_unused(g);
	}
	graph_sort(g);
}

/* ---- backwards ---- */

static Value **slot_of(Reverse *r, const Value *v)
{
	while (r->nd <= v->id) {
		GROW(&r->g->ctx->perm, r->d, r->nd, r->cd);
		r->d[r->nd++] = NULL;
	}
	return &r->d[v->id];
}

static bool varies(const Reverse *r, const Value *v) { return v && v->id < r->nvaries && r->varies[v->id]; }

Value *d_out(const Step *s, int slot)
{
	Value *y = slot < s->n->nout ? s->n->out[slot] : NULL;

	return y ? *slot_of(s->r, y) : NULL;
}

bool d_wanted(const Step *s, int slot) { return slot < s->n->nin && varies(s->r, s->n->in[slot]); }

void d_in(const Step *s, int slot, Value *v)
{
	if (!d_wanted(s, slot))
		return;
	Value *x = s->n->in[slot], **d = slot_of(s->r, x);
	*d = sum_if(s->g, s->n, summed_to(s->g, s->n, v, x), *d);
}

static void note_varying(Reverse *r, int count)
{
	r->nvaries = r->g->nvalue + 1;
	r->varies = NEW_N(&r->g->ctx->perm, bool, r->nvaries);
	for (int i = 0; i < count; i++)
		r->varies[r->g->in[i]->id] = is_float(r->g->in[i]->dtype);
	for (uint32_t k = 0; k < r->g->nnode; k++) {
		const Node *n = r->g->node[k];
		bool any = false;
		for (int i = 0; i < n->nin; i++)
			any |= varies(r, n->in[i]);
		for (int i = 0; i < n->nout && any; i++)
			if (n->out[i])
				r->varies[n->out[i]->id] = is_float(n->out[i]->dtype);
	}
}

static void step_back(Reverse *r, Node *n)
{
	Step s = {r, r->g, n};
	bool any = false, asked = false;

	for (int i = 0; i < n->nout; i++)
		any |= d_out(&s, i) != NULL;
	for (int i = 0; i < n->nin; i++)
		asked |= d_wanted(&s, i);
	if (!any || !asked)
		return;
	const Rule *rule = rule_of(n->op);
	if (!rule)
		fail_unsupported(r->to, n, "there is no rule for its derivative");
	if (rule->derive)
		rule->derive(&s);
}

static void go_back(Reverse *r, int count)
{
	uint32_t nodes = r->g->nnode;
	Value *y = r->g->out[0];

	note_varying(r, count);
	*slot_of(r, y) = spread(r->g, r->like, value_scalar(r->g, y->dtype, 1), y);
	for (uint32_t k = nodes; k-- > 0;)
		step_back(r, r->g->node[k]);
	for (int i = 0; i < count; i++) {
		Value *d = *slot_of(r, r->g->in[i]);
		graph_output(r->g, d ? d : zeros(r->g, r->like, r->g->in[i]), NULL);
	}
}

/* ---- the result ---- */

/* Nodes of y's graph that lead to derivatives, in the graph that asks. */
static void bring_home(Reverse *r, int count, Value **dx)
{
	Graph *g = r->g;
	Value **home = NEW_N(&g->ctx->perm, Value *, g->nvalue + 1);

	memmove(g->out, g->out + 1, (size_t)count * sizeof *g->out);
	g->nout = count;
	drop_unused(g);
	for (int i = 0; i < g->nin; i++)
		home[g->in[i]->id] = r->outer[i];
	for (uint32_t i = 0; i < g->nvalue; i++)
		if (g->value[i]->data)
			home[g->value[i]->id] = value_const(r->to, g->value[i]->name, g->value[i]->data);
	for (uint32_t k = 0; k < g->nnode; k++) {
		Node *n = g->node[k];
		for (int i = 0; i < n->nin; i++)
			n->in[i] = n->in[i] ? home[n->in[i]->id] : NULL;
		Node *copy = node_new(r->to, n->op, n, n->nin, n->in, n->nout, n->attr);
		for (int i = 0; i < n->nout; i++)
			if (n->out[i])
				home[n->out[i]->id] = copy->out[i];
			else
				copy->out[i] = NULL;
	}
	for (int i = 0; i < count; i++)
		dx[i] = home[g->out[i]->id];
}

void gradient(Graph *g, const Node *like, const Formula *f, int count, Value **dx)
{
	Reverse r = {.to = g, .like = like, .g = graph_new(g->ctx, g->syms, "gradient", g)};

	assert(is_float(f->y->dtype));
	r.is = NEW_N(&g->ctx->perm, Value *, g->nvalue + 1);
	copy_function(&r, f);
	to_primitives(r.g);
	go_back(&r, count);
	bring_home(&r, count, dx);
}
