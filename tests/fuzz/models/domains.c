/* domains.c -- for each operator: how it is given inputs and attributes that mean something.
 *
 * A row names the operator, the function that makes its operands, the range of its plain data, what rounding does to it,
 * and the attributes that are random. Whether operands fit each other is for the operator's own infer to say. */
#include <math.h>
#include <string.h>
#include "tests/fuzz/models/domains.h"

/* ---- pointwise ---- */

static bool one(Step *s)
{
	take(s, 0, MAX_RANK);
	return true;
}

/* Input 0 and one that broadcasts with it, in either order. */
static bool two(Step *s)
{
	const Tensor *x = take(s, 0, MAX_RANK);

	if (chance(s->m, 40))
		take_like(s, x);
	else
		take_broadcast(s, x, DT_NONE);
	if (chance(s->m, 30)) {
		Value *first = s->in[0];
		s->in[0] = s->in[1];
		s->in[1] = first;
	}
	return true;
}

static bool several(Step *s)
{
	const Tensor *x = take(s, 0, MAX_RANK);

	for (int64_t i = pick(s->m, 0, 3); i > 0; i--)
		take_broadcast(s, x, DT_NONE);
	return true;
}

/* A dividend, and what is not zero. */
static bool divided(Step *s)
{
	const Tensor *x = take(s, 0, MAX_RANK);
	Range r = {is_float(s->t) ? 0.25 : 1, 9, (s->domain->traits & STEPS) || !is_float(s->t), false, false};

	if (s->op == &op_Mod && is_float(s->t))
		set_int(s, "fmod", 1);
	if (!is_float(s->t) && !is_unsigned(s->t) && chance(s->m, 20))
		r = (Range){-9, -2, true, false, false};
	int skip = (int)pick(s->m, 0, x->rank);
	take_shaped(s, DT_NONE, x->rank - skip, x->dim + skip, r);
	return true;
}

static bool power(Step *s)
{
	static const DType types[] = {F32, F64, I32, I64, F16};
	const Tensor *x = take(s, 0, MAX_RANK);
	int skip = (int)pick(s->m, 0, x->rank);
	DType t = chance(s->m, 60) ? s->t : types[pick(s->m, 0, 4)];

	take_shaped(s, t, x->rank - skip, x->dim + skip, (Range){0, 3, true, false, false});
	return true;
}

static bool shifted(Step *s)
{
	const Tensor *x = take(s, 0, MAX_RANK);

	take_shaped(s, DT_NONE, x->rank, x->dim, (Range){0, 9, true, false, false});
	return true;
}

static bool where(Step *s)
{
	int64_t dims[MAX_RANK];
	DType t = s->t;

	s->t = BOOL;
	const Tensor *c = take(s, 0, MAX_RANK);
	s->t = t;
	memcpy(dims, c->dim, sizeof dims);
	take_shaped(s, t, c->rank, dims, range_of(s));
	take_broadcast(s, c, t);
	return true;
}

static bool clip(Step *s)
{
	take(s, 0, MAX_RANK);
	if (chance(s->m, 80))
		take_shaped(s, DT_NONE, 0, NULL, (Range){0, 1, true, false, false});
	else
		take_none(s);
	if (chance(s->m, 80))
		take_shaped(s, DT_NONE, 0, NULL, (Range){1, 3, true, false, false});
	return true;
}

/* What has a value of its own in every type that it could become. */
static bool cast(Step *s)
{
	DType to = (DType)pick(s->m, 1, DT_COUNT - 1);
	Range r = {0, 3, true, false, false};
	int64_t dims[MAX_RANK];

	if (to == STR || dtype_info(to)->class == DC_COMPLEX)
		return false;
	if (dtype_info(to)->bits >= 32)
		r.exact = !is_float(to);
	int rank = (int)pick(s->m, 0, 4);
	random_dims(s->m, rank, dims, 1000);
	take_shaped(s, DT_NONE, rank, dims, r);
	if (s->op == &op_CastLike)
		take_shaped(s, to, 1, (int64_t[]){3}, (Range){0, 1, false, false, false});
	else
		set_int(s, "to", to);
	return true;
}

static bool bitcast(Step *s)
{
	DType to = s->t;

	for (int i = 0; i < 20 && (i == 0 || dtype_info(to)->bits != dtype_info(s->t)->bits || to == STR || to == BOOL); i++)
		to = (DType)pick(s->m, 1, DT_COUNT - 1);
	take(s, 0, MAX_RANK);
	set_int(s, "to", to);
	return true;
}

/* ---- one axis ---- */

static bool row(Step *s)
{
	take(s, 1, MAX_RANK);
	return true;
}

static bool reduced(Step *s)
{
	const Tensor *x = take(s, 0, MAX_RANK);
	int64_t axes[MAX_RANK];
	int n = 0;

	for (int i = 0; i < x->rank; i++)
		if (chance(s->m, 50))
			axes[n++] = chance(s->m, 30) ? i - x->rank : i;
	if (chance(s->m, 80))
		take_ints(s, n, axes);
	return true;
}

static bool cumulated(Step *s)
{
	const Tensor *x = take(s, 1, 5);
	double axis = (double)pick(s->m, -x->rank, x->rank - 1);

	take_numbers(s, chance(s->m, 50) ? I64 : I32, 1, &axis, chance(s->m, 50));
	return true;
}

static bool prelu(Step *s)
{
	const Tensor *x = take(s, 1, 5);
	int skip = (int)pick(s->m, 0, x->rank);

	take_shaped(s, DT_NONE, x->rank - skip, x->dim + skip, (Range){-1, 1, false, false, false});
	return true;
}

static bool topk(Step *s)
{
	const Tensor *x = take(s, 1, 5);
	int axis = (int)pick(s->m, 0, x->rank - 1);
	double k = (double)pick(s->m, 0, x->dim[axis]);

	set_int(s, "axis", axis);
	take_numbers(s, I64, 1, &k, false);
	s->nout = 2;
	return x->dim[axis] <= 64;
}

/* ---- movement ---- */

static bool concat(Step *s)
{
	const Tensor *x = take(s, 1, MAX_RANK);
	int64_t dims[MAX_RANK];
	int axis = (int)pick(s->m, 0, x->rank - 1);

	set_int(s, "axis", chance(s->m, 30) ? axis - x->rank : axis);
	memcpy(dims, x->dim, sizeof dims);
	for (int64_t i = pick(s->m, 0, 3), rank = x->rank; i > 0; i--) {
		if (chance(s->m, 50))
			dims[axis] = pick(s->m, 0, 5);
		take_shaped(s, DT_NONE, (int)rank, dims, range_of(s));
	}
	return true;
}

static bool split(Step *s)
{
	const Tensor *x = take(s, 1, MAX_RANK);
	int axis = (int)pick(s->m, 0, x->rank - 1), parts = (int)pick(s->m, 1, 4);
	int64_t size[4] = {0}, rest = x->dim[axis];

	set_int(s, "axis", axis);
	s->nout = parts;
	for (int i = 0; i < parts; i++) {
		size[i] = i + 1 < parts ? pick(s->m, 0, rest) : rest;
		rest -= size[i];
	}
	if (chance(s->m, 60))
		take_ints(s, parts, size);
	else
		set_int(s, "num_outputs", parts);
	return true;
}

