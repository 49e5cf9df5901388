/* print_loops.c -- loops as C text: of single elements, of vectors, of several vectors a turn, and what is left over. */
#include <string.h>
#include "codegen/print.h"
#include "codegen/sizes.h"

const char *index_type(const Stage *s) { return s->wide ? "int64_t" : "int"; }

const char *step_text(const char *i, int64_t step, Arena *a)
{
	return step == 1 ? arena_format(a, "%s++", i) : arena_format(a, "%s += %lld", i, (long long)step);
}

const char *for_text(Printer *p, const char *i, const char *from, const char *to, int64_t step)
{
	Arena *a = p->out->arena;
	return arena_format(a, "for (%s %s = %s; %s < %s; %s)", index_type(p->s), i, from, i, to, step_text(i, step, a));
}

const char *for_whole_text(Printer *p, const char *i, const char *from, const char *to, int64_t step)
{
	Arena *a = p->out->arena;
	const char *first = from ? arena_format(a, "%s %s = %s", index_type(p->s), i, from) : "";
	const char *last = step == 1 ? arena_format(a, "%s < %s", i, to) : arena_format(a, "%s + %lld <= %s", i, (long long)step, to);
	return arena_format(a, "for (%s; %s; %s)", first, last, step_text(i, step, a));
}

static const char *number_text(int64_t k, Arena *a) { return arena_format(a, "%lld", (long long)k); }

/* Statements that print as several lines and need braces around them. */
static bool is_block(const Stmt *t)
{
	return t->kind == S_FOR || t->kind == S_BLOCK || t->kind == S_TILE || t->kind == S_TRANSFORM;
}

static bool one_line(const Stmt *t) { return t && !t->next && !is_block(t); }

/* The loop runs as far as a size says that is known at run time only. */
static bool varies(const Stmt *t) { return !dim_known(t->axis->extent); }

static const char *whole_text(Printer *p, const Stmt *t, int unit)
{
	return arena_format(p->out->arena, "%s / %d * %d", size_text(p->m->unit, t->axis->extent), unit, unit);
}

static const char *start_text(Printer *p, const Stmt *t)
{
	return t->rest ? whole_text(p, t, t->rest) : number_text(t->from, p->out->arena);
}

static const char *end_text(Printer *p, const Stmt *t)
{
	if (t->whole)
		return whole_text(p, t, t->whole);
	return varies(t) ? size_text(p->m->unit, t->axis->extent) : number_text(t->to, p->out->arena);
}

static bool handles_text(const Expr *x)
{
	bool found = makes_text(x) || (x->kind == X_ALU && is_text_alu(x->op));
	for (int k = 0; k < x->nargs && !found; k++)
		found = handles_text(x->arg[k]);
	return found;
}

/* Memory says which element of memory it is. */
static bool looks_up(const Expr *x, bool in_address)
{
	bool found = x->kind == X_LOAD && in_address;
	for (int k = 0; k < x->nargs && !found; k++)
		found = looks_up(x->arg[k], in_address || x->kind == X_LOAD);
	return found;
}

enum { TURNS_MAX = 8, LOOK_UPS_MAX = 32 };

/* A few turns around one statement: as straight code gcc makes vectors of it even at -O2. Not so of text, whose helpers have
 * loops. Where elements are looked up a turn is short, and counting it a good part of it. */
static const char *unroll(const Stmt *t)
{
	if (!one_line(t->body) || (t->body->expr && handles_text(t->body->expr)))
		return "";
	bool looks = t->body->expr && looks_up(t->body->expr, false);
	if (!varies(t) && t->to - t->from <= (looks ? LOOK_UPS_MAX : TURNS_MAX))
		return "UNROLL ";
	return looks ? "UNROLL_4 " : "";
}

static void print_scalar_for(Printer *p, const Stmt *t)
{
	Arena *a = p->out->arena;
	const char *i = axis_name(p, t->axis), *from = start_text(p, t);
	if (t->split && takes_range(p->m, p->s))
		open_block(p, "%s", for_whole_text(p, i, t->from || t->rest ? arena_format(a, "from > %s ? from : %s", from, from) : "from", "to", t->step));
	else if (varies(t))
		open_block(p, "%s%s", unroll(t), for_whole_text(p, i, from, end_text(p, t), t->step));
	else
		open_block(p, "%s%s", unroll(t), for_text(p, i, from, end_text(p, t), t->step));
	print_stmts(p, t->body);
	close_block(p);
}

