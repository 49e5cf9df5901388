/* remake.c -- a model over again: with less in it, or with detours that change nothing.
 *
 * Whatever is kept is made anew through node_new(), so inference runs once more. */
#include <math.h>
#include <string.h>
#include "ir/op/movement.h"
#include "tests/fuzz/models/model.h"

typedef struct Plan {
	const Model *from;
	Model *to;
	const bool *cut;
	bool *needed; /* by place of the node */
	Value **value; /* by id in `from` */
} Plan;

/* ---- detours ---- */

static Value *there_and_back(Model *m, Value *x, const int64_t *perm)
{
	int64_t back[MAX_RANK];
	int rank = x->shape.rank;

	for (int i = 0; i < rank; i++)
		back[perm[i]] = i;
	Ints there = {arena_copy(&m->c->perm, perm, sizeof back), rank}, home = {arena_copy(&m->c->perm, back, sizeof back), rank};
	return put_attr(m->g, NULL, "Transpose", &(struct Transpose){home},
			put_attr(m->g, NULL, "Transpose", &(struct Transpose){there}, x, END_IN), END_IN);
}

static Value *transposed(Model *m, Value *x)
{
	int64_t perm[MAX_RANK];

	for (int i = 0; i < x->shape.rank; i++) {
		int j = (int)pick(m, 0, i);
		perm[i] = perm[j];
		perm[j] = i;
	}
	return there_and_back(m, x, perm);
}

static Value *flattened(Model *m, Value *x)
{
	int64_t dims[MAX_RANK], all = -1;

	if (!shape_known(&x->shape) || dim_is(shape_count(m->g, &x->shape), 0))
		return x;
	for (int i = 0; i < x->shape.rank; i++)
		dims[i] = x->shape.dim[i].k;
	Value *flat = put(m->g, NULL, "Reshape", x, value_i64(m->g, 1, &all), END_IN);
	return put(m->g, NULL, "Reshape", flat, value_i64(m->g, x->shape.rank, dims), END_IN);
}

static Value *divided(Model *m, Value *x)
{
	struct Split split = {0};

	if (!x->shape.rank)
		return x;
	split.axis = pick(m, 0, x->shape.rank - 1);
	Dim d = x->shape.dim[split.axis];
	if (!dim_known(d) || d.k < 1)
		return x;
	int64_t part[2] = {pick(m, 0, d.k), 0};
	part[1] = d.k - part[0];
	Value *in[] = {x, value_i64(m->g, 2, part)};
	struct Split *attr = attr_new(m->g, &op_Split);
	attr->axis = split.axis;
	Node *n = node_new(m->g, &op_Split, NULL, 2, in, 2, attr);
	return put_attr(m->g, NULL, "Concat", &(struct Concat){split.axis}, n->out[0], n->out[1], END_IN);
}

static Value *raised(Model *m, Value *x)
{
	int64_t axis = pick(m, 0, x->shape.rank);

	if (x->shape.rank >= MAX_RANK)
		return x;
	Value *axes = value_i64(m->g, 1, &axis);
	return put(m->g, NULL, "Squeeze", put(m->g, NULL, "Unsqueeze", x, axes, END_IN), axes, END_IN);
}

/* x + 0: the zero that leaves every x as it is. */
static Value *plus_zero(Model *m, Value *x)
{
	if (!is_int(x->dtype) && (!is_float(x->dtype) || dtype_info(x->dtype)->bits < 16))
		return x;
	return put(m->g, NULL, "Add", x, value_scalar(m->g, x->dtype, -0.0), END_IN);
}

static Value *times_one(Model *m, Value *x)
{
	if (!is_int(x->dtype) && (!is_float(x->dtype) || dtype_info(x->dtype)->bits < 16))
		return x;
	return put(m->g, NULL, "Mul", value_scalar(m->g, x->dtype, 1), x, END_IN);
}

static Value *detour(Model *m, Value *x)
{
	switch (pick(m, 0, 5)) {
	case 0: return transposed(m, x);
	case 1: return flattened(m, x);
	case 2: return divided(m, x);
	case 3: return raised(m, x);
	case 4: return plus_zero(m, x);
	default: return times_one(m, x);
	}
}

