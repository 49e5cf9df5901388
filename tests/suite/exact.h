/* exact.h -- how far emitted code is from the evaluator, which computes every operator in double: a histogram in units in
 * the last place of the output's type (exact.c). */
#ifndef TCC_TESTS_EXACT_H
#define TCC_TESTS_EXACT_H
#include "ir/tensor.h"

enum { ULP_BINS = 8 }; /* 0, up to 1, 2, 4, 8, 16, 32, more */

typedef struct Ulps {
	int64_t count[ULP_BINS];
	int64_t worst;
} Ulps;

void ulps_note(Ulps *u, const Tensor *got, const Tensor *want); /* nothing where they hold no floats */
void ulps_add(Ulps *sum, const Ulps *u);
void ulps_print_head(void);
void ulps_print(const char *name, const Ulps *u);
#endif
