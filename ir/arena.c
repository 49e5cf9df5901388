/* arena.c -- bump allocation in zeroed blocks, all on one budget.
 *
 *     Arena.last -> [header | used ... free] -> [header | used] -> NULL        (newest first)
 *
 * Blocks come from calloc, so the pages of a large array stay untouched until somebody writes to them; what a release
 * gives back inside a kept block is zeroed again. */
#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ir/arena.h"
#include "ir/diag.h"

#define BLOCK_BYTES ((size_t)64 << 10)
#define LINE ((size_t)64) /* alignment of large objects and of a block's first byte */

struct ArenaBlock {
	ArenaBlock *older;
	char *data;
	size_t size, used; /* of data */
	size_t charged;    /* to the budget */
};

static size_t round_up(size_t n, size_t align) { return (n + align - 1) & ~(align - 1); }

static _Noreturn void over_limit(Ctx *c, size_t size)
{
	hint(c, "raise it with --limit-memory BYTES");
	fail(c, EXIT_LIMIT, "E-LIMIT", "needs %zu bytes more than the %zu in use; the memory limit is %zu bytes", size,
	     c->memory_used, c->memory_limit);
}

static _Noreturn void out_of_memory(Ctx *c, size_t size)
{
	fail(c, EXIT_MEMORY, "E-MEMORY", "out of memory: the system refused %zu bytes, %zu are in use", size,
	     c->memory_used);
}

/* A fresh newest block that holds `size` bytes; whatever is at least a block in size gets one of its own. */
static ArenaBlock *push_block(Arena *a, size_t size)
{
	Ctx *c = a->ctx;
	size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	size_t charged = sizeof(ArenaBlock) + LINE + room;

	if (c->memory_used > c->memory_limit || charged > c->memory_limit - c->memory_used)
		over_limit(c, size);
	ArenaBlock *b = calloc(1, charged);
	if (!b)
		out_of_memory(c, size);
	b->older = a->last;
	b->data = (char *)round_up((uintptr_t)(b + 1), LINE);
	b->size = room;
	b->charged = charged;
	c->memory_used += charged;
	a->last = b;
	return b;
}

static void pop_block(Arena *a)
{
	ArenaBlock *b = a->last;

	a->last = b->older;
	a->ctx->memory_used -= b->charged;
	free(b);
}

void *arena_alloc(Arena *a, size_t size)
{
	Ctx *c = a->ctx;
	size_t align = size >= LINE ? LINE : 16;

	if (c->fail_after && --c->fail_after == 0)
		out_of_memory(c, size);
	if (size > SIZE_MAX / 2)
		over_limit(c, size);
	ArenaBlock *b = a->last;
	if (!b || round_up(b->used, align) + size > b->size)
		b = push_block(a, size);
	char *p = b->data + round_up(b->used, align);
	b->used = (size_t)(p - b->data) + size;
	return p;
}

void *arena_array(Arena *a, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		over_limit(a->ctx, SIZE_MAX);
	return arena_alloc(a, bytes);
}

void *arena_copy(Arena *a, const void *from, size_t n)
{
	void *to = arena_alloc(a, n);

	if (n)
		memcpy(to, from, n);
	return to;
}

char *arena_string(Arena *a, const char *text)
{
	return arena_copy(a, text, strlen(text) + 1);
}

char *arena_format(Arena *a, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(n >= 0 && "a format that cannot be printed");
	char *text = arena_alloc(a, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, format, again);
	va_end(again);
	return text;
}

ArenaMark arena_mark(const Arena *a)
{
	return (ArenaMark){a->last, a->last ? a->last->used : 0};
}

void arena_release(Arena *a, ArenaMark mark)
{
	while (a->last != mark.block) {
		assert(a->last && "the mark is of this arena and not yet released");
		pop_block(a);
	}
	ArenaBlock *b = a->last;
	if (b) {
		memset(b->data + mark.used, 0, b->used - mark.used);
		b->used = mark.used;
	}
}

void arena_free(Arena *a)
{
	while (a->last)
		pop_block(a);
}
