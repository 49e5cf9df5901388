/* generate.c -- a model grows: one node after the other, each evaluated at once.
 *
 * A node whose row refuses it leaves no trace but a count: a refusal has to be clean. */
#include <assert.h>
#include <math.h>
#include <string.h>
#include "passes/inputs.h"
#include "tests/fuzz/models/model.h"

int64_t pick(Model *m, int64_t lo, int64_t hi)
{
	return hi <= lo ? lo : lo + (int64_t)(random_next(&m->state) % (uint64_t)(hi - lo + 1));
}

bool chance(Model *m, int percent) { return pick(m, 1, 100) <= percent; }

/* ---- what is known of elements ---- */

/* The lowest bit of x that is set is 2^ this. */
static int lowest_bit(double x)
{
	int e;
	int64_t k = (int64_t)ldexp(frexp(x, &e), 53);

	return k ? e - 53 + __builtin_ctzll((uint64_t)k) : 2000;
}

void item_note(Model *m, Value *v, Tensor *t, bool exact)
{
	Item it = {v, t, exact, true, NO_GRAIN, INFINITY, -INFINITY};
	DClass class = dtype_info(t->dtype)->class;
	int grain = 2000;

	for (int64_t i = 0; i < t->count && class != DC_STRING && class != DC_COMPLEX; i++) {
		double x = is_unsigned(t->dtype) && dtype_info(t->dtype)->bits == 64 ? (double)(uint64_t)load_i64(t->dtype, t->data, i)
										     : load_f64(t->dtype, t->data, i);
		it.finite &= isfinite(x) != 0;
		it.lo = fmin(it.lo, x);
		it.hi = fmax(it.hi, x);
		if (isfinite(x) && lowest_bit(x) < grain)
			grain = lowest_bit(x);
	}
	if (exact && is_float(t->dtype) && it.finite)
		it.grain = grain;
	if (m->nitems < MOST_ITEMS)
		m->item[m->nitems++] = it;
}

/* For the inputs, captured values and outputs of the largest. */
bool has_room(const Model *m) { return m->nitems < MOST_ITEMS - 3 * MOST_SLOTS; }

const Item *item_of(const Model *m, const Value *v)
{
	for (int i = 0; i < m->nitems; i++)
		if (m->item[i].v == v)
			return &m->item[i];
	return NULL;
}

static int digits_of(DType t) { return t == F64 ? 53 : t == F32 ? 24 : t == F16 ? 11 : 8; }

static double largest_of(const Tensor *t)
{
	double most = 0;

	for (int64_t i = 0; i < t->count; i++)
		most = fmax(most, fabs(load_f64(t->dtype, t->data, i)));
	return most;
}

/* No order of the same sum or product of two rounds. */
static bool grains_fit(const Step *s, const Tensor *y)
{
	int sum = 0, least = 2000;

	for (int i = 0; i < s->nin; i++) {
		int grain = item_of(s->m, s->in[i])->grain;
		if (grain == NO_GRAIN)
			return false;
		sum += grain;
		least = grain < least ? grain : least;
	}
	int grain = s->domain->traits & SCALES ? sum : least;
	return ldexp(largest_of(y), -grain) <= ldexp(1, digits_of(y->dtype) - 3);
}

static bool is_exact(const Step *s, const Tensor *y, int slot)
{
	unsigned traits = s->domain->traits;

	if (s->nsub)
		return s->exact[slot];
	if (dtype_info(y->dtype)->class != DC_FLOAT && dtype_info(y->dtype)->class != DC_COMPLEX)
		return true;
	for (int i = 0; i < s->nin; i++)
		if (s->in[i] && !item_of(s->m, s->in[i])->exact)
			return false;
	return (traits & (SELECTS | STEPS)) || ((traits & (SUMS | SCALES)) && !s->m->outer && grains_fit(s, y));
}

/* ---- one node ---- */

typedef struct Mark {
	uint32_t nnode, nvalue;
	int nin, nitems, ncaptured;
	uint32_t nequal; /* what was taken to be equal */
} Mark;

static Mark mark_of(const Model *m)
{
	return (Mark){m->g->nnode, m->g->nvalue, m->g->nin, m->nitems, m->ncaptured, m->syms->nequal};
}