static bool slice(Step *s)
{
	const Tensor *x = take(s, 1, MAX_RANK);
	int64_t start[MAX_RANK], end[MAX_RANK], axis[MAX_RANK], step[MAX_RANK];
	int n = 0, rank = x->rank;

	for (int i = 0; i < rank; i++) {
		int64_t d = x->dim[i];
		if (!chance(s->m, 60))
			continue;
		axis[n] = chance(s->m, 30) ? i - rank : i;
		step[n] = chance(s->m, 60) ? 1 : chance(s->m, 50) ? pick(s->m, 2, 3) : -pick(s->m, 1, 3);
		start[n] = chance(s->m, 50) ? pick(s->m, -d - 1, d + 1) : step[n] > 0 ? 0 : d;
		end[n] = chance(s->m, 50) ? pick(s->m, -d - 1, d + 1) : step[n] > 0 ? INT64_MAX : INT64_MIN + 1;
		n++;
	}
	take_ints(s, n, start);
	take_ints(s, n, end);
	take_ints(s, n, axis);
	if (chance(s->m, 80))
		take_ints(s, n, step);
	else
		for (int i = 0; i < n; i++)
			if (step[i] < 0)
				return false;
	return true;
}

bool make_pad(Step *s)
{
	const Tensor *x = take(s, 1, 6);
	int64_t pads[2 * MAX_RANK] = {0}, mode = pick(s->m, 0, 3);
	int rank = x->rank;

	set_int(s, "mode", mode);
	for (int i = 0; i < rank; i++)
		for (int k = 0; k < 2; k++)
			if (chance(s->m, 50)) {
				int64_t most = mode == 1 ? x->dim[i] - 1 : mode ? x->dim[i] : 4;
				pads[i + k * rank] = pick(s->m, mode ? 0 : -1, most > 4 ? 4 : most < 0 ? 0 : most);
			}
	take_ints(s, 2 * rank, pads);
	if (mode == 0 && chance(s->m, 50))
		take_shaped(s, DT_NONE, 0, NULL, range_of(s));
	return true;
}

static void random_order(Model *m, int n, int64_t *order)
{
	for (int i = 0; i < n; i++) {
		int j = (int)pick(m, 0, i);
		order[i] = order[j];
		order[j] = i;
	}
}

static bool transpose(Step *s)
{
	const Tensor *x = take(s, 0, MAX_RANK);
	int64_t perm[MAX_RANK];

	random_order(s->m, x->rank, perm);
	if (chance(s->m, 85))
		set_ints(s, "perm", x->rank, perm);
	return true;
}

/* The elements of x as other sizes. */
static int random_split(Model *m, int64_t count, int64_t *dims)
{
	int n = 0;

	while (count > 1 && n < 6 && chance(m, 80)) {
		int64_t f = pick(m, 1, 8);
		if (count % f)
			continue;
		dims[n++] = f;
		count /= f;
	}
	if (count != 1 || chance(m, 30))
		dims[n++] = count;
	return n;
}

static bool reshape(Step *s)
{
	const Tensor *x = take(s, 0, MAX_RANK);
	int64_t dims[MAX_RANK + 1];
	int n = random_split(s->m, x->count, dims);

	if (x->count == 0)
		set_int(s, "allowzero", 1);
	else if (n && chance(s->m, 40))
		dims[pick(s->m, 0, n - 1)] = -1;
	take_ints(s, n, dims);
	return true;
}

static bool squeeze(Step *s)
{
	const Tensor *x = take(s, 0, MAX_RANK);
	int64_t axes[MAX_RANK];
	int n = 0;

	for (int i = 0; i < x->rank; i++)
		if (x->dim[i] == 1 && chance(s->m, 70))
			axes[n++] = chance(s->m, 30) ? i - x->rank : i;
	if (chance(s->m, 70))
		take_ints(s, n, axes);
	return true;
}

static bool unsqueeze(Step *s)
{
	const Tensor *x = take(s, 0, 6);
	int rank = x->rank + 1 + (x->rank < 6 && chance(s->m, 30));
	int64_t axes[2] = {pick(s->m, 0, rank - 1), 0};

	axes[1] = axes[0] == 0 ? rank - 1 : axes[0] - 1 - rank;
	take_ints(s, rank - x->rank, axes);
	return true;
}

static bool expand(Step *s)
{
	const Tensor *x = take(s, 0, 5);
	int64_t dims[MAX_RANK];
	int more = chance(s->m, 30) ? (int)pick(s->m, 1, 2) : 0, n = x->rank + more;

	for (int i = 0; i < n; i++)
		dims[i] = i < more || x->dim[i - more] == 1 ? chance(s->m, 50) ? pick(s->m, 0, 5) : 1
							    : chance(s->m, 50) ? x->dim[i - more] : 1;
	take_ints(s, n, dims);
	return x->count <= 1000;
}

static bool tile(Step *s)
{
	const Tensor *x = take(s, 0, 5);
	int64_t times[MAX_RANK];

	for (int i = 0; i < x->rank; i++)
		times[i] = chance(s->m, 50) ? 1 : pick(s->m, 0, 3);
	take_ints(s, x->rank, times);
	return x->count <= 500;
}

Range indices(int64_t n) { return (Range){(double)-n, (double)(n - 1), true, false, false}; }
DType index_dtype(Model *m) { return chance(m, 70) ? I64 : I32; }

static bool gather(Step *s)
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

static bool gather_elements(Step *s)
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

static bool gather_nd(Step *s)
{
	const Tensor *x = take(s, 1, 4);
	int64_t dims[MAX_RANK];
	int rank, batch = x->rank > 1 && chance(s->m, 30);

	set_int(s, "batch_dims", batch);
	return tuples(s, batch, dims, &rank);
}

static bool scatter_elements(Step *s)
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

static bool scatter_nd(Step *s)
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

static bool constant_of_shape(Step *s)
{
	int64_t dims[MAX_RANK], one_element = 1;
	int rank = (int)pick(s->m, 0, 5);
	Range r = range_of(s);

	random_dims(s->m, rank, dims, 500);
	take_ints(s, rank, dims);
	set_tensor(s, "value", random_elements(s->m, s->t, 1, &one_element, &r));
	return true;
}

static bool eye_like(Step *s)
{
	take(s, 2, 2);
	if (chance(s->m, 50))
		set_int(s, "dtype", chance(s->m, 50) ? F32 : I32);
	return true;
}

static bool range(Step *s)
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

static bool trilu(Step *s)
{
	double k = (double)pick(s->m, -4, 4);

	take(s, 2, 5);
	if (chance(s->m, 60))
		take_numbers(s, I64, 1, &k, true);
	return true;
}

