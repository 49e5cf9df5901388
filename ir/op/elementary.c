/* elementary.c -- functions of one real number (versions 1-22): rounding, roots, exponentials, trigonometry.
 *
 * Round goes to the nearest integer, halves to the even one. Outside its domain a function gives NaN. */
#include <math.h>
#include "ir/op/pointwise.h"

#define CHEAP_EXACT .flags = POINTWISE | CHEAP
#define FUNCTION .flags = POINTWISE, .ulp = 4

FLOAT1(Floor, floor(x), alu1(l, FLOOR, x), CHEAP_EXACT)
FLOAT1(Ceil, ceil(x), alu1(l, CEIL, x), CHEAP_EXACT)
FLOAT1(Round, nearbyint(x), alu1(l, ROUND, x), CHEAP_EXACT)
FLOAT1(Sqrt, sqrt(x), alu1(l, SQRT, x), CHEAP_EXACT)

FLOAT1(Exp, exp(x), alu1(l, EXP, x), FUNCTION)
FLOAT1(Log, log(x), alu1(l, LOG, x), FUNCTION)
FLOAT1(Erf, erf(x), alu1(l, ERF, x), FUNCTION)

FLOAT1(Sin, sin(x), alu1(l, SIN, x), FUNCTION)
FLOAT1(Cos, cos(x), alu1(l, COS, x), FUNCTION)
FLOAT1(Tan, tan(x), alu1(l, TAN, x), FUNCTION)
FLOAT1(Asin, asin(x), alu1(l, ASIN, x), FUNCTION)
FLOAT1(Acos, acos(x), alu1(l, ACOS, x), FUNCTION)
FLOAT1(Atan, atan(x), alu1(l, ATAN, x), FUNCTION)

FLOAT1(Sinh, sinh(x), alu1(l, SINH, x), FUNCTION)
FLOAT1(Cosh, cosh(x), alu1(l, COSH, x), FUNCTION)
FLOAT1(Tanh, tanh(x), alu1(l, TANH, x), FUNCTION)
FLOAT1(Asinh, asinh(x), alu1(l, ASINH, x), FUNCTION)
FLOAT1(Acosh, acosh(x), alu1(l, ACOSH, x), FUNCTION)
FLOAT1(Atanh, atanh(x), alu1(l, ATANH, x), FUNCTION)
