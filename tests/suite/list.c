/* list.c -- the cases that do not pass yet. */
#include <stdlib.h>
#include <string.h>
#include "tests/suite/list.h"
#include "tools/file.h"

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

List list_read(Ctx *c, const char *path)
{
	List l = {0};
	int capacity = 0;
	if (!file_exists(path))
		return l;
	char *text = file_text(c, &c->perm, path);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (*line == '#')
			continue;
		line[strcspn(line, " \t")] = 0;
		GROW(&c->perm, l.name, l.n, capacity);
		l.name[l.n++] = line;
	}
	if (l.n)
		qsort(l.name, (size_t)l.n, sizeof *l.name, by_text);
	return l;
}

bool list_has(const List *l, const char *name)
{
	return l->n && bsearch(&name, l->name, (size_t)l->n, sizeof *l->name, by_text);
}
