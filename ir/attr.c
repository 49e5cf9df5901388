/* attr.c -- attribute structs, handled by their field tables: defaults, equality, hash. */
#include <string.h>
#include "ir/op.h"

static void set_default(const Attr *row, void *field)
{
	switch (row->kind) {
	case A_INT:
	case A_ENUM: *(int64_t *)field = (int64_t)row->def; break;
	case A_FLOAT: *(float *)field = (float)row->def; break;
	case A_TYPE: *(DType *)field = (DType)row->def; break;
	case A_STRING: *(Text *)field = (Text){NULL, 0}; break;
	case A_INTS: *(Ints *)field = (Ints){NULL, -1}; break;
	case A_FLOATS: *(Floats *)field = (Floats){NULL, -1}; break;
	case A_STRINGS: *(Strings *)field = (Strings){NULL, -1}; break;
	case A_TENSOR: *(Tensor **)field = NULL; break;
	case A_GRAPH: *(int *)field = -1; break;
	}
}

void *attr_new(Graph *g, const Op *op)
{
	char *attr = arena_alloc(&g->ctx->perm, op->attr_size);

	for (const Attr *row = op->attrs; row && row->name; row++)
		set_default(row, attr + row->offset);
	return attr;
}

/* ---- equality: the same bits, so that a NaN is itself and -0 is not 0 ---- */

static bool same_list(const void *a, int na, const void *b, int nb, size_t size)
{
	return na == nb && (na <= 0 || !memcmp(a, b, (size_t)na * size));
}

static bool same_strings(const Strings *a, const Strings *b)
{
	bool same = a->n == b->n;

	for (int i = 0; same && i < a->n; i++)
		same = same_text(&a->v[i], &b->v[i]);
	return same;
}

static bool same_field(const Attr *row, const void *a, const void *b)
{
	const Ints *ia = a, *ib = b;
	const Floats *fa = a, *fb = b;

	switch (row->kind) {
	case A_INT:
	case A_ENUM: return !memcmp(a, b, sizeof(int64_t));
	case A_FLOAT: return !memcmp(a, b, sizeof(float));
	case A_TYPE: return *(const DType *)a == *(const DType *)b;
	case A_STRING: return !((const Text *)a)->text == !((const Text *)b)->text && same_text(a, b);
	case A_INTS: return same_list(ia->v, ia->n, ib->v, ib->n, sizeof *ia->v);
	case A_FLOATS: return same_list(fa->v, fa->n, fb->v, fb->n, sizeof *fa->v);
	case A_STRINGS: return same_strings(a, b);
	case A_TENSOR: return tensor_equal(*(Tensor *const *)a, *(Tensor *const *)b);
	case A_GRAPH: return *(const int *)a == *(const int *)b;
	}
	return false;
}

bool attr_equal(const Op *op, const void *a, const void *b)
{
	for (const Attr *row = op->attrs; row && row->name; row++)
		if (!same_field(row, (const char *)a + row->offset, (const char *)b + row->offset))
			return false;
	return true;
}

bool attr_is_default(const Attr *row, const void *attr)
{
	union {
		Strings any; /* the largest kind */
		int64_t i;
		void *p;
	} def;

	set_default(row, &def);
	return same_field(row, (const char *)attr + row->offset, &def);
}

/* ---- hash ---- */

static uint64_t hash_text(uint64_t h, const Text *t)
{
	return hash_bytes(hash_bytes(h, &t->length, sizeof t->length), t->text, (size_t)t->length);
}

static uint64_t hash_strings(uint64_t h, const Strings *s)
{
	for (int i = 0; i < s->n; i++)
		h = hash_text(h, &s->v[i]);
	return h;
}

static uint64_t hash_list(uint64_t h, const void *v, int n, size_t size)
{
	h = hash_bytes(h, &n, sizeof n);
	return n > 0 ? hash_bytes(h, v, (size_t)n * size) : h;
}

static uint64_t hash_field(uint64_t h, const Attr *row, const void *field)
{
	const Ints *ints = field;
	const Floats *floats = field;
	const Tensor *tensor;

	switch (row->kind) {
	case A_INT:
	case A_ENUM: return hash_bytes(h, field, sizeof(int64_t));
	case A_FLOAT: return hash_bytes(h, field, sizeof(float));
	case A_TYPE: return hash_bytes(h, field, sizeof(DType));
	case A_STRING: return hash_text(h, field);
	case A_INTS: return hash_list(h, ints->v, ints->n, sizeof *ints->v);
	case A_FLOATS: return hash_list(h, floats->v, floats->n, sizeof *floats->v);
	case A_STRINGS: return hash_strings(h, field);
	case A_TENSOR: tensor = *(Tensor *const *)field; return h ^ (tensor ? tensor_hash(tensor) : 0);
	case A_GRAPH: return hash_bytes(h, field, sizeof(int));
	}
	return h;
}

uint64_t attr_hash(const Op *op, const void *a)
{
	uint64_t h = HASH_START;

	for (const Attr *row = op->attrs; row && row->name; row++)
		h = hash_field(h, row, (const char *)a + row->offset);
	return h;
}
