/* scan.c -- Scan (versions 9-25; the frontend turns the batched version 8 away): a body that runs once for every slice.
 *
 *     states = initial
 *     for t in 0 .. T-1:   states, slice t of outputs = body(states, slice t of inputs, captured)
 *
 * The body knows what its operands are: types and sizes come from the node's inputs, and what it then infers gives
 * the outputs. States keep their shapes in all turns. No formula: code generation makes a loop of it. */
#include <string.h>
#include "ir/op/movement.h"
#include "ir/op/nn.h"
#include "ir/op/scan.h"

int scan_states(const Node *n)
{
	return n->nin - (int)ATTR_OF(n, scan)->num_scan_inputs - n->sub[0]->ncaptured;
}

int scan_axis(const Ints *axes, int k, int rank)
{
	int64_t axis = axes->n > k ? axes->v[k] : 0;

	return (int)(axis < 0 ? axis + rank : axis);
}

bool scan_reversed(const Ints *directions, int k)
{
	return directions->n > k && directions->v[k] != 0;
}

/* ---- infer: counts and attributes ---- */

static void check_counts(Graph *g, const Node *n)
{
	const Graph *body = n->nsub == 1 ? n->sub[0] : NULL;
	int64_t scanned = ATTR_OF(n, scan)->num_scan_inputs;

	if (!body)
		fail_node(g, n, "E-ATTR", "has %d bodies; it must have 1", n->nsub);
	if (scanned < 1 || scanned > n->nin - body->ncaptured)
		fail_node(g, n, "E-ATTR", "num_scan_inputs is %lld; with %d inputs it must be 1 to %d", (long long)scanned,
			  n->nin - body->ncaptured, n->nin - body->ncaptured);
	if (body->nin != n->nin)
		fail_node(g, n, "E-INPUTS", "has %d inputs, but its body takes %d", n->nin - body->ncaptured,
			  body->nin - body->ncaptured);
	if (body->nout < scan_states(n))
		fail_node(g, n, "E-OUTPUTS", "has %d states, but its body gives %d outputs", scan_states(n), body->nout);
	if (n->nout > body->nout)
		fail_node(g, n, "E-OUTPUTS", "has %d outputs, but its body gives %d", n->nout, body->nout);
	for (int k = 0; k < n->nin; k++)
		if (!n->in[k])
			fail_node(g, n, "E-INPUTS", "input %d is absent, but its body takes it", k);
}

static void check_list(Graph *g, const Node *n, const char *name, const Ints *list, int64_t count, bool directions)
{
	if (list->n >= 0 && list->n != count)
		fail_node(g, n, "E-ATTR", "%s has %d elements; it must have %lld", name, list->n, (long long)count);
	for (int k = 0; directions && k < list->n; k++)
		if (list->v[k] != 0 && list->v[k] != 1)
			fail_node(g, n, "E-ATTR", "%s[%d] is %lld; it must be 0 or 1", name, k, (long long)list->v[k]);
}

static void check_attrs(Graph *g, const Node *n)
{
	const struct scan *a = ATTR_OF(n, scan);
	int made = n->sub[0]->nout - scan_states(n);

	check_list(g, n, "scan_input_axes", &a->scan_input_axes, a->num_scan_inputs, false);
	check_list(g, n, "scan_input_directions", &a->scan_input_directions, a->num_scan_inputs, true);
	check_list(g, n, "scan_output_axes", &a->scan_output_axes, made, false);
	check_list(g, n, "scan_output_directions", &a->scan_output_directions, made, true);
}

/* ---- infer: what the body sees ---- */

static Shape without_axis(Shape s, int axis)
{
	s.rank--;
	memmove(s.dim + axis, s.dim + axis + 1, (size_t)(s.rank - axis) * sizeof *s.dim);
	return s;
}

static Shape with_axis(Shape s, int axis, Dim size)
{
	memmove(s.dim + axis + 1, s.dim + axis, (size_t)(s.rank - axis) * sizeof *s.dim);
	s.dim[axis] = size;
	s.rank++;
	return s;
}

/* Input k of the body stands for a value of that type and shape; true when it now knows more than before. */
static bool tell(Graph *g, const Node *n, int k, DType t, const Shape *s)
{
	Value *v = n->sub[0]->in[k];
	bool more = v->shape.rank < 0 && s->rank >= 0;

	if (v->dtype != t)
		fail_node(g, n, "E-TYPE", "input %d is %s, but its body takes %s", k, dtype_name(t), dtype_name(v->dtype));
	if (more)
		v->shape = *s;
	if (s->rank >= 0 && v->shape.rank != s->rank)
		fail_node(g, n, "E-RANK", "the body sees input %d with shape %s, but takes rank %d", k, shape_text(g, s),
			  v->shape.rank);
	for (int i = 0; i < s->rank; i++) {
		Dim *own = &v->shape.dim[i];
		if (dim_known(*own) && dim_known(s->dim[i]) && own->k != s->dim[i].k)
			fail_node(g, n, "E-SHAPE", "the body sees input %d with shape %s, but takes %s", k,
				  shape_text(g, s), shape_text(g, &v->shape));
		if (dim_known(*own) || dim_same(*own, s->dim[i]))
			continue;
		*own = s->dim[i];
		more = true;
	}
	return more;
}

