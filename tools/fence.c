/* fence.c -- memory that lies against a page nobody may touch.
 *
 *     | no access |  spare, bytes | no access |      FENCE_BEHIND
 *     | no access | bytes, spare  | no access |      FENCE_BEFORE */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>
#include "tools/fence.h"

static size_t up(size_t n, size_t to) { return (n + to - 1) / to * to; }

Fenced fence_new(size_t bytes, size_t align, size_t spare, FenceSide side)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), inside = up(up(bytes, align) + spare, page);
	Fenced f = {NULL, NULL, inside + 2 * page};
	f.pages = mmap(NULL, f.bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (f.pages == MAP_FAILED)
		return (Fenced){NULL, NULL, 0};
	uint8_t *first = (uint8_t *)f.pages + page;
	if (mprotect(first, inside, PROT_READ | PROT_WRITE) == 0)
		f.at = side == FENCE_BEFORE ? first : first + inside - up(bytes, align);
	return f;
}

void fence_free(Fenced f)
{
	if (f.pages)
		munmap(f.pages, f.bytes);
}
