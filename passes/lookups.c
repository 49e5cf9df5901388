/* lookups.c -- a costly formula that makes bytes of the same bytes each time becomes a table of 256 of them.
 *
 * needs  shapes, nodes in topological order; the pass `fold` behind it makes the table a constant
 * keeps  every bit: the table is the formula itself, of all bytes that there are
 *
 *     d = DequantizeLinear(x, s, z)                   t = QuantizeLinear(Sigmoid(DequantizeLinear(0..255, s, z)), r, o)
 *     y = QuantizeLinear(Sigmoid(d), r, o)     ->     y = Lookup(x, t)
 *
 * The formula may be any pointwise nodes, which else take single numbers; it begins as far back as there are bytes. Vectors
 * look bytes up by shuffles, all of the table for 32 or 64 of them, which takes as long as a few operations of arithmetic;
 * and x has to lie in memory, where a product might have gone on with it. So a formula has to cost more than that, whatever
 * the target: --strict takes tables too. */
#include <string.h>
#include "codegen/lower.h"
#include "ir/op/composite.h"
#include "passes/place.h"
#include "passes/rewrite.h"

void pass_lookups(Graph *g, const Options *o);

enum { BYTES = 256,     /* there are, and so many elements have to be looked up at least */
       CONE_MAX = 64,   /* nodes of one formula */
       LOOKUP = 14,     /* operations that vectors do in the time of a lookup, */
       STORE = 4,       /* and of storing and reading */
       FUNCTION = 12,   /* operations in a function, or in one on numbers of 64 bits, */
       DIVISION = 4 };  /* and in a division or a root */

typedef struct Lookups {
	Graph *g;
	Value **source;    /* by value id: the bytes that alone decide its elements, one each; NULL: there are none */
	uint32_t *uses;    /* by value id */
	bool *needed;      /* by value id */
	bool *is_load;     /* by value id: it is no part of the formula at hand */
	Node *cone[CONE_MAX];
	Value *copy[CONE_MAX]; /* of their outputs, for all bytes */
	int ncone;
} Lookups;

static bool is_byte(const Value *v) { return v->dtype == U8 || v->dtype == I8; }

static bool is_number(const Value *v) { return is_const(v) && v->data->count == 1; }

/* ---- which bytes decide a value ---- */

static Value *common_source(const Lookups *f, const Node *n)
{
	Value *source = NULL;

	if (!is_elementwise(n) || (n->op->flags & (RANDOM | KEPT)) || !n->out[0])
		return NULL;
	for (int k = 0; k < n->nin; k++) {
		Value *s = n->in[k] ? f->source[n->in[k]->id] : NULL;
		if (!n->in[k] || is_number(n->in[k]))
			continue;
		if (!s || (source && s != source))
			return NULL;
		source = s;
	}
	return source && shape_same(&source->shape, &n->out[0]->shape) ? source : NULL;
}

static void find_sources(Lookups *f)
{
	Graph *g = f->g;

	for (uint32_t i = 0; i < g->nvalue; i++)
		if (is_byte(g->value[i]) && !is_const(g->value[i]))
			f->source[g->value[i]->id] = g->value[i];
	for (uint32_t i = 0; i < g->nnode; i++) {
		Value *source = common_source(f, g->node[i]);
		if (source)
			f->source[g->node[i]->out[0]->id] = source;
	}
}

/* ---- what the formula costs ---- */

/* The nodes from the source to v, first to last. False: there are too many. */
static bool find_cone(Lookups *f, const Value *v, const Value *source, int *seen)
{
	bool fits = true;

	if (v == source || is_number(v) || !f->is_load[v->id])
		return true;
	if (*seen == CONE_MAX || v->def->nin > CONE_MAX)
		return false;
	f->is_load[v->id] = false;
	++*seen;
	for (int k = 0; k < v->def->nin && fits; k++)
		fits = !v->def->in[k] || find_cone(f, v->def->in[k], source, seen);
	f->cone[f->ncone++] = v->def;
	return fits;
}

static void leave_cone(Lookups *f)
{
	while (f->ncone)
		f->is_load[f->cone[--f->ncone]->out[0]->id] = true;
}

static int cost_of(const Expr *x, bool *seen)
{
	bool function = x->kind == X_ALU && x->op > SQRT && x->op <= POW, slow = x->kind == X_ALU && (x->op == SQRT || x->op == DIV);
	int cost = function || dtype_info(x->dtype)->bits > 32 ? FUNCTION : slow ? DIVISION : 1;

	if (seen[x->id] || (x->kind != X_ALU && x->kind != X_CAST))
		return 0;
	seen[x->id] = true;
	for (int k = 0; k < x->nargs; k++)
		cost += cost_of(x->arg[k], seen);
	return cost;
}

