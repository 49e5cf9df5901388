/* domains_layers.c -- layers of networks: recurrences, attention, pictures, losses. */
#include <string.h>
#include "tests/fuzz/models/domains.h"

/* ---- layers ---- */

bool make_recurrent(Step *s)
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

bool make_attention(Step *s)
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

bool make_loss(Step *s)
{
	int64_t dims[4] = {pick(s->m, 1, 5), pick(s->m, 1, 7), pick(s->m, 1, 5)}, target[2] = {dims[0], dims[2]};
	int rank = (int)pick(s->m, 2, 3);

	take_shaped(s, DT_NONE, rank, dims, range_of(s));
	take_shaped(s, index_dtype(s->m), rank - 1, target, (Range){0, (double)dims[1] - 1, true, false, false});
	if (chance(s->m, 40))
		take_shaped(s, DT_NONE, 1, &dims[1], around(0.5, 1.5));
	return true;
}

/* ---- pictures ---- */

bool make_image(Step *s)
{
	Window w = window(s);

	take_shaped(s, DT_NONE, 2 + w.axes, w.x, range_of(s));
	return true;
}

/* A picture as the bytes of its file: PGM or PPM. */
bool make_image_file(Step *s)
{
	Model *m = s->m;
	bool colour = chance(m, 60);
	int w = (int)pick(m, 1, 9), h = (int)pick(m, 1, 9);
	const char *head = arena_format(&m->c->perm, "P%d %d %d 255\n", colour ? 6 : 5, w, h);
	int64_t begin = (int64_t)strlen(head), n = begin + w * h * (colour ? 3 : 1);
	Range r = range_of(s);
	Tensor *file = random_elements(m, s->t, 1, &n, &r);

	if (s->t == U8)
		memcpy(file->data, head, (size_t)begin);
	take_tensor(s, file, chance(m, 50));
	return true;
}

bool make_resize(Step *s)
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

bool make_grid_sample(Step *s)
{
	int64_t x[] = {pick(s->m, 1, 2), pick(s->m, 1, 3), pick(s->m, 1, 7), pick(s->m, 1, 9)};
	int64_t grid[] = {x[0], pick(s->m, 1, 5), pick(s->m, 1, 9), 2};

	take_shaped(s, DT_NONE, 4, x, range_of(s));
	take_shaped(s, DT_NONE, 4, grid, (Range){-1.1, 1.1, true, false, true});
	s->decides = 2;
	return true;
}
