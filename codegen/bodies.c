/* bodies.c -- nodes that own bodies, as control flow in the list of calls.
 *
 *     state = initial                          copied into place once
 *     for (int t = 0; t < n; t++) {
 *             the body's stages                a slice is a view that moves by `turn` elements each time
 *             state = its new value            no copy where the new value can be made in place
 *     }
 *
 *     if (condition) {
 *             the stages of one branch         they write where the node's outputs lie
 *     } else {
 *             those of the other
 *     }
 *
 * States live in memory of their own for the whole loop; the node's final states are views of it. */
#include <assert.h>
#include <string.h>
#include "codegen/nest.h"
#include "ir/op/bodies.h"
#include "ir/op/counted.h"

/* ---- states made in place ---- */

typedef struct Reads {
	const Value *state;
	const Expr *address; /* of the element that is written; NULL: any read counts */
	uint8_t *seen;       /* by expression id: outside of sums 1, in sums 2 */
} Reads;

/* x reads the state, other than (with an address) the very element that is written: a sum may read it too late. */
static bool reads(const Reads *r, const Expr *x, bool in_sum)
{
	uint8_t bit = in_sum ? 2 : 1;
	if (r->seen[x->id] & bit)
		return false;
	r->seen[x->id] |= bit;
	if (x->kind == X_LOAD && place_root(x->value) == r->state)
		return !r->address || in_sum || x->value != r->state || x->arg[0] != r->address;
	for (int k = 0; k < x->nargs; k++)
		if (reads(r, x->arg[k], in_sum || x->kind == X_REDUCE))
			return true;
	return false;
}

static bool stage_reads(const Stage *s, const Value *state, const Expr *address)
{
	for (int k = 0; s->mark && k < s->nparams; k++)
		if (place_root(s->param[k].value) == state)
			return true;
	Reads r = {state, address, NEW_N(&s->l->graph->ctx->scratch, uint8_t, s->l->nexprs + 1)};
	return s->body && reads(&r, s->body, false);
}

static bool same_strides(const Value *a, const Value *b)
{
	return shape_same(&a->shape, &b->shape) && !memcmp(a->place->stride, b->place->stride, sizeof a->place->stride) &&
	       a->place->offset == b->place->offset && !a->place->border && !b->place->border;
}

/* Stages [from, to) of the module: what makes `next`, one stage or a copy and what is stored over it, may write over
 * `state`. */
static bool in_place(Module *m, int from, int to, const Value *state, const Value *next)
{
	bool made = false;
	if (!same_strides(state, next) || next->place->form != FORM_STORED || next->place->parent)
		return false;
	for (int i = from; i < to; i++) {
		const Stage *s = m->stage[i];
		bool makes = s->out == next;
		if ((makes && s->pieces > 1) || ((made || makes) && stage_reads(s, state, makes ? s->address : NULL)))
			return false;
		made |= makes;
	}
	for (int i = from; i < to; i++)
		if (m->stage[i]->out == next)
			m->stage[i]->in_place |= stage_reads(m->stage[i], state, NULL);
	return made;
}

static bool copies_itself(const Stage *s, const Value *state)
{
	return s->body && s->body->kind == X_LOAD && s->body->value == state && s->body->arg[0] == s->address;
}

/* Of `next`, which is made where the state lies: updates are stored over what is there already. */
static void drop_copy(Module *m, int from, const Value *state, const Value *next)
{
	for (int i = from; i + 1 < m->nstages; i++)
		if (m->stage[i]->out == next && m->stage[i + 1]->out == next && m->stage[i + 1]->over && copies_itself(m->stage[i], state)) {
			m->nstages--;
			memmove(m->stage + i, m->stage + i + 1, (size_t)(m->nstages - i) * sizeof *m->stage);
			for (int k = i; k < m->nstages; k++)
				m->stage[k]->number = k + 1;
			return;
		}
}

/* ---- marks ---- */

