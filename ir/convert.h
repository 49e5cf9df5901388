/* convert.h -- the narrow floats: f16, bf16, the four f8, f4e2m1, f8e8m0, each code to double and back.
 *
 * Every encoding rounds once, from the exact value, to nearest even. `saturate` is the attribute of ONNX Cast: true
 * clamps to the largest finite value where the type saturates at all (f8, f4), false gives infinity or NaN. */
#ifndef TCC_IR_CONVERT_H
#define TCC_IR_CONVERT_H
#include "ir/tensor.h"

double narrow_decode(DType t, unsigned code);
unsigned narrow_encode(DType t, double x, bool saturate);
unsigned narrow_encode_i64(DType t, int64_t x, bool saturate);

/* f8e8m0 has powers of two only: code c is 2^(c - 127), 255 is NaN; the sign of x is dropped. Down is towards zero;
 * nearest rounds ties up. The two functions above use E8M0_UP, the default of Cast. */
enum e8m0_round { E8M0_UP, E8M0_DOWN, E8M0_NEAREST };
unsigned e8m0_encode(double x, enum e8m0_round round, bool saturate);

/* Truncation towards zero, as emitted C does it: what is out of range, NaN included, gives the least i64, or its bits. */
int64_t double_to_i64(double x);
uint64_t double_to_u64(double x);
#endif
