/* cse.c -- common subexpressions: nodes of one operator, with equal attributes and inputs, become one.
 *
 * needs  nodes in topological order, so that inputs are merged before those who read them
 * keeps  results bit by bit; random operators and those with bodies are never shared
 *
 *     a = Relu(x); b = Relu(x); y = Add(a, b)      ->      a = Relu(x); y = Add(a, a)
 *
 * Equal constants become one too: here the small ones, which make nodes equal; those of any size in the pass `share`,
 * which comes after the passes that change weights in place of their one user. */
#include <string.h>
#include "passes/pass.h"
#include "passes/rewrite.h"

#define SMALL ((size_t)4 << 10) /* bytes */

void pass_cse(Graph *g, const Options *o);
void pass_share(Graph *g, const Options *o);

/* Open addressing over items that were seen first: nodes or constants, never removed. */
typedef struct Seen {
	void **slot;
	uint64_t *hash;
	uint32_t size; /* a power of two, at most half full */
} Seen;

static Seen seen_new(Arena *a, uint32_t most)
{
	uint32_t size = 16;

	while (size < 2 * most)
		size *= 2;
	return (Seen){NEW_N(a, void *, size), NEW_N(a, uint64_t, size), size};
}

typedef bool (*Same)(const void *a, const void *b);

/* The equal item that was seen before, or NULL, and then `item` has been seen. */
static void *seen(Seen *s, uint64_t hash, void *item, Same same)
{
	uint32_t i = (uint32_t)(hash ^ hash >> 32) & (s->size - 1);

	for (; s->slot[i]; i = (i + 1) & (s->size - 1))
		if (s->hash[i] == hash && same(s->slot[i], item))
			return s->slot[i];
	s->slot[i] = item;
	s->hash[i] = hash;
	return NULL;
}

/* ---- constants ---- */

#define SAMPLE 512 /* bytes hashed at either end; equality compares them all */

static uint64_t hash_const(const Tensor *t)
{
	size_t bytes = dtype_bytes(t->dtype, t->count), part = bytes < SAMPLE ? bytes : SAMPLE;
	uint64_t h = hash_bytes(HASH_START, &t->dtype, sizeof t->dtype);

	h = hash_bytes(h, t->dim, (size_t)t->rank * sizeof t->dim[0]);
	if (t->dtype == STR)
		return h;
	h = hash_bytes(h, t->data, part);
	return hash_bytes(h, (const char *)t->data + bytes - part, part);
}

static bool same_const(const void *a, const void *b)
{
	return tensor_equal(((const Value *)a)->data, ((const Value *)b)->data);
}

/* first[] by value id: the value that stands for it. */
static void merge_constants(Graph *g, size_t most, Value **first)
{
	Seen s = seen_new(&g->ctx->scratch, g->nvalue);

	for (uint32_t i = 0; i < g->nvalue; i++) {
		Value *v = g->value[i];
		if (!is_const(v) || dtype_bytes(v->dtype, v->data->count) > most)
			continue;
		Value *old = seen(&s, hash_const(v->data), v, same_const);
		if (old)
			first[v->id] = old;
	}
}

/* ---- nodes ---- */

/* The order of two inputs does not count where they may be exchanged. */
static void in_order(const Node *n, uint64_t id[2])
{
	id[0] = n->in[0]->id;
	id[1] = n->in[1]->id;
	if (id[0] > id[1]) {
		uint64_t t = id[0];
		id[0] = id[1];
		id[1] = t;
	}
}

static bool is_symmetric(const Node *n) { return (n->op->flags & COMMUTES) && n->nin == 2; }

static uint64_t hash_node(const Node *n)
{
	uint64_t h = hash_bytes(attr_hash(n->op, n->attr), &n->op, sizeof n->op), id[2];

	if (is_symmetric(n)) {
		in_order(n, id);
		return hash_bytes(h, id, sizeof id);
	}
	for (int i = 0; i < n->nin; i++) {
		uint32_t input = n->in[i] ? n->in[i]->id : 0;
		h = hash_bytes(h, &input, sizeof input);
	}
	return h;
}

static bool same_inputs(const Node *a, const Node *b)
{
	uint64_t x[2], y[2];

	if (a->nin != b->nin)
		return false;
	if (!is_symmetric(a))
		return !memcmp(a->in, b->in, (size_t)a->nin * sizeof a->in[0]);
	in_order(a, x);
	in_order(b, y);
	return !memcmp(x, y, sizeof x);
}

/* Sizes that data decide have a symbol for each node that counts them: what has one, another one does not replace. */
static bool same_sizes(const Value *a, const Value *b)
{
	bool same = shape_same(&a->shape, &b->shape);

	for (int i = 0; same && a->content && b->content && i < a->ncontent; i++)
		same = dim_same(a->content[i], b->content[i]);
	return same;
}

static bool same_outputs(const Node *a, const Node *b)
{
	bool same = a->nout == b->nout;

	for (int i = 0; same && i < a->nout; i++)
		same = !a->out[i] || !b->out[i] || same_sizes(a->out[i], b->out[i]);
	return same;
}

/* Output counts decide what some operators do (Split), so they are compared too. */
static bool same_node(const void *pa, const void *pb)
{
	const Node *a = pa, *b = pb;

	return a->op == b->op && same_inputs(a, b) && attr_equal(a->op, a->attr, b->attr) && same_outputs(a, b);
}

/* The outputs of n are those of `old` from now on; one that only n was asked for moves over. */
static void merge_outputs(Node *old, Node *n, Value **first)
{
	for (int i = 0; i < n->nout; i++) {
		Value *v = n->out[i];
		if (!v)
			continue;
		if (old->out[i]) {
			first[v->id] = old->out[i];
		} else {
			old->out[i] = v;
			v->def = old;
		}
		n->out[i] = NULL;
	}
}

static void use_first(Value **list, int n, Value *const *first)
{
	for (int i = 0; i < n; i++)
		if (list[i] && first[list[i]->id])
			list[i] = first[list[i]->id];
}

void pass_cse(Graph *g, const Options *o)
{
	Value **first = NEW_N(&g->ctx->scratch, Value *, g->nvalue + 1);
	Seen s = seen_new(&g->ctx->scratch, g->nnode);

	(void)o;
	merge_constants(g, SMALL, first);
	for (uint32_t i = 0; i < g->nnode; i++) {
		Node *n = g->node[i], *old = NULL;
		use_first(n->in, n->nin, first);
		if (!(n->op->flags & (RANDOM | CONTROL)))
			old = seen(&s, hash_node(n), n, same_node);
		if (old)
			merge_outputs(old, n, first);
	}
	use_first(g->out, g->nout, first);
	drop_empty_nodes(g);
}

void pass_share(Graph *g, const Options *o)
{
	Value **first = NEW_N(&g->ctx->scratch, Value *, g->nvalue + 1);

	(void)o;
	merge_constants(g, SIZE_MAX, first);
	for (uint32_t i = 0; i < g->nnode; i++)
		use_first(g->node[i]->in, g->node[i]->nin, first);
	use_first(g->out, g->nout, first);
}
