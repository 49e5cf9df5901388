/* domains_indices.c -- elements by their indices, and what is made of indices or sizes alone. */
#include <math.h>
#include <string.h>
#include "tests/fuzz/models/domains.h"

/* ---- gathered, scattered ---- */

Range indices(int64_t n) { return (Range){(double)-n, (double)(n - 1), true, false, false}; }

DType index_dtype(Model *m) { return chance(m, 70) ? I64 : I32; }

bool make_gather(Step *s)
{
	const Tensor *x = take(s, 1, 5);
	int64_t dims[MAX_RANK], n = x->rank;
	int axis = (int)pick(s->m, 0, n - 1), rank = (int)pick(s->m, 0, 2);
	int64_t size = x->dim[axis];

	set_int(s, "axis", axis);
	random_dims(s->m, rank, dims, 20);
	take_shaped(s, index_dtype(s->m), rank, dims, indices(size));
	return size > 0;
}

bool make_gather_elements(Step *s)
{
	const Tensor *x = take(s, 1, 5);
	int64_t dims[MAX_RANK];
	int axis = (int)pick(s->m, 0, x->rank - 1);
	int64_t size = x->dim[axis];

	memcpy(dims, x->dim, sizeof dims);
	dims[axis] = pick(s->m, 1, 5);
	set_int(s, "axis", axis);
	take_shaped(s, index_dtype(s->m), x->rank, dims, indices(size));
	return size > 0;
}

/* Index tuples [.., k] into axes b .. b + k - 1 of x, whose sizes are at least `least`. */
static bool tuples(Step *s, int batch, int64_t *dims, int *rank)
{
	const Tensor *x = tensor_at(s, 0);
	int named = (int)pick(s->m, 1, x->rank - batch);
	int64_t least = INT64_MAX;

	*rank = batch;
	for (int i = 0; i < batch; i++)
		dims[i] = x->dim[i];
	for (int i = batch; i < batch + named; i++)
		least = x->dim[i] < least ? x->dim[i] : least;
	if (chance(s->m, 60))
		dims[(*rank)++] = pick(s->m, 1, 4);
	dims[(*rank)++] = named;
	take_shaped(s, I64, *rank, dims, indices(least));
	return least > 0;
}

bool make_gather_nd(Step *s)
{
	const Tensor *x = take(s, 1, 4);
	int64_t dims[MAX_RANK];
	bool in_onnx = s->op != &op_ort_GatherND;
	int rank, batch = in_onnx && x->rank > 1 && chance(s->m, 30);

	if (in_onnx)
		set_int(s, "batch_dims", batch);
	return tuples(s, batch, dims, &rank);
}

bool make_scatter_elements(Step *s)
{
	const Tensor *x = take(s, 1, 4);
	int64_t dims[MAX_RANK];
	int axis = (int)pick(s->m, 0, x->rank - 1), rank = x->rank;
	int64_t size = x->dim[axis];

	for (int i = 0; i < rank; i++)
		dims[i] = x->dim[i] ? pick(s->m, 1, x->dim[i]) : 0;
	set_int(s, "axis", axis);
	set_int(s, "reduction", is_float(s->t) || is_int(s->t) ? pick(s->m, 0, 4) : 0);
	take_shaped(s, index_dtype(s->m), rank, dims, indices(size));
	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	return size > 0;
}

bool make_scatter_nd(Step *s)
{
	const Tensor *x = take(s, 1, 4);
	int64_t dims[MAX_RANK];
	int rank;

	set_int(s, "reduction", is_float(s->t) || is_int(s->t) ? pick(s->m, 0, 4) : 0);
	if (!tuples(s, 0, dims, &rank))
		return false;
	x = tensor_at(s, 0);
	int named = (int)dims[--rank];
	for (int i = named; i < x->rank; i++)
		dims[rank++] = x->dim[i];
	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	return true;
}

bool make_tensor_scatter(Step *s)
{
	int64_t dims[4], batch;
	int rank = (int)pick(s->m, 3, 4), axis = (int)pick(s->m, 1, rank - 1);

	random_dims(s->m, rank, dims, 1000);
	for (int i = 0; i < rank; i++)
		dims[i] += dims[i] == 0;
	batch = dims[0];
	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	int64_t cache = dims[axis];
	dims[axis] = pick(s->m, 1, cache);
	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	if (chance(s->m, 70))
		take_shaped(s, I64, 1, &batch, (Range){0, (double)(cache - dims[axis]), true, false, false});
	set_int(s, "axis", axis);
	return true;
}

bool make_compress(Step *s)
{
	const Tensor *x = take(s, 1, 4);
	int axis = (int)pick(s->m, 0, x->rank - 1);
	Tensor *c = tensor_new(&s->m->c->perm, BOOL, 1, &x->dim[axis]);

	for (int64_t i = 0; i < c->count; i++)
		store_i64(BOOL, c->data, i, pick(s->m, 0, 1));
	set_int(s, "axis", axis);
	take_tensor(s, c, true);
	return true;
}

/* ---- made of indices and sizes ---- */

bool make_one_hot(Step *s)
{
	static const DType types[] = {I64, I32, F32, U8};
	DType t = s->t;
	double n = (double)pick(s->m, 1, 9);
	int64_t dims[MAX_RANK], two_values = 2;
	int rank = (int)pick(s->m, 0, 3);

	random_dims(s->m, rank, dims, 200);
	take_shaped(s, types[pick(s->m, 0, 3)], rank, dims, (Range){-n - 1, n, true, false, true});
	take_numbers(s, I64, 1, &n, true);
	take_shaped(s, t, 1, &two_values, range_of(s));
	set_int(s, "axis", pick(s->m, -rank - 1, rank));
	return true;
}

bool make_constant_of_shape(Step *s)
{
	int64_t dims[MAX_RANK], one_element = 1;
	int rank = (int)pick(s->m, 0, 5);
	Range r = range_of(s);

	random_dims(s->m, rank, dims, 500);
	take_ints(s, rank, dims);
	set_tensor(s, "value", random_elements(s->m, s->t, 1, &one_element, &r));
	return true;
}

bool make_eye_like(Step *s)
{
	take(s, 2, 2);
	if (chance(s->m, 50))
		set_int(s, "dtype", chance(s->m, 50) ? F32 : I32);
	return true;
}

bool make_range(Step *s)
{
	double start = (double)pick(s->m, -5, 5), step = chance(s->m, 50) ? 1 : (double)pick(s->m, 1, 3);
	double end = start + (double)pick(s->m, 0, 20);
	bool down = !is_unsigned(s->t) && chance(s->m, 30);

	start = is_unsigned(s->t) ? fabs(start) : start;
	take_numbers(s, s->t, 1, down ? &end : &start, true);
	take_numbers(s, s->t, 1, down ? &start : &end, true);
	step = down ? -step : step;
	take_numbers(s, s->t, 1, &step, true);
	return true;
}

bool make_signal_window(Step *s)
{
	double n = (double)pick(s->m, 2, 40);

	take_numbers(s, chance(s->m, 70) ? I64 : I32, 1, &n, true);
	if (s->t != F32)
		set_int(s, "output_datatype", s->t);
	return true;
}
