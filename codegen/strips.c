/* strips.c -- choosing the runs of stages that go over a strip of rows at a time (strips.h).
 *
 * Every run first..last of the list is looked at, up to a length. Rows that a strip needs follow backwards from those
 * of its last stage; then a number of rows is chosen and the run is priced in bytes between the second cache and what
 * is beyond. What a run saves is what its values would have moved there as whole maps. The best set of runs that do
 * not meet is found by going through the list from its end. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/heur.h"
#include "codegen/module.h"
#include "codegen/runs.h"

static const char off[] = "off";

int64_t strip_matrices(const Strips *run)
{
	int64_t n = 1;
	for (int i = 0; run && i < run->nouter; i++)
		n *= run->outer[i].k;
	return n;
}

int64_t strip_turns(const Strips *run) { return strip_matrices(run) * ((run->n + run->rows - 1) / run->rows); }

bool takes_range(const Module *m, const Stage *s) { return s->strips || (m->o->threads && s->split); }

/* ---- rows ---- */

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

/* A region's rows: the outermost axis of its owner that has more than one index. */
static bool find_rows(const Region *r, Held *h)
{
	const Value *v = r->owner;
	const Place *p = v->place;
	int k = 0;
	while (k < v->shape.rank && dim_is(v->shape.dim[v->order[k]], 1) && !p->before[v->order[k]] && !p->after[v->order[k]])
		k++;
	if (k == v->shape.rank || p->given || r->count > INT32_MAX || dtype_info(r->dtype)->bits < 8)
		return false;
	int axis = v->order[k];
	*h = (Held){.stride = p->stride[axis], .n = v->shape.dim[axis].k, .before = p->before[axis], .after = p->after[axis]};
	return h->n > 1 && dim_known(v->shape.dim[axis]) && h->stride * (h->before + h->n + h->after) == r->count;
}

/* x = coef * axis + what lies in lo..hi */
static bool range_along(Expr *x, const Axis *axis, int64_t *coef, int64_t *lo, int64_t *hi)
{
	Linear sum;
	*coef = 0;
	if (!linear_of(x, &sum))
		return false;
	*lo = *hi = sum.k;
	for (int i = 0; i < sum.n; i++) {
		int64_t c = sum.coef[i];
		const Expr *atom = sum.atom[i];
		if (atom->kind == X_AXIS && atom->axes[0] == axis) {
			*coef = c;
			continue;
		}
		if (depends_on(atom, axis) || atom->lo <= -INT32_MAX || atom->hi >= INT32_MAX)
			return false;
		*lo += c * (c < 0 ? atom->hi : atom->lo);
		*hi += c * (c < 0 ? atom->lo : atom->hi);
	}
	return true;
}

/* The axis of s that walks over the rows of its output, each row whole. */
static bool find_axis(const Stage *s, const Held *h, RowAxis *axis)
{
	int64_t coef, lo, hi, offset = s->out->place->offset;
	for (int k = 0; k < s->naxes; k++) {
		if (!dim_known(s->axis[k]->extent) || !range_along(s->address, s->axis[k], &coef, &lo, &hi) || coef <= 0 ||
		    h->stride % coef)
			continue;
		int64_t unit = h->stride / coef, n = axis_count(s->axis[k]);
		if (n != unit * h->n || floor_div(offset + lo, h->stride) != h->before ||
		    floor_div(offset + hi + coef * (unit - 1), h->stride) != h->before)
			continue;
		*axis = (RowAxis){k, unit, h->n};
		return true;
	}
	return false;
}

/* The rows of a region that a load reads for row i of its stage: false when they do not follow it. */
static bool window_of(const Stage *s, const RowAxis *axis, const Expr *load, const Held *h, Window *w)
{
	int64_t coef, lo, hi, offset = load->value->place->offset;
	if (!range_along(load->arg[0], s->axis[axis->k], &coef, &lo, &hi) || coef <= 0 || coef * axis->unit % h->stride)
		return false;
	hi += coef * (axis->unit - 1);
	*w = (Window){.step = coef * axis->unit / h->stride, .first = floor_div(offset + lo, h->stride) - h->before,
	              .last = floor_div(offset + hi, h->stride) - h->before};
	return true;
}

