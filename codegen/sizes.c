/* sizes.c -- see sizes.h: names, formulas and checks of sizes that vary. */
#include <string.h>
#include "codegen/module.h"
#include "ir/op/bodies.h"

/* ---- upper bounds ---- */

static void mark_shape(Syms *s, const Value *v, bool *open)
{
	for (int k = 0; v && k < v->shape.rank; k++)
		if (dim_hi(s, v->shape.dim[k]) >= INT32_MAX)
			dim_open(s, v->shape.dim[k], open);
}

static void mark_graph(const Graph *g, bool *open)
{
	for (int i = 0; i < g->nin; i++)
		mark_shape(g->syms, g->in[i], open);
	for (uint32_t i = 0; i < g->nnode; i++) {
		const Node *n = g->node[i];
		for (int k = 0; k < n->nout; k++)
			mark_shape(g->syms, n->out[k], open);
		for (int k = 0; k < n->nsub; k++)
			mark_graph(n->sub[k], open);
	}
}

/* All that lack a bound are asked for at once. */
static _Noreturn void fail_unbounded(Graph *g, const Node *n, Dim d)
{
	bool *open = NEW_N(&g->ctx->scratch, bool, g->syms->nsymbol + 1);
	const Graph *all = g;

	while (all->outer)
		all = all->outer;
	mark_graph(all, open);
	fail_open(g, n, d, open);
}

static void bound(Graph *g, const Node *n, Dim *d)
{
	int64_t most = dim_hi(g->syms, *d);
	if (dim_known(*d))
		return;
	if (most >= INT32_MAX && dim_open(g->syms, *d, NEW_N(&g->ctx->scratch, bool, g->syms->nsymbol + 1)))
		fail_unbounded(g, n, *d);
	if (most >= INT32_MAX || (dim_lo(g->syms, *d) < 0 && dim_counts(g->syms, *d)))
		dim_number(g, n, *d);
	if (dim_lo(g->syms, *d) < 0)
		dim_assume_at_most(g->syms, dim(0), *d);
	d->k = most;
}

static void bound_value(Graph *g, const Node *n, Value *v)
{
	for (int k = 0; v && k < v->shape.rank; k++)
		bound(g, n, &v->shape.dim[k]);
}

void sizes_bound(Graph *g)
{
	for (int i = 0; i < g->nin; i++)
		bound_value(g, NULL, g->in[i]);
	for (uint32_t i = 0; i < g->nnode; i++) {
		Node *n = g->node[i];
		for (int k = 0; k < n->nout; k++)
			bound_value(g, n, n->out[k]);
		for (int k = 0; k < n->nsub; k++)
			sizes_bound(n->sub[k]);
	}
}

/* ---- names ---- */

int size_add(Unit *u, Dim d)
{
	for (int i = 0; i < u->nsizes; i++)
		if (dim_same(u->size[i], d))
			return i;
	GROW(&u->g->ctx->perm, u->size, u->nsizes, u->csizes);
	u->size[u->nsizes] = d;
	return u->nsizes++;
}

static void name_counted(Unit *u, Graph *g)
{
	Dim turns;
	for (uint32_t i = 0; i < g->nnode; i++) {
		const Node *n = g->node[i];
		if (n->op == &op_tcc_Counted)
			size_add(u, n->out[0]->content[0]);
		if (n->nsub && repeats(n) && turns_counted(g, n, &turns) && !dim_known(turns))
			size_add(u, turns);
		for (int k = 0; k < n->nsub; k++)
			name_counted(u, n->sub[k]);
	}
}

/* Symbols are named first, in the order of the inputs, then of the nodes that count, and so have the lowest numbers. */
static void name_symbols(Unit *u)
{
	if (u->named)
		return;
	u->named = true;
	for (int i = 0; i < u->g->nin; i++)
		for (int k = 0; k < u->g->in[i]->shape.rank; k++)
			if (dim_symbol_of(u->g->syms, u->g->in[i]->shape.dim[k]))
				size_add(u, u->g->in[i]->shape.dim[k]);
	u->ngiven = u->nsizes;
	name_counted(u, u->g);
	u->nsymbols = u->nsizes;
}

bool sizes_vary(const Unit *u)
{
	for (int i = 0; i < u->g->nin; i++)
		if (!shape_known(&u->g->in[i]->shape))
			return true;
	return false;
}

/* Of symbols: "d0", or with `fields` what the typed structs call them. */
static const char *formula(Unit *u, Dim d, bool fields);

