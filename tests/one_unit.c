/* one_unit.c -- many emitted files as one unit for the C compiler: its start, and headers, are paid for once.
 *
 * Files have names at file scope in common: helpers, types, stages. While a file is read, macros put its prefix before
 * each of them; the file's own macros end with it. A name that the scan does not see is at worst defined twice, and then
 * the caller compiles files one by one. */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ir/arena.h"
#include "tests/one_unit.h"

enum { MOST_NAMES = 400 };

typedef struct Names {
	Arena *a;
	int n;
	const char *name[MOST_NAMES];
} Names;

static bool of_name(char c) { return isalnum((unsigned char)c) || c == '_'; }

static bool starts(const char *s, const char *with) { return !strncmp(s, with, strlen(with)); }

static void note(Names *list, const char *begin, const char *end)
{
	const char *name = arena_format(list->a, "%.*s", (int)(end - begin), begin);

	for (int i = 0; i < list->n; i++)
		if (!strcmp(list->name[i], name))
			return;
	if (end > begin && list->n < MOST_NAMES)
		list->name[list->n++] = name;
}

static void note_at(Names *list, const char *s)
{
	const char *end = s;

	while (of_name(*end))
		end++;
	note(list, s, end);
}

static void note_before(Names *list, const char *line, const char *end)
{
	while (end > line && isspace((unsigned char)end[-1]))
		end--;
	const char *begin = end;
	while (begin > line && of_name(begin[-1]))
		begin--;
	note(list, begin, end);
}

/* __attribute__((...)) turns into blanks. */
static void blank_attributes(char *s)
{
	for (char *a; (a = strstr(s, "__attribute__"));) {
		char *end = a + strlen("__attribute__");
		int depth = 0;
		do
			depth += *end == '(' ? 1 : *end == ')' ? -1 : 0;
		while (*end++ && depth);
		memset(a, ' ', (size_t)(end - a));
	}
}

/* What a line that starts in the first column defines. */
static void note_defined(Names *list, char *line)
{
	blank_attributes(line);
	for (int i = 0; i < 2; i++) {
		const char *tag = i ? "union " : "struct ";
		if (starts(line, tag) && strchr(line, '{')) {
			note_at(list, line + strlen(tag));
			return;
		}
	}
	const char *end = strpbrk(line, "([=;");
	if (end && starts(end, "(*"))
		note_at(list, end + (starts(end, "(*const ") ? 8 : 2));
	else if (end)
		note_before(list, line, end);
}

static void scan(FILE *f, Names *scope, Names *macros)
{
	char *line = NULL;
	size_t room = 0;

	for (bool listed = false; getline(&line, &room, f) > 0;) {
		if (starts(line, "#define "))
			note_at(macros, line + 8);
		else if (starts(line, "enum {"))
			listed = true;
		else if (*line == '}')
			listed = false;
		else if (listed && *line == '\t')
			note_at(scope, line + 1);
		else if (of_name(*line))
			note_defined(scope, line);
	}
	free(line);
}

static void include(FILE *to, const Names *scope, const Names *macros, const char *prefix)
{
	const size_t own = strlen(prefix);

	for (int i = 0; i < scope->n; i++)
		if (strncmp(scope->name[i], prefix, own) || scope->name[i][own] != '_')
			fprintf(to, "#define %s %s__%s\n", scope->name[i], prefix, scope->name[i]);
	fprintf(to, "#include \"%s.c\"\n", prefix);
	for (int i = 0; i < scope->n; i++)
		fprintf(to, "#undef %s\n", scope->name[i]);
	for (int i = 0; i < macros->n; i++)
		fprintf(to, "#undef %s\n", macros->name[i]);
}

bool unit_write(Ctx *c, const char *folder, const char *name, int n, const char *const *prefixes)
{
	FILE *to = fopen(arena_format(&c->perm, "%s/%s", folder, name), "w");

	if (!to)
		return false;
	fputs("#include <float.h>\n#include <math.h>\n#include <string.h>\n#include <stddef.h>\n#include <stdint.h>\n"
	      "#if defined(__x86_64__) && !defined(__STRICT_ANSI__)\n#include <immintrin.h>\n#endif\n", to);
	for (int i = 0; i < n; i++) {
		Names *scope = NEW(&c->perm, Names), *macros = NEW(&c->perm, Names);
		FILE *f = fopen(arena_format(&c->perm, "%s/%s.c", folder, prefixes[i]), "r");
		if (!f)
			break;
		scope->a = macros->a = &c->perm;
		scan(f, scope, macros);
		fclose(f);
		include(to, scope, macros, prefixes[i]);
	}
	return fclose(to) == 0;
}
