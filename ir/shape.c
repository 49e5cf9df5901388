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

/* A symbol that the expression depends on. */
static Symbol *first_symbol(Syms *s, Dim d)
{
	Symbol *found = dim_symbol_of(s, d);

	for (int i = 0; !found && !dim_known(d) && i < dim_nargs(s, d); i++)
		found = first_symbol(s, dim_arg(s, d, i));
	return found;
}

int64_t dim_number(Graph *g, const Node *n, Dim d)
{
	if (dim_known(d))
		return d.k;
	const Symbol *symbol = first_symbol(g->syms, d);
	const char *name = shown(g->ctx, symbol->name);

	if (symbol->counted && symbol->hi < 0) {
		hint(g->ctx, "--dim %s=0..100 (or another number) bounds it", symbol->name);
		fail_node_as(g, n, EXIT_UNSUPPORTED, "E-DYNAMIC",
			     "the size '%s' has no bound: data decide '%s' while the model runs", dim_text(g->syms, d), name);
	}
	hint(g->ctx, "--dim %s=1 (or another number) fixes it, --dim %s=1..8 bounds it", symbol->name, symbol->name);
	fail_node_as(g, n, EXIT_UNSUPPORTED, "E-DYNAMIC",
		     "needs the size '%s' as a number, but '%s' is not fixed", dim_text(g->syms, d), name);
}

int64_t output_rank(const Node *n) { return n->nout && n->out[0] ? n->out[0]->shape.rank : -1; }

int64_t rank_size(Graph *g, const Node *n, Dim d, int64_t implied)
{
	int64_t lo = dim_lo(g->syms, d), hi = dim_hi(g->syms, d);

	if (lo == hi)
		return lo;
	if (implied < 0) {
		const char *name = shown(g->ctx, first_symbol(g->syms, d)->name);
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
