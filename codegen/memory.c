/* memory.c -- regions of memory, their lives, and the arena's plan.
 *
 * A stored value owns a region or lies inside its Concat's; a view shares its source's. A region lives from the first
 * stage that writes it (or zeroes its border) to the last that reads it. Text that a stage makes lies behind the regions:
 * elements that point to it may be moved on as far as the outputs, so it stays until the next run. */
#include <string.h>
#include "codegen/nest.h"
#include "passes/plan.h"

enum { ARENA_ALIGN = 64, NUMBER_BYTES = 32 };

static int64_t region_count(const Value *v)
{
	int64_t stride[MAX_RANK];
	return row_major(v, stride);
}

static int position(Value *const *list, int n, const Value *v)
{
	for (int i = 0; i < n; i++)
		if (list[i] == v)
			return i;
	return -1;
}

/* Of the output that v is, or that is a view of it. */
static int output_of(const Graph *g, const Value *v)
{
	for (int i = 0; i < g->nout; i++)
		if (g->out[i] == v || (g->out[i]->place->form == FORM_VIEW && place_root(g->out[i]) == v))
			return i;
	return -1;
}

static RegionKind kind_of(const Value *v, int in, int out)
{
	if (v->place->counter)
		return IN_COUNTER;
	if (v->def && v->def->op == &op_tcc_Counted)
		return IN_CALL;
	return v->role == ROLE_CONST ? IN_WEIGHTS : in >= 0 ? IN_INPUT : out >= 0 ? IN_OUTPUT : IN_ARENA;
}

static Region *region_new(Module *m, const Value *v)
{
	Graph *g = m->g;
	Region *r = NEW(&g->ctx->perm, Region);
	int out = output_of(g, v), at = position(g->in, g->nin, v);
	RegionKind kind = kind_of(v, at, out);
	*r = (Region){.owner = v, .dtype = v->dtype, .count = region_count(v), .first = m->nstages, .last = -1};
	r->bytes = (int64_t)dtype_bytes(r->dtype, r->count);
	r->kind = kind;
	r->id = kind == IN_INPUT ? at : kind == IN_COUNTER ? v->place->level : kind == IN_CALL ? (int)v->id : out;
	if (r->kind == IN_ARENA) {
		GROW(&g->ctx->perm, m->region, m->nregions, m->cregions);
		r->id = m->nregions;
		m->region[m->nregions++] = r;
	}
	return r;
}

static Region *region_of(Module *m, Value *v)
{
	Place *p = v->place;
	if (!p->region)
		p->region = p->parent ? region_of(m, p->parent) : region_new(m, v);
	return p->region;
}

static void touch(Region *r, int stage)
{
	r->first = stage < r->first ? stage : r->first;
	r->last = stage > r->last ? stage : r->last;
}

/* Bytes of v's own elements, without borders. */
static int64_t value_bytes(const Value *v)
{
	int64_t n = 1;
	for (int k = 0; k < v->shape.rank; k++)
		n *= v->shape.dim[k].k;
	return (int64_t)dtype_bytes(v->dtype, n);
}

/* v was counted already: the stage's list of what it reads grows by it otherwise. */
static bool seen_value(Stage *s, const Value *v)
{
	for (int i = 0; i < s->nread; i++)
		if (s->read[i] == v)
			return true;
	if (s->nread < PARAM_MAX)
		s->read[s->nread++] = v;
	return false;
}

static void touch_loads(Stage *s, Expr *x, int stage, bool *seen)
{
	if (seen[x->id])
		return;
	seen[x->id] = true;
	if (x->kind == X_LOAD) {
		touch(x->value->place->region, stage);
		if (!seen_value(s, x->value))
			s->reads += value_bytes(x->value);
	}
	for (int k = 0; k < x->nargs; k++)
		touch_loads(s, x->arg[k], stage, seen);
}

/* What is written over others are as many elements as loops make, and no more than there are. */
static int64_t written_bytes(const Module *m, const Stage *s)
{
	int64_t n = 1, all = value_bytes(s->out);
	for (int k = 0; k < s->naxes; k++)
		n *= dim_hi(m->g->syms, s->axis[k]->extent);
	int64_t bytes = (int64_t)dtype_bytes(s->out->dtype, n);
	return s->over && bytes < all ? bytes : all;
}

static void fill_lives(Module *m)
{
	for (int i = 0; i < m->nstages; i++) {
		Stage *s = m->stage[i];
		bool *seen = s->body ? NEW_N(&m->g->ctx->scratch, bool, s->l->nexprs + 1) : NULL;
		if (s->body)
			touch_loads(s, s->body, i, seen);
		if (s->over)
			touch_loads(s, s->address, i, seen);
		for (int k = 0; k < s->nparams; k++) /* what a mark asks */
			touch(s->param[k].value->place->region, i);
		if (s->out) {
			touch(s->out->place->region, i);
			const Region *r = s->out->place->region;
			s->writes = computes(s) ? written_bytes(m, s) : r->bytes - value_bytes(s->out);
		}
	}
}

