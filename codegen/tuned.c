/* tuned.c -- files of measured choices: read, asked, written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "codegen/print.h"
#include "codegen/tuned.h"

enum { VERSION = 1, LINE_MOST = 400, ENTRIES_MOST = 10000 };

Tuned *tuned_new(Ctx *c, const char *cpu)
{
	Tuned *t = NEW(&c->perm, Tuned);
	*t = (Tuned){.ctx = c, .file = "choices", .cpu = cpu};
	return t;
}

Tuned *tuned_copy(const Tuned *t)
{
	Arena *a = &t->ctx->perm;
	Tuned *copy = arena_copy(a, t, sizeof *t);
	copy->capacity = t->n;
	copy->entry = NULL;
	if (t->n)
		copy->entry = arena_copy(a, t->entry, (size_t)t->n * sizeof *t->entry);
	return copy;
}

Entry *tuned_find(const Tuned *t, const char *target, const char *what, const char *key)
{
	for (int i = 0; t && i < t->n; i++) {
		Entry *e = &t->entry[i];
		if (!strcmp(e->key, key) && !strcmp(e->what, what) && !strcmp(e->target, target))
			return e;
	}
	return NULL;
}

void tuned_set(Tuned *t, const char *target, const char *what, const char *key, const char *value)
{
	Arena *a = &t->ctx->perm;
	Entry *e = tuned_find(t, target, what, key);
	if (e && !value)
		*e = t->entry[--t->n];
	if (!value)
		return;
	if (!e) {
		GROW(a, t->entry, t->n, t->capacity);
		e = &t->entry[t->n++];
		*e = (Entry){arena_string(a, target), arena_string(a, what), arena_string(a, key), NULL, 0, false};
	}
	e->value = arena_string(a, value);
}

void tuned_stale(const Tuned *t, Entry *e, const char *right)
{
	if (!e->told && t->ctx->verbose >= 0)
		fprintf(stderr, "%s: warning: %s:%d: %s %s = %s cannot be had (%s); the heuristics decide\n", t->ctx->program,
		        shown(t->ctx, t->file), e->line, e->what, e->key, e->value, right);
	e->told = true;
}

/* ---- reading ---- */

static _Noreturn void malformed(const Tuned *t, int line, const char *what, const char *shown_text)
{
	fail(t->ctx, EXIT_FILE, "E-TUNED", "'%s', line %d: %s%s", t->file, line, what, shown_text);
}

static bool is_printable(const char *s)
{
	while (*s >= ' ' && *s <= '~')
		s++;
	return !*s;
}

/* "what key = value" */
static void read_entry(Tuned *t, const char *target, char *text, int line)
{
	char *key = strchr(text, ' '), *equals = strstr(text, " = ");
	if (!target)
		malformed(t, line, "a line 'target NAME' must come before ", text);
	if (!key || !equals || equals <= key || !equals[3] || strstr(equals + 3, " = "))
		malformed(t, line, "not of the form WHAT KEY = VALUE: ", text);
	*key++ = *equals = 0;
	if (tuned_find(t, target, text, key))
		malformed(t, line, "given twice: ", key);
	if (t->n == ENTRIES_MOST)
		malformed(t, line, "more than 10000 entries", "");
	tuned_set(t, target, text, key, equals + 3);
	t->entry[t->n - 1].line = line;
}

/* The first line that counts says which form the file has. */
static void read_version(const Tuned *t, const char *text, int line)
{
	int version, end = 0;
	if (sscanf(text, "tcc-tuned %d%n", &version, &end) != 1 || text[end])
		malformed(t, line, "the file must begin with 'tcc-tuned 1', not ", text);
	if (version != VERSION)
		malformed(t, line, "this program reads version 1, not ", text);
}

static void cut_comment(char *line)
{
	size_t n = strcspn(line, "#");
	while (n && line[n - 1] == ' ')
		n--;
	line[n] = 0;
}

Tuned *tuned_parse(Ctx *c, const char *file, const char *text, size_t n)
{
	Tuned *t = tuned_new(c, "");
	const char *target = NULL, *end = text + n;
	bool begun = false;
	t->file = arena_string(&c->perm, file);
	for (int line = 1; text < end; line++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((stop ? stop : end) - text);
		char *copy = length > LINE_MOST || memchr(text, 0, length) ? NULL : arena_format(&c->perm, "%.*s", (int)length, text);
		text += length + 1;
		if (!copy || !is_printable(copy))
			malformed(t, line, "a line is at most 400 printable characters", "");
		cut_comment(copy);
		if (!*copy)
			continue;
		if (!begun)
			read_version(t, copy, line);
		else if (!strncmp(copy, "cpu ", 4))
			t->cpu = copy + 4;
		else if (!strncmp(copy, "target ", 7))
			target = copy + 7;
		else
			read_entry(t, target, copy, line);
		begun = true;
	}
	if (!begun)
		malformed(t, 1, "the file must begin with 'tcc-tuned 1', and is empty", "");
	return t;
}

/* ---- writing ---- */

static int by_place(const void *a, const void *b)
{
	const Entry *x = a, *y = b;
	int order = strcmp(x->target, y->target);
	order = order ? order : strcmp(x->what, y->what);
	return order ? order : strcmp(x->key, y->key);
}

const char *tuned_text(const Tuned *t, Arena *a)
{
	Out o = {.arena = a};
	Entry *e = NEW_N(a, Entry, t->n + 1);
	if (t->n)
		memcpy(e, t->entry, (size_t)t->n * sizeof *e);
	qsort(e, (size_t)t->n, sizeof *e, by_place);
	put_text(&o, "tcc-tuned %d\n", VERSION);
	if (*t->cpu)
		put_text(&o, "cpu %s\n", t->cpu);
	for (int i = 0; i < t->n; i++) {
		if (!i || strcmp(e[i].target, e[i - 1].target) != 0)
			put_text(&o, "\ntarget %s\n", e[i].target);
		put_text(&o, "%s %s = %s\n", e[i].what, e[i].key, e[i].value);
	}
	return o.text;
}