/* Whatever reads it: otherwise it would be part of an expression. */
static bool lies_in_memory(const Lookups *f, const Value *v)
{
	return !v->def || f->uses[v->id] > 1 || !(v->def->op->flags & (POINTWISE | CONTRACTS | REDUCES | MOVES));
}

static bool is_costly(const Lookups *f, const Node *n, const Value *source)
{
	Arena *a = &f->g->ctx->scratch;
	ArenaMark mark = arena_mark(a);
	Lower *l = lower_new(f->g, a, f->is_load);
	Expr *axes[MAX_RANK], *body = node_expr(l, n, 0, axes);
	int limit = LOOKUP + (lies_in_memory(f, source) ? 0 : STORE);
	bool costly = body && cost_of(body, NEW_N(a, bool, l->nexprs + 1)) > limit;

	arena_release(a, mark);
	return costly;
}

static bool has_many(Graph *g, const Value *v)
{
	int64_t n = 1;

	for (int k = 0; k < v->shape.rank && n < BYTES; k++)
		n *= dim_hi(g->syms, v->shape.dim[k]);
	return n >= BYTES;
}

/* ---- the table ---- */

/* All bytes, in the order of their bits, with as many axes as v has. */
static Value *all_bytes(Graph *g, const Value *v)
{
	int64_t dims[MAX_RANK] = {BYTES, 1, 1, 1, 1, 1, 1, 1};
	Tensor *t = tensor_new(&g->ctx->perm, v->dtype, v->shape.rank, dims);
	unsigned char *byte = t->data;

	for (int i = 0; i < BYTES; i++)
		byte[i] = (unsigned char)i;
	return value_const(g, NULL, t);
}

static Value *copy_of(const Lookups *f, Value *v, const Value *source, Value *bytes)
{
	for (int i = 0; i < f->ncone; i++)
		if (f->cone[i]->out[0] == v)
			return f->copy[i];
	return v == source ? bytes : v;
}

static Value *table_of(Lookups *f, const Value *source)
{
	Graph *g = f->g;
	Value *bytes = all_bytes(g, source), *in[CONE_MAX];
	const int64_t count = BYTES;

	for (int i = 0; i < f->ncone; i++) {
		Node *n = f->cone[i];
		for (int k = 0; k < n->nin; k++)
			in[k] = n->in[k] ? copy_of(f, n->in[k], source, bytes) : NULL;
		f->copy[i] = rewrite_inputs(g, n, n->nin, in);
	}
	return reshaped(g, f->cone[f->ncone - 1], f->copy[f->ncone - 1], 1, &count);
}

/* n becomes a lookup where that is better. */
static void look_up(Lookups *f, Node *n)
{
	Value *v = n->out[0], *source = n->nout == 1 && v ? f->source[v->id] : NULL;
	int seen = 0;

	if (!source || source == v || !is_byte(v) || !has_many(f->g, v))
		return;
	if (find_cone(f, v, source, &seen) && is_costly(f, n, source)) {
		Value *in[] = {source, table_of(f, source)};
		n->op = &op_tcc_Lookup;
		n->attr = NULL;
		n->nin = 2;
		n->in = arena_copy(&f->g->ctx->perm, in, sizeof in);
	}
	leave_cone(f);
}

static bool is_needed(const Lookups *f, const Node *n)
{
	bool needed = n->op->flags & KEPT;

	for (int k = 0; k < n->nout && !needed; k++)
		needed = n->out[k] && f->needed[n->out[k]->id];
	return needed;
}

/* Of the first `nodes`; those behind are the tables'. */
static void drop_unneeded(const Lookups *f, uint32_t nodes)
{
	Graph *g = f->g;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < g->nnode; i++)
		if (i >= nodes || is_needed(f, g->node[i]))
			g->node[kept++] = g->node[i];
	g->nnode = kept;
}

/* From the last node to the first, so that what lies inside of a formula is looked at only where something else needs it. */
void pass_lookups(Graph *g, const Options *o)
{
	Arena *a = &g->ctx->scratch;
	const uint32_t values = g->nvalue, nodes = g->nnode;
	Lookups f = {.g = g, .uses = fill_uses(g), .source = NEW_N(a, Value *, g->nvalue + 1),
		     .needed = NEW_N(a, bool, g->nvalue + 1), .is_load = NEW_N(a, bool, g->nvalue + 1)};

	(void)o;
	memset(f.is_load, true, g->nvalue + 1);
	find_sources(&f);
	for (int i = 0; i < g->nout; i++)
		f.needed[g->out[i]->id] = true;
	for (uint32_t i = nodes; i-- > 0;) {
		Node *n = g->node[i];
		if (!is_needed(&f, n))
			continue;
		look_up(&f, n);
		for (int k = 0; k < n->nin; k++)
			if (n->in[k] && n->in[k]->id <= values)
				f.needed[n->in[k]->id] = true;
	}
	if (g->nnode == nodes)
		return;
	drop_unneeded(&f, nodes);
	graph_sort(g);
}
