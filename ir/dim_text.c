/* dim_text.c -- sizes as text, and back:
 *
 *     sum     = ["-"] product {("+" | "-") product}        product = factor {"*" factor}
 *     factor  = number | name | "(" sum ")" | ("floordiv" | "ceildiv" | "mod" | "min" | "max") "(" sum "," sum ")"
 *     name    = letter {letter | digit | "_" | "."}, or anything in double quotes, bytes as \ooo where needed */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "ir/dim_poly.h"

#define NESTING MOST_PARTS /* of sums in a text */

static const struct Function {
	const char *name;
	DimKind kind;
	Dim (*make)(Syms *s, Dim a, Dim b);
} functions[] = {
	{"floordiv", DIM_FLOORDIV, dim_floordiv},
	{"mod", DIM_MOD, dim_mod},
	{"min", DIM_MIN, dim_min},
	{"max", DIM_MAX, dim_max},
	{"ceildiv", DIM_NUMBER, dim_ceildiv}, /* read, but never written */
};
#define FUNCTIONS (int)(sizeof functions / sizeof *functions)

static bool starts_name(char c) { return isalpha((unsigned char)c) || c == '_'; }
static bool goes_on(char c) { return starts_name(c) || isdigit((unsigned char)c) || c == '.'; }

static const struct Function *function_named(const char *name, size_t length)
{
	for (int i = 0; i < FUNCTIONS; i++)
		if (strlen(functions[i].name) == length && memcmp(functions[i].name, name, length) == 0)
			return &functions[i];
	return NULL;
}

/* ---- writing ---- */

typedef struct Out {
	Arena *arena;
	char *text;
	size_t n, room;
} Out;

static void put_char(Out *o, char c)
{
	GROW(o->arena, o->text, o->n, o->room);
	o->text[o->n++] = c;
}

static void put_text(Out *o, const char *text)
{
	while (*text)
		put_char(o, *text++);
}

static void put_number(Out *o, uint64_t k)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%llu", (unsigned long long)k);
	put_text(o, digits);
}

static void put_quoted(Out *o, const char *name)
{
	put_char(o, '"');
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;
		char octal[8];
		snprintf(octal, sizeof octal, "\\%03o", c);
		if (c < ' ' || c > '~' || c == '"' || c == '\\')
			put_text(o, octal);
		else
			put_char(o, *name);
	}
	put_char(o, '"');
}

static void put_name(Out *o, const char *name)
{
	size_t n = 0;

	while (goes_on(name[n]))
		n++;
	if (n && !name[n] && starts_name(name[0]) && !function_named(name, n))
		put_text(o, name);
	else
		put_quoted(o, name);
}

static void put_dim(Out *o, Syms *s, Dim d);

static void put_atom(Out *o, Syms *s, Dim d)
{
	if (dim_is_kind(s, d, DIM_SYMBOL)) {
		put_name(o, dim_symbol_of(s, d)->name);
		return;
	}
	for (int i = 0; i < FUNCTIONS; i++)
		if (dim_is_kind(s, d, functions[i].kind))
			put_text(o, functions[i].name);
	put_char(o, '(');
	put_dim(o, s, dim_arg(s, d, 0));
	put_text(o, ", ");
	put_dim(o, s, dim_arg(s, d, 1));
	put_char(o, ')');
}

static void put_term(Out *o, Syms *s, Term t)
{
	uint64_t k = t.k < 0 ? -(uint64_t)t.k : (uint64_t)t.k;

	if (k != 1 || t.n == 0)
		put_number(o, k);
	for (int i = 0; i < t.n; i++) {
		if (i > 0 || k != 1)
			put_char(o, '*');
		put_atom(o, s, t.atom[i]);
	}
}

static void put_dim(Out *o, Syms *s, Dim d)
{
	Poly p = poly_of(s, d);

	if (p.n == 0)
		put_char(o, '0');
	for (int i = 0; i < p.n; i++) {
		if (i > 0)
			put_text(o, p.term[i].k < 0 ? " - " : " + ");
		else if (p.term[i].k < 0)
			put_char(o, '-');
		put_term(o, s, p.term[i]);
	}
}

