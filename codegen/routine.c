/* routine.c -- stages that call a helper which makes all of a value, see Routine in ir/op.h.
 *
 *     STAGE void s4_image(uint8_t *restrict y, const uint8_t *restrict x, uint8_t *restrict work, int *status, int d1, int d2)
 *     {
 *             image_pixels(x, 1586, y, d1, d2, 3, 192, 3, 1, 0, work, 119552, status);
 *     }
 *
 * Inputs are vectors whose elements lie side by side, and scalars, which are not handed in: they say how large the output
 * is. That may lie in any order. */
#include <assert.h>
#include "codegen/module.h"

bool computes(const Stage *s) { return s->body || s->routine; }

/* Bytes that live for one stage. */
static Value *work_new(Module *m, int64_t bytes)
{
	Value *v = value_new(m->g, NULL);
	v->dtype = U8;
	v->shape = (Shape){.rank = 1, .dim = {dim(bytes)}};
	v->place = place_new(m->g);
	v->place->form = FORM_STORED;
	v->place->stride[0] = 1;
	return v;
}

static void read_inputs(Stage *s, const Node *n)
{
	for (int k = 0; k < n->nin; k++) {
		Value *x = n->in[k];
		if (x->shape.rank == 0)
			continue;
		assert(x->shape.rank == 1 && (x->place->stride[0] == 1 || dim_is(x->shape.dim[0], 1)));
		param_of(s, x);
		s->reads += (int64_t)dtype_bytes(x->dtype, x->shape.dim[0].k);
	}
}

void make_routine(Module *m, Node *n)
{
	Arena *a = &m->g->ctx->perm;
	Routine r = n->op->routine(m->g, n);
	Value *y = n->out[0];
	if (dim_is(shape_count(m->g, &y->shape), 0))
		return; /* nothing to make */
	make_border(m, n, y);
	Stage *s = stage_add(m, n);
	s->module = m;
	s->routine = arena_copy(a, &r, sizeof r);
	s->out = y;
	s->l = lower_new(m->g, a, NULL);
	s->checks = true;
	s->fused = arena_copy(a, &n, sizeof n);
	s->nfused = 1;
	s->kind = r.name;
	param_of(s, y);
	read_inputs(s, n);
	if (r.work) {
		s->work = work_new(m, r.work);
		param_of(s, s->work);
	}
}

/* Its sizes, and how far apart its elements lie along each axis. */
static void put_layout(const Printer *p, const Value *y, Out *o)
{
	for (int k = 0; k < y->shape.rank; k++)
		put_text(o, ", %s", size_text(p->m->unit, y->shape.dim[k]));
	for (int k = 0; k < y->shape.rank; k++)
		put_text(o, ", %lld", (long long)y->place->stride[k]);
}

void print_routine(Printer *p)
{
	const Stage *s = p->s;
	const Routine *r = s->routine;
	Out o = {.arena = p->out->arena};
	put_text(&o, "%s%s(", r->vectors && p->m->target->lanes > 1 ? "v_" : "", r->name);
	for (int k = 0; k < s->node->nin; k++) {
		Value *x = s->node->in[k];
		if (x->shape.rank)
			put_text(&o, "%s, %s, ", param_of(p->s, x)->name, size_text(p->m->unit, x->shape.dim[0]));
	}
	put_text(&o, "y");
	put_layout(p, s->out, &o);
	put_text(&o, ", %lld", (long long)r->setting);
	if (r->work)
		put_text(&o, ", work, %lld", (long long)r->work);
	print_line(p, "%s, status);", o.text);
}
