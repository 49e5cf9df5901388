/* matrices.c -- runs whose values are many matrices, such as the scores of an attention: one of each head of each image.
 * Strips are rows of one matrix, so that not even one of them has to exist as a whole.
 *
 *     for (int i = 0; i < 12; i++)                      of scores f32[1,12,512,512], 48 rows of one head are in memory
 *             for (int t = 0; t < 512; t += 48) {
 *                     s8_matmul(b3, q + 64*i, k + 32768*i, ..);
 *                     s9_softmax(b4, b3, ..);
 *                     s10_matmul(y + 64*i, b4, v + 64*i, ..);
 *             }
 *
 * The last stage tells what the matrices are: its axes that walk through what it reads of the run are the digits of that
 * row's number, larger steps first. The last digit is the row in its matrix. Backwards from there every stage has to have
 * these digits, as axes or as parts of one: heads and rows of a softmax are one axis of it. Row i of every value needs
 * row i of the values before it and no other.
 *
 * The last stage is a product of two values. The rows of a matrix are the points of its tiles, so strips have a number of
 * them that tiles divide. Which matrix it is shows in nothing but addresses, so functions know nothing of that: the list of
 * calls moves their pointers. */
#include <math.h>
#include <string.h>
#include "codegen/runs.h"

enum { ROWS_CALL_BYTES = 2400 }; /* as CALL_BYTES, where a stage begins with whole tiles: about a hundred cycles */

static Stage *stage_of(const Chooser *c, const Run *run, int i) { return c->m->stage[run->first + i]; }

/* Of a stage, elements from one digit to the next in address x; false when some digit does not step steadily. */
static bool steps_of(const Run *run, int i, const Stage *s, Expr *x, int64_t *step)
{
	for (int d = 0; d < run->ndigits; d++) {
		const RowAxis *digit = &run->digit[i][d];
		if (!affine_in(x, s->axis[digit->k], &step[d]))
			return false;
		step[d] *= digit->unit;
	}
	return true;
}

/* What is left of an axis below its last digit. */
static int64_t unit_of(const Run *run, int i, const Stage *s, const Expr *atom)
{
	int64_t unit = 0;
	for (int d = 0; d < run->ndigits; d++)
		if (atom->kind == X_AXIS && atom->axes[0] == s->axis[run->digit[i][d].k])
			unit = run->digit[i][d].unit;
	return unit;
}

/* Address x apart from its digits stays within a row of so many elements. */
static bool within_row(const Run *run, int i, const Stage *s, Expr *x, int64_t offset, int64_t row)
{
	Linear sum;
	if (!linear_of(x, &sum))
		return false;
	int64_t lo = offset + sum.k, hi = lo;
	for (int k = 0; k < sum.n; k++) {
		const Expr *atom = sum.atom[k];
		int64_t unit = unit_of(run, i, s, atom), least = unit ? 0 : atom->lo, most = unit ? unit - 1 : atom->hi;
		if (sum.coef[k] < 0 || least <= -INT32_MAX || most >= INT32_MAX)
			return false;
		lo += sum.coef[k] * least;
		hi += sum.coef[k] * most;
	}
	return lo >= 0 && hi < row;
}

/* From one digit to the next there is room for all that lies inside. */
static bool nested(const Run *run, const int64_t *step)
{
	bool fits = true;
	for (int d = 0; d < run->ndigits; d++)
		fits &= step[d] >= (d + 1 < run->ndigits ? step[d + 1] * run->size[d + 1].k : 1);
	return fits;
}

/* ---- digits ---- */

