/* eval.c -- the driver of the reference evaluator.
 *
 *     inputs -> bind symbols -> for each node: outputs of the inferred sizes, op->eval, round, bind new symbols
 *
 * Memory of a value goes back to a pool after its last use, so a run needs about what is alive at once, plus the
 * canonical copies of one node. */
#include <assert.h>
#include <string.h>
#include "ir/op.h"

/* ---- memory of values ---- */

typedef struct Chunk {
	void *data;
	size_t bytes;
	bool taken;
} Chunk;

typedef struct Pool {
	Chunk *chunk;
	int nchunk, cchunk;
} Pool;

/* The smallest free chunk that is large enough, unless most of it would be wasted; NULL: none. */
static Chunk *best_chunk(const Pool *p, size_t bytes)
{
	Chunk *best = NULL;

	for (int i = 0; i < p->nchunk; i++) {
		Chunk *c = &p->chunk[i];
		if (!c->taken && c->bytes >= bytes && c->bytes / 4 <= bytes && (!best || c->bytes < best->bytes))
			best = c;
	}
	return best;
}

/* Zeroed memory that the pool has left over, or from the arena. */
static void *pool_take(Eval *e, size_t bytes)
{
	Pool *p = e->pool;
	Chunk *c = best_chunk(p, bytes);

	if (c) {
		c->taken = true;
		return memset(c->data, 0, bytes);
	}
	GROW(e->arena, p->chunk, p->nchunk, p->cchunk);
	p->chunk[p->nchunk++] = (Chunk){arena_alloc(e->arena, bytes), bytes, true};
	return p->chunk[p->nchunk - 1].data;
}

static void pool_give(Eval *e, const void *data)
{
	Chunk *c = e->pool->chunk;

	while (c->data != data)
		c++;
	c->taken = false;
}

static void drop(Eval *e, const Value *v)
{
	pool_give(e, e->value[v->id]->data);
	e->value[v->id] = NULL;
}

/* ---- tables ---- */

/* An array with room for at least n items, its present ones kept and the new ones filled with `byte`. */
static void *fit(Eval *e, void *items, uint32_t *capacity, uint32_t n, size_t size, int byte)
{
	if (items && n <= *capacity)
		return items;
	char *larger = pool_take(e, 2 * (size_t)n * size);
	memset(larger, byte, 2 * (size_t)n * size);
	if (items) {
		memcpy(larger, items, *capacity * size);
		pool_give(e, items);
	}
	*capacity = 2 * n;
	return larger;
}

/* Room for the values and symbols of the graph, which may have grown. */
static void fit_tables(Eval *e)
{
	e->value = fit(e, e->value, &e->nvalue, e->g->nvalue + 1, sizeof *e->value, 0);
	e->symbol = fit(e, e->symbol, &e->nsymbol, e->g->syms->nsymbol + 1, sizeof *e->symbol, -1);
}

void eval_open(Eval *e, Graph *g, Arena *a)
{
	assert(a != &g->ctx->scratch && "scratch is released after each node");
	e->g = g;
	e->arena = a;
	e->value = NULL;
	e->symbol = NULL;
	e->pending = NULL;
	e->tired = false;
	if (!e->pool)
		e->pool = NEW(a, Pool);
	fit_tables(e);
	if (e->outer)
		memcpy(e->symbol, e->outer->symbol,
		       (e->outer->nsymbol < e->nsymbol ? e->outer->nsymbol : e->nsymbol) * sizeof *e->symbol);
}

Tensor *eval_value(const Eval *e, const Value *v)
{
	return v->data ? v->data : e->value[v->id];
}

/* ---- sizes ---- */

/* All symbols of the expression have values. */
static bool ready(const Eval *e, Dim d)
{
	Syms *s = e->g->syms;

	if (dim_known(d))
		return true;
	if (dim_kind(s, d) == DIM_SYMBOL)
		return e->symbol[dim_symbol_index(s, d)] >= 0;
	for (int i = 0; i < dim_nargs(s, d); i++)
		if (!ready(e, dim_arg(s, d, i)))
			return false;
	return true;
}

static int64_t size_now(const Eval *e, Dim d)
{
	return dim_known(d) ? d.k : dim_eval(e->g->syms, d, e->symbol);
}

