/* run_cost.c -- how many rows a run of stages has at a time, and what it saves by that.
 *
 * Priced in bytes between the second cache and what is beyond: what a run saves is what its values would have moved there
 * as whole maps. A file of measured choices goes before that. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/heur.h"
#include "codegen/runs.h"

static const char off[] = "off";

/* ---- what it costs ---- */

/* The part of a map that has left the second cache when it is read: it and what is read meanwhile go there. Streams from
 * not far beyond it come in time, so a map has to be some times as large. */
static double leaving(const Target *t, double bytes)
{
	double part = (bytes - (double)t->l2) / (double)(2 * t->l2);
	return part < 0 ? 0 : part > 1 ? 1 : part;
}

double row_bytes(const Track *t) { return (double)dtype_bytes(t->region->dtype, t->h.stride); }

double elements_of(const Value *v)
{
	double n = 1;
	for (int k = 0; k < v->shape.rank; k++)
		n *= (double)v->shape.dim[k].k;
	return n;
}

double value_bytes(const Value *v) { return elements_of(v) * dtype_info(v->dtype)->bits / 8; }

static Sums sums_of(const Chooser *c, Run *run)
{
	Sums sum = {0};
	for (int i = run->first; i <= run->last; i++) {
		const Stage *s = c->m->stage[i];
		const Track *t = find_track(run, s->out->place->region);
		sum.calls++;
		if (!s->body)
			continue;
		for (int k = 0; k < s->nread; k++) {
			const Region *r = s->read[k]->place->region;
			if (r->kind == IN_WEIGHTS)
				sum.weights += value_bytes(s->read[k]);
			else if (!find_track(run, r))
				sum.outside += value_bytes(s->read[k]);
		}
		double all = value_bytes(s->out);
		if (!t || !t->held) {
			sum.outside += all;
			continue;
		}
		sum.leaves += 2 * all * leaving(c->m->target, (double)s->reads + all);
		sum.whole += all;
		sum.again += all / dtype_info(s->out->dtype)->bits * 8 / (double)t->h.n * (double)rows_kept(&t->h) * (double)c->body[i].work;
	}
	return sum;
}

int64_t run_rows(const Run *run) { return run->axis[run->last - run->first].n; }

/* Bytes that the run saves in strips of that many rows; nothing when they do not fit. */
static double rows_save(const Chooser *c, const Run *run, const Sums *sum, int64_t strip)
{
	double n = (double)run->axis[run->last - run->first].n, strips = ceil(n / (double)strip), held = 0, moved = 0;
	double l2 = (double)c->m->target->l2;
	for (int i = 0; i < run->ntracks; i++) {
		const Track *t = &run->track[i];
		if (!t->held)
			continue;
		held += (double)rows_in_strip(&t->h, strip) * row_bytes(t);
		moved += 2 * (double)rows_kept(&t->h) * row_bytes(t);
	}
	double near = held + sum->outside / strips;
	if (near > l2 * 5 / 8 || (c->m->o->threads && held * STRIP_WORKERS > sum->whole))
		return 0;
	bool crowded = near + sum->weights > l2 * 3 / 4; /* by the next strip, what this one read has left */
	double again = crowded ? (strips - 1) * (sum->weights + run->shared) : 0;
	double pool = c->m->o->threads ? sum->again : 0; /* a multiply-add takes about as long as a byte */
	return sum->leaves - again - pool - moved * (strips - 1) - CALL_BYTES * sum->calls * strips;
}

/* Strips have whole tiles where rows are points: these have 1, 2, 3, 4, 6 or 12. */
static int64_t whole_tiles(const Run *run, int64_t strip)
{
	enum { POINTS = 12 };
	int64_t tiles = (strip + POINTS - 1) / POINTS * POINTS;
	return !run->ndigits ? strip : tiles < run_rows(run) ? tiles : run_rows(run);
}

/* The best number of rows, at most so many; 0: none saves enough to be worth the reader's time (which many matrices always
 * are: one function is about one of them). */
