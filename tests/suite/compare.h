/* compare.h -- is a tensor what was expected? */
#ifndef TCC_TESTS_COMPARE_H
#define TCC_TESTS_COMPARE_H
#include <stdio.h>
#include "ir/tensor.h"

/* Type and sizes must agree exactly, integers and strings too; floats within |got - want| <= atol + rtol * |want|, NaN
 * equal to NaN, infinities to themselves. Otherwise `why` says what differs. */
bool tensor_matches(const Tensor *got, const Tensor *want, double rtol, double atol, char *why, size_t size);
/* Type and sizes must agree exactly; floats must be finite. For random numbers. */
bool tensor_resembles(const Tensor *got, const Tensor *want, char *why, size_t size);
#endif