int mark_end(const Module *m, int open)
{
	int end = open, depth = 0;
	do {
		Mark mark = m->stage[end]->mark;
		depth += mark == MARK_LOOP || mark == MARK_IF ? 1 : mark == MARK_END ? -1 : 0;
		end++;
	} while (depth);
	return end - 1;
}

static void ask(Stage *s, const Value *v)
{
	if (v)
		param_of(s, (Value *)v);
}

/* A mark that asks values needs them as a stage does that reads them. */
static void mark_asking(Module *m, Node *n, Mark mark, const Control *c)
{
	Stage *s = mark_add(m, n, mark, c);
	ask(s, c->trips);
	ask(s, c->going);
}

/* ---- branches ---- */

static void make_branches(Module *m, Node *n)
{
	int yes = branch_for(n, true), first = m->nstages;
	Control c = {.kind = MARK_IF, .going = n->in[0]};
	mark_asking(m, n, MARK_IF, &c);
	make_stages(m, n->sub[yes]);
	if (m->nstages == first + 1)
		m->stage[first]->control.unless = true;
	else
		mark_add(m, n, MARK_ELSE, &c);
	int other = m->nstages;
	make_stages(m, n->sub[!yes]);
	if (m->nstages == other) /* nothing to do there */
		m->nstages--;
	if (m->nstages > first)
		mark_add(m, n, MARK_END, &c);
}

/* ---- turns ---- */

/* A condition that nobody gives is true at first. */
static Value *first_value(Module *m, const Node *n, Port p)
{
	Value *v = port_input(n, p);
	if (v)
		return v;
	v = value_scalar(m->g, BOOL, 1);
	v->place = place_new(m->g);
	v->place->form = FORM_STORED;
	return v;
}

static void open_states(Module *m, Node *n)
{
	Graph *body = n->sub[0];
	for (int i = 0; i < body->nin; i++) {
		Port p = body_in(n, 0, i);
		if (p.kind != PORT_STATE)
			continue;
		body->in[i]->place->state = true;
		make_copy(m, n, first_value(m, n, p), body->in[i]);
	}
}

static void hand_on_states(Module *m, Node *n, int first)
{
	Graph *body = n->sub[0];
	for (int i = 0; i < body->nout; i++) {
		Port p = body_out(n, 0, i);
		if (p.kind != PORT_STATE)
			continue;
		if (in_place(m, first, m->nstages, body->in[p.to], body->out[i])) {
			place_same(body->out[i], body->in[p.to]);
			drop_copy(m, first, body->in[p.to], body->out[i]);
		} else {
			make_copy(m, n, body->out[i], body->in[p.to]);
		}
	}
}

static Control control_of(Module *m, const Node *n)
{
	Turns t = n->op->turns(m->g, n);
	Control c = {.kind = MARK_LOOP, .trips = t.trips < 0 ? NULL : n->in[t.trips], .size = t.most,
	             .going = t.going < 0 ? NULL : n->sub[0]->in[t.going], .level = body_level(n->sub[0])};
	c.counts = turns_counted(m->g, n, &c.size);
	c.turns = dim_is(c.size, INT64_MAX) ? INT64_MAX : most_of(m->g, n, c.size);
	c.short_of = c.turns < dim_hi(m->g->syms, t.most);
	return c;
}

static void make_turns(Module *m, Node *n)
{
	Control c = control_of(m, n);
	int64_t times = m->times;
	open_states(m, n);
	if (c.turns == 0)
		return;
	if (c.turns < INT32_MAX && times < INT32_MAX)
		m->times *= c.turns;
	mark_asking(m, n, MARK_LOOP, &c);
	int first = m->nstages;
	make_stages(m, n->sub[0]);
	hand_on_states(m, n, first);
	m->times = times;
	mark_asking(m, n, MARK_END, &c);
	m->stage[m->nstages - 1]->checks = c.counts;
	if (c.counts && !dim_known(c.size))
		mark_add(m, n, MARK_SIZE, &(Control){.kind = MARK_SIZE, .size = c.size});
}

void make_bodies(Module *m, Node *n)
{
	if (repeats(n))
		make_turns(m, n);
	else
		make_branches(m, n);
}