/* An argument of an operator that binds closely. */
static const char *factor(Unit *u, Dim d, bool fields)
{
	Arena *a = &u->g->ctx->perm;
	bool word = dim_kind(u->g->syms, d) == DIM_NUMBER || dim_symbol_of(u->g->syms, d);
	return arena_format(a, word ? "%s" : "(%s)", formula(u, d, fields));
}

static const char *chain(Unit *u, Dim d, const char *operator, bool fields)
{
	Syms *s = u->g->syms;
	Arena *a = &u->g->ctx->perm;
	bool sum = dim_kind(s, d) == DIM_SUM;
	const char *text = sum ? formula(u, dim_arg(s, d, 0), fields) : factor(u, dim_arg(s, d, 0), fields);
	for (int i = 1; i < dim_nargs(s, d); i++) {
		Dim x = dim_arg(s, d, i);
		if (sum && dim_known(x) && x.k < 0)
			text = arena_format(a, "%s - %lld", text, (long long)-x.k);
		else
			text = arena_format(a, "%s %s %s", text, operator, sum ? formula(u, x, fields) : factor(u, x, fields));
	}
	return text;
}

/* C divides toward zero; sizes are divided downward. */
static const char *quotient(Unit *u, Dim a, Dim b, bool fields)
{
	Arena *arena = &u->g->ctx->perm;
	const char *x = factor(u, a, fields), *y = factor(u, b, fields);
	if (dim_lo(u->g->syms, a) >= 0)
		return arena_format(arena, "%s / %s", x, y);
	return arena_format(arena, "(%s >= 0 ? %s / %s : -((%s - 1 - %s) / %s))", x, x, y, y, x, y);
}

static const char *remainder_of(Unit *u, Dim a, Dim b, bool fields)
{
	Arena *arena = &u->g->ctx->perm;
	const char *x = factor(u, a, fields), *y = factor(u, b, fields);
	if (dim_lo(u->g->syms, a) >= 0)
		return arena_format(arena, "%s %% %s", x, y);
	return arena_format(arena, "(%s %% %s + %s) %% %s", x, y, y, y);
}

static const char *formula(Unit *u, Dim d, bool fields)
{
	Syms *s = u->g->syms;
	Arena *a = &u->g->ctx->perm;
	for (int i = 0; i < u->nsymbols; i++)
		if (dim_same(u->size[i], d))
			return fields ? size_field(u, i) : arena_format(a, "d%d", i);
	switch (dim_kind(s, d)) {
	case DIM_NUMBER: return arena_format(a, "%lld", (long long)d.k);
	case DIM_SYMBOL: dim_number(u->g, NULL, d); return "";
	case DIM_SUM: return chain(u, d, "+", fields);
	case DIM_PRODUCT: return chain(u, d, "*", fields);
	case DIM_FLOORDIV: return quotient(u, dim_arg(s, d, 0), dim_arg(s, d, 1), fields);
	case DIM_MOD: return remainder_of(u, dim_arg(s, d, 0), dim_arg(s, d, 1), fields);
	case DIM_MIN:
	case DIM_MAX: break;
	}
	const char *x = formula(u, dim_arg(s, d, 0), fields), *y = formula(u, dim_arg(s, d, 1), fields);
	return arena_format(a, "(%s %c %s ? %s : %s)", x, dim_kind(s, d) == DIM_MIN ? '<' : '>', y, x, y);
}

const char *size_formula(Unit *u, Dim d)
{
	name_symbols(u);
	return formula(u, d, false);
}

const char *field_formula(Unit *u, Dim d)
{
	name_symbols(u);
	return formula(u, d, true);
}

const char *size_text(Unit *u, Dim d)
{
	Arena *a = &u->g->ctx->perm;
	if (dim_known(d))
		return arena_format(a, "%lld", (long long)d.k);
	name_symbols(u);
	return arena_format(a, "d%d", size_add(u, d));
}

const char *sizes_used(Unit *u, const char *text, bool declare)
{
	Out o = {.arena = &u->g->ctx->perm};
	put_text(&o, "%s", "");
	for (int i = 0; i < u->nsizes; i++) {
		const char *name = arena_format(o.arena, "d%d", i);
		if (uses_word(text, name))
			put_text(&o, declare ? ", int %s" : ", %s", name);
	}
	return o.text;
}

/* ---- parts of the file ---- */

static long long least_of(const Unit *u, int i) { return (long long)dim_lo(u->g->syms, u->size[i]); }
static long long most_of(const Unit *u, int i) { return (long long)dim_hi(u->g->syms, u->size[i]); }

static const char *symbol_comment(const Unit *u, int i)
{
	return comment_text(&u->g->ctx->perm, dim_symbol_of(u->g->syms, u->size[i])->name);
}

