/* calls.c -- the arena and the list of calls: one line a stage, and where workers depend on each other. */
#include <string.h>
#include "codegen/module.h"

static const char *region_name(Module *m, const Region *r)
{
	return arena_format(&m->g->ctx->perm, "B%d", r->id + 1);
}

static const char *held_text(Module *m, const Region *r)
{
	const char *each = m->o->threads ? " a worker" : "";
	return r->held ? arena_format(&m->g->ctx->perm, ", %lld rows%s", (long long)r->held->rows, each) : "";
}

void print_arena(Module *m, Out *o)
{
	int64_t unit = m->float_arena ? 4 : 1;
	if (m->arena_bytes == 0)
		return;
	put_text(o, "/* The arena: offsets in %s, and the stages in which each buffer lives. */\nenum {\n",
	         m->float_arena ? "floats" : "bytes");
	for (int i = 0; i < m->nregions; i++) {
		const Region *r = m->region[i];
		if (r->last < 0)
			continue;
		const char *around = border_text(r->owner, o->arena);
		put_text(o, "\t%s = %lld,\t/* %d-%d  %s%s%s%s */\n", region_name(m, r), (long long)(r->offset / unit),
		         m->stage[r->first]->number, m->stage[r->last]->number, shape_name(m->unit, r->owner),
		         *around ? ", " : "", around, held_text(m, r));
	}
	for (int i = 0; i < m->nstages; i++)
		if (m->stage[i]->makes_text)
			put_text(o, "\tT%d = %lld,\t/* text that s%d_%s makes: up to %lld bytes each */\n", m->stage[i]->number,
			         (long long)m->stage[i]->text_offset, m->stage[i]->number, m->stage[i]->kind,
			         (long long)text_bytes(m, m->stage[i]));
	put_text(o, "};\n\n");
}

/* The variable that counts the turns of the loop at that level. */
static const char *turn_name(int level, Arena *a) { return level ? arena_format(a, "t%d", level + 1) : "t"; }

/* "t", or "(d0 - 1 - t)": the number of the slice that a turn sees. */
static const char *slice_number(Module *m, const Moves *moves, int level, Arena *a)
{
	const char *turn = turn_name(level, a);
	return dim_is(moves->many, 0) ? turn : arena_format(a, "(%s - 1 - %s)", size_text(m->unit, moves->many), turn);
}

/* From a region's start to element 0,..,0. */
static void print_offset(Module *m, const Place *p, Out *o)
{
	if (p->offset)
		put_text(o, " + %lld", (long long)p->offset);
	for (int k = 0; k < NEST_MAX; k++) {
		int64_t step = p->turn[k].step;
		if (step)
			put_text(o, " %c %lld%s*%s", step < 0 ? '-' : '+', (long long)(step < 0 ? -step : step),
			         p->region->count > INT32_MAX ? "LL" : "", slice_number(m, &p->turn[k], k, o->arena));
	}
}

static void print_pointer(Module *m, const Value *v, Out *o)
{
	const Place *p = v->place;
	const Region *r = p->region;
	const char *type = c_type(v->dtype);
	if (r->held) {
		put_text(o, "b%d", r->id + 1);
	} else if (r->kind == IN_COUNTER) {
		put_text(o, "&%s", turn_name(r->id, o->arena));
	} else if (r->kind == IN_CALL) {
		put_text(o, "&c->%s", count_name(m->unit, r->owner->content[0]));
	} else if (r->kind == IN_INPUT || r->kind == IN_OUTPUT) {
		put_text(o, r->kind == IN_INPUT ? "c->in->x%d" : "c->out->y%d", r->id);
	} else {
		if (m->float_arena || !strcmp(type, "uint8_t"))
			put_text(o, "m + %s", region_name(m, r));
		else
			put_text(o, "(%s *)(void *)(m + %s)", type, region_name(m, r));
	}
	print_offset(m, p, o);
}

/* The variable of the i-th loop around strips. */
static const char *matrix_name(int i, Arena *a) { return i ? arena_format(a, "i%d", i + 1) : "i"; }

/* To the matrix of this turn. */
static void print_moving(const Stage *s, const Value *v, Out *o)
{
	for (int i = 0; i < s->nmoving; i++)
		for (int k = 0; k < s->strips->nouter && s->moving[i].value == v; k++)
			if (s->moving[i].step[k])
				put_text(o, " + %lld%s*%s", (long long)s->moving[i].step[k], v->place->region->count > INT32_MAX ? "LL" : "",
				         matrix_name(k, o->arena));
}