/* Outputs have names, after which sizes are called that data decide. */
static Node *named(const Step *s)
{
	Arena *a = &s->m->c->perm;
	Node *like = NEW(a, Node);

	like->op = s->op;
	like->name = "";
	like->nout = s->nout;
	like->out = NEW_N(a, Value *, s->nout);
	for (int i = 0; i < s->nout; i++) {
		like->out[i] = NEW(a, Value);
		like->out[i]->name = arena_format(a, "v%u_%d_%d", s->m->g->last_node_id, s->m->depth, i);
		like->out[i]->shape.rank = -1;
	}
	return like;
}

/* As --dim says it: what no bound is known of may be a little more than it is. */
static void bound_symbols(Model *m)
{
	for (uint32_t i = 0; i < m->syms->nsymbol; i++) {
		Symbol *s = &m->syms->symbol[i];
		int64_t now = i < m->e.nsymbol ? m->e.symbol[i] : -1;
		if (s->counted && s->hi < 0 && now >= 0)
			s->hi = now + pick(m, 0, 5);
	}
}

static void append(Step *s)
{
	Model *m = s->m;
	bool exact = true;

	random_attrs(s);
	Node *n = node_control(m->g, s->op, named(s), s->nin, s->in, s->nout, s->attr, s->nsub, s->sub);
	eval_node(&m->e, n);
	if (!eval_agrees(&m->e))
		fail_node(m->g, n, "E-SHAPE", "sizes differ that a run wants to be equal");
	bound_symbols(m);
	for (int i = 0; i < n->nout; i++) {
		bool sure = is_exact(s, eval_value(&m->e, n->out[i]), i);
		exact &= sure;
		item_note(m, n->out[i], eval_value(&m->e, n->out[i]), sure);
	}
	m->trait[m->g->nnode - 1] = (Trait){exact, s->decides, (int)(s->domain - domains), s->t};
}

static void go_back(Model *m, const Mark *mark)
{
	m->g->nnode = mark->nnode;
	m->g->nvalue = mark->nvalue;
	m->g->nin = mark->nin;
	m->nitems = mark->nitems;
	m->ncaptured = mark->ncaptured;
	m->syms->nequal = mark->nequal;
	m->e.pending = NULL;
}

bool try_step(Model *m, const Domain *d, DType t, Value *first)
{
	Ctx *c = m->c;
	jmp_buf outer;
	const Mark mark = mark_of(m);
	Step s = {.m = m, .domain = d, .op = op_named(d->op), .t = t, .forced = first};
	volatile bool done = false;

	memcpy(&outer, &c->border, sizeof outer);
	s.nout = s.op->min_out ? s.op->min_out : 1;
	s.attr = attr_new(m->g, s.op);
	if (setjmp(c->border)) {
		m->refused++;
		snprintf(m->why, sizeof m->why, "%.190s", c->message);
	} else if (d->make(&s) && !s.forced) {
		append(&s);
		done = true;
	} else {
		snprintf(m->why, sizeof m->why, "no operands");
	}
	memcpy(&c->border, &outer, sizeof outer);
	if (!done && c->message[0] && c->status == EXIT_BUG)
		longjmp(c->border, 1);
	c->message[0] = 0;
	if (!done)
		go_back(m, &mark);
	return done;
}

/* ---- the whole ---- */

enum { FIRST_TRIES = 8 };

int ndomains(void)
{
	int n = 0;

	while (domains[n].op)
		n++;
	return n;
}

const Domain *first_domain(uint64_t seed, DType *t)
{
	uint64_t n = (uint64_t)ndomains();

	*t = (DType)(1 + seed / n % (DT_COUNT - 1));
	return &domains[seed % n];
}

static DType random_type(Model *m)
{
	static const DType common[] = {F32, F32, F32, F32, F32, F32, F16, F64, BF16, I64, I32, I8, U8, BOOL};

	return chance(m, 85) ? common[pick(m, 0, 13)] : (DType)pick(m, 1, DT_COUNT - 1);
}

bool random_step(Model *m, const Domain *only)
{
	for (int i = 0; i < 4; i++)
		if (try_step(m, only ? only : &domains[pick(m, 0, ndomains() - 1)], i == 3 ? F32 : random_type(m), NULL))
			return true;
	return false;
}