/* The model's name, where the member has another one. */
static const char *symbol_behind(Unit *u, int i)
{
	const char *name = symbol_comment(u, i);
	return strcmp(name, size_field(u, i)) ? arena_format(&u->g->ctx->perm, "%s, ", name) : "";
}

void print_size_facts(Unit *u, Out *o)
{
	name_symbols(u);
	for (int i = 0; i < u->nsymbols; i++)
		put_text(o, " *   %-8s d%d  %lld to %lld  %s%s\n", i ? "" : "sizes", i, least_of(u, i), most_of(u, i),
		         symbol_comment(u, i), i < u->ngiven ? "" : ", counted by run");
}

void print_size_fields(Unit *u, Out *o)
{
	name_symbols(u);
	for (int i = 0; i < u->ngiven; i++)
		put_text(o, "\tint64_t %s;\t/* %s%lld to %lld */\n", size_field(u, i), symbol_behind(u, i), least_of(u, i), most_of(u, i));
}

/* Size d is made of symbol s, or is it. */
static bool rests_on(Unit *u, Dim d, Dim s)
{
	bool found = dim_same(d, s);
	for (int k = 0; !found && k < dim_nargs(u->g->syms, d); k++)
		found = rests_on(u, dim_arg(u->g->syms, d, k), s);
	return found;
}

/* It has to be counted, or a part of it. */
static bool is_counted(Unit *u, Dim d)
{
	for (int i = u->ngiven; i < u->nsymbols; i++)
		if (rests_on(u, d, u->size[i]))
			return true;
	return false;
}

/* It is found out in each turn of a loop, not by inputs or nodes. */
static bool is_of_turn(const Unit *u, int i) { return i >= u->nsymbols && dim_symbol_of(u->g->syms, u->size[i]); }

void print_size_locals(Unit *u, const char *text, Out *o)
{
	Out all = {.arena = o->arena};
	put_text(&all, "%s", text);
	const char *line = "";
	for (int i = u->nsizes; i-- > 0;) {
		const char *name = arena_format(o->arena, "d%d", i);
		if (!uses_word(all.text, name) || is_counted(u, u->size[i]) || is_of_turn(u, i))
			continue;
		const char *value = i < u->ngiven ? arena_format(o->arena, "(int)c->in->%s", size_field(u, i)) : formula(u, u->size[i], false);
		line = arena_format(o->arena, "\tconst int %s = %s;\n%s", name, value, line);
		put_text(&all, " %s", value);
	}
	put_text(o, "%s", line);
}

/* It is made of what the inputs tell. */
static bool is_given(Unit *u, Dim d)
{
	bool given = dim_known(d), symbol = dim_symbol_of(u->g->syms, d);
	for (int i = 0; i < u->ngiven && !given; i++)
		given = dim_same(u->size[i], d);
	if (given || symbol)
		return given;
	given = true;
	for (int k = 0; given && k < dim_nargs(u->g->syms, d); k++)
		given = is_given(u, dim_arg(u->g->syms, d, k));
	return given;
}

/* " && d0 != 1": one of the sizes that have to be equal may be 1 instead. */
static const char *or_single(Unit *u, const DimPair *p, Dim d)
{
	bool may = p->repeats && dim_lo(u->g->syms, d) <= 1 && dim_hi(u->g->syms, d) >= 1;
	return may ? arena_format(&u->g->ctx->perm, " && %s != 1", formula(u, d, false)) : "";
}

/* Stages read the one as far as the other goes, or its only element. */
static void print_equal_checks(Unit *u, Out *o)
{
	const Syms *s = u->g->syms;
	Out tests = {.arena = o->arena};
	put_text(&tests, "%s", "");
	for (uint32_t i = 0; i < s->nequal; i++) {
		const DimPair *p = &s->equal[i];
		if (is_given(u, p->a) && is_given(u, p->b))
			put_text(&tests, "\tif (%s%s%s != %s%s%s)\n\t\treturn TCC_ERR_SHAPE;\n", if_size_there(u, p->a, o->arena),
			         if_size_there(u, p->b, o->arena), formula(u, p->a, false), formula(u, p->b, false),
			         or_single(u, p, p->a), or_single(u, p, p->b));
	}
	for (int i = 0; i < u->ngiven; i++)
		if (uses_word(tests.text, arena_format(o->arena, "d%d", i)))
			put_text(o, "\tconst int64_t d%d = in->%s;\n", i, size_field(u, i));
	put_text(o, "%s", tests.text);
}

