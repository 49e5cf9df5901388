/* order.c -- an order in which the nodes of a scope may run, or the cycle that forbids one. */
#include "frontend/onnx.h"

/* stack[from] .. stack[depth - 1] each wait for the next, and the last one for the first. */
static _Noreturn void fail_cycle(Import *im, const Scope *s, const uint32_t *stack, uint32_t depth, uint32_t node)
{
	const char *text = "";
	uint32_t from = depth - 1;

	while (stack[from] != node)
		from--;
	for (uint32_t i = from + 1; i < depth && i < from + 4; i++)
		text = arena_format(&im->ctx->scratch, "%s%s%s", text, i > from + 1 ? ", then " : " through ",
				    node_text(im->ctx, s, stack[i]));
	fail_at(im, s, node, EXIT_MODEL, "E-CYCLE", "reads its own output%s%s", text, depth > from + 4 ? ", ..." : "");
}

/* Depth first in the order of the file, so that an order that is right stays; the stack is our own because a file may
 * hold a chain of a million nodes the wrong way round. */
typedef struct Walk {
	uint8_t *state; /* by node */
	uint32_t *next; /* by node: the next of w->before to look at */
	uint32_t *stack, depth, placed;
} Walk;

enum { NEW_NODE, ON_STACK, PLACED };

static void push(Walk *k, const Waits *w, uint32_t node)
{
	k->state[node] = ON_STACK;
	k->next[node] = w->first[node];
	k->stack[k->depth++] = node;
}

/* One step: on to what the top of the stack waits for, or place it. */
static void step(Import *im, Scope *s, const Waits *w, Walk *k)
{
	uint32_t top = k->stack[k->depth - 1];

	if (k->next[top] == w->first[top + 1]) {
		k->state[top] = PLACED;
		s->order[k->placed++] = top;
		k->depth--;
		return;
	}
	uint32_t before = w->before[k->next[top]++];
	if (k->state[before] == ON_STACK)
		fail_cycle(im, s, k->stack, k->depth, before);
	if (k->state[before] == NEW_NODE)
		push(k, w, before);
}

void order_nodes(Import *im, Scope *s, const Waits *w)
{
	Arena *scratch = &im->ctx->scratch;
	ArenaMark mark = arena_mark(scratch);
	Walk k = {.state = NEW_N(scratch, uint8_t, s->nnode), .next = NEW_N(scratch, uint32_t, s->nnode),
		  .stack = NEW_N(scratch, uint32_t, s->nnode)};

	for (uint32_t i = 0; i < s->nnode; i++) {
		if (k.state[i] == NEW_NODE)
			push(&k, w, i);
		while (k.depth)
			step(im, s, w, &k);
	}
	arena_release(scratch, mark);
}
