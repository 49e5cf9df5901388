/* cost.c -- what stages are expected to take, and the choices of which they are parts. */
#include <string.h>
#include "codegen/contract.h"
#include "codegen/heur.h"
#include "codegen/transform.h"

/* Of all tiles that a stage maps. */
static double transform_cycles(const Target *t, const Transform *x)
{
	double from = 1, to = 1, n = (double)((axis_count(x->lane) + t->lanes - 1) / t->lanes);
	for (int i = 0; i < x->naxes; i++) {
		from *= (double)x->axis[i].columns;
		to *= (double)x->axis[i].rows;
	}
	for (int i = 0; i < x->nouter; i++)
		n *= (double)axis_count(x->outer[i]);
	return n * map_cycles(from, to);
}

/* The work or the bytes, whichever takes longer. */
double stage_cycles(const Module *m, const Stage *s)
{
	double move = stream_cycles(m->target, (double)(s->reads + s->writes));
	double work = s->contraction ? s->contraction->cycles : s->transform ? transform_cycles(m->target, s->transform) : 0;
	return work > move ? work : move;
}

void stage_choose(Stage *s, const Decision *choice)
{
	for (int i = 0; choice && i < s->nchoices; i++)
		if (!strcmp(s->choice[i]->what, choice->what) && !strcmp(s->choice[i]->key, choice->key))
			return; /* twins have one key */
	if (choice && s->nchoices < CHOICES_MAX)
		s->choice[s->nchoices++] = choice;
}

Entry *measured(const Module *m, const Decision *choice)
{
	return tuned_find(m->o->tuned, m->target->name, choice->what, choice->key);
}

const char *stage_why(const Stage *s, Arena *a)
{
	const char *why = "";
	for (int i = 0; i < s->nchoices; i++) {
		const Decision *d = s->choice[i];
		if (!d->quiet && (d->measured || *d->why))
			why = arena_format(a, "%s%s%s%s", why, *why ? "; " : "", d->measured ? d->what : d->why,
			                   d->measured ? " as measured" : "");
	}
	return why;
}