/* The last stage's axes that walk through what it reads, larger steps first. */
static bool find_digits(Run *run, const Stage *s, const Expr *load)
{
	int64_t step[DIGITS_MAX], coef;
	RowAxis *digit = run->digit[run->last - run->first];
	run->ndigits = 0;
	for (int k = 0; k < s->naxes; k++) {
		int at = run->ndigits;
		if (!affine_in(load->arg[0], s->axis[k], &coef) || coef < 0 || (coef && at == DIGITS_MAX))
			return false;
		if (coef == 0)
			continue;
		for (; at > 0 && step[at - 1] < coef; at--) {
			step[at] = step[at - 1];
			digit[at] = digit[at - 1];
		}
		step[at] = coef;
		digit[at] = (RowAxis){k, 1, axis_count(s->axis[k])};
		run->ndigits++;
	}
	for (int d = 0; d < run->ndigits; d++)
		run->size[d] = s->axis[digit[d].k]->extent;
	return run->ndigits > 0;
}

/* One axis can be a digit of that size, each of its steps `unit` indices. */
static bool has_digit(const Axis *axis, int64_t unit, Dim size)
{
	if (!dim_known(size) || !dim_known(axis->extent))
		return unit == 1 && dim_same(axis->extent, size);
	return axis_count(axis) % (unit * size.k) == 0;
}

/* The digits of an axis are all of it, down to the last one's unit. */
static bool covers(const Run *run, int i, int k, int64_t count)
{
	for (int d = 0; d < run->ndigits; d++) {
		const RowAxis *digit = &run->digit[i][d];
		if (digit->k != k)
			continue;
		if (digit->unit * digit->n != count)
			return false;
		count = digit->unit;
	}
	return true;
}

/* The digits of a stage that writes what others have read in such steps. */
static bool place_digits(Run *run, int i, const Stage *s, const int64_t *step)
{
	int64_t coef;
	for (int d = 0; d < run->ndigits; d++) {
		int k = 0;
		for (; k < s->naxes; k++)
			if (affine_in(s->address, s->axis[k], &coef) && coef > 0 && step[d] % coef == 0 &&
			    has_digit(s->axis[k], step[d] / coef, run->size[d]))
				break;
		if (k == s->naxes)
			return false;
		run->digit[i][d] = (RowAxis){k, step[d] / coef, run->size[d].k};
	}
	bool whole = true;
	for (int k = 0; k < s->naxes; k++)
		whole &= covers(run, i, k, axis_count(s->axis[k]));
	return whole && within_row(run, i, s, s->address, s->out->place->offset, step[run->ndigits - 1]);
}

/* ---- stages ---- */

static bool only_in_addresses(const Expr *x, const Axis *axis)
{
	int64_t coef;
	if (!depends_on(x, axis))
		return true;
	if (x->kind == X_LOAD)
		return affine_in(x->arg[0], axis, &coef);
	bool only = x->kind != X_AXIS;
	for (int k = 0; k < x->nargs && only; k++)
		only = only_in_addresses(x->arg[k], axis);
	return only;
}

/* Pointers that move from matrix to matrix do for the stage what its axes did. */
static bool can_move(const Chooser *c, const Run *run, int i)
{
	const Stage *s = stage_of(c, run, i);
	int64_t step[DIGITS_MAX], other[DIGITS_MAX];
	for (int d = 0; d + 1 < run->ndigits; d++)
		if (!only_in_addresses(s->body, s->axis[run->digit[i][d].k]))
			return false;
	for (const Load *l = c->body[run->first + i].loads; l; l = l->next)
		for (const Load *k = l; k; k = k->next)
			if (k->load->value == l->load->value && run->ndigits > 1 &&
			    (!steps_of(run, i, s, l->load->arg[0], step) || !steps_of(run, i, s, k->load->arg[0], other) ||
			     memcmp(step, other, (size_t)(run->ndigits - 1) * sizeof *step)))
				return false;
	return steps_of(run, i, s, s->address, step);
}

/* Rows are points of tiles: one factor does not know them. It is no constant, of which each strip would read all. */
static bool rows_are_points(const Chooser *c, const Run *run, int i, const RowAxis *row)
{
	const Stage *s = stage_of(c, run, i);
	bool leaves = false, constant = false;
	for (const Load *l = c->body[run->first + i].loads; l; l = l->next) {
		if (!sums_over(l->load->arg[0]))
			continue;
		leaves |= !depends_on(l->load->arg[0], s->axis[row->k]);
		constant |= place_root(l->load->value)->data != NULL;
	}
	return row->unit == 1 && leaves && !constant;
}