const char *dim_text(Syms *s, Dim d)
{
	Out o = {&s->ctx->scratch, NULL, 0, 0};

	put_dim(&o, s, d);
	put_char(&o, 0);
	return o.text;
}

/* ---- reading: `at` becomes NULL at the first error ---- */

typedef struct In {
	Syms *s;
	const char *at;
	int nesting;
} In;

static void skip_spaces(In *in)
{
	while (in->at && (*in->at == ' ' || *in->at == '\t'))
		in->at++;
}

/* Whether the next character is c; then it is read. */
static bool accept(In *in, char c)
{
	skip_spaces(in);
	if (!in->at || *in->at != c)
		return false;
	in->at++;
	return true;
}

static void expect(In *in, char c)
{
	if (!accept(in, c))
		in->at = NULL;
}

static Dim read_number(In *in)
{
	int64_t k = 0;

	for (; isdigit((unsigned char)*in->at); in->at++) {
		if (__builtin_mul_overflow(k, 10, &k) || __builtin_add_overflow(k, *in->at - '0', &k)) {
			in->at = NULL;
			return dim(0);
		}
	}
	return dim(k);
}

static bool is_octal(const char *p)
{
	return p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7';
}

static Dim read_quoted(In *in)
{
	Arena *a = &in->s->ctx->scratch;
	char *name = arena_alloc(a, strlen(in->at) + 1);
	size_t n = 0;

	for (; *in->at && *in->at != '"'; in->at++) {
		char c = *in->at;
		if (c == '\\' && is_octal(in->at + 1)) {
			c = (char)((in->at[1] - '0') << 6 | (in->at[2] - '0') << 3 | (in->at[3] - '0'));
			in->at += 3;
		}
		name[n++] = c;
	}
	expect(in, '"');
	return in->at ? dim_symbol(in->s, name) : dim(0);
}

static Dim read_sum(In *in);

static Dim read_call(In *in, const struct Function *f)
{
	expect(in, '(');
	Dim a = read_sum(in);
	expect(in, ',');
	Dim b = read_sum(in);
	expect(in, ')');
	bool divides = f->kind == DIM_FLOORDIV || f->kind == DIM_MOD || f->make == dim_ceildiv;
	if (in->at && divides && dim_known(b) && b.k <= 0)
		in->at = NULL;
	return in->at ? f->make(in->s, a, b) : dim(0);
}

static Dim read_name(In *in)
{
	const char *name = in->at;

	while (goes_on(*in->at))
		in->at++;
	size_t n = (size_t)(in->at - name);
	const struct Function *f = function_named(name, n);
	if (f)
		return read_call(in, f);
	Arena *a = &in->s->ctx->scratch;
	char *copy = arena_alloc(a, n + 1);
	memcpy(copy, name, n);
	return dim_symbol(in->s, copy);
}

static Dim read_factor(In *in)
{
	if (accept(in, '(')) {
		Dim d = read_sum(in);
		expect(in, ')');
		return d;
	}
	if (accept(in, '"'))
		return read_quoted(in);
	if (in->at && isdigit((unsigned char)*in->at))
		return read_number(in);
	if (in->at && starts_name(*in->at))
		return read_name(in);
	in->at = NULL;
	return dim(0);
}

static Dim read_product(In *in)
{
	Dim d = read_factor(in);

	while (accept(in, '*')) {
		Dim factor = read_factor(in);
		if (in->at)
			d = dim_mul(in->s, d, factor);
	}
	return d;
}

static Dim read_sum(In *in)
{
	if (++in->nesting > NESTING)
		in->at = NULL;
	bool minus = accept(in, '-');
	Dim d = read_product(in);
	if (in->at && minus)
		d = dim_sub(in->s, dim(0), d);
	while (in->at) {
		const char *before = in->at;
		minus = accept(in, '-');
		if (!minus && !accept(in, '+')) {
			in->at = before; /* spaces after a sum are not ours */
			break;
		}
		Dim next = read_product(in);
		if (in->at)
			d = minus ? dim_sub(in->s, d, next) : dim_add(in->s, d, next);
	}
	in->nesting--;
	return d;
}

Dim dim_parse(Syms *s, const char *text, const char **end)
{
	In in = {s, text, 0};
	Dim d = read_sum(&in);

	*end = in.at;
	return d;
}
