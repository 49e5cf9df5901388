/* domains_onnx.c -- operators of ai.onnx that choose, sample, transform or draw at random, and steps of training. */
#include "tests/fuzz/models/domains.h"

/* ---- those that choose: how many is for the data to say ---- */

bool make_nonzero(Step *s)
{
	take(s, 1, 4);
	return true;
}

bool make_unique(Step *s)
{
	const Tensor *x = take(s, 0, 3);

	if (x->rank && chance(s->m, 50))
		set_int(s, "axis", pick(s->m, -x->rank, x->rank - 1));
	s->nout = (int)pick(s->m, 1, 4);
	return x->count <= 64;
}

bool make_unique_vector(Step *s)
{
	int64_t count = pick(s->m, 0, 40);

	take_shaped(s, DT_NONE, 1, &count, range_of(s));
	s->nout = (int)pick(s->m, 1, 3);
	return true;
}

bool make_suppression(Step *s)
{
	int64_t boxes[] = {pick(s->m, 1, 2), pick(s->m, 1, 9), 4}, scores[] = {boxes[0], pick(s->m, 1, 3), boxes[1]};
	double most = (double)pick(s->m, 1, 4), overlap = 0.5, least = 0.25;

	take_shaped(s, DT_NONE, 3, boxes, (Range){0, 1, true, false, true});
	take_shaped(s, DT_NONE, 3, scores, (Range){0, 1, true, false, true});
	take_numbers(s, I64, 1, &most, true);
	if (chance(s->m, 70))
		take_numbers(s, s->t, 1, &overlap, true);
	if (s->nin == 4 && chance(s->m, 50))
		take_numbers(s, s->t, 1, &least, true);
	return true;
}

/* ---- samples between elements ---- */

bool make_deform_conv(Step *s)
{
	int64_t kernel = pick(s->m, 1, 3), groups = pick(s->m, 1, 2), offsets = pick(s->m, 1, 2);
	int64_t x[] = {pick(s->m, 1, 2), 2 * pick(s->m, 1, 2), kernel + pick(s->m, 0, 3), kernel + pick(s->m, 0, 4)};
	int64_t w[] = {groups * pick(s->m, 1, 3), x[1] / groups, kernel, kernel};
	int64_t at[] = {x[0], offsets * kernel * kernel * 2, x[2] - kernel + 1, x[3] - kernel + 1};

	set_int(s, "group", groups);
	set_int(s, "offset_group", offsets);
	take_shaped(s, DT_NONE, 4, x, range_of(s));
	take_shaped(s, DT_NONE, 4, w, range_of(s));
	take_shaped(s, DT_NONE, 4, at, (Range){-1.5, 1.5, true, false, true});
	s->decides = 4;
	if (chance(s->m, 60))
		take_shaped(s, DT_NONE, 1, w, range_of(s));
	else
		take_none(s);
	at[1] /= 2;
	if (chance(s->m, 50))
		take_shaped(s, DT_NONE, 4, at, around(0, 1));
	return true;
}

/* Regions inside the picture, upper corners first. */
static Tensor *regions(Step *s, int64_t n, int64_t h, int64_t w)
{
	Tensor *t = tensor_new(&s->m->c->perm, s->t, 2, (int64_t[]){n, 4});

	for (int64_t i = 0; is_float(s->t) && i < 2 * n; i++) {
		double most = (double)(i % 2 ? h : w) - 1, low = most * (double)pick(s->m, 0, 8) / 16;
		store_f64(s->t, t->data, i / 2 * 4 + i % 2, low);
		store_f64(s->t, t->data, i / 2 * 4 + i % 2 + 2, low + (most - low) * (double)pick(s->m, 4, 16) / 16);
	}
	return t;
}

bool make_roi_align(Step *s)
{
	int64_t x[] = {pick(s->m, 1, 2), pick(s->m, 1, 3), pick(s->m, 3, 9), pick(s->m, 3, 9)}, n = pick(s->m, 0, 5);

	set_int(s, "sampling_ratio", pick(s->m, 0, 3));
	take_shaped(s, DT_NONE, 4, x, range_of(s));
	take_tensor(s, regions(s, n, x[2], x[3]), chance(s->m, 30));
	take_shaped(s, I64, 1, &n, (Range){0, (double)x[0] - 1, true, false, false});
	return true;
}

/* ---- sequences ---- */

