/* numbertext.c -- numbers as text and text as numbers, for casts in the evaluator.
 *
 * A real is written in as few digits as read back as itself, of these the nearest to it, as numpy does: 0.1, 1.0, 1e+16,
 * 1.5e-05, nan, -inf. Text is read as a number where it is one, white space around it, else as NaN or 0. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ir/op/strings.h"

/* ---- to text ---- */

/* digits * 10^exponent reads back as x does, of type t. */
static bool reads_back(DType t, double x, unsigned long long digits, int exponent)
{
	char text[48];
	double back[1], want[1];

	snprintf(text, sizeof text, "%llue%d", digits, exponent);
	store_f64(t, back, 0, t == F64 ? strtod(text, NULL) : (double)strtof(text, NULL));
	store_f64(t, want, 0, x);
	return load_f64(t, back, 0) == load_f64(t, want, 0);
}

/* The shortest digits of finite x > 0; x = digits * 10^*exponent. Above a power of two there is more room than below, so
 * that the number behind the nearest one may do where that does not. */
static unsigned long long shortest(DType t, double x, int *exponent)
{
	for (int n = 1;; n++) {
		char text[48], whole[32];
		snprintf(text, sizeof text, "%.*e", n - 1, x);
		snprintf(whole, sizeof whole, "%c%.*s", text[0], n - 1, text + 2);
		unsigned long long digits = strtoull(whole, NULL, 10);
		*exponent = atoi(strchr(text, 'e') + 1) - (n - 1);
		for (int more = 0; more < 2; more++)
			if (n == 17 || reads_back(t, x, digits + (unsigned)more, *exponent))
				return digits + (unsigned)more;
	}
}

/* d.ddde+xx, or 0.000ddd, or ddd.d: whatever the size asks for. */
static const char *layout(Arena *a, unsigned long long digits, int exponent)
{
	const char *d = arena_format(a, "%llu", digits);
	int n = (int)strlen(d), point = n + exponent; /* digits before the point */

	if (point < -3 || point > 16)
		return arena_format(a, "%c%s%se%c%02d", d[0], n > 1 ? "." : "", d + 1, point < 1 ? '-' : '+', abs(point - 1));
	if (point <= 0)
		return arena_format(a, "0.%.*s%s", -point, "000", d);
	if (point < n)
		return arena_format(a, "%.*s.%s", point, d, d + point);
	return arena_format(a, "%s%.*s.0", d, point - n, "0000000000000000");
}

/* Narrow floats but halves read back as f32 do. */
static const char *real_text(Arena *a, DType t, double x)
{
	int exponent;

	if (isnan(x))
		return "nan";
	if (isinf(x))
		return x < 0 ? "-inf" : "inf";
	const char *sign = signbit(x) ? "-" : "";
	if (x == 0)
		return arena_format(a, "%s0.0", sign);
	unsigned long long digits = shortest(t == F64 || t == F16 ? t : F32, fabs(x), &exponent);
	while (digits % 10 == 0) {
		digits /= 10;
		exponent++;
	}
	return arena_format(a, "%s%s", sign, layout(a, digits, exponent));
}

Text number_text(Arena *a, const Tensor *x, int64_t i)
{
	const char *text;

	if (is_float(x->dtype))
		text = real_text(a, x->dtype, load_f64(x->dtype, x->data, i));
	else if (x->dtype == BOOL)
		text = load_i64(BOOL, x->data, i) ? "True" : "False";
	else
		text = arena_format(a, x->dtype == U64 ? "%llu" : "%lld", (long long)load_i64(x->dtype, x->data, i));
	return (Text){text, (int64_t)strlen(text)};
}

/* ---- from text ---- */

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Without the white space around it, and with a NUL behind it. */
static const char *trimmed(Arena *a, Text x)
{
	while (x.length && is_space(*x.text)) {
		x.text++;
		x.length--;
	}
	while (x.length && is_space(x.text[x.length - 1]))
		x.length--;
	char *text = arena_alloc(a, (size_t)x.length + 1);
	if (x.length)
		memcpy(text, x.text, (size_t)x.length);
	text[x.length] = 0;
	return memchr(text, 0, (size_t)x.length) ? "" : text;
}

static const char *skip_digits(const char *p)
{
	while (isdigit((unsigned char)*p))
		p++;
	return p;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit somewhere before the e */
static bool is_real(const char *p)
{
	p += *p == '+' || *p == '-';
	const char *start = p;
	p = skip_digits(p);
	size_t digits = (size_t)(p - start);
	if (*p == '.') {
		start = ++p;
		p = skip_digits(p);
		digits += (size_t)(p - start);
	}
	if (digits && (*p == 'e' || *p == 'E')) {
		p += 1 + (p[1] == '+' || p[1] == '-');
		digits = skip_digits(p) > p;
		p = skip_digits(p);
	}
	return digits && !*p;
}

static bool is_word(const char *p, const char *word)
{
	for (; *word; p++, word++)
		if (tolower((unsigned char)*p) != *word)
			return false;
	return !*p;
}

double text_real(Arena *a, Text x, bool single)
{
	const char *text = trimmed(a, x), *name = text + (*text == '+' || *text == '-');

	if (is_word(name, "inf") || is_word(name, "infinity"))
		return *text == '-' ? -(double)INFINITY : (double)INFINITY;
	if (!is_real(text))
		return (double)NAN;
	return single ? (double)strtof(text, NULL) : strtod(text, NULL);
}

/* Modulo 2^64. */
int64_t text_integer(Arena *a, Text x)
{
	const char *text = trimmed(a, x), *p = text + (*text == '+' || *text == '-');
	uint64_t k = 0;

	if (*skip_digits(p))
		return 0;
	for (; *p; p++)
		k = 10 * k + (uint64_t)(*p - '0');
	return (int64_t)(*text == '-' ? 0 - k : k);
}
