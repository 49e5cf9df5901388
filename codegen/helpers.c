/* helpers.c -- copying just the helpers that a text uses; names of a section. */
#include <string.h>
#include "codegen/module.h"

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Of the ends and beginnings of comments before it, the last one is a beginning. */
static bool in_comment(const char *text, const char *at)
{
	for (; at >= text + 2; at--) {
		if (at[-2] == '*' && at[-1] == '/')
			return false;
		if (at[-2] == '/' && at[-1] == '*')
			return true;
	}
	return false;
}

/* What follows "->" or "." is a member, whose name is its own. */
static bool is_member(const char *text, const char *at)
{
	return (at > text && at[-1] == '.') || (at > text + 1 && at[-1] == '>' && at[-2] == '-');
}

/* Where text from `from` on has the word, as code; NULL: nowhere. */
static const char *next_use(const char *text, const char *from, const char *word)
{
	size_t n = strlen(word);
	for (const char *at = strstr(from, word); at; at = strstr(at + 1, word))
		if ((at == text || !is_word_char(at[-1])) && !is_word_char(at[n]) && !is_member(text, at) && !in_comment(text, at))
			return at;
	return NULL;
}

bool uses_word(const char *text, const char *word) { return next_use(text, text, word); }

bool calls_function(const char *text, const char *name)
{
	const char *at = next_use(text, text, name);
	while (at && at[strlen(name)] != '(')
		at = next_use(text, at + 1, name);
	return at;
}

enum { HELPER_MAX = 512 };

typedef struct Chosen {
	const Helper *list[HELPER_MAX];
	bool function[HELPER_MAX], used[HELPER_MAX], done[HELPER_MAX];
	bool type; /* the last one that was printed is a type */
	int n;
} Chosen;

static void collect(Chosen *c, const Helper *h)
{
	for (; h->name && c->n < HELPER_MAX; h++) {
		c->function[c->n] = calls_function(h->text, h->name);
		c->list[c->n++] = h;
	}
}

/* A function is used where it is called: without parentheses its name is that of a local. A type or a table is used by name. */
static bool uses_helper(const Chosen *c, const char *text, int k)
{
	return c->function[k] ? calls_function(text, c->list[k]->name) : uses_word(text, c->list[k]->name);
}

/* Everything that a used helper uses is used. */
static void close_over(Chosen *c, int i)
{
	if (c->used[i])
		return;
	c->used[i] = true;
	for (int k = 0; k < c->n; k++)
		if (k != i && uses_helper(c, c->list[i]->text, k))
			close_over(c, k);
}

/* A helper's text, a remark that its body begins with above it. Types that follow each other have no line between them. */
static void print_helper(Chosen *c, const char *text, Out *o)
{
	static const char body[] = "\n{\n\t/*";
	const char *open = strstr(text, body), *remark = open ? open + strlen("\n{\n\t") : NULL;
	const char *rest = remark ? strchr(remark, '\n') : NULL;
	bool type = !strncmp(text, "typedef", strlen("typedef"));
	put_text(o, "%s", c->type && !type ? "\n" : "");
	if (rest && !strncmp(rest - 2, "*/", 2))
		put_text(o, "%.*s\n%.*s\n{%s\n", (int)(rest - remark), remark, (int)(open - text), text, rest);
	else
		put_text(o, "%s%s", text, type ? "" : "\n");
	c->type = type;
}

static void print_after_needs(Chosen *c, int i, Out *o)
{
	if (c->done[i] || !c->used[i])
		return;
	c->done[i] = true;
	for (int k = 0; k < c->n; k++)
		if (k != i && uses_helper(c, c->list[i]->text, k))
			print_after_needs(c, k, o);
	print_helper(c, c->list[i]->text, o);
}

void print_helpers(const Helper *table, const char *text, Out *o)
{
	Chosen c = {.n = 0};
	collect(&c, table);
	for (int i = 0; i < c.n; i++)
		if (uses_helper(&c, text, i))
			close_over(&c, i);
	for (int i = 0; i < c.n; i++)
		print_after_needs(&c, i, o);
}

/* ---- names of a section ---- */

static size_t digits(const char *s) { return strspn(s, "0123456789"); }

static bool is_word(const char *name, const char *word, size_t n) { return strlen(name) == n && !strncmp(name, word, n); }

/* What a section declares at file scope: the target's helpers, maps, s3_conv and s3_tile, the buffer B3, the text T3, and
 * work. */
static bool is_declared(const Module *m, const char *word, size_t n)
{
	size_t number = n > 1 ? digits(word + 1) : 0;
	if (*word == 's' && number && number + 1 < n && word[number + 1] == '_')
		return true;
	if (((*word == 'B' || *word == 'T') && number && number + 1 == n) || (n == 4 && !strncmp(word, "work", n)))
		return true;
	for (int i = 0; i < m->ntables; i++)
		if (is_word(m->table[i].name, word, n))
			return true;
	for (const Helper *h = m->target->helpers; h->name; h++)
		if (is_word(h->name, word, n))
			return true;
	return false;
}

/* v_fma is v4_fma, vf is v4f, s3_conv is v4_s3_conv, B3 is V4_B3. */
static void put_tagged(const Module *m, const char *word, size_t n, Out *o)
{
	const char *tag = m->target->tag;
	if (*word == 'v')
		put_text(o, "%s%.*s", tag, (int)n - 1, word + 1);
	else
		put_text(o, "%s_%.*s", *word == 'B' || *word == 'T' ? upper_name(o->arena, tag) : tag, (int)n, word);
}

static size_t word_length(const char *s)
{
	size_t n = 0;
	while (is_word_char(s[n]))
		n++;
	return n;
}

/* Up to the next word or comment; a comment is one piece. */
static size_t other_length(const char *s)
{
	if (!strncmp(s, "/*", 2)) {
		const char *end = strstr(s + 2, "*/");
		return end ? (size_t)(end + 2 - s) : strlen(s);
	}
	size_t n = 1;
	while (s[n] && !is_word_char(s[n]) && strncmp(s + n, "/*", 2))
		n++;
	return n;
}

void put_section(const Module *m, const char *text, Out *o)
{
	if (m->unit->nmodules == 1) {
		put_text(o, "%s", text);
		return;
	}
	while (*text) {
		size_t word = word_length(text), n = word ? word : other_length(text);
		if (word && is_declared(m, text, n))
			put_tagged(m, text, n, o);
		else
			put_text(o, "%.*s", (int)n, text);
		text += n;
	}
}
