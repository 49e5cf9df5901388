/* agree.c -- sizes that data decide, and that inference took for equal, are asked for.
 *
 * needs  shapes
 * keeps  every result where the sizes are equal; where they are not, the run stops
 *
 *     z = Add(x, y)      ->      tcc.Agree(x, y) {a = "n", b = "m"}; z = Add(x, y)
 *
 * What a node takes for equal its inference says, run once more. It is asked right before the node, inside of the body
 * where that is. Sizes of inputs are compared before the run begins. */
#include <string.h>
#include "ir/op/agree.h"
#include "passes/pass.h"

void pass_agree(Graph *g, const Options *o);

typedef struct Pairs {
	DimPair *pair;
	uint32_t n;
} Pairs;

/* What the inference of a node takes for equal, that of bodies included. */
static Pairs taken_for_equal(Graph *g, Node *n)
{
	Syms *s = g->syms, were = *s;
	Value *was = NEW_N(&g->ctx->scratch, Value, n->nout);

	for (int i = 0; i < n->nout; i++)
		if (n->out[i])
			was[i] = *n->out[i];
	s->equal = NULL;
	s->nequal = s->cequal = 0;
	infer_node(g, n);
	Pairs p = {s->equal, s->nequal};
	s->equal = were.equal;
	s->nequal = were.nequal;
	s->cequal = were.cequal;
	for (int i = 0; i < n->nout; i++)
		if (n->out[i])
			*n->out[i] = was[i];
	return p;
}

static bool same_pair(const DimPair *a, const DimPair *b)
{
	return dim_same(a->a, b->a) && dim_same(a->b, b->b) && a->repeats == b->repeats;
}

static bool has_pair(const Pairs *all, const DimPair *p)
{
	for (uint32_t i = 0; i < all->n; i++)
		if (same_pair(&all->pair[i], p))
			return true;
	return false;
}

/* Nodes inside of n take it for equal, and ask themselves. */
static bool asked_inside(const Node *n, const DimPair *p)
{
	for (int b = 0; b < n->nsub; b++)
		for (uint32_t i = 0; i < n->sub[b]->nnode; i++) {
			Pairs inside = taken_for_equal(n->sub[b], n->sub[b]->node[i]);
			if (has_pair(&inside, p))
				return true;
		}
	return false;
}

typedef struct Order {
	Graph *g;
	Node **node;
	uint32_t n, c;
	Pairs asked; /* so far */
	uint32_t casked;
} Order;

static void note_asked(Order *o, const DimPair *p)
{
	GROW(&o->g->ctx->scratch, o->asked.pair, o->asked.n, o->casked);
	o->asked.pair[o->asked.n++] = *p;
}

static void append(Order *o, Node *n)
{
	GROW(&o->g->ctx->scratch, o->node, o->n, o->c);
	o->node[o->n++] = n;
}

static void ask_before(Order *o, Node *n)
{
	Syms *s = o->g->syms;
	Pairs p = taken_for_equal(o->g, n);

	for (uint32_t i = 0; i < p.n; i++) {
		bool counts = dim_counts(s, p.pair[i].a) || dim_counts(s, p.pair[i].b);
		if (!counts || has_pair(&o->asked, &p.pair[i]) || asked_inside(n, &p.pair[i]))
			continue;
		note_asked(o, &p.pair[i]);
		append(o, agree_new(o->g, n, &p.pair[i]));
	}
}

void pass_agree(Graph *g, const Options *o)
{
	Order order = {.g = g};
	uint32_t n = g->nnode;

	(void)o;
	for (uint32_t i = 0; i < n; i++) {
		Node *node = g->node[i];
		if (node->op == &op_tcc_Agree) {
			DimPair p = agreed(g, node);
			note_asked(&order, &p);
		} else {
			ask_before(&order, node);
		}
		append(&order, node);
	}
	if (g->nnode > n)
		for (uint32_t i = 0; i < order.n; i++)
			g->node[i] = order.node[i];
}
