/* domains_packed.c -- operators of com.microsoft on tokens of several sequences without padding, and on one token at a time. */
#include <string.h>
#include "tests/fuzz/models/domains.h"

/* Sequences of other lengths each, behind each other without padding. */
typedef struct Sequences {
	int64_t batch, length, tokens;
	Tensor *offset, *sums; /* i32[batch, length], i32[batch + 1] */
} Sequences;

static Sequences sequences(Step *s)
{
	Arena *a = &s->m->g->ctx->perm;
	Sequences q = {.batch = pick(s->m, 1, 3), .length = pick(s->m, 1, 4)};
	int64_t padding = 0;

	q.offset = tensor_new(a, I32, 2, (int64_t[]){q.batch, q.length});
	q.sums = tensor_new(a, I32, 1, (int64_t[]){q.batch + 1});
	for (int64_t b = 0; b < q.batch; b++) {
		int64_t count = pick(s->m, b == 0, q.length);
		for (int64_t i = 0; i < q.length; i++) {
			int64_t at = b * q.length + i, place = i < count ? q.tokens++ : q.batch * q.length - ++padding;
			store_i64(I32, q.offset->data, place, at);
		}
		store_i64(I32, q.sums->data, b + 1, q.tokens);
	}
	return q;
}

static void take_sequences(Step *s, const Sequences *q)
{
	take_tensor(s, q->offset, chance(s->m, 50));
	take_tensor(s, q->sums, chance(s->m, 50));
}

bool make_padding_removed(Step *s)
{
	int64_t x[] = {pick(s->m, 1, 3), pick(s->m, 1, 4), pick(s->m, 1, 9)};
	Tensor *counts = tensor_new(&s->m->g->ctx->perm, I32, 1, x);

	for (int64_t b = 0; b < x[0]; b++)
		store_i64(I32, counts->data, b, pick(s->m, b == 0, x[1]));
	take_shaped(s, DT_NONE, 3, x, range_of(s));
	take_tensor(s, counts, chance(s->m, 50));
	s->nout = (int)pick(s->m, 1, 4);
	return true;
}

bool make_padding_restored(Step *s)
{
	Sequences q = sequences(s);

	take_shaped(s, DT_NONE, 2, (int64_t[]){q.tokens, pick(s->m, 1, 9)}, range_of(s));
	take_tensor(s, q.offset, chance(s->m, 50));
	return true;
}

bool make_packed_attention(Step *s)
{
	int64_t heads = pick(s->m, 1, 3), width = 3 * heads * pick(s->m, 1, 5);
	Sequences q = sequences(s);
	int64_t x[] = {q.tokens, pick(s->m, 1, 9)}, w[] = {x[1], width};

	set_int(s, "num_heads", heads);
	take_shaped(s, DT_NONE, 2, x, range_of(s));
	take_shaped(s, DT_NONE, 2, w, around(-0.5, 0.5));
	take_shaped(s, DT_NONE, 1, &width, range_of(s));
	take_sequences(s, &q);
	return true;
}

bool make_packed_multihead(Step *s)
{
	int64_t heads = pick(s->m, 1, 3), size = pick(s->m, 1, 5), width = heads * size, all = 3 * width;
	bool together = chance(s->m, 40);
	Sequences q = sequences(s);

	set_int(s, "num_heads", heads);
	for (int i = 0; i < 3; i++)
		if (together && i)
			take_none(s);
		else if (together)
			take_shaped(s, DT_NONE, 4, (int64_t[]){q.tokens, heads, 3, size}, range_of(s));
		else
			take_shaped(s, DT_NONE, 2, (int64_t[]){q.tokens, width}, range_of(s));
	if (chance(s->m, 50))
		take_shaped(s, DT_NONE, 1, &all, range_of(s));
	else
		take_none(s);
	take_sequences(s, &q);
	return true;
}

/* ---- one token more ---- */

/* From which beam of its batch each row of the past comes. */
static void take_beams(Step *s, int64_t batch, int64_t beams, int64_t rows)
{
	double width = (double)beams;

	take_numbers(s, I32, 1, &width, false);
	take_shaped(s, I32, 3, (int64_t[]){batch, beams, rows}, (Range){0, width - 1, true, false, true});
}

/* The past grows, or has room for the token. */
bool make_decoder(Step *s)
{
	enum { MASK = 3, SCORE_BIAS, PAST = 5 };
	int64_t heads = pick(s->m, 1, 3), size = pick(s->m, 1, 5), width = heads * size, batch = pick(s->m, 1, 2);
	int64_t beams = pick(s->m, 1, 2), rows = pick(s->m, 1, 5), all = batch * beams;
	int64_t x[] = {all, 1, width}, past[] = {all, heads, rows, size};
	bool room = chance(s->m, 60);
	double before = (double)pick(s->m, 0, rows - 1);

	set_int(s, "num_heads", heads);
	set_int(s, "past_present_share_buffer", room);
	for (int i = 0; i < 3; i++)
		take_shaped(s, DT_NONE, 3, x, range_of(s));
	for (int i = MASK; i <= SCORE_BIAS; i++)
		take_none(s);
	for (int i = 0; i < 2; i++)
		take_shaped(s, DT_NONE, 4, past, range_of(s));
	if (room) {
		take_numbers(s, I32, 1, &before, chance(s->m, 50));
		if (chance(s->m, 50))
			take_beams(s, batch, beams, rows);
	}
	s->nout = 3;
	return true;
}

/* A pair turns by one of three positions. */
bool make_multi_rotary(Step *s)
{
	int64_t half = pick(s->m, 1, 6), heads = pick(s->m, 1, 3), rows = pick(s->m, 1, 9), part[3];
	int64_t x[] = {pick(s->m, 1, 2), pick(s->m, 1, 5), heads * 2 * half}, at[] = {3, x[0], x[1]}, table[] = {rows, half};

	part[0] = pick(s->m, 0, half);
	part[1] = pick(s->m, 0, half - part[0]);
	part[2] = half - part[0] - part[1];
	set_ints(s, "mrope_section", 3, part);
	set_int(s, "mrope_layout", pick(s->m, 0, 1));
	take_shaped(s, DT_NONE, 3, x, range_of(s));
	take_shaped(s, I64, 3, at, (Range){0, (double)rows - 1, true, false, true});
	for (int i = 0; i < 2; i++)
		take_shaped(s, DT_NONE, 2, table, around(-1, 1));
	return true;
}
