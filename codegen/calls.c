/* calls.c -- the list of calls, one line a stage, and where workers depend on each other. */
#include <string.h>
#include "codegen/calls.h"

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

/* ---- the list ---- */

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
		            "\tPATIENCE = %d\t/* pauses that a worker waits: longer than others lack a processor for a moment */\n};\n\n",
		         STRIP_WORKERS, patience(u));
	put_text(o, "/* One call: what every worker needs to know%s. */\nstruct call {\n", pooled ? ", and how far they are" : "");
	put_text(o, "\tconst struct %s_in *in;\n\tstruct %s_out *out;\n\tvoid *arena;\n", u->prefix, u->prefix);
	if (!u->weights_in_c)
		put_text(o, "\tconst void *weights;\n");
	put_text(o, "\tint status;\n%s", pooled ? progress : "");
	if (u->o->profile)
		put_text(o, "\tconst struct %s_profile *profile;\n", u->prefix);
	print_counted_fields(u, false, o);
	put_text(o, "};\n\n");
	if (calls_function(sections, "least"))
		put_text(o, "%s", least_helper);
	if (calls_function(sections, "most"))
		put_text(o, "%s", most_helper);
	if (calls_function(sections, "contradict"))
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
		put_text(&locals, "\tconst %s *w = c->weights;\n", float_weights(m->unit) ? "float" : "unsigned char");
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
