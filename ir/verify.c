/* verify.c -- the IR's law, checked between passes. Whatever breaks it is a bug of ours.
 *
 *     every node   has an operator, inputs that this graph defines before it, outputs that say where they come from,
 *                  and the types that inference gives again
 *     every value  is an input, a constant with data of its type and shape, or the output of one node
 *     every size   that is counted while the model runs comes up first in what a node makes that counts
 *     every body   belongs to this graph; what it captures are the last inputs of its node, of the same type */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "ir/op.h"
#include "ir/text.h"

typedef struct Law {
	Graph *g;
	const char *pass;
	const Node *node; /* in work, or NULL */
	bool *defined;    /* by value id */
	bool *counted;    /* by symbol: a node has counted it, or is inside the one that does */
} Law;

static _Noreturn void __attribute__((format(printf, 2, 3))) broken(const Law *l, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	fail_node_as(l->g, l->node, EXIT_BUG, "E-VERIFY", "after pass '%s': %s", l->pass, text);
}

/* ---- values ---- */

static void check_listed(const Law *l, const Value *v)
{
	if (v->id < 1 || v->id > l->g->nvalue || l->g->value[v->id - 1] != v)
		broken(l, "value %%%u '%s' is not of this graph", v->id, shown(l->g->ctx, v->name));
}

static void check_shape(const Law *l, const Value *v)
{
	if (v->shape.rank < -1 || v->shape.rank > MAX_RANK)
		broken(l, "value %%%u has rank %d", v->id, v->shape.rank);
	for (int i = 0; i < v->shape.rank; i++)
		if (dim_known(v->shape.dim[i]) && v->shape.dim[i].k < 0)
			broken(l, "value %%%u has shape %s", v->id, shape_text(l->g, &v->shape));
	if (v->dtype == DT_NONE && v->kind == KIND_TENSOR)
		broken(l, "value %%%u has no type", v->id);
}

static void check_content(const Law *l, const Value *v)
{
	Dim count;

	if (!v->content || v->shape.rank < 0)
		return;
	count = shape_count(l->g, &v->shape);
	if (dim_known(count) && count.k != v->ncontent)
		broken(l, "value %%%u has %d known elements, but shape %s", v->id, v->ncontent,
		       shape_text(l->g, &v->shape));
}

static void check_const(const Law *l, const Value *v)
{
	const Tensor *t = v->data;
	bool same = t && t->dtype == v->dtype && t->rank == v->shape.rank;

	if (v->def)
		broken(l, "constant %%%u is also made by node %u", v->id, v->def->id);
	for (int i = 0; same && i < t->rank; i++)
		same = dim_is(v->shape.dim[i], t->dim[i]);
	if (!same)
		broken(l, "constant %%%u has no data of type %s%s", v->id, dtype_name(v->dtype),
		       shape_text(l->g, &v->shape));
}

static void check_value(const Law *l, const Value *v)
{
	check_shape(l, v);
	check_content(l, v);
	if (v->role == ROLE_CONST)
		check_const(l, v);
	else if (v->data)
		broken(l, "value %%%u has data, but is no constant", v->id);
}

/* ---- counted sizes ---- */

/* Some symbol of d is counted, but not by a node so far; it is marked as if it were. */
static bool is_early(const Law *l, Dim d)
{
	Syms *s = l->g->syms;
	const Symbol *symbol = dim_symbol_of(s, d);
	bool early = false;

	if (symbol && symbol->counted && !l->counted[dim_symbol_index(s, d)])
		early = l->counted[dim_symbol_index(s, d)] = true;
	for (int i = 0; i < dim_nargs(s, d); i++)
		early |= is_early(l, dim_arg(s, d, i));
	return early;
}

/* Data decide sizes of its outputs. */
static bool counts(const Node *n)
{
	return n->op == &op_tcc_Counted || n->op->trust || (n->op->flags & (CHOOSES | CONTROL));
}

static void check_counted(const Law *l, const Node *n, const Value *v)
{
	bool early = false;

	for (int i = 0; i < v->shape.rank; i++)
		early |= is_early(l, v->shape.dim[i]);
	for (int i = 0; i < v->ncontent; i++)
		early |= is_early(l, v->content[i]);
	if (early && !counts(n))
		broken(l, "value %%%u has shape %s with a size that no node has counted", v->id, shape_text(l->g, &v->shape));
}

/* A value that is read here. */
static void check_use(const Law *l, const Value *v)
{
	check_listed(l, v);
	check_value(l, v);
	if (v->role != ROLE_CONST && !l->defined[v->id])
		broken(l, "value %%%u '%s' is used before it is defined", v->id, shown(l->g->ctx, v->name));
}

/* A value that is made here. */
static void check_definition(Law *l, Value *v, const Node *def, int slot)
{
	Role role = def ? ROLE_TEMP : ROLE_INPUT;

	check_listed(l, v);
	check_value(l, v);
	if (v->role != role || v->def != def || (def && v->slot != slot))
		broken(l, "value %%%u does not say that it is made here", v->id);
	if (l->defined[v->id])
		broken(l, "value %%%u is defined twice", v->id);
	l->defined[v->id] = true;
}

