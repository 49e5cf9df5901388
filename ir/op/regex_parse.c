/* regex_parse.c -- a regular expression as a tree, by the syntax of RE2.
 *
 *     . [a-z] [^a] [[:alpha:]] \d \w \s  x* x+ x? x{2,3}  xy x|y (x) (?:x) (?P<name>x)  ^ $ \A \z \b \B  \Q..\E
 *     \n \x41 \x{20ac} \101  and the flags i m s U, as (?i) or (?i:x)
 *
 * Lazy repetitions match the same texts. Classes of Unicode (\pL) and \C are not supported. */
#include <stdlib.h>
#include <string.h>
#include "ir/op/letters.h"
#include "ir/op/regex.h"

enum { FOLD = 1, LINES = 2, DOT_ALL = 4 };

typedef struct Parser {
	Arena *arena;
	const char *at, *end;
	unsigned flags;
	int depth;
	RegexFault fault;
	const char *says;
} Parser;

static Tree *alternatives(Parser *p);

/* ---- trouble: the first counts, and the rest of the pattern is skipped ---- */

static void wrong(Parser *p, RegexFault fault, const char *says)
{
	if (p->fault)
		return;
	p->fault = fault;
	p->says = says;
	p->at = p->end;
}

static bool accept(Parser *p, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(p->end - p->at) < n || memcmp(p->at, text, n))
		return false;
	p->at += n;
	return true;
}

static Tree *tree(Parser *p, TreeKind kind, Tree *a, Tree *b)
{
	Tree *t = NEW(p->arena, Tree);

	*t = (Tree){.kind = kind, .a = a, .b = b};
	return t;
}

/* ---- sets of letters ---- */

typedef struct Set {
	Range *v;
	int n, c;
} Set;

static void set_add(Parser *p, Set *s, int32_t lo, int32_t hi)
{
	if (s->n == REGEX_SET) {
		wrong(p, REGEX_LARGE, "a set of that many ranges");
		return;
	}
	GROW(p->arena, s->v, s->n, s->c);
	s->v[s->n++] = (Range){lo, hi};
}

static bool is_in(Range r, int32_t letter) { return letter >= r.lo && letter <= r.hi; }

/* The letters that the rows of the table make of those in the range, and those of which they make these. */
static void add_mapped(Parser *p, Set *s, Range r, bool upper)
{
	int rows;
	const int32_t *row = letter_rows(upper, &rows);

	for (int i = 0; i < rows; i++, row += LETTER_ROW)
		for (int32_t c = row[0]; c <= row[1]; c += row[2])
			if (is_in(r, c) != is_in(r, c + row[3])) {
				int32_t other = is_in(r, c) ? c + row[3] : c;
				set_add(p, s, other, other);
			}
}

/* With the letters of the other case, and those that share it. */
static void set_fold(Parser *p, Set *s)
{
	for (int pass = 0, from = 0; pass < 2; pass++) {
		int to = s->n;
		for (int i = from; i < to; i++) {
			add_mapped(p, s, s->v[i], true);
			add_mapped(p, s, s->v[i], false);
		}
		from = to;
	}
}

static int compare_ranges(const void *a, const void *b)
{
	const Range *x = a, *y = b;

	return (x->lo > y->lo) - (x->lo < y->lo);
}

static Set set_without(Parser *p, Set *s)
{
	Set y = {NULL, 0, 0};
	int32_t from = 0;

	if (s->n)
		qsort(s->v, (size_t)s->n, sizeof *s->v, compare_ranges);
	for (int i = 0; i < s->n; i++) {
		if (s->v[i].lo > from)
			set_add(p, &y, from, s->v[i].lo - 1);
		from = s->v[i].hi >= from ? s->v[i].hi + 1 : from;
	}
	if (from <= LETTER_MAX)
		set_add(p, &y, from, LETTER_MAX);
	return y;
}

