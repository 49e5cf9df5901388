/* print_index.c -- indices as C text: names of axes, sums of them ("64*i + j - 3"), and places in memory ("x + 4*i"). */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/print.h"

/* ---- axes ---- */

/* What the axis stands for by the innermost statement that says so. */
static const Shift *shift_of(const Printer *p, const Axis *axis)
{
	for (int i = p->nshifted - 1; i >= 0; i--)
		if (p->shifted[i].axis == axis)
			return &p->shifted[i];
	return NULL;
}

const char *axis_name(Printer *p, const Axis *axis)
{
	static const char *const names[] = {"i", "j", "k", "l", "m", "n"}, *const sums[] = {"r", "s", "t", "u", "v"}; /* w is memory */
	const Shift *shift = shift_of(p, axis);
	int nth = 0;
	if (shift)
		return shift->more ? arena_format(p->out->arena, "(%s + %lld)", shift->text, (long long)shift->more) : shift->text;
	for (int i = 0; i < p->naxes; i++) {
		if (p->axis[i] == axis)
			return nth < (axis->reduction ? 5 : 6) ? (axis->reduction ? sums : names)[nth]
			               : arena_format(p->out->arena, "%s%d", axis->reduction ? "r" : "i", nth);
		nth += p->axis[i]->reduction == axis->reduction;
	}
	assert(p->naxes < 64);
	p->axis[p->naxes++] = axis;
	return axis_name(p, axis);
}

/* ---- sums ---- */

bool is_bounded(const Expr *x) { return x->lo > -INDEX_MAX && x->hi < INDEX_MAX; }

bool is_index(const Expr *x)
{
	return x->dtype == I64 && (x->kind == X_AXIS || x->kind == X_NUM ||
	                           (x->kind == X_ALU && (x->op == ADD || x->op == MUL) && is_bounded(x)));
}

/* The axis stands for a number in the text being printed, as where a vector needs no loop, or for what has a number added:
 * that. Returns whether it is all. */
static bool number_of_axis(const Printer *p, const Expr *x, int64_t *k)
{
	const Shift *shift = x->kind == X_AXIS ? shift_of(p, x->axes[0]) : NULL;
	char *end;
	*k = shift ? shift->more : 0;
	if (!shift)
		return false;
	int64_t number = strtoll(shift->text, &end, 10);
	*k += *end ? 0 : number;
	return *end == 0;
}

/* x as a sum with the numbers that axes stand for in its constant. */
static bool sum_of_index(const Printer *p, Expr *x, Linear *sum)
{
	int n = 0;
	if (!linear_of(x, sum))
		return false;
	for (int i = 0; i < sum->n; i++) {
		int64_t k;
		bool all = number_of_axis(p, sum->atom[i], &k);
		sum->k += sum->coef[i] * k;
		sum->atom[n] = sum->atom[i];
		sum->coef[n] = sum->coef[i];
		n += !all;
	}
	sum->n = n;
	return true;
}

static bool is_alu(const Expr *x, Alu op) { return x->kind == X_ALU && x->op == op; }

/* An atom of a sum whose constant has the axis' number; without parentheses of its own where nothing binds tighter. */
static void print_atom(Printer *p, Expr *atom, bool tight)
{
	if (!tight && atom->kind == X_CAST && atom->arg[0]->dtype == BOOL) { /* C counts truth as well */
		print_expr(p, atom->arg[0], true);
		return;
	}
	if (atom->kind != X_AXIS) {
		print_expr(p, atom, tight || !(is_alu(atom, IDIV) || is_alu(atom, IMOD)));
		return;
	}
	const Shift *shift = shift_of(p, atom->axes[0]);
	const char *name = shift ? shift->text : axis_name(p, atom->axes[0]);
	if (!tight && *name == '(')
		put_text(p->out, "%.*s", (int)strlen(name) - 2, name + 1);
	else
		put_text(p->out, "%s", name);
}

/* "4*i", of c * atom, whose sign stands before it. */
static void print_term(Printer *p, int64_t c, Expr *atom, bool tight)
{
	if (c != 1 && c != -1) {
		print_int(p->out, I64, c < 0 ? -c : c);
		put_text(p->out, "*");
	}
	if (is_alu(atom, MUL)) { /* a product of two unknowns */
		print_expr(p, atom->arg[0], true);
		put_text(p->out, "*");
		print_expr(p, atom->arg[1], true);
	} else {
		print_atom(p, atom, tight || c != 1);
	}
}

/* What is added before what is taken away. */
static void print_sum(Printer *p, const Linear *sum, bool tight)
{
	bool first = true;
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < sum->n; i++) {
			bool minus = sum->coef[i] < 0;
			if (minus != (pass == 1))
				continue;
			put_text(p->out, first ? minus ? "-" : "" : minus ? " - " : " + ");
			print_term(p, sum->coef[i], sum->atom[i], tight);
			first = false;
		}
	if (first)
		print_int(p->out, I64, sum->k);
	else if (sum->k)
		put_text(p->out, " %s %lld", sum->k < 0 ? "-" : "+", (long long)(sum->k < 0 ? -sum->k : sum->k));
}

void print_index(Printer *p, Expr *x, bool tight)
{
	Linear sum;
	if (!sum_of_index(p, x, &sum)) {
		put_text(p->out, "(");
		print_expr(p, x->arg[0], true);
		put_text(p->out, " %s ", x->op == ADD ? "+" : "*");
		print_expr(p, x->arg[1], true);
		put_text(p->out, ")");
		return;
	}
	bool product = sum.n == 1 && (sum.coef[0] != 1 || is_alu(sum.atom[0], MUL));
	bool paren = tight && (sum.n > 1 || product || (sum.n == 1 && sum.k) || (sum.n == 0 && sum.k < 0));
	put_text(p->out, paren ? "(" : "");
	print_sum(p, &sum, tight && !paren);
	put_text(p->out, paren ? ")" : "");
}

bool is_nothing(const Printer *p, Expr *x)
{
	Linear sum;
	return is_index(x) && sum_of_index(p, x, &sum) && sum.n == 0 && sum.k == 0;
}

/* ---- places ---- */

const char *value_name(Printer *p, const Value *v) { return param_of(p->s, (Value *)(uintptr_t)v)->name; }

/* "x + 4*i" */
void print_place_in(Printer *p, const Value *v, Expr *address)
{
	Linear sum;
	put_text(p->out, "%s", value_name(p, v));
	if (!sum_of_index(p, address, &sum) || sum.n || sum.k) {
		put_text(p->out, " + ");
		print_expr(p, address, false);
	}
}

void print_place(Printer *p, const Expr *load) { print_place_in(p, load->value, load->arg[0]); }

const char *subscript_text(const char *place, Arena *a)
{
	int name = (int)strcspn(place, " ");
	const char *rest = place + name;
	if (!*rest)
		return arena_format(a, "%s[0]", place);
	return arena_format(a, rest[1] == '-' ? "%.*s[-%s]" : "%.*s[%s]", name, place, rest + strlen(" + "));
}