int64_t eval_dim(const Eval *e, Dim d)
{
	int64_t least = dim_lo(e->g->syms, d);

	return ready(e, d) ? size_now(e, d) : least > 0 ? least : 0;
}

/* The sizes of `s` as numbers; false when some are not known yet. */
static bool sizes_now(const Eval *e, const Shape *s, int64_t *size)
{
	for (int i = 0; i < s->rank; i++)
		if (!ready(e, s->dim[i]))
			return false;
	for (int i = 0; i < s->rank; i++)
		size[i] = size_now(e, s->dim[i]);
	return s->rank >= 0;
}

static void bind_plain(Eval *e, Dim d, int64_t size)
{
	Syms *s = e->g->syms;

	if (!dim_known(d) && dim_kind(s, d) == DIM_SYMBOL && !ready(e, d))
		e->symbol[dim_symbol_index(s, d)] = size;
}

/* The elements of v that are sizes which the run counts: they are known now. */
static void bind_counted(Eval *e, const Value *v, const Tensor *t)
{
	for (int i = 0; i < v->ncontent && i < t->count; i++) {
		const Symbol *s = dim_symbol_of(e->g->syms, v->content[i]);
		if (s && s->counted)
			bind_plain(e, v->content[i], load_i64(t->dtype, t->data, i));
	}
}

static bool inside_bounds(const Eval *e, Dim d, int64_t size)
{
	Symbol *s = dim_known(d) ? NULL : dim_symbol_of(e->g->syms, d);

	return !s || (size >= s->lo && (s->hi < 0 || size <= s->hi));
}

/* Bind the plain symbols among the sizes of v to those of t; whatever is known then must agree. */
static bool bind_sizes(Eval *e, const Value *v, const Tensor *t)
{
	const Shape *s = &v->shape;

	if (s->rank >= 0 && s->rank != t->rank)
		return false;
	for (int i = 0; i < s->rank; i++)
		bind_plain(e, s->dim[i], t->dim[i]);
	for (int i = 0; i < s->rank; i++)
		if (!inside_bounds(e, s->dim[i], t->dim[i]) ||
		    (ready(e, s->dim[i]) && size_now(e, s->dim[i]) != t->dim[i]))
			return false;
	return true;
}

static const char *sizes_text(Eval *e, const Tensor *t)
{
	Shape s = {.rank = t->rank};

	for (int i = 0; i < t->rank; i++)
		s.dim[i] = dim(t->dim[i]);
	return shape_text(e->g, &s);
}

/* ---- one node ---- */

/* An output of the inferred sizes, or without storage where they depend on data. */
static Tensor *new_output(Eval *e, const Node *n, const Value *v)
{
	Tensor *t = NEW(e->arena, Tensor);

	if (v->kind != KIND_TENSOR)
		fail_unsupported(e->g, n, "the evaluator has tensors only, no sequences and optionals");
	t->dtype = v->dtype;
	t->rank = v->shape.rank < 0 ? 0 : v->shape.rank;
	int64_t size[MAX_RANK];
	if (sizes_now(e, &v->shape, size))
		out_sizes(e, t, t->rank, size);
	return t;
}

void out_sizes(Eval *e, Tensor *t, int rank, const int64_t *dims)
{
	bool same = rank == t->rank;

	for (int i = 0; same && i < rank; i++)
		same = dims[i] == t->dim[i];
	if (t->data && same)
		return;
	assert(!t->data && "an output whose sizes were inferred has those sizes");
	t->rank = rank;
	t->count = 1;
	for (int i = 0; i < rank; i++) {
		if (dims[i] < 0 || __builtin_mul_overflow(t->count, dims[i], &t->count))
			fail(e->g->ctx, EXIT_LIMIT, "E-SIZE", "a value of rank %d with size %lld at axis %d", rank,
			     (long long)dims[i], i);
		t->dim[i] = dims[i];
	}
	t->data = pool_take(e, dtype_bytes(t->dtype, t->count));
}

/* Count what the node reads and writes against the budget; false when that is used up. */
static bool afford(Eval *e, int n, Tensor *const *t)
{
	for (int i = 0; e->budget > 0 && i < n; i++) {
		int64_t cost = t[i] ? t[i]->count + 1 : 0;
		e->tired |= cost >= e->budget;
		e->budget -= e->tired ? 0 : cost;
	}
	return !e->tired;
}