static void print_argument(Module *m, const Stage *s, const Param *q, Out *o)
{
	const Weight *w = q->weight;
	if (!w) {
		print_pointer(m, q->value, o);
		print_moving(s, q->value, o);
		return;
	}
	const char *name = weight_name(m->unit, w);
	if (!in_blob(m->unit, w))
		put_text(o, "%s", name);
	else
		put_text(o, "(const %s *)(const void *)(w + %s)", c_type(w->dtype), upper_name(o->arena, name));
	if (q->value) {
		print_offset(m, q->value->place, o);
		print_moving(s, q->value, o);
	}
}

/* ---- what needs what ---- */

static bool overlap(const Region *a, const Region *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind != IN_ARENA)
		return a->id == b->id;
	return a->offset < b->offset + b->bytes && b->offset < a->offset + a->bytes;
}

/* Every element of a region is written once, so two stages that write the same region do not meet: a border and what it
 * surrounds, parts of a Concat, pieces of a stage. What writes over others waits for them. */
static bool apart(const Param *a, const Param *b)
{
	return a->written && b->written && a->value->place->region == b->value->place->region;
}

static bool conflict(const Stage *s, const Stage *t)
{
	for (int i = 0; i < s->nparams; i++)
		for (int k = 0; k < t->nparams; k++) {
			const Param *a = &s->param[i], *b = &t->param[k];
			if (!a->weight && !b->weight && (a->written || b->written) &&
			    (s->over || t->over || !apart(a, b)) &&
			    overlap(a->value->place->region, b->value->place->region))
				return true;
		}
	return false;
}

/* ---- one call ---- */

/* A stage computes from..to-1; NULL: all. */
typedef struct Range {
	const char *from, *to;
} Range;

/* In how many pieces workers share the stage; one at least. */
static const char *pieces_text(const Stage *s, Arena *a)
{
	long long unit = (long long)s->split_unit;
	const char *n = size_text(s->module->unit, s->split->extent);
	if (dim_known(s->split->extent))
		return arena_format(a, "%lld", (long long)s->split_n);
	n = unit > 1 ? arena_format(a, "(%s + %lld) / %lld", n, unit - 1, unit) : n;
	return dim_lo(s->module->g->syms, s->split->extent) > 0 ? n : arena_format(a, "most(%s, 1)", n);
}

static Range worker_range(const Stage *s, Arena *a)
{
	long long unit = (long long)s->split_unit;
	const char *end = size_text(s->module->unit, s->split->extent);
	if (unit == 1)
		return (Range){"k.from", "k.to"};
	Range r = {arena_format(a, "%lld*k.from", unit), arena_format(a, "%lld*k.to", unit)};
	if (!dim_known(s->split->extent) || s->split_n * unit > axis_count(s->split))
		r.to = arena_format(a, "least(%s, %s)", r.to, end);
	return r;
}

static void print_call(Module *m, Stage *s, Range range, const char *tabs, Out *o)
{
	const char *comma = "";
	put_text(o, "%ss%d_%s(", tabs, s->number, s->kind);
	for (int k = 0; k < s->nparams; k++, comma = ", ") {
		put_text(o, "%s", comma);
		print_argument(m, s, &s->param[k], o);
	}
	if (range.from) {
		put_text(o, "%s%s, %s", comma, range.from, range.to);
		comma = ", ";
	}
	if (s->makes_text) {
		put_text(o, "%s(char *)(m + T%d)", comma, s->number);
		comma = ", ";
	}
	if (s->checks)
		put_text(o, "%s&status", comma);
	put_text(o, "%s);\n", s->sizes);
}

/* With --profile: this worker is done with its part of the stage. */
static void print_done(const Module *m, const Stage *s, const char *tabs, Out *o)
{
	if (m->o->profile)
		put_text(o, "%stimer_done(&timer, \"s%d_%s\");\n", tabs, s->number, s->kind);
}

/* ---- strips: rows t..u-1 of the last stage a turn ---- */

/* "2*t - 1" */
static const char *row_text(int64_t step, const char *t, int64_t k, Arena *a)
{
	const char *times = step == 1 ? t : arena_format(a, "%lld*%s", (long long)step, t);
	return k ? arena_format(a, "%s %c %lld", times, k < 0 ? '-' : '+', (long long)(k < 0 ? -k : k)) : times;
}

/* Where a worker's rows of a region begin, in units of the arena. */
static const char *room_text(Module *m, const Region *r, Arena *a)
{
	long long room = r->held->room * (m->float_arena ? 1 : (long long)dtype_bytes(r->dtype, 1));
	return m->o->threads ? arena_format(a, "m + %s + %lld*worker", region_name(m, r), room)
	                     : arena_format(a, "m + %s", region_name(m, r));
}

