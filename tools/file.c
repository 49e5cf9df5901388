/* file.c -- whole files in one call. */
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

uint8_t *file_read(Ctx *c, Arena *a, const char *path, size_t *n)
{
	struct stat s;
	FILE *f = fopen(path, "rb");
	if (!f)
		fail(c, EXIT_FILE, "E-FILE", "cannot open '%s': %s", path, strerror(errno));
	if (fstat(fileno(f), &s) != 0 || !S_ISREG(s.st_mode)) {
		fclose(f);
		fail(c, EXIT_FILE, "E-FILE", "'%s' is not a plain file", path);
	}
	*n = (size_t)s.st_size;
	uint8_t *bytes = arena_alloc(a, *n + 1);
	size_t got = fread(bytes, 1, *n, f);
	fclose(f);
	if (got != *n)
		fail(c, EXIT_FILE, "E-FILE", "cannot read '%s': %zu of %zu bytes came", path, got, *n);
	return bytes;
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
