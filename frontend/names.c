/* names.c -- an open-addressed hash table of strings, in an arena.
 *
 * The hash starts from an address, which differs from run to run where the system places memory at random: nobody can
 * prepare a file of names that collide. Indices do not depend on it. */
#include <string.h>
#include "frontend/names.h"

static uint64_t hash(const Names *t, const char *name)
{
	uint64_t h = t->seed;

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 0x100000001b3u;
	return h ^ h >> 29;
}

/* The slot that holds the name, or the empty one where it belongs. */
static uint32_t *find_slot(const Names *t, const char *name)
{
	uint32_t mask = t->nslot - 1, i = (uint32_t)hash(t, name) & mask;

	while (t->slot[i] && strcmp(t->name[t->slot[i] - 1], name) != 0)
		i = (i + 1) & mask;
	return &t->slot[i];
}

/* Twice as many slots: at least half of them stay empty. */
static void grow(Names *t)
{
	t->nslot = t->nslot ? 2 * t->nslot : 16;
	t->slot = NEW_N(t->arena, uint32_t, t->nslot);
	if (!t->seed)
		t->seed = 0xcbf29ce484222325u ^ (uint64_t)(uintptr_t)t->slot;
	for (uint32_t i = 0; i < t->n; i++)
		*find_slot(t, t->name[i]) = i + 1;
}

uint32_t names_find(const Names *t, const char *name)
{
	return t->nslot ? *find_slot(t, name) - 1 : NO_NAME;
}

uint32_t names_add(Names *t, const char *name)
{
	if (2 * t->n >= t->nslot)
		grow(t);
	uint32_t *slot = find_slot(t, name);
	if (!*slot) {
		GROW(t->arena, t->name, t->n, t->cname);
		t->name[t->n] = name;
		*slot = ++t->n;
	}
	return *slot - 1;
}