void print_size_checks(Unit *u, Out *o)
{
	for (int i = 0; i < u->ngiven; i++)
		put_text(o, "\tif (in->%s < %lld || in->%s > %lld)\n\t\treturn TCC_ERR_SHAPE;\n", size_field(u, i), least_of(u, i),
		         size_field(u, i), most_of(u, i));
	print_equal_checks(u, o);
}

/* What tells the caller the sizes of outputs that are counted, or of the others. */
static const char *sizes_out(Unit *u, bool counted, Arena *a)
{
	Out sizes = {.arena = a};
	put_text(&sizes, "%s", "");
	for (int i = 0; i < u->g->nout; i++)
		for (int k = 0; k < u->g->out[i]->shape.rank; k++) {
			Dim d = u->g->out[i]->shape.dim[k];
			if (!dim_known(d) && is_counted(u, d) == counted)
				put_text(&sizes, "\t%s.dims[%d] = %s;\n", place_at_caller(u, true, i, a), k, formula(u, d, false));
		}
	return sizes.text;
}

/* Counted ones come last, and find the symbols that those before needed. */
void print_sizes_out(Unit *u, bool counted, Out *o)
{
	Arena *a = o->arena;
	const char *sizes = sizes_out(u, counted, a), *before = counted ? sizes_out(u, false, a) : "";
	for (int i = 0; i < u->nsymbols; i++) {
		const char *name = arena_format(a, "d%d", i);
		if (uses_word(sizes, name) && !uses_word(before, name))
			put_text(o, "\tconst int64_t %s = %c.%s;\n", name, i < u->ngiven ? 'x' : 'y', size_field(u, i));
	}
	put_text(o, "%s", sizes);
}

/* ---- counted sizes ---- */

int counted_sizes(Unit *u)
{
	name_symbols(u);
	return u->nsymbols - u->ngiven;
}

const char *count_name(Unit *u, Dim d) { return arena_format(&u->g->ctx->perm, "count%s", size_text(u, d) + 1); }

/* The last place at which something becomes known that size d needs; -1: it needs nothing. */
static int known_from(Unit *u, Dim d, const Known *known, int nknown)
{
	while (nknown-- > 0)
		if (rests_on(u, d, known[nknown].size))
			break;
	return nknown;
}

/* A worker that has left the others to finish the run does nothing any more, whatever the size. */
static const char *count_text(Unit *u, int i)
{
	Arena *a = &u->g->ctx->perm;
	const char *field = count_name(u, u->size[i]);
	return u->o->threads ? arena_format(a, "k.left ? %lld : (int)c->%s", most_of(u, i), field)
	                     : arena_format(a, "(int)c->%s", field);
}

void print_counted_locals(Unit *u, const Known *known, int nknown, int i, const char *text, Out *o)
{
	Out all = {.arena = o->arena};
	put_text(&all, "%s", text);
	const char *line = "";
	for (int k = u->nsizes; k-- > u->ngiven;) {
		const char *name = arena_format(o->arena, "d%d", k);
		if (!uses_word(all.text, name) || is_of_turn(u, k))
			continue;
		bool symbol = k < u->nsymbols;
		const char *value = symbol ? count_text(u, k) : formula(u, u->size[k], false);
		put_text(&all, " %s", value);
		if (known_from(u, u->size[k], known, nknown) == i)
			line = arena_format(o->arena, "%sconst int %s = %s;\n%s", known[i].tabs, name, value, line);
	}
	put_text(o, "%s", line);
}

/* An output has a size that is made of symbol i. */
static bool is_told(Unit *u, int i)
{
	for (int k = 0; k < u->g->nout; k++)
		for (int d = 0; d < u->g->out[k]->shape.rank; d++)
			if (rests_on(u, u->g->out[k]->shape.dim[d], u->size[i]))
				return true;
	return false;
}

bool tells_sizes(Unit *u)
{
	bool told = false;
	name_symbols(u);
	for (int i = u->ngiven; i < u->nsymbols; i++)
		told |= is_told(u, i);
	return told;
}

void print_counted_fields(Unit *u, bool told, Out *o)
{
	name_symbols(u);
	for (int i = u->ngiven; i < u->nsymbols; i++)
		if (!told)
			put_text(o, "\tint64_t count%d;\t/* %s */\n", i, symbol_comment(u, i));
		else if (is_told(u, i))
			put_text(o, "\tint64_t %s;\t/* %s%lld to %lld: what run found */\n", size_field(u, i), symbol_behind(u, i),
			         least_of(u, i), most_of(u, i));
}

void print_sizes_told(Unit *u, Out *o)
{
	for (int i = u->ngiven; i < u->nsymbols; i++)
		if (is_told(u, i))
			put_text(o, "\tout->%s = c.count%d;\n", size_field(u, i), i);
}
