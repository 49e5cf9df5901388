/* file.c -- more about files. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "ir/output.h"
#include "tools/file.h"

bool file_exists(const char *path)
{
	struct stat s;
	return stat(path, &s) == 0;
}

char *file_text(Ctx *c, Arena *a, const char *path)
{
	size_t n;
	const uint8_t *bytes = file_read(c, &c->scratch, path, &n);
	char *text = arena_alloc(a, n + 1);
	memcpy(text, bytes, n);
	return text;
}

void file_write(Ctx *c, const char *path, const void *bytes, size_t n)
{
	output_add(c, path, bytes, n);
	output_commit(c);
}

void folder_make(Ctx *c, const char *path)
{
	if (mkdir(path, 0777) && errno != EEXIST)
		fail(c, EXIT_FILE, "E-WRITE", "cannot make folder '%s': %s", path, strerror(errno));
}
