/* turns.c -- bodies that are evaluated again and again (Loop, Scan).
 *
 *     states = initial
 *     for t = 0, 1, ...:   states, slice t of outputs = body(states, slice t of inputs, captured)
 *
 * Where the number of turns is not known before, slices of outputs are kept until the last one and joined then. */
#include <string.h>
#include "ir/op/bodies.h"
#include "ir/op/movement.h"
#include "ir/op/nn.h"

/* The slices that one output of the body has given so far. */
typedef struct Parts {
	Tensor **one;
	int n, c;
} Parts;

typedef struct Run {
	Eval *e;
	const Node *n;
	Graph *body;
	Tensor *const *in, *const *out; /* of the node */
	Tensor **arg, **next;           /* by input of the body: in this turn; states in the next one */
	Parts *parts;                   /* by output of the body */
	int64_t turns;                  /* in all; -1: not known before the last */
} Run;

/* ---- slices ---- */

/* Copy slice t out of, or into, the whole. */
static void move_slice(Tensor *whole, Tensor *one, Port p, int64_t t, bool into)
{
	Rows r = rows_of(whole, p.axis, p.axis + 1);
	int64_t at = p.reverse ? r.n - 1 - t : t;

	for (int64_t i = 0; i < r.outer; i++)
		for (int64_t k = 0; k < r.inner; k++) {
			int64_t here = (i * r.n + at) * r.inner + k, there = i * r.inner + k;
			if (into)
				move_element(whole, here, one, there);
			else
				move_element(one, there, whole, here);
		}
}

static Tensor *slice_like(Arena *a, const Tensor *whole, int axis)
{
	int64_t size[MAX_RANK];

	for (int i = 0; i + 1 < whole->rank; i++)
		size[i] = whole->dim[i + (i >= axis)];
	return tensor_new(a, whole->dtype, whole->rank - 1, size);
}

static void need_sizes(Eval *e, const Node *n, const char *what, int k, const Tensor *have, int rank,
		       const int64_t *want)
{
	bool same = have->rank == rank && !memcmp(have->dim, want, (size_t)rank * sizeof *want);
	Shape is = tensor_shape(have), be = {.rank = rank};

	for (int i = 0; i < rank; i++)
		be.dim[i] = dim(want[i]);
	if (!same)
		fail_node(e->g, n, "E-SHAPE", "%s %d changes from shape %s to %s; it must stay the same in all turns", what, k,
			  shape_text(e->g, &is), shape_text(e->g, &be));
}

/* Slice t; the first one tells its size where inference could not. */
static void put_slice(const Run *r, Port p, Tensor *one, int64_t t, int64_t turns)
{
	Tensor *whole = r->out[p.slot];
	int64_t size[MAX_RANK];

	for (int i = 0; i <= one->rank; i++)
		size[i] = i == p.axis ? turns : one->dim[i - (i > p.axis)];
	if (!whole->data)
		out_sizes(r->e, whole, one->rank + 1, size);
	need_sizes(r->e, r->n, "scanned output", p.slot, whole, one->rank + 1, size);
	move_slice(whole, one, p, t, true);
}

/* ---- a turn ---- */

static Tensor *copy_of(Arena *a, const Tensor *x)
{
	Tensor *y = tensor_new(a, x->dtype, x->rank, x->dim);

	memcpy(y->data, x->data, dtype_bytes(x->dtype, x->count));
	return y;
}

static void put_state(const Run *r, Port p, const Tensor *y)
{
	need_sizes(r->e, r->n, "state", p.slot, r->next[p.to], y->rank, y->dim);
	memcpy(r->next[p.to]->data, y->data, dtype_bytes(y->dtype, y->count));
}

static void keep_slice(const Run *r, int k, const Tensor *one)
{
	Arena *a = &r->e->g->ctx->scratch;
	Parts *p = &r->parts[k];

	GROW(a, p->one, p->n, p->c);
	p->one[p->n++] = copy_of(a, one);
}

static void put_output(const Run *r, int k, Tensor *y, int64_t t)
{
	Port p = body_out(r->n, 0, k);

	if (p.kind == PORT_STATE)
		put_state(r, p, y);
	else if (!port_output(r->n, p))
		return;
	else if (r->turns >= 0)
		put_slice(r, p, y, t, r->turns);
	else
		keep_slice(r, k, y);
}