/* The number of turns, and in *more whether the body learned something. */
static Dim tell_body(Graph *g, const Node *n, bool *more)
{
	const struct scan *a = ATTR_OF(n, scan);
	int states = scan_states(n), end = states + (int)a->num_scan_inputs;
	Dim turns = dim(0);

	for (int k = 0; k < n->nin; k++) {
		const Value *v = n->in[k];
		Shape s = v->shape;
		if (k >= states && k < end) {
			need_rank(g, n, k, 1, -1);
			int axis = scan_axis(&a->scan_input_axes, k - states, s.rank);
			axis = (int)fix_axis(g, n, axis, s.rank);
			turns = k == states ? s.dim[axis] : one_size(g, n, turns, s.dim[axis]);
			s = without_axis(s, axis);
		}
		*more |= tell(g, n, k, v->dtype, &s);
	}
	return turns;
}

static void infer_body(Graph *body)
{
	for (uint32_t i = 0; i < body->nnode; i++)
		body->node[i]->op->infer(body, body->node[i]);
}

/* ---- infer: what comes out ---- */

static void infer_state(Graph *g, Node *n, int k)
{
	const Value *first = n->in[k], *next = n->sub[0]->out[k];
	Shape s = n->sub[0]->in[k]->shape;

	if (next->dtype != first->dtype)
		fail_node(g, n, "E-TYPE", "state %d is %s, but the body makes it %s", k, dtype_name(first->dtype),
			  dtype_name(next->dtype));
	if (next->shape.rank >= 0 && s.rank >= 0 && next->shape.rank != s.rank)
		fail_node(g, n, "E-RANK", "state %d has shape %s, but after a turn %s; it must stay the same", k,
			  shape_text(g, &s), shape_text(g, &next->shape));
	for (int i = 0; i < s.rank && i < next->shape.rank; i++) {
		Dim d = next->shape.dim[i];
		if (dim_known(d) && dim_known(s.dim[i]) && d.k != s.dim[i].k)
			fail_node(g, n, "E-SHAPE", "state %d has shape %s, but after a turn %s; it must stay the same", k,
				  shape_text(g, &s), shape_text(g, &next->shape));
		s.dim[i] = dim_known(d) ? d : s.dim[i];
	}
	set_out(g, n, k, first->dtype, &s);
}

static void infer_scanned(Graph *g, Node *n, int k, Dim turns)
{
	const Value *part = n->sub[0]->out[k];
	int states = scan_states(n), rank = part->shape.rank + 1;
	const Ints *axes = &ATTR_OF(n, scan)->scan_output_axes;
	Shape s = part->shape;

	if (s.rank == MAX_RANK)
		fail_unsupported(g, n, "output %d would have rank %d, at most %d is supported", k, rank, MAX_RANK);
	if (s.rank >= 0)
		s = with_axis(s, (int)fix_axis(g, n, scan_axis(axes, k - states, rank), rank), turns);
	set_out(g, n, k, part->dtype, &s);
}

static void infer(Graph *g, Node *n)
{
	bool more = false;

	check_counts(g, n);
	check_attrs(g, n);
	Dim turns = tell_body(g, n, &more);
	if (more)
		infer_body(n->sub[0]);
	for (int k = 0; k < n->nout; k++)
		if (k < scan_states(n))
			infer_state(g, n, k);
		else
			infer_scanned(g, n, k, turns);
}

/* ---- eval ---- */

/* One value of a turn: slice t of `whole` along `axis`. */
typedef struct Slices {
	Tensor *whole, *one;
	int axis;
	bool reverse;
} Slices;

/* Copy slice t out of, or into, the whole. */
static void move_slice(const Slices *s, int64_t t, bool into)
{
	Rows r = rows_of(s->whole, s->axis, s->axis + 1);
	int64_t at = s->reverse ? r.n - 1 - t : t;

	for (int64_t i = 0; i < r.outer; i++)
		for (int64_t k = 0; k < r.inner; k++) {
			int64_t here = (i * r.n + at) * r.inner + k, there = i * r.inner + k;
			if (into)
				move_element(s->whole, here, s->one, there);
			else
				move_element(s->one, there, s->whole, here);
		}
}

