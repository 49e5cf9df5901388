/* quotient.c -- which numbers one may divide by without a division: see quotient.h. */
#include <float.h>
#include <math.h>
#include "ir/quotient.h"

Inverse inverse_of(float s)
{
	double r = 1 / (double)s;
	float high = (float)r;

	if (high > r)
		high = nextafterf(high, 0);
	return (Inverse){high, (float)(r - high)};
}

static float product(Inverse r, float x) { return fmaf(x, r.high, x * r.low); }

/* Both ways grow with x and change sign with it. So they agree everywhere when they do next to each half, and are above it, or
 * below it, on either side of what is looked at. */
static bool agree_around(float s, Inverse r, float half)
{
	enum { AROUND = 2 };
	float x = half * s;

	for (int i = 0; i < AROUND; i++)
		x = nextafterf(x, 0);
	if (!(x / s < half && product(r, x) < half))
		return false;
	for (int i = -AROUND; i <= AROUND; i++, x = nextafterf(x, INFINITY))
		if (rintf(x / s) != rintf(product(r, x)))
			return false;
	return x / s > half && product(r, x) > half;
}

bool rounds_alike(float s, int most)
{
	Inverse r = s >= FLT_MIN && s <= FLT_MAX ? inverse_of(s) : (Inverse){0, 0};

	if (!(isfinite(r.high) && r.low >= FLT_MIN))
		return false;
	for (int k = 0; k < most; k++)
		if (!agree_around(s, r, (float)k + 0.5f))
			return false;
	return true;
}
