/* calls.c -- the arena and the list of calls: one line a stage, a meet where workers depend on each other. */
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
		put_text(o, "\t%s = %lld,\t/* %d-%d  %s%s%s */\n", region_name(m, r), (long long)(r->offset / unit),
		         m->stage[r->first]->number, m->stage[r->last]->number, shape_name(m->g, r->owner),
		         r->owner->place->border ? ", zeros around it" : "", held_text(m, r));
	}
	put_text(o, "};\n\n");
}

/* From a region's start to element 0,..,0. */
static void print_offset(const Place *p, Out *o)
{
	if (p->offset)
		put_text(o, " + %lld", (long long)p->offset);
	if (p->turn)
		put_text(o, " %c %lld%s*t", p->turn < 0 ? '-' : '+', (long long)(p->turn < 0 ? -p->turn : p->turn),
		         p->region->count > INT32_MAX ? "LL" : "");
}

static void print_pointer(Module *m, const Value *v, Out *o)
{
	const Place *p = v->place;
	const Region *r = p->region;
	const char *type = c_type(v->dtype);
	if (r->held) {
		put_text(o, "b%d", r->id + 1);
	} else if (r->kind == IN_INPUT || r->kind == IN_OUTPUT) {
		put_text(o, r->kind == IN_INPUT ? "c->in->x%d" : "c->out->y%d", r->id);
	} else {
		if (m->float_arena)
			put_text(o, "m + %s", region_name(m, r));
		else
			put_text(o, "(%s *)(void *)(m + %s)", type, region_name(m, r));
	}
	print_offset(p, o);
}

static void print_argument(Module *m, const Param *q, Out *o)
{
	const Weight *w = q->weight;
	if (!w) {
		print_pointer(m, q->value, o);
		return;
	}
	const char *name = weight_name(m->unit, w);
	if (m->unit->weights_in_c)
		put_text(o, "%s", name);
	else
		put_text(o, "(const %s *)(const void *)(w + %s)", c_type(w->dtype), upper_name(o->arena, name));
	if (q->value)
		print_offset(q->value->place, o);
}

/* ---- where workers must meet ---- */

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

static bool divided(const Stage *s) { return s->split || s->strips; }

/* One of the stages first..last needs what one since the last meeting has written, or is not done reading. */
static bool must_meet(Module *m, int since, int first, int last)
{
	for (int k = first; k <= last; k++)
		for (int i = since; i < first; i++)
			if ((divided(m->stage[i]) || divided(m->stage[k])) && conflict(m->stage[i], m->stage[k]))
				return true;
	return false;
}

/* ---- one call ---- */

/* A stage computes from..to-1; NULL: all. */
typedef struct Range {
	const char *from, *to;
} Range;

static Range worker_range(const Stage *s, Arena *a)
{
	long long n = (long long)s->split_n, unit = (long long)s->split_unit, end = (long long)axis_count(s->split);
	Range r = {arena_format(a, "part(%lld, worker, workers)", n), arena_format(a, "part(%lld, worker + 1, workers)", n)};
	if (unit > 1) {
		r.from = arena_format(a, "%lld * %s", unit, r.from);
		r.to = arena_format(a, "least(%lld * %s, %lld)", unit, r.to, end);
	}
	return r;
}

static void print_call(Module *m, Stage *s, Range range, const char *tabs, Out *o)
{
	const char *comma = "";
	put_text(o, "%ss%d_%s(", tabs, s->number, s->kind);
	for (int k = 0; k < s->nparams; k++, comma = ", ") {
		put_text(o, "%s", comma);
		print_argument(m, &s->param[k], o);
	}
	if (range.from) {
		put_text(o, "%s%s, %s", comma, range.from, range.to);
		comma = ", ";
	}
	if (s->checks)
		put_text(o, "%s&status", comma);
	put_text(o, ");\n");
}

/* Stages that have a function, in order, are timed under these numbers. */
static int tick_of(const Module *m, int stage)
{
	int n = 0;
	for (int i = 0; i < stage; i++)
		n += !m->stage[i]->turns;
	return n;
}

