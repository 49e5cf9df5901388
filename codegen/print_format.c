/* print_format.c -- the text of an operation: its format (target.c) with the operands in it, and which of these need
 * parentheses. */
#include <string.h>
#include "codegen/print.h"
#include "codegen/sizes.h"

/* Where this element's text goes: "text + 256*i" */
static void print_text_place(Printer *p)
{
	Expr *at = p->s->address;
	put_text(p->out, "text");
	if (!(at->kind == X_NUM && at->i == 0)) {
		put_text(p->out, " + %lld*", (long long)text_bytes(p->m, p->s));
		print_expr(p, at, true);
	}
}

/* How tightly the operator of a format binds its operands; LOOSE: no such operator, what it binds has parentheses. */
typedef enum Binding { LOOSE, CHOICE, OR_ELSE, AND_THEN, TEST, NEGATION, SUM, PRODUCT, MINUS } Binding;

static Binding binding_of(const char *format)
{
	static const struct {
		const char *format;
		Binding binding;
	} all[] = {{"%0 ? %1 : %2", CHOICE}, {"%0 || %1", OR_ELSE}, {"%0 && %1", AND_THEN}, {"%0 == %1", TEST},
	           {"%0 < %1", TEST},        {"%0 <= %1", TEST},    {"!%0", NEGATION},      {"%0 + %1", SUM},
	           {"%0 - %1", SUM},         {"%0 * %1", PRODUCT},  {"%0 / %1", PRODUCT},   {"%0 %% %1", PRODUCT},
	           {"-%0", MINUS}};
	for (size_t i = 0; format && i < sizeof all / sizeof *all; i++)
		if (!strcmp(format, all[i].format))
			return all[i].binding;
	return LOOSE;
}

/* What the text of x binds with, if it is an operator: as a vector, it is the same one or a call. */
static Binding binding_of_expr(const Expr *x)
{
	if (is_index(x))
		return SUM;
	if (x->kind != X_ALU || may_overflow(x)) /* which is a call, or one of its operands */
		return LOOSE;
	return binding_of(scalar_format(x));
}

static bool is_negative_number(const Expr *x) { return x->kind == X_NUM && (is_float(x->dtype) ? x->f < 0 : x->i < 0); }

/* The text of a product. */
static bool begins_with_sign(const Expr *x)
{
	while (binding_of_expr(x) == PRODUCT)
		x = x->arg[0];
	return is_negative_number(x) || binding_of_expr(x) == MINUS;
}

static bool number_stands_alone(Binding outside, int k)
{
	return outside == CHOICE || outside == TEST || outside == PRODUCT || (outside == SUM && k == 0);
}

/* Operand k stands in this format without parentheses. C would not need them around less either, but readers do, and
 * compilers warn: around && beside ||, tests of tests, a sign behind an operator. */
static bool stands_alone(const char *format, int k, const Expr *x)
{
	Binding outside = binding_of(format), inside = binding_of_expr(x);
	if (x->kind == X_NUM)
		return number_stands_alone(outside, k);
	switch (outside) {
	case CHOICE:
		return k == 0 ? inside >= TEST : inside >= SUM || (k == 2 && inside == CHOICE);
	case OR_ELSE:
	case AND_THEN:
		return inside >= TEST || (k == 0 && inside == outside);
	case TEST:
		return inside >= SUM;
	case SUM:
		return k == 0 ? inside >= SUM : inside == PRODUCT && !begins_with_sign(x);
	case PRODUCT:
		return k == 0 && inside >= PRODUCT;
	default:
		return false;
	}
}

bool is_call(const char *format)
{
	return strchr(format, '(') && strncmp(format, "%0", 2) && format[strlen(format) - 1] == ')';
}

/* `%0` and so on replaced by operands, `@1` by tables, `$` by memory for text, `#` by how long that is. A format that is no
 * word or call is wrapped when tight. */
void print_format(Printer *p, const char *format, Expr **arg, bool tight, void (*operand)(Printer *, Expr *, bool))
{
	bool call = is_call(format);
	put_text(p->out, tight && !call ? "(" : "");
	for (const char *f = format; *f; f++)
		if (*f == '%' && f[1] >= '0' && f[1] <= '9') {
			Expr *x = arg[f[1] - '0'];
			operand(p, x, !call && !stands_alone(format, f[1] - '0', x));
			f++;
		} else if (*f == '@')
			print_place(p, arg[*++f - '0']);
		else if (*f == '$')
			print_text_place(p);
		else if (*f == '#')
			put_text(p->out, "%lld", (long long)text_bytes(p->m, p->s));
		else if (*f == '%' && f[1] == '%')
			put_text(p->out, "%c", *++f);
		else
			put_text(p->out, "%c", *f);
	put_text(p->out, tight && !call ? ")" : "");
}
