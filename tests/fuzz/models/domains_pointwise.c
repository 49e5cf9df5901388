/* domains_pointwise.c -- elements by themselves, or with those that broadcast; Quantize- and DequantizeLinear. */
#include <math.h>
#include <string.h>
#include "tests/fuzz/models/domains.h"

/* ---- pointwise ---- */

bool make_one(Step *s)
{
	take(s, 0, MAX_RANK);
	return true;
}

/* Input 0 and one that broadcasts with it, in either order. */
bool make_two(Step *s)
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

bool make_several(Step *s)
{
	const Tensor *x = take(s, 0, MAX_RANK);

	for (int64_t i = pick(s->m, 0, 3); i > 0; i--)
		take_broadcast(s, x, DT_NONE);
	return true;
}

/* A dividend, and what is not zero. */
bool make_division(Step *s)
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

bool make_power(Step *s)
{
	static const DType types[] = {F32, F64, I32, I64, F16};
	const Tensor *x = take(s, 0, MAX_RANK);
	int skip = (int)pick(s->m, 0, x->rank);
	DType t = chance(s->m, 60) ? s->t : types[pick(s->m, 0, 4)];

	take_shaped(s, t, x->rank - skip, x->dim + skip, (Range){0, 3, true, false, false});
	return true;
}

bool make_shift(Step *s)
{
	const Tensor *x = take(s, 0, MAX_RANK);

	take_shaped(s, DT_NONE, x->rank, x->dim, (Range){0, 9, true, false, false});
	return true;
}

bool make_where(Step *s)
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

bool make_clip(Step *s)
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
bool make_cast(Step *s)
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

bool make_bitcast(Step *s)
{
	DType to = s->t;

	for (int i = 0; i < 20 && (i == 0 || dtype_info(to)->bits != dtype_info(s->t)->bits || to == STR || to == BOOL); i++)
		to = (DType)pick(s->m, 1, DT_COUNT - 1);
	take(s, 0, MAX_RANK);
	set_int(s, "to", to);
	return true;
}

/* x and a bias along its last axis. */
bool make_prelu(Step *s)
{
	const Tensor *x = take(s, 1, 5);
	int skip = (int)pick(s->m, 0, x->rank);

	take_shaped(s, DT_NONE, x->rank - skip, x->dim + skip, (Range){-1, 1, false, false, false});
	return true;
}

bool make_biased(Step *s)
{
	const Tensor *x = take(s, 1, 4);
	int64_t last = x->dim[x->rank - 1];

	take_shaped(s, DT_NONE, 1, &last, range_of(s));
	return true;
}

/* ---- quantised ---- */

static void take_scales(Step *s, int rank, int64_t n)
{
	Tensor *t = tensor_new(&s->m->c->perm, is_float(s->t) ? s->t : F32, rank, &n);

	for (int64_t i = 0; i < t->count; i++)
		store_f64(t->dtype, t->data, i, 0.06 + (double)pick(s->m, 0, 1000) / 1000);
	take_tensor(s, t, chance(s->m, 40));
}

bool make_quantize(Step *s)
{
	static const DType types[] = {U8, I8, U16, I16, U4, I4, U2, I2, F8E4M3FN, F8E5M2, F4E2M1};
	const Tensor *x = take(s, 0, 4);
	DType to = types[pick(s->m, 0, 10)];
	int64_t channels = x->rank ? x->dim[x->rank - 1] : 1;
	int rank = x->rank && chance(s->m, 40);
	double zero = 0;

	set_int(s, "axis", x->rank ? x->rank - 1 : 0);
	take_scales(s, rank, channels);
	if (is_int(to))
		take_shaped(s, to, rank, &channels, (Range){0, 1, true, false, false});
	else if (rank == 0)
		take_numbers(s, to, 1, &zero, true);
	else
		return false;
	return true;
}

bool make_dequantize(Step *s)
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
bool make_dynamic_quantize(Step *s)
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