bool contracts(const Stage *s)
{
	for (int i = 0; i < s->nfused; i++)
		if (s->fused[i]->op->flags & CONTRACTS)
			return true;
	return false;
}

/* All rows are alike: they have the same constants, and no formula goes by their place among others. */
static bool alike(const Stage *s, const Load *loads, const Axis *axis)
{
	for (const Load *l = loads; l; l = l->next)
		if (place_root(l->load->value)->data && depends_on(l->load->arg[0], axis))
			return false;
	return !divides(s->body, axis);
}

bool sums_over(const Expr *x)
{
	bool found = x->kind == X_AXIS && x->axes[0]->reduction;
	for (int k = 0; k < x->nargs && !found; k++)
		found = sums_over(x->arg[k]);
	return found;
}

/* Inside of a row of a sum of products there is another axis that one factor does not know: points for its tiles. */
static bool leaves_points(const Stage *s, const Load *loads, const RowAxis *axis)
{
	for (int k = 0; k < s->naxes - 1; k++)
		for (const Load *l = loads; l && (k != axis->k || axis->unit > 1); l = l->next)
			if (sums_over(l->load->arg[0]) && !depends_on(l->load->arg[0], s->axis[k]))
				return true;
	return false;
}

bool shares_sum(const Body *body, const Axis *axis)
{
	for (const Load *l = body->sums; l; l = l->next)
		if (!depends_on(l->load, axis))
			return true;
	return false;
}

/* Rows leave whole vectors and tiles: the axis is not innermost, a contraction has one more, and where an axis is cut
 * into rows its vectors stay where they were. */
static bool can_loop(const Chooser *c, int i, const RowAxis *axis)
{
	const Module *m = c->m;
	const Stage *s = m->stage[i];
	int inside = s->naxes - 1 - axis->k;
	bool cut = axis->unit > 1;
	if (!alike(s, c->body[i].loads, s->axis[axis->k]) || shares_sum(&c->body[i], s->axis[axis->k]))
		return false;
	if (cut && (s->naxes == LOOP_MAX || (inside == 0 && axis->unit % m->target->lanes)))
		return false;
	return inside + cut > 0 && (!contracts(s) || leaves_points(s, c->body[i].loads, axis));
}

/* ---- a run ---- */

/* Rows of the strip before that the next one needs again. */
static int64_t kept(const Held *h)
{
	int64_t again = h->need.last + 1 - h->need.step - h->need.later;
	return again > 0 ? again : 0;
}

Track *find_track(Run *run, const Region *r)
{
	for (int i = 0; i < run->ntracks; i++)
		if (run->track[i].region == r)
			return &run->track[i];
	return NULL;
}

/* What the stages from first to last write; false when something of it has no rows. */
static bool fill_tracks(const Chooser *c, Run *run)
{
	run->ntracks = 0;
	for (int i = run->first; i <= run->last; i++) {
		Region *r = c->m->stage[i]->out->place->region;
		if (find_track(run, r))
			continue;
		Track *t = &run->track[run->ntracks++];
		*t = (Track){.region = r};
		t->held = r->kind == IN_ARENA && r->first >= run->first && r->last <= run->last;
		if (!find_rows(r, &t->h) && i < run->last)
			return false;
	}
	return true;
}

static bool add_need(Track *t, Window w)
{
	Window *need = &t->h.need;
	if (t->closed || (t->read && need->step != w.step))
		return false;
	need->first = !t->read || w.first < need->first ? w.first : need->first;
	need->last = !t->read || w.last > need->last ? w.last : need->last;
	need->later = !t->read || w.later < need->later ? w.later : need->later;
	need->step = w.step;
	t->read = true;
	return true;
}

/* Of a value from outside of the run: the rows that are read for two rows of the stage. */
static double shared_bytes(const Stage *s, const RowAxis *axis, const Expr *load)
{
	Held h;
	Window w;
	if (!find_rows(load->value->place->region, &h) || !window_of(s, axis, load, &h, &w) || w.last - w.first < w.step)
		return 0;
	return (double)dtype_bytes(load->dtype, h.stride) * (double)(w.last + 1 - w.first - w.step);
}