/* The body with the axis and accumulators called by other texts. */
static void print_renamed(Printer *p, const Stmt *t, const char *index, const char *way)
{
	int nshifted = p->nshifted, nbound = p->nbound;
	if (index)
		shift_axis(p, t->axis, index, 0);
	for (int k = 0; k < 2 && t->ways > 1; k++) {
		Expr *acc = k ? t->other : t->local;
		p->bound[p->nbound] = acc;
		p->bound_name[p->nbound] = acc ? arena_format(p->out->arena, "%s[%s]", local_name(p, acc), way) : NULL;
		p->nbound += acc != NULL;
	}
	print_stmts(p, t->body);
	p->nshifted = nshifted;
	p->nbound = nbound;
}

/* Vector q from index i on, or from 0. */
static const char *nth_vector(Printer *p, const Stmt *t, const char *i)
{
	return arena_format(p->out->arena, i ? "(%s + %d*q)" : "(%s%d*q)", i ? i : "", t->lanes);
}

/* The body for several vectors from index i on, or from 0, each for an accumulator of its own. */
static void print_each_way(Printer *p, const Stmt *t, const char *i)
{
	open_block(p, "UNROLL for (int q = 0; q < %d; q++)", t->ways);
	print_renamed(p, t, nth_vector(p, t, i), "q");
	close_block(p);
}

/* Several vectors a turn. */
static int64_t print_ways(Printer *p, const Stmt *t)
{
	Arena *a = p->out->arena;
	const char *i = axis_name(p, t->axis);
	int64_t step = (int64_t)t->lanes * t->ways, whole = t->from + (t->to - t->from) / step * step;
	if (t->from == 0 && whole == step) {
		print_each_way(p, t, NULL);
		return whole;
	}
	open_block(p, "%s", for_text(p, i, number_text(t->from, a), number_text(whole, a), step));
	print_each_way(p, t, i);
	close_block(p);
	return whole;
}

/* The body for a group of vectors from index i on, or from 0. */
static void print_group(Printer *p, const Stmt *t, const char *i)
{
	int nbound = p->nbound;
	p->group = t->group;
	p->group_from = i ? NULL : "0";
	shift_axis(p, t->axis, nth_vector(p, t, i), 0);
	print_stmts(p, t->body);
	p->nshifted--;
	p->nbound = nbound;
	p->group = 0;
	p->group_from = NULL;
}

/* Groups of vectors as far as they go; returns where they end. */
static int64_t print_groups(Printer *p, const Stmt *t)
{
	Arena *a = p->out->arena;
	const char *i = axis_name(p, t->axis);
	int64_t step = (int64_t)t->lanes * t->group, whole = t->from + (t->to - t->from) / step * step;
	if (t->from == 0 && whole == step) { /* its names have a block */
		print_line(p, "{");
		p->depth++;
		print_group(p, t, NULL);
		close_block(p);
		return whole;
	}
	open_block(p, "%s", for_text(p, i, number_text(t->from, a), number_text(whole, a), step));
	print_group(p, t, i);
	close_block(p);
	return whole;
}

/* One vector, at that index, without a loop: of its lanes so many count, NULL: all. Its names have a block. */
static void print_once(Printer *p, const Stmt *t, const char *index, const char *lanes)
{
	const char *outer = p->lanes_n;
	bool block = !one_line(t->body);
	p->lanes_n = lanes;
	if (block)
		print_line(p, "{");
	p->depth += block;
	print_renamed(p, t, index, "0");
	if (block)
		close_block(p);
	p->lanes_n = outer;
}

/* Vectors from an index to an end that are known at run time, for several accumulators first where there are; `even`:
 * nothing is left over. */