static bool depth(Step *s)
{
	int64_t b = pick(s->m, 1, 3), dims[] = {pick(s->m, 1, 2), pick(s->m, 1, 3), pick(s->m, 1, 5), pick(s->m, 1, 9)};

	if (s->op == &op_DepthToSpace) {
		dims[1] *= b * b;
	} else {
		dims[2] *= b;
		dims[3] *= b;
	}
	set_int(s, "blocksize", b);
	take_shaped(s, DT_NONE, 4, dims, range_of(s));
	return true;
}

static bool reverse_sequence(Step *s)
{
	const Tensor *x = take(s, 2, 4);
	int time = (int)pick(s->m, 0, 1);
	int64_t steps = x->dim[time], batch = x->dim[1 - time];

	set_int(s, "time_axis", time);
	set_int(s, "batch_axis", 1 - time);
	take_shaped(s, I64, 1, &batch, (Range){0, (double)steps, true, false, false});
	return true;
}

static bool one_hot(Step *s)
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

static bool tensor_scatter(Step *s)
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

static bool center_crop(Step *s)
{
	const Tensor *x = take(s, 1, 4);
	int64_t size[MAX_RANK];

	for (int i = 0; i < x->rank; i++)
		size[i] = pick(s->m, 1, 9);
	take_ints(s, x->rank, size);
	return true;
}

static bool resize(Step *s)
{
	int64_t dims[] = {pick(s->m, 1, 2), pick(s->m, 1, 3), pick(s->m, 1, 9), pick(s->m, 1, 9)}, size[4];
	double scale[4] = {1, 1, (double)pick(s->m, 1, 8) / 2, (double)pick(s->m, 1, 8) / 2};

	take_shaped(s, DT_NONE, 4, dims, range_of(s));
	take_none(s);
	if (is_float(s->t)) /* integers are cut off behind the point, where roundings show */
		set_int(s, "mode", pick(s->m, 0, 2));
	if (chance(s->m, 50)) {
		take_numbers(s, F32, 4, scale, false);
		return true;
	}
	for (int i = 0; i < 4; i++)
		size[i] = i < 2 ? dims[i] : pick(s->m, 1, 12);
	take_none(s);
	take_ints(s, 4, size);
	return true;
}

/* ---- products ---- */

bool make_matmul(Step *s)
{
	const Tensor *a = take(s, 1, 4);
	int64_t dims[MAX_RANK];
	int rank = a->rank < 2 ? 2 : a->rank;
	int64_t k = a->dim[a->rank - 1];

	for (int i = 0; i < rank - 2; i++)
		dims[i] = a->dim[i];
	dims[rank - 2] = k;
	dims[rank - 1] = small_size(s->m);
	if (chance(s->m, 40))
		take_shaped(s, DT_NONE, 2, dims + rank - 2, range_of(s));
	else if (chance(s->m, 15))
		take_shaped(s, DT_NONE, 1, &k, range_of(s));
	else
		take_shaped(s, DT_NONE, rank, dims, range_of(s));
	return a->count <= 2000;
}

static bool matmul_integer(Step *s)
{
	int64_t a[] = {small_size(s->m), small_size(s->m)}, b[] = {a[1], small_size(s->m)};
	DType t = chance(s->m, 50) ? U8 : I8;

	take_shaped(s, DT_NONE, 2, a, (Range){-128, 255, true, false, false});
	take_shaped(s, t, 2, b, (Range){-128, 255, true, false, false});
	if (chance(s->m, 60))
		take_shaped(s, s->t, 0, NULL, (Range){0, 100, true, false, false});
	else
		take_none(s);
	if (chance(s->m, 60))
		take_shaped(s, t, chance(s->m, 50), &b[1], (Range){0, 100, true, false, false});
	return true;
}

bool make_gemm(Step *s)
{
	int64_t m = small_size(s->m), k = small_size(s->m), n = small_size(s->m), flip_a = pick(s->m, 0, 1), flip_b = pick(s->m, 0, 1);
	int64_t c[] = {chance(s->m, 50) ? m : 1, chance(s->m, 70) ? n : 1};
	int rank = (int)pick(s->m, 0, 2);

	set_int(s, "transA", flip_a);
	set_int(s, "transB", flip_b);
	if (is_float(s->t) && chance(s->m, 30))
		set_float(s, "alpha", 0.5);
	take_shaped(s, DT_NONE, 2, flip_a ? (int64_t[]){k, m} : (int64_t[]){m, k}, range_of(s));
	take_shaped(s, DT_NONE, 2, flip_b ? (int64_t[]){n, k} : (int64_t[]){k, n}, range_of(s));
	if (chance(s->m, 70))
		take_shaped(s, DT_NONE, rank, c + 2 - rank, range_of(s));
	return true;
}

static bool einsum(Step *s)
{
	static const char *const equations[] = {"ij,jk->ik", "bij,bjk->bik", "bij,bkj->bik", "i,j->ij",   "ij->ji",
						"ii->i",     "ij->",         "bhid,bhjd->bhij", "ij,ij->", "abc,cd->abd",
						"...ij,...jk->...ik", "bi,ij,bj->b", "ij,j", "aij,aij->ai"};
	const char *eq = equations[pick(s->m, 0, sizeof equations / sizeof *equations - 1)];
	int64_t size[128], dims[MAX_RANK];
	int rank = 0;

	for (int i = 0; i < 128; i++)
		size[i] = small_size(s->m) % 18;
	set_text(s, "equation", eq);
	for (;; eq++) {
		if (*eq >= 'a' && *eq <= 'z') {
			dims[rank++] = size[(int)*eq];
		} else if (*eq != '.') {
			take_shaped(s, DT_NONE, rank, dims, range_of(s));
			rank = 0;
			if (*eq != ',')
				return true;
		}
	}
}

/* ---- windows ---- */

/* Space for a kernel, and attributes that fit. */
Window window(Step *s)
{
	Window w = {.axes = (int)pick(s->m, 1, 3)};

	for (int i = 0; i < w.axes; i++) {
		w.kernel[i] = pick(s->m, 1, w.axes == 3 ? 2 : 3);
		w.stride[i] = chance(s->m, 60) ? 1 : pick(s->m, 2, 3);
		w.dilation[i] = chance(s->m, 80) ? 1 : 2;
		w.x[2 + i] = (w.kernel[i] - 1) * w.dilation[i] + 1 + pick(s->m, 0, w.axes == 3 ? 3 : w.axes == 2 ? 9 : 33);
		for (int k = 0; k < 2; k++)
			w.pads[i + k * w.axes] = w.kernel[i] > 1 ? pick(s->m, 0, w.kernel[i] - 1) : 0;
	}
	w.x[0] = pick(s->m, 1, 2);
	w.x[1] = pick(s->m, 1, 5);
	return w;
}

void set_window(Step *s, const Window *w, bool kernel)
{
	if (kernel)
		set_ints(s, "kernel_shape", w->axes, w->kernel);
	if (chance(s->m, 70))
		set_ints(s, "strides", w->axes, w->stride);
	if (chance(s->m, 80))
		set_ints(s, "dilations", w->axes, w->dilation);
	if (chance(s->m, 30))
		set_int(s, "auto_pad", pick(s->m, 1, 3));
	else if (chance(s->m, 70))
		set_ints(s, "pads", 2 * w->axes, w->pads);
}

