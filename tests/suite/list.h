/* list.h -- the cases that do not pass: a file of names and reasons. */
#ifndef TCC_TESTS_LIST_H
#define TCC_TESTS_LIST_H
#include "ir/diag.h"

typedef struct Listed {
	char *name, *reason;
	bool data; /* the case's own data are not what its model says: it has to end as wrong or refused, not unsupported */
} Listed;

typedef struct List {
	Listed *item; /* sorted by name */
	int n;
} List;

/* Lines "name  reason", and "name  data: reason"; # begins a comment. No file is an empty list. */
List list_read(Ctx *c, const char *path);
const Listed *list_find(const List *l, const char *name); /* NULL: not listed */
#endif
