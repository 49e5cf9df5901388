/* domains_moves.c -- what moves elements to other places, or makes other sizes of them. */
#include <string.h>
#include "tests/fuzz/models/domains.h"

/* ---- joined, cut, padded ---- */

bool make_concat(Step *s)
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

bool make_split(Step *s)
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

bool make_slice(Step *s)
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

bool make_center_crop(Step *s)
{
	const Tensor *x = take(s, 1, 4);
	int64_t size[MAX_RANK];

	for (int i = 0; i < x->rank; i++)
		size[i] = pick(s->m, 1, 9);
	take_ints(s, x->rank, size);
	return true;
}

/* ---- other orders and sizes ---- */

static void random_order(Model *m, int n, int64_t *order)
{
	for (int i = 0; i < n; i++) {
		int j = (int)pick(m, 0, i);
		order[i] = order[j];
		order[j] = i;
	}
}

bool make_transposed(Step *s)
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

bool make_reshape(Step *s)
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

bool make_squeeze(Step *s)
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

bool make_unsqueeze(Step *s)
{
	const Tensor *x = take(s, 0, 6);
	int rank = x->rank + 1 + (x->rank < 6 && chance(s->m, 30));
	int64_t axes[2] = {pick(s->m, 0, rank - 1), 0};

	axes[1] = axes[0] == 0 ? rank - 1 : axes[0] - 1 - rank;
	take_ints(s, rank - x->rank, axes);
	return true;
}

bool make_new_axis(Step *s)
{
	const Tensor *x = take(s, 0, 6);
	Tensor *axis = tensor_scalar(&s->m->c->perm, I32, (double)pick(s->m, 0, x->rank));

	take_tensor(s, axis, true);
	return true;
}

bool make_expand(Step *s)
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

bool make_tile(Step *s)
{
	const Tensor *x = take(s, 0, 5);
	int64_t times[MAX_RANK];

	for (int i = 0; i < x->rank; i++)
		times[i] = chance(s->m, 50) ? 1 : pick(s->m, 0, 3);
	take_ints(s, x->rank, times);
	return x->count <= 500;
}

bool make_depth_space(Step *s)
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

bool make_reverse_sequence(Step *s)
{
	const Tensor *x = take(s, 2, 4);
	int time = (int)pick(s->m, 0, 1);
	int64_t steps = x->dim[time], batch = x->dim[1 - time];

	set_int(s, "time_axis", time);
	set_int(s, "batch_axis", 1 - time);
	take_shaped(s, I64, 1, &batch, (Range){0, (double)steps, true, false, false});
	return true;
}

bool make_trilu(Step *s)
{
	double k = (double)pick(s->m, -4, 4);

	take(s, 2, 5);
	if (chance(s->m, 60))
		take_numbers(s, I64, 1, &k, true);
	return true;
}
