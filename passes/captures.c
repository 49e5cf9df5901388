/* captures.c -- what bodies take in from outside: constants become their own, what they do not read stays outside.
 *
 *     k = const; y = Scan(x, k, z) { (a, k', z'): Mul(a, k') }      ->      y = Scan(x) { (a): k' = const; Mul(a, k') }
 *
 * No pass of its own: fold and dce make constants and unused values, and call this for every node that has bodies. */
#include "passes/captures.h"
#include "passes/rewrite.h"

static void become_const(Graph *body, Value *inner, const Value *outer)
{
	inner->role = ROLE_CONST;
	inner->data = outer->data;
	inner->shape = outer->shape;
	if (outer->content)
		set_content(body, inner, outer->ncontent, outer->content);
}

static void remove_at(Value **list, int *n, int at)
{
	for (int i = at; i + 1 < *n; i++)
		list[i] = list[i + 1];
	(*n)--;
}

/* The captures of one body; `at` is where the first of them is among the node's inputs. Returns where the next body's
 * begin. */
static int settle_body(Node *n, Graph *body, int at)
{
	ArenaMark mark = arena_mark(&body->ctx->scratch);
	const uint32_t *uses = fill_uses(body);

	for (int i = body->nin - body->ncaptured; i < body->nin;) {
		Value *inner = body->in[i];
		if (!is_const(n->in[at]) && uses[inner->id]) {
			i++, at++;
			continue;
		}
		if (is_const(n->in[at]))
			become_const(body, inner, n->in[at]);
		remove_at(body->in, &body->nin, i);
		remove_at(n->in, &n->nin, at);
		body->ncaptured--;
	}
	arena_release(&body->ctx->scratch, mark);
	return at;
}

void settle_captures(Graph *g)
{
	for (uint32_t i = 0; i < g->nnode; i++) {
		Node *n = g->node[i];
		int at = n->nin;
		for (int k = 0; k < n->nsub; k++)
			at -= n->sub[k]->ncaptured;
		for (int k = 0; k < n->nsub; k++)
			at = settle_body(n, n->sub[k], at);
	}
}
