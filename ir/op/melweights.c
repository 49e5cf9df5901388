/* melweights.c -- MelWeightMatrix (17): a constant matrix from the bins of a spectrum to bands of the mel scale.
 *
 *     mel(f) = 2595 log10(1 + f / 700)
 *     band b is a triangle over the spectrum's bins e[b], e[b + 1], e[b + 2], edges at equal steps of mel */
#include <math.h>
#include "ir/op/composite.h"

enum { BANDS, LENGTH, RATE, LOWEST, HIGHEST };

struct MelWeights { DType output_datatype; };

static double number_in(Graph *g, const Node *n, int slot)
{
	int count;
	const double *x = const_f64(g, n, slot, &count);

	if (count != 1 || !(*x >= 0) || *x > INT32_MAX)
		fail_node(g, n, "E-VALUE", "input %d must be one number that is not negative", slot);
	return *x;
}

static void infer(Graph *g, Node *n)
{
	DType t = ATTR_OF(n, MelWeights)->output_datatype;

	if (!is_float(t) && !is_int(t))
		fail_node(g, n, "E-ATTR", "output_datatype is %s; it must be a type of numbers", dtype_name(t));
	for (int i = BANDS; i <= RATE; i++)
		need_type(g, n, i, "iu");
	need_type(g, n, LOWEST, "f");
	need_type(g, n, HIGHEST, "f");
	if (number_in(g, n, RATE) < 1 || number_in(g, n, HIGHEST) > number_in(g, n, RATE) ||
	    number_in(g, n, LOWEST) > number_in(g, n, HIGHEST))
		fail_node(g, n, "E-VALUE", "edges %g .. %g at a sample rate of %g", number_in(g, n, LOWEST),
			  number_in(g, n, HIGHEST), number_in(g, n, RATE));
	set_out(g, n, 0, t, &(Shape){2, {dim((int64_t)number_in(g, n, LENGTH) / 2 + 1), dim((int64_t)number_in(g, n, BANDS))}});
}

/* The bin in which edge k of the bands lies. */
static int64_t edge_bin(Graph *g, const Node *n, int64_t k)
{
	double low = 2595 * log10(1 + number_in(g, n, LOWEST) / 700), high = 2595 * log10(1 + number_in(g, n, HIGHEST) / 700);
	double step = (high - low) / (number_in(g, n, BANDS) + 2);
	double hertz = 700 * (pow(10, ((double)k * step + low) / 2595) - 1);

	return (int64_t)floor((number_in(g, n, LENGTH) + 1) * hertz / number_in(g, n, RATE));
}

static double weight(int64_t bin, const int64_t *edge)
{
	int64_t up = edge[1] - edge[0], down = edge[2] - edge[1];

	if (up == 0 && bin == edge[1] && down <= 0)
		return 1;
	if (bin >= edge[1] && bin < edge[2])
		return (double)(edge[2] - bin) / (double)down;
	return up > 0 && bin >= edge[0] && bin <= edge[1] ? (double)(bin - edge[0]) / (double)up : 0;
}

static void expand(Graph *g, Node *n)
{
	const Shape *s = &n->out[0]->shape;
	Tensor *y = tensor_new(&g->ctx->perm, n->out[0]->dtype, 2, (int64_t[]){s->dim[0].k, s->dim[1].k});

	for (int64_t band = 0; band < y->dim[1]; band++) {
		int64_t edge[3] = {edge_bin(g, n, band), edge_bin(g, n, band + 1), edge_bin(g, n, band + 2)};
		for (int64_t bin = 0; bin < y->dim[0]; bin++)
			store_f64(y->dtype, y->data, bin * y->dim[1] + band, weight(bin, edge));
	}
	replace_out(g, n, 0, value_const(g, NULL, y));
}

static const Attr attrs[] = {ATTR_TYPE(MelWeights, output_datatype, F32), {0}};

const Op op_melweightmatrix = {
	.name = "MelWeightMatrix", .min_in = 5, .max_in = 5, .min_out = 1, .max_out = 1,
	.attrs = attrs, .attr_size = sizeof(struct MelWeights),
	.infer = infer, .eval = eval_expansion, .expand = expand,
};
