/* strips.c -- choosing the runs of stages that go over a strip of rows at a time (strips.h).
 *
 * Every run first..last of the list is looked at, up to a length: the rows that it needs (runs.c, matrices.c), how many it
 * has at a time and what it saves (run_cost.c). The best set of runs that do not meet is found by going through the list
 * from its end. */
#include <assert.h>
#include <string.h>
#include "codegen/runs.h"

int64_t strip_matrices(const Strips *run)
{
	int64_t n = 1;
	for (int i = 0; run && i < run->nouter; i++)
		n *= run->outer[i].k;
	return n;
}

int64_t strip_turns(const Strips *run) { return strip_matrices(run) * ((run->n + run->rows - 1) / run->rows); }

bool takes_range(const Module *m, const Stage *s) { return s->strips || (m->o->threads && s->split); }

/* ---- what is chosen ---- */

void cut_axis(Stage *s, int k, int64_t unit)
{
	Axis *axis = s->axis[k];
	Axis *row = axis_new(s->l, dim(axis_count(axis) / unit), false), *rest = axis_new(s->l, dim(unit), false);
	Expr *at = iadd(s->l, imul(s->l, axis_expr(s->l, row), num_i(s->l, unit)), axis_expr(s->l, rest));
	s->body = substitute(s->l, s->body, axis_expr(s->l, axis), at);
	s->address = substitute(s->l, s->address, axis_expr(s->l, axis), at);
	memmove(s->axis + k + 2, s->axis + k + 1, (size_t)(s->naxes - k - 1) * sizeof *s->axis);
	s->axis[k] = row;
	s->axis[k + 1] = rest;
	s->naxes++;
}

static void hold(Module *m, const Run *run, Track *t)
{
	Held *h = arena_copy(&m->g->ctx->perm, &t->h, sizeof t->h);
	int64_t align = 64 / (int64_t)dtype_bytes(t->region->dtype, 1);
	h->rows = rows_in_strip(h, run->strip);
	h->keep = rows_kept(h);
	h->room = (h->rows * h->stride + align - 1) / align * align;
	t->region->held = h;
	t->region->bytes = (int64_t)dtype_bytes(t->region->dtype, h->room) * (m->o->threads ? STRIP_WORKERS : 1);
}

static void take(const Chooser *c, Run *run)
{
	Module *m = c->m;
	Strips *strips = NEW(&m->g->ctx->perm, Strips);
	*strips = (Strips){.first = run->first, .last = run->last, .rows = run->strip, .n = run_rows(run)};
	strips->size = run->ndigits ? run->size[run->ndigits - 1] : dim(strips->n);
	strips->points = run->ndigits;
	strips->nouter = run->ndigits ? run->ndigits - 1 : 0;
	memcpy(strips->outer, run->size, (size_t)strips->nouter * sizeof *run->size);
	GROW(&m->g->ctx->perm, m->strips, m->nstrips, m->cstrips);
	m->strips[m->nstrips++] = strips;
	tell_run(m, run);
	if (run->ndigits)
		take_reach(c, run, strips);
	for (int i = 0; i < run->ntracks; i++)
		if (run->track[i].held)
			hold(m, run, &run->track[i]);
	for (int i = run->first; i <= run->last; i++) {
		Stage *s = m->stage[i];
		const RowAxis *axis = &run->axis[i - run->first];
		if (!s->body && !s->out->place->region->held)
			continue;
		s->strips = strips;
		s->rows = run->rows[i - run->first];
		if (!s->body)
			continue;
		if (run->ndigits) {
			loop_over_matrices(c, run, s, i - run->first);
		} else {
			if (axis->unit > 1)
				cut_axis(s, axis->k, axis->unit);
			s->split = s->axis[axis->k];
		}
		s->split_n = axis->n;
		s->split_unit = 1;
	}
}

static void fill_body(Arena *a, const Expr *x, bool *seen, Body *body)
{
	if (seen[x->id])
		return;
	seen[x->id] = true;
	if (x->kind == X_LOAD || x->kind == X_REDUCE) {
		const Load **list = x->kind == X_LOAD ? &body->loads : &body->sums;
		Load *l = NEW(a, Load);
		*l = (Load){x, *list};
		*list = l;
	}
	int64_t n = 1;
	for (int k = 0; x->kind == X_REDUCE && k < x->naxes; k++)
		if (__builtin_mul_overflow(n, axis_count(x->axes[k]), &n))
			n = INT64_MAX;
	body->work = n > body->work ? n : body->work;
	for (int k = 0; k < x->nargs; k++)
		fill_body(a, x->arg[k], seen, body);
}

static void fill_bodies(Chooser *c)
{
	Arena *a = &c->m->g->ctx->scratch;
	c->body = NEW_N(a, Body, c->m->nstages + 1);
	for (int i = 0; i < c->m->nstages; i++) {
		Stage *s = c->m->stage[i];
		if (s->body)
			fill_body(a, s->body, NEW_N(a, bool, s->l->nexprs + 1), &c->body[i]);
	}
}

static bool make_run(const Chooser *c, Run *run, bool (*find)(const Chooser *c, Run *run))
{
	if (!c->m->stage[run->last]->body || !find(c, run))
		return false;
	choose_rows(c, run, INT64_MAX);
	ask_measured(c, run);
	return run->strip > 0;
}

