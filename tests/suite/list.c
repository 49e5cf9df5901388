/* list.c -- the cases that do not pass. */
#include <stdlib.h>
#include <string.h>
#include "tests/suite/list.h"
#include "tools/file.h"

static int by_name(const void *a, const void *b) { return strcmp(((const Listed *)a)->name, ((const Listed *)b)->name); }

static Listed item_of(char *line)
{
	char *reason = line + strcspn(line, " \t");
	if (*reason)
		*reason++ = 0;
	reason += strspn(reason, " \t");
	return (Listed){line, reason, strncmp(reason, "data:", 5) == 0};
}

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
		GROW(&c->perm, l.item, l.n, capacity);
		l.item[l.n++] = item_of(line);
	}
	if (l.n)
		qsort(l.item, (size_t)l.n, sizeof *l.item, by_name);
	return l;
}

const Listed *list_find(const List *l, const char *name)
{
	Listed key = {.name = (char *)(uintptr_t)name};
	return l->n ? bsearch(&key, l->item, (size_t)l->n, sizeof *l->item, by_name) : NULL;
}