bool make_conv(Step *s)
{
	Window w = window(s);
	int64_t group = chance(s->m, 30) ? pick(s->m, 2, 4) : 1, per = pick(s->m, 1, 4), k[5], *x = w.x;
	int64_t out = chance(s->m, 20) ? 16 : pick(s->m, 1, 9);

	if (group > 1 && chance(s->m, 50))
		per = out = 1;
	x[1] = group * per;
	k[0] = group * out;
	k[1] = per;
	for (int i = 0; i < w.axes; i++)
		k[2 + i] = w.kernel[i];
	set_window(s, &w, chance(s->m, 50));
	set_int(s, "group", group);
	take_shaped(s, DT_NONE, 2 + w.axes, x, range_of(s));
	take_shaped(s, DT_NONE, 2 + w.axes, k, range_of(s));
	if (s->op != &op_convinteger && chance(s->m, 60))
		take_shaped(s, DT_NONE, 1, k, range_of(s));
	else if (s->op == &op_convinteger && chance(s->m, 50))
		take_shaped(s, DT_NONE, 0, NULL, (Range){0, 100, true, false, false});
	return true;
}

static bool conv_transpose(Step *s)
{
	Window w = window(s);
	int64_t group = chance(s->m, 25) ? 2 : 1, k[5], out;

	w.x[1] = group * pick(s->m, 1, 4);
	k[0] = w.x[1];
	k[1] = pick(s->m, 1, 5);
	out = k[1] * group;
	for (int i = 0; i < w.axes; i++)
		k[2 + i] = w.kernel[i];
	set_window(s, &w, chance(s->m, 50));
	set_int(s, "group", group);
	take_shaped(s, DT_NONE, 2 + w.axes, w.x, range_of(s));
	take_shaped(s, DT_NONE, 2 + w.axes, k, range_of(s));
	if (chance(s->m, 60))
		take_shaped(s, DT_NONE, 1, &out, range_of(s));
	return true;
}

static bool pool(Step *s)
{
	Window w = window(s);

	set_window(s, &w, true);
	take_shaped(s, DT_NONE, 2 + w.axes, w.x, range_of(s));
	s->nout = s->op == &op_maxpool && chance(s->m, 30) ? 2 : 1;
	return true;
}

static bool image(Step *s)
{
	Window w = window(s);

	take_shaped(s, DT_NONE, 2 + w.axes, w.x, range_of(s));
	return true;
}

/* ---- normalisations ---- */

Range around(double lo, double hi) { return (Range){lo, hi, false, false, false}; }

/* Parameters by channel: scale, bias. */
static bool by_channel(Step *s)
{
	Window w = window(s);

	take_shaped(s, DT_NONE, 2 + w.axes, w.x, range_of(s));
	take_shaped(s, DT_NONE, 1, &w.x[1], around(0.5, 1.5));
	take_shaped(s, DT_NONE, 1, &w.x[1], around(-1, 1));
	if (s->op == &op_groupnormalization)
		set_int(s, "num_groups", w.x[1] % 2 ? chance(s->m, 50) ? w.x[1] : 1 : 2);
	return true;
}

static bool batch_norm(Step *s)
{
	by_channel(s);
	int64_t channels = tensor_at(s, 1)->dim[0];
	take_shaped(s, DT_NONE, 1, &channels, around(-1, 1));
	take_shaped(s, DT_NONE, 1, &channels, around(0.25, 2));
	return true;
}

bool make_layer_norm(Step *s)
{
	const Tensor *x = take(s, 1, 4);
	int axis = (int)pick(s->m, 0, x->rank - 1), rank = x->rank - axis;
	int64_t dims[MAX_RANK];

	memcpy(dims, x->dim + axis, (size_t)rank * sizeof *dims);
	set_int(s, "axis", axis);
	take_shaped(s, DT_NONE, rank, dims, around(0.5, 1.5));
	if (s->op == &op_layernormalization && chance(s->m, 60))
		take_shaped(s, DT_NONE, rank, dims, around(-1, 1));
	return true;
}

static bool lrn(Step *s)
{
	image(s);
	set_int(s, "size", pick(s->m, 1, 5));
	return true;
}

/* ---- recurrences ---- */

static bool recurrent(Step *s)
{
	int64_t gates = s->op == &op_lstm ? 4 : s->op == &op_gru ? 3 : 1;
	int64_t steps = pick(s->m, 1, 5), batch = pick(s->m, 1, 3), in = pick(s->m, 1, 9), hidden = pick(s->m, 1, 9);
	int64_t direction = pick(s->m, 0, 2), d = direction == 2 ? 2 : 1;

	set_int(s, "direction", direction);
	set_int(s, "hidden_size", hidden);
	take_shaped(s, DT_NONE, 3, (int64_t[]){steps, batch, in}, range_of(s));
	take_shaped(s, DT_NONE, 3, (int64_t[]){d, gates * hidden, in}, around(-0.5, 0.5));
	take_shaped(s, DT_NONE, 3, (int64_t[]){d, gates * hidden, hidden}, around(-0.5, 0.5));
	if (chance(s->m, 60))
		take_shaped(s, DT_NONE, 2, (int64_t[]){d, 2 * gates * hidden}, around(-0.5, 0.5));
	s->nout = (int)pick(s->m, 1, s->op->max_out);
	return true;
}

/* ---- quantised ---- */

static bool quantize(Step *s)
{
	static const DType types[] = {U8, I8, U16, I16, U4, I4, U2, I2, F8E4M3FN, F8E5M2, F4E2M1};
	const Tensor *x = take(s, 0, 4);
	DType to = types[pick(s->m, 0, 10)];
	int64_t channels = x->rank ? x->dim[x->rank - 1] : 1;
	int rank = x->rank && chance(s->m, 40);
	double zero = 0;

	set_int(s, "axis", x->rank ? x->rank - 1 : 0);
	take_shaped(s, is_float(s->t) ? s->t : F32, rank, &channels, (Range){0.05, 0.9, true, false, true});
	if (is_int(to))
		take_shaped(s, to, rank, &channels, (Range){0, 1, true, false, false});
	else if (rank == 0)
		take_numbers(s, to, 1, &zero, true);
	else
		return false;
	return true;
}

static bool dequantize(Step *s)
{
	const Tensor *x = take(s, 0, 4);
	int64_t channels = x->rank ? x->dim[x->rank - 1] : 1;
	int rank = x->rank && chance(s->m, 40);

	set_int(s, "axis", x->rank ? x->rank - 1 : 0);
	take_shaped(s, chance(s->m, 80) ? F32 : F16, rank, &channels, around(0.05, 0.9));
	if (is_int(s->t) && s->t != I32 && chance(s->m, 60))
		take_shaped(s, s->t, rank, &channels, (Range){0, 1, true, false, false});
	return true;
}