/* ---- nodes ---- */

static void check_counts(const Law *l, const Node *n)
{
	const Op *op = n->op;

	if (n->nin < op->min_in || (op->max_in >= 0 && n->nin > op->max_in))
		broken(l, "has %d inputs", n->nin);
	for (int i = 0; i < op->min_in; i++)
		if (!n->in[i])
			broken(l, "lacks input %d", i);
	if (n->nout < op->min_out || (op->max_out >= 0 && n->nout > op->max_out))
		broken(l, "has %d outputs", n->nout);
}

static void check_law(Graph *g, const char *pass, const bool *counted);

static void check_bodies(const Law *l, const Node *n)
{
	int captured = 0, k = 0;

	for (int i = 0; i < n->nsub; i++) {
		if (n->sub[i]->outer != l->g || n->sub[i]->syms != l->g->syms)
			broken(l, "body %d does not belong to this graph", i);
		captured += n->sub[i]->ncaptured;
	}
	if (captured > n->nin)
		broken(l, "has %d inputs, but its bodies capture %d", n->nin, captured);
	for (int i = 0; i < n->nsub; i++) {
		const Graph *b = n->sub[i];
		for (int j = b->nin - b->ncaptured; j < b->nin; j++, k++) {
			const Value *outer = n->in[n->nin - captured + k];
			if (!outer || outer->dtype != b->in[j]->dtype)
				broken(l, "body %d captures %%%u as another type", i, b->in[j]->id);
		}
		check_law(n->sub[i], l->pass, l->counted);
	}
}

/* ---- types: inference, run again, must not disagree ---- */

/* Run infer; a refusal is caught and told as what it is here, a bug. */
static void infer_again(const Law *l, Node *n)
{
	Ctx *c = l->g->ctx;
	jmp_buf border;

	memcpy(&border, &c->border, sizeof border);
	if (setjmp(c->border)) {
		memcpy(&c->border, &border, sizeof border);
		const char *said = arena_string(&c->scratch, c->message);
		broken(l, "inference refuses it: %s", said);
	}
	infer_node(l->g, n);
	memcpy(&c->border, &border, sizeof border);
}

static bool may_be_equal(const Shape *a, const Shape *b)
{
	if (a->rank != b->rank)
		return a->rank < 0 || b->rank < 0;
	for (int i = 0; i < a->rank; i++)
		if (dim_known(a->dim[i]) && dim_known(b->dim[i]) && a->dim[i].k != b->dim[i].k)
			return false;
	return true;
}

static void check_types(const Law *l, Node *n)
{
	Value *was = NEW_N(&l->g->ctx->scratch, Value, n->nout);

	for (int i = 0; i < n->nout; i++)
		if (n->out[i])
			was[i] = *n->out[i];
	infer_again(l, n);
	for (int i = 0; i < n->nout; i++) {
		Value *v = n->out[i];
		if (!v)
			continue;
		if (v->dtype != was[i].dtype || v->kind != was[i].kind || !may_be_equal(&v->shape, &was[i].shape))
			broken(l, "output %d is %s%s, but inference gives %s%s", i, dtype_name(was[i].dtype),
			       shape_text(l->g, &was[i].shape), dtype_name(v->dtype), shape_text(l->g, &v->shape));
		*v = was[i];
	}
}

static void check_node(Law *l, Node *n, bool *seen)
{
	if (!n->op)
		broken(l, "node %u has no operator", n->id);
	l->node = n;
	if (n->id < 1 || n->id > l->g->last_node_id || seen[n->id])
		broken(l, "its number is taken or none of this graph");
	seen[n->id] = true;
	check_counts(l, n);
	for (int i = 0; i < n->nin; i++)
		if (n->in[i])
			check_use(l, n->in[i]);
	for (int i = 0; i < n->nout; i++)
		if (n->out[i]) {
			check_definition(l, n->out[i], n, i);
			check_counted(l, n, n->out[i]);
		}
	check_bodies(l, n);
	check_types(l, n);
	l->node = NULL;
}

static void check_law(Graph *g, const char *pass, const bool *counted)
{
	Arena *a = &g->ctx->scratch;
	uint32_t nsymbol = g->syms->nsymbol;
	Law l = {g, pass, NULL, NEW_N(a, bool, g->nvalue + 1), NEW_N(a, bool, nsymbol + 1)};
	bool *seen = NEW_N(&g->ctx->scratch, bool, g->last_node_id + 1);

	if (counted)
		memcpy(l.counted, counted, nsymbol * sizeof *counted);
	for (int i = 0; i < g->nin; i++)
		check_definition(&l, g->in[i], NULL, i);
	for (uint32_t i = 0; i < g->nnode; i++)
		check_node(&l, g->node[i], seen);
	for (int i = 0; i < g->nout; i++) {
		if (!g->out[i] || !g->out_name[i])
			broken(&l, "output %d is missing or has no name", i);
		check_use(&l, g->out[i]);
	}
}

void graph_verify(Graph *g, const char *after_pass)
{
	ArenaMark mark = arena_mark(&g->ctx->scratch);

	check_law(g, after_pass, NULL);
	arena_release(&g->ctx->scratch, mark);
}
