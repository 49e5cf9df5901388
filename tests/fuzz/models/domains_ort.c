/* domains_ort.c -- operators of com.microsoft: biases, what is fused with a product, attention. */
#include "tests/fuzz/models/domains.h"

/* ---- small ones ---- */

bool make_bias_add(Step *s)
{
	int64_t dims[] = {pick(s->m, 1, 2), pick(s->m, 1, 5), pick(s->m, 1, 17)};

	take_shaped(s, DT_NONE, 3, dims, range_of(s));
	take_shaped(s, DT_NONE, 1, &dims[2], range_of(s));
	take_shaped(s, DT_NONE, 3, dims, range_of(s));
	return true;
}

bool make_split_gelu(Step *s)
{
	int64_t dims[] = {pick(s->m, 1, 2), pick(s->m, 1, 5), 2 * pick(s->m, 1, 17)};

	take_shaped(s, DT_NONE, 3, dims, range_of(s));
	take_shaped(s, DT_NONE, 1, &dims[2], range_of(s));
	return true;
}

/* Matrices whose diagonal outweighs their rows. */
bool make_inverse(Step *s)
{
	int64_t n = pick(s->m, 1, 5), dims[] = {pick(s->m, 1, 3), n, n};
	Range r = {-1, 1, true, false, true};

	Tensor *x = random_elements(s->m, s->t, 3, dims, &r);
	for (int64_t i = 0; is_float(s->t) && i < dims[0] * n; i++)
		store_f64(s->t, x->data, i * n + i % n, (double)(2 * n));
	take_tensor(s, x, chance(s->m, 20));
	return true;
}

/* ---- products with what follows ---- */

static const char *random_activation(Model *m)
{
	static const char *const names[] = {"Relu", "Tanh", "Sigmoid", "HardSwish", "Gelu", "LeakyRelu", "Elu"};

	return names[pick(m, 0, 6)];
}

bool make_fused_conv(Step *s)
{
	set_text(s, "activation", random_activation(s->m));
	set_floats(s, "activation_params", 1, (const float[]){0.5f});
	return make_conv(s);
}

bool make_fused_gemm(Step *s)
{
	set_text(s, "activation", random_activation(s->m));
	set_float(s, "activation_alpha", 0.5);
	return make_gemm(s);
}

bool make_nhwc_pool(Step *s)
{
	Window w = window(s);

	channels_last_in(&w);
	set_window(s, &w, true);
	take_shaped(s, DT_NONE, 2 + w.axes, w.x, range_of(s));
	return true;
}

/* ---- attention ---- */

bool make_embedding(Step *s)
{
	int64_t ids[] = {pick(s->m, 1, 2), pick(s->m, 1, 6)}, width = pick(s->m, 1, 17);
	int64_t table[] = {pick(s->m, 1, 9), width}, places[] = {ids[1] + pick(s->m, 0, 3), width}, two_rows[] = {2, width};

	take_shaped(s, I32, 2, ids, (Range){0, (double)table[0] - 1, true, false, false});
	take_shaped(s, I32, 2, ids, (Range){0, 1, true, false, false});
	take_shaped(s, DT_NONE, 2, table, range_of(s));
	take_shaped(s, DT_NONE, 2, places, range_of(s));
	take_shaped(s, DT_NONE, 2, two_rows, range_of(s));
	take_shaped(s, DT_NONE, 1, &width, around(0.5, 1.5));
	take_shaped(s, DT_NONE, 1, &width, around(-1, 1));
	if (chance(s->m, 60))
		take_shaped(s, I32, 2, ids, (Range){0, 1, true, false, false});
	s->nout = (int)pick(s->m, 1, 3);
	return true;
}

bool make_projected_attention(Step *s)
{
	int64_t heads = pick(s->m, 1, 3), size = pick(s->m, 1, 5), width = 3 * heads * size;
	int64_t x[] = {pick(s->m, 1, 2), pick(s->m, 1, 5), pick(s->m, 1, 9)}, w[] = {x[2], width};

	set_int(s, "num_heads", heads);
	take_shaped(s, DT_NONE, 3, x, range_of(s));
	take_shaped(s, DT_NONE, 2, w, around(-0.5, 0.5));
	take_shaped(s, DT_NONE, 1, &width, range_of(s));
	return true;
}