/* Data whose scale is a power of two, so that no rounding of it decides how elements are rounded. */
static bool dynamic_quantize(Step *s)
{
	int64_t dims[4] = {2};
	int rank = (int)pick(s->m, 1, 4);
	Range r = range_of(s);

	random_dims(s->m, rank - 1, dims + 1, 200);
	Tensor *x = random_elements(s->m, s->t, rank, dims, &r);
	for (int64_t i = 0; is_float(s->t) && i < x->count; i++)
		store_f64(s->t, x->data, i, (double)pick(s->m, -127, 128) / 64);
	if (x->count == 0)
		return false;
	if (is_float(s->t)) {
		store_f64(s->t, x->data, 0, -127.0 / 64);
		store_f64(s->t, x->data, x->count - 1, 128.0 / 64);
	}
	take_tensor(s, x, false);
	s->nout = 3;
	return true;
}

/* ---- sampling, losses ---- */

static bool grid_sample(Step *s)
{
	int64_t x[] = {pick(s->m, 1, 2), pick(s->m, 1, 3), pick(s->m, 1, 7), pick(s->m, 1, 9)};
	int64_t grid[] = {x[0], pick(s->m, 1, 5), pick(s->m, 1, 9), 2};

	take_shaped(s, DT_NONE, 4, x, range_of(s));
	take_shaped(s, DT_NONE, 4, grid, (Range){-1.1, 1.1, true, false, true});
	s->decides = 2;
	return true;
}

static bool matrices(Step *s)
{
	int64_t dims[4] = {pick(s->m, 0, 3), pick(s->m, 1, 3)};
	int rank = (int)pick(s->m, 2, 3);

	dims[rank - 2] = dims[rank - 1] = pick(s->m, 1, 4);
	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	return true;
}

static bool loss(Step *s)
{
	int64_t dims[4] = {pick(s->m, 1, 5), pick(s->m, 1, 7), pick(s->m, 1, 5)}, target[2] = {dims[0], dims[2]};
	int rank = (int)pick(s->m, 2, 3);

	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	take_shaped(s, index_dtype(s->m), rank - 1, target, (Range){0, (double)dims[1] - 1, true, false, false});
	if (chance(s->m, 40))
		take_shaped(s, DT_NONE, 1, &dims[1], around(0.5, 1.5));
	return true;
}

static bool compress(Step *s)
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

/* ---- attention, wider operators ---- */

static bool attention(Step *s)
{
	int64_t q[] = {pick(s->m, 1, 2), pick(s->m, 1, 4), pick(s->m, 1, 5), pick(s->m, 1, 9)}, k[4];
	int64_t mask[] = {q[2], pick(s->m, 1, 9)};

	memcpy(k, q, sizeof k);
	k[1] = q[1] % 2 || chance(s->m, 50) ? q[1] : q[1] / 2;
	k[2] = mask[1];
	take_shaped(s, DT_NONE, 4, q, range_of(s));
	take_shaped(s, DT_NONE, 4, k, range_of(s));
	take_shaped(s, DT_NONE, 4, k, range_of(s));
	if (chance(s->m, 40))
		take_shaped(s, DT_NONE, 2, mask, range_of(s));
	return true;
}

static bool signal_window(Step *s)
{
	double n = (double)pick(s->m, 2, 40);

	take_numbers(s, chance(s->m, 70) ? I64 : I32, 1, &n, true);
	if (s->t != F32)
		set_int(s, "output_datatype", s->t);
	return true;
}

/* x and a bias along its last axis. */
static bool biased(Step *s)
{
	const Tensor *x = take(s, 1, 4);
	int64_t last = x->dim[x->rank - 1];

	take_shaped(s, DT_NONE, 1, &last, range_of(s));
	return true;
}

/* Rows of two matrices. */
static bool rows(Step *s)
{
	int64_t a[] = {small_size(s->m), small_size(s->m)}, b[] = {small_size(s->m), a[1]};

	take_shaped(s, DT_NONE, 2, a, range_of(s));
	take_shaped(s, DT_NONE, 2, b, range_of(s));
	return true;
}

static bool new_axis(Step *s)
{
	const Tensor *x = take(s, 0, 6);
	Tensor *axis = tensor_scalar(&s->m->c->perm, I32, (double)pick(s->m, 0, x->rank));

	take_tensor(s, axis, true);
	return true;
}

/* x and what is skipped, their scale, bias. */
static bool skipped(Step *s)
{
	int64_t dims[] = {pick(s->m, 1, 3), pick(s->m, 1, 9), 1 + small_size(s->m)};

	take_shaped(s, DT_NONE, 3, dims, range_of(s));
	take_shaped(s, DT_NONE, 3, dims, range_of(s));
	take_shaped(s, DT_NONE, 1, &dims[2], around(0.5, 1.5));
	if (chance(s->m, 50))
		take_shaped(s, DT_NONE, 1, &dims[2], around(-1, 1));
	return true;
}

/* ---- the table ---- */

#define PLAIN -4, 4
#define SMALL -2, 2
#define POSITIVE 0.1, 8
#define UNIT -0.9, 0.9

