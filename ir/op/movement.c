/* movement.c -- helpers of the operators that move elements. */
#include <string.h>
#include "ir/op/movement.h"

enum { CONTENTS_MAX = 1024 }; /* tensors with more elements carry no contents through moves */

Dim one_size(Graph *g, const Node *n, Dim a, Dim b)
{
	if (dim_same(a, b))
		return a;
	if (dim_lo(g->syms, a) > dim_hi(g->syms, b) || dim_lo(g->syms, b) > dim_hi(g->syms, a))
		fail_node(g, n, "E-SHAPE", "sizes %s and %s must be equal", dim_text(g->syms, a), dim_text(g->syms, b));
	dim_assume_equal(g->syms, a, b, false);
	return dim_known(b) ? b : a;
}

unsigned axis_set(Graph *g, const Node *n, const int64_t *axes, int count, int rank)
{
	unsigned set = 0;
	for (int i = 0; i < count; i++) {
		unsigned bit = 1u << fix_axis(g, n, axes[i], rank);
		if (set & bit)
			fail_node(g, n, "E-AXIS", "axis %lld is given twice", (long long)axes[i]);
		set |= bit;
	}
	return set;
}

/* ---- contents ---- */

/* A tensor that holds first, first + 1, ... in the shape of v. */
static Tensor *positions(Graph *g, const Value *v, int64_t first)
{
	int64_t sizes[MAX_RANK];
	for (int k = 0; k < v->shape.rank; k++)
		sizes[k] = v->shape.dim[k].k;
	Tensor *t = tensor_new(&g->ctx->scratch, I64, v->shape.rank, sizes);
	for (int64_t i = 0; i < t->count; i++)
		((int64_t *)t->data)[i] = first + i;
	return t;
}

/* The numbers of an input that says where elements go; NULL when they are not known. */
static Tensor *steering(Graph *g, const Node *n, int slot)
{
	const Value *v = n->in[slot];
	if (v->data)
		return v->data;
	int count;
	const Dim *sizes = content_of(g, n, slot, &count);
	if (!sizes || !shape_known(&v->shape))
		return NULL;
	Tensor *t = positions(g, v, 0);
	for (int i = 0; i < count; i++) {
		if (!dim_known(sizes[i]))
			return NULL;
		((int64_t *)t->data)[i] = sizes[i].k;
	}
	return t;
}

bool carries_contents(Graph *g, const Value *v)
{
	bool holds_sizes = !v || is_int(v->dtype) || v->dtype == BOOL;
	return !v || (holds_sizes && shape_known(&v->shape) && shape_count(g, &v->shape).k <= CONTENTS_MAX);
}

/* What a node moves: positions in all its data inputs stand for elements. */
typedef struct Moving {
	const Dim **from; /* by data input: its elements, ... */
	int *first;       /* ... which have the positions from this one on, up to the first of the next */
	int ndata;
	Tensor **in, **out; /* of positions */
} Moving;

/* False: the elements of an input, or what steers the node, are not known. */
static bool number_inputs(Graph *g, const Node *n, ElementsOf *elements, Moving *m)
{
	int count;
	for (int i = 0; i < n->nin; i++) {
		if (!n->in[i])
			continue;
		if (i >= m->ndata) {
			m->in[i] = steering(g, n, i);
		} else if (carries_contents(g, n->in[i]) && (m->from[i] = elements(g, n, i, &count))) {
			m->in[i] = positions(g, n->in[i], m->first[i]);
			m->first[i + 1] = m->first[i] + count;
		}
		if (!m->in[i])
			return false;
	}
	return true;
}

static void move_positions(Graph *g, const Node *n, Moving *m)
{
	bool some = false;
	for (int i = 0; i < n->nout; i++) {
		m->out[i] = n->out[i] ? positions(g, n->out[i], 0) : NULL;
		some |= m->out[i] && m->out[i]->count;
	}
	if (some)
		n->op->eval(&(Eval){.g = g, .arena = &g->ctx->scratch}, n, m->in, m->out);
}

static Dim *elements_at(Arena *a, const Moving *m, const Tensor *position)
{
	Dim *to = NEW_N(a, Dim, position->count);
	for (int64_t k = 0; k < position->count; k++) {
		int64_t p = ((int64_t *)position->data)[k];
		int of = 0;
		while (p >= m->first[of + 1])
			of++;
		to[k] = m->from[of][p - m->first[of]];
	}
	return to;
}

Dim **moved_elements(Graph *g, const Node *n, int ndata, ElementsOf *elements)
{
	Arena *a = &g->ctx->scratch;
	Moving m = {NEW_N(a, const Dim *, ndata), NEW_N(a, int, ndata + 1), ndata, NEW_N(a, Tensor *, n->nin), NEW_N(a, Tensor *, n->nout)};
	Dim **to = NEW_N(a, Dim *, n->nout);

	for (int i = 0; i < n->nout; i++)
		if (!carries_contents(g, n->out[i]))
			return NULL;
	if (!number_inputs(g, n, elements, &m))
		return NULL;
	move_positions(g, n, &m);
	for (int i = 0; i < n->nout; i++)
		to[i] = m.out[i] ? elements_at(a, &m, m.out[i]) : NULL;
	return to;
}

void move_contents(Graph *g, Node *n, int ndata)
{
	Dim **to = moved_elements(g, n, ndata, content_of);

	for (int i = 0; to && i < n->nout; i++)
		if (n->out[i])
			set_content(g, n->out[i], (int)shape_count(g, &n->out[i]->shape).k, to[i]);
}

Expr *content_at(Lower *l, const Dim *contents, int count, Expr *i)
{
	Expr *x = count ? extent(l, contents[count - 1]) : num_i(l, 0);
	for (int k = count - 2; k >= 0; k--)
		x = choose(l, alu2(l, EQ, i, num_i(l, k)), extent(l, contents[k]), x);
	return x;
}

/* ---- eval ---- */

Dim *tensor_sizes(Eval *e, const Tensor *t)
{
	const int64_t *numbers = in_i64(e, t);
	Dim *sizes = NEW_N(&e->g->ctx->scratch, Dim, t->count);
	for (int64_t i = 0; i < t->count; i++)
		sizes[i] = dim(numbers[i]);
	return sizes;
}

void move_strided(Tensor *y, const Tensor *x, int64_t base, const int64_t *step)
{
	int64_t at[MAX_RANK] = {0};
	for (int64_t i = 0; i < y->count; i++) {
		int64_t from = base;
		for (int k = 0; k < y->rank; k++)
			from += at[k] * step[k];
		move_element(y, i, x, from);
		next_index(y->rank, y->dim, at);
	}
}

int64_t position_of(const Tensor *x, const int64_t *at)
{
	int64_t pos = 0;
	for (int k = 0; k < x->rank; k++)
		pos = pos * x->dim[k] + at[k];
	return pos;
}

int64_t checked_number(Eval *e, const Node *n, int64_t i, int64_t size)
{
	if (i < -size || i >= size)
		fail_node(e->g, n, "E-INDEX", "index %lld is outside 0..%lld", (long long)i, (long long)(size - 1));
	return i < 0 ? i + size : i;
}