static void print_tick(Module *m, int stage, const char *tabs, Out *o)
{
	if (m->o->ticks && m->o->threads)
		put_text(o, "%sif (worker == 0)\n\t%stcc_tick(%d);\n", tabs, tabs, tick_of(m, stage));
	else if (m->o->ticks)
		put_text(o, "%stcc_tick(%d);\n", tabs, tick_of(m, stage));
}

static void print_whole(Module *m, int stage, const char *tabs, Out *o)
{
	Stage *s = m->stage[stage];
	bool pooled = m->o->threads, all = pooled && !s->split;
	if (all)
		put_text(o, "%sif (worker == 0)\n", tabs);
	Range range = pooled && s->split ? worker_range(s, o->arena) : (Range){NULL, NULL};
	print_call(m, s, range, all ? arena_format(o->arena, "%s\t", tabs) : tabs, o);
	print_tick(m, stage, tabs, o);
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
	return m->o->threads ? arena_format(a, "m + %s + %lld*hand", region_name(m, r), room)
	                     : arena_format(a, "m + %s", region_name(m, r));
}

/* float *b3 = where the region would begin if it were there as a whole */
static void print_held(Module *m, const Region *r, Out *o)
{
	const Held *h = r->held;
	Arena *a = o->arena;
	const char *type = c_type(r->dtype), *room = room_text(m, r, a);
	long long step = h->stride * h->need.step, k = -h->stride * (h->need.first + h->before);
	put_text(o, "\t\t%s *b%d = %s%s%s%s - %s;\n", type, r->id + 1, m->float_arena ? "" : arena_format(a, "(%s *)(void *)(", type),
	         room, m->float_arena ? "" : ")", k ? arena_format(a, " %c %lld", k < 0 ? '-' : '+', k < 0 ? -k : k) : "",
	         row_text(step, "t", 0, a));
}

/* Of the rows that the strip needs, those that are new: n3 <= row < e3. */
static void print_new_rows(Module *m, const Region *r, const Strips *run, Out *o)
{
	const Held *h = r->held;
	const Window *w = &h->need;
	Arena *a = o->arena;
	long long unit = m->float_arena ? 1 : (long long)dtype_bytes(r->dtype, 1);
	const char *room = room_text(m, r, a), *old = row_text(w->step, "t", w->first, a);
	if (h->keep) {
		long long to = (w->later - w->first) * h->stride * unit, from = to + w->step * run->rows * h->stride * unit;
		put_text(o, "\t\tif (t > from)\t/* %lld row%s again */\n", (long long)h->keep, h->keep > 1 ? "s" : "");
		put_text(o, "\t\t\tmemmove(%s%s, %s + %lld, %lld);\n", room, to ? arena_format(a, " + %lld", to) : "", room, from,
		         (long long)dtype_bytes(r->dtype, h->keep * h->stride));
	}
	if (w->later + h->keep != w->first)
		old = arena_format(a, "t > from ? %s : %s", row_text(w->step, "t", w->later + h->keep, a), old);
	put_text(o, "\t\tconst int n%d = %s, e%d = %s;\n", r->id + 1, old, r->id + 1,
	         row_text(w->step, "u", w->last + 1 - w->step, a));
}

/* What a stage computes in a strip: new rows of a held region that are inside of the value, or its rows of a whole one. */
static Range strip_range(const Stage *s, Arena *a)
{
	const Region *r = s->out->place->region;
	const Held *h = r->held;
	const Window *w = &s->rows;
	int64_t n = s->strips->n;
	if (!h)
		return (Range){row_text(w->step, "t", w->first, a), row_text(w->step, "u", w->last + 1 - w->step, a)};
	Range range = {arena_format(a, "n%d", r->id + 1), arena_format(a, "e%d", r->id + 1)};
	if (s->body && w->first < 0)
		range.from = arena_format(a, "most(%s, 0)", range.from);
	if (s->body && w->step * (n - 1) + w->last >= h->n)
		range.to = arena_format(a, "least(%s, %lld)", range.to, (long long)h->n);
	return range;
}