bool make_multihead(Step *s)
{
	int64_t heads = pick(s->m, 1, 3), width = heads * pick(s->m, 1, 5), all = 3 * width;
	int64_t q[] = {pick(s->m, 1, 2), pick(s->m, 1, 5), width}, k[] = {q[0], pick(s->m, 1, 6), width};

	set_int(s, "num_heads", heads);
	take_shaped(s, DT_NONE, 3, q, range_of(s));
	take_shaped(s, DT_NONE, 3, k, range_of(s));
	take_shaped(s, DT_NONE, 3, k, range_of(s));
	if (chance(s->m, 40))
		take_shaped(s, DT_NONE, 1, &all, range_of(s));
	return true;
}

/* Caches hold what is past and no more, or have room for a few rows more than there are new ones. */
bool make_group_query(Step *s)
{
	int64_t shared = pick(s->m, 1, 2), heads = shared * pick(s->m, 1, 2), size = 2 * pick(s->m, 1, 3);
	int64_t q[] = {pick(s->m, 1, 2), pick(s->m, 1, 4), heads * size}, k[] = {q[0], q[1], shared * size};
	int64_t past[] = {q[0], shared, pick(s->m, 1, 4), size};
	bool begun = chance(s->m, 60), room = begun && chance(s->m, 50);
	double total = (double)(q[1] + (begun ? past[2] : 0)), last[2] = {total - 1, total - 1};

	if (room) {
		past[2] = (int64_t)total;
		for (int i = 0; i < 2; i++)
			last[i] = (double)pick(s->m, q[1], past[2]) - 1;
	}
	set_int(s, "past_present_share_buffer", room);
	set_int(s, "num_heads", heads);
	set_int(s, "kv_num_heads", shared);
	take_shaped(s, DT_NONE, 3, q, range_of(s));
	take_shaped(s, DT_NONE, 3, k, range_of(s));
	take_shaped(s, DT_NONE, 3, k, range_of(s));
	for (int i = 0; i < 2; i++)
		if (begun)
			take_shaped(s, DT_NONE, 4, past, range_of(s));
		else
			take_none(s);
	take_numbers(s, I32, (int)q[0], last, false);
	take_numbers(s, I32, 1, &total, true);
	if (chance(s->m, 50)) {
		for (int i = 0; i < 4; i++)
			take_none(s);
		take_shaped(s, DT_NONE, 1, &heads, range_of(s));
	}
	s->nout = 3;
	return true;
}

/* Scores of experts are whole numbers, different ones of each token: rounding does not change their order. */
bool make_moe(Step *s)
{
	int64_t experts = pick(s->m, 1, 4), hidden = pick(s->m, 1, 6), inner = pick(s->m, 1, 5), tokens = pick(s->m, 1, 4);
	int64_t kind = pick(s->m, 0, 4), layout = pick(s->m, 0, 2), width = kind == 3 && layout ? 2 * inner : inner;
	int64_t x[] = {tokens, hidden}, router[] = {tokens, experts}, up[] = {experts, width, hidden};
	int64_t down[] = {experts, hidden, inner}, bias[] = {experts, width}, last[] = {experts, hidden};

	set_int(s, "k", pick(s->m, 1, experts));
	set_int(s, "activation_type", kind);
	set_int(s, "swiglu_fusion", layout);
	take_shaped(s, DT_NONE, 2, x, range_of(s));
	Tensor *scores = tensor_new(&s->m->g->ctx->perm, s->t, 2, router);
	for (int64_t i = 0; is_float(s->t) && i < scores->count; i++)
		store_f64(s->t, scores->data, i, (double)((i + i / experts) % experts));
	take_tensor(s, scores, chance(s->m, 50));
	take_shaped(s, DT_NONE, 3, up, range_of(s));
	if (chance(s->m, 50))
		take_shaped(s, DT_NONE, 2, bias, range_of(s));
	else
		take_none(s);
	take_shaped(s, DT_NONE, 3, down, range_of(s));
	if (chance(s->m, 50))
		take_shaped(s, DT_NONE, 2, last, range_of(s));
	else
		take_none(s);
	if (kind == 3 && layout == 0)
		take_shaped(s, DT_NONE, 3, up, range_of(s));
	return true;
}

bool make_ort_rotary(Step *s)
{
	int64_t half = pick(s->m, 1, 5), heads = pick(s->m, 1, 3), table[] = {pick(s->m, 5, 9), half};
	int64_t x[] = {pick(s->m, 1, 2), pick(s->m, 1, 5), heads * 2 * half}, first = 1;
	bool each = chance(s->m, 50);

	take_shaped(s, DT_NONE, 3, x, range_of(s));
	take_shaped(s, I64, each ? 2 : 1, each ? x : &first, (Range){0, each ? (double)table[0] - 1 : 0, true, false, true});
	take_shaped(s, DT_NONE, 2, table, around(-1, 1));
	take_shaped(s, DT_NONE, 2, table, around(-1, 1));
	return true;
}
