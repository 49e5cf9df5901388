/* module.c -- the model for one target: from the graph to stages with loops and addresses, and these as a section of
 * the emitted file: helpers, the arena's map, weights, one function a stage, the list of calls. */
#include <string.h>
#include "codegen/heur.h"
#include "codegen/module.h"

/* ---- stage functions ---- */

/* Parameters are named by role: y is written, x x2 ... are read, w w2 ... are constants. */
static const char *param_name(Stage *s, const Param *q, Arena *a)
{
	int nth = 0;
	if (q->written)
		return q->value == s->out ? "y" : "work";
	for (int i = 0; i < s->nparams; i++)
		nth += !s->param[i].written && !s->param[i].weight == !q->weight;
	const char *letter = q->weight ? "w" : "x";
	return nth ? arena_format(a, "%s%d", letter, nth + 1) : letter;
}

static Param *param_add(Stage *s, Param q)
{
	if (s->nparams == PARAM_MAX)
		fail_unsupported(s->l->graph, s->node, "a stage that reads more than %d values", PARAM_MAX);
	q.name = param_name(s, &q, s->l->arena);
	s->param[s->nparams] = q;
	return &s->param[s->nparams++];
}

Param *param_of(Stage *s, Value *v)
{
	for (int i = 0; i < s->nparams; i++)
		if (s->param[i].value == v)
			return &s->param[i];
	Param q = {.value = v, .written = v == s->out || v == s->work};
	const Value *root = place_root(v);
	if (root->data) {
		const char *name = arena_format(s->l->arena, "s%d_w%d", s->number, s->nparams);
		q.weight = weight_add(s->module, name, v->dtype, root->data->count, root->data->data, NULL);
	}
	return param_add(s, q);
}

Param *param_weight(Stage *s, const Weight *w)
{
	for (int i = 0; i < s->nparams; i++)
		if (s->param[i].weight == w)
			return &s->param[i];
	return param_add(s, (Param){.weight = w});
}

/* "Conv /stem/Conv, Relu /stem/Relu": the nodes whose formulas are inside. */
const char *origin(const Stage *s, Arena *a, int most)
{
	Out o = {.arena = a};
	const char *comma = "";
	put_text(&o, "%s", computes(s) ? "" : border_text(s->out, a));
	for (int i = 0; computes(s) && i < s->nfused && i < most; i++, comma = ", ")
		put_text(&o, "%s%s%s%s", comma, s->fused[i]->op->name, *s->fused[i]->name ? " " : "",
		         comment_text(a, s->fused[i]->name));
	put_text(&o, computes(s) && s->nfused > most ? ", ..." : "");
	return o.text;
}

static const char *param_type(const Param *q) { return c_type(q->weight ? q->weight->dtype : q->value->dtype); }

static void print_signature(Module *m, Stage *s, const char *body, Out *o)
{
	const char *comma = "";
	put_text(o, "STAGE void s%d_%s(", s->number, s->kind);
	for (int k = 0; k < s->nparams; k++, comma = ", ")
		put_text(o, "%s%s%s *%s%s", comma, s->param[k].written ? "" : "const ", param_type(&s->param[k]),
		         s->in_place ? "" : "restrict ", s->param[k].name);
	if (takes_range(m, s)) {
		put_text(o, "%sint from, int to", comma);
		comma = ", ";
	}
	if (s->makes_text) {
		put_text(o, "%schar *restrict text", comma);
		comma = ", ";
	}
	if (s->checks)
		put_text(o, "%sint *status", comma);
	put_text(o, "%s)\n{\n", sizes_used(m->unit, body, true));
}

/* How it is computed, what that is expected to take, and why it is not done in another way. */
static void print_schedule(const Module *m, const Stage *s, Out *o)
{
	double cycles = stage_cycles(m, s);
	const char *why = stage_why(s, o->arena);
	put_text(o, "\n *    schedule: %s; expects %s", s->schedule, cycles_text(cycles, o->arena));
	if (s->macs)
		put_text(o, " (%.0f %% of peak)", 100 * peak_cycles(m->target, (double)s->macs) / cycles);
	put_text(o, ", %s", bytes_text((double)(s->reads + s->writes), o->arena));
	if (m->o->threads && !s->strips)
		put_text(o, s->split ? "; workers share %lld parts" : "; one worker", (long long)s->split_n);
	if (*why)
		put_text(o, "\n *    why: %s", why);
}

static void print_stage(Module *m, Stage *s, Out *o)
{
	Out body = {.arena = o->arena};
	Printer p = {.m = m, .s = s, .out = &body, .depth = 1};
	put_text(&body, "%s", "");
	param_of(s, s->out); /* y first */
	if (s->contraction)
		print_tile_functions(m, s, o);
	if (s->transform)
		print_transform_functions(m, s, o);
	if (s->body)
		print_stmts(&p, s->nest);
	else if (s->routine)
		print_routine(&p);
	else
		print_border(&p);
	put_text(o, "/* %d: %s    %s%s", s->number, shape_name(m->unit, s->out), computes(s) ? "from " : "", origin(s, o->arena, 8));
	if (s->pieces > 1)
		put_text(o, "; part %d of %d", s->piece, s->pieces);
	if (s->schedule)
		print_schedule(m, s, o);
	put_text(o, " */\n");
	print_signature(m, s, body.text, o);
	s->sizes = sizes_used(m->unit, body.text, false);
	put_text(o, "%s}\n\n", body.text);
}

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
	Out body = {.arena = o->arena};
	put_text(&body, "%s", m->helpers);
	print_arena(m, &body);
	print_own_weights(m, &body);
	put_text(&body, "%s", m->stages);
	print_work(m, &body);
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

/* Not a nest of loops: sorting, maps by tables, register tiles, transposes. */
static bool has_own_form(Module *m, Stage *s)
{
	return make_order(m, s) || make_transform(m, s) || make_tiles(m, s) || make_transpose(m, s);
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

/* The functions of all stages, and what they use of the target: where that is nothing, they are plain C. */
static void print_stages(Module *m)
{
	Out stages = {.arena = &m->g->ctx->perm}, helpers = {.arena = &m->g->ctx->perm};
	put_text(&stages, "%s", "");
	put_text(&helpers, "%s", "");
	for (int i = 0; i < m->nstages; i++)
		if (!m->stage[i]->mark)
			print_stage(m, m->stage[i], &stages);
	print_helpers(m->target->helpers, stages.text, &helpers);
	m->vectors = helpers.n > 0;
	m->stages = stages.text;
	m->helpers = helpers.text;
}

void module_build(Module *m)
{
	make_code(m);
	print_stages(m);
}
