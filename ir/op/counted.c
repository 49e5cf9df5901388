/* counted.c -- see counted.h; and tcc.Counted: its input is the number of a size that is counted while the model runs.
 *
 *     n i64[] <k> = tcc.Counted(count) {size = "k"}       n = count where that is no more than k's bound; else the run stops */
#include <string.h>
#include "ir/op/counted.h"

/* ---- sizes ---- */

/* "y.1", or "y.1_2" where something else has that name. */
static Dim fresh_symbol(Graph *g, const Node *n, int slot, const char *what)
{
	Arena *a = &g->ctx->perm;
	const char *value = n->out[slot]->name;
	const char *first = *value ? arena_format(a, "%s.%s", value, what) : arena_format(a, "%s%u.%s", n->op->name, n->id, what);
	const char *name = first;

	for (int i = 2; dim_exists(g->syms, name); i++)
		name = arena_format(a, "%s_%d", first, i);
	Dim d = dim_symbol(g->syms, name);
	dim_symbol_of(g->syms, d)->owner = g;
	return d;
}

/* A size that the text form of a graph declares is counted in the graph where a node asks for it first. */
static Dim owned(const Graph *g, Dim d)
{
	Symbol *s = dim_symbol_of(g->syms, d);

	if (s && s->counted && !s->owner)
		s->owner = g;
	return d;
}

static void bound_symbol(Graph *g, const Node *n, Symbol *s, int64_t most)
{
	s->counted = true;
	if (most < INT32_MAX && (s->hi < 0 || s->hi > most))
		s->hi = most;
	if (s->hi >= 0 && s->hi < s->lo)
		fail_node_as(g, n, EXIT_USAGE, "E-DIM", "size '%s' is at least %lld, but cannot be more than %lld",
			     shown(g->ctx, s->name), (long long)s->lo, (long long)s->hi);
}

Dim counted_size(Graph *g, const Node *n, int slot, int rank, int axis, Dim most)
{
	const Shape *s = &n->out[slot]->shape;

	if (s->rank >= 0 && s->rank != rank)
		fail_node(g, n, "E-RANK", "output %d is given with shape %s; it must have rank %d", slot, shape_text(g, s),
			  rank);
	if (s->rank >= 0)
		return owned(g, s->dim[axis]);
	if (dim_hi(g->syms, most) == 0)
		return dim(0);
	if (!*n->out[slot]->name && !n->nsub)
		fail_node_as(g, n, EXIT_UNSUPPORTED, "E-DYNAMIC", "data decide the size of its outputs, inside of another operator");
	Dim d = fresh_symbol(g, n, slot, arena_format(&g->ctx->scratch, "%d", axis));
	bound_symbol(g, n, dim_symbol_of(g->syms, d), dim_hi(g->syms, most));
	dim_symbol_of(g->syms, d)->most = most;
	return d;
}

Dim counted_apart(Graph *g, const Node *n, const char *what, int64_t most)
{
	int slot = 0;

	while (!n->out[slot])
		slot++;
	Dim d = fresh_symbol(g, n, slot, what);
	bound_symbol(g, n, dim_symbol_of(g->syms, d), most);
	return d;
}

Shape counted_shape(Graph *g, const Node *n, int slot, const Shape *most, unsigned open)
{
	Shape s = *most;

	for (int k = 0; k < s.rank; k++)
		if (open >> k & 1)
			s.dim[k] = counted_size(g, n, slot, s.rank, k, s.dim[k]);
	return s;
}

int64_t most_of(Graph *g, const Node *n, Dim d)
{
	int64_t most = dim_hi(g->syms, d);

	return most < INT32_MAX ? most : dim_number(g, n, d);
}

/* ---- the run's numbers ---- */

struct Counted { Text size; };

