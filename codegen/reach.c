/* reach.c -- how far rows of an attention reach: keys that a mask hides from all rows of a strip are not looked at.
 *
 *     const int u = t + 48, d0 = u;                       rows t..u-1 of a causal attention: nothing is behind key u - 1
 *     s8_matmul(b3, q, k, .., t, u, d0);                  scores of keys 0..d0-1
 *     s9_softmax(b4, b3, t, u, d0);
 *     s10_matmul(y, b4, v, t, u, d0);
 *
 * Whatever hides a key shows in the formula of its score, which is looked at for every row and key: a choice by positions or
 * by a constant table, a table that is added, also beside a part of the mask that data decide. A score that is hidden is
 * -infinity, or a number below LOW, of which exp makes 0 beside any score that is not hidden. So it adds exactly nothing to
 * the sum of its row, nor to the product with V. Where all keys of a row are hidden by -infinity the row is NaN, however
 * long it is; where numbers hide keys, each row has to have one score that is certainly not hidden.
 *
 * Two things are taken for granted: that sums of products are ordinary numbers, above LOW; and that nobody needs the NaN
 * that a hidden key makes of an infinite or NaN element of V (0 * infinity) or K. `--strict` looks at all keys.
 *
 * For row i keys 0 .. i + ahead are enough. How many there are for a strip is a size that the list of calls knows; for the
 * stages it is one that varies. */
#include <math.h>
#include "codegen/runs.h"

#define LOW (-1e30)
#define ORDINARY 1e9 /* constants up to here, times a score, are far from LOW */

enum { LOOKS_MAX = 1 << 24 }; /* at scores */

/* What is known of a number: nothing; that it is an ordinary score; which one it is, or about, when it is below LOW. */
typedef struct Guess {
	enum { ANY, SCORE, NUMBER } kind;
	double x;
} Guess;

static Guess number(double x) { return (Guess){NUMBER, x}; }

static bool is_low(Guess k) { return k.kind == NUMBER && k.x <= LOW; }

static bool is_number(Guess k, double x) { return k.kind == NUMBER && k.x == x; }

static bool is_ordinary(Guess k) { return k.kind == SCORE || (k.kind == NUMBER && fabs(k.x) <= ORDINARY); }

static Guess score_if(bool ordinary) { return (Guess){ordinary ? SCORE : ANY, 0}; }

/* ---- the formula of a score ---- */

static Guess of_numbers(Alu op, double a, double b)
{
	switch (op) {
	case ADD: return number(a + b);
	case SUB: return number(a - b);
	case MUL: return number(a * b);
	case MIN: return number(fmin(a, b));
	case MAX: return number(fmax(a, b));
	case EQ: return number(a == b);
	case LT: return number(a < b);
	case LE: return number(a <= b);
	case AND: return number(a != 0 && b != 0);
	case OR: return number(a != 0 || b != 0);
	case IDIV: return number(floor(a / b));
	case IMOD: return number(a - b * floor(a / b));
	default: return (Guess){ANY, 0};
	}
}

/* A sum with -infinity is hidden whatever else it has; with a lower number than LOW beside an ordinary one. */
static Guess sum_of(Guess a, Guess b)
{
	Guess low = is_low(a) ? a : b, other = is_low(a) ? b : a;
	if (is_low(low) && (low.x == -INFINITY || is_ordinary(other)))
		return low;
	return score_if(is_ordinary(a) && is_ordinary(b));
}

static Guess of_two(Alu op, Guess a, Guess b)
{
	if (a.kind == NUMBER && b.kind == NUMBER)
		return of_numbers(op, a.x, b.x);
	switch (op) {
	case ADD: return sum_of(a, b);
	case SUB:
	case MUL: return score_if(is_ordinary(a) && is_ordinary(b));
	case DIV: return score_if(is_ordinary(a) && b.kind == NUMBER && fabs(b.x) >= 1 / ORDINARY);
	case AND: return is_number(a, 0) || is_number(b, 0) ? number(0) : (Guess){ANY, 0};
	case OR: return is_number(a, 1) || is_number(b, 1) ? number(1) : (Guess){ANY, 0};
	default: return (Guess){ANY, 0};
	}
}

static Guess guess(const Expr *x, const int64_t *at);

static Guess element(const Expr *load, const int64_t *at)
{
	const Tensor *t = place_root(load->value)->data;
	Guess index = t && dtype_info(t->dtype)->bits >= 8 && t->dtype != STR ? guess(load->arg[0], at) : (Guess){ANY, 0};
	int64_t i = index.kind == NUMBER ? (int64_t)index.x + load->value->place->offset : -1;
	return i >= 0 && i < t->count ? number(load_f64(t->dtype, t->data, i)) : (Guess){ANY, 0};
}

