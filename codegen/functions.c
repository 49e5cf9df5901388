/* functions.c -- the functions of stages: signatures, the comment above, and one function for all stages that do the same.
 *
 *     s7_matmul(m + B6, m + B5, s7_w);
 *     s7_matmul(m + B6, m + B5, s25_w);    which is stage 25
 *
 * Layers that repeat differ in their arguments only: text, code and the processor's cache for it hold them once. */
#include <ctype.h>
#include <string.h>
#include "codegen/heur.h"
#include "codegen/module.h"

/* ---- one function ---- */

/* All nodes of the stage come from one of the model: its name. NULL: they do not, or there is one. */
static const char *shared_name(const Stage *s)
{
	const char *name = s->nfused > 1 ? s->fused[0]->name : "";
	for (int i = 1; i < s->nfused; i++)
		if (strcmp(s->fused[i]->name, name))
			return NULL;
	return *name ? name : NULL;
}

/* "Conv /stem/Conv, Relu /stem/Relu": the nodes whose formulas are inside; "Add, Sigmoid of /gru/GRU" where one was expanded. */
const char *origin(const Stage *s, Arena *a, int most)
{
	Out o = {.arena = a};
	const char *comma = "", *shared = shared_name(s);
	put_text(&o, "%s", computes(s) ? "" : border_text(s->out, a));
	for (int i = 0; computes(s) && i < s->nfused && i < most; i++, comma = ", ")
		put_text(&o, "%s%s%s%s", comma, s->fused[i]->op->name, !shared && *s->fused[i]->name ? " " : "",
		         shared ? "" : comment_text(a, s->fused[i]->name));
	put_text(&o, computes(s) && s->nfused > most ? ", ..." : "");
	if (computes(s) && shared)
		put_text(&o, " of %s", comment_text(a, shared));
	return o.text;
}

static const char *param_type(const Param *q) { return c_type(q->weight ? q->weight->dtype : q->value->dtype); }