static Slices slices_in(Arena *a, const Node *n, int k, Tensor *whole)
{
	const struct scan *attr = ATTR_OF(n, scan);
	Slices s = {.whole = whole, .axis = scan_axis(&attr->scan_input_axes, k, whole->rank),
		    .reverse = scan_reversed(&attr->scan_input_directions, k)};
	Shape one = tensor_shape(whole);
	int64_t size[MAX_RANK];

	one = without_axis(one, s.axis);
	for (int i = 0; i < one.rank; i++)
		size[i] = one.dim[i].k;
	s.one = tensor_new(a, whole->dtype, one.rank, size);
	return s;
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

/* Slice t of output k; the first one tells its size where inference could not. */
static void put_slice(Eval *e, const Node *n, int k, Tensor *whole, Tensor *one, int64_t t, int64_t turns)
{
	const struct scan *attr = ATTR_OF(n, scan);
	Slices s = {.whole = whole, .one = one, .axis = scan_axis(&attr->scan_output_axes, k, one->rank + 1),
		    .reverse = scan_reversed(&attr->scan_output_directions, k)};
	int64_t size[MAX_RANK];

	for (int i = 0; i <= one->rank; i++)
		size[i] = i == s.axis ? turns : one->dim[i - (i > s.axis)];
	if (!whole->data)
		out_sizes(e, whole, one->rank + 1, size);
	need_sizes(e, n, "scanned output", k, whole, one->rank + 1, size);
	move_slice(&s, t, true);
}

static Tensor *copy_of(Arena *a, const Tensor *x)
{
	Tensor *y = tensor_new(a, x->dtype, x->rank, x->dim);

	memcpy(y->data, x->data, dtype_bytes(x->dtype, x->count));
	return y;
}

typedef struct Turn {
	Eval *e;
	const Node *n;
	int states, scanned;
	Slices *slice;
	Tensor **arg, **next; /* the body's inputs; states of the next turn */
	Tensor *const *out;
	int64_t turns;
} Turn;

static void put_state(Turn *u, int k, const Tensor *y)
{
	need_sizes(u->e, u->n, "state", k, u->next[k], y->rank, y->dim);
	memcpy(u->next[k]->data, y->data, dtype_bytes(y->dtype, y->count));
}

static void run_turn(Turn *u, int64_t t)
{
	Graph *body = u->n->sub[0];
	Eval inner;

	for (int k = 0; k < u->scanned; k++)
		move_slice(&u->slice[k], t, false);
	eval_body(&inner, u->e, body, u->arg);
	for (int k = 0; k < body->nout && !inner.tired; k++) {
		Tensor *y = eval_value(&inner, body->out[k]);
		if (k < u->states)
			put_state(u, k, y);
		else if (wants(u->n, k))
			put_slice(u->e, u->n, k - u->states, u->out[k], y, t, u->turns);
	}
	eval_done(&inner);
	for (int k = 0; k < u->states; k++) {
		Tensor *old = u->arg[k];
		u->arg[k] = u->next[k];
		u->next[k] = old;
	}
}

static void finish(const Turn *u)
{
	for (int k = 0; k < u->n->nout; k++) {
		if (!u->n->out[k])
			continue;
		if (k < u->states)
			out_sizes(u->e, u->out[k], u->arg[k]->rank, u->arg[k]->dim);
		else if (!u->out[k]->data)
			fail_unsupported(u->e->g, u->n, "a Scan without turns does not tell the shape of output %d", k);
		if (k < u->states)
			memcpy(u->out[k]->data, u->arg[k]->data, dtype_bytes(u->arg[k]->dtype, u->arg[k]->count));
	}
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	Arena *a = &e->g->ctx->scratch;
	Turn u = {.e = e, .n = n, .states = scan_states(n), .scanned = (int)ATTR_OF(n, scan)->num_scan_inputs, .out = out};

	u.arg = arena_copy(a, in, (size_t)n->nin * sizeof *in);
	u.next = NEW_N(a, Tensor *, u.states);
	u.slice = NEW_N(a, Slices, u.scanned);
	for (int k = 0; k < u.states; k++) {
		u.arg[k] = copy_of(a, in[k]);
		u.next[k] = copy_of(a, in[k]);
	}
	for (int k = 0; k < u.scanned; k++) {
		u.slice[k] = slices_in(a, n, k, in[u.states + k]);
		u.arg[u.states + k] = u.slice[k].one;
	}
	u.turns = u.slice[0].whole->dim[u.slice[0].axis];
	for (int64_t t = 0; t < u.turns && !e->tired; t++)
		run_turn(&u, t);
	if (!e->tired)
		finish(&u);
}

static const Attr attrs[] = {
	ATTR_REQUIRED(scan, body, A_GRAPH), ATTR_REQUIRED(scan, num_scan_inputs, A_INT),
	ATTR_LIST(scan, scan_input_axes, A_INTS), ATTR_LIST(scan, scan_input_directions, A_INTS),
	ATTR_LIST(scan, scan_output_axes, A_INTS), ATTR_LIST(scan, scan_output_directions, A_INTS), {0}};

const Op op_Scan = {
	.name = "Scan", .min_in = 1, .max_in = -1, .min_out = 1, .max_out = -1, .flags = CONTROL,
	.attrs = attrs, .attr_size = sizeof(struct scan), .infer = infer, .eval = eval,
};
