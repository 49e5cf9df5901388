/* dim.c -- the table of interned size expressions and their symbols.
 *
 * Expressions are looked up by kind and arguments (symbols by name) in an open hash table before one is made; whatever
 * is in the table stays for the whole compile. */
#include <assert.h>
#include <string.h>
#include "ir/dim_poly.h"

void dim_too_large(Syms *s)
{
	fail_here(s->ctx, EXIT_LIMIT, "E-SIZE", "a size is beyond 2^62, or its formula has more than %d parts", MOST_PARTS);
}

static uint32_t mix(uint32_t hash, uint64_t x)
{
	x = (x ^ hash) * 0x9e3779b97f4a7c15u;
	return (uint32_t)(x >> 32);
}

static uint32_t hash_of(DimKind kind, int nargs, const Dim *arg, const char *name)
{
	uint32_t hash = (uint32_t)kind + 1;

	for (int i = 0; i < nargs; i++)
		hash = mix(mix(hash, arg[i].e), dim_known(arg[i]) ? (uint64_t)arg[i].k : 0);
	for (; name && *name; name++)
		hash = mix(hash, (unsigned char)*name);
	return hash;
}

static bool is_same(const Syms *s, const DimExpr *x, DimKind kind, int nargs, const Dim *arg, const char *name)
{
	if (x->kind != kind || x->nargs != nargs)
		return false;
	for (int i = 0; i < nargs; i++)
		if (!dim_same(x->arg[i], arg[i]))
			return false;
	return !name || strcmp(s->symbol[x->symbol].name, name) == 0;
}

/* The first free slot for a hash. */
static uint32_t *find_free(Syms *s, uint32_t hash)
{
	uint32_t i = hash & (s->nslot - 1);

	while (s->slot[i])
		i = (i + 1) & (s->nslot - 1);
	return &s->slot[i];
}

static Dim find(const Syms *s, uint32_t hash, DimKind kind, int nargs, const Dim *arg, const char *name)
{
	if (!s->nslot)
		return dim(0);
	for (uint32_t i = hash & (s->nslot - 1); s->slot[i]; i = (i + 1) & (s->nslot - 1)) {
		const DimExpr *x = &s->expr[s->slot[i]];
		if (x->hash == hash && is_same(s, x, kind, nargs, arg, name))
			return (Dim){0, s->slot[i]};
	}
	return dim(0);
}

static void grow_table(Syms *s)
{
	if (2 * s->nexpr < s->nslot)
		return;
	s->nslot = s->nslot ? 2 * s->nslot : 64;
	s->slot = NEW_N(&s->ctx->perm, uint32_t, s->nslot);
	for (uint32_t e = 1; e < s->nexpr; e++)
		*find_free(s, s->expr[e].hash) = e;
}

static Dim insert(Syms *s, DimExpr x)
{
	GROW(&s->ctx->perm, s->expr, s->nexpr, s->cexpr);
	if (s->nexpr == 0)
		s->nexpr = 1; /* index 0 means "a number" */
	grow_table(s);
	*find_free(s, x.hash) = s->nexpr;
	s->expr[s->nexpr] = x;
	return (Dim){0, s->nexpr++};
}

static uint32_t count_parts(Syms *s, DimKind kind, int nargs, const Dim *arg)
{
	uint32_t parts = kind == DIM_SUM || kind == DIM_PRODUCT ? 0 : 1;

	for (int i = 0; i < nargs; i++)
		parts += dim_known(arg[i]) ? 0 : s->expr[arg[i].e].parts;
	if (parts > MOST_PARTS)
		dim_too_large(s);
	return parts;
}

Dim dim_intern(Syms *s, DimKind kind, int nargs, const Dim *arg)
{
	uint32_t hash = hash_of(kind, nargs, arg, NULL);
	Dim d = find(s, hash, kind, nargs, arg, NULL);

	if (!dim_known(d))
		return d;
	return insert(s, (DimExpr){
		.kind = kind,
		.nargs = nargs,
		.parts = count_parts(s, kind, nargs, arg),
		.arg = arena_copy(&s->ctx->perm, arg, (size_t)nargs * sizeof *arg),
		.hash = hash,
	});
}

static Dim find_symbol(const Syms *s, const char *name)
{
	return find(s, hash_of(DIM_SYMBOL, 0, NULL, name), DIM_SYMBOL, 0, NULL, name);
}

bool dim_exists(const Syms *s, const char *name) { return !dim_known(find_symbol(s, name)); }

void dim_choose(Syms *s, const char *name, int64_t lo, int64_t hi)
{
	GROW(&s->ctx->perm, s->choice, s->nchoice, s->cchoice);
	s->choice[s->nchoice++] = (Symbol){.name = name, .lo = lo, .hi = hi};
}