/* Outputs of no elements need no evaluation, which might walk along their other sizes: [2^40, 0]. */
static bool is_empty(Tensor *const *out, int n)
{
	for (int i = 0; i < n; i++)
		if (out[i] && (!out[i]->data || out[i]->count))
			return false;
	return n > 0;
}

static void finish_outputs(Eval *e, const Node *n, Tensor *const *out)
{
	pending_store(e);
	for (int i = 0; i < n->nout; i++) {
		if (!out[i])
			continue;
		assert(out[i]->data && "eval makes every output");
		if (!bind_sizes(e, n->out[i], out[i]))
			fail_node(e->g, n, "E-SHAPE", "output %d has shape %s, but %s was inferred", i,
				  sizes_text(e, out[i]), shape_text(e->g, &n->out[i]->shape));
		bind_counted(e, n->out[i], out[i]);
		e->value[n->out[i]->id] = out[i];
	}
}

/* Small enough for axes, shapes and the like, and known only now. */
static bool may_decide(const Value *v)
{
	return v && !v->data && !v->content && v->shape.rank <= 1;
}

static void out_of_shape(Eval *e, Tensor *t, const Shape *s)
{
	int64_t size[MAX_RANK];

	for (int k = 0; k < s->rank; k++)
		size[k] = s->dim[k].k;
	out_sizes(e, t, s->rank, size);
}

/* Inference over these data gives the sizes that data decide; it has to be those that the file gave. */
static void sizes_by_data(Eval *e, const Node *n, Tensor *const *in, Tensor *const *out)
{
	Graph *g = e->g, *body = graph_new(g->ctx, g->syms, n->name, g);
	Value **list = NEW_N(&g->ctx->scratch, Value *, n->nin);
	Node like = {.name = n->name};

	for (int i = 0; i < n->nin; i++)
		list[i] = in[i] ? value_const(body, NULL, in[i]) : NULL;
	const Node *now = node_new(body, n->op, &like, n->nin, list, n->nout, n->attr);
	for (int i = 0; i < n->nout; i++) {
		const Shape *s = &now->out[i]->shape;
		if (out[i] && !out[i]->data)
			out_of_shape(e, out[i], s);
		bool same = !out[i] || s->rank == out[i]->rank;
		for (int k = 0; out[i] && same && k < s->rank; k++)
			same = dim_is(s->dim[k], out[i]->dim[k]);
		if (!same)
			fail_node(g, n, "E-SHAPE", "the data lead to shape %s, and the file gives other sizes: %s",
				  shape_text(g, s), sizes_text(e, out[i]));
	}
}

static bool rests_on_trust(const Node *n)
{
	for (int i = 0; n->op->trust && !n->nsub && i < n->nin; i++)
		if (may_decide(n->in[i]))
			return true;
	return false;
}

/* The sizes of the pair are known, and differ. */
static bool differ(const Eval *e, const DimPair *p, int64_t *a, int64_t *b)
{
	if (!ready(e, p->a) || !ready(e, p->b))
		return false;
	*a = size_now(e, p->a);
	*b = size_now(e, p->b);
	return *a != *b;
}

bool eval_agrees(const Eval *e)
{
	const Syms *s = e->g->syms;
	int64_t a, b;

	for (uint32_t i = 0; i < s->nequal; i++)
		if (differ(e, &s->equal[i], &a, &b) && !(s->equal[i].repeats && (a == 1 || b == 1)))
			return false;
	return true;
}

/* Somewhere inference took two sizes for equal which are not. */
static bool some_disagree(const Eval *e)
{
	const Syms *s = e->g->syms;
	int64_t a, b;

	for (uint32_t i = 0; i < s->nequal; i++)
		if (differ(e, &s->equal[i], &a, &b))
			return true;
	return false;
}

/* Data decide sizes of the node, or may contradict what inference took for granted. What chooses elements says itself how many
 * there are. */
static bool is_doubtful(const Eval *e, const Node *n)
{
	return rests_on_trust(n) || (!n->nsub && !(n->op->flags & CHOOSES) && n->op != &op_tcc_Agree && some_disagree(e));
}