/* float *b3 = where the region would begin if it were there as a whole */
static void print_held(Module *m, const Region *r, const char *tabs, Out *o)
{
	const Held *h = r->held;
	Arena *a = o->arena;
	const char *type = c_type(r->dtype), *room = room_text(m, r, a);
	long long step = h->stride * h->need.step, k = -h->stride * (h->need.first + h->before);
	put_text(o, "%s%s *b%d = %s%s%s%s - %s;\n", tabs, type, r->id + 1, m->float_arena ? "" : arena_format(a, "(%s *)(void *)(", type),
	         room, m->float_arena ? "" : ")", k ? arena_format(a, " %c %lld", k < 0 ? '-' : '+', k < 0 ? -k : k) : "",
	         row_text(step, "t", 0, a));
}

/* In which turns rows of the one before are there. */
static const char *again_text(const Module *m) { return m->o->threads ? "t == k.next" : "t > 0"; }

/* The strip needs its own rows and no others. */
static bool own_rows(const Window *w) { return w->step == 1 && w->first == 0 && w->last == 0 && w->later == 0; }

/* Of the rows that the strip needs, those that are new: n3 <= row < e3. */
static void print_new_rows(Module *m, const Region *r, const Strips *run, const char *tabs, Out *o)
{
	const Held *h = r->held;
	const Window *w = &h->need;
	Arena *a = o->arena;
	long long unit = m->float_arena ? 1 : (long long)dtype_bytes(r->dtype, 1);
	const char *room = room_text(m, r, a), *old = row_text(w->step, "t", w->first, a);
	if (own_rows(w))
		return;
	if (h->keep) {
		long long to = (w->later - w->first) * h->stride * unit, from = to + w->step * run->rows * h->stride * unit;
		put_text(o, "%sif (%s)\t/* %lld row%s again */\n", tabs, again_text(m), (long long)h->keep, h->keep > 1 ? "s" : "");
		put_text(o, "%s\tmemmove(%s%s, %s + %lld, %lld);\n", tabs, room, to ? arena_format(a, " + %lld", to) : "", room, from,
		         (long long)dtype_bytes(r->dtype, h->keep * h->stride));
	}
	if (w->later + h->keep != w->first)
		old = arena_format(a, "%s ? %s : %s", again_text(m), row_text(w->step, "t", w->later + h->keep, a), old);
	put_text(o, "%sconst int n%d = %s, e%d = %s;\n", tabs, r->id + 1, old, r->id + 1,
	         row_text(w->step, "u", w->last + 1 - w->step, a));
}

/* What a stage computes in a strip: new rows of a held region that are inside of the value, or its rows of a whole one. */
static Range strip_range(const Stage *s, Arena *a)
{
	const Region *r = s->out->place->region;
	const Held *h = r->held;
	const Window *w = &s->rows;
	int64_t n = s->strips->n;
	if (h && own_rows(&h->need))
		return (Range){"t", "u"};
	if (!h)
		return (Range){row_text(w->step, "t", w->first, a), row_text(w->step, "u", w->last + 1 - w->step, a)};
	Range range = {arena_format(a, "n%d", r->id + 1), arena_format(a, "e%d", r->id + 1)};
	if (s->body && w->first < 0)
		range.from = arena_format(a, "most(%s, 0)", range.from);
	if (s->body && w->step * (n - 1) + w->last >= h->n)
		range.to = arena_format(a, "least(%s, %lld)", range.to, (long long)h->n);
	return range;
}

/* How many strips a matrix has. */
static const char *strips_text(const Module *m, const Strips *run, Arena *a)
{
	long long rows = run->rows;
	if (dim_known(run->size))
		return arena_format(a, "%lld", (run->n + rows - 1) / rows);
	return arena_format(a, "((%s + %lld) / %lld)", size_text(m->unit, run->size), rows - 1, rows);
}

/* Each matrix is one strip. */
static bool one_strip(const Strips *run) { return run->points && dim_known(run->size) && run->rows == run->n; }

/* From the i-th loop around strips inwards, and strips: how many turns; "": one. */
static const char *turns_inside(const Module *m, const Strips *run, int i, Arena *a)
{
	const char *n = one_strip(run) ? "" : strips_text(m, run, a);
	for (int k = run->nouter - 1; k >= i; k--)
		n = arena_format(a, *n ? "%s*%s" : "%s", size_text(m->unit, run->outer[k]), n);
	return n;
}

/* Pieces are strips, matrix after matrix: which strip of which one piece p is. */
static void print_turn_of_piece(const Module *m, const Strips *run, const char *tabs, Out *o)
{
	Arena *a = o->arena;
	put_text(o, "\twhile (take_room(&k, %s))\n\t\tfor (int p = k.from; p < k.to; p++) {\n", turns_inside(m, run, 0, a));
	for (int i = 0; i < run->nouter; i++) {
		const char *inside = turns_inside(m, run, i + 1, a);
		put_text(o, "%sconst int %s = p", tabs, matrix_name(i, a));
		if (*inside)
			put_text(o, strchr(inside, '*') ? " / (%s)" : " / %s", inside);
		put_text(o, i ? " %% %s;\n" : ";\n", size_text(m->unit, run->outer[i]));
	}
	if (!one_strip(run))
		put_text(o, "%sconst int t = p %% %s * %lld;\n", tabs, strips_text(m, run, a), (long long)run->rows);
}

