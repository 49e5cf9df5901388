/* literal.c -- elements and strings as text that reads back to the same bits.
 *
 * Floats are written with as few digits as give the same value of their type; a NaN other than the usual one shows its
 * bits (nan:7fc00001). Every byte of a string but printable ASCII is \ooo, and so are quotes and backslashes. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ir/text.h"

const char *const kind_names[] = {"", "seq", "optional", "map", "optional_seq"};

/* ---- strings ---- */

const char *quoted(Ctx *c, const char *bytes, size_t n)
{
	char *text = arena_array(&c->scratch, n + 1, 4), *to = text;

	*to++ = '"';
	for (size_t i = 0; i < n; i++) {
		unsigned char b = (unsigned char)bytes[i];
		if (b >= ' ' && b <= '~' && b != '"' && b != '\\')
			*to++ = (char)b;
		else
			to += sprintf(to, "\\%03o", b);
	}
	*to++ = '"';
	*to = 0;
	return text;
}

static bool octal_byte(const char *p, char *byte)
{
	if (p[0] < '0' || p[0] > '3' || p[1] < '0' || p[1] > '7' || p[2] < '0' || p[2] > '7')
		return false;
	*byte = (char)((p[0] - '0') << 6 | (p[1] - '0') << 3 | (p[2] - '0'));
	return true;
}

const char *unquote(Arena *a, const char *text, Text *result)
{
	const char *end = *text == '"' ? strchr(text + 1, '"') : NULL;

	if (!end)
		return NULL;
	char *to = arena_alloc(a, (size_t)(end - text));
	*result = (Text){to, 0};
	for (const char *p = text + 1; p < end; p++) {
		*to = *p;
		if (*p == '\\') {
			if (!octal_byte(p + 1, to))
				return NULL;
			p += 3;
		}
		to++;
	}
	result->length = to - result->text;
	return end + 1;
}

/* ---- numbers ---- */

static uint64_t bits_as(DType type, double x)
{
	uint64_t bits = 0;

	store_f64(type, &bits, 0, x);
	return bits;
}

/* The bits of a float; a packed one has no NaN to lose, so its value tells them. */
static uint64_t bits_of(const Tensor *t, int64_t i)
{
	size_t size = (size_t)dtype_info(t->dtype)->bits / 8;
	uint64_t bits = 0;

	if (!size)
		return bits_as(t->dtype, load_f64(t->dtype, t->data, i));
	memcpy(&bits, (const char *)t->data + (size_t)i * size, size);
	return bits;
}

static const char *float_text(Ctx *c, const Tensor *t, int64_t i)
{
	double x = load_f64(t->dtype, t->data, i);
	uint64_t bits = bits_of(t, i);
	char text[40];

	if (isnan(x))
		return bits == bits_as(t->dtype, (double)NAN) ? "nan" :
		       arena_format(&c->scratch, "nan:%llx", (unsigned long long)bits);
	bool whole = fabs(x) < 1e7 && x == trunc(x);
	for (int digits = whole ? 7 : 1; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, x);
		if (bits_as(t->dtype, strtod(text, NULL)) == bits)
			break;
	}
	return arena_string(&c->scratch, text);
}

/* Part 0 or 1 of a complex element, seen as an element of a real tensor. */
static Tensor complex_part(const Tensor *t, int64_t i, int part)
{
	DType type = t->dtype == C64 ? F32 : F64;
	size_t size = (size_t)dtype_info(type)->bits / 8;

	return (Tensor){.dtype = type, .count = 1, .data = (char *)t->data + (size_t)(2 * i + part) * size};
}

static const char *complex_text(Ctx *c, const Tensor *t, int64_t i)
{
	Tensor re = complex_part(t, i, 0), im = complex_part(t, i, 1);

	return arena_format(&c->scratch, "(%s, %s)", element_text(c, &re, 0), element_text(c, &im, 0));
}

const char *element_text(Ctx *c, const Tensor *t, int64_t i)
{
	const Text *string = t->data;

	switch (dtype_info(t->dtype)->class) {
	case DC_STRING: return quoted(c, string[i].text, (size_t)string[i].length);
	case DC_COMPLEX: return complex_text(c, t, i);
	case DC_BOOL: return load_i64(t->dtype, t->data, i) ? "true" : "false";
	case DC_FLOAT: return float_text(c, t, i);
	case DC_UINT:
		return arena_format(&c->scratch, "%llu", (unsigned long long)load_i64(t->dtype, t->data, i));
	default: return arena_format(&c->scratch, "%lld", (long long)load_i64(t->dtype, t->data, i));
	}
}

/* ---- tensors ---- */

enum { LINE_END = 110, RUN_MIN = 8 };

static int64_t run_length(const Tensor *t, int64_t i)
{
	Tensor one = {.dtype = t->dtype, .count = 1}, other = one;
	size_t size = (size_t)dtype_info(t->dtype)->bits / 8;
	int64_t n = 1;

	if (!size)
		return 1;
	one.data = (char *)t->data + (size_t)i * size;
	for (other.data = one.data; i + n < t->count; n++) {
		other.data = (char *)other.data + size;
		if (!tensor_equal(&one, &other))
			break;
	}
	return n;
}