/* Vectors stay whole. */
static bool can_loop(const Chooser *c, const Run *run, int i)
{
	const Stage *s = stage_of(c, run, i);
	const RowAxis *row = &run->digit[i][run->ndigits - 1];
	if (s->naxes + run->ndigits > LOOP_MAX || shares_sum(&c->body[run->first + i], s->axis[row->k]))
		return false;
	if (row->k == s->naxes - 1 && (row->unit == 1 || row->unit % c->m->target->lanes))
		return false;
	return !contracts(s) || rows_are_points(c, run, i, row);
}

/* What two rows read, or two matrices, overlaps, as windows do: strips over whole maps are for these (strips.c). */
static bool overlaps(const Run *run, int i, const Stage *s, Expr *x)
{
	int64_t step[DIGITS_MAX];
	bool found = false;
	Linear sum;
	if (!linear_of(x, &sum) || !steps_of(run, i, s, x, step))
		return false;
	for (int k = 0; k < sum.n; k++)
		for (int d = 0; d < run->ndigits && !unit_of(run, i, s, sum.atom[k]); d++)
			found |= sum.coef[k] > 0 && sum.coef[k] <= step[d] && sum.atom[k]->hi >= step[d] / sum.coef[k];
	return found;
}

/* What stage i reads of the run's values lies in such steps. */
static bool add_reads(const Chooser *c, Run *run, int i)
{
	const Stage *s = stage_of(c, run, i);
	for (const Load *l = c->body[run->first + i].loads; l; l = l->next) {
		Track *t = find_track(run, l->load->value->place->region);
		int64_t step[DIGITS_MAX];
		if (!t && overlaps(run, i, s, l->load->arg[0]))
			return false;
		if (!t)
			continue;
		if (t->closed || !steps_of(run, i, s, l->load->arg[0], step) || !nested(run, step) ||
		    !within_row(run, i, s, l->load->arg[0], l->load->value->place->offset, step[run->ndigits - 1]) ||
		    (t->read && memcmp(step, t->step, (size_t)run->ndigits * sizeof *step)))
			return false;
		memcpy(t->step, step, sizeof step);
		t->read = true;
	}
	return true;
}

static bool add_stage(const Chooser *c, Run *run, int i)
{
	Stage *s = stage_of(c, run, i);
	Track *t = find_track(run, s->out->place->region);
	int row = run->ndigits - 1;
	if (t && (!t->read || !place_digits(run, i, s, t->step)))
		return false;
	if (t)
		t->closed = true;
	if (!can_move(c, run, i) || !can_loop(c, run, i) || !add_reads(c, run, i))
		return false;
	run->axis[i] = run->digit[i][row];
	run->rows[i] = (Window){.step = 1};
	return true;
}

/* ---- the run ---- */

/* All that stages but the last one write has one writer, is read in the run only, and has no border. (The border of what
 * the last one writes may stand among them.) */
static bool fill_tracks(const Chooser *c, Run *run)
{
	const Region *last = c->m->stage[run->last]->out->place->region;
	run->ntracks = 0;
	for (int i = run->first; i < run->last; i++) {
		const Stage *s = c->m->stage[i];
		Region *r = s->out->place->region;
		bool inside = r->kind == IN_ARENA && r->first == i && r->last <= run->last && r->count <= INT32_MAX;
		if (!s->body && r == last)
			continue;
		if (!s->body || !inside || r->owner != s->out || s->out->place->border || s->out->place->given || s->pieces > 1 ||
		    dtype_info(r->dtype)->bits < 8)
			return false;
		run->track[run->ntracks++] = (Track){.region = r, .held = true};
	}
	return !find_track(run, last);
}