static void print_open_vectors(Printer *p, const Stmt *t, const char *from, const char *to, bool even)
{
	const char *i = axis_name(p, t->axis), *outer = p->lanes_n;
	print_line(p, "%s %s = %s;", index_type(p->s), i, from);
	if (t->ways > 1) {
		open_block(p, "%s", for_whole_text(p, i, NULL, to, (int64_t)t->lanes * t->ways));
		print_each_way(p, t, i);
		close_block(p);
	}
	if (t->group > 1) {
		open_block(p, "%s", for_whole_text(p, i, NULL, to, (int64_t)t->lanes * t->group));
		print_group(p, t, i);
		close_block(p);
	}
	open_block(p, "%s", for_whole_text(p, i, NULL, to, t->lanes));
	print_renamed(p, t, NULL, "0");
	close_block(p);
	if (even)
		return;
	p->lanes_n = arena_format(p->out->arena, p->s->wide ? "(int)(%s - %s)" : "%s - %s", to, i);
	open_block(p, "if (%s < %s)", i, to);
	print_renamed(p, t, NULL, "0");
	close_block(p);
	p->lanes_n = outer;
}

static bool picks_elements(const Printer *p, const Expr *x)
{
	bool bytes = p->lanes_8 && x->dtype != BOOL; /* where vectors have no masks, a loop reads and stores those left over */
	bool picks = x->kind == X_LOAD && (is_shuffled(x, lane_step(x, p->vector)) || is_repeated(x, p->vector) || bytes);
	for (int k = 0; k < x->nargs && !picks; k++)
		picks = picks_elements(p, x->arg[k]);
	return picks;
}

/* A tail that picks its elements one by one costs more than the whole vector that ends with the row, part of which is then
 * stored twice: where nothing has been overwritten that it reads. */
static bool ends_whole(const Printer *p, const Stmt *t)
{
	bool picks = false;
	for (const Stmt *k = t->body; k && !picks; k = k->next)
		picks = k->kind == S_FOR ? ends_whole(p, k) : k->expr && picks_elements(p, k->expr);
	return picks && !p->s->in_place && !p->s->over;
}

static void print_whole_vectors(Printer *p, const Stmt *t)
{
	Arena *a = p->out->arena;
	const char *i = axis_name(p, t->axis);
	int64_t from = t->ways > 1 ? print_ways(p, t) : t->group > 1 ? print_groups(p, t) : t->from;
	int64_t whole = t->from + (t->to - t->from) / t->lanes * t->lanes;
	if (whole - from == t->lanes) {
		print_once(p, t, number_text(from, a), NULL);
	} else if (from < whole) {
		open_block(p, "%s", for_text(p, i, number_text(from, a), number_text(whole, a), t->lanes));
		print_renamed(p, t, NULL, "0");
		close_block(p);
	}
	bool again = !t->local || p->lanes_8; /* what bytes are compared with once may be compared twice */
	if (whole < t->to && t->to - t->from > t->lanes && again && ends_whole(p, t))
		print_once(p, t, number_text(t->to - t->lanes, a), NULL);
	else if (whole < t->to)
		print_once(p, t, number_text(whole, a), number_text(t->to - whole, a));
}

/* Other loops do what is left over: a block reads as many rows as it has lanes. */
static void print_whole_blocks(Printer *p, const Stmt *t)
{
	open_block(p, "%s", for_whole_text(p, axis_name(p, t->axis), "0", end_text(p, t), t->lanes));
	print_renamed(p, t, NULL, "0");
	close_block(p);
}

static void print_vector_for(Printer *p, const Stmt *t)
{
	const Axis *outer = p->vector;
	axis_name(p, t->axis);
	p->vector = t->axis;
	p->lanes_64 = t->lanes < p->m->target->lanes;
	p->lanes_8 = t->lanes > p->m->target->lanes;
	if (t->split && takes_range(p->m, p->s))
		print_open_vectors(p, t, "from", "to", !varies(t) && (t->to - t->from) % t->lanes == 0);
	else if (varies(t) && t->body->kind == S_BLOCK)
		print_whole_blocks(p, t);
	else if (varies(t))
		print_open_vectors(p, t, "0", end_text(p, t), false);
	else
		print_whole_vectors(p, t);
	p->vector = outer;
	p->lanes_64 = p->lanes_8 = false;
}

void print_loop(Printer *p, const Stmt *t)
{
	if (t->lanes > 1)
		print_vector_for(p, t);
	else
		print_scalar_for(p, t);
}
