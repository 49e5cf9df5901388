/* style.c -- how emitted code looks, in one place: whoever prints statements prints one a line, with braces around every body.
 *
 * Braces that nobody needs go (braces.c). "sum = sum + x;" is "sum += x;". Lines end before column WIDTH: they are broken behind
 * a comma or an operator, in as few parentheses and brackets as possible, and go on below what stands in these; what is assigned
 * to is never broken. */
#include <string.h>
#include "codegen/module.h"
#include "codegen/style.h"

enum { WIDTH = 120, TAB = 8, LEAST = 24, PAREN_MAX = 64 };

static Lines lines_of(Arena *a, const char *text)
{
	int most = 0;
	for (const char *c = text; *c; c++)
		most += *c == '\n';
	Lines l = {NEW_N(a, Line, most + 1), 0};
	while (*text) {
		Line *line = &l.line[l.n++];
		const char *end = strchr(text, '\n');
		line->depth = (int)strspn(text, "\t");
		line->text = text + line->depth;
		line->n = (int)((end ? end : text + strlen(text)) - line->text);
		text = end ? end + 1 : line->text + line->n;
	}
	return l;
}

/* ---- what is added to, taken from or multiplied ---- */

/* text[0..n-1] is what `op` takes as its right operand without parentheses, so that nothing is computed in another order. */
static bool is_operand(const char *text, int n, char op)
{
	int open = 0;
	for (int i = 0; i < n; i++) {
		open += (text[i] == '(' || text[i] == '[') - (text[i] == ')' || text[i] == ']');
		bool product = i + 2 < n && text[i + 2] == ' ' && strchr("*/%", text[i + 1]);
		if (text[i] == ';' || text[i] == '"' || open < 0)
			return false;
		if (open || text[i] != ' ')
			continue;
		if (op == '*' || !product)
			return false;
		i += 2;
	}
	return true;
}

/* Parentheses around all of text[0..n-1]. */
static bool is_enclosed(const char *text, int n)
{
	int open = 0, i = 0;
	do
		open += (text[i] == '(') - (text[i] == ')');
	while (open && ++i < n);
	return i && i == n - 1;
}

/* "sum = sum + a * b;" -> "sum += a * b;" */
static void join_assigned(Lines *l, Arena *a)
{
	for (int i = 0; i < l->n; i++) {
		Line *line = &l->line[i];
		int name = 0;
		while (name + 3 < line->n && strncmp(line->text + name, " = ", 3))
			name++;
		const char *again = line->text + name + 3, *op = again + name + 1, *rest = op + 2, *end = line->text + line->n - 1;
		if (rest >= end || *end != ';' || strncmp(line->text, again, (size_t)name) || op[-1] != ' ' || op[1] != ' ' ||
		    !strchr("+-*", *op) || !is_operand(rest, (int)(end - rest), *op))
			continue;
		bool enclosed = is_enclosed(rest, (int)(end - rest));
		rest += enclosed;
		end -= enclosed;
		line->text = arena_format(a, "%.*s %c= %.*s;", name, line->text, *op, (int)(end - rest), rest);
		line->n = (int)strlen(line->text);
	}
}

/* ---- lengths ---- */

typedef struct Break {
	int at;     /* the line goes on here; 0: nowhere */
	int rank;   /* more in deeper parentheses */
	int column; /* where it goes on */
} Break;

enum { ASSIGNED = 7 }; /* a break behind "=" is as good as one in arithmetic in three parentheses */

/* text[i] follows the sign of an assignment: the first one, of a statement. */
static bool is_assigned(const char *text, int i, int nopen)
{
	return nopen == 0 && i >= 3 && *text != '{' && !strncmp(text + i - 3, " = ", 3) && strstr(text, " = ") == text + i - 3;
}

/* How good a break before text[i] is in that many parentheses, less is better; -1: there can be none. */
static int rank_of(const char *text, int i, int nopen)
{
	static const char *const behind[] = {", ", "; ", " && ", " || ", " ? ", " : ", " | ", " + ", " - ", " * ", " / ", " & ", " ^ ",
	                                     " < ", " <= "};
	enum { ALL = sizeof behind / sizeof *behind, ARITHMETIC = 7 };
	if (is_assigned(text, i, nopen))
		return ASSIGNED;
	for (int k = 0; k < ALL; k++) {
		int n = (int)strlen(behind[k]);
		if (i >= n && !strncmp(text + i - n, behind[k], (size_t)n))
			return 2 * nopen + (k >= ARITHMETIC);
	}
	return -1;
}

typedef struct Parens {
	int column[PAREN_MAX]; /* behind each that is open */
	int n;
} Parens;

static void note_paren(Parens *open, char c, int column)
{
	if ((c == '(' || c == '[') && open->n < PAREN_MAX)
		open->column[open->n++] = column;
	if ((c == ')' || c == ']') && open->n)
		open->n--;
}

