/* domains_gates.c -- operators of com.microsoft: gates, norms by groups, biases, parts of pictures and of words. */
#include <string.h>
#include "tests/fuzz/models/domains.h"

/* Any sizes, the last axis so wide. */
static int rows_of(Step *s, int64_t width, int64_t *dims)
{
	int rank = (int)pick(s->m, 1, 4);

	random_dims(s->m, rank, dims, 300);
	dims[rank - 1] = width;
	return rank;
}

/* ---- gates ---- */

bool make_swiglu(Step *s)
{
	int64_t dims[MAX_RANK];
	bool apart = chance(s->m, 50);
	int rank = rows_of(s, pick(s->m, 1, 17) * (apart ? 1 : 2), dims);

	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	if (apart)
		take_shaped(s, DT_NONE, rank, dims, range_of(s));
	return true;
}

bool make_gated_add(Step *s)
{
	int64_t dims[MAX_RANK];
	int rank = rows_of(s, pick(s->m, 1, 17), dims);

	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	dims[rank - 1] = 1;
	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	return true;
}

bool make_gated_norm(Step *s)
{
	int64_t dims[MAX_RANK], size = pick(s->m, 1, 9);
	int rank = rows_of(s, size * pick(s->m, 1, 3), dims);

	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	take_shaped(s, DT_NONE, 1, &size, around(0.5, 1.5));
	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	return true;
}

bool make_branches(Step *s)
{
	int64_t dims[MAX_RANK], size = pick(s->m, 1, 9), branches = pick(s->m, 1, 3), scales = size;
	int rank = rows_of(s, size * branches, dims);

	set_int(s, "num_branches", branches);
	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	if (chance(s->m, 50))
		scales *= branches;
	if (chance(s->m, 70))
		take_shaped(s, DT_NONE, 1, &scales, around(0.5, 1.5));
	return true;
}

bool make_linear_gate(Step *s)
{
	int64_t dims[MAX_RANK], heads = pick(s->m, 1, 9);
	int rank = rows_of(s, heads, dims);

	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	take_shaped(s, DT_NONE, 1, &heads, range_of(s));
	take_shaped(s, DT_NONE, 1, &heads, around(-1, 0));
	s->nout = 1;
	if (chance(s->m, 60)) {
		take_shaped(s, DT_NONE, rank, dims, range_of(s));
		s->nout = 2;
	}
	return true;
}

/* ---- sums, and what follows ---- */

bool make_bias_softmax(Step *s)
{
	int64_t dims[MAX_RANK];
	int rank = rows_of(s, pick(s->m, 1, 17), dims);

	set_int(s, "axis", pick(s->m, 0, rank - 1));
	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	return true;
}

bool make_bias_dropout(Step *s)
{
	int64_t dims[MAX_RANK], width = pick(s->m, 1, 17);
	int rank = rows_of(s, width, dims);

	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	take_shaped(s, DT_NONE, 1, &width, range_of(s));
	if (chance(s->m, 50))
		take_shaped(s, DT_NONE, rank, dims, range_of(s));
	s->nout = (int)pick(s->m, 1, 2);
	return true;
}

bool make_gemm_gelu(Step *s)
{
	int64_t x[] = {pick(s->m, 1, 3), small_size(s->m), small_size(s->m)}, w[] = {x[2], small_size(s->m)};

	take_shaped(s, DT_NONE, 3, x, range_of(s));
	take_shaped(s, DT_NONE, 2, w, range_of(s));
	if (chance(s->m, 60))
		take_shaped(s, DT_NONE, 1, &w[1], range_of(s));
	return true;
}

/* ---- norms by groups ---- */

/* A picture with channels last, scales and shifts; its sizes. */
static void grouped_picture(Step *s, int64_t *x)
{
	int64_t groups = pick(s->m, 1, 3), channels = groups * pick(s->m, 1, 5);
	bool last = chance(s->m, 60);

	x[0] = pick(s->m, 1, 2);
	x[1] = last ? pick(s->m, 1, 5) : channels;
	x[2] = pick(s->m, 1, 5);
	x[3] = last ? channels : pick(s->m, 1, 9);
	set_int(s, "groups", groups);
	set_int(s, "activation", pick(s->m, 0, 1));
	set_int(s, "channels_last", last);
	take_shaped(s, DT_NONE, 4, x, range_of(s));
	take_shaped(s, F32, 1, &channels, around(0.5, 1.5));
	take_shaped(s, F32, 1, &channels, around(-1, 1));
	x[4] = channels;
}

bool make_group_norm(Step *s)
{
	int64_t x[5];

	grouped_picture(s, x);
	return true;
}