/* The loops over matrices and the strips of each. */
static void print_matrix_loops(const Module *m, const Strips *run, const char *tabs, Out *o)
{
	Arena *a = o->arena;
	const char *n = size_text(m->unit, run->size);
	long long rows = run->rows;
	bool one = one_strip(run);
	for (int i = 0; i < run->nouter && !m->o->threads; i++) {
		const char *name = matrix_name(i, a);
		put_text(o, "%.*sfor (int %s = 0; %s < %s; %s++)%s\n", i + 1, "\t\t\t\t", name, name, size_text(m->unit, run->outer[i]),
		         name, one && i == run->nouter - 1 ? " {" : "");
	}
	if (m->o->threads)
		print_turn_of_piece(m, run, tabs, o);
	else if (!one)
		put_text(o, "%.*sfor (int t = 0; t < %s; t += %lld) {\n", (int)strlen(tabs) - 1, tabs, n, rows);
	if (one) {
		put_text(o, "%sconst int t = 0, u = %lld;\n", tabs, rows);
		return;
	}
	bool even = dim_known(run->size) && run->n % rows == 0;
	put_text(o, even ? "%sconst int u = t + %lld;\n" : "%sconst int u = least(t + %lld, %s);\n", tabs, rows, n);
}

/* The rows of the last stage, cut into strips: all of them, or those that a worker has in hand. */
static void print_strip_loop(const Module *m, const Strips *run, const char *tabs, Out *o)
{
	if (run->points) {
		print_matrix_loops(m, run, tabs, o);
		return;
	}
	long long rows = run->rows, n = run->n, strips = (n + rows - 1) / rows;
	const char *times = rows > 1 ? arena_format(o->arena, "%lld*", rows) : "";
	if (m->o->threads) {
		const char *end = arena_format(o->arena, n % rows ? "least(%sk.to, %lld)" : "%sk.to", times, n);
		put_text(o, "\twhile (take_room(&k, %lld))\n\t\tfor (int t = %sk.from, end = %s; t < end; t += %lld) {\n", strips, times,
		         end, rows);
	} else {
		put_text(o, "\tfor (int t = 0; t < %lld; t += %lld) {\n", n, rows);
	}
	put_text(o, n % rows ? "%sconst int u = least(t + %lld, %lld);\n" : "%sconst int u = t + %lld;\n", tabs, rows, n);
}

static void print_strips(Module *m, const Strips *run, Out *o)
{
	const char *tabs = arena_format(o->arena, "%.*s", m->o->threads ? 3 : 2 + run->nouter - one_strip(run), "\t\t\t\t\t\t");
	put_text(o, "\n\t/* s%d to s%d in strips of %lld row%s%s */\n", m->stage[run->first]->number, m->stage[run->last]->number,
	         (long long)run->rows, run->rows > 1 ? "s" : "", run->nouter ? " of a matrix" : "");
	print_strip_loop(m, run, tabs, o);
	Out rows = {.arena = o->arena};
	put_text(&rows, "%s", "");
	for (int i = 0; i < m->nregions; i++)
		if (m->region[i]->held && m->region[i]->first == run->first) {
			print_held(m, m->region[i], tabs, &rows);
			print_new_rows(m, m->region[i], run, tabs, &rows);
		}
	put_text(o, "%s", rows.text);
	for (int i = run->first; i <= run->last; i++)
		if (m->stage[i]->strips) {
			print_call(m, m->stage[i], strip_range(m->stage[i], o->arena), tabs, o);
			print_done(m, m->stage[i], tabs, o);
		}
	if (uses_word(rows.text, "next"))
		put_text(o, "%sk.next = u;\n", tabs);
	put_text(o, "%s}\n\n", tabs + 1);
}

/* ---- the list ---- */

/* What stands in the list by itself: a stage, stages in strips, an end of a loop, or a loop that one worker runs. */
typedef struct Item {
	int first, last;
	const Strips *strips;
	bool single; /* one worker does it */
	bool mark;   /* an end of a loop that workers share */
} Item;

typedef struct List {
	Module *m;
	Out *out;
	Known *known; /* where counted sizes are known from, in order */
	int nknown, cknown;
	Item *item;
	int n, c;
	int since; /* the first item after the last meeting */
	int single;  /* what one worker does for all: the number of its first stage */
	bool leaves; /* somewhere in it the worker leaves it */
	int depth;
} List;