static void fill_held(Run *run)
{
	for (int i = 0; i < run->ntracks; i++) {
		Track *t = &run->track[i];
		t->h = (Held){.need = {.step = 1}, .stride = t->step[run->ndigits - 1], .n = run->size[run->ndigits - 1].k};
	}
}

/* A stage that walks in two axes over what others read as one digit, such as heads that share their keys and rows: the
 * inner axis has so many indices; 0: there is none. */
static int64_t lower_part(const Chooser *c, Run *run, int i, int *d)
{
	const Stage *s = stage_of(c, run, i);
	const Track *t = find_track(run, s->out->place->region);
	int64_t coef;
	for (*d = 0; t && t->read && *d < run->ndigits && run->ndigits < DIGITS_MAX; ++*d)
		for (int k = 0; k < s->naxes; k++) {
			Dim size = run->size[*d];
			if (!affine_in(s->address, s->axis[k], &coef) || !dim_known(size) || coef <= t->step[*d] || coef % t->step[*d])
				continue;
			int64_t part = coef / t->step[*d];
			if (part < size.k && size.k % part == 0)
				return part;
		}
	return 0;
}

/* The last stage's digit d in two. */
static void split_digit(Run *run, int d, int64_t part)
{
	RowAxis *digit = &run->digit[run->last - run->first][d];
	Dim *size = &run->size[d];
	size_t behind = (size_t)(run->ndigits - d);
	memmove(digit + 1, digit, behind * sizeof *digit);
	memmove(size + 1, size, behind * sizeof *size);
	digit[0].unit *= part;
	digit[0].n /= part;
	digit[1].n = part;
	size[0] = dim(digit[0].n);
	size[1] = dim(part);
	run->ndigits++;
}

/* Backwards from the last stage; where one has finer digits, once more with these. */
static bool add_stages(const Chooser *c, Run *run)
{
	int64_t part;
	for (int n = run->last - run->first, i = n, d; i >= 0; i--) {
		if (!stage_of(c, run, i)->body)
			continue;
		if ((part = lower_part(c, run, i, &d))) {
			split_digit(run, d, part);
			fill_tracks(c, run);
			i = n + 1;
		} else if (!add_stage(c, run, i)) {
			return false;
		}
	}
	return true;
}

bool find_matrices(const Chooser *c, Run *run)
{
	Stage *s = c->m->stage[run->last];
	const Load *l = c->body[run->last].loads;
	if (!contracts(s) || s->pieces > 1 || !fill_tracks(c, run))
		return false;
	while (l && !find_track(run, l->load->value->place->region))
		l = l->next;
	if (!l || !find_digits(run, s, l->load) || !add_stages(c, run))
		return false;
	fill_held(run);
	find_reach(c, run);
	return true;
}

int64_t matrices_of(const Run *run)
{
	int64_t n = 1;
	for (int d = 0; d + 1 < run->ndigits; d++)
		n *= run->size[d].k;
	return n;
}

/* ---- what it costs ---- */

/* What one matrix needs from outside: rows of values that each strip has its own of, and what all strips read. */
typedef struct Outside {
	double rows, all;
} Outside;

static void add_outside(const Run *run, int i, const Stage *s, const Load *l, Outside *sum)
{
	double bytes = value_bytes(l->load->value);
	for (int d = 0; d + 1 < run->ndigits; d++)
		if (depends_on(l->load->arg[0], s->axis[run->digit[i][d].k]))
			bytes /= (double)run->size[d].k;
	if (depends_on(l->load->arg[0], s->axis[run->digit[i][run->ndigits - 1].k]))
		sum->rows += bytes;
	else
		sum->all += bytes;
}

static Outside outside_of(const Chooser *c, Run *run)
{
	Outside sum = {0};
	for (int i = 0; i <= run->last - run->first; i++)
		for (const Load *l = c->body[run->first + i].loads; l; l = l->next)
			if (!find_track(run, l->load->value->place->region))
				add_outside(run, i, stage_of(c, run, i), l, &sum);
	return sum;
}

