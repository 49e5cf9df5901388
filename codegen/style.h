/* style.h -- emitted text as lines, for those who decide how they look. */
#ifndef TCC_CODEGEN_STYLE_H
#define TCC_CODEGEN_STYLE_H
#include <string.h>
#include "codegen/print.h"

typedef struct Line {
	const char *text; /* behind the tabs */
	int n, depth;     /* characters of it; tabs */
	bool gone;
} Line;

typedef struct Lines {
	Line *line;
	int n;
} Lines;

static inline bool line_begins(const Line *l, const char *word) { return !strncmp(l->text, word, strlen(word)); }

static inline bool line_ends(const Line *l, const char *word)
{
	int n = (int)strlen(word);
	return l->n >= n && !strncmp(l->text + l->n - n, word, (size_t)n);
}

/* braces.c: braces that nobody needs go, and what stood in them moves to the left. */
void style_braces(Lines *l, Arena *a);
#endif
