/* helpers.c -- copying just the helpers that a text uses. */
#include <string.h>
#include "codegen/module.h"

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool uses_word(const char *text, const char *word)
{
	size_t n = strlen(word);
	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if ((at == text || !is_word_char(at[-1])) && !is_word_char(at[n]))
			return true;
	return false;
}

enum { HELPER_MAX = 128 };

typedef struct Chosen {
	const Helper *list[HELPER_MAX];
	bool used[HELPER_MAX], done[HELPER_MAX];
	int n;
} Chosen;

static void collect(Chosen *c, const Helper *h)
{
	for (; h->name && c->n < HELPER_MAX; h++)
		c->list[c->n++] = h;
}

/* Everything that a used helper uses is used. */
static void close_over(Chosen *c, int i)
{
	if (c->used[i])
		return;
	c->used[i] = true;
	for (int k = 0; k < c->n; k++)
		if (k != i && uses_word(c->list[i]->text, c->list[k]->name))
			close_over(c, k);
}

static void print_after_needs(Chosen *c, int i, Out *o)
{
	if (c->done[i] || !c->used[i])
		return;
	c->done[i] = true;
	for (int k = 0; k < c->n; k++)
		if (k != i && uses_word(c->list[i]->text, c->list[k]->name))
			print_after_needs(c, k, o);
	put_text(o, "%s%s", c->list[i]->text, strncmp(c->list[i]->text, "typedef", 7) ? "\n" : "");
}

void print_helpers(const Target *t, const char *text, Out *o)
{
	Chosen c = {.n = 0};
	collect(&c, t->helpers);
	collect(&c, common_helpers);
	for (int i = 0; i < c.n; i++)
		if (uses_word(text, c.list[i]->name))
			close_over(&c, i);
	for (int i = 0; i < c.n; i++)
		print_after_needs(&c, i, o);
}
