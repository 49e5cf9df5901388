/* shape.c -- shapes as lists of sizes. */
#include <assert.h>
#include <string.h>
#include "ir/op.h"

Shape shape_of(int rank, const Dim *dims)
{
	Shape s = {.rank = rank};

	assert(rank >= 0 && rank <= MAX_RANK);
	if (rank)
		memcpy(s.dim, dims, (size_t)rank * sizeof *dims);
	return s;
}

Shape shape_scalar(void)
{
	return (Shape){.rank = 0};
}

bool shape_known(const Shape *s)
{
	for (int i = 0; i < s->rank; i++)
		if (!dim_known(s->dim[i]))
			return false;
	return s->rank >= 0;
}

int64_t points_usual(Graph *g, const Shape *s, int without)
{
	const int64_t most = 1 << 24;
	int64_t n = 1;

	for (int i = 0; i < s->rank; i++) {
		int64_t size = i == without ? 1 : dim_usual(g->syms, s->dim[i]);
		n *= size < most ? size : most;
		n = n < most ? n : most;
	}
	return n;
}

bool shape_same(const Shape *a, const Shape *b)
{
	if (a->rank != b->rank)
		return false;
	for (int i = 0; i < a->rank; i++)
		if (!dim_same(a->dim[i], b->dim[i]))
			return false;
	return true;
}

Dim shape_count(Graph *g, const Shape *s)
{
	Dim count = dim(1);

	assert(s->rank >= 0 && "a shape of known rank");
	for (int i = 0; i < s->rank; i++)
		count = dim_mul(g->syms, count, s->dim[i]);
	return count;
}

const char *shape_text(Graph *g, const Shape *s)
{
	Arena *a = &g->ctx->scratch;
	const char *text = "";

	if (s->rank < 0)
		return "[?]";
	for (int i = 0; i < s->rank; i++)
		text = arena_format(a, "%s%s%s", text, i ? "," : "", dim_text(g->syms, s->dim[i]));
	return arena_format(a, "[%s]", text);
}

/* It has no bound, or one that no memory is laid out for. */
static bool is_open(const Symbol *s) { return s->hi < 0 || s->hi >= INT32_MAX; }

/* A symbol that the expression depends on; `open`: one without a bound, or NULL. */
static Symbol *first_symbol(Syms *s, Dim d, bool open)
{
	Symbol *symbol = dim_symbol_of(s, d), *found = symbol && (!open || is_open(symbol)) ? symbol : NULL;

	for (int i = 0; !symbol && !found && !dim_known(d) && i < dim_nargs(s, d); i++)
		found = first_symbol(s, dim_arg(s, d, i), open);
	return found;
}

bool dim_open(Syms *s, Dim d, bool *open)
{
	const Symbol *symbol = dim_symbol_of(s, d);
	bool any = symbol && is_open(symbol);

	if (any)
		open[dim_symbol_index(s, d)] = true;
	for (int i = 0; !symbol && !dim_known(d) && i < dim_nargs(s, d); i++)
		any |= dim_open(s, dim_arg(s, d, i), open);
	return any;
}

static void hint_one(Ctx *c, const Symbol *s)
{
	if (s->counted && is_open(s))
		hint(c, "--dim %s=0..100 (or another number) bounds it" HINT_OVER, s->name);
	else
		hint(c, "--dim %s=1 (or another number) fixes it, --dim %s=1..8 bounds it", s->name, s->name);
}

/* When it is escaped. */
static size_t length_shown(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text >= ' ' && *text <= '~' ? 1 : 4;
	return n;
}

/* "--dim a=0..100 --dim b=0..100": as many as a hint has room for. */
static void hint_marked(Ctx *c, const Syms *s, const bool *open, bool counted)
{
	size_t room = sizeof c->hint - 160;
	const char *text = "";
	int left = 0;

	for (uint32_t i = 0; i < s->nsymbol; i++) {
		const Symbol *x = &s->symbol[i];
		if (!open[i] || x->counted != counted)
			continue;
		const char *longer = left ? "" : arena_format(&c->scratch, "%s%s--dim %s=%s", text, *text ? " " : "", x->name,
							      counted ? "0..100" : "1");
		if (left || length_shown(longer) > room)
			left++;
		else
			text = longer;
	}
	const char *more = left ? arena_format(&c->scratch, ", and %d more", left) : "";
	hint(c, counted ? "%s (or other numbers) bound them%s" HINT_OVER : "%s (or other numbers, or bounds as 1..8) fix them%s", text, more);
}

static _Noreturn void fail_size(Graph *g, const Node *n, Dim d, const Symbol *s)
{
	const char *name = shown(g->ctx, s->name);

	if (s->counted && s->hi < 0)
		fail_node_as(g, n, EXIT_UNSUPPORTED, "E-DYNAMIC",
			     "the size '%s' has no bound: data decide '%s' while the model runs", dim_text(g->syms, d), name);
	fail_node_as(g, n, EXIT_UNSUPPORTED, "E-DYNAMIC",
		     "needs the size '%s' as a number, but '%s' is not fixed", dim_text(g->syms, d), name);
}

void fail_open(Graph *g, const Node *n, Dim d, const bool *open)
{
	const Syms *s = g->syms;
	const Symbol *first[2] = {NULL}; /* of inputs, counted */
	int count[2] = {0};

	for (uint32_t i = 0; i < s->nsymbol; i++)
		if (open[i] && !count[s->symbol[i].counted]++)
			first[s->symbol[i].counted] = &s->symbol[i];
	bool counted = !count[0];
	if (count[counted] == 1)
		hint_one(g->ctx, first[counted]);
	else
		hint_marked(g->ctx, s, open, counted);
	fail_size(g, n, d, first_symbol(g->syms, d, true));
}

int64_t dim_number(Graph *g, const Node *n, Dim d)
{
	if (dim_known(d))
		return d.k;
	bool *open = NEW_N(&g->ctx->scratch, bool, g->syms->nsymbol);

	if (dim_open(g->syms, d, open))
		fail_open(g, n, d, open);
	const Symbol *symbol = first_symbol(g->syms, d, false);
	hint_one(g->ctx, symbol);
	fail_size(g, n, d, symbol);
}

int64_t output_rank(const Node *n) { return n->nout && n->out[0] ? n->out[0]->shape.rank : -1; }

int64_t rank_size(Graph *g, const Node *n, Dim d, int64_t implied)
{
	int64_t lo = dim_lo(g->syms, d), hi = dim_hi(g->syms, d);

	if (lo == hi)
		return lo;
	if (implied < 0) {
		const char *name = shown(g->ctx, first_symbol(g->syms, d, false)->name);
		hint(g->ctx, "--dim %s=2 (or another number) fixes it, or the file gives the shape of the node's output", name);
		fail_node_as(g, n, EXIT_UNSUPPORTED, "E-DYNAMIC", "the size '%s' says how many axes there are, but '%s' is not fixed",
			     dim_text(g->syms, d), name);
	}
	if (implied < lo || implied > hi)
		fail_node(g, n, "E-SHAPE", "the size '%s' is %lld to %lld; by how many axes there are it must be %lld",
			  dim_text(g->syms, d), (long long)lo, (long long)hi, (long long)implied);
	dim_assume_equal(g->syms, d, dim(implied), false);
	return implied;
}