/* Classes of ASCII: pairs of first and last letters. */
static const struct { const char *name, *letters; } classes[] = {
	{"\\d", "09"}, {"\\s", "\t\n\f\r  "}, {"\\w", "09AZaz__"}, {"[:alnum:]", "09AZaz"}, {"[:alpha:]", "AZaz"},
	{"[:ascii:]", "\001\177"}, {"[:blank:]", "\t\t  "}, {"[:cntrl:]", "\001\037\177\177"}, {"[:digit:]", "09"},
	{"[:graph:]", "!~"}, {"[:lower:]", "az"}, {"[:print:]", " ~"}, {"[:punct:]", "!/:@[`{~"}, {"[:space:]", "\t\r  "},
	{"[:upper:]", "AZ"}, {"[:word:]", "09AZaz__"}, {"[:xdigit:]", "09AFaf"}};

enum { CLASSES = sizeof classes / sizeof *classes };

static Set class_set(Parser *p, int i, bool negated)
{
	Set s = {NULL, 0, 0};

	for (const char *c = classes[i].letters; *c; c += 2)
		set_add(p, &s, c[0], c[1]);
	if (!strcmp(classes[i].name, "[:ascii:]") || !strcmp(classes[i].name, "[:cntrl:]"))
		set_add(p, &s, 0, 0);
	if (p->flags & FOLD)
		set_fold(p, &s);
	return negated ? set_without(p, &s) : s;
}

/* \d, \D, [:alpha:], [:^alpha:]: true when one stands there and was added. */
static bool accept_class(Parser *p, Set *to)
{
	for (int i = 0; i < CLASSES; i++) {
		char other[16];
		const char *name = classes[i].name;
		if (name[0] == '\\')
			memcpy(other, (char[]){'\\', (char)(name[1] - 32), 0}, 3);
		else
			strcat(strcpy(other, "[:^"), name + 2);
		bool negated = accept(p, other);
		if (!negated && !accept(p, name))
			continue;
		Set s = class_set(p, i, negated);
		for (int k = 0; k < s.n; k++)
			set_add(p, to, s.v[k].lo, s.v[k].hi);
		return true;
	}
	return false;
}

static Tree *set_tree(Parser *p, Set s)
{
	Tree *t = tree(p, T_SET, NULL, NULL);

	t->range = s.v;
	t->nranges = s.n;
	return t;
}

/* ---- letters ---- */

static int32_t next_letter(Parser *p)
{
	int bytes;
	int32_t letter = letter_at(p->at, p->end - p->at, &bytes);

	if (letter < 0)
		wrong(p, REGEX_WRONG, "it is no UTF-8");
	else
		p->at += bytes;
	return letter;
}

static int digit_of(char c, int base)
{
	int x = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;

	return x < base ? x : -1;
}

/* least..most digits */
static int32_t number(Parser *p, int base, int least, int most)
{
	int32_t x = 0;
	int n = 0;

	for (; n < most && p->at < p->end && digit_of(*p->at, base) >= 0 && x <= LETTER_MAX; n++)
		x = x * base + digit_of(*p->at++, base);
	if (n < least || x > LETTER_MAX)
		wrong(p, REGEX_WRONG, "a letter's number is malformed");
	return x;
}

static int32_t hex_letter(Parser *p)
{
	if (!accept(p, "{"))
		return number(p, 16, 2, 2);
	int32_t x = number(p, 16, 1, 8);
	if (!accept(p, "}"))
		wrong(p, REGEX_WRONG, "\\x{ has no }");
	return x;
}

