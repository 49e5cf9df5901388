/* doomed.c -- branches of an If that no run may take, because something behind the If is wrong for what they give.
 *
 *     y = If(c) { rank 3 } { rank 2 }; z = Gemm(y, w)      ->      Require(not c); y is what the second one gives
 *
 * Whatever reads a value with another rank in each branch is built in both (ranks.c). Where the model is invalid with one
 * of them, the graph is built once more without that branch: sizes and constants are then those of the other. The same where
 * a branch itself is wrong whenever it is run: it takes an element of a sequence that has none. */
#include <setjmp.h>
#include <string.h>
#include "frontend/onnx.h"
#include "ir/op/bodies.h"
#include "ir/op/trust.h"

enum { MOST_DOOMED = 1000 };

/* An If, by what the file has of it and which copy of it that is. */
typedef struct Doomed {
	const Scope *scope; /* where it stands, */
	size_t index;
	const NodeProto *node; /* and what is there in each attempt */
	const char *path, *under;
	int branch;
	struct Doomed *next;
} Doomed;

/* The graph is built until no branch is doomed. */
typedef struct Attempts {
	jmp_buf again, border; /* where to begin again, and where trouble ended then */
	Doomed *doomed;
} Attempts;

/* Which node became which If. */
typedef struct Origin {
	const Node *n;
	Doomed at;
	struct Origin *next;
} Origin;

static bool same_place(const Doomed *a, const Doomed *b)
{
	return a->node == b->node && !strcmp(a->path, b->path) && !strcmp(a->under, b->under);
}

static Doomed place_of(const Raw *r)
{
	return (Doomed){.scope = r->f->scope, .index = r->index, .node = r->f->scope->node[r->index], .path = r->f->path,
			.under = text_of(r->f->under)};
}

static const Origin *origin_of(const Import *im, const Node *n)
{
	const Origin *o = im->origin;

	while (o && o->n != n)
		o = o->next;
	return o;
}

void branch_origin(const Raw *r, const Node *n)
{
	Origin *o = NEW(r->f->im->arena, Origin);

	*o = (Origin){n, place_of(r), r->f->im->origin};
	r->f->im->origin = o;
}

const char *branch_name(Import *im, const char *under, const Node *n, int b)
{
	const Origin *o = origin_of(im, n);

	if (!o)
		return arena_format(im->arena, "%s?%d/", under, b);
	return arena_format(im->arena, "%s%s%p:%zu.%d/", under, o->at.path, (const void *)o->at.scope, o->at.index, b);
}

int branch_doomed(const Raw *r)
{
	Doomed at = place_of(r);

	for (const Doomed *d = r->f->im->attempts->doomed; d; d = d->next)
		if (same_place(d, &at))
			return d->branch;
	return -1;
}

void branch_forbid(const Raw *r, int branch)
{
	Graph *g = r->f->g;
	Value *c = r->in[0];

	require(g, &(Node){.name = r->name}, branch == 0 ? put(g, NULL, "Not", c, END_IN) : c);
}

/* A branch is doomed, which is told once of all calls. False: there are too many. */
static bool doom(Import *im, const Doomed *at, int branch, const char *why)
{
	int count = 0;
	bool told = false;

	for (const Doomed *d = im->attempts->doomed; d; d = d->next) {
		count++;
		told |= d->node == at->node;
	}
	if (count == MOST_DOOMED)
		return false;
	Doomed *d = arena_copy(im->arena, at, sizeof *at);
	d->branch = branch;
	d->next = im->attempts->doomed;
	im->attempts->doomed = d;
	if (!told)
		warn(im->ctx, "%s: no run may take its %s: %s", node_text(im->ctx, d->scope, d->index),
		     d->branch == 0 ? "then_branch" : "else_branch", why);
	return true;
}

void branch_give_up(const Frame *f, const char *why)
{
	const Raw *r = f->branch_of;

	if (!r)
		return;
	const Doomed at = place_of(r);
	if (doom(f->im, &at, f->branch, why))
		longjmp(f->im->attempts->again, 1);
}

bool node_tried(Frame *f, size_t k)
{
	Ctx *c = f->im->ctx;
	jmp_buf around;

	memcpy(&around, &c->border, sizeof around);
	if (setjmp(c->border) == 0) {
		node_build(f, k);
		memcpy(&c->border, &around, sizeof around);
		return true;
	}
	memcpy(&c->border, &around, sizeof around);
	return false;
}

void node_build_in_branch(Frame *f, size_t k, const Node *n, int b)
{
	Ctx *c = f->im->ctx;
	int bodies = f->im->bodies;

	if (node_tried(f, k))
		return;
	const Origin *o = origin_of(f->im, n);
	/* in a body of that node it may be wrong and never run */
	if (c->status == EXIT_MODEL && f->im->bodies == bodies && o &&
	    doom(f->im, &o->at, branch_for(n, true) == b ? 0 : 1, c->message))
		longjmp(f->im->attempts->again, 1);
	longjmp(c->border, 1);
}

void trouble_forget(Ctx *c)
{
	c->message[0] = c->hint[0] = 0;
	c->status = EXIT_DONE;
}

Graph *graph_build(Import *im, const Scope *s)
{
	const Syms syms = syms_keep(im->syms); /* in scratch */
	const ArenaMark mark = arena_mark(&im->ctx->scratch);

	im->attempts = NEW(im->arena, Attempts);
	memcpy(&im->attempts->border, &im->ctx->border, sizeof im->ctx->border);
	const Import before = *im;
	if (setjmp(im->attempts->again)) {
		memcpy(&im->ctx->border, &im->attempts->border, sizeof im->ctx->border);
		*im = before;
		syms_restore(im->syms, &syms);
		trouble_forget(im->ctx);
		arena_release(&im->ctx->scratch, mark);
	}
	return graph_from_scope(im, s);
}