/* What stage i, with that axis and those rows, reads of the run's values. */
static bool add_reads(const Chooser *c, Run *run, int i, const RowAxis *axis, Window rows)
{
	for (const Load *l = c->body[i].loads; l; l = l->next) {
		Track *t = find_track(run, l->load->value->place->region);
		Window w;
		if (!t) {
			run->shared += shared_bytes(c->m->stage[i], axis, l->load);
			continue;
		}
		if (!window_of(c->m->stage[i], axis, l->load, &t->h, &w))
			return false;
		Window need = {w.step * rows.step, w.step * rows.first + w.first, w.step * rows.last + w.last,
		               w.step * rows.later + w.first};
		if (!add_need(t, need))
			return false;
	}
	return true;
}

/* Nobody else in the run makes a part of what its last stage makes. */
static bool alone(const Chooser *c, const Run *run, const Region *r)
{
	for (int i = run->first; i < run->last; i++)
		if (c->m->stage[i]->body && c->m->stage[i]->out->place->region == r)
			return false;
	return true;
}

/* The last stage along that axis. */
static bool try_last(const Chooser *c, Run *run, RowAxis axis)
{
	int at = run->last - run->first;
	run->axis[at] = axis;
	run->rows[at] = (Window){.step = 1};
	run->shared = 0;
	for (int i = 0; i < run->ntracks; i++)
		run->track[i].read = false;
	return can_loop(c, run->last, &axis) && add_reads(c, run, run->last, &axis, run->rows[at]);
}

/* The last stage: along the rows of its output, or another axis. */
static bool add_last(const Chooser *c, Run *run)
{
	Stage *s = c->m->stage[run->last];
	Track *t = find_track(run, s->out->place->region);
	RowAxis axis;
	t->closed = true;
	t->held = false;
	if (t->h.n > 1 && find_axis(s, &t->h, &axis) && try_last(c, run, axis))
		return true;
	for (int k = 0; k < s->naxes && alone(c, run, t->region); k++)
		if (dim_known(s->axis[k]->extent) && try_last(c, run, (RowAxis){k, 1, axis_count(s->axis[k])}))
			return true;
	return false;
}

/* A value that exists as a whole has each of its rows made in one strip, and that strip reads no other. */
static bool once_each(const Track *t, int64_t n)
{
	const Window *w = &t->h.need;
	return !t->read || (w->first == 0 && w->last == w->step - 1 && w->step * n == t->h.n);
}

static bool add_stage(const Chooser *c, Run *run, int i)
{
	Stage *s = c->m->stage[i];
	Track *t = find_track(run, s->out->place->region);
	int at = i - run->first;
	int64_t n = run->axis[run->last - run->first].n;
	if (!s->body)
		return true;
	if (!find_axis(s, &t->h, &run->axis[at]) || !can_loop(c, i, &run->axis[at]))
		return false;
	t->held &= t->read;
	if (!t->held && !once_each(t, n))
		return false;
	run->rows[at] = t->read ? t->h.need : (Window){.step = 1};
	run->rows[at].later += t->held ? kept(&t->h) : 0;
	if (!t->read && t->h.n != n)
		return false;
	t->closed = true;
	return add_reads(c, run, i, &run->axis[at], run->rows[at]);
}

static bool may_run(const Stage *s)
{
	bool plain = !s->mark && !s->in_place && !s->over && !s->orders && !s->wide && !s->routine;
	return plain && s->out && s->out->place->region && !moves_by_turn(s->out->place);
}

/* ---- what it costs ---- */

/* The part of a map that has left the second cache when it is read: it and what is read meanwhile go there. Streams from
 * not far beyond it come in time, so a map has to be some times as large. */
static double leaving(const Target *t, double bytes)
{
	double part = (bytes - (double)t->l2) / (double)(2 * t->l2);
	return part < 0 ? 0 : part > 1 ? 1 : part;
}

static int64_t rows_in(const Held *h, int64_t strip) { return h->need.step * (strip - 1) + h->need.last - h->need.first + 1; }

double row_bytes(const Track *t) { return (double)dtype_bytes(t->region->dtype, t->h.stride); }

double elements_of(const Value *v)
{
	double n = 1;
	for (int k = 0; k < v->shape.rank; k++)
		n *= (double)v->shape.dim[k].k;
	return n;
}

double value_bytes(const Value *v) { return elements_of(v) * dtype_info(v->dtype)->bits / 8; }

