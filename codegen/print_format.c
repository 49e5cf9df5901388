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

/* -1 needs no parentheses in a test or a choice, nor does a test that decides a choice. */
static bool stands_alone(const char *format, const char *at, const Expr *x)
{
	bool test = x->kind == X_ALU && (x->op == LT || x->op == LE || x->op == EQ) && x->arg[0]->dtype != STR;
	if (test)
		return at == format && !strncmp(format, "%0 ? ", 5);
	return x->kind == X_NUM && strpbrk(format, "<?=") && !strstr(format, "-%");
}

/* `%0` and so on replaced by operands, `@1` by tables, `$` by memory for text, `#` by how long that is. A format that is no
 * word or call is wrapped when tight. */
void print_format(Printer *p, const char *format, Expr **arg, bool tight, void (*operand)(Printer *, Expr *, bool))
{
	const size_t length = strlen(format);
	bool call = strchr(format, '(') && strncmp(format, "%0", 2) && format[length - 1] == ')';
	put_text(p->out, tight && !call ? "(" : "");
	for (const char *f = format; *f; f++)
		if (*f == '%' && f[1] >= '0' && f[1] <= '9') {
			Expr *x = arg[f[1] - '0'];
			operand(p, x, !call && !stands_alone(format, f, x));
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
