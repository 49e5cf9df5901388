/* infer.c -- what the infer functions of operators share: checks that end in a message naming node, value and rule, and
 * the shapes that many operators have in common. */
#include <string.h>
#include "ir/op.h"

void set_out(Graph *g, Node *n, int slot, DType t, const Shape *s)
{
	if (slot >= n->nout || !n->out[slot])
		return;
	for (int i = 0; i < s->rank; i++)
		if (dim_known(s->dim[i]) && s->dim[i].k < 0)
			fail_node(g, n, "E-SHAPE", "output %d would have shape %s", slot, shape_text(g, s));
	n->out[slot]->dtype = t;
	n->out[slot]->shape = *s;
}

void same_as_input(Graph *g, Node *n)
{
	set_out(g, n, 0, n->in[0]->dtype, &n->in[0]->shape);
}

bool is_op(const Node *n, const char *name)
{
	return n && !strcmp(n->op->name, name) && (!n->op->domain || !*n->op->domain);
}

bool has_in(const Node *n, int slot)
{
	return slot < n->nin && n->in[slot];
}

/* "input 1 ('weight')". */
static const char *input_text(Graph *g, const Node *n, int slot)
{
	const char *name = n->in[slot]->name;

	if (!*name)
		return arena_format(&g->ctx->scratch, "input %d", slot);
	return arena_format(&g->ctx->scratch, "input %d ('%s')", slot, shown(g->ctx, name));
}

/* The input, which an operator needs here though its row calls it optional. */
static const Value *present(Graph *g, const Node *n, int slot)
{
	if (!has_in(n, slot))
		fail_node(g, n, "E-INPUTS", "input %d is absent, but the operator requires it", slot);
	return n->in[slot];
}

/* ---- types ---- */

void same_type(Graph *g, const Node *n, int a, int b)
{
	DType ta = present(g, n, a)->dtype, tb = present(g, n, b)->dtype;

	if (ta != tb)
		fail_node(g, n, "E-TYPE", "%s is %s and %s is %s; both must have one type", input_text(g, n, a),
			  dtype_name(ta), input_text(g, n, b), dtype_name(tb));
}

static const struct {
	char letter;
	DClass class;
	const char *name;
} type_classes[] = {
	{'f', DC_FLOAT, "float"}, {'i', DC_SINT, "signed integer"}, {'u', DC_UINT, "unsigned integer"},
	{'b', DC_BOOL, "bool"},   {'s', DC_STRING, "string"},       {'c', DC_COMPLEX, "complex"},
};
enum { NCLASSES = sizeof type_classes / sizeof *type_classes };

static const char *classes_text(Graph *g, const char *classes)
{
	const char *text = "";

	for (int i = 0; i < NCLASSES; i++)
		if (strchr(classes, type_classes[i].letter))
			text = arena_format(&g->ctx->scratch, "%s%s%s", text, *text ? " or " : "", type_classes[i].name);
	return text;
}

void need_type(Graph *g, const Node *n, int slot, const char *classes)
{
	DType t = present(g, n, slot)->dtype;

	for (int i = 0; i < NCLASSES; i++)
		if (type_classes[i].class == dtype_info(t)->class && strchr(classes, type_classes[i].letter))
			return;
	fail_node(g, n, "E-TYPE", "%s is %s; it must be %s", input_text(g, n, slot), dtype_name(t),
		  classes_text(g, classes));
}

void infer_node(Graph *g, Node *n)
{
	const NodeLabel outer = g->ctx->at;

	g->ctx->at = label_of(n);
	if (n->op->types && has_in(n, 0))
		need_type(g, n, 0, n->op->types);
	n->op->infer(g, n);
	g->ctx->at = outer;
}

/* ---- ranks and axes ---- */