static bool same_form(const Model *m, const Value *a, const Value *b)
{
	const Tensor *x = item_of(m, a)->t, *y = item_of(m, b)->t;

	return x->dtype == y->dtype && x->rank == y->rank && !memcmp(x->dim, y->dim, (size_t)x->rank * sizeof *x->dim) &&
	       shape_same(&a->shape, &b->shape);
}

/* One link: NULL where that row makes none. */
static Value *next_link(Model *m, Value *x, const Domain *d)
{
	const Item *it = item_of(m, x);
	const Mark mark = mark_of(m);

	if (((d->traits & STEPS) && !it->exact) || !it->finite || it->lo < d->lo || it->hi > d->hi)
		return NULL;
	if (!try_step(m, d, x->dtype, x))
		return NULL;
	Value *y = m->g->node[m->g->nnode - 1]->out[0];
	if (same_form(m, x, y))
		return y;
	go_back(m, &mark);
	return NULL;
}

Value *random_chain(Model *m, Value *x, int nodes)
{
	for (int tries = 0; nodes > 0 && tries < 40; tries++) {
		Value *y = next_link(m, x, &domains[pick(m, 0, ndomains() - 1)]);
		nodes -= y != NULL;
		x = y ? y : x;
	}
	return x;
}

static void make_symbols(Model *m)
{
	m->nsymbols = chance(m, 30) ? (int)pick(m, 1, MOST_SYMBOLS) : 0;
	for (int i = 0; i < m->nsymbols; i++) {
		m->symbol[i] = i ? m->symbol[0] + 1 + pick(m, 0, 8) : chance(m, 15) ? pick(m, 0, 1) : pick(m, 2, 10);
		m->symbol_dim[i] = dim_symbol(m->syms, i ? "k" : "n");
		Symbol *s = dim_symbol_of(m->syms, m->symbol_dim[i]);
		s->lo = pick(m, 0, m->symbol[i]);
		s->hi = m->symbol[i] + pick(m, s->lo == m->symbol[i], 9);
	}
}

/* What nobody reads, and now and then what somebody reads. */
static void choose_outputs(Model *m)
{
	Graph *g = m->g;
	uint32_t *uses = fill_uses(g);

	for (uint32_t i = 0; i < g->nnode; i++)
		for (int k = 0; k < g->node[i]->nout; k++) {
			Value *v = g->node[i]->out[k];
			if (v && (!uses[v->id] || chance(m, 10)))
				graph_output(g, v, arena_format(&m->c->perm, "y%d", g->nout));
		}
}

static void want_outputs(Model *m)
{
	m->want = NEW_N(&m->c->perm, Tensor *, m->g->nout + 1);
	for (int i = 0; i < m->g->nout; i++)
		m->want[i] = eval_value(&m->e, m->g->out[i]);
}

bool type_refused(const char *why) { return strstr(why, "[E-TYPE]") || strstr(why, "it must be a type of"); }

/* The row itself says most about a pair that there is no model of. */
static void first_step(Model *m, const Domain *d, DType t)
{
	for (int i = 0; i < FIRST_TRIES && !m->g->nnode; i++)
		if (!try_step(m, d, t, NULL) && !type_refused(m->first_why))
			memcpy(m->first_why, m->why, sizeof m->why);
	if (m->g->nnode)
		m->first_why[0] = 0;
}

void generate(Model *m, Ctx *c, uint64_t seed, const Domain *only)
{
	DType t;
	const Domain *first = first_domain(seed, &t);

	*m = (Model){.c = c, .seed = seed, .state = seed * 0x2545f4914f6cdd1du + 1};
	m->syms = NEW(&c->perm, Syms);
	m->syms->ctx = c;
	make_symbols(m);
	m->g = graph_new(c, m->syms, "random", NULL);
	m->e = (Eval){.keep_all = true};
	eval_open(&m->e, m->g, &c->results);
	first_step(m, only ? only : first, t);
	int nodes = (int)pick(m, 2, chance(m, 30) ? 30 : 9);
	while ((int)m->g->nnode < nodes && m->refused < 100 && has_room(m))
		random_step(m, only);
	choose_outputs(m);
	want_outputs(m);
}
