/* sparse.c -- SparseTensorProto to a dense Tensor: values[k] goes to indices[k], everything else is 0.
 *
 * indices is [n], positions in row-major order, or [n, rank], one coordinate a size; ascending, each once. */
#include "frontend/onnx.h"

typedef struct Sparse {
	Ctx *ctx;
	const char *who;
	const Tensor *values, *indices;
	Tensor *dense;
} Sparse;

#define BAD(s, id, format, ...)                                                                                        \
	fail((s)->ctx, EXIT_MODEL, id, "sparse tensor '%s': " format, shown((s)->ctx, (s)->who), __VA_ARGS__)

static void check_parts(const Sparse *s, size_t rank)
{
	const Tensor *v = s->values, *i = s->indices;

	if (v->rank != 1)
		BAD(s, "E-SPARSE", "values have rank %d instead of 1", v->rank);
	if (i->dtype != I64)
		BAD(s, "E-SPARSE", "indices are %s instead of i64", dtype_name(i->dtype));
	if (i->rank != 1 && i->rank != 2)
		BAD(s, "E-SPARSE", "indices have rank %d instead of 1 or 2", i->rank);
	if (i->dim[0] != v->count || (i->rank == 2 && i->dim[1] != (int64_t)rank))
		BAD(s, "E-SPARSE", "%lld values have indices for %lld, of %lld coordinates", (long long)v->count,
		    (long long)i->dim[0], (long long)(i->rank == 2 ? i->dim[1] : 1));
	if (v->dtype == STR)
		fail(s->ctx, EXIT_UNSUPPORTED, "E-UNSUPPORTED", "sparse tensor '%s' holds strings",
		     shown(s->ctx, s->who));
}

/* Where the k-th value goes. */
static int64_t position(const Sparse *s, int64_t k)
{
	const int64_t *index = s->indices->data;
	int64_t at = 0;

	if (s->indices->rank == 1) {
		if (index[k] < 0 || index[k] >= s->dense->count)
			BAD(s, "E-SPARSE", "index %lld is outside the %lld elements", (long long)index[k],
			    (long long)s->dense->count);
		return index[k];
	}
	for (int d = 0; d < s->dense->rank; d++) {
		int64_t x = index[k * s->dense->rank + d];
		if (x < 0 || x >= s->dense->dim[d])
			BAD(s, "E-SPARSE", "coordinate %lld is outside the size %lld", (long long)x,
			    (long long)s->dense->dim[d]);
		at = at * s->dense->dim[d] + x;
	}
	return at;
}

static void scatter(const Sparse *s)
{
	for (int64_t k = 0, last = -1; k < s->values->count; k++) {
		int64_t at = position(s, k);
		if (at <= last)
			BAD(s, "E-SPARSE", "index %lld comes after %lld; they must ascend", (long long)at,
			    (long long)last);
		move_element(s->dense, at, s->values, k);
		last = at;
	}
}

Tensor *sparse_import(Ctx *c, Arena *a, const char *directory, const SparseTensorProto *p, const char *who)
{
	Sparse s = {.ctx = c, .who = who};

	if (!p->values || !p->indices)
		BAD(&s, "E-SPARSE", "has no %s", p->values ? "indices" : "values");
	if (p->n_dims > MAX_RANK)
		fail(c, EXIT_UNSUPPORTED, "E-RANK", "sparse tensor '%s' has rank %zu, at most %d is supported",
		     shown(c, who), p->n_dims, MAX_RANK);
	s.values = tensor_import(c, a, directory, p->values, who);
	s.indices = tensor_import(c, a, directory, p->indices, who);
	check_parts(&s, p->n_dims);
	for (size_t i = 0; i < p->n_dims; i++)
		if (p->dims[i] < 0)
			BAD(&s, "E-SIZE", "has the negative size %lld", (long long)p->dims[i]);
	s.dense = tensor_new(a, s.values->dtype, (int)p->n_dims, p->dims);
	scatter(&s);
	return s.dense;
}
