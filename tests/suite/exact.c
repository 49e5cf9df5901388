/* exact.c -- see exact.h. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "tests/suite/exact.h"

static const int64_t most[ULP_BINS] = {0, 1, 2, 4, 8, 16, 32, INT64_MAX};

enum { NEAR_BINS = 4 }; /* up to 4 */

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

static void add(Ulps *sum, const Ulps *u)
{
	for (int b = 0; b < ULP_BINS; b++)
		sum->count[b] += u->count[b];
	sum->worst = u->worst > sum->worst ? u->worst : sum->worst;
}

static void print_head(void)
{
	printf("\n%-40s %10s", "ULP from the evaluator", "floats");
	for (int b = 0; b + 1 < ULP_BINS; b++)
		printf("    <=%-3" PRId64, most[b]);
	puts("    more  worst");
}

static int64_t count_to(const Ulps *u, int bins)
{
	int64_t sum = 0;

	for (int b = 0; b < bins; b++)
		sum += u->count[b];
	return sum;
}

static void print(const char *name, const Ulps *u)
{
	int64_t all = count_to(u, ULP_BINS);

	printf("%-40s %10" PRId64, name, all);
	for (int b = 0; b < ULP_BINS; b++) {
		int64_t n = b + 1 < ULP_BINS ? count_to(u, b + 1) : u->count[b];
		printf(" %7.3f", 100 * (double)n / (double)(all ? all : 1));
	}
	printf("  %" PRId64 "\n", u->worst);
}

static Ulps sum_of(const Measured *m, int n)
{
	Ulps sum = {0};

	for (int i = 0; i < n; i++)
		add(&sum, m[i].ulps);
	return sum;
}

static int judge_case(const Measured *m, const List *far)
{
	bool is_far = m->ulps->count[ULP_BINS - 1] > 0, listed = list_find(far, m->name) != NULL;

	if (is_far)
		print(m->name, m->ulps);
	if (is_far && !listed)
		printf("%s: further from the evaluator than %" PRId64 " ULP\n", m->name, most[ULP_BINS - 2]);
	if (listed && !is_far && count_to(m->ulps, ULP_BINS))
		printf("%s: not far from the evaluator, remove it from the list\n", m->name);
	return is_far != listed && (is_far || count_to(m->ulps, ULP_BINS));
}

int ulps_judge(const char *target, const Measured *m, int n, const List *far)
{
	Ulps sum = sum_of(m, n);
	bool few = 100 * count_to(&sum, NEAR_BINS) < 99 * count_to(&sum, ULP_BINS);
	int wrong = few;

	print_head();
	print(target, &sum);
	for (int i = 0; i < n; i++)
		wrong += judge_case(&m[i], far);
	if (few)
		printf("%s: less than 99 %% of the floats are within %" PRId64 " ULP\n", target, most[NEAR_BINS - 1]);
	return wrong;
}

/* ---- ulp.def ---- */

static const char head[] =
	"/* How far C of --strict is from the evaluator, over the ONNX backend tests: ULP_WITHIN(ULP, floats that are no further\n"
	" * away), all of them at the end, and ULP_OF(operator, the largest of all cases with nothing but it). Written by\n"
	" * `suite -x -u`. */\n"
	"#ifndef ULP_WITHIN\n#define ULP_WITHIN(ulp, floats)\n#endif\n#ifndef ULP_OF\n#define ULP_OF(name, ulp)\n#endif\n";

static int by_op(const void *a, const void *b) { return strcmp(((const Measured *)a)->op, ((const Measured *)b)->op); }

static void write_op(FILE *f, const Measured *m, int n)
{
	Ulps u = sum_of(m, n);

	if (*m->op && count_to(&u, ULP_BINS))
		fprintf(f, "ULP_OF(\"%s\", %" PRId64 ")\n", m->op, u.worst);
}

void ulps_write_ops(FILE *f, const Measured *m, int n)
{
	Measured *sorted = malloc((size_t)n * sizeof *sorted);

	if (sorted)
		memcpy(sorted, m, (size_t)n * sizeof *sorted);
	qsort(sorted, sorted ? (size_t)n : 0, sizeof *sorted, by_op);
	for (int i = 0, k; sorted && i < n; i = k) {
		for (k = i + 1; k < n && !by_op(&sorted[i], &sorted[k]); k++)
			;
		write_op(f, sorted + i, k - i);
	}
	free(sorted);
}

void ulps_write(FILE *f, const Measured *m, int n)
{
	Ulps sum = sum_of(m, n);

	fputs(head, f);
	for (int b = 0; b + 1 < ULP_BINS; b++)
		fprintf(f, "ULP_WITHIN(%" PRId64 ", %" PRId64 ")\n", most[b], count_to(&sum, b + 1));
	fprintf(f, "ULP_WITHIN(%" PRId64 ", %" PRId64 ")\n", sum.worst, count_to(&sum, ULP_BINS));
	ulps_write_ops(f, m, n);
	fputs("#undef ULP_WITHIN\n#undef ULP_OF\n", f);
}