static Guess operation(const Expr *x, const int64_t *at)
{
	Guess a = guess(x->arg[0], at);
	if (x->op == SELECT && a.kind == NUMBER)
		return guess(x->arg[a.x != 0 ? 1 : 2], at);
	if (x->op == SELECT) {
		Guess yes = guess(x->arg[1], at), no = guess(x->arg[2], at);
		return is_low(yes) && is_low(no) ? number(fmax(yes.x, no.x)) : (Guess){ANY, 0};
	}
	if (x->op == NOT && a.kind == NUMBER)
		return number(a.x == 0);
	if (x->op == TANH)
		return score_if(is_ordinary(a));
	return x->nargs == 2 ? of_two(x->op, a, guess(x->arg[1], at)) : (Guess){ANY, 0};
}

/* at: of each axis by id. */
static Guess guess(const Expr *x, const int64_t *at)
{
	switch (x->kind) {
	case X_NUM: return number(is_float(x->dtype) ? x->f : (double)x->i);
	case X_AXIS: return number((double)at[x->axes[0]->id]);
	case X_LOAD: return element(x, at);
	case X_ALU: return operation(x, at);
	case X_CAST: return is_float(x->dtype) || x->arg[0]->dtype == BOOL ? guess(x->arg[0], at) : (Guess){ANY, 0};
	case X_REDUCE: return score_if(x->red == RED_SUM && is_float(x->dtype));
	default: return (Guess){ANY, 0};
	}
}

/* ---- rows ---- */

/* The stage that makes scores, while its mask is looked at. */
typedef struct Scores {
	const Expr *body;
	const Axis *row, *key;
	int64_t *at;
	int64_t ahead;
} Scores;

/* Keys behind the last one that is not hidden are hidden for certain: false when they matter all the same. */
static bool look_at_row(Scores *s)
{
	int64_t key = axis_count(s->key), row = s->at[s->row->id];
	double most = -INFINITY;
	Guess last = {ANY, 0};
	while (key-- > 0) {
		s->at[s->key->id] = key;
		last = guess(s->body, s->at);
		if (!is_low(last))
			break;
		most = fmax(most, last.x);
	}
	if (key > row + s->ahead)
		s->ahead = key - row;
	return most == -INFINITY || last.kind == SCORE;
}

/* The mask knows this axis: sums and data are all alike. */
static bool mask_knows(const Expr *x, const Axis *axis)
{
	bool found = x->kind == X_AXIS && x->axes[0] == axis;
	for (int k = 0; k < x->nargs && x->kind != X_REDUCE && !found; k++)
		found = mask_knows(x->arg[k], axis);
	return found;
}

/* All rows of all matrices: the next index of each axis that the mask knows. */
static bool next_row(const Stage *s, const Axis *key, int64_t *at)
{
	for (int k = s->naxes - 1; k >= 0; k--) {
		const Axis *axis = s->axis[k];
		if (axis == key || !mask_knows(s->body, axis))
			continue;
		if (++at[axis->id] < axis_count(axis))
			return true;
		at[axis->id] = 0;
	}
	return false;
}

static bool look_at_rows(const Chooser *c, const Stage *s, const Axis *row, const Axis *key, int64_t *ahead)
{
	Scores look = {s->body, row, key, NEW_N(&c->m->g->ctx->scratch, int64_t, s->l->naxes + 1), 0};
	double looks = 1;
	for (int k = 0; k < s->naxes; k++)
		looks *= mask_knows(s->body, s->axis[k]) ? (double)axis_count(s->axis[k]) : 1;
	if (!mask_knows(s->body, row) || !mask_knows(s->body, key) || looks > LOOKS_MAX)
		return false;
	do {
		if (!look_at_row(&look))
			return false;
	} while (next_row(s, key, look.at));
	*ahead = look.ahead;
	return true;
}

/* ---- the three stages ---- */

/* The axis of so many indices along which that address goes step by step. */
static Axis *axis_along(Expr *address, Axis *const *axis, int n, Dim size)
{
	int64_t step;
	for (int k = 0; k < n; k++)
		if (dim_same(axis[k]->extent, size) && affine_in(address, axis[k], &step) && step == 1)
			return axis[k];
	return NULL;
}

static const Expr *load_from(const Chooser *c, int stage, const Region *r)
{
	const Expr *found = NULL;
	int n = 0;
	for (const Load *l = c->body[stage].loads; l; l = l->next)
		if (l->load->value->place->region == r) {
			found = l->load;
			n++;
		}
	return n == 1 ? found : NULL;
}

/* The reduction in x over products with that load. */
static const Expr *sum_with(const Expr *x, const Expr *load)
{
	if (x->kind == X_REDUCE && x->red == RED_SUM && x->arg[0]->kind == X_ALU && x->arg[0]->op == MUL &&
	    (x->arg[0]->arg[0] == load || x->arg[0]->arg[1] == load))
		return x;
	const Expr *found = NULL;
	for (int k = 0; k < x->nargs && !found; k++)
		found = sum_with(x->arg[k], load);
	return found;
}

static void add_key(Run *run, Axis *axis)
{
	for (int i = 0; i < run->nkeys; i++)
		if (run->key[i] == axis)
			return;
	if (run->nkeys < KEYS_MAX)
		run->key[run->nkeys++] = axis;
}