static void begin_turn(const Run *r, int64_t t)
{
	for (int k = 0; k < r->body->nin; k++) {
		Port p = body_in(r->n, 0, k);
		if (p.kind == PORT_SLICE)
			move_slice(r->in[p.slot], r->arg[k], p, t, false);
		else if (p.kind == PORT_TURN)
			store_i64(I64, r->arg[k]->data, 0, t);
	}
}

static void run_turn(const Run *r, int64_t t)
{
	Eval inner;

	begin_turn(r, t);
	eval_body(&inner, r->e, r->body, r->arg);
	for (int k = 0; k < r->body->nout && !inner.tired; k++)
		put_output(r, k, eval_value(&inner, r->body->out[k]), t);
	eval_done(&inner);
	for (int k = 0; k < r->body->nin; k++) {
		Tensor *old = r->arg[k];
		if (!r->next[k])
			continue;
		r->arg[k] = r->next[k];
		r->next[k] = old;
	}
}

/* ---- before and after ---- */

static void open_inputs(Run *r)
{
	Arena *a = &r->e->g->ctx->scratch;

	for (int k = 0; k < r->body->nin; k++) {
		Port p = body_in(r->n, 0, k);
		Tensor *x = port_input(r->n, p) ? r->in[p.slot] : NULL;
		switch (p.kind) {
		case PORT_SAME: r->arg[k] = x; break;
		case PORT_SLICE: r->arg[k] = slice_like(a, x, p.axis); break;
		case PORT_TURN: r->arg[k] = tensor_new(a, I64, 0, NULL); break;
		case PORT_STATE:
			r->arg[k] = x ? copy_of(a, x) : tensor_scalar(a, BOOL, 1);
			r->next[k] = copy_of(a, r->arg[k]);
			break;
		}
	}
}

static void finish_state(const Run *r, Port p)
{
	const Tensor *x = r->arg[p.to];

	out_sizes(r->e, r->out[p.slot], x->rank, x->dim);
	memcpy(r->out[p.slot]->data, x->data, dtype_bytes(x->dtype, x->count));
}

/* Without turns only inference can tell the size of a slice: the least that it can be where turns would have counted it. */
static void finish_empty(const Run *r, Port p)
{
	const Shape *s = &r->n->out[p.slot]->shape;
	int64_t size[MAX_RANK];

	if (s->rank < 0)
		fail_unsupported(r->e->g, r->n, "without turns nobody knows the shape of output %d", p.slot);
	for (int i = 0; i < s->rank; i++)
		size[i] = i == p.axis ? 0 : eval_dim(r->e, s->dim[i]);
	out_sizes(r->e, r->out[p.slot], s->rank, size);
}

static void finish_slices(const Run *r, int k, Port p, int64_t turns)
{
	for (int64_t t = 0; t < r->parts[k].n; t++)
		put_slice(r, p, r->parts[k].one[t], t, turns);
	if (!r->out[p.slot]->data)
		finish_empty(r, p);
}

static void finish(const Run *r, int64_t turns)
{
	for (int k = 0; k < r->body->nout; k++) {
		Port p = body_out(r->n, 0, k);
		if (!port_output(r->n, p))
			continue;
		if (p.kind == PORT_STATE)
			finish_state(r, p);
		else
			finish_slices(r, k, p, turns);
	}
}

void eval_turns(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out, int64_t most, int going)
{
	Arena *a = &e->g->ctx->scratch;
	Graph *body = n->sub[0];
	int64_t t = 0;
	Run r = {.e = e, .n = n, .body = body, .in = in, .out = out, .arg = NEW_N(a, Tensor *, body->nin),
		 .next = NEW_N(a, Tensor *, body->nin), .parts = NEW_N(a, Parts, body->nout), .turns = going < 0 ? most : -1};

	open_inputs(&r);
	for (; t < most && !e->tired && (going < 0 || load_i64(BOOL, r.arg[going]->data, 0)); t++)
		run_turn(&r, t);
	if (!e->tired)
		finish(&r, t);
}
