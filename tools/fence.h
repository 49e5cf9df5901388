/* fence.h -- memory that lies against a page nobody may touch: a read outside of it ends the program. */
#ifndef TCC_TOOLS_FENCE_H
#define TCC_TOOLS_FENCE_H
#include <stddef.h>

typedef enum FenceSide { FENCE_BEFORE, FENCE_BEHIND } FenceSide;

typedef struct Fenced {
	void *at;     /* the memory that was asked for */
	void *pages;  /* all of it, ... */
	size_t bytes; /* ... so many */
} Fenced;

/* `bytes` of zeros at a multiple of align, with as many as `spare` (less than a page) on the other side that may be used
 * too. Where bytes are no multiple of align, up to align - 1 are free before the page behind them. NULL in `at`: there is
 * no memory. */
Fenced fence_new(size_t bytes, size_t align, size_t spare, FenceSide side);
void fence_free(Fenced f);
#endif
