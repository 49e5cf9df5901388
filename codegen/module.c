/* module.c -- the model for one target: from the graph to stages with loops and addresses, and these as a section of
 * the emitted file: helpers, the arena's map, weights, the stages' functions, the list of calls. */
#include <string.h>
#include "codegen/module.h"

/* ---- the section ---- */

static const char *mark_text(const Stage *s, Arena *a)
{
	const Control *c = &s->control;
	switch (s->mark) {
	case MARK_IF: return c->unless ? "where the condition is false:" : "where a condition is true:";
	case MARK_ELSE: return "where it is false:";
	case MARK_LOOP:
		if (c->going || c->trips)
			return "as often as the data say:";
		if (!dim_known(c->size))
			return arena_format(a, "the next ones up to %s times:", grouped(a, s->times));
		return arena_format(a, "the next ones %s times:", grouped(a, s->times));
	default: return s->times > 1 ? arena_format(a, "%s times:", grouped(a, s->times)) : "once:";
	}
}

static void print_row(const Stage *s, Out *o)
{
	Arena *a = o->arena;
	if (s->mark == MARK_SIZE || s->mark == MARK_AGREE)
		return;
	if (s->mark)
		put_text(o, " *   %s\n", mark_text(s, a));
	else
		put_text(o, " *   %-14s %13s %11s %11s   %s\n", arena_format(a, "s%d_%s", s->number, s->kind),
		         s->macs ? grouped(a, s->macs) : "", s->reads ? grouped(a, s->reads) : "", grouped(a, s->writes),
		         origin(s, a, 3));
}

const char *table_text(Module *m)
{
	Out o = {.arena = &m->g->ctx->perm};
	put_text(&o, " *   work     %.3f MMAC in %d stages\n *\n", (double)m->macs / 1e6, m->nstages);
	put_text(&o, " *   %-14s %13s %11s %11s   from\n", "stage", "MAC", "reads", "writes");
	for (int i = 0, k = 0; i < m->nstages; i++) {
		const Strips *run = k < m->nstrips ? m->strips[k] : NULL;
		if (run && i == run->first)
			put_text(&o, " *   the next ones in strips of %lld row%s:\n", (long long)run->rows, run->rows > 1 ? "s" : "");
		print_row(m->stage[i], &o);
		if (run && i == run->last && (++k == m->nstrips || m->strips[k]->first > i + 1))
			put_text(&o, " *   whole:\n");
	}
	return o.text;
}

static void print_target_pragma(const Target *t, Out *o)
{
	put_text(o, "#if defined(__clang__)\n#pragma clang attribute push(__attribute__((target(\"%s\"))), apply_to = function)\n"
	            "#else\n#pragma GCC push_options\n#pragma GCC target(\"%s\")\n#endif\n\n", t->features, t->features);
}

static void print_pragma_end(Out *o)
{
	put_text(o, "#if defined(__clang__)\n#pragma clang attribute pop\n#else\n#pragma GCC pop_options\n#endif\n\n");
}

/* Where a file has several sections, each begins with what it is for, and with its stages where they are others than
 * those in the head of the file. */
static void print_section_head(Module *m, Out *o)
{
	const char *table = table_text(m);
	if (m->unit->nmodules == 1)
		return;
	put_text(o, "/* ---- %s (%s): names begin with %s ----\n *\n", m->target->name, m->target->title, m->target->tag);
	put_text(o, " *   memory   arena %s bytes (lower bound %s)\n%s */\n", grouped(o->arena, m->arena_bytes),
	         grouped(o->arena, m->arena_bound), strcmp(table, table_text(m->unit->module[0])) ? table : "");
}

void print_section(Module *m, Out *o)
{
	Out body = {.arena = o->arena}, work = {.arena = o->arena};
	put_text(&body, "%s", styled(o->arena, m->helpers));
	print_arena(m, &body);
	print_own_weights(m, &body);
	put_text(&body, "%s", styled(o->arena, m->stages));
	print_work(m, &work);
	put_text(&body, "%s", styled(o->arena, work.text));
	print_section_head(m, o);
	if (m->vectors)
		print_target_pragma(m->target, o);
	put_section(m, body.text, o);
	if (m->vectors)
		print_pragma_end(o);
}

/* ---- from the graph ---- */

Module *module_new(Unit *u, const Target *t)
{
	Module *m = NEW(&u->g->ctx->perm, Module);
	m->unit = u;
	m->number = u->nmodules;
	m->g = graph_copy(u->g);
	m->o = u->o;
	m->target = t;
	u->module[u->nmodules++] = m;
	return m;
}

/* Not a nest of loops: sorting, choosing, maps by tables, register tiles, transposes, zeros with a diagonal. */
static bool has_own_form(Module *m, Stage *s)
{
	return make_order(m, s) || make_choice(m, s) || make_transform(m, s) || make_tiles(m, s) || make_transpose(m, s) ||
	       make_sparse(m, s);
}

static void make_code(Module *m)
{
	Graph *g = m->g;
	layout(g);
	fuse(g, m->o->level == 0 ? FUSE_NOTHING : m->target->lanes > 1 ? FUSE_TWINS : FUSE_ONE);
	m->times = 1;
	make_stages(m, g);
	make_regions(m);
	make_strips(m);
	for (int i = 0; i < m->nstages; i++) {
		Stage *s = m->stage[i];
		s->module = m;
		if (s->body && (s->over || !has_own_form(m, s)))
			make_nest(m, s);
		m->macs += s->times * s->macs;
	}
	note_strips(m);
	make_pieces(m);
	make_memory(m);
	m->float_arena = true;
	for (int i = 0; i < m->nregions; i++)
		m->float_arena &= m->region[i]->dtype == F32;
	for (int i = 0; i < m->nstages; i++)
		m->float_arena &= !m->stage[i]->makes_text;
}

void module_build(Module *m)
{
	make_code(m);
	print_stages(m);
}
