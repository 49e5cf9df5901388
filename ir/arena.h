/* arena.h -- the only allocator: zeroed bump allocation, freed all at once.
 *
 * A compile owns three arenas: `perm` lives as long as the compile, `scratch` is released between passes, `results`
 * holds what the evaluator computes until its caller releases it. All draw on one byte budget (Ctx.memory_limit), so a
 * hostile file meets one limit, and a test can make any allocation fail.
 * arena_alloc never returns NULL: it leaves through fail() (see diag.h). */
#ifndef TCC_IR_ARENA_H
#define TCC_IR_ARENA_H
#include <stddef.h>

struct Ctx;
typedef struct ArenaBlock ArenaBlock;

typedef struct Arena {
	struct Ctx *ctx;  /* whose budget is drawn on, and where failures go */
	ArenaBlock *last; /* newest block; older ones hang behind it */
} Arena;

typedef struct ArenaMark {
	ArenaBlock *block;
	size_t used;
} ArenaMark;

/* size zeroed bytes, aligned to 64 when size >= 64, else to 16. size 0 gives a valid pointer. */
void *arena_alloc(Arena *a, size_t size);

/* count * size bytes with the multiplication checked. */
void *arena_array(Arena *a, size_t count, size_t size);

/* Copies: of n bytes, of a string with its terminator, of a printf result. */
void *arena_copy(Arena *a, const void *from, size_t n);
char *arena_string(Arena *a, const char *text);
char *arena_format(Arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Everything allocated after the mark is given back by arena_release. */
ArenaMark arena_mark(const Arena *a);
void arena_release(Arena *a, ArenaMark mark);
void arena_free(Arena *a);

#define NEW(arena, T) ((T *)arena_alloc((arena), sizeof(T)))
#define NEW_N(arena, T, n) ((T *)arena_array((arena), (size_t)(n), sizeof(T)))

/* A growing array in an arena: GROW(arena, items, count, capacity) makes room for one more item. */
#define GROW(arena, items, count, capacity)                                                                            \
	do {                                                                                                           \
		if ((count) == (capacity)) {                                                                           \
			size_t grow_n = (capacity) ? 2 * (size_t)(capacity) : 8;                                       \
			void *grow_p = arena_array((arena), grow_n, sizeof *(items));                                  \
			if (count)                                                                                     \
				memcpy(grow_p, (items), (size_t)(count) * sizeof *(items));                            \
			(items) = grow_p;                                                                              \
			(capacity) = (__typeof__(capacity))grow_n;                                                     \
		}                                                                                                      \
	} while (0)
#endif
