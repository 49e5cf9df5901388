/* judge.c -- how far an output may be off.
 *
 * The model is evaluated again, a few times, with every inexact node reading and writing elements that are a little off at
 * random: by what its row allows, in units of its type's last place. How far an output element moves by that is how much
 * the roundings of any honest program may move it; several times that is the slack. An output into which no rounding goes
 * has none: it must be right to the last bit.
 *
 * Inputs move too, constant ones as well, because a sum is not off by a part of itself: of n products in any order it is at
 * most n u sum |a||b| off, u half a unit in the last place of 1, which is far more than any part of the result where products
 * cancel. Factors that are 4 u off, signs at random, move it by some 4 u sqrt(2 sum (a b)^2). NOISE_TIMES makes that 45 u
 * sqrt(sum (a b)^2), which is above the bound up to 12 products, whatever they are, and above three standard deviations of
 * roundings that are independent up to some 40. In the first round everything moves up: a sum of a few that is read thrice
 * stands still when signs at random cancel, and moves by sum |a| so. In the last one it moves half as far: steps of always
 * the same size may meet again at the same number, where types are narrow. What a node moves by rests on its name, and
 * stays as it is where others are left out. */
#include <math.h>
#include <string.h>
#include "passes/inputs.h"
#include "tests/fuzz/models/model.h"

enum { ROUNDS_OF_NOISE = 6, NOISE_TIMES = 8 };

static double unit_of(DType t)
{
	switch (t) {
	case F64: return 0x1p-53;
	case F32: return 0x1p-24;
	case F16: return 0x1p-11;
	case BF16: return 0x1p-8;
	case F8E4M3FN: case F8E4M3FNUZ: return 0x1p-4;
	case F4E2M1: return 0x1p-2;
	case F8E8M0: return 0x1p-1;
	default: return 0x1p-3;
	}
}

static double tiny_of(DType t) { return t == F64 ? 1e-300 : t == F16 ? 0x1p-22 : t == F32 || t == BF16 ? 1e-36 : 0x1p-6; }

static bool may_move(const Tensor *t) { return t && is_float(t->dtype); }

/* A copy, each element off by `units` units, of `least` where it is smaller; up where there is no state. */
static Tensor *moved(Arena *a, const Tensor *x, double units, double least, uint64_t *state)
{
	Tensor *y = tensor_new(a, x->dtype, x->rank, x->dim);

	for (int64_t i = 0; i < x->count; i++) {
		double v = load_f64(x->dtype, x->data, i), by = units * unit_of(x->dtype) * fmax(fabs(v), least);
		store_f64(x->dtype, y->data, i, v + (!state || random_next(state) & 1 ? by : -by));
	}
	return y;
}

static double units_of(const Node *n)
{
	double units = n->op->ulp > 4 ? n->op->ulp : 4;

	return units < 16 && ((n->op->flags & (REDUCES | CONTRACTS)) || n->op->ulp > 8) ? 16 : units;
}

static double inside_of(const Eval *e, const Node *n, const Trait *trait)
{
	const Tensor *x = n->nin && n->in[0] ? eval_value(e, n->in[0]) : NULL;
	double most = 1;

	if (!domains[trait->row].op || !(domains[trait->row].traits & INSIDE))
		return 0;
	for (int64_t i = 0; x && is_float(x->dtype) && i < x->count; i++)
		most = fmax(most, fabs(load_f64(x->dtype, x->data, i)));
	return most;
}

/* ---- inputs that are off ---- */

typedef struct Noise {
	Model *m;
	uint64_t *state; /* of random signs; NULL: up */
	double part;     /* of the units that a node is off */
	Tensor *was[MOST_SLOTS]; /* what the inputs that are off hold otherwise */
} Noise;

/* Where a value's elements are. */
static Tensor **held(const Eval *e, Value *v) { return v->data ? &v->data : &e->value[v->id]; }

static void move_inputs(Noise *noise, const Eval *e, const Node *n, unsigned slots)
{
	for (int i = 0; i < n->nin; i++) {
		Tensor **x = n->in[i] && slots >> i & 1 ? held(e, n->in[i]) : NULL;
		noise->was[i] = x && may_move(*x) ? *x : NULL;
		if (noise->was[i])
			*x = moved(&noise->m->c->results, *x, 4 * noise->part, 0, noise->state);
	}
}