static void plan_arena(Module *m)
{
	Arena *a = &m->g->ctx->scratch;
	Buffer *b = NEW_N(a, Buffer, m->nregions ? m->nregions : 1);
	Region **live = NEW_N(a, Region *, m->nregions ? m->nregions : 1);
	int n = 0;
	for (int i = 0; i < m->nregions; i++) {
		Region *r = m->region[i];
		if (r->last < 0)
			continue; /* nobody writes or reads it */
		b[n] = (Buffer){.bytes = r->bytes, .first = r->first, .last = r->last};
		live[n++] = r;
	}
	m->arena_bytes = plan(a, b, n, ARENA_ALIGN);
	m->arena_bound = plan_lower_bound(a, b, n, ARENA_ALIGN);
	const char *wrong = plan_check(a, b, n, ARENA_ALIGN, m->arena_bytes);
	if (wrong)
		fail(m->g->ctx, EXIT_BUG, "E-PLAN", "the memory plan is wrong: %s", wrong);
	for (int i = 0; i < n; i++)
		live[i]->offset = b[i].offset;
}

/* Memory that a loop finds or leaves filled is alive in all of it: every turn sees it. */
static void stretch_over_loops(Module *m)
{
	for (int i = 0; i < m->nstages; i++) {
		if (m->stage[i]->mark != MARK_LOOP)
			continue;
		int end = mark_end(m, i);
		for (int k = 0; k < m->nregions; k++) {
			Region *r = m->region[k];
			bool inside = r->first <= end && r->last >= i;
			if (inside && (r->first < i || r->last > end)) {
				r->first = r->first < i ? r->first : i;
				r->last = r->last > end ? r->last : end;
			}
		}
	}
}

/* Rows of all that a run in strips uses are used in every turn: nothing of it may give way to another of its values. */
static void stretch_over_strips(Module *m)
{
	for (int i = 0; i < m->nstrips; i++)
		for (int k = 0; k < m->nregions; k++) {
			const Strips *run = m->strips[i];
			Region *r = m->region[k];
			if (r->first <= run->last && r->last >= run->first) {
				r->first = r->first < run->first ? r->first : run->first;
				r->last = r->last > run->last ? r->last : run->last;
			}
		}
}

static void fill_regions(Module *m, Graph *g)
{
	for (uint32_t i = 0; i < g->nvalue; i++)
		if (g->value[i]->place->form != FORM_INLINE)
			region_of(m, g->value[i]);
	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nsub; k++)
			fill_regions(m, g->node[i]->sub[k]);
}

void make_regions(Module *m)
{
	fill_regions(m, m->g);
	fill_lives(m);
}

/* ---- text ---- */

static const Expr *made_in(const Expr *x)
{
	const Expr *found = makes_text(x) ? x : NULL;
	for (int k = 0; k < x->nargs && !found; k++)
		found = made_in(x->arg[k]);
	return found;
}

/* Numbers are never longer than NUMBER_BYTES. */
int64_t text_bytes(const Module *m, const Stage *s)
{
	if (made_in(s->body)->kind == X_CAST)
		return NUMBER_BYTES;
	return m->o->text_bytes ? m->o->text_bytes : TEXT_BYTES;
}

static int64_t product(const Module *m, int64_t a, int64_t b)
{
	int64_t c;
	if (__builtin_mul_overflow(a, b, &c))
		fail(m->g->ctx, EXIT_LIMIT, "E-SIZE", "memory for text of more than 2^63 bytes");
	return c;
}

/* Of all loops around stage k together. Each turn has room of its own: what one makes may be kept by any later one. */
static int64_t turns_around(const Module *m, int k)
{
	int64_t n = 1;
	for (int i = 0; i < k; i++) {
		const Stage *s = m->stage[i];
		if (s->mark != MARK_LOOP || mark_end(m, i) < k)
			continue;
		if (s->control.turns == INT64_MAX)
			fail_unsupported(m->g, m->stage[k]->node, "text that is made in a loop without a bound");
		n = product(m, n, s->control.turns);
	}
	return n;
}

static void place_texts(Module *m)
{
	for (int i = 0; i < m->nstages; i++) {
		Stage *s = m->stage[i];
		int64_t bytes;
		if (!s->makes_text)
			continue;
		s->text_offset = m->arena_bytes;
		s->wide |= s->address->hi >= NARROW_MOST / text_bytes(m, s);
		s->text_turn = product(m, s->address->hi + 1, text_bytes(m, s));
		bytes = product(m, s->text_turn, turns_around(m, i));
		if (__builtin_add_overflow(m->arena_bytes, bytes, &bytes) || __builtin_add_overflow(bytes, ARENA_ALIGN, &bytes))
			fail(m->g->ctx, EXIT_LIMIT, "E-SIZE", "memory for text of more than 2^63 bytes");
		m->arena_bytes = bytes / ARENA_ALIGN * ARENA_ALIGN;
	}
}

void make_memory(Module *m)
{
	stretch_over_loops(m);
	stretch_over_strips(m);
	plan_arena(m);
	place_texts(m);
}
