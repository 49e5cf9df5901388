/* result.c -- how cases end, in words. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include "ir/op.h"
#include "tests/suite/compare.h"
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
	r->outcome = sig == SIGALRM || sig == SIGXCPU ? HANG : CRASH;
	r->emitted = false;
	snprintf(r->why, sizeof r->why, "signal %d: %s", sig, said);
}

static const char *domain_of(const Op *op) { return op->domain ? op->domain : ""; }

void result_op(Result *r, const Graph *g)
{
	if (g->nnode == 1 && !g->outer)
		snprintf(r->op, sizeof r->op, "%s%s%s", domain_of(g->node[0]->op), *domain_of(g->node[0]->op) ? "." : "", g->node[0]->op->name);
	for (uint32_t i = 0; i < g->nnode; i++) {
		const Node *n = g->node[i];
		r->random |= (n->op->flags & RANDOM) && (!is_op(n, "Dropout") || has_in(n, 2));
		r->rounded |= is_op(n, "DFT") || is_op(n, "STFT");
		for (int k = 0; k < n->nsub; k++)
			result_op(r, n->sub[k]);
	}
}

static double largest(const Tensor *t)
{
	double most = 0;
	for (int64_t i = 0; is_float(t->dtype) && i < t->count; i++)
		most = fmax(most, fabs(load_f64(t->dtype, t->data, i)));
	return most;
}

bool output_matches(const Result *r, const Case *k, const Tensor *got, const Tensor *want, char *why, size_t size)
{
	double atol = r->rounded ? fmax(k->atol, 0x1p-24 * largest(want)) : k->atol;
	return r->random ? tensor_resembles(got, want, why, size)
			 : tensor_matches(got, want, k->rtol, atol, why, size);
}

bool argument_matches(const Result *r, const Case *k, Kind kind, Tensor *const *got, int n, const Data *want, char *why,
                      size_t size)
{
	bool there = !is_optional(kind) || load_i64(BOOL, got[0]->data, 0);
	if (is_optional(kind))
		got++, n--;
	if (there != (want->n >= 0) || (there && n != want->n)) {
		snprintf(why, size, "%s of %d elements, should be %d", there ? "it is there," : "absent,", n, want->n);
		return false;
	}
	for (int i = 0; there && i < n; i++)
		if (!output_matches(r, k, got[i], want->item[i], why, size))
			return false;
	return true;
}
