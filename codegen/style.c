/* style.c -- how emitted code looks, in one place: whoever prints statements prints one a line, with braces around every body.
 *
 *     for (int i = 0; i < n; i++) {           for (int i = 0; i < n; i++)
 *             f(i);                   ->              f(i);
 *     }
 *
 * A block that only keeps its names from others goes where no other has them. Braces around one statement go, but where an
 * `else` could then belong to another `if`; the branches of one choice all have them or none. `else` stands behind the brace
 * that closes the branch before. "sum = sum + x;" is "sum += x;". Lines end before column WIDTH: they are broken behind a comma
 * or an operator, in as few parentheses and brackets as possible, and go on below what stands in these; what is assigned to is
 * never broken. */
#include <ctype.h>
#include <string.h>
#include "codegen/module.h"

enum { WIDTH = 120, TAB = 8, LEAST = 24, PAREN_MAX = 64 };

typedef struct Line {
	const char *text; /* behind the tabs */
	int n, depth;     /* characters of it; tabs */
	bool gone;
} Line;

typedef struct Lines {
	Line *line;
	int n;
} Lines;

static bool begins(const Line *l, const char *word) { return !strncmp(l->text, word, strlen(word)); }

static bool ends(const Line *l, const char *word)
{
	int n = (int)strlen(word);
	return l->n >= n && !strncmp(l->text + l->n - n, word, (size_t)n);
}

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

/* ---- braces ---- */

static bool opens(const Line *l)
{
	static const char *const head[] = {"for (", "UNROLL for (", "UNROLL_4 for (", "while (", "if (", "else", "} else"};
	bool known = false;
	for (size_t i = 0; i < sizeof head / sizeof *head; i++)
		known |= begins(l, head[i]);
	return known && ends(l, " {");
}

/* The line that begins with the brace which closes the block of line i. */
static int closing(const Lines *l, int i)
{
	int end = i + 1;
	while (end < l->n && (l->line[end].gone || l->line[end].depth > l->line[i].depth || !begins(&l->line[end], "}")))
		end++;
	return end;
}

/* "}" and "else {" are one line. */
static void join_else(Lines *l, Arena *a)
{
	for (int i = 0; i + 1 < l->n; i++) {
		Line *brace = &l->line[i], *next = brace + 1;
		if (brace->n != 1 || *brace->text != '}' || brace->depth != next->depth || !begins(next, "else") || !ends(next, " {"))
			continue;
		next->text = arena_format(a, "} %.*s", next->n, next->text);
		next->n += 2;
		brace->gone = true;
	}
}

static bool declares(const Line *l)
{
	static const char *const other[] = {"return ", "UNROLL ", "UNROLL_4 ", "for ", "if ", "while ", "goto ", "else "};
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (begins(l, other[i]))
			return false;
	int word = 0;
	while (word < l->n && (isalnum((unsigned char)l->text[word]) || l->text[word] == '_'))
		word++;
	char next = word && word + 1 < l->n ? l->text[word + 1] : ' ';
	return l->text[word] == ' ' && (isalpha((unsigned char)next) || next == '_' || next == '*');
}

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

static bool has_word(const Line *l, const char *word, int size)
{
	for (int i = 0; i + size <= l->n; i++)
		if (!strncmp(l->text + i, word, (size_t)size) && (i == 0 || !is_word(l->text[i - 1])) &&
		    (i + size == l->n || !is_word(l->text[i + size])))
			return true;
	return false;
}

/* The next name that the line declares, from *at on; 0: no more. Returns how long it is. */
static int next_name(const Line *l, int *at)
{
	int i = *at, open = 0, size = 0;
	for (; i < l->n && (open || !i || l->text[i] != (*at ? ',' : ' ')); i++)
		open += strchr("([{", l->text[i]) ? 1 : strchr(")]}", l->text[i]) ? -1 : 0;
	while (i < l->n && !is_word(l->text[i]))
		i++;
	while (i + size < l->n && is_word(l->text[i + size]))
		size++;
	*at = i;
	return size;
}

/* The lines around those of a block: of the block that it is in. */
typedef struct Around {
	int from, to;
} Around;

static Around around(const Lines *l, int first, int last)
{
	Around a = {first - 1, last + 1};
	while (a.from > 0 && (l->line[a.from].gone || l->line[a.from].n == 0 || l->line[a.from].depth >= l->line[first].depth))
		a.from--;
	while (a.to < l->n && (l->line[a.to].n == 0 || l->line[a.to].depth >= l->line[first].depth))
		a.to++;
	return a;
}