/* What stands behind a backslash, as a letter. */
static int32_t escaped(Parser *p)
{
	static const char names[] = "aftnrv", values[] = "\a\f\t\n\r\v";

	if (p->at == p->end) {
		wrong(p, REGEX_WRONG, "it ends in a backslash");
		return 0;
	}
	char c = *p->at;
	const char *name = c ? strchr(names, c) : NULL;
	if (c == 'p' || c == 'P' || c == 'C') {
		wrong(p, REGEX_UNSUPPORTED, "classes of Unicode, and \\C");
		return 0;
	}
	if (c == '0' || (c >= '1' && c <= '7' && p->end - p->at > 1 && digit_of(p->at[1], 8) >= 0))
		return number(p, 8, 1, 3);
	if (accept(p, "x"))
		return hex_letter(p);
	if (!name && (digit_of(c, 10) >= 0 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
		wrong(p, REGEX_WRONG, "a backslash stands before a letter that it gives no meaning");
		return 0;
	}
	int32_t letter = next_letter(p);
	return name ? values[name - names] : letter;
}

static int32_t class_letter(Parser *p) { return accept(p, "\\") ? escaped(p) : next_letter(p); }

/* ---- [...] ---- */

static Tree *bracket(Parser *p)
{
	Set s = {NULL, 0, 0};
	bool negated = accept(p, "^"), first = true;

	for (; !p->fault && (first || !accept(p, "]")); first = false) {
		if (p->at == p->end)
			wrong(p, REGEX_WRONG, "a [ has no ]");
		if (p->fault || accept_class(p, &s))
			continue;
		if (p->end - p->at > 1 && p->at[0] == '[' && p->at[1] == ':')
			wrong(p, REGEX_WRONG, "there is no class of that name");
		Range r;
		r.lo = r.hi = class_letter(p);
		if (p->end - p->at > 1 && *p->at == '-' && p->at[1] != ']') {
			p->at++;
			r.hi = class_letter(p);
		}
		if (r.lo > r.hi)
			wrong(p, REGEX_WRONG, "a range ends before it begins");
		Set one = {NULL, 0, 0};
		set_add(p, &one, r.lo, r.hi);
		if (p->flags & FOLD)
			set_fold(p, &one);
		for (int k = 0; k < one.n; k++)
			set_add(p, &s, one.v[k].lo, one.v[k].hi);
	}
	return set_tree(p, negated ? set_without(p, &s) : s);
}

static Tree *one_letter(Parser *p, int32_t letter)
{
	Set s = {NULL, 0, 0};

	set_add(p, &s, letter, letter);
	if (p->flags & FOLD)
		set_fold(p, &s);
	return set_tree(p, s);
}

static Tree *any_letter(Parser *p)
{
	Set s = {NULL, 0, 0};

	if (!(p->flags & DOT_ALL))
		set_add(p, &s, '\n', '\n');
	return set_tree(p, set_without(p, &s));
}

/* ---- groups ---- */

/* Flags up to ) or :; true when : ended them. */
static bool flags(Parser *p)
{
	bool off = false;

	while (p->at < p->end && *p->at != ')' && *p->at != ':') {
		char c = *p->at++;
		unsigned flag = c == 'i' ? FOLD : c == 'm' ? LINES : c == 's' ? DOT_ALL : 0;
		if (c == '-' && !off)
			off = true;
		else if (!flag && c != 'U')
			wrong(p, REGEX_WRONG, "(? is followed by what is no flag");
		p->flags = off ? p->flags & ~flag : p->flags | flag;
	}
	if (p->at == p->end)
		wrong(p, REGEX_WRONG, "a ( has no )");
	return !p->fault && *p->at++ == ':';
}

static void group_name(Parser *p)
{
	const char *from = p->at;

	while (p->at < p->end && *p->at != '>')
		p->at++;
	if (p->at == from || !accept(p, ">"))
		wrong(p, REGEX_WRONG, "the name of a group is malformed");
}

/* Behind a (. */
static Tree *group(Parser *p)
{
	unsigned before = p->flags;

	if (accept(p, "?P<") || accept(p, "?<"))
		group_name(p);
	else if (accept(p, "?") && !flags(p))
		return tree(p, T_EMPTY, NULL, NULL); /* for all that follows */
	if (++p->depth > REGEX_DEPTH)
		wrong(p, REGEX_LARGE, "parentheses that deep");
	Tree *t = alternatives(p);
	p->depth--;
	if (!accept(p, ")"))
		wrong(p, REGEX_WRONG, "a ( has no )");
	p->flags = before;
	return t;
}

/* ---- what is repeated ---- */

static Tree *assertion(Parser *p, Assertion a)
{
	Tree *t = tree(p, T_ASSERT, NULL, NULL);

	t->assertion = a;
	return t;
}

static Tree *quoted_letters(Parser *p)
{
	Tree *t = tree(p, T_EMPTY, NULL, NULL);

	while (p->at < p->end && !accept(p, "\\E"))
		t = tree(p, T_CAT, t, one_letter(p, next_letter(p)));
	return t;
}

static Tree *atom(Parser *p)
{
	Set s = {NULL, 0, 0};
	bool lines = p->flags & LINES;

	if (accept(p, "("))
		return group(p);
	if (accept(p, "."))
		return any_letter(p);
	if (accept(p, "^"))
		return assertion(p, lines ? LINE_BEGINS : TEXT_BEGINS);
	if (accept(p, "$"))
		return assertion(p, lines ? LINE_ENDS : TEXT_ENDS);
	if (accept(p, "\\A"))
		return assertion(p, TEXT_BEGINS);
	if (accept(p, "\\z"))
		return assertion(p, TEXT_ENDS);
	if (accept(p, "\\b"))
		return assertion(p, WORD_EDGE);
	if (accept(p, "\\B"))
		return assertion(p, NO_WORD_EDGE);
	if (accept(p, "\\Q"))
		return quoted_letters(p);
	if (p->at < p->end && *p->at == '\\' && accept_class(p, &s))
		return set_tree(p, s);
	if (accept(p, "["))
		return bracket(p);
	return one_letter(p, class_letter(p));
}

static bool is_digit(const Parser *p) { return p->at < p->end && *p->at >= '0' && *p->at <= '9'; }

static int count(Parser *p)
{
	int n = 0;

	while (is_digit(p))
		n = n > REGEX_REPEATS ? n : 10 * n + (*p->at++ - '0');
	return n;
}

/* {2}, {2,} or {2,3}; anything else is letters. */
static bool accept_counts(Parser *p, int *min, int *max)
{
	const char *start = p->at;

	if (accept(p, "{") && is_digit(p)) {
		*min = *max = count(p);
		if (accept(p, ","))
			*max = is_digit(p) ? count(p) : -1;
		if (accept(p, "}"))
			return true;
	}
	p->at = start;
	return false;
}

static bool accept_repeat(Parser *p, int *min, int *max)
{
	*min = 0;
	*max = -1;
	if (accept(p, "*"))
		return true;
	if (accept(p, "+")) {
		*min = 1;
		return true;
	}
	if (accept(p, "?")) {
		*max = 1;
		return true;
	}
	return accept_counts(p, min, max);
}

static Tree *repeated(Parser *p)
{
	int min, max;
	Tree *t = atom(p);

	if (p->fault || !accept_repeat(p, &min, &max))
		return t;
	accept(p, "?"); /* lazy */
	t = tree(p, T_REPEAT, t, NULL);
	t->min = min;
	t->max = max;
	if (min > REGEX_REPEATS || max > REGEX_REPEATS)
		wrong(p, REGEX_WRONG, "more than 1000 repetitions");
	if (max >= 0 && min > max)
		wrong(p, REGEX_WRONG, "repetitions end before they begin");
	if (accept_repeat(p, &min, &max))
		wrong(p, REGEX_WRONG, "a repetition is repeated");
	return t;
}

static Tree *sequence(Parser *p)
{
	int min, max;
	Tree *t = tree(p, T_EMPTY, NULL, NULL);

	if (accept_repeat(p, &min, &max))
		wrong(p, REGEX_WRONG, "nothing stands before a repetition");
	while (p->at < p->end && *p->at != '|' && *p->at != ')')
		t = tree(p, T_CAT, t, repeated(p));
	return t;
}

static Tree *alternatives(Parser *p)
{
	Tree *t = sequence(p);

	while (accept(p, "|"))
		t = tree(p, T_ALT, t, sequence(p));
	return t;
}

Tree *regex_parse(Arena *a, Text pattern, RegexFault *fault, const char **says)
{
	const char *start = pattern.length ? pattern.text : "";
	Parser p = {.arena = a, .at = start, .end = start + pattern.length};
	Tree *t = alternatives(&p);

	if (p.at < p.end)
		wrong(&p, REGEX_WRONG, "a ) has no (");
	*fault = p.fault;
	*says = p.says;
	return t;
}