bool dim_counts(const Syms *s, Dim d)
{
	bool found = dim_kind(s, d) == DIM_SYMBOL && s->symbol[dim_symbol_index(s, d)].counted;

	for (int i = 0; !found && i < dim_nargs(s, d); i++)
		found = dim_counts(s, dim_arg(s, d, i));
	return found;
}

void dim_assume_equal(Syms *s, Dim a, Dim b, bool repeats)
{
	for (uint32_t i = 0; i < s->nequal; i++)
		if (dim_same(s->equal[i].a, a) && dim_same(s->equal[i].b, b) && s->equal[i].repeats == repeats)
			return;
	GROW(&s->ctx->perm, s->equal, s->nequal, s->cequal);
	s->equal[s->nequal++] = (DimPair){a, b, repeats};
}

void dim_assume_at_most(Syms *s, Dim a, Dim b) { dim_assume_equal(s, dim_min(s, a, b), a, false); }

static Symbol new_symbol(const Syms *s, const char *name)
{
	for (uint32_t i = 0; i < s->nchoice; i++)
		if (!strcmp(s->choice[i].name, name))
			return s->choice[i];
	return (Symbol){.name = arena_string(&s->ctx->perm, name), .hi = -1};
}

Dim dim_symbol(Syms *s, const char *name)
{
	uint32_t hash = hash_of(DIM_SYMBOL, 0, NULL, name);
	Dim d = find_symbol(s, name);

	if (!dim_known(d))
		return d;
	GROW(&s->ctx->perm, s->symbol, s->nsymbol, s->csymbol);
	s->symbol[s->nsymbol] = new_symbol(s, name);
	return insert(s, (DimExpr){.kind = DIM_SYMBOL, .symbol = (int)s->nsymbol++, .parts = 1, .hash = hash});
}

/* ---- back to an earlier table ---- */

static void copy_rows(void *to, const void *from, uint32_t n, size_t size)
{
	if (n)
		memcpy(to, from, n * size);
}

static void copy_tables(Syms *to, const Syms *from)
{
	copy_rows(to->equal, from->equal, to->nequal = from->nequal, sizeof *to->equal);
	copy_rows(to->choice, from->choice, to->nchoice = from->nchoice, sizeof *to->choice);
	copy_rows(to->expr, from->expr, to->nexpr = from->nexpr, sizeof *to->expr);
	copy_rows(to->symbol, from->symbol, to->nsymbol = from->nsymbol, sizeof *to->symbol);
	copy_rows(to->slot, from->slot, to->nslot = from->nslot, sizeof *to->slot);
}

Syms syms_keep(const Syms *s)
{
	Arena *a = &s->ctx->scratch;
	Syms kept = {.ctx = s->ctx, .equal = NEW_N(a, DimPair, s->nequal), .choice = NEW_N(a, Symbol, s->nchoice),
		     .expr = NEW_N(a, DimExpr, s->nexpr), .symbol = NEW_N(a, Symbol, s->nsymbol), .slot = NEW_N(a, uint32_t, s->nslot)};

	copy_tables(&kept, s);
	return kept;
}

/* Tables only grow, so there is room. */
void syms_restore(Syms *s, const Syms *kept) { copy_tables(s, kept); }

/* ---- looking at expressions ---- */

DimKind dim_kind(const Syms *s, Dim d) { return dim_known(d) ? DIM_NUMBER : s->expr[d.e].kind; }

bool dim_is_kind(const Syms *s, Dim d, DimKind kind) { return dim_kind(s, d) == kind; }

int dim_nargs(const Syms *s, Dim d) { return dim_known(d) ? 0 : s->expr[d.e].nargs; }

Dim dim_arg(const Syms *s, Dim d, int i)
{
	assert(i >= 0 && i < dim_nargs(s, d));
	return s->expr[d.e].arg[i];
}

int dim_symbol_index(const Syms *s, Dim d)
{
	assert(dim_is_kind(s, d, DIM_SYMBOL));
	return s->expr[d.e].symbol;
}

Symbol *dim_symbol_of(Syms *s, Dim d)
{
	return dim_is_kind(s, d, DIM_SYMBOL) ? &s->symbol[dim_symbol_index(s, d)] : NULL;
}

int dim_compare(const Syms *s, Dim a, Dim b)
{
	if (dim_same(a, b))
		return 0;
	if (dim_known(a) || dim_known(b))
		return dim_known(a) && dim_known(b) ? (a.k > b.k) - (a.k < b.k) : dim_known(a) - dim_known(b);
	const DimExpr *x = &s->expr[a.e], *y = &s->expr[b.e];
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->kind == DIM_SYMBOL)
		return strcmp(s->symbol[x->symbol].name, s->symbol[y->symbol].name);
	if (x->nargs != y->nargs)
		return x->nargs > y->nargs ? -1 : 1;
	for (int i = 0; i < x->nargs; i++) {
		int order = dim_compare(s, x->arg[i], y->arg[i]);
		if (order)
			return order;
	}
	return 0;
}