bool make_skip_group_norm(Step *s)
{
	int64_t x[5];

	grouped_picture(s, x);
	if (chance(s->m, 50))
		take_shaped(s, DT_NONE, 4, x, range_of(s));
	else
		take_shaped(s, DT_NONE, 2, (int64_t[]){x[0], x[4]}, range_of(s));
	if (chance(s->m, 50))
		take_shaped(s, DT_NONE, 1, &x[4], range_of(s));
	s->nout = (int)pick(s->m, 1, 2);
	return true;
}

/* ---- how far tokens are from each other ---- */

bool make_relative_bias(Step *s)
{
	int64_t table[] = {2 * pick(s->m, 2, 6), pick(s->m, 1, 4)};
	double length = (double)pick(s->m, 1, 9);

	set_int(s, "max_distance", table[0] + pick(s->m, 0, 9));
	set_int(s, "is_bidirectional", pick(s->m, 0, 1));
	take_shaped(s, DT_NONE, 2, table, range_of(s));
	for (int i = 0; i < 2; i++)
		take_numbers(s, I64, 1, &length, chance(s->m, 50));
	return true;
}

bool make_gated_relative_bias(Step *s)
{
	int64_t heads = pick(s->m, 1, 3), size = pick(s->m, 1, 5), width = heads * size, gates = 2 * pick(s->m, 1, 3);
	int64_t x[] = {pick(s->m, 1, 2), pick(s->m, 1, 5), width}, bias[] = {1, heads, x[1], x[1]}, each[] = {1, heads, 1, 1};

	set_int(s, "num_heads", heads);
	take_shaped(s, DT_NONE, 3, x, range_of(s));
	take_shaped(s, DT_NONE, 1, &width, range_of(s));
	take_shaped(s, DT_NONE, 4, bias, range_of(s));
	take_shaped(s, DT_NONE, 2, (int64_t[]){size, gates}, around(-0.5, 0.5));
	take_shaped(s, DT_NONE, 1, &gates, range_of(s));
	take_shaped(s, DT_NONE, 4, each, range_of(s));
	return true;
}

/* ---- parts of pictures, of words, of texts ---- */

bool make_unfold(Step *s)
{
	const Tensor *x = take(s, 1, 4);
	int64_t axis = pick(s->m, 0, x->rank - 1);

	set_int(s, "dim", axis);
	set_int(s, "size", pick(s->m, 1, x->dim[axis]));
	set_int(s, "step", pick(s->m, 1, 3));
	return x->dim[axis] > 0;
}

/* Boxes lie at quarters and crops have 1, 2, 3 or 5 rows and columns: where an element lies is exact. */
bool make_crop_and_resize(Step *s)
{
	static const int64_t sides[] = {1, 2, 3, 5};
	int64_t x[] = {pick(s->m, 1, 3), pick(s->m, 1, 3), pick(s->m, 1, 7), pick(s->m, 1, 7)}, boxes = pick(s->m, 1, 4);
	double side[16];

	for (int64_t i = 0; i < 4 * boxes; i++)
		side[i] = (double)pick(s->m, -1, 5) / 4;
	Tensor *box = tensor_new(&s->m->c->perm, s->t, 2, (int64_t[]){boxes, 4});
	for (int64_t i = 0; is_float(s->t) && i < 4 * boxes; i++)
		store_f64(s->t, box->data, i, side[i]);
	take_shaped(s, DT_NONE, 4, x, range_of(s));
	take_tensor(s, box, chance(s->m, 50));
	take_shaped(s, I32, 1, &boxes, (Range){0, (double)x[0] - 1, true, false, true});
	take_ints(s, 2, (int64_t[]){sides[pick(s->m, 0, 3)], sides[pick(s->m, 0, 3)]});
	return true;
}

/* Letters of 0 end a word. */
bool make_word_conv(Step *s)
{
	int64_t words[] = {pick(s->m, 1, 4), pick(s->m, 3, 9)}, w[] = {pick(s->m, 1, 9), 1, pick(s->m, 1, 3), pick(s->m, 1, 5)};
	int64_t table[] = {pick(s->m, 2, 7), w[3]};

	take_shaped(s, s->t, 2, words, (Range){0, (double)table[0] - 1, true, false, true});
	take_shaped(s, F32, 4, w, around(-1, 1));
	take_shaped(s, F32, 1, w, around(-1, 1));
	take_shaped(s, F32, 2, table, around(-2, 2));
	return true;
}

bool make_ngrams_blocked(Step *s)
{
	int64_t tokens = pick(s->m, 2, 4), text[] = {pick(s->m, 1, 3), pick(s->m, 1, 9)}, scores[] = {text[0], tokens};

	set_int(s, "ngram_size", pick(s->m, 1, 3));
	take_shaped(s, s->t, 2, text, (Range){0, (double)tokens - 1, true, false, true});
	take_shaped(s, F32, 2, scores, range_of(s));
	return true;
}
