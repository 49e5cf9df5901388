/* tuned.h -- choices of schedule: what was chosen and why, what else there is, and what a file of measured ones says.
 *
 *     tcc-tuned 1
 *     cpu AMD EPYC 9R14
 *     target x86-64-v4
 *     tile conv 56x56x64 sum 64x3x3 step 64 = 12x2
 *     winograd 1x64x56x56 by 64x3x3 = off
 *
 * A line is a choice: of what, the key, `=`, the value. Keys name a kind of stage and its sizes, never its place in a
 * model, so a file serves all models of a kind of processor and outlives changes of the models. Lines belong to the
 * target before them; `cpu` is a remark, `#` begins a comment. What no stage asks for is for other models and ignored;
 * a value that a stage asks for and cannot have is said in one line, and the heuristics decide. */
#ifndef TCC_CODEGEN_TUNED_H
#define TCC_CODEGEN_TUNED_H
#include <stdbool.h>
#include "ir/diag.h"

enum { OTHERS_MAX = 5 };

typedef struct Decision {
	const char *what;   /* "tile", "order", "winograd", "strassen", "strips" */
	const char *key;    /* "conv 56x56x64 sum 64x3x3 step 64" */
	const char *chosen; /* "14x2" */
	const char *other[OTHERS_MAX]; /* what else there is, the most promising first */
	int nother;
	const char *why;    /* a few words for the comment, or "" */
	bool measured;      /* a file says so */
	bool quiet;         /* another stage says why */
} Decision;

typedef struct Entry {
	const char *target, *what, *key, *value;
	int line;           /* in the file; 0: in none */
	bool told;          /* that it cannot be had */
} Entry;

typedef struct Tuned {
	Ctx *ctx;
	const char *file;   /* for messages */
	const char *cpu;
	Entry *entry;
	int n, capacity;
} Tuned;

Tuned *tuned_new(Ctx *c, const char *cpu);
/* Trouble ends with EXIT_FILE and names the line. */
Tuned *tuned_parse(Ctx *c, const char *file, const char *text, size_t n);
/* One of its own with the same entries. */
Tuned *tuned_copy(const Tuned *t);
/* The entry, or NULL; t may be NULL. */
Entry *tuned_find(const Tuned *t, const char *target, const char *what, const char *key);
/* Set an entry, or with value NULL take it away. */
void tuned_set(Tuned *t, const char *target, const char *what, const char *key, const char *value);
/* Say once that nothing can follow this entry; right: what could be followed. */
void tuned_stale(const Tuned *t, Entry *e, const char *right);
/* The file, entries in order of target, what and key. */
const char *tuned_text(const Tuned *t, Arena *a);
#endif
