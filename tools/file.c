/* file.c -- more about files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
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
	const char *neighbour = arena_format(&c->scratch, "%s.%ld.tmp", path, (long)getpid());
	FILE *f = fopen(neighbour, "wb");
	if (!f)
		fail(c, EXIT_FILE, "E-FILE", "cannot write '%s': %s", path, strerror(errno));
	bool whole = fwrite(bytes, 1, n, f) == n;
	whole &= fclose(f) == 0;
	if (whole && rename(neighbour, path) == 0)
		return;
	int why = errno;
	unlink(neighbour);
	fail(c, EXIT_FILE, "E-FILE", "cannot write '%s': %s", path, strerror(why));
}