bool make_linear_attention(Step *s)
{
	int64_t shared = pick(s->m, 1, 2), heads = shared * pick(s->m, 1, 2), keys = pick(s->m, 1, 4), rule = pick(s->m, 0, 3);
	int64_t dims[] = {pick(s->m, 1, 2), pick(s->m, 1, 5), heads * keys};

	set_int(s, "q_num_heads", heads);
	set_int(s, "kv_num_heads", shared);
	set_int(s, "update_rule", rule);
	take_shaped(s, DT_NONE, 3, dims, range_of(s));
	dims[2] = shared * keys;
	take_shaped(s, DT_NONE, 3, dims, around(-0.5, 0.5));
	dims[2] = shared * pick(s->m, 1, 4);
	take_shaped(s, DT_NONE, 3, dims, range_of(s));
	take_none(s);
	dims[2] = shared * (chance(s->m, 50) ? keys : 1);
	if (rule & 1)
		take_shaped(s, DT_NONE, 3, dims, around(-1, 0));
	else
		take_none(s);
	dims[2] = chance(s->m, 50) ? shared : 1;
	if (rule & 2)
		take_shaped(s, DT_NONE, 3, dims, around(0, 1));
	s->nout = 2;
	return true;
}

bool make_rotary(Step *s)
{
	int64_t half = pick(s->m, 1, 9), x[] = {pick(s->m, 1, 2), pick(s->m, 1, 3), pick(s->m, 1, 5), 2 * half};
	int64_t rows[] = {x[0], x[2], half}, table[] = {pick(s->m, 1, 9), half};
	bool picked = chance(s->m, 50);

	take_shaped(s, DT_NONE, 4, x, range_of(s));
	for (int i = 0; i < 2; i++)
		take_shaped(s, DT_NONE, picked ? 2 : 3, picked ? table : rows, around(-1, 1));
	if (picked)
		take_shaped(s, I64, 2, rows, (Range){0, (double)table[0] - 1, true, false, false});
	return true;
}

bool make_causal_conv(Step *s)
{
	int64_t x[] = {pick(s->m, 1, 2), pick(s->m, 1, 5), pick(s->m, 1, 17)}, w[] = {x[1], 1, pick(s->m, 1, 4)};
	int64_t past[] = {x[0], x[1], w[2] - 1};

	take_shaped(s, DT_NONE, 3, x, range_of(s));
	take_shaped(s, DT_NONE, 3, w, range_of(s));
	if (chance(s->m, 60))
		take_shaped(s, DT_NONE, 1, &x[1], range_of(s));
	else
		take_none(s);
	if (chance(s->m, 50))
		take_shaped(s, DT_NONE, 3, past, range_of(s));
	s->nout = (int)pick(s->m, 1, 2);
	return true;
}

/* ---- signals ---- */

bool make_mel_weights(Step *s)
{
	double bands = (double)pick(s->m, 1, 9), length = (double)pick(s->m, 8, 40), rate = 8000, low = 0, high = 4000;

	set_int(s, "output_datatype", s->t);
	take_numbers(s, I64, 1, &bands, true);
	take_numbers(s, I64, 1, &length, true);
	take_numbers(s, I64, 1, &rate, true);
	take_numbers(s, F32, 1, &low, true);
	take_numbers(s, F32, 1, &high, true);
	return true;
}

bool make_dft(Step *s)
{
	int64_t parts = pick(s->m, 1, 2), dims[] = {pick(s->m, 1, 3), pick(s->m, 1, 40), parts};
	bool inverse = chance(s->m, 40), half = chance(s->m, 40) && parts == (inverse ? 2 : 1);

	set_int(s, "inverse", inverse);
	set_int(s, "onesided", half);
	take_shaped(s, DT_NONE, 3, dims, range_of(s));
	return true;
}

bool make_rfft(Step *s)
{
	int64_t count = pick(s->m, 1, 3), dims[] = {pick(s->m, 1, 3), pick(s->m, 1, 5), pick(s->m, 1, 5), pick(s->m, 1, 20)};

	set_int(s, "signal_ndim", count);
	take_shaped(s, DT_NONE, 4, dims, range_of(s));
	return true;
}

bool make_irfft(Step *s)
{
	int64_t count = pick(s->m, 1, 3), dims[] = {pick(s->m, 1, 5), pick(s->m, 1, 5), pick(s->m, 2, 9), 2};

	set_int(s, "signal_ndim", count);
	take_shaped(s, DT_NONE, 4, dims, range_of(s));
	return true;
}

bool make_stft(Step *s)
{
	int64_t length = pick(s->m, 2, 16), dims[] = {pick(s->m, 1, 2), length + pick(s->m, 0, 30), 1};
	double step = (double)pick(s->m, 1, 6), frame = (double)length;
	bool windowed = chance(s->m, 60);

	take_shaped(s, DT_NONE, 3, dims, range_of(s));
	take_numbers(s, I64, 1, &step, true);
	if (windowed)
		take_shaped(s, DT_NONE, 1, &length, around(0, 1));
	else
		take_none(s);
	if (!windowed || chance(s->m, 50))
		take_numbers(s, I64, 1, &frame, true);
	return true;
}

