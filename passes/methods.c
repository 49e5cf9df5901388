/* methods.c -- asking of every node whether another method for its products pays. */
#include <string.h>
#include "passes/methods.h"
#include "passes/rewrite.h"

const Target *deciding_target(Graph *g, const Options *o)
{
	return targets_read(g->ctx, o->target ? o->target : "c").target[0];
}

void method_apply(Graph *g, const Options *o, const Method *m)
{
	const Target *t = deciding_target(g, o);
	void *job = arena_alloc(&g->ctx->scratch, m->job_size);
	uint32_t nodes = g->nnode;

	for (uint32_t i = 0; i < nodes; i++) {
		Node *n = g->node[i];
		const Decision *choice = NULL;

		if (!m->fits(g, n, job))
			continue;
		if (m->pays(job, o, t, &choice))
			m->rewrite(job, choice);
		else
			n->choice = choice;
	}
	drop_empty_nodes(g);
	graph_sort(g);
}

int take_way(const Options *o, const Target *t, Decision *d, const char *const *way, int n, int expected,
	     const char *right)
{
	Entry *e = tuned_find(o->tuned, t->name, d->what, d->key);
	int taken = 0;

	while (e && taken < n && strcmp(way[taken], e->value) != 0)
		taken++;
	if (e && taken == n)
		tuned_stale(o->tuned, e, right);
	d->measured = e && taken < n;
	taken = d->measured ? taken : expected;
	d->chosen = way[taken];
	for (int i = 0; i < n; i++)
		if (i != taken)
			d->other[d->nother++] = way[i];
	return taken;
}

const Decision *quiet_choice(Graph *g, const Decision *choice)
{
	Decision *d = arena_copy(&g->ctx->perm, choice, sizeof *d);

	d->quiet = true;
	return d;
}

bool conv_size(Graph *g, Node *n, WindowAxis *window, ConvSize *s)
{
	const Shape *x = &n->in[0]->shape, *w = &n->in[1]->shape;

	if (x->rank < 3 || x->rank - 2 > WINOGRAD_AXES_MAX || !dim_known(w->dim[1]) ||
	    !dim_known(w->dim[0]))
		return false;
	*s = (ConvSize){.axes = x->rank - 2, .in = w->dim[1].k, .out = w->dim[0].k / ATTR_OF(n, Sliding)->group};
	windows_of(g, n, x, w, window);
	for (int i = 0; i < s->axes; i++) {
		if (!dim_known(window[i].out) || !dim_known(window[i].before) || !dim_known(window[i].size))
			return false;
		s->size[i] = window[i].out.k;
		s->taps[i] = window[i].size.k;
		s->dilation[i] = s->taps[i] > 1 ? window[i].dilation : 1;
	}
	s->batch = dim_lo(g->syms, x->dim[0]) > 1 ? dim_lo(g->syms, x->dim[0]) : 1;
	return true;
}

bool winograd_fits(const ConvSize *s, const WindowAxis *window)
{
	int wide = 0;

	for (int i = 0; i < s->axes; i++) {
		const WindowAxis *a = &window[i];

		if (a->stride != 1 || s->taps[i] > WINOGRAD_TAPS || (s->taps[i] == 1 && a->before.k))
			return false;
		wide += s->taps[i] > 1;
	}
	return wide > 0 && (!winograd_sums(s, 0) || s->dilation[0] == 1);
}