void print_elements(FILE *f, Ctx *c, const Tensor *t, int indent)
{
	int column = 8 * indent + 40; /* about where the line is by now */
	int64_t run;

	fputc('[', f);
	for (int64_t i = 0; i < t->count; i += run) {
		ArenaMark mark = arena_mark(&c->scratch);
		const char *text = element_text(c, t, i);
		run = run_length(t, i);
		if (run < RUN_MIN)
			run = 1;
		else
			text = arena_format(&c->scratch, "%s * %lld", text, (long long)run);
		if (i)
			fputc(',', f);
		if (column > LINE_END) {
			fprintf(f, "\n%.*s", indent, "\t\t\t\t\t\t\t\t");
			column = 8 * indent;
		} else if (i) {
			fputc(' ', f);
		}
		column += fprintf(f, "%s", text) + 2;
		arena_release(&c->scratch, mark);
	}
	fputc(']', f);
}

/* ---- reading ---- */

static const char *skip(const char *p)
{
	while (isspace((unsigned char)*p))
		p++;
	return p;
}

static const char *parse_word(Tensor *t, int64_t i, const char *text)
{
	bool yes = !strncmp(text, "true", 4), no = !strncmp(text, "false", 5);

	if (!yes && !no)
		return NULL;
	store_i64(t->dtype, t->data, i, yes);
	return text + (yes ? 4 : 5);
}

static const char *parse_float(Tensor *t, int64_t i, const char *text)
{
	char *end;
	size_t size = (size_t)dtype_info(t->dtype)->bits / 8;

	if (!strncmp(text, "nan:", 4) && size && isxdigit((unsigned char)text[4])) {
		uint64_t bits = strtoull(text + 4, &end, 16);
		memcpy((char *)t->data + (size_t)i * size, &bits, size);
		return end;
	}
	double x = strtod(text, &end);
	if (end == text)
		return NULL;
	store_f64(t->dtype, t->data, i, x);
	return end;
}

/* An integer that the type can hold: storing keeps it. */
static const char *parse_int(Tensor *t, int64_t i, const char *text)
{
	char *end;
	int64_t x = *text == '-' ? strtoll(text, &end, 10) : (int64_t)strtoull(text, &end, 10);

	if (end == text || (*text != '-' && x < 0 && t->dtype != U64))
		return NULL;
	store_i64(t->dtype, t->data, i, x);
	return load_i64(t->dtype, t->data, i) == x ? end : NULL;
}

static const char *parse_complex(Tensor *t, int64_t i, const char *text)
{
	for (int part = 0; part < 2; part++) {
		Tensor number = complex_part(t, i, part);
		text = *text == "(,"[part] ? parse_float(&number, 0, skip(text + 1)) : NULL;
		if (!text)
			return NULL;
		text = skip(text);
	}
	return *text == ')' ? text + 1 : NULL;
}

const char *element_parse(Tensor *t, int64_t i, Arena *a, const char *text)
{
	switch (dtype_info(t->dtype)->class) {
	case DC_STRING: return unquote(a, text, (Text *)t->data + i);
	case DC_COMPLEX: return parse_complex(t, i, text);
	case DC_BOOL: return parse_word(t, i, text);
	case DC_FLOAT: return parse_float(t, i, text);
	default: return parse_int(t, i, text);
	}
}

/* "* 14" after element i repeats it; gives the number of elements there are now, 0 on error. */
static int64_t parse_repeat(Tensor *t, int64_t i, const char **text)
{
	char *end;
	long long n = strtoll(*text + 1, &end, 10);

	if (n < 1 || n > t->count - i)
		return 0;
	for (int64_t k = 1; k < n; k++)
		memcpy((char *)t->data + dtype_bytes(t->dtype, i + k), (char *)t->data + dtype_bytes(t->dtype, i),
		       dtype_bytes(t->dtype, 1));
	*text = skip(end);
	return i + n;
}

const char *elements_parse(Tensor *t, Arena *a, const char *text)
{
	int64_t n = 0;

	if (*text++ != '[')
		return NULL;
	for (text = skip(text); *text != ']' || n < t->count; text = skip(text)) {
		if (n && *text++ != ',')
			return NULL;
		text = n < t->count ? element_parse(t, n, a, skip(text)) : NULL;
		if (!text)
			return NULL;
		text = skip(text);
		n = *text == '*' && dtype_info(t->dtype)->bits >= 8 ? parse_repeat(t, n, &text) : n + 1;
		if (!n)
			return NULL;
	}
	return text + 1;
}

DType dtype_named(const char *name, size_t length)
{
	for (int t = 0; t < DT_COUNT; t++)
		if (strlen(dtype_name((DType)t)) == length && !memcmp(dtype_name((DType)t), name, length))
			return (DType)t;
	return DT_NONE;
}