/* ---- back from windows ---- */

bool make_col2im(Step *s)
{
	int64_t image[2], block[2], stride[2], x[3] = {pick(s->m, 1, 2), pick(s->m, 1, 3), 1};

	for (int i = 0; i < 2; i++) {
		block[i] = pick(s->m, 1, 3);
		stride[i] = pick(s->m, 1, 2);
		image[i] = block[i] + pick(s->m, 0, 5);
		x[1] *= block[i];
		x[2] *= (image[i] - block[i]) / stride[i] + 1;
	}
	set_ints(s, "strides", 2, stride);
	take_shaped(s, DT_NONE, 3, x, range_of(s));
	take_ints(s, 2, image);
	take_ints(s, 2, block);
	return true;
}

bool make_affine_grid(Step *s)
{
	int axes = (int)pick(s->m, 2, 3);
	int64_t theta[] = {pick(s->m, 1, 2), axes, axes + 1}, size[5] = {theta[0], pick(s->m, 1, 3)};

	for (int i = 0; i < axes; i++)
		size[2 + i] = pick(s->m, 1, 6);
	take_shaped(s, DT_NONE, 3, theta, range_of(s));
	take_ints(s, 2 + axes, size);
	return true;
}

/* Each maximum somewhere in its own window of 2 x 2. */
bool make_unpool(Step *s)
{
	int64_t x[] = {pick(s->m, 1, 2), pick(s->m, 1, 3), pick(s->m, 1, 4), pick(s->m, 1, 5)}, two_steps[] = {2, 2};
	Tensor *at = tensor_new(&s->m->c->perm, I64, 4, x);

	for (int64_t i = 0; i < at->count; i++) {
		int64_t column = i % x[3], row = i / x[3];
		store_i64(I64, at->data, i, (2 * row + pick(s->m, 0, 1)) * 2 * x[3] + 2 * column + pick(s->m, 0, 1));
	}
	set_ints(s, "kernel_shape", 2, two_steps);
	set_ints(s, "strides", 2, two_steps);
	take_shaped(s, DT_NONE, 4, x, range_of(s));
	take_tensor(s, at, chance(s->m, 40));
	return true;
}

/* ---- numbers drawn at random: a seed gives the same ones everywhere ---- */

bool make_random(Step *s)
{
	int64_t dims[4];
	int rank = (int)pick(s->m, 0, 4);

	random_dims(s->m, rank, dims, 200);
	set_ints(s, "shape", rank, dims);
	set_int(s, "dtype", s->t);
	set_float(s, "seed", (double)pick(s->m, 1, 99));
	return true;
}

bool make_random_like(Step *s)
{
	take(s, 0, 4);
	set_float(s, "seed", (double)pick(s->m, 1, 99));
	return true;
}

bool make_bernoulli(Step *s)
{
	int64_t dims[4];
	int rank = (int)pick(s->m, 0, 4);

	random_dims(s->m, rank, dims, 200);
	set_float(s, "seed", (double)pick(s->m, 1, 99));
	take_shaped(s, DT_NONE, rank, dims, (Range){0, 1, true, false, true});
	return true;
}

bool make_multinomial(Step *s)
{
	int64_t dims[] = {pick(s->m, 1, 3), pick(s->m, 1, 6)};

	set_float(s, "seed", (double)pick(s->m, 1, 99));
	take_shaped(s, DT_NONE, 2, dims, (Range){-2, 2, true, false, true});
	return true;
}

/* ---- training ---- */

static int states_of(const Op *op) { return op == &op_adam ? 2 : 1; }

bool make_optimizer(Step *s)
{
	int64_t dims[3];
	int rank = (int)pick(s->m, 0, 3), tensors = (int)pick(s->m, 1, 2), states = states_of(s->op);
	double step = (double)pick(s->m, 0, 3);

	random_dims(s->m, rank, dims, 60);
	take_shaped(s, DT_NONE, 0, NULL, around(0.01, 0.5));
	take_numbers(s, I64, 1, &step, true);
	for (int i = 0; i < 2 * tensors; i++)
		take_shaped(s, DT_NONE, rank, dims, range_of(s));
	for (int i = 0; i < states * tensors; i++)
		take_shaped(s, DT_NONE, rank, dims, around(0.1, 2));
	s->nout = tensors * (1 + states);
	return true;
}
