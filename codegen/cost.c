/* cost.c -- what stages are expected to take, and the choices of which they are parts. */
#include <string.h>
#include "codegen/contract.h"
#include "codegen/heur.h"

double stage_cycles(const Module *m, const Stage *s)
{
	double move = stream_cycles(m->target, (double)(s->reads + s->writes));
	return s->contraction && s->contraction->cycles > move ? s->contraction->cycles : move;
}

void stage_choose(Stage *s, const Decision *choice)
{
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
	for (int i = 0; i < s->nchoices; i++)
		if (*s->choice[i]->why)
			why = arena_format(a, "%s%s%s", why, *why ? "; " : "", s->choice[i]->why);
	return why;
}