/* The best set of the runs that begin at `first` or later: after[first] is what it saves. */
static void best_from(Chooser *c, int first, double *after)
{
	after[first] = after[first + 1];
	static bool (*const kind[])(const Chooser *c, Run *run) = {find_strips, find_matrices};
	for (int last = first; last < c->m->nstages && last < first + RUN_MAX && may_run(c->m->stage[last]); last++)
		for (int k = 0; k < 2 && last > first; k++) {
			Run run = {.first = first, .last = last};
			if (!make_run(c, &run, kind[k]) || run.saves + after[last + 1] <= after[first])
				continue;
			after[first] = run.saves + after[last + 1];
			c->best[first] = arena_copy(&c->m->g->ctx->scratch, &run, sizeof run);
		}
}

/* Stages of bodies keep their own order of calls. */
static bool *inside_bodies(const Module *m)
{
	bool *inside = NEW_N(&m->g->ctx->scratch, bool, m->nstages + 1);
	for (int i = 0, open = 0; i < m->nstages; i++) {
		Mark mark = m->stage[i]->mark;
		open += mark == MARK_LOOP || mark == MARK_IF ? 1 : mark == MARK_END ? -1 : 0;
		inside[i] = open > 0;
	}
	return inside;
}

/* Leave those that belong to the best set. */
static void keep_chosen(const Chooser *c)
{
	for (int i = 0; i < c->m->nstages; i++)
		if (c->best[i]) {
			int last = c->best[i]->last;
			while (i < last)
				c->best[++i] = NULL;
		}
}

static int64_t bytes_in(const Chooser *c, const Run *run, const Region *r)
{
	for (int i = 0; i < run->ntracks; i++) {
		const Track *t = &run->track[i];
		if (t->region == r && t->held)
			return rows_in_strip(&t->h, run->strip) * (int64_t)row_bytes(t) * (c->m->o->threads ? STRIP_WORKERS : 1);
	}
	return r->bytes;
}

/* Bytes alive at once, at most, and the stage where that is. */
static int64_t peak(const Chooser *c, Run *const *runs, int *at)
{
	int n = c->m->nstages;
	int64_t *live = NEW_N(&c->m->g->ctx->scratch, int64_t, n + 1), most = 0;
	for (int k = 0; k < c->m->nregions; k++) {
		const Region *r = c->m->region[k];
		int first = r->first, last = r->last;
		int64_t bytes = r->bytes;
		for (int i = r->first < RUN_MAX ? 0 : r->first - RUN_MAX; runs && i <= r->last; i++) { /* that may meet it */
			const Run *run = runs[i];
			if (!run || r->first > run->last || r->last < run->first)
				continue;
			first = run->first < first ? run->first : first;
			last = run->last > last ? run->last : last;
			bytes = bytes_in(c, run, r);
		}
		if (last < first)
			continue;
		live[first] += bytes;
		live[last + 1] -= bytes;
	}
	for (int i = 0; i < n; i++) {
		live[i] += i ? live[i - 1] : 0;
		if (live[i] > most) {
			most = live[i];
			*at = i;
		}
	}
	return most;
}

/* What a run reads and makes as a whole is alive in all of it: where that makes the arena larger, it has fewer rows at a
 * time, or there is none. */
static void keep_small(const Chooser *c)
{
	int at = 0, whole = 0;
	int64_t most = peak(c, NULL, &whole);
	while (peak(c, c->best, &at) > most) {
		int i = at;
		while (i > 0 && !c->best[i])
			i--;
		assert(c->best[i] && c->best[i]->last >= at);
		choose_rows(c, c->best[i], c->best[i]->strip - 1);
		if (!c->best[i]->strip)
			c->best[i] = NULL;
	}
}

void make_strips(Module *m)
{
	Arena *a = &m->g->ctx->scratch;
	Chooser c = {.m = m, .best = NEW_N(a, Run *, m->nstages + 1)};
	double *after = NEW_N(a, double, m->nstages + 1);
	const bool *inside = inside_bodies(m);
	if (m->o->level < 2 || m->o->no_strips)
		return;
	fill_bodies(&c);
	for (int i = m->nstages - 1; i >= 0; i--)
		if (inside[i])
			after[i] = after[i + 1];
		else
			best_from(&c, i, after);
	keep_chosen(&c);
	keep_small(&c);
	for (int i = 0; i < m->nstages; i++)
		if (c.best[i])
			take(&c, c.best[i]);
}

void note_strips(Module *m)
{
	Arena *a = &m->g->ctx->perm;
	for (int i = 0; i < m->nstrips; i++) {
		const Strips *run = m->strips[i];
		int first = m->stage[run->first]->number, last = m->stage[run->last]->number;
		for (int k = run->first; k <= run->last; k++) {
			Stage *s = m->stage[k];
			const char *so_far = s->schedule ? arena_format(a, "%s; ", s->schedule) : "";
			if (s->strips)
				s->schedule = arena_format(a, "%sin strips with s%d to s%d, %lld row%s of%s s%d at a time%s", so_far, first,
				                           last, (long long)run->rows, run->rows > 1 ? "s" : "",
				                           run->nouter ? " a matrix of" : "", last,
				                           dim_known(run->keys) ? "" : ", with the keys that these look at");
		}
	}
}
