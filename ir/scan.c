/* scan.c -- tokens of the text form: words, numbers, strings, sizes, types, tensors. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "ir/scan.h"
#include "ir/text.h"

/* ---- characters and words ---- */

void scan_wrong(const Scan *p, const char *format, ...)
{
	char message[300];
	int line = 1, column = 1;
	va_list args;

	for (const char *at = p->text; at < p->at; at++) {
		column = *at == '\n' ? 1 : column + 1;
		line += *at == '\n';
	}
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	fail(p->c, EXIT_MODEL, "E-PARSE", "line %d, column %d: %s", line, column, message);
}

static bool in_word(char c) { return isalnum((unsigned char)c) || c == '_' || c == '.'; }

/* Comments run from # to the end of the line. */
char scan_peek(Scan *p)
{
	for (;; p->at++) {
		if (*p->at == '#')
			p->at += strcspn(p->at, "\n");
		if (!isspace((unsigned char)*p->at))
			return *p->at;
	}
}

/* Where the next token starts. */
static const char *start(Scan *p)
{
	scan_peek(p);
	return p->at;
}

bool scan_accept(Scan *p, const char *token)
{
	size_t n = strlen(token);

	scan_peek(p);
	if (strncmp(p->at, token, n) || (isalpha((unsigned char)*token) && in_word(p->at[n])))
		return false;
	p->at += n;
	return true;
}

void scan_expect(Scan *p, const char *token)
{
	if (!scan_accept(p, token))
		scan_wrong(p, "expected '%s'", token);
}

char *scan_word(Scan *p)
{
	const char *from = start(p);

	while (in_word(*p->at))
		p->at++;
	char *text = arena_alloc(&p->c->scratch, (size_t)(p->at - from) + 1);
	memcpy(text, from, (size_t)(p->at - from));
	return text;
}

int64_t scan_number(Scan *p)
{
	char *end;
	int64_t x = strtoll(start(p), &end, 10);

	if (end == p->at)
		scan_wrong(p, "expected a number");
	p->at = end;
	return x;
}

Text scan_string(Scan *p)
{
	Text t;
	const char *end = unquote(&p->c->perm, start(p), &t);

	if (!end)
		scan_wrong(p, "expected a string in double quotes, with other bytes than printable ASCII as \\ooo");
	p->at = end;
	return t;
}

const char *scan_name(Scan *p)
{
	/* memory of the arena is zeroed, so the text ends in NUL */
	return scan_peek(p) == '"' ? scan_string(p).text : NULL;
}

/* ---- sizes and types ---- */

Dim scan_size(Scan *p)
{
	const char *end;
	Dim d = dim_parse(p->s, start(p), &end);

	if (!end)
		scan_wrong(p, "expected a size: a number, a symbol or a formula");
	p->at = end;
	return d;
}

Shape scan_shape(Scan *p)
{
	Shape s = {.rank = 0};

	scan_expect(p, "[");
	if (scan_accept(p, "?"))
		s.rank = -1;
	while (s.rank >= 0 && scan_peek(p) != ']') {
		if (s.rank)
			scan_expect(p, ",");
		if (s.rank == MAX_RANK)
			scan_wrong(p, "more than %d sizes", MAX_RANK);
		s.dim[s.rank] = scan_size(p);
		if (dim_known(s.dim[s.rank]) && s.dim[s.rank].k < 0)
			scan_wrong(p, "%lld is no size", (long long)s.dim[s.rank].k);
		s.rank++;
	}
	scan_expect(p, "]");
	return s;
}

DType scan_dtype(Scan *p)
{
	const char *text = scan_word(p);
	DType t = dtype_named(text, strlen(text));

	if (!t && strcmp(text, "none"))
		scan_wrong(p, "'%s' is no element type", text);
	return t;
}

float scan_float(Scan *p)
{
	float x;
	Tensor t = {.dtype = F32, .count = 1, .data = &x};
	const char *end = element_parse(&t, 0, &p->c->perm, start(p));

	if (!end)
		scan_wrong(p, "expected a number");
	p->at = end;
	return x;
}

static void scan_into(Scan *p, Tensor *t)
{
	if (scan_accept(p, "hash:"))
		scan_wrong(p, "this constant is abbreviated; only a full print can be read back");
	const char *end = elements_parse(t, &p->c->perm, start(p));
	if (!end)
		scan_wrong(p, "expected [...] with %lld elements of type %s", (long long)t->count, dtype_name(t->dtype));
	p->at = end;
}

Tensor *scan_elements(Scan *p, DType t, const Shape *s)
{
	int64_t dims[MAX_RANK];

	for (int i = 0; i < s->rank; i++) {
		dims[i] = s->dim[i].k;
		if (!dim_known(s->dim[i]) || dims[i] < 0)
			scan_wrong(p, "the sizes of a constant are numbers");
	}
	if (s->rank < 0 || !t)
		scan_wrong(p, "the type of a constant must be known");
	Tensor *x = tensor_new(&p->c->perm, t, s->rank, dims);
	scan_into(p, x);
	return x;
}

Tensor *scan_tensor(Scan *p)
{
	DType t = scan_dtype(p);
	Shape s = scan_shape(p);

	return scan_elements(p, t, &s);
}
