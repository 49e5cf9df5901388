/* exact.c -- see exact.h. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "tests/suite/exact.h"

static const int64_t most[ULP_BINS] = {0, 1, 2, 4, 8, 16, 32, INT64_MAX};

/* Floats of a type as integers in the same order, next to each other. */
static int64_t place_of(DType t, const void *data, int64_t i)
{
	int bits = dtype_info(t)->bits;
	uint64_t x = 0;

	memcpy(&x, (const char *)data + i * (bits / 8), (size_t)bits / 8);
	int64_t size = (int64_t)(x & (((uint64_t)1 << (bits - 1)) - 1));
	return x >> (bits - 1) ? -size : size;
}

static int64_t distance(const Tensor *got, const Tensor *want, int64_t i)
{
	double a = load_f64(got->dtype, got->data, i), b = load_f64(want->dtype, want->data, i);

	if (isnan(a) && isnan(b))
		return 0;
	if (isnan(a) || isnan(b))
		return INT64_MAX;
	int64_t p = place_of(got->dtype, got->data, i), q = place_of(want->dtype, want->data, i);
	uint64_t d = p > q ? (uint64_t)p - (uint64_t)q : (uint64_t)q - (uint64_t)p;
	return d > INT64_MAX ? INT64_MAX : (int64_t)d;
}

void ulps_note(Ulps *u, const Tensor *got, const Tensor *want)
{
	if (!is_float(got->dtype) || dtype_info(got->dtype)->bits < 16 || got->dtype != want->dtype)
		return;
	for (int64_t i = 0; i < got->count; i++) {
		int64_t d = distance(got, want, i);
		int bin = 0;
		while (d > most[bin])
			bin++;
		u->count[bin]++;
		u->worst = d > u->worst ? d : u->worst;
	}
}

void ulps_add(Ulps *sum, const Ulps *u)
{
	for (int b = 0; b < ULP_BINS; b++)
		sum->count[b] += u->count[b];
	sum->worst = u->worst > sum->worst ? u->worst : sum->worst;
}

void ulps_print_head(void)
{
	printf("\n%-40s %10s", "ULP from the evaluator", "floats");
	for (int b = 0; b + 1 < ULP_BINS; b++)
		printf("    <=%-3" PRId64, most[b]);
	puts("    more  worst");
}

void ulps_print(const char *name, const Ulps *u)
{
	int64_t all = 0, sum = 0;

	for (int b = 0; b < ULP_BINS; b++)
		all += u->count[b];
	printf("%-40s %10" PRId64, name, all);
	for (int b = 0; b < ULP_BINS; b++) {
		sum += u->count[b];
		double share = 100 * (double)(b + 1 < ULP_BINS ? sum : u->count[b]) / (double)(all ? all : 1);
		printf(" %7.3f", share);
	}
	printf("  %" PRId64 "\n", u->worst);
}