static void put_back(Noise *noise, const Eval *e, const Node *n)
{
	for (int i = n->nin; i-- > 0;)
		if (noise->was[i])
			*held(e, n->in[i]) = noise->was[i];
}

/* ---- inside of bodies ---- */

static const Domain *domain_of(const Op *op)
{
	const Domain *d = domains;

	while (d->op && op_named(d->op) != op)
		d++;
	return d;
}

/* Inputs of which a node of a body makes sums; the other ones may be sizes or places. */
static unsigned summed(const Node *n)
{
	return n->op->flags & CONTRACTS ? 3 : n->op->flags & REDUCES ? 1 : 0;
}

static void eval_summed(const Noise *outer, Eval *e, const Node *n)
{
	Noise noise = {.m = outer->m, .state = outer->state, .part = outer->part};

	move_inputs(&noise, e, n, summed(n));
	eval_node(e, n);
	put_back(&noise, e, n);
}

/* What a node of a body has made is off; what it chose or moved is as far off as that was. */
static void shake(Eval *e, const Node *n)
{
	Noise *noise = e->data;

	if (n->nsub || (domain_of(n->op)->traits & (SELECTS | STEPS)))
		return;
	if (summed(n))
		eval_summed(noise, e, n);
	for (int i = 0; i < n->nout; i++) {
		Tensor *y = n->out[i] ? e->value[n->out[i]->id] : NULL;
		if (!may_move(y))
			continue;
		const Trait trait = {.row = (int)(domain_of(n->op) - domains)};
		const Tensor *off = moved(&noise->m->c->results, y, noise->part * units_of(n), inside_of(e, n, &trait),
					 noise->state);
		memcpy(y->data, off->data, dtype_bytes(y->dtype, y->count));
	}
}

/* ---- nodes of the model ---- */

/* One node on inputs that are a little off. */
static void eval_moved(Noise *noise, Eval *e, const Node *n, const Trait *trait)
{
	Arena *a = &noise->m->c->results;
	bool move = !trait->exact && !n->nsub;

	e->after = trait->exact ? NULL : shake;
	e->data = noise;
	move_inputs(noise, e, n, move ? ~trait->decides : 0);
	eval_node(e, n);
	put_back(noise, e, n);
	for (int i = 0; move && i < n->nout; i++) {
		Tensor **y = n->out[i] ? &e->value[n->out[i]->id] : NULL;
		if (y && may_move(*y))
			*y = moved(a, *y, noise->part * units_of(n), inside_of(e, n, trait), noise->state);
	}
}

/* The outputs with that noise widen the slack. */
static void widen(Model *m, const Eval *e)
{
	for (int i = 0; i < m->g->nout; i++) {
		Tensor *y = eval_value(e, m->g->out[i]), *slack = m->slack[i];
		for (int64_t k = 0; slack && k < y->count; k++) {
			double a = load_f64(y->dtype, y->data, k), b = load_f64(y->dtype, m->want[i]->data, k);
			double by = a == b || (isnan(a) && isnan(b)) ? 0 : fabs(a - b);
			double *most = (double *)slack->data + k;
			*most = isnan(by) ? INFINITY : fmax(*most, by);
		}
	}
}

/* Outputs that a rounding goes into get a slack. */
static void open_slack(Model *m)
{
	bool *inexact = NEW_N(&m->c->perm, bool, m->g->nvalue + 1);

	for (uint32_t i = 0; i < m->g->nnode; i++) {
		const Node *n = m->g->node[i];
		bool any = !m->trait[i].exact;
		for (int k = 0; k < n->nin; k++)
			any |= n->in[k] && inexact[n->in[k]->id];
		for (int k = 0; k < n->nout; k++)
			if (n->out[k])
				inexact[n->out[k]->id] = any && may_move(eval_value(&m->e, n->out[k]));
	}
	m->slack = NEW_N(&m->c->perm, Tensor *, m->g->nout + 1);
	for (int i = 0; i < m->g->nout; i++)
		if (inexact[m->g->out[i]->id])
			m->slack[i] = tensor_new(&m->c->perm, F64, m->want[i]->rank, m->want[i]->dim);
}

