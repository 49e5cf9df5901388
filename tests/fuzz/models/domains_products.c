/* domains_products.c -- sums of products: matrices, convolutions, and pools, which have the same windows. */
#include <string.h>
#include "tests/fuzz/models/domains.h"

/* ---- matrices ---- */

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

bool make_matmul_integer(Step *s)
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

bool make_einsum(Step *s)
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

bool make_det(Step *s)
{
	int64_t dims[4] = {pick(s->m, 0, 3), pick(s->m, 1, 3)};
	int rank = (int)pick(s->m, 2, 3);

	dims[rank - 2] = dims[rank - 1] = pick(s->m, 1, 6); /* more than 4 by elimination */
	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	return true;
}

/* Rows of two matrices. */
bool make_cdist(Step *s)
{
	int64_t a[] = {small_size(s->m), small_size(s->m)}, b[] = {small_size(s->m), a[1]};

	take_shaped(s, DT_NONE, 2, a, range_of(s));
	take_shaped(s, DT_NONE, 2, b, range_of(s));
	return true;
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

void channels_last_in(Window *w)
{
	int64_t channels = w->x[1];

	memmove(w->x + 1, w->x + 2, (size_t)w->axes * sizeof *w->x);
	w->x[1 + w->axes] = channels;
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
	if (s->op == &op_ort_NhwcFusedConv || s->op == &op_ort_NhwcConv)
		channels_last_in(&w);
	if (s->op == &op_ort_NhwcConv) {
		memmove(k + 1, k + 2, (size_t)w.axes * sizeof *k);
		k[1 + w.axes] = per;
	}
	take_shaped(s, DT_NONE, 2 + w.axes, x, range_of(s));
	take_shaped(s, DT_NONE, 2 + w.axes, k, range_of(s));
	if (s->op != &op_convinteger && chance(s->m, 60))
		take_shaped(s, DT_NONE, 1, k, range_of(s));
	else if (s->op == &op_convinteger && chance(s->m, 50))
		take_shaped(s, DT_NONE, 0, NULL, (Range){0, 100, true, false, false});
	return true;
}

bool make_conv_transpose(Step *s)
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

bool make_pool(Step *s)
{
	Window w = window(s);

	set_window(s, &w, true);
	take_shaped(s, DT_NONE, 2 + w.axes, w.x, range_of(s));
	s->nout = s->op == &op_maxpool && chance(s->m, 30) ? 2 : 1;
	return true;
}
