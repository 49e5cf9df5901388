/* exact.h -- how far emitted code is from the evaluator, which computes every operator in double: a histogram in units in
 * the last place of the output's type (exact.c). What is measured is written to tools/ulp.def, from which docs/operators.md
 * has it. */
#ifndef TCC_TESTS_EXACT_H
#define TCC_TESTS_EXACT_H
#include <stdio.h>
#include "ir/tensor.h"
#include "tests/suite/list.h"

enum { ULP_BINS = 8 }; /* 0, up to 1, 2, 4, 8, 16, 32, more */

typedef struct Ulps {
	int64_t count[ULP_BINS];
	int64_t worst;
} Ulps;

/* A case that was measured. */
typedef struct Measured {
	const char *name, *op; /* op: of a model of one node, "" of others */
	const Ulps *ulps;
} Measured;

void ulps_note(Ulps *u, const Tensor *got, const Tensor *want); /* nothing where they hold no floats */
/* Prints the histogram of all cases, and that of each with floats that are further away than all but the last bin. Returns how
 * many things are not as promised: fewer than 99 % of the floats within 4, or a case that is far and not on the list, or on it
 * and not far. */
int ulps_judge(const char *target, const Measured *m, int n, const List *far);
void ulps_write(FILE *f, const Measured *m, int n);     /* as rows of ulp.def */
void ulps_write_ops(FILE *f, const Measured *m, int n); /* those of operators alone */
#endif