void need_rank(Graph *g, const Node *n, int slot, int lo, int hi)
{
	const Shape *s = &present(g, n, slot)->shape;

	if (s->rank < 0)
		fail_unsupported(g, n, "the rank of %s is not known", input_text(g, n, slot));
	if (s->rank >= lo && (hi < 0 || s->rank <= hi))
		return;
	if (s->rank == MAX_RANK && hi == MAX_RANK - 1) /* ours, not the operator's: it needs one more on the way */
		fail_unsupported(g, n, "%s has rank %d; up to %d is supported", input_text(g, n, slot), s->rank, hi);
	const char *most = hi < 0 ? " or more" : hi > lo ? arena_format(&g->ctx->scratch, " to %d", hi) : "";
	fail_node(g, n, "E-RANK", "%s has rank %d, shape %s; it must have rank %d%s", input_text(g, n, slot), s->rank,
		  shape_text(g, s), lo, most);
}

void need_one(Graph *g, const Node *n, int slot)
{
	if (has_in(n, slot) && !dim_is(shape_count(g, &n->in[slot]->shape), 1))
		fail_node(g, n, "E-SHAPE", "%s has shape %s; it must be one number", input_text(g, n, slot),
			  shape_text(g, &n->in[slot]->shape));
}

int64_t fix_axis(Graph *g, const Node *n, int64_t axis, int rank)
{
	if (axis < -rank || axis >= rank)
		fail_node(g, n, "E-AXIS", "axis %lld is outside the rank %d (%d to %d)", (long long)axis, rank, -rank,
			  rank - 1);
	return axis < 0 ? axis + rank : axis;
}

/* ---- broadcasting ---- */

/* The least of the sizes of which `most` is the maximum, and 1. */
static Dim least_among(Syms *s, Dim most)
{
	Dim least = dim(1);

	for (; dim_kind(s, most) == DIM_MAX; most = dim_arg(s, most, 1))
		least = dim_min(s, least, dim_arg(s, most, 0));
	return dim_min(s, least, most);
}

/* d = most * least is a larger_size() already; else it is both. */
static void take_apart(Syms *s, Dim d, Dim *most, Dim *least)
{
	*most = *least = d;
	if (dim_kind(s, d) != DIM_PRODUCT || dim_nargs(s, d) != 2)
		return;
	for (int i = 0; i < 2; i++) {
		Dim max = dim_arg(s, d, i), min = dim_arg(s, d, 1 - i);
		if (dim_kind(s, max) != DIM_MAX || !dim_same(least_among(s, max), min))
			continue;
		*most = max;
		*least = min;
	}
}

/* Of two of which either may be 1: the larger one, and of 0 and 1 that is 0. The larger one of several is one formula, in
 * whichever order they meet. */
static Dim larger_size(Syms *s, Dim a, Dim b)
{
	Dim most[2], least[2];

	take_apart(s, a, &most[0], &least[0]);
	take_apart(s, b, &most[1], &least[1]);
	return dim_mul(s, dim_max(s, most[0], most[1]), dim_min(s, dim(1), dim_min(s, least[0], least[1])));
}

/* d is 1, or the model is wrong: it can never be the size beside it. False where it cannot be 1 either. The run checks it. */
static bool is_single(Syms *s, Dim d, Dim beside)
{
	if (dim_is(d, 1) || !dim_apart(s, d, beside) || dim_apart(s, d, dim(1)))
		return dim_is(d, 1);
	dim_assume_equal(s, d, dim(1), false);
	return true;
}

/* The size of the result where a and b differ, neither is 1 for certain, and a run may take them. */
static Dim open_size(Syms *s, Dim a, Dim b)
{
	bool a_repeats = dim_repeats(s, a, b), b_repeats = dim_repeats(s, b, a);

	dim_assume_equal(s, a, b, a_repeats || b_repeats);
	if (dim_known(a) || dim_known(b))
		return dim_known(a) ? a : b;
	if (dim_lo(s, a) > 1 || dim_lo(s, b) > 1)
		return dim_lo(s, a) > 1 ? a : b;
	if (a_repeats != b_repeats)
		return a_repeats ? b : a;
	return a_repeats ? larger_size(s, a, b) : dim_max(s, a, b);
}