/* The best place to break text[from..n-1], which begins in that column behind the tabs: behind `least` characters or more. */
static Break best_break(const char *text, int from, int n, int column, int width, int least, Parens open)
{
	Break best = {0};
	bool quoted = false;
	for (int i = from; i < n && i - from + column <= width; i++) {
		int rank = quoted || i - from < least ? -1 : rank_of(text, i, open.n), inner = open.n ? open.column[open.n - 1] : 0;
		if (rank >= 0 && (!best.at || rank <= best.rank || is_assigned(text, i, open.n))) /* no break before "=" */
			best = (Break){i, rank, inner && inner <= width / 2 ? inner : TAB};
		quoted ^= text[i] == '"';
		if (!quoted)
			note_paren(&open, text[i], i - from + column + 1);
	}
	return best;
}

/* The same, behind a few characters where nothing better is there, and beyond the width before nowhere. */
static Break some_break(const char *text, int from, int n, int column, int width, const Parens *open)
{
	enum { FEW = 4 };
	Break best = best_break(text, from, n, column, width, LEAST, *open);
	if (!best.at)
		best = best_break(text, from, n, column, width, FEW, *open);
	for (int more = width + 1; !best.at && more - column < n - from; more++)
		best = best_break(text, from, n, column, more, FEW, *open);
	return best;
}

static void put_part(Out *o, int tabs, int spaces, const char *text, int n)
{
	while (tabs--)
		put_text(o, "\t");
	put_text(o, "%*s%.*s\n", spaces, "", n, text);
}

/* Where this begins in the line, NULL if it does not. (What follows the line may be megabytes.) */
static const char *in_line(const Line *l, const char *what)
{
	size_t size = strlen(what);
	for (const char *at = l->text, *end = at + l->n; at < end; at++)
		if (!strncmp(at, what, size))
			return at;
	return NULL;
}

/* Breaks text[0..n-1] into lines; returns the column behind the last one, which has no end yet. */
static int put_parts(Out *o, const Line *l, int n)
{
	int from = 0, column = 0, width = WIDTH - TAB * l->depth;
	Parens open = {.n = 0};
	while (n - from + column > width) {
		Break best = some_break(l->text, from, n, column, width, &open);
		if (!best.at)
			break;
		for (int i = from; i < best.at; i++)
			note_paren(&open, l->text[i], i - from + column + 1);
		int stop = best.at;
		while (l->text[stop - 1] == ' ')
			stop--;
		put_part(o, l->depth, column, l->text + from, stop - from);
		from = best.at;
		column = best.column;
	}
	put_part(o, l->depth, column, l->text + from, n - from);
	o->text[--o->n] = 0;
	return TAB * l->depth + column + n - from;
}

/* A remark stands behind the last part, or above all where that has no room for it. */
static void put_code(Out *o, const Line *l)
{
	const char *remark = in_line(l, "\t/*"), *end = l->text + l->n;
	Out parts = {.arena = o->arena};
	int column = put_parts(&parts, l, (int)((remark ? remark : end) - l->text)), size = remark ? (int)(end - remark) : 0;
	bool room = (column / TAB + 1) * TAB + size - 1 <= WIDTH;
	if (remark && !room)
		put_part(o, l->depth, 0, remark + 1, size - 1);
	put_text(o, "%s%.*s\n", parts.text, room ? size : 0, remark ? remark : "");
}

/* A line of a comment above a function: it goes on below what stands behind its first colon. */
static void put_comment(Out *o, const Line *l)
{
	const char *text = l->text, *colon = in_line(l, ": "), *prefix = "";
	int n = l->n, indent = colon && *text == ' ' ? (int)(colon - text) : 4;
	while ((int)strlen(prefix) + n > WIDTH) {
		int at = WIDTH - (int)strlen(prefix);
		while (at > LEAST && (text[at] != ' ' || at + 3 >= n))
			at--;
		if (at == LEAST)
			break;
		put_text(o, "%s%.*s\n", prefix, at, text);
		text += at + 1;
		n -= at + 1;
		prefix = arena_format(o->arena, " *%*s", indent, "");
	}
	put_text(o, "%s%.*s\n", prefix, n, text);
}

static bool is_comment(const Line *l) { return l->depth == 0 && (line_begins(l, "/*") || line_begins(l, " *")); }

const char *styled(Arena *a, const char *text)
{
	Lines l = lines_of(a, text);
	Out o = {.arena = a};
	put_text(&o, "%s", "");
	style_braces(&l, a);
	join_assigned(&l, a);
	for (int i = 0; i < l.n; i++) {
		const Line *line = &l.line[i];
		if (line->gone)
			continue;
		if (line_begins(line, "#"))
			put_part(&o, line->depth, 0, line->text, line->n);
		else if (is_comment(line))
			put_comment(&o, line);
		else
			put_code(&o, line);
	}
	return o.text;
}