Value *counted_value(Graph *g, const Node *like, Value *count, Dim size)
{
	Value *n = reshaped(g, like, cast_value(g, like, count, I64), 0, NULL);

	if (dim_known(size)) {
		Value *k = value_scalar(g, I64, (double)size.k);
		require(g, like, binary(g, like, "Equal", n, k));
		return k;
	}
	const Symbol *s = dim_symbol_of(g->syms, size);
	if (s->lo > 0) {
		Value *least = value_scalar(g, I64, (double)s->lo);
		require(g, like, binary(g, like, "GreaterOrEqual", n, least));
		n = binary(g, like, "Max", n, least);
	}
	return put_attr(g, like, "tcc.Counted", &(struct Counted){{s->name, (int64_t)strlen(s->name)}}, n, END_IN);
}

Value *counted_values(Graph *g, const Node *like, Value *count, const Shape *s)
{
	int64_t first = 0;
	Value *all = NULL;

	if (shape_known(s)) {
		Value *sizes = sizes_value(g, s);
		require(g, like, binary(g, like, "Equal", count, sizes));
		return sizes;
	}
	for (int k = 0; k < s->rank; k++) {
		Value *one = with_axes(g, like, counted_value(g, like, element(g, like, count, k), s->dim[k]), 1, &first);
		all = all ? joined(g, like, 0, all, one) : one;
	}
	return all;
}

Value *shape_value(Graph *g, const Node *like, Value *v)
{
	return shape_known(&v->shape) ? sizes_value(g, &v->shape) : put(g, like, "Shape", v, END_IN);
}

Value *count_up(Graph *g, const Node *like, Value *n)
{
	if (n->data)
		return count_to(g, load_i64(I64, n->data->data, 0));
	return put(g, like, "Range", value_scalar(g, I64, 0), n, value_scalar(g, I64, 1), END_IN);
}

/* ---- tcc.Counted ---- */

static Dim size_of_node(Graph *g, const Node *n)
{
	const Text *name = &ATTR_OF(n, Counted)->size;
	Dim d = dim_symbol(g->syms, arena_format(&g->ctx->scratch, "%.*s", (int)name->length, name->text));

	dim_symbol_of(g->syms, d)->counted = true;
	return d;
}

static void infer(Graph *g, Node *n)
{
	Shape y = shape_scalar();
	Dim size = size_of_node(g, n);

	need_rank(g, n, 0, 0, 0);
	set_out(g, n, 0, I64, &y);
	set_content(g, n->out[0], 1, &size);
}

static void eval(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	Dim size = size_of_node(e->g, n);
	int64_t count = in_i64(e, in[0])[0], least = dim_lo(e->g->syms, size), most = dim_hi(e->g->syms, size);

	if (count < least || count > most)
		fail_node(e->g, n, "E-SHAPE", "a size is %lld; it may be %lld..%lld", (long long)count, (long long)least,
			  (long long)most);
	out_i64(e, out[0])[0] = count;
}

static Expr *lower(Lower *l, const Node *n, int slot, Expr *const *at)
{
	Graph *g = lower_graph(l);

	(void)slot;
	int64_t most = dim_hi(g->syms, size_of_node(g, n));
	return alu2(l, COUNT, in(l, n, 0, at), num_i(l, most < INT32_MAX ? most : INT32_MAX - 1));
}

/* Bounds that became known behind the node: what is one number is asked for, what is too small is refused. */
static void trust(Graph *g, Node *n)
{
	Dim size = size_of_node(g, n);
	int64_t lo = dim_lo(g->syms, size);

	if (lo == dim_hi(g->syms, size)) {
		value_replace(g, n->out[0], counted_value(g, n, n->in[0], dim(lo)));
		n->out[0] = NULL;
	} else if (lo > 0) {
		Value *least = value_scalar(g, I64, (double)lo);
		require(g, n, binary(g, n, "GreaterOrEqual", n->in[0], least));
		n->in[0] = binary(g, n, "Max", n->in[0], least);
	}
}

static const Attr attrs[] = {ATTR_REQUIRED(Counted, size, A_STRING), {0}};

const Op op_tcc_Counted = {
	.name = "Counted", .domain = "tcc", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .flags = KEPT,
	.attrs = attrs, .attr_size = sizeof(struct Counted), .types = "i", .infer = infer, .trust = trust, .eval = eval,
	.lower = lower,
};
