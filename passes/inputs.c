/* inputs.c -- seeded inputs: symbols are given values, then every input its elements. */
#include <string.h>
#include "passes/inputs.h"

uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

double random_unit(uint64_t *state) { return (double)(random_next(state) >> 11) * 0x1p-53; }

/* 2, 3, 5 or 7 in turn, so that mixed up sizes show, moved into the symbol's bounds. */
static int64_t symbol_value(const Symbol *s, uint32_t index)
{
	static const int64_t small[] = {2, 3, 5, 7};
	int64_t k = small[index % 4];

	if (k < s->lo)
		k = s->lo;
	return s->hi >= 0 && k > s->hi ? s->hi : k;
}

static int64_t *symbol_values(Graph *g, Arena *a)
{
	int64_t *v = NEW_N(a, int64_t, g->syms->nsymbol);

	for (uint32_t i = 0; i < g->syms->nsymbol; i++)
		v[i] = symbol_value(&g->syms->symbol[i], i);
	return v;
}

static void fill_text(Arena *a, Tensor *t, uint64_t *state)
{
	static const char *const words[] = {"a", "bc", "one", "two 2", "A"};
	Text *text = t->data;

	for (int64_t i = 0; i < t->count; i++) {
		text[i].text = arena_string(a, words[random_next(state) % 5]);
		text[i].length = (int64_t)strlen(text[i].text);
	}
}

static void fill_integers(Tensor *t, uint64_t *state)
{
	int bits = dtype_info(t->dtype)->bits;

	for (int64_t i = 0; i < t->count; i++) {
		uint64_t r = random_next(state) >> 32;
		bool wide = bits >= 32 || t->dtype == BOOL;
		store_i64(t->dtype, t->data, i, wide ? (t->rank == 0 ? 1 : (int64_t)(r & 1)) : (int64_t)r);
	}
}

static void fill_floats(Tensor *t, uint64_t *state)
{
	for (int64_t i = 0; i < t->count; i++)
		store_f64(t->dtype, t->data, i, 2 * random_unit(state) - 1);
}

void random_fill(Arena *a, Tensor *t, uint64_t *state)
{
	switch (dtype_info(t->dtype)->class) {
	case DC_STRING:
		fill_text(a, t, state);
		break;
	case DC_FLOAT:
		fill_floats(t, state);
		break;
	default:
		fill_integers(t, state);
	}
}

Tensor **random_inputs(Graph *g, Arena *a, uint64_t seed)
{
	int64_t *symbol = symbol_values(g, a);
	Tensor **input = NEW_N(a, Tensor *, g->nin);
	int64_t dims[MAX_RANK] = {0};

	for (int i = 0; i < g->nin; i++) {
		const Value *v = g->in[i];
		uint64_t state = seed + 0x632be59bd9b4e019u * (uint64_t)(i + 1);
		if (v->kind != KIND_TENSOR || dtype_info(v->dtype)->class == DC_COMPLEX)
			fail(g->ctx, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "input '%s': seeded inputs are tensors of numbers or text",
			     v->name);
		for (int d = 0; d < v->shape.rank; d++)
			dims[d] = dim_eval(g->syms, v->shape.dim[d], symbol);
		input[i] = tensor_new(a, v->dtype, v->shape.rank, dims);
		random_fill(a, input[i], &state);
	}
	return input;
}
