/* runs.c -- the rows that a run of stages needs (runs.h).
 *
 * Backwards from the rows of its last stage: what each stage reads for its rows are rows of the values before it. */
#include <string.h>
#include "codegen/runs.h"

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

/* All rows are alike: no formula goes by their place among others, and no constant by that of a part of an axis. */
static bool alike(const Stage *s, const Load *loads, const RowAxis *row)
{
	const Axis *axis = s->axis[row->k];
	for (const Load *l = loads; l; l = l->next)
		if (row->unit > 1 && place_root(l->load->value)->data && depends_on(l->load->arg[0], axis))
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
	if (!alike(s, c->body[i].loads, axis) || shares_sum(&c->body[i], s->axis[axis->k]))
		return false;
	if (cut && (s->naxes == LOOP_MAX || (inside == 0 && axis->unit % m->target->lanes)))
		return false;
	return inside + cut > 0 && (!contracts(s) || leaves_points(s, c->body[i].loads, axis));
}

/* ---- a run ---- */

int64_t rows_in_strip(const Held *h, int64_t strip) { return h->need.step * (strip - 1) + h->need.last - h->need.first + 1; }

/* Rows of the strip before that the next one needs again. */
int64_t rows_kept(const Held *h)
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

/* So many indices of the axis for a strip: those of a row, or of the fewest rows that fill vectors where the axis is
 * innermost. */
static int64_t part_of(const Chooser *c, const Stage *s, int k, int64_t row)
{
	int64_t part = row;
	while (k == s->naxes - 1 && part % c->m->target->lanes)
		part += row;
	return part;
}

/* The last stage along parts of an axis, so many indices that each reads rows of what is made before. */
static bool try_last_parts(const Chooser *c, Run *run, int k)
{
	const Stage *s = c->m->stage[run->last];
	const Axis *axis = s->axis[k];
	for (const Load *l = c->body[run->last].loads; l; l = l->next) {
		const Track *t = find_track(run, l->load->value->place->region);
		int64_t coef, lo, hi;
		if (!t || !range_along(l->load->arg[0], axis, &coef, &lo, &hi) || coef <= 0 || t->h.stride % coef)
			continue;
		int64_t row = t->h.stride / coef, unit = part_of(c, s, k, row), n = axis_count(axis);
		return row > 1 && n > unit && n % unit == 0 && try_last(c, run, (RowAxis){k, unit, n / unit});
	}
	return false;
}

/* The last stage: along the rows of its output, or another axis, or parts of one. */
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
		if (dim_known(s->axis[k]->extent) &&
		    (try_last(c, run, (RowAxis){k, 1, axis_count(s->axis[k])}) || try_last_parts(c, run, k)))
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
	run->rows[at].later += t->held ? rows_kept(&t->h) : 0;
	if (!t->read && t->h.n != n)
		return false;
	t->closed = true;
	return add_reads(c, run, i, &run->axis[at], run->rows[at]);
}

bool may_run(const Stage *s)
{
	bool plain = !s->mark && !s->in_place && !s->over && !s->orders && !s->chooses && !s->wide && !s->routine;
	return plain && s->out && s->out->place->region && !moves_by_turn(s->out->place);
}

bool find_strips(const Chooser *c, Run *run)
{
	if (!fill_tracks(c, run) || !add_last(c, run))
		return false;
	for (int i = run->last - 1; i >= run->first; i--)
		if (!add_stage(c, run, i))
			return false;
	return true;
}
