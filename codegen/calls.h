/* calls.h -- what the files share that print the list of calls: call.c, turns.c, control.c, calls.c. */
#ifndef TCC_CODEGEN_CALLS_H
#define TCC_CODEGEN_CALLS_H
#include "codegen/module.h"

/* ---- call.c: one line a stage ---- */

/* A stage computes from..to-1; NULL: all. */
typedef struct Range {
	const char *from, *to;
} Range;

/* "B3", the name of a region's offset in the arena. */
const char *region_name(Module *m, const Region *r);
/* The variable that counts the turns of the loop at that level. */
const char *turn_name(int level, Arena *a);
/* The variable of the i-th loop around strips. */
const char *matrix_name(int i, Arena *a);
/* In how many pieces workers share the stage; one at least. */
const char *pieces_text(const Stage *s, Arena *a);
/* The elements of the pieces k.from..k.to-1. */
Range worker_range(const Stage *s, Arena *a);
/* The one element of a value: x[0], m[B3], *(const int64_t *)(m + B3) */
const char *one_element_text(Module *m, const Value *v, Arena *a);
void print_call(Module *m, Stage *s, Range range, const char *tabs, Out *o);
/* With --profile: this worker is done with its part of the stage. */
void print_done(const Module *m, const Stage *s, const char *tabs, Out *o);

/* ---- turns.c: stages in strips ---- */

void print_strips(Module *m, const Strips *run, Out *o);

/* ---- the list ---- */

/* What stands in the list by itself: a stage, stages in strips, an end of a loop, or a loop that one worker runs. */
typedef struct Item {
	int first, last;
	const Strips *strips;
	bool single; /* one worker does it */
	bool mark;   /* an end of a loop that workers share */
} Item;

typedef struct List {
	Module *m;
	Out *out;
	Known *known; /* where counted sizes are known from, in order */
	int nknown, cknown;
	Item *item;
	int n, c;
	int since; /* the first item after the last meeting */
	int single;  /* what one worker does for all: the number of its first stage */
	bool leaves; /* somewhere in it the worker leaves it */
	int depth;
} List;

static inline const char *list_tabs(const List *l)
{
	return arena_format(l->out->arena, "%.*s", l->depth, "\t\t\t\t\t\t\t\t\t\t\t\t");
}

/* ---- control.c: loops and branches ---- */

/* What a mark says: the head or the end of a loop or branch, a size that is known from here on or has to agree. */
void print_mark(List *l, const Stage *s);
/* Where the list jumps to that one worker leaves. */
const char *past_name(const List *l, Arena *a);
#endif
