/* emit.c -- the door of code generation: the emitted text in memory, or as files. */
#include <stdio.h>
#include <string.h>
#include "codegen/codegen.h"
#include "codegen/module.h"
#include "ir/output.h"

static void write_blob(const Unit *u, FILE *f)
{
	static const char zeros[64];
	for (int i = 0; i < u->nweights; i++) {
		size_t n = dtype_bytes(u->weight[i]->dtype, u->weight[i]->count);
		if (!in_blob(u, u->weight[i]))
			continue;
		fwrite(u->weight[i]->data, 1, n, f);
		fwrite(zeros, 1, (64 - n % 64) % 64, f);
	}
	uint8_t mark[MARK_BYTES];
	weights_mark(u, mark);
	fwrite(zeros, 1, BLOB_TAIL - MARK_BYTES, f);
	fwrite(mark, 1, MARK_BYTES, f);
}

/* Decisions of several stages, and of stages that are alike, are one. */
static void add_choices(Arena *a, const Stage *s, Facts *facts, int *capacity)
{
	for (int k = 0; k < s->nchoices; k++) {
		const Decision *d = s->choice[k];
		int i = 0;
		while (i < facts->nchoices && (strcmp(facts->choice[i]->what, d->what) != 0 || strcmp(facts->choice[i]->key, d->key) != 0))
			i++;
		if (i < facts->nchoices)
			continue;
		GROW(a, facts->choice, facts->nchoices, *capacity);
		facts->choice[facts->nchoices++] = d;
	}
}

static void fill_facts(const Unit *u, Facts *facts)
{
	Arena *a = &u->g->ctx->perm;
	const Module *m = u->module[0];
	int capacity = 0;
	*facts = (Facts){.arena_bytes = u->arena_bytes, .arena_bound = m->arena_bound, .weights_bytes = u->weights_bytes, .stack_bytes = u->stack.bytes,
	                 .macs = m->macs, .stage = NEW_N(a, StageFacts, m->nstages + 1), .events = profile_events(u), .graph = m->g};
	for (int i = 0; i < m->nstages; i++) {
		const Stage *s = m->stage[i];
		if (s->mark)
			continue;
		add_choices(a, s, facts, &capacity);
		const char *name = arena_format(a, "s%d_%s", s->number, s->kind);
		facts->stage[facts->nstages++] =
			(StageFacts){name, s->times, s->macs, s->reads + s->writes, origin(s, a, 8), s->schedule ? s->schedule : "",
			             stage_why(s, a), 4 * m->target->lanes * stage_cycles(m, s), s->choice, s->nchoices,
			             s->fused, s->nfused};
	}
}

/* The stage that handles most bytes: where to begin when a model is too large. */
static const StageFacts *largest(const Facts *f)
{
	const StageFacts *most = NULL;
	for (int i = 0; i < f->nstages; i++)
		if (!most || f->stage[i].bytes > most->bytes)
			most = &f->stage[i];
	return most;
}

static void hold_limit(const Unit *u, const Facts *f, const char *what, int64_t bytes, int64_t limit)
{
	const StageFacts *s = largest(f);
	if (!limit || bytes <= limit)
		return;
	if (s)
		hint(u->g->ctx, "most in one stage: %s (%s), which reads and writes %lld bytes", s->name, s->from, (long long)s->bytes);
	fail(u->g->ctx, EXIT_LIMIT, "E-BUDGET", "needs %lld bytes of %s, %lld more than the limit of %lld", (long long)bytes, what,
	     (long long)(bytes - limit), (long long)limit);
}

static void hold_stack(const Unit *u)
{
	const StackUse *s = &u->stack;
	if (!u->o->max_stack || s->bytes <= u->o->max_stack)
		return;
	hint(u->g->ctx, "most is declared in %s, %lld bytes; the deepest chain of calls is %s", s->most, (long long)s->declared, s->path);
	fail(u->g->ctx, EXIT_LIMIT, "E-BUDGET", "needs %lld bytes of stack (--max-stack), %lld more than the limit of %lld",
	     (long long)s->bytes, (long long)(s->bytes - u->o->max_stack), (long long)u->o->max_stack);
}

/* What a small machine has: memory of a run, constants, and a stack. */
static void hold_limits(const Unit *u, const Facts *f)
{
	hold_limit(u, f, "memory in a run (--max-ram)", workspace_bytes(u), u->o->max_ram);
	hold_limit(u, f, "weights (--max-flash)", f->weights_bytes, u->o->max_flash);
	hold_stack(u);
}

static Unit *emit(Graph *g, const Options *o, Out *file, Out *header, Facts *facts)
{
	Unit *u = unit_new(g, o);
	print_unit(u, file);
	print_header_file(u, header);
	Facts own, *all = facts ? facts : &own;
	fill_facts(u, all);
	hold_limits(u, all);
	return u;
}

const char *emit_text(Graph *g, const Options *o, const char **header, Facts *facts)
{
	Out file = {.arena = &g->ctx->perm}, h = {.arena = &g->ctx->perm};
	emit(g, o, &file, &h, facts);
	*header = h.text;
	return file.text;
}

void emit_drafts(Graph *g, const Options *o, Facts *facts)
{
	Arena *a = &g->ctx->perm;
	Out file = {.arena = a}, header = {.arena = a};
	Unit *u = emit(g, o, &file, &header, facts);
	Ctx *c = g->ctx;
	size_t dir = strlen(o->output) - strlen(strrchr(o->output, '/') ? strrchr(o->output, '/') + 1 : o->output);
	if (!u->weights_in_c) {
		write_blob(u, output_begin(c, u->blob_path));
		output_end(c);
	}
	output_add(c, arena_format(a, "%.*s%s.h", (int)dir, o->output, u->stem), header.text, header.n);
	output_add(c, o->output, file.text, file.n);
}

void emit_model(Graph *g, const Options *o, Facts *facts)
{
	emit_drafts(g, o, facts);
	output_commit(g->ctx);
}