static void add_item(List *l, Item item)
{
	GROW(&l->m->g->ctx->perm, l->item, l->n, l->c);
	l->item[l->n++] = item;
}

/* Borders of whole values stand before the strips. */
static void add_strips(List *l, const Strips *run)
{
	for (int i = run->first; i <= run->last; i++)
		if (!l->m->stage[i]->strips)
			add_item(l, (Item){.first = i, .last = i, .single = true});
	add_item(l, (Item){.first = run->first, .last = run->last, .strips = run});
}

/* The end of the loop or branch that opens at a stage, when nothing in it is shared; else -1. */
static int single_body(const Module *m, int open)
{
	int end = mark_end(m, open);
	for (int i = open + 1; i < end; i++)
		if (m->stage[i]->split)
			return -1;
	return end;
}

static const Strips *strips_from(const Module *m, int stage)
{
	for (int i = 0; i < m->nstrips; i++)
		if (m->strips[i]->first == stage)
			return m->strips[i];
	return NULL;
}

static void fill_list(List *l)
{
	for (int i = 0; i < l->m->nstages; i++) {
		const Stage *s = l->m->stage[i];
		const Strips *run = strips_from(l->m, i);
		int end = (s->mark == MARK_LOOP || s->mark == MARK_IF) && l->m->o->threads ? single_body(l->m, i) : -1;
		if (run)
			add_strips(l, run);
		else if (end >= 0)
			add_item(l, (Item){.first = i, .last = end, .single = true});
		else
			add_item(l, (Item){.first = i, .last = i, .single = !s->split && !s->mark, .mark = s->mark != NO_MARK});
		i = run ? run->last : end >= 0 ? end : i;
	}
}

static bool belongs(const Module *m, const Item *item, int stage) { return !item->strips || m->stage[stage]->strips; }

static bool items_conflict(const Module *m, const Item *a, const Item *b)
{
	for (int i = a->first; i <= a->last; i++)
		for (int k = b->first; k <= b->last; k++)
			if (belongs(m, a, i) && belongs(m, b, k) && conflict(m->stage[i], m->stage[k]))
				return true;
	return false;
}

/* An item needs what one of those before it, down to the last meeting, has written, or is not done reading. */
static bool must_meet(const List *l, int item, int before)
{
	for (int i = l->since; i < before; i++)
		if (items_conflict(l->m, &l->item[i], &l->item[item]))
			return true;
	return false;
}

static const char *list_tabs(const List *l) { return arena_format(l->out->arena, "%.*s", l->depth, "\t\t\t\t\t\t\t\t\t\t\t\t"); }

/* The one element of a value: x[0], m[B3], *(const int64_t *)(m + B3) */
static const char *element_text(Module *m, const Value *v, Arena *a)
{
	Out o = {.arena = a};
	print_pointer(m, v, &o);
	if (v->place->region->kind == IN_ARENA && dtype_info(v->dtype)->bits == 8)
		return arena_format(a, "m[%s]", o.text + strlen("m + "));
	return strchr(o.text, ' ') ? arena_format(a, o.text[0] == '(' ? "*%s" : "*(%s)", o.text) : arena_format(a, "%s[0]", o.text);
}

/* Some stage takes the loop's variable as a number of the model. */
static bool counts(const Module *m, const Control *c)
{
	for (int i = 0; i < m->nstages; i++)
		for (int k = 0; k < m->stage[i]->nparams; k++) {
			const Value *v = m->stage[i]->param[k].value;
			if (v && v->place->region && v->place->region->kind == IN_COUNTER && v->place->region->id == c->level)
				return true;
		}
	return false;
}

/* What has to hold for another turn, apart from the loop's own bound. */
static const char *going_text(Module *m, const Control *c, const char *t, Arena *a)
{
	const char *trips = c->trips ? arena_format(a, "%s < %s", t, element_text(m, c->trips, a)) : "";
	const char *going = c->going ? element_text(m, c->going, a) : "";
	return arena_format(a, "%s%s%s", trips, *trips && *going ? " && " : "", going);
}

static bool fixed_turns(const Control *c) { return c->counts || dim_known(c->size); }

static const char *turns_name(const Stage *s, Arena *a) { return arena_format(a, "turns%d", s->number); }

static void print_for(List *l, const Stage *s)
{
	Module *m = l->m;
	const Control *c = &s->control;
	Arena *a = l->out->arena;
	bool bounded = c->turns < INT64_MAX, wide = counts(m, c) || c->trips || c->turns >= INT32_MAX;
	const char *t = turn_name(c->level, a), *going = going_text(m, c, t, a);
	if (c->counts)
		put_text(l->out, "%sint64_t %s = 0;\n", list_tabs(l), turns_name(s, a));
	put_text(l->out, "%sfor (%s %s = 0; ", list_tabs(l), wide ? "int64_t" : "int", t);
	if (bounded && fixed_turns(c))
		put_text(l->out, "%s < %lld%s", t, (long long)c->turns, *going ? " && " : "");
	else if (bounded)
		put_text(l->out, "%s < %s%s", t, size_text(m->unit, c->size), *going ? " && " : "");
	put_text(l->out, "%s; %s++) {\n", going, t);
}