static Sums sums_of(const Chooser *c, Run *run)
{
	Sums sum = {0};
	for (int i = run->first; i <= run->last; i++) {
		const Stage *s = c->m->stage[i];
		const Track *t = find_track(run, s->out->place->region);
		sum.calls++;
		if (!s->body)
			continue;
		for (int k = 0; k < s->nread; k++) {
			const Region *r = s->read[k]->place->region;
			if (r->kind == IN_WEIGHTS)
				sum.weights += value_bytes(s->read[k]);
			else if (!find_track(run, r))
				sum.outside += value_bytes(s->read[k]);
		}
		double all = value_bytes(s->out);
		if (!t || !t->held) {
			sum.outside += all;
			continue;
		}
		sum.leaves += 2 * all * leaving(c->m->target, (double)s->reads + all);
		sum.whole += all;
		sum.again += all / dtype_info(s->out->dtype)->bits * 8 / (double)t->h.n * (double)kept(&t->h) * (double)c->body[i].work;
	}
	return sum;
}

static int64_t rows_of(const Run *run) { return run->axis[run->last - run->first].n; }

/* Bytes that the run saves in strips of that many rows; nothing when they do not fit. */
static double rows_save(const Chooser *c, const Run *run, const Sums *sum, int64_t strip)
{
	double n = (double)run->axis[run->last - run->first].n, strips = ceil(n / (double)strip), held = 0, moved = 0;
	double l2 = (double)c->m->target->l2;
	for (int i = 0; i < run->ntracks; i++) {
		const Track *t = &run->track[i];
		if (!t->held)
			continue;
		held += (double)rows_in(&t->h, strip) * row_bytes(t);
		moved += 2 * (double)kept(&t->h) * row_bytes(t);
	}
	double near = held + sum->outside / strips;
	if (near > l2 * 5 / 8 || (c->m->o->threads && held * STRIP_WORKERS > sum->whole))
		return 0;
	bool crowded = near + sum->weights > l2 * 3 / 4; /* by the next strip, what this one read has left */
	double again = crowded ? (strips - 1) * (sum->weights + run->shared) : 0;
	double pool = c->m->o->threads ? sum->again : 0; /* a multiply-add takes about as long as a byte */
	return sum->leaves - again - pool - moved * (strips - 1) - CALL_BYTES * sum->calls * strips;
}

/* Strips have whole tiles where rows are points: these have 1, 2, 3, 4, 6 or 12. */
static int64_t whole_tiles(const Run *run, int64_t strip)
{
	enum { POINTS = 12 };
	int64_t tiles = (strip + POINTS - 1) / POINTS * POINTS;
	return !run->ndigits ? strip : tiles < rows_of(run) ? tiles : rows_of(run);
}

/* The best number of rows, at most so many; 0: none saves enough to be worth the reader's time (which many matrices always
 * are: one function is about one of them). */
static void choose_rows(const Chooser *c, Run *run, int64_t most)
{
	Sums sum = sums_of(c, run);
	int64_t n = rows_of(run);
	bool many = matrices_of(run) > 1;
	run->saves = many ? 0 : (double)c->m->target->l2 / 2;
	run->strip = 0;
	for (int64_t strips = many ? 1 : 2; (many || sum.leaves > 0) && strips <= n; strips++) {
		int64_t strip = whole_tiles(run, (n + strips - 1) / strips);
		double bytes = strip > most ? 0 : run->ndigits ? matrices_save(c, run, &sum, strip) : rows_save(c, run, &sum, strip);
		if (bytes > run->saves) {
			run->saves = bytes;
			run->strip = strip;
		}
	}
}

/* ---- what was measured ---- */

/* "conv f32[1,96,112,112] to conv f32[1,24,56,56], 5 stages" */
static const char *key_of(const Module *m, const Run *run)
{
	const Stage *a = m->stage[run->first], *b = m->stage[run->last];
	return arena_format(&m->g->ctx->perm, "%s %s to %s %s, %d stages", a->kind, shape_name(m->unit, a->out), b->kind,
	                    shape_name(m->unit, b->out), run->last + 1 - run->first);
}

static const char *rows_text(const Module *m, const Run *run, int64_t rows)
{
	return arena_format(&m->g->ctx->perm, "%lld rows%s", (long long)rows, run->ndigits ? " of a matrix" : "");
}

