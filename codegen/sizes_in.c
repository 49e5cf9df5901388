/* sizes_in.c -- what inputs tell of sizes that vary.
 *
 *     x.n = in[0].dims[1];
 *     x.k = present1 ? in[1].dims[0] : 0;
 *     if (present1 && in[1].dims[1] != x.n)
 *             return TCC_ERR_SHAPE;
 *
 * An optional that is absent tells nothing, and nothing is asked of a size that only such ones have. */
#include <string.h>
#include "codegen/module.h"

static bool has_size(const Value *v, Dim d)
{
	for (int k = 0; k < v->shape.rank; k++)
		if (dim_same(v->shape.dim[k], d))
			return true;
	return false;
}

const char *if_size_there(Unit *u, Dim d, Arena *arena)
{
	const char *text = "";
	for (int i = 0; i < u->g->nin; i++) {
		int at = has_size(u->g->in[i], d) ? present_at_caller(u, i) : INT32_MAX;
		if (at < 0)
			return "";
		if (at < INT32_MAX)
			text = arena_format(arena, "%s%s*in->%s", text, *text ? " || " : "", input_field(u, argument(u->g, false, at).first));
	}
	return !*text ? "" : arena_format(arena, strstr(text, "||") ? "(%s) && " : "%s && ", text);
}

/* The next size that varies of what is always there, or of optionals; false: there is none. i, k: which. */
static bool next_size(const Unit *u, bool optional, int *i, int *k)
{
	for (; *i < u->g->nin; ++*i, *k = 0)
		for (; *k < u->g->in[*i]->shape.rank; ++*k)
			if (!dim_known(u->g->in[*i]->shape.dim[*k]) && optional == (present_at_caller(u, *i) >= 0))
				return true;
	return false;
}

static int size_at(Unit *u, int i, int k) { return size_add(u, u->g->in[i]->shape.dim[k]); }

static const char *there_and(const Unit *u, int i, Arena *a)
{
	int argument = present_at_caller(u, i);
	return argument < 0 ? "" : arena_format(a, "present%d && ", argument);
}

/* What optionals tell of a size that nothing else has; the least that it may be, where all are absent. */
static void print_optional_size(Unit *u, int at, Out *o)
{
	put_text(o, "\tx.%s = ", size_field(u, at));
	for (int i = 0, k = 0; next_size(u, true, &i, &k); k++)
		if (size_at(u, i, k) == at)
			put_text(o, "present%d ? %s.dims[%d] : ", present_at_caller(u, i), place_at_caller(u, false, i, o->arena), k);
	put_text(o, "%lld;\n", (long long)dim_lo(u->g->syms, u->size[at]));
}

void print_sizes_in(Unit *u, Out *o)
{
	bool *known = NEW_N(o->arena, bool, u->nsizes + 1);
	for (int optional = 0; optional < 2; optional++)
		for (int i = 0, k = 0; next_size(u, optional, &i, &k); k++) {
			int at = size_at(u, i, k);
			const char *from = place_at_caller(u, false, i, o->arena);
			if (!known[at] && optional)
				print_optional_size(u, at, o);
			else if (!known[at])
				put_text(o, "\tx.%s = %s.dims[%d];\n", size_field(u, at), from, k);
			if (known[at] || optional)
				put_text(o, "\tif (%s%s.dims[%d] != x.%s)\n\t\treturn TCC_ERR_SHAPE;\n", there_and(u, i, o->arena), from, k,
				         size_field(u, at));
			known[at] = true;
		}
}
