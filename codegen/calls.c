/* calls.c -- the arena and the list of calls: one line a stage, a meet where workers depend on each other. */
#include <string.h>
#include "codegen/module.h"


static const char *region_name(Module *m, const Region *r)
{
	return arena_format(&m->g->ctx->perm, "B%d", r->id + 1);
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
		put_text(o, "\t%s = %lld,\t/* %d-%d  %s%s */\n", region_name(m, r), (long long)(r->offset / unit),
		         m->stage[r->first]->number, m->stage[r->last]->number, shape_name(m->g, r->owner),
		         r->owner->place->border ? ", zeros around it" : "");
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
	if (r->kind == IN_INPUT || r->kind == IN_OUTPUT) {
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
	int64_t na = (int64_t)dtype_bytes(a->dtype, a->count), nb = (int64_t)dtype_bytes(b->dtype, b->count);
	return a->offset < b->offset + nb && b->offset < a->offset + na;
}

/* A border and the elements it surrounds do not meet. */
static bool apart(const Stage *s, const Stage *t, const Param *a, const Param *b)
{
	return (!s->body || !t->body) && a->written && b->written && a->value->place->region == b->value->place->region;
}

static bool conflict(const Stage *s, const Stage *t)
{
	for (int i = 0; i < s->nparams; i++)
		for (int k = 0; k < t->nparams; k++) {
			const Param *a = &s->param[i], *b = &t->param[k];
			if (!a->weight && !b->weight && (a->written || b->written) && !apart(s, t, a, b) &&
			    overlap(a->value->place->region, b->value->place->region))
				return true;
		}
	return false;
}

static bool must_meet(Module *m, int since, int stage)
{
	for (int i = since; i < stage; i++)
		if ((m->stage[i]->split || m->stage[stage]->split) && conflict(m->stage[i], m->stage[stage]))
			return true;
	return false;
}

static void print_call(Module *m, Stage *s, const char *tabs, Out *o)
{
	const char *comma = "";
	bool pooled = m->o->threads;
	if (pooled && !s->split)
		put_text(o, "%sif (worker == 0)\n\t", tabs);
	put_text(o, "%ss%d_%s(", tabs, s->number, s->kind);
	for (int k = 0; k < s->nparams; k++, comma = ", ") {
		put_text(o, "%s", comma);
		print_argument(m, &s->param[k], o);
	}
	if (pooled && s->split) {
		long long n = (long long)s->split_n, unit = (long long)s->split_unit, end = (long long)axis_count(s->split);
		if (unit == 1)
			put_text(o, "%spart(%lld, worker, workers), part(%lld, worker + 1, workers)", comma, n, n);
		else
			put_text(o, "%s%lld * part(%lld, worker, workers), least(%lld * part(%lld, worker + 1, workers), %lld)", comma, unit,
			         n, unit, n, end);
		comma = ", ";
	}
	if (s->checks)
		put_text(o, "%s&status", comma);
	put_text(o, ");\n");
}

static const char pool_helpers[] =
	"/* This worker's part of n pieces begins here; the next one's where it ends. */\n"
	"static inline int part(int n, int worker, int workers)\n{\n"
	"\treturn (int)((int64_t)n * worker / workers);\n}\n\n";

static const char least_helper[] =
	"static inline int least(int a, int b)\n{\n\treturn a < b ? a : b;\n}\n\n";

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

static void print_calls(Module *m, Out *o)
{
	int depth = 0, since = 0, tick = 0;
	for (int i = 0; i < m->nstages; i++) {
		Stage *s = m->stage[i];
		if (s->turns) {
			print_loop(m, s, &depth, o);
			since = i + 1;
			continue;
		}
		if (m->o->threads && must_meet(m, since, i)) {
			put_text(o, "%s\tmeet(c, workers);\n", depth ? "\t" : "");
			since = i;
		}
		print_call(m, s, depth ? "\t\t" : "\t", o);
		if (m->o->ticks)
			put_text(o, m->o->threads ? "\tif (worker == 0)\n\t\ttcc_tick(%d);\n" : "\ttcc_tick(%d);\n", tick++);
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
	if (uses_word(sections, "meet"))
		put_text(o, "%s", meet_helper);
	if (u->o->ticks)
		put_text(o, "void tcc_tick(int stage); /* of whoever times stages: told when one is done */\n\n");
}

void print_work(Module *m, Out *o)
{
	Out body = {.arena = o->arena};
	bool checks = false;
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