/* One size of the result; false when a and b never fit. Sizes that are known only at run time have to be equal then, or one
 * of them is 1 and repeats: the run checks it. */
static bool broadcast_dim(Syms *s, Dim a, Dim b, Dim *result)
{
	bool a_single = is_single(s, a, b), b_single = is_single(s, b, a);

	if (dim_same(a, b) || a_single || b_single) {
		*result = dim_same(a, b) || b_single ? a : b;
		return true;
	}
	if (dim_known(a) && dim_known(b))
		return false;
	*result = open_size(s, a, b);
	return true;
}

static Dim dim_from_end(const Shape *s, int i)
{
	return i < s->rank ? s->dim[s->rank - 1 - i] : dim(1);
}

Shape broadcast_shape(Graph *g, const Node *n, const Shape *a, const Shape *b)
{
	Shape r = {.rank = a->rank > b->rank ? a->rank : b->rank};

	if (a->rank < 0 || b->rank < 0)
		fail_unsupported(g, n, "the rank of an input is not known");
	for (int i = 0; i < r.rank; i++)
		if (!broadcast_dim(g->syms, dim_from_end(a, i), dim_from_end(b, i), &r.dim[r.rank - 1 - i]))
			fail_node(g, n, "E-SHAPE", "shapes %s and %s do not broadcast: sizes from the last one must be "
				  "equal, or one of them 1", shape_text(g, a), shape_text(g, b));
	return r;
}

/* A run has to find a to be b, or 1. */
static void assume_broadcast(Syms *s, Dim a, Dim b)
{
	bool repeats = dim_repeats(s, a, b);

	dim_assume_equal(s, a, b, repeats);
	if (repeats && dim_lo(s, b) <= 1)
		dim_assume_at_most(s, a, dim_max(s, b, dim(1)));
}

void need_broadcast(Graph *g, const Node *n, int slot, const Shape *to)
{
	const Shape *x = &n->in[slot]->shape;
	bool fits = x->rank <= to->rank;

	for (int i = 0; fits && i < x->rank; i++) {
		Dim a = dim_from_end(x, i), b = dim_from_end(to, i);
		if (is_single(g->syms, a, b) || dim_same(a, b))
			continue;
		fits = dim_lo(g->syms, a) <= dim_hi(g->syms, b) && dim_lo(g->syms, b) <= dim_hi(g->syms, a);
		if (fits || dim_repeats(g->syms, a, b)) {
			assume_broadcast(g->syms, a, b);
			fits = true;
		}
	}
	if (!fits)
		fail_node(g, n, "E-SHAPE", "%s has shape %s, which does not broadcast to %s", input_text(g, n, slot),
			  shape_text(g, x), shape_text(g, to));
}

/* The longer of two shapes that differ by sizes of 1 in front. */
static bool longer_shape(const Shape *a, const Shape *b, Shape *s)
{
	int more = a->rank - b->rank;
	bool same = b->rank >= 0;

	if (more < 0)
		return longer_shape(b, a, s);
	for (int i = 0; same && i < a->rank; i++)
		same = i < more ? dim_is(a->dim[i], 1) : dim_same(a->dim[i], b->dim[i - more]);
	*s = *a;
	return same;
}

bool spreads_as(const Value *v, Shape *s)
{
	const Node *n = v->def;

	*s = v->shape;
	return s->rank >= 0 ||
	       (n && n->nsub == 2 && longer_shape(&n->sub[0]->out[v->slot]->shape, &n->sub[1]->out[v->slot]->shape, s));
}

static int most_axes(const Node *n)
{
	int most = 0;

	for (int i = 0; i < n->nin; i++)
		if (n->in[i] && n->in[i]->shape.rank > most)
			most = n->in[i]->shape.rank;
	return most;
}