static void print_signature(Module *m, Stage *s, const char *body, Out *o)
{
	const char *comma = "";
	put_text(o, "STAGE %svoid s%d_%s(", wants_vectors(s) && !m->o->strict ? "LOOPS " : "", s->number, s->kind);
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

enum { CYCLES_TOLD = 100 }; /* below, entering and leaving a function is what counts, and no model knows */

/* "expects 4,608 cycles (50 % of peak), 5.0 kB": of a stage that is no sum of products the model knows what it moves only. */
static void print_expectation(const Module *m, const Stage *s, Out *o)
{
	double cycles = stage_cycles(m, s);
	const char *bytes = bytes_text((double)(s->reads + s->writes), o->arena);
	bool works = s->contraction || s->transform;
	if (cycles >= CYCLES_TOLD)
		put_text(o, "expects %s%s", works ? "" : "at least ", cycles_text(cycles, o->arena));
	if (cycles >= CYCLES_TOLD && s->macs)
		put_text(o, " (%.0f %% of peak)", 100 * peak_cycles(m->target, (double)s->macs) / cycles);
	put_text(o, cycles >= CYCLES_TOLD ? ", %s" : "%s", bytes);
}

/* How it is computed, what that is expected to take, and why it is not done in another way. */
static void print_schedule(const Module *m, const Stage *s, Out *o)
{
	const char *why = stage_why(s, o->arena);
	put_text(o, "\n *    schedule: %s; ", s->schedule);
	print_expectation(m, s, o);
	if (m->o->threads && !s->strips)
		put_text(o, s->split ? "; workers share %lld parts" : "; one worker", (long long)s->split_n);
	if (*why)
		put_text(o, "\n *    why: %s", why);
}

typedef struct Function {
	Stage *stage;              /* the first that calls it */
	const char *maps;          /* functions that any stage may call, new with this one */
	const char *tiles, *text;  /* functions that only this one calls, and itself */
	const char *key;           /* both, without the stage's number */
	int calls;
	const char *numbers;       /* "7, 25, 43" */
	struct Function *next;     /* in the bucket */
} Function;

/* Parameters get their order from the text that is printed first. */
static Function function_of(Module *m, Stage *s, Arena *a)
{
	Out maps = {.arena = a}, tiles = {.arena = a}, body = {.arena = a}, text = {.arena = a};
	Printer p = {.m = m, .s = s, .out = &body, .depth = 1};
	put_text(&maps, "%s", "");
	put_text(&tiles, "%s", "");
	put_text(&body, "%s", "");
	m->maps = &maps;
	param_of(s, s->out); /* y first */
	if (s->contraction)
		print_tile_functions(m, s, &tiles);
	if (s->transform)
		print_transform_functions(m, s, &tiles);
	if (s->body)
		print_stmts(&p, s->nest);
	else if (s->routine)
		print_routine(&p);
	else
		print_border(&p);
	print_signature(m, s, body.text, &text);
	s->sizes = sizes_used(m->unit, body.text, false);
	put_text(&text, "%s}\n\n", body.text);
	return (Function){.stage = s, .maps = maps.text, .tiles = tiles.text, .text = text.text};
}

static void print_function(Module *m, const Function *f, Out *o)
{
	const Stage *s = f->stage;
	put_text(o, "%s%s/* %s: %s    %s%s", f->maps, f->tiles, f->numbers, shape_name(m->unit, s->out), computes(s) ? "from " : "",
	         origin(s, o->arena, 8));
	if (f->calls > 1)
		put_text(o, "; the others alike");
	else if (s->pieces > 1)
		put_text(o, "; part %d of %d", s->piece, s->pieces);
	if (s->schedule)
		print_schedule(m, s, o);
	put_text(o, " */\n%s", f->text);
}

/* ---- those that are the same ---- */

/* The text with "s_" where it has "s25_" at the start of a word. */
static void put_unnumbered(Out *o, const char *text, int number)
{
	const char *own = arena_format(o->arena, "s%d_", number), *from = text;
	size_t n = strlen(own);
	for (const char *at = text; (at = strstr(at, own)); at += n) {
		if (at > text && (isalnum((unsigned char)at[-1]) || at[-1] == '_'))
			continue;
		put_text(o, "%.*ss_", (int)(at - from), from);
		from = at + n;
	}
	put_text(o, "%s", from);
}

enum { NUMBERED = 12 }; /* stages that the comment names */

static void note_call(Function *f, const Stage *s, Arena *a)
{
	f->calls++;
	if (f->calls <= NUMBERED)
		f->numbers = f->calls == 1 ? arena_format(a, "%d", s->number) : arena_format(a, "%s, %d", f->numbers, s->number);
	else if (f->calls == NUMBERED + 1)
		f->numbers = arena_format(a, "%s, ...", f->numbers);
}

typedef struct Functions {
	Function *item;    /* in the order of their first stages */
	int n;
	Function **bucket; /* by their keys */
	uint64_t mask;
} Functions;

static void add_function(Functions *l, Function new, Arena *a)
{
	Out key = {.arena = a};
	put_unnumbered(&key, new.tiles, new.stage->number);
	put_unnumbered(&key, new.text, new.stage->number);
	Function **at = &l->bucket[hash_bytes(HASH_START, key.text, key.n) & l->mask], *f = *at;
	while (f && (*new.maps || strcmp(f->key, key.text)))
		f = f->next;
	if (!f) {
		new.key = key.text;
		new.next = *at;
		f = *at = &l->item[l->n++];
		*f = new;
	}
	new.stage->function = f->stage;
	note_call(f, new.stage, a);
}

/* Rounds, so that a compiler that is allowed to join two operations would change bits. */
static bool computes_floats(const Expr *x)
{
	bool found = x->kind == X_ALU && is_float(x->dtype) && x->op != SELECT && x->op != MIN && x->op != MAX;
	for (int k = 0; k < x->nargs && !found; k++)
		found = computes_floats(x->arg[k]);
	return found;
}

enum { LONG_LOOP = 64 };

/* Loops of nothing but stores of numbers, so many turns at least. */
static bool has_plain_loop(const Stmt *t)
{
	bool found = false;
	for (; t && !found; t = t->next) {
		const Stmt *turn = t->kind == S_FOR ? t->body : NULL;
		bool plain = turn && turn->kind == S_STORE && !turn->next && turn->value->dtype != STR && axis_count(t->axis) >= LONG_LOOP;
		found = plain || (turn && has_plain_loop(turn));
	}
	return found;
}

static bool keeps_bits(const Stmt *t)
{
	bool keeps = true;
	for (; t && keeps; t = t->next)
		keeps = !(t->expr && computes_floats(t->expr)) && keeps_bits(t->body);
	return keeps;
}

/* The C compiler makes vectors of such loops where it is told what the processor has. */
static bool gains_vectors(const Module *m)
{
	bool loops = false, keeps = m->target->features != NULL;
	for (int i = 0; i < m->nstages && keeps; i++) {
		const Stage *s = m->stage[i];
		loops |= has_plain_loop(s->nest);
		keeps = keeps_bits(s->nest);
	}
	return loops && keeps;
}

/* The functions of all stages, and what they use of the target: where that is nothing, and their loops gain nothing by it, they are
 * plain C. */
void print_stages(Module *m)
{
	Arena *a = &m->g->ctx->perm;
	Out stages = {.arena = a}, helpers = {.arena = a};
	Functions l = {.item = NEW_N(a, Function, m->nstages + 1), .mask = 1};
	while (l.mask < (uint64_t)m->nstages)
		l.mask = 2 * l.mask + 1;
	l.bucket = NEW_N(a, Function *, l.mask + 1);
	for (int i = 0; i < m->nstages; i++)
		if (!m->stage[i]->mark)
			add_function(&l, function_of(m, m->stage[i], a), a);
	put_text(&stages, "%s", "");
	put_text(&helpers, "%s", "");
	for (int i = 0; i < l.n; i++)
		print_function(m, &l.item[i], &stages);
	print_helpers(m->target->helpers, stages.text, &helpers);
	m->vectors = helpers.n > 0 || gains_vectors(m);
	m->stages = stages.text;
	m->helpers = helpers.text;
}