/* The rows of the last stage, cut into strips; with workers each takes some of these. */
static void print_strip_loop(const Module *m, const Strips *run, bool from, Out *o)
{
	long long rows = run->rows, n = run->n, strips = (n + rows - 1) / rows;
	if (m->o->threads) {
		put_text(o, "\tfor (int t = %lld * part(%lld, hand, hands)%s, end = least(%lld * part(%lld, hand + 1, hands), %lld); "
		            "t < end; t += %lld) {\n\t\tconst int u = least(t + %lld, end);\n",
		         rows, strips, from ? ", from = t" : "", rows, strips, n, rows, rows);
		return;
	}
	put_text(o, "\tfor (int t = 0%s; t < %lld; t += %lld) {\n\t\tconst int u = ", from ? ", from = 0" : "", n, rows);
	put_text(o, n % rows ? "least(t + %lld, %lld);\n" : "t + %lld;\n", rows, n);
}

static void print_strips(Module *m, const Strips *run, Out *o)
{
	for (int i = run->first; i <= run->last; i++)
		if (!m->stage[i]->strips)
			print_whole(m, i, "\t", o);
	put_text(o, "\n\t/* s%d to s%d in strips of %lld row%s */\n", m->stage[run->first]->number, m->stage[run->last]->number,
	         (long long)run->rows, run->rows > 1 ? "s" : "");
	Out rows = {.arena = o->arena};
	put_text(&rows, "%s", "");
	for (int k = 0; k < m->nregions; k++)
		if (m->region[k]->held && m->region[k]->first == run->first) {
			print_held(m, m->region[k], &rows);
			print_new_rows(m, m->region[k], run, &rows);
		}
	print_strip_loop(m, run, uses_word(rows.text, "from"), o);
	put_text(o, "%s", rows.text);
	for (int i = run->first; i <= run->last; i++)
		if (m->stage[i]->strips) {
			print_call(m, m->stage[i], strip_range(m->stage[i], o->arena), "\t\t", o);
			print_tick(m, i, "\t\t", o);
		}
	put_text(o, "\t}\n\n");
}

static const char pool_helpers[] =
	"/* This worker's part of n pieces begins here; the next one's where it ends. */\n"
	"static inline int part(int n, int worker, int workers)\n{\n"
	"\treturn (int)((int64_t)n * worker / workers);\n}\n\n";

static const char least_helper[] =
	"static inline int least(int a, int b)\n{\n\treturn a < b ? a : b;\n}\n\n";

static const char most_helper[] =
	"static inline int most(int a, int b)\n{\n\treturn a > b ? a : b;\n}\n\n";

static const char meet_helper[] =
	"/* Wait until all workers are here. */\n"
	"static inline void meet(struct call *c, int workers)\n{\n"
	"\tint round = __atomic_load_n(&c->round, __ATOMIC_ACQUIRE);\n"
	"\tif (__atomic_add_fetch(&c->arrived, 1, __ATOMIC_ACQ_REL) == workers) {\n"
	"\t\tc->arrived = 0;\n"
	"\t\t__atomic_store_n(&c->round, round + 1, __ATOMIC_RELEASE);\n"
	"\t} else {\n"
	"\t\twhile (__atomic_load_n(&c->round, __ATOMIC_ACQUIRE) == round)\n"
	"\t\t\tPAUSE;\n"
	"\t}\n}\n\n";

/* The two ends of a loop over slices. Turns follow each other as stages do: everybody meets between them. */
static void print_loop(Module *m, const Stage *s, int *depth, Out *o)
{
	if (m->o->threads)
		put_text(o, "%s\tmeet(c, workers);\n", *depth ? "\t" : "");
	if (s->turns > 0)
		put_text(o, "\tfor (int t = 0; t < %lld; t++) {\n", (long long)s->turns);
	else
		put_text(o, "\t}\n");
	*depth = s->turns > 0;
}

