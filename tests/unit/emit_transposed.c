/* Transposed convolutions as emitted C: random ConvTranspose nodes of one to three axes, with every attribute. */
enum { MODELS = 3, NODES = 12, INPUTS = 64 };
#include "tests/unit/models.h"

static Ints ints(Model *m, int n) { return (Ints){NEW_N(&m->ctx.perm, int64_t, n), n}; }

static Ints random_ints(Model *m, int n, int64_t lo, int64_t hi)
{
	Ints list = ints(m, n);

	for (int i = 0; i < n; i++)
		list.v[i] = pick(m, lo, hi);
	return list;
}

/* Padding that leaves something of every axis: pads, one of the auto_pad modes, or an output_shape. */
static void random_padding(Model *m, struct Sliding *a, int n, const int64_t *size, const int64_t *kernel)
{
	int64_t mode = pick(m, 0, 9);

	a->pads = ints(m, 2 * n);
	for (int i = 0; i < n; i++) {
		int64_t full = (size[i] - 1) * a->strides.v[i] + (kernel[i] - 1) * a->dilations.v[i] + 1;
		a->pads.v[i] = pick(m, 0, (full - 1) / 2 < 4 ? (full - 1) / 2 : 4);
		a->pads.v[n + i] = pick(m, 0, (full - 1) / 2 < 4 ? (full - 1) / 2 : 4);
	}
	if (mode > 5) {
		a->auto_pad = mode < 9 ? mode - 5 : PAD_NOTSET;
		a->pads.n = -1;
	}
	if (mode == 9 || (mode > 5 && chance(m, 20)))
		a->output_shape = random_ints(m, n, 3, 14);
}

static Value *random_node(Model *m, int number)
{
	struct Sliding *a = attr_new(m->g, &op_convtranspose);
	int n = 1 + number % 3, most = n == 3 ? 2 : 3;
	int64_t group = a->group = pick(m, 0, 3) ? 1 : pick(m, 2, 4);
	int64_t c = group * pick(m, 1, 5), each = chance(m, 30) ? pick(m, 16, 33) : pick(m, 1, 5);
	int64_t x[5] = {pick(m, 1, 2), c}, w[5] = {c, each}, bias = each * group;

	a->strides = random_ints(m, n, 1, most + 1);
	a->dilations = chance(m, 30) ? random_ints(m, n, 1, 3) : random_ints(m, n, 1, 1);
	for (int i = 0; i < n; i++) {
		x[2 + i] = pick(m, 1, 8 - n);
		w[2 + i] = pick(m, 1, most + 2);
	}
	random_padding(m, a, n, x + 2, w + 2);
	if (chance(m, 30))
		a->output_padding = random_ints(m, n, 0, 2);
	return put_attr(m->g, NULL, "ConvTranspose", a, given(m, random_tensor(m, 2 + n, x)),
			parameter(m, 2 + n, w), chance(m, 70) ? parameter(m, DIMS(bias)) : NULL, END_IN);
}

static void add_node(Model *m, int number)
{
	Value *y = random_node(m, number);

	if (chance(m, 50))
		y = put(m->g, NULL, "Relu", y, END_IN);
	graph_output(m->g, y, "y");
}

int main(void) { return models_main(); }
