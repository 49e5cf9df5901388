/* convert.c -- one encoder and one decoder for all narrow floats, driven by a row a format.
 *
 *     |value| = sig * 2^exp;  its code counts the representable values below it:
 *     code = (e - least) * 2^mantissa + round(sig * 2^(exp + mantissa - e)),  e = max(floor(log2 |value|), least)
 * which holds for subnormal and normal values alike, and lets a carry of the rounding run into the exponent. */
#include <assert.h>
#include <math.h>
#include <string.h>
#include "ir/convert.h"

typedef struct Format {
	int mantissa; /* stored bits */
	int bias;
	unsigned sign;      /* the sign's bit */
	unsigned max;       /* largest finite magnitude */
	unsigned over, nan; /* magnitudes of what overflows, and of NaN */
	bool saturates;     /* Cast may clamp to max */
	bool one_zero;      /* no -0: the code of -0 is the only NaN ("uz") */
} Format;

static const Format formats[DT_COUNT] = {
	[F16] = {10, 15, 0x8000, 0x7bff, 0x7c00, 0x7e00, false, false},
	[BF16] = {7, 127, 0x8000, 0x7f7f, 0x7f80, 0x7fc0, false, false},
	[F8E4M3FN] = {3, 7, 0x80, 0x7e, 0x7f, 0x7f, true, false},
	[F8E4M3FNUZ] = {3, 8, 0x80, 0x7f, 0x80, 0x80, true, true},
	[F8E5M2] = {2, 15, 0x80, 0x7b, 0x7c, 0x7e, true, false},
	[F8E5M2FNUZ] = {2, 16, 0x80, 0x7f, 0x80, 0x80, true, true},
	[F4E2M1] = {1, 1, 0x8, 0x7, 0x7, 0x8, true, false}, /* has no NaN: -0, as in ONNX's own tests */
};

static const Format *format_of(DType t)
{
	assert(t < DT_COUNT && formats[t].sign && "a narrow float type");
	return &formats[t];
}

/* floor(log2(sig * 2^exp)) */
static int exponent_of(uint64_t sig, int exp) { return 63 - __builtin_clzll(sig) + exp; }

/* sig / 2^shift to nearest even; a negative shift multiplies. */
static uint64_t shift_round(uint64_t sig, int shift)
{
	if (shift <= 0)
		return sig << -shift;
	if (shift > 63)
		return 0; /* sig < 2^63 always: less than half */
	uint64_t quotient = sig >> shift, half = (uint64_t)1 << (shift - 1), rest = sig & (2 * half - 1);

	return quotient + (rest > half || (rest == half && (quotient & 1)));
}

static unsigned encode(const Format *f, bool negative, uint64_t sig, int exp, bool saturate)
{
	unsigned code = 0, sign = negative ? f->sign : 0;

	if (sig) {
		int least = 1 - f->bias, e = exponent_of(sig, exp);
		if (e < least)
			e = least;
		code = ((unsigned)(e - least) << f->mantissa) + (unsigned)shift_round(sig, e - f->mantissa - exp);
	}
	if (code > f->max)
		code = f->saturates && saturate ? f->max : f->over;
	if (f->one_zero && code == 0)
		return 0;
	return code | sign;
}

/* |x| = result * 2^*exp for finite x. */
static uint64_t split(double x, int *exp)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof bits);
	uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
	int field = (int)(bits >> 52 & 0x7ff);
	*exp = (field ? field : 1) - 1075;
	return field ? fraction | (uint64_t)1 << 52 : fraction;
}

static unsigned encode_special(const Format *f, double x, bool saturate)
{
	unsigned sign = signbit(x) ? f->sign : 0;

	if (isnan(x))
		return f->nan | (f->nan < f->sign ? sign : 0);
	return (f->saturates && saturate ? f->max : f->over) | sign;
}

unsigned narrow_encode(DType t, double x, bool saturate)
{
	if (t == F8E8M0)
		return e8m0_encode(x, E8M0_UP, saturate);
	const Format *f = format_of(t);
	if (!isfinite(x))
		return encode_special(f, x, saturate);
	int exp;
	uint64_t sig = split(x, &exp);
	return encode(f, signbit(x), sig, exp, saturate);
}

unsigned narrow_encode_i64(DType t, int64_t x, bool saturate)
{
	uint64_t sig = x < 0 ? -(uint64_t)x : (uint64_t)x;

	if (t == F8E8M0)
		return e8m0_encode((double)x, E8M0_UP, saturate);
	return encode(format_of(t), x < 0, sig, 0, saturate);
}

double narrow_decode(DType t, unsigned code)
{
	if (t == F8E8M0)
		return code == 255 ? (double)NAN : ldexp(1, (int)code - 127);
	const Format *f = format_of(t);
	unsigned magnitude = code & (f->sign - 1), field = magnitude >> f->mantissa;
	double sign = code & f->sign ? -1 : 1;

	if (magnitude == f->over && f->over != f->nan && magnitude > f->max)
		return sign * (double)INFINITY;
	if (magnitude > f->max || (f->one_zero && code == f->nan))
		return copysign((double)NAN, sign);
	int e = field ? (int)field : 1;
	unsigned hidden = field ? 1u << f->mantissa : 0;
	return sign * ldexp(hidden | (magnitude & ((1u << f->mantissa) - 1)), e - f->bias - f->mantissa);
}

unsigned e8m0_encode(double x, enum e8m0_round round, bool saturate)
{
	int exp;

	if (isnan(x) || (!saturate && (isinf(x) || x == 0)))
		return 255;
	if (isinf(x))
		return 254;
	uint64_t sig = split(x, &exp);
	if (sig == 0)
		return 0;
	int e = exponent_of(sig, exp);
	double power = ldexp(1, e), rest = fabs(x) - power;
	if ((round == E8M0_UP && rest > 0) || (round == E8M0_NEAREST && rest >= power / 2))
		e++;
	if (e < -127)
		return saturate ? 0 : 255;
	if (e > 127)
		return saturate ? 254 : 255;
	return (unsigned)(e + 127);
}

int64_t double_to_i64(double x)
{
	return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
}

uint64_t double_to_u64(double x)
{
	return x >= 0x1p63 && x < 0x1p64 ? (uint64_t)x : (uint64_t)double_to_i64(x);
}
