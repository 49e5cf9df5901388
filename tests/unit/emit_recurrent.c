/* Recurrent layers as emitted C: random LSTM, GRU and RNN nodes. */
enum { MODELS = 3, NODES = 3, INPUTS = 48 };
#include "tests/unit/models.h"

static Value *lengths(Model *m, int64_t batch, int64_t steps)
{
	Tensor *t = tensor_new(&m->ctx.perm, I32, 1, &batch);

	for (int64_t i = 0; i < batch; i++)
		store_i64(I32, t->data, i, pick(m, 0, steps));
	return chance(m, 30) ? value_const(m->g, "lengths", t) : given(m, t);
}

static void random_activations(Model *m, struct Recurrent *a, int n)
{
	static const char *const names[] = {"Relu", "Tanh", "Sigmoid", "Affine", "LeakyRelu", "ThresholdedRelu",
					    "ScaledTanh", "HardSigmoid", "Elu", "Softsign", "Softplus"};

	a->activations = (Strings){NEW_N(&m->ctx.perm, Text, n), n};
	for (int i = 0; i < n; i++) {
		const char *name = names[pick(m, 0, 10)];
		a->activations.v[i] = (Text){name, (int64_t)strlen(name)};
	}
}

/* LSTM, GRU or RNN (kind 2, 1, 0). */
static void add_node(Model *m, int number)
{
	int kind = number % 3;
	static const Op *const ops[] = {&op_rnn, &op_gru, &op_lstm};
	struct Recurrent *a = attr_new(m->g, ops[kind]);
	int64_t layout = chance(m, 30), direction = pick(m, 0, 2), d = direction == 2 ? 2 : 1, t = pick(m, 1, 5);
	int64_t n = pick(m, 1, 3), x = pick(m, 1, 9), h = pick(m, 1, 21), gh = cell_gates(kind) * h;
	int64_t p = layout ? n : d, q = layout ? d : n;
	Value *in[8] = {given(m, layout ? random_tensor(m, DIMS(n, t, x)) : random_tensor(m, DIMS(t, n, x))),
			parameter(m, DIMS(d, gh, x)), parameter(m, DIMS(d, gh, h))};

	a->direction = direction;
	a->layout = layout;
	a->clip = chance(m, 30) ? 0.5f : 0;
	a->input_forget = kind == CELL_LSTM && chance(m, 30);
	a->linear_before_reset = kind == CELL_GRU && chance(m, 50);
	if (chance(m, 30))
		random_activations(m, a, (int)d * (kind + 1));
	in[3] = chance(m, 70) ? parameter(m, DIMS(d, 2 * gh)) : NULL;
	in[4] = chance(m, 40) ? lengths(m, n, t) : NULL;
	in[5] = chance(m, 50) ? parameter(m, DIMS(p, q, h)) : NULL;
	in[6] = chance(m, 50) ? parameter(m, DIMS(p, q, h)) : NULL;
	in[7] = chance(m, 50) ? parameter(m, DIMS(d, 3 * h)) : NULL;
	int nin = kind == CELL_LSTM ? 8 : 6, nout = kind == CELL_LSTM ? 3 : 2;
	Node *node = node_new(m->g, ops[kind], NULL, nin, in, nout, a);
	for (int i = 0; i < nout; i++)
		if (chance(m, 75) || i == nout - 1)
			graph_output(m->g, node->out[i], "y");
}

int main(void) { return models_main(); }
