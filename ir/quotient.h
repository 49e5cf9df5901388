/* quotient.h -- x / s without a division, for what is rounded to an integer next.
 *
 *     1 / s = high + low          x / s ~ fma(x, high, x * low)        rounded once, after an error of 2^-46 of it
 *
 * This is not always the float next to x / s, but nearly always on the same side of every k + 1/2. low > 0, so that infinities
 * stay infinite (inf * 0, and inf - inf, would be none), and the whole grows with x. */
#ifndef TCC_IR_QUOTIENT_H
#define TCC_IR_QUOTIENT_H
#include <stdbool.h>

typedef struct Inverse {
	float high, low; /* high is 1 / s rounded down */
} Inverse;

Inverse inverse_of(float s); /* s > 0 */
/* fma(x, high, x * low) is a NaN where x is, and else, rounded to an integer (halves to even) and clamped to what is between
 * -most and most, the same as the float x / s, for every float x. False: perhaps not. */
bool rounds_alike(float s, int most);
#endif
