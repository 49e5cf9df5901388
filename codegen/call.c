/* call.c -- one line a stage: the arena, where its arguments lie, which part of it a worker computes. */
#include <string.h>
#include "codegen/calls.h"
#include "codegen/contract.h"

const char *region_name(Module *m, const Region *r)
{
	return arena_format(&m->g->ctx->perm, "B%d", r->id + 1);
}

static const char *held_text(Module *m, const Region *r)
{
	const char *each = m->o->threads ? " a worker" : "";
	return r->held ? arena_format(&m->g->ctx->perm, ", %lld rows%s", (long long)r->held->rows, each) : "";
}

/* Offsets are an enum, or constants of 64 bits where one of them is no int. */
static void print_buffer(Out *o, bool wide, const char *name, int64_t offset)
{
	put_text(o, wide ? "static const int64_t %s = %lld;\t" : "\t%s = %lld,\t", name, (long long)offset);
}

void print_arena(Module *m, Out *o)
{
	int64_t unit = m->float_arena ? 4 : 1;
	bool wide = m->arena_bytes / unit > INT32_MAX;
	if (m->arena_bytes == 0)
		return;
	put_text(o, "/* The arena: offsets in %s, and the stages in which each buffer lives. */\n%s",
	         m->float_arena ? "floats" : "bytes", wide ? "" : "enum {\n");
	for (int i = 0; i < m->nregions; i++) {
		const Region *r = m->region[i];
		if (r->last < 0)
			continue;
		const char *around = border_text(r->owner, o->arena);
		print_buffer(o, wide, region_name(m, r), r->offset / unit);
		put_text(o, "/* %d-%d  %s%s%s%s */\n", m->stage[r->first]->number, m->stage[r->last]->number, shape_name(m->unit, r->owner),
		         *around ? ", " : "", around, held_text(m, r));
	}
	for (int i = 0; i < m->nstages; i++) {
		const Stage *s = m->stage[i];
		if (!s->makes_text)
			continue;
		print_buffer(o, wide, arena_format(o->arena, "T%d", s->number), s->text_offset);
		put_text(o, "/* text that s%d_%s makes: up to %lld bytes each */\n", s->number, s->kind, (long long)text_bytes(m, s));
	}
	put_text(o, wide ? "\n" : "};\n\n");
}

const char *turn_name(int level, Arena *a) { return level ? arena_format(a, "t%d", level + 1) : "t"; }

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
	if (r->held) {
		put_text(o, "b%d", r->id + 1);
	} else if (r->kind == IN_COUNTER) {
		put_text(o, "&%s", turn_name(r->id, o->arena));
	} else if (r->kind == IN_CALL) {
		put_text(o, "&c->%s", count_name(m->unit, r->owner->content[0]));
	} else if (r->kind == IN_INPUT || r->kind == IN_OUTPUT) {
		put_text(o, r->kind == IN_INPUT ? "c->in->%s" : "c->out->%s",
		         r->kind == IN_INPUT ? input_field(m->unit, r->id) : output_field(m->unit, r->id));
	} else {
		put_text(o, "%s", arena_text(m, v->dtype, region_name(m, r), o->arena));
	}
	print_offset(m, p, o);
}

const char *matrix_name(int i, Arena *a) { return i ? arena_format(a, "i%d", i + 1) : "i"; }

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
	put_text(o, "%s", in_blob(m->unit, w) ? weights_text(m->unit, w->dtype, upper_name(o->arena, name), o->arena) : name);
	if (q->value) {
		print_offset(m, q->value->place, o);
		print_moving(s, q->value, o);
	} else if (s->contraction && w == s->contraction->packed && s->contraction->slices) {
		print_offset(m, s->contraction->slices, o);
	}
}

const char *one_element_text(Module *m, const Value *v, Arena *a)
{
	Out o = {.arena = a};
	print_pointer(m, v, &o);
	if (v->place->region->kind == IN_ARENA && dtype_info(v->dtype)->bits == 8)
		return arena_format(a, "m[%s]", o.text + strlen("m + "));
	if (*o.text == '&') /* the number of a turn, or a count of this call */
		return o.text + 1;
	bool sum = strchr(o.text, ' ') && o.text[o.n - 1] != ')';
	return arena_format(a, sum ? "*(%s)" : "%s[0]", o.text);
}

const char *pieces_text(const Stage *s, Arena *a)
{
	long long unit = (long long)s->split_unit;
	const char *n = size_text(s->module->unit, s->split->extent);
	if (dim_known(s->split->extent))
		return arena_format(a, "%lld", (long long)s->split_n);
	n = unit > 1 ? arena_format(a, "(%s + %lld) / %lld", n, unit - 1, unit) : n;
	return dim_lo(s->module->g->syms, s->split->extent) > 0 ? n : arena_format(a, "most(%s, 1)", n);
}

Range worker_range(const Stage *s, Arena *a)
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

/* " + 512 * t": where in the memory for text that of this turn lies. */
static const char *turns_text(const Module *m, const Stage *s, Arena *a)
{
	const char *text = "";
	int64_t bytes = s->text_turn;
	for (int i = s->number - 1; i >= 0; i--) {
		const Control *c = &m->stage[i]->control;
		if (m->stage[i]->mark != MARK_LOOP || mark_end(m, i) < s->number - 1)
			continue;
		const char *cast = bytes * c->turns > INT32_MAX ? "(int64_t)" : "";
		text = arena_format(a, " + %lld * %s%s%s", (long long)bytes, cast, turn_name(c->level, a), text);
		bytes *= c->turns;
	}
	return text;
}

void print_call(Module *m, Stage *s, Range range, const char *tabs, Out *o)
{
	const char *comma = "";
	put_text(o, "%ss%d_%s(", tabs, s->function->number, s->function->kind);
	for (int k = 0; k < s->nparams; k++, comma = ", ") {
		put_text(o, "%s", comma);
		print_argument(m, s, &s->param[k], o);
	}
	if (range.from) {
		put_text(o, "%s%s, %s", comma, range.from, range.to);
		comma = ", ";
	}
	if (s->makes_text) {
		put_text(o, "%s(char *)(m + T%d%s)", comma, s->number, turns_text(m, s, o->arena));
		comma = ", ";
	}
	if (s->checks)
		put_text(o, "%s&status", comma);
	put_text(o, "%s);", s->sizes);
	if (s->function != s)
		put_text(o, "\t/* s%d_%s */", s->number, s->kind);
	put_text(o, "\n");
}

void print_done(const Module *m, const Stage *s, const char *tabs, Out *o)
{
	if (m->o->profile)
		put_text(o, "%stimer_done(&timer, \"s%d_%s\");\n", tabs, s->number, s->kind);
}