/* Multiply-adds of all that is made row by row, each of which takes about as long as a byte. */
static double work_of(const Chooser *c, const Run *run)
{
	double sum = 0;
	for (int i = run->first; i <= run->last; i++)
		if (contracts(c->m->stage[i]))
			sum += (double)c->body[i].work * elements_of(c->m->stage[i]->out);
	return sum;
}

/* What all strips of a matrix read is near for them, or comes again for each. Maps that stay in the second cache as a whole
 * drive others out of it: half of their bytes. What calls take is not known so well: strips save as much again. */
double matrices_save(const Chooser *c, Run *run, const Sums *sum, int64_t strip)
{
	const Outside outside = outside_of(c, run);
	double n = (double)matrices_of(run), strips = ceil((double)run->size[run->ndigits - 1].k / (double)strip), held = 0;
	double l2 = (double)c->m->target->l2;
	for (int i = 0; i < run->ntracks; i++)
		held += (double)strip * row_bytes(&run->track[i]);
	if (held > l2 * 5 / 8 || (c->m->o->threads && held * STRIP_WORKERS > sum->whole))
		return 0;
	bool crowded = held + outside.rows / strips + outside.all > l2 * 3 / 4;
	double again = crowded ? n * (strips - 1) * outside.all : 0, drives_out = n > 1 ? (sum->whole - held) / 2 : 0;
	double calls = ROWS_CALL_BYTES * sum->calls * n * strips, hidden = hidden_part(run, strip) * work_of(c, run);
	double saves = sum->leaves + drives_out + hidden - again - calls;
	return saves > calls ? saves : 0;
}

/* ---- what is chosen ---- */

static void move_value(Stage *s, const Value *v, const int64_t *step, int n)
{
	Arena *a = s->l->arena;
	for (int i = 0; i < s->nmoving; i++)
		if (s->moving[i].value == v)
			return;
	GROW(a, s->moving, s->nmoving, s->cmoving);
	s->moving[s->nmoving].value = v;
	memcpy(s->moving[s->nmoving++].step, step, (size_t)n * sizeof *step);
}

static void move_values(const Chooser *c, const Run *run, Stage *s, int i)
{
	int64_t step[DIGITS_MAX];
	for (const Load *l = c->body[run->first + i].loads; l; l = l->next)
		if (!l->load->value->place->region->held && steps_of(run, i, s, l->load->arg[0], step))
			move_value(s, l->load->value, step, run->ndigits - 1);
	if (!s->out->place->region->held && steps_of(run, i, s, s->address, step))
		move_value(s, s->out, step, run->ndigits - 1);
}

static int position(const Stage *s, const Axis *axis)
{
	int k = 0;
	while (s->axis[k] != axis)
		k++;
	return k;
}

static void drop_axis(Stage *s, Axis *axis)
{
	int k = position(s, axis);
	s->body = substitute(s->l, s->body, axis_expr(s->l, axis), num_i(s->l, 0));
	s->address = substitute(s->l, s->address, axis_expr(s->l, axis), num_i(s->l, 0));
	memmove(s->axis + k, s->axis + k + 1, (size_t)(s->naxes - k - 1) * sizeof *s->axis);
	s->naxes--;
}

void loop_over_matrices(const Chooser *c, const Run *run, Stage *s, int i)
{
	Axis *left[LOOP_MAX], *digit[DIGITS_MAX];
	memcpy(left, s->axis, sizeof left);
	move_values(c, run, s, i);
	for (int d = 0; d < run->ndigits; d++) {
		const RowAxis *p = &run->digit[i][d];
		int k = position(s, left[p->k]);
		if (p->unit > 1)
			cut_axis(s, k, p->unit);
		digit[d] = s->axis[k];
		left[p->k] = p->unit > 1 ? s->axis[k + 1] : NULL;
	}
	for (int d = 0; d + 1 < run->ndigits; d++)
		drop_axis(s, digit[d]);
	s->split = digit[run->ndigits - 1];
}
