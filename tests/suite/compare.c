/* compare.c -- got against want, element by element, as numpy's assert_allclose would. */
#include <math.h>
#include <string.h>
#include "tests/suite/compare.h"

static void sizes_text(const Tensor *t, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "%s[", dtype_name(t->dtype));
	for (int i = 0; i < t->rank && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%lld", i ? "," : "", (long long)t->dim[i]);
	if (n < size)
		snprintf(out + n, size - n, "]");
}

static bool same_sizes(const Tensor *a, const Tensor *b)
{
	return a->dtype == b->dtype && a->rank == b->rank &&
	       (a->rank == 0 || memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim) == 0);
}

static bool close_to(double got, double want, double rtol, double atol)
{
	if (isnan(want) || isnan(got))
		return isnan(want) && isnan(got);
	if (isinf(want) || isinf(got))
		return got == want;
	return fabs(got - want) <= atol + rtol * fabs(want);
}

static bool floats_match(DType t, const Tensor *got, const Tensor *want, int64_t count, double rtol, double atol,
			 char *why, size_t size)
{
	int64_t bad = 0, first = 0;
	for (int64_t i = 0; i < count; i++)
		if (!close_to(load_f64(t, got->data, i), load_f64(t, want->data, i), rtol, atol) && bad++ == 0)
			first = i;
	if (bad)
		snprintf(why, size, "%lld of %lld differ, first element %lld: %.9g, should be %.9g", (long long)bad,
			 (long long)count, (long long)first, load_f64(t, got->data, first),
			 load_f64(t, want->data, first));
	return bad == 0;
}

static bool integers_match(const Tensor *got, const Tensor *want, char *why, size_t size)
{
	DType t = want->dtype;
	for (int64_t i = 0; i < want->count; i++) {
		int64_t a = load_i64(t, got->data, i), b = load_i64(t, want->data, i);
		if (a != b) {
			snprintf(why, size, "element %lld: %lld, should be %lld", (long long)i, (long long)a, (long long)b);
			return false;
		}
	}
	return true;
}

static bool texts_match(const Tensor *got, const Tensor *want, char *why, size_t size)
{
	const Text *a = got->data, *b = want->data;
	for (int64_t i = 0; i < want->count; i++)
		if (!same_text(&a[i], &b[i])) {
			snprintf(why, size, "element %lld: '%.*s', should be '%.*s'", (long long)i, (int)a[i].length,
				 a[i].text, (int)b[i].length, b[i].text);
			return false;
		}
	return true;
}

static bool sizes_match(const Tensor *got, const Tensor *want, char *why, size_t size)
{
	if (!same_sizes(got, want)) {
		char a[100], b[100];
		sizes_text(got, a, sizeof a);
		sizes_text(want, b, sizeof b);
		snprintf(why, size, "%s, should be %s", a, b);
		return false;
	}
	return true;
}

bool tensor_resembles(const Tensor *got, const Tensor *want, char *why, size_t size)
{
	if (!sizes_match(got, want, why, size))
		return false;
	for (int64_t i = 0; is_float(got->dtype) && i < got->count; i++)
		if (!isfinite(load_f64(got->dtype, got->data, i))) {
			snprintf(why, size, "element %lld is not finite", (long long)i);
			return false;
		}
	return true;
}

bool tensor_matches(const Tensor *got, const Tensor *want, double rtol, double atol, char *why, size_t size)
{
	if (!sizes_match(got, want, why, size))
		return false;
	switch (dtype_info(want->dtype)->class) {
	case DC_FLOAT:
		if (want->dtype == BF16) /* two units in the last place, as ONNX's own runner allows */
			rtol = fmax(rtol, 0x1p-6);
		return floats_match(want->dtype, got, want, want->count, rtol, atol, why, size);
	case DC_COMPLEX: /* pairs of floats */
		return floats_match(want->dtype == C64 ? F32 : F64, got, want, 2 * want->count, rtol, atol, why, size);
	case DC_STRING:
		return texts_match(got, want, why, size);
	default:
		return integers_match(got, want, why, size);
	}
}
