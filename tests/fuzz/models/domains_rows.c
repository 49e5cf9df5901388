/* domains_rows.c -- along axes: reductions, cumulations, normalisations. */
#include <string.h>
#include "tests/fuzz/models/domains.h"

/* ---- reductions ---- */

bool make_row(Step *s)
{
	take(s, 1, MAX_RANK);
	return true;
}

bool make_reduction(Step *s)
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

bool make_cumulation(Step *s)
{
	const Tensor *x = take(s, 1, 5);
	double axis = (double)pick(s->m, -x->rank, x->rank - 1);

	take_numbers(s, chance(s->m, 50) ? I64 : I32, 1, &axis, chance(s->m, 50));
	return true;
}

bool make_topk(Step *s)
{
	const Tensor *x = take(s, 1, 5);
	int axis = (int)pick(s->m, 0, x->rank - 1);
	double k = (double)pick(s->m, 0, x->dim[axis]);

	set_int(s, "axis", axis);
	take_numbers(s, I64, 1, &k, false);
	s->nout = 2;
	return x->dim[axis] <= 64;
}

/* ---- normalisations ---- */

Range around(double lo, double hi) { return (Range){lo, hi, false, false, false}; }

/* Parameters by channel: scale, bias. */
bool make_by_channel(Step *s)
{
	Window w = window(s);

	take_shaped(s, DT_NONE, 2 + w.axes, w.x, range_of(s));
	take_shaped(s, DT_NONE, 1, &w.x[1], around(0.5, 1.5));
	take_shaped(s, DT_NONE, 1, &w.x[1], around(-1, 1));
	if (s->op == &op_groupnormalization)
		set_int(s, "num_groups", w.x[1] % 2 ? chance(s->m, 50) ? w.x[1] : 1 : 2);
	return true;
}

bool make_batch_norm(Step *s)
{
	make_by_channel(s);
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

/* x and what is skipped, their scale, bias. */
bool make_skipped(Step *s)
{
	int64_t dims[] = {pick(s->m, 1, 3), pick(s->m, 1, 9), 1 + small_size(s->m)};

	take_shaped(s, DT_NONE, 3, dims, range_of(s));
	take_shaped(s, DT_NONE, 3, dims, range_of(s));
	take_shaped(s, DT_NONE, 1, &dims[2], around(0.5, 1.5));
	if (chance(s->m, 50))
		take_shaped(s, DT_NONE, 1, &dims[2], around(-1, 1));
	return true;
}

bool make_lrn(Step *s)
{
	make_image(s);
	set_int(s, "size", pick(s->m, 1, 5));
	return true;
}