/* How many turns there were: as many as is known, or a counted size. One more turn than there is room for stops the run. */
static void print_turns(List *l, const Stage *s)
{
	const Control *c = &s->control;
	Arena *a = l->out->arena;
	const char *n = turns_name(s, a), *tabs = list_tabs(l), *going = c->short_of ? going_text(l->m, c, n, a) : "";
	if (dim_known(c->size)) {
		put_text(l->out, "%sif (%s != %lld%s%s%s)\n%s\tstatus = TCC_ERR_SHAPE;\n", tabs, n, (long long)c->turns,
		         *going ? " || (" : "", going, *going ? ")" : "", tabs);
		return;
	}
	if (c->short_of)
		put_text(l->out, "%sif (%s == %lld && %s)\n%s\tstatus = TCC_ERR_CAPACITY;\n", tabs, n, (long long)c->turns, going,
		         tabs);
	put_text(l->out, "%sc->%s = %s;\n", tabs, count_name(l->m->unit, c->size), n);
}

/* From here on the list of calls can use the size, and those that are made of it: see put_known(). */
static void note_size(List *l, Dim size)
{
	Arena *a = &l->m->g->ctx->perm;
	GROW(a, l->known, l->nknown, l->cknown);
	l->known[l->nknown++] = (Known){l->out->n, size, list_tabs(l)};
}

static void print_end(List *l, const Stage *s)
{
	const Control *c = &s->control;
	Arena *a = l->out->arena;
	const Stage *open = s;
	if (c->counts) {
		while (open->mark != MARK_LOOP || open->node != s->node)
			open = l->m->stage[open->number - 2];
		put_text(l->out, "%s\t%s = %s + 1;\n", list_tabs(l), turns_name(open, a), turn_name(c->level, a));
	}
	put_text(l->out, "%s}\n", list_tabs(l));
	if (c->counts)
		print_turns(l, open);
}

/* "d1 != d2 && d1 != 1 && d2 != 1" */
static const char *disagree_text(Unit *u, const Control *c, Arena *a)
{
	const char *x = size_text(u, c->size), *y = size_text(u, c->other);
	const char *text = arena_format(a, "%s != %s", x, y);
	if (!c->repeats)
		return text;
	text = dim_known(c->size) ? text : arena_format(a, "%s && %s != 1", text, x);
	return dim_known(c->other) ? text : arena_format(a, "%s && %s != 1", text, y);
}

static const char *past_name(const List *l, Arena *a) { return arena_format(a, "past%d", l->single); }

/* The run ends here: for all workers, which see the same sizes. Where one does what the others wait for, it leaves that. */
static void print_agreement(List *l, const Control *c)
{
	Arena *a = l->out->arena;
	const char *tabs = list_tabs(l), *differ = disagree_text(l->m->unit, c, a);
	bool threads = l->m->o->threads;
	if (dim_same(c->size, c->other))
		return;
	if (l->single) {
		put_text(l->out, "%sif (%s) {\n%s\tstatus = TCC_ERR_SHAPE;\n%s\tgoto %s;\n%s}\n", tabs, differ, tabs, tabs,
		         past_name(l, a), tabs);
		l->leaves = true;
		return;
	}
	put_text(l->out, threads ? "%sif (!k.left && %s) {\n" : "%sif (%s) {\n", tabs,
	         differ);
	put_text(l->out, threads ? "%s\tcontradict(c, status);\n" : "%s\tc->status = status ? status : TCC_ERR_SHAPE;\n", tabs);
	put_text(l->out, "%s\treturn;\n%s}\n", tabs, tabs);
}

static void print_mark(List *l, const Stage *s)
{
	if (s->mark == MARK_SIZE) {
		note_size(l, s->control.size);
		return;
	}
	if (s->mark == MARK_AGREE) {
		print_agreement(l, &s->control);
		return;
	}
	l->depth -= s->mark == MARK_END || s->mark == MARK_ELSE;
	switch (s->mark) {
	case MARK_LOOP: print_for(l, s); break;
	case MARK_IF:
		put_text(l->out, "%sif (%s%s) {\n", list_tabs(l), s->control.unless ? "!" : "",
		         element_text(l->m, s->control.going, l->out->arena));
		break;
	case MARK_ELSE: put_text(l->out, "%s} else {\n", list_tabs(l)); break;
	case MARK_END: print_end(l, s); break;
	case MARK_SIZE:
	case MARK_AGREE:
	case NO_MARK: break;
	}
	l->depth += s->mark != MARK_END;
}

