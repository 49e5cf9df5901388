/* turns.c -- stages in strips: rows t..u-1 of the last stage a turn. */
#include <string.h>
#include "codegen/calls.h"

/* "2*t - 1" */
static const char *row_text(int64_t step, const char *t, int64_t k, Arena *a)
{
	const char *times = step == 1 ? t : arena_format(a, "%lld*%s", (long long)step, t);
	return k ? arena_format(a, "%s %c %lld", times, k < 0 ? '-' : '+', (long long)(k < 0 ? -k : k)) : times;
}

/* Where in the arena a worker's rows of a region begin, in units of it. */
static const char *room_text(Module *m, const Region *r, Arena *a)
{
	long long room = r->held->room * (m->float_arena ? 1 : (long long)dtype_bytes(r->dtype, 1));
	return m->o->threads ? arena_format(a, "%s + %lld*worker", region_name(m, r), room) : region_name(m, r);
}

/* Each matrix is one strip: t is 0. */
static bool one_strip(const Strips *run) { return run->points && dim_known(run->size) && run->rows == run->n; }

/* float *b3 = where the region would begin if it were there as a whole */
static void print_held(Module *m, const Region *r, const Strips *run, const char *tabs, Out *o)
{
	const Held *h = r->held;
	Arena *a = o->arena;
	long long step = h->stride * h->need.step, k = -h->stride * (h->need.first + h->before);
	put_text(o, "%s%s *b%d = %s%s%s;\n", tabs, c_type(r->dtype), r->id + 1, arena_text(m, r->dtype, room_text(m, r, a), a),
	         k ? arena_format(a, " %c %lld", k < 0 ? '-' : '+', k < 0 ? -k : k) : "",
	         one_strip(run) ? "" : arena_format(a, " - %s", row_text(step, "t", 0, a)));
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
		put_text(o, "%s\tmemmove(m + %s%s, m + %s + %lld, %lld);\n", tabs, room, to ? arena_format(a, " + %lld", to) : "", room, from,
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
	if (one_strip(s->strips) && own_rows(h ? &h->need : w))
		return (Range){"0", arena_format(a, "%lld", (long long)n)};
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
	bool one = one_strip(run) && run->nouter == 1;
	const char *p = one ? matrix_name(0, a) : "p";
	put_text(o, "\twhile (take_room(&k, %s))\n\t\tfor (int %s = k.from; %s < k.to; %s++) {\n", turns_inside(m, run, 0, a), p, p, p);
	for (int i = 0; i < run->nouter && !one; i++) {
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
	if (one)
		return;
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

/* How many keys rows below u look at. */
static void print_keys(const Module *m, const Strips *run, const char *tabs, Out *o)
{
	Arena *a = o->arena;
	const char *keys = row_text(1, "u", run->ahead, a);
	if (run->ahead > 0 || !dim_same(run->all_keys, run->size))
		keys = arena_format(a, "least(%s, %s)", keys, size_text(m->unit, run->all_keys));
	put_text(o, "%sconst int %s = %s;\n", tabs, size_text(m->unit, run->keys), keys);
}

/* One strip: the memory of what it holds, and its calls. */
static const char *turn_text(Module *m, const Strips *run, const char *tabs, Arena *a)
{
	Out o = {.arena = a};
	put_text(&o, "%s", "");
	if (!dim_known(run->keys))
		print_keys(m, run, tabs, &o);
	for (int i = 0; i < m->nregions; i++)
		if (m->region[i]->held && m->region[i]->first == run->first) {
			print_held(m, m->region[i], run, tabs, &o);
			print_new_rows(m, m->region[i], run, tabs, &o);
		}
	bool again = uses_word(o.text, "next");
	for (int i = run->first; i <= run->last; i++)
		if (m->stage[i]->strips) {
			print_call(m, m->stage[i], strip_range(m->stage[i], a), tabs, &o);
			print_done(m, m->stage[i], tabs, &o);
		}
	if (again)
		put_text(&o, "%sk.next = u;\n", tabs);
	return o.text;
}

void print_strips(Module *m, const Strips *run, Out *o)
{
	const char *tabs = arena_format(o->arena, "%.*s", m->o->threads ? 3 : 2 + run->nouter - one_strip(run), "\t\t\t\t\t\t");
	put_text(o, "\n\t/* s%d to s%d in strips of %lld row%s%s */\n", m->stage[run->first]->number, m->stage[run->last]->number,
	         (long long)run->rows, run->rows > 1 ? "s" : "", run->nouter ? " of a matrix" : "");
	print_strip_loop(m, run, tabs, o);
	const char *turn = turn_text(m, run, tabs, o->arena);
	if (one_strip(run) && (uses_word(turn, "t") || uses_word(turn, "u")))
		put_text(o, "%sconst int t = 0, u = %lld;\n", tabs, (long long)run->rows);
	put_text(o, "%s%s}\n\n", turn, tabs + 1);
}