static uint64_t state_of(const Model *m, const Node *n, int round)
{
	const char *name = "";

	for (int i = n->nout; i-- > 0;)
		name = n->out[i] ? n->out[i]->name : name;
	return hash_bytes(m->seed + (uint64_t)round, name, strlen(name));
}

void judge(Model *m)
{
	open_slack(m);
	for (int round = 0; round < ROUNDS_OF_NOISE; round++) {
		Noise noise = {.m = m, .part = round < ROUNDS_OF_NOISE - 1 ? 1 : 0.5};
		Eval e = {.keep_all = true};
		eval_open(&e, m->g, &m->c->results);
		for (int i = 0; i < m->g->nin; i++)
			eval_given(&e, m->g->in[i], m->in[i]);
		for (uint32_t i = 0; i < m->g->nnode; i++) {
			uint64_t state = state_of(m, m->g->node[i], round);
			noise.state = round ? &state : NULL;
			eval_moved(&noise, &e, m->g->node[i], &m->trait[i]);
		}
		widen(m, &e);
	}
}

/* ---- comparing ---- */

static bool same_sizes(const Tensor *a, const Tensor *b)
{
	return a->dtype == b->dtype && a->rank == b->rank && !memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim);
}

static bool close_to(DType t, double got, double want, const double *slack)
{
	if (isnan(want) || isnan(got))
		return (isnan(want) && isnan(got)) || (slack && isinf(*slack));
	if (got == want || !slack)
		return got == want;
	return isinf(*slack) || fabs(got - want) <= NOISE_TIMES * *slack + 4 * unit_of(t) * fabs(want) + tiny_of(t);
}

static bool element_right(const Tensor *got, const Tensor *want, const Tensor *slack, int64_t i)
{
	DType t = want->dtype;

	switch (dtype_info(t)->class) {
	case DC_STRING:
		return same_text((const Text *)got->data + i, (const Text *)want->data + i);
	case DC_COMPLEX:
		t = t == C64 ? F32 : F64;
		return close_to(t, load_f64(t, got->data, 2 * i), load_f64(t, want->data, 2 * i), NULL) &&
		       close_to(t, load_f64(t, got->data, 2 * i + 1), load_f64(t, want->data, 2 * i + 1), NULL);
	case DC_FLOAT:
		return close_to(t, load_f64(t, got->data, i), load_f64(t, want->data, i),
				slack ? (const double *)slack->data + i : NULL);
	default:
		return load_i64(t, got->data, i) == load_i64(t, want->data, i);
	}
}

static double shown_number(const Tensor *t, int64_t i)
{
	return t->dtype == STR ? 0 : load_f64(t->dtype, t->data, i);
}

bool output_right(const Model *m, int i, const Tensor *got, char *why, size_t size)
{
	const Tensor *want = m->want[i];

	if (!same_sizes(got, want)) {
		snprintf(why, size, "output %d has another type or other sizes", i);
		return false;
	}
	for (int64_t k = 0; k < want->count; k++)
		if (!element_right(got, want, m->slack[i], k)) {
			snprintf(why, size, "output %d, element %lld is %.9g and should be %.9g, give or take %.3g", i, (long long)k,
				 shown_number(got, k), shown_number(want, k),
				 m->slack[i] ? NOISE_TIMES * ((const double *)m->slack[i]->data)[k] : 0);
			return false;
		}
	return true;
}

bool bits_same(const Tensor *a, const Tensor *b, char *why, size_t size)
{
	DType t = a->dtype;
	size_t n = dtype_bytes(t, 1);

	if (!same_sizes(a, b)) {
		snprintf(why, size, "another type or other sizes");
		return false;
	}
	for (int64_t i = 0; i < a->count && t != STR; i++) {
		double x = is_float(t) ? load_f64(t, a->data, i) : 0, y = is_float(t) ? load_f64(t, b->data, i) : 0;
		bool same = dtype_info(t)->bits < 8 ? load_i64(t, a->data, i) == load_i64(t, b->data, i)
						    : !memcmp((char *)a->data + n * (size_t)i, (char *)b->data + n * (size_t)i, n);
		if (!same && !(isnan(x) && isnan(y))) {
			snprintf(why, size, "element %lld is %.9g here and %.9g there", (long long)i, x, y);
			return false;
		}
	}
	return true;
}