/* Some other statement of the block around has a name that this line declares. */
static bool is_taken(const Lines *l, const Line *line, Around a, int first, int last)
{
	bool taken = false;
	int skip = begins(line, "const ") ? 6 : 0, at = 0, size;
	Line rest = {.text = line->text + skip, .n = line->n - skip};
	while (!taken && (size = next_name(&rest, &at)) > 0) {
		for (int i = a.from + 1; i < a.to && !taken; i++)
			taken = (i > last || (i < first && l->line[i].depth == l->line[first].depth && declares(&l->line[i]))) &&
			        has_word(&l->line[i], rest.text + at, size);
		at += size;
	}
	return taken;
}

static bool is_lone(const Line *l) { return !l->gone && l->depth > 0 && l->n == 1 && *l->text == '{'; }

/* Whether the block that begins in line `first` can go; one of several that are alike stays. */
static bool is_needless(const Lines *l, int first, int last)
{
	Around a = around(l, first, last);
	const Line *head = &l->line[a.from], *before = &l->line[first - 1];
	bool again = before->n == 1 && *before->text == '}' && !before->gone && before->depth == l->line[first].depth;
	for (int i = first - 2; again && i > a.from; i--)
		if (l->line[i].depth == before->depth && is_lone(&l->line[i]))
			return false;
	if (last == l->n || (!ends(head, ") {") && !ends(head, "else {") && !(head->n == 1 && *head->text == '{')))
		return false;
	for (int i = first + 1; i < last; i++)
		if (l->line[i].depth == l->line[first].depth + 1 && declares(&l->line[i]) && is_taken(l, &l->line[i], a, first, last))
			return false;
	return true;
}

static void open_needless(Lines *l)
{
	for (int i = 1; i < l->n; i++) {
		int end = is_lone(&l->line[i]) ? closing(l, i) : l->n;
		if (end == l->n || !is_needless(l, i, end))
			continue;
		l->line[i].gone = l->line[end].gone = true;
		for (int k = i + 1; k < end; k++)
			l->line[k].depth--;
	}
}

/* Between the lines is one statement that needs no braces: it is no declaration or block, and of a branch no choice. */
static bool is_single(const Lines *l, int from, int to, bool branch)
{
	int depth = l->line[from].depth + 1, n = 0;
	for (int i = from + 1; i < to; i++) {
		const Line *line = &l->line[i];
		bool goes_on = line->n == 0 || *line->text == ' ' || *line->text == '}' || begins(line, "else");
		if (line->gone)
			continue;
		if (begins(line, "#") || (branch && (begins(line, "if (") || begins(line, "else"))))
			return false;
		if (line->depth == depth && !goes_on && (n++ || declares(line) || begins(line, "{") || begins(line, "/*")))
			return false;
	}
	return n == 1;
}

/* The first line, and those that begin the other branches of the same choice, lose their braces. */
static void strip(Lines *l, int i)
{
	for (;;) {
		Line *head = &l->line[i], *end;
		int at = closing(l, i);
		if (begins(head, "}")) {
			head->text += 2;
			head->n -= 2;
		}
		head->n -= 2;
		end = &l->line[at];
		if (end->n == 1) {
			end->gone = true;
			return;
		}
		i = at;
	}
}

static void strip_single(Lines *l)
{
	for (int i = 0; i < l->n; i++) {
		bool single = !l->line[i].gone && opens(&l->line[i]) && !begins(&l->line[i], "}");
		for (int at = i, end; single; at = end) {
			end = closing(l, at);
			single = end < l->n && is_single(l, at, end, begins(&l->line[i], "if ("));
			if (end == l->n || !opens(&l->line[end])) {
				single &= end < l->n && l->line[end].n == 1;
				break;
			}
		}
		if (single)
			strip(l, i);
	}
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

static bool is_comment(const Line *l) { return l->depth == 0 && (begins(l, "/*") || begins(l, " *")); }

const char *styled(Arena *a, const char *text)
{
	Lines l = lines_of(a, text);
	Out o = {.arena = a};
	put_text(&o, "%s", "");
	join_else(&l, a);
	open_needless(&l);
	strip_single(&l);
	join_assigned(&l, a);
	for (int i = 0; i < l.n; i++) {
		const Line *line = &l.line[i];
		if (line->gone)
			continue;
		if (begins(line, "#"))
			put_part(&o, line->depth, 0, line->text, line->n);
		else if (is_comment(line))
			put_comment(&o, line);
		else
			put_code(&o, line);
	}
	return o.text;
}