/* Stages that one worker runs. */
static void print_single(List *l, const Item *item)
{
	for (int i = item->first; i <= item->last; i++) {
		Stage *s = l->m->stage[i];
		if (s->mark) {
			print_mark(l, s);
			continue;
		}
		print_call(l->m, s, (Range){NULL, NULL}, list_tabs(l), l->out);
		print_done(l->m, s, list_tabs(l), l->out);
	}
}

static void print_singles(List *l, int first, int end, bool alone)
{
	bool block = end - first > 1 || l->item[first].last > l->item[first].first || l->m->o->profile;
	put_text(l->out, "%s%s%s\n", list_tabs(l), alone ? "if (last(&k))" : "while (take(&k, 1))", block ? " {" : "");
	l->depth++;
	l->single = l->item[first].first + 1;
	l->leaves = false;
	for (int i = first; i < end; i++)
		print_single(l, &l->item[i]);
	if (l->leaves)
		put_text(l->out, "%s%s: ;\n", list_tabs(l), past_name(l, l->out->arena));
	l->single = 0;
	l->depth--;
	if (block)
		put_text(l->out, "%s}\n", list_tabs(l));
}

static void print_meet(List *l, int since)
{
	put_text(l->out, "%smeet(&k);\n", list_tabs(l));
	if (l->m->o->profile)
		put_text(l->out, "%stimer_begin(&timer);\n", list_tabs(l));
	l->since = since;
}

/* Items that one worker does: as a piece like others, or, where they need all before them, by the one who finished that.
 * Returns the first item that is not among them. */
static int print_singles_from(List *l, int first)
{
	bool alone = must_meet(l, first, first);
	int end = first + 1;
	while (end < l->n && l->item[end].single && (alone || !must_meet(l, end, first)))
		end++;
	print_singles(l, first, end, alone);
	if (alone && end < l->n)
		print_meet(l, end);
	return end;
}

static void print_shared(List *l, int i)
{
	const Item *item = &l->item[i];
	Stage *s = l->m->stage[item->first];
	if (item->strips) {
		print_strips(l->m, item->strips, l->out);
		return;
	}
	put_text(l->out, "%swhile (take(&k, %s))%s\n", list_tabs(l), pieces_text(s, l->out->arena), l->m->o->profile ? " {" : "");
	l->depth++;
	print_call(l->m, s, worker_range(s, l->out->arena), list_tabs(l), l->out);
	print_done(l->m, s, list_tabs(l), l->out);
	l->depth--;
	if (l->m->o->profile)
		put_text(l->out, "%s}\n", list_tabs(l));
}

/* Turns of a loop follow each other as stages do: everybody meets between them. */
static void print_shared_list(List *l)
{
	for (int i = 0; i < l->n;) {
		const Item *item = &l->item[i];
		if (item->single) {
			i = print_singles_from(l, i);
			continue;
		}
		if (l->m->stage[item->first]->mark == MARK_AGREE) {
			print_mark(l, l->m->stage[item->first]);
			i++;
			continue;
		}
		if (item->mark ? i > l->since : must_meet(l, i, i))
			print_meet(l, i);
		if (item->mark) {
			print_mark(l, l->m->stage[item->first]);
			l->since = i + 1;
		} else {
			print_shared(l, i);
		}
		i++;
	}
}

static void print_plain_list(List *l)
{
	for (int i = 0; i < l->n; i++)
		if (l->item[i].strips)
			print_strips(l->m, l->item[i].strips, l->out);
		else
			print_single(l, &l->item[i]);
}

static const char least_helper[] =
	"static inline int least(int a, int b)\n{\n\treturn a < b ? a : b;\n}\n\n";

static const char most_helper[] =
	"static inline int most(int a, int b)\n{\n\treturn a > b ? a : b;\n}\n\n";

static const char contradict_helper[] =
	"/* Two sizes differ that have to be equal: the run is over. What went wrong before is told instead. */\n"
	"static void contradict(struct call *c, int status)\n{\n"
	"\tint none = TCC_OK;\n"
	"\tif (status)\n\t\t__atomic_store_n(&c->status, status, __ATOMIC_RELAXED);\n"
	"\telse\n\t\t__atomic_compare_exchange_n(&c->status, &none, TCC_ERR_SHAPE, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);\n}\n\n";

static const char progress[] =
	"\tint done;\t/* pieces that are finished since the last meeting */\n"
	"\tuint32_t round;\t/* meetings that are over */\n"
	"\tuint64_t share[SHARES];\t/* pieces taken: 32 bits the step, 16 how many from the front, 16 from the end */\n";

