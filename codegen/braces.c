/* braces.c -- which braces of emitted code stay.
 *
 *     for (int i = 0; i < n; i++) {           for (int i = 0; i < n; i++)
 *             f(i);                   ->              f(i);
 *     }
 *
 * A block that only keeps its names from others goes where no other has them. Braces around one statement go, but where an
 * `else` could then belong to another `if`; the branches of one choice all have them or none. `else` stands behind the brace
 * that closes the branch before. */
#include <ctype.h>
#include "codegen/style.h"

static bool opens(const Line *l)
{
	static const char *const head[] = {"for (", "UNROLL for (", "UNROLL_4 for (", "while (", "if (", "else", "} else"};
	bool known = false;
	for (size_t i = 0; i < sizeof head / sizeof *head; i++)
		known |= line_begins(l, head[i]);
	return known && line_ends(l, " {");
}

/* The line that begins with the brace which closes the block of line i. */
static int closing(const Lines *l, int i)
{
	int end = i + 1;
	while (end < l->n && (l->line[end].gone || l->line[end].depth > l->line[i].depth || !line_begins(&l->line[end], "}")))
		end++;
	return end;
}

/* "}" and "else {" are one line. */
static void join_else(Lines *l, Arena *a)
{
	for (int i = 0; i + 1 < l->n; i++) {
		Line *brace = &l->line[i], *next = brace + 1;
		if (brace->n != 1 || *brace->text != '}' || brace->depth != next->depth || !line_begins(next, "else") || !line_ends(next, " {"))
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
		if (line_begins(l, other[i]))
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
	int skip = line_begins(line, "const ") ? 6 : 0, at = 0, size;
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
	if (last == l->n || (!line_ends(head, ") {") && !line_ends(head, "else {") && !(head->n == 1 && *head->text == '{')))
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
		bool goes_on = line->n == 0 || *line->text == ' ' || *line->text == '}' || line_begins(line, "else");
		if (line->gone)
			continue;
		if (line_begins(line, "#") || (branch && (line_begins(line, "if (") || line_begins(line, "else"))))
			return false;
		if (line->depth == depth && !goes_on && (n++ || declares(line) || line_begins(line, "{") || line_begins(line, "/*")))
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
		if (line_begins(head, "}")) {
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
		bool single = !l->line[i].gone && opens(&l->line[i]) && !line_begins(&l->line[i], "}");
		for (int at = i, end; single; at = end) {
			end = closing(l, at);
			single = end < l->n && is_single(l, at, end, line_begins(&l->line[i], "if ("));
			if (end == l->n || !opens(&l->line[end])) {
				single &= end < l->n && l->line[end].n == 1;
				break;
			}
		}
		if (single)
			strip(l, i);
	}
}

void style_braces(Lines *l, Arena *a)
{
	join_else(l, a);
	open_needless(l);
	strip_single(l);
}