static const Strips *strips_from(const Module *m, int stage)
{
	for (int i = 0; i < m->nstrips; i++)
		if (m->strips[i]->first == stage)
			return m->strips[i];
	return NULL;
}

static void print_calls(Module *m, Out *o)
{
	int depth = 0, since = 0;
	for (int i = 0; i < m->nstages; i++) {
		Stage *s = m->stage[i];
		const Strips *run = strips_from(m, i);
		if (s->turns) {
			print_loop(m, s, &depth, o);
			since = i + 1;
			continue;
		}
		if (m->o->threads && must_meet(m, since, i, run ? run->last : i)) {
			put_text(o, "%s\tmeet(c, workers);\n", depth ? "\t" : "");
			since = i;
		}
		if (run) {
			print_strips(m, run, o);
			i = run->last;
		} else {
			print_whole(m, i, depth ? "\t\t" : "\t", o);
		}
	}
}

void print_call_struct(Unit *u, const char *sections, Out *o)
{
	bool pooled = u->o->threads;
	put_text(o, "/* One call: what every worker needs to know%s. */\nstruct call {\n", pooled ? ", and where they meet" : "");
	put_text(o, "\tconst struct %s_in *in;\n\tstruct %s_out *out;\n\tvoid *arena;\n", u->prefix, u->prefix);
	if (!u->weights_in_c && u->nweights)
		put_text(o, "\tconst unsigned char *weights;\n");
	put_text(o, pooled ? "\tint status, arrived, round;\n};\n\n" : "\tint status;\n};\n\n");
	if (uses_word(sections, "part"))
		put_text(o, "%s", pool_helpers);
	if (uses_word(sections, "least"))
		put_text(o, "%s", least_helper);
	if (uses_word(sections, "most"))
		put_text(o, "%s", most_helper);
	if (uses_word(sections, "meet"))
		put_text(o, "%s", meet_helper);
	if (u->o->ticks)
		put_text(o, "void tcc_tick(int stage); /* of whoever times stages: told when one is done */\n\n");
}

void print_work(Module *m, Out *o)
{
	Out body = {.arena = o->arena};
	bool checks = false, hands = m->o->threads && m->nstrips;
	for (int i = 0; i < m->nstages; i++)
		checks |= m->stage[i]->checks;
	put_text(&body, "%s", "");
	print_calls(m, &body);
	put_text(o, m->o->threads ? "/* The model. Every worker walks down this list; it meets the others where one needs what another wrote. */\n"
	                            "static void work(void *arg, int worker, int workers)\n{\n\tstruct call *c = arg;\n"
	                          : "/* The model. */\nstatic void work(struct call *c)\n{\n");
	if (uses_word(body.text, "m"))
		put_text(o, "\t%s *m = c->arena;\n", m->float_arena ? "float" : "unsigned char");
	if (uses_word(body.text, "w"))
		put_text(o, "\tconst unsigned char *w = c->weights;\n");
	if (hands)
		put_text(o, "\tconst int hand = least(worker, %d), hands = least(workers, %d);\t/* who has room for strips */\n",
		         STRIP_WORKERS, STRIP_WORKERS);
	if (checks)
		put_text(o, "\tint status = TCC_OK;\n");
	put_text(o, "\n%s", body.text);
	if (checks)
		put_text(o, m->o->threads ? "\tif (status)\n\t\t__atomic_store_n(&c->status, status, __ATOMIC_RELAXED);\n"
		                          : "\tc->status = status;\n");
	if (m->o->threads && !uses_word(body.text, "workers"))
		put_text(o, "\t(void)workers;\n");
	if (m->o->threads && !uses_word(body.text, "worker"))
		put_text(o, "\t(void)worker;\n");
	if (!uses_word(body.text, "c") && !uses_word(body.text, "m") && !uses_word(body.text, "w") && !checks)
		put_text(o, "\t(void)c;\n");
	put_text(o, "}\n\n");
}
