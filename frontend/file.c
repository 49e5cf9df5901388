/* file.c -- whole files, and pieces of files that a model names.
 *
 * A model may come from a stranger, so the paths in it are walked one component at a time from the model's directory,
 * through openat() and O_NOFOLLOW: no "..", no absolute path, no symbolic link, no file with a second name (a hard link
 * to something outside), nothing but regular files. Sizes are checked before memory is taken. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "frontend/file.h"

#define CLEAN (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) /* opening a FIFO or a terminal does nothing */

/* Read n bytes at offset. Returns 0, an errno, or -1 when the file ends early. */
static int read_all(int fd, uint8_t *to, size_t n, uint64_t offset)
{
	while (n) {
		ssize_t k = pread(fd, to, n < (size_t)1 << 30 ? n : (size_t)1 << 30, (off_t)offset);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return k < 0 ? errno : -1;
		to += k;
		n -= (size_t)k;
		offset += (uint64_t)k;
	}
	return 0;
}

static _Noreturn void fail_read(Ctx *c, int error, const char *path)
{
	fail(c, EXIT_FILE, "E-FILE", "cannot read '%s': %s", path,
	     error < 0 ? "it became shorter meanwhile" : strerror(error));
}

/* Take an open file (or -1): fstat it, read n bytes of it when `to` is given, close it. 0, an errno, or -1. */
static int look(int fd, struct stat *st, uint8_t *to, size_t n, uint64_t offset)
{
	if (fd < 0)
		return errno;
	int error = fstat(fd, st) ? errno : 0;
	if (!error && to && S_ISREG(st->st_mode))
		error = read_all(fd, to, n, offset);
	close(fd);
	return error;
}

/* Files are opened twice, to learn the size and to read: between the two memory is taken, which may fail(). */
uint64_t file_size(Ctx *c, const char *path)
{
	struct stat st;
	int error = look(open(path, CLEAN), &st, NULL, 0, 0);

	if (error)
		fail_read(c, error, path);
	if (!S_ISREG(st.st_mode))
		fail(c, EXIT_FILE, "E-FILE", "'%s' is not a regular file", path);
	return (uint64_t)st.st_size;
}

uint8_t *file_read(Ctx *c, Arena *a, const char *path, size_t *n)
{
	struct stat st;

	*n = (size_t)file_size(c, path);
	uint8_t *bytes = arena_alloc(a, *n + 1);
	int error = look(open(path, CLEAN), &st, bytes, *n, 0);
	if (error)
		fail_read(c, error, path);
	return bytes;
}

const char *file_directory(Arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	if (slash == path)
		return "/";
	return arena_format(a, "%.*s", (int)(slash - path), path);
}

static _Noreturn void outside(Ctx *c, const Piece *p, const char *why)
{
	hint(c, "external data has to be a plain file in the model's directory or below");
	fail(c, EXIT_MODEL, "E-EXTERNAL", "tensor '%s': external data '%s' %s", shown(c, p->who),
	     shown(c, p->location), why);
}

static bool is_drive(const char *path)
{
	return ((path[0] >= 'a' && path[0] <= 'z') || (path[0] >= 'A' && path[0] <= 'Z')) && path[1] == ':' &&
	       (path[2] == 0 || path[2] == '/');
}

/* The path is checked as text first, before anything is opened. */
static void check_location(Ctx *c, const Piece *p)
{
	const char *l = p->location;

	if (!p->directory)
		outside(c, p, "is not allowed here");
	if (!*l || l[strlen(l) - 1] == '/')
		outside(c, p, "names no file");
	if (*l == '/' || is_drive(l))
		outside(c, p, "is an absolute path");
	if (strchr(l, '\\'))
		outside(c, p, "has a backslash");
	for (size_t n; *l; l += n + (l[n] != 0)) {
		n = strcspn(l, "/");
		if (n == 2 && l[0] == '.' && l[1] == '.')
			outside(c, p, "leaves the model's directory");
		if (n > 255)
			outside(c, p, "has a name longer than 255 bytes");
	}
}

static const char *refusal(int error, const struct stat *st)
{
	if (error == ELOOP)
		return "is a symbolic link";
	if (error == ENOTDIR)
		return "goes through a symbolic link or something that is no directory";
	if (!error && !S_ISREG(st->st_mode))
		return "is not a regular file";
	if (!error && st->st_nlink != 1)
		return "has a second name (hard link)";
	return NULL;
}

/* The file that the location names, or -1: one component after the other. */
static int open_beneath(const Piece *p)
{
	const char *l = p->location;
	int directory = open(p->directory, CLEAN | O_DIRECTORY);

	while (directory >= 0) {
		char name[256];
		size_t n = strcspn(l, "/");
		bool last = !l[n];
		memcpy(name, l, n);
		name[n] = 0;
		l += n + 1;
		if (!n)
			continue;
		int fd = openat(directory, name, CLEAN | O_NOFOLLOW | (last ? 0 : O_DIRECTORY)), error = errno;
		close(directory);
		errno = error;
		if (last)
			return fd;
		directory = fd;
	}
	return -1;
}

void *file_read_piece(Ctx *c, Arena *a, const Piece *p)
{
	struct stat st;

	check_location(c, p);
	int error = look(open_beneath(p), &st, NULL, 0, 0);
	const char *why = refusal(error, &st);
	if (why)
		outside(c, p, why);
	uint64_t size = error ? 0 : (uint64_t)st.st_size;
	if (!error && (p->offset > size || p->bytes > size - p->offset))
		fail(c, EXIT_MODEL, "E-EXTERNAL", "tensor '%s' needs %llu bytes at %llu of '%s', which has %llu",
		     shown(c, p->who), (unsigned long long)p->bytes, (unsigned long long)p->offset,
		     shown(c, p->location), (unsigned long long)size);
	uint8_t *bytes = error ? NULL : arena_alloc(a, (size_t)p->bytes);
	if (!error)
		error = look(open_beneath(p), &st, bytes, (size_t)p->bytes, p->offset);
	why = refusal(error, &st);
	if (why)
		outside(c, p, why);
	if (error)
		fail_read(c, error, p->location);
	return bytes;
}