void infer_broadcast(Graph *g, Node *n, DType t)
{
	Shape s = shape_scalar(), x;
	int most = most_axes(n);

	for (int i = 0; i < n->nin; i++) {
		if (!n->in[i])
			continue;
		bool spread = spreads_as(n->in[i], &x) && x.rank <= most;
		s = broadcast_shape(g, n, &s, spread ? &x : &n->in[i]->shape);
	}
	set_out(g, n, 0, t ? t : n->in[0]->dtype, &s);
}

/* ---- contents ---- */

void set_content(Graph *g, Value *v, int n, const Dim *content)
{
	if (!v)
		return;
	v->content = arena_copy(&g->ctx->perm, content, (size_t)n * sizeof *content);
	v->ncontent = n;
}

/* A constant too large to carry its content (value_const()): its elements, in scratch. */
static const Dim *content_of_data(Graph *g, const Tensor *t, int *n_out)
{
	Dim *content = NEW_N(&g->ctx->scratch, Dim, t->count);

	for (int64_t i = 0; i < t->count; i++)
		content[i] = dim(load_i64(t->dtype, t->data, i));
	*n_out = (int)t->count;
	return content;
}

const Dim *content_of(Graph *g, const Node *n, int slot, int *n_out)
{
	const Value *v = present(g, n, slot);

	*n_out = v->ncontent;
	if (!v->content && v->data && is_int(v->dtype) && v->data->count < INT32_MAX)
		return content_of_data(g, v->data, n_out);
	if (!v->content && v->shape.rank >= 0 && dim_is(shape_count(g, &v->shape), 0))
		return arena_alloc(&g->ctx->scratch, 0);
	return v->content;
}

const Dim *need_content(Graph *g, const Node *n, int slot, int *n_out)
{
	const Dim *content = content_of(g, n, slot, n_out);

	if (!content)
		fail_node_as(g, n, EXIT_UNSUPPORTED, "E-DYNAMIC",
			     "%s is computed while the model runs; it must be known when the model is compiled",
			     input_text(g, n, slot));
	return content;
}

static bool all_given(const Node *n)
{
	for (int i = 0; i < n->nout; i++)
		if (n->out[i] && (n->out[i]->shape.rank < 0 || !shape_known(&n->out[i]->shape)))
			return false;
	return true;
}

bool by_data(Graph *g, const Node *n, int slot)
{
	int count;

	if (!has_in(n, slot) || n->in[slot]->data || content_of(g, n, slot, &count))
		return false;
	if (n->in[slot]->shape.rank > 1)
		need_rank(g, n, slot, 0, 1);
	return true;
}

bool is_trusted(Graph *g, const Node *n, int slot)
{
	int count;

	if (!by_data(g, n, slot))
		return false;
	if (all_given(n))
		return true;
	hint(g->ctx, "make it a constant, or give the shapes of the node's outputs in the file");
	need_content(g, n, slot, &count);
	return false;
}

const double *const_f64(Graph *g, const Node *n, int slot, int *n_out)
{
	const Tensor *t = n->in[slot]->data;
	const Dim *content = t ? NULL : need_content(g, n, slot, n_out);

	*n_out = t ? (int)t->count : *n_out;
	double *x = NEW_N(&g->ctx->scratch, double, *n_out);
	for (int i = 0; i < *n_out; i++)
		x[i] = t ? load_f64(t->dtype, t->data, i) : (double)dim_number(g, n, content[i]);
	return x;
}

const int64_t *const_i64(Graph *g, const Node *n, int slot, int *n_out)
{
	const Dim *content = need_content(g, n, slot, n_out);

	int64_t *k = NEW_N(&g->ctx->scratch, int64_t, *n_out);
	for (int i = 0; i < *n_out; i++)
		k[i] = dim_number(g, n, content[i]);
	return k;
}
