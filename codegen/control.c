/* control.c -- loops and branches in the list of calls, and sizes that data decide. */
#include <string.h>
#include "codegen/calls.h"

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
	const char *trips = c->trips ? arena_format(a, "%s < %s", t, one_element_text(m, c->trips, a)) : "";
	const char *going = c->going ? one_element_text(m, c->going, a) : "";
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

const char *past_name(const List *l, Arena *a) { return arena_format(a, "past%d", l->single); }

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

void print_mark(List *l, const Stage *s)
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
		         one_element_text(l->m, s->control.going, l->out->arena));
		break;
	case MARK_ELSE: put_text(l->out, "%s} else {\n", list_tabs(l)); break;
	case MARK_END: print_end(l, s); break;
	case MARK_SIZE:
	case MARK_AGREE:
	case NO_MARK: break;
	}
	l->depth += s->mark != MARK_END;
}