void eval_node(Eval *e, const Node *n)
{
	Arena *scratch = &e->g->ctx->scratch;
	ArenaMark mark = arena_mark(scratch);
	Tensor **in = NEW_N(scratch, Tensor *, n->nin), **out = NEW_N(scratch, Tensor *, n->nout);

	fit_tables(e);
	if (!n->op->eval)
		fail_unsupported(e->g, n, "the evaluator does not have this operator");
	for (int i = 0; i < n->nin; i++) {
		in[i] = n->in[i] ? eval_value(e, n->in[i]) : NULL;
		assert((in[i] || !n->in[i]) && "inputs are evaluated first");
	}
	for (int i = 0; i < n->nout; i++)
		out[i] = n->out[i] ? new_output(e, n, n->out[i]) : NULL;
	if (is_doubtful(e, n))
		sizes_by_data(e, n, in, out);
	if (afford(e, n->nin, in) && afford(e, n->nout, out)) {
		if (!is_empty(out, n->nout))
			n->op->eval(e, n, in, out);
		if (!e->tired)
			finish_outputs(e, n, out);
	}
	e->pending = NULL;
	arena_release(scratch, mark);
}

void eval_given(Eval *e, const Value *v, Tensor *t)
{
	fit_tables(e);
	e->value[v->id] = t;
	bind_sizes(e, v, t);
}

/* ---- a whole graph ---- */

static void take_inputs(Eval *e, Tensor *const *inputs)
{
	Graph *g = e->g;

	for (int i = 0; i < g->nin; i++) {
		const Value *v = g->in[i];
		if (v->dtype != inputs[i]->dtype)
			fail(g->ctx, EXIT_USAGE, "E-TYPE", "input '%s' is given as %s, but the model takes %s",
			     shown(g->ctx, v->name), dtype_name(inputs[i]->dtype), dtype_name(v->dtype));
		eval_given(e, v, inputs[i]);
	}
	for (int i = 0; i < g->nin; i++)
		if (!bind_sizes(e, g->in[i], inputs[i]))
			fail(g->ctx, EXIT_USAGE, "E-SHAPE",
			     "input '%s' is given with shape %s, which contradicts %s and the other inputs",
			     shown(g->ctx, g->in[i]->name), sizes_text(e, inputs[i]),
			     shape_text(g, &g->in[i]->shape));
}

/* Give back what node n was the last to need. */
static void drop_unused(Eval *e, const Node *n, uint32_t *uses)
{
	for (int i = 0; i < n->nin; i++)
		if (n->in[i] && --uses[n->in[i]->id] == 0 && n->in[i]->def)
			drop(e, n->in[i]);
	for (int i = 0; i < n->nout; i++)
		if (n->out[i] && uses[n->out[i]->id] == 0)
			drop(e, n->out[i]);
}

void eval_graph(Eval *e, Graph *g, Arena *a, Tensor *const *inputs)
{
	ArenaMark mark = arena_mark(&g->ctx->scratch);
	uint32_t *uses = fill_uses(g);

	eval_open(e, g, a);
	take_inputs(e, inputs);
	for (uint32_t i = 0; i < g->nnode && !e->tired; i++) {
		eval_node(e, g->node[i]);
		if (e->after && !e->tired)
			e->after(e, g->node[i]);
		if (!e->keep_all && !e->tired)
			drop_unused(e, g->node[i], uses);
	}
	arena_release(&g->ctx->scratch, mark);
}

void eval_body(Eval *body, Eval *outer, Graph *g, Tensor *const *inputs)
{
	*body = (Eval){.outer = outer, .seed = outer->seed, .budget = outer->budget, .pool = outer->pool,
		       .after = outer->after, .data = outer->data};
	eval_graph(body, g, outer->arena, inputs);
}

void eval_done(Eval *body)
{
	for (uint32_t i = 0; i < body->g->nvalue; i++)
		if (body->g->value[i]->def && body->value[i + 1])
			drop(body, body->g->value[i]);
	pool_give(body, body->value);
	pool_give(body, body->symbol);
	body->outer->budget = body->budget;
	body->outer->tired |= body->tired;
}