void choose_rows(const Chooser *c, Run *run, int64_t most)
{
	Sums sum = sums_of(c, run);
	int64_t n = run_rows(run);
	bool many = matrices_of(run) > 1;
	run->saves = many ? 0 : (double)c->m->target->l2 / 2;
	run->strip = 0;
	for (int64_t strips = many ? 1 : 2; (many || sum.leaves > 0) && strips <= n; strips++) {
		int64_t strip = whole_tiles(run, (n + strips - 1) / strips);
		double bytes = strip > most ? 0 : run->ndigits ? matrices_save(c, run, &sum, strip) : rows_save(c, run, &sum, strip);
		if (bytes > run->saves) {
			run->saves = bytes;
			run->strip = strip;
		}
	}
}

/* ---- what was measured ---- */

/* "conv f32[1,96,112,112] to conv f32[1,24,56,56], 5 stages" */
static const char *key_of(const Module *m, const Run *run)
{
	const Stage *a = m->stage[run->first], *b = m->stage[run->last];
	return arena_format(&m->g->ctx->perm, "%s %s to %s %s, %d stages", a->kind, shape_name(m->unit, a->out), b->kind,
	                    shape_name(m->unit, b->out), run->last + 1 - run->first);
}

static const char *rows_text(const Module *m, const Run *run, int64_t rows)
{
	return arena_format(&m->g->ctx->perm, "%lld rows%s", (long long)rows, run->ndigits ? " of a matrix" : "");
}

/* The first stage says why. */
static void tell_stages(const Module *m, const Run *run, const Decision *choice)
{
	Decision *quiet = arena_copy(&m->g->ctx->perm, choice, sizeof *choice);
	quiet->quiet = true;
	for (int i = run->first; i <= run->last; i++)
		if (m->stage[i]->body) {
			stage_choose(m->stage[i], choice);
			choice = quiet;
		}
}

/* A file of measured choices goes before what the run is expected to save. */
void ask_measured(const Chooser *c, Run *run)
{
	const Module *m = c->m;
	Decision choice = {.what = "strips", .why = ""};
	if (!m->o->tuned)
		return;
	choice.key = key_of(m, run);
	Entry *e = measured(m, &choice);
	long long rows = e ? strtoll(e->value, NULL, 10) : 0, n = run_rows(run) + (matrices_of(run) > 1);
	if (e && !strcmp(e->value, off)) {
		run->strip = 0;
		choice.chosen = off;
		choice.measured = true;
		tell_stages(m, run, arena_copy(&m->g->ctx->perm, &choice, sizeof choice));
	} else if (e && rows > 0 && rows < n && whole_tiles(run, rows) == rows && !strcmp(e->value, rows_text(m, run, rows))) {
		run->strip = rows;
		run->saves = MEASURED;
	} else if (e && !strstr(e->value, "of a matrix") == !run->ndigits) {
		tuned_stale(m->o->tuned, e, arena_format(&m->g->ctx->scratch, "off, or 1 to %lld rows", n - 1));
	}
}

/* The choice of a run that is taken. */
static const Decision *choice_of(const Module *m, const Run *run)
{
	Arena *a = &m->g->ctx->perm;
	Decision *choice = NEW(a, Decision);
	int64_t rows = run->strip, half = whole_tiles(run, rows / 2);
	*choice = (Decision){.what = "strips", .key = key_of(m, run), .chosen = rows_text(m, run, rows), .why = ""};
	choice->other[choice->nother++] = off;
	if (2 * rows < run_rows(run))
		choice->other[choice->nother++] = rows_text(m, run, 2 * rows);
	if (half > 0 && half < rows)
		choice->other[choice->nother++] = rows_text(m, run, half);
	choice->measured = run->saves >= MEASURED;
	choice->why = arena_format(a, "strips keep %s in the second cache", bytes_text(run->saves, a));
	return choice;
}

void tell_run(const Module *m, const Run *run) { tell_stages(m, run, choice_of(m, run)); }
