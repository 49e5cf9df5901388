/* result.c -- how cases end, in words. */
#include <signal.h>
#include <stdio.h>
#include "ir/op.h"
#include "tests/suite/result.h"

const char *const outcome_name[NOUTCOMES] = {"not run", "pass",	 "unsupported", "WRONG",
					     "refused", "no cc", "crash",	"hang"};

void result_trouble(Result *r, const Ctx *c)
{
	r->outcome = c->status == EXIT_UNSUPPORTED ? UNSUPPORTED : REFUSED;
	snprintf(r->why, sizeof r->why, "%s", c->message);
}

void result_death(Result *r, int sig, const char *said)
{
	r->outcome = sig == SIGALRM ? HANG : CRASH;
	r->emitted = false;
	snprintf(r->why, sizeof r->why, "signal %d: %s", sig, said);
}

void result_op(Result *r, const Graph *g)
{
	if (g->nnode == 1)
		snprintf(r->op, sizeof r->op, "%s", g->node[0]->op->name);
}
