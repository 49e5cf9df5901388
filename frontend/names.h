/* names.h -- numbers for names: the n-th new name gets index n. */
#ifndef TCC_FRONTEND_NAMES_H
#define TCC_FRONTEND_NAMES_H
#include <stdint.h>
#include "ir/arena.h"

typedef struct Names {
	Arena *arena;
	const char **name; /* by index */
	uint32_t n, cname;
	uint32_t *slot; /* hash table of index + 1, 0 where empty; a power of two */
	uint32_t nslot;
	uint64_t seed;
} Names;

#define NO_NAME UINT32_MAX

/* The index of a name, or NO_NAME. */
uint32_t names_find(const Names *t, const char *name);
/* The index of a name, which is new when it equals the number of names before. The text itself is not copied. */
uint32_t names_add(Names *t, const char *name);
#endif