/* ---- what is needed ---- */

static int place_of(const Graph *g, const Node *n)
{
	int i = 0;

	while (g->node[i] != n)
		i++;
	return i;
}

static void need(Plan *r, const Value *v)
{
	if (!v || !v->def)
		return;
	int i = place_of(r->from->g, v->def);
	if (r->needed[i])
		return;
	r->needed[i] = true;
	if (r->cut && r->cut[i])
		return;
	for (int k = 0; k < v->def->nin; k++)
		need(r, v->def->in[k]);
}

/* ---- making it ---- */

static Value *new_input(Plan *r, const Value *v, Tensor *t)
{
	Model *m = r->to;
	Shape s = v->def ? (Shape){.rank = t->rank} : v->shape;

	for (int i = 0; v->def && i < t->rank; i++)
		s.dim[i] = dim(t->dim[i]);
	m->in[m->g->nin] = t;
	Value *y = value_input(m->g, arena_format(&m->c->perm, "x%d", m->g->nin), t->dtype, &s);
	eval_given(&m->e, y, t);
	return y;
}

static Value *mapped(Plan *r, Value *v, bool detours)
{
	Model *m = r->to;

	if (!v)
		return NULL;
	if (!r->value[v->id] && v->data)
		r->value[v->id] = value_const(m->g, NULL, v->data);
	if (!r->value[v->id])
		r->value[v->id] = new_input(r, v, eval_value(&r->from->e, v));
	if (detours && v->shape.rank >= 0 && chance(m, 40))
		return detour(m, r->value[v->id]);
	return r->value[v->id];
}

static void copy_node(Plan *r, int i, bool detours)
{
	const Node *n = r->from->g->node[i];
	const Trait *trait = &r->from->trait[i];
	Value *in[MOST_SLOTS];
	Graph *body[2];

	for (int k = 0; k < n->nin; k++)
		in[k] = mapped(r, n->in[k], detours && !(trait->decides >> k & 1));
	for (int k = 0; k < n->nsub; k++) {
		body[k] = graph_copy(n->sub[k]);
		body[k]->outer = r->to->g;
	}
	Node *y = node_control(r->to->g, n->op, n, n->nin, in, n->nout, n->attr, n->nsub, body);
	for (int k = 0; k < n->nout; k++)
		r->value[n->out[k]->id] = y->out[k];
	if (!detours) {
		eval_node(&r->to->e, y);
		r->to->trait[r->to->g->nnode - 1] = *trait;
	}
}

static void copy_outputs(Plan *r, const bool *keep)
{
	const Graph *g = r->from->g;
	Model *m = r->to;

	m->want = NEW_N(&m->c->perm, Tensor *, g->nout + 1);
	for (int i = 0; i < g->nout; i++)
		if (!keep || keep[i]) {
			m->want[m->g->nout] = eval_value(&r->from->e, g->out[i]);
			graph_output(m->g, mapped(r, g->out[i], false), arena_format(&m->c->perm, "y%d", m->g->nout));
		}
}

Model *remake(const Model *from, const bool *keep, const bool *cut, uint64_t detours)
{
	Arena *a = &from->c->perm;
	const Graph *g = from->g;
	Model *m = NEW(a, Model);
	Plan r = {from, m, cut, NEW_N(a, bool, g->nnode + 1), NEW_N(a, Value *, g->nvalue + 1)};

	*m = (Model){.c = from->c, .syms = from->syms, .seed = from->seed, .state = detours, .e = {.keep_all = true}};
	m->g = graph_new(m->c, m->syms, "random", NULL);
	eval_open(&m->e, m->g, &m->c->results);
	for (int i = 0; i < g->nout; i++)
		if (!keep || keep[i])
			need(&r, g->out[i]);
	for (int i = 0; !keep && i < g->nin; i++)
		r.value[g->in[i]->id] = new_input(&r, g->in[i], from->in[i]);
	for (uint32_t i = 0; i < g->nnode; i++)
		if (r.needed[i] && !(cut && cut[i]))
			copy_node(&r, (int)i, detours != 0);
	copy_outputs(&r, keep);
	m->slack = from->slack;
	return m;
}