/* All sums and maxima of a softmax go along its row. */
static bool add_row_keys(Run *run, const Expr *x, Dim size)
{
	bool all = true;
	if (x->kind == X_REDUCE) {
		all = x->naxes == 1 && dim_same(x->axes[0]->extent, size) && run->nkeys < KEYS_MAX;
		add_key(run, x->axes[0]);
	}
	for (int k = 0; k < x->nargs && all; k++)
		all = add_row_keys(run, x->arg[k], size);
	return all;
}

/* Each score of a row is read along one of its axes, key[first..], step by step. */
static bool reads_along(const Chooser *c, const Run *run, int first, int stage, const Region *scores)
{
	for (const Load *l = c->body[stage].loads; l; l = l->next) {
		int64_t step, sum = 0;
		for (int i = first; i < run->nkeys && l->load->value->place->region == scores; i++) {
			if (!affine_in(l->load->arg[0], run->key[i], &step) || step < 0)
				return false;
			sum += step;
		}
		if (sum != (l->load->value->place->region == scores))
			return false;
	}
	return true;
}

/* Of a softmax nothing else is computed; heads may be taken together or apart. */
static bool is_softmax(const Stage *s)
{
	bool is = s->nfused > 0 && (s->fused[0]->op == &op_softmax || s->fused[0]->op == &op_tcc_Softmax);
	for (int i = 1; i < s->nfused; i++)
		is &= is_op(s->fused[i], "Reshape");
	return is;
}

/* Scores, softmax, product with V: their axes that walk along keys. */
static bool find_keys(const Chooser *c, Run *run)
{
	Stage *scores = c->m->stage[run->first], *soft = c->m->stage[run->first + 1], *last = c->m->stage[run->last];
	const Expr *load = soft->out ? load_from(c, run->last, soft->out->place->region) : NULL;
	const Expr *sum = load ? sum_with(last->body, load) : NULL;
	run->nkeys = 0;
	if (!sum || !scores->body || !contracts(scores) || !is_softmax(soft))
		return false;
	for (int k = 0; k < sum->naxes; k++) {
		int64_t step;
		if (affine_in(load->arg[0], sum->axes[k], &step) && step == 1)
			add_key(run, sum->axes[k]);
	}
	if (run->nkeys != 1)
		return false;
	Dim size = run->key[0]->extent;
	Axis *key = axis_along(scores->address, scores->axis, scores->naxes, size);
	Axis *row = axis_along(soft->address, soft->axis, soft->naxes, size);
	if (!key || !row)
		return false;
	add_key(run, row);
	if (!add_row_keys(run, soft->body, size) || !reads_along(c, run, 1, run->first + 1, scores->out->place->region))
		return false;
	add_key(run, key);
	return true;
}

void find_reach(const Chooser *c, Run *run)
{
	const RowAxis *row = &run->digit[0][run->ndigits - 1];
	const Stage *s = c->m->stage[run->first];
	run->reaches = false;
	if (c->m->o->strict || run->last != run->first + 2 || !find_keys(c, run) || row->unit != 1 ||
	    row->n != axis_count(s->axis[row->k]))
		return;
	run->reaches = look_at_rows(c, s, s->axis[row->k], run->key[run->nkeys - 1], &run->ahead);
}

/* ---- what it saves ---- */

static int64_t keys_below(const Run *run, int64_t row)
{
	int64_t all = axis_count(run->key[0]), keys = row + run->ahead;
	return keys < all ? keys : all;
}

double hidden_part(const Run *run, int64_t strip)
{
	int64_t n = run->size[run->ndigits - 1].k, strips = 0;
	double keys = 0;
	for (int64_t t = 0; run->reaches && t < n; t += strip, strips++)
		keys += (double)keys_below(run, t + strip < n ? t + strip : n);
	return strips ? 1 - keys / (double)strips / (double)axis_count(run->key[0]) : 0;
}

/* ---- what is chosen ---- */

/* One size does for all runs with so many keys. */
static Dim size_of_keys(const Module *m, int64_t most)
{
	Syms *syms = m->g->syms;
	const Unit *u = m->unit;
	for (int i = 0; i < u->nmodules; i++)
		for (int k = 0; k < u->module[i]->nstrips; k++) {
			Dim keys = u->module[i]->strips[k]->keys;
			if (!dim_known(keys) && keys.k == most)
				return keys;
		}
	const char *name = "keys";
	while (dim_exists(syms, name))
		name = arena_format(&m->g->ctx->perm, "%s.", name);
	dim_choose(syms, name, 1, most);
	return dim_bounded(syms, dim_symbol(syms, name));
}

void take_reach(const Chooser *c, const Run *run, Strips *strips)
{
	if (hidden_part(run, run->strip) <= 0)
		return;
	Dim all = run->key[0]->extent;
	strips->keys = size_of_keys(c->m, all.k);
	strips->all_keys = all;
	strips->ahead = run->ahead;
	for (int i = 0; i < run->nkeys; i++)
		run->key[i]->extent = strips->keys;
}
