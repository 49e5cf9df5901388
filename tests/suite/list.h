/* list.h -- the cases that do not pass yet: a file of names and reasons. */
#ifndef TCC_TESTS_LIST_H
#define TCC_TESTS_LIST_H
#include "ir/diag.h"

typedef struct List {
	char **name; /* sorted */
	int n;
} List;

/* Lines "name  reason"; # begins a comment. No file is an empty list. */
List list_read(Ctx *c, const char *path);
bool list_has(const List *l, const char *name);
#endif