void print_call_struct(Unit *u, const char *sections, Out *o)
{
	bool pooled = u->o->threads;
	if (pooled)
		put_text(o, "enum {\n\tSHARES = %d,\t/* of a stage's pieces, one a worker */\n"
		            "\tPATIENCE = %d\t/* pauses that a worker waits: longer than others need for what they have in hand */\n};\n\n",
		         STRIP_WORKERS, patience(u));
	put_text(o, "/* One call: what every worker needs to know%s. */\nstruct call {\n", pooled ? ", and how far they are" : "");
	put_text(o, "\tconst struct %s_in *in;\n\tstruct %s_out *out;\n\tvoid *arena;\n", u->prefix, u->prefix);
	if (!u->weights_in_c)
		put_text(o, "\tconst unsigned char *weights;\n");
	put_text(o, "\tint status;\n%s", pooled ? progress : "");
	if (u->o->profile)
		put_text(o, "\tconst struct %s_profile *profile;\n", u->prefix);
	print_counted_fields(u, false, o);
	put_text(o, "};\n\n");
	if (uses_word(sections, "least"))
		put_text(o, "%s", least_helper);
	if (uses_word(sections, "most"))
		put_text(o, "%s", most_helper);
	if (uses_word(sections, "contradict"))
		put_text(o, "%s", contradict_helper);
	if (pooled)
		print_work_helpers(sections, o);
	if (u->o->profile)
		print_timer(u, sections, o);
}

/* The list of calls with the lines in it that define counted sizes: those that it uses. */
static void put_known(const List *l, Out *o)
{
	size_t done = 0;
	put_text(o, "%s", "");
	for (int i = 0; i < l->nknown; i++) {
		const Known *k = &l->known[i];
		put_text(o, "%.*s", (int)(k->at - done), l->out->text + done);
		print_counted_locals(l->m->unit, l->known, l->nknown, i, l->out->text, o);
		done = k->at;
	}
	put_text(o, "%s", l->out->text + done);
}

static void print_calls(Module *m, Out *o)
{
	Out list = {.arena = o->arena};
	List l = {.m = m, .out = &list, .depth = 1};
	put_text(&list, "%s", "");
	fill_list(&l);
	if (m->o->threads)
		print_shared_list(&l);
	else
		print_plain_list(&l);
	put_known(&l, o);
}

static void print_work_head(const Module *m, bool worker, Out *o)
{
	if (!m->o->threads) {
		put_text(o, "/* The model. */\nstatic void work(struct call *c)\n{\n");
		return;
	}
	put_text(o, "/* The model. Every worker walks down this list and takes what is left to do of each call; it meets the others where\n"
	            " * one needs what another wrote. */\n"
	            "static void work(void *arg, int worker, int workers)\n{\n\tstruct call *c = arg;\n");
	if (worker)
		put_text(o, "\tstruct worker k = { .c = c, .worker = worker, .workers = workers, .step = 1, .next = -1 };\n");
	else
		put_text(o, "\t(void)worker;\n\t(void)workers;\n");
}

void print_work(Module *m, Out *o)
{
	Out body = {.arena = o->arena}, sizes = {.arena = o->arena};
	bool checks = false;
	for (int i = 0; i < m->nstages; i++)
		checks |= m->stage[i]->checks;
	print_calls(m, &body);
	put_text(&sizes, "%s", "");
	print_size_locals(m->unit, body.text, &sizes);
	bool worker = uses_word(body.text, "k");
	print_work_head(m, worker, o);
	Out locals = {.arena = o->arena};
	put_text(&locals, "%s", "");
	if (uses_word(body.text, "m"))
		put_text(&locals, "\t%s *m = c->arena;\n", m->float_arena ? "float" : "unsigned char");
	if (uses_word(body.text, "w"))
		put_text(&locals, "\tconst unsigned char *w = c->weights;\n");
	put_text(&locals, "%s", sizes.text);
	if (checks)
		put_text(&locals, "\tint status = TCC_OK;\n");
	if (m->o->profile)
		put_text(&locals, "\tstruct timer timer = timer_open(c, %s);\n", m->o->threads ? "worker" : "0");
	put_text(o, "%s%s%s", locals.text, *locals.text || worker ? "\n" : "", body.text);
	if (checks)
		put_text(o, m->o->threads ? "\tif (status)\n\t\t__atomic_store_n(&c->status, status, __ATOMIC_RELAXED);\n"
		                          : "\tc->status = status;\n");
	if (!worker && !m->o->profile && !*sizes.text && !uses_word(body.text, "c") && !uses_word(body.text, "m") &&
	    !uses_word(body.text, "w") && !checks)
		put_text(o, "\t(void)c;\n");
	put_text(o, "}\n\n");
}
