/* ort_fft.c -- com.microsoft: Rfft and Irfft, Fourier transforms of real numbers along the last signal_ndim axes.
 *
 *     Rfft     x [.., a, n] -> [.., a, n / 2 + 1, 2]    the front half of the spectrum along the last axis, then all others
 *     Irfft    x [.., a, m, 2] -> [.., a, 2 (m - 1)]    the same backwards, over the count of all numbers of a signal
 *
 * Each axis is a DFT. Attributes `normalized` and `onesided` have one value each that ONNX Runtime takes. */
#include "ir/op/dft.h"

struct OrtFft { int64_t signal_ndim, normalized, onesided; };

enum { MOST_AXES = 3 };

static void check_fft(Graph *g, const Node *n, int parts)
{
	const struct OrtFft *a = n->attr;

	if (a->signal_ndim < 1 || a->signal_ndim > MOST_AXES)
		fail_node(g, n, "E-ATTR", "signal_ndim is %lld; it must be 1..%d", (long long)a->signal_ndim, MOST_AXES);
	if (a->normalized)
		fail_node(g, n, "E-ATTR", "normalized is %lld; it must be 0", (long long)a->normalized);
	if (a->onesided != 1)
		fail_node(g, n, "E-ATTR", "onesided is %lld; it must be 1", (long long)a->onesided);
	need_rank(g, n, 0, (int)a->signal_ndim + parts, MAX_RANK - 1 + parts);
}

static Value *along(Graph *g, const Node *n, Value *x, int axis, struct Dft how)
{
	return put_attr(g, n, "DFT", &how, x, NULL, value_scalar(g, I64, axis), END_IN);
}

/* Along the axes of a signal but for its last one; x has complex numbers behind that. */
static Value *along_others(Graph *g, const Node *n, Value *x, bool inverse)
{
	int last = x->shape.rank - 2, count = (int)ATTR_OF(n, OrtFft)->signal_ndim;

	for (int axis = last - 1; axis > last - count; axis--)
		x = along(g, n, x, axis, (struct Dft){.inverse = inverse});
	return x;
}

static void expand_rfft(Graph *g, Node *n)
{
	DType t = n->in[0]->dtype;
	int64_t rank = n->in[0]->shape.rank;

	check_fft(g, n, 0);
	Value *x = with_axes(g, n, cast_value(g, n, n->in[0], work_type(t)), 1, &rank);
	x = along(g, n, x, (int)rank - 1, (struct Dft){.onesided = 1});
	replace_out(g, n, 0, cast_value(g, n, along_others(g, n, x, false), t));
}

static void expand_irfft(Graph *g, Node *n)
{
	DType t = n->in[0]->dtype;
	int rank = n->in[0]->shape.rank;
	int64_t last = rank - 1;

	check_fft(g, n, 1);
	need_size(g, n, 0, rank - 1, dim(2));
	Value *x = along_others(g, n, cast_value(g, n, n->in[0], work_type(t)), true);
	x = along(g, n, x, rank - 2, (struct Dft){.inverse = 1, .onesided = 1});
	x = put(g, n, "Squeeze", x, value_i64(g, 1, &last), END_IN);
	replace_out(g, n, 0, cast_value(g, n, x, t));
}

static const Attr fft_attrs[] = {ATTR_INT(OrtFft, signal_ndim, 1), ATTR_INT(OrtFft, normalized, 0),
				 ATTR_INT(OrtFft, onesided, 1), {0}};

#define ORT_FFT(id, how)                                                                                               \
	const Op op_ort_##id = {                                                                                       \
		.name = #id, .domain = "com.microsoft", .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1,          \
		.ulp = 256, .attrs = fft_attrs, .attr_size = sizeof(struct OrtFft),                                    \
		.types = "f", .infer = infer_expansion, .eval = eval_expansion, .expand = how,                         \
	}

ORT_FFT(Rfft, expand_rfft);
ORT_FFT(Irfft, expand_irfft);