const Domain domains[] = {
	{"Add", two, PLAIN, SUMS | ANYTHING, NULL},
	{"Sub", two, PLAIN, SUMS | ANYTHING, NULL},
	{"Mul", two, PLAIN, SCALES | ANYTHING, NULL},
	{"Div", divided, PLAIN, 0, NULL},
	{"Mod", divided, -99, 99, STEPS, "fmod=I0:1"},
	{"Min", several, PLAIN, SELECTS | ANYTHING, NULL},
	{"Max", several, PLAIN, SELECTS | ANYTHING, NULL},
	{"Sum", several, PLAIN, 0, NULL},
	{"Mean", several, PLAIN, 0, NULL},
	{"Neg", one, PLAIN, SELECTS | ANYTHING, NULL},
	{"Abs", one, PLAIN, SELECTS | ANYTHING, NULL},
	{"Sign", one, PLAIN, STEPS | ANYTHING, NULL},
	{"Reciprocal", one, POSITIVE, 0, NULL},
	{"Pow", power, POSITIVE, 0, NULL},
	{"Floor", one, PLAIN, STEPS | ANYTHING, NULL},
	{"Ceil", one, PLAIN, STEPS | ANYTHING, NULL},
	{"Round", one, PLAIN, STEPS | ANYTHING, NULL},
	{"Sqrt", one, POSITIVE, 0, NULL},
	{"Exp", one, PLAIN, 0, NULL},
	{"Log", one, POSITIVE, 0, NULL},
	{"Erf", one, PLAIN, 0, NULL},
	{"Sin", one, -40, 40, 0, NULL},
	{"Cos", one, -40, 40, 0, NULL},
	{"Tan", one, -1.2, 1.2, 0, NULL},
	{"Asin", one, UNIT, 0, NULL},
	{"Acos", one, UNIT, 0, NULL},
	{"Atan", one, PLAIN, 0, NULL},
	{"Sinh", one, PLAIN, 0, NULL},
	{"Cosh", one, PLAIN, 0, NULL},
	{"Tanh", one, -12, 12, 0, NULL},
	{"Asinh", one, PLAIN, 0, NULL},
	{"Acosh", one, 1.1, 9, 0, NULL},
	{"Atanh", one, UNIT, 0, NULL},
	{"Equal", two, PLAIN, STEPS | ANYTHING, NULL},
	{"Less", two, PLAIN, STEPS | ANYTHING, NULL},
	{"LessOrEqual", two, PLAIN, STEPS | ANYTHING, NULL},
	{"Greater", two, PLAIN, STEPS | ANYTHING, NULL},
	{"GreaterOrEqual", two, PLAIN, STEPS | ANYTHING, NULL},
	{"IsNaN", one, PLAIN, STEPS | ANYTHING, NULL},
	{"IsInf", one, PLAIN, STEPS | ANYTHING, "detect_negative=I0:1 detect_positive=I0:1"},
	{"And", two, 0, 1, STEPS, NULL},
	{"Or", two, 0, 1, STEPS, NULL},
	{"Xor", two, 0, 1, STEPS, NULL},
	{"Not", one, 0, 1, STEPS, NULL},
	{"BitwiseAnd", two, PLAIN, STEPS | ANYTHING, NULL},
	{"BitwiseOr", two, PLAIN, STEPS | ANYTHING, NULL},
	{"BitwiseXor", two, PLAIN, STEPS | ANYTHING, NULL},
	{"BitwiseNot", one, PLAIN, STEPS | ANYTHING, NULL},
	{"BitShift", shifted, 0, 99, STEPS | ANYTHING, "direction=E"},
	{"Where", where, PLAIN, SELECTS | ANYTHING, NULL},
	{"Clip", clip, PLAIN, SELECTS | ANYTHING, NULL},
	{"Identity", one, PLAIN, SELECTS | ANYTHING, NULL},
	{"Dropout", one, PLAIN, SELECTS | ANYTHING, NULL},
	{"Cast", cast, 0, 3, STEPS, "saturate=I0:1"},
	{"CastLike", cast, 0, 3, STEPS, NULL},
	{"BitCast", bitcast, PLAIN, STEPS, NULL},
	{"Relu", one, PLAIN, SELECTS | ANYTHING, NULL},
	{"LeakyRelu", one, PLAIN, 0, "alpha=F0.01:1"},
	{"PRelu", prelu, PLAIN, 0, NULL},
	{"ThresholdedRelu", one, PLAIN, STEPS, "alpha=F0:1"},
	{"HardSigmoid", one, PLAIN, INSIDE, "alpha=F0.1:1 beta=F0:1"},
	{"HardSwish", one, PLAIN, INSIDE, NULL},
	{"Shrink", one, PLAIN, STEPS, "lambd=F0:1 bias=F0:1"},
	{"Sigmoid", one, -30, 30, INSIDE, NULL},
	{"Swish", one, PLAIN, INSIDE, "alpha=F0.5:2"},
	{"Elu", one, PLAIN, INSIDE, "alpha=F0.5:2"},
	{"Celu", one, PLAIN, INSIDE, "alpha=F0.5:2"},
	{"Selu", one, PLAIN, INSIDE, "alpha=F0.5:2 gamma=F0.5:2"},
	{"Softplus", one, -30, 30, INSIDE, NULL},
	{"Softsign", one, PLAIN, 0, NULL},
	{"Mish", one, PLAIN, INSIDE, NULL},
	{"Gelu", one, PLAIN, INSIDE, "approximate=E"},
	{"QuantizeLinear", quantize, SMALL, STEPS, NULL},
	{"DequantizeLinear", dequantize, PLAIN, 0, NULL},
	{"DynamicQuantizeLinear", dynamic_quantize, PLAIN, STEPS, NULL},

	{"Concat", concat, PLAIN, SELECTS | ANYTHING, NULL},
	{"Split", split, PLAIN, SELECTS | ANYTHING, NULL},
	{"Slice", slice, PLAIN, SELECTS | ANYTHING, NULL},
	{"Pad", make_pad, PLAIN, SELECTS | ANYTHING, NULL},
	{"Transpose", transpose, PLAIN, SELECTS | ANYTHING, NULL},
	{"Reshape", reshape, PLAIN, SELECTS | ANYTHING, NULL},
	{"Flatten", one, PLAIN, SELECTS | ANYTHING, "axis=A"},
	{"Squeeze", squeeze, PLAIN, SELECTS | ANYTHING, NULL},
	{"Unsqueeze", unsqueeze, PLAIN, SELECTS | ANYTHING, NULL},
	{"Expand", expand, PLAIN, SELECTS | ANYTHING, NULL},
	{"Tile", tile, PLAIN, SELECTS | ANYTHING, NULL},
	{"Gather", gather, PLAIN, SELECTS | ANYTHING, NULL},
	{"GatherElements", gather_elements, PLAIN, SELECTS | ANYTHING, NULL},
	{"GatherND", gather_nd, PLAIN, SELECTS | ANYTHING, NULL},
	{"Shape", one, PLAIN, SELECTS | ANYTHING, "start=I-2:1 end=I-1:3"},
	{"Size", one, PLAIN, SELECTS | ANYTHING, NULL},
	{"ConstantOfShape", constant_of_shape, PLAIN, SELECTS, NULL},
	{"EyeLike", eye_like, PLAIN, SELECTS | ANYTHING, "k=I-3:3"},
	{"Range", range, PLAIN, SELECTS, NULL},
	{"Trilu", trilu, PLAIN, SELECTS | ANYTHING, "upper=I0:1"},
	{"DepthToSpace", depth, PLAIN, SELECTS | ANYTHING, "mode=E"},
	{"SpaceToDepth", depth, PLAIN, SELECTS | ANYTHING, "mode=E"},
	{"Resize", resize, PLAIN, INSIDE, "nearest_mode=E coordinate_transformation_mode=E exclude_outside=I0:1 antialias=I0:1"},
	{"ReverseSequence", reverse_sequence, PLAIN, SELECTS | ANYTHING, NULL},
	{"OneHot", one_hot, PLAIN, SELECTS, NULL},
	{"ScatterElements", scatter_elements, SMALL, 0, NULL},
	{"ScatterND", scatter_nd, SMALL, 0, NULL},
	{"TensorScatter", tensor_scatter, PLAIN, SELECTS, "mode=E"},
	{"Compress", compress, PLAIN, SELECTS, NULL},
	{"CenterCropPad", center_crop, PLAIN, SELECTS, NULL},

	{"ReduceSum", reduced, PLAIN, 0, "keepdims=I0:1 noop_with_empty_axes=I0:1"},
	{"ReduceMean", reduced, PLAIN, 0, "keepdims=I0:1 noop_with_empty_axes=I0:1"},
	{"ReduceMax", reduced, PLAIN, SELECTS, "keepdims=I0:1 noop_with_empty_axes=I0:1"},
	{"ReduceMin", reduced, PLAIN, SELECTS, "keepdims=I0:1 noop_with_empty_axes=I0:1"},
	{"ReduceProd", reduced, 0.9, 1.1, 0, "keepdims=I0:1 noop_with_empty_axes=I0:1"},
	{"ReduceL1", reduced, PLAIN, 0, "keepdims=I0:1 noop_with_empty_axes=I0:1"},
	{"ReduceL2", reduced, PLAIN, 0, "keepdims=I0:1 noop_with_empty_axes=I0:1"},
	{"ReduceSumSquare", reduced, PLAIN, 0, "keepdims=I0:1 noop_with_empty_axes=I0:1"},
	{"ReduceLogSum", reduced, POSITIVE, INSIDE, "keepdims=I0:1 noop_with_empty_axes=I0:1"},
	{"ReduceLogSumExp", reduced, PLAIN, INSIDE, "keepdims=I0:1 noop_with_empty_axes=I0:1"},
	{"ArgMax", row, PLAIN, STEPS, "axis=A keepdims=I0:1 select_last_index=I0:1"},
	{"ArgMin", row, PLAIN, STEPS, "axis=A keepdims=I0:1 select_last_index=I0:1"},
	{"CumSum", cumulated, PLAIN, 0, "exclusive=I0:1 reverse=I0:1"},
	{"CumProd", cumulated, 0.9, 1.1, 0, "exclusive=I0:1 reverse=I0:1"},
	{"TopK", topk, PLAIN, STEPS, "largest=I0:1 sorted=I0:1"},

	{"MatMul", make_matmul, PLAIN, 0, NULL},
	{"MatMulInteger", matmul_integer, PLAIN, 0, NULL},
	{"Gemm", make_gemm, PLAIN, 0, NULL},
	{"Einsum", einsum, PLAIN, 0, NULL},
	{"Conv", make_conv, PLAIN, 0, NULL},
	{"ConvInteger", make_conv, 0, 100, 0, NULL},
	{"ConvTranspose", conv_transpose, PLAIN, 0, NULL},
	{"MaxPool", pool, PLAIN, STEPS, "ceil_mode=I0:1 storage_order=I0:1"},
	{"AveragePool", pool, PLAIN, 0, "ceil_mode=I0:1 count_include_pad=I0:1"},
	{"LpPool", pool, POSITIVE, 0, "p=I1:3"},
	{"GlobalAveragePool", image, PLAIN, 0, NULL},
	{"GlobalMaxPool", image, PLAIN, SELECTS, NULL},
	{"GlobalLpPool", image, POSITIVE, 0, "p=I1:3"},
	{"BatchNormalization", batch_norm, PLAIN, INSIDE, "epsilon=F0.001:0.1"},
	{"LayerNormalization", make_layer_norm, PLAIN, INSIDE, "epsilon=F0.001:0.1"},
	{"RMSNormalization", make_layer_norm, PLAIN, INSIDE, "epsilon=F0.001:0.1"},
	{"GroupNormalization", by_channel, PLAIN, INSIDE, "epsilon=F0.001:0.1"},
	{"InstanceNormalization", by_channel, PLAIN, INSIDE, "epsilon=F0.001:0.1"},
	{"MeanVarianceNormalization", image, PLAIN, INSIDE, NULL},
	{"LpNormalization", row, POSITIVE, 0, "axis=A p=I1:2"},
	{"LRN", lrn, PLAIN, 0, "alpha=F0.01:1 beta=F0.25:1 bias=F0.5:2"},
	{"Softmax", row, PLAIN, 0, "axis=A"},
	{"LogSoftmax", row, PLAIN, INSIDE, "axis=A"},
	{"Hardmax", row, PLAIN, STEPS, "axis=A"},
	{"LSTM", recurrent, PLAIN, 0, NULL},
	{"GRU", recurrent, PLAIN, 0, "linear_before_reset=I0:1"},
	{"RNN", recurrent, PLAIN, 0, NULL},
	{"Det", matrices, PLAIN, INSIDE, NULL},
	{"GridSample", grid_sample, PLAIN, INSIDE, "mode=E padding_mode=E align_corners=I0:1"},
	{"NegativeLogLikelihoodLoss", loss, PLAIN, INSIDE, "reduction=E"},
	{"SoftmaxCrossEntropyLoss", loss, PLAIN, INSIDE, "reduction=E"},
	{"Attention", attention, SMALL, INSIDE, "is_causal=I0:1"},
	{"HannWindow", signal_window, PLAIN, INSIDE, "periodic=I0:1"},
	{"HammingWindow", signal_window, PLAIN, INSIDE, "periodic=I0:1"},
	{"BlackmanWindow", signal_window, PLAIN, INSIDE, "periodic=I0:1"},

	{"If", make_if, PLAIN, 0, NULL},
	{"Loop", make_loop, PLAIN, 0, NULL},
	{"Scan", make_scan, PLAIN, 0, NULL},
	{"NonZero", make_nonzero, SMALL, STEPS, NULL},
	{"Unique", make_unique, SMALL, STEPS, "sorted=I0:1"},
	{"NonMaxSuppression", make_suppression, 0, 1, STEPS, "center_point_box=I0:1"},
	{"DeformConv", make_deform_conv, PLAIN, INSIDE, NULL},
	{"RoiAlign", make_roi_align, PLAIN, INSIDE, "mode=E output_height=I1:4 output_width=I1:4 coordinate_transformation_mode=E"},
	{"LinearAttention", make_linear_attention, SMALL, INSIDE, NULL},
	{"RotaryEmbedding", make_rotary, PLAIN, INSIDE, "interleaved=I0:1"},
	{"CausalConvWithState", make_causal_conv, PLAIN, INSIDE, "activation=E"},
	{"QLinearMatMul", make_qlinear_matmul, PLAIN, STEPS, NULL},
	{"QLinearConv", make_qlinear_conv, PLAIN, STEPS, NULL},
	{"MelWeightMatrix", make_mel_weights, PLAIN, INSIDE, NULL},
	{"DFT", make_dft, PLAIN, INSIDE, NULL},
	{"STFT", make_stft, PLAIN, INSIDE, "onesided=I0:1"},
	{"Col2Im", make_col2im, PLAIN, 0, NULL},
	{"AffineGrid", make_affine_grid, SMALL, INSIDE, "align_corners=I0:1"},
	{"MaxUnpool", make_unpool, PLAIN, SELECTS, NULL},
	{"TfIdfVectorizer", make_grams, 0, 3, STEPS, NULL},
	{"StringConcat", make_text_sum, PLAIN, SELECTS, NULL},
	{"StringSplit", make_text_parts, PLAIN, SELECTS, NULL},
	{"StringNormalizer", make_text_case, PLAIN, SELECTS, "is_case_sensitive=I0:1"},
	{"RegexFullMatch", make_text_match, PLAIN, STEPS, NULL},
	{"RandomUniform", make_random, PLAIN, INSIDE, "low=F-1:0 high=F1:2"},
	{"RandomUniformLike", make_random_like, PLAIN, INSIDE, "low=F-1:0 high=F1:2"},
	{"RandomNormal", make_random, PLAIN, INSIDE, "mean=F-1:1 scale=F0.5:2"},
	{"RandomNormalLike", make_random_like, PLAIN, INSIDE, "mean=F-1:1 scale=F0.5:2"},
	{"Bernoulli", make_bernoulli, 0, 1, STEPS, NULL},
	{"Multinomial", make_multinomial, SMALL, STEPS, "sample_size=I1:9"},
	{"ai.onnx.preview.training.Momentum", make_optimizer, SMALL, INSIDE, "alpha=F0.1:0.9 beta=F0.1:0.9 norm_coefficient=F0:0.5 mode=E"},
	{"ai.onnx.preview.training.Adagrad", make_optimizer, SMALL, INSIDE, "decay_factor=F0:0.5 norm_coefficient=F0:0.5"},
	{"ai.onnx.preview.training.Adam", make_optimizer, SMALL, INSIDE, "norm_coefficient=F0:0.5 norm_coefficient_post=F0:0.5"},

	{"ai.onnx.ml.Binarizer", one, PLAIN, STEPS, "threshold=F-1:1"},
	{"ai.onnx.ml.Normalizer", row, POSITIVE, 0, "norm=E"},
	{"ai.onnx.ml.ArrayFeatureExtractor", make_extractor, PLAIN, SELECTS, NULL},
	{"ai.onnx.ml.Scaler", make_scaler, PLAIN, INSIDE, NULL},
	{"ai.onnx.ml.Imputer", make_imputer, PLAIN, STEPS, NULL},
	{"ai.onnx.ml.OneHotEncoder", make_categories, -2, 5, STEPS, NULL},
	{"ai.onnx.ml.FeatureVectorizer", make_vectorizer, PLAIN, 0, NULL},
	{"ai.onnx.ml.LinearRegressor", make_linear_regressor, PLAIN, INSIDE, NULL},
	{"ai.onnx.ml.LinearClassifier", make_linear_classifier, PLAIN, INSIDE, NULL},
	{"ai.onnx.ml.SVMRegressor", make_svm_regressor, SMALL, INSIDE, NULL},
	{"ai.onnx.ml.SVMClassifier", make_svm_classifier, SMALL, INSIDE, NULL},
	{"ai.onnx.ml.TreeEnsemble", make_ensemble, PLAIN, INSIDE, "aggregate_function=I0:3"},
	{"ai.onnx.ml.TreeEnsembleRegressor", make_trees, PLAIN, INSIDE, "aggregate_function=E"},
	{"ai.onnx.ml.TreeEnsembleClassifier", make_trees, PLAIN, INSIDE, NULL},
	{"ai.onnx.ml.LabelEncoder", make_encoder, -2, 5, STEPS, NULL},
	{"ai.onnx.ml.CategoryMapper", make_mapper, -2, 5, STEPS, NULL},

	{"com.microsoft.Gelu", one, PLAIN, INSIDE, NULL},
	{"com.microsoft.FastGelu", biased, PLAIN, INSIDE, NULL},
	{"com.microsoft.BiasGelu", biased, PLAIN, INSIDE, NULL},
	{"com.microsoft.QuickGelu", one, PLAIN, INSIDE, "alpha=F0.5:2"},
	{"com.microsoft.CDist", rows, PLAIN, INSIDE, "metric=E"},
	{"com.microsoft.ExpandDims", new_axis, PLAIN, SELECTS | ANYTHING, NULL},
	{"com.microsoft.Trilu", trilu, PLAIN, SELECTS | ANYTHING, "upper=I0:1"},
	{"com.microsoft.Range", range, PLAIN, SELECTS, NULL},
	{"com.microsoft.GridSample", grid_sample, PLAIN, INSIDE, "mode=E padding_mode=E align_corners=I0:1"},
	{"com.microsoft.FusedMatMul", make_matmul, PLAIN, 0, NULL},
	{"com.microsoft.SkipLayerNormalization", skipped, PLAIN, INSIDE, "epsilon=F0.001:0.1"},
	{"com.microsoft.SkipSimplifiedLayerNormalization", skipped, PLAIN, INSIDE, "epsilon=F0.001:0.1"},
	{"com.microsoft.BiasAdd", make_bias_add, PLAIN, 0, NULL},
	{"com.microsoft.BiasSplitGelu", make_split_gelu, PLAIN, INSIDE, NULL},
	{"com.microsoft.Inverse", make_inverse, PLAIN, INSIDE, NULL},
	{"com.microsoft.Pad", make_pad, PLAIN, SELECTS | ANYTHING, NULL},
	{"com.microsoft.FusedConv", make_fused_conv, PLAIN, INSIDE, NULL},
	{"com.microsoft.FusedGemm", make_fused_gemm, PLAIN, INSIDE, NULL},
	{"com.microsoft.TransposeMatMul", make_matmul, PLAIN, 0, NULL},
	{"com.microsoft.NhwcMaxPool", make_nhwc_pool, PLAIN, SELECTS, NULL},
	{"SimplifiedLayerNormalization", make_layer_norm, PLAIN, INSIDE, "epsilon=F0.001:0.1"},
	{"com.microsoft.EmbedLayerNormalization", make_embedding, PLAIN, INSIDE, "epsilon=F0.001:0.1"},
	{"com.microsoft.Attention", make_projected_attention, SMALL, INSIDE, "unidirectional=I0:1"},
	{"com.microsoft.QAttention", make_qattention, SMALL, INSIDE, "unidirectional=I0:1"},
	{"com.microsoft.MultiHeadAttention", make_multihead, SMALL, INSIDE, "unidirectional=I0:1"},
	{"com.microsoft.GroupQueryAttention", make_group_query, SMALL, INSIDE, NULL},
	{"com.microsoft.RotaryEmbedding", make_ort_rotary, PLAIN, INSIDE, "interleaved=I0:1"},
	{"com.microsoft.QLinearAdd", make_qlinear_two, PLAIN, STEPS, NULL},
	{"com.microsoft.QLinearMul", make_qlinear_two, PLAIN, STEPS, NULL},
	{"com.microsoft.QLinearLeakyRelu", make_qlinear_one, PLAIN, STEPS, NULL},
	{"com.microsoft.QLinearSigmoid", make_qlinear_one, PLAIN, STEPS, NULL},
	{"com.microsoft.QLinearSoftmax", make_qlinear_one, PLAIN, STEPS, NULL},
	{"com.microsoft.QLinearWhere", make_qlinear_where, PLAIN, STEPS, NULL},
	{"com.microsoft.QLinearConcat", make_qlinear_concat, PLAIN, STEPS, NULL},
	{"com.microsoft.QLinearGlobalAveragePool", make_qlinear_pool, PLAIN, STEPS, NULL},
	{"com.microsoft.QLinearAveragePool", make_qlinear_pool, PLAIN, STEPS, NULL},
	{"com.microsoft.MatMulIntegerToFloat", make_integer_to_float, PLAIN, INSIDE, NULL},
	{"com.microsoft.DynamicQuantizeMatMul", make_dynamic_matmul, PLAIN, INSIDE, NULL},
	{"com.microsoft.DynamicQuantizeLSTM", make_dynamic_lstm, PLAIN, INSIDE, NULL},
	{"com.microsoft.QGemm", make_qgemm, PLAIN, INSIDE, NULL},
	{"com.microsoft.MatMulNBits", make_nbits, PLAIN, INSIDE, NULL},
	{"com.microsoft.GatherBlockQuantized", make_gather_blocks, PLAIN, 0, NULL},
	{NULL, NULL, 0, 0, 0, NULL},
};