/* The first stage says why. */
static void tell_stages(const Module *m, const Run *run, const Decision *choice)
{
	Decision *quiet = arena_copy(&m->g->ctx->perm, choice, sizeof *choice);
	quiet->quiet = true;
	for (int i = run->first; i <= run->last; i++)
		if (m->stage[i]->body) {
			stage_choose(m->stage[i], choice);
			choice = quiet;
		}
}

/* A file of measured choices goes before what the run is expected to save. */
static void ask_measured(const Chooser *c, Run *run)
{
	const Module *m = c->m;
	Decision choice = {.what = "strips", .why = ""};
	if (!m->o->tuned)
		return;
	choice.key = key_of(m, run);
	Entry *e = measured(m, &choice);
	long long rows = e ? strtoll(e->value, NULL, 10) : 0, n = rows_of(run) + (matrices_of(run) > 1);
	if (e && !strcmp(e->value, off)) {
		run->strip = 0;
		choice.chosen = off;
		choice.measured = true;
		tell_stages(m, run, arena_copy(&m->g->ctx->perm, &choice, sizeof choice));
	} else if (e && rows > 0 && rows < n && whole_tiles(run, rows) == rows && !strcmp(e->value, rows_text(m, run, rows))) {
		run->strip = rows;
		run->saves = MEASURED;
	} else if (e && !strstr(e->value, "of a matrix") == !run->ndigits) {
		tuned_stale(m->o->tuned, e, arena_format(&m->g->ctx->scratch, "off, or 1 to %lld rows", n - 1));
	}
}

/* The choice of a run that is taken. */
static const Decision *choice_of(const Module *m, const Run *run)
{
	Arena *a = &m->g->ctx->perm;
	Decision *choice = NEW(a, Decision);
	int64_t rows = run->strip, half = whole_tiles(run, rows / 2);
	*choice = (Decision){.what = "strips", .key = key_of(m, run), .chosen = rows_text(m, run, rows), .why = ""};
	choice->other[choice->nother++] = off;
	if (2 * rows < rows_of(run))
		choice->other[choice->nother++] = rows_text(m, run, 2 * rows);
	if (half > 0 && half < rows)
		choice->other[choice->nother++] = rows_text(m, run, half);
	choice->measured = run->saves >= MEASURED;
	choice->why = arena_format(a, "strips keep %s in the second cache", bytes_text(run->saves, a));
	return choice;
}

static bool find_strips(const Chooser *c, Run *run)
{
	if (!fill_tracks(c, run) || !add_last(c, run))
		return false;
	for (int i = run->last - 1; i >= run->first; i--)
		if (!add_stage(c, run, i))
			return false;
	return true;
}

static bool make_run(const Chooser *c, Run *run, bool (*find)(const Chooser *c, Run *run))
{
	if (!c->m->stage[run->last]->body || !find(c, run))
		return false;
	choose_rows(c, run, INT64_MAX);
	ask_measured(c, run);
	return run->strip > 0;
}

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
	h->rows = rows_in(h, run->strip);
	h->keep = kept(h);
	h->room = (h->rows * h->stride + align - 1) / align * align;
	t->region->held = h;
	t->region->bytes = (int64_t)dtype_bytes(t->region->dtype, h->room) * (m->o->threads ? STRIP_WORKERS : 1);
}

static void take(const Chooser *c, Run *run)
{
	Module *m = c->m;
	Strips *strips = NEW(&m->g->ctx->perm, Strips);
	*strips = (Strips){.first = run->first, .last = run->last, .rows = run->strip, .n = rows_of(run)};
	strips->size = run->ndigits ? run->size[run->ndigits - 1] : dim(strips->n);
	strips->points = run->ndigits;
	strips->nouter = run->ndigits ? run->ndigits - 1 : 0;
	memcpy(strips->outer, run->size, (size_t)strips->nouter * sizeof *run->size);
	GROW(&m->g->ctx->perm, m->strips, m->nstrips, m->cstrips);
	m->strips[m->nstrips++] = strips;
	tell_stages(m, run, choice_of(m, run));
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
			return rows_in(&t->h, run->strip) * (int64_t)row_bytes(t) * (c->m->o->threads ? STRIP_WORKERS : 1);
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
